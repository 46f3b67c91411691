"""The report as plain data: for JSON, and as rows for CSV."""

# Annotations are not strings here: typing would compile each of them again,
# key by key, whenever the module is imported.

import csv
import io
from collections.abc import Iterator
from typing import Any, Literal, TypedDict

from avi_portspec.audit.document import summary_text
from avi_portspec.audit.findings import Finding, clean
from avi_portspec.audit.model import Place, Rule, Unknown
from avi_portspec.audit.openings import RuleReport
from avi_portspec.audit.report import FlowReport, Report
from avi_portspec.audit.services import service_text
from avi_portspec.audit.verdicts import Side, SideKind
from avi_portspec.documents.spreadsheet import escape
from avi_portspec.exporters.data import DeploymentData
from avi_portspec.model.facets import DeclinedFlow
from avi_portspec.model.flat import Identity, identity
from avi_portspec.model.wording import OUT_OF_SCOPE
from avi_portspec.names import FindingKind, FindingLevel, Status
from avi_portspec.serialisation.shapes import fill

__all__ = ["AuditData", "report_data", "write_csv"]


class PlaceData(TypedDict):
    """Where something stands in a file."""

    file: str
    line: int | None
    pointer: str


class NamedRule(TypedDict):
    """A rule, by name and place."""

    id: str
    place: PlaceData


class SideData(TypedDict):
    """One side of a flow."""

    side: SideKind
    party: str
    verdict: str
    rules: list[NamedRule]
    last_resorts: list[str]
    rests_on: list[str]
    denied_by: list[NamedRule]
    lacks: list[str]
    reasons: list[str]
    protocols: str


class FlowData(TypedDict):
    """A flow that is needed, and its sides."""

    flow: str
    source: str
    destination: str
    decision: Status
    verdict: str
    sides: list[SideData]


class RuleData(TypedDict):
    """A rule that exists, and what it is for."""

    id: str
    filter: str
    place: PlaceData
    origin: Literal["file", "provider-default"]
    action: Literal["allow", "deny"]
    service: str
    verdict: str
    explained_by: list[str]
    not_here: list[str]
    stated_by: list[str]
    ruled_out_by: list[str]
    beyond: list[str]
    ports_beyond: int
    shadowed_by: list[NamedRule]
    conditions: list[str]
    assumes: list[str]


class NearData(TypedDict):
    """What was probably meant."""

    kind: str
    reason: str
    records: list[str]


class AcceptedData(TypedDict):
    """Why a finding is accepted; of a declined flow, only the reason."""

    reason: str
    by: str | None
    until: str | None


class FindingData(TypedDict):
    """One thing that is not as it should be, or not known."""

    kind: FindingKind
    level: FindingLevel
    text: str
    place: PlaceData | None
    flow: str | None
    side: SideKind | None
    party: str
    rule: str | None
    near: list[NearData]
    hints: list[str]
    accepted: AcceptedData | None
    fingerprint: str


class UnreadData(TypedDict):
    """Something of a file that is no rule here."""

    place: PlaceData
    kind: Literal["set-aside", "failed", "unknown"]
    text: str
    why: str


class AuditedFile(TypedDict):
    """What became of a file."""

    name: str
    format: str
    groups: int
    units: int
    read: int
    set_aside: int
    failed: int
    unknown: int
    unread: list[UnreadData]


class AuditData(Identity):
    """``audit rules --format json``."""

    unofficial: Literal[True]
    scope: str
    deployment: DeploymentData
    summary: str
    files: list[AuditedFile]
    flows: list[FlowData]
    rules: list[RuleData]
    findings: list[FindingData]
    parties: dict[str, list[str]]


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
        reasons=[*map(clean, side.reasons)],
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
                "reason": clean(near.reason),
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
                "text": "; ".join([*side["lacks"], *side["reasons"]]),
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
            "text": "; ".join(rule["beyond"]),
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
