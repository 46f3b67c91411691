"""Every flow's ports are in the cell of its pair, and in no other."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import product

import attrs
import pytest
from example_data import SITE
from hypothesis import given
from hypothesis import strategies as st

import avi_portspec
from avi_portspec import (
    ICMP,
    TCP,
    Deployment,
    Edition,
    Exclusion,
    Flow,
    Match,
    PortRange,
    Protocol,
    strategies,
)
from avi_portspec.model.phrases import NOTHING_ASKED, Asked
from avi_portspec.tabular.lines import Line, answer_lines, edition_lines
from avi_portspec.tabular.matrix import (
    Cell,
    End,
    Matrix,
    PortLine,
    make_matrix,
)

EDITIONS = [avi_portspec.load(name) for name in avi_portspec.editions()]
NEWEST = EDITIONS[-1]
CLOUDS = [value.id for value in NEWEST.facets["cloud"].values]
EACH = pytest.mark.parametrize("edition", EDITIONS, ids=lambda e: e.id)


def whole(edition: Edition, *, fold: bool | None = None) -> Matrix:
    """Return the matrix of a whole edition."""
    lines = edition_lines(edition, edition.flows, (), edition.exclusions)
    return make_matrix(edition, lines, fold=fold)


def on(edition: Edition, *clouds: str) -> Matrix:
    """Return the matrix of what can apply on some clouds."""
    flows = edition.flows.select(cloud=clouds)
    asked: Asked = {"cloud": frozenset(clouds)}
    lines = edition_lines(
        edition, flows, flows.unstated, edition.exclusions, asked=asked
    )
    return make_matrix(edition, lines, asked=asked)


def of_flows(edition: Edition, flows: Iterable[Flow]) -> Matrix:
    """Return the matrix of an edition with these flows only."""
    lines = edition_lines(edition, flows)
    return make_matrix(edition, lines)


def grid(matrix: Matrix) -> dict[str, list[str]]:
    """Return the texts of the cells, by the name of their destination."""
    return {
        destination.name: [
            str(matrix.cell(source, destination)) for source in matrix.sources
        ]
        for destination in matrix.destinations
    }


def said(cell: Cell) -> Counter[tuple[str, str]]:
    """Return what a cell says to a reader, as protocols and numbers."""
    found: Counter[tuple[str, str]] = Counter()
    for line in cell.lines:
        text = str(line)
        name = r"[A-Z][A-Za-z0-9/-]*"
        named = re.match(rf"{name}(?: or {name})* (?=[(\w])", text)
        protocols = named.group().split(" or ") if named else ["ICMP "]
        numbers = text[named.end() :] if named else text
        for number in re.split(r", | or | ?[()]", numbers):
            if number:
                for protocol in protocols:
                    found[protocol.strip(), number] += 1
    return found


def stated(flows: Iterable[Flow]) -> set[tuple[str, str]]:
    """Return the same of flows, from their fields."""
    return {
        (protocol.label, "ping")
        if flow.icmp_types
        else (protocol.label, str(ports))
        for flow in flows
        for protocol in flow.protocols
        for ports in flow.ports or (None,)
    }


class TestPlaces:
    """Each port is where its pair is."""

    @EACH
    @pytest.mark.parametrize("fold", [True, False, None])
    def test_a_flow_is_in_the_cell_of_its_pair_only(
        self, edition: Edition, *, fold: bool | None
    ) -> None:
        """Or, where its source has no column, in a line of its own."""
        matrix = whole(edition, fold=fold)
        beside = {flow for line in matrix.also for flow in line.flows}
        for source, destination in product(
            matrix.sources, matrix.destinations
        ):
            mine = [
                flow
                for flow in edition.flows
                if flow.source in source.endpoints
                and flow.destination in destination.endpoints
            ]
            cell = matrix.cell(source, destination)
            assert set(cell.flows) == set(mine)
            assert set(said(cell)) == stated(mine)
            assert cell.excluded == any(
                exclusion.source in source.endpoints
                and exclusion.destination in destination.endpoints
                for exclusion in edition.exclusions
            )
            beside |= set(mine)
        assert beside == set(edition.flows)

    @EACH
    def test_every_endpoint_is_in_one_row(self, edition: Edition) -> None:
        """And no row is empty."""
        for fold in (True, False):
            matrix = whole(edition, fold=fold)
            rows = [e for end in matrix.destinations for e in end.endpoints]
            beside = {line.destination for line in matrix.also}
            assert len(rows) == len(set(rows))
            assert set(rows) | beside == {
                flow.destination for flow in edition.flows
            }
            assert all(any(cells) for cells in grid(matrix).values())

    @pytest.mark.slow
    @given(edition=strategies.editions(), fold=st.booleans())
    def test_so_it_is_for_any_edition(
        self, *, edition: Edition, fold: bool
    ) -> None:
        """Whatever its names, protocols and conditions are."""
        matrix = whole(edition, fold=fold)
        beside = {flow for line in matrix.also for flow in line.flows}
        for source, destination in product(
            matrix.sources, matrix.destinations
        ):
            cell = matrix.cell(source, destination)
            mine = {
                flow
                for flow in edition.flows
                if flow.source in source.endpoints
                and flow.destination in destination.endpoints
            }
            assert set(cell.flows) == mine
            for line in cell.lines:
                for number in (*line.always, *line.sometimes):
                    texts = number.text.split(" or ")
                    for flow in number.flows:
                        assert any(text in spelled(flow) for text in texts)
            beside |= mine
        assert beside == set(edition.flows)
        ends = [e for end in matrix.destinations for e in end.endpoints]
        assert len(ends) == len(set(ends))


def spelled(flow: Flow) -> set[str]:
    """Return the words for a flow's ports that a cell can have."""
    numbers = {pair.number for pair in flow.protocol_ports()}
    numbers |= {number.removesuffix(" request") for number in numbers}
    return {*numbers, " or ".join(p.label for p in flow.protocols), "ping"}


def settings() -> Iterator[Deployment]:
    """Yield deployments on one cloud each, of every kind."""
    features = [value.id for value in NEWEST.facets["feature"].values]
    services = [value.id for value in NEWEST.facets["service"].values]
    for cloud, controller, used in product(
        CLOUDS, ("virtual-machine", "container"), (False, True)
    ):
        yield Deployment(
            clouds={cloud},
            controller=controller,
            features=features if used else (),
            services=services if used else (),
        )


class TestBrackets:
    """What is not always needed stands in brackets."""

    @EACH
    def test_without_brackets_is_what_every_deployment_needs(
        self, edition: Edition
    ) -> None:
        """Where the vendor supports it and says what it needs."""
        answers = [edition.resolve(deployment) for deployment in settings()]
        answers = [answer for answer in answers if not answer.conflicts]
        assert answers
        matrix = whole(edition, fold=False)
        for source, destination in product(
            matrix.sources, matrix.destinations
        ):
            for line in matrix.cell(source, destination).lines:
                for number in (*line.always, *line.sometimes):
                    needed = all(
                        any(
                            answer.status_of(flow.id) == "needed"
                            for flow in number.flows
                        )
                        for answer in answers
                    )
                    assert needed == (number in line.always), number.text

    @pytest.mark.parametrize("cloud", CLOUDS)
    def test_a_filter_settles_what_it_is_about(self, cloud: str) -> None:
        """With a cloud, its own ports lose their brackets."""
        matrix = on(NEWEST, cloud)
        answers = [
            answer
            for deployment in settings()
            if deployment.clouds == {cloud}
            and not (answer := NEWEST.resolve(deployment)).conflicts
        ]
        supported = {answer.deployment.controller for answer in answers}
        for source, destination in product(
            matrix.sources, matrix.destinations
        ):
            for line in matrix.cell(source, destination).lines:
                for number in (*line.always, *line.sometimes):
                    needed = all(
                        any(
                            answer.status_of(flow.id) == "needed"
                            for flow in number.flows
                        )
                        for answer in answers
                    )
                    always = number in line.always
                    # Where a container is not supported, SSH keeps its
                    # condition: nothing else says that it is about that.
                    # Of several, the vendor does not say which are needed.
                    assert needed == always or (
                        (supported == {"virtual-machine"})
                        if number.text == "22"
                        else number.flows[0].requirement == "some-or-all"
                    )

    def test_a_deployment_decides_by_itself(self) -> None:
        """What it needs has no brackets, what is optional has."""
        answer = NEWEST.resolve(Deployment(clouds={"aws"}, services={"dns"}))
        decisions = [answer[f] for f in answer.having("needed", "optional")]
        lines = answer_lines(NEWEST, decisions, NEWEST.exclusions)
        assert grid(make_matrix(NEWEST, lines)) == {
            "Controller": [
                "TCP 22, 443, 8443",
                "TCP 22, 8443; UDP 123; (ping)",
                "TCP 22, 443; UDP 161",
            ],
            "Service Engine": ["No port needed", "TCP 4001", ""],
            "Management gateway": ["(ping)", "(ping)", ""],
            "DNS server": ["UDP 53", "", ""],
            "AWS": ["TCP 443", "", ""],
        }

    def test_what_only_some_flows_of_a_pair_need_is_said_once(self) -> None:
        """Always needed is more than optional."""
        flow = NEWEST.flows["external-to-controller-https"]
        other = attrs.evolve(flow, id="more", requirement="optional")
        (line,) = line_of(of_flows(NEWEST, [flow, other]))
        assert str(line) == "TCP 443"
        assert line.always[0].flows == (flow, other)

    def test_of_several_pairs_both_are_said(self) -> None:
        """In one row, one service may need it and another may not."""
        flow = NEWEST.flows["controller-to-aws"]
        always = attrs.evolve(flow, when=avi_portspec.ALWAYS)
        azure = NEWEST.flows["controller-to-azure"]
        lines = edition_lines(NEWEST, [always, azure])
        matrix = make_matrix(NEWEST, lines, fold=True)
        (end,) = matrix.destinations
        assert end == End(
            "Cloud APIs and masters", ("aws", "azure"), ("AWS", "Azure")
        )
        assert str(matrix.cell(matrix.sources[0], end)) == "TCP 443 (443)"


def line_of(matrix: Matrix) -> tuple[PortLine, ...]:
    """Return the lines of the only cell."""
    (source,), (destination,) = matrix.sources, matrix.destinations
    return matrix.cell(source, destination).lines


class TestReplacements:
    """One port or the other is one entry."""

    FIRST = NEWEST.flows["controller-to-controller-ssh"]
    SECOND = NEWEST.flows["controller-to-controller-ssh-container"]

    @pytest.mark.parametrize(
        ("first", "second", "text"),
        [
            ({}, {}, "TCP 22 or 5098"),
            ({}, {"when": Match(facet="controller", values=("container",))},
             "TCP 22 or 5098"),
            # It is needed where the other one is, too.
            ({"when": avi_portspec.ALWAYS}, {}, "TCP 22 (5098)"),
            # Somewhere neither is.
            ({}, {"when": Match(facet="cloud", values=("aws",))},
             "TCP (22, 5098)"),
            ({}, {"requirement": "optional"}, "TCP (22, 5098)"),
            ({"requirement": "optional"}, {}, "TCP (22, 5098)"),
            # Which ports would it be, of several?
            ({"ports": (PortRange.of(22), PortRange.of(23))}, {},
             "TCP (22, 23, 5098)"),
            ({"protocols": (TCP, avi_portspec.UDP)}, {},
             "TCP (5098); TCP or UDP (22)"),
        ],
    )  # fmt: skip
    def test_it_is_one_only_where_the_other_is_not(
        self, first: dict[str, object], second: dict[str, object], text: str
    ) -> None:
        """Everywhere else, each stands for itself."""
        flows = [
            attrs.evolve(self.FIRST, **first),  # type: ignore[arg-type]
            attrs.evolve(self.SECOND, **second),  # type: ignore[arg-type]
        ]
        assert "; ".join(map(str, line_of(of_flows(NEWEST, flows)))) == text

    def test_what_is_replaced_may_be_filtered_out(self) -> None:
        """Then the other one stands alone."""
        assert str(line_of(of_flows(NEWEST, [self.SECOND]))[0]) == (
            "TCP (5098)"
        )


class TestLines:
    """How a cell reads."""

    def of(self, *changes: dict[str, object]) -> list[str]:
        """Return the lines of flows of one pair with other ports."""
        flow = NEWEST.flows["external-to-controller-https"]
        flows = [
            attrs.evolve(flow, id=f"f-{number}", **change)  # type: ignore[arg-type]
            for number, change in enumerate(changes)
        ]
        return [*map(str, line_of(of_flows(NEWEST, flows)))]

    def test_numbers_sort_as_numbers_and_ranges_by_their_start(self) -> None:
        """80 stands before 443."""
        ports = [
            PortRange(low=6000, high=6010),
            PortRange.of(443),
            PortRange.of(80),
        ]
        assert self.of({"ports": tuple(sorted(ports))}) == [
            "TCP 80, 443, 6000-6010"
        ]
        assert self.of(*({"ports": (port,)} for port in ports)) == [
            "TCP 80, 443, 6000-6010"
        ]

    def test_protocols_stand_in_a_fixed_order(self) -> None:
        """TCP, UDP, either, others, and messages last."""
        udp = avi_portspec.UDP
        bare = {"ports": (), "icmp_types": ()}
        assert self.of(
            {**bare, "protocols": (ICMP,), "icmp_types": (8,)},
            {**bare, "protocols": (ICMP,), "icmp_types": (3,)},
            {**bare, "protocols": (Protocol.of("esp"),)},
            {"protocols": (TCP, udp)},
            {"protocols": (udp,)},
            {},
        ) == [
            "TCP 443",
            "UDP 443",
            "TCP or UDP 443",
            "ping, ESP",
            "ICMP type 3",
        ]


class TestEnds:
    """The rows and the columns."""

    def test_the_whole_edition_is_seven_rows_of_three_columns(self) -> None:
        """As a person drew it."""
        matrix = whole(NEWEST)
        assert matrix.is_turned
        assert [end.name for end in matrix.sources] == [
            "Controller",
            "Service Engine",
            "External network services",
        ]
        assert grid(matrix) == {
            "Controller": [
                "TCP 22 or 5098, 443, 8443",
                "TCP 22 or 5098, 8443; UDP 123; (ping)",
                "TCP 22, 443 (80, 5054); UDP 161",
            ],
            "Service Engine": ["No port needed", "TCP (4001, 9001)", ""],
            "Management gateway": ["(ping)", "(ping)", ""],
            "Network services": [
                "TCP (25, 49); UDP (53, 123, 162, 514); TCP or UDP (389, 636)",
                "",
                "",
            ],
            "OpenStack services": [
                "TCP (5000, 8004, 8774, 9292, 9696, 35357)",
                "",
                "",
            ],
            "Cloud APIs and masters": [
                "TCP (80, 443, 5050, 8080, 8443)",
                "",
                "",
            ],
            "Hosts and cluster nodes": ["TCP (22, 443)", "", ""],
        }
        folded = [end for end in matrix.destinations if end.members]
        assert {end.name: end.members for end in folded} == {
            "Network services": (
                *("SMTP", "TACACS+", "DNS", "NTP", "SNMP traps"),
                *("LDAP", "syslog", "LDAPS"),
            ),
            "OpenStack services": (
                *("Keystone", "Glance", "Nova", "Neutron", "Heat"),
            ),
            "Cloud APIs and masters": (
                *("OpenShift master", "Kubernetes master", "Mesos master"),
                *("Marathon", "AWS", "Azure"),
            ),
            "Hosts and cluster nodes": (
                *("ESXi hosts", "OpenShift node"),
                *("Kubernetes minion", "Mesos node"),
            ),
        }  # fmt: skip

    def test_a_source_with_one_flow_has_no_column(self) -> None:
        """It is told beside the matrix."""
        (line,) = whole(NEWEST).also
        assert (line.source, line.destination) == ("gcp", "avi-vantage")
        assert str(line.port) == "TCP 443"

    def test_with_such_sources_only_they_have_one(self) -> None:
        """A matrix without columns says nothing."""
        flows = NEWEST.flows.select(destination="avi-vantage")
        matrix = of_flows(NEWEST, flows)
        assert grid(matrix) == {"Avi Vantage": ["TCP (443)"]}
        assert matrix.also == ()

    def test_more_sources_than_destinations_turn_it(self) -> None:
        """So that it is never wider than it is high."""
        flows = NEWEST.flows.select(destination="controller")
        assert not of_flows(NEWEST, flows).is_turned
        assert whole(NEWEST).is_turned

    def test_one_source_folds_nothing_unless_asked(self) -> None:
        """One cell for everything would help nobody."""
        flows = NEWEST.flows.select(section="network-services")
        lines = edition_lines(NEWEST, flows)
        assert len(make_matrix(NEWEST, lines).destinations) == 8
        (end,) = make_matrix(NEWEST, lines, fold=True).destinations
        assert end.name == "Network services"

    def test_what_several_sources_reach_is_not_folded(self) -> None:
        """It differs by source, which a reader looks for."""
        ntp = NEWEST.flows["controller-to-ntp"]
        other = attrs.evolve(ntp, id="other", source="service-engine")
        more = attrs.evolve(other, id="more", destination="controller")
        matrix = of_flows(NEWEST, [*NEWEST.flows, other, more])
        assert "NTP server" in grid(matrix)
        assert "NTP" not in {m for e in matrix.destinations for m in e.members}

    def test_what_is_not_needed_is_not_folded(self) -> None:
        """Its words would be lost among the ports of others."""
        exclusion = attrs.evolve(
            NEWEST.exclusions["controller-to-service-engine"],
            id="other",
            destination="aws",
        )
        lines = edition_lines(NEWEST, NEWEST.flows, (), [exclusion])
        assert grid(make_matrix(NEWEST, lines))["AWS"] == [
            "TCP (443); No port needed",
            "",
            "",
        ]

    def test_two_sources_share_no_folded_row(self) -> None:
        """Neither reaches what the other does."""
        ntp = NEWEST.flows["controller-to-ntp"]
        change = {"source": "service-engine", "section": "management"}
        gcp = attrs.evolve(ntp, id="a", destination="gcp", **change)
        aws = attrs.evolve(ntp, id="b", destination="aws", **change)
        flows = [f for f in NEWEST.flows if f.destination != "aws"]
        matrix = of_flows(NEWEST, [*flows, gcp, aws])
        folded = {end.members: end.name for end in matrix.destinations}
        name = "Cloud APIs and masters"
        assert folded["GCP", "AWS"] == name
        assert folded[
            *("OpenShift master", "Kubernetes master", "Mesos master"),
            *("Marathon", "Azure"),
        ] == (name)

    def test_what_a_site_adds_has_its_own_row(self) -> None:
        """Not even a name that the vendor's has puts them together."""
        site = NEWEST.overlay(SITE)
        named = attrs.evolve(
            site,
            endpoints=[
                attrs.evolve(one, short="Vault")
                if one.id in {"backup-vault", "dns-server"}
                else one
                for one in site.endpoints
            ],
        )
        for edition, name in ((site, "Backup vault"), (named, "Vault")):
            matrix = whole(edition)
            (end,) = (
                end
                for end in matrix.destinations
                if "backup-vault" in end.endpoints
            )
            assert end == End(name, ("backup-vault",))
            cells = [str(matrix.cell(one, end)) for one in matrix.sources]
            assert cells == ["TCP 2222", "", ""]

    def test_what_a_site_sets_is_told(self) -> None:
        """What it added, and what it changed; nothing of the vendor's."""
        assert whole(NEWEST).site == ()
        lines = whole(NEWEST.overlay(SITE)).site
        assert {str(line.port) for line in lines} == {"TCP 2222", "TCP 9443"}

    def test_a_project_names_ends_itself(self) -> None:
        """In rows, in columns, and among the folded ones."""
        named = {"controller": "ADC", "dns-server": "Our DNS"}
        edition = attrs.evolve(
            NEWEST,
            endpoints=[
                attrs.evolve(one, short=named.get(one.id, one.short))
                for one in NEWEST.endpoints
            ],
        )
        lines = edition_lines(edition, edition.flows)
        matrix = make_matrix(edition, lines, own=named)
        assert matrix.sources[0].name == "ADC"
        folded = {e.name: e.members for e in matrix.destinations}
        assert "ADC" in folded
        assert folded["Network services"][2] == "Our DNS"


class TestWords:
    """What is no port is said."""

    def test_what_is_not_documented_has_its_word(self) -> None:
        """And its line, for what and where."""
        matrix = on(NEWEST, "mesos")
        assert grid(matrix)["Service Engine"][1] == "Not documented"
        assert [str(line.need) for line in matrix.silent] == [
            "Not documented for Marathon with authentication",
            "Not documented for Mesos (DC/OS)",
        ]

    def test_ports_of_other_clouds_have_only_the_line(self) -> None:
        """The cell is right for some deployments."""
        matrix = whole(NEWEST)
        assert grid(matrix)["Service Engine"][1] == "TCP (4001, 9001)"
        assert [line.source for line in matrix.silent] == [
            *("service-engine", "controller", "controller"),
        ]

    def test_an_empty_cell_says_nothing(self) -> None:
        """Whoever draws it has to."""
        matrix = whole(NEWEST)
        cell = matrix.cell(matrix.sources[2], matrix.destinations[1])
        assert cell == Cell()
        assert str(cell) == ""
        assert matrix.asked == NOTHING_ASKED

    def test_no_lines_give_no_matrix(self) -> None:
        """Neither rows nor columns."""
        matrix = of_flows(NEWEST, ())
        assert (matrix.sources, matrix.destinations) == ((), ())


def test_an_exclusion_alone_has_its_cell() -> None:
    """It is the answer."""
    lines: tuple[Line, ...] = edition_lines(NEWEST, (), (), NEWEST.exclusions)
    assert grid(make_matrix(NEWEST, lines)) == {
        "Service Engine": ["No port needed"]
    }
    assert isinstance(lines[0].exclusion, Exclusion)
