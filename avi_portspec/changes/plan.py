"""What one deployment's firewall needs when its product is upgraded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import attrs

from avi_portspec.changes.intervals import (
    WHOLE,
    Interval,
    common,
    intervals_of,
    minus,
)
from avi_portspec.deployment.resolution import Resolution
from avi_portspec.model.edition import Edition
from avi_portspec.model.facets import Deployment
from avi_portspec.model.flows import Flow
from avi_portspec.model.flowset import Flows
from avi_portspec.model.ports import PortRange, ProtocolPorts
from avi_portspec.model.protocols import Protocol
from avi_portspec.names import Action, EndpointId, FlowId

__all__ = ["Step", "UpgradePlan", "upgrade_plan"]

_Key = tuple[EndpointId, EndpointId, Protocol]
_Cover = dict[_Key, list[Interval]]

#: The newer page's decisions that state that a flow is not to be open.
_ENDED: Final = {
    "not-applicable": "The newer page has it, and it does not apply here",
    "replaced": "The newer page has another flow stand in for it",
    "unsupported": "The newer page rules it out here",
    "needed": "The newer page has the same flow without these ports",
}
#: What the older page made of a flow that has to be opened.
_BEFORE: Final = {
    "silent": (
        "The older page does not name it, which is no statement: it may be "
        "in use already."
    ),
    "unstated": "The older page leaves it unstated: it may be in use already.",
    "optional": "The older page has it as optional.",
}

_SILENT: Final = (
    "The newer page does not name it, which is no statement: find out "
    "whether it is still used before closing it."
)
_PERHAPS: Final = "The newer page has it as optional."


@attrs.frozen(kw_only=True)
class Step:
    """One thing to do about one kind of traffic.

    Attributes:
        action: ``open`` before the upgrade, ``none`` to keep it open,
            ``close`` after the upgrade, or ``review``.
        source: Who opens the connection.
        destination: Who listens.
        pair: The protocol and the ports.
        icmp_types: For ICMP, the message types that it is about, in the
            order of the page; empty for all of them.
        flow: The flow that it is about.
        before: The decision of the older edition on that flow, or
            ``silent`` where it has none.
        after: That of the newer edition.
        reason: Why, in English.
    """

    action: Action
    source: EndpointId
    destination: EndpointId
    pair: ProtocolPorts
    icmp_types: tuple[int, ...]
    flow: FlowId
    before: str
    after: str
    reason: str


@attrs.frozen(kw_only=True)
class UpgradePlan:
    """What to open before an upgrade, to keep, and to close after it.

    >>> import avi_portspec
    >>> old, new = avi_portspec.load("16.2"), avi_portspec.load()
    >>> plan = avi_portspec.diff(old, new, "aws")
    >>> [step.flow for step in plan.to_open][:2]
    ['controller-to-controller-https', \
'service-engine-to-service-engine-objstore-cloud']
    >>> plan.to_close
    ()

    Attributes:
        old: The older edition's answer for the deployment.
        new: The newer edition's answer.
        steps: What to do, in the order of the newer page, then of the older.
    """

    old: Resolution
    new: Resolution
    steps: tuple[Step, ...]

    @property
    def to_open(self) -> tuple[Step, ...]:
        """What has to be open before the upgrade starts."""
        return self.having("open")

    @property
    def to_keep(self) -> tuple[Step, ...]:
        """What is open and stays so."""
        return self.having("none")

    @property
    def to_close(self) -> tuple[Step, ...]:
        """What can be closed once the upgrade is done."""
        return self.having("close")

    @property
    def to_review(self) -> tuple[Step, ...]:
        """What the pages leave to a person."""
        return self.having("review")

    def having(self, action: Action) -> tuple[Step, ...]:
        """Return the steps of one action.

        Args:
            action: ``open``, ``none``, ``close`` or ``review``.
        """
        return tuple(step for step in self.steps if step.action == action)

    def to_text(self) -> str:
        """Return the plan as plain text."""
        from avi_portspec.changes.rendering import plan_text

        return plan_text(self)

    def to_markdown(self) -> str:
        """Return the plan as Markdown (CommonMark)."""
        from avi_portspec.changes.rendering import plan_markdown

        return plan_markdown(self)

    def to_json(self, *, indent: int | None = None) -> str:
        """Return the plan as JSON.

        Args:
            indent: Blanks a level, for people; ``None`` for one line.
        """
        from avi_portspec.changes.rendering import plan_json

        return plan_json(self, indent)

    def __str__(self) -> str:
        return self.to_text()


def upgrade_plan(
    old: Edition, new: Edition, deployment: Deployment | str
) -> UpgradePlan:
    """Return what an upgrade needs; see :func:`diff`."""
    before, after = old.resolve(deployment), new.resolve(deployment)
    return UpgradePlan(
        old=before,
        new=after,
        steps=(
            *_arriving(before, after),
            *_open_questions(before, after),
            *_leaving(before, after),
        ),
    )


def _cover(flows: Flows) -> _Cover:
    """Return what some flows open, by ends and protocol."""
    found: _Cover = {}
    for flow in flows:
        for key, intervals in _opened(flow):
            found.setdefault(key, []).extend(intervals)
    return found


def _opened(flow: Flow) -> Iterator[tuple[_Key, tuple[Interval, ...]]]:
    for protocol in flow.protocols:
        key = (flow.source, flow.destination, protocol)
        yield key, intervals_of(flow, protocol)


def _status(resolution: Resolution, flow: Flow) -> str:
    if resolution.edition.flows.get(flow.id) is None:
        return "silent"
    return resolution.status_of(flow.id)


def _arriving(before: Resolution, after: Resolution) -> Iterator[Step]:
    """Yield what the newer page needs: to open, or to keep."""
    covered = _cover(before.flows)
    for flow in after.flows:
        make = _Steps(before, after, flow)
        why = after[flow].reason
        opening = f"{why} {_BEFORE.get(make.before, '')}".rstrip()
        for key, intervals in _opened(flow):
            there = covered.get(key, [])
            yield from make.steps(
                key, minus(intervals, there), "open", opening
            )
            yield from make.steps(key, common(intervals, there), "none", why)


def _open_questions(before: Resolution, after: Resolution) -> Iterator[Step]:
    """Yield what the newer page leaves unstated."""
    for flow in after.flows.unstated:
        make = _Steps(before, after, flow)
        for key, intervals in _opened(flow):
            reason = after[flow].reason
            yield from make.steps(key, intervals, "review", reason)


def _leaving(before: Resolution, after: Resolution) -> Iterator[Step]:
    """Yield what only the older page needs: to close, or to look at."""
    covered = _cover(after.flows)
    optional = _cover(after.having("optional"))
    # An open question is a step of its own already.
    asked = _cover(after.flows.unstated)
    for flow in before.flows:
        make = _Steps(before, after, flow)
        action, reason = _ending(after, flow, make.after)
        for key, intervals in _opened(flow):
            gone = minus(intervals, covered.get(key, []))
            gone = minus(gone, asked.get(key, []))
            perhaps = common(gone, optional.get(key, []))
            yield from make.steps(key, perhaps, "review", _PERHAPS)
            sure = minus(gone, perhaps)
            yield from make.steps(key, sure, action, reason)


def _ending(after: Resolution, flow: Flow, status: str) -> tuple[Action, str]:
    """Return what becomes of a flow that the newer page does not need."""
    for exclusion in after.edition.exclusions:
        if (exclusion.source, exclusion.destination) == (
            flow.source,
            flow.destination,
        ):
            return "close", f"The newer page states: {exclusion.text}"
    for conflict in after.conflicts:
        if flow.id in {conflict.flow, *conflict.replaces}:
            # Closed, it would take the last way there is.
            return "review", f"The newer page is in conflict: {conflict.text}"
    if status == "needed":
        return "close", f"{_ENDED[status]}."
    if status in _ENDED:
        return "close", f"{_ENDED[status]}. {after[flow.id].reason}"
    if status == "silent":
        return "review", _SILENT
    # Optional or unstated there, on other ports: still no statement.
    return "review", after[flow.id].reason


class _Steps:
    """The steps about one flow."""

    def __init__(
        self, before: Resolution, after: Resolution, flow: Flow
    ) -> None:
        self.flow = flow
        self.before = _status(before, flow)
        self.after = _status(after, flow)

    def steps(
        self,
        key: _Key,
        intervals: Iterable[Interval],
        action: Action,
        reason: str,
    ) -> Iterator[Step]:
        """Yield a step for each range of ports, or one for all types."""
        source, destination, protocol = key
        intervals = list(intervals)
        ranges: list[PortRange | None] = []
        if protocol.has_ports:
            ranges += [PortRange(low=a, high=b) for a, b in intervals]
        elif intervals:
            ranges.append(None)
        types: tuple[int, ...] = ()
        if not protocol.has_ports and intervals != [WHOLE]:
            # Some types and not others: each is named, or "all" would be.
            types = tuple(
                kind for a, b in intervals for kind in range(a, b + 1)
            )
        for ports in ranges:
            yield Step(
                action=action,
                source=source,
                destination=destination,
                pair=ProtocolPorts(protocol, ports),
                icmp_types=types,
                flow=self.flow.id,
                before=self.before,
                after=self.after,
                reason=reason,
            )
