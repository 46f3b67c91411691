"""HTML: one page that needs nothing else, and runs nothing."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING, Final

from avi_portspec.exporters.document import (
    Bullets,
    Document,
    Heading,
    Paragraph,
    Table,
    answer,
    ticket,
)

if TYPE_CHECKING:
    from avi_portspec.exporters.document import Block
    from avi_portspec.exporters.report import Report

__all__ = ["STYLE", "write", "write_ticket"]

#: The page's style. System colours follow the reader's light or dark, and
#: the contrast that they ask for; on paper, no part of a table is hidden.
STYLE: Final = """
:root { color-scheme: light dark; }
body {
  margin: 0 auto; max-width: 100rem; padding: 1rem;
  font: 1rem/1.5 system-ui, sans-serif;
  background: Canvas; color: CanvasText;
}
h1 { font-size: 1.5rem; line-height: 1.25; }
h2 { font-size: 1.2rem; margin-top: 2rem; }
p, li { max-width: 75ch; }
h1, h2, p, li, td { overflow-wrap: anywhere; }
.table { overflow-x: auto; }
.table:focus-visible { outline: 3px solid Highlight; outline-offset: 2px; }
table { border-collapse: collapse; font-size: .875rem; }
caption { text-align: start; font-weight: 600; padding: .5rem 0; }
th, td {
  border: 1px solid GrayText; padding: .375rem .5rem;
  text-align: start; vertical-align: top; min-width: 7rem;
}
thead th { background: color-mix(in srgb, CanvasText 12%, Canvas); }
tbody th { font-weight: 600; overflow-wrap: anywhere; }
@media print {
  .table { overflow: visible; }
  table { font-size: .65rem; }
  th, td { min-width: 0; }
  tr { break-inside: avoid; }
}
"""


def write(report: Report) -> str:
    """Return a report as one page of HTML."""
    return _page(answer(report))


def write_ticket(report: Report) -> str:
    """Return the evidence for a change ticket as one page of HTML."""
    return _page(ticket(report))


def _page(document: Document) -> str:
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
        f'<h1 dir="auto">{escape(document.title)}</h1>',
    ]
    for block in document.blocks:
        lines += _lines(block)
    lines += ["</main>", "</body>", "</html>"]
    return "\n".join(lines) + "\n"


def _lines(block: Block) -> Iterator[str]:
    # Names can be in a script that runs from right to left: "auto" keeps
    # one from turning what stands around it.
    match block:
        case Heading(text):
            yield f"<h2>{escape(text)}</h2>"
        case Paragraph(text):
            yield f'<p dir="auto">{escape(text)}</p>'
        case Bullets(items):
            yield "<ul>"
            for item in items:
                yield f'<li dir="auto">{escape(item)}</li>'
            yield "</ul>"
        case _:
            yield from _table(block)


def _table(table: Table) -> Iterator[str]:
    caption = escape(table.caption)
    # A wide table scrolls by itself, from the keyboard too.
    yield (
        f'<div class="table" role="region" tabindex="0" '
        f'aria-label="{caption}">'
    )
    yield f"<table><caption>{caption}</caption>"
    cells = "".join(
        f'<th scope="col">{escape(heading)}</th>' for heading in table.headings
    )
    yield f"<thead><tr>{cells}</tr></thead>"
    yield "<tbody>"
    for first, *rest in table.rows:
        cells = f'<th scope="row" dir="auto">{escape(first)}</th>'
        cells += "".join(
            f'<td dir="auto">{escape(each)}</td>' for each in rest
        )
        yield f"<tr>{cells}</tr>"
    yield "</tbody></table></div>"
