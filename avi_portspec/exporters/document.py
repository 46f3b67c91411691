"""An answer as a document: headings, paragraphs, lists and tables.

What a document says is decided here, once; Markdown, reStructuredText and
HTML only differ in how they put it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from avi_portspec.exporters.report import (
    deployment_rows,
    direction,
    exclusion_text,
    ports_words,
    unofficial,
)

if TYPE_CHECKING:
    from avi_portspec.exporters.report import Report
    from avi_portspec.model.flat import PortRecord

__all__ = [
    "Block",
    "Bullets",
    "Document",
    "Heading",
    "Paragraph",
    "Table",
    "answer",
    "ticket",
]


class Heading(NamedTuple):
    """A heading within a document."""

    text: str


class Paragraph(NamedTuple):
    """A paragraph."""

    text: str


class Bullets(NamedTuple):
    """A list, each item a line of text."""

    items: tuple[str, ...]


class Table(NamedTuple):
    """A table; the first cell of a row names it."""

    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block: TypeAlias = Heading | Paragraph | Bullets | Table


class Document(NamedTuple):
    """A document: its title, and what follows."""

    title: str
    blocks: tuple[Block, ...]


_UNASKED = (
    "No deployment was asked about. Whether a row applies depends on its "
    "condition, and rows can be alternatives to one another."
)
_LEFT_OPEN = "Left open by the page"
_SILENT = "The page does not say."


def answer(report: Report) -> Document:
    """Return an answer as a document to read."""
    return Document(report.title, tuple(_answer(report)))


def ticket(report: Report) -> Document:
    """Return an answer as the evidence for a change ticket."""
    return Document(
        f"Evidence for a change. {report.title}", tuple(_ticket(report))
    )


def _answer(report: Report) -> Iterator[Block]:
    yield Paragraph(f"Data: {report.stamp}.")
    yield Paragraph(unofficial(report))
    yield from _deployment(report)
    yield Heading("Ports")
    asked = report.deployment is not None
    yield from _table(
        "What may be opened",
        ("Flow", "Source", "Destination", "Protocol and port", "Service")
        + (("Decision", "Why") if asked else ("Requirement", "When"))
        + ("If blocked", "Stated in"),
        (_cells(record, asked=asked) for record in report.records),
    )
    yield from _left_open(
        report,
        (
            f"{direction(r)}, {ports_words(r)} ({r['flow']}). "
            f"{_why(r)} [{r['citation']}]"
            for r in report.unstated
        ),
    )
    if report.not_needed:
        yield Heading("Not to be opened here")
        yield Bullets(
            tuple(
                f"{r['flow']}, {ports_words(r)}: {r['decision']}. {_why(r)}"
                for r in report.not_needed
            )
        )
    yield from _exclusions(report)
    yield from _notes(report)


def _ticket(report: Report) -> Iterator[Block]:
    yield Paragraph(unofficial(report))
    yield Paragraph(
        "Each row says which way the connection is opened, why it is asked "
        "for, what happens without it, where the page says so, and which "
        "data that was read from. To check the data, compare the SHA-256 "
        "with the edition's, which “avi-portspec digest” prints."
    )
    yield from _deployment(report)
    yield Heading("The request")
    yield from _table(
        "Connections to allow",
        _TICKET,
        (_ticket_cells(r, report) for r in report.records),
    )
    yield from _left_open(report)
    if report.unstated:
        yield Paragraph(
            "These are not part of the request. Somebody who knows the "
            "deployment has to decide about them."
        )
        yield from _table(
            "Not decided",
            _TICKET,
            (_ticket_cells(r, report) for r in report.unstated),
        )
    yield from _exclusions(report)
    yield from _notes(report)


_TICKET = (
    "Flow",
    "Direction",
    "Protocol and port",
    "Decision",
    "Reason",
    "If blocked",
    "Stated in",
    "Data",
)


def _ticket_cells(record: PortRecord, report: Report) -> tuple[str, ...]:
    return (
        record["flow"],
        f"{direction(record)}.",
        ports_words(record),
        record["decision"] or record["requirement"],
        _why(record),
        record["effect_if_blocked"] or _SILENT,
        record["citation"],
        report.stamp,
    )


def _cells(record: PortRecord, *, asked: bool) -> tuple[str, ...]:
    decided = (
        (record["decision"] or "", _why(record))
        if asked
        else (record["requirement"], record["when"])
    )
    return (
        record["flow"],
        record["source_name"],
        record["destination_name"],
        ports_words(record),
        record["service"] or "",
        *decided,
        record["effect_if_blocked"] or _SILENT,
        record["citation"],
    )


def _why(record: PortRecord) -> str:
    """Return the reason, and what in it the page does not state."""
    text = record["reason"]
    if record["inferred"]:
        text += f" Inferred, not stated: {record['inferred']}"
    if record["readings"]:
        text += f" Stated unclearly, and read so: {record['readings']}"
    return text


def _table(
    caption: str, headings: tuple[str, ...], rows: Iterable[tuple[str, ...]]
) -> Iterator[Block]:
    found = tuple(rows)
    if found:
        yield Table(caption, headings, found)
    else:
        yield Paragraph(f"{caption}: nothing.")


def _deployment(report: Report) -> Iterator[Block]:
    yield Heading("Deployment")
    rows = deployment_rows(report)
    if rows:
        yield Table("What was asked about", ("Side", "Value"), rows)
    else:
        yield Paragraph(_UNASKED)


def _left_open(report: Report, more: Iterable[str] = ()) -> Iterator[Block]:
    """Yield what is left open; that nothing is, is said too."""
    yield Heading(_LEFT_OPEN)
    found = (*map(str, (*report.conflicts, *report.gaps)), *more)
    if found:
        yield Bullets(found)
    elif not report.unstated:
        yield Paragraph("Nothing, as far as was asked.")


def _exclusions(report: Report) -> Iterator[Block]:
    if report.exclusions:
        yield Heading("Not required, as the page says")
        yield Bullets(
            tuple(
                f"{exclusion_text(report.edition, each)} [{each.citation}]"
                for each in report.exclusions
            )
        )


def _notes(report: Report) -> Iterator[Block]:
    if report.notes:
        yield Heading("Notes")
        yield Bullets(
            tuple(f"{each.text} [{each.citation}]" for each in report.notes)
        )
