"""Addresses and networks, read strictly."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    collapse_addresses,
    ip_address,
    ip_network,
)
from itertools import pairwise
from typing import Final, Literal, NamedTuple, TypeAlias

from avi_portspec.errors import Fault, shown

__all__ = [
    "EVERYWHERE",
    "IPV4",
    "IPV6",
    "Address",
    "Entry",
    "Family",
    "Network",
    "collapse",
    "networks_text",
    "parse_network",
    "special_use",
]

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network
#: The version of the Internet Protocol.
Family: TypeAlias = Literal[4, 6]
IPV4: Final[Family] = 4
IPV6: Final[Family] = 6
#: All addresses of each family.
EVERYWHERE: Final[tuple[Network, ...]] = (
    ip_network("0.0.0.0/0"),
    ip_network("::/0"),
)

_SUCH: Final = "such as 10.20.0.0/24 or 2001:db8::/64"
#: An address with letters has colons too; what has none is a name.
_NAME: Final = re.compile(r"[^:]*[a-zA-Z][^:]*")
#: Version, first and last address: networks are compared as numbers, for
#: ten thousand of them would take seconds as objects.
_Span: TypeAlias = tuple[int, int, int]


def _span(network: Network) -> _Span:
    first = int(network.network_address)
    return network.version, first, first + network.num_addresses - 1


#: Addresses of no host on either side of a firewall (RFC 6890).
_SPECIAL: Final = tuple(
    (ip_network(network), _span(ip_network(network)), what)
    for network, what in (
        ("0.0.0.0/8", "this host itself, RFC 1122"),
        ("127.0.0.0/8", "the loopback interface"),
        ("224.0.0.0/4", "multicast groups"),
        ("255.255.255.255/32", "the limited broadcast"),
        ("::/128", "this host itself"),
        ("::1/128", "the loopback interface"),
        ("::ffff:0:0/96", "IPv4-mapped IPv6 addresses"),
        ("fe80::/10", "link-local addresses, which no router forwards"),
        ("ff00::/8", "multicast groups"),
    )
)


def collapse(networks: Iterable[Network]) -> tuple[Network, ...]:
    """Return the fewest networks that hold the same addresses, sorted.

    IPv4 comes first. Nothing is gained or lost: adjacent networks become
    one only where the two are all of it.
    """
    given = tuple(networks)
    # Most are collapsed already, and have to be looked through only.
    if _is_collapsed(given):
        return given
    four: list[IPv4Network] = []
    six: list[IPv6Network] = []
    for network in given:
        if isinstance(network, IPv4Network):
            four.append(network)
        else:
            six.append(network)
    return (*collapse_addresses(four), *collapse_addresses(six))


def _is_collapsed(networks: Sequence[Network]) -> bool:
    """Return whether networks are sorted, apart, and no two make up one."""
    for one, other in pairwise(networks):
        if one.version != other.version:
            if one.version > other.version:
                return False
            continue
        first, second = int(one.network_address), int(other.network_address)
        size = 1 << one.max_prefixlen - one.prefixlen
        is_half = one.prefixlen == other.prefixlen and not first & size
        if first + size > second or (first + size == second and is_half):
            return False
    return True


#: A network of so few addresses is a list of hosts.
_FEW: Final = 4


def networks_text(networks: Iterable[Network]) -> str:
    """Return networks as people write them, hosts in a row as a range.

    >>> networks_text(
    ...     collapse(
    ...         ip_network(text)
    ...         for text in (
    ...             "10.10.1.11", "10.10.1.12", "10.10.1.13", "10.20.0.0/24"
    ...         )
    ...     )
    ... )
    '10.10.1.11-13, 10.20.0.0/24'

    Args:
        networks: The networks, collapsed.
    """
    rows: list[list[Network]] = []
    for network in networks:
        before = rows[-1][-1] if rows else None
        if (
            before is not None
            and network.version == before.version
            and max(before.num_addresses, network.num_addresses) <= _FEW
            and int(before.broadcast_address) + 1
            == int(network.network_address)
        ):
            rows[-1].append(network)
        else:
            rows.append([network])
    return ", ".join(map(_row_text, rows))


def _row_text(row: Sequence[Network]) -> str:
    """Return networks in a row: an address, a network, or a range."""
    first, last = row[0].network_address, row[-1].broadcast_address
    if not row[0].prefixlen:
        return f"any IPv{row[0].version} address"
    if first == last:
        return str(first)
    if len(row) == 1 and row[0].num_addresses > 2:  # noqa: PLR2004 - two are a range
        return str(row[0])
    start, _, end = str(last).rpartition(".")
    short = start and str(first).rpartition(".")[0] == start
    return f"{first}-{end if short else last}"


def special_use(network: Network) -> Fault | None:
    """Return why a network cannot be in a rule, or ``None`` if it can."""
    if network.prefixlen == 0:
        # All addresses: the inventory decides which role may have them. Half
        # of all, which is as wide, always fails below.
        return None
    version, low, high = _span(network)
    for special, (of, first, last), what in _SPECIAL:
        if of == version and first <= high and low <= last:
            expected = f"addresses outside {special} ({what})"
            return Fault(
                "network/special-purpose",
                "",
                expected,
                str(network),
                _as_ipv4(network),
            )
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


def parse_network(
    text: object, *, network: bool = True, objects: bool = False
) -> Network | Fault:
    """Return the network that a string spells, or what is wrong with it.

    >>> parse_network("10.20.0.0/24")
    IPv4Network('10.20.0.0/24')
    >>> print(parse_network("10.20.0.9/24"))
    expected a network without host bits, got '10.20.0.9/24'; did you mean \
'10.20.0.0/24'?

    Args:
        text: An address or a network in its usual spelling.
        network: Whether more than a single address will do.
        objects: Whether the object of a platform would do, too.
    """
    some = (
        "an address, a network or an object"
        if objects
        else ("an address or a network")
    )
    expected = f"{some}, {_SUCH}"
    if not network:
        expected = "one address, such as 10.10.1.10"
    if not isinstance(text, str):
        return Fault("network/form", "", expected, shown(text))
    address, slash, bits = text.partition("/")
    if _NAME.fullmatch(text):
        expected += (
            "; not a DNS name, whose addresses can change after the rules "
            "are written"
        )
    elif "%" in text:
        expected = "an address without a zone: a zone is valid on one host"
        return Fault(
            "network/zone", "", expected, _repr(text), text.partition("%")[0]
        )
    try:
        parsed = ip_network(text, strict=False)
        first = ip_address(address) if slash else parsed.network_address
    except ValueError:
        return Fault("network/form", "", expected, _repr(text))
    if slash and not network:
        return Fault(
            "network/not-one-address", "", expected, _repr(text), address
        )
    rule = "network/host-bits"
    if slash and bits != str(parsed.prefixlen):
        # A netmask, a wildcard mask, or leading zeros.
        rule = "network/not-a-prefix-length"
        expected = "a prefix length"
    elif first != parsed.network_address:
        expected = "a network without host bits"
    else:
        return special_use(parsed) or parsed
    return Fault(rule, "", expected, _repr(text), str(parsed))


def _repr(text: str) -> str:
    return shown(text).removeprefix("the string ")


class Entry(NamedTuple):
    """A network, with the place that names it.

    Attributes:
        path: The place.
        role: The endpoint that has the network, or another key.
        network: The network.
    """

    path: str
    role: str
    network: Network


class Overlaps:
    """Finds networks that two endpoints have.

    Args:
        shared: What may stand in two.
    """

    def __init__(self, shared: Sequence[Network]) -> None:
        self._shared = sorted(map(_span, shared))
        # One network can be the wider one of many pairs.
        self._shared_in = cache(self._find_shared)
        self._joined_in = cache(self._join_shared)

    def pairs(self, entries: Iterable[Entry]) -> Iterable[tuple[Entry, Entry]]:
        """Yield each pair that overlaps, the wider network first."""
        # Two networks overlap only if one is within the other, so that
        # those that hold a given address are nested: a stack.
        order = sorted(
            ((_span(entry.network), entry) for entry in entries),
            key=lambda item: (item[0][0], item[0][1], -item[0][2]),
        )
        stack: list[tuple[_Span, Entry]] = []
        for span, entry in order:
            while stack and (stack[-1][0][0], stack[-1][0][2]) < span[:2]:
                stack.pop()
            for _, wider in stack:
                yield wider, entry
            stack.append((span, entry))

    def covers(self, wider: Network, narrower: Network) -> bool:
        """Return whether what is shared within *wider* covers *narrower*."""
        _, low, high = _span(narrower)
        joined = self._joined_in(_span(wider))
        at = bisect_right(joined, low, key=lambda pair: pair[0]) - 1
        return at >= 0 and joined[at][1] >= high

    def exceeds(self, wider: Network, narrower: Network) -> bool:
        """Return whether one shared network in *wider* is more than that."""
        _, low, high = _span(narrower)
        return any(
            a <= low and high <= b and (a, b) != (low, high)
            for _, a, b in self._shared_in(_span(wider))
        )

    def _join_shared(self, wider: _Span) -> list[tuple[int, int]]:
        """Return what is shared there, as first and last addresses."""
        joined: list[tuple[int, int]] = []
        for _, low, high in self._shared_in(wider):
            if joined and low <= joined[-1][1] + 1:
                joined[-1] = joined[-1][0], max(joined[-1][1], high)
            else:
                joined.append((low, high))
        return joined

    def _find_shared(self, wider: _Span) -> list[_Span]:
        version, low, high = wider
        return [
            (of, first, last)
            for of, first, last in self._shared
            if of == version and low <= first and last <= high
        ]
