"""Addresses and networks as a site writes them down: strictly, or not."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    collapse_addresses,
    ip_address,
    ip_network,
)
from typing import Final, Literal, TypeAlias

from avi_portspec.errors import Fault, shown

__all__ = [
    "IPV4",
    "IPV6",
    "Address",
    "Family",
    "Network",
    "alone",
    "collapsed",
    "parsed",
    "trouble",
]

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network
#: The version of the Internet Protocol.
Family: TypeAlias = Literal[4, 6]
IPV4: Final[Family] = 4
IPV6: Final[Family] = 6

_WANTED: Final = "an address, or a network as 10.20.0.0/24 or 2001:db8::/64"
#: An address with letters has colons too; what has none is a name.
_NAME: Final = re.compile(r"[^:]*[a-zA-Z][^:]*")
#: Version, first and last address: networks are compared as numbers, for
#: ten thousand of them would take seconds as objects.
_Span: TypeAlias = tuple[int, int, int]


def _span(network: Network) -> _Span:
    first = int(network.network_address)
    return network.version, first, first + network.num_addresses - 1


#: What stands for no host that a firewall could have on one of its sides.
_SPECIAL: Final = tuple(
    (ip_network(network), _span(ip_network(network)), what)
    for network, what in (
        ("0.0.0.0/8", "this host itself (RFC 1122)"),
        ("127.0.0.0/8", "the loopback interface"),
        ("224.0.0.0/4", "multicast groups"),
        ("255.255.255.255/32", "the limited broadcast"),
        ("::/128", "this host itself"),
        ("::1/128", "the loopback interface"),
        ("::ffff:0:0/96", "IPv4 addresses, spelled as IPv6"),
        ("fe80::/10", "one link, which no router forwards"),
        ("ff00::/8", "multicast groups"),
    )
)


def alone(address: Address) -> Network:
    """Return the network that consists of one address."""
    return ip_network(address)


def collapsed(networks: Iterable[Network]) -> tuple[Network, ...]:
    """Return the fewest networks that hold the same addresses, sorted.

    IPv4 comes first. Nothing is gained or lost: adjacent networks become
    one only where the two are all of it.
    """
    four: list[IPv4Network] = []
    six: list[IPv6Network] = []
    for each in networks:
        if isinstance(each, IPv4Network):
            four.append(each)
        else:
            six.append(each)
    return (*collapse_addresses(four), *collapse_addresses(six))


def trouble(network: Network) -> Fault | None:
    """Return why no rule can be about a network, if that is so."""
    if network.prefixlen == 0:
        # All addresses: whether a role may have them is the inventory's
        # affair. Half of all, which is as wide, always fails below.
        return None
    version, low, high = _span(network)
    for special, (of, first, last), what in _SPECIAL:
        if of == version and first <= high and low <= last:
            wanted = f"addresses apart from {special}: that is {what}"
            return Fault("", wanted, str(network), _as_ipv4(network))
    return None


def _as_ipv4(network: Network) -> str | None:
    """Return an IPv4-mapped network (RFC 4291) as people mean it."""
    if isinstance(network, IPv4Network):
        return None
    first = network.network_address.ipv4_mapped
    bits = network.prefixlen - 96
    if first is None or bits < 0:
        return None
    return str(first) if bits == first.max_prefixlen else f"{first}/{bits}"


def parsed(text: object, *, network: bool = True) -> Network | Fault:
    """Return the network that a string spells, or what is wrong with it.

    >>> parsed("10.20.0.0/24")
    IPv4Network('10.20.0.0/24')
    >>> print(parsed("10.20.0.9/24"))
    wanted a network without host bits, got '10.20.0.9/24'; did you mean \
'10.20.0.0/24'?

    Args:
        text: An address or a network in its usual spelling.
        network: Whether more than a single address will do.
    """
    wanted = _WANTED if network else "one address, as 10.10.1.10"
    if not isinstance(text, str):
        return Fault("", wanted, shown(text))
    address, slash, bits = text.partition("/")
    if _NAME.fullmatch(text):
        wanted += (
            "; no DNS name, for the addresses of a name can change after "
            "the rules are written"
        )
    elif "%" in text:
        wanted = "an address without a zone, which one host alone knows"
        return Fault("", wanted, _repr(text), text.partition("%")[0])
    try:
        found = ip_network(text, strict=False)
        first = ip_address(address) if slash else found.network_address
    except ValueError:
        return Fault("", wanted, _repr(text))
    if slash and not network:
        return Fault("", wanted, _repr(text), address)
    if slash and bits != str(found.prefixlen):
        # A netmask, a wildcard mask, or leading zeros.
        wanted = "the length of a prefix"
    elif first != found.network_address:
        wanted = "a network without host bits"
    else:
        return trouble(found) or found
    return Fault("", wanted, _repr(text), str(found))


def _repr(text: str) -> str:
    return shown(text).removeprefix("the string ")


class Overlaps:
    """Finds networks that stand in two roles.

    Args:
        shared: What may stand in two.
    """

    def __init__(self, shared: Sequence[Network]) -> None:
        self._shared = sorted(map(_span, shared))
        self._within: dict[_Span, list[_Span]] = {}
        self._joined: dict[_Span, list[tuple[int, int]]] = {}

    def pairs(
        self, networks: Iterable[tuple[str, str, Network]]
    ) -> Iterable[tuple[tuple[str, str, Network], tuple[str, str, Network]]]:
        """Yield each pair that overlaps, the wider network first.

        Args:
            networks: The path, the role and the network of each entry.
        """
        # Two networks overlap only if one is within the other, so that
        # those open at any point are nested: a stack.
        order = sorted(
            ((_span(each[2]), each) for each in networks),
            key=lambda item: (item[0][0], item[0][1], -item[0][2]),
        )
        stack: list[tuple[_Span, tuple[str, str, Network]]] = []
        for span, entry in order:
            while stack and (stack[-1][0][0], stack[-1][0][2]) < span[:2]:
                stack.pop()
            for _, wider in stack:
                yield wider, entry
            stack.append((span, entry))

    def covers(self, wider: Network, narrower: Network) -> bool:
        """Return whether what is shared within *wider* covers *narrower*."""
        span = _span(narrower)
        found = self._joined_within(wider)
        at = bisect_right(found, span[1], key=lambda each: each[0]) - 1
        return at >= 0 and found[at][1] >= span[2]

    def exceeds(self, wider: Network, narrower: Network) -> bool:
        """Return whether one shared network in *wider* is more than that."""
        _, low, high = _span(narrower)
        return any(
            a <= low and high <= b and (a, b) != (low, high)
            for _, a, b in self._shared_within(wider)
        )

    def _joined_within(self, wider: Network) -> list[tuple[int, int]]:
        """Return what is shared there, as first and last addresses."""
        span = _span(wider)
        found = self._joined.get(span)
        if found is None:
            found = self._joined[span] = []
            for _, low, high in self._shared_within(wider):
                if found and low <= found[-1][1] + 1:
                    found[-1] = found[-1][0], max(found[-1][1], high)
                else:
                    found.append((low, high))
        return found

    def _shared_within(self, wider: Network) -> list[_Span]:
        version, low, high = span = _span(wider)
        found = self._within.get(span)
        if found is None:
            found = self._within[span] = [
                each
                for each in self._shared
                if each[0] == version and low <= each[1] and each[2] <= high
            ]
        return found
