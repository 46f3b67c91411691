"""``avi-port-changes``: what differs, and what an upgrade needs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import attrs
import pytest
from docutils import nodes
from sphinx import addnodes
from sphinx_projects import Project, warnings

import avi_portspec
from avi_portspec import diff

OLD = avi_portspec.load("17.1")
NEW = avi_portspec.load("vantage-undated")
FLOW = "controller-to-controller-https"


def directive(caption: str = "", **options: str) -> str:
    """Return a directive that compares, unless told otherwise, with 17.1."""
    given = {"old": "17.1", **options}
    lines = [f".. avi-port-changes:: {caption}".rstrip()]
    lines += [f"   :{key.replace('_', '-')}: {given[key]}" for key in given]
    return "\n".join(lines) + "\n"


def cells(tree: nodes.document) -> list[list[nodes.Element]]:
    """Return the cells of the table's body, row by row."""
    (body,) = tree.findall(nodes.tbody)
    return [list(row) for row in body]  # type: ignore[call-overload]


def rows(tree: nodes.document) -> list[list[str]]:
    """Return the texts of the cells of the table's body."""
    return [[cell.astext() for cell in row] for row in cells(tree)]


class TestChanges:
    """A row for each record that differs."""

    def test_every_change_has_its_row_by_what_it_calls_for(
        self, project: Project
    ) -> None:
        """What is to be done comes first; nothing is left out."""
        changes = diff(OLD, NEW)
        tree = project.doctree(directive())
        found = [row[0] for row in rows(tree)]
        words = {
            "open": "Open",
            "close": "Close",
            "review": "Review",
            "none": "No work",
        }
        own = 1  # The edition's own fields share a row.
        assert found == [
            word
            for action, word in words.items()
            for _ in range(
                len(changes.calling_for(action)) + own * (action == "none")
            )
        ]
        assert "are shown" not in tree.astext()

    def test_what_came_is_told_whole(self, project: Project) -> None:
        """A flow in words, its inferred facts marked and explained."""
        tree = project.doctree(directive(show="open", collection="flows"))
        assert rows(tree)[0] == [
            "Open",
            "Avi Controller → AWS: TCP 443",
            "flow added",
            "TCP 443[a], required[b], only if the cloud is AWS[c]",
        ]
        assert "[b] Inferred. The section is silent;" in tree.astext()

    def test_what_went_is_told_by_the_older_edition(
        self, project: Project
    ) -> None:
        """The newer one knows nothing of it."""
        tree = project.doctree(
            directive(old="vantage-undated", new="17.1", collection="flows")
        )
        (row,) = [r for r in rows(tree) if "→ AWS" in r[1]]
        assert row[0] == "Review"
        assert row[2] == "flow removed"
        assert row[3].startswith("TCP 443")

    def test_what_differs_is_told_field_by_field(
        self, project: Project
    ) -> None:
        """Meaning before text before citation, each with both values."""
        tree = project.doctree(directive(show="close", collection="flows"))
        first = rows(tree)[0]
        assert first[1:3] == [
            "Avi Controller → Avi Controller: TCP 5098",
            "flow changed",
        ]
        fields = first[3].split("\n\n")
        assert fields[0] == (
            "when (meaning): only if the Controller runs as a Docker "
            "container → only if the Controller runs as a Docker container, "
            "unless the cloud is OpenStack"
        )
        assert fields[1].startswith("purpose (text): none → Secure channel")
        assert fields[2].startswith("readings (text): replaces: The page say")
        assert fields[3] == (
            "citation (citation): management, row 1, item 3 → management, "
            "row 1, item 4"
        )

    def test_every_kind_of_record_has_a_name(self, project: Project) -> None:
        """Notes, exclusions, sections, endpoints and the edition itself."""
        tree = project.doctree(directive())
        found = {row[2]: row[1] for row in rows(tree)}
        assert found["note added"] in {
            note.id.replace("-", " ") for note in NEW.notes
        }
        assert (
            found["exclusion added"] == "Avi Controller → Avi Service Engine"
        )
        assert found["section added"] == "GCP"
        assert found["endpoint added"] == (
            "Management default gateway of the Service Engine"
        )
        assert found["edition changed"] == "vantage-undated"

    def test_the_same_edition_twice_differs_in_nothing(
        self, project: Project
    ) -> None:
        """Which is said, so that no one takes it for a failure."""
        tree = project.doctree(directive(new="17.1"))
        assert "Nothing differs." in tree.astext()
        assert list(tree.findall(nodes.table)) == []

    def test_both_editions_are_named(self, project: Project) -> None:
        """By title and id."""
        tree = project.doctree(directive(show="open"))
        assert f"Older: {OLD.title} (17.1)." in tree.astext()
        assert f"Newer: {NEW.title} (vantage-undated)." in tree.astext()


class TestSelection:
    """What is left out is counted."""

    @pytest.mark.parametrize(
        ("options", "kept"),
        [
            ({"show": "open, close"}, {"Open", "Close"}),
            ({"show": "!none, !review"}, {"Open", "Close"}),
            ({"collection": "exclusions"}, {"Close"}),
            ({"collection": "notes", "show": "review"}, {"Review"}),
        ],
    )
    def test_words_select_or_leave_out(
        self, project: Project, options: dict[str, str], kept: set[str]
    ) -> None:
        """As filters do."""
        tree = project.doctree(directive(**options))
        assert {row[0] for row in rows(tree)} == kept
        assert " changes are shown." in tree.astext()

    def test_kinds_tell_text_from_meaning(self, project: Project) -> None:
        """Whatever came or went changes what is true."""
        tree = project.doctree(directive(kind="meaning", collection="flows"))
        text = tree.astext()
        assert "(meaning)" in text
        assert "(text)" not in text
        assert "(citation)" not in text
        assert {row[2] for row in rows(tree)} == {"flow added", "flow changed"}
        tree = project.doctree(directive(kind="text, citation"))
        assert "(meaning)" not in tree.astext()
        assert not any("added" in row[2] for row in rows(tree))

    def test_nothing_left_is_said_by_the_count(self, project: Project) -> None:
        """A table that a filter emptied is not "nothing differs"."""
        tree = project.doctree(directive(collection="pointers", show="open"))
        assert list(tree.findall(nodes.table)) == []
        assert "Nothing differs" not in tree.astext()
        assert tree.astext().endswith(f"0 of {sizes()} changes are shown.")


def sizes() -> int:
    """Return how many things differ between the two editions."""
    changes = diff(OLD, NEW)
    return len(changes.fields) + sum(len(c.fields) or 1 for c in changes)


class TestPlan:
    """For a deployment, the steps of its upgrade."""

    def test_steps_are_in_the_order_of_an_upgrade(
        self, project: Project
    ) -> None:
        """Open, keep, close, review: each flow with its ports."""
        plan = diff(avi_portspec.load("16.2"), NEW, "openshift")
        tree = project.doctree(directive(old="16.2", deployment="openshift"))
        found = [(row[0], row[3]) for row in rows(tree)]
        labels = {
            "open": "Open before the upgrade",
            "none": "Keep open",
            "close": "Close after the upgrade",
            "review": "Review",
        }
        assert found == [
            (labels[action], str(step.pair))
            for action in ("open", "none", "close", "review")
            for step in plan.having(action)  # type: ignore[arg-type]
        ]
        assert found

    def test_a_step_says_what_either_page_does_and_why(
        self, project: Project
    ) -> None:
        """What the older one left unsaid is said to be so."""
        tree = project.doctree(directive(deployment="aws", show="open"))
        (row,) = [r for r in rows(tree) if r[2] == "Avi Controller"]
        assert row[4] == "not named → needed"
        assert row[5] == (
            "The page requires it: always. The older page does not name it, "
            "which is no statement: it may be in use already.\n\n"
            "Stated in vantage-undated: management, row 1, item 2; "
            "management, lead-in 1, item 1; management, lead-in 1, item 2; "
            "management, note 2, item 1."
        )

    def test_the_deployment_and_open_questions_come_first(
        self, project: Project
    ) -> None:
        """Of either page, whatever steps are shown."""
        tree = project.doctree(directive(deployment="openshift", show="close"))
        assert "manages: OpenShift" in tree.astext()
        said = [node.astext() for node in tree.findall(nodes.warning)]
        answers = diff(OLD, NEW, "openshift")
        for answer in (answers.old, answers.new):
            name = f"What the page of {answer.edition.id} leaves open"
            assert any(name in each for each in said) == bool(
                answer.gaps or answer.conflicts or answer.having("unstated")
            )
        assert "of vantage-undated leaves open" in "".join(said)

    def test_what_there_is_none_of_is_said(self, project: Project) -> None:
        """That nothing has to be closed is an answer too."""
        tree = project.doctree(directive(deployment="aws"))
        assert "Close after the upgrade: nothing." in tree.astext()
        tree = project.doctree(directive(deployment="aws", show="!close"))
        assert "Close after" not in tree.astext()

    def test_steps_that_are_not_shown_are_counted(
        self, project: Project
    ) -> None:
        """Whether any is shown or none."""
        plan = diff(OLD, NEW, "aws")
        tree = project.doctree(directive(deployment="aws", show="close"))
        assert list(tree.findall(nodes.table)) == []
        assert f"0 of {len(plan.steps)} steps are shown." in tree.astext()

    def test_a_flow_that_only_the_older_page_has_is_told_by_it(
        self, project: Project
    ) -> None:
        """Silence on the newer one closes nothing."""
        tree = project.doctree(
            directive(old="vantage-undated", new="17.1", deployment="aws")
        )
        (row,) = [r for r in rows(tree) if r[2] == "AWS"]
        assert row[0] == "Review"
        assert row[4] == "needed → not named"
        assert row[5].endswith(
            "Stated in vantage-undated: aws, bullet 1, item 1; management, "
            "note 2, item 1."
        )

    def test_types_of_messages_are_part_of_a_step(self) -> None:
        """Opening ICMP as a whole would open more than the page says."""
        from sphinx_avi_portspec.rendering.changes import step_rows
        from sphinx_avi_portspec.rendering.pen import Pen

        (flow,) = NEW.flows.select(
            source="SE", destination="controller", protocol="icmp"
        )
        plan = diff(OLD, NEW, "aws")
        step = attrs.evolve(
            plan.steps[0],
            flow=flow.id,
            pair=flow.protocol_ports()[0]._replace(icmp_type=None),
            icmp_types=(0, 8),
        )
        (row,) = step_rows(Pen("a", 1, "p"), plan, [step])
        assert row.children[3].astext() == "ICMP type 0 and 8"

    def test_several_ranges_of_a_flow_share_a_row(self) -> None:
        """They have one reason."""
        from sphinx_avi_portspec.rendering.changes import step_rows
        from sphinx_avi_portspec.rendering.pen import Pen

        plan = diff(OLD, NEW, "aws")
        step = next(s for s in plan.steps if str(s.pair) == "TCP 22")
        other = attrs.evolve(
            step,
            pair=step.pair._replace(
                ports=avi_portspec.PortRange(low=9, high=9)
            ),
        )
        (row,) = step_rows(Pen("a", 1, "p"), plan, [step, other])
        assert row.children[3].astext() == "TCP 22 and 9"


class TestLinks:
    """Flows link to where the project shows them."""

    def test_the_newer_edition_is_linked_to_else_the_older(
        self, project: Project
    ) -> None:
        """By id and edition, so that no link leads to the wrong one."""
        project.write("new.rst", "N\n=\n\n.. avi-port-page::\n")
        project.write(
            "old.rst", "O\n=\n\n.. avi-port-page::\n   :edition: 17.1\n"
        )
        project.write(
            "index.rst", "A\n=\n\n.. toctree::\n\n   new\n   old\n   b\n   c\n"
        )
        project.write("b.rst", f"B\n=\n\n{directive()}")
        project.write(
            "c.rst",
            "C\n=\n\n"
            + directive(old="vantage-undated", new="17.1", collection="flows"),
        )
        app = project.build()
        assert warnings(app) == ""
        links = {
            ref["refuri"]
            for name in "bc"
            for ref in project.resolved[name].findall(nodes.reference)
            if not ref.get("refid")
        }
        assert f"new.html#avi-vantage-undated-flow-{FLOW}" in links
        assert "old.html#avi-17-1-edition-17.1" in links
        assert any(
            link.startswith("old.html#avi-17-1-flow-") for link in links
        )
        assert any("-note-" in link for link in links)
        assert any("-endpoint-" in link for link in links)

    def test_without_a_place_they_are_plain_text(
        self, project: Project
    ) -> None:
        """And no warning, for nobody promised a link."""
        project.write("index.rst", "A\n=\n\n" + directive(deployment="aws"))
        app = project.build(nitpicky=True)
        assert warnings(app) == ""
        tree = project.resolved["index"]
        assert not list(tree.findall(addnodes.pending_xref))
        assert "TCP 8443" in tree.astext()

    def test_roles_that_lead_nowhere_still_warn(
        self, project: Project
    ) -> None:
        """Whoever writes one means it."""
        project.write("index.rst", f"A\n=\n\n:avi:flow:`{FLOW}`\n")
        app = project.build(nitpicky=True)
        assert "reference target not found" in warnings(app)

    def test_it_declares_nothing_itself(self, project: Project) -> None:
        """Flows have their home elsewhere."""
        project.write(
            "index.rst",
            "A\n=\n\n"
            + directive()
            + "\n"
            + directive(deployment="openshift"),
        )
        app = project.build("dummy")
        assert app.env.get_domain("avi").entries() == []


class TestTable:
    """It is a table like the others."""

    def test_docutils_options_and_the_caption(self, project: Project) -> None:
        """Names, classes, widths; and an introduction."""
        tree = project.doctree(
            "See :ref:`what`.\n\n"
            + directive(
                "What *changes*",
                name="what",
                widths="1 2 1 4",
                width="90%",
                show="open",
                **{"class": "mine"},
            )
            + "\n   First this.\n"
        )
        (table,) = tree.findall(nodes.table)
        assert table["names"] == ["what"]
        assert not list(tree.findall(addnodes.tabular_col_spec))
        assert "mine" in table["classes"]
        assert "avi-port-table" in table["classes"]
        assert table["width"] == "90%"
        assert table.children[0].astext() == "What changes"
        assert tree.astext().index("First this") < tree.astext().index("Open")

    def test_markdown_gives_the_same(self, project: Project) -> None:
        """MyST passes its options on."""
        tree = project.doctree(directive(deployment="aws"))
        project.write("index.rst", "A\n=\n\n.. toctree::\n\n   other\n")
        project.write(
            "other.md",
            "# B\n\n```{avi-port-changes}\n:old: '17.1'\n:deployment: aws\n"
            "```\n",
        )
        app = project.build("dummy")
        assert warnings(app) == ""
        assert rows(app.env.get_doctree("other")) == rows(tree)


class TestErrors:
    """What is wrong is an error at the directive's line."""

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            ({"old": "17.2"}, "did you mean '17.1'?"),
            ({"new": "16.22"}, "did you mean '16.2.2'?"),
            ({"show": "opem"}, "did you mean 'open'?"),
            ({"show": "keep"}, ":show: no word goes by"),
            ({"kind": "texts"}, "did you mean 'text'?"),
            ({"collection": "!flow"}, "did you mean 'flows'?"),
            ({"deployment": "awz"}, "did you mean 'aws'?"),
            ({"deployment": "lab.toml"}, "no deployment file goes by"),
            ({"deployment": "aws", "show": "none"}, ":show: no word goes by"),
            ({"deployment": "aws", "kind": "text"}, ":kind: is for changes"),
        ],
    )
    def test_it_names_the_nearest(
        self, project: Project, options: dict[str, str], said: str
    ) -> None:
        """An edition, a word, a preset."""
        found = project.complaints("\n\n" + directive(**options))
        assert found.startswith("/index.rst:3: ERROR: ")
        assert said in found

    def test_the_older_edition_has_to_be_given(self, project: Project) -> None:
        """Which one it is, nobody can guess."""
        said = project.complaints(".. avi-port-changes::\n")
        assert ":old: is missing" in said


def beside(name: str, **changes: Any) -> avi_portspec.Edition:
    """Return the newer edition as another one, with changes."""
    values = {
        field.name: getattr(NEW, field.name)
        for field in attrs.fields(avi_portspec.Edition)
    }
    changed = {"id": name, "aliases": (), **changes}
    return avi_portspec.Edition(**{**values, **changed})


class TestInvented:
    """What no two real editions differ in."""

    def test_records_in_another_order(self, project: Project) -> None:
        """By collection; no row, for nothing about them differs."""
        other = beside("b", endpoints=list(NEW.endpoints)[::-1])
        project.write("own.toml", avi_portspec.dumps_toml(other))
        tree = project.doctree(
            directive(old=NEW.id, new="b"), avi_portspec_files=["own.toml"]
        )
        assert "In another order: endpoints." in tree.astext()

    def test_values_are_put_in_words(self, project: Project) -> None:
        """Names, protocols, ports and requirements, not their spelling."""
        changed = attrs.evolve(
            NEW.flows["external-to-controller-http"],
            source="avi-vantage",
            protocols=(avi_portspec.TCP, avi_portspec.UDP),
            ports=tuple(
                avi_portspec.PortRange(low=port, high=port)
                for port in (80, 8080)
            ),
            requirement="some-or-all",
            inferred=(),
            readings=(),
            notes=(),
        )
        flows = [changed if f.id == changed.id else f for f in NEW.flows]
        other = beside("b", flows=flows)
        project.write("own.toml", avi_portspec.dumps_toml(other))
        tree = project.doctree(
            directive(old=NEW.id, new="b", collection="flows"),
            avi_portspec_files=["own.toml"],
        )
        (row,) = rows(tree)
        fields = row[3].split("\n\n")
        assert {
            "source (meaning): External Network Services → Avi Vantage",
            "protocols (meaning): TCP → TCP and UDP",
            "ports (meaning): 80 → 80 and 8080",
            "requirement (meaning): optional → some or all of these",
        } <= set(fields)


def test_a_change_of_either_edition_is_noticed(project: Project) -> None:
    """As old as the files may be, the document is read again."""
    files: dict[str, Path] = {}
    for name in ("older", "newer"):
        edition = attrs.evolve(NEW, id=name, aliases=())
        files[name] = project.write(
            f"{name}.toml", avi_portspec.dumps_toml(edition)
        )
    conf = {"avi_portspec_files": [f"{name}.toml" for name in files]}
    project.write("index.rst", "A\n=\n\n.. toctree::\n\n   user\n   other\n")
    project.write("user.rst", "U\n=\n\n" + directive(old="older", new="newer"))
    project.write("other.rst", "O\n=\n\n.. avi-port-list::\n")
    project.build("dummy", **conf)
    project.build("dummy", **conf)
    assert project.read == []
    for path in files.values():
        text = path.read_text(encoding="utf-8")
        assert '"SMTP server"' in text
        path.write_text(
            text.replace('"SMTP server"', '"Mail server"'), encoding="utf-8"
        )
        os.utime(path, (1, 1))
        project.build("dummy", **conf)
        assert project.read == ["user"]


@pytest.mark.parametrize(
    "builder",
    ["html", "singlehtml", "latex", "text", "man", "texinfo", "epub", "xml"],
)
def test_every_builder_takes_it_without_a_warning(
    project: Project, builder: str
) -> None:
    """Changes and plans, with links to a page beside them."""
    project.write(
        "index.rst",
        "A\n=\n\n"
        + directive("All")
        + "\n"
        + directive("Plan", deployment="openshift")
        + "\n.. avi-port-page:: Page\n",
    )
    app = project.build(
        builder,
        man_pages=[("index", "a", "A", "b", 1)],
        version="1",
        copyright="b",
    )
    assert warnings(app) == ""


def test_words_are_for_translators_and_ports_are_not(
    project: Project,
) -> None:
    """Steps, decisions and reasons; no number, no id."""
    project.write("index.rst", "A\n=\n\n" + directive(deployment="aws"))
    project.build("gettext")
    path = project.folder / "_build" / "gettext" / "index.pot"
    text = path.read_text(encoding="utf-8")
    for wanted in (
        "Open before the upgrade",
        "not named",
        "needed",
        "The page requires it: always.",
        "Stated in",
        "What to do",
    ):
        assert f'msgid "{wanted}"' in text
    assert 'msgid "TCP 22"' not in text
    assert "management, row 1" not in text
