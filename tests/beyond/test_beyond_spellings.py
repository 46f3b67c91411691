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
    find_slips,
    nearest_name,
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
            # As tables in public documents have them.
            ("SEs", "service-engine"),
            ("Service Engine (SE)", "service-engine"),
            ("Service Engines (SEs)", "service-engine"),
            ("AVI SE", "service-engine"),
            ("the Service Engine(s)", "service-engine"),
            ("SE Group", "service-engine"),
            ("NSX ALB Service Engine Mgmt Network", "service-engine"),
            ("AVI Controllers", "controller"),
            ("Controller Cluster", "controller"),
            ("NSX ALB Controllers.", "controller"),
            ("NSX ALB Controllers and cluster IP address.", "controller"),
            ("NSX ALB Controller nodes and cluster VIP*", "controller"),
            ("Avi Controller VIP + nodes", "controller"),
            ("Controller (10.0.0.10, 2001:db8::1)", "controller"),
            ("Controllers (management IPs)", "controller"),
            ("Admin", "external-network-services"),
            ("DNS", "dns-server"),
            ("NTP servers", "ntp-server"),
            ("Syslog", "syslog-server"),
            ("ESXi Hosts", "esxi-host"),
            ("vCenter IP addresses", "vcenter-server"),
            ("vCenter (Management IP)", "vcenter-server"),
        ],
    )
    def test_every_spelling_leads_to_it(
        self, name: str, endpoint: str
    ) -> None:
        """Of the product's names, each may stand before a component."""
        assert find_endpoint(name) == endpoint

    @pytest.mark.parametrize(
        "name",
        [
            *("NSX ALB vCenter", "NSX ALB", "Avi Load Balancer ", ""),
            # Amazon's mail service, and its load balancer.
            *("SES", "ALB Controller"),
            # A slip, and no plural.
            "awss",
            # Networks are nobody's but a component's.
            *("AWS network", "Azure VMs", "vCenter cluster", "IP address"),
            # Another's, or of two.
            *("Controller (DR site)", "SE (back-end)", "SE data network"),
            *("Controller and Management Network", "vCenter and ESXi hosts"),
            *("SE or VIP network", "Controllers and SEs", "SE" * 200, "("),
            "(((SE)))" * 20,
        ],
    )
    def test_nobody_goes_by_it(self, name: str) -> None:
        """The product's name belongs to nobody but its components."""
        with pytest.raises(UnknownNameError):
            find_endpoint(name)


class TestSlips:
    """What is surely meant by a name that nobody has."""

    @pytest.mark.parametrize(
        ("name", "meant"),
        [
            ("Contoller", "Controller"),
            ("NSX ALB Contoller", "NSX ALB Controller"),
            ("Sevice Engine", "Service Engine"),
            ("ServiceEngine", "Service Engine"),
            ("avi_controller", "Avi Controller"),
            ("vCentre", "vCenter"),
            ("kubernets master", "Kubernetes master"),
        ],
    )
    def test_one_word_differs_by_a_letter(self, name: str, meant: str) -> None:
        """Or the words are joined in another way."""
        endpoints = avi_portspec.load().endpoints
        assert find_slips([name], endpoints) == {name: meant}

    @pytest.mark.parametrize(
        "name",
        [
            # One letter is a lot in a short word.
            *("FTP server", "SFTP server", "DB server", "HTTP server"),
            *("Jump host", "Web server", "Administrators", "sg-1", "", "-"),
            *("Controllership", "Service Engine Controller"),
            # Known, if not for one who has a role.
            "virtualnetwork",
        ],
    )
    def test_what_is_another(self, name: str) -> None:
        """Nobody is meant who is known."""
        assert find_slips([name], avi_portspec.load().endpoints) == {}

    def test_the_nearest_name(self) -> None:
        """It need not be meant; what has little in common is no help."""
        endpoints = avi_portspec.load().endpoints
        assert nearest_name("FTP server", endpoints) == "NTP server"
        assert nearest_name("VCF Operations", endpoints) is None
        assert nearest_name("x" * 100_000, endpoints) is None


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

    def test_everybody_in_the_ledger_is_found(self) -> None:
        """By the very name that the collector of the facts wrote down."""
        with LEDGER.open(encoding="utf-8", newline="") as file:
            rows = [*csv.DictReader(file)]
        statements = avi_portspec.statements()
        ends = {
            (row[side], getattr(statements[name], side))
            for row in rows
            for name in row["into"].split()
            if name in statements.ids()
            for side in ("source", "destination")
            # Where the row says so: what a gateway is, its neighbour tells.
            if row[side] not in {"", "?", "note", "gateway"}
        }
        assert len(ends) > 40
        for name, end in ends:
            if end is not None and name != "vCenter and ESXi hosts":
                assert find_endpoint(name) == end, name

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
