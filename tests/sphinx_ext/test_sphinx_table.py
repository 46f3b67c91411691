"""``avi-port-table``: what it shows, and what it refuses."""

from __future__ import annotations

import re
from typing import Any

import pytest
from docutils import nodes
from sphinx_projects import Project

import avi_portspec
from avi_portspec import Flow
from avi_portspec.tabular.lines import letter
from sphinx_avi_portspec.blocks import AviFolded, AviMark

#: A site's own flow, of which the site does not say whether GCP needs it.
SITE = """
id = "berlin"
title = "Site Berlin"

[[flows]]
id = "site-log"
source = "service-engine"
destination = "controller"
protocols = ["tcp"]
ports = [9443]
purpose = "Site logs."
requirement = "required"
when = { facet = "cloud", values = ["aws"], unstated = ["gcp"] }
"""


#: A site that moves a port, and adds a flow.
MOVED = """
id = "berlin"
title = "Site Berlin"

[[changes]]
flow = "external-to-controller-https"
ports = [9443]
reason = "The portal moved."

[[flows]]
id = "site-log"
source = "external-network-services"
destination = "controller"
protocols = ["tcp"]
ports = [2222]
purpose = "Site logs."
"""


def cells(table: nodes.table) -> list[list[str]]:
    """Return the text of a table's body."""
    (body,) = table.findall(nodes.tbody)
    return [
        [entry.astext() for entry in row.findall(nodes.entry)]
        for row in body.findall(nodes.row)
    ]


def the(tree: nodes.document, kind: type[nodes.Element]) -> nodes.Element:
    """Return the one element of a kind."""
    (found,) = tree.findall(kind)
    return found


class TestSite:
    """What a site decided is attributed to it, and is no assumption."""

    SOURCE = (
        "Source: vendor's port page, edition vantage-undated; release not "
        "stated, and the site's overlay berlin (Site Berlin). Management "
        "traffic only."
    )
    BY = "Moved from TCP 443 by the site's overlay berlin"

    @pytest.fixture
    def site(self, project: Project) -> Project:
        """Return a project with the edition of the site."""
        edition = avi_portspec.load("vantage-undated").overlay(MOVED)
        project.write("site.json", avi_portspec.dumps(edition))
        return project

    @pytest.mark.parametrize("more", ["", "   :deployment: aws\n"])
    def test_the_row_of_a_moved_port_says_who_moved_it(
        self, site: Project, more: str
    ) -> None:
        """Beside the port, not in a folded list of assumptions."""
        tree = site.doctree(
            ".. avi-port-table::\n   :port: 9443\n"
            "   :edition: vantage-undated.berlin\n" + more,
            avi_portspec_files=["site.json"],
        )
        shown = tree.astext()
        (row,) = [r for r in cells(the(tree, nodes.table)) if "9443" in str(r)]
        assert row[-1].endswith(self.BY)
        assert "ssum" not in shown
        assert self.SOURCE in shown

    @pytest.mark.parametrize("kind", ["table", "list"])
    def test_what_explains_a_moved_port_is_the_site(
        self, site: Project, kind: str
    ) -> None:
        """The vendor does state a port: "not stated" would be untrue."""
        flat = "   :layout: flat\n" if kind == "table" else ""
        tree = site.doctree(
            f".. avi-port-{kind}::\n   :port: 9443\n"
            f"   :edition: vantage-undated.berlin\n{flat}",
            avi_portspec_files=["site.json"],
        )
        if kind == "list":
            assert f"[a] {self.BY}: The portal moved." in tree.astext()
        else:
            (row,) = cells(the(tree, nodes.table))
            assert row[-1].endswith(f"always\n\n{self.BY}")
        assert "Not stated by the vendor" not in tree.astext()


class TestSpeaker:
    """What a site states, and what it does not, is the site's."""

    #: What is said of the flow's condition, and of the flow.
    WHEN = "AWS; the site's overlay berlin does not say for GCP"
    SILENCE = (
        "The site's overlay berlin does not say whether these apply: Avi "
        "Service Engine to Avi Controller, TCP 9443."
    )
    HERE = "site's overlay berlin does not say whether this applies: "
    NEED = "On AWS (the site's overlay berlin)"
    SILENT = "Not documented for GCP (the site's overlay berlin)"
    BELOW = (
        "Not documented: Service Engine to Controller for GCP (the site's "
        "overlay berlin)."
    )

    @pytest.mark.parametrize(
        ("kind", "options", "expected"),
        [
            ("table", {}, NEED),
            ("table", {"layout": "flat"}, WHEN),
            ("table", {"layout": "published"}, WHEN),
            ("list", {}, WHEN),
            ("table", {"cloud": "gcp"}, SILENT),
            ("table", {"cloud": "gcp", "layout": "flat"}, WHEN),
            (
                "table",
                {"cloud": "gcp", "explorer": "", "layout": "flat"},
                SILENCE,
            ),
            ("table", {"cloud": "gcp", "layout": "published"}, SILENCE),
            ("list", {"cloud": "gcp"}, WHEN),
            ("matrix", {"cloud": "gcp"}, BELOW),
            ("diagram", {"cloud": "gcp"}, BELOW),
            ("table", {"deployment": "gcp"}, SILENT),
            (
                "table",
                {"deployment": "gcp", "layout": "flat", "reasons": ""},
                "The site's overlay berlin does not say whether this applies.",
            ),
            (
                "table",
                {"deployment": "gcp", "decision": "needed"},
                (
                    "Service Engine to Controller: for GCP (the site's "
                    "overlay berlin)."
                ),
            ),
        ],
    )
    def test_the_site_is_named_for_its_own_flow(
        self,
        project: Project,
        kind: str,
        options: dict[str, str],
        expected: str,
    ) -> None:
        """And nothing about the flow is put to the vendor."""
        given = "".join(f"   :{k}: {v}\n" for k, v in options.items())
        shown = self.shown(
            project, f".. avi-port-{kind}::\n   :port: 9443\n{given}"
        )
        assert expected in shown
        assert "vendor's page does not say" not in shown

    def test_so_it_is_in_a_sentence(self, project: Project) -> None:
        """Where the ports of one source stand in running text."""
        shown = self.shown(
            project, ":avi:ports:`SE > controller; cloud=gcp; port=9443`\n"
        )
        assert shown == (
            "a port that the site's overlay berlin does not document for GCP"
        )

    def shown(self, project: Project, text: str) -> str:
        """Return what a document says of the site's edition."""
        site = avi_portspec.load("vantage-undated").overlay(SITE)
        project.write("site.json", avi_portspec.dumps(site))
        project.write("index.rst", text)
        app = project.build(
            "dummy",
            avi_portspec_files=["site.json"],
            avi_portspec_edition=site.id,
        )
        return app.env.get_doctree("index").astext()


class TestFlat:
    """A row for each flow."""

    def test_every_flow_has_a_row_in_published_order(
        self, project: Project
    ) -> None:
        """Without filters the table is the edition."""
        tree = project.doctree(
            ".. avi-port-table::\n   :columns: id\n",
        )
        edition = avi_portspec.load("vantage-undated")
        assert [row[0] for row in cells(the(tree, nodes.table))] == [
            *edition.flows.ids(),
            *(
                f"{name}; Controller \N{RIGHTWARDS ARROW} Service Engine: "
                "No port needed"
                for name in edition.exclusions.ids()
            ),
        ]

    def test_default_columns_are_headed_and_filled(
        self, project: Project
    ) -> None:
        """Six columns say who talks to whom, on what, and when."""
        tree = project.doctree(
            ".. avi-port-table::\n   :section: network-services\n"
            "   :service: LDAP\n   :layout: flat\n"
        )
        table = the(tree, nodes.table)
        head = [
            e.astext() for e in the(table, nodes.thead).findall(nodes.entry)
        ]
        assert head == [
            "Source",
            "Destination",
            "Ports",
            "Service",
            "Requirement",
            "When",
        ]
        assert cells(table) == [
            [
                "Controller",
                "LDAP server",
                "TCP or UDP 389",
                "LDAP",
                "when used",
                "only if the Controller uses LDAP [a]",
            ]
        ]

    def test_every_column_can_be_shown(self, project: Project) -> None:
        """A column is any field of a flow."""
        tree = project.doctree(
            ".. avi-port-table::\n"
            "   :port: 5098\n   :source: SE\n"
            "   :columns: id, section, protocol, port, purpose, replaces,"
            " effect, inferred, citation\n"
        )
        assert cells(the(tree, nodes.table)) == [
            [
                "service-engine-to-controller-ssh-container",
                "Ports Used for Management Communication",
                "TCP",
                "5098",
                "Configuration, metrics, logs, heartbeats",
                "service-engine-to-controller-ssh",
                "",
                "",
                "management, row 5, item 4 [a]",
            ]
        ]

    def test_columns_take_headings_of_their_own(
        self, project: Project
    ) -> None:
        """With one column a line, a heading may hold a comma."""
        tree = project.doctree(
            ".. avi-port-table::\n   :columns:\n"
            "      source\n      ports = Open these, please\n"
        )
        head = [
            e.astext() for e in the(tree, nodes.thead).findall(nodes.entry)
        ]
        assert head == ["Source", "Open these, please"]

    def test_sorting_is_by_number_stable_and_reversible(
        self, project: Project
    ) -> None:
        """Ports sort as numbers; ties stay in published order."""
        tree = project.doctree(
            ".. avi-port-table::\n   :section: openstack\n"
            "   :columns: ports, id\n   :sort: -requirement, ports\n"
        )
        assert [row[0] for row in cells(the(tree, nodes.table))] == [
            "TCP 5000 and 35357",
            "TCP 8774",
            "TCP 9292",
            "TCP 9696",
            "TCP 8004",
        ]

    def test_a_deployment_sorts_by_its_decisions(
        self, project: Project
    ) -> None:
        """What is needed first, or last; ties stay in published order."""
        decided = [
            [
                row[1]
                for row in cells(
                    the(
                        project.doctree(
                            ".. avi-port-table::\n   :deployment: openstack\n"
                            "   :source: SE, Controller\n"
                            "   :columns: ports, decision\n"
                            "   :decision: needed, not-applicable, optional\n"
                            f"   :sort: {order}\n"
                        ),
                        nodes.table,
                    )
                )
            ]
            for order in ("decision", "-decision")
        ]
        words = ["needed", "optional", "not applicable"]
        for found, expected in zip(decided, (words, words[::-1]), strict=True):
            names = [name.partition(" [")[0] for name in found]
            assert list(dict.fromkeys(names)) == expected
            assert names == sorted(names, key=expected.index)

    def test_a_limit_is_announced(self, project: Project) -> None:
        """Nobody takes three flows for all of them."""
        tree = project.doctree(
            ".. avi-port-table::\n   :section: network-services\n"
            "   :limit: 3\n   :layout: flat\n"
        )
        assert len(cells(the(tree, nodes.table))) == 3
        assert "3 of 8 flows are shown." in tree.astext()

    def test_a_limit_that_cuts_nothing_is_not_announced(
        self, project: Project
    ) -> None:
        """Eight of eight are all."""
        tree = project.doctree(
            ".. avi-port-table::\n   :section: network-services\n"
            "   :limit: 8\n"
        )
        assert "flows are shown" not in tree.astext()


class TestPublished:
    """Rows as the page has them."""

    def test_pairs_of_endpoints_share_a_row_and_sources_span(
        self, project: Project
    ) -> None:
        """The first table of the page has six rows and three sources."""
        tree = project.doctree(
            ".. avi-port-table::\n   :layout: published\n"
            "   :section: management\n   :protocol: !icmp\n"
        )
        rows = cells(the(tree, nodes.table))
        assert [row[0] for row in rows if len(row) == 3] == [
            "Avi Controller",
            "Avi Service Engine",
            "External Network Services",
        ]

    @pytest.mark.parametrize("name", avi_portspec.editions())
    def test_an_endpoint_that_is_stated_has_no_mark(
        self, project: Project, name: str
    ) -> None:
        """A cell is marked if all of its flows are; else the flows are."""
        edition = avi_portspec.load(name)
        tree = project.doctree(
            ".. avi-port-table::\n   :layout: published\n"
            f"   :edition: {name}\n"
        )
        shown: set[str] = set()
        covered: list[tuple[nodes.Element, list[Flow]]] = []
        for row in list(the(tree, nodes.table).findall(nodes.row))[1:]:
            *ends, last = row.children
            flows = [
                edition.flows[match[1]]
                for target in last.findall(nodes.target)
                for anchor in target["ids"]
                if (match := re.search(r"-flow-(.+)$", anchor))
            ]
            shown.update(str(flow.id) for flow in flows)
            if len(ends) == 2:
                covered.append((ends[0], []))
            covered[-1][1].extend(flows)
        assert shown == {str(flow.id) for flow in edition.flows}
        for cell, flows in covered:
            explained = [
                {"source"}.issubset(
                    {r.field for r in (*flow.inferred, *flow.readings)}
                )
                for flow in flows
            ]
            marked = bool(list(cell.findall(nodes.reference)))
            assert marked == (bool(flows) and all(explained))
        text = tree.astext()
        for flow in edition.flows:
            for reason in (*flow.inferred, *flow.readings):
                assert reason.reason in text

    def test_exclusions_and_pointers_are_rows(self, project: Project) -> None:
        """What is not needed, and what stands elsewhere, is shown."""
        tree = project.doctree(
            ".. avi-port-table::\n   :layout: published\n"
            "   :section: management\n   :source: Controller\n"
        )
        text = the(tree, nodes.table).astext()
        assert "Not required" in text
        assert "External Entities" in text

    def test_a_filter_on_flows_leaves_other_records_out(
        self, project: Project
    ) -> None:
        """An exclusion has no port, so a filter on ports cannot meet it."""
        tree = project.doctree(
            ".. avi-port-table::\n   :layout: published\n   :port: 8443\n"
        )
        assert "Not required" not in tree.astext()

    @pytest.mark.parametrize(
        ("option", "shown"),
        [
            (":endpoint: SE", True),
            (":endpoint: ESXi", False),
            (":source: !Controller", False),
            (":section: cloud-orchestrators", False),
            (":section: !gcp", True),
            (":destination: SE, gcp", True),
        ],
    )
    def test_exclusions_meet_filters_on_places(
        self, project: Project, option: str, *, shown: bool
    ) -> None:
        """Sections and endpoints are theirs as well as flows'."""
        tree = project.doctree(
            f".. avi-port-table::\n   :layout: published\n   {option}\n"
        )
        assert ("Not required" in tree.astext()) is shown

    def test_options_of_the_flat_layout_are_refused(
        self, project: Project
    ) -> None:
        """The published layout has its own columns and order."""
        said = project.complaints(
            ".. avi-port-table::\n   :layout: published\n   :sort: ports\n"
        )
        assert ":sort: cannot be used with the published layout" in said

    @pytest.mark.parametrize("layout", ["flat", "published"])
    def test_an_empty_answer_is_said_and_warned_of(
        self, project: Project, layout: str
    ) -> None:
        """No row is no reason for an empty table."""
        said = project.complaints(
            f".. avi-port-table::\n   :layout: {layout}\n   :port: 1\n"
        )
        assert "no matching flow [avi_portspec.empty]" in said


class TestFilters:
    """Options that select."""

    @pytest.mark.parametrize(
        ("option", "criteria"),
        [
            (":source: SE", {"source": "SE"}),
            (
                ":destination: SE, Controller",
                {"destination": ["SE", "Controller"]},
            ),
            (":endpoint: ESXi hosts", {"endpoint": "esxi-host"}),
            (":protocol: udp", {"protocol": "udp"}),
            (":protocol: 1", {"protocol": 1}),
            (":port: 22, 8000-9000", {"port": [22, *range(8000, 9001)]}),
            (":service: ssh", {"service": "SSH"}),
            (":cloud: aws", {"cloud": "aws"}),
            (":requirement: optional", {"requirement": "optional"}),
            (":note: login-banner", {"note": "login-banner"}),
            (":inferred: no", {"inferred": False}),
            (":inferred: source", {"inferred": "source"}),
            (":inferred: yes, no", {}),
        ],
    )
    def test_each_option_is_a_criterion(
        self, project: Project, option: str, criteria: dict[str, Any]
    ) -> None:
        """A filter selects what select() does."""
        tree = project.doctree(
            f".. avi-port-table::\n   :columns: id\n   {option}\n"
        )
        flows = avi_portspec.load("vantage-undated").flows.select(**criteria)
        assert [
            row[0]
            for row in cells(the(tree, nodes.table))
            if not row[0].endswith("No port needed")
        ] == list(flows.ids())

    def test_an_exclamation_mark_keeps_flows_out(
        self, project: Project
    ) -> None:
        """Wanted values and barred ones go together."""
        tree = project.doctree(
            ".. avi-port-table::\n   :columns: id\n"
            "   :endpoint: SE, ! controller\n   :port: !9001\n"
        )
        assert [row[0] for row in cells(the(tree, nodes.table))] == [
            "service-engine-to-service-engine-objstore-cloud",
            "service-engine-to-gateway-echo",
        ]

    def test_what_is_not_documented_is_said(self, project: Project) -> None:
        """Flows that are unstated for a cloud are named below the explorer."""
        tree = project.doctree(
            ".. avi-port-table::\n   :endpoint: SE\n   :cloud: openshift\n"
            "   :explorer:\n   :layout: flat\n"
        )
        assert (
            "The vendor's page does not say whether these apply: Avi Service "
            "Engine to Avi Service Engine, TCP 4001; Avi Service Engine to "
            "Avi Service Engine, TCP 9001." in tree.astext()
        )

    @pytest.mark.parametrize(
        ("option", "expected"),
        [
            (":source: Controler", "did you mean 'controller'?"),
            (":cloud: Asure", "did you mean 'azure'?"),
            (":edition: vantage-undatd", "did you mean 'vantage-undated'?"),
            (":columns: sauce", "did you mean 'source'?"),
            (":columns: id, decision", "decision: expected a deployment"),
            (":columns: source, source", "source: expected each column once"),
            (":sort: prots", "did you mean 'ports'?"),
            (":sort: decision", ":sort: decision needs :deployment:"),
            (":sort: id, -replaced-by", "replaced-by needs :deployment:"),
            (":note: !loginbanner", "did you mean 'login-banner'?"),
            (":protocol: 256", "a number from 0 to 255"),
            (":port: ssh", "a port from 0 to 65535, or a range"),
            (":port: 4_43", "got '4_43'"),
            (":port: +443", "got '+443'"),
            (
                ":port: \N{ARABIC-INDIC DIGIT FOUR}43",
                "a port from 0 to 65535, or a range",
            ),
            (f":port: {'9' * 5000}", "a port from 0 to 65535, or a range"),
            (":port: 9-1", "a range whose first port is not above its last"),
            (":source: SE,", "expected values, comma-separated"),
            (":layout: flatt", "choose from"),
            (":widths: 1 2", "2 widths for 6 columns"),
            (":header-rows: 2", "choose from"),
        ],
    )
    def test_what_is_unknown_is_an_error_at_its_line(
        self, project: Project, option: str, expected: str
    ) -> None:
        """The message names the nearest known name."""
        said = project.complaints(
            f"Title\n=====\n\n.. avi-port-table::\n   {option}\n"
        )
        assert said.startswith("/index.rst:4: ERROR")
        assert expected in said


class TestTableNode:
    """What docutils' own tables have, these have too."""

    def test_docutils_own_options_are_understood(
        self, project: Project
    ) -> None:
        """class, name, align, width, widths, header-rows, stub-columns."""
        tree = project.doctree(
            ".. avi-port-table:: The *caption*\n   :class: wide\n"
            "   :name: here\n   :align: center\n   :width: 50%\n"
            "   :widths: 1 2\n   :columns: source, ports\n"
            "   :header-rows: 0\n   :stub-columns: 2\n"
        )
        table = the(tree, nodes.table)
        assert table["classes"] == [
            "avi-port-table",
            "colwidths-given",
            "wide",
        ]
        assert table["names"] == ["here"]
        assert table["align"] == "center"
        assert table["width"] == "50%"
        specs = list(table.findall(nodes.colspec))
        assert [spec["colwidth"] for spec in specs] == [1, 2]
        assert all(spec["stub"] for spec in specs)
        assert not list(table.findall(nodes.thead))
        assert table[0].pformat().split("\n")[1:3] == [
            "    The ",
            "    <emphasis>",
        ]

    def test_grid_widths_are_docutils_own(self, project: Project) -> None:
        """``grid`` is passed on as a class."""
        tree = project.doctree(".. avi-port-table::\n   :widths: grid\n")
        assert "colwidths-grid" in the(tree, nodes.table)["classes"]

    def test_content_introduces_the_table(self, project: Project) -> None:
        """It stands before it, parsed."""
        tree = project.doctree(
            ".. avi-port-table::\n\n   An *introduction*.\n"
        )
        names = [child.tagname for child in tree[:2]]
        assert names == ["paragraph", "AviBlock"]

    def test_table_caption_and_cells_know_their_line(
        self, project: Project
    ) -> None:
        """Without them, translation passes them over."""
        tree = project.doctree("A\n=\n\n.. avi-port-table:: Caption\n")
        table = the(tree, nodes.table)
        places = {
            (node.source, node.line)
            for node in (table, table[0], *table.findall(nodes.entry))
        }
        assert places == {(str(project.folder / "index.rst"), 4)}

    def test_numbered_and_named_tables_can_be_referred_to(
        self, project: Project
    ) -> None:
        """``numref`` finds the table by its name."""
        tree = project.doctree(
            ".. avi-port-table:: Caption\n   :name: t\n\nSee :numref:`t`.\n",
            numfig=True,
        )
        assert tree.astext().endswith("See t.")

    def test_a_mark_leads_to_what_is_assumed(self, project: Project) -> None:
        """One letter a row, behind its last word; rows share footnotes."""
        tree = project.doctree(
            ".. avi-port-table::\n   :service: DNS, NTP\n"
            "   :source: Controller\n   :layout: flat\n"
        )
        ids = {
            i for n in tree.findall(nodes.Element) for i in n.get("ids", ())
        }
        ways = [mark["refid"] for mark in tree.findall(AviMark)]
        assert ways == ["avi-index-0-assumed-a"] * 2
        assert ids.issuperset(ways)
        assert "Assumed: needed once the service is configured" in (
            tree.astext()
        )

    def test_no_letter_stands_behind_a_port(self, project: Project) -> None:
        """It could be read, or copied, as a part of the number."""
        tree = project.doctree(
            ".. avi-port-table::\n   :service: DNS\n"
            "   :columns: when, destination, ports\n"
        )
        assert cells(the(tree, nodes.table)) == [
            ["only if the Controller uses DNS", "DNS server [a]", "UDP 53"]
        ]

    def test_a_table_of_ports_alone_has_no_other_place(
        self, project: Project
    ) -> None:
        """An assumption without any mark would be about every row."""
        tree = project.doctree(
            ".. avi-port-table::\n   :endpoint: GCP\n   :columns: ports\n"
        )
        (row, *_) = cells(the(tree, nodes.table))
        assert row[0].startswith("TCP 443 [a]")

    @pytest.mark.parametrize("place", ["below", "none"])
    def test_marks_are_where_they_are_wanted(
        self, project: Project, place: str
    ) -> None:
        """As in groups."""
        tree = project.doctree(
            ".. avi-port-table::\n   :service: DNS\n   :layout: flat\n"
            f"   :marks: {place}\n"
        )
        assert len([*tree.findall(AviMark)]) == (place == "below")
        assert not [*tree.findall(AviFolded)]
        assert ("Assumed:" in tree.astext()) == (place == "below")

    def test_a_caution_stands_in_its_row(self, project: Project) -> None:
        """It is not folded away: who acts on it may break something."""
        tree = project.doctree(
            ".. avi-port-table::\n   :endpoint: GCP\n   :layout: flat\n"
        )
        (row, *_) = cells(the(tree, nodes.table))
        assert "Direction as the vendor states it." in row[-1]

    def test_marks_go_on_after_z(self) -> None:
        """Like columns of a spreadsheet."""
        assert [letter(n) for n in (0, 25, 26, 701, 702)] == [
            "a",
            "z",
            "aa",
            "zz",
            "aaa",
        ]

    def test_markdown_gives_the_same_table(self, project: Project) -> None:
        """MyST and reStructuredText build the same nodes."""
        options = ":source: SE\n:layout: published\n"
        project.write("a.md", f"```{{avi-port-table}} A *cap*\n{options}```\n")
        project.write(
            "index.rst",
            ".. toctree::\n\n   a\n   b\n",
        )
        indented = options.replace(":s", "   :s").replace(":l", "   :l")
        project.write("b.rst", f".. avi-port-table:: A *cap*\n{indented}")
        app = project.build("dummy")
        one, other = (
            the(app.env.get_doctree(name), nodes.table).pformat()
            for name in "ab"
        )
        assert one.replace("avi-a-0", "avi-b-0") == other


class TestNotes:
    """``:notes:``: what the page notes on the flows of a table."""

    def test_below_the_marks_stand_with_the_ports(
        self, project: Project
    ) -> None:
        """Or in the last column, if there are no ports."""
        tree = project.doctree(
            ".. avi-port-table::\n   :notes: below\n   :port: 5098\n"
            "   :columns: port, id\n\n"
            ".. avi-port-table::\n   :notes: below\n   :port: 9001\n"
            "   :columns: id\n"
        )
        one, other = tree.findall(nodes.table)
        assert [row[0] for row in cells(one)] == [
            "5098[1][2][3]",
            "5098[2][3]",
        ]
        assert cells(other)[0][0].endswith("vmware[1][2]")

    @pytest.mark.parametrize("layout", ["flat", "published"])
    @pytest.mark.parametrize("place", ["below", "column"])
    def test_notes_and_flows_lead_to_one_another(
        self, project: Project, layout: str, place: str
    ) -> None:
        """Every note but the lead-ins is listed, once, and linked."""
        tree = project.doctree(
            f".. avi-port-table::\n   :notes: {place}\n   :layout: {layout}\n"
        )
        ids = {
            i for n in tree.findall(nodes.Element) for i in n.get("ids", ())
        }
        ways = {r["refid"] for r in tree.findall(nodes.reference)}
        assert ways <= ids
        said = [
            note
            for note in avi_portspec.load("vantage-undated").notes
            if note.qualifies and note.kind != "lead-in"
        ]
        if layout == "flat":
            # A flat table has flows alone, and one note is on none.
            said = [n for n in said if n.kind != "scope"]
        for note in said:
            assert tree.astext().count(note.text) == 1

    def test_each_note_stands_behind_its_port(self, project: Project) -> None:
        """Of the ports of one pair, each has other notes: read by hand."""
        tree = project.doctree(
            ".. avi-port-table::\n   :layout: published\n"
            "   :notes: column\n   :source: SE\n   :protocol: tcp, udp\n"
            "   :destination: Controller\n"
        )
        listed = {
            item.astext().partition(" ")[0]: item.astext()
            for item in tree.findall(nodes.list_item)
        }
        (row, *_) = the(tree, nodes.tbody).findall(nodes.row)
        *_, noted = row.findall(nodes.entry)
        found = {}
        for paragraph in noted.findall(nodes.paragraph):
            port, _, marks = paragraph.astext().partition(": ")
            found[port] = [
                listed[mark] for mark in marks.replace("][", "] [").split()
            ]
        channel, guide = "secure channel", "system portal on 8443"
        expected = {
            "TCP 22": [channel, guide],
            "TCP 8443": [guide],
            "TCP 5098": [channel, "In OpenStack mode"],
        }
        assert found.keys() == expected.keys()
        for port, words in expected.items():
            for text, word in zip(found[port], words, strict=True):
                assert word in text

    def test_a_column_of_notes_has_its_heading(self, project: Project) -> None:
        """It is the last."""
        tree = project.doctree(".. avi-port-table::\n   :notes: column\n")
        head = list(the(tree, nodes.thead).findall(nodes.entry))
        assert [head[-1].astext(), len(head)] == ["Notes", 7]
