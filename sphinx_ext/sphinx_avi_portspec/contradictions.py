"""What the data contradicts of a table of ports that somebody wrote."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

import attrs

from avi_portspec.audit import rules as audit_rules
from avi_portspec.audit.inputs.document import Document
from avi_portspec.audit.inputs.names import clean
from avi_portspec.audit.inputs.tables import (
    Row,
    Table,
    columns_of,
    read_tables,
)
from avi_portspec.audit.model import Unknown
from avi_portspec.audit.openings import RuleVerdict
from avi_portspec.audit.roles import names_of_party

if TYPE_CHECKING:
    from avi_portspec import Resolution
    from avi_portspec.audit import Existing, Report
    from avi_portspec.audit.findings import Finding
    from avi_portspec.audit.model import Party, Place, Rule
    from avi_portspec.audit.openings import RuleReport

__all__ = ["Contradictions", "find_contradictions"]

#: What a table lacks of the pairs that it is about.
_LACKING: Final = frozenset({"missing", "partly", "denied"})
#: What is wrong with a row, whatever else there is in the table. What only
#: other deployments need is documented: a table may be for them as well.
_WRONG: Final = frozenset({"unexplained", "ruled-out"})
#: What a row is that nothing here can judge.
_OUTSIDE: Final = frozenset({RuleVerdict.OUTSIDE, RuleVerdict.EMPTY})
_DOCUMENTED: Final = frozenset(
    {RuleVerdict.EXPLAINED, RuleVerdict.OPTIONAL, RuleVerdict.NOT_HERE}
)
_ANY: Final = "any"


class Contradictions(NamedTuple):
    """What the data contradicts of one table.

    Attributes:
        texts: What is wrong, a line each.
        sources: The endpoints that its rows have as sources, by id.
        destinations: Those that they have as destinations.
        unjudged: The rows that cannot be judged, with the reason.
    """

    texts: tuple[str, ...]
    sources: tuple[str, ...]
    destinations: tuple[str, ...]
    unjudged: tuple[str, ...]


def find_contradictions(
    rows: Sequence[Sequence[str]], resolution: Resolution
) -> Contradictions | None:
    """Return what the data contradicts; ``None`` for no table of ports.

    A table without a source and a destination is one of ports alone. Nothing
    says whose they are, so that it is judged only if most of its ports are
    documented; then what looks like a slip is wrong.

    Args:
        rows: The cells of its rows; the first row has the headings.
        resolution: What the deployment needs.

    Raises:
        InvalidDataError: The table is larger than any that is audited.
    """
    made = [Row(at, cells) for at, cells in enumerate(rows)]
    has_ends = columns_of(made[0]) is not None
    if not has_ends:
        made = [
            Row(at, [*cells, "source" if at == 0 else _ANY])
            for at, cells in made
        ]
        if columns_of(made[0]) is None:
            return None
    existing = _split(
        read_tables(
            Document("table", b""),
            "table",
            [Table(made[0], made[1:])],
            len(made) - 1,
        )
    )
    report = audit_rules(existing, resolution)
    texts = _contradictions(report) if has_ends else _slips(report)
    parties = [
        (rule.sources, rule.destinations)
        for filter_ in existing.filters
        for rule in filter_.rules
    ]
    return Contradictions(
        tuple(dict.fromkeys(texts)),
        _roles(report, (party for ends in parties for party in ends[0])),
        _roles(report, (party for ends in parties for party in ends[1])),
        tuple(_unjudged(report)),
    )


def _split(existing: Existing) -> Existing:
    """Return the rules with a rule for each of the services of a row.

    One that is documented does not excuse the others.
    """
    return attrs.evolve(
        existing,
        filters=tuple(
            attrs.evolve(
                filter_,
                rules=tuple(
                    each for rule in filter_.rules for each in _alone(rule)
                ),
            )
            for filter_ in existing.filters
        ),
    )


def _alone(rule: Rule) -> Iterator[Rule]:
    if isinstance(rule.service, Unknown):
        yield rule
        return
    for span in rule.service:
        yield attrs.evolve(rule, service=(span,))


def _contradictions(report: Report) -> Iterator[str]:
    """Yield what contradicts the data, and what is lacking."""
    pairs = set()
    for rule in report.rules:
        for name in rule.explained_by:
            flow = report.resolution.edition.flows[name]
            pairs.add((flow.source, flow.destination))
        if _is_too_wide(rule):
            yield _in_row(
                rule.rule.place,
                f"{clean(rule.rule.id)}: no flow of this edition needs "
                f"{rule.ports_beyond:,} of its ports.",
            )
    for finding in report.open:
        if finding.kind in _WRONG:
            yield _of_rule(finding)
    for finding in report.open:
        if finding.kind in _LACKING:
            flow = report.resolution.edition.flows[str(finding.flow)]
            if (flow.source, flow.destination) in pairs:
                yield f"{finding.kind}: {flow.id}: {finding.about}."


def _is_too_wide(report: RuleReport) -> bool:
    """Return whether a row has a range with ports that nothing needs."""
    service = report.rule.service
    return (
        report.verdict in _DOCUMENTED
        and report.ports_beyond > 0
        and not isinstance(service, Unknown)
        and any(low != high for low, high in service)
    )


def _slips(report: Report) -> Iterator[str]:
    """Yield what was probably meant, if the ports are those of the product."""
    documented = sum(rule.verdict in _DOCUMENTED for rule in report.rules)
    if 2 * documented > len(report.rules):
        for finding in report.open:
            if finding.kind == "unexplained" and finding.near:
                yield _of_rule(finding)


def _of_rule(finding: Finding) -> str:
    assert finding.place is not None  # noqa: S101 - for types
    text = " ".join((finding.text, *(near.reason for near in finding.near)))
    return _in_row(finding.place, text)


def _unjudged(report: Report) -> Iterator[str]:
    for file in report.files:
        for unread in file.unread:
            yield _in_row(unread.place, clean(unread.why))
    for each in report.rules:
        rule = each.rule
        if each.verdict in _OUTSIDE:
            yield _in_row(rule.place, each.verdict.value)
        elif isinstance(rule.service, Unknown):
            yield _in_row(rule.place, clean(rule.service.why))


def _in_row(place: Place, text: str) -> str:
    """Return a text with the row that it is about, unless it begins so."""
    row = f"{place.pointer.removeprefix('table 1 ')}: "
    return text if text.startswith(row) else f"{row}{text}"


def _roles(report: Report, parties: Iterable[Party]) -> tuple[str, ...]:
    """Return the endpoints of the edition that parties are."""
    known = report.resolution.edition.endpoints
    return tuple(
        dict.fromkeys(
            role
            for party in parties
            for name in names_of_party(party)[:1]
            for role in report.roles.get(clean(name), ())
            if role in known
        )
    )
