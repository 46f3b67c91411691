"""Deployments that have a name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import attrs

from avi_portspec.errors import UnknownNameError
from avi_portspec.model.facets import Deployment
from avi_portspec.names import fold

__all__ = ["preset", "presets"]

_CLOUDS: Final = (
    "aws",
    "azure",
    "gcp",
    "kubernetes",
    "linux-server-cloud",
    "mesos",
    "no-orchestrator",
    "nsx-t",
    "openshift",
    "openstack",
    "vcenter",
)

#: Each preset opens the least that its name can mean: one cloud, a cluster
#: of virtual machines, no optional feature, no network service. A preset
#: that assumed DNS or NTP would open what nobody asked for.
_PRESETS: Final[Mapping[str, Deployment]] = MappingProxyType(
    {cloud: Deployment(clouds=frozenset({cloud})) for cloud in _CLOUDS}
)


def presets() -> tuple[str, ...]:
    """Return the names of the presets, sorted.

    >>> import avi_portspec
    >>> avi_portspec.presets()[:3]
    ('aws', 'azure', 'gcp')
    """
    return tuple(_PRESETS)


def preset(name: str, **changes: Any) -> Deployment:
    """Return the deployment of that name.

    A preset is one cloud, managed by a cluster of virtual machines, without
    any optional feature or network service. Say what else is in use:

    >>> import avi_portspec
    >>> deployment = avi_portspec.preset("aws", services={"dns", "ntp"})
    >>> sorted(deployment.services)
    ['dns', 'ntp']

    Args:
        name: One of :func:`presets`; capitals do not matter.
        **changes: Fields of :class:`Deployment` that differ from it.

    Raises:
        UnknownNameError: No preset has that name; it is a ``LookupError``
            and suggests the nearest.
        InvalidDataError: A change is wrong by itself.
    """
    found = _PRESETS.get(fold(name)) if isinstance(name, str) else None
    if found is None:
        raise UnknownNameError("preset", name, _PRESETS)
    return attrs.evolve(found, **changes) if changes else found
