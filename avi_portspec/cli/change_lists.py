"""What ``diff`` and ``upgrade`` answer: what to do, then what to know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from avi_portspec.changes.lines import (
    FIELD_BY_FIELD,
    change_counts,
    change_parts,
    hidden_changes,
    hidden_steps,
    plan_parts,
    plan_title,
)
from avi_portspec.cli.grid import INDENT, Grid, fit
from avi_portspec.cli.groups import add_mark, show_footnotes, spell
from avi_portspec.cli.origin import show_sources
from avi_portspec.model.phrases import deployment_phrase
from avi_portspec.tabular.lines import Footnotes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from avi_portspec.changes.differences import Changes
    from avi_portspec.changes.lines import Changed, Part
    from avi_portspec.changes.plan import UpgradePlan
    from avi_portspec.cli.terminal import Screen
    from avi_portspec.model.edition import EditionData

__all__ = ["show_changes", "show_plan"]

_MORE: Final = " Add --all to see them."


def show_changes(
    screen: Screen,
    old: EditionData,
    new: EditionData,
    changes: Changes,
    *,
    everything: bool,
) -> None:
    """Print what changes for a firewall, and count the rest.

    Args:
        screen: Where to.
        old: The older edition.
        new: The newer edition.
        changes: What differs between them.
        everything: Whether to list each change field by field as well.
    """
    counts = change_counts(changes)
    screen.paragraph(f"{old.id} -> {new.id}: {counts}", "bold")
    _show_parts(screen, change_parts(old, new, changes))
    hidden = hidden_changes(changes)
    if everything:
        _, *lines = changes.to_text().splitlines()
        screen.line()
        screen.paragraph(FIELD_BY_FIELD, "bold")
        for line in lines:
            screen.line(line)
    elif hidden:
        screen.line()
        screen.paragraph(f"{hidden}{_MORE}")
    show_sources(screen, old, new)


def show_plan(screen: Screen, plan: UpgradePlan, *, everything: bool) -> None:
    """Print what to open, to close and to check, and count the rest.

    Args:
        screen: Where to.
        plan: The plan.
        everything: Whether to list what stays open and what is optional.
    """
    facets = plan.new.edition.facets
    screen.paragraph(plan_title(plan), "bold")
    screen.paragraph(deployment_phrase(plan.new.deployment, facets))
    parts = plan_parts(plan, whole=everything)
    footnotes = _show_parts(screen, parts)
    hidden = hidden_steps(plan)
    if hidden and not everything:
        screen.line()
        screen.paragraph(f"{hidden}{_MORE}")
    show_footnotes(screen, footnotes)
    show_sources(screen, plan.old.edition, plan.new.edition)


def _show_parts(screen: Screen, parts: Sequence[Part]) -> Footnotes:
    """Print parts below their headings, in columns that all of them share."""
    changed = [changed for part in parts for changed in part.lines]
    footnotes = Footnotes(changed.line for changed in changed)
    rows = [_cells(one, footnotes) for one in changed]
    if rows:
        grids = _grids(rows)
        grid, widths = fit(grids, screen.width)
        rows = [*grid.rows]
    left: Iterator[Sequence[str]] = iter(rows)
    for part in parts:
        screen.line()
        screen.paragraph(part.title, "bold")
        for one in part.lines:
            screen.row(next(left), widths, ("", "bold"))
            for text in one.line.below:
                screen.paragraph(text, "dim", margin=INDENT * 2)
        if not part.lines and not part.remarks:
            screen.paragraph("Nothing.", margin=INDENT)
        for remark in part.remarks:
            screen.paragraph(remark, margin=INDENT)
    return footnotes


def _cells(changed: Changed, footnotes: Footnotes) -> tuple[str, ...]:
    line = changed.line
    ends = " -> ".join(
        changed.edition.endpoints[name].label
        for name in (line.source, line.destination)
    )
    mark = footnotes.letter(line)
    return (
        " ".join(filter(None, (changed.sign, ends))),
        spell(line.port),
        line.service,
        add_mark(line.need.text, mark),
    )


def _grids(rows: Sequence[tuple[str, ...]]) -> list[Grid]:
    """Return the choices of columns: the service is left out first."""
    whole = Grid(("",) * 4, (*rows,))
    fewer = tuple((ends, port, text) for ends, port, _, text in rows)
    return [whole, Grid(("",) * 3, fewer)]
