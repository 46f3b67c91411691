"""Hypothesis strategies for every type of the model.

They make sound records, so that tools which take editions can be tested
with more than the few that were published. The extra ``testing`` brings
what they need:

>>> from hypothesis import given
>>> from avi_portspec import strategies
>>> @given(strategies.editions())
... def test_my_report_names_every_flow(edition):
...     for flow in edition.flows:
...         assert flow.id in edition.flows
>>> test_my_report_names_every_flow()

Strategies shrink towards few records, short names and low numbers. Names
are hostile on purpose: markup, quotes and any printable character occur.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, get_args

import attrs
from hypothesis import strategies as st

from avi_portspec.deployment.overlay import Overlay, PortChange, SiteFlow
from avi_portspec.model.conditions import (
    ALWAYS,
    AllOf,
    AnyOf,
    Condition,
    Match,
    Unless,
)
from avi_portspec.model.edition import Edition
from avi_portspec.model.facets import (
    FACETS,
    Deployment,
    Facet,
    FacetValue,
)
from avi_portspec.model.flows import (
    INFERABLE,
    Endpoint,
    Exclusion,
    Flow,
    Note,
    Pointer,
    Reason,
)
from avi_portspec.model.page import (
    PLACES,
    Citation,
    Extent,
    Section,
    Source,
)
from avi_portspec.model.ports import PortRange, ProtocolPorts
from avi_portspec.model.protocols import ICMP, TCP, UDP, Protocol
from avi_portspec.names import (
    EndpointId,
    EndpointKind,
    NodeCount,
    NoteId,
    NoteKind,
    PlaceKind,
    Requirement,
    SectionId,
    fold,
)

__all__ = [
    "citations",
    "conditions",
    "deployments",
    "editions",
    "endpoints",
    "exclusions",
    "extents",
    "facet_values",
    "facets",
    "flows",
    "ids",
    "names",
    "notes",
    "overlays",
    "pointers",
    "port_changes",
    "port_ranges",
    "protocol_ports",
    "protocols",
    "reasons",
    "sections",
    "site_flows",
    "sources",
]

#: Letters that ids consist of, a few to a word.
_ID_LETTERS = "abcdefghijklmnopqrstuvwxyz-"
#: Whatever prints, a blank included: no controls, no other white space.
_PRINTABLE = st.characters(
    codec="utf-8", exclude_categories=("C", "Z"), include_characters=" "
)


def ids() -> st.SearchStrategy[str]:
    """Return ids: a few lower-case words, joined by hyphens."""
    letters = st.text(_ID_LETTERS, min_size=1, max_size=10)
    return letters.map(
        lambda text: "-".join(filter(None, text.split("-"))) or "a"
    )


#: The same for fields whose type is a checked string.
_IDS: st.SearchStrategy[Any] = ids()


def names() -> st.SearchStrategy[str]:
    """Return names and texts: one line of any printable characters."""
    letters = st.text(_PRINTABLE, min_size=1, max_size=12)
    return letters.map(lambda text: text.strip(" ") or "a")


def protocols() -> st.SearchStrategy[Protocol]:
    """Return protocols, the common ones first."""
    numbers = st.integers(0, 255).map(lambda n: Protocol(number=n))
    return st.sampled_from([TCP, UDP, ICMP]) | numbers


def port_ranges() -> st.SearchStrategy[PortRange]:
    """Return single ports and ranges, within 1 to 65535."""
    port = st.integers(1, 65535)
    several = st.tuples(port, port).map(sorted)
    return port.map(PortRange.of) | several.map(
        lambda ends: PortRange(low=ends[0], high=ends[1])
    )


def protocol_ports() -> st.SearchStrategy[ProtocolPorts]:
    """Return protocols with one of their port ranges, or with none."""
    return protocols().flatmap(
        lambda protocol: st.builds(
            ProtocolPorts,
            st.just(protocol),
            port_ranges() if protocol.has_ports else st.none(),
        )
    )


def facet_values() -> st.SearchStrategy[FacetValue]:
    """Return values of a facet."""
    return st.builds(
        FacetValue,
        id=_IDS,
        name=names(),
        aliases=st.lists(names(), max_size=2, unique=True).map(tuple),
    )


@st.composite
def facets(draw: st.DrawFn, *, facet: Any = None) -> Facet:
    """Return facets whose values have names of their own.

    Args:
        draw: Hypothesis hands it over.
        facet: The id of the facet; any of the four without it.
    """
    facet_ids = [name for name, _ in FACETS]
    chosen = facet or draw(st.sampled_from(facet_ids))
    values = _named_apart(
        draw(st.lists(facet_values(), min_size=1, max_size=4))
    )
    # The gap for the values is the only one.
    before, after = (draw(names()).replace("{}", "-") for _ in range(2))
    return Facet(
        id=chosen,
        name=draw(names()),
        clause=f"{before} {{}} {after}",
        many=chosen != "controller",
        values=tuple(values),
    )


def _named_apart(records: Iterable[Any]) -> list[Any]:
    """Return the records less those that share a name with an earlier."""
    taken: set[str] = set()
    kept = []
    for record in records:
        mine = {fold(record.id), fold(getattr(record, "name", record.id))}
        mine |= {fold(alias) for alias in getattr(record, "aliases", ())}
        if hasattr(record, "title"):
            mine.add(fold(record.title))
        if taken.isdisjoint(mine):
            taken |= mine
            kept.append(record)
    return kept


def deployments(
    facets: Sequence[Facet] = (),
) -> st.SearchStrategy[Deployment]:
    """Return deployments.

    Args:
        facets: An edition's facets, to draw words from that its conditions
            know; any words without them.
    """
    known = {facet.id: [v.id for v in facet.values] for facet in facets}

    def word(facet: Any) -> st.SearchStrategy[str]:
        found = known.get(facet)
        return st.sampled_from(found) if found else _IDS

    return st.builds(
        Deployment,
        clouds=st.frozensets(word("cloud"), max_size=3),
        controller=word("controller"),
        features=st.frozensets(word("feature"), max_size=3),
        services=st.frozensets(word("service"), max_size=3),
        nodes=st.sampled_from(get_args(NodeCount)),
    )


def conditions(
    facets: Sequence[Facet] = (),
) -> st.SearchStrategy[Condition]:
    """Return conditions, nested a few levels deep.

    Args:
        facets: An edition's facets, to draw tests from that it knows; any
            words without them.
    """
    if facets:
        match = st.sampled_from(list(facets)).flatmap(_matches)
    else:
        any_facet = st.sampled_from([facet for facet, _ in FACETS])
        words = st.lists(_IDS, min_size=1, max_size=4, unique=True)
        match = st.tuples(any_facet, words).flatmap(
            lambda pair: _split(pair[0], pair[1])
        )

    def nested(inner: st.SearchStrategy[Condition]) -> Any:
        parts = st.lists(inner, min_size=2, max_size=3, unique=True).map(tuple)
        return st.one_of(
            st.builds(Unless, part=inner),
            st.builds(AllOf, parts=parts),
            st.builds(AnyOf, parts=parts),
        )

    return st.just(ALWAYS) | st.recursive(match, nested, max_leaves=4)


def _matches(facet: Facet) -> st.SearchStrategy[Match]:
    values = [value.id for value in facet.values]
    some = st.lists(
        st.sampled_from(values), min_size=1, max_size=4, unique=True
    )
    return some.flatmap(lambda chosen: _split(facet.id, chosen))


def _split(facet: Any, values: list[str]) -> st.SearchStrategy[Match]:
    """Return tests of some values, some of the rest being unstated."""
    return st.integers(1, len(values)).map(
        lambda at: Match(
            facet=facet,
            values=tuple(values[:at]),
            unstated=tuple(values[at:]),
        )
    )


def sources() -> st.SearchStrategy[Source]:
    """Return what editions transcribe."""
    return st.builds(
        Source,
        title=names(),
        location=names(),
        release=st.none() | names(),
        url=st.none() | ids().map(lambda word: f"https://{word}.example/"),
    )


def citations(
    section: SectionId | None = None,
) -> st.SearchStrategy[Citation]:
    """Return places in one section, or above all sections."""
    return st.builds(
        Citation,
        section=st.just(section),
        place=st.sampled_from(PLACES),
        number=st.integers(1, 9),
        item=st.integers(1, 9),
    )


def extents() -> st.SearchStrategy[Extent]:
    """Return how much a section can hold."""
    counts = st.lists(st.integers(1, 2), max_size=2).map(tuple)
    return st.builds(
        Extent,
        lead_ins=counts,
        rows=counts,
        bullets=counts,
        notes=counts,
        closings=counts,
    )


def sections() -> st.SearchStrategy[Section]:
    """Return sections without a parent."""
    return st.builds(Section, id=_IDS, title=names(), extent=extents())


def endpoints() -> st.SearchStrategy[Endpoint]:
    """Return endpoints of every kind."""
    return st.builds(
        Endpoint,
        id=_IDS,
        name=names(),
        kind=st.sampled_from(get_args(EndpointKind)),
        aliases=st.lists(names(), max_size=2, unique=True).map(tuple),
        description=st.none() | names(),
    )


def reasons() -> st.SearchStrategy[Reason]:
    """Return reasons for what a field says."""
    return st.builds(Reason, field=st.sampled_from(INFERABLE), reason=names())


def _section_of(citation: Citation) -> SectionId:
    """Return the section that a citation must have here."""
    return citation.section or SectionId("a")


def _one_of(known: Sequence[Any]) -> st.SearchStrategy[Any]:
    return st.sampled_from(list(known)) if known else _IDS


@st.composite
def flows(
    draw: st.DrawFn,
    *,
    citation: Citation | None = None,
    between: Sequence[Any] = (),
    facets: Sequence[Facet] = (),
) -> Flow:
    """Return flows.

    Args:
        draw: Hypothesis hands it over.
        citation: Where they stand; anywhere without it.
        between: The ids of the endpoints to choose from; any without them.
        facets: An edition's facets, for conditions that it knows.
    """
    if citation is None:
        citation = draw(citations(draw(_IDS)))
    side = _one_of(between)
    protocol = draw(protocols())
    ports: tuple[PortRange, ...] = ()
    several: tuple[Protocol, ...] = (protocol,)
    if protocol.has_ports:
        if draw(st.booleans()):
            several = (TCP, UDP)
        found = draw(st.lists(port_ranges(), min_size=1, max_size=3))
        ports = _apart(found)
    both = draw(
        st.lists(reasons(), max_size=4, unique_by=lambda each: each.field)
    )
    at = draw(st.integers(0, len(both)))
    return Flow(
        id=draw(_IDS),
        section=_section_of(citation),
        source=draw(side),
        destination=draw(side),
        protocols=several,
        ports=ports,
        icmp_types=(8,) if protocol == ICMP and draw(st.booleans()) else (),
        service=draw(st.none() | names()),
        purpose=draw(st.none() | names()),
        requirement=draw(st.sampled_from(get_args(Requirement))),
        when=draw(conditions(facets)) if facets or not between else ALWAYS,
        effect_if_blocked=draw(st.none() | names()),
        inferred=tuple(both[:at]),
        readings=tuple(both[at:]),
        citation=citation,
    )


def _apart(ranges: Iterable[PortRange]) -> tuple[PortRange, ...]:
    """Return the ranges less those that overlap an earlier one."""
    kept: list[PortRange] = []
    for ports in ranges:
        if all(ports.high < o.low or o.high < ports.low for o in kept):
            kept.append(ports)
    return tuple(kept)


@st.composite
def notes(
    draw: st.DrawFn,
    *,
    citation: Citation | None = None,
    qualifies: Sequence[str] = (),
    about: Sequence[str] = (),
) -> Note:
    """Return notes.

    Args:
        draw: Hypothesis hands it over.
        citation: Where they stand; anywhere without it.
        qualifies: The ids of the records to choose from.
        about: The ids of the sections to choose from; any without them.
    """
    if citation is None:
        citation = draw(citations(draw(_IDS)))
    chosen: list[str] = []
    if qualifies:
        chosen = draw(
            st.lists(st.sampled_from(qualifies), max_size=3, unique=True)
        )
    section = _one_of(about)
    least = 0 if chosen else 1
    return Note(
        id=draw(_IDS),
        kind=draw(st.sampled_from(get_args(NoteKind))),
        text=draw(names()),
        qualifies=tuple(chosen),
        sections=tuple(
            draw(st.lists(section, min_size=least, max_size=2, unique=True))
        ),
        citation=citation,
    )


@st.composite
def exclusions(
    draw: st.DrawFn,
    *,
    citation: Citation | None = None,
    between: Sequence[Any] = (),
) -> Exclusion:
    """Return exclusions; the arguments are those of :func:`flows`."""
    if citation is None:
        citation = draw(citations(draw(_IDS)))
    side = _one_of(between)
    return Exclusion(
        id=draw(_IDS),
        section=_section_of(citation),
        source=draw(side),
        destination=draw(side),
        text=draw(names()),
        citation=citation,
    )


@st.composite
def pointers(
    draw: st.DrawFn,
    *,
    citation: Citation | None = None,
    between: Sequence[Any] = (),
    targets: Sequence[str] = (),
) -> Pointer:
    """Return pointers.

    Args:
        draw: Hypothesis hands it over.
        citation: Where they stand; anywhere without it.
        between: The ids of the endpoints to choose from; any without them.
        targets: The ids of the sections to choose from; any without them.
    """
    if citation is None:
        citation = draw(citations(draw(_IDS)))
    side = _one_of(between)
    target = _one_of(targets)
    return Pointer(
        id=draw(_IDS),
        section=_section_of(citation),
        source=draw(side),
        destination=draw(side),
        targets=tuple(
            draw(st.lists(target, min_size=1, max_size=2, unique=True))
        ),
        text=draw(names()),
        citation=citation,
    )


def port_changes() -> st.SearchStrategy[PortChange]:
    """Return other ports that a site uses for a flow of the page."""
    ranges = st.lists(port_ranges(), min_size=1, max_size=3)
    return st.builds(
        PortChange, flow=_IDS, reason=names(), ports=ranges.map(_apart)
    )


@st.composite
def site_flows(draw: st.DrawFn) -> SiteFlow:
    """Return flows that a site has and the page does not."""
    model = draw(flows())
    shared = {
        field.name: getattr(model, field.name)
        for field in attrs.fields(SiteFlow)
        if hasattr(model, field.name)
    }
    return SiteFlow(**{**shared, "purpose": draw(names())})


def overlays() -> st.SearchStrategy[Overlay]:
    """Return overlays, each right by itself."""
    return st.builds(
        Overlay,
        id=_IDS,
        title=names(),
        endpoints=st.lists(endpoints(), max_size=2, unique=True).map(tuple),
        flows=st.lists(site_flows(), max_size=2, unique=True).map(tuple),
        changes=st.lists(port_changes(), max_size=2, unique=True).map(tuple),
    )


@st.composite
def editions(draw: st.DrawFn, *, max_sections: int = 3) -> Edition:
    """Return whole editions: consistent, and with every place cited.

    Args:
        draw: Hypothesis hands it over.
        max_sections: The most sections, subsections included.
    """
    chosen = [facet for facet, _ in FACETS if draw(st.booleans())]
    known = tuple(_named_apart(draw(facets(facet=each)) for each in chosen))
    parts = draw(_outline(max_sections))
    people = _named_apart(draw(st.lists(endpoints(), max_size=4)))
    people.append(
        Endpoint(
            id=EndpointId("zzzzzzz"),
            name="zzzzzzz zzzzzzz",
            kind="component",
        )
    )
    page = _Page(draw, known, parts, people)
    for section in (None, *parts):
        for citation in _places(section):
            page.state(citation)
    return Edition(
        id=draw(_IDS),
        title=draw(names()),
        product=draw(names()),
        aliases=tuple(draw(st.lists(_IDS, max_size=2, unique=True))),
        source=draw(sources()),
        overview=Extent(lead_ins=(1,)),
        facets=known,
        sections=parts,
        endpoints=people,
        flows=page.flows,
        exclusions=page.exclusions,
        pointers=page.pointers,
        notes=page.notes,
    )


def _places(section: Section | None) -> list[Citation]:
    if section is None:
        return list(Extent(lead_ins=(1,)).citations(None))
    return list(section.extent.citations(section.id))


@st.composite
def _outline(draw: st.DrawFn, max_sections: int) -> tuple[Section, ...]:
    """Return sections and subsections, each within its parent."""
    found = _named_apart(
        draw(st.lists(sections(), min_size=1, max_size=max_sections))
    )
    made: list[Section] = []
    for section in found:
        # A subsection of the one before, which is still open.
        within = draw(st.booleans())
        parent = made[-1].id if made and within else None
        made.append(attrs.evolve(section, parent=parent))
    return tuple(made)


class _Page:
    """Records, put one by one on the places of a page."""

    def __init__(
        self,
        draw: st.DrawFn,
        facets: Sequence[Facet],
        sections: Sequence[Section],
        endpoints: Sequence[Endpoint],
    ) -> None:
        self.draw = draw
        self.facets = facets
        self.sections = [section.id for section in sections]
        self.sides = [e.id for e in endpoints if e.kind != "group"]
        self.flows: list[Flow] = []
        self.exclusions: list[Exclusion] = []
        self.pointers: list[Pointer] = []
        self.notes: list[Note] = []
        self.ids: set[str] = set()
        self.identities: set[object] = set()

    def state(self, citation: Citation) -> None:
        """State something at that place; a note, if nothing else fits."""
        kinds: list[PlaceKind] = ["row", "bullet", "note"]
        stated = False
        if citation.place in kinds and citation.section is not None:
            ways: list[Callable[[Citation], bool]]
            ways = [self.flow, self.nothing, self.exclusion, self.pointer]
            ways += [self.flow] * 3
            stated = self.draw(st.sampled_from(ways))(citation)
        if not stated:
            self.note(citation)

    def nothing(self, citation: Citation) -> bool:
        return False

    def flow(self, citation: Citation) -> bool:
        flow = self.draw(
            flows(citation=citation, between=self.sides, facets=self.facets)
        )
        identities = {
            (flow.section, flow.source, flow.destination, *pair)
            for pair in flow.protocol_ports()
        }
        excluded = {(e.source, e.destination) for e in self.exclusions}
        if (
            flow.id in self.ids
            or not identities.isdisjoint(self.identities)
            or (flow.source, flow.destination) in excluded
        ):
            return False
        self.ids.add(flow.id)
        self.identities |= identities
        self.flows.append(flow)
        return True

    def exclusion(self, citation: Citation) -> bool:
        made = self.draw(exclusions(citation=citation, between=self.sides))
        used = {(flow.source, flow.destination) for flow in self.flows}
        if made.id in self.ids or (made.source, made.destination) in used:
            return False
        self.ids.add(made.id)
        self.exclusions.append(made)
        return True

    def pointer(self, citation: Citation) -> bool:
        made = self.draw(
            pointers(
                citation=citation,
                between=self.sides,
                targets=self.sections,
            )
        )
        if made.id in self.ids:
            return False
        self.ids.add(made.id)
        self.pointers.append(made)
        return True

    def note(self, citation: Citation) -> None:
        records = [
            record.id
            for kind in (self.flows, self.exclusions, self.pointers)
            for record in kind
        ]
        made = self.draw(
            notes(citation=citation, qualifies=records, about=self.sections)
        )
        while made.id in self.ids:
            made = attrs.evolve(made, id=NoteId(f"{made.id}-z"))
        self.ids.add(made.id)
        self.notes.append(made)
