"""OpenStack security groups, against Heat's own property schemas."""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

import attrs
import pytest
import yaml
from cloud_sites import (
    BOTH,
    HOSTILE,
    between_strangers,
    everyone,
    hostile,
    own_flow,
    rules_for,
    validator,
)
from rules_examples import unwrap

from avi_portspec.errors import CannotExpressError
from avi_portspec.rules.comments import to_ascii
from avi_portspec.rules.platforms import render
from avi_portspec.rules.ruleset import RuleSet

GROUP = "OS::Neutron::SecurityGroup"
RULE = "OS::Neutron::SecurityGroupRule"
NEUTRON = "heat.engine.resources.openstack.neutron"


def template(rules: RuleSet) -> Any:
    """Return the template, read."""
    return yaml.safe_load(render(rules, "openstack-heat"))


def resource_class(kind: str) -> Any:
    """Return Heat's class of a resource."""
    if kind == GROUP:
        return validator(f"{NEUTRON}.security_group").SecurityGroup
    return validator(f"{NEUTRON}.security_group_rule").SecurityGroupRule


@cache
def schema(kind: str) -> dict[str, Any]:
    """Return Heat's schema of a resource's properties.

    Whether a group exists is for a cloud to say, so that one question is
    left out.
    """
    found = {}
    for name, each in resource_class(kind).properties_schema.items():
        found[name] = copy.copy(each)
        found[name].constraints = [
            constraint
            for constraint in each.constraints
            if getattr(constraint, "name", None) != "neutron.security_group"
        ]
    return found


def check(resource: Any) -> None:
    """Have Heat check a resource, with names in place of references."""
    values = {
        name: value.get("get_resource") if isinstance(value, dict) else value
        for name, value in resource["properties"].items()
    }
    properties = validator("heat.engine.properties").Properties
    properties(schema(resource["type"]), values).validate()


def rules_in(document: Any) -> list[dict[str, Any]]:
    """Return the properties of each rule that is a resource."""
    return [
        resource["properties"]
        for resource in document["resources"].values()
        if resource["type"] == RULE
    ]


# Heat's plugins warn about one another while they are loaded.
@pytest.mark.filterwarnings("ignore")
class TestHeat:
    """What Heat makes of the template."""

    def test_heat_takes_every_resource(self) -> None:
        """With any protocol, port and text."""
        for rules in (
            rules_for(optional=True),
            hostile(),
            everyone(),
            rules_for(overlay=own_flow("[63, 73, 97]")),
            rules_for(overlay=own_flow('["gre", "esp", "ah"]')),
            rules_for(
                overlay=own_flow(
                    '["sctp", "dccp", "udplite"]',
                    "[1, {low = 60000, high = 65535}]",
                )
            ),
        ):
            document = template(rules)
            assert {"heat_template_version", "resources"} <= set(document)
            for resource in document["resources"].values():
                check(resource)

    @pytest.mark.parametrize(
        "fault",
        [
            {"protocol": "tpc"},
            {"port_range_max": 65536},
            {"remote_ip_prefix": "10.0.0.0/33"},
            {"direction": "both"},
            {"dport": 1},
        ],
        ids=str,
    )
    def test_heat_would_find_a_fault(self, fault: dict[str, Any]) -> None:
        """Of any property."""
        document = template(rules_for())
        (*_, last) = document["resources"].values()
        check(last)
        last["properties"] |= fault
        error = validator("heat.common.exception").StackValidationFailed
        with pytest.raises(error):
            check(last)

    def test_heat_takes_neutrons_own_rules_away(self) -> None:
        """A new group lets everything out, until it has an egress rule."""
        document = template(attrs.evolve(rules_for(), rules=()))
        for resource in document["resources"].values():
            neutron = _Neutron()
            made = resource_class(resource["type"])
            group = object.__new__(made)
            group.resource_id = "new"
            group.client = lambda neutron=neutron: neutron
            group.client_plugin = lambda neutron=neutron: neutron
            group._create_rules(
                [
                    {"remote_mode": "remote_ip_prefix", **rule}
                    for rule in resource["properties"]["rules"]
                ]
            )
            assert [
                (rule["direction"], rule["remote_ip_prefix"])
                for rule in neutron.rules
            ] == [("egress", "127.0.0.1/32")]


class _Neutron:
    """Neutron, as far as a new group is concerned."""

    def __init__(self) -> None:
        self.rules: list[dict[str, Any]] = [
            {"id": family, "direction": "egress", "ethertype": family}
            for family in ("IPv4", "IPv6")
        ]

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        pass

    @property
    def ignore_not_found(self) -> _Neutron:
        return self

    def show_security_group(self, _: str) -> Any:
        return {"security_group": {"security_group_rules": [*self.rules]}}

    def delete_security_group_rule(self, name: str) -> None:
        self.rules = [r for r in self.rules if r.get("id") != name]

    def create_security_group_rule(self, body: Any) -> Any:
        made = body.get("security_group_rules")
        self.rules += made or [body["security_group_rule"]]
        return {"security_group_rule": {"id": "made"}}


class TestTheTemplate:
    """The template."""

    def test_it_says_what_the_rules_say(self) -> None:
        """Groups where both sides are ours, for one family, else networks."""
        rules = rules_for(optional=True)
        own = {"controller", "service-engine"}
        expected = set()
        for rule in rules.rules:
            ranges = [(p.low, p.high) for p in rule.ports] or [(8, None)]
            for here, there, networks, direction in (
                (rule.destination, rule.source, rule.sources, "ingress"),
                (rule.source, rule.destination, rule.destinations, "egress"),
            ):
                peers = [f"{there}-group"]
                if there not in own:
                    peers = [*map(str, networks)]
                expected |= {
                    (
                        f"{here}-group",
                        direction,
                        f"IPv{rule.family}",
                        rule.protocol.name,
                        *ends,
                        peer,
                    )
                    for ends in ranges
                    for peer in peers
                    if here in own
                }
        found = [
            (
                each["security_group"]["get_resource"],
                each["direction"],
                each["ethertype"],
                each["protocol"],
                each["port_range_min"],
                each.get("port_range_max"),
                each.get("remote_ip_prefix")
                or each["remote_group"]["get_resource"],
            )
            for each in rules_in(template(rules))
        ]
        assert set(found) == expected
        assert len(found) == len(expected)

    def test_no_rule_is_without_a_peer_or_a_protocol(self) -> None:
        """Neutron takes what is missing for anything."""
        for rules in (
            rules_for(optional=True),
            rules_for(overlay=own_flow("[97]")),
        ):
            for each in rules_in(template(rules)):
                assert each["protocol"]
                assert ("remote_ip_prefix" in each) != ("remote_group" in each)
                if each["protocol"] in {"tcp", "udp"}:
                    assert each["port_range_min"] <= each["port_range_max"]

    def test_references_lead_to_groups(self) -> None:
        """Every one of them to a group in the template."""
        document = template(rules_for())
        groups = {
            name
            for name, each in document["resources"].items()
            if each["type"] == GROUP
        }
        assert groups == {"controller-group", "service-engine-group"}
        for each in rules_in(document):
            assert each["security_group"]["get_resource"] in groups
        for output in document["outputs"].values():
            assert output["value"]["get_resource"] in groups

    def test_the_rules_of_a_group_never_change(self) -> None:
        """When they do, Heat removes all rules that are not among them."""
        several = (rules_for(), rules_for(BOTH + 'ntp-server = ["10.0.0.9"]'))
        groups = [
            [
                resource
                for resource in template(rules)["resources"].values()
                if resource["type"] == GROUP
            ]
            for rules in several
        ]
        assert groups[0] == groups[1]

    def test_protocol_0_is_refused(self) -> None:
        """It is a protocol, and all protocols to some."""
        with pytest.raises(CannotExpressError, match="all protocols"):
            template(rules_for(overlay=own_flow("[0]")))

    def test_rules_stand_at_the_product(self) -> None:
        """No group is made for machines that are somebody else's."""
        with pytest.raises(CannotExpressError, match="dns-server nor aws"):
            template(between_strangers())

    def test_the_top_says_what_it_is(self) -> None:
        """Edition, digest, what is left out, and that Caution: every."""
        rules = rules_for()
        text = unwrap(render(rules, "openstack-heat"))
        top = [line for line in text.splitlines() if line.startswith("#")]
        assert top[:-1] == [f"# {line}" for line in rules.header()]
        assert top[-1].startswith("# Caution: every")
        assert "cluster IP" not in top[-1]

    def test_the_top_names_the_cluster_ip(self) -> None:
        """A group has it too, whatever the inventory says of its flows."""
        addresses = '["10.10.1.10", "2001:db8:9::10"]'
        rules = rules_for(f"{BOTH}cluster-ip = {addresses}")
        text = unwrap(render(rules, "openstack-heat"))
        assert "so does the cluster IP (10.10.1.10, 2001:db8:9::10)" in text

    def test_hostile_text_stays_text(self) -> None:
        """Descriptions have at most 255 characters, whatever they are of."""
        found = [each["description"] for each in rules_in(template(hostile()))]
        assert any(to_ascii(HOSTILE)[:60] in each for each in found)
        assert all(len(each) <= 255 for each in found)

    def test_names_that_yaml_reads_otherwise_stay_names(self) -> None:
        """An endpoint may be called ``on`` or ``null``."""
        for name in ("on", "null", "y"):
            flow = own_flow('["tcp"]', "[5000]", source=name)
            end = f'[[endpoints]]\nid = "{name}"\nname = "Odd"\n'
            rules = rules_for(
                f'{name} = ["203.0.113.1"]\n{BOTH}',
                overlay=f'{flow}{end}kind = "component"\n',
            )
            document = template(rules)
            assert f"{name}-group" in document["resources"]
            assert (
                document["resources"][f"{name}-group"]["properties"]["name"]
                == name
            )
