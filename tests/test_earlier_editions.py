"""The editions 16.2 and 17.1: what they hold, and what they leave unsaid."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import avi_portspec
from avi_portspec import ALWAYS, Deployment, Edition, Flow

ROOT = Path(__file__).resolve().parent.parent
FACTS = ROOT.parent / "shared" / "facts" / "earlier-editions.csv"
EARLIER = ("16.2", "17.1")

SECTIONS = {
    "management communication": "management",
    "controller to network services": "network-services",
}
REQUIREMENTS = {
    "required": "required",
    "optional": "optional",
    "some or all": "some-or-all",
    "may send; firewall should allow": "when-used",
    "": "required",
}
#: The elementary tests behind each condition that the facts put in words.
CONDITIONS = {
    "": set(),
    "masters": set(),
    "controller is a docker container": {"container"},
    "the optional CLI shell is used": {"cli-shell"},
    "autoscaling of back-end members": {"heat-autoscaling"},
    "unauthenticated masters": {"unauthenticated-kubernetes-masters"},
    "unauthenticated Marathon services": {"unauthenticated-marathon"},
}


def _facts(edition: str) -> list[dict[str, str]]:
    if not FACTS.exists():
        return []
    with FACTS.open(encoding="utf-8", newline="") as file:
        return [r for r in csv.DictReader(file) if r["edition"] == edition]


def _flow_of(edition: Edition, fact: dict[str, str]) -> Flow:
    """Return the one flow that states a fact."""
    destination = edition.endpoints[fact["destination"]].id
    section = SECTIONS.get(fact["section"]) or next(
        s.id
        for s in edition.sections
        if s.title == fact["subsection"]
        and (s.parent == "container-nodes")
        == (fact["section"] == "container cluster nodes")
    )
    (flow,) = edition.flows.select(
        source=fact["source"],
        destination=destination,
        section=section,
        port=int(fact["port"]),
    )
    return flow


def _flow_facts() -> list[Any]:
    return [
        pytest.param(edition, fact, id=f"{edition}-{number}")
        for edition in EARLIER
        for number, fact in enumerate(_facts(edition))
        if fact["port"]
    ]


class TestFacts:
    """Each fact that is known of the page is in the data, and no other."""

    # Without the file of facts there is nothing to compare with, so there
    # is no case: the classes below hold the data by themselves.
    @pytest.mark.parametrize(("name", "fact"), _flow_facts() or [(None, None)])
    def test_each_fact_is_one_flow(
        self, name: str | None, fact: dict[str, str]
    ) -> None:
        """A fact's protocol, service and requirement are its flow's."""
        if name is None:
            assert not FACTS.exists()
            return
        flow = _flow_of(avi_portspec.load(name), fact)
        stated = fact["protocol_stated"]
        if stated == "not stated":
            assert flow.why_inferred("protocols")
        else:
            labels = [p.label for p in flow.protocols]
            assert labels == stated.split(" or ")
            assert flow.why_inferred("protocols") is None
        assert flow.service == (fact["service"] or None) or (
            flow.destination == "marathon" and not fact["service"]
        )
        assert flow.requirement == REQUIREMENTS[fact["requirement"]]
        assert bool(flow.why_inferred("requirement")) == (
            not fact["requirement"]
        )

    @pytest.mark.parametrize(("name", "fact"), _flow_facts() or [(None, None)])
    def test_what_is_inferred_says_so(
        self, name: str | None, fact: dict[str, str]
    ) -> None:
        """A source that the page leaves out is inferred, and no other."""
        if name is None:
            assert not FACTS.exists()
            return
        flow = _flow_of(avi_portspec.load(name), fact)
        inferred = fact["source_basis"] == "inferred"
        assert bool(flow.why_inferred("source")) == inferred
        asked = {
            value
            for match in flow.when.matches()
            for value in match.values
            if match.facet in {"feature", "controller"}
        }
        if not flow.why_inferred("when") or fact["condition"]:
            assert asked >= CONDITIONS[fact["condition"]]

    @pytest.mark.parametrize("name", EARLIER)
    def test_no_flow_is_without_a_fact(self, name: str) -> None:
        """Every port of every flow is a row of the facts."""
        facts = _facts(name)
        if not facts:
            assert not FACTS.exists()
            return
        edition = avi_portspec.load(name)
        stated = Counter(
            (_flow_of(edition, fact).id, int(fact["port"]))
            for fact in facts
            if fact["port"]
        )
        assert stated == Counter(
            (flow.id, port)
            for flow in edition.flows
            for ports in flow.ports
            for port in ports
        )

    @pytest.mark.parametrize("name", EARLIER)
    def test_the_pointer_is_the_facts_pointer(self, name: str) -> None:
        """The row without ports is the pointer, with its destination."""
        edition = avi_portspec.load(name)
        (pointer,) = edition.pointers
        named = [f["destination"] for f in _facts(name) if not f["port"]]
        expected = named or [edition.endpoints[pointer.destination].name]
        assert [edition.endpoints[pointer.destination].name] == expected


class TestSizes:
    """What the editions hold, wherever the tests run."""

    def test_flows(self) -> None:
        """17.1 adds eleven flows, and the newest edition nine more."""
        assert [len(avi_portspec.load(e).flows) for e in EARLIER] == [22, 33]

    @pytest.mark.parametrize("name", EARLIER)
    def test_extents(self, name: str) -> None:
        """The first table has four rows, of three, one, four and five."""
        section = avi_portspec.load(name).sections["management"]
        assert section.extent.rows == (3, 1, 4, 5)
        assert section.extent.notes == ()

    def test_editions_stand_in_order(self) -> None:
        """The oldest is first, and the newest is what ``load`` gives."""
        ids = avi_portspec.editions()
        assert ids[:3] == ("16.2", "17.1", "vantage-undated")

    @pytest.mark.parametrize(
        ("alias", "name"), [("16.2.2", "16.2"), ("16.3", "17.1")]
    )
    def test_aliases(self, alias: str, name: str) -> None:
        """Releases whose pages state the same facts lead to one edition."""
        assert avi_portspec.load(alias).id == name

    @pytest.mark.parametrize("name", EARLIER)
    def test_source(self, name: str) -> None:
        """Each edition says which release it is and where it can be read."""
        source = avi_portspec.load(name).source
        assert source.release == name
        assert f"src/site/docs/{name}/" in source.location


class TestSilence:
    """What a page leaves out is not there, not even as an exclusion."""

    @pytest.mark.parametrize("name", EARLIER)
    def test_no_service_engine_row(self, name: str) -> None:
        """Traffic to a Service Engine is neither stated nor excluded."""
        edition = avi_portspec.load(name)
        assert not edition.flows.select(destination="Service Engine")
        assert not edition.exclusions

    @pytest.mark.parametrize("name", EARLIER)
    def test_no_controller_https(self, name: str) -> None:
        """443 between Controllers is stated by later pages only."""
        between = avi_portspec.load(name).flows.select(
            source="Controller", destination="Controller"
        )
        assert [str(pair) for pair in between.ports()] == [
            "TCP 22",
            "TCP 5098",
            "TCP 8443",
        ]

    @pytest.mark.parametrize("name", EARLIER)
    def test_no_restriction_in_openstack(self, name: str) -> None:
        """Without the note, 5098 holds for every containerised Controller."""
        flow = avi_portspec.load(name).flows[
            "controller-to-controller-ssh-container"
        ]
        everywhere = Deployment(
            clouds=frozenset({"openstack"}), controller="container"
        )
        assert flow.when.evaluate(everywhere).name == "YES"


class TestStability:
    """The same flow has the same id in every edition."""

    @pytest.mark.parametrize("name", EARLIER)
    def test_ids_keep_their_meaning(self, name: str) -> None:
        """A flow that two editions share has the same ends and ports."""
        newest = avi_portspec.load("vantage-undated")
        for flow in avi_portspec.load(name).flows:
            later = newest.flows[flow.id]
            assert (flow.source, flow.destination, flow.protocols) == (
                later.source,
                later.destination,
                later.protocols,
            )
            assert flow.ports == later.ports
            assert flow.requirement == later.requirement

    def test_words_are_shared(self) -> None:
        """One deployment can be put to every edition."""
        editions = [avi_portspec.load(e) for e in avi_portspec.editions()]
        assert len({edition.facets for edition in editions}) == 1

    @pytest.mark.parametrize("name", EARLIER)
    def test_unconditional_flows_stay_so(self, name: str) -> None:
        """No page so far has put a condition on a flow that had none."""
        newest = avi_portspec.load("vantage-undated")
        for flow in avi_portspec.load(name).flows:
            if flow.when == ALWAYS:
                assert newest.flows[flow.id].when == ALWAYS


class TestComparison:
    """What two pages both say is no change between them."""

    @pytest.mark.parametrize(
        ("old", "new", "changed"),
        [
            ("16.2", "17.1", {"external-to-controller-snmp"}),
            (
                "17.1",
                "vantage-undated",
                {
                    "controller-to-controller-ssh",
                    "controller-to-controller-portal",
                    "controller-to-controller-ssh-container",
                    "service-engine-to-controller-ssh",
                    "service-engine-to-controller-portal",
                    "service-engine-to-controller-ssh-container",
                },
            ),
        ],
    )
    def test_purposes(self, old: str, new: str, changed: set[str]) -> None:
        """17.1 mentions the SNMP agent; notes explain SSH and the portal."""
        before, after = avi_portspec.load(old), avi_portspec.load(new)
        assert changed == {
            flow.id
            for flow in before.flows
            if flow.purpose != after.flows[flow.id].purpose
        }

    @pytest.mark.parametrize(
        ("old", "new", "gone"),
        [
            (
                "16.2",
                "17.1",
                {
                    "network-services-called-udp",
                    "orchestrators-additional-ports",
                },
            ),
            ("17.1", "vantage-undated", set()),
        ],
    )
    def test_notes(self, old: str, new: str, gone: set[str]) -> None:
        """A lead-in that stays is the same note, in the same words."""
        before, after = avi_portspec.load(old), avi_portspec.load(new)
        assert {*before.notes.ids()} - {*after.notes.ids()} == gone
        for note in before.notes:
            if note.id not in gone:
                assert after.notes[note.id].text == note.text
        assert "management-ports" in before.notes.ids()


def test_a_name_that_one_page_uses_for_two_is_explained() -> None:
    """16.2 calls clients and servers External Network Services."""
    edition = avi_portspec.load("16.2")
    (pointer,) = edition.pointers
    described = edition.endpoints[pointer.destination].description or ""
    assert "the servers that the Controller itself uses" in described
    assert "Not the servers" not in described


def test_16_2_states_when_openstack_flows_apply() -> None:
    """Its sentence names OpenStack; later pages leave that to a heading."""
    for name, inferred in (("16.2", False), ("17.1", True)):
        flow = avi_portspec.load(name).flows["controller-to-nova"]
        assert bool(flow.why_inferred("when")) == inferred
