"""Addresses, protocols and ports in the fields of exports."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from avi_portspec.audit.inputs.addresses import join_networks, parse_networks
from avi_portspec.audit.inputs.nodes import Node, or_unknown
from avi_portspec.audit.inputs.protocols import parse_ports, protocol_named
from avi_portspec.audit.model import Party, Unknown
from avi_portspec.audit.services import Spans, message_spans
from avi_portspec.model.protocols import Protocol
from avi_portspec.rules.networks import Network

__all__ = [
    "join_nodes",
    "list_groups",
    "list_nodes",
    "read_message",
    "read_networks",
    "read_ports",
    "read_protocol",
]

_TYPES = 255


def read_networks(node: Node) -> tuple[Network, ...]:
    """Return the networks of a text.

    Raises:
        WrongError: It is none.
    """
    found = parse_networks(node.text())
    if found is None:
        raise node.wrong("an address, a network or a range of addresses")
    return found


def join_nodes(nodes: Iterable[Node]) -> list[Party]:
    """Return the networks of several texts as parties.

    What is not known is a party of its own.

    Raises:
        WrongError: One of them is none.
    """
    networks: list[Network] = []
    unknown: list[Party] = []
    for node in nodes:
        found = or_unknown(partial(read_networks, node))
        if isinstance(found, Unknown):
            unknown.append(found)
        else:
            networks += found
    return [*join_networks(networks), *unknown]


def list_nodes(*nodes: Node) -> list[Node]:
    """Return the items of lists; what is not known is one item."""
    return [
        item
        for node in nodes
        for item in (
            node.each() if not isinstance(node.value, Unknown) else [node]
        )
    ]


def list_groups(
    make: Callable[[Node], Party], nodes: Iterable[Node]
) -> list[Party]:
    """Return a party for each node; what is not known is one, too."""
    return [or_unknown(partial(make, node)) for node in nodes]


def read_protocol(node: Node, *every: str) -> Protocol | None:
    """Return a protocol, by its name or number; ``None`` is any.

    Args:
        node: The name or number; nothing is any protocol.
        every: What else means any.

    Raises:
        WrongError: It is none.
    """
    if node.value is None:
        return None
    text = node.scalar()
    if text.casefold() in every:
        return None
    found = protocol_named(text)
    if found is None:
        raise node.wrong("the name or number of a protocol")
    return found


def read_ports(node: Node) -> tuple[int, int]:
    """Return the first and last port of a text or number.

    Raises:
        WrongError: It is none.
    """
    found = parse_ports(node.scalar())
    if found is None:
        raise node.wrong("a port, or a range of ports, from 0 to 65535")
    return found


def read_message(protocol: Protocol, kind: Node, code: Node) -> Spans:
    """Return messages of ICMP; -1 and nothing are all.

    Raises:
        WrongError: It is neither a type nor a code.
    """
    if kind.value is None or kind.number(-1, _TYPES) < 0:
        return message_spans(protocol, None)
    number = kind.number(-1, _TYPES)
    if code.value is None or code.number(-1, _TYPES) < 0:
        return message_spans(protocol, number)
    return message_spans(protocol, number, code.number(-1, _TYPES))
