"""AWS, Azure, Google Cloud and OpenStack, as their tools print rules."""

from __future__ import annotations

from typing import Any

import pytest
from reader_views import faults, read_json, read_text, rules, unread

from avi_portspec import InvalidDataError
from avi_portspec.audit.model import Group


def permission(protocol: str, *ports: int, **more: Any) -> dict[str, Any]:
    """Return a permission of AWS."""
    numbers = dict(zip(("FromPort", "ToPort"), ports, strict=False))
    return {"IpProtocol": protocol, **numbers, **more}


ANYONE = {"IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "all"}]}


class TestAws:
    """Security groups and network ACLs."""

    def test_security_groups(self) -> None:
        """Addresses of both families, groups, and lists of prefixes."""
        peers = {
            "IpRanges": [{"CidrIp": "10.0.0.0/8"}],
            "Ipv6Ranges": [{"CidrIpv6": "::/0"}],
            "UserIdGroupPairs": [
                {"GroupId": "sg-2"},
                {"GroupId": "sg-9", "GroupName": "peer", "UserId": "1"},
            ],
            "PrefixListIds": [{"PrefixListId": "pl-1"}],
        }
        found = read_json(
            {
                "SecurityGroups": [
                    {
                        "GroupId": "sg-1",
                        "GroupName": "controller",
                        "IpPermissions": [
                            permission("tcp", 22, 22, **peers),
                            permission("tcp", 443, 443),
                        ],
                        "IpPermissionsEgress": [permission("-1", **ANYONE)],
                    },
                    {"GroupId": "sg-2", "GroupName": "se"},
                ]
            }
        )
        assert rules(found) == {
            "sg-1 in": [
                (
                    "allow any6, 10.0.0.0/8, sg-2, sg-9, list:pl-1 > members "
                    "tcp/22"
                ),
                "allow - > members tcp/443",
            ],
            "sg-1 out": ["allow members > any4 any service"],
        }
        assert (found.units, found.read) == (3, 3)
        first = found.filters[0]
        assert first.attached_to == (Group("sg-1"),)
        assert getattr(first.attached_to[0], "name", "") == "controller"
        peer = first.rules[0].sources[2]
        assert getattr(peer, "name", "") == "se"
        assert (first.discipline, first.last_resort.action) == (
            "union", "deny",
        )  # fmt: skip
        assert {each.id for each in found.filters} == {
            "sg-1 in", "sg-1 out", "sg-2 in", "sg-2 out",
        }  # fmt: skip
        ids = [rule.id for each in found.filters for rule in each.rules]
        assert ids == ["sg-1 in 0", "sg-1 in 1", "sg-1 out 0"]

    @pytest.mark.parametrize(
        ("written", "expected"),
        [
            (permission("icmp", -1, -1), "icmp"),
            (permission("icmp", 8, -1), "icmp type 8"),
            (permission("icmp", 3, 4), "icmp type 3 code 4"),
            (permission("icmp", 3), "icmp type 3"),
            (permission("icmpv6", 128, -1), "icmpv6 type 128"),
            (permission("58"), "icmpv6"),
            (permission("udp", 0, 65535), "udp/any"),
            (permission("udp"), "udp/any"),
            (permission("udp", -1, -1), "udp/any"),
            (permission("97", 1, 2), "IP protocol 97"),
            (permission("132", 1, 2), "sctp/any"),
            (permission("all"), "any service"),
        ],
    )
    def test_services(self, written: dict[str, Any], expected: str) -> None:
        """Two numbers are ports, or a type and a code, or nothing."""
        group = {"GroupId": "sg-1", "IpPermissions": [written]}
        found = read_json({"SecurityGroups": [group]})
        assert rules(found) == {"sg-1 in": [f"allow - > members {expected}"]}

    @pytest.mark.parametrize(
        "written",
        [
            permission("tcp", 22, 70000),
            permission("tcp", 22, 21),
            permission("icmp", 300),
            permission("icmp", 3, 300),
            permission("300"),
            permission("tcp", IpRanges=[{"CidrIp": "10.0.0.0/33"}]),
            permission("tcp", IpRanges=[{"CidrIp": 7}]),
            permission("tcp", IpRanges={}, UserIdGroupPairs=[{}]),
            permission("tcp", IpRanges="x"),
        ],
    )
    def test_what_is_refused(self, written: dict[str, Any]) -> None:
        """What AWS never prints is no export of AWS."""
        group = {"GroupId": "sg-1", "IpPermissions": [written]}
        with pytest.raises(InvalidDataError) as caught:
            read_json({"SecurityGroups": [group]})
        (fault,) = faults(caught)
        assert fault.startswith("/SecurityGroups/0/IpPermissions/0")

    def test_network_acls(self) -> None:
        """In the order of their numbers, and without state."""
        entries = [
            {"Egress": False, "RuleNumber": 32767, "Protocol": "-1",
             "RuleAction": "deny", "CidrBlock": "0.0.0.0/0"},
            {"Egress": False, "RuleNumber": 100, "Protocol": "6",
             "RuleAction": "allow", "CidrBlock": "10.0.0.0/8",
             "PortRange": {"From": 22, "To": 23}},
            {"Egress": True, "RuleNumber": 100, "Protocol": "58",
             "RuleAction": "allow", "Ipv6CidrBlock": "::/0",
             "IcmpTypeCode": {"Type": 128, "Code": -1}},
        ]  # fmt: skip
        acl = {"NetworkAclId": "acl-1", "Entries": entries}
        with_subnet = {
            "NetworkAclId": "acl-2",
            "Associations": [{"SubnetId": "subnet-1"}],
        }
        found = read_json({"NetworkAcls": [acl, with_subnet]})
        assert rules(found) == {
            "acl-1 in": [
                "allow 10.0.0.0/8 > members tcp/22-23",
                "deny any4 > members any service",
            ],
            "acl-1 out": ["allow members > any6 icmpv6 type 128"],
        }
        assert not any(each.is_stateful for each in found.filters)
        assert found.filters[2].attached_to == (Group("subnet-1"),)

    def test_wrong_entries_are_refused(self) -> None:
        """An action that is neither, and a group that is no table."""
        entry = {"RuleNumber": 1, "Protocol": "6", "CidrBlock": "::/0"}
        acl = {"NetworkAclId": "a", "Entries": [entry]}
        with pytest.raises(InvalidDataError) as caught:
            read_json({"NetworkAcls": [acl], "SecurityGroups": [{}]})
        assert len(faults(caught)) == 2
        with pytest.raises(InvalidDataError):
            read_json({"NetworkAcls": [{"NetworkAclId": 1}]})


def azure(**more: Any) -> dict[str, Any]:
    """Return a rule of Azure, as the CLI prints it."""
    return {
        "name": "ssh",
        "direction": "Inbound",
        "access": "Allow",
        "priority": 100,
        "protocol": "Tcp",
        "sourceAddressPrefix": "*",
        "sourceAddressPrefixes": [],
        "sourcePortRange": "*",
        "sourcePortRanges": [],
        "destinationAddressPrefix": "*",
        "destinationPortRange": "22",
        **more,
    }


GROUP_ID = "/subscriptions/1/providers/Microsoft.Network/x/avi"


def nsg(*listed: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a network security group of Azure."""
    return {"id": GROUP_ID, "name": "avi", "securityRules": [*listed], **more}


class TestAzure:
    """Network security groups, with what Azure adds to each."""

    def test_the_order_and_the_defaults(self) -> None:
        """By priority; the provider's rules come last."""
        found = read_json(
            [nsg(azure(name="deny", access="Deny", priority=200), azure())]
        )
        assert rules(found)["avi in"] == [
            "allow any46 > any46 tcp/22",
            "deny any46 > any46 tcp/22",
            (
                "allow list:VirtualNetwork, members > list:VirtualNetwork, "
                "members any service (default)"
            ),
            "allow list:AzureLoadBalancer > any46 any service (default)",
            "deny any46 > any46 any service (default)",
        ]
        assert len(rules(found)["avi out"]) == 3
        assert (found.units, found.read) == (2, 2)
        assert found.filters[0].attached_to == (Group(GROUP_ID),)

    def test_defaults_of_the_file_count(self) -> None:
        """Where the export has them, none is added."""
        default = azure(
            name="DenyAllInBound", access="Deny", priority=65500,
            protocol="*", destinationPortRange="*",
        )  # fmt: skip
        found = read_json(nsg(azure(), defaultSecurityRules=[default]))
        assert rules(found)["avi in"] == [
            "allow any46 > any46 tcp/22",
            "deny any46 > any46 any service (default)",
        ]

    @pytest.mark.parametrize(
        ("more", "expected"),
        [
            ({"protocol": "*", "destinationPortRange": "*"},
             "any46 > any46 any service"),
            ({"protocol": "*"}, "any46 > any46 tcp/22, udp/22"),
            ({"protocol": "Icmp", "destinationPortRange": "*"},
             "any46 > any46 icmp"),
            ({"protocol": "Esp", "destinationPortRange": "*"},
             "any46 > any46 esp"),
            ({"destinationPortRange": None,
              "destinationPortRanges": ["22", "80-90"]},
             "any46 > any46 tcp/22, tcp/80-90"),
            ({"sourcePortRange": "1024-65535"},
             "any46 > any46 tcp/22 from tcp/1024-65535"),
            ({"sourceAddressPrefix": "Internet"},
             "list:Internet > any46 tcp/22"),
            ({"sourceAddressPrefix": "AzureCloud.WestEurope"},
             "list:AzureCloud.WestEurope > any46 tcp/22"),
            ({"sourceAddressPrefix": None,
              "sourceAddressPrefixes": ["10.0.0.0/8", "fd00::/8", "::1"]},
             "10.0.0.0/8+::1/128+fd00::/8 > any46 tcp/22"),
            ({"sourceAddressPrefix": None,
              "sourceApplicationSecurityGroups": [{"id": "/x/asg"}]},
             "/x/asg > any46 tcp/22"),
        ],
    )  # fmt: skip
    def test_fields(self, more: dict[str, Any], expected: str) -> None:
        """One value or a list, tags, groups, and all of it."""
        found = read_json([nsg(azure(**more))])
        assert rules(found)["avi in"][0] == f"allow {expected}"

    def test_rest_and_templates(self) -> None:
        """Properties of their own, and an answer around it."""
        inner = azure()
        rule = {"name": inner.pop("name"), "properties": inner}
        resource = {
            "type": "Microsoft.Network/networkSecurityGroups",
            "name": "avi",
            "properties": {"securityRules": [rule]},
        }
        other = {"type": "Microsoft.Network/virtualNetworks", "name": "x"}
        for data in (
            {"resources": [other, resource]},
            {"value": [{**resource, "id": GROUP_ID}]},
        ):
            found = read_json(data)
            assert rules(found)["avi in"][0] == "allow any46 > any46 tcp/22"
            assert found.units == 1

    def test_rules_in_effect(self) -> None:
        """Those of the provider are told by their names; tags are expanded."""
        listed = [
            azure(
                name="securityRules/ssh",
                sourcePortRange=None,
                sourcePortRanges=["0-65535"],
            ),
            azure(
                name="defaultSecurityRules/AllowVnetInBound",
                priority=65000,
                sourceAddressPrefix="VirtualNetwork",
                expandedSourceAddressPrefix=["10.1.0.0/16"],
                protocol="All",
                destinationPortRange=None,
                destinationPortRanges=["0-65535"],
            ),
        ]
        data = {
            "value": [
                {
                    "networkSecurityGroup": {"id": GROUP_ID},
                    "effectiveSecurityRules": listed,
                }
            ]
        }
        found = read_json(data)
        assert rules(found)["avi in"] == [
            "allow any46 > any46 tcp/22",
            "allow 10.1.0.0/16 > any46 any service (default)",
        ]
        assert (found.units, found.filters[0].rules[0].id) == (1, "ssh")

    @pytest.mark.parametrize(
        "more",
        [
            {"access": "Maybe"}, {"direction": 1}, {"priority": 70000},
            {"protocol": "Http"}, {"sourceAddressPrefix": "10.0.0.0/99"},
            {"destinationPortRange": "x"}, {"sourceAddressPrefix": 7},
        ],
    )  # fmt: skip
    def test_what_is_refused(self, more: dict[str, Any]) -> None:
        """What Azure never prints."""
        with pytest.raises(InvalidDataError) as caught:
            read_json([nsg(azure(**more))])
        assert faults(caught)[0].startswith("/0/securityRules/0/")

    def test_other_data_is_refused(self) -> None:
        """If it is said to be of Azure."""
        for text in ("5", "{}"):
            with pytest.raises(InvalidDataError, match="security groups"):
                read_text(text, format="azure")

    def test_a_group_needs_a_name(self) -> None:
        """A party that nobody could map."""
        with pytest.raises(InvalidDataError, match="/name: expected a text"):
            read_json([{"securityRules": []}])


def gcp(**more: Any) -> dict[str, Any]:
    """Return a firewall rule of Google Cloud."""
    return {
        "kind": "compute#firewall",
        "name": "a",
        "network": "https://example.com/global/networks/avi",
        "direction": "INGRESS",
        "priority": 1000,
        "allowed": [{"IPProtocol": "tcp", "ports": ["22", "8000-8010"]}],
        **more,
    }


class TestGcp:
    """Firewall rules of networks."""

    @pytest.mark.parametrize(
        ("more", "expected"),
        [
            ({}, "allow any4 > any46"),
            ({"sourceRanges": ["10.0.0.0/8"]}, "allow 10.0.0.0/8 > any46"),
            ({"sourceTags": ["se"], "targetTags": ["ctl"]},
             "allow tag:se > tag:ctl"),
            ({"sourceServiceAccounts": ["s@x"],
              "targetServiceAccounts": ["t@x"]}, "allow s@x > t@x"),
            ({"sourceRanges": ["::/0"], "destinationRanges": ["fd00::/8"]},
             "allow any6 > fd00::/8"),
            ({"direction": "EGRESS", "destinationRanges": ["10.0.0.0/8"],
              "targetTags": ["ctl"]}, "allow tag:ctl > 10.0.0.0/8"),
            ({"direction": "EGRESS"}, "allow any46 > any4"),
        ],
    )  # fmt: skip
    def test_sides(self, more: dict[str, Any], expected: str) -> None:
        """Addresses, tags and accounts; who is not named is everybody."""
        ((lines,),) = [rules(read_json([gcp(**more)])).values()]
        assert lines == [f"{expected} tcp/22, tcp/8000-8010"]

    def test_targets_and_ranges_together(self) -> None:
        """Both have to fit, which is a condition."""
        rule = gcp(destinationRanges=["10.0.0.0/8"], targetTags=["ctl"])
        assert rules(read_json([rule])) == {
            "avi in": [
                (
                    "allow any4 > 10.0.0.0/8 tcp/22, tcp/8000-8010 "
                    "if only for instances with its target tags"
                )
            ]
        }

    def test_rules_that_allow_nothing_and_deny_nothing(self) -> None:
        """Or both: their network's filter is there, and is not known."""
        entries = [{"IPProtocol": "tcp"}]
        found = read_json(
            [gcp(allowed=[]), gcp(name="b", allowed=entries, denied=entries)]
        )
        assert rules(found) == {}
        own = found.filters[0].id
        assert [(each.text, each.filters) for each in found.unread] == [
            ("a", (own,)),
            ("b", (own,)),
        ]

    def test_the_order(self) -> None:
        """By priority; of the same, what denies comes first."""
        deny = gcp(name="c", denied=[{"IPProtocol": "all"}], allowed=None)
        found = read_json(
            [gcp(), gcp(name="b", priority=0, allowed=[{"IPProtocol": "97"}]),
             deny, gcp(name="d", disabled=True),
             gcp(name="e", priority=None)]
        )  # fmt: skip
        (first, second) = found.filters
        assert [rule.id for rule in first.rules] == ["b", "c", "a", "e"]
        assert rules(found)["avi in"][:2] == [
            "allow any4 > any46 IP protocol 97",
            "deny any4 > any46 any service",
        ]
        assert unread(found) == ["set-aside: d"]
        assert found.units == 5
        assert (first.last_resort.action, second.last_resort.action) == (
            "deny", "allow",
        )  # fmt: skip
        assert first.attached_to == ()

    def test_several_networks(self) -> None:
        """Each has filters of its own, and its name is a party."""
        found = read_json([gcp(), gcp(network="x/other")])
        assert [each.attached_to for each in found.filters] == [
            (Group("avi"),), (Group("avi"),),
            (Group("other"),), (Group("other"),),
        ]  # fmt: skip

    def test_one_rule_and_an_answer(self) -> None:
        """As ``describe`` and the API have them."""
        assert read_json(gcp()).units == 1
        assert read_json({"items": [gcp(), gcp(name="b")]}).units == 2

    @pytest.mark.parametrize(
        "more",
        [
            {"direction": "UP"}, {"priority": "x"}, {"disabled": "x"},
            {"allowed": [{"IPProtocol": "tcp", "ports": ["x"]}]},
            {"sourceRanges": ["x"]}, {"name": None},
        ],
    )  # fmt: skip
    def test_what_is_refused(self, more: dict[str, Any]) -> None:
        """What Google Cloud never prints."""
        with pytest.raises(InvalidDataError):
            read_json([gcp(**more)])

    def test_other_items_are_noticed(self) -> None:
        """A list of rules with something else in it is no such list."""
        with pytest.raises(InvalidDataError):
            read_json([gcp(), "x"])


def neutron(**more: Any) -> dict[str, Any]:
    """Return a rule of the networking API."""
    return {
        "id": "r1",
        "direction": "ingress",
        "ethertype": "IPv4",
        "protocol": "tcp",
        "port_range_min": 22,
        "port_range_max": 22,
        "remote_ip_prefix": None,
        "remote_group_id": None,
        **more,
    }


def group(*listed: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a security group of the networking API."""
    return {"id": "g1", "name": "ctl", "security_group_rules": [*listed],
            **more}  # fmt: skip


class TestOpenStack:
    """Security groups of the API and of the client."""

    @pytest.mark.parametrize(
        ("more", "expected"),
        [
            ({}, "allow any4 > members tcp/22"),
            ({"ethertype": "IPv6"}, "allow any6 > members tcp/22"),
            ({"remote_ip_prefix": "10.0.0.0/8"},
             "allow 10.0.0.0/8 > members tcp/22"),
            ({"remote_group_id": "g1"}, "allow g1/v4 > members tcp/22"),
            ({"remote_address_group_id": "a1"},
             "allow list:a1 > members tcp/22"),
            ({"protocol": None, "port_range_min": None},
             "allow any4 > members any service"),
            ({"protocol": "udp", "port_range_min": None,
              "port_range_max": None}, "allow any4 > members udp/any"),
            ({"port_range_min": None}, "allow any4 > members tcp/0-22"),
            ({"port_range_max": None}, "allow any4 > members tcp/22"),
            ({"port_range_min": -1, "port_range_max": -1},
             "allow any4 > members tcp/any"),
            ({"protocol": "icmp", "port_range_min": 8,
              "port_range_max": None}, "allow any4 > members icmp type 8"),
            ({"protocol": "icmp", "ethertype": "IPv6",
              "port_range_min": 128, "port_range_max": 0},
             "allow any6 > members icmpv6 type 128 code 0"),
            ({"protocol": "97"}, "allow any4 > members IP protocol 97"),
        ],
    )  # fmt: skip
    def test_rules(self, more: dict[str, Any], expected: str) -> None:
        """Each field, with what Neutron takes for nothing."""
        found = read_json({"security_groups": [group(neutron(**more))]})
        assert rules(found) == {"g1 in": [expected]}
        assert found.units == 1

    def test_forms(self) -> None:
        """One group, a list of rules, and what the client prints."""
        rows = [
            {"ID": "r1", "IP Protocol": "tcp", "Ethertype": "IPv4",
             "IP Range": "0.0.0.0/0", "Port Range": "22:23",
             "Direction": "ingress", "Remote Security Group": None,
             "Security Group": "g1"},
            {"ID": "r2", "IP Protocol": "icmp", "Ethertype": "IPv4",
             "IP Range": "", "Port Range": "type=8:code=0",
             "Direction": "egress", "Remote Security Group": "g1",
             "Security Group": "g1"},
            {"ID": "r3", "IP Protocol": None, "Ethertype": "IPv6",
             "IP Range": "::/0", "Port Range": "",
             "Direction": "egress", "Security Group": None},
        ]  # fmt: skip
        found = read_json(rows)
        assert rules(found) == {
            "g1 in": ["allow any4 > members tcp/22-23"],
            "g1 out": ["allow members > g1/v4 icmp type 8 code 0"],
            "security group out": ["allow members > any6 any service"],
        }
        assert str(found.filters[0].rules[0].place) == "file#/0"
        # A group is where its first rule is.
        assert [str(own.place) for own in found.filters] == [
            *("file#/0", "file#/0", "file#/2", "file#/2"),
        ]
        shown = {**group(), "rules": [neutron()]}
        del shown["security_group_rules"]
        for data in (
            {"security_group": group(neutron(), stateful=False)},
            shown,
            {"security_group_rules": [neutron(security_group_id="g1")]},
        ):
            assert read_json(data).units == 1
        found = read_json({"security_group": group(stateful=False)})
        assert not found.filters[0].is_stateful

    @pytest.mark.parametrize(
        "more",
        [
            {"direction": "x"}, {"ethertype": "x"}, {"protocol": "x"},
            {"port_range_max": 70000}, {"remote_ip_prefix": "x"},
            {"remote_group_id": 7}, {"id": 7}, {"ports": 7},
        ],
    )  # fmt: skip
    def test_what_is_refused(self, more: dict[str, Any]) -> None:
        """What OpenStack never prints."""
        with pytest.raises(InvalidDataError):
            read_json({"security_groups": [group(neutron(**more))]})

    def test_what_is_no_group(self) -> None:
        """Data of other kinds is not taken for it."""
        for data in (
            {"security_groups": ["x"]},
            {"security_groups": []},
            [{"id": "x", "rules": [], "resource_type": "y"}],
            [{"id": "x"}],
        ):
            with pytest.raises(InvalidDataError, match="format that is read"):
                read_json(data)


HEAT = """
heat_template_version: 2018-08-31
parameters:
  port: {type: number, default: 443}
  site: {type: string}
resources:
  server: {type: OS::Nova::Server}
  ctl:
    type: OS::Neutron::SecurityGroup
    properties:
      rules:
        - {protocol: tcp, port_range_min: 22, port_range_max: 22}
        - protocol: tcp
          port_range_min: {get_param: port}
          port_range_max: {get_param: port}
          remote_ip_prefix: {get_param: site}
        - {remote_mode: remote_group_id, ethertype: IPv6}
        - {remote_group: {get_resource: se}}
        - {remote_group: {get_param: other}}
        - {direction: {get_param: nothing}}
  se:
    type: OS::Neutron::SecurityGroup
    properties:
      rules:
        - {direction: egress, remote_ip_prefix: 10.0.0.0/8}
  both:
    type: OS::Neutron::SecurityGroupRule
    properties:
      security_group: {get_resource: se}
      protocol: {list_join: [a]}
      remote_group: {get_resource: ctl}
  far:
    type: OS::Neutron::SecurityGroupRule
    properties: {security_group: existing, direction: egress}
  lost:
    type: OS::Neutron::SecurityGroupRule
    properties: {security_group: {get_param: site}}
  listed:
    type: OS::Neutron::SecurityGroup
    properties:
      rules: {get_param: site}
"""


class TestHeat:
    """Security groups of a template."""

    def test_what_is_read(self) -> None:
        """Defaults, groups that name themselves, and what is unknown."""
        found = read_text(HEAT)
        assert found.format == "heat"
        assert rules(found) == {
            "ctl in": [
                "allow any4 > members tcp/22",
                (
                    "allow ?get_param site > members tcp/443 "
                    "assuming get_param port = 443 (default)"
                ),
                "allow ctl/v6 > members any service",
                "allow se/v4 > members any service",
                "allow ?get_param other > members any service",
            ],
            "ctl out": ["allow members > any4, any6 any service (default)"],
            "se in": ["allow ctl/v4 > members ?list_join"],
            "se out": ["allow members > 10.0.0.0/8 any service"],
            "listed out": ["allow members > any4, any6 any service (default)"],
            "existing out": ["allow members > any4 any service"],
        }
        assert unread(found) == [
            "unknown: get_param site",
            "unknown: get_param nothing",
            "unknown: get_param site",
        ]
        assert {each.filters for each in found.unread} == {
            (), ("ctl in", "ctl out"), ("listed in", "listed out"),
        }  # fmt: skip

    def test_values_that_are_lists(self) -> None:
        """Whatever is in them, is filled in, too."""
        text = HEAT.replace("{protocol: tcp, port_range_min: 22,",
                            "{tags: [{get_param: port}], protocol: tcp, "
                            "port_range_min: 22,")  # fmt: skip
        assert rules(read_text(text)) == rules(read_text(HEAT))

    def test_templates_without_anything(self) -> None:
        """And what is no template, if it is said to be one."""
        assert read_text("heat_template_version: 1\n").units == 0
        with pytest.raises(InvalidDataError, match="a Heat template"):
            read_text("a", format="heat")
        with pytest.raises(InvalidDataError, match="resources: expected a"):
            read_text("heat_template_version: 1\nresources: []\n")

    def test_what_is_refused(self) -> None:
        """Values that Heat would refuse."""
        text = HEAT.replace("port_range_min: 22,", "port_range_min: x,")
        with pytest.raises(InvalidDataError) as caught:
            read_text(text)
        assert faults(caught) == [
            (
                "/resources/ctl/properties/rules/0/port_range_min: expected a "
                "number from -1 to 65535, got 'x'"
            )
        ]
