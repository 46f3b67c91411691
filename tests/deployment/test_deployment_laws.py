"""Laws of every decision, over all deployments.

They are proved by structure: the first class shows that a decision depends
only on the words that :func:`relevant` names, the others then go through
every combination of these.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import attrs
import pytest
from deployment_space import deployments
from hypothesis import given
from hypothesis import strategies as st
from laws import examples
from small_edition import DOCKER, SILENT, make_edition, make_flow

import avi_portspec
from avi_portspec import (
    AllOf,
    Answer,
    Deployment,
    Edition,
    Flow,
    Match,
    Resolution,
)
from avi_portspec.deployment.space import cases, relevant, restrict, size

EDITIONS = [avi_portspec.load(name) for name in avi_portspec.editions()]
UNDATED = avi_portspec.load("vantage-undated")
EACH = pytest.mark.parametrize("edition", EDITIONS, ids=lambda e: e.id)
OPEN = {"needed", "optional"}


def _words(facet: str) -> list[str]:
    return [value.id for value in UNDATED.facets[facet].values]


DEPLOYMENTS = deployments(UNDATED)


def _resolved(edition: Edition) -> Iterator[tuple[Flow, Resolution]]:
    """Yield each flow with each answer that a decision on it can rest on."""
    for flow in edition.flows:
        for deployment in cases(edition, flow):
            yield flow, edition.resolve(deployment)


class TestSpace:
    """What the laws go through stands for every deployment."""

    @examples(3)
    @given(DEPLOYMENTS, st.sampled_from(EDITIONS))
    def test_only_the_relevant_matters(
        self, deployment: Deployment, edition: Edition
    ) -> None:
        """A decision is the same without all that no condition names."""
        answer = edition.resolve(deployment)
        for flow in edition.flows:
            alike = restrict(edition, deployment, relevant(edition, flow))
            assert edition.resolve(alike).status_of(flow) == answer.status_of(
                flow
            )

    @given(DEPLOYMENTS, st.sampled_from(EDITIONS))
    def test_every_deployment_has_its_case(
        self, deployment: Deployment, edition: Edition
    ) -> None:
        """What a deployment is restricted to is among the cases."""
        for flow in edition.flows:
            alike = restrict(edition, deployment, relevant(edition, flow))
            assert alike in set(cases(edition, flow))

    @pytest.mark.parametrize(
        ("held", "left"),
        [
            (
                {"clouds": {"gcp", "mesos"}, "controller": "container"},
                {"clouds": {"gcp"}, "controller": "container"},
            ),
            # Without a cloud that is named, another one stands for it.
            (
                {"clouds": {"mesos"}, "nodes": "single-node"},
                {"clouds": {"azure"}, "nodes": "single-node"},
            ),
            (
                {
                    "clouds": {"aws", "azure", "gcp"},
                    "features": {"cli-shell"},
                    "services": {"dns", "ntp"},
                },
                {"clouds": {"aws", "gcp"}, "services": {"dns"}},
            ),
        ],
    )
    def test_what_is_left(
        self, held: dict[str, Any], left: dict[str, Any]
    ) -> None:
        """What a flow names, and what the one that replaces it names."""
        dns = Match(facet="service", values=("dns",))
        flows = [
            make_flow("first", 1, when=AllOf(parts=(SILENT, dns))),
            make_flow("second", 2, when=DOCKER, replaces=("first",)),
            make_flow(
                "third", 3, when=Match(facet="feature", values=("cli-shell",))
            ),
        ]
        edition = make_edition(flows)
        found = restrict(
            edition, Deployment(**held), relevant(edition, edition.flows[0])
        )
        assert found == Deployment(**left)

    @EACH
    def test_each_cloud_has_its_case(self, edition: Edition) -> None:
        """Alone, with all that can be used and with nothing of it."""
        cased = {flow: set(cases(edition, flow)) for flow in edition.flows}
        used = {"features": _words("feature"), "services": _words("service")}
        for cloud, controller, more in itertools.product(
            _words("cloud"), _words("controller"), ({}, used)
        ):
            deployment = Deployment(
                clouds={cloud},
                controller=controller,
                **{name: frozenset(words) for name, words in more.items()},
            )
            answer = edition.resolve(deployment)
            for flow in edition.flows:
                alike = restrict(edition, deployment, relevant(edition, flow))
                assert edition.resolve(alike).status_of(
                    flow
                ) == answer.status_of(flow)
                assert alike in cased[flow]

    @EACH
    def test_by_structure(self, edition: Edition) -> None:
        """A condition's answer rests on what it names: each part of it does.

        A match looks at which of its own values are there and at nothing
        else, and every other form at its parts alone. So a condition is
        settled once each of the values that it names is there or not: no
        further knowledge can change the one answer that is left.
        """
        for flow in edition.flows:
            named: dict[str, set[str]] = {}
            for match in flow.when.matches():
                values = named.setdefault(match.facet, set())
                values.update(match.values, match.unstated)
            for deployment in cases(edition, flow):
                known = {
                    match.facet: deployment.values_of(match.facet)
                    for match in flow.when.matches()
                }
                less = {
                    facet: values & named[facet]
                    for facet, values in known.items()
                }
                answer = flow.when.evaluate(deployment)
                assert flow.when.possible(known) == {answer}
                assert flow.when.possible(less) == {answer}

    def test_size(self) -> None:
        """The space is counted as its facets multiply."""
        assert size(UNDATED) == 2 * (2**11 - 1) * 2 * 2**5 * 2**8

    def test_size_of_fewer_clouds(self) -> None:
        """Three clouds give seven non-empty sets of clouds."""
        facet = UNDATED.facets["cloud"]
        few = attrs.evolve(facet, values=facet.values[:3])
        edition = Edition(
            id="few",
            title="Few",
            product="P",
            source=UNDATED.source,
            facets=[few],
            sections=[],
            endpoints=[],
            flows=[],
        )
        assert size(edition) == 2 * 7


class TestDecisions:
    """What holds of each decision by itself."""

    @EACH
    def test_exactly_one(self, edition: Edition) -> None:
        """Every flow gets one decision, and one collection holds it."""
        for flow, answer in _resolved(edition):
            status = answer.status_of(flow)
            assert [
                each
                for each in (
                    "needed",
                    "optional",
                    "direction-unclear",
                    "declined",
                    "replaced",
                    "not-applicable",
                    "unsupported",
                    "unstated",
                )
                if flow in answer.having(each)
            ] == [status]

    @EACH
    def test_what_is_needed_applies(self, edition: Edition) -> None:
        """A flow is open only where the page says that it applies."""
        for flow, answer in _resolved(edition):
            if answer.status_of(flow) in OPEN:
                stated = flow.when.evaluate(answer.deployment)
                assert stated is Answer.YES

    @EACH
    def test_each_needed_flow_has_a_witness(self, edition: Edition) -> None:
        """The facts of a decision alone make its condition hold."""
        for flow, answer in _resolved(edition):
            decision = answer[flow]
            if decision.status in OPEN:
                left = flow.when.possible(dict(decision.facts))
                assert left == {Answer.YES}

    @EACH
    def test_silence_stays_silence(self, edition: Edition) -> None:
        """An unstated condition is decided as nothing else."""
        for flow, answer in _resolved(edition):
            stated = flow.when.evaluate(answer.deployment)
            silent = stated is Answer.UNSTATED
            assert silent == (answer.status_of(flow) == "unstated")

    @EACH
    def test_each_is_explained(self, edition: Edition) -> None:
        """Every decision has a reason, and starts from the flow's place."""
        for flow, answer in _resolved(edition):
            decision = answer[flow]
            assert decision.reason.endswith(".")
            assert decision.citations[0] == flow.citation
            assert (decision.status == "replaced") == bool(
                decision.replaced_by
            )

    @EACH
    def test_no_exclusion_is_needed(self, edition: Edition) -> None:
        """What the page says is not required is never open."""
        excluded = {(e.source, e.destination) for e in edition.exclusions}
        for flow, answer in _resolved(edition):
            if answer.status_of(flow) in OPEN:
                assert (flow.source, flow.destination) not in excluded


class TestChanges:
    """What happens when a deployment grows."""

    @EACH
    def test_a_feature_removes_nothing(self, edition: Edition) -> None:
        """Whatever is needed stays so when a feature or service is added."""
        for flow, answer in _resolved(edition):
            if answer.status_of(flow) != "needed":
                continue
            for facet, name in (
                ("feature", "features"),
                ("service", "services"),
            ):
                for word in _words(facet):
                    held = getattr(answer.deployment, name)
                    more = attrs.evolve(
                        answer.deployment, **{name: held | {word}}
                    )
                    assert edition.resolve(more).status_of(flow) == "needed"

    @EACH
    def test_a_cloud_removes_only_what_a_note_forbids(
        self, edition: Edition
    ) -> None:
        """A further cloud can take a flow away by a restriction alone."""
        for flow, answer in _resolved(edition):
            if answer.status_of(flow) not in OPEN:
                continue
            for cloud in _words("cloud"):
                more = attrs.evolve(
                    answer.deployment,
                    clouds=answer.deployment.clouds | {cloud},
                )
                after = edition.resolve(more)[flow]
                if after.status != answer.status_of(flow):
                    assert after.status == "unsupported"
                    assert {n.kind for n in after.notes} == {"restriction"}

    @given(DEPLOYMENTS, st.data())
    def test_order_is_the_pages(
        self, deployment: Deployment, data: st.DataObject
    ) -> None:
        """The answer's flows stand as on the page, whatever is asked."""
        edition = data.draw(st.sampled_from(EDITIONS))
        ids = edition.resolve(deployment).flows.ids()
        assert list(ids) == [i for i in edition.flows.ids() if i in ids]


def _serves(flow: Flow) -> tuple[str, str, str]:
    """Return the need that a flow meets; what it replaces, it meets too."""
    return (flow.source, flow.destination, (flow.replaces or (flow.id,))[0])


class TestMinimality:
    """Nothing that is open could be left out."""

    @EACH
    def test_no_need_is_met_twice(self, edition: Edition) -> None:
        """Of flows that meet one need, at most one is open.

        So each open flow is the only one that meets its need: without it
        that need is unmet.
        """
        families: dict[tuple[str, str, str], list[Flow]] = {}
        for flow in edition.flows:
            families.setdefault(_serves(flow), []).append(flow)
        for members in families.values():
            for flow in members:
                for deployment in cases(edition, flow):
                    answer = edition.resolve(deployment)
                    open_ = [m for m in members if m in answer.flows]
                    assert len(open_) <= 1

    @EACH
    def test_no_two_open_the_same(self, edition: Edition) -> None:
        """No two flows between the same ends share a port."""
        for one, other in itertools.combinations(edition.flows, 2):
            if (one.source, one.destination) == (
                other.source,
                other.destination,
            ):
                assert not {*one.protocol_ports()} & {*other.protocol_ports()}


class TestSufficiency:
    """Every need is met, or said to be open."""

    @examples(3)
    @given(DEPLOYMENTS, st.sampled_from(EDITIONS))
    def test_secure_channel(
        self, deployment: Deployment, edition: Edition
    ) -> None:
        """SSH to the Controller is open on one port, or a conflict."""
        answer = edition.resolve(deployment)
        ports = [
            str(pair)
            for pair in answer.flows.select(
                source="service-engine", service="SSH"
            ).ports()
        ]
        container = deployment.controller == "container"
        forbidden = (
            container
            and "openstack" in deployment.clouds
            and "no-container-port-in-openstack" in edition.notes
        )
        if forbidden:
            assert not ports
            assert answer.conflicts
        else:
            assert ports == ["TCP 5098" if container else "TCP 22"]
            assert not answer.conflicts

    @examples(3)
    @given(DEPLOYMENTS)
    def test_object_store(self, deployment: Deployment) -> None:
        """Each cloud has its port between Service Engines, or a gap."""
        answer = UNDATED.resolve(deployment)
        between = answer.flows.select(source="SE", destination="SE")
        silent = {"openshift", "kubernetes", "mesos", "no-orchestrator"}
        gaps = {
            gap.value
            for gap in answer.gaps
            if any("objstore" in flow for flow in gap.flows)
        }
        assert gaps == deployment.clouds & silent
        assert bool(between) == bool(deployment.clouds - silent)
