"""Where a cloud's rules are placed, and what they allow, in shared words.

Clouds have rules at the parts of the product: for both sides' addresses, or
in a security group for each part.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Final, Literal, NamedTuple, TypeAlias, assert_never

from avi_portspec.documents import join
from avi_portspec.errors import CannotExpressError
from avi_portspec.model.ports import PortRange
from avi_portspec.names import EndpointId
from avi_portspec.rules.inventory import CONTROLLER, PRODUCT
from avi_portspec.rules.networks import Family, Network, collapse
from avi_portspec.rules.neutral import Rule, SiteRules
from avi_portspec.rules.peers import NamedObject, Peer
from avi_portspec.rules.platforms.documents import purposes_of
from avi_portspec.rules.traffic import Bare, Message, Ported, Traffic

__all__ = [
    "LOOPBACK",
    "Direction",
    "Grounds",
    "Permission",
    "Placement",
    "location_notes",
    "membership_warning",
    "message_refusal",
    "own_networks",
    "own_roles",
    "permissions",
    "placements",
    "protocol_name",
    "refusal",
    "size_refusal",
]

# -- parts of the product ---------------------------------------------------

#: As seen from the part of the product.
Direction: TypeAlias = Literal["ingress", "egress"]


class Placement(NamedTuple):
    """A rule at one of the product's parts.

    Attributes:
        role: The part.
        direction: ``ingress`` where the part listens, ``egress`` where it
            opens the connection.
        peer: The other side.
        rule: The rule.
    """

    role: EndpointId
    direction: Direction
    peer: EndpointId
    rule: Rule

    @property
    def peers(self) -> tuple[Network, ...]:
        """The addresses of the other side."""
        if self.direction == "ingress":
            return self.rule.sources
        return self.rule.destinations

    @property
    def objects(self) -> tuple[Peer, ...]:
        """The objects of the platform that the other side has."""
        if self.direction == "ingress":
            return self.rule.source_objects
        return self.rule.destination_objects


def own_roles(
    rules: SiteRules, clouds: Collection[str] = ()
) -> tuple[EndpointId, ...]:
    """Return the product's parts at this site, in the order of the edition.

    A part that has addresses and no rule is one too: it is closed. What the
    members in some clouds need besides is a part of its own, which has them
    too.

    Args:
        rules: The rules.
        clouds: The clouds that a platform has machines in, whose parts alone
            are asked for; none for all.
    """
    return tuple(
        role
        for endpoint in _own_endpoints(rules)
        for role in (
            endpoint,
            *(part for part, of in rules.parts.items() if of == endpoint),
        )
        if _is_inside(rules, role, clouds)
    )


def _places(
    rules: SiteRules, role: EndpointId, clouds: Collection[str]
) -> tuple[list[str], list[str]]:
    """Return in which clouds a role is, inside and outside some of them.

    A site can run a cloud without an orchestrator on the machines of
    another: where it has none of these clouds, it is in those that it has.
    """
    listed = rules.inventory.by_cloud.get(rules.parts.get(role, role), {})
    deployed = rules.resolution.deployment.clouds
    here = {*clouds}
    if here.isdisjoint(deployed):
        here |= deployed
    its = rules.part_clouds.get(role, tuple(listed))
    inside = [c for c in its if c in here and c in listed]
    return inside, [c for c in its if c not in here and c in listed]


def _is_inside(
    rules: SiteRules, role: EndpointId, clouds: Collection[str]
) -> bool:
    inside, outside = _places(rules, role, clouds)
    return not clouds or bool(inside) or not outside


def _elsewhere(
    rules: SiteRules, stand: Placement, clouds: Collection[str]
) -> tuple[Network, ...]:
    """Return which addresses of a placed rule's peer are not in some clouds.

    No machine elsewhere can join a group there, so that it has to be named
    by address. A role whose addresses are not listed by cloud is inside.
    """
    role, rule = stand.peer, stand.rule
    endpoint = rules.parts.get(role, role)
    inventory = rules.inventory
    apart = [
        network
        for cloud in _places(rules, role, clouds)[1]
        for network in inventory.by_cloud[endpoint][cloud]
        if network.version == rule.family
    ]
    listens = stand.direction == "egress" and endpoint == CONTROLLER
    if apart and listens and inventory.cluster_ip_is_destination:
        floating = map(ip_network, inventory.cluster_ip)
        apart += (n for n in floating if n.version == rule.family)
    return collapse(apart)


def location_notes(
    rules: SiteRules, clouds: Collection[str], joins: str = ""
) -> tuple[str, ...]:
    """Return what a reader has to know of where the product's parts are.

    Args:
        rules: The rules.
        clouds: The clouds that the platform has machines in.
        joins: What a machine has to do to get the rules of its part, such
            as ``join groups``; nothing where rules name addresses alone.
    """
    here = join("or", clouds)
    listed = rules.inventory.by_cloud
    own = [*_own_endpoints(rules)]
    apart = [e for e in own if _places(rules, e, clouds)[1]]
    notes = []
    if apart:
        names = join("and", apart)
        notes.append(f"Not in {here}, and so by address: members of {names}")
    if not joins:
        return tuple(notes)
    deployed = rules.resolution.deployment.clouds
    taken = [e for e in own if e not in listed]
    if len(deployed) > 1 and taken and not deployed.isdisjoint(clouds):
        notes.append(
            f"Caution: this assumes that {join('and', taken)} can {joins} "
            f"in {here}; list the addresses by cloud if some are elsewhere"
        )
    notes += (
        f"Caution: in {cloud}, a member of {names[0]} has to {joins} "
        f"{join('and', names)}: each has a part of its rules"
        for cloud, names in _memberships(rules, clouds)
    )
    return tuple(notes)


def _memberships(
    rules: SiteRules, clouds: Collection[str]
) -> Iterator[tuple[str, list[EndpointId]]]:
    """Yield the clouds where a machine is in several parts, and those."""
    inside = {
        role: _places(rules, role, clouds)[0]
        for role in own_roles(rules, clouds)
    }
    for endpoint in _own_endpoints(rules):
        for cloud in inside.get(endpoint, ()):
            names = [
                role
                for role, its in inside.items()
                if cloud in its and rules.parts.get(role, role) == endpoint
            ]
            if len(names) > 1:
                yield cloud, names


def _own_endpoints(rules: SiteRules) -> Iterator[EndpointId]:
    for endpoint in rules.resolution.edition.endpoints:
        is_here = rules.inventory.has(endpoint.id)
        if is_here and endpoint.kind in PRODUCT:
            yield endpoint.id


def own_networks(rules: SiteRules) -> tuple[Network, ...]:
    """Return all addresses of the product here, the cluster IP included.

    They are what is closed besides the rules: none where that is not done.
    """
    if rules.is_addition:
        return ()
    inventory = rules.inventory
    networks = [
        network
        for endpoint in _own_endpoints(rules)
        for network in inventory.addresses.get(endpoint, ())
    ]
    return collapse([*networks, *map(ip_network, inventory.cluster_ip)])


def placements(
    rules: SiteRules, platform: str, clouds: Collection[str] = ()
) -> Iterator[Placement]:
    """Yield each rule at each of the product's parts that it concerns.

    Traffic between two parts has to be let out of one and into the other,
    so such a rule is placed twice.

    Args:
        rules: The rules.
        platform: The platform's name, for an error.
        clouds: The clouds that it has machines in; none for all.

    Raises:
        CannotExpressError: Neither side of a rule is a part of the product
            there, so there is no place for it.
    """
    own = frozenset(own_roles(rules, clouds))
    for rule in rules.rules:
        source, destination = rule.source, rule.destination
        if own.isdisjoint({source, destination}):
            reason = (
                f"neither {source} nor {destination} is part of the product, "
                "and rules are placed only there"
            )
            endpoints = [*_own_endpoints(rules)]
            elsewhere = [
                end
                for end in dict.fromkeys((source, destination))
                if rules.parts.get(end, end) in endpoints
            ]
            if elsewhere:
                reason = (
                    f"no member of {join('and', elsewhere)} is in "
                    f"{join('or', clouds)}; the rule belongs on the firewall "
                    "where they are"
                )
            raise refusal(platform, rule, reason)
        if destination in own:
            yield Placement(destination, "ingress", source, rule)
        if source in own:
            yield Placement(source, "egress", destination, rule)


def refusal(platform: str, rule: Rule, reason: str) -> CannotExpressError:
    """Return the error that a platform cannot express a rule."""
    return CannotExpressError(platform, rule.id, rule.flows, reason)


def size_refusal(
    platform: str, rules: SiteRules, reason: str
) -> CannotExpressError:
    """Return the error that all rules together exceed a platform's limits."""
    flows = dict.fromkeys(flow for rule in rules.rules for flow in rule.flows)
    return CannotExpressError(platform, "all", flows, reason)


# -- protocols and ports ------------------------------------------------------

#: A number like any other (IPv6 Hop-by-Hop Option), but several tools read
#: it as "all protocols".
_ALL: Final = 0


def protocol_name(
    rule: Rule,
    platform: str,
    *,
    ported: Collection[str],
    named: Collection[str] = (),
) -> str:
    """Return a rule's protocol by the platform's name for it, or by number.

    Args:
        rule: The rule.
        platform: The platform's name, for an error.
        ported: The protocols whose ports the platform can match. Of any
            other it would open all ports.
        named: The other protocols that the platform has a name for.

    Raises:
        CannotExpressError: The platform would have to open more.
    """
    protocol = rule.protocol
    match rule.traffic:
        case Ported():
            if protocol.name in ported:
                return str(protocol.name)
            reason = f"it cannot match ports of {protocol.label}"
        case Message() | Bare():
            if protocol.number != _ALL:
                known = protocol.name in named
                return str(protocol.name if known else protocol.number)
            reason = "it reads protocol number 0 as all protocols"
        case _ as never:
            assert_never(never)
    raise refusal(platform, rule, reason)


def message_refusal(rule: Rule, platform: str) -> CannotExpressError:
    """Return the error for a platform that matches no messages of ICMP."""
    reason = (
        f"it cannot match single messages of {rule.protocol.label}, and "
        "would allow all of them"
    )
    return refusal(platform, rule, reason)


# -- security groups --------------------------------------------------------

#: The only destination of a group without egress: platforms let everything
#: out of a group that has no egress rule. No packet to loopback leaves a
#: machine, and no inventory can hold the address.
LOOPBACK: Final = "127.0.0.1/32"


def membership_warning(rules: SiteRules, text: str) -> str:
    """Return the warning that a group's members get all of its rules.

    The cluster IP is one of a Controller's addresses: a platform that
    refers to groups lets traffic pass from it as well as to it.
    """
    floating = ", ".join(map(str, rules.inventory.cluster_ip))
    if not floating:
        return text
    return (
        f"{text}; so does the cluster IP ({floating}), as source and as "
        "destination, while a member holds it"
    )


class Permission(NamedTuple):
    """What a group lets in or out; platforms take each only once.

    Attributes:
        role: Whose group it is.
        direction: As the group sees it.
        protocol: The protocol, as the platform spells it.
        what: One range of ports, a message, or the whole protocol.
        peer: A network, the role whose group is referred to, or an object
            of the platform.
        family: The version of the Internet Protocol; ``None`` where a
            reference is about both.
    """

    role: EndpointId
    direction: Direction
    protocol: str
    what: PortRange | Message | Bare
    peer: Network | EndpointId | NamedObject
    family: Family | None

    @property
    def key(self) -> str:
        """What tells it from all others, in words."""
        words = [self.role, self.direction, str(self.peer), self.protocol]
        if isinstance(self.peer, str) and self.family is not None:
            words.append(f"ipv{self.family}")
        match self.what:
            case PortRange() as ports:
                words.append(str(ports).replace("-", " to "))
            case Message(icmp_type=kind):
                words.append(f"type {kind}")
            case Bare():
                pass
            case _ as never:
                assert_never(never)
        return " ".join(words)


class Grounds(NamedTuple):
    """Why a permission is there.

    Attributes:
        rules: The rules that ask for it; of both families, where a
            reference to a group is about both.
        reasons: What they are for: a line a flow, uncut.
    """

    rules: tuple[Rule, ...]
    reasons: tuple[str, ...]


def permissions(
    rules: SiteRules,
    platform: str,
    *,
    ported: Collection[str],
    named: Collection[str],
    by_family: bool,
    clouds: Collection[str],
) -> dict[Permission, Grounds]:
    """Return what each group permits, and why.

    Args:
        rules: The rules.
        platform: The platform's name, for an error.
        ported: As :func:`protocol_name` takes it.
        named: The same.
        by_family: Whether a reference to a group can be about one family.
        clouds: As :func:`placements` takes it.

    Raises:
        CannotExpressError: The platform cannot express a rule.
    """
    own = own_roles(rules, clouds)
    permitted: dict[Permission, Grounds] = {}
    for stand in placements(rules, platform, clouds):
        rule = stand.rule
        peers: list[Network | EndpointId | NamedObject] = [*stand.peers]
        peers += (o for o in stand.objects if isinstance(o, NamedObject))
        if stand.peer in own:
            peers = [stand.peer, *_elsewhere(rules, stand, clouds)]
        protocol = protocol_name(rule, platform, ported=ported, named=named)
        for what in _parts(rule.traffic):
            ports = what if isinstance(what, PortRange) else None
            reasons = purposes_of(rules, rule, ports)
            for peer in peers:
                is_one = by_family or isinstance(
                    peer, (IPv4Network, IPv6Network)
                )
                family: Family | None = rule.family if is_one else None
                permission = Permission(
                    stand.role, stand.direction, protocol, what, peer, family
                )
                before = permitted.get(permission, Grounds((), ()))
                permitted[permission] = Grounds(
                    (*before.rules, rule),
                    tuple(dict.fromkeys([*before.reasons, *reasons])),
                )
    return permitted


def _parts(traffic: Traffic) -> tuple[PortRange | Message | Bare, ...]:
    match traffic:
        case Ported(ports=ports):
            return ports
        case Message() | Bare():
            return (traffic,)
        case _ as never:
            assert_never(never)
