"""Sets of atoms: a bit for each of them, the first the lowest."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, TypeAlias

__all__ = [
    "Packed",
    "PackedBox",
    "PackedRegion",
    "after",
    "atoms_of",
    "bounds",
    "common",
    "count_atoms",
    "count_runs",
    "has_all",
    "merge",
    "overlap",
    "pack",
    "pack_box",
    "runs",
    "shared",
    "unpack",
    "unpack_box",
]

#: A mask as its runs, if these are few: then it takes no more room, and no
#: more time, for the last of thousands of atoms than for the first.
Packed: TypeAlias = tuple[tuple[int, int], ...] | int
#: A mask for each axis, packed or not.
PackedBox: TypeAlias = tuple[Packed, ...]
#: Boxes that have nothing in common, packed or not.
PackedRegion: TypeAlias = tuple[PackedBox, ...]

#: So many runs are few: a mask of more is kept as it is.
_FEW: Final = 8
#: So many are shifted out of a mask, if it may have many; to find more, its
#: bytes are looked at.
_SHIFTED: Final = 2
#: The first atoms of a mask: as many as are seen at once.
_FIRST: Final = (1 << 64) - 1
_ANY: Final = re.compile(rb"[^\0]")
#: Which bits each byte has.
_BITS: Final = tuple(
    tuple(bit for bit in range(8) if byte >> bit & 1) for byte in range(256)
)


def atoms_of(packed: Packed) -> Iterator[int]:
    """Yield which bits are set, from the lowest."""
    for first, end in runs(packed):
        yield from range(first, end)


def runs(packed: Packed) -> Iterator[tuple[int, int]]:
    """Yield the first of bits that are set in a row, and the one after."""
    return _runs(packed, _SHIFTED) if isinstance(packed, int) else iter(packed)


def _runs(mask: int, shifted: int) -> Iterator[tuple[int, int]]:
    """Yield the runs of a mask, so many of them shifted out of it."""
    end = 0
    for _ in range(shifted):
        if not mask:
            return
        # Of a long mask, its first atoms are looked at first.
        low = mask & _FIRST or mask
        gap = (low & -low).bit_length() - 1
        mask >>= gap
        low = mask & _FIRST
        if low == _FIRST:
            low = mask
        length = (~low & (low + 1)).bit_length() - 1
        mask >>= length
        first = end + gap
        end = first + length
        yield first, end
    ends = _edges(mask)
    for low, high in zip(ends, ends, strict=True):
        yield end + low, end + high


def _edges(mask: int) -> Iterator[int]:
    """Yield where runs of bits begin and end, by turns."""
    edges = mask ^ mask << 1
    written = edges.to_bytes(edges.bit_length() // 8 + 1, "little")
    for found in _ANY.finditer(written):
        at = found.start()
        for bit in _BITS[written[at]]:
            yield 8 * at + bit


def count_runs(packed: Packed) -> int:
    """Return how many runs a mask has."""
    if not isinstance(packed, int):
        return len(packed)
    return (packed ^ packed << 1).bit_count() // 2


def pack(atoms: Packed) -> Packed:
    """Return a mask as its runs, or itself if these are many."""
    if not isinstance(atoms, int):
        return atoms
    mask, end = atoms, atoms.bit_length()
    # Most masks are one run, which is seen without a copy of the mask.
    first = end - mask.bit_count()
    if mask >> first == (1 << end - first) - 1:
        return ((first, end),) if mask else ()
    return mask if count_runs(mask) > _FEW else tuple(_runs(mask, _FEW))


def pack_box(box: PackedBox) -> PackedBox:
    """Return a box with packed masks."""
    return tuple(map(pack, box))


def unpack(packed: Packed) -> int:
    """Return the mask that was packed."""
    if isinstance(packed, int):
        return packed
    mask = 0
    for first, end in packed:
        mask |= (1 << end - first) - 1 << first
    return mask


def common(mask: int, packed: Packed) -> int:
    """Return what a mask and a packed one have in common.

    It looks at no more atoms than the first has, and returns that itself if
    the other has all of it: thousands of rules have all of a flow's service.
    """
    if isinstance(packed, int):
        found = mask & packed
    else:
        found = 0
        for first, end in packed:
            part = mask >> first
            if part.bit_length() > end - first:
                part &= (1 << end - first) - 1
            found |= part << first
    return mask if found == mask else found


def unpack_box(box: PackedBox) -> tuple[int, ...]:
    """Return the box that was packed."""
    return tuple(map(unpack, box))


def count_atoms(packed: Packed) -> int:
    """Return how many bits are set."""
    if isinstance(packed, int):
        return packed.bit_count()
    count = 0
    for first, end in packed:
        count += end - first
    return count


def bounds(packed: Packed) -> tuple[int, int]:
    """Return the first bit that is set, and the one after the last."""
    if isinstance(packed, int):
        return (packed & -packed).bit_length() - 1, packed.bit_length()
    return (packed[0][0], packed[-1][1]) if packed else (0, 0)


def shared(one: Packed, other: Packed) -> Packed:
    """Return what two masks have in common, packed if they are."""
    if isinstance(one, int) or isinstance(other, int):
        return unpack(one) & unpack(other)
    return tuple(
        (max(first, its_first), min(end, its_end))
        for first, end in one
        for its_first, its_end in other
        if first < its_end and its_first < end
    )


def merge(one: Packed, other: Packed) -> Packed:
    """Return what is in any of two packed masks."""
    return pack(unpack(one) | unpack(other))


def has_all(packed: Packed, other: Packed) -> bool:
    """Return whether a packed mask has all of another."""
    return count_atoms(shared(packed, other)) == count_atoms(other)


def after(packed: Packed, first: int) -> Packed:
    """Return the atoms from one on, counted from there."""
    if isinstance(packed, int):
        return packed >> first
    return tuple(
        (max(low - first, 0), end - first)
        for low, end in packed
        if end > first
    )


def overlap(one: Packed, other: Packed) -> bool:
    """Return whether two masks have a bit in common."""
    if isinstance(one, int) or isinstance(other, int):
        return bool(unpack(one) & unpack(other))
    for first, end in one:
        for its_first, its_end in other:
            if first < its_end and its_first < end:
                return True
    return False
