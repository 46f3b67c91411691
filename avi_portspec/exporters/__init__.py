"""An answer, written for whoever needs it: people, machines, a change board.

One small module a format, loaded when that format is asked for. Exporters
are pure: the same data gives the same bytes, on every machine and day.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final, NamedTuple

from avi_portspec.errors import UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from avi_portspec.deployment.resolution import Resolution
    from avi_portspec.model.edition import Edition
    from avi_portspec.model.flows import Flow
    from avi_portspec.model.flowset import Flows

__all__ = ["Format", "export", "formats"]


class Format(NamedTuple):
    """One format that answers are written in.

    Attributes:
        name: What :func:`export` is asked for.
        suffix: What such a file's name ends in, with the dot.
        media_type: Its media type, as IANA registers it.
        binary: Whether it is bytes, and not text.
        extra: The extra of the package that it needs, if it needs one.
        summary: What it is, in a line.
    """

    name: str
    suffix: str
    media_type: str
    binary: bool
    extra: str | None
    summary: str


_XLSX: Final = (
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
)
#: Each format, with its module here and the function in it.
_FORMATS: Final = {
    entry.name: (entry, where)
    for entry, where in (
        (
            Format(
                *("json", ".json", "application/json", False, None),
                "records for programs; of an edition, its whole data",
            ),
            "json:write",
        ),
        (
            Format(
                *("yaml", ".yaml", "application/yaml", False, "yaml"),
                "the same as json",
            ),
            "yaml:write",
        ),
        (
            Format(
                *("toml", ".toml", "application/toml", False, "toml"),
                "the same as json, without what is not there",
            ),
            "toml:write",
        ),
        (
            Format(
                *("csv", ".csv", "text/csv", False, None),
                "a row a protocol and port range, for spreadsheets",
            ),
            "csv:write",
        ),
        (
            Format(
                *("markdown", ".md", "text/markdown", False, None),
                "a table, and what is left open, for wikis",
            ),
            "markdown:write",
        ),
        (
            Format(
                *("rst", ".rst", "text/prs.fallenstein.rst", False, None),
                "the same in reStructuredText",
            ),
            "rst:write",
        ),
        (
            Format(
                *("html", ".html", "text/html", False, None),
                "the same as one page, light and dark, without scripts",
            ),
            "html:write",
        ),
        (
            Format(
                *("xlsx", ".xlsx", _XLSX, True, "xlsx"),
                "a workbook: ports, notes, deployment, what is left open",
            ),
            "xlsx:write",
        ),
        (
            Format(
                *("ticket", ".md", "text/markdown", False, None),
                "the evidence for a change ticket, in Markdown",
            ),
            "markdown:write_ticket",
        ),
        (
            Format(
                *("ticket-html", ".html", "text/html", False, None),
                "the evidence for a change ticket, as one page",
            ),
            "html:write_ticket",
        ),
    )
}


def formats() -> tuple[Format, ...]:
    """Return the formats that there are.

    >>> import avi_portspec
    >>> [each.name for each in avi_portspec.formats()][:4]
    ['json', 'yaml', 'toml', 'csv']
    """
    return tuple(entry for entry, _ in _FORMATS.values())


def export(
    subject: Edition | Flows | Resolution,
    format: str,  # noqa: A002 - what everybody calls it
    *,
    only: Iterable[Flow] | None = None,
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
            are; what is left open is written in any case.

    Returns:
        Text, which ends in a line's end; or bytes, where the format is
        binary. The same data gives the same bytes.

    Raises:
        UnknownNameError: There is no such format; it suggests the nearest.
        InvalidQueryError: The subject is none of the three.
        MissingExtraError: The format needs an extra that is not installed.
    """
    if not isinstance(format, str) or format not in _FORMATS:
        raise UnknownNameError("format", format, _FORMATS)
    from avi_portspec.exporters.report import report_on

    report = report_on(subject)
    if only is not None:
        report = report.only(tuple(only))
    _, where = _FORMATS[format]
    module, function = where.split(":")
    write = getattr(import_module(f"{__name__}.{module}"), function)
    written: str | bytes = write(report)
    return written
