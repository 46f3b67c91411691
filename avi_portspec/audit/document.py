"""The report as a document: for a terminal, and as Markdown for a ticket."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from avi_portspec.audit.findings import LEVELS, Finding
from avi_portspec.audit.inputs.names import clean
from avi_portspec.audit.model import Unknown
from avi_portspec.audit.openings import RuleReport
from avi_portspec.audit.report import FileReport, FlowReport, Report
from avi_portspec.audit.services import service_text
from avi_portspec.audit.verdicts import SideKind, Verdict, gravity
from avi_portspec.documents import count_text, join
from avi_portspec.documents.blocks import (
    Block,
    Bullets,
    Document,
    Heading,
    Item,
    Paragraph,
    Table,
)
from avi_portspec.model.display import ports_text
from avi_portspec.model.facets import DeclinedFlow
from avi_portspec.model.phrases import deployment_phrase

__all__ = ["make_document", "summary_text"]

#: How many rules a cell names.
_SHOWN: Final = 2
#: How many lines a finding has: more than any edition has flows.
_LINES: Final = 50
#: How many flows a reason lists.
_FEW: Final = 4
_DIGITS: Final = 8
_SIDES: Final[dict[SideKind, str]] = {
    "destination": "Destination side",
    "source": "Source side",
    "path": "Between",
    "reply": "Replies",
}
_QUIET: Final = frozenset({Verdict.COVERED, Verdict.NOT_FILTERED})
_LOUD: Final = frozenset({Verdict.MISSING, Verdict.DENIED})


def make_document(report: Report, *, everything: bool = False) -> Document:
    """Return a report as a document.

    Args:
        report: The report.
        everything: Whether it has covered flows, every rule, and what is
            accepted or set aside as well.
    """
    edition = report.resolution.edition
    deployment = report.resolution.deployment
    blocks: list[Block] = [
        Paragraph(deployment_phrase(deployment, edition.facets)),
        *(Paragraph(_file_text(file)) for file in report.files),
        *_flow_blocks(report, everything=everything),
        *_finding_blocks(report.open, everything=everything),
    ]
    if everything:
        blocks += _rule_blocks(report)
    blocks += _assumed_blocks(report)
    blocks += _party_blocks(report, everything=everything)
    if everything:
        blocks += _aside_blocks(report)
    accepted = [f for f in report.findings if f.accepted is not None]
    if accepted:
        blocks.append(Heading(f"Accepted ({len(accepted)})"))
        blocks.append(Bullets(tuple(map(_accepted_text, accepted))))
    if report.resolution.gaps:
        blocks.append(Heading("Not documented"))
        gaps = tuple(gap.text for gap in report.resolution.gaps)
        blocks.append(Bullets(gaps))
    blocks.append(Paragraph(summary_text(report)))
    return Document("Audit of the rules that exist", tuple(blocks))


def summary_text(report: Report) -> str:
    """Return what was found, counted, and against which edition."""
    counts = [
        _many(number, level)
        for level in LEVELS
        if (number := report.count(level))
    ]
    counts = counts or ["Nothing found"]
    accepted = len(report.findings) - len(report.open)
    if accepted:
        counts.append(f"{accepted} accepted")
    found = ", ".join(counts)
    edition = report.resolution.edition
    return f"{found}. Edition {edition.id}, {edition.digest[:_DIGITS]}."


def _many(number: int, word: str) -> str:
    return (
        f"{number} unknown" if word == "unknown" else count_text(number, word)
    )


def _file_text(file: FileReport) -> str:
    rules = count_text(file.units, "rule")
    groups = count_text(file.groups, "filter")
    parts = [f"{file.read} read in {groups}"]
    parts += [
        f"{number} {word}"
        for number, word in (
            (file.unknown, "unknown"),
            (file.failed, "failed"),
            (file.set_aside, "set aside"),
        )
        if number
    ]
    listed = "; ".join([", ".join(parts), *file.assumes])
    return f"{file.name} ({file.format}): {rules}: {listed}."


# -- flows -------------------------------------------------------------------


def _flow_blocks(report: Report, *, everything: bool) -> Iterator[Block]:
    flows = [*report.flows.values()]
    shown = [f for f in flows if everything or not _is_quiet(f)]
    # The gravest first: a screen may hold no more.
    shown.sort(key=lambda flow: gravity(flow.verdict))
    yield Heading(f"Needed flows ({len(flows)})")
    # A side that nothing filters has no column.
    kinds = [
        kind
        for kind in _SIDES
        if any(
            kind in flow.sides
            and flow.sides[kind].verdict is not Verdict.NOT_FILTERED
            for flow in shown
        )
    ]
    if shown:
        yield Table(
            "Needed flows",
            ("Flow", "Service", *(_SIDES[kind] for kind in kinds)),
            tuple(
                (
                    flow.flow.id,
                    ports_text(flow.flow),
                    *(_side_text(flow, kind) for kind in kinds),
                )
                for flow in shown
            ),
        )
    counts = {
        verdict: sum(f.verdict is verdict for f in flows if f not in shown)
        for verdict in (Verdict.COVERED, Verdict.NOT_FILTERED)
    }
    rest = [f"{count} {verdict}" for verdict, count in counts.items() if count]
    if counts[Verdict.NOT_FILTERED] and (
        any(file.unknown for file in report.files)
        or any(each.kind == "unfiltered" for each in report.open)
    ):
        # What was not read, or is nobody's yet, may filter them.
        rest[-1] += " by what was read"
    if rest:
        more = "Besides: " if shown else ""
        text = join("and", rest)
        yield Paragraph(f"{more}{text} (--all shows them).")


def _is_quiet(flow: FlowReport) -> bool:
    """Return whether a flow is covered or not filtered, nothing assumed."""
    return flow.verdict in _QUIET and not any(
        side.assumes for side in flow.sides.values()
    )


def _side_text(flow: FlowReport, kind: SideKind) -> str:
    side = flow.sides.get(kind)
    if side is None:
        return ""
    word = side.verdict.value
    text = word.upper() if side.verdict in _LOUD else word
    names = [clean(rule.id) for rule in side.rules]
    names += [clean(last.text) for last in side.last_resorts]
    if side.verdict in _LOUD or side.verdict is Verdict.UNKNOWN:
        names = []
    listed = ", ".join(names[:_SHOWN])
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    if listed and side.assumes:
        more += f"; {_assumes(side.assumes)}"
    choice = f" ({side.protocols})" if side.protocols else ""
    return f"{text}{': ' if listed else ''}{listed}{more}{choice}"


# -- findings ----------------------------------------------------------------


def _finding_blocks(
    findings: Sequence[Finding], *, everything: bool
) -> Iterator[Block]:
    if not findings:
        return
    yield Heading("Findings")
    several = _overlapping(findings)
    listed = {
        hint for f in findings if _group_of(f) in several for hint in f.hints
    }
    groups: dict[object, list[Finding]] = {}
    for finding in findings:
        key = _group_of(finding)
        # What was not read, and may decide a flow, is among the reasons.
        is_reason = finding.level == "unknown" and finding.cause in listed
        if key in several or is_reason:
            key = _SEVERAL
        groups.setdefault(key, []).append(finding)
    items = (
        _reasons_item(each) if key == _SEVERAL else _group_item(each)
        for key, each in groups.items()
    )
    yield Bullets(tuple(items if everything else map(_shortened, items)))


def _shortened(item: str | Item) -> str | Item:
    """Return an item with the first of its lines."""
    if isinstance(item, str) or len(item.inner) <= _LINES:
        return item
    more = len(item.inner) - _LINES
    return item._replace(
        inner=(*item.inner[:_LINES], f"and {more} more (--all lists them)")
    )


#: The group of what is not known for several reasons.
_SEVERAL: Final = "several"


def _overlapping(findings: Iterable[Finding]) -> set[object]:
    """Return the groups of what is unknown that have a reason in common.

    They are listed by their reasons, so that no reason is repeated.
    """
    groups: dict[str, set[object]] = {}
    for finding in findings:
        if finding.kind == "unknown":
            for hint in finding.hints:
                groups.setdefault(hint, set()).add(_group_of(finding))
    return {
        group for each in groups.values() if len(each) > 1 for group in each
    }


def _group_of(finding: Finding) -> object:
    """Return what tells which findings are one line of the text."""
    if finding.kind == "broad":
        rule = finding.rule
        shared = (finding.place, finding.cause) if rule is None else id(rule)
        return (finding.level, shared)
    if finding.level == "unknown" and finding.cause:
        return (finding.level, finding.cause)
    if finding.cause:
        return (finding.kind, finding.place, finding.cause)
    return finding.fingerprint


def _group_item(findings: Sequence[Finding]) -> str | Item:
    first = findings[0]
    if first.kind == "broad":
        # One flow can rest on it on both of its sides.
        is_shared = len({finding.flow for finding in findings}) > 1
        return _broad_item(findings) if is_shared else _item(first)
    if first.kind in {"unknown", "unread"}:
        return _unknown_item(findings)
    if len(findings) == 1:
        return _item(first)
    if first.kind == "unmapped":
        return _unmapped_item(findings)
    return _lacking_item(findings)


def _head(finding: Finding, text: str) -> str:
    """Return how grave a finding is, of which kind, where, and a text."""
    kind = "" if finding.level == "unknown" else f" {finding.kind}"
    if finding.place:
        text = finding.place.before(text, ": ")
    return f"{finding.level}{kind}: {text}"


def _assumes(texts: Iterable[str]) -> str:
    """Return what was assumed, without the values, which are said once."""
    return f"assumes {', '.join(_unvalued(clean(text)) for text in texts)}"


def _unvalued(text: str) -> str:
    return text.partition(" = ")[0]


def _hints(finding: Finding) -> Iterator[str]:
    """Yield the hints of a finding; what its rule assumes is one of them."""
    assumed = () if finding.rule is None else finding.rule.assumes
    said = {f"assumes {clean(text)}" for text in assumed}
    yield from (hint for hint in finding.hints if hint not in said)
    if said:
        yield _assumes(assumed)


def _assumed_blocks(report: Report) -> Iterator[Block]:
    """Yield the values that verdicts and findings rest on, each once."""
    texts = [
        *(
            text
            for flow in report.flows.values()
            for side in flow.sides.values()
            for text in side.assumes
        ),
        *(
            clean(text)
            for finding in report.findings
            if finding.rule is not None
            for text in finding.rule.assumes
        ),
    ]
    valued = [text for text in dict.fromkeys(texts) if text != _unvalued(text)]
    if valued:
        yield Heading("Assumed")
        yield Bullets(tuple(valued))


def _item(finding: Finding) -> str | Item:
    inner = [f"Near: {near.reason}" for near in finding.near]
    inner += _hints(finding)
    text = _head(finding, finding.text)
    return Item(text, tuple(inner)) if inner else text


def _lacking_item(findings: Sequence[Finding]) -> Item:
    """Return a line for several flows that lack the same on one side."""
    first = findings[0]
    inner = [
        " ".join(
            (
                f"{finding.flow}: {finding.about}.",
                *(f"Near: {near.reason}" for near in finding.near),
            )
        )
        for finding in findings
    ]
    counted = f"{count_text(len(findings), 'flow')}: {first.cause}:"
    text = _head(first, counted)
    hints = dict.fromkeys(hint for each in findings for hint in each.hints)
    return Item(text, (*inner, *hints))


def _unknown_item(findings: Sequence[Finding]) -> str | Item:
    """Return a line for what is not known, and the flows it may decide."""
    flows = [*dict.fromkeys(f.flow for f in findings if f.flow)]
    if len(findings) == 1 or not flows:
        return _item(findings[0])
    asked = [*dict.fromkeys(t for f in findings for t in f.hints)]
    text = f"unknown: {asked[0]}. It may decide"
    if len(asked) > 1:
        text = f"unknown: {len(asked)} things may together decide"
    number = count_text(len(flows), "flow")
    inner = asked if len(asked) > 1 else []
    return Item(
        f"{text} {number}: {', '.join(map(str, flows))}.", tuple(inner)
    )


def _reasons_item(findings: Sequence[Finding]) -> Item:
    """Return a line for what is not known, and for each reason its flows."""
    flows = {f.flow for f in findings if f.flow}
    decides: dict[str, dict[str, None]] = {}
    for finding in findings:
        for hint in finding.hints:
            decides.setdefault(hint, {})[str(finding.flow)] = None
    # What decides the most comes first: it is to be settled first.
    ordered = sorted(decides.items(), key=lambda item: -len(item[1]))
    number = count_text(len(flows), "flow")
    return Item(
        f"unknown: {len(decides)} things may decide {number}, alone or "
        "together:",
        tuple(
            f"{hint}. It may decide {_listed([*of], len(flows))}."
            for hint, of in ordered
        ),
    )


def _listed(flows: Sequence[str], number: int) -> str:
    """Return some of several flows in words: their names if they are few."""
    if len(flows) == number:
        return "all of them"
    if len(flows) > _FEW:
        return f"{len(flows)} of them"
    return ", ".join(flows)


def _unmapped_item(findings: Sequence[Finding]) -> Item:
    """Return a line for several parties that are in no role."""
    text = f"{len(findings)} parties are {findings[0].cause}:"
    return Item(
        _head(findings[0], text), tuple(each.about for each in findings)
    )


def _broad_item(findings: Sequence[Finding]) -> Item:
    """Return a line for what is broad and several flows rest on."""
    first = findings[0]
    flows = [*dict.fromkeys(str(finding.flow) for finding in findings)]
    what = first.text.rpartition(": ")[2]
    if first.rule is None:
        text = f"{len(flows)} flows pass only because no rule stops them"
    else:
        text = (
            f"{clean(first.rule.id)}: needed for {len(flows)} flows, and the "
            "only rule for them"
        )
    near = dict.fromkeys(n.reason for each in findings for n in each.near)
    return Item(
        _head(first, f"{text}: {what}"),
        (
            ", ".join(flows),
            *(f"Near: {reason}" for reason in near),
            *_hints(first),
        ),
    )


def _accepted_text(finding: Finding) -> str:
    accepted = finding.accepted
    if isinstance(accepted, DeclinedFlow):
        why = f"declined by the deployment: {accepted.reason}"
    else:
        why = f"{accepted.reason} ({accepted.by}, until {accepted.until})"  # type: ignore[union-attr]
    return f"{finding.kind}: {finding.text} Accepted: {why}"


# -- the rest ----------------------------------------------------------------


def _rule_blocks(report: Report) -> Iterator[Block]:
    yield Heading(f"Rules ({len(report.rules)})")
    if report.rules:
        yield Table(
            "Rules",
            ("Rule", "Filter", "Service", "Verdict", "For", "Opens besides"),
            tuple(map(_rule_row, report.rules)),
        )


def _rule_row(report: RuleReport) -> tuple[str, ...]:
    rule = report.rule
    service = rule.service
    explained = (
        *report.explained_by,
        *(flow for flow, _ in report.not_here),
        *report.stated_by,
        *report.ruled_out_by,
    )
    beyond = "; ".join(report.beyond)
    if report.ports_beyond and beyond:
        ports = "port" if report.ports_beyond == 1 else "ports"
        beyond = f"{report.ports_beyond:,} {ports}: {beyond}"
    return (
        clean(rule.id)
        + (f" ({_assumes(rule.assumes)})" if rule.assumes else ""),
        clean(report.filter.id),
        clean(
            service.text
            if isinstance(service, Unknown)
            else service_text(service)
        ),
        report.verdict.value,
        ", ".join(explained),
        beyond,
    )


def _party_blocks(report: Report, *, everything: bool) -> Iterator[Block]:
    """Yield the roles of parties: always of those that have several.

    A rule for one of their roles is a rule for all of them. So it is of those
    that nobody gave a role, and whose name is not the edition's own: whether
    they are who they seem to be, somebody has to see.
    """
    known = report.resolution.edition.endpoints
    titles: dict[str, list[str]] = {}
    for name, roles in report.roles.items():
        if everything:
            title = "Parties"
        elif len(roles) > 1:
            title = "Parties of several roles"
        elif name in report.known_by_name and name not in known:
            title = "Parties by their names"
        else:
            continue
        text = f"{name}: {join('and', roles)}"
        titles.setdefault(title, []).append(text)
    for title in sorted(titles):
        yield Heading(title)
        yield Bullets(tuple(titles[title]))


def _aside_blocks(report: Report) -> Iterator[Block]:
    aside = [*_aside(report.files)]
    if aside:
        yield Heading("Set aside")
        yield Bullets(tuple(aside))


def _aside(files: Iterable[FileReport]) -> Iterator[str]:
    for file in files:
        for unread in file.unread:
            if unread.kind == "set-aside":
                text = unread.place.before(unread.text, ": ")
                yield f"{clean(text)}: {clean(unread.why)}"
