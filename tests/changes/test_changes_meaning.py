"""What a change means for a firewall."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented import AWS, CLI, CONDITIONS, DOCKER, SILENT, edition, flow, note
from invented import exclusion as excluded

from avi_portspec import (
    ALWAYS,
    ICMP,
    TCP,
    UDP,
    AllOf,
    AnyOf,
    Condition,
    Deployment,
    Match,
    PortRange,
    Unless,
    diff,
    load,
)
from avi_portspec.changes.meaning import combine, condition_action, kind_of
from avi_portspec.model.consistency import RECORDS
from avi_portspec.model.record import checks_of

AZURE = Match(facet="cloud", values=("azure",))
GCP = Match(facet="cloud", values=("gcp",))
#: Yes for GCP, and unstated for AWS.
UNSTATED = Match(facet="cloud", values=("gcp",), unstated=("aws",))
BOTH = Match(facet="cloud", values=("gcp", "aws"))
EITHER = Match(facet="cloud", values=("aws", "azure"))
MACHINE = Match(facet="controller", values=("virtual-machine",))
MAY = {"requirement": "optional"}
WIDE = PortRange(low=10000, high=10009)


def _action(before: Any, after: Any) -> str:
    """Return what the change of one flow calls for."""
    (change,) = diff(edition(before), edition(after)).of("flows")
    return change.action


class TestKinds:
    """What the change of a field is about."""

    #: The fields that say what passes, and for whom; of other records, how
    #: they hang together.
    MEANING: ClassVar = {
        "facets": {"many", "values"},
        "sections": {"parent"},
        "endpoints": {"kind"},
        "flows": {
            *("section", "source", "destination", "protocols", "ports"),
            *("icmp_types", "requirement", "when", "replaces"),
        },
        "exclusions": {"section", "source", "destination"},
        "pointers": {"section", "source", "destination", "targets"},
        "notes": {"kind", "qualifies", "sections"},
        "interfaces": {"cloud", "section", "flows"},
    }

    @pytest.mark.parametrize(
        ("collection", "cls"), [(name, cls) for name, _, cls in RECORDS]
    )
    def test_of_each_field(self, collection: str, cls: type) -> None:
        """Where it stands, what it says, and the rest is how it is said."""
        for name, _, is_derived in checks_of(cls):
            if not is_derived:
                stands = name in {"citation", "extent"}
                says = name in self.MEANING[collection]
                assert kind_of(collection, name) == (
                    "citation" if stands else "meaning" if says else "text"
                )

    def test_of_the_edition_itself(self) -> None:
        """Its title and its source are text, whatever fields they have."""
        assert kind_of("", "overview") == "citation"
        for name in ("id", "title", "product", "aliases", "source"):
            assert kind_of("", name) == "text"


class TestFlowFields:
    """One field changes."""

    @pytest.mark.parametrize(
        ("before", "after", "action"),
        [
            ({}, {"ports": (WIDE,)}, "open"),
            ({"ports": (WIDE,)}, {}, "review"),
            ({}, {"ports": (PortRange.of(7),)}, "review"),
            ({}, {"protocols": (TCP, UDP)}, "open"),
            ({"protocols": (TCP, UDP)}, {}, "review"),
            ({}, {"protocols": (UDP,)}, "review"),
            (
                {"protocols": (ICMP,), "ports": ()},
                {"protocols": (ICMP,), "ports": (), "icmp_types": (8,)},
                "review",
            ),
            ({"requirement": "optional"}, {}, "open"),
            ({}, {"requirement": "optional"}, "review"),
            ({}, {"requirement": "when-used"}, "open"),
            ({}, {"source": "service-engine"}, "review"),
            ({}, {"destination": "service-engine"}, "review"),
            ({"when": AWS}, {}, "open"),
            ({}, {"when": AWS}, "review"),
            (MAY, {**MAY, "ports": (WIDE,)}, "optional"),
            ({**MAY, "when": AWS}, MAY, "optional"),
            (MAY, {**MAY, "when": AWS}, "review"),
            (MAY, {"ports": (WIDE,)}, "open"),
            ({}, {**MAY, "ports": (WIDE,)}, "review"),
            ({}, {"purpose": "New."}, "none"),
            ({}, {"service": "New"}, "none"),
            ({}, {"effect_if_blocked": "New."}, "none"),
            ({}, {"when": AWS, "ports": (WIDE,)}, "review"),
        ],
    )
    def test_action(self, before: Any, after: Any, action: str) -> None:
        """More is to open, and anything else to review."""
        assert _action(flow("flow", **before), flow("flow", **after)) == action

    def test_splitting_a_range_is_no_work(self) -> None:
        """The same ports in other ranges open nothing and close nothing."""
        parts = (
            PortRange(low=10000, high=10004),
            PortRange(low=10005, high=10009),
        )
        one, two = flow("flow", ports=(WIDE,)), flow("flow", ports=parts)
        assert _action(one, two) == "none"

    def test_replacing_is_reviewed(self) -> None:
        """What stands in for what is for a person to look at."""
        other = flow("other", 2, ports=(PortRange.of(1),))
        before = edition(flow("flow"), other)
        stands_in = flow("flow", replaces=("other",))
        (change,) = diff(before, edition(stands_in, other)).of("flows")
        assert change.action == "review"


class TestRecords:
    """A record comes or goes."""

    @pytest.mark.parametrize(
        ("requirement", "action"),
        [
            ("required", "open"),
            ("when-used", "open"),
            # An answer has it among what is needed, too.
            ("some-or-all", "open"),
            ("optional", "optional"),
        ],
    )
    def test_new_flow(self, requirement: Any, action: str) -> None:
        """It is to open, unless nothing depends on it."""
        new = edition(flow("flow", requirement=requirement))
        (change,) = diff(edition(), new).of("flows")
        assert change.action == action

    def test_silence_closes_nothing(self) -> None:
        """That a page no longer names a flow is no statement."""
        (change,) = diff(edition(flow("flow")), edition()).of("flows")
        assert change.action == "review"

    def test_an_exclusion_is_reviewed(self) -> None:
        """Also with the flow that it takes away: a person closes it."""
        rows = [excluded("none", "controller", "server")]
        new = edition(more={"exclusions": rows})
        changes = diff(edition(flow("flow")), new)
        assert [c.collection for c in changes.calling_for("review")] == [
            "flows",
            "exclusions",
        ]

    def test_an_exclusion_that_goes(self) -> None:
        """Without it, nothing is said any more."""
        rows = [excluded("none", "controller", "server")]
        old = edition(more={"exclusions": rows})
        (change,) = diff(old, edition()).of("exclusions")
        assert change.action == "review"

    def test_an_exclusion_that_changes(self) -> None:
        """Another pair of ends is looked at."""
        one = [excluded("none", "controller", "server")]
        two = [excluded("none", "server", "controller")]
        (change,) = diff(
            edition(more={"exclusions": one}),
            edition(more={"exclusions": two}),
        ).of("exclusions")
        assert change.action == "review"

    @pytest.mark.parametrize(
        ("kind", "action"),
        [
            ("restriction", "review"),
            ("source-address", "review"),
            ("purpose", "none"),
            ("impact", "none"),
        ],
    )
    def test_notes(self, kind: Any, action: str) -> None:
        """A note that bears on what passes is looked at."""
        new = edition(more={"notes": [note("note", kind=kind)]})
        (added,) = diff(edition(), new).of("notes")
        assert added.action == action
        other = [note("note", kind=kind, text="Other.")]
        (changed,) = diff(new, edition(more={"notes": other})).of("notes")
        assert changed.action == action

    def test_endpoints(self) -> None:
        """An endpoint without a flow is no work."""
        new = edition()
        old = edition(more={"endpoints": ()})
        assert {c.action for c in diff(old, new).of("endpoints")} == {"none"}

    def test_real_editions(self) -> None:
        """After 17.1, 5098 is needed still, but not on OpenStack."""
        changes = diff(load("17.1"), load("vantage-undated"))
        found = changes.calling_for("review")
        assert [c.id for c in found if c.collection != "notes"] == [
            "controller-to-controller-ssh-container",
            "service-engine-to-controller-ssh-container",
            "controller-to-service-engine",
        ]
        assert [c.id for c in changes.calling_for("optional")] == [
            "controller-to-gateway-echo",
            "service-engine-to-controller-echo",
            "service-engine-to-gateway-echo",
        ]


class TestConditions:
    """Conditions are compared by their truth tables."""

    @pytest.mark.parametrize(
        ("before", "after", "action"),
        [
            (AWS, AWS, "none"),
            (AWS, EITHER, "open"),
            (EITHER, AWS, "close"),
            (AWS, AZURE, "review"),
            (AWS, SILENT, "review"),
            (SILENT, AWS, "review"),
            # From "unstated" alone to yes, and to no; and back.
            (UNSTATED, BOTH, "review"),
            (UNSTATED, GCP, "review"),
            (BOTH, UNSTATED, "review"),
            (GCP, UNSTATED, "review"),
            (EITHER, AnyOf(parts=(AWS, AZURE)), "none"),
            (AWS, AllOf(parts=(AWS, CLI)), "close"),
            (AWS, Unless(part=Unless(part=AWS)), "none"),
            (DOCKER, Unless(part=DOCKER), "review"),
            # A Controller can manage two clouds at once, and three.
            (AllOf(parts=(AWS, GCP)), AllOf(parts=(AWS, GCP, AZURE)), "close"),
            (AllOf(parts=(AWS, GCP)), AWS, "open"),
            # It runs in one way.
            (
                AllOf(parts=(DOCKER, MACHINE)),
                AllOf(parts=(DOCKER, MACHINE, AWS)),
                "none",
            ),
            (ALWAYS, AnyOf(parts=(AWS, Unless(part=AWS))), "none"),
        ],
    )
    def test_action(
        self, before: Condition, after: Condition, action: str
    ) -> None:
        """Wider is to open, narrower to close, the same is nothing."""
        assert condition_action(before, after) == action

    @given(st.sampled_from(CONDITIONS), st.sampled_from(CONDITIONS))
    def test_agrees_with_evaluate(
        self, before: Condition, after: Condition
    ) -> None:
        """No deployment contradicts the verdict."""
        verdict = condition_action(before, after)
        for clouds in ({"aws"}, {"gcp"}, {"aws", "gcp"}, {"azure"}):
            for controller in ("container", "virtual-machine"):
                for features in (set(), {"cli-shell"}):
                    deployment = Deployment(
                        clouds=frozenset(clouds),
                        controller=controller,
                        features=frozenset(features),
                    )
                    one = before.evaluate(deployment)
                    other = after.evaluate(deployment)
                    assert verdict != "none" or one == other
                    assert verdict != "open" or one <= other
                    assert verdict != "close" or one >= other

    def test_too_many_words(self) -> None:
        """What cannot be tabulated is for a person to look at."""
        words = tuple(f"cloud-{n}" for n in range(15))
        many = Match(facet="cloud", values=words)
        assert condition_action(many, AWS) == "review"


class TestCombined:
    """Several actions as one."""

    @pytest.mark.parametrize(
        ("actions", "one"),
        [
            ([], "none"),
            (["none"], "none"),
            (["none", "open"], "open"),
            (["open", "review"], "review"),
            (["open", "optional"], "review"),
            (["optional", "optional"], "optional"),
        ],
    )
    def test_one(self, actions: Any, one: str) -> None:
        """What differs needs a person."""
        assert combine(actions) == one
