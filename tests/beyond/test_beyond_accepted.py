"""Statements that a site accepts: each widens an answer by itself alone."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

import avi_portspec
from avi_portspec import (
    Answer,
    Edition,
    Fault,
    InvalidDataError,
    InvalidQueryError,
    Statement,
    UnknownNameError,
)

#: What a statement has to be.
ADDS = "a statement that adds to the vendor's page or differs"
WHOLE = "a statement with both sides, protocols and their ports"

CLOUDS = [value.id for value in avi_portspec.load().facets["cloud"].values]


def opened(edition: Edition, cloud: str) -> set[Any]:
    """Return what one cloud needs: both ends, protocol and ports."""
    return {
        (flow.source, flow.destination, *pair)
        for flow in edition.resolve(cloud).needed
        for pair in flow.protocol_ports()
    }


@cache
def acceptable() -> list[Statement]:
    """Return the statements that can be accepted: few enough to try all."""
    edition = avi_portspec.load()
    found = []
    for statement in avi_portspec.statements():
        try:
            edition.accept(statement.id)
        except InvalidDataError:
            continue
        found.append(statement)
    return found


class TestTheLaw:
    """Nothing is wider by itself."""

    def test_nothing_accepted_is_nothing_changed(self) -> None:
        """It is the very edition."""
        edition = avi_portspec.load()
        assert edition.accept() is edition

    def test_an_answer_is_wider_by_that_statement_alone(self) -> None:
        """Each one, on a cloud of its condition and on one outside it."""
        edition = avi_portspec.load()
        tried = 0
        before = {cloud: opened(edition, cloud) for cloud in CLOUDS}
        for statement in acceptable():
            wider = edition.accept(statement.id)
            own = {
                (statement.source, statement.destination, *pair)
                for pair in statement.protocol_ports()
            }
            holds = {
                cloud: statement.when.evaluate(avi_portspec.preset(cloud))
                for cloud in CLOUDS  # type: ignore[arg-type]
            }
            picked = {answer: cloud for cloud, answer in holds.items()}
            for answer, cloud in picked.items():
                added = own if answer == Answer.YES else set()
                assert opened(wider, cloud) == before[cloud] | added
                tried += 1
        assert tried > 60

    def test_no_statement_with_a_mistake_can_be_accepted(self) -> None:
        """Nor one with a range in which a setting may lie."""
        for statement in acceptable():
            assert statement.error is None
            assert all(len(ports) == 1 for ports in statement.ports)


class TestWhatIsRefused:
    """Each with what was expected."""

    @pytest.mark.parametrize(
        ("name", "expected", "got"),
        [
            (
                "nsx-t-dfw-30-2-portal",
                "a statement without a known mistake",
                (
                    "one with a mistake: TCP 8443 is meant. No other source "
                    "has 8842, and all others have 8443"
                ),
            ),
            ("tanzu-ports-ssh", ADDS, "one that agrees"),
            (
                "objsync-guide-30-2-changed",
                "a statement with single ports",
                "one with a range of ports",
            ),
            ("ako-controller", WHOLE, "one without ports"),
            ("cluster-by-names-30-2-dns", WHOLE, "one without protocols"),
            ("alb-sdk-probe", WHOLE, "one without source"),
            (
                "tanzu-nsx-cluster-address",
                WHOLE,
                "one without destination, protocols",
            ),
        ],
    )
    def test_it_is_no_flow(self, name: str, expected: str, got: str) -> None:
        """By the statement's id, in words that say what is wrong with it."""
        with pytest.raises(InvalidDataError) as caught:
            avi_portspec.load().accept(name)
        assert caught.value.subject == "accepted statements"
        assert caught.value.faults == (
            Fault("statement/not-acceptable", name, expected, got),
        )

    def test_a_mistake_is_told_in_full(self) -> None:
        """Each: what is meant instead stands at its end, often."""
        mistaken = [s for s in avi_portspec.statements() if s.error]
        assert max(len(str(s.error)) for s in mistaken) > 60
        for statement in mistaken:
            with pytest.raises(InvalidDataError) as caught:
                avi_portspec.load().accept(statement)
            (fault,) = caught.value.faults
            assert f"{fault.got}.".endswith(str(statement.error))

    def test_an_end_without_addresses(self) -> None:
        """The statement is named where its overlay is refused, too."""
        with pytest.raises(InvalidDataError) as caught:
            avi_portspec.load().accept("aws-groups-30-2-ssh")
        (fault,) = caught.value.faults
        assert caught.value.subject == "accepted statements"
        assert fault.record == "aws-groups-30-2-ssh"
        assert fault.got == "the group 'virtual-network'"

    def test_all_faults_are_told_at_once(self) -> None:
        """A fault for each statement."""
        with pytest.raises(InvalidDataError) as caught:
            avi_portspec.load().accept("alb-sdk-probe", "ako-controller")
        paths = [fault.path for fault in caught.value.faults]
        assert paths == ["alb-sdk-probe", "ako-controller"]

    def test_an_unknown_statement(self) -> None:
        """With the nearest one."""
        with pytest.raises(UnknownNameError) as caught:
            avi_portspec.load().accept("tanzu-ports-vcentre")
        assert caught.value.nearest == "tanzu-ports-vcenter"


class TestWhereItComesFrom:
    """What is accepted says so."""

    def test_the_flow_names_its_statement(self) -> None:
        """And a note says who states it, of which release, and when."""
        wider = avi_portspec.load().accept("gcp-module-tunnel")
        assert wider.id == "vantage-undated.accepted"
        assert wider.sections["accepted"].title == (
            "Accepted statements of other sources"
        )
        flow = wider.flows["gcp-module-tunnel"]
        assert flow.origin == "accepted"
        assert flow.reference == "statement gcp-module-tunnel"
        (note,) = wider.notes_on(flow.id)
        assert note.text == (
            "The site's overlay accepted, statement gcp-module-tunnel: "
            "Accepted from Terraform module for a deployment on GCP (vendor "
            "code; release probably 22.1). Only if create_firewall_rules is "
            "on. The same port as the default of se_tunnel_udp_port in the "
            "vendor's SDK."
        )

    @pytest.mark.parametrize(
        ("name", "purpose"),
        [
            ("aws-groups-20-1-etherip", "EtherIP tunnel"),
            (
                "openstack-groups-ssh",
                "As stated in OpenStack: advanced configuration options",
            ),
        ],
    )
    def test_its_purpose_is_the_statement_s(
        self, name: str, purpose: str
    ) -> None:
        """Or, where the source states none, which source it is."""
        flow = avi_portspec.load().accept(name).flows[name]
        assert flow.purpose == purpose

    def test_twice_is_once(self) -> None:
        """A statement that is named again makes no second flow."""
        edition = avi_portspec.load()
        once = edition.accept("gcp-module-tunnel")
        assert edition.accept(*["gcp-module-tunnel"] * 2) == once

    @pytest.mark.parametrize(
        "name", ["gcp-module-tunnel", "tanzu-ports-vcenter"]
    )
    def test_all_are_accepted_in_one_call(self, name: str) -> None:
        """A second one is told so, whatever it names."""
        wider = avi_portspec.load().accept("gcp-module-tunnel")
        assert wider.accept() is wider
        with pytest.raises(InvalidQueryError) as caught:
            wider.accept(name)
        assert str(caught.value) == (
            "statements: expected all statements in one call, as in "
            "accept('a', 'b'), got more, for an edition that has the overlay "
            "'accepted'"
        )

    def test_a_statement_stands_for_its_id(self) -> None:
        """As it comes from a query."""
        edition = avi_portspec.load()
        name = "gcp-module-tunnel"
        found = avi_portspec.statements()[name]
        assert edition.accept(found) == edition.accept(name)

    @pytest.mark.parametrize("wrong", [["gcp-module-tunnel"], 3, None, {1: 2}])
    def test_anything_else_is_none(self, wrong: Any) -> None:
        """A list of ids among them."""
        with pytest.raises(InvalidQueryError) as caught:
            avi_portspec.load().accept(wrong)
        assert caught.value.argument == "statements"
        assert caught.value.expected == (
            "statements or their ids, as in accept('a', 'b')"
        )

    def test_a_side_that_the_edition_has_is_not_added(self) -> None:
        """One that it lacks is, with its names."""
        edition = avi_portspec.load()
        wider = edition.accept("tanzu-ports-vcenter", "tanzu-tpsm-dns")
        new = {*wider.endpoints.ids()} - {*edition.endpoints.ids()}
        assert new == {"vcenter-server"}
        assert wider.endpoints["vCenter"].id == "vcenter-server"
