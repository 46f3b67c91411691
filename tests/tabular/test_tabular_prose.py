"""Ports as a sentence can hold them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import product
from typing import Any

import attrs
import pytest

import avi_portspec
from avi_portspec import (
    ALWAYS,
    TCP,
    UDP,
    AllOf,
    Deployment,
    Edition,
    Flow,
    Match,
    PortRange,
    Reason,
    Unless,
    preset,
)
from avi_portspec.model.phrases import Asked
from avi_portspec.tabular.prose import Piece, ports_phrase

EDITIONS = [avi_portspec.load(name) for name in avi_portspec.editions()]
NEWEST = EDITIONS[-1]
FLOW = NEWEST.flows["controller-to-controller-https"]
AWS = Match(facet="cloud", values=("aws",))
VCENTER = Match(facet="cloud", values=("vcenter",))
CONTAINER = Match(facet="controller", values=("container",))


def flow(name: str, port: int, **changes: Any) -> Flow:
    """Return a flow of TCP from the Controller to itself."""
    ports = (PortRange(low=port, high=port),)
    return attrs.evolve(FLOW, id=name, ports=ports, **changes)


def spell(pieces: Iterable[Piece]) -> str:
    """Return the whole phrase, with plain spaces."""
    text = "".join(piece.text for piece in pieces)
    return text.replace("\N{NO-BREAK SPACE}", " ")


def say(*flows: Flow, asked: Asked | None = None, **more: Any) -> str:
    """Return the phrase for some flows."""
    return spell(ports_phrase(NEWEST, flows, asked=asked or {}, **more))


def answer(
    edition: Edition, source: str, destination: str, cloud: str | None
) -> tuple[Piece, ...]:
    """Return the phrase for a pair of ends, on a cloud or in general."""
    found = edition.flows.select(
        source=source, destination=destination, cloud=cloud
    ).exclude(requirement="optional")
    asked: Asked = {"cloud": frozenset({cloud})} if cloud else {}
    return ports_phrase(edition, found, found.unstated, asked=asked)


class TestSentences:
    """What a person would write, from a sketch."""

    @pytest.mark.parametrize(
        ("source", "destination", "cloud", "text"),
        [
            ("SE", "SE", None, "TCP 4001 or 9001 (depending on the cloud)"),
            ("SE", "SE", "aws", "TCP 4001"),
            (
                *("SE", "SE", "openshift"),
                (
                    "a port that the vendor's page does not document for "
                    "OpenShift"
                ),
            ),
            (
                *("SE", "controller", None),
                (
                    "TCP 8443, UDP 123, and TCP 22 or 5098 (depending on "
                    "whether the Controller is a container)"
                ),
            ),
            (
                *("SE", "controller", "openstack"),
                (
                    "TCP 8443, UDP 123 and TCP 22 (unless the Controller is a "
                    "container)"
                ),
            ),
            (
                *("external-network-services", "controller", None),
                "TCP 22 and 443, and UDP 161",
            ),
            (
                *("controller", "keystone", None),
                "TCP 5000 and 35357 (may be needed on OpenStack)",
            ),
            (
                *("controller", "glance", "openstack"),
                "TCP 9292 (may be needed)",
            ),
            (
                *("controller", "ldap-server", None),
                "TCP and UDP 389 (if LDAP is used)",
            ),
            ("controller", "esxi-host", None, "TCP 443 (on vCenter)"),
            ("controller", "esxi-host", "vcenter", "TCP 443"),
            ("controller", "esxi-host", "aws", ""),
        ],
    )
    def test_an_answer_is_a_noun_phrase(
        self, source: str, destination: str, cloud: str | None, text: str
    ) -> None:
        """``Open ...`` stays a sentence."""
        assert spell(answer(NEWEST, source, destination, cloud)) == text

    def test_optional_ports_are_called_so(self) -> None:
        """Unless the sentence is about them alone."""
        http = NEWEST.flows["external-to-controller-http"]
        ssh = NEWEST.flows["external-to-controller-ssh"]
        both = "TCP 22 and TCP 80 (optional: for plain HTTP)"
        assert say(ssh, http) == both
        assert say(http) == "TCP 80 (optional: for plain HTTP)"
        assert say(http, optional=True) == "TCP 80 (for plain HTTP)"
        ping = NEWEST.flows["controller-to-gateway-echo"]
        assert say(ping, optional=True) == "ICMP echo request"

    def test_a_port_without_a_condition_is_said_once(self) -> None:
        """Somebody who opens it opens it for all."""
        assert say(flow("a", 1), flow("b", 1, when=AWS)) == "TCP 1"
        assert say(flow("a", 1), flow("b", 1)) == "TCP 1"

    def test_two_ports_under_one_condition_share_it(self) -> None:
        """And so it does not need brackets."""
        two = flow("a", 2, when=AWS), flow("b", 1, when=AWS)
        assert say(*two) == "TCP 1 and 2 (on AWS)"

    def test_what_is_always_needed_when_used_says_when(self) -> None:
        """Where the vendor names no condition."""
        used = flow("a", 1, requirement="when-used", when=ALWAYS)
        assert say(used) == "TCP 1 (when used)"

    def test_an_exclusion_is_said_where_nothing_else_is(self) -> None:
        """No port of the vendor's is none of nobody's."""
        assert say(exclusions=NEWEST.exclusions) == "no port"
        assert say(FLOW, exclusions=NEWEST.exclusions) == "TCP 443"
        assert say() == ""


class TestChoices:
    """Of some flows, a deployment needs one."""

    @pytest.mark.parametrize("kinds", [(AWS, VCENTER), (AWS, CONTAINER)])
    def test_conditions_that_leave_a_cloud_out_are_all_said(
        self, kinds: tuple[Match, Match]
    ) -> None:
        """``Depending on the cloud`` would promise a port for every one."""
        first, second = kinds
        text = say(flow("a", 1, when=first), flow("b", 2, when=second))
        assert text.startswith("TCP 1 (on AWS) and 2 (")
        assert "depending" not in text

    def test_what_is_asked_about_can_make_it_a_choice(self) -> None:
        """There are two clouds, and each has its port."""
        asked: Asked = {"cloud": frozenset({"aws", "vcenter"})}
        two = flow("a", 1, when=AWS), flow("b", 2, when=VCENTER)
        text = "TCP 1 or 2 (depending on the cloud)"
        assert say(*two, asked=asked) == text
        # Where one is needed on both, there is no choice.
        both = Match(facet="cloud", values=("vcenter", "aws"))
        wide = flow("c", 3, when=both), flow("b", 2, when=VCENTER)
        assert say(*wide, asked=asked) == "TCP 3 and TCP 2 (on vCenter)"

    def test_conditions_that_overlap_are_no_choice(self) -> None:
        """On AWS, both are needed."""
        known = NEWEST.facets["cloud"].values
        most = tuple(v.id for v in known if v.id != "vcenter")
        wide = Match(facet="cloud", values=most)
        both = Match(facet="cloud", values=("aws", "vcenter"))
        text = say(flow("a", 1, when=wide), flow("b", 2, when=both))
        assert "depending" not in text

    def test_one_flow_can_replace_two(self) -> None:
        """Then the choice is between lists."""
        first = flow("a", 1, when=Unless(part=CONTAINER))
        second = flow("b", 2, when=Unless(part=CONTAINER), protocols=(UDP,))
        third = flow("c", 3, when=CONTAINER, replaces=("a", "b"))
        assert say(first, second, third) == (
            "TCP 1 and UDP 2 or TCP 3 (depending on whether the Controller "
            "is a container)"
        )

    def test_what_is_always_needed_can_be_replaced_too(self) -> None:
        """The other then says when."""
        first, second = flow("a", 1), flow("b", 2, when=AWS, replaces=("a",))
        assert say(first, second) == "TCP 1 or 2 (depending on the cloud)"
        asked: Asked = {"cloud": frozenset({"aws"})}
        assert say(first, second, asked=asked) == "TCP 2"

    def test_two_that_replace_one_are_each_said(self) -> None:
        """Which of three is needed takes more than one word."""
        first = flow("a", 1, when=Unless(part=CONTAINER))
        second = flow("b", 2, when=CONTAINER, replaces=("a",))
        third = flow("c", 3, when=CONTAINER, replaces=("a",))
        assert say(first, second, third) == (
            "TCP 1 (unless the Controller is a container), and 2 and 3 "
            "(if the Controller is a container)"
        )

    def test_flows_of_other_ends_are_no_choice(self) -> None:
        """Nor are optional ones."""
        known = [v.id for v in NEWEST.facets["cloud"].values]
        rest = Match(facet="cloud", values=(*known[1:],))
        first, second = flow("a", 1, when=AWS), flow("b", 2, when=rest)
        assert say(first, second).startswith("TCP 1 or 2 (depending")
        other = attrs.evolve(second, destination="dns-server")
        assert "depending" not in say(first, other)
        maybe = attrs.evolve(second, requirement="optional")
        assert "depending" not in say(first, maybe)


class TestDeployments:
    """What one deployment needs, and why it needs nothing."""

    def test_it_has_no_choice(self) -> None:
        """Both of its clouds need their port."""
        asked: Asked = {"cloud": frozenset({"aws", "vcenter"})}
        two = flow("a", 1, when=AWS), flow("b", 2, when=VCENTER)
        text = "TCP 1 (on AWS) and 2 (on vCenter)"
        assert say(*two, asked=asked, deployed=True) == text
        other = attrs.evolve(two[1], protocols=(UDP,))
        text = "TCP 1 (on AWS) and UDP 2 (on vCenter)"
        assert say(two[0], other, asked=asked, deployed=True) == text

    @pytest.mark.parametrize(
        ("query", "deployment", "text"),
        [
            ({"destination": "dns-server"}, "aws", "DNS is not used"),
            ({"destination": "azure"}, "aws", "needed only on Azure"),
            (
                {"destination": "controller"},
                Deployment(clouds={"aws"}, nodes="single-node"),
                "a single node has no peers",
            ),
            (
                {"destination": "controller", "port": 22},
                preset("aws", controller="container"),
                "replaced by TCP 5098: the Controller is a container",
            ),
            (
                {"destination": ["azure", "dns-server"]},
                "aws",
                "needed only on Azure and DNS is not used",
            ),
            (
                {"destination": ["azure", "dns-server", "ntp-server"]},
                "aws",
                "not needed here",
            ),
        ],
    )
    def test_no_port_says_why(
        self, query: dict[str, Any], deployment: Any, text: str
    ) -> None:
        """It is documented, and this deployment does not need it."""
        answer = NEWEST.resolve(deployment)
        found = NEWEST.flows.select(source="controller", **query)
        # As the answer itself decides: none of them is needed.
        assert not found & frozenset(answer.needed)
        reasons = [answer[one].why.text for one in found]
        reasons.sort(key=lambda reason: not reason.startswith("Only"))
        assert say(unused=reasons) == f"no port ({text})"


class TestDoubt:
    """That a direction is not clear follows the port."""

    def test_of_the_newest_edition(self) -> None:
        """The direction of GCP is in doubt, with a cloud and without."""
        text = "direction not clear"
        gcp = NEWEST.flows["gcp-to-avi-vantage"]
        assert say(gcp) == f"TCP 443 (on GCP, {text})"
        asked: Asked = {"cloud": frozenset({"gcp"})}
        assert say(gcp, asked=asked) == f"TCP 443 ({text})"
        assert say(flow("a", 22), gcp, asked=asked) == (
            f"TCP 22 and TCP 443 ({text})"
        )

    def test_of_a_choice(self) -> None:
        """It is told of its own port, which is then no choice."""
        warned = (Reason(field="source", reason="Mind it.", level="caution"),)
        one = flow("one", 1, when=AWS)
        other = flow("two", 2, when=VCENTER, readings=warned)
        asked: Asked = {"cloud": frozenset({"aws", "vcenter"})}
        assert say(one, other, asked=asked) == (
            "TCP 1 (on AWS) and 2 (on vCenter, direction not clear)"
        )

    def test_a_site_keeps_its_words(self) -> None:
        """Its reason begins as it wrote it, with brackets in brackets."""
        assert say(declined=["Northwind uses REST (here)"]) == (
            "no port (Northwind uses REST [here])"
        )
        assert say(
            unused=["Not used here: DNS"], declined=["iSCSI is off"]
        ) == ("no port (DNS is not used and iSCSI is off)")


class TestRepetition:
    """A port, and a condition, are said once."""

    def test_the_same_choice_of_two_pairs_is_one(self) -> None:
        """Controllers and Service Engines have the same SSH."""
        found = NEWEST.flows.select(
            source=["controller", "SE"], destination="controller"
        ).exclude(requirement="optional")
        text = spell(ports_phrase(NEWEST, found))
        assert text == (
            "TCP 443 and 8443, UDP 123, and TCP 22 or 5098 (depending on "
            "whether the Controller is a container)"
        )

    def test_a_port_has_all_of_its_conditions(self) -> None:
        """In the facet's order, and a bracket within one is square."""
        clouds = ("mesos", "openshift", "kubernetes")
        three = [
            flow(name, 22, when=Match(facet="cloud", values=(name,)))
            for name in clouds
        ]
        text = "TCP 22 (on OpenShift, Kubernetes or Mesos [DC/OS])"
        assert say(*three) == text
        other = flow("a", 22, when=CONTAINER)
        assert say(three[1], other) == (
            "TCP 22 (on OpenShift or if the Controller is a container)"
        )

    @pytest.mark.parametrize("edition", EDITIONS, ids=lambda e: e.id)
    def test_no_source_repeats_itself(self, edition: Edition) -> None:
        """Whatever is asked of a whole edition."""
        for source in {flow.source for flow in edition.flows}:
            found = edition.flows.select(source=source)
            text = spell(ports_phrase(edition, found))
            said = re.findall(r"\([^()]*\)", text)
            assert len(said) == len({*said}), text


class TestSilence:
    """What is not documented is said, and no number with it."""

    SILENT = Match(facet="cloud", values=("aws",), unstated=("gcp", "azure"))

    def test_some_of_what_is_asked_about_can_be_silent(self) -> None:
        """Both are said."""
        asked: Asked = {"cloud": frozenset({"aws", "gcp"})}
        assert say(flow("a", 1, when=self.SILENT), asked=asked) == (
            "TCP 1 (on AWS) and a port that the vendor's page does not "
            "document for GCP"
        )

    def test_nothing_asked_is_nothing_silent(self) -> None:
        """The condition says where it holds, and the link the rest."""
        assert say(flow("a", 1, when=self.SILENT)) == "TCP 1 (on AWS)"

    def test_several_pairs_are_ports(self) -> None:
        """One pair has one port at least."""
        asked: Asked = {"cloud": frozenset({"gcp"})}
        one = flow("a", 1, when=self.SILENT)
        other = attrs.evolve(one, id="b", destination="dns-server")
        page = "that the vendor's page does not document for GCP"
        assert say(unstated=[one], asked=asked) == f"a port {page}"
        assert say(unstated=[one, other], asked=asked) == f"ports {page}"
        pieces = ports_phrase(NEWEST, [], [one, other], asked=asked)
        assert [(p.flow, p.silent) for p in pieces] == [("a", True)]

    def test_what_is_ruled_out_has_no_cloud_to_name(self) -> None:
        """A conflict is one of the deployment as a whole."""
        page = "a port that the vendor's page does not document"
        assert say(unstated=[FLOW]) == page

    def test_a_site_speaks_for_itself(self) -> None:
        """Its overlay is not the vendor's page."""
        asked: Asked = {"cloud": frozenset({"gcp"})}
        own = flow("a", 1, when=self.SILENT, origin="berlin", section="berlin")
        vendor = flow("b", 2, when=self.SILENT)
        assert say(unstated=[own, vendor], asked=asked) == (
            "a port that the site's overlay berlin does not document for GCP "
            "and a port that the vendor's page does not document for GCP"
        )

    def test_what_no_flow_names_is_said_too(self) -> None:
        """The page may not know a cloud at all."""
        unnamed: Asked = {"cloud": frozenset({"nsx-t"})}
        pieces = ports_phrase(NEWEST, [FLOW], unnamed=unnamed)
        assert spell(pieces) == (
            "TCP 443 and ports that the vendor's page does not document for "
            "NSX-T"
        )
        assert pieces[-1].silent
        assert pieces[-1].flow is None


@pytest.mark.parametrize("edition", EDITIONS, ids=lambda edition: edition.id)
def test_every_pair_on_every_cloud_says_its_ports_and_no_other(
    edition: Edition,
) -> None:
    """By brute force: the flows are filtered by hand here."""
    clouds = [value.id for value in edition.facets["cloud"].values]
    pairs = {(flow.source, flow.destination) for flow in edition.flows}
    for (source, destination), cloud in product(pairs, [None, *clouds]):
        text = spell(answer(edition, source, destination, cloud))
        held, silent = set[str](), False
        for one in edition.flows:
            if (one.source, one.destination) != (source, destination):
                continue
            if one.requirement == "optional":
                continue
            known = {"cloud": frozenset({cloud})} if cloud else {}
            answers = {a.name for a in one.when.possible(known)}
            if "YES" in answers:
                held |= {pair.number for pair in one.protocol_ports()}
            if cloud and "UNSTATED" in answers:
                silent = True
        assert set(re.findall(r"\d+", text)) == held, text
        assert ("does not document" in text) == silent
        others = {
            value.label
            for value in edition.facets["cloud"].values
            if value.id != cloud and not value.phrase
        }
        if cloud:
            words = re.escape("|".join(others)).replace(r"\|", "|")
            assert not re.search(rf"\bon ({words})\b", text)
        # Nothing that is a clause of its own gets into a sentence.
        assert not re.search(r"does not say|;|whether this|\. ", text)


def test_a_line_never_ends_within_a_port() -> None:
    """Between two ports it may."""
    pieces = ports_phrase(NEWEST, NEWEST.flows.select(source="SE"))
    text = "".join(piece.text for piece in pieces)
    for word in ("TCP", "UDP", "ICMP"):
        assert word in text
        assert f"{word} " not in text


def test_each_port_has_its_flow() -> None:
    """So that whatever shows it can lead there."""
    flows = NEWEST.flows.select(source="SE", destination="controller")
    found = {
        piece.flow: piece.text.split("\N{NO-BREAK SPACE}")[-1]
        for piece in ports_phrase(NEWEST, flows)
        if piece.flow
    }
    assert found == {
        name: next(iter(flows[name].protocol_ports())).number
        for name in flows.ids()
    }


def test_a_condition_of_several_parts_is_said_in_words() -> None:
    """Where no facet alone decides, each flow says its own."""
    both = AllOf(parts=(AWS, CONTAINER))
    text = say(flow("a", 1, when=both), flow("b", 2, when=both))
    assert text == "TCP 1 and 2 (on AWS if the Controller is a container)"
    assert TCP in FLOW.protocols
