"""A whole edition, section by section."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import TYPE_CHECKING

from docutils import nodes

from avi_portspec import Flow
from sphinx_avi_portspec.columns import COLUMNS, Heading
from sphinx_avi_portspec.rendering.bullets import (
    flow_items,
    note_items,
    note_paragraph,
)
from sphinx_avi_portspec.rendering.flat import Noted, flat_rows, table
from sphinx_avi_portspec.rendering.marks import EXPLAINED, Marks
from sphinx_avi_portspec.rendering.pen import Phrase
from sphinx_avi_portspec.rendering.published import HEADINGS, published_rows

if TYPE_CHECKING:
    from avi_portspec import Edition, Note, Section
    from avi_portspec.names import PlaceKind
    from sphinx_avi_portspec.rendering.pen import Pen

__all__ = ["Page"]


#: The columns for flows that the page states in its notes alone.
_IN_NOTES = (
    "source",
    "destination",
    "ports",
    "requirement",
    "purpose",
    "effect",
)


class Page:
    """Renders an edition as the page that it transcribes.

    Args:
        pen: The directive's.
        edition: The edition.
        ids: The id that each section's heading gets.
    """

    def __init__(
        self, pen: Pen, edition: Edition, ids: Mapping[str, str]
    ) -> None:
        self._pen = pen
        self._edition = edition
        self._ids = ids
        # Notes are shown where the page has them, and so not as marks.
        self._unnoted = Noted("none", Marks(pen, "note"))

    def overview(self) -> list[nodes.Node]:
        """Return what stands above the first section."""
        return [
            self._provenance(),
            *self._paragraphs(None, "lead-in"),
            *self._overview_bullets(),
            *self._paragraphs(None, "closing"),
        ]

    def sections(self, parent: str | None = None) -> list[nodes.Node]:
        """Return the sections directly within one, or the top ones."""
        return [
            self._section(section)
            for section in self._edition.subsections(parent)
        ]

    def _provenance(self) -> nodes.Node:
        source, pen = self._edition.source, self._pen
        title: nodes.Node = nodes.emphasis("", source.title)
        if source.url:
            title = nodes.reference("", "", title, refuri=source.url)
        made = pen.paragraph(
            *pen.anchor("edition", self._edition.id),
            Phrase("Rebuilt from data, in words of our own, from the page"),
            " ",
            title,
            " (",
            nodes.literal("", self._edition.id),
            "). ",
            Phrase("A lettered mark shows a fact that is inferred or read."),
        )
        made["classes"].append("avi-provenance")
        return made

    def _section(self, section: Section) -> nodes.section:
        pen = self._pen
        title = nodes.title(section.title, section.title)
        title.source, title.line = pen.source, pen.line
        made = nodes.section("", title, ids=[self._ids[section.id]])
        made.source, made.line = pen.source, pen.line
        # Explanations stand in the section whose facts they explain.
        reasons = Marks(pen.within(section.id), "reason")
        made += self._paragraphs(section.id, "lead-in")
        made += self._rows(section, reasons)
        made += self._bullets(section, reasons)
        made += self._notes(section)
        made += self._in_notes(section, reasons)
        made += self._paragraphs(section.id, "closing")
        made += reasons.explained(EXPLAINED)
        made += self.sections(section.id)
        return made

    def _said(self, section: str | None, place: PlaceKind) -> list[Note]:
        return [
            note
            for note in self._edition.notes
            if note.citation.section == section
            and note.citation.place == place
        ]

    def _paragraphs(
        self, section: str | None, place: PlaceKind
    ) -> Iterator[nodes.Node]:
        for _, notes in groupby(
            self._said(section, place), key=lambda note: note.citation.number
        ):
            yield note_paragraph(self._pen, notes)

    def _overview_bullets(self) -> Iterator[nodes.Node]:
        """Yield the list of what the page is about, linked to the sections.

        A bullet is about a section; the link is what makes it useful here.
        """
        notes = self._said(None, "bullet")
        items = []
        for _, found in groupby(notes, key=lambda n: n.citation.number):
            several = list(found)
            pieces: list[str | nodes.Node] = []
            for section in several[0].sections:
                title = self._edition.sections[section].title
                link = nodes.reference(
                    title, title, refid=self._ids[section], internal=True
                )
                pieces += [link, ": "]
            for note in several:
                pieces += self._pen.anchor("note", note.id)
                pieces += [Phrase(note.text), " "]
            items.append([self._pen.paragraph(*pieces[:-1])])
        if items:
            yield self._pen.bullets(items, "avi-port-list")

    def _rows(self, section: Section, reasons: Marks) -> Iterator[nodes.Node]:
        stated = [
            record
            for record in self._edition.stated_in(section.id)
            if record.citation.place == "row"
        ]
        if stated:
            rows = published_rows(
                self._pen,
                self._edition,
                stated,
                reasons,
                self._unnoted,
                linked=self._ids,
            )
            yield self._titled(table(self._pen, HEADINGS, rows, stubs=2))

    def _bullets(
        self, section: Section, reasons: Marks
    ) -> Iterator[nodes.Node]:
        flows = self._flows(section, {"bullet"})
        if flows:
            items = flow_items(self._pen, self._edition, flows, reasons)
            yield self._pen.bullets(items, "avi-port-list")

    def _notes(self, section: Section) -> Iterator[nodes.Node]:
        notes = [
            *self._said(section.id, "note"),
            *self._said(section.id, "bullet"),
        ]
        if notes:
            yield self._pen.rubric("Notes")
            yield self._pen.bullets(
                note_items(self._pen, notes), "avi-port-notes"
            )

    def _in_notes(
        self, section: Section, reasons: Marks
    ) -> Iterator[nodes.Node]:
        """Yield a table of the flows that stand in prose, if there are any.

        Whoever opens a firewall from the tables alone would miss them.
        """
        flows = self._flows(section, {"lead-in", "note", "closing"})
        if flows:
            headings = [
                Heading(name, COLUMNS[name], COLUMNS[name].heading)
                for name in _IN_NOTES
            ]
            yield self._pen.rubric("Flows that only the notes state")
            yield self._titled(
                table(
                    self._pen,
                    [heading.text for heading in headings],
                    flat_rows(
                        self._pen,
                        self._edition,
                        flows,
                        headings,
                        reasons,
                        self._unnoted,
                    ),
                    stubs=1,
                )
            )

    def _flows(self, section: Section, places: Iterable[str]) -> list[Flow]:
        return [
            record
            for record in self._edition.stated_in(section.id)
            if isinstance(record, Flow) and record.citation.place in places
        ]

    @staticmethod
    def _titled(made: nodes.table) -> nodes.table:
        made["classes"].append("colwidths-auto")
        return made
