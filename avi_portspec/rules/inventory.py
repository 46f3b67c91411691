"""Which addresses the roles have at one site."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from itertools import islice
from pathlib import Path
from typing import Any, Final, TypeAlias

import attrs

from avi_portspec.errors import Fault, InvalidDataError, nearest, shown
from avi_portspec.model.checks import Check, Flag
from avi_portspec.model.edition import Edition
from avi_portspec.model.frozen import FrozenDict
from avi_portspec.model.record import Record, as_tuple, check
from avi_portspec.names import KEBAB_ID, EndpointId
from avi_portspec.rules.networks import (
    Address,
    Family,
    Network,
    Overlaps,
    alone,
    collapsed,
    parsed,
    trouble,
)
from avi_portspec.serialisation.files import toml_table
from avi_portspec.serialisation.limits import FAULTS, bounded

__all__ = ["Inventory", "Network", "load_inventory", "loads_inventory"]

CONTROLLER: Final = EndpointId("controller")
#: Whose addresses are this product's own, and nobody else's.
_OWN: Final = frozenset({"controller", "service-engine", "cluster-ip"})
#: The product as a whole: its addresses are those of its parts.
_WHOLE: Final = "avi-vantage"
#: More than any site has, and little enough to be checked in a second.
_MOST: Final = 100_000
_MOST_SHARED: Final = 1_000
#: How many faults between networks are told. Nested ones can have more of
#: them than anybody reads, or than fit into memory. It leaves room, among all
#: faults that are told, for the line that says so.
_MOST_PAIRS: Final = FAULTS // 2
#: For how many unknown keys a nearest name is sought.
_GUESSES: Final = 100
_NO_SOURCE: Final = (
    "an address that no Controller has as its own, for what a Controller "
    "sends never has the cluster IP as its source"
)
_CLUSTER: Final = "cluster-ip"
_FLAG: Final = "cluster-ip-is-destination"
_SHARED: Final = "shared"
_RESERVED: Final = (_CLUSTER, _FLAG, _SHARED)

#: Networks, each with the path of the place that names it.
_Entries: TypeAlias = list[tuple[str, Network]]


class _Addresses(Check):
    """Endpoints with their networks."""

    __slots__ = ()

    def __init__(self) -> None:
        self.wanted = "a mapping of endpoint ids to tuples of networks"

    def accepts(self, value: object) -> bool:
        return isinstance(value, FrozenDict)

    def faults(self, value: Any, path: str) -> Iterator[Fault]:
        if not self.accepts(value):
            yield Fault(path, self.wanted, shown(value))
            return
        for name, networks in value.items():
            if type(name) is not str or not KEBAB_ID.fullmatch(name):
                yield Fault(path, "the ids of endpoints", shown(name))
            else:
                yield from _NETWORKS.faults(networks, name)


class _Networks(Check):
    """Networks that a rule can be about."""

    __slots__ = ("least",)

    def __init__(self, least: int) -> None:
        self.least = least
        self.wanted = "a tuple of networks"
        if least:
            self.wanted = "a tuple of at least one network"

    def accepts(self, value: object) -> bool:
        return type(value) is tuple and len(value) >= self.least

    def faults(self, value: Any, path: str) -> Iterator[Fault]:
        if not self.accepts(value):
            yield Fault(path, self.wanted, shown(value))
            return
        for position, each in enumerate(value):
            where = f"{path}[{position}]"
            if type(each) not in (IPv4Network, IPv6Network):
                yield Fault(where, "a network", shown(each))
            else:
                wrong = trouble(each)
                if wrong is not None:
                    yield wrong.under(where)


class _Hosts(Check):
    """Addresses of the Controller cluster."""

    __slots__ = ()

    def __init__(self) -> None:
        self.wanted = "a tuple of addresses, each once"

    def accepts(self, value: object) -> bool:
        return (
            type(value) is tuple
            and all(type(v) in (IPv4Address, IPv6Address) for v in value)
            and len(set(value)) == len(value)
        )

    def faults(self, value: Any, path: str) -> Iterator[Fault]:
        yield from super().faults(value, path)
        if self.accepts(value):
            for each in value:
                if getattr(each, "scope_id", None) is not None:
                    yield Fault(path, "no zone", shown(each))
                elif (wrong := trouble(alone(each))) is not None:
                    yield wrong.under(path)


_NETWORKS: Final = _Networks(1)


def _kept(addresses: Any) -> Any:
    """Return addresses as the inventory keeps them; else as they are."""
    if not isinstance(addresses, Mapping):
        return addresses
    return FrozenDict(
        {
            name: _collapsed(addresses[name])
            for name in sorted(addresses, key=str)
        }
    )


def _collapsed(networks: Any) -> Any:
    networks = as_tuple(networks)
    if type(networks) is not tuple or not all(
        isinstance(each, (IPv4Network, IPv6Network)) for each in networks
    ):
        return networks
    return collapsed(networks)


def _hosts(addresses: Any) -> Any:
    found = as_tuple(addresses)
    if not _HOSTS.accepts(found):
        return found
    return tuple(sorted(found, key=lambda each: (each.version, each)))


_HOSTS: Final = _Hosts()


@attrs.frozen(kw_only=True, getstate_setstate=False)
class Inventory(Record):
    """The addresses that the roles of a deployment have at one site.

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
            go to the cluster IP. The page does not say so.
        shared: Addresses that may stand in two roles, as those of a server
            that answers both DNS and NTP. A Controller, a Service Engine
            and the cluster IP share with nobody; they may only lie within
            a wider network that is listed here, and with ``avi-vantage``,
            which is the product as a whole, when they are listed.
    """

    addresses: Mapping[EndpointId, tuple[Network, ...]] = attrs.field(
        converter=_kept, metadata=check(_Addresses()), hash=False
    )
    cluster_ip: tuple[Address, ...] = attrs.field(
        default=(), converter=_hosts, metadata=check(_HOSTS)
    )
    cluster_ip_is_destination: bool = attrs.field(
        default=False, metadata=check(Flag())
    )
    shared: tuple[Network, ...] = attrs.field(
        default=(), converter=as_tuple, metadata=check(_Networks(0))
    )

    def of(self, endpoint: str, family: Family) -> tuple[Network, ...]:
        """Return the addresses that an endpoint sends from.

        Args:
            endpoint: Its id.
            family: 4 or 6.
        """
        found = self.addresses.get(EndpointId(endpoint), ())
        return tuple(each for each in found if each.version == family)

    def listening(self, endpoint: str, family: Family) -> tuple[Network, ...]:
        """Return the addresses that an endpoint listens on.

        They are those that it sends from; for the Controller also the
        cluster IP, where the inventory says that it is a destination.

        Args:
            endpoint: Its id.
            family: 4 or 6.
        """
        found = self.of(endpoint, family)
        if endpoint != CONTROLLER or not self.cluster_ip_is_destination:
            return found
        floating = [
            alone(each) for each in self.cluster_ip if each.version == family
        ]
        return collapsed([*found, *floating])

    def _faults(self) -> Iterator[Fault]:
        roles = {
            name: [(f"{name}[{at}]", each) for at, each in enumerate(networks)]
            for name, networks in self.addresses.items()
        }
        floating = [(_CLUSTER, alone(each)) for each in self.cluster_ip]
        entries = _placed(roles, floating)
        yield from islice(_between(entries, self.shared, ""), FAULTS)
        if self.cluster_ip_is_destination and not self.cluster_ip:
            wanted = f"a {_CLUSTER} that can be a destination"
            yield Fault(_FLAG, wanted, "none")


def _placed(
    roles: Mapping[Any, _Entries], floating: _Entries
) -> list[tuple[str, str, Network]]:
    """Return each network with its path and its role.

    Args:
        roles: What the endpoints have.
        floating: The cluster IP.
    """
    return [
        (path, role, network)
        for role, found in [*roles.items(), (_CLUSTER, floating)]
        for path, network in found
    ]


def _between(
    entries: Iterable[tuple[str, str, Network]],
    shared: tuple[Network, ...],
    note: str,
) -> Iterator[Fault]:
    """Yield what is wrong between networks that are right by themselves.

    Args:
        entries: Each with its path and its role.
        shared: What may stand in two roles.
        note: The note on the source of a Controller's traffic, to cite.
    """
    entries = list(entries)
    for path, role, network in entries:
        if network.prefixlen == 0 and (role in _OWN or network not in shared):
            wanted = "some addresses, not all of them"
            if role not in _OWN:
                wanted += f", unless `{_SHARED}` lists {network} too"
            yield Fault(path, wanted, str(network))
    found = _overlapping(entries, shared, note)
    yield from islice(found, _MOST_PAIRS)
    if next(found, None) is not None:
        wanted = "addresses that no other role has"
        yield Fault("", wanted, f"more than {_MOST_PAIRS} that overlap")


def _overlapping(
    entries: Iterable[tuple[str, str, Network]],
    shared: tuple[Network, ...],
    note: str,
) -> Iterator[Fault]:
    """Yield what is wrong between networks that have an address in common.

    Args:
        entries: Each with its path and its role.
        shared: What may stand in two roles.
        note: The note on the source of a Controller's traffic, to cite.
    """
    overlaps = Overlaps(shared)
    for (place, role, wider), (path, other, narrower) in overlaps.pairs(
        entries
    ):
        roles = {role, other}
        own = roles & _OWN
        if len(roles) == 1:
            yield Fault(
                path, "each address once", f"{narrower}, which is in {place}"
            )
        elif _CLUSTER in roles and roles & {CONTROLLER, _WHOLE}:
            got = f"{narrower}, which is in {place}"
            yield Fault(_CLUSTER, f"{_NO_SOURCE}{note}", got)
        elif own and _WHOLE not in roles:
            # Only an outer network may go round them, as that of all
            # administrators can.
            if (
                len(own) == 1
                and other in own
                and overlaps.exceeds(wider, narrower)
            ):
                continue
            wanted = "addresses that no other role has"
            yield Fault(path, wanted, f"{narrower}, which is in {place}")
        elif not overlaps.covers(wider, narrower):
            wanted = (
                f"addresses that no other role has, or that `{_SHARED}` lists"
            )
            yield Fault(path, wanted, f"{narrower}, which is in {place}")


# -- from TOML ---------------------------------------------------------------


def load_inventory(
    path: str | os.PathLike[str], *, edition: Edition
) -> Inventory:
    """Return the inventory in a TOML file.

    Args:
        path: The file.
        edition: The edition whose endpoints it gives addresses to.

    Raises:
        InvalidDataError: The file holds no sound inventory; the error
            carries every fault with its path.
        OSError: The file cannot be read.
    """
    file = Path(path)
    return loads_inventory(bounded(file), edition=edition, subject=str(file))


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
        InvalidDataError: It is no TOML, or no sound inventory; the error
            carries every fault with its path.
    """
    reading = _Reading(edition, toml_table(text, subject))
    if reading.faults:
        raise InvalidDataError(subject, reading.faults)
    try:
        return Inventory(
            addresses={
                EndpointId(name): tuple(net for _, net in entries)
                for name, entries in reading.roles.items()
            },
            cluster_ip=tuple(
                net.network_address for _, net in reading.cluster_ip
            ),
            cluster_ip_is_destination=reading.is_destination,
            shared=tuple(net for _, net in reading.shared),
        )
    except InvalidDataError as wrong:
        raise InvalidDataError(subject, wrong.faults) from None


class _Reading:
    """What one table says, and everything that is wrong with it."""

    def __init__(self, edition: Edition, table: dict[str, Any]) -> None:
        self.edition = edition
        self.faults: list[Fault] = []
        self.roles: dict[str, _Entries] = {}
        self.cluster_ip: _Entries = []
        self.shared: _Entries = []
        self.is_destination = False
        self.left = _MOST
        unknown = 0
        for key, value in table.items():
            if key == _CLUSTER:
                self.cluster_ip = self._entries(key, value, network=False)
            elif key == _SHARED:
                self.shared = self._shared(value)
            elif key == _FLAG:
                self._flag(value, table)
            elif key in edition.endpoints.ids():
                self._role(key, value)
            else:
                unknown += 1
                self._unknown(key, guess=unknown <= _GUESSES)
        # A network that stands there a thousand times makes a million
        # pairs: after so many faults nobody reads on.
        self.faults += islice(self._between(), FAULTS)

    def _role(self, key: str, value: Any) -> None:
        if self.edition.endpoints[key].kind == "group":
            wanted = "endpoints with addresses of their own"
            got = "a group, which stands for several others"
            self.faults.append(Fault(key, wanted, got))
        else:
            self.roles[key] = self._entries(key, value)

    def _unknown(self, key: str, *, guess: bool) -> None:
        near = None
        if guess:
            # People write the names that the page has; ids are wanted.
            found = self.edition.endpoints.get(key)
            known = (*self.edition.endpoints.ids(), *_RESERVED)
            near = found.id if found else nearest(key, known)
        wanted = f"the id of an endpoint of {self.edition.id}"
        self.faults.append(Fault(key[:80], wanted, "an unknown key", near))

    def _flag(self, value: Any, table: dict[str, Any]) -> None:
        if type(value) is not bool:
            self.faults.append(Fault(_FLAG, "true or false", shown(value)))
        elif value and _CLUSTER not in table:
            wanted = f"a {_CLUSTER} that can be a destination"
            self.faults.append(Fault(_FLAG, wanted, "none"))
        else:
            self.is_destination = value

    def _shared(self, value: Any) -> _Entries:
        if isinstance(value, list) and len(value) > _MOST_SHARED:
            wanted = f"at most {_MOST_SHARED} shared addresses or networks"
            self.faults.append(Fault(_SHARED, wanted, shown(value)))
            return []
        return self._entries(_SHARED, value)

    def _entries(
        self, key: str, value: Any, *, network: bool = True
    ) -> _Entries:
        """Return each sound address under a key, with its path."""
        if isinstance(value, str):
            # A lone cluster IP is usual, a lone network for a role is not.
            if network:
                wanted = "a list of addresses and networks"
                self.faults.append(Fault(key, wanted, shown(value)))
                return []
            texts = {key: value}
        elif isinstance(value, list) and value:
            self.left -= len(value)
            if self.left < 0:
                wanted = f"at most {_MOST} addresses in all"
                self.faults.append(Fault(key, wanted, "more"))
                return []
            texts = {f"{key}[{at}]": item for at, item in enumerate(value)}
        else:
            wanted = "a list of at least one address or network"
            self.faults.append(Fault(key, wanted, shown(value)))
            return []
        found: _Entries = []
        for path, text in texts.items():
            made = parsed(text, network=network)
            if isinstance(made, Fault):
                self.faults.append(made.under(path))
            else:
                found.append((path, made))
        return found

    def _between(self) -> Iterator[Fault]:
        entries = _placed(self.roles, self.cluster_ip)
        cited = ", ".join(
            note.id
            for note in self.edition.notes
            if note.kind == "source-address"
        )
        note = f" (note {cited})" if cited else ""
        shared = tuple(network for _, network in self.shared)
        seen: set[Network] = set()
        for path, network in self.shared:
            if network in seen:
                yield Fault(path, "each address once", str(network))
            seen.add(network)
        yield from _between(entries, shared, note)
