"""What the kernel proof loads, and what it sends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kernel_lab import Lab
from kernel_probes import Sender

from avi_portspec import (
    Edition,
    RuleSet,
    loads_inventory,
    preset,
    rule_set,
)
from avi_portspec.rules.platforms import PlatformName

__all__ = [
    "SILENCE",
    "TEXTS",
    "WIDE",
    "load",
    "roles",
    "send",
    "sweep",
    "texts",
]

#: What has to be loaded for both families.
TEXTS: Mapping[str, tuple[PlatformName, ...]] = {
    "nftables": ("nftables",),
    "iptables": ("iptables", "ip6tables"),
}
#: Seconds without an answer, after which there is none.
SILENCE = 0.4
#: Rules that let everything through, and keep track of it.
WIDE = """
table inet wide {
    chain forward {
        type filter hook forward priority -10; policy accept;
        ct state established accept
    }
}
"""


def load(lab: Lab, rules: RuleSet, platform: str, **options: Any) -> None:
    """Put rules into force, those of both families."""
    lab.clear()
    for each in texts(rules, platform, **options):
        lab.load(*each)


def texts(
    rules: RuleSet, platform: str, **options: Any
) -> list[tuple[PlatformName, str]]:
    """Return what is to be loaded, by platform."""
    return [(each, rules.render(each, **options)) for each in TEXTS[platform]]


def roles(edition: Edition, ends: Mapping[int, tuple[str, str]]) -> RuleSet:
    """Return the rules of a site with one Controller and one engine."""
    controllers, engines = zip(*ends.values(), strict=True)
    site = loads_inventory(
        f"controller = {[*controllers]}\nservice-engine = {[*engines]}\n"
        'external-network-services = ["192.0.2.1", "2001:db8:4::1"]\n',
        edition=edition,
    )
    deployment = preset("no-orchestrator", nodes="single-node")
    return rule_set(edition.resolve(deployment), site)


def sweep(sides: tuple[str, str], protocol: int, sender: Sender) -> int:
    """Send to all ports of a pair."""
    return sender.sweep(*sides, protocol)


def send(packets: list[bytes], sender: Sender) -> int:
    """Send some packets."""
    return sender.send(packets)
