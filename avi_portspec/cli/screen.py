"""Answers for people: tables as wide as there is room, and lines.

On a terminal, tables fit its width, and nothing in them is cut: prose is
wrapped, ports and ids are not; where they do not fit side by side, each row
becomes a few lines. In a pipe or a file, a table is as wide as it needs be.
"""

from __future__ import annotations

import io
import os
import shutil
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from avi_portspec.cli.request import STDIN

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["STYLES", "Column", "Screen", "coloured"]

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
_BETWEEN: Final = "  "


class Column(NamedTuple):
    """A column of a table.

    Attributes:
        heading: Its heading.
        is_whole: Whether its cells are never wrapped, as ports and ids.
        is_spare: Whether it is left out, and named below, where the columns
            do not fit.
    """

    heading: str
    is_whole: bool = False
    is_spare: bool = False


def coloured(wanted: bool | None, *, is_terminal: bool) -> bool:  # noqa: FBT001 - it is what the option says
    """Return whether to use colour.

    An option decides, then ``NO_COLOR``, then ``FORCE_COLOR``, then whether
    it is a terminal that knows colour.

    Args:
        wanted: What the option says; ``None`` if it was not given.
        is_terminal: Whether people look at a terminal.
    """
    if wanted is not None:
        return wanted
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return is_terminal and os.environ.get("TERM") != "dumb"


class Screen:
    """Gathers an answer for people.

    Args:
        output: The file that it goes to; ``None`` for standard output.
        colour: Whether to use colour; ``None`` to find out.
    """

    def __init__(self, output: str | None, colour: bool | None) -> None:  # noqa: FBT001 - it is what the option says
        is_terminal = output in {None, STDIN} and sys.stdout.isatty()
        #: How many characters a line has room for; ``None`` for any number.
        self.width = (
            shutil.get_terminal_size().columns if is_terminal else None
        )
        self.colour = coloured(colour, is_terminal=is_terminal)
        self._written = io.StringIO()

    def text(self) -> str:
        """Return all that was gathered."""
        return self._written.getvalue()

    def line(self, text: str = "", style: str = "") -> None:
        """Add a paragraph, wrapped where there is a width."""
        for each in self._wrapped(text, 0) or [""]:
            self._put((each, style))

    def told(self, text: str) -> None:
        """Add a paragraph that starts with a decision, which has colour."""
        first, *others = self._wrapped(text, 0)
        status, colon, rest = first.partition(":")
        self._put((status, STYLES.get(status, "")), (f"{colon}{rest}", ""))
        for each in others:
            self._put((each, ""))

    def fields(self, fields: Iterable[tuple[str, str]]) -> None:
        """Add what there is to say about one thing, a line or more each.

        Args:
            fields: What it is, and what there is to say; nothing is left
                out.
        """
        told = [(name, text) for name, text in fields if text]
        widest = max((len(name) for name, _ in told), default=0)
        for name, text in told:
            heading = f"{name.ljust(widest)}{_BETWEEN}"
            first, *others = self._wrapped(text, len(heading))
            self._put((heading, "bold"), (first, STYLES.get(text, "")))
            for each in others:
                self._put((" " * len(heading) + each, ""))

    def _wrapped(self, text: str, indent: int) -> list[str]:
        """Return a text as lines that fit, but for words that do not."""
        if self.width is None:
            return [text]
        from textwrap import wrap

        room = max(self.width - indent, _PROSE)
        return wrap(text, room, break_long_words=False, break_on_hyphens=False)

    def _put(self, *pieces: tuple[str, str]) -> None:
        """Add a line as it is: a terminal may go on in its next one."""
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
        widths = _widths(columns, rows)
        if not self.colour and self.width is None:
            self._written.writelines(_plain(columns, rows, widths))
            return
        if self._fits(columns, widths):
            self._styled(columns, rows, widths)
            return
        kept = [n for n, each in enumerate(columns) if not each.is_spare]
        fewer = [columns[n] for n in kept]
        narrow = [widths[n] for n in kept]
        if not self._fits(fewer, narrow):
            self._stacked(columns, rows)
            return
        self._styled(fewer, [[row[n] for n in kept] for row in rows], narrow)
        left_out = [each.heading for each in columns if each.is_spare]
        self.line(
            f"Too narrow for: {', '.join(left_out)}. A wider window or a "
            "pipe shows it.",
            "dim",
        )

    def _fits(self, columns: Sequence[Column], widths: Sequence[int]) -> bool:
        if self.width is None:
            return True
        least = [
            width if column.is_whole else min(width, _PROSE)
            for column, width in zip(columns, widths, strict=True)
        ]
        return sum(least) + len(_BETWEEN) * (len(least) - 1) <= self.width

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

    def _styled(
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
            padding=(0, len(_BETWEEN) - 1, 0, 0),
            pad_edge=False,
            show_edge=False,
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
        whole = sum(widths) + len(_BETWEEN) * len(widths)
        self._console(self.width or whole).print(made)

    def _stacked(
        self, columns: Sequence[Column], rows: Iterable[Sequence[str]]
    ) -> None:
        """Add each row as lines, a cell each, headings in front."""
        headings = [column.heading for column in columns]
        for number, row in enumerate(rows):
            if number:
                self.line()
            self.fields(zip(headings, row, strict=True))


def _cells(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    return sum(
        2 if unicodedata.east_asian_width(each) in "WF" else 1
        for each in text
        if not unicodedata.combining(each)
    )


def _widths(
    columns: Sequence[Column], rows: Sequence[Sequence[str]]
) -> list[int]:
    found = [_cells(column.heading) for column in columns]
    for row in rows:
        found = [
            max(width, _cells(cell))
            for width, cell in zip(found, row, strict=True)
        ]
    return found


def _plain(
    columns: Sequence[Column],
    rows: Iterable[Sequence[str]],
    widths: Sequence[int],
) -> Iterable[str]:
    headings = [column.heading for column in columns]
    rules = ["-" * width for width in widths]
    for row in (headings, rules, *rows):
        padded = (
            cell + " " * (width - _cells(cell))
            for cell, width in zip(row, widths, strict=True)
        )
        yield f"{_BETWEEN.join(padded).rstrip()}\n"
