"""Terraform: plans, states, and modules in HCL."""

from __future__ import annotations

import json
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from reader_views import faults, read_json, read_text, rules, unread

from avi_portspec import InvalidDataError
from avi_portspec.audit.inputs import hcl, hcl_child
from avi_portspec.audit.model import Existing, Group, Unknown
from avi_portspec.audit.readers import readers
from avi_portspec.errors import MissingExtraError

needs_terraform = pytest.mark.skipif(
    find_spec("tfparse") is None or find_spec("hcl2") is None,
    reason="tfparse or python-hcl2 is absent: pip install --group platforms",
)


def resource(
    address: str, values: dict[str, Any], **more: Any
) -> dict[str, Any]:
    """Return a resource of a plan."""
    kind, _, name = address.rpartition("module.")[2].rpartition(".")
    kind = kind.rpartition(".")[2] or kind
    return {"address": address, "mode": "managed", "type": kind,
            "name": name, "values": values, **more}  # fmt: skip


def plan(
    *resources: dict[str, Any],
    unknown: dict[str, Any] | None = None,
    configuration: Any = None,
    **more: Any,
) -> dict[str, Any]:
    """Return a plan of some resources."""
    return {
        "format_version": "1.2",
        "terraform_version": "1.9.0",
        "planned_values": {"root_module": {"resources": [*resources]}},
        "resource_changes": [
            {"address": address, "change": {"after_unknown": mask}}
            for address, mask in (unknown or {}).items()
        ],
        "configuration": configuration,
        **more,
    }


def group(name: str, **values: Any) -> dict[str, Any]:
    """Return a security group of AWS."""
    return resource(f"aws_security_group.{name}", {"name": name, **values})


def block(low: int, **more: Any) -> dict[str, Any]:
    """Return a rule inside a security group."""
    return {"from_port": low, "to_port": low, "protocol": "tcp",
            "cidr_blocks": [], "self": False, **more}  # fmt: skip


PATH = "/infra/domains/default/groups/"
#: Members of a group of NSX by address alone.
ADDRESSES = {"ipaddress_expression": [{"ip_addresses": ["10.0.0.1"]}],
             "path_expression": [], "condition": []}  # fmt: skip


def criteria(**more: Any) -> dict[str, Any]:
    """Return criteria of a group of NSX, as a state has them."""
    empty = ("condition", "ipaddress_expression", "path_expression")
    return {**{name: [] for name in empty}, **more}


def nsx_group(name: str, listed: list[Any], **more: Any) -> dict[str, Any]:
    """Return a group of NSX."""
    values = {"display_name": name, "path": f"{PATH}{name}",
              "criteria": listed, "conjunction": [],
              "extended_criteria": [], **more}  # fmt: skip
    return resource(f"nsxt_policy_group.{name}", values)


def nsx_service(name: str, **more: Any) -> dict[str, Any]:
    """Return a service of NSX."""
    values = {"display_name": name, "path": f"/infra/services/{name}", **more}
    return resource(f"nsxt_policy_service.{name}", values)


def nsx_rule(name: str, **more: Any) -> dict[str, Any]:
    """Return a rule of NSX, as a state has it."""
    return {"display_name": name, "action": "ALLOW", "direction": "IN_OUT",
            "disabled": False, "ip_version": "IPV4_IPV6", "source_groups": [],
            "destination_groups": [], "services": [], "service_entries": [],
            "scope": [], "profiles": [], "sources_excluded": False,
            "destinations_excluded": False, **more}  # fmt: skip


def nsx_policy(
    name: str, *listed: dict[str, Any], **more: Any
) -> dict[str, Any]:
    """Return a security policy of NSX."""
    values = {"display_name": name, "category": "Application", "scope": [],
              "sequence_number": 0, "stateful": True, "rule": [*listed],
              **more}  # fmt: skip
    return resource(f"nsxt_policy_security_policy.{name}", values)


class TestPlans:
    """What ``terraform show -json`` prints."""

    def test_rules_inside_a_group(self) -> None:
        """Every kind of party, and the group itself."""
        found = read_json(
            plan(
                group(
                    "a",
                    ingress=[
                        block(
                            22,
                            cidr_blocks=["0.0.0.0/0"],
                            ipv6_cidr_blocks=["fd00::/8"],
                            security_groups=["sg-1"],
                            prefix_list_ids=["pl-1"],
                            self=True,
                        )
                    ],
                    egress=[block(0, protocol="-1")],
                ),
                resource("aws_instance.x", {"user_data": "hunter2"}),
                resource("data.aws_security_group.d", {}, mode="data"),
            )
        )
        assert found.format == "terraform-plan"
        assert rules(found) == {
            "aws_security_group.a in": [
                (
                    "allow any4, fd00::/8, sg-1, list:pl-1, members > members "
                    "tcp/22"
                )
            ],
            "aws_security_group.a out": ["allow members > - any service"],
        }
        assert found.units == 2
        place = found.filters[0].rules[0].place
        assert str(place) == "file#aws_security_group.a.ingress.0"

    def test_rules_beside_a_group(self) -> None:
        """By its id, or by what the configuration refers to."""
        ids = {"security_group_id": True, "referenced_security_group_id": True}
        expressions = {
            "security_group_id": {"references": ["aws_security_group.a.id",
                                                 "aws_security_group.a"]},
            "referenced_security_group_id": {
                "references": ["aws_security_group.b[0].id"]},
        }  # fmt: skip
        rule = "aws_vpc_security_group_ingress_rule.r"
        egress = "aws_vpc_security_group_egress_rule.r"
        old = "aws_security_group_rule.r"
        found = read_json(
            plan(
                group("a", id="sg-a"),
                resource("aws_security_group.b[0]", {"name": "b"}),
                resource(rule, {"ip_protocol": "tcp", "from_port": 22,
                                "to_port": 22}),
                resource(egress, {"ip_protocol": "-1",
                                  "cidr_ipv4": "0.0.0.0/0",
                                  "security_group_id": "sg-a"}),
                resource(old, {"type": "ingress", "protocol": "udp",
                               "from_port": 123, "to_port": 123,
                               "security_group_id": "sg-far",
                               "prefix_list_id": "pl-1",
                               "source_security_group_id": "sg-a"}),
                unknown={rule: ids,
                         "aws_security_group.a": {"ingress": True,
                                                  "egress": True},
                         "aws_security_group.b[0]": {"ingress": True}},
                configuration={"root_module": {"resources": [
                    {"address": "x"},
                    {"address": rule, "expressions": expressions}]}},
            )
        )  # fmt: skip
        assert rules(found) == {
            "aws_security_group.a in": [
                "allow aws_security_group.b[0] > members tcp/22"
            ],
            "aws_security_group.a out": ["allow members > any4 any service"],
            "sg-far in": [("allow aws_security_group.a, list:pl-1 > members "
                          "udp/123")],
        }  # fmt: skip
        assert [(each.kind, each.text) for each in found.unread] == [
            ("set-aside", "aws_security_group.a.ingress"),
            ("set-aside", "aws_security_group.a.egress"),
            ("unknown", "aws_security_group.b[0].ingress"),
        ]
        assert found.unread[2].filters == ("aws_security_group.b[0] in",)

    def test_what_is_not_known_yet(self) -> None:
        """Whole arguments, items of lists, and blocks."""
        name = "aws_security_group.a"
        mask = {
            "ingress": [
                {"cidr_blocks": [False, True]},
                {"from_port": True},
                {"security_groups": True},
            ],
            "id": True,
        }
        found = read_json(
            plan(
                group(
                    "a",
                    ingress=[
                        block(22, cidr_blocks=["10.0.0.0/8", None]),
                        block(23, cidr_blocks=["10.0.0.0/8"]),
                        block(24),
                    ],
                ),
                unknown={name: mask},
            )
        )
        assert rules(found)["aws_security_group.a in"] == [
            (
                f"allow 10.0.0.0/8, ?{name}.ingress[0].cidr_blocks[1] > "
                "members tcp/22"
            ),
            f"allow 10.0.0.0/8 > members ?{name}.ingress[1].from_port",
            f"allow ?{name}.ingress[2].security_groups > members tcp/24",
        ]

    def test_rules_of_unknown_groups(self) -> None:
        """Whose side they are on, nobody knows."""
        rule = "aws_security_group_rule.r"
        found = read_json(
            plan(
                resource(rule, {"type": "ingress", "protocol": "-1"}),
                resource(f"module.q.{rule}", {}),
                resource("x", {}) | {"type": "aws_security_group_rule"},
                unknown={
                    each: {"security_group_id": True}
                    for each in (rule, f"module.q.{rule}", "x")
                },
            )
        )
        assert unread(found) == [
            f"unknown: {rule}.security_group_id",
            f"unknown: module.q.{rule}.security_group_id",
            "unknown: x.security_group_id",
        ]

    def test_secrets_are_never_shown(self) -> None:
        """Neither marked ones, nor any value that is wrong."""
        name = "aws_security_group.a"
        marked = group("a", ingress=[block(22, cidr_blocks=["10.9.9.9/32"])])
        marked["sensitive_values"] = {"ingress": [{"cidr_blocks": [True]}]}
        found = read_json(plan(marked))
        assert "10.9.9.9" not in repr(found)
        assert rules(found)[f"{name} in"] == [
            f"allow ?{name}.ingress[0].cidr_blocks[0] > members tcp/22"
        ]
        wrong = group("a", ingress=[block(22, protocol="hunter2")])
        with pytest.raises(InvalidDataError) as caught:
            read_json(plan(wrong))
        assert "hunter2" not in str(caught.value)
        assert faults(caught) == [
            (
                "/planned_values/root_module/resources/0/values/ingress/0/"
                "protocol: expected the name or number of a protocol, got a "
                "text"
            )
        ]

    def test_modules(self) -> None:
        """Variables of a module lead to its caller, outputs to the module."""
        rule = 'module.a["x"].module.b.aws_security_group_rule.r'
        values = {"type": "egress", "protocol": "-1"}
        child = {
            "address": 'module.a["x"].module.b',
            "resources": [resource(rule, values)],
        }
        groups = {"resources": [resource("module.g.aws_security_group.s", {})]}
        nested = {
            "resources": [
                {"address": "aws_security_group_rule.r", "expressions": {
                    "security_group_id": {"references": ["var.id"]},
                    "source_security_group_id": {
                        "references": ["each.value", "local.x"]},
                    "self": "x"}},
            ]
        }  # fmt: skip
        config = {
            "root_module": {
                "module_calls": {
                    "g": {"module": {"outputs": {"id": {"expression": {
                        "references": ["aws_security_group.s.id"]}}}}},
                    "a": {
                        "expressions": {"sg": {"references": ["module.g.id",
                                                              "module.g"]}},
                        "module": {"module_calls": {"b": {
                            "expressions": {"id": {"references": ["var.sg"]}},
                            "module": nested}}},
                    },
                }
            }
        }  # fmt: skip
        data = plan(
            unknown={rule: {"security_group_id": True, "self": True,
                            "source_security_group_id": True}},
            configuration=config,
        )  # fmt: skip
        data["planned_values"]["root_module"] = {
            "child_modules": [{"child_modules": [child]}, groups]
        }
        found = read_json(data)
        assert unread(found) == [f"unknown: {rule}.self"]
        del data["resource_changes"][0]["change"]["after_unknown"]["self"]
        assert rules(read_json(data)) == {
            "module.g.aws_security_group.s out": [
                f"allow members > ?{rule}.source_security_group_id any service"
            ]
        }

    @pytest.mark.parametrize(
        "references",
        [["var.x"], ["module.none.id"], ["module.m"], ["module.m.id"],
         ["aws_vpc.x"], ["aws_security_group.several.id"],
         ["aws_security_group.gone.id"], []],
    )  # fmt: skip
    def test_references_that_lead_nowhere(self, references: list[str]) -> None:
        """Then it is unknown, and never the wrong group."""
        rule = "aws_security_group_rule.r"
        # A module whose output refers to what calls it goes round for ever.
        calls = {"m": {
            "expressions": {"x": {"references": ["module.m.id"]}},
            "module": {"outputs": {"id": {"expression": {
                "references": ["var.x"]}}}}}}  # fmt: skip
        data = plan(
            resource("aws_security_group.several[0]", {}),
            resource("aws_security_group.several[1]", {}),
            resource(rule, {"type": "ingress", "protocol": "-1"}),
            unknown={rule: {"security_group_id": True}},
            configuration={"root_module": {
                "module_calls": calls, "resources": [
                {"address": rule, "expressions": {
                    "security_group_id": {"references": references}}}]}},
        )  # fmt: skip
        assert unread(read_json(data)) == [
            f"unknown: {rule}.security_group_id"
        ]

    def test_azure(self) -> None:
        """Rules inside and beside a group, by name and by reference."""
        fields = {
            "name": "ssh", "direction": "Inbound", "access": "Allow",
            "priority": 100, "protocol": "Tcp", "source_port_range": "*",
            "source_address_prefix": "*", "destination_address_prefix": "*",
            "destination_port_range": "22",
        }  # fmt: skip
        kind = "azurerm_network_security_group"
        rule = "azurerm_network_security_rule"
        owner = "network_security_group_name"
        found = read_json(
            plan(
                resource(f"{kind}.a", {"name": "nsg",
                                       "security_rule": [fields]}),
                resource(f"{kind}.b", {"name": None, "id": "/b"}),
                resource(f"{kind}.c", {"name": "c"}),
                resource(f"{rule}.r", {**fields, owner: "nsg",
                                       "priority": 90}),
                resource(f"{rule}.s", {**fields, owner: "/b"}),
                resource(f"{rule}.far", {**fields, owner: "elsewhere"}),
                resource(f"{rule}.u", fields),
                unknown={f"{rule}.u": {owner: True, "protocol": True},
                         f"{rule}.far": {"source_address_prefix": True},
                         f"{kind}.c": {"security_rule": True}},
            )
        )  # fmt: skip
        assert [line for line in rules(found)["nsg in"] if "22" in line] == [
            "allow any46 > any46 tcp/22"
        ] * 2
        assert rules(found)[f"{kind}.b in"][0] == "allow any46 > any46 tcp/22"
        assert rules(found)["elsewhere in"][0] == (
            f"allow ?{rule}.far.source_address_prefix > any46 tcp/22"
        )
        assert unread(found) == [
            f"unknown: {rule}.u.{owner}",
            f"unknown: {kind}.c.security_rule",
        ]

    def test_gcp_and_openstack(self) -> None:
        """Their fields, as Terraform spells them."""
        allow = [{"protocol": "tcp", "ports": ["22"]}]
        rule = "openstack_networking_secgroup_rule_v2"
        secgroup = "openstack_networking_secgroup_v2"
        fields = {
            "direction": "ingress",
            "ethertype": "IPv4",
            "security_group_id": "g1",
            "remote_group_id": "",
        }
        found = read_json(
            plan(
                resource("google_compute_firewall.a", {
                    "name": "a", "network": "x/avi", "allow": allow,
                    "source_tags": ["se"], "target_tags": ["ctl"]}),
                resource("google_compute_firewall.b", {
                    "network": None, "deny": allow, "disabled": True}),
                resource("google_compute_firewall.c", {"allow": allow}),
                resource(f"{secgroup}.g", {"id": "g1"}),
                resource(f"{secgroup}.h", {"delete_default_rules": True}),
                resource(f"{rule}.r", fields),
                resource(f"{rule}.s", {**fields, "remote_group_id": "g1"}),
                resource(f"{rule}.far", {**fields,
                                         "security_group_id": "g9"}),
                unknown={"google_compute_firewall.c": {"network": True}},
            )
        )  # fmt: skip
        assert rules(found) == {
            "avi in": ["allow tag:se > tag:ctl tcp/22"],
            "google_compute_firewall.c.network in": [
                "allow any4 > any46 tcp/22"
            ],
            f"{secgroup}.g in": [
                "allow any4 > members any service",
                f"allow {secgroup}.g/v4 > members any service",
            ],
            f"{secgroup}.g out": [
                "allow members > any4, any6 any service (default)"
            ],
            "g9 in": ["allow any4 > members any service"],
        }
        assert unread(found) == ["set-aside: google_compute_firewall.b"]

    def test_network_acls(self) -> None:
        """As AWS itself describes the same, in the order of the numbers."""
        acl = "aws_network_acl.a"
        inner = [
            {"rule_no": 200, "action": "allow", "protocol": "tcp",
             "cidr_block": "10.0.0.0/8", "ipv6_cidr_block": "",
             "from_port": 22, "to_port": 23, "icmp_type": 0, "icmp_code": 0},
            {"rule_no": 300, "action": "allow", "protocol": "icmp",
             "cidr_block": "10.0.0.0/8", "from_port": 0, "to_port": 0},
        ]  # fmt: skip
        outer = {"rule_no": 1, "action": "DENY", "protocol": "-1",
                 "ipv6_cidr_block": "::/0", "from_port": 0,
                 "to_port": 0}  # fmt: skip
        beside = {"network_acl_id": "acl-1", "rule_number": 100,
                  "rule_action": "deny", "protocol": "17",
                  "cidr_block": "10.9.0.0/16", "from_port": 123,
                  "to_port": 123}  # fmt: skip
        back = {**beside, "egress": True, "protocol": "58", "icmp_type": -1,
                "cidr_block": None, "ipv6_cidr_block": "::/0"}  # fmt: skip
        found = read_json(
            plan(
                resource(acl, {"id": "acl-1", "subnet_ids": ["subnet-1"],
                               "ingress": inner, "egress": [outer]}),
                resource("aws_network_acl_rule.b", beside),
                resource("aws_network_acl_rule.c", back),
                resource("aws_default_network_acl.d", {"ingress": []}),
            )
        )  # fmt: skip
        described = [
            (200, False, "allow", "6", "10.0.0.0/8", (22, 23), None),
            (300, False, "allow", "1", "10.0.0.0/8", None, (0, 0)),
            (1, True, "deny", "-1", "::/0", None, None),
            (100, False, "deny", "17", "10.9.0.0/16", (123, 123), None),
            (100, True, "deny", "58", "::/0", None, (-1, -1)),
        ]
        entries = [
            {"RuleNumber": number, "Egress": egress, "RuleAction": action,
             "Protocol": protocol,
             "Ipv6CidrBlock" if ":" in cidr else "CidrBlock": cidr,
             "PortRange": ports and {"From": ports[0], "To": ports[1]},
             "IcmpTypeCode": message and {"Type": message[0],
                                          "Code": message[1]}}
            for number, egress, action, protocol, cidr, ports, message
            in described
        ]  # fmt: skip
        expected = read_json(
            {"NetworkAcls": [
                {"NetworkAclId": acl, "Entries": entries,
                 "Associations": [{"SubnetId": "subnet-1"}]},
                {"NetworkAclId": "aws_default_network_acl.d"},
            ]}
        )  # fmt: skip
        assert rules(found) == rules(expected)
        assert rules(found)[f"{acl} in"] == [
            "deny 10.9.0.0/16 > members udp/123",
            "allow 10.0.0.0/8 > members tcp/22-23",
            "allow 10.0.0.0/8 > members icmp type 0 code 0",
        ]
        for one, other in zip(found.filters, expected.filters, strict=True):
            assert (one.id, one.attached_to) == (other.id, other.attached_to)
            assert one.last_resort == other.last_resort
            assert not one.is_stateful
        assert found.units == found.read == 5

    def test_network_acls_that_are_not_known(self) -> None:
        """A rule of one that stands elsewhere, and what a plan leaves open."""
        rule = {"rule_number": 1, "rule_action": "allow", "protocol": "tcp",
                "cidr_block": "10.0.0.0/8", "from_port": 1,
                "to_port": 2}  # fmt: skip
        number = {**rule, "network_acl_id": "acl-1", "rule_number": None}
        elsewhere = {**rule, "network_acl_id": "acl-9"}
        x, y = "aws_network_acl_rule.x", "aws_network_acl_rule.y"
        found = read_json(
            plan(
                resource(x, elsewhere),
                resource(y, rule),
                unknown={y: {"network_acl_id": True}},
            )
        )
        assert [(e.text, e.is_apart) for e in found.unread] == [
            ("aws_network_acl_rule.y", True),
            ("aws_network_acl_rule.x", True),
        ]
        assert "describe-network-acls" in found.unread[1].why
        found = read_json(
            plan(
                resource("aws_network_acl.a", {"id": "acl-1", "ingress": []}),
                resource(x, number),
                resource(y, rule),
                unknown={
                    x: {"rule_number": True},
                    y: {"network_acl_id": True},
                    "aws_network_acl.a": {"egress": True, "subnet_ids": True},
                },
            )
        )
        ids = tuple(f"aws_network_acl.a {way}" for way in ("in", "out"))
        assert {e.text: e.filters for e in found.unread} == {
            "aws_network_acl_rule.y": ids,
            "aws_network_acl_rule.x.rule_number": ids[:1],
            "aws_network_acl.a.egress": ids[1:],
        }
        assert {f.attached_to for f in found.filters} == {
            (Group("aws_network_acl.a"),)
        }

    def test_kinds_that_are_not_read(self) -> None:
        """They are about traffic, so they are not passed over."""
        for kind, instead in (
            ("openstack_compute_secgroup_v2", "openstack security group rule"),
            ("nsxt_firewall_section", "GET /policy/api/v1/infra of NSX"),
            ("nsxt_policy_gateway_policy", "GET /policy/api/v1/infra of NSX"),
        ):
            found = read_json(plan(resource(f"{kind}.a", {})))
            (left,) = found.unread
            assert (left.kind, left.text) == ("unknown", f"{kind}.a")
            assert f"not read from Terraform; audit {instead}" in left.why

    def test_rules_of_kinds_that_are_not_read(self) -> None:
        """They are counted, so that nobody takes them for one."""
        section = {"display_name": "p", "rule": [{"action": "ALLOW"}] * 3}
        lists = {"ingress": [{}], "egress": {}, "tags": {}, "rules_text": "x"}
        found = read_json(
            plan(
                resource("nsxt_firewall_section.a", section),
                resource("oci_core_security_list.b", lists),
            )
        )
        assert found.units == 2
        assert unread(found) == [
            "unknown: nsxt_firewall_section.a (3 rules in it)",
            "unknown: oci_core_security_list.b (2 rules in it)",
        ]

    def test_nothing_is_no_rule(self) -> None:
        """Of a list of rules, each is one."""
        with pytest.raises(InvalidDataError) as caught:
            read_json(plan(group("a", ingress=[None])))
        assert faults(caught)[0].endswith("expected a rule, got nothing")

    def test_rules_of_nsx(self) -> None:
        """Groups go by their addresses in Terraform, or by what is in them."""
        tcp = {"protocol": "TCP", "destination_ports": ["22", "8443"],
               "source_ports": [], "display_name": ""}  # fmt: skip
        found = read_json(
            plan(
                nsx_group("se", [criteria(condition=[{"key": "Tag"}])]),
                nsx_group("ctl", [
                    criteria(ipaddress_expression=[
                        {"ip_addresses": ["10.0.1.0/24"]}]),
                    criteria(ipaddress_expression=[
                        {"ip_addresses": ["10.0.2.1"]}])],
                    conjunction=[{"operator": "OR"}]),
                nsx_service("web", l4_port_set_entry=[tcp], icmp_entry=[],
                            tag=[{"scope": "a"}]),
                nsx_policy("p", nsx_rule("one", source_groups=[f"{PATH}se"],
                                         destination_groups=[f"{PATH}ctl"],
                                         services=["/infra/services/web"]),
                           nsx_rule("two", action="DROP", direction="IN",
                                    ip_version="IPV4"),
                           nsx_rule("off", disabled=True)),
            )
        )  # fmt: skip
        way = "nsxt_policy_group.se > 10.0.1.0/24+10.0.2.1/32"
        assert rules(found) == {
            "distributed firewall in": [
                f"allow {way} tcp/22, tcp/8443",
                "deny any4 > any4 any service",
            ],
            "distributed firewall out": [f"allow {way} tcp/22, tcp/8443"],
        }
        assert unread(found) == ["set-aside: off"]
        assert (found.units, found.read) == (3, 2)
        place = found.filters[0].rules[0].place
        assert place.pointer == "nsxt_policy_security_policy.p.rule.0"
        assert found.filters[0].last_resort.action == "allow"
        assert found.filters[0].assumes == ("as if NSX had no other policies",)

    @pytest.mark.parametrize(
        ("expression", "more"),
        [
            ([], {}),
            ([{"ipaddress_expression": [], "path_expression": [{}]}], {}),
            ([ADDRESSES, ADDRESSES], {"conjunction": [{"operator": "AND"}]}),
            ([ADDRESSES], {"extended_criteria": [{"identity_group": [{}]}]}),
            ([{**ADDRESSES, "condition": [{"key": "Tag"}]}], {}),
        ],
    )
    def test_groups_of_nsx_that_have_more_than_addresses(
        self, expression: list[Any], more: dict[str, Any]
    ) -> None:
        """Who is in them, somebody has to say."""
        one = nsx_rule("r", source_groups=[f"{PATH}x"])
        found = read_json(
            plan(nsx_group("x", expression, **more), nsx_policy("p", one))
        )
        assert found.filters[0].rules[0].sources == (
            Group("nsxt_policy_group.x"),
        )

    @pytest.mark.parametrize(
        ("blocks", "expected"),
        [
            ({"l4_port_set_entry": [{"protocol": "UDP", "source_ports": [],
                                     "destination_ports": ["123"]}]},
             "udp/123"),
            ({"l4_port_set_entry": [{"protocol": "TCP", "source_ports": ["9"],
                                     "destination_ports": ["1-2"]}]},
             "tcp/1-2 from tcp/9"),
            ({"icmp_entry": [{"protocol": "ICMPv4", "icmp_type": "8",
                              "icmp_code": ""}]}, "icmp type 8"),
            ({"icmp_entry": [{"protocol": "ICMPv6", "icmp_type": "",
                              "icmp_code": ""}]}, "icmpv6"),
            ({"ip_protocol_entry": [{"protocol": 97}]}, "IP protocol 97"),
            ({"igmp_entry": [{"display_name": ""}]}, "IP protocol 2"),
            ({"nested_service_entry": [
                {"nested_service_path": "/infra/services/web"}]}, "tcp/443"),
            ({"algorithm_entry": [{"algorithm": "FTP", "source_ports": [],
                                   "destination_port": "21"}]},
             ("tcp/21 assuming listed ports alone: NSX also opens those that "
              "FTP agrees on")),
            ({"ether_type_entry": [{"ether_type": 1}]}, "?"),
        ],
    )  # fmt: skip
    def test_services_of_nsx(
        self, blocks: dict[str, Any], expected: str
    ) -> None:
        """In a service, and in the rule itself."""
        tcp = {"protocol": "TCP", "destination_ports": ["443"]}
        found = read_json(
            plan(
                nsx_service("web", l4_port_set_entry=[tcp]),
                nsx_service("own", **blocks),
                nsx_policy(
                    "p",
                    nsx_rule("a", services=["/infra/services/own"]),
                    nsx_rule("b", service_entries=[blocks]),
                ),
            )
        )
        assert (
            rules(found)["distributed firewall in"]
            == [f"allow any46 > any46 {expected}"] * 2
        )

    def test_services_of_nsx_that_stand_elsewhere(self) -> None:
        """A service of NSX's own is not in a plan."""
        one = nsx_rule("r", services=["/infra/services/SSH"])
        (rule, *_) = read_json(plan(nsx_policy("p", one))).filters[0].rules
        assert isinstance(rule.service, Unknown)
        assert rule.service.text == "SSH"

    def test_what_nsx_makes_only_later(self) -> None:
        """Paths: who is meant by them, or applied to, is unknown."""
        name = "nsxt_policy_security_policy.p"
        found = read_json(
            plan(
                nsx_group("new", [ADDRESSES], path=None),
                nsx_group("odd", [], path=f"{PATH}odd"),
                nsx_service("new", path=None),
                nsx_service("odd", path="/infra/services/odd"),
                nsx_policy(
                    "p",
                    nsx_rule("a", ip_version="NONE"),
                    nsx_rule("b", services=["/infra/services/odd"]),
                    nsx_rule("c", source_groups=[f"{PATH}odd"]),
                    nsx_rule("d"),
                ),
                unknown={
                    "nsxt_policy_group.new": {"path": True},
                    "nsxt_policy_group.odd": {"criteria": True},
                    "nsxt_policy_service.new": {"path": True},
                    "nsxt_policy_service.odd": {"l4_port_set_entry": True},
                    name: {
                        "rule": [
                            {"source_groups": True, "services": True,
                             "sequence_number": True},
                            {"destination_groups": [True]},
                            {"scope": True},
                            True,
                        ]
                    },
                },
            )
        )  # fmt: skip
        assert rules(found)["distributed firewall in"] == [
            (
                f"allow ?{name}.rule[0].source_groups > any46 "
                f"?{name}.rule[0].services"
            ),
            "allow any46 > any46 ?nsxt_policy_service.odd.l4_port_set_entry",
            (
                "allow nsxt_policy_group.odd > any46 any service if applied "
                f"to {name}.rule[2].scope: known after apply; audit the state "
                "then: terraform show -json"
            ),
        ]
        assert unread(found) == [f"unknown: {name}.rule[3]"]
        assert found.unread[0].filters == (
            *("distributed firewall in", "distributed firewall out"),
        )

    @pytest.mark.parametrize(
        ("mask", "count"),
        [
            (True, 1),
            ({"rule": True}, 1),
            ({"sequence_number": True}, 2),
        ],
    )
    def test_policies_of_nsx_that_are_not_known(
        self, mask: Any, count: int
    ) -> None:
        """Each of their rules, or all of them as one."""
        policy = nsx_policy("p", nsx_rule("a"), nsx_rule("b"))
        if count == 1:
            policy["values"].pop("rule")
        other = nsx_policy("q", nsx_rule("c"))
        found = read_json(
            plan(policy, other, unknown={policy["address"]: mask})
        )
        assert len(found.unread) == count
        assert (found.units, found.read) == (count + 1, 1)
        assert {each.filters for each in found.unread} == {
            ("distributed firewall in", "distributed firewall out")
        }

    def test_policies_of_nsx_in_no_order(self) -> None:
        """Of those with one number NSX tells the order, if it matters."""
        drop = nsx_rule("drop", action="DROP")
        empty = nsx_policy("empty")
        for second, sequence, is_sure in (
            (drop, 0, False),
            (drop, 1, True),
            (nsx_rule("more"), 0, True),
        ):
            found = read_json(
                plan(
                    nsx_policy("p", nsx_rule("a")),
                    nsx_policy("q", second, sequence_number=sequence),
                    empty,
                )
            )
            for rule in found.filters[0].rules:
                assert (rule.conditions == ()) is is_sure

    def test_policies_of_nsx_may_keep_no_state(self) -> None:
        """Then their replies are judged, too."""
        policy = nsx_policy("p", nsx_rule("a"), stateful=False)
        assert not read_json(plan(policy)).filters[0].is_stateful

    def test_a_name_of_nsx_is_no_reference(self) -> None:
        """Whatever a service or a policy is called, may be a word."""
        found = read_json(
            plan(
                nsx_service("ALLOW", id="ALLOW"),
                nsx_policy("IN", nsx_rule("a"), id="IN_OUT"),
                nsx_group("a", [], id="a"),
            )
        )
        assert found.read == 1

    def test_what_nsx_never_has(self) -> None:
        """A group of which an address is none."""
        wrong = criteria(ipaddress_expression=[{"ip_addresses": ["x"]}])
        with pytest.raises(InvalidDataError) as caught:
            read_json(plan(nsx_group("x", [wrong]), nsx_policy("p")))
        assert "an address" in faults(caught)[0]

    def test_groups_without_policies_are_no_rules(self) -> None:
        """Nothing of them filters."""
        found = read_json(plan(nsx_group("x", []), nsx_service("y")))
        assert (found.units, found.filters, found.unread) == (0, (), ())

    @pytest.mark.parametrize(
        "kind",
        [
            "alicloud_security_group_rule", "aws_networkfirewall_rule_group",
            "azurerm_firewall_network_rule_collection", "hcloud_firewall",
            "ibm_is_security_group_rule", "kubernetes_network_policy_v1",
            "nutanix_network_security_rule", "oci_core_security_list",
            "opentelekomcloud_networking_secgroup_v2", "x_nsg_rules",
        ],
    )  # fmt: skip
    def test_kinds_that_nobody_has_listed(self, kind: str) -> None:
        """Their names say that they are about traffic, too."""
        found = read_json(plan(resource(f"{kind}.a", {"key": "hunter2"})))
        assert (found.units, found.filters) == (1, ())
        (left,) = found.unread
        assert (left.kind, left.text) == ("unknown", f"{kind}.a")
        assert "audit the rules as its provider exports them" in left.why

    @pytest.mark.parametrize(
        "kind",
        [
            "aws_instance", "azurerm_application_security_group",
            "azurerm_subnet_network_security_group_association",
            "openstack_networking_port_secgroup_associate_v2",
            "aws_network_interface_security_group_attachment",
            "x_transgression",
        ],
    )  # fmt: skip
    def test_kinds_without_rules(self, kind: str) -> None:
        """Where a group filters is no rule; nor is a party of some."""
        found = read_json(plan(resource(f"{kind}.a", {})))
        assert (found.units, found.unread) == (0, ())

    def test_kinds_that_meet_what_is_read(self) -> None:
        """Only of such a one, the other filters depend."""
        kinds = (
            "google_compute_region_network_firewall_policy_rule",
            "openstack_fwaas_firewall",
            "oci_core_security_list",
        )
        found = read_json(plan(*(resource(f"{k}.a", {}) for k in kinds)))
        assert [each.is_apart for each in found.unread] == [
            False,
            False,
            True,
        ]

    def test_states(self) -> None:
        """What is, and not what is planned."""
        data = plan(group("a", ingress=[block(22)]))
        data["values"] = data.pop("planned_values")
        assert read_json(data).units == 1
        assert read_json({"format_version": "1.0",
                          "terraform_version": "1"}).units == 0  # fmt: skip

    @pytest.mark.parametrize(
        ("data", "got"),
        [
            ({**plan(), "format_version": "2.0"}, "another version"),
            ({**plan(), "format_version": 1}, "another version"),
            ({"lineage": "x", "serial": 1}, "none (a raw state?)"),
            ({**plan(), "errored": True}, "one with errors"),
        ],
    )
    def test_what_is_refused(self, data: Any, got: str) -> None:
        """Formats that are not known, and plans that are not complete."""
        with pytest.raises(InvalidDataError) as caught:
            read_json(data)
        assert faults(caught)[0].endswith(f"got {got}")

    @pytest.mark.parametrize(
        "more",
        [
            {"planned_values": {"root_module": []}},
            {"planned_values": {"root_module": {"resources": "x"}}},
            {"resource_changes": 7}, {"resource_changes": [7]},
            {"resource_changes": [{"change": 7}]},
            {"configuration": {"root_module": {"module_calls": 7}}},
        ],
    )  # fmt: skip
    def test_broken_plans_are_refused(self, more: dict[str, Any]) -> None:
        """With the place, whatever is wrong."""
        with pytest.raises(InvalidDataError, match="expected"):
            read_json({**plan(), **more})
        with pytest.raises(InvalidDataError):
            read_text("[]", format="terraform-plan")


MAIN = """
variable "ranges" {
  default = ["0.0.0.0/0"]
}
variable "secret" {
  default   = ["10.66.0.0/16"]
  sensitive = true
}
variable "set" {
  default = ["10.1.0.0/16"]
}
variable "unknown" {
  type = list(string)
}
variable "count_of" {
  type = number
}
locals {
  port   = 8443
  ranges = var.ranges
}
resource "aws_security_group" "ctl" {
  name = "ctl"
  ingress {
    from_port   = 22
    to_port     = "22"
    protocol    = "tcp"
    cidr_blocks = local.ranges
  }
  ingress {
    from_port       = local.port
    to_port         = local.port
    protocol        = "tcp"
    cidr_blocks     = concat(["10.0.0.0/8"], var.unknown)
    security_groups = [aws_security_group.se.id]
  }
  dynamic "ingress" {
    for_each = var.unknown
    content {
      from_port   = 1
      to_port     = 1
      protocol    = "tcp"
      cidr_blocks = [ingress.value]
    }
  }
  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = var.secret
  }
}
resource "aws_security_group" "se" {
  dynamic "ingress" {
    for_each = [22, 23]
    content {
      from_port   = ingress.value
      to_port     = ingress.value
      protocol    = "tcp"
      cidr_blocks = var.unknown
    }
  }
  dynamic "egress" {
    for_each = []
    content {
      from_port = 0
      to_port   = 0
      protocol  = "-1"
    }
  }
}
resource "aws_security_group_rule" "counted" {
  count             = var.count_of
  type              = "ingress"
  from_port         = 443
  to_port           = 443
  protocol          = "tcp"
  cidr_blocks       = [var.unknown[0], "192.0.2.1/32"]
  security_group_id = aws_security_group.ctl.id
}
resource "aws_security_group_rule" "each" {
  for_each          = toset(["10.1.0.0/16", "10.2.0.0/16"])
  type              = "ingress"
  from_port         = 80
  to_port           = 80
  protocol          = "tcp"
  cidr_blocks       = [each.value]
  security_group_id = aws_security_group.ctl.id
}
resource "aws_security_group_rule" "none" {
  count             = 0
  type              = "ingress"
  from_port         = 80
  to_port           = 80
  protocol          = "tcp"
  security_group_id = aws_security_group.ctl.id
}
resource "google_compute_firewall" "f" {
  name    = "f-${var.unknown[0]}"
  network = "avi"
  allow {
    protocol = "tcp"
    ports    = ["22", 443]
  }
  source_ranges = var.set
}
module "registry" {
  source = "terraform-aws-modules/vpc/aws"
}
module "local" {
  source = "./inner"
}
"""
INNER = """
resource "google_compute_firewall" "inner" {
  name    = "inner"
  network = "avi"
  allow {
    protocol = "udp"
    ports    = [123]
  }
}
"""

DYNAMIC = """
variable "ports" {
  type = list(number)
}
variable "way" {}
module "a" {
  source = "./inner"
  ports  = [22]
}
module "b" {
  source = "./inner"
  ports  = var.ports
}
resource "aws_security_group" "counted" {
  count = 2
  dynamic "egress" {
    for_each = var.ports
    content {
      from_port = egress.value
      to_port   = egress.value
      protocol  = "tcp"
    }
  }
  dynamic "timeouts" {
    for_each = var.ports
    content {}
  }
}
resource "azurerm_network_security_group" "n" {
  name = "nsg"
  dynamic "security_rule" {
    for_each = var.ports
    content {
      name = security_rule.value
    }
  }
}
resource "google_compute_firewall" "denies" {
  name      = "denies"
  network   = "avi"
  direction = "EGRESS"
  dynamic "deny" {
    for_each = var.ports
    content {
      protocol = "tcp"
      ports    = [deny.value]
    }
  }
}
resource "google_compute_firewall" "either" {
  name      = "either"
  network   = "avi"
  direction = var.way
  dynamic "allow" {
    for_each = var.ports
    content {
      protocol = "tcp"
    }
  }
}
resource "google_compute_firewall" "allows" {
  name    = "allows"
  network = "avi"
  allow {
    protocol = "tcp"
  }
  dynamic "allow" {
    for_each = var.ports
    content {
      protocol = "udp"
    }
  }
}
"""
DYNAMIC_INNER = """
variable "ports" {}
resource "aws_security_group" "inner" {
  dynamic "ingress" {
    for_each = var.ports
    content {
      from_port   = ingress.value
      to_port     = ingress.value
      protocol    = "tcp"
      cidr_blocks = ["10.0.0.0/8"]
    }
  }
}
"""

NSX = """
variable "ips" { default = ["10.0.1.0/24"] }
variable "port" { default = "8443" }
variable "category" { default = "Application" }
module "ctl" { source = "./inner" }
data "nsxt_policy_group" "old" { display_name = "old" }
resource "nsxt_policy_group" "se" {
  count = 1
  criteria {
    ipaddress_expression {
      ip_addresses = var.ips
    }
  }
}
resource "nsxt_policy_service" "ssh" {
  l4_port_set_entry {
    protocol          = "TCP"
    destination_ports = ["22"]
  }
}
resource "nsxt_policy_service" "both" {
  display_name = "both"
  nested_service_entry {
    nested_service_path = nsxt_policy_service.ssh.path
  }
  l4_port_set_entry {
    protocol          = "TCP"
    destination_ports = [var.port]
  }
}
resource "nsxt_policy_security_policy" "p" {
  display_name = "p"
  category = var.category
  scope = []


  # The first.
  rule {
    display_name       = "first"
    source_groups      = nsxt_policy_group.se[*].path
    destination_groups = [module.ctl.path]
    services           = [nsxt_policy_service.both.path]
    action             = "ALLOW"
    sequence_number    = 9
  }
  dynamic "rule" {
    for_each = ["22", "443"]
    content {
      display_name       = rule.value
      source_groups      = [module.ctl.path]
      destination_groups = [module.ctl.path]
      service_entries {
        l4_port_set_entry {
          protocol          = "TCP"
          destination_ports = [rule.value]
        }
      }
    }
  }
  rule {
    display_name  = "last"
    source_groups = [data.nsxt_policy_group.old.path]
    action = "DROP"
  }
}
"""
#: A block of which nobody knows whether it is there.
NSX_DYNAMIC = 'dynamic "{}" {{\nfor_each = var.none\ncontent {{}}\n}}\n'
NSX_INNER = """
resource "nsxt_policy_group" "all" {
  criteria {
    ipaddress_expression {
      ip_addresses = ["10.0.0.1"]
    }
  }
}
output "path" { value = nsxt_policy_group.all.path }
"""


@needs_terraform
class TestHcl:
    """A module before any plan: nothing is surer than it is."""

    def test_policies_of_nsx(self) -> None:
        """Rules stand in order; who is meant is what a reference leads to."""
        found = read_text(
            NSX, "nsx.tf", beside={"inner/main.tf": NSX_INNER.encode()}
        )
        ips = "assuming var.ips = 10.0.1.0/24 (default)"
        port = "assuming var.port = 8443 (default)"
        category = "assuming var.category = Application (default)"
        assert rules(found)["distributed firewall in"] == [
            (
                "allow 10.0.1.0/24 > 10.0.0.1/32 tcp/22, tcp/8443 "
                f"{category} {ips} {port}"
            ),
            f"allow 10.0.0.1/32 > 10.0.0.1/32 tcp/22 {category}",
            f"allow 10.0.0.1/32 > 10.0.0.1/32 tcp/443 {category}",
            f"deny data.nsxt_policy_group.old > any46 any service {category}",
        ]
        assert [
            (each.place.line, each.id) for each in found.filters[0].rules
        ] == [(38, "p/first"), (48, "p/22"), (48, "p/443"), (60, "p/last")]
        assert (found.units, found.unread) == (4, ())

    def changed(self, change: str, to: str) -> Existing:
        """Return what the module has, once one text is another."""
        assert NSX.count(change) == 1
        return read_text(
            NSX.replace(change, to) + 'variable "none" {}\n',
            "nsx.tf",
            beside={"inner/main.tf": NSX_INNER.encode()},
        )

    @pytest.mark.parametrize(
        ("change", "to", "expected"),
        [
            # Of the rule alone.
            ("[data.nsxt_policy_group.old.path]", "var.none",
             "deny ?var.none > any46 any service"),
            ("[data.nsxt_policy_group.old.path]", "[for each in [1] : each.x]",
             "deny ?${[for each in [1] : each.x]} > any46 any service"),
            ('action = "DROP"', "services = var.none",
             "allow data.nsxt_policy_group.old > any46 ?var.none"),
            # Of what it names: who is in the group, or in the service.
            ("count = 1", "count = var.none",
             "allow nsxt_policy_group.se[0] > 10.0.0.1/32 tcp/22, tcp/8443"),
            ("criteria {", NSX_DYNAMIC.format("criteria") + "criteria {",
             "allow nsxt_policy_group.se[0] > 10.0.0.1/32 tcp/22, tcp/8443"),
            ("ip_addresses = var.ips", "ip_addresses = var.none",
             "allow nsxt_policy_group.se[0] > 10.0.0.1/32 tcp/22, tcp/8443"),
            ('display_name = "both"', "count = var.none",
             ("allow 10.0.1.0/24 > 10.0.0.1/32 "
              "?${nsxt_policy_service.both.path}")),
        ],
    )  # fmt: skip
    def test_what_is_not_known_of_nsx(
        self, change: str, to: str, expected: str
    ) -> None:
        """It is unknown, and no other is."""
        found = self.changed(change, to)
        own = [
            each.partition(" assuming")[0]
            for each in rules(found)["distributed firewall in"]
        ]
        assert expected in own
        assert len(own) == 4

    @pytest.mark.parametrize(
        ("change", "to", "left"),
        [
            ("category = var.category", "category = var.none", 4),
            ("scope = []", "count = var.none", 4),
            ('action             = "ALLOW"',
             NSX_DYNAMIC.format("service_entries"), 4),
            ('["22", "443"]', "var.none", 1),
        ],
    )  # fmt: skip
    def test_policies_of_nsx_that_are_not_known(
        self, change: str, to: str, left: int
    ) -> None:
        """Each rule is, or those that a dynamic block would make."""
        found = self.changed(change, to)
        names = ("distributed firewall in", "distributed firewall out")
        assert [(each.kind, each.filters) for each in found.unread] == [
            ("unknown", names)
        ] * left
        assert found.units == left + found.read

    def test_policies_of_nsx_in_json(self) -> None:
        """The parser does not say where its rules stand."""
        values = {"display_name": "p", "rule": [{"display_name": "a"}]}
        data = {"resource": {"nsxt_policy_security_policy": {"p": values}}}
        (left,) = read_json(data, "nsx.tf.json").unread
        assert left.why.startswith("its count, its order or a block")

    def test_what_a_data_source_finds_has_its_rules_elsewhere(self) -> None:
        """It is a party, and no group without rules."""
        text = (
            'data "aws_security_group" "ctl" {\n  name = "ctl"\n}\n'
            'resource "aws_security_group_rule" "r" {\n  type = "ingress"\n'
            '  from_port = 22\n  to_port = 22\n  protocol = "tcp"\n'
            "  security_group_id = data.aws_security_group.ctl.id\n"
            '  cidr_blocks = ["10.0.0.0/8"]\n}\n'
        )
        found = read_text(text, "main.tf")
        assert [each.id for each in found.filters] == [
            "data.aws_security_group.ctl in"
        ]

    def test_what_is_known_and_what_is_not(self) -> None:
        """Defaults are named; what is unknown is unknown, and not absent."""
        found = read_text(
            MAIN,
            "security.tf",
            beside={
                "inner/main.tf": INNER.encode(),
                "terraform.tfvars": b'set = ["10.3.0.0/16"]\n',
                "../outside.tf": b"nonsense {",
                "notes.txt": b"x",
            },
        )
        assert found.format == "terraform"
        ctl = "aws_security_group.ctl"
        se = "aws_security_group.se"
        ranges = "assuming var.ranges = 0.0.0.0/0 (default)"
        assert rules(found) == {
            f"{ctl} in": [
                f"allow any4 > members tcp/22 {ranges}",
                (
                    'allow ?${concat(["10.0.0.0/8"], var.unknown)}, '
                    f"{se} > members tcp/8443"
                ),
                (
                    "allow 192.0.2.1/32, ?${var.unknown[0]} > members tcp/443 "
                    "if it may be there never, or more than once"
                ),
                "allow 10.1.0.0/16 > members tcp/80",
                "allow 10.2.0.0/16 > members tcp/80",
            ],
            f"{ctl} out": [
                (
                    "allow members > 10.66.0.0/16 any service assuming "
                    "var.secret has its default"
                )
            ],
            f"{se} in": [
                "allow ?var.unknown > members tcp/22",
                "allow ?var.unknown > members tcp/23",
            ],
            "avi in": [
                "allow 10.3.0.0/16 > any46 tcp/22, tcp/443",
                "allow any4 > any46 udp/123",
            ],
        }
        assert sorted(unread(found)) == [
            'set-aside: dynamic "egress" over []',
            "unknown: aws_security_group_rule.none",
            'unknown: dynamic "ingress" over var.unknown',
            "unknown: module.registry",
        ]
        lines = MAIN.split("\n")
        dynamics = [each for each in found.unread if "dynamic" in each.text]
        for each, words in zip(dynamics, ("ingress", "egress"), strict=True):
            assert each.place.line is not None
            assert lines[each.place.line - 1] == f'  dynamic "{words}" {{'
        place = found.filters[0].rules[0].place
        assert place.file == "security.tf"
        assert place.line == lines.index("  ingress {") + 1

    def test_blocks_that_nothing_was_made_of(self) -> None:
        """Each leaves open the filters that there are, and no other."""
        found = read_text(
            DYNAMIC,
            "main.tf",
            beside={"inner/main.tf": DYNAMIC_INNER.encode()},
        )
        group_ = "aws_security_group.inner"
        assert sorted(
            (each.place.pointer, each.filters) for each in found.unread
        ) == [
            ("aws_security_group.counted.egress[0]",
             ("aws_security_group.counted[0] out",
              "aws_security_group.counted[1] out")),
            (f"{group_}.ingress[0]", (f"module.b.{group_} in",)),
            ("azurerm_network_security_group.n.security_rule[0]",
             ("nsg in", "nsg out")),
            ("google_compute_firewall.allows.allow[0]", ("avi in",)),
            ("google_compute_firewall.denies", ("avi out",)),
            ("google_compute_firewall.denies.deny[0]", ("avi out",)),
            # Which way it goes decides all of it.
            ("google_compute_firewall.either", ()),
            ("google_compute_firewall.either.allow[0]", ("avi in", "avi out")),
        ]  # fmt: skip
        ids = {filter_.id for filter_ in found.filters}
        assert {own for each in found.unread for own in each.filters} <= ids
        assert rules(found)[f"module.a.{group_} in"] == [
            "allow 10.0.0.0/8 > members tcp/22"
        ]

    @pytest.mark.parametrize(
        ("parts", "ports"),
        [
            (("made", "written"), {22, 443, 8443}),
            (("made", "other"), {22, 8443}),
            (("written", "made", "other"), {22, 443, 8443}),
            (("made", "written", "made", "written"), {22, 443, 8443}),
            (("one", "other"), {161}),
            (("one", "made", "written"), {22, 161, 443, 8443}),
            (("made", "one", "written"), {22, 161, 443, 8443}),
            (("one", "empty", "written"), {161, 443}),
        ],
    )
    def test_dynamic_blocks_in_any_order(
        self, parts: tuple[str, ...], ports: set[int]
    ) -> None:
        """The parser loses blocks where others follow; the module has all."""
        over = {"made": "[22, 8443]", "one": "[161]", "empty": "[]"}
        written = {
            "written": "  ingress {\n    from_port = 443\n    to_port = 443\n",
            "other": "  egress {\n    from_port = 1\n    to_port = 1\n",
        }
        dynamic = (
            '  dynamic "ingress" {\n    for_each = %s\n    content {\n'
            "    from_port = ingress.value\n    to_port = ingress.value\n"
        )
        same = '    protocol = "tcp"\n    cidr_blocks = ["10.0.0.0/8"]\n  }\n'
        text = 'resource "aws_security_group" "a" {\n'
        for part in parts:
            if part in written:
                text += written[part] + same
            else:
                text += dynamic % over[part] + same + "  }\n"
        found = read_text(text + "}\n# end\n", "main.tf")
        (filter_,) = (each for each in found.filters if each.direction == "in")
        assert {rule.service[0][0] & 65_535 for rule in filter_.rules} == ports
        # Lines are those of the file, whatever stands before them.
        lines = text.split("\n")
        for rule in filter_.rules:
            assert rule.place.line is not None
            begun = lines[rule.place.line - 1].split()[0]
            own = rule.service[0][0] & 65_535
            assert begun == ("ingress" if own == 443 else "content")

    def test_dynamic_blocks_of_other_providers(self) -> None:
        """A rule that denies is no less lost than one that allows."""
        text = """
variable "denied" {
  default = { "22" = 100, "8443" = 200 }
}
resource "azurerm_network_security_group" "n" {
  name = "n"
  dynamic "security_rule" {
    for_each = var.denied
    content {
      name                       = "deny-${security_rule.key}"
      priority                   = security_rule.value
      direction                  = "Inbound"
      access                     = "Deny"
      protocol                   = "Tcp"
      source_address_prefix      = "10.0.0.0/8"
      destination_address_prefix = "*"
      destination_port_range     = security_rule.key
    }
  }
  security_rule {
    name                       = "all"
    priority                   = 400
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_address_prefix      = "*"
    destination_address_prefix = "*"
    destination_port_range     = "*"
  }
}
resource "google_compute_firewall" "g" {
  name          = "g"
  network       = "avi"
  source_ranges = ["10.0.0.0/8"]
  dynamic "allow" {
    for_each = [22, 8443]
    content {
      protocol = "tcp"
      ports    = [allow.value]
    }
  }
  allow {
    protocol = "udp"
    ports    = [123]
  }
}
"""
        found = read_text(text)
        assumed = 'assuming var.denied = {"22": 100, "8443": 200} (default)'
        assert rules(found)["n in"][:3] == [
            f"deny 10.0.0.0/8 > any46 tcp/22 {assumed}",
            f"deny 10.0.0.0/8 > any46 tcp/8443 {assumed}",
            "allow any46 > any46 tcp/any",
        ]
        assert rules(found)["avi in"] == [
            "allow 10.0.0.0/8 > any46 tcp/22, tcp/8443, udp/123"
        ]
        assert not found.unread

    def test_dynamic_blocks_that_may_be_lost(self) -> None:
        """A resource whose end is not seen has what nobody knows."""
        text = """
resource "aws_security_group" "a" {
  dynamic "ingress" {
    for_each = [22, 8443]
    content {
      from_port = ingress.value
      to_port   = ingress.value
      protocol  = "tcp"
    }
  }
  egress {
    from_port = 0
    to_port   = 0
    protocol  = "-1"
  }
    }
"""
        found = read_text(text)
        assert unread(found) == ['unknown: dynamic "ingress" over [22, 8443]']
        assert found.unread[0].filters == ("aws_security_group.a in",)

    def test_lists_that_are_expressions(self) -> None:
        """Null is nothing; anything else is unknown, and counted."""
        text = """
variable "rules" {}
resource "google_compute_network" "n" {}
resource "google_compute_firewall" "f" {
  name    = "f"
  network = google_compute_network.n.id
  allow {
    protocol = "tcp"
  }
  source_tags = null
}
resource "aws_security_group" "a" {
  ingress = var.rules
  egress  = concat(var.rules, [])
}
"""
        found = read_text(text)
        assert rules(found) == {
            "google_compute_network.n in": ["allow any4 > any46 tcp/any"]
        }
        assert unread(found) == [
            "unknown: aws_security_group.a.var.rules",
            "unknown: aws_security_group.a.${concat(var.rules, [])}",
        ]

    def test_items_that_are_expressions(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A parser that has nothing for one does not make it nothing."""
        meta = {"path": "aws_security_group.a", "filename": "main.tf"}
        group_ = {"__tfmeta": meta, "id": "1", "ingress": [None]}
        answer = {"evaluated": {"aws_security_group": [group_]}, "raw": {}}

        def run(command: list[str], **options: Any) -> Any:
            data = json.dumps(answer).encode()
            return subprocess.CompletedProcess(command, 0, data, b"")

        monkeypatch.setattr(subprocess, "run", run)
        assert unread(read_text(INNER)) == ["unknown: an expression"]

    def test_plan_and_module_agree(self) -> None:
        """Where all is known, the two are the same."""
        text = """
resource "aws_security_group" "a" {
  name = "a"
  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["10.0.0.0/8"]
  }
}
"""
        values = {"ingress": [block(22, cidr_blocks=["10.0.0.0/8"])]}
        assert rules(read_text(text)) == rules(
            read_json(plan(group("a", **values)))
        )

    def test_modules_in_json(self) -> None:
        """The same language in another spelling."""
        inside = {"from_port": 22, "to_port": 22, "protocol": "tcp",
                  "cidr_blocks": ["${var.a}", "${var.b}"]}  # fmt: skip
        dynamic = {"ingress": {"for_each": "${var.c}", "content": inside}}
        data = {
            "variable": {"a": {"default": "10.0.0.0/8"}, "b": {}},
            "resource": {
                "aws_security_group": {
                    "s": {"ingress": inside, "dynamic": dynamic},
                    "t": [{"ingress": [inside]}],
                }
            },
        }
        found = read_json(data)
        assert found.format == "terraform"
        assert rules(found)["aws_security_group.t in"] == [
            (
                "allow 10.0.0.0/8, ?${var.b} > members tcp/22 assuming "
                "var.a = 10.0.0.0/8 (default)"
            )
        ]
        assert unread(found) == ['unknown: dynamic "ingress" over var.c']

    def test_what_a_resource_is_called_decides_nothing(self) -> None:
        """Its name and its tags may be defaults, and none is assumed."""
        text = (
            'variable "site" {\n  default = { name = "north" }\n}\n'
            'variable "ports" {\n  default = ["22", "8443"]\n}\n'
            'resource "google_compute_firewall" "avi" {\n'
            "  name        = var.site.name\n"
            '  description = "of ${var.site.name}"\n'
            '  network     = "n"\n'
            '  allow {\n    protocol = "tcp"\n    ports = var.ports\n  }\n'
            '  source_ranges = ["10.0.0.0/8"]\n}\n'
        )
        found = read_text(text, "main.tf", format="terraform")
        assumed = {each for own in found.filters for each in own.rules}
        assert {each.assumes for each in assumed if each.assumes} == {
            ("var.ports = 22, 8443 (default)",)
        }

    def test_a_default_that_is_long(self) -> None:
        """It is cut, and that it is can be seen."""
        networks = [f"10.0.{number}.0/24" for number in range(20)]
        inside = {"from_port": 22, "to_port": 22, "protocol": "tcp",
                  "cidr_blocks": "${var.a}"}  # fmt: skip
        own = {"aws_security_group": {"s": {"ingress": inside}}}
        data = {"variable": {"a": {"default": networks}}, "resource": own}
        ((rule,), _) = (own.rules for own in read_json(data).filters)
        (text,) = rule.assumes
        kept = text.removeprefix("var.a = ").removesuffix(" (default)")
        assert kept == f"{', '.join(networks)[:77]}..."

    @pytest.mark.parametrize(
        "text",
        [
            'resource "a" "b" {', 'variable "x" {\n default = <x y>\n}\n',
            "locals {\n x = " + "[" * 3000 + "]" * 3000 + "\n}\n",
        ],
    )  # fmt: skip
    def test_what_is_no_hcl_is_refused(self, text: str) -> None:
        """Whatever the parser does, the error is of the house."""
        with pytest.raises(InvalidDataError, match="not valid HCL"):
            read_text(text, format="terraform")

    def test_a_module_that_takes_for_ever(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It is killed; the plan is what to audit then."""
        monkeypatch.setattr(hcl, "_SECONDS", 1)
        endless = "m.evaluate = lambda *_, **__: sum(iter(int, 1))"
        name = "avi_portspec.audit.inputs.hcl_child"
        child = f"import {name} as m; {endless}; m.main()"
        monkeypatch.setattr(hcl, "_CHILD", child)
        with pytest.raises(InvalidDataError, match="within 1 seconds; audit"):
            read_text(INNER)

    def test_a_module_that_waits_for_ever(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It computes nothing, and is killed all the same."""
        monkeypatch.setattr(hcl, "_PATIENCE", 0.001)
        with pytest.raises(InvalidDataError, match="audit the plan"):
            read_text(INNER)

    def test_a_parser_that_dies(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Without a word, or with a trace of its stack."""
        for code, why in (
            ("import os; os.abort()", "the parser ended with -6"),
            (
                "import sys; sys.exit('fatal error: x\\ntrace')",
                "fatal error: x",
            ),
            ("import sys; sys.exit('runtime: out of memory')", "at most 1 GB"),
        ):
            monkeypatch.setattr(hcl, "_CHILD", code)
            with pytest.raises(InvalidDataError, match=why):
                read_text(INNER)

    def test_network_acls(self) -> None:
        """With rules inside and beside, and subnets by reference."""
        text = (
            'resource "aws_subnet" "s" {\n  vpc_id = "v"\n}\n'
            'resource "aws_network_acl" "a" {\n  vpc_id = "v"\n'
            "  subnet_ids = [aws_subnet.s.id]\n  ingress {\n"
            '    rule_no = 100\n    action = "allow"\n    protocol = "tcp"\n'
            '    cidr_block = "10.0.0.0/8"\n    from_port = 22\n'
            "    to_port = 22\n  }\n"
            '  dynamic "egress" {\n    for_each = var.ports\n    content {\n'
            "      rule_no = egress.value\n    }\n  }\n}\n"
            'variable "ports" {}\n'
            'resource "aws_network_acl_rule" "b" {\n'
            "  network_acl_id = aws_network_acl.a.id\n  rule_number = 50\n"
            '  rule_action = "deny"\n  protocol = "icmp"\n  icmp_type = -1\n'
            '  cidr_block = "10.0.0.0/8"\n}\n'
        )
        found = read_text(text)
        assert rules(found) == {
            "aws_network_acl.a in": [
                "deny 10.0.0.0/8 > members icmp",
                "allow 10.0.0.0/8 > members tcp/22",
            ]
        }
        assert unread(found) == ['unknown: dynamic "egress" over var.ports']
        assert found.unread[0].filters == ("aws_network_acl.a out",)
        assert {f.attached_to for f in found.filters} == {
            (Group("aws_subnet.s"),)
        }
        assert found.units == 3

    def test_modules_that_are_not_in_the_folder(self) -> None:
        """Each that is called is read, or unknown."""
        text = INNER + "".join(
            f'module "{name}" {{\n  source = "{source}"\n}}\n'
            for name, source in (
                ("inside", "./in"),
                ("absent", "./absent"),
                ("above", "../in"),
                ("far", "../../../../../../../../module/in"),
                ("back", "./in/../../in"),
                ("root", "/in"),
            )
        )
        inner = {"in/a.tf": INNER.encode(), "link.tf": None}
        found = read_text(text, "a.tf", beside=inner)
        assert {
            each.text: each.why.partition(";")[0] for each in found.unread
        } == {
            "module.absent": "nothing of it is in the folder",
            "module.above": "a module out of the folder is not read",
            "module.far": "a module out of the folder is not read",
            "module.back": "a module out of the folder is not read",
            "module.root": "a module of a registry is not read",
            "link.tf": "no file, or a link out of the folder",
        }
        assert found.read == 2

    def test_files_are_counted(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A module of a million files is none."""
        monkeypatch.setattr(hcl, "_FILES", 1)
        with pytest.raises(InvalidDataError, match="at most 1 files, got 2"):
            read_text(INNER, "a.tf", beside={"b.tf": b""})

    def test_a_directory_is_a_module(self) -> None:
        """All its files, and none of its own."""
        found = read_text(
            "", "dir", format="terraform", beside={"a.tf": INNER.encode()}
        )
        assert found.read == 1

    def test_nothing_of_the_caller_is_seen(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """No environment, in which secrets stand, but a path."""
        seen: dict[str, Any] = {}

        def run(command: list[str], **options: Any) -> Any:
            seen.update(options)
            return subprocess.CompletedProcess(
                command,
                0,
                b'{"evaluated": {"a": 1}, "raw": {"b": 1, "c": {"resource": '
                b'[5, {"__is_block__": true, "x": {"y": {}}}]}}}',
                b"",
            )

        monkeypatch.setattr(subprocess, "run", run)
        assert read_text(INNER).units == 0
        assert [*seen["env"]] == ["PATH"]
        assert seen["timeout"] == 120


class _WrappedError(Exception):
    """An error of a parser, as Lark has them."""

    def __init__(self, inner: Exception, line: int | None = None) -> None:
        super().__init__()
        self.orig_exc, self.line = inner, line


def evaluated_here(
    monkeypatch: pytest.MonkeyPatch, folder: Path, *, confines: bool = True
) -> list[Any]:
    """Let a folder be evaluated in this process; return what it limits."""
    limits: list[Any] = []
    monkeypatch.setattr(
        hcl_child.resource, "setrlimit", lambda *each: limits.append(each)
    )
    for name, answer in (
        ("leave_network", True),
        ("confine_reading", confines),
        ("enter", False),
    ):
        monkeypatch.setattr(hcl_child, name, lambda *_, it=answer: it)
    monkeypatch.setattr("sys.argv", ["child", str(folder), "7"])
    return limits


class TestTheProcess:
    """What evaluates a module, called as it is in its process."""

    @needs_terraform
    def test_it_prints_both_readings(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:  # fmt: skip
        """What is evaluated, and what is written."""
        (tmp_path / "a.tf").write_text(INNER)
        (tmp_path / "b.tf.json").write_text("{}")
        limits = evaluated_here(monkeypatch, tmp_path)
        hcl_child.main()
        found = json.loads(capsys.readouterr().out)
        assert [*found["raw"]] == ["a.tf", "b.tf.json"]
        assert "google_compute_firewall" in found["evaluated"]
        assert limits[1] == (hcl_child.resource.RLIMIT_CPU, (7, 8))
        # What the process has already, and as much again as it may take.
        (data, _), cpu = limits[0][1], limits[2]
        assert cpu[0] == hcl_child.resource.RLIMIT_AS
        assert cpu[1][0] > data == 1 << 30

    @needs_terraform
    def test_where_no_process_is_confined(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A module that may read other files is refused, as any that does."""
        monkeypatch.setattr(hcl_child, "confine_reading", lambda _: False)
        for text in (
            'locals { x = file("x") }',
            'locals { x = templatefile ("x", {}) }',
            'locals { x = filesha1/* */("x") }',
            'module "x" { source = "../x" }',
            'module "x" { source = "/x" }',
        ):
            (tmp_path / "a.tf").write_text(text)
            evaluated_here(monkeypatch, tmp_path, confines=False)
            with pytest.raises(SystemExit, match="confines no process"):
                hcl_child.main()
        (tmp_path / "a.tf").write_text(INNER)
        hcl_child.main()

    @needs_terraform
    def test_a_process_that_enters_its_folder(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """From then on, it has another path."""
        evaluated_here(monkeypatch, tmp_path)
        monkeypatch.setattr(hcl_child, "enter", lambda _: True)
        seen: list[Path] = []
        monkeypatch.setattr(
            Path, "rglob", lambda self, _: seen.append(self) or []
        )
        with pytest.raises(SystemExit):
            hcl_child.main()
        assert {*seen} == {Path("/", tmp_path.name)}

    @needs_terraform
    def test_an_answer_that_is_too_long(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It is not printed."""
        evaluated_here(monkeypatch, tmp_path)
        monkeypatch.setattr(hcl_child, "_OUTPUT", 1)
        with pytest.raises(SystemExit, match="more than 0 MB"):
            hcl_child.main()

    @needs_terraform
    def test_systems_without_figures(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Where nobody tells how much is in use, data alone is limited."""
        limits = evaluated_here(monkeypatch, tmp_path)

        def refuse(*_: Any) -> int:
            raise FileNotFoundError

        monkeypatch.setattr(hcl_child.os, "open", refuse)
        hcl_child.main()
        assert len(limits) == 2

    @pytest.mark.parametrize(
        ("wrong", "why"),
        [
            (RecursionError(), "nested too deeply"),
            (ValueError("a\nb"), "^a$"),
            (ValueError(), r"ValueError\(\)"),
            (MemoryError(), "out of memory"),
            (UnicodeDecodeError("utf-8", b"", 0, 0, ""), "not UTF-8"),
            (ValueError("use sys.set_int_max_str_digits()"), "too large"),
            (ValueError("json: unsupported value: +Inf"), "too large"),
            (_WrappedError(RecursionError()), "nested too deeply"),
            (_WrappedError(ValueError(), line=-1), "_WrappedError"),
            (
                _WrappedError(ValueError(), line=7),
                "^not understood at line 7$",
            ),
        ],
    )
    def test_it_ends_with_what_is_wrong(
        self, wrong: Exception, why: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """In one line."""

        def fail(*_: Any, **__: Any) -> Any:
            raise wrong

        evaluated_here(monkeypatch, Path())
        monkeypatch.setattr(hcl_child, "evaluate", fail)
        with pytest.raises(SystemExit, match=why):
            hcl_child.main()

    @needs_terraform
    def test_it_names_the_file(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """That is not understood, and the line."""
        (tmp_path / "in").mkdir()
        (tmp_path / "in/a.tf").write_text("a = 1\nb = = 1\n")
        evaluated_here(monkeypatch, tmp_path)
        with pytest.raises(SystemExit, match=r"^in/a\.tf: not .* at line 2$"):
            hcl_child.main()
        (tmp_path / "in/a.tf").unlink()
        (tmp_path / "b.tf.json").write_text('{"a": 1, "a": 2}')
        with pytest.raises(SystemExit, match=r"^b\.tf\.json: .* a key once"):
            hcl_child.main()

    def test_without_the_extra_the_plan_is_named(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """With the line to type."""
        monkeypatch.setattr(hcl, "find_spec", lambda _: None)
        with pytest.raises(MissingExtraError) as caught:
            read_text(MAIN, "main.tf")
        assert "terraform show -json tfplan" in str(caught.value)
        assert "avi-portspec[terraform]" in str(caught.value)


def test_what_is_no_terraform() -> None:
    """Templates of others have resources, too."""
    reader = readers()["terraform"]
    assert reader.NAME == "terraform"
    for data in ({"resource": {}, "$schema": "x"}, {"resource": []}):
        with pytest.raises(InvalidDataError, match="format that is read"):
            read_json(data)
    assert Group("a") == Group("a", "b")
