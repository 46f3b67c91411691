"""``avi-port-diagram``: who talks to whom, as a graph and in words."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.ext.graphviz import align_spec, figure_wrapper, graphviz
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

from sphinx_avi_portspec.directives.base import SELECTION, PortDirective
from sphinx_avi_portspec.rendering.pairs import dot, pair_items, pairs_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from sphinx.application import Sphinx

    from avi_portspec import Edition
    from sphinx_avi_portspec.rendering.pen import Pen

__all__ = ["PortDiagram", "setup"]

logger = logging.getLogger(__name__)


class PortDiagram(PortDirective):
    """A graph of the flows that meet the filters, with its text beside it."""

    option_spec: ClassVar[dict[str, Callable[[str], Any]]] = {
        **PortDirective.option_spec,
        **SELECTION,
        "align": align_spec,
        "alt": directives.unchanged_required,
    }

    def render(self, edition: Edition, pen: Pen) -> list[nodes.Node]:
        """Return the graph, and below it the same as a list."""
        flows = self.select(edition)
        pairs = pairs_of(flows, ()).values()
        if not pairs:
            return [
                *self.introduction(),
                self.nothing(pen, "flow"),
                *self.silence(pen, flows),
            ]
        graph = graphviz()
        graph["code"] = dot(edition, pairs)
        graph["options"] = {"docname": self.env.docname}
        graph["alt"] = self.options.get(
            "alt", "Who talks to whom; the list that follows says the same."
        )
        graph["classes"] = ["avi-port-diagram", *self.options.get("class", [])]
        if "align" in self.options:
            graph["align"] = self.options["align"]
        self.set_source_info(graph)
        made: nodes.Element = graph
        if self.arguments:
            made = figure_wrapper(self, graph, self.arguments[0])
        self.add_name(made)
        return [
            *self.introduction(),
            made,
            pen.bullets(pair_items(pen, edition, pairs), "avi-port-list"),
            *self.silence(pen, flows),
        ]


class WithoutGraphviz(SphinxPostTransform):
    """Leave the words alone where graphs cannot be drawn."""

    # Before any writer meets the graph.
    default_priority = 300
    formats = ("html", "latex")

    def run(self, **kwargs: Any) -> None:
        """Drop the graphs of this extension, and say why."""
        command = self.config.graphviz_dot
        if shutil.which(command) is not None:
            return
        for graph in list(self.document.findall(graphviz)):
            if "avi-port-diagram" not in graph["classes"]:
                continue
            logger.warning(
                "avi-port-diagram: Graphviz is not installed (there is no "
                "program %r), so the diagram is shown as a list alone",
                command,
                location=graph,
                type="avi_portspec",
                subtype="graphviz",
            )
            graph.parent.remove(graph)


def setup(app: Sphinx) -> None:
    """Add the directive, with what draws graphs."""
    app.setup_extension("sphinx.ext.graphviz")
    app.add_directive("avi-port-diagram", PortDiagram)
    app.add_post_transform(WithoutGraphviz)
