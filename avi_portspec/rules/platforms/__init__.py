"""The platforms that rules are written for, a module each."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Final

from avi_portspec.errors import UnknownNameError
from avi_portspec.model.frozen import FrozenDict
from avi_portspec.names import fold

if TYPE_CHECKING:
    from avi_portspec.rules.neutral import RuleSet

__all__ = ["platforms", "render"]

#: The module of each platform, and the function in it that writes. To add a
#: platform, add a module and a line: nothing else knows their names, and
#: nobody pays for a writer that is not used.
_WRITERS: Final[Mapping[str, tuple[str, str]]] = FrozenDict(
    {
        "arista": ("network", "render_arista"),
        "aws-cloudformation": ("aws", "render_cloudformation"),
        "aws-terraform": ("aws", "render_terraform"),
        "azure-arm": ("azure", "render_arm"),
        "azure-terraform": ("azure", "render_terraform"),
        "cisco": ("network", "render_cisco"),
        "ciscoasa": ("network", "render_ciscoasa"),
        "csv": ("csv_table", "render"),
        "fortigate": ("network", "render_fortigate"),
        "gcp-terraform": ("gcp", "render"),
        "ip6tables": ("iptables", "render_ipv6"),
        "iptables": ("iptables", "render_ipv4"),
        "juniper": ("network", "render_juniper"),
        "kubernetes": ("kubernetes", "render"),
        "nftables": ("nftables", "render"),
        "nsx-t": ("nsxt", "render"),
        "openstack-heat": ("openstack", "render"),
        "paloalto": ("network", "render_paloalto"),
        "srx": ("network", "render_srx"),
    }
)


def platforms() -> tuple[str, ...]:
    """Return the names of the platforms, sorted.

    >>> "nftables" in platforms()
    True
    """
    return tuple(sorted(_WRITERS))


def render(rules: RuleSet, platform: str) -> str:
    """Return rules in a platform's syntax: the same bytes each time.

    Args:
        rules: The rules.
        platform: One of :func:`platforms`.

    Raises:
        UnknownNameError: There is no such platform.
        CannotExpressError: The platform has no way to say one of the
            rules. Nothing is written then, rather than a part, or more.
    """
    found = _WRITERS.get(fold(platform)) if isinstance(platform, str) else None
    if found is None:
        raise UnknownNameError("platform", platform, platforms())
    module, function = found
    writer = import_module(f"{__name__}.{module}")
    text: str = getattr(writer, function)(rules)
    return text
