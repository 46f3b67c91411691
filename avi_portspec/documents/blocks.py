"""What a document is made of: headings, paragraphs, lists, tables, commands.

All texts are plain: what would be markup in a format is escaped by that
format's writer, so code that makes blocks need not escape.
"""

# Annotations are not strings here: typing would compile each of them again,
# key by key, whenever the module is imported.

from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

from avi_portspec.documents import join

__all__ = [
    "Block",
    "Bullets",
    "Code",
    "Document",
    "Heading",
    "Item",
    "Paragraph",
    "Table",
    "join",
]


class Heading(NamedTuple):
    """A heading within a document."""

    text: str


class Paragraph(NamedTuple):
    """A paragraph."""

    text: str


class Code(NamedTuple):
    """A line that somebody types, such as a command.

    Attributes:
        text: The line.
        label: What it is for, which stands before it.
    """

    text: str
    label: str = ""


class Item(NamedTuple):
    """An item of a list that has a list of its own below it."""

    text: str
    inner: tuple[str, ...]


class Bullets(NamedTuple):
    """A list; an item without a list of its own is its text alone."""

    items: tuple[str | Item, ...]

    def pairs(self) -> Iterable[tuple[str, tuple[str, ...]]]:
        """Yield each item's text, with the texts of the list below it."""
        for item in self.items:
            yield (item, ()) if isinstance(item, str) else item


class Table(NamedTuple):
    """A table.

    Attributes:
        caption: What it is.
        headings: One a column.
        rows: A cell a column each. A line feed begins a new line in a cell,
            in formats whose cells have lines; elsewhere it is a space.
        names_rows: Whether the first cell of a row names it: a screen reader
            says it before each of the others.
    """

    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    names_rows: bool = True


Block: TypeAlias = Heading | Paragraph | Code | Bullets | Table


class Document(NamedTuple):
    """A document: its title, and what follows."""

    title: str
    blocks: tuple[Block, ...]
