"""What is known beyond the page, beside an answer, and of which release."""

from __future__ import annotations

import pickle
from functools import cache
from typing import Any

import pytest

import avi_portspec
from avi_portspec import (
    Deployment,
    InvalidDataError,
    InvalidQueryError,
    Resolution,
    dumps_deployment,
    export,
    loads_deployment,
    loads_inventory,
    preset,
    rule_set,
)
from avi_portspec.rules.platforms import render

CLOUDS = [value.id for value in avi_portspec.load().facets["cloud"].values]
#: Statements on NSX-T and release 30.2, and none on another release.
DESIGN = "nsx-t-design-30-2-nsx-manager"
SITE = """
controller = ["10.10.1.11"]
service-engine = ["10.20.0.0/24"]
external-network-services = ["192.0.2.0/24"]
"""


@cache
def resolved(cloud: str, release: str | None, *, beyond: bool) -> Resolution:
    """Return the answer for a cluster on one cloud."""
    where = preset(cloud, release=release)  # type: ignore[arg-type]
    return avi_portspec.load().resolve(where, beyond=beyond)


def written(answer: Resolution, platform: Any) -> str:
    """Return the rules of an answer, at a site that has few addresses."""
    site = loads_inventory(SITE, edition=avi_portspec.load())
    rules = rule_set(answer, site, missing="omit")
    return render(rules, platform)


class TestByDefault:
    """An answer is what it was."""

    @pytest.mark.parametrize("cloud", CLOUDS)
    def test_nothing_is_beyond_it(self, cloud: str) -> None:
        """Unless somebody asks, and then nothing more is needed."""
        plain = resolved(cloud, None, beyond=False)
        asked = resolved(cloud, None, beyond=True)
        assert not plain.beyond
        assert asked.beyond.ids() == plain.stated_elsewhere().ids()
        assert asked.beyond
        assert [*asked] == [*plain]
        assert asked.flows == plain.flows
        assert asked.gaps == plain.gaps
        assert asked.elsewhere == plain.elsewhere

    @pytest.mark.parametrize("cloud", CLOUDS)
    def test_rules_are_the_same_byte_by_byte(self, cloud: str) -> None:
        """Whatever other sources state: only accepting it widens them."""
        plain = resolved(cloud, None, beyond=False)
        asked = resolved(cloud, None, beyond=True)
        for platform in ("csv", "nftables", "aws-cloudformation"):
            if platform == "aws-cloudformation" and cloud != "aws":
                continue
            assert written(asked, platform) == written(plain, platform)
        for name in ("csv", "markdown"):
            start = export(plain, name).split("Stated elsewhere")[0]  # type: ignore[call-overload]
            assert export(asked, name).startswith(start)  # type: ignore[call-overload]

    def test_a_release_is_in_the_header_of_rules_alone(self) -> None:
        """Each other line stays."""
        before = written(resolved("aws", None, beyond=False), "nftables")
        after = written(resolved("aws", "30.2", beyond=True), "nftables")
        changed = [
            pair
            for pair in zip(
                before.splitlines(), after.splitlines(), strict=True
            )
            if len({*pair}) > 1
        ]
        ((old, new),) = changed
        assert new.replace("; release: 30.2", "") == old
        # A long field goes on in lines that begin with more blanks.
        until = after[: after.index(new) + len(new)].splitlines()
        field = [line for line in until if not line.startswith("#   ")][-1]
        assert field.startswith("# deployment: ")


class TestAsked:
    """What is stated elsewhere, apart from what is needed."""

    def test_a_release_selects(self) -> None:
        """That of the deployment, unless another one is named."""
        every = resolved("nsx-t", None, beyond=True)
        newer = resolved("nsx-t", "30.2", beyond=True)
        assert DESIGN in newer.beyond.ids()
        assert {*newer.beyond.ids()} < {*every.beyond.ids()}
        assert newer.beyond.ids() == every.stated_elsewhere("30.2").ids()
        assert newer.stated_elsewhere("22.1").ids() == (
            every.stated_elsewhere("22.1").ids()
        )
        assert all(each.is_about_release("30.2") for each in newer.beyond)
        # What a gap points at is all that is stated: of which release, it
        # says itself.
        assert [e.statements for e in newer.elsewhere] == [
            e.statements for e in every.elsewhere
        ]
        for new, old in zip(newer.elsewhere, every.elsewhere, strict=True):
            assert new.text.replace(" of any release", "") == old.text
            assert " of any release" in new.text
            assert " of any release" not in old.text

    def test_what_is_accepted_is_needed_and_no_more_beside(self) -> None:
        """It is part of the answer then."""
        edition = avi_portspec.load().accept(DESIGN)
        answer = edition.resolve("nsx-t", beyond=True)
        assert DESIGN in {flow.id for flow in answer.flows}
        assert DESIGN not in answer.beyond.ids()
        plain = resolved("nsx-t", None, beyond=True)
        assert {*plain.beyond.ids()} - {*answer.beyond.ids()} == {DESIGN}

    def test_people_see_each_with_its_source(self) -> None:
        """Below the same table, and in notebooks too."""
        plain = resolved("nsx-t", "30.2", beyond=False)
        asked = resolved("nsx-t", "30.2", beyond=True)
        more = str(asked).removeprefix(f"{plain}\n").splitlines()
        assert len(more) == len(asked.beyond)
        for line, statement in zip(more, asked.beyond, strict=True):
            title = avi_portspec.sources()[str(statement.stated_by)].title
            assert line.startswith(f"stated elsewhere: {statement.agreement}")
            assert title in line
            assert line.endswith(f"[{statement.id}]")
        assert f"[{DESIGN}]" in asked._repr_html_()
        assert f"[{DESIGN}]" not in plain._repr_html_()

    @pytest.mark.parametrize("name", ["markdown", "ticket", "html", "json"])
    def test_documents_have_it(self, name: Any) -> None:
        """If it was asked for."""
        plain = resolved("nsx-t", "30.2", beyond=False)
        asked = resolved("nsx-t", "30.2", beyond=True)
        only = "alb-sdk-nethsm"
        assert only in asked.beyond.ids()
        assert only in export(asked, name)
        if name != "json":
            # Where the page is silent, JSON has it without being asked.
            assert only not in export(plain, name)

    def test_another_question_is_asked_the_same_way(self) -> None:
        """So is a copy, and one that was not asked so is another."""
        asked = resolved("gcp", None, beyond=True)
        read = asked.reading({"gcp-to-avi-vantage": "stated"})
        assert read.beyond.ids() == asked.beyond.ids()
        again = pickle.loads(pickle.dumps(asked))
        assert again == asked
        assert again.beyond == asked.beyond
        assert asked != resolved("gcp", None, beyond=False)

    @pytest.mark.parametrize("beyond", ["30.2", None, 1])
    def test_it_is_a_yes_or_no(self, beyond: Any) -> None:
        """A release would not be heeded; it is the deployment's."""
        with pytest.raises(InvalidQueryError) as caught:
            avi_portspec.load().resolve("aws", beyond=beyond)
        assert caught.value.argument == "beyond"
        assert caught.value.expected == "True or False"


class TestRelease:
    """The release of a deployment."""

    def test_it_is_in_a_file(self) -> None:
        """Where there is one."""
        where = preset("aws", release="22.1.4")
        text = dumps_deployment(where)
        assert 'nodes = "cluster"\nrelease = "22.1.4"\n' in text
        assert loads_deployment(text) == where
        assert "release" not in dumps_deployment(preset("aws"))
        assert Deployment().release is None

    @pytest.mark.parametrize(
        "release", ["latest", "22.", "v22.1", "", "22.1+"]
    )
    def test_it_is_in_numbers(self, release: str) -> None:
        """Anything else is refused, with its place."""
        with pytest.raises(InvalidDataError) as caught:
            loads_deployment(f'clouds = ["aws"]\nrelease = "{release}"')
        (fault,) = caught.value.faults
        assert fault.path == "release"
        assert "such as 22.1" in fault.expected

    def test_the_command_of_a_ticket_has_it(self) -> None:
        """And so has the description of the deployment."""
        text = export(resolved("aws", "22.1.4", beyond=False), "ticket")
        assert "--cloud aws --release 22.1.4" in text
        assert "on virtual machines; release 22.1.4" in text
