"""Connections, and whether the probes would see a rule that is wrong."""

from __future__ import annotations

from functools import partial

import attrs
import pytest
from kernel_connections import Conversation, answered
from kernel_lab import Arrival, Lab, LostProbesError
from kernel_probes import (
    ICMP,
    PORTS,
    TCP,
    UDP,
    Sender,
    of_each_message,
    of_each_protocol,
)
from kernel_rules import SILENCE, WIDE, load, send, sweep, texts
from kernel_sites import SITES, STRANGER, listener, opener

from avi_portspec import Edition, Ported, PortRange, Protocol


class TestConnections:
    """What is let through works, in both directions."""

    @pytest.mark.parametrize("platform", ["nftables", "iptables"])
    @pytest.mark.parametrize("name", SITES)
    def test_each_is_answered(
        self, lab: Lab, edition: Edition, name: str, platform: str
    ) -> None:
        """A connection, a datagram and its echo, or a ping and its reply."""
        site = SITES[name]
        load(lab, site.rules(edition), platform)
        for arrival in sorted(site.expected(edition)):
            lab.give(lab.opener, arrival.source)
            lab.give(lab.listener, arrival.destination)
            assert answered(lab, arrival)

    @pytest.mark.parametrize("platform", ["nftables", "iptables"])
    def test_an_old_connection_is_held_to_the_rules(
        self, lab: Lab, edition: Edition, platform: str
    ) -> None:
        """What was open before they came passes only if they say so."""
        site = SITES["container"]
        lab.clear()
        lab.load("nftables", WIDE)
        sides = Arrival(
            opener(site.place("service-engine"), 4),
            listener(site.place("controller"), 4),
            TCP,
            9999,
        )
        lab.give(lab.opener, sides.source)
        lab.give(lab.listener, sides.destination)
        with Conversation(lab, sides) as talk:
            assert talk.there(b"before")
            assert talk.back(b"before")
            rules = site.rules(edition)
            for each in texts(rules, platform):
                lab.load(*each)
            lab.run(lab.router, "nft", "delete", "table", "inet", "wide")
            talk.patience(SILENCE)
            assert not talk.there(b"after")
            assert not talk.back(b"after")


class TestControls:
    """The instrument would notice."""

    @pytest.mark.slow
    def test_without_rules_everything_arrives(self, lab: Lab) -> None:
        """Each port, each protocol, each message: nothing else drops it."""
        lab.clear()
        sides = opener(1, 4), listener(1, 4)
        arrived = lab.probe(
            [
                partial(sweep, sides, TCP),
                partial(send, of_each_protocol(*sides)),
                partial(send, of_each_message(*sides)),
            ]
        )
        assert arrived == {
            *(Arrival(*sides, TCP, port) for port in range(PORTS)),
            *(Arrival(*sides, ICMP, kind) for kind in range(256)),
            *(
                Arrival(*sides, number, None)
                for number in range(256)
                if number not in (ICMP, TCP, UDP)
            ),
            Arrival(*sides, UDP, 0),
        }

    @pytest.mark.slow
    def test_without_rules_ipv6_arrives(self, lab: Lab) -> None:
        """The other family is probed as well as the first."""
        lab.clear()
        sides = opener(1, 6), listener(1, 6)
        arrived = lab.probe(
            [
                partial(sweep, sides, UDP),
                partial(send, of_each_protocol(*sides)),
            ]
        )
        ports = {Arrival(*sides, UDP, port) for port in range(PORTS)}
        assert ports <= arrived
        others = {each.protocol for each in arrived}
        assert others == set(range(256))

    @pytest.mark.parametrize("platform", ["nftables", "iptables"])
    def test_a_deleted_rule_is_missed(
        self, lab: Lab, edition: Edition, platform: str
    ) -> None:
        """One rule less is exactly its port less."""
        site = SITES["container"]
        rules = site.rules(edition)
        fewer = attrs.evolve(
            rules,
            rules=tuple(
                each
                for each in rules.rules
                if each.id != "service-engine-to-controller-udp-ipv4"
            ),
        )
        assert len(fewer.rules) == len(rules.rules) - 1
        load(lab, fewer, platform)
        sides = (
            opener(site.place("service-engine"), 4),
            listener(site.place("controller"), 4),
        )
        expected = {
            each
            for each in site.expected(edition)
            if each[:2] == sides and each.protocol == UDP
        }
        assert expected == {Arrival(*sides, UDP, 123)}
        assert lab.probe([partial(sweep, sides, UDP)]) == set()
        load(lab, rules, platform)
        assert lab.probe([partial(sweep, sides, UDP)]) == expected

    def test_a_port_too_many_is_seen(self, lab: Lab, edition: Edition) -> None:
        """A rule that is wider by one port lets exactly that one through."""
        site = SITES["container"]
        rules = site.rules(edition)
        wide = Ported(
            protocol=Protocol.of(UDP), ports=(PortRange(low=123, high=124),)
        )
        wider = attrs.evolve(
            rules,
            rules=tuple(
                attrs.evolve(each, traffic=wide)
                if each.id == "service-engine-to-controller-udp-ipv4"
                else each
                for each in rules.rules
            ),
        )
        load(lab, wider, "nftables")
        sides = (
            opener(site.place("service-engine"), 4),
            listener(site.place("controller"), 4),
        )
        assert lab.probe([partial(sweep, sides, UDP)]) == {
            Arrival(*sides, UDP, 123),
            Arrival(*sides, UDP, 124),
        }

    def test_a_lost_probe_is_not_a_blocked_one(self, lab: Lab) -> None:
        """Whoever says to have sent more than came is told so."""
        lab.clear()
        sides = opener(1, 4), listener(1, 4)
        packets = of_each_message(*sides)

        def forgetful(sender: Sender) -> int:
            return sender.send(packets[1:]) + 1

        with pytest.raises(LostProbesError, match="256 sent, 255 at the"):
            lab.probe([forgetful], attempts=2)

    def test_strangers_are_probed(self, edition: Edition) -> None:
        """The cluster IP and an unknown host are among the sources."""
        site = SITES["aws"]
        pairs = set(site.pairs("product"))
        for family in (4, 6):
            controller = listener(site.place("controller"), family)
            for name in ("cluster-ip", STRANGER):
                assert (opener(site.place(name), family), controller) in pairs
