"""Cells of tables, most of which hold one short text and nothing else.

A table of forty rows is a thousand nodes, and each of the transforms that a
document goes through walks them all. So a cell of one text holds it directly:
its class says what kind of text that is, and its ids are the anchors in it.
HTML is written from it as it is; every other writer gets it from `in_full`,
with its paragraph and its targets.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final, Literal

from docutils import nodes
from sphinx import addnodes

from sphinx_avi_portspec.rendering.pen import Pen, Phrase, is_typed, target

__all__ = [
    "Cell",
    "Compact",
    "Kind",
    "MachineCell",
    "NameCell",
    "ProseCell",
    "entry",
    "holding",
    "in_full",
]

#: What a cell holds: something for machines (shown as a literal, never
#: translated), a name (never translated), or prose.
Kind = Literal["machine", "name", "prose"]


class Cell(nodes.entry):
    """A cell that can say what it heads.

    Writers but that of HTML take it for any other.
    """

    tagname = "entry"


class Compact(Cell):
    """A cell that holds one text, or none, without a paragraph around it."""

    kind: ClassVar[Kind]


class NameCell(Compact):
    """A name."""

    kind = "name"


class MachineCell(Compact):
    """Something for machines."""

    kind = "machine"


class ProseCell(Compact, addnodes.translatable):
    """A phrase, which is for translators."""

    kind = "prose"

    def preserve_original_messages(self) -> None:
        """Do nothing: the phrase is kept as the raw source."""

    def extract_original_messages(self) -> Sequence[str]:
        """Return the phrase, if there is one."""
        return (self.rawsource,) if self.rawsource else ()

    def apply_translated_message(
        self, original_message: str, translated_message: str
    ) -> None:
        """Put its translation in the place of the phrase."""
        self.clear()
        self.append(nodes.Text(translated_message))


_KINDS: Final[dict[Kind, type[Compact]]] = {
    each.kind: each for each in (MachineCell, NameCell, ProseCell)
}


def entry(pen: Pen, *children: nodes.Node) -> Cell:
    """Return a cell."""
    made = Cell("", *children)
    made.source, made.line = pen.source, pen.line
    return made


def holding(
    pen: Pen,
    kind: Kind,
    text: str,
    ids: Sequence[str],
    marks: Sequence[nodes.Node],
) -> Cell:
    """Return a cell that holds a text.

    Args:
        pen: The directive's.
        kind: What the text is.
        text: The text, which can be empty.
        ids: The anchors before it.
        marks: What stands behind it.
    """
    pieces: list[str | nodes.Node] = []
    if text and kind == "machine":
        pieces.append(nodes.literal(text, text))
    elif text:
        pieces.append(Phrase(text) if kind == "prose" else text)
    if marks or (kind == "prose" and is_typed(text)):
        anchors = [target(ids)] if ids else []
        return entry(pen, pen.paragraph(*anchors, *pieces, *marks))
    made = _KINDS[kind](text)
    for piece in pieces:
        made.append(nodes.Text(piece) if isinstance(piece, str) else piece)
    if ids:
        made["ids"] += ids
    made.source, made.line = pen.source, pen.line
    return made


def in_full(cell: Compact) -> Cell:
    """Return a cell with a paragraph, and with targets for its ids.

    An id on a cell is lost on the way to LaTeX. What translation has noted
    on the cell is the paragraph's.
    """
    pen = Pen(cell.source or "", cell.line or 0, "")
    pieces: list[str | nodes.Node] = [
        Phrase(child)
        if cell.kind == "prose" and isinstance(child, nodes.Text)
        else child
        for child in cell.children
    ]
    anchors = [target(cell["ids"])] if cell["ids"] else []
    paragraph = pen.paragraph(*anchors, *pieces)
    paragraph["classes"] += cell["classes"]
    made = entry(pen, paragraph)
    if "translated" in cell:
        paragraph["translated"] = cell["translated"]
    if "uid" in vars(cell):
        # By which the catalogues of messages know what they have seen.
        vars(paragraph)["uid"] = vars(cell)["uid"]
    if "scope" in cell:
        made["scope"] = cell["scope"]
    made.parent = cell.parent
    return made
