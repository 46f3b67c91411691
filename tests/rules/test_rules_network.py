"""Rules for routers and firewalls, and the guard before aerleon.

Each way in which aerleon is known to fail open is shown twice: that it does
so when it is called directly, and that nothing of the kind comes through
the guard. If a test of the first sort fails one day, aerleon has improved.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable
from ipaddress import ip_address, ip_network
from itertools import product as product_of
from typing import Any
from xml.etree import ElementTree as ET

import attrs
import pytest
from rules_examples import (
    LISTS,
    aws,
    fitting,
    portless,
    rule,
    site,
    with_rules,
)
from rules_examples import rendered as render
from rules_openings import expected, same
from rules_readers_network import (
    Words,
    read_ciscoasa,
    read_fortigate,
    read_srx,
)
from test_rules_crosscheck import NETWORK, expected_network, needs_aerleon

from avi_portspec import (
    TCP,
    CannotExpressError,
    Edition,
    EndpointId,
    FlowId,
    InvalidDataError,
    InvalidQueryError,
    Inventory,
    MissingExtraError,
    PortRange,
    Protocol,
    RuleSet,
    UnknownNameError,
    loads_inventory,
    rule_set,
)
from avi_portspec.rules.options import Options
from avi_portspec.rules.platforms import (
    PlatformName,
    guard,
    network,
    recount,
)
from avi_portspec.rules.platforms.guard import (
    Blanket,
    Filter,
    Target,
    Term,
    comment,
    generate,
    short_name,
)
from avi_portspec.rules.traffic import Bare, Message, Ported, Traffic

EACH = pytest.mark.parametrize("platform", sorted(NETWORK))
CISCO = Target(name="cisco", longest=62, bare={4: frozenset({47})})
LIST = "avi-ports-ipv4 extended"

#: What a term means to be, as aerleon takes it.
MEANT: dict[str, Any] = {
    "name": "avi-meant",
    "source-address": "SOURCE",
    "destination-address": "DESTINATION",
    "protocol": "tcp",
    "destination-port": "PORTS",
    "action": "accept",
}


def alone(
    target: str,
    *terms: dict[str, Any],
    ports: str = "22",
    source: str = "10.20.0.1/32",
    destination: str = "10.10.1.11/32",
) -> str:
    """Return what aerleon writes by itself."""
    from aerleon import api
    from aerleon.lib import naming

    definitions = naming.Naming()
    definitions.ParseDefinitionsObject(
        {
            "networks": {
                "SOURCE": {"values": [{"address": source}]},
                "DESTINATION": {"values": [{"address": destination}]},
            },
            "services": {"PORTS": [{"protocol": "tcp", "port": ports}]},
        },
        "",
    )
    name, _, options = target.partition(" ")
    header = {"targets": {name: options}}
    policy = {
        "filename": "rules",
        "filters": [{"header": header, "terms": [dict(t) for t in terms]}],
    }
    return "".join((api.Generate([policy], definitions) or {}).values())


def meant(**changes: Any) -> dict[str, Any]:
    """Return that term, with some keys changed, or gone if ``None``."""
    found = {**MEANT, **{k.replace("_", "-"): v for k, v in changes.items()}}
    return {key: value for key, value in found.items() if value is not None}


def term(**changes: Any) -> Term:
    """Return a term that the guard lets through."""
    model = Term(
        name="avi-meant",
        rule="meant",
        flows=(FlowId("a-flow"),),
        family=4,
        source="service-engine",
        sources=(ip_network("10.20.0.1/32"),),
        destination="controller",
        destinations=(ip_network("10.10.1.11/32"),),
        traffic=Ported(protocol=TCP, ports=(PortRange.of(22),)),
    )
    return attrs.evolve(model, **changes)


def written(*terms: Term, target: Target = CISCO) -> str:
    """Return what aerleon writes behind the guard."""
    last = (Blanket(name="avi-deny-the-rest"),)
    return generate(target, [Filter(LIST, terms, last=last)])


@needs_aerleon
class TestFailOpen:
    """What aerleon does by itself, and what the guard makes of it."""

    @pytest.mark.parametrize(
        ("family", "destination"),
        [("inet6", "10.10.1.11/32"), ("mixed", "2001:db8::1/128")],
    )
    def test_one_sided_addresses_are_everybody(
        self, family: str, destination: str
    ) -> None:
        """Where a side has none of a family, nothing is asked of it."""
        target = f"nftables {family} output"
        text = alone(target, meant(), destination=destination)
        assert "\n        tcp dport 22 ct state new accept" in text

    @pytest.mark.parametrize("side", ["sources", "destinations"])
    def test_guard_takes_one_family_on_both_sides(self, side: str) -> None:
        """A term with another family on a side cannot be made."""
        other = (ip_network("2001:db8::1/128"),)
        with pytest.raises(ValueError, match="addresses that are not IPv4"):
            term(**{side: other})

    def test_unknown_protocols_are_any(self) -> None:
        """NSX-T then lets every service through."""
        text = alone(
            "nsxt avi inet", meant(protocol="gre", destination_port=None)
        )
        assert json.loads(text)["rules"][0]["services"] == ["ANY"]

    def test_other_protocols_are_all_services(self) -> None:
        """FortiOS then lets every service through, too."""
        zones = "fortigate from-zone any to-zone any inet"
        text = alone(zones, meant(protocol="gre", destination_port=None))
        assert 'set service "ALL"' in text

    @EACH
    @pytest.mark.parametrize("number", [0, 33, 58, 132, 136])
    def test_guard_takes_what_is_said_exactly(
        self, edition: Edition, platform: str, number: int
    ) -> None:
        """Any other protocol is refused, with the flows that it is for."""
        protocol = Protocol(number=number)
        one = portless(edition, 47, 6 if number == 58 else 4)
        traffic: Traffic
        if number == 58:
            traffic = Message(protocol=protocol, icmp_type=128)
        elif protocol.has_ports:
            traffic = Ported(protocol=protocol, ports=(PortRange.of(7),))
        else:
            traffic = Bare(protocol=protocol)
        one = attrs.evolve(one, traffic=traffic)
        with pytest.raises(CannotExpressError) as refused:
            render(with_rules(edition, one), platform)
        assert refused.value.flows == one.flows
        assert refused.value.rule == one.id
        assert refused.value.platform == platform

    @pytest.mark.parametrize("family", [4, 6])
    def test_other_protocols_are_written_where_they_can_be(
        self, edition: Edition, family: int
    ) -> None:
        """By name or number; PAN-OS and FortiOS have words of their own.

        Two without a name stand beside each other, and one more with GRE.
        """
        takers = set()
        one = [portless(edition, number, family) for number in (97, 255)]
        other = [portless(edition, number, family) for number in (2, 47)]
        for rules in (
            with_rules(edition, *one),
            with_rules(edition, *other),
        ):
            for platform, (read, nature) in NETWORK.items():
                try:
                    text = render(rules, platform)
                except CannotExpressError:
                    continue
                takers.add(platform)
                assert same(read(text), expected_network(rules, nature))
        without = {"fortigate", "paloalto"}
        assert takers == {*NETWORK} - without - (
            {"ciscoasa"} if family == 6 else set()
        )

    @pytest.mark.parametrize("platform", ["cisco", "arista", "juniper", "srx"])
    def test_an_extension_header_is_no_protocol(
        self, edition: Edition, platform: str
    ) -> None:
        """A device looks behind it for the protocol of a packet of IPv6."""
        rules = with_rules(edition, portless(edition, 43, 6))
        with pytest.raises(CannotExpressError, match="IPv6 exactly"):
            render(rules, platform)

    @pytest.mark.parametrize("platform", ["juniper", "srx"])
    def test_so_many_protocols_without_a_name(
        self, edition: Edition, platform: str
    ) -> None:
        """As there are names that stand in for them; one more is refused."""
        read, nature = NETWORK[platform]
        several = [portless(edition, number) for number in range(201, 206)]
        rules = with_rules(edition, *several[:4])
        text = render(rules, platform)
        assert same(read(text), expected_network(rules, nature))
        with pytest.raises(CannotExpressError, match="more than 4") as caught:
            render(with_rules(edition, *several), platform)
        assert caught.value.rule == several[4].id

    def test_a_name_that_is_not_written_as_it_is(
        self, edition: Edition, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """As aerleon has VRRP by number: another protocol would be open."""
        monkeypatch.setattr(guard, "_STAND_INS", ("vrrp",))
        rules = with_rules(edition, portless(edition, 97))
        with pytest.raises(CannotExpressError, match="no protocol 97"):
            render(rules, "srx")

    @pytest.mark.parametrize(
        ("ports", "text"),
        [("99999", "eq 99999"), ("30-20", "range 30 20")],
    )
    def test_ports_that_do_not_exist_are_written(
        self, ports: str, text: str
    ) -> None:
        """A device may make anything of them."""
        assert text in alone(f"cisco {LIST}", meant(), ports=ports)

    @pytest.mark.parametrize(("low", "high"), [(99999, 99999), (30, 20)])
    def test_guard_takes_ports_that_exist(self, low: int, high: int) -> None:
        """There are no such ranges, and a term is made of ranges."""
        with pytest.raises(InvalidDataError):
            PortRange(low=low, high=high)

    def test_host_bits_widen_to_the_network(self) -> None:
        """One host with the mask of its network is the whole network."""
        text = alone(f"cisco {LIST}", meant(), source="10.20.0.9/24")
        assert "permit tcp 10.20.0.0 0.0.0.255 " in text

    def test_guard_takes_networks_without_host_bits(
        self, edition: Edition
    ) -> None:
        """No network has them, and the inventory says so."""
        with pytest.raises(ValueError, match="host bits"):
            ip_network("10.20.0.9/24")
        with pytest.raises(InvalidDataError, match="host bits"):
            loads_inventory('controller = ["10.20.0.9/24"]', edition=edition)

    @pytest.mark.parametrize("source", [[], None])
    def test_no_source_is_everybody(self, source: object) -> None:
        """An empty list is as good as none."""
        text = alone(f"cisco {LIST}", meant(source_address=source))
        assert "permit tcp any " in text

    @pytest.mark.parametrize("side", ["sources", "destinations"])
    def test_guard_takes_a_source_and_a_destination(self, side: str) -> None:
        """A term without one cannot be made."""
        with pytest.raises(ValueError, match="has no address"):
            term(**{side: ()})

    def test_unknown_keys_are_left_out(self) -> None:
        """A source that is spelled wrong is no source."""
        wrong = meant(source_address=None, source_adress="SOURCE")
        assert "permit tcp any " in alone(f"cisco {LIST}", wrong)

    def test_guard_takes_what_it_knows(self) -> None:
        """A term has fields, not keys."""
        with pytest.raises(TypeError):
            term(source_adress=())

    def test_unknown_targets_write_nothing(self) -> None:
        """And nothing says so."""
        assert alone("cisko avi", meant()) == ""

    def test_guard_wants_one_output(self, edition: Edition) -> None:
        """None at all is an error."""
        cisko = attrs.evolve(CISCO, name="cisko")
        with pytest.raises(CannotExpressError, match='target "cisko"'):
            written(term(), target=cisko)
        with pytest.raises(UnknownNameError, match="did you mean 'cisco'"):
            render(aws(edition), "cisko")

    def test_names_with_dots_collide(self) -> None:
        """What follows the dot is taken for the suffix of a file."""
        from aerleon import api
        from aerleon.lib import naming

        policies = [
            {
                "filename": name,
                "filters": [
                    {
                        "header": {"targets": {"cisco": LIST}},
                        "terms": [{"name": "a", "action": "deny"}],
                    }
                ],
            }
            for name in ("avi-30.1", "avi-30.2")
        ]
        assert len(api.Generate(policies, naming.Naming()) or {}) == 1

    @pytest.mark.parametrize("name", ["accept", "log", "9x"])
    def test_names_are_written_as_they_are(self, name: str) -> None:
        """Nft takes some of them for its own words."""
        text = alone("nftables inet output", meant(name=name))
        assert f"chain {name} {{" in text

    def test_guard_makes_names(self) -> None:
        """None has a dot, is a word of a target, or occurs twice."""
        ids = ["accept", "log", "9x", "avi-30.1", "avi-30.2", "x" * 99]
        names = [short_name(name, 35) for name in ids]
        assert names[:3] == ["avi-accept", "avi-log", "avi-9x"]
        assert len({*names}) == len(ids)
        assert all(len(n) <= 35 and "." not in n for n in names)
        with pytest.raises(ValueError, match="one name"):
            written(term(), term())
        for wrong in ("accept", "avi-30.1", "avi-" + "x" * 60):
            with pytest.raises(ValueError, match="no name for a term"):
                written(term(name=wrong))

    def test_comments_are_written_at_any_length(self) -> None:
        """Nft takes 128 characters."""
        text = alone("nftables inet output", meant(comment="x" * 140))
        assert "x" * 140 in text

    def test_guard_makes_comments(self) -> None:
        """Short lines, few of them, and no mark that is syntax somewhere."""
        hostile = '"; } */ accept; # ? ! -- <b> \\ $x \n permit ip any any'
        lines = comment([hostile, "", "x" * 140, *["y" * 60] * 20])
        assert lines[0].startswith(", - accept, - b x permit ip any any")
        assert max(map(len, lines)) <= 68
        assert len(lines) <= 14
        assert lines[-1].startswith("and ")
        assert len(" ".join(lines)) < 1000

    @pytest.mark.parametrize("target", [f"cisco {LIST}", "juniper avi inet"])
    def test_replies_are_missing(self, target: str) -> None:
        """Nothing comes back through a router that keeps no state."""
        text = alone(target, meant())
        assert text.count("permit ") + text.count("then accept") == 1

    @pytest.mark.parametrize("platform", ["arista", "cisco", "juniper"])
    def test_replies_are_written(
        self, edition: Edition, platform: str
    ) -> None:
        """From the port, and for TCP of connections that exist."""
        text = render(with_rules(edition, rule(edition)), platform)
        assert "established" in text
        assert text.count("-ipv4-return") == 1

    def test_icmp_beside_ports_fails(self) -> None:
        """FortiOS's services cannot be sorted then."""
        echo = meant(
            name="avi-echo",
            protocol="icmp",
            icmp_type="echo-request",
            destination_port=None,
        )
        with pytest.raises(TypeError):
            alone("fortigate from-zone any to-zone any inet", meant(), echo)

    def test_icmp_is_written_apart(self, edition: Edition) -> None:
        """Both are there, and policies that exist keep their ids."""
        rules = aws(edition, optional=True)
        text = render(rules, "fortigate")
        meant = expected_network(rules, "stateful")
        assert same(read_fortigate(text), meant)
        assert text.count("config firewall policy") == 2
        _, *policies = text.split("config firewall policy\n")
        assert all(policy.startswith("    edit 0\n") for policy in policies)

    def test_ipv6_is_left_out_of_asa(self) -> None:
        """And the list looks as if it were whole."""
        text = alone(
            "ciscoasa avi",
            meant(destination_address=None),
            source="2001:db8::/64",
        )
        assert "avi-meant" in text
        assert "permit" not in text

    def test_ipv6_is_refused_for_asa(self, edition: Edition) -> None:
        """A list for half of the needs would be taken for the whole."""
        with pytest.raises(CannotExpressError, match="not support IPv6"):
            render(aws(edition), "ciscoasa")

    @pytest.mark.parametrize("target", ["ciscoasa avi", f"arista {LIST}"])
    def test_ports_are_written_by_name(self, target: str) -> None:
        """What a name means depends on the device, and on its version."""
        assert "eq ssh" in alone(target, meant())

    @pytest.mark.parametrize("protocol", ["tcp", "udp"])
    @pytest.mark.parametrize("platform", ["arista", "ciscoasa"])
    def test_ports_are_written_by_number(
        self, edition: Edition, platform: str, protocol: str
    ) -> None:
        """Each port for which aerleon has a name, and ranges between them."""
        from aerleon.lib.cisco import PortMap

        maps = PortMap._PORT_MAP
        names = maps.get(platform, maps["cisco"])[protocol]
        # Every other one, for two in a row are a range.
        even, odd = sorted(names)[::2], sorted(names)[1::2]
        ranges = [
            PortRange(low=low, high=high)
            for low, high in zip(even[::2], even[1::2], strict=False)
        ]
        read, nature = NETWORK[platform]
        for ports in (
            tuple(map(PortRange.of, even)),
            tuple(map(PortRange.of, odd)),
            tuple(ranges),
        ):
            one = rule(edition, protocol=Protocol.of(protocol), ports=ports)
            rules = with_rules(edition, one)
            # The reader takes numbers, and no names.
            assert same(
                read(render(rules, platform)), expected_network(rules, nature)
            )


@needs_aerleon
class TestTheGuard:
    """What the guard does with what aerleon says and writes."""

    def test_a_warning_is_an_error(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Aerleon logs what it leaves out, and goes on."""
        from absl import logging as said
        from aerleon import api

        def warns(*_: object) -> dict[str, str]:
            said.warning("term %s is not rendered", "x")
            return {"rules.acl": "permit ip any any"}

        monkeypatch.setattr(api, "Generate", warns)
        with pytest.raises(CannotExpressError, match="x is not rendered"):
            written(term())

    def test_an_exception_is_an_error_of_ours(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Of whatever type it was; it stays the cause."""
        from aerleon import api

        def fails(*_: object) -> dict[str, str]:
            raise TypeError("not\n supported")

        monkeypatch.setattr(api, "Generate", fails)
        with pytest.raises(CannotExpressError, match="not supported") as e:
            written(term())
        assert isinstance(e.value.__cause__, TypeError)
        assert e.value.flows == ("a-flow",)

    def test_two_outputs_are_an_error(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """One was asked for."""
        from aerleon import api

        both = {"a.acl": "", "b.acl": ""}
        monkeypatch.setattr(api, "Generate", lambda *_: both)
        with pytest.raises(CannotExpressError, match="2 outputs"):
            written(term())

    def test_logging_stays_as_it_was(
        self, capfd: pytest.CaptureFixture[str]
    ) -> None:
        """Nothing is printed, and no handler is left behind."""
        absl, root = logging.getLogger("absl"), logging.root
        before = [*root.handlers], [*absl.handlers], absl.level
        with pytest.raises(CannotExpressError):
            written(term(), target=attrs.evolve(CISCO, name="cisko"))
        assert ([*root.handlers], [*absl.handlers], absl.level) == before
        assert absl.propagate
        assert capfd.readouterr() == ("", "")

    def test_roles_with_other_addresses_have_other_names(self) -> None:
        """As where the cluster IP is a destination only."""
        more = (ip_network("10.10.1.10/31"),)
        text = written(
            term(source="controller", sources=more),
            term(name="avi-other", source="controller"),
        )
        assert "permit tcp 10.10.1.10 0.0.0.1 host 10.10.1.11" in text
        assert "permit tcp host 10.20.0.1 host 10.10.1.11" in text

    @pytest.mark.parametrize("platform", sorted(NETWORK))
    def test_what_was_written_is_counted(
        self,
        edition: Edition,
        platform: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """An output with one permit too few or too many is refused."""
        from aerleon import api

        rules = four(edition)
        honest = api.Generate
        changed: list[bool] = []

        def doctored(old: str, new: str) -> Callable[..., Any]:
            def fake(*args: Any) -> dict[str, str]:
                ((name, text),) = (honest(*args) or {}).items()
                changed.append(old in text)
                return {name: text.replace(old, new, 1)}

            return fake

        every = Options(scope="all") if platform in LISTS else Options()
        for options, faults in (
            (every, DOCTORED[platform]),
            (Options(), STOPPED[platform]),
        ):
            for old, new in faults:
                with monkeypatch.context() as patch:
                    patch.setattr(api, "Generate", doctored(old, new))
                    with pytest.raises(
                        CannotExpressError, match="does not match the rules"
                    ):
                        render(rules, platform, options)
                assert changed.pop(), old
            assert render(rules, platform, options)

    def test_counting_knows_all_addresses(self, edition: Edition) -> None:
        """``any`` is right where a role is anybody."""
        inventory = loads_inventory(
            'controller = ["10.10.1.11"]\nshared = ["0.0.0.0/0", "::/0"]\n'
            'external-network-services = ["0.0.0.0/0"]\n'
            'service-engine = ["10.20.0.0/24"]\naws = ["0.0.0.0/0"]',
            edition=edition,
        )
        rules = rule_set(edition.resolve("aws"), inventory)
        for platform, (read, nature) in NETWORK.items():
            found = read(render(rules, platform))
            assert same(found, expected_network(rules, nature))


#: One fault for each output: a match gone, or "any" in its place.
DOCTORED: dict[str, list[tuple[str, str]]] = {
    "arista": [
        ("permit tcp 10.20.0.0/24", "permit tcp any"),
        (" eq ntp", ""),
        (" deny ip any any fragments\n", ""),
    ],
    "cisco": [
        ("permit tcp 10.20.0.0 0.0.0.255", "permit tcp any"),
        (" eq 123", ""),
        ("deny ip any any\n", "permit ip any any\n"),
        (" deny ip any any fragments\n", ""),
        ("fragments", ""),
        (" remark avi-deny-the-rest\n", ""),
        (" remark avi-deny-the-rest\n",
         " remark avi-deny-the-rest\n remark other\n"),
        ("deny ipv6 any any fragments", "permit ipv6 any any fragments"),
    ],
    "ciscoasa": [
        ("tcp 10.20.0.0 255.255.255.0", "tcp any"),
        (" eq ntp", ""),
        ("permit", "deny"),
    ],
    "fortigate": [
        ('srcaddr "avi-service-engine-ipv4"', 'srcaddr "all"'),
        ("set tcp-portrange 4001\n", "\n"),
    ],
    "juniper": [
        ("                        10.20.0.0/24;\n", ""),
        ("destination-port 123;", ""),
        ("discard;", "accept;"),
        ("fragment-offset 1-8191;", ""),
        ("term avi-controller-to-aws-tcp-ipv4 {", "term avi-other {"),
    ],
    "paloalto": [
        ("<member>avi-controller-ipv4</member>\n                  </source>",
         "<member>any</member>\n                  </source>"),
        ("<member>service-avi-controller-to-aws-tcp-ipv4-tcp<",
         "<member>any<"),
    ],
    "srx": [
        ("source-address [ avi-controller-ipv4 ];", "source-address any;"),
        ("application avi-controller-to-aws-tcp-ipv4-app;",
         "application any;"),
    ],
}  # fmt: skip


#: The same of what stops the rest, where the product's traffic is judged.
STOPPED: dict[str, list[tuple[str, str]]] = {
    "arista": [
        (" deny ip 10.20.0.0/24 any\n", ""),
        (" deny ip any 10.20.0.0/24\n", " permit ip any 10.20.0.0/24\n"),
        (" deny ip any 10.20.0.0/24\n", " deny ip any any\n"),
        (" deny ip any 10.20.0.0/24 fragments\n", ""),
    ],
    "cisco": [
        (" deny ip 10.20.0.0 0.0.0.255 any\n", ""),
        (" deny ip any 10.20.0.0 0.0.0.255\n", " permit ip any any\n"),
        (" deny ip any 10.20.0.0 0.0.0.255\n", " deny ip any any\n"),
        (" 0.0.0.255 fragments\n", " 0.0.0.255\n"),
    ],
    "ciscoasa": [
        ("extended deny ip any 10.20.0.0 255.255.255.0", "remark"),
        ("deny ip 10.20.0.0 255.255.255.0 any", "deny ip any any"),
        ("deny ip 10.20.0.0", "permit ip 10.20.0.0"),
    ],
    "fortigate": [
        ('set dstaddr "avi-product-ipv4"', 'set dstaddr "all"'),
        ('set service "ALL"', 'set service "avi-other"'),
        ('"avi-deny-to-product-ipv4"', '"avi-other"'),
    ],
    "juniper": [
        ("term avi-deny-to-product {", "term avi-other {"),
        ("discard;", "accept;"),
        ("discard;", ""),
        ("fragment-offset 1-8191;", ""),
    ],
    "paloalto": [
        ("<action>deny", "<action>allow"),
        ("<member>avi-product-ipv4", "<member>any"),
        ('"avi-deny-to-product-ipv4"', '"avi-other"'),
    ],
    "srx": [
        ("deny;", "permit;"),
        ("destination-address [ avi-product-ipv4 ];",
         "destination-address any;"),
        ("policy avi-deny-to-product-ipv4 {", "policy avi-other {"),
    ],
}  # fmt: skip


def four(edition: Edition) -> RuleSet:
    """Return the rules of a site without IPv6."""
    addresses = {
        EndpointId(name): tuple(n for n in networks if n.version == 4)
        for name, networks in site(edition).addresses.items()
    }
    return rule_set(
        edition.resolve("aws"), Inventory(addresses=addresses), optional=True
    )


@needs_aerleon
class TestOutputs:
    """What stands around the rules, and what no rule is there for."""

    @EACH
    def test_it_says_on_top_what_it_is(
        self, edition: Edition, platform: str
    ) -> None:
        """Each line of the header is there, as a comment."""
        rules = four(edition)
        text = render(rules, platform)
        top = text.split("\n\n")[0] if platform != "paloalto" else text
        plain = " ".join(w for w in top.split() if w not in ("!", "#"))
        for line in rules.header():
            assert " ".join(line.split()) in plain
        if platform == "paloalto":
            assert ET.fromstring(text).tag == "config"  # noqa: S314 - ours
        else:
            assert all(line[0] in "!#" for line in top.splitlines())
            assert max(map(len, top.splitlines())) <= 82

    @EACH
    def test_no_rules_open_nothing(
        self, edition: Edition, platform: str
    ) -> None:
        """Lists that are empty would let everything pass: they are not."""
        rules = attrs.evolve(four(edition), rules=())
        text = render(rules, platform)
        read, nature = NETWORK[platform]
        assert same(read(text), expected_network(rules, nature))
        assert "edition: vantage-undated" in text

    @EACH
    def test_hostile_texts_stay_comments(
        self, edition: Edition, platform: str
    ) -> None:
        """A reason from an overlay cannot close a comment, or open a port."""
        hostile = '*/ --> "}; permit ip any any\nexit\n end # ! ? <a> &x; ]]>'
        read, nature = NETWORK[platform]
        one = rule(edition, ports=(PortRange.of(9),))
        bad = attrs.evolve(one, reasons=(hostile,) * len(one.reasons))
        rules = with_rules(edition, bad)
        text = render(rules, platform)
        assert same(read(text), expected_network(rules, nature))

    @EACH
    def test_bytes_are_the_same_each_time(
        self, edition: Edition, platform: str
    ) -> None:
        """No set's order, no date and no number of a change is in them."""
        text = render(four(edition), platform)
        assert "$Id" not in text
        assert "$Date" not in text
        assert text == render(four(edition), platform)
        assert text.isascii()
        assert text.endswith("\n")

    @EACH
    def test_a_name_means_the_same_all_over(
        self, edition: Edition, platform: str
    ) -> None:
        """Echo comes apart for FortiOS: no name of it takes another's place.

        The Controller listens on the cluster IP, over TCP and ICMP, and
        never sends from it.
        """
        one = four(edition)
        floating = attrs.evolve(
            one.inventory,
            cluster_ip=site(edition).cluster_ip,
            cluster_ip_is_destination=True,
        )
        rules = rule_set(one.resolution, floating, optional=True)
        assert any(each.icmp_types for each in rules.rules)
        read, nature = NETWORK[platform]
        found = read(render(rules, platform))
        assert same(found, expected_network(rules, nature))

    def test_bytes_are_the_same_in_every_process(
        self, edition: Edition
    ) -> None:
        """Whatever the seed of Python's hashes."""
        code = (
            "import sys; sys.path.insert(0, sys.argv[1])\n"
            "import avi_portspec, hashlib\n"
            "from rules_examples import aws\n"
            "from rules_examples import rendered as render\n"
            "edition = avi_portspec.load('vantage-undated')\n"
            "rules = aws(edition, optional=True)\n"
            "for name in sys.argv[2:]:\n"
            "    text = render(rules, name)\n"
            "    print(hashlib.sha256(text.encode()).hexdigest())\n"
        )
        names = sorted({*NETWORK} - {"ciscoasa"})
        here = os.path.dirname(__file__)  # noqa: PTH120
        found = {
            subprocess.run(
                [sys.executable, "-c", code, here, *names],
                capture_output=True,
                check=True,
                env={**os.environ, "PYTHONHASHSEED": seed},
            ).stdout
            for seed in ("1", "2")
        }
        assert len(found) == 1
        assert len(found.pop().split()) == len(names)

    def test_long_lists_are_split_for_srx(self, edition: Edition) -> None:
        """A policy there takes 1,024 addresses; no pair is lost or new."""
        hosts = tuple(
            ip_network(f"10.20.{n // 100}.{2 * (n % 100)}/32")
            for n in range(1100)
        )
        rules = with_rules(edition, rule(edition, sources=hosts))
        text = render(rules, "srx")
        assert text.count("permit;") == 3
        found = read_srx(text)
        opened = {each for each in found if each.kind == "open"}
        assert opened == {*expected(rules.rules, "stateful")}
        assert same(found, expected_network(rules, "stateful"))
        # Left to itself, aerleon would cut it too, and rename what it cut.
        whole = attrs.evolve(network.render_srx, side=None)
        with pytest.raises(CannotExpressError, match="LARGE TERM"):
            whole(rules, Options())

    @pytest.mark.parametrize("platform", ["arista", "cisco", "ciscoasa"])
    def test_lists_of_pairs_have_a_bound(
        self, edition: Edition, platform: str
    ) -> None:
        """What would take minutes is refused at once, with a way out."""
        hosts = tuple(ip_network(f"10.20.{n}.1/32") for n in range(250))
        others = tuple(ip_network(f"10.30.{n}.1/32") for n in range(250))
        long = rule(
            edition,
            sources=hosts,
            destinations=others,
            ports=(PortRange.of(22), PortRange.of(443)),
        )
        rules = with_rules(edition, long)
        with pytest.raises(CannotExpressError, match="125000 for") as refused:
            render(rules, platform)
        assert refused.value.platform == platform
        assert refused.value.rule == long.id
        assert refused.value.flows == long.flows
        assert "use networks" in refused.value.reason
        # Where sides are lists of their own, the same is a matter of course.
        options = Options(icmp_errors=False, scope="all")
        assert render(rules, "juniper", options).count("/32;") == 1000

    @pytest.mark.parametrize("platform", ["arista", "cisco", "juniper"])
    def test_it_says_which_messages_pass(
        self, edition: Edition, platform: str
    ) -> None:
        """Errors and neighbour discovery, or the latter alone."""
        rules = aws(edition)
        for errors, said in (
            (True, "ICMP errors that a connection needs"),
            (False, "no ICMP error is allowed"),
        ):
            # To the product's addresses and from them, or between any.
            for scope, times in (("all", 4), ("product", 8)):
                options = Options(icmp_errors=errors, scope=scope)
                text = render(rules, platform, options)
                assert said in text
                assert ("avi-icmp-error" in text) is errors
                assert text.count("avi-neighbour-discovery-13") == times

    @pytest.mark.parametrize(
        ("platform", "first"),
        [
            ("arista", {"deny ip any any fragments": 1}),
            (
                "cisco",
                {
                    "deny ip any any fragments": 1,
                    "deny ipv6 any any fragments": 1,
                },
            ),
            ("juniper", {"fragment-offset 1-8191;": 1}),
        ],
    )
    def test_fragments_without_ports_are_stopped_first(
        self, edition: Edition, platform: str, first: dict[str, int]
    ) -> None:
        """A permit with ports would let them through whatever they are of."""
        text = render(aws(edition), platform, Options(scope="all"))
        for line, count in first.items():
            assert text.count(line) == count
            before, _, after = text.partition(line)
            start = "filter" if platform == "juniper" else "access-list"
            assert "permit" not in before.rpartition(start)[2]
            assert "accept" not in before.rpartition(start)[2]
            assert after
        assert "fragments other than the first" in text

    def test_aerleon_leaves_out_a_lone_match_on_fragments(self) -> None:
        """Its term for Junos then stops everything, not fragments."""
        lone = {
            "name": "avi-lone",
            "option": "is-fragment",
            "action": "deny",
        }
        text = alone("juniper avi inet", lone, meant())
        assert "is-fragment" not in text

    def test_policies_that_add_up_say_so(self, edition: Edition) -> None:
        """FortiOS gives new ids, so a second load adds what is there."""
        assert "names begin with avi-" in render(four(edition), "fortigate")

    @EACH
    def test_a_role_may_be_called_any(
        self, edition: Edition, platform: str
    ) -> None:
        """It is a name like another, in comments too."""
        one = rule(edition, source=EndpointId("any"))
        one = attrs.evolve(one, reasons=("any; any",) * len(one.reasons))
        rules = with_rules(edition, one)
        read, nature = NETWORK[platform]
        assert same(
            read(render(rules, platform)), expected_network(rules, nature)
        )

    def test_the_counts_are_of_this_module(self) -> None:
        """Each platform has one, and takes no other's."""
        assert {*recount.__all__} == {
            "entries",
            "filter_terms",
            "global_policies",
            "pairs",
            "policies",
            "xml_rules",
        }
        assert {f"render_{name}" for name in NETWORK} == {*network.__all__}


class TestWithoutAerleon:
    """The package works without it, but for these platforms."""

    def test_without_aerleon_the_extra_is_named(
        self, edition: Edition, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What is missing is named, and how to get it."""
        monkeypatch.setitem(sys.modules, "aerleon", None)
        with pytest.raises(MissingExtraError, match=r"avi-portspec\[network"):
            render(aws(edition), "cisco")


@needs_aerleon
class TestAsa:
    """How a list of an ASA takes the place of the one before."""

    def test_each_version_has_a_name_of_its_own(
        self, edition: Edition
    ) -> None:
        """So the one that is bound stays whole until it is replaced."""
        names = []
        for port in (443, 444):
            one = rule(edition, ports=(PortRange.of(port),))
            text = render(with_rules(edition, one), "ciscoasa")
            assert text == render(with_rules(edition, one), "ciscoasa")
            lines = [e for e in text.splitlines() if e and e[0] != "!"]
            (name,) = {line.split()[1] for line in lines}
            assert {line.split()[0] for line in lines} == {"access-list"}
            names.append(name)
        assert len(set(names)) == 2
        assert all(name.startswith("avi-ports-") for name in names)


def decided(
    text: str, platform: str, packet: tuple[Any, Any, int, int, int]
) -> str | None:
    """Return what the first entry says that a packet meets, if any does."""
    mask = {"cisco": "wildcard", "arista": "none", "ciscoasa": "netmask"}
    source, destination, protocol, port, source_port = packet
    family = 4
    for line in text.splitlines():
        if line.startswith(("ip access-list", "ipv6 access-list")):
            family = 6 if line.startswith("ipv6") else 4
        words = line.split()
        if platform == "ciscoasa":
            words, family = words[3:], 0
        if words[:1] not in (["permit"], ["deny"]) or line[0] == "!":
            continue
        if family not in (0, source.version):
            continue
        action, found = Words(words, family, mask[platform]).entry()
        for box in found:
            if (
                action != "fragments"
                and source in box.source
                and destination in box.destination
                and box.protocol in (None, protocol)
                and box.ports[0] <= port <= box.ports[1]
                and box.source_ports[0] <= source_port <= box.source_ports[1]
            ):
                return action
    return None


@needs_aerleon
class TestScope:
    """Which traffic a list judges, and what becomes of the rest."""

    @pytest.mark.parametrize("platform", ["arista", "cisco", "ciscoasa"])
    @pytest.mark.parametrize(
        ("options", "others"),
        [
            (Options(last_line="none"), None),
            (Options(last_line="permit"), "permit"),
            (Options(scope="all"), "deny"),
        ],
    )
    def test_a_bystander(
        self,
        edition: Edition,
        platform: str,
        options: Options,
        others: str | None,
    ) -> None:
        """Is left alone; the product gets what its rules say, and no more."""
        rules = four(edition)
        if platform == "ciscoasa" and options.last_line == "permit":
            with pytest.raises(InvalidQueryError, match="expected 'none'"):
                rules.render("ciscoasa", last_line="permit")
            return
        text = render(rules, platform, options)
        hosts = [
            ip_address(text)
            for text in (
                *("10.10.1.11", "10.10.1.12", "10.20.0.7", "192.0.2.9"),
                *("198.51.100.3", "203.0.113.7", "203.0.113.8"),
            )
        ]
        product = set(hosts[:3])
        for source, destination in product_of(hosts, hosts):
            for protocol, port in ((6, 22), (6, 443), (17, 123), (17, 4001)):
                packet = (source, destination, protocol, port, 54321)
                allowed = any(
                    each.protocol.number == protocol
                    and any(source in n for n in each.sources)
                    and any(destination in n for n in each.destinations)
                    and any(p.low <= port <= p.high for p in each.ports)
                    for each in rules.rules
                )
                expected = others
                if allowed:
                    expected = "permit"
                elif product & {source, destination}:
                    expected = "deny"
                assert decided(text, platform, packet) == expected

    @pytest.mark.parametrize("platform", sorted(LISTS))
    def test_a_list_needs_an_end(
        self, edition: Edition, platform: PlatformName
    ) -> None:
        """It is asked for by name, with what each means."""
        rules = four(edition)
        with pytest.raises(InvalidQueryError) as caught:
            rules.render(platform)
        assert caught.value.argument == "last_line"
        for word in ("'none' (", "scope 'all' (", platform):
            assert word in caught.value.expected
        with pytest.raises(InvalidQueryError, match="nothing with scope"):
            rules.render(platform, scope="all", last_line="none")

    @EACH
    def test_it_says_what_happens_to_other_traffic(
        self, edition: Edition, platform: str
    ) -> None:
        """On top, in words for how it ends."""
        for options, said in (
            (Options(scope="all"), "Everything is dropped that no rule"),
            (Options(), "All other traffic is left to "),
            (Options(last_line="permit"), "All other traffic is "),
        ):
            text = render(four(edition), platform, options)
            plain = " ".join(w for w in text.split() if w not in ("!", "#"))
            assert said in plain
            assert ("avi-permit-the-rest" in text) == (
                options.last_line == "permit"
                and platform in LISTS - {"ciscoasa"}
            )

    @EACH
    def test_a_family_that_the_product_lacks(
        self, edition: Edition, platform: str
    ) -> None:
        """Is not filtered, and has no list that could drop or permit it."""
        text = render(four(edition), platform, Options(last_line="permit"))
        plain = " ".join(w for w in text.split() if w not in ("!", "#"))
        assert "IPv6 is not filtered: the product has no IPv6 address" in plain
        for word in ("ipv6 access-list", "family inet6", "srcaddr6"):
            assert word not in text

    @pytest.mark.parametrize("platform", sorted({*NETWORK} - {"ciscoasa"}))
    def test_a_family_of_others(self, edition: Edition, platform: str) -> None:
        """Rules between others are there, and close nothing."""
        between = rule(
            edition,
            family=6,
            sources=(ip_network("2001:db8:7::/64"),),
            destinations=(ip_network("2001:db8:8::/64"),),
        )
        rules = attrs.evolve(four(edition), rules=(between,))
        read, nature = NETWORK[platform]
        for last_line in ("none", "permit"):
            options = Options(last_line=last_line)
            found = read(render(rules, platform, options))
            meant = expected_network(rules, nature, fitting(platform, options))
            assert same(found, meant)

    def test_asa_stops_both_families(self, edition: Edition) -> None:
        """Though rules for IPv6 are none that it can be written."""
        rules = aws(edition)
        text = rules.render("ciscoasa", last_line="none", partial=True)
        for host in ("2001:db8:1::11", "2001:db8:2::/64"):
            spelled = host if "/" in host else f"host {host}"
            assert f"extended deny ip {spelled} any6\n" in text
            assert f"extended deny ip any6 {spelled}\n" in text
        found = read_ciscoasa(text)
        meant = expected_network(rules, "stateful")
        assert same(
            *(
                [each for each in side if each.kind == "judged"]
                for side in (found, meant)
            )
        )

    def test_asa_stops_ipv6_alone(self, edition: Edition) -> None:
        """Where the product has nothing else, and no rule."""
        inventory = Inventory(
            addresses={
                EndpointId("controller"): (ip_network("2001:db8::/64"),)
            }
        )
        rules = attrs.evolve(aws(edition), rules=(), inventory=inventory)
        found = read_ciscoasa(render(rules, "ciscoasa"))
        assert same(found, expected_network(rules, "stateful"))

    def test_what_stops_is_split_for_srx(self, edition: Edition) -> None:
        """It has as many policies as it takes."""
        hosts = tuple(
            ip_network(f"10.20.{n // 100}.{2 * (n % 100)}/32")
            for n in range(1100)
        )
        inventory = Inventory(addresses={EndpointId("service-engine"): hosts})
        rules = attrs.evolve(aws(edition), rules=(), inventory=inventory)
        text = render(rules, "srx")
        assert text.count("deny;") == 6
        assert same(read_srx(text), expected_network(rules, "stateful"))
