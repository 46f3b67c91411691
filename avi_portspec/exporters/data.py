"""An answer as plain data, and that as JSON, YAML and TOML."""

# Annotations are not strings here: typing would compile each of them again,
# key by key, whenever the module is imported.

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, TypedDict, cast

from avi_portspec.errors import MissingExtraError
from avi_portspec.model.flat import Identity, PortRecord, port_record
from avi_portspec.model.plain import FORMAT, plain
from avi_portspec.model.wording import OUT_OF_SCOPE
from avi_portspec.names import (
    Agreement,
    DirectionReading,
    FacetId,
    NodeCount,
    NoteKind,
)
from avi_portspec.serialisation.shapes import fill

if TYPE_CHECKING:
    from avi_portspec.beyond.records import Statement
    from avi_portspec.deployment.elsewhere import Elsewhere
    from avi_portspec.exporters.report import Report
    from avi_portspec.model.display import Row
    from avi_portspec.model.flows import Reason

__all__ = [
    "elsewhere_data",
    "report_data",
    "write_json",
    "write_toml",
    "write_yaml",
]


class NoteData(TypedDict):
    """A note that qualifies flows."""

    id: str
    kind: NoteKind
    text: str
    citation: str


class ExclusionData(TypedDict):
    """An exclusion or a pointer, which name two ends and no ports."""

    id: str
    source: str
    destination: str
    text: str
    citation: str


class ReasonData(TypedDict):
    """A field that is inferred or interpreted, and why."""

    field: str
    reason: str


class AcceptedReadingData(TypedDict):
    """How a site reads a direction that the vendor leaves in doubt."""

    flow: str
    direction: DirectionReading


class DeclinedFlowData(TypedDict):
    """A flow that a site does not use, and why."""

    flow: str
    reason: str


class DeploymentData(TypedDict):
    """The deployment that an answer is for."""

    clouds: list[str]
    controller: str
    features: list[str]
    services: list[str]
    nodes: NodeCount
    release: str | None
    readings: list[AcceptedReadingData]
    declined: list[DeclinedFlowData]


class ConflictData(TypedDict):
    """A need that a note rules out, without a substitute."""

    flow: str
    replaces: list[str]
    notes: list[str]
    citations: list[str]
    text: str


class GapData(TypedDict):
    """Something about the deployment that is not documented."""

    facet: FacetId
    value: str
    is_lacking: bool
    flows: list[str]
    interface: str | None
    citations: list[str]
    text: str


class StatementData(TypedDict):
    """What another source states, in short."""

    id: str
    stated_by: str
    releases_text: str
    agreement: Agreement
    traffic: str


class ElsewhereData(TypedDict):
    """What other sources state where the vendor's page is silent.

    Attributes:
        gap: What it is silent on, in words; ``None`` for traffic that it does
            not have.
        text: All of it in short.
        command: The command that lists it in full.
        statements: The statements.
    """

    gap: str | None
    text: str
    command: str
    statements: list[StatementData]


class SourcedTextData(TypedDict):
    """What a source states of a flow, and the flow's page does not.

    Attributes:
        flow: The flow's id.
        text: What the flow is for, or the setting that moves its port.
        statement: The id of the statement.
        source: The id of the source.
        title: The source's title.
    """

    flow: str
    text: str
    statement: str
    source: str
    title: str


class RecordData(PortRecord):
    """A port record whose lists are lists; rows of tables have them joined.

    With an inventory, an exported record also has ``source_address`` and
    ``destination_address``, lists of networks and addresses.
    """

    replaces: list[str]  # type: ignore[misc]
    replaced_by: list[str]  # type: ignore[misc]
    inferred: list[ReasonData]  # type: ignore[misc]
    readings: list[ReasonData]  # type: ignore[misc]
    notes: list[str]  # type: ignore[misc]


class ReportData(Identity):
    """An answer: flows of an edition, or what a deployment needs.

    Attributes:
        unofficial: Always true.
        scope: What the vendor's page is about, and what it is not.
        title: What it is.
        deployment: The deployment, or ``None``.
        records: What may be opened, one record per protocol and port range.
        unstated: Records of what the vendor does not document.
        direction_unclear: Records of what the vendor may have stated the
            wrong way round.
        declined: Records of what the site does not use.
        not_needed: Records of what is decided against.
        conflicts: Needs that the vendor rules out without a substitute.
        gaps: What is not documented, in words.
        exclusions: What the vendor states is not required.
        notes: The notes that the records name.
        stated_elsewhere: What other sources state where the vendor is silent.
            It is part of no answer.
        beyond: What else they state apart from what is needed, if the answer
            was asked for it; likewise part of no answer.
        other_purposes: What flows of the records are for, where only other
            sources state it; for a deployment.
        settings: The settings that move ports of the records; likewise.
    """

    title: str
    unofficial: Literal[True]
    scope: str
    deployment: DeploymentData | None
    records: list[RecordData]
    unstated: list[RecordData]
    direction_unclear: list[RecordData]
    declined: list[RecordData]
    not_needed: list[RecordData]
    conflicts: list[ConflictData]
    gaps: list[GapData]
    exclusions: list[ExclusionData]
    notes: list[NoteData]
    stated_elsewhere: list[ElsewhereData]
    beyond: list[StatementData]
    other_purposes: list[SourcedTextData]
    settings: list[SourcedTextData]


def elsewhere_data(found: "Elsewhere") -> ElsewhereData:
    """Return what other sources state where the vendor is silent."""
    return fill(
        ElsewhereData,
        found,
        gap=found.gap and found.gap.text,
        statements=[*map(_statement_data, found.statements)],
    )


def _statement_data(statement: "Statement") -> StatementData:
    # Imported here: few answers have statements.
    from avi_portspec.beyond.wording import releases_text, traffic_text

    return fill(
        StatementData,
        statement,
        releases_text=releases_text(statement),
        traffic=traffic_text(statement),
    )


def report_data(report: "Report") -> Mapping[str, Any]:
    """Return a report as dicts, lists, strings, integers and ``None``.

    An edition is written as its own data, which reads back as the edition;
    everything else as :class:`ReportData`.

    Args:
        report: The report.
    """
    if report.whole:
        return {"format": FORMAT, **plain(report.edition)}
    lists: dict[str, Iterable[Row]] = {
        "records": report.rows,
        "unstated": report.unstated,
        "direction_unclear": report.direction_unclear,
        "declined": report.declined,
        "not_needed": report.not_needed,
    }
    empty: dict[str, Any] = dict.fromkeys(lists, ())
    data: dict[str, Any] = {
        **fill(
            ReportData,
            report,
            **report.made_from,
            **empty,
            unofficial=True,
            scope=OUT_OF_SCOPE,
            stated_elsewhere=[*map(elsewhere_data, report.elsewhere)],
            beyond=[*map(_statement_data, report.beyond)],
        )
    }
    # Not filled: there are many, and scripts wait for them.
    for name, rows in lists.items():
        data[name] = _records_data(report, rows)
    return data


def _records_data(report: "Report", rows: "Iterable[Row]") -> list[RecordData]:
    # The addresses are more keys than the type has.
    return [
        cast("RecordData", {**_record_data(row), **report.addresses(row.flow)})
        for row in rows
    ]


def _record_data(row: "Row") -> RecordData:
    flow, decision = row.flow, row.decision
    return {
        **port_record(row),
        "replaces": [*flow.replaces],
        "replaced_by": [*decision.replaced_by] if decision else [],
        "inferred": [*map(_reason_data, flow.inferred)],
        "readings": [*map(_reason_data, flow.readings)],
        "notes": [*flow.notes],
    }


def _reason_data(reason: "Reason") -> ReasonData:
    return {"field": reason.field, "reason": reason.reason}


def write_json(report: "Report") -> str:
    """Return a report as JSON, indented by two spaces."""
    text = json.dumps(report_data(report), ensure_ascii=False, indent=2)
    return f"{text}\n"


def write_yaml(report: "Report") -> str:
    """Return a report as YAML.

    Raises:
        MissingExtraError: The extra ``yaml`` is not installed.
    """
    try:
        import yaml
    except ImportError:
        raise MissingExtraError("writing YAML", "yaml") from None
    text: str = yaml.safe_dump(
        report_data(report), allow_unicode=True, sort_keys=False, width=79
    )
    return text


def write_toml(report: "Report") -> str:
    """Return a report as TOML, which has no null: such keys are omitted.

    Raises:
        MissingExtraError: The extra ``toml`` is not installed.
    """
    try:
        import tomli_w
    except ImportError:
        raise MissingExtraError("writing TOML", "toml") from None
    return tomli_w.dumps(_without_null(report_data(report)))


def _without_null(data: Any) -> Any:
    if isinstance(data, dict):
        return {
            key: _without_null(value)
            for key, value in data.items()
            if value is not None
        }
    if isinstance(data, list):
        return [_without_null(item) for item in data]
    return data
