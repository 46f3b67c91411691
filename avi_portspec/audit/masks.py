"""Sets of atoms: a bit for each of them, the first the lowest."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

__all__ = ["atoms_of", "count_runs", "runs"]

#: So many runs are shifted out of a mask; to find more, it is written out.
_FEW: Final = 8
_ONES: Final = re.compile("1+")


def atoms_of(mask: int) -> Iterator[int]:
    """Yield which bits are set, from the lowest."""
    for first, end in runs(mask):
        yield from range(first, end)


def runs(mask: int) -> Iterator[tuple[int, int]]:
    """Yield the first of bits that are set in a row, and the one after."""
    end = 0
    for _ in range(_FEW):
        if not mask:
            return
        gap = (mask & -mask).bit_length() - 1
        mask >>= gap
        length = (~mask & (mask + 1)).bit_length() - 1
        mask >>= length
        first = end + gap
        end = first + length
        yield first, end
    for found in _ONES.finditer(f"{mask:b}"[::-1]):
        yield end + found.start(), end + found.end()


def count_runs(mask: int) -> int:
    """Return how many runs a mask has."""
    return (mask & ~(mask << 1)).bit_count()
