"""What the rules let through, in a real kernel.

Every ordered pair of hosts, every TCP and UDP port, every IP protocol and
every ICMP type, over both versions of IP: what arrives is what the data
says, no less and no more. Each sweep of the ports also comes from every
port, so that answers to what was never asked are among the probes.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import get_args

import pytest
from kernel_lab import Lab
from kernel_probes import (
    TCP,
    UDP,
    Sender,
    of_each_message,
    of_each_protocol,
)
from kernel_rules import TEXTS, load, send, sweep
from kernel_sites import SITES, STRANGER, listener, opener

from avi_portspec import Edition
from avi_portspec.names import Scope


def probes(pairs: list[tuple[str, str]]) -> list[Callable[[Sender], int]]:
    """Return all that can be sent between some pairs of addresses."""
    makers = (of_each_protocol, of_each_message)
    return [
        *(partial(sweep, s, each) for s in pairs for each in (TCP, UDP)),
        *(partial(send, made(*s)) for s in pairs for made in makers),
    ]


#: Every site and platform. A sweep takes long: one is done wherever tests
#: run, the rest in the session ``kernel``.
MINIMAL = "minimal, IPv4 alone"
SWEPT = [
    pytest.param(
        name,
        platform,
        scope,
        marks=()
        if (name, platform, scope) == (MINIMAL, "nftables", "product")
        else pytest.mark.slow,
    )
    for name in SITES
    for platform in TEXTS
    for scope in get_args(Scope)
    if scope == "product" or name == MINIMAL
]


class TestWhatArrives:
    """Exactly what the data says, for each pair of hosts."""

    @pytest.mark.parametrize(("name", "platform", "scope"), SWEPT)
    def test_is_what_the_data_says(
        self,
        lab: Lab,
        edition: Edition,
        name: str,
        platform: str,
        scope: Scope,
    ) -> None:
        """No port, protocol or message more, and none less."""
        site = SITES[name]
        expected = site.expected(edition)
        assert expected
        load(lab, site.rules(edition), platform, scope=scope)
        assert lab.probe(probes(list(site.pairs(scope)))) == expected

    @pytest.mark.parametrize("platform", TEXTS)
    @pytest.mark.parametrize("scope", get_args(Scope))
    def test_bystanders(
        self, lab: Lab, edition: Edition, platform: str, scope: Scope
    ) -> None:
        """Whose traffic is none of the product's pass, or none does."""
        site = SITES[MINIMAL]
        load(lab, site.rules(edition), platform, scope=scope)
        external, stranger = map(
            site.place, ("external-network-services", STRANGER)
        )
        sides = [
            (opener(one, 4), listener(other, 4))
            for one, other in ((stranger, stranger), (external, stranger))
        ]
        # Nothing has an address of the product here.
        sides.append((opener(stranger, 6), listener(stranger, 6)))
        sent = [partial(send, of_each_protocol(*each)) for each in sides]
        arrived = {each[:3] for each in lab.probe(sent)}
        everything = {(*s, number) for s in sides for number in range(256)}
        # No fragment, though it says so: no kernel that tracks takes it.
        everything.remove((*sides[-1], 44))
        assert arrived == (everything if scope == "product" else set())
