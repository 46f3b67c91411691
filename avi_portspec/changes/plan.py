"""What one deployment's firewall needs when its product is upgraded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import attrs

from avi_portspec.changes.data import plan_data
from avi_portspec.changes.intervals import (
    WHOLE,
    Interval,
    common,
    intervals_of,
    minus,
)
from avi_portspec.changes.lines import plan_document
from avi_portspec.changes.records import STEP_ACTIONS, Step, check_actions
from avi_portspec.changes.rendering import Written
from avi_portspec.deployment.choices import (
    HOLDING,
    drop_choices,
    reverse,
)
from avi_portspec.deployment.resolution import Resolution
from avi_portspec.documents.blocks import Document
from avi_portspec.edition.edition import Edition
from avi_portspec.edition.loading import editions
from avi_portspec.errors import InvalidDataError, UnknownNameError
from avi_portspec.model.edition import EditionData
from avi_portspec.model.facets import Deployment
from avi_portspec.model.flows import Flow
from avi_portspec.model.ports import PortRange, ProtocolPorts
from avi_portspec.model.protocols import Protocol
from avi_portspec.names import Action, EndpointId

__all__ = ["UpgradePlan", "upgrade_plan"]

_Key = tuple[EndpointId, EndpointId, Protocol]
_Cover = dict[_Key, list[Interval]]

#: What the newer page states about a flow that is not needed any more, by
#: its decision. Each text is filled with the edition whose page it is.
_ENDED: Final = {
    "not-applicable": ("By the {} page, it does not apply to this deployment"),
    "replaced": "By the {} page, another flow replaces it",
    "unsupported": ("By the {} page, it is not supported for this deployment"),
    "needed": "The {} page has the same flow without these ports",
}
#: What the older page states about a flow that has to be opened.
_BEFORE: Final = {
    "silent": (
        " The {} page does not name it, which proves nothing: it may be in "
        "use already."
    ),
    "unstated": (
        " The {} page does not say whether it applies: it may be in use "
        "already."
    ),
    "optional": " On the {} page, it is optional.",
    "direction-unclear": (
        " On the {} page, its direction is not clear: it may be in use "
        "already."
    ),
}

_SILENT: Final = (
    "The {} page does not name it, which proves nothing: find out whether it "
    "is still in use before you close it."
)
_PERHAPS: Final = "On the {} page, it is optional."


@attrs.frozen(kw_only=True)
class UpgradePlan(Written):
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
    def is_downgrade(self) -> bool:
        """Whether the newer edition is the older one of the bundled."""
        return _is_downgrade(self.old.edition, self.new.edition)

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
        """What is not documented, for a person to decide."""
        return self.having("review")

    def having(self, action: Action) -> tuple[Step, ...]:
        """Return the steps of one action.

        Args:
            action: ``open``, ``none``, ``close`` or ``review``.

        Raises:
            UnknownNameError: There is no such action.
        """
        check_actions([action], STEP_ACTIONS)
        return tuple(step for step in self.steps if step.action == action)

    def _data(self) -> Any:
        return plan_data(self.old, self.new, self.steps)

    def _document(self) -> Document:
        return plan_document(self)


def upgrade_plan(
    old: Edition, new: Edition, deployment: Deployment | str
) -> UpgradePlan:
    """Return what an upgrade needs; see :func:`diff`."""
    before = _resolve(old, deployment, new)
    after = _resolve(new, deployment, old)
    steps = (
        *_arriving(before, after),
        *_open_questions(before, after),
        *_leaving(before, after),
    )
    if _is_downgrade(old, new):
        # The older page cannot know what the newer release still needs.
        steps = tuple(
            attrs.evolve(step, action="review")
            if step.action == "close"
            else step
            for step in steps
        )
    return UpgradePlan(old=before, new=after, steps=steps)


def _is_downgrade(old: EditionData, new: EditionData) -> bool:
    """Return whether the newer one of two editions is an older one.

    Only of bundled editions, and of those with an overlay, is it known.
    """
    order = editions()
    ages = [
        at
        for edition in (old, new)
        for at, name in enumerate(order)
        if edition.id == name or edition.id.startswith(f"{name}.")
    ]
    return len(ages) == 2 and ages[0] > ages[1]  # noqa: PLR2004 - both are known


def _resolve(
    edition: Edition, deployment: Deployment | str, other: Edition
) -> Resolution:
    """Return an edition's answer; name the edition that alone has none.

    What a site decides about a flow that only the other edition has is no
    part of it.
    """
    if isinstance(deployment, Deployment):
        deployment = drop_choices(deployment, edition, other)
    try:
        return edition.resolve(deployment)
    except (InvalidDataError, UnknownNameError) as wrong:
        # What both do not know is wrong by itself: this fails as well.
        other.resolve(deployment)
        if isinstance(wrong, UnknownNameError):
            raise UnknownNameError(
                f"preset of edition {edition.id}", wrong.name, wrong.known
            ) from None
        raise InvalidDataError(
            f"{wrong.subject} for edition {edition.id}", wrong.faults
        ) from None


def _cover(flows: Iterable[Flow]) -> _Cover:
    """Return what some flows open, by ends and protocol."""
    found: _Cover = {}
    for flow in flows:
        for key, intervals in _list_open(flow):
            found.setdefault(key, []).extend(intervals)
    return found


def _list_open(flow: Flow) -> Iterator[tuple[_Key, tuple[Interval, ...]]]:
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
        template = _template(before, after, flow)
        why = after[flow].reason
        text = _BEFORE.get(template["before"], "").format(before.edition.id)
        for key, intervals in _list_open(flow):
            there = covered.get(key, [])
            more, kept = minus(intervals, there), common(intervals, there)
            yield from _steps(template, key[-1], more, "open", why + text)
            yield from _steps(template, key[-1], kept, "none", why)


def _open_questions(before: Resolution, after: Resolution) -> Iterator[Step]:
    """Yield what is unstated, or of unclear direction, on either page."""
    unclear = [
        before[flow]
        for flow in before.direction_unclear
        if _status(after, flow) not in HOLDING
    ]
    asked = (*after.flows.unstated, *after.direction_unclear)
    for decision in (*(after[flow] for flow in asked), *unclear):
        template = _template(before, after, decision.flow)
        for key, intervals in _list_open(decision.flow):
            yield from _steps(
                template, key[-1], intervals, "review", decision.reason
            )


def _leaving(before: Resolution, after: Resolution) -> Iterator[Step]:
    """Yield what only the older page needs: to close or to review."""
    covered = _cover(after.flows)
    optional = _cover(after.having("optional"))
    # An open question is a step of its own already.
    unclear = after.direction_unclear
    asked = _cover((*after.flows.unstated, *unclear, *map(reverse, unclear)))
    may_stay = _PERHAPS.format(after.edition.id)
    for flow in before.flows:
        template = _template(before, after, flow)
        action, reason = _ending(after, flow, template["after"])
        for key, intervals in _list_open(flow):
            gone = minus(intervals, covered.get(key, []))
            gone = minus(gone, asked.get(key, []))
            perhaps = common(gone, optional.get(key, []))
            yield from _steps(template, key[-1], perhaps, "review", may_stay)
            sure = minus(gone, perhaps)
            yield from _steps(template, key[-1], sure, action, reason)


def _ending(after: Resolution, flow: Flow, status: str) -> tuple[Action, str]:
    """Return what becomes of a flow that the newer page does not need."""
    page = after.edition.id
    for exclusion in after.edition.exclusions:
        if (exclusion.source, exclusion.destination) == (
            flow.source,
            flow.destination,
        ):
            return "close", f"The {page} page states: {exclusion.text}"
    for conflict in after.conflicts:
        if flow.id in {conflict.flow, *conflict.replaces}:
            # If it was closed, no documented port would remain.
            return "review", f"Unresolved on the {page} page: {conflict.text}"
    if status == "needed":
        return "close", f"{_ENDED[status].format(page)}."
    if status in _ENDED:
        why = after[flow.id].reason
        return "close", f"{_ENDED[status].format(page)}. {why}"
    if status == "silent":
        return "review", _SILENT.format(page)
    # Optional or unstated there, on other ports: that proves nothing either.
    return "review", after[flow.id].reason


def _template(
    before: Resolution, after: Resolution, flow: Flow
) -> dict[str, str]:
    """Return what every step about a flow has."""
    return {
        "source": flow.source,
        "destination": flow.destination,
        "flow": flow.id,
        "before": _status(before, flow),
        "after": _status(after, flow),
    }


def _steps(
    template: Mapping[str, Any],
    protocol: Protocol,
    intervals: Sequence[Interval],
    action: Action,
    reason: str,
) -> Iterator[Step]:
    """Yield a step for each range of ports, or one for all types."""
    types: tuple[int, ...] = ()
    ranges: list[PortRange | None] = []
    if protocol.has_ports:
        ranges += (PortRange(low=low, high=high) for low, high in intervals)
    elif intervals:
        ranges.append(None)
        if [*intervals] != [WHOLE]:
            # Some types and not others: each is named, or "all" would be.
            types = tuple(n for a, b in intervals for n in range(a, b + 1))
    for ports in ranges:
        yield Step(
            **template,
            action=action,
            pair=ProtocolPorts(protocol, ports),
            icmp_types=types,
            reason=reason,
        )
