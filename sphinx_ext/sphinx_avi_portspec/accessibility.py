"""Header cells that say what they head, in HTML.

docutils writes ``<th>`` without a scope, and counts a row's cells where it
should count the table's columns: after a cell that spans rows, it takes
cells of data for headings. The cells of this extension know better what they
are; no translator is replaced for it, and others' tables are left alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docutils import nodes

from sphinx_avi_portspec.rendering.flat import Cell
from sphinx_avi_portspec.rendering.pen import PlainWords, Values

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator

__all__ = ["setup"]


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


def setup(app: Sphinx) -> None:
    """Make the cell known."""
    app.add_node(Cell, override=True, html=(visit_entry, depart_entry))
