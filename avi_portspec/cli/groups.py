"""Flows in groups, as a terminal shows them; and below what is assumed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from avi_portspec.cli.flow_table import (
    list_settings,
    list_undocumented,
    list_withheld,
    other_purpose,
    show_elsewhere,
    withheld,
)
from avi_portspec.cli.grid import INDENT, Grid, fit
from avi_portspec.cli.origin import show_source
from avi_portspec.cli.streams import tell
from avi_portspec.deployment.unresolved import withheld_phrase
from avi_portspec.documents import count_text
from avi_portspec.model.phrases import (
    DIRECTION_UNCLEAR,
    WITHHELD,
    asked_of,
    deployment_phrase,
)
from avi_portspec.model.wording import ASK_DIRECTION
from avi_portspec.tabular.lines import (
    Footnotes,
    answer_lines,
    count_decisions,
    edition_lines,
    group_lines,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from avi_portspec.cli.query import Answer
    from avi_portspec.cli.terminal import Screen
    from avi_portspec.deployment.resolution import Resolution
    from avi_portspec.names import Status
    from avi_portspec.tabular.lines import Group, Line, Port

__all__ = [
    "add_mark",
    "show_footnotes",
    "show_groups",
    "spell",
]

#: The styles of the columns To, Port and Service; others have none.
_STYLES: Final = ("", "bold", "dim")


def show_groups(
    screen: Screen, answer: Answer, *, why: bool, wide: bool, quiet: bool
) -> None:
    """Print the flows of an answer in groups, in columns that fit.

    Args:
        screen: Where to.
        answer: The answer.
        why: Whether to say why in full, however narrow the screen is.
        wide: Whether to show all columns, however wide they are.
        quiet: Whether to print the rows alone, and what is not documented to
            standard error.
    """
    groups = group_lines(_lines(answer))
    lines = [line for group in groups for line in group.lines]
    footnotes = Footnotes(() if quiet else lines)
    if not quiet:
        _show_premise(screen, answer)
    has_more = False
    if lines:
        grids = [*_grids(answer, groups, footnotes, why=why, wide=wide)]
        room = None if wide else screen.width
        grid, widths = fit(grids, room)
        has_more = "Purpose" not in grid.headings
        _show_rows(screen, answer, groups, grid, widths)
    else:
        show_elsewhere(screen, answer)
    shown = {flow.id for line in lines for flow in line.flows}
    notes = [*list_undocumented(answer, shown, quiet=quiet)]
    if quiet:
        for text, _ in (*notes, *list_withheld(answer)):
            tell(text)
        return
    _show_withheld(screen, answer)
    show_footnotes(screen, footnotes)
    settings = list_settings(answer.resolution, answer.flows)
    for text, style in (*notes, *settings):
        screen.line()
        screen.paragraph(text, style)
    screen.line()
    more = ""
    if lines and not wide:
        columns = "purposes and flow ids" if has_more else "flow ids"
        more = f" Add --wide for {columns}."
    show_source(screen, answer.edition, more, whole=wide)


def _show_withheld(screen: Screen, answer: Answer) -> None:
    """Print what gets no port though it applies, under headings of its own."""
    edition = answer.edition
    found: dict[str, list[str]] = {}
    for decision in withheld(answer):
        text = f"{withheld_phrase(decision, edition)} ({decision.flow.id})"
        found.setdefault(WITHHELD[decision.status], []).append(text)
    for heading, texts in found.items():
        is_unclear = heading == DIRECTION_UNCLEAR
        screen.line()
        screen.paragraph(heading, "bold yellow" if is_unclear else "bold")
        for text in (*texts, *([ASK_DIRECTION] if is_unclear else ())):
            screen.paragraph(text, margin=INDENT)


def show_footnotes(screen: Screen, footnotes: Footnotes) -> None:
    """Print what is assumed, each with its letter; nothing if nothing is."""
    texts = footnotes.texts()
    if texts:
        screen.line()
    for letter, text in texts:
        first = f"[{letter}] "
        screen.paragraph(text, "dim", first=first, margin=" " * len(first))


def spell(port: Port) -> str:
    """Return a cell of ports that is not broken inside ``TCP 22``."""
    first, _, rest = port.number.partition(" ")
    text = "\N{NO-BREAK SPACE}".join(filter(None, (port.protocol, first)))
    before, _, last = text.rpartition(" ")
    return " ".join(filter(None, (before, last, rest)))


def add_mark(text: str, letter: str) -> str:
    """Return a text with the letter of its footnote, if it has one."""
    mark = f"[{letter}]" if letter else ""
    return "\N{NO-BREAK SPACE}".join(filter(None, (text, mark)))


def _lines(answer: Answer) -> Sequence[Line]:
    """Return the lines of an answer."""
    resolution = answer.resolution
    if resolution is None:
        clouds = answer.asked_clouds
        return edition_lines(
            answer.edition,
            answer.flows,
            answer.unstated,
            answer.exclusions,
            asked={} if clouds is None else {"cloud": clouds},
        )
    shown = {flow.id for flow in (*answer.flows, *answer.unstated)}
    return answer_lines(
        answer.edition,
        [
            resolution[flow]
            for flow in answer.edition.flows
            if flow.id in shown
        ],
        answer.exclusions,
        asked=asked_of(resolution.deployment, answer.edition.facets),
    )


def _show_premise(screen: Screen, answer: Answer) -> None:
    """Print what was asked about, and how much is shown."""
    if answer.resolution is None:
        count = len(answer.flows)
        if not count:
            return
        flows = count_text(count, "flow")
        screen.paragraph(f"{flows}, for any deployment")
    else:
        deployment = answer.resolution.deployment
        screen.paragraph(deployment_phrase(deployment, answer.edition.facets))
        screen.paragraph(", ".join(_counts(answer, answer.resolution)))
    screen.line()


def _counts(answer: Answer, resolution: Resolution) -> Iterator[str]:
    """Yield how many flows there are of each decision."""
    statuses = [resolution.status_of(flow) for flow in answer.flows]
    shown: list[Status] = [s for s in statuses if s != "unstated"]
    shown += [decision.status for decision in withheld(answer)]
    shown += ["unstated"] * len(answer.unstated)
    for message, count in count_decisions(shown):
        yield message.format(count)
    nothing = not answer.unstated
    outside = len(resolution.having("unstated")) - len(answer.unstated)
    if outside:
        nothing = False
        yield f"{outside} not documented outside this selection"
    for gap in resolution.gaps:
        nothing = nothing and bool(gap.flows)
        if gap.interface is not None:
            name = answer.edition.interfaces[gap.interface].name
            yield f"nothing documented for {name}"
        elif not gap.flows:
            facet = answer.edition.facets[gap.facet]
            (name,) = (v.label for v in facet.values if v.id == gap.value)
            yield f"nothing documented for {name}"
    if resolution.conflicts:
        nothing = False
        yield f"{len(resolution.conflicts)} in conflict"
    if nothing:
        yield "nothing undocumented"


def _grids(
    answer: Answer,
    groups: Sequence[Group],
    footnotes: Footnotes,
    *,
    why: bool,
    wide: bool,
) -> Iterator[Grid]:
    """Yield the choices of columns, the best first."""
    lines = [line for group in groups for line in group.lines]
    is_decided = answer.resolution is not None
    turned = groups[0].side == "destination"
    basic: dict[str, list[str]] = {
        "From" if turned else "To": [*_ends(answer, groups)],
        "Port": [spell(line.port) for line in lines],
        "Service": [line.service for line in lines],
    }
    marks = [footnotes.letter(line) for line in lines]
    full = {
        "Why" if is_decided else "Needed": [
            add_mark(_reason(line, answer) if why else str(line.need), mark)
            for line, mark in zip(lines, marks, strict=True)
        ]
    }
    short = {
        "Needed": [
            add_mark(line.short, mark)
            for line, mark in zip(lines, marks, strict=True)
        ]
    }
    purpose, others = (
        {"Purpose": [_purpose(line, answer, others=others) for line in lines]}
        for others in (False, not why)
    )
    if not any(purpose["Purpose"]):
        purpose = {}
    if wide:
        ids = {"Flow": [", ".join(_ids(line)) for line in lines]}
        yield _grid(basic | full | others | ids)
        return
    # Without a deployment, no shorter form would say what is needed.
    has_short = is_decided and not why
    if any(others["Purpose"]):
        yield _grid(basic | full | others)
    yield _grid(basic | full | purpose)
    if has_short:
        yield _grid(basic | short | purpose)
    yield _grid(basic | full)
    if has_short:
        yield _grid(basic | short)


def _grid(columns: dict[str, list[str]]) -> Grid:
    rows = zip(*columns.values(), strict=True)
    return Grid((*columns,), tuple(rows))


def _ends(answer: Answer, groups: Sequence[Group]) -> Iterator[str]:
    """Yield the other end of each line, of several in a row once."""
    for group in groups:
        last = None
        for line in group.lines:
            end = line.source
            if group.side == "source":
                end = line.destination
            yield "" if end == last else answer.edition.endpoints[end].label
            last = end


def _reason(line: Line, answer: Answer) -> str:
    """Return why a line is there, and what for by other sources."""
    purpose = _purpose(line, answer, others=True)
    if not purpose or line.flows[0].purpose:
        return str(line.need)
    return f"{line.need}. Purpose: {purpose}"


def _purpose(line: Line, answer: Answer, *, others: bool) -> str:
    """Return what a line's flow is for, where its need does not say it.

    Args:
        line: The line.
        answer: The answer.
        others: Whether to look in other sources as well.
    """
    if line.status == "unstated" or len(line.flows) != 1:
        return ""
    (flow,) = line.flows
    purpose = flow.purpose or ""
    if others and not purpose:
        purpose = other_purpose(answer, flow)
    return "" if purpose.lower() == line.need.text.lower() else purpose


def _ids(line: Line) -> Iterable[str]:
    if line.exclusion is not None:
        return [line.exclusion.id]
    return [flow.id for flow in line.flows]


def _show_rows(
    screen: Screen,
    answer: Answer,
    groups: Sequence[Group],
    grid: Grid,
    widths: Sequence[int],
) -> None:
    if screen.header:
        screen.row(grid.headings, widths, ["dim"] * len(widths))
    rows = iter(grid.rows)
    for number, group in enumerate(groups):
        if number:
            screen.line()
        side = "To" if group.side == "destination" else "From"
        name = answer.edition.endpoints[str(group.endpoint)].label
        screen.paragraph(f"{side} {name}", "bold")
        for line in group.lines:
            screen.row(next(rows), widths, _STYLES)
            for text in line.below:
                screen.paragraph(text, "dim", margin=INDENT * 2)
