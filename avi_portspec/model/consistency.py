"""The rules between the records of an edition.

One rule, one function. The rules see a *draft*: records that are right by
themselves, which together may still contradict one another, or leave a
place on the vendor's page uncited.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

from avi_portspec.errors import Fault, nearest, shown
from avi_portspec.model.catalog import names_of
from avi_portspec.model.conditions import Answer, Condition
from avi_portspec.model.facets import Facet
from avi_portspec.model.flows import (
    Endpoint,
    Exclusion,
    Flow,
    Note,
    Pointer,
)
from avi_portspec.model.interfaces import Interface
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

#: The fields of an edition that hold records with an id.
RECORDS: Final[tuple[tuple[str, str, type], ...]] = (
    ("facets", "a facet", Facet),
    ("sections", "a section", Section),
    ("endpoints", "an endpoint", Endpoint),
    ("flows", "a flow", Flow),
    ("exclusions", "an exclusion", Exclusion),
    ("pointers", "a pointer", Pointer),
    ("notes", "a note", Note),
    ("interfaces", "an interface", Interface),
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


def place_key(
    citation: Citation, order: Mapping[str | None, int]
) -> tuple[int, int, int, int]:
    """Return the key that sorts citations as the vendor's page has them.

    Args:
        citation: A place on the vendor's page.
        order: The position of each section; that of ``None`` is 0.
    """
    return (
        order[citation.section],
        PLACES.index(citation.place),
        citation.number,
        citation.item,
    )


class Partial:
    """The fields that are right of a record that is wrong.

    Any other field reads as ``None``.

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
        ids: The ids, those of records that are wrong by themselves too;
            ``None`` among them stands for one that cannot be read.
        records: The records that are right by themselves, by id.
    """

    #: Finding the nearest name takes long among many; after so many slips,
    #: suggestions help nobody.
    SUGGESTIONS: Final = 50

    def __init__(
        self,
        expected: str,
        records: Iterable[Any],
        more: Iterable[str | None] = (),
    ) -> None:
        self.expected = expected
        self.records = {record.id: record for record in records}
        self.ids = {**dict.fromkeys(self.records), **dict.fromkeys(more)}
        self.left = self.SUGGESTIONS

    def fault(self, path: str, name: str | None) -> Iterator[Fault]:
        # It may be the one that cannot be read: that is no further fault.
        if name is None or name in self.ids or None in self.ids:
            return
        self.left -= 1
        near = nearest(name, self.ids) if self.left >= 0 else None
        yield Fault(
            "reference/dangling", path, self.expected, shown(name), near
        )


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
            f"the id of {expected} of this edition",
            [record for _, record in draft[field]],
            [record.id for _, record in broken.get(field, ())],
        )
        for field, expected, _ in RECORDS
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
            for rule in (_dangling, *_RULES.get(field, ())):
                for fault in rule(field, record, known):
                    yield fault.under(f"{field}[{position}]")._replace(
                        record=record.id
                    )
    yield from _names_twice(draft)
    yield from _circles([*draft["flows"], *broken.get("flows", ())])
    yield from _identities(draft["flows"])
    yield from _contradictions(draft)
    yield from _interface_gaps(draft, broken)
    if not broken.get("sections"):
        yield from _section_order(draft["sections"])
        yield from _page_order(draft)
        yield from _coverage(draft, overview, broken)


# -- rules for one record ---------------------------------------------------


def _dangling(
    field: str, record: Any, known: Mapping[str, _Known]
) -> Iterator[Fault]:
    """Yield each reference to a record that is not there."""
    for name, of in _REFERENCES.get(field, {}).items():
        value = getattr(record, name)
        if isinstance(value, tuple):
            for position, each in enumerate(value):
                yield from known[of].fault(f"{name}[{position}]", each)
        else:
            yield from known[of].fault(name, value)


def _facet_rule(
    field: str, facet: Any, known: Mapping[str, _Known]
) -> Iterator[Fault]:
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
                    "facet/shared-name",
                    f"values[{position}]",
                    "names that no other value of the facet has",
                    repr(name),
                )


def _citation_rule(
    field: str, record: Any, known: Mapping[str, _Known]
) -> Iterator[Fault]:
    citation = record.citation
    if citation is None:
        return
    if field == "notes":
        yield from known["sections"].fault(
            "citation.section", citation.section
        )
    elif record.section not in {None, citation.section}:
        yield Fault(
            "citation/other-section",
            "citation.section",
            f"the record's own section, {record.section!r}",
            repr(citation.section),
        )


def _group_rule(
    field: str, record: Any, known: Mapping[str, _Known]
) -> Iterator[Fault]:
    endpoints = known["endpoints"].records
    for side in ("source", "destination"):
        end = endpoints.get(getattr(record, side))
        if end is not None and end.kind == "group":
            yield Fault(
                "endpoint/group",
                side,
                "an endpoint that can be addressed",
                f"the group {end.id!r}",
            )


def _replaces_rule(
    field: str, flow: Any, known: Mapping[str, _Known]
) -> Iterator[Fault]:
    flows = known["flows"].records
    for position, replaced in enumerate(flow.replaces or ()):
        other = flows.get(replaced)
        if other is None or None in {flow.source, flow.destination}:
            continue
        if (other.source, other.destination) != (
            flow.source,
            flow.destination,
        ):
            yield Fault(
                "flow/replaces-other-endpoints",
                f"replaces[{position}]",
                "a flow between the same two endpoints",
                repr(replaced),
            )


def _condition_rule(
    field: str, flow: Any, known: Mapping[str, _Known]
) -> Iterator[Fault]:
    yield from _unknown_words(flow.when, "when", known)
    for name in ("inferred", "readings"):
        for position, reason in enumerate(getattr(flow, name) or ()):
            path = f"{name}[{position}].when"
            yield from _unknown_words(reason.when, path, known)


def _unknown_words(
    condition: Condition | None, where: str, known: Mapping[str, _Known]
) -> Iterator[Fault]:
    for path, match in condition.find_matches(where) if condition else ():
        values = known.get(f"values of {match.facet}")
        if values is None:
            yield from known["facets"].fault(f"{path}.facet", match.facet)
            continue
        for name in ("values", "unstated"):
            for position, value in enumerate(getattr(match, name)):
                yield from values.fault(f"{path}.{name}[{position}]", value)


def _interface_rule(
    field: str, interface: Any, known: Mapping[str, _Known]
) -> Iterator[Fault]:
    clouds = known.get("values of cloud")
    if clouds is None:
        yield from known["facets"].fault("cloud", "cloud")
    else:
        yield from clouds.fault("cloud", interface.cloud)
    flows = known["flows"].records
    for position, name in enumerate(interface.flows or ()):
        flow = flows.get(name)
        if flow is None or interface.cloud is None:
            continue
        here = {"cloud": frozenset({interface.cloud})}
        if Answer.YES not in flow.when.possible(here):
            yield Fault(
                "interface/other-cloud",
                f"flows[{position}]",
                f"a flow that can apply on {interface.cloud}",
                repr(name),
            )


_SIDES: Final = {
    "section": "sections",
    "source": "endpoints",
    "destination": "endpoints",
}
#: For each field of an edition, what in its records refers to others, and to
#: which of them.
_REFERENCES: Final[Mapping[str, Mapping[str, str]]] = {
    "sections": {"parent": "sections"},
    "flows": {**_SIDES, "replaces": "flows"},
    "exclusions": _SIDES,
    "pointers": {**_SIDES, "targets": "sections"},
    "notes": {"qualifies": "qualified", "sections": "sections"},
    "interfaces": {"section": "sections", "flows": "flows"},
}
_RULES: Final[Mapping[str, Sequence[Any]]] = {
    "facets": (_facet_rule,),
    "flows": (_citation_rule, _group_rule, _replaces_rule, _condition_rule),
    "exclusions": (_citation_rule, _group_rule),
    "pointers": (_citation_rule,),
    "notes": (_citation_rule,),
    "interfaces": (_interface_rule,),
}


# -- rules across records ---------------------------------------------------


def _names_twice(draft: Draft) -> Iterator[Fault]:
    """Yield each name that two records share."""
    spaces = [
        ["facets"],
        ["sections"],
        ["endpoints"],
        [*STATED],
        ["interfaces"],
    ]
    for fields in spaces:
        owners: dict[str, tuple[str, int]] = {}
        for field in fields:
            for position, record in draft[field]:
                for name in names_of(record):
                    owner = owners.setdefault(fold(name), (field, position))
                    if owner != (field, position):
                        yield Fault(
                            "id/duplicate",
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
        expected = f"at most {SECTIONS_AT_MOST:,} sections"
        yield Fault(
            "section/too-many", "sections", expected, f"{len(sections):,}"
        )
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
                "section/not-in-parent",
                f"sections[{position}].parent",
                "the section that this one directly stands in",
                repr(section.parent),
                record=section.id,
            )


def _circles(flows: Iterable[tuple[int, Any]]) -> Iterator[Fault]:
    """Yield each reference that closes a circle of replacements.

    Whoever follows references until there is none, and turns back, is on a
    circle just where a reference leads to a flow on the way there.
    """
    references: dict[str, list[tuple[str, str]]] = {
        flow.id: [
            (f"flows[{position}].replaces[{at}]", other)
            for at, other in enumerate(flow.replaces or ())
            # A flow that replaces itself is a fault already.
            if other != flow.id
        ]
        for position, flow in flows
    }
    done: set[str] = set()
    for start, first in references.items():
        # The flows on the way, each with the references left to follow. No
        # recursion: a chain may be longer than the interpreter's stack.
        way = {} if start in done else {start: iter(first)}
        while way:
            here = next(reversed(way))
            path, other = next(way[here], ("", None))
            if other is None:
                done.add(here)
                del way[here]
            elif other in way:
                circle = [*way][[*way].index(other) :]
                listed = ", ".join(map(shown, circle[:_LISTED]))
                more = ", ..." if len(circle) > _LISTED else ""
                yield Fault(
                    "flow/replaces-each-other",
                    path,
                    "flows that do not replace one another in a circle",
                    f"the circle {listed}{more}",
                    record=here,
                )
            elif other in references and other not in done:
                way[other] = iter(references[other])


def _identities(flows: Sequence[tuple[int, Flow]]) -> Iterator[Fault]:
    """Yield each flow that repeats the traffic of another one."""
    total = sum(flow.pair_count for _, flow in flows)
    if total > PAIRS_AT_MOST:
        expected = f"at most {PAIRS_AT_MOST:,} pairs of protocol and ports"
        yield Fault("flow/too-many-pairs", "flows", expected, f"{total:,}")
        return
    owners: dict[tuple[object, ...], int] = {}
    for position, flow in flows:
        for pair in flow.protocol_ports():
            identity = (flow.section, flow.source, flow.destination, *pair)
            owner = owners.setdefault(identity, position)
            if owner != position:
                yield Fault(
                    "flow/same-traffic",
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
                "flow/excluded",
                f"flows[{position}]",
                f"a pair of endpoints that {exclusion!r} does not exclude",
                f"{flow.source} to {flow.destination}",
                record=flow.id,
            )


def _interface_gaps(
    draft: Draft, broken: Mapping[str, Sequence[tuple[int, Partial]]]
) -> Iterator[Fault]:
    """Yield each cloud, and each flow of an orchestrator, without interface.

    An edition that has no interfaces at all says nothing about them.
    """
    found = [record for _, record in draft["interfaces"]]
    if not found or broken.get("interfaces"):
        return
    clouds = {interface.cloud for interface in found}
    named = {name for interface in found for name in interface.flows}
    orchestrators = {
        end.id for _, end in draft["endpoints"] if end.kind == "orchestrator"
    }
    for position, facet in draft["facets"]:
        for at, value in enumerate(facet.values):
            if facet.id == "cloud" and value.id not in clouds:
                yield Fault(
                    "interface/cloud-without",
                    f"facets[{position}].values[{at}]",
                    "an interface for every cloud",
                    f"none for {value.id!r}",
                    record=facet.id,
                )
    for position, flow in draft["flows"]:
        ends = {flow.source, flow.destination}
        # A site's own flow is not what the vendor's page covers.
        if (
            flow.origin is None
            and not ends.isdisjoint(orchestrators)
            and flow.id not in named
        ):
            yield Fault(
                "interface/flow-without",
                f"flows[{position}]",
                "an interface that names the flow of an orchestrator",
                "none",
                record=flow.id,
            )


def _page_order(draft: Draft) -> Iterator[Fault]:
    """Yield each record that the vendor's page has earlier."""
    # The overview is first; of sections with one id, the first counts.
    order: dict[str | None, int] = {None: 0}
    for _, section in draft["sections"]:
        order.setdefault(section.id, len(order))
    for field in STATED:
        before = (0, 0, 0, 0)
        for position, record in draft[field]:
            if record.citation.section not in order:
                continue  # a reference to nothing, and no second fault
            here = place_key(record.citation, order)
            if here < before:
                yield Fault(
                    "place/out-of-order",
                    f"{field}[{position}]",
                    "records in the order of the vendor's page",
                    f"one from {record.citation}, after a later place",
                    record=record.id,
                )
            before = max(before, here)


def _coverage(
    draft: Draft,
    overview: Extent | None,
    broken: Mapping[str, Sequence[tuple[int, Partial]]],
) -> Iterator[Fault]:
    """Yield each place that is not cited, and each that does not exist."""
    extents = {section.id: section.extent for _, section in draft["sections"]}
    if overview is None:
        return
    extents[None] = overview
    total = sum(extent.total for extent in extents.values())
    if total > PLACES_AT_MOST:
        expected = f"a page of at most {PLACES_AT_MOST:,} statements"
        yield Fault("place/too-many", "sections", expected, f"{total:,}")
        return
    cited = set()
    unknown = False
    for field in STATED:
        for _, record in broken.get(field, ()):
            # A record that cannot be read may cite it: that is no gap.
            unknown = unknown or record.citation is None
            cited.add(record.citation)
        for position, stated in draft[field]:
            cited.add(stated.citation)
            extent = extents.get(stated.citation.section)
            if extent is not None and not extent.holds(stated.citation):
                yield Fault(
                    "place/not-there",
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
    found = {
        (place.section, place.place, place.number, place.item)
        for place in cited
    }
    gaps: dict[tuple[Any, str, int], list[int]] = {}
    for section in (None, *positions):
        for place, number, item in extents[section].places():
            if (section, place, number, item) not in found:
                gaps.setdefault((section, place, number), []).append(item)
    for (section, kind, number), items in gaps.items():
        where = "overview"
        if section is not None:
            where = f"sections[{positions[section]}].extent"
        listed = ", ".join(map(str, items[:_LISTED]))
        yield Fault(
            "place/not-cited",
            where,
            "each place on the vendor's page to be cited by a record",
            f"none that cites {section or 'overview'}, {kind} {number}, "
            f"item {listed}{', ...' if len(items) > _LISTED else ''}",
            record=section,
        )
