"""A verdict a flow and side, each way that it can come about."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import pytest
from audit_making import (
    ALLOW,
    ANY,
    CONTROLLER,
    DENY,
    ENGINE,
    NTP,
    PORTAL,
    ROLES,
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
    Place,
    PrefixList,
    Tag,
    Unknown,
    Unread,
)
from avi_portspec.audit.verdicts import Side, Verdict
from avi_portspec.rules.peers import NamedObject

CLIENTS = "external-network-services"
VAR = Unknown("var.x", "it has no value")
SITE = Inventory(
    addresses={
        "controller": [ip_network("10.0.0.0/30")],  # type: ignore[dict-item]
        "service-engine": [ip_network("10.0.1.0/24")],  # type: ignore[dict-item]
    }
)


def side(
    *filters: Filter, flow: str = SSH, key: str = "controller", **more: Any
) -> Side:
    """Return a side of a flow."""
    return audit(*filters, **more).flows[flow].sides[key]


def ssh(sources: Any = ENGINE, line: int = 1, **more: Any) -> Any:
    """Return a rule for SSH to the members of a group."""
    return rule(sources, Members(), "tcp/22", line, **more)


class TestCovered:
    """All of it passes."""

    def test_by_the_rule_that_is_for_it(self) -> None:
        """It is named, and one that is broad beside it is not."""
        found = side(into(CONTROLLER, ssh(ANY, 1), ssh(ENGINE, 2)))
        assert found.verdict is Verdict.COVERED
        assert [each.id for each in found.rules] == ["rule-2"]
        assert found.filters[0].id == "group"

    def test_by_several_and_by_none_that_is_idle(self) -> None:
        """A rule for a half is idle beside those for two thirds."""
        halves = [
            ssh(networks(text), line)
            for line, text in enumerate(
                ["10.0.1.0/25", "10.0.1.128/25", "10.0.1.64/26"], 1
            )
        ]
        found = side(into(CONTROLLER, *halves), inventory=SITE)
        assert found.verdict is Verdict.COVERED
        assert {each.id for each in found.rules} == {"rule-1", "rule-2"}

    def test_a_rule_that_adds_nothing_is_not_named(self) -> None:
        """Its twin has all of it already."""
        half = networks("10.0.1.0/25")
        rules = [ssh(half, 1), ssh(half, 2), ssh(ANY, 3)]
        found = side(into(CONTROLLER, *rules), inventory=SITE)
        assert found.verdict is Verdict.ONLY_BROAD
        assert [each.id for each in found.rules] == ["rule-3"]

    def test_what_was_taken_first_may_turn_out_idle(self) -> None:
        """The largest is not needed where two others are."""
        rules = [
            ssh(networks("10.0.1.64/26", "10.0.1.128/26"), 1),
            ssh(networks("10.0.1.0/26", "10.0.1.64/26"), 2),
            ssh(networks("10.0.1.128/25"), 3),
        ]
        found = side(into(CONTROLLER, *rules), inventory=SITE)
        assert {each.id for each in found.rules} == {"rule-2", "rule-3"}

    def test_a_network_that_the_role_map_names(self) -> None:
        """And a wider one; without addresses nothing else joins the two."""
        roles = role_map(
            parties={
                "sg-c": ("controller",),
                "10.0.1.0/24": ("service-engine",),
            }
        )
        for text in ("10.0.1.0/24", "10.0.0.0/8", "0.0.0.0/0"):
            group = into(CONTROLLER, ssh(networks(text)))
            assert side(group, roles=roles).verdict in {
                Verdict.COVERED,
                Verdict.ONLY_BROAD,
            }
        other = into(CONTROLLER, ssh(networks("10.0.2.0/24")))
        assert side(other, roles=roles).verdict is Verdict.MISSING
        six = into(CONTROLLER, ssh(networks("2001:db8::/64")))
        assert side(six, roles=roles).verdict is Verdict.MISSING

    def test_one_of_several_networks_of_a_role(self) -> None:
        """It is a part of the role, and all of them are all of it."""
        low, high, six = "10.20.0.0/24", "10.30.0.0/24", "2001:db8::/64"
        engine = ("service-engine",)
        roles = role_map(
            parties={
                "sg-c": ("controller",),
                low: engine,
                high: ("avi-vantage",),
                "10.30.0.0/25": engine,
                six: engine,
            }
        )
        one = side(into(CONTROLLER, ssh(networks(low))), roles=roles)
        assert one.verdict is Verdict.PARTLY
        assert one.lacks == (
            f"tcp/22 from service-engine in {high} to controller",
        )
        both = into(CONTROLLER, ssh(networks(low), 1), ssh(networks(high), 2))
        assert side(both, roles=roles).verdict is Verdict.COVERED
        part = into(CONTROLLER, ssh(networks(low, "10.30.0.0/25")))
        found = side(part, roles=roles)
        assert found.verdict is Verdict.UNKNOWN
        assert found.reasons[0].startswith(
            "rules.json:1 rule-1: it names a part of what the role map gives "
        )
        denied = ordered(
            CONTROLLER,
            ssh(networks(high), 1, action="deny"),
            ssh(ANY, 2),
        )
        found = side(denied, roles=roles)
        assert found.verdict is Verdict.DENIED
        assert found.lacks == one.lacks
        other = into(CONTROLLER, ssh(networks(six)))
        (reason,) = side(other, roles=roles).reasons
        assert reason.startswith("only IPv6 passes")

    def test_several_networks_of_a_role_that_has_addresses(self) -> None:
        """Where those are translated, nobody knows which are which."""
        roles = role_map(
            parties={
                "sg-c": ("controller",),
                "192.0.2.0/25": ("service-engine",),
                "192.0.2.128/25": ("service-engine",),
            }
        )
        for text, verdict in (
            ("192.0.2.0/25", Verdict.UNKNOWN),
            ("192.0.2.0/24", Verdict.COVERED),
        ):
            group = into(CONTROLLER, ssh(networks(text)))
            found = side(group, roles=roles, inventory=SITE)
            assert found.verdict is verdict

    def test_one_of_several_groups_of_a_role(self) -> None:
        """Who of the role is in which of them, nobody knows."""
        engine = ("service-engine",)
        roles = role_map(parties={**ROLES, "sg-t": engine, "se-*": engine})
        twin = Group("sg-t")
        one = into(CONTROLLER, ssh(ENGINE))
        assert side(one, roles=roles).verdict is Verdict.UNKNOWN
        both = into(CONTROLLER, ssh((ENGINE, twin)))
        assert side(both, roles=roles).verdict is Verdict.COVERED
        denied = ordered(
            CONTROLLER, ssh(twin, 1, action="deny"), ssh((ENGINE, twin), 2)
        )
        assert side(denied, roles=roles).verdict is Verdict.UNKNOWN
        # A pattern is nobody until a file names who is meant.
        third = into(
            CONTROLLER,
            ssh((ENGINE, twin), 1),
            rule(Group("se-x"), Members(), "tcp/1", 2),
        )
        assert side(third, roles=roles).verdict is Verdict.UNKNOWN
        # Its own members are some of a filter's role, and all of its side.
        roles = role_map(parties={**ROLES, "sg-d": ("controller",)})
        own = into(CONTROLLER, ssh(Members()))
        flow = "controller-to-controller-ssh"
        assert side(own, roles=roles, flow=flow).verdict is Verdict.UNKNOWN
        assert side(into(CONTROLLER, ssh()), roles=roles).verdict is (
            Verdict.COVERED
        )

    def test_names_of_roles_are_understood(self) -> None:
        """Also those of objects that the inventory gives to a role."""
        site = Inventory(
            addresses={},
            peers={
                "service-engine": (  # type: ignore[dict-item]
                    NamedObject(kind="tag", name="avi-se"),
                )
            },
        )
        group = into(Tag("Controller"), ssh(Tag("avi-se")))
        found = side(group, roles=role_map(parties={}), inventory=site)
        assert found.verdict is Verdict.COVERED

    def test_a_set_with_a_name_has_roles_too(self) -> None:
        """Whatever addresses are in it."""
        roles = role_map(
            parties={"sg-c": ("controller",), "engines": ("service-engine",)}
        )
        party = Networks((), "engines")
        assert side(into(CONTROLLER, ssh(party)), roles=roles).verdict is (
            Verdict.COVERED
        )

    def test_of_a_choice_one_is_enough(self) -> None:
        """TCP or UDP: the vendor does not say which."""
        table = into(
            (),
            rule(CONTROLLER, Group("ldap-server"), "udp/389"),
            direction="through",
        )
        found = side(
            table,
            flow="controller-to-ldap",
            key="path",
            resolution=resolution(services={"ldap"}),
        )
        assert found.verdict is Verdict.COVERED
        assert found.protocols == (
            "UDP alone; the vendor says TCP or UDP, not which"
        )

    def test_the_product_as_a_whole_is_its_parts(self) -> None:
        """Both have to be reached."""
        answer = resolution("gcp").reading({"gcp-to-avi-vantage": "stated"})
        found = side(
            into(CONTROLLER, rule(Group("gcp"), Members(), "tcp/443")),
            into(ENGINE, id="other"),
            flow="gcp-to-avi-vantage",
            key="destination",
            resolution=answer,
        )
        assert found.verdict is Verdict.PARTLY
        assert found.lacks == ("tcp/443 from gcp to service-engine",)


class TestOnlyBroad:
    """Not without rules for any source, nor without defaults."""

    def test_any_source(self) -> None:
        """Of a source that a rule could name."""
        found = side(into(CONTROLLER, ssh(ANY)))
        assert (found.verdict, found.rests_on) == (
            Verdict.ONLY_BROAD,
            ("any-source",),
        )

    def test_two_kinds_together(self) -> None:
        """Losing one of them would not be noticed, losing both would."""
        group = into(
            CONTROLLER, ssh(ANY), ssh(ENGINE, 2, origin="provider-default")
        )
        assert side(group).verdict is Verdict.ONLY_BROAD

    def test_clients_can_be_anywhere(self) -> None:
        """Unless the site says where."""
        name = "external-to-controller-ssh"
        group = into(CONTROLLER, ssh(ANY))
        assert side(group, flow=name).verdict is Verdict.COVERED
        roles = {
            "sg-c": ("controller",),
            "vpn": ("external-network-services",),
        }
        mapped = side(group, flow=name, roles=role_map(parties=roles))
        assert mapped.verdict is Verdict.ONLY_BROAD
        listed = Inventory(
            addresses={
                **SITE.addresses,
                CLIENTS: [  # type: ignore[dict-item]
                    ip_network("10.0.9.0/24")
                ],
            }
        )
        known = side(
            into(networks("10.0.0.0/30"), ssh(ANY)),
            flow=name,
            inventory=listed,
        )
        assert known.verdict is Verdict.ONLY_BROAD

    def test_any_destination_of_what_leaves_is_ordinary(self) -> None:
        """But not where it is a default of the provider."""
        rules = [rule(Members(), ANY, "any")]
        out = into(ENGINE, *rules, direction="out")
        assert side(out, key="service-engine").verdict is Verdict.COVERED
        rules = [rule(Members(), ANY, "any", origin="provider-default")]
        out = into(ENGINE, *rules, direction="out")
        found = side(out, key="service-engine")
        assert found.rests_on == ("provider-default",)

    @pytest.mark.parametrize(
        ("direction", "key", "verdict"),
        [
            ("in", "controller", Verdict.ONLY_BROAD),
            ("out", "service-engine", Verdict.COVERED),
        ],
    )
    def test_what_passes_because_nothing_stops_it(
        self, direction: str, key: str, verdict: Verdict
    ) -> None:
        """A policy is a rule for any source."""
        party = CONTROLLER if direction == "in" else ENGINE
        found = side(
            ordered(party, direction=direction, last_resort=ALLOW), key=key
        )
        assert found.verdict is verdict
        assert found.last_resorts == (ALLOW,)


class TestMissing:
    """None of it passes, or not all."""

    def test_what_lacks_is_said(self) -> None:
        """In the words of the file."""
        found = side(
            into(networks("10.0.0.0/30"), ssh(networks("10.0.1.0/25"))),
            inventory=SITE,
        )
        assert found.verdict is Verdict.PARTLY
        assert found.lacks == ("tcp/22 from 10.0.1.128/25 to 10.0.0.0/30",)

    def test_source_ports_that_a_rule_names_are_not_all(self) -> None:
        """A flow's source port is any."""
        found = side(
            into(CONTROLLER, ssh(source_ports=service("tcp/1024-65535")))
        )
        assert found.verdict is Verdict.PARTLY
        assert found.lacks == (
            "tcp/22 from service-engine to controller, source port 0-1023",
        )

    def test_one_source_port_alone(self) -> None:
        """And a rule for another protocol's source ports does not count."""
        every = service("tcp/0-21", "tcp/23-65535")
        group = into(
            CONTROLLER,
            ssh(source_ports=every),
            rule(
                ENGINE, Members(), "tcp/22", 2, source_ports=service("udp/5")
            ),
        )
        assert side(group).lacks == (
            "tcp/22 from service-engine to controller, source port 22",
        )

    def test_many_pieces_are_counted(self) -> None:
        """The first three are said."""
        rules = [
            rule(
                networks(f"10.0.1.{at}/32"),
                networks(f"10.0.0.{at}/32"),
                "tcp/22",
                at + 1,
            )
            for at in range(4)
        ]
        found = side(into(networks("10.0.0.0/30"), *rules), inventory=SITE)
        assert found.verdict is Verdict.PARTLY
        assert found.lacks[-1] == "and 2 more pieces"

    def test_denied_by_an_earlier_rule(self) -> None:
        """Both are named."""
        found = side(
            ordered(CONTROLLER, ssh(ANY, 1, action="deny"), ssh(ENGINE, 2))
        )
        assert found.verdict is Verdict.DENIED
        assert [each.id for each in found.denied_by] == ["rule-1"]
        assert [each.id for each in found.rules] == ["rule-2"]

    def test_denied_and_never_allowed_is_missing(self) -> None:
        """The rule that denies is named."""
        found = side(ordered(CONTROLLER, ssh(ANY, 1, action="deny")))
        assert found.verdict is Verdict.MISSING
        assert [each.id for each in found.denied_by] == ["rule-1"]

    def test_of_a_group_of_one_family_the_other_lacks(self) -> None:
        """A group can stand for its addresses of IPv6 alone."""
        group = into(CONTROLLER, ssh(Group("sg-s", family=4)))
        assert side(group).verdict is Verdict.COVERED


class TestSides:
    """Each side is judged alone."""

    def test_the_worst_is_the_flow(self) -> None:
        """And what is not filtered is no worse than covered."""
        report = audit(
            into(CONTROLLER, ssh()),
            into(ENGINE, direction="out", id="out"),
        )
        flow = report.flows[SSH]
        assert flow.sides["destination"].verdict is Verdict.COVERED
        assert flow.sides["source"].verdict is Verdict.MISSING
        assert flow.verdict is Verdict.MISSING
        assert len(flow.sides) == 2
        with pytest.raises(KeyError):
            flow.sides["nobody"]

    def test_of_two_sides_of_one_role_the_worse(self) -> None:
        """A Controller talks to others."""
        report = audit(
            into(CONTROLLER, rule(CONTROLLER, Members(), "tcp/22")),
            into(CONTROLLER, direction="out", id="out"),
        )
        sides = report.flows["controller-to-controller-ssh"].sides
        assert sides["controller"] == sides["source"]

    def test_nothing_filters_it(self) -> None:
        """No filter is attached to this side."""
        found = side(into(Group("sg-x"), ssh(ANY)))
        assert found.verdict is Verdict.NOT_FILTERED
        assert found.rules == ()

    def test_who_is_not_filtered_but_by_name(self) -> None:
        """A filter that names a party is its own, whatever the map says."""
        roles = role_map(not_filtered=("avi-vantage",))
        for party in ((), ANY, (ANY, Group("sg-x")), VAR, networks("::/0")):
            found = side(into(party, ssh(ANY)), roles=roles)
            assert found.verdict is Verdict.NOT_FILTERED
        for own in (CONTROLLER, (CONTROLLER, ANY)):
            assert side(into(own), roles=roles).verdict is Verdict.MISSING
        assert "unfiltered" not in {
            each.kind for each in audit(into(ANY), roles=roles).findings
        }

    def test_who_is_not_filtered_where_others_are(self) -> None:
        """Of clients that can be anywhere, a Controller is none."""
        clients: Any = {CLIENTS: [*map(ip_network, ("0.0.0.0/0", "::/0"))]}
        site = Inventory(
            addresses={**SITE.addresses, **clients}, internet=(CLIENTS,)
        )
        roles = role_map(not_filtered=(CLIENTS,))
        found = audit(
            into((), stage="out", direction="out"),
            into((), id="in"),
            inventory=site,
            roles=roles,
        ).flows["external-to-controller-https"]
        assert found.sides["controller"].verdict is Verdict.MISSING
        assert found.sides["source"].verdict is Verdict.PARTLY

    def test_what_is_only_partly_filtered_passes_elsewhere(self) -> None:
        """Members without the group are not filtered."""
        found = side(into(networks("10.0.0.0/31")), inventory=SITE)
        assert found.verdict is Verdict.PARTLY

    def test_replies_where_no_state_is_kept(self) -> None:
        """From the port, to where the connection was opened from."""
        acl = {"is_stateful": False, "stage": "network ACL"}
        there = ordered(CONTROLLER, ssh(), id="in", **acl)
        back = ordered(CONTROLLER, direction="out", id="out", **acl)
        found = side(there, back, key="reply")
        assert found.verdict is Verdict.MISSING
        allowed = rule(Members(), ENGINE, "tcp/1024-65535", 3)
        back = ordered(CONTROLLER, allowed, direction="out", id="out", **acl)
        assert side(there, back, key="reply").verdict is Verdict.COVERED

    def test_replies_of_messages(self) -> None:
        """Echo reply answers echo request."""
        group = ordered(
            CONTROLLER,
            rule(Members(), ENGINE, "icmp/0"),
            direction="out",
            is_stateful=False,
        )
        report = audit(group)
        # Optional flows are not judged: what explains the rule is nothing.
        assert "service-engine-to-controller-echo" not in report.flows

    def test_no_family_in_common(self) -> None:
        """Nothing can pass then, and nobody knows what was meant."""
        site = Inventory(
            addresses={
                "controller": [ip_network("10.0.0.0/30")],  # type: ignore[dict-item]
                "service-engine": [ip_network("2001:db8::/64")],  # type: ignore[dict-item]
            }
        )
        found = side(into(CONTROLLER, ssh()), inventory=site)
        assert found.verdict is Verdict.UNKNOWN
        assert "no addresses of one family" in found.reasons[0]


class TestStages:
    """Traffic has to pass every stage; within one, filters add up."""

    def test_all_stages_have_to_let_it_pass(self) -> None:
        """A security group and a network ACL."""
        group = into(CONTROLLER, ssh())
        acl = ordered(CONTROLLER, id="acl", stage="network ACL")
        assert side(group, acl).verdict is Verdict.MISSING
        acl = ordered(CONTROLLER, ssh(ENGINE, 2), id="acl", stage="ACL")
        assert side(group, acl).verdict is Verdict.COVERED

    def test_of_one_stage_nobody_knows_whether_all_bear_them(self) -> None:
        """What to write is said; and then they add up."""
        groups = (into(CONTROLLER, ssh()), into(CONTROLLER, id="other"))
        found = side(*groups)
        assert found.verdict is Verdict.UNKNOWN
        assert 'together = [["group", "other"]]' in found.reasons[0]
        roles = role_map(together=(("group", "other"),))
        assert side(*groups, roles=roles).verdict is Verdict.COVERED

    @pytest.mark.parametrize(
        ("names", "expected"),
        [
            (("sg-a", "sg-b"), Verdict.COVERED),
            (("sg-a in", "sg-b"), Verdict.COVERED),
            (("sg-a in", "sg-b in"), Verdict.COVERED),
            (("sg-a out", "sg-b out"), Verdict.UNKNOWN),
            (("sg-a", "sg-b out"), Verdict.UNKNOWN),
        ],
    )
    def test_filters_go_by_their_names_without_a_direction(
        self, names: tuple[str, ...], expected: Verdict
    ) -> None:
        """As the groups are called that they are of; or with it."""
        filters = [
            into(CONTROLLER, *rules, id=f"{group} {way}", direction=way)
            for group, rules in (("sg-a", [ssh()]), ("sg-b", []))
            for way in ("in", "out")
        ]
        roles = role_map(together=(names,))
        assert side(*filters, roles=roles).verdict is expected

    def test_both_alike_is_known(self) -> None:
        """Whether they add up is of no account then."""
        groups = (into(CONTROLLER, ssh()), into(CONTROLLER, ssh(), id="two"))
        assert side(*groups).verdict is Verdict.COVERED


class TestBorders:
    """What stays within a subnet does not pass its network ACL."""

    PEERS = "controller-to-controller-ssh"

    def sides(
        self,
        borders: tuple[Group, ...] | None,
        roles: dict[str, tuple[str, ...]],
        flow: str = PEERS,
        *rules: Any,
    ) -> dict[str, str]:
        """Return the sides of a flow, behind an ACL for two subnets."""
        report = audit(
            *(
                ordered(
                    (CONTROLLER, ENGINE),
                    *rules,
                    id=way,
                    direction=way,
                    borders=borders,
                    is_stateful=False,
                )
                for way in ("in", "out")
            ),
            roles=role_map(parties=roles),
        )
        sides = report.flows[flow].sides
        return {kind: side.verdict.value for kind, side in sides.items()}

    def test_within_one_of_them(self) -> None:
        """If it has borders; else it is filtered."""
        one = {"destination": "not filtered", "source": "not filtered"}
        both = dict.fromkeys(("destination", "source", "reply"), "missing")
        assert self.sides((CONTROLLER, ENGINE), ROLES) == one
        assert self.sides((ENGINE,), ROLES) == both
        assert self.sides(None, ROLES) == both

    def test_a_subnet_that_no_file_has(self) -> None:
        """Nobody knows who of the role is in it."""
        roles = {**ROLES, "subnet-9": ("controller",)}
        found = self.sides((CONTROLLER, ENGINE), roles)
        assert {*found.values()} == {"unknown"}

    def test_from_one_into_another(self) -> None:
        """Both are attached to it, and it judges what goes between them."""
        borders = (CONTROLLER, ENGINE)
        missing = dict.fromkeys(("destination", "source", "reply"), "missing")
        assert self.sides(borders, ROLES, SSH) == missing
        rules = (rule(ANY, ANY, "any"),)
        covered = {*self.sides(borders, ROLES, SSH, *rules).values()}
        assert covered <= {"covered", "only broad"}

    def test_two_roles_in_one(self) -> None:
        """Nothing between them is filtered."""
        roles = {"sg-c": ("controller", "service-engine")}
        found = self.sides((CONTROLLER,), roles, SSH)
        assert found == {
            "destination": "not filtered",
            "source": "not filtered",
        }

    @pytest.mark.parametrize(
        ("borders", "roles"),
        [
            # Which of its members is in which; or which they are at all.
            ((CONTROLLER, ENGINE), dict.fromkeys(ROLES, ("controller",))),
            ((), ROLES),
        ],
    )
    def test_nobody_knows_who_is_in_which(
        self,
        borders: tuple[Group, ...],
        roles: dict[str, tuple[str, ...]],
    ) -> None:
        """Then it may be filtered or not; what passes anyhow is known."""
        unknown = dict.fromkeys(("destination", "source", "reply"), "unknown")
        assert self.sides(borders, roles) == unknown
        peers = (CONTROLLER, ENGINE)
        found = self.sides(
            borders, roles, self.PEERS, rule(peers, peers, "any")
        )
        assert {*found.values()} == {"covered"}


class TestOneRole:
    """Flows between hosts of one role."""

    FLOW = "controller-to-controller-ssh"
    SITE = Inventory(
        addresses={
            "controller": [*map(ip_network, ("10.0.0.1", "10.0.0.2"))],
        }
    )

    def pair(self, one: int, other: int, line: int) -> Any:
        """Return a rule from one host to another."""
        ends = (networks(f"10.0.0.{at}/32") for at in (one, other))
        return rule(*ends, "tcp/22", line)

    def test_a_host_needs_no_rule_to_itself(self) -> None:
        """All pairs are there, and what else there is leaves no host."""
        rules = [self.pair(1, 2, 1), self.pair(2, 1, 2)]
        found = side(
            into(CONTROLLER, *rules), flow=self.FLOW, inventory=self.SITE
        )
        assert found.verdict is Verdict.COVERED
        found = side(
            into(CONTROLLER, rules[0]), flow=self.FLOW, inventory=self.SITE
        )
        assert found.verdict is Verdict.PARTLY
        assert found.lacks == ("tcp/22 from 10.0.0.2 to 10.0.0.1",)

    def test_a_rule_to_itself_lets_nothing_through(self) -> None:
        """It is missing, and said in one piece."""
        found = side(
            into(CONTROLLER, self.pair(1, 1, 1)),
            flow=self.FLOW,
            inventory=self.SITE,
        )
        assert found.verdict is Verdict.MISSING
        assert found.lacks == (
            "tcp/22 from 10.0.0.1-10.0.0.2 to 10.0.0.1-10.0.0.2",
        )

    def test_of_one_address_others_are_not_known(self) -> None:
        """A single host in the inventory makes no rule needless."""
        site = Inventory(addresses={"controller": [ip_network("10.0.0.1")]})
        found = side(into(CONTROLLER), flow=self.FLOW, inventory=site)
        assert found.verdict is Verdict.MISSING

    def test_of_many_hosts_what_lacks_is_said_in_one_piece(self) -> None:
        """Nobody lists their pairs, and nobody reads them."""
        hosts = [ip_network(f"10.0.0.{at}") for at in range(1, 207, 2)]
        first = rule(
            networks("10.0.0.1/32"), networks("10.0.0.0/24"), "tcp/22"
        )
        for count, pieces in ((3, 2), (len(hosts), 1)):
            found = side(
                into(CONTROLLER, first),
                flow=self.FLOW,
                inventory=Inventory(addresses={"controller": hosts[:count]}),
            )
            assert found.verdict is Verdict.PARTLY
            assert len(found.lacks) == pieces


class TestUnknown:
    """What the file does not settle, and what would."""

    @pytest.mark.parametrize(
        "unknown",
        [
            ssh(VAR),
            rule(ENGINE, Members(), VAR),
            ssh(ENGINE, conditions=("by day",)),
        ],
    )
    def test_a_rule_that_may_match(self, unknown: Any) -> None:
        """It allows all that it may, or nothing."""
        found = side(into(CONTROLLER, unknown))
        assert found.verdict is Verdict.UNKNOWN
        assert found.reasons[0].startswith("rules.json:1 rule-1: ")
        assert found.rules == (unknown,)

    def test_it_is_of_no_account_where_another_rule_decides(self) -> None:
        """Either way it passes."""
        group = into(CONTROLLER, ssh(VAR), ssh(ENGINE, 2))
        assert side(group).verdict is Verdict.COVERED
        group = ordered(CONTROLLER, ssh(ANY, 1, action="deny"), ssh(VAR, 2))
        assert side(group, flow=PORTAL).verdict is Verdict.MISSING

    def test_nothing_passes_whatever_it_is(self) -> None:
        """What is denied is missing, though nobody knows who would allow."""
        deny = ssh(ANY, 1, action="deny")
        found = side(ordered(CONTROLLER, deny, ssh(VAR, 2)))
        assert found.verdict is Verdict.MISSING
        assert (found.denied_by, found.rules) == ((deny,), ())
        # Where a part passes, all of it may.
        part = ssh(ENGINE, 1, conditions=("by day",))
        found = side(ordered(CONTROLLER, part, ssh(ANY, 2, action="deny")))
        assert found.verdict is Verdict.UNKNOWN

    def test_what_was_not_read(self) -> None:
        """It may add rules to its filter, and to no other."""
        unread = Unread(
            place=Place("rules.json", 7),
            kind="unknown",
            text="dynamic ingress",
            why="audit the plan",
            filters=("group",),
        )
        found = side(into(CONTROLLER), unread=(unread,))
        assert found.verdict is Verdict.UNKNOWN
        assert found.reasons == (
            "rules.json:7: dynamic ingress: audit the plan",
        )
        first = side(ordered(CONTROLLER, ssh()), unread=(unread,))
        assert first.verdict is Verdict.UNKNOWN
        all_of_it = side(into(CONTROLLER, ssh()), unread=(unread,))
        assert all_of_it.verdict is Verdict.COVERED

    @pytest.mark.parametrize("inventory", [None, SITE])
    @pytest.mark.parametrize("action", ["allow", "deny"])
    @pytest.mark.parametrize(
        "party",
        [Group("sg-x"), Group("sg-x", family=4), Tag("x"), PrefixList("pl-x")],
    )
    def test_who_is_in_a_party_without_a_role(
        self, party: Any, action: Any, inventory: Any
    ) -> None:
        """Nobody knows: that a role has addresses does not tell."""
        rules = [ssh(party, 1, action=action)]
        if action == "deny":
            rules.append(ssh(ENGINE, 2))
        found = side(ordered(CONTROLLER, *rules), inventory=inventory)
        assert found.verdict is Verdict.UNKNOWN
        name = "tag:x" if isinstance(party, Tag) else party.id
        (reason,) = found.reasons
        assert reason == (
            f"rules.json:1 rule-1: {name}: who is in it is not known: give "
            "it its roles in the role map"
        )
        nobody = role_map(parties={**ROLES, name: ("bastion",)})
        found = side(
            ordered(CONTROLLER, *rules), inventory=inventory, roles=nobody
        )
        assert found.verdict is (
            Verdict.MISSING if action == "allow" else Verdict.COVERED
        )

    def test_who_is_in_several_parties_without_a_role(self) -> None:
        """One reason for all of them; a few have their names in it."""
        parties = [Group(f"sg-{letter}") for letter in "vwxyz"]
        two = rule(parties[0], parties[1], "tcp/22")
        found = side(ordered(CONTROLLER, two))
        many = side(ordered(CONTROLLER, ssh(tuple(parties), 1)))
        listed = "sg-v, sg-w, sg-x and 2 more"
        held = "who is in them is not known: give them their roles in the "
        assert many.reasons == (
            f"rules.json:1 rule-1: {listed}: {held}role map",
        )
        assert found.reasons == (
            f"rules.json:1 rule-1: sg-v and sg-w: {held}role map",
        )

    @pytest.mark.parametrize("action", ["allow", "deny"])
    def test_who_is_in_a_network_without_a_role(self, action: Any) -> None:
        """Addresses tell, and without them nothing does."""
        rules = [ssh(networks("10.0.9.0/24"), 1, action=action)]
        if action == "deny":
            rules.append(ssh(ENGINE, 2))
        group = ordered(CONTROLLER, *rules)
        found = side(group)
        assert found.verdict is Verdict.UNKNOWN
        (reason,) = found.reasons
        assert reason == (
            "rules.json:1 rule-1: 10.0.9.0/24: who is in it is not known: "
            "give it its roles in the role map, or list the addresses of the "
            "roles in the inventory"
        )
        assert side(group, inventory=SITE).verdict is (
            Verdict.MISSING if action == "allow" else Verdict.COVERED
        )

    def test_nobody_of_the_site_is_a_service_of_the_provider(self) -> None:
        """Azure's load balancer only asks whether a machine is well."""
        balancer = PrefixList("AzureLoadBalancer", is_closed=True)
        group = ordered(CONTROLLER, ssh(balancer, 1))
        assert side(group).verdict is Verdict.MISSING

    def test_many_things_that_were_not_read(self) -> None:
        """The first are named, and that there are more."""
        unread = tuple(
            Unread(
                place=Place("rules.json", line),
                kind="failed",
                text="row",
                why="no port",
            )
            for line in range(30)
        )
        reasons = side(into(CONTROLLER), unread=unread).reasons
        assert len(reasons) == 21
        assert reasons[-1] == "group: more of it was not read"

    def test_who_bears_the_filter(self) -> None:
        """It may be the Controller."""
        found = side(into(VAR))
        assert found.verdict is Verdict.UNKNOWN
        (reason,) = found.reasons
        assert reason == (
            "group: whether it is attached here is not known: var.x: it has "
            "no value"
        )

    def test_whoever_bears_it_passes(self) -> None:
        """If the rule names the Controller, that it bears it is enough."""
        named = rule(ENGINE, CONTROLLER, "tcp/22")
        assert side(into(VAR, named)).verdict is Verdict.COVERED

    def test_members_of_nobody(self) -> None:
        """A filter that does not say whose members it means."""
        table = into(
            (), rule(ENGINE, Members(), "tcp/22"), direction="through"
        )
        assert side(table, key="path").verdict is Verdict.UNKNOWN

    def test_a_part_of_a_network_that_has_a_role(self) -> None:
        """Nobody knows who is in it."""
        roles = role_map(
            parties={
                "sg-c": ("controller",),
                "10.0.1.0/24": ("service-engine",),
            }
        )
        group = into(CONTROLLER, ssh(networks("10.0.1.0/25")))
        found = side(group, roles=roles)
        assert found.verdict is Verdict.UNKNOWN
        assert "in the inventory" in found.reasons[0]

    def test_only_ipv6_passes(self) -> None:
        """And nobody knows whether they have it."""
        found = side(into(CONTROLLER, ssh(Anywhere((6,)))))
        assert found.verdict is Verdict.UNKNOWN
        assert "only IPv6 passes" in found.reasons[0]

    def test_too_many_pieces(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Of a flow, and of a rule: nothing is guessed."""
        monkeypatch.setattr(boxes, "MOST_BOXES", 0)
        report = audit(into(CONTROLLER, ssh()))
        found = report.flows[SSH].sides["controller"]
        assert found.verdict is Verdict.UNKNOWN
        assert found.reasons == ("too fragmented to be judged",)
        assert report.rules[0].beyond == ("too fragmented to be judged",)

    def test_a_list_that_stands_elsewhere(self) -> None:
        """It is a party like any other."""
        roles = role_map(
            parties={"sg-c": ("controller",), "pl-1": ("service-engine",)}
        )
        group = into(CONTROLLER, ssh(PrefixList("pl-1")))
        assert side(group, roles=roles).verdict is Verdict.COVERED

    def test_a_direction_that_is_not_clear(self) -> None:
        """The deployment has to say how it is read."""
        found = side(
            flow="gcp-to-avi-vantage",
            key="destination",
            resolution=resolution("gcp"),
        )
        assert found.verdict is Verdict.UNKNOWN
        assert "reading" in found.reasons[0]

    def test_ntp_is_another_flow(self) -> None:
        """Nothing of SSH is of any account there."""
        assert side(into(CONTROLLER, ssh()), flow=NTP).verdict is (
            Verdict.MISSING
        )
        assert DENY.action == "deny"
