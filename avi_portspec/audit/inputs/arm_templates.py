"""Templates of Azure Resource Manager: what of them is only known later."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from avi_portspec.audit.inputs.names import clean
from avi_portspec.audit.inputs.nodes import Node
from avi_portspec.audit.model import Unknown

__all__ = [
    "Leftover",
    "is_existing",
    "list_leftovers",
    "resources_of",
    "settle",
]

_GROUP: Final = "microsoft.network/networksecuritygroups"
_RULE: Final = "securityrules"
_DEPLOYMENT: Final = "microsoft.resources/deployments"
_RULES: Final = "securityRules"
_INSTEAD: Final = "audit what it made: 'az network nsg list'"


class Leftover(NamedTuple):
    """A part of a template that makes rules, and that is not read.

    Attributes:
        node: The part.
        text: What it is.
        why: Why it is not read.
    """

    node: Node
    text: str
    why: str


def settle(data: Any, *, is_rule: bool = False) -> Any:
    """Return a template with what only Azure works out as unknown.

    Of rules, that is each expression but their names; a nested template with
    groups, or one that is elsewhere, has no properties any more.

    Args:
        data: The template, or a part of it.
        is_rule: Whether the part is of a rule.
    """
    if isinstance(data, dict):
        if data.get("existing") is True:
            return {**data, "properties": {}}
        if _kind(data) == _DEPLOYMENT:
            inner = data.get("properties")
            makes_none = "template" in (inner or {}) and not _has_groups(inner)
            return {**data, "properties": {} if makes_none else None}
        return {
            key: inner
            if key == "name"
            else settle(inner, is_rule=is_rule or key == _RULES)
            for key, inner in data.items()
        }
    if isinstance(data, list):
        return [settle(inner, is_rule=is_rule) for inner in data]
    if is_rule and isinstance(data, str) and _is_expression(data):
        return Unknown(clean(data), f"an expression; {_INSTEAD}")
    return data


def _has_groups(data: Any) -> bool:
    """Return whether something names network security groups at any depth."""
    if isinstance(data, dict):
        return any(map(_has_groups, data.values()))
    if isinstance(data, list):
        return any(map(_has_groups, data))
    return isinstance(data, str) and _GROUP in data.casefold()


def _is_expression(text: str) -> bool:
    """Return whether a text is worked out; two brackets are one."""
    return text[:1] == "[" and text[:2] != "[[" and text[-1:] == "]"


def _kind(resource: dict[str, Any]) -> str:
    kind = resource.get("type")
    return kind.casefold() if isinstance(kind, str) else ""


def resources_of(node: Node) -> list[Node]:
    """Return the resources of a template or a resource.

    They are a list, or by their symbolic names.
    """
    if not isinstance(node.value, dict):
        return []
    inner = node.at("resources")
    if isinstance(inner.value, dict):
        return [each for _, each in inner.members()]
    return inner.each() if isinstance(inner.value, list) else []


def is_existing(resource: Node) -> bool:
    """Return whether a template only refers to a resource."""
    return resource.has("existing") and resource.value["existing"] is True


def list_leftovers(template: Node) -> Iterator[Leftover]:
    """Yield the parts of a template that make rules, and are not read.

    Args:
        template: The template, settled, or a resource of it.
    """
    for each in resources_of(template):
        if not isinstance(each.value, dict):
            continue
        kind = _kind(each.value)
        name = each.value.get("name")
        text = f"{kind.rpartition('/')[2]} {name}"
        if kind == _DEPLOYMENT and each.value["properties"] is None:
            yield Leftover(each, text, f"a template of its own; {_INSTEAD}")
        elif kind in {_RULE, f"{_GROUP}/{_RULE}"}:
            yield Leftover(each, text, f"a rule beside its group; {_INSTEAD}")
        elif kind == _GROUP:
            yield from _of_group(each, text)
            yield from list_leftovers(each)


def _of_group(group: Node, text: str) -> Iterator[Leftover]:
    if is_existing(group):
        yield Leftover(group, text, f"it exists already; {_INSTEAD}")
    condition = group.at("condition")
    if condition.value not in (None, True):
        why = f"it is made only if {condition.value}; {_INSTEAD}"
        yield Leftover(condition, text, clean(why))
    inner = group.at("properties")
    for key in ("copy", _RULES):
        part = inner.at(key) if isinstance(inner.value, dict) else inner
        if key == "copy" and part:
            yield Leftover(part, text, f"a loop makes its rules; {_INSTEAD}")
        elif isinstance(part.value, Unknown):
            yield Leftover(part, text, f"{part.value.text}: {part.value.why}")
