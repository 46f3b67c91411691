"""A few regions that together have what is needed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from heapq import heapify, heappop, heapreplace

from avi_portspec.audit.boxes import Box, Region, share, unite
from avi_portspec.audit.remainder import Remainder

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
    rest, lacking = Remainder(need), _weight(need)
    for numbers in (range(first), range(first, len(regions))):
        # The more is chosen, the less each of the others adds: whoever still
        # adds what it was thought to add, adds the most.
        thought = [(-_weight(rest.meet(regions[at])), at) for at in numbers]
        heapify(thought)
        while lacking and thought:
            most, at = thought[0]
            met = rest.meet(regions[at])
            adds = _weight(met)
            if adds and adds == -most:
                chosen.append(at)
                rest.take(met)
                lacking -= adds
            if adds and adds != -most:
                heapreplace(thought, (-adds, at))
            else:
                heappop(thought)
    whole = Remainder(need)
    useful = {at: whole.meet(regions[at]) for at in chosen}
    while True:
        shared = _within(useful, useful, share(useful.values()))
        if not shared:
            return [*useful]
        # For what those have together that have something alone, and so stay,
        # all others are idle.
        alone = useful.keys() - shared
        kept = unite(useful[at] for at in sorted(alone))
        for at in _within(shared, useful, kept) or shared[:1]:
            del useful[at]


def _within(
    numbers: Iterable[int], regions: Mapping[int, Region], region: Region
) -> list[int]:
    """Return the numbers of those regions that are all in one region."""
    whole = Remainder(region)
    return [
        at
        for at in numbers
        if _weight(whole.meet(regions[at])) == _weight(regions[at])
    ]


def _weight(region: Region) -> int:
    """Return how many atoms a region has."""
    return sum(map(_atoms, region))


def _atoms(box: Box) -> int:
    count = 1
    for mask in box:
        count *= mask.bit_count()
    return count
