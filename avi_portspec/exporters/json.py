"""JSON, for programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from avi_portspec.exporters.data import report_data

if TYPE_CHECKING:
    from avi_portspec.exporters.report import Report

__all__ = ["write"]


def write(report: Report) -> str:
    """Return a report as JSON, indented by two blanks."""
    text = json.dumps(report_data(report), ensure_ascii=False, indent=2)
    return f"{text}\n"
