"""The one list of columns, and everything that shows them."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import get_type_hints

import pytest
from bs4 import BeautifulSoup
from sphinx_apps import App

import avi_portspec
from avi_portspec import Edition, InvalidQueryError, UnknownNameError
from avi_portspec.cli import main
from avi_portspec.model.display import VIEW
from avi_portspec.model.flat import PortRecord
from avi_portspec.model.flows import INFERABLE
from avi_portspec.tabular import columns
from avi_portspec.tabular.columns import (
    ANSWER,
    COLUMNS,
    FLOWS,
    NEED_DECISION,
    Column,
    Row,
    parse_columns,
    parse_order,
    sort_flows,
)

FLOW = "service-engine-to-controller-portal"
TEXT = f"invented for {FLOW}"


class TestAddingOne:
    """A new column is one entry in the list, and shows up everywhere."""

    @pytest.fixture(autouse=True)
    def invented(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Add the entry."""
        made = Column(
            "invented",
            "Invented",
            lambda row: f"invented for {row.flow.id}",
            "something that nobody has thought of",
        )
        monkeypatch.setitem(columns.COLUMNS, made.name, made)

    def test_in_a_terminal(self, tmp_path: Path) -> None:
        """The command line takes its name."""
        path = tmp_path / "table.txt"
        line = f"ports --source SE --columns id,invented --output {path}"
        assert main(line.split()) == 0
        text = path.read_text(encoding="utf-8")
        assert "Invented" in text.splitlines()[0]
        assert TEXT in text

    def test_in_a_document(self, tmp_path: Path) -> None:
        """A directive takes its name, and HTML has its cells."""
        (tmp_path / "conf.py").touch()
        (tmp_path / "index.rst").write_text(
            "T\n=\n\n.. avi-port-table::\n   :columns: id, invented = New\n",
            encoding="utf-8",
        )
        app = App("html", tmp_path, {"extensions": ["sphinx_avi_portspec"]})
        app.build()
        html = (Path(app.outdir) / "index.html").read_text(encoding="utf-8")
        app.cleanup()
        soup = BeautifulSoup(html, "html.parser")
        assert [th.text for th in soup.select("thead th")] == ["Flow", "New"]
        assert TEXT in {td.text for td in soup.select("tbody td")}

    def test_in_csv(self, edition: Edition) -> None:
        """By its name, after the keys of a record."""
        text = str(avi_portspec.export(edition.flows, "csv"))
        rows = [*csv.DictReader(io.StringIO(text))]
        assert TEXT in {row["invented"] for row in rows}

    def test_in_help(self, capsys: pytest.CaptureFixture[str]) -> None:
        """A wrong name is answered with the names that there are."""
        with pytest.raises(UnknownNameError) as caught:
            parse_columns("invnted")
        assert caught.value.nearest == "invented"


class TestTheList:
    """What is in it, and what it promises."""

    def test_every_key_of_a_record_has_a_column(self) -> None:
        """Nothing that programs can read is hidden from people."""
        held = {key for column in COLUMNS.values() for key in column.keys}
        assert held == set(get_type_hints(PortRecord))

    def test_every_explained_field_has_a_column(self) -> None:
        """A field that is not stated can be marked where it is shown."""
        fields = {name for each in COLUMNS.values() for name in each.fields}
        assert fields == set(INFERABLE)

    def test_names_are_unique_and_headings_too(self) -> None:
        """Two columns of one name could not be told apart."""
        headings = [column.heading for column in COLUMNS.values()]
        assert len(set(headings)) == len(headings)
        assert all(name == c.name for name, c in COLUMNS.items())

    def test_usual_columns_are_in_it(self) -> None:
        """Those of a list, of an answer, and of a notebook."""
        assert {*FLOWS, *ANSWER, *NEED_DECISION} <= COLUMNS.keys()
        assert all(COLUMNS[column.name] is column for column in VIEW)

    def test_a_row_for_one_pair_says_that_pair(self, edition: Edition) -> None:
        """And a row for a flow all of its pairs."""
        flow = edition.flows["service-engine-to-controller-ntp"]
        (pair,) = flow.protocol_ports()
        for row in (Row(flow, edition), Row(flow, edition, None, pair)):
            cells = [
                COLUMNS[name].text(row)
                for name in ("protocol", "port", "ports")
            ]
            assert cells == ["UDP", "123", "UDP 123"]
        both = next(f for f in edition.flows if len(f.protocols) > 1)
        cells = [
            COLUMNS["ports"].text(Row(both, edition, None, pair))
            for pair in both.protocol_ports()
        ]
        assert cells == [str(pair) for pair in both.protocol_ports()]


class TestTheGrammar:
    """How columns and orders are asked for."""

    def test_names_and_headings(self) -> None:
        """With another heading where one is given."""
        found = parse_columns("ports = Open, id")
        assert [c.name for c in found] == ["ports", "id"]
        assert [c.heading for c in found] == ["Open", "Flow"]

    def test_lines_let_a_heading_hold_a_comma(self) -> None:
        """One column a line."""
        (first, second) = parse_columns("\nports = To open, please\nid\n")
        assert (first.heading, second.heading) == ("To open, please", "Flow")

    def test_each_is_asked_for_once(self) -> None:
        """Twice the same is a slip."""
        with pytest.raises(InvalidQueryError, match="each column once"):
            parse_columns("id, ports, id")

    @pytest.mark.parametrize("read", [parse_columns, parse_order])
    def test_an_unknown_one_suggests_the_nearest(self, read: object) -> None:
        """In either option."""
        assert callable(read)
        with pytest.raises(UnknownNameError, match="did you mean 'source'"):
            read("sauce")

    def test_sorting(self, edition: Edition) -> None:
        """By numbers where they are numbers; the last key decides last."""
        flows = edition.flows.select(protocol="tcp")
        for name in ("port", "ports"):
            ports = [
                max(ports.low for ports in flow.ports)
                for flow in sort_flows(flows, edition, parse_order(f"-{name}"))
            ]
            assert ports == sorted(ports, reverse=True)
            ports = [
                min((ports.low for ports in flow.ports), default=0)
                for flow in sort_flows(
                    edition.flows, edition, parse_order(name)
                )
            ]
            assert ports == sorted(ports)
        numbers = [
            flow.protocols[0].number
            for flow in sort_flows(
                edition.flows, edition, parse_order("protocol")
            )
        ]
        assert numbers == sorted(numbers)
        assert len(set(numbers)) > 1
        found = sort_flows(flows, edition, parse_order("source, port"))
        keys = [
            (edition.endpoints[f.source].name.casefold(), f.ports[0].low)
            for f in found
        ]
        assert keys == sorted(keys)
