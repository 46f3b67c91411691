"""Flows as a table for people, and below it what is not documented."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from avi_portspec.cli import terminal
from avi_portspec.cli.failures import needs_deployment, unknown_word
from avi_portspec.cli.origin import show_source
from avi_portspec.cli.streams import tell
from avi_portspec.deployment.unresolved import withheld_phrase
from avi_portspec.documents import join
from avi_portspec.errors import InvalidQueryError, UnknownNameError
from avi_portspec.model.display import ports_text, silence_text
from avi_portspec.model.wording import ASK_DIRECTION, deployment_rows, when
from avi_portspec.tabular.columns import (
    ANSWER,
    COLUMNS,
    FLOWS,
    NEED_DECISION,
    Column,
    Row,
    find_column,
    parse_columns,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from avi_portspec.cli.query import Answer
    from avi_portspec.cli.terminal import Screen
    from avi_portspec.deployment.decisions import Decision, Gap
    from avi_portspec.deployment.resolution import Resolution
    from avi_portspec.model.flows import Flow

__all__ = [
    "list_settings",
    "list_undocumented",
    "list_withheld",
    "other_purpose",
    "show_elsewhere",
    "show_flows",
    "withheld",
]

#: The most flows that an empty answer names.
_ELSEWHERE: Final = 6


def show_flows(
    screen: Screen,
    answer: Answer,
    columns: str | None,
    *,
    why: bool,
    quiet: bool,
) -> None:
    """Print the flows of an answer as a table, and what is not documented.

    Args:
        screen: Where to.
        answer: The answer.
        columns: The columns, comma-separated; ``None`` for the usual
            ones.
        why: Whether to add the reasons.
        quiet: Whether to print the table alone, and the rest to standard
            error.

    Raises:
        click.UsageError: There is no such column, or none without a
            deployment.
    """
    resolution = answer.resolution
    chosen = _columns(columns, is_decided=resolution is not None)
    if why and all(column.name != "why" for column in chosen):
        chosen = (*chosen, COLUMNS["why"])
    if resolution is not None and not quiet:
        # So that the answer can stand alone in a ticket.
        deployment = resolution.deployment
        for name, value in deployment_rows(deployment, answer.edition.facets):
            screen.line(f"{name}: {value}")
        screen.line()
    rows = [
        Row(
            flow,
            answer.edition,
            None if resolution is None else resolution[flow],
        )
        for flow in answer.flows
    ]
    if rows:
        screen.table(
            [
                terminal.Column(
                    column.heading, is_whole=column.kind == "machine"
                )
                for column in chosen
            ],
            [
                [
                    _cell(answer, column, row, has_purpose=why)
                    for column in chosen
                ]
                for row in rows
            ],
        )
    else:
        show_elsewhere(screen, answer)
    notes = [*list_undocumented(answer, quiet=quiet), *list_withheld(answer)]
    if quiet:
        for text, _ in notes:
            tell(text)
        return
    notes += list_settings(answer.resolution, answer.flows)
    if notes:
        screen.line()
    for text, style in notes:
        screen.line(text, style)
    screen.line()
    show_source(screen, answer.edition)


def _cell(
    answer: Answer, column: Column, row: Row, *, has_purpose: bool
) -> str:
    """Return a cell; a reason says what its flow is for by other sources."""
    text = column.text(row)
    other = other_purpose(answer, row.flow) if has_purpose else ""
    if column.name != "why" or not other:
        return text
    return f"{text} Purpose: {other}."


def other_purpose(answer: Answer, flow: Flow) -> str:
    """Return what a flow is for, where other sources alone state it.

    Args:
        answer: The answer; of no deployment, it has no other sources.
        flow: The flow.
    """
    if answer.resolution is None:
        return ""
    # Imported here: most tables have no purposes.
    from avi_portspec.beyond.beside import purpose_text

    return purpose_text(flow, answer.resolution.deployment)


def list_settings(
    resolution: Resolution | None, flows: Iterable[Flow]
) -> Iterator[tuple[str, str]]:
    """Yield which ports are settings of the product, in one text, if any.

    Args:
        resolution: The answer; without a deployment, there are no other
            sources.
        flows: The flows that are shown.
    """
    if resolution is None:
        return
    found: dict[str, dict[str, None]] = {}
    for flow in flows:
        for setting in resolution.settings_of(flow)[:1]:
            found.setdefault(str(setting), {})[ports_text(flow)] = None
    if found:
        texts = (
            f"{join('and', p)}: {setting}" for setting, p in found.items()
        )
        yield f"Ports that are settings: {'; '.join(texts)}.", ""


def show_elsewhere(screen: Screen, answer: Answer) -> None:
    """Report that nothing matches, and where the ports do apply."""
    others = [*answer.find_matches()]
    here = " for this deployment" if others else ""
    screen.paragraph(f"No matching flows{here}.")
    for flow, status in others[:_ELSEWHERE]:
        source, destination = (
            answer.edition.endpoints[end].name
            for end in (flow.source, flow.destination)
        )
        applies = when(flow, answer.edition.facets)
        screen.paragraph(
            f"{status}: {ports_text(flow)}, {source} to {destination}: "
            f"{applies} ({flow.id})"
        )
    if len(others) > _ELSEWHERE:
        screen.paragraph(f"and {len(others) - _ELSEWHERE} more")


def _columns(text: str | None, *, is_decided: bool) -> tuple[Column, ...]:
    if text is None:
        return tuple(map(find_column, ANSWER if is_decided else FLOWS))
    try:
        columns = parse_columns(text)
    except UnknownNameError as wrong:
        raise click.BadParameter(
            unknown_word("column", wrong.name, COLUMNS),
            param_hint=["--columns"],
        ) from None
    except InvalidQueryError as wrong:
        raise click.BadParameter(
            str(wrong), param_hint=["--columns"]
        ) from None
    for column in columns:
        if column.name in NEED_DECISION and not is_decided:
            raise needs_deployment(f"--columns {column.name}")
    return columns


def withheld(answer: Answer) -> Iterator[Decision]:
    """Yield the decisions on flows that get no port, and are not in the table.

    No filter hides an unclear direction: the flow may have the source that
    was asked for.

    Args:
        answer: The answer.
    """
    if answer.resolution is not None:
        matching = {flow.id for flow, _ in answer.find_matches()}
        for decision in answer.resolution.withheld:
            flow = decision.flow
            is_told = (
                decision.status == "direction-unclear" or flow.id in matching
            )
            if is_told and flow not in answer.flows:
                yield decision


def list_undocumented(
    answer: Answer, shown: Collection[str] = (), *, quiet: bool = False
) -> Iterator[tuple[str, str]]:
    """Yield what no port is listed for, with its style.

    No filter hides what is not documented. What other sources state of it
    comes last.

    Args:
        answer: The answer.
        shown: The ids of flows of which the table itself says it.
        quiet: Whether to leave out what other sources state of it.
    """
    named: set[str] = {*shown}
    beside: dict[Gap | None, str] = {}
    if answer.resolution is not None:
        if not quiet:
            # Who asks for some flows does not ask what else there is.
            beside = {
                found.gap: found.text
                for found in answer.resolution.elsewhere
                if found.gap is not None or answer.is_unfiltered
            }
        for conflict in answer.resolution.conflicts:
            yield str(conflict), "bold red"
        for gap in answer.resolution.gaps:
            if not gap.flows or not named.issuperset(gap.flows):
                named.update(gap.flows)
                yield str(gap), "bold yellow"
            if gap in beside:
                yield beside.pop(gap), ""
    elif answer.cloud_gaps:
        # Imported here: few answers without a deployment have gaps.
        from avi_portspec.deployment.elsewhere import on_gaps

        yield from ((str(gap), "bold yellow") for gap in answer.cloud_gaps)
        if not quiet:
            yield from ((e.text, "") for e in on_gaps(answer.cloud_gaps))
    silent = [flow for flow in answer.unstated if flow.id not in named]
    if silent:
        text = silence_text(silent, answer.edition)
        yield f"unstated: {text}", "bold yellow"
    yield from ((text, "") for text in beside.values())


def list_withheld(answer: Answer) -> Iterator[tuple[str, str]]:
    """Yield what gets no port though it applies, with its style.

    Args:
        answer: The answer.
    """
    for decision in withheld(answer):
        text = withheld_phrase(decision, answer.edition)
        style = ""
        if decision.status == "direction-unclear":
            text, style = f"{text} {ASK_DIRECTION}", "bold yellow"
        yield f"{decision.status}: {text} ({decision.flow.id})", style
