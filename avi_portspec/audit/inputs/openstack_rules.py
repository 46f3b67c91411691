"""Security group rules of OpenStack: API, client, Heat and Terraform."""

from __future__ import annotations

from functools import partial
from typing import Final

import attrs

from avi_portspec.audit.inputs.addresses import anywhere
from avi_portspec.audit.inputs.defaults import last_resort
from avi_portspec.audit.inputs.fields import (
    join_nodes,
    read_message,
    read_protocol,
)
from avi_portspec.audit.inputs.nodes import Node, or_unknown
from avi_portspec.audit.inputs.protocols import LAST_PORT, services_of
from avi_portspec.audit.inputs.reading import Reading, order_sides
from avi_portspec.audit.model import (
    Direction,
    Filter,
    Group,
    Party,
    Place,
    Rule,
)
from avi_portspec.audit.services import Spans
from avi_portspec.model.protocols import ICMP, Protocol
from avi_portspec.rules.networks import Family
from avi_portspec.rules.traffic import ECHO_REQUESTS, ICMPV6

__all__ = ["openstack_filters", "openstack_rule"]

_DIRECTIONS: Final[tuple[Direction, ...]] = ("in", "out")


def openstack_rule(
    node: Node,
    place: Place,
    name: str,
    remote: Party | None,
) -> tuple[Direction, Rule]:
    """Return the direction and a rule.

    Args:
        node: The rule, with the API's names of its fields.
        place: Its place.
        name: What to call it.
        remote: The group on the other side, if it names one.

    Raises:
        WrongError: It is not right.
    """
    word = node.at("direction").word(("ingress", "egress"), "ingress")
    direction: Direction = "in" if word == "ingress" else "out"
    ethertype = node.at("ethertype").word(("ipv4", "ipv6"), "IPv4")
    family: Family = 4 if ethertype == "ipv4" else 6
    others: tuple[Party, ...]
    if remote is not None:
        others = (remote,)
        if isinstance(remote, Group):
            others = (attrs.evolve(remote, family=family),)
    elif node.at("remote_ip_prefix"):
        others = tuple(join_nodes([node.at("remote_ip_prefix")]))
    else:
        others = (anywhere(family),)
    sources, destinations = order_sides(direction, others)
    return direction, Rule(
        id=name,
        place=place,
        sources=sources,
        destinations=destinations,
        service=or_unknown(partial(_service, node, family)),
    )


def _service(node: Node, family: Family) -> Spans:
    protocol = read_protocol(node.at("protocol"), "any", "")
    if family == 6 and protocol == ICMP:  # noqa: PLR2004 - a family
        # Neutron takes the old name of ICMPv6 for it in rules of IPv6.
        protocol = ICMPV6
    low, high = node.at("port_range_min"), node.at("port_range_max")
    if protocol in ECHO_REQUESTS:
        return read_message(protocol, low, high)
    return services_of(protocol, _ports(protocol, low, high))


def _ports(
    protocol: Protocol | None, low: Node, high: Node
) -> tuple[int, int] | None:
    if protocol is None or (low.value is None and high.value is None):
        return None
    first = low.number(-1, LAST_PORT) if low.value is not None else 0
    if first < 0:
        return None
    last = high.number(first, LAST_PORT) if high.value is not None else first
    return first, last


def openstack_filters(
    reading: Reading,
    group: Group,
    place: Place,
    rules: list[tuple[Direction, Rule]],
    *,
    is_stateful: bool = True,
) -> None:
    """Add the two filters of a security group."""
    for direction in _DIRECTIONS:
        reading.filters.append(
            Filter(
                id=f"{group.id} {direction}",
                place=place,
                attached_to=(group,),
                direction=direction,
                stage="security group",
                discipline="union",
                rules=tuple(rule for way, rule in rules if way == direction),
                last_resort=last_resort("openstack"),
                is_stateful=is_stateful,
            )
        )
