"""Sets of traffic as boxes: a set of atoms on each axis.

A set of atoms is one number, a bit for each of them. An atom is a piece of an
axis that no rule and no flow cuts: whoever meets a part of it meets all of
it. So sets of traffic are compared exactly, and without a look at single
addresses or ports.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import chain, groupby, islice
from operator import and_, itemgetter, or_
from typing import Final, TypeAlias, TypeVar

from avi_portspec.audit.masks import (
    PackedBox,
    PackedRegion,
    common,
    merge,
    runs,
    unpack,
    unpack_box,
)

__all__ = [
    "MOST_BOXES",
    "Box",
    "Region",
    "TooFragmentedError",
    "intersect",
    "meet",
    "meet_packed",
    "share",
    "subtract",
    "unite",
    "without",
]

#: Atoms on each axis, as bits: source, destination, service, and the source
#: port where some rule names one. Never empty on an axis.
Box: TypeAlias = tuple[int, ...]
#: Boxes that have nothing in common.
Region: TypeAlias = tuple[Box, ...]

#: A mask, packed or not.
_M = TypeVar("_M")

#: More boxes than any real filter cuts a flow into; far fewer than memory
#: holds. Subtraction can double them with each rule.
MOST_BOXES: Final = 10_000
#: As few boxes are compared with each other; more are sorted by their atoms.
_FEW: Final = 8
_SEVERAL: Final = 2


class TooFragmentedError(Exception):
    """A region has more boxes than are judged. Never seen outside."""


def meet(one: Box, other: Box) -> Box | None:
    """Return what two boxes have in common, or ``None``.

    A box that is part of the other is returned itself: of thousands of rules,
    each is part of a flow.
    """
    both = tuple(map(and_, one, other))
    if not all(both):
        return None
    if both == other:
        return other
    return one if both == one else both


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
        both
        for box in region
        for each in others
        if (both := meet(box, each)) is not None
    )


def meet_packed(region: Iterable[Box], packed: PackedRegion) -> Region:
    """Return what of a region is in some packed boxes.

    Args:
        region: Disjoint boxes.
        packed: Disjoint boxes.

    Raises:
        TooFragmentedError: It takes more boxes than :data:`MOST_BOXES`.
    """
    found = []
    for box in region:
        for each in packed:
            both = _meet(box, each)
            if both is not None:
                found.append(both)
    return _collect(found)


def _meet(box: Box, packed: PackedBox) -> Box | None:
    """Return what a box and a packed one have in common, or ``None``."""
    both = []
    for mask, its in zip(box, packed, strict=True):
        found = common(mask, its)
        if not found:
            return None
        both.append(found)
    return tuple(both)


def subtract(region: Iterable[Box], other: Iterable[Box]) -> Region:
    """Return what a region has besides another.

    Args:
        region: Disjoint boxes.
        other: Boxes, disjoint or not.

    Raises:
        TooFragmentedError: It takes more boxes than :data:`MOST_BOXES`.
    """
    left: Region = tuple(region)
    cuts = tuple(other)
    if len(cuts) > _FEW:
        cuts = _join(cuts, or_)
    if left and len(cuts) > _FEW:
        return _collect(_sort(left, cuts))
    for cut in cuts:
        if not left:
            break
        left = _collect(piece for box in left for piece in _rest(box, cut))
    return _join(left, or_) if len(left) > _FEW else left


def without(region: Iterable[Box], packed: PackedRegion) -> Region:
    """Return what a region has besides packed boxes.

    Args:
        region: Disjoint boxes.
        packed: Boxes, disjoint or not.

    Raises:
        TooFragmentedError: It takes more boxes than :data:`MOST_BOXES`.
    """
    left, cuts = tuple(region), packed
    if len(cuts) > _FEW:
        cuts = _join(cuts, merge)
    if left and len(cuts) > _FEW:
        return _collect(_sort(left, cuts))
    return subtract(left, map(unpack_box, cuts))


def unite(regions: Iterable[Iterable[Box]]) -> Region:
    """Return what is in any of some regions, as disjoint boxes.

    Raises:
        TooFragmentedError: It takes more boxes than :data:`MOST_BOXES`.
    """
    boxes = tuple(chain.from_iterable(regions))
    if len(boxes) > _FEW:
        boxes = _join(boxes, or_)
    if len(boxes) > _FEW:
        return _collect(_sort(boxes, ()))
    union: Region = ()
    for box in boxes:
        union = _collect((*union, *subtract((box,), union)))
    return union


def share(regions: Collection[Region]) -> Region:
    """Return what is in more than one of some regions, as disjoint boxes.

    Raises:
        TooFragmentedError: It takes more boxes than :data:`MOST_BOXES`.
    """
    if len(regions) < _SEVERAL:
        return ()
    boxes = tuple(chain.from_iterable(regions))
    return _collect(_sort(boxes, (), least=_SEVERAL))


def _rest(box: Box, cut: Box) -> Iterator[Box]:
    """Yield what a box has besides another: at most one box an axis."""
    both = meet(box, cut)
    if both is None:
        yield box
        return
    for axis, (whole, taken) in enumerate(zip(box, both, strict=True)):
        if whole != taken:
            # Of the axes before, only what is in both: the rest is yielded.
            yield (*both[:axis], whole & ~taken, *box[axis + 1 :])


def _collect(boxes: Iterable[Box]) -> Region:
    """Return boxes, unless they are too many."""
    collected = tuple(islice(boxes, MOST_BOXES + 1))
    if len(collected) > MOST_BOXES:
        raise TooFragmentedError
    return collected


def _join(
    boxes: Iterable[tuple[_M, ...]], united: Callable[[_M, _M], _M]
) -> tuple[tuple[_M, ...], ...]:
    """Return boxes, those that differ on one axis alone as one.

    Args:
        boxes: The boxes.
        united: Returns what is in any of two masks.
    """
    joined = tuple(boxes)
    for axis in range(len(joined[0])):
        masks: dict[tuple[_M, ...], _M] = {}
        for box in joined:
            others = (*box[:axis], *box[axis + 1 :])
            mask = box[axis]
            if others in masks:
                mask = united(masks[others], mask)
            masks[others] = mask
        if len(masks) < len(joined):
            joined = tuple(
                (*others[:axis], mask, *others[axis:])
                for others, mask in masks.items()
            )
    return joined


def _sort(
    region: Sequence[Box],
    cuts: Sequence[PackedBox],
    axis: int = 0,
    least: int = 1,
) -> Iterator[Box]:
    """Yield what thousands of boxes have besides others, as disjoint boxes.

    The atoms of an axis are told apart by which boxes have them, and what
    these have on the axes that follow is compared once for each such set:
    none of it is a comparison of each box with each other.

    Args:
        region: Boxes, disjoint or not.
        cuts: The others, packed or not.
        axis: From which axis on they are compared.
        least: In how many boxes it has to be: one, or two.
    """
    if axis == len(region[0]) - 1:
        once = twice = 0
        for box in region:
            twice |= once & box[axis]
            once |= box[axis]
        last = once if least == 1 else twice
        for cut in cuts:
            last &= ~unpack(cut[axis])
        if last:
            yield (last,)
        return
    tails: dict[Region, int] = {}
    for atoms, mine, its in _classes(region, cuts, axis):
        if len(mine) >= least:
            tail = tuple(_sort(mine, its, axis + 1, least))
            tails[tail] = tails.get(tail, 0) | atoms
            if len(tails) > MOST_BOXES + 1:
                raise TooFragmentedError
    for tail, atoms in tails.items():
        for box in tail:
            yield (atoms, *box)


def _classes(
    region: Sequence[Box], cuts: Sequence[PackedBox], axis: int
) -> Iterator[tuple[int, list[Box], list[PackedBox]]]:
    """Yield the atoms that the same boxes have on an axis, with the boxes.

    Atoms that no box of the region has are left out.
    """
    edges = [
        (at, number)
        for number, box in enumerate((*region, *cuts))
        for span in runs(box[axis])
        for at in span
    ]
    edges.sort()
    classes: dict[tuple[int, ...], list[tuple[int, int]]] = {}
    having: set[int] = set()
    first = 0
    for at, changes in groupby(edges, key=itemgetter(0)):
        if having:
            classes.setdefault(tuple(sorted(having)), []).append((first, at))
        for _, number in changes:
            having ^= {number}
        first = at
    count = len(region)
    for key, found in classes.items():
        mine = [region[number] for number in key if number < count]
        if mine:
            its = [cuts[number - count] for number in key if number >= count]
            yield unpack(tuple(found)), mine, its
