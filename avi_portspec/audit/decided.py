"""What the rules of a filter decide, one after the other."""

from __future__ import annotations

from avi_portspec.audit.boxes import Box, Region, subtract
from avi_portspec.audit.hulls import Hulled

__all__ = ["Decided"]

#: Source, destination and service.
_AXES = 3


class _Group:
    """Boxes that differ on one axis alone, as one.

    Attributes:
        box: All of them.
        axis: On which they differ, once there are several.
    """

    def __init__(self, box: Box) -> None:
        self.box = box
        self.axis: int | None = None


class Decided:
    """What earlier rules decide for sure, where the first match counts.

    Thousands of rules that differ in their sources alone, or in their
    services alone, are compared with later ones as one.
    """

    def __init__(self) -> None:
        self._groups: list[_Group] = []
        self._hulled: Hulled[_Group] = Hulled()
        #: Which group a box joins: by the axis on which it may differ, and
        #: what it has on the others.
        self._joins: dict[tuple[int, ...], int] = {}

    def add(self, box: Box) -> None:
        """Add what a rule decides, after all that come before it."""
        joins = [*map(_joins, (box,) * _AXES, range(_AXES))]
        for axis, key in enumerate(joins):
            if key in self._joins:
                self._grow(self._joins[key], axis, box)
                return
        group = _Group(box)
        self._joins |= dict.fromkeys(joins, len(self._groups))
        self._groups.append(group)
        self._hulled.add(box[:_AXES], group)

    def _grow(self, at: int, axis: int, box: Box) -> None:
        group = self._groups[at]
        whole = group.box
        if group.axis is None and box != whole:
            group.axis = axis
            for other in range(_AXES):
                if other != axis:
                    # Longer on one axis, it is no neighbour on another.
                    del self._joins[_joins(whole, other)]
        atoms = whole[axis] | box[axis]
        group.box = (*whole[:axis], atoms, *whole[axis + 1 :])
        self._hulled.widen(at, axis, atoms)

    def left(self, region: Region) -> Region:
        """Return what of a region no earlier rule decides.

        Raises:
            TooFragmentedError: It takes too many boxes.
        """
        groups = self._hulled.touching(region)
        return subtract(region, [group.box for group in groups])


def _joins(box: Box, axis: int) -> tuple[int, ...]:
    return (axis, *box[:axis], *box[axis + 1 :])
