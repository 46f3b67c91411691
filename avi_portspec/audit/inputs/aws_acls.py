"""Network ACLs of AWS, from the CLI or from Terraform."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import NamedTuple

from avi_portspec.audit.inputs.aws_services import aws_service
from avi_portspec.audit.inputs.defaults import last_resort
from avi_portspec.audit.inputs.fields import join_nodes, read_protocol
from avi_portspec.audit.inputs.nodes import Node, or_unknown
from avi_portspec.audit.inputs.protocols import LAST_PORT
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
from avi_portspec.rules.traffic import ECHO_REQUESTS

__all__ = ["AclEntry", "acl_entry", "acl_filters"]


class AclEntry(NamedTuple):
    """A rule, and what decides its place among others.

    Attributes:
        number: The lower, the earlier.
        rule: The rule.
    """

    number: int
    rule: Rule


def acl_entry(
    place: Place,
    direction: Direction,
    name: str,
    *,
    number: Node,
    action: Node,
    networks: Sequence[Node],
    protocol: Node,
    ports: tuple[Node, Node],
    message: tuple[Node, Node],
) -> AclEntry:
    """Return a rule of a network ACL.

    Args:
        place: Its place.
        direction: Its direction.
        name: What to call it.
        number: What decides its place among others.
        action: What it does.
        networks: The networks on the other side: that which is there counts.
        protocol: The protocol.
        ports: The first and the last port.
        message: Of ICMP, the type and the code instead.

    Raises:
        WrongError: Something is wrong.
    """
    others = join_nodes([*filter(None, networks)] or networks[:1])
    sources, destinations = order_sides(direction, tuple(others))
    word = action.word(("allow", "deny"))
    return AclEntry(
        number.number(1, LAST_PORT),
        Rule(
            id=name,
            place=place,
            action="allow" if word == "allow" else "deny",
            sources=sources,
            destinations=destinations,
            service=or_unknown(partial(_service, protocol, ports, message)),
        ),
    )


def _service(
    protocol: Node, ports: tuple[Node, Node], message: tuple[Node, Node]
) -> Spans:
    is_message = read_protocol(protocol, "-1", "all") in ECHO_REQUESTS
    return aws_service(protocol, *(message if is_message else ports))


def acl_filters(
    reading: Reading,
    own: str,
    subnets: tuple[Party, ...],
    place: Place,
    entries: Iterable[tuple[Direction, AclEntry]],
) -> None:
    """Add the two filters of a network ACL.

    It judges what enters a subnet and what leaves it, and nothing within
    (https://docs.aws.amazon.com/vpc/latest/userguide/nacl-basics.html).

    Args:
        reading: The file.
        own: The id of the ACL.
        subnets: Its subnets; none if they are not known.
        place: Its place.
        entries: Its rules, with their directions.
    """
    kept = sorted(entries, key=lambda each: each[1].number)
    ways: tuple[Direction, ...] = ("in", "out")
    for way in ways:
        reading.filters.append(
            Filter(
                id=f"{own} {way}",
                place=place,
                attached_to=subnets or (Group(own),),
                borders=subnets,
                direction=way,
                stage="network ACL",
                discipline="first-match",
                rules=tuple(
                    entry.rule for direction, entry in kept if direction == way
                ),
                last_resort=last_resort("aws-acl"),
                is_stateful=False,
            )
        )
