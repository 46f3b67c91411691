"""Header cells that say what they head, in HTML.

docutils writes ``<th>`` without a scope, and counts a row's cells where it
should count the table's columns: after a cell that spans rows, it takes
cells of data for headings. Both are put right here, for the tables of this
extension alone, and no translator is replaced for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

from sphinx_avi_portspec.spans import columns_of

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator

__all__ = ["ScopedEntry", "setup"]


class ScopedEntry(nodes.entry):
    """A cell that knows whether it is a heading, and of what."""

    tagname = "entry"


class Scopes(SphinxPostTransform):
    """Give every cell of this extension's tables its role."""

    default_priority = 400
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        """Replace the cells."""
        for table in list(self.document.findall(nodes.table)):
            if "avi-port-table" in table["classes"]:
                _scope(table)


def _scope(table: nodes.table) -> None:
    stubs = [bool(spec.get("stub")) for spec in table.findall(nodes.colspec)]
    for part in (*table.findall(nodes.thead), *table.findall(nodes.tbody)):
        heads = isinstance(part, nodes.thead)
        rows = list(part.findall(nodes.row))
        for row, columns in zip(
            rows, columns_of(part, len(stubs)), strict=True
        ):
            for column, cell in zip(columns, list(row.children), strict=True):
                assert isinstance(cell, nodes.entry)  # noqa: S101 - for types
                made = ScopedEntry("", *cell.children, **cell.attributes)
                made["scope"] = (
                    "col" if heads else "row" if stubs[column] else ""
                )
                row.replace(cell, made)


def visit_entry(translator: HTML5Translator, node: ScopedEntry) -> None:
    """Write the start of a cell."""
    attributes: dict[str, Any] = {}
    if node["scope"]:
        attributes["scope"] = node["scope"]
        kind = "head" if node["scope"] == "col" else "stub"
        attributes["class"] = kind
    if "morerows" in node:
        attributes["rowspan"] = node["morerows"] + 1
    tag = "th" if node["scope"] else "td"
    translator.body.append(translator.starttag(node, tag, "", **attributes))
    translator.context.append(f"</{tag}>\n")


def depart_entry(translator: HTML5Translator, node: ScopedEntry) -> None:
    """Write the end of a cell."""
    translator.body.append(translator.context.pop())


def setup(app: Sphinx) -> None:
    """Add the cells and the transform."""
    app.add_node(ScopedEntry, override=True, html=(visit_entry, depart_entry))
    app.add_post_transform(Scopes)
