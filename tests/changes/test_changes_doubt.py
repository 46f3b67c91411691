"""What is in doubt is reviewed: nothing that might be needed is closed."""

from __future__ import annotations

import attrs
import pytest
from invented import AWS, DOCKER, SILENT, edition, flow, note

from avi_portspec import (
    ALWAYS,
    AllOf,
    AnyOf,
    Condition,
    DeclinedFlow,
    Deployment,
    Edition,
    Flow,
    FlowId,
    Match,
    PortRange,
    Reason,
    Unless,
    diff,
)
from avi_portspec.changes.meaning import condition_action, field_action

#: Where the Controller is a container, but for AWS.
ELSEWHERE = AllOf(parts=(DOCKER, Unless(part=AWS)))
GCP = Match(facet="cloud", values=("gcp",))


def conflicting(*, ruled_out: bool = True) -> Edition:
    """Return an edition that has another port stand in for port 22.

    Args:
        ruled_out: Whether a note rules that other port out on AWS.
    """
    restriction = note("not-on-aws", kind="restriction", qualifies=("other",))
    return edition(
        flow(
            "ssh",
            ports=(PortRange.of(22),),
            when=Unless(part=DOCKER),
        ),
        flow(
            "other",
            2,
            ports=(PortRange.of(5098),),
            when=ELSEWHERE,
            replaces=("ssh",),
        ),
        name="two",
        more={"notes": [restriction] if ruled_out else []},
    )


class TestConflicts:
    """The newer page takes away all ways that it names."""

    OLD = edition(flow("ssh", ports=(PortRange.of(22),)))
    DEPLOYMENT = Deployment(clouds={"aws"}, controller="container")

    def test_what_would_have_been_replaced_is_reviewed(self) -> None:
        """Port 22 is the last one that works: closing it locks people out."""
        new = conflicting()
        (conflict,) = new.resolve(self.DEPLOYMENT).conflicts
        assert conflict.flow == "other"
        assert conflict.replaces == ("ssh",)
        (step,) = diff(self.OLD, new, self.DEPLOYMENT).steps
        assert (step.flow, str(step.pair)) == ("ssh", "TCP 22")
        assert step.action == "review"
        assert step.after == "not-applicable"
        assert conflict.text in step.reason

    def test_it_is_closed_where_there_is_no_conflict(self) -> None:
        """The same edition without the note: port 22 does not apply."""
        new = conflicting(ruled_out=False)
        plan = diff(self.OLD, new, self.DEPLOYMENT)
        (step,) = plan.to_close
        assert step.flow == "ssh"

    def test_it_is_closed_where_the_other_port_is_needed(self) -> None:
        """Off AWS the other port stands in for it."""
        where = Deployment(clouds={"gcp"}, controller="container")
        plan = diff(self.OLD, conflicting(), where)
        assert [step.flow for step in plan.to_open] == ["other"]
        (step,) = plan.to_close
        assert (step.flow, step.after) == ("ssh", "replaced")


class TestConditions:
    """What a changed condition calls for."""

    @pytest.mark.parametrize(
        ("before", "after", "action"),
        [
            # Nobody had said that GCP needs it, nor that it does not.
            (SILENT, AnyOf(parts=(AWS, GCP)), "review"),
            (AnyOf(parts=(AWS, GCP)), SILENT, "review"),
            (SILENT, AWS, "review"),
            (AWS, SILENT, "review"),
            # These had been said.
            (AWS, AnyOf(parts=(AWS, GCP)), "open"),
            (AnyOf(parts=(AWS, GCP)), AWS, "close"),
            (AWS, GCP, "review"),
            (AnyOf(parts=(AWS, GCP)), AnyOf(parts=(GCP, AWS)), "none"),
            (AWS, ALWAYS, "open"),
        ],
    )
    def test_only_a_statement_opens_or_closes(
        self, before: Condition, after: Condition, action: str
    ) -> None:
        """From silence to a yes, somebody has to find out what is open."""
        assert condition_action(before, after) == action

    def test_the_controller_runs_in_one_way_at_a_time(self) -> None:
        """What needs two ways at once never holds, whatever else does."""
        machine = Match(facet="controller", values=("virtual-machine",))
        both = AllOf(parts=(machine, DOCKER))
        never = AllOf(parts=(machine, Unless(part=machine)))
        assert condition_action(both, never) == "none"
        assert condition_action(machine, never) == "close"

    def test_features_are_mixed(self) -> None:
        """What needs two of them at once can hold, and then ends."""
        both = AllOf(parts=(AWS, Match(facet="cloud", values=("openstack",))))
        never = AllOf(parts=(AWS, Unless(part=AWS)))
        assert condition_action(both, never) == "close"


class TestFields:
    """What a changed field calls for."""

    @pytest.mark.parametrize(
        ("before", "after", "action"),
        [
            ("purpose", "restriction", "review"),
            ("restriction", "purpose", "review"),
            ("purpose", "scope", "none"),
        ],
    )
    def test_a_note_that_comes_to_weigh_is_reviewed(
        self, before: str, after: str, action: str
    ) -> None:
        """It bears on what passes before the change, or after it."""
        old, new = note("one", kind=before), note("one", kind=after)
        assert field_action("notes", "kind", old, new) == action

    def test_another_section_calls_for_nothing(self) -> None:
        """The traffic is the same wherever it is stated."""
        one = flow("one")
        assert field_action("flows", "section", one, one) == "none"


def between(
    name: str, *ends: str, doubtful: bool = False, ports: int = 443
) -> Flow:
    """Return a flow between two ends, whose direction may be in doubt."""
    doubts = (
        [
            Reason(
                field="source",
                level="caution",
                short="Perhaps the other way round.",
                reason="Perhaps it is the other way round.",
            )
        ]
        if doubtful
        else []
    )
    source, destination = ends
    return attrs.evolve(
        flow(name, ports=(PortRange.of(ports),)),
        source=source,
        destination=destination,
        readings=doubts,
    )


class TestUnclearDirections:
    """A page of which the two ends may be swapped."""

    WAYS = ("controller", "server"), ("server", "controller")

    def test_it_is_reviewed_and_never_opened(self) -> None:
        """Neither direction passes on the word of that page."""
        plan = diff(
            edition(between("one", *self.WAYS[0], ports=80)),
            edition(between("two", *self.WAYS[0], doubtful=True), name="two"),
            "aws",
        )
        assert plan.to_open == ()
        assert [step.flow for step in plan.to_review] == ["two", "one"]
        assert plan.to_review[0].after == "direction-unclear"
        text = plan.to_markdown()
        assert "may have swapped source and destination" in text
        assert "Find out who opens the connection." in text

    @pytest.mark.parametrize("ends", WAYS)
    def test_what_may_be_the_same_is_not_closed(
        self, ends: tuple[str, str]
    ) -> None:
        """An older rule in either direction may be what is meant."""
        new = edition(between("two", *self.WAYS[0], doubtful=True), name="two")
        plan = diff(edition(between("one", *ends)), new, "aws")
        assert plan.to_close == ()
        assert [step.flow for step in plan.to_review] == ["two"]

    def test_of_the_older_page(self) -> None:
        """Where the newer one does not know it, it may be in use."""
        old = edition(between("one", *self.WAYS[0], doubtful=True))
        new = edition(between("two", *self.WAYS[0], ports=80), name="two")
        plan = diff(old, new, "aws")
        (step,) = plan.to_review
        assert (step.flow, step.before) == ("one", "direction-unclear")
        assert "one" not in [step.flow for step in plan.to_close]

    def test_clear_on_the_newer_page(self) -> None:
        """It is opened, and may be open already."""
        old = edition(between("one", *self.WAYS[0], doubtful=True))
        new = edition(between("one", *self.WAYS[1]), name="two")
        plan = diff(old, new, "aws")
        (step,) = plan.steps
        assert (step.action, step.source) == ("open", "server")
        assert step.reason.endswith(
            "its direction is not clear: it may be in use already."
        )

    def test_declined(self) -> None:
        """It is no step, and is listed with its reason."""
        plan = diff(
            edition(between("other", *self.WAYS[0], ports=80)),
            edition(
                between("other", *self.WAYS[0], ports=80),
                attrs.evolve(
                    between("one", *self.WAYS[0]),
                    citation=flow("one", 2).citation,
                ),
                name="two",
            ),
            Deployment(
                clouds={"aws"},
                declined=[
                    DeclinedFlow(flow=FlowId("one"), reason="not in use")
                ],
            ),
        )
        assert [step.flow for step in plan.steps] == ["other"]
        assert "not in use (the site's deployment file)" in plan.to_markdown()
