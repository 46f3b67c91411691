"""What a change means for a firewall.

Nothing is to close: what one deployment no longer needs, another may, and a
flow that the newer page does not name may still be in use. Whatever is less
is to review; the plan of one deployment's upgrade says what to close.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from typing import Any, Final

from avi_portspec.changes.intervals import intervals_of, minus
from avi_portspec.model.conditions import Condition
from avi_portspec.model.flows import Flow, Note
from avi_portspec.names import Action, ChangeAction, ChangeKind, FacetId

__all__ = [
    "combine",
    "condition_action",
    "field_action",
    "kind_of",
    "opening_action",
    "record_action",
]

_CITED: Final = frozenset({"citation", "extent", "overview"})
_WORDED: Final = frozenset(
    {
        "aliases",
        "clause",
        "description",
        "effect_if_blocked",
        "id",
        "inferred",
        "name",
        "origin",
        "product",
        "purpose",
        "readings",
        "reference",
        "service",
        "short",
        "site_names",
        "text",
        "title",
    }
)
#: The requirements under which a flow that exists is to open.
_FIRM: Final = frozenset({"required", "when-used"})
#: How many named facet values a condition may have to be compared by table.
_TABLE: Final = 14


def kind_of(collection: str, name: str) -> ChangeKind:
    """Return what a field's change is about.

    Args:
        collection: The edition's field that holds the record; empty for
            the edition itself.
        name: The field.
    """
    if name in _CITED:
        return "citation"
    if name in _WORDED or not collection:
        return "text"
    return "meaning"


def combine(actions: Iterable[ChangeAction]) -> ChangeAction:
    """Return one action for several: ``review`` if two differ."""
    expected = {action for action in actions if action != "none"}
    if not expected:
        return "none"
    return expected.pop() if len(expected) == 1 else "review"


def opening_action(flow: Flow) -> ChangeAction:
    """Return what it means that more of a flow has to pass."""
    return "optional" if flow.requirement == "optional" else "open"


def record_action(collection: str, before: Any, after: Any) -> ChangeAction:
    """Return what it means that a record was added or removed.

    Args:
        collection: The edition's field that holds it.
        before: The record in the older edition, or ``None``.
        after: The record in the newer one, or ``None``.
    """
    if collection == "flows":
        return "review" if after is None else opening_action(after)
    if collection == "exclusions":
        return "review"
    if collection == "notes" and _weighs(before or after):
        return "review"
    return "none"


def field_action(
    collection: str, name: str, before: Any, after: Any
) -> ChangeAction:
    """Return what it means that one field of a record changed.

    Args:
        collection: The edition's field that holds the record.
        name: The field of the record.
        before: The record in the older edition.
        after: The record in the newer one.
    """
    kind = kind_of(collection, name)
    if collection == "notes":
        weighs = _weighs(before) or _weighs(after)
        return "review" if weighs and kind != "citation" else "none"
    if kind != "meaning" or name == "section":
        return "none"
    if collection == "flows":
        return _flow_action(name, before, after)
    return "review" if collection == "exclusions" else "none"


def _flow_action(name: str, before: Flow, after: Flow) -> ChangeAction:
    if name in {"protocols", "ports", "icmp_types"}:
        compared = _ports_action(before, after)
    elif name == "when":
        compared = condition_action(before.when, after.when)
    elif name == "requirement" and after.requirement in _FIRM:
        return "open"
    else:
        return "review"
    if compared == "open":
        return opening_action(after)
    return "review" if compared == "close" else compared


def _weighs(note: Note) -> bool:
    """Return whether a note of this kind bears on what passes."""
    return note.kind in {"restriction", "source-address"}


def _ports_action(before: Flow, after: Flow) -> Action:
    more = any(_beyond(after, before))
    less = any(_beyond(before, after))
    if more and less:
        return "review"
    if more:
        return "open"
    return "close" if less else "none"


def _beyond(flow: Flow, other: Flow) -> Iterable[object]:
    """Yield what a flow opens and another one does not."""
    for protocol in flow.protocols:
        theirs = (
            intervals_of(other, protocol)
            if protocol in other.protocols
            else ()
        )
        yield from minus(intervals_of(flow, protocol), theirs)


def condition_action(before: Condition, after: Condition) -> Action:
    """Return what a condition's change means where the two differ.

    They are compared over every deployment that they can tell apart:
    ``open`` if more of them need the flow, ``close`` if fewer do.

    Args:
        before: The condition in the older edition.
        after: The condition in the newer one.
    """
    named: dict[FacetId, dict[str, None]] = {}
    for condition in (before, after):
        for match in condition.matches():
            values = named.setdefault(match.facet, {})
            values |= dict.fromkeys((*match.values, *match.unstated))
    pairs = [(facet, value) for facet in named for value in named[facet]]
    if len(pairs) > _TABLE:
        return "review"
    bits = {pair: 1 << at for at, pair in enumerate(pairs)}
    one, other = before.compile(bits), after.compile(bits)
    answers = {(one(held), other(held)) for held in _combinations(bits)}
    changed = {pair for pair in answers if pair[0] != pair[1]}
    if not changed:
        return "none"
    # From or to "unstated", a person has to find out.
    if changed == {(0, 2)}:
        return "open"
    return "close" if changed == {(2, 0)} else "review"


def _combinations(bits: dict[tuple[FacetId, str], int]) -> Iterable[int]:
    by_facet: dict[FacetId, list[int]] = {}
    for (facet, _), bit in bits.items():
        by_facet.setdefault(facet, []).append(bit)
    choices = [
        # The Controller runs in one way; the rest can be mixed.
        [0, *own]
        if facet == "controller"
        else list(map(sum, product(*((0, bit) for bit in own))))
        for facet, own in by_facet.items()
    ]
    return map(sum, product(*choices))
