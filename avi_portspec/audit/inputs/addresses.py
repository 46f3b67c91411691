"""Addresses as other tools write them, to parties.

What is read here exists already, so nothing is too strange for it: host bits,
loopback and multicast stand in rules that work.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import (
    IPv4Address,
    ip_address,
    ip_network,
    summarize_address_range,
)
from typing import Final

from avi_portspec.audit.model import Anywhere, Networks, Party
from avi_portspec.rules.networks import (
    EVERYWHERE,
    Address,
    Family,
    Network,
    collapse,
)

__all__ = [
    "ANYWHERE",
    "anywhere",
    "join_networks",
    "outside_of",
    "parse_networks",
]

#: Any address of both families.
ANYWHERE: Final = Anywhere((4, 6))


def anywhere(family: Family | None) -> Anywhere:
    """Return any address of a family, or of both."""
    return ANYWHERE if family is None else Anywhere((family,))


def parse_networks(text: str) -> tuple[Network, ...] | None:
    """Return the networks that a text spells, or ``None``.

    >>> parse_networks("10.0.0.1-10.0.0.2")
    (IPv4Network('10.0.0.1/32'), IPv4Network('10.0.0.2/32'))
    >>> parse_networks("10.0.0.7/255.255.255.0")
    (IPv4Network('10.0.0.0/24'),)

    Args:
        text: An address, a network with a prefix length or a netmask, or a
            range from one address to another.
    """
    first, dash, last = (part.strip() for part in text.partition("-"))
    try:
        if dash:
            return _range(ip_address(first), last)
        return (ip_network(first, strict=False),)
    except (ValueError, TypeError):
        return None


def _range(low: Address, last: str) -> tuple[Network, ...]:
    # 10.0.0.1-13, as people write it.
    if isinstance(low, IPv4Address) and last.isdecimal():
        last = f"{str(low).rpartition('.')[0]}.{last}"
    found = summarize_address_range(low, ip_address(last))
    return tuple(found)


def join_networks(
    networks: Iterable[Network], name: str | None = None
) -> list[Party]:
    """Return networks as parties: all of a family is "any" and no network.

    Args:
        networks: The networks.
        name: What the file calls them together.
    """
    collapsed = collapse(networks)
    families: list[Family] = [
        whole.version for whole in EVERYWHERE if whole in collapsed
    ]
    rest = tuple(each for each in collapsed if each not in EVERYWHERE)
    parties: list[Party] = [Anywhere(tuple(families))] if families else []
    if rest:
        parties.append(Networks(rest, name))
    return parties


def outside_of(networks: Iterable[Network], family: Family) -> list[Network]:
    """Return all addresses of a family but those of some networks.

    Args:
        networks: The networks.
        family: The family; networks of the other count for nothing.
    """
    (whole,) = (each for each in EVERYWHERE if each.version == family)
    address = type(whole.network_address)
    low, end = 0, int(whole.broadcast_address)
    found: list[Network] = []
    for each in collapse(networks):
        if each.version != family:
            continue
        first = int(each.network_address)
        if low < first:
            found += summarize_address_range(address(low), address(first - 1))
        low = int(each.broadcast_address) + 1
    if low <= end:
        found += summarize_address_range(address(low), address(end))
    return found
