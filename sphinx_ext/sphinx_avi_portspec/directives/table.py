"""``avi-port-table``: flows as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives

from avi_portspec import UnknownNameError
from sphinx_avi_portspec.columns import (
    COLUMNS,
    Heading,
    chosen,
    order,
)
from sphinx_avi_portspec.directives.base import SELECTION
from sphinx_avi_portspec.directives.deployed import Deployed
from sphinx_avi_portspec.directives.tabular import Tabular
from sphinx_avi_portspec.domain import domain_of
from sphinx_avi_portspec.explorer import ExplorerWords, described
from sphinx_avi_portspec.filters import said_apart
from sphinx_avi_portspec.rendering.flat import Noted, flat_rows
from sphinx_avi_portspec.rendering.marks import EXPLAINED, Marks
from sphinx_avi_portspec.rendering.published import (
    HEADINGS,
    in_page_order,
    published_rows,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from avi_portspec import Edition, Flow, Flows
    from sphinx_avi_portspec.explorer import ExplorerRow
    from sphinx_avi_portspec.rendering.pen import Pen

__all__ = ["PortTable"]


def _layout(argument: str) -> str:
    return directives.choice(argument, ("flat", "published"))


def _notes(argument: str) -> str:
    return directives.choice(argument, ("none", "below", "column"))


class PortTable(Deployed, Tabular):
    """A table of the flows that meet the filters; its caption is optional."""

    option_spec: ClassVar[dict[str, Callable[[str], Any]]] = {
        **Tabular.option_spec,
        **Deployed.option_spec,
        **SELECTION,
        "columns": directives.unchanged_required,
        "explorer": directives.flag,
        "layout": _layout,
        "limit": directives.positive_int,
        "notes": _notes,
        "sort": directives.unchanged_required,
    }
    #: What the explorer says, for translators.
    words: ClassVar[type[ExplorerWords]] = ExplorerWords

    def render(self, edition: Edition, pen: Pen) -> list[nodes.Node]:
        """Return the table, and what explains it."""
        flows = self.select(edition)
        reasons = Marks(pen, "reason")
        notes = Noted(self.options.get("notes", "none"), Marks(pen, "note"))
        default = self.config.avi_portspec_layout
        if self.resolution is not None:
            default = "flat"
        if self.options.get("layout", default) == "published":
            made, after = self._published(pen, edition, flows, reasons, notes)
        else:
            made, after = self._flat(pen, edition, flows, reasons, notes)
        return [
            *self.introduction(),
            *self.premises(pen),
            *self.paged(made),
            *after,
            *self.silence(pen, flows),
            *notes.marks.explained("Notes"),
            *reasons.explained(EXPLAINED),
        ]

    def _flat(
        self,
        pen: Pen,
        edition: Edition,
        flows: Flows,
        reasons: Marks,
        notes: Noted,
    ) -> tuple[nodes.Node, list[nodes.Node]]:
        headings = self._headings()
        shown = self._sorted(edition, flows)
        limit = self.options.get("limit", len(shown))
        if not shown:
            return self.nothing(pen, "flow"), []
        rows: list[nodes.row] = flat_rows(
            pen, edition, shown[:limit], headings, reasons, notes
        )
        rows = self.decided_rows(pen, shown, rows, reasons)
        explorer = "explorer" in self.options
        if explorer:
            rows = [
                self.explored(edition, flow, row)
                for flow, row in zip(shown, rows, strict=False)
            ]
            domain_of(self.env).note_assets(self.env.docname, "js")
        made = self.table(
            pen,
            self._heads([h.text for h in headings]) + self.decision_heads(),
            rows,
            stubs=1,
        )
        if explorer:
            made["classes"].append("avi-explorer")
        after: list[nodes.Node] = []
        if explorer:
            words = self.words()
            words.source, words.line = pen.source, pen.line
            after.append(words)
        if limit < len(shown):
            after.append(
                pen.paragraph(f"{limit} of {len(shown)} flows are shown.")
            )
        return made, after

    def explored(
        self, edition: Edition, flow: Flow, row: nodes.row
    ) -> ExplorerRow:
        """Return a row with what the explorer needs to know of it."""
        return described(edition, flow, row)

    def _published(
        self,
        pen: Pen,
        edition: Edition,
        flows: Flows,
        reasons: Marks,
        notes: Noted,
    ) -> tuple[nodes.Node, list[nodes.Node]]:
        for option in ("columns", "deployment", "explorer", "sort", "limit"):
            if option in self.options:
                raise self.error(
                    f":{option}: is for the flat layout; the published one "
                    "has the page's own columns, order and extent"
                )
        records = in_page_order(
            edition, [*flows, *said_apart(edition, self.options)]
        )
        if not records:
            return self.nothing(pen, "flow"), []
        rows = published_rows(pen, edition, records, reasons, notes)
        return self.table(pen, self._heads(HEADINGS), rows, stubs=2), []

    def _heads(self, headings: Sequence[str]) -> list[str]:
        """Return all headings, that of a column of notes included."""
        more = ["Notes"] if self.options.get("notes") == "column" else []
        return [*headings, *more]

    def _headings(self) -> tuple[Heading, ...]:
        own = self.config.avi_portspec_columns or ", ".join(
            self.default_columns()
        )
        try:
            return chosen(self.options.get("columns", own))
        except (UnknownNameError, ValueError) as wrong:
            raise self.error(f":columns: {wrong}") from None

    def _sorted(self, edition: Edition, flows: Flows) -> list[Flow]:
        shown = list(flows)
        if "sort" not in self.options:
            return shown
        try:
            keys = order(self.options["sort"])
        except UnknownNameError as wrong:
            raise self.error(f":sort: {wrong}") from None
        # Sorting is stable: by the last key first, and flows that are alike
        # in all keys stay in published order.
        for name, backwards in reversed(keys):
            column = COLUMNS[name]
            if column.key is not None:
                shown.sort(key=column.key, reverse=backwards)
            else:
                shown.sort(
                    key=lambda flow, text=column.text: text(  # type: ignore[misc]
                        flow, edition
                    ).casefold(),
                    reverse=backwards,
                )
        return shown
