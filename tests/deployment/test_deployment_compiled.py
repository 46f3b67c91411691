"""Compiled conditions: the same logic, faster."""

from __future__ import annotations

import inspect
import itertools

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

import avi_portspec
from avi_portspec import (
    ALWAYS,
    AllOf,
    AnyOf,
    Condition,
    Deployment,
    InvalidDataError,
    Match,
    Unless,
)
from avi_portspec.deployment.facet_bits import FacetBits
from avi_portspec.model import conditions

CLOUDS = ("aws", "azure", "openshift")
AWS = Match(facet="cloud", values=("aws",))
AZURE = Match(facet="cloud", values=("azure",), unstated=("openshift",))
CONTAINER = Match(facet="controller", values=("container",))
WORDS = FacetBits(avi_portspec.load("vantage-undated").facets)


def _nested(
    inner: st.SearchStrategy[Condition],
) -> st.SearchStrategy[Condition]:
    parts = st.lists(inner, min_size=2, max_size=3, unique=True)
    return st.one_of(
        st.builds(lambda p: AllOf(parts=tuple(p)), parts),
        st.builds(lambda p: AnyOf(parts=tuple(p)), parts),
        st.builds(lambda p: Unless(part=p), inner),
    )


LEAVES: list[Condition] = [AWS, AZURE, CONTAINER]
TESTS = st.recursive(st.sampled_from(LEAVES), _nested, max_leaves=8)
CONDITIONS: st.SearchStrategy[Condition] = st.just(ALWAYS) | TESTS
EVERY_DEPLOYMENT = [
    Deployment(clouds=frozenset(clouds), controller=controller)
    for count in (1, 2, 3)
    for clouds in itertools.combinations(CLOUDS, count)
    for controller in ("container", "virtual-machine")
]


class TestCompiled:
    """A compiled condition is the condition."""

    @given(CONDITIONS)
    def test_agrees_with_evaluate(self, condition: Condition) -> None:
        """It answers as ``evaluate`` does, for every deployment."""
        test = condition.compile(WORDS.bits)
        for deployment in EVERY_DEPLOYMENT:
            held = WORDS.bits_of(deployment)
            assert test(held) == condition.evaluate(deployment)


class TestRelax:
    """What is left without "unless"."""

    @pytest.mark.parametrize(
        ("condition", "left"),
        [
            (AWS, AWS),
            (Unless(part=AWS), ALWAYS),
            (AllOf(parts=(AWS, Unless(part=CONTAINER))), AWS),
            (
                AllOf(parts=(AWS, AZURE, Unless(part=CONTAINER))),
                AllOf(parts=(AWS, AZURE)),
            ),
            (AllOf(parts=(Unless(part=AWS), Unless(part=AZURE))), ALWAYS),
            (AnyOf(parts=(AWS, Unless(part=AZURE))),) * 2,
        ],
    )
    def test_form(self, condition: Condition, left: Condition) -> None:
        """Only what rules the flow out as a whole goes."""
        assert condition.relax() == left

    @given(CONDITIONS)
    def test_only_widens(self, condition: Condition) -> None:
        """Taking a bar away never makes a condition hold less often."""
        for deployment in EVERY_DEPLOYMENT:
            assert condition.relax().evaluate(
                deployment
            ) >= condition.evaluate(deployment)


class TestEveryForm:
    """A form of condition is added as a whole."""

    def test_each_answers_everything(self) -> None:
        """What the base leaves to its forms, every form has."""
        missing = {
            name
            for name, function in vars(Condition).items()
            if inspect.isfunction(function)
            and "raise NotImplementedError" in inspect.getsource(function)
        }
        assert {"compile", "possible", "relax"} <= missing
        public = [getattr(conditions, name) for name in conditions.__all__]
        forms = [
            form
            for form in public
            if isinstance(form, type) and issubclass(form, Condition)
        ]
        forms.remove(Condition)
        assert len(forms) == 5
        for form in forms:
            left = {
                name
                for name in missing
                if getattr(form, name) is getattr(Condition, name)
            }
            # One that has a phrase of its own needs no clause.
            has_phrase = form._phrase is not Condition._phrase
            assert left <= ({"_clause"} if has_phrase else set())


class TestWords:
    """A deployment's words are the edition's, or refused."""

    def test_every_word_has_its_bit(self) -> None:
        """No two values share a bit."""
        bits = list(WORDS.bits.values())
        assert len(set(bits)) == len(bits)
        assert all(bit.bit_count() == 1 for bit in bits)

    @pytest.mark.parametrize(
        ("deployment", "path", "nearest"),
        [
            (Deployment(clouds=frozenset({"awz"})), "clouds", "aws"),
            (
                Deployment(clouds=frozenset({"vmware-vcenter"})),
                "clouds",
                "vcenter",
            ),
            (
                Deployment(
                    clouds=frozenset({"aws"}), features=frozenset({"cli"})
                ),
                "features",
                None,
            ),
            (
                Deployment(
                    clouds=frozenset({"aws"}), services=frozenset({"ldapp"})
                ),
                "services",
                "ldap",
            ),
            (
                Deployment(clouds=frozenset({"aws"}), controller="docker"),
                "controller",
                "container",
            ),
            (Deployment(), "clouds", "no-orchestrator"),
        ],
    )
    def test_unknown(
        self, deployment: Deployment, path: str, nearest: str | None
    ) -> None:
        """An unknown word is refused by field, with the nearest known."""
        with pytest.raises(InvalidDataError) as caught:
            WORDS.bits_of(deployment)
        (fault,) = caught.value.faults
        assert (fault.path, fault.nearest) == (path, nearest)

    def test_all_faults_at_once(self) -> None:
        """Two unknown words are two faults."""
        wrong = Deployment(
            clouds=frozenset({"aws", "b"}), services=frozenset({"c"})
        )
        with pytest.raises(InvalidDataError) as caught:
            WORDS.bits_of(wrong)
        assert len(caught.value.faults) == 2

    def test_an_edition_may_have_fewer_facets(self) -> None:
        """Only a word of a facet that is not there is refused."""
        facets = avi_portspec.load("vantage-undated").facets
        clouds = FacetBits([facets["cloud"]])
        assert clouds.bits_of(avi_portspec.preset("aws")) == 1
        with pytest.raises(InvalidDataError, match="has no facet service"):
            clouds.bits_of(avi_portspec.preset("aws", services={"dns"}))

    def test_an_edition_may_have_no_clouds(self) -> None:
        """Then no cloud has to be named, and none can be."""
        words = FacetBits(
            [avi_portspec.load("vantage-undated").facets["controller"]]
        )
        assert words.bits_of(Deployment()) == 1
        with pytest.raises(InvalidDataError, match="no facet cloud"):
            words.bits_of(avi_portspec.preset("aws"))

    def test_no_word_for_no_orchestrator(self) -> None:
        """A hint is given only where the word exists."""
        cloud = avi_portspec.load("vantage-undated").facets["cloud"]
        words = FacetBits([attrs.evolve(cloud, values=cloud.values[:2])])
        with pytest.raises(InvalidDataError) as caught:
            words.bits_of(Deployment())
        assert caught.value.faults[0].nearest is None
