"""On a host of the product and on a bridge, in a real kernel."""

from __future__ import annotations

from typing import get_args

import pytest
from kernel_links import (
    BYSTANDERS,
    ENDS,
    PATIENCE,
    Link,
    connects,
    delivers,
)
from kernel_rules import SILENCE, TEXTS, roles, texts

from avi_portspec import Edition
from avi_portspec.names import Hook, Scope

_RULE = ("-p", "udp", "--sport", "67", "--dport", "68")
#: Against DHCP servers that nobody asked for.
GUARD = ("-A", "FORWARD", *_RULE, "-j", "DROP")


class TestPlaces:
    """On a host that bears an address, and on a bridge."""

    @pytest.mark.slow
    @pytest.mark.parametrize("platform", TEXTS)
    @pytest.mark.parametrize("hook", ["host", "bridge"])
    @pytest.mark.parametrize("scope", get_args(Scope))
    def test_what_is_judged(
        self,
        link: Link,
        edition: Edition,
        platform: str,
        hook: Hook,
        scope: Scope,
    ) -> None:
        """What the data says; neighbours are found, and DHCP works."""
        link.forget()
        place = link.one if hook == "host" else link.switch
        rules = roles(edition, ENDS)
        for each in texts(rules, platform, hook=hook, scope=scope):
            link.put(place, *each)
        there, back = (link.other, link.one), (link.one, link.other)
        is_spared = scope == "product"
        for family in (4, 6):
            controller, engine = ENDS[family]
            assert connects(link, there, (engine, controller), 8443)
            for ends, sides, port in (
                (there, (engine, controller), 9999),
                (back, (controller, engine), 8443),
            ):
                assert not connects(link, ends, sides, port, within=SILENCE)
            sides = BYSTANDERS[family][::-1]
            wait = PATIENCE if is_spared else SILENCE
            found = connects(link, there, sides, 9999, within=wait)
            assert found is is_spared
            if hook == "host":
                alone = (link.one, link.one), (controller, controller)
                assert connects(link, *alone, 9999)
        # What a client asks when its lease is half over, and is told.
        sides = ENDS[4]
        assert delivers(link, back, sides, (68, 67))
        assert delivers(link, there, sides[::-1], (67, 68))

    @pytest.mark.parametrize("platform", TEXTS)
    def test_a_guard_stays_in_force(
        self, link: Link, edition: Edition, platform: str
    ) -> None:
        """What others drop of DHCP is dropped, though ours lets it pass."""
        link.forget()
        rules = roles(edition, ENDS)
        ends, sides = (link.other, link.one), BYSTANDERS[4][::-1]
        for each in texts(rules, platform, hook="bridge"):
            link.put(link.switch, *each)
        assert delivers(link, ends, sides, (67, 68))
        link.run(link.switch, "iptables", *GUARD)
        assert not delivers(link, ends, sides, (67, 68), within=SILENCE)

    @pytest.mark.parametrize("platform", TEXTS)
    def test_a_bridge_is_no_router(
        self, link: Link, edition: Edition, platform: str
    ) -> None:
        """With the rules of one, nobody finds a neighbour over IPv6."""
        link.forget()
        rules = roles(edition, ENDS)
        for each in texts(rules, platform):
            link.put(link.switch, *each)
        ends, sides = (link.other, link.one), ENDS[6][::-1]
        assert not connects(link, ends, sides, 8443, within=SILENCE)
