"""What all directives have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from docutils.nodes import make_id
from docutils.parsers.rst import directives
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from avi_portspec import PortSpecError
from sphinx_avi_portspec.domain import domain_of
from sphinx_avi_portspec.filters import FILTERS, FilterError, answer
from sphinx_avi_portspec.rendering.pen import Pen, Phrase
from sphinx_avi_portspec.rendering.words import silence
from sphinx_avi_portspec.sources import edition_used

if TYPE_CHECKING:
    from collections.abc import Callable

    from docutils import nodes

    from avi_portspec import Edition, Flows

__all__ = ["SELECTION", "PortDirective"]

logger = logging.getLogger(__name__)

#: The options by which a directive selects flows.
SELECTION: dict[str, Callable[[str], Any]] = {
    **FILTERS,
    "edition": directives.unchanged_required,
}


class PortDirective(SphinxDirective):
    """A directive that renders an edition, or a selection of its flows."""

    optional_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec: ClassVar[dict[str, Callable[[str], Any]]] = {
        "class": directives.class_option,
        "name": directives.unchanged,
        "no-index": directives.flag,
    }

    def run(self) -> list[nodes.Node]:
        """Return the nodes; what is wrong becomes an error at this line."""
        try:
            edition = edition_used(self.env, self.options.get("edition", ""))
            pen = self._pen(edition)
            made = self.render(edition, pen)
        except (FilterError, PortSpecError, OSError) as wrong:
            raise self.error(str(wrong)) from None
        domain = domain_of(self.env)
        domain.note_assets(self.env.docname, "css")
        if pen.anchors:
            domain.note_places(self.env.docname, edition, pen)
        return made

    def render(self, edition: Edition, pen: Pen) -> list[nodes.Node]:
        """Return the nodes."""
        raise NotImplementedError

    def _pen(self, edition: Edition) -> Pen:
        """Return a pen for this directive."""
        source, line = self.get_source_info()
        # Ids hold the document's name, for a builder may join documents.
        serial = self.env.new_serialno("avi-portspec")
        prefix = make_id(f"avi-{self.env.docname}-{serial}")
        made = Pen(source, line, prefix, start=self.home(edition))
        if "no-index" in self.options:
            made.anchors = None
        return made

    def home(self, edition: Edition) -> str | None:
        """Return what ids of records begin with, if this is their home."""
        return None

    def select(self, edition: Edition) -> Flows:
        """Return the flows that meet the filters."""
        return answer(edition, self.options)

    def introduction(self) -> list[nodes.Node]:
        """Return the directive's content, parsed."""
        return self.parse_content_to_nodes() if self.content else []

    def silence(self, pen: Pen, flows: Flows) -> list[nodes.Node]:
        """Return a paragraph about what the page leaves open, if it does."""
        text = silence(flows)
        if text is None:
            return []
        made = pen.paragraph(Phrase(text))
        made["classes"].append("avi-unstated")
        return [made]

    def nothing(self, pen: Pen, what: str) -> nodes.Element:
        """Return the text that stands for an empty answer, and warn of it."""
        logger.warning(
            "%s: no %s meets the filters",
            self.name,
            what,
            location=(self.env.docname, self.lineno),
            type="avi_portspec",
            subtype="empty",
        )
        # Said of the page, never of a firewall: silence closes nothing.
        made = pen.paragraph(
            Phrase(f"The page states no {what} of this kind.")
        )
        made["classes"].append("avi-empty")
        return made
