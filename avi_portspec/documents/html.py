"""HTML: a fragment for a notebook, or a page that needs nothing else."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from html import escape
from typing import Final

from avi_portspec.documents.blocks import (
    Block,
    Bullets,
    Code,
    Document,
    Heading,
    Paragraph,
    Table,
)

__all__ = ["STYLE", "WHOLE", "escape", "write", "write_fragment"]

#: The page's style. System colours follow the reader's light or dark, and
#: the contrast that they ask for. Ligatures would change a digest that is
#: copied out of a PDF. A caption repeats the heading above its table, for
#: those who hear the page. On a phone, each cell is a line that begins with
#: its heading. On paper, which is A4, no part of a table is hidden and no row
#: is split.
STYLE: Final = """
:root { color-scheme: light dark; }
body {
  margin: 0 auto; max-width: 68rem; padding: 1rem;
  font: 1rem/1.5 system-ui, sans-serif; font-variant-ligatures: none;
  background: Canvas; color: CanvasText;
}
h1 { font-size: 1.5rem; line-height: 1.25; }
h2 { font-size: 1.15rem; margin: 1.75rem 0 .5rem; }
p, li { max-width: 75ch; }
h1, h2, p, li, td, th { overflow-wrap: break-word; }
code { overflow-wrap: anywhere; }
span { white-space: nowrap; }
.table { overflow-x: auto; }
.table:focus-visible { outline: 3px solid Highlight; outline-offset: 2px; }
table { border-collapse: collapse; font-size: .875rem; line-height: 1.4; }
.table table { width: 100%; }
caption { text-align: start; font-weight: 600; padding: .5rem 0; }
.table caption {
  position: absolute; width: 1px; height: 1px; padding: 0;
  overflow: hidden; clip-path: inset(50%);
}
th, td {
  border: 1px solid color-mix(in srgb, CanvasText 30%, Canvas);
  padding: .375rem .625rem; text-align: start; vertical-align: top;
}
thead th { background: color-mix(in srgb, CanvasText 10%, Canvas); }
thead th { white-space: nowrap; }
tbody th { font-weight: 600; }
td { min-width: 5rem; }
td:last-child { min-width: 12rem; }
@media screen and (max-width: 40rem) {
  .table thead {
    position: absolute; width: 1px; height: 1px;
    overflow: hidden; clip-path: inset(50%);
  }
  .table :is(table, tbody, tr, td, tbody th) { display: block; }
  .table :is(td, tbody th) { border: 0; padding: .125rem 0; min-width: 0; }
  .table tr {
    padding: .5rem 0;
    border-top: 1px solid color-mix(in srgb, CanvasText 30%, Canvas);
  }
  [data-label]::before { content: attr(data-label) ": "; font-weight: 400; }
}
@page { size: A4; margin: 10mm; }
@media print {
  :root { color-scheme: light; }
  body { max-width: none; padding: 0; font-size: 8.5pt; line-height: 1.25; }
  h1 { font-size: 13pt; margin: 0 0 4pt; }
  h2 { font-size: 10pt; margin: 5pt 0 2pt; break-after: avoid; }
  p, ul { margin: 2pt 0; }
  p, li { max-width: none; }
  .table { overflow: visible; }
  table { font-size: 8pt; line-height: 1.2; }
  th, td { padding: 1pt 4pt; }
  td, td:last-child { min-width: 3.5rem; }
  tr, li { break-inside: avoid; }
}
"""


#: What no line of text ends within: a range of addresses or ports, a date, a
#: name such as NSX-T, a port with its service, an option of a command, a word
#: and the letter of its footnote. A part of a longer word is none of these:
#: who searches the page's source for an id finds it whole.
WHOLE: Final = re.compile(
    r"(?<![\w-])"
    r"(\d[\d.]*(?:-\d[\d.]*)+|\w+-\w|--[a-z-]+|\w{1,15}\.? \[[a-z]{1,2}\]"
    r"|[A-Z]+ \d+(?:-\d+)?(?: \([A-Z][\w ]{,12}\))?"
    r"|\d+ \([A-Z][\w ]{,12}\))"
    r"(?![\w-])"
)
#: Where there are two columns, the second is what the first names.
_PAIR: Final = 2


def write_fragment(*blocks: Block) -> str:
    """Return blocks as HTML that stands within somebody else's page.

    Args:
        *blocks: What to write; everything in them is escaped.
    """
    return "".join(line for block in blocks for line in _lines(block))


def write(document: Document) -> str:
    """Return a document as one page of HTML, which runs nothing."""
    # The one style is named by its hash, and everything else is forbidden:
    # no script, image, address or form would do anything on this page.
    digest = hashlib.sha256(STYLE.encode()).digest()
    policy = (
        "default-src 'none'; "
        f"style-src 'sha256-{base64.b64encode(digest).decode()}'; "
        "base-uri 'none'; form-action 'none'"
    )
    lines = [
        "<!DOCTYPE html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        '<meta name="viewport" content="width=device-width">',
        '<meta name="color-scheme" content="light dark">',
        '<meta name="referrer" content="no-referrer">',
        f"<title>{escape(document.title)}</title>",
        f"<style>{STYLE}</style>",
        "</head>",
        "<body>",
        "<main>",
        f'<h1 dir="auto">{_keep_whole(document.title)}</h1>',
        *_page_lines(document.blocks),
        "</main>",
        "</body>",
        "</html>",
    ]
    return "\n".join(lines) + "\n"


def _page_lines(blocks: Iterable[Block]) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, Table):
            # A wide table scrolls by itself, from the keyboard too.
            yield (
                '<div class="table" role="region" tabindex="0" '
                f'aria-label="{escape(block.caption)}">'
            )
            yield from _table(block, on_page=True)
            yield "</div>"
        else:
            yield from _lines(block, _keep_whole)


def _lines(
    block: Block, write_text: Callable[[str], str] = escape
) -> Iterator[str]:
    # Names can be in a script that runs from right to left: "auto" keeps
    # one from turning what stands around it.
    match block:
        case Heading(text):
            yield f"<h2>{write_text(text)}</h2>"
        case Paragraph(text):
            yield f'<p dir="auto">{write_text(text)}</p>'
        case Code(text, label):
            before = f"{escape(label)} " if label else ""
            # An option is not parted at its hyphens.
            words = " ".join(
                f"<span>{word}</span>" if word.startswith("-") else word
                for word in escape(text).split(" ")
            )
            yield f"<p>{before}<code>{words}</code></p>"
        case Bullets():
            yield "<ul>"
            for text, inner in block.pairs():
                more = _lines(Bullets(inner), write_text) if inner else ()
                yield f'<li dir="auto">{write_text(text)}{"".join(more)}</li>'
            yield "</ul>"
        case _:
            yield from _table(block)


def _keep_whole(text: str) -> str:
    """Return a text for a page of ours, whose style keeps words whole."""
    return WHOLE.sub(r"<span>\1</span>", escape(text))


def _cell(text: str, write_text: Callable[[str], str]) -> str:
    return "<br>".join(map(write_text, text.split("\n")))


def _table(table: Table, *, on_page: bool = False) -> Iterator[str]:
    """Yield a table; on a page of ours, with what our style needs."""
    labels = on_page and len(table.headings) > _PAIR
    write_text = _keep_whole if on_page else escape
    yield f"<table><caption>{escape(table.caption)}</caption>"
    cells = "".join(
        f'<th scope="col">{escape(heading)}</th>' for heading in table.headings
    )
    yield f"<thead><tr>{cells}</tr></thead>"
    yield "<tbody>"
    marks = [
        f' data-label="{escape(heading)}"' if labels else ""
        for heading in table.headings
    ]
    for row in table.rows:
        cells = "".join(
            f'<td dir="auto"{label}>{_cell(cell, write_text)}</td>'
            for label, cell in zip(marks, row, strict=True)
        )
        if table.names_rows:
            cells = cells.replace("<td", '<th scope="row"', 1)
            cells = cells.replace("</td>", "</th>", 1)
        yield f"<tr>{cells}</tr>"
    yield "</tbody></table>"
