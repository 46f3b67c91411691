"""A table of rules in CSV, for a team that enters them by hand or by script.

The format is RFC 4180, in ASCII: the names of the columns, then a line for
each rule and service. Lines of comment, each a single cell that begins with
``#``, come first where they are asked for.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Final, assert_never

from avi_portspec.documents.spreadsheet import escape
from avi_portspec.model.ports import PortRange
from avi_portspec.rules.comments import wrap_comment
from avi_portspec.rules.neutral import Rule, SiteRules
from avi_portspec.rules.options import Options
from avi_portspec.rules.platforms.documents import purposes_of
from avi_portspec.rules.traffic import Bare, Message, Ported

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
    "inferred",
    "reasons",
)
#: Characters that would put a comment into quotes: its line would not begin
#: with ``#``, and readers that skip such lines would not skip it.
_UNQUOTED: Final = str.maketrans({",": ";", '"': "'"})
_REST: Final = (
    "traffic that no row allows is denied; replies are allowed by state"
)


def render(rules: SiteRules, options: Options) -> str:
    """Return the rules as CSV, with comments above if they are asked for.

    Addresses in a cell have a blank between them; reasons, which have blanks
    themselves, a bar. What a spreadsheet would take for a formula stands
    behind an apostrophe, and a service has its protocol before its port, so
    that none takes ``5-10`` for a day in May.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    for comment in (*rules.header(), _REST) if options.header else ():
        for line in wrap_comment(comment.translate(_UNQUOTED)):
            writer.writerow([escape(f"# {line}")])
    writer.writerow(_COLUMNS)
    for rule in rules.rules:
        for service, ports in _services(rule):
            cells = _cells(rule, rules, service, ports)
            writer.writerow(map(escape, cells))
    return text.getvalue()


def _cells(
    rule: Rule, rules: SiteRules, service: str, ports: PortRange | None
) -> list[str]:
    """Return a line of a rule, in the order of the columns."""
    purposes = purposes_of(rules, rule, ports)
    flows = [purpose.partition(":")[0] for purpose in purposes]
    return [
        rule.id,
        "allow",
        f"IPv{rule.family}",
        rule.source,
        " ".join(map(str, (*rule.sources, *rule.source_objects))),
        rule.destination,
        " ".join(map(str, (*rule.destinations, *rule.destination_objects))),
        service,
        " ".join(flows),
        " ".join(
            f"{flow}.{field}"
            for flow, fields in rules.inferred.items()
            if flow in flows
            for field in fields
        ),
        " | ".join(purposes),
    ]


def _services(rule: Rule) -> Iterator[tuple[str, PortRange | None]]:
    """Yield ``tcp/443`` and its ports, ``icmp/type-8`` or ``protocol-97``."""
    name = rule.protocol.name or f"protocol-{rule.protocol.number}"
    match rule.traffic:
        case Message(icmp_type=kind):
            yield f"{name}/type-{kind}", None
        case Ported(ports=ports):
            yield from ((f"{name}/{span}", span) for span in ports)
        case Bare():
            yield name, None
        case _ as never:
            assert_never(never)
