"""What ``explain`` answers: a verdict a flow, why, and where it is stated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from avi_portspec.beyond.beside import NO_PURPOSE
from avi_portspec.cli.flow_table import list_settings
from avi_portspec.cli.groups import add_mark, show_footnotes
from avi_portspec.cli.origin import show_source
from avi_portspec.documents import join
from avi_portspec.documents.text import BETWEEN, width
from avi_portspec.model.conditions import VENDOR
from avi_portspec.model.display import ports_text
from avi_portspec.model.phrases import (
    asked_of,
    assumptions,
    cautions,
    changes,
)
from avi_portspec.model.wording import (
    ASK_DIRECTION,
    at_start,
    reason_marks,
    speaker_of,
)
from avi_portspec.tabular.lines import Footnotes, answer_lines, port_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from avi_portspec.cli.other_sources import OtherSources
    from avi_portspec.cli.terminal import Screen
    from avi_portspec.deployment.decisions import Decision, Gap
    from avi_portspec.deployment.resolution import Resolution
    from avi_portspec.edition.edition import Edition
    from avi_portspec.model.edition import EditionData
    from avi_portspec.model.flows import Exclusion, Flow
    from avi_portspec.model.page import Citation
    from avi_portspec.model.phrases import Asked
    from avi_portspec.names import Status

__all__ = ["show_verdicts"]

#: What is said about a verdict: all; where it is stated; or a letter alone.
_Detail = Literal["full", "stated", "marks"]
#: What is decided, in the words of an answer.
_VERDICTS: Final[dict[Status, str]] = {
    "needed": "needed",
    "optional": "optional",
    "direction-unclear": "not clear",
    "declined": "declined",
    "replaced": "not needed",
    "not-applicable": "not needed",
    "unsupported": "not supported",
    "unstated": "not documented",
}
#: The verdicts that are counted where there are others.
_ASIDE: Final = ("replaced", "not-applicable")
_STYLES: Final = {
    "needed": "bold",
    "not documented": "bold yellow",
    "not clear": "bold yellow",
    "not supported": "bold red",
}
_SILENT: Final = 'Do not read this as "not needed".'
_COLUMN: Final = max(map(len, _VERDICTS.values())) + 1
_MARGIN: Final = " " * _COLUMN
#: The most names that are said of what does not apply.
_NAMES: Final = 4


def show_verdicts(
    screen: Screen,
    edition: Edition,
    answer: Resolution | None,
    *,
    silences: Sequence[str],
    decisions: Sequence[Decision],
    exclusions: Sequence[Exclusion],
    gaps: Sequence[Gap],
    everything: bool,
    full: bool,
    quiet: bool,
    others: OtherSources | None = None,
) -> None:
    """Print the verdicts on what was asked about.

    Args:
        screen: Where to.
        edition: The edition that was asked.
        answer: The answer for the deployment; without one, nothing is decided.
        silences: What the edition has nothing on, each in a sentence.
        decisions: The decisions that it concerns.
        exclusions: What the vendor says is not needed, and bears on it.
        gaps: What the vendor is silent on, and may be about it.
        everything: Whether to show what does not apply beside the rest.
        full: Whether to add ids, all citations, notes and interpretations.
        quiet: Whether to leave out where the answer comes from, and what
            other sources state of a flow.
        others: What other sources state, which comes last.
    """
    shown = [d for d in decisions if everything or d.status not in _ASIDE]
    if not shown and not exclusions:
        shown = [*decisions]
    is_alone = len(shown) + len(exclusions) == 1
    detail: _Detail = "full" if full else "stated" if is_alone else "marks"
    if answer is not None:
        _show_decisions(screen, answer, shown, detail, with_others=not quiet)
    for exclusion in exclusions:
        _show_exclusion(screen, edition, exclusion, full=full)
    _show_silences(screen, silences, others)
    if gaps and shown:
        screen.line()
    elsewhere = () if answer is None or quiet else answer.elsewhere
    for gap in gaps:
        _show_gap(screen, gap, [e.text for e in elsewhere if e.gap == gap])
    hidden = [d for d in decisions if d not in shown]
    if hidden:
        screen.line()
        screen.paragraph(_count_hidden(hidden, edition))
    if others is not None:
        others.show(screen, edition)
    if not quiet:
        screen.line()
        show_source(screen, edition, whole=full)


def _show_silences(
    screen: Screen, silences: Sequence[str], others: OtherSources | None
) -> None:
    """Print what the edition has nothing on, and what was probably meant."""
    for silence in silences:
        _show_verdict(screen, "unknown", silence)
    for miss in others.near_misses if others else ():
        _show_more(screen, f"Did you mean {miss.meant}? {miss.reason}")


def _show_decisions(
    screen: Screen,
    answer: Resolution,
    decisions: Sequence[Decision],
    detail: _Detail,
    *,
    with_others: bool,
) -> None:
    """Print verdicts on flows, on one line each where all of them fit."""
    edition = answer.edition
    asked = asked_of(answer.deployment, edition.facets)
    lines = answer_lines(edition, decisions, asked=asked)
    footnotes = Footnotes(lines if detail == "marks" else ())
    marks = {
        flow.id: footnotes.letter(line)
        for line in lines
        for flow in line.flows
    }
    heads = [_head(decision, edition) for decision in decisions]
    whys = [
        add_mark(_sentence(decision, answer), marks[decision.flow.id])
        for decision in decisions
    ]
    remarks = [[*_remarks(decision, asked)] for decision in decisions]
    widest = max(map(width, heads), default=0) + len(BETWEEN)
    longest = _COLUMN + widest + max(map(width, whys), default=0)
    fits = screen.width is None or longest <= screen.width
    is_short = detail == "marks" and fits and not any(remarks)
    for decision, head, why, more in zip(
        decisions, heads, whys, remarks, strict=True
    ):
        verdict = _VERDICTS[decision.status]
        if is_short:
            text = f"{head}{' ' * (widest - width(head))}{why}"
            _show_verdict(screen, verdict, text)
            continue
        _show_verdict(screen, verdict, head)
        _show_more(screen, why, *more)
        if detail != "marks" and with_others:
            _show_more(screen, *_purposes(decision, answer))
        if detail == "full":
            _show_more(screen, *_details(decision, edition))
        elif detail == "stated":
            _show_more(screen, _stated(decision, edition, asked))
    show_footnotes(screen, footnotes)
    if detail == "marks" and with_others:
        _show_settings(screen, answer, decisions)


def _show_settings(
    screen: Screen, answer: Resolution, decisions: Sequence[Decision]
) -> None:
    """Print which ports of several verdicts are settings, if some are."""
    flows = [d.flow for d in decisions if d.status not in _ASIDE]
    for text, _ in list_settings(answer, flows):
        screen.line()
        screen.paragraph(text)


def _show_gap(screen: Screen, gap: Gap, elsewhere: Sequence[str]) -> None:
    """Print what is not documented, and what other sources state of it."""
    _show_verdict(screen, _VERDICTS["unstated"], at_start(gap.text))
    _show_more(screen, _SILENT, *elsewhere)


def _show_exclusion(
    screen: Screen, edition: EditionData, exclusion: Exclusion, *, full: bool
) -> None:
    _show_verdict(screen, "no port needed", _ends(exclusion, edition))
    _show_more(
        screen,
        f"{at_start(VENDOR)} states that no port has to be opened in this "
        "direction.",
        f"Stated in {_place(exclusion.citation, edition)}.",
    )
    if full:
        _show_more(screen, exclusion.text, f"Exclusion: {exclusion.id}")


def _show_verdict(screen: Screen, verdict: str, text: str) -> None:
    first = verdict.ljust(_COLUMN)
    style = _STYLES.get(verdict, "")
    screen.paragraph(text, first=first, margin=_MARGIN, first_style=style)


def _show_more(screen: Screen, *texts: str) -> None:
    for text in texts:
        screen.paragraph(text, margin=_MARGIN)


def _ends(record: Flow | Exclusion, edition: EditionData) -> str:
    """Return the two ends of a flow or an exclusion."""
    names = (record.source, record.destination)
    return " -> ".join(edition.endpoints[name].label for name in names)


def _head(decision: Decision, edition: EditionData) -> str:
    """Return a flow: its ends, its ports, and its service."""
    flow = decision.flow
    service = f" ({flow.service})" if flow.service else ""
    return f"{_ends(flow, edition)}, {port_of(flow)}{service}"


def _sentence(decision: Decision, answer: Resolution) -> str:
    """Return why it was decided so, in a sentence or two."""
    flow = decision.flow
    # Where a need has several ports, one for each kind of cloud, say.
    statuses = {
        other: answer.status_of(other)
        for other in answer.edition.flows
        if flow.service is not None
        and (other.source, other.destination, other.service)
        == (flow.source, flow.destination, flow.service)
    }
    if decision.status == "unstated":
        open_ = [f for f, status in statuses.items() if status == "unstated"]
        ports = join("and", map(ports_text, open_ or [flow]))
        neither = {0: "but not", 1: "but not", 2: "neither"}
        word = neither.get(len(open_), "none")
        who = at_start(speaker_of(flow))
        return f"{who} lists {ports}, {word} {decision.why.text}."
    others = [
        other
        for other, status in statuses.items()
        if status in {"needed", "optional"}
    ]
    if decision.status == "not-applicable" and others:
        ports = join("and", map(ports_text, others))
        return f"{decision.why}. Here it is {ports}."
    return f"{decision.why}."


def _remarks(decision: Decision, asked: Asked) -> Iterator[str]:
    """Yield what must not be missed about a verdict."""
    if decision.status == "unstated":
        yield _SILENT
    yield from (f"{text.rstrip('.')}." for text in changes(decision.flow))
    yield from cautions(decision.flow, asked)
    if decision.status == "direction-unclear":
        yield ASK_DIRECTION


def _purposes(decision: Decision, answer: Resolution) -> Iterator[str]:
    """Yield what a flow is for, and which setting moves its port."""
    flow = decision.flow
    if decision.status in _ASIDE:
        return
    others = answer.other_purposes(flow)
    if others:
        yield f"Purpose, by other sources: {'; '.join(map(str, others))}."
    elif flow.purpose is None:
        yield f"{at_start(NO_PURPOSE)}."
    for setting in answer.settings_of(flow)[:1]:
        yield f"The port is a setting: read {setting}."


def _details(decision: Decision, edition: EditionData) -> Iterator[str]:
    """Yield all else that is known about a verdict."""
    flow = decision.flow
    if flow.purpose:
        yield f"Purpose: {flow.purpose.rstrip('.')}."
    if flow.effect_if_blocked:
        yield f"If blocked: {flow.effect_if_blocked}"
    places = "; ".join(_place(c, edition) for c in decision.citations)
    yield f"Stated in {places}."
    for note in decision.notes:
        yield f"Note: {note.text}"
    yield from reason_marks(decision.inferred, decision.readings)
    yield f"Flow: {flow.id}"


def _place(citation: Citation, edition: EditionData) -> str:
    """Return a place on the vendor's page in words."""
    where = "the overview"
    if citation.section is not None:
        where = edition.sections[citation.section].title
    return f"{where}, {citation.place} {citation.number}"


def _stated(decision: Decision, edition: EditionData, asked: Asked) -> str:
    """Return where a flow is stated, and what is assumed about it."""
    text = f"Stated in {_place(decision.flow.citation, edition)}."
    if decision.status not in {"needed", "optional"}:
        return text
    assumed = "; ".join(assumptions(decision.flow, asked))
    more = f"Assumed: {assumed}." if assumed else "Nothing assumed."
    return f"{text} {more}"


def _count_hidden(hidden: Sequence[Decision], edition: EditionData) -> str:
    """Return what does not apply, counted, with a few names."""
    one = len(hidden) == 1
    ends = dict.fromkeys(_other_end(d, edition) for d in hidden)
    names = f": {', '.join(ends)}" if len(ends) <= _NAMES else ""
    return (
        f"{len(hidden)} more {'does' if one else 'do'} not apply to this "
        f"deployment{names}. Add --all to see {'it' if one else 'them'}."
    )


def _other_end(decision: Decision, edition: EditionData) -> str:
    """Return the end of a flow that is not a part of the product."""
    flow = decision.flow
    ends = [edition.endpoints[e] for e in (flow.destination, flow.source)]
    outside = [end.label for end in ends if end.kind != "component"]
    return outside[0] if outside else _head(decision, edition)
