"""``avi-port-table`` in groups: its options, its rows, and what is below."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any, ClassVar

import pytest
from bs4 import BeautifulSoup
from docutils import nodes
from sphinx_projects import Project, directive, warnings

import avi_portspec
from sphinx_avi_portspec.grouped import AviDittoCell

#: What stands where nothing matches.
NOTHING = (
    "No matching flow is documented in this edition. That does not mean that "
    "no port is needed."
)


def table(**options: str) -> str:
    """Return a table with options and a caption."""
    return directive("table", "Ports", **options)


def rows(tree: nodes.document) -> list[list[str]]:
    """Return the texts of the cells of the first table's body."""
    body = next(tree.findall(nodes.tbody))
    return [
        [cell.astext().replace("\xa0", " ") for cell in row]
        for row in body.findall(nodes.row)
    ]


def heads(tree: nodes.Element) -> list[str]:
    """Return the headings of the first table."""
    head = next(tree.findall(nodes.thead))
    return [cell.astext() for cell in head.findall(nodes.entry)]


def page(project: Project, text: str, **conf: Any) -> BeautifulSoup:
    """Return a document as a page in HTML."""
    project.write("index.rst", f"A\n=\n\n{text}")
    app = project.build("html", **conf)
    assert warnings(app) == ""
    html = (app.outdir / "index.html").read_text("utf-8")
    return BeautifulSoup(html, "html.parser")


class TestLayout:
    """Which layout a table has."""

    #: The options of a table, and the layout that they choose.
    CHOSEN: ClassVar[list[tuple[dict[str, str], str]]] = [
        ({"columns": "source, ports"}, "flat"),
        ({"explorer": "", "hide_constant": ""}, "flat"),
        ({"explorer": "", "group": "none"}, "grouped"),
        ({"hide_constant": ""}, "flat"),
        ({"columns": "source", "sort": "port", "limit": "3"}, "flat"),
        ({"group": "none"}, "grouped"),
        ({"marks": "below", "merge": "no"}, "grouped"),
        ({"marks": "below", "hide_constant": ""}, "flat"),
        ({"group": "source", "sort": "port"}, "grouped"),
        ({"layout": "published", "notes": "column"}, "published"),
    ]

    @pytest.mark.parametrize("default", ["grouped", "flat", "published"])
    def test_options_choose_the_layout_that_has_them(
        self, project: Project, default: str
    ) -> None:
        """Whatever the project's default is, nothing breaks."""
        text = "\n".join(table(**options) for options, _ in self.CHOSEN)
        tree = project.doctree(text, avi_portspec_layout=default)
        made = [*tree.findall(nodes.table)]
        assert [
            "grouped"
            if "avi-ports" in each["classes"]
            else "published"
            if "Ports to allow" in heads(each)
            else "flat"
            for each in made
        ] == [shown for _, shown in self.CHOSEN]

    @pytest.mark.parametrize(
        ("default", "shown"),
        [("published", "grouped"), ("flat", "flat"), ("grouped", "grouped")],
    )
    def test_what_several_layouts_have_leaves_the_default(
        self, project: Project, default: str, shown: str
    ) -> None:
        """Sorting and a deployment alone do not change a default."""
        for options in ({"sort": "port", "limit": "4"}, {"deployment": "aws"}):
            tree = project.doctree(
                table(**options), avi_portspec_layout=default
            )
            (made,) = tree.findall(nodes.table)
            assert ("avi-ports" in made["classes"]) is (shown == "grouped")

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            (
                {"layout": "grouped", "columns": "id"},
                ":columns: cannot be used with the grouped layout",
            ),
            (
                {"layout": "flat", "group": "none"},
                ":group: cannot be used with the flat layout",
            ),
            (
                {"group": "none", "columns": "id"},
                ":group: cannot be used with :columns:",
            ),
            (
                {"layout": "published", "limit": "1"},
                ":limit: cannot be used with the published layout",
            ),
        ],
    )
    def test_options_of_another_layout_are_refused(
        self, project: Project, options: dict[str, str], said: str
    ) -> None:
        """None is ignored without a word."""
        assert said in project.complaints(table(**options))


class TestOrder:
    """Sorting, limits and groups."""

    def test_groups_stay_together_in_a_sorted_table(
        self, project: Project
    ) -> None:
        """In the order of their first rows, each sorted in itself."""
        tree = project.doctree(
            table(sort="port", section="management", protocol="tcp")
        )
        made = rows(tree)
        groups = [row[0] for row in made if len(row) == 1]
        assert len(groups) == len(set(groups)) > 1
        ports: list[int] = []
        for row in made:
            if len(row) == 1:
                ports = []
            elif row[1].startswith("TCP"):
                # All rows of a pair stand together.
                ports.append(int(row[1].split()[-1]))
        assert made[1][1] == "TCP 22"

    def test_no_two_groups_have_one_heading(self, project: Project) -> None:
        """A short name that two endpoints have is written in full."""
        tree = project.doctree(table(group="destination"))
        groups = [row[0] for row in rows(tree) if len(row) == 1]
        assert len(groups) == len(set(groups))
        assert "To Management default gateway of the Controller" in groups
        assert "To Controller" in groups

    def test_a_short_name_stays_where_it_is_clear(
        self, project: Project
    ) -> None:
        """Of two gateways, the table has one."""
        text = table(group="destination", source="controller")
        groups = [row[0] for row in rows(project.doctree(text))]
        assert "To Management gateway" in groups

    def test_without_groups_flows_have_the_order_that_is_asked_for(
        self, project: Project
    ) -> None:
        """Here no pair is kept together."""
        tree = project.doctree(
            table(sort="-port", section="management", group="none")
        )
        made = [row for row in rows(tree) if row[2].startswith("TCP")]
        ports = [int(row[2].split()[-1]) for row in made]
        assert ports == sorted(ports, reverse=True)
        assert len(heads(tree)) == len(made[0])

    def test_so_have_the_decisions_of_a_deployment(
        self, project: Project
    ) -> None:
        """The same, with the answer for one deployment."""
        tree = project.doctree(
            table(sort="-port", deployment="aws", group="none")
        )
        ports = [
            int(row[2].split()[-1])
            for row in rows(tree)
            if row[2].startswith("TCP")
        ]
        assert ports == sorted(ports, reverse=True)

    def test_a_limit_is_announced_below(self, project: Project) -> None:
        """Nobody takes three flows for all of them."""
        tree = project.doctree(table(section="network-services", limit="3"))
        made = rows(tree)
        assert [row[1] for row in made if len(row) > 1] == [
            "TCP 25",
            "TCP 49",
            "UDP 53",
        ]
        assert "3 of 8 flows are shown." in tree.astext()

    @pytest.mark.parametrize(("merge", "dittos"), [("yes", 4), ("no", 0)])
    def test_repeats_can_be_shown(
        self, project: Project, merge: str, dittos: int
    ) -> None:
        """Every row has its end; ``merge`` is about what the eye sees."""
        tree = project.doctree(table(source="SE", merge=merge, cloud="aws"))
        made = [row for row in rows(tree) if len(row) > 1]
        assert [row[0] for row in made].count("Controller") == 5
        assert len(list(tree.findall(AviDittoCell))) == dittos


class TestEmpty:
    """An answer without rows is still a table."""

    @pytest.mark.parametrize("layout", ["grouped", "flat", "published"])
    def test_caption_name_and_label_stay(
        self, project: Project, layout: str
    ) -> None:
        """References to the table lead to it."""
        project.write(
            "index.rst",
            "See :numref:`t` and :ref:`t`.\n\n"
            + table(layout=layout, port="1", name="t", allow_empty="")
            + "   :class: mine\n",
        )
        app = project.build("html", numfig=True)
        assert warnings(app) == ""
        html = (app.outdir / "index.html").read_text("utf-8")
        found = BeautifulSoup(html, "html.parser")
        (made,) = found.select("table#t.mine")
        assert made.caption.get_text().startswith("Table 1 Ports")
        assert [row.get_text().strip() for row in made.select("tbody tr")] == [
            NOTHING
        ]
        assert found.p.get_text() == "See Table 1 and Ports."

    def test_the_warning_can_be_silenced(self, project: Project) -> None:
        """By the author of the table, who knows."""
        assert "[avi_portspec.empty]" in project.complaints(table(port="1"))
        assert not project.complaints(table(port="1", allow_empty=""))
        for name in ("list", "notes"):
            text = f".. avi-port-{name}::\n   :port: 1\n"
            assert "[avi_portspec.empty]" in project.complaints(text)
            text += "   :allow-empty:\n   :name: here\n"
            assert not project.complaints(text)

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            (
                {"port": "9001", "cloud": "aws"},
                "TCP 9001 exists, but not on AWS.",
            ),
            (
                {
                    "port": "9001, 5000",
                    "cloud": "aws, azure",
                    "source": "!gcp",
                },
                "TCP 9001 and TCP 5000, 35357 exist, but not on AWS or Azure.",
            ),
            ({"port": "1", "cloud": "aws"}, NOTHING),
            ({"section": "openstack", "cloud": "aws"}, NOTHING),
            (
                {"port": "9001", "deployment": "aws"},
                "TCP 9001 exists, but not for this deployment.",
            ),
            ({"port": "1", "deployment": "aws"}, NOTHING),
        ],
    )
    def test_what_a_filter_has_removed_is_named(
        self, project: Project, options: dict[str, str], said: str
    ) -> None:
        """But not a whole section of it."""
        tree = project.doctree(table(**options, allow_empty=""))
        assert rows(tree) == [[said]]

    def test_what_is_not_documented_is_no_empty_answer(
        self, project: Project
    ) -> None:
        """Not in the published layout either, which has no row for it."""
        options = {"port": "4001", "cloud": "openshift"}
        tree = project.doctree(table(**options))
        assert rows(tree)[1][-1] == "Not documented for OpenShift"
        tree = project.doctree(table(**options, layout="published"))
        ((said,),) = rows(tree)
        assert said.startswith("The vendor's page does not say whether")

    @pytest.mark.parametrize("layout", ["grouped", "flat", "published"])
    def test_an_exclusion_is_an_answer(
        self, project: Project, layout: str
    ) -> None:
        """And nothing to warn of."""
        tree = project.doctree(
            table(
                layout=layout,
                source="controller",
                destination="service-engine",
            )
        )
        text = next(tree.findall(nodes.tbody)).astext()
        word = "Not required" if layout == "published" else "No port needed"
        assert word in text

    def test_so_it_is_in_a_list(self, project: Project) -> None:
        """As a bullet."""
        tree = project.doctree(
            ".. avi-port-list::\n   :source: controller\n"
            "   :destination: service-engine\n"
        )
        assert tree.astext() == (
            "Controller → Service Engine: No port needed."
        )


class TestMarks:
    """Where it stands what is assumed."""

    def test_a_row_has_one_letter_at_most_in_reading_order(
        self, project: Project
    ) -> None:
        """As many footnotes as there are different sets of assumptions."""
        found = page(project, table())
        letters = [
            [mark.get_text() for mark in row.select(".avi-marks")]
            for row in found.select("table.avi-ports tr")
        ]
        assert max(map(len, letters)) == 1
        seen = list(dict.fromkeys(x for row in letters for x in row))
        assert seen == sorted(seen)
        assert len(found.select(".avi-below details li")) == len(seen) > 5
        for mark in found.select(".avi-marks a"):
            assert mark["aria-label"] == f"Assumption {mark.get_text()}"
            assert found.select_one(mark["href"]).name == "li"

    def test_below_they_are_not_folded(self, project: Project) -> None:
        """A line, and the list."""
        found = page(project, table(source="SE", marks="below"))
        assert not found.select("details")
        assert found.select(".avi-below > ol > li")
        assert "where the vendor's page is not explicit" in found.get_text()

    def test_none_shows_none(self, project: Project) -> None:
        """By the option or the setting."""
        for options, conf in (
            ({"marks": "none"}, {}),
            ({}, {"avi_portspec_marks": "none"}),
        ):
            found = page(project, table(source="SE", **options), **conf)
            assert not found.select(".avi-marks, .avi-below ol, .avi-home")

    def test_a_link_leads_to_the_home_of_the_flow(
        self, project: Project
    ) -> None:
        """Where all that is assumed is stated in full."""
        project.write("ports.rst", ":orphan:\n\n.. avi-port-page::\n")
        found = page(project, table(source="SE", marks="link"))
        links = found.select("td.avi-need a.reference")
        assert links
        assert {link.get_text() for link in links} == {"¶"}
        home = (project.folder / "_build/html/ports.html").read_text("utf-8")
        for link in links:
            target = link["href"].removeprefix("ports.html#")
            assert f'id="{target}"' in home
            assert link["title"]

    @pytest.mark.parametrize("builder", ["html", "text", "latex"])
    def test_without_a_home_there_is_no_link(
        self, project: Project, builder: str
    ) -> None:
        """And no sign that leads nowhere."""
        project.write("index.rst", f"A\n=\n\n{table(marks='link')}")
        app = project.build(builder, html_permalinks=False, nitpicky=True)
        assert warnings(app) == ""
        for name in ("index.html", "index.txt", "projectnamenotset.tex"):
            path = app.outdir / name
            if path.exists():
                text = path.read_text("utf-8")
                assert "Unless the Controller is a container" in text
                assert "¶" not in text


class TestSettings:
    """Names and lines of the project's own."""

    def test_labels_are_the_project_s_own(self, project: Project) -> None:
        """In headings and cells."""
        tree = project.doctree(
            table(endpoint="SE"),
            avi_portspec_labels={"service-engine": "Data plane"},
        )
        assert "From Data plane" in tree.astext()
        assert "Service Engine" not in tree.astext()

    def test_labels_of_another_edition_are_known(
        self, project: Project
    ) -> None:
        """A directive can show any edition."""
        known = set(avi_portspec.load().endpoints.ids())
        older = avi_portspec.load("17.1").endpoints.ids()
        mine = next((name for name in older if name not in known), "")
        labels = {mine: "X"} if mine else {}
        assert not project.complaints(table(), avi_portspec_labels=labels)

    def test_the_source_line_can_be_left_out(self, project: Project) -> None:
        """With nothing else below, nothing is below."""
        for layout in ("grouped", "flat", "published"):
            text = table(port="123", source="SE", layout=layout)
            assert (
                "Source: vendor's port page" in project.doctree(text).astext()
            )
            tree = project.doctree(text, avi_portspec_source_line=False)
            assert "vendor's port page" not in tree.astext()


class TestRemarks:
    """The author's own text on a flow."""

    def test_they_stand_in_their_row(self, project: Project) -> None:
        """Parsed, and muted."""
        found = page(
            project,
            table(source="Controller", service="DNS, NTP")
            + "   :remarks:\n"
            + "      controller-to-dns: Through *our* resolver: 10.0.0.1.\n",
        )
        (remark,) = found.select("td.avi-need p.avi-sub")
        assert remark.get_text() == "Through our resolver: 10.0.0.1."
        assert remark.em
        assert "53" in remark.find_parent("tr").get_text()

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("controller-to-dsn: Text", "did you mean 'controller-to-dns'?"),
            ("controller-to-ntp: Text", "controller-to-ntp is not in this"),
            ("controller-to-dns", "expected a flow's id, a colon, text"),
            (
                "controller-to-dns: a\n      controller-to-dns: b",
                "two remarks",
            ),
        ],
    )
    def test_wrong_ones_are_errors(
        self, project: Project, text: str, said: str
    ) -> None:
        """A remark that nobody sees is one that the author misses."""
        wrong = table(service="DNS") + f"   :remarks:\n      {text}\n"
        assert said in project.complaints(wrong)


class TestDeployment:
    """The line above, and what is unresolved."""

    def test_the_premise_can_be_left_out(self, project: Project) -> None:
        """In both layouts that have one."""
        for layout, words in (
            ("grouped", "managing AWS. 11 needed, 3 optional."),
            ("flat", "Controller cluster on virtual machines"),
        ):
            text = table(deployment="aws", layout=layout)
            assert words in project.doctree(text).astext()
            shown = project.doctree(text + "   :premise: no\n").astext()
            assert words not in shown

    @pytest.mark.parametrize("layout", ["grouped", "flat"])
    def test_rows_without_a_port_say_what_is_not_documented(
        self, project: Project, layout: str
    ) -> None:
        """Nothing is said twice: no warning repeats it."""
        tree = project.doctree(
            table(deployment="openshift", source="SE", layout=layout)
        )
        assert not list(tree.findall(nodes.warning))
        silent = [r for r in rows(tree) if "unknown" in r]
        assert len(silent) == (1 if layout == "grouped" else 2)
        for row in silent:
            assert "Not documented" in " ".join(row)
        assert "4001" not in next(tree.findall(nodes.tbody)).astext()

    def test_a_limit_hides_no_silence(self, project: Project) -> None:
        """What the rows do not say, the warning does."""
        tree = project.doctree(table(deployment="openshift", limit="1"))
        (said,) = tree.findall(nodes.warning)
        text = said.astext()
        # What the vendor leaves open, and each flow that it is about.
        assert text.count("Not documented: ") == 3
        assert "Not documented: TCP 4001 (ObjStore)" in text
        assert "Not documented: TCP 9001 (ObjStore)" in text

    def test_conflicts_stand_above(self, project: Project) -> None:
        """They are about what the rows cannot say."""
        project.write(
            "hard.toml", 'clouds = ["openstack"]\ncontroller = "container"\n'
        )
        tree = project.doctree(table(deployment="hard.toml"))
        (said,) = tree.findall(nodes.warning)
        assert said.astext().count("Conflict: ") == 2
        (block,) = tree.findall(nodes.table)
        assert tree.index(said) < tree.index(block.parent)


class TestConstant:
    """Columns in which all rows are the same."""

    def test_they_become_a_line(self, project: Project) -> None:
        """With the heading, below the table."""
        tree = project.doctree(
            table(
                section="network-services",
                columns="source, destination, ports",
                hide_constant="",
            )
        )
        assert heads(tree) == ["Destination", "Ports"]
        assert "Source: Controller." in tree.astext()

    @pytest.mark.parametrize(
        "options",
        [
            {"port": "123", "source": "SE", "columns": "source, ports"},
            {"source": "SE", "columns": "source"},
        ],
    )
    def test_a_table_keeps_a_column(
        self, project: Project, options: dict[str, str]
    ) -> None:
        """And one row is not compared with itself."""
        tree = project.doctree(table(**options, hide_constant=""))
        assert heads(tree)[0] == "Source"


class TestDownload:
    """The rows as files."""

    @pytest.mark.parametrize("layout", ["grouped", "flat", "published"])
    def test_the_files_hold_the_rows(
        self, project: Project, layout: str
    ) -> None:
        """As the library exports them."""
        found = page(project, table(source="SE", download="", layout=layout))
        links = {a.get_text(): a["href"] for a in found.select("a[download]")}
        assert list(links) == ["CSV", "JSON"]
        out = project.folder / "_build/html"
        flows = avi_portspec.load().flows.select(source="SE")
        text = (out / links["CSV"]).read_text("utf-8")
        lines = list(csv.DictReader(io.StringIO(text)))
        assert {line["flow"] for line in lines} == set(flows.ids())
        data = json.loads((out / links["JSON"]).read_text("utf-8"))
        assert len(data["records"]) == len(lines)
        assert not list((out / "_downloads/avi-portspec").glob(".*"))

    def test_a_deployment_has_its_decisions(self, project: Project) -> None:
        """Also without the line of the source."""
        found = page(
            project,
            table(deployment="aws", destination="SE", download=""),
            avi_portspec_source_line=False,
        )
        (link, _) = found.select(".avi-below a[download]")
        text = (project.folder / "_build/html" / link["href"]).read_text()
        lines = list(csv.DictReader(io.StringIO(text)))
        assert {line["decision"] for line in lines} == {"needed"}
        assert {line["destination"] for line in lines} == {"service-engine"}

    @pytest.mark.parametrize("builder", ["text", "latex", "epub"])
    def test_others_have_none(self, project: Project, builder: str) -> None:
        """A book cannot be asked for a file."""
        project.write("index.rst", f"A\n=\n\n{table(download='')}")
        app = project.build(
            builder, version="1", copyright="b", epub_show_urls="no"
        )
        assert warnings(app) == ""
        assert not list(app.outdir.rglob("*.csv"))


class TestHtml:
    """The markup."""

    def test_roles_survive_the_stacked_layout(self, project: Project) -> None:
        """Browsers forget them where CSS makes a grid of a row."""
        found = page(project, table())
        (made,) = found.select("table.avi-ports")
        assert made["role"] == "table"
        roles = {
            "thead": {"rowgroup"},
            "tbody": {"rowgroup"},
            "tr": {"row"},
            "td": {"cell"},
            "tbody th": {"rowheader"},
            "thead th": {"columnheader"},
        }
        for name, expected in roles.items():
            assert {e.get("role") for e in made.select(name)} == expected
        scopes = [th["scope"] for th in made.select("tbody th")]
        assert set(scopes) == {"row", "rowgroup"}
        # A body for each group.
        assert len(made.select("tbody")) == scopes.count("rowgroup")

    def test_every_row_is_whole(self, project: Project) -> None:
        """For whoever copies, sorts or reads it aloud."""
        found = page(project, table())
        for row in found.select("tbody tr:not(.avi-from)"):
            assert len(row.select("th, td")) == 4
            assert row.th.get_text()

    def test_a_place_is_a_small_link_to_the_page(
        self, project: Project
    ) -> None:
        """With the place as its hidden text; without a page, in words."""
        text = table(
            deployment="aws", port="123", reasons="", columns="id"
        ) + (
            "\n.. avi-port-list::\n   :deployment: aws\n   :port: 123\n"
            "   :reasons:\n"
        )
        assert "[management, row 5, item 3;" in page(project, text).get_text()
        project.write("ports.rst", ":orphan:\n\n.. avi-port-page::\n")
        links = page(project, text).select("a:has(> .avi-place)")
        assert len(links) == 2
        for link in links:
            assert link.get_text().startswith("[management, row 5, item 3;")
            assert link.get_text().endswith("¶")
            assert "avi-hidden" in link.span["class"]
            assert link["title"].startswith("[management")


class TestPaper:
    """What LaTeX and manual pages are told."""

    def test_wide_tables_are_turned_and_ids_break(
        self, project: Project
    ) -> None:
        """Widths are shares, never equal ones."""
        wide = "id, source, destination, ports, service, purpose, when"
        project.write(
            "index.rst",
            "A\n=\n\n"
            + table(columns=wide, source="SE")
            + "\n"
            + table(columns="source, ports", source="SE"),
        )
        app = project.build("latex")
        assert warnings(app) == ""
        (path,) = app.outdir.glob("*.tex")
        text = path.read_text("utf-8")
        assert r"\usepackage{pdflscape}" in text
        _, turned, after = re.split(r"\\(?:begin|end){landscape}", text)
        assert r"engine\sphinxhyphen{}\allowbreak{}to" in turned
        assert "longtable" in turned
        assert r"\X{60}{100}\X{40}{100}" in after

    def test_an_empty_answer_is_whole_in_a_manual(
        self, project: Project
    ) -> None:
        """Its rows have as many cells as columns."""
        project.write(
            "index.rst", "A\n=\n\n" + table(port="1", allow_empty="")
        )
        app = project.build("man", man_pages=[("index", "a", "A", [], 1)])
        assert warnings(app) == ""
        text = (app.outdir / "a.1").read_text("utf-8")
        assert NOTHING in " ".join(text.split())


def test_an_optional_flow_without_a_purpose(project: Project) -> None:
    """Its cell has the tag, and no word beside it."""
    text = avi_portspec.dumps_toml(avi_portspec.load("vantage-undated"))
    text = text.replace('id = "vantage-undated"', 'id = "bare"', 1)
    text = text.replace('purpose = "Gateway status only"\n', "")
    project.write("bare.toml", text)
    tree = project.doctree(
        "A\n=\n\n" + table(edition="bare", source="SE", protocol="icmp"),
        avi_portspec_files=["bare.toml"],
    )
    (gateway,) = (row for row in rows(tree) if "Management gateway" in row)
    assert gateway[-1].split(" [")[0].strip() == "Optional"
