"""YAML, for programs and the people who read along."""

from __future__ import annotations

from typing import TYPE_CHECKING

from avi_portspec.errors import MissingExtraError
from avi_portspec.exporters.data import report_data

if TYPE_CHECKING:
    from avi_portspec.exporters.report import Report

__all__ = ["write"]


def write(report: Report) -> str:
    """Return a report as YAML.

    Raises:
        MissingExtraError: The extra ``yaml`` is not installed.
    """
    try:
        import yaml
    except ImportError:
        raise MissingExtraError("writing YAML", "yaml") from None
    text: str = yaml.safe_dump(
        report_data(report), allow_unicode=True, sort_keys=False, width=79
    )
    return text
