"""What may have something in common, found among thousands."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final, Generic, TypeAlias, TypeVar

from avi_portspec.audit.boxes import Box, Region
from avi_portspec.audit.masks import (
    Packed,
    PackedBox,
    atoms_of,
    bounds,
    count_atoms,
    overlap,
    pack_box,
    unpack_box,
)

__all__ = ["AXES", "Axis", "Hull", "Hulled", "atoms_around", "hull"]

_T = TypeVar("_T")
#: The atoms that a region has on each axis, but for source ports, which tell
#: too few rules apart.
Hull: TypeAlias = PackedBox
#: So many axes it has: source, destination and service.
AXES: Final = 3
#: The same, what tells the most rules apart first.
_TELLING: Final = (2, 0, 1)
#: What has more atoms on an axis is not looked up by each of them.
_FEW: Final = 16


def atoms_around(region: Region) -> Box:
    """Return the atoms that a region has on each axis."""
    if len(region) == 1:
        return region[0][:AXES]
    masks = [0, 0, 0]
    for box in region:
        for axis in range(AXES):
            masks[axis] |= box[axis]
    return tuple(masks)


def hull(region: Sequence[PackedBox]) -> Hull:
    """Return the hull of a region that is packed or not."""
    if len(region) == 1:
        return pack_box(region[0][:AXES])
    return pack_box(atoms_around(tuple(map(unpack_box, region))))


class Axis:
    """Which items have an atom, by position, and which have many."""

    def __init__(self) -> None:
        self._by_atom: dict[int, list[int]] = {}
        self._wide: list[int] = []

    def add(self, packed: Packed, at: int) -> None:
        """List an item with atoms."""
        if count_atoms(packed) > _FEW:
            _insert(self._wide, at)
            return
        for atom in atoms_of(packed):
            _insert(self._by_atom.setdefault(atom, []), at)

    def listed(self, packed: Packed) -> list[list[int]] | None:
        """Return all that may have one of some atoms, if these are few."""
        if count_atoms(packed) > _FEW:
            return None
        found = map(self._by_atom.get, atoms_of(packed))
        return [self._wide, *filter(None, found)]


class Hulled(Generic[_T]):
    """Finds what may have something in common with a region.

    Only what has an atom of the region on one axis is compared with it: on
    the axis that leaves the fewest, so that rules for one port are told apart
    by their sources, and rules of one source by their ports.

    Args:
        hulled: What to look among, each with its hull.
    """

    def __init__(self, hulled: Iterable[tuple[Hull, _T]] = ()) -> None:
        self._items: list[tuple[Hull, _T]] = []
        self._axes = [Axis() for _ in range(AXES)]
        #: Between which atoms each is on an axis: a quick look at thousands.
        self._firsts: list[list[int]] = [[] for _ in range(AXES)]
        self._ends: list[list[int]] = [[] for _ in range(AXES)]
        for own, item in hulled:
            self.add(own, item)

    def add(self, own: Hull, item: _T) -> None:
        """Add what to look among."""
        at = len(self._items)
        self._items.append((own, item))
        for axis, packed in enumerate(own):
            self._axes[axis].add(packed, at)
            first, end = bounds(packed)
            self._firsts[axis].append(first)
            self._ends[axis].append(end)

    def widen(self, at: int, axis: int, packed: Packed, whole: int) -> None:
        """Give more atoms on one axis to what was added as number *at*.

        Args:
            at: The number.
            axis: The axis.
            packed: The atoms.
            whole: All that it has on that axis, with them.
        """
        self._axes[axis].add(packed, at)
        own, item = self._items[at]
        self._items[at] = (*own[:axis], whole, *own[axis + 1 :]), item
        first, end = bounds(packed)
        self._firsts[axis][at] = min(self._firsts[axis][at], first)
        self._ends[axis][at] = max(self._ends[axis][at], end)

    def touching(self, around: Hull) -> Iterator[_T]:
        """Yield what touches a hull, in the order in which it was added."""
        for at in self._near(around):
            own, item = self._items[at]
            if all(map(overlap, own, around)):
                yield item

    def _near(self, around: Hull) -> Collection[int]:
        """Return the numbers of what to compare with a hull."""
        numbers: Collection[int] = range(len(self._items))
        for axis in _TELLING:
            listed = (
                self._axes[axis].listed(around[axis])
                if len(numbers) > _FEW
                else None
            )
            if listed is not None and sum(map(len, listed)) < len(numbers):
                numbers = sorted(set().union(*listed))
        for axis in _TELLING:
            if len(numbers) <= _FEW:
                break
            low, high = bounds(around[axis])
            firsts, ends = self._firsts[axis], self._ends[axis]
            numbers = [
                at for at in numbers if firsts[at] < high and low < ends[at]
            ]
        return numbers


def _insert(numbers: list[int], at: int) -> None:
    """Insert a number among sorted ones, unless it is there."""
    place = bisect_left(numbers, at)
    if numbers[place : place + 1] != [at]:
        numbers.insert(place, at)
