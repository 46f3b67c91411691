"""TOML, for programs and the people who read along."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from avi_portspec.errors import MissingExtraError
from avi_portspec.exporters.data import report_data

if TYPE_CHECKING:
    from avi_portspec.exporters.report import Report

__all__ = ["write"]


def write(report: Report) -> str:
    """Return a report as TOML, which has no null: such keys are left out.

    Raises:
        MissingExtraError: The extra ``toml`` is not installed.
    """
    try:
        import tomli_w
    except ImportError:
        raise MissingExtraError("writing TOML", "toml") from None
    return tomli_w.dumps(_without_null(report_data(report)))


def _without_null(data: Any) -> Any:
    if isinstance(data, dict):
        return {
            key: _without_null(value)
            for key, value in data.items()
            if value is not None
        }
    if isinstance(data, list):
        return [_without_null(item) for item in data]
    return data
