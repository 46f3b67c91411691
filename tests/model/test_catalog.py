"""Catalogs: sequences whose items also go by name."""

from __future__ import annotations

import pickle

import pytest

from avi_portspec import Edition, UnknownNameError


class TestLookUp:
    """How records are found."""

    @pytest.mark.parametrize(
        "name", ["service-engine", "Avi Service Engine", "SE", "se"]
    )
    def test_by_id_name_or_alias(self, edition: Edition, name: str) -> None:
        """Capitals do not matter."""
        assert edition.endpoints[name].id == "service-engine"
        assert edition.endpoints.get(name) is edition.endpoints[name]
        assert name in edition.endpoints

    def test_by_title(self, edition: Edition) -> None:
        """Sections have titles in place of names."""
        assert edition.sections["VMware vCenter"].id == "vmware-vcenter"

    def test_by_position(self, edition: Edition) -> None:
        """A catalog is a sequence."""
        first, *_, last = edition.endpoints
        assert edition.endpoints[0] is first
        assert edition.endpoints[-1] is last
        assert edition.endpoints[:1] == (first,)
        assert edition.endpoints.index(last) == len(edition.endpoints) - 1

    def test_an_unknown_name_suggests_the_nearest(
        self, edition: Edition
    ) -> None:
        """Among ids, names and aliases alike."""
        with pytest.raises(UnknownNameError) as caught:
            edition.endpoints["Avi Controler"]
        assert caught.value.nearest == "Avi Controller"
        assert caught.value.kind == "endpoint"

    def test_a_missing_name_can_have_a_default(self, edition: Edition) -> None:
        """As with any mapping."""
        assert edition.endpoints.get("nobody") is None
        assert edition.endpoints.get("nobody", 1) == 1
        assert "nobody" not in edition.endpoints
        assert 22 not in edition.endpoints
        assert None not in edition.endpoints
        assert edition.endpoints.get(5, 1) == 1  # type: ignore[call-overload]


class TestValues:
    """Catalogs are values."""

    def test_equal_items_make_equal_catalogs(self, edition: Edition) -> None:
        """And equal hashes."""
        again = type(edition.notes)("note", list(edition.notes))
        assert again == edition.notes
        assert hash(again) == hash(edition.notes)
        assert edition.notes != tuple(edition.notes)

    def test_they_say_what_they_hold(self, edition: Edition) -> None:
        """In one line."""
        assert repr(edition.notes) == "<Catalog: 22 notes>"
        assert repr(edition.exclusions) == "<Catalog: 1 exclusion>"

    def test_they_can_be_pickled(self, edition: Edition) -> None:
        """And come back as they were."""
        assert pickle.loads(pickle.dumps(edition.notes)) == edition.notes

    def test_they_know_their_ids(self, edition: Edition) -> None:
        """In published order."""
        assert edition.exclusions.ids() == ("controller-to-service-engine",)

    def test_they_have_no_other_attributes(self, edition: Edition) -> None:
        """A slip fails as it does everywhere."""
        with pytest.raises(AttributeError):
            edition.notes.nonsense  # type: ignore[attr-defined]  # noqa: B018
