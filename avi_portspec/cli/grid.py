"""Columns that fit a width: which of them to show, and where to wrap.

A wider terminal never gives more lines: a column is added only where nothing
has to be wrapped, and what is wrapped gets no narrower as the width grows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import Final, NamedTuple

from avi_portspec.documents.text import BETWEEN, column_widths, width

__all__ = [
    "INDENT",
    "Grid",
    "fit",
    "fit_whole",
    "lay_out",
    "wrap",
    "wrap_whole",
]

#: How far rows are indented below the heading of their group.
INDENT: Final = "  "
#: Where a line can break: never inside "TCP 22".
_PLACES: Final = re.compile(r" (?!(?<=TCP |UDP )\d)")
#: Where an id or a path can break.
_MARKS: Final = re.compile(r"(?<=[-./_])")
#: The narrowest column that reads well.
_READABLE: Final = 20
#: The narrowest column that cells are wrapped into.
_LEAST: Final = 9


class Grid(NamedTuple):
    """A choice of columns.

    Attributes:
        headings: One a column.
        rows: The cells of each row.
    """

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def widths(self) -> list[int]:
        """Return how wide each column is if nothing is wrapped."""
        return column_widths(self.headings, self.rows)


def wrap(text: str, room: int) -> list[str]:
    """Return a text in lines of at most a width, at least one line.

    A word that is longer than a line begins a line, and goes on in the next.
    Lines break neither at a no-break space nor inside ``TCP 22``.

    >>> wrap("Ports of the Controller", 12)
    ['Ports of the', 'Controller']

    Args:
        text: The text.
        room: How many columns of a terminal a line has.
    """
    lines: list[str] = []
    line = ""
    words = _PLACES.split(text)
    for at, word in enumerate(words, 1):
        if line and width(line) + 1 + width(word) <= room:
            line += f" {word}"
            continue
        if line:
            lines.append(line)
        *full, line = _cut(word, room, is_last=at == len(words))
        lines += full
    return [*lines, line]


def _cut(word: str, room: int, *, is_last: bool) -> list[str]:
    """Return a word in as few pieces as fit, but for letters that do not.

    The pieces of an id or a path end at marks of its own, for half a name
    reads as another one; but only if that takes no more lines.
    """
    pieces = _join(word, room)
    at_marks = _join(_MARKS.split(word), room) if is_last else pieces
    fits = all(width(piece) <= room for piece in at_marks)
    return at_marks if fits and len(at_marks) == len(pieces) else pieces


def wrap_whole(text: str, room: int) -> list[str]:
    """Return a text in lines, in which names break at marks of their own.

    >>> wrap_whole("for controller-to-aws", 12)
    ['for', 'controller-', 'to-aws']

    Args:
        text: The text.
        room: How many columns of a terminal a line has: as many as the
            longest part between two marks, or more.
    """
    lines = [""]
    for word in _PLACES.split(text):
        if lines[-1] and width(lines[-1]) + 1 + width(word) <= room:
            lines[-1] += f" {word}"
            continue
        lines += _join(_MARKS.split(word), room)
    return lines[1:]


def _join(parts: Iterable[str], room: int) -> list[str]:
    """Return parts joined to pieces that fit, but for parts that do not."""
    pieces = [""]
    for part in parts:
        if pieces[-1] and width(pieces[-1] + part) > room:
            pieces.append("")
        pieces[-1] += part
    return pieces


def fit(grids: Sequence[Grid], room: int | None) -> tuple[Grid, list[int]]:
    """Return the first grid that fits unwrapped, and its columns' widths.

    Args:
        grids: Several choices, the best one first. Where none fits, the last
            one is wrapped.
        room: How many columns the terminal has, ``None`` for any number.
    """
    grid, widths = grids[0], grids[0].widths()
    for grid in grids:
        widths = grid.widths()
        if room is None or _total(widths) <= room:
            return grid, widths
    return grid, _narrow(widths, room or 0)


def fit_whole(grid: Grid, room: int | None) -> list[int] | None:
    """Return widths in which no name breaks but at marks of its own.

    The widest columns give way first.

    Args:
        grid: The columns.
        room: How many columns the terminal has, ``None`` for any number.

    Returns:
        The widths; ``None`` if no readable ones fit.
    """
    widths = grid.widths()
    if room is None or _total(widths) <= room:
        return widths
    columns = zip(grid.headings, *grid.rows, strict=True)
    least = [
        max(min(own, _READABLE), *map(_longest, cells))
        for own, cells in zip(widths, columns, strict=True)
    ]
    if _total(least) > room:
        return None
    most, found = max(widths), widths
    while _total(found) > room:
        most -= 1
        found = [
            max(low, min(own, most))
            for low, own in zip(least, widths, strict=True)
        ]
    return found


def _longest(text: str) -> int:
    """Return how wide the widest part of a text is that never breaks."""
    words = _PLACES.split(text)
    return max(width(p) for word in words for p in _MARKS.split(word))


def _narrow(widths: Sequence[int], room: int) -> list[int]:
    """Return columns made narrower until they fit.

    The last one goes on below itself first, then the widest of the others
    do, then all of them.
    """
    *others, last = widths
    least = min(last, _READABLE)
    spare = room - _total([*others, 0])
    if spare >= least:
        return [*others, min(last, spare)]
    most = max(widths)
    found = [*widths]
    while most > 1 and _total(found) > room:
        most -= 1
        found = [*(min(own, most) for own in others), min(least, most)]
    return found


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + len(BETWEEN) * (len(widths) - 1) + len(INDENT)


def lay_out(
    cells: Sequence[str], widths: Sequence[int], room: int | None
) -> Iterator[list[str]]:
    """Yield the lines of a row, each as its cells, padded and indented.

    Where columns would be too narrow to read, the cells are one paragraph.

    Args:
        cells: The cells.
        widths: The widths of the columns.
        room: How many columns the terminal has, ``None`` for any number.
    """
    if room is not None and max(widths) < _LEAST:
        text = ", ".join(filter(None, cells))
        margin = INDENT * 2
        lines = wrap(text, max(room - len(margin), 1))
        for number, text in enumerate(lines):
            yield [(margin if number else INDENT) + text]
        return
    wrapped = [
        wrap(cell, own) for cell, own in zip(cells, widths, strict=True)
    ]
    for parts in zip_longest(*wrapped, fillvalue=""):
        line = [
            part + " " * (own - width(part))
            for part, own in zip(parts, widths, strict=True)
        ]
        while len(line) > 1 and not line[-1].strip():
            line.pop()
        line[-1] = line[-1].rstrip(" ")
        yield [INDENT + line[0], *(BETWEEN + part for part in line[1:])]
