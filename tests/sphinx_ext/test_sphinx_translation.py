"""Prose can be translated; what machines read stays as it is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from browsing import show
from bs4 import BeautifulSoup, Tag
from docutils import nodes
from sphinx_projects import Project, directive, warnings

import avi_portspec
from sphinx_avi_portspec.scripts import MESSAGES, STATIC

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
    "only if the Controller uses {}": "nur falls der Controller {} nutzt",
    "Assumed: {}.": "Angenommen: {}.",
    (
        "needed once the service is configured (the vendor says only that it "
        "may be used)"
    ): "gebraucht, sobald der Dienst eingerichtet ist",
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
    assert messages.isdisjoint({"TCP 25", "SMTP", "Controller"})


def test_a_translation_keeps_marks_and_numbers(project: Project) -> None:
    """Only the words change."""
    catalog = Catalog(locale="de")
    for message, translated in GERMAN.items():
        catalog.add(message, translated)
    project.translate(catalog)
    project.write("index.rst", TABLE)
    app = project.build("dummy", language="de", locale_dirs=["locale"])
    assert warnings(app) == ""
    tree = app.env.get_doctree("index")
    (table,) = tree.findall(nodes.table)
    assert table[0].astext() == "Alle Ports"
    texts = [entry.astext() for entry in table.findall(nodes.entry)]
    assert texts[0] == "Quelle"
    assert texts[6:] == [
        "Controller",
        "SMTP server",
        "TCP 25[1]",
        "SMTP",
        "bei Gebrauch",
        "nur falls der Controller SMTP nutzt [a]",
    ]
    assert "Angenommen: gebraucht, sobald" in tree.astext()
    assert "Anmerkungen" in tree.astext()


def test_headings_and_notes_of_a_page_are_translated(
    project: Project,
) -> None:
    """And what leads to them still does."""
    catalog = Catalog(locale="de")
    heading = "Ports Used by Container Cluster Nodes"
    note = "The status in the banner comes from simple ICMP echo requests."
    catalog.add(heading, "Ports der Knoten")
    catalog.add(note, "Dieser Stand beruht auf ICMP-Echo.")
    project.translate(catalog)
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
        assert given["index"] >= set(MESSAGES)
        assert "Requirement" in given["no"]  # the column's heading
        assert "Clear" not in given["no"]

    def test_they_are_those_that_the_script_says(self) -> None:
        """A word that only one of them has would stay English."""
        script = (STATIC / "avi-portspec.js").read_text("utf-8")
        said = set(re.findall(r'\b(?:say|button|field)\(\s*"([^"]+)"', script))
        # A field is first named as the address has it, then titled.
        said |= set(re.findall(r'\bfield\("\w+", "([^"]+)"', script))
        said |= set(re.findall(r'\["\w+", "(\w+)", "\w+"\]', script))
        said |= set(re.findall(r'\bbutton\(\w+, "([^"]+)"', script))
        said.discard("q")
        assert said == set(MESSAGES)

    def test_a_translation_reaches_the_page(self, project: Project) -> None:
        """As data, for no script may stand in the page."""
        catalog = Catalog(locale="de")
        catalog.add("{} of {} flows", '{} von {} "Flüssen" <b>')
        project.translate(catalog)
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


# -- a language in which every message is in brackets -------------------------

OPEN, CLOSE = "\N{LEFT WHITE SQUARE BRACKET}", "\N{RIGHT WHITE SQUARE BRACKET}"
#: Every layout, with what stands around it.
LAYOUTS = """\
Tables
======

.. avi-port-table:: Every flow
   :download:

.. avi-port-table:: One
   :deployment: openstack
   :reasons:
   :limit: 8

.. avi-port-table:: Turned
   :destination: controller
   :marks: below

.. avi-port-table:: Nothing
   :port: 9001
   :cloud: aws
   :allow-empty:

.. avi-port-table:: Linked
   :cloud: openshift
   :group: none
   :marks: link

.. avi-port-table:: Flat
   :layout: flat
   :notes: below

.. avi-port-table:: Flat for one
   :layout: flat
   :deployment: aws
   :reasons:
   :hide-constant:
   :limit: 2
   :service: SSH

.. avi-port-table:: As published
   :layout: published
   :notes: column

.. avi-port-matrix:: The matrix

.. avi-port-matrix:: Unfolded
   :fold: no
   :deployment: aws

.. avi-port-diagram:: The picture

.. avi-port-diagram:: What OpenShift needs
   :cloud: openshift

Ports: :avi:ports:`SE > SE`, :avi:ports:`controller > dns-server`,
:avi:ports:`controller > dns-server; deployment=aws`,
:avi:ports:`controller > SE`, :avi:ports:`SE > SE; cloud=openshift` and
:avi:ports:`SE > SE; port=22`.

.. avi-port-changes:: The changes
   :old: 17.1

.. avi-port-changes:: The plan
   :old: 17.1
   :deployment: aws
"""


#: Its sentences ask for what is not documented, too.
QUIET = {"suppress_warnings": ["avi_portspec.empty", "avi_portspec.unstated"]}


def translate_all(project: Project, text: str) -> Path:
    """Return a page whose every message is translated: put in brackets."""
    project.write("index.rst", text)
    # Another environment than that of HTML.
    other = Project(project.folder / "messages")
    other.write("index.rst", text)
    app = other.build("gettext", **QUIET)
    assert warnings(app) == ""
    other.close()
    catalog = Catalog(locale="de")
    with (app.outdir / "index.pot").open("rb") as file:
        for message in read_po(file):
            if message.id:
                catalog.add(message.id, f"{OPEN}{message.id}{CLOSE}")
    project.translate(catalog)
    app = project.build(
        "html",
        language="de",
        locale_dirs=["locale"],
        exclude_patterns=["messages"],
        **QUIET,
    )
    assert warnings(app) == ""
    return Path(app.outdir, "index.html")


def strip(text: str) -> str:
    """Return what is not translated of a text, and is no mark."""
    before = ""
    while before != text:
        # What fills a message can be one.
        before = text
        text = re.sub(f"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}", "", text)
    return re.sub(r"\[[a-z]+\]", "", text)


def words_of_the_data() -> set[str]:
    """Return the words that stay: names, ports, ids, places."""
    edition = avi_portspec.load("vantage-undated")
    texts = [edition.title, edition.id, avi_portspec.load("17.1").title]
    for endpoint in edition.endpoints:
        texts += [endpoint.name, endpoint.label]
    for flow in edition.flows:
        texts += [flow.service or "", flow.id, str(flow.citation)]
        texts += [str(decided) for decided in edition.notes_on(flow.id)]
    texts += [section.title for section in edition.sections]
    for facet in edition.facets:
        texts += [value.label for value in facet.values]
    words = {w for text in texts for w in re.findall(r"[A-Za-z]{2,}", text)}
    # Of ports, of places, and what is the same in all languages.
    same = "TCP UDP or ICMP echo request and ping Ping CSV JSON"
    return words | {*same.split(), "row", "item", "note", "lead", "in"}


def bare_words(texts: Iterable[str]) -> set[str]:
    """Return the words that are translated nowhere, but those of the data."""
    found = {
        word
        for text in texts
        for word in re.findall(r"[A-Za-z]{2,}", strip(text))
    }
    return found - words_of_the_data()


def texts_of(page: Tag) -> Iterator[str]:
    """Yield what those who see a page are given, and those who do not."""
    join_words(page)
    for ours in page.select(
        ".avi-block, table.avi-port-table, .avi-deployment, .avi-unstated,"
        ".avi-reasons, .avi-notes, .avi-rubric, .avi-open, .avi-ports-phrase"
    ):
        for text in ours.find_all(string=True):
            if text.find_parent("svg") is None:
                yield text
        for picture in ours.select("svg"):
            # A phrase can be in several lines.
            yield picture.get_text(" ")
        for inside in (ours, *ours.select("*")):
            classes = inside.get("class") or []
            if "headerlink" not in classes:
                for name in ("aria-label", "data-lead"):
                    yield str(inside.get(name, ""))


def join_words(page: Tag) -> None:
    """Undo what keeps a word whole: it parts a text that is one."""
    for word in page.select(".avi-whole"):
        word.unwrap()
    page.smooth()


class TestEverything:
    """No word of ours stays in English."""

    def test_what_is_ours_in_every_layout(self, project: Project) -> None:
        """Headings, premises, counts, sources, what is assumed, and labels."""
        page = translate_all(project, LAYOUTS)
        html = BeautifulSoup(page.read_text("utf-8"), "html.parser")
        texts = list(texts_of(html))
        assert bare_words(texts) == set()
        whole = "".join(texts)
        found = avi_portspec.load("vantage-undated").resolve("openstack")
        needed, optional, rest = (
            len(found.having(status))
            for status in ("needed", "optional", "unstated")
        )
        for message in (
            f"{OPEN}Needed{CLOSE}",
            f"{OPEN}8 of {needed + optional + rest} flows are shown.{CLOSE}",
            f"{OPEN}{needed} needed{CLOSE}, {OPEN}{optional} optional{CLOSE}",
            f"{OPEN}Assumption a{CLOSE}",
            f"{OPEN}No port needed{CLOSE}",
            f"{OPEN}GCP to Avi Vantage{CLOSE}",
            f"{OPEN}none{CLOSE}",
        ):
            assert message in whole
        # A word before a name on a phone, and what has no such word.
        leads = {str(cell["data-lead"]) for cell in html.select("[data-lead]")}
        assert leads == {f"{OPEN}to{CLOSE}", f"{OPEN}from{CLOSE}"}
        # Numbers and names are the data's.
        assert "TCP\N{NO-BREAK SPACE}22" in html.text
        assert f"{OPEN}Controller{CLOSE}" not in texts

    def test_counts_are_gaps(self, project: Project) -> None:
        """They change with the data."""
        kinds = (
            *("   :show: open\n", "", "   :deployment: aws\n"),
            "   :all:\n",
        )
        some = "\n".join(
            f".. avi-port-changes:: Some\n   :old: 17.1\n{more}"
            for more in kinds
        )
        more = directive(deployment="openshift", port="1-22")
        project.write("index.rst", f"{LAYOUTS}\n{some}\n{more}")
        app = project.build("gettext")
        with (app.outdir / "index.pot").open("rb") as file:
            given = {str(message.id) for message in read_po(file)}
        assert given >= {
            "{} needed",
            "{} optional",
            "{} of {} flows are shown.",
            "{} of {} changes are shown.",
            "Assumption {}",
            "{} to {}",
            "{} assumptions where the vendor's page is not explicit",
            "{} flows added, {} changed, {} removed.",
            (
                "Hidden: {} changes of wording, citations and notes, {} of "
                "them to review."
            ),
            "Upgrade {} \N{RIGHTWARDS ARROW} {}: open {}, close {}, keep {}.",
            "Optional: {}. Unchanged: {}.",
            "Unresolved outside this selection: {}.",
            "Unresolved for this deployment:",
            "see above",
        }

    @pytest.mark.parametrize(
        "translated", ["{} {} {}", "keine", "{}", "%s {0} {x} {"]
    )
    def test_a_translation_with_other_values_fails_no_build(
        self, project: Project, translated: str
    ) -> None:
        """It has fewer values than there are, or more."""
        catalog = Catalog(locale="de")
        for message in ("{} to {}", "{} needed", "Assumption {}"):
            catalog.add(message, translated)
        project.translate(catalog)
        project.write("index.rst", LAYOUTS)
        app = project.build(
            "html", language="de", locale_dirs=["locale"], **QUIET
        )
        assert warnings(app) == ""

    @pytest.mark.browser
    def test_the_choice_of_deployments(
        self, tab: Any, project: Project
    ) -> None:
        """What its script writes, too: buttons, reasons, details, call-outs.

        With a filter bar on the same page, whose words are others.
        """
        text = (
            "A\n=\n\n.. avi-port-explorer::\n\n"
            ".. avi-port-table:: Bar\n   :explorer:\n"
        )
        path = translate_all(project, text)
        show(
            tab,
            f"{path.as_uri()}#cloud=openstack,openshift,gcp&controller=container"
            "&service=dns&feature=cli-shell,plain-http&bogus=1",
        )
        html = BeautifulSoup(tab.content(), "html.parser")
        join_words(html)
        for selector in (".avi-chooser", ".avi-explorer-bar"):
            (ours,) = html.select(selector)
            for template in ours.select("template"):
                template.decompose()
            texts = [
                *map(str, ours.find_all(string=True)),
                *(
                    str(part.get(name, ""))
                    for part in ours.select("*")
                    for name in ("aria-label", "data-lead", "placeholder")
                ),
            ]
            assert bare_words(texts) - {"no"} == set()
        for message in (
            "Conflict:",
            "Direction not clear:",
            "Save CSV",
            "Every flow,",
        ):
            assert f"{OPEN}{message}" in html.text
