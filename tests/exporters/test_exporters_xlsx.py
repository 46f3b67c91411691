"""The workbook: what a change board sees."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

import attrs
import openpyxl
import pytest

import avi_portspec
from avi_portspec import Edition, PortRange, Reason, preset


def workbook(subject: Any) -> Any:
    """Return the workbook on a subject, as a reader opens it."""
    written = avi_portspec.export(subject, "xlsx")
    assert isinstance(written, bytes)
    return openpyxl.load_workbook(io.BytesIO(written))


def rows(sheet: Any) -> list[dict[str, Any]]:
    """Return a sheet's rows by heading."""
    head, *others = sheet.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in others]


@pytest.fixture(scope="module")
def book() -> Any:
    """Return the workbook on a deployment that the page leaves open."""
    return workbook(avi_portspec.load().resolve("openshift"))


class TestSheets:
    """What the sheets hold."""

    def test_there_is_one_a_subject(self, book: Any) -> None:
        """The ports first."""
        assert book.sheetnames == [
            *("Ports", "Left open", "Unstated", "Not needed"),
            *("Not required", "Notes", "Deployment", "Edition"),
        ]

    def test_a_port_is_a_number(self, book: Any) -> None:
        """So that it sorts, filters and computes as one."""
        found = rows(book["Ports"])
        ports = [row["Port from"] for row in found if row["Port from"]]
        assert {type(port) for port in ports} == {int}
        assert {type(row["ICMP type"]) for row in found} == {int, type(None)}

    def test_a_range_is_two_numbers(self, edition: Edition) -> None:
        """The first port and the last."""
        flow = edition.flows["service-engine-to-controller-ntp"]
        wide = attrs.evolve(flow, ports=(PortRange(low=8000, high=8010),))
        changed = attrs.evolve(
            edition, flows=[wide if f == flow else f for f in edition.flows]
        )
        (row,) = [
            row
            for row in rows(workbook(changed)["Ports"])
            if row["Flow"] == flow.id
        ]
        assert (row["Port from"], row["Port to"]) == (8000, 8010)

    def test_what_a_site_changed_says_so(self, edition: Edition) -> None:
        """In a column; it is empty for what is the page's alone."""
        site = edition.overlay(
            'id = "berlin"\ntitle = "Site Berlin"\n[[changes]]\n'
            'flow = "external-to-controller-https"\nports = [9443]\n'
            'reason = "The portal moved."\n'
        )
        found = rows(workbook(site.resolve("aws"))["Ports"])
        assert {row["Flow"] for row in found if row["Origin"]} == {
            "external-to-controller-https"
        }
        assert {row["Origin"] for row in found} == {None, "berlin"}

    def test_ports_are_what_may_be_opened(self, book: Any) -> None:
        """What is left open is on a sheet of its own."""
        answer = avi_portspec.load().resolve("openshift")
        for name, statuses in (
            ("Ports", ("needed", "optional")),
            ("Unstated", ("unstated",)),
            ("Not needed", ("replaced", "not-applicable", "unsupported")),
        ):
            shown = {
                each.flow.id for each in answer if each.status in statuses
            }
            assert {row["Flow"] for row in rows(book[name])} == shown

    def test_gaps_and_conflicts_are_told(
        self, book: Any, edition: Edition
    ) -> None:
        """Each with the flows that it is about."""
        (gap,) = rows(book["Left open"])
        assert gap["Kind"] == "gap"
        assert "OpenShift" in gap["What is left open"]
        docker = preset("openstack", controller="container")
        found = rows(workbook(edition.resolve(docker))["Left open"])
        assert {row["Kind"] for row in found} == {"conflict"}
        assert found[0]["Flows"] in edition.flows

    def test_every_row_of_ports_names_its_data(
        self, book: Any, edition: Edition
    ) -> None:
        """And the last sheet says the rest."""
        for row in rows(book["Ports"]):
            assert row["SHA-256 of the data"] == edition.digest
            assert row["Data version"] == avi_portspec.__version__
        about = {row["What"]: row["Value"] for row in rows(book["Edition"])}
        assert about["Edition"] == edition.id
        assert about["SHA-256 of the data"] == edition.digest
        assert about["Unofficial"].startswith("Unofficial.")

    def test_the_deployment_is_told(self, book: Any, edition: Edition) -> None:
        """Or that none was asked about."""
        found = rows(book["Deployment"])
        assert found[0] == {
            "Side": "Clouds that the Controller manages",
            "Value": "OpenShift",
        }
        (row,) = rows(workbook(edition)["Deployment"])
        assert row["Side"] == "No deployment was asked about"


class TestLooks:
    """How the sheets serve whoever opens them."""

    def test_the_header_stays_and_filters(self, book: Any) -> None:
        """On every sheet, over all its columns."""
        for sheet in book.worksheets:
            assert sheet.freeze_panes == "A2"
            assert sheet.auto_filter.ref == sheet.dimensions
            assert sheet.print_title_rows == "$1:$1"
            assert sheet["A1"].font.bold

    def test_columns_are_wide_and_texts_wrap(self, book: Any) -> None:
        """No text is hidden behind the next cell."""
        sheet = book["Ports"]
        widths = {
            sheet.cell(1, at).value: sheet.column_dimensions[
                openpyxl.utils.get_column_letter(at)
            ].width
            for at in range(1, sheet.max_column + 1)
        }
        assert widths["Reason"] > widths["Flow"] > widths["Protocol"]
        assert sheet["M2"].alignment.wrap_text

    def test_its_properties_are_fixed(self, book: Any) -> None:
        """A clock would make every export differ."""
        found = book.properties
        assert found.created == found.modified == datetime(1980, 1, 1)  # noqa: DTZ001
        assert "unofficial" in found.creator
        assert found.title.startswith("Ports for OpenShift")

    @pytest.mark.parametrize("letter", ["x", "𝔘"])  # noqa: RUF001
    @pytest.mark.parametrize("length", [8000, 8191, 9000])
    def test_a_text_too_long_says_that_it_is_cut(
        self, edition: Edition, letter: str, length: int
    ) -> None:
        """A cell holds 32,767 UTF-16 units; more would vanish silently."""
        flow = edition.flows["service-engine-to-controller-ntp"]
        fields = ("destination", "protocols", "service", "requirement")
        long = tuple(
            Reason(field=field, reason=letter * length) for field in fields
        )
        changed = attrs.evolve(flow, inferred=long)
        made = attrs.evolve(
            edition,
            flows=[changed if f == flow else f for f in edition.flows],
        )
        (row,) = [
            row
            for row in rows(workbook(made)["Ports"])
            if row["Flow"] == flow.id
        ]
        cell = row["Inferred, not stated"]
        whole = " ".join(f"{each.field}: {each.reason}" for each in long)
        assert len(cell.encode("utf-16-le")) <= 2 * 32767
        if len(whole.encode("utf-16-le")) <= 2 * 32767:
            assert cell == whole
        else:
            assert cell.endswith("the json format has the rest)")
