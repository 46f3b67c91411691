"""What directives that answer for one deployment have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives

from avi_portspec import UnknownNameError
from sphinx_avi_portspec.columns import DEFAULT
from sphinx_avi_portspec.deployments import deployment_used
from sphinx_avi_portspec.directives.base import PortDirective
from sphinx_avi_portspec.rendering.decisions import (
    DECISIONS,
    decision_cells,
    decision_paragraphs,
    left_open,
    premise,
)
from sphinx_avi_portspec.rendering.paged import paged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from avi_portspec import Edition, Flow, Flows, Resolution
    from avi_portspec.names import Status
    from sphinx_avi_portspec.rendering.marks import Marks
    from sphinx_avi_portspec.rendering.pen import Pen

__all__ = ["Deployed"]


def _decisions(argument: str | None) -> list[Status]:
    found: list[Any] = []
    for part in (argument or "").split(","):
        name = part.strip()
        if name not in DECISIONS:
            raise ValueError(
                str(UnknownNameError("decision", name, DECISIONS))
            )
        found.append(name)
    return found


class Deployed(PortDirective):
    """A directive that can show what one deployment needs.

    Attributes:
        resolution: The answer for the deployment, if one is given.
    """

    option_spec: ClassVar[dict[str, Callable[[str], Any]]] = {
        "decision": _decisions,
        "deployment": directives.unchanged_required,
        "reasons": directives.flag,
    }
    resolution: Resolution | None = None
    _asked: Iterable[Flow] = ()

    def select(self, edition: Edition) -> Flows:
        """Return the flows that meet the filters and have the decisions."""
        flows = super().select(edition)
        given = self.options.get("deployment")
        if given is None:
            for option in ("decision", "reasons"):
                if option in self.options:
                    raise self.error(f":{option}: needs :deployment:")
            return flows
        if "cloud" in self.options:
            # Two answers to one question: one would undo the other.
            raise self.error(
                ":cloud: the deployment says which clouds there are"
            )
        found = edition.resolve(deployment_used(self.env, given))
        self.resolution, self._asked = found, flows
        wanted = self.options.get("decision", ["needed", "optional"])
        return flows & frozenset(found.having(*wanted))

    def premises(self, pen: Pen) -> list[nodes.Node]:
        """Return what comes first: the deployment, and what is open."""
        if self.resolution is None:
            return []
        return [
            premise(pen, self.resolution),
            *left_open(pen, self.resolution, self._asked),
        ]

    def default_columns(self) -> Sequence[str]:
        """Return the columns of a table that does not say which.

        How strongly and when the page asks for a flow has been decided.
        """
        if self.resolution is None:
            return DEFAULT
        return [n for n in DEFAULT if n not in {"requirement", "when"}]

    def decision_heads(self) -> list[str]:
        """Return the headings of the columns that decisions add."""
        if self.resolution is None:
            return []
        return ["Decision", *(["Why"] if "reasons" in self.options else [])]

    def paged(self, made: nodes.Node) -> list[nodes.Node]:
        """Return a table; with reasons, one that can be longer than a page.

        What stands for an empty table is returned as it is.
        """
        if "reasons" not in self.options or not isinstance(made, nodes.table):
            return [made]
        columns = len(list(made.findall(nodes.colspec)))
        own = "widths" in self.options
        return [*paged(made, None if own else (*(1,) * (columns - 1), 3))]

    def decided_rows(
        self,
        pen: Pen,
        flows: Iterable[Flow],
        rows: list[nodes.row],
        marks: Marks,
    ) -> list[nodes.row]:
        """Return the rows, each with the decision about its flow."""
        if self.resolution is not None:
            for flow, row in zip(flows, rows, strict=False):
                row.extend(
                    decision_cells(
                        pen,
                        self.resolution[flow],
                        marks,
                        why="reasons" in self.options,
                    )
                )
        return rows

    def decided_items(
        self,
        pen: Pen,
        flows: Iterable[Flow],
        items: Iterable[list[nodes.Node]],
        marks: Marks,
    ) -> Iterator[list[nodes.Node]]:
        """Yield the bullets, each with the decision about its flow."""
        for flow, item in zip(flows, items, strict=True):
            if self.resolution is not None:
                item.extend(
                    decision_paragraphs(
                        pen,
                        self.resolution[flow],
                        marks,
                        why="reasons" in self.options,
                    )
                )
            yield item
