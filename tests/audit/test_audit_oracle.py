"""Laws of verdicts: the same as packet by packet, and what must not matter."""

from __future__ import annotations

from functools import cache
from random import Random
from typing import Any, Final
from unittest.mock import patch

import attrs
from audit_examples import (
    FLOWS,
    INVENTORY,
    TCP,
    UNKNOWN,
    existing_of,
    networks,
    roles_of,
    rules,
    worlds,
)
from audit_oracle import ORDER, World, sides_of
from hypothesis import given, settings
from hypothesis import strategies as st

from avi_portspec import Resolution, load
from avi_portspec.audit import boxes, walks
from avi_portspec.audit.compiled import Compiler
from avi_portspec.audit.model import (
    Anywhere,
    Filter,
    Group,
    Networks,
    Party,
    Rule,
)
from avi_portspec.audit.services import EVERY_SERVICE, Spans, port_spans
from avi_portspec.audit.verdicts import Sides, judge_flow

#: One in a hundred files has a case that only few examples reach: the session
#: ``laws``, which tries a hundred of any law, tries two thousand here, packet
#: by packet.
FEW = settings().max_examples
MANY = settings(max_examples=2_000 if FEW >= 100 else FEW)

#: What each law is tried on: filters, a flow, and roles with addresses or not.
ASKED: Final[dict[str, st.SearchStrategy[Any]]] = {
    "world": worlds(),
    "name": st.sampled_from(FLOWS),
    "has_addresses": st.booleans(),
}


@cache
def resolution() -> Resolution:
    """Return an answer that has the flows that are drawn."""
    return load("vantage-undated").resolve("aws")


def judge(world: World, name: str, *, has_addresses: bool) -> Sides:
    """Return what drawn filters do to a flow."""
    roles = roles_of(world)
    existing = existing_of(world)
    inventory = INVENTORY if has_addresses else None
    compiler = Compiler([existing], resolution(), roles, inventory, ())
    together = [frozenset(each) for each in roles.together]
    filters = [*compiler.judge(existing)]
    flow = resolution().edition.flows[name]
    return judge_flow(compiler, filters, together, flow)


def verdicts(
    world: World, name: str, *, has_addresses: bool
) -> dict[str, str]:
    """Return the verdicts on a flow, by side."""
    sides = judge(world, name, has_addresses=has_addresses)
    return {kind: side.verdict.value for kind, side in sides.items()}


class TestTheOracle:
    """The same, looked at packet by packet."""

    @MANY
    @given(**ASKED)
    def test_verdicts_are_those_of_single_packets(
        self, *, world: World, name: str, has_addresses: bool
    ) -> None:
        """Of each side of a flow, over atoms and packet by packet."""
        self.compare(world, name, has_addresses=has_addresses)

    @given(**ASKED)
    def test_as_if_they_were_thousands(
        self, *, world: World, name: str, has_addresses: bool
    ) -> None:
        """Few boxes are compared with each other, and many otherwise.

        So it is with the parts of a flow, and the filters that they pass.
        """
        with patch.object(boxes, "_FEW", 0), patch.object(walks, "_FEW", 0):
            self.compare(world, name, has_addresses=has_addresses)

    def compare(self, world: World, name: str, *, has_addresses: bool) -> None:
        """Compare verdicts over atoms with those of the oracle."""
        sides = judge(world, name, has_addresses=has_addresses)
        flow = resolution().edition.flows[name]
        expected = dict(sides_of(world, flow, has_addresses=has_addresses))
        for kind, verdict in expected.items():
            if kind in sides:
                assert sides[kind].verdict.value == verdict, kind
            else:
                assert verdict == "not filtered"
        assert sides.verdict.value == min(expected.values(), key=ORDER.index)


def settle_party(party: Party, draw: st.DataObject) -> Party:
    """Return a party that is known."""
    if party != UNKNOWN:
        return party
    return draw.draw(
        st.sampled_from(
            [
                Networks(()),
                networks("192.0.2.0/31"),
                networks("192.0.2.0/30"),
                Group("g-s"),
                Anywhere((4,)),
            ]
        )
    )


def settle_rule(rule: Rule, draw: st.DataObject) -> Rule | None:
    """Return a rule of which all is known; ``None`` if it never matches."""
    if rule.conditions and draw.draw(st.booleans()):
        return None
    service: Spans = (
        rule.service
        if isinstance(rule.service, tuple)
        else draw.draw(
            st.sampled_from([(), EVERY_SERVICE, port_spans(TCP, 22, 22)])
        )
    )
    return attrs.evolve(
        rule,
        sources=tuple(settle_party(p, draw) for p in rule.sources),
        destinations=tuple(settle_party(p, draw) for p in rule.destinations),
        service=service,
        conditions=(),
    )


def settle_filter(filter_: Filter, draw: st.DataObject) -> Filter:
    """Return a filter of which all is known."""
    settled = (settle_rule(rule, draw) for rule in filter_.rules)
    return attrs.evolve(
        filter_, rules=tuple(rule for rule in settled if rule is not None)
    )


class TestTheBounds:
    """What a verdict promises of what is not known."""

    @given(**ASKED, data=st.data())
    def test_a_verdict_holds_whatever_the_unknown_is(
        self,
        *,
        world: World,
        name: str,
        has_addresses: bool,
        data: st.DataObject,
    ) -> None:
        """Any assignment of it gives the very same, unless it is unknown.

        Nothing passes of what is missing; what would, may be denied.
        """
        world = world._replace(
            unread=(),
            filters=tuple(
                attrs.evolve(
                    each,
                    attached_to=tuple(
                        Group("g-c") if p == UNKNOWN else p
                        for p in each.attached_to
                    ),
                )
                for each in world.filters
            ),
        )
        before = verdicts(world, name, has_addresses=has_addresses)
        settled = world._replace(
            filters=tuple(settle_filter(each, data) for each in world.filters)
        )
        after = verdicts(settled, name, has_addresses=has_addresses)
        for key, verdict in before.items():
            # What is left unknown is how filters of one stage add up.
            if verdict != "unknown" and after.get(key) != "unknown":
                same = {verdict}
                if verdict == "missing":
                    same.add("denied")
                assert after[key] in same, key


class TestWhatDoesNotMatter:
    """Changes that change no verdict, or only for the better."""

    @given(**ASKED, random=st.randoms())
    def test_the_order_of_a_union_is_of_no_account(
        self, *, world: World, name: str, has_addresses: bool, random: Random
    ) -> None:
        """Where all rules allow, none of them is the first."""
        shuffled = world._replace(
            filters=tuple(
                attrs.evolve(
                    each,
                    rules=tuple(
                        random.sample(each.rules, len(each.rules))
                        if each.discipline == "union"
                        else each.rules
                    ),
                )
                for each in world.filters
            )
        )
        assert verdicts(world, name, has_addresses=has_addresses) == (
            verdicts(shuffled, name, has_addresses=has_addresses)
        )

    @given(**ASKED)
    def test_a_rule_in_two_is_the_same_rule(
        self, *, world: World, name: str, has_addresses: bool
    ) -> None:
        """One for the lower ports, and one for the others right after it."""

        def halves(rule: Rule) -> list[Rule]:
            if not isinstance(rule.service, tuple):
                return [rule]
            low = [s for s in rule.service if s[1] <= 6 * 65536 + 300]
            high = [s for s in rule.service if s not in low]
            return [
                attrs.evolve(rule, id=f"{rule.id}{at}", service=tuple(part))
                for at, part in enumerate((low, high))
            ]

        split = world._replace(
            filters=tuple(
                attrs.evolve(
                    each,
                    rules=tuple(
                        h for rule in each.rules for h in halves(rule)
                    ),
                    reply_rules=tuple(
                        h for rule in each.reply_rules for h in halves(rule)
                    ),
                )
                for each in world.filters
            )
        )
        assert verdicts(world, name, has_addresses=has_addresses) == (
            verdicts(split, name, has_addresses=has_addresses)
        )

    @given(**ASKED, data=st.data())
    def test_one_more_rule_that_allows_makes_nothing_worse(
        self,
        *,
        world: World,
        name: str,
        has_addresses: bool,
        data: st.DataObject,
    ) -> None:
        """At the end of a filter, where it takes nothing from another."""
        rule = attrs.evolve(
            data.draw(rules(990)),
            action="allow",
            conditions=(),
            service=EVERY_SERVICE,
            sources=(Group("g-cs"),),
            destinations=(Group("g-c"),),
        )
        chosen = data.draw(st.sampled_from(world.filters))
        more = world._replace(
            filters=tuple(
                attrs.evolve(each, rules=(*each.rules, rule))
                if each is chosen
                else each
                for each in world.filters
            )
        )
        before = verdicts(world, name, has_addresses=has_addresses)
        after = verdicts(more, name, has_addresses=has_addresses)
        for key, verdict in before.items():
            if "unknown" in {verdict, after[key]}:
                continue
            # A deny that stood alone has an allow now that it takes away:
            # what was missing is denied, and passes no less.
            if (verdict, after[key]) == ("partly", "denied"):
                continue
            assert ORDER.index(after[key]) >= ORDER.index(verdict), key
