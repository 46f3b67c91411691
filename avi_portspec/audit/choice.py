"""A few regions that together have what is needed."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heapify, heappop, heapreplace

from avi_portspec.audit.boxes import (
    Box,
    Region,
    intersect,
    share,
    subtract,
    unite,
)

__all__ = ["choose"]


def choose(
    regions: Sequence[Region], need: Region, *, first: int = 0
) -> list[int]:
    """Return the numbers of a few regions that together have what is needed.

    None of them is idle. What has the most comes first, as far as the regions
    together have what is needed.

    Args:
        regions: To choose among.
        need: What is needed.
        first: So many of them are taken before all others.

    Raises:
        TooFragmentedError: It takes more boxes than :data:`MOST_BOXES`.
    """
    chosen: list[int] = []
    rest = need
    for numbers in (range(first), range(first, len(regions))):
        # The more is chosen, the less each of the others adds: whoever still
        # adds what it was thought to add, adds the most.
        thought = [
            (-_weight(intersect(regions[at], rest)), at) for at in numbers
        ]
        heapify(thought)
        while rest and thought:
            most, at = thought[0]
            adds = _weight(intersect(regions[at], rest))
            if adds and adds == -most:
                chosen.append(at)
                rest = subtract(rest, regions[at])
            if adds and adds != -most:
                heapreplace(thought, (-adds, at))
            else:
                heappop(thought)
    useful = {at: intersect(regions[at], need) for at in chosen}
    while True:
        twice = share(useful.values())
        shared = [at for at in useful if not subtract(useful[at], twice)]
        if not shared:
            return [*useful]
        # For what those have together that have something alone, and so stay,
        # all others are idle.
        alone = useful.keys() - shared
        kept = unite(useful[at] for at in sorted(alone))
        idle = [at for at in shared if not subtract(useful[at], kept)]
        for at in idle or shared[:1]:
            del useful[at]


def _weight(region: Region) -> int:
    """Return how many atoms a region has."""
    return sum(map(_atoms, region))


def _atoms(box: Box) -> int:
    count = 1
    for mask in box:
        count *= mask.bit_count()
    return count
