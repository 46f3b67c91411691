"""A table with what belongs to it: assumptions and source stay below it.

HTML gets markup of its own for these nodes. For every other writer they
become docutils' plain ones, whose names all writers know: a writer looks a
node up by the name of its class, and leaves out what it does not know.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms.post_transforms import SphinxPostTransform

from avi_portspec.documents.html import WHOLE
from avi_portspec.model.phrases import NOT_DOCUMENTED
from sphinx_avi_portspec.cells import AviCell
from sphinx_avi_portspec.domain import get_domain
from sphinx_avi_portspec.pen import (
    AviData,
    AviLabelled,
    AviProse,
    AviTag,
    make_target,
)
from sphinx_avi_portspec.writers import HtmlTransform, PlainTransform

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator

__all__ = [
    "AviBelow",
    "AviBlock",
    "AviDownload",
    "AviFolded",
    "AviGroupRow",
    "AviMark",
    "AviPlainRow",
    "AviPortBody",
    "AviPortGroup",
    "AviPortHead",
    "AviSummary",
    "setup_blocks",
    "write_data",
]


class AviBlock(nodes.container):
    """A table and what stands below it."""


class AviBelow(nodes.container):
    """What stands below a table."""


class AviFolded(nodes.container):
    """What HTML folds; its first child is the line that stays.

    With ``open``, it is unfolded at first.
    """


class AviSummary(AviProse):
    """The line of a folded list that stays.

    With the class ``avi-titled``, it repeats the caption of a table in there,
    so that it is left out where nothing folds.
    """


class AviGroupRow(nodes.row):
    """The heading of a group of rows."""

    tagname = "row"


class AviPortGroup(nodes.tgroup, addnodes.translatable):
    """The columns and rows of a grouped table.

    In narrow columns, a word of ``leads`` stands before each of the ends in
    the first columns: to, from.
    """

    tagname = "tgroup"

    def preserve_original_messages(self) -> None:
        """Do nothing: the words are known."""

    def extract_original_messages(self) -> Sequence[str]:
        """Return the words."""
        return tuple(self["leads"])

    def apply_translated_message(
        self, original_message: str, translated_message: str
    ) -> None:
        """Replace a word with its translation."""
        self["leads"] = [
            translated_message if word == original_message else word
            for word in self["leads"]
        ]


class AviPortHead(nodes.thead):
    """Its head."""

    tagname = "thead"


class AviPortBody(nodes.tbody):
    """Its body."""

    tagname = "tbody"


class AviPlainRow(nodes.row):
    """Any other row of a grouped table."""

    tagname = "row"


class AviDownload(nodes.Invisible, nodes.inline):
    """A link to a table's rows as a file; HTML alone has it."""


class AviMark(AviLabelled, nodes.inline):
    """A letter that leads to an explanation, in ``refid``."""


#: The classes of our tables: one of them has each.
OURS: Final = frozenset({"avi-ports", "avi-port-table"})
#: The classes of tables whose columns have no widths of their own.
_WIDTHS: Final = frozenset({"colwidths-auto", "colwidths-grid"})
#: The classes of small links.
SMALL: Final = frozenset({"avi-home", "avi-place"})

_OWN: Final = __name__.partition(".")[0]


def find_plain(kind: type) -> type[nodes.Element] | None:
    """Return docutils' class for a class of ours, and for one made of it.

    Every writer knows docutils' own classes, by name. ``None`` for what no
    reader is meant to see. A class that is made of none of docutils' holds
    its content all the same.
    """
    if issubclass(kind, nodes.Invisible):
        return None
    for base in kind.__mro__:
        if (
            base.__module__ == nodes.__name__
            and base.__name__ in nodes.node_class_names
        ):
            return base
    return nodes.inline if issubclass(kind, nodes.Inline) else nodes.container


def is_ours(node: nodes.Node) -> bool:
    """Return whether a node is of this package, or of a class made of one."""
    return any(
        base.__module__.partition(".")[0] == _OWN
        for base in type(node).__mro__
    )


class HomeLinks(SphinxPostTransform):
    """Let small links lead to homes, and to nothing else.

    Where a project has no home for a record, a link would lead back to the
    row that it stands in.
    """

    # Before Sphinx resolves references.
    default_priority = 8

    def run(self, **kwargs: Any) -> None:
        """Remove what leads nowhere; a place stays as text."""
        domain = get_domain(self.env)
        for node in list(self.document.findall(addnodes.pending_xref)):
            # References to code hold texts, which have no classes.
            elements = (
                c for c in node.children if isinstance(c, nodes.Element)
            )
            child = next(elements, node)
            names = set(child["classes"]).intersection(SMALL)
            if not names:
                continue
            found = domain.find(node["reftype"], node["reftarget"])
            if found is not None and found[1].canonical:
                continue
            if "avi-home" in names:
                node.parent.remove(node)
            else:
                node.replace_self(child)


def set_widths(document: nodes.document, widths: str) -> None:
    """Let a writer use the columns' shares of the width, or find its own."""
    for table in document.findall(nodes.table):
        table["classes"] = [
            f"colwidths-{widths}" if name == "colwidths-shares" else name
            for name in table["classes"]
        ]


class PremiseBelow(PlainTransform):
    """Put what a table is about below it.

    Above its caption it belongs to the text before, or stands alone at the
    end of a page. HTML has it in the caption.
    """

    # Before our blocks become docutils' own.
    default_priority = 890

    def run(self, **kwargs: Any) -> None:
        """Move the premise of each block behind its table."""
        for block in self.document.findall(AviBlock):
            first = block.children[0]
            assert isinstance(first, nodes.Element)  # noqa: S101 - for types
            if "avi-premise" in first["classes"]:
                block.remove(first)
                block.insert(1, first)


class PlainNodes(PlainTransform):
    """Turn our nodes into docutils' own, for all writers but ours."""

    # After the transforms that know our nodes.
    default_priority = 900

    def run(self, **kwargs: Any) -> None:
        """Turn each node in place: its children and attributes stay."""
        for below in self.document.findall(AviBelow):
            for listed in list(below.findall(nodes.enumerated_list)):
                listed.replace_self(_spell_letters(listed))
        _leave_out_titled(self.document)
        set_widths(self.document, "given")
        for target in list(self.document.findall(nodes.target)):
            _split_target(target)
        for reference in list(self.document.findall(nodes.reference)):
            if "avi-mark" in reference["classes"]:
                _space_mark(reference)
        for node in list(self.document.findall(nodes.Element)):
            if isinstance(node, AviTag) and node.rawsource != NOT_DOCUMENTED:
                node.append(nodes.Text(":"))
            if not is_ours(node):
                continue
            plain = find_plain(type(node))
            if plain is None:
                node.parent.remove(node)
            else:
                node.__class__ = plain
                node.tagname = plain.__name__


def _leave_out_titled(document: nodes.document) -> None:
    """Leave out each line that repeats the caption below it."""
    for line in list(document.findall(AviSummary)):
        if "avi-titled" in line["classes"]:
            line.parent.remove(line)


def _space_mark(mark: nodes.reference) -> None:
    """Put a space before a mark: marks in a row would be one long word."""
    # Its anchor is before it.
    at = mark.parent.index(mark) - 1
    if at > 0:
        mark.parent.insert(at, nodes.Text(" "))


def _split_target(target: nodes.target) -> None:
    """Give each id of an anchor a target: some writers take the first."""
    while not target["names"] and len(target["ids"]) > 1:
        made = make_target([target["ids"].pop()])
        target.parent.insert(target.parent.index(target) + 1, made)


def _spell_letters(listed: nodes.enumerated_list) -> nodes.bullet_list:
    """Return a list whose items say their letters, as the marks do.

    Some writers number every list, whatever it asks for.
    """
    made = nodes.bullet_list(bullet="-")
    for item in listed.children:
        assert isinstance(item, nodes.Element)  # noqa: S101 - for types
        paragraph = item.children[0]
        assert isinstance(paragraph, nodes.Element)  # noqa: S101 - for types
        paragraph.insert(0, nodes.Text(f"[{item['letter']}] "))
        made.append(item)
    return made


#: What LaTeX sets in a box, in which no table can go on on the next page.
_BOXES: Final = (nodes.Admonition, nodes.entry, nodes.footnote, nodes.topic)


class ForLatex(SphinxPostTransform):
    """Let tables go on on the next page, and ids break at hyphens."""

    default_priority = 950
    builders = ("latex",)

    def run(self, **kwargs: Any) -> None:
        """Add the commands of LaTeX."""
        for table in list(self.document.findall(nodes.table)):
            if OURS.isdisjoint(table["classes"]):
                continue
            _allow_page_breaks(table)
            for row in list(table.findall(nodes.row)):
                if len(row.children) == 1:
                    _keep_with_next(row)
            for literal in table.findall(nodes.literal):
                first, *rest = literal.astext().split("-")
                pieces: list[nodes.Node] = [nodes.Text(first)]
                for part in rest:
                    pieces.append(nodes.Text("-"))
                    pieces.append(_latex(r"\allowbreak{}"))
                    pieces.append(nodes.Text(part))
                literal.children = []
                literal.extend(pieces)
            if "avi-wide" in table["classes"]:
                table.replace_self(
                    [
                        _latex("\n\\begin{landscape}\n"),
                        table,
                        _latex("\n\\end{landscape}\n"),
                    ]
                )


def _allow_page_breaks(table: nodes.table) -> None:
    """Let a table go on on the next page, its columns within the margins.

    Sphinx does that for more than thirty rows. Fewer fill a page too, and
    what is beyond its end is lost, without a warning.
    """
    box = table.parent
    while box is not None and not isinstance(box, _BOXES):
        box = box.parent
    if box is None:
        # Such a table takes no widths of its own.
        table["classes"] = [
            "colwidths-given" if name in _WIDTHS else name
            for name in table["classes"]
        ]
        table["classes"].append("longtable")


def _keep_with_next(row: nodes.row) -> None:
    """Let no page end behind a row of one cell: it heads those below it."""
    at = row.parent.index(row) + 1
    if at < len(row.parent.children):
        row.parent.insert(at, _latex("\\noalign{\\penalty10000}\n"))


def _latex(text: str) -> nodes.raw:
    return nodes.raw("", text, format="latex")


class ForMan(SphinxPostTransform):
    """Fill the rows of groups, for manual pages have no wide cells.

    Nor links: their addresses would be printed, in cells of a few letters.
    And what follows a table at once is printed over its lower border.
    """

    default_priority = 400
    formats = ("man",)

    def run(self, **kwargs: Any) -> None:
        """Add an empty cell for each column that the first spans."""
        for row in self.document.findall(nodes.row):
            cell = row.children[-1]
            assert isinstance(cell, nodes.entry)  # noqa: S101 - for types
            if not isinstance(row, (AviGroupRow, AviPlainRow)):
                continue
            for _ in range(cell.attributes.pop("morecols", 0)):
                row.append(nodes.entry("", nodes.paragraph()))
        for table in list(self.document.findall(nodes.table)):
            if OURS.isdisjoint(table["classes"]):
                continue
            for link in list(table.findall(nodes.reference)):
                at = link.parent.index(link)
                link.parent[at : at + 1] = link.children
            at = table.parent.index(table) + 1
            table.parent.insert(at, nodes.raw("", ".sp", format="manpage"))


#: Where a line of text can end: at a space, or behind a hyphen.
_BREAKS: Final = re.compile(r"[ \n]+|(?<=-)")
#: What plain text writes around what is set apart.
_SIGNS: Final = {nodes.literal: 2, nodes.strong: 4}


class ForText(SphinxPostTransform):
    """Make columns as wide as their longest word, which would be broken."""

    default_priority = 950
    formats = ("text",)

    def run(self, **kwargs: Any) -> None:
        """Widen the columns that are too narrow."""
        for table in self.document.findall(nodes.table):
            if OURS.isdisjoint(table["classes"]):
                continue
            columns = list(table.findall(nodes.colspec))
            for row in table.findall(nodes.row):
                for column, cell in zip(columns, row.children, strict=False):
                    assert isinstance(cell, nodes.entry)  # noqa: S101 - for types
                    if "morecols" not in cell:
                        width = max(column["colwidth"], _longest_word(cell))
                        column["colwidth"] = width


def _longest_word(cell: nodes.entry) -> int:
    """Return how long the longest word of a cell is, with its signs."""
    more = max(
        (size for kind, size in _SIGNS.items() if any(cell.findall(kind))),
        default=0,
    )
    return max(map(len, _BREAKS.split(cell.astext()))) + more


class ForHtml(HtmlTransform):
    """Finish tables for HTML: the caption and the columns' widths."""

    default_priority = 400

    def run(self, **kwargs: Any) -> None:
        """Finish tables, and the small links."""
        for inline in self.document.findall(nodes.inline):
            if "avi-place" in inline["classes"] and isinstance(
                inline.parent, nodes.reference
            ):
                inline["classes"].append("avi-hidden")
                sign = "\N{PILCROW SIGN}"
                inline.parent["reftitle"] = inline.astext()
                inline.parent.append(nodes.inline(sign, sign))
        set_widths(self.document, "auto")
        ours = (AviBlock, AviProse, AviData)
        for text in list(self.document.findall(nodes.Text)):
            # Compact cells write their own.
            if isinstance(text.parent, AviCell):
                continue
            within: nodes.Node | None = text
            while within is not None and not isinstance(within, ours):
                within = within.parent
            if within is not None:
                _keep_whole(text)
        for block in self.document.findall(AviBlock):
            first, *others = block.children
            assert isinstance(first, nodes.Element)  # noqa: S101 - for types
            title = next(
                (
                    title
                    for other in others
                    for table in other.findall(nodes.table)
                    for title in table.findall(nodes.title)
                ),
                None,
            )
            if title is not None and "avi-premise" in first["classes"]:
                block.remove(first)
                title.append(
                    nodes.inline(
                        "", "", *first.children, classes=["avi-premise"]
                    )
                )


def _keep_whole(text: nodes.Text) -> None:
    """Let no line end within some words of a text."""
    first, *parts = WHOLE.split(text)
    if parts:
        made: list[nodes.Node] = [nodes.Text(first)]
        for word, rest in zip(parts[::2], parts[1::2], strict=True):
            made.append(nodes.inline(word, word, classes=["avi-whole"]))
            made.append(nodes.Text(rest))
        text.parent.replace(text, made)


# -- HTML ---------------------------------------------------------------------


#: What stands for an element in a book, where nothing folds.
_IN_BOOKS: Final = {"details": "div", "summary": "p"}


def _start(tag: str, name: str) -> Any:
    def visit(translator: HTML5Translator, node: nodes.Element) -> None:
        classes = [name, *node["classes"]] if name else node["classes"]
        node["classes"] = list(dict.fromkeys(filter(None, classes)))
        made = tag
        if translator.builder.name == "epub":
            made = _IN_BOOKS.get(tag, tag)
        more: dict[str, Any] = {}
        if "open" in node and made == tag:
            more["open"] = "open"
        translator.body.append(translator.starttag(node, made, "\n", **more))
        translator.context.append(f"</{made}>\n")

    return visit


def _end(translator: HTML5Translator, node: nodes.Element) -> None:
    translator.body.append(translator.context.pop())


def visit_tag(translator: HTML5Translator, node: AviTag) -> None:
    """Write the start of a tag, which is dashed where nothing is known."""
    if node.rawsource == NOT_DOCUMENTED:
        node["classes"].append("avi-silent")
    _start("span", "avi-tag")(translator, node)


def visit_port_group(translator: HTML5Translator, node: AviPortGroup) -> None:
    """Give the table its role, which CSS takes from it on narrow screens."""
    body = translator.body
    at = next(
        n for n in reversed(range(len(body))) if body[n].startswith("<table")
    )
    body[at] = body[at].replace("<table", '<table role="table"', 1)
    translator.visit_tgroup(node)


def depart_port_group(translator: HTML5Translator, node: AviPortGroup) -> None:
    """Leave it as any other."""
    translator.depart_tgroup(node)


def write_data(translator: HTML5Translator, node: nodes.Element) -> str:
    """Return the attributes of an element that a script reads."""
    return "".join(
        f' {name}="{translator.attval(value)}"'
        for name, value in node.attributes.items()
        if name.startswith("data-")
    )


def _start_part(tag: str, role: str) -> Any:
    def visit(translator: HTML5Translator, node: nodes.Element) -> None:
        data = write_data(translator, node)
        translator.body.append(f'<{tag} role="{role}"{data}>\n')

    def depart(translator: HTML5Translator, node: nodes.Element) -> None:
        translator.body.append(f"</{tag}>\n")

    return visit, depart


def visit_download(translator: HTML5Translator, node: AviDownload) -> None:
    """Write the rows as a file, and a link to it."""
    builder: Any = translator.builder
    if not builder.download_support:
        raise nodes.SkipNode
    name = f"{node['name']}.{node['suffix']}"
    folder = Path(builder.outdir) / "_downloads" / "avi-portspec"
    folder.mkdir(parents=True, exist_ok=True)
    # A reader of a site that is being built gets a whole file, or the last.
    part = folder / f".{name}.{os.getpid()}"
    part.write_text(node["rows"], encoding="utf-8", newline="")
    part.replace(folder / name)
    href = translator.attval(f"{builder.dlpath}/avi-portspec/{name}")
    text = translator.encode(node.astext())
    translator.body.append(
        f'<a class="avi-download" href="{href}" download="{name}">{text}</a>'
    )
    raise nodes.SkipNode


def visit_group_row(translator: HTML5Translator, node: AviGroupRow) -> None:
    """Write the start of a group: a table's body for each."""
    if node.parent.index(node):
        translator.body.append('</tbody>\n<tbody role="rowgroup">\n')
    (cell,) = node.children
    assert isinstance(cell, nodes.entry)  # noqa: S101 - for types
    span = cell.get("morecols", 0) + 1
    translator.body.append(
        '<tr class="avi-from" role="row">'
        f'<th scope="rowgroup" role="rowheader" colspan="{span}">'
    )
    (paragraph,) = cell.children
    assert isinstance(paragraph, nodes.paragraph)  # noqa: S101 - for types
    for child in paragraph.children:
        child.walkabout(translator)
    translator.body.append("</th></tr>\n")
    raise nodes.SkipNode


def visit_mark(translator: HTML5Translator, node: AviMark) -> None:
    """Write a letter that copying leaves out."""
    letter = translator.encode(node["letter"])
    label = translator.attval(node["label"])
    href = translator.attval(node["refid"])
    translator.body.append(
        '<span class="avi-marks">'
        f'<a href="#{href}" aria-label="{label}">{letter}</a></span>'
    )
    raise nodes.SkipNode


def setup_blocks(app: Sphinx) -> None:
    """Add the nodes and the transform."""
    for kind, tag, name in (
        (AviBlock, "div", "avi-block"),
        (AviBelow, "div", "avi-below"),
        (AviFolded, "details", ""),
        (AviSummary, "summary", ""),
    ):
        app.add_node(kind, override=True, html=(_start(tag, name), _end))
    app.add_node(
        AviPortGroup, override=True, html=(visit_port_group, depart_port_group)
    )
    for part, tag, role in (
        (AviPortHead, "thead", "rowgroup"),
        (AviPortBody, "tbody", "rowgroup"),
        (AviPlainRow, "tr", "row"),
    ):
        app.add_node(part, override=True, html=_start_part(tag, role))
    app.add_node(AviTag, override=True, html=(visit_tag, _end))
    app.add_node(AviDownload, override=True, html=(visit_download, None))
    app.add_node(AviGroupRow, override=True, html=(visit_group_row, None))
    app.add_node(AviMark, override=True, html=(visit_mark, None))
    app.add_latex_package("pdflscape")
    app.add_post_transform(ForLatex)
    app.add_post_transform(HomeLinks)
    app.add_post_transform(PremiseBelow)
    app.add_post_transform(PlainNodes)
    app.add_post_transform(ForMan)
    app.add_post_transform(ForText)
    app.add_post_transform(ForHtml)
