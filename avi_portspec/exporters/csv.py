"""CSV, for spreadsheets: RFC 4180, in UTF-8."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from avi_portspec.exporters.formulas import neutralised
from avi_portspec.model.flat import FlatRecord

if TYPE_CHECKING:
    from avi_portspec.exporters.report import Report

__all__ = ["COLUMNS", "write"]

#: The columns: a record's keys, the decision first.
COLUMNS: Final = tuple(
    dict.fromkeys(["decision", *FlatRecord.__annotations__])
)


def write(report: Report) -> str:
    """Return a report as CSV: a row a protocol and port range.

    What may be opened comes first; what the page leaves open follows, with
    ``unstated`` as its decision. What is not needed is left out: whoever
    reads the ports alone must not open it. Texts are quoted, numbers are
    not, and what a spreadsheet would run is neutralised.
    """
    rows = io.StringIO(newline="")
    writer = csv.DictWriter(
        rows, COLUMNS, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n"
    )
    writer.writeheader()
    for record in (*report.records, *report.unstated):
        cells = {**record, **report.made_from}
        writer.writerow(
            {
                name: neutralised(cell) if isinstance(cell, str) else cell
                for name, cell in cells.items()
            }
        )
    return rows.getvalue()
