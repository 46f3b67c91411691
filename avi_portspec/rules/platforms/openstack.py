"""OpenStack security groups, as a Heat template in YAML.

The references are the Heat resources ``OS::Neutron::SecurityGroup`` and
``OS::Neutron::SecurityGroupRule``, and the networking API's security group
rules.

Each part of the product is a group. Where both sides of a rule are groups,
the rule refers to the group, for one family; else it has addresses.
"""

from __future__ import annotations

import re
from typing import Any, Final, assert_never

from avi_portspec.model.ports import PortRange
from avi_portspec.names import EndpointId
from avi_portspec.rules.neutral import SiteRules
from avi_portspec.rules.options import Options
from avi_portspec.rules.platforms.clouds import (
    LOOPBACK,
    Grounds,
    Permission,
    location_notes,
    membership_warning,
    own_roles,
    permissions,
)
from avi_portspec.rules.platforms.documents import (
    Names,
    shorten,
    summarise,
    yaml_text,
)
from avi_portspec.rules.traffic import Bare, Message

__all__ = ["render"]

_PLATFORM: Final = "openstack-heat"
#: The clouds whose machines are in its groups.
_CLOUDS: Final = ("openstack",)
#: Heat's features as of the release Rocky, which has all that is used here.
_VERSION: Final = "2018-08-31"
#: The protocols whose ports Neutron knows, and others that Heat can name.
_PORTED: Final = ("tcp", "udp", "dccp", "sctp", "udplite")
_NAMED: Final = ("icmp", "icmpv6", "gre", "esp", "ah")
_NAME: Final = 255
#: Separators of a permission's key that a resource's name cannot have.
_SEPARATORS: Final = re.compile(r"[ /]")
_MEMBERSHIP: Final = (
    "Caution: every port in a security group gets all of its rules, whatever "
    "its addresses are"
)


def render(rules: SiteRules, options: Options) -> str:
    """Return the rules as a Heat template in YAML."""
    names = Names(_NAME, lambda key: _SEPARATORS.sub("-", options.label(key)))
    permitted = permissions(
        rules,
        _PLATFORM,
        ported=_PORTED,
        named=_NAMED,
        by_family=True,
        clouds=_CLOUDS,
    )
    roles = own_roles(rules, _CLOUDS)
    resources = {
        names.of(f"{role} group"): _group(role, options) for role in roles
    }
    for permission, grounds in permitted.items():
        resources[names.of(permission.key)] = _rule(permission, grounds, names)
    document = {
        "heat_template_version": _VERSION,
        "description": "Security groups for Avi, by avi-portspec",
        "resources": resources,
        "outputs": {
            options.label(f"{role}-group"): {
                "value": {"get_resource": names.of(f"{role} group")}
            }
            for role in roles
        },
    }
    top = (
        *rules.header(),
        membership_warning(rules, _MEMBERSHIP),
        *location_notes(rules, _CLOUDS, "join groups"),
    )
    return yaml_text([document], top)


def _group(role: EndpointId, options: Options) -> dict[str, Any]:
    """Return the group of a role, without any of its rules.

    Neutron lets everything out of a new group, and Heat takes that back for
    a group that has an egress rule of its own. The rules that do anything
    are resources of their own: two groups that name one another could not
    be made otherwise, and when a group's own list changes, Heat removes
    what is not in it.
    """
    return {
        "type": "OS::Neutron::SecurityGroup",
        "properties": {
            "name": shorten(options.label(role), _NAME),
            "description": shorten(
                f"{options.identifier('avi-portspec')}: {role}", _NAME
            ),
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
    permission: Permission, grounds: Grounds, names: Names
) -> dict[str, Any]:
    def group(role: str) -> dict[str, str]:
        return {"get_resource": names.of(f"{role} group")}

    peer = permission.peer
    return {
        "type": "OS::Neutron::SecurityGroupRule",
        "properties": {
            "security_group": group(permission.role),
            "description": summarise(grounds.reasons, _NAME),
            "direction": permission.direction,
            "ethertype": f"IPv{permission.family}",
            "protocol": permission.protocol,
            **_ports(permission),
            **(
                {"remote_group": group(peer)}
                if isinstance(peer, str)
                else {"remote_ip_prefix": str(peer)}
            ),
        },
    }


def _ports(permission: Permission) -> dict[str, int]:
    match permission.what:
        case PortRange(low=low, high=high):
            return {"port_range_min": low, "port_range_max": high}
        case Message(icmp_type=kind):
            # The type; without a highest number, any code.
            return {"port_range_min": kind}
        case Bare():
            return {}
        case _ as never:
            assert_never(never)
