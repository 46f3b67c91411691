"""What an overlay holds: a site's own facts, as records."""

# Annotations are no strings here: see checks_of.
from collections.abc import Iterator
from typing import Annotated, Final

import attrs

from avi_portspec.errors import Fault
from avi_portspec.model.checks import Choice, Ident, Many, Maybe, Nested, Text
from avi_portspec.model.conditions import ALWAYS
from avi_portspec.model.facets import FLOW
from avi_portspec.model.flows import (
    ENDPOINT,
    NOTE,
    Aliases,
    Endpoint,
    Label,
    PortRanges,
    Protocols,
    Reference,
    RequirementWord,
    Service,
    Side,
    When,
)
from avi_portspec.model.interfaces import INTERFACE
from avi_portspec.model.ports import PortRange
from avi_portspec.model.record import Record
from avi_portspec.names import KEBAB_ID, EndpointId, FlowId, NoteId, NoteKind

__all__ = ["EndpointNames", "Overlay", "PortChange", "SiteFlow", "SiteNote"]

_PORTS: Final = Many(
    "a list of at least one port range",
    Nested("a port range", PortRange),
    least=1,
)


@attrs.frozen(kw_only=True, getstate_setstate=False, eq=False, repr=False)
class PortChange(Record):
    """Other ports for a flow of the edition.

    Attributes:
        flow: The flow.
        ports: The ports that it has at this site.
        reason: Why, in a sentence.
        reference: What the site cites for it, such as ``change 4711``.
    """

    flow: Annotated[FlowId, FLOW]
    ports: Annotated[tuple[PortRange, ...], _PORTS]
    reason: Annotated[str, Text("a reason")]
    reference: Reference = None


@attrs.frozen(kw_only=True, getstate_setstate=False, eq=False, repr=False)
class SiteFlow(Record):
    """A flow that the site adds.

    Its fields are those of :class:`Flow`, apart from those that refer to the
    vendor's page.

    Attributes:
        id: An id that no flow of the edition has.
        source: The source (initiator).
        destination: The destination (listener).
        protocols: At least one.
        ports: Ranges of destination ports, for protocols that have any.
        service: The service.
        purpose: What the site needs it for.
        requirement: How strongly the site asks for it.
        when: The condition under which it applies.
        reference: What the site cites for it, such as ``change 4711``.
        covers: The edition's interface that it is for, such as
            ``vcenter-server``: that the vendor's page does not state a flow
            for it is no gap any more.
    """

    id: Annotated[FlowId, FLOW]
    source: Side
    destination: Side
    protocols: Protocols
    ports: PortRanges = ()
    service: Service = None
    purpose: Annotated[str, Text("a purpose")]
    requirement: RequirementWord = "required"
    when: When = ALWAYS
    reference: Reference = None
    covers: Annotated[str | None, Maybe(INTERFACE)] = None


@attrs.frozen(kw_only=True, getstate_setstate=False, eq=False, repr=False)
class EndpointNames(Record):
    """What the site calls an endpoint of the edition.

    Attributes:
        endpoint: The endpoint.
        label: What tables call it. The vendor's name remains one of its
            names.
        aliases: Other names, to ask for it by.
        reference: What the site cites for it, such as ``change 4711``.
    """

    endpoint: Annotated[EndpointId, ENDPOINT]
    label: Label = None
    aliases: Aliases = ()
    reference: Reference = None

    def _faults(self) -> Iterator[Fault]:
        if self.label is None and not self.aliases:
            expected = "a label or an alias"
            yield Fault("overlay/no-name", "", expected, "neither")


@attrs.frozen(kw_only=True, getstate_setstate=False, eq=False, repr=False)
class SiteNote(Record):
    """Something that the site says about flows that it adds.

    Attributes:
        id: An id that no record of the edition has.
        kind: What it does for these flows.
        text: What there is to say. Whoever reads it is told that it is the
            site's.
        qualifies: The ids of these flows.
        reference: What the site cites for it, such as ``change 4711``.
    """

    id: Annotated[NoteId, NOTE]
    kind: Annotated[NoteKind, Choice(NoteKind)] = "scope"
    text: Annotated[str, Text("a text")]
    qualifies: Annotated[
        tuple[FlowId, ...],
        Many("a list of at least one flow id", FLOW, least=1),
    ]
    reference: Reference = None


@attrs.frozen(kw_only=True, getstate_setstate=False, eq=False, repr=False)
class Overlay(Record):
    """The facts of one site, to be applied on top of an edition.

    Attributes:
        id: Its id; every record that comes from it has it as its origin.
        title: What the site is called.
        endpoints: Endpoints that the site adds.
        flows: Flows that the site adds.
        changes: Other ports for flows of the edition.
        names: What the site calls endpoints of the edition.
        notes: What the site says about the flows that it adds.
    """

    id: Annotated[str, Ident("an overlay", KEBAB_ID)]
    title: Annotated[str, Text("a title")]
    endpoints: Annotated[
        tuple[Endpoint, ...],
        Many("a list of endpoints", Nested("an endpoint", Endpoint)),
    ] = ()
    flows: Annotated[
        tuple[SiteFlow, ...],
        Many("a list of flows", Nested("a flow of the site", SiteFlow)),
    ] = ()
    changes: Annotated[
        tuple[PortChange, ...],
        Many("a list of changes", Nested("a change", PortChange)),
    ] = ()
    names: Annotated[
        tuple[EndpointNames, ...],
        Many("a list of names", Nested("an endpoint's names", EndpointNames)),
    ] = ()
    notes: Annotated[
        tuple[SiteNote, ...],
        Many("a list of notes", Nested("a note of the site", SiteNote)),
    ] = ()
