"""The facts of the edition whose page states no release."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from avi_portspec import Answer, Deployment, Edition, Flow


def deployments(edition: Edition) -> Iterator[Deployment]:
    """Yield each way to run the Controller with one or two clouds."""
    clouds = [value.id for value in edition.facets["cloud"].values]
    controllers = [v.id for v in edition.facets["controller"].values]
    pairs = itertools.combinations_with_replacement(clouds, 2)
    for pair, controller in itertools.product(pairs, controllers):
        yield Deployment(clouds=frozenset(pair), controller=controller)


class TestFlows:
    """The forty-two flows."""

    def test_a_port_is_never_an_identity(self, edition: Edition) -> None:
        """The same numbers mean different things."""
        for port, count in {22: 6, 80: 2, 123: 2, 443: 6, 8443: 3}.items():
            assert len(edition.flows.select(port=port)) == count

    def test_services_are_named_by_the_page(self, edition: Edition) -> None:
        """Where it gives a number alone, no service is made up."""
        for flow in edition.flows.select(section="aws"):
            assert flow.service is None
        assert {flow.service for flow in edition.flows.select(port=5054)} == {
            "CLI Server"
        }


class TestProvenance:
    """What the page states, and what it does not."""

    @pytest.mark.parametrize(
        ("field", "flows"),
        [
            ("protocols", 11),
            ("source", 14),
            ("requirement", 10),
        ],
    )
    def test_inferred_fields_are_marked(
        self, edition: Edition, field: str, flows: int
    ) -> None:
        """Each with a reason."""
        found = edition.flows.select(inferred=field)
        assert len(found) == flows
        assert all(flow.why_inferred(field) for flow in found)

    def test_protocols_are_inferred_where_a_port_stands_alone(
        self, edition: Edition
    ) -> None:
        """GCP, vCenter, masters, AWS, Azure and nodes; not OpenStack."""
        found = edition.flows.select(inferred="protocols")
        assert {flow.section for flow in found} == {
            "aws",
            "azure",
            "gcp",
            "kubernetes-master",
            "kubernetes-minions",
            "mesos-masters",
            "mesos-nodes",
            "openshift-master",
            "openshift-nodes",
            "vmware-vcenter",
        }

    def test_the_gcp_sentence_is_recorded_as_it_stands(
        self, edition: Edition
    ) -> None:
        """With the doubt about its direction said."""
        flow = edition.flows["gcp-to-avi-vantage"]
        assert (flow.source, flow.destination) == ("gcp", "avi-vantage")
        doubts = {reading.field: reading.reason for reading in flow.readings}
        assert "Controller that opens the connection" in doubts["source"]

    def test_vcenter_lists_hosts_alone(self, edition: Edition) -> None:
        """Nothing leads to vCenter itself."""
        (flow,) = edition.flows.select(section="vmware-vcenter")
        assert flow.destination == "esxi-host"
        assert not {"vcenter", "vmware-vcenter"} & set(edition.endpoints.ids())

    def test_no_release_is_made_up(self, edition: Edition) -> None:
        """The page states none."""
        assert edition.source.release is None
        assert edition.id == "vantage-undated"


class TestLaws:
    """What holds over all deployments."""

    def test_ssh_between_parts_is_on_one_port(self, edition: Edition) -> None:
        """22 or 5098, never both; neither only in a known conflict."""
        pairs = [
            (
                edition.flows[f"{source}-to-controller-ssh"],
                edition.flows[f"{source}-to-controller-ssh-container"],
            )
            for source in ("controller", "service-engine")
        ]
        for deployment in deployments(edition):
            for plain, container in pairs:
                answers = [
                    flow.when.evaluate(deployment)
                    for flow in (plain, container)
                ]
                conflict = (
                    deployment.controller == "container"
                    and "openstack" in deployment.clouds
                )
                expected = [Answer.NO] if conflict else [Answer.NO, Answer.YES]
                assert sorted(set(answers)) == expected
                assert container.replaces == (plain.id,)

    def test_ssh_from_outside_stays_on_22(self, edition: Edition) -> None:
        """The container's port is not carried over."""
        flows = edition.flows.select(source="External Network Services")
        assert not flows.select(port=5098)
        assert len(flows.select(port=22)) == 1

    def test_object_store_ports_share_no_cloud(self, edition: Edition) -> None:
        """Seven clouds are named, each for one of the two."""
        one, other = edition.flows.select(source="SE", destination="SE")
        (here,), (there,) = one.when.matches(), other.when.matches()
        assert not set(here.values) & set(there.values)
        assert len(here.values) + len(there.values) == 7
        clouds = {value.id for value in edition.facets["cloud"].values}
        assert set(here.unstated) == set(there.unstated)
        assert clouds == {*here.values, *there.values, *here.unstated}

    def test_nothing_leads_from_controller_to_service_engine(
        self, edition: Edition
    ) -> None:
        """Which is a fact of its own."""
        assert not edition.flows.select(source="Controller", destination="SE")
        (exclusion,) = edition.exclusions
        assert (exclusion.source, exclusion.destination) == (
            "controller",
            "service-engine",
        )
        assert exclusion.notes == ("no-controller-to-service-engine",)

    def test_echo_is_optional_and_harmless(self, edition: Edition) -> None:
        """What is shown if it is blocked, and that it can be ignored."""
        flows = edition.flows.select(protocol="icmp")
        assert len(flows) == 3
        for flow in flows:
            assert flow.icmp_types == (8,)
            assert flow.requirement == "optional"
            assert "DOWN" in (flow.effect_if_blocked or "")
            assert "echo-no-impact" in flow.notes

    def test_one_bullet_holds_several_notes(self, edition: Edition) -> None:
        """The one about ping holds five."""
        found = [
            note.kind
            for note in edition.notes
            if (note.citation.section, note.citation.place)
            == ("management", "note")
            and note.citation.number == 5
        ]
        assert found == [
            "diagnostic",
            "diagnostic",
            "impact",
            "impact",
            "impact",
        ]

    def test_every_flow_and_place_is_cited(self, edition: Edition) -> None:
        """Each flow cites a place, and each place is cited."""
        places = set(edition.overview.citations(None))
        for section in edition.sections:
            places |= set(section.extent.citations(section.id))
        records = [
            *edition.flows,
            *edition.exclusions,
            *edition.pointers,
            *edition.notes,
        ]
        assert {record.citation for record in records} == places
        assert len(places) == 63

    def test_ids_are_sorted_by_page(self, edition: Edition) -> None:
        """Section by section, place by place."""
        order = {section.id: section.order for section in edition.sections}

        def key(flow: Flow) -> tuple[int, int, int, int]:
            place = ["row", "bullet", "note"].index(flow.citation.place)
            return (
                order[flow.section],
                place,
                flow.citation.number,
                flow.citation.item,
            )

        assert list(edition.flows) == sorted(edition.flows, key=key)
