"""``avi-port-changes``: what differs, and what an upgrade needs."""

from __future__ import annotations

import os
from collections.abc import Iterable
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


#: With it, the records that differ are shown, field by field.
RECORDS = {"show": "open, optional, review, none"}


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
        tree = project.doctree(directive(**RECORDS))
        found = [row[0] for row in rows(tree)]
        words = {
            "open": "Open",
            "optional": "Optional",
            "review": "Review",
            "none": "No action",
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
        assert (
            "[b] Not stated by the vendor: The section does not say"
            in tree.astext()
        )

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
        tree = project.doctree(directive(show="review", collection="flows"))
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
        assert fields[1].startswith("purpose (text): none → Configuration")
        assert fields[2].startswith("readings (text): replaces: ")
        assert fields[3] == (
            "citation (citation): management, row 1, item 3 → management, "
            "row 1, item 4"
        )

    def test_every_kind_of_record_has_a_name(self, project: Project) -> None:
        """Notes, exclusions, sections, endpoints and the edition itself."""
        tree = project.doctree(directive(**RECORDS))
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
        for options in ({}, RECORDS, {"all": ""}):
            tree = project.doctree(directive(new="17.1", **options))
            assert rows(tree) == [["No differences."]]
            assert tree.astext().count("No differences.") == 1

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            ({"new": "17.1"}, "No differences."),
            ({"new": "17.1", "all": ""}, "No differences."),
            ({"new": "17.1", **RECORDS}, "No differences."),
            (
                {"show": "open", "collection": "endpoints"},
                "Nothing selected differs.",
            ),
        ],
    )
    def test_where_nothing_differs_references_stay(
        self, project: Project, options: dict[str, str], said: str
    ) -> None:
        """To the caption and the name, with the class that was asked for."""
        text = directive("What changed", name="what", **options)
        text += "   :class: ours\n\n:ref:`what`\n"
        tree = project.doctree(text)
        (table,) = tree.findall(nodes.table)
        assert table[0].astext() == "What changed"
        assert table["names"] == ["what"]
        assert "ours" in table["classes"]
        assert rows(tree) == [[said]]

    def test_both_editions_are_named(self, project: Project) -> None:
        """By title and id."""
        tree = project.doctree(directive(show="open"))
        assert f"From: {OLD.title} (17.1)." in tree.astext()
        assert f"To: {NEW.title} (vantage-undated)." in tree.astext()


class TestSelection:
    """What is left out is counted."""

    @pytest.mark.parametrize(
        ("options", "kept"),
        [
            ({"show": "open, optional"}, {"Open", "Optional"}),
            ({"show": "!none, !review"}, {"Open", "Optional"}),
            ({"collection": "exclusions"}, {"Review"}),
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
        assert rows(tree) == [["Nothing selected differs."]]
        assert tree.astext().endswith(f"0 of {sizes()} changes are shown.")


def sizes() -> int:
    """Return how many things differ between the two editions."""
    changes = diff(OLD, NEW)
    return len(changes.fields) + sum(len(c.fields) or 1 for c in changes)


def plain(texts: Iterable[str]) -> list[str]:
    """Return texts with ordinary spaces."""
    return [text.replace("\N{NO-BREAK SPACE}", " ") for text in texts]


#: What a person sketched for 17.1 and the newest edition.
SKETCH = """\
Open, where it applies
Controller | Controller | TCP 443 | HTTPS | Always
Service Engine | Service Engine | TCP 4001 | ObjStore | \
On AWS, Azure, GCP or OpenStack
Service Engine | Service Engine | TCP 9001 | ObjStore | \
On vCenter, Linux Server Cloud or NSX-T
GCP | Avi Vantage | TCP 443 |  | On GCP; Direction as the vendor states it. \
More likely the Controller connects to GCP.
Controller | AWS | TCP 443 |  | On AWS
Controller | Azure | TCP 443 |  | On Azure
Optional
Controller | Management gateway | ICMP echo | Ping | Gateway status only
Service Engine | Management gateway | ICMP echo | Ping | Gateway status only
Service Engine | Controller | ICMP echo | Ping | Controller status only
Review before closing
Controller | Controller | TCP 5098 | SSH | No longer on OpenStack
Service Engine | Controller | TCP 5098 | SSH | No longer on OpenStack
Controller | Service Engine | none |  | Now stated: no port needed"""
#: And for the upgrade of a deployment on AWS.
SKETCH_AWS = """\
Open before the upgrade
Controller | Controller | TCP 443 | HTTPS | Required
Service Engine | Service Engine | TCP 4001 | ObjStore | Required on AWS
Controller | AWS | TCP 443 |  | Required on AWS [a]
The 17.1 page does not name these. They may be open already.
Close after the upgrade
Nothing.
Check
17.1 documents nothing for AWS. This plan cannot tell what 17.1 needs there."""


def drawn(tree: nodes.document) -> str:
    """Return the first table's rows, a line for each."""
    body = next(iter(tree.findall(nodes.tbody)))
    return "\n".join(
        " | ".join(plain(cell.astext() for cell in row)).replace("\n\n", "; ")  # type: ignore[attr-defined]
        for row in body.children
    )


class TestFirewall:
    """What a firewall has to do, in the words of the tables."""

    def test_it_is_what_a_person_sketched(self, project: Project) -> None:
        """In the order of urgency, with names and no ids."""
        tree = project.doctree(directive("What *changes*", name="what"))
        assert drawn(tree) == SKETCH
        (table,) = tree.findall(nodes.table)
        assert table["names"] == ["what"]
        text = tree.astext()
        assert "9 flows added, 2 changed, 0 removed." in text
        assert "Hidden: 48 changes of wording, citations and notes" in text
        assert f"From: {OLD.title} (17.1). To: {NEW.title}" in text

    def test_all_adds_the_records(self, project: Project) -> None:
        """Nothing is hidden then."""
        tree = project.doctree(directive("What", name="what", all=""))
        first, second = tree.findall(nodes.table)
        assert drawn(tree) == SKETCH
        changes = diff(OLD, NEW)
        (body,) = second.findall(nodes.tbody)
        assert len(body.children) == len(changes) + bool(changes.fields)
        assert "Hidden" not in tree.astext()
        assert (first["names"], second["names"]) == (["what"], [])

    def test_without_work_that_is_said(self, project: Project) -> None:
        """Though notes differ."""
        note, *rest = NEW.notes
        other = beside("b", notes=[attrs.evolve(note, text="New."), *rest])
        project.write("own.toml", avi_portspec.dumps_toml(other))
        conf = {"avi_portspec_files": ["own.toml"]}
        given = {"old": NEW.id, "new": "b"}
        tree = project.doctree(directive("What", **given), **conf)
        (table,) = tree.findall(nodes.table)
        assert table[0].astext() == "What"
        assert rows(tree) == [["Nothing changes for a firewall."]]
        assert "Hidden: " in tree.astext()
        tree = project.doctree(directive(**given, all=""), **conf)
        assert len(list(tree.findall(nodes.table))) == 2
        assert "Hidden: " not in tree.astext()

    def test_names_labels_and_the_source_are_the_projects(
        self, project: Project
    ) -> None:
        """As in all tables."""
        tree = project.doctree(
            directive(),
            avi_portspec_labels={"aws": "Amazon"},
            avi_portspec_source_line=False,
        )
        assert "Controller | Amazon | TCP 443" in drawn(tree)
        assert "From: " not in tree.astext()


class TestPlan:
    """For a deployment, the steps of its upgrade."""

    def test_it_is_what_a_person_sketched(self, project: Project) -> None:
        """Open before, close after, check what is not known."""
        tree = project.doctree(directive("On AWS", deployment="aws"))
        assert drawn(tree) == SKETCH_AWS
        text = tree.astext()
        assert (
            "Upgrade 17.1 → vantage-undated: open 3, close 0, keep 8. "
            "Controller cluster on virtual machines, managing AWS."
        ) in text
        assert "Optional: 3. Unchanged: 8." in text
        assert (
            "Assumed: TCP (only a port number is given); the Controller as "
            "source (none is named); required (not said)."
        ) in text

    def test_marks_can_be_left_out(self, project: Project) -> None:
        """As in all tables."""
        tree = project.doctree(
            directive(deployment="aws"), avi_portspec_marks="none"
        )
        assert "Assumed" not in tree.astext()
        assert "[a]" not in drawn(tree)

    def test_all_adds_what_stays_open(self, project: Project) -> None:
        """And what is optional."""
        tree = project.doctree(directive(deployment="aws", all=""))
        text = drawn(tree)
        assert text.startswith("Open before the upgrade\n")
        _, _, rest = text.partition("\nKeep open\n")
        kept, _, optional = rest.partition("\nOptional\n")
        plan = diff(OLD, NEW, "aws")
        assert len(kept.splitlines()) == len(plan.having("none"))
        assert len(optional.splitlines()) == len(plan.new.optional)
        assert "Unchanged" not in tree.astext()

    @pytest.mark.parametrize(
        ("show", "headings"),
        [
            ("open", ["Open before the upgrade", "Check"]),
            ("close, keep", ["Close after the upgrade", "Check", "Keep open"]),
            ("!open", ["Close after the upgrade", "Check", "Keep open"]),
        ],
    )
    def test_steps_are_selected_and_gaps_are_not(
        self, project: Project, show: str, headings: list[str]
    ) -> None:
        """What neither page answers is told, whatever is shown."""
        tree = project.doctree(directive(deployment="aws", show=show))
        lines = drawn(tree).splitlines()
        known = {"Open", "Close", "Keep", "Check"}
        found = [
            line
            for line in lines
            if line.split()[0] in known and "|" not in line
        ]
        assert found == headings
        assert any("documents nothing for AWS" in line for line in lines)

    def test_steps_that_are_not_selected_are_not_shown(
        self, project: Project
    ) -> None:
        """Nor a heading that has nothing to tell."""
        tree = project.doctree(directive(deployment="openshift", show="close"))
        assert "Check" not in drawn(tree)

    def test_a_downgrade_says_so_and_closes_nothing(
        self, project: Project
    ) -> None:
        """On the word of the older page alone."""
        tree = project.doctree(
            directive(old="vantage-undated", new="17.1", deployment="aws")
        )
        assert "Downgrade vantage-undated → 17.1:" in tree.astext()
        text = drawn(tree)
        assert "Close after the downgrade\nNothing.\n" in text
        assert "Controller | AWS | TCP 443 |  | Not named by 17.1" in text
        assert "17.1 is the older edition. Nothing is closed" in text


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
        project.write("b.rst", f"B\n=\n\n{directive(**RECORDS)}")
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
        project.write("index.rst", "A\n=\n\n" + directive(**RECORDS))
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
        assert "is shown nowhere in this project" in warnings(app)

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


class TestChoices:
    """What a site reads or declines, in the plan of an upgrade."""

    def test_they_are_told(self, project: Project) -> None:
        """Also where only one kind of step is shown."""
        project.write(
            "gcp.toml",
            'clouds = ["gcp"]\n[[declined]]\nreason = "not polled"\n'
            'flow = "external-to-controller-snmp"\n',
        )
        text = project.doctree(
            directive(
                old="17.1",
                new="vantage-undated",
                deployment="gcp.toml",
                show="open",
            )
        ).astext()
        assert "Find out who opens the connection." in text
        assert "not polled (the site's deployment file)" in text
        opened = text.partition("Check")[0].partition("Open")[2]
        assert "Avi Vantage" not in opened


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
        found = [spec["colwidth"] for spec in table.findall(nodes.colspec)]
        assert found == [1, 2, 1, 4]
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
            ({"show": "keep"}, ":show: unknown word"),
            ({"kind": "texts"}, "did you mean 'text'?"),
            ({"collection": "!flow"}, "did you mean 'flows'?"),
            ({"deployment": "awz"}, "did you mean 'aws'?"),
            ({"deployment": "lab.toml"}, "unknown deployment file"),
            ({"deployment": "aws", "show": "none"}, ":show: unknown word"),
            (
                {"deployment": "aws", "kind": "text"},
                ":kind: cannot be used with :deployment:",
            ),
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
        assert ":old: is required" in said


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
            directive(old=NEW.id, new="b", **RECORDS),
            avi_portspec_files=["own.toml"],
        )
        assert "Order changed: endpoints." in tree.astext()

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
    for expected in (
        "Open before the upgrade",
        "Nothing.",
        "Required on {}",
        "The {} page does not name these. They may be open already.",
        "Optional: {}. Unchanged: {}.",
        "From:",
    ):
        assert f'msgid "{expected}"' in text
    assert 'msgid "TCP 22"' not in text
    assert "management, row 1" not in text
