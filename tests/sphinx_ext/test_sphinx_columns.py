"""The columns and rows of flat and published tables."""

from __future__ import annotations

import re

import pytest
from docutils import nodes
from sphinx_projects import Project, directive, grid, warnings

import avi_portspec

EDITION = avi_portspec.load("vantage-undated")
BOTH = EDITION.resolve(["aws", "vcenter"])


class TestDecision:
    """What is decided has columns that an author can place and name."""

    def test_it_stands_for_the_requirement(self, project: Project) -> None:
        """Which would contradict it: needed beside "when used"."""
        found = grid(
            project.doctree(
                directive(
                    deployment="aws, vcenter",
                    columns="requirement = Needed?, ports, source, when",
                )
            )
        )
        assert found[0][:2] == ["Needed?", "Ports"]
        flows = [row for row in found[1:] if row[1] != "none"]
        assert sorted(row[0].partition("[")[0] for row in flows) == sorted(
            BOTH.status_of(flow) for flow in BOTH.having("needed", "optional")
        )

    def test_it_is_where_it_is_asked_for(self, project: Project) -> None:
        """And beside it, the requirement is left out."""
        found = grid(
            project.doctree(
                directive(
                    deployment="aws",
                    columns="decision = Open?, requirement, why, id",
                    source="SE",
                    port="22",
                )
            )
        )
        assert found[0] == ["Open?", "Why", "Flow"]
        assert found[1][0].startswith("needed")
        assert found[1][1].startswith("Required")

    def test_columns_without_it_have_none(self, project: Project) -> None:
        """Nothing is added that was not asked for."""
        found = grid(
            project.doctree(directive(deployment="aws", columns="ports"))
        )
        assert found[0] == ["Ports"]

    def test_what_replaces_a_flow(self, project: Project) -> None:
        """By its id."""
        project.write(
            "docker.toml", 'clouds = ["aws"]\ncontroller = "container"'
        )
        found = grid(
            project.doctree(
                directive(
                    deployment="docker.toml",
                    decision="replaced, needed",
                    columns="id, replaced-by",
                    source="SE",
                    destination="controller",
                )
            )
        )
        replaced = {row[0]: row[1] for row in found[1:] if row[1]}
        assert replaced == {
            "service-engine-to-controller-ssh": (
                "service-engine-to-controller-ssh-container"
            )
        }

    @pytest.mark.parametrize("name", ["decision", "replaced-by"])
    def test_it_needs_a_deployment(self, project: Project, name: str) -> None:
        """The error says so, and does not suggest another column."""
        said = project.complaints(directive(columns=f"id, {name}"))
        assert f":columns: {name}: expected a deployment, got none" in said
        assert "did you mean" not in said

    def test_the_same_in_all_rows_is_said_once(self, project: Project) -> None:
        """As of every column."""
        tree = project.doctree(
            directive(
                deployment="aws",
                decision="needed",
                columns="id, decision",
                hide_constant="",
            )
        )
        assert grid(tree)[0] == ["Flow"]
        assert "Decision: needed." in tree.astext()


class TestExclusions:
    """That no port is needed is said of two ends, never of one."""

    ENDS = "Controller \N{RIGHTWARDS ARROW} Service Engine"
    WHOLE = f"{ENDS}: No port needed"

    @pytest.mark.parametrize(
        ("columns", "expected"),
        [
            ("ports, destination", ["none", WHOLE]),
            ("source, ports", ["Controller", WHOLE]),
            ("destination, requirement", ["Service Engine", WHOLE]),
            (
                "source, destination, requirement",
                ["Controller", "Service Engine", "No port needed"],
            ),
        ],
    )
    def test_both_ends_are_named(
        self, project: Project, columns: str, expected: list[str]
    ) -> None:
        """Whatever the columns are."""
        found = grid(
            project.doctree(directive(columns=columns, source="controller"))
        )
        assert found[-1] == expected

    @pytest.mark.parametrize("layout", ["flat", "grouped"])
    def test_a_limit_is_the_number_of_rows(
        self, project: Project, layout: str
    ) -> None:
        """Below them it says how many there are."""
        tree = project.doctree(
            directive(source="controller", limit="5", layout=layout)
        )
        rows = [row for row in grid(tree)[1:] if len(row) > 1]
        assert len(rows) == 5
        assert "No port needed" not in tree.astext()
        assert re.search(r"5 of \d+ flows are shown\.", tree.astext())


def test_notes_in_a_column_stand_behind_their_ports(project: Project) -> None:
    """A cell has several ports, each of which has its own notes."""
    tree = project.doctree(directive(layout="published", notes="column"))
    several = 0
    (table,) = tree.findall(nodes.table)
    (body,) = table.findall(nodes.tbody)
    for row in body.findall(nodes.row):
        *_, ports, notes = row.children
        lines = list(notes.findall(nodes.paragraph))
        codes = [n.astext() for n in notes.findall(nodes.literal)]
        known = [n.astext() for n in ports.findall(nodes.literal)]
        assert set(codes) <= set(known)
        if len(known) > 1:
            several += 1
            assert len(codes) == len(lines)
            for line in lines:
                assert re.fullmatch(r".+: (\[\d+\])+", line.astext())
        else:
            assert not codes
    assert several


class TestEmpty:
    """A table without rows still says what it is, and of which edition."""

    @pytest.mark.parametrize(
        ("options", "heads"),
        [
            ({}, ["To", "Port", "Needed"]),
            ({"columns": "source, ports = Open"}, ["Source", "Open"]),
            (
                {"layout": "published"},
                ["Traffic source", "Traffic destination", "Ports to allow"],
            ),
        ],
    )
    def test_columns_and_source_stay(
        self, project: Project, options: dict[str, str], heads: list[str]
    ) -> None:
        """And downloads, with no rows."""
        text = directive(
            port="12345", allow_empty="", download="", name="one", **options
        )
        project.write("index.rst", f"A\n=\n\n{text}")
        app = project.build("html")
        assert warnings(app) == ""
        tree = app.env.get_doctree("index")
        said = (
            "No matching flow is documented in this edition. That does not "
            "mean that no port is needed."
        )
        assert grid(tree) == [heads, [said]]
        assert "edition vantage-undated" in tree.astext()
        html = (app.outdir / "index.html").read_text("utf-8")
        assert html.count('class="avi-download"') == 2
        path = project.build("text").outdir / "index.txt"
        text = path.read_text("utf-8").replace("|", " ")
        assert said in " ".join(text.split())

    @pytest.mark.parametrize("name", ["list", "matrix", "diagram"])
    def test_the_words_are_the_same(self, project: Project, name: str) -> None:
        """In whatever finds nothing."""
        tree = project.doctree(directive(name, port="12345", allow_empty=""))
        assert "That does not mean that no port is needed." in tree.astext()

    def test_notes_say_nothing_of_ports(self, project: Project) -> None:
        """There are none of that kind."""
        tree = project.doctree(
            directive("notes", port="12345", allow_empty="")
        )
        said = "No matching note is documented in this edition."
        assert tree.astext() == said


class TestOptions:
    """What excludes what, and what is misspelled, is named."""

    def test_both_of_two_are_named(self, project: Project) -> None:
        """Not a layout that the author did not write."""
        said = project.complaints(
            directive(columns="ports", limit="3", merge="no")
        )
        assert (
            ":columns: cannot be used with :merge: (flat tables have the "
            "first, grouped tables the second)"
        ) in said

    def test_an_unknown_one_names_the_nearest(self, project: Project) -> None:
        """In each directive."""
        for name in ("table", "list", "matrix"):
            said = project.complaints(directive(name, clouds="aws"))
            assert 'unknown option: "clouds"; did you mean "cloud"' in said
        said = project.complaints(directive(zzzzzz="1"))
        assert "did you mean" not in said

    def test_of_one_that_is_like_none_all_are_named(
        self, project: Project
    ) -> None:
        """By the directive that does not take it."""
        said = project.complaints(directive("statements", protocol="tcp"))
        (line,) = (
            line for line in said.splitlines() if "unknown option" in line
        )
        unknown, *known = re.findall(r'"([^"]+)"', line)
        assert unknown == "protocol"
        assert known == sorted(known)
        assert {"agreement", "flow", "release", "source"} <= set(known)

    @pytest.mark.parametrize("limit", ["many", "0", ""])
    def test_a_limit_is_a_number(self, project: Project, limit: str) -> None:
        """The error says which numbers are."""
        said = project.complaints(directive(limit=limit))
        assert "expected a number of flows, 1 or more, got" in said

    def test_transposing_swaps(self, project: Project) -> None:
        """Rows become columns."""
        one, other = (
            grid(project.doctree(directive("matrix", **more)))
            for more in ({}, {"transpose": ""})
        )
        assert one[0][1:] == [row[0] for row in other[1:]]
        assert [list(row) for row in zip(*one, strict=True)][1:] == other[1:]
