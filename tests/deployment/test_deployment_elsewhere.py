"""What other sources state where the vendor's page is silent."""

from __future__ import annotations

import pytest

import avi_portspec
from avi_portspec import Deployment
from avi_portspec.deployment.elsewhere import on_gap, on_gaps

CLOUDS = [value.id for value in avi_portspec.load().facets["cloud"].values]
#: What the gap of each cloud points at.
GAPS = {
    "vcenter": "Controller -> vCenter Server, TCP 443 (3 statements)",
    "nsx-t": "Controller -> NSX Manager, TCP 443 (5 statements)",
    "no-orchestrator": (
        "Service Engine -> Service Engine, TCP 9001 or TCP 4001 "
        "(10 statements)"
    ),
    "openshift": (
        "Service Engine -> Service Engine, TCP 9001 or TCP 4001 (9 statements)"
    ),
}


class TestGaps:
    """A gap points at statements."""

    @pytest.mark.parametrize("cloud", GAPS)
    def test_it_tells_what_others_state(self, cloud: str) -> None:
        """In short, with the command that lists them."""
        answer = avi_portspec.load().resolve(cloud)
        first = answer.elsewhere[0]
        assert first.gap == answer.gaps[0]
        assert first.text.startswith(f"Stated elsewhere: {GAPS[cloud]}; see ")
        assert answer.stated_on_gap(answer.gaps[0]).ids() == tuple(
            each.id for each in first.statements
        )

    def test_the_protocols_between_engines_are_told(self) -> None:
        """They are no gap: no flow and no interface lacks them."""
        edition = avi_portspec.load()
        (beside,) = edition.resolve("aws").elsewhere
        assert beside.gap is None
        for text in ("IP protocol 97", "IP protocol 73", "IP protocol 63"):
            assert text in beside.text
        (beside,) = edition.resolve("gcp").elsewhere
        assert "UDP 1550, IP protocol 75 or IP protocol 97" in beside.text

    def test_it_is_not_told_twice(self) -> None:
        """Of other traffic, what a flow or a mistake has is not among it."""
        for cloud in CLOUDS:
            *_, beside = avi_portspec.load().resolve(cloud).elsewhere
            assert beside.gap is None
            assert "9001" not in beside.text
            assert {each.agreement for each in beside.statements} == {"adds"}

    def test_a_release_narrows_it(self) -> None:
        """And is in the command."""
        (gap,) = avi_portspec.load().resolve("nsx-t").gaps
        found = on_gap(gap, "30.2")
        assert [each.id for each in found.statements] == [
            "nsx-t-design-30-2-nsx-manager"
        ]
        assert found.text == (
            "Stated elsewhere: Controller -> NSX Manager, TCP 443 "
            "(1 statement); see 'avi-portspec statements --endpoint "
            "nsx-manager --on-cloud nsx-t --release 30.2'."
        )

    def test_what_nobody_states_is_left_out(self) -> None:
        """A gap of which no source knows anything points nowhere."""
        answer = avi_portspec.load().resolve("linux-server-cloud")
        assert answer.gaps
        assert [*on_gaps(answer.gaps)] == []
        (gap,) = answer.gaps
        assert on_gap(gap).text.startswith("Stated elsewhere: 0 statements;")

    def test_an_answer_is_what_it_was(self) -> None:
        """Nothing of it is needed, and no gap is closed."""
        answer = avi_portspec.load().resolve("nsx-t")
        before = answer.needed.ids(), answer.gaps, str(answer)
        assert answer.elsewhere
        assert (answer.needed.ids(), answer.gaps, str(answer)) == before

    def test_several_clouds_are_one_answer(self) -> None:
        """What is stated for any of them."""
        where = Deployment(clouds={"aws", "gcp"})
        (beside,) = avi_portspec.load().resolve(where).elsewhere
        assert "--on-cloud aws,gcp'" in beside.text
        names = {each.id for each in beside.statements}
        assert {"aws-module-heartbeat", "gcp-module-tunnel"} <= names

    def test_a_cloud_that_no_source_knows(self) -> None:
        """An edition may have clouds of its own."""
        text = avi_portspec.dumps(avi_portspec.load())
        own = avi_portspec.loads(
            text.replace('"nsx-t"', '"own-cloud"').replace(
                '"vantage-undated"', '"own"'
            )
        )
        answer = own.resolve("own-cloud")
        (found,) = answer.elsewhere
        assert found.gap == answer.gaps[0]
        assert found.command.endswith("--endpoint nsx-manager")
