"""Tables in CSV, with commas, semicolons or tabs."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Final

from avi_portspec.audit.inputs.document import Document
from avi_portspec.audit.inputs.tables import (
    Row,
    Table,
    columns_of,
    read_tables,
)
from avi_portspec.audit.model import Existing

__all__ = ["HELP", "NAME", "read", "recognises"]

NAME: Final = "csv"
HELP: Final = "a table with a row of headings, as CSV"
_DELIMITERS: Final = ",;\t"
_COMMENT: Final = "#"


def recognises(document: Document) -> bool:
    """Return whether its first row has the headings of a table of ports."""
    if document.is_json:
        return False
    head = _head(document)
    return head is not None and columns_of(head) is not None


def _head(document: Document) -> Row | None:
    for number, line in enumerate(document.text.split("\n", 1000), 1):
        if line.strip() and not line.startswith(_COMMENT):
            delimiter = max(_DELIMITERS, key=line.count)
            # A heading that is long is none, nor is a return within it.
            text = line[:10_000].replace("\r", "")
            return Row(number, next(csv.reader([text], delimiter=delimiter)))
    return None


def _rows(document: Document) -> Iterator[Row]:
    """Yield the rows, comments and blank ones left out."""
    lines = document.lines
    head = _head(document)
    start = head.line if head else 1
    body = lines[start - 1 :]
    delimiter = max(_DELIMITERS, key=body[0].count) if body else ","
    reader = csv.reader((f"{line}\n" for line in body), delimiter=delimiter)
    line = start
    try:
        for cells in reader:
            if any(map(str.strip, cells)):
                yield Row(line, cells)
            line = start + reader.line_num
    except csv.Error as wrong:
        raise document.refusal(
            "audit/not-csv", "valid CSV", f"{wrong} (line {line})"
        ) from None


def _count(lines: list[str]) -> int:
    """Return how many rows there are, by quotes and ends of lines alone.

    A quoted cell may have lines of its own.
    """
    found, pending = 0, ""
    for line in lines:
        pending += line
        if pending.count('"') % 2 == 0:
            found += bool(pending.strip(f' "{_DELIMITERS}'))
            pending = ""
    return found + bool(pending)


def read(document: Document) -> Existing:
    """Return the rules of the table.

    Raises:
        InvalidDataError: It is no table of ports.
    """
    rows = [*_rows(document)]
    tables = [Table(rows[0], rows[1:])] if rows else []
    units = _count(document.lines[rows[0].line - 1 :]) - 1 if rows else 0
    return read_tables(document, NAME, tables, units)
