"""Presets: deployments that have a name."""

from __future__ import annotations

from typing import Any, get_args

import attrs
import pytest

import avi_portspec
from avi_portspec import (
    Deployment,
    Edition,
    FacetValue,
    InvalidDataError,
    InvalidQueryError,
    UnknownNameError,
    preset,
    presets,
)
from avi_portspec.names import PresetName


class TestPresets:
    """Which presets there are, and what they say."""

    def test_every_cloud_has_one(self) -> None:
        """A preset exists for each cloud that the newest edition knows."""
        clouds = avi_portspec.load("vantage-undated").facets["cloud"].values
        assert set(presets()) == {cloud.id for cloud in clouds}

    def test_type_checkers_know_their_names(self) -> None:
        assert presets() == get_args(PresetName)

    @pytest.mark.parametrize("name", presets())
    def test_each_is_known_to_every_edition(self, name: str) -> None:
        """Each edition can be asked about each preset."""
        for edition in avi_portspec.editions():
            answer = avi_portspec.load(edition).resolve(name)
            assert answer.deployment == preset(name)

    @pytest.mark.parametrize("name", presets())
    def test_each_assumes_nothing(self, name: str) -> None:
        """No preset has a feature or service that nobody asked for."""
        found = preset(name)
        assert found.clouds == {name}
        assert not found.features
        assert not found.services

    def test_another_name_of_the_cloud_serves(self) -> None:
        """As it does wherever a cloud is asked for."""
        assert preset("Amazon Web Services") == preset("aws")
        assert preset("VMware").clouds == {"vcenter"}

    def test_capitals_do_not_matter(self) -> None:
        """``AWS`` is ``aws``."""
        assert preset("AWS") is preset("aws")

    def test_changes(self) -> None:
        """What differs from a preset is given by field."""
        assert preset("aws", controller="container").controller == "container"

    def test_a_wrong_change_is_refused(self) -> None:
        """A change is checked like any field."""
        with pytest.raises(InvalidDataError, match="nodes: expected one of"):
            preset("aws", nodes="three")

    def test_an_unknown_name_suggests_the_nearest(self) -> None:
        """``openstck`` leads to ``openstack``."""
        with pytest.raises(UnknownNameError) as caught:
            preset("openstck")
        assert caught.value.nearest == "openstack"

    def test_what_is_no_name_is_unknown(self) -> None:
        """A number is no preset's name."""
        with pytest.raises(UnknownNameError):
            preset(3)  # type: ignore[arg-type]


class TestOfAnEdition:
    """An edition knows its own clouds, whatever others know."""

    @pytest.fixture
    def own(self) -> Edition:
        """Return an edition with a cloud that no bundled one has."""
        edition = avi_portspec.load("vantage-undated")
        cloud = edition.facets["cloud"]
        ibm = FacetValue(id="ibm", name="IBM Cloud", aliases=("IBM",))
        facets = [
            attrs.evolve(cloud, values=(*cloud.values, ibm)),
            *edition.facets[1:],
        ]
        return attrs.evolve(edition, facets=facets, interfaces=())

    @pytest.mark.parametrize("name", ["ibm", "IBM", "ibm cloud"])
    def test_a_new_cloud_is_a_preset(self, own: Edition, name: str) -> None:
        """No list in code has to be extended."""
        answer = own.resolve(name)
        assert answer.deployment == Deployment(clouds={"ibm"})
        assert [gap.value for gap in answer.gaps] == ["ibm"]

    def test_others_do_not_know_it(self) -> None:
        """A bundled edition suggests what it has."""
        with pytest.raises(UnknownNameError, match="aws"):
            avi_portspec.load("vantage-undated").resolve("ibm")

    def test_several_at_once(self) -> None:
        """They are one deployment of several clouds."""
        edition = avi_portspec.load("vantage-undated")
        both = edition.resolve(["aws", "vcenter"])
        assert both.deployment == Deployment(clouds={"aws", "vcenter"})
        assert both == edition.resolve(both.deployment)

    @pytest.mark.parametrize("names", [[], 3, None, ["aws", 3], [["aws"]]])
    def test_anything_else_is_refused(self, names: Any) -> None:
        """Nothing is no deployment, and a number is no name."""
        with pytest.raises(InvalidQueryError, match="name of a preset"):
            avi_portspec.load("vantage-undated").resolve(names)

    def test_an_edition_without_clouds_has_none(self) -> None:
        """Then any name is unknown."""
        edition = avi_portspec.load("vantage-undated")
        bare = attrs.evolve(
            edition,
            facets=[],
            interfaces=[],
            flows=[
                attrs.evolve(
                    flow, when=avi_portspec.ALWAYS, inferred=(), readings=()
                )
                for flow in edition.flows
            ],
        )
        with pytest.raises(UnknownNameError):
            bare.resolve("aws")


class TestUnknownPresets:
    """A name that is no cloud of the edition."""

    def test_the_error_lists_the_clouds(self) -> None:
        """By their ids, all of them, with the nearest."""
        edition = avi_portspec.load("vantage-undated")
        with pytest.raises(UnknownNameError) as caught:
            edition.resolve("awss")
        clouds = [each.id for each in edition.facets["cloud"].values]
        assert caught.value.kind == "preset"
        assert caught.value.name == "awss"
        assert caught.value.known == (*clouds,)
        assert caught.value.nearest == "aws"
