"""Tables whose rows are grouped by who opens the connections."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

from docutils import nodes

from avi_portspec.model.wording import source_text
from avi_portspec.tabular.lines import Footnotes, Group, Line, Port
from sphinx_avi_portspec.blocks import (
    AviBelow,
    AviDownload,
    AviFolded,
    AviGroupRow,
    AviMark,
    AviPlainRow,
    AviPortBody,
    AviPortGroup,
    AviPortHead,
    AviSummary,
)
from sphinx_avi_portspec.cells import (
    AviCell,
    AviCompact,
    AviNameCell,
    AviProseCell,
    add_below,
    make_cell,
    note_phrase,
    write_lead,
)
from sphinx_avi_portspec.messages import Filled, Phrase
from sphinx_avi_portspec.pen import AviTag, is_typed, link_home, make_target
from sphinx_avi_portspec.writers import keep_whole

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator

    from avi_portspec import Edition
    from avi_portspec.names import EndpointId
    from sphinx_avi_portspec.pen import Pen

__all__ = [
    "MARKS",
    "AviPortCell",
    "AviWordCell",
    "Drawn",
    "Head",
    "make_below",
    "make_cut",
    "make_empty_table",
    "make_footnotes",
    "make_grouped_table",
    "make_lined_table",
    "make_port_cell",
    "mark_line",
    "setup_grouped",
    "write_compact",
]

#: Where the explanations of marks are.
MARKS: Final = ("folded", "below", "link", "none")


#: What stands before an end where its column has no heading, by the heading.
_LEADS: Final = {
    "To": "to",
    "From": "from",
    "Source": "from",
    "Destination": "to",
}


class Head(NamedTuple):
    """A column: its heading, its class in HTML, its share of the width."""

    text: str
    html: str
    share: int


class Drawn(NamedTuple):
    """What a table is drawn from.

    Attributes:
        edition: The edition.
        groups: The lines, in groups.
        footnotes: The letters of what is assumed.
        last: The heading of the last column: ``Needed`` or ``Why``.
        marks: One of :data:`MARKS`.
        merge: Whether an end that several rows have is shown once.
        remarks: The author's text on flows, by their ids.
        older: The edition of the endpoints that the first does not have.
    """

    edition: Edition
    groups: Sequence[Group]
    footnotes: Footnotes
    last: str
    marks: str
    merge: bool
    remarks: Mapping[str, Sequence[nodes.Node]]
    older: Edition | None = None

    @property
    def has_services(self) -> bool:
        """Whether any line has a service; else there is no column for it."""
        return any(line.service for g in self.groups for line in g.lines)

    def heads(self) -> list[Head]:
        """Return the columns."""
        side = self.groups[0].side if self.groups else "source"
        if side is None:
            ends = ["Source", "Destination"]
        else:
            ends = ["From" if side == "destination" else "To"]
        # As many characters as most rows need, for writers of plain text.
        made = [Head(end, "avi-to", 20) for end in ends]
        made.append(Head("Port", "avi-port", 14))
        if self.has_services:
            made.append(Head("Service", "avi-svc", 12))
        return [*made, Head(self.last, "avi-need", 36)]

    def label(self, endpoint: EndpointId) -> str:
        """Return the name of an endpoint in this table."""
        if self.older is None or endpoint in self.edition.endpoints.ids():
            return self.edition.endpoints[endpoint].label
        return self.older.endpoints[endpoint].label

    def heading(self, endpoint: EndpointId) -> str:
        """Return the name of an endpoint that a group is of.

        Two groups are not under one name: a short name that the edition has
        twice, such as that of the gateways, is written in full.
        """
        end = self.edition.endpoints[endpoint]
        labels = [self.label(g.endpoint) for g in self.groups if g.endpoint]
        return end.name if labels.count(end.label) > 1 else end.label


class AviToCell(AviNameCell):
    """The other end of a row, with the ids of the row's anchors."""

    html: ClassVar[str] = "avi-to"


class AviDittoCell(AviNameCell):
    """The same end as in the row above, which the eye need not see again."""

    html: ClassVar[str] = "avi-to avi-ditto"


class AviServiceCell(AviNameCell):
    """A service."""

    html: ClassVar[str] = "avi-svc"


class AviPortCell(AviNameCell):
    """A protocol, a no-break space, and numbers."""

    html: ClassVar[str] = "avi-port"


class AviWordCell(AviProseCell):
    """A word where a port would stand: none, unknown."""

    html: ClassVar[str] = "avi-port"


class AviNeedCell(AviProseCell):
    """What is said of the need, where it is one phrase."""

    html: ClassVar[str] = "avi-need"


def make_grouped_table(pen: Pen, drawn: Drawn) -> nodes.table:
    """Return the table, without a caption."""
    return make_lined_table(pen, drawn.heads(), _make_rows(pen, drawn))


def make_empty_table(
    pen: Pen, text: str, *, headings: bool = True
) -> nodes.table:
    """Return a table whose one row says why there is no other.

    Args:
        pen: The directive's.
        text: What the row says.
        headings: Whether the table has those of a table in groups.
    """
    heads = [
        Head("To", "avi-to", 20),
        Head("Port", "avi-port", 14),
        Head("Needed", "avi-need", 36),
    ]
    cell = make_cell(pen, pen.paragraph(Phrase(text)))
    if headings:
        cell["morecols"] = len(heads) - 1
    else:
        heads = [Head("", "avi-need", 100)]
    cell["classes"].append("avi-empty")
    cell["role"] = "cell"
    return make_lined_table(pen, heads, [AviPlainRow("", cell)])


def make_lined_table(
    pen: Pen, heads: Sequence[Head], rows: Iterable[nodes.row]
) -> nodes.table:
    """Return a table without a caption.

    Args:
        pen: The directive's.
        heads: Its columns.
        rows: Its rows, with headings of groups among them.
    """
    leads = [_LEADS[head.text] for head in heads if head.text in _LEADS]
    group = AviPortGroup(cols=len(heads), leads=leads)
    group.source, group.line = pen.source, pen.line
    cells = []
    for head in heads:
        group += nodes.colspec(colwidth=head.share)
        text = nodes.paragraph(head.text, head.text)
        text.source, text.line = pen.source, pen.line
        cell = make_cell(pen, text)
        cell["scope"], cell["role"] = "col", "columnheader"
        cell["classes"].append(head.html)
        cells.append(cell)
    if any(head.text for head in heads):
        group += AviPortHead("", AviPlainRow("", *cells))
    group += AviPortBody("", *rows)
    made = nodes.table("", group, classes=["avi-ports", "colwidths-shares"])
    made.source, made.line = pen.source, pen.line
    return made


def _make_rows(pen: Pen, drawn: Drawn) -> Iterator[nodes.row]:
    """Yield the rows: the heading of each group, then its lines."""
    for group in drawn.groups:
        if group.side is not None:
            yield _group_row(pen, drawn, group)
        before: str | None = None
        for line in group.lines:
            ends = list(_end_cells(pen, drawn, group, line, before))
            yield AviPlainRow("", *ends, *_other_cells(pen, drawn, line))
            before = _other(group, line)


def _group_row(pen: Pen, drawn: Drawn, group: Group) -> AviGroupRow:
    assert group.endpoint is not None  # noqa: S101 - for types
    word = "To" if group.side == "destination" else "From"
    name = drawn.heading(group.endpoint)
    ids = pen.claim("endpoint", group.endpoint)
    cell = make_cell(
        pen,
        pen.paragraph(
            *([make_target(ids)] if ids else []),
            Phrase(word),
            " ",
            nodes.strong(name, name),
        ),
    )
    cell["morecols"] = len(drawn.heads()) - 1
    return AviGroupRow("", cell)


def _other(group: Group, line: Line) -> EndpointId:
    """Return the end of a line that its group does not name."""
    return line.source if group.side == "destination" else line.destination


def _end_cells(
    pen: Pen, drawn: Drawn, group: Group, line: Line, before: str | None
) -> Iterator[AviCell]:
    """Yield the cells of a line's ends, the first with the line's anchors."""
    ids = [name for flow in line.flows for name in pen.claim("flow", flow.id)]
    if group.side is None:
        ids += pen.claim("endpoint", line.source)
        yield write_compact(
            pen, AviToCell, drawn.label(line.source), ids, "row"
        )
        ids = pen.claim("endpoint", line.destination)
        yield write_compact(pen, AviToCell, drawn.label(line.destination), ids)
        return
    other = _other(group, line)
    ids += pen.claim("endpoint", other)
    kind = AviDittoCell if drawn.merge and other == before else AviToCell
    yield write_compact(pen, kind, drawn.label(other), ids, "row")


def _other_cells(pen: Pen, drawn: Drawn, line: Line) -> Iterator[AviCell]:
    """Yield the cells of what a line says."""
    if line.has_ports:
        yield make_port_cell(pen, line.port)
    else:
        yield write_compact(pen, AviWordCell, line.port.protocol)
    if drawn.has_services:
        yield write_compact(pen, AviServiceCell, line.service)
    yield _need_cell(pen, drawn, line)


def make_port_cell(pen: Pen, port: Port) -> AviCell:
    """Return a cell of ports."""
    protocol, number = port
    between = "\N{NO-BREAK SPACE}" if number else ""
    made = write_compact(pen, AviPortCell, f"{protocol}{between}{number}")
    made["protocol"], made["number"] = protocol, number
    return made


def write_compact(
    pen: Pen,
    kind: type[AviCompact],
    text: str,
    ids: Sequence[str] = (),
    scope: str = "",
) -> AviCompact:
    """Return a cell that holds a text.

    Args:
        pen: The directive's.
        kind: Its class.
        text: The text, which can be empty.
        ids: The anchors before it.
        scope: What it heads, if it does.
    """
    made = kind(text if kind.kind == "prose" else "")
    if text:
        made.append(nodes.Text(text))
    note_phrase(pen, made, text)
    made["ids"] += ids
    if scope:
        made["scope"] = scope
    made.source, made.line = pen.source, pen.line
    return made


def mark_line(
    pen: Pen, edition: Edition, line: Line, footnotes: Footnotes, marks: str
) -> list[nodes.Node]:
    """Return the mark of what is assumed about a line, if it has one.

    Args:
        pen: The directive's.
        edition: The edition.
        line: The line.
        footnotes: The letters.
        marks: One of :data:`MARKS`.
    """
    if letter := footnotes.letter(line):
        return [_mark(pen, letter)]
    if marks == "link" and line.assumed:
        # A line of which something is assumed is about one flow.
        home = link_home(edition, line.flows[0].id)
        return [nodes.Text(" "), home]
    return []


def _need_cell(pen: Pen, drawn: Drawn, line: Line) -> AviCell:
    tag, text = line.need
    marks = mark_line(pen, drawn.edition, line, drawn.footnotes, drawn.marks)
    remarks = [
        drawn.remarks[flow.id]
        for flow in line.flows
        if flow.id in drawn.remarks
    ]
    if not (tag or marks or line.below or remarks or is_typed(text)):
        return write_compact(pen, AviNeedCell, text)
    pieces: list[str | nodes.Node] = []
    if tag:
        pieces += [AviTag(tag, tag), " "]
    if text:
        pieces.append(Phrase(text))
    below: list[Sequence[str | nodes.Node]] = [[Phrase(t)] for t in line.below]
    cell = make_cell(pen, pen.paragraph(*pieces, *marks))
    add_below(pen, cell, [*below, *remarks])
    cell["classes"].append("avi-need")
    cell["role"] = "cell"
    return cell


def _mark(pen: Pen, letter: str) -> AviMark:
    made = AviMark(
        "",
        f" [{letter}]",
        letter=letter,
        label=Filled("Assumption {}", letter),
        refid=f"{pen.prefix}-assumed-{letter}",
    )
    made.source, made.line = pen.source, pen.line
    return made


def make_footnotes(
    pen: Pen, footnotes: Footnotes, marks: str
) -> list[nodes.Node]:
    """Return the list of what is assumed, or nothing."""
    texts = footnotes.texts()
    if not texts:
        return []
    items = nodes.enumerated_list(enumtype="loweralpha", prefix="", suffix=".")
    for letter, text in texts:
        item = nodes.list_item("", pen.paragraph(Phrase(text)))
        item["letter"] = letter
        item["ids"].append(f"{pen.prefix}-assumed-{letter}")
        items += item
    many = "assumptions" if len(texts) > 1 else "assumption"
    line = Filled(
        f"{{}} {many} where the vendor's page is not explicit", len(texts)
    )
    if marks == "below":
        return [pen.paragraph(line), items]
    return [AviFolded("", pen.paragraph(line, kind=AviSummary), items)]


def make_cut(pen: Pen, cut: tuple[int, int] | None) -> list[nodes.Node]:
    """Return that only some of the flows are shown, where that is so."""
    if cut is None:
        return []
    return [pen.paragraph(Filled("{} of {} flows are shown.", *cut))]


def make_below(
    pen: Pen,
    edition: Edition,
    *,
    footnotes: Sequence[nodes.Node] = (),
    cut: tuple[int, int] | None = None,
    source: bool,
    files: Sequence[tuple[str, str]] = (),
) -> list[nodes.Node]:
    """Return what stands below a table.

    Args:
        pen: The directive's.
        edition: The edition.
        footnotes: What is assumed.
        cut: How many flows are shown, of how many.
        source: Whether the line of the source is wanted.
        files: The rows as files: the end of each name, and its text.
    """
    made = AviBelow("", *make_cut(pen, cut), *footnotes)
    line = _source_line(pen, edition) if source else pen.paragraph()
    for suffix, rows in files:
        line += nodes.Text(" ")
        line += AviDownload(
            "",
            nodes.Text(suffix.upper()),
            name=pen.prefix,
            suffix=suffix,
            rows=rows,
        )
    if line.children:
        made += line
    return [made] if made.children else []


def _source_line(pen: Pen, edition: Edition) -> nodes.paragraph:
    words, url = "vendor's port page", edition.source.url
    page = nodes.reference(words, words, refuri=url) if url else Phrase(words)
    made = pen.paragraph(
        Phrase("Source:"), " ", page, Phrase(source_text(edition))
    )
    made["classes"].append("avi-source")
    return made


# -- HTML ---------------------------------------------------------------------


def visit_cell(translator: HTML5Translator, node: AviCompact) -> None:
    """Write all of a cell: most of a large page are such cells."""
    html: str = node.html  # type: ignore[attr-defined]
    if translator.builder.name == "epub":
        # A page of a book can begin with any row.
        html = html.replace(" avi-ditto", "")
    tag, scope = ("td", ' role="cell"')
    if "scope" in node:
        tag, scope = ("th", ' scope="row" role="rowheader"')
    text = keep_whole(translator.encode(node.astext()))
    if "protocol" in node:
        protocol = translator.encode(node["protocol"])
        # A line may end between two numbers, and nowhere else.
        first, *more = translator.encode(node["number"]).split(", ")
        text = f'<span class="avi-quiet">{protocol}</span>'
        text += f"&#160;<b>{first}</b>" if first else ""
        rest = ", ".join(more)
        text = (
            f"<span>{text},</span> <b>{rest}</b>"
            if rest
            else (f"<span>{text}</span>")
        )
    elif isinstance(node, (AviDittoCell, AviServiceCell)):
        text = f"<span>{text}</span>"
    anchors = "".join(
        f'<span class="target" id="{translator.attval(name)}"></span>'
        for name in node["ids"]
    )
    lead = write_lead(translator, node) if isinstance(node, AviToCell) else ""
    translator.body.append(
        f'<{tag} class="{html}"{scope}{lead}>{anchors}{text}</{tag}>\n'
    )
    raise nodes.SkipNode


def setup_grouped(app: Sphinx) -> None:
    """Add the cells."""
    for kind in (
        AviToCell,
        AviDittoCell,
        AviPortCell,
        AviWordCell,
        AviServiceCell,
        AviNeedCell,
    ):
        app.add_node(kind, override=True, html=(visit_cell, None))
