"""The columns that a table can have: each a field of a flow in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from avi_portspec import UnknownNameError
from avi_portspec.model.display import joined, ports_text
from sphinx_avi_portspec.rendering.words import REQUIREMENTS, condition

if TYPE_CHECKING:
    from avi_portspec import Edition, Flow
    from sphinx_avi_portspec.rendering.cells import Kind

__all__ = [
    "COLUMNS",
    "DEFAULT",
    "Column",
    "Heading",
    "chosen",
    "order",
    "texts",
]


class Column(NamedTuple):
    """A column that a table can have.

    Attributes:
        heading: Its heading, unless the directive gives another.
        kind: What its cells hold.
        fields: The fields whose explanations are marked in it.
        text: A cell's text.
        key: What the column is sorted by; its text, if ``None``.
    """

    heading: str
    kind: Kind
    fields: tuple[str, ...]
    text: Callable[[Flow, Edition], str]
    key: Callable[[Flow], Any] | None = None


class Heading(NamedTuple):
    """A column as a directive asks for it."""

    name: str
    column: Column
    text: str


def _numbers(flow: Flow, edition: Edition) -> str:
    return joined("and", map(str, flow.ports))


def _protocols(flow: Flow, edition: Edition) -> str:
    return joined("or", (protocol.label for protocol in flow.protocols))


def _reasons(flow: Flow, edition: Edition) -> str:
    return " ".join(f"{r.field}: {r.reason}" for r in flow.inferred)


def _by_port(flow: Flow) -> tuple[tuple[int, int], ...]:
    return tuple((ports.low, ports.high) for ports in flow.ports)


def _by_ports(flow: Flow) -> tuple[Any, ...]:
    return _by_protocol(flow), _by_port(flow)


def _by_protocol(flow: Flow) -> tuple[int, ...]:
    return tuple(protocol.number for protocol in flow.protocols)


_PORTS: Final = ("protocols", "ports", "icmp_types")

COLUMNS: Final[Mapping[str, Column]] = {
    "id": Column("Flow", "machine", (), lambda f, _: f.id),
    "section": Column(
        "Section", "prose", (), lambda f, e: e.sections[f.section].title
    ),
    "source": Column(
        "Source", "name", ("source",), lambda f, e: e.endpoints[f.source].name
    ),
    "destination": Column(
        "Destination",
        "name",
        ("destination",),
        lambda f, e: e.endpoints[f.destination].name,
    ),
    "protocol": Column(
        "Protocol", "machine", ("protocols",), _protocols, _by_protocol
    ),
    "port": Column("Port", "machine", ("ports",), _numbers, _by_port),
    "ports": Column(
        "Ports", "machine", _PORTS, lambda f, _: ports_text(f), _by_ports
    ),
    "service": Column(
        "Service", "name", ("service",), lambda f, _: f.service or ""
    ),
    "purpose": Column("Purpose", "prose", (), lambda f, _: f.purpose or ""),
    "requirement": Column(
        "Requirement",
        "prose",
        ("requirement",),
        lambda f, _: REQUIREMENTS[f.requirement],
    ),
    "when": Column("When", "prose", ("when",), condition),
    "replaces": Column(
        "Replaces",
        "machine",
        ("replaces",),
        lambda f, _: joined("and", f.replaces),
    ),
    "effect": Column(
        "If blocked", "prose", (), lambda f, _: f.effect_if_blocked or ""
    ),
    "inferred": Column("Not stated", "prose", (), _reasons),
    "citation": Column("Stated in", "name", (), lambda f, _: str(f.citation)),
}

#: The columns of a table that does not say which.
DEFAULT: Final = (
    "source",
    "destination",
    "ports",
    "service",
    "requirement",
    "when",
)


def chosen(argument: str | None) -> tuple[Heading, ...]:
    """Return the columns that an option asks for.

    Args:
        argument: Names of columns, each with ``= heading`` after it where
            another heading is wanted; set apart by commas, or, so that a
            heading can hold a comma, one a line.

    Raises:
        UnknownNameError: There is no such column.
        ValueError: A column is asked for twice, or none is.
    """
    text = (argument or "").strip()
    parts = text.splitlines() if "\n" in text else text.split(",")
    found: list[Heading] = []
    for part in parts:
        name, _, heading = (piece.strip() for piece in part.partition("="))
        column = _column(name)
        if any(other.name == name for other in found):
            raise ValueError(f"the column {name!r} stands there twice")
        found.append(Heading(name, column, heading or column.heading))
    return tuple(found)


def order(argument: str | None) -> tuple[tuple[str, bool], ...]:
    """Return the columns to sort by, each with whether it is reversed.

    Args:
        argument: Names of columns, set apart by commas; a ``-`` before one
            reverses it.
    """
    found = []
    for part in (argument or "").split(","):
        name = part.strip()
        _column(name.removeprefix("-"))
        found.append((name.removeprefix("-"), name.startswith("-")))
    return tuple(found)


#: The texts of columns, by the digest of their edition: pages by the hundred
#: show the same flows, and a condition is not put into words for each anew.
_texts: dict[tuple[str, str], dict[str, str]] = {}


def texts(edition: Edition, name: str) -> dict[str, str]:
    """Return the text of each flow's cell in a column."""
    key = edition.digest, name
    found = _texts.get(key)
    if found is None:
        text = COLUMNS[name].text
        found = {str(flow.id): text(flow, edition) for flow in edition.flows}
        _texts[key] = found
    return found


def _column(name: str) -> Column:
    try:
        return COLUMNS[name]
    except KeyError:
        raise UnknownNameError("column", name, COLUMNS) from None
