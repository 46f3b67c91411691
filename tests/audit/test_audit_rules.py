"""What a rule that exists is for, and how much more it opens."""

from __future__ import annotations

from ipaddress import ip_network

import attrs
import pytest
from audit_making import (
    ALLOW,
    ANY,
    CONTROLLER,
    ENGINE,
    PORTAL,
    SSH,
    Members,
    audit,
    into,
    networks,
    ordered,
    resolution,
    role_map,
    rule,
    service,
)

from avi_portspec import Inventory
from avi_portspec.audit import boxes
from avi_portspec.audit.model import (
    Anywhere,
    Filter,
    Group,
    Networks,
    Party,
    Rule,
    Unknown,
)
from avi_portspec.audit.openings import RuleReport, RuleVerdict
from avi_portspec.audit.report import Report


def judge(*rules: Rule, **more: object) -> RuleReport:
    """Return what the last of some rules into Controllers is for."""
    return audit(into(CONTROLLER, *rules), **more).rules[-1]


class TestVerdicts:
    """Each of them."""

    def test_explained(self) -> None:
        """By the flows that need it; what it opens besides is said."""
        found = judge(rule(ENGINE, Members(), "tcp/22-25"))
        assert found.verdict is RuleVerdict.EXPLAINED
        assert found.explained_by == (SSH,)
        assert found.beyond == ("tcp/23-25 from service-engine to controller",)
        assert found.ports_beyond == 3

    def test_many_boxes_are_few_in_words(self) -> None:
        """One a family, though each protocol has source ports of its own."""
        protocols = ("tcp", "udp", "sctp", "dccp", "udplite")
        ports = service(*(f"{protocol}/53" for protocol in protocols))
        made = rule(Anywhere((4, 6)), Members(), "any", source_ports=ports)
        (found,) = audit(into(Group("sg-x"), made)).rules
        assert len(found.beyond) == 2
        assert all("sctp/any" in text for text in found.beyond)

    @pytest.mark.parametrize("first", [(), (rule(ANY, ANY, "tcp/1", 1),)])
    def test_a_group_with_two_names(self, first: tuple[Rule, ...]) -> None:
        """Each mention counts by its own, whichever comes first."""
        named = Group("sg-x", name="web")
        report = audit(
            into(Group("sg-x"), *first, id="other"),
            into(CONTROLLER, rule(named, Members(), "tcp/22", 2)),
            roles=role_map(
                parties={
                    "sg-c": ("controller",),
                    "web": ("service-engine",),
                }
            ),
        )
        assert report.rules[-1].explained_by == (SSH,)

    def test_nothing_besides(self) -> None:
        """A rule that fits opens no more."""
        found = judge(rule(ENGINE, Members(), "tcp/22"))
        assert (found.beyond, found.ports_beyond) == ((), 0)

    def test_optional(self) -> None:
        """It is no finding."""
        report = audit(into(CONTROLLER, rule(ENGINE, Members(), "icmp/8")))
        assert report.rules[0].verdict is RuleVerdict.OPTIONAL
        assert not [f for f in report.findings if f.rule]

    def test_not_here(self) -> None:
        """With the reason why this deployment does not need it."""
        found = judge(rule(ANY, Members(), "tcp/5054"))
        assert found.verdict is RuleVerdict.NOT_HERE
        ((flow, reason),) = found.not_here
        assert flow == "external-to-controller-cli"
        assert reason

    def test_stated_elsewhere(self) -> None:
        """By other sources; it is never called explained."""
        report = audit(into(ENGINE, rule(ENGINE, Members(), "97")))
        (found,) = report.rules
        assert found.verdict is RuleVerdict.STATED_ELSEWHERE
        assert "aws-groups-30-2-etherip" in found.stated_by
        assert found.explained_by == ()

    def test_a_mistake_of_another_source_states_nothing(self) -> None:
        """It is what was probably meant that is told."""
        found = judge(
            rule(ENGINE, Members(), "tcp/8842"), resolution=resolution("nsx-t")
        )
        assert found.verdict is RuleVerdict.UNEXPLAINED
        assert found.near[0].kind == "known-error"
        # Nobody knows that it is one.
        assert "Probably a mistake: TCP 8443" in found.near[0].reason

    def test_a_range_with_a_stated_port_is_not_stated(self) -> None:
        """Only that port is; of the others, nothing is excused."""
        (one,) = audit(into(ENGINE, rule(ENGINE, Members(), "udp/1550"))).rules
        assert one.verdict is RuleVerdict.STATED_ELSEWHERE
        assert (one.beyond, one.ports_beyond) == ((), 0)
        report = audit(into(ENGINE, rule(ENGINE, Members(), "udp/1549-1558")))
        (found,) = report.rules
        assert found.verdict is RuleVerdict.UNEXPLAINED
        assert found.stated_by == one.stated_by
        side = "from service-engine to service-engine"
        assert found.beyond == (f"udp/1549, udp/1551-1558 {side}",)
        assert found.ports_beyond == 9
        (finding,) = [f for f in report.findings if f.kind == "unexplained"]
        assert "other sources state a part of it" in finding.text

    def test_a_range_with_a_stated_port_may_be_ruled_out(self) -> None:
        """A statement on one of its ports excuses none of the others."""
        both = ("controller", "service-engine")
        roles = role_map(parties={"sg-s": ("service-engine",), "vpc": both})
        report = audit(
            into(ENGINE, rule(Group("vpc"), Members(), "udp/1550-1551")),
            roles=roles,
        )
        (found,) = report.rules
        assert found.verdict is RuleVerdict.RULED_OUT
        assert found.stated_by
        (finding,) = [f for f in report.findings if f.kind == "ruled-out"]
        assert "has service-engine too; other sources state" in finding.text

    @pytest.mark.parametrize(
        ("party", "level", "mixes"),
        [
            (CONTROLLER, "warning", ()),
            (Group("both"), "note", ("service-engine",)),
        ],
    )
    def test_ruled_out(
        self, party: Group, level: str, mixes: tuple[str, ...]
    ) -> None:
        """Softened where the party has another role as well."""
        roles = role_map(
            parties={
                "sg-c": ("controller",),
                "sg-s": ("service-engine",),
                "both": ("controller", "service-engine"),
            }
        )
        report = audit(
            into(ENGINE, rule(party, Members(), "tcp/9999")), roles=roles
        )
        (found,) = report.rules
        assert found.verdict is RuleVerdict.RULED_OUT
        assert found.ruled_out_by == ("controller-to-service-engine",)
        assert found.mixes == mixes
        (finding,) = [f for f in report.findings if f.kind == "ruled-out"]
        assert finding.level == level

    def test_any_source_is_not_ruled_out(self) -> None:
        """It names nobody."""
        report = audit(into(ENGINE, rule(ANY, Members(), "tcp/9999")))
        assert report.rules[0].verdict is RuleVerdict.UNEXPLAINED

    def test_outside(self) -> None:
        """One of the sides is nobody that the data knows."""
        found = judge(rule(Group("sg-x"), Members(), "tcp/22"))
        assert found.verdict is RuleVerdict.OUTSIDE

    def test_of_a_family_that_nobody_here_has(self) -> None:
        """Half of a rule for both is nothing to mend."""
        site = Inventory(addresses={"controller": [ip_network("10.0.0.1")]})
        half = rule(Members(), Anywhere((6,)), "any")
        group = into(CONTROLLER, half, direction="out")
        (found,) = audit(group, inventory=site).rules
        assert found.verdict is RuleVerdict.OUTSIDE

    @pytest.mark.parametrize(
        ("source", "what", "expected"),
        [
            (Anywhere((4, 6)), "icmpv6", RuleVerdict.OUTSIDE),
            (ENGINE, "icmpv6/135 icmpv6/136", RuleVerdict.OUTSIDE),
            (Anywhere((6,)), "icmpv6", RuleVerdict.OUTSIDE),
            (ANY, "icmpv6", RuleVerdict.EMPTY),
            (networks("2001:db8::/32"), "icmp/8", RuleVerdict.EMPTY),
            (Networks(()), "icmp/8", RuleVerdict.EMPTY),
        ],
    )
    def test_messages_of_a_family_that_nobody_here_has(
        self, source: Party, what: str, expected: RuleVerdict
    ) -> None:
        """Hosts need those of IPv6, though a site lists none of its own."""
        site = Inventory(addresses={"controller": [ip_network("10.0.0.1")]})
        report = audit(
            into(CONTROLLER, rule(source, Members(), what)), inventory=site
        )
        assert report.rules[0].verdict is expected

    @pytest.mark.parametrize("high", [40000, 65535])
    def test_what_only_replies_need(self, high: int) -> None:
        """Where no state is kept; no flow asks for any of these ports."""
        there = ordered(
            CONTROLLER, rule(ENGINE, Members(), "tcp/22", 1), is_stateful=False
        )
        back = rule(Members(), ANY, f"tcp/32768-{high} udp/1", 2)
        report = audit(
            there,
            ordered(
                CONTROLLER, back, id="out", direction="out", is_stateful=False
            ),
        )
        found = report.rules[1]
        assert found.verdict is RuleVerdict.EXPLAINED
        assert SSH in found.explained_by
        assert "udp/1" in found.beyond[0]
        assert all(each.rule is not found.rule for each in report.findings)
        held = audit(
            into(CONTROLLER, rule(ENGINE, Members(), "tcp/22", 1)),
            into(CONTROLLER, back, id="out", direction="out"),
        )
        assert held.rules[1].verdict is RuleVerdict.NOT_HERE

    def test_a_rule_without_a_source_is_empty(self) -> None:
        """Whatever its service is."""
        nothing = rule(Networks(()), Members(), Unknown("var.x", "no value"))
        assert judge(nothing).verdict is RuleVerdict.EMPTY

    def test_shadowed(self) -> None:
        """By the rules that leave nothing of it."""
        report = audit(
            ordered(
                CONTROLLER,
                rule(ENGINE, Members(), "udp", 1, action="deny"),
                rule(ENGINE, Members(), "tcp/22", 2),
                rule(ENGINE, Members(), "tcp/443 tcp/8443", 3),
                rule(ENGINE, Members(), "tcp/22 tcp/443", 4),
            )
        )
        found = report.rules[-1]
        assert found.verdict is RuleVerdict.SHADOWED
        assert [each.id for each in found.shadowed_by] == ["rule-2", "rule-3"]
        assert report.rules[0].verdict is RuleVerdict.DENIES
        union = audit(into(CONTROLLER, *ordered_rules(report)))
        assert union.rules[-1].verdict is not RuleVerdict.SHADOWED

    def test_shadowed_by_no_more_than_it_takes(self) -> None:
        """What comes after nothing is left has no part in it."""
        found = audit(
            ordered(
                CONTROLLER,
                rule(ENGINE, Members(), "tcp/22", 1),
                rule(ENGINE, Members(), "udp", 2),
                rule(ENGINE, Members(), "tcp", 3),
                rule(ENGINE, Members(), "tcp/22", 4),
            )
        ).rules[-1]
        assert found.verdict is RuleVerdict.SHADOWED
        assert [each.id for each in found.shadowed_by] == ["rule-1"]

    def test_shadowed_from_afar(self) -> None:
        """By rules that are hundreds before it, in the order of the file."""
        between = [
            rule(ENGINE, Members(), f"udp/{at}", at) for at in range(1, 300)
        ]
        found = audit(
            ordered(
                CONTROLLER,
                rule(ENGINE, Members(), "tcp/443", 1000),
                *between[:150],
                rule(ENGINE, Members(), "tcp/22", 2000),
                *between[150:],
                rule(ENGINE, Members(), "tcp/22 tcp/443", 3000),
            )
        ).rules
        assert [each.id for each in found[-1].shadowed_by] == [
            "rule-1000",
            "rule-2000",
        ]
        shadowed = [r for r in found if r.verdict is RuleVerdict.SHADOWED]
        assert len(shadowed) == 1

    def test_cut_into_too_many_pieces(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What earlier rules leave of it is told flow by flow."""
        many = [
            rule(networks(f"198.51.100.{at}/32"), Members(), f"tcp/{at}", at)
            for at in range(1, 40)
        ]
        last = [
            rule(ENGINE, Members(), "tcp/22", 40),
            rule(ANY, Members(), "tcp", 41),
            rule(ANY, Members(), "udp tcp", 42, action="deny"),
        ]
        whole = audit(ordered(CONTROLLER, *many, *last)).rules
        monkeypatch.setattr(boxes, "MOST_BOXES", 30)
        cut = audit(ordered(CONTROLLER, *many, *last)).rules
        for found in (whole, cut):
            allows, denies = found[-2:]
            assert allows.verdict is RuleVerdict.EXPLAINED
            assert SSH not in allows.explained_by
            assert PORTAL in allows.explained_by
            assert denies.verdict is RuleVerdict.DENIES
        assert whole[-2].explained_by == cut[-2].explained_by
        assert cut[-2].ports_beyond == whole[-2].ports_beyond

    def test_empty(self) -> None:
        """It has no party left, which is another thing than shadowed."""
        found = judge(rule(Networks(()), Members(), "tcp/22"))
        assert found.verdict is RuleVerdict.EMPTY


class TestNetworksWithRoles:
    """What a rule for the network of a role opens besides."""

    PLACED = role_map(
        parties={
            "sg-c": ("controller",),
            "10.0.1.0/24": ("service-engine",),
        }
    )

    @pytest.mark.parametrize(
        ("network", "what", "expected"),
        [
            # The network is the role: what the role needs, it needs.
            ("10.0.1.0/24", "tcp/22", ()),
            ("10.0.1.128/25", "tcp/22", ()),
            ("10.0.1.0/24", "tcp/8483",
             ("tcp/8483 from service-engine to controller",)),
            ("10.0.0.0/23", "tcp/22",
             ("tcp/22 from 10.0.0.0/24 to controller",)),
            ("10.0.0.0/23", "tcp/8483",
             ("tcp/8483 from service-engine, 10.0.0.0/24 to controller",
              "tcp/8483 from service-engine to controller")),
        ],
    )  # fmt: skip
    def test_the_role_is_named(
        self, network: str, what: str, expected: tuple[str, ...]
    ) -> None:
        """And not its network once more."""
        found = judge(
            rule(networks(network), Members(), what), roles=self.PLACED
        )
        assert found.beyond == expected

    def test_what_others_state_of_the_role(self) -> None:
        """It is about the network as well."""
        within = rule(networks("10.0.1.0/24"), Members(), "udp/1550")
        roles = role_map(
            parties={
                "sg-s": ("service-engine",),
                "10.0.1.0/24": ("service-engine",),
            }
        )
        (found,) = audit(into(ENGINE, within), roles=roles).rules
        assert found.verdict is RuleVerdict.STATED_ELSEWHERE
        assert found.beyond == ()

    def test_a_part_of_a_network_is_named(self) -> None:
        """Of those that may have the role, not all may pass."""
        found = judge(
            rule(networks("10.0.1.128/25"), Members(), "tcp/8483"),
            roles=self.PLACED,
        )
        assert "10.0.1.128/25" in found.beyond[0]

    def test_addresses_of_the_inventory_say_more(self) -> None:
        """The rest of the network is nobody that needs it."""
        site = Inventory(
            addresses={"service-engine": (ip_network("10.0.1.0/25"),)}
        )
        found = judge(
            rule(networks("10.0.1.0/24"), Members(), "tcp/22"),
            roles=self.PLACED,
            inventory=site,
        )
        assert found.beyond == ("tcp/22 from 10.0.1.128/25 to controller",)


def ordered_rules(report: Report) -> list[Rule]:
    """Return the rules of a report that allow."""
    return [r.rule for r in report.rules if r.rule.action == "allow"]


def near(report: Report, flow: str) -> list[tuple[str, str]]:
    """Return what was probably meant for a flow that does not pass."""
    return [
        (each.kind, each.reason)
        for finding in report.findings
        if finding.flow == flow and finding.side == "destination"
        for each in finding.near
    ]


class TestNearMisses:
    """What was probably meant."""

    @pytest.mark.parametrize(
        ("what", "kind"),
        [
            ("tcp/8483", "digit"),
            ("tcp/8434", "swapped-digits"),
            ("udp/8443", "protocol"),
        ],
    )
    def test_a_port_that_is_nearly_right(self, what: str, kind: str) -> None:
        """Where the flow lacks its rule, the rule is named."""
        report = audit(into(CONTROLLER, rule(ENGINE, Members(), what)))
        ((found, reason), *_) = near(report, PORTAL)
        assert found == kind
        assert reason.startswith("rules.json:1 rule-1: ")

    def test_the_number_of_a_protocol_as_a_port(self) -> None:
        """97 is EtherIP."""
        found = judge(rule(ENGINE, Members(), "tcp/97"))
        assert [each.kind for each in found.near] == ["protocol-number"]

    def test_a_rule_that_is_also_explained(self) -> None:
        """What it opens besides can be meant otherwise."""
        report = audit(
            into(CONTROLLER, rule(ENGINE, Members(), "tcp/22 tcp/8483"))
        )
        assert report.rules[0].verdict is RuleVerdict.EXPLAINED
        assert near(report, PORTAL)[0][0] == "digit"

    def test_a_party_that_the_data_does_not_know_meant_nothing(self) -> None:
        """Its ports are of another product: 6443 is that of Kubernetes."""
        other = rule(Group("sg-x"), Members(), "tcp/6443")
        report = audit(
            into(CONTROLLER, other),
            roles=role_map(parties={**role_map().parties, "sg-x": ("tkg",)}),
        )
        assert report.rules[0].verdict is RuleVerdict.OUTSIDE
        assert near(report, PORTAL) == []

    def test_the_sides_swapped(self) -> None:
        """The right service, from the wrong side."""
        report = audit(into(ENGINE, rule(CONTROLLER, Members(), "tcp/8443")))
        (found,) = report.rules[0].near
        assert (found.kind, found.records) == ("swapped-sides", (PORTAL,))

    @pytest.mark.parametrize(
        ("source", "what", "flow"),
        [
            (CONTROLLER, "tcp/636 udp/636", "controller-to-ldaps"),
            (CONTROLLER, "tcp/49", "controller-to-tacacs-plus"),
            # To several, from another source, and among others.
            (CONTROLLER, "tcp/443", None),
            (ENGINE, "tcp/636", None),
            (CONTROLLER, "tcp/600-700", None),
        ],
    )
    def test_whom_a_rule_is_probably_for(
        self, source: Party, what: str, flow: str | None
    ) -> None:
        """One server may be two of those that the vendor names."""
        roles = role_map(
            parties={**role_map().parties, "sg-d": ("ldap-server",)}
        )
        group = into(
            source, rule(Members(), Group("sg-d"), what), direction="out"
        )
        report = audit(group, roles=roles)
        (found,) = report.rules
        assert found.verdict is RuleVerdict.UNEXPLAINED
        assert [(each.kind, each.records) for each in found.near] == (
            [("other-party", (flow,))] if flow else []
        )
        (text,) = [f.text for f in report.findings if f.rule is found.rule]
        assert text.endswith("no flow of this edition needs it.")
        if flow == "controller-to-ldaps":
            assert found.near[0].reason == (
                "TCP or UDP 636 is documented from controller to "
                "ldaps-server: give the destination that role if it has it."
            )

    def test_a_rule_into_the_product_is_for_nobody_else(self) -> None:
        """The Controller is no NTP server that a role map lacks."""
        own = rule(CONTROLLER, Members(), "udp/123")
        (found,) = audit(into(CONTROLLER, own)).rules
        assert found.verdict is RuleVerdict.UNEXPLAINED
        assert found.near == ()

    def test_what_passes_lacks_no_rule_of_the_other_direction(self) -> None:
        """It may be wrong itself; what comes in passes without it."""
        swapped = rule(Members(), (CONTROLLER, ENGINE), "tcp/8443")
        every = rule(ANY, Members(), "any", 2)
        report = audit(
            into(CONTROLLER, every),
            into(CONTROLLER, swapped, direction="out", id="out"),
        )
        (meant,) = report.rules[1].near
        assert (meant.kind, meant.records) == ("swapped-sides", (PORTAL,))
        assert near(report, PORTAL) == []
        slip = rule(ENGINE, Members(), "tcp/22 tcp/8434", 3)
        report = audit(into(CONTROLLER, every, slip))
        assert near(report, PORTAL)[0][0] == "swapped-digits"

    def test_the_other_side_has_it(self) -> None:
        """A rule on one side alone."""
        out: Filter = into(
            ENGINE,
            rule(Members(), CONTROLLER, "tcp/8443"),
            direction="out",
            id="out",
        )
        report = audit(into(CONTROLLER), out)
        ((kind, reason),) = near(report, PORTAL)
        assert kind == "other-side"
        assert reason == (
            "rules.json:1 lets it out of service-engine; this side lacks it."
        )

    @pytest.mark.parametrize(
        "out",
        [
            into(ENGINE, rule(Members(), ANY, "any"), direction="out"),
            ordered(ENGINE, direction="out", last_resort=ALLOW),
        ],
    )
    def test_what_lets_anything_out_was_not_meant(self, out: Filter) -> None:
        """It says nothing about the flow."""
        report = audit(into(CONTROLLER), attrs.evolve(out, id="out"))
        assert near(report, PORTAL) == []

    def test_replies_are_no_other_side(self) -> None:
        """They go where the flow comes from."""
        back = rule(Members(), ENGINE, "tcp")
        report = audit(
            ordered(CONTROLLER, is_stateful=False),
            ordered(
                CONTROLLER,
                back,
                id="out",
                direction="out",
                is_stateful=False,
            ),
        )
        assert near(report, PORTAL) == []

    def test_many_ports_are_nobody_s_slip(self) -> None:
        """Nor is a whole protocol."""
        odd = " ".join(f"tcp/{port}" for port in range(8301, 8449, 2))
        for what in ("tcp/8400-8499", "udp", "97", odd):
            assert judge(rule(ENGINE, Members(), what)).near == ()
        wide = networks("10.0.0.0/8")
        assert judge(rule(wide, Members(), "tcp/8400-8499")).near == ()

    @pytest.mark.parametrize(
        "what", ["tcp/8440-8446", "tcp/22 udp/22", "tcp/8443 tcp/8483"]
    )
    def test_nobody_meant_what_the_rule_has(self, what: str) -> None:
        """It opens that already, and something else besides."""
        found = judge(rule(ENGINE, Members(), what))
        assert found.explained_by
        assert found.near == ()

    def test_of_a_range_nobody_meant_several(self) -> None:
        """It is one guess, though each of its ports is near to another."""
        # 8453, 8463 and 8473 each differ from 8443 by a digit.
        assert len(judge(rule(ENGINE, Members(), "tcp/8444-8449")).near) == 1
