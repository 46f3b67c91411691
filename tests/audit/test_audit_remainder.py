"""What rules leave of a region."""

from __future__ import annotations

from itertools import product

import pytest

from avi_portspec.audit.boxes import Region
from avi_portspec.audit.remainder import Remainder

#: Every second source: more boxes than are cut at once.
PIECES: Region = tuple((1 << 2 * at, 0b1111, 0b11) for at in range(12))
WHOLE: Region = ((0xFFFFFF, 0b1111, 0b11),)


def _points(region: Region) -> list[tuple[int, ...]]:
    """Return every point of a region, as often as it is in a box."""
    return sorted(
        point
        for box in region
        for point in product(
            *([at for at in range(24) if mask >> at & 1] for mask in box)
        )
    )


class TestRemainder:
    """It has what nobody took."""

    @pytest.mark.parametrize("region", [PIECES, WHOLE])
    def test_what_is_taken_is_met_once(self, region: Region) -> None:
        """Of what comes later, only what is new is met; nothing twice."""
        remainder, left = Remainder(region), set(_points(region))
        for at in range(60):
            rule: Region = (
                (0b10101 << at * 7 % 20, 1 << at % 4 | 1, 1 << at % 2),
            )
            met = _points(remainder.meet(rule))
            assert met == sorted(left & {*_points(rule)}), at
            remainder.take(remainder.meet(rule))
            left -= {*met}
        assert _points(remainder.left()) == sorted(left)
        assert left

    def test_to_meet_takes_nothing(self) -> None:
        """What was met, and not taken, is left."""
        remainder = Remainder(PIECES)
        assert remainder.meet(WHOLE) == remainder.meet(WHOLE) == PIECES
        assert _points(remainder.left()) == _points(PIECES)
