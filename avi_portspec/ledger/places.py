"""Where on a page the fragments stand that state a record.

A record's citation says it in the vendor's own terms: the second item of the
first row. Here that becomes the addresses which a copy of it has, so
that a ledger's claims can be compared with something that is not the ledger.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from avi_portspec.ledger.fragments import slug_of

if TYPE_CHECKING:
    from avi_portspec.edition.edition import Edition
    from avi_portspec.model.page import Citation, Extent

__all__ = ["STATED", "expected_addresses"]

#: The fields of an edition whose records cite a place.
STATED: Final = ("flows", "exclusions", "pointers", "notes")


def expected_addresses(
    edition: Edition, addresses: Iterable[str], waived: Iterable[str]
) -> dict[str, tuple[str, ...]]:
    """Return the addresses at which each record has to be claimed.

    A section is its heading. A record of a table is every cell of its row,
    one of a list its sentence of the bullet. Notes are bullets as well, and
    count on from those of the section's list.

    Args:
        edition: The edition.
        addresses: The addresses of the fragments, in order.
        waived: Those of them that no record accounts for.

    Returns:
        The addresses by the record's id. Where the vendor's page has no
        such place, the one that it would have.
    """
    addresses = [*addresses]
    slugs = dict(_slugs(edition, addresses, {*waived}))
    extents: dict[str | None, Extent] = {
        None: edition.overview,
        **{section.id: section.extent for section in edition.sections},
    }
    expected: dict[str, tuple[str, ...]] = {
        section.id: (f"{slugs[section.id]}/heading",)
        for section in edition.sections
    }
    for field in STATED:
        for record in getattr(edition, field):
            citation: Citation = record.citation
            slug, extent = slugs[citation.section], extents[citation.section]
            expected[record.id] = _find(citation, slug, extent, addresses)
    return expected


def _find(
    citation: Citation, slug: str, extent: Extent, addresses: list[str]
) -> tuple[str, ...]:
    """Return the addresses of a citation's place in a section."""
    number, kind = citation.number, "bullet"
    if citation.place == "row":
        row = f"{slug}/row-{number}/"
        cells = tuple(a for a in addresses if a.startswith(row))
        return cells or (f"{row}cell-1",)
    if citation.place == "note":
        number += len(extent.bullets)
    if citation.place in {"lead-in", "closing"}:
        kind = "paragraph"
    if citation.place == "closing":
        # The last paragraphs of the section.
        paragraphs = f"{slug}/paragraph-"
        numbers = [
            int(a.removeprefix(paragraphs).partition("/")[0])
            for a in addresses
            if a.startswith(paragraphs)
        ]
        number += max(0, max(numbers, default=0) - len(extent.closings))
    return (f"{slug}/{kind}-{number}/sentence-{citation.item}",)


def _slugs(
    edition: Edition, addresses: list[str], waived: set[str]
) -> Iterator[tuple[str | None, str]]:
    """Yield each section with what its addresses begin with.

    Headings may recur, and are numbered then: of those that read alike, the
    sections have one after the other. The overview is what stands under the
    last heading that no section has before the first that one has.
    """
    end = "/heading"
    headings = [a.removesuffix(end) for a in addresses if a.endswith(end)]
    taken = {a.removesuffix(end) for a in waived}
    left = [slug for slug in headings if slug not in taken]
    above = headings[: headings.index(left[0])] if left else headings
    yield None, above[-1] if above else "page"
    for section in edition.sections:
        slug = slug_of(section.title)
        like = re.compile(rf"{slug}(-\d+)?")
        alike = next(filter(like.fullmatch, left), None)
        if alike:
            left.remove(alike)
        yield section.id, alike or slug
