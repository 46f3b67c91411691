"""Statements of other sources that a site accepts as flows of its own.

Nothing accepts one by itself. What is accepted becomes an overlay, so every
output says where it comes from, and is wider by exactly that.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeVar

from avi_portspec.beyond.files import library
from avi_portspec.beyond.queries import sources, statements
from avi_portspec.beyond.wording import KINDS, releases_text
from avi_portspec.deployment.overlay import apply_overlay
from avi_portspec.deployment.overlay_records import (
    Overlay,
    SiteFlow,
    SiteNote,
)
from avi_portspec.errors import (
    Fault,
    InvalidDataError,
    InvalidQueryError,
    shown,
)
from avi_portspec.model.edition import EditionData
from avi_portspec.model.wording import ACCEPTED, statement_text
from avi_portspec.names import FlowId, NoteId

if TYPE_CHECKING:
    from avi_portspec.beyond.records import Statement

__all__ = ["accept"]

E = TypeVar("E", bound=EditionData)


def accept(edition: E, names: Iterable[Statement | str]) -> E:
    """Return an edition with statements as flows; see :meth:`Edition.accept`.

    Args:
        edition: The edition.
        names: The statements, or their ids.

    Raises:
        InvalidQueryError: A name is neither, or the edition has accepted
            statements before.
        UnknownNameError: No statement has that id.
        InvalidDataError: A statement cannot be accepted; it carries a fault
            for each of them.
    """
    ids = dict.fromkeys(map(_id, names))
    if not ids:
        return edition
    if ACCEPTED in edition.sections.ids():
        expected = "all statements in one call, as in accept('a', 'b')"
        got = f"more, for an edition that has the overlay {ACCEPTED!r}"
        raise InvalidQueryError("statements", expected, got)
    known = statements()
    chosen = [known[name] for name in ids]
    faults = [
        Fault("statement/not-acceptable", each.id, expected, got)
        for each in chosen
        if (wrong := _why_not(each)) is not None
        for expected, got in [wrong]
    ]
    if faults:
        raise InvalidDataError("accepted statements", faults)
    ends = {end for each in chosen for end in (each.source, each.destination)}
    overlay = Overlay(
        id=ACCEPTED,
        title="Accepted statements of other sources",
        endpoints=tuple(
            end
            for end in library().endpoints
            if end.id in ends and end.id not in edition.endpoints.ids()
        ),
        flows=tuple(map(_flow, chosen)),
        notes=tuple(map(_note, chosen)),
    )
    return apply_overlay(edition, overlay, subject="accepted statements")


def _id(name: Statement | str) -> str:
    found: object = getattr(name, "id", name)
    if not isinstance(found, str):
        expected = "statements or their ids, as in accept('a', 'b')"
        raise InvalidQueryError("statements", expected, shown(name))
    return found


def _why_not(statement: Statement) -> tuple[str, str] | None:
    """Return why a statement cannot be a flow: expected, and got."""
    if statement.error is not None:
        # In full: it says what is meant instead.
        mistake = f"one with a mistake: {statement.error.rstrip('.')}"
        return "a statement without a known mistake", mistake
    if statement.agreement not in {"adds", "differs"}:
        expected = "a statement that adds to the vendor's page or differs"
        return expected, f"one that {statement.agreement}"
    if any(ports.low != ports.high for ports in statement.ports):
        # It is where the port of a setting may lie: nobody needs all of it.
        return "a statement with single ports", "one with a range of ports"
    missing = [
        name
        for name in ("source", "destination", "protocols")
        if not getattr(statement, name)
    ]
    if not missing and not statement.ports:
        missing = ["ports"] * any(p.has_ports for p in statement.protocols)
    if missing:
        expected = "a statement with both sides, protocols and their ports"
        return expected, f"one without {', '.join(missing)}"
    return None


def _flow(statement: Statement) -> SiteFlow:
    """Return a statement as a flow of the site."""
    source = sources()[str(statement.stated_by)]
    assert statement.source is not None  # noqa: S101 - for types
    assert statement.destination is not None  # noqa: S101 - for types
    return SiteFlow(
        id=FlowId(statement.id),
        source=statement.source,
        destination=statement.destination,
        protocols=statement.protocols,
        ports=statement.ports,
        purpose=statement.purpose or f"As stated in {source.title}",
        when=statement.when,
        reference=statement_text(statement.id),
    )


def _note(statement: Statement) -> SiteNote:
    """Return where a flow comes from, and what else is stated about it."""
    source = sources()[str(statement.stated_by)]
    about = f"{KINDS[source.kind]}; release {releases_text(statement)}"
    condition = statement.condition and f"Only if {statement.condition}."
    accepted = f"Accepted from {source.title} ({about})."
    parts = (accepted, condition, statement.note)
    return SiteNote(
        id=NoteId(f"{statement.id}-source"),
        text=" ".join(filter(None, parts)),
        qualifies=(FlowId(statement.id),),
        reference=statement_text(statement.id),
    )
