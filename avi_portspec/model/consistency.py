"""What must hold between the records of an edition.

One rule, one function. The rules see a *draft*: records that are right by
themselves, which together may still contradict one another, or leave a
place on the page unaccounted for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

from avi_portspec.errors import Fault, nearest, shown
from avi_portspec.model.catalog import names_of
from avi_portspec.model.facets import Facet
from avi_portspec.model.flows import (
    Endpoint,
    Exclusion,
    Flow,
    Note,
    Pointer,
)
from avi_portspec.model.page import PLACES, Citation, Extent, Section
from avi_portspec.names import fold

__all__ = [
    "FAULTS",
    "PLACES_AT_MOST",
    "RECORDS",
    "STATED",
    "Draft",
    "Partial",
    "edition_faults",
    "place_key",
]

#: An edition's parts while they are checked: for each field the records
#: that are right by themselves, each with its position in the field.
Draft: TypeAlias = Mapping[str, Sequence[tuple[int, Any]]]

#: The fields of an edition that hold records which go by an id.
RECORDS: Final[tuple[tuple[str, str, type], ...]] = (
    ("facets", "a facet", Facet),
    ("sections", "a section", Section),
    ("endpoints", "an endpoint", Endpoint),
    ("flows", "a flow", Flow),
    ("exclusions", "an exclusion", Exclusion),
    ("pointers", "a pointer", Pointer),
    ("notes", "a note", Note),
)
STATED: Final = ("flows", "exclusions", "pointers", "notes")

#: The most statements that a page may hold: far more than any does, and few
#: enough to be gone through at once.
PLACES_AT_MOST: Final = 200_000
#: The most sections.
SECTIONS_AT_MOST: Final = 9_999
#: The most pairs of a protocol and ports that an edition may state: a few
#: words can multiply to many.
PAIRS_AT_MOST: Final = 400_000
#: The most faults that are looked for, after which nobody reads on.
FAULTS: Final = 1_000
#: The most uncited statements of one place that a fault lists.
_LISTED: Final = 5


def _order_of(
    sections: Sequence[tuple[int, Section]],
) -> dict[str | None, int]:
    """Return each section's position on the page; the overview is first."""
    order: dict[str | None, int] = {None: 0}
    for position, (_, section) in enumerate(sections, start=1):
        order.setdefault(section.id, position)
    return order


def place_key(
    citation: Citation, order: Mapping[str | None, int]
) -> tuple[int, int, int, int]:
    """Return what sorts citations in the order of the page.

    Args:
        citation: A place on the page.
        order: The position of each section; that of ``None`` is 0.
    """
    return (
        order.get(citation.section, 0),
        PLACES.index(citation.place),
        citation.number,
        citation.item,
    )


class Partial:
    """A record that is wrong by itself: what is right about it.

    Whatever is not, or is not there, reads as ``None``.

    Args:
        fields: The fields that are right, and the id, if there is any.
    """

    def __init__(self, fields: Mapping[str, Any]) -> None:
        self._fields = fields

    def __getattr__(self, name: str) -> Any:
        return self._fields.get(name)


class _Known:
    """The ids of one field, to look references up in.

    Attributes:
        ids: The ids, those of records that are wrong by themselves too.
        records: The records that are right by themselves, by id.
    """

    #: Finding the nearest name takes long among many; after so many slips,
    #: suggestions help nobody.
    SUGGESTIONS: Final = 50

    def __init__(
        self, wanted: str, records: Iterable[Any], more: Iterable[str] = ()
    ) -> None:
        self.wanted = wanted
        self.records = {record.id: record for record in records}
        self.ids = {**dict.fromkeys(self.records), **dict.fromkeys(more)}
        self.left = self.SUGGESTIONS

    def fault(self, path: str, name: str | None) -> Iterator[Fault]:
        if name is None or name in self.ids:
            return
        self.left -= 1
        near = nearest(name, self.ids) if self.left >= 0 else None
        yield Fault(path, self.wanted, shown(name), near)


def edition_faults(
    draft: Draft,
    overview: Extent | None,
    broken: Mapping[str, Sequence[tuple[int, Partial]]] = {},
) -> Iterator[Fault]:
    """Yield what is wrong between records that are right by themselves.

    Args:
        draft: The records.
        overview: The extent of what stands above the first section; ``None``
            if that is wrong by itself.
        broken: For each field the records that are wrong by themselves. What
            is right about them is checked like any other's, and a reference
            to one of them is no further fault.
    """
    known = {
        field: _Known(
            f"the id of {wanted} of this edition",
            [record for _, record in draft[field]],
            [each.id for _, each in broken.get(field, ()) if each.id],
        )
        for field, wanted, _ in RECORDS
    }
    # Made once: a rule that gathered it for each note would take the square
    # of their number.
    known["qualified"] = _Known(
        "the id of a flow, an exclusion or a pointer of this edition",
        (),
        [
            name
            for field in ("flows", "exclusions", "pointers")
            for name in known[field].ids
        ],
    )
    known |= {
        f"values of {facet.id}": _Known(
            f"a value of the facet {facet.id}", facet.values
        )
        for _, facet in draft["facets"]
    }
    for field, _, _ in RECORDS:
        for position, record in [*draft[field], *broken.get(field, ())]:
            for fault in _RULES[field](record, known):
                yield fault.under(f"{field}[{position}]")._replace(
                    record=record.id
                )
    yield from _names_twice(draft)
    yield from _identities(draft["flows"])
    yield from _contradictions(draft)
    if not broken.get("sections"):
        yield from _section_order(draft["sections"])
        yield from _page_order(draft)
        yield from _coverage(draft, overview, broken)


# -- rules for one record ---------------------------------------------------


def _facet_rule(facet: Facet, known: Mapping[str, _Known]) -> Iterator[Fault]:
    seen: dict[str, str] = {}
    ids: set[str] = set()
    for position, value in enumerate(facet.values or ()):
        again = value.id in ids
        ids.add(value.id)
        for name in names_of(value):
            if seen.setdefault(fold(name), value.id) != value.id or (
                name == value.id and again
            ):
                yield Fault(
                    f"values[{position}]",
                    "names that no other value of the facet has",
                    repr(name),
                )


def _section_rule(
    section: Section, known: Mapping[str, _Known]
) -> Iterator[Fault]:
    if section.parent is not None:
        yield from known["sections"].fault("parent", section.parent)


def _no_rule(record: Any, known: Mapping[str, _Known]) -> Iterator[Fault]:
    return iter(())


def _sides(record: Any, known: Mapping[str, _Known]) -> Iterator[Fault]:
    yield from known["sections"].fault("section", record.section)
    for side in ("source", "destination"):
        yield from known["endpoints"].fault(side, getattr(record, side))
    if None not in {record.citation, record.section} and (
        record.citation.section != record.section
    ):
        yield Fault(
            "citation.section",
            f"the record's own section, {record.section!r}",
            repr(record.citation.section),
        )


def _ungrouped(record: Any, known: Mapping[str, _Known]) -> Iterator[Fault]:
    endpoints = known["endpoints"].records
    for side in ("source", "destination"):
        end = endpoints.get(getattr(record, side))
        if end is not None and end.kind == "group":
            yield Fault(
                side,
                "an endpoint that can be addressed",
                f"the group {getattr(record, side)!r}",
            )


def _exclusion_rule(
    exclusion: Exclusion, known: Mapping[str, _Known]
) -> Iterator[Fault]:
    yield from _sides(exclusion, known)
    yield from _ungrouped(exclusion, known)


def _flow_rule(flow: Flow, known: Mapping[str, _Known]) -> Iterator[Fault]:
    yield from _sides(flow, known)
    yield from _ungrouped(flow, known)
    flows = known["flows"].records
    for position, replaced in enumerate(flow.replaces or ()):
        path = f"replaces[{position}]"
        yield from known["flows"].fault(path, replaced)
        other = flows.get(replaced)
        if other is None or None in {flow.source, flow.destination}:
            continue
        if replaced in known["flows"].ids and flow.id in other.replaces:
            yield Fault(
                path,
                "a flow that this one stands in for",
                "one that stands in for it",
            )
        if (other.source, other.destination) != (
            flow.source,
            flow.destination,
        ):
            yield Fault(
                path, "a flow between the same two endpoints", repr(replaced)
            )
    yield from _condition_rule(flow, known)


def _condition_rule(
    flow: Flow, known: Mapping[str, _Known]
) -> Iterator[Fault]:
    for path, match in flow.when.located("when") if flow.when else ():
        values = known.get(f"values of {match.facet}")
        if values is None:
            yield from known["facets"].fault(f"{path}.facet", match.facet)
            continue
        for field in ("values", "unstated"):
            for position, value in enumerate(getattr(match, field)):
                yield from values.fault(f"{path}.{field}[{position}]", value)


def _pointer_rule(
    pointer: Pointer, known: Mapping[str, _Known]
) -> Iterator[Fault]:
    yield from _sides(pointer, known)
    for position, target in enumerate(pointer.targets or ()):
        yield from known["sections"].fault(f"targets[{position}]", target)


def _note_rule(note: Note, known: Mapping[str, _Known]) -> Iterator[Fault]:
    for position, name in enumerate(note.qualifies or ()):
        yield from known["qualified"].fault(f"qualifies[{position}]", name)
    for position, section in enumerate(note.sections or ()):
        yield from known["sections"].fault(f"sections[{position}]", section)
    if note.citation is not None:
        yield from known["sections"].fault(
            "citation.section", note.citation.section
        )


_RULES: Final[Mapping[str, Any]] = {
    "facets": _facet_rule,
    "sections": _section_rule,
    "endpoints": _no_rule,
    "flows": _flow_rule,
    "exclusions": _exclusion_rule,
    "pointers": _pointer_rule,
    "notes": _note_rule,
}


# -- rules across records ---------------------------------------------------


def _names_twice(draft: Draft) -> Iterator[Fault]:
    """Yield each name that two records share, where one must do."""
    spaces = [["facets"], ["sections"], ["endpoints"], list(STATED)]
    for fields in spaces:
        owners: dict[str, tuple[str, int]] = {}
        for field in fields:
            for position, record in draft[field]:
                for name in names_of(record):
                    owner = owners.setdefault(fold(name), (field, position))
                    if owner != (field, position):
                        yield Fault(
                            f"{field}[{position}]",
                            "names that no other record has",
                            f"{name!r}, as {owner[0]}[{owner[1]}] has",
                            record=record.id,
                        )
                        break


def _section_order(
    sections: Sequence[tuple[int, Section]],
) -> Iterator[Fault]:
    """Yield each subsection that does not stand within its parent."""
    if len(sections) > SECTIONS_AT_MOST:
        wanted = f"at most {SECTIONS_AT_MOST:,} sections"
        yield Fault("sections", wanted, f"{len(sections):,}")
        return
    open_: list[str] = []
    # How deep each open one stands: looking it up in the list would take
    # the square of their number.
    depth: dict[str, int] = {}
    ids = {section.id for _, section in sections}
    for position, section in sections:
        if section.parent is None:
            open_, depth = [section.id], {section.id: 0}
        elif section.parent in depth:
            within = depth[section.parent] + 1
            for closed in open_[within:]:
                depth.pop(closed, None)
            open_[within:] = [section.id]
            depth[section.id] = within
        elif section.parent in ids:
            yield Fault(
                f"sections[{position}].parent",
                "the section that this one directly stands in",
                repr(section.parent),
                record=section.id,
            )


def _identities(flows: Sequence[tuple[int, Flow]]) -> Iterator[Fault]:
    """Yield each flow that says again what another one says."""
    total = sum(flow.pair_count for _, flow in flows)
    if total > PAIRS_AT_MOST:
        wanted = f"at most {PAIRS_AT_MOST:,} pairs of protocol and ports"
        yield Fault("flows", wanted, f"{total:,}")
        return
    owners: dict[tuple[object, ...], int] = {}
    for position, flow in flows:
        for pair in flow.protocol_ports():
            identity = (flow.section, flow.source, flow.destination, *pair)
            owner = owners.setdefault(identity, position)
            if owner != position:
                yield Fault(
                    f"flows[{position}]",
                    "a section, source, destination, protocol and port "
                    "that no other flow has",
                    f"those of flows[{owner}], {pair}",
                    record=flow.id,
                )


def _contradictions(draft: Draft) -> Iterator[Fault]:
    """Yield each flow that an exclusion says is not needed."""
    excluded = {
        (e.source, e.destination): e.id for _, e in draft["exclusions"]
    }
    for position, flow in draft["flows"]:
        exclusion = excluded.get((flow.source, flow.destination))
        if exclusion is not None:
            yield Fault(
                f"flows[{position}]",
                f"a pair of endpoints that {exclusion!r} does not exclude",
                f"{flow.source} to {flow.destination}",
                record=flow.id,
            )


def _page_order(draft: Draft) -> Iterator[Fault]:
    order = _order_of(draft["sections"])
    for field in STATED:
        before = (0, 0, 0, 0)
        for position, record in draft[field]:
            here = place_key(record.citation, order)
            if here < before:
                yield Fault(
                    f"{field}[{position}]",
                    "records in the order of the page",
                    f"one from {record.citation}, after a later place",
                    record=record.id,
                )
            before = max(before, here)


def _coverage(
    draft: Draft,
    overview: Extent | None,
    broken: Mapping[str, Sequence[tuple[int, Partial]]],
) -> Iterator[Fault]:
    """Yield each place that nothing cites, and each that is not there."""
    extents = {section.id: section.extent for _, section in draft["sections"]}
    if overview is None:
        return
    extents[None] = overview
    total = sum(extent.total for extent in extents.values())
    if total > PLACES_AT_MOST:
        wanted = f"a page of at most {PLACES_AT_MOST:,} statements"
        yield Fault("sections", wanted, f"{total:,}")
        return
    cited = set()
    unknown = False
    for field in STATED:
        for _, record in broken.get(field, ()):
            # Whatever it would cite, if it could be read, is no gap.
            unknown = unknown or record.citation is None
            cited.add(record.citation)
        for position, stated in draft[field]:
            cited.add(stated.citation)
            extent = extents.get(stated.citation.section)
            if extent is not None and not extent.holds(stated.citation):
                yield Fault(
                    f"{field}[{position}].citation",
                    "a place that the section's extent holds",
                    str(stated.citation),
                    record=stated.id,
                )
    if not unknown:
        yield from _gaps(draft, extents, cited)


def _gaps(
    draft: Draft, extents: Mapping[Any, Extent], cited: set[Citation]
) -> Iterator[Fault]:
    """Yield each row, bullet or paragraph with statements not cited."""
    positions = {section.id: at for at, section in draft["sections"]}
    gaps: dict[tuple[Any, str, int], list[int]] = {}
    for section in (None, *positions):
        for place in extents[section].citations(section):
            if place not in cited:
                key = (section, place.place, place.number)
                gaps.setdefault(key, []).append(place.item)
    for (section, kind, number), items in gaps.items():
        where = "overview"
        if section is not None:
            where = f"sections[{positions[section]}].extent"
        listed = ", ".join(map(str, items[:_LISTED]))
        yield Fault(
            where,
            "each place on the page to be cited by a record",
            f"none that cites {section or 'overview'}, {kind} {number}, "
            f"item {listed}{', ...' if len(items) > _LISTED else ''}",
            record=section,
        )
