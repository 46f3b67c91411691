"""Records as the plain data of ``--json``: the same shape in every answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from avi_portspec.model.display import when
from avi_portspec.model.flat import identity, port_records, why

if TYPE_CHECKING:
    from avi_portspec.deployment.resolution import Decision
    from avi_portspec.model.edition import Edition
    from avi_portspec.model.flows import Exclusion, Flow, Note, Pointer, Reason

__all__ = [
    "answer",
    "apart_data",
    "decision_data",
    "flow_data",
    "note_data",
]


def answer(edition: Edition, **data: Any) -> dict[str, Any]:
    """Return an answer that says which data it was made from.

    Args:
        edition: The edition that was asked.
        **data: The answer.
    """
    return {**identity(edition), "unofficial": True, **data}


def note_data(note: Note) -> dict[str, Any]:
    """Return a note."""
    return {
        "id": note.id,
        "kind": note.kind,
        "text": note.text,
        "citation": str(note.citation),
    }


def apart_data(record: Exclusion | Pointer) -> dict[str, Any]:
    """Return an exclusion or a pointer."""
    return {
        "id": record.id,
        "source": record.source,
        "destination": record.destination,
        "text": record.text,
        "citation": str(record.citation),
    }


def flow_data(flow: Flow, edition: Edition) -> dict[str, Any]:
    """Return a flow with all that is said about it."""
    return {
        "id": flow.id,
        "section": flow.section,
        "source": flow.source,
        "source_name": edition.endpoints[flow.source].name,
        "destination": flow.destination,
        "destination_name": edition.endpoints[flow.destination].name,
        "ports": [
            {
                "protocol": record["protocol"],
                "protocol_number": record["protocol_number"],
                "port_low": record["port_low"],
                "port_high": record["port_high"],
                "icmp_type": record["icmp_type"],
            }
            for record in port_records(flow, edition)
        ],
        "service": flow.service,
        "purpose": flow.purpose,
        "requirement": flow.requirement,
        "when": when(flow, edition.facets),
        "reason": why(flow, edition),
        "effect_if_blocked": flow.effect_if_blocked,
        "replaces": [*flow.replaces],
        "inferred": _reasons(flow.inferred),
        "readings": _reasons(flow.readings),
        "notes": [note_data(note) for note in edition.notes_on(flow.id)],
        "citation": str(flow.citation),
        "origin": flow.origin,
    }


def decision_data(decision: Decision, edition: Edition) -> dict[str, Any]:
    """Return what is decided about a flow, and why."""
    return {
        "flow": flow_data(decision.flow, edition),
        "decision": decision.status,
        "reason": decision.reason,
        "facts": [
            {"facet": facet, "values": sorted(values)}
            for facet, values in decision.facts
        ],
        "replaced_by": [*decision.replaced_by],
        "notes": [note_data(note) for note in decision.notes],
        "citations": [str(place) for place in decision.citations],
        "inferred": _reasons(decision.inferred),
    }


def _reasons(reasons: Iterable[Reason]) -> list[dict[str, str]]:
    return [{"field": each.field, "reason": each.reason} for each in reasons]
