"""Tables in Markdown, as GitHub and GitLab write them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from avi_portspec.audit.inputs.document import Document
from avi_portspec.audit.inputs.markup import break_lines
from avi_portspec.audit.inputs.tables import (
    Row,
    Table,
    columns_of,
    count_rows,
    read_tables,
)
from avi_portspec.audit.model import Existing

__all__ = ["HELP", "NAME", "read", "recognises"]

NAME: Final = "markdown"
HELP: Final = "a document with tables in Markdown"
_RULE: Final = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*"
                          r"(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*")  # fmt: skip
_CELL: Final = re.compile(r"((?:[^|\\]|\\.)*)(?:\||$)")
_LINK: Final = re.compile(r"!?\[([^\[\]]{0,300})\]\([^()]{0,2000}\)")
_EMPHASIS: Final = re.compile(r"\*\*|__|`")
_ESCAPE: Final = re.compile(r"\\([!-/:-@\[-`{-~])")
_FENCE: Final = re.compile(r"[ ]{0,3}(`{3,}|~{3,})")


def recognises(document: Document) -> bool:
    """Return whether it has a table of ports in Markdown."""
    return not document.is_json and any(
        columns_of(table.head) for table in _tables(document.text.split("\n"))
    )


def _is_rule(line: str) -> bool:
    return "|" in line and "-" in line and bool(_RULE.fullmatch(line))


def _tables(lines: Sequence[str]) -> Iterator[Table]:
    """Yield the tables, those of blocks of code left out."""
    fence, at = "", 0
    while at < len(lines):
        line = lines[at]
        mark = _FENCE.match(line)
        if mark and not fence:
            fence = mark[1]
        elif mark and line.strip().startswith(fence):
            fence = ""
        below = lines[at + 1] if at + 1 < len(lines) else ""
        if not fence and "|" in line and _is_rule(below.rstrip("\r")):
            end = at + 2
            while end < len(lines) and "|" in lines[end]:
                end += 1
            yield Table(
                _row(lines, at),
                [_row(lines, number) for number in range(at + 2, end)],
            )
            at = end
        else:
            at += 1


def _row(lines: Sequence[str], at: int) -> Row:
    line = lines[at].strip().removeprefix("|")
    # The last match is the end of the line, after the last cell.
    cells = _CELL.findall(line)[:-1]
    return Row(at + 1, [_plain(cell) for cell in cells])


def _plain(cell: str) -> str:
    text = _LINK.sub(r"\1", break_lines(cell))
    return _ESCAPE.sub(r"\1", _EMPHASIS.sub("", text)).strip()


def read(document: Document) -> Existing:
    """Return the rules of the tables.

    Raises:
        InvalidDataError: None of them is a table of ports.
    """
    tables = [*_tables(document.lines)]
    return read_tables(document, NAME, tables, count_rows(tables))
