"""``avi-port-list`` and ``avi-port-notes``."""

from __future__ import annotations

from docutils import nodes
from sphinx_projects import Project

import avi_portspec


def items(tree: nodes.document, kind: str) -> list[str]:
    """Return the text of each bullet of a class of list."""
    return [
        item.astext()
        for bullets in tree.findall(nodes.bullet_list)
        if kind in bullets["classes"]
        for item in bullets
    ]


class TestList:
    """Flows as bullets."""

    def test_a_bullet_says_all_that_the_flow_does(
        self, project: Project
    ) -> None:
        """Who, to whom, on what, how needed, when, and what for."""
        tree = project.doctree(
            ".. avi-port-list::\n   :class: mine\n   :name: heat\n"
            "   :service: Heat\n"
        )
        assert items(tree, "mine") == [
            (
                "Controller[a] → OpenStack Heat: TCP 8004 (Heat), "
                "optional, only if the cloud is OpenStack and autoscaling "
                "of back-end members through Heat is in use[b]. "
                "Autoscaling of back-end members."
            )
        ]

    def test_readings_of_other_clouds_are_left_out(
        self, project: Project
    ) -> None:
        """A list for vCenter does not say how LSC is read, nor a table."""
        listed = ".. avi-port-list::\n   :port: 9001\n"
        clouds = ["   :deployment: vcenter\n", "   :cloud: vcenter\n"]
        table = ".. avi-port-table::\n   :layout: published\n   :port: 9001\n"
        texts = [
            project.doctree(text).astext()
            for text in (
                listed,
                *(listed + cloud for cloud in clouds),
                table + clouds[1],
            )
        ]
        assert [text.count("read as VMware vCenter") for text in texts] == [
            *(1, 1, 1, 1)
        ]
        assert ["The row says LSC" in text for text in texts] == [
            *(True, False, False, False)
        ]

    def test_effects_are_told(self, project: Project) -> None:
        """What happens if the flow is blocked."""
        tree = project.doctree(".. avi-port-list::\n   :protocol: icmp\n")
        assert all("as DOWN" in i for i in items(tree, "avi-port-list"))

    def test_an_empty_list_is_said_and_warned_of(
        self, project: Project
    ) -> None:
        """The text is about the data, and says nothing about a firewall."""
        said = project.complaints(".. avi-port-list::\n   :port: 1\n")
        assert said.endswith(
            "/index.rst:1: WARNING: avi-port-list: no matching flow "
            "[avi_portspec.empty]"
        )
        tree = project.build("dummy").env.get_doctree("index")
        assert (
            tree.astext()
            == "No matching flow is documented in this edition. That does "
            "not mean that no port is needed."
        )

    def test_the_warning_can_be_suppressed(self, project: Project) -> None:
        """By its type and subtype."""
        assert not project.complaints(
            ".. avi-port-list::\n   :port: 1\n",
            suppress_warnings=["avi_portspec.empty"],
        )

    def test_replaced_flows_are_named_with_their_reading(
        self, project: Project
    ) -> None:
        """5098 stands in the place of 22."""
        tree = project.doctree(
            ".. avi-port-list::\n   :port: 5098\n   :source: controller\n"
        )
        (item,) = items(tree, "avi-port-list")
        assert "in place of TCP 22[b]" in item

    def test_an_inferred_service_is_marked(self) -> None:
        """Any field of a bullet can be inferred, and shows it."""
        import attrs

        from sphinx_avi_portspec.layouts import describe_flow
        from sphinx_avi_portspec.marks import Marks
        from sphinx_avi_portspec.pen import Pen

        edition = avi_portspec.load("vantage-undated")
        reason = avi_portspec.Reason(field="service", reason="Because.")
        flow = attrs.evolve(
            edition.flows["controller-to-keystone"],
            inferred=(reason,),
            replaces=("controller-to-glance", "controller-to-nova"),
            notes=(),
        )
        pen = Pen("a", 1, "p")
        marks = Marks(pen, "reason")
        pieces = list(describe_flow(edition, flow, marks))
        text = pen.paragraph(*pieces).astext()
        assert text.startswith("TCP 5000 and 35357 (Keystone)[a], ")
        assert text.endswith("in place of TCP 9292, TCP 8774")


class TestNotes:
    """What the page says beside its ports."""

    def test_every_note_is_there_once(self, project: Project) -> None:
        """Notes of one place on the page share a bullet."""
        tree = project.doctree(".. avi-port-notes::\n   :class: all\n")
        text = " ".join(items(tree, "all"))
        assert text == " ".join(
            n.text for n in avi_portspec.load("vantage-undated").notes
        )

    def test_filters_select_the_notes_on_flows(self, project: Project) -> None:
        """A note is shown if it qualifies any flow that meets them."""
        tree = project.doctree(
            ".. avi-port-notes::\n   :port: 5098\n   :kind: restriction\n"
        )
        assert items(tree, "avi-port-notes") == [
            avi_portspec.load("vantage-undated")
            .notes["no-container-port-in-openstack"]
            .text
        ]

    def test_notes_on_unstated_flows_are_shown(self, project: Project) -> None:
        """Where it is open whether a flow applies, its notes still help."""
        tree = project.doctree(
            ".. avi-port-notes::\n   :cloud: mesos\n   :source: SE\n"
            "   :destination: SE\n   :kind: purpose, cross-reference\n"
        )
        (item,) = items(tree, "avi-port-notes")
        assert "ObjStore" in item
        assert "TCP 9001" in item

    def test_an_unknown_kind_is_an_error(self, project: Project) -> None:
        """With the nearest known one."""
        said = project.complaints(".. avi-port-notes::\n   :kind: scopes\n")
        assert "did you mean 'scope'?" in said

    def test_no_note_is_said_and_warned_of(self, project: Project) -> None:
        """As for flows."""
        said = project.complaints(".. avi-port-notes::\n   :port: 1\n")
        assert "no matching note" in said
