"""An edition: one state of the port page, whole and consistent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import attrs

from avi_portspec.errors import Fault, UnknownNameError
from avi_portspec.model.catalog import Catalog
from avi_portspec.model.checks import Check, Many, Nested, Text
from avi_portspec.model.consistency import (
    FAULTS,
    RECORDS,
    edition_faults,
    place_key,
)
from avi_portspec.model.facets import Deployment, Facet
from avi_portspec.model.flows import (
    Endpoint,
    Exclusion,
    Flow,
    Note,
    Pointer,
)
from avi_portspec.model.flowset import Flows
from avi_portspec.model.index import FlowIndex
from avi_portspec.model.page import EDITION, Extent, Section, Source
from avi_portspec.model.plain import digest
from avi_portspec.model.record import Record, as_tuple, check, checks_of
from avi_portspec.names import EditionId

if TYPE_CHECKING:
    from os import PathLike

    from avi_portspec.deployment.overlay import Overlay
    from avi_portspec.deployment.resolution import Resolution
    from avi_portspec.deployment.symptoms import Symptoms

__all__ = ["Edition"]


class _Collection(Check):
    """Records of one type, in a collection of the project's own."""

    __slots__ = ("item",)

    def __init__(self, wanted: str, item: type) -> None:
        self.wanted = f"a list in which each item is {wanted}"
        self.item = item

    def accepts(self, value: object) -> bool:
        return isinstance(value, (Catalog, Flows, tuple)) and all(
            isinstance(item, self.item) for item in value
        )

    def schema(self, refer: Any) -> dict[str, Any]:
        return {"type": "array", "items": refer(self.item)}


_CHECKS: Final = {
    name: check(_Collection(wanted, cls)) for name, wanted, cls in RECORDS
}


def _catalog(items: Any) -> Any:
    """Return records as a catalog; what is none, for the check to refuse."""
    if isinstance(items, (str, bytes)) or not isinstance(items, Iterable):
        return items
    items = tuple(items)
    if not all(isinstance(item, Record) for item in items):
        return items
    return Catalog("record", items)


# One converter a field: type checkers take an argument's type from it.


def _facets(items: Iterable[Facet]) -> Catalog[Facet]:
    return _catalog(items)  # type: ignore[no-any-return]


def _sections(items: Iterable[Section]) -> Catalog[Section]:
    return _catalog(items)  # type: ignore[no-any-return]


def _endpoints(items: Iterable[Endpoint]) -> Catalog[Endpoint]:
    return _catalog(items)  # type: ignore[no-any-return]


def _exclusions(items: Iterable[Exclusion]) -> Catalog[Exclusion]:
    return _catalog(items)  # type: ignore[no-any-return]


def _pointers(items: Iterable[Pointer]) -> Catalog[Pointer]:
    return _catalog(items)  # type: ignore[no-any-return]


def _notes(items: Iterable[Note]) -> Catalog[Note]:
    return _catalog(items)  # type: ignore[no-any-return]


def _as_flows(flows: Iterable[Flow]) -> Flows:
    """Return the flows as a tuple, to be made a collection once checked."""
    if isinstance(flows, (str, bytes)) or not isinstance(flows, Iterable):
        return flows
    return tuple(flows)  # type: ignore[return-value]


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
            wanted = f"nothing, or {getattr(right, name)!r}"
            yield Fault(f"{path}.{name}", wanted, repr(got), None, record.id)


@attrs.frozen(kw_only=True, getstate_setstate=False, repr=False)
class Edition(Record):
    """One edition of the port page, as immutable records.

    Collections may be given as any iterables; the edition keeps them in its
    own, checks that they agree, and refuses to exist when they do not: ids
    are unique, references lead somewhere, records stand in the order of the
    page, and each place on the page is cited.

    Attributes:
        id: Its id, which may be a release.
        title: What it is called.
        product: The product's name at that time.
        aliases: Other ids that it goes by, such as releases whose pages
            state the same facts.
        source: The page that it transcribes.
        overview: How much the page holds above its first section.
        facets: What its conditions ask about.
        sections: The sections, subsections after their parents.
        endpoints: Who talks to whom.
        flows: The flows, as a collection that answers queries.
        exclusions: What the page says is not needed.
        pointers: Rows that send their reader elsewhere.
        notes: Everything else that the page says.
    """

    id: EditionId = attrs.field(metadata=check(EDITION))
    title: str = attrs.field(metadata=check(Text("a title")))
    product: str = attrs.field(metadata=check(Text("a product's name")))
    aliases: tuple[str, ...] = attrs.field(
        default=(),
        converter=as_tuple,
        metadata=check(Many("a list of edition ids", EDITION)),
    )
    source: Source = attrs.field(metadata=check(Nested("a source", Source)))
    overview: Extent = attrs.field(
        default=Extent(), metadata=check(Nested("an extent", Extent))
    )
    facets: Catalog[Facet] = attrs.field(
        default=(), converter=_facets, metadata=_CHECKS["facets"]
    )
    sections: Catalog[Section] = attrs.field(
        converter=_sections, metadata=_CHECKS["sections"]
    )
    endpoints: Catalog[Endpoint] = attrs.field(
        converter=_endpoints, metadata=_CHECKS["endpoints"]
    )
    flows: Flows = attrs.field(converter=_as_flows, metadata=_CHECKS["flows"])
    exclusions: Catalog[Exclusion] = attrs.field(
        default=(),
        converter=_exclusions,
        metadata=_CHECKS["exclusions"],
    )
    pointers: Catalog[Pointer] = attrs.field(
        default=(),
        converter=_pointers,
        metadata=_CHECKS["pointers"],
    )
    notes: Catalog[Note] = attrs.field(
        default=(), converter=_notes, metadata=_CHECKS["notes"]
    )

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the canonical serialisation, in hexadecimal.

        It is the same on every machine and Python: pin it, and notice when
        the data changes.
        """
        return digest(self)

    @cached_property
    def _resolver(self) -> Any:
        """What answers :meth:`resolve`, made ready once an edition."""
        # Here and in the two methods below is the one step up to a higher
        # floor: an edition is what people ask, and what is made ready to
        # answer them has to be kept with it.
        from avi_portspec.deployment.resolver import Resolver

        return Resolver(self)

    def resolve(
        self, deployment: Deployment | str, *, strict: bool = False
    ) -> Resolution:
        """Return what one deployment needs: a decision on every flow.

        >>> import avi_portspec
        >>> answer = avi_portspec.load().resolve("kubernetes")
        >>> [str(pair) for pair in answer.flows.unstated.ports()]
        ['TCP 4001', 'TCP 9001']
        >>> print(answer["controller-to-kubernetes-minion"].status)
        needed

        Args:
            deployment: The deployment, or the name of a preset.
            strict: Whether to fail where the page leaves the deployment
                open.

        Raises:
            UnknownNameError: No preset has that name.
            InvalidDataError: The deployment uses a word that the edition
                does not know, or names no cloud; it carries every fault.
            UnresolvedError: *strict*, and there are conflicts or gaps.
        """
        found: Resolution = self._resolver.resolve(deployment, strict=strict)
        return found

    @cached_property
    def _symptoms(self) -> Any:
        from avi_portspec.deployment.symptoms import Symptoms

        return Symptoms(self)

    @property
    def symptoms(self) -> Symptoms:
        """What is seen where a flow is blocked, as far as the page says.

        >>> import avi_portspec
        >>> (symptom,) = avi_portspec.load().symptoms.find("Controller DOWN")
        >>> symptom.flow.id, symptom.can_be_ignored
        ('service-engine-to-controller-echo', True)
        """
        found: Symptoms = self._symptoms
        return found

    def overlay(self, source: Overlay | str | PathLike[str]) -> Edition:
        """Return this edition with a site's own facts.

        >>> import avi_portspec
        >>> site = avi_portspec.load().overlay('''
        ... id = "berlin"
        ... title = "Site Berlin"
        ... [[changes]]
        ... flow = "external-to-controller-https"
        ... ports = [9443]
        ... reason = "The portal moved."
        ... ''')
        >>> flow = site.flows["external-to-controller-https"]
        >>> [str(pair) for pair in flow.protocol_ports()], flow.origin
        (['TCP 9443'], 'berlin')

        Args:
            source: An :class:`Overlay`; or the path of a TOML file that
                holds one, as a path object or as a string that ends in
                ``.toml``; or such TOML itself.

        Returns:
            An edition of its own id. Each record that comes from the
            overlay, and each flow whose ports do, says so in its
            ``origin``; changed ports are ``inferred``, with the reason.

        Raises:
            InvalidDataError: The overlay does not fit; it carries every
                fault, with its path in the overlay.
            OSError: The file cannot be read.
        """
        from avi_portspec.deployment.overlay import overlaid

        return overlaid(self, source)

    def subsections(self, section: str | None = None) -> tuple[Section, ...]:
        """Return the sections directly within one, or the top ones.

        Args:
            section: A section's id or title; ``None`` for the page.

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
        order: dict[str | None, int] = {None: 0, found: 1}
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
        for field in (self.flows, self.exclusions, self.pointers):
            if record in field.ids():
                return tuple(self.notes[note] for note in field[record].notes)
        known = [
            *self.flows.ids(),
            *self.exclusions.ids(),
            *self.pointers.ids(),
        ]
        raise UnknownNameError("flow, exclusion or pointer", record, known)

    def names(self) -> tuple[str, ...]:
        """Return the id and the aliases."""
        return (self.id, *self.aliases)

    def __repr__(self) -> str:
        return f"<Edition {self.id}: {len(self.flows)} flows>"

    def _repr_html_(self) -> str:
        """Return the edition's flows as a table for a notebook."""
        from avi_portspec.model.display import HEADINGS, cells, html_grid

        index = self.flows._index
        return html_grid(
            f"{self.title} ({self.id}): {len(self.flows)} flows",
            HEADINGS,
            (cells(flow, index) for flow in self.flows),
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
        for name, bound in self._bound().items():
            for position, (record, right) in enumerate(
                zip(getattr(self, name), bound, strict=True)
            ):
                yield from _disagreements(f"{name}[{position}]", record, right)

    def __attrs_post_init__(self) -> None:
        Record.__attrs_post_init__(self)
        fill = object.__setattr__
        bound = self._bound()
        flows = tuple(bound.pop("flows"))
        for name, _, cls in RECORDS:
            if name != "flows":
                records = bound.get(name, getattr(self, name))
                fill(self, name, Catalog(cls.__name__.lower(), records))
        fill(self, "flows", Flows(FlowIndex(self, flows)))

    def _bound(self) -> dict[str, list[Any]]:
        """Return the records with what only the whole edition can tell."""
        notes: dict[str, list[str]] = {}
        lead_ins: dict[str | None, list[str]] = {}
        for note in self.notes:
            for name in note.qualifies:
                notes.setdefault(name, []).append(note.id)
            if note.kind == "lead-in":
                lead_ins.setdefault(note.citation.section, []).append(note.id)

        def noted(records: Iterable[Any]) -> list[Any]:
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
            "flows": noted(self.flows),
            "exclusions": noted(self.exclusions),
            "pointers": noted(self.pointers),
        }
