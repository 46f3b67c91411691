"""Conditions: their answers, their English, and their data."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import pytest
from deployment_space import subsets
from hypothesis import given
from hypothesis import strategies as st

from avi_portspec import (
    ALWAYS,
    AllOf,
    Always,
    Answer,
    AnyOf,
    Condition,
    Deployment,
    Edition,
    Facet,
    InvalidDataError,
    Match,
    Unless,
    strategies,
)
from avi_portspec.model.facets import FACETS
from avi_portspec.serialisation.converter import read

AWS = Match(facet="cloud", values=("aws",))
OPENSTACK = Match(facet="cloud", values=("openstack",))
CONTAINER = Match(facet="controller", values=("container",))
SHELL = Match(facet="feature", values=("cli-shell",))
SILENT = Match(facet="cloud", values=("aws",), unstated=("openshift",))


def truth(  # noqa: PLR0911 - a case a form
    condition: Condition, deployment: Deployment
) -> Answer:
    """Return the answer by the textbook: an evaluator of its own."""
    match condition:
        case Match():
            held = deployment.values_of(condition.facet)
            if any(value in held for value in condition.values):
                return Answer.YES
            if any(value in held for value in condition.unstated):
                return Answer.UNSTATED
            left = {"no": Answer.NO, "unstated": Answer.UNSTATED}
            return left[condition.otherwise]
        case AllOf():
            return min(truth(part, deployment) for part in condition.parts)
        case AnyOf():
            return max(truth(part, deployment) for part in condition.parts)
        case Unless():
            opposite = {0: Answer.YES, 1: Answer.UNSTATED, 2: Answer.NO}
            return opposite[truth(condition.part, deployment)]
        case _:
            return Answer.YES


def all_deployments(condition: Condition) -> Iterator[Deployment]:
    """Yield every deployment that a condition can tell from another.

    One more value a facet stands for all those that it does not name.
    """
    named: dict[str, set[str]] = {facet: set() for facet, _ in FACETS}
    for test in condition.matches():
        named[test.facet] |= {*test.values, *test.unstated}
    words = {facet: [*sorted(named[facet]), "z-z"] for facet in named}
    for clouds, features, services, controller in itertools.product(
        subsets(*words["cloud"]),
        subsets(*words["feature"]),
        subsets(*words["service"]),
        words["controller"],
    ):
        yield Deployment(
            clouds=clouds,
            features=features,
            services=services,
            controller=controller,
        )


class TestAnswers:
    """What a condition answers."""

    @pytest.mark.parametrize(
        ("clouds", "answer"),
        [
            ({"aws"}, Answer.YES),
            ({"aws", "openshift"}, Answer.YES),
            ({"openshift"}, Answer.UNSTATED),
            ({"openshift", "azure"}, Answer.UNSTATED),
            ({"azure"}, Answer.NO),
            (set(), Answer.NO),
        ],
    )
    def test_silence_is_not_no(self, clouds: set[str], answer: Answer) -> None:
        """What the page leaves out is unstated, whatever stands beside it."""
        deployment = Deployment(clouds=frozenset(clouds))
        assert SILENT.evaluate(deployment) is answer

    def test_unless_keeps_silence(self) -> None:
        """The opposite of unstated is unstated."""
        silent = Deployment(clouds=frozenset({"openshift"}))
        assert Unless(part=SILENT).evaluate(silent) is Answer.UNSTATED

    @given(strategies.conditions())
    def test_they_are_those_of_the_truth_table(
        self, condition: Condition
    ) -> None:
        """For every deployment that the condition can tell apart."""
        for deployment in itertools.islice(all_deployments(condition), 3000):
            assert condition.evaluate(deployment) is truth(
                condition, deployment
            )

    def test_every_condition_of_the_real_edition_has_its_truth_table(
        self, edition: Edition
    ) -> None:
        """The whole space of each: no deployment is left out."""
        checked = 0
        for condition in {flow.when for flow in edition.flows}:
            for deployment in all_deployments(condition):
                answer = condition.evaluate(deployment)
                assert answer is truth(condition, deployment)
                checked += 1
        assert checked > 1000

    @given(
        strategies.conditions(),
        strategies.deployments(),
        st.sets(st.sampled_from([facet for facet, _ in FACETS])),
    )
    def test_less_knowledge_never_loses_the_answer(
        self, condition: Condition, deployment: Deployment, known: set[str]
    ) -> None:
        """What is possible includes what is so."""
        some = {
            facet: deployment.values_of(facet)
            for facet, _ in FACETS
            if facet in known
        }
        assert condition.evaluate(deployment) in condition.possible(some)

    def test_what_is_unknown_leaves_every_answer_of_the_test(self) -> None:
        """Silence is among them only where the vendor is silent."""
        assert AWS.possible({}) == {Answer.NO, Answer.YES}
        assert SILENT.possible({}) == {*Answer}
        assert Unless(part=SILENT).possible({}) == {*Answer}

    @given(strategies.conditions(), strategies.deployments())
    def test_facets_that_are_not_asked_about_do_not_matter(
        self, condition: Condition, deployment: Deployment
    ) -> None:
        """So the space to check is that of the facets that are."""
        asked = {test.facet for test in condition.matches()}
        some = {facet: deployment.values_of(facet) for facet in asked}
        assert condition.possible(some) == {condition.evaluate(deployment)}


class TestEnglish:
    """What people read."""

    @pytest.mark.parametrize(
        ("condition", "text"),
        [
            (ALWAYS, "always"),
            (AWS, "only if the cloud is AWS"),
            (Unless(part=CONTAINER), "unless {docker}"),
            (
                AllOf(parts=(CONTAINER, Unless(part=OPENSTACK))),
                "only if {docker}, unless the cloud is OpenStack",
            ),
            (
                AllOf(parts=(Unless(part=AWS), Unless(part=SHELL))),
                "unless the cloud is AWS or the remote CLI shell is in use",
            ),
            (
                AnyOf(parts=(AWS, SHELL)),
                "only if (either the cloud is AWS or {cli})",
            ),
            (
                Unless(part=AllOf(parts=(AWS, Unless(part=SHELL)))),
                "unless (both the cloud is AWS and it is not so that {cli})",
            ),
            (
                AllOf(parts=(CONTAINER, SHELL)),
                "only if {docker} and {cli}",
            ),
            (
                SILENT,
                "only if the cloud is AWS; {silence} OpenShift",
            ),
            (
                Match(
                    facet="cloud",
                    values=("aws", "azure"),
                    unstated=("openshift", "gcp"),
                ),
                (
                    "only if the cloud is AWS or Azure; {silence} OpenShift "
                    "or GCP"
                ),
            ),
            (
                AnyOf(
                    parts=(
                        Match(facet="cloud", values=("openshift",)),
                        SILENT,
                    )
                ),
                "only if (either {openshift} or the cloud is AWS)",
            ),
        ],
    )
    def test_it_is_plain(
        self, edition: Edition, condition: Condition, text: str
    ) -> None:
        """Names and clauses are the edition's."""
        docker = "the Controller runs as a Docker container"
        described = condition.describe(edition.facets)
        assert described == text.format(
            docker=docker,
            cli="the remote CLI shell is in use",
            openshift="the cloud is OpenShift",
            silence="the vendor's page does not say for",
        )

    def test_it_does_without_an_edition(self) -> None:
        """Then ids have to serve."""
        assert AWS.describe() == "only if cloud is aws"

    @given(strategies.facets(), st.data())
    def test_it_names_every_facet_that_is_tested(
        self, facet: Facet, data: st.DataObject
    ) -> None:
        """Each value is named, and each clause is used."""
        condition = data.draw(strategies.conditions([facet]))
        text = condition.describe([facet])
        values = {value.id: value.name for value in facet.values}
        before, after = facet.clause.split("{}")
        for test in condition.matches():
            assert before in text
            assert after in text
            for value in test.values:
                assert values[value] in text
            for value in test.unstated:
                known = {facet.id: frozenset({value})}
                if Answer.UNSTATED in condition.possible(known):
                    assert values[value] in text


class TestRelax:
    """What is left without the restrictions on the whole."""

    @pytest.mark.parametrize(
        ("condition", "left"),
        [
            (ALWAYS, ALWAYS),
            (AWS, AWS),
            (Unless(part=AWS), ALWAYS),
            (AllOf(parts=(Unless(part=AWS), SHELL)), SHELL),
            (AllOf(parts=(Unless(part=AWS), Unless(part=SHELL))), ALWAYS),
            (
                AllOf(parts=(AWS, Unless(part=CONTAINER), SHELL)),
                AllOf(parts=(AWS, SHELL)),
            ),
            (
                AnyOf(parts=(AWS, Unless(part=SHELL))),
                AnyOf(parts=(AWS, Unless(part=SHELL))),
            ),
        ],
    )
    def test_by_hand(self, condition: Condition, left: Condition) -> None:
        """Within an "either", a restriction is about one part alone."""
        assert condition.relax() == left


class TestData:
    """Conditions as plain data."""

    @given(strategies.conditions())
    def test_they_are_read_back_as_they_were(
        self, condition: Condition
    ) -> None:
        """No evaluated code: four forms of table, and nothing else."""
        assert read(condition._plain(), Condition, "test") == condition


class TestFaults:
    """What is no condition."""

    def test_a_value_is_stated_or_unstated(self) -> None:
        """Both at once would be two answers."""
        with pytest.raises(InvalidDataError, match=r"unstated\[0\]"):
            Match(facet="cloud", values=("aws",), unstated=("aws",))

    def test_a_facet_is_one_of_the_four(self) -> None:
        """The algebra is closed."""
        with pytest.raises(InvalidDataError, match="did you mean 'cloud'"):
            Match(facet="clouds", values=("aws",))  # type: ignore[arg-type]

    def test_a_test_has_values(self) -> None:
        """A test of nothing could never hold."""
        with pytest.raises(InvalidDataError, match="at least one"):
            Match(facet="cloud", values=())

    @pytest.mark.parametrize("cls", [AllOf, AnyOf])
    def test_one_part_is_not_several(self, cls: type) -> None:
        """One condition alone has one form."""
        with pytest.raises(InvalidDataError, match="at least two"):
            cls(parts=(AWS,))

    @pytest.mark.parametrize(
        "make",
        [
            lambda: AllOf(parts=(AWS, ALWAYS)),
            lambda: AnyOf(parts=(ALWAYS, AWS)),
            lambda: Unless(part=ALWAYS),
        ],
    )
    def test_always_is_no_part(self, make: Callable[[], Condition]) -> None:
        """It tests nothing: the condition would say less than it seems."""
        with pytest.raises(InvalidDataError, match="that tests something"):
            make()

    def test_nesting_is_bounded(self) -> None:
        """What can be made can be written, read back and described."""
        condition: Condition = AWS
        for _ in range(15):
            condition = Unless(part=condition)
        assert read(condition._plain(), Condition, "test") == condition
        with pytest.raises(InvalidDataError) as caught:
            Unless(part=condition)
        (fault,) = caught.value.faults
        assert (fault.rule, fault.path) == ("condition/too-deep", "")
        assert fault.expected == "at most 16 conditions in one another"
        assert fault.got == "17"

    def test_always_has_no_parts(self) -> None:
        """There is one of it, as a value."""
        assert Always() == ALWAYS
