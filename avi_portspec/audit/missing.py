"""The rules that are missing, and no others, for a platform to write."""

from __future__ import annotations

from avi_portspec.audit.report import Report
from avi_portspec.audit.verdicts import Verdict
from avi_portspec.rules.inventory import Inventory
from avi_portspec.rules.ruleset import RuleSet, rule_set

__all__ = ["missing_rules"]


def missing_rules(report: Report, inventory: Inventory) -> RuleSet:
    """Return the rules of the needed flows that nothing covers.

    What passes in part, or by a broad rule, is not among them: there,
    somebody has to choose. Nor is what somebody accepts.

    Args:
        report: The report.
        inventory: The addresses.

    Raises:
        InvalidDataError: A flow that is missing has no addresses.
    """
    accepted = {
        finding.flow
        for finding in report.findings
        if finding.accepted is not None
    }
    return rule_set(
        report.resolution,
        inventory,
        flows=[
            name
            for name, flow in report.flows.items()
            if flow.verdict is Verdict.MISSING and name not in accepted
        ],
    )
