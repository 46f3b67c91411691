"""Sites for the laws: editions, deployments and inventories that fit.

They stay out of :mod:`avi_portspec.strategies`, which stands below the
rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_network

import avi_portspec
from avi_portspec import Edition, strategies
from avi_portspec.deployment.resolution import Resolution
from avi_portspec.names import EndpointId
from avi_portspec.rules.inventory import Inventory
from avi_portspec.rules.neutral import RuleSet, rule_set
from hypothesis import strategies as st

Network = IPv4Network | IPv6Network
#: The product's own: they have few addresses, and share none.
OWN = {"controller", "service-engine"}
EVERYTHING = (ip_network("0.0.0.0/0"), ip_network("::/0"))


def _block(family: int, number: int) -> Sequence[Network]:
    """Return what endpoint *number* may have: no other has any of it."""
    four, six = f"10.{number}", f"2001:db8:{number:x}"
    texts = {
        # Adjacent halves, a gap, a single host, its neighbour, the ends.
        4: (
            f"{four}.0.0/24", f"{four}.0.0/25", f"{four}.0.128/25",
            f"{four}.2.7/32", f"{four}.2.8/32", f"{four}.255.255/32",
            f"{four}.128.0/17",
        ),
        6: (
            f"{six}::/64", f"{six}:1::/64", f"{six}::1:0:0:7/128",
            f"{six}:0:1::8/128", f"{six}:8000::/49",
        ),
    }  # fmt: skip
    return [ip_network(each) for each in texts[family]]


@st.composite
def inventories(
    draw: st.DrawFn, edition: Edition, *, everyone: bool = False
) -> Inventory:
    """Return inventories: families mixed, one-sided, or missing.

    Args:
        draw: Hypothesis hands it over.
        edition: Whose endpoints get addresses.
        everyone: Whether each endpoint has one at least.
    """
    addresses: dict[EndpointId, tuple[Network, ...]] = {}
    shared: list[Network] = []
    for number, endpoint in enumerate(edition.endpoints):
        if endpoint.kind == "group":
            continue
        families = draw(st.sampled_from([(4,), (4,), (6,), (4, 6), ()]))
        chosen: list[Network] = []
        for family in families or ((4,) if everyone else ()):
            block = _block(family, number)
            chosen += draw(
                st.lists(
                    st.sampled_from(block), min_size=1, max_size=3, unique=True
                )
            )
        if chosen and endpoint.id not in OWN and not draw(st.integers(0, 12)):
            # Anybody at all, of the families that it has.
            chosen = [e for e in EVERYTHING if e.version in families or (4,)]
            shared += chosen
        if chosen:
            addresses[endpoint.id] = tuple(_apart(chosen))
    floating: tuple[object, ...] = ()
    if draw(st.booleans()):
        floating = (ip_network("192.0.2.10/32").network_address,)
    return Inventory(
        addresses=addresses,
        cluster_ip=floating,
        cluster_ip_is_destination=bool(floating) and draw(st.booleans()),
        shared=tuple(dict.fromkeys(shared)),
    )


def _apart(networks: Sequence[Network]) -> list[Network]:
    """Return the networks less those within another."""
    return [
        each
        for each in networks
        if not any(
            each != other
            and each.version == other.version
            and each.subnet_of(other)  # type: ignore[arg-type]
            for other in networks
        )
    ]


@st.composite
def resolutions(draw: st.DrawFn) -> Resolution:
    """Return answers for the published editions and for made ones."""
    published = [*map(avi_portspec.load, avi_portspec.editions())]
    edition = draw(
        st.sampled_from([*published, published[-1]]) | strategies.editions()
    )
    return edition.resolve(draw(strategies.deployments(edition.facets)))


@st.composite
def sites(draw: st.DrawFn) -> RuleSet:
    """Return the rules of sites, complete or not."""
    resolution = draw(resolutions())
    inventory = draw(
        inventories(resolution.edition, everyone=draw(st.booleans()))
    )
    return rule_set(
        resolution, inventory, optional=draw(st.booleans()), missing="omit"
    )
