"""``avi-port-page``: the whole published page, from data."""

from __future__ import annotations

import re
from typing import Any

import attrs
import pytest
from docutils import nodes
from sphinx_projects import Project, warnings

import avi_portspec

EDITION = avi_portspec.load("vantage-undated")


@pytest.fixture
def page(project: Project) -> nodes.document:
    """Return the page in a document that holds nothing else."""
    return project.doctree(".. avi-port-page::\n")


def section(tree: nodes.document, name: str) -> nodes.section:
    """Return the section of an id of the edition."""
    (found,) = (
        s
        for s in tree.findall(nodes.section)
        if f"avi-vantage-undated-{name}" in s["ids"]
    )
    return found


class TestComplete:
    """Nothing of the page is left out."""

    def test_every_section_has_its_heading_in_place(
        self, page: nodes.document
    ) -> None:
        """Subsections are nested as on the page."""

        def titles(node: nodes.Element) -> list[Any]:
            return [
                (child[0].astext(), titles(child))
                for child in node
                if isinstance(child, nodes.section)
            ]

        def expected(parent: str | None) -> list[Any]:
            return [
                (s.title, expected(s.id)) for s in EDITION.subsections(parent)
            ]

        assert titles(page) == [(EDITION.title, expected(None))]

    def test_every_note_is_there_in_its_section(
        self, page: nodes.document
    ) -> None:
        """Lead-ins, overview bullets, remarks in cells, notes, closings."""
        for note in EDITION.notes:
            where = note.citation.section
            here = section(page, where) if where else page
            assert note.text in here.astext()

    def test_every_flow_is_there_in_its_section(
        self, page: nodes.document
    ) -> None:
        """The three that stand in a note alone as well."""
        for flow in EDITION.flows:
            here = section(page, flow.section)
            text = avi_portspec.model.display.ports_text(flow)
            assert text in [n.astext() for n in here.findall(nodes.literal)]

    def test_echo_flows_have_a_table_of_their_own(
        self, page: nodes.document
    ) -> None:
        """Nobody who opens ports from the tables misses them."""
        first, second = section(page, "management").findall(nodes.table)
        assert len(list(first.findall(nodes.row))) == 7
        assert second.astext().count("ICMP echo request") == 3

    def test_exclusions_and_pointers_are_there(
        self, page: nodes.document
    ) -> None:
        """As rows of the first table; a pointer leads to its sections."""
        table = next(section(page, "management").findall(nodes.table))
        for record in (*EDITION.exclusions, *EDITION.pointers):
            assert record.text in table.astext()
        ways = [r["refid"] for r in table.findall(nodes.reference)]
        for target in EDITION.pointers[0].targets:
            assert f"avi-vantage-undated-{target}" in ways

    def test_every_inferred_fact_is_explained_where_it_stands(
        self, page: nodes.document
    ) -> None:
        """Of each flow, each field that the page does not state."""
        for flow in EDITION.flows:
            text = section(page, flow.section).astext()
            for reason in (*flow.inferred, *flow.readings):
                assert reason.reason in text

    def test_every_link_has_its_target(self, page: nodes.document) -> None:
        """Links stay within the page."""
        ids = {
            i for n in page.findall(nodes.Element) for i in n.get("ids", ())
        }
        ways = {r["refid"] for r in page.findall(nodes.reference)}
        assert ways <= ids

    def test_the_source_is_named_and_linked_if_it_has_an_address(self) -> None:
        """Where the facts come from."""
        from sphinx_avi_portspec.pages import EditionBody
        from sphinx_avi_portspec.pen import Pen

        source = attrs.evolve(EDITION.source, url="https://example.org/p")
        page = EditionBody(
            Pen("a", 1, "p"),
            attrs.evolve(EDITION, source=source),
            {s.id: s.id for s in EDITION.sections},
        )
        first = page.overview()[0]
        assert EDITION.source.title in first.astext()
        (link,) = first.findall(nodes.reference)
        assert link["refuri"] == "https://example.org/p"

    def test_a_page_without_overview_bullets_has_no_list_of_them(self) -> None:
        """An edition may hold flows alone."""
        from sphinx_avi_portspec.pages import EditionBody
        from sphinx_avi_portspec.pen import Pen

        bare = attrs.evolve(
            EDITION,
            overview=avi_portspec.Extent(lead_ins=(1,)),
            notes=[
                n
                for n in EDITION.notes
                if n.citation.section or n.citation.place != "bullet"
            ],
        )
        page = EditionBody(
            Pen("a", 1, "p"), bare, {s.id: s.id for s in bare.sections}
        )
        assert [n.tagname for n in page.overview()] == [
            "paragraph",
            "paragraph",
        ]


class TestInDocument:
    """How the page fits into the document that asks for it."""

    def test_a_document_without_title_gets_the_editions(
        self, project: Project
    ) -> None:
        """One line is a whole document, found by toctrees."""
        project.write("index.rst", "A\n=\n\n.. toctree::\n\n   ports\n")
        project.write("ports.rst", ".. avi-port-page::\n")
        app = project.build("dummy")
        assert app.env.titles["ports"].astext() == EDITION.title
        toc = app.env.tocs["ports"]
        assert len(list(toc.findall(nodes.reference))) == 1 + len(
            EDITION.sections
        )

    def test_the_argument_is_the_title(self, project: Project) -> None:
        """Parsed, and with the options' name and class."""
        tree = project.doctree(
            ".. avi-port-page:: The *ports*\n   :name: here\n   :class: x\n"
        )
        assert tree[0][0].astext() == "The ports"
        assert tree[0]["names"] == ["here"]
        assert tree[0]["classes"] == ["avi-port-page", "x"]

    def test_within_a_section_the_sections_join_it(
        self, project: Project
    ) -> None:
        """A document that has a title keeps it."""
        tree = project.doctree("Mine\n====\n\n.. avi-port-page::\n\n   Hi.\n")
        (mine,) = tree
        assert mine[0].astext() == "Mine"
        assert mine[1].astext() == "Hi."
        assert [
            n[0].astext() for n in mine if isinstance(n, nodes.section)
        ] == [s.title for s in EDITION.subsections()]

    def test_two_pages_in_a_document_have_different_ids(
        self, project: Project
    ) -> None:
        """Links lead within their own."""
        tree = project.doctree(
            ".. avi-port-page:: One\n\n.. avi-port-page:: Two\n   :no-index:\n"
        )
        ids = [
            i for n in tree.findall(nodes.Element) for i in n.get("ids", ())
        ]
        assert len(ids) == len(set(ids))

    def test_editions_that_go_by_numbers_share_no_id_either(
        self, project: Project
    ) -> None:
        """A release is no id by itself, for ids begin with a letter."""
        tree = project.doctree(
            ".. avi-port-page:: One\n   :edition: 16.2\n\n"
            ".. avi-port-page:: Two\n   :edition: 17.1\n"
        )
        ids = [
            i for n in tree.findall(nodes.Element) for i in n.get("ids", ())
        ]
        assert len(ids) == len(set(ids))
        assert "avi-17-1-edition-17.1" in ids

    def test_within_another_element_it_is_an_error(
        self, project: Project
    ) -> None:
        """A section cannot stand in an admonition."""
        said = project.complaints(".. note::\n\n   .. avi-port-page::\n")
        assert "sections cannot be nested in other elements" in said


@pytest.mark.parametrize("builder", ["html", "latex", "text"])
def test_builders_have_nothing_to_complain_of(
    project: Project, builder: str
) -> None:
    """The page and tables of each layout."""
    project.write("index.rst", "A\n=\n\n.. toctree::\n\n   ports\n   tables\n")
    project.write("ports.rst", ".. avi-port-page::\n")
    project.write(
        "tables.rst",
        "Tables\n======\n\n.. avi-port-table:: One\n\n"
        ".. avi-port-table:: Two\n   :layout: published\n\n"
        ".. avi-port-list::\n\n.. avi-port-notes::\n",
    )
    assert warnings(project.build(builder, nitpicky=True)) == ""


def test_the_column_of_ports_is_the_widest_in_latex(project: Project) -> None:
    """It has sentences; the ends are names."""
    project.write("index.rst", ".. avi-port-page::\n")
    app = project.build("latex")
    assert warnings(app) == ""
    (path,) = app.outdir.glob("*.tex")
    found = re.findall(
        r"\\begin\{longtable\}\{"
        r"\\X\{(\d+)\}\{100\}\\X\{(\d+)\}\{100\}\\X\{(\d+)\}\{100\}\}",
        path.read_text("utf-8"),
    )
    assert found == [("22", "22", "56")]
