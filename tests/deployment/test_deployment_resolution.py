"""The answer for one deployment: collections, reasons, conflicts, gaps."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import attrs
import pytest
from bs4 import BeautifulSoup

import avi_portspec
from avi_portspec import (
    ICMP,
    TCP,
    Conflict,
    Decision,
    Deployment,
    Edition,
    Explanation,
    Gap,
    InvalidDataError,
    InvalidQueryError,
    PortRange,
    ProtocolPorts,
    UnknownNameError,
    UnresolvedError,
    load,
    preset,
)

SSH = "controller-to-controller-ssh"
CONTAINER_SSH = f"{SSH}-container"
ENGINE_SSH = "service-engine-to-controller-ssh"


def _edition() -> Edition:
    return load("vantage-undated")


class TestResolve:
    """What can be asked, and how."""

    def test_a_preset_by_name(self) -> None:
        """A name is a preset's."""
        assert _edition().resolve("aws") == _edition().resolve(preset("aws"))

    def test_an_unknown_preset(self) -> None:
        """A name that no preset has suggests the nearest."""
        with pytest.raises(UnknownNameError) as caught:
            _edition().resolve("azur")
        assert caught.value.nearest == "azure"

    def test_neither(self) -> None:
        """Anything else is refused."""
        with pytest.raises(InvalidQueryError, match="expected a Deployment"):
            _edition().resolve(None)  # type: ignore[arg-type]

    def test_a_mapping(self) -> None:
        """The fields of a deployment are no list of presets."""
        with pytest.raises(InvalidQueryError, match="got a table of 1 item"):
            _edition().resolve({"clouds": ["aws"]})

    def test_an_unknown_word(self) -> None:
        """A word that the edition does not know is no silent no."""
        wrong = Deployment(clouds=frozenset({"open-stack"}))
        with pytest.raises(InvalidDataError, match="mean 'openstack'"):
            _edition().resolve(wrong)

    def test_no_cloud(self) -> None:
        """Without a cloud, "none needed" would be an invention."""
        with pytest.raises(InvalidDataError, match="no-orchestrator"):
            _edition().resolve(Deployment())


class TestStatuses:
    """One decision of each kind, as the page has it."""

    @pytest.mark.parametrize(
        ("deployment", "flow", "status"),
        [
            (preset("aws"), SSH, "needed"),
            (preset("aws"), CONTAINER_SSH, "not-applicable"),
            (preset("aws", controller="container"), SSH, "replaced"),
            (preset("aws", controller="container"), CONTAINER_SSH, "needed"),
            (preset("aws", nodes="single-node"), SSH, "not-applicable"),
            (
                preset("aws", nodes="single-node", controller="container"),
                SSH,
                "not-applicable",
            ),
            (
                preset("openstack", controller="container"),
                CONTAINER_SSH,
                "unsupported",
            ),
            (
                preset("openstack", controller="container"),
                SSH,
                "not-applicable",
            ),
            (preset("openstack"), CONTAINER_SSH, "not-applicable"),
            (preset("aws"), "service-engine-to-controller-echo", "optional"),
            (preset("aws"), "external-to-controller-http", "not-applicable"),
            (
                preset("aws", features={"plain-http"}),
                "external-to-controller-http",
                "needed",
            ),
            (preset("openstack"), "controller-to-keystone", "needed"),
            (preset("openstack"), "controller-to-heat", "not-applicable"),
            (
                preset("openstack", features={"heat-autoscaling"}),
                "controller-to-heat",
                "needed",
            ),
            (
                preset("aws", features={"heat-autoscaling"}),
                "controller-to-heat",
                "not-applicable",
            ),
            (
                preset("openshift"),
                "service-engine-to-service-engine-objstore-cloud",
                "unstated",
            ),
            (
                Deployment(clouds=frozenset({"aws", "openshift"})),
                "service-engine-to-service-engine-objstore-cloud",
                "needed",
            ),
        ],
    )
    def test_status(
        self, deployment: Deployment, flow: str, status: str
    ) -> None:
        """The decision is the page's, and its reason says which."""
        decision = _edition().resolve(deployment)[flow]
        assert decision.status == status
        assert str(decision).startswith(f"{status}: ")


class TestCollections:
    """The answer's flows are flows like any."""

    def test_they_compose(self) -> None:
        """A query on the answer, and set operations with the edition's."""
        edition = _edition()
        flows = edition.resolve("aws").flows
        assert flows <= edition.flows
        assert [f.id for f in flows.select(destination="AWS")] == [
            "controller-to-aws"
        ]

    def test_what_is_open_goes_along(self) -> None:
        """The answer's flows carry what the page leaves unstated."""
        answer = _edition().resolve("openshift")
        assert [str(p) for p in answer.flows.unstated.ports()] == [
            "TCP 4001",
            "TCP 9001",
        ]
        assert answer.having("unstated") == answer.flows.unstated

    def test_several_decisions(self) -> None:
        """Needed and optional together are all that may be open."""
        answer = _edition().resolve("aws")
        both = answer.having("needed", "optional")
        assert both == answer.flows | answer.having("optional")

    def test_an_unknown_decision(self) -> None:
        """There are six, and a seventh suggests the nearest."""
        with pytest.raises(UnknownNameError) as caught:
            _edition().resolve("aws").having("need")  # type: ignore[arg-type]
        assert caught.value.nearest == "needed"

    def test_iteration(self) -> None:
        """One decision a flow, in the order of the page."""
        answer = _edition().resolve("aws")
        assert [d.flow for d in answer] == list(_edition().flows)
        assert len(answer) == len(_edition().flows)

    @pytest.mark.parametrize("flow", ["no-such-flow", 3, []])
    def test_an_unknown_flow(self, flow: Any) -> None:
        """What is no flow has no decision."""
        with pytest.raises(UnknownNameError):
            _edition().resolve("aws")[flow]


class TestExplain:
    """Why is this open, and why is this not?"""

    def test_by_flow_and_id(self) -> None:
        """A flow, its id and its decision tell the same."""
        answer = _edition().resolve("aws")
        flow = _edition().flows[SSH]
        assert answer.explain(flow) == answer.explain(SSH)
        assert answer.explain(flow).decisions == (answer[flow],)

    @pytest.mark.parametrize(
        ("subject", "count"),
        [
            ("tcp/9001", 1),
            ("TCP/22", 6),
            ("udp/389", 1),
            ("icmp", 3),
            ("9001", 1),
            (9001, 1),
            (ProtocolPorts(TCP, PortRange.of(9001)), 1),
            (ProtocolPorts(TCP, PortRange(low=9000, high=9300)), 2),
            (ProtocolPorts(ICMP, None), 3),
            ("snmp", 1),
            (" SNMP ", 1),
        ],
    )
    def test_by_protocol_and_port(self, subject: Any, count: int) -> None:
        """Every flow over it is decided, applicable or not."""
        explained = _edition().resolve("aws").explain(subject)
        assert len(explained.decisions) == count
        assert len(str(explained).splitlines()) == count

    def test_an_exclusion(self) -> None:
        """What the page says is not required is told as its statement."""
        answer = _edition().resolve("aws")
        explained = answer.explain("controller-to-service-engine")
        assert explained == answer.explain(*_edition().exclusions)
        assert str(explained).startswith("not required: controller to ")
        assert not explained.decisions

    @pytest.mark.parametrize(
        ("subject", "name"),
        [("tcp/12345", "TCP 12345"), (12345, "port 12345"), ("gre", "GRE")],
    )
    def test_silence(self, subject: Any, name: str) -> None:
        """Of what no flow uses, the page says nothing."""
        explained = _edition().resolve("aws").explain(subject)
        assert str(explained) == (
            f"No flow uses {name}. The vendor's page covers management "
            "traffic only."
        )

    @pytest.mark.parametrize("subject", ["tcp/443", "gre", 12345, "https"])
    def test_an_interface_that_no_flow_covers(self, subject: Any) -> None:
        """Whatever could be about it says so; a flow is about itself."""
        answer = _edition().resolve("nsx-t")
        explained = answer.explain(subject)
        (gap,) = explained.gaps
        assert str(explained).splitlines()[-1] == (
            "unstated: the vendor's page states no flow between the "
            "Controller and NSX Manager on NSX-T."
        )
        assert answer.gaps == (gap,)
        for other in (SSH, *_edition().exclusions):
            assert answer.explain(other).gaps == ()
        # A flow that is unstated is told by its decision.
        answer = _edition().resolve("openshift")
        assert answer.gaps
        assert answer.explain("tcp/4001").gaps == ()

    def test_an_unknown_name(self) -> None:
        """A name that nothing has suggests the nearest."""
        with pytest.raises(UnknownNameError) as caught:
            _edition().resolve("aws").explain("controller-to-controler-ssh")
        assert caught.value.nearest == SSH
        (exclusion,) = _edition().exclusions.ids()
        for slip, near in ((f"{exclusion}s", exclusion), ("udpp", "udp")):
            with pytest.raises(UnknownNameError) as caught:
                _edition().resolve("aws").explain(slip)
            assert caught.value.nearest == near

    @pytest.mark.parametrize(
        "subject",
        [
            *("tcp/123456", "tcp/70000", 1.5, None, "", "icmp/8", "gre/1"),
            # Digits of another script are no port number.
            *("tcp/\N{FULLWIDTH DIGIT SEVEN}", "\N{FULLWIDTH DIGIT SEVEN}"),
        ],
    )
    def test_no_subject(self, subject: Any) -> None:
        """A port out of range, or anything else, cannot be asked about.

        Nor is nothing everything, and the page that asks for ICMP echoes is
        not silent on their type.
        """
        with pytest.raises(InvalidQueryError):
            _edition().resolve("aws").explain(subject)

    def test_inference_is_told(self) -> None:
        """A decision that rests on an inference says so."""
        explained = str(_edition().resolve("azure").explain(SSH))
        assert "Not stated by the vendor (when): The table lists" in explained

    def test_every_inference_and_reading_is_told(self) -> None:
        """Whatever field it is about: a port's protocol, an end, a need.

        For GCP, four needed flows have a statement that had to be
        interpreted, and one is not clear.
        """
        answer = _edition().resolve("gcp")
        for decision in answer:
            assert decision.inferred == decision.flow.inferred
            assert decision.readings == decision.flow.readings
            text = str(answer.explain(decision.flow))
            for each in decision.inferred:
                assert f"Not stated by the vendor ({each.field}): " in text
                assert each.reason in text
            for each in decision.readings:
                assert f"Interpreted ({each.field}): {each.reason}" in text
        read = [d.status for d in answer if d.readings]
        assert read.count("needed") == 4
        assert read.count("direction-unclear") == 1

    def test_the_deployment_is_told(self) -> None:
        """What the deployment has is the reason of a decision."""
        answer = _edition().resolve(preset("aws", features={"cli-shell"}))
        name = "external-to-controller-cli"
        assert answer[name].reason == (
            "Required: this deployment uses the CLI shell."
        )
        assert answer[SSH].reason == (
            "Required: the Controller is not a container."
        )
        assert answer["controller-to-azure"].reason == "Only on Azure."

    def test_what_decides_alone_is_told_alone(self) -> None:
        """Of two facets, the one without which the other changes nothing."""
        reason = _edition().resolve("aws")[CONTAINER_SSH].reason
        assert reason == "Not needed: the Controller is not a container."

    def test_most_reasons_are_short(self) -> None:
        """What a deployment needs has its reason in a dozen words."""
        for cloud in avi_portspec.presets():
            for decision in _edition().resolve(cloud):
                if decision.status == "needed":
                    assert len(str(decision.why).split()) <= 12

    def test_a_single_node_has_no_peers(self) -> None:
        """That is a fact about the deployment, and says so."""
        answer = _edition().resolve(preset("aws", nodes="single-node"))
        assert answer[SSH].reason == (
            "Not needed: a single node has no peers."
        )

    def test_effect(self) -> None:
        """An optional flow's reason says what happens if it is blocked."""
        answer = _edition().resolve("aws")
        reason = answer["service-engine-to-gateway-echo"].reason
        assert "If blocked: The SSH login banner" in reason

    def test_no_effect_is_none(self) -> None:
        """Where the page names no effect, the reason invents none."""
        edition = _edition()
        flows = [
            attrs.evolve(flow, effect_if_blocked=None)
            for flow in edition.flows
        ]
        bare = attrs.evolve(edition, flows=flows)
        reason = bare.resolve("aws")["controller-to-gateway-echo"].reason
        assert reason == "Optional: gateway status only."


class TestOpenQuestions:
    """Conflicts and gaps are told, and a strict question fails on them."""

    def test_conflict(self) -> None:
        """A containerised Controller with OpenStack has no SSH left."""
        answer = _edition().resolve(
            preset("openstack", controller="container")
        )
        assert [c.flow for c in answer.conflicts] == [
            CONTAINER_SSH,
            "service-engine-to-controller-ssh-container",
        ]
        for conflict in answer.conflicts:
            assert conflict.notes == ("no-container-port-in-openstack",)
            (citation,) = conflict.citations
            assert (citation.place, citation.number) == ("note", 4)
            assert "no documented SSH port remains" in str(conflict)

    def test_a_single_node_has_half_of_it(self) -> None:
        """Without a second Controller, only the Service Engines' is left."""
        answer = _edition().resolve(
            preset("openstack", controller="container", nodes="single-node")
        )
        assert len(answer.conflicts) == 1

    def test_a_substitute_settles_it(self) -> None:
        """Where what would be replaced applies, nothing is in conflict."""
        edition = _edition()
        flows = [
            attrs.evolve(flow, when=avi_portspec.ALWAYS, inferred=())
            if flow.id == SSH
            else flow
            for flow in edition.flows
        ]
        answer = attrs.evolve(edition, flows=flows).resolve(
            preset("openstack", controller="container")
        )
        assert SSH not in {r for c in answer.conflicts for r in c.replaces}
        assert len(answer.conflicts) == 1

    def test_nothing_to_replace(self) -> None:
        """A flow that replaces none is in conflict just the same."""
        edition = _edition()
        flows = [
            attrs.evolve(
                flow,
                replaces=(),
                readings=[r for r in flow.readings if r.field != "replaces"],
            )
            for flow in edition.flows
        ]
        answer = attrs.evolve(edition, flows=flows).resolve(
            preset("openstack", controller="container")
        )
        assert len(answer.conflicts) == 2
        assert "would replace" not in answer.conflicts[0].text

    def test_gap(self) -> None:
        """Silence between Service Engines is one gap a cloud."""
        clouds = frozenset({"aws", "openshift", "mesos"})
        answer = _edition().resolve(Deployment(clouds=clouds))
        assert [gap.value for gap in answer.gaps] == [
            "openshift",
            "mesos",
            "unauthenticated-marathon",
        ]
        assert len(answer.gaps[0].flows) == len(answer.gaps[0].citations) == 2
        assert str(answer.gaps[0]).startswith(
            "unstated: the vendor's page does not say whether OpenShift needs "
        )

    def test_a_page_that_never_names_it(self) -> None:
        """What no flow names is a gap without flows."""
        answer = load("16.2").resolve(preset("aws", services={"ldap", "dns"}))
        assert [(g.facet, g.value, g.flows) for g in answer.gaps] == [
            ("cloud", "aws", ()),
            ("service", "ldap", ()),
        ]

    def test_no_gap_where_there_is_no_peer(self) -> None:
        """Silence about a flow that cannot apply leaves nothing open."""
        edition = _edition()
        when = avi_portspec.Match(
            facet="cloud", values=("aws",), unstated=("gcp",)
        )
        flows = [
            attrs.evolve(flow, when=when)
            if flow.id == "controller-to-controller-https"
            else flow
            for flow in edition.flows
        ]
        changed = attrs.evolve(edition, flows=flows)
        assert changed.resolve("gcp").gaps
        assert not changed.resolve(preset("gcp", nodes="single-node")).gaps
        # It hides no other one.
        both = Deployment(clouds={"gcp", "openshift"}, nodes="single-node")
        told = [gap.value for gap in changed.resolve(both).gaps]
        assert told == ["openshift"]

    def test_strict(self) -> None:
        """A strict question carries what is open as data."""
        with pytest.raises(UnresolvedError) as caught:
            _edition().resolve("openshift", strict=True)
        assert caught.value.edition == "vantage-undated"
        assert not caught.value.conflicts
        assert [gap.value for gap in caught.value.gaps] == ["openshift"]
        assert "unstated: the vendor's page does not say" in str(caught.value)

    def test_strict_on_a_conflict(self) -> None:
        """Conflicts fail a strict question too."""
        with pytest.raises(UnresolvedError, match="conflict: "):
            _edition().resolve(
                preset("openstack", controller="container"), strict=True
            )

    def test_strict_without_open_questions(self) -> None:
        """Where the page answers everything, strict changes nothing."""
        edition = _edition()
        assert edition.resolve("aws", strict=True) == edition.resolve("aws")


class TestValue:
    """An answer is a value."""

    def test_equality(self) -> None:
        """Two answers are equal if question and edition are."""
        one, other = _edition().resolve("aws"), _edition().resolve("gcp")
        assert one != other
        assert one != load("17.1").resolve("aws")
        assert (one == "aws") is False
        assert len({one, _edition().resolve("aws"), other}) == 2

    def test_nothing_can_be_changed(self) -> None:
        """Assignment and deletion fail; a second construction is none."""
        answer = _edition().resolve("aws")
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            answer.flows = answer.flows
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            del answer.deployment
        before = list(answer)
        answer.__init__(None, None, ())  # type: ignore[misc]
        assert list(answer) == before
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            answer["controller-to-aws"].status = "replaced"  # type: ignore[misc]

    def test_copies(self) -> None:
        """A copy is the answer, and a pickle gives an equal one."""
        answer = _edition().resolve("openshift")
        assert copy.deepcopy(answer) is answer
        again = pickle.loads(pickle.dumps(answer))
        assert again == answer
        assert again.flows == answer.flows

    def test_no_other_attribute(self) -> None:
        """What is not there is not made up."""
        answer: Any = _edition().resolve("aws")
        with pytest.raises(AttributeError):
            answer.unstated  # noqa: B018

    def test_repr_counts(self) -> None:
        """The short form counts the decisions."""
        text = repr(_edition().resolve("openshift"))
        assert text.startswith("<Resolution of vantage-undated: ")
        assert "2 unstated" in text

    def test_text(self) -> None:
        """The long form is the table, then what is left open."""
        text = str(_edition().resolve("openshift"))
        assert text.startswith("Source ")
        assert text.splitlines()[-1].startswith("unstated: ")


class TestTexts:
    """A decision and an open question as a line of text."""

    def test_a_decision(self) -> None:
        """Where it stands, what is inferred and what is ambiguous."""
        decision = _edition().resolve("gcp")[ENGINE_SSH]
        assert str(decision) == (
            "needed: service-engine to controller, TCP 22. Required: the "
            "Controller is not a container. [management, row 5, item 1; "
            "management, lead-in 1, item 1; management, lead-in 1, item 2; "
            "management, note 3, item 1; management, closing 1, item 1] Not "
            "stated by the vendor (when): The table lists 22 and 5098 and "
            "does not say whether both are needed. 22 is taken as replaced "
            "by 5098 when the Controller is a Docker container. Interpreted "
            "(source): The row names no source of its own. In the published "
            "table the source cell above it spans this row."
        )

    def test_a_conflict_and_a_gap(self) -> None:
        """What is not documented, in one sentence or more."""
        container = preset("openstack", controller="container")
        conflict = _edition().resolve(container).conflicts[0]
        assert str(conflict) == (
            "conflict: Avi Controller to Avi Controller, TCP 5098: no "
            "documented SSH port remains. A note rules it out: In OpenStack "
            "mode, port 5098 on the container side is not supported. TCP 22, "
            "which it would replace, does not apply either."
        )
        clouds = Deployment(clouds={"aws", "openshift"})
        gap = _edition().resolve(clouds).gaps[0]
        assert str(gap) == (
            "unstated: the vendor's page does not say whether OpenShift "
            "needs Avi Service Engine to Avi Service Engine over TCP 4001 or "
            "TCP 9001."
        )
        assert gap.is_lacking is False
        assert gap.interface is None

    def test_what_rules_a_flow_out_is_all_that_it_cites(self) -> None:
        """Other notes on the flow are about flows that are needed."""
        container = preset("openstack", controller="container")
        decision = _edition().resolve(container)[CONTAINER_SSH]
        assert decision.flow.notes != ("no-container-port-in-openstack",)
        (note,) = decision.notes
        assert note.id == "no-container-port-in-openstack"
        assert decision.citations == (decision.flow.citation, note.citation)
        assert decision.reason == (
            "Not supported on OpenStack. In OpenStack mode, port 5098 on the "
            "container side is not supported."
        )

    def test_a_place_is_cited_once(self, data: dict[str, Any]) -> None:
        """A row can state a flow and what replaces it."""
        ids = [flow["id"] for flow in data["flows"]]
        other = data["flows"].pop(ids.index(CONTAINER_SSH))
        place = data["flows"][ids.index(SSH)]["citation"]
        data["flows"].insert(ids.index(SSH) + 1, {**other, "citation": place})
        # The row has an item less then.
        data["sections"][0]["extent"]["rows"][0] -= 1
        edition = avi_portspec.loads(json.dumps(data))
        decision = edition.resolve(preset("aws", controller="container"))[SSH]
        assert decision.replaced_by == (CONTAINER_SSH,)
        assert len(decision.citations) == len({*decision.citations})
        assert decision.flow.citation in decision.citations

    def test_a_doubtful_direction_says_what_is_in_doubt(self) -> None:
        """Behind the reason, in a few words for each field."""
        decision = _edition().resolve("gcp")["gcp-to-avi-vantage"]
        assert decision.status == "direction-unclear"
        assert decision.reason == (
            "Direction not clear: the vendor may have swapped source and "
            "destination. Direction as the vendor states it. More likely the "
            "Controller connects to GCP."
        )

    def test_only_an_optional_flow_says_what_goes_without_it(
        self, data: dict[str, Any]
    ) -> None:
        """What is needed is not weighed against its effect."""
        effect = "The portal stays empty."
        for flow in data["flows"]:
            flow["effect_if_blocked"] = effect
        edition = avi_portspec.loads(json.dumps(data))
        for decision in edition.resolve("aws"):
            assert (effect in decision.reason) == (
                decision.status == "optional"
            )

    @pytest.mark.parametrize("cls", [Conflict, Decision, Explanation, Gap])
    def test_fields_are_named(self, cls: Any) -> None:
        """Their order is no promise: a field can be added between two."""
        fields = attrs.fields(cls)
        assert all(field.kw_only for field in fields)
        # A fact about a deployment is stated each time.
        assert {f.name for f in fields if f.default is not attrs.NOTHING} == (
            {"is_lacking", "interface"} if cls is Gap else set()
        )


class TestViews:
    """A table for people, and records for machines."""

    MIXED = Deployment(
        clouds={"openstack", "openshift"}, controller="container"
    )

    def test_a_notebook_has_what_may_be_allowed(self) -> None:
        """And below it what nobody can tell, as the text has it."""
        answer = _edition().resolve(self.MIXED)
        page = BeautifulSoup(answer._repr_html_(), "html.parser")
        assert page.caption is not None
        assert f"<{page.caption.text}>" == repr(answer)
        assert [cell.text for cell in page("th")] == [
            *("Decision", "Source", "Destination", "Ports", "Why")
        ]
        rows = [[cell.text for cell in row("td")] for row in page("tr")[1:]]
        assert rows[0] == [
            *("needed", "Avi Controller", "Avi Controller", "TCP 443"),
            "Required.",
        ]
        names = {end.id: end.name for end in _edition().endpoints}
        assert [row[:3] for row in rows] == [
            [
                each.status,
                names[each.flow.source],
                names[each.flow.destination],
            ]
            for each in answer
            if each.status in {"needed", "optional"}
        ]
        assert {row[0] for row in rows} == {"needed", "optional"}
        below = [line.text for line in page("p")]
        assert below == [*map(str, (*answer.conflicts, *answer.gaps))]
        assert str(answer).splitlines()[-3:] == below
        assert [line.split(":")[0] for line in below] == [
            *("conflict", "conflict", "unstated")
        ]

    def test_machines_have_every_decision(self) -> None:
        """A record a protocol and range of ports, or type of message."""
        answer = _edition().resolve(self.MIXED)
        expected = []
        for each in answer:
            for protocol in each.flow.protocols:
                start = each.flow.id, each.status, protocol.number
                if protocol.has_ports:
                    ends = [(r.low, r.high) for r in each.flow.ports]
                    expected += [(*start, *pair, None) for pair in ends]
                else:
                    types = each.flow.icmp_types or (None,)
                    expected += [(*start, None, None, kind) for kind in types]
        keys = "flow", "decision", "protocol_number", "port_low", "port_high"
        found = answer.to_records()
        assert [
            (*(record[key] for key in keys), record["icmp_type"])  # type: ignore[literal-required]
            for record in found
        ] == expected
        assert {r["edition"] for r in found} == {"vantage-undated"}
        assert (
            found[0]["reason"] == "Not needed: the Controller is a container."
        )
