"""Tables in HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from avi_portspec.audit.inputs.document import Document
from avi_portspec.audit.inputs.markup import TAG, break_lines, drop_hidden
from avi_portspec.audit.inputs.tables import (
    Row,
    Table,
    columns_of,
    count_rows,
    read_tables,
)
from avi_portspec.audit.model import Existing

__all__ = ["HELP", "NAME", "read", "recognises"]

NAME: Final = "html"
HELP: Final = "a page with tables, as HTML"
_TABLE: Final = re.compile(r"<table\b", re.IGNORECASE)
_SPAN: Final = re.compile(
    r"\b(row|col)span\s*=\s*[\"']?(\d{1,4})", re.IGNORECASE
)
#: The most columns of a table that is about ports.
_WIDTH: Final = 100


def recognises(document: Document) -> bool:
    """Return whether it has a table of ports in HTML."""
    return (
        not document.is_json
        and bool(_TABLE.search(document.text))
        and any(columns_of(table.head) for table in _tables(document.text))
    )


def _tables(html: str) -> Iterator[Table]:
    """Yield the tables; one inside a cell of another comes first."""
    text = drop_hidden(html)
    open_: list[_Open] = []
    at, line = 0, 1
    for tag in TAG.finditer(text):
        name = tag[2].casefold()
        line += text.count("\n", at, tag.start())
        if open_:
            open_[-1].add(text[at : tag.start()])
        at = tag.start()
        if name not in {"table", "tr", "td", "th"}:
            continue
        at = tag.end()
        line += text.count("\n", tag.start(), at)
        if name == "table" and not tag[1]:
            open_.append(_Open())
        elif open_ and name == "table":
            yield from open_.pop().finish()
        elif open_:
            open_[-1].mark(name, bool(tag[1]), tag[3], line)
    while open_:
        yield from open_.pop().finish()


class _Open:
    """A table while its cells come in."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.cells: list[str] | None = None
        self.text: list[str] | None = None
        self.spans = (1, 1)
        self.line = 1
        #: Cells that reach down: the column, the rows left, the text.
        self.below: dict[int, tuple[int, str]] = {}

    def add(self, text: str) -> None:
        """Add text to the cell that is open, if one is."""
        if self.text is not None:
            self.text.append(text)

    def mark(
        self,
        name: str,
        is_end: bool,  # noqa: FBT001 - a tag's own
        attributes: str,
        line: int,
    ) -> None:
        """Begin or end a row or a cell."""
        self._end_cell()
        if name == "tr":
            self._end_row()
            if not is_end:
                self.cells, self.line = [], line
        elif not is_end:
            if self.cells is None:
                self.cells, self.line = [], line
            spans = {
                kind.casefold(): int(number)
                for kind, number in _SPAN.findall(attributes)
            }
            self.spans = spans.get("row", 1), spans.get("col", 1)
            self.text = []

    def _end_cell(self) -> None:
        if self.text is None or self.cells is None:
            return
        text = break_lines("".join(self.text)).strip()
        rows, columns = self.spans
        self._fill()
        for _ in range(min(columns, _WIDTH - len(self.cells))):
            if rows > 1:
                self.below[len(self.cells)] = rows - 1, text
            self.cells.append(text)
        self.text = None

    def _fill(self) -> None:
        """Put in the cells that reach down from rows above."""
        while self.cells is not None and len(self.cells) in self.below:
            left, text = self.below.pop(len(self.cells))
            if left > 1:
                self.below[len(self.cells)] = left - 1, text
            self.cells.append(text)

    def _end_row(self) -> None:
        if self.cells:
            self._fill()
            self.rows.append(Row(self.line, self.cells))
        self.cells = None

    def finish(self) -> Iterator[Table]:
        """Yield the table, if it has a row."""
        self._end_cell()
        self._end_row()
        if self.rows:
            yield Table(self.rows[0], self.rows[1:])


def read(document: Document) -> Existing:
    """Return the rules of the tables.

    Raises:
        InvalidDataError: None of them is a table of ports.
    """
    tables = [*_tables(document.text)]
    return read_tables(document, NAME, tables, count_rows(tables))
