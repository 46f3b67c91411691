"""Flows as flat records: one dict a protocol and port range, for machines.

Data frames, spreadsheets and JSON want rows whose every field is a plain
value. A flow over TCP and UDP, or over two ranges, is several such rows;
they share its id.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final, TypedDict

import avi_portspec
from avi_portspec.model.display import attributed, stated_by, when
from avi_portspec.names import Status

if TYPE_CHECKING:
    from avi_portspec.model.edition import Edition
    from avi_portspec.model.flows import Flow, Reason

__all__ = [
    "FlatRecord",
    "Identity",
    "PortRecord",
    "flat_records",
    "identity",
    "port_records",
    "why",
]

#: Why the page has a flow, where no deployment was asked about.
_REQUIREMENTS: Final = {
    "required": "The page requires it",
    "optional": "The page has it as optional",
    "some-or-all": "The page says that some or all of these may be required",
    "when-used": "The page asks for it where it is used",
}


class PortRecord(TypedDict):
    """One protocol and port range of one flow.

    Every key is always there. Ids in one field are parted by a blank, which
    no id contains.

    Attributes:
        flow: The flow's id.
        decision: What is decided for the deployment that was asked about;
            ``None`` if none was.
        source: The id of who opens the connection.
        source_name: Its name.
        destination: The id of who listens.
        destination_name: Its name.
        protocol: The protocol's name, or its number if it has none here.
        protocol_number: Its number, as IANA assigns it.
        port_low: The first destination port; ``None`` without ports.
        port_high: The last one, included; equal to the first for one port.
        icmp_type: The ICMP message's type, where the page names one.
        service: The service, as the page names it.
        purpose: What it is for, where the page says so.
        requirement: How strongly the page asks for it.
        when: Its condition, in English.
        reason: Why it is decided so, or what the page asks for.
        effect_if_blocked: What happens if it is blocked, where stated.
        replaces: The ids of the flows that it can stand in for.
        replaced_by: The ids of the flows that stand in for it here.
        inferred: What the page does not state: each field, with the reason.
        readings: What it states unclearly: each field, with the reading.
        notes: The ids of the notes that qualify it.
        section: The id of the section that states it.
        citation: Where on the page it is stated.
        origin: The overlay of a site that it, or its ports, come from;
            ``None`` where all of it is the page's.
    """

    flow: str
    decision: Status | None
    source: str
    source_name: str
    destination: str
    destination_name: str
    protocol: str
    protocol_number: int
    port_low: int | None
    port_high: int | None
    icmp_type: int | None
    service: str | None
    purpose: str | None
    requirement: str
    when: str
    reason: str
    effect_if_blocked: str | None
    replaces: str
    replaced_by: str
    inferred: str
    readings: str
    notes: str
    section: str
    citation: str
    origin: str | None


class Identity(TypedDict):
    """What a table was made from.

    Attributes:
        edition: The edition's id.
        data_version: The version of the package, which is its data's.
        digest: The SHA-256 of the edition; see
            :attr:`avi_portspec.Edition.digest`.
    """

    edition: str
    data_version: str
    digest: str


class FlatRecord(PortRecord, Identity):
    """A port record that says what it was made from."""


def identity(edition: Edition) -> Identity:
    """Return what says which data a table was made from."""
    return {
        "edition": edition.id,
        "data_version": avi_portspec.__version__,
        "digest": edition.digest,
    }


def why(flow: Flow, edition: Edition) -> str:
    """Return what the page asks for, in a sentence."""
    said = attributed(_REQUIREMENTS[flow.requirement], stated_by(flow))
    return f"{said}: {when(flow, edition.facets)}."


def _told(reasons: Iterable[Reason]) -> str:
    return " ".join(f"{each.field}: {each.reason}" for each in reasons)


def port_records(
    flow: Flow,
    edition: Edition,
    *,
    decision: Status | None = None,
    reason: str = "",
    replaced_by: Iterable[str] = (),
) -> Iterator[PortRecord]:
    """Yield one flow's records, one a protocol and port range.

    Args:
        flow: The flow.
        edition: Its edition.
        decision: What is decided about it, if anything is.
        reason: Why; without it, what the page asks for.
        replaced_by: The ids of the flows that stand in for it.
    """
    for protocol, ports, icmp_type in flow.protocol_ports():
        yield {
            "flow": flow.id,
            "decision": decision,
            "source": flow.source,
            "source_name": edition.endpoints[flow.source].name,
            "destination": flow.destination,
            "destination_name": edition.endpoints[flow.destination].name,
            "protocol": protocol.name or str(protocol.number),
            "protocol_number": protocol.number,
            "port_low": None if ports is None else ports.low,
            "port_high": None if ports is None else ports.high,
            "icmp_type": icmp_type,
            "service": flow.service,
            "purpose": flow.purpose,
            "requirement": flow.requirement,
            "when": when(flow, edition.facets),
            "reason": reason or why(flow, edition),
            "effect_if_blocked": flow.effect_if_blocked,
            "replaces": " ".join(flow.replaces),
            "replaced_by": " ".join(replaced_by),
            "inferred": _told(flow.inferred),
            "readings": _told(flow.readings),
            "notes": " ".join(flow.notes),
            "section": flow.section,
            "citation": str(flow.citation),
            "origin": flow.origin,
        }


def flat_records(
    records: Iterable[PortRecord], edition: Edition
) -> list[FlatRecord]:
    """Return records that say what they were made from."""
    made_from = identity(edition)
    return [{**record, **made_from} for record in records]
