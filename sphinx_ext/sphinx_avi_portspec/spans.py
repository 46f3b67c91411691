"""Cells that span rows, for writers that know no such cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

from sphinx_avi_portspec.rendering.flat import columns_of

if TYPE_CHECKING:
    from sphinx.application import Sphinx

__all__ = ["setup"]


class Unspan(SphinxPostTransform):
    """Say again in each row what a manual page cannot span over them."""

    default_priority = 400
    formats = ("man",)

    def run(self, **kwargs: Any) -> None:
        """Fill the rows below each cell that spans any."""
        for table in self.document.findall(nodes.table):
            if "avi-port-table" in table["classes"]:
                for body in table.findall(nodes.tbody):
                    _fill(body, len(list(table.findall(nodes.colspec))))


def _fill(body: nodes.tbody, count: int) -> None:
    above: dict[int, nodes.Node] = {}
    rows = list(body.findall(nodes.row))
    for row, columns in zip(rows, columns_of(body, count), strict=True):
        own = dict(zip(columns, list(row.children), strict=True))
        row.children = []
        for column in range(count):
            cell = own.get(column)
            if cell is None:
                cell = above[column].deepcopy()
            assert isinstance(cell, nodes.entry)  # noqa: S101 - for types
            above[column] = cell
            cell.attributes.pop("morerows", None)
            row.append(cell)


def setup(app: Sphinx) -> None:
    """Add the transform."""
    app.add_post_transform(Unspan)
