"""What earlier rules decide is what a look at each of them finds."""

from __future__ import annotations

from unittest.mock import create_autospec

from hypothesis import given
from hypothesis import strategies as st
from test_audit_boxes import points

from avi_portspec.audit.boxes import Box
from avi_portspec.audit.compiled import RuleBoxes
from avi_portspec.audit.decided import Decided
from avi_portspec.audit.hulls import hull
from avi_portspec.audit.masks import pack_box
from avi_portspec.audit.model import Rule

#: Boxes of few kinds, so that many differ on one axis alone.
MASKS = st.sampled_from([1, 2, 3, 6, 8, 15])
BOXES = st.tuples(MASKS, MASKS, MASKS)


def rule_of(box: Box) -> RuleBoxes:
    """Return a rule that decides a box."""
    packed = (pack_box(box),)
    rule = create_autospec(Rule, instance=True)
    return RuleBoxes(rule, "", packed, packed, packed, *packed, *packed)


class TestDecided:
    """Rules are put together, and nothing changes by it."""

    @given(st.lists(BOXES, max_size=25), BOXES)
    def test_as_one_by_one(self, earlier: list[Box], box: Box) -> None:
        """What is left, and which rules decide it if nothing is."""
        decided = Decided()
        rules = [*map(rule_of, earlier)]
        for at, rule in enumerate(rules):
            decided.add(at, rule)
        region = (box,)
        around = hull(region)
        gone = points(tuple(earlier))
        assert points(decided.left(region, around)) == points(region) - gone
        if points(region) - gone:
            return
        named = decided.by_whom(region, around)
        numbers = [
            at for at, rule in enumerate(rules) if rule.rule in set(named)
        ]
        assert [rules[at].rule for at in numbers] == [*named]
        assert points(region) <= points(tuple(earlier[at] for at in numbers))
        for at in numbers:
            others = tuple(earlier[n] for n in numbers if n != at)
            assert not points(region) <= points(others)

    def test_one_that_decides_all_is_enough(self) -> None:
        """However many others decide a part."""
        decided = Decided()
        rules = [rule_of((1 << at, 1, 1)) for at in range(40)]
        rules += [rule_of(((1 << 40) - 1, 1, 3)), rule_of((1 << 50, 1, 2))]
        for at, rule in enumerate(rules):
            decided.add(at, rule)
        region = (((1 << 30) - 1, 1, 1),)
        assert decided.by_whom(region, hull(region)) == (rules[40].rule,)
