"""What a site decides about single flows: how to read one, or to decline it.

Both stand in the deployment. Neither makes an answer wider than the data: a
reading settles which of two directions is meant, and a declined flow gets no
port.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeVar

import attrs

from avi_portspec.documents import join
from avi_portspec.errors import Fault, nearest
from avi_portspec.model.edition import EditionData
from avi_portspec.model.facets import AcceptedReading, Deployment
from avi_portspec.model.flows import Flow
from avi_portspec.model.flowset import Flows
from avi_portspec.model.index import FlowIndex
from avi_portspec.model.record import checks_of
from avi_portspec.names import DirectionReading, FlowId, Status

__all__ = [
    "HOLDING",
    "add_readings",
    "choice_faults",
    "drop_choices",
    "read_directions",
    "reverse",
]

E = TypeVar("E", bound=EditionData)

#: The decisions on flows that are in force: the condition holds, and no other
#: flow replaces them.
HOLDING: Final[frozenset[Status]] = frozenset(
    {"needed", "optional", "direction-unclear", "declined"}
)


def _known(edition: EditionData) -> dict[str, tuple[str, ...]]:
    """Return the flows that each kind of choice can be about."""
    doubtful = tuple(
        flow.id
        for flow in edition.flows
        if flow.direction_doubts or _is_read(flow)
    )
    return {"readings": doubtful, "declined": edition.flows.ids()}


def _is_read(flow: Flow) -> bool:
    """Return whether a site has settled the direction of a flow already."""
    return any(
        why.level == "site" and why.field in {"source", "destination"}
        for why in flow.readings
    )


def choice_faults(
    deployment: Deployment, *editions: EditionData
) -> Iterator[Fault]:
    """Yield each choice of a site that is about no flow that it can be about.

    Args:
        deployment: The deployment.
        *editions: The editions, one of which has to know the flow.
    """
    if not (deployment.readings or deployment.declined):
        return
    names = join("or", (edition.id for edition in editions))
    expected = {
        "readings": f"a flow whose direction is in doubt in {names}",
        "declined": f"a flow of {names}",
    }
    every = [_known(edition) for edition in editions]
    for name, text in expected.items():
        known = [flow for each in every for flow in each[name]]
        for at, choice in enumerate(getattr(deployment, name)):
            if choice.flow not in known:
                yield Fault(
                    "word/unknown",
                    f"{name}[{at}].flow",
                    text,
                    repr(choice.flow),
                    nearest(choice.flow, known),
                )


def drop_choices(
    deployment: Deployment, edition: EditionData, other: EditionData
) -> Deployment:
    """Return a deployment for one of two editions.

    It lacks the choices that the other edition alone knows: not every flow
    is in both.

    Args:
        deployment: The deployment.
        edition: The edition that it is for.
        other: The other edition.
    """
    here, there = _known(edition), _known(other)
    kept: dict[str, Any] = {
        name: tuple(
            choice
            for choice in getattr(deployment, name)
            if choice.flow in known or choice.flow not in there[name]
        )
        for name, known in here.items()
    }
    return attrs.evolve(deployment, **kept)


def add_readings(
    deployment: Deployment, readings: Mapping[str, DirectionReading]
) -> Deployment:
    """Return a deployment with more readings, which override its own.

    Args:
        deployment: The deployment.
        readings: The direction to read, by the flow's id.
    """
    kept = [r for r in deployment.readings if r.flow not in readings]
    added = [
        AcceptedReading(flow=FlowId(flow), direction=direction)
        for flow, direction in readings.items()
    ]
    return attrs.evolve(deployment, readings=(*kept, *added))


def read_directions(edition: E, deployment: Deployment) -> E:
    """Return an edition with doubtful directions as a site reads them.

    It is the same data, under the same id and digest. It is not checked once
    more: a reading may contradict what the vendor states elsewhere.

    Args:
        edition: The edition.
        deployment: The deployment, which has the readings.
    """
    read = {each.flow: each.direction for each in deployment.readings}
    made = object.__new__(type(edition))
    fill = object.__setattr__
    for name, *_ in checks_of(type(edition)):
        fill(made, name, getattr(edition, name))
    fill(made, "digest", edition.digest)
    flows = tuple(
        _read(flow, read[flow.id])
        if flow.id in read and flow.direction_doubts
        else flow
        for flow in edition.flows
    )
    fill(made, "flows", Flows(FlowIndex(made, flows)))
    return made


def _read(flow: Flow, direction: DirectionReading) -> Flow:
    """Return a flow of doubtful direction as a site reads it."""
    said = f"Direction as accepted: {direction}."
    doubts = flow.direction_doubts
    readings = tuple(
        attrs.evolve(
            why, level="site", short=said, reason=f"{said} {why.reason}"
        )
        if why in doubts
        else why
        for why in flow.readings
    )
    read = flow if direction == "stated" else reverse(flow)
    return attrs.evolve(read, readings=readings)


def reverse(flow: Flow) -> Flow:
    """Return a flow with source and destination swapped.

    It has no purpose: what the vendor says it is for has the direction that
    the vendor states.
    """
    return attrs.evolve(
        flow, source=flow.destination, destination=flow.source, purpose=None
    )
