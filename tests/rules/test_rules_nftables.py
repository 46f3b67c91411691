"""The writer for nftables."""

from __future__ import annotations

import os
import re
from ipaddress import ip_network
from typing import get_args

import attrs
import pytest
from rules_examples import (
    aws,
    portless,
    ranges,
    read_by,
    rule,
    site,
    unwrap,
    with_rules,
)

from avi_portspec import (
    CannotExpressError,
    Edition,
    EndpointId,
    FlowId,
    Message,
    Protocol,
    Rule,
    loads_inventory,
    preset,
    rule_set,
)
from avi_portspec.names import Hook, Scope
from avi_portspec.rules.neutral import SiteRules
from avi_portspec.rules.options import Options
from avi_portspec.rules.platforms import nftables

ACCEPTS = 'accept comment "'


def render(rules: SiteRules) -> str:
    """Return what the writer makes of rules, with no option."""
    return nftables.render(rules, Options())


def check(text: str) -> None:
    """Have nft itself read a script; it changes nothing."""
    read_by("nft", "nftables", "-c", "-f", "-", text=text)


def rules_in(text: str) -> list[str]:
    """Return the lines that accept something, without their comments."""
    return [
        line.partition(" accept ")[0].strip()
        for line in text.splitlines()
        if ACCEPTS in line
    ]


class TestTheScript:
    """What is written."""

    def test_rules(self, edition: Edition) -> None:
        """Who may open, then who may answer, and which errors pass."""
        found = rules_in(aws(edition, optional=True).render("nftables"))
        errors = [line for line in found if " ct original " in line]
        found = [line for line in found if line not in errors]
        asked, answered = found[: len(found) // 2], found[len(found) // 2 :]
        assert (
            "meta l4proto icmpv6 ct original ip6 saddr @service-engine-ipv6 "
            "ct reply ip6 saddr @controller-ipv6 ct original protocol 6 "
            "ct reply proto-src 8443"
        ) in errors
        assert len(errors) > len(asked), "each port has its line"
        assert asked[4:7] == [
            (
                "ip saddr @service-engine-ipv4 ip daddr @controller-ipv4 "
                "tcp dport { 22, 8443 }"
            ),
            (
                "ip6 saddr @service-engine-ipv6 ip6 daddr @controller-ipv6 "
                "tcp dport { 22, 8443 }"
            ),
            (
                "ip saddr @service-engine-ipv4 ip daddr @controller-ipv4 "
                "udp dport 123"
            ),
        ]
        assert answered[6] == (
            "ip saddr @controller-ipv4 ip daddr @service-engine-ipv4 "
            "udp sport 123"
        )
        pings = [line for line in found if "icmp" in line]
        assert [line.rpartition(" icmp ")[2] for line in pings] == [
            "type echo-request",
            "type echo-reply",
        ]
        about = "ct original protocol 1 ct original proto-dst 2048"
        assert any(line.endswith(about) for line in errors)

    def test_drops_the_rest(self, edition: Edition) -> None:
        """By default, of the product's own; else of all."""
        text = aws(edition).render("nftables")
        assert "hook forward priority filter; policy drop;" in text
        own = "ip saddr != @own-ipv4 ip daddr != @own-ipv4 accept"
        assert own in text
        addresses = text.partition("set own-ipv4 {")[2].partition("}")[0]
        found = re.findall(r"[0-9.]+/\d+", addresses)
        assert [*map(ip_network, found)] == [
            # The cluster IP is the product's, and in no rule here.
            ip_network("10.10.1.10/31"),
            ip_network("10.10.1.12/32"),
            ip_network("10.20.0.0/24"),
        ]
        every = aws(edition).render("nftables", scope="all")
        assert "own-ipv4" not in every
        check(every)

    def test_a_family_without_own_addresses(self, edition: Edition) -> None:
        """Is not filtered, and the file says so; unless all is."""
        inventory = loads_inventory(
            'controller = ["10.0.0.1"]', edition=edition
        )
        rules = rule_set(edition.resolve("aws"), inventory, missing="omit")
        text = rules.render("nftables")
        assert "        meta nfproto ipv6 accept\n" in text
        assert "        meta nfproto ipv4 accept\n" not in text
        assert "IPv6 is not filtered" in text.replace("\n# ", " ")
        check(text)
        every = rules.render("nftables", scope="all")
        assert "nfproto" not in every
        assert "judged" not in every

    def test_a_direction_has_its_own_rules(self, edition: Edition) -> None:
        """Nothing is accepted for being established or related alone."""
        text = aws(edition).render("nftables")
        states = [line for line in text.splitlines() if "ct state" in line]
        assert [line.split()[-2:] for line in states] == [
            ["jump", "initiated"],
            ["jump", "replies"],
            ["jump", "errors"],
            ["jump", "errors"],
        ]

    def test_without_errors(self, edition: Edition) -> None:
        """Nothing that is related passes; the file says what that means."""
        text = aws(edition).render("nftables", icmp_errors=False)
        assert "related" not in text
        assert "errors {" not in text
        assert "a small MTU does not work" in text.replace("\n# ", " ")
        check(text)

    @pytest.mark.parametrize("scope", get_args(Scope))
    @pytest.mark.parametrize("hook", get_args(Hook))
    def test_places(self, edition: Edition, hook: Hook, scope: Scope) -> None:
        """Each has its hooks, and lets the machine itself work."""
        text = aws(edition).render("nftables", hook=hook, scope=scope)
        hooks = re.findall(r"type filter hook (\w+)", text)
        assert hooks == (
            ["input", "output"] if hook == "host" else ["forward"]
        )
        assert text.count("nd-neighbor-solicit") == len(hooks) * (
            hook != "forward"
        )
        assert text.count('name "lo"') == (2 if hook == "host" else 0)
        assert text.count("dport 67 ") == (hook != "forward")
        comments = " ".join(
            line[2:] for line in text.splitlines() if line.startswith("# ")
        )
        assert ("br_netfilter" in comments) is (hook == "bridge")
        assert ("your other rules" in comments) is (scope == "product")
        check(text)

    def test_names(self, edition: Edition) -> None:
        """Without one, what it always was; with one, a table of its own."""
        text = aws(edition).render("nftables", name="south")
        plain = aws(edition).render("nftables")
        own = "table inet avi-portspec-south"
        assert text.count(own) == plain.count("table inet avi-portspec") == 4
        assert text.replace("avi-portspec-south", "avi-portspec") == plain
        check(text)

    def test_sets(self, edition: Edition) -> None:
        """Each role's addresses once a family; intervals for networks."""
        text = aws(edition).render("nftables")
        assert text.count("set controller-ipv4 {") == 1
        hosts = text.partition("set controller-ipv6 {")[2].partition("}\n")[0]
        assert "2001:db8:1::11," in hosts
        assert "interval" not in hosts
        nets = text.partition("set service-engine-ipv4 {")[2]
        assert "flags interval" in nets.partition("}")[0]
        assert "10.20.0.0/24," in nets.partition("}")[0]

    def test_two_lists_of_a_role_are_two_sets(self, edition: Edition) -> None:
        """The Controller listens on the cluster IP, and sends from none."""
        more = "cluster-ip-is-destination = true"
        text = rule_set(edition.resolve("aws"), site(edition, more)).render(
            "nftables"
        )
        first = text.partition("set controller-ipv4 {")[2].partition("}")[0]
        second = text.partition("set controller-ipv4-2 {")[2].partition("}")[0]
        assert "10.10.1.10" not in first
        assert "10.10.1.10/31," in second
        check(text)

    def test_the_header_is_on_top(self, edition: Edition) -> None:
        """Behind comment signs, in full."""
        found = aws(edition)
        lines = unwrap(found.render("nftables")).splitlines()
        header = found.header()
        assert lines[: len(header)] == [f"# {each}" for each in header]

    def test_replaces_itself(self, edition: Edition) -> None:
        """In one transaction: there is no moment without rules."""
        text = aws(edition).render("nftables")
        names = [
            line
            for line in text.splitlines()
            if "table inet" in line and not line.startswith("#")
        ]
        assert names == [
            "table inet avi-portspec",
            "delete table inet avi-portspec",
            "table inet avi-portspec {",
        ]

    def test_flows_and_reasons_are_told(self, edition: Edition) -> None:
        """Reasons for readers of the file, flows also in the kernel."""
        text = aws(edition).render("nftables")
        assert "# external-to-controller-snmp: Required." in text
        assert 'comment "external-to-controller-snmp"' in text
        assert 'comment "replies: external-to-controller-snmp"' in text


class TestItIsRight:
    """As nft itself judges it."""

    @pytest.mark.parametrize(
        "name", ["aws", "vcenter", "openstack", "kubernetes"]
    )
    def test_for_deployments(self, edition: Edition, name: str) -> None:
        """With needed rules, and with optional ones."""
        for controller in ("virtual-machine", "container"):
            answer = edition.resolve(preset(name, controller=controller))
            for optional in (False, True):
                found = rule_set(
                    answer, site(edition), optional=optional, missing="omit"
                )
                check(found.render("nftables"))

    def test_without_any_rule(self, edition: Edition) -> None:
        """It drops everything if it is to, and still loads."""
        inventory = loads_inventory("", edition=edition)
        found = rule_set(edition.resolve("aws"), inventory, missing="omit")
        for scope in get_args(Scope):
            text = found.render("nftables", scope=scope)
            assert rules_in(text) == []
            check(text)

    @pytest.mark.parametrize("family", [4, 6])
    def test_all_addresses(self, edition: Edition, family: int) -> None:
        """Where a site has said so twice."""
        everything = ip_network("0.0.0.0/0" if family == 4 else "::/0")
        name = f"service-engine-to-controller-tcp-ipv{family}"
        (model,) = (r for r in aws(edition).rules if r.id == name)
        found = attrs.evolve(model, sources=(everything,))
        text = render(with_rules(edition, found))
        assert f"{everything}," in text
        check(text)

    def test_ports(self, edition: Edition) -> None:
        """Ranges, the widest one, and many."""
        for ports in (
            ranges((1, 65535)),
            ranges((8000, 8010)),
            # nft sends a script as one message, and only root may ask the
            # kernel to take one that is longer than its buffers.
            ranges(*range(1, 400, 2)),
        ):
            check(render(with_rules(edition, rule(edition, ports=ports))))

    @pytest.mark.parametrize(
        "icmp_errors",
        [
            pytest.param(
                True,
                marks=pytest.mark.skipif(
                    os.geteuid() != 0, reason="needs root for a long script"
                ),
            ),
            False,
        ],
    )
    def test_a_thousand_ports(
        self, edition: Edition, *, icmp_errors: bool
    ) -> None:
        """With the errors of ICMP, too, where the kernel takes so much."""
        found = rule(edition, ports=ranges(*range(1, 2000, 2)))
        options = Options(icmp_errors=icmp_errors)
        check(nftables.render(with_rules(edition, found), options))

    @pytest.mark.parametrize("name", ["dccp", "sctp", "udplite"])
    def test_other_protocols_with_ports(
        self, edition: Edition, name: str
    ) -> None:
        """All that have ports, by name; a range of them in one line."""
        found = rule(edition, protocol=Protocol.of(name))
        text = render(with_rules(edition, found))
        assert f"{name} dport {{ 22, 8443 }}" in text
        assert f"{name} sport {{ 22, 8443 }}" in text
        check(text)

    def test_protocols_by_number(self, edition: Edition) -> None:
        """All others, in both families."""
        with_ports = {1, 6, 17, 33, 58, 132, 136}
        numbers = [n for n in range(256) if n not in with_ports]
        skipped = {0, 43, 44, 51, 60}
        found = [
            portless(edition, number, family)
            for number in numbers
            for family in (4, 6)
            if family == 4 or number not in skipped
        ]
        text = render(with_rules(edition, *found))
        assert text.count("meta l4proto 97 ") == 4
        # A few at a time: nft sends a script as one message, and only root
        # may ask the kernel to take one that is longer than its buffers
        # (SO_SNDBUFFORCE in socket(7)).
        for start in range(0, len(found), 100):
            check(render(with_rules(edition, *found[start : start + 100])))

    def test_echo_over_ipv6(self, edition: Edition) -> None:
        """Where a custom edition has it."""
        icmpv6 = Protocol.of("icmpv6")
        found = attrs.evolve(
            portless(edition, 97, 6),
            traffic=Message(protocol=icmpv6, icmp_type=128),
        )
        text = render(with_rules(edition, found))
        assert "icmpv6 type echo-request" in text
        assert "icmpv6 type echo-reply" in text
        check(text)

    @pytest.mark.parametrize(
        "word",
        [
            *("accept", "log", "drop", "ip", "ip6", "tcp", "ct", "meta"),
            *("counter", "th", "rule", "set", "last", "z9", "x" * 300),
        ],
    )
    def test_roles_with_any_name(self, edition: Edition, word: str) -> None:
        """A word of nft is no word of it in the name of a set."""
        found = rule(edition, source=EndpointId(word))
        check(render(with_rules(edition, found)))

    def test_long_names_are_kept_apart(self, edition: Edition) -> None:
        """Names are cut, and numbered where that makes them the same."""
        other = (ip_network("10.99.0.0/16"),)
        one, two = (
            rule(edition, source=EndpointId("x" * 100 + end), sources=networks)
            for end, networks in (("a", other), ("b", rule(edition).sources))
        )
        text = render(with_rules(edition, one, two))
        name = "x" * 60 + "-ipv4"
        assert f"set {name} {{" in text
        assert f"set {name}-2 {{" in text
        check(text)


class TestHostileText:
    """Ids and reasons are not to be trusted."""

    @pytest.mark.parametrize(
        "text",
        [
            '" accept #',
            "x\\",
            "a\n        accept",
            "$x {define} ; flush ruleset",
            "naïve\u2013 \u201cquotes\u201d",
            "y" * 5000,
        ],
    )
    def test_stays_in_comments(self, edition: Edition, text: str) -> None:
        """Whatever they hold, the rules are the same."""
        names = (FlowId("a"), FlowId("b"))
        plain = rule(edition, flows=names, reasons=("A.", "B."))
        hostile = attrs.evolve(
            plain,
            flows=(FlowId(text), FlowId("b")),
            reasons=(text, text),
        )
        made = render(with_rules(edition, hostile))
        expected = render(with_rules(edition, plain))
        assert rules_in(made) == rules_in(expected)
        check(made)
        made, expected = map(unwrap, (made, expected))
        assert len(made.splitlines()) == len(expected.splitlines())

    def test_comments_fit(self, edition: Edition) -> None:
        """The kernel keeps 128 bytes."""
        flows = tuple(FlowId(f"flow-{'x' * 30}-{n}") for n in range(20))
        found = rule(edition, flows=flows, reasons=("Own.",) * 20)
        text = render(with_rules(edition, found))
        for line in text.splitlines():
            if ACCEPTS in line:
                comment = line.partition(ACCEPTS)[2].rstrip('"')
                assert comment.endswith("...")
                assert len(comment) < 128
        check(text)


class TestLimitations:
    """It raises: nothing is written then."""

    @pytest.mark.parametrize("number", [0, 43, 44, 51, 60])
    def test_extension_headers(self, edition: Edition, number: int) -> None:
        """In IPv6 they are not the packet's protocol; in IPv4 they are."""
        found = portless(edition, number, 6)
        with pytest.raises(CannotExpressError) as caught:
            render(with_rules(edition, found))
        assert caught.value.platform == "nftables"
        assert caught.value.rule == found.id
        assert caught.value.flows == ("own-protocol",)
        assert "extension header" in str(caught.value)
        four: Rule = portless(edition, number)
        assert f"meta l4proto {number} " in render(with_rules(edition, four))
