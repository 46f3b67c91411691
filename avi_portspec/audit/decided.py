"""What the rules of a filter decide, one after the other."""

from __future__ import annotations

from avi_portspec.audit.boxes import without
from avi_portspec.audit.choice import choose
from avi_portspec.audit.compiled import RuleBoxes
from avi_portspec.audit.hulls import AXES, Axis, Hull, Hulled
from avi_portspec.audit.masks import (
    PackedBox,
    PackedRegion,
    pack_box,
    unpack,
    unpack_box,
)
from avi_portspec.audit.model import Rule

__all__ = ["Decided"]


class _Group:
    """Boxes of rules that differ on one axis alone, as one box.

    Attributes:
        box: All of them.
        axis: On which they differ, once they do.
        rules: The rules, by position.
        along: Where they are on that axis.
    """

    def __init__(self, box: PackedBox) -> None:
        self.box = box
        self.axis: int | None = None
        self.rules: dict[int, RuleBoxes] = {}
        self.along = Axis()

    def near(self, around: Hull) -> dict[int, RuleBoxes]:
        """Return the rules that may touch a hull, by position."""
        if self.axis is None:
            return self.rules
        listed = self.along.listed(around[self.axis])
        if listed is None:
            return self.rules
        return {at: self.rules[at] for at in set().union(*listed)}


class Decided:
    """What earlier rules decide for sure, where the first match counts.

    Thousands of rules that differ in their sources alone, or in their
    services alone, are compared with later ones as one.
    """

    def __init__(self) -> None:
        self._groups: list[_Group] = []
        self._hulled: Hulled[_Group] = Hulled()
        #: Which group a box joins: by the axis on which it may differ, and
        #: what it has on the others.
        self._joins: dict[tuple[int, PackedBox], int] = {}

    def add(self, at: int, rule: RuleBoxes) -> None:
        """Add a rule, after all that come before it."""
        for box in rule.decides:
            joins = _joins(box)
            for axis, key in enumerate(joins):
                if key in self._joins:
                    self._grow(self._joins[key], axis, box, at, rule)
                    break
            else:
                self._joins |= dict.fromkeys(joins, len(self._groups))
                group = _Group(box)
                group.rules[at] = rule
                self._groups.append(group)
                self._hulled.add(box[:AXES], group)

    def _grow(
        self, number: int, axis: int, box: PackedBox, at: int, rule: RuleBoxes
    ) -> None:
        """Add a box to a group, unless the group has all of it."""
        group = self._groups[number]
        whole = group.box
        before = unpack(whole[axis])
        atoms = before | unpack(box[axis])
        if atoms == before:
            return
        if group.axis is None:
            group.axis = axis
            for first in group.rules:
                group.along.add(whole[axis], first)
            for other, key in enumerate(_joins(whole)):
                if other != axis:
                    # Longer on one axis, it is no neighbour on another.
                    del self._joins[key]
        group.rules[at] = rule
        group.along.add(box[axis], at)
        group.box = (*whole[:axis], atoms, *whole[axis + 1 :])
        self._hulled.widen(number, axis, box[axis], atoms)

    def left(self, region: PackedRegion, around: Hull) -> PackedRegion:
        """Return what of a region no earlier rule decides.

        Args:
            region: The region.
            around: Its hull.

        Returns:
            What is left; the region itself where no earlier rule is near.

        Raises:
            TooFragmentedError: It takes too many boxes.
        """
        touching = self._hulled.touching(around)
        groups = tuple(pack_box(group.box) for group in touching)
        return without(map(unpack_box, region), groups) if groups else region

    def by_whom(self, packed: PackedRegion, around: Hull) -> tuple[Rule, ...]:
        """Return a few earlier rules that together decide all of a region.

        Args:
            packed: The region.
            around: Its hull.
        """
        region = tuple(map(unpack_box, packed))
        groups = [*self._hulled.touching(around)]
        # Of one rule and of many that decide as much, the one is named.
        groups.sort(key=lambda group: len(group.rules))
        whole = [(unpack_box(group.box),) for group in groups]
        near: dict[int, RuleBoxes] = {}
        for number in choose(whole, region):
            near |= groups[number].near(around)
        rules = [rule for _, rule in sorted(near.items())]
        decide = [rule.matched(region, surely=True) for rule in rules]
        chosen = choose(decide, region)
        return tuple(rules[number].rule for number in sorted(chosen))


def _joins(box: PackedBox) -> list[tuple[int, PackedBox]]:
    return [(axis, (*box[:axis], *box[axis + 1 :])) for axis in range(AXES)]
