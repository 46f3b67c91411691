"""Where a table of ports that somebody wrote differs from the data."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
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
from avi_portspec.audit.model import Networks, Unknown, is_any
from avi_portspec.audit.openings import RuleVerdict
from avi_portspec.audit.roles import names_of_party
from avi_portspec.audit.services import (
    PORTS,
    PROTOCOLS,
    complement,
    join_spans,
    port_spans,
    service_text,
)
from avi_portspec.beyond.queries import statements, traffic_test
from avi_portspec.beyond.spellings import (
    find_named,
    find_slips,
    nearest_name,
)
from avi_portspec.documents import join
from avi_portspec.rules.inventory import PRODUCT

if TYPE_CHECKING:
    from avi_portspec import Flow, Resolution
    from avi_portspec.audit import Existing, Report
    from avi_portspec.audit.findings import Finding
    from avi_portspec.audit.model import Party, Place, Rule
    from avi_portspec.audit.openings import RuleReport
    from avi_portspec.beyond.records import Statement
    from avi_portspec.names import EndpointId

__all__ = ["Differences", "find_differences"]

#: What a table lacks of the pairs that it is about.
_LACKING: Final = frozenset({"missing", "partly", "denied"})
#: What a row is that the deployment has. What only other deployments need is
#: documented: a table may be for them as well.
_HERE: Final = frozenset({RuleVerdict.EXPLAINED, RuleVerdict.OPTIONAL})
_DOCUMENTED: Final = _HERE | {RuleVerdict.NOT_HERE}
#: Of a range, more pieces than these are counted, not listed.
_FEW: Final = 8
_ANY: Final = "any"


class Differences(NamedTuple):
    """Where one table differs from the data.

    Attributes:
        texts: What is wrong, a line each.
        is_known: Whether the deployment has anything of the table.
        has_others: Whether it has rows that are not wrong, and that the data
            does not have for the deployment.
        sources: The endpoints that are sources of what the deployment has of
            it, by id; none for any.
        destinations: The endpoints that are destinations of that.
        unjudged: What cannot be judged, with the reason: a line each.
    """

    texts: tuple[str, ...] = ()
    is_known: bool = False
    has_others: bool = False
    sources: tuple[EndpointId, ...] = ()
    destinations: tuple[EndpointId, ...] = ()
    unjudged: tuple[str, ...] = ()


def find_differences(
    rows: Sequence[Sequence[str]], resolution: Resolution
) -> Differences | None:
    """Return what differs from the data; ``None`` for no table of ports.

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
    strangers = _strangers(report)
    known = resolution.edition.endpoints
    meant = find_slips((n for n in strangers if n not in report.roles), known)
    if has_ends and not _has_product(report, meant.values()):
        if strangers or report.roles:
            # Of another product, or of no traffic at all.
            return Differences()
        has_ends = False
    wrong = [*_wrong(report)] if has_ends else [*_slips(report)]
    lacking = [*_lacking(report)] if has_ends else []
    texts = [
        *(
            f"{strangers[name]}: {name!r} is not a known party; did you mean "
            f"{near!r}?"
            for name, near in meant.items()
        ),
        *(_too_wide(report) if has_ends else ()),
        *map(_of_rule, wrong),
        *(
            f"{finding.kind}: {flow.id}: {finding.about}."
            for finding, flow in lacking
        ),
    ]
    here = [each.rule for each in report.rules if each.verdict in _HERE]
    unjudged: tuple[str, ...] = ()
    if has_ends or texts:
        unjudged = (
            *_unread(report, {finding.place for finding in wrong}),
            *(
                _of_stranger(report, name, where)
                for name, where in strangers.items()
                if name not in meant
            ),
        )
    return Differences(
        tuple(dict.fromkeys(texts)),
        bool(here or lacking),
        bool(unjudged) or len(report.rules) - len(here) > len(wrong),
        _ends(
            report,
            [party for rule in here for party in rule.sources],
            (flow.source for _, flow in lacking),
        ),
        _ends(
            report,
            [party for rule in here for party in rule.destinations],
            (flow.destination for _, flow in lacking),
        ),
        unjudged,
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


def _about(rule: RuleReport) -> set[str]:
    """Return the flows that a row is about, here or in other deployments."""
    return {*rule.explained_by, *(name for name, _ in rule.not_here)}


def _lacking(report: Report) -> Iterator[tuple[Finding, Flow]]:
    """Yield what is lacking between those that the table is about."""
    pairs = {
        (flow.source, flow.destination)
        for rule in report.rules
        for name in _about(rule)
        for flow in [report.resolution.edition.flows[name]]
    }
    for finding in report.open:
        if finding.kind in _LACKING:
            flow = report.resolution.edition.flows[str(finding.flow)]
            if (flow.source, flow.destination) in pairs:
                yield finding, flow


def _too_wide(report: Report) -> Iterator[str]:
    """Yield the rows with a range with ports that nothing needs."""
    for each in report.rules:
        service = each.rule.service
        if isinstance(service, Unknown) or not (
            each.verdict in _DOCUMENTED or any(_stated(report, each.rule))
        ):
            continue
        rest = complement(
            join_spans(_spans_between(report, each)),
            tuple(
                (low, high)
                for low, high in service
                if low != high and PROTOCOLS[low // PORTS].has_ports
            ),
        )
        if rest:
            count = sum(high - low + 1 for low, high in rest)
            beyond = (
                service_text(rest)
                if len(rest) <= _FEW
                else f"{count:,} of its ports"
            )
            text = f"{clean(each.rule.id)}: no flow of this edition needs"
            yield _in_row(each.rule.place, f"{text} {beyond}.")


def _spans_between(
    report: Report, row: RuleReport
) -> Iterator[tuple[int, int]]:
    """Yield the ports that are documented between the sides of a row.

    Any deployment may need them, or any source state them.
    """
    known = _about(row)
    rule = row.rule
    for flow in report.resolution.edition.flows:
        if flow.id in known or (
            _is_side(report, flow.source, rule.sources)
            and _is_side(report, flow.destination, rule.destinations)
        ):
            for protocol in flow.protocols:
                for ports in flow.ports:
                    yield from port_spans(protocol, ports.low, ports.high)
    for stated in _stated(report, rule):
        for protocol in stated.protocols:
            for ports in stated.ports:
                yield from port_spans(protocol, ports.low, ports.high)


def _wrong(report: Report) -> Iterator[Finding]:
    """Yield what is wrong with rows, whatever else there is in the table."""
    for finding in report.open:
        if finding.kind == "ruled-out" or (
            finding.kind == "unexplained"
            and finding.rule is not None
            and not any(_stated(report, finding.rule))
        ):
            yield finding


def _slips(report: Report) -> Iterator[Finding]:
    """Yield what was probably meant, if the ports are those of the product."""
    documented = sum(rule.verdict in _DOCUMENTED for rule in report.rules)
    if 2 * documented > len(report.rules):
        for finding in _wrong(report):
            if finding.kind == "unexplained" and finding.near:
                yield finding


def _stated(report: Report, rule: Rule) -> Iterator[Statement]:
    """Yield what other sources state of a row, for any deployment.

    The audit knows only what is stated for this one.
    """
    if isinstance(rule.service, Unknown):
        return
    ((low, high),) = rule.service
    protocol = PROTOCOLS[low // PORTS]
    span = range(low % PORTS, high % PORTS + 1)
    meets = traffic_test("port", span) if protocol.has_ports else bool
    for stated in statements(agreement=("adds", "differs"), protocol=protocol):
        if (
            stated.error is None
            # A range is where the port of a setting may lie.
            and all(ports.low == ports.high for ports in stated.ports)
            and meets(stated)
            and _is_side(report, stated.source, rule.sources)
            and _is_side(report, stated.destination, rule.destinations)
        ):
            yield stated


def _is_side(
    report: Report, end: EndpointId | None, parties: Sequence[Party]
) -> bool:
    return end is not None and (
        any(map(is_any, parties)) or end in _roles(report, parties)
    )


def _of_rule(finding: Finding) -> str:
    assert finding.place is not None  # noqa: S101 - for types
    text = " ".join((finding.text, *(near.reason for near in finding.near)))
    return _in_row(finding.place, text)


def _unread(report: Report, told: Container[Place | None]) -> Iterator[str]:
    """Yield what is no traffic or is not known, unless it is told already."""
    unread = [each for file in report.files for each in file.unread]
    for each in unread:
        yield _in_row(each.place, clean(each.why))
    # A row that was not read may have a rule all the same.
    told_here = {each.place for each in unread}
    for rule in (each.rule for each in report.rules):
        if (
            isinstance(rule.service, Unknown)
            and rule.place not in told
            and rule.place not in told_here
        ):
            yield _in_row(rule.place, clean(rule.service.why))


def _strangers(report: Report) -> dict[str, str]:
    """Return the parties whom the edition does not know, with their rows."""
    found: dict[str, dict[int, None]] = {}
    for each in report.rules:
        for party in (*each.rule.sources, *each.rule.destinations):
            name = _name(party)
            # Other sources may state something of whom only they know.
            known = (
                [*_roles(report, [party])]
                if each.verdict is RuleVerdict.OUTSIDE
                else report.roles.get(name)
            )
            if name and not known:
                assert each.rule.place.line is not None  # noqa: S101 - types
                found.setdefault(name, {})[each.rule.place.line] = None
    return {name: _rows_text([*rows]) for name, rows in found.items()}


def _has_product(report: Report, meant: Iterable[str]) -> bool:
    """Return whether a table names the product: else it is not about it."""
    known = report.resolution.edition.endpoints
    ends = [find_named(name, known) for name in meant]
    ends += [
        known.get(role) for roles in report.roles.values() for role in roles
    ]
    return any(end is not None and end.kind in PRODUCT for end in ends)


def _name(party: Party) -> str:
    """Return what the table calls a party; nothing for any."""
    names = names_of_party(party)[:1]
    if isinstance(party, Networks) and not names:
        names = (", ".join(map(str, party.networks)),)
    return clean("".join(names))


def _of_stranger(report: Report, name: str, rows: str) -> str:
    if name in report.roles:
        return f"{rows}: {name!r} is not a party of this edition"
    near = nearest_name(name, report.resolution.edition.endpoints)
    hint = f" (the nearest name is {near!r})" if near else ""
    return f"{rows}: {name!r} is not a known party{hint}"


def _rows_text(rows: Sequence[int]) -> str:
    """Return rows in words, those that follow one another together.

    >>> _rows_text([1, 3, 4, 5])
    'rows 1 and 3-5'
    """
    spans: list[list[int]] = []
    for row in rows:
        if spans and spans[-1][-1] == row - 1:
            spans[-1].append(row)
        else:
            spans.append([row])
    texts = ["-".join(map(str, dict.fromkeys((s[0], s[-1])))) for s in spans]
    if len(texts) > _FEW:
        texts[_FEW:] = [f"{len(texts) - _FEW} more"]
    return f"row{'s' if len(rows) > 1 else ''} {join('and', texts)}"


def _in_row(place: Place, text: str) -> str:
    """Return a text with the row that it is about, unless it begins so."""
    row = f"{place.pointer.removeprefix('table 1 ')}: "
    return text if text.startswith(row) else f"{row}{text}"


def _ends(
    report: Report, parties: Sequence[Party], lacking: Iterable[EndpointId]
) -> tuple[EndpointId, ...]:
    """Return the endpoints of one side; none for any."""
    if any(map(is_any, parties)):
        return ()
    return tuple(dict.fromkeys([*_roles(report, parties), *lacking]))


def _roles(report: Report, parties: Iterable[Party]) -> Iterator[EndpointId]:
    """Return the endpoints of the edition that parties are."""
    known = report.resolution.edition.endpoints
    return (
        known[role].id
        for party in parties
        for name in names_of_party(party)[:1]
        for role in report.roles.get(clean(name), ())
        if role in known
    )
