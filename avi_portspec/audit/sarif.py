"""The report as SARIF 2.1.0, for code scanning (OASIS standard)."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final, get_args
from urllib.parse import quote

from avi_portspec.audit.document import summary_text
from avi_portspec.audit.findings import Finding
from avi_portspec.audit.inputs.names import clean
from avi_portspec.audit.model import STANDARD_INPUT, Place
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
#: What consumers take for the root of the sources, by convention.
_ROOT: Final = "%SRCROOT%"
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
    "party-unmatched": "A party of the role map is probably misspelt.",
    "together-unmatched": "The role map names a filter that no file has.",
    "unread": "Something of a file could not be read, or is not known.",
    "acceptance-ended": "An accepted deviation has ended.",
    "acceptance-unmatched": "An accepted deviation matches nothing.",
    "acceptance-too-wide": "An accepted deviation matches several "
    "flows or rules.",
}


def write_sarif(report: Report, root: Path | None = None) -> str:
    """Return a report as SARIF.

    A finding without a place in a file is a notification of the run and no
    result: consumers reject results without a location. Results are at most
    5,000, and 10 MB in all; what is left out is said in a notification.

    Args:
        report: The report.
        root: The folder of the sources, from which the names of files count;
            by default the working directory. Consumers find the files below
            it wherever they have the sources.
    """
    placed = [f for f in report.findings if f.place is not None]
    make = partial(_result, root or Path.cwd())
    results = [*map(make, placed[:_RESULTS])]
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


def _result(root: Path, finding: Finding) -> dict[str, Any]:
    lines = [finding.text]
    lines += [f"Near: {near.reason}" for near in finding.near]
    lines += finding.hints
    result = {
        "ruleId": finding.kind,
        "ruleIndex": [*_kinds()].index(finding.kind),
        "level": _LEVELS[finding.level],
        "message": {"text": _message("\n".join(lines))},
        "locations": [_location(root, finding.place)],  # type: ignore[arg-type]
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


def _artifact(root: Path, name: str) -> dict[str, str]:
    """Return where a file is: from the root, if it is below it.

    What is elsewhere has no base, for it would not be found there (SARIF
    2.1.0, 3.4.4). Where the root is, is no business of who reads the log.
    """
    if name == STANDARD_INPUT:
        return {"uri": "standard-input"}
    path = Path(os.path.normpath(root / name))
    if not path.is_relative_to(root):
        return {"uri": path.as_uri()}
    within = os.fsencode(path.relative_to(root).as_posix())
    return {"uri": quote(within), "uriBaseId": _ROOT}


def _location(root: Path, place: Place) -> dict[str, Any]:
    physical: dict[str, Any] = {
        "artifactLocation": _artifact(root, place.file)
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
