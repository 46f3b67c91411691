"""Plain text, for a terminal, a pipe or a mail."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final

from avi_portspec.documents.blocks import (
    Block,
    Bullets,
    Code,
    Document,
    Heading,
    Paragraph,
)

__all__ = ["BETWEEN", "column_widths", "table_lines", "width", "write"]

#: What stands between two columns of a table.
BETWEEN: Final = "  "


def width(text: str) -> int:
    """Return how many columns of a terminal a text takes.

    Some letters are wide (Unicode Standard Annex 11), and an accent that
    stands on the letter before it takes no column of its own.

    >>> width("ports"), width("ポート")
    (5, 6)
    """
    if text.isascii():
        return len(text)
    return sum(
        2 if unicodedata.east_asian_width(letter) in "WF" else 1
        for letter in text
        if not unicodedata.combining(letter)
    )


def column_widths(
    headings: Sequence[str], rows: Sequence[Sequence[str]]
) -> list[int]:
    """Return how wide each column of a table has to be.

    Args:
        headings: One a column.
        rows: The cells below them.
    """
    columns = zip(headings, *rows, strict=True)
    return [max(map(width, column)) for column in columns]


def table_lines(
    headings: Sequence[str], rows: Sequence[Sequence[str]]
) -> Iterator[str]:
    """Yield the lines of a table, its columns as wide as they need be.

    Args:
        headings: One a column.
        rows: The cells below them.
    """
    widths = column_widths(headings, rows)
    rules = ["-" * width for width in widths]
    for row in (headings, rules, *rows):
        padded = (
            cell + " " * (room - width(cell))
            for cell, room in zip(row, widths, strict=True)
        )
        yield BETWEEN.join(padded).rstrip()


def write(document: Document) -> str:
    """Return a document as plain text."""
    lines = [document.title]
    for block in document.blocks:
        # A list or a table stands right below its heading.
        if isinstance(block, (Heading, Paragraph, Code)):
            lines.append("")
        lines += _lines(block)
    return "\n".join(lines) + "\n"


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Heading(text) | Paragraph(text):
            yield text
        case Code(text, label):
            yield f"{label} {text}".lstrip()
        case Bullets():
            for text, inner in block.pairs():
                yield f"- {text}"
                yield from (f"    {line}" for line in inner)
        case _:
            rows = [
                [cell.replace("\n", " ") for cell in row] for row in block.rows
            ]
            yield from table_lines(block.headings, rows)
