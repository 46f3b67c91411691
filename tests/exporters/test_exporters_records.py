"""Flat records, and what data frames and notebooks make of them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
from bs4 import BeautifulSoup
from hostile import edition as hostile_edition
from hostile import texts
from hypothesis import given

import avi_portspec
from avi_portspec import Deployment, Edition
from avi_portspec.model.flat import FlatRecord


class TestRecords:
    """One flat dict a protocol and port range."""

    def test_they_are_the_pairs_of_the_flows(self, edition: Edition) -> None:
        """In order, none lost, none made up."""
        found = [
            (r["flow"], r["protocol_number"], r["port_low"], r["icmp_type"])
            for r in edition.flows.to_records()
        ]
        assert found == [
            (
                flow.id,
                pair.protocol.number,
                pair.ports.low if pair.ports else None,
                pair.icmp_type,
            )
            for flow in edition.flows
            for pair in flow.protocol_ports()
        ]

    def test_types_are_what_is_documented(self, edition: Edition) -> None:
        """Plain values, and every key always."""
        hints = get_type_hints(FlatRecord)
        answer = edition.resolve("openshift")
        for record in [*edition.flows.to_records(), *answer.to_records()]:
            assert {*record} == {*hints}
            for name, value in record.items():
                parts = {hints[name], *get_args(hints[name])}
                expected = parts & {int, str, type(None)} or {str}
                if type(None) in parts:
                    # A word of a closed list is a string.
                    expected |= {type(None)} if int in parts else {str}
                assert type(value) in expected, name

    def test_what_is_unstated_is_apart(self, edition: Edition) -> None:
        """Whoever opens each record opens nothing that is open."""
        found = edition.flows.select(
            source="SE", destination="SE", cloud="openshift"
        )
        assert found.to_records() == []
        open_ = found.unstated.to_records()
        assert [record["port_low"] for record in open_] == [4001, 9001]

    def test_an_answer_says_its_decisions(self, edition: Edition) -> None:
        """All of them, with their reasons."""
        docker = avi_portspec.preset("aws", controller="container")
        answer = edition.resolve(docker)
        records = answer.to_records()
        for record in records:
            decision = answer[record["flow"]]
            assert record["decision"] == decision.status
            assert record["reason"] == decision.reason
        (replaced,) = {
            record["replaced_by"]
            for record in records
            if record["flow"] == "service-engine-to-controller-ssh"
        }
        assert replaced == "service-engine-to-controller-ssh-container"

    def test_without_a_deployment_none_is_decided(
        self, edition: Edition
    ) -> None:
        """The reason is what the vendor asks for."""
        flows = edition.flows.select(port=35357)
        (record,) = [r for r in flows.to_records() if r["port_low"] == 35357]
        assert record["decision"] is None
        assert record["reason"] == (
            "Some or all of these are required when the cloud is OpenStack; "
            "the vendor's page does not say which."
        )

    def test_they_name_their_data(self, edition: Edition) -> None:
        """A table that leaves the program still says where it is from."""
        (record,) = edition.flows.select(port=25).to_records()
        assert record["edition"] == "vantage-undated"
        assert record["digest"] == edition.digest
        assert record["data_version"] == avi_portspec.DATA_VERSION

    def test_flows_know_their_edition(self, edition: Edition) -> None:
        """Whatever was asked of them."""
        assert edition.flows.select(port=22).unstated.edition is edition


class TestDataFrames:
    """Frames, without a dependency on either library."""

    PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "notebook.rst"

    def frame(self, library: str, records: list[FlatRecord]) -> Any:
        """Return the frame that the documentation's expression makes."""
        module = pytest.importorskip(
            library, reason=f"needs {library}: pip install --group frames"
        )
        text = self.PAGE.read_text(encoding="utf-8")
        found = re.search(rf"``({library}\.DataFrame\(.+?)``", text)
        assert found is not None
        return eval(found[1], {library: module, "records": records})  # noqa: S307

    def test_pandas_takes_them(self, edition: Edition) -> None:
        """And ports stay integers, although some rows have none."""
        frame = self.frame("pandas", edition.flows.to_records())
        assert str(frame["port_low"].dtype) == "Int64"
        ssh = frame[(frame["protocol"] == "tcp") & (frame["port_low"] == 22)]
        assert {*ssh["flow"]} == {*edition.flows.select(port=22).ids()}

    def test_polars_takes_them(self, edition: Edition) -> None:
        """With integers that can be null."""
        records = edition.resolve("openshift").to_records()
        frame = self.frame("polars", records)
        assert str(frame["port_low"].dtype) == "Int64"
        open_ = [
            row["port_low"]
            for row in frame.to_dicts()
            if row["decision"] == "unstated"
        ]
        assert open_ == [4001, 9001]


class TestNotebooks:
    """What a notebook shows."""

    def shown(self, subject: Any) -> BeautifulSoup:
        """Return the markup of a subject, which has a captioned table."""
        soup = BeautifulSoup(subject._repr_html_(), "html.parser")
        assert soup.caption is not None
        for cell in soup.find_all("th"):
            assert cell["scope"] == "col"
        return soup

    def test_an_answer_shows_what_may_be_opened(
        self, edition: Edition
    ) -> None:
        """And, below it, what is left open."""
        answer = edition.resolve("openshift")
        soup = self.shown(answer)
        decided = {row.td.text for row in soup.find_all("tr") if row.td}
        assert decided == {"needed", "optional"}
        assert [p.text for p in soup.find_all("p")] == [
            str(gap) for gap in answer.gaps
        ]

    def test_an_edition_shows_its_digest(self, edition: Edition) -> None:
        """With all of its flows."""
        soup = self.shown(edition)
        assert len(soup.find_all("tr")) == len(edition.flows) + 1
        assert edition.digest in soup.text

    def test_changes_show_what_they_call_for(self) -> None:
        """A row a record, and a row a field of the edition itself."""
        old, new = avi_portspec.load("16.2"), avi_portspec.load("17.1")
        changes = avi_portspec.diff(old, new)
        soup = self.shown(changes)
        rows = len(changes.records) + len(changes.fields)
        assert len(soup.find_all("tr")) == rows + 1
        assert {row.td.text for row in soup.find_all("tr") if row.td} <= {
            *("open", "optional", "review", "none")
        }

    @given(texts(), texts())
    def test_no_text_becomes_markup(self, one: str, other: str) -> None:
        """In an edition, an answer, or what changed."""
        before, after = hostile_edition(one), hostile_edition(other)
        answer = before.resolve(Deployment(clouds={"silent"}))
        known = {
            *("table", "caption", "thead", "tbody", "tr", "th", "td", "p")
        }
        for subject in (before, answer, avi_portspec.diff(before, after)):
            soup = self.shown(subject)
            assert {tag.name for tag in soup.find_all()} <= known
        assert one in self.shown(before).text
