"""Azure network security group, as an ARM template or as Terraform JSON.

The references are ``Microsoft.Network/networkSecurityGroups`` in the
template reference, the page on how network security groups filter traffic,
and the Terraform provider ``hashicorp/azurerm``.

One group serves all parts of the product, since an interface can have only
one: every rule names the addresses of both its sides, so none does anything
at a part that it is not about. What Azure allows by default, all traffic
within the virtual network and all that leaves for the Internet, is closed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import count
from typing import TYPE_CHECKING, Any, Final

import attrs

from avi_portspec.rules.platforms.documents import (
    Names,
    explained,
    json_text,
    literal,
    said,
    summed,
)
from avi_portspec.rules.platforms.roles import Direction, refused, stands
from avi_portspec.rules.platforms.services import protocol_of, without_icmp

if TYPE_CHECKING:
    from avi_portspec.rules.networks import Network
    from avi_portspec.rules.neutral import Rule, RuleSet

__all__ = ["render_arm", "render_terraform"]

_ARM: Final = "azure-arm"
_TERRAFORM: Final = "azure-terraform"
_SCHEMA: Final = (
    "https://schema.management.azure.com/schemas/2019-04-01/"
    "deploymentTemplate.json#"
)
_API: Final = "2023-11-01"
#: Azure's names for the protocols that it has; for all others together it
#: has ``*``, which would be wider.
_PROTOCOLS: Final = {"tcp": "Tcp", "udp": "Udp", "esp": "Esp", "ah": "Ah"}
_DIRECTIONS: Final[dict[Direction, str]] = {
    "ingress": "Inbound",
    "egress": "Outbound",
}
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9 ._\-:/(),+=;]")
#: The most characters of a rule's name and of its description.
_NAME: Final = 80
_DESCRIPTION: Final = 140
#: The most rules of a group, and the most addresses in all of them.
_RULES: Final = 1000
_ADDRESSES: Final = 4000
#: Priorities run from 100 to 4096, the lowest number first.
_FIRST: Final = 100
_LAST: Final = 4096
_ANY: Final = "*"


@attrs.frozen(kw_only=True)
class _SecurityRule:
    """A rule as Azure has it, before either syntax."""

    name: str
    reasons: tuple[str, ...]
    direction: str
    access: str
    priority: int
    protocol: str = _ANY
    sources: tuple[str, ...] = (_ANY,)
    destinations: tuple[str, ...] = (_ANY,)
    ports: tuple[str, ...] = (_ANY,)

    @property
    def description(self) -> str:
        """The reasons, as far as Azure keeps them."""
        return _UNSAFE.sub("_", summed(self.reasons, _DESCRIPTION))


def render_arm(rules: RuleSet) -> str:
    """Return the rules as an Azure Resource Manager template in JSON.

    Args:
        rules: The rules.

    Raises:
        CannotExpressError: Azure has no way to say one of them.
    """
    made = [_arm_rule(each) for each in _security_rules(rules, _ARM)]
    return json_text(
        {
            "$schema": _SCHEMA,
            "contentVersion": "1.0.0.0",
            "metadata": {
                "avi-portspec": {
                    "header": rules.header(),
                    "rules": explained(rules),
                }
            },
            "parameters": {
                "name": {"type": "string", "defaultValue": "avi-portspec"},
                "location": {
                    "type": "string",
                    "defaultValue": "[resourceGroup().location]",
                },
            },
            "resources": [
                {
                    "type": "Microsoft.Network/networkSecurityGroups",
                    "apiVersion": _API,
                    "name": "[parameters('name')]",
                    "location": "[parameters('location')]",
                    "properties": {"securityRules": made},
                }
            ],
        }
    )


def _security_rules(rules: RuleSet, platform: str) -> Iterator[_SecurityRule]:
    """Yield all rules of the group, those that close the rest last."""
    names = Names(_NAME)
    priorities = {each: count(_FIRST) for each in _DIRECTIONS}
    addresses: Counter[str] = Counter()
    for number, stand in enumerate(stands(rules, platform), start=1):
        rule = stand.rule
        addresses["sources"] += len(rule.sources)
        addresses["destinations"] += len(rule.destinations)
        _within_limits(rule, platform, number, addresses)
        yield _SecurityRule(
            name=names.of(f"{rule.id}-{stand.direction}"),
            reasons=tuple(said(rules, rule)),
            direction=_DIRECTIONS[stand.direction],
            access="Allow",
            priority=next(priorities[stand.direction]),
            protocol=_protocol(rule, platform),
            sources=_prefixes(rule.sources),
            destinations=_prefixes(rule.destinations),
            ports=tuple(map(str, rule.ports)) or (_ANY,),
        )
    for each, direction in _DIRECTIONS.items():
        yield _SecurityRule(
            name=names.of(f"close-{each}"),
            reasons=("Closes what Azure leaves open by default",),
            direction=direction,
            access="Deny",
            priority=_LAST,
        )


def _prefixes(networks: tuple[Network, ...]) -> tuple[str, ...]:
    """Return networks as Azure has them.

    All addresses of a family are written as its two halves: in Azure's own
    rules 0.0.0.0/0 stands for the addresses of both.
    """
    parts = (
        each.subnets() if each.prefixlen == 0 else (each,) for each in networks
    )
    return tuple(str(part) for several in parts for part in several)


def _protocol(rule: Rule, platform: str) -> str:
    """Return Azure's name for a rule's protocol."""
    without_icmp(rule, platform)
    name = protocol_of(rule, platform, ported=("tcp", "udp"), named=_PROTOCOLS)
    if name not in _PROTOCOLS:
        reason = (
            f"it has no word for {rule.protocol.label}, only one for all "
            "protocols together"
        )
        raise refused(platform, rule, reason)
    return _PROTOCOLS[name]


def _within_limits(
    rule: Rule, platform: str, number: int, addresses: Counter[str]
) -> None:
    """Refuse the rule with which the group gets too large."""
    if number > _RULES - len(_DIRECTIONS):
        reason = f"its group would have more than {_RULES} rules"
        raise refused(platform, rule, reason)
    for side, found in addresses.items():
        if found > _ADDRESSES:
            reason = f"its group would have more than {_ADDRESSES} {side}"
            raise refused(platform, rule, reason)


def _arm_rule(rule: _SecurityRule) -> dict[str, Any]:
    return {
        "name": rule.name,
        "properties": {
            "description": rule.description,
            "direction": rule.direction,
            "access": rule.access,
            "priority": rule.priority,
            "protocol": rule.protocol,
            **_either("sourceAddressPrefix", "es", rule.sources),
            "sourcePortRange": _ANY,
            **_either("destinationAddressPrefix", "es", rule.destinations),
            **_either("destinationPortRange", "s", rule.ports),
        },
    }


def _either(name: str, plural: str, values: tuple[str, ...]) -> dict[str, Any]:
    """Return a property that takes ``*``, or its plural, which does not."""
    if values == (_ANY,):
        return {name: _ANY}
    return {f"{name}{plural}": list(values)}


def render_terraform(rules: RuleSet) -> str:
    """Return the rules as a Terraform configuration in JSON.

    Args:
        rules: The rules.

    Raises:
        CannotExpressError: Azure has no way to say one of them.
    """
    return json_text(
        {
            "//": literal(rules.header()),
            "terraform": {
                "required_providers": {
                    "azurerm": {
                        "source": "hashicorp/azurerm",
                        "version": ">= 3.0",
                    }
                }
            },
            "variable": {
                name: {"type": "string", **more}
                for name, more in (
                    ("resource_group_name", {}),
                    ("location", {}),
                    ("name", {"default": "avi-portspec"}),
                )
            },
            "resource": {
                "azurerm_network_security_group": {
                    "avi": {
                        "name": "${var.name}",
                        "resource_group_name": "${var.resource_group_name}",
                        "location": "${var.location}",
                    }
                },
                "azurerm_network_security_rule": {
                    rule.name: _terraform_rule(rule)
                    for rule in _security_rules(rules, _TERRAFORM)
                },
            },
            "output": {
                "network_security_group_id": {
                    "value": "${azurerm_network_security_group.avi.id}"
                }
            },
        }
    )


def _terraform_rule(rule: _SecurityRule) -> dict[str, Any]:
    return {
        "//": literal(rule.reasons),
        "name": rule.name,
        "resource_group_name": "${var.resource_group_name}",
        "network_security_group_name": (
            "${azurerm_network_security_group.avi.name}"
        ),
        "description": rule.description,
        "direction": rule.direction,
        "access": rule.access,
        "priority": rule.priority,
        "protocol": rule.protocol,
        **_either("source_address_prefix", "es", rule.sources),
        "source_port_range": _ANY,
        **_either("destination_address_prefix", "es", rule.destinations),
        **_either("destination_port_range", "s", rule.ports),
    }
