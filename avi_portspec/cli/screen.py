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

    def line(self, text: str = "", style: str | None = None) -> None:
        """Add a paragraph, wrapped where there is a width."""
        if not self.colour and self.width is None:
            self._written.write(f"{text}\n")
            return
        from rich.text import Text

        self._console().print(
            Text(text, style or ""), soft_wrap=not self.width
        )

    def told(self, text: str) -> None:
        """Add a paragraph that starts with a decision, which has colour."""
        status = text.partition(":")[0]
        if not self.colour or status not in STYLES:
            self.line(text)
            return
        from rich.text import Text

        made = Text(status, STYLES[status])
        made.append(text.removeprefix(status), "not bold default")
        self._console().print(made, soft_wrap=not self.width)

    def fields(self, fields: Iterable[tuple[str, str]]) -> None:
        """Add what there is to say about one thing, a line or more each.

        Args:
            fields: What it is, and what there is to say; nothing is left
                out.
        """
        told = [(name, text) for name, text in fields if text]
        widest = max((len(name) for name, _ in told), default=0)
        for name, text in told:
            heading = f"{name.ljust(widest)}  "
            if self.width is None:
                self.line(f"{heading}{text}")
                continue
            from textwrap import wrap

            # An id is a word that is longer than a hyphen lets it seem.
            room = max(self.width - len(heading), _PROSE)
            lines = wrap(
                text, room, break_long_words=False, break_on_hyphens=False
            )
            self.line(f"{heading}{lines[0]}")
            for each in lines[1:]:
                self.line(f"{' ' * len(heading)}{each}")

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
        left_out: list[str] = []
        if not self._fits(columns, widths):
            left_out = [each.heading for each in columns if each.is_spare]
            kept = [n for n, each in enumerate(columns) if not each.is_spare]
            columns = [columns[n] for n in kept]
            rows = [[row[n] for n in kept] for row in rows]
            widths = [widths[n] for n in kept]
        if self._fits(columns, widths):
            self._styled(columns, rows, widths)
        else:
            self._stacked(columns, rows)
        if left_out:
            self.line(
                f"Too narrow for: {', '.join(left_out)}. A wider window, a "
                "pipe, or --columns shows it.",
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
            padding=(0, len(_BETWEEN), 0, 0),
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
        from rich.text import Text

        widest = max(len(column.heading) for column in columns)
        console = self._console()
        for number, row in enumerate(rows):
            if number:
                console.print()
            for column, cell in zip(columns, row, strict=True):
                line = Text(f"{column.heading.ljust(widest)}  ", "bold")
                line.append(cell, STYLES.get(cell, "not bold"))
                # A terminal goes on in its next line, and a copy has none.
                console.print(line, soft_wrap=True)


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
