"""CSV, for spreadsheets: RFC 4180, in UTF-8."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from avi_portspec.deployment.unresolved import withheld_phrase
from avi_portspec.documents.spreadsheet import escape
from avi_portspec.model.flat import FlatRecord, port_record
from avi_portspec.tabular.columns import BEYOND, COLUMNS

if TYPE_CHECKING:
    from avi_portspec.exporters.report import Report
    from avi_portspec.model.flows import Flow
    from avi_portspec.tabular.columns import Column

__all__ = ["list_headings", "write"]

#: The keys of a record, the decision first.
_KEYS: Final = tuple(dict.fromkeys(["decision", *FlatRecord.__annotations__]))


def list_headings() -> tuple[str, ...]:
    """Return a record's keys, then the columns that no key holds."""
    return (*_KEYS, *(column.name for column in _list_more()))


def _list_more() -> list[Column]:
    """Return the columns that no key holds."""
    return [
        column
        for column in COLUMNS.values()
        if not column.keys and column.name not in BEYOND
    ]


def _headings(report: Report) -> list[str]:
    """Return the headings, with those of addresses beside the names."""
    names = [*list_headings()]
    if report.inventory is not None:
        for side in ("destination", "source"):
            names.insert(names.index(f"{side}_name") + 1, f"{side}_address")
    return names


def write(report: Report) -> str:
    """Return a report as CSV: one row per protocol and port range.

    What may be opened comes first. What is not documented follows, with
    ``unstated`` as its decision, and ``unsupported`` where the vendor rules
    out what is needed; then, without ports, what is of unclear direction or
    declined by the site. What is not needed is omitted, so that nobody opens
    it who reads the ports alone. Texts are quoted, numbers are not, and what
    a spreadsheet would run is escaped. Several addresses are separated by
    spaces.
    """
    text = io.StringIO(newline="")
    writer = csv.DictWriter(
        text,
        _headings(report),
        quoting=csv.QUOTE_NONNUMERIC,
        lineterminator="\r\n",
    )
    writer.writeheader()
    for record in (
        *_records(report),
        *_undocumented(report),
        *_withheld(report),
    ):
        cells = {**record, **report.made_from}
        writer.writerow(
            {
                name: escape(cell) if isinstance(cell, str) else cell
                for name, cell in cells.items()
            }
        )
    return text.getvalue()


def _records(report: Report) -> Iterator[Mapping[str, object]]:
    more = _list_more()
    for row in (*report.rows, *report.unstated):
        addresses = report.addresses(row.flow).items()
        yield {
            **port_record(row),
            **{key: " ".join(networks) for key, networks in addresses},
            **{column.name: column.text(row) for column in more},
        }


def _undocumented(report: Report) -> Iterator[Mapping[str, object]]:
    """Yield what is not documented and has no record in the table.

    These rows have no ports: there are none to open, or none that the vendor
    allows.
    """
    edition = report.edition
    for conflict in report.conflicts:
        (flow,) = (f for f in edition.flows if f.id == conflict.flow)
        yield {
            "decision": "unsupported",
            **_ends(report, flow),
            "reason": conflict.text,
            "replaces": " ".join(conflict.replaces),
            "notes": " ".join(conflict.notes),
            "citation": "; ".join(map(str, conflict.citations)),
        }
    shown = {row.flow.id for row in report.unstated}
    for gap in report.gaps:
        if not gap.flows or not shown.issuperset(gap.flows):
            yield {
                "decision": "unstated",
                "flow": " ".join(gap.flows),
                "reason": gap.text,
                "citation": "; ".join(map(str, gap.citations)),
            }


def _withheld(report: Report) -> Iterator[Mapping[str, object]]:
    """Yield what applies and gets no port: its reason names the port."""
    for decision in report.withheld:
        yield {
            "decision": decision.status,
            **_ends(report, decision.flow),
            "reason": withheld_phrase(decision, report.edition),
            "notes": " ".join(decision.flow.notes),
            "citation": str(decision.flow.citation),
        }


def _ends(report: Report, flow: Flow) -> Mapping[str, object]:
    """Return a flow without its ports."""
    endpoints = report.edition.endpoints
    return {
        "flow": flow.id,
        "source": flow.source,
        "source_name": endpoints[flow.source].name,
        "destination": flow.destination,
        "destination_name": endpoints[flow.destination].name,
        "service": flow.service,
    }
