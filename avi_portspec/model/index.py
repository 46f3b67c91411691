"""Which flows answer to which criterion: the index behind queries.

Each criterion has *postings*: for each of its values, the positions of the
flows that have it. A query intersects postings, the smallest first, so that
its cost follows the size of the answer rather than that of the edition.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, Self, TypeAlias, get_args

from avi_portspec.errors import InvalidQueryError, UnknownNameError, shown
from avi_portspec.model.catalog import Catalog, names_of
from avi_portspec.model.conditions import Answer, Condition
from avi_portspec.model.facets import Facet
from avi_portspec.model.flows import INFERABLE, Endpoint, Flow, Note
from avi_portspec.model.frozen import Frozen, FrozenDict
from avi_portspec.model.page import Section
from avi_portspec.model.ports import PortRange
from avi_portspec.model.protocols import Protocol
from avi_portspec.model.record import Record
from avi_portspec.names import Requirement, fold

if TYPE_CHECKING:
    from avi_portspec.model.facts import EditionFacts

__all__ = ["FlowIndex", "Positions"]

Positions: TypeAlias = frozenset[int]
Postings: TypeAlias = Mapping[Any, Positions]

NONE: Final[Positions] = frozenset()

#: A tree over 2**16 ports: its leaves are the ports, and the parent of node
#: n is n // 2. A range is then at most 30 nodes, whatever its width, and
#: the ranges around a port are those of its 17 ancestors.
_LEAVES: Final = 1 << 16


def _nodes_of(ports: PortRange) -> Iterator[int]:
    """Yield the fewest nodes of the tree that make up *ports*."""
    low, high = ports.low + _LEAVES, ports.high + _LEAVES + 1
    while low < high:
        if low & 1:
            yield low
            low += 1
        if high & 1:
            high -= 1
            yield high
        low >>= 1
        high >>= 1


def _freeze(postings: Mapping[Any, Iterable[int]]) -> Postings:
    return FrozenDict(
        {value: frozenset(found) for value, found in postings.items()}
    )


class FlowIndex(Frozen):
    """The flows of an edition, and the ways to find them.

    Everything but the records is worked out when it is first asked for,
    once: most programs ask one or two kinds of question.
    """

    __slots__ = (
        "_clouds",
        "_destinations",
        "_endpoints",
        "_inferred",
        "_notes",
        "_ports",
        "_protocols",
        "_requirements",
        "_sections",
        "_services",
        "_sources",
        "by_id",
        "edition",
        "endpoints",
        "facets",
        "flows",
        "notes",
        "owner",
        "positions",
        "sections",
    )

    owner: EditionFacts
    edition: str
    flows: tuple[Flow, ...]
    endpoints: Catalog[Endpoint]
    sections: Catalog[Section]
    facets: Catalog[Facet]
    notes: Catalog[Note]
    by_id: Mapping[str, Flow]
    positions: Mapping[str, int]
    _clouds: Mapping[str, tuple[Positions, Positions]]
    _inferred: Postings
    _ports: Postings
    _protocols: Postings
    _requirements: Postings

    def __new__(cls, owner: EditionFacts, flows: tuple[Flow, ...]) -> Self:
        """Return an index of an edition's flows, with nothing worked out."""
        self = super().__new__(cls)
        fill = object.__setattr__
        fill(self, "owner", owner)
        fill(self, "edition", owner.id)
        fill(self, "flows", flows)
        fill(self, "endpoints", owner.endpoints)
        fill(self, "sections", owner.sections)
        fill(self, "facets", owner.facets)
        fill(self, "notes", owner.notes)
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return _index_of, (self.owner,)

    def _lazy(self, name: str) -> Any:
        build: dict[str, Callable[[], Any]] = {
            "by_id": lambda: FrozenDict({f.id: f for f in self.flows}),
            "positions": lambda: FrozenDict(
                {flow.id: at for at, flow in enumerate(self.flows)}
            ),
            "_sources": lambda: self._by_endpoint(lambda f: (f.source,)),
            "_destinations": lambda: self._by_endpoint(
                lambda f: (f.destination,)
            ),
            "_endpoints": lambda: self._by_endpoint(
                lambda f: (f.source, f.destination)
            ),
            "_protocols": lambda: self._by(
                lambda f: [protocol.number for protocol in f.protocols]
            ),
            "_ports": lambda: self._by(
                lambda f: [n for ports in f.ports for n in _nodes_of(ports)]
            ),
            "_services": lambda: self._by(
                lambda f: [fold(f.service)] if f.service else []
            ),
            "_requirements": lambda: self._by(lambda f: [f.requirement]),
            "_inferred": lambda: self._by(
                lambda f: [bool(f.inferred), *[r.field for r in f.inferred]]
            ),
            "_notes": lambda: self._by_name(
                self.notes, self._by(lambda f: f.notes)
            ),
            "_sections": self._by_section,
            "_clouds": self._by_cloud,
        }
        if name not in build:
            raise self._no_attribute(name)
        return build[name]()

    # -- building ----------------------------------------------------------

    def _by(self, values: Callable[[Flow], Iterable[Hashable]]) -> Postings:
        found: dict[Hashable, list[int]] = defaultdict(list)
        for position, flow in enumerate(self.flows):
            for value in values(flow):
                found[value].append(position)
        return _freeze(found)

    @staticmethod
    def _by_name(records: Iterable[Any], by_id: Postings) -> Postings:
        """Return postings by id under every name of each record."""
        return FrozenDict(
            {
                fold(name): by_id.get(record.id, NONE)
                for record in records
                for name in names_of(record)
            }
        )

    def _by_endpoint(
        self, values: Callable[[Flow], Iterable[Hashable]]
    ) -> Postings:
        return self._by_name(self.endpoints, self._by(values))

    def _by_section(self) -> Postings:
        parents = {section.id: section.parent for section in self.sections}

        def around(flow: Flow) -> Iterator[str]:
            section = flow.section
            while section is not None:
                yield section
                section = parents[section]  # type: ignore[assignment]

        return self._by_name(self.sections, self._by(around))

    def _by_cloud(self) -> Mapping[str, tuple[Positions, Positions]]:
        """Return for each cloud the flows that may apply, and the unstated."""
        found: dict[str, tuple[Positions, Positions]] = {}
        facet = self.facets.get("cloud")
        for value in facet.values if facet else ():
            known = {"cloud": frozenset({value.id})}
            cache: dict[Condition, tuple[bool, bool]] = {}
            yes, unstated = [], []
            for position, flow in enumerate(self.flows):
                answer = cache.get(flow.when)
                if answer is None:
                    left = flow.when.possible(known)  # type: ignore[arg-type]
                    answer = Answer.YES in left, Answer.UNSTATED in left
                    cache[flow.when] = answer
                if answer[0]:
                    yes.append(position)
                elif answer[1]:
                    unstated.append(position)
            for name in names_of(value):
                found[fold(name)] = frozenset(yes), frozenset(unstated)
        return FrozenDict(found)

    # -- asking ------------------------------------------------------------

    def by_name(self, slot: str, kind: str, names: Any) -> Positions:
        """Return the flows that have any of *names*.

        Args:
            slot: The slot with the postings of the criterion.
            kind: What the names name, for the error message.
            names: One name, or a collection of them.

        Raises:
            UnknownNameError: A name is none of this edition's.
            InvalidQueryError: *names* is neither of the two.
        """
        postings: Postings = getattr(self, slot)
        if isinstance(names, Record):
            names = _name(names)
        if isinstance(names, str):
            # An id is a key as it stands; any other spelling is folded.
            found = postings.get(names)
            return (
                self._find(postings, kind, names) if found is None else found
            )
        return _union(
            self._find(postings, kind, name)
            for name in _several(kind, names, "a name, or several")
        )

    def _find(self, postings: Mapping[Any, Any], kind: str, name: Any) -> Any:
        name = _name(name)
        if not isinstance(name, str):
            raise InvalidQueryError(kind, "a name, or several", shown(name))
        found = postings.get(fold(name))
        if found is None:
            raise UnknownNameError(kind, name, self._known(kind))
        return found

    def _known(self, kind: str) -> list[str]:
        """Return the names that would have been right."""
        if kind == "service":
            return list(
                dict.fromkeys(f.service for f in self.flows if f.service)
            )
        facet = self.facets.get("cloud")
        records: dict[str, Iterable[Any]] = {
            "cloud": facet.values if facet else (),
            "endpoint": self.endpoints,
            "note": self.notes,
            "section": self.sections,
        }
        return [name for item in records[kind] for name in names_of(item)]

    def protocols(self, protocols: Any) -> Positions:
        """Return the flows over any of some protocols."""
        postings = self._protocols
        if isinstance(protocols, (str, int, Protocol)):
            return postings.get(Protocol.of(protocols).number, NONE)
        several = _several("protocol", protocols, "a protocol, or several")
        return _union(
            postings.get(Protocol.of(protocol).number, NONE)
            for protocol in several
        )

    def ports(self, ports: Any) -> Positions:
        """Return the flows to any of some ports."""
        postings = self._ports
        several = (
            (ports,)
            if isinstance(ports, int)
            else _several("port", ports, "a port number, or several")
        )
        found: list[Positions] = []
        for port in several:
            if type(port) is not int or not 0 <= port < _LEAVES:
                raise InvalidQueryError(
                    "port", "port numbers from 0 to 65535", shown(port)
                )
            node = port + _LEAVES
            while node:
                if node in postings:
                    found.append(postings[node])
                node >>= 1
        return found[0] if len(found) == 1 else _union(found)

    def requirements(self, requirements: Any) -> Positions:
        """Return the flows with any of some requirements."""
        known = get_args(Requirement)
        return self._words(
            "requirement", self._requirements, requirements, known
        )

    def inferred(self, fields: Any) -> Positions:
        """Return the flows with inferred fields: any, none, or by name."""
        if isinstance(fields, bool):
            found: Positions = self._inferred.get(fields, NONE)
            return found
        return self._words("inferred", self._inferred, fields, INFERABLE)

    @staticmethod
    def _words(
        kind: str, postings: Postings, words: Any, known: tuple[str, ...]
    ) -> Positions:
        """Return the flows that have any of the *known* words."""
        several = (
            (words,)
            if isinstance(words, str)
            else _several(kind, words, f"one or several of {', '.join(known)}")
        )
        folded = [fold(w) if isinstance(w, str) else w for w in several]
        for word, given in zip(folded, several, strict=True):
            if word not in known:
                raise UnknownNameError(kind, given, known)
        return _union(postings.get(word, NONE) for word in folded)

    def clouds(self, clouds: Any) -> tuple[Positions, Positions]:
        """Return the flows for any of some clouds, and the unstated ones."""
        names: Iterable[Any] = (
            (clouds,)
            if isinstance(clouds, str)
            else _several("cloud", clouds, "a cloud, or several")
        )
        pairs = [self._find(self._clouds, "cloud", name) for name in names]
        if len(pairs) == 1:
            pair: tuple[Positions, Positions] = pairs[0]
            return pair
        yes = _union(pair[0] for pair in pairs)
        return yes, _union(pair[1] for pair in pairs) - yes


def _several(argument: str, values: Any, expected: str) -> tuple[Any, ...]:
    # Text and bytes can be iterated too, but nobody means their letters.
    if isinstance(values, (str, bytes)) or not isinstance(values, Iterable):
        raise InvalidQueryError(argument, expected, shown(values))
    return tuple(values)


def _name(value: Any) -> Any:
    """Return the id of a record, and anything else unchanged."""
    return getattr(value, "id", value) if isinstance(value, Record) else value


def _union(found: Iterable[Positions]) -> Positions:
    return frozenset().union(*found)


def _index_of(edition: Any) -> FlowIndex:
    """Return an edition's own index: a pickle holds the edition, once."""
    index: FlowIndex = edition.flows._index
    return index
