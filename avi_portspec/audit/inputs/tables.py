"""Tables that people keep: their columns, and what their cells mean."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Final, NamedTuple

from avi_portspec.audit.inputs.addresses import (
    ANYWHERE,
    join_networks,
    parse_networks,
)
from avi_portspec.audit.inputs.document import Document
from avi_portspec.audit.inputs.markup import drop_struck
from avi_portspec.audit.inputs.names import clean, name_of
from avi_portspec.audit.inputs.reading import Reading, unique
from avi_portspec.audit.inputs.row_states import STATES
from avi_portspec.audit.inputs.service_cells import (
    EVERY,
    CellError,
    read_services,
    restrictions,
)
from avi_portspec.audit.model import (
    Action,
    Direction,
    Existing,
    Filter,
    Group,
    LastResort,
    Party,
    Place,
    Rule,
    Unknown,
)
from avi_portspec.audit.services import Spans
from avi_portspec.beyond.spellings import find_named, parties
from avi_portspec.model.frozen import FrozenDict
from avi_portspec.rules.networks import Network

__all__ = ["ROWS", "Row", "Table", "columns_of", "count_rows", "read_tables"]

#: The most rows of a file.
ROWS: Final = 100_000


class Row(NamedTuple):
    """A row of a table.

    Attributes:
        line: The line that it begins at, from 1.
        cells: Its cells; lines of a cell are kept apart, and what is struck
            through stands between two tildes on each side.
    """

    line: int
    cells: Sequence[str]


class Table(NamedTuple):
    """A table.

    Attributes:
        head: Its row of headings.
        rows: The other rows.
    """

    head: Row
    rows: Sequence[Row]


#: What people call a column, in English and German, without what stands in
#: brackets.
_HEADINGS: Final[Mapping[str, str]] = FrozenDict(
    {
        heading: column
        for column, headings in {
            "source": "source|sources|src|from|initiator|client|origin"
            "|source ip|source ips|source address|source host|source hosts"
            "|source system|source component|from source|source role"
            "|source name|source group|source endpoint|traffic source"
            "|quelle|quellen|von|absender|quell ip|quelladresse|quelladressen"
            "|quellsystem|quellsysteme",
            "source-addresses": "source addresses|source network"
            "|source networks"
            "|source cidr|source cidrs|source subnet|source subnets"
            "|quellnetz|quellnetze",
            "destination": "destination|destinations|dest|dst|to|target"
            "|listener|server|destination ip|destination ips"
            "|destination address|destination host|destination hosts"
            "|destination system|destination component|to destination"
            "|destination role|destination name|destination group"
            "|destination endpoint|traffic destination"
            "|ziel|ziele|nach|an|ziel ip|zieladresse|zieladressen|zielsystem"
            "|zielsysteme",
            "destination-addresses": "destination addresses"
            "|destination network|destination networks|destination cidr"
            "|destination cidrs|destination subnet|destination subnets"
            "|zielnetz|zielnetze",
            "protocol": "protocol|protocols|proto|ip protocol|transport"
            "|transport protocol|l4 protocol|layer 4 protocol|protokoll"
            "|protokolle|ip protokoll|transportprotokoll",
            "ports": "port|ports|destination port|destination ports|dst port"
            "|dst ports|dest port|dest ports|port number|port numbers"
            "|port range|port ranges|tcp udp port|tcp udp ports|listener port"
            "|listener ports|protocol port|protocol ports|port protocol"
            "|ports protocols|ports protocol|protocol and port"
            "|protocol and ports|port and protocol|ports and protocols"
            "|protocols and ports|required ports|open ports|allowed ports"
            "|ports to allow|ports to open|tcp port|tcp ports"
            "|udp port|udp ports|network ports|zielport|zielports|portnummer"
            "|portnummern|portbereich|portbereiche|port protokoll"
            "|protokoll port|protokoll und port|port und protokoll",
            "source-ports": "source port|source ports|src port|src ports"
            "|quellport|quellports",
            "service": "service|services|service port|services applications"
            "|dienst|dienste",
            "application": "application|applications|app|app id|app ids"
            "|anwendung|anwendungen",
            "action": "action|allow deny|permit|access|rule action|aktion",
            "direction": "direction|traffic direction|richtung",
            "enabled": "enabled|is enabled|rule enabled|active|in use"
            "|in place|implemented|deployed|applied|configured|open"
            "|aktiv|aktiviert|umgesetzt|freigeschaltet",
            "disabled": "disabled|is disabled|rule disabled|deaktiviert",
            "status": "status|state|rule status|rule state|zustand",
            "id": "rule|id|name|no|nr|number|rule id|rule name|rule no"
            "|rule number|regel|nummer|regelname|regelnummer",
        }.items()
        for heading in headings.split("|")
    }
)
_BRACKETS: Final = re.compile(r"\([^()]{0,80}\)")
_JOINTS: Final = re.compile(r"[^a-z0-9]+")
#: The columns that say nothing of traffic.
_ABOUT_ROWS: Final = STATES.keys() | {
    *("action", "application", "direction", "id")
}
#: How many headings an error lists.
_SHOWN: Final = 8
_TCP: Final = {"tcp port", "tcp ports"}
_UDP: Final = {"udp port", "udp ports"}


def _headings(tables: Sequence[Table]) -> str:
    """Return which headings tables have instead, in words."""
    if len(tables) != 1:
        return f"{len(tables)} other tables" if tables else "no table"
    listed = ", ".join(clean(cell) for cell in tables[0].head.cells[:_SHOWN])
    return f"one with {listed}" if listed else "one without headings"


def columns_of(head: Row) -> dict[str, int] | None:
    """Return where each column of a table of ports is, or ``None``.

    A table of ports has a source or a destination, and ports or services.

    Args:
        head: The row of headings.
    """
    found: dict[str, int] = {}
    # Of "Source (zone)" and "Source", the second is the source.
    for at, cell in sorted(
        enumerate(head.cells), key=lambda each: "(" in each[1]
    ):
        heading = _heading(cell)
        column = _HEADINGS.get(heading)
        if column is not None:
            found.setdefault(column, at)
        if heading in _TCP | _UDP:
            found.setdefault("tcp" if heading in _TCP else "udp", at)
    if "ports" not in found and "service" in found:
        found["ports"] = found["service"]
    for end in ("source", "destination"):
        if end not in found and f"{end}-addresses" in found:
            found[end] = found.pop(f"{end}-addresses")
    ends = found.keys() & {"source", "destination"}
    return found if ends and "ports" in found else None


def _heading(cell: str) -> str:
    plain = cell[:200].casefold().replace("(s)", "s")
    plain = _BRACKETS.sub(" ", plain)
    return _JOINTS.sub(" ", plain).strip()


def count_rows(tables: Iterable[Table]) -> int:
    """Return how many rules tables have: a row is one, as is another table."""
    return sum(
        len(table.rows) if columns_of(table.head) else 1 for table in tables
    )


def read_tables(
    document: Document, format_: str, tables: Sequence[Table], units: int
) -> Existing:
    """Return the rules of tables.

    Args:
        document: The file.
        format_: The name of the reader.
        tables: The tables.
        units: How many rules they have, counted apart.

    Raises:
        InvalidDataError: There are too many rows, or no table of ports.
    """
    total = sum(len(table.rows) for table in tables)
    if total > ROWS:
        raise document.refusal(
            "audit/too-many-rows", f"at most {ROWS:,} rows", f"{total:,}"
        )
    if not any(columns_of(table.head) for table in tables):
        raise document.refusal(
            "audit/no-table",
            "a table with headings in English or German for source or "
            "destination, and for ports: Source, Destination, Protocol, Port, "
            "say",
            _headings(tables),
        )
    reading = Reading(document.name, format_)
    rules: dict[Direction, list[Rule]] = {"through": [], "in": [], "out": []}
    for number, table in enumerate(tables, 1):
        columns = columns_of(table.head)
        if columns is None:
            reading.leave(
                reading.place(line=table.head.line),
                "set-aside",
                " | ".join(table.head.cells),
                "a table without columns for source or destination and ports",
            )
            continue
        for at, row in enumerate(table.rows, 1):
            # Rows of HTML can share a line.
            place = reading.place(f"table {number} row {at}", row.line)
            cells = _Row(row, columns, place)
            text = " | ".join(row.cells)
            if why := cells.aside():
                reading.leave(place, "set-aside", text, why)
                continue
            try:
                found = [*cells.rules()]
            except CellError as wrong:
                reading.leave(
                    place,
                    "failed",
                    text,
                    str(wrong),
                    may_deny=cells.may_deny,
                )
                continue
            for direction, rule in found:
                rules[direction].append(rule)
            for why in cells.unread:
                reading.leave(place, "failed", text, why, is_bounded=True)
    return reading.finish(units, _filters(reading, rules))


def _filters(
    reading: Reading, rules: Mapping[Direction, Sequence[Rule]]
) -> Iterator[Filter]:
    """Yield a filter for each direction that the rows are of."""
    for direction, found in rules.items():
        if found:
            denies = any(rule.action == "deny" for rule in found)
            yield Filter(
                id=f"table {direction}",
                place=Place(reading.name),
                attached_to=(),
                direction=direction,
                stage="table",
                discipline="first-match" if denies else "union",
                rules=tuple(unique(found)),
                last_resort=LastResort(
                    action="deny",
                    origin="file",
                    text="what the table does not list",
                ),
            )


_ALLOW: Final = {"", "allow", "allowed", "permit", "permitted", "accept",
                 "yes", "open", "pass", "erlauben", "erlaubt", "zulassen",
                 "ja"}  # fmt: skip
_DENY: Final = {"deny", "denied", "drop", "block", "blocked", "reject", "no",
                "discard", "verbieten", "verboten", "ablehnen", "verwerfen",
                "blockieren", "nein"}  # fmt: skip
_WAYS: Final[Mapping[str, tuple[Direction, ...]]] = FrozenDict(
    {
        **dict.fromkeys(
            ("in", "inbound", "ingress", "incoming", "eingehend"), ("in",)
        ),
        **dict.fromkeys(
            ("out", "outbound", "egress", "outgoing", "ausgehend"), ("out",)
        ),
        **dict.fromkeys(
            ("", "unidirectional", "one way", "forward"), ("through",)
        ),
    }
)
_BOTH: Final = {"both", "bidirectional", "bi directional", "two way", "beide",
                "bidirektional"}  # fmt: skip
_EVERY: Final = {"any", "all", "anywhere", "internet", "*", "any source",
                 "any destination", "any ip", "all hosts", "alle", "beliebig",
                 "jeder"}  # fmt: skip
#: Between parties of a cell, but not within brackets.
_APART: Final = re.compile(
    r"(?:\n|[,;]|\s+(?:and|or|und|oder|&|/|\+)\s+)(?![^()]{0,200}\))",
    re.IGNORECASE,
)


def _why_no_rule(row: Row) -> str | None:
    """Return why a row can be no rule, or ``None``.

    Above the rows of a section stands what it is about, in one cell or
    across all of them.
    """
    texts = {text for cell in row.cells if (text := cell.strip())}
    if not texts:
        return "an empty row"
    text, *others = texts
    if others or len(row.cells) == 1 or text.casefold() in _DENY:
        return None
    try:
        read_services("", text)
    except CellError:
        return "a heading within the table"
    return None


class _Row:
    """A row while it is read."""

    def __init__(
        self, row: Row, columns: Mapping[str, int], place: Place
    ) -> None:
        self.row, self.columns, self.place = row, columns, place
        #: Why what it opens cannot be told, though its parties can.
        self.unread: list[str] = []

    def cell(self, column: str) -> str:
        """Return a cell; one that is absent is empty."""
        return drop_struck(self.written(column)).strip()

    def written(self, column: str) -> str:
        """Return a cell with what is struck through."""
        at = self.columns.get(column, len(self.row.cells))
        return self.row.cells[at] if at < len(self.row.cells) else ""

    def aside(self) -> str | None:
        """Return why the row is no rule, or not in force, or ``None``."""
        if why := _why_no_rule(self.row):
            return why
        traffic = self.columns.keys() - _ABOUT_ROWS
        if any(map(self.written, traffic)) and not any(
            map(self.cell, traffic)
        ):
            return "struck through"
        for column, state in STATES.items():
            if self.cell(column).casefold() in state.off:
                return f"{column}: {clean(self.cell(column))}"
        # So the export of a firewall has it.
        if self.cell("id").casefold().startswith("[disabled]"):
            return "name: [Disabled]"
        return None

    def doubts(self) -> Iterator[str]:
        """Yield what narrows the row in ways that are not understood.

        Lines of ports are narrowed one by one.
        """
        for column, state in STATES.items():
            word = self.cell(column)
            if column in self.columns and word.casefold() not in state.on:
                wrong = CellError(column, word, state.expected)
                yield f"if the row is in force: {wrong}"
        for column in ("protocol", "source-ports"):
            yield from restrictions(self.cell(column))
        # Firewalls that know applications have no ports but of services.
        application = self.cell("application")
        if self.is_service and application.casefold() not in {"", *EVERY}:
            yield f"application {clean(application)}"

    @property
    def is_service(self) -> bool:
        """Whether what the row opens stands in a column of services."""
        return self.columns["ports"] == self.columns.get("service")

    def parts(self) -> list[tuple[str, list[str]]]:
        """Return the ports of the row, and what narrows them.

        Where brackets narrow some lines of several, of which each says all
        that it is about, the others are apart.
        """
        ports = self.services()
        free: list[str] = []
        narrowed: list[str] = []
        for line in filter(None, map(str.strip, ports.split("\n"))):
            (narrowed if any(restrictions(line)) else free).append(line)
        if not (
            free and narrowed and all(map(self.is_whole, free + narrowed))
        ):
            return [(ports, [*restrictions(ports)])]
        return [
            ("\n".join(lines), [*restrictions("\n".join(lines))])
            for lines in (free, narrowed)
        ]

    def is_whole(self, line: str) -> bool:
        """Return whether a line of ports is understood without the others."""
        try:
            found = read_services(self.cell("protocol"), line)
        except CellError:
            return False
        return not isinstance(found, Unknown)

    def rules(self) -> Iterator[tuple[Direction, Rule]]:
        """Yield the rules of the row, with their directions.

        Raises:
            CellError: A cell is not understood.
        """
        word = _JOINTS.sub(" ", self.cell("direction").casefold()).strip()
        both = word in _BOTH
        if not both and word not in _WAYS:
            raise CellError("direction", self.cell("direction"), "in or out")
        sources = self.parties("source")
        destinations = self.parties("destination")
        name = self.cell("id")
        source_ports = None
        doubts = [*self.doubts()]
        from_ports = self.cell("source-ports")
        if from_ports.casefold() not in {"", *EVERY}:
            found = self.opened(from_ports)
            if isinstance(found, Unknown):
                doubts.append(f"source ports: {found.text}")
            else:
                source_ports = found
        ends = [(sources, destinations)]
        if both:
            ends.append((destinations, sources))
        parts = [(self.opened(ports), why) for ports, why in self.parts()]
        for (at, (one, other)), (service, narrowed) in product(
            enumerate(ends), parts
        ):
            rule = Rule(
                id=name_of(name or f"row {self.place.line}")
                + (" back" if at else ""),
                place=self.place,
                action=self.action(),
                sources=one,
                destinations=other,
                service=service,
                source_ports=source_ports,
                conditions=tuple(dict.fromkeys((*doubts, *narrowed))),
            )
            for direction in _WAYS.get(word, ("through",)):
                yield direction, rule

    def opened(self, ports: str) -> Spans | Unknown:
        """Return what is let through; a row is in doubt as far as it goes."""
        protocols = self.cell("protocol")
        if self.is_service and ports.casefold() in EVERY:
            # Any service is of any protocol, as any port is not.
            protocols = protocols or ports
        try:
            return read_services(protocols, ports)
        except CellError as wrong:
            self.unread = [str(wrong)]
            return Unknown(clean(ports), str(wrong))

    def services(self) -> str:
        """Return what the row says of ports: of two columns, both."""
        tcp, udp = self.cell("tcp"), self.cell("udp")
        if "tcp" not in self.columns and "udp" not in self.columns:
            return self.cell("ports")
        return "\n".join(
            f"{protocol} {cell}"
            for protocol, cell in (("tcp", tcp), ("udp", udp))
            if cell.strip("-") and cell.casefold() not in {"n/a", "none"}
        )

    @property
    def may_deny(self) -> bool:
        """Whether the row does not say that it allows."""
        return self.cell("action").casefold() not in _ALLOW

    def action(self) -> Action:
        """Return what the row does."""
        word = self.cell("action").casefold()
        if word not in _ALLOW | _DENY:
            raise CellError("action", self.cell("action"), "allow or deny")
        return "allow" if word in _ALLOW else "deny"

    def parties(self, side: str) -> tuple[Party, ...]:
        """Return who is on a side: addresses if it has some, else names."""
        text = self.cell(side)
        addresses = self.cell(f"{side}-addresses")
        if addresses:
            return _parties(addresses, text or None)
        if not text and side in self.columns:
            raise CellError(side, text, "at least one party")
        return _parties(text, None) if text else (ANYWHERE,)


def _parties(text: str, name: str | None) -> tuple[Party, ...]:
    parts = [part.strip() for part in _APART.split(text)]
    whole = " ".join(text.split())
    if len(parts) > 1 and find_named(whole, parties()):
        # One name, such as "Controllers and cluster IP".
        parts = [whole]
    words = [word for part in parts for word in part.split()]
    if len(words) > len(parts) and all(map(parse_networks, words)):
        # A list of addresses with blanks between them.
        parts = words
    found: list[Party] = []
    networks: list[Network] = []
    for part in filter(None, parts):
        of_part = parse_networks(part)
        if of_part is not None:
            networks += of_part
        elif part.casefold() in _EVERY:
            found.append(ANYWHERE)
        else:
            found.append(Group(name_of(part)))
    named = name_of(name) if name else None
    return tuple(dict.fromkeys((*found, *join_networks(networks, named))))
