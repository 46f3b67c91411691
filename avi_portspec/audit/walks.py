"""What filters let through, at least and at most."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

from avi_portspec.audit.boxes import (
    Box,
    Region,
    intersect,
    subtract,
    unite,
)
from avi_portspec.audit.choice import choose
from avi_portspec.audit.compiled import (
    Judged,
    RuleBoxes,
    last_resort_breadth,
)
from avi_portspec.audit.hulls import atoms_around, hull
from avi_portspec.audit.model import Direction, LastResort
from avi_portspec.audit.remainder import Remainder

__all__ = [
    "Allowance",
    "Let",
    "Part",
    "Skip",
    "allowance",
    "atoms_on",
    "by_whom",
    "cover",
    "parts_of",
    "units_of",
]

#: Tells what to leave out of a walk.
Skip: TypeAlias = Callable[["Let"], bool]


class Let(NamedTuple):
    """What lets traffic through, or stops it.

    Attributes:
        who: The rule, or what happens when none matches.
        judged: The filter that it is in.
        rests_on: What makes it broad, or nothing.
    """

    who: RuleBoxes | LastResort
    judged: Judged
    rests_on: str

    @property
    def action(self) -> str:
        """What it does."""
        if isinstance(self.who, LastResort):
            return self.who.action
        return self.who.rule.action


class Part(NamedTuple):
    """A part of a flow, and the filters that it has to pass.

    Attributes:
        region: The part.
        stages: The filters of each stage and direction, for replies leave
            one side and reach the other; and whether the part is surely on
            the filter's side, or only may be.
    """

    region: Region
    stages: dict[tuple[str, Direction], list[tuple[Judged, bool]]]


class Allowance(NamedTuple):
    """What passes of a region: at least this, and at most that."""

    least: Region
    most: Region


def parts_of(
    need: Region,
    filters: Iterable[Judged],
    everybody: int,
    axis: Callable[[Judged], Sequence[int]],
) -> list[Part]:
    """Return a flow cut by which filters it has to pass.

    Args:
        need: The flow.
        filters: The filters of one side.
        everybody: All atoms of the axes of addresses.
        axis: Tells on which of the axes a filter is attached: 0 for sources,
            1 for destinations.
    """
    parts: list[Part] = [Part(need, {})]
    for judged in filters:
        inside, inside_maybe = judged.within
        surely, maybe = (
            subtract(_attached(need, mask, everybody, axis(judged)), free)
            for mask, free in zip(
                judged.attached, (inside_maybe, inside), strict=True
            )
        )
        if not maybe:
            continue
        atoms = atoms_on(maybe, axis(judged))
        surely_by, maybe_by = (
            {name: own for name, own in by.items() if own & atoms}
            for by in judged.bearers
        )
        near = judged._replace(
            # All walks of the filter are over these rules.
            rules=tuple(judged.hulled.touching(hull(maybe))),
            bearers=(surely_by, maybe_by),
        )
        cut: list[Part] = []
        for part in parts:
            for region, is_sure in (
                (intersect(part.region, surely), True),
                (
                    subtract(intersect(part.region, maybe), surely),
                    False,
                ),
            ):
                if region:
                    stages = {k: [*v] for k, v in part.stages.items()}
                    stage = judged.filter.stage, judged.filter.direction
                    stages.setdefault(stage, []).append((near, is_sure))
                    cut.append(Part(region, stages))
            rest = subtract(part.region, maybe)
            if rest:
                cut.append(Part(rest, part.stages))
        parts = cut
    return parts


def atoms_on(region: Region, axes: Sequence[int]) -> int:
    """Return the atoms that a region has on any of some axes."""
    around, atoms = atoms_around(region), 0
    for axis in axes:
        atoms |= around[axis]
    return atoms


def _attached(
    need: Region, mask: int, everybody: int, axes: Sequence[int]
) -> Region:
    """Return what of a flow somebody sends, or receives."""
    regions = []
    for axis in axes:
        ends = [everybody, everybody]
        ends[axis] = mask
        regions.append(
            tuple(
                (box[0] & ends[0], box[1] & ends[1], *box[2:])
                for box in need
                if box[0] & ends[0] and box[1] & ends[1]
            )
        )
    return unite(regions)


def allowance(
    part: Part,
    together: Sequence[frozenset[str]],
    skip: Skip | None = None,
) -> Allowance:
    """Return what passes of a part: all of its stages have to let it.

    Filters of one stage add up where all members of a party bear them, which
    no file tells. At least passes what each of them lets through alone, at
    most what any does.

    Args:
        part: The part.
        together: The filters that are known to add up, by id.
        skip: What to leave out.
    """
    least = most = part.region
    for filters in part.stages.values():
        walked = [
            (judged, is_sure, _walk(judged, part.region, skip))
            for judged, is_sure in filters
        ]
        for unit in units_of([judged for judged, _ in filters], together):
            within = [walked[at][2].least for at in unit]
            least = intersect(least, unite(within))
        if any(is_sure for _, is_sure, _ in walked):
            most = intersect(most, unite(w.most for _, _, w in walked))
    return Allowance(least, most)


def units_of(
    filters: Sequence[Judged], together: Sequence[frozenset[str]]
) -> list[frozenset[int]]:
    """Return filters of a stage, by position, that are known to add up.

    All that the pods of one selector bear do, and whoever bears another as
    well is let through more. A filter is alone if somebody may bear no other.
    """
    surely = {name for judged in filters for name in judged.bearers[0]}
    units: dict[str | int, set[int]] = {}
    for at, judged in enumerate(filters):
        own, possible = judged.bearers
        if not (own or possible) or possible.keys() - surely:
            units[at] = {at}
        for name in own:
            units.setdefault(name, set()).add(at)
    for unit in units.values():
        for known in together:
            if any(filters[at].filter.id in known for at in unit):
                unit.update(
                    at
                    for at, judged in enumerate(filters)
                    if judged.filter.id in known
                )
    return [*dict.fromkeys(map(frozenset, units.values()))]


def _walk(judged: Judged, need: Region, skip: Skip | None) -> Allowance:
    """Return what a filter lets through, by both walks."""
    least, most = (
        unite(
            region
            for let, region in by_whom(
                judged, need, is_most=is_most, skip=skip
            )
            if let is None or let.action == "allow"
        )
        for is_most in (False, True)
    )
    return Allowance(least, most)


def by_whom(
    judged: Judged,
    need: Region,
    *,
    is_most: bool,
    skip: Skip | None = None,
) -> Iterator[tuple[Let | None, Region]]:
    """Yield what lets parts of a region through a filter, or stops them.

    What the file does not settle counts against the traffic in the walk for
    what passes at least, and for it in the other.

    Args:
        judged: The filter.
        need: The region.
        is_most: Which of the two walks it is.
        skip: What to leave out.

    Yields:
        What it is, ``None`` for rules that were not read; and what of the
        region it meets. In a filter whose order counts, what was met before
        is not met again.
    """
    is_ordered = judged.filter.discipline == "first-match"
    region = need
    if judged.unread and is_most:
        yield None, need
        region = ()
    elif any(is_ordered or unread.may_deny for unread in judged.unread):
        # Rules nobody read may deny it all, before all others.
        region = ()
    remainder = Remainder(region)
    taken: list[Box] = []
    for boxes in judged.rules if region else ():
        let = Let(boxes, judged, boxes.rests_on)
        if skip is not None and skip(let):
            continue
        is_allow = boxes.rule.action == "allow"
        matched = boxes.most if is_allow == is_most else boxes.least
        if is_ordered:
            met = remainder.meet(matched)
            remainder.take(met)
        else:
            met = intersect(region, matched)
            taken += met
        if met:
            yield let, met
    left = subtract(remainder.left(), taken)
    last = judged.filter.last_resort
    let = Let(last, judged, last_resort_breadth(last, judged.filter))
    if left and not (skip is not None and skip(let)):
        yield let, left


def cover(
    lets: Iterable[tuple[Let | None, Region]], need: Region
) -> list[Let]:
    """Return a small set of what lets a region through, none of it idle.

    What is not broad is taken first, then what lets the most through.

    Args:
        lets: What lets through which part of it.
        need: What of the region passes.
    """
    allowing = [
        (let, region)
        for let, region in lets
        if let is not None and let.action == "allow"
    ]
    # Whoever is not broad comes first.
    allowing.sort(key=lambda each: bool(each[0].rests_on))
    narrow = sum(not let.rests_on for let, _ in allowing)
    regions = [region for _, region in allowing]
    chosen = choose(regions, need, first=narrow)
    return [allowing[at][0] for at in chosen]
