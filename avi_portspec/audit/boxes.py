"""Sets of traffic as boxes: a set of atoms on each axis.

A set of atoms is one number, a bit for each of them. An atom is a piece of an
axis that no rule and no flow cuts: whoever meets a part of it meets all of
it. So sets of traffic are compared exactly, and without a look at single
addresses or ports.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import and_
from typing import Final, TypeAlias

__all__ = [
    "MOST_BOXES",
    "Box",
    "Region",
    "TooFragmentedError",
    "intersect",
    "meet",
    "subtract",
    "unite",
]

#: Atoms on each axis, as bits: source, destination, service, and the source
#: port where some rule names one. Never empty on an axis.
Box: TypeAlias = tuple[int, ...]
#: Boxes that have nothing in common.
Region: TypeAlias = tuple[Box, ...]

#: More boxes than any real filter cuts a flow into; far fewer than memory
#: holds. Subtraction can double them with each rule.
MOST_BOXES: Final = 10_000


class TooFragmentedError(Exception):
    """A region has more boxes than are judged. Never seen outside."""


def meet(one: Box, other: Box) -> Box | None:
    """Return what two boxes have in common, or ``None``."""
    common = tuple(map(and_, one, other))
    return common if all(common) else None


def intersect(region: Iterable[Box], other: Iterable[Box]) -> Region:
    """Return what two regions have in common.

    Args:
        region: Disjoint boxes.
        other: Disjoint boxes.

    Raises:
        TooFragmentedError: It takes more boxes than :data:`MOST_BOXES`.
    """
    others = tuple(other)
    return _collect(
        common
        for box in region
        for each in others
        if (common := meet(box, each)) is not None
    )


def subtract(region: Iterable[Box], other: Iterable[Box]) -> Region:
    """Return what a region has besides another.

    Args:
        region: Disjoint boxes.
        other: Boxes, disjoint or not.

    Raises:
        TooFragmentedError: It takes more boxes than :data:`MOST_BOXES`.
    """
    left: Region = tuple(region)
    for cut in other:
        if not left:
            break
        left = _collect(piece for box in left for piece in _rest(box, cut))
    return left


def unite(regions: Iterable[Iterable[Box]]) -> Region:
    """Return what is in any of some regions, as disjoint boxes.

    Raises:
        TooFragmentedError: It takes more boxes than :data:`MOST_BOXES`.
    """
    union: Region = ()
    for region in regions:
        union = _collect((*union, *subtract(region, union)))
    return union


def _rest(box: Box, cut: Box) -> Iterator[Box]:
    """Yield what a box has besides another: at most one box an axis."""
    common = meet(box, cut)
    if common is None:
        yield box
        return
    for axis, (whole, taken) in enumerate(zip(box, common, strict=True)):
        if whole != taken:
            # Of the axes before, only what is common: the rest is yielded.
            yield (*common[:axis], whole & ~taken, *box[axis + 1 :])


def _collect(boxes: Iterable[Box]) -> Region:
    collected: list[Box] = []
    for box in boxes:
        if len(collected) == MOST_BOXES:
            raise TooFragmentedError
        collected.append(box)
    return tuple(collected)
