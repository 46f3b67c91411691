"""The columns that tables of flows can have.

To add a column, add one entry to :data:`COLUMNS`. The command line and the
Sphinx directives then take its name, CSV files have it, and help and
documentation list it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, get_args

from avi_portspec.documents import join
from avi_portspec.errors import InvalidQueryError, UnknownNameError
from avi_portspec.model.display import VIEW, Column, Row
from avi_portspec.model.flat import reason_of, reasons_text
from avi_portspec.model.flows import Flow
from avi_portspec.names import Status

if TYPE_CHECKING:
    from avi_portspec.model.display import Judged
    from avi_portspec.model.facts import EditionFacts

__all__ = [
    "ANSWER",
    "BEYOND",
    "COLUMNS",
    "FLOWS",
    "NEED_DECISION",
    "Column",
    "Row",
    "find_column",
    "parse_columns",
    "parse_order",
    "sort_flows",
]


def _protocol(row: Row) -> str:
    if row.pair is not None:
        return row.pair.protocol.label
    return join("or", (protocol.label for protocol in row.flow.protocols))


def _port(row: Row) -> str:
    ports = row.flow.ports if row.pair is None else (row.pair.ports,)
    return join("and", map(str, filter(None, ports)))


def _protocol_key(row: Row, *, down: bool) -> tuple[int, ...]:
    numbers = (protocol.number for protocol in row.flow.protocols)
    return tuple(sorted(numbers, reverse=down))


def _decision_key(row: Row, *, down: bool) -> int:
    return get_args(Status).index(row.decision.status) if row.decision else 0


def _replaced_by(row: Row) -> str:
    return join("and", row.decision.replaced_by if row.decision else ())


def _elsewhere(row: Row) -> str:
    # Imported here: who does not ask for statements pays nothing for them.
    from avi_portspec.beyond.queries import statements
    from avi_portspec.beyond.wording import counts_text

    return counts_text(statements(flow=row.flow.id))


_SOURCE, _DESTINATION, _PORTS, _SERVICE, _REQUIREMENT, _WHEN = VIEW

#: Every column by its name, in the order in which they are listed.
COLUMNS: Final[dict[str, Column]] = {
    column.name: column
    for column in (
        Column(
            "id",
            "Flow",
            lambda row: row.flow.id,
            "the flow's id",
            kind="machine",
            width=36,
            keys=("flow",),
        ),
        _SOURCE,
        _DESTINATION,
        Column(
            "protocol",
            "Protocol",
            _protocol,
            "the protocols alone",
            kind="machine",
            width=10,
            key=_protocol_key,
            fields=("protocols",),
            keys=("protocol", "protocol_number"),
        ),
        Column(
            "port",
            "Port",
            _port,
            "the ports alone",
            kind="machine",
            width=10,
            key=_PORTS.key,
            fields=("ports",),
            keys=("port_low", "port_high"),
        ),
        _PORTS,
        _SERVICE,
        Column(
            "purpose",
            "Purpose",
            lambda row: row.flow.purpose or "",
            "what it is for",
            keys=("purpose",),
        ),
        _REQUIREMENT,
        _WHEN,
        Column(
            "decision",
            "Decision",
            lambda row: row.decision.status if row.decision else "",
            "what is decided about it, for a deployment",
            kind="machine",
            width=14,
            key=_decision_key,
            keys=("decision",),
        ),
        Column(
            "why",
            "Why",
            reason_of,
            "the reason for the decision, or what the vendor asks for",
            width=60,
            keys=("reason",),
        ),
        Column(
            "effect",
            "If blocked",
            lambda row: row.flow.effect_if_blocked or "",
            "what happens if it is blocked",
            keys=("effect_if_blocked",),
        ),
        Column(
            "replaces",
            "Replaces",
            lambda row: join("and", row.flow.replaces),
            "the flows that it replaces where it applies",
            kind="machine",
            width=36,
            fields=("replaces",),
            keys=("replaces",),
        ),
        Column(
            "replaced-by",
            "Replaced by",
            _replaced_by,
            "the flows that replace it, for a deployment",
            kind="machine",
            width=36,
            keys=("replaced_by",),
        ),
        Column(
            "inferred",
            "Not stated by the vendor",
            lambda row: reasons_text(row.flow.inferred),
            "the fields that the vendor's page does not state, and why they "
            "are what they are",
            keys=("inferred",),
        ),
        Column(
            "readings",
            "Interpreted as",
            lambda row: reasons_text(row.flow.readings),
            "the fields that are ambiguous on the vendor's page, and how "
            "they are interpreted",
            keys=("readings",),
        ),
        Column(
            "notes",
            "Notes",
            lambda row: ", ".join(row.flow.notes),
            "the ids of the notes that qualify it",
            kind="name",
            width=36,
            keys=("notes",),
        ),
        Column(
            "section",
            "Section",
            lambda row: row.edition.sections[row.flow.section].title,
            "the section that states it",
            width=28,
            keys=("section",),
        ),
        Column(
            "citation",
            "Citation",
            lambda row: str(row.flow.citation),
            "where it is stated",
            kind="name",
            width=28,
            keys=("citation",),
        ),
        Column(
            "origin",
            "Origin",
            lambda row: row.flow.origin or "the vendor's page",
            "the site's overlay that it, or its ports, come from",
            kind="name",
            width=20,
            keys=("origin",),
        ),
        Column(
            "reference",
            "Reference",
            lambda row: row.flow.reference or "",
            "what the site cites for it, or for its ports",
            width=20,
            keys=("reference",),
        ),
        Column(
            "elsewhere",
            "Elsewhere",
            _elsewhere,
            "how many other sources agree, differ and so on; part of no "
            "answer",
            width=24,
        ),
    )
}

#: The usual columns of a list of flows.
FLOWS: Final = (*(column.name for column in VIEW), "id")
#: The usual columns of an answer for a deployment.
ANSWER: Final = (
    *("source", "destination", "ports", "service", "decision", "id"),
)
#: The columns that are empty where no deployment was asked about.
NEED_DECISION: Final = frozenset({"decision", "replaced-by"})
#: The columns about other sources. No file has them, since no answer is made
#: from those.
BEYOND: Final = frozenset({"elsewhere"})


def find_column(name: str) -> Column:
    """Return the column of that name.

    Raises:
        UnknownNameError: There is none; the error has the nearest.
    """
    try:
        return COLUMNS[name]
    except KeyError:
        raise UnknownNameError("column", name, COLUMNS) from None


def parse_columns(text: str) -> tuple[Column, ...]:
    """Return the columns that a text asks for.

    >>> from avi_portspec.tabular.columns import parse_columns
    >>> [c.heading for c in parse_columns("ports = Open, destination")]
    ['Open', 'Destination']

    Args:
        text: Comma-separated names of columns, each with ``= heading`` after
            it where another heading is wanted; or one per line, so that a
            heading can hold a comma.

    Raises:
        UnknownNameError: There is no such column.
        InvalidQueryError: A column is asked for twice.
    """
    text = text.strip()
    parts = text.splitlines() if "\n" in text else text.split(",")
    found: dict[str, Column] = {}
    for part in parts:
        name, _, heading = (piece.strip() for piece in part.partition("="))
        column = find_column(name)
        if name in found:
            raise InvalidQueryError(name, "each column once", "it twice")
        found[name] = column._replace(heading=heading or column.heading)
    return tuple(found.values())


def parse_order(text: str) -> tuple[tuple[Column, bool], ...]:
    """Return the columns to sort by, each with whether it is reversed.

    Args:
        text: Comma-separated names of columns; a ``-`` before one reverses
            it.

    Raises:
        UnknownNameError: There is no such column.
    """
    names = [part.strip() for part in text.split(",")]
    return tuple(
        (find_column(name.removeprefix("-")), name.startswith("-"))
        for name in names
    )


def sort_flows(
    flows: Iterable[Flow],
    edition: EditionFacts,
    order: Iterable[tuple[Column, bool]],
    decisions: Mapping[str, Judged] = MappingProxyType({}),
) -> list[Flow]:
    """Return flows sorted by columns; equal ones stay in published order.

    Args:
        flows: The flows.
        edition: Where names are looked up.
        order: What :func:`parse_order` returned.
        decisions: What is decided about flows, by their ids.
    """
    found = list(flows)
    # Sorting is stable, so the last key goes first.
    for column, is_reversed in reversed([*order]):

        def key(
            flow: Flow, *, column: Column = column, down: bool = is_reversed
        ) -> Any:
            row = Row(flow, edition, decisions.get(flow.id))
            if column.key is not None:
                return column.key(row, down=down)
            return column.text(row).casefold()

        found.sort(key=key, reverse=is_reversed)
    return found
