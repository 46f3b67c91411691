"""What touches a region is what a look at each of them finds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from avi_portspec.audit.hulls import Hulled, atoms_around, hull
from avi_portspec.audit.masks import pack

#: Atoms of an axis: few of them, many in a row, none.
ATOMS = st.one_of(
    st.sets(st.integers(0, 30), max_size=4),
    st.integers(0, 30).map(lambda first: {*range(first, 60)}),
)
BOXES = st.tuples(ATOMS, ATOMS, ATOMS)


def _mask(atoms: set[int]) -> int:
    return sum(1 << atom for atom in atoms)


class TestHulled:
    """It finds what it is asked for among many."""

    @given(st.lists(BOXES, max_size=60), st.lists(BOXES, max_size=3))
    def test_in_order(
        self,
        items: list[tuple[set[int], ...]],
        region: list[tuple[set[int], ...]],
    ) -> None:
        """All that have an atom in common on each axis, and nothing else."""
        around = [set().union(*axis) for axis in zip(*region, strict=True)]
        expected = [
            at
            for at, item in enumerate(items)
            if region and all(a & b for a, b in zip(item, around, strict=True))
        ]
        hulled = Hulled(
            (tuple(map(pack, map(_mask, item))), at)
            for at, item in enumerate(items)
        )
        boxes = tuple(tuple(map(_mask, box)) for box in region)
        assert [*hulled.touching(hull(boxes))] == expected

    def test_of_several_boxes(self) -> None:
        """A hull has what any of the boxes has; source ports are no part."""
        assert atoms_around(((1, 2, 4, 9), (2, 2, 8, 9))) == (3, 2, 12)
        assert atoms_around(((1, 2, 4, 9),)) == (1, 2, 4)
