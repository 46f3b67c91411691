"""A workbook for Excel, LibreOffice and change boards (Office Open XML)."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from avi_portspec.errors import MissingExtraError
from avi_portspec.exporters.formulas import is_formula
from avi_portspec.exporters.report import (
    deployment_rows,
    direction,
    exclusion_text,
    unofficial,
)

if TYPE_CHECKING:
    from avi_portspec.exporters.report import Report
    from avi_portspec.model.flat import PortRecord

__all__ = ["write"]

_Cell: TypeAlias = str | int | None

#: The day that every workbook says it was made on: a clock would make each
#: one differ. It is the day of the zip format's own zero.
_CREATED: Final = datetime(1980, 1, 1)  # noqa: DTZ001 - as the format has it
#: The most characters of a cell ("Excel specifications and limits").
_CELL: Final = 32767
_CUT: Final = " ... (cut here: the cell is full; the json format has the rest)"

#: The columns of each sheet of ports: heading, width in characters.
_PORTS: Final = (
    ("Decision", 14),
    ("Flow", 36),
    ("Source", 24),
    ("Destination", 24),
    ("Direction", 44),
    ("Protocol", 10),
    ("Port from", 10),
    ("Port to", 10),
    ("ICMP type", 10),
    ("Service", 14),
    ("Requirement", 14),
    ("When", 40),
    ("Reason", 60),
    ("If blocked", 40),
    ("Inferred, not stated", 40),
    ("Stated unclearly, and read so", 40),
    ("Stated in", 28),
    ("Origin", 20),
    ("Data version", 14),
    ("SHA-256 of the data", 68),
)


class _Formats(NamedTuple):
    """How cells look: XlsxWriter's formats."""

    heading: Any
    text: Any
    #: Text that would be a formula once somebody edits the cell: marked as
    #: text for good, as an apostrophe typed before it would.
    marked: Any


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
                "comments": unofficial(report),
                "author": "avi-portspec, unofficial",
                "created": _CREATED,
            }
        )
        wrapped = {"text_wrap": True, "valign": "top"}
        looks = _Formats(
            heading=book.add_format({**wrapped, "bold": True, "bottom": 1}),
            text=book.add_format(wrapped),
            marked=book.add_format({**wrapped, "quote_prefix": True}),
        )
        for name, columns, rows in _sheets(report):
            _fill(book.add_worksheet(name), columns, rows, looks)
    return file.getvalue()


_Sheet: TypeAlias = (
    "tuple[str, Sequence[tuple[str, int]], Iterable[Sequence[_Cell]]]"
)


def _sheets(report: Report) -> Iterable[_Sheet]:
    """Yield each sheet: its name, its columns with widths, and its rows."""
    yield "Ports", _PORTS, (_port_row(r, report) for r in report.records)
    yield (
        "Left open",
        (("Kind", 14), ("What is left open", 100), ("Flows", 40)),
        [
            *(("conflict", each.text, each.flow) for each in report.conflicts),
            *(
                ("gap", each.text, ", ".join(each.flows))
                for each in report.gaps
            ),
        ],
    )
    yield "Unstated", _PORTS, (_port_row(r, report) for r in report.unstated)
    yield (
        "Not needed",
        _PORTS,
        (_port_row(r, report) for r in report.not_needed),
    )
    yield (
        "Not required",
        (("Exclusion", 36), ("What the page says", 100), ("Stated in", 28)),
        [
            (each.id, exclusion_text(report.edition, each), str(each.citation))
            for each in report.exclusions
        ],
    )
    yield (
        "Notes",
        (("Note", 36), ("Kind", 16), ("Text", 100), ("Stated in", 28)),
        [
            (each.id, each.kind, each.text, str(each.citation))
            for each in report.notes
        ],
    )
    yield (
        "Deployment",
        (("Side", 40), ("Value", 60)),
        deployment_rows(report) or [("No deployment was asked about", None)],
    )
    source = report.edition.source
    yield (
        "Edition",
        (("What", 24), ("Value", 100)),
        [
            ("Title", report.title),
            ("Edition", report.made_from["edition"]),
            ("Data version", report.made_from["data_version"]),
            ("SHA-256 of the data", report.made_from["digest"]),
            ("Product", report.edition.product),
            ("Page", source.title),
            ("Published at", source.location),
            ("Release", source.release),
            ("Address", source.url),
            ("Unofficial", unofficial(report)),
        ],
    )


def _port_row(record: PortRecord, report: Report) -> tuple[_Cell, ...]:
    return (
        record["decision"],
        record["flow"],
        record["source_name"],
        record["destination_name"],
        direction(record),
        record["protocol"],
        record["port_low"],
        record["port_high"],
        record["icmp_type"],
        record["service"],
        record["requirement"],
        record["when"],
        record["reason"],
        record["effect_if_blocked"],
        record["inferred"] or None,
        record["readings"] or None,
        record["citation"],
        record["origin"],
        report.made_from["data_version"],
        report.made_from["digest"],
    )


def _fill(
    sheet: Any,
    columns: Sequence[tuple[str, int]],
    rows: Iterable[Sequence[_Cell]],
    looks: _Formats,
) -> None:
    last = 0
    for at, (heading, width) in enumerate(columns):
        sheet.set_column(at, at, width)
        sheet.write_string(0, at, heading, looks.heading)
    for last, row in enumerate(rows, start=1):
        for at, cell in enumerate(row):
            if isinstance(cell, int):
                sheet.write_number(last, at, cell, looks.text)
            elif cell is not None:
                look = looks.marked if is_formula(cell) else looks.text
                sheet.write_string(last, at, _fitted(cell), look)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, last, len(columns) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _fitted(text: str) -> str:
    """Return a text as long as a cell can be; that it was cut, it says."""
    # The format counts UTF-16 units, of which a rare letter takes two.
    if len(text.encode("utf-16-le")) <= 2 * _CELL:
        return text
    room = _CELL - len(_CUT)
    kept = text.encode("utf-16-le")[: 2 * room]
    return kept.decode("utf-16-le", "ignore") + _CUT
