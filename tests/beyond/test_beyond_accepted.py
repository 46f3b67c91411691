"""Statements that a site accepts: each widens an answer by itself alone."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

import avi_portspec
from avi_portspec import (
    Answer,
    Edition,
    InvalidDataError,
    Statement,
    UnknownNameError,
)

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
        ("name", "said"),
        [
            ("nsx-t-dfw-30-2-portal", "without a known mistake"),
            ("tanzu-ports-ssh", "got one that agrees"),
            ("objsync-guide-30-2-changed", "got one with a range of ports"),
            ("ako-controller", "got one without ports"),
            ("cluster-by-names-30-2-dns", "got one without protocols"),
            ("alb-sdk-probe", "got one without source"),
            ("aws-groups-30-2-ssh", "group 'virtual-network'"),
        ],
    )
    def test_it_is_no_flow(self, name: str, said: str) -> None:
        """By the statement's id."""
        with pytest.raises(InvalidDataError, match=said):
            avi_portspec.load().accept(name)

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
        flow = wider.flows["gcp-module-tunnel"]
        assert flow.origin == "accepted"
        (note,) = wider.notes_on(flow.id)
        assert (
            "Accepted from Terraform module for a deployment on GCP (vendor "
            "code; release probably 22.1). Only if create_firewall_rules is "
            "on."
        ) in note.text

    def test_a_side_that_the_edition_has_is_not_added(self) -> None:
        """One that it lacks is, with its names."""
        edition = avi_portspec.load()
        wider = edition.accept("tanzu-ports-vcenter", "tanzu-tpsm-dns")
        new = {*wider.endpoints.ids()} - {*edition.endpoints.ids()}
        assert new == {"vcenter-server"}
        assert wider.endpoints["vCenter"].id == "vcenter-server"
