"""Tables in Markdown, as GitHub and GitLab write them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
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
#: A comment that begins a line, and its end.
_COMMENT: Final = re.compile(r"[ ]{0,3}<!--")
_COMMENT_END: Final = "-->"
_FENCE: Final = re.compile(r"[ ]{0,3}(`{3,}|~{3,})")


def recognises(document: Document) -> bool:
    """Return whether it has a table of ports in Markdown."""
    return not document.is_json and any(
        columns_of(table.head) for table in _tables(document.text.split("\n"))
    )


def _is_rule(line: str) -> bool:
    return "|" in line and "-" in line and bool(_RULE.fullmatch(line))


def _tables(lines: Sequence[str]) -> Iterator[Table]:
    """Yield the tables, but for those in code and in comments."""
    shown = [*_shown(lines)]
    at = 0
    while at < len(shown):
        below = shown[at + 1][1] if at + 1 < len(shown) else ""
        if "|" in shown[at][1] and _is_rule(below.rstrip("\r")):
            end = at + 2
            while end < len(shown) and "|" in shown[end][1]:
                end += 1
            yield Table(
                _row(*shown[at]), [_row(*line) for line in shown[at + 2 : end]]
            )
            at = end
        else:
            at += 1


def _shown(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Yield the numbers and texts of lines; code is blank, comments go.

    A comment that begins a line takes all of the line that it ends in, and
    the rest of the file if it ends nowhere (CommonMark, HTML blocks).
    """
    fence, is_comment = "", False
    for number, line in enumerate(lines, 1):
        mark = _FENCE.match(line)
        opened = None if fence or is_comment else _COMMENT.match(line)
        if is_comment or opened:
            start = opened.end() if opened else 0
            is_comment = line.find(_COMMENT_END, start) < 0
            continue
        if fence:
            if mark and line.strip().startswith(fence):
                fence = ""
        elif mark:
            fence = mark[1]
        yield number, "" if fence or mark else line


def _row(number: int, line: str) -> Row:
    # The last match is the end of the line, after the last cell.
    cells = _CELL.findall(line.strip().removeprefix("|"))[:-1]
    return Row(number, [_plain(cell) for cell in cells])


def _plain(cell: str) -> str:
    # What is escaped is text, and neither emphasis nor a tag: \<name\>.
    text = _drop_comments(_ESCAPE.sub(_reference, cell))
    text = _EMPHASIS.sub("", _LINK.sub(r"\1", text))
    return break_lines(text).strip()


def _reference(escaped: re.Match[str]) -> str:
    """Return an escaped character as HTML refers to it."""
    return f"&#{ord(escaped[1])};"


def _drop_comments(cell: str) -> str:
    """Return a cell without comments; one that does not end is text."""
    first, *rest = cell.split("<!--")
    for part in rest:
        inner, end, after = part.partition(_COMMENT_END)
        first += after if end else f"<!--{inner}"
    return first


def read(document: Document) -> Existing:
    """Return the rules of the tables.

    Raises:
        InvalidDataError: None of them is a table of ports.
    """
    tables = [*_tables(document.lines)]
    return read_tables(document, NAME, tables, count_rows(tables))
