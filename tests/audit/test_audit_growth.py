"""Twice the rules are twice the work, not four times."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from ipaddress import ip_network
from random import Random
from types import FrameType

import pytest
from audit_making import (
    ANY,
    CONTROLLER,
    ENGINE,
    ROLES,
    Members,
    existing,
    into,
    resolution,
    role_map,
    rule,
    service,
)

from avi_portspec import Inventory
from avi_portspec.audit.model import Filter, Group, Networks, Party, Rule
from avi_portspec.audit.report import audit_rules

#: Where the sources of the rules are.
INVENTORY = Inventory(addresses={"service-engine": [ip_network("10.0.0.0/8")]})
#: Where both sides of rules for pairs of hosts are.
BOTH = Inventory(
    addresses={
        "service-engine": [ip_network("10.0.0.0/9")],
        "controller": [ip_network("10.128.0.0/9")],
    }
)
#: A few more than twice: what is said of a file as a whole, and chance.
MOST = 2.2


def _hosts(drawn: Random) -> Iterator[tuple[Party, str]]:
    """Yield hosts of a role that has a network."""
    while True:
        host = ip_network((0x0A000000 + drawn.randrange(1 << 24), 32))
        yield Networks((host,)), "tcp/22"


def _any_port(drawn: Random) -> Iterator[tuple[Party, str]]:
    """Yield networks of anybody, each with a port of its own."""
    while True:
        network = ip_network((drawn.randrange(1 << 24) << 8, 24))
        yield Networks((network,)), f"tcp/{drawn.randrange(1, 65_000)}"


def _one_port(drawn: Random) -> Iterator[tuple[Party, str]]:
    """Yield networks of anybody on one port, and a role again and again."""
    for at, (party, _) in enumerate(_any_port(drawn)):
        yield ENGINE if at % 10 == 0 else party, "tcp/443"


def _halves(drawn: Random) -> Iterator[tuple[Party, str]]:
    """Yield sources for any port, and ports for any source."""
    for at, (party, port) in enumerate(_any_port(drawn)):
        yield (party, "tcp") if at % 2 else (ANY, port)


def _ranges(drawn: Random) -> Iterator[tuple[Party, str]]:
    """Yield networks within one another, with ports that overlap."""
    while True:
        bits = drawn.randrange(8, 33)
        network = ip_network((drawn.randrange(1 << bits) << 32 - bits, bits))
        low = drawn.randrange(1, 60_000)
        high = low + drawn.choice([1, 10, 100, 1_000])
        yield Networks((network,)), f"tcp/{low}-{high}"


SHAPES = (_hosts, _any_port, _one_port, _halves, _ranges)


def _rules(
    shape: Callable[[Random], Iterator[tuple[Party, str]]], count: int
) -> list[Rule]:
    """Return so many rules, the last of which is for everybody."""
    drawn = shape(Random(count))  # noqa: S311 - nothing is kept secret
    made = [
        rule(party, Members(), what, at)
        for at, (party, what) in zip(range(1, count), drawn, strict=False)
    ]
    return [*made, rule(ANY, Members(), "tcp", count)]


def _pairs(count: int, discipline: str) -> Filter:
    """Return so many rules, each from a host of a few to one of a few."""
    drawn = Random(count)  # noqa: S311 - nothing is kept secret
    made = [
        rule(
            *(
                Networks((ip_network((low + drawn.randrange(512), 32)),))
                for low in (0x0A000000, 0x0A800000)
            ),
            f"tcp/{drawn.choice([22, 443, 8443])}",
            at,
        )
        for at in range(count)
    ]
    return into((), *made, direction="through", discipline=discipline)


def _source_ports(count: int, discipline: str) -> Filter:
    """Return so many rules for hosts, each with a source port of its own."""
    drawn = _hosts(Random(count))  # noqa: S311 - nothing is kept secret
    made = [
        rule(party, Members(), what, at, source_ports=service(f"tcp/{at}"))
        for at, (party, what) in zip(range(1, count + 1), drawn, strict=False)
    ]
    return into(CONTROLLER, *made, discipline=discipline)


def _groups(count: int) -> list[str]:
    """Return the names of so many groups."""
    return [f"sg-{at}" for at in range(count)]


def _of_networks(count: int) -> tuple[list[Filter], list[str]]:
    """Return so many filters, each for a network of one role."""
    networks = [
        str(ip_network((0xAC100000 + (at << 8), 24))) for at in range(count)
    ]
    attached = [Networks((ip_network(each),)) for each in networks]
    return _each_for(attached), networks


def _of_groups(count: int) -> tuple[list[Filter], list[str]]:
    """Return so many filters, each for a group of one role."""
    return _each_for(map(Group, _groups(count))), _groups(count)


def _each_for(parties: Iterable[Party]) -> list[Filter]:
    return [
        into(party, rule(ANY, Members(), "tcp/443", at), id=f"group-{at}")
        for at, party in enumerate(parties)
    ]


def _of_all_groups(count: int) -> tuple[list[Filter], list[str]]:
    """Return one filter for so many groups of one role, with as many rules."""
    rules = _rules(_any_port, count)
    return [into(tuple(map(Group, _groups(count))), *rules)], _groups(count)


def _work(
    *filters: Filter,
    inventory: Inventory = INVENTORY,
    mapped: Sequence[str] = (),
    role: str = "external-network-services",
) -> int:
    """Return how many functions are called to audit filters.

    Args:
        filters: The filters.
        inventory: The addresses of roles.
        mapped: To which the role map gives a role.
        role: The role.
    """
    given = existing(*filters)
    own = dict.fromkeys(mapped, (role,))
    answer, roles = resolution(), role_map(parties={**ROLES, **own})
    calls = 0

    def seen(_: FrameType, event: str, __: object) -> None:
        nonlocal calls
        calls += event == "call"

    before = sys.getprofile()
    sys.setprofile(seen)
    try:
        audit_rules(given, answer, inventory, roles=roles)
    finally:
        sys.setprofile(before)
    return calls


class TestGrowth:
    """Whatever the rules have in common."""

    @pytest.mark.parametrize("shape", SHAPES)
    @pytest.mark.parametrize("discipline", ["union", "first-match"])
    def test_twice_the_rules(
        self,
        shape: Callable[[Random], Iterator[tuple[Party, str]]],
        discipline: str,
    ) -> None:
        """They are compared with a few others, not each with each."""
        few, many = (
            _work(into(CONTROLLER, *_rules(shape, n), discipline=discipline))
            for n in (150, 300)
        )
        assert many <= MOST * few

    @pytest.mark.parametrize("make", [_pairs, _source_ports])
    @pytest.mark.parametrize("discipline", ["union", "first-match"])
    def test_what_is_left_in_pieces(
        self, make: Callable[[int, str], Filter], discipline: str
    ) -> None:
        """Rules that leave many pieces of a flow are compared with a few."""
        few, many = (
            _work(make(n, discipline), inventory=BOTH) for n in (150, 300)
        )
        assert many <= MOST * few

    def test_networks_of_a_role_map(self) -> None:
        """A rule for one of them is not compared with all of them."""
        work = []
        for count in (150, 300):
            networks = [
                str(ip_network((0xAC100000 + (at << 8), 24)))
                for at in range(count)
            ]
            made = [
                rule(Networks((ip_network(each),)), Members(), "tcp/443", at)
                for at, each in enumerate(networks)
            ]
            work.append(_work(into(CONTROLLER, *made), mapped=networks))
        assert work[1] <= MOST * work[0]

    @pytest.mark.parametrize(
        "make", [_of_networks, _of_groups, _of_all_groups]
    )
    def test_filters_of_a_role(
        self, make: Callable[[int], tuple[list[Filter], list[str]]]
    ) -> None:
        """Neither many filters, nor one for many groups, are compared."""
        work = []
        for count in (150, 300):
            filters, parties = make(count)
            work.append(_work(*filters, mapped=parties, role="controller"))
        assert work[1] <= MOST * work[0]
