"""The plan of an upgrade: laws over all pairs of answers, and cases."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented import AWS, SILENT, edition, editions, exclusion, flow
from laws import examples

import avi_portspec
from avi_portspec import (
    ALWAYS,
    ICMP,
    Deployment,
    Edition,
    InvalidDataError,
    PortRange,
    Resolution,
    Step,
    UnknownNameError,
    diff,
    load,
    preset,
    presets,
)
from avi_portspec.changes.intervals import intervals_of

REAL = [load(name) for name in avi_portspec.editions()]
DEPLOYMENTS = st.builds(
    Deployment,
    clouds=st.sampled_from(
        [frozenset({"aws"}), frozenset({"gcp"}), frozenset({"aws", "gcp"})]
    ),
    controller=st.sampled_from(["container", "virtual-machine"]),
    features=st.sampled_from([frozenset(), frozenset({"cli-shell"})]),
    nodes=st.sampled_from(["cluster", "single-node"]),
)
AWS_ONLY = preset("aws")


def _open(resolution: Resolution) -> set[tuple[Any, ...]]:
    """Return each single thing that a deployment needs open."""
    return {
        (flow.source, flow.destination, protocol.number, number)
        for flow in resolution.flows
        for protocol in flow.protocols
        for low, high in intervals_of(flow, protocol)
        for number in range(low, high + 1)
    }


def _of(steps: tuple[Step, ...]) -> set[tuple[Any, ...]]:
    """Return each single thing that some steps are about."""
    return {
        (step.source, step.destination, step.pair.protocol.number, number)
        for step in steps
        for number in (step.pair.ports or step.icmp_types or tuple(range(256)))
    }


class TestLaws:
    """What holds of every plan."""

    @examples(3)
    @given(editions(), editions("two"), DEPLOYMENTS)
    def test_what_is_open_when(
        self, old: Edition, new: Edition, deployment: Deployment
    ) -> None:
        """Opened and kept is what the newer page needs; no more, no less."""
        plan = diff(old, new, deployment)
        before, after = _open(plan.old), _open(plan.new)
        assert _of(plan.to_keep) == before & after
        assert _of(plan.to_open) == after - before
        assert _of(plan.to_close) <= before - after
        left = before - after - _of(plan.to_close)
        assert left <= _of(plan.to_review)

    @examples(3)
    @given(editions(), editions("two"), DEPLOYMENTS)
    def test_nothing_open_to_doubt_is_closed(
        self, old: Edition, new: Edition, deployment: Deployment
    ) -> None:
        """What the newer page leaves unstated or optional is not closed."""
        plan = diff(old, new, deployment)
        doubtful = {
            (flow.source, flow.destination, protocol.number, number)
            for flow in plan.new.having("optional", "unstated")
            for protocol in flow.protocols
            for low, high in intervals_of(flow, protocol)
            for number in range(low, high + 1)
        }
        assert not _of(plan.to_close) & doubtful

    @examples(3)
    @given(editions(), editions("two"), DEPLOYMENTS)
    def test_silence_closes_nothing(
        self, old: Edition, new: Edition, deployment: Deployment
    ) -> None:
        """What is closed, the newer page states, or excludes the pair."""
        plan = diff(old, new, deployment)
        excluded = {(e.source, e.destination) for e in new.exclusions}
        for step in plan.to_close:
            pair = (step.source, step.destination)
            assert pair in excluded or step.after != "silent"

    @given(editions(), DEPLOYMENTS)
    def test_no_upgrade(self, one: Edition, deployment: Deployment) -> None:
        """From an edition to itself, all is kept or was open to doubt."""
        plan = diff(one, one, deployment)
        assert not plan.to_open
        assert not plan.to_close
        assert {step.after for step in plan.to_review} <= {"unstated"}

    @given(editions(), editions("two"), DEPLOYMENTS)
    def test_every_step_is_of_one_action(
        self, old: Edition, new: Edition, deployment: Deployment
    ) -> None:
        """The four lists make up the plan."""
        plan = diff(old, new, deployment)
        parts = (plan.to_open, plan.to_keep, plan.to_close, plan.to_review)
        assert sum(map(len, parts)) == len(plan.steps)

    @pytest.mark.parametrize("name", presets())
    def test_real_editions(self, name: str) -> None:
        """The laws hold for every preset and every upgrade there is."""
        for old in REAL:
            for new in REAL:
                plan = diff(old, new, name)
                before, after = _open(plan.old), _open(plan.new)
                assert _of(plan.to_open) == after - before
                assert _of(plan.to_keep) == after & before
                assert _of(plan.to_close) <= before - after


class TestReasons:
    """Why each step is to be done."""

    def test_the_older_page_was_silent(self) -> None:
        """What the older page does not name may be in use already."""
        (step,) = diff(edition(), edition(flow("flow")), AWS_ONLY).to_open
        assert step.before == "silent"
        assert "page does not name it, which proves nothing" in step.reason

    def test_the_older_page_left_it_unstated(self) -> None:
        """So may be what it leaves unstated."""
        old = edition(flow("flow", when=SILENT))
        (step,) = diff(old, edition(flow("flow")), "gcp").to_open
        assert step.before == "unstated"
        assert "page does not say whether it applies" in step.reason

    def test_the_older_page_ruled_it_out(self) -> None:
        """What the older page states not to apply needs no such remark."""
        old = edition(flow("flow", when=AWS))
        (step,) = diff(old, edition(flow("flow")), "gcp").to_open
        assert step.reason == "Required."

    def test_optional_before(self) -> None:
        """An optional flow that is needed now is to be opened."""
        old = edition(flow("flow", requirement="optional"), name="old")
        (step,) = diff(old, edition(flow("flow")), "gcp").to_open
        assert step.reason.endswith("On the old page, it is optional.")

    def test_other_ports(self) -> None:
        """The same flow on other ports closes the ones it leaves."""
        new = edition(flow("flow", ports=(PortRange.of(1),)), name="new")
        plan = diff(edition(flow("flow")), new, AWS_ONLY)
        assert [str(step.pair) for step in plan.to_open] == ["TCP 1"]
        (closed,) = plan.to_close
        assert str(closed.pair) == "TCP 10000"
        assert closed.reason == (
            "The new page has the same flow without these ports."
        )

    def test_part_of_a_range(self) -> None:
        """Only what is more or less of a range is to be done."""
        old = edition(flow("flow", ports=(PortRange(low=10, high=20),)))
        new = edition(flow("flow", ports=(PortRange(low=15, high=25),)))
        plan = diff(old, new, AWS_ONLY)
        assert [str(s.pair) for s in plan.to_open] == ["TCP 21-25"]
        assert [str(s.pair) for s in plan.to_keep] == ["TCP 15-20"]
        assert [str(s.pair) for s in plan.to_close] == ["TCP 10-14"]

    def test_no_longer_applicable(self) -> None:
        """A condition that does not hold any more closes."""
        new = edition(flow("flow", when=AWS), name="new")
        (step,) = diff(edition(flow("flow")), new, "gcp").to_close
        assert step.after == "not-applicable"
        assert step.reason.startswith(
            "By the new page, it does not apply to this deployment. "
        )

    def test_excluded(self) -> None:
        """An exclusion closes even what the newer page does not name."""
        rows = [exclusion("none", "controller", "server")]
        new = edition(name="new", more={"exclusions": rows})
        (step,) = diff(edition(flow("flow")), new, AWS_ONLY).to_close
        assert step.after == "silent"
        assert step.reason == "The new page states: Not required."

    def test_silent_now(self) -> None:
        """What is not named any more is for a person to find out."""
        new = edition(name="new")
        (step,) = diff(edition(flow("flow")), new, AWS_ONLY).to_review
        assert step.reason == (
            "The new page does not name it, which proves nothing: find out "
            "whether it is still in use before you close it."
        )

    def test_optional_now(self) -> None:
        """What has become optional is for a person to decide."""
        new = edition(flow("flow", requirement="optional"), name="new")
        (step,) = diff(edition(flow("flow")), new, AWS_ONLY).to_review
        assert step.reason == "On the new page, it is optional."

    def test_optional_now_on_other_ports(self) -> None:
        """On other ports too, optional is no statement that it is over."""
        new = edition(
            flow("flow", requirement="optional", ports=(PortRange.of(1),))
        )
        (step,) = diff(edition(flow("flow")), new, AWS_ONLY).to_review
        assert step.after == "optional"
        assert step.reason.startswith("Optional.")

    def test_unstated_now(self) -> None:
        """What the newer page leaves unstated is asked once."""
        new = edition(flow("flow", when=SILENT))
        (step,) = diff(edition(flow("flow")), new, "gcp").to_review
        assert step.after == "unstated"
        assert step.reason.startswith(
            "Not documented for GCP. The vendor's page "
        )

    def test_echo(self) -> None:
        """Without ports, there is one step for all types."""
        values: Any = {"protocols": (ICMP,), "ports": ()}
        new = edition(flow("flow", icmp_types=(0, 8), **values))
        (step,) = diff(edition(), new, AWS_ONLY).to_open
        assert (str(step.pair), step.icmp_types) == ("ICMP", (0, 8))
        (kept,) = diff(new, new, AWS_ONLY).to_keep
        assert kept.icmp_types == (0, 8)

    def test_some_types_less(self) -> None:
        """Of all types, those that the newer page names are not closed."""
        values: Any = {"protocols": (ICMP,), "ports": ()}
        old = edition(flow("flow", **values))
        new = edition(flow("flow", icmp_types=(8,), **values))
        plan = diff(old, new, AWS_ONLY)
        assert [step.icmp_types for step in plan.to_keep] == [(8,)]
        (closed,) = plan.to_close
        assert closed.icmp_types == (*range(8), *range(9, 256))
        assert "  ICMP type 0-7, 9-255  " in plan.to_text()

    def test_some_types_more(self) -> None:
        """Of ICMP types, only those that are new are to be opened."""
        values: Any = {"protocols": (ICMP,), "ports": ()}
        old = edition(flow("flow", icmp_types=(8,), **values))
        new = edition(flow("flow", icmp_types=(8, 0), **values))
        plan = diff(old, new, AWS_ONLY)
        assert [step.icmp_types for step in plan.to_open] == [(0,)]
        assert [step.icmp_types for step in plan.to_keep] == [(8,)]


class TestRealUpgrades:
    """Upgrades between the editions that there are."""

    def test_aws(self) -> None:
        """Up to the newest edition, AWS has three things to open."""
        plan = diff(load("16.2"), load("vantage-undated"), "aws")
        assert [step.flow for step in plan.to_open] == [
            "controller-to-controller-https",
            "service-engine-to-service-engine-objstore-cloud",
            "controller-to-aws",
        ]
        assert not plan.to_close
        assert [gap.value for gap in plan.old.gaps] == ["aws"]

    def test_container_in_openstack(self) -> None:
        """The last way in is not closed: its loss is a conflict."""
        deployment = preset("openstack", controller="container")
        plan = diff(load("17.1"), load("vantage-undated"), deployment)
        assert not plan.to_close
        assert [step.after for step in plan.to_review] == ["unsupported"] * 2
        for step in plan.to_review:
            assert step.reason.startswith("Unresolved on the ")

    def test_what_a_conflict_replaces_is_not_closed(self) -> None:
        """Port 22 stays for review: 5098 replaces it, and is ruled out."""
        new = load("vantage-undated")
        ids = ("controller-to-controller-ssh", "service-engine-to-controller-")
        changed = [
            attrs.evolve(one, when=ALWAYS, replaces=())
            if one.id.startswith(ids) and one.service == "SSH"
            else one
            for one in new.flows
        ]
        old = attrs.evolve(new, id="old", flows=changed)
        deployment = preset("openstack", controller="container")
        plan = diff(old, new, deployment)
        on_22 = [
            step
            for step in plan.steps
            if step.flow == "controller-to-controller-ssh"
        ]
        assert [
            (step.action, str(step.pair), step.before, step.after)
            for step in on_22
        ] == [("review", "TCP 22", "needed", "not-applicable")]
        assert on_22[0].reason.startswith("Unresolved on the vantage-undated ")

    def test_openshift(self) -> None:
        """The object store's ports are asked about, not opened."""
        plan = diff(load("17.1"), load("vantage-undated"), "openshift")
        assert [str(s.pair) for s in plan.to_review] == [
            "TCP 4001",
            "TCP 9001",
        ]

    def test_a_downgrade(self) -> None:
        """The other way, what the older page does not name is asked."""
        plan = diff(load("vantage-undated"), load("16.2"), "aws")
        assert not plan.to_open
        assert not plan.to_close
        assert {step.after for step in plan.to_review} == {"silent"}

    def test_unknown_preset(self) -> None:
        """A preset that there is none of suggests the nearest."""
        with pytest.raises(UnknownNameError):
            diff(REAL[0], REAL[1], "awz")

    def test_unknown_word(self) -> None:
        """A word that an edition does not know is no silent no."""
        wrong = Deployment(clouds=frozenset({"awz"}))
        with pytest.raises(InvalidDataError, match="did you mean 'aws'"):
            diff(REAL[0], REAL[1], wrong)

    def test_unknown_action(self) -> None:
        """Nothing to "opn" would be read as nothing to open."""
        old, new = (
            avi_portspec.load("17.1"),
            avi_portspec.load("vantage-undated"),
        )
        plan = avi_portspec.diff(old, new, "aws")
        changes = avi_portspec.diff(old, new)
        for ask in (plan.having, changes.calling_for):
            with pytest.raises(avi_portspec.UnknownNameError, match="'opn'"):
                ask("opn")  # type: ignore[arg-type]

    def test_frozen(self) -> None:
        """A plan cannot be assigned to."""
        plan: Any = diff(REAL[0], REAL[1], "aws")
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            plan.steps = ()
