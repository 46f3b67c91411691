"""The records that an edition consists of: flows, notes and the rest."""

# Annotations are no strings here: see checks_of.
from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated, Any, Final, TypeAlias, get_args

import attrs

from avi_portspec.errors import Fault, shown
from avi_portspec.model.checks import (
    Choice,
    Ident,
    Integer,
    Many,
    Maybe,
    Nested,
    Text,
)
from avi_portspec.model.conditions import ALWAYS, Condition
from avi_portspec.model.facets import FLOW
from avi_portspec.model.page import ORIGIN, SECTION, Citation
from avi_portspec.model.ports import PortRange, ProtocolPorts
from avi_portspec.model.protocols import ICMP, Protocol
from avi_portspec.model.record import DERIVED, Record
from avi_portspec.names import (
    KEBAB_ID,
    EndpointId,
    EndpointKind,
    ExclusionId,
    FlowId,
    InferableField,
    NoteId,
    NoteKind,
    PointerId,
    ReasonLevel,
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
    "SiteNames",
]

ENDPOINT: Final = Ident("an endpoint", KEBAB_ID)
NOTE: Final = Ident("a note", KEBAB_ID)

#: What several records have, each with what it may hold.
Aliases: TypeAlias = Annotated[
    tuple[str, ...], Many("a list of names", Text("a name"))
]
#: What tables call an endpoint.
Label: TypeAlias = Annotated[str | None, Maybe(Text("a label"))]
CitedAt: TypeAlias = Annotated[Citation, Nested("a citation", Citation)]
InSection: TypeAlias = Annotated[SectionId, SECTION]
Notes: TypeAlias = Annotated[
    tuple[NoteId, ...], Many("a list of note ids", NOTE), DERIVED
]
Origin: TypeAlias = Annotated[str | None, ORIGIN]
PortRanges: TypeAlias = Annotated[
    tuple[PortRange, ...],
    Many("a list of port ranges", Nested("a port range", PortRange)),
]
Protocols: TypeAlias = Annotated[
    tuple[Protocol, ...],
    Many(
        "a list of at least one protocol",
        Nested("a protocol", Protocol),
        least=1,
    ),
]
Reference: TypeAlias = Annotated[str | None, Maybe(Text("a reference"))]
RequirementWord: TypeAlias = Annotated[Requirement, Choice(Requirement)]
Service: TypeAlias = Annotated[str | None, Maybe(Text("a service's name"))]
Side: TypeAlias = Annotated[EndpointId, ENDPOINT]
When: TypeAlias = Annotated[Condition, Nested("a condition", Condition)]

INFERABLE: Final[tuple[InferableField, ...]] = get_args(InferableField)


@attrs.frozen(kw_only=True, getstate_setstate=False, eq=False, repr=False)
class SiteNames(Record):
    """What a site calls an endpoint of the vendor's page.

    Attributes:
        origin: The overlay that says so.
        label: What tables call it; a name like the others.
        aliases: Other names for the same.
        reference: What the site cites for it.
    """

    origin: Annotated[str, Ident("an overlay", KEBAB_ID)]
    label: Label = None
    aliases: Aliases = ()
    reference: Reference = None

    def names(self) -> tuple[str, ...]:
        """Return the label, if there is one, and the aliases."""
        return (*filter(None, [self.label]), *self.aliases)


@attrs.frozen(kw_only=True, getstate_setstate=False, eq=False, repr=False)
class Endpoint(Record):
    """One side of a flow: a part of the product, or what it talks to.

    Attributes:
        id: Its id.
        name: The name that the vendor uses.
        short: A shorter name, for tables; ``None`` where the name will do.
            Two endpoints can share one: the row says whose gateway it is.
        kind: What it is. A ``group`` stands for several others and never
            is a side of a flow.
        aliases: Other names for the same.
        description: What it is, in a sentence, where the name leaves doubt.
        site_names: What sites call it, an item for each overlay.
        origin: The overlay that it comes from; ``None`` for the vendor's.
        reference: What the site cites for it, such as a change.
    """

    id: Annotated[EndpointId, ENDPOINT]
    name: Annotated[str, Text("a name")]
    short: Annotated[str | None, Maybe(Text("a short name"))] = None
    kind: Annotated[EndpointKind, Choice(EndpointKind)]
    aliases: Aliases = ()
    description: Annotated[str | None, Maybe(Text())] = None
    site_names: Annotated[
        tuple[SiteNames, ...],
        Many("a list of a site's names", Nested("a site's names", SiteNames)),
    ] = ()
    origin: Origin = None
    reference: Reference = None

    @property
    def label(self) -> str:
        """The name for tables: a site's, else the short one, else the name."""
        own = [given.label for given in self.site_names if given.label]
        return own[-1] if own else self.short or self.name


#: Not from the module string, which takes longer to import than two records
#: take to be made.
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_WITH_TYPES: Final = ((ICMP,), (Protocol.of("icmpv6"),))


@attrs.frozen(kw_only=True, getstate_setstate=False, eq=False, repr=False)
class Reason(Record):
    """Why one field of a flow says what it says.

    Attributes:
        field: The name of the field.
        reason: Why, in a sentence.
        level: How much hangs on it. Tables leave out what is ``routine``;
            what is of a ``site`` is its decision, and no assumption.
        short: The assumption in a few words, for the line below a table:
            ``TCP (only a port number is given)``. Equal ones are one line.
        when: The case that it is about. A deployment that settles it
            otherwise is not told.
    """

    field: Annotated[str, Choice(InferableField)]
    reason: Annotated[str, Text("a reason")]
    level: Annotated[ReasonLevel, Choice(ReasonLevel)] = "assumed"
    short: Annotated[str | None, Maybe(Text("an assumption"))] = None
    when: When = ALWAYS


_REASONS: Final = Many("a list of reasons", Nested("a reason", Reason))


def _twice(reasons: tuple[Reason, ...], path: str) -> Iterator[Fault]:
    seen: set[tuple[str, Condition]] = set()
    for position, reason in enumerate(reasons):
        case = reason.field, reason.when
        if case in seen:
            where = f"{path}[{position}].field"
            yield Fault(
                "flow/reason-twice",
                where,
                "each field once for one case",
                repr(reason.field),
            )
        seen.add(case)


def traffic_faults(record: Any, *, needs_ports: bool) -> Iterator[Fault]:
    """Yield what is wrong between protocols, ports and ICMP types.

    Args:
        record: What has the three.
        needs_ports: Whether a protocol that has ports needs some.
    """
    ported = [p for p in record.protocols if p.has_ports]
    if record.ports and len(ported) < len(record.protocols):
        portless = next(p for p in record.protocols if not p.has_ports)
        yield Fault(
            "flow/needless-ports",
            "ports",
            f"no ports, for {portless.label} has none",
            shown(record.ports),
        )
    if needs_ports and ported and not record.ports:
        yield Fault(
            "flow/no-ports",
            "ports",
            f"at least one port range, for {ported[0].label} has ports",
            "none",
        )
    if record.icmp_types and record.protocols not in _WITH_TYPES:
        expected = "none unless the protocol is icmp or icmpv6 alone"
        yield Fault("flow/icmp-types", "icmp_types", expected, "some")
    numbered = sorted(zip(record.ports, range(len(record.ports)), strict=True))
    for (before, _), (ports, position) in pairwise(numbered):
        if ports.low <= before.high:
            expected = f"ports apart from {before}"
            yield Fault(
                "flow/overlapping-ports",
                f"ports[{position}]",
                expected,
                str(ports),
            )


def pairs_of(record: Any) -> tuple[ProtocolPorts, ...]:
    """Return each protocol with each of its port ranges or messages.

    Args:
        record: What has protocols, ports and ICMP types.
    """
    return tuple(
        ProtocolPorts(protocol, ports, icmp_type)
        for protocol in record.protocols
        for ports in (record.ports or (None,))
        for icmp_type in (record.icmp_types or (None,))
    )


@attrs.frozen(kw_only=True, getstate_setstate=False, eq=False, repr=False)
class Flow(Record):
    """One kind of traffic: who opens a connection to whom, on what ports.

    Attributes:
        id: Stable from edition to edition and never used again for anything
            else. A port is not an identity: the id may not contain it.
        section: The section that states the flow.
        source: Who opens the connection.
        destination: Who listens.
        protocols: At least one; ``TCP or UDP`` is one flow with two.
        ports: Ranges of destination ports; empty if and only if none of the
            protocols knows ports.
        icmp_types: For ICMP alone, the message types (RFC 792; echo request
            is 8), else for ICMPv6 (RFC 4443); empty means that the vendor
            names none.
        service: The service, as the vendor names it; never guessed from the
            port.
        purpose: What the flow is for, where the vendor says so.
        requirement: How strongly the vendor asks for it.
        when: The condition under which it applies.
        replaces: Flows that this one replaces where it applies.
        effect_if_blocked: What happens if it is blocked, where stated.
        inferred: The fields that the vendor does not state, with reasons.
        readings: The fields that the vendor states ambiguously, with the
            interpretation that was taken.
        origin: The overlay that it, or its ports, come from; ``None`` where
            all of it is the vendor's.
        reference: What the site cites for it, or for its ports.
        citation: Where on the vendor's page the flow is stated.
        notes: The notes that qualify it; empty outside an edition, which
            works it out from the notes.
    """

    id: Annotated[FlowId, FLOW]
    section: InSection
    source: Side
    destination: Side
    protocols: Protocols
    ports: PortRanges = ()
    icmp_types: Annotated[
        tuple[int, ...], Many("a list of ICMP types", Integer(0, 255))
    ] = ()
    service: Service = None
    purpose: Annotated[str | None, Maybe(Text("a purpose"))] = None
    requirement: RequirementWord
    when: When = ALWAYS
    replaces: Annotated[
        tuple[FlowId, ...], Many("a list of flow ids", FLOW)
    ] = ()
    effect_if_blocked: Annotated[str | None, Maybe(Text("an effect"))] = None
    inferred: Annotated[tuple[Reason, ...], _REASONS] = ()
    readings: Annotated[tuple[Reason, ...], _REASONS] = ()
    origin: Origin = None
    reference: Reference = None
    citation: CitedAt
    notes: Notes = ()

    def _faults(self) -> Iterator[Fault]:
        yield from traffic_faults(self, needs_ports=True)
        yield from self._port_in_id()
        if self.id in self.replaces:
            yield Fault(
                "flow/replaces-itself",
                "replaces",
                "other flows",
                "the flow itself",
            )
        yield from _twice(self.inferred, "inferred")
        yield from _twice(self.readings, "readings")
        stated = {reason.field for reason in self.readings}
        for position, reason in enumerate(self.inferred):
            if reason.field in stated:
                yield Fault(
                    "flow/inferred-and-stated",
                    f"inferred[{position}].field",
                    "a field that the readings do not call stated",
                    repr(reason.field),
                )

    def _port_in_id(self) -> Iterator[Fault]:
        words = self.id.split("-")
        numbers = {n for r in self.ports for n in (str(r.low), str(r.high))}
        # The number alone, or behind letters, as in tcp443.
        used = {w for w in words if w.lstrip(_LETTERS) in numbers}
        if used:
            yield Fault(
                "flow/port-in-id",
                "id",
                "an id that says what the flow is for, not its port",
                shown(self.id),
                "-".join(w for w in words if w not in used) or None,
            )

    def __str__(self) -> str:
        """Return the flow in a line: its ends, its ports, its service."""
        pairs = ", ".join(map(str, self.protocol_ports()))
        service = f" ({self.service})" if self.service else ""
        return f"{self.source} to {self.destination}, {pairs}{service}"

    def _repr_html_(self) -> str:
        """Return the flow's fields as a table for a notebook."""
        # Imported here: only notebooks need HTML.
        from avi_portspec.documents.blocks import Table
        from avi_portspec.documents.html import write_fragment

        rows = (
            ("Source", self.source),
            ("Destination", self.destination),
            ("Ports", ", ".join(map(str, self.protocol_ports()))),
            ("Service", self.service or ""),
            ("Purpose", self.purpose or ""),
            ("Requirement", self.requirement),
            ("When", self.when.describe()),
            ("Effect if blocked", self.effect_if_blocked or ""),
            ("Place", str(self.citation)),
        )
        filled = tuple(row for row in rows if row[1])
        return write_fragment(Table(self.id, ("Field", "Value"), filled))

    @property
    def is_inferred(self) -> bool:
        """Whether any of the flow's fields is not stated by the vendor."""
        return bool(self.inferred)

    @property
    def direction_doubts(self) -> tuple[Reason, ...]:
        """Why it is doubtful who opens the connection, if it is.

        They are the readings of the source and the destination with which to
        take caution.
        """
        return tuple(
            reading
            for reading in self.readings
            if reading.level == "caution"
            and reading.field in {"source", "destination"}
        )

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
        return pairs_of(self)


@attrs.frozen(kw_only=True, getstate_setstate=False, eq=False, repr=False)
class Note(Record):
    """Something that the vendor says about flows, paraphrased.

    Attributes:
        id: Its id.
        kind: What it does for the records that it qualifies.
        text: What the vendor says, as precisely, in other words.
        qualifies: The ids of the flows, exclusions and pointers that it is
            about. The relation is stated here alone; what a flow says of
            its notes is worked out from it.
        sections: The sections that it introduces or is about as a whole.
        citation: Where it stands on the vendor's page.
    """

    id: Annotated[NoteId, NOTE]
    kind: Annotated[NoteKind, Choice(NoteKind)]
    text: Annotated[str, Text("a text")]
    qualifies: Annotated[
        tuple[FlowId | ExclusionId | PointerId, ...],
        Many(
            "a list of flow, exclusion and pointer ids",
            Ident("a flow, an exclusion or a pointer", KEBAB_ID),
        ),
    ] = ()
    sections: Annotated[
        tuple[SectionId, ...], Many("a list of section ids", SECTION)
    ] = ()
    citation: CitedAt

    def _faults(self) -> Iterator[Fault]:
        if not self.qualifies and not self.sections:
            yield Fault(
                "note/qualifies-nothing",
                "qualifies",
                "at least one record or section",
                "none",
            )


@attrs.frozen(kw_only=True, getstate_setstate=False, eq=False, repr=False)
class Exclusion(Record):
    """A flow that the vendor says is *not* needed: a fact, not a gap.

    Attributes:
        id: Its id, from the same names as those of flows.
        section: The section that states it.
        source: Who need not open any connection ...
        destination: ... to whom.
        text: What the vendor says, paraphrased.
        citation: Where it stands on the vendor's page.
        notes: The notes that qualify it; worked out by the edition.
    """

    id: Annotated[ExclusionId, Ident("an exclusion", KEBAB_ID)]
    section: InSection
    source: Side
    destination: Side
    text: Annotated[str, Text("a text")]
    citation: CitedAt
    notes: Notes = ()


@attrs.frozen(kw_only=True, getstate_setstate=False, eq=False, repr=False)
class Pointer(Record):
    """A row that only sends its reader to other sections.

    Attributes:
        id: Its id, from the same names as those of flows.
        section: The section that states it.
        source: The source that the row names.
        destination: The destination that the row names.
        targets: The sections that it points to.
        text: What the vendor says, paraphrased.
        citation: Where it stands on the vendor's page.
        notes: The notes that qualify it; worked out by the edition.
    """

    id: Annotated[PointerId, Ident("a pointer", KEBAB_ID)]
    section: InSection
    source: Side
    destination: Side
    targets: Annotated[
        tuple[SectionId, ...],
        Many("a list of at least one section id", SECTION, least=1),
    ]
    text: Annotated[str, Text("a text")]
    citation: CitedAt
    notes: Notes = ()
