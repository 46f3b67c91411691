"""What differs, and what to do about it: the records of changes and plans."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, get_args

import attrs

from avi_portspec.errors import UnknownNameError
from avi_portspec.model.ports import ProtocolPorts
from avi_portspec.names import (
    Action,
    ChangeAction,
    ChangeKind,
    EndpointId,
    FlowId,
)

__all__ = [
    "CHANGE_ACTIONS",
    "STEP_ACTIONS",
    "FieldChange",
    "Order",
    "RecordChange",
    "Step",
    "check_actions",
]

#: What a change can call for, and what a step can be.
CHANGE_ACTIONS: Final[tuple[ChangeAction, ...]] = get_args(ChangeAction)
STEP_ACTIONS: Final[tuple[Action, ...]] = get_args(Action)


def check_actions(actions: Iterable[str], known: Sequence[str]) -> None:
    """Refuse words that are no action: nothing would ever have one.

    Args:
        actions: The words.
        known: The actions.

    Raises:
        UnknownNameError: There is no such action.
    """
    for action in actions:
        if action not in known:
            raise UnknownNameError("action", action, known)


@attrs.frozen(kw_only=True)
class FieldChange:
    """One field that differs.

    Attributes:
        name: The field.
        kind: Whether its meaning changed, its wording, or its place on the
            vendor's page.
        action: What that means for a firewall.
        before: Its value in the older edition.
        after: Its value in the newer one.
    """

    name: str
    kind: ChangeKind
    action: ChangeAction
    before: Any
    after: Any


@attrs.frozen(kw_only=True)
class RecordChange:
    """One record that was added, removed or changed.

    Attributes:
        collection: The edition's field that holds it: ``"flows"``, ...
        id: The record's id.
        before: It, as the older edition has it; ``None`` if it does not.
        after: It, as the newer edition has it; ``None`` if it does not.
        fields: The fields that differ, for a record that both have.
        action: What all of that means for a firewall.
    """

    collection: str
    id: str
    before: Any
    after: Any
    fields: tuple[FieldChange, ...]
    action: ChangeAction

    @property
    def what(self) -> str:
        """``"added"``, ``"removed"`` or ``"changed"``."""
        if self.before is None:
            return "added"
        return "removed" if self.after is None else "changed"

    @property
    def is_meaning(self) -> bool:
        """Whether anything but wording and citations changed."""
        return not self.fields or any(
            field.kind == "meaning" for field in self.fields
        )


@attrs.frozen(kw_only=True)
class Order:
    """The order of a collection whose ids are not the same sequence.

    Attributes:
        collection: The edition's field.
        before: The ids in the older edition.
        after: The ids in the newer one.
    """

    collection: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@attrs.frozen(kw_only=True)
class Step:
    """One thing to do about one kind of traffic.

    Attributes:
        action: ``open`` before the upgrade, ``none`` to keep it open,
            ``close`` after the upgrade, or ``review``.
        source: Who opens the connection.
        destination: Who listens.
        pair: The protocol and the ports.
        icmp_types: For ICMP, the message types that it is about, in
            published order; empty for all of them.
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
