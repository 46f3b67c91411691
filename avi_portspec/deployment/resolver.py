"""How an edition decides about every flow of one deployment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from avi_portspec.deployment.compiled import Test, Words, compiled, unbarred
from avi_portspec.deployment.presets import preset
from avi_portspec.deployment.resolution import Resolution
from avi_portspec.errors import InvalidQueryError, UnresolvedError, shown
from avi_portspec.model.conditions import Condition
from avi_portspec.model.facets import Deployment
from avi_portspec.names import FacetId, Status

if TYPE_CHECKING:
    from avi_portspec.model.edition import Edition
    from avi_portspec.model.flows import Flow

__all__ = ["Resolver"]

#: The endpoint of which a deployment says how many there are.
_CONTROLLER: Final = "controller"
#: The facets whose values a deployment opts into.
_CHOSEN: Final[tuple[FacetId, ...]] = ("feature", "service")
_ANSWERS: Final[tuple[Status, ...]] = ("not-applicable", "unstated", "needed")


class Resolver:
    """An edition made ready to be asked about deployments.

    The rules, in this order:

    1. Traffic of a Controller to another one does not apply to a single
       node.
    2. Where a flow applies that replaces another, the other is *replaced*.
    3. Where the condition holds, the flow is *needed*; or *optional*, if the
       page says so and the deployment did not opt into what it is for.
    4. Where the condition is unstated, so is the flow.
    5. Where it does not hold, the flow is *unsupported* if a restriction
       noted on the page alone keeps it from applying, and *not applicable*
       otherwise.
    """

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self.words = Words(edition.facets)
        bits = self.words.bits
        flows = edition.flows
        tests: dict[Condition, Test] = {}

        def test_of(condition: Condition) -> Test:
            if condition not in tests:
                tests[condition] = compiled(condition, bits)
            return tests[condition]

        #: Conditions are few: each is tested once, and flows refer to it.
        self.slot_of: list[int] = []
        slots: dict[Condition, int] = {}
        for flow in flows:
            self.slot_of.append(slots.setdefault(flow.when, len(slots)))
        self.tests = [test_of(condition) for condition in slots]
        self.chosen = sum(self.words.whole.get(facet, 0) for facet in _CHOSEN)
        positions = {flow.id: at for at, flow in enumerate(flows)}
        self.replacers: list[tuple[int, tuple[int, ...]]] = []
        stood_in: dict[int, list[int]] = {}
        for at, flow in enumerate(flows):
            for replaced in flow.replaces:
                stood_in.setdefault(positions[replaced], []).append(at)
        self.replacers = [(at, tuple(by)) for at, by in stood_in.items()]
        restricting = {
            note.id for note in edition.notes if note.kind == "restriction"
        }
        self.restrictions: dict[int, tuple[str, ...]] = {}
        self.relaxed: dict[int, Test] = {}
        self.optional: list[int] = []
        self.peers: list[int] = []
        for at, flow in enumerate(flows):
            notes = tuple(n for n in flow.notes if n in restricting)
            if notes:
                self.restrictions[at] = notes
                self.relaxed[at] = test_of(unbarred(flow.when))
            if flow.requirement == "optional":
                self.optional.append(at)
            if flow.source == flow.destination == _CONTROLLER:
                self.peers.append(at)
        self.mentioned = sum(
            {
                bits[match.facet, value]
                for condition in slots
                for match in condition.matches()
                for value in (*match.values, *match.unstated)
            }
        )

    def replacers_of(self, position: int) -> tuple[int, ...]:
        """Return the flows that can stand in for one, by position."""
        return dict(self.replacers).get(position, ())

    def resolve(
        self, deployment: Deployment | str, *, strict: bool = False
    ) -> Resolution:
        """Return the decisions; see :meth:`Edition.resolve`."""
        if isinstance(deployment, str):
            deployment = preset(deployment)
        elif not isinstance(deployment, Deployment):
            raise InvalidQueryError(
                "deployment",
                "a Deployment, or the name of a preset",
                shown(deployment),
            )
        held = self.words.held(deployment)
        statuses = self.statuses(held, single=deployment.nodes != "cluster")
        found = Resolution(self, deployment, held, tuple(statuses))
        if strict and (found.conflicts or found.gaps):
            raise UnresolvedError(self.edition.id, found.conflicts, found.gaps)
        return found

    def statuses(self, held: int, *, single: bool) -> list[Status]:
        """Return the decision on each flow, in order.

        Args:
            held: The deployment's bits.
            single: Whether the Controller is a single node.
        """
        answers = [_ANSWERS[test(held)] for test in self.tests]
        found = [answers[slot] for slot in self.slot_of]
        bare = held & ~self.chosen
        for at in self.optional:
            # Opted into, it is needed: it would not apply by itself.
            if found[at] == "needed" and self.tests[self.slot_of[at]](bare):
                found[at] = "optional"
        for at, test in self.relaxed.items():
            if found[at] == "not-applicable" and test(held) == 2:  # noqa: PLR2004 - yes
                found[at] = "unsupported"
        replaced = [
            at
            for at, by in self.replacers
            if any(found[each] in {"needed", "optional"} for each in by)
        ]
        for at in replaced:
            found[at] = "replaced"
        if single:
            for at in self.peers:
                found[at] = "not-applicable"
        return found

    def silences(self, held: int) -> Iterator[tuple[FacetId, str, list[Flow]]]:
        """Yield what the page is silent on, value by value.

        Yields:
            The facet, the value, and the flows that it is unstated for;
            none of them where the page does not name the value at all.
        """
        flows = self.edition.flows
        for facet in self.edition.facets:
            for value in facet.values:
                bit = self.words.bits[facet.id, value.id]
                if not held & bit:
                    continue
                # Alone: another cloud's yes must not hide this one's silence.
                alone = held & ~self.words.whole[facet.id] | bit
                open_ = [test(alone) == 1 for test in self.tests]
                silent = [
                    flow
                    for flow, slot in zip(flows, self.slot_of, strict=True)
                    if open_[slot]
                    and any(m.facet == facet.id for m in flow.when.matches())
                ]
                if silent or (facet.many and not self.mentioned & bit):
                    yield facet.id, value.id, silent
