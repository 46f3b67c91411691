"""The data of an edition: one state of the port page, checked as a whole."""

# Annotations are no strings here: see checks_of.
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import islice
from typing import Annotated, Any, Final

import attrs

from avi_portspec.documents import count_text
from avi_portspec.errors import Fault, UnknownNameError
from avi_portspec.model.catalog import Catalog
from avi_portspec.model.checks import Check, Many, Nested, Text
from avi_portspec.model.consistency import (
    FAULTS,
    RECORDS,
    edition_faults,
    place_key,
)
from avi_portspec.model.facets import Facet
from avi_portspec.model.flows import (
    Endpoint,
    Exclusion,
    Flow,
    Note,
    Pointer,
)
from avi_portspec.model.flowset import Flows
from avi_portspec.model.index import FlowIndex
from avi_portspec.model.interfaces import Interface
from avi_portspec.model.page import EDITION, Extent, Section, Source
from avi_portspec.model.plain import digest
from avi_portspec.model.record import Record, checks_of
from avi_portspec.names import EditionId

__all__ = ["EditionData"]


class _Collection(Check):
    """Records of one type, in a collection of the project's own."""

    __slots__ = ("item",)

    rule = "list/not-a-list"

    def __init__(self, expected: str, item: type) -> None:
        self.expected = f"a list in which each item is {expected}"
        self.item = item

    def accepts(self, value: object) -> bool:
        return isinstance(value, tuple) and all(
            isinstance(item, self.item) for item in value
        )

    def schema(self, refer: Any) -> dict[str, Any]:
        return {"type": "array", "items": refer(self.item)}


_CHECKS: Final = {
    name: _Collection(expected, cls) for name, expected, cls in RECORDS
}


def _records(items: Any) -> Any:
    """Return records as a tuple, to be made a collection once checked."""
    if isinstance(items, (str, bytes)) or not isinstance(items, Iterable):
        return items
    return tuple(items)


# One converter a field: type checkers take an argument's type from it.


def _facets(items: Iterable[Facet]) -> Catalog[Facet]:
    return _records(items)  # type: ignore[no-any-return]


def _sections(items: Iterable[Section]) -> Catalog[Section]:
    return _records(items)  # type: ignore[no-any-return]


def _endpoints(items: Iterable[Endpoint]) -> Catalog[Endpoint]:
    return _records(items)  # type: ignore[no-any-return]


def _exclusions(items: Iterable[Exclusion]) -> Catalog[Exclusion]:
    return _records(items)  # type: ignore[no-any-return]


def _pointers(items: Iterable[Pointer]) -> Catalog[Pointer]:
    return _records(items)  # type: ignore[no-any-return]


def _notes(items: Iterable[Note]) -> Catalog[Note]:
    return _records(items)  # type: ignore[no-any-return]


def _interfaces(items: Iterable[Interface]) -> Catalog[Interface]:
    return _records(items)  # type: ignore[no-any-return]


def _flows(items: Iterable[Flow]) -> Flows:
    return _records(items)  # type: ignore[no-any-return]


def _bind(record: Any, **fields: Any) -> Any:
    """Return a record with what only the whole edition can tell."""
    if all(getattr(record, name) == fields[name] for name in fields):
        return record
    return attrs.evolve(record, **fields)


def _disagreements(path: str, record: Any, right: Any) -> Iterator[Fault]:
    """Yield each derived field that was given, and given wrongly."""
    for name, _, is_derived in checks_of(type(record)):
        got = getattr(record, name)
        if is_derived and got and got != getattr(right, name):
            expected = f"nothing, or {getattr(right, name)!r}"
            yield Fault(
                "edition/derived-field",
                f"{path}.{name}",
                expected,
                repr(got),
                None,
                record.id,
            )


@attrs.frozen(kw_only=True, getstate_setstate=False, eq=False, repr=False)
class EditionData(Record):
    """One edition of the port page, as immutable records.

    It is the base of :class:`avi_portspec.Edition`, which says what each
    field holds, and which answers for deployments as well. Code below the
    answers takes this one.
    """

    id: Annotated[EditionId, EDITION]
    title: Annotated[str, Text("a title")]
    product: Annotated[str, Text("a product's name")]
    aliases: Annotated[
        tuple[str, ...], Many("a list of edition ids", EDITION)
    ] = ()
    source: Annotated[Source, Nested("a source", Source)]
    overview: Annotated[Extent, Nested("an extent", Extent)] = attrs.field(
        default=Extent()
    )
    facets: Annotated[Catalog[Facet], _CHECKS["facets"]] = attrs.field(
        default=(), converter=_facets
    )
    sections: Annotated[Catalog[Section], _CHECKS["sections"]] = attrs.field(
        converter=_sections
    )
    endpoints: Annotated[Catalog[Endpoint], _CHECKS["endpoints"]] = (
        attrs.field(converter=_endpoints)
    )
    flows: Annotated[Flows, _CHECKS["flows"]] = attrs.field(converter=_flows)
    exclusions: Annotated[Catalog[Exclusion], _CHECKS["exclusions"]] = (
        attrs.field(default=(), converter=_exclusions)
    )
    pointers: Annotated[Catalog[Pointer], _CHECKS["pointers"]] = attrs.field(
        default=(), converter=_pointers
    )
    notes: Annotated[Catalog[Note], _CHECKS["notes"]] = attrs.field(
        default=(), converter=_notes
    )
    interfaces: Annotated[Catalog[Interface], _CHECKS["interfaces"]] = (
        attrs.field(default=(), converter=_interfaces)
    )

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the canonical serialisation, in hexadecimal.

        It is the same on every machine and Python: pin it, and notice when
        the data changes.
        """
        return digest(self)

    def subsections(self, section: str | None = None) -> tuple[Section, ...]:
        """Return the sections directly within one, or the top ones.

        Args:
            section: A section's id or title; ``None`` for the top.

        Raises:
            UnknownNameError: There is no such section.
        """
        parent = None if section is None else self.sections[section].id
        return tuple(s for s in self.sections if s.parent == parent)

    def stated_in(
        self, section: str
    ) -> tuple[Flow | Exclusion | Pointer, ...]:
        """Return what one section states, subsections apart, in page order.

        Raises:
            UnknownNameError: There is no such section.
        """
        found = self.sections[section].id
        records = [
            record
            for field in (self.flows, self.exclusions, self.pointers)
            for record in field
            if record.section == found
        ]
        order: dict[str | None, int] = {found: 0}
        return tuple(
            sorted(records, key=lambda r: place_key(r.citation, order))
        )

    def notes_on(self, record: str) -> tuple[Note, ...]:
        """Return the notes that qualify a flow, exclusion or pointer.

        Args:
            record: Its id.

        Raises:
            UnknownNameError: Nothing has that id.
        """
        fields = (self.flows, self.exclusions, self.pointers)
        for field in fields:
            if record in field.ids():
                return tuple(self.notes[note] for note in field[record].notes)
        known = [id_ for field in fields for id_ in field.ids()]
        raise UnknownNameError("flow, exclusion or pointer", record, known)

    def names(self) -> tuple[str, ...]:
        """Return the id and the aliases."""
        return (self.id, *self.aliases)

    def __repr__(self) -> str:
        return f"<Edition {self.id}: {count_text(len(self.flows), 'flow')}>"

    def _repr_html_(self) -> str:
        """Return the edition's flows as a table for a notebook."""
        from avi_portspec.model.display import Row, html_grid, view

        return html_grid(
            f"{self.title} ({self.id}): {count_text(len(self.flows), 'flow')}",
            *view(Row(flow, self) for flow in self.flows),
            [f"SHA-256 of the data: {self.digest}"],
        )

    def __reduce__(self) -> tuple[Any, ...]:
        rebuild, (cls, fields) = super().__reduce__()
        for name, _, _ in RECORDS:
            fields[name] = tuple(fields[name])
        return rebuild, (cls, fields)

    def _faults(self) -> Iterator[Fault]:
        draft = {
            name: list(enumerate(getattr(self, name))) for name, *_ in RECORDS
        }
        faults = list(islice(edition_faults(draft, self.overview), FAULTS))
        yield from faults
        if faults:
            return
        for name, bound in self._bind_all().items():
            for position, (record, right) in enumerate(
                zip(getattr(self, name), bound, strict=True)
            ):
                yield from _disagreements(f"{name}[{position}]", record, right)

    def __attrs_post_init__(self) -> None:
        Record.__attrs_post_init__(self)
        fill = object.__setattr__
        bound = self._bind_all()
        flows = tuple(bound.pop("flows"))
        for name, _, cls in RECORDS:
            if name != "flows":
                records = bound.get(name, getattr(self, name))
                fill(self, name, Catalog(cls.__name__.lower(), records))
        fill(self, "flows", Flows(FlowIndex(self, flows)))

    def _bind_all(self) -> dict[str, list[Any]]:
        """Return the records with what only the whole edition can tell."""
        notes: dict[str, list[str]] = {}
        lead_ins: dict[str | None, list[str]] = {}
        for note in self.notes:
            for name in note.qualifies:
                notes.setdefault(name, []).append(note.id)
            if note.kind == "lead-in":
                lead_ins.setdefault(note.citation.section, []).append(note.id)

        def bind_notes(records: Iterable[Any]) -> list[Any]:
            return [
                _bind(record, notes=tuple(notes.get(record.id, ())))
                for record in records
            ]

        return {
            "sections": [
                _bind(
                    section,
                    order=order,
                    lead_ins=tuple(lead_ins.get(section.id, ())),
                )
                for order, section in enumerate(self.sections, start=1)
            ],
            "flows": bind_notes(self.flows),
            "exclusions": bind_notes(self.exclusions),
            "pointers": bind_notes(self.pointers),
        }
