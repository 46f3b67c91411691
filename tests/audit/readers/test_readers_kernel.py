"""Rules that a kernel has loaded, as its own tools print them back."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest
from reader_views import read_text, rules
from test_readers_round_trip import found, meant, networks, written

from avi_portspec.audit.model import Existing

pytestmark = pytest.mark.kernel

PATH = "/usr/sbin:/sbin:/usr/bin:/bin"


def printed(script: str, text: str) -> str:
    """Return what a script prints in a network of its own.

    Args:
        script: The script; it gets a text on its standard input.
        text: The text.
    """
    lacking = [
        name
        for name in ("nft", "iptables", "unshare")
        if shutil.which(name, path=PATH) is None
    ]
    if lacking or os.geteuid():
        pytest.skip("needs root, nft, iptables and unshare")
    done = subprocess.run(
        [
            shutil.which("unshare", path=PATH) or "",
            "--net",
            "sh",
            "-ec",
            script,
        ],
        input=text,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": PATH},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def without_others(existing: Existing) -> None:
    """Claim that only traffic of others passes by the first rules.

    The product's list judges its own addresses, and lets the rest by.
    """
    (filter_,) = existing.filters
    own = {"10.10.1.11/32", "10.20.0.0/24", "2001:db8:1::/64"}
    for rule in filter_.rules:
        sources = networks(rule.sources[0], filter_)
        # The complement of a few addresses is many networks.
        if rule.action == "allow" and len(sources) > 9:
            assert own.isdisjoint(map(str, sources))


class TestTheProductsOwn:
    """What it writes, loaded and printed."""

    def test_nftables(self) -> None:
        """The same services between the same networks."""
        text = printed("nft -f - && nft -j list ruleset", written("nftables"))
        existing = read_text(text)
        assert existing.format == "nftables"
        opened = found(existing, "through")
        wanted = meant("nftables", "through")
        own = {each for pair in wanted for each in pair}
        assert {
            pair: spans for pair, spans in opened.items() if own & {*pair}
        } == wanted
        without_others(existing)
        (filter_,) = existing.filters
        own_rules = {rule.place for rule in filter_.rules}
        answers = {
            (source, destination)
            for rule in filter_.reply_rules
            if rule.place not in own_rules
            for source in networks(rule.sources[0], filter_)
            for destination in networks(rule.destinations[0], filter_)
        }
        assert {(b, a) for a, b in wanted} <= answers

    @pytest.mark.parametrize("platform", ["iptables", "ip6tables"])
    def test_iptables(self, platform: str) -> None:
        """The command that saves them says which it is."""
        text = printed(
            f"{platform}-restore --noflush\n"
            f"{platform} -A FORWARD -j avi-forward\n{platform}-save",
            written(platform),
        )
        existing = read_text(text)
        assert existing.format == platform
        assert found(existing, "through") == meant(platform, "through")


class TestOthers:
    """What people write by hand, as the kernel prints it."""

    def test_nft(self) -> None:
        """Sets, maps, concatenations, names of protocols and messages."""
        text = """
table inet filter {
    set admins { type ipv4_addr; flags interval; elements = { 10.0.0.0/8 } }
    map doors { type inet_service : verdict
        elements = { 22 : accept, 23 : drop } }
    chain input {
        type filter hook input priority 0; policy drop;
        iifname "lo" accept
        ct state established,related accept
        ct state invalid drop
        ip saddr @admins tcp dport { 443, 8000-8010 } counter accept
        ip protocol { 73, 97 } accept
        meta l4proto { tcp, udp } th dport 53 accept
        ip saddr . tcp dport { 192.0.2.1 . 80, 192.0.2.2 . 81 } accept
        icmp type echo-request limit rate 5/second accept
        icmpv6 type { echo-request, nd-neighbor-solicit } accept
        tcp dport vmap @doors
        ip saddr != 192.0.2.0/24 udp dport 123 accept
        log prefix "-x" drop
    }
}
table ip nat {
    chain out {
        type nat hook postrouting priority 100
        masquerade
    }
}
"""
        existing = read_text(printed("nft -f - && nft -j list ruleset", text))
        lines = rules(existing)["inet filter input"]
        assert lines[:7] == [
            "allow 10.0.0.0/8 > members tcp/443, tcp/8000-8010",
            "allow any4 > members IP protocol 73, IP protocol 97",
            "allow any46 > members tcp/53, udp/53",
            "allow 192.0.2.1/32 > members tcp/80",
            "allow 192.0.2.2/32 > members tcp/81",
            lines[5],
            "allow any6 > members icmpv6 type 128, icmpv6 type 135",
        ]
        assert lines[5].startswith("allow any4 > members icmp type 8 if ")
        assert lines[7:9] == [
            "allow any46 > members tcp/22",
            "deny any46 > members tcp/23",
        ]
        assert "192.0.2.0/24" not in lines[9]
        assert lines[10] == "deny any46 > members any service"
        assert sorted(each.why for each in existing.unread) == [
            "is about this host and itself",
            "matches only answers, and what belongs to them",
            "matches only answers, and what belongs to them",
            "translates addresses: not judged",
        ]

    def test_iptables(self) -> None:
        """Options in the forms that are saved."""
        lines = """*filter
:INPUT DROP [0:0]
:web - [0:0]
-A INPUT -i lo -j ACCEPT
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT ! -s 10.0.0.0/8 -p tcp -m tcp --syn --dport 22 -j REJECT
-A INPUT -p tcp -m multiport --dports 80,443,8000:8010 -j web
-A INPUT -p 97 -m comment --comment "it's -p udp" -j ACCEPT
-A INPUT -p icmp --icmp-type echo-request -m limit --limit 5/s -j ACCEPT
-A INPUT -m iprange --src-range 192.0.2.1-192.0.2.9 -j ACCEPT
-A web -m state --state NEW -j ACCEPT
COMMIT
"""
        text = printed("iptables-restore && iptables-save", lines)
        existing = read_text(text)
        read = rules(existing)["IPv4 INPUT"]
        assert read[0].endswith("tcp/22")
        assert read[0].startswith("deny 0.0.0.0/5+8.0.0.0/7+11.0.0.0/8")
        assert read[1:3] == [
            "allow any4 > members tcp/80, tcp/443, tcp/8000-8010",
            "allow any4 > members IP protocol 97",
        ]
        assert read[3].startswith("allow any4 > members icmp type 8 if --lim")
        assert read[4].startswith("allow 192.0.2.1/32+192.0.2.2/31")
        assert existing.filters[0].is_stateful
