"""Purposes and settings that other sources state of a flow."""

from __future__ import annotations

import pytest

import avi_portspec
from avi_portspec import Deployment
from avi_portspec.beyond.beside import other_purposes, settings_of

STORE = "service-engine-to-service-engine-objstore-vmware"
HTTPS = "external-to-controller-https"


class TestPurposes:
    """What a flow is for."""

    def test_the_pages_own_is_not_replaced(self) -> None:
        """A flow has the purposes of others only if it has none."""
        for name in avi_portspec.editions():
            edition = avi_portspec.load(name)
            for flow in edition.flows:
                found = other_purposes(flow)
                assert flow.purpose is None or found == ()
                for each in found:
                    stated = avi_portspec.statements()[each.statement]
                    assert (stated.purpose, stated.stated_by) == (
                        each.text,
                        each.source,
                    )
                    assert flow.id in stated.about

    def test_it_is_told_with_its_source(self) -> None:
        """The most trustworthy first, each text once."""
        flow = avi_portspec.load().flows["controller-to-syslog"]
        assert [*map(str, other_purposes(flow))] == [
            "Alerts (Avi SDK: defaults of settings)",
            "Export of logs (Tanzu reference designs: port sheet)",
        ]

    def test_what_does_not_concern_a_deployment_is_left_out(self) -> None:
        """The role for containers says nothing of a virtual machine."""
        flow = avi_portspec.load().flows[HTTPS]
        machine = Deployment(clouds={"aws"})
        container = Deployment(clouds={"aws"}, controller="container")
        assert "controller-role" not in {
            each.source for each in other_purposes(flow, machine)
        }
        assert "controller-role" in {
            each.source for each in other_purposes(flow, container)
        }

    def test_how_many_flows_have_one(self) -> None:
        """Of those without a purpose on the page."""
        flows = [f for f in avi_portspec.load().flows if f.purpose is None]
        known = [flow.id for flow in flows if other_purposes(flow)]
        assert len(flows) == 27
        assert known == [
            "controller-to-controller-https",
            "service-engine-to-controller-ntp",
            "external-to-controller-http",
            "external-to-controller-https",
            "controller-to-smtp",
            "controller-to-tacacs-plus",
            "controller-to-ldap",
            "controller-to-syslog",
            "controller-to-esxi",
        ]


class TestSettings:
    """Which setting moves a port."""

    @pytest.mark.parametrize(
        ("flow", "controller", "settings"),
        [
            (
                STORE,
                "virtual-machine",
                [
                    "objsync_port of the Service Engine group",
                    "ServiceEngineGroup.objsyncPort",
                ],
            ),
            (HTTPS, "container", ["the published portal port"]),
            (HTTPS, "virtual-machine", []),
            (
                "service-engine-to-controller-ssh-container",
                "container",
                ["the published SSH port"],
            ),
            (
                "external-to-controller-cli",
                "container",
                ["the published CLI port"],
            ),
            ("controller-to-dns", "container", []),
        ],
    )
    def test_it_has_the_name_and_the_source(
        self, flow: str, controller: str, settings: list[str]
    ) -> None:
        """Each once, and only what concerns the deployment."""
        edition = avi_portspec.load()
        where = Deployment(
            clouds={"vcenter"},
            controller=controller,  # type: ignore[arg-type]
        )
        answer = edition.resolve(where)
        found = answer.settings_of(flow)
        assert [each.text for each in found] == settings
        assert found == settings_of(edition.flows[flow], where)
        for each in found:
            stated = avi_portspec.statements()[each.statement]
            assert stated.setting == each.text

    def test_an_answer_has_purposes_too(self) -> None:
        """By the flow, or by its id."""
        answer = avi_portspec.load().resolve("aws")
        flow = answer.edition.flows["service-engine-to-controller-ntp"]
        (found,) = answer.other_purposes(flow)
        assert found == answer.other_purposes(flow.id)[0]
        assert found.text == "Time synchronisation"
