"""What a site decides about single flows: readings, and what it declines."""

from __future__ import annotations

import pickle
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from laws import examples

import avi_portspec
from avi_portspec import (
    AcceptedReading,
    DeclinedFlow,
    Deployment,
    InvalidDataError,
    UnresolvedError,
    diff,
    load,
    loads_deployment,
    strategies,
)

PAGE = load()
GCP = "gcp-to-avi-vantage"
SNMP = "external-to-controller-snmp"


def reading(direction: Any, flow: str = GCP) -> Deployment:
    """Return GCP, with a direction as a site reads it."""
    accepted = AcceptedReading(
        flow=avi_portspec.FlowId(flow), direction=direction
    )
    return Deployment(clouds=["gcp"], readings=[accepted])


def declining(cloud: str, *flows: str) -> Deployment:
    """Return a cloud where some flows are not in use."""
    return Deployment(
        clouds=[cloud],
        declined=[
            DeclinedFlow(flow=avi_portspec.FlowId(flow), reason="not in use")
            for flow in flows
        ],
    )


class TestUnclear:
    """A direction that nobody has read."""

    def test_it_is_no_need(self) -> None:
        """By itself the flow is in neither list of what to open."""
        answer = PAGE.resolve("gcp")
        assert answer.direction_unclear.ids() == (GCP,)
        assert GCP not in answer.needed.ids() + answer.optional.ids()
        assert answer[GCP].status == "direction-unclear"
        assert str(answer[GCP].why) == (
            "Direction not clear: the vendor may have swapped source and "
            "destination"
        )

    def test_strictly_it_is_refused(self) -> None:
        """As with a gap."""
        with pytest.raises(UnresolvedError) as caught:
            PAGE.resolve("gcp", strict=True)
        (line,) = caught.value.unclear
        assert line in str(caught.value)
        assert "TCP 443 from GCP to Avi Vantage" in line
        assert PAGE.resolve(reading("stated"), strict=True)

    def test_elsewhere_it_does_not_apply(self) -> None:
        """Doubt about a flow is none about a deployment without it."""
        assert PAGE.resolve("aws").withheld == ()

    def test_below_the_table(self) -> None:
        """In text and in a notebook, with what is doubtful."""
        answer = PAGE.resolve("gcp")
        for text in (str(answer), answer._repr_html_()):
            assert "direction-unclear: TCP 443 from GCP to Avi Vantage" in text
            assert "More likely the Controller connects to GCP." in text


class TestReadings:
    """How a site reads a direction."""

    @pytest.mark.parametrize(
        ("direction", "ends"),
        [
            ("stated", ("gcp", "avi-vantage")),
            ("reversed", ("avi-vantage", "gcp")),
        ],
    )
    def test_like_an_edition_that_says_so(
        self, direction: str, ends: tuple[str, str]
    ) -> None:
        """Every query finds what a clear page would have."""
        clear = attrs.evolve(
            PAGE,
            flows=[
                attrs.evolve(
                    flow, source=ends[0], destination=ends[1], readings=()
                )
                if flow.id == GCP
                else flow
                for flow in PAGE.flows
            ],
        )
        answer = PAGE.resolve(reading(direction))
        wanted = clear.resolve("gcp")
        assert answer.needed.ids() == wanted.needed.ids()
        for side in ends:
            for way in ("source", "destination"):
                found = answer.needed.select(**{way: side})
                assert found.ids() == wanted.needed.select(**{way: side}).ids()
        flow = answer[GCP].flow
        assert (flow.source, flow.destination) == ends
        # "GCP connects to ..." is about the direction that is stated.
        assert (flow.purpose is None) == (direction == "reversed")
        assert answer[GCP].reason.startswith(
            f"Direction as accepted: {direction}. "
        )

    def test_the_data_is_the_same(self) -> None:
        """It has the digest of the edition that was asked."""
        answer = PAGE.resolve(reading("reversed"))
        assert answer.edition.digest == PAGE.digest
        assert answer.edition.id == PAGE.id
        assert PAGE.flows[GCP].source == "gcp"

    def test_it_survives_a_pickle_and_another_question(self) -> None:
        """Read once, and not turned back."""
        answer = PAGE.resolve(reading("reversed"))
        again = pickle.loads(pickle.dumps(answer))
        assert again == answer
        assert again[GCP].flow == answer[GCP].flow
        asked = avi_portspec.Edition.resolve(
            answer.edition,  # type: ignore[arg-type]
            answer.deployment,
        )
        assert asked[GCP].flow == answer[GCP].flow

    def test_one_more(self) -> None:
        """It overrides that of the deployment."""
        answer = PAGE.resolve(reading("reversed")).reading({GCP: "stated"})
        assert answer[GCP].flow.source == "gcp"
        assert len(answer.deployment.readings) == 1

    def test_of_a_clear_flow(self) -> None:
        """It is a slip, told with the flows that are in doubt."""
        with pytest.raises(InvalidDataError) as caught:
            PAGE.resolve(reading("reversed", "gcp-to-avi-vantag"))
        (fault,) = caught.value.faults
        assert fault.path == "readings[0].flow"
        assert fault.nearest == GCP
        with pytest.raises(
            InvalidDataError, match="in doubt in vantage-undated, got"
        ):
            PAGE.resolve(reading("reversed", SNMP))


class TestDeclined:
    """What a site does not use."""

    def test_it_stays_in_sight(self) -> None:
        """It is no need, and is told with the site's reason."""
        answer = PAGE.resolve(declining("aws", SNMP))
        plain = PAGE.resolve("aws")
        assert answer.declined.ids() == (SNMP,)
        assert {*plain.needed.ids()} - {*answer.needed.ids()} == {SNMP}
        assert answer[SNMP].reason == (
            "Declined: not in use (the site's deployment file)."
        )
        assert (
            "declined: UDP 161 (SNMP) from External network services to "
            "Controller: not in use (the site's deployment file)."
        ) in str(answer)

    @pytest.mark.parametrize(
        ("cloud", "flow", "status"),
        [
            ("aws", "external-to-controller-cli", "not-applicable"),
            (
                "openshift",
                "service-engine-to-service-engine-objstore-cloud",
                "unstated",
            ),
            ("aws", "controller-to-gateway-echo", "declined"),
            ("gcp", GCP, "declined"),
        ],
    )
    def test_only_what_applies(
        self, cloud: str, flow: str, status: str
    ) -> None:
        """The vendor's silence stays a gap, whatever a site says."""
        answer = PAGE.resolve(declining(cloud, flow))
        assert answer.status_of(flow) == status
        assert bool(answer.gaps) == bool(PAGE.resolve(cloud).gaps)

    def test_unknown_flows(self) -> None:
        """All are told, with an unknown word."""
        where = attrs.evolve(
            declining("aws", "external-to-controller-snpm", SNMP),
            features=["cli-shel"],
        )
        with pytest.raises(InvalidDataError) as caught:
            PAGE.resolve(where)
        assert [(f.path, f.nearest) for f in caught.value.faults] == [
            ("features", "cli-shell"),
            ("declined[0].flow", SNMP),
        ]

    def test_twice(self) -> None:
        """Two reasons for one flow would be one too many."""
        flow = avi_portspec.FlowId(SNMP)
        with pytest.raises(InvalidDataError, match=r"declined\[1\].flow"):
            Deployment(
                clouds=["aws"],
                declined=[
                    DeclinedFlow(flow=flow, reason=why) for why in ("a", "b")
                ],
            )


class TestFiles:
    """As TOML."""

    TEXT = """clouds = ["gcp"]
controller = "virtual-machine"
features = []
services = []
nodes = "cluster"

[[readings]]
flow = "gcp-to-avi-vantage"
direction = "reversed"

[[declined]]
flow = "external-to-controller-snmp"
reason = "said \\"no\\""
"""

    def test_it_is_read_and_written(self) -> None:
        """A person wrote the text."""
        where = loads_deployment(self.TEXT, edition=PAGE)
        assert where.readings[0].direction == "reversed"
        assert where.declined[0].reason == 'said "no"'
        assert avi_portspec.dumps_deployment(where) == self.TEXT

    @examples(5)
    @given(strategies.deployments())
    def test_any(self, where: Deployment) -> None:
        """What is written is read back."""
        text = avi_portspec.dumps_deployment(where)
        assert loads_deployment(text) == where

    def test_all_faults_at_once(self) -> None:
        """One of the file hides none of a flow."""
        text = self.TEXT.replace("controller-snmp", "controller-snpm")
        with pytest.raises(InvalidDataError) as caught:
            loads_deployment(text.replace("cluster", "pair"), edition=PAGE)
        assert [f.path for f in caught.value.faults] == [
            "nodes",
            "declined[0].flow",
        ]
        with pytest.raises(InvalidDataError) as caught:
            loads_deployment(text.replace("reversed", "both"), edition=PAGE)
        assert [f.path for f in caught.value.faults] == [
            "readings[0].direction",
            "declined[0].flow",
        ]


class TestPlans:
    """Two editions, of which one knows the flow."""

    def test_each_takes_what_it_knows(self) -> None:
        """The flow of GCP is on the newest page alone."""
        where = attrs.evolve(reading("reversed"), clouds=["aws"])
        plan = diff("17.1", PAGE, where)
        assert plan.old.deployment.readings == ()
        assert plan.new.deployment == where

    def test_what_none_knows_is_refused(self) -> None:
        """It is a slip in both."""
        with pytest.raises(InvalidDataError, match="no-such-flow"):
            diff("17.1", PAGE, declining("aws", "no-such-flow"))


class TestLaws:
    """What holds for every deployment."""

    @examples(5)
    @given(st.data())
    def test_only_the_flows_that_are_named_change(
        self, data: st.DataObject
    ) -> None:
        """Each takes the decision that a person would expect."""
        edition = data.draw(st.sampled_from([PAGE, load("17.1")]))
        drawn = strategies.deployments(edition.facets, edition.flows)
        where = data.draw(drawn.filter(lambda d: d.clouds))
        plain = edition.resolve(attrs.evolve(where, readings=(), declined=()))
        answer = edition.resolve(where)
        declined = {each.flow for each in where.declined}
        read = {each.flow for each in where.readings}
        for decision in answer:
            name = decision.flow.id
            before = plain.status_of(name)
            applies = before in {"needed", "optional", "direction-unclear"}
            if name in declined and applies:
                assert decision.status == "declined"
            elif name in read and applies:
                assert decision.status in {"needed", "optional"}
            else:
                assert decision.status == before
        assert answer.gaps == plain.gaps
