"""Kubernetes network policies, checked against its published schemas."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
import yaml
from cloud_sites import (
    HOSTILE,
    between_strangers,
    everyone,
    hostile,
    own_flow,
    rules_for,
    validator,
)
from rules_examples import unwrap
from test_rules_peers import OBJECTS, toml

from avi_portspec.errors import CannotExpressError
from avi_portspec.rules.comments import to_ascii
from avi_portspec.rules.platforms import render
from avi_portspec.rules.ruleset import RuleSet


def policies(rules: RuleSet) -> list[Any]:
    """Return the policies, read."""
    return list(yaml.safe_load_all(render(rules, "kubernetes")))


RANGES = own_flow('["tcp", "udp"]', "[1, {low = 60000, high = 65535}]")


class TestThePolicies:
    """The policies, one for each part of the product."""

    def test_kubernetes_takes_them(self) -> None:
        """In the oldest version with ranges of ports, and in the newest."""
        module = validator("kubernetes_validate")
        for rules in (
            rules_for(),
            hostile(),
            everyone(),
            rules_for(overlay=RANGES),
            rules_for(toml(OBJECTS["kubernetes"])),
            rules_for(overlay=own_flow('["sctp"]', "[36412]")),
        ):
            for policy in policies(rules):
                for version in ("1.25", module.latest_version()):
                    module.validate(policy, version, strict=True)

    def test_kubernetes_would_find_a_fault(self) -> None:
        """A key that it does not know, or a port that is no number."""
        module = validator("kubernetes_validate")
        for key, value in (("endport", 9), ("endPort", "9")):
            (policy, _) = policies(rules_for())
            policy["spec"]["ingress"][0]["ports"][0][key] = value
            with pytest.raises(module.ValidationError):
                module.validate(policy, "1.31", strict=True)

    def test_pods_are_isolated_in_both_directions(self) -> None:
        """Both types are named, so that an empty list closes all of it."""
        for rules in (rules_for(), attrs.evolve(rules_for(), rules=())):
            names = []
            for policy in policies(rules):
                names.append(policy["metadata"]["name"])
                spec = policy["spec"]
                assert spec["policyTypes"] == ["Ingress", "Egress"]
                assert isinstance(spec["ingress"], list)
                assert isinstance(spec["egress"], list)
            assert names == ["avi-controller", "avi-service-engine"]

    def test_no_list_is_empty_that_would_mean_all(self) -> None:
        """A rule without peers or without ports is one for all of them."""
        for policy in policies(rules_for(overlay=RANGES)):
            spec = policy["spec"]
            assert spec["podSelector"]["matchLabels"]
            for rule in spec["ingress"]:
                assert rule["from"]
                assert rule["ports"]
            for rule in spec["egress"]:
                assert rule["to"]
                assert rule["ports"]

    def test_they_say_what_the_rules_say(self) -> None:
        """Peers are networks, never labels."""
        rules = rules_for(overlay=RANGES)
        found = [
            (
                policy["metadata"]["name"].removeprefix("avi-"),
                direction,
                [peer["ipBlock"]["cidr"] for peer in rule[side]],
                [
                    (p["protocol"], p["port"], p.get("endPort", p["port"]))
                    for p in rule["ports"]
                ],
            )
            for policy in policies(rules)
            for direction, side in (("ingress", "from"), ("egress", "to"))
            for rule in policy["spec"][direction]
        ]
        assert found == [
            (
                role,
                direction,
                [*map(str, networks)],
                [(str(rule.protocol), p.low, p.high) for p in rule.ports],
            )
            for role in ("controller", "service-engine")
            for direction in ("ingress", "egress")
            for rule in rules.rules
            for here, networks in [
                (rule.destination, rule.sources)
                if direction == "ingress"
                else (rule.source, rule.destinations)
            ]
            if here == role
        ]

    @pytest.mark.parametrize(
        ("flow", "reason"),
        [
            (own_flow("[97]"), "not IP protocol 97"),
            (own_flow('["gre"]'), "not GRE"),
            (own_flow("[0]"), "all protocols"),
            (own_flow('["dccp"]', "[5000]"), "cannot match ports of DCCP"),
        ],
    )
    def test_other_protocols_are_refused(self, flow: str, reason: str) -> None:
        """Kubernetes knows three."""
        with pytest.raises(CannotExpressError, match=reason) as caught:
            policies(rules_for(overlay=flow))
        assert caught.value.flows == ("probe",)

    def test_icmp_is_refused(self) -> None:
        """There is no name for it."""
        with pytest.raises(
            CannotExpressError, match="single messages"
        ) as caught:
            policies(rules_for(optional=True))
        assert caught.value.flows == ("controller-to-gateway-echo",)

    def test_rules_stand_at_the_product(self) -> None:
        """No policy is made for pods that are somebody else's."""
        with pytest.raises(CannotExpressError, match="dns-server nor aws"):
            policies(between_strangers())

    def test_long_names_are_cut(self) -> None:
        """A label has 63 characters, and an id as many as it likes."""
        role = "s" * 80
        overlay = own_flow('["tcp"]', "[5000]", source=role)
        end = f'[[endpoints]]\nid = "{role}"\nname = "L"\nkind = "component"\n'
        rules = rules_for(
            f'{role} = ["203.0.113.1"]\n'
            'controller = ["10.10.1.11"]\nservice-engine = ["10.20.0.0/24"]\n'
            'external-network-services = ["192.0.2.0/24"]\n'
            'aws = ["198.51.100.0/24"]\ndns-server = ["10.0.0.53"]\n',
            overlay=overlay + end,
        )
        policy = policies(rules)[-1]
        ((label, value),) = policy["spec"]["podSelector"][
            "matchLabels"
        ].items()
        prefix, _, name = label.partition("/")
        assert (prefix, len(name), value) == ("avi-portspec", 63, "true")

    def test_the_top_says_what_it_is(self) -> None:
        """In comments, and in annotations, which outlive them."""
        rules = rules_for()
        text = unwrap(render(rules, "kubernetes"))
        top = [line for line in text.splitlines() if line.startswith("#")]
        *said, members, dns, addresses = top
        assert said == [f"# {line}" for line in rules.header()]
        assert members.startswith("# Caution: every")
        assert dns.startswith("# Caution: these rules let pods of service-eng")
        assert addresses.startswith(
            "# Caution: rules name controller and service-engine by address"
        )
        for policy in policies(rules):
            about = policy["metadata"]["annotations"]["avi-portspec/about"]
            assert about.splitlines() == [line[2:] for line in top]

    def test_the_top_warns_of_pods_without_dns(self) -> None:
        """Of none that a rule lets query, and of no remedy that is taken."""
        own = own_flow('["{}"]', "[53]").replace(
            '"controller"', '"dns-server"'
        )
        lacking = "Caution: these rules let pods of {} reach no DNS server"
        remedy = "or for controller give dns-server in the inventory, and dns"
        engine, both = "service-engine", "controller and service-engine"
        for services, overlay, roles, is_documented in (
            ({"dns"}, None, engine, False),
            (set(), None, both, True),
            ({"dns"}, own.format("tcp"), engine, False),
            ({"dns"}, own.format("udp"), None, False),
            (set(), own.format("udp"), "controller", True),
        ):
            rules = rules_for(services=services, overlay=overlay)
            text = unwrap(render(rules, "kubernetes"))
            told = [ln for ln in text.splitlines() if "no DNS server" in ln]
            if roles is None:
                assert told == []
                continue
            (only, *_) = told
            assert only.startswith(f"# {lacking.format(roles)}; if")
            assert (remedy in only) is is_documented

    def test_no_remedy_is_told_that_is_taken(self) -> None:
        """Where only flows of others are asked for, say."""
        text = render(attrs.evolve(rules_for(), rules=()), "kubernetes")
        assert "pods of controller and service-engine reach no DNS" in text
        assert "give dns-server" not in text

    def test_the_top_warns_of_parts_by_address_alone(self) -> None:
        """Of those that have a selector it says nothing."""
        objects = OBJECTS["kubernetes"]
        for left, told in (((), False), (("service-engine",), True)):
            some = {k: v for k, v in objects.items() if k not in left}
            text = render(rules_for(toml(some)), "kubernetes")
            assert ("never match pods by address" in text) is told
            assert "rules name controller" not in text

    def test_the_top_warns_of_policies_for_other_namespaces(self) -> None:
        """A policy is in force in its own alone."""
        pods = 'pod-selector = { app = "se" }'
        told = "and pods of service-engine are in others"
        for selector, is_elsewhere in (
            (pods, False),
            (f'{pods}, namespace-selector = {{ team = "lb" }}', True),
        ):
            text = render(
                rules_for(
                    'controller = ["10.10.1.11"]\n'
                    f"service-engine = [{{ {selector} }}]\n"
                    'external-network-services = ["192.0.2.0/24"]\n'
                    'aws = ["198.51.100.0/24"]\ndns-server = ["10.0.0.53"]\n'
                ),
                "kubernetes",
            )
            assert (told in text) == is_elsewhere

    def test_reasons_are_kept(self) -> None:
        """Whatever they hold, they are text."""
        (first, _) = policies(hostile())
        told = first["metadata"]["annotations"]["avi-portspec/rules"]
        assert to_ascii(HOSTILE) in told
        assert told.startswith("controller-to-controller-tcp-ipv4, ingress: ")

    def test_a_site_without_the_product_has_no_policy(self) -> None:
        """What is left is the comment."""
        text = render(
            attrs.evolve(
                rules_for(),
                rules=(),
                inventory=attrs.evolve(rules_for().inventory, addresses={}),
            ),
            "kubernetes",
        )
        assert all(line.startswith("#") for line in text.splitlines())
