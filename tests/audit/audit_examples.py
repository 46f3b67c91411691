"""Filters that are drawn, around the flows of an edition."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

from audit_oracle import ADDRESSES, GROUPS, MORE_GROUPS, World
from hypothesis import strategies as st

from avi_portspec import Inventory, Protocol
from avi_portspec.audit.model import (
    Anywhere,
    Existing,
    Filter,
    Group,
    LastResort,
    Members,
    Networks,
    Party,
    Place,
    Rule,
    Unknown,
    Unread,
)
from avi_portspec.audit.roles import RoleMap
from avi_portspec.audit.services import (
    EVERY_SERVICE,
    join_spans,
    port_spans,
    protocol_spans,
)

TCP, UDP = Protocol.of("tcp"), Protocol.of("udp")
UNKNOWN = Unknown("var.x", "it has no value")
NETWORKS = (
    *("192.0.2.0/32", "192.0.2.1/32", "192.0.2.0/31", "192.0.2.2/31"),
    *("192.0.2.2/32", "192.0.2.4/32", "192.0.2.0/30", "198.51.100.0/24"),
    "2001:db8::/64",
)
SERVICES = (
    EVERY_SERVICE,
    join_spans(EVERY_SERVICE),
    protocol_spans(TCP),
    protocol_spans(UDP),
    port_spans(TCP, 22, 22),
    port_spans(TCP, 22, 443),
    port_spans(TCP, 443, 443),
    port_spans(TCP, 8443, 8443),
    port_spans(UDP, 123, 123),
    port_spans(UDP, 123, 161),
    port_spans(TCP, 1024, 65535),
    (*port_spans(TCP, 22, 22), *port_spans(TCP, 8443, 8443)),
    protocol_spans(Protocol.of(97)),
)
SOURCE_PORTS = (
    port_spans(TCP, 22, 22),
    port_spans(TCP, 1024, 65535),
    (*port_spans(TCP, 1024, 65535), *port_spans(UDP, 1024, 65535)),
)
#: Flows between those of whom there are addresses, on ports that are drawn.
FLOWS = (
    "controller-to-controller-ssh",
    "controller-to-controller-portal",
    "service-engine-to-controller-ssh",
    "service-engine-to-controller-ntp",
    "service-engine-to-controller-portal",
    "external-to-controller-https",
    "external-to-controller-snmp",
)
NOT_FILTERED = (
    ("controller",),
    ("service-engine", "external-network-services"),
)
INVENTORY = Inventory(
    addresses={
        role: [ip_network(text) for text in texts]  # type: ignore[misc]
        for role, texts in ADDRESSES.items()
    }
)


def networks(*texts: str) -> Networks:
    """Return a party of networks."""
    return Networks(tuple(map(ip_network, texts)))


def place(number: int) -> Place:
    """Return a place that no other rule has."""
    return Place("drawn", number)


def parties() -> st.SearchStrategy[Party]:
    """Draw a party."""
    known = [
        *(Group(name) for name in (*GROUPS, "g-cs", "g-t", "g-other")),
        *map(networks, NETWORKS),
        Networks(()),
        Anywhere((4,)),
        Anywhere((6,)),
        Anywhere((4, 6)),
        Members(),
    ]
    return st.sampled_from([*known, Group("g-c"), Group("g-s"), UNKNOWN])


@st.composite
def rules(draw: st.DrawFn, number: int) -> Rule:
    """Draw a rule."""
    sides = st.lists(parties(), min_size=1, max_size=2).map(tuple)
    return Rule(
        id=f"r{number}",
        place=place(number),
        action=draw(st.sampled_from(["allow", "allow", "deny"])),
        sources=draw(sides),
        destinations=draw(sides),
        service=draw(st.sampled_from([*SERVICES, *SERVICES, UNKNOWN])),
        source_ports=draw(
            st.sampled_from([None, None, None, None, *SOURCE_PORTS])
        ),
        origin=draw(
            st.sampled_from(["file", "file", "file", "provider-default"])
        ),
        conditions=draw(st.sampled_from([(), (), (), (), (), ("by day",)])),
    )


@st.composite
def filters(draw: st.DrawFn, number: int) -> Filter:
    """Draw a filter."""
    count = draw(st.integers(0, 4))
    discipline = draw(st.sampled_from(["union", "first-match"]))
    drawn = [draw(rules(10 * number + at)) for at in range(count)]
    if discipline == "union":
        drawn = [rule for rule in drawn if rule.action == "allow"]
    direction: Any = draw(st.sampled_from(["in", "in", "out", "through"]))
    sides: list[tuple[Party, ...]] = [
        (Group("g-c"),),
        (Group("g-c"),),
        (Group("g-s"),),
        (Group("g-cs"),),
        (networks("192.0.2.0/32"),),
        (Anywhere((4,)),),
        (Group("g-c"), Anywhere((4,))),
        (),
    ]
    if direction == "through":
        sides += [()] * 5
    else:
        sides += [(UNKNOWN,), (Group("g-other"),)]
    return Filter(
        id=f"f{number}",
        place=place(10 * number),
        attached_to=draw(st.sampled_from(sides)),
        direction=direction,
        stage=draw(st.sampled_from(["one", "one", "two"])),
        discipline=discipline,  # type: ignore[arg-type]
        rules=tuple(drawn),
        last_resort=draw(
            st.builds(
                LastResort,
                action=st.sampled_from(["deny", "deny", "deny", "allow"]),
                origin=st.sampled_from(["file", "provider-default"]),
                text=st.just("policy"),
            )
        ),
        is_stateful=draw(st.sampled_from([True, True, True, False])),
        reply_rules=draw(
            st.sampled_from([(), (), tuple(drawn[::-1]), tuple(drawn[:1])])
        ),
    )


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Draw filters, what was not read of them, and which of them add up."""
    drawn = tuple(
        draw(filters(at + 1)) for at in range(draw(st.integers(1, 3)))
    )
    unread = draw(
        st.lists(st.sampled_from([None, *drawn]), max_size=1).map(
            lambda found: tuple(
                Unread(
                    place=place(900 + at),
                    kind="unknown",
                    text="more",
                    why="it has no value",
                    filters=() if filter_ is None else (filter_.id,),
                    may_deny=draw(st.booleans()),
                )
                for at, filter_ in enumerate(found)
            )
        )
        if draw(st.integers(0, 4)) == 0
        else st.just(())
    )
    together = draw(st.sampled_from([(), (), (frozenset({"f1", "f2"}),)]))
    groups = {**GROUPS, **draw(st.sampled_from(MORE_GROUPS))}
    not_filtered = draw(st.sampled_from([(), *NOT_FILTERED]))
    return World(drawn, unread, together, groups, not_filtered)


def existing_of(world: World) -> Existing:
    """Return filters as a file has them."""
    read = {
        rule.place
        for filter_ in world.filters
        for rule in filter_.rules
        if rule.origin == "file"
    }
    return Existing(
        name="drawn",
        format="drawn",
        filters=world.filters,
        unread=world.unread,
        units=len(read) + len(world.unread),
    )


def roles_of(world: World) -> RoleMap:
    """Return the role map of drawn filters."""
    return RoleMap(
        parties={name: tuple(roles) for name, roles in world.groups.items()},
        together=tuple(tuple(sorted(each)) for each in world.together),
        not_filtered=world.not_filtered,
    )
