"""Answers for people: tables that fit the terminal, and lines.

On a terminal, tables fit its width, and nothing in them is cut: prose is
wrapped, ports and ids are not; where they do not fit side by side, each row
becomes a few lines. In a pipe or a file, a table has its natural width.
"""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING, Final, NamedTuple

from avi_portspec.cli import streams
from avi_portspec.cli.grid import lay_out, wrap
from avi_portspec.documents.text import BETWEEN, column_widths, table_lines

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["STYLES", "Column", "Screen", "use_colour"]

#: What colour adds to a word; the word says it without.
STYLES: Final = {
    "needed": "bold green",
    "optional": "cyan",
    "replaced": "dim",
    "not-applicable": "dim",
    "unsupported": "bold red",
    "unstated": "bold yellow",
}
#: The narrowest column that prose is wrapped into.
_PROSE: Final = 12
#: The narrowest column of prose that reads well. A spare column is hidden
#: before prose gets narrower than that.
_READABLE: Final = 25


class Column(NamedTuple):
    """A column of a table.

    Attributes:
        heading: Its heading.
        is_whole: Whether its cells are never wrapped, as ports and ids.
        is_spare: Whether it is hidden, and named below the table, where the
            terminal is too narrow.
    """

    heading: str
    is_whole: bool = False
    is_spare: bool = False


def use_colour(option: bool | None, *, is_terminal: bool) -> bool:  # noqa: FBT001 - it is what the option says
    """Return whether to use colour.

    The option decides, then ``NO_COLOR``, then ``FORCE_COLOR``, then whether
    it is a terminal that has colour.

    Args:
        option: What the option says; ``None`` if it was not given.
        is_terminal: Whether the output is a terminal.
    """
    if option is not None:
        return option
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return is_terminal and os.environ.get("TERM") != "dumb"


def _spaced(text: str) -> str:
    """Return a text whose no-break spaces are ordinary: it is wrapped."""
    return text.replace("\N{NO-BREAK SPACE}", " ")


class Screen:
    """Gathers an answer for people.

    Args:
        output: The file that it goes to; ``None`` for standard output.
        colour: Whether to use colour; ``None`` for automatic.
        header: Whether tables have a header.
    """

    def __init__(
        self,
        output: str | None,
        colour: bool | None,  # noqa: FBT001 - it is what the option says
        *,
        header: bool = True,
    ) -> None:
        is_terminal = streams.is_terminal(output)
        #: Whether tables have a header.
        self.header = header
        #: How many characters a line has room for; ``None`` for any number.
        self.width = (
            shutil.get_terminal_size().columns if is_terminal else None
        )
        self.colour = use_colour(colour, is_terminal=is_terminal)
        self._written = io.StringIO()

    def text(self) -> str:
        """Return all that was gathered."""
        return self._written.getvalue()

    def line(self, text: str = "", style: str = "") -> None:
        """Add a paragraph, wrapped where there is a width.

        Args:
            text: The paragraph. Under one that is indented, or the item of a
                list, all its lines are indented.
            style: The style of its lines.
        """
        margin = " " * (len(text) - len(text.lstrip(" -")))
        first, *others = self._wrap(text, len(margin)) or [""]
        self._put((first, style))
        for line in others:
            self._put((margin + line, style))

    def paragraph(
        self,
        text: str,
        style: str = "",
        *,
        first: str = "",
        first_style: str = "",
        margin: str = "",
    ) -> None:
        """Add a paragraph in which no line is longer than the terminal.

        Args:
            text: The paragraph.
            style: The style of its lines.
            first: What stands before its first line.
            first_style: The style of that.
            margin: What stands before each line of it; the first line has
                it up to the width of *first*.
        """
        room = None if self.width is None else max(self.width - len(margin), 1)
        lines = [text] if room is None else wrap(text, room)
        start = first + margin[len(first) :]
        for number, line in enumerate(lines):
            before = (margin, "") if number else (start, first_style)
            self._put(before, (_spaced(line), style))

    def row(
        self,
        cells: Sequence[str],
        widths: Sequence[int],
        styles: Sequence[str] = (),
    ) -> None:
        """Add a row of a table without rules.

        Args:
            cells: Its cells; a no-break space becomes an ordinary one.
            widths: The widths of the columns.
            styles: The style of each column.
        """
        for line in lay_out(cells, widths, self.width):
            pieces = zip_longest(line, styles[: len(line)], fillvalue="")
            self._put(*((_spaced(text), style) for text, style in pieces))

    def fields(self, fields: Iterable[tuple[str, str]]) -> None:
        """Add the fields of one record, one or more lines per field.

        Args:
            fields: Each field's name and its text; without a text, the field
                is left out.
        """
        filled = [(name, text) for name, text in fields if text]
        widest = max((len(name) for name, _ in filled), default=0)
        for name, text in filled:
            heading = f"{name.ljust(widest)}{BETWEEN}"
            first, *others = self._wrap(text, len(heading))
            self._put((heading, "bold"), (first, STYLES.get(text, "")))
            for line in others:
                self._put((" " * len(heading) + line, ""))

    def _wrap(self, text: str, indent: int) -> list[str]:
        """Return a text as lines that fit, but for words that do not."""
        if self.width is None:
            return [text]
        from textwrap import wrap

        room = max(self.width - indent, _PROSE)
        return wrap(text, room, break_long_words=False, break_on_hyphens=False)

    def _put(self, *pieces: tuple[str, str]) -> None:
        """Add a line without breaks: a terminal wraps it itself."""
        if not self.colour:
            text = "".join(text for text, _ in pieces)
            self._written.write(f"{text}\n")
            return
        from rich.text import Text

        self._console().print(Text.assemble(*pieces), soft_wrap=True)

    def table(
        self, columns: Sequence[Column], rows: Iterable[Sequence[str]]
    ) -> None:
        """Add a table.

        Args:
            columns: Its columns.
            rows: Its cells, row by row.
        """
        rows = [*rows]
        headings = [column.heading for column in columns]
        if not self.colour and self.width is None:
            lines = [*table_lines(headings, rows)]
            for line in lines if self.header else lines[2:]:
                self._put((line, ""))
            return
        widths = column_widths(headings, rows)
        has_spare = any(column.is_spare for column in columns)
        if self._fits(columns, widths, _READABLE if has_spare else _PROSE):
            self._style(columns, rows, widths)
            return
        kept = [n for n, column in enumerate(columns) if not column.is_spare]
        fewer = [columns[n] for n in kept]
        narrow = [widths[n] for n in kept]
        if not self._fits(fewer, narrow):
            self.stack(headings, rows)
            return
        self._style(fewer, [[row[n] for n in kept] for row in rows], narrow)
        hidden = [column.heading for column in columns if column.is_spare]
        if hidden and self.header:
            self.line(
                f"Column hidden: {', '.join(hidden)} (widen the terminal, or "
                "pipe the output).",
                "dim",
            )

    def _fits(
        self,
        columns: Sequence[Column],
        widths: Sequence[int],
        prose: int = _PROSE,
    ) -> bool:
        """Return whether columns fit, where prose may be that narrow."""
        if self.width is None:
            return True
        least = [
            width if column.is_whole else min(width, prose)
            for column, width in zip(columns, widths, strict=True)
        ]
        return sum(least) + len(BETWEEN) * (len(least) - 1) <= self.width

    def _console(self, width: int | None = None) -> Console:
        from rich.console import Console

        return Console(
            file=self._written,
            force_terminal=self.colour,
            no_color=not self.colour,
            color_system="standard" if self.colour else None,
            width=width or self.width,
            legacy_windows=False,
            highlight=False,
            markup=False,
            emoji=False,
        )

    def _style(
        self,
        columns: Sequence[Column],
        rows: Iterable[Sequence[str]],
        widths: Sequence[int],
    ) -> None:
        from rich.box import SIMPLE_HEAD
        from rich.table import Table
        from rich.text import Text

        made = Table(
            box=SIMPLE_HEAD,
            # The box has one blank of its own between columns.
            padding=(0, len(BETWEEN) - 1, 0, 0),
            pad_edge=False,
            show_edge=False,
            show_header=self.header,
            header_style="bold" if self.colour else "",
        )
        for column, width in zip(columns, widths, strict=True):
            made.add_column(
                column.heading,
                no_wrap=column.is_whole,
                min_width=width if column.is_whole else min(width, _PROSE),
                overflow="fold",
            )
        for row in rows:
            made.add_row(*(Text(cell, STYLES.get(cell, "")) for cell in row))
        whole = sum(widths) + len(BETWEEN) * len(widths)
        self._console(self.width or whole).print(made)

    def stack(
        self, headings: Sequence[str], rows: Iterable[Sequence[str]]
    ) -> None:
        """Add each row as lines, a cell each, headings in front.

        Args:
            headings: The headings.
            rows: The cells, row by row; an empty one is left out.
        """
        for number, row in enumerate(rows):
            if number:
                self.line()
            self.fields(zip(headings, row, strict=True))
