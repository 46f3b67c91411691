"""``avi-port-list``: flows as bullets, as the page's later sections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from sphinx_avi_portspec.directives.base import SELECTION, PortDirective
from sphinx_avi_portspec.directives.deployed import Deployed
from sphinx_avi_portspec.rendering.bullets import flow_items
from sphinx_avi_portspec.rendering.marks import EXPLAINED, Marks

if TYPE_CHECKING:
    from collections.abc import Callable

    from docutils import nodes

    from avi_portspec import Edition
    from sphinx_avi_portspec.rendering.pen import Pen

__all__ = ["PortList"]


class PortList(Deployed):
    """A bullet list of the flows that meet the filters."""

    optional_arguments = 0
    option_spec: ClassVar[dict[str, Callable[[str], Any]]] = {
        **PortDirective.option_spec,
        **Deployed.option_spec,
        **SELECTION,
    }

    def render(self, edition: Edition, pen: Pen) -> list[nodes.Node]:
        """Return the list, and what explains it."""
        flows = self.select(edition)
        reasons = Marks(pen, "reason")
        made: nodes.Element
        if flows:
            items = self.decided_items(
                pen,
                flows,
                flow_items(pen, edition, flows, reasons),
                reasons,
            )
            made = pen.bullets(items, "avi-port-list")
            made["classes"] += self.options.get("class", [])
            self.add_name(made)
        else:
            made = self.nothing(pen, "flow")
        return [
            *self.introduction(),
            *self.premises(pen),
            made,
            *self.silence(pen, flows),
            *reasons.explained(EXPLAINED),
        ]
