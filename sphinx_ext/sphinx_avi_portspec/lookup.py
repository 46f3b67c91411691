"""Every answer of an edition, as data in which a script looks them up.

The space of deployments is far too large for a table, but a decision on one
flow depends on few words of a deployment: on those that the conditions
around it name. Going through their combinations, with :func:`resolve` as the
only judge, gives each question a decision diagram: nodes that ask whether
the deployment has one word, and at the end an answer. Equal parts are kept
once. Whoever walks it needs no rule of how ports are decided about, and so
cannot have another one.

A reason names what the deployment answers to a facet. In an answer that
stands for many deployments, a mark stands in that place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from avi_portspec.deployment.space import relevant, representatives
from avi_portspec.model.display import joined
from avi_portspec.model.facets import FACETS

if TYPE_CHECKING:
    from avi_portspec import (
        Conflict,
        Decision,
        Deployment,
        Edition,
        Flow,
        Gap,
    )
    from avi_portspec.names import FacetId

__all__ = ["MARK", "MOST", "SINGLE", "TooManyCasesError", "lookup"]

#: What a mark begins with; the facet's number follows. No text of an edition
#: can hold a control character.
MARK: Final = "\x01"
#: The most combinations that are gone through for one question.
MOST: Final = 1 << 16
#: The word, beside those of facets, for a Controller that is a single node.
SINGLE: Final = "nodes single-node"

_Values = Mapping["FacetId", frozenset[str]]

#: What was made of an edition, by its digest.
_made: Final[dict[str, dict[str, Any]]] = {}


class TooManyCasesError(ValueError):
    """An answer depends on more than can be gone through."""


def lookup(edition: Edition) -> dict[str, Any]:
    """Return everything that a script needs to answer for any deployment.

    ``facets`` has the words to choose from. ``words`` are the words that
    diagrams ask about, ``nodes`` the diagrams' nodes: the number of a word,
    and where to go on without and with it. A negative number leads to an
    answer: the first of ``answers`` for -1, and so on. ``flows`` has the
    start for each flow, ``conflicts`` and ``gaps`` those for each that there
    can be.

    Raises:
        TooManyCasesError: The edition's conditions are too entangled.
    """
    found = _made.get(edition.digest)
    if found is None:
        found = _made[edition.digest] = _Book(edition).written()
    return found


class _Book:
    """The diagrams of one edition, equal parts once."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self.nodes: dict[tuple[int, int, int], int] = {}
        self.answers: list[Any] = []
        self.numbers: dict[str, int] = {}
        self.words = {
            f"{facet.id} {value.id}": number
            for number, (facet, value) in enumerate(
                (facet, value)
                for facet in edition.facets
                for value in facet.values
            )
        }
        self.words[SINGLE] = len(self.words)

    def written(self) -> dict[str, Any]:
        """Return all that there is."""
        edition = self.edition
        fields = dict(FACETS)
        flows = {flow.id: self._decision(flow) for flow in edition.flows}
        # Most of these there never are.
        never = self._leaf(None)
        conflicts = [start for start in self._conflicts() if start != never]
        gaps = [start for start in self._gaps() if start != never]
        return {
            "edition": edition.id,
            "facets": [
                {
                    "id": facet.id,
                    "field": fields[facet.id],
                    "name": facet.name,
                    "many": facet.many,
                    "values": [[v.id, v.name] for v in facet.values],
                }
                for facet in edition.facets
            ],
            "words": [*self.words],
            "nodes": [*self.nodes],
            "answers": self.answers,
            "flows": flows,
            "conflicts": conflicts,
            "gaps": gaps,
        }

    # -- questions ---------------------------------------------------------

    def _decision(self, flow: Flow) -> int:
        """Return the diagram of the decision on a flow."""
        values = relevant(self.edition, flow)
        (found,) = self._diagrams(values, partial(self._decided, flow))
        return found

    def _decided(self, flow: Flow, deployment: Deployment) -> list[Any]:
        """Return the decision on a flow, the reason, and where it stands."""
        decision = self.edition.resolve(deployment)[flow]
        reason = self._marked(decision.reason, deployment)
        return [[decision.status, reason, _places(decision)]]

    def _conflicts(self) -> Iterator[int]:
        """Yield a diagram for each flow that can be in conflict."""
        edition = self.edition
        restricting = {n.id for n in edition.notes if n.kind == "restriction"}
        for flow in edition.flows:
            if not restricting.isdisjoint(flow.notes):
                others = (edition.flows[name] for name in flow.replaces)
                values = self._together([flow, *others])
                yield from self._diagrams(
                    values, partial(self._conflict, flow)
                )

    def _conflict(self, flow: Flow, deployment: Deployment) -> list[Any]:
        """Return the conflict about a flow, or ``None``."""
        found = {
            conflict.flow: [conflict.text, _places(conflict)]
            for conflict in self.edition.resolve(deployment).conflicts
        }
        return [found.get(flow.id)]

    def _gaps(self) -> Iterator[int]:
        """Yield a diagram for each value, in the edition's order."""
        edition = self.edition
        for facet in edition.facets:
            # Silence about a value is the silence of flows that ask about
            # its facet; other values of it can be answered for.
            open_ = [
                flow
                for flow in edition.flows
                if any(match.unstated for match in flow.when.matches())
                and any(m.facet == facet.id for m in flow.when.matches())
            ]
            shared = self._together(open_)
            named = shared.get(facet.id, frozenset())
            asked = [v.id for v in facet.values if v.id in named]
            # What no condition names is asked about one at a time, for all
            # of it together would be too much.
            groups = [asked, *([v.id] for v in facet.values)]
            found: dict[str, int] = {}
            for group in groups:
                values = [v for v in group if v not in found]
                if not values:
                    continue
                whole = {**shared, facet.id: named.union(values)}
                diagrams = self._diagrams(
                    whole, partial(self._silent, facet.id, values)
                )
                found.update(zip(values, diagrams, strict=True))
            yield from (found[value.id] for value in facet.values)

    def _silent(
        self, facet: FacetId, values: Sequence[str], deployment: Deployment
    ) -> list[Any]:
        """Return the gap about each of some values, or ``None``."""
        found = {
            gap.value: [gap.text, _places(gap)]
            for gap in self.edition.resolve(deployment).gaps
            if gap.facet == facet
        }
        return [found.get(value) for value in values]

    def _together(self, flows: Iterable[Flow]) -> _Values:
        """Return what the decisions on several flows depend on."""
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
    ) -> list[int]:
        """Return the diagrams of questions that depend on the same values.

        Args:
            values: What the answers depend on.
            ask: Returns the answers for a deployment.

        Raises:
            TooManyCasesError: There are too many combinations of them.
        """
        sets = {facet: frozenset(named) for facet, named in values.items()}
        count = sum(map(len, sets.values()))
        if 2 << count > MOST:
            raise TooManyCasesError(
                f"edition {self.edition.id!r}: one answer depends on {count} "
                "words of a deployment, which is more than can be gone "
                "through"
            )
        asked = [
            self.words[f"{facet.id} {value.id}"]
            for facet in self.edition.facets
            for value in facet.values
            if value.id in sets.get(facet.id, ())
        ]
        asked.append(self.words[SINGLE])
        rows = []
        for deployment in representatives(self.edition, sets):
            held = self._held(deployment)
            rows.append((held, [self._leaf(a) for a in ask(deployment)]))
        return [
            self._node(asked, [(held, leaves[at]) for held, leaves in rows])
            for at in range(len(rows[0][1]))
        ]

    def _held(self, deployment: Deployment) -> frozenset[int]:
        """Return the numbers of a deployment's words."""
        words = [
            f"{facet.id} {value}"
            for facet in self.edition.facets
            for value in deployment.values_of(facet.id)
        ]
        if deployment.nodes == "single-node":
            words.append(SINGLE)
        return frozenset(self.words[word] for word in words)

    def _leaf(self, answer: Any) -> int:
        """Return the negative number of an answer."""
        key = repr(answer)
        if key not in self.numbers:
            self.answers.append(answer)
            self.numbers[key] = -len(self.answers)
        return self.numbers[key]

    def _node(
        self, asked: Sequence[int], rows: list[tuple[frozenset[int], int]]
    ) -> int:
        """Return where to start in a diagram of rows of words and answers."""
        leaves = {leaf for _, leaf in rows}
        if len(leaves) == 1:
            return leaves.pop()
        word, *rest = asked
        parts = [
            [row for row in rows if (word in row[0]) is has]
            for has in (False, True)
        ]
        # Some combinations there are none of: a Controller runs in one way.
        ends = [self._node(rest, part) for part in parts if part]
        if len(set(ends)) == 1:
            return ends[0]
        without, having = ends
        return self.nodes.setdefault((word, without, having), len(self.nodes))

    def _marked(self, reason: str, deployment: Deployment) -> str:
        """Return a reason with marks for what the deployment answers."""
        for number, facet in enumerate(self.edition.facets):
            held = deployment.values_of(facet.id)
            names = [v.name for v in facet.values if v.id in held]
            told = f"{facet.name}: {joined('and', names) or 'none'}"
            reason = reason.replace(told, f"{facet.name}: {MARK}{number}")
        return reason


def _places(told: Decision | Conflict | Gap) -> str:
    """Return where on the page that stands."""
    return "; ".join(map(str, told.citations))
