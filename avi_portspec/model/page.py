"""The page that an edition transcribes: what it is, and its places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, get_args

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
from avi_portspec.model.record import Record, as_tuple, check, derived
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
_ADDRESS: Final = re.compile(
    r"https?://[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]{1,2000}"
)


class _Address(Check):
    """An address on the web, as pages link to it.

    Whatever is rendered becomes a link that people follow, so an address
    that would run something (``javascript:``), or read a file, is none. The
    characters are those of RFC 3986.
    """

    __slots__ = ()

    def __init__(self) -> None:
        self.wanted = "an address that begins with https:// or http://"

    def accepts(self, value: object) -> bool:
        return type(value) is str and _ADDRESS.fullmatch(value) is not None

    def schema(self, refer: object) -> dict[str, object]:
        return {"type": "string", "pattern": f"^{_ADDRESS.pattern}$"}


@attrs.frozen(kw_only=True, getstate_setstate=False, repr=False)
class Source(Record):
    """Where an edition's facts come from.

    Attributes:
        title: The page's title, as a reference names it.
        location: Where the page was published or is kept.
        release: The product release that the page states, or ``None`` if it
            states none.
        url: The address at which it can be read, if one is known.
    """

    title: str = attrs.field(metadata=check(Text("a title")))
    location: str = attrs.field(metadata=check(Text()))
    release: str | None = attrs.field(
        default=None, metadata=check(Maybe(Text("a release")))
    )
    url: str | None = attrs.field(
        default=None, metadata=check(Maybe(_Address()))
    )


@attrs.frozen(kw_only=True, getstate_setstate=False, repr=False)
class Citation(Record):
    """A place on the page: where a record is stated.

    Attributes:
        section: The section, or ``None`` for the overview above them all.
        place: The kind of place: ``lead-in`` (a paragraph before a table or
            list), ``row`` (of a table), ``bullet`` (of a list), ``note`` (a
            bullet of the list of notes), ``closing`` (a paragraph after).
        number: Which one of its kind in the section, from 1.
        item: Which statement in it, from 1: an entry of a row's ports, or a
            sentence.
    """

    section: SectionId | None = attrs.field(
        default=None, metadata=check(Maybe(SECTION))
    )
    place: PlaceKind = attrs.field(metadata=check(Choice(PlaceKind)))
    number: int = attrs.field(metadata=check(COUNT))
    item: int = attrs.field(default=1, metadata=check(COUNT))

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
            yield Fault(path, self.wanted, shown(value))
            return
        for position, count in enumerate(value):
            yield from COUNT.faults(count, f"{path}[{position}]")

    def schema(self, refer: object) -> dict[str, object]:
        return {"type": "array", "items": COUNT.schema(lambda _: {})}


@attrs.frozen(kw_only=True, getstate_setstate=False, repr=False)
class Extent(Record):
    """How much the page holds in one section: the places to account for.

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

    lead_ins: tuple[int, ...] = attrs.field(
        default=(), converter=as_tuple, metadata=check(_Counts())
    )
    rows: tuple[int, ...] = attrs.field(
        default=(), converter=as_tuple, metadata=check(_Counts())
    )
    bullets: tuple[int, ...] = attrs.field(
        default=(), converter=as_tuple, metadata=check(_Counts())
    )
    notes: tuple[int, ...] = attrs.field(
        default=(), converter=as_tuple, metadata=check(_Counts())
    )
    closings: tuple[int, ...] = attrs.field(
        default=(), converter=as_tuple, metadata=check(_Counts())
    )

    @property
    def total(self) -> int:
        """The number of statements."""
        return sum(map(sum, self._counted))

    @property
    def _counted(self) -> tuple[tuple[int, ...], ...]:
        """The counts of each kind of place, in the order of the page."""
        return (
            self.lead_ins,
            self.rows,
            self.bullets,
            self.notes,
            self.closings,
        )

    def holds(self, citation: Citation) -> bool:
        """Return whether a citation's place is one of these."""
        counts = self._counted[PLACES.index(citation.place)]
        return (
            citation.number <= len(counts)
            and citation.item <= counts[citation.number - 1]
        )

    def citations(self, section: SectionId | None) -> Iterator[Citation]:
        """Yield every place in the order of the page."""
        for place, counts in zip(PLACES, self._counted, strict=True):
            for number, items in enumerate(counts, start=1):
                for item in range(1, items + 1):
                    yield Citation(
                        section=section,
                        place=place,
                        number=number,
                        item=item,
                    )


@attrs.frozen(kw_only=True, getstate_setstate=False, repr=False)
class Section(Record):
    """A section of the page, or a subsection.

    Attributes:
        id: Its id.
        title: Its heading.
        parent: The section that it is part of, or ``None``.
        extent: How much the page holds in it, subsections apart.
        origin: The overlay that it comes from; ``None`` for the page.
        order: Its position on the page, from 1; 0 outside an edition.
        lead_ins: The notes that introduce it; empty outside an edition.
    """

    id: SectionId = attrs.field(metadata=check(SECTION))
    title: str = attrs.field(metadata=check(Text("a heading")))
    parent: SectionId | None = attrs.field(
        default=None, metadata=check(Maybe(SECTION))
    )
    extent: Extent = attrs.field(
        default=Extent(), metadata=check(Nested("an extent", Extent))
    )
    origin: str | None = attrs.field(default=None, metadata=check(ORIGIN))
    order: int = attrs.field(default=0, metadata=derived(Integer(0, 9999)))
    lead_ins: tuple[NoteId, ...] = attrs.field(
        default=(),
        metadata=derived(Many("a list of notes", Ident("a note", KEBAB_ID))),
    )
