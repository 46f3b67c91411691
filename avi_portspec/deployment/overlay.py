"""A site's own facts over an edition: its changed ports, its endpoints."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import attrs

from avi_portspec.errors import Fault, InvalidDataError, nearest
from avi_portspec.model.checks import (
    Choice,
    Ident,
    Many,
    Maybe,
    Nested,
    Text,
)
from avi_portspec.model.conditions import ALWAYS, Condition
from avi_portspec.model.consistency import FAULTS
from avi_portspec.model.flows import ENDPOINT, FLOW, Endpoint, Flow, Reason
from avi_portspec.model.page import Citation, Extent, Section
from avi_portspec.model.ports import PortRange
from avi_portspec.model.protocols import Protocol
from avi_portspec.model.record import Record, as_tuple, check
from avi_portspec.names import (
    KEBAB_ID,
    EndpointId,
    FlowId,
    Requirement,
    SectionId,
)

if TYPE_CHECKING:
    from avi_portspec.model.edition import Edition

__all__ = ["Overlay", "PortChange", "SiteFlow", "overlaid", "read_overlay"]

_PLACE: Final = re.compile(
    r"(?P<field>sections|endpoints|flows)\[(?P<number>\d+)\]"
)
_PORTS: Final = Many(
    "a list of at least one port range",
    Nested("a port range", PortRange),
    least=1,
)


@attrs.frozen(kw_only=True, getstate_setstate=False, repr=False)
class PortChange(Record):
    """Other ports for a flow of the page.

    Attributes:
        flow: The flow.
        ports: The ports that it has at this site.
        reason: Why, in a sentence.
    """

    flow: FlowId = attrs.field(metadata=check(FLOW))
    ports: tuple[PortRange, ...] = attrs.field(
        converter=as_tuple, metadata=check(_PORTS)
    )
    reason: str = attrs.field(metadata=check(Text("a reason")))


@attrs.frozen(kw_only=True, getstate_setstate=False, repr=False)
class SiteFlow(Record):
    """A flow that the site has and the page does not.

    Its fields are those of :class:`Flow`, without what only a page has.

    Attributes:
        id: An id that no flow of the page has.
        source: Who opens the connection.
        destination: Who listens.
        protocols: At least one.
        ports: Ranges of destination ports, for protocols that have any.
        service: The service.
        purpose: What the site needs it for.
        requirement: How strongly the site asks for it.
        when: The condition under which it applies.
    """

    id: FlowId = attrs.field(metadata=check(FLOW))
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
    service: str | None = attrs.field(
        default=None, metadata=check(Maybe(Text("a service's name")))
    )
    purpose: str = attrs.field(metadata=check(Text("a purpose")))
    requirement: Requirement = attrs.field(
        default="required", metadata=check(Choice(Requirement))
    )
    when: Condition = attrs.field(
        default=ALWAYS, metadata=check(Nested("a condition", Condition))
    )


@attrs.frozen(kw_only=True, getstate_setstate=False, repr=False)
class Overlay(Record):
    """The facts of one site, to be laid over an edition.

    Attributes:
        id: Its id, which marks every record that comes from it.
        title: What the site is called.
        endpoints: Endpoints that the page does not have.
        flows: Flows that the page does not have.
        changes: Other ports for flows that it has.
    """

    id: str = attrs.field(metadata=check(Ident("an overlay", KEBAB_ID)))
    title: str = attrs.field(metadata=check(Text("a title")))
    endpoints: tuple[Endpoint, ...] = attrs.field(
        default=(),
        converter=as_tuple,
        metadata=check(
            Many("a list of endpoints", Nested("an endpoint", Endpoint))
        ),
    )
    flows: tuple[SiteFlow, ...] = attrs.field(
        default=(),
        converter=as_tuple,
        metadata=check(
            Many("a list of flows", Nested("a flow of the site", SiteFlow))
        ),
    )
    changes: tuple[PortChange, ...] = attrs.field(
        default=(),
        converter=as_tuple,
        metadata=check(
            Many("a list of changes", Nested("a change", PortChange))
        ),
    )


def read_overlay(source: str | os.PathLike[str]) -> tuple[Overlay, str]:
    """Return an overlay from TOML, and what to call it in an error.

    Args:
        source: The path of a TOML file, as a path object or as a string
            that ends in ``.toml``; any other string is TOML itself.

    Raises:
        InvalidDataError: It is no TOML, or no overlay.
        OSError: The file cannot be read.
    """
    # Imported here: an overlay that is a value needs no reader.
    from avi_portspec.serialisation.converter import read
    from avi_portspec.serialisation.files import toml_table
    from avi_portspec.serialisation.limits import bounded

    text: str | bytes
    if isinstance(source, str) and not source.endswith(".toml"):
        text, subject = source, "TOML text"
    else:
        text, subject = bounded(Path(source)), str(source)
    made: Overlay = read(toml_table(text, subject), Overlay, subject)
    return made, subject


def overlaid(
    edition: Edition,
    source: Overlay | str | os.PathLike[str],
    *,
    subject: str | None = None,
) -> Edition:
    """Return an edition with a site's facts; see :meth:`Edition.overlay`.

    Args:
        edition: The edition.
        source: The overlay, or where it is read from.
        subject: What to call an overlay in an error, where it was read
            already; where it is read here, its file names it.
    """
    if isinstance(source, Overlay):
        overlay, subject = source, subject or f"overlay {source.id}"
    else:
        overlay, subject = read_overlay(source)
    faults: list[Fault] = []
    flows = _changed(edition, overlay, faults) + _added(overlay, faults)
    if faults:
        raise InvalidDataError(subject, faults)
    section = Section(
        id=SectionId(overlay.id),
        title=overlay.title,
        extent=Extent(bullets=(1,) * len(overlay.flows)),
        origin=overlay.id,
    )
    endpoints = [
        attrs.evolve(each, origin=overlay.id) for each in overlay.endpoints
    ]
    changes: dict[str, Any] = {
        "id": f"{edition.id}.{overlay.id}",
        "title": f"{edition.title}, with {overlay.title}",
        "aliases": (),
        "sections": [*edition.sections, section],
        "endpoints": [*edition.endpoints, *endpoints],
        "flows": flows,
    }
    try:
        return attrs.evolve(edition, **changes)
    except InvalidDataError as wrong:
        # What holds between all records is known only once they meet.
        raise InvalidDataError(
            subject, (_as_seen(fault, edition) for fault in wrong.faults)
        ) from None


def _as_seen(fault: Fault, edition: Edition) -> Fault:
    """Return a fault of the merged edition as one of the overlay."""
    place = _PLACE.match(fault.path)
    if place is None:
        # The page's own note or exclusion goes by the id of a site's flow.
        return fault._replace(path="flows")
    field, number = place["field"], int(place["number"])
    if field == "sections":
        return fault._replace(path="id")
    own = number - len(getattr(edition, field))
    if own < 0:
        # A record of the page, at odds with what the site changed in it.
        return fault._replace(path="changes")
    return fault._replace(path=_PLACE.sub(f"{field}[{own}]", fault.path))


def _changed(
    edition: Edition, overlay: Overlay, faults: list[Fault]
) -> list[Flow]:
    """Return the page's flows, with the site's ports where it has others."""
    flows = {flow.id: flow for flow in edition.flows}
    seen: set[str] = set()
    for position, change in enumerate(overlay.changes):
        path = f"changes[{position}]"
        flow = flows.get(change.flow)
        if len(faults) > FAULTS:
            break
        if flow is None:
            wanted = f"the id of a flow of {edition.id}"
            near = nearest(change.flow, flows)
            faults.append(
                Fault(f"{path}.flow", wanted, repr(change.flow), near)
            )
        elif change.flow in seen:
            faults.append(
                Fault(f"{path}.flow", "each flow once", repr(change.flow))
            )
        else:
            seen.add(change.flow)
            mark = Reason(
                field="ports",
                reason=f"{overlay.title} ({overlay.id}): {change.reason}",
            )
            _collect(
                faults,
                path,
                flows,
                partial(
                    attrs.evolve,
                    flow,
                    ports=change.ports,
                    origin=overlay.id,
                    inferred=(*_others(flow.inferred), mark),
                    readings=_others(flow.readings),
                ),
            )
    return list(flows.values())


def _others(reasons: tuple[Reason, ...]) -> tuple[Reason, ...]:
    return tuple(each for each in reasons if each.field != "ports")


def _added(overlay: Overlay, faults: list[Fault]) -> list[Flow]:
    """Return the site's own flows, each a bullet of its section."""
    made: dict[FlowId, Flow] = {}
    section = SectionId(overlay.id)
    for number, flow in enumerate(overlay.flows, start=1):
        fields = {
            field.name: getattr(flow, field.name)
            for field in attrs.fields(SiteFlow)
        }
        cited = Citation(section=section, place="bullet", number=number)
        _collect(
            faults,
            f"flows[{number - 1}]",
            made,
            partial(
                Flow,
                section=section,
                citation=cited,
                origin=overlay.id,
                **fields,
            ),
        )
    return list(made.values())


def _collect(
    faults: list[Fault],
    path: str,
    made: dict[FlowId, Flow],
    make: Callable[[], Flow],
) -> None:
    """Add the flow that *make* returns to *made*, or its faults."""
    try:
        flow = make()
    except InvalidDataError as wrong:
        faults += (fault.under(path) for fault in wrong.faults)
    else:
        made[flow.id] = flow
