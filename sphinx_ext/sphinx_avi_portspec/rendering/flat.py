"""A table with a row for each flow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from docutils import nodes

from sphinx_avi_portspec.rendering.pen import Phrase

if TYPE_CHECKING:
    from avi_portspec import Edition, Flow
    from sphinx_avi_portspec.columns import Heading
    from sphinx_avi_portspec.rendering.marks import Marks
    from sphinx_avi_portspec.rendering.pen import Pen

__all__ = ["NoteMarks", "Noted", "entry", "flat_rows", "table"]

_ENDPOINTS = frozenset({"source", "destination"})

#: Where the marks that lead to notes stand.
NoteMarks = Literal["none", "below", "column"]


class Noted(NamedTuple):
    """How a table shows the notes on its flows.

    Attributes:
        place: Nowhere, beside the ports, or in a column of their own.
        marks: Where the notes are collected.
    """

    place: NoteMarks
    marks: Marks


def table(
    pen: Pen,
    headings: Sequence[str],
    rows: Iterable[nodes.row],
    *,
    widths: Sequence[int] | None = None,
    stubs: int = 0,
    header: bool = True,
) -> nodes.table:
    """Return a table without a caption.

    Args:
        pen: The directive's.
        headings: One a column.
        rows: The rows below them.
        widths: The columns' relative widths.
        stubs: How many columns, from the left, are headings of their row.
        header: Whether the headings are shown.
    """
    even = [100 // len(headings)] * len(headings)
    group = nodes.tgroup(cols=len(headings))
    for number, width in enumerate(widths or even):
        spec = nodes.colspec(colwidth=width)
        if number < stubs:
            spec["stub"] = 1
        group += spec
    if header:
        cells = []
        for heading in headings:
            text = nodes.paragraph(heading, heading)
            text.source, text.line = pen.source, pen.line
            cells.append(entry(pen, text))
        group += nodes.thead("", nodes.row("", *cells))
    group += nodes.tbody("", *rows)
    made = nodes.table("", group, classes=["avi-port-table"])
    made.source, made.line = pen.source, pen.line
    return made


def entry(pen: Pen, *children: nodes.Node) -> nodes.entry:
    """Return a cell."""
    made = nodes.entry("", *children)
    made.source, made.line = pen.source, pen.line
    return made


def flat_rows(  # noqa: PLR0917 - what every layout needs
    pen: Pen,
    edition: Edition,
    flows: Iterable[Flow],
    headings: Sequence[Heading],
    reasons: Marks,
    notes: Noted,
) -> list[nodes.row]:
    """Return a row for each flow."""
    rows = []
    marked = _marked(headings) if notes.place == "below" else -1
    for flow in flows:
        row = nodes.row()
        first = pen.anchor("flow", flow.id)
        for position, (name, column, _) in enumerate(headings):
            text = column.text(flow, edition)
            pieces: list[str | nodes.Node] = []
            if first:
                pieces += first
                first = []
            if name in _ENDPOINTS:
                pieces += pen.anchor("endpoint", getattr(flow, name))
            if text:
                pieces.append(_piece(column.kind, text))
            pieces += reasons.of_fields(flow, column.fields)
            if position == marked:
                pieces += notes.marks.of_notes(edition, flow)
            row += entry(pen, pen.paragraph(*pieces))
        if notes.place == "column":
            marks = notes.marks.of_notes(edition, flow)
            row += entry(pen, pen.paragraph(*marks))
        rows.append(row)
    return rows


def _marked(headings: Sequence[Heading]) -> int:
    """Return the column that marks of notes stand in."""
    names = [heading.name for heading in headings]
    for name in ("ports", "port"):
        if name in names:
            return names.index(name)
    return len(names) - 1


def _piece(kind: str, text: str) -> str | nodes.Node:
    if kind == "machine":
        return nodes.literal(text, text)
    return Phrase(text) if kind == "prose" else text
