"""Deployments that have a name: one for each cloud."""

from __future__ import annotations

from typing import Any, cast

import attrs

from avi_portspec.edition.loading import load
from avi_portspec.errors import UnknownNameError
from avi_portspec.model.facets import Deployment
from avi_portspec.names import PresetName

__all__ = ["preset", "presets"]


def presets() -> tuple[PresetName, ...]:
    """Return the names of the presets, sorted.

    They are the clouds of the newest bundled edition.

    >>> import avi_portspec
    >>> avi_portspec.presets()[:3]
    ('aws', 'azure', 'gcp')
    """
    names = sorted(cloud.id for cloud in load().facets["cloud"].values)
    return cast(tuple[PresetName, ...], tuple(names))


def preset(name: PresetName, **changes: Any) -> Deployment:
    """Return the deployment of that name.

    A preset is the least that its name can mean: one cloud, managed by a
    cluster of virtual machines, without any optional feature or network
    service. Say what else is in use:

    >>> import avi_portspec
    >>> deployment = avi_portspec.preset("aws", services={"dns", "ntp"})
    >>> sorted(deployment.services)
    ['dns', 'ntp']

    Args:
        name: One of :func:`presets`. At run time another name of that cloud
            does too, in any capitals.
        **changes: Fields of :class:`Deployment` that differ from it.

    Raises:
        UnknownNameError: No preset has that name; it is a ``LookupError``
            and suggests the nearest.
        InvalidDataError: A change is wrong by itself.
    """
    if not isinstance(name, str):
        raise UnknownNameError("preset", name, presets())
    found: Deployment = load()._resolver.preset(name)
    return attrs.evolve(found, **changes) if changes else found
