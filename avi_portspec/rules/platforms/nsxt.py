"""NSX-T distributed firewall policy, as a body for the hierarchical API.

The reference is the NSX-T Data Center REST API, its types ``Infra``,
``Group``, ``IPAddressExpression``, ``Service``, ``L4PortSetServiceEntry``,
``ICMPTypeServiceEntry``, ``IPProtocolServiceEntry``, ``SecurityPolicy`` and
``Rule``; and the administration guide on groups.

Roles are groups of addresses, and rules apply to the whole distributed
firewall: NSX does not enforce a rule that is applied to a group of nothing
but addresses. What the rules do not allow is dropped in both directions, since
the last rule of NSX lets everything through: for the product's own addresses,
or for any. That includes IPv6 neighbour discovery, which is not documented: a
site permits it in an earlier category.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, assert_never

from avi_portspec.rules.networks import IPV6, Network
from avi_portspec.rules.neutral import Rule, SiteRules
from avi_portspec.rules.options import Options
from avi_portspec.rules.peers import NamedObject, Peer
from avi_portspec.rules.platforms.clouds import (
    own_networks,
    own_roles,
    protocol_name,
    refusal,
    size_refusal,
)
from avi_portspec.rules.platforms.documents import (
    Names,
    json_text,
    purposes_of,
    shorten,
    summarise,
)
from avi_portspec.rules.platforms.scope import judged
from avi_portspec.rules.traffic import Bare, Message, Ported, split_ports

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
#: The most groups of a side of a rule.
_GROUPS: Final = 128
_STALE: Final = (
    "PATCH keeps rules that are not in the body: delete the policy {} before "
    "you send another version"
)
_DISCOVERY: Final = (
    "IPv6 neighbour discovery is dropped, since it is not documented: permit "
    "it in an earlier category"
)
#: The most rules of a policy, and how many of them close the rest.
_RULES: Final = 1000
_CLOSING: Final = 2


def render(rules: SiteRules, options: Options) -> str:
    """Return the rules as JSON, for ``PATCH /policy/api/v1/infra``."""
    names = _names(_ID - len("-99"), options)
    groups = _Groups(rules, options)
    services = [_service(rule, names) for rule in rules.rules]
    policy = _policy(rules, groups, names, options)
    domain = {
        "resource_type": "ChildResourceReference",
        "id": _DOMAIN,
        "target_type": "Domain",
        "children": [*map(_child, [policy, *groups.bodies])],
    }
    children = [domain, *map(_child, services)]
    return json_text({"resource_type": "Infra", "children": children})


def _names(limit: int, options: Options) -> Names:
    return Names(limit, lambda key: f"avi-{options.label(key)}")


def _child(resource: dict[str, Any]) -> dict[str, Any]:
    kind = resource["resource_type"]
    return {"resource_type": f"Child{kind}", kind: resource}


def _resource(kind: str, name: str, **fields: Any) -> dict[str, Any]:
    return {
        "resource_type": kind,
        "id": name,
        "display_name": name,
        **fields,
    }


def _policy(
    rules: SiteRules, groups: _Groups, names: Names, options: Options
) -> dict[str, Any]:
    """Return the policy: what is allowed, then what drops the rest."""
    for rule in rules.rules[_RULES - _CLOSING :]:
        reason = f"a policy has at most {_RULES} rules"
        raise refusal(_PLATFORM, rule, reason)
    bodies = [_allow(rule, rules, groups, names) for rule in rules.rules]
    name = options.identifier(_POLICY)
    top = _top(rules, options, name)
    for key, source, destination in _closed(rules, groups, options):
        bodies.append(
            _rule(
                names.of(key),
                shorten(top, _NOTES),
                source_groups=source,
                destination_groups=destination,
                services=[_ANY],
                action="DROP",
                ip_protocol="IPV4_IPV6",
            )
        )
    return _resource(
        "SecurityPolicy",
        name,
        description=shorten(top, _DESCRIPTION),
        category="Application",
        sequence_number=10,
        stateful=True,
        tcp_strict=True,
        scope=[_ANY],
        rules=[
            {**body, "sequence_number": number}
            for number, body in enumerate(bodies, start=1)
        ],
    )


def _top(rules: SiteRules, options: Options, policy: str) -> str:
    """Return the header, with what the platform adds, in one line."""
    first, *rest = rules.header()
    # Descriptions are short: what is dropped is said, and no more of it.
    notes = [_STALE.format(policy), next(judged(rules, options, ()))]
    if any(network.version == IPV6 for network in own_networks(rules)):
        notes.append(_DISCOVERY)
    # Not last, for what is last is what is cut.
    return "; ".join([first, *notes, *rest])


class _Groups:
    """Groups of addresses, each made when it is first needed."""

    def __init__(self, rules: SiteRules, options: Options) -> None:
        self._inventory = rules.inventory
        self._names = _names(_ID, options)
        self._paths: dict[str, str] = {}
        self.bodies: list[dict[str, Any]] = []

    def sides(self, rule: Rule) -> tuple[list[str], list[str]]:
        """Return the paths of the source's and the destination's groups."""
        source = f"{rule.source}-ipv{rule.family}"
        destination = f"{rule.destination}-ipv{rule.family}"
        sent = self._inventory.of(rule.destination, rule.family)
        if sent and rule.destinations != sent:
            # The cluster IP is listened on, and nothing is sent from it.
            destination += "-listening"
        for networks in (rule.sources, rule.destinations):
            if len(networks) > _ADDRESSES:
                reason = f"a group has at most {_ADDRESSES} addresses"
                raise refusal(_PLATFORM, rule, reason)
        found = []
        for key, networks, objects in (
            (source, rule.sources, rule.source_objects),
            (destination, rule.destinations, rule.destination_objects),
        ):
            paths = [self.path(key, networks)] if networks else []
            found.append([*paths, *_paths(objects)])
            if len(found[-1]) > _GROUPS:
                reason = f"a rule has at most {_GROUPS} groups on a side"
                raise refusal(_PLATFORM, rule, reason)
        return found[0], found[1]

    def path(self, key: str, networks: tuple[Network, ...]) -> str:
        """Return the path of a group."""
        if key not in self._paths:
            name = self._names.of(key)
            self._paths[key] = f"/infra/domains/{_DOMAIN}/groups/{name}"
            addresses = {
                "resource_type": "IPAddressExpression",
                "ip_addresses": [*map(str, networks)],
            }
            self.bodies.append(
                _resource("Group", name, expression=[addresses])
            )
        return self._paths[key]


def _paths(objects: Iterable[Peer]) -> Iterator[str]:
    """Yield the paths of groups that the site has already."""
    for each in objects:
        if isinstance(each, NamedObject) and each.kind == "nsx-group":
            yield each.name


def _allow(
    rule: Rule, rules: SiteRules, groups: _Groups, names: Names
) -> dict[str, Any]:
    """Return a rule that lets something through."""
    source, destination = groups.sides(rule)
    name = names.of(rule.id)
    return _rule(
        name,
        summarise(purposes_of(rules, rule), _NOTES),
        source_groups=source,
        destination_groups=destination,
        services=[f"/infra/services/{name}"],
        action="ALLOW",
        ip_protocol=f"IPV{rule.family}",
    )


def _closed(
    rules: SiteRules, groups: _Groups, options: Options
) -> Iterator[tuple[str, list[str], list[str]]]:
    """Yield between which groups all that is not allowed is dropped."""
    if options.scope == "all":
        yield "close-all", [_ANY], [_ANY]
        return
    own = own_networks(rules)
    if len(own) > _ADDRESSES:
        reason = f"a group has at most {_ADDRESSES} addresses"
        raise size_refusal(_PLATFORM, rules, reason)
    product = [groups.path("product", own)] if own else []
    for role in own_roles(rules):
        product += _paths(rules.inventory.peers.get(role, ()))
    if product:
        yield "close-ingress", [_ANY], product
        yield "close-egress", product, [_ANY]


def _rule(name: str, notes: str, **fields: Any) -> dict[str, Any]:
    return _resource(
        "Rule",
        name,
        notes=notes,
        profiles=[_ANY],
        scope=[_ANY],
        direction="IN_OUT",
        disabled=False,
        logged=False,
        **fields,
    )


def _service(rule: Rule, names: Names) -> dict[str, Any]:
    name = names.of(rule.id)
    entries = [
        {"id": f"{name}-{number}", **entry}
        for number, entry in enumerate(_entries(rule), start=1)
    ]
    if len(entries) > _ENTRIES:
        reason = f"a service has at most {_ENTRIES} entries"
        raise refusal(_PLATFORM, rule, reason)
    return _resource("Service", name, service_entries=entries)


def _entries(rule: Rule) -> Iterator[dict[str, Any]]:
    """Yield what a rule allows, in entries that are not too long."""
    protocol = protocol_name(
        rule, _PLATFORM, ported=("tcp", "udp"), named=_ICMP
    )
    match rule.traffic:
        case Message(icmp_type=kind):
            yield {
                "resource_type": "ICMPTypeServiceEntry",
                "protocol": _ICMP[protocol],
                "icmp_type": kind,
            }
        case Ported(ports=ports):
            for portion in split_ports(ports, _VALUES):
                yield {
                    "resource_type": "L4PortSetServiceEntry",
                    "l4_protocol": protocol.upper(),
                    "destination_ports": [*map(str, portion)],
                }
        case Bare():
            yield {
                "resource_type": "IPProtocolServiceEntry",
                "protocol_number": rule.protocol.number,
            }
        case _ as never:
            assert_never(never)
