"""NSX-T distributed firewall policy, as a body for the hierarchical API.

The reference is the NSX-T Data Center REST API, its types ``Infra``,
``Group``, ``IPAddressExpression``, ``Service``, ``L4PortSetServiceEntry``,
``ICMPTypeServiceEntry``, ``IPProtocolServiceEntry``, ``SecurityPolicy`` and
``Rule``; and the administration guide on groups.

Roles are groups of addresses, and rules apply to the whole distributed
firewall: NSX does not enforce a rule that is applied to a group of nothing
but addresses. What the rules do not let through is dropped in both
directions for the product's own addresses, since the last rule of NSX lets
everything through. That goes for the neighbour discovery of IPv6 too, which
the page does not state: a site has to see to it in a category before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

from avi_portspec.rules.platforms.documents import (
    Names,
    cut,
    json_text,
    said,
    summed,
)
from avi_portspec.rules.platforms.roles import (
    own_networks,
    refused,
    too_large,
)
from avi_portspec.rules.platforms.services import protocol_of

if TYPE_CHECKING:
    from avi_portspec.model.ports import PortRange
    from avi_portspec.rules.networks import Network
    from avi_portspec.rules.neutral import Rule, RuleSet

__all__ = ["render"]

_PLATFORM: Final = "nsx-t"
_DOMAIN: Final = "default"
_POLICY: Final = "avi-portspec"
_ANY: Final = "ANY"
_ICMP: Final = {"icmp": "ICMPv4", "icmpv6": "ICMPv6"}
#: The most characters of an id, a description and the notes on a rule.
_ID: Final = 255
_DESCRIPTION: Final = 1024
_NOTES: Final = 2048
#: The most addresses of an expression, the most values in the ports of a
#: service entry, of which a range is two, and the most entries.
_ADDRESSES: Final = 4000
_VALUES: Final = 15
_ENTRIES: Final = 50
#: The most rules of a policy, and how many of them close the rest.
_RULES: Final = 1000
_CLOSING: Final = 2


def render(rules: RuleSet) -> str:
    """Return the rules as JSON, for ``PATCH /policy/api/v1/infra``.

    Args:
        rules: The rules.

    Raises:
        CannotExpressError: NSX-T has no way to say one of them.
    """
    names = Names(_ID - len("-99"))
    groups = _Groups(rules)
    services = [_service(rule, names) for rule in rules.rules]
    policy = _policy(rules, groups, names)
    return json_text(
        {
            "resource_type": "Infra",
            "children": [
                {
                    "resource_type": "ChildResourceReference",
                    "id": _DOMAIN,
                    "target_type": "Domain",
                    "children": [
                        {
                            "resource_type": "ChildSecurityPolicy",
                            "SecurityPolicy": policy,
                        },
                        *(
                            {"resource_type": "ChildGroup", "Group": group}
                            for group in groups.made
                        ),
                    ],
                },
                *(
                    {"resource_type": "ChildService", "Service": service}
                    for service in services
                ),
            ],
        }
    )


def _policy(rules: RuleSet, groups: _Groups, names: Names) -> dict[str, Any]:
    """Return the policy: what is let through, then what closes the rest."""
    for rule in rules.rules[_RULES - _CLOSING :]:
        reason = f"a policy has at most {_RULES} rules"
        raise refused(_PLATFORM, rule, reason)
    made = [_allowed(rule, rules, groups, names) for rule in rules.rules]
    made += _closed(rules, groups, names)
    return {
        "resource_type": "SecurityPolicy",
        "id": _POLICY,
        "display_name": _POLICY,
        "description": cut("; ".join(rules.header()), _DESCRIPTION),
        "category": "Application",
        "sequence_number": 10,
        "stateful": True,
        "tcp_strict": True,
        "scope": [_ANY],
        "rules": [
            {**rule, "sequence_number": number}
            for number, rule in enumerate(made, start=1)
        ],
    }


class _Groups:
    """Groups of addresses, each made when it is first needed."""

    def __init__(self, rules: RuleSet) -> None:
        self._inventory = rules.inventory
        self._names = Names(_ID)
        self._paths: dict[str, str] = {}
        self.made: list[dict[str, Any]] = []

    def sides(self, rule: Rule) -> tuple[str, str]:
        """Return the paths of the source's and the destination's group."""
        source = f"avi-{rule.source}-ipv{rule.family}"
        destination = f"avi-{rule.destination}-ipv{rule.family}"
        sent = self._inventory.of(rule.destination, rule.family)
        if rule.destinations != sent:
            # The cluster IP is listened on, and nothing is sent from it.
            destination += "-listening"
        for networks in (rule.sources, rule.destinations):
            if len(networks) > _ADDRESSES:
                reason = f"a group has at most {_ADDRESSES} addresses"
                raise refused(_PLATFORM, rule, reason)
        return (
            self.path(source, rule.sources),
            self.path(destination, rule.destinations),
        )

    def path(self, key: str, networks: tuple[Network, ...]) -> str:
        """Return the path of a group."""
        if key not in self._paths:
            name = self._names.of(key)
            self._paths[key] = f"/infra/domains/{_DOMAIN}/groups/{name}"
            self.made.append(
                {
                    "resource_type": "Group",
                    "id": name,
                    "display_name": name,
                    "expression": [
                        {
                            "resource_type": "IPAddressExpression",
                            "ip_addresses": [str(each) for each in networks],
                        }
                    ],
                }
            )
        return self._paths[key]


def _allowed(
    rule: Rule, rules: RuleSet, groups: _Groups, names: Names
) -> dict[str, Any]:
    """Return a rule that lets something through."""
    source, destination = groups.sides(rule)
    name = names.of(f"avi-{rule.id}")
    return _rule(
        name,
        summed(said(rules, rule), _NOTES),
        source_groups=[source],
        destination_groups=[destination],
        services=[f"/infra/services/{name}"],
        action="ALLOW",
        ip_protocol=f"IPV{rule.family}",
    )


def _closed(
    rules: RuleSet, groups: _Groups, names: Names
) -> Iterator[dict[str, Any]]:
    """Yield what drops the rest of what the product's addresses do."""
    own = own_networks(rules)
    if len(own) > _ADDRESSES:
        reason = f"a group has at most {_ADDRESSES} addresses"
        raise too_large(_PLATFORM, rules, reason)
    if own:
        product = [groups.path("avi-product", own)]
        for direction, source, destination in (
            ("ingress", [_ANY], product),
            ("egress", product, [_ANY]),
        ):
            yield _rule(
                names.of(f"avi-close-{direction}"),
                cut("; ".join(rules.header()), _NOTES),
                source_groups=source,
                destination_groups=destination,
                services=[_ANY],
                action="DROP",
                ip_protocol="IPV4_IPV6",
            )


def _rule(name: str, notes: str, **what: Any) -> dict[str, Any]:
    return {
        "resource_type": "Rule",
        "id": name,
        "display_name": name,
        "notes": notes,
        "profiles": [_ANY],
        "scope": [_ANY],
        "direction": "IN_OUT",
        "disabled": False,
        "logged": False,
        **what,
    }


def _service(rule: Rule, names: Names) -> dict[str, Any]:
    """Return the service that a rule lets through."""
    name = names.of(f"avi-{rule.id}")
    entries = [
        {"id": f"{name}-{number}", **entry}
        for number, entry in enumerate(_entries(rule), start=1)
    ]
    if len(entries) > _ENTRIES:
        reason = f"a service has at most {_ENTRIES} entries"
        raise refused(_PLATFORM, rule, reason)
    return {
        "resource_type": "Service",
        "id": name,
        "display_name": name,
        "service_entries": entries,
    }


def _entries(rule: Rule) -> Iterator[dict[str, Any]]:
    """Yield what a rule lets through, in entries that are not too long."""
    protocol = protocol_of(rule, _PLATFORM, ported=("tcp", "udp"), named=_ICMP)
    for each in rule.icmp_types:
        yield {
            "resource_type": "ICMPTypeServiceEntry",
            "protocol": _ICMP[protocol],
            "icmp_type": each,
        }
    for ports in _chunks(rule.ports):
        yield {
            "resource_type": "L4PortSetServiceEntry",
            "l4_protocol": protocol.upper(),
            "destination_ports": [str(each) for each in ports],
        }
    if not rule.icmp_types and not rule.ports:
        yield {
            "resource_type": "IPProtocolServiceEntry",
            "protocol_number": rule.protocol.number,
        }


def _chunks(ports: Iterable[PortRange]) -> Iterator[list[PortRange]]:
    """Yield the ports in turns that one entry can hold."""
    chunk: list[PortRange] = []
    values = 0
    for each in ports:
        size = min(len(each), 2)
        if values + size > _VALUES:
            yield chunk
            chunk, values = [], 0
        chunk.append(each)
        values += size
    if chunk:
        yield chunk
