"""Markdown: CommonMark, with the tables of GitHub and GitLab."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from avi_portspec.documents.blocks import (
    Block,
    Bullets,
    Code,
    Document,
    Heading,
    Paragraph,
)

__all__ = ["escape", "write"]

#: What would be markup within a line: that of CommonMark, table cells,
#: formulas in dollars, and what makes an address a link or a name a call.
#: The letter of a footnote, as ``[a]``, is none: where nothing defines it, it
#: is text, and many read a ticket as text. ``[x]`` can be a box with a tick.
_MARKUP: Final = re.compile(
    r"(?P<mark>\[(?!x\])[a-z]{1,2}\](?![(\[:]))"
    r"|[\\`*_\[\]<>&|#~!$@{}^=]"
    r"|:(?=//)|(?<=\bwww)\."
)
#: What would be markup at the start of one: lists, rules, headings.
_START: Final = re.compile(r"[-+]|\d+(?=[.)])")


def escape(text: str) -> str:
    r"""Return Markdown for a line that reads as *text* and nothing else.

    >>> print(escape("a|b <i> `x`"))
    a\|b \<i\> \`x\`
    """
    safe = _inline(text)
    start = _START.match(safe)
    if start is None:
        return safe
    at = start.end() if start[0].isdecimal() else 0
    return f"{safe[:at]}\\{safe[at:]}"


def _inline(text: str) -> str:
    return _MARKUP.sub(
        lambda found: found[0] if found["mark"] else f"\\{found[0]}", text
    )


def write(document: Document) -> str:
    """Return a document as Markdown."""
    parts = [f"# {escape(document.title)}"]
    parts += ["\n".join(_lines(block)) for block in document.blocks]
    return "\n\n".join(parts) + "\n"


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Heading(text):
            yield f"## {escape(text)}"
        case Paragraph(text):
            yield escape(text)
        case Code(text, label):
            yield f"{escape(label)} {_code(text)}".lstrip()
        case Bullets():
            for text, inner in block.pairs():
                yield f"- {escape(text)}"
                yield from (f"  - {escape(line)}" for line in inner)
        case _:
            # The heading above it says what the caption would.
            yield _row(map(_cell, block.headings))
            yield _row(["---"] * len(block.headings))
            for row in block.rows:
                yield _row(_cell(cell) for cell in row)


def _code(text: str) -> str:
    """Return a line as a code span, whose fence the line does not have."""
    runs = map(len, re.findall("`+", text))
    fence = "`" * (max(runs, default=0) + 1)
    return f"{fence} {text} {fence}" if "`" in text else f"`{text}`"


def _cell(text: str) -> str:
    """Return a cell's text: no block, as a list, can begin in one."""
    return _inline(text).replace("\n", "<br>")


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
