"""What other sources state, in documents; compared with their files."""

from __future__ import annotations

import os
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from docutils import nodes
from sphinx.util.inventory import InventoryFile
from sphinx_projects import Project, warnings

import avi_portspec
from avi_portspec.beyond.files import FOLDER as SOURCES
from avi_portspec.beyond.files import library

FOLDER = Path(SOURCES)
PORTAL = "service-engine-to-controller-portal"
ALL = ".. avi-port-statements::\n"
#: Those of one source and one made like it: as good where they change.
FEW = f"{ALL}   :source: ako, example\n"


def read(source: str) -> dict[str, Any]:
    """Return a source as its file has it."""
    return tomllib.loads((FOLDER / f"{source}.toml").read_text("utf-8"))


def about(record: str) -> list[tuple[str, str]]:
    """Return the agreement and the source of each statement on a record."""
    return [
        (each["agreement"], path.stem)
        for path in sorted(FOLDER.glob("*.toml"))
        for each in read(path.stem).get("statements", ())
        if record in each.get("about", ())
    ]


def rows(tree: nodes.document) -> list[list[str]]:
    """Return the texts of the cells of the first table, its head left out."""
    body = next(tree.findall(nodes.tbody))
    return [
        [" ".join(cell.astext().split()) for cell in row.children]
        for row in body.children
    ]


def listed(project: Project, **options: str) -> list[list[str]]:
    """Return the rows of the directive with some options."""
    lines = [f"   :{name}: {value}\n" for name, value in options.items()]
    return rows(project.doctree("".join([ALL, *lines])))


def links(tree: nodes.document) -> dict[str, str]:
    """Return where each internal link of a document leads, by its text."""
    return {
        found.astext(): found.get("refuri", "#" + found.get("refid", ""))
        for found in tree.findall(nodes.reference)
        if found.get("internal")
    }


class TestTheList:
    """Flow by flow: the page, other sources, agreement, release."""

    def test_a_flow_has_the_page_and_every_statement(
        self, project: Project
    ) -> None:
        """As many as the files have, each with its source."""
        heading, page, *others = listed(project, flow=PORTAL)
        assert heading == [
            "Service Engine \N{RIGHTWARDS ARROW} Controller, TCP 8443 (HTTPS)"
        ]
        assert page[:2] == ["Port page", "TCP 8443"]
        assert page[2].startswith("Always")
        assert page[3:] == ["not stated", "vantage-undated"]
        expected = [
            (word, read(source)["title"]) for word, source in about(PORTAL)
        ]
        for word, title in expected:
            assert any(r[0] == word and title in r[4] for r in others)
        assert len(others) == len(expected) == 18

    def test_a_statement_says_all_that_its_source_does(
        self, project: Project
    ) -> None:
        """Its condition, the mistake that it probably is, its place."""
        (row,) = [
            row
            for row in listed(project, flow=PORTAL, release="30.2")
            if row[0] == "differs"
        ]
        assert row == [
            "differs",
            "TCP 8842",
            *(
                (
                    "On NSX-T, if the distributed firewall of NSX is used "
                    "Probably a mistake: TCP 8443 is meant. No other source "
                    "has 8842, and all others have 8443."
                ),
            ),
            "30.2",
            *(
                (
                    "Service Engines in NSX-T with the distributed firewall, "
                    "installation guide 30.2 Vendor documentation, Service "
                    "object for the Controller cluster"
                ),
            ),
        ]

    def test_what_no_source_states_is_listed_and_says_so(
        self, project: Project
    ) -> None:
        """And what was not seen is unseen, not unstated."""
        (_, page) = listed(project, flow="controller-to-heat", release="30.2")
        assert page[2].endswith(
            "No other source. Unseen on the port page of 30.2."
        )

    def test_silence_is_told_from_what_was_not_seen(
        self, project: Project
    ) -> None:
        """A part that was seen whole, and lacks the row, is silent."""
        flow = "service-engine-to-service-engine-objstore-cloud"
        (_, page, *_) = listed(project, flow=flow)
        assert page[2].endswith(
            "Silent on the port page of 20.1. Unseen on the port pages of "
            "22.1 and 30.2."
        )

    def test_what_the_page_says_of_other_clouds_is_in_its_row(
        self, project: Project
    ) -> None:
        """That a cloud is not documented is a fact about the page, too."""
        flow = "service-engine-to-service-engine-objstore-cloud"
        (_, page, *_) = listed(project, flow=flow)
        assert "Not documented for OpenShift" in page[2]

    def test_what_needs_no_port_and_notes_have_statements(
        self, project: Project
    ) -> None:
        """Both are facts of the page that sources agree with, or not."""
        name = "controller-to-service-engine"
        (heading, page, *others) = listed(project, flow=name)
        assert heading[0].startswith("Controller")
        assert page[1:3] == [
            "",
            "No port needed",
        ]
        assert len(others) == len(about(name))
        note = "source-is-controller-address"
        (heading, page, *others) = listed(project, flow=note)
        assert heading == [f"Note {note}"]
        assert page[2].startswith(
            avi_portspec.load().notes[note].text.split(". ")[0]
        )
        assert len(others) == len(about(note))

    def test_traffic_that_the_page_does_not_have_comes_last(
        self, project: Project
    ) -> None:
        """By its ends; an end that a source does not name is left open."""
        found = listed(project, source="gslb-sites")
        assert found[0] == [
            "Controller \N{RIGHTWARDS ARROW} Controller of another site"
        ]
        assert found[1][2] == "Not on the vendor's port page."
        assert found[2][:2] == ["adds", ""]

    def test_other_ends_than_the_flow_s_are_said(
        self, project: Project
    ) -> None:
        """A rule for any address is not one for the Controller alone."""
        found = listed(
            project,
            source="openstack-groups",
            flow="controller-to-service-engine",
        )
        assert found[2][2].startswith(
            "any address \N{RIGHTWARDS ARROW} Service Engine. On OpenStack"
        )

    def test_nothing_is_a_row_and_a_warning(self, project: Project) -> None:
        """It proves nothing, and says so."""
        text = ALL + "   :agreement: excludes\n   :release: 16.2\n"
        said = project.complaints(text)
        assert "avi-port-statements: no matching statement" in said
        tree = project.build("dummy").env.get_doctree("index")
        assert "That proves nothing." in tree.astext()


class TestFilters:
    """The grammar of all filters."""

    def words(self, project: Project, **options: str) -> set[str]:
        """Return what the statements do that are listed."""
        found = listed(project, **options)
        return {row[0] for row in found if len(row) > 1} - {"Port page"}

    def test_words_are_included_or_excluded(self, project: Project) -> None:
        """Commas between them, and ! before what is not wanted."""
        assert self.words(project, agreement="differs, adds") == {
            *("differs", "adds")
        }
        assert self.words(project, agreement="!agrees, !adds") == {
            *("differs", "narrows", "excludes")
        }

    def test_flows_and_sources_can_be_left_out(self, project: Project) -> None:
        """Whatever else is asked."""
        found = listed(project, source="tanzu-ports", flow=f"!{PORTAL}")
        titles = [row[0] for row in found if len(row) == 1]
        assert len(titles) == len(set(titles)) > 10
        assert not any("8443" in title for title in titles)
        assert self.words(project, source="!tanzu-ports", flow=PORTAL)

    @pytest.mark.parametrize(
        ("option", "said"),
        [
            ("release: soon", "release: expected a release, such as 22.1"),
            ("source: aws-modul", "did you mean 'aws-module'?"),
            ("flow: controller-to-dn", "did you mean 'controller-to-dns'?"),
            ("agreement: agree", "agreement: expected one of agrees"),
            ("agreement: agrees,", "expected values, comma-separated"),
        ],
    )
    def test_a_wrong_value_is_an_error_at_its_line(
        self, project: Project, option: str, said: str
    ) -> None:
        """With the nearest name, where there is one."""
        found = project.complaints(f"A\n=\n\n{ALL}   :{option}\n")
        assert "/index.rst:4: ERROR: " in found
        assert said in found


class TestSources:
    """Their entries, and the role that leads there."""

    def entries(self, tree: nodes.document) -> list[str]:
        """Return the entries of the sources below the table."""
        return [
            item.astext()
            for bullets in tree.findall(nodes.bullet_list)
            if "avi-sources" in bullets["classes"]
            for item in bullets
        ]

    def test_an_entry_says_how_much_was_seen(self, project: Project) -> None:
        """And which release it is about, and on what grounds."""
        tree = project.doctree(
            f"{ALL}   :source: port-page-20-1, tanzu-ports\n"
        )
        page, sheet = self.entries(tree)
        source = read("port-page-20-1")
        assert page == (
            "Port page of 20.1, in part. Avi Networks, vendor documentation. "
            "Release: 20.1. Seen: part. Not seen: "
            f"{' '.join([*source['missing'], *source['remarks']])}"
        )
        why = read("tanzu-ports")["why_probable"]
        assert f"Release: probably 22.1. {why} " in sheet

    def test_one_without_statements_has_an_entry(
        self, project: Project
    ) -> None:
        """Where all sources are, or where it is named."""
        tree = project.doctree(f"{ALL}   :source: mirror\n   :allow-empty:\n")
        (entry,) = self.entries(tree)
        assert entry.startswith(read("mirror")["title"])
        every = {path.stem for path in FOLDER.glob("*.toml")}
        assert len(self.entries(project.doctree(ALL))) == len(every)

    @pytest.mark.parametrize(
        ("place", "kind", "entries"),
        [
            ("folded", "AviFolded", 1),
            ("below", "AviBelow", 1),
            ("none", "AviBelow", 0),
        ],
    )
    def test_where_they_are_is_an_option(
        self, project: Project, place: str, kind: str, entries: int
    ) -> None:
        """Folded in HTML, below, or nowhere."""
        tree = project.doctree(f"{ALL}   :source: ako\n   :sources: {place}\n")
        assert len(self.entries(tree)) == entries
        (below,) = [n for n in tree.findall() if type(n).__name__ == kind]
        assert below.astext().count("1 other source, in the or") == entries

    def test_a_line_sets_all_of_it_apart_from_answers(
        self, project: Project
    ) -> None:
        """Where a project wants the lines of sources."""
        text = f"{ALL}   :source: ako\n   :sources: none\n"
        line = "part of no answer"
        assert line in project.doctree(text).astext()
        tree = project.doctree(text, avi_portspec_source_line=False)
        assert line not in tree.astext()

    def test_the_role_shows_a_title_and_leads_to_the_entry(
        self, project: Project
    ) -> None:
        """The home, wherever else the source is shown."""
        project.write("all.rst", f":orphan:\n\nAll\n===\n\n{ALL}")
        project.write(
            "a-few.rst", f":orphan:\n\nFew\n===\n\n{ALL}   :source: ako\n"
        )
        project.write(
            "index.rst", ":avi:source:`AKO`, :avi:source:`x <ako>`\n"
        )
        assert warnings(project.build("html")) == ""
        assert links(project.resolved["index"]) == {
            "Avi Kubernetes Operator": "all.html#avi-elsewhere-source-ako",
            "x": "all.html#avi-elsewhere-source-ako",
        }

    def test_a_missing_one_is_a_warning_that_suggests(
        self, project: Project
    ) -> None:
        """The nearest name, or the directive that would show it."""
        said = project.complaints(":avi:source:`aws-modul`\n")
        assert "index.rst:1: WARNING: unknown source 'aws-modul'" in said
        assert "did you mean 'aws-module'?" in said
        said = project.complaints(":avi:source:`aws-module`\n")
        assert "is shown nowhere in this project; add avi-port-stat" in said

    def test_inventories_have_them_once(self, project: Project) -> None:
        """They belong to no edition, so none stands before their name."""
        project.write("index.rst", f"A\n=\n\n{ALL}\n.. avi-port-page::\n")
        app = project.build("html")
        assert warnings(app) == ""
        data = (Path(app.outdir) / "objects.inv").read_bytes()
        found = InventoryFile.loads(data, uri="").data
        assert set(found["avi:source"]) == {
            p.stem for p in FOLDER.glob("*.toml")
        }
        assert len(found["avi:statement"]) == len(avi_portspec.statements())
        assert "nsx-t-design-30-2-vcenter" in found["avi:statement"]
        index = (Path(app.outdir) / "avi-ports.html").read_text("utf-8")
        # One edition is shown: its name is not repeated at each flow.
        assert "(vantage-undated)" not in index

    def test_a_second_list_in_a_document_is_no_home(
        self, project: Project
    ) -> None:
        """Nor is one without anchors; ids stay unique."""
        bare = f"{ALL}   :no-index:\n"
        tree = project.doctree(f"{bare}\n{ALL}\n{ALL}")
        ids = [i for n in tree.findall(nodes.Element) for i in n["ids"]]
        assert len(ids) == len(set(ids))
        assert ids.count("avi-elsewhere-source-ako") == 1


class TestTheColumn:
    """What other sources say of a flow, in short."""

    TABLE = ".. avi-port-table::\n   :columns: destination, ports, elsewhere\n"

    def test_it_counts_what_each_does(self, project: Project) -> None:
        """For flows, for what is not documented, for what needs no port."""
        tree = project.doctree(self.TABLE)
        found = {row[1]: row[2] for row in rows(tree)}
        assert found["TCP 25"] == "3 agree"
        assert found["TCP 8004"] == "none"
        ends = "Controller \N{RIGHTWARDS ARROW} Service Engine"
        assert found[f"{ends}: No port needed"] == "5 agree, 9 differ"
        tree = project.doctree(self.TABLE + "   :cloud: openshift\n")
        (gap, *_) = [row for row in rows(tree) if "Not documented" in row[1]]
        assert gap[2].startswith("3 agree, 1 narrows, 5 differ, 2 exclude")

    def test_each_number_leads_to_the_first_such_statement(
        self, project: Project
    ) -> None:
        """Where a directive shows it; elsewhere it is text."""
        text = f"{self.TABLE}   :port: 8443\n   :source: SE\n"
        assert links_of(project, text) == {}
        project.write("all.rst", f":orphan:\n\nAll\n===\n\n{ALL}")
        found = links_of(project, text)
        (agree, differ) = found.items()
        assert agree[0] == "16 agree"
        assert differ[0] == "2 differ (probably mistakes)"
        first = next(
            each["id"]
            for source in ("nsx-t-dfw-30-2",)
            for each in read(source)["statements"]
            if each["agreement"] == "differs"
        )
        assert differ[1] == f"all.html#avi-elsewhere-statement-{first}"
        page = Path(project.folder, "_build/html/all.html").read_text("utf-8")
        for _, target in (agree, differ):
            assert f'id="{target.partition("#")[2]}"' in page

    def test_no_file_has_it(self, project: Project) -> None:
        """An answer is made from the vendor's page alone."""
        edition = avi_portspec.load()
        head = str(avi_portspec.export(edition, "csv")).partition("\r\n")[0]
        assert "elsewhere" not in head


def links_of(project: Project, text: str) -> dict[str, str]:
    """Return the links of a document, by their texts."""
    project.write("index.rst", text)
    assert warnings(project.build("html")) == ""
    found = links(project.resolved["index"])
    return {words: to for words, to in found.items() if "html" in to}


@pytest.fixture
def folder(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """Return a copy of the sources, used in their place."""
    made = project.folder / "data" / "statements"
    shutil.copytree(FOLDER, made)
    common = FOLDER.with_suffix(".toml")
    shutil.copy(common, made.with_suffix(".toml"))
    for module in ("beyond.files", "sources"):
        package = "avi_portspec" if "." in module else "sphinx_avi_portspec"
        monkeypatch.setattr(f"{package}.{module}.FOLDER", str(made))
    library.cache_clear()
    yield made
    monkeypatch.undo()
    library.cache_clear()


class TestStaleness:
    """A document cannot outlive the statements that it shows."""

    def documents(self, project: Project) -> list[str]:
        """Build, and return the documents that were read for it."""
        library.cache_clear()
        project.build("dummy")
        return project.read

    def test_those_that_show_statements_are_read_again(
        self, project: Project, folder: Path
    ) -> None:
        """The list, the column and the role; nobody else."""
        users = {
            "list": FEW,
            "column": f"{TestTheColumn.TABLE}   :port: 8443\n",
            "role": ":avi:source:`ako`\n",
        }
        names = "".join(f"   {name}\n" for name in (*users, "other"))
        project.write("index.rst", f"A\n=\n\n.. toctree::\n\n{names}")
        for name, text in {**users, "other": ".. avi-port-list::\n"}.items():
            project.write(f"{name}.rst", f"T\n=\n\n{text}")
        assert len(self.documents(project)) == 5
        assert self.documents(project) == []
        path = folder / "ako.toml"
        title = 'title = "Avi Kubernetes Operator"'
        text = path.read_text("utf-8")
        assert title in text
        path.write_text(text.replace(title, 'title = "The operator"'))
        # A reinstalled package brings files with old times.
        os.utime(path, (1, 1))
        assert self.documents(project) == ["column", "list", "role"]
        tree = project.build("dummy").env.get_doctree("role")
        assert "The operator" in tree.astext()
        assert self.documents(project) == []

    def test_a_new_source_is_noticed(
        self, project: Project, folder: Path
    ) -> None:
        """It is one more file in the folder."""
        project.write("index.rst", FEW)
        self.documents(project)
        text = (folder / "ako.toml").read_text("utf-8")
        made = folder / "example.toml"
        made.write_text(text.replace('id = "ako', 'id = "example'))
        os.utime(made, (1, 1))
        assert self.documents(project) == ["index"]
        tree = project.build("dummy").env.get_doctree("index")
        assert tree.astext().count("Avi Kubernetes Operator") > 2

    def test_a_broken_source_is_reported_where_it_is_used(
        self, project: Project, folder: Path
    ) -> None:
        """And a mended one is noticed."""
        path = folder / "ako.toml"
        whole = path.read_text("utf-8")
        path.write_text(whole.replace('seen = "', 'seen = "all'))
        library.cache_clear()
        said = project.complaints(f"A\n=\n\n{FEW}")
        assert "/index.rst:4: ERROR: " in said
        assert "ako.toml" in said
        path.write_text(whole)
        os.utime(path, (1, 1))
        assert self.documents(project) == ["index"]
        assert self.documents(project) == []


class TestTranslation:
    """Words can be translated; numbers and names are no part of them."""

    TEXT = (
        f"{ALL}   :flow: {PORTAL}\n   :source: nsx-t-dfw-30-2\n\n"
        ".. avi-port-table::\n   :columns: ports, elsewhere\n"
        "   :port: 8443\n   :source: SE\n"
    )
    GERMAN: ClassVar = {
        "What is stated": "Aussage",
        "differs": "weicht ab",
        "Port page": "Portseite",
        "{} agree": "{} einig",
        "{} differ (probably mistakes)": "{} anders",
    }

    def test_messages_have_no_numbers(self, project: Project) -> None:
        """Of the counts; and every word is there."""
        project.write("index.rst", self.TEXT)
        app = project.build("gettext")
        assert warnings(app) == ""
        with (Path(app.outdir) / "index.pot").open("rb") as file:
            found = {str(message.id) for message in read_po(file)}
        assert found >= set(self.GERMAN)
        assert found.isdisjoint({"16 agree", "TCP 8842", "30.2.1"})

    def test_a_translation_keeps_numbers(self, project: Project) -> None:
        """And fills its words with them."""
        catalog = Catalog(locale="de")
        for message, translated in self.GERMAN.items():
            catalog.add(message, translated)
        project.translate(catalog)
        project.write("index.rst", self.TEXT)
        app = project.build("dummy", language="de", locale_dirs=["locale"])
        assert warnings(app) == ""
        text = app.env.get_doctree("index").astext()
        for words in ("Aussage", "weicht ab", "16 einig, 2 anders"):
            assert words in text
