"""Facets, their values, and deployments."""

from __future__ import annotations

from typing import Any

import attrs
import jsonschema
import pytest

from avi_portspec import (
    AcceptedReading,
    DeclinedFlow,
    Deployment,
    Facet,
    FacetValue,
    Fault,
    InvalidDataError,
)
from avi_portspec.serialisation.schema import record_schema

AWS = FacetValue(id="aws", name="AWS")


def facet(**fields: object) -> Facet:
    """Return a facet, with some fields as given."""
    values = {
        "id": "cloud",
        "name": "Clouds",
        "clause": "the cloud is {}",
        "many": True,
        "values": (AWS,),
        **fields,
    }
    return Facet(**values)  # type: ignore[arg-type]


#: What each field holds, in the words of a message.
EXPECTED = [
    (FacetValue, "id", "the id of a facet's value, in kebab-case"),
    (FacetValue, "name", "a name"),
    (FacetValue, "short", "a short name, or nothing"),
    (FacetValue, "phrase", "a phrase, or nothing"),
    (FacetValue, "without", "a phrase, or nothing"),
    (FacetValue, "aliases", "a list of names"),
    (Facet, "id", "one of cloud, controller, feature, service"),
    (Facet, "name", "a name"),
    (Facet, "clause", "a clause with one {} for the values"),
    (Facet, "many", "true or false"),
    (Facet, "values", "a list of at least one facet value"),
    (AcceptedReading, "flow", "the id of a flow, in kebab-case"),
    (AcceptedReading, "direction", "one of stated, reversed"),
    (DeclinedFlow, "flow", "the id of a flow, in kebab-case"),
    (DeclinedFlow, "reason", "a reason"),
    (Deployment, "clouds", "a list of kebab-case words"),
    (Deployment, "controller", "the id of a facet's value, in kebab-case"),
    (Deployment, "features", "a list of kebab-case words"),
    (Deployment, "services", "a list of kebab-case words"),
    (Deployment, "nodes", "one of cluster, single-node"),
    (
        Deployment,
        "release",
        (
            "the id of a release, in numbers, such as 22.1 (in quotes), or "
            "nothing"
        ),
    ),
    (Deployment, "readings", "a list of accepted readings"),
    (Deployment, "declined", "a list of declined flows"),
]
#: What each item of a list is.
ITEMS = [
    (FacetValue, "aliases", "a name"),
    (Facet, "values", "a facet value"),
    (Deployment, "readings", "an accepted reading"),
    (Deployment, "declined", "a declined flow"),
]


def refused(cls: Any, field: str, value: object) -> dict[str, str]:
    """Return what was expected of one field of a record, by its path."""
    with pytest.raises(InvalidDataError) as caught:
        cls(**{f.name: None for f in attrs.fields(cls)} | {field: value})
    return {fault.path: fault.expected for fault in caught.value.faults}


class TestMessages:
    """What is wrong with a field, in words."""

    @pytest.mark.parametrize(("cls", "field", "expected"), EXPECTED)
    def test_of_each_field(self, cls: type, field: str, expected: str) -> None:
        """What it may hold."""
        assert refused(cls, field, 7)[field] == expected

    @pytest.mark.parametrize(("cls", "field", "expected"), ITEMS)
    def test_of_each_item(self, cls: type, field: str, expected: str) -> None:
        """What the items of a list are."""
        assert refused(cls, field, (7,))[f"{field}[0]"] == expected

    def test_every_field_is_here(self) -> None:
        """A new field needs words, too."""
        kinds = (FacetValue, Facet, AcceptedReading, DeclinedFlow, Deployment)
        fields = {(cls, f.name) for cls in kinds for f in attrs.fields(cls)}
        assert {(cls, name) for cls, name, _ in EXPECTED} == fields
        for cls in kinds:
            assert all(field.kw_only for field in attrs.fields(cls))

    def test_a_clause_has_a_rule_of_its_own(self) -> None:
        """It is more than a line of text."""
        with pytest.raises(InvalidDataError) as caught:
            facet(clause="the cloud")
        assert [fault.rule for fault in caught.value.faults] == [
            "facet/clause"
        ]


class TestFacet:
    """What conditions ask about."""

    @pytest.mark.parametrize("clause", ["the cloud", "{} or {}", "", " {}", 7])
    def test_a_clause_has_one_gap(self, clause: object) -> None:
        """The values go there."""
        with pytest.raises(InvalidDataError, match=r"one \{\} for the values"):
            facet(clause=clause)

    def test_its_schema_says_so_too(self) -> None:
        """By a validator that is not the project's."""
        schema = record_schema(Facet)["properties"]["clause"]
        is_valid = jsonschema.Draft202012Validator(schema).is_valid
        assert is_valid("the cloud is {}")
        for wrong in ("the cloud", "{} or {}", "", " {}", 7):
            assert not is_valid(wrong)

    def test_it_has_a_value(self) -> None:
        """A condition on a facet without any could never hold."""
        with pytest.raises(InvalidDataError) as caught:
            facet(values=())
        assert [fault.rule for fault in caught.value.faults] == [
            "list/too-short"
        ]

    def test_a_controller_runs_in_one_way(self) -> None:
        """Every other facet can have several values at once."""
        for wrong, got in (
            ({"id": "controller"}, "True"),
            ({"many": False}, "False"),
        ):
            with pytest.raises(InvalidDataError) as caught:
                facet(**wrong)
            assert caught.value.faults == (
                Fault(
                    "facet/many",
                    "many",
                    "false for controller, true for every other facet",
                    got,
                ),
            )
        assert facet(id="controller", many=False).many is False

    def test_a_truth_value_is_no_number(self) -> None:
        """Nothing is coerced."""
        with pytest.raises(InvalidDataError, match="true or false"):
            facet(many=1)

    def test_what_a_deployment_without_a_value_is(self) -> None:
        """In the words of the value, where it has any."""
        plain = FacetValue(id="gcp", name="Google Cloud", short="GCP")
        other = FacetValue(id="azure", name="Azure", without="no Azure")
        made = facet(values=(AWS, plain, other))
        assert made.without("gcp") == "a deployment without GCP"
        assert made.without("aws") == "a deployment without AWS"
        assert made.without("azure") == "no Azure"


class TestDeployment:
    """One installation."""

    def test_any_collection_of_words_will_do(self) -> None:
        """They are kept as frozen sets."""
        made = Deployment(
            clouds=["aws"],  # type: ignore[arg-type]
            features=("a",),  # type: ignore[arg-type]
            services={"b"},  # type: ignore[arg-type]
        )
        assert made.values_of("cloud") == frozenset({"aws"})
        assert made.values_of("feature") == frozenset({"a"})
        assert made.values_of("service") == frozenset({"b"})
        assert made.values_of("controller") == frozenset({"virtual-machine"})

    def test_a_lone_string_is_not_taken_apart(self) -> None:
        """It would become a set of letters."""
        with pytest.raises(InvalidDataError, match="'aws'"):
            Deployment(clouds="aws")  # type: ignore[arg-type]

    def test_words_are_words(self) -> None:
        """Ids, not names."""
        with pytest.raises(InvalidDataError) as caught:
            Deployment(clouds=frozenset({"A W S"}))
        assert caught.value.faults == (
            Fault(
                "id/form",
                "clouds",
                "a list of kebab-case words",
                "the words 'A W S'",
            ),
        )
        with pytest.raises(
            InvalidDataError, match="expected a list of kebab-case words, got"
        ):
            Deployment(clouds=[["aws"]])  # type: ignore[list-item]

    @pytest.mark.parametrize(
        ("field", "cls", "words"),
        [
            (
                "readings",
                AcceptedReading,
                ({"direction": "stated"}, {"direction": "reversed"}),
            ),
            ("declined", DeclinedFlow, ({"reason": "x"}, {"reason": "y"})),
        ],
    )
    def test_a_flow_is_decided_on_once(
        self, field: str, cls: Any, words: tuple[dict[str, str], ...]
    ) -> None:
        """Of three records, the third repeats the first in other words."""
        one, other = words
        records = [cls(flow="a", **one), cls(flow="b", **one)]
        records.append(cls(flow="a", **other))
        with pytest.raises(InvalidDataError) as caught:
            Deployment(**{field: records})  # type: ignore[arg-type]
        assert caught.value.faults == (
            Fault(
                "deployment/flow-twice",
                f"{field}[2].flow",
                "each flow once",
                "'a'",
            ),
        )

    @pytest.mark.parametrize(
        ("clouds", "valid"),
        [
            *((["aws"], True), (["aws", "no-orchestrator"], True)),
            *((["aws", "aws"], False), ("aws", False), ([["aws"]], False)),
            *((["A W S"], False), ([7], False)),
        ],
    )
    def test_its_schema_says_so_too(
        self,
        clouds: object,
        *,
        valid: bool,
    ) -> None:
        """For editors, by a validator that is not the project's."""
        schema = record_schema(Deployment)
        validator = jsonschema.Draft202012Validator(schema)
        assert validator.is_valid({"clouds": clouds}) is valid
