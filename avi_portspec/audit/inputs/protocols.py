"""Protocols and ports as other tools write them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from avi_portspec.audit.services import (
    EVERY_SERVICE,
    Spans,
    port_spans,
    protocol_spans,
)
from avi_portspec.errors import PortSpecError
from avi_portspec.model.frozen import FrozenDict
from avi_portspec.model.protocols import Protocol

__all__ = ["LAST_PORT", "parse_ports", "protocol_named", "services_of"]

LAST_PORT: Final = 65_535
#: Names that tools print and that the rest of the package does not use, by
#: IANA's "Assigned Internet Protocol Numbers" and Debian's netbase.
_LISTED: Final = """
hopopt=0 igmp=2 ggp=3 ipencap=4 ipip=4 ipv4=4 st=5 egp=8 igp=9 pup=12 hmp=20
xns-idp=22 rdp=27 iso-tp4=29 xtp=36 ddp=37 idpr-cmtp=38 ipv6=41 ipv6-route=43
ipv6-frag=44 idrp=45 rsvp=46 ipv6-crypt=50 ipv6-auth=51 skip=57 ipv6-icmp=58
icmp6=58 ipv6-nonxt=59 ipv6-opts=60 rspf=73 vmtp=81 eigrp=88 ospf=89
ospfigp=89 ax.25=93 etherip=97 encap=98 pim=103 ipcomp=108 vrrp=112 l2tp=115
isis=124 fc=133 mobility-header=135 ipv6-mh=135 mh=135 mpls-in-ip=137
manet=138 hip=139 shim6=140 wesp=141 rohc=142 ethernet=143
"""
_NUMBERS: Final[Mapping[str, int]] = FrozenDict(
    {
        name: int(number)
        for name, _, number in (
            each.partition("=") for each in _LISTED.split()
        )
    }
)
_RANGE: Final = re.compile(
    r"(\d{1,5})(?:\s*[-:\u2013]\s*(\d{1,5}))?", re.ASCII
)


def protocol_named(text: str) -> Protocol | None:
    """Return the protocol of a name or a number, or ``None``.

    >>> protocol_named("ipv6-icmp") == protocol_named("58")
    True

    Args:
        text: The name, in any case, or the number.
    """
    word = text.strip().casefold()
    known: str | int = _NUMBERS.get(word, word)
    if isinstance(known, str) and known.isascii() and known.isdecimal():
        known = int(known[:5])
    try:
        return Protocol.of(known)
    except PortSpecError:
        return None


def parse_ports(text: str) -> tuple[int, int] | None:
    """Return the first and last port of a text, or ``None``.

    >>> parse_ports("8000-8010"), parse_ports("0-65536")
    ((8000, 8010), None)

    Args:
        text: A port, or a range with a hyphen or a colon.
    """
    found = _RANGE.fullmatch(text.strip())
    if found is None:
        return None
    low = int(found[1])
    high = int(found[2] or low)
    return (low, high) if low <= high <= LAST_PORT else None


def services_of(
    protocol: Protocol | None, ports: tuple[int, int] | None = None
) -> Spans:
    """Return a service on the line.

    Args:
        protocol: The protocol; ``None`` for any.
        ports: The first and last port; ``None`` for all.
    """
    if protocol is None:
        return EVERY_SERVICE
    if ports is None or not protocol.has_ports:
        return protocol_spans(protocol)
    return port_spans(protocol, *ports)
