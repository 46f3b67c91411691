"""The readers notice when an output is wider than it should be.

A reader that sees nothing proves nothing. So each is shown the real output
of its platform, widened by hand in the ways in which a writer could fail: a
match is gone, a prefix is shorter, a "drop" became an "accept".
"""

from __future__ import annotations

import re
from functools import cache
from ipaddress import ip_network

import pytest
from rules_examples import LISTS, aws, fitting, rendered, site
from rules_openings import (
    Opening,
    UnreadableError,
    expected,
    same,
    within,
)
from rules_readers_cloud import Members
from test_rules_crosscheck import (
    CLOUDS,
    LINUX,
    NETWORK,
    expected_linux,
    expected_network,
    links,
    needs_aerleon,
    own_networks,
)

from avi_portspec import Edition, Inventory, RuleSet, rule_set
from avi_portspec.names import LastLine
from avi_portspec.rules.options import Options
from avi_portspec.rules.platforms import platforms

#: What is widened, and how: a pattern and what takes its place, wherever it
#: is. All but one or two of them a device would take without a word.
WIDER: dict[str, dict[str, tuple[str, str]]] = {
    "arista": {
        "no source": (r"permit tcp 10\.20\.0\.0/24", "permit tcp any"),
        "no port": (r" eq 8443", ""),
        "another port": (r"eq 8443", "range 8443 8444"),
        "shorter prefix": (r"10\.20\.0\.0/24", "10.20.0.0/23"),
        "no deny": (r"deny ip any any", "permit ip any any"),
        "new connections": (r" established", ""),
        "errors to anybody": (
            r"permit icmp any .* 11\n",
            "permit icmp any any 11\n",
        ),
        "unreachable": (r" 3 4\n", " 3\n"),
        "echo": (r"any any 135", "any any 128"),
        "no entries": (r"(?m)^ (permit|deny).*\n", ""),
        "no list": (r"(?ms)^ipv6 access-list.*", ""),
    },
    "cisco": {
        "no source": (
            r"permit tcp 10\.20\.0\.0 0\.0\.0\.255",
            "permit tcp any",
        ),
        "no destination": (r" host 10\.10\.1\.11 eq", " any eq"),
        "no port": (r" eq 8443", ""),
        "no protocol": (r"permit udp", "permit ip"),
        "shorter prefix": (r"0\.0\.0\.255", "0.0.1.255"),
        "no deny": (r"deny ipv6 any any", "permit ipv6 any any"),
        "new connections": (r" established", ""),
        "errors to anybody": (
            r"permit icmp any .* 11\n",
            "permit icmp any any 11\n",
        ),
        "unreachable": (r" 3 4\n", " 3\n"),
        "echo": (r"any any 135", "any any 128"),
        "no entries": (r"(?m)^ (permit|deny).*\n", ""),
        "no list": (r"(?ms)^ipv6 access-list.*", ""),
    },
    "ciscoasa": {
        "no source": (r"tcp 10\.20\.0\.0 255\.255\.255\.0", "tcp any"),
        "no port": (r" eq 8443", ""),
        "shorter prefix": (r"255\.255\.255\.0", "255.255.254.0"),
        "no deny": (r"deny ip any any", "permit ip any any"),
        "no entries": (r"(?m)^.*extended.*\n", ""),
    },
    "fortigate": {
        "no source": (r'srcaddr "[^"]*"', 'srcaddr "all"'),
        "no destination": (r'dstaddr6 "[^"]*"', 'dstaddr6 "all"'),
        "no service": (r'set service "[^"]*"', 'set service "ALL"'),
        "another port": (r"portrange 22 8443", "portrange 22-8443"),
        "shorter prefix": (
            r"10\.20\.0\.0 255\.255\.255",
            "10.20.0.0 255.255.254",
        ),
        "no type": (r".*set icmptype 8\n", ""),
    },
    "juniper": {
        "no source": (r"source-address \{[^}]*\}", ""),
        "no destination": (r"destination-address \{[^}]*\}", ""),
        "no port": (r"destination-port [^;]*;", ""),
        "no protocol": (r"\n *protocol udp;", ""),
        "no type": (r"icmp-type 8;", ""),
        "shorter prefix": (r"10\.20\.0\.0/24", "10.20.0.0/23"),
        "no deny": (r"discard;", "accept;"),
        "new connections": (r"tcp-established;", ""),
        "errors to anybody": (
            r"destination-address \{[^}]*\}(?=\s*next-header icmp6)",
            "",
        ),
        "unreachable": (r"\n *icmp-code 4;", ""),
        "echo": (r"icmp-type 133;", "icmp-type 128;"),
        "no filter": (r"(?s)firewall \{\s*family inet6.*", ""),
    },
    "paloalto": {
        "no source": (r"(<source>\s*<member>)[^<]*", r"\1any"),
        "no destination": (r"(<destination>\s*<member>)[^<]*", r"\1any"),
        "no service": (r"(<service>\s*<member>)service[^<]*", r"\1any"),
        "another port": (r"22,8443", "22-8443"),
        "shorter prefix": (r"10\.20\.0\.0/24", "10.20.0.0/23"),
        "another type": (r"<type>8<", "<type>0<"),
    },
    "srx": {
        "no source": (r"source-address \[ [^ ]* \]", "source-address any"),
        "no destination": (
            r"destination-address \[ [^ ]*6 \]",
            "destination-address any",
        ),
        "no application": (
            r"application [a-z0-9-]*app;\n( *\}\n *then)",
            r"application any;\n\1",
        ),
        "no port": (r" destination-port 8443", ""),
        "shorter prefix": (r"10\.20\.0\.0/24", "10.20.0.0/23"),
        "no type": (r" icmp-type 8", ""),
    },
    "nftables": {
        "no source": (r"ip saddr @service-engine-ipv4 ", ""),
        "no destination": (r"ip daddr @controller-ipv4 ", ""),
        "no port": (r"tcp dport 4001", "meta l4proto tcp"),
        "another port": (r"\{ 22, 8443 \}", "22-8443"),
        "shorter prefix": (r"10\.20\.0\.0/24", "10.20.0.0/23"),
        "no policy": (r"policy drop", "policy accept"),
        "new replies": (r"ct state established ct direction reply", ""),
        "no hook": (r"type filter hook forward .*", ""),
        "fewer judged": (r"10\.10\.1\.10/31,", ""),
        "one direction": (r"ip daddr != @own-ipv4 accept", "accept"),
        "no family": (r"ip6 saddr != .* accept", "meta nfproto ipv6 accept"),
        "new with errors": (r"ct state related ", ""),
        "any message": (r"icmp type \{ destination.* \} jump", "jump"),
        "redirects": (r"icmp type \{ dest", "icmp type { redirect, dest"),
        "errors about others": (r"ct original ip saddr \S+ ", ""),
        "errors of others": (r"ct reply ip6 saddr \S+ ", ""),
        "errors about other ports": (r" ct reply proto-src 4001", ""),
        "errors about other messages": (r"proto-dst 2048", "proto-dst 2049"),
    },
    "iptables": {
        "no source": (r"-s 10\.20\.0\.0/24 ", ""),
        "no destination": (r"-d 198\.51\.100\.0/24 ", ""),
        "no port": (r"-m multiport --dports 4001 ", ""),
        "another port": (r"--dports 22,8443", "--dports 22:8443"),
        "no type": (r"-m icmp --icmp-type 8 ", ""),
        "shorter prefix": (r"10\.20\.0\.0/24", "10.20.0.0/23"),
        "no drop": (r"-s 10\.20\.0\.0/24 -j DROP\n", "-j RETURN\n"),
        "fewer judged": (r".*10\.20\.0\.0/24 -j DROP\n", ""),
        "one direction": (r".*-d \S* -j DROP\n", ""),
        "no jump": (r"# iptables -C FORWARD .*", ""),
        "new replies": (
            r"-m conntrack --ctstate ESTABLISHED --ctdir REPLY",
            "",
        ),
        "new with errors": (r"-m conntrack --ctstate RELATED", ""),
        "any message": (r"-m icmp --icmp-type 3 ", ""),
        "redirects": (r"--icmp-type 12", "--icmp-type 5"),
        "errors about others": (r"-m conntrack --ctorigsrc \S+ ", ""),
        "errors of others": (r"-m conntrack --ctreplsrc \S+ ", ""),
        "errors about other ports": (r" --ctreplsrcport 4001", ""),
        "errors about other messages": (
            r"origdstport 2048",
            "origdstport 2049",
        ),
        "no end": (r"COMMIT", ""),
    },
    "ip6tables": {
        "no source": (r"-s 2001:db8:2::/64 ", ""),
        "no port": (r"-m multiport --dports 4001 ", ""),
        "shorter prefix": (r"2001:db8:2::/64", "2001:db8:2::/63"),
        "fewer judged": (r".*2001:db8:2::/64 -j DROP\n", ""),
        "no jump": (r"# ip6tables -C FORWARD .*", ""),
        "any message": (r"-m icmp6 --icmpv6-type 2 ", ""),
        "echo": (r"--icmpv6-type 2 ", "--icmpv6-type 128 "),
        "errors about other ports": (r" --ctreplsrcport 4001", ""),
        "no end": (r"COMMIT", ""),
    },
    "aws-cloudformation": {
        "anybody": (r"192\.0\.2\.0/24", "0.0.0.0/0"),
        "no port": (r'"ToPort": 443', '"ToPort": 65535'),
        "no protocol": (r'"IpProtocol": "udp"', '"IpProtocol": "-1"'),
        "no stand-in": (
            r'(?s)("SecurityGroupEgress": \[)\s*\{\s*"IpPr\w*": "-1.*?\}\s*\]',
            r"\1]",
        ),
        "no group": (
            r'(?s)"SourceSecurityGroupId": \{.*?\}',
            '"CidrIp": "0.0.0.0/0"',
        ),
    },
    "aws-terraform": {
        "anybody": (r"192\.0\.2\.0/24", "0.0.0.0/0"),
        "no port": (r'"to_port": 443', '"to_port": 65535'),
        "no protocol": (r'"ip_protocol": "udp"', '"ip_protocol": "-1"'),
        "no group": (
            r'"referenced_security_group_id": "[^"]*"',
            '"cidr_ipv4": "0.0.0.0/0"',
        ),
    },
    "azure-arm": {
        "anybody": (r"192\.0\.2\.0/24", "0.0.0.0/0"),
        "shorter prefix": (r"10\.20\.0\.0/24", "10.20.0.0/23"),
        "no port": (r'"161"', '"*"'),
        "no protocol": (r'"Udp"', '"*"'),
        "no deny": (r'"Deny"', '"Allow"'),
    },
    "azure-terraform": {
        "anybody": (r"192\.0\.2\.0/24", "0.0.0.0/0"),
        "no port": (r'"161"', '"*"'),
        "no deny": (r'"Deny"', '"Allow"'),
    },
    "gcp-terraform": {
        "anybody": (r"192\.0\.2\.0/24", "0.0.0.0/0"),
        "no port": (r'"161"', '"1-65535"'),
        "no protocol": (r'"udp"', '"all"'),
        "no deny": (r'"deny"', '"allow"'),
        "stopped too little": (
            r'(?s)("EGRESS",\s*"priority": 65000,.*?)0\.0\.0\.0/0',
            r"\g<1>10.0.0.0/8",
        ),
    },
    "kubernetes": {
        "anybody": (r"192\.0\.2\.0/24", "0.0.0.0/0"),
        "nobody named": (
            r"(?s)- from:\s*- ipBlock:\s*cidr: \"192\.0\.2\.0/24\"\s*ports",
            "- ports",
        ),
        "no port": (r"\n *port: 161", ""),
        "one direction": (r"\n *- \"Egress\"", ""),
    },
    "nsx-t": {
        "anybody": (r"192\.0\.2\.0/24", "0.0.0.0/0"),
        "no port": (r'"161"', '"1-65535"'),
        "no service": (r'("services": \[\s*")/[^"]*', r"\1ANY"),
        "no source": (r'("source_groups": \[\s*")/[^"]*', r"\1ANY"),
        "no drop": (r'"DROP"', '"ALLOW"'),
        "any message": (r',\s*"icmp_type": 135', ""),
        "no source port": (r'"source_ports": \[\s*"68"\s*\],', ""),
        "no port of DHCP": (r'"67"(?=\s*\]\s*\})', '"1-65535"'),
    },
    "openstack-heat": {
        "anybody": (r"192\.0\.2\.0/24", "0.0.0.0/0"),
        "nobody named": (r"\n *remote_ip_prefix: \"192\.0\.2\.0/24\"", ""),
        "no port": (r"port_range_max: 443", "port_range_max: 65535"),
        "no protocol": (r"\n *protocol: \"udp\"\n.*\n.*161", ""),
        "no stand-in": (r"127\.0\.0\.1/32", "0.0.0.0/0"),
        "no group": (
            r"remote_group:\s*get_resource: .*",
            'remote_ip_prefix: "0.0.0.0/0"',
        ),
    },
    "csv": {
        "anybody": (r"192\.0\.2\.0/24", "0.0.0.0/0"),
        "nobody named": (r"192\.0\.2\.0/24", ""),
        "another port": (r"tcp/22,", "tcp/22-8443,"),
    },
}
#: The same of what stops the rest of the product's traffic.
STOPPED: dict[str, list[tuple[str, str]]] = {
    "arista": [
        (r"deny ip 10\.20\.0\.0/24 any\n", ""),
        (r"deny ipv6 any 2001:db8:2::/64\n", ""),
        (r"(?m)^ deny ip.*\n", ""),
        (r"deny ip any 10\.20", "permit ip any 10.20"),
    ],
    "cisco": [
        (r"deny ip 10\.20\.0\.0 0\.0\.0\.255 any\n", ""),
        (r"deny ipv6 any 2001:db8:2::/64\n", ""),
        (r"(?m)^ deny ip.*\n", ""),
        (r"deny ip any 10\.20", "permit ip any 10.20"),
        (r"(?ms)^ipv6 access-list.*", ""),
    ],
    "ciscoasa": [
        (r"deny ip 10\.20", "permit ip 10.20"),
        (r"access-list \S* extended deny ip any 10\.20.*\n", ""),
    ],
    "fortigate": [
        (r'(set name "avi-deny-from-.*"\n)', r"\1 set action accept\n"),
        (r"(?s)edit 0\s*set name .avi-deny-to-product-ipv6.*?next", ""),
    ],
    "juniper": [
        (r"discard;", "accept;"),
        (r"(?s)term avi-deny-to-product.*?discard;\s*\}\s*\}", ""),
        (r"(?s)firewall \{\s*family inet6.*", ""),
    ],
    "paloalto": [
        (r"<action>deny", "<action>allow"),
        (r'(?s)<entry name="avi-deny-to-product-ipv4">.*?</entry>', ""),
    ],
    "srx": [
        (r"deny;", "permit;"),
        (r"(?s)policy avi-deny-from-product-ipv6 \{.*?deny;\s*\}\s*\}", ""),
    ],
}
AEROLESS = [name for name in sorted(WIDER) if name not in NETWORK]


def shown(platform: str, edition: Edition) -> RuleSet:
    """Return a site's rules, with all that the platform can say."""
    icmp = platform in {*NETWORK, *LINUX, "openstack-heat", "nsx-t", "csv"}
    rules = aws(edition, optional=icmp)
    if platform != "ciscoasa":
        return rules
    four = {
        name: tuple(n for n in networks if n.version == 4)
        for name, networks in site(edition).addresses.items()
    }
    return rule_set(
        edition.resolve("aws"), Inventory(addresses=four), optional=True
    )


def read(platform: str, text: str, rules: RuleSet) -> list[Opening]:
    """Return what a text opens, by its platform's reader."""
    if platform in CLOUDS:
        members = Members(rules)
        members.governed = [
            network
            for role in ("controller", "service-engine")
            for network in members.of(role)
        ]
        return CLOUDS[platform](text, members)
    if platform in LINUX:
        return LINUX[platform][0](text, "forward")
    return NETWORK[platform][0](text)


@cache
def sound(
    platform: str, edition: Edition, options: Options
) -> tuple[RuleSet, str, list[Opening]]:
    """Return rules with their output, in which the reader finds no fault."""
    rules = shown(platform, edition)
    text = rendered(rules, platform, options)
    if platform in LINUX:
        meant = expected_linux(rules, platform, options, "forward")
    elif platform in NETWORK:
        nature = NETWORK[platform][1]
        meant = expected_network(rules, nature, fitting(platform, options))
    else:
        meant = expected(rules.rules, "stateful")
        if platform == "nsx-t":
            meant += links(own_networks(rules))
    assert same(read(platform, text, rules), meant)
    return rules, text, meant


def notices(
    platform: str,
    edition: Edition,
    change: tuple[str, str],
    options: Options,
) -> bool:
    """Return whether the reader notices; first that it had no reason to."""
    rules, text, meant = sound(platform, edition, options)
    pattern, instead = change
    wider, times = re.subn(pattern, instead, text)
    assert times, "the output has no such thing"
    try:
        return not within(read(platform, wider, rules), meant)
    except (UnreadableError, KeyError):
        return True


def each(names: list[str]) -> list[tuple[str, str]]:
    """Return each widening of some platforms."""
    return [(name, what) for name in names for what in WIDER[name]]


class TestReaders:
    """What a reader makes of an output that was widened by hand."""

    def test_there_is_one_for_every_platform(self) -> None:
        """No platform is without a reader, or without a control."""
        assert {*LINUX, *NETWORK, *CLOUDS} == set(WIDER) == {*platforms()}

    @pytest.mark.parametrize(("platform", "widening"), each(AEROLESS))
    def test_a_widening_is_noticed(
        self, edition: Edition, platform: str, widening: str
    ) -> None:
        """The platforms that are written here."""
        change = WIDER[platform][widening]
        assert notices(platform, edition, change, Options())

    @needs_aerleon
    @pytest.mark.parametrize(("platform", "widening"), each(sorted(NETWORK)))
    def test_a_widening_through_aerleon_is_noticed(
        self, edition: Edition, platform: str, widening: str
    ) -> None:
        """The platforms that aerleon writes."""
        options = Options(scope="all" if platform in LISTS else None)
        assert notices(platform, edition, WIDER[platform][widening], options)

    @needs_aerleon
    @pytest.mark.parametrize(
        ("platform", "change"),
        [
            (name, change)
            for name, changes in STOPPED.items()
            for change in changes
        ],
    )
    @pytest.mark.parametrize("last_line", ["permit", "none"])
    def test_what_is_stopped_no_more_is_noticed(
        self,
        edition: Edition,
        platform: str,
        change: tuple[str, str],
        last_line: LastLine,
    ) -> None:
        """Where the product's traffic is judged, and no other."""
        options = Options(last_line=last_line)
        assert notices(platform, edition, change, options)

    @needs_aerleon
    @pytest.mark.parametrize("platform", sorted(STOPPED))
    def test_a_bystander_that_is_stopped_is_noticed(
        self, edition: Edition, platform: str
    ) -> None:
        """As where all is dropped, or fragments of all."""
        rules, _, meant = sound(platform, edition, Options())
        text = rendered(rules, platform, Options(scope="all"))
        assert not within(meant, read(platform, text, rules))


class TestOpenings:
    """Comparing sets of packets."""

    def test_other_boxes_of_the_same_packets_are_the_same(self) -> None:
        """How a set is cut does not matter."""
        net = ip_network
        whole = Opening(net("10.0.0.0/24"), net("10.9.0.0/16"), 6, (1, 9))
        halves = [
            whole._replace(source=net(source), ports=ports)
            for source in ("10.0.0.0/25", "10.0.0.128/25")
            for ports in ((1, 4), (5, 9))
        ]
        assert same([whole], halves)
        assert not same([whole], halves[1:])
        assert within(halves[1:], [whole])

    @pytest.mark.parametrize(
        "change",
        [
            {"source": ip_network("10.0.0.0/23")},
            {"destination": ip_network("0.0.0.0/0")},
            {"protocol": 17},
            {"protocol": None},
            {"ports": (1, 10)},
            {"source_ports": (0, 65535)},
            {"kind": "open"},
        ],
    )
    def test_one_packet_more_is_more(self, change: dict[str, object]) -> None:
        """On any axis."""
        opening = Opening(
            ip_network("10.0.0.0/24"),
            ip_network("10.9.0.0/16"),
            6,
            (1, 9),
            (53, 53),
            "established",
        )
        wider = opening._replace(**change)  # type: ignore[arg-type]
        assert not within([wider], [opening])
        assert same([opening], [opening])
