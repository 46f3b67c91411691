"""What must hold between the records of an edition.

One rule, one function. The rules see a *draft*: records that are right by
themselves, which together may still contradict one another, or leave a
place on the page unaccounted for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

from avi_portspec.errors import Fault, nearest
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
    "RECORDS",
    "STATED",
    "Draft",
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


class _Known:
    """The ids of one field, to look references up in.

    Attributes:
        ids: The ids, those of records that are wrong by themselves too.
        records: The records that are right by themselves, by id.
    """

    def __init__(
        self, wanted: str, records: Iterable[Any], more: Iterable[str] = ()
    ) -> None:
        self.wanted = f"the id of {wanted} of this edition"
        self.records = {record.id: record for record in records}
        self.ids = {**dict.fromkeys(self.records), **dict.fromkeys(more)}

    def fault(self, path: str, name: str) -> Iterator[Fault]:
        if name not in self.ids:
            yield Fault(path, self.wanted, repr(name), nearest(name, self.ids))


def edition_faults(
    draft: Draft,
    overview: Extent,
    broken: Mapping[str, Iterable[str]] = {},
) -> Iterator[Fault]:
    """Yield what is wrong between records that are right by themselves.

    Args:
        draft: The records.
        overview: The extent of what stands above the first section.
        broken: For each field that holds records which are wrong by
            themselves, the ids that they claim: a reference to one of them
            is no further fault.
    """
    known = {
        field: _Known(
            wanted,
            [record for _, record in draft[field]],
            broken.get(field, ()),
        )
        for field, wanted, _ in RECORDS
    }
    # Made once: a rule that gathered it for each note would take the square
    # of their number.
    known["qualified"] = _Known(
        "a flow, an exclusion or a pointer",
        (),
        [
            name
            for field in ("flows", "exclusions", "pointers")
            for name in known[field].ids
        ],
    )
    for field, _, _ in RECORDS:
        for position, record in draft[field]:
            rule = _RULES[field]
            for fault in rule(record, known, draft):
                yield fault.under(f"{field}[{position}]")._replace(
                    record=record.id
                )
    yield from _names_twice(draft)
    yield from _section_order(draft["sections"])
    if not any(broken.values()):
        yield from _identities(draft["flows"])
        yield from _contradictions(draft)
        yield from _page_order(draft)
        yield from _coverage(draft, overview)


# -- rules for one record ---------------------------------------------------


def _facet_rule(
    facet: Facet, known: Mapping[str, _Known], draft: Draft
) -> Iterator[Fault]:
    seen: dict[str, str] = {}
    for position, value in enumerate(facet.values):
        for name in names_of(value):
            if seen.setdefault(fold(name), value.id) != value.id or (
                name == value.id
                and value.id in [v.id for v in facet.values[:position]]
            ):
                yield Fault(
                    f"values[{position}]",
                    "names that no other value of the facet has",
                    repr(name),
                )


def _section_rule(
    section: Section, known: Mapping[str, _Known], draft: Draft
) -> Iterator[Fault]:
    if section.parent is not None:
        yield from known["sections"].fault("parent", section.parent)


def _no_rule(
    record: Any, known: Mapping[str, _Known], draft: Draft
) -> Iterator[Fault]:
    return iter(())


def _sides(
    record: Any, known: Mapping[str, _Known], draft: Draft
) -> Iterator[Fault]:
    yield from known["sections"].fault("section", record.section)
    for side in ("source", "destination"):
        yield from known["endpoints"].fault(side, getattr(record, side))
    if record.citation.section != record.section:
        yield Fault(
            "citation.section",
            f"the record's own section, {record.section!r}",
            repr(record.citation.section),
        )


def _flow_rule(
    flow: Flow, known: Mapping[str, _Known], draft: Draft
) -> Iterator[Fault]:
    yield from _sides(flow, known, draft)
    endpoints = known["endpoints"].records
    for side in ("source", "destination"):
        end = endpoints.get(getattr(flow, side))
        if end is not None and end.kind == "group":
            yield Fault(
                side,
                "an endpoint that can be addressed",
                f"the group {getattr(flow, side)!r}",
            )
    flows = known["flows"].records
    for position, replaced in enumerate(flow.replaces):
        path = f"replaces[{position}]"
        yield from known["flows"].fault(path, replaced)
        other = flows.get(replaced)
        if other is not None and (other.source, other.destination) != (
            flow.source,
            flow.destination,
        ):
            yield Fault(
                path, "a flow between the same two endpoints", repr(replaced)
            )
    yield from _condition_rule(flow, known["facets"].records)


def _condition_rule(
    flow: Flow, facets: Mapping[str, Facet]
) -> Iterator[Fault]:
    for match in flow.when.matches():
        facet = facets.get(match.facet)
        if facet is None:
            yield Fault(
                "when",
                "a facet that the edition declares",
                repr(match.facet),
                nearest(match.facet, facets),
            )
            continue
        ids = [value.id for value in facet.values]
        for value in (*match.values, *match.unstated):
            if value not in ids:
                yield Fault(
                    "when",
                    f"a value of the facet {facet.id}",
                    repr(value),
                    nearest(value, ids),
                )


def _pointer_rule(
    pointer: Pointer, known: Mapping[str, _Known], draft: Draft
) -> Iterator[Fault]:
    yield from _sides(pointer, known, draft)
    for position, target in enumerate(pointer.targets):
        yield from known["sections"].fault(f"targets[{position}]", target)


def _note_rule(
    note: Note, known: Mapping[str, _Known], draft: Draft
) -> Iterator[Fault]:
    for position, name in enumerate(note.qualifies):
        yield from known["qualified"].fault(f"qualifies[{position}]", name)
    for position, section in enumerate(note.sections):
        yield from known["sections"].fault(f"sections[{position}]", section)
    if note.citation.section is not None:
        yield from known["sections"].fault(
            "citation.section", note.citation.section
        )


_RULES: Final[Mapping[str, Any]] = {
    "facets": _facet_rule,
    "sections": _section_rule,
    "endpoints": _no_rule,
    "flows": _flow_rule,
    "exclusions": _sides,
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
    open_: list[str] = []
    ids = {section.id for _, section in sections}
    for position, section in sections:
        if section.parent is None:
            open_ = [section.id]
        elif section.parent in open_:
            del open_[open_.index(section.parent) + 1 :]
            open_.append(section.id)
        elif section.parent in ids:
            yield Fault(
                f"sections[{position}].parent",
                "the section that this one directly stands in",
                repr(section.parent),
                record=section.id,
            )


def _identities(flows: Sequence[tuple[int, Flow]]) -> Iterator[Fault]:
    """Yield each flow that says again what another one says."""
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


def _coverage(draft: Draft, overview: Extent) -> Iterator[Fault]:
    """Yield each place that nothing cites, and each that is not there."""
    places = dict.fromkeys(overview.citations(None))
    for _, section in draft["sections"]:
        places.update(dict.fromkeys(section.extent.citations(section.id)))
    cited = set()
    for field in STATED:
        for position, record in draft[field]:
            cited.add(record.citation)
            if record.citation not in places:
                yield Fault(
                    f"{field}[{position}].citation",
                    "a place that the section's extent holds",
                    str(record.citation),
                    record=record.id,
                )
    positions = {section.id: at for at, section in draft["sections"]}
    for place in places:
        if place not in cited:
            where = (
                "overview"
                if place.section is None
                else f"sections[{positions[place.section]}].extent"
            )
            yield Fault(
                where,
                "each place on the page to be cited by a record",
                f"none that cites {place}",
                record=place.section,
            )
