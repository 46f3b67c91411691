"""What filters let through, at least and at most."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Final, NamedTuple, TypeAlias

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
    last_resort_breadth,
)
from avi_portspec.audit.hulls import Hulled, atoms_around, hull
from avi_portspec.audit.model import Action, Direction, LastResort, Rule
from avi_portspec.audit.remainder import Remainder

__all__ = [
    "Allowance",
    "Crossing",
    "Let",
    "Part",
    "Skip",
    "allowance",
    "atoms_on",
    "cover",
    "parts_of",
    "units_of",
]

#: With more filters, the parts of a flow that one is for are looked up.
_FEW: Final = 8
#: Nothing comes before the first part.
_NONE: Final = -1
#: Tells what to leave out of a walk.
Skip: TypeAlias = Callable[["Let"], bool]


class Let(NamedTuple):
    """What lets traffic through, or stops it.

    Attributes:
        who: The rule, or what happens when none matches.
        action: What it does.
        rests_on: What makes it broad, or nothing.
    """

    who: Rule | LastResort
    action: Action
    rests_on: str


class Met(NamedTuple):
    """What a rule has of a region.

    Attributes:
        rule: The rule.
        let: The same, as what lets it through or stops it.
        least: What it has for sure.
        most: What it may have.
    """

    rule: Rule
    let: Let
    least: Region
    most: Region


class Allowance(NamedTuple):
    """What passes of a region: at least this, and at most that."""

    least: Region
    most: Region


class Crossing:
    """A filter, where a part of a flow has to pass it.

    What each of its rules has of the part is found once, for all walks.

    Args:
        judged: The filter.
        region: The part.
        is_sure: Whether the part is surely on the filter's side, or only may
            be.
    """

    def __init__(
        self, judged: Judged, region: Region, *, is_sure: bool
    ) -> None:
        self.judged = judged
        self.region = region
        self.is_sure = is_sure
        self._is_ordered = judged.filter.discipline == "first-match"
        last = judged.filter.last_resort
        self._last = Let(
            last, last.action, last_resort_breadth(last, judged.filter)
        )
        self._lets: dict[bool, list[tuple[Let | None, Region]]] = {}

    @cached_property
    def met(self) -> list[Met]:
        """What each rule has of the part, for sure and at most, in order."""
        found = []
        for boxes in self.judged.rules:
            most = boxes.matched(self.region, surely=False)
            if most:
                least = most
                if not boxes.is_sure:
                    least = boxes.matched(self.region, surely=True)
                rule = boxes.rule
                let = Let(rule, rule.action, boxes.rests_on)
                found.append(Met(rule, let, least, most))
        return found

    @cached_property
    def _is_settled(self) -> bool:
        """Whether both walks are the same."""
        return not self.judged.unread and all(
            each.least is each.most for each in self.met
        )

    def by_whom(
        self, *, is_most: bool, skip: Skip | None = None
    ) -> Sequence[tuple[Let | None, Region]]:
        """Return what lets parts of the region through, or stops them.

        What the file does not settle counts against the traffic in the walk
        for what passes at least, and for it in the other.

        Args:
            is_most: Which of the two walks it is.
            skip: What to leave out.

        Returns:
            What it is, ``None`` for rules that were not read; and what of
            the region it meets. In a filter whose order counts, what was met
            before is not met again. What stops all that no rule matches is
            left out.
        """
        is_most = is_most or self._is_settled
        if is_most not in self._lets:
            self._lets[is_most] = [*self._walk(None, is_most=is_most)]
        whole = self._lets[is_most]
        if skip is None or not any(
            let is not None and skip(let) for let, _ in whole
        ):
            return whole
        return [*self._walk(skip, is_most=is_most)]

    def _walk(
        self, skip: Skip | None, *, is_most: bool
    ) -> Iterator[tuple[Let | None, Region]]:
        judged, region = self.judged, self.region
        if judged.unread and is_most:
            yield None, region
            return
        if any(self._is_ordered or u.may_deny for u in judged.unread):
            # Rules nobody read may deny it all, before all others.
            return
        remainder = Remainder(region)
        taken: list[Box] = []
        for _, let, least, most in self.met:
            if skip is not None and skip(let):
                continue
            met = most if (let.action == "allow") == is_most else least
            if self._is_ordered:
                met = remainder.meet(met)
                remainder.take(met)
            else:
                taken += met
            if met:
                yield let, met
        last = self._last
        if last.action == "allow" and not (skip is not None and skip(last)):
            left = subtract(remainder.left(), taken)
            if left:
                yield last, left

    def allowance(self, skip: Skip | None = None) -> Allowance:
        """Return what the filter lets through, by both walks."""
        if skip is not None:
            return self._allow(skip)
        return self._allowance

    @cached_property
    def _allowance(self) -> Allowance:
        return self._allow(None)

    def _allow(self, skip: Skip | None) -> Allowance:
        found = [
            unite(
                region
                for let, region in self.by_whom(is_most=is_most, skip=skip)
                if let is None or let.action == "allow"
            )
            for is_most in ((True,) if self._is_settled else (False, True))
        ]
        return Allowance(found[0], found[-1])


class Part(NamedTuple):
    """A part of a flow, and the filters that it has to pass.

    Attributes:
        region: The part.
        stages: The filters of each stage and direction, for replies leave
            one side and reach the other.
    """

    region: Region
    stages: dict[tuple[str, Direction], list[Crossing]]


def parts_of(
    need: Region,
    filters: Sequence[Judged],
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
    # What passes which filters: where each of them surely is, or may be.
    parts: list[tuple[Region, list[tuple[Judged, bool]]]] = [(need, [])]
    # Which part comes before each one: what is cut out of it does.
    before = [_NONE]
    many = len(filters) > _FEW
    hulled = Hulled([(hull(need), 0)] if many else ())
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
        around = hull(maybe)
        near = judged._replace(
            # All walks of the filter are over these rules.
            rules=tuple(judged.hulled.touching(around)),
            bearers=(surely_by, maybe_by),
        )
        for at in [*hulled.touching(around)] if many else range(len(parts)):
            whole, passed = parts[at]
            cut = [
                (intersect(whole, surely), [*passed, (near, True)]),
                (
                    subtract(intersect(whole, maybe), surely),
                    [*passed, (near, False)],
                ),
                (subtract(whole, maybe), passed),
            ]
            # The last piece takes the place of the whole.
            *others, parts[at] = (piece for piece in cut if piece[0])
            for piece in others:
                before.append(before[at])
                before[at] = len(parts)
                if many:
                    hulled.add(hull(piece[0]), len(parts))
                parts.append(piece)
    found = []
    at = 0
    while at != _NONE:
        found.append(_part(*parts[at]))
        at = before[at]
    return found[::-1]


def _part(region: Region, passed: Iterable[tuple[Judged, bool]]) -> Part:
    stages: dict[tuple[str, Direction], list[Crossing]] = {}
    for judged, is_sure in passed:
        stage = judged.filter.stage, judged.filter.direction
        crossing = Crossing(judged, region, is_sure=is_sure)
        stages.setdefault(stage, []).append(crossing)
    return Part(region, stages)


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
    for crossings in part.stages.values():
        walked = [each.allowance(skip) for each in crossings]
        for unit in units_of(crossings, together):
            within = [walked[at].least for at in unit]
            least = intersect(least, unite(within))
        if any(each.is_sure for each in crossings):
            most = intersect(most, unite(each.most for each in walked))
    return Allowance(least, most)


def units_of(
    crossings: Sequence[Crossing], together: Sequence[frozenset[str]]
) -> list[frozenset[int]]:
    """Return filters of a stage, by position, that are known to add up.

    All that the pods of one selector bear do, and whoever bears another as
    well is let through more. A filter is alone if somebody may bear no other.
    """
    filters = [each.judged for each in crossings]
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
