"""``avi-port-explorer``: an edition, and what a deployment needs of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util import logging

from sphinx_avi_portspec.directives.table import PortTable
from sphinx_avi_portspec.directives.tabular import Tabular
from sphinx_avi_portspec.domain import domain_of
from sphinx_avi_portspec.explorer import ChoiceWords, named
from sphinx_avi_portspec.lookup import TooManyCasesError, lookup
from sphinx_avi_portspec.rendering.decisions import DECISIONS

if TYPE_CHECKING:
    from collections.abc import Callable

    from avi_portspec import Edition, Flow
    from sphinx_avi_portspec.explorer import ExplorerRow
    from sphinx_avi_portspec.rendering.pen import Pen

__all__ = ["PortExplorer"]

logger = logging.getLogger(__name__)

#: What the page says in these columns, a decision says for one deployment.
_DECIDED = ("requirement", "when")


class PortExplorer(PortTable):
    """All flows of an edition, and in HTML the choice of a deployment."""

    option_spec: ClassVar[dict[str, Callable[[str], Any]]] = {
        **Tabular.option_spec,
        "columns": directives.unchanged_required,
        "edition": directives.unchanged_required,
    }
    words = ChoiceWords

    def render(self, edition: Edition, pen: Pen) -> list[nodes.Node]:
        """Return the table, and before it the data for the script."""
        self.options |= {"explorer": None, "layout": "flat"}
        made = super().render(edition, pen)
        try:
            found = lookup(edition)
        except TooManyCasesError as wrong:
            logger.warning(
                "%s: %s; the table is shown without a choice of deployments",
                self.name,
                wrong,
                location=(self.env.docname, self.lineno),
                type="avi_portspec",
                subtype="explorer",
            )
            return made
        headings = [heading.name for heading in self._headings()]
        data = {
            **found,
            "decided": [headings.index(n) for n in _DECIDED if n in headings],
            "decisions": DECISIONS,
        }
        domain_of(self.env).note_assets(self.env.docname, "deployment")
        at = next(
            at for at, node in enumerate(made) if isinstance(node, nodes.table)
        )
        return [*made[:at], _script(data), *made[at:]]

    def explored(
        self, edition: Edition, flow: Flow, row: nodes.row
    ) -> ExplorerRow:
        """Return a row that the script knows by its flow.

        It says nothing of clouds: whoever chooses a deployment has chosen
        them, and a filter would be a second answer to the same question.
        """
        return named(edition, flow, row)


def _script(data: dict[str, Any]) -> nodes.raw:
    """Return data as an element of HTML; other builders leave it out.

    It is data for browsers too: no policy keeps it from being read, for
    nothing in it is run.
    """
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=True)
    text = text.replace("<", "\\u003c").replace("&", "\\u0026")
    return nodes.raw(
        "",
        '<script type="application/json" class="avi-deployment-data">'
        f"{text}</script>\n",
        format="html",
    )
