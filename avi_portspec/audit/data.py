"""The report as plain data: for JSON, and as rows for CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from avi_portspec.audit.document import summary_text
from avi_portspec.audit.findings import Finding
from avi_portspec.audit.inputs.names import clean
from avi_portspec.audit.model import Place, Rule, Unknown
from avi_portspec.audit.openings import RuleReport
from avi_portspec.audit.report import FlowReport, Report
from avi_portspec.audit.services import service_text
from avi_portspec.audit.shapes import (
    AcceptedData,
    AuditData,
    AuditedFile,
    FindingData,
    FlowData,
    NamedRule,
    PlaceData,
    RuleData,
    SideData,
)
from avi_portspec.audit.verdicts import Side
from avi_portspec.documents.spreadsheet import escape
from avi_portspec.model.facets import DeclinedFlow
from avi_portspec.model.flat import identity
from avi_portspec.model.wording import OUT_OF_SCOPE
from avi_portspec.serialisation.shapes import fill

__all__ = ["report_data", "write_csv"]


def report_data(report: Report) -> AuditData:
    """Return a report as plain data.

    Args:
        report: The report.
    """
    resolution = report.resolution
    return fill(
        AuditData,
        identity(resolution.edition),
        unofficial=True,
        scope=OUT_OF_SCOPE,
        deployment=resolution.deployment,
        summary=summary_text(report),
        files=[
            fill(
                AuditedFile,
                file,
                unread=[
                    {
                        "place": _place(unread.place),
                        "kind": unread.kind,
                        "text": clean(unread.text),
                        "why": clean(unread.why),
                    }
                    for unread in file.unread
                ],
            )
            for file in report.files
        ],
        flows=[*map(_flow, report.flows.values())],
        rules=[*map(_rule, report.rules)],
        findings=[*map(_finding, report.findings)],
        parties={name: [*roles] for name, roles in report.roles.items()},
    )


def _place(place: Place) -> PlaceData:
    return {
        "file": clean(place.file),
        "line": place.line,
        "pointer": clean(place.pointer),
    }


def _named(rule: Rule) -> NamedRule:
    return {"id": clean(rule.id), "place": _place(rule.place)}


def _flow(report: FlowReport) -> FlowData:
    return fill(
        FlowData,
        report.flow,
        flow=report.flow.id,
        decision=report.status,
        verdict=report.verdict.value,
        sides=[*map(_side, report.sides.values())],
    )


def _side(side: Side) -> SideData:
    return fill(
        SideData,
        side,
        side=side.kind,
        verdict=side.verdict.value,
        rules=[*map(_named, side.rules)],
        denied_by=[*map(_named, side.denied_by)],
        last_resorts=[clean(last.text) for last in side.last_resorts],
    )


def _rule(report: RuleReport) -> RuleData:
    rule = report.rule
    return fill(
        RuleData,
        report,
        id=clean(rule.id),
        filter=clean(report.filter.id),
        place=_place(rule.place),
        origin=rule.origin,
        action=rule.action,
        service=_service(rule),
        verdict=report.verdict.value,
        not_here=[flow for flow, _ in report.not_here],
        shadowed_by=[*map(_named, report.shadowed_by)],
        conditions=[*map(clean, rule.conditions)],
        assumes=[*map(clean, rule.assumes)],
    )


def _service(rule: Rule) -> str:
    service = rule.service
    unknown = isinstance(service, Unknown)
    return clean(service.text if unknown else service_text(service))  # type: ignore[union-attr,arg-type]


def _finding(finding: Finding) -> FindingData:
    return fill(
        FindingData,
        finding,
        place=None if finding.place is None else _place(finding.place),
        rule=None if finding.rule is None else clean(finding.rule.id),
        near=[
            {
                "kind": near.kind,
                "reason": near.reason,
                "records": near.records,
            }
            for near in finding.near
        ],
        accepted=_accepted(finding),
    )


def _accepted(finding: Finding) -> AcceptedData | None:
    accepted = finding.accepted
    if accepted is None:
        return None
    if isinstance(accepted, DeclinedFlow):
        return {"reason": accepted.reason, "by": None, "until": None}
    return fill(AcceptedData, accepted)


# -- CSV ---------------------------------------------------------------------

_HEADINGS = (
    *("record", "flow", "side", "party", "verdict", "rule", "filter"),
    *("file", "line", "pointer", "service", "for", "text", "accepted"),
)


def write_csv(report: Report) -> str:
    """Return a report as CSV: a row for each side, rule and finding.

    What a spreadsheet would run is escaped.

    Args:
        report: The report.
    """
    text = io.StringIO(newline="")
    writer = csv.DictWriter(
        text,
        _HEADINGS,
        quoting=csv.QUOTE_NONNUMERIC,
        lineterminator="\r\n",
    )
    writer.writeheader()
    for row in _rows(report_data(report)):
        writer.writerow(
            {
                name: escape(cell) if isinstance(cell, str) else cell
                for name, cell in row.items()
            }
        )
    return text.getvalue()


def _rows(data: AuditData) -> Iterator[dict[str, Any]]:
    for flow in data["flows"]:
        for side in flow["sides"]:
            yield {
                "record": "flow",
                "flow": flow["flow"],
                "side": side["side"],
                "party": side["party"],
                "verdict": side["verdict"],
                "rule": ", ".join(rule["id"] for rule in side["rules"]),
                "text": "; ".join(
                    [
                        *side["lacks"],
                        *side["reasons"],
                        *(f"assumes {text}" for text in side["assumes"]),
                    ]
                ),
            }
    for rule in data["rules"]:
        names = (
            *rule["explained_by"],
            *rule["not_here"],
            *rule["stated_by"],
            *rule["ruled_out_by"],
        )
        yield {
            "record": "rule",
            "verdict": rule["verdict"],
            "rule": rule["id"],
            "filter": rule["filter"],
            **rule["place"],
            "service": rule["service"],
            "for": " ".join(names),
            "text": "; ".join(
                [
                    *rule["beyond"],
                    *(f"assumes {text}" for text in rule["assumes"]),
                ]
            ),
        }
    for finding in data["findings"]:
        accepted = finding["accepted"]
        yield {
            "record": finding["level"],
            "flow": finding["flow"],
            "side": finding["side"],
            "party": finding["party"],
            "verdict": finding["kind"],
            "rule": finding["rule"],
            **(finding["place"] or {}),
            "text": finding["text"],
            "accepted": accepted["reason"] if accepted else "",
        }
