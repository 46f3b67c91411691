"""The report as SARIF 2.1.0, for code scanning (OASIS standard)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final, get_args
from urllib.parse import quote

from avi_portspec.audit.document import summary_text
from avi_portspec.audit.findings import Finding
from avi_portspec.audit.inputs.names import clean
from avi_portspec.audit.model import Place
from avi_portspec.audit.report import Report
from avi_portspec.documents import count_text
from avi_portspec.model.facets import DeclinedFlow
from avi_portspec.names import FindingKind, FindingLevel
from avi_portspec.version import __version__

__all__ = ["write_sarif"]

_SCHEMA: Final = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/"
    "sarif-schema-2.1.0.json"
)
#: GitHub drops results beyond these, and rejects what is larger.
_RESULTS: Final = 5_000
_BYTES: Final = 10_000_000
#: What is unknown has no level there: like a warning, it is to be settled.
_LEVELS: Final[dict[FindingLevel, str]] = {
    "error": "error",
    "warning": "warning",
    "note": "note",
    "unknown": "warning",
}
_RULES: Final[dict[FindingKind, str]] = {
    "missing": "A needed flow does not pass.",
    "denied": "A rule denies a needed flow that a later one allows.",
    "partly": "Only a part of a needed flow passes.",
    "unknown": "Whether a needed flow passes is not known.",
    "broad": "A needed flow passes only by a broad rule.",
    "unexplained": "No flow of the edition needs a rule.",
    "stated-elsewhere": "Only sources other than the vendor's port page "
    "state what a rule opens.",
    "ruled-out": "The vendor's port page rules out what a rule opens.",
    "not-here": "A rule is for flows that this deployment does not need.",
    "shadowed": "Earlier rules leave nothing of a rule.",
    "empty": "A rule matches nothing.",
    "unmapped": "A party is in no role of the role map.",
    "unfiltered": "Nothing filters a part of the product.",
    "together-unmatched": "The role map names a filter that no file has.",
    "unread": "Something of a file could not be read, or is not known.",
    "acceptance-ended": "An accepted deviation has ended.",
    "acceptance-unmatched": "An accepted deviation matches nothing.",
    "acceptance-too-wide": "An accepted deviation matches several "
    "flows or rules.",
}


def write_sarif(report: Report) -> str:
    """Return a report as SARIF.

    A finding without a place in a file is a notification of the run and no
    result: consumers reject results without a location. Results are at most
    5,000, and 10 MB in all; what is left out is said in a notification.

    Args:
        report: The report.
    """
    placed = [f for f in report.findings if f.place is not None]
    results = [*map(_result, placed[:_RESULTS])]
    while True:
        text = _text(report, results, len(placed))
        if len(text.encode()) <= _BYTES or not results:
            return text
        # The gravest come first.
        del results[len(results) // 2 :]


def _text(report: Report, results: list[dict[str, Any]], placed: int) -> str:
    notes = [*_notifications(report)]
    left_out = placed - len(results)
    if left_out:
        notes.insert(
            0,
            {
                "level": "warning",
                "message": {
                    "text": f"{left_out:,} findings are left out: consumers "
                    f"take at most {_RESULTS:,} results and "
                    f"{_BYTES // 1_000_000} MB."
                },
            },
        )
    run = {
        "tool": {
            "driver": {
                "name": "avi-portspec",
                "version": __version__,
                "rules": [
                    {"id": kind, "shortDescription": {"text": _RULES[kind]}}
                    for kind in _kinds()
                ],
            }
        },
        "invocations": [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": notes,
            }
        ],
        "results": results,
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return f"{json.dumps(log, indent=1)}\n"


def _kinds() -> Iterator[FindingKind]:
    yield from get_args(FindingKind)


def _result(finding: Finding) -> dict[str, Any]:
    lines = [finding.text]
    lines += [f"Near: {near.reason}" for near in finding.near]
    lines += finding.hints
    result = {
        "ruleId": finding.kind,
        "ruleIndex": [*_kinds()].index(finding.kind),
        "level": _LEVELS[finding.level],
        "message": {"text": _message("\n".join(lines))},
        "locations": [_location(finding.place)],  # type: ignore[arg-type]
        "partialFingerprints": {"aviPortspec/v1": finding.fingerprint},
    }
    accepted = finding.accepted
    if accepted is not None:
        why = accepted.reason
        if not isinstance(accepted, DeclinedFlow):
            why += f" ({accepted.by}, until {accepted.until})"
        result["suppressions"] = [
            {"kind": "external", "status": "accepted", "justification": why}
        ]
    return result


def _message(text: str) -> str:
    """Return a text in which nothing is a link or a placeholder.

    Square brackets make links in messages, and braces placeholders (SARIF
    2.1.0, 3.11.5 and 3.11.6).
    """
    for sign in "\\[]":
        text = text.replace(sign, f"\\{sign}")
    return text.replace("{", "{{").replace("}", "}}")


def _location(place: Place) -> dict[str, Any]:
    name = "standard-input" if place.file == "-" else place.file
    physical: dict[str, Any] = {
        "artifactLocation": {
            "uri": quote(
                name.replace("\\", "/").encode("utf-8", "surrogateescape")
            )
        }
    }
    if place.line is not None:
        physical["region"] = {"startLine": place.line}
    location: dict[str, Any] = {"physicalLocation": physical}
    if place.pointer:
        location["logicalLocations"] = [
            {"fullyQualifiedName": clean(place.pointer)}
        ]
    return location


def _notifications(report: Report) -> Iterator[dict[str, Any]]:
    for finding in report.open:
        if finding.place is None:
            yield {
                "level": _LEVELS[finding.level],
                "message": {"text": _message(finding.text)},
                "associatedRule": {"id": finding.kind},
            }
    assumed = {
        text: None
        for flow in report.flows.values()
        for side in flow.sides.values()
        for text in side.assumes
    }
    for text in assumed:
        message = {"text": _message(f"The verdicts assume {text}.")}
        yield {"level": "note", "message": message}
    for file in report.files:
        number = count_text(file.units, "rule")
        text = (
            f"{file.name}: {number}: {file.read} read, "
            f"{file.set_aside} set aside, {file.failed} failed, "
            f"{'; '.join([f'{file.unknown} unknown', *file.assumes])}."
        )
        yield {"level": "note", "message": {"text": _message(text)}}
    yield {"level": "note", "message": {"text": summary_text(report)}}
