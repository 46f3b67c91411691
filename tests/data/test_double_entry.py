"""The data against its second entry, which was made without a look at it."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import attrs
import pytest

import avi_portspec
from avi_portspec import Edition, Match, Unless
from tools import double_entry
from tools.double_entry import disagreements, main

EDITIONS = avi_portspec.editions()
#: Words of the page that do not stand for one endpoint.
SHARED_WORDS = {"Management default gateway", "OpenShift"}


def change(edition: Edition, name: str, **fields: Any) -> Any:
    """Return an edition with one flow or note changed, and no more checks."""
    state = {f.name: getattr(edition, f.name) for f in attrs.fields(Edition)}
    for collection in ("flows", "notes"):
        state[collection] = [
            attrs.evolve(record, **fields) if record.id == name else record
            for record in state[collection]
        ]
    return SimpleNamespace(**state)


class TestAgreement:
    """Both entries say the same."""

    @pytest.mark.parametrize("name", EDITIONS)
    def test_each_fact_is_entered_twice(self, name: str) -> None:
        """Field by field; a condition by its truth table; texts by digest."""
        assert list(disagreements(avi_portspec.load(name))) == []

    def test_an_edition_may_lack_a_facet(self) -> None:
        """One that asks about no features or services is compared too."""
        edition = avi_portspec.load("vantage-undated")
        few = SimpleNamespace(
            id=edition.id,
            facets=[
                f for f in edition.facets if f.id in {"cloud", "controller"}
            ],
            flows=[edition.flows["controller-to-controller-ssh"]],
        )
        assert "when" not in "".join(disagreements(few, tables=["flows"]))

    @pytest.mark.parametrize("name", EDITIONS)
    def test_the_page_s_own_word_finds_its_endpoint(self, name: str) -> None:
        """Unless the page uses it for two: a gateway, a section's title."""
        edition = avi_portspec.load(name)
        called = [
            (row["called"], row["endpoint"])
            for row in double_entry.read_table("endpoints")
            if name in row["editions"].split() and row["called"]
        ]
        lost = {
            word
            for word, endpoint in called
            if edition.endpoints.get(word) != edition.endpoints[endpoint]
        }
        assert lost == SHARED_WORDS.intersection(word for word, _ in called)

    @pytest.mark.parametrize("name", EDITIONS)
    def test_conditions_ask_about_what_the_page_names(self, name: str) -> None:
        """Clouds, features and services: all that it names, and no other."""
        named = {
            row["value"]
            for row in double_entry.read_table("facets")
            if name in row["named"].split()
        }
        asked = {
            value
            for flow in avi_portspec.load(name).flows
            for match in flow.when.matches()
            for value in match.values
        }
        assert asked == named

    @pytest.mark.parametrize("facet", ["cloud", "service"])
    def test_the_page_s_own_word_is_a_name_of_its_value(
        self, facet: str, edition: Edition
    ) -> None:
        """So that whoever reads the page finds the cloud or the service."""
        values = {value.id: value for value in edition.facets[facet].values}
        for row in double_entry.read_table("facets"):
            if row["facet"] == facet and row["called"]:
                value = values[row["value"]]
                assert row["called"] in {value.name, *value.aliases}

    @pytest.mark.parametrize("table", double_entry.TABLES)
    def test_each_row_is_about_a_bundled_edition(self, table: str) -> None:
        """No row is left over that nothing is compared with."""
        named = [
            name
            for row in double_entry.read_table(table)
            for name in row["editions"].split()
        ]
        assert {*named} == {*EDITIONS}

    def test_each_text_says_when_it_was_compared(self) -> None:
        """With the vendor's page: the day."""
        for row in double_entry.read_table("texts"):
            assert dt.date.fromisoformat(row["compared"])
            assert len(row["sha256"]) == 16

    def test_pinning_what_has_not_changed_changes_nothing(self) -> None:
        """Not even a day."""
        path = double_entry.FOLDER / "texts.csv"
        pinned = double_entry.pin_texts("2000-01-01")
        assert pinned == path.read_text(encoding="utf-8")


class TestItBites:
    """What differs is told, with both sides."""

    def test_a_field(self, edition: Edition) -> None:
        """With what either entry has."""
        wrong = change(edition, "controller-to-dns", requirement="some-or-all")
        (fault,) = disagreements(wrong)
        assert fault == (
            "vantage-undated flows: controller-to-dns: requirement: second"
            " entry 'when-used', data 'some-or-all'"
        )

    def test_the_form_of_a_condition(self, edition: Edition) -> None:
        """The same words, the other way round."""
        flow = edition.flows["controller-to-aws"]
        wrong = change(edition, flow.id, when=Unless(part=flow.when))
        (fault,) = disagreements(wrong)
        assert fault == (
            "vantage-undated flows: controller-to-aws: when: for aws"
            " virtual-machine: expected YES, got NO"
        )

    def test_a_condition_on_a_word_that_is_none(
        self, edition: Edition
    ) -> None:
        """Which no deployment could ask about."""
        wrong = change(
            edition,
            "controller-to-aws",
            when=Match(facet="cloud", values=("aws", "moon")),
        )
        (fault,) = disagreements(wrong)
        assert fault.endswith("words that no facet has: moon")

    def test_a_text(self, edition: Edition) -> None:
        """By its digest."""
        wrong = change(edition, "echo-no-impact", text="It stops.")
        (fault,) = disagreements(wrong)
        assert "texts: note echo-no-impact text: sha256" in fault

    def test_a_record_too_many_and_one_too_few(self, edition: Edition) -> None:
        """Each by its name."""
        wrong = change(edition, "controller-to-dns", id="controller-to-x")
        told = [f for f in disagreements(wrong) if " flows: " in f]
        assert told == [
            "vantage-undated flows: the data lacks controller-to-dns",
            "vantage-undated flows: the second entry lacks controller-to-x",
        ]

    def test_the_order(self, edition: Edition) -> None:
        """Which is that of the vendor's page."""
        wrong = change(edition, "controller-to-dns")
        wrong.flows.reverse()
        (fault,) = disagreements(wrong)
        assert fault == (
            "vantage-undated flows: in another order than the second entry,"
            " or twice"
        )


class TestCommand:
    """``python -m tools.double_entry``."""

    def test_it_ends_well_where_the_entries_agree(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """And says nothing."""
        assert main([]) == 0
        assert capsys.readouterr().out == ""

    def test_it_ends_badly_where_they_do_not(
        self,
        edition: Edition,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        """And says where."""
        wrong = change(edition, "controller-to-dns", service="Names")
        monkeypatch.setattr(double_entry, "load", lambda _: wrong)
        assert main(["compare"]) == 1
        assert "service: second entry 'DNS'" in capsys.readouterr().out
