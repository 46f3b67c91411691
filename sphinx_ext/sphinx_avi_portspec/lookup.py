"""All answers of an edition, as data that a script can look up.

There are far too many deployments for a table. But what a row says of one
flow depends on few of a deployment's values: those that the conditions around
it name. For each question, ``resolve`` is asked about every combination of
these, and the rows become a decision diagram: nodes that ask whether the
deployment has one value, with what the row says at the end. Equal parts are
shared. A script that walks the diagram has no rules and no words of its own,
so that it cannot decide differently.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final, get_args

from avi_portspec.deployment.choices import add_readings, reverse
from avi_portspec.deployment.space import relevant, representatives
from avi_portspec.deployment.unresolved import (
    conflict_phrase,
    gap_phrases,
    withheld_phrase,
)
from avi_portspec.model.conditions import AllOf, Match
from avi_portspec.model.display import ports_text
from avi_portspec.model.facets import FACETS, Deployment
from avi_portspec.model.phrases import (
    asked_of,
    cautions,
    deployment_title,
)
from avi_portspec.model.wording import FIND_DIRECTION, NODES, at_start
from avi_portspec.names import DirectionReading
from avi_portspec.tabular.lines import answer_lines, edition_lines, group_lines

if TYPE_CHECKING:
    from avi_portspec import Edition, Flow, Gap
    from avi_portspec.names import FacetId
    from avi_portspec.tabular.lines import Line

__all__ = [
    "READING",
    "SINGLE",
    "TooManyCasesError",
    "build_lookup",
    "list_lines",
]

#: The most combinations that are tried for one question.
MOST: Final = 1 << 16
#: The facet and the value that stand for a single-node Controller.
SINGLE: Final = ("nodes", "single-node")
#: What stands before the id of a flow where its direction is chosen.
READING: Final = "reading-"
#: What to do about a direction in doubt once it is known.
CHOOSE: Final = "Then choose it in the form."
#: The decisions that have a row.
SHOWN: Final = frozenset({"needed", "optional"})

_FIELD_OF: Final = dict(FACETS)

_Values = Mapping["FacetId", frozenset[str]]
_Word = tuple[str, str]

#: The data of editions, by digest.
_made: Final[dict[str, dict[str, Any]]] = {}


class TooManyCasesError(ValueError):
    """An answer depends on too many values."""


def list_lines(edition: Edition) -> list[Line]:
    """Return a line for each flow and exclusion, those of a source together.

    They keep their places, whatever a deployment needs of them. A flow of
    doubtful direction has two lines, one for each.
    """
    flows = [
        read
        for flow in edition.flows
        for read in (flow, *([reverse(flow)] if flow.direction_doubts else []))
    ]
    lines = edition_lines(edition, flows, (), edition.exclusions)
    return [
        line
        for group in group_lines(lines, "source")
        for line in group.lines
        if line.has_ports or line.exclusion
    ]


def build_lookup(edition: Edition) -> dict[str, Any]:
    """Return the data that a script needs to answer for any deployment.

    ``words`` has what diagrams ask about: a facet and a value; or
    ``reading-`` with a flow's id, and how its direction is read. ``nodes``
    has the diagrams' nodes: the number of a word, the next node without it,
    and the next node with it. A negative number is an answer: -1 is the first
    of ``answers``. ``starts`` has the first node for each of
    :func:`list_lines`; it leads to what the row says, or to nothing.
    ``conflicts``, ``gaps`` and ``unclear`` have the first nodes of those that
    can occur. ``offered`` has the clouds of each choice that matters on some
    alone.

    Raises:
        TooManyCasesError: An answer depends on too many values.
    """
    found = _made.get(edition.digest)
    if found is None:
        found = _made[edition.digest] = _Book(edition).build()
    return found


class _Book:
    """The diagrams of one edition; equal parts are shared."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self.nodes: dict[tuple[int, int, int], int] = {}
        self.answers: list[Any] = []
        self.numbers: dict[str, int] = {}
        self.words: dict[_Word, int] = {}
        self.phrases: dict[Gap, tuple[str, ...]] = {}

    def build(self) -> dict[str, Any]:
        """Return all data."""
        edition = self.edition
        starts = [self._row(line) for line in list_lines(edition)]
        # Most of these never occur.
        never = self._leaf(None)
        conflicts = [start for start in self._conflicts() if start != never]
        gaps = [start for start in self._gaps() if start != never]
        unclear = [start for start in self._unclear() if start != never]
        return {
            "titles": self._titles(),
            "offered": self._offered(),
            "words": [*self.words],
            "nodes": [*self.nodes],
            "answers": self.answers,
            "starts": starts,
            "conflicts": conflicts,
            "gaps": gaps,
            "unclear": unclear,
        }

    # -- what there is to choose ---------------------------------------------

    def _titles(self) -> dict[str, str]:
        """Return what a deployment is, without its clouds."""
        facets = self.edition.facets
        controller = facets.get("controller")
        kinds = [v.id for v in controller.values] if controller else [""]
        return {
            f"{nodes} {kind}".rstrip(): deployment_title(
                Deployment(
                    clouds=frozenset(),
                    nodes=nodes,
                    controller=kind or "virtual-machine",
                ),
                facets,
            )
            for kind in kinds
            for nodes in NODES
        }

    def _offered(self) -> dict[str, list[str]]:
        """Return the clouds of each choice that matters on some alone.

        Where a deployment has none of them, the choice changes nothing.
        """
        feature = self.edition.facets.get("feature")
        about = {
            value.id: [
                flow
                for flow in self.edition.flows
                if _names_value(flow, "feature", value.id)
            ]
            for value in (feature.values if feature else ())
        }
        about |= {
            READING + flow.id: [flow]
            for flow in self.edition.flows
            if flow.direction_doubts
        }
        found = {}
        for name, flows in about.items():
            clouds = [*map(_list_needed_clouds, flows)]
            if clouds and all(clouds):
                found[name] = sorted(frozenset().union(*clouds))
        return found

    # -- questions ---------------------------------------------------------

    def _row(self, line: Line) -> int:
        """Return the diagram of what a row says."""
        if line.exclusion is not None:
            # The vendor says so for every deployment.
            return self._leaf(_said("not needed", line))
        (flow,) = line.flows
        values = self._list_values(flow)
        (found,) = self._diagrams(values, partial(self._find_row, line), flow)
        return found

    def _list_values(self, flow: Flow) -> _Values:
        """Return the values that what is said of a flow depends on."""
        found = dict(relevant(self.edition, flow))
        for reason in (*flow.inferred, *flow.readings):
            for match in reason.when.matches():
                named = {*match.values, *match.unstated}
                if match != reason.when:
                    # Within an "unless", it counts too whether a deployment
                    # has other values.
                    every = self.edition.facets[match.facet].values
                    named = {value.id for value in every}
                before = found.get(match.facet, frozenset())
                found[match.facet] = before.union(named)
        return found

    def _find_row(self, line: Line, deployment: Deployment) -> list[Any]:
        """Return what a row says of its flow, or ``None`` if it is none."""
        edition = self.edition
        decision = edition.resolve(deployment)[line.flows[0].id]
        flow = decision.flow
        ends = flow.source, flow.destination
        if decision.status not in SHOWN or ends != line.pair:
            return [None]
        asked = asked_of(deployment, edition.facets)
        (line,) = answer_lines(edition, [decision], asked=asked, purposes=True)
        said = _said(decision.status, line)
        warned = " ".join(cautions(flow, asked))
        if warned:
            source = edition.endpoints[flow.source].label
            destination = edition.endpoints[flow.destination].label
            said["caution"] = (
                f"{source} to {destination}, {ports_text(flow)}: {warned}"
            )
        return [said]

    def _conflicts(self) -> Iterator[int]:
        """Yield a diagram for each flow that can be in conflict."""
        edition = self.edition
        restricting = {n.id for n in edition.notes if n.kind == "restriction"}
        for flow in edition.flows:
            if not restricting.isdisjoint(flow.notes):
                others = (edition.flows[name] for name in flow.replaces)
                values = self._join_values([flow, *others])
                yield from self._diagrams(
                    values, partial(self._find_conflict, flow)
                )

    def _find_conflict(self, flow: Flow, deployment: Deployment) -> list[Any]:
        """Return the conflict about a flow, or ``None``."""
        answer = self.edition.resolve(deployment)
        if flow.id not in {conflict.flow for conflict in answer.conflicts}:
            return [None]
        return [conflict_phrase(flow, answer[flow].why, self.edition)]

    def _unclear(self) -> Iterator[int]:
        """Yield a diagram for each flow of doubtful direction."""
        for flow in self.edition.flows:
            if flow.direction_doubts:
                values = relevant(self.edition, flow)
                ask = partial(self._find_unclear, flow)
                yield from self._diagrams(values, ask, flow)

    def _find_unclear(self, flow: Flow, deployment: Deployment) -> list[Any]:
        """Return what is unclear about a flow, or ``None``."""
        decision = self.edition.resolve(deployment)[flow]
        if decision.status != "direction-unclear":
            return [None]
        phrase = withheld_phrase(decision, self.edition)
        return [f"{phrase} {FIND_DIRECTION} {CHOOSE} ({flow.id})"]

    def _gaps(self) -> Iterator[int]:
        """Yield a diagram for each value, in the edition's order."""
        edition = self.edition
        for facet in edition.facets:
            # A gap about a value comes from flows whose conditions are
            # silent on its facet; other values of it can have answers.
            open_ = [
                flow
                for flow in edition.flows
                if any(
                    match.facet == facet.id
                    and (match.unstated or match.otherwise == "unstated")
                    for match in flow.when.matches()
                )
            ]
            shared = self._join_values(open_)
            named = shared.get(facet.id, frozenset())
            asked = [v.id for v in facet.values if v.id in named]
            # Values that no condition names are tried one at a time: all
            # together would be too many.
            groups = [asked, *([v.id] for v in facet.values)]
            found: dict[str, int] = {}
            for group in groups:
                values = [v for v in group if v not in found]
                if not values:
                    continue
                whole = {**shared, facet.id: named.union(values)}
                diagrams = self._diagrams(
                    whole, partial(self._find_gaps, facet.id, values)
                )
                found.update(zip(values, diagrams, strict=True))
            yield from (found[value.id] for value in facet.values)

    def _find_gaps(
        self, facet: FacetId, values: Sequence[str], deployment: Deployment
    ) -> list[Any]:
        """Return the gap about each of some values, or ``None``."""
        found: dict[str, tuple[str, ...]] = {}
        for gap in self.edition.resolve(deployment).gaps:
            if gap.facet == facet:
                if gap not in self.phrases:
                    self.phrases[gap] = gap_phrases(gap, self.edition)
                found[gap.value] = (
                    *found.get(gap.value, ()),
                    *self.phrases[gap],
                )
        return [found.get(value) for value in values]

    def _join_values(
        self, flows: Iterable[Flow]
    ) -> dict[FacetId, frozenset[str]]:
        """Return the values that the decisions on several flows depend on."""
        found: dict[FacetId, frozenset[str]] = {}
        for flow in flows:
            for facet, values in relevant(self.edition, flow).items():
                found[facet] = found.get(facet, frozenset()) | values
        return found

    # -- diagrams ----------------------------------------------------------

    def _diagrams(
        self,
        values: Mapping[FacetId, Iterable[str]],
        ask: Callable[[Deployment], list[Any]],
        flow: Flow | None = None,
    ) -> list[int]:
        """Return the diagrams of questions that depend on the same values.

        Args:
            values: What the answers depend on.
            ask: Returns the answers for a deployment.
            flow: The flow whose direction they depend on too, if in doubt.

        Raises:
            TooManyCasesError: There are too many combinations of them.
        """
        sets = {facet: frozenset(named) for facet, named in values.items()}
        count = sum(map(len, sets.values()))
        if 2 << count > MOST:
            raise TooManyCasesError(
                f"edition {self.edition.id!r}: one answer depends on {count} "
                "values of a deployment, too many combinations to work out "
                "in advance"
            )
        asked: list[_Word] = [
            (facet, word)
            for facet, words in sets.items()
            for word in sorted(words)
        ]
        asked.append(SINGLE)
        doubtful = flow.id if flow and flow.direction_doubts else None
        readings: list[Mapping[str, DirectionReading]] = [{}]
        if doubtful:
            readings += [{doubtful: way} for way in get_args(DirectionReading)]
            asked += [
                (READING + name, way)
                for reading in readings
                for name, way in reading.items()
            ]
        rows = []
        for deployment in representatives(self.edition, sets):
            for reading in readings:
                read = add_readings(deployment, reading)
                held = _list_words(read)
                rows.append((held, [self._leaf(a) for a in ask(read)]))
        return [
            self._node(asked, [(held, leaves[at]) for held, leaves in rows])
            for at in range(len(rows[0][1]))
        ]

    def _leaf(self, answer: Any) -> int:
        """Return the negative number of an answer."""
        key = repr(answer)
        if key not in self.numbers:
            self.answers.append(answer)
            self.numbers[key] = -len(self.answers)
        return self.numbers[key]

    def _node(
        self, asked: Sequence[_Word], rows: list[tuple[frozenset[_Word], int]]
    ) -> int:
        """Return the first node of the diagram of some rows."""
        leaves = {leaf for _, leaf in rows}
        if len(leaves) == 1:
            return leaves.pop()
        word, *rest = asked
        parts = [
            [row for row in rows if (word in row[0]) is has]
            for has in (False, True)
        ]
        # Some combinations do not exist: a Controller runs in one way.
        ends = [self._node(rest, part) for part in parts if part]
        if len(set(ends)) == 1:
            return ends[0]
        without, having = ends
        number = self.words.setdefault(word, len(self.words))
        key = number, without, having
        return self.nodes.setdefault(key, len(self.nodes))


def _said(status: str, line: Line) -> dict[str, Any]:
    """Return what a row says."""
    return {
        "status": status,
        # Its table says that it is optional.
        "why": at_start(line.need.text),
        "below": line.below,
        "assumed": line.assumed,
    }


def _list_words(deployment: Deployment) -> frozenset[_Word]:
    """Return the words that hold for a deployment."""
    found: set[_Word] = {
        (facet, value)
        for facet, _ in FACETS
        for value in deployment.values_of(facet)
    }
    found |= {
        (READING + each.flow, each.direction) for each in deployment.readings
    }
    return frozenset({*found, ("nodes", deployment.nodes)})


def _names_value(flow: Flow, facet: FacetId, value: str) -> bool:
    """Return whether a flow's condition names a value."""
    return any(
        match.facet == facet and value in {*match.values, *match.unstated}
        for match in flow.when.matches()
    )


def _list_needed_clouds(flow: Flow) -> frozenset[str]:
    """Return the clouds one of which a flow needs; none if it needs none."""
    when = flow.when
    for part in when.parts if isinstance(when, AllOf) else (when,):
        if isinstance(part, Match) and part.facet == "cloud":
            return frozenset((*part.values, *part.unstated))
    return frozenset()
