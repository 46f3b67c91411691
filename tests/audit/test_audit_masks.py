"""Sets of atoms as numbers, and packed, are what sets have it."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from avi_portspec.audit.masks import (
    after,
    atoms_of,
    bounds,
    common,
    count_atoms,
    count_runs,
    has_all,
    merge,
    overlap,
    pack,
    runs,
    shared,
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
        for packed in (mask, pack(mask)):
            assert unpack(packed) == mask
            assert pack(packed) == pack(mask)
            assert [first for first, _ in runs(packed)] == starts
            assert count_runs(packed) == len(starts)
            assert [*atoms_of(packed)] == sorted(atoms)
            assert count_atoms(packed) == len(atoms)
            if atoms:
                assert bounds(packed) == (min(atoms), max(atoms) + 1)

    @given(ATOMS, ATOMS)
    def test_two(self, one: set[int], other: set[int]) -> None:
        """What they have in common, and whether that is something."""
        mine, its = mask_of(one), mask_of(other)
        both = mask_of(one & other)
        for second in (its, pack(its)):
            assert common(mine, second) == both
            for first in (mine, pack(mine)):
                assert unpack(shared(first, second)) == both
                assert merge(first, second) == pack(mine | its)
                assert overlap(first, second) == bool(both)
                assert has_all(first, second) == (other <= one)

    @given(ATOMS, st.integers(0, 200))
    def test_without_the_first(self, atoms: set[int], first: int) -> None:
        """The others are counted from where these end."""
        mask = mask_of(atoms)
        left = mask_of(at - first for at in atoms if at >= first)
        assert unpack(after(mask, first)) == left
        assert unpack(after(pack(mask), first)) == left

    @given(st.lists(st.integers(1, 90), min_size=1, max_size=12))
    def test_long_runs(self, lengths: list[int]) -> None:
        """Runs and gaps of any length, longer than a word or not."""
        atoms: set[int] = set()
        starts, at = [], 0
        for gap, length in zip(lengths[::2], lengths[1::2], strict=False):
            starts.append(at + gap)
            atoms |= {*range(at + gap, at + gap + length)}
            at += gap + length
        for packed in (mask_of(atoms), pack(mask_of(atoms))):
            assert [first for first, _ in runs(packed)] == starts
            assert [*atoms_of(packed)] == sorted(atoms)

    def test_packed_or_not(self) -> None:
        """What two have in common is the same, however they are kept."""
        assert shared(0b0110, ((2, 4),)) == 0b0100
        assert shared(((1, 3),), ((2, 4),)) == ((2, 3),)
        assert merge(0b0110, ((2, 4),)) == ((1, 4),)
        assert has_all(0b0110, ((1, 2),))
        assert not has_all(((1, 3),), 0b1010)

    def test_all_of_it_is_itself(self) -> None:
        """Thousands of rules that have all of a set keep it once."""
        mask = 7 << 1_000
        assert common(mask, ((0, 2_000),)) is mask
        assert common(mask, mask | 1) is mask
        assert common(mask, ((1_001, 1_002),)) == 2 << 1_000
        assert common(mask, ()) == 0

    def test_what_is_far_off_takes_no_room(self) -> None:
        """Two numbers, wherever it is; of many runs, the mask itself."""
        assert pack(0) == ()
        assert bounds(()) == (0, 0)
        assert pack(7 << 40_000) == ((40_000, 40_003),)
        many = mask_of(range(0, 40, 2))
        assert pack(many) == many
