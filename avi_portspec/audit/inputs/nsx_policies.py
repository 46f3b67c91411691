"""Security policies of NSX as filters, from whatever has them as tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Final, NamedTuple

import attrs

from avi_portspec.audit.inputs.defaults import last_resort
from avi_portspec.audit.inputs.nodes import Node, or_unknown
from avi_portspec.audit.inputs.nsx_objects import Objects, group_of
from avi_portspec.audit.inputs.reading import Reading
from avi_portspec.audit.model import (
    Direction,
    Filter,
    Group,
    Party,
    Place,
    Rule,
    Unknown,
)

__all__ = ["FILTERS", "Placed", "firewall_filters", "policy_rules"]

_WAYS: Final[tuple[Direction, ...]] = ("in", "out")
#: The filters of the distributed firewall, by id.
FILTERS: Final = tuple(f"distributed firewall {way}" for way in _WAYS)
#: In the order of evaluation.
_CATEGORIES: Final = (
    "ethernet",
    "emergency",
    "infrastructure",
    "environment",
    "application",
)
_LAST: Final = (1 << 31) - 1


class Placed(NamedTuple):
    """A rule, and what decides its place among others.

    Attributes:
        order: Category and sequence of its policy, its own, and position.
        ways: The directions that it is for.
        rule: The rule, for each of them.
    """

    order: tuple[int, ...]
    ways: tuple[Direction, ...]
    rule: dict[Direction, Rule]


def policy_rules(
    reading: Reading,
    policy: Node,
    at: int,
    objects: Objects,
    rules: Iterable[tuple[Node, Place]],
) -> Iterator[Placed]:
    """Yield the rules of a policy; what is none is noted.

    Args:
        reading: Where to note it.
        policy: The policy, as the policy API has it.
        at: Its position among the policies of its sequence number.
        objects: The groups and services that it may name.
        rules: Its rules, with their places.

    Raises:
        WrongError: The policy is not right.
    """
    category = policy.at("category").word(_CATEGORIES, "application")
    sequence = _sequence(policy)
    for number, (node, place) in enumerate(rules):
        with reading.guard(place, FILTERS):
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
                reading.leave(place, "unknown", name, why, FILTERS)
                continue
            word = node.at("direction").word(("in", "out", "in_out"), "in_out")
            ways = tuple(way for way in _WAYS if way in word.split("_"))
            order = (
                _CATEGORIES.index(category),
                sequence,
                at,
                _sequence(node),
                number,
            )
            service = objects.service(node)
            is_known = not isinstance(service, Unknown)
            rule = Rule(
                id=f"{policy.at('display_name', 'id').name('policy')}/{name}",
                place=place,
                action="allow" if action == "allow" else "deny",
                sources=_parties(objects, node, "source"),
                destinations=_parties(objects, node, "destination"),
                service=service,
                source_ports=objects.source_ports(node) if is_known else None,
                conditions=objects.conditions(node),
                # Who denies FTP, leaves nothing for it to agree on.
                assumes=objects.assumes(node)
                if is_known and action == "allow"
                else (),
            )
            yield Placed(
                order,
                ways,
                {way: _applied(rule, way, (node, policy)) for way in ways},
            )


def firewall_filters(
    found: Iterable[Placed],
    place: Place,
    *,
    is_stateful: bool,
    assumes: tuple[str, ...] = (),
) -> Iterator[Filter]:
    """Yield the filters of the distributed firewall.

    Args:
        found: The rules of all policies.
        place: Where they stand.
        is_stateful: Whether all policies keep state.
        assumes: What was assumed to read them, in words.
    """
    placed = sorted(found, key=lambda each: each.order)
    for name, way in zip(FILTERS, _WAYS, strict=True):
        yield Filter(
            id=name,
            place=place,
            attached_to=(),
            direction=way,
            stage="distributed firewall",
            discipline="first-match",
            rules=tuple(each.rule[way] for each in placed if way in each.ways),
            last_resort=last_resort("nsx"),
            is_stateful=is_stateful,
            assumes=assumes,
        )


def _parties(objects: Objects, rule: Node, side: str) -> tuple[Party, ...]:
    """Return who is on a side; who is not known is one of them."""
    found = or_unknown(partial(objects.parties, rule, side))
    return (found,) if isinstance(found, Unknown) else found


def _sequence(node: Node) -> int:
    sequence = node.at("sequence_number")
    return sequence.number(0, _LAST) if sequence else 0


def _scope(node: Node) -> tuple[Group, ...]:
    """Return the groups that rules are applied to; none for all."""
    nodes = node.at("scope").each()
    if any(each.value == "ANY" for each in nodes):
        return ()
    return tuple(map(group_of, nodes))


def _applied(rule: Rule, way: Direction, scoped: Iterable[Node]) -> Rule:
    """Return a rule as it is at the machines that it is applied to.

    Args:
        rule: The rule.
        way: The direction.
        scoped: What may say so: the rule, and its policy, which counts if
            the rule says nothing.
    """
    groups: tuple[Group, ...] | Unknown = ()
    for node in scoped:
        groups = groups or or_unknown(partial(_scope, node))
    if isinstance(groups, Unknown):
        why = f"applied to {groups.text}: {groups.why}"
        return attrs.evolve(rule, conditions=(*rule.conditions, why))
    own = rule.destinations if way == "in" else rule.sources
    if not groups or own == groups:
        return rule
    if Objects.is_any(own):
        if way == "in":
            return attrs.evolve(rule, destinations=groups)
        return attrs.evolve(rule, sources=groups)
    names = ((each.name or each.id).rpartition("/")[2] for each in groups)
    listed = ", ".join(names)
    conditions = (*rule.conditions, f"applied to {listed}")
    return attrs.evolve(rule, conditions=conditions)
