"""What the directives have in common."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from docutils import nodes
from docutils.nodes import make_id
from docutils.parsers.rst import directives
from docutils.parsers.rst.directives.tables import align
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from avi_portspec import PortSpecError
from avi_portspec.errors import nearest
from avi_portspec.model.display import silence_text
from avi_portspec.model.phrases import NO_PORT_NEEDED
from avi_portspec.tabular.filters import (
    FILTERS,
    FilterError,
    Terms,
    parse_terms,
    select_flows,
    select_statements,
)
from sphinx_avi_portspec.cells import make_table
from sphinx_avi_portspec.domain import get_domain
from sphinx_avi_portspec.layouts import keep_near, name_ends
from sphinx_avi_portspec.messages import Phrase
from sphinx_avi_portspec.pen import Pen
from sphinx_avi_portspec.sources import (
    find_names,
    use_deployment,
    use_edition,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from avi_portspec import Edition, Exclusion, Flows, Pointer
    from avi_portspec.tabular.filters import Filter
    from sphinx_avi_portspec.messages import Names

__all__ = [
    "SELECTION",
    "PortDirective",
    "TableDirective",
    "parse_filter",
    "say_nothing",
]

logger = logging.getLogger(__name__)


def parse_filter(
    name: str, argument: str | None, *, known: Mapping[str, Filter] = FILTERS
) -> Terms:
    """Return what a filter's option includes and excludes.

    Raises:
        ValueError: It is not understood.
    """
    try:
        return parse_terms(name, argument or "", known=known)
    except FilterError as wrong:
        # docutils shows the arguments of an error, which must be text.
        raise ValueError(wrong.detail) from None


#: The options by which a directive selects flows: the library's filters.
SELECTION: dict[str, Callable[[str], Any]] = {
    **{name: partial(parse_filter, name) for name in FILTERS},
    "edition": directives.unchanged_required,
}


def say_nothing(what: str) -> str:
    """Return what stands where nothing matches.

    It is a statement about the data, not about a firewall: that a port is not
    documented does not close it.

    Args:
        what: What was looked for: ``flow`` or ``note``.
    """
    text = f"No matching {what} is documented in this edition."
    more = " That does not mean that no port is needed."
    return text + more if what == "flow" else text


class _Options(dict[str, Any]):
    """The options of a directive; an unknown one names the nearest, or all."""

    def __missing__(self, name: str) -> Any:
        near = nearest(name, self)
        known = '", "'.join(sorted(self))
        said = f'did you mean "{near}' if near else f'known: "{known}'
        # docutils puts what it is given into quotation marks.
        raise KeyError(f'{name}"; {said}')


class PortDirective(SphinxDirective):
    """A directive that renders an edition, or a selection of its flows."""

    optional_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec: ClassVar[dict[str, Callable[[str], Any]]] = {
        "allow-empty": directives.flag,
        "class": directives.class_option,
        "name": directives.unchanged,
        "no-index": directives.flag,
    }

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Let an unknown option name the nearest."""
        super().__init_subclass__(**kwargs)
        cls.option_spec = _Options(cls.option_spec)

    def run(self) -> list[nodes.Node]:
        """Return the nodes; faults are errors at the directive's line."""
        try:
            edition = use_edition(self.env, self.options.get("edition", ""))
            pen = self._pen(edition)
            made = self.render(edition, pen)
        except FilterError as wrong:
            message = f":{wrong.filter}: {wrong.detail}"
            raise self.error(message) from None
        except (PortSpecError, OSError) as wrong:
            raise self.error(str(wrong)) from None
        for node in made:
            # A writer's warning names the place.
            if node.line is None:
                self.set_source_info(node)
        domain = get_domain(self.env)
        domain.note_assets(self.env.docname, "css")
        if pen.anchors:
            domain.note_places(self.env.docname, edition, pen)
        return made

    def render(self, edition: Edition, pen: Pen) -> list[nodes.Node]:
        """Return the nodes."""
        raise NotImplementedError

    def find_names(
        self, *editions: Edition, statements: bool = False
    ) -> Names:
        """Return what the directive's sentences can name.

        Args:
            editions: The editions that it shows.
            statements: Whether it shows what other sources state.
        """
        given = self.options.get("deployment")
        deployment = given and use_deployment(self.env, editions[-1], given)
        return find_names(editions, deployment, statements=statements)

    def _pen(self, edition: Edition) -> Pen:
        """Return a pen that knows the directive's source and line."""
        source, line = self.get_source_info()
        # Ids contain the document's name: some builders join documents.
        serial = self.env.new_serialno("avi-portspec")
        prefix = make_id(f"avi-{self.env.docname}-{serial}")
        made = Pen(source, line, prefix, start=self.find_home(edition))
        made.names = self.find_names(edition)
        if "no-index" in self.options:
            made.anchors = None
        return made

    def find_home(self, edition: Edition) -> str | None:
        """Return the prefix of records' ids, if this is their home."""
        return None

    def select(self, edition: Edition) -> Flows:
        """Return the flows that match the filters."""
        return select_flows(edition.flows, self.get_filters())

    def select_statements(self, edition: Edition) -> list[Exclusion | Pointer]:
        """Return the exclusions and pointers that match the filters."""
        return select_statements(edition, self.get_filters())

    def get_filters(self) -> dict[str, Terms]:
        """Return what each filter that is used includes and excludes."""
        return {n: self.options[n] for n in FILTERS if n in self.options}

    def parse_introduction(self) -> list[nodes.Node]:
        """Return the directive's content, parsed."""
        return self.parse_content_to_nodes() if self.content else []

    def parse_title(self) -> nodes.title:
        """Return the directive's argument as a title."""
        text = self.arguments[0]
        children, messages = self.parse_inline(text, lineno=self.lineno)
        made = nodes.title(text, "", *children, *messages)
        made.source, made.line = self.get_source_info()
        return made

    def describe_silence(
        self, pen: Pen, edition: Edition, flows: Flows
    ) -> list[nodes.Node]:
        """Return a paragraph that names undocumented flows, if any.

        They must not go missing without a word: a reader would take them for
        closed.
        """
        text = silence_text(flows.unstated, edition)
        if not text:
            return []
        made = pen.paragraph(Phrase(text))
        made["classes"].append("avi-unstated")
        return [made]

    def describe_exclusions(
        self,
        pen: Pen,
        edition: Edition,
        flows: Flows,
        exclusions: Iterable[Exclusion],
    ) -> list[nodes.Node]:
        """Return a sentence for each statement that no port is needed."""
        return [
            pen.paragraph(
                *name_ends(edition, exclusion),
                ": ",
                Phrase(f"{NO_PORT_NEEDED}."),
            )
            for exclusion in keep_near(flows, exclusions)
        ]

    def warn_of_nothing(self, what: str) -> None:
        """Warn that nothing matches, unless the author expects it."""
        if "allow-empty" in self.options:
            return
        logger.warning(
            "%s: no matching %s",
            self.name,
            what,
            location=(self.env.docname, self.lineno),
            type="avi_portspec",
            subtype="empty",
        )

    def report_empty(self, pen: Pen, what: str) -> nodes.Element:
        """Warn that nothing matches, and return a text that says so."""
        self.warn_of_nothing(what)
        made = pen.paragraph(Phrase(say_nothing(what)))
        made["classes"].append("avi-empty")
        self.add_name(made)
        return made


def _widths(argument: str) -> str | list[int]:
    if argument in {"auto", "grid"}:
        return argument
    return directives.positive_int_list(argument)


def _header(argument: str) -> int:
    return int(directives.choice(argument, ("0", "1")))


def spread(shares: Sequence[int]) -> list[int]:
    """Return shares of the width as parts of a hundred characters."""
    return [max(100 * share // sum(shares), 1) for share in shares]


class TableDirective(PortDirective):
    """A directive whose result is a table, with docutils' own options."""

    option_spec: ClassVar[dict[str, Callable[[str], Any]]] = {
        **PortDirective.option_spec,
        "align": align,
        "header-rows": _header,
        "stub-columns": directives.nonnegative_int,
        "width": directives.length_or_percentage_or_unitless,
        "widths": _widths,
    }

    def build_table(
        self,
        pen: Pen,
        headings: Sequence[str],
        rows: list[nodes.row],
        *,
        stubs: int,
        shares: Sequence[int] | None = None,
    ) -> nodes.table:
        """Return a table that honours docutils' own options.

        Args:
            pen: The directive's.
            headings: One per column.
            rows: The rows below them.
            stubs: How many columns, from the left, head their row.
            shares: The columns' shares of the width where a writer needs
                them; HTML finds the widths itself.
        """
        widths = self.options.get("widths", "auto")
        numbers = widths if isinstance(widths, list) else None
        if numbers is not None and len(numbers) != len(headings):
            raise self.error(
                f":widths: {len(numbers)} widths for {len(headings)} columns"
            )
        given = "given" if numbers is not None else widths
        if shares and numbers is None:
            # A writer that needs widths has them, whatever HTML is told.
            given = widths if "widths" in self.options else "shares"
            numbers = spread(shares)
        made = make_table(
            pen,
            headings,
            rows,
            widths=numbers,
            stubs=self.options.get("stub-columns", stubs),
            header=bool(self.options.get("header-rows", 1)),
            classes=(f"colwidths-{given}", *self.options.get("class", ())),
        )
        return self.finish_table(made)

    def finish_table(self, made: nodes.table) -> nodes.table:
        """Return a table with its caption, its name and its size."""
        for name in ("align", "width"):
            if self.options.get(name) is not None:
                made[name] = self.options[name]
        if self.arguments:
            made.insert(0, self.parse_title())
        self.add_name(made)
        return made
