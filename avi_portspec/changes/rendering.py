"""Changes and plans as text, Markdown and JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

from avi_portspec.model.conditions import Condition
from avi_portspec.model.display import html_grid, joined
from avi_portspec.model.plain import plain
from avi_portspec.model.record import Record
from avi_portspec.names import Action

if TYPE_CHECKING:
    from avi_portspec.changes.differences import (
        Changes,
        FieldChange,
        RecordChange,
    )
    from avi_portspec.changes.plan import Step, UpgradePlan

__all__ = [
    "changes_html",
    "changes_json",
    "changes_markdown",
    "changes_text",
    "plan_json",
    "plan_markdown",
    "plan_text",
]

#: A line of a rendering: how deep it stands, and what it says. Depth 0 is
#: the title, 1 a heading, 2 and 3 are list items.
_Line = tuple[int, str]

_HEADINGS: Final[tuple[tuple[Action, str], ...]] = (
    ("open", "To open"),
    ("close", "To close"),
    ("review", "To review"),
    ("none", "No work for a firewall"),
)
_STEPS: Final[tuple[tuple[Action, str], ...]] = (
    ("open", "Open before the upgrade"),
    ("none", "Keep open"),
    ("close", "Close after the upgrade"),
    ("review", "Review"),
)


# -- what is said ------------------------------------------------------------


def _value(value: Any) -> str:
    """Return a field's value in a few words."""
    if isinstance(value, Condition):
        return value.describe()
    if isinstance(value, (tuple, list)):
        return joined("and", map(_value, value)) or "none"
    if isinstance(value, Record):
        spelled = plain(value)
        if isinstance(spelled, dict):
            return ", ".join(f"{k} {v}" for k, v in spelled.items())
        return str(spelled)
    return "none" if value is None else str(value)


def _field_line(field: FieldChange) -> str:
    return (
        f"{field.name} ({field.kind}): {_value(field.before)} "
        f"-> {_value(field.after)}"
    )


def _change_lines(change: RecordChange) -> Iterator[_Line]:
    record = change.before if change.after is None else change.after
    text = f"{change.what} in {change.collection}: {change.id}"
    if change.collection == "flows":
        ports = joined("and", map(str, record.protocol_ports()))
        text += f" ({record.source} to {record.destination}, {ports})"
    yield 2, text
    for field in change.fields:
        yield 3, _field_line(field)


def _changes_lines(changes: Changes) -> Iterator[_Line]:
    yield 0, f"From {changes.old} to {changes.new}"
    if not changes:
        yield 1, "Nothing differs"
    for action, heading in _HEADINGS:
        found = changes.calling_for(action)
        if found:
            yield 1, heading
        for change in found:
            yield from _change_lines(change)
    if changes.fields:
        yield 1, "The edition itself"
        for field in changes.fields:
            yield 2, _field_line(field)
    moved = [
        order.collection
        for order in changes.orders
        if set(order.before) == set(order.after)
    ]
    if moved:
        yield 1, f"In another order: {joined('and', moved)}"


def _ranges(numbers: Iterable[int]) -> Iterator[str]:
    """Yield numbers as ranges: ``0-7``, ``8``."""
    left = sorted(numbers)
    while left:
        first = last = left.pop(0)
        while left and left[0] == last + 1:
            last = left.pop(0)
        yield str(first) if first == last else f"{first}-{last}"


def _step_line(step: Step) -> str:
    types = joined("and", _ranges(step.icmp_types))
    kind = f" type {types}" if types else ""
    return (
        f"{step.source} to {step.destination}, {step.pair}{kind} "
        f"({step.flow}): {step.reason}"
    )


def _plan_lines(plan: UpgradePlan) -> Iterator[_Line]:
    old, new = plan.old, plan.new
    yield 0, f"Upgrade from {old.edition.id} to {new.edition.id}"
    for action, heading in _STEPS:
        found = plan.having(action)
        yield 1, heading if found else f"{heading}: nothing"
        for step in found:
            yield 2, _step_line(step)
    for resolution in (old, new):
        open_ = [*resolution.conflicts, *resolution.gaps]
        if open_:
            yield 1, f"What the page of {resolution.edition.id} leaves open"
        for each in open_:
            yield 2, str(each)


# -- how it is put -----------------------------------------------------------


def _text(lines: Iterable[_Line]) -> str:
    indents = {0: "", 1: "\n", 2: "- ", 3: "    "}
    return "".join(f"{indents[depth]}{line}\n" for depth, line in lines)


#: What CommonMark would read as markup within a line.
_MARKUP: Final = re.compile(r"([\\`*_\[\]<>&|#~])")


def _markdown(lines: Iterable[_Line]) -> str:
    marks = {0: "# ", 1: "\n## ", 2: "- ", 3: "  - "}
    found, before = [], 0
    for depth, line in lines:
        # A list needs a blank line between it and its heading.
        gap = "\n" if depth > 1 >= before else ""
        mark = f"{gap}{marks[depth]}"
        found.append(mark + _MARKUP.sub(r"\\\1", line) + "\n")
        before = depth
    return "".join(found)


def _json(data: Any, indent: int | None) -> str:
    return json.dumps(data, ensure_ascii=False, indent=indent)


def _plainly(value: Any) -> Any:
    return None if value is None else plain(value)


def _field_data(field: FieldChange) -> dict[str, Any]:
    return {
        "name": field.name,
        "kind": field.kind,
        "action": field.action,
        "before": _plainly(field.before),
        "after": _plainly(field.after),
    }


def _change_data(change: RecordChange) -> dict[str, Any]:
    data: dict[str, Any] = {
        "collection": change.collection,
        "id": change.id,
        "what": change.what,
        "action": change.action,
    }
    if change.fields:
        data["fields"] = [_field_data(field) for field in change.fields]
    else:
        data["before"] = _plainly(change.before)
        data["after"] = _plainly(change.after)
    return data


def changes_text(changes: Changes) -> str:
    """Return changes as plain text."""
    return _text(_changes_lines(changes))


def changes_markdown(changes: Changes) -> str:
    """Return changes as Markdown."""
    return _markdown(_changes_lines(changes))


def changes_html(changes: Changes) -> str:
    """Return changes as a table in HTML, a row a record or field."""
    rows: list[tuple[str, ...]] = [
        (field.action, "changed", "edition", changes.new, _field_line(field))
        for field in changes.fields
    ]
    rows += [
        (
            change.action,
            change.what,
            change.collection,
            change.id,
            "; ".join(map(_field_line, change.fields)),
        )
        for change in changes
    ]
    return html_grid(
        f"From {changes.old} to {changes.new}",
        ("Calls for", "What", "Where", "Id", "Fields"),
        rows,
    )


def changes_json(changes: Changes, indent: int | None) -> str:
    """Return changes as JSON."""
    data = {
        "old": changes.old,
        "new": changes.new,
        "fields": [_field_data(field) for field in changes.fields],
        "records": [_change_data(change) for change in changes.records],
        "orders": [
            {
                "collection": order.collection,
                "before": list(order.before),
                "after": list(order.after),
            }
            for order in changes.orders
        ],
    }
    return _json(data, indent)


def plan_text(plan: UpgradePlan) -> str:
    """Return a plan as plain text."""
    return _text(_plan_lines(plan))


def plan_markdown(plan: UpgradePlan) -> str:
    """Return a plan as Markdown."""
    return _markdown(_plan_lines(plan))


def _step_data(step: Step) -> dict[str, Any]:
    protocol, ports, _ = step.pair
    return {
        "source": step.source,
        "destination": step.destination,
        "protocol": plain(protocol),
        "ports": _plainly(ports),
        "icmp_types": list(step.icmp_types),
        "flow": step.flow,
        "before": step.before,
        "after": step.after,
        "reason": step.reason,
    }


def plan_json(plan: UpgradePlan, indent: int | None) -> str:
    """Return a plan as JSON."""
    names: dict[Action, str] = {
        "open": "open",
        "none": "keep",
        "close": "close",
        "review": "review",
    }
    data: dict[str, Any] = {
        "old": plan.old.edition.id,
        "new": plan.new.edition.id,
    }
    data |= {
        name: [_step_data(step) for step in plan.having(action)]
        for action, name in names.items()
    }
    data["left_open"] = {
        resolution.edition.id: [
            str(each) for each in (*resolution.conflicts, *resolution.gaps)
        ]
        for resolution in (plan.old, plan.new)
    }
    return _json(data, indent)
