"""NSX: security policies, groups and services of the policy API."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from avi_portspec.audit.inputs.document import Document
from avi_portspec.audit.inputs.nodes import Node
from avi_portspec.audit.inputs.nsx_objects import Objects
from avi_portspec.audit.inputs.nsx_policies import (
    Placed,
    firewall_filters,
    policy_rules,
)
from avi_portspec.audit.inputs.reading import Reading
from avi_portspec.audit.model import Existing, UnreadKind

__all__ = ["HELP", "NAME", "read", "recognises"]

NAME: Final = "nsx"
HELP: Final = (
    "GET /policy/api/v1/infra?filter=Type-SecurityPolicy|Group|Service"
)
_POLICY: Final = "SecurityPolicy"
_POLICIES: Final = (_POLICY, "GatewayPolicy")
_RULE: Final = "Rule"
_KINDS: Final = (*_POLICIES, "Infra")


def recognises(document: Document) -> bool:
    """Return whether it has security policies of NSX."""
    if not document.is_json:
        return False
    return any(
        each.value.get("resource_type") in _KINDS
        for each in _objects(Node(document.json))
    )


def _objects(top: Node) -> Iterator[Node]:
    """Yield each table, outer ones first."""
    stack = [top]
    while stack:
        node = stack.pop()
        if isinstance(node.value, dict):
            yield node
            stack += [inner for _, inner in node.members()][::-1]
        elif isinstance(node.value, list):
            stack += node.each()[::-1]


def read(document: Document) -> Existing:
    """Return the rules of the distributed firewall.

    Raises:
        InvalidDataError: It is not what the policy API has.
    """
    reading = Reading(document.name, NAME)
    top = Node(document.json)
    found: list[Placed] = []
    #: The pointers of rules that are in a policy.
    inside: set[str] = set()
    stateful = True
    with reading.guard():
        objects = Objects(_objects(top))
        for at, policy in enumerate(_objects(top)):
            kind = policy.value.get("resource_type")
            # Outer tables come first: what is in a policy is known by now.
            if kind == _RULE and policy.pointer not in inside:
                why = "a rule outside its policy; export policies whole"
                _leave(reading, policy, "unknown", why)
            if kind in _POLICIES:
                inside.update(each.pointer for each in _rules(policy))
            if kind in _POLICIES and _is_bare(policy.value):
                why = "a policy without its rules; export policies whole"
                _leave(reading, policy, "unknown", why)
            if kind == "GatewayPolicy":
                for each in _rules(policy):
                    why = "a rule of a gateway: not judged"
                    _leave(reading, each, "set-aside", why)
            if kind == _POLICY:
                stateful &= policy.at("stateful").flag(default=True)
                with reading.guard():
                    rules = [
                        (each, reading.place(each.pointer))
                        for each in _rules(policy)
                    ]
                    found += policy_rules(reading, policy, at, objects, rules)
    filters = firewall_filters(found, reading.place(), is_stateful=stateful)
    return reading.finish(_count(document.json), filters)


def _count(data: Any) -> int:
    """Return how many rules there are, apart from the reading of them.

    The items of lists of rules, the children that are one, those that stand
    in no policy, and one for a policy without those that it speaks of.
    """
    stack, found = [(data, "")], 0
    while stack:
        value, part = stack.pop()
        if isinstance(value, list):
            stack += [(each, part) for each in value]
        if not isinstance(value, dict):
            continue
        kind = value.get("resource_type")
        # A tuple, for what is no text cannot be sought in a set.
        is_policy = kind in _POLICIES
        found += (is_policy and _is_bare(value)) or (
            kind == _RULE and part != "rules"
        )
        for key, inner in value.items():
            own = key if is_policy and key in {"rules", "children"} else ""
            if own == "rules" and isinstance(inner, list):
                found += len(inner)
            if part == "children" and key == _RULE:
                found, own = found + 1, "rules"
            stack.append((inner, own))
    return found


def _is_bare(policy: Mapping[str, Any]) -> bool:
    """Return whether a policy lacks the rules that it says it has."""
    return bool(policy.get("rule_count")) and not (
        policy.get("rules") or policy.get("children")
    )


def _rules(policy: Node) -> list[Node]:
    """Return the rules of a policy: listed, or each a child as a tree has."""
    return policy.at("rules").each() + [
        child.at(_RULE)
        for child in policy.at("children").each()
        if child.has(_RULE)
    ]


def _leave(reading: Reading, node: Node, kind: UnreadKind, why: str) -> None:
    place = reading.place(node.pointer)
    reading.leave(place, kind, node.at("display_name", "id").name("rule"), why)
