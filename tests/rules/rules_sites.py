"""Sites for the laws: editions, deployments and inventories that fit.

They stay out of :mod:`avi_portspec.strategies`, which stands below the
rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_network

import attrs
from deployment_space import deployments
from hypothesis import strategies as st

import avi_portspec
from avi_portspec import (
    ALWAYS,
    ICMP,
    TCP,
    UDP,
    Citation,
    Edition,
    EditionId,
    Endpoint,
    EndpointId,
    Extent,
    Flow,
    FlowId,
    PortRange,
    Protocol,
    Resolution,
    Section,
    SectionId,
    Source,
    strategies,
)
from avi_portspec.names import DirectionReading
from avi_portspec.rules.inventory import Inventory
from avi_portspec.rules.ruleset import RuleSet, rule_set

Network = IPv4Network | IPv6Network
#: Parts of the product in the editions that are made here.
OWN = {"controller", "service-engine"}
EVERYTHING = (ip_network("0.0.0.0/0"), ip_network("::/0"))


def as_stated(edition: Edition) -> dict[str, DirectionReading]:
    """Return that doubtful directions are to be written as stated."""
    return {
        flow.id: "stated" for flow in edition.flows if flow.direction_doubts
    }


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
    return [ip_network(text) for text in texts[family]]


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
        foreign = endpoint.kind not in ("component", "platform")
        if chosen and foreign and not draw(st.integers(0, 12)):
            # Anybody at all, of the families that it has.
            chosen = [e for e in EVERYTHING if e.version in (families or (4,))]
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


@st.composite
def split(
    draw: st.DrawFn, inventory: Inventory, resolution: Resolution
) -> Inventory:
    """Return the inventory by cloud, as several clouds demand.

    What other endpoints have may be listed by cloud too; some of the clouds
    can have nothing.
    """
    clouds = sorted(resolution.deployment.clouds)
    by_cloud: dict[EndpointId, dict[str, list[Network]]] = {}
    for name, networks in inventory.addresses.items():
        kind = resolution.edition.endpoints[name].kind
        if name == "controller" and draw(st.booleans()):
            # Where they are, and not which flows they need.
            places = by_cloud.setdefault(name, {})
            for network in networks:
                place = draw(st.sampled_from(["outside", "gcp", *clouds]))
                places.setdefault(place, []).append(network)
        if (
            name == "controller"
            or len(clouds) < 2
            or (kind not in ("component", "platform") and draw(st.booleans()))
        ):
            continue
        members = by_cloud.setdefault(name, {})
        for network in networks:
            cloud = draw(st.sampled_from(clouds))
            members.setdefault(cloud, []).append(network)
    return attrs.evolve(inventory, by_cloud=by_cloud)


def members_of(
    role: EndpointId, flow: Flow, pair: tuple[Resolution, Inventory]
) -> list[Network]:
    """Return whose addresses a flow is about, in the clouds that need it."""
    (resolution, inventory), deployment = pair, pair[0].deployment
    if role not in inventory.by_cloud or role == "controller":
        return [*inventory.addresses.get(role, ())]
    found: list[Network] = []
    alone = [
        cloud
        for cloud in deployment.clouds
        if flow.when.evaluate(attrs.evolve(deployment, clouds={cloud})) == 2
    ]
    for cloud in alone or resolution.deployment.clouds:
        if cloud not in inventory.by_cloud[role]:
            return []
        found += inventory.by_cloud[role][cloud]
    return found


def _apart(networks: Sequence[Network]) -> list[Network]:
    """Return the networks less those within another."""
    return [
        network
        for network in networks
        if not any(
            network != other
            and network.version == other.version
            and network.subnet_of(other)  # type: ignore[arg-type]
            for other in networks
        )
    ]


#: Ids that read the same when they are joined, and one that has to be cut.
_OTHERS = ("a", "a-to-b", "b-to-c", "c", "administrators" + "-of-a-kind" * 6)
_SOME_PORTS = st.lists(
    st.sampled_from((1, 22, 23, 80, 443, 444, 750, 8443, 65535)),
    min_size=1,
    max_size=4,
    unique=True,
)
_RARE = [Protocol.of(n) for n in ("gre", "esp", "ah", "sctp", "icmpv6", 4, 97)]
_PROTOCOLS = st.sampled_from([TCP] * 6 + [UDP] * 3 + [ICMP] * 2 + _RARE)


@st.composite
def small_editions(draw: st.DrawFn) -> Edition:
    """Return editions of a few flows, most of which are always needed.

    Those of :func:`avi_portspec.strategies.editions` are about consistency,
    and few of their flows get rules.
    """
    names = ["controller", "service-engine", *draw(
        st.lists(st.sampled_from(_OTHERS), max_size=3, unique=True)
    )]  # fmt: skip
    side = st.sampled_from(names).map(EndpointId)
    flows: dict[object, Flow] = {}
    for number in range(1, draw(st.integers(1, 7)) + 1):
        protocol = draw(_PROTOCOLS)
        ports: list[PortRange] = []
        if protocol.has_ports:
            for low in draw(_SOME_PORTS):
                wide = draw(st.sampled_from([0, 0, 1, 9]))
                high = min(low + wide, 65535)
                if all(high < o.low or o.high < low for o in ports):
                    ports.append(PortRange(low=low, high=high))
        made = Flow(
            id=FlowId(f"flow-{chr(96 + number)}"),
            section=SectionId("s"),
            source=draw(side),
            destination=draw(side),
            protocols=(protocol,),
            ports=tuple(ports),
            icmp_types=(8,) if protocol == ICMP else (),
            service=None,
            purpose=draw(st.none() | strategies.names()),
            requirement=draw(st.sampled_from(["required"] * 3 + ["optional"])),
            when=ALWAYS,
            effect_if_blocked=None,
            inferred=(),
            readings=(),
            citation=Citation(
                section=SectionId("s"), place="bullet", number=1, item=1
            ),
        )
        identity = (made.source, made.destination, *made.protocol_ports())
        flows.setdefault(identity, made)
    kept: list[Flow] = []
    taken: set[object] = set()
    for flow in flows.values():
        identities = {
            (flow.source, flow.destination, *pair)
            for pair in flow.protocol_ports()
        }
        if taken.isdisjoint(identities):
            taken |= identities
            at = attrs.evolve(flow.citation, number=len(kept) + 1)
            kept.append(attrs.evolve(flow, citation=at))
    return Edition(
        id=EditionId("made"),
        title="Made",
        product="Made",
        source=Source(title="Made", location="nowhere"),
        overview=Extent(),
        sections=[
            Section(
                id=SectionId("s"),
                title="S",
                extent=Extent(bullets=(1,) * len(kept)),
            )
        ],
        endpoints=[
            Endpoint(
                id=EndpointId(name),
                name=name.title(),
                kind="component" if name in {*OWN, "a-to-b"} else "service",
            )
            for name in names
        ],
        flows=kept,
    )


_PROTOCOLS = st.sampled_from(
    [TCP] * 6 + [UDP] * 3 + [ICMP] * 2
) | st.sampled_from(
    [Protocol.of(n) for n in ("gre", "esp", "ah", "sctp", "icmpv6", 4, 97)]
)


PUBLISHED = [avi_portspec.load(name) for name in avi_portspec.editions()]


def editions() -> st.SearchStrategy[Edition]:
    """Return published editions, and some that nobody published."""
    return st.sampled_from(PUBLISHED) | small_editions() | small_editions()


@st.composite
def resolutions(
    draw: st.DrawFn, of: st.SearchStrategy[Edition] | None = None
) -> Resolution:
    """Return answers of such editions, or of others."""
    edition = draw(editions() if of is None else of)
    return edition.resolve(draw(deployments(edition)))


@st.composite
def sites(
    draw: st.DrawFn, of: st.SearchStrategy[Edition] | None = None
) -> RuleSet:
    """Return the rules of sites, complete or not."""
    resolution = draw(resolutions(of))
    inventory = draw(
        inventories(resolution.edition, everyone=draw(st.booleans()))
    )
    inventory = draw(split(inventory, resolution))
    return rule_set(
        resolution,
        inventory,
        optional=draw(st.booleans()),
        missing="omit",
        readings=as_stated(resolution.edition),
    )
