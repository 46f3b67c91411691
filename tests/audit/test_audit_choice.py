"""What is chosen is enough, and none of it idle."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from test_audit_boxes import BOXES, MANY, points

from avi_portspec.audit.boxes import Box
from avi_portspec.audit.choice import choose


class TestChoosing:
    """A few regions that have what is needed."""

    @given(MANY, st.integers(0, 30), BOXES)
    def test_none_is_idle(
        self, drawn: list[Box], first: int, need: Box
    ) -> None:
        """They have all that there is, and none can be left out."""
        regions = [(box,) for box in drawn]
        chosen = choose(regions, (need,), first=min(first, len(regions)))
        wanted = points((need,))
        assert len({*chosen}) == len(chosen)

        def found(numbers: list[int]) -> set[tuple[int, ...]]:
            return points(tuple(drawn[at] for at in numbers)) & wanted

        assert found(chosen) == found([*range(len(drawn))])
        for at in chosen:
            assert found([each for each in chosen if each != at]) < found(
                chosen
            )

    def test_what_has_the_most_comes_first(self) -> None:
        """Unless others are preferred; of equals, the first."""
        regions = [((3, 1, 1),), ((6, 1, 1),), ((7, 1, 1),), ((7, 1, 1),)]
        need = ((7, 1, 1),)
        assert choose(regions, need) == [2]
        assert choose(regions, need, first=2) == [0, 1]
        assert choose(regions[:2], need) == [0, 1]
        assert choose(regions, ((8, 1, 1),)) == []
