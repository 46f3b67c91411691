"""Sets of atoms as numbers, and packed, are what sets have it."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from avi_portspec.audit.masks import (
    atoms_of,
    bounds,
    count_atoms,
    count_runs,
    overlap,
    pack,
    runs,
    unpack,
)

#: A few atoms, many in a row, and more runs than are kept packed.
ATOMS = st.one_of(
    st.sets(st.integers(0, 200), max_size=6),
    st.integers(0, 90).map(lambda first: {*range(first, 100)}),
    st.sets(st.integers(0, 200), min_size=30, max_size=60),
)


def mask_of(atoms: Iterable[int]) -> int:
    """Return a number with these bits."""
    return sum(1 << atom for atom in atoms)


class TestPacked:
    """Nothing is lost on the way."""

    @given(ATOMS)
    def test_one(self, atoms: set[int]) -> None:
        """Its atoms, runs, size and edges; packed or not."""
        mask = mask_of(atoms)
        starts = [at for at in sorted(atoms) if at - 1 not in atoms]
        assert [first for first, _ in runs(mask)] == starts
        assert count_runs(mask) == len(starts)
        for packed in (mask, pack(mask)):
            assert unpack(packed) == mask
            assert [*atoms_of(packed)] == sorted(atoms)
            assert count_atoms(packed) == len(atoms)
            if atoms:
                assert bounds(packed) == (min(atoms), max(atoms) + 1)

    @given(ATOMS, ATOMS)
    def test_two(self, one: set[int], other: set[int]) -> None:
        """Whether they have something in common."""
        mine, its = mask_of(one), mask_of(other)
        for first in (mine, pack(mine)):
            for second in (its, pack(its)):
                assert overlap(first, second) == bool(one & other)

    def test_what_is_far_off_takes_no_room(self) -> None:
        """Two numbers, wherever it is; of many runs, the mask itself."""
        assert pack(0) == ()
        assert bounds(()) == (0, 0)
        assert pack(7 << 40_000) == ((40_000, 40_003),)
        many = mask_of(range(0, 40, 2))
        assert pack(many) == many
