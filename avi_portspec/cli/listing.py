"""Flows as a table for people, and below it what the page leaves open."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NamedTuple

import click

from avi_portspec.cli.screen import Column, Screen
from avi_portspec.cli.words import every_word
from avi_portspec.model.display import joined, ports_text, stated_by, when
from avi_portspec.model.flat import identity
from avi_portspec.model.flat import why as asked_for

if TYPE_CHECKING:
    from avi_portspec.cli.subjects import Subject
    from avi_portspec.deployment.resolution import Decision, Resolution
    from avi_portspec.model.edition import Edition
    from avi_portspec.model.flows import Flow

__all__ = ["listed", "stamp"]


class _Row(NamedTuple):
    """What a cell is made from."""

    flow: Flow
    edition: Edition
    decision: Decision | None


def _why(row: _Row) -> str:
    if row.decision is None:
        return asked_for(row.flow, row.edition)
    return row.decision.reason


_COLUMNS: Final[dict[str, tuple[Column, Callable[[_Row], str]]]] = {
    "source": (
        Column("Source"),
        lambda row: row.edition.endpoints[row.flow.source].name,
    ),
    "destination": (
        Column("Destination"),
        lambda row: row.edition.endpoints[row.flow.destination].name,
    ),
    "ports": (
        Column("Ports", is_whole=True),
        lambda row: ports_text(row.flow),
    ),
    "service": (Column("Service"), lambda row: row.flow.service or ""),
    "requirement": (
        Column("Requirement", is_whole=True),
        lambda row: row.flow.requirement,
    ),
    "when": (
        Column("When"),
        lambda row: when(row.flow, row.edition.facets),
    ),
    "decision": (
        Column("Decision", is_whole=True),
        lambda row: "" if row.decision is None else row.decision.status,
    ),
    "id": (
        Column("Flow", is_whole=True, is_spare=True),
        lambda row: row.flow.id,
    ),
    "why": (Column("Why"), _why),
    "section": (
        Column("Section"),
        lambda row: row.edition.sections[row.flow.section].title,
    ),
    "purpose": (Column("Purpose"), lambda row: row.flow.purpose or ""),
    "effect": (
        Column("If blocked"),
        lambda row: row.flow.effect_if_blocked or "",
    ),
    "inferred": (
        Column("Inferred"),
        lambda row: " ".join(
            f"{each.field}: {each.reason}" for each in row.flow.inferred
        ),
    ),
    "notes": (Column("Notes"), lambda row: ", ".join(row.flow.notes)),
    "citation": (Column("Stated in"), lambda row: str(row.flow.citation)),
    "origin": (Column("Origin"), lambda row: row.flow.origin or "the page"),
}
_USUAL: Final = (
    *("source", "destination", "ports", "service"),
    *("requirement", "when", "id"),
)
_DECIDED: Final = (
    *("source", "destination", "ports", "service"),
    *("decision", "id"),
)


def listed(
    screen: Screen, subject: Subject, columns: str | None, *, why: bool
) -> None:
    """Print a subject's flows as a table, and what is left open.

    Args:
        screen: Where to.
        subject: What is asked about.
        columns: Which columns, set apart by commas; ``None`` for the usual
            ones.
        why: Whether to add the reasons.

    Raises:
        click.UsageError: There is no such column, or none without a
            deployment.
    """
    resolution = subject.resolution
    names = _chosen(columns, is_decided=resolution is not None)
    if why and "why" not in names:
        names.append("why")
    if resolution is not None:
        _premise(screen, resolution)
    rows = [
        _Row(
            flow,
            subject.edition,
            None if resolution is None else resolution[flow],
        )
        for flow in subject.flows
    ]
    if rows:
        screen.table(
            [_asked(name, is_asked=columns is not None) for name in names],
            [[_COLUMNS[name][1](row) for name in names] for row in rows],
        )
    else:
        screen.line("No flow is in this answer.")
    _left_open(screen, subject)
    screen.line()
    screen.line(stamp(subject.edition), "dim")


def _chosen(columns: str | None, *, is_decided: bool) -> list[str]:
    if columns is None:
        return [*(_DECIDED if is_decided else _USUAL)]
    names = [name.strip() for name in columns.split(",")]
    for name in names:
        if name not in _COLUMNS:
            raise click.BadParameter(
                every_word("column", name, _COLUMNS), param_hint="--columns"
            )
    if "decision" in names and not is_decided:
        raise click.UsageError(
            "--columns decision needs a deployment: say, --deployment aws",
            click.get_current_context(),
        )
    return names


def _asked(name: str, *, is_asked: bool) -> Column:
    """Return a column; one that was asked for is never left out."""
    column = _COLUMNS[name][0]
    return column._replace(is_spare=column.is_spare and not is_asked)


def _premise(screen: Screen, resolution: Resolution) -> None:
    """Say what was asked about, so that the answer can stand alone."""
    for facet in resolution.edition.facets:
        held = resolution.deployment.values_of(facet.id)
        names = [value.name for value in facet.values if value.id in held]
        screen.line(f"{facet.name}: {joined('and', names) or 'none'}")
    nodes = {"cluster": "a cluster", "single-node": "a single node"}
    screen.line(f"Controller nodes: {nodes[resolution.deployment.nodes]}")
    screen.line()


def _left_open(screen: Screen, subject: Subject) -> None:
    """Say what the page leaves open; no filter hides it."""
    resolution = subject.resolution
    if resolution is not None and (resolution.conflicts or resolution.gaps):
        screen.line()
        for conflict in resolution.conflicts:
            screen.line(str(conflict), "bold red")
        for gap in resolution.gaps:
            screen.line(str(gap), "bold yellow")
    told = {
        flow
        for gap in (resolution.gaps if resolution is not None else ())
        for flow in gap.flows
    }
    silent = [flow for flow in subject.left_open if flow.id not in told]
    if silent:
        screen.line()
    for flow in silent:
        ends = " to ".join(
            subject.edition.endpoints[end].name
            for end in (flow.source, flow.destination)
        )
        screen.line(
            f"unstated: {stated_by(flow)} does not say whether {ends}, "
            f"{ports_text(flow)}, applies.",
            "bold yellow",
        )


def stamp(edition: Edition) -> str:
    """Return the data's version and digest, in a line."""
    made = identity(edition)
    return (
        f"Edition {made['edition']}, data version {made['data_version']}, "
        f"SHA-256 {made['digest']}"
    )
