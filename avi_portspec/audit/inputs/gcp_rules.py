"""Firewall rules of Google Cloud, from its API or from Terraform.

Both have the same fields, spelt in two ways.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Final, NamedTuple

from avi_portspec.audit.inputs.addresses import ANYWHERE, anywhere
from avi_portspec.audit.inputs.defaults import last_resort
from avi_portspec.audit.inputs.fields import (
    join_nodes,
    list_groups,
    list_nodes,
    read_ports,
    read_protocol,
)
from avi_portspec.audit.inputs.nodes import Node, or_unknown
from avi_portspec.audit.inputs.protocols import LAST_PORT, services_of
from avi_portspec.audit.inputs.reading import Reading, order_sides
from avi_portspec.audit.model import (
    Action,
    Direction,
    Filter,
    Group,
    Party,
    Place,
    Rule,
    Tag,
)
from avi_portspec.audit.services import Spans, join_spans

__all__ = ["GcpRule", "gcp_filter_id", "gcp_filters", "gcp_rule"]

#: What Google Cloud takes for a rule that names no priority.
_PRIORITY: Final = 1000


class GcpRule(NamedTuple):
    """A rule, and what decides its place among others.

    Attributes:
        network: The network that it is for.
        direction: The direction.
        priority: The lower, the earlier.
        rule: The rule; ``None`` if it is not known what it does.
    """

    network: str
    direction: Direction
    priority: int
    rule: Rule | None


def gcp_filter_id(network: str, direction: Direction) -> str:
    """Return the id of the filter of a network and a direction."""
    return f"{network or 'network'} {direction}"


def gcp_rule(
    reading: Reading,
    node: Node,
    *,
    network: str,
    name: str,
    place: Place | None = None,
) -> GcpRule | None:
    """Return a rule; ``None`` if it is disabled, which is noted.

    So is a rule that neither allows nor denies: blocks that are not known
    yet may do either.

    Args:
        reading: Where to note it.
        node: The rule, as the API or Terraform has it.
        network: The network that it is for.
        name: What to call it.
        place: Its place; by default where the node stands.

    Raises:
        WrongError: It is not right.
    """
    place = place or reading.place(node.pointer)
    if node.at("disabled").flag(default=False):
        reading.leave(place, "set-aside", name, "it is disabled")
        return None
    is_out = node.at("direction").word(("ingress", "egress"), "ingress")
    direction: Direction = "out" if is_out == "egress" else "in"
    priority = (
        node.at("priority").number(0, LAST_PORT)
        if node.at("priority")
        else _PRIORITY
    )
    denied, allowed = node.at("denied", "deny"), node.at("allowed", "allow")
    if bool(denied) is bool(allowed):
        why = "whether it allows or denies, and what, is not known"
        own_filter = (gcp_filter_id(network, direction),)
        reading.leave(place, "unknown", name, why, own_filter)
        return GcpRule(network, direction, priority, None)
    action: Action = "deny" if denied else "allow"
    targets = _bearers(node, "target")
    others, narrowed = _peers(node, direction)
    # Without targets it is for every instance of its network.
    own = narrowed or targets or (ANYWHERE,)
    conditions = []
    if narrowed and targets:
        conditions.append("only for instances with its target tags")
    sources, destinations = order_sides(direction, others, own)
    return GcpRule(
        network,
        direction,
        priority,
        Rule(
            id=name,
            place=place,
            action=action,
            sources=sources,
            destinations=destinations,
            service=or_unknown(partial(_service, denied or allowed)),
            conditions=tuple(conditions),
        ),
    )


def _bearers(node: Node, side: str) -> tuple[Party, ...]:
    """Return the tags and service accounts of a side."""
    tags = node.at(f"{side}Tags", f"{side}_tags")
    accounts = node.at(f"{side}ServiceAccounts", f"{side}_service_accounts")
    return (
        *list_groups(lambda each: Tag(each.name()), list_nodes(tags)),
        *list_groups(lambda each: Group(each.name()), list_nodes(accounts)),
    )


def _peers(
    node: Node, direction: Direction
) -> tuple[tuple[Party, ...], tuple[Party, ...]]:
    """Return the other side, and the networks that narrow the own side."""
    ranges = {
        side: tuple(
            join_nodes(list_nodes(node.at(f"{side}Ranges", f"{side}_ranges")))
        )
        for side in ("source", "destination")
    }
    if direction == "in":
        others = (*ranges["source"], *_bearers(node, "source"))
        return others or (anywhere(4),), ranges["destination"]
    return ranges["destination"] or (anywhere(4),), ranges["source"]


def _service(entries: Node) -> Spans:
    """Return all that a rule names, each protocol with its ports."""
    found: list[tuple[int, int]] = []
    for entry in entries.each():
        named = entry.at("IPProtocol", "protocol")
        protocol = read_protocol(named, "all")
        ports = entry.at("ports").each()
        if not ports:
            found += services_of(protocol)
        for each in ports:
            found += services_of(protocol, read_ports(each))
    return join_spans(found)


def gcp_filters(
    reading: Reading, rules: Iterable[GcpRule]
) -> Iterator[Filter]:
    """Yield a filter for each network and direction, the implied rules too.

    Where there are several networks, each filter is attached to its own;
    one alone is the network that everybody is in.

    Args:
        reading: The file.
        rules: The rules of all networks.
    """
    kept = list(rules)
    networks = dict.fromkeys(each.network for each in kept)
    directions: tuple[Direction, ...] = ("in", "out")
    for network in networks:
        for direction in directions:
            own = [
                (each.priority, each.rule)
                for each in kept
                if (each.network, each.direction) == (network, direction)
                and each.rule is not None
            ]
            # Of the same priority, those that deny come first.
            own.sort(key=lambda pair: (pair[0], pair[1].action == "allow"))
            yield Filter(
                id=gcp_filter_id(network, direction),
                place=Place(reading.name),
                attached_to=((Group(network),) if len(networks) > 1 else ()),
                direction=direction,
                stage=f"firewall of network {network}",
                discipline="first-match",
                rules=tuple(rule for _, rule in own),
                last_resort=last_resort(f"gcp-{direction}"),
            )
