"""An answer as a document: headings, paragraphs, lists and tables.

What a document says is decided here, once, for every format.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from avi_portspec.documents.blocks import (
    Block,
    Bullets,
    Code,
    Document,
    Heading,
    Paragraph,
    Table,
)
from avi_portspec.exporters.report import disclaimer, exclusion_text
from avi_portspec.exporters.request import (
    Change,
    change_of,
    mark,
    ports_of,
    why_of,
    without_it,
)
from avi_portspec.model.flat import reason_of
from avi_portspec.model.phrases import DIRECTION_UNCLEAR
from avi_portspec.model.wording import (
    ASK_DIRECTION,
    DECLINED_BY_SITE,
    OUT_OF_SCOPE,
    deployment_rows,
    reason_marks,
    uncapitalise,
)
from avi_portspec.tabular.columns import COLUMNS, Row
from avi_portspec.tabular.lines import Footnotes, Line

if TYPE_CHECKING:
    from avi_portspec.exporters.report import Report

__all__ = [
    "answer_document",
    "ticket_document",
]


#: Where one sentence ends and the next begins.
_SENTENCES: Final = re.compile(r"(?<=\.) ")

_NO_DEPLOYMENT = (
    "No deployment was given. Whether a row applies depends on its condition, "
    "and rows can be alternatives to one another."
)


def answer_document(report: Report) -> Document:
    """Return an answer as a document to read."""
    return Document(report.title, tuple(_answer(report)))


def _answer(report: Report) -> Iterator[Block]:
    yield Paragraph(f"Data: {report.stamp}.")
    yield Paragraph(OUT_OF_SCOPE)
    yield Paragraph(disclaimer(report))
    yield from _deployment(report)
    yield Heading("Ports to open")
    change = change_of(report)
    lines = (*change.needed, *change.optional)
    notes = Footnotes(lines)
    yield _lines_table(change, lines, notes)
    told = [f"Conflict: {text}" for text, _ in change.conflicts]
    told += [text for text, _ in change.undocumented]
    yield from _undocumented(
        report,
        (
            *told,
            *(
                f"{_ends(row)} ({row.flow.id}). {_why(row)} "
                f"[{row.flow.citation}]{_origin(row)}"
                for row in report.unstated
            ),
        ),
    )
    yield from _withheld(change, DIRECTION_UNCLEAR, DECLINED_BY_SITE)
    if report.not_needed:
        yield Heading("Not needed for this deployment")
        yield Bullets(
            tuple(
                f"{row.flow.id}, {row.pair}: {reason_of(row)}{_origin(row)}"
                for row in report.not_needed
            )
        )
    yield from _exclusions(report)
    if notes.texts():
        yield Heading("Assumptions")
        yield _footnotes(notes)
    yield from _notes(report)


def _withheld(change: Change, *headings: str) -> Iterator[Block]:
    """Yield what applies and gets no port, under some of its headings."""
    for heading, found in change.withheld.items():
        if heading not in headings:
            continue
        yield Heading(heading)
        if heading == DIRECTION_UNCLEAR:
            yield Paragraph(f"No port is listed for these. {ASK_DIRECTION}")
        yield Bullets(tuple(f"{text} ({flow})" for text, flow in found))


def _lines_table(
    change: Change, lines: Sequence[Line], notes: Footnotes
) -> Block:
    """Return the table of a document: a row a flow, by source."""
    if not lines:
        return Paragraph("Ports to open: none.")
    report = change.report
    has_sites = any(line.flows[0].origin for line in lines)
    headings = ["Source", "Destination", "Ports", "Service"]
    headings += ["Needed" if report.deployment is None else "Why", "Flow"]
    if report.inventory is not None:
        headings[:2] = [
            *("Source", "Source address"),
            *("Destination", "Destination address"),
        ]
    if has_sites:
        headings.append(COLUMNS["origin"].heading)
    rows = []
    for line in lines:
        (flow,) = line.flows
        cells = [*change.ends(line)]
        if report.inventory is not None:
            source, destination = change.addresses(line)
            cells = [cells[0], source, cells[1], destination]
        why = mark(why_of(line, change), notes.letter(line))
        cells += [str(line.port), line.service, why, flow.id]
        if has_sites:
            row = Row(flow, report.edition)
            origin = (COLUMNS["origin"].text(row), flow.reference)
            cells.append(", ".join(filter(None, origin)))
        rows.append(tuple(cells))
    return Table(
        "Ports to open", tuple(headings), tuple(rows), names_rows=False
    )


def _footnotes(notes: Footnotes) -> Bullets:
    return Bullets(
        tuple(f"[{letter}] {text}" for letter, text in notes.texts())
    )


def ticket_document(report: Report) -> Document:
    """Return an answer as a firewall change request."""
    change = change_of(report)
    title = f"Firewall change request: {change.title}"
    return Document(title, tuple(_ticket(change)))


def _ticket(change: Change) -> Iterator[Block]:
    rules = change.rules
    notes = Footnotes([*(rule.line for rule in rules), *change.optional])
    yield Table("Request", ("Field", "Entry"), change.fields)
    if change.conflicts:
        yield Heading("Conflicts")
        yield Paragraph(
            "Needed, and in no rule: no supported port is documented. Ask the "
            "vendor before you approve this request."
        )
        yield Bullets(tuple(text for text, _ in change.conflicts))
    yield from _withheld(change, DIRECTION_UNCLEAR)
    yield from _allowed(change, notes)
    yield Heading("Optional, not requested")
    if change.optional:
        effects, shared = _share_end(map(without_it, change.optional))
        optional = tuple(
            (
                *_sides(change, line),
                "\n".join(ports_of([line])),
                mark(effect, notes.letter(line)),
            )
            for line, effect in zip(change.optional, effects, strict=True)
        )
        yield Table(
            "Optional",
            ("Source", "Destination", "Protocol and ports", "Without it"),
            optional,
            names_rows=False,
        )
        if shared:
            yield Paragraph(f"In each case: {uncapitalise(shared)}")
    else:
        yield Paragraph(f"{change.nothing}.")
    yield from _withheld(change, DECLINED_BY_SITE)
    yield Heading(change.silent_heading)
    if change.undocumented:
        accepted = change.report.accepted_lines
        but = ", but for what is accepted" if accepted else ""
        yield Paragraph(
            f"Not requested{but}. Decide about these before you rely on a "
            "default deny:"
        )
        yield Bullets(tuple(text for text, _ in change.undocumented))
        yield Paragraph(OUT_OF_SCOPE)
    else:
        text = change.nothing
        if change.conflicts:
            text = "Only the port of each conflict above"
        yield Paragraph(f"{text}. {OUT_OF_SCOPE}")
    yield from _beside(change.report, is_request=True)
    yield Heading("Assumptions")
    if notes.texts():
        yield _footnotes(notes)
    else:
        yield Paragraph(f"{change.nothing}.")
    yield Paragraph(f"{disclaimer(change.report)} {change.digest}")
    yield Code(change.command, "Flow ids and citations:")


def _allowed(change: Change, notes: Footnotes) -> Iterator[Block]:
    """Yield the rules that are requested, and what a site accepts there."""
    rules = change.rules
    yield Heading("Allow (stateful; replies are implied)")
    yield from (Paragraph(f"Caution: {text}") for text in change.cautions)
    if rules:
        headings = (
            *("Rule", "Source", "Destination", "Protocol and ports", "Why"),
        )
        rows = tuple(
            (
                str(rule.number),
                *_sides(change, rule.line),
                "\n".join(rule.ports),
                mark(rule.why, notes.letter(rule.line)),
            )
            for rule in rules
        )
        yield Table("Rules", headings, rows)
    else:
        yield Paragraph("No rule is requested.")
    if change.advice:
        yield Paragraph(" ".join(change.advice))
    if accepted := change.report.accepted_lines:
        text = "Accepted by the site, and not on the vendor's port page:"
        yield Paragraph(text)
        yield Bullets(accepted)


def _share_end(texts: Iterable[str]) -> tuple[list[str], str]:
    """Return texts without the sentences that all end with, and these."""
    parts = [_SENTENCES.split(text) for text in texts]
    shared: list[str] = []
    while (
        len(parts) > 1
        and all(len(sentences) > 1 for sentences in parts)
        and len({sentences[-1] for sentences in parts}) == 1
    ):
        shared[:0] = {sentences.pop() for sentences in parts}
    return [" ".join(sentences) for sentences in parts], " ".join(shared)


def _sides(change: Change, line: Line) -> tuple[str, str]:
    """Return both ends, each with its addresses on a line below."""
    source, destination = (
        "\n".join(filter(None, both))
        for both in zip(change.ends(line), change.addresses(line), strict=True)
    )
    return source, destination


def _why(row: Row) -> str:
    """Return the reason, and what in it the vendor does not state."""
    marks = reason_marks(row.flow.inferred, row.flow.readings)
    return " ".join([reason_of(row), *marks])


def _ends(row: Row) -> str:
    source, destination = COLUMNS["source"], COLUMNS["destination"]
    return f"{source.text(row)} to {destination.text(row)}, {row.pair}"


def _origin(row: Row) -> str:
    """Return the overlay that a row comes from, if it is not the vendor's."""
    origin = ", ".join(filter(None, (row.flow.origin, row.flow.reference)))
    return f" Origin: {origin}." if origin else ""


def _deployment(report: Report) -> Iterator[Block]:
    yield Heading("Deployment")
    if report.deployment is not None:
        rows = deployment_rows(report.deployment, report.edition.facets)
        yield Table("Deployment", ("Setting", "Value"), rows)
    else:
        yield Paragraph(_NO_DEPLOYMENT)


def _undocumented(report: Report, lines: tuple[str, ...]) -> Iterator[Block]:
    """Yield what is not documented, or that there is nothing."""
    yield Heading("Not documented")
    if lines:
        yield Bullets(lines)
    else:
        yield Paragraph(
            "No undocumented flows."
            if report.deployment is None
            else "No gaps found for this deployment."
        )
    yield from _beside(report)


def _beside(report: Report, *, is_request: bool = False) -> Iterator[Block]:
    """Yield what other sources state on traffic that is no flow.

    After it, if it was asked for, whatever else they state. A request says
    how much that is: it stands below what the vendor does not document, and a
    board does not decide about it.
    """
    more = " Nothing of it is requested." if is_request else ""
    if text := report.beside(None, is_brief=is_request):
        is_partly = is_request and report.accepted_lines
        only = " Of it, only what is accepted is requested."
        yield Paragraph(f"{text}{only if is_partly else more}")
    if report.beyond_lines:
        yield Paragraph(f"Stated elsewhere, and part of no answer.{more}")
        yield Bullets(report.beyond_lines)


def _exclusions(report: Report) -> Iterator[Block]:
    if report.exclusions:
        yield Heading("Not required, according to the vendor")
        yield Bullets(
            tuple(
                f"{exclusion_text(report.edition, exclusion)} "
                f"[{exclusion.citation}]"
                for exclusion in report.exclusions
            )
        )


def _notes(report: Report) -> Iterator[Block]:
    if report.notes:
        yield Heading("Notes")
        yield Bullets(
            tuple(f"{note.text} [{note.citation}]" for note in report.notes)
        )
