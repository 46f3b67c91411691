"""Markdown: CommonMark, with the tables of GitHub and GitLab."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from avi_portspec.exporters.document import (
    Bullets,
    Document,
    Heading,
    Paragraph,
    answer,
    ticket,
)

if TYPE_CHECKING:
    from avi_portspec.exporters.document import Block
    from avi_portspec.exporters.report import Report

__all__ = ["escaped", "write", "write_ticket"]

#: What would be markup within a line: that of CommonMark, table cells,
#: formulas in dollars, and what makes an address a link or a name a call.
_MARKUP: Final = re.compile(
    r"[\\`*_\[\]<>&|#~!$@{}^=]"
    r"|:(?=//)|(?<=\bwww)\."
)
#: What would be markup at the start of one: lists, rules, headings.
_START: Final = re.compile(r"[-+]|\d+(?=[.)])")


def escaped(text: str) -> str:
    r"""Return a line of text in Markdown that says just that.

    >>> print(escaped("a|b <i> `x`"))
    a\|b \<i\> \`x\`
    """
    safe = _MARKUP.sub(r"\\\g<0>", text)
    start = _START.match(safe)
    if start is None:
        return safe
    at = start.end() if start[0].isdecimal() else 0
    return f"{safe[:at]}\\{safe[at:]}"


def write(report: Report) -> str:
    """Return a report as Markdown."""
    return _written(answer(report))


def write_ticket(report: Report) -> str:
    """Return the evidence for a change ticket as Markdown."""
    return _written(ticket(report))


def _written(document: Document) -> str:
    parts = [f"# {escaped(document.title)}"]
    parts += ["\n".join(_lines(block)) for block in document.blocks]
    return "\n\n".join(parts) + "\n"


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Heading(text):
            yield f"## {escaped(text)}"
        case Paragraph(text):
            yield escaped(text)
        case Bullets(items):
            for item in items:
                yield f"- {escaped(item)}"
        case _:
            # The heading above it says what the caption would.
            yield _row(block.headings)
            yield _row(["---"] * len(block.headings), escape=False)
            for row in block.rows:
                yield _row(row)


def _row(cells: tuple[str, ...] | list[str], *, escape: bool = True) -> str:
    inside = " | ".join(map(escaped, cells) if escape else cells)
    return f"| {inside} |"
