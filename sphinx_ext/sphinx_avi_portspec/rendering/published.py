"""A table as the page has it: one cell for all that two endpoints need."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from docutils import nodes

from avi_portspec import ALWAYS, Exclusion, Flow, Pointer
from avi_portspec.model.display import ports_text
from sphinx_avi_portspec.rendering.cells import entry
from sphinx_avi_portspec.rendering.pen import Phrase
from sphinx_avi_portspec.rendering.words import REQUIREMENTS, condition

if TYPE_CHECKING:
    from avi_portspec import Edition
    from sphinx_avi_portspec.rendering.flat import Noted
    from sphinx_avi_portspec.rendering.marks import Marks
    from sphinx_avi_portspec.rendering.pen import Pen

__all__ = ["HEADINGS", "flow_pieces", "in_page_order", "published_rows"]

HEADINGS = ("Traffic source", "Traffic destination", "Ports to allow")


def in_page_order(
    edition: Edition, records: Iterable[Flow | Exclusion | Pointer]
) -> list[Flow | Exclusion | Pointer]:
    """Return flows, exclusions and pointers as the page has them."""
    wanted = {record.id: record for record in records}
    return [
        record
        for section in edition.sections
        for record in edition.stated_in(section.id)
        if record.id in wanted
    ]


def flow_pieces(
    edition: Edition, flow: Flow, reasons: Marks
) -> Iterator[str | nodes.Node]:
    """Yield what a table's cell or a list's bullet says about a flow.

    What goes without saying is left out: that a table's flow is required,
    and that any flow applies always.
    """
    ports = ports_text(flow)
    yield nodes.literal(ports, ports)
    yield from reasons.of_fields(flow, ("protocols", "ports", "icmp_types"))
    if flow.service:
        yield f" ({flow.service})"
        yield from reasons.of_fields(flow, ("service",))
    # A fact that goes without saying is still marked if it is inferred.
    marks = reasons.of_fields(flow, ("requirement",))
    is_listed = flow.citation.place == "bullet"
    if flow.requirement != "required" or marks or is_listed:
        yield ", "
        yield Phrase(REQUIREMENTS[flow.requirement])
        yield from marks
    marks = reasons.of_fields(flow, ("when",))
    if flow.when != ALWAYS or marks:
        yield ", "
        yield Phrase(condition(flow, edition))
        yield from marks
    if flow.replaces:
        yield ", "
        yield Phrase("in place of")
        for position, name in enumerate(flow.replaces):
            ports = ports_text(edition.flows[name])
            yield ", " if position else " "
            yield nodes.literal(ports, ports)
        yield from reasons.of_fields(flow, ("replaces",))


def published_rows(
    pen: Pen,
    edition: Edition,
    records: Sequence[Flow | Exclusion | Pointer],
    reasons: Marks,
    notes: Noted,
    *,
    linked: Mapping[str, str] = MappingProxyType({}),
) -> list[nodes.row]:
    """Return a row for each pair of endpoints, in page order.

    Args:
        pen: The directive's.
        edition: The edition.
        records: What the rows state, in page order.
        reasons: Where explanations are collected.
        notes: How notes are shown.
        linked: The sections that the same document shows, each with the
            id that it has there; pointers lead to these.
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
        for position, ((_, source, target), stated) in enumerate(same_source):
            row = nodes.row()
            if position == 0:
                spanning = _endpoint(
                    pen, edition, source, "source", same_source, reasons
                )
                if len(same_source) > 1:
                    spanning["morerows"] = len(same_source) - 1
                row += spanning
            row += _endpoint(
                pen,
                edition,
                target,
                "destination",
                [((), stated)],
                reasons,
            )
            row += entry(
                pen, *_cell(pen, edition, stated, reasons, notes, linked)
            )
            if notes.place == "column":
                marks = [
                    node
                    for record in stated
                    for node in notes.marks.of_notes(edition, record)
                ]
                row += entry(pen, pen.paragraph(*marks))
            rows.append(row)
    return rows


def _endpoint(  # noqa: PLR0917 - the parts of a cell
    pen: Pen,
    edition: Edition,
    name: str,
    field: str,
    groups: Iterable[tuple[Any, list[Any]]],
    reasons: Marks,
) -> nodes.entry:
    """Return the cell of an endpoint, with the marks of all its flows."""
    why: dict[str, Flow] = {}
    for _, records in groups:
        for record in records:
            for reason in (
                *getattr(record, "inferred", ()),
                *getattr(record, "readings", ()),
            ):
                if reason.field == field:
                    why.setdefault(reason.reason, record)
    marks = [
        node
        for flow in why.values()
        for node in reasons.of_fields(flow, (field,))
    ]
    anchor = pen.anchor("endpoint", name)
    text = edition.endpoints[name].name
    return entry(pen, pen.paragraph(*anchor, text, *marks))


def _cell(  # noqa: PLR0917 - the parts of a cell
    pen: Pen,
    edition: Edition,
    stated: Sequence[Flow | Exclusion | Pointer],
    reasons: Marks,
    notes: Noted,
    linked: Mapping[str, str],
) -> Iterator[nodes.paragraph]:
    """Yield a paragraph for each thing that is said of two endpoints."""
    for record in stated:
        if isinstance(record, Flow):
            pieces = [
                *pen.anchor("flow", record.id),
                *flow_pieces(edition, record, reasons),
            ]
            if record.purpose and not _told(edition, record):
                pieces += [". ", Phrase(record.purpose)]
        else:
            pieces = [Phrase(record.text)]
            if isinstance(record, Pointer):
                pieces += _targets(edition, record, linked)
        if notes.place == "below":
            pieces += notes.marks.of_notes(edition, record)
        yield pen.paragraph(*pieces)
    if notes.place != "none":
        # The page's remarks within the cell are among the notes.
        return
    shown = {record.id for record in stated}
    for note in edition.notes:
        if note.citation.place == "row" and shown.intersection(note.qualifies):
            anchor = pen.anchor("note", note.id)
            yield pen.paragraph(*anchor, Phrase(note.text))


def _told(edition: Edition, flow: Flow) -> bool:
    """Return whether a note says what a flow is for: once is enough."""
    return any(edition.notes[name].kind == "purpose" for name in flow.notes)


def _targets(
    edition: Edition, pointer: Pointer, linked: Mapping[str, str]
) -> Iterator[str | nodes.Node]:
    """Yield the sections that a pointer leads to, as links where it can."""
    for position, name in enumerate(pointer.targets):
        yield "; " if position else " "
        title = edition.sections[name].title
        if name in linked:
            yield nodes.reference(
                title, title, refid=linked[name], internal=True
            )
        else:
            yield Phrase(title)
