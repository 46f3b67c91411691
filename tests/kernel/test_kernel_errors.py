"""Errors of ICMP, in a real kernel: what they repair, and what they open."""

from __future__ import annotations

from functools import partial

import pytest
from kernel_connections import Conversation
from kernel_lab import Arrival, Lab
from kernel_links import ENDS, PATIENCE, Path, connects, transfers
from kernel_probes import ICMP, ICMPV6, TCP, complaint, segment
from kernel_rules import SILENCE, TEXTS, WIDE, roles, send, texts
from kernel_sites import SITES, listener, opener

from avi_portspec import Edition
from avi_portspec.names import Hook

#: By which the other end is known.
PUBLIC = "10.3.0.99"
TRANSLATION = f"""
table ip translation {{
    chain before {{
        type nat hook prerouting priority dstnat;
        ip daddr {PUBLIC} dnat to {ENDS[4][1]}
    }}
}}
"""


class TestErrors:
    """Errors of ICMP, which say what is wrong with an allowed connection."""

    @pytest.mark.slow
    @pytest.mark.parametrize("platform", TEXTS)
    @pytest.mark.parametrize("family", [4, 6])
    @pytest.mark.parametrize("hook", ["forward", "host"])
    def test_a_path_with_a_small_mtu(
        self,
        path: Path,
        edition: Edition,
        platform: str,
        family: int,
        hook: Hook,
    ) -> None:
        """Carries what is allowed; without such errors it does not."""
        # The engine sends; the Controller is behind the narrow link.
        ends, sides = (path.one, path.other), ENDS[family]
        rules = roles(edition, {f: ENDS[f][::-1] for f in ENDS})
        place = path.router if hook == "forward" else path.one
        for errors in (False, True):
            path.flush(place)
            for each in texts(rules, platform, icmp_errors=errors, hook=hook):
                path.put(place, *each)
            assert connects(path, ends, sides, 8443)
            wait = PATIENCE if errors else SILENCE
            found = transfers(
                path, ends, sides, 8443, size=200_000, within=wait
            )
            assert found is errors

    @pytest.mark.parametrize("platform", TEXTS)
    def test_behind_a_translation_of_addresses(
        self, path: Path, edition: Edition, platform: str
    ) -> None:
        """They pass too: the connection has the addresses of the rules."""
        path.run(path.router, "nft", "-f", "-", text=TRANSLATION)
        hop = path.run(path.one, "ip", "route", "get", ENDS[4][1]).split()[2]
        path.run(path.one, "ip", "route", "add", PUBLIC, "via", hop)
        for each in texts(
            roles(edition, {f: ENDS[f][::-1] for f in ENDS}), platform
        ):
            path.put(path.router, *each)
        ends = path.one, path.other
        assert transfers(path, ends, ENDS[4], 8443, size=200_000, to=PUBLIC)

    @pytest.mark.parametrize("platform", TEXTS)
    @pytest.mark.parametrize("family", [4, 6])
    @pytest.mark.parametrize("port", [8443, 9999])
    def test_open_nothing(
        self,
        lab: Lab,
        edition: Edition,
        platform: str,
        family: int,
        port: int,
    ) -> None:
        """Of all types about an allowed connection, these; else none."""
        site = SITES["container"]
        rules = site.rules(edition)
        lab.clear()
        lab.load("nftables", WIDE)
        sides = Arrival(
            opener(site.place("service-engine"), family),
            listener(site.place("controller"), family),
            TCP,
            port,
        )
        lab.give(lab.opener, sides.source)
        lab.give(lab.listener, sides.destination)
        with Conversation(lab, sides) as talk:
            assert talk.back(b"before")
            for each in texts(rules, platform):
                lab.load(*each)
            lab.run(lab.router, "nft", "delete", "table", "inet", "wide")
            answer = segment(
                sides.destination, sides.source, TCP, (port, talk.port)
            )
            # From the far end, and from a router on the way.
            sources = sides.source, opener(77, family)
            complaints = [
                complaint(source, kind, answer)
                for source in sources
                for kind in range(256)
            ]
            arrived = lab.probe([partial(send, complaints)])
        kinds = {4: (3, 11, 12), 6: (1, 2, 3, 4)}[family]
        number = {4: ICMP, 6: ICMPV6}[family]
        assert arrived == {
            Arrival(source, sides.destination, number, kind)
            for source in sources
            for kind in kinds
            if port == 8443
        }
