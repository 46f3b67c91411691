"""A site's own facts on top of an edition: ports, flows, endpoints."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, NamedTuple, TypeVar

import attrs

from avi_portspec.deployment.kinds import refuse_other_kind
from avi_portspec.deployment.overlay_records import (
    EndpointNames,
    Overlay,
    PortChange,
    SiteFlow,
    SiteNote,
)
from avi_portspec.errors import (
    Fault,
    InvalidDataError,
    InvalidQueryError,
    nearest,
    shown,
)
from avi_portspec.model.catalog import names_of
from avi_portspec.model.consistency import FAULTS
from avi_portspec.model.display import ports_text
from avi_portspec.model.edition import EditionData
from avi_portspec.model.flows import Endpoint, Flow, Note, Reason, SiteNames
from avi_portspec.model.interfaces import Interface
from avi_portspec.model.page import Citation, Extent, Section
from avi_portspec.model.record import Record, checks_of
from avi_portspec.model.wording import at_start, overlay_text, site_of
from avi_portspec.names import SectionId, fold, is_file_name

__all__ = ["apply_overlay", "read_overlay"]

E = TypeVar("E", bound=EditionData)

#: What data has, and the name of a file without an ending has not.
_DATA: Final = re.compile(r"[={\n]")
_PLACE: Final = re.compile(
    r"(?P<field>sections|endpoints|flows|notes)\[(?P<number>\d+)\]"
)


def read_overlay(
    table: dict[str, Any], subject: str, edition: EditionData
) -> Overlay:
    """Return the overlay that plain data holds.

    A record of the wrong shape must not hide an unknown flow in another one:
    the author of a file needs every fault at once.

    Args:
        table: The data.
        subject: What to call it in an error: a file's name, say.
        edition: The edition that it is for.

    Raises:
        InvalidDataError: It is not an overlay, or does not fit the edition.
            The error carries every fault.
    """
    # Imported here: an overlay that is a value needs no reader.
    from avi_portspec.serialisation.converter import read

    try:
        made: Overlay = read(table, Overlay, subject)
    except InvalidDataError as wrong:
        refuse_other_kind(table, "overlay", subject)
        _, faults = _merge(edition, _sound_parts(table))
        raise InvalidDataError(subject, [*wrong.faults, *faults]) from None
    return made


def _read_source(
    source: str | os.PathLike[str], edition: EditionData
) -> tuple[Overlay, str]:
    """Return the overlay in a file or a text, and its name in errors."""
    from avi_portspec.serialisation.files import read_file, read_table

    if is_file_name(source):
        table, subject = read_file(source)
    elif isinstance(source, str) and _DATA.search(source):
        subject = "overlay text"
        table = read_table(source, subject)
    else:
        expected = (
            "an Overlay, the path of a .toml or .json file, or the text of one"
        )
        raise InvalidQueryError("source", expected, shown(source))
    return read_overlay(table, subject, edition), subject


def apply_overlay(
    edition: E,
    source: Overlay | str | os.PathLike[str],
    *,
    subject: str | None = None,
) -> E:
    """Return an edition with a site's facts; see :meth:`Edition.overlay`.

    Args:
        edition: The edition.
        source: The overlay; or the path of a TOML or JSON file, as a path
            object or as a string that ends in ``.toml`` or ``.json``; or
            the TOML or JSON itself.
        subject: What to call an overlay in an error, where it was read
            already; where it is read here, its file names it.

    Raises:
        InvalidQueryError: The source is none of these.
        InvalidDataError: It holds no sound overlay, or none that fits the
            edition; the error carries every fault.
        OSError: The file cannot be read.
    """
    if isinstance(source, Overlay):
        overlay, subject = source, subject or f"overlay {source.id}"
    else:
        overlay, subject = _read_source(source, edition)
    parts = _Parts(
        overlay.id,
        overlay.title,
        list(enumerate(overlay.endpoints)),
        list(enumerate(overlay.flows)),
        list(enumerate(overlay.changes)),
        list(enumerate(overlay.names)),
        list(enumerate(overlay.notes)),
    )
    made, faults = _merge(edition, parts)
    if made is None or faults:
        raise InvalidDataError(subject, faults)
    return made


class _Parts(NamedTuple):
    """What is sound of an overlay, each record with its position.

    Attributes:
        id: The overlay's id.
        title: Its title.
        endpoints: Its endpoints.
        flows: Its own flows.
        changes: Its changes.
        names: Its names of endpoints.
        notes: Its notes.
        broken: The ids of endpoints and flows that are not sound: what
            refers to one of them is no further fault.
    """

    id: str
    title: str
    endpoints: list[tuple[int, Endpoint]]
    flows: list[tuple[int, SiteFlow]]
    changes: list[tuple[int, PortChange]]
    names: list[tuple[int, EndpointNames]]
    notes: list[tuple[int, SiteNote]]
    broken: tuple[Any, ...] = ()


def _sound_parts(table: dict[str, Any]) -> _Parts:
    """Return what is sound of an overlay's data."""
    endpoints, broken = _sound_records(table.get("endpoints"), Endpoint)
    flows, others = _sound_records(table.get("flows"), SiteFlow)
    changes, _ = _sound_records(table.get("changes"), PortChange)
    names, _ = _sound_records(table.get("names"), EndpointNames)
    notes, _ = _sound_records(table.get("notes"), SiteNote)
    # An id or a title that is wrong is a fault already; any other will do.
    named = {
        name: table[name] if check.accepts(table.get(name)) else "overlay"
        for name, check, _ in checks_of(Overlay)
        if name in {"id", "title"}
    }
    return _Parts(
        **named,
        endpoints=endpoints,
        flows=flows,
        changes=changes,
        names=names,
        notes=notes,
        broken=(*broken, *others),
    )


def _sound_records(
    items: Any, cls: type[Record]
) -> tuple[list[Any], list[Any]]:
    """Return the sound records of a list, and the ids of the others."""
    from avi_portspec.serialisation.converter import read

    sound: list[Any] = []
    broken: list[Any] = []
    for position, item in enumerate(items if isinstance(items, list) else ()):
        if len(broken) > FAULTS:
            break
        try:
            sound.append((position, read(item, cls, "")))
        except InvalidDataError:
            broken.append(item.get("id") if isinstance(item, dict) else None)
    return sound, broken


def _merge(edition: E, parts: _Parts) -> tuple[E | None, list[Fault]]:
    """Return an edition with an overlay's parts, or what keeps them apart."""
    faults: list[Fault] = []
    changed = _change(edition, parts, faults)
    named = _name(edition, parts, faults)
    added, positions = _add(parts, faults)
    notes, note_positions = _note(parts, faults)
    section = Section(
        id=SectionId(parts.id),
        title=parts.title,
        extent=Extent(bullets=(1,) * len(added), notes=(1,) * len(notes)),
        origin=parts.id,
    )
    changes: dict[str, Any] = {
        "id": f"{edition.id}.{parts.id}",
        "title": f"{edition.title}, with {parts.title}",
        "aliases": (),
        "sections": [*edition.sections, section],
        "endpoints": [
            *named,
            *(attrs.evolve(e, origin=parts.id) for _, e in parts.endpoints),
        ],
        "flows": [*changed, *added],
        "interfaces": _cover(edition, parts, faults),
        "notes": [*edition.notes, *notes],
    }
    try:
        return attrs.evolve(edition, **changes), faults
    except InvalidDataError as wrong:
        # What holds between all records is known only once they meet.
        places = {
            "flows": positions,
            "endpoints": [position for position, _ in parts.endpoints],
            "notes": note_positions,
        }
        lost = {flow.id for _, flow in parts.flows} - {f.id for f in added}
        broken = set(map(shown, (*parts.broken, *lost)))
        # Its section hides the edition's of the same id, which is a fault.
        hides = parts.id in edition.sections.ids()
        faults += (
            _place_in_overlay(fault, edition, places)
            for fault in wrong.faults
            if not (fault.rule == "reference/dangling" and fault.got in broken)
            and not (hides and fault.rule.startswith("place/"))
        )
        return None, faults


def _place_in_overlay(
    fault: Fault, edition: EditionData, places: dict[str, list[int]]
) -> Fault:
    """Return a fault of the merged edition as one of the overlay.

    Args:
        fault: The fault.
        edition: The edition without the overlay.
        places: For endpoints, flows and notes, the position in the overlay
            of each that it adds.
    """
    place = _PLACE.match(fault.path)
    if place is None:
        # An exclusion of the edition has the id of a site's flow.
        return fault._replace(path="flows")
    field, number = place["field"], int(place["number"])
    if field == "sections":
        return fault._replace(path="id")
    own = number - len(getattr(edition, field))
    if own < 0:
        # A record of the edition contradicts what the site changed in it; or
        # a note of it has the id of a site's flow.
        path = "flows" if field == "notes" else "changes"
        return fault._replace(path=path)
    path = _PLACE.sub(f"{field}[{places[field][own]}]", fault.path)
    return fault._replace(path=path)


def _change(
    edition: EditionData, parts: _Parts, faults: list[Fault]
) -> list[Flow]:
    """Return the edition's flows, with the ports that the site changes."""
    flows = {flow.id: flow for flow in edition.flows}
    seen: set[str] = set()
    for position, change in parts.changes:
        if len(faults) > FAULTS:
            break
        path, name = f"changes[{position}]", change.flow
        if name not in flows:
            expected = f"the id of a flow of {edition.id}"
            fault = Fault("reference/dangling", "flow", expected, repr(name))
            fault = fault._replace(nearest=nearest(name, flows))
            faults.append(fault.under(path))
            continue
        if name in seen:
            fault = Fault(
                "overlay/changed-twice", "flow", "each flow once", repr(name)
            )
            faults.append(fault.under(path))
            continue
        seen.add(name)
        flow = flows[name]
        by = overlay_text(parts.id, change.reference)
        moved = f"Moved from {ports_text(flow)} by {by}"
        # What another overlay added remains that one's.
        is_own = bool(site_of(flow))
        mark = Reason(
            field="ports",
            reason=f"{moved}: {change.reason}",
            level="site",
            short=moved,
        )
        with _faults_under(path, faults):
            flows[name] = attrs.evolve(
                flow,
                ports=change.ports,
                origin=flow.origin if is_own else parts.id,
                reference=flow.reference if is_own else change.reference,
                inferred=(*_without_ports(flow.inferred), mark),
                readings=_without_ports(flow.readings),
            )
    return list(flows.values())


def _without_ports(reasons: tuple[Reason, ...]) -> tuple[Reason, ...]:
    return tuple(reason for reason in reasons if reason.field != "ports")


def _add(parts: _Parts, faults: list[Fault]) -> tuple[list[Flow], list[int]]:
    """Return the site's own flows, each a bullet of its section.

    The second list has the position in the overlay of each.
    """
    made: list[Flow] = []
    positions: list[int] = []
    section = SectionId(parts.id)
    for position, site_flow in parts.flows:
        fields = {
            field.name: getattr(site_flow, field.name)
            for field in attrs.fields(SiteFlow)
            if field.name != "covers"
        }
        cited = Citation(section=section, place="bullet", number=len(made) + 1)
        with _faults_under(f"flows[{position}]", faults):
            flow = Flow(
                section=section, citation=cited, origin=parts.id, **fields
            )
            made.append(flow)
            positions.append(position)
    return made, positions


def _cover(
    edition: EditionData, parts: _Parts, faults: list[Fault]
) -> list[Interface]:
    """Return the edition's interfaces, with the flows that the site adds."""
    interfaces = {each.id: each for each in edition.interfaces}
    for position, flow in parts.flows:
        name = flow.covers
        if name is None:
            continue
        with _faults_under(f"flows[{position}]", faults):
            if name not in interfaces:
                expected = f"the id of an interface of {edition.id}"
                near = nearest(name, interfaces)
                rule = "reference/dangling"
                fault = Fault(rule, "covers", expected, repr(name), near)
                raise InvalidDataError("overlay", [fault])
            found = interfaces[name]
            interfaces[name] = attrs.evolve(
                found, flows=(*found.flows, flow.id)
            )
    return list(interfaces.values())


def _name(
    edition: EditionData, parts: _Parts, faults: list[Fault]
) -> list[Endpoint]:
    """Return the edition's endpoints, with the names that the site gives."""
    endpoints = {end.id: end for end in edition.endpoints}
    taken = {
        fold(name): end.id
        for end in (*edition.endpoints, *(end for _, end in parts.endpoints))
        for name in names_of(end)
    }
    seen: set[str] = set()
    for position, given in parts.names:
        if len(faults) > FAULTS:
            break
        found: list[Fault] = []
        name = given.endpoint
        words = {f"aliases[{at}]": w for at, w in enumerate(given.aliases)}
        if given.label is not None:
            words["label"] = given.label
        if name not in endpoints:
            rule = "reference/dangling"
            expected = f"the id of an endpoint of {edition.id}"
            near = nearest(name, endpoints)
            found.append(Fault(rule, "endpoint", expected, repr(name), near))
        elif name in seen:
            rule, expected = "overlay/named-twice", "each endpoint once"
            found.append(Fault(rule, "endpoint", expected, repr(name)))
        else:
            for path, word in words.items():
                owner = taken.setdefault(fold(word), name)
                if owner != name:
                    expected = f"a name that {owner} does not have"
                    found.append(
                        Fault("id/duplicate", path, expected, shown(word))
                    )
        seen.add(name)
        faults += (fault.under(f"names[{position}]") for fault in found)
        if not found:
            own = SiteNames(
                origin=parts.id,
                label=given.label,
                aliases=given.aliases,
                reference=given.reference,
            )
            end = endpoints[name]
            endpoints[name] = attrs.evolve(
                end, site_names=(*end.site_names, own)
            )
    return list(endpoints.values())


def _note(parts: _Parts, faults: list[Fault]) -> tuple[list[Note], list[int]]:
    """Return the site's notes, each of which says whose it is.

    The second list has the position in the overlay of each.
    """
    made: list[Note] = []
    positions: list[int] = []
    own = [flow.id for _, flow in parts.flows]
    section = SectionId(parts.id)
    for position, note in parts.notes:
        if len(faults) > FAULTS:
            break
        wrong = [
            Fault(
                "reference/dangling",
                f"notes[{position}].qualifies[{at}]",
                f"the id of a flow that the overlay {parts.id} adds",
                shown(name),
                nearest(name, own),
            )
            for at, name in enumerate(note.qualifies)
            if name not in {*own, *parts.broken}
        ]
        faults += wrong
        if wrong:
            continue
        who = at_start(overlay_text(parts.id, note.reference))
        made.append(
            Note(
                id=note.id,
                kind=note.kind,
                text=f"{who}: {note.text}",
                qualifies=note.qualifies,
                citation=Citation(
                    section=section, place="note", number=len(made) + 1
                ),
            )
        )
        positions.append(position)
    return made, positions


@contextmanager
def _faults_under(path: str, faults: list[Fault]) -> Iterator[None]:
    """Add the faults of what is made within, and go on without it."""
    try:
        yield
    except InvalidDataError as wrong:
        faults += (fault.under(path) for fault in wrong.faults)
