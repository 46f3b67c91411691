"""What nftables and iptables say of themselves, at the top of their texts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from textwrap import wrap
from typing import Final

from avi_portspec.model.frozen import FrozenDict
from avi_portspec.names import Hook
from avi_portspec.rules.networks import Family
from avi_portspec.rules.neutral import SiteRules
from avi_portspec.rules.options import Options
from avi_portspec.rules.platforms.scope import judged

__all__ = ["about"]

_WIDTH: Final = 76
_PLACES: Final[Mapping[Hook, str]] = FrozenDict(
    {
        "forward": "For a router between these endpoints: what it forwards.",
        "host": (
            "For a machine that has addresses of the product: what it sends "
            "and what it gets. Its loopback interface, its neighbour "
            "discovery and its DHCP client go on working."
        ),
        "bridge": (
            "For a bridge between these endpoints. Packets get here only "
            "with br_netfilter, and with net.bridge.bridge-nf-call-iptables "
            "and net.bridge.bridge-nf-call-ip6tables set to 1. Neighbour "
            "discovery and DHCP pass."
        ),
    }
)
_ERRORS: Final = "ICMP errors about an allowed connection pass."
_NO_ERRORS: Final = (
    "No ICMP error is allowed, so a path with a small MTU does not work."
)

#: Such a connection is new to connection tracking, which takes the first side
#: that it sees for the one that opened it.
_FIRST: Final = (
    "At the first load on a machine that tracked no connections before, an "
    "allowed connection that is in use goes on once the side that opened it "
    "sends; until then, what the other side sends is dropped."
)


def about(
    rules: SiteRules, options: Options, families: Iterable[Family]
) -> Iterator[str]:
    """Yield lines on where rules belong and on what they drop.

    Args:
        rules: The rules.
        options: How they are written.
        families: The versions of the Internet Protocol that they are for.
    """
    sentences = [_PLACES[options.hook]]
    sentences += judged(rules, options, families)
    sentences.append(_ERRORS if options.icmp_errors else _NO_ERRORS)
    sentences.append(_FIRST)
    yield from wrap(" ".join(sentences), _WIDTH, break_on_hyphens=False)
