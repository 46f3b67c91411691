"""The vendor's page that an edition transcribes, and its places."""

# Annotations are no strings here: see checks_of.
import re
from collections.abc import Iterator
from typing import Annotated, Final, get_args

import attrs

from avi_portspec.errors import Fault, shown
from avi_portspec.model.checks import (
    Check,
    Choice,
    Ident,
    Integer,
    Many,
    Maybe,
    Nested,
    Text,
)
from avi_portspec.model.record import DERIVED, Record
from avi_portspec.names import (
    EDITION_ID,
    KEBAB_ID,
    NoteId,
    PlaceKind,
    SectionId,
)

__all__ = ["Citation", "Extent", "Section", "Source"]

PLACES: Final[tuple[PlaceKind, ...]] = get_args(PlaceKind)

EDITION: Final = Ident(
    "an edition", EDITION_ID, "a release or words joined by hyphens"
)
SECTION: Final = Ident("a section", KEBAB_ID)
#: The overlay that a record comes from; nothing for the page itself.
ORIGIN: Final = Maybe(Ident("an overlay", KEBAB_ID))
COUNT: Final = Integer(1, 9999)
_ADDRESS: Final = r"https?://[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]{1,2000}"


class Address(Check):
    """An address on the web, as pages link to it.

    Whatever is rendered becomes a link that people follow, so an address
    that would run something (``javascript:``), or read a file, is none. The
    characters are those of RFC 3986.
    """

    __slots__ = ()

    rule = "edition/not-a-web-address"

    def __init__(self) -> None:
        self.expected = "an address that begins with https:// or http://"

    def accepts(self, value: object) -> bool:
        # Compiled when it is used: few editions have an address.
        return type(value) is str and bool(re.fullmatch(_ADDRESS, value))

    def schema(self, refer: object) -> dict[str, object]:
        return {"type": "string", "pattern": f"^{_ADDRESS}$"}


@attrs.frozen(kw_only=True, getstate_setstate=False, eq=False, repr=False)
class Source(Record):
    """Where an edition's facts come from.

    Attributes:
        title: The title of the vendor's page, as a reference names it.
        location: Where it was published or is kept.
        release: The product release that it states, or ``None`` if it states
            none.
        url: The address at which it can be read, if one is known.
    """

    title: Annotated[str, Text("a title")]
    location: Annotated[str, Text()]
    release: Annotated[str | None, Maybe(Text("a release"))] = None
    url: Annotated[str | None, Maybe(Address())] = None


@attrs.frozen(kw_only=True, getstate_setstate=False, eq=False, repr=False)
class Citation(Record):
    """A place on the vendor's page: where a record is stated.

    Attributes:
        section: The section, or ``None`` for the overview above them all.
        place: The kind of place: ``lead-in`` (a paragraph before a table or
            list), ``row`` (of a table), ``bullet`` (of a list), ``note`` (a
            bullet of the list of notes), ``closing`` (a paragraph after).
        number: Which one of its kind in the section, from 1.
        item: Which statement in it, from 1: an entry of a row's ports, or a
            sentence.
    """

    section: Annotated[SectionId | None, Maybe(SECTION)] = None
    place: Annotated[PlaceKind, Choice(PlaceKind)]
    number: Annotated[int, COUNT]
    item: Annotated[int, COUNT] = 1

    def __str__(self) -> str:
        where = self.section or "overview"
        return f"{where}, {self.place} {self.number}, item {self.item}"


class _Counts(Many):
    """Counts a place: unlike other lists, equal ones are no mistake."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__("a list of counts", COUNT)

    def faults(self, value: object, path: str) -> Iterator[Fault]:
        if type(value) is not tuple:
            yield Fault(
                self.rule_for(value), path, self.expected, shown(value)
            )
            return
        for position, count in enumerate(value):
            yield from COUNT.faults(count, f"{path}[{position}]")

    def schema(self, refer: object) -> dict[str, object]:
        return {"type": "array", "items": COUNT.schema(lambda _: {})}


@attrs.frozen(kw_only=True, getstate_setstate=False, eq=False, repr=False)
class Extent(Record):
    """How much a section holds: the places to account for.

    Each field counts the statements in every place of its kind, in order:
    ``rows=(4, 1)`` is a table of two rows, four entries in the first. An
    edition is complete when each of them is cited, and it refuses to exist
    when one is not.

    Attributes:
        lead_ins: Paragraphs before a table or list.
        rows: Rows of the table.
        bullets: Bullets of the list.
        notes: Bullets of the list of notes.
        closings: Paragraphs at the end.
    """

    lead_ins: Annotated[tuple[int, ...], _Counts()] = ()
    rows: Annotated[tuple[int, ...], _Counts()] = ()
    bullets: Annotated[tuple[int, ...], _Counts()] = ()
    notes: Annotated[tuple[int, ...], _Counts()] = ()
    closings: Annotated[tuple[int, ...], _Counts()] = ()

    @property
    def total(self) -> int:
        """The number of statements."""
        return sum(map(sum, self._counts))

    @property
    def _counts(self) -> tuple[tuple[int, ...], ...]:
        """The counts of each kind of place, in published order."""
        return (
            self.lead_ins,
            self.rows,
            self.bullets,
            self.notes,
            self.closings,
        )

    def holds(self, citation: Citation) -> bool:
        """Return whether a citation's place is one of these."""
        counts = self._counts[PLACES.index(citation.place)]
        return (
            citation.number <= len(counts)
            and citation.item <= counts[citation.number - 1]
        )

    def places(self) -> Iterator[tuple[PlaceKind, int, int]]:
        """Yield every place in published order: its kind, number and item."""
        for place, counts in zip(PLACES, self._counts, strict=True):
            for number, items in enumerate(counts, start=1):
                for item in range(1, items + 1):
                    yield place, number, item

    def citations(self, section: SectionId | None) -> Iterator[Citation]:
        """Yield the citation of every place in published order."""
        for place, number, item in self.places():
            yield Citation(
                section=section, place=place, number=number, item=item
            )


@attrs.frozen(kw_only=True, getstate_setstate=False, eq=False, repr=False)
class Section(Record):
    """A section of the vendor's page, or a subsection.

    Attributes:
        id: Its id.
        title: Its heading.
        parent: The section that it is part of, or ``None``.
        extent: How much it holds, without its subsections.
        origin: The overlay that it comes from; ``None`` for the vendor's.
        order: Its position, from 1; 0 outside an edition.
        lead_ins: The notes that introduce it; empty outside an edition.
    """

    id: Annotated[SectionId, SECTION]
    title: Annotated[str, Text("a heading")]
    parent: Annotated[SectionId | None, Maybe(SECTION)] = None
    extent: Annotated[Extent, Nested("an extent", Extent)] = Extent()
    origin: Annotated[str | None, ORIGIN] = None
    order: Annotated[int, Integer(0, 9999), DERIVED] = 0
    lead_ins: Annotated[
        tuple[NoteId, ...],
        Many("a list of notes", Ident("a note", KEBAB_ID)),
        DERIVED,
    ] = ()
