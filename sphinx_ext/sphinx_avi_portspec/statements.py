"""``avi-port-statements``: what other sources state, flow by flow.

The link from a table to a statement, and that from a statement to its source,
lead to such a list: without filters it is their home.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple, cast

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.parsers.rst.directives.tables import align

import avi_portspec
from avi_portspec import Exclusion, Flow
from avi_portspec.beyond.files import library
from avi_portspec.beyond.spans import covers
from avi_portspec.beyond.wording import (
    KINDS,
    case_text,
    count_agreements,
    releases_text,
    remarks_of,
    source_lines,
)
from avi_portspec.documents import join
from avi_portspec.model.phrases import NO_PORT_NEEDED
from avi_portspec.model.wording import REQUIREMENTS, at_start
from avi_portspec.tabular.filters import (
    STATEMENT_FILTERS,
    Terms,
    select_elsewhere,
)
from avi_portspec.tabular.lines import edition_lines, port_of, service_of
from sphinx_avi_portspec.blocks import (
    AviBelow,
    AviBlock,
    AviFolded,
    AviGroupRow,
    AviPlainRow,
    AviSummary,
)
from sphinx_avi_portspec.cells import AviCell, AviProseCell, make_cell
from sphinx_avi_portspec.directive import (
    PortDirective,
    TableDirective,
    parse_filter,
)
from sphinx_avi_portspec.domain import get_domain
from sphinx_avi_portspec.grouped import (
    AviWordCell,
    Head,
    make_empty_table,
    make_lined_table,
    make_port_cell,
    visit_cell,
    write_compact,
)
from sphinx_avi_portspec.messages import Filled, Phrase
from sphinx_avi_portspec.pen import AviTag, AviWords, link
from sphinx_avi_portspec.sources import use_statements

if TYPE_CHECKING:
    from collections.abc import Callable

    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

    from avi_portspec import Edition, Note, Statement, StatementSource
    from avi_portspec.tabular.lines import Line
    from sphinx_avi_portspec.pen import Pen

    Pieces = Sequence[str | nodes.Node]
    #: What endpoints are called, by their ids.
    _Names = Mapping[str, str]

__all__ = ["PortStatements", "setup_statements", "write_elsewhere"]

_HEADS: Final = (
    Head("Agreement", "avi-agree", 16),
    Head("Port", "avi-port", 14),
    Head("What is stated", "avi-need", 36),
    Head("Release", "avi-release", 14),
    Head("Source", "avi-cited", 24),
)
#: What stands where nothing matches, which says nothing of a firewall.
_NOTHING: Final = (
    "No matching statement of another source is known. That proves nothing."
)
_NONE: Final = "No other source."
_APART: Final = (
    "What other sources state is part of no answer. What is unseen proves "
    "nothing: the part of a port page that could state it was not seen."
)
#: The filters that leave what no source has out of the list.
_NARROW: Final = frozenset({"source", "agreement"})


class AviAgreementCell(AviProseCell):
    """What a statement does to the vendor's page; it heads its row."""

    html: ClassVar[str] = "avi-agree"


class AviReleaseCell(AviProseCell):
    """The releases that a statement is about."""

    html: ClassVar[str] = "avi-release"


class _Subject(NamedTuple):
    """What some statements are about.

    Attributes:
        record: What the vendor's page has on it; ``None`` for traffic that
            it does not have.
        statements: The statements.
    """

    record: Flow | Exclusion | Note | None
    statements: list[Statement]


class PortStatements(TableDirective):
    """What other sources state, beside the vendor's page, flow by flow."""

    option_spec: ClassVar[dict[str, Callable[[str], Any]]] = {
        **PortDirective.option_spec,
        **{
            name: partial(parse_filter, name, known=STATEMENT_FILTERS)
            for name in STATEMENT_FILTERS
        },
        "align": align,
        "edition": directives.unchanged_required,
        "sources": lambda word: directives.choice(
            word, ("folded", "below", "none")
        ),
        "width": directives.length_or_percentage_or_unitless,
    }

    def render(self, edition: Edition, pen: Pen) -> list[nodes.Node]:
        """Return the table, with the sources below it."""
        use_statements(self.env)
        pen.names = self.find_names(edition, statements=True)
        filters: dict[str, Terms] = {
            name: self.options[name]
            for name in STATEMENT_FILTERS
            if name in self.options
        }
        found = select_elsewhere(edition, filters)
        subjects = [*_list_subjects(edition, found, filters)]
        below = self._list_sources(pen, found, filters)
        if subjects:
            asked = filters.get("release", Terms((), ())).included
            names: dict[str, str] = {
                end.id: end.label for end in library().endpoints
            }
            names |= self.config.avi_portspec_labels
            names |= {end.id: end.label for end in edition.endpoints}
            rows = _make_rows(pen, edition, names, subjects, asked)
            table = make_lined_table(pen, _HEADS, rows)
        else:
            self.warn_of_nothing("statement")
            table = make_empty_table(pen, _NOTHING, headings=False)
        table["classes"] += ["avi-statements", *self.options.get("class", ())]
        if self.config.avi_portspec_source_line:
            below.append(pen.paragraph(Phrase(_APART)))
        made: list[nodes.Node] = [self.finish_table(table)]
        made += [AviBelow("", *below)] if below else []
        return [*self.parse_introduction(), AviBlock("", *made)]

    def find_home(self, edition: Edition) -> str | None:
        """Return the prefix of ids, if this is the home of all statements.

        The second such directive of a document is not.
        """
        chosen = {*STATEMENT_FILTERS, "no-index"}.intersection(self.options)
        is_taken = get_domain(self.env).is_home(self.env.docname, "")
        return None if chosen or is_taken else "avi-elsewhere"

    def _list_sources(
        self,
        pen: Pen,
        found: Iterable[Statement],
        filters: Mapping[str, Terms],
    ) -> list[nodes.Node]:
        """Return the sources of statements, the most trustworthy first.

        Some have none: they are there if all are, or if they are named.
        """
        place = self.options.get("sources", "folded")
        known = avi_portspec.sources()
        named = filters.get("source", Terms((), ())).included
        cited = {statement.stated_by for statement in found}
        cited |= {known[name].id for name in named}
        items = [
            [_describe_source(pen, source)]
            for source in known
            if not filters or source.id in cited
        ]
        if place == "none" or not items:
            return []
        many = "sources" if len(items) > 1 else "source"
        line = Filled(f"{{}} other {many}, in the order of trust", len(items))
        listed = pen.bullets(items, "avi-sources")
        if place == "below":
            return [pen.paragraph(line), listed]
        return [AviFolded("", pen.paragraph(line, kind=AviSummary), listed)]


def _list_subjects(
    edition: Edition,
    found: Sequence[Statement],
    filters: Mapping[str, Terms],
) -> Iterator[_Subject]:
    """Yield what statements are about, in the order of the vendor's page.

    What no source has is there as well, unless one is asked for by what it
    states.
    """
    asked = filters.get("flow", Terms((), ()))
    records = (*edition.flows, *edition.exclusions, *edition.notes)
    for record in records:
        if record.id in asked.excluded or (
            asked.included and record.id not in asked.included
        ):
            continue
        about = [each for each in found if record.id in each.about]
        is_silent = _NARROW.isdisjoint(filters) and isinstance(
            record, (Flow, Exclusion)
        )
        if about or is_silent:
            yield _Subject(record, about)
    known = {record.id for record in records}
    new: dict[tuple[str | None, str | None], list[Statement]] = {}
    for each in found:
        if known.isdisjoint(each.about):
            new.setdefault((each.source, each.destination), []).append(each)
    for same in new.values():
        yield _Subject(None, same)


def _make_rows(
    pen: Pen,
    edition: Edition,
    names: _Names,
    subjects: Iterable[_Subject],
    releases: Sequence[str],
) -> Iterator[nodes.row]:
    for subject in subjects:
        heading = _heading(edition, names, subject)
        cell = make_cell(pen, pen.paragraph(*heading))
        cell["morecols"] = len(_HEADS) - 1
        yield AviGroupRow("", cell)
        yield _page_row(pen, edition, subject, releases)
        for statement in subject.statements:
            yield _statement_row(pen, edition, names, subject, statement)


def _heading(
    edition: Edition, names: _Names, subject: _Subject
) -> Iterator[str | nodes.Node]:
    """Yield what a group of rows is about."""
    record = subject.record
    if record is None:
        text = _sides(names, subject.statements[0])
        yield nodes.strong(text, text)
    elif isinstance(record, (Flow, Exclusion)):
        text = _sides(names, record)
        yield nodes.strong(text, text)
    else:
        yield Phrase("Note")
        yield " "
        yield link(edition, "note", record.id, record.id, machine=True)
    if isinstance(record, Flow):
        yield ", "
        service = service_of(record)
        name = f"{port_of(record)}{f' ({service})' if service else ''}"
        yield link(edition, "flow", record.id, name)


def _sides(names: _Names, record: Flow | Exclusion | Statement) -> str:
    """Return who connects to whom, in the names of the project."""
    source, destination = (
        names[end] if end else "\N{HORIZONTAL ELLIPSIS}"
        for end in (record.source, record.destination)
    )
    return f"{source} \N{RIGHTWARDS ARROW} {destination}"


def _page_row(
    pen: Pen, edition: Edition, subject: _Subject, releases: Sequence[str]
) -> nodes.row:
    """Return the row of what the vendor's page has."""
    record = subject.record
    port: AviCell = write_compact(pen, AviWordCell, "")
    said: list[str | nodes.Node]
    more: list[Pieces] = []
    if isinstance(record, Flow):
        line, *silent = edition_lines(edition, [record])
        port = make_port_cell(pen, line.port)
        said = _write_need(line)
        more += [[Phrase(text)] for text in line.below]
        more += map(_write_need, silent)
    elif isinstance(record, Exclusion):
        said = [Phrase(NO_PORT_NEEDED)]
    elif record is not None:
        said = [Phrase(record.text)]
    else:
        said = [Phrase("Not on the vendor's port page.")]
    if record is not None:
        more += [] if subject.statements else [[Phrase(_NONE)]]
        more += _unseen(record.id, releases)
    return AviPlainRow(
        "",
        write_compact(pen, AviAgreementCell, "Port page", scope="row"),
        port,
        _said_cell(pen, said, more, "avi-need"),
        write_compact(
            pen, AviReleaseCell, edition.source.release or "not stated"
        ),
        _said_cell(
            pen,
            [link(edition, "edition", edition.id, edition.id)],
            (),
            "avi-cited",
        ),
    )


def _write_need(line: Line) -> list[str | nodes.Node]:
    tag, text = line.need
    said: list[str | nodes.Node] = [AviTag(tag, tag), " "] if tag else []
    return [*said, Phrase(text)] if text else said


def _unseen(record: str, releases: Sequence[str]) -> Iterator[Pieces]:
    """Yield what is known of the port pages of releases, or of all."""
    pages = [
        source
        for source in avi_portspec.sources()
        if source.port_page
        and (
            not releases
            or any(
                covers(span, release)
                for span in source.releases
                for release in releases
            )
        )
    ]
    for standing, verb in (("unstated", "Silent"), ("unseen", "Unseen")):
        spans = [
            span
            for page in pages
            if page.standing(record) == standing
            for span in page.releases
        ]
        if spans:
            many = "pages" if len(spans) > 1 else "page"
            message = f"{verb} on the port {many} of {{}}."
            yield [Filled(message, join("and", spans))]


def _statement_row(
    pen: Pen,
    edition: Edition,
    names: _Names,
    subject: _Subject,
    statement: Statement,
) -> nodes.row:
    ids = pen.claim("statement", statement.id)
    port: AviCell = write_compact(pen, AviWordCell, "")
    if statement.protocols:
        # It asks for no more of a flow than statements have.
        port = make_port_cell(pen, port_of(cast("Flow", statement)))
    record = subject.record
    is_same = record is None or all(
        getattr(statement, side) in {None, getattr(record, side, None)}
        for side in ("source", "destination")
    )
    said: list[str | nodes.Node] = []
    if not is_same:
        said.append(f"{_sides(names, statement)}. ")
    required = statement.requirement and REQUIREMENTS[statement.requirement]
    case = case_text(statement, edition.facets)
    case = ", ".join(filter(None, (required, case)))
    said += [Phrase(at_start(case))] if case else []
    name = str(statement.stated_by)
    source = avi_portspec.sources()[name]
    place = f", {statement.place}" if statement.place else ""
    return AviPlainRow(
        "",
        write_compact(pen, AviAgreementCell, statement.agreement, ids, "row"),
        port,
        _said_cell(
            pen,
            said,
            [[Phrase(text)] for text in remarks_of(statement)],
            "avi-need",
        ),
        write_compact(pen, AviReleaseCell, releases_text(statement)),
        _said_cell(
            pen,
            [link(edition, "source", name, source.title)],
            [[Phrase(at_start(KINDS[source.kind])), place]],
            "avi-cited",
        ),
    )


def _said_cell(
    pen: Pen, said: Pieces, more: Iterable[Pieces], name: str
) -> AviCell:
    """Return a cell of a paragraph, and of quieter ones below it."""
    paragraphs = [pen.paragraph(*said)] if said else []
    for pieces in more:
        paragraphs.append(pen.paragraph(*pieces))
        paragraphs[-1]["classes"].append("avi-sub")
    made = make_cell(pen, *(paragraphs or [pen.paragraph()]))
    made["classes"].append(name)
    made["role"] = "cell"
    return made


def _describe_source(pen: Pen, source: StatementSource) -> nodes.paragraph:
    """Return the entry of a source."""
    title = (
        nodes.inline(source.title, source.title)
        if source.url is None
        else nodes.reference(source.title, source.title, refuri=source.url)
    )
    pieces: list[str | nodes.Node] = [*pen.anchor("source", source.id), title]
    for text in source_lines(source):
        pieces += [" " if len(pieces) > 2 else ". ", Phrase(text)]  # noqa: PLR2004
    return pen.paragraph(*pieces)


def write_elsewhere(
    env: BuildEnvironment,
    pen: Pen,
    edition: Edition,
    record: Flow | Exclusion,
) -> list[str | nodes.Node]:
    """Return how many sources agree and so on, each number with a link.

    Args:
        env: The project's environment.
        pen: The directive's.
        edition: The edition.
        record: The flow, or the exclusion.
    """
    use_statements(env)
    pieces: list[str | nodes.Node] = []
    for count in count_agreements(avi_portspec.statements(flow=record.id)):
        pieces += [", "] if pieces else []
        inside = link(edition, "statement", count.first.id, str(count))
        words = AviWords(count.message, "", inside)
        words.phrases = (Filled(count.message, *count.numbers),)
        words.source, words.line = pen.source, pen.line
        pieces.append(words)
    return pieces or [Phrase("none")]


def setup_statements(app: Sphinx) -> None:
    """Add the directive and its cells."""
    for kind in (AviAgreementCell, AviReleaseCell):
        app.add_node(kind, override=True, html=(visit_cell, None))
    app.add_directive("avi-port-statements", PortStatements)
