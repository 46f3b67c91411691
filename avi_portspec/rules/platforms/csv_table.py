"""A table of rules in CSV, for a team that enters them by hand or by script.

The format is RFC 4180 in ASCII. The header line comes first, so that every
reader finds its columns; then a line a rule; and what other outputs say on
top stands in lines of comment above, which begin with ``#``.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from avi_portspec.rules.platforms.documents import said

if TYPE_CHECKING:
    from avi_portspec.rules.neutral import Rule, RuleSet

__all__ = ["render"]

_COLUMNS: Final = (
    "rule",
    "action",
    "family",
    "source",
    "source_addresses",
    "destination",
    "destination_addresses",
    "service",
    "flows",
    "reasons",
)
#: What a spreadsheet takes for the beginning of a formula (OWASP, "CSV
#: Injection").
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def render(rules: RuleSet) -> str:
    """Return the rules as CSV, with comments above.

    Cells that hold several values have a blank between them. What a
    spreadsheet would take for a formula stands behind an apostrophe.

    Args:
        rules: The rules.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    for line in (*rules.header(), _ELSE):
        writer.writerow([f"# {line}"])
    writer.writerow(_COLUMNS)
    for rule in rules.rules:
        writer.writerow([_inert(cell) for cell in _cells(rule, rules)])
    return text.getvalue()
