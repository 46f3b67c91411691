"""Which flow stands in for which, and what is ruled out."""

from __future__ import annotations

from typing import Any

import pytest
from small_edition import AWS, DOCKER, SILENT, make_edition, make_flow

from avi_portspec import (
    AllOf,
    Citation,
    Condition,
    Deployment,
    Edition,
    Flow,
    Note,
    Reason,
    Unless,
)

BARRED = Note(
    id="barred",
    kind="restriction",
    text="Not there.",
    qualifies=("other",),
    citation=Citation(section="only", place="note", number=1),
)


def edition(
    *notes: Note, more: tuple[Flow, ...] = (), **changes: Any
) -> Edition:
    """Return an edition in which ``other`` can stand in for ``first``."""
    other = make_flow("other", 2, **({"replaces": ("first",)} | changes))
    return make_edition([make_flow("first", 1), other, *more], notes)


class TestReplacing:
    """A flow that applies takes the place of another."""

    def test_an_optional_flow_replaces_too(self) -> None:
        """Who chooses it needs the other no more, as the page has it."""
        answer = edition(requirement="optional").resolve("aws")
        assert answer.status_of("other") == "optional"
        assert answer.status_of("first") == "replaced"
        (decision,) = (d for d in answer if d.flow.id == "first")
        assert decision.replaced_by == ("other",)

    @pytest.mark.parametrize("when", [DOCKER, Unless(part=AWS)])
    def test_one_that_does_not_apply_replaces_nothing(
        self, when: Condition
    ) -> None:
        """The first is needed as before."""
        answer = edition(when=when).resolve("aws")
        assert answer.status_of("other") == "not-applicable"
        assert answer.status_of("first") == "needed"

    @pytest.mark.parametrize("when", [AWS, DOCKER])
    def test_one_that_is_replaced_itself_is_named(
        self, when: Condition
    ) -> None:
        """Its condition holds; what only could replace it is not named."""
        third = make_flow("third", 3, replaces=("other",))
        fourth = make_flow("fourth", 4, replaces=("first",), when=when)
        answer = edition(more=(third, fourth)).resolve("aws")
        assert answer.status_of("first") == "replaced"
        assert answer.status_of("other") == "replaced"
        named = ("other", "fourth") if when == AWS else ("other",)
        assert answer["first"].replaced_by == named
        assert answer["first"].reason.startswith("Replaced by TCP 1002")
        assert answer["other"].replaced_by == ("third",)

    def test_one_that_is_unstated_replaces_nothing(self) -> None:
        """Whether it applies is not documented: the first stays."""
        answer = edition(when=SILENT).resolve("gcp")
        assert answer.status_of("other") == "unstated"
        assert answer.status_of("first") == "needed"


class TestRuledOut:
    """A note rules out a flow that would apply but for what it names."""

    WHEN = AllOf(parts=(SILENT, Unless(part=DOCKER)))

    @pytest.mark.parametrize(
        ("cloud", "controller", "status"),
        [
            ("aws", "virtual-machine", "needed"),
            ("aws", "container", "unsupported"),
            # It would have been unstated anyway: nothing needed is lost.
            ("gcp", "container", "not-applicable"),
            ("gcp", "virtual-machine", "unstated"),
            ("azure", "container", "not-applicable"),
        ],
    )
    def test_only_what_would_be_needed_is_unsupported(
        self, cloud: str, controller: Any, status: str
    ) -> None:
        """What is unstated without the note is not unsupported with it."""
        small = edition(BARRED, when=self.WHEN, replaces=())
        where = Deployment(clouds={cloud}, controller=controller)
        assert small.resolve(where).status_of("other") == status

    def test_without_a_note_it_does_not_apply(self) -> None:
        """A condition alone rules nothing out."""
        small = edition(when=self.WHEN, replaces=())
        where = Deployment(clouds={"aws"}, controller="container")
        assert small.resolve(where).status_of("other") == "not-applicable"


class TestProvenance:
    """What a decision rests on and the page does not state."""

    @pytest.mark.parametrize("field", ["requirement", "protocols", "ports"])
    def test_an_inferred_field_is_named(self, field: str) -> None:
        """With its reason; of the requirement as of any other field."""
        reason = Reason(field=field, reason="The page implies it.")
        small = edition(inferred=(reason,))
        decisions = {d.flow.id: d for d in small.resolve("aws")}
        assert decisions["other"].inferred == (reason,)
        assert reason.reason in str(decisions["other"])
        assert decisions["first"].inferred == ()

    def test_so_is_an_ambiguous_one(self) -> None:
        """With its interpretation."""
        reason = Reason(field="ports", reason="Read as one port.")
        small = edition(readings=(reason,))
        decisions = {d.flow.id: d for d in small.resolve("aws")}
        assert decisions["other"].readings == (reason,)
        assert reason.reason in str(decisions["other"])


class TestSymptoms:
    """What a blocked flow causes, and whether that matters."""

    @pytest.mark.parametrize(
        ("requirement", "ignored"),
        [
            ("required", False),
            ("when-used", False),
            ("some-or-all", False),
            ("optional", True),
        ],
    )
    def test_only_an_optional_one_can_be_ignored(
        self, requirement: Any, *, ignored: bool
    ) -> None:
        """Everything else the product needs, at least where it is used."""
        small = edition(
            requirement=requirement, effect_if_blocked="Nothing works."
        )
        (symptom,) = small.symptoms
        assert symptom.flow.id == "other"
        assert symptom.can_be_ignored is ignored
