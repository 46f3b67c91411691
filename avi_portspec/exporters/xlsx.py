"""A workbook for Excel, LibreOffice and change boards (Office Open XML)."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import datetime
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from avi_portspec.documents.spreadsheet import is_formula
from avi_portspec.documents.text import width as columns_of
from avi_portspec.errors import MissingExtraError
from avi_portspec.exporters.report import disclaimer
from avi_portspec.exporters.request import (
    Change,
    change_of,
    mark,
    why_of,
    without_it,
)
from avi_portspec.model.phrases import (
    DIRECTION_UNCLEAR,
    NOT_DOCUMENTED,
    OPTIONAL,
)
from avi_portspec.model.wording import (
    ASK_DIRECTION,
    DECLINED_BY_SITE,
    OUT_OF_SCOPE,
)
from avi_portspec.tabular.lines import Footnotes

if TYPE_CHECKING:
    from avi_portspec.exporters.report import Report
    from avi_portspec.model.ports import ProtocolPorts
    from avi_portspec.tabular.lines import Line

__all__ = ["write"]

_Cell: TypeAlias = str | int | None

#: The day that every workbook says it was made on: a clock would make each
#: one differ. It is the day of the zip format's own zero.
_CREATED: Final = datetime(1980, 1, 1)  # noqa: DTZ001 - as the format has it
#: The most characters of a cell ("Excel specifications and limits").
_CELL: Final = 32767
_CUT: Final = " ... (cut here: the cell is full; the json format has the rest)"

#: The columns of the rules, with their widths in characters: together they
#: can be read on A4 in landscape.
_RULES: Final = (
    ("Rule", 5),
    ("Source", 23),
    ("Source address", 16),
    ("Destination", 20),
    ("Destination address", 16),
    ("Protocol", 10),
    ("Port", 8),
    ("Service", 11),
    ("Needed", 10),
    ("Why", 40),
)
#: The most characters of a line above them, which paper would cut.
_PAPER: Final = sum(width for _, width in _RULES) * 9 // 8
#: The row of the headings, counted from 0: five lines go before.
_HEAD: Final = 5
#: What stands in rows 4 and 5 for somebody to fill in, and in which column.
_BY_HAND: Final = {
    "Requested by": (3, 0),
    "Approved by": (3, 3),
    "Valid until": (3, 6),
    "Date": (4, 0),
    "Change window": (4, 3),
}
#: What the notes have of the request.
_NOTED: Final = {"Addresses", "Rollback", "Test"}
_OPTIONAL: Final = "optional"
#: What is counted of the flows that apply and are not requested.
_COUNTED: Final = {
    DIRECTION_UNCLEAR: "with unclear direction",
    DECLINED_BY_SITE: "declined by the site",
}
#: What stands for a need whose decision depends on the deployment.
_DEPENDS: Final = "depends"
_ADVICE: Final = {DIRECTION_UNCLEAR: ASK_DIRECTION}
_NONE: Final = "nothing undocumented"
#: What stands for the ids of flows where the vendor states none.
_NO_FLOW: Final = "none stated"
#: The height of a line, and the most that a row can have, in points.
_LINE: Final = 15
_ROW: Final = 409


class _Formats(NamedTuple):
    """How cells look: XlsxWriter's formats."""

    title: Any
    line: Any
    heading: Any
    text: Any
    #: Text that would be a formula once somebody edits the cell: marked as
    #: text for good, as an apostrophe typed before it would.
    marked: Any
    #: A name that the row above has too.
    again: Any
    optional: Any


def write(report: Report) -> bytes:
    """Return a report as a workbook.

    Raises:
        MissingExtraError: The extra ``xlsx`` is not installed.
    """
    try:
        import xlsxwriter
    except ImportError:
        raise MissingExtraError("writing workbooks", "xlsx") from None
    file = io.BytesIO()
    # No text is ever taken for anything but text.
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    with xlsxwriter.Workbook(file, options) as book:
        book.set_properties(
            {
                "title": report.title,
                "subject": report.stamp,
                "comments": disclaimer(report),
                "author": "avi-portspec, unofficial",
                "created": _CREATED,
            }
        )
        wrapped = {
            "text_wrap": True,
            "valign": "top",
            "align": "left",
            "bottom": 1,
            "bottom_color": "#D9D9D9",
        }
        white = {"bold": True, "font_color": "#FFFFFF", "bg_color": "#33475B"}
        looks = _Formats(
            title=book.add_format({"bold": True, "font_size": 14}),
            line=book.add_format({"font_color": "#404040"}),
            heading=book.add_format({**wrapped, **white}),
            text=book.add_format(wrapped),
            marked=book.add_format({**wrapped, "quote_prefix": True}),
            again=book.add_format({"font_color": "#6B6B6B"}),
            optional=book.add_format({"italic": True, "bg_color": "#F2F2F2"}),
        )
        change = change_of(report)
        lines = (*change.needed, *change.optional)
        notes = Footnotes(lines)
        sheet = book.add_worksheet("Rules")
        _write_top(sheet, change, looks)
        rows = [*_rule_rows(change, lines, notes)]
        _fill(sheet, _RULES, rows, looks, _HEAD)
        _colour(sheet, len(rows), looks)
        for name, columns, cells in _sheets(change, notes):
            if cells:
                _fill(book.add_worksheet(name), columns, cells, looks)
        stamp = (
            f"&L{report.edition.id}, SHA-256 {report.edition.digest[:12]}"
            "&RPage &P of &N"
        )
        for made in book.worksheets():
            made.set_footer(stamp)
    return file.getvalue()


# -- the rules ----------------------------------------------------------------


def _write_top(sheet: Any, change: Change, looks: _Formats) -> None:
    """Write what stands above the rules; no cells are merged."""
    sheet.write_string(0, 0, f"Firewall rules: {change.title}", looks.title)
    # Flows are counted, as above every table; what is no flow, by its text.
    undocumented = {
        name
        for text, ids in change.undocumented
        for name in (ids.split(", ") if ids else [text])
    }
    silent = [
        f"{len(found)} {text}"
        for found, text in (
            (change.conflicts, "in conflict"),
            (undocumented, "not documented"),
            *(
                (found, _COUNTED[heading])
                for heading, found in change.withheld.items()
            ),
        )
        if found
    ]
    needs = [_needed(change, line) for line in change.needed]
    depending = needs.count(_DEPENDS)
    counts = ", ".join(
        (
            f"{len(needs) - depending} needed",
            *([f"{depending} under a condition"] if depending else []),
            f"{len(change.optional)} optional",
            *(silent or [_NONE]),
        )
    )
    deployment = change.deployment.rstrip(".")
    stateful, more = (
        "Stateful: replies are implied.",
        "The sheet Provenance has",
    )
    for row, texts in enumerate(
        (
            (
                f"Deployment: {deployment}. {counts}.",
                f"{counts}. {more} the deployment.",
            ),
            (
                f"Basis: {change.basis}. {stateful} {more} the digest.",
                f"Basis: {change.basis}. {stateful}",
                f"{stateful} {more} the basis and the digest.",
            ),
        ),
        start=1,
    ):
        fits = [text for text in texts if columns_of(text) <= _PAPER]
        sheet.write_string(row, 0, (*fits, texts[-1])[0], looks.line)
    for name, (row, column) in _BY_HAND.items():
        sheet.write_string(row, column, f"{name}:", looks.line)


def _rule_rows(
    change: Change, lines: Sequence[Line], notes: Footnotes
) -> Iterator[Sequence[_Cell]]:
    """Yield a row per flow, protocol and port range.

    Each has the number that its rule has in a ticket; what is not requested
    has none.
    """
    numbers = {
        line.flows: rule.number for rule in change.rules for line in rule.lines
    }
    for line in lines:
        names, addresses = change.ends(line), change.addresses(line)
        why = why_of(line, change)
        if line.need.tag == OPTIONAL:
            why += f". Without it: {without_it(line)}"
        for pair in line.flows[0].protocol_ports():
            yield (
                numbers.get(line.flows),
                names[0],
                addresses[0] or None,
                names[1],
                addresses[1] or None,
                pair.protocol.label,
                _port(pair),
                line.service or None,
                _needed(change, line),
                mark(why, notes.letter(line)),
            )


def _port(pair: ProtocolPorts) -> _Cell:
    """Return a port as a number; a range or a message as text."""
    if pair.ports is not None and pair.ports.low == pair.ports.high:
        return pair.ports.low
    return pair.number.removesuffix(" request") or None


def _needed(change: Change, line: Line) -> str:
    if line.need.tag == OPTIONAL:
        return _OPTIONAL
    if change.report.deployment is None and line.need.text != "Always":
        return _DEPENDS
    return "yes"


def _colour(sheet: Any, rows: int, looks: _Formats) -> None:
    """Grey what is optional, and the names that the row above has too."""
    first, last = _HEAD + 1, _HEAD + rows
    if rows:
        sheet.conditional_format(
            *(first, 0, last, len(_RULES) - 1),
            {
                "type": "formula",
                "criteria": f'=$I{first + 1}="{_OPTIONAL}"',
                "format": looks.optional,
            },
        )
    if rows > 1:
        sheet.conditional_format(
            *(first + 1, 1, last, 4),
            {
                "type": "formula",
                "criteria": (
                    f"=AND($B{first + 2}=$B{first + 1},"
                    f"$D{first + 2}=$D{first + 1})"
                ),
                "format": looks.again,
            },
        )


# -- the other sheets ---------------------------------------------------------


_Sheet: TypeAlias = (
    "tuple[str, Sequence[tuple[str, int]], Sequence[Sequence[_Cell]]]"
)


def _sheets(change: Change, notes: Footnotes) -> Iterator[_Sheet]:
    """Yield each other sheet: its name, its columns, and its rows."""
    report = change.report
    yield (
        "Not documented",
        (("Kind", 16), ("What is not documented", 90), ("Flows", 44)),
        [
            *(("Conflict", text, flow) for text, flow in change.conflicts),
            *(
                (NOT_DOCUMENTED, text, ids or _NO_FLOW)
                for text, ids in change.undocumented
            ),
            *(
                ("Elsewhere", found.text, _NO_FLOW)
                for found in report.elsewhere
                if found.gap is None
            ),
            *(("Elsewhere", text, _NO_FLOW) for text in report.beyond_lines),
        ],
    )
    yield (
        "Not requested",
        (("Kind", 20), ("What applies, and is in no rule", 90), ("Flow", 38)),
        [
            (kind, f"{text} {_ADVICE.get(kind, '')}".rstrip(), flow)
            for kind, found in change.withheld.items()
            for text, flow in found
        ],
    )
    yield (
        "Notes",
        (("Note", 14), ("Text", 134)),
        [
            *((f"[{letter}]", text) for letter, text in notes.texts()),
            *(("Caution", text) for text in change.cautions),
            *(("Advice", text) for text in change.advice),
            *(field for field in change.fields if field[0] in _NOTED),
        ],
    )
    source = report.edition.source
    yield (
        "Provenance",
        (("Property", 24), ("Value", 124)),
        [
            ("Edition", report.made_from["edition"]),
            ("Title", report.edition.title),
            ("Data version", report.made_from["data_version"]),
            ("SHA-256 of the data", report.made_from["digest"]),
            ("Vendor's page", source.title),
            ("Published at", source.location),
            ("Release", source.release or "not stated"),
            *((("Address", source.url),) if source.url else ()),
            ("Basis", change.basis),
            ("Deployment", change.deployment),
            ("Ids and citations, from", change.command),
            ("Scope", OUT_OF_SCOPE),
            ("Disclaimer", disclaimer(report)),
        ],
    )


def _fill(
    sheet: Any,
    columns: Sequence[tuple[str, int]],
    rows: Sequence[Sequence[_Cell]],
    looks: _Formats,
    head: int = 0,
) -> None:
    """Write a table whose headings are in a row; they stay and filter."""
    for at, (heading, width) in enumerate(columns):
        sheet.set_column(at, at, width)
        sheet.write_string(head, at, heading, looks.heading)
    widths = [width for _, width in columns]
    _fit_height(sheet, head, [heading for heading, _ in columns], widths)
    for below, row in enumerate(rows, start=head + 1):
        for at, cell in enumerate(row):
            if isinstance(cell, int):
                sheet.write_number(below, at, cell, looks.text)
            elif cell is None:
                sheet.write_blank(below, at, None, looks.text)
            else:
                look = looks.marked if is_formula(cell) else looks.text
                sheet.write_string(below, at, _fit(cell), look)
        _fit_height(sheet, below, row, widths)
    sheet.freeze_panes(head + 1, 1)
    sheet.autofilter(head, 0, head + len(rows), len(columns) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(head)
    sheet.print_area(0, 0, head + len(rows), len(columns) - 1)
    sheet.set_margins(left=0.5, right=0.5)


def _fit_height(
    sheet: Any, at: int, row: Sequence[_Cell], widths: Sequence[int]
) -> None:
    """Make a row as high as its texts, which not every program does."""
    # Widths count digits, and letters are narrower.
    rooms = [width * 9 // 8 for width in widths]
    lines = max(
        max(len(wrap(cell, room)), -(-columns_of(cell) // room))
        if isinstance(cell, str)
        else 1
        for cell, room in zip(row, rooms, strict=True)
    )
    if lines > 1:
        sheet.set_row(at, min(lines * _LINE, _ROW))


def _fit(text: str) -> str:
    """Return a text as long as a cell can be; that it was cut, it says."""
    # The format counts UTF-16 units, of which a rare letter takes two.
    if len(text.encode("utf-16-le")) <= 2 * _CELL:
        return text
    room = _CELL - len(_CUT)
    kept = text.encode("utf-16-le")[: 2 * room]
    return kept.decode("utf-16-le", "ignore") + _CUT
