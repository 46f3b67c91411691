"""The page on which a deployment is chosen, without its script."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import attrs
import pytest
from bs4 import BeautifulSoup
from example_data import JUMP_HOST
from sphinx_projects import Project, warnings

import avi_portspec
import sphinx_avi_portspec
from sphinx_avi_portspec import lookup as module
from sphinx_avi_portspec.chooser import CHOOSER_MESSAGES, Page

UNDATED = avi_portspec.load("vantage-undated")


STATIC = Path(sphinx_avi_portspec.__file__).with_name("static")


SCRIPT = (STATIC / "avi-portspec-chooser.js").read_text("utf-8")


PAGE = "Ports\n=====\n\n.. avi-port-explorer:: Flows\n"


def soup_of(project: Project, text: str, **conf: Any) -> BeautifulSoup:
    """Return the page of a document."""
    project.write("index.rst", text)
    app = project.build("html", **conf)
    assert warnings(app) == ""
    html = (app.outdir / "index.html").read_text("utf-8")
    return BeautifulSoup(html, "html.parser")


def parts_of(soup: BeautifulSoup) -> BeautifulSoup:
    """Return what a page's template has in it."""
    template = soup.template
    assert template is not None
    return BeautifulSoup(template.decode_contents(), "html.parser")


class TestDirective:
    """What the page is given."""

    def test_every_choice_has_a_name_and_a_group(
        self, project: Project
    ) -> None:
        """In the order of a plan: clouds, Controller, services, features."""
        soup = soup_of(project, PAGE)
        sets = soup.select(".avi-pick fieldset")
        assert [box.legend.text for box in sets] == [
            "Clouds that the Controller manages",
            "How the Controller runs",
            "Controller nodes",
            "Network services that the Controller uses",
            "Optional features in use",
            "Who opens TCP 443 between GCP and Avi Vantage?",
        ]
        chips = [label.text for label in sets[1].select("label")]
        assert chips == ["Virtual machine", "Container"]
        (checked,) = sets[2].select("input[checked]")
        assert checked["value"] == "cluster"
        assert soup.select_one(".avi-eg").text == (
            "Example: AWS, with DNS and NTP. Start from this example"
        )

    def test_details_by_hand(self, project: Project) -> None:
        """When it applies in general, where it is stated, and its id."""
        soup = soup_of(project, PAGE)
        (row,) = (
            row
            for row in parts_of(soup).select("[data-part]")
            if "service-engine-to-service-engine-objstore-vmware" in row.text
        )
        terms = [term.text for term in row.select("dt")]
        assert terms == ["Applies", "Stated in", "Assumed", "Flow"]
        applies, stated, assumed, flow = (d.text for d in row.select("dd"))
        assert applies == (
            "On vCenter, Linux Server Cloud or NSX-T; not documented for "
            "OpenShift, Kubernetes or Mesos (DC/OS), or without an "
            "orchestrator"
        )
        assert stated.startswith(
            "vendor's port page: Ports Used for Management Communication, "
            "row 4 and introduction"
        )
        assert (assumed, flow) == (
            "",
            "service-engine-to-service-engine-objstore-vmware",
        )
        assert row.button.text == (
            "Details: TCP 9001, Service Engine to Service Engine"
        )

    @pytest.mark.slow
    def test_a_site_speaks_for_itself_and_labels_are_the_projects(
        self, project: Project
    ) -> None:
        """The vendor's page does not state what a site adds."""
        moved = JUMP_HOST.replace("[22]", "[2222]")
        project.write("site.toml", moved)
        site = UNDATED.overlay(project.folder / "site.toml")
        project.write("mine.json", avi_portspec.dumps(site))
        soup = soup_of(
            project,
            f"{PAGE}   :edition: {site.id}\n",
            avi_portspec_files=["mine.json"],
            avi_portspec_labels={"controller": "Avi Controller"},
        )
        (row,) = (
            row
            for row in parts_of(soup).select("[data-part]")
            if "2222" in row.text
        )
        assert "the site's overlay berlin: Site Berlin" in row.text
        assert row.th.text == "Avi Controller"

    def test_only_its_pages_load_script_and_style(
        self, project: Project
    ) -> None:
        """Other pages have neither."""
        project.write("index.rst", PAGE + "\n.. toctree::\n\n   t\n")
        project.write("t.rst", "T\n=\n\n.. avi-port-table::\n")
        out = project.build("html").outdir
        text = (out / "index.html").read_text(encoding="utf-8")
        assert "avi-portspec-chooser.js" in text
        assert "avi-portspec-explorer.css" in text
        other = (out / "t.html").read_text(encoding="utf-8")
        assert "chooser" not in other
        assert "avi-portspec-explorer" not in other

    def test_the_page_is_small(self, project: Project) -> None:
        """With all of its files, themes apart."""
        project.write("index.rst", PAGE)
        out = project.build("html").outdir
        files = [out / "index.html", *(out / "_static").glob("avi-*")]
        assert sum(file.stat().st_size for file in files) < 200_000

    def test_all_that_is_said_is_given_to_translators(
        self, project: Project
    ) -> None:
        """A word that only one of them has would stay English."""
        said = set(
            re.findall(
                r'\b(?:say|count|call|total|open)\(\s*"([^"]+)"', SCRIPT
            )
        )
        said |= set(re.findall(r'return (?:done \? )?"([^"]+)"', SCRIPT))
        said |= {"Copying was refused", "conflict", "conflicts"}
        said.add("with unclear direction")
        columns = re.search(r"COLUMNS = \[(.*)\]", SCRIPT)
        assert columns is not None
        said |= set(re.findall(r'"([^"]+)"', columns[1]))
        choices = {
            getattr(text, "message", text)
            for _, name, _, values in Page(UNDATED).choices
            for text in (name, *(label for _, label in values))
        }
        # These are put together.
        said |= {"not needed"}
        said |= {
            f"{{}} {many} where the vendor's page is not explicit"
            for many in ("assumption", "assumptions")
        }
        assert said - {""} == {*CHOOSER_MESSAGES}
        other = Project(project.folder / "other")
        other.write("index.rst", PAGE)
        app = other.build("gettext")
        other.close()
        text = (app.outdir / "index.pot").read_text(encoding="utf-8")
        for words in (*CHOOSER_MESSAGES, *choices):
            assert words[:40] in text

    def test_what_is_too_entangled_leaves_the_table_alone(
        self, project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """With a warning at the directive's line that can be suppressed."""
        monkeypatch.setattr(module, "MOST", 4)
        monkeypatch.setattr(module, "_made", {})
        said = project.complaints(PAGE)
        assert "index.rst:4" in said
        assert "too many combinations to work out in advance" in said
        assert "[avi_portspec.explorer]" in said
        tree = project.doctree(
            PAGE + "\n", suppress_warnings=["avi_portspec.explorer"]
        )
        assert "avi-deployment-data" not in tree.astext()
        assert "5098" in tree.astext()

    @pytest.mark.parametrize(
        "builder", ["latex", "text", "man", "texinfo", "xml", "gettext"]
    )
    def test_other_builders_have_the_table(
        self, project: Project, builder: str
    ) -> None:
        """Whole, and nothing that is for scripts; nor is it translated."""
        project.write("index.rst", PAGE)
        app = project.build(builder, man_pages=[("index", "a", "A", [], 1)])
        assert warnings(app) == ""
        texts = [
            path.read_text(encoding="utf-8", errors="replace")
            for path in app.outdir.rglob("*")
            if path.suffix in {".tex", ".txt", ".1", ".texi", ".pot"}
        ]
        assert "Needed" in "".join(texts) or builder == "xml"
        assert "avi-deployment-data" not in "".join(texts)

    # The builders of help use what Sphinx will drop.
    @pytest.mark.filterwarnings(
        "ignore::sphinx.deprecation.RemovedInSphinx11Warning"
    )
    @pytest.mark.parametrize(
        ("builder", "name"),
        [
            ("epub", "index.xhtml"),
            ("qthelp", "index.html"),
            ("htmlhelp", "index.html"),
            ("devhelp", "index.html"),
        ],
    )
    def test_a_book_has_the_table_and_no_script(
        self, project: Project, builder: str, name: str
    ) -> None:
        """Nor a form that nothing fills in; its pages stay well-formed."""
        project.write("index.rst", PAGE)
        app = project.build(builder, version="1", copyright="nobody")
        assert warnings(app) == ""
        path = app.outdir / name
        page = BeautifulSoup(path.read_bytes(), "html.parser")
        assert not page.select("form.avi-pick, template, [hidden]")
        assert not page.select(".avi-chooser, .avi-deployment-data")
        (whole,) = page.select(".avi-static")
        assert len(whole.select("tbody tr[role=row]")) > len(UNDATED.flows)
        assert "Flows" in whole.text
        if builder != "epub":
            return
        assert not page.select("details, summary")
        ET.parse(path)  # noqa: S314 - our own
        text = path.read_text(encoding="utf-8")
        assert "<script" not in text
        assert "5098" in text

    @pytest.mark.parametrize(
        ("caption", "said"),
        [("My flows", "My flows"), ("", "Every flow, for any deployment")],
    )
    def test_a_text_has_its_caption_once(
        self, project: Project, caption: str, said: str
    ) -> None:
        """What HTML folds begins with it."""
        project.write("index.rst", f".. avi-port-explorer:: {caption}\n")
        app = project.build("text")
        text = (app.outdir / "index.txt").read_text("utf-8")
        assert text.count(said) == 1

    def test_a_flat_table_stays_flat(self, project: Project) -> None:
        """The static table can have columns of its own."""
        soup = soup_of(
            project, PAGE + "   :columns: ports, source\n\n   Hello.\n"
        )
        heads = soup.select("details.avi-static thead th")
        assert [head.text for head in heads] == ["Ports", "Source"]
        hello = soup.find(string="Hello.")
        assert hello is not None
        assert hello.find_next(class_="avi-chooser")
        assert not hello.find_parent("details")

    @pytest.mark.slow
    def test_changed_data_reaches_the_page(self, project: Project) -> None:
        """The document is read again, and its answers are the new ones."""
        mine = attrs.evolve(UNDATED, id="mine", title="Mine")
        text = avi_portspec.dumps(mine)
        project.write("mine.json", text)
        project.write("index.rst", PAGE + "   :edition: mine\n")
        conf = {"avi_portspec_files": ["mine.json"]}
        project.build("html", **conf)
        project.build("html", **conf)
        assert project.read == []
        project.write("mine.json", text.replace("AWS", "Amazon's cloud"))
        app = project.build("html", **conf)
        assert project.read == ["index"]
        page = (app.outdir / "index.html").read_text(encoding="utf-8")
        assert '["aws","Amazon\'s cloud"]' in page

    @pytest.mark.slow
    def test_parallel_builds_write_the_same(self, tmp_path: Path) -> None:
        """As serial ones do."""
        found = []
        for jobs in (0, 2):
            project = Project(tmp_path / str(jobs))
            project.write(
                "index.rst", "A\n=\n\n.. toctree::\n   :glob:\n\n   p*\n"
            )
            for number in range(6):
                project.write(f"p{number}.rst", PAGE)
            out = project.build("dirhtml", parallel=jobs).outdir
            found.append(
                [
                    (out / f"p{number}" / "index.html").read_bytes()
                    for number in range(6)
                ]
            )
            project.close()
        assert found[0] == found[1]
