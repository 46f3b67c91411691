"""The rows of flows, in each layout that tables have."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from docutils import nodes

from avi_portspec import ALWAYS, Flow, InvalidQueryError, Pointer
from avi_portspec.model.display import ports_text
from avi_portspec.model.phrases import NO_PORT_NEEDED, NOT_DOCUMENTED
from avi_portspec.model.wording import REQUIREMENTS, when
from avi_portspec.tabular.columns import (
    BEYOND,
    COLUMNS,
    FLOWS,
    NEED_DECISION,
    Row,
    parse_columns,
)
from avi_portspec.tabular.lines import UNKNOWN
from sphinx_avi_portspec.cells import (
    AviCell,
    add_below,
    make_cell,
    make_text_cell,
    write_cell,
)
from sphinx_avi_portspec.messages import Phrase
from sphinx_avi_portspec.pen import AviTag, make_target

if TYPE_CHECKING:
    from collections.abc import Callable

    from avi_portspec import Edition, Exclusion
    from avi_portspec.tabular.columns import Column
    from sphinx_avi_portspec.marks import Marks, Noted
    from sphinx_avi_portspec.pen import Pen

    #: What a row of the published layout states.
    Statement = Flow | Exclusion | Pointer
    #: What fills the cells of a flow for a deployment, by column, and of an
    #: exclusion the columns about other sources.
    Decided = Mapping[str, Callable[[Any], Sequence[str | nodes.Node]]]

__all__ = [
    "DEFAULT_COLUMNS",
    "LAYOUTS",
    "NOTHING_MORE",
    "PUBLISHED_HEADINGS",
    "PUBLISHED_SHARES",
    "More",
    "cell_text",
    "describe_flow",
    "end_sentence",
    "find_columns",
    "find_last",
    "keep_near",
    "make_flat_rows",
    "make_published_rows",
    "make_statement_rows",
    "name_ends",
    "share_of",
    "sort_by_page",
]

#: The layouts of tables.
LAYOUTS: Final = ("grouped", "flat", "published")
PUBLISHED_HEADINGS = (
    "Traffic source",
    "Traffic destination",
    "Ports to allow",
)

#: The shares of their columns where a writer needs widths.
PUBLISHED_SHARES: Final = (22, 22, 56)

#: The columns of a flat table that names none.
DEFAULT_COLUMNS: Final = tuple(name for name in FLOWS if name != "id")

_ENDPOINTS = frozenset({"source", "destination"})
_PORTS: Final = frozenset({"ports", "port"})
#: The columns that a deployment fills.
_DECIDED: Final = NEED_DECISION | {"why"}
#: The columns that say what is not documented or not needed, best first.
_SAID: Final = ("decision", "requirement", "when")

#: The texts of columns, by the digest of their edition and the names in it:
#: hundreds of pages can show the same flows, and putting a condition into
#: words takes time.
_texts: dict[tuple[str, ...], dict[str, str]] = {}


class More(NamedTuple):
    """What a cell has besides its text.

    Attributes:
        marks: The marks behind it.
        below: More lines, set quieter.
    """

    marks: Sequence[nodes.Node] = ()
    below: Sequence[Sequence[str | nodes.Node]] = ()


NOTHING_MORE: Final = More()


def find_columns(text: str, *, decided: bool) -> tuple[Column, ...]:
    """Return the columns of a flat table, by their names.

    Args:
        text: The names, each with a heading where another one is wanted.
        decided: Whether a deployment is asked about. Its decision then
            stands for how strongly the vendor asks: ``needed`` beside
            ``optional`` would contradict it.

    Raises:
        UnknownNameError: There is no such column.
        InvalidQueryError: A column is asked for twice, or one that a
            deployment fills.
    """
    columns = parse_columns(text)
    names = [column.name for column in columns]
    if not decided:
        for name in names:
            if name in NEED_DECISION:
                raise InvalidQueryError(name, "a deployment", "none")
        return columns
    if "decision" in names:
        return tuple(c for c in columns if c.name != "requirement")
    before, after = COLUMNS["requirement"], COLUMNS["decision"]
    # A heading of the author's own stays.
    own = {c.name: c.heading for c in columns if c != before}
    heading = own.get("requirement", after.heading)
    return tuple(
        after._replace(heading=heading) if c.name == before.name else c
        for c in columns
    )


def share_of(column: Column) -> int:
    """Return a column's share of the width where a writer needs widths."""
    return min(max(column.width, 16), 36)


def cell_text(column: Column, row: Row) -> str:
    """Return the text of a cell: endpoints have their short names in tables.

    Files and programs have the full ones.
    """
    if column.name in _ENDPOINTS:
        end = getattr(row.flow, column.name)
        return str(row.edition.endpoints[end].label)
    return column.text(row)


def _write_column(edition: Edition, column: Column) -> dict[str, str]:
    """Return the text of each flow's cell in a column, by the flow's id."""
    key = edition.digest, column.name, *(e.label for e in edition.endpoints)
    found = _texts.get(key)
    if found is None:
        found = _texts[key] = {
            str(flow.id): cell_text(column, Row(flow, edition))
            for flow in edition.flows
        }
    return found


def find_last(headings: Sequence[Column], decided: Decided) -> int:
    """Return the number of the last column that can have a mark.

    Behind a port, a letter could be taken for a part of it, and behind what
    others state, for something about that.
    """
    words = [
        position
        for position, column in enumerate(headings)
        if column.name not in BEYOND
        and (column.kind != "machine" or column.name in decided)
    ]
    return words[-1] if words else len(headings) - 1


def make_flat_rows(  # noqa: PLR0917 - what every layout needs
    pen: Pen,
    edition: Edition,
    flows: Iterable[Flow],
    headings: Sequence[Column],
    says: Callable[[Flow, int], More],
    notes: Noted,
    decided: Decided,
) -> list[nodes.row]:
    """Return one row per flow.

    Args:
        pen: The directive's.
        edition: The edition.
        flows: The flows.
        headings: The columns.
        says: Returns what else the cell of a flow has, in the column of a
            number.
        notes: How notes are shown.
        decided: What fills the columns of a deployment.
    """
    rows = []
    marked = _find_marked_column(headings) if notes.place == "below" else -1
    columns = [(column, _write_column(edition, column)) for column in headings]
    ends = [column.name for column in headings if column.name in _ENDPOINTS]
    for flow in flows:
        # The row's first cell has all of its anchors.
        ids = pen.claim("flow", flow.id)
        for name in ends:
            ids += pen.claim("endpoint", getattr(flow, name))
        cells: list[AviCell] = []
        # Where a deployment reads its direction, it is not the edition's.
        is_read = flow is not edition.flows[flow.id]
        for position, (column, text_of) in enumerate(columns):
            more = says(flow, position)
            marks = [*more.marks]
            if position == marked:
                marks += notes.marks.mark_notes(edition, flow)
            if column.name in decided:
                anchors = [make_target(ids)] if ids else []
                pieces = decided[column.name](flow)
                cell = write_cell(pen, *anchors, *pieces, *marks)
            else:
                text = (
                    cell_text(column, Row(flow, edition))
                    if is_read
                    else text_of[flow.id]
                )
                cell = make_text_cell(pen, column.kind, text, ids, marks)
            cells.append(add_below(pen, cell, more.below))
            ids = []
        if notes.place == "column":
            marks = notes.marks.mark_notes(edition, flow)
            cells.append(write_cell(pen, *marks))
        rows.append(nodes.row("", *cells))
    return rows


def end_sentence(text: str) -> list[str]:
    """Return the full stop that a text lacks in running text."""
    return [] if text.endswith(".") else ["."]


def keep_near(
    flows: Collection[Flow], exclusions: Iterable[Exclusion]
) -> list[Exclusion]:
    """Return the exclusions to show beside flows: those of their sources.

    Where nothing else answers, that no port is needed is the answer.
    """
    sources = {flow.source for flow in flows}
    return [x for x in exclusions if not sources or x.source in sources]


def name_ends(
    edition: Edition, record: Flow | Exclusion
) -> tuple[str, str, str]:
    """Return the names of a record's ends, and what stands between them."""
    return (
        edition.endpoints[record.source].label,
        " \N{RIGHTWARDS ARROW} ",
        edition.endpoints[record.destination].label,
    )


def make_statement_rows(  # noqa: PLR0917 - what every layout needs
    pen: Pen,
    edition: Edition,
    records: Iterable[Flow | Exclusion],
    columns: Sequence[Column],
    notes: Noted,
    decided: Decided,
) -> list[nodes.row]:
    """Return a row for each flow that is not documented, and each exclusion.

    They have no port that a reader could take for one to open.

    Args:
        pen: The directive's.
        edition: The edition.
        records: The flows and the exclusions.
        columns: The table's columns.
        notes: How notes are shown.
        decided: What fills the columns of a deployment.
    """
    names = [column.name for column in columns]
    said = [name for name in _SAID if name in names]
    # What others state has a column of its own, if there is another one.
    own = [name for name in names if name not in BEYOND] or names
    at = names.index(said[0] if said else own[-1])
    whole = _ENDPOINTS.issubset(names)
    rows = []
    for record in records:
        texts = [
            _statement_text(edition, record, column) for column in columns
        ]
        if not whole and names[at] in _ENDPOINTS | _PORTS:
            texts[at] = ""
        ids = pen.claim("flow", record.id) if isinstance(record, Flow) else []
        cells = []
        for position, text in enumerate(texts):
            pieces: list[str | nodes.Node] = [text] if text else []
            if position == at:
                pieces += ["; "] if text else []
                # Without one of its ends, it would say more than it does.
                pieces += [] if whole else [*name_ends(edition, record), ": "]
                pieces.append(
                    AviTag(NOT_DOCUMENTED, NOT_DOCUMENTED)
                    if isinstance(record, Flow)
                    else Phrase(NO_PORT_NEEDED)
                )
            elif names[position] in decided and (
                isinstance(record, Flow) or names[position] in BEYOND
            ):
                pieces = [*decided[names[position]](record)]
            if position == 0 and ids:
                pieces.insert(0, make_target(ids))
            cells.append(write_cell(pen, *pieces))
            if position == len(columns) - 1 and notes.place == "column":
                marks = notes.marks.mark_notes(edition, record)
                cells.append(write_cell(pen, *marks))
        rows.append(nodes.row("", *cells))
    return rows


def _statement_text(
    edition: Edition, record: Flow | Exclusion, column: Column
) -> str:
    """Return what a cell says of what is not documented, or not needed."""
    if column.name in _DECIDED:
        return ""
    if column.name in _PORTS:
        return Phrase(UNKNOWN if isinstance(record, Flow) else "none")
    if isinstance(record, Flow):
        hidden = column.name in {"protocol", "requirement"}
        return "" if hidden else _write_column(edition, column)[record.id]
    if column.name in _ENDPOINTS:
        return str(edition.endpoints[getattr(record, column.name)].label)
    if column.name in {"id", "citation"}:
        return str(getattr(record, column.name))
    return ""


def _find_marked_column(headings: Sequence[Column]) -> int:
    """Return the number of the column with the marks of notes."""
    names = [heading.name for heading in headings]
    for name in ("ports", "port"):
        if name in names:
            return names.index(name)
    return len(names) - 1


def sort_by_page(
    edition: Edition, records: Iterable[Statement]
) -> list[Statement]:
    """Return flows, exclusions and pointers in the vendor's order."""
    ids = {record.id for record in records}
    return [
        record
        for section in edition.sections
        for record in edition.stated_in(section.id)
        if record.id in ids
    ]


def describe_flow(
    edition: Edition, flow: Flow, reasons: Marks
) -> Iterator[str | nodes.Node]:
    """Yield a flow in words, as a table's cell or a list's bullet has it.

    Two things are left out: that a flow in a table is required, and that a
    flow always applies.
    """
    ports = ports_text(flow)
    yield nodes.literal(ports, ports)
    yield from reasons.mark_fields(flow, ("protocols", "ports", "icmp_types"))
    if flow.service:
        yield f" ({flow.service})"
        yield from reasons.mark_fields(flow, ("service",))
    # They are not left out if a mark belongs to them.
    marks = reasons.mark_fields(flow, ("requirement",))
    is_listed = flow.citation.place == "bullet"
    if flow.requirement != "required" or marks or is_listed:
        yield ", "
        yield Phrase(REQUIREMENTS[flow.requirement])
        yield from marks
    marks = reasons.mark_fields(flow, ("when",))
    if flow.when != ALWAYS or marks:
        yield ", "
        yield Phrase(when(flow, edition.facets))
        yield from marks
    if flow.replaces:
        yield ", "
        yield Phrase("in place of")
        for position, name in enumerate(flow.replaces):
            ports = ports_text(edition.flows[name])
            yield ", " if position else " "
            yield nodes.literal(ports, ports)
        yield from reasons.mark_fields(flow, ("replaces",))


def make_published_rows(
    pen: Pen,
    edition: Edition,
    records: Sequence[Statement],
    reasons: Marks,
    notes: Noted,
    *,
    linked: Mapping[str, str] = MappingProxyType({}),
) -> list[nodes.row]:
    """Return one row per pair of endpoints, in the vendor's order.

    Args:
        pen: The directive's.
        edition: The edition.
        records: What the rows state, in the vendor's order.
        reasons: Collects the explanations.
        notes: How notes are shown.
        linked: The ids of the sections in the same document, to which
            pointers link.
    """
    pairs = [
        (pair, list(found))
        for pair, found in groupby(
            records, key=lambda r: (r.section, r.source, r.destination)
        )
    ]
    rows = []
    for _, found in groupby(pairs, key=lambda pair: pair[0][1]):
        same_source = list(found)
        spanned = [record for _, stated in same_source for record in stated]
        for position, ((_, source, target), stated) in enumerate(same_source):
            row = nodes.row()
            apart = [
                field
                for field, of in (
                    ("source", spanned),
                    ("destination", stated),
                )
                if not _share_reason(of, field, reasons)
            ]
            if position == 0:
                spanning = _endpoint(
                    pen, edition, source, "source", spanned, reasons
                )
                if len(same_source) > 1:
                    spanning["morerows"] = len(same_source) - 1
                row += spanning
            row += _endpoint(
                pen, edition, target, "destination", stated, reasons
            )
            row += make_cell(
                pen,
                *_cell(pen, edition, stated, apart, reasons, notes, linked),
            )
            if notes.place == "column":
                row += make_cell(
                    pen, *_note_lines(pen, edition, stated, notes)
                )
            rows.append(row)
    return rows


def _note_lines(
    pen: Pen, edition: Edition, stated: Sequence[Statement], notes: Noted
) -> Iterator[nodes.paragraph]:
    """Yield the marks of the notes on each statement, behind its ports."""
    for record in stated:
        marks = notes.marks.mark_notes(edition, record)
        lead: list[str | nodes.Node] = []
        if len(stated) > 1 and isinstance(record, Flow):
            ports = ports_text(record)
            lead = [nodes.literal(ports, ports), ": "]
        if marks:
            yield pen.paragraph(*lead, *marks)


def _endpoint(  # noqa: PLR0917 - the parts of a cell
    pen: Pen,
    edition: Edition,
    name: str,
    field: str,
    records: Sequence[Statement],
    reasons: Marks,
) -> nodes.entry:
    """Return the cell of an endpoint, with the marks that all records share.

    Where only some of the records have an explanation, it stands with them:
    the others state the endpoint, and a mark would deny that.
    """
    why = dict.fromkeys(
        (lead, reason.reason)
        for record in records
        for lead, reason in reasons.list_reasons(record)
        if reason.field == field and _share_reason(records, field, reasons)
    )
    marks = [node for lead, text in why for node in reasons.mark(lead, text)]
    anchor = pen.anchor("endpoint", name)
    text = edition.endpoints[name].name
    return write_cell(pen, *anchor, text, *marks)


def _share_reason(
    records: Iterable[Statement], field: str, reasons: Marks
) -> bool:
    """Return whether a field needs an explanation in all of some records."""
    return all(
        any(
            reason.field == field for _, reason in reasons.list_reasons(record)
        )
        for record in records
    )


def _mark_apart(
    flow: Flow, fields: Collection[str], reasons: Marks
) -> Iterator[nodes.Node]:
    """Yield the marks of endpoints that do not belong to their cells."""
    for lead, reason in reasons.list_reasons(flow):
        if reason.field in fields:
            yield from reasons.mark(f"{lead} ({reason.field})", reason.reason)


def _cell(  # noqa: PLR0917 - the parts of a cell
    pen: Pen,
    edition: Edition,
    stated: Sequence[Statement],
    apart: Collection[str],
    reasons: Marks,
    notes: Noted,
    linked: Mapping[str, str],
) -> Iterator[nodes.paragraph]:
    """Yield one paragraph per statement about two endpoints."""
    for record in stated:
        if isinstance(record, Flow):
            pieces = [
                *pen.anchor("flow", record.id),
                *describe_flow(edition, record, reasons),
            ]
            pieces += _mark_apart(record, apart, reasons)
            # A note that states the purpose is shown too.
            kinds = {edition.notes[name].kind for name in record.notes}
            if record.purpose and "purpose" not in kinds:
                pieces += [". ", Phrase(record.purpose)]
                pieces += end_sentence(record.purpose)
        else:
            pieces = [Phrase(record.text)]
            if isinstance(record, Pointer):
                pieces += _targets(edition, record, linked)
        if notes.place == "below":
            pieces += notes.marks.mark_notes(edition, record)
        yield pen.paragraph(*pieces)
    if notes.place != "none":
        # The remarks in the vendor's cell are among the notes.
        return
    shown = {record.id for record in stated}
    for note in edition.notes:
        if note.citation.place == "row" and shown.intersection(note.qualifies):
            anchor = pen.anchor("note", note.id)
            yield pen.paragraph(*anchor, Phrase(note.text))


def _targets(
    edition: Edition, pointer: Pointer, linked: Mapping[str, str]
) -> Iterator[str | nodes.Node]:
    """Yield the sections that a pointer names, as links if shown."""
    for position, name in enumerate(pointer.targets):
        yield "; " if position else " "
        title = edition.sections[name].title
        if name in linked:
            yield nodes.reference(
                title, title, refid=linked[name], internal=True
            )
        else:
            yield Phrase(title)
