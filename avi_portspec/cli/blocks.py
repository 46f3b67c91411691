"""Documents on a screen."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

from avi_portspec.cli.grid import Grid, fit_whole, wrap_whole
from avi_portspec.documents.blocks import Bullets, Heading, Table

if TYPE_CHECKING:
    from avi_portspec.cli.terminal import Screen
    from avi_portspec.documents.blocks import Document

__all__ = ["show_document"]


def show_document(screen: Screen, document: Document) -> None:
    """Put a document on a screen, without its title.

    Args:
        screen: Where to.
        document: The document: headings, paragraphs, lists and tables.
    """
    *most, last = document.blocks
    for block in most:
        if isinstance(block, Heading):
            screen.line()
            screen.paragraph(block.text, "bold")
        elif isinstance(block, Table):
            _show_table(screen, block)
        elif isinstance(block, Bullets):
            _show_bullets(screen, block)
        else:
            screen.paragraph(block.text)
    # What sums all of it up stands apart.
    screen.line()
    screen.paragraph(last.text)  # type: ignore[union-attr]


def _show_table(screen: Screen, table: Table) -> None:
    """Print a table; a row is a block of lines where columns do not fit."""
    widths = fit_whole(Grid(table.headings, table.rows), screen.width)
    if widths is None:
        screen.stack(table.headings, table.rows)
        return
    screen.row(table.headings, widths, ["dim"] * len(widths))
    for row in table.rows:
        lines = zip_longest(*map(wrap_whole, row, widths), fillvalue="")
        for line in lines:
            screen.row(line, widths)


def _show_bullets(screen: Screen, bullets: Bullets) -> None:
    for text, inner in bullets.pairs():
        screen.paragraph(text, margin="  ")
        for line in inner:
            screen.paragraph(line, "dim", margin="      ")
