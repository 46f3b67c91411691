"""Tables: their cells, and how each writer gets them.

A table of forty rows has a thousand nodes, and every transform walks them
all. So a cell with one text holds it directly: its class is the kind of the
text, and its ids are its anchors. HTML is written from that; all other
writers get a cell with a paragraph and targets, from `expand`.

docutils writes ``<th>`` without a scope, and after a cell that spans rows it
takes data cells for headings. These cells know what they head; no translator
is replaced for it, and other tables are left alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal

from docutils import nodes

from sphinx_avi_portspec.messages import Phrase, Whole
from sphinx_avi_portspec.pen import (
    AviTranslatable,
    Pen,
    is_typed,
    make_target,
)
from sphinx_avi_portspec.writers import (
    HtmlTransform,
    PlainTransform,
    keep_whole,
)

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator

__all__ = [
    "AviCell",
    "AviCompact",
    "AviMachineCell",
    "AviNameCell",
    "AviProseCell",
    "expand",
    "make_cell",
    "make_table",
    "make_text_cell",
    "note_phrase",
    "setup_cells",
    "write_cell",
    "write_lead",
]

#: What a cell holds: something for machines (a literal, not translated), a
#: name (not translated), or prose.
Kind = Literal["machine", "name", "prose"]


class AviCell(nodes.entry):
    """A cell with a scope.

    All writers but HTML handle it as any other cell.
    """

    tagname = "entry"


class AviCompact(AviCell):
    """A cell with one text, or none, and no paragraph around it."""

    kind: ClassVar[Kind]


class AviNameCell(AviCompact):
    """A name."""

    kind = "name"


class AviMachineCell(AviCompact):
    """Something for machines."""

    kind = "machine"


class AviProseCell(AviCompact, AviTranslatable):
    """A phrase to translate, or none."""

    kind = "prose"


_KINDS: Final[dict[Kind, type[AviCompact]]] = {
    cell.kind: cell for cell in (AviMachineCell, AviNameCell, AviProseCell)
}


def make_cell(pen: Pen, *children: nodes.Node) -> AviCell:
    """Return a cell."""
    made = AviCell("", *children)
    made.source, made.line = pen.source, pen.line
    return made


def write_cell(pen: Pen, *pieces: str | nodes.Node) -> AviCell:
    """Return a cell with one paragraph."""
    return make_cell(pen, pen.paragraph(*pieces))


def make_text_cell(
    pen: Pen,
    kind: Kind,
    text: str,
    ids: Sequence[str],
    marks: Sequence[nodes.Node],
) -> AviCell:
    """Return a cell that holds a text.

    Args:
        pen: The directive's.
        kind: What the text is.
        text: The text, which can be empty.
        ids: The anchors before it.
        marks: The marks behind it.
    """
    pieces: list[str | nodes.Node] = []
    if text and kind == "machine":
        pieces.append(nodes.literal(text, text))
    elif text:
        pieces.append(Phrase(text) if kind == "prose" else text)
    if marks or (kind == "prose" and is_typed(text)):
        anchors = [make_target(ids)] if ids else []
        return write_cell(pen, *anchors, *pieces, *marks)
    made = _KINDS[kind](text)
    note_phrase(pen, made, text)
    for piece in pieces:
        made.append(nodes.Text(piece) if isinstance(piece, str) else piece)
    if ids:
        made["ids"] += ids
    made.source, made.line = pen.source, pen.line
    return made


def note_phrase(pen: Pen, cell: AviCompact, text: str) -> None:
    """Note that the text of a cell is translated, where it is."""
    if text and isinstance(cell, AviProseCell):
        cell.phrases = (pen.find(text),)


def expand(cell: AviCompact) -> AviCell:
    """Return a cell with a paragraph, and with targets for its ids.

    LaTeX loses an id on a cell. What translation has noted on the cell moves
    to the paragraph.
    """
    pen = Pen(cell.source or "", cell.line or 0, "")
    pieces: list[str | nodes.Node] = [*cell.children]
    if isinstance(cell, AviProseCell):
        known = {str(said): said for said in cell.phrases}
        pieces = [
            known.get(child.astext(), Whole(child.astext()))
            if isinstance(child, nodes.Text)
            else child
            for child in pieces
        ]
    anchors = [make_target(cell["ids"])] if cell["ids"] else []
    paragraph = pen.paragraph(*anchors, *pieces)
    paragraph["classes"] += cell["classes"]
    made = make_cell(pen, paragraph)
    if "translated" in cell:
        paragraph["translated"] = cell["translated"]
    if "scope" in cell:
        made["scope"] = cell["scope"]
    made.parent = cell.parent
    return made


def add_below(
    pen: Pen, cell: AviCell, lines: Iterable[Sequence[str | nodes.Node]]
) -> AviCell:
    """Return a cell with more lines below what it says, set quieter."""
    for line in lines:
        if isinstance(cell, AviCompact):
            cell = expand(cell)
        paragraph = pen.paragraph(*line)
        paragraph["classes"].append("avi-sub")
        cell += paragraph
    return cell


def make_table(
    pen: Pen,
    headings: Sequence[str],
    rows: Iterable[nodes.row],
    *,
    widths: Sequence[int] | None = None,
    stubs: int = 0,
    header: bool = True,
    classes: Iterable[str] = (),
) -> nodes.table:
    """Return a table without a caption.

    Args:
        pen: The directive's.
        headings: One per column.
        rows: The rows below them.
        widths: The columns' relative widths.
        stubs: How many columns, from the left, head their row.
        header: Whether the headings are shown.
        classes: The table's further classes.
    """
    even = [100 // len(headings)] * len(headings)
    group = nodes.tgroup(cols=len(headings))
    for number, width in enumerate(widths or even):
        spec = nodes.colspec(colwidth=width)
        if number < stubs:
            spec["stub"] = 1
        group += spec
    if header:
        cells = []
        for heading in headings:
            text = nodes.paragraph(heading, heading)
            text.source, text.line = pen.source, pen.line
            cells.append(make_cell(pen, text))
            cells[-1]["scope"] = "col"
        group += nodes.thead("", nodes.row("", *cells))
    body = nodes.tbody("", *rows)
    for row, columns in zip(
        body.children, locate_cells(body, len(headings)), strict=True
    ):
        # Columns are in order: those that head their row come first.
        for column, cell in zip(columns[:stubs], row.children, strict=False):
            if column >= stubs:
                break
            assert isinstance(cell, AviCell)  # noqa: S101 - for types
            cell["scope"] = "row"
    group += body
    made = nodes.table("", group, classes=["avi-port-table", *classes])
    made.source, made.line = pen.source, pen.line
    return made


def locate_cells(part: nodes.Element, count: int) -> list[list[int]]:
    """Return, for each row of a table's part, the columns of its cells.

    A column that a cell above spans into has no cell in the row.
    """
    everything = list(range(count))
    taken = [0] * count
    found = []
    for row in part.children:
        free = everything
        if any(taken):
            free = [column for column in everything if not taken[column]]
            taken = [max(rows - 1, 0) for rows in taken]
        spanned = iter(free)
        columns = []
        for cell in row.children:
            assert isinstance(cell, nodes.entry)  # noqa: S101 - for types
            columns.append(next(spanned))
            for _ in range(cell.get("morecols", 0)):
                next(spanned)
            more = cell.get("morerows", 0)
            if more:
                taken[columns[-1]] = more
        found.append(columns)
    return found


class InFull(PlainTransform):
    """Expand compact cells for every writer but ours."""

    # Before links are resolved, so that no other transform meets them.
    default_priority = 5

    def run(self, **kwargs: Any) -> None:
        """Expand each compact cell in place."""
        for cell in list(self.document.findall(AviCompact)):
            # Not replace_self(), which would leave the ids on the cell.
            cell.parent.replace(cell, expand(cell))


class OneId(HtmlTransform):
    """Remove a table's ids from the wrapper that a theme adds.

    A node that replaces another takes over its ids, so that the HTML has
    them twice.
    """

    # After the themes' transforms, at 500.
    default_priority = 600

    def run(self, **kwargs: Any) -> None:
        """Remove each table's ids from its wrapper."""
        for table in self.document.findall(nodes.table):
            around = table.parent
            ours = {"avi-ports", "avi-port-table"} & {*table["classes"]}
            if ours and isinstance(around, nodes.container):
                around["ids"] = [
                    name for name in around["ids"] if name not in table["ids"]
                ]


class Unspan(PlainTransform):
    """Repeat cells that span rows, for every writer but ours.

    Markdown and manual pages have none, and where a cell spans more than a
    page, its text is on the first alone, or no page is made at all.
    """

    default_priority = 400

    def run(self, **kwargs: Any) -> None:
        """Repeat each cell that spans rows in every one of them."""
        for table in self.document.findall(nodes.table):
            if "avi-port-table" in table["classes"]:
                for body in table.findall(nodes.tbody):
                    _fill(body, len(list(table.findall(nodes.colspec))))


def _fill(body: nodes.tbody, count: int) -> None:
    above: dict[int, nodes.Node] = {}
    rows = list(body.findall(nodes.row))
    for row, columns in zip(rows, locate_cells(body, count), strict=True):
        if any("morecols" in cell for cell in row.findall(nodes.entry)):
            # It says why there is no other row.
            continue
        own = dict(zip(columns, list(row.children), strict=True))
        row.children = []
        for column in range(count):
            cell = own.get(column)
            if cell is None:
                cell = above[column].deepcopy()
                for target in list(cell.findall(nodes.target)):
                    target.parent.remove(target)
            assert isinstance(cell, nodes.entry)  # noqa: S101 - for types
            above[column] = cell
            cell.attributes.pop("morerows", None)
            row.append(cell)


def write_lead(translator: HTML5Translator, cell: nodes.Element) -> str:
    """Return the attribute with the word that stands before an end."""
    row = cell.parent
    lead = row.parent.parent["leads"][row.index(cell)]
    return f' data-lead="{translator.attval(lead)}"'


def visit_entry(translator: HTML5Translator, node: AviCell) -> None:
    """Write the start of a cell."""
    attributes: dict[str, Any] = {}
    scope = node.get("scope")
    if scope:
        attributes["scope"] = scope
        attributes["class"] = "head" if scope == "col" else "stub"
    if "role" in node:
        attributes["role"] = node["role"]
    if "morerows" in node:
        attributes["rowspan"] = node["morerows"] + 1
    if "morecols" in node:
        attributes["colspan"] = node["morecols"] + 1
    tag = "th" if scope else "td"
    start = translator.starttag(node, tag, "", **attributes)
    if node.get("role") == "rowheader":
        start = f"{start[:-1]}{write_lead(translator, node)}>"
    translator.body.append(start)
    translator.context.append(f"</{tag}>\n")


def depart_entry(translator: HTML5Translator, node: AviCell) -> None:
    """Write the end of a cell."""
    translator.body.append(translator.context.pop())


def is_name(text: str) -> bool:
    """Return whether a text is an id of several words."""
    return "-" in text and " " not in text


def visit_compact(translator: HTML5Translator, node: AviCompact) -> None:
    """Write all of a compact cell, with a paragraph around its text."""
    if node["classes"]:
        expand(node).walkabout(translator)
        raise nodes.SkipNode
    # Words with hyphens and without a space are ids, which may break there.
    is_id = node.kind == "machine" and is_name(node.astext())
    tag, scoped = ("th", ' scope="row"') if "scope" in node else ("td", "")
    names = [*(["stub"] if scoped else []), *(["avi-id"] if is_id else [])]
    classes = f' class="{" ".join(names)}"' if names else ""
    start, end = f"<{tag}{classes}{scoped}><p>", f"</p></{tag}>\n"
    ids = node["ids"]
    if ids:
        first, *more = [f'id="{translator.attval(name)}"' for name in ids]
        start += f'<span class="target" {first}>'
        start += "".join(f"<span {name}></span>" for name in more) + "</span>"
    if not all(isinstance(child, nodes.Text) for child in node.children):
        # The writer itself writes literals.
        translator.body.append(start)
        translator.context.append(end)
        return
    text = keep_whole(translator.encode(node.astext()))
    translator.body.append(f"{start}{text}{end}")
    raise nodes.SkipNode


def setup_cells(app: Sphinx) -> None:
    """Add the cells, and the transforms for their writers."""
    app.add_node(AviCell, override=True, html=(visit_entry, depart_entry))
    compact = visit_compact, depart_entry
    for kind in (AviMachineCell, AviNameCell, AviProseCell):
        app.add_node(kind, override=True, html=compact)
    app.add_post_transform(InFull)
    app.add_post_transform(OneId)
    app.add_post_transform(Unspan)
