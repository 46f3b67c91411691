"""A table of rules in CSV, for a team that enters them by hand or by script.

The format is RFC 4180, in ASCII: lines of comment, each a single cell that
begins with ``#``, then the names of the columns, then a line a rule.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from avi_portspec.exporters.formulas import neutralised
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
#: What would put a comment into quotes, so that its line no longer began
#: with ``#`` for those who skip such lines.
_UNQUOTED: Final = str.maketrans({",": ";", '"': "'"})
_REST: Final = "what no line allows stays closed; replies pass by state"


def render(rules: RuleSet) -> str:
    """Return the rules as CSV, with comments above.

    Values in a cell have a blank between them; reasons, which have blanks
    themselves, a bar. What a spreadsheet would take for a formula stands
    behind an apostrophe, and a service has its protocol before its port, so
    that none takes ``5-10`` for a day in May.

    Args:
        rules: The rules.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    for line in (*rules.header(), _REST):
        writer.writerow([neutralised(f"# {line.translate(_UNQUOTED)}")])
    writer.writerow(_COLUMNS)
    for rule in rules.rules:
        writer.writerow(map(neutralised, _cells(rule, rules)))
    return text.getvalue()


def _cells(rule: Rule, rules: RuleSet) -> list[str]:
    """Return the line of a rule, in the order of the columns."""
    return [
        rule.id,
        "allow",
        f"IPv{rule.family}",
        rule.source,
        " ".join(map(str, rule.sources)),
        rule.destination,
        " ".join(map(str, rule.destinations)),
        " ".join(_services(rule)),
        " ".join(rule.flows),
        " | ".join(said(rules, rule)),
    ]


def _services(rule: Rule) -> list[str]:
    """Return ``tcp/443``, ``icmp/type-8`` or ``protocol-97``, each in turn."""
    name = rule.protocol.name or f"protocol-{rule.protocol.number}"
    if rule.icmp_types:
        return [f"{name}/type-{each}" for each in rule.icmp_types]
    if not rule.ports:
        return [name]
    return [f"{name}/{ports}" for ports in rule.ports]
