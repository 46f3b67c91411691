"""The writer for iptables and ip6tables."""

from __future__ import annotations

import re
from ipaddress import ip_network
from typing import Any, get_args

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
    RuleSet,
    loads_inventory,
    preset,
    rule_set,
)
from avi_portspec.names import Hook, Scope
from avi_portspec.rules.platforms import PlatformName

PLATFORMS: dict[int, PlatformName] = {4: "iptables", 6: "ip6tables"}


def check(rules: RuleSet, family: int = 4, **options: Any) -> str:
    """Have the command itself read the text; return the text."""
    name = PLATFORMS[family]
    text = rules.render(name, **options)
    for flags in ((), ("--noflush",)):
        read_by(f"{name}-restore", "iptables", "--test", *flags, text=text)
    return text


def lines_in(text: str) -> list[str]:
    """Return the lines that are no comments."""
    return [line for line in text.splitlines() if not line.startswith("#")]


def accepted(text: str) -> list[str]:
    """Return the matches of lines that accept, without comments."""
    return [
        line.partition(" -m comment ")[0].partition(" -p ")[2]
        for line in lines_in(text)
        if line.endswith("-j ACCEPT")
    ]


class TestTheText:
    """What is written."""

    def test_a_packet_is_led_to_its_ports(self, edition: Edition) -> None:
        """By source, then by destination; none of the other family."""
        lines = lines_in(aws(edition).render("iptables"))
        chain = "avi-i4-service-engine"
        assert f"-A avi-initiated -s 10.20.0.0/24 -j {chain}" in lines
        assert f"-A {chain} -d 10.10.1.11/32 -j avi-i6-controller" in lines
        assert (
            "-A avi-i6-controller -p 6 -m multiport --dports 22,8443 "
            '-m comment --comment "service-engine-to-controller-ssh, '
            'service-engine-to-controller-portal" -j ACCEPT'
        ) in lines
        assert not any("2001:db8" in line for line in lines)

    def test_the_other_family(self, edition: Edition) -> None:
        """Is another text, which says so."""
        text = aws(edition).render("ip6tables")
        assert (
            "# IPv6 only. Load the iptables file too: an unloaded family"
            in text
        )
        lines = lines_in(text)
        assert any("-s 2001:db8:2::/64 " in line for line in lines)
        assert not any(" 10." in line for line in lines)

    def test_drops_the_rest(self, edition: Edition) -> None:
        """Of the product's own, both ways; what is left goes back."""
        own = {
            4: ["10.10.1.10/31", "10.10.1.12/32", "10.20.0.0/24"],
            6: ["2001:db8:1::11/128", "2001:db8:2::/64"],
        }
        for family, name in PLATFORMS.items():
            lines = lines_in(aws(edition).render(name))
            assert lines[:2] == ["*filter", ":avi-forward - [0:0]"]
            assert lines[-1] == "COMMIT"
            root = [li for li in lines if li.startswith("-A avi-forward")]
            states = {li.split()[-1]: li for li in root}
            assert [*states] == [
                *("avi-initiated", "avi-replies", "avi-errors", "DROP"),
            ]
            assert "--ctstate RELATED " in states["avi-errors"]
            assert [
                " ".join(li.split()[2:4]) for li in root if "DROP" in li
            ] == [f"{side} {n}" for side in ("-s", "-d") for n in own[family]]

    def test_drops_everything(self, edition: Edition) -> None:
        """Where all is judged."""
        rules = aws(edition)
        for name in PLATFORMS.values():
            text = rules.render(name, scope="all")
            drops = [li for li in lines_in(text) if li.endswith("-j DROP")]
            assert drops == ["-A avi-forward -j DROP"]

    def test_a_family_without_own_addresses(self, edition: Edition) -> None:
        """Is not filtered, and its file says so; the other's does not."""
        inventory = loads_inventory(
            'controller = ["10.0.0.1"]', edition=edition
        )
        rules = rule_set(edition.resolve("aws"), inventory, missing="omit")
        told = [
            "is not filtered: the" in rules.render(name).replace("\n# ", " ")
            for name in PLATFORMS.values()
        ]
        assert told == [False, True]
        assert "DROP" not in "".join(lines_in(rules.render("ip6tables")))

    def test_errors(self, edition: Edition) -> None:
        """About what may pass, by its ports or its message; or none."""
        rules = aws(edition, optional=True)
        lines = lines_in(rules.render("iptables"))
        about = [li for li in lines if li.startswith("-A avi-e")]
        assert (
            "-A avi-errors -m conntrack --ctorigsrc 10.20.0.0/24 "
            in "".join(about)
        )
        matches = [
            li.partition(" -m conntrack ")[2].partition(" -m comment")[0]
            for li in about
        ]
        assert "--ctproto 6 --ctreplsrcport 8443" in matches
        assert "--ctproto 1 --ctorigdstport 2048" in matches
        none = rules.render("iptables", icmp_errors=False)
        assert "RELATED" not in none
        assert "avi-errors" not in "".join(lines_in(none))
        assert "a small MTU does not work" in none.replace("\n# ", " ")

    def test_ranges_in_errors(self, edition: Edition) -> None:
        """One to a line, for there is no list of them."""
        found = rule(edition, ports=ranges(22, (8000, 8010)))
        text = check(with_rules(edition, found))
        assert "--ctreplsrcport 8000:8010 " in text
        assert "--ctreplsrcport 22 " in text

    @pytest.mark.parametrize("scope", get_args(Scope))
    @pytest.mark.parametrize("hook", get_args(Hook))
    @pytest.mark.parametrize("family", PLATFORMS)
    def test_places(
        self, edition: Edition, hook: Hook, scope: Scope, family: int
    ) -> None:
        """Each has its chains, the jumps to them, and what has to pass."""
        text = check(aws(edition), family, hook=hook, scope=scope)
        command = PLATFORMS[family]
        hooks = ["input", "output"] if hook == "host" else ["forward"]
        for each in hooks:
            jump = f"{each.upper()} -j avi-{each}"
            assert (
                f"# {command} -C {jump} 2>/dev/null || {command} -I {jump}\n"
            ) in text
            assert f":avi-{each} - [0:0]\n" in text
        is_near = hook != "forward"
        near = text.count("--icmpv6-type 135 ")
        assert near == is_near * (family == 6) * len(hooks)
        dhcp = "--dport 67 " if family == 4 else "--dport 547 "
        assert text.count(dhcp) == is_near
        assert text.count(" lo -j RETURN\n") == (2 if hook == "host" else 0)

    def test_names(self, edition: Edition) -> None:
        """Each chain has it, before what no name of a site has."""
        for family, name in PLATFORMS.items():
            text = check(aws(edition), family, name="x" * 16)
            chains = re.findall(r"(?m)^:(\S+) ", text)
            assert len(chains) == len(set(chains))
            own = f"avi-{'x' * 16}."
            assert all(each.startswith(own) for each in chains)
            assert max(map(len, chains)) == 28
            plain = aws(edition).render(name)
            others = re.findall(r"(?m)^:(\S+) ", plain)
            assert not any("." in each for each in others)

    def test_replies_have_their_own_rules(self, edition: Edition) -> None:
        """The same ports, as those of the source."""
        found = accepted(aws(edition, optional=True).render("iptables"))
        assert "6 -m multiport --dports 4001" in found
        assert "6 -m multiport --sports 4001" in found
        assert "1 -m icmp --icmp-type 8" in found
        assert "1 -m icmp --icmp-type 0" in found

    def test_ports_come_in_pieces(self, edition: Edition) -> None:
        """Fifteen to a match; a range is two of them."""
        numbers = [*range(1, 29, 2), (100, 200), *range(301, 331, 2)]
        found = rule(edition, ports=ranges(*numbers))
        text = check(with_rules(edition, found))
        pieces = [
            line.rpartition(" ")[2].split(",")
            for line in accepted(text)
            if "--dports" in line
        ]
        assert [len(piece) for piece in pieces] == [14, 14, 2]
        assert [port for piece in pieces for port in piece] == [
            str(number).replace("(", "").replace(", ", ":").replace(")", "")
            for number in numbers
        ]

    def test_size_is_linear(self, edition: Edition) -> None:
        """An address more is a few lines more, not one for each other."""

        def size(count: int) -> int:
            text = "".join(
                f"{name} = {[f'10.{n}.0.{2 * h}' for h in range(count)]}\n"
                for n, name in enumerate(("controller", "service-engine"), 1)
            )
            inventory = loads_inventory(text, edition=edition)
            made = rule_set(edition.resolve("aws"), inventory, missing="omit")
            return len(lines_in(made.render("iptables")))

        assert size(120) - size(80) == size(80) - size(40)

    def test_the_header_is_on_top(self, edition: Edition) -> None:
        """Behind comment signs, in full; it counts what is written there."""
        found = aws(edition)
        for family, name in PLATFORMS.items():
            own = tuple(r for r in found.rules if r.family == family)
            assert 0 < len(own) < len(found.rules)
            header = attrs.evolve(found, rules=own).header()
            assert f"rules: {len(own)}" in header
            lines = unwrap(found.render(name)).splitlines()
            assert lines[: len(header)] == [f"# {each}" for each in header]


class TestItIsRight:
    """As the command itself judges it."""

    @pytest.mark.parametrize(
        "name", ["aws", "vcenter", "openstack", "kubernetes"]
    )
    def test_for_deployments(self, edition: Edition, name: str) -> None:
        """Both families, with all that can be asked for."""
        answer = edition.resolve(preset(name, features={"plain-http"}))
        found = rule_set(answer, site(edition), optional=True, missing="omit")
        for family in PLATFORMS:
            check(found, family)

    def test_without_any_rule(self, edition: Edition) -> None:
        """It drops everything, and still loads."""
        inventory = loads_inventory("", edition=edition)
        found = rule_set(edition.resolve("aws"), inventory, missing="omit")
        for family in PLATFORMS:
            assert accepted(check(found, family)) == []

    @pytest.mark.parametrize("name", ["dccp", "sctp", "udplite"])
    def test_other_protocols_with_ports(
        self, edition: Edition, name: str
    ) -> None:
        """All that have ports, by number."""
        protocol = Protocol.of(name)
        text = check(with_rules(edition, rule(edition, protocol=protocol)))
        assert f"{protocol.number} -m multiport --dports 22,8443" in (
            accepted(text)
        )

    def test_protocols_by_number(self, edition: Edition) -> None:
        """All others, in both families."""
        other = {0, 1, 6, 17, 33, 58, 132, 136}
        skipped = {43, 44, 51, 60}
        for family in PLATFORMS:
            found = [
                portless(edition, number, family)
                for number in range(256)
                if number not in other
                and (family == 4 or number not in skipped)
            ]
            text = check(with_rules(edition, *found), family)
            assert accepted(text).count("97") == 2

    def test_echo_over_ipv6(self, edition: Edition) -> None:
        """Where a custom edition has it."""
        found = attrs.evolve(
            portless(edition, 97, 6),
            traffic=Message(protocol=Protocol.of("icmpv6"), icmp_type=128),
        )
        text = check(with_rules(edition, found), 6)
        assert "58 -m icmp6 --icmpv6-type 128" in accepted(text)
        assert "58 -m icmp6 --icmpv6-type 129" in accepted(text)

    def test_all_addresses(self, edition: Edition) -> None:
        """Where a site has said so twice."""
        found = rule(edition, sources=(ip_network("0.0.0.0/0"),))
        assert "-s 0.0.0.0/0 " in check(with_rules(edition, found))

    @pytest.mark.parametrize("word", ["accept", "x" * 100, "-j", "Ü b"])
    def test_roles_with_any_name(self, edition: Edition, word: str) -> None:
        """A chain's name is short, and its own."""
        found = rule(edition, source=EndpointId(word))
        check(with_rules(edition, found))


class TestHostileText:
    """Ids and reasons are not to be trusted."""

    @pytest.mark.parametrize(
        "text",
        [
            '" -j ACCEPT #',
            "x\\",
            "a\nCOMMIT\n-P FORWARD ACCEPT",
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
        made = check(with_rules(edition, hostile))
        expected = check(with_rules(edition, plain))
        assert accepted(made) == accepted(expected)
        made, expected = map(unwrap, (made, expected))
        assert len(made.splitlines()) == len(expected.splitlines())


class TestLimitations:
    """It raises: nothing is written then."""

    @pytest.mark.parametrize(
        ("number", "family", "reason"),
        [
            (0, 4, "as any protocol"),
            (0, 6, "as any protocol"),
            *((n, 6, "extension header") for n in (43, 44, 51, 60)),
        ],
    )
    def test_some_protocols(
        self, edition: Edition, number: int, family: int, reason: str
    ) -> None:
        """Zero would be all of them, which is the worst of mistakes."""
        found = portless(edition, number, family)
        with pytest.raises(CannotExpressError, match=reason) as caught:
            with_rules(edition, found).render(PLATFORMS[family])
        assert caught.value.platform == PLATFORMS[family]
        assert caught.value.flows == ("own-protocol",)
