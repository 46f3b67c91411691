"""Directions in doubt: two of them, and readings of other kinds beside."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from small_edition import DOCKER, make_edition, make_flow

import avi_portspec
from avi_portspec import (
    AcceptedReading,
    Citation,
    DeclinedFlow,
    Deployment,
    Edition,
    FlowId,
    InvalidDataError,
    Note,
    NoteId,
    Reason,
    SectionId,
    Unless,
    load,
    preset,
)
from avi_portspec.deployment.choices import (
    add_readings,
    choice_faults,
    drop_choices,
)

PAGE = load("vantage-undated")
OLD = load("17.1")
GCP = "gcp-to-avi-vantage"
SNMP = "external-to-controller-snmp"


def reason(field: str, level: Any = "caution") -> Reason:
    """Return a reading of a field."""
    return Reason(
        field=field,  # type: ignore[arg-type]
        level=level,
        short=f"Perhaps ({field}).",
        reason=f"Perhaps another {field}.",
    )


def doubting(*readings: Reason) -> Edition:
    """Return the page, with readings of SNMP."""
    flows = [
        attrs.evolve(flow, readings=readings) if flow.id == SNMP else flow
        for flow in PAGE.flows
    ]
    return attrs.evolve(PAGE, flows=flows)


def reading(cloud: str, **flows: Any) -> Deployment:
    """Return a cloud, with directions as a site reads them."""
    names = {"gcp": GCP, "snmp": SNMP}
    return preset(
        cloud,
        readings=[
            AcceptedReading(flow=FlowId(names[name]), direction=direction)
            for name, direction in flows.items()
        ],
    )


def ends(edition: Any, name: str) -> tuple[str, str]:
    """Return the two ends of a flow."""
    flow = edition.flows[name]
    return flow.source, flow.destination


class TestTwo:
    """A site may settle the one, the other, or both."""

    PAGE = doubting(reason("source"))
    STATED = ("external-network-services", "controller")

    def test_the_other_stays_in_doubt(self) -> None:
        """It is as the page has it, and nobody has accepted that."""
        answer = self.PAGE.resolve(reading("gcp", gcp="reversed"))
        assert answer.direction_unclear.ids() == (SNMP,)
        assert ends(answer.edition, GCP) == ("avi-vantage", "gcp")
        assert ends(answer.edition, SNMP) == self.STATED

    def test_one_more_keeps_the_first(self) -> None:
        """Only of the same flow is a reading overridden."""
        first = self.PAGE.resolve(reading("gcp", gcp="reversed"))
        both = first.reading({SNMP: "reversed"})
        assert both.direction_unclear.ids() == ()
        assert ends(both.edition, GCP) == ("avi-vantage", "gcp")
        assert ends(both.edition, SNMP) == self.STATED[::-1]
        where = add_readings(first.deployment, {FlowId(GCP): "stated"})
        assert where == reading("gcp", gcp="stated")


class TestWhatIsInDoubt:
    """A caution about either end, and nothing else."""

    @pytest.mark.parametrize("field", ["source", "destination"])
    def test_it_may_be_asked_twice(self, field: str) -> None:
        """An edition in which it is read takes the reading once more."""
        page, where = doubting(reason(field)), reading("aws", snmp="reversed")
        answer = page.resolve(where)
        assert SNMP in answer.needed.ids()
        again = Edition.resolve(answer.edition, where)  # type: ignore[arg-type]
        assert ends(again.edition, SNMP) == ends(answer.edition, SNMP)

    @pytest.mark.parametrize(
        "other",
        [
            reason("ports"),
            reason("ports", "site"),
            reason("source", "assumed"),
            reason("destination", "routine"),
        ],
    )
    def test_nothing_else_is_turned(self, other: Reason) -> None:
        """A reading of a flow that is not in doubt is refused."""
        page = doubting(other)
        assert page.resolve("aws").direction_unclear.ids() == ()
        with pytest.raises(InvalidDataError) as caught:
            page.resolve(reading("aws", snmp="reversed"))
        (fault,) = caught.value.faults
        assert (fault.rule, fault.path) == ("word/unknown", "readings[0].flow")

    def test_other_readings_stay_as_they_are(self) -> None:
        """The site speaks of the direction alone, with the page's reason."""
        page = doubting(reason("ports"), reason("source"))
        answer = page.resolve(reading("aws", snmp="reversed"))
        ports, source = answer.edition.flows[SNMP].readings
        assert ports == reason("ports")
        assert source == Reason(
            field="source",
            level="site",
            short="Direction as accepted: reversed.",
            reason="Direction as accepted: reversed. Perhaps another source.",
        )

    def test_it_is_read_in_one_way(self) -> None:
        """Two readings of one flow contradict each other, or repeat it."""
        two = [
            AcceptedReading(flow=FlowId(SNMP), direction=direction)
            for direction in ("stated", "reversed")
        ]
        with pytest.raises(InvalidDataError) as caught:
            preset("aws", readings=two)
        assert [*caught.value.faults] == [
            avi_portspec.Fault(
                "deployment/flow-twice",
                "readings[1].flow",
                "each flow once",
                f"'{SNMP}'",
            )
        ]

    def test_without_a_reading_it_is_the_edition(self) -> None:
        """There is nothing to turn."""
        assert PAGE.resolve("aws").edition is PAGE


class TestOfTwoEditions:
    """A choice has to fit one of them."""

    def test_each_keeps_what_the_other_does_not_know(self) -> None:
        """What both know stays in both, and so does what none knows."""
        assert SNMP in OLD.flows.ids()
        assert GCP not in OLD.flows.ids()
        where = preset(
            "aws",
            declined=[
                DeclinedFlow(flow=FlowId(name), reason="not in use")
                for name in (SNMP, GCP, "no-such-flow")
            ],
        )
        old, new = (
            [each.flow for each in drop_choices(where, *pair).declined]
            for pair in ((OLD, PAGE), (PAGE, OLD))
        )
        assert old == [SNMP, "no-such-flow"]
        assert new == [SNMP, GCP, "no-such-flow"]

    def test_a_slip_names_both(self) -> None:
        """In the order in which they are asked."""
        where = reading("aws", snmp="reversed")
        (fault,) = choice_faults(where, OLD, PAGE)
        assert fault == avi_portspec.Fault(
            "word/unknown",
            "readings[0].flow",
            "a flow whose direction is in doubt in 17.1 or vantage-undated",
            f"'{SNMP}'",
        )


def test_what_is_declined_is_in_force() -> None:
    """A site that does without it has no conflict over its substitute."""
    flows = [
        make_flow("old", 1),
        make_flow("new", 2, when=Unless(part=DOCKER), replaces=("old",)),
    ]
    ruled_out = Note(
        id=NoteId("not-here"),
        kind="restriction",
        text="Not in a container.",
        qualifies=(FlowId("new"),),
        citation=Citation(section=SectionId("only"), place="note", number=1),
    )
    made = make_edition(flows, notes=[ruled_out])
    declined = [DeclinedFlow(flow=FlowId("old"), reason="not in use")]
    for choices, status in (([], "needed"), (declined, "declined")):
        where = preset("aws", controller="container", declined=choices)
        answer = made.resolve(where)
        assert answer.status_of("new") == "unsupported"
        assert answer.status_of("old") == status
        assert answer.conflicts == ()
