"""``avi-port-changes``: what changes between two editions."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any, ClassVar

from docutils.parsers.rst import directives

from avi_portspec import UnknownNameError, diff
from avi_portspec.model.display import joined
from sphinx_avi_portspec.deployments import deployment_used
from sphinx_avi_portspec.directives.tabular import Tabular
from sphinx_avi_portspec.rendering.changes import (
    COLLECTIONS,
    HEADINGS,
    KINDS,
    STEPS,
    WORK,
    change_rows,
    changes_of,
    editions_line,
    plan_headings,
    step_rows,
)
from sphinx_avi_portspec.rendering.decisions import left_open, premise
from sphinx_avi_portspec.rendering.marks import EXPLAINED, Marks
from sphinx_avi_portspec.rendering.paged import paged
from sphinx_avi_portspec.rendering.pen import Phrase
from sphinx_avi_portspec.sources import edition_used

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from docutils import nodes
    from sphinx.application import Sphinx

    from avi_portspec import Changes, Edition, UpgradePlan
    from sphinx_avi_portspec.rendering.changes import Change
    from sphinx_avi_portspec.rendering.pen import Pen

__all__ = ["PortChanges", "setup"]


class PortChanges(Tabular):
    """A table of what changes; for a deployment, of what an upgrade needs."""

    option_spec: ClassVar[dict[str, Callable[[str], Any]]] = {
        **Tabular.option_spec,
        "collection": directives.unchanged_required,
        "deployment": directives.unchanged_required,
        "kind": directives.unchanged_required,
        "new": directives.unchanged_required,
        "old": directives.unchanged_required,
        "show": directives.unchanged_required,
    }

    def run(self) -> list[nodes.Node]:
        """Return the nodes; the newer edition is this directive's own."""
        if "new" in self.options:
            self.options["edition"] = self.options["new"]
        return super().run()

    def render(self, edition: Edition, pen: Pen) -> list[nodes.Node]:
        """Return the table, and what belongs to it."""
        # Flows are shown elsewhere: this only links to them.
        pen.anchors = None
        if "old" not in self.options:
            raise self.error(":old: is missing: the edition to compare with")
        old = edition_used(self.env, self.options["old"])
        start = [*self.introduction(), editions_line(pen, old, edition)]
        if "deployment" in self.options:
            return start + self._plan(pen, old, edition)
        return start + self._changes(pen, old, edition)

    # -- changes -----------------------------------------------------------

    def _changes(
        self, pen: Pen, old: Edition, new: Edition
    ) -> list[nodes.Node]:
        changes = diff(old, new)
        known = changes_of(changes)
        shown = self._selected(known)
        marks = Marks(pen, "reason")
        made: list[nodes.Node] = []
        if shown:
            rows = change_rows(pen, old, new, shown, marks)
            table = self.table(pen, HEADINGS, rows, stubs=2)
            made += paged(table, self._shares((2, 4, 2, 8)))
        elif not known:
            made.append(pen.paragraph(Phrase("Nothing differs.")))
        total = sum(change.size for change in known)
        count = sum(change.size for change in shown)
        return [
            *made,
            *self._counted(pen, count, total, "changes"),
            *_moved(pen, changes),
            *marks.explained(EXPLAINED),
        ]

    def _selected(self, changes: Iterable[Change]) -> list[Change]:
        actions = self._words("show", WORK)
        collections = self._words("collection", COLLECTIONS)
        kinds = self._words("kind", KINDS)
        found = []
        for change in changes:
            if not (
                change.action in actions and change.collection in collections
            ):
                continue
            fields = tuple(f for f in change.fields if f.kind in kinds)
            # That something came or went changes what is true.
            if fields or (not change.fields and "meaning" in kinds):
                found.append(change._replace(fields=fields))
        return found

    # -- plans -------------------------------------------------------------

    def _plan(self, pen: Pen, old: Edition, new: Edition) -> list[nodes.Node]:
        for option in ("collection", "kind"):
            if option in self.options:
                raise self.error(
                    f":{option}: is for changes; a plan has steps, which "
                    ":show: selects"
                )
        deployment = deployment_used(self.env, self.options["deployment"])
        plan = diff(old, new, deployment)
        words = [w for w in STEPS if w in self._words("show", STEPS)]
        steps = [s for w in words for s in plan.having(STEPS[w][0])]
        made: list[nodes.Node] = []
        if steps:
            rows = step_rows(pen, plan, steps)
            table = self.table(pen, plan_headings(plan), rows, stubs=1)
            made += paged(table, self._shares((3, 3, 3, 3, 3, 7)))
        return [
            premise(pen, plan.new),
            *_open_questions(pen, plan),
            *made,
            *_idle(pen, plan, words),
            *self._counted(pen, len(steps), len(plan.steps), "steps"),
        ]

    # -- both --------------------------------------------------------------

    def _words(self, option: str, known: Collection[str]) -> set[str]:
        """Return the words that an option lets through: some, or all.

        Raises:
            UnknownNameError: One is not known; it names the nearest.
        """
        wanted: set[str] = set()
        barred: set[str] = set()
        for part in self.options.get(option, "").split(","):
            text = part.strip()
            word = text.removeprefix("!").strip()
            if word and word not in known:
                wrong = UnknownNameError("word", word, known)
                raise self.error(f":{option}: {wrong}")
            (barred if text.startswith("!") else wanted).add(word)
        wanted.discard("")
        return (wanted or set(known)) - barred

    def _shares(self, shares: tuple[int, ...]) -> tuple[int, ...] | None:
        """Return the columns' shares, unless the author gives widths."""
        return None if "widths" in self.options else shares

    def _counted(
        self, pen: Pen, shown: int, total: int, what: str
    ) -> list[nodes.Node]:
        """Return a paragraph about what is not shown, if anything is not."""
        if shown == total:
            return []
        return [pen.paragraph(f"{shown} of {total} {what} are shown.")]


def _moved(pen: Pen, changes: Changes) -> list[nodes.Node]:
    """Return a paragraph about what only stands in another order."""
    moved = [
        order.collection
        for order in changes.orders
        if set(order.before) == set(order.after)
    ]
    if not moved:
        return []
    text = f": {joined('and', moved)}."
    return [pen.paragraph(Phrase("In another order"), text)]


def _open_questions(pen: Pen, plan: UpgradePlan) -> list[nodes.Node]:
    """Return a warning for each page that leaves something open."""
    return [
        node
        for answer in (plan.old, plan.new)
        for node in left_open(
            pen,
            answer,
            answer.edition.flows,
            heading=(
                f"What the page of {answer.edition.id} leaves open for the "
                "deployment:"
            ),
        )
    ]


def _idle(
    pen: Pen, plan: UpgradePlan, words: Iterable[str]
) -> list[nodes.Node]:
    """Return a paragraph for each kind of step that there is none of."""
    labels = [STEPS[word] for word in words]
    return [
        pen.paragraph(Phrase(label), ": ", Phrase("nothing"), ".")
        for action, label in labels
        if not plan.having(action)
    ]


def setup(app: Sphinx) -> None:
    """Add the directive."""
    app.add_directive("avi-port-changes", PortChanges)
