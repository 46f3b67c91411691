"""NSX in Terraform, as tables of its policy API.

Rules name groups and services by paths, which NSX gives: in a plan, what is
not applied yet is not known. In a module it is what a reference leads to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final

import attrs

from avi_portspec.audit.inputs.names import clean
from avi_portspec.audit.inputs.nodes import Node, or_unknown
from avi_portspec.audit.inputs.nsx_objects import Objects, path_of
from avi_portspec.audit.inputs.nsx_policies import (
    FILTERS,
    Placed,
    firewall_filters,
    policy_rules,
)
from avi_portspec.audit.inputs.reading import Reading
from avi_portspec.audit.inputs.terraform import (
    ASSUMES,
    LINE,
    NSX_POLICY,
    Resource,
)
from avi_portspec.audit.model import Group, Place, Unknown
from avi_portspec.model.frozen import FrozenDict

__all__ = [
    "NSX_GROUP",
    "NSX_OBJECTS",
    "count_policy_rules",
    "is_of_nsx",
    "read_nsx",
]

NSX_GROUP: Final = "nsxt_policy_group"
_SERVICE: Final = "nsxt_policy_service"
#: What rules name, and has no rules.
NSX_OBJECTS: Final = frozenset({NSX_GROUP, _SERVICE})
#: The blocks of a service: what the policy API calls them, and what it calls
#: their arguments.
_ENTRIES: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = FrozenDict(
    {
        "l4_port_set_entry": (
            "L4PortSetServiceEntry",
            {"protocol": "l4_protocol"},
        ),
        "algorithm_entry": (
            "ALGTypeServiceEntry",
            {"algorithm": "alg", "destination_port": "destination_ports"},
        ),
        "icmp_entry": ("ICMPTypeServiceEntry", {}),
        "ip_protocol_entry": (
            "IPProtocolServiceEntry",
            {"protocol": "protocol_number"},
        ),
        "igmp_entry": ("IGMPTypeServiceEntry", {}),
        "nested_service_entry": ("NestedServiceServiceEntry", {}),
    }
)
#: What decides the place of a policy among others, and what it does.
_HEAD: Final = ("display_name", "category", "sequence_number", "stateful")
#: Others stand in no plan, and may come first.
_ALONE: Final = "as if NSX had no other policies"
_DOUBTFUL: Final = (
    "its count, its order or a block in its rules is not known; audit the "
    "plan: terraform show -json"
)
_ORDER: Final = (
    "as far as no policy of the same sequence number comes first: give each "
    "policy its own"
)


def is_of_nsx(kind: object) -> bool:
    """Return whether resources of a kind are read as NSX has them."""
    return kind in (NSX_POLICY, *NSX_OBJECTS)


def count_policy_rules(values: Mapping[str, Any]) -> int:
    """Return how many rules a policy has.

    Args:
        values: Its arguments.
    """
    rules = values.get("rule")
    return len(rules) if isinstance(rules, list) else int(rules is not None)


def read_nsx(reading: Reading, resources: Sequence[Resource]) -> None:
    """Add the filters of the distributed firewall, if there are policies.

    Args:
        reading: The file.
        resources: All resources; policies, groups and services are read.
    """
    policies = [each for each in resources if each.kind == NSX_POLICY]
    if not policies:
        return
    found: list[list[Placed]] = []
    known = {each.address: each.values.value for each in resources}
    stateful = True
    with reading.guard():
        objects = Objects(_tables(resources))
        for at, resource in enumerate(policies):
            with reading.guard(resource.place, FILTERS):
                rules = [*_rules(resource)]
                policy = resource.values
                unknown = _unknown_head(resource)
                if unknown is not None:
                    for _, place in rules:
                        name = clean(place.pointer)
                        reading.leave(
                            place, "unknown", name, unknown.why, FILTERS
                        )
                    continue
                stateful &= policy.at("stateful").flag(default=True)
                # As it is written: with what it refers to, and not by paths.
                written = policy.at("rule").each()
                assumed = {
                    place: _assumed(node.value, policy, known)
                    for node, (_, place) in zip(written, rules, strict=True)
                }
                found.append(
                    [
                        _assuming(each, assumed)
                        for each in policy_rules(
                            reading, policy, at, objects, rules
                        )
                    ]
                )
    reading.filters += firewall_filters(
        _ordered(found),
        reading.place(),
        is_stateful=stateful,
        assumes=(_ALONE,),
    )


def _assumed(
    rule: Any, policy: Node, known: Mapping[str, Any]
) -> tuple[str, ...]:
    """Return the defaults that a rule rests on, and what it names.

    Args:
        rule: The rule.
        policy: Its policy.
        known: The arguments of what there is, by address.
    """
    found = dict.fromkeys(policy.value.get(ASSUMES, ()))
    seen: set[str] = set()
    stack = [rule, policy.value.get("scope")]
    while stack:
        value = stack.pop()
        if isinstance(value, Group) and value.id not in seen:
            seen.add(value.id)
            stack.append(known.get(value.id))
        elif isinstance(value, list):
            stack += value
        elif isinstance(value, dict):
            found |= dict.fromkeys(value.get(ASSUMES, ()))
            stack += (own for key, own in value.items() if key != ASSUMES)
    return tuple(found)


def _assuming(
    placed: Placed, assumed: Mapping[Place, tuple[str, ...]]
) -> Placed:
    return placed._replace(
        rule={
            way: attrs.evolve(own, assumes=(*own.assumes, *assumed[own.place]))
            for way, own in placed.rule.items()
        }
    )


def _unknown_head(resource: Resource) -> Unknown | None:
    """Return what is not known of a policy as a whole."""
    if resource.is_doubtful:
        return Unknown(resource.address, _DOUBTFUL)
    for key in _HEAD:
        value = resource.values.at(key).value
        if isinstance(value, Unknown):
            return value
    return None


def _ordered(found: Iterable[Sequence[Placed]]) -> Iterator[Placed]:
    """Yield the rules of all policies.

    Of policies of one sequence number NSX decides which comes first. That
    matters only if they do not all do the same.
    """
    slots: dict[tuple[int, ...], list[Sequence[Placed]]] = {}
    for policy in filter(None, found):
        slots.setdefault(policy[0].order[:2], []).append(policy)
    for several in slots.values():
        rules = [each for policy in several for each in policy]
        actions = {own.action for each in rules for own in each.rule.values()}
        if len(several) > 1 and len(actions) > 1:
            rules = [*map(_doubted, rules)]
        yield from rules


def _doubted(placed: Placed) -> Placed:
    return placed._replace(
        rule={
            way: attrs.evolve(own, conditions=(*own.conditions, _ORDER))
            for way, own in placed.rule.items()
        }
    )


def _rules(resource: Resource) -> Iterator[tuple[Node, Place]]:
    """Yield the rules of a policy as the policy API has them.

    Raises:
        UnsettledError: Nobody knows how many there are.
    """
    for at, node in enumerate(resource.values.at("rule").each()):
        path = f"{resource.address}.rule.{at}"
        place = attrs.evolve(resource.place, pointer=path)
        if isinstance(node.value, dict):
            line = node.value.get(LINE) or place.line
            yield _rule(node), attrs.evolve(place, line=line)
        else:
            yield node, place


def _rule(node: Node) -> Node:
    version = node.value.get("ip_version")
    sequence = node.value.get("sequence_number")
    blocks = node.at("service_entries")
    return node._replace(
        value={
            **node.value,
            "ip_protocol": None if version == "NONE" else version,
            # They stand in order, whatever their numbers will be.
            "sequence_number": None
            if isinstance(sequence, Unknown)
            else sequence,
            "services": _paths(node.value.get("services")),
            "service_entries": or_unknown(partial(_of_blocks, blocks)),
        }
    )


def _paths(value: Any) -> Any:
    """Return services that a module refers to by the paths they have here."""
    if isinstance(value, list):
        return [*map(_paths, value)]
    return path_of(value.id) if isinstance(value, Group) else value


def _tables(resources: Iterable[Resource]) -> Iterator[Node]:
    """Yield groups and services as the policy API has them.

    What has no path yet, no rule can name. Of a group that is not known as a
    whole, somebody has to say who is in it.
    """
    for resource in resources:
        if resource.kind not in NSX_OBJECTS:
            continue
        values = resource.values
        path = values.at("path").value
        if not isinstance(path, str):
            continue
        if resource.kind == _SERVICE:
            entries = or_unknown(partial(_entries, values))
            table = {"resource_type": "Service", "service_entries": entries}
        else:
            expression = or_unknown(partial(_expression, values))
            if isinstance(expression, Unknown):
                continue
            table = {"resource_type": "Group", "expression": expression}
        yield Node({**table, "path": path}, values.pointer, values.is_secret)


def _of_blocks(blocks: Node) -> list[dict[str, Any]]:
    return [entry for block in blocks.each() for entry in _entries(block)]


def _entries(values: Node) -> list[dict[str, Any]]:
    """Return the entries of a service, or of a rule.

    Raises:
        UnsettledError: Some are not known.
    """
    found = []
    for key, blocks in values.members():
        for each in blocks.each() if key.endswith("_entry") else ():
            kind, names = _ENTRIES.get(key, (key, {}))
            entry = {
                names.get(name, name): None
                if own.value == ""
                else _paths(own.value)
                for name, own in each.members()
            }
            # Of a gateway there is one port, and no list.
            if isinstance(entry.get("destination_ports"), str):
                entry["destination_ports"] = [entry["destination_ports"]]
            found.append({**entry, "resource_type": kind})
    return found


def _expression(values: Node) -> list[dict[str, Any]]:
    """Return what tells who is in a group; only addresses tell it here.

    Raises:
        UnsettledError: Some of it is not known.
    """
    found: list[dict[str, Any]] = []
    for each in values.at("criteria").each():
        given = {
            key: own
            for key, own in each.members()
            if own and key not in {ASSUMES, LINE}
        }
        if given.keys() != {"ipaddress_expression"}:
            found.append({})
            continue
        found += (
            {
                "resource_type": "IPAddressExpression",
                "ip_addresses": [
                    address.text() for address in own.at("ip_addresses").each()
                ],
            }
            for own in given["ipaddress_expression"].each()
        )
    if values.at("extended_criteria"):
        found.append({})
    return found + [
        {"conjunction_operator": each.at("operator").value}
        for each in values.at("conjunction").each()
    ]
