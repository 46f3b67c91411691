"""Header cells that say what they head, in HTML.

docutils writes ``<th>`` without a scope, and counts a row's cells where it
should count the table's columns: after a cell that spans rows, it takes
cells of data for headings. The cells of this extension know better what they
are; no translator is replaced for it, and others' tables are left alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

from sphinx_avi_portspec.rendering.cells import (
    Cell,
    Compact,
    MachineCell,
    NameCell,
    ProseCell,
    in_full,
)
from sphinx_avi_portspec.rendering.pen import PlainWords, Values

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator

__all__ = ["setup"]


class InFull(SphinxPostTransform):
    """Give cells of one text their paragraph, wherever HTML is not written."""

    # Before links are resolved: no other transform meets such cells.
    default_priority = 5
    formats = ("html",)

    def is_supported(self) -> bool:
        """Return whether anything but HTML is written."""
        return not super().is_supported()

    def run(self, **kwargs: Any) -> None:
        """Put each cell in full in its own place."""
        for cell in list(self.document.findall(Compact)):
            # Not replace_self(), which would leave the ids on the cell.
            cell.parent.replace(cell, in_full(cell))


class OneId(SphinxPostTransform):
    """Leave a table's ids on the table, where a theme has wrapped it.

    What replaces a node takes its ids over, so that a wrapper has them too:
    then a link has two places to lead to.
    """

    # After the themes' own transforms, which have 500.
    default_priority = 600
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        """Take each table's ids off what stands around it."""
        for table in self.document.findall(nodes.table):
            around = table.parent
            if "avi-port-table" in table["classes"] and isinstance(
                around, nodes.container
            ):
                around["ids"] = [
                    name for name in around["ids"] if name not in table["ids"]
                ]


def visit_entry(translator: HTML5Translator, node: Cell) -> None:
    """Write the start of a cell; or all of it, if it holds nothing but text.

    Most cells do, and tables are what large pages are made of.
    """
    attributes: dict[str, Any] = {}
    scope = node.get("scope")
    if scope:
        attributes["scope"] = scope
        attributes["class"] = "head" if scope == "col" else "stub"
    if "morerows" in node:
        attributes["rowspan"] = node["morerows"] + 1
    tag = "th" if scope else "td"
    text = _only_text(node)
    if text is None:
        start = translator.starttag(node, tag, "", **attributes)
        translator.body.append(start)
        translator.context.append(f"</{tag}>\n")
        return
    written = "".join(f' {name}="{attributes[name]}"' for name in attributes)
    translator.body.append(
        f"<{tag}{written}><p>{translator.encode(text)}</p>\n</{tag}>\n"
    )
    raise nodes.SkipNode


def _only_text(node: Cell) -> str | None:
    """Return the text of a cell that holds one plain paragraph of it."""
    if len(node.children) != 1 or node["classes"] or node["ids"]:
        return None
    (paragraph,) = node.children
    if (
        not isinstance(paragraph, (PlainWords, Values))
        or len(paragraph.children) != 1
        or paragraph["classes"]
        or paragraph["ids"]
    ):
        return None
    (text,) = paragraph.children
    return str(text) if isinstance(text, nodes.Text) else None


def depart_entry(translator: HTML5Translator, node: Cell) -> None:
    """Write the end of a cell."""
    translator.body.append(translator.context.pop())


def visit_compact(translator: HTML5Translator, node: Compact) -> None:
    """Write all of a cell, with the paragraph that it goes without."""
    if node["classes"]:
        in_full(node).walkabout(translator)
        raise nodes.SkipNode
    scope = node.get("scope")
    if scope:
        start, end = '<th class="stub" scope="row"><p>', "</p></th>\n"
    else:
        start, end = "<td><p>", "</p></td>\n"
    ids = node["ids"]
    if ids:
        first, *more = [f'id="{translator.attval(name)}"' for name in ids]
        start += f'<span class="target" {first}>'
        start += "".join(f"<span {each}></span>" for each in more) + "</span>"
    if not all(isinstance(child, nodes.Text) for child in node.children):
        # Literals are written by the writer, whatever that makes of them.
        translator.body.append(start)
        translator.context.append(end)
        return
    translator.body.append(f"{start}{translator.encode(node.astext())}{end}")
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Make the cells known."""
    app.add_node(Cell, override=True, html=(visit_entry, depart_entry))
    compact = visit_compact, depart_entry
    for kind in (MachineCell, NameCell, ProseCell):
        app.add_node(kind, override=True, html=compact)
    app.add_post_transform(InFull)
    app.add_post_transform(OneId)
