"""What may have something in common, found among thousands."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Iterator
from heapq import merge
from typing import Final, Generic, TypeVar

from avi_portspec.audit.boxes import Box, Region
from avi_portspec.audit.masks import atoms_of

__all__ = ["Hulled", "hull"]

_T = TypeVar("_T")
#: Source, destination and service: source ports tell too few apart.
_AXES: Final = range(3)
#: What has more atoms on an axis is not looked up by each of them.
_FEW: Final = 16


def hull(region: Region) -> Box:
    """Return the atoms that a region has on each axis."""
    if len(region) == 1:
        return region[0][:3]
    masks = [0, 0, 0]
    for box in region:
        for axis in _AXES:
            masks[axis] |= box[axis]
    return tuple(masks)


class _Axis:
    """Which items have an atom, by position, and which have many."""

    def __init__(self) -> None:
        self._by_atom: dict[int, list[int]] = {}
        self._wide: list[int] = []

    def add(self, mask: int, at: int) -> None:
        """List an item with atoms that it has not been listed with."""
        if mask.bit_count() > _FEW:
            insort(self._wide, at)
            return
        for atom in atoms_of(mask):
            insort(self._by_atom.setdefault(atom, []), at)

    def listed(self, mask: int) -> list[list[int]] | None:
        """Return all that may have one of some atoms, if these are few."""
        if mask.bit_count() > _FEW:
            return None
        found = (self._by_atom.get(atom) for atom in atoms_of(mask))
        return [self._wide, *filter(None, found)]


class Hulled(Generic[_T]):
    """Finds what may have something in common with a region.

    Only what has an atom of the region on one axis is compared with it: on
    the axis that leaves the fewest, so that rules for one port are told apart
    by their sources, and rules of one source by their ports.

    Args:
        hulled: What to look among, each with its hull.
    """

    def __init__(self, hulled: Iterable[tuple[Box, _T]] = ()) -> None:
        self._items: list[tuple[Box, _T]] = []
        self._axes = [_Axis() for _ in _AXES]
        for own, item in hulled:
            self.add(own, item)

    def add(self, around: Box, item: _T) -> None:
        """Add what to look among, with its hull."""
        for axis, mask in zip(self._axes, around, strict=True):
            axis.add(mask, len(self._items))
        self._items.append((around, item))

    def widen(self, at: int, axis: int, mask: int) -> None:
        """Give more atoms on one axis to what was added as number *at*."""
        around, item = self._items[at]
        if new := mask & ~around[axis]:
            self._axes[axis].add(new, at)
            wider = (*around[:axis], around[axis] | new, *around[axis + 1 :])
            self._items[at] = wider, item

    def touching(self, region: Region) -> Iterator[_T]:
        """Yield it, in the order in which it was added."""
        around = sources, destinations, services = hull(region)
        for (source, destination, service), item in self._near(around):
            if (
                service & services
                and destination & destinations
                and source & sources
            ):
                yield item

    def _near(self, around: Box) -> Iterator[tuple[Box, _T]]:
        """Yield what to compare with a hull."""
        fewest: list[Iterable[int]] = [range(len(self._items))]
        count = len(self._items)
        for axis, mask in zip(self._axes, around, strict=True):
            listed = axis.listed(mask) if count > _FEW else None
            if listed is not None and (own := sum(map(len, listed))) < count:
                fewest, count = [*listed], own
        last = -1
        # Whoever looks for the first one ends here.
        for at in merge(*fewest):
            if at != last:
                yield self._items[at]
            last = at
