"""Several sites, and the rules of others, on one router in a real kernel."""

from __future__ import annotations

import re
from functools import partial

import attrs
import pytest
from kernel_lab import Arrival, Lab
from kernel_probes import UDP, segment
from kernel_rules import TEXTS, WIDE, send, texts
from kernel_sites import SITES, listener, opener

from avi_portspec import Edition

#: What somebody else had on the router. The second chain is named nearly as
#: ours are.
THEIRS = """
*filter
:THEIRS - [0:0]
:avi-input-mine - [0:0]
-A FORWARD -j THEIRS
-A FORWARD -j avi-input-mine
-A THEIRS -m comment --comment "-j avi-forward" -j RETURN
COMMIT
"""
#: What iptables-save prints of this rule, iptables-restore takes for a wider
#: one: iptables has no sets.
ONLY_NFT = (
    *("add", "rule", "ip", "filter", "FORWARD"),
    *("ip", "saddr", "{ 172.16.1.1, 172.16.1.9 }", "counter", "drop"),
)


class TestSites:
    """Two sites on one router."""

    @pytest.mark.parametrize("platform", TEXTS)
    def test_do_not_touch_each_other(
        self, lab: Lab, edition: Edition, platform: str
    ) -> None:
        """Loaded, loaded again and removed, each is judged by its own."""
        north = SITES["container"]
        south = attrs.evolve(north, first=100)
        sites = {"north": north, None: south}
        loaded = {
            name: texts(site.rules(edition), platform, name=name)
            for name, site in sites.items()
        }
        lab.clear()
        in_force = set()
        for name, comes in (
            ("north", True),
            (None, True),
            ("north", True),
            ("north", False),
            ("north", True),
            (None, False),
        ):
            for each, text in loaded[name]:
                if comes:
                    lab.load(each, text)
                else:
                    lab.remove(lab.router, text)
            (in_force.add if comes else in_force.discard)(name)
            for other, site in sites.items():
                sides = (
                    opener(site.place("service-engine"), 4),
                    listener(site.place("controller"), 4),
                )
                some = [
                    segment(*sides, UDP, (65535, port)) for port in (7, 123)
                ]
                ports = {123} if other in in_force else {7, 123}
                assert lab.probe([partial(send, some)]) == {
                    Arrival(*sides, UDP, port) for port in ports
                }
        assert in_force == {"north"}

    @pytest.mark.parametrize("platform", TEXTS)
    @pytest.mark.parametrize("name", [None, "x" * 16])
    def test_what_was_there_stays(
        self, lab: Lab, edition: Edition, platform: str, name: str | None
    ) -> None:
        """Loaded twice and removed, it leaves other rules as they were."""
        lab.clear()
        for each in ("iptables", "ip6tables"):
            lab.run(lab.router, f"{each}-restore", text=THEIRS)
        if "nf_tables" in lab.run(lab.router, "iptables", "--version"):
            lab.run(lab.router, "nft", *ONLY_NFT)
        lab.load("nftables", WIDE)
        before = listed(lab)
        rules = SITES["container"].rules(edition)
        made = texts(rules, platform, name=name)
        seen = []
        for _ in range(2):
            for each in made:
                lab.load(*each)
            seen.append(listed(lab))
        assert seen[0] == seen[1]
        assert set(before) < set(seen[0])
        for _, text in made:
            lab.remove(lab.router, text)
        assert listed(lab) == before

    def test_what_nft_lists_can_be_loaded(
        self, lab: Lab, edition: Edition
    ) -> None:
        """As people save what is in force: it is the same again."""
        lab.clear()
        rules = SITES["aws"].rules(edition)
        lab.load("nftables", rules.render("nftables", hook="host"))
        saved = lab.run(lab.router, "nft", "list", "ruleset")
        lab.clear()
        lab.load("nftables", saved)
        assert lab.run(lab.router, "nft", "list", "ruleset") == saved


def listed(lab: Lab) -> list[str]:
    """Return what is in force at the router, without what is counted."""
    lines: list[str] = []
    for each in ("iptables", "ip6tables"):
        saved = lab.run(lab.router, f"{each}-save", "-t", "filter")
        lines += (f"{each} {line}" for line in saved.splitlines())
    lines += lab.run(lab.router, "nft", "list", "ruleset").splitlines()
    return [
        re.sub(r"\[\d+:\d+\]|packets \d+ bytes \d+", "", line)
        for line in lines
        if not line.partition(" ")[2].startswith("#")
    ]
