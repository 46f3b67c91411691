"""Rules of Azure's network security groups, from the CLI, REST or Terraform.

The CLI and REST spell a field in one way, Terraform in another.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Final, NamedTuple

import attrs

from avi_portspec.audit.inputs.addresses import ANYWHERE, join_networks
from avi_portspec.audit.inputs.defaults import (
    azure_defaults,
    azure_tag,
    last_resort,
)
from avi_portspec.audit.inputs.fields import (
    list_groups,
    read_networks,
    read_ports,
    read_protocol,
)
from avi_portspec.audit.inputs.names import name_of
from avi_portspec.audit.inputs.nodes import Node, or_unknown
from avi_portspec.audit.inputs.protocols import services_of
from avi_portspec.audit.inputs.reading import Reading
from avi_portspec.audit.model import (
    Action,
    Direction,
    Filter,
    Group,
    Origin,
    Party,
    Place,
    Rule,
    Unknown,
)
from avi_portspec.audit.services import Spans, join_spans
from avi_portspec.model.protocols import TCP, UDP
from avi_portspec.rules.networks import Network

__all__ = [
    "AzureRule",
    "azure_filter_id",
    "azure_filters",
    "azure_rule",
    "resource_group",
]

_LAST_PRIORITY: Final = 65_500
#: What Azure takes for any address.
_ANY: Final = frozenset({"*", "any"})
_INTERNET: Final = "internet"
#: All ports, as effective rules have them.
_ALL_PORTS: Final = ((0, 65_535),)


class AzureRule(NamedTuple):
    """A rule, and what decides its place among others.

    Attributes:
        direction: The direction.
        priority: The lower, the earlier.
        rule: The rule.
    """

    direction: Direction
    priority: int
    rule: Rule


def resource_group(node: Node) -> Group:
    """Return a resource of Azure: known by its id, called by its name."""
    path = node.name()
    return Group(path, path.rpartition("/")[2])


def azure_rule(
    node: Node, place: Place, origin: Origin = "file", name: str | None = None
) -> AzureRule:
    """Return a rule.

    Args:
        node: The rule, as the CLI, REST or Terraform has it.
        place: Its place.
        origin: Whether the file says it, or the provider.
        name: What to call it; by default its own name.

    Raises:
        WrongError: It is not right.
    """
    word = node.at("direction").word(("inbound", "outbound"))
    action: Action = (
        "allow"
        if node.at("access").word(("allow", "deny")) == "allow"
        else "deny"
    )
    return AzureRule(
        "in" if word == "inbound" else "out",
        node.at("priority").number(0, _LAST_PRIORITY),
        Rule(
            id=name or node.at("name").name(),
            place=place,
            action=action,
            sources=_parties(node, "source", origin),
            destinations=_parties(node, "destination", origin),
            service=or_unknown(partial(_service, node)),
            source_ports=_source_ports(node),
            origin=origin,
        ),
    )


def _several(node: Node, *keys: str) -> list[Node]:
    """Return the values of keys, each of which has one value or a list."""
    found: list[Node] = []
    for key in keys:
        value = node.at(key)
        if isinstance(value.value, list):
            found += value.each()
        elif value:
            found.append(value)
    return found


def _ports(node: Node, side: str) -> list[tuple[int, int]]:
    """Return ranges of ports; none for all of them."""
    nodes = _several(
        node,
        f"{side}PortRange",
        f"{side}PortRanges",
        f"{side}_port_range",
        f"{side}_port_ranges",
    )
    if any(each.value == "*" for each in nodes):
        return []
    found = [read_ports(each) for each in nodes]
    return [] if tuple(found) == _ALL_PORTS else found


def _service(node: Node, side: str = "destination") -> Spans:
    """Return a service; ports of any protocol are those of TCP and UDP."""
    protocol = read_protocol(node.at("protocol"), "*", "all")
    ranges = _ports(node, side)
    if not ranges:
        return services_of(protocol)
    each = (protocol,) if protocol is not None else (TCP, UDP)
    return join_spans(
        span
        for one in each
        for low_high in ranges
        for span in services_of(one, low_high)
    )


def _source_ports(node: Node) -> Spans | None:
    """Return the source ports of a rule, if it is limited to some."""
    return _service(node, "source") if _ports(node, "source") else None


def _parties(node: Node, side: str, origin: Origin) -> tuple[Party, ...]:
    expanded = node.at(f"expanded{side.capitalize()}AddressPrefix").each()
    nodes = expanded or _several(
        node,
        f"{side}AddressPrefix",
        f"{side}AddressPrefixes",
        f"{side}_address_prefix",
        f"{side}_address_prefixes",
    )
    parties: list[Party] = []
    networks: list[Network] = []
    for each in nodes:
        if isinstance(each.value, Unknown):
            parties.append(each.value)
            continue
        text = each.text()
        tag = text.casefold()
        # Of the provider's rules, the one before takes what is not outside.
        if tag in _ANY or (tag == _INTERNET and origin != "file"):
            parties.append(ANYWHERE)
        elif text[:1].isalpha() and ":" not in text and "." not in text[:2]:
            parties += azure_tag(name_of(text))
        else:
            networks += read_networks(each)
    groups = list_groups(
        lambda each: resource_group(each.at("id") if each.has("id") else each),
        _several(
            node,
            f"{side}ApplicationSecurityGroups",
            f"{side}_application_security_group_ids",
        ),
    )
    return (*parties, *join_networks(networks), *groups)


def azure_filter_id(group: Group, direction: Direction) -> str:
    """Return the id of the filter of a group and a direction."""
    return f"{group.name or group.id} {direction}"


def azure_filters(
    reading: Reading,
    group: Group,
    place: Place,
    rules: Iterable[AzureRule],
    assumes: tuple[str, ...] = (),
) -> None:
    """Add the two filters of a network security group.

    Azure's default rules come from the provider where the file lacks them.

    Args:
        reading: The file.
        group: The group.
        place: Its place.
        rules: Its rules.
        assumes: What was assumed to read it.
    """
    # Rules name application security groups.
    bearer = attrs.evolve(group, is_bearer=True)
    kept = sorted(rules, key=lambda each: each.priority)
    directions: tuple[Direction, ...] = ("in", "out")
    for direction in directions:
        own = [each.rule for each in kept if each.direction == direction]
        if all(rule.origin == "file" for rule in own):
            own += azure_defaults(direction, place)
        reading.filters.append(
            Filter(
                id=azure_filter_id(group, direction),
                place=place,
                attached_to=(bearer,),
                direction=direction,
                # A subnet's group and an interface's both have to allow.
                stage=f"network security group {group.name or group.id}",
                discipline="first-match",
                rules=tuple(own),
                last_resort=last_resort("azure"),
                assumes=assumes,
            )
        )
