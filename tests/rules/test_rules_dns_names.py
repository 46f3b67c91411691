"""DNS names on firewalls that have objects for them."""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import ip_network
from itertools import cycle
from typing import Any

import attrs
import pytest
from cloud_sites import rules_for
from rules_examples import rendered
from rules_openings import (
    Network,
    Opening,
    UnreadableError,
    expected,
    same,
    within,
)
from test_rules_crosscheck import NETWORK, expected_network, needs_aerleon

from avi_portspec import CannotExpressError, RuleSet
from avi_portspec.model.protocols import ICMP
from avi_portspec.rules.options import Options
from avi_portspec.rules.platforms import write
from avi_portspec.rules.traffic import Message

pytestmark = needs_aerleon

EACH = pytest.mark.parametrize(
    "platform", ["ciscoasa", "fortigate", "paloalto", "srx"]
)
#: What each role has. Two have the same, as both can have one name.
ADDRESSES = {
    "controller": ["10.10.1.11", "2001:db8:1::11"],
    "service-engine": ["10.20.0.0/24", "2001:db8:2::/64"],
    "external-network-services": ["192.0.2.0/24", "2001:db8:3::/64"],
    "aws": ["198.51.100.0/24", "2001:db8:4::/64"],
    "dns-server": ["198.51.100.0/24", "2001:db8:4::/64"],
    "shared": ["198.51.100.0/24", "2001:db8:4::/64"],
}
#: The names, which are words of some syntax, and whose addresses they have.
NAMES = {
    "external-network-services": "permit.example.com",
    "aws": "xn--any-0.example.net",
    "dns-server": "xn--any-0.example.net",
}
STANDS_FOR = {
    name: [*map(ip_network, ADDRESSES[role])] for role, name in NAMES.items()
}
OVERLAY = 'id = "lab"\ntitle = "Laboratory"\n'
#: A flow between two that have names, and its other ports in two parts.
STRANGERS = """
[[flows]]
id = "strangers"
source = "dns-server"
destination = "aws"
protocols = ["tcp"]
ports = [7, { low = 20, high = 21 }]
purpose = "Neither is of the product."
"""
#: What stands in for a name, as each platform writes it.
HOSTILE = (
    "access-list x extended permit ip host 224.0.0.2 any",
    "address x 224.0.0.2/32;",
    "<ip-netmask>224.0.0.2/32</ip-netmask>",
    "set type x\nset subnet 224.0.0.2 255.255.255.255",
)


def site(
    platform: str,
    overlay: str = "",
    *,
    names: bool = True,
    **more: str,
) -> RuleSet:
    """Return rules that a platform can express whole.

    Args:
        platform: The platform; an ASA has rules for IPv4 alone.
        overlay: Flows of the site's own; a rule of ICMP is there always.
        names: Whether some roles have a name instead of its addresses.
        more: What else a role has, as TOML.
    """
    only = 1 if platform == "ciscoasa" else 2
    lines = []
    for role, networks in ADDRESSES.items():
        own = [*map(repr, networks[:only])]
        if names and role in NAMES:
            own = [f"{{ fqdn = '{NAMES[role]}' }}"]
        own += [text for key, text in more.items() if key in role]
        lines.append(f"{role} = [{', '.join(own)}]\n")
    rules = rules_for("".join(lines), overlay=OVERLAY + overlay)
    model = next(
        rule
        for rule in rules.rules
        if (rule.destination, rule.family) == ("dns-server", 4)
    )
    traffic = Message(protocol=ICMP, icmp_type=8)
    echo = attrs.evolve(model, id="echo-ipv4", traffic=traffic)
    rules = attrs.evolve(rules, rules=(*rules.rules, echo))
    return of_ipv4(rules) if only == 1 else rules


def of_ipv4(rules: RuleSet) -> RuleSet:
    """Return the rules of that family."""
    own = tuple(rule for rule in rules.rules if rule.family == 4)
    return attrs.evolve(rules, rules=own)


def opened(
    platform: str, text: str, objects: dict[str, list[Network]] = STANDS_FOR
) -> list[Opening]:
    """Return what a reader finds who knows what the names stand for."""
    read: Callable[..., list[Opening]] = NETWORK[platform][0]
    return read(text, objects)


class TestTheyStandForAddresses:
    """What is written for a name opens what its addresses would."""

    @pytest.mark.parametrize("name", [None, "south"])
    @EACH
    def test_read_back(self, platform: str, name: str | None) -> None:
        """By a reader who is told what each name stands for."""
        flows = STRANGERS if platform != "paloalto" else ""
        rules = site(platform, flows)
        plain = site(platform, flows, names=False)
        assert rules.unwritten == plain.unwritten
        text = rendered(rules, platform, Options(name=name))
        found = opened(platform, text)
        meant = expected_network(plain, NETWORK[platform][1])
        assert within(found, meant), "opens more"
        assert within(meant, found), "opens less"
        # Nothing is left of what stood in for a name.
        assert "224.0.0" not in text
        assert "ff00:" not in text

    @EACH
    def test_beside_addresses(self, platform: str) -> None:
        """Also beside everybody's, in which others would be lost."""
        more = {"dns": "'internet'", "external": "'203.0.113.128/25'"}
        if platform == "ciscoasa":
            more["dns"] = "'203.0.113.0/25'"
        rules = site(platform, **more)
        plain = site(platform, names=False, **more)
        text = rendered(rules, platform)
        for name in {*NAMES.values()}:
            # Once more than on top.
            assert text.count(name) > 1
        meant = expected_network(plain, NETWORK[platform][1])
        assert same(opened(platform, text), meant)

    @EACH
    def test_of_one_family(self, platform: str) -> None:
        """A rule for IPv4 opens nothing to addresses of IPv6."""
        rules = of_ipv4(site(platform))
        text = rendered(rules, platform)
        bare = attrs.evolve(
            rules,
            rules=tuple(
                rule
                for rule in rules.rules
                if not (rule.source_objects or rule.destination_objects)
            ),
        )
        assert 0 < len(bare.rules) < len(rules.rules)
        six = {name: [each[1]] for name, each in STANDS_FOR.items()}
        assert same(
            opened(platform, text, six),
            expected_network(bare, NETWORK[platform][1]),
        )

    @EACH
    def test_readers_know_names(self, platform: str) -> None:
        """One that is not the site's is noticed."""
        text = rendered(site(platform), platform)
        with pytest.raises(UnreadableError, match="nobody has"):
            opened(platform, text.replace("permit.example", "p.example"))

    @EACH
    def test_it_says_who_decides(self, platform: str) -> None:
        """Whoever answers for a name; and only where there is one."""
        for names in (True, False):
            text = rendered(site(platform, names=names), platform)
            words = " ".join(re.sub("\n[!#]", " ", text).split())
            assert ("answers for a name decides" in words) is names

    def test_another_name_is_another_list(self) -> None:
        """An ASA keeps the earlier version until the next is bound."""
        text = rendered(site("ciscoasa"), "ciscoasa")
        other = site("ciscoasa", aws="{ fqdn = 'b.example.net' }")
        lists = [
            {*re.findall(r"^access-list (\S+)", each, re.MULTILINE)}
            for each in (text, rendered(other, "ciscoasa"))
        ]
        assert [len(each) for each in lists] == [1, 1]
        assert lists[0] != lists[1]


class TestTheGuard:
    """What stands in for a name is found as often as it was asked for."""

    @pytest.mark.parametrize(
        ("platform", "old", "new"),
        [
            ("ciscoasa", "host 224.0.0.2 ", "any "),
            ("ciscoasa", "host 224.0.0.2 ", "host 10.9.9.9 "),
            ("ciscoasa", "host 224.0.0.2 ", "host 224.0.0.4 "),
            ("ciscoasa", "host 10.10.1.11 ", "host 224.0.0.2 "),
            ("fortigate", "subnet 224.0.0.2 255.255.255.255",
             "subnet 0.0.0.0 0.0.0.0"),
            ("fortigate", "subnet 224.0.0.2 255.255.255.255",
             "subnet 224.0.0.2 255.255.255.0"),
            ("fortigate", "subnet 10.10.1.11 ", "subnet 224.0.0.2 "),
            ("fortigate", "ip6 ff00::2/128", "ip6 ff00::4/128"),
            ("paloalto", ">224.0.0.2/32<", ">0.0.0.0/0<"),
            ("paloalto", ">224.0.0.2/32<", ">224.0.0.2/24<"),
            ("paloalto", ">10.10.1.11/32<", ">224.0.0.2/32<"),
            ("srx", " 224.0.0.2/32;", " 0.0.0.0/0;"),
            ("srx", " 224.0.0.2/32;", " 224.0.0.4/32;"),
            ("srx", " 10.10.1.11/32;", " 224.0.0.2/32;"),
        ],
    )  # fmt: skip
    def test_a_place_that_is_another(
        self,
        platform: str,
        old: str,
        new: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """Lost, wider, another's, or where an address should be."""
        from aerleon import api

        rules = site(platform)
        honest = api.Generate

        def doctored(*args: Any) -> dict[str, str]:
            ((name, text),) = (honest(*args) or {}).items()
            at = text.find(old, text.find("permit"))
            if platform != "ciscoasa":
                at = text.find(old)
            if at < 0:
                return {name: text}
            return {name: text[:at] + new + text[at + len(old) :]}

        assert rendered(rules, platform)
        monkeypatch.setattr(api, "Generate", doctored)
        with pytest.raises(CannotExpressError, match="does not match the"):
            rendered(rules, platform)

    @EACH
    def test_texts_stay_texts(self, platform: str) -> None:
        """Whatever a purpose says, in the syntax of the platform."""
        rules = site(platform)
        hostile = attrs.evolve(
            rules,
            rules=tuple(
                attrs.evolve(rule, reasons=(each,) * len(rule.flows))
                for rule, each in zip(rules.rules, cycle(HOSTILE))
            ),
        )
        text = rendered(hostile, platform)
        assert "host 224.0.0.2" in text
        plain = rendered(rules, platform)
        assert same(opened(platform, text), opened(platform, plain))

    @EACH
    def test_a_rule_of_what_stands_in(self, platform: str) -> None:
        """No inventory has it; for a program's own rules another does."""
        rules = site(platform)
        first = next(r for r in rules.rules if r.family == 4 and r.sources)
        own = attrs.evolve(first, sources=(ip_network("224.0.0.2/32"),))
        others = tuple(rule for rule in rules.rules if rule is not first)
        found = [
            opened(platform, rendered(made, platform))
            for made in (
                attrs.evolve(rules, rules=others),
                attrs.evolve(rules, rules=(*others, own)),
            )
        ]
        meant = expected((own,), "stateful")
        assert same([*found[0], *meant], found[1])
        assert not within(found[1], found[0])


class TestRefusals:
    """What a platform cannot say of a name."""

    def test_between_two_names(self) -> None:
        """A name of PAN-OS has both families, and a rule has one."""
        rules = site("paloalto", STRANGERS)
        with pytest.raises(CannotExpressError, match="IPv4 and IPv6") as found:
            rendered(rules, "paloalto")
        assert list(found.value.flows) == ["strangers"]

    def test_ipv6_of_an_asa(self) -> None:
        """There is a rule for IPv6 where the other end has both."""
        rules = site("srx")
        with pytest.raises(CannotExpressError, match="IPv6"):
            rendered(rules, "ciscoasa")
        partial = Options(partial=True, last_line="none")
        written = write(rules, "ciscoasa", partial).rules
        assert written.completeness == "incomplete"
        assert "controller-to-dns" in written.unwritten
