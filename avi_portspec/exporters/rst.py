"""reStructuredText, for Docutils and Sphinx."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final
from unicodedata import east_asian_width

from avi_portspec.exporters.document import (
    Bullets,
    Heading,
    Paragraph,
    answer,
)

if TYPE_CHECKING:
    from avi_portspec.exporters.document import Block
    from avi_portspec.exporters.report import Report

__all__ = ["escaped", "write"]

#: What would be markup within a line: emphasis, literals, roles,
#: substitutions, references, and what makes an address a link.
_MARKUP: Final = re.compile(r"[\\*`|_:<>\[\]@{}]")
#: What would be markup at its start: whatever is no letter, and the letters
#: and roman numerals of lists, as in "a." and "iv)".
_START: Final = re.compile(r"[^\w\\]|\d|([a-z]|[ivxlcdm]+)[.)]", re.IGNORECASE)


def escaped(text: str) -> str:
    r"""Return a line of text in reStructuredText that says just that.

    >>> print(escaped("|x| and `y`_"))
    \|x\| and \`y\`\_
    """
    safe = _MARKUP.sub(r"\\\g<0>", text)
    return f"\\{safe}" if _START.match(safe) else safe


def write(report: Report) -> str:
    """Return a report as reStructuredText."""
    document = answer(report)
    title = escaped(document.title)
    rule = "=" * _width(title)
    parts = [f"{rule}\n{title}\n{rule}"]
    parts += ["\n".join(_lines(block)) for block in document.blocks]
    return "\n\n".join(parts) + "\n"


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Heading(text):
            yield escaped(text)
            yield "-" * _width(escaped(text))
        case Paragraph(text):
            yield escaped(text)
        case Bullets(items):
            for item in items:
                yield f"- {escaped(item)}"
        case _:
            # A list-table: its cells are any text, of any width.
            yield f".. list-table:: {escaped(block.caption)}"
            yield "   :header-rows: 1"
            yield "   :stub-columns: 1"
            yield ""
            for row in (block.headings, *block.rows):
                for number, cell in enumerate(row):
                    mark = "-" if number else "* -"
                    yield f"   {mark:>3} {escaped(cell)}".rstrip()


def _width(text: str) -> int:
    """Return how many columns a text takes: some letters are wide."""
    return sum(2 if east_asian_width(each) in "FW" else 1 for each in text)
