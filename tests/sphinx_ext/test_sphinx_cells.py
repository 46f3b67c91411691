"""Cells of one text, which go without a paragraph until it is expected."""

from __future__ import annotations

import re

import pytest
from babel.messages.catalog import Catalog
from bs4 import BeautifulSoup, Tag
from docutils import nodes
from sphinx_projects import Project, warnings

from sphinx_avi_portspec.cells import (
    AviCell,
    AviCompact,
    AviMachineCell,
    AviNameCell,
    AviProseCell,
    expand,
    make_text_cell,
)
from sphinx_avi_portspec.pen import Pen, make_target

PEN = Pen("index.rst", 4, "avi-index-0")
TABLE = (
    "A\n=\n\n.. avi-port-table:: Ports\n   :section: openstack\n"
    "   :layout: flat\n"
)
#: The anchor of the first row, and that of the endpoint first shown there.
ANCHORS = re.compile("avi-index-0-(flow|endpoint)-.*")


def body(project: Project) -> Tag:
    """Return the body of the page's table in HTML."""
    text = (project.folder / "_build/html/index.html").read_text("utf-8")
    made = BeautifulSoup(text, "html.parser").tbody
    assert made is not None
    return made


class TestKept:
    """What is kept while a document is read."""

    @pytest.mark.parametrize(
        ("kind", "made", "inside"),
        [
            ("machine", AviMachineCell, nodes.literal),
            ("name", AviNameCell, nodes.Text),
            ("prose", AviProseCell, nodes.Text),
        ],
    )
    def test_a_text_stands_in_its_cell(
        self, kind: str, made: type[AviCompact], inside: type[nodes.Node]
    ) -> None:
        """Its class says what it is, and nothing is around it."""
        cell = make_text_cell(PEN, kind, "any", ["a", "b"], [])  # type: ignore[arg-type]
        assert type(cell) is made
        assert [type(child) for child in cell.children] == [inside]
        assert cell["ids"] == ["a", "b"]
        assert (cell.source, cell.line) == ("index.rst", 4)

    @pytest.mark.parametrize("kind", ["machine", "name", "prose"])
    def test_a_cell_can_be_empty(self, kind: str) -> None:
        """Then there is nothing to translate."""
        cell = make_text_cell(PEN, kind, "", [], [])  # type: ignore[arg-type]
        assert not cell.children
        if isinstance(cell, AviProseCell):
            assert not cell.extract_original_messages()

    def test_marks_have_a_paragraph_around_them(self) -> None:
        """With the text, behind the anchors."""
        cell = make_text_cell(
            PEN, "name", "any", ["a"], [make_target(["mark"])]
        )
        assert type(cell) is AviCell
        assert [child["ids"] for child in cell.findall(nodes.target)] == [
            ["a"],
            ["mark"],
        ]

    @pytest.mark.parametrize("text", ["it's", "as is...", "one -- two"])
    def test_what_is_set_well_has_a_paragraph_around_it(
        self, text: str
    ) -> None:
        """Without it, docutils does not look for quotation marks."""
        (paragraph,) = make_text_cell(PEN, "prose", text, [], []).children
        assert isinstance(paragraph, nodes.paragraph)
        assert type(make_text_cell(PEN, "name", text, [], [])) is AviNameCell


class TestInFull:
    """What writers get that write anything but HTML."""

    @pytest.mark.parametrize(
        ("kind", "tags"),
        [
            ("machine", ["paragraph", "target", "literal"]),
            ("name", ["paragraph", "target"]),
            ("prose", ["paragraph", "target"]),
        ],
    )
    def test_the_paragraph_has_anchors_and_text(
        self, kind: str, tags: list[str]
    ) -> None:
        """LaTeX would lose an id on a cell."""
        cell = make_text_cell(PEN, kind, "any", ["a"], [])  # type: ignore[arg-type]
        cell["scope"] = "row"
        assert isinstance(cell, AviCompact)
        full = expand(cell)
        assert type(full) is AviCell
        assert (full["scope"], full["ids"]) == ("row", [])
        assert full.astext() == "any"
        assert [
            node.tagname for node in full[0].findall(nodes.Element)
        ] == tags
        assert full[0][0]["ids"] == ["a"]
        assert full[0].get("translatable", True) == (kind == "prose")

    def test_what_others_put_into_a_cell_stays(self) -> None:
        """The extension is not alone in changing doctrees."""
        cell = make_text_cell(PEN, "prose", "any", [], [])
        assert isinstance(cell, AviCompact)
        cell.append(nodes.strong("more", "more"))
        assert [type(child) for child in expand(cell)[0]] == [
            nodes.Text,
            nodes.strong,
        ]

    @pytest.mark.parametrize("builder", ["latex", "text", "xml", "dummy"])
    def test_other_builders_get_paragraphs(
        self, project: Project, builder: str
    ) -> None:
        """In every cell."""
        project.write("index.rst", TABLE)
        project.build(builder)
        if builder == "latex":
            (tree,) = project.resolved.values()
        else:
            tree = project.resolved["index"]
        assert not list(tree.findall(AviCompact))
        assert not list(tree.findall(AviCell))
        cells = list(tree.findall(nodes.entry))
        assert len(cells) == 6 * 6
        for cell in cells:
            assert [child.tagname for child in cell] == ["paragraph"]
        # Five flows and their six ends, a target each.
        anchors = [
            name for t in tree.findall(nodes.target) for name in t["ids"]
        ]
        assert len([a for a in anchors if ANCHORS.match(a)]) == 5 + 6
        assert {len(t["ids"]) for t in tree.findall(nodes.target)} == {1}

    def test_what_is_kept_stays_as_it_is(self, project: Project) -> None:
        """A build in another format does not change the next in HTML."""
        project.write("index.rst", TABLE)
        project.build("text")
        app = project.build("html")
        assert project.read == []
        assert list(app.env.get_doctree("index").findall(AviCompact))


class TestHtml:
    """The same as docutils would write from cells in full."""

    def test_a_compact_cell_is_written_as_one_in_full(
        self, project: Project
    ) -> None:
        """Paragraph, anchors, literals and all."""
        project.write("index.rst", TABLE)
        project.build("html")
        compact = str(body(project))

        app = project.build("html")
        app.connect("doctree-resolved", fill, priority=1)
        app.build(force_all=True)
        assert not list(project.resolved["index"].findall(AviCompact))
        assert shape(str(body(project))) == shape(compact)
        assert 'class="target" id="avi-index-0-flow-' in compact

    def test_classes_of_translation_are_the_paragraphs(
        self, project: Project
    ) -> None:
        """As they are in every other paragraph."""
        catalog = Catalog(locale="de")
        catalog.add("some or all of these", "einige")
        project.translate(catalog)
        project.write("index.rst", TABLE)
        app = project.build(
            "html",
            language="de",
            locale_dirs=["locale"],
            translation_progress_classes=True,
        )
        assert warnings(app) == ""
        cells = body(project).find_all("td")
        known = [cell for cell in cells if cell.get_text() == "einige"]
        assert known
        for cell in known:
            assert not cell.get("class")
            assert "translated" in " ".join(cell.p["class"])


def fill(_app: object, tree: nodes.document, _name: str) -> None:
    """Put cells in full in the places of compact ones."""
    for cell in list(tree.findall(AviCompact)):
        assert cell.parent is not None
        cell.parent.replace(cell, expand(cell))


def shape(html: str) -> BeautifulSoup:
    """Return HTML without the white space between its elements."""
    return BeautifulSoup(re.sub(r">\s+<", "><", html), "html.parser")
