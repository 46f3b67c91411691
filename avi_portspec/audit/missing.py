"""The rules that are missing, and no others, for a platform to write."""

from __future__ import annotations

import attrs

from avi_portspec.audit.report import Report
from avi_portspec.audit.verdicts import Verdict
from avi_portspec.names import Hook
from avi_portspec.rules.inventory import Inventory
from avi_portspec.rules.ruleset import RuleSet, rule_set

__all__ = ["hook_of", "missing_rules"]


def missing_rules(report: Report, inventory: Inventory) -> RuleSet:
    """Return the rules of the needed flows that nothing covers.

    None of them drops anything: the rules that exist decide about the rest.
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
    made = rule_set(
        report.resolution,
        inventory,
        flows=[
            name
            for name, flow in report.flows.items()
            if flow.verdict is Verdict.MISSING and name not in accepted
        ],
    )
    return attrs.evolve(made, is_addition=True)


def hook_of(report: Report) -> Hook:
    """Return where rules belong that join those that exist.

    What comes in and goes out is filtered at a host; what is between two
    parties, on a router.

    Args:
        report: The report.
    """
    directions = {
        filter_.direction
        for flow in report.flows.values()
        for side in flow.sides.values()
        if side.verdict is Verdict.MISSING
        for filter_ in side.filters
    }
    return "host" if directions & {"in", "out"} else "forward"
