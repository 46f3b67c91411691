"""``avi-port-table``: flows as a table."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from itertools import combinations
from typing import TYPE_CHECKING, Any, ClassVar, Final

from docutils import nodes
from docutils.parsers.rst import directives

from avi_portspec import (
    InvalidQueryError,
    UnknownNameError,
    export,
)
from avi_portspec.documents import join
from avi_portspec.model.display import silence_text
from avi_portspec.model.phrases import (
    assumptions,
    deployment_phrase,
    values_phrase,
)
from avi_portspec.tabular.columns import (
    COLUMNS,
    NEED_DECISION,
    Column,
    Row,
    parse_order,
    sort_flows,
)
from avi_portspec.tabular.filters import asked_clouds, select_flows
from avi_portspec.tabular.lines import (
    GROUPINGS,
    Footnotes,
    Line,
    answer_lines,
    count_decisions,
    edition_lines,
    group_lines,
    port_of,
)
from sphinx_avi_portspec.blocks import AviBlock, AviPlainRow, AviPortBody
from sphinx_avi_portspec.cells import write_cell
from sphinx_avi_portspec.decisions import DECIDING, DeploymentDirective
from sphinx_avi_portspec.directive import (
    SELECTION,
    TableDirective,
    say_nothing,
)
from sphinx_avi_portspec.domain import get_domain
from sphinx_avi_portspec.grouped import (
    MARKS,
    Drawn,
    make_below,
    make_cut,
    make_empty_table,
    make_footnotes,
    make_grouped_table,
    mark_line,
)
from sphinx_avi_portspec.layouts import (
    DEFAULT_COLUMNS,
    LAYOUTS,
    NOTHING_MORE,
    PUBLISHED_HEADINGS,
    PUBLISHED_SHARES,
    More,
    cell_text,
    find_columns,
    find_last,
    keep_near,
    make_flat_rows,
    make_published_rows,
    make_statement_rows,
    share_of,
    sort_by_page,
)
from sphinx_avi_portspec.marks import EXPLAINED, Marks, Noted
from sphinx_avi_portspec.messages import Filled, Phrase
from sphinx_avi_portspec.scripts import (
    AviScriptMessages,
    add_filter_data,
    add_line_data,
)
from sphinx_avi_portspec.statements import write_elsewhere

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sphinx.application import Sphinx

    from avi_portspec import (
        Decision,
        Edition,
        Exclusion,
        Flow,
        Flows,
        Pointer,
    )
    from sphinx_avi_portspec.layouts import Decided
    from sphinx_avi_portspec.pen import Pen
    from sphinx_avi_portspec.scripts import AviFilterRow

__all__ = ["PortTable", "setup_tables"]

#: How many ports are named where none of their flows is shown.
_MOST_PORTS: Final = 3
#: How many characters of columns fit across a printed page.
_PAGE: Final = 150
#: How many rows can have a column in which all are the same.
_FEW: Final = 2

#: The layouts in which an option has a meaning; the others have it in all.
_FITTING: Final[Mapping[str, frozenset[str]]] = {
    "columns": frozenset({"flat"}),
    "explorer": frozenset({"grouped", "flat"}),
    "hide-constant": frozenset({"flat"}),
    "notes": frozenset({"flat", "published"}),
    "header-rows": frozenset({"flat", "published"}),
    "stub-columns": frozenset({"flat", "published"}),
    "widths": frozenset({"flat", "published"}),
    "deployment": frozenset({"grouped", "flat"}),
    "limit": frozenset({"grouped", "flat"}),
    "premise": frozenset({"grouped", "flat"}),
    "sort": frozenset({"grouped", "flat"}),
    "group": frozenset({"grouped"}),
    "marks": frozenset({"grouped", "flat"}),
    "merge": frozenset({"grouped"}),
    "remarks": frozenset({"grouped"}),
}


def _choose(*words: str) -> Callable[[str], str]:
    """Return a reader of an option that takes one of some words."""

    def choose(argument: str) -> str:
        return directives.choice(argument, words)

    return choose


def _is_yes(argument: str) -> bool:
    return directives.choice(argument, ("yes", "no")) == "yes"


def _parse_limit(argument: str | None) -> int:
    given = argument or ""
    try:
        return directives.positive_int(given)
    except ValueError:
        text = f"expected a number of flows, 1 or more, got {given!r}"
        raise ValueError(text) from None


def _parse_remarks(argument: str) -> dict[str, str]:
    """Return the texts by the ids of flows: a line each, ``id: text``."""
    found: dict[str, str] = {}
    for line in filter(str.strip, argument.splitlines()):
        name, colon, text = map(str.strip, line.partition(":"))
        if not (name and colon and text):
            raise ValueError(f"expected a flow's id, a colon, text: {line}")
        if name in found:
            raise ValueError(f"two remarks on {name}")
        found[name] = text
    return found


class PortTable(DeploymentDirective, TableDirective):
    """A table of the matching flows; its caption is optional."""

    option_spec: ClassVar[dict[str, Callable[[str], Any]]] = {
        **TableDirective.option_spec,
        **DeploymentDirective.option_spec,
        **SELECTION,
        "columns": directives.unchanged_required,
        "download": directives.flag,
        "explorer": directives.flag,
        "group": _choose(*GROUPINGS),
        "hide-constant": directives.flag,
        "marks": _choose(*MARKS),
        "merge": _is_yes,
        "layout": _choose(*LAYOUTS),
        "limit": _parse_limit,
        "notes": _choose("none", "below", "column"),
        "premise": _is_yes,
        "remarks": _parse_remarks,
        "sort": directives.unchanged_required,
    }
    #: The messages of the script, for translators.
    messages: ClassVar[type[AviScriptMessages]] = AviScriptMessages

    def render(self, edition: Edition, pen: Pen) -> list[nodes.Node]:
        """Return the table, with its explanations."""
        layout = self._find_layout()
        flows = self.select(edition)
        statements = self.select_statements(edition)
        exclusions = self.select_exclusions(edition)
        answers = [
            *flows,
            *(statements if layout == "published" else exclusions),
        ]
        silent = silence_text(flows.unstated, edition)
        if not answers and (layout == "published" or not silent):
            return [
                *self.parse_introduction(),
                *self.list_unresolved(pen, edition),
                self._empty_table(
                    pen, edition, layout, silent or self._name_nothing(edition)
                ),
            ]
        if layout == "grouped":
            return self._grouped(pen, edition, flows, exclusions)
        reasons = Marks(pen, "reason", self.find_asked(edition))
        notes = Noted(self.options.get("notes", "none"), Marks(pen, "note"))
        footnotes: list[nodes.Node] = []
        if layout == "published":
            made = self._published(
                pen, edition, [*flows, *statements], reasons, notes
            )
            after = self.describe_silence(pen, edition, flows)
        else:
            made, after, footnotes = self._flat(
                pen, edition, flows, exclusions, notes
            )
        return [
            *self.parse_introduction(),
            *(self.describe_deployment(pen) if self._has_premise else []),
            *self.list_unresolved(pen, edition),
            made,
            *after,
            *notes.marks.explain("Notes"),
            *reasons.explain(EXPLAINED),
            *make_below(
                pen,
                edition,
                footnotes=footnotes,
                source=self.config.avi_portspec_source_line,
                files=self._files(flows),
            ),
        ]

    @property
    def _has_premise(self) -> bool:
        """Whether the deployment is described."""
        return bool(self.options.get("premise", True))

    @property
    def _marks(self) -> str:
        """Where it is said what is assumed."""
        return str(self.options.get("marks", self.config.avi_portspec_marks))

    def _letter(self, lines: Sequence[Line]) -> Footnotes:
        """Return the letters of what is assumed about lines."""
        return Footnotes(lines if self._marks in {"folded", "below"} else ())

    def _find_layout(self) -> str:
        """Return the layout: as asked, or one that has the other options."""
        asked = self.options.get("layout")
        default = self.config.avi_portspec_layout
        refused = {
            layout: [
                option
                for option in self.options
                if layout not in _FITTING.get(option, LAYOUTS)
            ]
            for layout in ([asked] if asked else [default, *LAYOUTS])
        }
        for layout, options in refused.items():
            if not options:
                return str(layout)
        layout, options = next(iter(refused.items()))
        known = [name for name in self.options if name in _FITTING]
        for one, other in [] if asked else combinations(known, 2):
            if _FITTING[one].isdisjoint(_FITTING[other]):
                raise self.error(
                    f":{one}: cannot be used with :{other}: "
                    f"({join('or', sorted(_FITTING[one]))} tables have the "
                    f"first, {join('or', sorted(_FITTING[other]))} tables "
                    "the second)"
                )
        raise self.error(
            f":{options[0]}: cannot be used with the {layout} layout"
        )

    def _files(self, flows: Flows) -> tuple[tuple[str, str], ...]:
        """Return the rows as files: the end of each name, and its text."""
        if "download" not in self.options:
            return ()
        subject = flows if self.resolution is None else self.resolution
        return tuple(
            (form, str(export(subject, form, only=flows)))
            for form in ("csv", "json")
        )

    # -- nothing --------------------------------------------------------------

    def _empty_table(
        self, pen: Pen, edition: Edition, layout: str, text: str
    ) -> AviBlock:
        """Return a table of one row, which says why there are no others."""
        if layout == "grouped":
            table = self.finish_table(make_empty_table(pen, text))
            table["classes"] += self.options.get("class", ())
        else:
            heads = self._heads(
                PUBLISHED_HEADINGS
                if layout == "published"
                else [column.heading for column in self._headings()]
            )
            cell = write_cell(pen, Phrase(text))
            cell["morecols"] = len(heads) - 1
            cell["classes"].append("avi-empty")
            rows: list[nodes.row] = [AviPlainRow("", cell)]
            table = self.build_table(pen, heads, rows, stubs=0)
        source = self.config.avi_portspec_source_line
        none = edition.flows - frozenset(edition.flows)
        below = make_below(
            pen, edition, source=source, files=self._files(none)
        )
        return AviBlock("", table, *below)

    def _name_nothing(self, edition: Edition) -> str:
        """Return what stands where no flow does, and warn of it."""
        self.warn_of_nothing("flow")
        filters = self.get_filters()
        if self.resolution is not None:
            others, where = self.asked, "this deployment"
        elif "cloud" in filters and len(filters) > 1:
            clouds = asked_clouds(edition, filters) or frozenset()
            del filters["cloud"]
            others = select_flows(edition.flows, filters)
            where = values_phrase(edition.facets["cloud"], clouds, "{}")
        else:
            return say_nothing("flow")
        ports = list(dict.fromkeys(str(port_of(flow)) for flow in others))
        if not ports or len(ports) > _MOST_PORTS:
            return say_nothing("flow")
        verb = "exists" if len(ports) == 1 else "exist"
        place = "for" if self.resolution is not None else "on"
        return f"{join('and', ports)} {verb}, but not {place} {where}."

    # -- groups ---------------------------------------------------------------

    def _grouped(
        self,
        pen: Pen,
        edition: Edition,
        flows: Flows,
        exclusions: Sequence[Exclusion],
    ) -> list[nodes.Node]:
        """Return the table in groups, with what stands below it."""
        shown, cut = self._sort_and_cut(edition, flows)
        if cut is not None:
            exclusions = ()
        apart = "sort" in self.options and self.options.get("group") == "none"
        lines = self._find_lines(
            edition, flows, shown, exclusions, together=not apart
        )
        groups = group_lines(lines, self.options.get("group", "auto"))
        ordered = [line for group in groups for line in group.lines]
        drawn = Drawn(
            edition,
            groups,
            self._letter(ordered),
            "Needed" if self.resolution is None else "Why",
            self._marks,
            self.options.get("merge", True),
            self._find_remarks(edition, ordered),
        )
        table = self.finish_table(make_grouped_table(pen, drawn))
        table["classes"] += self.options.get("class", ())
        if "explorer" in self.options:
            (body,) = table.findall(AviPortBody)
            rows = list(body.findall(AviPlainRow))
            add_line_data(edition, ordered, rows)
        below = make_below(
            pen,
            edition,
            footnotes=make_footnotes(pen, drawn.footnotes, self._marks),
            cut=cut,
            source=self.config.avi_portspec_source_line,
            files=self._files(flows),
        )
        told = {
            flow.id
            for line in lines
            if not line.has_ports
            for flow in line.flows
        }
        return [
            *self.parse_introduction(),
            *self.list_unresolved(pen, edition, told),
            AviBlock("", *self._premise(pen, flows), table, *below),
            *self._add_script(pen, table),
        ]

    def _find_lines(
        self,
        edition: Edition,
        flows: Flows,
        shown: Sequence[Flow],
        exclusions: Sequence[Exclusion],
        *,
        together: bool,
    ) -> tuple[Line, ...]:
        """Return what the lines of a table say."""
        asked = self.find_asked(edition)
        if self.resolution is None:
            return edition_lines(
                edition,
                shown,
                flows.unstated,
                exclusions,
                asked=asked,
                together=together,
            )
        return answer_lines(
            edition,
            [self.resolution[flow] for flow in shown],
            exclusions,
            asked=asked,
            purposes="reasons" in self.options,
            together=together,
        )

    def _find_remarks(
        self, edition: Edition, lines: Sequence[Line]
    ) -> dict[str, list[nodes.Node]]:
        """Return the author's own text on flows, parsed, by their ids."""
        remarks = self.options.get("remarks", {})
        shown = {flow.id for line in lines for flow in line.flows}
        found: dict[str, list[nodes.Node]] = {}
        for name, text in remarks.items():
            try:
                flow = edition.flows[name]
            except UnknownNameError as wrong:
                raise self.error(f":remarks: {wrong}") from None
            if flow.id not in shown:
                raise self.error(f":remarks: {flow.id} is not in this table")
            children, messages = self.parse_inline(text, lineno=self.lineno)
            found[flow.id] = [*children, *messages]
        return found

    def _premise(self, pen: Pen, flows: Flows) -> list[nodes.Node]:
        """Return the deployment, and how much of it is shown, in a line."""
        if self.resolution is None or not self._has_premise:
            return []
        counts: list[str] = []
        asked = {flow.id for flow in self.asked}
        statuses = [
            *map(self.resolution.status_of, flows.ids()),
            *(
                decision.status
                for decision in self.resolution.withheld
                if decision.flow not in flows and decision.flow.id in asked
            ),
        ]
        for message, count in count_decisions(statuses):
            counts += [", " if counts else " ", Filled(message, count)]
        text = deployment_phrase(
            self.resolution.deployment, self.resolution.edition.facets
        )
        made = pen.paragraph(Phrase(f"{text}."), *counts, ".")
        made["classes"].append("avi-premise")
        return [made]

    # -- a row for each flow --------------------------------------------------

    def _flat(
        self,
        pen: Pen,
        edition: Edition,
        flows: Flows,
        exclusions: Sequence[Exclusion],
        notes: Noted,
    ) -> tuple[nodes.table, list[nodes.Node], list[nodes.Node]]:
        """Return the table, what stands after it, and what is assumed."""
        explorer = "explorer" in self.options
        # Where the port is not known to be needed, none is named; but whoever
        # asks for a decision by name asks for the flow.
        silent = (
            self.resolution.having("unstated")
            if self.resolution and "decision" not in self.options
            else flows.unstated
        )
        told = () if explorer else [*(silent & flows), *flows.unstated]
        shown, cut = self._sort_and_cut(edition, flows - frozenset(told))
        if cut is not None:
            # No more rows than were asked for.
            exclusions = ()
        columns, constant = self._find_constant(edition, shown)
        decided: Decided = {
            **self.fill_columns(),
            "elsewhere": partial(write_elsewhere, self.env, pen, edition),
        }
        facts = {field for column in columns for field in column.fields}
        if any(column.name == "decision" for column in columns):
            facts |= DECIDING
        asked = self.find_asked(edition)
        lines = {
            line.flows[0].id: line._replace(
                assumed=assumptions(line.flows[0], asked, fields=facts)
            )
            for line in self._find_lines(
                edition, flows, shown, (), together=False
            )
            # A table of ids says nothing that is assumed.
            if line.has_ports and facts
        }
        letters = self._letter([*lines.values()])
        last = find_last(columns, decided)

        def say_more(flow: Flow, position: int) -> More:
            line = lines.get(flow.id)
            if position != last or line is None:
                return NOTHING_MORE
            return More(
                mark_line(pen, edition, line, letters, self._marks),
                # What it is for has a column of its own.
                [[Phrase(t)] for t in line.below if t != flow.purpose],
            )

        rows: list[nodes.row] = make_flat_rows(
            pen, edition, shown, columns, say_more, notes, decided
        )
        after: list[nodes.Node] = []
        if explorer:
            # The script takes every row for a flow.
            rows = [
                self.make_filter_row(edition, flow, row)
                for flow, row in zip(shown, rows, strict=True)
            ]
            after += self.describe_silence(pen, edition, flows)
            after += self.describe_exclusions(pen, edition, flows, exclusions)
        else:
            rows += make_statement_rows(
                pen,
                edition,
                [*told, *keep_near([*flows, *flows.unstated], exclusions)],
                columns,
                notes,
                decided,
            )
        made = self.build_table(
            pen,
            self._heads([column.heading for column in columns]),
            rows,
            stubs=1,
            shares=[
                *map(share_of, columns),
                *([12] if self.options.get("notes") == "column" else []),
            ],
        )
        after += self._add_script(pen, made)
        if sum(column.width for column in columns) > _PAGE:
            made["classes"].append("avi-wide")
        after = [
            *(
                pen.paragraph(Phrase(f"{heading}:"), f" {text}.")
                for heading, text in constant
            ),
            *make_cut(pen, cut),
            *after,
        ]
        return made, after, make_footnotes(pen, letters, self._marks)

    def _add_script(self, pen: Pen, table: nodes.table) -> list[nodes.Node]:
        """Let the script find a table, and return its words, if asked for."""
        if "explorer" not in self.options:
            return []
        table["classes"].append("avi-explorer")
        get_domain(self.env).note_assets(self.env.docname, "js")
        messages = self.messages()
        messages.source, messages.line = pen.source, pen.line
        return [messages]

    def _find_constant(
        self, edition: Edition, flows: Sequence[Flow]
    ) -> tuple[tuple[Column, ...], list[tuple[str, str]]]:
        """Return the columns, and those that are the same in all rows."""
        columns = self._headings()
        if "hide-constant" not in self.options or len(flows) < _FEW:
            return columns, []
        found = self.resolution
        rows = [
            Row(flow, edition, None if found is None else found[flow])
            for flow in flows
        ]
        texts = {
            column: {cell_text(column, row) for row in rows}
            for column in columns
        }
        kept = tuple(c for c, found in texts.items() if len(found) > 1)
        same = [
            (column.heading, next(iter(found)))
            for column, found in texts.items()
            if len(found) == 1
        ]
        # A table has to have a column.
        return (kept, same) if kept else (columns, [])

    def make_filter_row(
        self, edition: Edition, flow: Flow, row: nodes.row
    ) -> AviFilterRow:
        """Return a row with the data that the script filters by."""
        return add_filter_data(edition, flow, row)

    # -- rows as the vendor has them ------------------------------------------

    def _published(
        self,
        pen: Pen,
        edition: Edition,
        records: Sequence[Flow | Exclusion | Pointer],
        reasons: Marks,
        notes: Noted,
    ) -> nodes.table:
        rows = make_published_rows(
            pen, edition, sort_by_page(edition, records), reasons, notes
        )
        shares = [*PUBLISHED_SHARES]
        if self.options.get("notes") == "column":
            shares.append(12)
        return self.build_table(
            pen,
            self._heads(PUBLISHED_HEADINGS),
            rows,
            stubs=2,
            shares=shares,
        )

    # -- columns and order ----------------------------------------------------

    def _heads(self, headings: Sequence[str]) -> list[str]:
        """Return the headings, with that of the notes if they are shown."""
        more = ["Notes"] if self.options.get("notes") == "column" else []
        return [*headings, *more]

    def _headings(self) -> tuple[Column, ...]:
        own = self.config.avi_portspec_columns or ", ".join(
            self._default_columns()
        )
        text = self.options.get("columns", own)
        try:
            found = find_columns(text, decided=self.resolution is not None)
        except (UnknownNameError, InvalidQueryError) as wrong:
            raise self.error(f":columns: {wrong}") from None
        if "reasons" in self.options and "why" not in {c.name for c in found}:
            return (*found, COLUMNS["why"])
        return found

    def _default_columns(self) -> Sequence[str]:
        """Return the columns of a table that names none.

        For a deployment, a decision stands for requirement and condition.
        """
        if self.resolution is None:
            return DEFAULT_COLUMNS
        # The requirement becomes the decision.
        return [name for name in DEFAULT_COLUMNS if name != "when"]

    def _sort_and_cut(
        self, edition: Edition, flows: Flows
    ) -> tuple[list[Flow], tuple[int, int] | None]:
        """Return the flows to show, and how many those are of how many."""
        shown = list(flows)
        if "sort" in self.options:
            try:
                order = parse_order(self.options["sort"])
            except UnknownNameError as wrong:
                raise self.error(f":sort: {wrong}") from None
            decisions: dict[str, Decision] = {}
            if self.resolution is not None:
                decisions = {d.flow.id: d for d in self.resolution}
            for column, _ in order:
                if column.name in NEED_DECISION and not decisions:
                    raise self.error(
                        f":sort: {column.name} needs :deployment:"
                    )
            shown = sort_flows(flows, edition, order, decisions)
        limit = self.options.get("limit", len(shown))
        cut = (limit, len(shown)) if limit < len(shown) else None
        return shown[:limit], cut


def setup_tables(app: Sphinx) -> None:
    """Add the directive."""
    app.add_directive("avi-port-table", PortTable)
