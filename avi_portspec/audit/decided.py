"""What the rules of a filter decide, one after the other."""

from __future__ import annotations

from typing import Final

from avi_portspec.audit.boxes import Region, subtract
from avi_portspec.audit.hulls import Hull, Hulled
from avi_portspec.audit.masks import PackedBox, unpack, unpack_box

__all__ = ["Decided"]

#: On source, destination and service boxes are put together.
_AXES: Final = 3


class Decided:
    """What earlier rules decide for sure, where the first match counts.

    Thousands of rules that differ in their sources alone, or in their
    services alone, are compared with later ones as one.
    """

    def __init__(self) -> None:
        #: Boxes of rules; several that differ on one axis are one.
        self._boxes: list[PackedBox] = []
        #: Which of them are several.
        self._grown: set[int] = set()
        self._hulled: Hulled[int] = Hulled()
        #: Which of them another joins: by the axis on which it may differ,
        #: and what it has on the others.
        self._joins: dict[tuple[int, PackedBox], int] = {}

    def add(self, box: PackedBox) -> None:
        """Add what a rule decides, after all that come before it."""
        joins = _joins(box)
        for axis, key in enumerate(joins):
            at = self._joins.get(key)
            if at is not None:
                if box != self._boxes[at]:
                    self._grow(at, axis, box)
                return
        self._joins |= dict.fromkeys(joins, len(self._boxes))
        self._hulled.add(box[:_AXES], len(self._boxes))
        self._boxes.append(box)

    def _grow(self, at: int, axis: int, box: PackedBox) -> None:
        whole = self._boxes[at]
        if at not in self._grown:
            self._grown.add(at)
            for other, key in enumerate(_joins(whole)):
                if other != axis:
                    # Longer on one axis, it is no neighbour on another.
                    del self._joins[key]
        atoms = unpack(whole[axis]) | unpack(box[axis])
        self._boxes[at] = (*whole[:axis], atoms, *whole[axis + 1 :])
        self._hulled.widen(at, axis, box[axis], atoms)

    def left(self, region: Region, around: Hull) -> Region:
        """Return what of a region no earlier rule decides.

        Args:
            region: The region.
            around: Its hull.

        Raises:
            TooFragmentedError: It takes too many boxes.
        """
        touching = self._hulled.touching(around)
        return subtract(
            region, [unpack_box(self._boxes[at]) for at in touching]
        )


def _joins(box: PackedBox) -> list[tuple[int, PackedBox]]:
    return [(axis, (*box[:axis], *box[axis + 1 :])) for axis in range(_AXES)]
