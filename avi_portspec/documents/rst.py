"""reStructuredText, for Docutils and Sphinx."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from avi_portspec.documents.blocks import (
    Block,
    Bullets,
    Code,
    Document,
    Heading,
    Paragraph,
)
from avi_portspec.documents.text import width

__all__ = ["escape", "write"]

#: What would be markup within a line: emphasis, literals, roles,
#: substitutions, references, and what makes an address a link.
_MARKUP: Final = re.compile(r"[\\*`|_:<>\[\]@{}]")
#: What would be markup at its start: all but letters, and the letters
#: and roman numerals of lists, as in "a." and "iv)".
_START: Final = re.compile(r"[^\w\\]|\d|([a-z]|[ivxlcdm]+)[.)]", re.IGNORECASE)

#: Escaped, it is still a line of one sign alone, as that below a title.
_RULE: Final = re.compile(r"\\+ *")


def escape(text: str) -> str:
    r"""Return reStructuredText that reads as *text* and nothing else.

    >>> print(escape("|x| and `y`_"))
    \|x\| and \`y\`\_
    """
    safe = _MARKUP.sub(r"\\\g<0>", text)
    if _RULE.fullmatch(safe):
        return f"\\ {safe}"
    return f"\\{safe}" if _START.match(safe) else safe


def write(document: Document) -> str:
    """Return a document as reStructuredText."""
    title = escape(document.title)
    rule = "=" * width(title)
    parts = [f"{rule}\n{title}\n{rule}"]
    parts += ["\n".join(_lines(block)) for block in document.blocks]
    return "\n\n".join(parts) + "\n"


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Heading(text):
            yield escape(text)
            yield "-" * width(escape(text))
        case Paragraph(text):
            yield escape(text)
        case Code(text, label):
            yield f"{escape(label)} ::".lstrip()
            yield ""
            yield f"   {text}"
        case Bullets():
            for text, inner in block.pairs():
                yield f"- {escape(text)}"
                if inner:
                    yield ""
                    yield from (f"  - {escape(line)}" for line in inner)
                    yield ""
        case _:
            # A list-table: its cells are any text, of any width.
            yield f".. list-table:: {escape(block.caption)}"
            yield "   :header-rows: 1"
            if block.names_rows:
                yield "   :stub-columns: 1"
            yield ""
            for row in (block.headings, *block.rows):
                for number, cell in enumerate(row):
                    mark = "-" if number else "* -"
                    yield f"   {mark:>3} {_cell(cell)}".rstrip()


def _cell(text: str) -> str:
    return escape(text.replace("\n", " "))
