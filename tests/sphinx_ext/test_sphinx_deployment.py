"""Tables and lists that answer for one deployment."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from docutils import nodes
from sphinx_projects import Project, directive, grid, warnings

import avi_portspec
from avi_portspec import Deployment, dumps_deployment

#: A Controller as a container beside OpenStack and OpenShift: the page rules
#: its SSH out, and is silent between Service Engines of the other.
HARD = dumps_deployment(
    Deployment(clouds={"openshift", "openstack"}, controller="container")
)
ENGINE = "Avi Service Engine"
NEEDED = {"decision": "needed", "allow-empty": ""}
OBJSTORE = "service-engine-to-service-engine-objstore-cloud"


def warned(project: Project, text: str) -> list[nodes.warning]:
    """Return the warnings of a page, as readers have it."""
    project.doctree(text)
    return [*project.resolved["index"].findall(nodes.warning)]


def classed(tree: nodes.document, name: str) -> list[nodes.Element]:
    """Return the elements of a class."""
    return [
        node
        for node in tree.findall(nodes.Element)
        if name in node.get("classes", ())
    ]


class TestTable:
    """Which flows are shown, and what is said of each."""

    def test_a_preset_shows_what_is_needed_and_what_is_optional(
        self, project: Project
    ) -> None:
        """Each flow of either decision, told apart, and no other."""
        answer = avi_portspec.load("vantage-undated").resolve("aws")
        tree = project.doctree(
            directive(deployment="aws", columns="id, decision")
        )
        head, *body = grid(tree)
        assert head == ["Flow", "Decision"]
        assert [[name, text.partition(" [")[0]] for name, text in body] == [
            *(
                [flow.id, answer.status_of(flow)]
                for flow in answer.having("needed", "optional")
            ),
            [
                "controller-to-service-engine",
                (
                    "Controller \N{RIGHTWARDS ARROW} Service Engine: "
                    "No port needed"
                ),
            ],
        ]

    def test_columns_that_the_decision_settles_are_left_out(
        self, project: Project
    ) -> None:
        """Unless the directive asks for them."""
        tree = project.doctree(directive(deployment="aws", layout="flat"))
        assert grid(tree)[0] == [
            "Source",
            "Destination",
            "Ports",
            "Service",
            "Decision",
        ]

    def test_the_deployment_is_stated_above(self, project: Project) -> None:
        """No reader has to guess what an answer is for."""
        tree = project.doctree(directive(deployment="aws", layout="flat"))
        (said,) = classed(tree, "avi-deployment")
        words = "Controller cluster on virtual machines, managing AWS."
        assert said.astext() == words
        # All directives of a page say it in the same words.
        other = project.doctree(
            ".. avi-port-list::\n   :deployment: aws\n\n"
            ".. avi-port-table::\n   :deployment: aws\n\n"
            ".. avi-port-matrix::\n   :deployment: aws\n"
        )
        assert other.astext().count(words) == 3

    def test_reasons_are_a_column_with_their_citations(
        self, project: Project
    ) -> None:
        """Why each flow is there, and where on the page that stands."""
        tree = project.doctree(
            directive(deployment="aws", columns="id, decision", reasons="")
        )
        answer = avi_portspec.load("vantage-undated").resolve("aws")
        head, *body, excluded = grid(tree)
        assert head == ["Flow", "Decision", "Why"]
        assert excluded[1].endswith(": No port needed")
        assert excluded[2] == ""
        for name, _, why in body:
            decision = answer[name]
            places = "; ".join(map(str, decision.citations))
            assert re.sub(r" \[[a-z]\]$", "", why) == (
                f"{decision.reason} [{places}]"
            )

    def test_other_decisions_can_be_asked_for(self, project: Project) -> None:
        """An auditor asks why something is not open."""
        project.write("hard.toml", HARD)
        tree = project.doctree(
            directive(
                deployment="hard.toml",
                decision="unsupported, replaced",
                columns="id, decision",
            )
        )
        assert {row[1] for row in grid(tree)[1:]} == {"not supported here"}

    def test_without_a_deployment_nothing_is_added(
        self, project: Project
    ) -> None:
        """The option is what brings decisions."""
        tree = project.doctree(directive(port="123", columns="id"))
        assert grid(tree)[0] == ["Flow"]
        assert classed(tree, "avi-deployment") == []

    @pytest.mark.parametrize(
        ("name", "text"),
        [
            (
                "lab.toml",
                'clouds = ["openstack"]\nservices = ["dns"]\n',
            ),
            (
                "lab.JSON",
                '{"clouds": ["openstack"], "services": ["dns"]}',
            ),
        ],
    )
    def test_what_is_inferred_is_marked_beside_the_decision(
        self, project: Project, name: str, text: str
    ) -> None:
        """Without the columns that would have had the marks; of any file."""
        project.write(name, text)
        tree = project.doctree(
            directive(deployment=name, service="DNS", columns="id, decision")
        )
        assert grid(tree)[1:] == [["controller-to-dns", "needed [a]"]]

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
                columns="id, decision",
                notes="column",
            )
        )
        answer = avi_portspec.load("vantage-undated").resolve("aws")
        flows = answer.having("needed", "optional").select(source="controller")
        assert [len(row) for row in grid(tree)] == [3, 3, 3]
        assert grid(tree)[1][0] == "controller-to-controller-portal"
        assert f"2 of {len(flows)} flows are shown." in tree.astext()

    def test_a_published_default_gives_way(self, project: Project) -> None:
        """The page's own layout knows no deployment; asked for, it fails."""
        text = directive(deployment="aws")
        tree = project.doctree(text, avi_portspec_layout="published")
        assert grid(tree)[0][-1] == "Why"
        said = project.complaints(
            directive(deployment="aws", layout="published")
        )
        assert ":deployment: cannot be used with the published layout" in said

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
        assert grid(app.env.get_doctree("other")) == grid(tree)


class TestPages:
    """Reasons make rows tall: a table of a few can fill a page."""

    def test_a_table_with_reasons_goes_on_on_the_next_page(
        self, project: Project
    ) -> None:
        """In LaTeX, the reasons get most of the width."""
        project.write(
            "index.rst",
            "A\n=\n\n"
            + directive(
                deployment="aws", reasons="", columns="id, ports, decision"
            )
            + "\n"
            + directive(deployment="aws", columns="id, ports"),
        )
        app = project.build("latex")
        (path,) = (project.folder / "_build" / "latex").glob("*.tex")
        assert warnings(app) == ""
        first, *_ = path.read_text(encoding="utf-8").split(r"\end{longtable}")
        shares = [36, 16, 16, 36]
        parts = [100 * share // sum(shares) for share in shares]
        widths = "".join(rf"\X{{{part}}}{{{sum(parts)}}}" for part in parts)
        assert rf"\begin{{longtable}}{{{widths}}}" in first

    def test_widths_of_the_author_stay(self, project: Project) -> None:
        """They are meant for every builder."""
        tree = project.doctree(
            directive(
                deployment="aws",
                reasons="",
                columns="id, decision",
                widths="1 1 8",
            )
        )
        found = [spec["colwidth"] for spec in tree.findall(nodes.colspec)]
        assert found == [1, 1, 8]


class TestCounts:
    """The numbers above a table are those of its rows."""

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            ({}, "11 needed, 3 optional."),
            ({"source": "SE"}, "4 needed, 2 optional."),
            ({"decision": "optional"}, "0 needed, 3 optional."),
            (
                {"decision": "replaced, not-applicable", "source": "GCP"},
                "0 needed, 0 optional, 1 not applicable.",
            ),
        ],
    )
    def test_filters_are_heeded(
        self, project: Project, options: dict[str, str], said: str
    ) -> None:
        """What the filters left out is not counted."""
        tree = project.doctree(directive(deployment="aws", **options))
        assert f"managing AWS. {said}" in tree.astext()


class TestUnresolved:
    """What is unresolved is announced, whatever the filters are."""

    def test_conflicts_gaps_and_unstated_flows_are_announced(
        self, project: Project
    ) -> None:
        """Each with its text and its place, in a warning above the table."""
        project.write("hard.toml", HARD)
        (said,) = warned(
            project,
            directive(deployment="hard.toml", decision="needed, optional"),
        )
        assert said.astext().split("\n\n") == [
            (
                "Unresolved for this deployment, so neither opened nor closed "
                "here:"
            ),
            (
                "Conflict: TCP 5098 from Controller to Controller is not "
                "supported on OpenStack, and no other SSH port is documented. "
            ),
            (
                "Conflict: TCP 5098 from Service Engine to Controller is not "
                "supported on OpenStack, and no other SSH port is documented. "
            ),
            (
                "Not documented: the port from Service Engine to Service "
                "Engine on OpenShift. Elsewhere it is TCP 4001 or TCP 9001. "
            ),
            (
                "Not documented: TCP 9001 (ObjStore) from Service Engine to "
                "Service Engine: for OpenShift. "
            ),
        ]
        assert said.parent.index(said) == 0

    def test_each_leads_to_what_the_vendor_says(
        self, project: Project
    ) -> None:
        """By a small link, where the project shows the edition's page."""
        project.write("hard.toml", HARD)
        (said,) = warned(
            project,
            directive(deployment="hard.toml", decision="needed")
            + "\n.. avi-port-page::\n",
        )
        assert [
            link["refid"].partition("-flow-")[2]
            for link in said.findall(nodes.reference)
        ] == [
            "controller-to-controller-ssh-container",
            "service-engine-to-controller-ssh-container",
            "service-engine-to-service-engine-objstore-cloud",
            "service-engine-to-service-engine-objstore-vmware",
        ]

    def test_a_page_says_it_once(self, project: Project) -> None:
        """Further tables lead to it, and say what is new."""
        project.write("hard.toml", HARD)
        kinds = ("table", "list", "matrix", "diagram")
        text = "\n".join(
            directive(kind, deployment="hard.toml", endpoint=end)
            for end, kind in (
                *(("External Network Services", kind) for kind in kinds),
                *(("SE", kind) for kind in kinds),
            )
        )
        said = warned(project, text)
        assert [len([*box.findall(nodes.list_item)]) for box in said] == [0, 2]
        tree = project.resolved["index"]
        again = classed(tree, "avi-again")
        assert [box.astext() for box in again] == 6 * [
            "Unresolved for this deployment: see above."
        ]
        links = [
            *{
                link["refid"]
                for box in again
                for link in box.findall(nodes.reference)
            }
        ]
        assert links == ["avi-index-0-avi-open"]
        (target,) = said[0].findall(nodes.target)
        assert target["ids"] == links

    def test_another_deployment_is_another_matter(
        self, project: Project
    ) -> None:
        """The same words about another site are no repeat."""
        project.write("hard.toml", HARD)
        said = warned(
            project,
            directive(deployment="openshift", source="SE", decision="needed")
            + "\n"
            + directive(
                deployment="kubernetes", source="SE", decision="needed"
            )
            + "\n"
            + directive(cloud="vcenter")
            + "\n"
            + directive("list", cloud="vcenter"),
        )
        assert len(said) == 3
        (again,) = classed(project.resolved["index"], "avi-again")
        assert again.astext() == "Not documented: see above."

    def test_what_a_page_leaves_out_is_no_first_time(
        self, project: Project
    ) -> None:
        """A condition on the format decides after reading."""
        text = directive(deployment="openshift", source="SE", port="4001")
        hidden = text.replace("\n", "\n   ")
        said = warned(project, f".. only:: nothing\n\n   {hidden}\n\n{text}")
        assert len(said) == 1

    def test_what_is_new_stands_in_a_box(self, project: Project) -> None:
        """And its line leads to the rest; an anchor is not lost."""
        first, second = (
            directive(
                "list",
                deployment="openshift",
                decision="needed",
                port=p,
                allow_empty="",
            )
            for p in ("4001", "4001, 9001")
        )
        one, other = warned(project, f"{first}\n{second}")
        assert "TCP 4001 (ObjStore)" in one.astext()
        assert "TCP 4001 (ObjStore)" not in other.astext()
        assert "TCP 9001 (ObjStore)" in other.astext()
        (again,) = classed(other, "avi-again")
        assert [*again.findall(nodes.target)]

    def test_unstated_flows_are_named_and_can_be_linked_to(
        self, project: Project
    ) -> None:
        """A link to such a flow leads to what is said of it."""
        (said,) = warned(
            project,
            directive(deployment="openshift", decision="needed")
            + f"\n:avi:flow:`{OBJSTORE}`\n",
        )
        assert (
            "Not documented: TCP 4001 (ObjStore) from Service Engine to "
            "Service Engine: for OpenShift." in said.astext()
        )

    def test_what_filters_leave_out_is_counted(self, project: Project) -> None:
        """A selection without open flows still says that there are some."""
        (said,) = warned(
            project,
            directive(deployment="openshift", destination="controller"),
        )
        assert said.astext() == "Unresolved outside this selection: 3."

    def test_what_is_left_out_in_part_is_counted(
        self, project: Project
    ) -> None:
        """One of two unstated flows is named, with the gap that both are."""
        (said,) = warned(
            project, directive(deployment="openshift", port="1-22")
        )
        assert "outside this selection: 3." in said.astext()
        (said,) = warned(
            project,
            directive("list", deployment="openshift", port="1-22, 4001"),
        )
        assert said.astext().endswith("Unresolved outside this selection: 1.")

    def test_conflicts_elsewhere_are_counted(self, project: Project) -> None:
        """They are no less open for being out of sight."""
        project.write("hard.toml", HARD)
        (said,) = warned(
            project, directive(deployment="hard.toml", port="123")
        )
        assert "outside this selection: 4." in said.astext()

    def test_a_cloud_that_the_page_does_not_name_is_always_announced(
        self, project: Project
    ) -> None:
        """No flow is about it, so no filter can be either."""
        (said,) = warned(
            project, directive(deployment="nsx-t", edition="17.1", port="123")
        )
        assert "what is needed on NSX-T: no flow names it." in said.astext()

    def test_nothing_open_is_no_warning(self, project: Project) -> None:
        """Silence here means that there is nothing to say."""
        tree = project.doctree(directive(deployment="aws"))
        assert list(tree.findall(nodes.warning)) == []


class TestClouds:
    """What is not documented for a cloud, without a deployment."""

    @pytest.mark.parametrize("kind", ["table", "list", "matrix", "diagram"])
    def test_it_is_announced(self, project: Project, kind: str) -> None:
        """That no flow is stated is not that none is needed."""
        (said,) = warned(project, directive(kind, cloud="vcenter, aws"))
        assert said.astext().startswith("Not documented, so neither opened")
        assert (
            "Not documented: the flows between the Controller and vCenter "
            "Server on vCenter."
        ) in said.astext()

    def test_a_cloud_that_is_covered(self, project: Project) -> None:
        """Or none at all: nothing is said."""
        for options in ({"cloud": "aws"}, {"source": "SE"}):
            tree = project.doctree(directive(**options))
            assert not [*tree.findall(nodes.warning)]


class TestChoices:
    """What a site reads or declines, and what it has not read."""

    def test_an_unclear_direction_is_announced(self, project: Project) -> None:
        """Not in a row, but above all of them; counted by the table."""
        tree = project.doctree(directive(deployment="gcp"))
        (said,) = tree.findall(nodes.warning)
        assert "Direction not clear: TCP 443 from GCP to Avi Vantage: the" in (
            said.astext()
        )
        assert (
            "Find out who opens the connection. (gcp-to-avi-vantage)"
        ) in said.astext()
        (table,) = tree.findall(nodes.table)
        assert "Avi Vantage" not in table.astext()
        assert "3 optional, 1 with unclear direction." in tree.astext()

    def test_filters_do_not_hide_it(self, project: Project) -> None:
        """Its ends may be the other way round."""
        (said,) = warned(project, directive(deployment="gcp", source="SE"))
        assert said.astext() == "Unresolved outside this selection: 1."

    def test_it_can_be_asked_for(self, project: Project) -> None:
        """Then it is a row, and not said twice."""
        tree = project.doctree(
            directive(
                deployment="gcp",
                decision="direction-unclear",
                columns="source, ports, decision",
            )
        )
        assert not [*tree.findall(nodes.warning)]
        (table,) = tree.findall(nodes.table)
        assert "direction not clear" in table.astext()

    @pytest.mark.parametrize("kind", ["table", "list", "matrix", "diagram"])
    def test_everywhere(self, project: Project, kind: str) -> None:
        """Each directive takes the file, and says what it declines."""
        project.write("gcp.toml", CHOICES)
        tree = project.doctree(directive(kind, deployment="gcp.toml"))
        assert not [*tree.findall(nodes.warning)]
        (said,) = tree.findall(nodes.note)
        assert said.astext().startswith("Declined:")
        assert "UDP 161 (SNMP) from External" in said.astext()
        assert "not polled (the site's deployment file)" in said.astext()

    def test_a_reading_turns_the_cells(self, project: Project) -> None:
        """Also behind a table of the same edition without a reading."""
        project.write("gcp.toml", CHOICES)
        options = {
            "endpoint": "gcp",
            "columns": "source, destination, ports",
        }
        tree = project.doctree(
            directive(cloud="gcp", **options)
            + "\n\n"
            + directive(deployment="gcp.toml", **options)
        )
        stated, read = tree.findall(nodes.table)
        for table, ends in (
            (stated, ["GCP", "Avi Vantage"]),
            (read, ["Avi Vantage", "GCP"]),
        ):
            (*_, row) = [
                row
                for row in table.findall(nodes.row)
                if "443" in row.astext()
            ]
            found = [cell.astext().split(" [")[0] for cell in row.children[:2]]
            assert found == ends

    def test_a_reading_turns_the_row(self, project: Project) -> None:
        """It has the source that the site says, and says so."""
        project.write("gcp.toml", CHOICES)
        tree = project.doctree(
            directive(deployment="gcp.toml", source="Avi Vantage")
        )
        (table,) = tree.findall(nodes.table)
        assert "Direction as accepted: reversed." in table.astext()
        text = project.doctree(
            ":avi:ports:`Avi Vantage > GCP; deployment=gcp.toml`\n"
        ).astext()
        assert text == "TCP\N{NO-BREAK SPACE}443"

    def test_in_a_sentence(self, project: Project) -> None:
        """No number, and a warning, as with what is not documented."""
        query = "GCP > Avi Vantage; deployment=gcp"
        said = project.complaints(f"Hi\n==\n\nOpen :avi:ports:`{query}`.\n")
        assert said.endswith(
            f"not everything is documented for '{query}' "
            "[avi_portspec.unstated]"
        )
        app = project.build(
            "dummy", suppress_warnings=["avi_portspec.unstated"]
        )
        assert (
            app.env.get_doctree("index")
            .astext()
            .endswith("Open a port whose direction is not clear.")
        )


CHOICES = """
clouds = ["gcp"]
[[readings]]
flow = "gcp-to-avi-vantage"
direction = "reversed"
[[declined]]
flow = "external-to-controller-snmp"
reason = "not polled"
"""


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
            "Decision: needed. Required. [management, row 5, item 3; "
            "management, lead-in 1, item 1; management, lead-in 1, item 2]"
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
            ({"deployment": "none/at.toml"}, "unknown deployment file"),
            (
                {"deployment": "hard.toml", "cloud": "aws"},
                ":cloud: cannot be used with :deployment:",
            ),
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
        first, second = classed(app.env.get_doctree("sub/a"), "avi-premise")
        assert "managing GCP" in first.astext()
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

    def test_a_cloud_of_a_project_s_own_edition_is_a_preset(
        self, project: Project
    ) -> None:
        """Presets are the edition's clouds, whoever wrote it."""
        text = avi_portspec.dumps(avi_portspec.load("vantage-undated"))
        data = json.loads(text)
        data |= {"id": "mine", "aliases": []}
        (clouds,) = [f for f in data["facets"] if f["id"] == "cloud"]
        clouds["values"].append({"id": "ibm", "name": "IBM Cloud"})
        del data["interfaces"]
        project.write("mine.json", json.dumps(data))
        tree = project.doctree(
            directive(deployment="ibm", edition="mine", layout="flat"),
            avi_portspec_files=["mine.json"],
        )
        assert "managing IBM Cloud." in tree.astext()
        said = project.complaints(directive(deployment="ibm"))
        assert "unknown preset 'ibm'" in said

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
        assert "unknown deployment file" in warnings(app)

    def test_what_is_not_used_any_more_is_forgotten(
        self, project: Project, used: Path
    ) -> None:
        """A document that dropped its table has no part in it."""
        read(project)
        project.write("file.rst", "File\n====\n\nNothing.\n")
        read(project)
        edit(used, 'clouds = ["azure"]\n')
        assert read(project) == []

    @pytest.mark.slow
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
        assert sorted(uses) == ["file", *(f"p{n}" for n in range(8))]
        edit(used, 'clouds = ["azure"]\n')
        project.build("dummy", parallel=2)
        assert project.read == ["file", *(f"p{n}" for n in range(8))]

    def test_only_what_another_process_has_read_is_taken(
        self, project: Project, used: Path
    ) -> None:
        """It was given the whole environment to begin with."""
        from types import SimpleNamespace

        from sphinx_avi_portspec.sources import DeploymentCollector

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
