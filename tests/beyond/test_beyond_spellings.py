"""Who is meant by the names that sources use."""

from __future__ import annotations

import csv
from pathlib import Path

import attrs
import pytest

import avi_portspec
from avi_portspec import InvalidDataError, UnknownNameError
from avi_portspec.beyond.files import library
from avi_portspec.beyond.records import Library, Spelling
from avi_portspec.beyond.spellings import (
    find_endpoint,
    other_names,
    product_names,
)
from avi_portspec.tabular.filters import (
    FilterError,
    parse_terms,
    select_flows,
    select_statements,
)

LEDGER = Path(__file__).parents[1] / "data" / "statements" / "ledger.csv"


class TestFindEndpoint:
    """An endpoint by any name."""

    @pytest.mark.parametrize(
        ("name", "endpoint"),
        [
            ("NSX ALB Controller", "controller"),
            ("nsx advanced load balancer SE", "service-engine"),
            ("Avi Load Balancer Service Engine", "service-engine"),
            ("ALB management network", "controller"),
            ("vCenter", "vcenter-server"),
            ("NSX-T Manager", "nsx-manager"),
            ("Avi Vantage", "avi-vantage"),
            ("TKG networks (AKO)", "ako"),
        ],
    )
    def test_every_spelling_leads_to_it(
        self, name: str, endpoint: str
    ) -> None:
        """Of the product's names, each may stand before a component."""
        assert find_endpoint(name) == endpoint

    @pytest.mark.parametrize(
        "name", ["NSX ALB vCenter", "NSX ALB", "Avi Load Balancer ", "SEs"]
    )
    def test_nobody_goes_by_it(self, name: str) -> None:
        """The product's name belongs to nobody but its components."""
        with pytest.raises(UnknownNameError):
            find_endpoint(name)


class TestTheData:
    """Each name with those who use it."""

    def test_sources_use_the_names(self) -> None:
        """As the collector of the facts wrote them down."""
        with LEDGER.open(encoding="utf-8", newline="") as file:
            rows = [*csv.DictReader(file)]
        statements = avi_portspec.statements()
        used: dict[tuple[str, str], set[str]] = {}
        for row in rows:
            for name in row["into"].split():
                if name in statements.ids():
                    stated = statements[name]
                    for side in ("source", "destination"):
                        key = row[side], str(getattr(stated, side))
                        used.setdefault(key, set()).add(str(stated.stated_by))
        named = [each for each in library().names if each.endpoint]
        assert len(named) > 20
        for each in named:
            key = each.name, str(each.endpoint)
            assert set(each.sources) == used[key], each.name

    def test_the_product_was_renamed(self) -> None:
        """The names in order, each from a source of its time."""
        assert product_names() == (
            *("Avi Vantage", "NSX Advanced Load Balancer", "NSX ALB"),
            "Avi Load Balancer",
        )
        known = avi_portspec.sources()
        for each in library().names:
            assert all(source in known for source in each.sources)

    def test_other_names_of_an_endpoint(self) -> None:
        """With the sources that use them."""
        found = {
            each.name: each.sources for each in other_names("nsx-manager")
        }
        assert found["NSX Manager nodes and VIP"] == ("tanzu-nsx",)

    def test_a_name_is_somebodys(self) -> None:
        """Else the data is refused, with the nearest."""
        spelling = Spelling(
            name="Avi",
            endpoint="controler",  # type: ignore[arg-type]
            sources=("ako",),  # type: ignore[arg-type]
        )
        with pytest.raises(InvalidDataError) as caught:
            Library(endpoints=library().endpoints[:1], names=(spelling,))
        (fault,) = caught.value.faults
        assert (fault.path, fault.nearest) == (
            "names[0].endpoint",
            "controller",
        )

    def test_names_are_added_once(self) -> None:
        """Also to a library that is made again."""
        again = attrs.evolve(library())
        assert again == library()


class TestFilters:
    """Every filter that takes an endpoint takes these names."""

    def test_it_is_the_same_as_the_editions_own(self) -> None:
        """Included or excluded, of flows and of what is not needed."""
        edition = avi_portspec.load()
        for own, other in (
            ("Controller", "NSX ALB Controller"),
            ("SE", "NSX Advanced Load Balancer Service Engine"),
        ):
            for name in ("source", "destination", "endpoint"):
                for bar in ("", "!"):
                    expected, found = (
                        {name: parse_terms(name, f"{bar}{text}")}
                        for text in (own, other)
                    )
                    flows = select_flows(edition.flows, found)
                    assert flows == select_flows(edition.flows, expected)
                    assert 0 < len(flows) < len(edition.flows)
                    assert select_statements(
                        edition, found
                    ) == select_statements(edition, expected)

    @pytest.mark.parametrize("name", ["vCenter Server", "nobody"])
    def test_whom_the_edition_lacks_is_refused(self, name: str) -> None:
        """By the name that was given."""
        edition = avi_portspec.load()
        terms = {"source": parse_terms("source", name)}
        with pytest.raises(FilterError, match=name):
            select_flows(edition.flows, terms)
