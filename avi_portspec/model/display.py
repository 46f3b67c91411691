"""Flows in words and in tables, for people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import (
    TYPE_CHECKING,
    Any,
    Final,
    Literal,
    NamedTuple,
    Protocol,
)

from avi_portspec.documents import join
from avi_portspec.model.ports import ProtocolPorts
from avi_portspec.model.wording import (
    REQUIREMENTS,
    at_start,
    by_speaker,
    when,
)
from avi_portspec.names import FlowId, Status

if TYPE_CHECKING:
    from avi_portspec.model.facts import EditionFacts
    from avi_portspec.model.flows import Flow

__all__ = [
    "VIEW",
    "Column",
    "Judged",
    "Row",
    "html_grid",
    "html_table",
    "ports_key",
    "ports_text",
    "summary",
    "text_table",
    "view",
]


class Judged(Protocol):
    """What is decided about a flow for one deployment."""

    @property
    def status(self) -> Status:
        """The decision."""

    @property
    def reason(self) -> str:
        """Why."""

    @property
    def replaced_by(self) -> tuple[FlowId, ...]:
        """The ids of the flows that replace it there."""


class Row(NamedTuple):
    """What a row of a table is about.

    Attributes:
        flow: The flow.
        edition: Where the names of its ends are looked up.
        decision: What is decided about it, for a deployment.
        pair: The one protocol and port range that the row is for; ``None``
            for all of the flow's.
    """

    flow: Flow
    edition: EditionFacts
    decision: Judged | None = None
    pair: ProtocolPorts | None = None


class Column(NamedTuple):
    """A column that tables of flows can have.

    Attributes:
        name: What it is asked for by.
        heading: Its heading.
        text: Returns a cell's text.
        summary: What it holds, for help and documentation.
        kind: What its cells hold: something for machines, which is never
            translated nor wrapped, a name, or prose.
        width: How many characters wide it is where a format needs a number.
        key: What is sorted by, of a row and of whether it is in descending
            order (``down``); the text, if ``None``.
        fields: The flow's fields whose explanations belong to it.
        keys: The keys of flat records that hold the same.
    """

    name: str
    heading: str
    text: Callable[[Row], str]
    summary: str
    kind: Literal["machine", "name", "prose"] = "prose"
    width: int = 40
    key: Callable[..., Any] | None = None
    fields: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()


def ports_text(flow: Flow) -> str:
    """Return a flow's protocols and ports: ``TCP or UDP 389``."""
    protocols = join("or", (p.label for p in flow.protocols))
    numbers = dict.fromkeys(pair.number for pair in flow.protocol_ports())
    return f"{protocols} {join('and', numbers)}".rstrip()


def summary(pairs: Iterable[ProtocolPorts]) -> str:
    """Return sorted pairs in a line: ``TCP 22 and 8443, UDP 123``."""
    grouped: dict[str, list[str]] = {}
    for pair in pairs:
        numbers = grouped.setdefault(pair.protocol.label, [])
        if pair.number:
            numbers.append(pair.number)
    return ", ".join(
        f"{label} {join('and', numbers)}".rstrip()
        for label, numbers in grouped.items()
    )


def ports_key(flow: Flow, *, down: bool = False) -> tuple[Any, ...]:
    """Return what flows are sorted by where it is by port.

    Ports are numbers; flows with the same ones are sorted by protocol.

    Args:
        flow: The flow.
        down: Whether the highest port comes first, and so counts first.
    """
    protocols = tuple(protocol.number for protocol in flow.protocols)
    ranges = sorted(
        ((ports.low, ports.high) for ports in flow.ports), reverse=down
    )
    return tuple(ranges), protocols


def _row_key(row: Row, *, down: bool) -> tuple[Any, ...]:
    return ports_key(row.flow, down=down)


def _ports_cell(row: Row) -> str:
    return ports_text(row.flow) if row.pair is None else str(row.pair)


#: The columns of a table that does not say which.
VIEW: Final[tuple[Column, ...]] = (
    Column(
        "source",
        "Source",
        lambda row: row.edition.endpoints[row.flow.source].name,
        "the initiator, which opens the connection",
        kind="name",
        width=24,
        fields=("source",),
        keys=("source", "source_name"),
    ),
    Column(
        "destination",
        "Destination",
        lambda row: row.edition.endpoints[row.flow.destination].name,
        "the listener",
        kind="name",
        width=24,
        fields=("destination",),
        keys=("destination", "destination_name"),
    ),
    Column(
        "ports",
        "Ports",
        _ports_cell,
        "protocols with their ports or ICMP messages",
        kind="machine",
        width=16,
        key=_row_key,
        fields=("protocols", "ports", "icmp_types"),
        keys=(
            *("protocol", "protocol_number", "port_low", "port_high"),
            "icmp_type",
        ),
    ),
    Column(
        "service",
        "Service",
        lambda row: row.flow.service or "",
        "the service, as the vendor names it",
        kind="name",
        width=14,
        fields=("service",),
        keys=("service",),
    ),
    Column(
        "requirement",
        "Requirement",
        lambda row: REQUIREMENTS[row.flow.requirement],
        "how strongly the vendor asks for it",
        kind="prose",
        width=14,
        fields=("requirement",),
        keys=("requirement",),
    ),
    Column(
        "when",
        "When",
        lambda row: when(row.flow, row.edition.facets),
        "the condition under which it applies",
        kind="prose",
        width=40,
        fields=("when",),
        keys=("when",),
    ),
)


def view(
    rows: Iterable[Row], columns: Sequence[Column] = VIEW
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Return a table's headings and its cells, row by row.

    Args:
        rows: What the rows are about.
        columns: The columns.
    """
    headings = tuple(column.heading for column in columns)
    return headings, tuple(
        tuple(column.text(row) for column in columns) for row in rows
    )


def silence_text(unstated: Iterable[Flow], edition: EditionFacts) -> str:
    """Return a line about the flows that are not documented, or none."""
    lines = []
    for who, open_ in by_speaker(unstated).items():
        named = "; ".join(
            f"{edition.endpoints[flow.source].name} to "
            f"{edition.endpoints[flow.destination].name}, {ports_text(flow)}"
            for flow in open_
        )
        lines.append(
            f"{at_start(who)} does not say whether these apply: {named}."
        )
    return " ".join(lines)


def text_table(
    flows: Iterable[Flow], unstated: Iterable[Flow], edition: EditionFacts
) -> str:
    """Return a table in plain text, its columns as wide as they need be.

    Args:
        flows: What to show.
        unstated: The flows of which the vendor does not say whether they
            apply; a line below names them.
        edition: Where names are looked up.
    """
    # Imported here, as what is only for notebooks below.
    from avi_portspec.documents.text import table_lines

    headings, rows = view(Row(flow, edition) for flow in flows)
    lines = [*table_lines(headings, rows)]
    if not rows:
        lines.append("(no flows)")
    silence = silence_text(unstated, edition)
    return "\n".join([*lines, silence] if silence else lines)


def html_table(
    caption: str,
    flows: Iterable[Flow],
    unstated: Iterable[Flow],
    edition: EditionFacts,
) -> str:
    """Return a table in HTML for a notebook; see :func:`text_table`."""
    silence = silence_text(unstated, edition)
    return html_grid(
        caption,
        *view(Row(flow, edition) for flow in flows),
        filter(None, [silence]),
    )


def html_grid(
    caption: str,
    headings: Iterable[str],
    rows: Iterable[tuple[str, ...]],
    below: Iterable[str] = (),
) -> str:
    """Return rows as a table in HTML for a notebook, and text below it.

    Args:
        caption: What the table is.
        headings: The header cells.
        rows: The rows; everything in them is escaped.
        below: One text per paragraph.
    """
    from avi_portspec.documents.blocks import Paragraph, Table
    from avi_portspec.documents.html import write_fragment

    return write_fragment(
        Table(caption, (*headings,), (*rows,), names_rows=False),
        *map(Paragraph, below),
    )
