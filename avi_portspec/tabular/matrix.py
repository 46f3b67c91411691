"""Who connects to whom: the ports of every pair of ends, as a grid.

A matrix and a diagram show the same cells. A cell has a line for each
protocol, its numbers sorted: first what is always needed, then in brackets
what is optional, or needed in some deployments only.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Final, NamedTuple

from avi_portspec.documents import join
from avi_portspec.model.conditions import ALWAYS, AllOf, Unless
from avi_portspec.model.phrases import (
    NO_PORT_NEEDED,
    NOT_DOCUMENTED,
    NOTHING_ASKED,
    Asked,
    changes,
    given,
)
from avi_portspec.tabular.lines import port_of

if TYPE_CHECKING:
    from avi_portspec.model.edition import EditionData
    from avi_portspec.model.flows import Flow
    from avi_portspec.names import EndpointId
    from avi_portspec.tabular.lines import Line

    _Pairs = Mapping[tuple[EndpointId, EndpointId], Sequence[Line]]

__all__ = ["Cell", "End", "Matrix", "Number", "PortLine", "make_matrix"]

#: The message that everybody calls a ping.
ECHO: Final = "echo"
#: The kinds of endpoints that a matrix folds, with the name of their row.
_FOLDED: Final = {
    "service": "Network services",
    "orchestrator": "Cloud APIs and masters",
    "node": "Hosts and cluster nodes",
}
#: How many flows a source with a column has at least.
ENOUGH: Final = 2


class Number(NamedTuple):
    """What stands between two commas: ``22``, ``22 or 5098``, ``ping``.

    Attributes:
        text: The ports, or the message.
        flows: The flows that they are of.
    """

    text: str
    flows: tuple[Flow, ...]


class PortLine(NamedTuple):
    """A line of a cell: ``TCP 22, 443 (80, 5054)``.

    Attributes:
        protocol: The protocols; empty for ``ping``, which has its own word.
        always: What is always needed.
        sometimes: What is optional, or needed in some deployments only.
    """

    protocol: str
    always: tuple[Number, ...]
    sometimes: tuple[Number, ...]

    def __str__(self) -> str:
        """Return the line."""
        always = ", ".join(number.text for number in self.always)
        sometimes = ", ".join(number.text for number in self.sometimes)
        bracket = f"({sometimes})" if sometimes else ""
        return " ".join(filter(None, (self.protocol, always, bracket)))


class Cell(NamedTuple):
    """What is documented from some ends to others.

    Attributes:
        lines: The ports, one line for each protocol.
        excluded: Whether the vendor states that no port is needed.
        silent: Whether flows are not documented for what is asked about.
    """

    lines: tuple[PortLine, ...] = ()
    excluded: bool = False
    silent: bool = False

    @property
    def words(self) -> str:
        """What is said besides ports, or empty."""
        if self.excluded:
            return NO_PORT_NEEDED
        return NOT_DOCUMENTED if self.silent and not self.lines else ""

    @property
    def flows(self) -> tuple[Flow, ...]:
        """The flows in it, each once."""
        return tuple(
            dict.fromkeys(
                flow
                for line in self.lines
                for number in (*line.always, *line.sometimes)
                for flow in number.flows
            )
        )

    def __str__(self) -> str:
        """Return all of it in a line: ``TCP 22, 443; UDP 161``."""
        return "; ".join(filter(None, (*map(str, self.lines), self.words)))


class End(NamedTuple):
    """A row or a column: one endpoint, or several under one name.

    Attributes:
        name: Its name.
        endpoints: The ids of the endpoints.
        members: The name of each endpoint that it stands for; empty where
            its own name is enough.
    """

    name: str
    endpoints: tuple[EndpointId, ...]
    members: tuple[str, ...] = ()


class Matrix(NamedTuple):
    """Who connects to whom.

    Attributes:
        sources: The ends that open connections.
        destinations: The ends that listen.
        pairs: What is documented from one endpoint to another, for every
            pair that the matrix is about.
        also: The lines of the sources that have one flow only.
        silent: The lines of what is not documented.
        site: The lines of cells that a site added or changed.
        asked: The values that it is about.
    """

    sources: tuple[End, ...]
    destinations: tuple[End, ...]
    pairs: _Pairs
    also: tuple[Line, ...]
    silent: tuple[Line, ...]
    site: tuple[Line, ...]
    asked: Asked

    @property
    def is_turned(self) -> bool:
        """Whether the destinations fit better down the side."""
        return len(self.destinations) >= len(self.sources)

    def cell(self, source: End, destination: End) -> Cell:
        """Return what is documented from one end to another."""
        return make_cell(
            (
                self.pairs.get((one, other), ())
                for one in source.endpoints
                for other in destination.endpoints
            ),
            self.asked,
        )


def make_matrix(
    edition: EditionData,
    lines: Iterable[Line],
    *,
    asked: Asked = NOTHING_ASKED,
    own: Container[str] = (),
    fold: bool | None = None,
    least: int = ENOUGH,
) -> Matrix:
    """Return the matrix of some lines.

    Args:
        edition: The edition.
        lines: The lines, as a table has them.
        asked: The values that they are about.
        own: The ids of endpoints that have names of the reader's own, for
            which no service stands.
        fold: Whether the destinations that only one source reaches share a
            row for each kind; ``None`` if there are several sources. What a
            site's overlay adds has a row of its own.
        least: Sources with fewer flows have no column of their own.
    """
    pairs: dict[tuple[EndpointId, EndpointId], list[Line]] = {}
    for line in lines:
        pairs.setdefault(line.pair, []).append(line)
    columns = _find_columns(pairs, least)
    shown = {pair: of for pair, of in pairs.items() if pair[0] in columns}
    names = {endpoint.id: endpoint.label for endpoint in edition.endpoints}
    # What opens connections too comes first, in the same order.
    listening = dict.fromkeys(pair[1] for pair in shown)
    ordered = dict.fromkeys(
        (*filter(listening.__contains__, columns), *listening)
    )
    destinations = _share_names(edition, names, ordered)
    if len(columns) > 1 if fold is None else fold:
        destinations = [*_fold(edition, destinations, shown, own)]
    return Matrix(
        sources=tuple(End(names[source], (source,)) for source in columns),
        destinations=tuple(destinations),
        pairs=shown,
        also=tuple(
            line
            for pair, of in pairs.items()
            if pair not in shown
            for line in of
            if not _is_silent(line)
        ),
        silent=tuple(filter(_is_silent, chain.from_iterable(pairs.values()))),
        site=tuple(
            line
            for of in shown.values()
            for line in of
            if line.has_ports
            and any(flow.origin or changes(flow) for flow in line.flows)
        ),
        asked=asked,
    )


# -- ends ---------------------------------------------------------------------


def _find_columns(pairs: _Pairs, least: int) -> list[EndpointId]:
    """Return the sources with enough flows; all, if there is none."""
    flows: dict[EndpointId, set[Flow]] = {}
    for (source, _), lines in pairs.items():
        found = flows.setdefault(source, set())
        found.update(flow for line in lines for flow in line.flows)
    many = [source for source in flows if len(flows[source]) >= least]
    return many or list(flows)


def _share_names(
    edition: EditionData,
    names: Mapping[EndpointId, str],
    endpoints: Iterable[EndpointId],
) -> list[End]:
    """Return endpoints as ends; those of one kind and name share theirs.

    What a site's overlay adds shares none with the vendor's.
    """
    found: dict[tuple[str, str, str | None], list[EndpointId]] = {}
    for name in endpoints:
        endpoint = edition.endpoints[name]
        key = names[name], endpoint.kind, endpoint.origin
        found.setdefault(key, []).append(name)
    return [End(key[0], tuple(ids)) for key, ids in found.items()]


def _fold(
    edition: EditionData,
    destinations: Iterable[End],
    pairs: _Pairs,
    own: Container[str],
) -> Iterator[End]:
    """Yield the ends; those of a kind that one source reaches share one."""
    sources: dict[EndpointId, set[EndpointId]] = {}
    flows: dict[EndpointId, list[Flow]] = {}
    excluded: set[EndpointId] = set()
    for (source, destination), lines in pairs.items():
        if any(line.exclusion for line in lines):
            excluded.add(destination)
        sources.setdefault(destination, set()).add(source)
        found = flows.setdefault(destination, [])
        found += (flow for line in lines for flow in line.flows)
    groups: dict[tuple[str, frozenset[EndpointId]], list[End]] = {}
    for end in destinations:
        first = edition.endpoints[end.endpoints[0]]
        reaching = frozenset().union(*map(sources.__getitem__, end.endpoints))
        name, alike = end.name, frozenset(end.endpoints)
        if (
            len(reaching) == 1
            and first.kind in _FOLDED
            and first.origin is None
            and excluded.isdisjoint(end.endpoints)
        ):
            name, alike = _FOLDED[first.kind], reaching
            # The parts of one product stand in a section of its name.
            title = edition.sections[flows[first.id][0].section].title
            if first.kind == "orchestrator" and end.name.startswith(
                f"{title} "
            ):
                name = f"{title} services"
        groups.setdefault((name, alike), []).append(end)
    for (name, _), ends in groups.items():
        if len(ends) == 1:
            yield ends[0]
            continue
        members = []
        for end in ends:
            one = end.endpoints[0]
            text = end.name.removeprefix(name.removesuffix("services"))
            if name == _FOLDED["service"] and one not in own:
                text = flows[one][0].service or text
            members += [text] * len(end.endpoints)
        everything = (one for end in ends for one in end.endpoints)
        yield End(name, tuple(everything), tuple(members))


# -- cells --------------------------------------------------------------------


class _Item(NamedTuple):
    """A number of one pair of ends, with where it sorts."""

    place: tuple[int, ...]
    protocol: str
    text: str
    always: bool
    flows: tuple[Flow, ...]


def make_cell(pairs: Iterable[Sequence[Line]], asked: Asked) -> Cell:
    """Return what is documented for some pairs of ends.

    Args:
        pairs: The lines of each pair.
        asked: The values that they are about.
    """
    items: dict[tuple[str, bool, str], _Item] = {}
    excluded = silent = False
    for lines in pairs:
        excluded |= any(line.exclusion for line in lines)
        silent |= any(_is_silent(line) for line in lines)
        for item in _items_of(lines, asked):
            key = item.protocol, item.always, item.text
            same = items.get(key, item)
            flows = tuple(dict.fromkeys((*same.flows, *item.flows)))
            items[key] = item._replace(flows=flows)
    by_protocol: dict[str, list[_Item]] = {}
    for item in sorted(items.values(), key=lambda item: item.place):
        by_protocol.setdefault(item.protocol, []).append(item)
    return Cell(
        tuple(
            PortLine(
                protocol,
                tuple(Number(i.text, i.flows) for i in of if i.always),
                tuple(Number(i.text, i.flows) for i in of if not i.always),
            )
            for protocol, of in by_protocol.items()
        ),
        excluded,
        silent,
    )


def _is_silent(line: Line) -> bool:
    return bool(line.flows) and not line.has_ports


def _items_of(lines: Sequence[Line], asked: Asked) -> Iterator[_Item]:
    """Yield the numbers of one pair of ends, each once.

    What is always needed for one reason is not said to be so sometimes.
    """
    shown = {
        flow.id: (flow, line)
        for line in lines
        if line.has_ports
        for flow in line.flows
    }
    found: dict[tuple[str, str], list[_Item]] = {}
    for flow, line in shown.values():
        if len(flow.replaces) == 1 and line.status is None:
            (name,) = flow.replaces
            if name in shown and _take_turns(shown[name][0], flow, asked):
                item = _join(shown[name][0], flow)
                found[item.protocol, item.text] = [item]
    joined = {flow for (item,) in found.values() for flow in item.flows}
    for flow, line in shown.values():
        if flow not in joined:
            for item in _split(flow, always=_is_always(flow, line, asked)):
                found.setdefault((item.protocol, item.text), []).append(item)
    for same in found.values():
        yield same[0]._replace(
            always=any(item.always for item in same),
            flows=tuple(flow for item in same for flow in item.flows),
        )


def _is_always(flow: Flow, line: Line, asked: Asked) -> bool:
    if line.status is not None:
        return line.status == "needed"
    return flow.requirement == "required" and (
        given(flow.when, asked) == ALWAYS
    )


def _take_turns(before: Flow, flow: Flow, asked: Asked) -> bool:
    """Return whether a flow is needed exactly where what it replaces is not.

    Where neither is supported, there is nothing to choose between.
    """
    one, other = given(before.when, asked), given(flow.when, asked)
    parts = other.parts if isinstance(other, AllOf) else (other,)
    return (
        isinstance(one, Unless)
        and one.part in parts
        and before.protocols == flow.protocols
        and all(
            each.requirement == "required" and len(_split(each)) == 1
            for each in (before, flow)
        )
    )


def _join(before: Flow, flow: Flow) -> _Item:
    (one,), (other,) = _split(before), _split(flow)
    return one._replace(
        text=join("or", (one.text, other.text)),
        always=True,
        flows=(before, flow),
    )


def _split(flow: Flow, *, always: bool = False) -> list[_Item]:
    """Return the numbers of a flow, each for all of its protocols."""
    label = join("or", (protocol.label for protocol in flow.protocols))
    first = min(flow.protocols, key=lambda protocol: protocol.number)
    # TCP before UDP, both before TCP or UDP, and messages last.
    rank = not first.has_ports, len(flow.protocols), first.number
    port = port_of(flow)
    if port.number in {"", ECHO}:
        text = "ping" if port.number else label
        return [_Item((*rank, 0, 0), "", text, always, (flow,))]
    if not flow.ports:
        return [_Item((*rank, 0, 0), label, port.number, always, (flow,))]
    return [
        _Item(
            (*rank, ports.low, ports.high), label, str(ports), always, (flow,)
        )
        for ports in sorted(flow.ports)
    ]
