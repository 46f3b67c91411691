"""Deviations that somebody accepts."""

from __future__ import annotations

import datetime as dt
import tomllib
from ipaddress import ip_network

import pytest
from audit_making import (
    ANY,
    CONTROLLER,
    ENGINE,
    NTP,
    Members,
    audit,
    into,
    networks,
    resolution,
    rule,
)

from avi_portspec import DeclinedFlow, Edition, InvalidDataError, Inventory
from avi_portspec.audit import Accepted, read_accepted
from avi_portspec.audit.report import Report

#: Both roles have addresses of both families.
DUAL = Inventory(
    addresses={
        role: [
            ip_network(f"10.0.{at}.0/24"),
            ip_network(f"2001:db8:{at}::/64"),
        ]
        for at, role in enumerate(("controller", "service-engine"))
    }  # type: ignore[misc]
)
TODAY = dt.date(2026, 11, 30)
TOML = """
[[accepted]]
finding = "missing"
flow = "external-to-controller-snmp"
reason = "SNMP is not polled."
by = "Network team"
until = 2027-01-31
[[accepted]]
finding = "unexplained"
rule = "rule-9"
port = 9999
reason = "A monitoring agent."
by = "Operations"
until = "2027-01-31"
"""


def entry(**fields: object) -> Accepted:
    """Return an accepted deviation."""
    given: dict[str, object] = {
        "finding": "missing",
        "flow": NTP,
        "reason": "It has its own source of time.",
        "by": "Operations",
        "until": "2027-01-31",
    }
    return Accepted(**{**given, **fields})  # type: ignore[arg-type]


class TestReading:
    """From TOML, strictly."""

    def test_days_are_dates_or_texts(self, edition: Edition) -> None:
        """TOML has dates of its own."""
        first, second = read_accepted(tomllib.loads(TOML), "x", edition)
        assert first.until == second.until == "2027-01-31"
        assert (first.flow, second.rule, second.port) == (
            "external-to-controller-snmp",
            "rule-9",
            9999,
        )

    @pytest.mark.parametrize(
        ("fields", "rule_id"),
        [
            ({"flow": None}, "audit/flow-or-rule"),
            ({"rule": "x"}, "audit/flow-or-rule"),
            ({"finding": "unmapped"}, "word/unknown"),
            ({"until": "2027-02-30"}, "audit/day"),
            ({"until": "tomorrow"}, "audit/day"),
            ({"until": 7}, "audit/day"),
            ({"port": 65536}, "number/out-of-range"),
            ({"reason": ""}, "text/not-a-line"),
        ],
    )
    def test_what_is_wrong_is_refused(
        self, fields: dict[str, object], rule_id: str
    ) -> None:
        """Whoever signs has to say for what and until when."""
        with pytest.raises(InvalidDataError) as caught:
            entry(**fields)
        assert caught.value.faults[0].rule == rule_id

    def test_flows_have_to_be_known(self, edition: Edition) -> None:
        """With the nearest name."""
        text = TOML.replace("controller-snmp", "controller-snpm")
        with pytest.raises(InvalidDataError, match="did you mean 'external-"):
            read_accepted(tomllib.loads(text), "x", edition)


def without_ntp(**more: object) -> Report:
    """Return a report in which NTP is missing, and two flows are broad."""
    return audit(
        into(
            CONTROLLER,
            rule(ANY, Members(), "tcp/22 tcp/8443", 1, id="open"),
            rule(ENGINE, Members(), "tcp/9999", 9),
        ),
        today=TODAY,
        **more,
    )


def levels(report: Report) -> dict[str, str]:
    """Return the open findings on what is accepted wrongly."""
    return {f.kind: f.text for f in report.open if "acceptance" in f.kind}


class TestAccepting:
    """What is accepted is no finding any more, and nothing else."""

    def test_a_flow(self) -> None:
        """It is still listed, with who accepts it."""
        report = without_ntp(accepted=[entry()])
        (found,) = [f for f in report.findings if f.flow == NTP]
        assert found.accepted == entry()
        assert found not in report.open
        assert len(report.open) == len(report.findings) - 1

    def test_a_rule_and_its_port(self) -> None:
        """All of what the finding is about."""
        accepted = entry(
            finding="unexplained", flow=None, rule="rule-9", port=9999
        )
        report = without_ntp(accepted=[accepted])
        assert accepted in [found.accepted for found in report.findings]

    @pytest.mark.parametrize(
        "fields",
        [
            {"port": 124},
            {"party": "service-engine"},
            {"finding": "partly"},
            {"flow": None, "rule": "rule-9"},
        ],
    )
    def test_others_match_nothing(self, fields: dict[str, object]) -> None:
        """Which is a finding."""
        report = without_ntp(accepted=[entry(**fields)])
        assert [*levels(report)] == ["acceptance-unmatched"]
        assert all(found.accepted is None for found in report.findings)

    def test_the_port_and_the_side_can_be_said(self) -> None:
        """They narrow it."""
        accepted = entry(port=123, party="controller")
        report = without_ntp(accepted=[accepted])
        assert accepted in [found.accepted for found in report.findings]

    def test_not_after_its_last_day(self) -> None:
        """On that day it still is."""
        on_the_day = entry(until="2026-11-30")
        assert not on_the_day.has_ended(TODAY)
        report = without_ntp(accepted=[entry(until="2026-11-29")])
        assert "2026-11-29" in levels(report)["acceptance-ended"]

    def test_each_that_has_ended_is_one_finding(self) -> None:
        """With its own words, in a text as well."""
        ended = [entry(until="2026-11-29"), entry(until="2026-11-28")]
        report = without_ntp(accepted=ended)
        found = [f for f in report.findings if f.kind == "acceptance-ended"]
        assert all(f.fingerprint for f in found)
        assert len({f.fingerprint for f in found}) == 2
        text = "\n".join(str(each.text) for each in found)
        for day in ("2026-11-29", "2026-11-28"):
            assert f"ended on {day}: renew it" in text

    def test_not_for_several_flows(self) -> None:
        """A broad rule is accepted flow by flow."""
        accepted = entry(finding="broad", flow=None, rule="open")
        report = without_ntp(accepted=[accepted])
        assert NTP not in levels(report)["acceptance-too-wide"]
        assert (
            "controller-to-controller-ssh"
            in (levels(report)["acceptance-too-wide"])
        )
        assert all(found.accepted is None for found in report.findings)

    def test_not_for_rules_of_several_filters(self) -> None:
        """They may have one id; the filter tells them apart."""
        rules = [
            into(party, rule(ANY, Members(), f"tcp/{port}", line, id="0"),
                 id=name)
            for party, port, line, name in (
                (CONTROLLER, 9998, 1, "sg-c in"), (ENGINE, 9999, 2, "sg-s in"),
            )
        ]  # fmt: skip
        accepted = entry(finding="unexplained", flow=None, rule="0")
        report = audit(*rules, accepted=[accepted], today=TODAY)
        assert levels(report) == {
            "acceptance-too-wide": "accepted[0] (0) matches several rules "
            "(rules.json:1, rules.json:2): accept them by flow, or one by "
            "one, each with its party."
        }
        assert all(found.accepted is None for found in report.findings)
        accepted = entry(
            finding="unexplained", flow=None, rule="0", party="sg-s in"
        )
        report = audit(*rules, accepted=[accepted], today=TODAY)
        (found,) = [f for f in report.findings if f.accepted]
        assert found.ports == (9999,)

    def test_a_flow_that_several_rules_let_through(self) -> None:
        """All of them are accepted by the flow, on each of its sides."""
        halves = [
            rule(networks(text), Members(), "udp/123", line)
            for line, text in enumerate(("0.0.0.0/0", "::/0"), 1)
        ]
        accepted = entry(finding="broad")
        report = audit(
            into(CONTROLLER, *halves),
            accepted=[accepted],
            today=TODAY,
            inventory=DUAL,
        )
        assert [f.accepted for f in report.findings if f.flow == NTP] == [
            accepted
        ] * 2
        assert not levels(report)

    def test_what_the_deployment_declines_is_accepted(self) -> None:
        """SNMP is polled by few."""
        name = "external-to-controller-snmp"
        declined = DeclinedFlow(flow=name, reason="Not polled.")  # type: ignore[arg-type]
        report = without_ntp(resolution=resolution(declined=(declined,)))
        (found,) = [f for f in report.findings if f.flow == name]
        assert found.accepted == declined
        assert report.flows[name].status == "declined"

    def test_today_is_the_day_it_is(self) -> None:
        """Unless somebody says another."""
        report = audit(accepted=[entry(until="2000-01-01")])
        assert "acceptance-ended" in levels(report)
