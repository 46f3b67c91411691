"""Verdicts point by point: slow, plain, and made of other code.

A packet is looked at by itself: its two addresses, its port and its source
port. Nothing here knows boxes, atoms or regions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from ipaddress import ip_address
from itertools import product
from typing import Any, NamedTuple

import attrs

from avi_portspec.audit.model import (
    Anywhere,
    Filter,
    Group,
    Members,
    Networks,
    Rule,
    Unknown,
    Unread,
)

#: Who has which addresses, where there is an inventory.
ADDRESSES = {
    "controller": ["192.0.2.0", "192.0.2.1"],
    "service-engine": ["192.0.2.2", "192.0.2.3"],
    "external-network-services": ["192.0.2.4"],
}
#: What the role map says of groups.
GROUPS = {
    "g-c": ["controller"],
    "g-s": ["service-engine"],
    "g-e": ["external-network-services"],
}
#: Where a role has several of them.
MORE_GROUPS = (
    {},
    {"g-cs": ["controller", "service-engine"]},
    {"g-t": ["service-engine"]},
)
#: From each piece of the line of ports that anything cuts, one source port.
SOURCES = (0, 22, 123, 161, 443, 500, 1024, 8443, 60000)
REPLIED_TO = (1024, 8443, 60000)
ORDER = (
    "missing",
    "denied",
    "partly",
    "unknown",
    "only broad",
    "covered",
    "not filtered",
)


class Packet(NamedTuple):
    """One packet. An end is an address, or a role that has none."""

    source: str
    destination: str
    protocol: int
    port: int
    source_port: int


def ends_of(role: str, family: int | None) -> list[str]:
    """Return who a role is."""
    return ADDRESSES[role] if family is None else [f"{role}@{family}"]


def packets(
    flow: Any, family: int | None, *, replies: bool = False
) -> list[Packet]:
    """Return the packets of a flow, or those that answer.

    Args:
        flow: The flow.
        family: The family of roles without addresses; ``None`` where all
            have some.
        replies: Whether to return what answers.
    """
    found = []
    pairs = [
        *product(
            ends_of(flow.source, family), ends_of(flow.destination, family)
        )
    ]
    if family is None and len(pairs) > 1:
        # What a host sends to itself leaves no host.
        pairs = [pair for pair in pairs if pair[0] != pair[1]]
    for (source, destination), protocol in product(pairs, flow.protocols):
        number = protocol.number
        for ports in flow.ports:
            if replies:
                found += [
                    Packet(destination, source, number, to, ports.low)
                    for to in REPLIED_TO
                ]
            else:
                found += [
                    Packet(source, destination, number, ports.low, opened)
                    for opened in SOURCES
                ]
    return found


class Named(NamedTuple):
    """What tells who somebody is by a name.

    Attributes:
        groups: The roles of each group.
        members: The parties of the filter; none if it does not say.
        is_peer: Whether the members are whom they talk to.
        may_hold: Whether somebody of whom nobody says that they are in a
            party may be: so it is in a rule.
    """

    groups: dict[str, list[str]]
    members: Sequence[Any] = ()
    is_peer: bool = False
    may_hold: bool = False


def is_among(
    end: str, party: Any, beside: Iterable[Any] | None, named: Named
) -> bool | None:
    """Return whether somebody is among a party, or ``None``.

    Args:
        end: Who it is.
        party: The party.
        beside: All parties of a rule's side; ``None`` of those of a filter,
            whose groups are all of their roles.
        named: What tells who they are.
    """
    nobody_knows = isinstance(party, Members) and not named.members
    if isinstance(party, Unknown) or nobody_knows:
        return None
    if isinstance(party, Members):
        own = Named(named.groups)
        return is_any_of(end, named.members, own, is_rule=named.is_peer)
    # Of whoever has no addresses, the name ends in the family.
    name, _, family = end.partition("@")
    if isinstance(party, Anywhere):
        return int(family or 4) in party.families
    if isinstance(party, Group):
        may = named.may_hold and party.id not in named.groups
        return None if may else is_in_group(name, party, beside, named)
    assert isinstance(party, Networks)
    if family:
        # No network is known to have anybody without addresses.
        may = named.may_hold and int(family) in {
            network.version for network in party.networks
        }
        return None if may else False
    return any(ip_address(end) in network for network in party.networks)


def is_in_group(
    name: str, group: Group, beside: Iterable[Any] | None, named: Named
) -> bool | None:
    """Return whether somebody is in a group, or ``None``."""
    for role in named.groups.get(group.id, []):
        if name == role or name in ADDRESSES.get(role, ()):
            bearers = {g for g, r in named.groups.items() if role in r}
            if beside is None or bearers <= ids_of(beside):
                return True
            # Others have the role as well: which of them, nobody knows.
            return None
    return False


def ids_of(parties: Iterable[Any]) -> set[str]:
    """Return the ids of the groups among some parties."""
    return {party.id for party in parties if isinstance(party, Group)}


def is_any_of(
    end: str, parties: Sequence[Any], named: Named, *, is_rule: bool = True
) -> bool | None:
    """Return whether somebody is among any of some parties."""
    beside = parties if is_rule else None
    answers = [is_among(end, party, beside, named) for party in parties]
    if True in answers:
        return True
    return None if None in answers else False


def is_in(point: int, spans: Any) -> bool | None:
    """Return whether a service is in spans."""
    if isinstance(spans, Unknown):
        return None
    return any(low <= point <= high for low, high in spans)


def matches(
    world: World, rule: Rule, filter_: Filter, packet: Packet
) -> bool | None:
    """Return whether a rule matches a packet, or ``None``."""
    members, way = filter_.attached_to, filter_.direction
    answers = [
        is_any_of(
            packet.source,
            rule.sources,
            Named(world.groups, members, way == "in", may_hold=True),
        ),
        is_any_of(
            packet.destination,
            rule.destinations,
            Named(world.groups, members, way == "out", may_hold=True),
        ),
        is_in(packet.protocol * 65536 + packet.port, rule.service),
    ]
    if rule.source_ports is not None:
        answers.append(
            is_in(
                packet.protocol * 65536 + packet.source_port,
                rule.source_ports,
            )
        )
    if False in answers:
        return False
    if rule.conditions:
        return None
    return None if None in answers else True


def is_broad(rule: Rule, filter_: Filter, *, is_known: bool) -> bool:
    """Return whether an allow rule is for any source, or a default."""
    if rule.action != "allow":
        return False
    if rule.origin == "provider-default":
        return True
    return (
        is_known
        and filter_.direction != "out"
        and any(isinstance(party, Anywhere) for party in rule.sources)
    )


class World(NamedTuple):
    """All filters, what was not read of them, and who the groups are.

    Of the roles in *not_filtered*, nobody gave the filters.
    """

    filters: tuple[Filter, ...]
    unread: tuple[Unread, ...]
    together: tuple[frozenset[str], ...]
    groups: dict[str, list[str]]
    not_filtered: tuple[str, ...] = ()


Skip = Callable[[Rule, Filter], bool]


def lets(
    world: World,
    filter_: Filter,
    packet: Packet,
    *,
    most: bool,
    skip: Skip,
    without_defaults: bool,
    is_known: bool,
) -> bool:
    """Return whether a filter lets a packet through."""
    own = [
        unread
        for unread in world.unread
        if filter_.id in unread.filters or not unread.filters
    ]
    if own and most:
        return True
    if own and (
        filter_.discipline == "first-match" or any(u.may_deny for u in own)
    ):
        return False
    for rule in filter_.rules:
        if skip(rule, filter_):
            continue
        match = matches(world, rule, filter_, packet)
        allows = rule.action == "allow"
        if match or (match is None and allows == most):
            return allows
    last = filter_.last_resort
    is_left_out = without_defaults and (
        last.origin == "provider-default"
        or (is_known and filter_.direction != "out")
    )
    return last.action == "allow" and not is_left_out


def attached(world: World, filter_: Filter, packet: Packet) -> bool | None:
    """Return whether a filter judges a packet, or ``None``."""
    if not filter_.attached_to and filter_.direction == "through":
        return True
    ends = {
        "in": [packet.destination],
        "out": [packet.source],
        "through": [packet.source, packet.destination],
    }[filter_.direction]
    named = Named(world.groups)
    answers = [
        is_any_of(end, attached_at(world, filter_, end), named, is_rule=False)
        for end in ends
    ]
    if True in answers:
        return True
    return None if None in answers else False


def attached_at(world: World, filter_: Filter, end: str) -> list[Any]:
    """Return whom a filter is attached to, as far as it may be somebody.

    Whose filters nobody gave is not on the side of one for anyone.
    """
    parties = [*filter_.attached_to] or [Anywhere((4, 6))]
    name = end.partition("@")[0]
    is_absent = any(
        name == role or name in ADDRESSES[role] for role in world.not_filtered
    )
    if filter_.direction == "through" or not is_absent:
        return parties
    return [each for each in parties if isinstance(each, (Group, Networks))]


def passes(
    world: World, filters: Sequence[Filter], packet: Packet, **how: Any
) -> bool:
    """Return whether a packet passes all stages of one side."""
    stages: dict[tuple[str, str], list[tuple[Filter, bool | None]]] = {}
    for filter_ in filters:
        is_here = attached(world, filter_, packet)
        if is_here is not False:
            # Replies leave one side and reach the other.
            key = filter_.stage, filter_.direction
            stages.setdefault(key, []).append((filter_, is_here))

    def any_lets(some: Iterable[Filter]) -> bool:
        return any(lets(world, each, packet, **how) for each in some)

    for members in stages.values():
        if how["most"]:
            if any(is_sure for _, is_sure in members) and not any_lets(
                filter_ for filter_, _ in members
            ):
                return False
        elif not all(map(any_lets, units_of(world, members))):
            return False
    return True


def units_of(
    world: World, members: Sequence[tuple[Filter, bool | None]]
) -> list[list[Filter]]:
    """Return filters, and those in one list that are known to add up."""
    units: list[list[Filter]] = []
    for filter_, _ in members:
        for unit in units:
            pair = {unit[0].id, filter_.id}
            if any(pair <= each for each in world.together):
                unit.append(filter_)
                break
        else:
            units.append([filter_])
    return units


def never(rule: Rule, filter_: Filter) -> bool:
    """Leave no rule out."""
    return False


def verdict_in(
    world: World,
    filters: Sequence[Filter],
    all_packets: Sequence[Packet],
    *,
    most: bool,
    is_known: bool,
) -> str:
    """Return the verdict of one of the two walks."""

    def count(skip: Skip, *, without_defaults: bool = False) -> int:
        return sum(
            passes(
                world,
                filters,
                packet,
                most=most,
                skip=skip,
                without_defaults=without_defaults,
                is_known=is_known,
            )
            for packet in all_packets
        )

    def broad(rule: Rule, filter_: Filter) -> bool:
        return is_broad(rule, filter_, is_known=is_known)

    def deny(rule: Rule, filter_: Filter) -> bool:
        return rule.action == "deny"

    whole = len(all_packets)
    passing = count(never)
    if passing == whole:
        if count(broad, without_defaults=True) < whole:
            return "only broad"
        return "covered"
    if count(deny) == whole:
        return "denied"
    return "partly" if passing else "missing"


def verdict_of(
    world: World,
    filters: Sequence[Filter],
    all_packets: Sequence[Packet],
    *,
    is_known: bool,
) -> str:
    """Return the verdict of a side."""
    if not any(
        attached(world, filter_, packet) is not False
        for filter_ in filters
        for packet in all_packets
    ):
        return "not filtered"
    least, most = (
        verdict_in(world, filters, all_packets, most=at, is_known=is_known)
        for at in (False, True)
    )
    if least == most:
        return least
    if any(
        passes(
            world,
            filters,
            packet,
            most=True,
            skip=never,
            without_defaults=False,
            is_known=is_known,
        )
        for packet in all_packets
    ):
        return "unknown"
    return "missing"


def sides_of(
    world: World, flow: Any, *, has_addresses: bool
) -> Iterator[tuple[str, str]]:
    """Yield each side of a flow, and its verdict."""
    by_direction = {"destination": "in", "source": "out", "path": "through"}
    for kind in (*by_direction, "reply"):
        filters = [
            f
            for f in world.filters
            if (
                f.direction == by_direction[kind]
                if kind in by_direction
                else not f.is_stateful
            )
        ]
        families = (None,) if has_addresses else (4, 6)
        if kind == "reply":
            filters = [
                attrs.evolve(each, rules=each.reply_rules or each.rules)
                for each in filters
            ]
        verdicts = [
            verdict_of(
                world,
                filters,
                packets(flow, family, replies=kind == "reply"),
                is_known=True,
            )
            for family in families
        ]
        if verdicts[0] in {"missing", "partly"} and verdicts[-1] in {
            "covered",
            "only broad",
        }:
            # Nobody knows whether they have addresses of IPv6.
            yield kind, "unknown"
        else:
            yield kind, verdicts[0]
