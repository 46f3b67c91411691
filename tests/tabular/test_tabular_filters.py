"""The grammar of filters, and what they select."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avi_portspec import Edition, InvalidQueryError, UnknownNameError
from avi_portspec.model.flowset import Criteria
from avi_portspec.tabular.filters import (
    FILTERS,
    FilterError,
    Terms,
    asked_clouds,
    parse_terms,
    select_flows,
    select_statements,
)

#: Ports as no firewall's administrator writes them; Python reads them all.
NO_PORTS = (
    *("4_43", "+443", "-443", "443.0", "0x1bb", "0443", "ssh", "22-", "-22"),
    "\N{ARABIC-INDIC DIGIT FOUR}43",
    "\N{FULLWIDTH DIGIT FOUR}43",
    "9" * 5000,
    "65536",
)


class TestTheGrammar:
    """Comma-separated values; ``!`` excludes one."""

    def test_values_and_exclusions(self) -> None:
        """Of one text, or of several."""
        assert parse_terms("source", "SE, !aws", "gcp") == Terms(
            ("SE", "gcp"), ("aws",)
        )
        assert parse_terms("source", "! aws") == Terms((), ("aws",))

    @pytest.mark.parametrize("text", NO_PORTS)
    def test_ports_are_strict(self, text: str) -> None:
        """What is no port is refused, in a few words."""
        with pytest.raises(FilterError) as caught:
            parse_terms("port", text)
        assert isinstance(caught.value.error, InvalidQueryError)
        assert str(caught.value).startswith("port: expected ")
        assert len(str(caught.value)) < 200

    @pytest.mark.parametrize("text", NO_PORTS)
    def test_so_are_protocols(self, text: str) -> None:
        """A name, or a plain number up to 255."""
        with pytest.raises(FilterError) as caught:
            parse_terms("protocol", text)
        assert len(str(caught.value)) < 200

    def test_numbers_of_protocols(self) -> None:
        """The number of a protocol is that protocol."""
        assert parse_terms("protocol", "6") == parse_terms("protocol", "tcp")
        with pytest.raises(FilterError, match="0 to 255"):
            parse_terms("protocol", "256")

    @pytest.mark.parametrize("text", ["", " ", "!", "SE,", ",SE", "SE,,aws"])
    def test_an_empty_value_is_refused(self, text: str) -> None:
        """With the grammar, which says how to exclude one."""
        with pytest.raises(FilterError, match="prefix a value with !"):
            parse_terms("source", text)

    @pytest.mark.parametrize(
        ("name", "text", "nearest"),
        [
            ("protocol", "tpc", "tcp"),
            ("requirement", "requird", "required"),
            ("inferred", "wen", "when"),
        ],
    )
    def test_closed_lists_are_read_strictly(
        self, name: str, text: str, nearest: str
    ) -> None:
        """With the nearest word."""
        with pytest.raises(FilterError) as caught:
            parse_terms(name, text)
        error = caught.value.error
        assert isinstance(error, UnknownNameError)
        assert error.nearest == nearest

    def test_an_unknown_filter(self) -> None:
        """As every unknown name."""
        with pytest.raises(UnknownNameError, match="did you mean 'source'"):
            parse_terms("sauce", "SE")

    @given(st.sampled_from(sorted(FILTERS)), st.text())
    def test_no_text_breaks_it(self, name: str, text: str) -> None:
        """It is understood, or refused with the filter's name."""
        refused = None
        try:
            terms = parse_terms(name, text)
        except FilterError as wrong:
            refused = wrong
        if refused is None:
            found = len(terms.included) + len(terms.excluded)
            assert found == text.count(",") + 1
        else:
            assert str(refused).startswith(f"{name}: ")

    @given(st.from_regex(r"[0-9]{1,6}(-[0-9]{1,6})?", fullmatch=True))
    def test_ports_are_decimal(self, text: str) -> None:
        """Each accepted port is the number that its digits spell."""
        low, _, high = text.partition("-")
        numbers = [int(low), int(high or low)]
        spelled = [str(number) for number in numbers] == [low, high or low]
        is_port = spelled and 0 <= numbers[0] <= numbers[1] <= 65535
        if is_port:
            expected = range(numbers[0], numbers[1] + 1)
            assert parse_terms("port", text).included == (expected,)
        else:
            with pytest.raises(FilterError):
                parse_terms("port", text)

    def test_errors_can_be_pickled(self) -> None:
        """A build in several processes hands them over."""
        with pytest.raises(FilterError) as caught:
            parse_terms("port", "x")
        back = pickle.loads(pickle.dumps(caught.value))
        assert str(back) == str(caught.value)
        assert back.filter == "port"


class TestSelecting:
    """What is selected."""

    def test_every_criterion_is_a_filter(self) -> None:
        """What Python can ask for, so can a command or a directive."""
        assert set(FILTERS) == set(Criteria.__annotations__)

    def test_any_value_fits_and_no_excluded_one(
        self, edition: Edition
    ) -> None:
        """As the same queries in Python select."""
        flows = select_flows(
            edition.flows,
            {
                "port": parse_terms("port", "22, 8440-8450"),
                "source": parse_terms("source", "!SE"),
            },
        )
        expected = edition.flows.select(port=[22, *range(8440, 8451)]).exclude(
            source="SE"
        )
        assert flows == expected
        assert flows

    def test_a_truth_value_and_fields_are_joined(
        self, edition: Edition
    ) -> None:
        """``no, when``: stated in full, or with an inferred condition."""
        found = select_flows(
            edition.flows, {"inferred": parse_terms("inferred", "no, when")}
        )
        assert found == edition.flows.select(
            inferred=False
        ) | edition.flows.select(inferred="when")

    @pytest.mark.parametrize("text", ["sauce", "!sauce"])
    @pytest.mark.parametrize(
        "name", ["source", "destination", "endpoint", "section", "note"]
    )
    def test_what_fits_nothing_names_the_filter(
        self, edition: Edition, name: str, text: str
    ) -> None:
        """Whether it is included or excluded."""
        with pytest.raises(FilterError, match=f"{name}: unknown") as caught:
            select_flows(edition.flows, {name: parse_terms(name, text)})
        assert caught.value.filter == name

    def test_statements_beside_flows(self, edition: Edition) -> None:
        """Exclusions and pointers have ends and sections, but no ports."""
        ids = {*edition.exclusions.ids(), *edition.pointers.ids()}
        assert {r.id for r in select_statements(edition, {})} == ids
        source = {"source": parse_terms("source", "Controller")}
        found = select_statements(edition, source)
        assert found
        assert {record.source for record in found} == {"controller"}
        for text, expected in (("management", ids), ("!management", set())):
            section = {"section": parse_terms("section", text)}
            found = select_statements(edition, section)
            assert {record.id for record in found} == expected
        port = {"port": parse_terms("port", "443")}
        assert select_statements(edition, port) == []
        with pytest.raises(FilterError, match="source: unknown"):
            select_statements(edition, {"source": parse_terms("source", "x")})


class TestAskedClouds:
    """What a filter on clouds leaves, for tables that settle it."""

    @pytest.mark.parametrize(
        ("text", "clouds"),
        [
            ("aws", {"aws"}),
            ("Amazon Web Services, azure", {"aws", "azure"}),
            ("aws, azure, !azure", {"aws"}),
        ],
    )
    def test_they_are_ids(
        self, edition: Edition, text: str, clouds: set[str]
    ) -> None:
        """By any of their names, without those that are left out."""
        filters = {"cloud": parse_terms("cloud", text)}
        assert asked_clouds(edition, filters) == clouds

    def test_all_but_one(self, edition: Edition) -> None:
        """To leave one out alone leaves the others."""
        filters = {"cloud": parse_terms("cloud", "!aws")}
        names = {value.id for value in edition.facets["cloud"].values}
        assert asked_clouds(edition, filters) == names - {"aws"}

    def test_no_filter(self, edition: Edition) -> None:
        """Leaves everything open."""
        assert asked_clouds(edition, {}) is None

    def test_an_unknown_one(self, edition: Edition) -> None:
        """Is named, with the nearest."""
        filters = {"cloud": parse_terms("cloud", "awss")}
        with pytest.raises(FilterError, match="did you mean 'aws'"):
            asked_clouds(edition, filters)
