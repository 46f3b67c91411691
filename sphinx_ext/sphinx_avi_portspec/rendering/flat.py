"""A table with a row for each flow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from docutils import nodes

from sphinx_avi_portspec.columns import texts
from sphinx_avi_portspec.rendering.cells import Cell, entry, holding

if TYPE_CHECKING:
    from avi_portspec import Edition, Flow
    from sphinx_avi_portspec.columns import Heading
    from sphinx_avi_portspec.rendering.marks import Marks
    from sphinx_avi_portspec.rendering.pen import Pen

__all__ = [
    "NoteMarks",
    "Noted",
    "columns_of",
    "flat_rows",
    "table",
]

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
            cells[-1]["scope"] = "col"
        group += nodes.thead("", nodes.row("", *cells))
    body = nodes.tbody("", *rows)
    for row, columns in zip(
        body.children, columns_of(body, len(headings)), strict=True
    ):
        # Columns are in order, so those that head their row come first.
        for column, cell in zip(columns[:stubs], row.children, strict=False):
            if column >= stubs:
                break
            assert isinstance(cell, Cell)  # noqa: S101 - for types
            cell["scope"] = "row"
    group += body
    made = nodes.table("", group, classes=["avi-port-table"])
    made.source, made.line = pen.source, pen.line
    return made


def columns_of(part: nodes.Element, count: int) -> list[list[int]]:
    """Return for each row of a table's part the columns of its cells.

    A column that a cell from above takes is none of a row's own.
    """
    everything = list(range(count))
    taken = [0] * count
    found = []
    for row in part.children:
        free = everything
        if any(taken):
            free = [column for column in everything if not taken[column]]
            taken = [max(rows - 1, 0) for rows in taken]
        for column, cell in zip(free, row.children, strict=True):
            assert isinstance(cell, nodes.entry)  # noqa: S101 - for types
            more = cell.get("morerows", 0)
            if more:
                taken[column] = more
        found.append(free)
    return found


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
    columns = [(column, texts(edition, name)) for name, column, _ in headings]
    ends = [name for name, _, _ in headings if name in _ENDPOINTS]
    for flow in flows:
        # The first cell has the anchors of all that is first shown in the
        # row.
        ids = pen.claim("flow", flow.id)
        for name in ends:
            ids += pen.claim("endpoint", getattr(flow, name))
        explained = flow.inferred or flow.readings
        cells = []
        for position, (column, text_of) in enumerate(columns):
            marks: list[nodes.Node] = []
            if explained:
                marks += reasons.of_fields(flow, column.fields)
            if position == marked:
                marks += notes.marks.of_notes(edition, flow)
            cells.append(
                holding(pen, column.kind, text_of[flow.id], ids, marks)
            )
            ids = []
        if notes.place == "column":
            marks = notes.marks.of_notes(edition, flow)
            cells.append(entry(pen, pen.paragraph(*marks)))
        rows.append(nodes.row("", *cells))
    return rows


def _marked(headings: Sequence[Heading]) -> int:
    """Return the column that marks of notes stand in."""
    names = [heading.name for heading in headings]
    for name in ("ports", "port"):
        if name in names:
            return names.index(name)
    return len(names) - 1
