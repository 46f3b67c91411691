"""Flows as flat records: one dict per protocol and port range.

Data frames, spreadsheets and JSON want rows whose every field is a plain
value. A flow over TCP and UDP, or over two ranges, is several such rows;
they share its id.
"""

# Annotations are not strings here: typing would compile each of them again,
# key by key, whenever the module is imported.

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, TypedDict

from avi_portspec.model.display import Judged, Row
from avi_portspec.model.wording import (
    base_id,
    requirement_text,
    sites_text,
    when,
)
from avi_portspec.names import Status
from avi_portspec.version import DATA_VERSION

if TYPE_CHECKING:
    from avi_portspec.model.facts import EditionFacts
    from avi_portspec.model.flows import Flow, Reason
    from avi_portspec.model.ports import PortRange
    from avi_portspec.model.protocols import Protocol

__all__ = [
    "FlatRecord",
    "Identity",
    "PortRecord",
    "flat_records",
    "identity",
    "port_keys",
    "port_record",
    "port_records",
    "reason_of",
    "reasons_text",
    "rows_of",
    "stamp",
]


class PortKeys(TypedDict):
    """A protocol and a range of its ports, as every answer has them."""

    protocol: str
    protocol_number: int
    port_low: int | None
    port_high: int | None


class PortRecord(TypedDict):
    """One protocol and port range of one flow.

    Every key is always there. A key that holds several ids separates them by
    spaces, which no id contains.

    Attributes:
        flow: The flow's id.
        decision: The decision for the deployment; ``None`` without one.
        source: The id of the source, which opens the connection.
        source_name: Its name.
        destination: The id of the destination, which listens.
        destination_name: Its name.
        protocol: The protocol's name in lower case, or its number.
        protocol_number: Its number, as IANA assigns it.
        port_low: The first destination port; ``None`` without ports.
        port_high: The last one, included; equal to the first for one port.
        icmp_type: The type of the ICMP message, where one is stated.
        service: The service, as the vendor names it.
        purpose: What it is for, where that is stated.
        requirement: How strongly the vendor asks for it.
        when: Its condition, in English.
        reason: Why it is decided so, or what the vendor asks for.
        effect_if_blocked: What happens if it is blocked, where stated.
        replaces: The ids of the flows that it replaces where it applies.
        replaced_by: The ids of the flows that replace it here.
        inferred: The fields that the vendor does not state, with reasons.
        readings: The fields that are ambiguous, with the interpretation.
        notes: The ids of the notes that qualify it.
        section: The id of the section that states it.
        citation: Where on the vendor's page it is stated.
        origin: The overlay of a site that it, or its ports, come from;
            ``None`` for what the vendor states.
        reference: What the site cites for that.
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
    reference: str | None


class Identity(TypedDict):
    """What a table was made from.

    Attributes:
        edition: The edition's id.
        data_version: The version of the bundled data; see
            :data:`avi_portspec.DATA_VERSION`.
        digest: The SHA-256 of the edition; see
            :attr:`avi_portspec.Edition.digest`.
    """

    edition: str
    data_version: str
    digest: str


class FlatRecord(PortRecord, Identity):
    """A port record that says what it was made from."""


def identity(edition: "EditionFacts") -> Identity:
    """Return what says which data a table was made from."""
    return {
        "edition": edition.id,
        "data_version": DATA_VERSION,
        "digest": edition.digest,
    }


def stamp(edition: "EditionFacts") -> str:
    """Return the edition, the data's version and the digest, in a line."""
    return (
        f"{base_id(edition)}{sites_text(edition)}, data version "
        f"{DATA_VERSION}, SHA-256 {edition.digest}"
    )


def reasons_text(reasons: "Iterable[Reason]") -> str:
    """Return the reasons behind some fields: ``ports: It is ...``."""
    return " ".join(f"{why.field}: {why.reason}" for why in reasons)


def reason_of(row: Row) -> str:
    """Return why a row is there: the decision's reason, or the vendor's."""
    if row.decision is None:
        return requirement_text(row.flow, row.edition.facets)
    return row.decision.reason


def rows_of(
    flow: "Flow", edition: "EditionFacts", decision: Judged | None = None
) -> Iterator[Row]:
    """Yield one flow's rows, one per protocol and port range.

    Args:
        flow: The flow.
        edition: Its edition.
        decision: What is decided about it, if anything is.
    """
    for pair in flow.protocol_ports():
        yield Row(flow, edition, decision, pair)


def port_keys(protocol: "Protocol", ports: "PortRange | None") -> PortKeys:
    """Return the keys that ports have in every record and answer.

    Args:
        protocol: The protocol.
        ports: The range of ports; ``None`` without ports.
    """
    return {
        "protocol": protocol.name or str(protocol.number),
        "protocol_number": protocol.number,
        "port_low": None if ports is None else ports.low,
        "port_high": None if ports is None else ports.high,
    }


def port_record(row: Row) -> PortRecord:
    """Return a row, which is for one pair, as a flat record."""
    flow, edition, decision, pair = row
    assert pair is not None  # noqa: S101 - for types
    protocol, ports, icmp_type = pair
    return {
        "flow": flow.id,
        "decision": None if decision is None else decision.status,
        "source": flow.source,
        "source_name": edition.endpoints[flow.source].name,
        "destination": flow.destination,
        "destination_name": edition.endpoints[flow.destination].name,
        **port_keys(protocol, ports),
        "icmp_type": icmp_type,
        "service": flow.service,
        "purpose": flow.purpose,
        "requirement": flow.requirement,
        "when": when(flow, edition.facets),
        "reason": reason_of(row),
        "effect_if_blocked": flow.effect_if_blocked,
        "replaces": " ".join(flow.replaces),
        "replaced_by": " ".join(decision.replaced_by if decision else ()),
        "inferred": reasons_text(flow.inferred),
        "readings": reasons_text(flow.readings),
        "notes": " ".join(flow.notes),
        "section": flow.section,
        "citation": str(flow.citation),
        "origin": flow.origin,
        "reference": flow.reference,
    }


def port_records(
    flow: "Flow", edition: "EditionFacts", decision: Judged | None = None
) -> Iterator[PortRecord]:
    """Yield one flow's records; see :func:`rows_of`."""
    return map(port_record, rows_of(flow, edition, decision))


def flat_records(
    records: Iterable[PortRecord], edition: "EditionFacts"
) -> list[FlatRecord]:
    """Return records that say what they were made from."""
    made_from = identity(edition)
    return [{**record, **made_from} for record in records]
