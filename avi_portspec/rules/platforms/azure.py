"""Azure network security group, as an ARM template or as Terraform JSON.

The references are ``Microsoft.Network/networkSecurityGroups`` in the
template reference, the documentation of how security groups filter traffic,
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
from itertools import count, product
from typing import Any, Final, TypeAlias, assert_never

import attrs

from avi_portspec.rules.networks import Network
from avi_portspec.rules.neutral import Rule, SiteRules
from avi_portspec.rules.options import Options
from avi_portspec.rules.peers import NamedObject, Peer
from avi_portspec.rules.platforms.clouds import (
    Direction,
    location_notes,
    message_refusal,
    placements,
    protocol_name,
    refusal,
)
from avi_portspec.rules.platforms.documents import (
    Names,
    json_text,
    purposes_by_rule,
    purposes_of,
    summarise,
    terraform_comment,
    terraform_text,
)
from avi_portspec.rules.platforms.scope import ADDITION
from avi_portspec.rules.traffic import Bare, Message, Ported

__all__ = ["render_arm", "render_terraform"]

#: The clouds whose machines have its groups.
_CLOUDS: Final = ("azure",)
_CLOSES: Final = (
    "The last two rules deny all other traffic, in and out, of the subnets "
    "and interfaces that the group is associated with: also that of virtual "
    "services and of Azure's own load balancer."
)
_ARM: Final = "azure-arm"
_TERRAFORM: Final = "azure-terraform"
_SCHEMA: Final = (
    "https://schema.management.azure.com/schemas/2019-04-01/"
    "deploymentTemplate.json#"
)
#: The name of the group, unless another is given.
_GROUP: Final = "avi-portspec"
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
_CAPITAL: Final = re.compile("[A-Z]")


#: Prefixes, or one object: a rule has no more on a side.
_Side: TypeAlias = tuple[str, ...] | NamedObject


@attrs.frozen(kw_only=True)
class _SecurityRule:
    """A rule as Azure has it, before either syntax."""

    name: str
    reasons: tuple[str, ...]
    direction: str
    access: str
    priority: int
    protocol: str = _ANY
    sources: _Side = (_ANY,)
    destinations: _Side = (_ANY,)
    ports: tuple[str, ...] = (_ANY,)

    @property
    def description(self) -> str:
        """The reasons, as far as Azure keeps them."""
        return _UNSAFE.sub("_", summarise(self.reasons, _DESCRIPTION))


def _header(rules: SiteRules) -> list[str]:
    closes = ADDITION if rules.is_addition else _CLOSES
    return [*rules.header(), closes, *location_notes(rules, _CLOUDS)]


def render_arm(rules: SiteRules, options: Options) -> str:
    """Return the rules as an Azure Resource Manager template in JSON."""
    security_rules = [
        {"name": rule.name, "properties": _properties(rule)}
        for rule in _security_rules(rules, _ARM, options)
    ]
    return json_text(
        {
            "$schema": _SCHEMA,
            "contentVersion": "1.0.0.0",
            "metadata": {
                "avi-portspec": {
                    "header": _header(rules),
                    "rules": purposes_by_rule(rules),
                }
            },
            "parameters": {
                "name": {
                    "type": "string",
                    "defaultValue": options.identifier(_GROUP),
                },
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
                    "properties": {"securityRules": security_rules},
                }
            ],
        }
    )


def _security_rules(
    rules: SiteRules, platform: str, options: Options
) -> Iterator[_SecurityRule]:
    """Yield all rules of the group, those that close the rest last."""
    names = Names(_NAME, options.label)
    priorities = {direction: count(_FIRST) for direction in _DIRECTIONS}
    addresses: Counter[str] = Counter()
    numbers = count(1)
    seen = set()
    for stand in placements(rules, platform, _CLOUDS):
        rule = stand.rule
        key = f"{rule.id}-{stand.direction}"
        for sources, destinations in product(
            _sides(rule.sources, rule.source_objects),
            _sides(rule.destinations, rule.destination_objects),
        ):
            sides = {"sources": sources, "destinations": destinations}
            objects = [s for s in sides.values() if isinstance(s, NamedObject)]
            if len(objects) == len(sides):
                # Between objects, the rules of both families are the same.
                allowed = (stand.direction, *objects, rule.traffic)
                if allowed in seen:
                    continue
                seen.add(allowed)
            addresses.update({n: _size(side) for n, side in sides.items()})
            _within_limits(rule, platform, next(numbers), addresses)
            yield _SecurityRule(
                name=names.of("-".join((key, *map(_last, objects)))),
                reasons=tuple(purposes_of(rules, rule)),
                direction=_DIRECTIONS[stand.direction],
                access="Allow",
                priority=next(priorities[stand.direction]),
                sources=sources,
                destinations=destinations,
                **_traffic(rule, platform),
            )
    for direction, name in _DIRECTIONS.items():
        if rules.is_addition:
            return
        yield _SecurityRule(
            name=names.of(f"close-{direction}"),
            reasons=("Denies what Azure allows by default",),
            direction=name,
            access="Deny",
            priority=_LAST,
        )


def _sides(
    networks: tuple[Network, ...], objects: tuple[Peer, ...]
) -> Iterator[_Side]:
    """Yield what a rule has on one side, as rules of Azure take it."""
    if networks:
        yield _prefixes(networks)
    yield from (each for each in objects if isinstance(each, NamedObject))


def _last(peer: NamedObject) -> str:
    """Return the end of an object's path, or its name."""
    return peer.name.rpartition("/")[2]


def _size(side: _Side) -> int:
    return 1 if isinstance(side, NamedObject) else len(side)


def _prefixes(networks: tuple[Network, ...]) -> tuple[str, ...]:
    """Return networks as Azure has them.

    All addresses of a family are written as its two halves: in Azure's own
    rules 0.0.0.0/0 stands for the addresses of both.
    """
    return tuple(
        str(part)
        for network in networks
        for part in (
            network.subnets() if network.prefixlen == 0 else [network]
        )
    )


def _traffic(rule: Rule, platform: str) -> dict[str, Any]:
    """Return Azure's name for a rule's protocol, and its ports.

    What has no ports gets ``*`` for them; that is wider for no protocol of
    Azure's, as those with ports never get it.
    """
    match rule.traffic:
        case Ported(ports=spans):
            ports = tuple(map(str, spans))
        case Bare():
            ports = (_ANY,)
        case Message():
            raise message_refusal(rule, platform)
        case _ as never:
            assert_never(never)
    name = protocol_name(
        rule, platform, ported=("tcp", "udp"), named=_PROTOCOLS
    )
    if name not in _PROTOCOLS:
        reason = (
            f"it has no name for {rule.protocol.label}, only * for all "
            "protocols"
        )
        raise refusal(platform, rule, reason)
    return {"protocol": _PROTOCOLS[name], "ports": ports}


def _within_limits(
    rule: Rule, platform: str, number: int, addresses: Counter[str]
) -> None:
    """Refuse the rule with which the group gets too large."""
    if number > _RULES - len(_DIRECTIONS):
        reason = f"its group would have more than {_RULES} rules"
        raise refusal(platform, rule, reason)
    for side, size in addresses.items():
        if size > _ADDRESSES:
            reason = f"its group would have more than {_ADDRESSES} {side}"
            raise refusal(platform, rule, reason)


def _properties(spec: _SecurityRule) -> dict[str, Any]:
    """Return what both syntaxes say of a rule, by the names of ARM."""
    return {
        "description": spec.description,
        "direction": spec.direction,
        "access": spec.access,
        "priority": spec.priority,
        "protocol": spec.protocol,
        **_side("source", spec.sources),
        "sourcePortRange": _ANY,
        **_side("destination", spec.destinations),
        **_either("destinationPortRange", "s", spec.ports),
    }


def _side(end: str, side: _Side) -> dict[str, Any]:
    if not isinstance(side, NamedObject):
        return _either(f"{end}AddressPrefix", "es", side)
    if side.kind == "service-tag":
        return {f"{end}AddressPrefix": side.name}
    return {f"{end}ApplicationSecurityGroups": [{"id": side.name}]}


def _either(name: str, plural: str, values: tuple[str, ...]) -> dict[str, Any]:
    """Return a property that takes ``*``, or its plural, which does not."""
    if values == (_ANY,):
        return {name: _ANY}
    return {f"{name}{plural}": list(values)}


#: All that a rule within a group has, as the provider spells it. In JSON it
#: takes such a rule for one value, of which no attribute may be missing.
_ATTRIBUTES: Final = (
    "name",
    "description",
    "direction",
    "access",
    "priority",
    "protocol",
    *(
        f"{side}_{what}"
        for side in ("source", "destination")
        for what in (
            "address_prefix",
            "address_prefixes",
            "application_security_group_ids",
            "port_range",
            "port_ranges",
        )
    ),
)


def render_terraform(rules: SiteRules, options: Options) -> str:
    """Return the rules as a Terraform configuration in JSON.

    They stand within their group, which is changed as a whole: as resources
    of their own, rules that move up would clash with those that are there.
    """
    variables: dict[str, dict[str, str]] = {
        "resource_group_name": {},
        "location": {},
        "name": {"default": options.identifier(_GROUP)},
    }
    label = options.identifier("avi")
    security_rules = [*_security_rules(rules, _TERRAFORM, options)]
    group = {
        "//": {
            rule.name: terraform_comment(rule.reasons)
            for rule in security_rules
        },
        **{
            name: f"${{var.{name}}}"
            for name in ("name", "resource_group_name", "location")
        },
        "security_rule": [*map(_terraform_rule, security_rules)],
    }
    return terraform_text(
        _header(rules),
        "azurerm",
        ">= 3.0",
        variable={
            name: {"type": "string", **more}
            for name, more in variables.items()
        },
        resource={"azurerm_network_security_group": {label: group}},
        output={
            "network_security_group_id": {
                "value": f"${{azurerm_network_security_group.{label}.id}}"
            }
        },
    )


def _terraform_rule(rule: _SecurityRule) -> dict[str, Any]:
    stated = {
        _CAPITAL.sub(r"_\g<0>", name).lower(): value
        for name, value in _properties(rule).items()
    }
    for end in ("source", "destination"):
        groups = stated.pop(f"{end}_application_security_groups", None)
        if groups is not None:
            ids = [group["id"] for group in groups]
            stated[f"{end}_application_security_group_ids"] = ids
    return {
        name: {"name": rule.name, **stated}.get(name) for name in _ATTRIBUTES
    }
