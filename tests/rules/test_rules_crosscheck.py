"""Every platform's output, read back by somebody else.

For each platform there is a reader, written from the platform's reference
and apart from the writer. What it finds open is what the neutral rules say:
no packet more, and none less.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib.util import find_spec

import pytest
from hypothesis import event, given, settings
from rules_openings import Nature, Opening, wanted, within
from rules_readers_cloud import (
    Members,
    outside,
    read_aws_cloudformation,
    read_aws_terraform,
    read_azure_arm,
    read_azure_terraform,
    read_csv,
    read_gcp_terraform,
    read_kubernetes,
    read_nsx_t,
    read_openstack_heat,
)
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

from avi_portspec import strategies
from avi_portspec.errors import CannotExpressError
from avi_portspec.model.protocols import ICMP, TCP, UDP
from avi_portspec.rules.neutral import Rule, RuleSet
from avi_portspec.rules.platforms import render

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
CLOUDS: dict[str, Callable[[str, Members], list[Opening]]] = {
    "aws-cloudformation": read_aws_cloudformation,
    "aws-terraform": read_aws_terraform,
    "azure-arm": read_azure_arm,
    "azure-terraform": read_azure_terraform,
    "csv": read_csv,
    "gcp-terraform": read_gcp_terraform,
    "kubernetes": read_kubernetes,
    "nsx-t": read_nsx_t,
    "openstack-heat": read_openstack_heat,
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
    @settings(max_examples=40)
    def test_what_is_read_is_what_was_meant(self, rules: RuleSet) -> None:
        """For any edition, deployment and inventory, or it is refused."""
        event(f"rules: {min(len(rules.rules), 5)}")
        for platform, (read, nature) in LINUX.items():
            headers = any(
                r.protocol.number in (0, 43, 44, 51, 60) and r.family == 6
                for r in spoken(rules, platform)
            )
            if headers:
                # The kernel skips them to find the protocol.
                with pytest.raises(CannotExpressError):
                    render(rules, platform)
            else:
                check(rules, platform, read, nature)


@needs_aerleon
class TestNetwork:
    """What is written through aerleon."""

    @given(rules=sites())
    @settings(max_examples=20)
    def test_what_is_read_is_what_was_meant(self, rules: RuleSet) -> None:
        """For any edition, deployment and inventory, or it is refused."""
        usual = all(r.protocol in (TCP, UDP, ICMP) for r in rules.rules)
        four = all(r.family == 4 for r in rules.rules)
        event(f"usual protocols: {usual}, rules: {min(len(rules.rules), 5)}")
        for platform, (read, nature) in NETWORK.items():
            may_refuse = not usual or (platform == "ciscoasa" and not four)
            try:
                check(rules, platform, read, nature)
            except CannotExpressError:
                if not may_refuse:
                    raise


class TestClouds:
    """Groups and policies of clouds, and the table."""

    @given(rules=sites())
    @settings(max_examples=25)
    def test_what_is_read_is_what_was_meant(self, rules: RuleSet) -> None:
        """For any edition, deployment and inventory, or it is refused."""
        event(f"rules: {min(len(rules.rules), 5)}")
        for platform in CLOUDS:
            try:
                text = render(rules, platform)
            except CannotExpressError as e:
                event(f"{platform} refused: {e.reason[:60]}")
                continue
            event(f"{platform} written")
            check_cloud(rules, platform, text)


class TestHostileNames:
    """Editions whose titles, names and reasons hold any character."""

    @given(rules=sites(strategies.editions()))
    @settings(max_examples=8)
    def test_what_is_read_is_what_was_meant(self, rules: RuleSet) -> None:
        """No text of an edition is read as syntax."""
        event(f"rules: {min(len(rules.rules), 5)}")
        for platform, (read, nature) in {**LINUX, **NETWORK}.items():
            if platform in NETWORK and find_spec("aerleon") is None:
                continue
            with suppress(CannotExpressError):
                check(rules, platform, read, nature)
        for platform in ("aws-terraform", "csv", "nsx-t", "openstack-heat"):
            with suppress(CannotExpressError):
                check_cloud(rules, platform, render(rules, platform))


def check_cloud(rules: RuleSet, platform: str, text: str) -> None:
    """Claim that what is read is what was meant.

    A host in two roles passes where its group allows it, on both ends: what
    a wider role may do is no right of a group's member.
    """
    members = Members(rules.inventory)
    own = {
        endpoint.id
        for endpoint in rules.resolution.edition.endpoints
        if endpoint.kind in ("component", "platform")
        and endpoint.id in rules.inventory.addresses
    }
    members.governed = [n for role in sorted(own) for n in members.of(role)]
    found = CLOUDS[platform](text, members)
    meant = wanted(rules.rules, "stateful")
    assert within(found, meant), f"{platform} opens more"
    apart = [
        Opening(s, d, *each[2:])
        for rule in rules.rules
        for each in wanted([rule], "stateful")
        for s in (
            [each.source]
            if rule.source in own
            else outside(each.source, members.governed)
        )
        for d in (
            [each.destination]
            if rule.destination in own
            else outside(each.destination, members.governed)
        )
    ]
    assert within(apart, found), f"{platform} opens less"
