"""``avi-port-changes``: what changes, and what an upgrade has to do."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final

import attrs
from docutils import nodes
from docutils.parsers.rst import directives

from avi_portspec import Condition, RecordChange, UnknownNameError, diff
from avi_portspec.changes.lines import (
    change_counts,
    change_parts,
    hidden_changes,
    hidden_steps,
    plan_parts,
    plan_title,
)
from avi_portspec.changes.meaning import combine
from avi_portspec.changes.rendering import spell
from avi_portspec.documents import join
from avi_portspec.model.phrases import DECLINED, Need, deployment_phrase
from avi_portspec.model.wording import REQUIREMENTS, at_start
from avi_portspec.tabular.lines import Footnotes, Group
from sphinx_avi_portspec.blocks import AviBlock, AviGroupRow, AviPlainRow
from sphinx_avi_portspec.cells import make_cell, make_table, write_cell
from sphinx_avi_portspec.directive import TableDirective, spread
from sphinx_avi_portspec.grouped import (
    Drawn,
    make_below,
    make_empty_table,
    make_footnotes,
    make_grouped_table,
)
from sphinx_avi_portspec.layouts import describe_flow
from sphinx_avi_portspec.marks import EXPLAINED, Marks
from sphinx_avi_portspec.messages import Filled, Phrase
from sphinx_avi_portspec.pen import link, name_record
from sphinx_avi_portspec.sources import use_deployment, use_edition

if TYPE_CHECKING:
    from collections.abc import Callable

    from sphinx.application import Sphinx

    from avi_portspec import Changes, Edition
    from avi_portspec.changes.lines import Part
    from avi_portspec.names import ChangeAction
    from avi_portspec.tabular.lines import Line
    from sphinx_avi_portspec.pen import Pen

__all__ = ["setup_changes"]

#: What a change means for a firewall, in order of urgency.
WORK: Final[dict[ChangeAction, str]] = {
    "open": "Open",
    "optional": "Optional",
    "review": "Review",
    "none": "No action",
}

#: The steps of an upgrade, by the option's word: how their heading begins.
STEPS: Final = {
    "open": "Open",
    "keep": "Keep",
    "close": "Close",
    "review": "Check",
}

#: What stands under a heading where there is nothing to do.
NOTHING: Final = "Nothing."

#: What stands where two editions do not differ.
_SAME: Final = "No differences."

#: What can change, with the word for one: records, and the edition itself.
COLLECTIONS: Final = {
    "flows": "flow",
    "exclusions": "exclusion",
    "pointers": "pointer",
    "notes": "note",
    "interfaces": "interface",
    "endpoints": "endpoint",
    "sections": "section",
    "facets": "facet",
    "edition": "edition",
}

#: What kind of thing changed: the meaning, the wording, or the place.
KINDS: Final = ("meaning", "text", "citation")

HEADINGS: Final = ("Firewall", "Record", "Change", "Difference")
#: The columns' shares of the width.
_SHARES: Final = (2, 4, 2, 8)

#: The collections whose records can be linked to.
_LINKED: Final = frozenset({"edition", "endpoints", "flows", "notes"})

#: The fields that hold sentences, which can be translated.
_PROSE: Final = frozenset(
    {"description", "effect_if_blocked", "purpose", "text", "title"}
)


class PortChanges(TableDirective):
    """A table of changes; with a deployment, of an upgrade's steps."""

    option_spec: ClassVar[dict[str, Callable[[str], Any]]] = {
        **TableDirective.option_spec,
        "all": directives.flag,
        "collection": directives.unchanged_required,
        "deployment": directives.unchanged_required,
        "kind": directives.unchanged_required,
        "new": directives.unchanged_required,
        "old": directives.unchanged_required,
        "show": directives.unchanged_required,
    }

    def run(self) -> list[nodes.Node]:
        """Return the nodes; the newer edition is the directive's edition."""
        if "new" in self.options:
            self.options["edition"] = self.options["new"]
        return super().run()

    def render(self, edition: Edition, pen: Pen) -> list[nodes.Node]:
        """Return the table, with its introduction and explanations."""
        # This directive links to records; nothing links to it.
        pen.anchors = None
        if "old" not in self.options:
            raise self.error(":old: is required: the edition to compare with")
        old = use_edition(self.env, self.options["old"])
        pen.names = self.find_names(old, edition)
        if "deployment" in self.options:
            made = self._plan(pen, old, edition)
        elif self.options.keys() & {"show", "collection", "kind"}:
            made = [
                make_editions_line(pen, old, edition),
                *self._records(pen, old, edition, self.build_table),
            ]
        else:
            made = self._changes(pen, old, edition)
        return [*self.parse_introduction(), *made]

    # -- in the words of tables --------------------------------------------

    def _changes(
        self, pen: Pen, old: Edition, new: Edition
    ) -> list[nodes.Node]:
        """Return what changes for a firewall, and on request all changes."""
        changes = diff(old, new)
        editions = make_editions_line(pen, old, new)
        if not changes:
            return [editions, self._empty_table(pen, _SAME)]
        if "all" in self.options:
            hidden = ""
            more = self._records(pen, old, new, self._plain_table)
        else:
            hidden = hidden_changes(changes)
            more = []
        parts = change_parts(old, new, changes)
        if not parts:
            table = self._empty_table(pen, "Nothing changes for a firewall.")
            said = [pen.paragraph(Phrase(hidden))] if hidden else []
            return [editions, table, *said, *more]
        premise = [Phrase(f"{change_counts(changes)}.")]
        block = self._block(
            pen, old, new, parts, premise=premise, last="Needed", hidden=hidden
        )
        return [block, *more]

    def _plan(self, pen: Pen, old: Edition, new: Edition) -> list[nodes.Node]:
        """Return the steps of an upgrade."""
        for option in ("collection", "kind"):
            if option in self.options:
                raise self.error(
                    f":{option}: cannot be used with :deployment:; select "
                    "steps with :show:"
                )
        deployment = use_deployment(self.env, new, self.options["deployment"])
        plan = diff(old, new, deployment)
        words = self._words("show", STEPS)
        whole = "all" in self.options
        chosen = "show" in self.options
        parts = []
        for part in plan_parts(
            plan, whole=whole or (chosen and "keep" in words)
        ):
            first = part.title.partition(" ")[0]
            if whole or first in {STEPS[word] for word in words}:
                parts.append(part)
            elif part.remarks and first in {STEPS["review"], DECLINED}:
                # What is not known, or set aside, is told whatever is chosen.
                parts.append(part._replace(lines=()))
        title = plan_title(plan).replace("->", "\N{RIGHTWARDS ARROW}")
        phrase = deployment_phrase(plan.new.deployment, new.facets)
        hidden = "" if whole else hidden_steps(plan)
        premise = [
            Phrase(f"{title}."),
            " ",
            Phrase(f"{phrase}."),
        ]
        return [
            self._block(
                pen,
                old,
                new,
                parts,
                premise=premise,
                last="Why",
                hidden=hidden,
            )
        ]

    def _block(
        self,
        pen: Pen,
        old: Edition,
        new: Edition,
        parts: Sequence[Part],
        *,
        premise: Sequence[str],
        last: str,
        hidden: str,
    ) -> AviBlock:
        """Return a table of parts, and what stands below it.

        Args:
            pen: The directive's.
            old: The older edition.
            new: The newer edition.
            parts: The lines, under their headings.
            premise: What stands under the caption.
            last: The heading of the last column.
            hidden: What is not shown, in a sentence.
        """
        groups = [
            Group(None, None, tuple(_capitalise(c.line) for c in part.lines))
            for part in parts
        ]
        lines = [line for group in groups for line in group.lines]
        marks = self.config.avi_portspec_marks
        is_marked = marks in {"folded", "below"}
        drawn = Drawn(
            new,
            groups,
            Footnotes(lines if is_marked else ()),
            last,
            marks=marks,
            merge=False,
            remarks={},
            older=old,
        )
        table = make_grouped_table(pen, drawn)
        (body,) = table.findall(nodes.tbody)
        rows = list(body.children)
        body.clear()
        count = len(drawn.heads())
        for part in parts:
            body += _head_row(pen, part.title, count)
            body += rows[: len(part.lines)]
            del rows[: len(part.lines)]
            nothing = () if part.lines or part.remarks else (NOTHING,)
            for text in (*part.remarks, *nothing):
                body += _wide_row(pen, text, count)
        table = self.finish_table(table)
        table["classes"] += ["avi-changes", *self.options.get("class", ())]
        said: list[nodes.Node] = []
        if hidden:
            said.append(pen.paragraph(Phrase(hidden)))
        said += make_footnotes(pen, drawn.footnotes, marks)
        if self.config.avi_portspec_source_line:
            said.append(make_editions_line(pen, old, new))
        first = pen.paragraph(*premise)
        first["classes"].append("avi-premise")
        below = make_below(pen, new, footnotes=said, source=False)
        return AviBlock("", first, table, *below)

    def _empty_table(self, pen: Pen, text: str) -> AviBlock:
        """Return a table of one row: its caption and its name stay."""
        table = self.finish_table(make_empty_table(pen, text, headings=False))
        table["classes"] += self.options.get("class", ())
        return AviBlock("", table)

    def _plain_table(
        self,
        pen: Pen,
        headings: Sequence[str],
        rows: list[nodes.row],
        *,
        stubs: int,
        shares: Sequence[int],
    ) -> nodes.table:
        """Return a table without caption and name, which another has."""
        return make_table(
            pen,
            headings,
            rows,
            widths=spread(shares),
            stubs=stubs,
            classes=("colwidths-shares",),
        )

    # -- changes -----------------------------------------------------------

    def _records(
        self,
        pen: Pen,
        old: Edition,
        new: Edition,
        build: Callable[..., nodes.table],
    ) -> list[nodes.Node]:
        """Return a table of the records that differ, field by field."""
        changes = diff(old, new)
        known = list_changes(changes, old, new)
        shown = self._select(known)
        marks = Marks(pen, "reason")
        made: list[nodes.Node] = []
        if shown:
            rows = make_change_rows(pen, old, new, shown, marks)
            made.append(build(pen, HEADINGS, rows, stubs=2, shares=_SHARES))
        else:
            text = "Nothing selected differs." if known else _SAME
            made.append(self._empty_table(pen, text))
        # A record that was added or removed counts as one change.
        count, total = (
            sum(len(change.fields) or 1 for change in changes)
            for changes in (shown, known)
        )
        return [
            *made,
            *self._count(pen, count, total),
            *_describe_orders(pen, changes),
            *marks.explain(EXPLAINED),
        ]

    def _select(self, changes: Iterable[RecordChange]) -> list[RecordChange]:
        actions = self._words("show", WORK)
        collections = self._words("collection", COLLECTIONS)
        kinds = self._words("kind", KINDS)
        found = []
        for change in changes:
            fields = tuple(f for f in change.fields if f.kind in kinds)
            # An added or removed record is a change of meaning.
            if (
                change.action in actions
                and change.collection in collections
                and (fields or (not change.fields and "meaning" in kinds))
            ):
                found.append(attrs.evolve(change, fields=fields))
        return found

    # -- both --------------------------------------------------------------

    def _words(self, option: str, known: Collection[str]) -> set[str]:
        """Return the words that an option selects; without it, all.

        Raises:
            UnknownNameError: One is not known; it names the nearest.
        """
        included: set[str] = set()
        barred: set[str] = set()
        for part in self.options.get(option, "").split(","):
            text = part.strip()
            word = text.removeprefix("!").strip()
            if word and word not in known:
                wrong = UnknownNameError("word", word, known)
                raise self.error(f":{option}: {wrong}")
            (barred if text.startswith("!") else included).add(word)
        included.discard("")
        return (included or set(known)) - barred

    def _count(self, pen: Pen, shown: int, total: int) -> list[nodes.Node]:
        """Return a paragraph that counts what is hidden, if anything is."""
        if shown == total:
            return []
        said = Filled("{} of {} changes are shown.", shown, total)
        return [pen.paragraph(said)]


def _describe_orders(pen: Pen, changes: Changes) -> list[nodes.Node]:
    """Return a paragraph about records that only changed their order."""
    moved = [
        order.collection
        for order in changes.orders
        if set(order.before) == set(order.after)
    ]
    if not moved:
        return []
    text = f": {join('and', moved)}."
    return [pen.paragraph(Phrase("Order changed"), text)]


def list_changes(
    changes: Changes, old: Edition, new: Edition
) -> list[RecordChange]:
    """Return all changes by urgency, then by collection.

    The editions' own fields are a change of one more record.
    """
    found = [*changes]
    if changes.fields:
        found.append(
            RecordChange(
                collection="edition",
                id=changes.new,
                before=old,
                after=new,
                fields=changes.fields,
                action=combine(field.action for field in changes.fields),
            )
        )
    actions, collections = list(WORK), list(COLLECTIONS)
    return sorted(
        found,
        key=lambda change: (
            actions.index(change.action),
            collections.index(change.collection),
        ),
    )


def make_editions_line(
    pen: Pen, old: Edition, new: Edition
) -> nodes.paragraph:
    """Return a paragraph that names the two editions."""
    pieces: list[str | nodes.Node] = []
    for lead, edition in (("From:", old), ("To:", new)):
        title = f"{edition.title} ({edition.id})"
        pieces += [" "] if pieces else []
        pieces += [
            Phrase(lead),
            " ",
            link(edition, "edition", edition.id, title),
            ".",
        ]
    made = pen.paragraph(*pieces)
    made["classes"].append("avi-editions")
    return made


# -- changes -----------------------------------------------------------------


def make_change_rows(
    pen: Pen,
    old: Edition,
    new: Edition,
    changes: Iterable[RecordChange],
    marks: Marks,
) -> list[nodes.row]:
    """Return a row for each change, under :data:`HEADINGS`."""
    rows = []
    for change in changes:
        edition = old if change.what == "removed" else new
        kind = COLLECTIONS[change.collection]
        rows.append(
            nodes.row(
                "",
                write_cell(pen, Phrase(WORK[change.action])),
                write_cell(pen, _name(edition, change)),
                write_cell(pen, Phrase(f"{kind} {change.what}")),
                make_cell(pen, *_difference(pen, old, new, change, marks)),
            )
        )
    return rows


def _name(edition: Edition, change: RecordChange) -> str | nodes.Node:
    """Return a record's title, as a link where there is one."""
    kind = COLLECTIONS[change.collection]
    if change.collection in _LINKED:
        title = change.id
        if kind != "edition":
            title = name_record(edition, kind, title)
        return link(edition, kind, change.id, title)
    record = change.after or change.before
    for field in ("title", "name"):
        if hasattr(record, field):
            return str(getattr(record, field))
    source, destination = (
        edition.endpoints[end].name
        for end in (record.source, record.destination)
    )
    return f"{source} \N{RIGHTWARDS ARROW} {destination}"


def _difference(
    pen: Pen, old: Edition, new: Edition, change: RecordChange, marks: Marks
) -> Iterator[nodes.paragraph]:
    """Yield the record; or one paragraph per field that differs."""
    if not change.fields:
        edition = old if change.what == "removed" else new
        record = change.after or change.before
        if change.collection == "flows":
            pieces = list(describe_flow(edition, record, marks))
            if record.purpose:
                pieces += [". ", Phrase(record.purpose)]
            yield pen.paragraph(*pieces)
        elif hasattr(record, "text"):
            yield pen.paragraph(Phrase(record.text))
        else:
            yield pen.paragraph(nodes.literal(record.id, record.id))
    # Meaning first, then wording, then place.
    for field in sorted(change.fields, key=lambda f: KINDS.index(f.kind)):
        yield pen.paragraph(
            nodes.literal(field.name, field.name),
            " (",
            Phrase(field.kind),
            "): ",
            _value(old, field.name, field.before),
            " \N{RIGHTWARDS ARROW} ",
            _value(new, field.name, field.after),
        )


def _value(edition: Edition, name: str, value: Any) -> str:
    """Return a field's value in words."""
    if value is None or value == ():
        return Phrase("none")
    if isinstance(value, Condition):
        return Phrase(value.describe(edition.facets))
    if name in {"source", "destination"} and isinstance(value, str):
        return edition.endpoints[value].name
    if name == "requirement":
        return Phrase(REQUIREMENTS[value])
    text = spell(value)
    return Phrase(text) if name in _PROSE else text


# -- in the words of tables --------------------------------------------------


def _capitalise(line: Line) -> Line:
    """Return a line whose words stand for themselves."""
    return line._replace(need=Need("", at_start(line.need.text)))


def _head_row(pen: Pen, title: str, count: int) -> AviGroupRow:
    """Return the heading of a part."""
    cell = write_cell(pen, Phrase(title))
    cell["classes"].append("avi-part-title")
    cell["morecols"] = count - 1
    return AviGroupRow("", cell)


def _wide_row(pen: Pen, text: str, count: int) -> AviPlainRow:
    """Return a row that says one thing."""
    cell = write_cell(pen, Phrase(text))
    cell["morecols"] = count - 1
    cell["classes"].append("avi-quiet-row")
    cell["role"] = "cell"
    return AviPlainRow("", cell)


def setup_changes(app: Sphinx) -> None:
    """Add the directive."""
    app.add_directive("avi-port-changes", PortChanges)
