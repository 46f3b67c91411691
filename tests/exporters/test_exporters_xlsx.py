"""The workbook: what a change board prints, sorts and filters."""

from __future__ import annotations

import io
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import attrs
import openpyxl
import pytest
from deployment_space import names_in
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils import get_column_letter

import avi_portspec
from avi_portspec import (
    Deployment,
    Edition,
    InvalidDataError,
    PortRange,
    Reason,
    loads_inventory,
    preset,
    strategies,
)

#: The columns of the rules with their widths, as the specification has them.
COLUMNS = {
    "Rule": 5,
    "Source": 23,
    "Source address": 16,
    "Destination": 20,
    "Destination address": 16,
    "Protocol": 10,
    "Port": 8,
    "Service": 11,
    "Needed": 10,
    "Why": 40,
}
#: The row of their headings.
HEAD = 6
#: The rules of the worked example, a line a row.
WORKED = Path(__file__).with_name("rules.txt")
SITE = """
controller = ["10.10.1.11", "10.10.1.12", "10.10.1.13"]
service-engine = ["172.31.8.0/22"]
external-network-services = ["10.99.0.0/24"]
dns-server = ["10.50.0.53"]
ntp-server = ["10.50.0.123"]
aws = ["0.0.0.0/0"]
controller-gateway = ["10.10.1.1"]
shared = ["0.0.0.0/0"]
"""


def workbook(subject: Any, **given: Any) -> Any:
    """Return the workbook on a subject, as a reader opens it."""
    written = avi_portspec.export(subject, "xlsx", **given)
    assert isinstance(written, bytes)
    return openpyxl.load_workbook(io.BytesIO(written))


def rows(sheet: Any, head: int = 1) -> list[dict[str, Any]]:
    """Return a sheet's rows by heading."""
    names, *others = sheet.iter_rows(min_row=head, values_only=True)
    return [dict(zip(names, row, strict=True)) for row in others]


def rules(book: Any) -> list[dict[str, Any]]:
    """Return the rules by heading."""
    return rows(book["Rules"], HEAD)


@pytest.fixture(scope="module")
def book() -> Any:
    """Return the workbook of the worked example."""
    edition = avi_portspec.load("vantage-undated")
    asked = preset("aws", services={"dns", "ntp"}, features={"cli-shell"})
    site = loads_inventory(SITE, edition=edition)
    return workbook(edition.resolve(asked), inventory=site)


@pytest.fixture(scope="module")
def silent() -> Any:
    """Return the workbook of a deployment that is not documented whole."""
    return workbook(avi_portspec.load("vantage-undated").resolve("openshift"))


class TestRules:
    """The first sheet: a row per flow, protocol and port range."""

    def test_the_worked_example(self, book: Any) -> None:
        """Every row as it was read and approved."""
        lines = [
            " | ".join("" if cell is None else str(cell) for cell in row)
            for row in book["Rules"].iter_rows(values_only=True)
        ]
        expected = WORKED.read_text(encoding="utf-8").splitlines()
        assert [line.rstrip(" |") for line in lines] == expected

    def test_a_port_is_a_number(self, book: Any) -> None:
        """So that it sorts, filters and computes as one."""
        ports = [row["Port"] for row in rules(book)]
        assert [type(port) for port in ports] == [int] * 14 + [str] * 3
        assert {*ports[14:]} == {"echo"}

    def test_rules_have_the_numbers_of_the_ticket(self, book: Any) -> None:
        """So that rule 4 is one thing; what is not requested has none."""
        numbers = [row["Rule"] for row in rules(book)]
        assert numbers == [
            1,
            1,
            1,
            2,
            3,
            4,
            5,
            *[6] * 3,
            *[7] * 4,
            *[None] * 3,
        ]
        edition = avi_portspec.load("vantage-undated")
        asked = preset("aws", services={"dns", "ntp"}, features={"cli-shell"})
        ticket = str(avi_portspec.export(edition.resolve(asked), "ticket"))
        for row in rules(book)[:14]:
            (line,) = [
                line
                for line in ticket.splitlines()
                if line.startswith(f"| {row['Rule']} |")
            ]
            assert row["Source"] in line
            assert row["Destination"] in line
            assert str(row["Port"]) in line

    def test_a_range_is_text(self, edition: Edition) -> None:
        """The first port and the last."""
        flow = edition.flows["service-engine-to-controller-ntp"]
        wide = attrs.evolve(flow, ports=(PortRange(low=8000, high=8010),))
        changed = attrs.evolve(
            edition, flows=[wide if f == flow else f for f in edition.flows]
        )
        ports = {row["Port"] for row in rules(workbook(changed))}
        assert "8000-8010" in ports

    def test_optional_rows_are_last(self, book: Any) -> None:
        """They are not requested."""
        needed = [row["Needed"] for row in rules(book)]
        assert needed == ["yes"] * 14 + ["optional"] * 3

    def test_without_a_deployment_a_rule_depends(
        self, edition: Edition
    ) -> None:
        """On what stands in its last column."""
        for row in rules(workbook(edition)):
            always = row["Why"].startswith("Always")
            optional = row["Why"].startswith("Optional")
            word = "yes" if always else "optional" if optional else "depends"
            assert row["Needed"] == word

    def test_without_an_inventory_addresses_are_blank(
        self, silent: Any
    ) -> None:
        """For somebody to fill in; the notes say that none were given."""
        for row in rules(silent):
            assert row["Source address"] is None
            assert row["Destination address"] is None
        texts = {row["Note"]: row["Text"] for row in rows(silent["Notes"])}
        assert texts["Addresses"] == "Not given (add --inventory FILE)"
        assert texts["Rollback"].startswith("Remove rules 1 to ")
        assert texts["Test"].startswith("From each source, connect")

    def test_a_caution_stands_in_its_row(self, edition: Edition) -> None:
        """And among the notes, for whoever reads these alone."""
        book = workbook(edition)
        caution = (
            "Direction as the vendor states it. More likely the Controller "
            "connects to GCP"
        )
        (why,) = [row["Why"] for row in rules(book) if row["Source"] == "GCP"]
        assert caution in why
        (text,) = [
            row["Text"]
            for row in rows(book["Notes"])
            if row["Note"] == "Caution"
        ]
        assert caution in text

    def test_what_applies_and_is_not_requested(self, edition: Edition) -> None:
        """On a sheet of its own, counted above the rules."""
        where = avi_portspec.loads_deployment(
            'clouds = ["gcp"]\n[[declined]]\n'
            'flow = "external-to-controller-snmp"\nreason = "not polled"\n'
        )
        made = workbook(edition.resolve(where))
        assert (
            made["Rules"]
            .cell(2, 1)
            .value.endswith(
                "9 needed, 3 optional, 1 with unclear direction, 1 declined "
                "by the site."
            )
        )
        found = rows(made["Not requested"])
        assert [(row["Kind"], row["Flow"]) for row in found] == [
            ("Direction not clear", "gcp-to-avi-vantage"),
            ("Declined by the site", "external-to-controller-snmp"),
        ]
        texts = [row["What applies, and is in no rule"] for row in found]
        assert "[[readings]]" in texts[0]
        assert "not polled" in texts[1]
        assert 161 not in [row["Port"] for row in rules(made)]
        assert "Not requested" not in workbook(edition.resolve("aws"))

    def test_what_a_site_changed_says_so(self, edition: Edition) -> None:
        """With the site's own reason."""
        site = edition.overlay(
            'id = "berlin"\ntitle = "Site Berlin"\n[[changes]]\n'
            'flow = "external-to-controller-https"\nports = [9443]\n'
            'reason = "The portal moved."\n'
        )
        made = workbook(site.resolve("aws"))
        (row,) = [row for row in rules(made) if row["Port"] == 9443]
        assert row["Why"] == (
            "Required. API server (Secure communication between Controller "
            "and Service Engine, 20.1). Moved from TCP 443 by the site's "
            "overlay berlin: The portal moved"
        )
        assert "the site's overlay berlin" in made["Rules"]["A3"].value


class TestSheets:
    """The other sheets."""

    def test_none_is_empty(self, book: Any, silent: Any) -> None:
        """What other sources state beside the page stands in one, too."""
        for each in (book, silent):
            assert each.sheetnames == [
                *("Rules", "Not documented", "Notes", "Provenance"),
            ]
        assert [row["Kind"] for row in rows(book["Not documented"])] == [
            "Elsewhere"
        ]
        for sheet in (*book.worksheets, *silent.worksheets):
            assert sheet.max_row > 1

    def test_what_is_beyond_the_answer_is_told(self, edition: Edition) -> None:
        """A row for each statement, if it was asked for."""
        answer = edition.resolve("aws", beyond=True)
        _, *found = rows(workbook(answer)["Not documented"])
        assert [row["Kind"] for row in found] == (
            ["Elsewhere"] * len(answer.beyond)
        )
        for row, statement in zip(found, answer.beyond, strict=True):
            assert row["What is not documented"].endswith(f"[{statement.id}]")

    def test_gaps_and_conflicts_are_told(
        self, silent: Any, edition: Edition
    ) -> None:
        """Each with the flows that it is about, and counted above."""
        gap, elsewhere = rows(silent["Not documented"])
        assert elsewhere["Kind"] == "Elsewhere"
        assert gap["Kind"] == "Not documented"
        assert "OpenShift" in gap["What is not documented"]
        answer = edition.resolve("openshift")
        assert gap["Flows"] == ", ".join(answer.gaps[0].flows)
        # As every table of the deployment has it.
        count = sum(each.status == "unstated" for each in answer)
        assert count == 2
        assert silent["Rules"]["A2"].value.endswith(
            f" {count} not documented."
        )
        vcenter = workbook(edition.resolve("vcenter"))["Rules"]["A2"].value
        assert vcenter.endswith(" 1 not documented.")
        docker = preset("openstack", controller="container")
        made = workbook(edition.resolve(docker))
        found = rows(made["Not documented"])
        assert [row["Kind"] for row in found] == [
            *("Conflict", "Conflict", "Elsewhere"),
        ]
        assert found[0]["Flows"] in edition.flows
        assert made["Rules"]["A2"].value.endswith(" 2 in conflict.")

    def test_no_cell_of_a_gap_is_empty(self, edition: Edition) -> None:
        """Where no flow is stated, that is said."""
        made = workbook(edition.resolve("vcenter"))
        for row in rows(made["Not documented"]):
            assert row["Flows"] == "none stated"
        gap = next(iter(rows(made["Not documented"])))
        assert gap["What is not documented"] == (
            "The flows between the Controller and vCenter Server on vCenter. "
            "Stated elsewhere: Controller -> vCenter Server, TCP 443 (3 "
            "statements); see 'avi-portspec statements --endpoint "
            "vcenter-server --on-cloud vcenter'."
        )

    def test_marks_have_their_notes(self, book: Any) -> None:
        """No letter without its note, no note without its letter."""
        used = {
            row["Why"].rpartition(" ")[2]
            for row in rules(book)
            if row["Why"].endswith("]")
        }
        notes = {
            row["Note"]
            for row in rows(book["Notes"])
            if row["Text"].startswith("Assumed: ")
        }
        assert used == notes == {"[a]", "[b]", "[c]"}

    def test_provenance(self, book: Any, edition: Edition) -> None:
        """Which data, of which page, and how to ask again."""
        about = {
            row["Property"]: row["Value"] for row in rows(book["Provenance"])
        }
        assert about["Edition"] == edition.id
        assert about["SHA-256 of the data"] == edition.digest
        assert about["Data version"] == avi_portspec.DATA_VERSION
        assert about["Release"] == "not stated"
        assert about["Disclaimer"].startswith("Unofficial.")
        assert about["Basis"].startswith("Vendor's port page, edition ")
        assert about["Ids and citations, from"].startswith("avi-portspec ")
        assert "Address" not in about

    def test_a_page_s_release_and_address(self, edition: Edition) -> None:
        """Where they are stated."""
        source = attrs.evolve(
            edition.source, release="18.2", url="https://page.example/"
        )
        made = workbook(attrs.evolve(edition, source=source))
        about = {
            row["Property"]: row["Value"] for row in rows(made["Provenance"])
        }
        assert about["Release"] == "18.2"
        assert about["Address"] == "https://page.example/"


class TestLooks:
    """How it serves whoever opens or prints it."""

    def test_the_top_says_what_it_is(self, book: Any) -> None:
        """In lines that run over the columns: no cells are merged."""
        sheet = book["Rules"]
        assert (
            sheet["A1"].value == "Firewall rules: Avi Controller managing AWS"
        )
        assert (sheet["A1"].font.bold, sheet["A1"].font.size) == (True, 14)
        assert sheet["A2"].value.endswith(
            " 14 needed, 3 optional, nothing undocumented."
        )
        filled = {
            c.coordinate: c.value for row in sheet[4:5] for c in row if c.value
        }
        assert filled == {
            "A4": "Requested by:",
            "D4": "Approved by:",
            "G4": "Valid until:",
            "A5": "Date:",
            "D5": "Change window:",
        }
        for made in book.worksheets:
            assert not made.merged_cells.ranges

    def test_paper_cuts_no_line_at_the_top(self, edition: Edition) -> None:
        """What is counted stays, and the sheet Provenance has the rest."""
        site = edition.overlay(
            f'id = "berlin"\ntitle = "{" ".join(["Berlin"] * 9)}"\n'
        )
        many = "aws,azure,gcp,openstack,vcenter,nsx-t,openshift,kubernetes"
        uses = {"dns", "ntp", "smtp", "ldap", "syslog", "snmp-traps"}
        for cloud, words in (("aws", ()), (many, uses)):
            answer = site.resolve(
                avi_portspec.Deployment(
                    clouds={*cloud.split(",")}, services={*words}
                )
            )
            made = workbook(answer)
            sheet = made["Rules"]
            about = {
                row["Property"]: row["Value"]
                for row in rows(made["Provenance"])
            }
            for at in ("A2", "A3"):
                assert len(sheet[at].value) <= 178
            assert f"{len(answer.needed)} needed, 3 optional" in str(
                sheet["A2"].value
            )
            stands = f"Deployment: {about['Deployment']}." in sheet["A2"].value
            assert stands == (cloud == "aws")
            assert sheet["A3"].value == (
                "Stateful: replies are implied. The sheet Provenance has the "
                "basis and the digest."
            )
            assert "Berlin Berlin" in about["Basis"]

    def test_without_a_deployment_needs_are_told_apart(
        self, edition: Edition
    ) -> None:
        """What is always needed, and what is under a condition."""
        made = workbook(edition)
        needed = [row["Needed"] for row in rules(made)]
        flows = {row["Rule"]: row["Needed"] for row in rules(made)}
        counted = [*flows.values()]
        assert "depends" in needed
        assert (
            f" {counted.count('yes')} needed, {counted.count('depends')} "
            "under a condition, 6 optional, 4 not documented."
        ) in made["Rules"]["A2"].value

    def test_columns_are_as_wide_as_a_page(self, book: Any) -> None:
        """159 characters in all."""
        sheet = book["Rules"]
        widths = {
            sheet.cell(HEAD, at).value: sheet.column_dimensions[
                get_column_letter(at)
            ].width
            for at in range(1, sheet.max_column + 1)
        }
        # The file's widths have the cells' own margin in them.
        assert widths == pytest.approx(COLUMNS, abs=1)
        assert sum(COLUMNS.values()) == 159
        assert sheet["J7"].alignment.wrap_text

    def test_the_header_stays_and_filters(self, book: Any) -> None:
        """On every sheet, over all its columns, on paper too."""
        for sheet in book.worksheets:
            head = HEAD if sheet.title == "Rules" else 1
            last = f"{get_column_letter(sheet.max_column)}{sheet.max_row}"
            assert sheet.freeze_panes == f"B{head + 1}"
            assert sheet.auto_filter.ref == f"A{head}:{last}"
            assert sheet.print_title_rows == f"${head}:${head}"
            cell = sheet.cell(head, 1)
            assert cell.font.bold
            assert cell.font.color.rgb == "FFFFFFFF"
            assert cell.fill.fgColor.rgb == "FF33475B"

    def test_it_prints_on_a4(self, book: Any, edition: Edition) -> None:
        """In landscape, as wide as the page; each page says what it is."""
        for sheet in book.worksheets:
            setup = sheet.page_setup
            assert setup.orientation == "landscape"
            assert int(setup.paperSize) == 9
            # One page wide is what a file says that does not say.
            assert (setup.fitToWidth or 1, setup.fitToHeight) == (1, 0)
            assert sheet.sheet_properties.pageSetUpPr.fitToPage
            left, right = sheet.oddFooter.left.text, sheet.oddFooter.right.text
            assert left == f"{edition.id}, SHA-256 {edition.digest[:12]}"
            assert right == "Page &P of &N"

    def test_rules_colour_optional_and_repeated(self, book: Any) -> None:
        """So that sorting and filtering keep the colours right."""
        found = {
            (str(where.sqref), rule.formula[0])
            for where in book["Rules"].conditional_formatting
            for rule in where.rules
        }
        assert found == {
            ("A7:J23", '$I7="optional"'),
            ("B8:E23", "AND($B8=$B7,$D8=$D7)"),
        }

    def test_few_rows_have_nothing_to_colour(self, edition: Edition) -> None:
        """An empty answer opens, too."""
        flow = edition.flows.select(port=5054)
        one = workbook(flow)["Rules"]
        ranges = {str(where.sqref) for where in one.conditional_formatting}
        assert ranges == {"A7:J7"}
        none = workbook(edition.flows.select(port=1))["Rules"]
        assert not [*none.conditional_formatting]
        assert none.max_row == HEAD

    def test_rows_are_as_high_as_their_texts(self, book: Any) -> None:
        """Not every program sees to it."""
        sheet = book["Rules"]
        heights = {at: sheet.row_dimensions[at].height for at in (7, 9, 13)}
        assert heights == {7: 30, 9: None, 13: 30}

    def test_its_properties_are_fixed(self, book: Any) -> None:
        """A clock would make every export differ."""
        found = book.properties
        assert found.created == found.modified == datetime(1980, 1, 1)  # noqa: DTZ001
        assert "unofficial" in found.creator
        assert found.title.startswith("Ports for AWS")

    @pytest.mark.parametrize("letter", ["x", "𝔘"])  # noqa: RUF001
    @pytest.mark.parametrize("length", [8000, 8186, 9000])
    def test_a_text_too_long_says_that_it_is_cut(
        self, edition: Edition, letter: str, length: int
    ) -> None:
        """A cell holds 32,767 UTF-16 units; more would vanish silently."""
        flow = edition.flows["service-engine-to-controller-ntp"]
        fields = ("destination", "protocols", "service", "requirement")
        texts = [f"{field} {letter * length}" for field in fields]
        marked = attrs.evolve(
            flow,
            inferred=tuple(
                Reason(field=field, reason=text, level="assumed")
                for field, text in zip(fields, texts, strict=True)
            ),
        )
        made = workbook(
            attrs.evolve(
                edition,
                flows=[marked if f == flow else f for f in edition.flows],
            )
        )
        (cell,) = [
            row["Text"]
            for row in rows(made["Notes"])
            if letter * length in row["Text"]
        ]
        order = [texts[1], texts[3], texts[0], texts[2]]
        whole = f"Assumed: {'; '.join(order)}."
        assert len(cell.encode("utf-16-le")) <= 2 * 32767
        if len(whole.encode("utf-16-le")) <= 2 * 32767:
            assert cell == whole
        else:
            assert cell.endswith("the json format has the rest)")


class TestLaws:
    """For every deployment of every edition."""

    @given(st.data())
    def test_a_workbook_is_whole(self, data: st.DataObject) -> None:
        """Each port once; each exclusion, gap and conflict named."""
        edition = data.draw(
            st.sampled_from(avi_portspec.editions()).map(avi_portspec.load)
            | strategies.editions()
        )
        deployment = data.draw(
            strategies.deployments(edition.facets).filter(
                lambda deployment: self.fits(deployment, edition)
            )
        )
        self.check(edition, deployment)

    def fits(self, deployment: Deployment, edition: Edition) -> bool:
        """Return whether an edition can answer for a deployment."""
        try:
            edition.resolve(deployment)
        except InvalidDataError:
            return False
        return True

    def check(self, edition: Edition, deployment: Deployment) -> None:
        """Compare a workbook with the answer that it is made from."""
        answer = edition.resolve(deployment)
        book = workbook(answer)
        ends = edition.endpoints
        for word, status in (("yes", "needed"), ("optional", "optional")):
            expected = Counter(
                (
                    ends[flow.source].label,
                    ends[flow.destination].label,
                    protocol.label,
                    ports,
                )
                for flow in answer.having(status)
                for protocol in flow.protocols
                for ports in self.cells(flow)
            )
            assert expected == Counter(
                (
                    row["Source"],
                    row["Destination"],
                    row["Protocol"],
                    row["Port"],
                )
                for row in rules(book)
                if row["Needed"] == word
            )
        texts = "\n".join(
            str(cell)
            for name in book.sheetnames[1:]
            for row in book[name].iter_rows(values_only=True)
            for cell in row
        )
        for gap in answer.gaps:
            for name in names_in(gap, edition):
                assert name in texts
        for conflict in answer.conflicts:
            flow = edition.flows[conflict.flow]
            source = ends[flow.source].label
            destination = ends[flow.destination].label
            said = f"from {source} to {destination} is not supported"
            assert said in texts
        for exclusion in edition.exclusions:
            source = ends[exclusion.source].label
            destination = ends[exclusion.destination].label
            assert f"from {source} to {destination}: the vendor" in texts

    def cells(self, flow: Any) -> list[str | int | None]:
        """Return the cells of a flow's ports, for each of its protocols."""
        if flow.icmp_types:
            return [
                "echo" if number in {8, 128} else f"type {number}"
                for number in flow.icmp_types
            ]
        return [
            p.low if p.low == p.high else f"{p.low}-{p.high}"
            for p in flow.ports
        ] or [None]
