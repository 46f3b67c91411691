"""Eleven rule sets that people run, in the formats in which they have them.

Written from facts about the public ones, in other words: ports, protocols,
directions, and whose side they are on.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

VPC = ["controller", "service-engine"]


class RuleSetInput(NamedTuple):
    """A file, and the roles of its parties.

    Attributes:
        text: The file.
        format: The reader that has to recognise it.
        roles: The roles of each party, as the reader calls it.
    """

    text: str
    format: str
    roles: dict[str, list[str]]


def _aws(
    low: int,
    protocol: str = "tcp",
    cidr: str = "var.vpc",
    high: int | None = None,
) -> str:
    """Return the arguments of a rule inside a security group."""
    high = low if high is None else high
    return (
        f"{{\n    from_port = {low}\n    to_port = {high}\n"
        f'    protocol = "{protocol}"\n    cidr_blocks = {cidr}\n  }}\n'
    )


def _group(name: str, *rules: tuple[str, str]) -> str:
    inside = "".join(f"  {way} {body}" for way, body in rules)
    return f'resource "aws_security_group" "{name}" {{\n{inside}}}\n'


_VARIABLES = """
variable "vpc" {
  default = ["10.0.0.0/16"]
}
variable "admins" {
  default = ["0.0.0.0/0"]
}
"""
_ANY = '["0.0.0.0/0"]'
_ADMINS, _IN, _OUT = "var.admins", "ingress", "egress"

F01 = RuleSetInput(
    _VARIABLES
    + _group(
        "ctl",
        (_IN, _aws(22, cidr=_ADMINS)),
        (_IN, _aws(443, cidr=_ADMINS)),
        (_IN, _aws(8443)),
        (_IN, _aws(5054, cidr=_ADMINS)),
        (_IN, _aws(-1, "icmp")),
        (_OUT, _aws(0, "-1", _ANY)),
    )
    + _group(
        "se",
        (_IN, _aws(22)),
        (_IN, _aws(4001)),
        (_IN, _aws(-1, "icmp")),
        *((_IN, _aws(0, str(number))) for number in (97, 73, 63)),
        *((_OUT, _aws(port)) for port in (22, 4001, 8443)),
        (_OUT, _aws(123, "udp")),
    )
    + _group(
        "data",
        (_IN, _aws(443, cidr=_ANY)),
        (_IN, _aws(53, "udp", '["172.16.0.0/12"]')),
        (_OUT, _aws(0, "-1", _ANY)),
    ),
    "terraform",
    {
        "aws_security_group.ctl": ["controller"],
        "aws_security_group.se": ["service-engine"],
        "aws_security_group.data": ["se-data"],
        "10.0.0.0/16": VPC,
        "172.16.0.0/12": ["*"],
    },
)

F04 = RuleSetInput(
    json.dumps(
        {
            "SecurityGroups": [
                {
                    "GroupId": "sg-1",
                    "GroupName": "avi",
                    "IpPermissions": [
                        {
                            "IpProtocol": protocol,
                            "FromPort": port,
                            "ToPort": port,
                            "IpRanges": [{"CidrIp": "0.0.0.0/0"}],
                        }
                        for protocol, port in (
                            ("tcp", 22),
                            ("tcp", 443),
                            ("tcp", 8443),
                            ("tcp", 80),
                            ("udp", 123),
                        )
                    ],
                    "IpPermissionsEgress": [
                        {
                            "IpProtocol": "-1",
                            "IpRanges": [{"CidrIp": "0.0.0.0/0"}],
                        }
                    ],
                }
            ]
        }
    ),
    "aws",
    {"sg-1": ["controller"]},
)


def _firewall(
    name: str, source: str, target: str, *allow: tuple[str, list[str]]
) -> dict[str, Any]:
    """Return the arguments of a firewall rule of Google Cloud."""
    parties: dict[str, Any] = {"target_tags": [target]} if target else {}
    key = "source_ranges" if source == "*" else "source_tags"
    parties[key] = ["0.0.0.0/0" if source == "*" else source]
    return {
        "name": name,
        "network": "avi",
        "direction": "INGRESS",
        "priority": 1000,
        "allow": [{"protocol": p, "ports": ports} for p, ports in allow],
        **parties,
    }


def _plan(kind: str, listed: list[dict[str, Any]]) -> str:
    """Return a plan of resources of one kind."""
    resources = [
        {
            "address": f"{kind}.r{at}",
            "mode": "managed",
            "type": kind,
            "name": f"r{at}",
            "values": values,
        }
        for at, values in enumerate(listed)
    ]
    return json.dumps(
        {
            "format_version": "1.2",
            "terraform_version": "1.9.0",
            "planned_values": {"root_module": {"resources": resources}},
        }
    )


F05 = RuleSetInput(
    _plan(
        "google_compute_firewall",
        [
            _firewall("mgmt", "*", "ctl", ("tcp", ["22", "443", "5054"])),
            _firewall("cc", "ctl", "ctl", ("tcp", ["22", "443", "8443"])),
            _firewall("p75", "se", "se", ("75", [])),
            _firewall("p97", "se", "se", ("97", [])),
            _firewall("u", "se", "se", ("udp", ["1550"])),
            _firewall("t", "se", "se", ("tcp", ["4001"])),
            _firewall("ntp", "se", "ctl", ("udp", ["123"])),
            _firewall("sc", "se", "ctl", ("tcp", ["22", "8443"])),
            _firewall("d", "*", "data", ("tcp", ["443", "53"])),
            _firewall("du", "*", "data", ("udp", ["53"])),
        ],
    ),
    "terraform-plan",
    {
        "tag:ctl": ["controller"],
        "tag:se": ["service-engine"],
        "tag:data": ["se-data"],
    },
)

_EVERYBODY = ["controller", "service-engine", "other"]
F08 = RuleSetInput(
    json.dumps(
        [
            {
                "kind": "compute#firewall",
                "name": name,
                "network": "x/lab",
                "direction": "INGRESS",
                "priority": 1000,
                "sourceRanges": ["0.0.0.0/0"],
                "allowed": [{"IPProtocol": name, "ports": ports}],
            }
            for name, ports in (
                ("icmp", []),
                (
                    "tcp",
                    ["22", "53", "80", "8080", "443", "3306", "8443"],
                ),
                ("udp", ["53"]),
            )
        ]
    ),
    "gcp",
    {"all": _EVERYBODY},
)


def _nsg(
    priority: int,
    name: str,
    port: str,
    *,
    protocol: str = "Tcp",
    source: str = "*",
) -> dict[str, Any]:
    """Return a rule of a network security group."""
    return {
        "name": name,
        "priority": priority,
        "direction": "Inbound",
        "access": "Allow",
        "protocol": protocol,
        "source_port_range": "*",
        "source_address_prefix": source,
        "destination_port_range": port,
        "destination_address_prefix": "*",
    }


_ADMIN_NET = "203.0.113.0/24"
F10 = RuleSetInput(
    _plan(
        "azurerm_network_security_group",
        [
            {
                "name": "ctl",
                "security_rule": [
                    _nsg(100, "https", "443", source=_ADMIN_NET),
                    _nsg(110, "p8443", "8443", source=_ADMIN_NET),
                    _nsg(120, "ssh", "22", source=_ADMIN_NET),
                    _nsg(130, "ntp", "123", source=_ADMIN_NET),
                    _nsg(140, "icmp", "*", protocol="Icmp"),
                ],
            }
        ],
    ),
    "terraform-plan",
    {
        "azurerm_network_security_group.r0": ["controller"],
        "all": ["controller"],
        _ADMIN_NET: ["external-network-services"],
        "list:VirtualNetwork": VPC,
    },
)


def _cli(rule: dict[str, Any]) -> dict[str, Any]:
    """Return a rule as Azure's own CLI prints it."""
    found = {}
    for key, value in rule.items():
        first, *words = key.split("_")
        found[first + "".join(word.title() for word in words)] = value
    return found


F12 = RuleSetInput(
    json.dumps(
        [
            {
                "id": "/x/networkSecurityGroups/lab",
                "name": "lab",
                "securityRules": [
                    _cli(_nsg(100 + at, name, port, protocol=protocol))
                    for at, (name, port, protocol) in enumerate(
                        (
                            ("ssh", "22", "Tcp"),
                            ("tcpdns", "53", "Tcp"),
                            ("http", "80", "Tcp"),
                            ("https", "443", "Tcp"),
                            ("sql", "3306", "Tcp"),
                            ("tcp8443", "8483", "Tcp"),
                            ("tcp5098", "5098", "Tcp"),
                            ("udpdns", "53", "Udp"),
                            ("udp123", "123", "Udp"),
                        )
                    )
                ],
            }
        ]
    ),
    "azure",
    {
        "/x/networkSecurityGroups/lab": _EVERYBODY,
        "all": _EVERYBODY,
        "list:VirtualNetwork": VPC,
    },
)

F13 = RuleSetInput(
    "heat_template_version: 2018-08-31\nresources:\n  ctl:\n"
    "    type: OS::Neutron::SecurityGroup\n    properties:\n      rules:\n"
    + "".join(
        f"        - {{protocol: {protocol}, port_range_min: {port}, "
        f"port_range_max: {port}}}\n"
        for protocol, port in (
            ("tcp", 22),
            ("tcp", 80),
            ("tcp", 443),
            ("tcp", 5054),
            ("tcp", 8443),
            ("udp", 123),
        )
    ),
    "heat",
    {"ctl": ["controller"]},
)

F16 = RuleSetInput(
    "docker run -d --name ctl -p 5098:22 -p 80:80 -p 443:443 \\\n"
    "  -p 8443:8443 -p 5054:5054 -p 161:161/udp avi-controller\n",
    "docker",
    {"ctl": ["controller"]},
)

F17 = RuleSetInput(
    "# Ports\n\n| From | To | Port(s) | Why |\n|---|---|---|---|\n"
    + "".join(
        f"| {source} | {destination} | {port} | - |\n"
        for source, destination, port in (
            ("NSX ALB Controller", "Syslog server", "TCP:514"),
            ("NSX ALB Controller", "DNS server", "UDP:53"),
            ("NSX ALB Controller", "NTP server", "UDP:123"),
            ("NSX ALB Controller", "LDAPS server", "TCP:636"),
            ("NSX ALB Controller", "LDAP server", "UDP:389"),
            ("Admins", "NSX ALB Controller", "TCP:22"),
            ("Admins", "NSX ALB Controller", "TCP:443"),
            ("Admins", "NSX ALB Controller", "TCP:80"),
            ("NSX ALB Controller", "ESXi", "TCP:443"),
            ("NSX ALB Controller", "vCenter", "TCP:443"),
            ("NSX ALB Controller", "NSX", "TCP:443"),
            ("Service Engine", "NSX ALB Controller", "UDP:123"),
            ("Service Engine", "NSX ALB Controller", "TCP:8443"),
            ("Service Engine", "NSX ALB Controller", "TCP:22"),
            ("Service Engine", "Service Engine", "TCP:9001"),
            ("Service Engine", "Service Engine", "TCP:4001"),
            ("AKO", "NSX ALB Controller", "TCP:443"),
        )
    ),
    "markdown",
    {
        "NSX ALB Controller": ["controller"],
        "Service Engine": ["service-engine"],
        "Admins": ["external-network-services"],
        "Syslog server": ["syslog-server"],
        "DNS server": ["dns-server"],
        "NTP server": ["ntp-server"],
        "LDAPS server": ["ldaps-server"],
        "LDAP server": ["ldap-server"],
        "ESXi": ["esxi-host"],
        "vCenter": ["vcenter"],
        "NSX": ["nsx-manager"],
        "AKO": ["ako"],
    },
)


def _nsx(*ports: str) -> RuleSetInput:
    """Return a policy of NSX: two services, from engines to Controllers."""
    groups = "/infra/domains/default/groups"

    def service(name: str, protocol: str, listed: list[str]) -> dict[str, Any]:
        entry = {
            "resource_type": "L4PortSetServiceEntry",
            "id": name,
            "l4_protocol": protocol,
            "destination_ports": listed,
        }
        return {
            "Service": {
                "resource_type": "Service",
                "id": name,
                "service_entries": [entry],
            }
        }

    policy = {
        "resource_type": "SecurityPolicy",
        "id": "avi",
        "category": "Infrastructure",
        "rules": [
            {
                "id": name,
                "source_groups": [f"{groups}/se"],
                "destination_groups": [f"{groups}/ctl"],
                "services": [f"/infra/services/{name}"],
                "action": "ALLOW",
            }
            for name in ("tcp", "udp")
        ],
    }
    return RuleSetInput(
        json.dumps(
            {
                "resource_type": "Infra",
                "children": [
                    {"SecurityPolicy": policy},
                    service("tcp", "TCP", [*ports]),
                    service("udp", "UDP", ["123"]),
                ],
            }
        ),
        "nsx",
        {
            f"{groups}/se": ["service-engine"],
            f"{groups}/ctl": ["controller"],
        },
    )


F21A = _nsx("22", "443", "8443")
F21B = _nsx("22", "8842")

#: By the case of the facts.
INPUTS = {
    "F01": F01,
    "F04": F04,
    "F05": F05,
    "F08": F08,
    "F10": F10,
    "F12": F12,
    "F13": F13,
    "F16": F16,
    "F17": F17,
    "F21a": F21A,
    "F21b": F21B,
}
