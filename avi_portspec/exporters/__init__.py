"""Answers as files: for people, for programs, for a change board.

A module is loaded when one of its formats is asked for. Exporters are pure:
the same data gives the same bytes, on every machine and day.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from avi_portspec.errors import InvalidQueryError, UnknownNameError, shown

if TYPE_CHECKING:
    from avi_portspec.deployment.resolution import Resolution
    from avi_portspec.edition.edition import Edition
    from avi_portspec.exporters.report import Report
    from avi_portspec.model.flows import Flow
    from avi_portspec.model.flowset import Flows
    from avi_portspec.rules.inventory import Inventory

__all__ = ["Format", "FormatName", "export", "formats", "write"]

#: The names of the formats; a test compares them with the list below.
FormatName: TypeAlias = Literal[
    "json",
    "yaml",
    "toml",
    "csv",
    "markdown",
    "rst",
    "html",
    "xlsx",
    "ticket",
    "ticket-html",
]


class Format(NamedTuple):
    """One format that answers are written in.

    Attributes:
        name: What :func:`export` is asked for.
        suffix: The end of the file's name, with the dot.
        media_type: Its media type, as IANA registers it.
        binary: Whether it is bytes, and not text.
        extra: The extra of the package that it needs, if it needs one.
        summary: What it is, in a line.
    """

    name: FormatName
    suffix: str
    media_type: str
    binary: bool
    extra: str | None
    summary: str


_SHEET: Final = (
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
)
_RST: Final = "text/prs.fallenstein.rst"


def _text(
    name: FormatName,
    suffix: str,
    media_type: str,
    summary: str,
    extra: str | None = None,
) -> Format:
    return Format(name, suffix, media_type, False, extra, summary)  # noqa: FBT003 - it is text


#: Each format, with its module here and the function in it; for a document,
#: also the module that spells it.
_WRITERS: Final = {
    _text(
        *("json", ".json", "application/json"),
        "records for programs; of an edition, its whole data",
    ): "data:write_json",
    _text(
        *("yaml", ".yaml", "application/yaml"), "the same as json", "yaml"
    ): "data:write_yaml",
    _text(
        *("toml", ".toml", "application/toml"),
        "the same as json, without keys that have no value",
        "toml",
    ): "data:write_toml",
    _text(
        *("csv", ".csv", "text/csv"),
        "one row per protocol and port range, for spreadsheets",
    ): "csv:write",
    _text(
        *("markdown", ".md", "text/markdown"),
        "a table, and what is not documented, for wikis",
    ): "document:answer_document:markdown",
    _text(
        *("rst", ".rst", _RST), "the same in reStructuredText"
    ): "document:answer_document:rst",
    _text(
        *("html", ".html", "text/html"),
        "the same as one page, light and dark, without scripts",
    ): "document:answer_document:html",
    Format(
        *("xlsx", ".xlsx", _SHEET, True, "xlsx"),
        "a workbook for a change board: rules, notes, provenance",
    ): "xlsx:write",
    _text(
        *("ticket", ".md", "text/markdown"),
        "a firewall change request, in Markdown",
    ): "document:ticket_document:markdown",
    _text(
        *("ticket-html", ".html", "text/html"),
        "a firewall change request, as one page",
    ): "document:ticket_document:html",
}
_FORMATS: Final = {
    entry.name: (entry, where) for entry, where in _WRITERS.items()
}


def formats() -> tuple[Format, ...]:
    """Return the formats that there are.

    >>> import avi_portspec
    >>> [entry.name for entry in avi_portspec.formats()][:4]
    ['json', 'yaml', 'toml', 'csv']
    """
    return tuple(entry for entry, _ in _FORMATS.values())


def export(
    subject: Edition | Flows | Resolution,
    format: FormatName,  # noqa: A002 - what everybody calls it
    *,
    only: Iterable[Flow] | None = None,
    inventory: Inventory | None = None,
) -> str | bytes:
    """Return an answer in a format.

    >>> import avi_portspec
    >>> answer = avi_portspec.load().resolve("aws")
    >>> print(avi_portspec.export(answer, "csv").splitlines()[0][:20])
    "decision","flow","s

    Args:
        subject: What to write: an edition, flows of one, or the answer for a
            deployment.
        format: The name of one of :func:`formats`.
        only: The flows whose records are written, where not all of them
            are; what is not documented is written in any case.
        inventory: The site's addresses, to write beside the names. An
            edition is then written as its flows.

    Returns:
        Text, which ends in a line's end; or bytes, where the format is
        binary. The same data gives the same bytes.

    Raises:
        UnknownNameError: There is no such format; it suggests the nearest.
        InvalidQueryError: The subject is none of the three, or *only* holds
            something that is no flow, or *inventory* is none.
        InvalidDataError: The inventory names endpoints that the edition does
            not have.
        MissingExtraError: The format needs an extra that is not installed.
    """
    if not isinstance(format, str) or format not in _FORMATS:
        raise UnknownNameError("format", format, _FORMATS)
    from avi_portspec.exporters.report import report_on

    report = report_on(subject)
    if only is not None:
        report = report.only(_check_flows(only))
    if inventory is not None:
        report = report.at(inventory)
    return write(report, format)


def write(report: Report, name: FormatName) -> str | bytes:
    """Return a report in a format.

    Args:
        report: The report.
        name: The name of one of :func:`formats`.

    Raises:
        MissingExtraError: The format needs an extra that is not installed.
    """
    _, where = _FORMATS[name]
    module, function, *spelling = where.split(":")
    make = getattr(import_module(f"{__name__}.{module}"), function)
    written: str | bytes = make(report)
    for spelled in spelling:
        written = import_module(f"avi_portspec.documents.{spelled}").write(
            written
        )
    return written


def _check_flows(only: object) -> tuple[Flow, ...]:
    from avi_portspec.model.flows import Flow

    wrong = [only]
    # A text would be taken for its letters.
    if isinstance(only, Iterable) and not isinstance(only, str):
        flows = tuple(only)
        wrong = [flow for flow in flows if not isinstance(flow, Flow)]
        if not wrong:
            return flows
    raise InvalidQueryError("only", "flows, as in a list", shown(wrong[0]))
