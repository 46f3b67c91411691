"""How an edition decides about every flow of one deployment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple, Self

from avi_portspec.deployment.choices import HOLDING, choice_faults
from avi_portspec.deployment.facet_bits import FacetBits
from avi_portspec.errors import (
    InvalidDataError,
    InvalidQueryError,
    UnknownNameError,
    shown,
)
from avi_portspec.model.catalog import names_of
from avi_portspec.model.conditions import Condition, Match, Test
from avi_portspec.model.edition import EditionData
from avi_portspec.model.facets import Deployment
from avi_portspec.model.flows import Flow
from avi_portspec.model.frozen import Frozen, FrozenDict
from avi_portspec.model.interfaces import Interface
from avi_portspec.names import FacetId, FlowId, NoteId, Status, fold

__all__ = ["Resolver"]

#: The endpoint of which a deployment says how many there are.
_CONTROLLER: Final = "controller"
#: The facets whose values a deployment opts into.
_CHOSEN: Final[tuple[FacetId, ...]] = ("feature", "service")
#: What a condition that holds comes to, as a position in these.
_YES: Final = 2
_ANSWERS: Final[tuple[Status, ...]] = ("not-applicable", "unstated", "needed")


class Silence(NamedTuple):
    """Something about a deployment on which the vendor is silent.

    Attributes:
        facet: The facet.
        value: The value that is not covered.
        flows: The flows that are unstated for it.
        is_lacking: Whether it is a deployment without the value that is not
            covered.
        interface: What the Controller talks to on that cloud, where it is
            this that no flow covers.
    """

    facet: FacetId
    value: str
    flows: tuple[Flow, ...] = ()
    is_lacking: bool = False
    interface: Interface | None = None


class Resolver(Frozen):
    """An edition prepared to decide about deployments.

    The rules, in this order:

    1. Traffic of a Controller to another one does not apply to a single
       node.
    2. Where a flow applies that replaces another, the other is *replaced*.
    3. Where the condition holds, the flow is *needed*; or *optional*, if the
       vendor says so and the deployment did not opt into what it is for.
    4. Where the condition is unstated, so is the flow.
    5. Where it does not hold, the flow is *unsupported* if a restriction
       in the vendor's notes alone keeps it from applying, and *not applicable*
       otherwise.
    6. What is needed or optional by these has an *unclear direction* where
       the vendor leaves doubt about it, and the deployment does not say how
       to read it.
    7. What is needed, optional or unclear by these is *declined* where the
       deployment says that the site does not use it.
    """

    __slots__ = (
        "_presets",
        "chosen",
        "doubtful",
        "edition",
        "lacking",
        "mentioned",
        "optional",
        "peers",
        "relaxed",
        "replacers",
        "restrictions",
        "silent",
        "slot_of",
        "tests",
        "words",
    )

    edition: EditionData
    words: FacetBits
    #: The bits of all that a deployment opts into.
    chosen: int
    #: The bits of all that any condition names.
    mentioned: int
    #: Conditions are few: each is tested once, and flows refer to it.
    tests: tuple[Test, ...]
    slot_of: tuple[int, ...]
    #: By position: what can replace a flow, the notes that restrict it, and
    #: its condition without these restrictions.
    replacers: Mapping[int, tuple[int, ...]]
    restrictions: Mapping[int, tuple[NoteId, ...]]
    relaxed: Mapping[int, Test]
    #: By facet and value: the positions of the flows that are not documented
    #: with the value, and of those that are not without it.
    silent: Mapping[tuple[FacetId, str], tuple[int, ...]]
    lacking: Mapping[tuple[FacetId, str], tuple[int, ...]]
    #: The positions of optional flows, of those of doubtful direction, and of
    #: those between Controllers.
    optional: tuple[int, ...]
    doubtful: tuple[int, ...]
    peers: frozenset[int]
    _presets: Mapping[str, Deployment]

    def __new__(cls, edition: EditionData) -> Self:
        """Return an edition prepared."""
        self = super().__new__(cls)
        words = FacetBits(edition.facets)
        flows = tuple(edition.flows)
        slots: dict[Condition, int] = {}
        slot_of = tuple(
            [slots.setdefault(flow.when, len(slots)) for flow in flows]
        )
        tests = {when: when.compile(words.bits) for when in slots}
        restricting = {
            note.id for note in edition.notes if note.kind == "restriction"
        }
        restrictions = {
            at: notes
            for at, flow in enumerate(flows)
            if (notes := tuple(n for n in flow.notes if n in restricting))
        }
        named = {
            words.bits[match.facet, value]
            for condition in slots
            for match in condition.matches()
            for value in (*match.values, *match.unstated)
        }
        fields: dict[str, Any] = {
            "edition": edition,
            "words": words,
            "chosen": sum(words.whole.get(facet, 0) for facet in _CHOSEN),
            "mentioned": sum(named),
            "tests": tuple(tests.values()),
            "slot_of": slot_of,
            "replacers": _find_replacers(flows),
            "restrictions": FrozenDict(restrictions),
            "relaxed": FrozenDict(
                {
                    at: flows[at].when.relax().compile(words.bits)
                    for at in restrictions
                }
            ),
            "silent": _find_positions(flows, lambda match: match.unstated),
            "lacking": _find_positions(
                flows,
                lambda match: (
                    match.values if match.otherwise == "unstated" else ()
                ),
            ),
            "optional": tuple(
                at
                for at, flow in enumerate(flows)
                if flow.requirement == "optional"
            ),
            "doubtful": tuple(
                at for at, flow in enumerate(flows) if flow.direction_doubts
            ),
            "peers": frozenset(
                at
                for at, flow in enumerate(flows)
                if flow.source == flow.destination == _CONTROLLER
            ),
        }
        for name, value in fields.items():
            object.__setattr__(self, name, value)
        return self

    def _lazy(self, name: str) -> Any:
        if name != "_presets":
            return super()._lazy(name)
        facet = self.edition.facets.get("cloud")
        return FrozenDict(
            {
                fold(name): deployment
                for value in (facet.values if facet else ())
                for deployment in [Deployment(clouds={value.id})]
                for name in names_of(value)
            }
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return Resolver, (self.edition,)

    def preset(self, name: str) -> Deployment:
        """Return the deployment of one cloud of the edition.

        Args:
            name: The cloud's id, name or alias; capitals do not matter.

        Raises:
            UnknownNameError: The edition has no such cloud.
        """
        found = self._presets.get(name) or self._presets.get(fold(name))
        if found is None:
            facet = self.edition.facets.get("cloud")
            known = [value.id for value in facet.values] if facet else ()
            raise UnknownNameError("preset", name, known)
        return found

    def deployment_of(
        self, asked: Deployment | str | Iterable[str]
    ) -> Deployment:
        """Return the deployment that is asked about.

        Args:
            asked: The deployment; or the name of a preset, or several, whose
                clouds it has together; in a text, they are comma-separated.
        """
        if isinstance(asked, Deployment):
            return asked
        if isinstance(asked, str):
            if "," not in asked:
                return self.preset(asked)
            asked = map(str.strip, asked.split(","))
        # Over a mapping, the loop would see its keys alone.
        is_list = isinstance(asked, Iterable) and not isinstance(
            asked, Mapping
        )
        names = tuple(asked) if is_list else ()
        if not names or not all(isinstance(name, str) for name in names):
            raise InvalidQueryError(
                "deployment",
                "a Deployment, or the name of a preset, or several",
                shown(asked),
            )
        return Deployment(
            clouds=frozenset().union(*(self.preset(n).clouds for n in names))
        )

    def held_by(self, deployment: Deployment) -> int:
        """Return a deployment's bits.

        Raises:
            InvalidDataError: It uses words or flows that the edition does
                not know, reads a direction that is not in doubt, or names no
                cloud; it carries every fault.
        """
        faults = (*choice_faults(deployment, self.edition),)
        try:
            held = self.words.bits_of(deployment)
        except InvalidDataError as wrong:
            raise InvalidDataError(
                wrong.subject, (*wrong.faults, *faults)
            ) from None
        if faults:
            raise InvalidDataError("Deployment", faults)
        return held

    def decide(self, deployment: Deployment) -> tuple[Status, ...]:
        """Return the decision on each flow, in order.

        Args:
            deployment: The deployment.

        Raises:
            InvalidDataError: See :meth:`held_by`.
        """
        single = deployment.nodes == "single-node"
        found = self.statuses(self.held_by(deployment), single=single)
        for at in self.doubtful:
            if found[at] in HOLDING:
                found[at] = "direction-unclear"
        positions = self.edition.flows._index.positions
        for declined in deployment.declined:
            if found[positions[declined.flow]] in HOLDING:
                found[positions[declined.flow]] = "declined"
        return tuple(found)

    def statuses(self, held: int, *, single: bool) -> list[Status]:
        """Return what the vendor's page decides about each flow, in order.

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
            if found[at] == "not-applicable" and test(held) == _YES:
                found[at] = "unsupported"
        replaced = [
            at
            for at, by in self.replacers.items()
            if any(found[other] in {"needed", "optional"} for other in by)
        ]
        for at in replaced:
            found[at] = "replaced"
        if single:
            for at in self.peers:
                found[at] = "not-applicable"
        return found

    def holds(self, position: int, held: int) -> bool:
        """Return whether a flow's condition holds.

        Such a flow replaces others, also where another one replaces it.

        Args:
            position: The position of the flow.
            held: The deployment's bits.
        """
        return self.tests[self.slot_of[position]](held) == _YES

    def silences(self, held: int) -> Iterator[Silence]:
        """Yield what the vendor is silent on, value by value."""
        flows = self.edition.flows
        for facet in self.edition.facets:
            for value in facet.values:
                bit = self.words.bits[facet.id, value.id]
                if not held & bit:
                    lacking = self._lacking(facet.id, value.id, held)
                    if lacking:
                        yield Silence(
                            facet.id, value.id, lacking, is_lacking=True
                        )
                    continue
                # Alone: another cloud's yes must not hide this one's silence.
                alone = held & ~self.words.whole[facet.id] | bit
                silent = tuple(
                    flows[at]
                    for at in self.silent.get((facet.id, value.id), ())
                    for test in (self.tests[self.slot_of[at]],)
                    if 1 in {test(alone), test(held)}
                )
                is_named = not facet.many or self.mentioned & bit
                if silent or not is_named:
                    yield Silence(facet.id, value.id, silent)
                # Where nothing at all is documented, that says it already.
                for interface in self.edition.interfaces if is_named else ():
                    here = facet.id == "cloud" and interface.cloud == value.id
                    if here and interface.is_silent:
                        yield Silence(facet.id, value.id, interface=interface)

    def _lacking(
        self, facet: FacetId, value: str, held: int
    ) -> tuple[Flow, ...]:
        """Return the flows that are unstated for want of a value."""
        return tuple(
            self.edition.flows[at]
            for at in self.lacking.get((facet, value), ())
            if self.tests[self.slot_of[at]](held) == 1
        )


def _find_positions(
    flows: tuple[Flow, ...], values_of: Callable[[Match], Iterable[str]]
) -> FrozenDict[tuple[FacetId, str], tuple[int, ...]]:
    """Return the positions of flows by the values that their tests name."""
    found: dict[tuple[FacetId, str], dict[int, None]] = {}
    for at, flow in enumerate(flows):
        for match in flow.when.matches():
            for value in values_of(match):
                found.setdefault((match.facet, value), {})[at] = None
    return FrozenDict({key: (*places,) for key, places in found.items()})


def _find_replacers(
    flows: tuple[Flow, ...],
) -> FrozenDict[int, tuple[int, ...]]:
    """Return for each flow those that can replace it, by position."""
    positions: dict[FlowId, int] = {f.id: at for at, f in enumerate(flows)}
    found: dict[int, tuple[int, ...]] = {}
    for at, flow in enumerate(flows):
        for replaced in flow.replaces:
            position = positions[replaced]
            found[position] = (*found.get(position, ()), at)
    return FrozenDict(found)
