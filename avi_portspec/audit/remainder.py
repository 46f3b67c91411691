"""What rules leave of a region, one after the other."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import Final

from avi_portspec.audit.boxes import Box, Region, intersect, subtract
from avi_portspec.audit.hulls import Hulled, hull

__all__ = ["Remainder"]

#: As few boxes are cut at once; from more, each rule would cut in vain.
_FEW: Final = 8


class Remainder:
    """What rules leave of a region.

    Once it is in many boxes, what rules take is only noted: what a later rule
    meets is compared with what was there and what was taken there, and not
    with all that is left.

    Args:
        region: The region, as disjoint boxes.
    """

    def __init__(self, region: Region) -> None:
        self._region = region
        self._boxes: Hulled[Box] | None = None
        self._noted: list[Box] = []
        self._taken: Hulled[Region] = Hulled()

    def meet(self, region: Region) -> Region:
        """Return what is left of another region.

        Raises:
            TooFragmentedError: It takes too many boxes.
        """
        boxes: Iterable[Box] = self._region
        if len(self._region) > _FEW:
            if self._boxes is None:
                self._boxes = Hulled((hull((b,)), b) for b in self._region)
            boxes = self._boxes.touching(hull(region))
        met = intersect(boxes, region)
        if not (met and self._noted):
            return met
        taken = self._taken.touching(hull(met))
        return subtract(met, chain.from_iterable(taken))

    def take(self, met: Region) -> None:
        """Take off what :meth:`meet` returned.

        Raises:
            TooFragmentedError: It takes too many boxes.
        """
        if len(self._region) <= _FEW:
            self._region = subtract(self._region, met)
        else:
            self._noted += met
            self._taken.add(hull(met), met)

    def left(self) -> Region:
        """Return what is left.

        Raises:
            TooFragmentedError: It takes too many boxes.
        """
        return subtract(self._region, self._noted)
