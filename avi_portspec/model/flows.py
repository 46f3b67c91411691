"""The records that an edition consists of: flows, notes and the rest."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from string import ascii_lowercase
from typing import Final

import attrs

from avi_portspec.errors import Fault, nearest, shown
from avi_portspec.model.checks import (
    Check,
    Choice,
    Ident,
    Integer,
    Many,
    Maybe,
    Nested,
    Text,
)
from avi_portspec.model.conditions import ALWAYS, Condition
from avi_portspec.model.page import ORIGIN, SECTION, Citation
from avi_portspec.model.ports import PortRange, ProtocolPorts
from avi_portspec.model.protocols import ICMP, Protocol
from avi_portspec.model.record import Record, as_tuple, check, derived
from avi_portspec.names import (
    KEBAB_ID,
    EndpointId,
    EndpointKind,
    ExclusionId,
    FlowId,
    NoteId,
    NoteKind,
    PointerId,
    Requirement,
    SectionId,
)

__all__ = [
    "INFERABLE",
    "Endpoint",
    "Exclusion",
    "Flow",
    "Note",
    "Pointer",
    "Reason",
]

ENDPOINT: Final = Ident("an endpoint", KEBAB_ID)
FLOW: Final = Ident("a flow", KEBAB_ID)
NOTE: Final = Ident("a note", KEBAB_ID)
_CITATION: Final = Nested("a citation", Citation)
_NAMES: Final = Many("a list of names", Text("a name"))

#: The fields of a flow that a page can leave out or put unclearly.
INFERABLE: Final = (
    "source",
    "destination",
    "protocols",
    "ports",
    "service",
    "requirement",
    "when",
    "replaces",
    "icmp_types",
)


@attrs.frozen(kw_only=True, getstate_setstate=False, repr=False)
class Endpoint(Record):
    """One side of a flow: a part of the product, or what it talks to.

    Attributes:
        id: Its id.
        name: The name that the page uses.
        kind: What it is. A ``group`` stands for several others and never
            is a side of a flow.
        aliases: Other names for the same.
        description: What it is, in a sentence, where the name leaves doubt.
        origin: The overlay that it comes from; ``None`` for the page.
    """

    id: EndpointId = attrs.field(metadata=check(ENDPOINT))
    name: str = attrs.field(metadata=check(Text("a name")))
    kind: EndpointKind = attrs.field(metadata=check(Choice(EndpointKind)))
    aliases: tuple[str, ...] = attrs.field(
        default=(), converter=as_tuple, metadata=check(_NAMES)
    )
    description: str | None = attrs.field(
        default=None, metadata=check(Maybe(Text()))
    )
    origin: str | None = attrs.field(default=None, metadata=check(ORIGIN))


_WITH_TYPES: Final = ((ICMP,), (Protocol.of("icmpv6"),))


class _FieldName(Check):
    """The name of a field that can be inferred."""

    __slots__ = ()

    def __init__(self) -> None:
        self.wanted = f"one of {', '.join(INFERABLE)}"

    def accepts(self, value: object) -> bool:
        return type(value) is str and value in INFERABLE

    def near(self, value: object) -> str | None:
        return nearest(value, INFERABLE)

    def schema(self, refer: object) -> dict[str, object]:
        return {"enum": list(INFERABLE)}


@attrs.frozen(kw_only=True, getstate_setstate=False, repr=False)
class Reason(Record):
    """Why one field of a flow says what it says.

    Attributes:
        field: The name of the field.
        reason: Why, in a sentence.
    """

    field: str = attrs.field(metadata=check(_FieldName()))
    reason: str = attrs.field(metadata=check(Text("a reason")))


_REASONS: Final = Many("a list of reasons", Nested("a reason", Reason))


def _twice(reasons: tuple[Reason, ...], path: str) -> Iterator[Fault]:
    seen: set[str] = set()
    for position, reason in enumerate(reasons):
        if reason.field in seen:
            where = f"{path}[{position}].field"
            yield Fault(where, "each field once", repr(reason.field))
        seen.add(reason.field)


@attrs.frozen(kw_only=True, getstate_setstate=False, repr=False)
class Flow(Record):
    """One kind of traffic: who opens a connection to whom, on what ports.

    Attributes:
        id: Stable from edition to edition and never used again for anything
            else. A port is no identity: the id may not contain it.
        section: The section of the page that states the flow.
        source: Who opens the connection.
        destination: Who listens.
        protocols: At least one; ``TCP or UDP`` is one flow with two.
        ports: Ranges of destination ports; empty if and only if none of the
            protocols knows ports.
        icmp_types: For ICMP alone, the message types (RFC 792; echo request
            is 8), else for ICMPv6 (RFC 4443); empty means that the page
            names none.
        service: The service, as the page names it; never guessed from the
            port.
        purpose: What the flow is for, where the page says so.
        requirement: How strongly the page asks for it.
        when: The condition under which it applies.
        replaces: Flows that this one stands in for where it applies.
        effect_if_blocked: What happens if it is blocked, where stated.
        inferred: The fields that the page does not state, with reasons.
        readings: The fields that the page states but leaves open to more
            than one reading, with the one that was taken.
        origin: The overlay that it, or its ports, come from; ``None`` for
            the page.
        citation: Where on the page the flow is stated.
        notes: The notes that qualify it; empty outside an edition, which
            works it out from the notes.
    """

    id: FlowId = attrs.field(metadata=check(FLOW))
    section: SectionId = attrs.field(metadata=check(SECTION))
    source: EndpointId = attrs.field(metadata=check(ENDPOINT))
    destination: EndpointId = attrs.field(metadata=check(ENDPOINT))
    protocols: tuple[Protocol, ...] = attrs.field(
        converter=as_tuple,
        metadata=check(
            Many(
                "a list of at least one protocol",
                Nested("a protocol", Protocol),
                least=1,
            )
        ),
    )
    ports: tuple[PortRange, ...] = attrs.field(
        default=(),
        converter=as_tuple,
        metadata=check(
            Many("a list of port ranges", Nested("a port range", PortRange))
        ),
    )
    icmp_types: tuple[int, ...] = attrs.field(
        default=(),
        converter=as_tuple,
        metadata=check(Many("a list of ICMP types", Integer(0, 255))),
    )
    service: str | None = attrs.field(
        default=None, metadata=check(Maybe(Text("a service's name")))
    )
    purpose: str | None = attrs.field(
        default=None, metadata=check(Maybe(Text("a purpose")))
    )
    requirement: Requirement = attrs.field(metadata=check(Choice(Requirement)))
    when: Condition = attrs.field(
        default=ALWAYS, metadata=check(Nested("a condition", Condition))
    )
    replaces: tuple[FlowId, ...] = attrs.field(
        default=(),
        converter=as_tuple,
        metadata=check(Many("a list of flow ids", FLOW)),
    )
    effect_if_blocked: str | None = attrs.field(
        default=None, metadata=check(Maybe(Text("an effect")))
    )
    inferred: tuple[Reason, ...] = attrs.field(
        default=(), converter=as_tuple, metadata=check(_REASONS)
    )
    readings: tuple[Reason, ...] = attrs.field(
        default=(), converter=as_tuple, metadata=check(_REASONS)
    )
    origin: str | None = attrs.field(default=None, metadata=check(ORIGIN))
    citation: Citation = attrs.field(metadata=check(_CITATION))
    notes: tuple[NoteId, ...] = attrs.field(
        default=(), metadata=derived(Many("a list of note ids", NOTE))
    )

    def _faults(self) -> Iterator[Fault]:
        ported = [p for p in self.protocols if p.has_ports]
        if self.ports and len(ported) < len(self.protocols):
            portless = next(p for p in self.protocols if not p.has_ports)
            yield Fault(
                "ports",
                f"no ports, for {portless.label} has none",
                shown(self.ports),
            )
        if ported and not self.ports:
            yield Fault(
                "ports",
                f"at least one port range, for {ported[0].label} has ports",
                "none",
            )
        if self.icmp_types and self.protocols not in _WITH_TYPES:
            wanted = "none unless the protocol is icmp or icmpv6 alone"
            yield Fault("icmp_types", wanted, "some")
        yield from self._overlaps()
        yield from self._port_in_id()
        if self.id in self.replaces:
            yield Fault("replaces", "other flows", "the flow itself")
        yield from _twice(self.inferred, "inferred")
        yield from _twice(self.readings, "readings")
        stated = {reason.field for reason in self.readings}
        for position, reason in enumerate(self.inferred):
            if reason.field in stated:
                yield Fault(
                    f"inferred[{position}].field",
                    "a field that the readings do not call stated",
                    repr(reason.field),
                )

    def _overlaps(self) -> Iterator[Fault]:
        numbered = sorted(zip(self.ports, range(len(self.ports)), strict=True))
        for (before, _), (ports, position) in pairwise(numbered):
            if ports.low <= before.high:
                wanted = f"ports apart from {before}"
                yield Fault(f"ports[{position}]", wanted, str(ports))

    def _port_in_id(self) -> Iterator[Fault]:
        words = self.id.split("-")
        numbers = {n for r in self.ports for n in (str(r.low), str(r.high))}
        # The number alone, or behind letters, as in tcp443.
        used = {w for w in words if w.lstrip(ascii_lowercase) in numbers}
        if used:
            yield Fault(
                "id",
                "an id that says what the flow is for, not its port",
                shown(self.id),
                "-".join(w for w in words if w not in used) or None,
            )

    @property
    def is_inferred(self) -> bool:
        """Whether the page leaves any of the flow's fields unstated."""
        return bool(self.inferred)

    def why_inferred(self, field: str) -> str | None:
        """Return why *field* was inferred, or ``None`` if it is stated."""
        for reason in self.inferred:
            if reason.field == field:
                return reason.reason
        return None

    @property
    def pair_count(self) -> int:
        """How many pairs :meth:`protocol_ports` returns."""
        ports, types = len(self.ports), len(self.icmp_types)
        return len(self.protocols) * (ports or 1) * (types or 1)

    def protocol_ports(self) -> tuple[ProtocolPorts, ...]:
        """Return each protocol with each of its port ranges or messages."""
        return tuple(
            ProtocolPorts(protocol, ports, icmp_type)
            for protocol in self.protocols
            for ports in (self.ports or (None,))
            for icmp_type in (self.icmp_types or (None,))
        )


@attrs.frozen(kw_only=True, getstate_setstate=False, repr=False)
class Note(Record):
    """Something that the page says about flows, in words of our own.

    Attributes:
        id: Its id.
        kind: What it does for the records that it qualifies.
        text: What the page says, as precisely, in other words.
        qualifies: The ids of the flows, exclusions and pointers that it is
            about. The relation is stated here alone; what a flow says of
            its notes is worked out from it.
        sections: The sections that it introduces or is about as a whole.
        citation: Where on the page it stands.
    """

    id: NoteId = attrs.field(metadata=check(NOTE))
    kind: NoteKind = attrs.field(metadata=check(Choice(NoteKind)))
    text: str = attrs.field(metadata=check(Text("a text")))
    qualifies: tuple[FlowId | ExclusionId | PointerId, ...] = attrs.field(
        default=(),
        converter=as_tuple,
        metadata=check(
            Many(
                "a list of flow, exclusion and pointer ids",
                Ident("a flow, an exclusion or a pointer", KEBAB_ID),
            )
        ),
    )
    sections: tuple[SectionId, ...] = attrs.field(
        default=(),
        converter=as_tuple,
        metadata=check(Many("a list of section ids", SECTION)),
    )
    citation: Citation = attrs.field(metadata=check(_CITATION))

    def _faults(self) -> Iterator[Fault]:
        if not self.qualifies and not self.sections:
            yield Fault("qualifies", "at least one record or section", "none")


@attrs.frozen(kw_only=True, getstate_setstate=False, repr=False)
class Exclusion(Record):
    """A flow that the page says is *not* needed: a fact, not a gap.

    Attributes:
        id: Its id, from the same names as those of flows.
        section: The section that states it.
        source: Who need not open any connection ...
        destination: ... to whom.
        text: What the page says, in words of our own.
        citation: Where on the page it stands.
        notes: The notes that qualify it; worked out by the edition.
    """

    id: ExclusionId = attrs.field(
        metadata=check(Ident("an exclusion", KEBAB_ID))
    )
    section: SectionId = attrs.field(metadata=check(SECTION))
    source: EndpointId = attrs.field(metadata=check(ENDPOINT))
    destination: EndpointId = attrs.field(metadata=check(ENDPOINT))
    text: str = attrs.field(metadata=check(Text("a text")))
    citation: Citation = attrs.field(metadata=check(_CITATION))
    notes: tuple[NoteId, ...] = attrs.field(
        default=(), metadata=derived(Many("a list of note ids", NOTE))
    )


@attrs.frozen(kw_only=True, getstate_setstate=False, repr=False)
class Pointer(Record):
    """A row that only sends its reader to other sections.

    Attributes:
        id: Its id, from the same names as those of flows.
        section: The section that states it.
        source: The source that the row names.
        destination: The destination that the row names.
        targets: The sections that it points to.
        text: What the page says, in words of our own.
        citation: Where on the page it stands.
        notes: The notes that qualify it; worked out by the edition.
    """

    id: PointerId = attrs.field(metadata=check(Ident("a pointer", KEBAB_ID)))
    section: SectionId = attrs.field(metadata=check(SECTION))
    source: EndpointId = attrs.field(metadata=check(ENDPOINT))
    destination: EndpointId = attrs.field(metadata=check(ENDPOINT))
    targets: tuple[SectionId, ...] = attrs.field(
        converter=as_tuple,
        metadata=check(
            Many("a list of at least one section id", SECTION, least=1)
        ),
    )
    text: str = attrs.field(metadata=check(Text("a text")))
    citation: Citation = attrs.field(metadata=check(_CITATION))
    notes: tuple[NoteId, ...] = attrs.field(
        default=(), metadata=derived(Many("a list of note ids", NOTE))
    )
