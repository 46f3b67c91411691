"""Hypothesis strategies for every type of the model.

They draw valid records, so that you can test a tool with more than the few
published editions. The extra ``testing`` installs what they need:

>>> from hypothesis import given
>>> from avi_portspec import strategies
>>> @given(strategies.editions())
... def test_my_report_names_every_flow(edition):
...     for flow in edition.flows:
...         assert flow.id in edition.flows
>>> test_my_report_names_every_flow()

Strategies shrink towards few records, short names and low numbers. Names are
hostile on purpose: they contain markup, quotes and any printable character.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Final, get_args

import attrs
from hypothesis import strategies as st

from avi_portspec.beyond.records import (
    Release,
    Statement,
    StatementSource,
)
from avi_portspec.deployment.overlay_records import (
    EndpointNames,
    Overlay,
    PortChange,
    SiteFlow,
    SiteNote,
)
from avi_portspec.edition.edition import Edition
from avi_portspec.model.catalog import names_of
from avi_portspec.model.conditions import (
    ALWAYS,
    AllOf,
    Answer,
    AnyOf,
    Condition,
    Match,
    Unless,
)
from avi_portspec.model.facets import (
    FACETS,
    AcceptedReading,
    DeclinedFlow,
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
    SiteNames,
)
from avi_portspec.model.interfaces import Interface
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
    Agreement,
    DirectionReading,
    EditionId,
    EndpointKind,
    Form,
    NodeCount,
    NoteId,
    NoteKind,
    Otherwise,
    ReasonLevel,
    Requirement,
    SectionId,
    SourceKind,
    StatementId,
    fold,
)

__all__ = [
    "accepted_readings",
    "citations",
    "conditions",
    "declined_flows",
    "deployments",
    "editions",
    "endpoint_names",
    "endpoints",
    "exclusions",
    "extents",
    "facet_values",
    "facets",
    "flows",
    "ids",
    "interfaces",
    "names",
    "notes",
    "overlays",
    "pointers",
    "port_changes",
    "port_ranges",
    "protocol_ports",
    "protocols",
    "reasons",
    "releases",
    "sections",
    "site_flows",
    "site_names",
    "site_notes",
    "sources",
    "statement_sources",
    "statements",
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


# What is drawn many times for one edition is made once: making a strategy,
# and having Hypothesis validate it, costs more than drawing from it.

#: Ids, for fields whose type is a checked string.
_IDS: Final[st.SearchStrategy[Any]] = ids()


def names() -> st.SearchStrategy[str]:
    """Return names and texts: one line of any printable characters."""
    letters = st.text(_PRINTABLE, min_size=1, max_size=12)
    return letters.map(lambda text: text.strip(" ") or "a")


_NAMES: Final = names()
_MAYBE_NAMES: Final = st.none() | _NAMES
_ALIASES: Final = st.lists(_NAMES, max_size=2, unique=True).map(tuple)
_BOOLEANS: Final = st.booleans()
_REQUIREMENTS: Final = st.sampled_from(get_args(Requirement))
_LEVELS: Final = st.sampled_from(get_args(ReasonLevel))
_NOTE_KINDS: Final = st.sampled_from(get_args(NoteKind))
_OTHERWISE: Final = st.sampled_from(get_args(Otherwise))


def protocols() -> st.SearchStrategy[Protocol]:
    """Return protocols, the common ones first."""
    numbers = st.integers(0, 255).map(lambda n: Protocol(number=n))
    return st.sampled_from([TCP, UDP, ICMP]) | numbers


_PROTOCOLS: Final = protocols()


def port_ranges() -> st.SearchStrategy[PortRange]:
    """Return single ports and ranges, within 1 to 65535."""
    port = st.integers(1, 65535)
    several = st.tuples(port, port).map(sorted)
    return port.map(PortRange.of) | several.map(
        lambda ends: PortRange(low=ends[0], high=ends[1])
    )


def _drop_overlaps(ranges: Iterable[PortRange]) -> tuple[PortRange, ...]:
    """Return the ranges without those that overlap an earlier one."""
    kept: list[PortRange] = []
    for ports in ranges:
        if all(ports.high < o.low or o.high < ports.low for o in kept):
            kept.append(ports)
    return tuple(kept)


_PORTS: Final = st.lists(port_ranges(), min_size=1, max_size=3).map(
    _drop_overlaps
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
        name=_NAMES,
        short=_MAYBE_NAMES,
        phrase=_MAYBE_NAMES,
        without=_MAYBE_NAMES,
        aliases=_ALIASES,
    )


_FACET_VALUES: Final = st.lists(facet_values(), min_size=1, max_size=4).map(
    lambda values: tuple(_drop_shared_names(values))
)


@st.composite
def facets(draw: st.DrawFn, *, facet: Any = None) -> Facet:
    """Return facets; no two values of one share a name.

    Args:
        draw: Passed by Hypothesis.
        facet: The id of the facet; any of the four without it.
    """
    facet_ids = [name for name, _ in FACETS]
    chosen = facet or draw(st.sampled_from(facet_ids))
    # The gap for the values is the only one.
    before, after = (draw(_NAMES).replace("{}", "-") for _ in range(2))
    return Facet(
        id=chosen,
        name=draw(_NAMES),
        clause=f"{before} {{}} {after}",
        many=chosen != "controller",
        values=draw(_FACET_VALUES),
    )


def _drop_shared_names(records: Iterable[Any]) -> list[Any]:
    """Return the records without those that share a name with another."""
    taken: set[str] = set()
    kept = []
    for record in records:
        mine = set(map(fold, names_of(record)))
        if taken.isdisjoint(mine):
            taken |= mine
            kept.append(record)
    return kept


def deployments(
    facets: Sequence[Facet] = (), flows: Sequence[Flow] = ()
) -> st.SearchStrategy[Deployment]:
    """Return deployments.

    Args:
        facets: An edition's facets, to draw words from that its conditions
            know; any words without them.
        flows: An edition's flows, to draw those that a site reads or
            declines. With facets alone, a site does neither.
    """
    known = {facet.id: [v.id for v in facet.values] for facet in facets}

    def word(facet: Any) -> st.SearchStrategy[str]:
        found = known.get(facet)
        return st.sampled_from(found) if found else _IDS

    def of_each(
        one: st.SearchStrategy[Any], found: Sequence[Flow]
    ) -> st.SearchStrategy[Any]:
        most = 2 if found or not facets else 0
        return st.lists(one, max_size=most, unique_by=lambda made: made.flow)

    doubtful = [flow for flow in flows if flow.direction_doubts]
    return st.builds(
        Deployment,
        clouds=st.frozensets(word("cloud"), max_size=3),
        controller=word("controller"),
        features=st.frozensets(word("feature"), max_size=3),
        services=st.frozensets(word("service"), max_size=3),
        nodes=st.sampled_from(get_args(NodeCount)),
        release=st.none() | _RELEASES,
        readings=of_each(accepted_readings(doubtful), doubtful),
        declined=of_each(declined_flows(flows), flows),
    )


def accepted_readings(
    flows: Sequence[Flow] = (),
) -> st.SearchStrategy[AcceptedReading]:
    """Return readings of doubtful directions.

    Args:
        flows: The flows to draw from; any ids without them.
    """
    return st.builds(
        AcceptedReading,
        flow=_flow_ids(flows),
        direction=st.sampled_from(get_args(DirectionReading)),
    )


def declined_flows(
    flows: Sequence[Flow] = (),
) -> st.SearchStrategy[DeclinedFlow]:
    """Return flows that a site declines.

    Args:
        flows: The flows to draw from; any ids without them.
    """
    return st.builds(DeclinedFlow, flow=_flow_ids(flows), reason=names())


def _flow_ids(flows: Sequence[Flow]) -> st.SearchStrategy[Any]:
    return st.sampled_from([flow.id for flow in flows]) if flows else _IDS


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

    def nest(inner: st.SearchStrategy[Condition]) -> Any:
        parts = st.lists(inner, min_size=2, max_size=3, unique=True).map(tuple)
        return st.one_of(
            st.builds(Unless, part=inner),
            st.builds(AllOf, parts=parts),
            st.builds(AnyOf, parts=parts),
        )

    return st.just(ALWAYS) | st.recursive(match, nest, max_leaves=4)


@lru_cache(maxsize=64)
def _conditions_of(facets: tuple[Facet, ...]) -> st.SearchStrategy[Condition]:
    """Return the conditions of one edition, made once for all its flows."""
    return conditions(facets)


def _matches(facet: Facet) -> st.SearchStrategy[Match]:
    values = [value.id for value in facet.values]
    some = st.lists(
        st.sampled_from(values), min_size=1, max_size=4, unique=True
    )
    return some.flatmap(lambda chosen: _split(facet.id, chosen))


def _split(facet: Any, values: list[str]) -> st.SearchStrategy[Match]:
    """Return tests of some of the values; the others can be unstated."""
    return st.builds(
        lambda at, otherwise: Match(
            facet=facet,
            values=tuple(values[:at]),
            unstated=tuple(values[at:]) if otherwise == "no" else (),
            otherwise=otherwise,
        ),
        st.integers(1, len(values)),
        _OTHERWISE,
    )


def sources() -> st.SearchStrategy[Source]:
    """Return sources of editions."""
    return st.builds(
        Source,
        title=_NAMES,
        location=_NAMES,
        release=_MAYBE_NAMES,
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
    """Return extents of sections."""
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
    return st.builds(Section, id=_IDS, title=_NAMES, extent=extents())


def endpoints() -> st.SearchStrategy[Endpoint]:
    """Return endpoints of every kind."""
    return st.builds(
        Endpoint,
        id=_IDS,
        name=_NAMES,
        short=_MAYBE_NAMES,
        kind=st.sampled_from(get_args(EndpointKind)),
        aliases=_ALIASES,
        description=_MAYBE_NAMES,
    )


def site_names() -> st.SearchStrategy[SiteNames]:
    """Return what a site's overlay calls an endpoint of the vendor's."""
    return st.builds(
        SiteNames,
        origin=_IDS,
        label=_MAYBE_NAMES,
        aliases=_ALIASES,
        reference=_MAYBE_NAMES,
    )


def reasons(*, facets: Sequence[Facet] = ()) -> st.SearchStrategy[Reason]:
    """Return reasons for the value of a field.

    Args:
        facets: An edition's facets, for cases that it knows.
    """
    return st.builds(
        Reason,
        field=st.sampled_from(INFERABLE),
        reason=_NAMES,
        level=_LEVELS,
        short=_MAYBE_NAMES,
        when=_conditions_of(tuple(facets)),
    )


@lru_cache(maxsize=64)
def _reasons_of(
    facets: tuple[Facet, ...], *, within: bool
) -> st.SearchStrategy[list[Reason]]:
    """Return the reasons of a flow, which knows the edition's words."""
    some = reasons(facets=facets)
    if within and not facets:
        some = some.map(lambda reason: attrs.evolve(reason, when=ALWAYS))
    return st.lists(some, max_size=4, unique_by=lambda reason: reason.field)


def _section_of(citation: Citation) -> SectionId:
    """Return the section that a citation must have here."""
    return citation.section or SectionId("a")


@lru_cache(maxsize=64)
def _one_of(known: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    return st.sampled_from(known) if known else _IDS


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
        draw: Passed by Hypothesis.
        citation: Where they stand; anywhere without it.
        between: The ids of the endpoints to choose from; any without them.
        facets: An edition's facets, for conditions that it knows.
    """
    citation = citation or draw(citations(draw(_IDS)))
    side = _one_of(tuple(between))
    protocol = draw(_PROTOCOLS)
    ports: tuple[PortRange, ...] = ()
    several: tuple[Protocol, ...] = (protocol,)
    if protocol.has_ports:
        if draw(_BOOLEANS):
            several = (TCP, UDP)
        ports = draw(_PORTS)
    both = draw(_reasons_of(tuple(facets), within=bool(between)))
    at = draw(st.integers(0, len(both)))
    when: Condition = ALWAYS
    if facets or not between:
        when = draw(_conditions_of(tuple(facets)))
    return Flow(
        id=draw(_IDS),
        section=_section_of(citation),
        source=draw(side),
        destination=draw(side),
        protocols=several,
        ports=ports,
        icmp_types=(8,) if protocol == ICMP and draw(_BOOLEANS) else (),
        service=draw(_MAYBE_NAMES),
        purpose=draw(_MAYBE_NAMES),
        requirement=draw(_REQUIREMENTS),
        when=when,
        effect_if_blocked=draw(_MAYBE_NAMES),
        inferred=tuple(both[:at]),
        readings=tuple(both[at:]),
        citation=citation,
    )


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
        draw: Passed by Hypothesis.
        citation: Where they stand; anywhere without it.
        qualifies: The ids of the records to choose from.
        about: The ids of the sections to choose from; any without them.
    """
    citation = citation or draw(citations(draw(_IDS)))
    chosen: list[Any] = []
    if qualifies:
        chosen = draw(
            st.lists(st.sampled_from(qualifies), max_size=3, unique=True)
        )
    section = _one_of(tuple(about))
    least = 0 if chosen else 1
    return Note(
        id=draw(_IDS),
        kind=draw(_NOTE_KINDS),
        text=draw(_NAMES),
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
    citation = citation or draw(citations(draw(_IDS)))
    side = _one_of(tuple(between))
    return Exclusion(
        id=draw(_IDS),
        section=_section_of(citation),
        source=draw(side),
        destination=draw(side),
        text=draw(_NAMES),
        citation=citation,
    )


def interfaces() -> st.SearchStrategy[Interface]:
    """Return interfaces, some of which no flow covers."""
    return st.builds(
        Interface,
        id=_IDS,
        cloud=_IDS,
        name=_NAMES,
        section=_IDS,
        flows=st.lists(_IDS, max_size=2, unique=True).map(tuple),
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
        draw: Passed by Hypothesis.
        citation: Where they stand; anywhere without it.
        between: The ids of the endpoints to choose from; any without them.
        targets: The ids of the sections to choose from; any without them.
    """
    citation = citation or draw(citations(draw(_IDS)))
    side = _one_of(tuple(between))
    target = _one_of(tuple(targets))
    return Pointer(
        id=draw(_IDS),
        section=_section_of(citation),
        source=draw(side),
        destination=draw(side),
        targets=tuple(
            draw(st.lists(target, min_size=1, max_size=2, unique=True))
        ),
        text=draw(_NAMES),
        citation=citation,
    )


def port_changes() -> st.SearchStrategy[PortChange]:
    """Return other ports that a site uses for a vendor's flow."""
    return st.builds(
        PortChange,
        flow=_IDS,
        reason=_NAMES,
        ports=_PORTS,
        reference=_MAYBE_NAMES,
    )


def endpoint_names() -> st.SearchStrategy[EndpointNames]:
    """Return what a site calls an endpoint of the edition."""
    return st.builds(
        EndpointNames,
        endpoint=_IDS,
        label=_NAMES,
        aliases=_ALIASES,
        reference=_MAYBE_NAMES,
    )


def site_notes() -> st.SearchStrategy[SiteNote]:
    """Return notes of a site on flows that it adds."""
    return st.builds(
        SiteNote,
        id=_IDS,
        kind=_NOTE_KINDS,
        text=_NAMES,
        qualifies=st.lists(_IDS, min_size=1, max_size=2, unique=True).map(
            tuple
        ),
        reference=_MAYBE_NAMES,
    )


@st.composite
def site_flows(draw: st.DrawFn) -> SiteFlow:
    """Return flows that a site adds."""
    model = draw(flows())
    shared = {
        field.name: getattr(model, field.name)
        for field in attrs.fields(SiteFlow)
        if hasattr(model, field.name)
    }
    own = {
        "purpose": draw(_NAMES),
        "reference": draw(_MAYBE_NAMES),
        "covers": draw(st.none() | _IDS),
    }
    return SiteFlow(**{**shared, **own})


def overlays() -> st.SearchStrategy[Overlay]:
    """Return overlays that are valid by themselves."""
    own = st.builds(attrs.evolve, endpoints(), reference=_MAYBE_NAMES)
    return st.builds(
        Overlay,
        id=_IDS,
        title=_NAMES,
        endpoints=st.lists(own, max_size=2, unique=True).map(tuple),
        flows=st.lists(site_flows(), max_size=2, unique=True).map(tuple),
        changes=st.lists(port_changes(), max_size=2, unique=True).map(tuple),
        names=st.lists(endpoint_names(), max_size=2, unique=True).map(tuple),
        notes=st.lists(site_notes(), max_size=2, unique=True).map(tuple),
    )


_TEXTS: Final = st.lists(_NAMES, max_size=2, unique=True).map(tuple)
_RECORDS: Final = st.lists(_IDS, max_size=2, unique=True).map(tuple)
_RELEASES: Final = st.lists(st.integers(1, 99), min_size=1, max_size=3).map(
    lambda numbers: ".".join(map(str, numbers))
)
_STATED_PROTOCOLS: Final = st.lists(
    _PROTOCOLS, max_size=2, unique=True
) | st.sampled_from(([ICMP], [TCP, UDP]))
_SPANS: Final = st.lists(
    st.tuples(_RELEASES, st.sampled_from(["", "+"])).map("".join)
    | st.tuples(_RELEASES, _RELEASES).map("-".join),
    max_size=2,
    unique=True,
).map(tuple)


@st.composite
def statements(draw: st.DrawFn, *, source: str = "") -> Statement:
    """Return statements of other sources.

    Args:
        draw: Passed by Hypothesis.
        source: The id of the source, with which their own begins.
    """
    protocols = draw(_STATED_PROTOCOLS)
    has_ports = bool(protocols) and all(p.has_ports for p in protocols)
    name = draw(_IDS)
    agreement: Any = draw(st.sampled_from(get_args(Agreement)))
    return Statement(
        id=StatementId(f"{source or draw(_IDS)}-{name}"),
        about=draw(_RECORDS) or (() if agreement == "adds" else (name,)),
        agreement=agreement,
        form=draw(st.sampled_from(get_args(Form))),
        source=draw(st.none() | _IDS),
        destination=draw(st.none() | _IDS),
        protocols=tuple(protocols),
        ports=draw(_PORTS) if has_ports and draw(_BOOLEANS) else (),
        icmp_types=(8,) if protocols == [ICMP] and draw(_BOOLEANS) else (),
        requirement=draw(st.none() | _REQUIREMENTS),
        when=draw(_conditions_of(())),
        condition=draw(_MAYBE_NAMES),
        releases=draw(_SPANS),
        place=draw(_MAYBE_NAMES),
        setting=draw(_MAYBE_NAMES),
        purpose=draw(_MAYBE_NAMES),
        symptoms=draw(_TEXTS),
        error=draw(_MAYBE_NAMES),
        note=draw(_MAYBE_NAMES),
    )


@st.composite
def statement_sources(draw: st.DrawFn) -> StatementSource:
    """Return sources of statements, whole and in part."""
    name: Any = draw(_IDS)
    probable = draw(_SPANS)
    missing = draw(_TEXTS)
    stated = st.lists(
        statements(source=name), max_size=3, unique_by=lambda each: each.id
    )
    return StatementSource(
        id=name,
        title=draw(_NAMES),
        publisher=draw(_NAMES),
        kind=draw(st.sampled_from(get_args(SourceKind))),
        port_page=draw(_BOOLEANS),
        releases=draw(_SPANS),
        probable_releases=probable,
        why_probable=draw(_NAMES) if probable else None,
        date=draw(st.none() | st.dates().map(str)),
        commit=draw(
            st.none() | st.text("0123456789abcdef", min_size=7, max_size=40)
        ),
        url=draw(st.none() | _IDS.map("https://{}.example/".format)),
        seen="part" if missing else "whole",
        missing=missing,
        silent_on=draw(_RECORDS),
        remarks=draw(_TEXTS),
        statements=tuple(draw(stated)),
    )


@st.composite
def releases(draw: st.DrawFn) -> Release:
    """Return releases, with an edition and without one."""
    edition: Any = draw(st.none() | _IDS.map(EditionId))
    near: Any = draw(st.none() | _IDS.map(EditionId))
    grounds = ["unknown"] if edition is None else ["stated", "inferred"]
    chosen: Any = draw(st.sampled_from(grounds))
    return Release(
        id=draw(_RELEASES),
        product=draw(_NAMES),
        edition=edition,
        grounds=chosen,
        nearest=None if edition else near,
        reason=draw(_NAMES),
    )


_ADDRESSABLE: Final = endpoints().filter(lambda end: end.kind != "group")
_OTHER_ENDPOINTS: Final = st.lists(endpoints(), max_size=4)
_EDITION_ALIASES: Final = st.lists(_IDS, max_size=2, unique=True).map(tuple)
_SOURCES: Final = sources()
_SECTIONS: Final = sections()
_FEW: Final = st.integers(1, 2)


@st.composite
def editions(draw: st.DrawFn, *, max_sections: int = 3) -> Edition:
    """Return whole editions: consistent, and with every place cited.

    Args:
        draw: Passed by Hypothesis.
        max_sections: The most sections, subsections included.
    """
    chosen = [facet for facet, _ in FACETS if draw(_BOOLEANS)]
    known = tuple(
        _drop_shared_names(draw(facets(facet=facet)) for facet in chosen)
    )
    parts = draw(_outline(max_sections))
    # The first is one that flows can run between: a group would not do. It
    # stands first, so that whichever clashes with it is left out.
    people = _drop_shared_names([draw(_ADDRESSABLE), *draw(_OTHER_ENDPOINTS)])
    page = _Page(draw, known, parts, people)
    overview = Extent(lead_ins=(1,) * draw(_FEW))
    places = list(overview.citations(None))
    for section in parts:
        places += section.extent.citations(section.id)
    for place in places:
        page.state(place)
    return Edition(
        id=draw(_IDS),
        title=draw(_NAMES),
        product=draw(_NAMES),
        aliases=draw(_EDITION_ALIASES),
        source=draw(_SOURCES),
        overview=overview,
        facets=known,
        sections=parts,
        endpoints=people,
        flows=page.flows,
        exclusions=page.exclusions,
        pointers=page.pointers,
        notes=page.notes,
        interfaces=_cover(page, known, draw) if draw(_BOOLEANS) else (),
    )


def _cover(
    page: _Page, known: Sequence[Facet], draw: st.DrawFn
) -> tuple[Interface, ...]:
    """Return an interface for each cloud, and for each flow that needs one.

    There are none where a flow of an orchestrator can apply on no cloud.
    """
    clouds = [v.id for f in known if f.id == "cloud" for v in f.values]
    section = st.sampled_from([*page.sections])
    found = [
        Interface(
            id=cloud,
            cloud=cloud,
            name=f"{cloud}'s own" if draw(_BOOLEANS) else None,
            section=draw(section),
        )
        for cloud in clouds
    ]
    for flow in page.flows:
        here = [
            cloud
            for cloud in clouds
            if Answer.YES in flow.when.possible({"cloud": frozenset({cloud})})
        ]
        if not here:
            return ()
        found.append(
            Interface(
                id=f"{flow.id}-in-{here[0]}",
                cloud=here[0],
                name=f"{flow.id}, {here[0]}",
                section=draw(section),
                flows=(flow.id,),
            )
        )
    return tuple(found)


@st.composite
def _outline(draw: st.DrawFn, max_sections: int) -> tuple[Section, ...]:
    """Return sections and subsections, each within its parent."""
    found = _drop_shared_names(
        draw(st.lists(_SECTIONS, min_size=1, max_size=max_sections))
    )
    made: list[Section] = []
    for section in found:
        # A subsection of the one before, which is still open.
        within = draw(_BOOLEANS)
        parent = made[-1].id if made and within else None
        made.append(attrs.evolve(section, parent=parent))
    return tuple(made)


class _Page:
    """The records of one edition, drawn place by place."""

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
        self.lists: dict[type, list[Any]] = {
            Flow: self.flows,
            Exclusion: self.exclusions,
            Pointer: self.pointers,
            Note: self.notes,
        }
        self.ids: set[str] = set()
        self.identities: set[object] = set()

    def state(self, citation: Citation) -> None:
        """State something at that place; a note, if nothing else fits."""
        made: Any = None
        if citation.section and citation.place in {"row", "bullet", "note"}:
            ways = [self.flow, self.nothing, self.exclusion, self.pointer]
            ways += [self.flow] * 3
            made = self.draw(st.sampled_from(ways))(citation)
        if made is None or made.id in self.ids:
            made = self.note(citation)
        self.ids.add(made.id)
        self.lists[type(made)].append(made)

    def nothing(self, citation: Citation) -> None:
        return None

    def flow(self, citation: Citation) -> Flow | None:
        flow = self.draw(
            flows(citation=citation, between=self.sides, facets=self.facets)
        )
        identities = {
            (flow.section, flow.source, flow.destination, *pair)
            for pair in flow.protocol_ports()
        }
        excluded = {(e.source, e.destination) for e in self.exclusions}
        if (
            not identities.isdisjoint(self.identities)
            or (flow.source, flow.destination) in excluded
        ):
            return None
        self.identities |= identities
        # A flow can replace earlier ones between the same endpoints.
        earlier = [
            other.id
            for other in self.flows
            if (other.source, other.destination)
            == (flow.source, flow.destination)
            and other.id != flow.id
        ]
        # Twice, for few flows have any that they could replace.
        replaced = self.draw(st.sampled_from([None, *earlier, *earlier]))
        if replaced is not None:
            flow = attrs.evolve(flow, replaces=(replaced,))
        return flow

    def exclusion(self, citation: Citation) -> Exclusion | None:
        made = self.draw(exclusions(citation=citation, between=self.sides))
        used = {(flow.source, flow.destination) for flow in self.flows}
        return None if (made.source, made.destination) in used else made

    def pointer(self, citation: Citation) -> Pointer:
        return self.draw(
            pointers(
                citation=citation,
                between=self.sides,
                targets=self.sections,
            )
        )

    def note(self, citation: Citation) -> Note:
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
        return made
