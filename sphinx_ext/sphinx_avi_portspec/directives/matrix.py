"""``avi-port-matrix``: sources by destinations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from docutils.parsers.rst import directives

from sphinx_avi_portspec.directives.base import SELECTION
from sphinx_avi_portspec.directives.tabular import Tabular
from sphinx_avi_portspec.filters import said_apart
from sphinx_avi_portspec.rendering.pairs import (
    NOTHING,
    matrix_rows,
    pairs_of,
)
from sphinx_avi_portspec.rendering.pen import Phrase

if TYPE_CHECKING:
    from collections.abc import Callable

    from docutils import nodes

    from avi_portspec import Edition
    from sphinx_avi_portspec.rendering.pen import Pen

__all__ = ["PortMatrix"]

#: An empty cell would pass for a closed door.
DASHED = (
    f"{NOTHING}: the page states no port here, which is not to say that "
    "there is none."
)


class PortMatrix(Tabular):
    """A table of sources by destinations, each cell with its ports."""

    option_spec: ClassVar[dict[str, Callable[[str], Any]]] = {
        **Tabular.option_spec,
        **SELECTION,
        "transpose": directives.flag,
    }

    def render(self, edition: Edition, pen: Pen) -> list[nodes.Node]:
        """Return the table, and what its dashes mean."""
        flows = self.select(edition)
        others = [
            record
            for record in said_apart(edition, self.options)
            if record.id in edition.exclusions.ids()
        ]
        pairs = pairs_of(flows, others)
        if not pairs:
            return [
                *self.introduction(),
                self.nothing(pen, "flow"),
                *self.silence(pen, flows),
            ]
        sources = list(dict.fromkeys(source for source, _ in pairs))
        targets = list(dict.fromkeys(target for _, target in pairs))
        turned = "transpose" in self.options
        down, across = (targets, sources) if turned else (sources, targets)
        columns = [(end, edition.endpoints[end].name) for end in across]
        corner = "Destination" if turned else "Source"
        made = self.table(
            pen,
            [corner, *(name for _, name in columns)],
            matrix_rows(pen, edition, pairs, down, columns, turned=turned),
            stubs=1,
        )
        made["classes"].append("avi-port-matrix")
        dashes = [pen.paragraph(Phrase(DASHED))]
        return [
            *self.introduction(),
            made,
            *(dashes if len(pairs) < len(down) * len(across) else []),
            *self.silence(pen, flows),
        ]
