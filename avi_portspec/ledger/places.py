"""Where on a page the fragments stand that state a record.

A record's citation says it in the vendor's own terms: the second item of the
first row. Here that becomes the addresses which a copy of it has, so
that a ledger's claims can be compared with something that is not the ledger.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from avi_portspec.ledger.fragments import slug_of
from avi_portspec.model.page import Extent

if TYPE_CHECKING:
    from avi_portspec.edition.edition import Edition
    from avi_portspec.model.page import Citation

__all__ = ["STATED", "expected_addresses"]

#: The fields of an edition whose records cite a place.
STATED: Final = ("flows", "exclusions", "pointers", "notes")


def expected_addresses(
    edition: Edition, addresses: Iterable[str], waived: Iterable[str]
) -> dict[str, tuple[str, ...]]:
    """Return the addresses at which each record has to be claimed.

    A section is its heading. A record of a table is every cell of its row,
    one of a list its sentence of the bullet. Notes are bullets as well, and
    count on from those of the section's list. A section without a heading of
    its own goes on where the one around it ends.

    Args:
        edition: The edition.
        addresses: The addresses of the fragments, in order.
        waived: Those of them that no record accounts for.

    Returns:
        The addresses by the record's id. Where the vendor's page has no
        such place, the one that it would have.
    """
    addresses = [*addresses]
    slugs = _slugs(edition, addresses, {*waived})
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
            around = _extent_around(edition, citation.section, slugs)
            expected[record.id] = _find(
                citation, slug, extent, around, addresses
            )
    return expected


def _extent_around(
    edition: Edition, section: str | None, slugs: Mapping[str | None, str]
) -> Extent:
    """Return what stands under a section's heading before the section."""
    parent = edition.sections[section].parent if section else None
    if parent is None or slugs[parent] != slugs[section]:
        return Extent()
    return edition.sections[parent].extent


def _find(
    citation: Citation,
    slug: str,
    extent: Extent,
    around: Extent,
    addresses: list[str],
) -> tuple[str, ...]:
    """Return the addresses of a citation's place in a section."""
    number, item, kind = citation.number, citation.item, "bullet"
    if citation.place == "row":
        row = f"{slug}/row-{number}/"
        cells = tuple(a for a in addresses if a.startswith(row))
        return cells or (f"{row}cell-1",)
    if citation.place == "bullet":
        number += len(around.bullets)
    if citation.place == "note":
        number += len(extent.bullets)
    if citation.place in {"lead-in", "closing"}:
        kind = "paragraph"
    if citation.place == "lead-in" and around.lead_ins:
        # They can go on within one paragraph.
        item += sum(around.lead_ins) + sum(extent.lead_ins[: number - 1])
        number = 1
    if citation.place == "closing":
        # The last paragraphs of the section.
        paragraphs = f"{slug}/paragraph-"
        numbers = [
            int(a.removeprefix(paragraphs).partition("/")[0])
            for a in addresses
            if a.startswith(paragraphs)
        ]
        number += max(0, max(numbers, default=0) - len(extent.closings))
    place = f"{slug}/{kind}-{number}/sentence-"
    there = [
        int(a.removeprefix(place)) for a in addresses if a.startswith(place)
    ]
    # One sentence can state several things: the last has those that are left.
    return (f"{place}{min(item, max(there, default=item))}",)


def _slugs(
    edition: Edition, addresses: list[str], waived: set[str]
) -> dict[str | None, str]:
    """Return what the addresses of each section begin with.

    Headings may recur, and are numbered then: of those that read alike, the
    sections have one after the other. The overview is what stands under the
    last heading that no section has before the first that one has. The first
    section can have no heading of its own, but the first one that is claimed
    and that no other section has; a later one has that of the section around
    it.
    """
    end = "/heading"
    headings = [a.removesuffix(end) for a in addresses if a.endswith(end)]
    taken = {a.removesuffix(end) for a in waived}
    left = [slug for slug in headings if slug not in taken]
    above = headings[: headings.index(left[0])] if left else headings
    found: dict[str | None, str] = {None: above[-1] if above else "page"}
    slugs = [slug_of(section.title) for section in edition.sections]
    if left and not any(_is_like(left[0], slug) for slug in slugs):
        slugs[:1] = left[:1]
    for section, slug in zip(edition.sections, slugs, strict=True):
        alike = next((one for one in left if _is_like(one, slug)), None)
        if alike:
            left.remove(alike)
        around = found[section.parent] if section.parent else slug
        found[section.id] = alike or around
    return found


def _is_like(heading: str, slug: str) -> bool:
    """Return whether a heading is a section's, perhaps with a number."""
    return re.fullmatch(rf"{slug}(-\d+)?", heading) is not None
