"""Tables of ports that somebody wrote, against the data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sphinx.errors import ConfigError
from sphinx_projects import Project, warnings

import avi_portspec
from avi_portspec.audit.inputs import tables

AWS = avi_portspec.load().resolve("aws")
#: What a Service Engine needs of its Controller there, by the library.
NEEDED = [
    flow
    for flow in AWS.flows
    if flow.source == "service-engine" and flow.destination == "controller"
]

HEAD = f"WARNING: these ports differ from edition {AWS.edition.id}:"


def table(*rows: str, head: str = "Source|Destination|Ports") -> str:
    """Return a table in reStructuredText, a list of lists."""
    lines = [".. list-table::", "   :header-rows: 1", ""]
    for row in (head, *rows):
        lines += [
            f"   {'*' if at == 0 else ' '} - {cell}".rstrip()
            for at, cell in enumerate(row.split("|"))
        ]
    return "\n".join([*lines, ""])


def right_rows() -> Iterator[str]:
    """Yield rows with all that is needed, and nothing else."""
    for flow in NEEDED:
        for pair in flow.protocol_ports():
            yield f"Service Engine|Controller|{pair}"


def lint(project: Project, text: str, **conf: Any) -> list[str]:
    """Return the lines that a document brings."""
    conf.setdefault("avi_portspec_lint", "aws")
    return project.complaints(text, **conf).splitlines()


def test_it_is_off_by_default(project: Project) -> None:
    """A build brings no warning that nobody asked for."""
    wrong = table("SE|Controller|TCP 8483")
    assert project.complaints(wrong) == ""


def test_a_table_that_agrees_brings_nothing(project: Project) -> None:
    """Its rows are those of the data, one a port."""
    assert NEEDED
    assert lint(project, table(*right_rows())) == []


def test_a_slip_is_at_the_line_of_the_table(project: Project) -> None:
    """With what was meant, and the directive to write instead."""
    text = f"A\n=\n\n{table(*right_rows(), 'SE|Controller|TCP 22, 8483')}"
    row = len([*right_rows()]) + 1
    assert lint(project, text) == [
        f"/index.rst:7: {HEAD}",
        (
            f"  row {row}: tcp/8483: no flow of this edition needs it. "
            "TCP 8443 is documented; one digit differs."
        ),
        "Write instead:",
        "  .. avi-port-table::",
        "     :source: service-engine",
        "     :destination: controller",
        "     :deployment: aws [avi_portspec.lint]",
    ]


CSV = (
    ".. csv-table::{}\n   :header-rows: 1\n\n"
    "   Source,Destination,Ports\n   SE,Controller,TCP 8483\n\n"
)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (f"A\n=\n\n{CSV.format(' Ports')}", [4]),
        # What is before it: the section, a paragraph, the section's own.
        (f"A\n=\n\n{CSV.format('')}", [2]),
        (f"A\n=\n\nB\n-\n\nText.\n\n{CSV.format('')}", [7]),
        (f"A\n=\n\nText.\n\nB\n-\n\n{CSV.format('') * 2}", [7, 7]),
        (CSV.format(""), [1]),
    ],
)
def test_a_csv_table_has_a_line_by_its_title(
    project: Project, text: str, lines: list[int]
) -> None:
    """Docutils counts the lines of each of its cells from one."""
    assert [line for line in lint(project, text) if line.endswith(HEAD)] == [
        f"/index.rst:{number}: {HEAD}" for number in lines
    ]


@pytest.mark.parametrize("left_out", NEEDED, ids=lambda flow: flow.id)
def test_what_lacks_is_named(
    project: Project, left_out: avi_portspec.Flow
) -> None:
    """Of the pairs that the table is about, and of no others."""
    gone = {
        f"Service Engine|Controller|{p}" for p in left_out.protocol_ports()
    }
    text = table(*(row for row in right_rows() if row not in gone))
    found = [line for line in lint(project, text) if "missing: " in line]
    assert len(found) == 1
    assert found[0].startswith(f"  missing: {left_out.id}: ")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (
            "SE|Controller|TCP 8000-9000",
            "no flow of this edition needs tcp/8000-8442, tcp/8444-9000.",
        ),
        # Written apart, and a range all the same.
        ("SE|Controller|TCP 8443, 8444", "needs tcp/8444."),
        # Each deployment counts: 4001 and 9001 are no more than others need.
        ("SE|SE|TCP 4000-4001", "needs tcp/4000."),
        ("SE|SE|TCP 9001-9002", "needs tcp/9002."),
        # So does each source, here or elsewhere: for its port alone.
        ("SE|SE|UDP 1549-1551", "needs udp/1549, udp/1551."),
        ("SE|Controller|TCP 442-443", "needs tcp/442."),
        # Too much to list.
        ("any|any|TCP 1-60000", " of its ports."),
        ("SE|Controller|TCP 9999", "tcp/9999: no flow of this edition"),
        ("SE|any|TCP 9999", "tcp/9999: no flow of this edition"),
    ],
)
def test_rows_that_differ_from_the_data(
    project: Project, row: str, said: str
) -> None:
    """What nobody needs, whoever is at the other end."""
    (line,) = lint(project, table(*right_rows(), row))[1:2]
    assert said in line


@pytest.mark.parametrize(
    "row",
    [
        # Nobody knows whose this is, which protocol, or what it means.
        "Jump host|Controller|TCP 22",
        "SE|Controller|8443",
        "SE|Controller|see below",
        # Stated by other sources, and not by the vendor's page.
        "SE|SE|protocol 63",
        # Stated by them for other deployments.
        "SE|Controller|TCP 443",
        "Service Engine|any|TCP 443",
        "SE|SE|protocol 75",
        # Documented, for other deployments.
        "Controller|ESXi|TCP 443",
        "Controller|NTP server|UDP 123",
        # Wide, and it says so: a source is not a range of ports.
        "any|Controller|TCP 22",
    ],
)
def test_rows_that_do_not_differ(project: Project, row: str) -> None:
    """They say less than the data, or something else."""
    assert "row" not in "".join(lint(project, table(row)))


@pytest.mark.parametrize(
    ("preset", "written", "needed"),
    [("aws", "9001", "4001"), ("nsx-t", "4001", "9001")],
)
def test_the_port_of_another_deployment_is_not_enough(
    project: Project, preset: str, written: str, needed: str
) -> None:
    """A table that has only that is about the same two sides."""
    text = table(f"SE|SE|TCP {written}")
    said = lint(project, text, avi_portspec_lint=preset)
    assert any(
        line.startswith("  missing: ") and f"tcp/{needed} from" in line
        for line in said
    )
    assert not any("row 1" in line for line in said)
    assert said[-3:-1] == [
        "     :source: service-engine",
        "     :destination: service-engine",
    ]
    both = table("SE|SE|TCP 4001", "SE|SE|TCP 9001")
    said = lint(project, both, avi_portspec_lint=preset)
    assert not any(f"tcp/{needed} from" in line for line in said)


class TestWhatToWriteInstead:
    """It has what the deployment has of the table."""

    SLIP = "SE|Controller|TCP 8483"
    WITHOUT = (
        "Write instead, without the rows that the data does not have for "
        "this deployment:"
    )

    @pytest.mark.parametrize(
        "row",
        [
            "Jump host|Controller|TCP 22",
            "SE|SE|protocol 63",
            "Controller|Controller|see below",
            "SE|Controller|TCP 443",
            "Controller|NTP server|TCP 443, see below",
        ],
    )
    def test_rows_that_are_lost_are_told(
        self, project: Project, row: str
    ) -> None:
        """So that nobody takes it for all of the table."""
        said = lint(project, table(*right_rows(), self.SLIP, row))
        assert self.WITHOUT in said
        said = lint(project, table(*right_rows(), self.SLIP))
        assert "Write instead:" in said

    def test_rows_that_are_wrong_add_no_side(self, project: Project) -> None:
        """Nobody knows what they are about."""
        wrong = "Service Engine|ESXi|TCP 31337"
        said = lint(project, table(*right_rows(), wrong))
        assert "     :source: service-engine" in said
        assert "     :destination: controller" in said

    def test_any_is_no_one_side(self, project: Project) -> None:
        """Even beside a row with a source of its own."""
        rows = ("any|Controller|TCP 22", "SE|Controller|TCP 8483")
        said = lint(project, table(*rows))
        assert "     :destination: controller" in said
        assert ":source:" not in "".join(said)

    @pytest.mark.parametrize("wrong", [SLIP, "SE|ESXi|8443"])
    def test_of_a_table_that_is_wrong_throughout(
        self, project: Project, wrong: str
    ) -> None:
        """There is nothing."""
        (head, row) = lint(project, table(wrong))
        assert head.endswith(HEAD)
        assert "row 1: " in row


def test_what_is_not_audited_is_told(project: Project) -> None:
    """A row that nobody can judge does not pass for one that is right."""
    rows = [
        "Jump host|Controller|TCP 22",
        "SE|Controller|8443",
        "SE|Controller|see below",
    ]
    project.write("index.rst", f"A\n=\n\n{table(*rows)}")
    app = project.build("dummy", avi_portspec_lint="aws")
    said = app.status.getvalue()
    assert "not audited: row 1: 'Jump host' is not a known party\n" in said
    assert "not audited: row 2: the protocol is not stated" in said
    assert said.count("not audited: row 3: ports: expected TCP") == 1
    assert warnings(app) == ""


class TestParties:
    """Who is meant, by whatever name."""

    @pytest.mark.parametrize(
        ("source", "destination"),
        [
            ("SEs", "Controllers"),
            ("Service Engine (SE)", "NSX ALB Controller"),
            ("AVI SE", "Controller Cluster"),
            (
                "NSX ALB Service Engine Mgmt Network",
                "NSX ALB Controllers and cluster IP address.",
            ),
        ],
    )
    def test_they_are_known(
        self, project: Project, source: str, destination: str
    ) -> None:
        """As in tables of public documents: what lacks is found."""
        rows = [
            row.replace("Service Engine|Controller", f"{source}|{destination}")
            for row in right_rows()
        ]
        assert lint(project, table(*rows)) == []
        said = lint(project, table(*rows[:-1]))
        assert sum("missing: " in line for line in said) == 1

    def test_a_name_of_two_words_is_one_party(self, project: Project) -> None:
        """Brackets and "and" do not part it."""
        rows = [
            f"Admin|Controllers (10.0.0.1, 10.0.0.2)|TCP {port}"
            for port in (22, 9999)
        ]
        said = "\n".join(lint(project, table(*rows)))
        assert "row 2: tcp/9999: no flow of this edition needs it." in said
        assert "Not audited" not in said

    def test_a_slip_is_a_difference(self, project: Project) -> None:
        """With all of its rows, and who is meant."""
        rows = [*right_rows()]
        first = len(rows) + 1
        rows += ["SE|Contoller|TCP 22"] * 2
        assert lint(project, table(*rows, "Sevice Engine|SE|TCP 4001"))[1] == (
            f"  rows {first}-{first + 1}: 'Contoller' is not a known party; "
            "did you mean 'Controller'?"
        )

    def test_strangers_are_told_in_the_warning(self, project: Project) -> None:
        """With the nearest name that is not too far, and all of their rows."""
        rows = [
            "SE|Controller|TCP 8483",
            "TKG Management|Controller|TCP 443",
            "Jump host|Controller|TCP 22",
            "Controller|TKG Management, vCenter|TCP 443",
            "10.1.0.0/16|Controller|TCP 22",
        ]
        said = lint(project, table(*rows))
        at = said.index("Not audited:")
        assert "\n".join(said[at + 1 :]) == (
            "  rows 2 and 4: 'TKG Management' is not a known party (the "
            "nearest name is 'SE management')\n"
            "  row 3: 'Jump host' is not a known party\n"
            "  row 4: 'vCenter' is not a party of this edition\n"
            "  row 5: '10.1.0.0/16' is not a known party [avi_portspec.lint]"
        )

    def test_many_rows_are_counted(self, project: Project) -> None:
        """Each second one is no range."""
        rows = ["Jump host|Controller|TCP 22", "SE|Controller|TCP 22"] * 10
        said = lint(project, table("SE|Controller|TCP 8483", *rows))
        assert (
            "  rows 2, 4, 6, 8, 10, 12, 14, 16 and 2 more: 'Jump host' is not "
            "a known party"
        ) in said

    def test_more_than_a_few_are_counted(self, project: Project) -> None:
        """Sphinx lists all of them."""
        rows = [f"Host number {at}|Controller|TCP 22" for at in range(11)]
        text = table("SE|Controller|TCP 8483", *rows)
        said = lint(project, text)
        assert (
            said.count("  and 3 more [avi_portspec.lint]")
            + said.count("  and 3 more")
            == 1
        )
        assert sum("Host number" in line for line in said) == 8


class TestOtherTables:
    """What is about no ports of the product brings nothing at all."""

    @pytest.mark.parametrize(
        "text",
        [
            table("Hamburg|Rotterdam|Container terminal", head="From|To|Port"),
            table("Kafka|Postgres|ETL", head="Source|Destination|Service"),
            table("Gi1/0/1|printer|1G", head="Port|Device|Speed"),
            table("web|80", "db|5432", head="Name|Port"),
            table("any|any|TCP 80, 443", "any|any|TCP 8000-9000"),
            table("browser|web server|443", "web server|DNS server|53"),
            table("vCenter|ESXi hosts|TCP 902", "ESXi hots|vCentre|TCP 443"),
            table("any|10.0.0.0/8|443/tcp", "10.0.0.0/8|any|TCP 22"),
            table("2.0|3.0|see the notes", head="From|To|Port"),
            "* TCP is a protocol\n* UDP 5 times\n",
            "TCP\n   Reliable.\nUDP 9\n   Not so.\n",
            "",
        ],
    )
    def test_it(self, project: Project, text: str) -> None:
        """Neither a warning nor a word."""
        project.write("index.rst", f"A\n=\n\n{text}")
        app = project.build("dummy", avi_portspec_lint="vcenter")
        assert warnings(app) == ""
        assert "not audited" not in app.status.getvalue()


def test_a_row_that_is_wrong_over_any_protocol(project: Project) -> None:
    """It was audited, so that nothing says that it was not."""
    text = f"A\n=\n\n{table(*right_rows(), 'SE|ESXi|8443')}"
    project.write("index.rst", text)
    app = project.build("dummy", avi_portspec_lint="aws")
    assert "not audited" not in app.status.getvalue()
    (row,) = [each for each in warnings(app).splitlines() if "8443" in each]
    assert row.endswith(
        ": unknown service 8443 (the protocol is not stated; add a column for "
        "it): no flow of this edition needs it."
    )


def test_a_list_in_a_cell_is_part_of_the_table(project: Project) -> None:
    """Unless the table is none of ports."""
    item = "{}|* TCP 22\n\n       * TCP 443\n\n       * TCP 8483"
    row = item.format("SE|Controller")
    said = "".join(lint(project, table(*right_rows(), row)))
    assert said.count("tcp/8483") == 1
    layout = table(item.format("Ports of SSH"), head="A|B")
    said = "".join(lint(project, layout))
    assert said.count("tcp/8483") == 1


def test_cells_that_span_are_in_each_row(project: Project) -> None:
    """Of both sides at once, and a table of two parts."""
    text = (
        "+----------------+------------+----------+\n"
        "| Source         | To         | Port     |\n"
        "+================+============+==========+\n"
        "| Service Engine | Controller | TCP 22   |\n"
        "|                |            +----------+\n"
        "|                |            | TCP 8483 |\n"
        "+----------------+------------+----------+\n"
        "| Controller                  | TCP 9998 |\n"
        "+-----------------------------+----------+\n"
    )
    said = "\n".join(lint(project, text))
    assert "row 2: tcp/8483: no flow of this edition needs it." in said
    assert "row 3: tcp/9998: no flow of this edition needs it." in said


class TestPortsAlone:
    """Lists, and tables that do not say whose the ports are."""

    def test_a_slip_in_a_list(self, project: Project) -> None:
        """Most of its items are documented."""
        text = "* TCP 22 (SSH)\n* 443/tcp: portal\n* TCP 8483\n* All of them\n"
        assert lint(project, text) == [
            f"/index.rst:1: {HEAD}",
            (
                "  row 3: tcp/8483: no flow of this edition needs it. "
                "TCP 8443 is documented; one digit differs."
            ),
            "Write instead:",
            "  .. avi-port-list::",
            "     :deployment: aws [avi_portspec.lint]",
        ]

    @pytest.mark.parametrize(
        "text",
        [
            "1. TCP 22\n2. 443/tcp\n3. TCP 8483\n",
            # What a hyphen joins to a port is no range.
            "* TCP 22 - ssh\n* TCP 443 - UI\n* TCP 8483 - channel\n",
            "TCP 22\n   SSH\n443/tcp\n   Portal\nTCP 8483\n   Too.\n",
        ],
    )
    def test_lists_of_other_kinds(self, project: Project, text: str) -> None:
        """Numbers, and terms with their definitions."""
        said = lint(project, text)
        assert "row 3: tcp/8483" in said[1]
        assert "  .. avi-port-list::" in said

    def test_a_slip_in_a_table(self, project: Project) -> None:
        """As in a list."""
        rows = ("22|TCP", "443|TCP", "8483|TCP")
        said = "".join(lint(project, table(*rows, head="Port|Protocol")))
        assert "row 3: tcp/8483" in said

    @pytest.mark.parametrize(
        "text",
        [
            # Of another product, as far as anybody can tell.
            "* TCP 8483\n* TCP 3000\n* TCP 22\n",
            # Not like anything.
            "* TCP 22\n* TCP 443\n* TCP 31337\n",
            "* 8483 apples\n* TCP 22 and TCP 443 are open\n",
            "* Apples\n",
            table("8483|apples", head="Number|Fruit"),
        ],
    )
    def test_what_nobody_can_tell(self, project: Project, text: str) -> None:
        """It brings nothing."""
        assert lint(project, text) == []


class TestWhatIsLeftAlone:
    """What a directive made, and what an author marks."""

    def test_directives(self, project: Project) -> None:
        """Though they show another edition and another deployment."""
        text = (
            ".. avi-port-table::\n   :edition: 16.2\n   :layout: flat\n\n"
            ".. avi-port-list::\n   :cloud: vcenter\n\n"
            ".. avi-port-matrix::\n"
        )
        assert lint(project, text) == []

    def test_a_class(self, project: Project) -> None:
        """Of a table, and of a list."""
        wrong = table("SE|Controller|TCP 8483").replace(
            "   :header-rows: 1", "   :header-rows: 1\n   :class: avi-lint-off"
        )
        items = "* TCP 22\n* TCP 443\n* TCP 8483\n"
        text = f"{wrong}\n.. rst-class:: avi-lint-off\n\n{items}"
        assert lint(project, text) == []
        assert lint(project, text.replace("avi-lint-off", "other"))

    def test_a_class_in_markdown(self, project: Project) -> None:
        """Of a table, and of a list."""
        text = (
            "{.avi-lint-off}\n| From | To | Port |\n|---|---|---|\n"
            "| SE | Controller | TCP 8483 |\n\nAnd:\n\n"
            "{.avi-lint-off}\n* TCP 22\n* TCP 443\n* TCP 8483\n"
        )
        conf = {
            "avi_portspec_lint": "aws",
            "myst_enable_extensions": ["attrs_block"],
        }
        for marked, count in ((text, 0), (text.replace("-off", "-on"), 2)):
            project.write("index.md", f"# A\n\n{marked}")
            said = warnings(project.build("dummy", **conf))
            assert said.count("tcp/8483") == count

    def test_a_project_that_does_not_want_to_hear_it(
        self, project: Project
    ) -> None:
        """By the type of the warning."""
        text = table("SE|Controller|TCP 8483")
        quiet = {"suppress_warnings": ["avi_portspec.lint"]}
        assert lint(project, text, **quiet) == []


def test_markdown_gets_a_directive_of_its_own(project: Project) -> None:
    """At the line of the table, as it is written there."""
    project.write(
        "index.md",
        "# A\n\n| From | To | Port |\n|---|---|---|\n"
        "| SE | Controller | TCP 22<br>TCP 8483 |\n",
    )
    app = project.build("dummy", avi_portspec_lint="aws")
    said = warnings(app).splitlines()
    assert said[0].startswith(f"/index.md:3: {HEAD}")
    assert any("row 1: tcp/8483" in line for line in said)
    assert said[-5:] == [
        "  ```{avi-port-table}",
        "  :source: service-engine",
        "  :destination: controller",
        "  :deployment: aws",
        "  ``` [avi_portspec.lint]",
    ]


def test_a_wiki_in_markdown_that_lacks_ntp(project: Project) -> None:
    """What a lab in Google Cloud opens to whoever: no UDP 123."""
    project.write(
        "wiki.md",
        "# A\n\n| Source | Destination | Protocol | Port |\n"
        "|---|---|---|---|\n"
        "| any | Controller, SE | TCP | 22, 53, 80, 443, 8443 |\n",
    )
    project.write("index.rst", "A\n=\n\n.. toctree::\n\n   wiki\n")
    app = project.build("dummy", avi_portspec_lint="gcp")
    said = warnings(app).splitlines()
    assert [line for line in said if "-controller-ntp" in line] == [
        (
            "  missing: service-engine-to-controller-ntp: udp/123 from "
            "service-engine to controller."
        )
    ]


@pytest.mark.parametrize("extensions", [[], ["strikethrough"]])
def test_what_is_struck_through_in_markdown(
    project: Project, extensions: list[str]
) -> None:
    """Cells, rows and items; and what a comment has in it."""
    project.write(
        "index.md",
        "# A\n\n| From | To | Port |\n|---|---|---|\n"
        "| SE | Controller | TCP 22, ~~8483~~ 8443, UDP 123 |\n"
        "| ~~SE~~ | ~~Controller~~ | ~~TCP 9998~~ |\n\n"
        "<!--\n| From | To | Port |\n|---|---|---|\n"
        "| SE | Controller | TCP 9996 |\n-->\n\n"
        "* TCP 22\n* TCP 443\n* ~~TCP 8483~~\n* TCP 8443 ~~8483~~\n",
    )
    app = project.build(
        "dummy",
        avi_portspec_lint="aws",
        myst_enable_extensions=extensions,
        suppress_warnings=["myst.strikethrough"],
    )
    assert warnings(app) == ""


class TestTheDeployment:
    """A preset, several, or a file beside ``conf.py``."""

    FILE = 'clouds = ["aws"]\n'

    def test_a_file(self, project: Project) -> None:
        """Read again when it changes, at the document that it is for."""
        project.write("site.toml", self.FILE)
        text = table(*right_rows())
        assert lint(project, text, avi_portspec_lint="site.toml") == []
        declined = NEEDED[0].id
        project.write(
            "site.toml",
            f'{self.FILE}[[declined]]\nflow = "{declined}"\nreason = "No."\n',
        )
        rows = [*right_rows()][len([*NEEDED[0].protocol_ports()]) :]
        text = table(*rows)
        assert lint(project, text, avi_portspec_lint="site.toml") == []
        project.write("site.toml", self.FILE)
        app = project.build("dummy", avi_portspec_lint="site.toml")
        assert project.read == ["index"]
        assert f"missing: {declined}: " in warnings(app)
        assert ":deployment: /site.toml" in warnings(app)

    @pytest.mark.parametrize("wrong", ["awz", "absent.toml"])
    def test_none(self, project: Project, wrong: str) -> None:
        """It stops the build before anything is read."""
        project.write("index.rst", "A\n=\n")
        with pytest.raises(ConfigError, match=r"^avi_portspec_lint: "):
            project.build("dummy", avi_portspec_lint=wrong)

    def test_a_file_that_vanishes_is_a_warning(self, project: Project) -> None:
        """For nothing was audited."""
        project.write("site.toml", self.FILE)
        project.write("index.rst", table("SE|Controller|TCP 22"))
        (project.folder / "gone.py").write_text(
            "def setup(app):\n"
            "    app.connect('builder-inited', lambda app: "
            "(app.confdir / 'site.toml').unlink())\n",
            encoding="utf-8",
        )
        with pytest.MonkeyPatch.context() as patch:
            patch.syspath_prepend(project.folder)
            project.extensions.append("gone")
            app = project.build("dummy", avi_portspec_lint="site.toml")
        assert "WARNING: avi_portspec_lint: unknown deployment" in warnings(
            app
        )


def test_a_table_without_end_is_a_warning(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not audited, and that is said at its line."""
    monkeypatch.setattr(tables, "ROWS", 1)
    rows = ["SE|Controller|TCP 22"] * 2
    (line,) = lint(project, table(*rows))
    assert "at most 1 rows" in line
    assert line.endswith("[avi_portspec.lint]")


def test_labels_are_names_too(project: Project) -> None:
    """A site calls its Controller what it likes."""
    text = table(*right_rows(), "SE|Chief|TCP 9999")
    labels = {"controller": "Chief"}
    said = "".join(lint(project, text, avi_portspec_labels=labels))
    assert "tcp/9999" in said
