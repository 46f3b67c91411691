"""Presets: deployments that have a name."""

from __future__ import annotations

import pytest

import avi_portspec
from avi_portspec import InvalidDataError, UnknownNameError, preset, presets


class TestPresets:
    """Which presets there are, and what they say."""

    def test_every_cloud_has_one(self) -> None:
        """A preset exists for each cloud that the newest edition knows."""
        clouds = avi_portspec.load().facets["cloud"].values
        assert set(presets()) == {cloud.id for cloud in clouds}

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

    def test_capitals_do_not_matter(self) -> None:
        """``AWS`` is ``aws``."""
        assert preset("AWS") is preset("aws")

    def test_changes(self) -> None:
        """What differs from a preset is given by field."""
        assert preset("aws", controller="container").controller == "container"

    def test_a_wrong_change_is_refused(self) -> None:
        """A change is checked like any field."""
        with pytest.raises(InvalidDataError, match="nodes: wanted one of"):
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
