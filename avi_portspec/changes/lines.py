"""What the lines of a list of changes say, whatever draws the list.

What a firewall has to do comes first, in the words of the tables. Wording,
citations and notes are counted: a person who needs them asks for all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, Protocol

from avi_portspec.changes.intervals import (
    Interval,
    intervals_of,
    minus,
    ranges_text,
)
from avi_portspec.changes.meaning import opening_action
from avi_portspec.deployment.unresolved import gap_phrases, withheld_phrase
from avi_portspec.documents import count_text, join
from avi_portspec.documents.blocks import (
    Block,
    Bullets,
    Document,
    Heading,
    Paragraph,
    Table,
)
from avi_portspec.model.conditions import Match
from avi_portspec.model.phrases import (
    NO_PORT_NEEDED,
    NOTHING_ASKED,
    Asked,
    Need,
    asked_of,
    assumptions,
    cautions,
    condition_phrase,
    deployment_phrase,
    given,
    need,
    silence_phrase,
    values_phrase,
)
from avi_portspec.model.wording import (
    ASK_DIRECTION,
    DECLINED_BY_SITE,
    REQUIREMENTS,
    overlay_text,
    sources_text,
    uncapitalise,
)
from avi_portspec.tabular.lines import (
    Footnotes,
    Line,
    Port,
    exclusion_line,
    port_of,
    service_of,
)

if TYPE_CHECKING:
    from avi_portspec.changes.records import FieldChange, RecordChange, Step
    from avi_portspec.deployment.resolution import Resolution
    from avi_portspec.model.conditions import Condition
    from avi_portspec.model.edition import EditionData
    from avi_portspec.model.facets import Facet
    from avi_portspec.model.flows import Exclusion, Flow
    from avi_portspec.names import Action, ChangeAction

__all__ = [
    "FIELD_BY_FIELD",
    "OPEN",
    "OPTIONAL",
    "REVIEW",
    "Changed",
    "Part",
    "change_counts",
    "change_parts",
    "changes_document",
    "hidden_changes",
    "hidden_steps",
    "plan_document",
    "plan_parts",
    "plan_title",
]

#: The headings of a list of changes.
OPEN: Final = "Open, where it applies"
OPTIONAL: Final = "Optional"
REVIEW: Final = "Review before closing"
#: What stands above all that differs.
FIELD_BY_FIELD: Final = "All changes, field by field"
#: Where a change stands, by what it calls for.
_PLACES: Final[dict[ChangeAction, str]] = {
    "open": OPEN,
    "optional": OPTIONAL,
    "review": REVIEW,
}

#: What a sign says, where there is room for a word.
_SIGNS: Final = {
    "+": "New",
    "~": "Changed",
    "-": "Gone",
    "!": "Stated",
}
#: The headings of a plan's tables.
_HEADINGS: Final = ("From", "To", "Port", "Service", "Why")
#: The headings of the tables of a list of changes.
_SIGNED_HEADINGS: Final = ("Change", *_HEADINGS[:-1], "Needed")
#: What the newer page leaves to be found out.
_ASKED: Final = frozenset({"unstated", "direction-unclear"})
#: What the older page says of the flows that have to be opened.
_BEFORE: Final = {
    "silent": "does not name",
    "unstated": "does not say whether this deployment needs",
    "direction-unclear": "may have swapped source and destination of",
}


class _Changes(Protocol):
    """What differs between two editions."""

    @property
    def fields(self) -> tuple[FieldChange, ...]:
        """The edition's own fields that differ."""

    def __iter__(self) -> Iterator[RecordChange]:
        """Return the records that differ."""


class _Plan(Protocol):
    """What an upgrade needs."""

    @property
    def old(self) -> Resolution:
        """The older edition's answer."""

    @property
    def new(self) -> Resolution:
        """The newer edition's answer."""

    @property
    def is_downgrade(self) -> bool:
        """Whether the newer edition is the older one."""

    @property
    def to_open(self) -> tuple[Step, ...]:
        """What has to be open before."""

    @property
    def to_review(self) -> tuple[Step, ...]:
        """What a person has to decide."""

    def having(self, action: Action) -> tuple[Step, ...]:
        """Return the steps of one action."""


class Changed(NamedTuple):
    """A line of a list of changes.

    Attributes:
        sign: ``+`` for what is new, ``~`` for what changed, ``-`` for what
            is gone, ``!`` for what is stated not to be needed; nothing in a
            plan.
        edition: Where the names of its ends are looked up.
        line: The ends, the ports, the service, and in ``need.text`` what it
            says.
    """

    sign: Literal["", "+", "~", "-", "!"]
    edition: EditionData
    line: Line


class Part(NamedTuple):
    """The lines under one heading.

    Attributes:
        title: The heading.
        lines: The lines.
        remarks: What is said of them, in sentences.
    """

    title: str
    lines: tuple[Changed, ...]
    remarks: tuple[str, ...] = ()


# -- changes ------------------------------------------------------------------


def change_parts(
    old: EditionData, new: EditionData, changes: _Changes
) -> tuple[Part, ...]:
    """Return what changes for a firewall; parts without lines are left out.

    Args:
        old: The older edition.
        new: The newer edition.
        changes: What differs between them.
    """
    parts: dict[ChangeAction, list[Changed]] = {name: [] for name in _PLACES}
    for change in _in_order(old, new, changes):
        if change.collection == "exclusions":
            line = _exclusion_changed(old, new, change)
            parts[change.action].append(line)
            continue
        for action, line in _flow_lines(old, new, change):
            parts[action].append(line)
    return tuple(
        Part(_PLACES[action], (*lines,))
        for action, lines in parts.items()
        if lines
    )


def change_counts(changes: _Changes) -> str:
    """Return how many flows changed: ``9 flows added, 2 changed, 0 removed``.

    Args:
        changes: What differs between two editions.
    """
    if not changes:
        return "nothing differs"
    found = [c.what for c in _firewall_changes(changes, "flows")]
    added = found.count("added")
    return (
        f"{count_text(added, 'flow')} added, "
        f"{found.count('changed')} changed, {found.count('removed')} removed"
    )


def hidden_changes(changes: _Changes) -> str:
    """Return what the lines leave out, in a sentence; or nothing.

    Args:
        changes: What differs between two editions.
    """
    shown = _firewall_changes(changes, "flows", "exclusions")
    ids = {(change.collection, change.id) for change in shown}
    left = [c for c in changes if (c.collection, c.id) not in ids]
    count = len(left) + len(changes.fields)
    if not count:
        return ""
    review = sum(change.action == "review" for change in left)
    text = f"Hidden: {count_text(count, 'change')} of wording, "
    text += "citations and notes"
    return f"{text}, {review} of them to review." if review else f"{text}."


def _firewall_changes(
    changes: _Changes, *collections: str
) -> list[RecordChange]:
    """Return the changes that a firewall has to follow.

    A flow whose condition is spelled in another way, or that moved to
    another section, needs nothing.
    """
    return [
        change
        for change in changes
        if change.collection in collections and change.action != "none"
    ]


def _in_order(
    old: EditionData, new: EditionData, changes: _Changes
) -> list[RecordChange]:
    """Return the changes in the order of the newer page, then of the older."""
    found = _firewall_changes(changes, "flows", "exclusions")
    order = [
        *(("flows", name) for name in new.flows.ids()),
        *(("flows", name) for name in old.flows.ids()),
        *(("exclusions", name) for name in new.exclusions.ids()),
        *(("exclusions", name) for name in old.exclusions.ids()),
    ]
    return sorted(found, key=lambda c: order.index((c.collection, c.id)))


def _flow_lines(
    old: EditionData, new: EditionData, change: RecordChange
) -> Iterator[tuple[ChangeAction, Changed]]:
    """Yield the lines about a flow, each with what it calls for.

    What moved is opened at the new place, and reviewed at the old one: in one
    line, a reader would close the new port.
    """
    before, after, action = change.before, change.after, change.action
    if after is None:
        gone = _excludes(new, before)
        text = "no longer needed" if gone else f"not named by {new.id}"
        yield action, Changed("-", old, _flow_line(before, text))
        return
    if before is None:
        tag, text = need(after, new)
        # Behind a tag, it stands within a sentence already.
        text = text if tag else uncapitalise(text)
        yield action, Changed("+", new, _flow_line(after, text))
        return
    came, left = [*_beyond(after, before)], [*_beyond(before, after)]
    # If nothing of the one is the other's, neither is it the other way round.
    moved = came == [port_of(after)]
    was = f"{'moved from' if moved else 'was'} {_place(old, before, after)}"
    if after.origin not in {None, before.origin}:
        was += f" by {overlay_text(after.origin, after.reference)}"
    now = f"now {_place(new, after, before)}; close it when nothing uses it"
    texts = list(_differences(new, change))
    # What has to be reviewed is not told among what has to be opened.
    apart = not came or (action == "review" and not left)
    for port in came:
        text = "; ".join([was, *(() if apart else texts)])
        line = _flow_line(after, text, port)
        yield opening_action(after), Changed("~", new, line)
    if texts and apart:
        yield action, Changed("~", new, _flow_line(after, "; ".join(texts)))
    for port in left:
        yield "review", Changed("-", old, _flow_line(before, now, port))


def _excludes(edition: EditionData, flow: Flow | Step) -> bool:
    """Return whether an edition says that two ends need no port."""
    return any(
        (one.source, one.destination) == (flow.source, flow.destination)
        for one in edition.exclusions
    )


def _beyond(flow: Flow, other: Flow) -> Iterator[Port]:
    """Yield what a flow opens and another one does not."""
    same_ends = (flow.source, flow.destination) == (
        other.source,
        other.destination,
    )
    found: dict[tuple[Interval, ...], list[str]] = {}
    whole = True
    for protocol in flow.protocols:
        own = intervals_of(flow, protocol)
        theirs: Sequence[Interval] = ()
        if same_ends and protocol in other.protocols:
            theirs = intervals_of(other, protocol)
        more = tuple(minus(own, theirs))
        whole &= more == own
        if more:
            found.setdefault(more, []).append(protocol.label)
    if whole:
        yield port_of(flow)
        return
    for more, labels in found.items():
        numbers = ", ".join(
            str(low) if low == high else f"{low}-{high}" for low, high in more
        )
        kinds = "" if flow.ports else "type "
        yield Port(join("or", labels), f"{kinds}{numbers}")


def _place(edition: EditionData, flow: Flow, other: Flow) -> str:
    """Return where a flow is, as far as another one is elsewhere."""
    ends, theirs = ((one.source, one.destination) for one in (flow, other))
    port = str(port_of(flow))
    if ends == theirs:
        return port
    named = " -> ".join(edition.endpoints[name].label for name in ends)
    return named if port == str(port_of(other)) else f"{named}, {port}"


def _flow_line(
    flow: Flow,
    text: str,
    port: Port | None = None,
    asked: Asked = NOTHING_ASKED,
    assumed: tuple[str, ...] = (),
) -> Line:
    return Line(
        source=flow.source,
        destination=flow.destination,
        flows=(flow,),
        exclusion=None,
        port=port or port_of(flow),
        service=service_of(flow),
        need=Need("", text),
        below=cautions(flow, asked),
        assumed=assumed,
    )


def _exclusion_changed(
    old: EditionData, new: EditionData, change: RecordChange
) -> Changed:
    exclusion: Exclusion = change.after or change.before
    now = "no longer" if change.after is None else "now"
    text = f"{now} stated: {uncapitalise(NO_PORT_NEEDED)}"
    edition = old if change.after is None else new
    return Changed("!", edition, exclusion_line(exclusion, text))


def _differences(new: EditionData, change: RecordChange) -> Iterator[str]:
    """Yield what is different about a flow, apart from ends and ports."""
    before, after = change.before, change.after
    names = {field.name for field in change.fields if field.action != "none"}
    if "requirement" in names:
        words = (REQUIREMENTS[one.requirement] for one in (after, before))
        yield "now {}, was {}".format(*words)
    if "when" in names:
        yield _condition_difference(before.when, after.when, new)
    if "replaces" in names:
        ports = (str(port_of(new.flows[name])) for name in after.replaces)
        replaced = join("and", ports)
        yield f"now replaces {replaced}" if replaced else "replaces nothing"


def _condition_difference(
    before: Condition, after: Condition, edition: EditionData
) -> str:
    """Return in which cases a flow is needed now, or no longer."""
    lost: list[str] = []
    gained: list[str] = []
    for facet in edition.facets:
        for here, there, found in (
            (before, after, lost),
            (after, before, gained),
        ):
            only = _values_of_one(facet, here, there)
            if only:
                match = Match(facet=facet.id, values=only)
                found.append(condition_phrase(match, edition.facets))
    now, was = (
        condition_phrase(condition, edition.facets) or "always"
        for condition in (after, before)
    )
    changed = ", ".join(
        f"{words} {join('and', phrases)}"
        for words, phrases in (("now also", gained), ("no longer", lost))
        if phrases
    )
    if now != was:
        whole = f"now {now}, was {was}"
        return min(filter(None, (changed, whole)), key=len)
    # The same cases, but for what the vendor does not mention.
    silent = silence_phrase(after, edition.facets)
    return f"now not documented {silent}" if silent else f"now {now} only"


def _values_of_one(
    facet: Facet, here: Condition, there: Condition
) -> tuple[str, ...]:
    """Return the values with which one condition can hold, the other not."""
    return tuple(
        value.id
        for value in facet.values
        for asked in [{facet.id: frozenset({value.id})}]
        if given(here, asked) is not None and given(there, asked) is None
    )


# -- plans --------------------------------------------------------------------


def plan_title(plan: _Plan) -> str:
    """Return what a plan is, and how much of each: ``open 3, close 0``.

    Args:
        plan: The plan.
    """
    counts = {
        "open": len(_lines_of(plan, "open")),
        "close": len(_lines_of(plan, "close")),
        "keep": len(_lines_of(plan, "none")),
        "check": len(_lines_of(plan, "review")),
    }
    if not counts["check"]:
        del counts["check"]
    what = "Downgrade" if plan.is_downgrade else "Upgrade"
    numbers = ", ".join(f"{word} {count}" for word, count in counts.items())
    old, new = plan.old.edition.id, plan.new.edition.id
    return f"{what} {old} -> {new}: {numbers}"


def plan_parts(plan: _Plan, *, whole: bool = False) -> tuple[Part, ...]:
    """Return what a plan says to do.

    What to open and what to close is always there, also if it is nothing.

    Args:
        plan: The plan.
        whole: Whether to add what stays open, and what is optional.
    """
    when = "downgrade" if plan.is_downgrade else "upgrade"
    opened = _lines_of(plan, "open")
    parts = [
        Part(f"Open before the {when}", opened, (*_known_before(plan),)),
        Part(f"Close after the {when}", _lines_of(plan, "close")),
    ]
    checked = _lines_of(plan, "review")
    remarks = (*_to_find_out(plan),)
    if checked or remarks:
        parts.append(Part("Check", checked, remarks))
    declined = tuple(
        withheld_phrase(decision, plan.new.edition)
        for decision in plan.new.withheld
        if decision.status == "declined"
    )
    if declined:
        parts.append(Part(DECLINED_BY_SITE, (), declined))
    if whole:
        kept = _lines_of(plan, "none")
        parts += [Part("Keep open", kept)] if kept else []
        optional = _optional(plan.new)
        parts += [Part(OPTIONAL, optional)] if optional else []
    return tuple(parts)


def plan_document(plan: _Plan) -> Document:
    """Return a plan as a document, with what stays open and is optional.

    Args:
        plan: The plan.
    """
    facets = plan.new.edition.facets
    return Document(
        plan_title(plan),
        (
            Paragraph(deployment_phrase(plan.new.deployment, facets)),
            *_blocks_of(plan_parts(plan, whole=True)),
            Paragraph(sources_text(plan.old.edition, plan.new.edition)),
        ),
    )


def changes_document(
    old: EditionData,
    new: EditionData,
    changes: _Changes,
    details: Sequence[Block],
) -> Document:
    """Return changes as a document: what a firewall has to do, then all.

    Args:
        old: The older edition.
        new: The newer edition.
        changes: What differs between them.
        details: All that differs, field by field.
    """
    return Document(
        f"From {old.id} to {new.id}: {change_counts(changes)}",
        (
            *_blocks_of(change_parts(old, new, changes)),
            Heading(FIELD_BY_FIELD),
            *details,
            Paragraph(sources_text(old, new)),
        ),
    )


def _blocks_of(parts: Sequence[Part]) -> Iterator[Block]:
    """Yield parts as tables and paragraphs, with what is assumed."""
    footnotes = Footnotes(one.line for part in parts for one in part.lines)
    for part in parts:
        yield Heading(part.title)
        if part.lines:
            signed = any(one.sign for one in part.lines)
            rows = tuple(
                (
                    *([_SIGNS[one.sign]] if signed else []),
                    *_cells(one, footnotes),
                )
                for one in part.lines
            )
            headings = _SIGNED_HEADINGS if signed else _HEADINGS
            yield Table("", headings, rows, names_rows=False)
        elif not part.remarks:
            yield Paragraph("Nothing.")
        yield from map(Paragraph, part.remarks)
    if texts := footnotes.texts():
        yield Heading("Assumptions")
        yield Bullets(tuple(f"[{letter}] {text}" for letter, text in texts))


def _cells(changed: Changed, footnotes: Footnotes) -> tuple[str, ...]:
    """Return the cells of a row: ends, port, service, and why."""
    line, endpoints = changed.line, changed.edition.endpoints
    letter = footnotes.letter(line)
    text = f"{line.need.text} [{letter}]" if letter else line.need.text
    return (
        endpoints[line.source].label,
        endpoints[line.destination].label,
        str(line.port),
        line.service,
        f"{text}. {' '.join(line.below)}" if line.below else text,
    )


def hidden_steps(plan: _Plan) -> str:
    """Return what stays as it is, counted; or nothing.

    Args:
        plan: The plan.
    """
    counts = {
        "Optional": len(_optional(plan.new)),
        "Unchanged": len(_lines_of(plan, "none")),
    }
    return " ".join(f"{word}: {n}." for word, n in counts.items() if n)


def _lines_of(plan: _Plan, action: Action) -> tuple[Changed, ...]:
    """Return the steps of one action, a line for each flow and reason."""
    lines = []
    steps = [(step, _step_text(plan, step)) for step in plan.having(action)]
    for (_, text), found in groupby(
        steps, key=lambda pair: (pair[0].flow, pair[1])
    ):
        same = [step for step, _ in found]
        is_new = action in {"open", "none"} or same[0].after in _ASKED
        answer = plan.new if is_new else plan.old
        flow = answer.edition.flows[same[0].flow]
        asked = _asked(answer)
        assumed = assumptions(flow, asked) if is_new else ()
        port = _port_of_steps(flow, same)
        line = _flow_line(flow, text, port, asked, assumed)
        lines.append(Changed("", answer.edition, line))
    return tuple(lines)


def _optional(answer: Resolution) -> tuple[Changed, ...]:
    asked = _asked(answer)
    return tuple(
        Changed(
            "",
            answer.edition,
            _flow_line(
                flow,
                answer[flow].why.text,
                asked=asked,
                assumed=assumptions(flow, asked),
            ),
        )
        for flow in answer.optional
    )


def _asked(answer: Resolution) -> Asked:
    return asked_of(answer.deployment, answer.edition.facets)


def _port_of_steps(flow: Flow, steps: Sequence[Step]) -> Port:
    """Return the cell of ports that steps about one flow are over."""
    types = [kind for step in steps for kind in step.icmp_types]
    pairs = {(step.pair.protocol, step.pair.ports) for step in steps}
    own = {(pair.protocol, pair.ports) for pair in flow.protocol_ports()}
    if pairs == own and {*types} == {*flow.icmp_types}:
        return port_of(flow)
    labels = join("or", dict.fromkeys(s.pair.protocol.label for s in steps))
    numbers = dict.fromkeys(s.pair.number for s in steps if s.pair.number)
    if not types:
        return Port(labels, ", ".join(numbers))
    return Port(labels, f"type {', '.join(ranges_text(types))}")


def _step_text(plan: _Plan, step: Step) -> str:
    """Return why a step is to be done, in few words."""
    page = plan.new.edition.id
    if step.action in {"open", "none"}:
        return str(plan.new[step.flow].why)
    if _excludes(plan.new.edition, step):
        return NO_PORT_NEEDED
    if step.after == "silent":
        return f"Not named by {page}"
    if step.after == "needed":
        return f"{page} lists other ports for it"
    return str(plan.new[step.flow].why)


def _known_before(plan: _Plan) -> Iterator[str]:
    """Yield what the older page says of what has to be opened."""
    flows = {step.flow: step.before for step in plan.to_open}
    page = plan.old.edition.id
    for status, words in _BEFORE.items():
        count = [*flows.values()].count(status)
        if count:
            what = "these" if count == len(flows) else f"{count} of these"
            may = "It may be" if count == 1 else "They may be"
            what = "this" if count == len(flows) == 1 else what
            yield f"The {page} page {words} {what}. {may} open already."


def _to_find_out(plan: _Plan) -> Iterator[str]:
    """Yield what neither page answers, in sentences."""
    new = plan.new.edition.id
    if plan.is_downgrade:
        yield f"{new} is the older edition. Nothing is closed on its word."
    if any(step.after == "silent" for step in plan.to_review):
        yield (
            f"What {new} does not name may still be in use: find out before "
            "you close it."
        )
    if plan.old.direction_unclear or plan.new.direction_unclear:
        yield ASK_DIRECTION
    for answer in (plan.old, plan.new):
        page = answer.edition.id
        for conflict in answer.conflicts:
            yield f"Conflict on the {page} page: {conflict.text}"
    yield from _gaps_of(plan)


def _gaps_of(plan: _Plan) -> Iterator[str]:
    """Yield what the pages do not document; what neither does once.

    What the newer page is silent on about a flow is a line of its own.
    """
    silent: dict[str, list[str]] = {}
    for answer in (plan.old, plan.new):
        page = answer.edition.id
        for gap in answer.gaps:
            if gap.interface or (gap.flows and answer is plan.old):
                for phrase in gap_phrases(gap, answer.edition):
                    silent.setdefault(phrase, []).append(page)
            elif not gap.flows:
                facet = answer.edition.facets[gap.facet]
                where = values_phrase(facet, [gap.value], "for {}")
                yield (
                    f"{page} documents nothing {where}. This plan cannot "
                    f"tell what {page} needs there."
                )
    for phrase, pages in silent.items():
        yield f"Not documented by {join('or', pages)}: {phrase}"
