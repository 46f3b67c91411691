"""An answer as a document: headings, paragraphs, lists and tables.

What a document says is decided here, once; Markdown, reStructuredText and
HTML only differ in how they put it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from avi_portspec.exporters.report import (
    deployment_rows,
    direction,
    exclusion_text,
    ports_words,
    unofficial,
)
from avi_portspec.model.display import attributed, speaker

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
_LEFT_OPEN = "Left open"
_SILENT = "The page does not say."
_ORIGIN = "Origin"
_PAGE = "the page"


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
        report.records,
        lambda record: _cells(record, asked=asked),
    )
    yield from _left_open(
        report,
        (
            f"{direction(r)}, {ports_words(r)} ({r['flow']}). "
            f"{_why(r)} [{r['citation']}]{_origin(r)}"
            for r in report.unstated
        ),
    )
    if report.not_needed:
        yield Heading("Not to be opened here")
        yield Bullets(
            tuple(
                f"{r['flow']}, {ports_words(r)}: {r['decision']}. "
                f"{_why(r)}{_origin(r)}"
                for r in report.not_needed
            )
        )
    yield from _exclusions(report)
    yield from _notes(report)


def _ticket(report: Report) -> Iterator[Block]:
    yield Paragraph(unofficial(report))
    yield Paragraph(
        "Each row says which way the connection is opened, why it is asked "
        "for, what happens without it, where that is stated, and which "
        "data that was read from. To check the data, compare the SHA-256 "
        "with the edition's, which “avi-portspec digest” prints."
    )
    yield from _deployment(report)
    yield Heading("The request")
    yield from _table(
        "Connections to allow",
        _TICKET,
        report.records,
        lambda record: _ticket_cells(record, report),
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
            report.unstated,
            lambda record: _ticket_cells(record, report),
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
        _effect(record),
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
        _effect(record),
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


def _effect(record: PortRecord) -> str:
    """Return what happens without it, or who is silent about that."""
    who = speaker(record["origin"], record["section"])
    return record["effect_if_blocked"] or attributed(_SILENT, who)


def _origin(record: PortRecord) -> str:
    """Return where a record comes from, if not all of it from the page."""
    return f" {_ORIGIN}: {record['origin']}." if record["origin"] else ""


def _table(
    caption: str,
    headings: tuple[str, ...],
    records: tuple[PortRecord, ...],
    cells: Callable[[PortRecord], tuple[str, ...]],
) -> Iterator[Block]:
    """Yield a table; it has a column for overlays where one is in use."""
    if not records:
        yield Paragraph(f"{caption}: nothing.")
    elif any(record["origin"] for record in records):
        rows = ((*cells(r), r["origin"] or _PAGE) for r in records)
        yield Table(caption, (*headings, _ORIGIN), tuple(rows))
    else:
        yield Table(caption, headings, tuple(map(cells, records)))


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
