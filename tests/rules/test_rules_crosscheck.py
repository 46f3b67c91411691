"""Every platform's output, read back by somebody else.

For each platform there is a reader, written from the platform's reference
and apart from the writer. What it finds open is what the neutral rules say:
no packet more, and none less.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.util import find_spec

import pytest
from avi_portspec.errors import CannotExpressError
from avi_portspec.model.protocols import ICMP, TCP, UDP
from avi_portspec.rules.neutral import Rule, RuleSet
from avi_portspec.rules.platforms import platforms, render
from hypothesis import event, given, settings
from rules_openings import Nature, Opening, same, wanted, within
from rules_readers_linux import read_ip6tables, read_iptables, read_nftables
from rules_readers_network import (
    read_arista,
    read_cisco,
    read_ciscoasa,
    read_fortigate,
    read_juniper,
    read_paloalto,
    read_srx,
)
from rules_sites import sites

Reader = Callable[[str], list[Opening]]

LINUX: dict[str, tuple[Reader, Nature]] = {
    "ip6tables": (read_ip6tables, "tracked"),
    "iptables": (read_iptables, "tracked"),
    "nftables": (read_nftables, "tracked"),
}
NETWORK: dict[str, tuple[Reader, Nature]] = {
    "arista": (read_arista, "stateless"),
    "cisco": (read_cisco, "stateless"),
    "ciscoasa": (read_ciscoasa, "stateful"),
    "fortigate": (read_fortigate, "stateful"),
    "juniper": (read_juniper, "stateless"),
    "paloalto": (read_paloalto, "stateful"),
    "srx": (read_srx, "stateful"),
}
needs_aerleon = pytest.mark.skipif(
    find_spec("aerleon") is None,
    reason="aerleon is absent: pip install --group platforms",
)


def spoken(rules: RuleSet, platform: str) -> Sequence[Rule]:
    """Return the rules that are of the family that a platform speaks."""
    only = {"iptables": 4, "ip6tables": 6}.get(platform)
    return [r for r in rules.rules if only in (None, r.family)]


def check(rules: RuleSet, platform: str, read: Reader, nature: Nature) -> None:
    """Claim that what is read is what was meant."""
    found = read(render(rules, platform))
    meant = wanted(spoken(rules, platform), nature)
    assert within(found, meant), f"{platform} opens more"
    assert within(meant, found), f"{platform} opens less"


class TestLinux:
    """nftables, iptables and ip6tables."""

    @given(rules=sites())
    @settings(max_examples=60)
    def test_what_is_read_is_what_was_meant(self, rules: RuleSet) -> None:
        """For any edition, deployment and inventory."""
        event(f"rules: {min(len(rules.rules), 5)}")
        for platform, (read, nature) in LINUX.items():
            check(rules, platform, read, nature)


@needs_aerleon
class TestNetwork:
    """What is written through aerleon."""

    @given(rules=sites())
    @settings(max_examples=40)
    def test_what_is_read_is_what_was_meant(self, rules: RuleSet) -> None:
        """For any edition, deployment and inventory, or it is refused."""
        usual = all(r.protocol in (TCP, UDP, ICMP) for r in rules.rules)
        four = all(r.family == 4 for r in rules.rules)
        event(f"usual protocols: {usual}, rules: {min(len(rules.rules), 5)}")
        for platform, (read, nature) in NETWORK.items():
            try:
                check(rules, platform, read, nature)
            except CannotExpressError as refused:
                reason = refused.reason
                assert not usual or (platform == "ciscoasa" and not four)
                assert "aerleon" in reason
