"""The places of a page: what an extent holds, and what introduces it."""

from __future__ import annotations

import attrs
import pytest

import avi_portspec
from avi_portspec import Citation, Edition, Extent

#: Two rows, of one and of three entries, and a bullet.
EXTENT = Extent(rows=(1, 3), bullets=(2,))


class TestExtent:
    """The places that a section has."""

    @pytest.mark.parametrize(
        ("place", "number", "item", "held"),
        [
            ("row", 1, 1, True),
            ("row", 1, 2, False),
            ("row", 2, 3, True),
            ("row", 2, 4, False),
            ("row", 3, 1, False),
            ("bullet", 1, 2, True),
            ("bullet", 1, 3, False),
            ("bullet", 2, 1, False),
            ("note", 1, 1, False),
            ("lead-in", 1, 1, False),
            ("closing", 1, 1, False),
        ],
    )
    def test_a_place_is_held_or_not(
        self, place: str, number: int, item: int, *, held: bool
    ) -> None:
        """Up to the last entry of the last row, and no further."""
        citation = Citation(
            section="only", place=place, number=number, item=item
        )
        assert EXTENT.holds(citation) is held

    def test_it_lists_what_it_holds(self) -> None:
        """All places, each once, in the order of the page."""
        listed = [
            (citation.place, citation.number, citation.item)
            for citation in EXTENT.citations("only")
        ]
        assert listed == [
            *(("row", 1, 1), ("row", 2, 1), ("row", 2, 2), ("row", 2, 3)),
            *(("bullet", 1, 1), ("bullet", 1, 2)),
        ]
        assert EXTENT.total == len(listed)
        assert all(map(EXTENT.holds, EXTENT.citations("only")))


class TestLeadIns:
    """The notes that introduce a section."""

    def test_they_are_those_that_stand_before_it(
        self, edition: Edition
    ) -> None:
        """Of its own lead-in paragraphs alone, in the order of the page."""
        found = {section.id: section.lead_ins for section in edition.sections}
        expected: dict[str, tuple[str, ...]] = dict.fromkeys(found, ())
        for note in edition.notes:
            where = note.citation
            if where.place == "lead-in" and where.section is not None:
                expected[where.section] += (note.id,)
        assert found == expected
        assert any(found.values())

    def test_a_note_elsewhere_introduces_nothing(
        self, edition: Edition
    ) -> None:
        """A note in the list of notes is none of them."""
        listed = {n.id for n in edition.notes if n.citation.place == "note"}
        assert listed
        for section in edition.sections:
            assert listed.isdisjoint(section.lead_ins)


class TestIdentity:
    """What makes two flows the same."""

    def test_another_section_may_say_it_again(self, edition: Edition) -> None:
        """The same traffic in two sections is two flows, not a clash."""
        first = edition.flows[0]
        other = edition.sections[-1]
        assert other.id != first.section
        place = Citation(
            section=other.id,
            place="closing",
            number=len(other.extent.closings) + 1,
        )
        extent = attrs.evolve(
            other.extent, closings=(*other.extent.closings, 1)
        )
        again = attrs.evolve(
            first,
            id="said-again",
            section=other.id,
            citation=place,
            replaces=(),
            notes=(),
        )
        wider = attrs.evolve(
            edition,
            sections=[
                attrs.evolve(section, extent=extent)
                if section.id == other.id
                else section
                for section in edition.sections
            ],
            flows=[*edition.flows, again],
        )
        assert wider.flows["said-again"].ports == first.ports

    def test_the_same_section_may_not(self, edition: Edition) -> None:
        """There it is the same fact twice."""
        first = edition.flows[0]
        again = attrs.evolve(first, id="said-again", replaces=())
        with pytest.raises(avi_portspec.InvalidDataError) as caught:
            attrs.evolve(edition, flows=[*edition.flows, again])
        assert "flow/same-traffic" in {
            fault.rule for fault in caught.value.faults
        }
