"""What changes between two editions, and what an upgrade has to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from docutils import nodes

from avi_portspec import Citation, Condition, PortRange, Protocol, Reason
from avi_portspec.changes.meaning import combined
from avi_portspec.model.display import joined, summary
from avi_portspec.model.plain import plain
from sphinx_avi_portspec.rendering.cells import entry
from sphinx_avi_portspec.rendering.decisions import DECISIONS, stated_in
from sphinx_avi_portspec.rendering.links import link
from sphinx_avi_portspec.rendering.pen import Phrase
from sphinx_avi_portspec.rendering.published import flow_pieces
from sphinx_avi_portspec.rendering.words import REQUIREMENTS, title_of

if TYPE_CHECKING:
    from avi_portspec import (
        Changes,
        Edition,
        FieldChange,
        RecordChange,
        Resolution,
        Step,
        UpgradePlan,
    )
    from avi_portspec.names import Action
    from sphinx_avi_portspec.rendering.marks import Marks
    from sphinx_avi_portspec.rendering.pen import Pen

__all__ = [
    "COLLECTIONS",
    "HEADINGS",
    "KINDS",
    "STEPS",
    "WORK",
    "Change",
    "change_rows",
    "changes_of",
    "editions_line",
    "plan_headings",
    "step_rows",
]

#: What a change calls for, as a reader is told; in the order of urgency.
WORK: Final[dict[str, str]] = {
    "open": "Open",
    "close": "Close",
    "review": "Review",
    "none": "No work",
}

#: What a step of an upgrade is, by the word that an option has for it: the
#: library's action, and how a reader is told.
STEPS: Final[dict[str, tuple[Action, str]]] = {
    "open": ("open", "Open before the upgrade"),
    "keep": ("none", "Keep open"),
    "close": ("close", "Close after the upgrade"),
    "review": ("review", "Review"),
}

#: What a change can be of: the records, and the edition's own fields.
COLLECTIONS: Final = {
    "flows": "flow",
    "exclusions": "exclusion",
    "pointers": "pointer",
    "notes": "note",
    "endpoints": "endpoint",
    "sections": "section",
    "facets": "facet",
    "edition": "edition",
}

#: Whether what is true changed, how it is put, or where it stands.
KINDS: Final = ("meaning", "text", "citation")

HEADINGS: Final = ("Firewall", "Of what", "Change", "Difference")

#: The collections whose records can be linked to.
_LINKED: Final = frozenset({"flows", "notes", "endpoints"})
#: The fields that hold sentences: what translators are asked for.
_PROSE: Final = frozenset(
    {"description", "effect_if_blocked", "purpose", "text", "title"}
)


class Change(NamedTuple):
    """One thing that came, went, or differs, as a row shows it.

    Attributes:
        collection: What it is of.
        id: The record's id; the edition's for its own fields.
        what: ``added``, ``removed`` or ``changed``.
        action: What it means for a firewall.
        fields: The fields that differ, for what both have.
    """

    collection: str
    id: str
    what: str
    action: str
    fields: tuple[FieldChange, ...]

    @property
    def size(self) -> int:
        """How many changes this is, so that what is hidden is counted."""
        return len(self.fields) or 1


def changes_of(changes: Changes) -> list[Change]:
    """Return all changes, the most urgent first, else by collection."""
    found = [_of_record(change) for change in changes]
    if changes.fields:
        action = combined(field.action for field in changes.fields)
        found.append(
            Change("edition", changes.new, "changed", action, changes.fields)
        )
    actions, collections = list(WORK), list(COLLECTIONS)
    return sorted(
        found,
        key=lambda change: (
            actions.index(change.action),
            collections.index(change.collection),
        ),
    )


def _of_record(change: RecordChange) -> Change:
    return Change(
        change.collection,
        change.id,
        change.what,
        change.action,
        change.fields,
    )


def editions_line(pen: Pen, old: Edition, new: Edition) -> nodes.paragraph:
    """Return a paragraph that says which editions are compared."""
    made = pen.paragraph(
        Phrase("Older:"),
        " ",
        link(old, "edition", old.id, f"{old.title} ({old.id})"),
        ". ",
        Phrase("Newer:"),
        " ",
        link(new, "edition", new.id, f"{new.title} ({new.id})"),
        ".",
    )
    made["classes"].append("avi-editions")
    return made


# -- changes -----------------------------------------------------------------


def change_rows(
    pen: Pen,
    old: Edition,
    new: Edition,
    changes: Iterable[Change],
    marks: Marks,
) -> list[nodes.row]:
    """Return a row for each change, under :data:`HEADINGS`."""
    rows = []
    for change in changes:
        edition = old if change.what == "removed" else new
        kind = COLLECTIONS[change.collection]
        rows.append(
            nodes.row(
                "",
                entry(pen, pen.paragraph(Phrase(WORK[change.action]))),
                entry(pen, pen.paragraph(*_record(edition, change))),
                entry(pen, pen.paragraph(Phrase(f"{kind} {change.what}"))),
                entry(pen, *_difference(pen, old, new, change, marks)),
            )
        )
    return rows


def _record(edition: Edition, change: Change) -> Iterator[str | nodes.Node]:
    """Yield what a reader calls a record."""
    if change.collection in _LINKED:
        kind = COLLECTIONS[change.collection]
        title = title_of(edition, kind, change.id)
        yield link(edition, kind, change.id, title)
    elif change.collection == "edition":
        yield link(edition, "edition", change.id, change.id)
    else:
        record = getattr(edition, change.collection)[change.id]
        yield _name(edition, record)


def _name(edition: Edition, record: Any) -> str:
    """Return the name of a record that nothing can be linked to."""
    for field in ("title", "name"):
        if hasattr(record, field):
            return str(getattr(record, field))
    source, destination = (
        edition.endpoints[end].name
        for end in (record.source, record.destination)
    )
    return f"{source} \N{RIGHTWARDS ARROW} {destination}"


def _difference(
    pen: Pen, old: Edition, new: Edition, change: Change, marks: Marks
) -> Iterator[nodes.paragraph]:
    """Yield what came or went; or a paragraph for each field that differs."""
    if not change.fields:
        edition = old if change.what == "removed" else new
        record = getattr(edition, change.collection)[change.id]
        if change.collection == "flows":
            pieces = list(flow_pieces(edition, record, marks))
            if record.purpose:
                pieces += [". ", Phrase(record.purpose)]
            yield pen.paragraph(*pieces)
        elif hasattr(record, "text"):
            yield pen.paragraph(Phrase(record.text))
        else:
            yield pen.paragraph(nodes.literal(record.id, record.id))
    # What changes the truth comes before how it is put, and where.
    for field in sorted(change.fields, key=lambda f: KINDS.index(f.kind)):
        yield pen.paragraph(
            nodes.literal(field.name, field.name),
            " (",
            Phrase(field.kind),
            "): ",
            _value(old, field.name, field.before),
            " \N{RIGHTWARDS ARROW} ",
            _value(new, field.name, field.after),
        )


def _value(edition: Edition, name: str, value: Any) -> str:
    """Return a field's value in words."""
    if value is None or value == ():
        return Phrase("none")
    if isinstance(value, Condition):
        return Phrase(value.describe(edition.facets))
    if name in {"source", "destination"} and isinstance(value, str):
        return edition.endpoints[value].name
    if name == "requirement":
        return Phrase(REQUIREMENTS[value])
    if isinstance(value, tuple):
        return _several(value)
    return Phrase(value) if name in _PROSE else _one(value)


def _several(values: tuple[Any, ...]) -> str:
    """Return values in words: short ones as a sentence has them."""
    if isinstance(values[0], (str, int, PortRange, Protocol)):
        return joined("and", map(_one, values))
    return "; ".join(map(_one, values))


def _one(value: Any) -> str:
    """Return one of the values of a field that can have several."""
    if isinstance(value, Protocol):
        return value.label
    if isinstance(value, Reason):
        return f"{value.field}: {value.reason}"
    if isinstance(value, (Citation, PortRange)):
        return str(value)
    spelled = value if isinstance(value, str) else plain(value)
    if isinstance(spelled, dict):
        return ", ".join(f"{key} {each}" for key, each in spelled.items())
    return str(spelled)


# -- plans -------------------------------------------------------------------


def plan_headings(plan: UpgradePlan) -> tuple[str, ...]:
    """Return the headings of a plan's table."""
    return (
        "What to do",
        "Source",
        "Destination",
        "Ports",
        f"{plan.old.edition.id} \N{RIGHTWARDS ARROW} {plan.new.edition.id}",
        "Why",
    )


def step_rows(
    pen: Pen, plan: UpgradePlan, steps: Iterable[Step]
) -> list[nodes.row]:
    """Return a row for each flow's steps of one kind."""
    labels: dict[str, str] = dict(STEPS.values())
    rows = []
    for _, found in groupby(
        steps,
        key=lambda s: (s.action, s.source, s.destination, s.flow, s.reason),
    ):
        same = list(found)
        step = same[0]
        answer = _answer(plan, step)
        edition = answer.edition
        ports = summary([each.pair for each in same])
        types = joined("and", map(str, step.icmp_types))
        text = f"{ports} type {types}" if types else ports
        rows.append(
            nodes.row(
                "",
                entry(pen, pen.paragraph(Phrase(labels[step.action]))),
                entry(pen, pen.paragraph(edition.endpoints[step.source].name)),
                entry(
                    pen,
                    pen.paragraph(edition.endpoints[step.destination].name),
                ),
                entry(
                    pen,
                    pen.paragraph(
                        link(edition, "flow", step.flow, text, machine=True)
                    ),
                ),
                entry(pen, pen.paragraph(*_decisions(step))),
                entry(
                    pen,
                    pen.paragraph(Phrase(step.reason)),
                    stated_in(
                        pen,
                        answer[step.flow].citations,
                        edition=edition.id,
                    ),
                ),
            )
        )
    return rows


def _answer(plan: UpgradePlan, step: Step) -> Resolution:
    """Return the answer of the newest edition that has a step's flow."""
    return plan.old if step.after == "silent" else plan.new


def _decisions(step: Step) -> Iterator[str]:
    words = {**DECISIONS, "silent": "not named"}
    yield Phrase(words[step.before])
    yield " \N{RIGHTWARDS ARROW} "
    yield Phrase(words[step.after])
