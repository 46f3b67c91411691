"""Changes and plans as plain data: the shapes of their JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, TypedDict

from avi_portspec.model.flat import port_keys
from avi_portspec.model.plain import plain
from avi_portspec.names import Action, ChangeAction, ChangeKind
from avi_portspec.serialisation.shapes import Within, fill

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from avi_portspec.changes.records import (
        FieldChange,
        Order,
        RecordChange,
        Step,
    )
    from avi_portspec.deployment.resolution import Resolution

__all__ = ["ChangesData", "PlanData", "changes_data", "plan_data"]

_Byte = Annotated[int, Within(0, 255)]
_Port = Annotated[int, Within(0, 65535)]


class FieldData(TypedDict):
    """A field that differs."""

    name: str
    kind: ChangeKind
    action: ChangeAction
    before: Any
    after: Any


class _Record(TypedDict):
    collection: str
    id: str
    what: Literal["added", "removed", "changed"]
    action: ChangeAction


class ChangedData(_Record):
    """A record that differs in some fields."""

    fields: list[FieldData]


class MovedData(_Record):
    """A record that only one of the editions has."""

    before: Any
    after: Any


class OrderData(TypedDict):
    """A collection whose order differs."""

    collection: str
    before: list[str]
    after: list[str]


class ChangesData(TypedDict):
    """What differs between two editions."""

    old: str
    new: str
    fields: list[FieldData]
    records: list[ChangedData | MovedData]
    orders: list[OrderData]


class StepData(TypedDict):
    """One thing to open, to keep, to close or to review."""

    source: str
    destination: str
    protocol: str
    protocol_number: _Byte
    port_low: _Port | None
    port_high: _Port | None
    icmp_types: list[_Byte]
    flow: str
    before: str
    after: str
    reason: str


class PlanData(TypedDict):
    """What an upgrade needs of a firewall."""

    old: str
    new: str
    open: list[StepData]
    keep: list[StepData]
    close: list[StepData]
    review: list[StepData]
    not_documented: dict[str, list[str]]


def changes_data(
    old: str,
    new: str,
    fields: Iterable[FieldChange],
    records: Iterable[RecordChange],
    orders: Iterable[Order],
) -> ChangesData:
    """Return changes as plain data.

    Args:
        old: The id of the older edition.
        new: The id of the newer edition.
        fields: The edition's own fields that differ.
        records: The records that do.
        orders: The collections whose order does.
    """
    return fill(
        ChangesData,
        old=old,
        new=new,
        fields=[*map(_field_data, fields)],
        records=[*map(_record_data, records)],
        orders=orders,
    )


def _field_data(field: FieldChange) -> FieldData:
    return fill(
        FieldData,
        field,
        before=_plain(field.before),
        after=_plain(field.after),
    )


def _record_data(change: RecordChange) -> ChangedData | MovedData:
    if change.fields:
        fields = [*map(_field_data, change.fields)]
        return fill(ChangedData, change, fields=fields)
    return fill(
        MovedData,
        change,
        before=_plain(change.before),
        after=_plain(change.after),
    )


def _plain(value: Any) -> Any:
    return None if value is None else plain(value)


def plan_data(
    old: Resolution, new: Resolution, steps: Sequence[Step]
) -> PlanData:
    """Return the plan of an upgrade as plain data.

    Args:
        old: The older edition's answer.
        new: The newer edition's answer.
        steps: What to do.
    """

    def list_steps(action: Action) -> list[StepData]:
        return [_step_data(step) for step in steps if step.action == action]

    return fill(
        PlanData,
        old=old.edition.id,
        new=new.edition.id,
        open=list_steps("open"),
        keep=list_steps("none"),
        close=list_steps("close"),
        review=list_steps("review"),
        not_documented={
            answer.edition.id: [*map(str, (*answer.conflicts, *answer.gaps))]
            for answer in (old, new)
        },
    )


def _step_data(step: Step) -> StepData:
    protocol, ports, _ = step.pair
    return fill(StepData, step, **port_keys(protocol, ports))
