"""Azure network security groups, against schemas of ours, and read back."""

from __future__ import annotations

import json
import re
from typing import Any

import attrs
import pytest
from cloud_sites import (
    against,
    between_strangers,
    everyone,
    hostile,
    many,
    own_flow,
    rules_for,
)
from rules_examples import unwrap, whole_lines

from avi_portspec.errors import CannotExpressError
from avi_portspec.rules.platforms import render
from avi_portspec.rules.ruleset import RuleSet

FORMATS = ("azure-arm", "azure-terraform")


def arm(rules: RuleSet) -> Any:
    """Return the template, read."""
    return json.loads(render(rules, "azure-arm"))


def terraform(rules: RuleSet) -> Any:
    """Return the Terraform configuration, read."""
    return json.loads(render(rules, "azure-terraform"))


def security_rules(document: Any) -> list[dict[str, Any]]:
    """Return the rules of either format, by the names of the template."""
    if "resources" in document:
        (group,) = document["resources"]
        return [
            {"name": rule["name"], **rule["properties"]}
            for rule in group["properties"]["securityRules"]
        ]
    (group,) = document["resource"]["azurerm_network_security_group"].values()
    return [
        {
            re.sub("_([a-z])", lambda m: m[1].upper(), key): value
            for key, value in each.items()
            if value is not None
        }
        for each in group["security_rule"]
    ]


class TestTheGroup:
    """What holds for the template and for Terraform."""

    def test_both_fit_the_reference(self) -> None:
        """Every property is one that Azure has, within its limits."""
        for rules in (
            rules_for(),
            hostile(),
            everyone(),
            rules_for(
                overlay=own_flow(
                    '["tcp", "udp"]', "[1, {low = 60000, high = 65535}]"
                )
            ),
            rules_for(overlay=own_flow('["esp", "ah"]')),
        ):
            assert against("azure-arm", arm(rules)) == []
            assert against("terraform-azure", terraform(rules)) == []

    def test_the_schemas_find_faults(self) -> None:
        """A priority, a port or a family that is out of its place."""
        document = arm(rules_for())
        rules = document["resources"][0]["properties"]["securityRules"]
        rules[0]["properties"]["priority"] = 99
        rules[1]["properties"]["destinationPortRanges"] = ["65536"]
        rules[2]["properties"]["sourceAddressPrefixes"].append("10.0.0.0/8")
        rules[3]["properties"]["protocol"] = "Sctp"
        assert len(against("azure-arm", document)) == 4
        other = terraform(rules_for())
        group = other["resource"]["azurerm_network_security_group"]["avi"]
        # What a rule does not have is null: none may be missing.
        del group["security_rule"][0]["source_port_ranges"]
        assert len(against("terraform-azure", other)) == 1

    def test_both_say_the_same(self) -> None:
        """Rule for rule, in the same order."""
        rules = rules_for()
        assert security_rules(arm(rules)) == security_rules(terraform(rules))

    def test_rules_name_both_sides(self) -> None:
        """So one group can serve all parts of the product."""
        found = security_rules(arm(rules_for()))
        allowed = [each for each in found if each["access"] == "Allow"]
        rules = rules_for()
        for direction in ("Inbound", "Outbound"):
            own = "destination" if direction == "Inbound" else "source"
            assert [
                (
                    each["sourceAddressPrefixes"],
                    each["destinationAddressPrefixes"],
                    each["protocol"],
                    each["destinationPortRanges"],
                )
                for each in allowed
                if each["direction"] == direction
            ] == [
                (
                    [*map(str, rule.sources)],
                    [*map(str, rule.destinations)],
                    str(rule.protocol).capitalize(),
                    [*map(str, rule.ports)],
                )
                for rule in rules.rules
                if getattr(rule, own) in {"controller", "service-engine"}
            ]

    def test_everyone_is_of_one_family(self) -> None:
        """Azure's own rules have 0.0.0.0/0 for all addresses of both."""
        found = {
            tuple(rule["sourceAddressPrefixes"])
            for rule in security_rules(arm(everyone()))
            if rule["name"].startswith("external")
        }
        assert found == {
            ("0.0.0.0/1", "128.0.0.0/1"),
            ("::/1", "8000::/1"),
        }

    def test_what_azure_opens_is_closed(self) -> None:
        """Its own rules come at 65000: all of the network, all that leaves."""
        for rules in (rules_for(), attrs.evolve(rules_for(), rules=())):
            closing = [
                rule
                for rule in security_rules(arm(rules))
                if rule["access"] == "Deny"
            ]
            assert [each["direction"] for each in closing] == [
                "Inbound",
                "Outbound",
            ]
            for each in closing:
                assert each["priority"] == 4096
                assert each["protocol"] == "*"
                for side in ("source", "destination"):
                    assert each[f"{side}AddressPrefix"] == "*"
                    assert each[f"{side}PortRange"] == "*"

    def test_terraform_changes_one_thing(self) -> None:
        """Rules with an own life would clash when one more moves them."""
        flow = own_flow('["tcp"]', "[7]")
        for rules in (rules_for(), rules_for(overlay=flow)):
            resources = terraform(rules)["resource"]
            assert resources.keys() == {"azurerm_network_security_group"}
            assert len(resources["azurerm_network_security_group"]) == 1

    def test_terraform_has_the_reasons(self) -> None:
        """Uncut, above the rules, of which they are no attribute."""
        (group,) = terraform(rules_for())["resource"][
            "azurerm_network_security_group"
        ].values()
        assert [*group["//"]] == [r["name"] for r in group["security_rule"]]
        (rule, *_) = rules_for().rules
        reasons = whole_lines(group["//"][f"{rule.id}-ingress"])
        assert reasons == [*rule.purposes]

    def test_no_two_rules_have_one_priority(self) -> None:
        """Nor one name; allowing comes before closing."""
        found = security_rules(arm(rules_for()))
        order = [(each["direction"], each["priority"]) for each in found]
        assert len(set(order)) == len(order)
        assert len({each["name"].casefold() for each in found}) == len(found)
        assert min(at for _, at in order) == 100

    @pytest.mark.parametrize("platform", FORMATS)
    @pytest.mark.parametrize(
        ("flow", "reason"),
        [
            (own_flow("[63]"), "no name for IP protocol 63"),
            (own_flow("[73]"), "no name for IP protocol 73"),
            (own_flow("[97]"), "no name for IP protocol 97"),
            (own_flow('["gre"]'), "no name for GRE"),
            (own_flow("[0]"), "all protocols"),
            (own_flow('["sctp"]', "[5000]"), "cannot match ports of SCTP"),
        ],
    )
    def test_other_protocols_are_refused(
        self, platform: str, flow: str, reason: str
    ) -> None:
        """Azure has one word for all of them together."""
        with pytest.raises(CannotExpressError, match=reason) as caught:
            render(rules_for(overlay=flow), platform)
        assert caught.value.flows == ("probe",)

    @pytest.mark.parametrize("platform", FORMATS)
    def test_icmp_is_refused(self, platform: str) -> None:
        """Azure would let through all messages, not echo requests alone."""
        with pytest.raises(
            CannotExpressError, match="single messages"
        ) as caught:
            render(rules_for(optional=True), platform)
        assert caught.value.flows == ("controller-to-gateway-echo",)

    @pytest.mark.parametrize("platform", FORMATS)
    def test_rules_stand_at_the_product(self, platform: str) -> None:
        """No group is made for machines that are somebody else's."""
        with pytest.raises(CannotExpressError, match="dns-server nor aws"):
            render(between_strangers(), platform)

    @pytest.mark.parametrize(
        ("role", "side"),
        [("dns-server", "destinations"), ("service-engine", "sources")],
    )
    def test_a_group_has_a_limit_of_addresses(
        self, role: str, side: str
    ) -> None:
        """It is counted over all rules, for each side."""
        with pytest.raises(CannotExpressError, match=f"4000 {side}"):
            arm(many(rules_for(), role, 4000))

    def test_a_group_has_a_limit_of_rules(self) -> None:
        """A thousand, with those that close the rest."""
        rules = rules_for()
        alone = attrs.evolve(rules, rules=rules.rules[-1:])
        assert len(security_rules(arm(alone))) == 3
        several = attrs.evolve(rules, rules=rules.rules[-1:] * 998)
        assert len(security_rules(arm(several))) == 1000
        more = attrs.evolve(rules, rules=rules.rules[-1:] * 999)
        with pytest.raises(CannotExpressError, match="1000 rules"):
            arm(more)

    @pytest.mark.parametrize("platform", FORMATS)
    def test_the_top_says_what_it_is(self, platform: str) -> None:
        """Edition, digest, deployment, and what is left out."""
        rules = rules_for()
        text = unwrap(render(rules, platform))
        assert "The last two rules deny all other traffic" in text
        for line in rules.header():
            assert json.dumps(line)[1:-1] in text[: text.index("priority")]

    def test_texts_are_not_evaluated(self) -> None:
        """Neither by Resource Manager nor by Terraform."""
        for string in _strings(arm(hostile())):
            assert not string.startswith("[") or string in {
                "[parameters('name')]",
                "[parameters('location')]",
                "[resourceGroup().location]",
            }
        text = render(hostile(), "azure-terraform")
        assert "$ {file" in text
        assert not re.search(r"\$\{(?!azurerm_|var\.)", text)
        assert "%{" not in text

    def test_short_descriptions_keep_the_flows(self) -> None:
        """Their ids stay where the reasons have no room."""
        (found, _) = (
            rule["description"]
            for rule in security_rules(arm(rules_for()))
            if rule["name"].startswith("service-engine-to-controller-tcp-ipv4")
        )
        assert found == (
            "service-engine-to-controller-ssh, "
            "service-engine-to-controller-portal"
        )


def _strings(value: Any) -> list[str]:
    """Return all strings in a document, its keys apart."""
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value
    if not isinstance(value, (dict, list)):
        return []
    return [text for each in inner for text in _strings(each)]
