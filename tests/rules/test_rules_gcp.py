"""Google Cloud's firewall rules, parsed by its own client library."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any

import attrs
import pytest
from cloud_sites import (
    between_strangers,
    everyone,
    hostile,
    many,
    own_flow,
    rules_for,
    validator,
)
from rules_examples import whole_lines
from test_rules_peers import OBJECTS, toml

from avi_portspec.errors import CannotExpressError
from avi_portspec.rules.platforms import render
from avi_portspec.rules.ruleset import RuleSet

#: Arguments of google_compute_firewall, and the fields of the REST resource
#: that the provider makes of them.
FIELDS = {
    "name": "name",
    "network": "network",
    "description": "description",
    "direction": "direction",
    "priority": "priority",
    "source_ranges": "sourceRanges",
    "destination_ranges": "destinationRanges",
    "source_tags": "sourceTags",
    "source_service_accounts": "sourceServiceAccounts",
    "allow": "allowed",
    "deny": "denied",
}


def terraform(rules: RuleSet) -> Any:
    """Return the Terraform configuration, read."""
    return json.loads(render(rules, "gcp-terraform"))


def resources(rules: RuleSet) -> list[dict[str, Any]]:
    """Return the firewall rules, by the provider's arguments."""
    found = terraform(rules)["resource"]["google_compute_firewall"]
    assert [each["name"] for each in found.values()] == list(found)
    return list(found.values())


def parsed(rule: dict[str, Any]) -> Any:
    """Return a rule as Google's client library reads it, strictly."""
    body = {FIELDS[key]: value for key, value in rule.items() if key != "//"}
    for kind in ("allowed", "denied"):
        if kind in body:
            body[kind] = [
                {
                    {"protocol": "IPProtocol", "ports": "ports"}[key]: value
                    for key, value in each.items()
                }
                for each in body[kind]
            ]
    firewall = validator("google.cloud.compute_v1").Firewall
    return firewall.from_json(json.dumps(body), ignore_unknown_fields=False)


class TestTheRules:
    """The firewall rules."""

    def test_google_reads_them(self) -> None:
        """Every field is one that its client library knows."""
        for rules in (
            rules_for(),
            hostile(),
            everyone(),
            rules_for(toml(OBJECTS["gcp"])),
            rules_for(overlay=own_flow("[63, 73, 97]")),
            rules_for(overlay=own_flow('["esp", "ah", "gre"]')),
        ):
            for resource in resources(rules):
                made = parsed(resource)
                assert re.fullmatch("[a-z]([-a-z0-9]{0,62})", made.name)
                assert made.name[-1] != "-"
                assert len(made.description) <= 2048
                assert 0 <= made.priority <= 65535
                for network in (*made.source_ranges, *made.destination_ranges):
                    ip_network(network)

    def test_google_would_find_a_fault(self) -> None:
        """A field that it does not know, or a value of another type."""
        rule = resources(rules_for())[0]
        broken: list[dict[str, Any]] = [
            {**rule, "priority": "high"},
            {**rule, "source_ranges": {"a": 1}},
        ]
        for each in broken:
            with pytest.raises(validator("google.protobuf.json_format").Error):
                parsed(each)

    def test_rules_name_both_sides(self) -> None:
        """At the listener's network and at the initiator's."""
        rules = rules_for(overlay=own_flow("[97]"))
        allowed = [
            (
                made.direction,
                tuple(made.source_ranges),
                tuple(made.destination_ranges),
                made.allowed[0].I_p_protocol,
                tuple(made.allowed[0].ports),
            )
            for made in map(parsed, resources(rules))
            if made.allowed
        ]
        assert allowed == list(_wanted(rules))

    def test_an_allowed_protocol_with_ports_names_them(self) -> None:
        """Without a list, all ports would be open."""
        for resource in resources(rules_for()):
            for allowed in resource.get("allow", ()):
                assert allowed["ports"]

    def test_the_rest_is_closed(self) -> None:
        """Whatever leaves is allowed by default, in both families."""
        for rules in (rules_for(), attrs.evolve(rules_for(), rules=())):
            closing = [
                resource for resource in resources(rules) if "deny" in resource
            ]
            assert {
                (each["direction"], *each["source_ranges"][-1:])
                for each in closing
            } == {
                ("INGRESS", "0.0.0.0/0"),
                ("EGRESS", "10.20.0.0/24"),
                ("INGRESS", "::/0"),
                ("EGRESS", "2001:db8:2::/64"),
            }
            for each in closing:
                assert each["deny"] == [{"protocol": "all"}]
                assert 1000 < each["priority"] < 65534

    def test_the_cluster_ip_is_closed_too(self) -> None:
        """It is the product's own address, whether or not flows go there."""
        rules = rules_for(
            'cluster-ip = "10.10.1.10"\n'
            'controller = ["10.10.1.11"]\nservice-engine = ["10.20.0.0/24"]\n'
            'external-network-services = ["192.0.2.0/24"]\n'
            'aws = ["198.51.100.0/24"]\ndns-server = ["10.0.0.53"]\n'
        )
        (ingress,) = (
            resource
            for resource in resources(rules)
            if "deny" in resource and resource["direction"] == "INGRESS"
        )
        assert ingress["destination_ranges"] == [
            "10.10.1.10/31",
            "10.20.0.0/24",
        ]

    @pytest.mark.parametrize(
        ("flow", "reason"),
        [
            (own_flow("[0]"), "all protocols"),
            (own_flow('["sctp"]', "[5000]"), "cannot match ports of SCTP"),
            (own_flow('["dccp"]', "[5000]"), "cannot match ports of DCCP"),
        ],
    )
    def test_other_protocols_are_refused(self, flow: str, reason: str) -> None:
        """Their ports would all be open."""
        with pytest.raises(CannotExpressError, match=reason) as caught:
            terraform(rules_for(overlay=flow))
        assert caught.value.flows == ("probe",)

    def test_icmp_is_refused(self) -> None:
        """All messages would be let through, not echo requests alone."""
        with pytest.raises(
            CannotExpressError, match="single messages"
        ) as caught:
            terraform(rules_for(optional=True))
        assert caught.value.flows == ("controller-to-gateway-echo",)

    def test_rules_stand_at_the_product(self) -> None:
        """No rule is made for machines that are somebody else's."""
        with pytest.raises(CannotExpressError, match="dns-server nor aws"):
            terraform(between_strangers())

    def test_a_rule_has_a_limit_of_ranges(self) -> None:
        """Of each side, and of what closes the rest."""
        rules = rules_for()
        assert terraform(many(rules, "dns-server", 5000))
        with pytest.raises(CannotExpressError, match="5000 ranges") as caught:
            terraform(many(rules, "dns-server", 5001))
        assert caught.value.flows == ("controller-to-dns",)
        alone = attrs.evolve(rules, rules=())
        with pytest.raises(CannotExpressError, match="5000 ranges"):
            terraform(many(alone, "service-engine", 5001))

    def test_long_names_are_cut_apart(self) -> None:
        """Names have 63 characters, and ids as many as they like."""
        overlay = own_flow('["tcp"]', "[5000]", source="s" * 80)
        end = f'id = "{"s" * 80}"\nname = "Long"\nkind = "client"\n'
        rules = rules_for(
            f'{"s" * 80} = ["203.0.113.1", "2001:db8:9::1"]\n' + ADDRESSES,
            overlay=f"{overlay}[[endpoints]]\n{end}",
        )
        names = [resource["name"] for resource in resources(rules)]
        long = [name for name in names if "sss" in name]
        assert len(set(long)) == 2
        assert {len(each) for each in long} == {63}

    def test_texts_are_not_evaluated(self) -> None:
        """Terraform would read a file in the middle of a reason."""
        text = render(hostile(), "gcp-terraform")
        assert "$ {file" in text
        assert not re.search(r"\$\{(?!var\.)", text)
        assert "%{" not in text

    def test_the_top_says_what_it_is(self) -> None:
        """Edition, digest, deployment, what is left out, and what closes."""
        rules = rules_for()
        *header, product, others = whole_lines(terraform(rules)["//"])
        assert header == list(rules.header())
        assert "is dropped unless a rule here allows it" in product
        assert others == "All other traffic is left to your other rules."
        assert next(iter(terraform(rules))) == "//"


ADDRESSES = """
controller = ["10.10.1.11", "2001:db8:1::/64"]
service-engine = ["10.20.0.0/24"]
external-network-services = ["192.0.2.0/24"]
aws = ["198.51.100.0/24"]
dns-server = ["10.0.0.53"]
"""


def _wanted(rules: RuleSet) -> Iterator[tuple[Any, ...]]:
    """Yield what the rules ask for, as Google has it."""
    own = {"controller", "service-engine"}
    for rule in rules.rules:
        for direction, side in (
            ("INGRESS", rule.destination),
            ("EGRESS", rule.source),
        ):
            if side in own:
                yield (
                    direction,
                    tuple(map(str, rule.sources)),
                    tuple(map(str, rule.destinations)),
                    rule.protocol.name or str(rule.protocol.number),
                    tuple(map(str, rule.ports)),
                )
