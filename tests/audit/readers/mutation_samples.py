"""A small file of each format in JSON or YAML, with all that readers look at.

Each is as short as it can be: tests change every value of it.
"""

from __future__ import annotations

from typing import Any, Final

__all__ = ["SAMPLES", "YAML"]

#: The samples that people have in YAML, whose keys need not be texts.
YAML: Final = ("heat", "kubernetes", "docker")

_AZURE_RULE: Final = {
    "name": "a",
    "priority": 100,
    "direction": "Inbound",
    "access": "Allow",
    "protocol": "Tcp",
    "sourceAddressPrefix": "10.0.0.0/8",
    "sourcePortRange": "*",
    "destinationAddressPrefixes": ["10.1.0.0/16"],
    "destinationPortRange": "22",
    "sourceApplicationSecurityGroups": [{"id": "/a/b"}],
}
_PLAN_GROUP: Final = {
    "address": "module.m.aws_security_group.c[0]",
    "mode": "managed",
    "type": "aws_security_group",
    "values": {
        "id": "sg",
        "name": "c",
        "ingress": [
            {
                "cidr_blocks": ["10.0.0.0/8"],
                "from_port": 22,
                "to_port": 22,
                "protocol": "tcp",
                "self": False,
                "security_groups": ["sg"],
            }
        ],
    },
    "sensitive_values": {"ingress": [{"cidr_blocks": [False]}]},
}
_PLAN_BESIDE: Final = {
    "aws_security_group_rule": {
        "type": "ingress",
        "from_port": 22,
        "to_port": 22,
        "protocol": "tcp",
        "cidr_blocks": ["10.0.0.0/8"],
    }
}
_PLAN_AZURE: Final = {
    "azurerm_network_security_group": {
        "name": "nsg",
        "security_rule": [
            {
                "name": "a",
                "priority": 100,
                "direction": "Inbound",
                "access": "Allow",
                "protocol": "Tcp",
                "source_address_prefix": "*",
                "source_port_range": "*",
                "destination_address_prefix": "*",
                "destination_port_range": "22",
            }
        ],
    },
    "azurerm_network_security_rule": {
        "network_security_group_name": "nsg",
        "name": "b",
        "priority": 200,
        "direction": "Outbound",
        "access": "Deny",
        "protocol": "*",
        "source_address_prefix": "*",
        "source_port_range": "*",
        "destination_address_prefix": "*",
        "destination_port_range": "*",
    },
}
_PLAN_OTHERS: Final = {
    "aws_network_acl": {
        "subnet_ids": ["s"],
        "ingress": [
            {
                "rule_no": 100,
                "action": "allow",
                "protocol": "tcp",
                "cidr_block": "10.0.0.0/8",
                "ipv6_cidr_block": "",
                "from_port": 22,
                "to_port": 22,
            }
        ],
        "egress": [],
    },
    "aws_network_acl_rule": {
        "network_acl_id": "s",
        "rule_number": 50,
        "egress": True,
        "rule_action": "deny",
        "protocol": "1",
        "ipv6_cidr_block": "::/0",
        "icmp_type": 8,
        "icmp_code": -1,
    },
    "openstack_networking_secgroup_v2": {
        "name": "o",
        "delete_default_rules": True,
    },
    "openstack_networking_secgroup_rule_v2": {
        "security_group_id": "o",
        "direction": "ingress",
        "ethertype": "IPv4",
        "protocol": "tcp",
        "port_range_min": 22,
        "port_range_max": 22,
        "remote_group_id": "p",
    },
    "aws_networkfirewall_rule_group": {"capacity": 100},
    "google_compute_firewall": {
        "name": "g",
        "network": "n",
        "allow": [{"protocol": "tcp", "ports": ["22"]}],
        "source_ranges": ["10.0.0.0/8"],
        "target_tags": ["t"],
    },
}


_PLAN_NSX: Final = {
    "nsxt_policy_group": {
        "path": "/infra/domains/default/groups/g",
        "criteria": [
            {
                "ipaddress_expression": [{"ip_addresses": ["10.0.0.1"]}],
                "condition": [],
            }
        ],
        "conjunction": [{"operator": "OR"}],
        "extended_criteria": [],
    },
    "nsxt_policy_service": {
        "path": "/infra/services/s",
        "l4_port_set_entry": [
            {
                "protocol": "TCP",
                "destination_ports": ["22"],
                "source_ports": ["1-9"],
            }
        ],
        "icmp_entry": [{"protocol": "ICMPv4", "icmp_type": "8"}],
    },
    "nsxt_policy_security_policy": {
        "display_name": "p",
        "category": "Application",
        "sequence_number": 1,
        "stateful": True,
        "scope": ["/infra/domains/default/groups/h"],
        "rule": [
            {
                "display_name": "r",
                "action": "ALLOW",
                "direction": "IN",
                "disabled": False,
                "ip_version": "IPV4",
                "sequence_number": 1,
                "source_groups": ["/infra/domains/default/groups/g"],
                "sources_excluded": False,
                "destination_groups": ["10.0.0.0/8"],
                "services": ["/infra/services/s"],
                "service_entries": [{"ip_protocol_entry": [{"protocol": 97}]}],
                "profiles": ["ANY"],
                "scope": ["ANY"],
            }
        ],
    },
}


def _plan(resources: dict[str, Any], **root: Any) -> dict[str, Any]:
    return {
        "format_version": "1.2",
        "terraform_version": "1.5",
        "planned_values": {
            "root_module": {
                "resources": [
                    {
                        "address": f"{kind}.x",
                        "mode": "managed",
                        "type": kind,
                        "values": values,
                    }
                    for kind, values in resources.items()
                ],
                **root,
            }
        },
    }


_PLAN: Final = {
    **_plan(_PLAN_BESIDE, child_modules=[{"resources": [_PLAN_GROUP]}]),
    "resource_changes": [
        {
            "address": "module.m.aws_security_group.c[0]",
            "change": {
                "after_unknown": {
                    "egress": True,
                    "ingress": [{"cidr_blocks": [True]}],
                }
            },
        },
        {
            "address": "aws_security_group_rule.x",
            "change": {"after_unknown": {"security_group_id": True}},
        },
    ],
    "configuration": {
        "root_module": {
            "resources": [
                {
                    "address": "aws_security_group_rule.x",
                    "expressions": {
                        "security_group_id": {"references": ["module.m.id"]}
                    },
                }
            ],
            "module_calls": {
                "m": {
                    "expressions": {"name": {"references": ["var.x"]}},
                    "module": {
                        "outputs": {
                            "id": {
                                "expression": {
                                    "references": ["aws_security_group.c[0]"]
                                }
                            }
                        },
                        "resources": [
                            {
                                "address": "aws_security_group.c",
                                "expressions": {
                                    "name": {"references": ["var.name"]}
                                },
                            }
                        ],
                    },
                }
            },
        }
    },
}


_NFT_OWN: Final = {"family": "inet", "table": "f"}
_SADDR: Final = {"payload": {"protocol": "ip", "field": "saddr"}}
_DPORT: Final = {"payload": {"protocol": "th", "field": "dport"}}


def _nft(
    *rules: list[dict[str, Any]], others: tuple[dict[str, Any], ...] = ()
) -> dict[str, Any]:
    own = {**_NFT_OWN, "chain": "input"}
    base = {
        **_NFT_OWN,
        "name": "input",
        "type": "filter",
        "hook": "input",
        "prio": 0,
        "policy": "drop",
    }
    return {
        "nftables": [
            {"table": {"family": "inet", "name": "f"}},
            *others,
            {"chain": base},
            *(
                {"rule": {**own, "handle": at, "expr": rule}}
                for at, rule in enumerate(rules)
            ),
        ]
    }


def _nft_match(left: Any, right: Any, op: str = "==") -> dict[str, Any]:
    return {"match": {"op": op, "left": left, "right": right}}


SAMPLES: Final[dict[str, Any]] = {
    "aws": {
        "SecurityGroups": [
            {
                "GroupId": "sg-1",
                "GroupName": "c",
                "IpPermissions": [
                    {
                        "IpProtocol": "tcp",
                        "FromPort": 22,
                        "ToPort": 22,
                        "IpRanges": [{"CidrIp": "10.0.0.0/8"}],
                        "Ipv6Ranges": [{"CidrIpv6": "fd00::/8"}],
                        "UserIdGroupPairs": [{"GroupId": "sg-2"}],
                        "PrefixListIds": [{"PrefixListId": "pl-1"}],
                    }
                ],
                "IpPermissionsEgress": [{"IpProtocol": "-1"}],
            }
        ],
        "NetworkAcls": [
            {
                "NetworkAclId": "a",
                "Associations": [{"SubnetId": "s"}],
                "Entries": [
                    {
                        "CidrBlock": "0.0.0.0/0",
                        "Egress": False,
                        "Protocol": "6",
                        "PortRange": {"From": 1, "To": 2},
                        "RuleAction": "allow",
                        "RuleNumber": 100,
                    },
                    {
                        "CidrBlock": "0.0.0.0/0",
                        "Egress": True,
                        "Protocol": "1",
                        "IcmpTypeCode": {"Type": 8, "Code": 0},
                        "RuleAction": "deny",
                        "RuleNumber": 101,
                    },
                ],
            }
        ],
    },
    "azure": {
        "value": [
            {
                "name": "nsg",
                "id": "/x/nsg",
                "type": "Microsoft.Network/networkSecurityGroups",
                "properties": {
                    "securityRules": [
                        {"name": "a", "properties": _AZURE_RULE}
                    ],
                    "defaultSecurityRules": [
                        {**_AZURE_RULE, "sourceApplicationSecurityGroups": []}
                    ],
                },
            },
            {
                "networkSecurityGroup": {"id": "/x/nsg"},
                "effectiveSecurityRules": [
                    {**_AZURE_RULE, "name": "defaultSecurityRules/a"}
                ],
            },
        ]
    },
    "gcp": {
        "items": [
            {
                "kind": "compute#firewall",
                "name": "a",
                "network": "x/net",
                "direction": "INGRESS",
                "priority": 1,
                "allowed": [{"IPProtocol": "tcp", "ports": ["22"]}],
                "sourceRanges": ["10.0.0.0/8"],
                "sourceTags": ["s"],
                "destinationRanges": ["10.1.0.0/16"],
                "targetTags": ["t"],
                "targetServiceAccounts": ["t@x"],
                "disabled": False,
            }
        ]
    },
    "openstack": [
        {
            "id": "g",
            "name": "n",
            "security_group_rules": [
                {
                    "id": "r",
                    "direction": "ingress",
                    "ethertype": "IPv4",
                    "protocol": "tcp",
                    "port_range_min": 22,
                    "port_range_max": 22,
                    "remote_ip_prefix": "10.0.0.0/8",
                    "remote_group_id": "g",
                }
            ],
        }
    ],
    "heat": {
        "heat_template_version": "2018",
        "parameters": {"p": {"default": 22}},
        "resources": {
            "g": {
                "type": "OS::Neutron::SecurityGroup",
                "properties": {
                    "rules": [
                        {
                            "protocol": "tcp",
                            "port_range_min": {"get_param": "p"},
                            "port_range_max": 22,
                            "remote_mode": "remote_group_id",
                        },
                        {
                            "direction": "egress",
                            "remote_ip_prefix": {"str_replace": "x"},
                        },
                    ]
                },
            },
            "r": {
                "type": "OS::Neutron::SecurityGroupRule",
                "properties": {
                    "security_group": {"get_resource": "g"},
                    "direction": "egress",
                    "remote_group": {"get_resource": "g"},
                },
            },
        },
    },
    "docker": {
        "services": {
            "c": {
                "image": "x",
                "ports": [
                    "8443:443/tcp",
                    {
                        "target": 53,
                        "published": "53",
                        "host_ip": "10.0.0.1",
                        "protocol": "udp",
                    },
                ],
            }
        }
    },
    "docker inspect": [
        {
            "Name": "/c",
            "HostConfig": {
                "PortBindings": {
                    "443/tcp": [{"HostIp": "", "HostPort": "443"}]
                }
            },
        }
    ],
    "kubernetes": {
        "apiVersion": "v1",
        "kind": "List",
        "items": [
            {
                "apiVersion": "networking.k8s.io/v1",
                "kind": "NetworkPolicy",
                "metadata": {"name": "c", "namespace": "n"},
                "spec": {
                    "podSelector": {
                        "matchLabels": {"a": "b"},
                        "matchExpressions": [
                            {"key": "k", "operator": "In", "values": ["v"]}
                        ],
                    },
                    "policyTypes": ["Ingress", "Egress"],
                    "ingress": [
                        {
                            "from": [
                                {
                                    "ipBlock": {
                                        "cidr": "10.0.0.0/8",
                                        "except": ["10.1.0.0/16"],
                                    }
                                },
                                {
                                    "namespaceSelector": {},
                                    "podSelector": {"matchLabels": {"a": "b"}},
                                },
                            ],
                            "ports": [
                                {"port": 22, "endPort": 23, "protocol": "TCP"}
                            ],
                        }
                    ],
                    "egress": [{}],
                },
            },
            {"apiVersion": "cilium.io/v2", "kind": "CiliumNetworkPolicy"},
        ],
    },
    "nsx": {
        "resource_type": "Infra",
        "children": [
            {
                "Service": {
                    "resource_type": "Service",
                    "id": "ssh",
                    "service_entries": [
                        {
                            "resource_type": "L4PortSetServiceEntry",
                            "id": "x",
                            "l4_protocol": "TCP",
                            "destination_ports": ["22"],
                            "source_ports": ["1024-65535"],
                        }
                    ],
                }
            },
            {
                "Group": {
                    "resource_type": "Group",
                    "id": "g",
                    "expression": [
                        {
                            "resource_type": "IPAddressExpression",
                            "ip_addresses": ["10.0.0.1"],
                        },
                        {"conjunction_operator": "OR"},
                    ],
                }
            },
            {
                "SecurityPolicy": {
                    "resource_type": "SecurityPolicy",
                    "id": "p",
                    "category": "Environment",
                    "sequence_number": 1,
                    "scope": ["ANY"],
                    "rules": [
                        {
                            "id": "a",
                            "resource_type": "Rule",
                            "action": "ALLOW",
                            "direction": "IN_OUT",
                            "ip_protocol": "IPV4",
                            "disabled": False,
                            "scope": ["/infra/x"],
                            "source_groups": ["/infra/groups/g"],
                            "sources_excluded": False,
                            "destination_groups": ["ANY"],
                            "services": ["/infra/services/ssh"],
                            "service_entries": [
                                {
                                    "resource_type": "ICMPTypeServiceEntry",
                                    "protocol": "ICMPv4",
                                    "icmp_type": 8,
                                }
                            ],
                            "sequence_number": 2,
                            "profiles": ["ANY"],
                        }
                    ],
                }
            },
        ],
    },
    "nftables": _nft(
        [
            _nft_match({"ct": {"key": "state"}}, ["established"], "in"),
            {"counter": {"packets": 1, "bytes": 2}},
            {"accept": None},
        ],
        [_nft_match({"meta": {"key": "iifname"}}, "lo"), {"accept": None}],
        [
            _nft_match(_DPORT, {"set": [22, {"range": [1, 9]}]}),
            {"reject": {"type": "tcp reset"}},
        ],
        others=({"metainfo": {"version": "1"}},),
    ),
    "nftables with a set": _nft(
        [_nft_match(_SADDR, "@s"), {"jump": {"target": "x"}}],
        others=(
            {
                "set": {
                    **_NFT_OWN,
                    "name": "s",
                    "elem": [
                        "10.0.0.1",
                        {"prefix": {"addr": "10.2.0.0", "len": 16}},
                        {"range": ["10.3.0.1", "10.3.0.9"]},
                        {"elem": {"val": "10.4.0.1", "timeout": 9}},
                    ],
                }
            },
            {"chain": {**_NFT_OWN, "name": "x"}},
            {
                "rule": {
                    **_NFT_OWN,
                    "chain": "x",
                    "handle": 5,
                    "expr": [{"accept": None}],
                }
            },
        ),
    ),
    "nftables with a map": _nft(
        [
            {
                "vmap": {
                    "key": {"concat": [{"meta": {"key": "l4proto"}}, _DPORT]},
                    "data": {
                        "set": [[{"concat": ["tcp", 22]}, {"accept": None}]]
                    },
                }
            }
        ]
    ),
    "terraform-plan": _PLAN,
    "terraform-plan of Azure": _plan(_PLAN_AZURE),
    "terraform-plan of other clouds": _plan(_PLAN_OTHERS),
    "terraform-plan of NSX": _plan(_PLAN_NSX),
}
