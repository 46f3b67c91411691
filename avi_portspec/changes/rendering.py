"""Changes and plans as documents."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any, Final

from avi_portspec.changes.records import (
    FieldChange,
    Order,
    RecordChange,
)
from avi_portspec.documents import markdown, text
from avi_portspec.documents.blocks import (
    Block,
    Bullets,
    Document,
    Heading,
    Item,
    Paragraph,
    join,
)
from avi_portspec.model.conditions import Condition
from avi_portspec.model.flows import Reason
from avi_portspec.model.page import Citation
from avi_portspec.model.plain import plain
from avi_portspec.model.ports import PortRange
from avi_portspec.model.protocols import Protocol
from avi_portspec.model.record import Record
from avi_portspec.names import ChangeAction

__all__ = [
    "HEADINGS",
    "Written",
    "changes_blocks",
    "changes_rows",
    "spell",
]

_CHANGES: Final[tuple[tuple[ChangeAction, str], ...]] = (
    ("open", "To open"),
    ("optional", "Optional"),
    ("review", "To review"),
    ("none", "No work for a firewall"),
)


class Written(ABC):
    """What can be written as a document, and as JSON."""

    __slots__ = ()

    @abstractmethod
    def _document(self) -> Document:
        """Return it as a document."""

    @abstractmethod
    def _data(self) -> Any:
        """Return it as plain data."""

    def to_text(self) -> str:
        """Return it as plain text."""
        return text.write(self._document())

    def to_markdown(self) -> str:
        """Return it as Markdown (CommonMark)."""
        return markdown.write(self._document())

    def to_json(self, *, indent: int | None = None) -> str:
        """Return it as JSON.

        Args:
            indent: Spaces per level, for people; ``None`` for one line.
        """
        return json.dumps(self._data(), ensure_ascii=False, indent=indent)

    def __str__(self) -> str:
        return self.to_text()


# -- in words ----------------------------------------------------------------


def spell(value: Any) -> str:
    """Return a field's value as a sentence has it.

    Args:
        value: The value; a condition is spelled by the ids of its values.
    """
    if isinstance(value, Condition):
        return value.describe()
    if isinstance(value, tuple):
        short = value and isinstance(value[0], _SHORT)
        pieces = map(spell, value)
        return (join("and", pieces) if short else "; ".join(pieces)) or "none"
    return "none" if value is None else _spell_one(value)


def _spell_one(value: Any) -> str:
    if isinstance(value, Protocol):
        return value.label
    if isinstance(value, Reason):
        return f"{value.field}: {value.reason}"
    if isinstance(value, Record) and not isinstance(
        value, (Citation, PortRange)
    ):
        return _spell_parts(plain(value))
    return str(value)


#: What is joined by "and"; longer values are kept apart by semicolons.
_SHORT: Final = (str, int, PortRange, Protocol)


def _spell_parts(parts: dict[str, Any]) -> str:
    """Return the fields of a record: ``rows: 3, 1; notes: 2``."""
    pieces = (
        f"{key}: {', '.join(map(str, value))}"
        if isinstance(value, list)
        else f"{key}: {value}"
        for key, value in parts.items()
    )
    return "; ".join(pieces) or "none"


def _field_line(field: FieldChange) -> str:
    return f"{field.name} ({field.kind}): {_difference(field)}"


def _difference(field: FieldChange) -> str:
    """Return both values; of two lists that share members, what differs."""
    before, after = field.before, field.after
    if isinstance(before, tuple) and set(before) & set(after):
        removed = tuple(item for item in before if item not in after)
        added = tuple(item for item in after if item not in before)
        pieces = {"removed": removed, "added": added}
        found = [f"{word} {spell(of)}" for word, of in pieces.items() if of]
        if found:
            return "; ".join(found)
    return f"{spell(before)} -> {spell(after)}"


def _change_item(change: RecordChange) -> Item:
    record = change.before if change.after is None else change.after
    line = f"{change.what} in {change.collection}: {change.id}"
    if change.collection == "flows":
        ports = join("and", map(str, record.protocol_ports()))
        line += f" ({record.source} to {record.destination}, {ports})"
    return Item(line, tuple(map(_field_line, change.fields)))


def changes_blocks(
    fields: Iterable[FieldChange],
    records: Sequence[RecordChange],
    orders: Iterable[Order],
) -> tuple[Block, ...]:
    """Return changes as blocks of a document, by what they call for.

    Args:
        fields: The edition's own fields that differ.
        records: The records that do.
        orders: The collections whose order does.
    """
    blocks: list[Block] = []
    for action, heading in _CHANGES:
        found = [change for change in records if change.action == action]
        if found:
            items = tuple(map(_change_item, found))
            blocks += [Heading(heading), Bullets(items)]
    lines = tuple(map(_field_line, fields))
    if lines:
        blocks += [Heading("The edition itself"), Bullets(lines)]
    moved = [
        order.collection
        for order in orders
        if set(order.before) == set(order.after)
    ]
    if moved:
        blocks.append(Paragraph(f"In another order: {join('and', moved)}"))
    return tuple(blocks) or (Paragraph("Nothing differs"),)


#: The headings of the rows below.
HEADINGS: Final = ("Calls for", "What", "Where", "Id", "Fields")


def changes_rows(
    new: str, fields: Iterable[FieldChange], records: Sequence[RecordChange]
) -> tuple[tuple[str, ...], ...]:
    """Return a row per field of the edition itself, and per record.

    Args:
        new: The id of the newer edition.
        fields: The edition's own fields that differ.
        records: The records that do.
    """
    own = (
        (field.action, "changed", "edition", new, _field_line(field))
        for field in fields
    )
    others = (
        (
            change.action,
            change.what,
            change.collection,
            change.id,
            "; ".join(map(_field_line, change.fields)),
        )
        for change in records
    )
    return (*own, *others)
