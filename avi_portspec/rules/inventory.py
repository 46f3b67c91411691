"""The addresses of each endpoint at one site."""

from __future__ import annotations

import os
from collections.abc import (
    Callable,
    Collection,
    Iterable,
    Iterator,
    Mapping,
)
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_network,
)
from itertools import chain, islice
from typing import Annotated, Any, Final

import attrs

from avi_portspec.deployment.kinds import refuse_other_kind
from avi_portspec.edition.edition import Edition
from avi_portspec.errors import (
    Fault,
    InvalidDataError,
    InvalidQueryError,
    nearest,
    shown,
)
from avi_portspec.model.catalog import names_of
from avi_portspec.model.checks import Check, Flag, Ident, Many, Text
from avi_portspec.model.facts import EditionFacts
from avi_portspec.model.frozen import FrozenDict
from avi_portspec.model.record import Record
from avi_portspec.model.wording import sites_of
from avi_portspec.names import KEBAB_ID, EndpointId, fold
from avi_portspec.rules.networks import (
    EVERYWHERE,
    Address,
    Entry,
    Family,
    Network,
    Overlaps,
    collapse,
    parse_network,
    special_use,
)
from avi_portspec.rules.peers import (
    INTERNET,
    OBJECT_KEYS,
    NamedObject,
    Peer,
    PodSelector,
    parse_peer,
)
from avi_portspec.serialisation.files import read_file, toml_table
from avi_portspec.serialisation.limits import FAULTS

__all__ = [
    "Inventory",
    "Network",
    "check_inventory",
    "find_unknown",
    "inventory_keys",
    "load_inventory",
    "loads_inventory",
    "read_inventory",
]

CONTROLLER: Final = EndpointId("controller")
#: Where Controllers are that are in no cloud.
OUTSIDE: Final = "outside"
#: Endpoints whose addresses no other endpoint may have.
_OWN: Final = frozenset({"controller", "service-engine", "cluster-ip"})
#: The kinds of endpoint that are the product. Everything else is somebody
#: else's machine.
PRODUCT: Final = frozenset({"component", "platform"})
#: The product as a whole: its addresses are those of its parts.
_WHOLE: Final = "avi-vantage"
#: More than any site has, and little enough to be checked in a second.
_MOST: Final = 100_000
_MOST_SHARED: Final = 1_000
#: How many faults between networks are reported. Nested networks can have
#: more than anybody reads, or than fit into memory. This leaves room among
#: all reported faults for the line that says so.
_MOST_PAIRS: Final = FAULTS // 2
#: How many networks or objects a fault names.
_APART: Final = 3
#: For how many unknown keys a nearest name is sought.
_GUESSES: Final = 100
_CLUSTER: Final = "cluster-ip"
_FLAG: Final = "cluster-ip-is-destination"
_SHARED: Final = "shared"
_OVERLAY: Final = "overlay"
_RESERVED: Final = (_CLUSTER, _FLAG, _SHARED, _OVERLAY)
_NO_SOURCE: Final = (
    "an address that no Controller has: a Controller never sends from the "
    "cluster IP"
)
_NO_INTERNET: Final = "addresses: the product is not the internet"
_UNIQUE: Final = "addresses that no other endpoint has"
_NO_CLUSTER_IP: Final = Fault(
    "inventory/no-cluster-ip",
    _FLAG,
    f"a {_CLUSTER}, since {_FLAG} is true",
    "none",
)


class _Addresses(Check):
    """Endpoints with their networks."""

    __slots__ = ()

    rule = "inventory/not-networks"
    expected = "a mapping of endpoint ids to tuples of networks"

    def accepts(self, value: object) -> bool:
        return isinstance(value, FrozenDict)

    def faults(self, value: Any, path: str) -> Iterator[Fault]:
        yield from super().faults(value, path)
        for name, networks in value.items() if self.accepts(value) else ():
            if type(name) is not str or not KEBAB_ID.fullmatch(name):
                yield Fault(
                    "id/form", path, "the ids of endpoints", shown(name)
                )
            else:
                yield from _NETWORKS.faults(networks, name)


class _Objects(Check):
    """Endpoints with objects of platforms."""

    __slots__ = ()

    rule = "inventory/not-objects"
    expected = "a mapping of endpoint ids to tuples of objects"

    def accepts(self, value: object) -> bool:
        return isinstance(value, FrozenDict)

    def faults(self, value: Any, path: str) -> Iterator[Fault]:
        yield from super().faults(value, path)
        for name, peers in value.items() if self.accepts(value) else ():
            if type(name) is not str or not KEBAB_ID.fullmatch(name):
                yield Fault(
                    "id/form", path, "the ids of endpoints", shown(name)
                )
            else:
                yield from self.within(peers, name)

    def within(self, peers: Any, path: str) -> Iterator[Fault]:
        """Yield what is wrong with the objects of one endpoint."""
        if type(peers) is not tuple or not peers:
            expected = "a tuple of at least one object"
            yield Fault(self.rule, path, expected, shown(peers))
            return
        for at, peer in enumerate(peers):
            if type(peer) not in (NamedObject, PodSelector):
                where, expected = f"{path}[{at}]", "an object of a platform"
                yield Fault(self.rule, where, expected, shown(peer))


class _CloudObjects(_Objects):
    """Endpoints with their objects in each cloud."""

    __slots__ = ()

    expected = "a mapping of endpoint ids to mappings of clouds to objects"

    def within(self, members: Any, path: str) -> Iterator[Fault]:
        """Yield what is wrong with what one endpoint has, cloud by cloud."""
        if not isinstance(members, FrozenDict) or not members:
            expected = "a mapping of at least one cloud"
            yield Fault(self.rule, path, expected, shown(members))
            return
        for cloud, listed in members.items():
            if type(cloud) is not str or not KEBAB_ID.fullmatch(cloud):
                yield Fault("id/form", path, "the ids of clouds", shown(cloud))
            else:
                yield from self.listed(listed, f"{path}.{cloud}")

    def listed(self, listed: Any, path: str) -> Iterator[Fault]:
        """Yield what is wrong with what one endpoint has in one cloud."""
        return _Objects.within(self, listed, path)


class _Clouds(_CloudObjects):
    """Endpoints with their networks in each cloud."""

    __slots__ = ()

    rule = "inventory/not-clouds"
    expected = "a mapping of endpoint ids to mappings of clouds to networks"

    def listed(self, listed: Any, path: str) -> Iterator[Fault]:
        """Yield what is wrong with the networks of a cloud."""
        return _SOME.faults(listed, path)


class _Networks(Check):
    """Networks that a rule can be about."""

    __slots__ = ("least",)

    rule = "inventory/not-networks"

    def __init__(self, least: int) -> None:
        self.least = least
        many = "at least one network" if least else "networks"
        self.expected = f"a tuple of {many}"

    def accepts(self, value: object) -> bool:
        return type(value) is tuple and len(value) >= self.least

    def faults(self, value: Any, path: str) -> Iterator[Fault]:
        yield from super().faults(value, path)
        for at, network in enumerate(value if self.accepts(value) else ()):
            where = f"{path}[{at}]"
            if type(network) not in (IPv4Network, IPv6Network):
                yield Fault("network/form", where, "a network", shown(network))
            elif (wrong := special_use(network)) is not None:
                yield wrong.under(where)


class _Hosts(Check):
    """Addresses of the Controller cluster."""

    __slots__ = ()

    rule = "inventory/not-addresses"
    expected = "a tuple of addresses, each once"

    def accepts(self, value: object) -> bool:
        return (
            type(value) is tuple
            and all(type(v) in (IPv4Address, IPv6Address) for v in value)
            and len(set(value)) == len(value)
        )

    def faults(self, value: Any, path: str) -> Iterator[Fault]:
        yield from super().faults(value, path)
        for host in value if self.accepts(value) else ():
            if getattr(host, "scope_id", None) is not None:
                yield Fault("network/zone", path, "no zone", shown(host))
            elif (wrong := special_use(ip_network(host))) is not None:
                yield wrong.under(path)


_NETWORKS: Final = _Networks(1)
#: Those of a cloud, which can have objects instead.
_SOME: Final = _Networks(0)
_HOSTS: Final = _Hosts()


def _freeze_addresses(addresses: Any) -> Any:
    """Return addresses as the inventory keeps them; else as they are."""
    if not isinstance(addresses, Mapping):
        return addresses
    return FrozenDict(
        {
            name: _collapse(addresses[name])
            for name in sorted(addresses, key=str)
        }
    )


def _freeze_clouds(by_cloud: Any) -> Any:
    """Return members by cloud as the inventory keeps them; else as are."""
    return _freeze_each(by_cloud, _freeze_addresses)


def _freeze_each(by_cloud: Any, freeze: Callable[[Any], Any]) -> Any:
    if not isinstance(by_cloud, Mapping):
        return by_cloud
    return FrozenDict(
        {name: freeze(by_cloud[name]) for name in sorted(by_cloud, key=str)}
    )


def _freeze_peers(peers: Any) -> Any:
    """Return objects as the inventory keeps them; else as they are."""
    if not isinstance(peers, Mapping):
        return peers
    return FrozenDict(
        {
            name: tuple(sorted(peers[name], key=str))
            if type(peers[name]) in (list, tuple)
            else peers[name]
            for name in sorted(peers, key=str)
        }
    )


def _freeze_cloud_peers(by_cloud: Any) -> Any:
    """Return objects by cloud as the inventory keeps them; else as are."""
    return _freeze_each(by_cloud, _freeze_peers)


def _collapse(networks: Any) -> Any:
    networks = tuple(networks) if type(networks) is list else networks
    if type(networks) is not tuple or not all(
        isinstance(network, (IPv4Network, IPv6Network)) for network in networks
    ):
        return networks
    return collapse(networks)


def _sort_hosts(addresses: Any) -> Any:
    hosts = tuple(addresses) if type(addresses) is list else addresses
    if not _HOSTS.accepts(hosts):
        return hosts
    return tuple(sorted(hosts, key=lambda host: (host.version, host)))


@attrs.frozen(kw_only=True, getstate_setstate=False)
class Inventory(Record):
    """The addresses of a deployment's endpoints at one site.

    >>> from ipaddress import ip_network
    >>> site = Inventory(
    ...     addresses={
    ...         "controller": [ip_network("10.10.1.11/32")],
    ...         "service-engine": [
    ...             ip_network("10.20.0.0/25"), ip_network("10.20.0.128/25")
    ...         ],
    ...     },
    ... )
    >>> site.of("service-engine", 4)
    (IPv4Network('10.20.0.0/24'),)

    An inventory in which two roles have an address in common refuses to
    exist, unless it says that this is meant: a rule for the one would let
    the other through.

    Attributes:
        addresses: What each endpoint has, collapsed and sorted.
        cluster_ip: The floating addresses of the Controller cluster. They
            are apart because traffic never comes *from* them.
        cluster_ip_is_destination: Whether flows to the Controller may also
            go to the cluster IP. The vendor does not document it.
        shared: Addresses that may stand in two roles, as those of a server
            that answers both DNS and NTP. A Controller, a Service Engine
            and the cluster IP share with nobody; they may only lie within
            a wider network that is listed here, and with ``avi-vantage``,
            which is the product as a whole, when they are listed.
        by_cloud: For an endpoint that says so, which of its addresses are in
            which cloud: together they are all that it has. Of the Controllers,
            which are one cluster for all clouds, it says only where they
            are; they can be ``outside`` too.
        peers: Objects of platforms that an endpoint has besides addresses,
            or instead of them.
        peers_by_cloud: For an endpoint of ``by_cloud``, which of its objects
            are in which cloud; there a cloud with objects can have no
            addresses.
        internet: The endpoints that can be anywhere, and have all addresses
            for that; no part of the product is one.
        unused: The keys of endpoints that an overlay adds which the edition
            is without, such as ``overlay.berlin.jump-host``: their addresses
            are in no rule.
    """

    addresses: Annotated[
        Mapping[EndpointId, tuple[Network, ...]], _Addresses()
    ] = attrs.field(converter=_freeze_addresses, hash=False)
    cluster_ip: Annotated[tuple[Address, ...], _HOSTS] = attrs.field(
        default=(), converter=_sort_hosts
    )
    cluster_ip_is_destination: Annotated[bool, Flag()] = False
    shared: Annotated[tuple[Network, ...], _Networks(0)] = ()
    by_cloud: Annotated[
        Mapping[EndpointId, Mapping[str, tuple[Network, ...]]], _Clouds()
    ] = attrs.field(
        factory=FrozenDict,
        converter=_freeze_clouds,
        hash=False,
    )
    peers: Annotated[Mapping[EndpointId, tuple[Peer, ...]], _Objects()] = (
        attrs.field(factory=FrozenDict, converter=_freeze_peers, hash=False)
    )
    peers_by_cloud: Annotated[
        Mapping[EndpointId, Mapping[str, tuple[Peer, ...]]], _CloudObjects()
    ] = attrs.field(
        factory=FrozenDict,
        converter=_freeze_cloud_peers,
        hash=False,
    )
    internet: Annotated[
        tuple[EndpointId, ...],
        Many("a list of endpoint ids", Ident("an endpoint id", KEBAB_ID)),
    ] = ()
    unused: Annotated[
        tuple[str, ...], Many("a list of keys", Text("a key"))
    ] = ()

    def has(self, endpoint: str) -> bool:
        """Return whether an endpoint has an address or an object.

        Args:
            endpoint: Its id.
        """
        name = EndpointId(endpoint)
        return name in self.addresses or name in self.peers

    def within(self, clouds: Collection[str]) -> Inventory:
        """Return the inventory without the members of all other clouds.

        Endpoints whose addresses are not listed by cloud keep them all, and
        so do the Controllers.

        Args:
            clouds: The ids of the clouds.
        """
        return _within(self, frozenset(clouds)) if self.by_cloud else self

    def of(self, endpoint: str, family: Family) -> tuple[Network, ...]:
        """Return the addresses that an endpoint sends from.

        Args:
            endpoint: Its id.
            family: 4 or 6.
        """
        networks = self.addresses.get(EndpointId(endpoint), ())
        return tuple(n for n in networks if n.version == family)

    def listening(self, endpoint: str, family: Family) -> tuple[Network, ...]:
        """Return the addresses that an endpoint listens on.

        They are those that it sends from; for the Controller also the
        cluster IP, where the inventory says that it is a destination.

        Args:
            endpoint: Its id.
            family: 4 or 6.
        """
        networks = self.of(endpoint, family)
        if endpoint != CONTROLLER or not self.cluster_ip_is_destination:
            return networks
        floating = [
            ip_network(address)
            for address in self.cluster_ip
            if address.version == family
        ]
        return collapse([*networks, *floating])

    def _faults(self) -> Iterator[Fault]:
        lists: dict[str, tuple[EndpointId, tuple[Network, ...]]] = {
            name: (name, networks)
            for name, networks in self.addresses.items()
            if name not in self.by_cloud
        }
        for name, members in self.by_cloud.items():
            lists |= {f"{name}.{c}": (name, n) for c, n in members.items()}
        yield from self._cloud_faults()
        entries = [
            Entry(f"{path}[{at}]", name, network)
            for path, (name, networks) in lists.items()
            for at, network in enumerate(networks)
        ]
        entries += (
            Entry(_CLUSTER, _CLUSTER, ip_network(address))
            for address in self.cluster_ip
        )
        pairs = _pair_faults(entries, self.shared, self.internet, "")
        yield from islice(pairs, FAULTS)
        yield from _object_faults(
            (name, name, peer)
            for name, peers in self.peers.items()
            for peer in peers
        )
        for name in self.internet:
            if name in {*_OWN, _WHOLE} or not {*EVERYWHERE} <= {
                *self.addresses.get(name, ())
            }:
                expected = "an endpoint outside the product with all addresses"
                yield Fault("inventory/internet", "internet", expected, name)
        if self.cluster_ip_is_destination and not self.cluster_ip:
            yield _NO_CLUSTER_IP

    def _cloud_faults(self) -> Iterator[Fault]:
        """Yield where what is listed by cloud is not what there is in all."""
        rule = "inventory/by-cloud"
        for name in dict.fromkeys((*self.by_cloud, *self.peers_by_cloud)):
            members = self.by_cloud.get(name, {})
            objects = self.peers_by_cloud.get(name, {})
            together = collapse(chain.from_iterable(members.values()))
            for field, has, in_clouds in (
                ("addresses", self.addresses.get(name, ()), together),
                ("peers", self.peers.get(name, ()), _join_peers(objects)),
            ):
                if has != in_clouds:
                    apart = sorted(map(str, {*has} ^ {*in_clouds}))
                    expected = f"in {field}, what it has in all its clouds"
                    got = f"{', '.join(apart[:_APART])} in one of the two"
                    yield Fault(rule, name, expected, got)
            for cloud in sorted(members.keys() | objects.keys()):
                if cloud not in members or not (
                    members[cloud] or cloud in objects
                ):
                    got = "objects" if cloud in objects else "neither"
                    expected = "a list of networks, empty only beside objects"
                    yield Fault(rule, f"{name}.{cloud}", expected, got)


def _join_peers(
    objects: Mapping[str, tuple[Peer, ...]],
) -> tuple[Peer, ...]:
    """Return the objects of all clouds, as an inventory keeps them."""
    return tuple(sorted(chain.from_iterable(objects.values()), key=str))


def _object_faults(
    objects: Iterable[tuple[str, str, Peer]],
) -> Iterator[Fault]:
    """Yield what is wrong between objects that are right by themselves.

    Args:
        objects: The place of each, its role, and the object.
    """
    seen: dict[Peer, tuple[str, str]] = {}
    for path, role, peer in objects:
        where, other = seen.setdefault(peer, (path, role))
        if role == other and where != path:
            expected = "each object once"
        elif role != other and not _OWN.isdisjoint({role, other}):
            expected = "an object that no other endpoint has"
        else:
            continue
        got = f"{peer}, also in {where}"
        yield Fault("inventory/object-twice", path, expected, got)


#: Rules ask for the same few parts of one inventory again and again.
@lru_cache(maxsize=32)
def _within(inventory: Inventory, clouds: frozenset[str]) -> Inventory:
    """Return an inventory without the members of all other clouds."""
    addresses, peers = {**inventory.addresses}, {**inventory.peers}
    by_cloud: dict[EndpointId, dict[str, tuple[Network, ...]]] = {}
    objects: dict[EndpointId, dict[str, tuple[Peer, ...]]] = {}
    for name, members in inventory.by_cloud.items():
        here = {*members} if name == CONTROLLER else clouds
        by_cloud[name] = {c: n for c, n in members.items() if c in here}
        own = inventory.peers_by_cloud.get(name, {})
        objects[name] = {c: o for c, o in own.items() if c in here}
        addresses[name] = collapse(
            chain.from_iterable(by_cloud[name].values())
        )
        peers[name] = _join_peers(objects[name])
    return attrs.evolve(
        inventory,
        addresses={k: v for k, v in addresses.items() if v},
        by_cloud={k: v for k, v in by_cloud.items() if v},
        peers={k: v for k, v in peers.items() if v},
        peers_by_cloud={k: v for k, v in objects.items() if v},
    )


def _pair_faults(
    entries: Iterable[Entry],
    shared: tuple[Network, ...],
    internet: Collection[str],
    note: str,
) -> Iterator[Fault]:
    """Yield what is wrong between networks that are right by themselves.

    Args:
        entries: The networks, those of the cluster IP last.
        shared: What may stand in two roles.
        internet: The roles that can be anywhere, and so overlap with all.
        note: The note on the source of a Controller's traffic, to cite.
    """
    entries = [e for e in entries if e.role not in internet]
    for path, role, network in entries:
        if network.prefixlen == 0 and (role in _OWN or network not in shared):
            expected = "a network that is not all addresses"
            if role not in _OWN:
                expected += (
                    f", unless `{_SHARED}` lists {network} too; the word "
                    f'"{INTERNET}" stands for the addresses of both families'
                )
            yield Fault(
                "inventory/all-addresses", path, expected, str(network)
            )
    overlaps = _overlap_faults(entries, shared, note)
    yield from islice(overlaps, _MOST_PAIRS)
    if next(overlaps, None) is not None:
        got = f"more than {_MOST_PAIRS} that overlap"
        yield Fault("inventory/too-many-overlaps", "", _UNIQUE, got)


def _overlap_faults(
    entries: Iterable[Entry], shared: tuple[Network, ...], note: str
) -> Iterator[Fault]:
    """Yield what is wrong between networks that have an address in common."""
    overlaps = Overlaps(shared)
    for outer, inner in overlaps.pairs(entries):
        roles = {outer.role, inner.role}
        own = roles & _OWN
        rule, path, expected = "inventory/overlap", inner.path, _UNIQUE
        if len(roles) == 1:
            rule, expected = "inventory/address-twice", "each address once"
        elif _CLUSTER in roles and roles & {CONTROLLER, _WHOLE}:
            rule, path = "inventory/cluster-ip-as-source", _CLUSTER
            expected = f"{_NO_SOURCE}{note}"
        elif own and _WHOLE not in roles:
            # Only an outer network may go round them, as that of all
            # administrators can.
            if (
                len(own) == 1
                and inner.role in own
                and overlaps.exceeds(outer.network, inner.network)
            ):
                continue
        elif overlaps.covers(outer.network, inner.network):
            continue
        else:
            expected += f", or that `{_SHARED}` lists"
        got = f"{inner.network}, also in {outer.path}"
        yield Fault(rule, path, expected, got)


def check_inventory(inventory: object, edition: EditionFacts) -> None:
    """Raise an error unless it is an inventory for an edition.

    Args:
        inventory: The inventory.
        edition: The edition.

    Raises:
        InvalidQueryError: It is no inventory.
        InvalidDataError: It names endpoints that the edition does not have.
    """
    faults = [*find_unknown(inventory, edition)]
    if faults:
        raise InvalidDataError("inventory", faults)


def find_unknown(inventory: object, edition: EditionFacts) -> Iterator[Fault]:
    """Yield a fault for each endpoint that an edition does not have.

    Args:
        inventory: The inventory.
        edition: The edition.

    Raises:
        InvalidQueryError: It is no inventory.
    """
    if not isinstance(inventory, Inventory):
        expected = (
            "an Inventory, as load_inventory() and loads_inventory() make"
        )
        raise InvalidQueryError("inventory", expected, shown(inventory))
    known = edition.endpoints.ids()
    for name in dict.fromkeys((*inventory.addresses, *inventory.peers)):
        if name not in known:
            expected = f"the id of an endpoint of {edition.id}"
            yield Fault("reference/dangling", name, expected, "an unknown key")


# -- from TOML ---------------------------------------------------------------


def load_inventory(
    path: str | os.PathLike[str], *, edition: Edition
) -> Inventory:
    """Return the inventory in a TOML or JSON file.

    Args:
        path: The file.
        edition: The edition whose endpoints it gives addresses to.

    Raises:
        InvalidDataError: The file holds no sound inventory; the error
            carries every fault with its path.
        OSError: The file cannot be read.
    """
    table, subject = read_file(path)
    return read_inventory(table, subject, edition)


def loads_inventory(
    text: str | bytes, *, edition: Edition, subject: str = "TOML text"
) -> Inventory:
    """Return the inventory that TOML holds.

    >>> import avi_portspec
    >>> site = loads_inventory('''
    ... controller = ["10.10.1.11", "10.10.1.12", "10.10.1.13"]
    ... service-engine = ["10.20.0.0/24"]
    ... cluster-ip = "10.10.1.10"
    ... ''', edition=avi_portspec.load())
    >>> site.cluster_ip
    (IPv4Address('10.10.1.10'),)

    Args:
        text: The TOML, as text or as UTF-8.
        edition: The edition whose endpoints it gives addresses to.
        subject: What to call it in an error: a file's name, say.

    Raises:
        InvalidDataError: It is not TOML, or not a valid inventory; the error
            carries every fault with its path.
    """
    return read_inventory(toml_table(text, subject), subject, edition)


def inventory_keys(edition: Edition) -> frozenset[str]:
    """Return the keys that an inventory for an edition can have.

    Args:
        edition: The edition.
    """
    return frozenset({*edition.endpoints.ids(), *_RESERVED})


def read_inventory(
    table: dict[str, Any], subject: str, edition: Edition
) -> Inventory:
    """Return the inventory that plain data holds.

    Args:
        table: The data.
        subject: What to call it in an error.
        edition: The edition whose endpoints it gives addresses to.

    Raises:
        InvalidDataError: It is not a valid inventory; the error carries
            every fault with its path.
    """
    # A deployment has a Controller too.
    if (inventory_keys(edition) - {CONTROLLER}).isdisjoint(table):
        refuse_other_kind(table, "inventory", subject)
    reading = _Reading(edition, table)
    if reading.faults:
        raise InvalidDataError(subject, reading.faults)
    addresses: dict[EndpointId, list[Network]] = {
        role: [*EVERYWHERE] for role in reading.internet
    }
    for entry in reading.entries:
        role = EndpointId(entry.role)
        addresses.setdefault(role, []).append(entry.network)
    try:
        return Inventory(
            addresses=addresses,
            cluster_ip=tuple(
                entry.network.network_address for entry in reading.cluster_ip
            ),
            cluster_ip_is_destination=reading.is_destination,
            shared=tuple(entry.network for entry in reading.shared),
            by_cloud=reading.by_cloud,
            peers=reading.peers,
            peers_by_cloud=reading.peers_by_cloud,
            internet=tuple(sorted(reading.internet)),
            unused=tuple(reading.unused),
        )
    except InvalidDataError as wrong:
        raise InvalidDataError(subject, wrong.faults) from None


class _Reading:
    """Reads one table, and collects everything that is wrong with it."""

    def __init__(self, edition: Edition, table: dict[str, Any]) -> None:
        self.edition = edition
        self.faults: list[Fault] = []
        self.entries: list[Entry] = []
        self.cluster_ip: list[Entry] = []
        self.shared: list[Entry] = []
        self.by_cloud: dict[EndpointId, dict[str, list[Network]]] = {}
        self.objects: list[tuple[str, str, Peer]] = []
        self.peers_by_cloud: dict[EndpointId, dict[str, list[Peer]]] = {}
        self.internet: set[EndpointId] = set()
        self.unused: list[str] = []
        self.keys = inventory_keys(edition)
        self.guesses = _GUESSES
        self.is_destination = False
        self.left = _MOST
        unknown = 0
        for key, value in table.items():
            if key == _CLUSTER:
                self.cluster_ip = self._read(key, value, network=False)
            elif key == _SHARED:
                self._read_shared(value)
            elif key == _FLAG:
                self.faults += Flag().faults(value, _FLAG)
                self.is_destination = value is True
                if self.is_destination and _CLUSTER not in table:
                    self.faults.append(_NO_CLUSTER_IP)
            elif key == _OVERLAY:
                self._read_overlays(value, table)
            elif key in edition.endpoints.ids():
                self._read_role(key, value, key)
            else:
                unknown += 1
                self._add_unknown(key, guess=unknown <= _GUESSES)
        # A network that is listed a thousand times makes a million pairs:
        # nobody reads that many faults.
        self.faults += islice(self._compare(), FAULTS)

    def _add(self, rule: str, path: str, expected: str, got: str) -> None:
        self.faults.append(Fault(rule, path, expected, got))

    def _read_role(self, key: str, value: Any, path: str) -> None:
        if self.edition.endpoints[key].kind == "group":
            expected = "an endpoint with addresses"
            got = "a group of endpoints"
            self._add("inventory/group", path, expected, got)
        elif isinstance(value, dict) and value:
            members, objects = self._read_clouds(key, value, path)
            self.entries += chain.from_iterable(members.values())
            self.by_cloud[EndpointId(key)] = {
                cloud: [entry.network for entry in entries]
                for cloud, entries in members.items()
            }
            if objects:
                self.peers_by_cloud[EndpointId(key)] = objects
        else:
            self.entries += self._read(
                key, value, path=path, kinds=(dict, str)
            )

    def _read_overlays(self, value: Any, table: dict[str, Any]) -> None:
        """Read the endpoints that overlays add, a table for each overlay.

        Args:
            value: The tables.
            table: The inventory that they are in.
        """
        applied = sites_of(self.edition)
        tables = value if isinstance(value, dict) and value else {"": value}
        for at, (name, listed) in enumerate(tables.items()):
            path = ".".join(filter(None, (_OVERLAY, name[:80])))
            near = nearest(name, applied) if at < _GUESSES else None
            if not name or not isinstance(listed, dict) or not listed:
                expected = f"a table for each overlay, as [{_OVERLAY}.berlin]"
                self._add(
                    "inventory/not-overlays", path, expected, shown(listed)
                )
            elif name not in applied and near is not None:
                # Its endpoints would be left out, and nobody would notice.
                expected = f"the id of an overlay of {self.edition.id}"
                rule, got = "inventory/unknown-overlay", "an unknown key"
                self.faults.append(Fault(rule, path, expected, got, near))
            else:
                own = self._own_of(name) if name in applied else None
                for key, each in listed.items():
                    where = f"{path}.{key[:80]}"
                    if not self._belongs(key, name, own, where, table):
                        continue
                    if name in applied:
                        self._read_role(key, each, where)
                    else:
                        self._skip_role(key, each, where)

    def _own_of(self, overlay: str) -> list[str]:
        endpoints = self.edition.endpoints
        return [end.id for end in endpoints if end.origin == overlay]

    def _belongs(
        self,
        key: str,
        overlay: str,
        own: list[str] | None,
        path: str,
        table: dict[str, Any],
    ) -> bool:
        """Return whether an overlay adds an endpoint, or may; else say so."""
        endpoints = self.edition.endpoints
        keys = self.keys
        may_add = (
            own is None
            and key not in keys
            and key not in endpoints
            and KEBAB_ID.fullmatch(key)
        )
        near = None
        if may_add or (own and key in own):
            if key not in table:
                return True
            got = "a key that stands above, too"
        elif key in keys:
            got = f"a key that belongs above [{_OVERLAY}.{overlay}]"
        else:
            endpoint = endpoints.get(key)
            near = endpoint.id if endpoint else self._guess(key, own or ())
            got = "an unknown key"
        expected = f"the id of an endpoint that the overlay {overlay} adds"
        rule = "inventory/not-of-overlay"
        self.faults.append(Fault(rule, path, expected, got, near))
        return False

    def _guess(self, key: str, known: Iterable[str]) -> str | None:
        """Return the nearest of some names, the first times it is asked."""
        self.guesses -= 1
        return nearest(key, known) if self.guesses >= 0 else None

    def _skip_role(self, key: str, value: Any, path: str) -> None:
        """Check the addresses of an endpoint that the edition is without."""
        self.unused.append(path)
        kept, internet = len(self.objects), {*self.internet}
        if isinstance(value, dict) and value:
            self._read_clouds(key, value, path)
        else:
            self._read(key, value, path=path, kinds=(dict, str))
        del self.objects[kept:]
        self.internet = internet

    def _read_clouds(
        self, key: str, value: dict[str, Any], path: str
    ) -> tuple[dict[str, list[Entry]], dict[str, list[Peer]]]:
        """Return the addresses and the objects of a role, by cloud."""
        members: dict[str, list[Entry]] = {}
        objects: dict[str, list[Peer]] = {}
        facet = self.edition.facets.get("cloud")
        known = {
            fold(name): each.id
            for each in (facet.values if facet else ())
            for name in names_of(each)
        }
        for at, (cloud, listed) in enumerate(value.items()):
            where = f"{path}.{cloud[:80]}"
            if cloud in known.values() or (
                key == CONTROLLER and cloud == OUTSIDE
            ):
                before = len(self.objects)
                members[cloud] = self._read(
                    key, listed, path=where, kinds=(dict,)
                )
                if found := [peer for *_, peer in self.objects[before:]]:
                    objects[cloud] = found
            else:
                # People write the names of the vendor's page here, too.
                near = known.get(fold(cloud)) or (
                    nearest(cloud, known.values()) if at < _GUESSES else None
                )
                expected = f"the id of a cloud of {self.edition.id}"
                if key == CONTROLLER:
                    expected += f", or {OUTSIDE}"
                got = "an unknown key"
                if cloud in OBJECT_KEYS:
                    expected += "; an object stands in a list, in brackets"
                self.faults.append(
                    Fault(
                        "inventory/unknown-cloud", where, expected, got, near
                    )
                )
        return members, objects

    def _add_unknown(self, key: str, *, guess: bool) -> None:
        near = None
        if guess:
            # People write the names of the vendor's page; ids are expected.
            endpoint = self.edition.endpoints.get(key)
            known = sorted(inventory_keys(self.edition))
            near = endpoint.id if endpoint else nearest(key, known)
        expected = f"the id of an endpoint of {self.edition.id}"
        if key not in self.edition.endpoints:
            expected += f"; one that an overlay adds, under [{_OVERLAY}.NAME]"
        got = "an unknown key"
        self.faults.append(
            Fault("reference/dangling", key[:80], expected, got, near)
        )

    def _read_shared(self, value: Any) -> None:
        if isinstance(value, list) and len(value) > _MOST_SHARED:
            expected = f"at most {_MOST_SHARED} shared addresses or networks"
            rule = "inventory/too-many-shared"
            self._add(rule, _SHARED, expected, shown(value))
        else:
            self.shared = self._read(_SHARED, value)

    def _read(
        self,
        key: str,
        value: Any,
        *,
        network: bool = True,
        path: str | None = None,
        kinds: tuple[type, ...] = (),
    ) -> list[Entry]:
        """Return each sound address under a key, with its path.

        Args:
            key: The key.
            value: What stands under it.
            network: Whether networks will do, or single addresses alone.
            path: Where the key is, if not at the top.
            kinds: What will do besides addresses: the tables of objects of
                platforms, and the word for the internet.
        """
        at_key = path or key
        texts: dict[str, Any] = {}
        if isinstance(value, str) and not network:
            # A lone cluster IP is usual, a lone network for a role is not.
            texts = {at_key: value}
        elif isinstance(value, list) and value:
            self.left -= len(value)
            if self.left < 0:
                expected = f"at most {_MOST} addresses in all"
                self._add(
                    "inventory/too-many-addresses", at_key, expected, "more"
                )
            else:
                texts = {
                    f"{at_key}[{at}]": text for at, text in enumerate(value)
                }
        else:
            one = (
                "address, network or object"
                if kinds
                else ("address or network" if network else "address")
            )
            expected = f"a list of at least one {one}"
            if str in kinds and isinstance(value, dict):
                expected += ", or a table with a list for each cloud"
            self._add("list/not-a-list", at_key, expected, shown(value))
        entries: list[Entry] = []
        for place, text in texts.items():
            if isinstance(text, kinds) and (
                isinstance(text, dict) or text == INTERNET
            ):
                self._read_object(key, text, place)
                continue
            parsed = parse_network(text, network=network, objects=bool(kinds))
            if isinstance(parsed, Fault):
                fault = self._explain(parsed, key, text, kinds)
                self.faults.append(fault.under(place))
            else:
                entries.append(Entry(place, key, parsed))
        return entries

    def _explain(
        self, fault: Fault, key: str, text: Any, kinds: tuple[type, ...]
    ) -> Fault:
        """Return what is wrong with an address, and what is meant elsewhere.

        Args:
            fault: What is wrong.
            key: The key that it stands under.
            text: The address.
            kinds: What will do besides addresses.
        """
        if isinstance(text, dict):
            more = "objects stand in the list of an endpoint"
        elif not isinstance(text, str) or fold(text) != INTERNET:
            return fault
        elif self._is_product(key):
            return fault._replace(
                rule="inventory/internet", expected=_NO_INTERNET
            )
        elif str in kinds:
            return fault._replace(nearest=INTERNET)
        elif kinds:
            more = f'"{INTERNET}" has no cloud: list it for all of them'
        else:
            more = f'"{INTERNET}" stands in the list of an endpoint'
        expected = fault.expected.partition(";")[0]
        return fault._replace(expected=f"{expected}; {more}")

    def _is_product(self, key: str) -> bool:
        endpoint = self.edition.endpoints.get(key)
        return endpoint is not None and endpoint.kind in PRODUCT

    def _read_object(
        self, key: str, value: dict[str, Any] | str, path: str
    ) -> None:
        """Read an object of a platform, or that an endpoint is anywhere."""
        if isinstance(value, dict):
            peer = parse_peer(value)
            if isinstance(peer, list):
                self.faults += (fault.under(path) for fault in peer)
            else:
                self.objects.append((path, key, peer))
        elif self._is_product(key):
            self._add("inventory/internet", path, _NO_INTERNET, shown(value))
        else:
            self.internet.add(EndpointId(key))

    @property
    def peers(self) -> dict[EndpointId, list[Peer]]:
        """The objects of each endpoint."""
        peers: dict[EndpointId, list[Peer]] = {}
        for _, key, peer in self.objects:
            peers.setdefault(EndpointId(key), []).append(peer)
        return peers

    def _compare(self) -> Iterator[Fault]:
        """Yield what is wrong between the addresses of all keys."""
        yield from _object_faults(self.objects)
        seen: set[Network] = set()
        for path, _, network in self.shared:
            if network in seen:
                yield Fault(
                    "inventory/address-twice",
                    path,
                    "each address once",
                    str(network),
                )
            seen.add(network)
        cited = ", ".join(
            note.id
            for note in self.edition.notes
            if note.kind == "source-address"
        )
        yield from _pair_faults(
            [*self.entries, *self.cluster_ip],
            tuple(entry.network for entry in self.shared),
            self.internet,
            f" (note {cited})" if cited else "",
        )
