"""What the lines of a table of ports say, whatever draws the table.

A line is a flow, several of which a cloud is not documented for, or a
statement that no port is needed. Lines are grouped: the side with fewer
different ends is said once, in the heading of a group, and all lines of one
pair of ends stand together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from string import ascii_lowercase
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, Protocol

from avi_portspec.documents import join
from avi_portspec.model.phrases import (
    NO_PORT_NEEDED,
    NOT_DOCUMENTED,
    NOTHING_ASKED,
    Asked,
    Need,
    assumptions,
    cautions,
    changes,
    need,
    silence_phrase,
)
from avi_portspec.model.wording import site_of

if TYPE_CHECKING:
    from avi_portspec.model.edition import EditionData
    from avi_portspec.model.flows import Exclusion, Flow
    from avi_portspec.names import EndpointId, Status

__all__ = [
    "GROUPINGS",
    "Answered",
    "Footnotes",
    "Group",
    "GroupBy",
    "Line",
    "Port",
    "Side",
    "answer_lines",
    "count_decisions",
    "edition_lines",
    "exclusion_line",
    "group_lines",
    "letter",
    "port_of",
    "service_of",
]

Side = Literal["source", "destination"]
#: What stands for the port where none is documented.
UNKNOWN: Final = "unknown"
#: What a decision is called behind a number, where it has another name.
_COUNTED: Final = {
    "direction-unclear": "with unclear direction",
    "declined": "declined by the site",
    "not-applicable": "not applicable",
    "unsupported": "not supported here",
    "unstated": "not documented",
}
#: How lines are grouped; ``auto`` by the side with fewer different ends.
GroupBy = Literal["auto", "source", "destination", "none"]
GROUPINGS: Final[tuple[GroupBy, ...]] = (
    "auto",
    "source",
    "destination",
    "none",
)


class Answered(Protocol):
    """What is decided about a flow for one deployment."""

    @property
    def flow(self) -> Flow:
        """The flow."""

    @property
    def status(self) -> Status:
        """The decision."""

    @property
    def why(self) -> Any:
        """Why, in few words."""


class Port(NamedTuple):
    """A cell of ports: ``TCP or UDP`` and ``389``, or ``5000, 35357``.

    Attributes:
        protocol: The protocols.
        number: The ports or the message; empty where the protocol is all.
    """

    protocol: str
    number: str

    def __str__(self) -> str:
        """Return both, joined by a space."""
        return " ".join(filter(None, self))


class Line(NamedTuple):
    """A line of a table.

    Attributes:
        source: The id of the endpoint that opens connections.
        destination: The id of the endpoint that listens.
        flows: The flows that it is about; several where they are not
            documented for the same values, none for an exclusion.
        exclusion: What it says instead that is not needed.
        port: The cell of ports: ``unknown`` where flows are not documented,
            ``none`` for an exclusion.
        service: The service, as the vendor names it.
        need: What it says of the need.
        short: The same in at most 26 characters.
        below: More lines in the last cell, set quieter.
        assumed: What is assumed about it, in few words.
        status: What is decided, where a deployment is asked about.
    """

    source: EndpointId
    destination: EndpointId
    flows: tuple[Flow, ...]
    exclusion: Exclusion | None
    port: Port
    service: str
    need: Need
    short: str = ""
    below: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    status: Status | None = None

    @property
    def has_ports(self) -> bool:
        """Whether the cell of ports has ports, and not a word."""
        return bool(self.flows) and self.port.protocol != UNKNOWN

    @property
    def pair(self) -> tuple[EndpointId, EndpointId]:
        """The two ends."""
        return self.source, self.destination


class Group(NamedTuple):
    """Lines under one heading.

    Attributes:
        side: The side that the heading names; ``None`` for lines that name
            both themselves.
        endpoint: The id of the endpoint on that side.
        lines: The lines, those of a pair one after another.
    """

    side: Side | None
    endpoint: EndpointId | None
    lines: tuple[Line, ...]


def port_of(flow: Flow, *, whole: bool = False) -> Port:
    """Return a flow's cell of ports: ``TCP`` and ``22``, ``ICMP``, ``echo``.

    Args:
        flow: The flow.
        whole: Whether messages are named in full: ``echo request``.
    """
    protocols = join("or", (protocol.label for protocol in flow.protocols))
    pairs = flow.protocol_ports()
    numbers = ", ".join(dict.fromkeys(pair.number for pair in pairs))
    if not whole:
        numbers = numbers.removesuffix(" request")
    return Port(protocols, numbers)


def service_of(flow: Flow) -> str:
    """Return a flow's service; a ping has the name that everybody uses."""
    is_echo = flow.icmp_types in {(8,), (128,)}
    return flow.service or ("Ping" if is_echo else "")


def count_decisions(
    statuses: Iterable[Status],
) -> tuple[tuple[str, int], ...]:
    """Return how many flows have each decision, with the words for it.

    >>> count_decisions(["needed", "unstated", "needed"])
    (('{} needed', 2), ('{} optional', 0), ('{} not documented', 1))

    Args:
        statuses: The decision on each flow that is shown.
    """
    counts = dict.fromkeys(("needed", "optional"), 0)
    for status in sorted(statuses, key="unstated".__eq__):
        counts[status] = counts.get(status, 0) + 1
    return tuple(
        (f"{{}} {_COUNTED.get(status, status)}", count)
        for status, count in counts.items()
    )


# -- the lines ----------------------------------------------------------------


def edition_lines(
    edition: EditionData,
    flows: Iterable[Flow],
    unstated: Iterable[Flow] = (),
    exclusions: Iterable[Exclusion] = (),
    *,
    asked: Asked = NOTHING_ASKED,
    together: bool = True,
) -> tuple[Line, ...]:
    """Return the lines of a table of flows, for any deployment.

    Args:
        edition: The edition.
        flows: The flows, in their order.
        unstated: The flows that are not documented for what is asked about.
        exclusions: What is not needed, of what is asked about.
        asked: The values that the table is about.
        together: Whether the lines of a pair stand together; else flows stay
            in their order.
    """
    shown = list(flows)
    silent = [*shown, *unstated]
    lines = [
        _flow_line(flow, need(flow, edition, asked), asked) for flow in shown
    ]
    lines += _silent_lines(edition, silent, asked)
    lines += _exclusion_lines(lines, exclusions)
    return _keep_pairs_together(lines) if together else (*lines,)


def answer_lines(
    edition: EditionData,
    decisions: Iterable[Answered],
    exclusions: Iterable[Exclusion] = (),
    *,
    asked: Asked = NOTHING_ASKED,
    purposes: bool = False,
    together: bool = True,
) -> tuple[Line, ...]:
    """Return the lines of a table for one deployment.

    Args:
        edition: The edition.
        decisions: What is decided about each flow that is shown.
        exclusions: What is not needed.
        asked: What the deployment answers, by facet.
        purposes: Whether lines say what each flow is for, and why a site
            changed it.
        together: Whether the lines of a pair stand together; else flows stay
            in their order.
    """
    lines = []
    open_: dict[tuple[EndpointId, EndpointId, str], list[Answered]] = {}
    for decision in decisions:
        flow, why = decision.flow, decision.why
        if decision.status == "unstated":
            key = flow.source, flow.destination, _with_site(why.text, flow)
            open_.setdefault(key, []).append(decision)
            continue
        line = _flow_line(flow, Need(why.tag, why.text), asked, whole=purposes)
        lines.append(line._replace(short=why.short, status=decision.status))
    for (_, _, text), silent in open_.items():
        why = silent[0].why
        line = _silent_line(
            [decision.flow for decision in silent], Need(why.tag, text)
        )
        lines.append(line._replace(short=why.short, status="unstated"))
    lines += _exclusion_lines(lines, exclusions)
    return _keep_pairs_together(lines) if together else (*lines,)


def _with_site(text: str, flow: Flow) -> str:
    """Return a text that names the site, where a site states the flow."""
    site = site_of(flow)
    return f"{text} ({site})" if site else text


def _flow_line(
    flow: Flow, said: Need, asked: Asked, *, whole: bool = False
) -> Line:
    purpose = flow.purpose if whole else None
    # A purpose that is the reason is not said twice.
    is_said = purpose is None or purpose.lower() == said.text.lower()
    more = () if is_said else (purpose,)
    return Line(
        source=flow.source,
        destination=flow.destination,
        flows=(flow,),
        exclusion=None,
        port=port_of(flow),
        service=service_of(flow),
        need=said,
        below=(
            *more,
            *changes(flow, whole=whole),
            *cautions(flow, asked),
        ),
        assumed=assumptions(flow, asked),
    )


def _silent_lines(
    edition: EditionData, flows: Sequence[Flow], asked: Asked
) -> Iterator[Line]:
    """Yield a line for the flows of a pair that the same is silent about."""
    found: dict[tuple[EndpointId, EndpointId, str], list[Flow]] = {}
    for flow in dict.fromkeys(flows):
        text = silence_phrase(flow.when, edition.facets, asked)
        if text:
            key = flow.source, flow.destination, _with_site(text, flow)
            found.setdefault(key, []).append(flow)
    for (_, _, text), together in found.items():
        yield _silent_line(together, Need(NOT_DOCUMENTED, text))


def _silent_line(flows: Sequence[Flow], said: Need) -> Line:
    services = dict.fromkeys(service_of(flow) for flow in flows)
    return Line(
        source=flows[0].source,
        destination=flows[0].destination,
        flows=(*flows,),
        exclusion=None,
        port=Port(UNKNOWN, ""),
        service=join("or", filter(None, services)),
        need=said,
        short="not documented",
    )


def _exclusion_lines(
    lines: Sequence[Line], exclusions: Iterable[Exclusion]
) -> Iterator[Line]:
    """Yield the lines of what is not needed, where its group is shown.

    Where nothing else answers, that no port is needed is the answer.
    """
    side = _side_of(lines)
    shown = {getattr(line, side) for line in lines}
    for exclusion in exclusions:
        if shown and getattr(exclusion, side) not in shown:
            continue
        yield exclusion_line(exclusion, NO_PORT_NEEDED, "no port needed")


def exclusion_line(exclusion: Exclusion, text: str, short: str = "") -> Line:
    """Return the line of what is not needed.

    Args:
        exclusion: The statement.
        text: What the line says of the need.
        short: The same in at most 26 characters.
    """
    return Line(
        source=exclusion.source,
        destination=exclusion.destination,
        flows=(),
        exclusion=exclusion,
        port=Port("none", ""),
        service="",
        need=Need("", text),
        short=short,
    )


def _side_of(lines: Sequence[Line]) -> Side:
    """Return the side with fewer different ends; of equals, the source."""
    sources = {line.source for line in lines}
    destinations = {line.destination for line in lines}
    return "destination" if len(destinations) < len(sources) else "source"


def _keep_pairs_together(lines: Iterable[Line]) -> tuple[Line, ...]:
    """Return lines with those of one pair together, exclusions last."""
    pairs: dict[tuple[EndpointId, EndpointId], list[Line]] = {}
    ordered = sorted(lines, key=lambda line: line.exclusion is not None)
    for line in ordered:
        pairs.setdefault(line.pair, []).append(line)
    return tuple(line for together in pairs.values() for line in together)


# -- groups -------------------------------------------------------------------


def group_lines(
    lines: Sequence[Line], by: GroupBy = "auto"
) -> tuple[Group, ...]:
    """Return lines in groups, each with the end that its heading names.

    Args:
        lines: The lines, as they are made here.
        by: The side to group by. ``auto`` takes the one with fewer different
            ends, and of two that have as many the source; ``none`` makes one
            group without a heading.
    """
    if by == "none":
        return (Group(None, None, (*lines,)),) if lines else ()
    side = _side_of(lines) if by == "auto" else by
    groups: dict[EndpointId, list[Line]] = {}
    for line in lines:
        groups.setdefault(getattr(line, side), []).append(line)
    return tuple(
        Group(side, endpoint, _keep_pairs_together(together))
        for endpoint, together in groups.items()
    )


# -- footnotes ----------------------------------------------------------------


class Footnotes:
    """The assumptions below a table, each with its letter.

    All that is assumed about a line is one footnote, and lines of which the
    same is assumed share it: ``Assumed: X; Y.``

    Args:
        lines: The lines, in the order in which they are read.
    """

    def __init__(self, lines: Iterable[Line]) -> None:
        self._sets: dict[frozenset[str], tuple[str, ...]] = {}
        for line in lines:
            if line.assumed:
                self._sets.setdefault(frozenset(line.assumed), line.assumed)
        self._letters = {
            assumed: letter(position)
            for position, assumed in enumerate(self._sets)
        }

    def letter(self, line: Line) -> str:
        """Return the letter of a line's footnote; empty if it has none."""
        return self._letters.get(frozenset(line.assumed), "")

    def texts(self) -> tuple[tuple[str, str], ...]:
        """Return each letter with its text."""
        return tuple(
            (
                self._letters[key],
                # A reason without a short form is a sentence.
                f"Assumed: {'; '.join(t.removesuffix('.') for t in assumed)}.",
            )
            for key, assumed in self._sets.items()
        )


def letter(position: int) -> str:
    """Return ``a`` to ``z`` for 0 to 25, then ``aa``."""
    before, at = divmod(position, len(ascii_lowercase))
    start = letter(before - 1) if before else ""
    return start + ascii_lowercase[at]
