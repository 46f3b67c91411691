"""What a rule set opens, as sets of packets that can be compared.

An opening is a box: packets from some addresses and ports to others, over
one protocol. Two lists of openings that cut the same packets into different
boxes are the same here, and a list that opens one packet more is not.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network, IPv6Network, ip_network
from itertools import product
from typing import Literal, NamedTuple

from avi_portspec.model.protocols import TCP
from avi_portspec.rules.neutral import Rule, return_rules

Network = IPv4Network | IPv6Network
#: ``open``: any packet. ``established``: one of a connection that exists,
#: or, of TCP, one that does not open a connection. ``related``: an error of
#: ICMP about a connection that is opened so. ``neighbour``: one that no
#: router has forwarded. ``loopback``: one from or to the machine itself.
#: ``judged``: none; what is not judged is left to others. ``rest``: one that
#: is not judged.
Kind = Literal[
    "open",
    "established",
    "related",
    "neighbour",
    "loopback",
    "judged",
    "rest",
]
#: What a platform does with answers: it knows them (``stateful``); it is
#: told them, and tells them from new connections (``tracked``), or tells
#: those of TCP by their flags alone (``stateless``).
Nature = Literal["stateful", "tracked", "stateless"]

ALL_PORTS = (0, 65535)
EVERYWHERE = (ip_network("0.0.0.0/0"), ip_network("::/0"))


class UnreadableError(AssertionError):
    """A reader met something that it does not understand: that fails."""


class Opening(NamedTuple):
    """A box of packets.

    Attributes:
        source: Where they come from.
        destination: Where they go to.
        protocol: The protocol's number; ``None`` is any.
        ports: First and last destination port; of ICMP, the types; of a
            protocol without ports, all.
        source_ports: First and last source port.
        kind: Which packets of it.
    """

    source: Network
    destination: Network
    protocol: int | None
    ports: tuple[int, int] = ALL_PORTS
    source_ports: tuple[int, int] = ALL_PORTS
    kind: Kind = "open"


def any_packet(kind: Kind = "open") -> list[Opening]:
    """Return what a default "accept" opens."""
    return [Opening(each, each, None, kind=kind) for each in EVERYWHERE]


def boxes(
    sources: Iterable[Network],
    destinations: Iterable[Network],
    protocol: int | None,
    ports: Iterable[tuple[int, int]] = (ALL_PORTS,),
    source_ports: Iterable[tuple[int, int]] = (ALL_PORTS,),
    kind: Kind = "open",
) -> Iterator[Opening]:
    """Yield one opening for each combination, within a family."""
    ports, source_ports = list(ports), list(source_ports)
    for source, destination in product(list(sources), list(destinations)):
        if source.version == destination.version:
            for low_high, from_to in product(ports, source_ports):
                yield Opening(
                    source, destination, protocol, low_high, from_to, kind
                )


def expected(rules: Iterable[Rule], nature: Nature) -> list[Opening]:
    """Return what a platform has to open for the neutral rules."""
    rules = list(rules)
    found: list[Opening] = []
    for rule in rules:
        ports = [(port.low, port.high) for port in rule.ports]
        ports += [(number, number) for number in rule.icmp_types]
        found += boxes(
            rule.sources,
            rule.destinations,
            rule.protocol.number,
            ports or [ALL_PORTS],
        )
    if nature == "stateful":
        return found
    if nature == "tracked":
        found += (each._replace(kind="related") for each in found.copy())
    for reply in return_rules(rules):
        from_to = [(port.low, port.high) for port in reply.source_ports]
        types = [(number, number) for number in reply.icmp_types]
        by_state = nature == "tracked" or reply.protocol == TCP
        found += boxes(
            reply.sources,
            reply.destinations,
            reply.protocol.number,
            types or [ALL_PORTS],
            from_to or [ALL_PORTS],
            "established" if by_state else "open",
        )
    return found


def same(one: Iterable[Opening], other: Iterable[Opening]) -> bool:
    """Return whether both open the same packets."""
    one, other = list(one), list(other)
    return within(one, other) and within(other, one)


def within(one: Iterable[Opening], other: Iterable[Opening]) -> bool:
    """Return whether all that *one* opens is opened by *other*.

    What it does not judge, the other may not judge either.
    """
    ours, theirs = _grouped(one), _grouped(other)
    return all(
        key in more and _inside(found, more[key])
        for less, more, is_judged in (
            (ours, theirs, False),
            (theirs, ours, True),
        )
        for key, found in less.items()
        if (key[0] == "judged") is is_judged
    )


def judged(networks: Iterable[Network]) -> Iterator[Opening]:
    """Yield that only what has one of these addresses is judged."""
    for each in networks:
        everywhere = EVERYWHERE[each.version == 6]
        yield Opening(each, everywhere, None, kind="judged")


_Span = tuple[int, int]
_Box = tuple[_Span, _Span, _Span, _Span]


def _grouped(
    openings: Iterable[Opening],
) -> dict[tuple[object, ...], set[_Box]]:
    groups: dict[tuple[object, ...], set[_Box]] = {}
    for opening in openings:
        key = (opening.kind, opening.source.version, opening.protocol)
        groups.setdefault(key, set()).add(
            (
                _span(opening.source),
                _span(opening.destination),
                (opening.ports[0], opening.ports[1] + 1),
                (opening.source_ports[0], opening.source_ports[1] + 1),
            )
        )
    return groups


def _span(network: Network) -> _Span:
    first = int(network.network_address)
    return first, first + network.num_addresses


def _inside(ours: set[_Box], theirs: set[_Box]) -> bool:
    """Cut both along every edge; compare the pieces."""
    if ours <= theirs:
        return True
    edges = [
        sorted({end for box in ours | theirs for end in box[axis]})
        for axis in range(4)
    ]

    def pieces(found: set[_Box]) -> set[tuple[int, ...]]:
        return {
            piece
            for box in found
            for piece in product(
                *(
                    range(
                        bisect_left(edges[axis], box[axis][0]),
                        bisect_left(edges[axis], box[axis][1]),
                    )
                    for axis in range(4)
                )
            )
        }

    return pieces(ours) <= pieces(theirs)
