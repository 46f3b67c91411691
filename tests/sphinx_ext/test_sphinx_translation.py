"""Prose can be translated; what machines read stays as it is."""

from __future__ import annotations

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from docutils import nodes
from sphinx_projects import Project, warnings

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
