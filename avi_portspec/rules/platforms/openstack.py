"""OpenStack security groups, as a Heat template in YAML.

The references are the Heat resources ``OS::Neutron::SecurityGroup`` and
``OS::Neutron::SecurityGroupRule``, and the networking API's security group
rules.

Each part of the product is a group. Where both sides of a rule are groups,
the rule refers to the group, for one family; else it has addresses.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from avi_portspec.rules.platforms.documents import Names, cut, yaml_text
from avi_portspec.rules.platforms.groups import (
    LOOPBACK,
    Permission,
    Wanted,
    permissions,
)
from avi_portspec.rules.platforms.roles import own_roles
from avi_portspec.rules.platforms.services import Service, protocol_of

if TYPE_CHECKING:
    from avi_portspec.names import EndpointId
    from avi_portspec.rules.neutral import Rule, RuleSet

__all__ = ["render"]

_PLATFORM: Final = "openstack-heat"
#: Heat's features as of the release Rocky, which has all that is used here.
_VERSION: Final = "2018-08-31"
#: The protocols whose ports Neutron knows, and others that Heat can name.
_PORTED: Final = ("tcp", "udp", "dccp", "sctp", "udplite")
_NAMED: Final = ("icmp", "icmpv6", "gre", "esp", "ah")
_NAME: Final = 255
#: What parts a permission's key, and may not stand in a resource's name.
_SEPARATORS: Final = re.compile(r"[ /]")
_MEMBERSHIP: Final = (
    "membership opens: whatever port is put into one of these groups may do "
    "all that the group may, whatever its addresses are"
)


def render(rules: RuleSet) -> str:
    """Return the rules as a Heat template in YAML.

    Args:
        rules: The rules.

    Raises:
        CannotExpressError: Neutron has no way to say one of them.
    """
    names = Names(_NAME, lambda key: _SEPARATORS.sub("-", key))
    found = permissions(rules, _PLATFORM, _spelled, by_family=True)
    roles = own_roles(rules)
    resources = {names.of(f"{role} group"): _group(role) for role in roles}
    for permission, wanted in found.items():
        resources[names.of(permission.key)] = _rule(permission, wanted, names)
    document = {
        "heat_template_version": _VERSION,
        "description": "Security groups for Avi, by avi-portspec",
        "resources": resources,
        "outputs": {
            f"{role}-group": {
                "value": {"get_resource": names.of(f"{role} group")}
            }
            for role in roles
        },
    }
    return yaml_text([document], (*rules.header(), _MEMBERSHIP))


def _spelled(rule: Rule) -> str:
    return protocol_of(rule, _PLATFORM, ported=_PORTED, named=_NAMED)


def _group(role: EndpointId) -> dict[str, Any]:
    """Return the group of a role, without any of its rules.

    Neutron lets everything out of a new group, and Heat takes that back for
    a group that has an egress rule of its own. The rules that do anything
    are resources of their own: two groups that name one another could not
    be made otherwise, and when a group's own list changes, Heat removes
    whatever is not in it.
    """
    return {
        "type": "OS::Neutron::SecurityGroup",
        "properties": {
            "name": cut(role, _NAME),
            "description": cut(f"avi-portspec: {role}", _NAME),
            "rules": [
                {
                    "direction": "egress",
                    "ethertype": "IPv4",
                    "remote_ip_prefix": LOOPBACK,
                }
            ],
        },
    }


def _rule(
    permission: Permission, wanted: Wanted, names: Names
) -> dict[str, Any]:
    def group(role: str) -> dict[str, str]:
        return {"get_resource": names.of(f"{role} group")}

    peer = permission.peer
    return {
        "type": "OS::Neutron::SecurityGroupRule",
        "properties": {
            "security_group": group(permission.role),
            "description": wanted.described(_NAME),
            "direction": permission.direction,
            "ethertype": f"IPv{permission.family}",
            "protocol": permission.service.protocol,
            **_ports(permission.service),
            **(
                {"remote_group": group(peer)}
                if isinstance(peer, str)
                else {"remote_ip_prefix": str(peer)}
            ),
        },
    }


def _ports(service: Service) -> dict[str, int]:
    if service.icmp_type is not None:
        # The type; without a highest number, any code.
        return {"port_range_min": service.icmp_type}
    if service.ports is None:
        return {}
    return {
        "port_range_min": service.ports.low,
        "port_range_max": service.ports.high,
    }
