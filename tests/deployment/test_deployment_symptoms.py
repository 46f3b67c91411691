"""From what people see to the flow whose absence causes it."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import attrs
import pytest

from avi_portspec import Edition, InvalidQueryError, Symptoms, load

GATEWAYS = ("controller-to-gateway-echo", "service-engine-to-gateway-echo")


def _edition() -> Edition:
    return load("vantage-undated")


class TestFind:
    """What is seen leads to the flow."""

    @pytest.mark.parametrize(
        ("seen", "flows"),
        [
            ("gateway status DOWN", GATEWAYS),
            ("The status of the Gateway is down!", GATEWAYS),
            ("controller down", ("service-engine-to-controller-echo",)),
            ("DOWN", (*GATEWAYS, "service-engine-to-controller-echo")),
            ("banner", (*GATEWAYS, "service-engine-to-controller-echo")),
            ("gateway ping", GATEWAYS),
            ("disk full", ()),
        ],
    )
    def test_flows(self, seen: str, flows: tuple[str, ...]) -> None:
        """The effect is searched first, then what stands around it."""
        found = _edition().symptoms.find(seen)
        assert tuple(symptom.flow.id for symptom in found) == flows

    def test_it_can_be_ignored(self) -> None:
        """The echo checks are optional, and a note says so."""
        for symptom in _edition().symptoms.find("gateway status DOWN"):
            assert symptom.can_be_ignored
            assert "echo-no-impact" in {note.id for note in symptom.notes}
            assert str(symptom).endswith(
                "The product works without it. [management, note 5, item 3]"
            )

    def test_it_cannot(self) -> None:
        """A required flow's symptom says that the flow is to be opened."""
        edition = _edition()
        flows = [
            attrs.evolve(flow, requirement="required")
            for flow in edition.flows
        ]
        symptom = attrs.evolve(edition, flows=flows).symptoms[0]
        assert not symptom.can_be_ignored
        assert "The product needs it: allow the flow." in str(symptom)

    @pytest.mark.parametrize(
        "seen",
        [
            "login banner",
            "status of Gateway will show as DOWN",
            "the gateway is displayed as down",
        ],
    )
    def test_as_people_put_it(self, seen: str) -> None:
        """Words without meaning are passed over; a note's id counts."""
        found = {each.flow.id for each in _edition().symptoms.find(seen)}
        assert "controller-to-gateway-echo" in found

    @pytest.mark.parametrize("seen", ["", "the of", "?!", None, 3])
    def test_nothing_to_look_for(self, seen: Any) -> None:
        """A text without words, or no text, cannot be looked for."""
        with pytest.raises(InvalidQueryError, match="what is seen"):
            _edition().symptoms.find(seen)


class TestCollection:
    """Symptoms are an immutable sequence."""

    def test_each_effect_is_one(self) -> None:
        """Each flow with an effect is one symptom, in page order."""
        edition = _edition()
        assert [symptom.flow.id for symptom in edition.symptoms] == [
            flow.id for flow in edition.flows if flow.effect_if_blocked
        ]

    def test_sequence(self) -> None:
        """They have a length, positions and slices."""
        symptoms = _edition().symptoms
        assert len(symptoms) == 3
        assert symptoms[:2] == (symptoms[0], symptoms[1])
        assert repr(symptoms) == "<Symptoms: 3>"

    def test_a_page_without_effects(self) -> None:
        """The earlier pages describe none."""
        assert len(load("16.2").symptoms) == 0
        assert load("16.2").symptoms.find("DOWN") == ()

    def test_value(self) -> None:
        """They compare, hash, copy and pickle."""
        symptoms = _edition().symptoms
        again = pickle.loads(pickle.dumps(symptoms))
        assert again == symptoms
        assert again.find("controller down") == symptoms.find(
            "controller down"
        )
        assert copy.copy(symptoms) is symptoms
        assert len({symptoms, again, Symptoms(_edition())}) == 1
        assert symptoms != load("16.2").symptoms
        assert symptoms != ()

    def test_frozen(self) -> None:
        """Nothing can be changed, not even by constructing again."""
        symptoms: Any = _edition().symptoms
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            symptoms._items = ()
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            symptoms.__init__(_edition())
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            symptoms[0].effect = ""
