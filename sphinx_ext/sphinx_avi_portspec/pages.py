"""``avi-port-page``: a whole edition, section by section."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import TYPE_CHECKING, Any, ClassVar

from docutils import nodes
from docutils.nodes import make_id
from docutils.parsers.rst import directives

from avi_portspec import Flow
from avi_portspec.model.wording import speaker
from avi_portspec.tabular.columns import COLUMNS
from sphinx_avi_portspec.cells import make_table
from sphinx_avi_portspec.directive import PortDirective
from sphinx_avi_portspec.domain import get_domain, warn_of_second_home
from sphinx_avi_portspec.layouts import (
    PUBLISHED_HEADINGS,
    PUBLISHED_SHARES,
    More,
    make_flat_rows,
    make_published_rows,
    share_of,
)
from sphinx_avi_portspec.lists import (
    make_flow_items,
    make_note_items,
    make_note_paragraph,
)
from sphinx_avi_portspec.marks import EXPLAINED, Marks, Noted
from sphinx_avi_portspec.messages import Phrase

if TYPE_CHECKING:
    from collections.abc import Callable

    from sphinx.application import Sphinx

    from avi_portspec import Edition, Note, Section
    from avi_portspec.names import PlaceKind
    from sphinx_avi_portspec.pen import Pen

__all__ = ["EditionBody", "PortPage", "setup_pages"]

#: The columns for flows that the vendor's page states in prose only.
_IN_NOTES = (
    "source",
    "destination",
    "ports",
    "requirement",
    "purpose",
    "effect",
)


class PortPage(PortDirective):
    """A whole edition, in the order of the vendor's page.

    A document without a title gets one: the argument, or else the edition's
    title.
    """

    option_spec: ClassVar[dict[str, Callable[[str], Any]]] = {
        **PortDirective.option_spec,
        "edition": directives.unchanged_required,
    }

    def render(self, edition: Edition, pen: Pen) -> list[nodes.Node]:
        """Return the sections."""
        within_section = self._within_section()
        page = EditionBody(pen, edition, self._ids(edition))
        content = [
            *self.parse_introduction(),
            *page.overview(),
            *page.sections(),
        ]
        if self.arguments or not within_section:
            content = [self._section(edition, content)]
        for node in content:
            for section in node.findall(nodes.section):
                for name in section["ids"]:
                    self.state.document.ids[name] = section
        return content

    def find_home(self, edition: Edition) -> str | None:
        """Return the prefix of records' ids: this is their home.

        The second such directive for one edition in a document is not.
        """
        docname = self.env.docname
        if "no-index" in self.options:
            return None
        if get_domain(self.env).is_home(docname, edition.id):
            warn_of_second_home(edition.id, docname, docname, self.lineno)
            return None
        return make_id(f"avi-{edition.id}")

    def _within_section(self) -> bool:
        """Return whether the document has a title already."""
        node: nodes.Node | None = self.state_machine.node
        if not isinstance(node, (nodes.section, nodes.document)):
            raise self.error(
                f"{self.name}: sections cannot be nested in other elements"
            )
        return isinstance(node, nodes.section)

    def _section(
        self, edition: Edition, content: list[nodes.Node]
    ) -> nodes.section:
        if self.arguments:
            title = self.parse_title()
        else:
            title = nodes.title(edition.title, edition.title)
            title.source, title.line = self.get_source_info()
        made = nodes.section("", title, *content)
        made.source, made.line = title.source, title.line
        made["ids"].append(self._free(make_id(f"avi-edition-{edition.id}")))
        made["classes"] += ["avi-port-page", *self.options.get("class", [])]
        self.add_name(made)
        return made

    def _ids(self, edition: Edition) -> dict[str, str]:
        """Return the ids of the sections' headings."""
        start = make_id(f"avi-{edition.id}")
        return {
            section.id: self._free(f"{start}-{section.id}")
            for section in edition.sections
        }

    def _free(self, name: str) -> str:
        """Return *name*, with a number after it if the id is taken."""
        taken = self.state.document.ids
        number, free = 1, name
        while free in taken:
            number += 1
            free = f"{name}-{number}"
        return free


class EditionBody:
    """Renders an edition, section by section, as the vendor's page does.

    Args:
        pen: The directive's.
        edition: The edition.
        ids: The ids of the sections' headings.
    """

    def __init__(
        self, pen: Pen, edition: Edition, ids: Mapping[str, str]
    ) -> None:
        self._pen = pen
        self._edition = edition
        self._ids = ids
        # Notes are shown in place, as on the vendor's page, not as marks.
        self._unnoted = Noted("none", Marks(pen, "note"))

    def overview(self) -> list[nodes.Node]:
        """Return the content above the first section."""
        return [
            self._provenance(),
            *self._paragraphs(None, "lead-in"),
            *self._overview_bullets(),
            *self._paragraphs(None, "closing"),
        ]

    def sections(self, parent: str | None = None) -> list[nodes.Node]:
        """Return the subsections of a section, or the top-level sections."""
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
            Phrase(
                "This page is generated from data and paraphrases the "
                "vendor's page"
            ),
            " ",
            title,
            " (",
            nodes.literal("", self._edition.id),
            "). ",
            Phrase(
                "Lettered marks show facts that the vendor does not state, or "
                "not clearly."
            ),
            *(
                piece
                for section in self._edition.sections
                if section.origin
                for piece in (" ", Phrase(self._say_origin(section)))
            ),
        )
        made["classes"].append("avi-provenance")
        return made

    @staticmethod
    def _say_origin(section: Section) -> str:
        """Return that a section, and what changed with it, is a site's."""
        who = speaker(section.origin, section.origin or "")
        return f"It includes {who}, which is not the vendor's."

    def _section(self, section: Section) -> nodes.section:
        pen = self._pen
        title = nodes.title(section.title, section.title)
        title.source, title.line = pen.source, pen.line
        made = nodes.section("", title, ids=[self._ids[section.id]])
        made.source, made.line = pen.source, pen.line
        # Each section lists the explanations of its own marks.
        reasons = Marks(pen.within(section.id), "reason")
        made += self._paragraphs(section.id, "lead-in")
        made += self._rows(section, reasons)
        made += self._bullets(section, reasons)
        made += self._notes(section)
        made += self._in_notes(section, reasons)
        made += self._paragraphs(section.id, "closing")
        made += reasons.explain(EXPLAINED)
        made += self.sections(section.id)
        return made

    def _select_notes(
        self, section: str | None, place: PlaceKind
    ) -> list[Note]:
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
            self._select_notes(section, place),
            key=lambda note: note.citation.number,
        ):
            yield make_note_paragraph(self._pen, notes)

    def _overview_bullets(self) -> Iterator[nodes.Node]:
        """Yield the vendor's overview, with links to the sections."""
        notes = self._select_notes(None, "bullet")
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
            rows = make_published_rows(
                self._pen,
                self._edition,
                stated,
                reasons,
                self._unnoted,
                linked=self._ids,
            )
            yield make_table(
                self._pen,
                PUBLISHED_HEADINGS,
                rows,
                widths=PUBLISHED_SHARES,
                stubs=2,
                classes=("colwidths-shares",),
            )

    def _bullets(
        self, section: Section, reasons: Marks
    ) -> Iterator[nodes.Node]:
        flows = self._flows(section, {"bullet"})
        if flows:
            items = make_flow_items(self._pen, self._edition, flows, reasons)
            yield self._pen.bullets(items, "avi-port-list")

    def _notes(self, section: Section) -> Iterator[nodes.Node]:
        notes = [
            *self._select_notes(section.id, "note"),
            *self._select_notes(section.id, "bullet"),
        ]
        if notes:
            yield self._pen.rubric("Notes")
            yield self._pen.bullets(
                make_note_items(self._pen, notes), "avi-port-notes"
            )

    def _in_notes(
        self, section: Section, reasons: Marks
    ) -> Iterator[nodes.Node]:
        """Yield a table of the flows that are stated in prose, if any.

        A reader who configures a firewall from the tables would miss them.
        """
        flows = self._flows(section, {"lead-in", "note", "closing"})
        if flows:
            headings = [COLUMNS[name] for name in _IN_NOTES]
            yield self._pen.rubric("Flows stated in notes only")
            yield make_table(
                self._pen,
                [column.heading for column in headings],
                make_flat_rows(
                    self._pen,
                    self._edition,
                    flows,
                    headings,
                    lambda flow, at: More(
                        reasons.mark_fields(flow, headings[at].fields)
                    ),
                    self._unnoted,
                    {},
                ),
                widths=[*map(share_of, headings)],
                stubs=1,
                classes=("colwidths-shares",),
            )

    def _flows(self, section: Section, places: Iterable[str]) -> list[Flow]:
        return [
            record
            for record in self._edition.stated_in(section.id)
            if isinstance(record, Flow) and record.citation.place in places
        ]


def setup_pages(app: Sphinx) -> None:
    """Add the directive."""
    app.add_directive("avi-port-page", PortPage)
