"""Prose can be translated; what machines read stays as it is."""

from __future__ import annotations

import json
import re

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from bs4 import BeautifulSoup
from docutils import nodes
from sphinx_projects import Project, warnings

from sphinx_avi_portspec.assets import STATIC
from sphinx_avi_portspec.explorer import WORDS
from sphinx_avi_portspec.rendering.words import REQUIREMENTS

TABLE = """\
.. avi-port-table:: All ports
   :section: network-services
   :service: SMTP
   :notes: below
"""
GERMAN = {
    "All ports": "Alle Ports",
    "Source": "Quelle",
    "when used": "bei Gebrauch",
    "only if the Controller uses SMTP": "nur falls der Controller SMTP nutzt",
    "Inferred.": "Erschlossen.",
    "Notes": "Anmerkungen",
}


@pytest.fixture
def messages(project: Project) -> set[str]:
    """Return what translators are given for the table."""
    project.write("index.rst", TABLE)
    app = project.build("gettext")
    assert warnings(app) == ""
    with (app.outdir / "index.pot").open("rb") as file:
        return {str(message.id) for message in read_po(file)}


def test_captions_headings_and_prose_are_given_to_translators(
    messages: set[str],
) -> None:
    """Each piece by itself."""
    assert messages.issuperset(GERMAN)


def test_values_for_machines_and_names_are_not(messages: set[str]) -> None:
    """A translated port number would be a wrong one."""
    assert messages.isdisjoint({"TCP 25", "SMTP", "Avi Controller"})


def test_a_translation_keeps_marks_and_numbers(project: Project) -> None:
    """Only the words change."""
    catalog = Catalog(locale="de")
    for message, translated in GERMAN.items():
        catalog.add(message, translated)
    path = project.write("locale/de/LC_MESSAGES/index.mo", "")
    with path.open("wb") as file:
        write_mo(file, catalog)
    project.write("index.rst", TABLE)
    app = project.build("dummy", language="de", locale_dirs=["locale"])
    assert warnings(app) == ""
    tree = app.env.get_doctree("index")
    (table,) = tree.findall(nodes.table)
    assert table[0].astext() == "Alle Ports"
    texts = [entry.astext() for entry in table.findall(nodes.entry)]
    assert texts[0] == "Quelle"
    assert texts[6:] == [
        "Avi Controller",
        "SMTP server[a]",
        "TCP 25[1]",
        "SMTP",
        "bei Gebrauch[b]",
        "nur falls der Controller SMTP nutzt[c]",
    ]
    assert "[a] Erschlossen. The bullet names" in tree.astext()
    assert "Anmerkungen" in tree.astext()


def test_headings_and_notes_of_a_page_are_translated(
    project: Project,
) -> None:
    """And what leads to them still does."""
    catalog = Catalog(locale="de")
    heading = "Ports Used by Container Cluster Nodes"
    note = "That state comes from plain ICMP echo requests."
    catalog.add(heading, "Ports der Knoten")
    catalog.add(note, "Dieser Stand beruht auf ICMP-Echo.")
    path = project.write("locale/de/LC_MESSAGES/index.mo", "")
    with path.open("wb") as file:
        write_mo(file, catalog)
    project.write("index.rst", ".. avi-port-page::\n")
    app = project.build("html", language="de", locale_dirs=["locale"])
    assert warnings(app) == ""
    tree = project.resolved["index"]
    text = tree.astext()
    assert heading not in text
    # The heading, and the links to it from the overview and the pointer.
    assert text.count("Ports der Knoten") == 3
    assert "Dieser Stand beruht auf ICMP-Echo." in text
    assert note not in text
    ids = {i for n in tree.findall(nodes.Element) for i in n.get("ids", ())}
    ways = {r["refid"] for r in tree.findall(nodes.reference)}
    assert ways <= ids


class TestTheExplorer:
    """Its controls are words of the document, too."""

    EXPLORER = TABLE + "   :explorer:\n"

    def test_its_words_are_given_to_translators(
        self, project: Project
    ) -> None:
        """With the document's own, and only where there is one."""
        project.write("index.rst", self.EXPLORER + "\n.. toctree::\n\n   no\n")
        project.write("no.rst", "No explorer\n===========\n\n" + TABLE)
        app = project.build("gettext")
        assert warnings(app) == ""
        given = {}
        for name in ("index", "no"):
            with (app.outdir / f"{name}.pot").open("rb") as file:
                given[name] = {str(m.id) for m in read_po(file)}
        assert given["index"] >= set(WORDS)
        assert "Requirement" in given["no"]  # the column's heading
        assert "Reset" not in given["no"]

    def test_they_are_those_that_the_script_says(self) -> None:
        """A word that only one of them has would stay English."""
        script = (STATIC / "avi-portspec.js").read_text("utf-8")
        said = set(re.findall(r'\b(?:say|button|field)\(\s*"([^"]+)"', script))
        # A field is first named as the address has it, then titled.
        said |= set(re.findall(r'\bfield\("\w+", "([^"]+)"', script))
        said |= set(re.findall(r'\["\w+", "(\w+)", "\w+"\]', script))
        said.discard("q")
        assert said == set(WORDS) - set(REQUIREMENTS.values())

    def test_a_translation_reaches_the_page(self, project: Project) -> None:
        """As data, for no script may stand in the page."""
        catalog = Catalog(locale="de")
        catalog.add("{} of {} flows", '{} von {} "Flüssen" <b>')
        path = project.write("locale/de/LC_MESSAGES/index.mo", "")
        with path.open("wb") as file:
            write_mo(file, catalog)
        project.write("index.rst", self.EXPLORER)
        app = project.build("html", language="de", locale_dirs=["locale"])
        assert warnings(app) == ""
        html = BeautifulSoup(
            (app.outdir / "index.html").read_text("utf-8"), "html.parser"
        )
        (holder,) = html.select("[data-avi-words]")
        assert json.loads(str(holder["data-avi-words"])) == {
            "{} of {} flows": '{} von {} "Flüssen" <b>'
        }

    @pytest.mark.parametrize(
        "builder", ["html", "latex", "man", "texinfo", "text", "xml"]
    )
    def test_without_a_translation_nothing_is_written(
        self, project: Project, builder: str
    ) -> None:
        """Nor for builders that have no script."""
        project.write("index.rst", self.EXPLORER)
        app = project.build(builder)
        assert warnings(app) == ""
        for path in app.outdir.rglob("*"):
            if path.suffix in {".html", ".tex", ".1", ".texi", ".txt"}:
                written = path.read_text("utf-8")
                assert "data-avi-words" not in written
                assert "Copying was refused" not in written
