"""CSV, for spreadsheets: RFC 4180, in UTF-8."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
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
    ``unstated`` as its decision, and ``unsupported`` where the page rules
    out what is needed. What is not needed is left out: whoever reads the
    ports alone must not open it. Texts are quoted, numbers are not, and what
    a spreadsheet would run is neutralised.
    """
    rows = io.StringIO(newline="")
    writer = csv.DictWriter(
        rows, COLUMNS, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n"
    )
    writer.writeheader()
    for record in (*report.records, *report.unstated, *_left_open(report)):
        cells = {**record, **report.made_from}
        writer.writerow(
            {
                name: neutralised(cell) if isinstance(cell, str) else cell
                for name, cell in cells.items()
            }
        )
    return rows.getvalue()


def _left_open(report: Report) -> Iterator[Mapping[str, object]]:
    """Yield what is left open and has no record in the table.

    These rows have no ports: there are none to open, or none that the page
    allows.
    """
    edition = report.edition
    for conflict in report.conflicts:
        flow = edition.flows[conflict.flow]
        yield {
            "decision": "unsupported",
            "flow": flow.id,
            "source": flow.source,
            "source_name": edition.endpoints[flow.source].name,
            "destination": flow.destination,
            "destination_name": edition.endpoints[flow.destination].name,
            "service": flow.service,
            "reason": conflict.text,
            "replaces": " ".join(conflict.replaces),
            "notes": " ".join(conflict.notes),
            "citation": "; ".join(map(str, conflict.citations)),
        }
    told = {record["flow"] for record in report.unstated}
    for gap in report.gaps:
        if not gap.flows or not told.issuperset(gap.flows):
            yield {
                "decision": "unstated",
                "flow": " ".join(gap.flows),
                "reason": gap.text,
                "citation": "; ".join(map(str, gap.citations)),
            }
