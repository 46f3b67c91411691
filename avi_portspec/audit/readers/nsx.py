"""NSX: security policies, groups and services of the policy API."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

import attrs

from avi_portspec.audit.inputs.defaults import last_resort
from avi_portspec.audit.inputs.document import Document
from avi_portspec.audit.inputs.nodes import Node
from avi_portspec.audit.inputs.nsx_objects import Objects
from avi_portspec.audit.inputs.reading import Reading
from avi_portspec.audit.model import (
    Direction,
    Existing,
    Filter,
    Party,
    Rule,
    UnreadKind,
)

__all__ = ["HELP", "NAME", "read", "recognises"]

NAME: Final = "nsx"
HELP: Final = (
    "GET /policy/api/v1/infra?filter=Type-SecurityPolicy|Group|Service"
)
_POLICY: Final = "SecurityPolicy"
_POLICIES: Final = (_POLICY, "GatewayPolicy")
_RULE: Final = "Rule"
_KINDS: Final = (*_POLICIES, "Infra")
#: In the order of evaluation.
_CATEGORIES: Final = (
    "ethernet",
    "emergency",
    "infrastructure",
    "environment",
    "application",
)
_LAST: Final = (1 << 31) - 1


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


class _Placed(NamedTuple):
    """A rule, and what decides its place among others.

    Attributes:
        order: Category and sequence of its policy, its own, and position.
        ways: The directions that it is for.
        rule: The rule, for each of them.
    """

    order: tuple[int, ...]
    ways: tuple[Direction, ...]
    rule: dict[Direction, Rule]


def read(document: Document) -> Existing:
    """Return the rules of the distributed firewall.

    Raises:
        InvalidDataError: It is not what the policy API has.
    """
    reading = Reading(document.name, NAME)
    top = Node(document.json)
    found: list[_Placed] = []
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
                    found += _policy(reading, policy, at, objects)
    found.sort(key=lambda placed: placed.order)
    ways: tuple[Direction, ...] = ("in", "out")
    filters = [
        Filter(
            id=f"distributed firewall {way}",
            place=reading.place(),
            attached_to=(),
            direction=way,
            stage="distributed firewall",
            discipline="first-match",
            rules=tuple(
                placed.rule[way] for placed in found if way in placed.ways
            ),
            last_resort=last_resort("nsx"),
            is_stateful=stateful,
        )
        for way in ways
    ]
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


def _policy(
    reading: Reading, policy: Node, at: int, objects: Objects
) -> Iterator[_Placed]:
    category = policy.at("category").word(_CATEGORIES, "application")
    sequence = _sequence(policy)
    scope = _scope(policy)
    for number, node in enumerate(_rules(policy)):
        place = reading.place(node.pointer)
        with reading.guard(place):
            name = node.at("display_name", "id").name()
            aside = {
                category == "ethernet": "a rule of Ethernet: not judged",
                node.at("disabled").flag(default=False): "it is disabled",
            }.get(True)
            action = node.at("action").word(
                ("allow", "drop", "reject", "jump_to_application"), "allow"
            )
            if aside:
                reading.leave(place, "set-aside", name, aside)
                continue
            if action == "jump_to_application":
                why = "it jumps to the application category, which is not read"
                reading.leave(place, "unknown", name, why)
                continue
            word = node.at("direction").word(("in", "out", "in_out"), "in_out")
            every: tuple[Direction, ...] = ("in", "out")
            ways = tuple(way for way in every if way in word.split("_"))
            order = (
                _CATEGORIES.index(category),
                sequence,
                at,
                _sequence(node),
                number,
            )
            rule = Rule(
                id=f"{policy.at('display_name', 'id').name('policy')}/{name}",
                place=place,
                action="allow" if action == "allow" else "deny",
                sources=objects.parties(node, "source"),
                destinations=objects.parties(node, "destination"),
                service=objects.service(node),
                source_ports=objects.source_ports(node),
                conditions=objects.conditions(node),
            )
            own = _scope(node) or scope
            yield _Placed(
                order, ways, {way: _applied(rule, way, own) for way in ways}
            )


def _sequence(node: Node) -> int:
    sequence = node.at("sequence_number")
    return sequence.number(0, _LAST) if sequence else 0


def _scope(node: Node) -> tuple[str, ...]:
    """Return the groups that rules are applied to; none for all."""
    paths = tuple(each.name() for each in node.at("scope").each())
    return () if "ANY" in paths else paths


def _applied(rule: Rule, way: Direction, scope: tuple[str, ...]) -> Rule:
    """Return a rule as it is at the machines that it is applied to."""
    if not scope:
        return rule
    groups: tuple[Party, ...] = Objects.groups(scope)
    own = rule.destinations if way == "in" else rule.sources
    if own == groups:
        return rule
    if Objects.is_any(own):
        if way == "in":
            return attrs.evolve(rule, destinations=groups)
        return attrs.evolve(rule, sources=groups)
    listed = ", ".join(path.rpartition("/")[2] for path in scope)
    conditions = (*rule.conditions, f"applied to {listed}")
    return attrs.evolve(rule, conditions=conditions)
