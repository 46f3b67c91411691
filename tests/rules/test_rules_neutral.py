"""Rules before any platform: what the data says, with addresses."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any, get_args

import attrs
import pytest
from rules_examples import aws, ranges, rule, site, site_of, unwrap

from avi_portspec import (
    DATA_VERSION,
    ICMP,
    TCP,
    Bare,
    DeclinedFlow,
    Deployment,
    Edition,
    InvalidDataError,
    InvalidQueryError,
    Message,
    Ported,
    Protocol,
    RuleSet,
    UnknownNameError,
    __version__,
    load,
    loads_inventory,
    platforms,
    preset,
    return_rules,
    rule_set,
)
from avi_portspec.names import FlowId, Status
from avi_portspec.rules.comments import to_ascii
from avi_portspec.rules.platforms import render
from avi_portspec.rules.traffic import ICMPV6
from avi_portspec.tabular.filters import FilterError

#: A site's own protocols, from the Service Engine to AWS.
OWN = """
id = "own"
title = "Own protocols"
[[flows]]
id = "own-flow"
source = "service-engine"
destination = "aws"
purpose = "Try it."
"""


def changed(edition: Edition, **fields: Any) -> Edition:
    """Return the edition with the flow to AWS changed."""
    return attrs.evolve(
        edition,
        flows=[
            attrs.evolve(flow, **fields)
            if flow.id == "controller-to-aws"
            else flow
            for flow in edition.flows
        ],
    )


def own(edition: Edition, text: str) -> Edition:
    """Return the edition with a flow of the site's own."""
    return edition.overlay(OWN + text)


class TestRules:
    """One for each pair of roles, protocol and family."""

    def test_of_a_site(self, edition: Edition) -> None:
        """In the order of the page, IPv4 before IPv6."""
        assert [str(each) for each in aws(edition).rules] == [
            "controller to controller, TCP 22, 443 and 8443, IPv4",
            "controller to controller, TCP 22, 443 and 8443, IPv6",
            "service-engine to service-engine, TCP 4001, IPv4",
            "service-engine to service-engine, TCP 4001, IPv6",
            "service-engine to controller, TCP 22 and 8443, IPv4",
            "service-engine to controller, TCP 22 and 8443, IPv6",
            "service-engine to controller, UDP 123, IPv4",
            "service-engine to controller, UDP 123, IPv6",
            "external-network-services to controller, TCP 22 and 443, IPv4",
            "external-network-services to controller, UDP 161, IPv4",
            "controller to aws, TCP 443, IPv4",
        ]

    def test_name_flows_and_reasons(self, edition: Edition) -> None:
        """Each rule says what it is for."""
        for each in aws(edition).rules:
            decisions = [edition.resolve("aws")[flow] for flow in each.flows]
            for decision, reason in zip(decisions, each.reasons, strict=True):
                assert reason.startswith(decision.reason)
            assert {d.status for d in decisions} == {"needed"}

    def test_families_stay_apart(self, edition: Edition) -> None:
        """No rule has an address of the other family."""
        for each in aws(edition).rules:
            both = {*each.sources, *each.destinations}
            assert {network.version for network in both} == {each.family}

    def test_the_cluster_ip_is_no_source(self, edition: Edition) -> None:
        """A destination it is where the inventory says so."""
        floating = ip_network("10.10.1.10/32")
        text = "cluster-ip-is-destination = true"
        for more, expected in (("", False), (text, True)):
            rules = rule_set(edition.resolve("aws"), site(edition, more))
            for each in rules.rules:
                assert not any(floating.overlaps(n) for n in each.sources)
                assert any(
                    floating.overlaps(n) for n in each.destinations
                ) == (
                    expected
                    and each.destination == "controller"
                    and each.family == 4
                )

    def test_ids_are_unique(self) -> None:
        """Even where two pairs of roles read the same."""
        edition = load("vantage-undated").overlay(
            'id = "own"\ntitle = "Own"\n'
            + "".join(
                f'[[endpoints]]\nid = "{each}"\nname = "{each} x"\n'
                'kind = "node"\n'
                for each in ("a", "b", "a-to-b", "b-to-c", "c")
            )
            + "".join(
                f'[[flows]]\nid = "from-{source}"\nsource = "{source}"\n'
                f'destination = "{destination}"\nprotocols = ["tcp"]\n'
                'ports = [7]\npurpose = "Own."\n'
                for source, destination in (("a", "b-to-c"), ("a-to-b", "c"))
            )
        )
        text = "".join(
            f'{name} = ["10.0.{n}.1"]\n'
            for n, name in enumerate(("a", "a-to-b", "b-to-c", "c"))
        )
        inventory = loads_inventory(text, edition=edition)
        found = rule_set(
            edition.resolve("aws"), inventory, missing="omit"
        ).rules
        assert [each.id for each in found] == [
            "a-to-b-to-c-tcp-ipv4",
            "a-to-b-to-c-tcp-ipv4-2",
        ]

    def test_adjacent_ports_become_one_range(self, edition: Edition) -> None:
        """And no port that was not there."""
        made = own(
            edition,
            'protocols = ["tcp"]\n'
            "ports = [444, { low = 440, high = 442 }, 446]\n",
        )
        found = rule_set(made.resolve("aws"), site(made)).rules[-1]
        assert found.ports == ranges((440, 442), 444, 446)
        made = own(edition, 'protocols = ["tcp"]\nports = [23, 22, 24]\n')
        found = rule_set(made.resolve("aws"), site(made)).rules[-1]
        assert found.ports == ranges((22, 24))

    def test_flows_of_a_pair_are_merged(self, edition: Edition) -> None:
        """Overlapping ones, too: the ports are those of all of them."""
        text = "".join(
            f'[[flows]]\nid = "own-{name}"\nsource = "aws"\n'
            'destination = "service-engine"\nprotocols = ["tcp"]\n'
            f"ports = [{{ low = {low}, high = {high} }}]\n"
            'purpose = "Own."\n'
            for name, low, high in (("one", 100, 200), ("two", 150, 160))
        )
        made = edition.overlay(f'id = "own"\ntitle = "Own"\n{text}')
        found = rule_set(made.resolve("aws"), site(made)).rules[-1]
        assert found.ports == ranges((100, 200))
        assert found.flows == ("own-one", "own-two")

    def test_two_protocols_are_two_rules(self, edition: Edition) -> None:
        """``TCP or UDP`` is one flow, and a rule each."""
        deployment = preset("aws", services={"ldap"})
        inventory = site(edition, 'ldap-server = ["10.0.0.5"]')
        found = rule_set(edition.resolve(deployment), inventory).rules
        assert [str(e) for e in found if e.destination == "ldap-server"] == [
            "controller to ldap-server, TCP 389, IPv4",
            "controller to ldap-server, UDP 389, IPv4",
        ]

    def test_the_same_addresses_are_the_same_tuple(
        self, edition: Edition
    ) -> None:
        """Writers make one set of them, without comparing thousands."""
        rules = aws(edition).rules
        held = {id(r.sources) for r in rules if r.source == "controller"}
        held |= {
            id(r.destinations) for r in rules if r.destination == "controller"
        }
        assert len(held) == 2


class TestProtocolsWithoutPorts:
    """They have rules of their own, or none."""

    def test_by_number(self, edition: Edition) -> None:
        """A protocol without a name has its number in the id."""
        made = own(edition, "protocols = [97]")
        found = rule_set(made.resolve("aws"), site(made)).rules[-1]
        assert found.id == "service-engine-to-aws-protocol-97-ipv4"
        assert found.ports == ()
        assert str(found) == "service-engine to aws, IP protocol 97, IPv4"

    def test_echo_request(self, edition: Edition) -> None:
        """Of ICMP it is all that is written."""
        found = aws(edition, optional=True)
        (echo,) = (e for e in found.rules if e.protocol == ICMP)
        assert echo.icmp_types == (8,)
        assert str(echo).endswith("ICMP echo request, IPv4")

    def test_icmp_is_not_carried_over_to_ipv6(self, edition: Edition) -> None:
        """The page does not state ICMPv6: the omission says so."""
        found = aws(edition, optional=True)
        (omitted,) = (o for o in found.omissions if o.kind == "ipv4-only")
        assert omitted.subject == "service-engine-to-controller-echo"

    def test_icmpv6_where_it_is_stated(self, edition: Edition) -> None:
        """A custom edition may have it."""
        made = changed(
            edition,
            protocols=(Protocol.of("icmpv6"),),
            ports=(),
            icmp_types=(128,),
        )
        text = 'aws = ["2001:db8:9::1"]\ncontroller = ["2001:db8:8::1"]'
        inventory = loads_inventory(text, edition=made)
        found = rule_set(made.resolve("aws"), inventory, missing="omit")
        (echo,) = (e for e in found.rules if e.icmp_types)
        assert (echo.family, echo.icmp_types) == (6, (128,))
        assert return_rules([echo])[0].icmp_types == (129,)

    @pytest.mark.parametrize(
        ("protocol", "types"),
        [("icmp", ()), ("icmp", (3,)), ("icmp", (8, 13)), ("icmpv6", ())],
    )
    def test_other_messages_have_no_rule(
        self, edition: Edition, protocol: str, types: tuple[int, ...]
    ) -> None:
        """Not even the part of them that could be written."""
        made = changed(
            edition,
            protocols=(Protocol.of(protocol),),
            ports=(),
            icmp_types=types,
        )
        found = rule_set(made.resolve("aws"), site(made))
        (omitted,) = (o for o in found.omissions if o.kind == "no-icmp-type")
        assert omitted.subject == "controller-to-aws"
        assert not found.complete
        assert not any("controller-to-aws" in e.flows for e in found.rules)

    def test_a_flow_can_be_written_in_part(self, edition: Edition) -> None:
        """What is left of it is said, and the set is not complete."""
        made = own(edition, 'protocols = ["icmp", "gre"]')
        found = rule_set(made.resolve("aws"), site(made))
        assert found.rules[-1].flows == ("own-flow",)
        assert "own-flow" in {omission.subject for omission in found.omissions}
        assert "own-flow" in found.header()[5]


class TestReasons:
    """Why a flow is needed, with what the vendor does not state."""

    @pytest.mark.parametrize("cloud", ["aws", "gcp", "openstack"])
    def test_say_what_is_inferred_and_interpreted(
        self, edition: Edition, cloud: str
    ) -> None:
        """Each of them, by its field and in full, in rules and omissions."""
        answer = edition.resolve(cloud)
        doubts = [f.id for f in edition.flows if f.direction_doubts]
        found = rule_set(
            answer,
            site(edition),
            missing="omit",
            readings=dict.fromkeys(doubts, "stated"),
        )
        texts = {
            flow: reason
            for each in found.rules
            for flow, reason in zip(each.flows, each.reasons, strict=True)
        } | {
            omission.subject: omission.reason
            for omission in found.omissions
            if omission.kind == "optional"
        }
        marked = 0
        for flow, reason in texts.items():
            decision = answer[flow]
            for mark in decision.inferred:
                text = f"Not stated by the vendor ({mark.field}): "
                assert text + mark.reason in reason
            for mark in decision.readings:
                assert f"Interpreted ({mark.field}): {mark.reason}" in reason
            marked += bool(decision.inferred) + bool(decision.readings)
        assert marked > 5

    def test_are_in_the_comments_of_an_output(self, edition: Edition) -> None:
        """Where the reason stands, there the mark stands too."""
        for platform in ("nftables", "csv", "aws-cloudformation", "nsx-t"):
            text = aws(edition).render(platform)
            assert "Required. Interpreted (source): The row names" in text


class TestOmissions:
    """Nothing is left out in silence."""

    def test_every_flow_is_accounted_for(self, edition: Edition) -> None:
        """It has a rule, or an omission, in every deployment."""
        for name in ("aws", "openshift", "openstack", "no-orchestrator"):
            for controller in ("virtual-machine", "container"):
                found = rule_set(
                    edition.resolve(preset(name, controller=controller)),
                    site(edition),
                    missing="omit",
                )
                written = {flow for each in found.rules for flow in each.flows}
                left = {
                    omission.subject
                    for omission in found.omissions
                    if omission.kind != "not-used"
                }
                assert written | left == {
                    "cluster IP 10.10.1.10",
                    *edition.flows.ids(),
                    *edition.exclusions.ids(),
                }
                assert not written & left

    def test_what_a_site_declines(self, edition: Edition) -> None:
        """The header has it twice: as chosen, and as left out."""
        name = FlowId("external-to-controller-snmp")
        declined = DeclinedFlow(flow=name, reason="not polled")
        deployment = attrs.evolve(preset("aws"), declined=(declined,))
        found = rule_set(edition.resolve(deployment), site(edition))
        assert name not in {flow for r in found.rules for flow in r.flows}
        header = found.header()
        assert header[4].endswith(f"; declined: {name}")
        assert any(
            line.startswith(f"left out: {name} (declined)")
            and "not polled" in line
            for line in header
        )
        assert found.complete

    def test_addresses_that_nothing_uses(self, edition: Edition) -> None:
        """A service or a cloud that the deployment forgot stands out."""
        text = """
        controller = ["10.10.1.11"]
        external-network-services = ["192.0.2.0/24"]
        dns-server = ["10.9.9.9"]
        aws = ["198.51.100.0/24"]
        esxi-host = ["10.8.8.8"]
        service-engine = { aws = ["10.20.0.1"], vcenter = ["10.21.0.1"] }
        """
        inventory = loads_inventory(text, edition=edition)
        told = {
            ("aws",): {"dns-server", "esxi-host", "service-engine.vcenter"},
            ("aws", "vcenter"): {"dns-server"},
        }
        for clouds, expected in told.items():
            found = rule_set(
                edition.resolve(clouds), inventory, missing="omit"
            )
            assert {
                each.subject
                for each in found.omissions
                if each.kind == "not-used"
            } == expected

    @pytest.mark.parametrize("optional", [False, True])
    def test_by_decision(self, edition: Edition, optional: bool) -> None:  # noqa: FBT001
        """Only what is needed has rules, and what is asked for."""
        answer = edition.resolve("kubernetes")
        found = rule_set(
            answer, site(edition), optional=optional, missing="omit"
        )
        allowed = {"needed", "optional"} if optional else {"needed"}
        for each in found.rules:
            assert {answer.status_of(f) for f in each.flows} <= allowed
        for omission in found.omissions:
            if omission.kind in get_args(Status):
                assert answer.status_of(omission.subject) == omission.kind
                assert omission.kind not in allowed

    def test_conflicts(self, edition: Edition) -> None:
        """Instead of the flow that is not supported, the reason why."""
        answer = edition.resolve(preset("openstack", controller="container"))
        found = rule_set(answer, site(edition), missing="omit")
        conflicts = [o for o in found.omissions if o.kind == "conflict"]
        assert [o.subject for o in conflicts] == [
            conflict.flow for conflict in answer.conflicts
        ]
        assert len(conflicts) == 2
        assert not any(
            port in (22, 5098)
            for each in found.rules
            if each.source != "external-network-services"
            for ports in each.ports
            for port in ports
        )

    def test_exclusions(self, edition: Edition) -> None:
        """What the page calls not required is said to be left out."""
        (found,) = (o for o in aws(edition).omissions if o.kind == "exclusion")
        assert str(found).startswith(
            "controller-to-service-engine (exclusion): Not required"
        )


class TestMissingAddresses:
    """A need without addresses is an error, unless it may be left out."""

    def test_all_at_once(self, edition: Edition) -> None:
        """A fault for each endpoint, with the flows that need it."""
        inventory = loads_inventory("", edition=edition)
        with pytest.raises(InvalidDataError) as caught:
            rule_set(edition.resolve("openstack"), inventory)
        assert caught.value.subject == "inventory"
        assert [fault.path for fault in caught.value.faults] == [
            *("controller", "service-engine", "external-network-services"),
            *("keystone", "glance", "nova", "neutron"),
        ]
        assert "controller-to-nova" in caught.value.faults[5].expected

    def test_left_out(self, edition: Edition) -> None:
        """Said on top, and in the omissions."""
        answer = edition.resolve("openstack")
        found = rule_set(answer, site(edition), missing="omit")
        assert not found.complete
        kinds = {o.subject: o.kind for o in found.omissions}
        assert kinds["controller-to-nova"] == "no-address"
        assert found.header()[5] == (
            "complete: NO, needed flows without rules: "
            "controller-to-keystone, controller-to-glance, "
            "controller-to-nova, controller-to-neutron"
        )

    def test_what_is_optional_is_not_missed(self, edition: Edition) -> None:
        """The gateways have no address here: two flows less, no error."""
        found = aws(edition, optional=True)
        assert found.complete
        kinds = {o.subject: o.kind for o in found.omissions}
        assert kinds["controller-to-gateway-echo"] == "no-address"

    def test_no_common_family(self, edition: Edition) -> None:
        """Both have addresses, and no rule can hold them."""
        text = (
            'controller = ["10.0.0.1", "10.0.0.2"]\n'
            'service-engine = ["10.1.0.0/24"]\n'
            'external-network-services = ["2001:db8::/64"]\n'
            'aws = ["192.0.2.1"]\n'
        )
        inventory = loads_inventory(text, edition=edition)
        with pytest.raises(InvalidDataError) as caught:
            rule_set(edition.resolve("aws"), inventory)
        assert {fault.path for fault in caught.value.faults} == {"controller"}
        assert (
            "external-network-services has IPv6 and controller has IPv4"
            in (caught.value.faults[0].got)
        )
        found = rule_set(edition.resolve("aws"), inventory, missing="omit")
        kinds = {o.subject: o.kind for o in found.omissions}
        assert kinds["external-to-controller-ssh"] == "no-common-family"
        assert not found.complete

    def test_optional_without_a_family(self, edition: Edition) -> None:
        """ICMP between two roles of IPv6 alone is left out."""
        text = "\n".join(
            f'{name} = ["2001:db8:{n}::/64"]'
            for n, name in enumerate(
                (
                    *("controller", "service-engine", "aws"),
                    "external-network-services",
                )
            )
        )
        inventory = loads_inventory(text, edition=edition)
        found = rule_set(edition.resolve("aws"), inventory, optional=True)
        kinds = {o.subject: o.kind for o in found.omissions}
        echo = "service-engine-to-controller-echo"
        assert kinds[echo] == "no-common-family"
        assert found.complete
        assert {each.family for each in found.rules} == {6}

    def test_endpoints_that_the_page_has_not(self, edition: Edition) -> None:
        """An inventory for another edition is not used in part."""
        berlin = edition.overlay(
            'id = "berlin"\ntitle = "Berlin"\n[[endpoints]]\n'
            'id = "jump-host"\nname = "Jump host"\nkind = "client"\n'
        )
        inventory = site(berlin, 'jump-host = ["192.168.0.1"]')
        with pytest.raises(
            InvalidDataError, match="jump-host: expected the id"
        ):
            rule_set(edition.resolve("aws"), inventory, missing="omit")

    @pytest.mark.parametrize(
        ("name", "arguments"),
        [
            ("inventory", {"inventory": {"controller": ["10.0.0.1"]}}),
            ("inventory", {"inventory": "addresses.toml"}),
            ("resolution", {"resolution": "aws"}),
            ("resolution", {"resolution": None, "inventory": None}),
        ],
    )
    def test_another_type(
        self, edition: Edition, name: str, arguments: dict[str, Any]
    ) -> None:
        """The error names the argument, and what makes one."""
        sound: dict[str, Any] = {
            "resolution": edition.resolve("aws"),
            "inventory": site(edition),
        }
        with pytest.raises(InvalidQueryError) as caught:
            rule_set(**{**sound, **arguments})
        assert str(caught.value).startswith(f"{name}: expected ")

    def test_another_word(self, edition: Edition) -> None:
        """``missing`` has two."""
        with pytest.raises(InvalidQueryError, match="'error' or 'omit'"):
            aws(edition, missing="ignore")


class TestOfOneFirewall:
    """Rules for the flows between some endpoints alone."""

    def test_have_those_sides(self, edition: Edition) -> None:
        """All of them, and no others; by id, name or alias."""
        whole = aws(edition, optional=True)
        for source, destination in (
            ("service-engine", ()),
            ((), ["controller"]),
            (["SE"], "Controller"),
            ("!controller", "!aws, !service-engine"),
        ):
            found = aws(
                edition,
                optional=True,
                source=source if isinstance(source, str) else (*source,),
                destination=destination
                if isinstance(destination, str)
                else (*destination,),
            )
            assert 0 < len(found.rules) < len(whole.rules)
            assert {*found.rules} < {*whole.rules}
            left = {o.subject for o in found.omissions}
            for each in {*whole.rules} - {*found.rules}:
                assert left.issuperset(each.flows)

    def test_sides_are_met_together(self, edition: Edition) -> None:
        """A rule has one of the sources and one of the destinations."""
        found = aws(edition, source="SE", destination="controller")
        assert {(r.source, r.destination) for r in found.rules} == {
            ("service-engine", "controller")
        }

    @pytest.mark.parametrize(
        ("cloud", "verdict", "sides", "lacking"),
        [
            (
                "aws",
                "yes, every needed flow has its rules",
                {"destination": ["SE, aws"]},
                "aws",
            ),
            (
                "nsx-t",
                "yes, every needed flow has its rules",
                {"source": "external-network-services"},
                "external-network-services",
            ),
            (
                # About the ports between Service Engines; not the other gap.
                "kubernetes",
                "as far as the vendor documents, with 1 gap",
                {"destination": ["SE, kubernetes-minion"]},
                "kubernetes-minion",
            ),
        ],
    )
    def test_are_judged_alone(
        self,
        edition: Edition,
        cloud: str,
        verdict: str,
        sides: dict[str, Any],
        lacking: str,
    ) -> None:
        """Addresses of others are not missed, and the header says so."""
        text = 'controller = ["10.0.0.1"]\nservice-engine = ["10.1.0.1"]\n'
        inventory = loads_inventory(text, edition=edition)
        answer = edition.resolve(cloud)
        found = rule_set(answer, inventory, source="SE")
        assert found.complete is verdict.startswith("yes")
        assert found.header()[5] == (
            f"complete: {verdict}; only flows with source SE are counted"
        )
        others = [
            decision.flow.id
            for decision in answer
            if decision.status in {"needed", "unstated"}
            and decision.flow.source != "service-engine"
        ]
        assert found.header()[-1] == (
            f"left out: {len(others)} flows that are not asked for; these "
            "rules drop them too, if they drop what no rule allows: "
            f"{', '.join(others)}"
        )
        assert found.not_asked == found.header()[-1:]
        assert rule_set(answer, inventory, missing="omit").not_asked == ()
        with pytest.raises(InvalidDataError) as caught:
            rule_set(answer, inventory, **sides)
        assert [fault.path for fault in caught.value.faults] == [lacking]

    @pytest.mark.parametrize(
        ("cloud", "sides", "counted"),
        [
            ("nsx-t", {}, 1),
            ("nsx-t", {"source": "SE"}, 0),
            ("nsx-t", {"source": "controller"}, 1),
            ("nsx-t", {"source": "avi-vantage"}, 1),
            ("nsx-t", {"source": "external-network-services"}, 0),
            # NSX Manager itself may be any orchestrator or node.
            ("nsx-t", {"source": "gcp", "destination": "controller"}, 1),
            ("nsx-t", {"source": "gcp", "destination": "SE"}, 0),
            # Who opens the connection is not documented.
            ("nsx-t", {"source": "!controller"}, 1),
            ("nsx-t", {"source": "!SE", "destination": "!SE"}, 1),
            ("nsx-t", {"source": "!Avi Controller, !SE"}, 1),
            (
                "nsx-t",
                {"source": "!controller", "destination": "!controller"},
                0,
            ),
            ("nsx-t", {"flows": ["external-to-controller-ssh"]}, 0),
            ("kubernetes", {}, 2),
            ("kubernetes", {"source": "external-network-services"}, 0),
            ("kubernetes", {"source": "SE", "destination": "SE"}, 1),
            ("kubernetes", {"destination": "!SE"}, 1),
            ("kubernetes", {"source": "SE, controller"}, 2),
            (
                "kubernetes",
                {"flows": ["service-engine-to-service-engine-objstore-cloud"]},
                1,
            ),
        ],
    )
    def test_gaps_of_others_do_not_count(
        self, edition: Edition, cloud: str, sides: dict[str, Any], counted: int
    ) -> None:
        """They are told as not asked for; in doubt, they count."""
        text = 'controller = ["10.0.0.1"]\nservice-engine = ["10.1.0.1"]\n'
        more = 'external-network-services = ["192.0.2.0/24"]\n'
        inventory = loads_inventory(text + more, edition=edition)
        answer = edition.resolve(cloud)
        found = rule_set(answer, inventory, missing="omit", **sides)
        assert len(found.gaps) == counted
        beside = found.gaps_not_asked
        assert {*found.gaps, *beside} == {*answer.gaps}
        assert found.gaps == tuple(g for g in answer.gaps if g not in beside)
        assert not {
            omission.subject
            for omission in found.omissions
            if omission.kind == "unstated"
        } - {flow for gap in found.gaps for flow in gap.flows}
        told = [line for line in found.header() if line[:9] == "unstated:"]
        assert told == [
            *map(str, found.gaps),
            *(f"{gap} Not asked for, and not counted." for gap in beside),
        ]
        if not found.unwritten:
            assert found.complete == (not counted)
            word = "gap" if counted == 1 else "gaps"
            assert (f"with {counted} {word}" in found.verdict) == bool(counted)

    @pytest.mark.parametrize(
        ("sides", "counted"),
        [({}, 2), ({"source": "!controller, !SE"}, 0), ({"source": "!SE"}, 1)],
    )
    def test_conflicts_of_others_do_not_count(
        self, edition: Edition, sides: dict[str, Any], counted: int
    ) -> None:
        """A need of a flow that is not asked for is none here."""
        answer = edition.resolve(
            Deployment(clouds=["openstack"], controller="container")
        )
        inventory = site(edition)
        found = rule_set(answer, inventory, missing="omit", **sides)
        assert len(found.conflicts) == counted
        assert {*found.conflicts, *found.conflicts_not_asked} == {
            *answer.conflicts
        }
        kinds = {o.subject: o.kind for o in found.omissions}
        for conflict in answer.conflicts:
            is_counted = conflict in found.conflicts
            kind = "conflict" if is_counted else "not-asked"
            assert kinds[conflict.flow] == kind

    def test_what_no_flow_names_counts(self) -> None:
        """It may be about anybody; but not about flows that are named."""
        early = load("16.2")
        text = 'controller = ["10.0.0.1"]\nservice-engine = ["10.1.0.1"]\n'
        inventory = loads_inventory(text, edition=early)
        answer = early.resolve("nsx-t")
        (gap,) = answer.gaps
        assert not gap.flows
        assert gap.interface is None
        for sides, counted in (
            ({"source": "SE"}, True),
            ({"flows": ["external-to-controller-ssh"]}, False),
        ):
            found = rule_set(answer, inventory, missing="omit", **sides)
            assert bool(found.gaps) == counted

    def test_one_flow_is_one(self, edition: Edition) -> None:
        """Not "1 flows"."""
        flows = edition.resolve("aws").needed.ids()
        found = aws(edition, flows=flows[1:])
        assert found.header()[-1] == (
            "left out: 1 flow that is not asked for; these rules drop it "
            f"too, if they drop what no rule allows: {flows[0]}"
        )
        left = [o for o in found.omissions if o.kind != "not-applicable"]
        aside = next(o for o in found.omissions if o not in left)
        alone = attrs.evolve(found, omissions=(*left, aside))
        told = "left out: 1 flow that does not apply here"
        assert alone.header()[-2] == told

    def test_follow_the_direction_that_is_accepted(
        self, edition: Edition
    ) -> None:
        """Turned round, a flow has its destination as its source."""
        text = (
            'controller = ["10.0.0.1"]\nservice-engine = ["10.1.0.1"]\n'
            'gcp = ["192.0.2.1"]\navi-vantage = ["10.9.0.1"]\n'
        )
        inventory = loads_inventory(text, edition=edition)
        (flow,) = (f.id for f in edition.flows if f.direction_doubts)
        cases: list[tuple[dict[str, Any], str, bool]] = [
            ({}, "gcp", True),
            ({}, "avi-vantage", True),
            ({}, "dns-server", False),
            ({flow: "stated"}, "gcp", True),
            ({flow: "stated"}, "avi-vantage", False),
            ({flow: "reversed"}, "gcp", False),
            ({flow: "reversed"}, "avi-vantage", True),
        ]
        for readings, source, asked in cases:
            found = rule_set(
                edition.resolve("gcp"),
                inventory,
                readings=readings,
                source=source,
                missing="omit",
            )
            kinds = {o.subject: o.kind for o in found.omissions}
            assert (kinds.get(flow) != "not-asked") == asked

    @pytest.mark.parametrize("name", ["source", "destination"])
    def test_unknown_ones(self, edition: Edition, name: str) -> None:
        """The error names the argument."""
        answer, inventory = edition.resolve("aws"), site(edition)
        with pytest.raises(FilterError, match=f"^{name}: "):
            rule_set(answer, inventory, **{name: "contoller"})


class TestARule:
    """One that would be wider than it seems does not exist."""

    @pytest.mark.parametrize(
        "fields",
        [
            {"family": 5},
            {"sources": ()},
            {"destinations": ()},
            {"sources": (ip_network("2001:db8::/64"),)},
            {"destinations": (ip_network("::/0"), ip_network("10.0.0.0/8"))},
            {"traffic": Message(protocol=ICMP, icmp_type=0)},
            {"traffic": Message(protocol=ICMPV6, icmp_type=128)},
            {"flows": (), "reasons": ()},
            {"reasons": ("One of two.",)},
        ],
    )
    def test_is_refused(
        self, edition: Edition, fields: dict[str, Any]
    ) -> None:
        """No side may be empty, no family mixed, no reply be asked for."""
        with pytest.raises(InvalidDataError):
            rule(edition, **fields)


class TestTraffic:
    """What would be wider than it seems does not exist."""

    @pytest.mark.parametrize(
        ("kind", "fields"),
        [
            (Ported, {"protocol": TCP, "ports": ()}),
            (Ported, {"protocol": TCP, "ports": ranges(22, 23)}),
            (Ported, {"protocol": TCP, "ports": ranges(23, 22)}),
            (Ported, {"protocol": TCP, "ports": ranges((20, 30), 25)}),
            (Ported, {"protocol": Protocol.of(97), "ports": ranges(22)}),
            (Ported, {"protocol": ICMP, "ports": ranges(8)}),
            (Message, {"protocol": ICMP, "icmp_type": 3}),
            (Message, {"protocol": ICMP, "icmp_type": 128}),
            (Message, {"protocol": TCP, "icmp_type": 8}),
            (Bare, {"protocol": TCP}),
            (Bare, {"protocol": Protocol.of("sctp")}),
            (Bare, {"protocol": ICMP}),
            (Bare, {"protocol": ICMPV6}),
        ],
    )
    def test_is_refused(self, kind: type, fields: dict[str, Any]) -> None:
        """Neither all ports nor all messages can be meant by silence."""
        with pytest.raises(InvalidDataError):
            kind(**fields)

    def test_in_words(self) -> None:
        """As text, it is what people say."""
        assert [
            *map(
                str,
                (
                    Ported(protocol=TCP, ports=ranges(22, (80, 90))),
                    Message(protocol=ICMP, icmp_type=8),
                    Message(protocol=ICMPV6, icmp_type=129),
                    Bare(protocol=Protocol.of(97)),
                ),
            )
        ] == [
            "TCP 22 and 80-90",
            "ICMP echo request",
            "ICMPV6 echo reply",
            "IP protocol 97",
        ]


class TestReturnRules:
    """What comes back, for platforms that keep no state."""

    def test_sides_are_turned(self, edition: Edition) -> None:
        """The ports become the source's."""
        rules = aws(edition, optional=True).rules
        for asked, answer in zip(rules, return_rules(rules), strict=True):
            assert answer.id == f"{asked.id}-return"
            assert answer.rule is asked
            assert answer.source == asked.destination
            assert answer.destinations == asked.sources
            assert answer.protocol == asked.protocol
            assert answer.source_ports == asked.ports
            assert answer.icmp_types == ((0,) if asked.icmp_types else ())


#: The addresses of the orchestrator's services.
OPENSTACK = "\n".join(
    f'{name} = ["203.0.113.{at}"]'
    for at, name in enumerate(("keystone", "glance", "nova", "neutron"))
)


class TestTheHeader:
    """What every output says on top."""

    def test_says_it_all(self, edition: Edition) -> None:
        """Edition, digest, deployment, completeness, what is left out."""
        found = aws(edition)
        header = found.header()
        text = "\n".join(header)
        assert header[0].startswith(f"avi-portspec {__version__}: ")
        assert header[1] == f"data version: {DATA_VERSION}"
        assert header[2] == "edition: vantage-undated"
        assert header[3] == f"digest: sha256:{edition.digest}"
        assert header[4].startswith("deployment: clouds: aws; controller: v")
        assert header[5].startswith(
            "complete: yes, every needed flow has its rules"
        )
        assert header[6] == "rules: 11"
        for omission in found.omissions:
            assert (omission.subject in text) == (
                omission.kind != "not-applicable"
            )
        assert "left out: 28 flows that do not apply here" in header

    @pytest.mark.parametrize(
        ("deployment", "more", "completeness", "line"),
        [
            ("aws", "", "complete", "yes, every needed flow has its rules"),
            (
                "nsx-t",
                "",
                "as-far-as-documented",
                "as far as the vendor documents, with 1 gap",
            ),
            (
                "mesos",
                'mesos-master = ["203.0.113.9"]\nmesos-node = ["203.0.113.8"]',
                "as-far-as-documented",
                "as far as the vendor documents, with 2 gaps",
            ),
            (
                preset("openstack", controller="container"),
                OPENSTACK,
                "as-far-as-documented",
                "as far as the vendor documents, with 2 conflicts",
            ),
            (
                ["openstack", "mesos"],
                "",
                "incomplete",
                "NO, needed flows without rules: "
                + ", ".join(
                    f"controller-to-{name}"
                    for name in (
                        *("keystone", "glance", "nova", "neutron"),
                        *("mesos-master", "mesos-node"),
                    )
                ),
            ),
        ],
    )
    def test_says_how_complete_it_is(
        self,
        edition: Edition,
        deployment: Any,
        more: str,
        completeness: str,
        line: str,
    ) -> None:
        """That every need has rules does not hide a conflict, or silence."""
        answer = edition.resolve(deployment)
        inventory = site_of(edition, answer.deployment.clouds, more)
        found = rule_set(answer, inventory, missing="omit")
        assert found.completeness == completeness
        assert found.complete == (completeness == "complete")
        assert found.header()[5] == f"complete: {line}"
        for gap in answer.gaps:
            assert str(gap) in found.header()

    def test_gaps_and_conflicts_are_counted(self, edition: Edition) -> None:
        """Neither hides the other."""
        answer = edition.resolve(
            Deployment(clouds=["openstack", "nsx-t"], controller="container")
        )
        clouds = answer.deployment.clouds
        found = rule_set(answer, site_of(edition, clouds, OPENSTACK))
        assert found.header()[5] == (
            "complete: as far as the vendor documents, with 1 gap and "
            "2 conflicts"
        )

    def test_is_of_the_rules_that_a_text_has(self, edition: Edition) -> None:
        """A site of IPv6 has no rules for iptables, and all for ip6tables."""
        names = ("controller", "service-engine", "aws")
        lines = [
            f'{name} = ["2001:db8:{at}::/64"]'
            for at, name in enumerate((*names, "external-network-services"))
        ]
        inventory = loads_inventory("\n".join(lines), edition=edition)
        found = rule_set(edition.resolve("aws"), inventory)
        assert found.completeness == "complete"
        assert "# complete: yes" in found.render("ip6tables")
        assert "# complete: yes" in found.render("nftables")
        text = unwrap(found.render("iptables"))
        assert "# rules: 0\n" in text
        needed = ", ".join(edition.resolve("aws").needed.ids())
        assert f"# complete: NO, needed flows without rules: {needed}" in text

    def test_says_where_the_page_is_silent(self, edition: Edition) -> None:
        """A gap is no omission of ours."""
        answer = edition.resolve("openshift")
        found = rule_set(answer, site(edition), missing="omit")
        assert found.header()[7] == str(answer.gaps[0])

    def test_is_printable_ascii(self, edition: Edition) -> None:
        """Whatever an overlay's reasons hold."""
        made = edition.overlay(
            'id = "own"\ntitle = "Übersicht \u2013 \\"x\\""\n'
            + OWN.partition("[[")[1]
            + 'flows]]\nid = "own-flow"\nsource = "aws"\n'
            'destination = "controller"\nprotocols = ["tcp"]\n'
            'ports = [7]\npurpose = "Größe"\n'
        )
        header = rule_set(made.resolve("aws"), site(made)).header()
        assert all(each.isascii() and each.isprintable() for each in header)
        assert "\\xdcbersicht" in header[0]

    @pytest.mark.parametrize("text", ["a\nb", "a\rb", "a\x1bb", "a\u2028b"])
    def test_lines_stay_lines(self, text: str) -> None:
        """Nothing ends one, nor speaks to a terminal."""
        assert len(to_ascii(text).splitlines()) == 1
        assert to_ascii(text).isprintable()


class TestPlatforms:
    """The table of writers."""

    @pytest.mark.parametrize("name", ["nftables", "iptables", "ip6tables"])
    def test_write_by_name(self, edition: Edition, name: str) -> None:
        """Capitals or not, and the same bytes each time."""
        assert name in platforms()
        text = aws(edition).render(name)
        assert text == render(aws(edition), name.upper())
        assert edition.digest in text

    @pytest.mark.parametrize("name", ["nftable", "", 3])
    def test_unknown_ones(self, edition: Edition, name: Any) -> None:
        """With the nearest that there is."""
        with pytest.raises(UnknownNameError) as caught:
            aws(edition).render(name)
        assert caught.value.kind == "platform"
        assert caught.value.nearest in (None, "nftables")


class TestDoubtfulDirections:
    """Who opens the connection is not clear: nothing is written by itself."""

    FLOW = "gcp-to-avi-vantage"
    MORE = (
        'gcp = ["203.0.113.0/24"]\navi-vantage = ["10.10.1.11"]\n'
        'shared = ["10.10.1.11"]'
    )

    def of(self, edition: Edition, **readings: Any) -> RuleSet:
        """Return the rules on GCP."""
        inventory = site(edition, self.MORE)
        return rule_set(edition.resolve("gcp"), inventory, readings=readings)

    def test_it_has_no_rule(self, edition: Edition) -> None:
        """Neither direction passes, the rules say so, and are incomplete."""
        found = self.of(edition)
        assert not any(self.FLOW in each.flows for each in found.rules)
        (told,) = (
            each
            for each in found.omissions
            if each.kind == "direction-unclear"
        )
        assert told.subject == self.FLOW
        assert told.reason.startswith(
            "Direction not clear: the vendor may have swapped source and "
            "destination. Direction as the vendor states it. More likely the "
            "Controller connects to GCP. "
        )
        assert found.completeness == "incomplete"
        assert found.unwritten == (self.FLOW,)

    @pytest.mark.parametrize(
        ("reading", "ends"),
        [
            ("stated", ("gcp", "avi-vantage")),
            ("reversed", ("avi-vantage", "gcp")),
        ],
    )
    def test_a_reading_can_be_accepted(
        self, edition: Edition, reading: str, ends: tuple[str, str]
    ) -> None:
        """One direction is written, and it says which."""
        found = self.of(edition, **{self.FLOW: reading})
        (made,) = (each for each in found.rules if self.FLOW in each.flows)
        assert (made.source, made.destination) == ends
        assert made.sources == found.inventory.of(ends[0], 4)
        assert made.destinations == found.inventory.of(ends[1], 4)
        (reason,) = made.reasons
        assert reason.startswith(f"Direction as accepted: {reading}. ")
        assert found.completeness == "complete"

    def test_of_no_other_flow(self, edition: Edition) -> None:
        """A slip is told, with what there is."""
        with pytest.raises(InvalidDataError) as caught:
            self.of(edition, **{"gcp-to-avi": "stated"})
        (fault,) = caught.value.faults
        assert (fault.path, fault.nearest) == ("readings[0].flow", self.FLOW)
        with pytest.raises(InvalidDataError, match="stated, reversed"):
            self.of(edition, **{self.FLOW: "both"})
