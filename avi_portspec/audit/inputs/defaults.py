"""What providers do where a file is silent, with a source each."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_network
from typing import Final, NamedTuple

from avi_portspec.audit.inputs.addresses import ANYWHERE, outside_of
from avi_portspec.audit.inputs.reading import order_sides
from avi_portspec.audit.model import (
    Action,
    Direction,
    LastResort,
    Members,
    Party,
    Place,
    PrefixList,
    Rule,
)
from avi_portspec.audit.services import EVERY_SERVICE
from avi_portspec.model.frozen import FrozenDict

__all__ = [
    "AZURE_RULES",
    "LAST_RESORTS",
    "DefaultRule",
    "azure_defaults",
    "azure_tag",
    "default_rule",
    "last_resort",
]


class _Default(NamedTuple):
    """What happens to what no rule matches.

    Attributes:
        action: What happens.
        text: Who says so.
        source: Where the provider documents it.
    """

    action: Action
    text: str
    source: str


_AWS: Final = "https://docs.aws.amazon.com/vpc/latest/userguide/"
_AZURE: Final = (
    "https://learn.microsoft.com/azure/virtual-network/"
    "network-security-groups-overview#default-security-rules"
)
_GCP: Final = (
    "https://cloud.google.com/firewall/docs/firewalls#default_firewall_rules"
)
_NEUTRON: Final = (
    "https://docs.openstack.org/neutron/latest/admin/"
    "intro-os-networking.html#security-groups"
)
_NSX: Final = (
    "https://docs.vmware.com/en/VMware-NSX-T-Data-Center/3.2/administration/"
    "GUID-22DF2616-8B3F-4E13-8116-B7501D2A8E6D.html"
)
_KUBERNETES: Final = (
    "https://kubernetes.io/docs/concepts/services-networking/"
    "network-policies/#the-two-sorts-of-pod-isolation"
)
_DOCKER: Final = "https://docs.docker.com/engine/network/port-publishing/"

#: By the provider and the direction of a filter.
LAST_RESORTS: Final[Mapping[str, _Default]] = FrozenDict(
    {
        "aws-group": _Default(
            "deny",
            "a security group denies what it does not allow",
            f"{_AWS}security-group-rules.html",
        ),
        "aws-acl": _Default(
            "deny",
            "rule * of a network ACL",
            f"{_AWS}default-network-acl.html",
        ),
        "azure": _Default(
            "deny", "a network security group ends in DenyAll", _AZURE
        ),
        "gcp-in": _Default("deny", "implied deny ingress", _GCP),
        "gcp-out": _Default("allow", "implied allow egress", _GCP),
        "openstack": _Default(
            "deny",
            "a security group denies what it does not allow",
            _NEUTRON,
        ),
        "nsx": _Default(
            "allow", "the default rule of the distributed firewall", _NSX
        ),
        "kubernetes": _Default(
            "deny",
            "a pod that a policy selects gets what policies allow",
            _KUBERNETES,
        ),
        "docker": _Default(
            "deny", "a container's ports that are not published", _DOCKER
        ),
    }
)


def last_resort(name: str) -> LastResort:
    """Return what a provider does with what no rule matches."""
    default = LAST_RESORTS[name]
    return LastResort(
        action=default.action, origin="provider-default", text=default.text
    )


class DefaultRule(NamedTuple):
    """A rule that a provider adds to every group.

    Attributes:
        id: Its name.
        action: What it does.
        sources: Who sends.
        destinations: Who receives.
        source: Where the provider documents it.
    """

    id: str
    action: Action
    sources: tuple[Party, ...]
    destinations: tuple[Party, ...]
    source: str


#: What a virtual network may have: RFC 1918, RFC 6598, and of IPv6 anything.
_PRIVATE: Final = tuple(
    map(
        ip_network,
        ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16"),
    )
)
_VNET: Final = (PrefixList("VirtualNetwork", holds_groups=True), Members())
#: The tags of which more is known than their names.
_TAGS: Final[Mapping[str, tuple[Party, ...]]] = FrozenDict(
    {
        # The members of a group are in their own virtual network.
        "virtualnetwork": _VNET,
        "internet": (
            PrefixList(
                "Internet",
                outside_of=_VNET[0],
                surely=tuple(outside_of(_PRIVATE, 4)),
            ),
        ),
        # The host of a virtual machine, 168.63.129.16, whence it asks whether
        # the machine is well.
        "azureloadbalancer": (
            PrefixList("AzureLoadBalancer", is_closed=True),
        ),
    }
)


def azure_tag(name: str) -> tuple[Party, ...]:
    """Return a service tag: addresses that Azure keeps elsewhere."""
    return _TAGS.get(name.casefold(), (PrefixList(name),))


_BALANCER: Final = azure_tag("AzureLoadBalancer")
_ANY: Final = (ANYWHERE,)

#: By direction, in order of priority: 65000, 65001 and 65500.
AZURE_RULES: Final[Mapping[str, tuple[DefaultRule, ...]]] = FrozenDict(
    {
        "in": (
            DefaultRule("AllowVnetInBound", "allow", _VNET, _VNET, _AZURE),
            DefaultRule(
                "AllowAzureLoadBalancerInBound",
                "allow",
                _BALANCER,
                _ANY,
                _AZURE,
            ),
            DefaultRule("DenyAllInBound", "deny", _ANY, _ANY, _AZURE),
        ),
        "out": (
            DefaultRule("AllowVnetOutBound", "allow", _VNET, _VNET, _AZURE),
            # What gets there, AllowVnetOutBound has not taken: it is outside.
            DefaultRule("AllowInternetOutBound", "allow", _ANY, _ANY, _AZURE),
            DefaultRule("DenyAllOutBound", "deny", _ANY, _ANY, _AZURE),
        ),
    }
)


def azure_defaults(direction: str, place: Place) -> tuple[Rule, ...]:
    """Return the rules that Azure adds to a network security group.

    Args:
        direction: ``in`` or ``out``.
        place: The place of the group.
    """
    return tuple(
        Rule(
            id=each.id,
            place=place,
            action=each.action,
            sources=each.sources,
            destinations=each.destinations,
            service=EVERY_SERVICE,
            origin="provider-default",
        )
        for each in AZURE_RULES[direction]
    )


def default_rule(
    name: str, place: Place, direction: Direction, others: tuple[Party, ...]
) -> Rule:
    """Return a rule for any service that a provider adds.

    Args:
        name: Its name.
        place: The place of its group.
        direction: ``in`` or ``out``.
        others: The parties that are not the group's members.
    """
    sources, destinations = order_sides(direction, others)
    return Rule(
        id=name,
        place=place,
        sources=sources,
        destinations=destinations,
        service=EVERY_SERVICE,
        origin="provider-default",
    )
