"""``avi-port-matrix`` and ``avi-port-diagram``: who talks to whom."""

from __future__ import annotations

import pytest
from docutils import nodes
from sphinx.ext.graphviz import graphviz
from sphinx_projects import Project, warnings

import avi_portspec

DIAGRAM = "A\n=\n\n.. avi-port-diagram:: The *graph*\n   :endpoint: SE\n"


def grid(tree: nodes.document) -> list[list[str]]:
    """Return the text of every cell of the first table."""
    return [
        [cell.astext() for cell in row]
        for row in next(tree.findall(nodes.table)).findall(nodes.row)
    ]


class TestMatrix:
    """Sources by destinations."""

    def test_a_cell_holds_the_ports_of_its_pair(
        self, project: Project
    ) -> None:
        """What is not needed is said; what is not stated has a dash."""
        tree = project.doctree(
            ".. avi-port-matrix:: Who\n   :section: management\n"
            "   :source: controller, SE\n   :destination: controller, SE\n"
        )
        head, controller, engine = grid(tree)
        assert head == ["Source", "Avi Controller", "Avi Service Engine"]
        assert controller[1] == "TCP 22\n\nTCP 443\n\nTCP 8443\n\nTCP 5098"
        assert controller[2].startswith("Not required")
        assert engine[2] == "TCP 4001\n\nTCP 9001"
        assert "\N{EM DASH}" not in tree.astext()

    def test_a_dash_is_explained(self, project: Project) -> None:
        """It closes nothing."""
        tree = project.doctree(
            ".. avi-port-matrix::\n   :section: container-nodes, gcp\n"
        )
        assert grid(tree)[1][1:] == ["TCP 443", *["\N{EM DASH}"] * 3]
        assert "which is not to say that there is none" in tree.astext()

    def test_it_can_be_turned(self, project: Project) -> None:
        """Many destinations fit better down the side."""
        tree = project.doctree(
            ".. avi-port-matrix::\n   :section: network-services\n"
            "   :transpose:\n"
        )
        rows = grid(tree)
        assert rows[0] == ["Destination", "Avi Controller"]
        assert rows[1] == ["SMTP server", "TCP 25"]
        assert len(rows) == 9

    def test_ports_link_to_the_home_of_their_flow(
        self, project: Project
    ) -> None:
        """Or to the matrix itself, if there is no home."""
        matrix = ".. avi-port-matrix::\n   :service: SMTP\n"
        project.write("index.rst", f"A\n=\n\n{matrix}")
        project.build("html")
        (link,) = project.resolved["index"].findall(nodes.reference)
        assert link["refid"] == "avi-index-0-flow-controller-to-smtp"
        project.write("p.rst", ":orphan:\n\n.. avi-port-page::\n")
        project.write("index.rst", f"A!\n==\n\n{matrix}")
        assert warnings(project.build("html", nitpicky=True)) == ""
        (link,) = project.resolved["index"].findall(nodes.reference)
        assert link["refuri"] == (
            "p.html#avi-vantage-undated-flow-controller-to-smtp"
        )

    def test_an_empty_matrix_is_said_and_warned_of(
        self, project: Project
    ) -> None:
        """With what the page leaves open."""
        said = project.complaints(
            ".. avi-port-matrix::\n   :cloud: mesos\n   :port: 4001\n"
        )
        assert "no flow meets the filters [avi_portspec.empty]" in said
        tree = project.build("dummy").env.get_doctree("index")
        assert "does not say whether these apply: TCP 4001" in tree.astext()


class TestDiagram:
    """A graph, and the same in words."""

    def test_the_graph_has_an_alternative_and_a_list(
        self, project: Project
    ) -> None:
        """Whoever cannot see it misses nothing."""
        tree = project.doctree(DIAGRAM)
        (graph,) = tree.findall(graphviz)
        assert "the list that follows" in graph["alt"]
        (bullets,) = tree.findall(nodes.bullet_list)
        flows = avi_portspec.load().flows.select(endpoint="SE")
        ends = flows.group_by(lambda flow: (flow.source, flow.destination))
        assert len(bullets) == len(ends) == graph["code"].count("->")
        assert (
            "Avi Service Engine → Avi Controller: ICMP echo request, "
            "TCP 22, 5098 and 8443, UDP 123"
        ) in [item.astext() for item in bullets]

    def test_options_are_those_of_figures(self, project: Project) -> None:
        """alt, align, class and name."""
        tree = project.doctree(
            ".. avi-port-diagram::\n   :alt: Mine\n   :align: center\n"
            "   :class: x\n   :name: here\n   :endpoint: SE\n"
        )
        (graph,) = tree.findall(graphviz)
        assert graph["alt"] == "Mine"
        assert graph["align"] == "center"
        assert graph["classes"] == ["avi-port-diagram", "x"]
        assert graph["names"] == ["here"]

    def test_names_are_quoted_in_the_graph(self) -> None:
        """Whatever an edition of one's own calls its endpoints."""
        from sphinx_avi_portspec.rendering.pairs import _quoted

        assert _quoted('a "b" \\') == '"a \\"b\\" \\\\"'

    def test_without_graphviz_the_list_remains(self, project: Project) -> None:
        """And a warning says clearly why."""
        project.write(
            "index.rst", DIAGRAM + "\n.. graphviz::\n\n   graph {}\n"
        )
        app = project.build("html", graphviz_dot="no-such-dot")
        assert "Graphviz is not installed" in warnings(app)
        assert "[avi_portspec.graphviz]" in warnings(app)
        text = (app.outdir / "index.html").read_text(encoding="utf-8")
        assert "5098" in text

    def test_where_nothing_is_drawn_nothing_is_missed(
        self, project: Project
    ) -> None:
        """Plain text needs no program."""
        project.write("index.rst", DIAGRAM)
        app = project.build("xml", graphviz_dot="no-such-dot")
        assert warnings(app) == ""

    def test_an_installed_program_leaves_the_graph_alone(
        self, project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The graph is for Sphinx's own extension to draw."""
        monkeypatch.setattr("shutil.which", lambda name: f"/bin/{name}")
        monkeypatch.setattr(
            "sphinx.ext.graphviz.render_dot",
            lambda *_, **__: (None, None),
        )
        project.write("index.rst", DIAGRAM)
        project.build("html")
        assert list(project.resolved["index"].findall(graphviz))

    def test_an_empty_diagram_is_said_and_warned_of(
        self, project: Project
    ) -> None:
        """As every directive does."""
        said = project.complaints(".. avi-port-diagram::\n   :port: 1\n")
        assert "avi-port-diagram: no flow meets the filters" in said
