"""NSX-T distributed firewall policy, as a body for the hierarchical API.

The reference is the NSX-T Data Center REST API, its types ``Infra``,
``Group``, ``IPAddressExpression``, ``Service``, ``L4PortSetServiceEntry``,
``ICMPTypeServiceEntry``, ``IPProtocolServiceEntry``, ``SecurityPolicy`` and
``Rule``; and the administration guide on groups.

Roles are groups of addresses, and rules apply to the whole distributed
firewall: NSX does not enforce a rule that is applied to a group of nothing
but addresses. What the rules do not allow is dropped in both directions, since
the last rule of NSX lets everything through: for the product's own addresses,
or for any. NSX has rules for neighbour discovery and DHCP too, but at its end:
they would not be reached, so such rules stand here before what is dropped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from textwrap import wrap
from typing import Any, Final, TypeAlias, assert_never

from avi_portspec.documents import count_text, join
from avi_portspec.model.frozen import FrozenDict
from avi_portspec.rules.comments import to_ascii
from avi_portspec.rules.networks import IPV4, IPV6, Family, Network
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
from avi_portspec.rules.traffic import (
    FAMILIES,
    Bare,
    Message,
    Ported,
    split_ports,
)

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
_REST: Final = "What no rule of this policy allows"
#: What finds no room, and the room that its counts take.
_MORE: Final = "; {} not shown here: rules --json has all"
_COUNTS: Final = 50
_LINKS: Final = "IPv6 neighbour discovery and DHCP pass"
#: The most rules of a policy.
_RULES: Final = 1000
#: A rule that drops what is left: its key, its sources and destinations.
_Closed: TypeAlias = tuple[str, list[str], list[str]]


def _over_udp(source: int, destination: int) -> dict[str, Any]:
    return {
        "resource_type": "L4PortSetServiceEntry",
        "l4_protocol": "UDP",
        "source_ports": [str(source)],
        "destination_ports": [str(destination)],
    }


#: Router and neighbour solicitation and advertisement (RFC 4861).
_DISCOVERY: Final = tuple(
    {
        "resource_type": "ICMPTypeServiceEntry",
        "protocol": "ICMPv6",
        "icmp_type": kind,
    }
    for kind in range(133, 137)
)
_ASKING, _ANSWERING = _over_udp(68, 67), _over_udp(67, 68)
#: What has to pass, by what drops the rest, and by family. DHCPv6 has
#: addresses of the link, which are none of the product's.
_LINK: Final[Mapping[str, Mapping[Family, tuple[dict[str, Any], ...]]]] = (
    FrozenDict(
        {
            "close-ingress": {IPV4: (_ANSWERING,), IPV6: _DISCOVERY},
            "close-egress": {IPV4: (_ASKING,), IPV6: _DISCOVERY},
            "close-all": {
                IPV4: (_ASKING, _ANSWERING),
                IPV6: (
                    *_DISCOVERY,
                    _over_udp(546, 547),
                    _over_udp(547, 546),
                ),
            },
        }
    )
)


def render(rules: SiteRules, options: Options) -> str:
    """Return the rules as JSON, for ``PATCH /policy/api/v1/infra``."""
    names = _names(_ID - len("-99"), options)
    groups = _Groups(rules, options)
    services = [_service(rule, names) for rule in rules.rules]
    closed = [*_closed(rules, groups, options)]
    links = [*_links(rules, closed, names, options)]
    services += (service for _, service in links)
    for rule in rules.rules[_RULES - len(links) - len(closed) :]:
        reason = f"a policy has at most {_RULES} rules"
        raise refusal(_PLATFORM, rule, reason)
    name = options.identifier(_POLICY)
    bodies = [_allow(rule, rules, groups, names) for rule in rules.rules]
    last = [
        *(link for link, _ in links),
        *(_drop(each, names) for each in closed),
    ]
    about = shorten("; ".join(_top(rules, options, name)), _DESCRIPTION)
    if last:
        # A description is short: the whole top is read across these.
        told = _tell(rules, options, name, len(last), _NOTES)
        for body, notes in zip(last, told, strict=False):
            body["notes"] = notes
    else:
        (about,) = _tell(rules, options, name, 1, _DESCRIPTION)
    policy = _policy(name, about, [*bodies, *last])
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
    name: str, about: str, bodies: Iterable[dict[str, Any]]
) -> dict[str, Any]:
    """Return the policy with all its rules, in their order."""
    return _resource(
        "SecurityPolicy",
        name,
        description=about,
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


def _tell(
    rules: SiteRules, options: Options, policy: str, most: int, size: int
) -> list[str]:
    """Return the top in a few texts, with what finds no room counted.

    Where there is no room for why each omission has no rule, all are named
    before the first reason.

    Args:
        rules: The rules.
        options: How they are written.
        policy: The name of the policy.
        most: The most texts.
        size: The most characters of each.
    """
    texts, left = _portions(_top(rules, options, policy), most, size)
    if not left:
        return texts
    brief = _top(rules, options, policy, reasons=False)
    reasons = [to_ascii(f"{o.subject}: {o.reason}") for o in rules.listed]
    texts, left = _portions([*brief, *reasons], most, size)
    unsaid = max(left - len(reasons), 0)
    counts = [
        count_text(number, word)
        for number, word in (
            (unsaid, "more line"),
            (left - unsaid, "more reason"),
        )
        if number
    ]
    texts[-1] += _MORE.format(join("and", counts))
    return texts


def _top(
    rules: SiteRules, options: Options, policy: str, *, reasons: bool = True
) -> list[str]:
    """Return the header, with what the platform adds."""
    first, *rest = rules.header(reasons=reasons)
    # Descriptions are short: what is dropped is said, and no more of it.
    notes = [_STALE.format(policy), next(judged(rules, options, ())), _LINKS]
    # Not last, for what is last is what is cut.
    return [first, *notes, *rest]


def _portions(lines: list[str], most: int, size: int) -> tuple[list[str], int]:
    """Return lines in a few texts, and how many of them find no room.

    Args:
        lines: The lines.
        most: The most texts.
        size: The most characters of each, with room for :data:`_MORE`.
    """
    room = size - len(_MORE) - _COUNTS
    portions = [""]
    for at, line in enumerate(lines):
        # One line alone may be longer than a text.
        for piece in wrap(line, room):
            longer = f"{portions[-1]}; {piece}".removeprefix("; ")
            if len(longer) <= room:
                portions[-1] = longer
            elif len(portions) < most:
                portions.append(piece)
            else:
                return portions, len(lines) - at
    return portions, 0


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


def _drop(closed: _Closed, names: Names) -> dict[str, Any]:
    """Return a rule that drops what is left."""
    key, source, destination = closed
    return _rule(
        names.of(key),
        _REST,
        source_groups=source,
        destination_groups=destination,
        services=[_ANY],
        action="DROP",
        ip_protocol="IPV4_IPV6",
    )


def _links(
    rules: SiteRules, closed: list[_Closed], names: Names, options: Options
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield rules, each with its service, for what links need."""
    families = {network.version for network in own_networks(rules)}
    if options.scope == "all" or any(map(rules.objects_of, own_roles(rules))):
        # Of an object nobody knows the families but NSX.
        families = {*FAMILIES}
    for key, source, destination in closed:
        for family, entries in _LINK[key].items():
            if family not in families:
                continue
            name = names.of(f"{key.replace('close', 'link')}-ipv{family}")
            rule = _rule(
                name,
                _LINKS,
                source_groups=source,
                destination_groups=destination,
                services=[f"/infra/services/{name}"],
                action="ALLOW",
                ip_protocol=f"IPV{family}",
            )
            yield rule, _service_of(name, entries)


def _closed(
    rules: SiteRules, groups: _Groups, options: Options
) -> Iterator[_Closed]:
    """Yield between which groups all that is not allowed is dropped."""
    if options.scope == "all":
        yield "close-all", [_ANY], [_ANY]
        return
    own = own_networks(rules)
    if len(own) > _ADDRESSES:
        reason = f"a group has at most {_ADDRESSES} addresses"
        raise size_refusal(_PLATFORM, rules, reason)
    product = [groups.path("product", own)] if own else []
    for role in () if rules.is_addition else own_roles(rules):
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
    entries = [*_entries(rule)]
    if len(entries) > _ENTRIES:
        reason = f"a service has at most {_ENTRIES} entries"
        raise refusal(_PLATFORM, rule, reason)
    return _service_of(names.of(rule.id), entries)


def _service_of(
    name: str, entries: Iterable[dict[str, Any]]
) -> dict[str, Any]:
    numbered = [
        {"id": f"{name}-{number}", **entry}
        for number, entry in enumerate(entries, start=1)
    ]
    return _resource("Service", name, service_entries=numbered)


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
