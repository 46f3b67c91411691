"""Rule sets that people run: what is known of them comes out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from audit_facts import audit_facts, read_facts

from avi_portspec import Deployment, load
from avi_portspec.audit.readers import read
from avi_portspec.audit.report import Report, audit_rules
from avi_portspec.audit.verdicts import Verdict

ROOT = Path(__file__).parents[2]
#: The facts of eleven public rule sets, where they are at hand.
FACTS = ROOT.parent / "shared" / "facts" / "rule-sets"
OWN = Path(__file__).parent / "facts"
SNMP = "external-to-controller-snmp"
NTP = "service-engine-to-controller-ntp"
SSH = "service-engine-to-controller-ssh"
PORTAL = "service-engine-to-controller-portal"
OBJSTORE = "service-engine-to-service-engine-objstore-cloud"
BETWEEN = {
    "controller-to-controller-ssh",
    "controller-to-controller-https",
    "controller-to-controller-portal",
}
OTHERS = "controller-to-controller-portal"
SIX = {*BETWEEN, NTP, SSH, PORTAL}


@pytest.fixture(scope="module")
def facts() -> dict[str, dict[str, Any]]:
    """Return the facts of all eleven."""
    if not FACTS.is_dir():
        pytest.skip(f"no copy of the published facts in {FACTS}")
    return read_facts(FACTS)


def having(report: Report, verdict: Verdict) -> set[str]:
    """Return the flows that have a verdict."""
    return {
        name for name, flow in report.flows.items() if flow.verdict is verdict
    }


def resting_on(report: Report, kind: str) -> set[str]:
    """Return the flows that pass only by what is broad in a way."""
    return {
        name
        for name, flow in report.flows.items()
        if any(kind in side.rests_on for side in flow.sides.values())
    }


def near_kinds(report: Report, flow: str) -> set[str]:
    """Return how rules miss a flow that does not pass."""
    return {
        near.kind
        for finding in report.findings
        if finding.flow == flow
        for near in finding.near
    }


def verdicts(report: Report) -> dict[str, str]:
    """Return the verdicts on rules, by id."""
    return {each.rule.id: each.verdict.value for each in report.rules}


#: The needed flows that are missing, and those that rest on any source.
EXPECTED = {
    "F01": (
        {NTP, SNMP},
        BETWEEN - {OTHERS} | {SSH},
    ),
    "F04": ({SNMP}, SIX),
    "F05": ({SNMP}, set()),
    "F08": ({SNMP, NTP, OBJSTORE}, SIX - {NTP}),
    "F10": ({SNMP}, set()),
    "F12": (
        {SNMP},
        BETWEEN - {OTHERS} | {SSH, NTP},
    ),
    "F13": (
        {SNMP},
        SIX,
    ),
    "F16": (
        {NTP, "external-to-controller-ssh"},
        {
            "controller-to-controller-https",
            "controller-to-controller-portal",
            "controller-to-controller-ssh-container",
            PORTAL,
            "service-engine-to-controller-ssh-container",
        },
    ),
    "F17": ({SNMP, *BETWEEN, "controller-to-syslog"}, set()),
    "F21a": (
        {
            SNMP,
            *BETWEEN,
            "external-to-controller-ssh",
            "external-to-controller-https",
            "service-engine-to-service-engine-objstore-vmware",
        },
        set(),
    ),
    "F21b": (
        {
            SNMP,
            *BETWEEN,
            PORTAL,
            "external-to-controller-ssh",
            "external-to-controller-https",
            "service-engine-to-service-engine-objstore-vmware",
        },
        set(),
    ),
}


class TestEleven:
    """All that is known of them."""

    @pytest.mark.parametrize("case", EXPECTED)
    def test_what_is_missing_and_what_is_broad(
        self, facts: dict[str, dict[str, Any]], case: str
    ) -> None:
        """In each of them; that UDP 161 lacks is what practice does."""
        report = audit_facts(facts[case])
        missing, broad = EXPECTED[case]
        if case == "F13":
            # The members of the default group reach one another as well.
            assert "group default" in verdicts(report)
        assert having(report, Verdict.MISSING) == missing
        assert resting_on(report, "any-source") == broad

    def test_each_is_here(self, facts: dict[str, dict[str, Any]]) -> None:
        """And no other."""
        assert facts.keys() == EXPECTED.keys()

    def test_no_rule_is_lost(self, facts: dict[str, dict[str, Any]]) -> None:
        """Each rule of each has a verdict."""
        for known in facts.values():
            found = verdicts(audit_facts(known))
            assert found.keys() == {rule["id"] for rule in known["rules"]}

    def test_one_side_has_ntp(self, facts: dict[str, dict[str, Any]]) -> None:
        """The engine's, and not the Controller's."""
        report = audit_facts(facts["F01"])
        sides = report.flows[NTP].sides
        assert sides["controller"].verdict is Verdict.MISSING
        assert sides["service-engine"].verdict is Verdict.COVERED
        assert "other-side" in near_kinds(report, NTP)

    def test_what_no_page_states(
        self, facts: dict[str, dict[str, Any]]
    ) -> None:
        """Protocols 63, 73, 75 and 97, and UDP 1550, have other sources."""
        one, five = (verdicts(audit_facts(facts[c])) for c in ("F01", "F05"))
        for rule in ("se-63", "se-73", "se-97"):
            assert one[rule] == "stated elsewhere"
        for rule in ("se-se-75", "se-se-97", "se-se-1550"):
            assert five[rule] == "stated elsewhere"

    def test_six_only_by_a_default(
        self, facts: dict[str, dict[str, Any]]
    ) -> None:
        """And NTP opened with the wrong protocol."""
        report = audit_facts(facts["F10"])
        assert resting_on(report, "provider-default") == SIX
        (ntp,) = [each for each in report.rules if each.rule.id == "ntp"]
        assert [near.kind for near in ntp.near] == ["protocol"]

    def test_a_digit_that_is_wrong(
        self, facts: dict[str, dict[str, Any]]
    ) -> None:
        """8483 in the one, and 8842 as the vendor printed it in the other."""
        report = audit_facts(facts["F12"])
        assert "provider-default" in (
            report.flows[OBJSTORE].sides["destination"].rests_on
        )
        found = [e for e in report.rules if e.rule.id == "tcp8443"]
        assert {near.kind for each in found for near in each.near} == {"digit"}
        other = audit_facts(facts["F21b"])
        assert near_kinds(other, PORTAL) == {"known-error"}

    def test_a_table(self, facts: dict[str, dict[str, Any]]) -> None:
        """Syslog over TCP, LDAP over UDP, and parties of other sources."""
        report = audit_facts(facts["F17"])
        assert "protocol" in near_kinds(report, "controller-to-syslog")
        side = report.flows["controller-to-ldap"].sides["path"]
        assert side.protocols.startswith("UDP alone")
        found = verdicts(report)
        for rule in ("vcenter", "nsx", "ako"):
            assert found[rule] == "stated elsewhere"
        assert found["4001"] == "not here"


class TestOwn:
    """The same faults in rule sets of ours, for everybody."""

    def test_ntp_on_one_side_alone(self) -> None:
        """And SSH only by a default that is any source."""
        report = audit_facts(read_facts(OWN)["F01"])
        assert NTP in having(report, Verdict.MISSING)
        assert SSH in resting_on(report, "any-source")
        assert "other-side" in near_kinds(report, NTP)
        assert verdicts(report)["engine 63"] == "stated elsewhere"

    def test_a_digit_that_is_wrong(self) -> None:
        """While a default of the provider hides it."""
        report = audit_facts(read_facts(OWN)["F12"])
        assert resting_on(report, "provider-default") == {*SIX, OBJSTORE}
        (found,) = [e for e in report.rules if e.rule.id == "portal"]
        assert [near.kind for near in found.near] == ["digit"]

    def test_a_wiki_that_lacks_ntp(self) -> None:
        """What a lab in Google Cloud opens: SSH and the portal, no UDP 123."""
        rows = [
            "| Rule | Source | Destination | Protocol | Port |",
            "|---|---|---|---|---|",
            "| icmp | any | Controller, SE | ICMP | any |",
            "| tcp | any | Controller, SE | TCP | 22, 53, 80, 443, 8443 |",
            "| udp | any | Controller, SE | UDP | 53 |",
        ]
        text = "# Firewall\n\n{}\n".format("\n".join(rows))
        report = audit_rules(
            read(text.encode(), "wiki.md"),
            load("vantage-undated").resolve(Deployment(clouds={"gcp"})),
        )
        assert having(report, Verdict.ONLY_BROAD) >= {SSH, PORTAL}
        assert {SNMP, NTP, OBJSTORE} <= having(report, Verdict.MISSING)
        (found,) = [f for f in report.findings if f.flow == NTP]
        assert (found.kind, found.level) == ("missing", "error")
        assert found.about == "udp/123 from service-engine to controller"
