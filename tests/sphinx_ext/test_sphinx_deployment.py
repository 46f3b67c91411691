"""Tables and lists that answer for one deployment."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from docutils import nodes
from sphinx import addnodes
from sphinx_projects import Project, warnings

import avi_portspec
from avi_portspec import Deployment, dumps_deployment

#: A Controller as a container beside OpenStack and OpenShift: the page rules
#: its SSH out, and is silent between Service Engines of the other.
HARD = dumps_deployment(
    Deployment(clouds={"openshift", "openstack"}, controller="container")
)
ENGINE = "Avi Service Engine"


def rows(tree: nodes.document) -> list[list[str]]:
    """Return the texts of the cells of the first table, its head first."""
    table = next(tree.findall(nodes.table))
    return [
        [cell.astext() for cell in row] for row in table.findall(nodes.row)
    ]


def classed(tree: nodes.document, name: str) -> list[nodes.Element]:
    """Return the elements of a class."""
    return [
        node
        for node in tree.findall(nodes.Element)
        if name in node.get("classes", ())
    ]


def directive(name: str = "table", **options: str) -> str:
    """Return a directive with options."""
    lines = [f".. avi-port-{name}::"]
    lines += [f"   :{key}: {value}" for key, value in options.items()]
    return "\n".join(lines) + "\n"


class TestTable:
    """Which flows are shown, and what is said of each."""

    def test_a_preset_shows_what_is_needed_and_what_is_optional(
        self, project: Project
    ) -> None:
        """Each flow of either decision, told apart, and no other."""
        answer = avi_portspec.load().resolve("aws")
        tree = project.doctree(directive(deployment="aws", columns="id"))
        head, *body = rows(tree)
        assert head == ["Flow", "Decision"]
        assert [[name, text.partition("[")[0]] for name, text in body] == [
            [flow.id, answer.status_of(flow)]
            for flow in answer.having("needed", "optional")
        ]

    def test_columns_that_the_decision_settles_are_left_out(
        self, project: Project
    ) -> None:
        """Unless the directive asks for them."""
        tree = project.doctree(directive(deployment="aws"))
        assert rows(tree)[0] == [
            "Source",
            "Destination",
            "Ports",
            "Service",
            "Decision",
        ]

    def test_the_deployment_is_stated_above(self, project: Project) -> None:
        """No reader has to guess what an answer is for."""
        tree = project.doctree(directive(deployment="aws"))
        (said,) = classed(tree, "avi-deployment")
        assert said.astext() == (
            "For one deployment. Clouds that the Controller manages: AWS. "
            "How the Controller runs: a virtual machine or an appliance. "
            "Optional features in use: none. Network services that the "
            "Controller uses: none. Nodes: cluster."
        )

    def test_reasons_are_a_column_with_their_citations(
        self, project: Project
    ) -> None:
        """Why each flow is there, and where on the page that stands."""
        tree = project.doctree(
            directive(deployment="aws", columns="id", reasons="")
        )
        answer = avi_portspec.load().resolve("aws")
        head, *body = rows(tree)
        assert head == ["Flow", "Decision", "Why"]
        for name, _, why in body:
            decision = answer[name]
            places = "; ".join(map(str, decision.citations))
            assert why == f"{decision.reason}\n\nStated in: {places}."

    def test_other_decisions_can_be_asked_for(self, project: Project) -> None:
        """An auditor asks why something is not open."""
        project.write("hard.toml", HARD)
        tree = project.doctree(
            directive(
                deployment="hard.toml",
                decision="unsupported, replaced",
                columns="id",
            )
        )
        assert {row[1] for row in rows(tree)[1:]} == {"not supported here[a]"}

    def test_without_a_deployment_nothing_is_added(
        self, project: Project
    ) -> None:
        """The option is what brings decisions."""
        tree = project.doctree(directive(port="123", columns="id"))
        assert rows(tree)[0] == ["Flow"]
        assert classed(tree, "avi-deployment") == []

    def test_what_is_inferred_is_marked_beside_the_decision(
        self, project: Project
    ) -> None:
        """Without the columns that would have had the marks."""
        project.write(
            "lab.toml",
            'clouds = ["openstack"]\nfeatures = ["heat-autoscaling"]\n',
        )
        tree = project.doctree(
            directive(deployment="lab.toml", service="Heat", columns="id")
        )
        assert rows(tree)[1:] == [["controller-to-heat", "needed[a]"]]

    def test_filters_limits_and_the_explorer_work_as_ever(
        self, project: Project
    ) -> None:
        """The answer composes with all that selects and shows."""
        tree = project.doctree(
            directive(
                deployment="aws",
                source="controller",
                sort="-port",
                limit="2",
                explorer="",
                columns="id",
                notes="column",
            )
        )
        answer = avi_portspec.load().resolve("aws")
        flows = answer.having("needed", "optional").select(source="controller")
        assert [len(row) for row in rows(tree)] == [3, 3, 3]
        assert rows(tree)[1][0] == "controller-to-controller-portal"
        assert f"2 of {len(flows)} flows are shown." in tree.astext()

    def test_a_published_default_gives_way(self, project: Project) -> None:
        """The page's own layout knows no deployment; asked for, it fails."""
        text = directive(deployment="aws")
        tree = project.doctree(text, avi_portspec_layout="published")
        assert rows(tree)[0][-1] == "Decision"
        said = project.complaints(
            directive(deployment="aws", layout="published")
        )
        assert ":deployment: is for the flat layout" in said

    def test_markdown_gives_the_same(self, project: Project) -> None:
        """MyST passes its options on."""
        tree = project.doctree(directive(deployment="aws", reasons=""))
        project.write("index.rst", "A\n=\n\n.. toctree::\n\n   other\n")
        project.write(
            "other.md",
            "# B\n\n```{avi-port-table}\n:deployment: aws\n:reasons:\n```\n",
        )
        app = project.build("dummy")
        assert warnings(app) == ""
        assert rows(app.env.get_doctree("other")) == rows(tree)


class TestPages:
    """Reasons make rows tall: a table of a few can fill a page."""

    def test_a_table_with_reasons_goes_on_on_the_next_page(
        self, project: Project
    ) -> None:
        """In LaTeX, the reasons get most of the width."""
        project.write(
            "index.rst",
            "A\n=\n\n"
            + directive(deployment="aws", reasons="", columns="id, ports")
            + "\n"
            + directive(deployment="aws", columns="id, ports"),
        )
        app = project.build("latex")
        (path,) = (project.folder / "_build" / "latex").glob("*.tex")
        assert warnings(app) == ""
        first, second = path.read_text(encoding="utf-8").split(
            r"\end{longtable}"
        )
        assert r"\begin{longtable}{\X{1}{6}\X{1}{6}\X{1}{6}\X{3}{6}}" in first
        assert r"\begin{tabulary}" in second

    def test_widths_of_the_author_stay(self, project: Project) -> None:
        """They are meant for every builder."""
        tree = project.doctree(
            directive(
                deployment="aws", reasons="", columns="id", widths="1 1 8"
            )
        )
        assert not list(tree.findall(addnodes.tabular_col_spec))
        (table,) = tree.findall(nodes.table)
        assert "longtable" in table["classes"]

    def test_an_empty_answer_has_no_table(self, project: Project) -> None:
        """What it says instead is left alone."""
        project.write(
            "index.rst", directive(deployment="aws", reasons="", port="1")
        )
        app = project.build("dummy", suppress_warnings=["avi_portspec.empty"])
        tree = app.env.get_doctree("index")
        assert list(tree.findall(nodes.table)) == []
        assert "The page states no flow of this kind." in tree.astext()


class TestLeftOpen:
    """What the page leaves open is said, whatever is filtered."""

    def test_conflicts_gaps_and_unstated_flows_are_announced(
        self, project: Project
    ) -> None:
        """Each with its text and its place, in a warning above the table."""
        project.write("hard.toml", HARD)
        tree = project.doctree(directive(deployment="hard.toml"))
        answer = avi_portspec.load().resolve(
            avi_portspec.loads_deployment(HARD)
        )
        (said,) = tree.findall(nodes.warning)
        text = said.astext()
        assert answer.conflicts
        assert answer.gaps
        for each in answer.conflicts:
            assert f"Conflict: {each.text} [{each.citations[0]}]" in text
        for each in answer.gaps:
            assert each.text[1:] in text
        for flow in answer.having("unstated"):
            assert flow.id in text or str(answer[flow].reason) in text
        assert tree.index(said) < tree.index(next(tree.findall(nodes.table)))

    def test_unstated_flows_are_named_and_can_be_linked_to(
        self, project: Project
    ) -> None:
        """A link to such a flow leads to what is said of it."""
        tree = project.doctree(
            directive(deployment="openshift")
            + "\n:avi:flow:`service-engine-to-service-engine-objstore-cloud`\n"
        )
        (said,) = tree.findall(nodes.warning)
        assert (
            f"Unstated: {ENGINE} → {ENGINE}: TCP 4001. "
            "The page does not say." in said.astext()
        )

    def test_what_filters_leave_out_is_counted(self, project: Project) -> None:
        """A selection without open flows still says that there are some."""
        tree = project.doctree(
            directive(deployment="openshift", destination="controller")
        )
        (said,) = tree.findall(nodes.warning)
        assert said.astext() == (
            "Outside this selection the page leaves 3 of the deployment's "
            "questions open."
        )

    def test_what_is_left_out_in_part_is_counted_as_more(
        self, project: Project
    ) -> None:
        """One of two unstated flows is named, with the gap that both are."""
        tree = project.doctree(directive(deployment="openshift", port="1-22"))
        (said,) = tree.findall(nodes.warning)
        assert "leaves 3 of" in said.astext()
        tree = project.doctree(
            directive("list", deployment="openshift", port="1-22, 4001")
        )
        (said,) = tree.findall(nodes.warning)
        assert said.astext().endswith(
            "leaves 1 more of the deployment's questions open."
        )

    def test_conflicts_elsewhere_are_counted(self, project: Project) -> None:
        """They are no less open for being out of sight."""
        project.write("hard.toml", HARD)
        tree = project.doctree(directive(deployment="hard.toml", port="123"))
        (said,) = tree.findall(nodes.warning)
        assert "leaves 4 of the deployment's questions" in said.astext()

    def test_a_cloud_that_the_page_does_not_name_is_always_announced(
        self, project: Project
    ) -> None:
        """No flow is about it, so no filter can be either."""
        answer = avi_portspec.load("17.1").resolve("nsx-t")
        (gap,) = [gap for gap in answer.gaps if not gap.flows]
        tree = project.doctree(
            directive(deployment="nsx-t", edition="17.1", port="123")
        )
        (said,) = tree.findall(nodes.warning)
        assert gap.text[1:] in said.astext()

    def test_nothing_open_is_no_warning(self, project: Project) -> None:
        """Silence here means that there is nothing to say."""
        tree = project.doctree(directive(deployment="aws"))
        assert list(tree.findall(nodes.warning)) == []


class TestList:
    """The same as bullets."""

    def test_each_bullet_says_its_decision(self, project: Project) -> None:
        """What is optional is told from what is needed."""
        tree = project.doctree(
            directive("list", deployment="aws", protocol="icmp")
        )
        (*_, made) = classed(tree, "avi-port-list")
        assert len(made) == 3
        assert all("Decision: optional" in item.astext() for item in made)

    def test_reasons_follow(self, project: Project) -> None:
        """With the place on the page."""
        tree = project.doctree(
            directive("list", deployment="aws", port="123", reasons="")
        )
        (*_, made) = classed(tree, "avi-port-list")
        assert made.astext().endswith(
            "Decision: needed. The page requires it: always.\n\n"
            "Stated in: management, row 5, item 3; management, lead-in 1, "
            "item 1; management, lead-in 1, item 2."
        )

    def test_without_a_deployment_nothing_is_added(
        self, project: Project
    ) -> None:
        """The option is what brings decisions."""
        tree = project.doctree(directive("list", port="123"))
        assert "Decision" not in tree.astext()


class TestErrors:
    """What is wrong is an error at the directive's line."""

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            ({"deployment": "awz"}, "did you mean 'aws'?"),
            ({"deployment": "hart.toml"}, "did you mean 'hard.toml'?"),
            ({"deployment": "/hart.toml"}, "did you mean '/hard.toml'?"),
            ({"deployment": "wrong.toml"}, "did you mean 'controller'?"),
            ({"deployment": "alien.toml"}, "did you mean 'openstack'?"),
            ({"deployment": "none/at.toml"}, "no deployment file goes by"),
            ({"deployment": "hard.toml", "cloud": "aws"}, ":cloud: the depl"),
            ({"reasons": ""}, ":reasons: needs :deployment:"),
            ({"decision": "needed"}, ":decision: needs :deployment:"),
            ({"decision": "need"}, "did you mean 'needed'?"),
        ],
    )
    def test_it_names_the_nearest(
        self, project: Project, options: dict[str, str], said: str
    ) -> None:
        """A preset, a file, a key or a word in it, a decision."""
        project.write("hard.toml", HARD)
        project.write("wrong.toml", 'clouds = ["aws"]\ncontroler = "x"\n')
        project.write("alien.toml", 'clouds = ["openstak"]\n')
        found = project.complaints("\n\n" + directive(**options))
        assert found.startswith("/index.rst:3: ERROR: ")
        assert said in found
        assert "/tmp" not in found  # noqa: S108 - a path is not used, but kept out

    def test_a_folder_is_no_file(self, project: Project) -> None:
        """What cannot be read says so."""
        (project.folder / "x.toml").mkdir()
        said = project.complaints(directive(deployment="x.toml"))
        assert said.startswith("/index.rst:1: ERROR: ")


class TestPaths:
    """Where a file is looked for."""

    def test_paths_are_relative_to_the_document(
        self, project: Project
    ) -> None:
        """As those of included files are; with a slash, to the source."""
        project.write("sub/lab.toml", 'clouds = ["gcp"]\n')
        project.write("index.rst", "A\n=\n\n.. toctree::\n\n   sub/a\n")
        project.write(
            "sub/a.rst",
            "A\n=\n\n"
            + directive(deployment="lab.toml")
            + "\n"
            + directive(deployment="/sub/lab.toml"),
        )
        app = project.build("dummy")
        assert warnings(app) == ""
        first, second = classed(app.env.get_doctree("sub/a"), "avi-deployment")
        assert "manages: GCP" in first.astext()
        assert first.astext() == second.astext()


@pytest.fixture
def used(project: Project) -> Path:
    """Return a deployment's file, with a document that uses it."""
    project.write(
        "index.rst", "A\n=\n\n.. toctree::\n\n   file\n   preset\n   other\n"
    )
    for name, option in (("file", "/lab.toml"), ("preset", "aws")):
        project.write(
            f"{name}.rst", f"{name}\n======\n\n{directive(deployment=option)}"
        )
    project.write("other.rst", "Other\n=====\n\n.. avi-port-list::\n")
    return project.write("lab.toml", 'clouds = ["gcp"]\n')


def read(project: Project) -> list[str]:
    """Build, and return what was read for it."""
    project.build("dummy")
    return project.read


def edit(path: Path, text: str) -> None:
    """Change a file, and make it look older than it was."""
    path.write_text(text, encoding="utf-8")
    os.utime(path, (1, 1))


class TestStaleness:
    """Who uses a deployment is read again when it changes; nobody else."""

    def test_an_older_file_with_other_words_is_noticed(
        self, project: Project, used: Path
    ) -> None:
        """What counts is what the file says, not its time."""
        assert len(read(project)) == 4
        assert read(project) == []
        edit(used, 'clouds = ["azure"]\n')
        assert read(project) == ["file"]
        assert read(project) == []

    def test_a_newer_file_is_noticed(
        self, project: Project, used: Path
    ) -> None:
        """Sphinx itself sees to that, for the file is a dependency."""
        read(project)
        later = used.stat().st_mtime + 10**9
        os.utime(used, (later, later))
        assert read(project) == ["file"]

    def test_another_preset_is_noticed(
        self,
        project: Project,
        used: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """A newer package may mean something else by a name."""
        read(project)
        other = {"aws": Deployment(clouds={"aws"}, services={"dns"})}
        monkeypatch.setattr("avi_portspec.deployment.presets._PRESETS", other)
        assert read(project) == ["preset"]

    def test_a_file_put_right_is_read_though_it_is_old(
        self, project: Project, used: Path
    ) -> None:
        """What failed is as good a reason to look again."""
        edit(used, "clouds = [")
        read(project)
        edit(used, 'clouds = ["gcp"]\n')
        assert read(project) == ["file"]

    def test_a_file_gone_wrong_is_reported(
        self, project: Project, used: Path
    ) -> None:
        """By the document that uses it."""
        read(project)
        edit(used, 'cloud = "gcp"\n')
        app = project.build("dummy")
        assert project.read == ["file"]
        assert "/file.rst:4: ERROR: " in warnings(app)
        used.unlink()
        app = project.build("dummy")
        assert "no deployment file goes by" in warnings(app)

    def test_what_is_not_used_any_more_is_forgotten(
        self, project: Project, used: Path
    ) -> None:
        """A document that dropped its table has no part in it."""
        read(project)
        project.write("file.rst", "File\n====\n\nNothing.\n")
        read(project)
        edit(used, 'clouds = ["azure"]\n')
        assert read(project) == []

    def test_parallel_reading_keeps_the_same(
        self, project: Project, used: Path
    ) -> None:
        """Each process's part is merged."""
        for number in range(8):
            project.write(
                f"p{number}.rst",
                f":orphan:\n\n{number}\n=\n\n"
                + directive(deployment="lab.toml"),
            )
        app = project.build("dummy", parallel=2)
        assert warnings(app) == ""
        uses = vars(app.env)["avi_portspec_deployments"]
        assert sorted(uses) == ["file", *(f"p{n}" for n in range(8)), "preset"]
        edit(used, 'clouds = ["azure"]\n')
        project.build("dummy", parallel=2)
        assert project.read == ["file", *(f"p{n}" for n in range(8))]

    def test_only_what_another_process_has_read_is_taken(
        self, project: Project, used: Path
    ) -> None:
        """It was given the whole environment to begin with."""
        from types import SimpleNamespace

        from sphinx_avi_portspec.deployments import DeploymentCollector

        here, there = SimpleNamespace(), SimpleNamespace()
        there.avi_portspec_deployments = {"new": {"aws": "1"}, "old": {}}
        collector = DeploymentCollector()
        collector.merge_other(None, here, {"new"}, there)  # type: ignore[arg-type]
        assert here.avi_portspec_deployments == {"new": {"aws": "1"}}


@pytest.mark.parametrize(
    "builder",
    ["html", "singlehtml", "latex", "text", "man", "texinfo", "epub", "xml"],
)
def test_every_builder_takes_it_without_a_warning(
    project: Project, builder: str
) -> None:
    """Tables, lists, reasons and all that is open."""
    project.write("hard.toml", HARD)
    project.write(
        "index.rst",
        "A\n=\n\n"
        + directive(deployment="hard.toml", reasons="")
        + "\n"
        + directive("list", deployment="hard.toml", reasons=""),
    )
    app = project.build(
        builder,
        man_pages=[("index", "a", "A", "b", 1)],
        version="1",
        copyright="b",
    )
    assert warnings(app) == ""
