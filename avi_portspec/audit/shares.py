"""How much of a role the parties of a rule are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Final

from avi_portspec.audit.model import Existing, Filter, Group, Party, PrefixList
from avi_portspec.audit.roles import (
    PARTS,
    RoleMap,
    names_of_party,
)
from avi_portspec.names import fold
from avi_portspec.rules.networks import Network

__all__ = ["WHOLE", "Shares", "is_within", "parts_of_roles"]

#: The product as a whole.
WHOLE: Final = "avi-vantage"
#: The formats of tables that people keep.
_TABLES: Final = frozenset({"csv", "html", "markdown"})


class Shares:
    """Tells which parties a role has, so that one of them is not all of it.

    Args:
        existing: The files.
        roles: Which roles the parties have.
        roles_by_key: Returns the roles that the role map or an inventory
            gives a party: a party that has the name of a role is all of it.
        roles_by_name: Returns the role whose name a party has.
    """

    def __init__(
        self,
        existing: Sequence[Existing],
        roles: RoleMap,
        roles_by_key: Callable[[Party], Iterable[str]],
        roles_by_name: Callable[[Party], tuple[str, ...]],
    ) -> None:
        self._by_name = roles_by_name
        self._networks: dict[str, list[Network]] = {}
        for network, own in roles.networks:
            for role in parts_of_roles(own):
                self._networks.setdefault(role, []).append(network)
        #: Of each format, for one provider's names are not another's.
        self._bearers: dict[tuple[str, str], dict[str, Party]] = {}
        #: What the filters of any file are at the borders of.
        self._places = _places(existing, roles_by_key)
        named: set[str] = set()
        for each in existing:
            kinds = {type(p) for f in each.filters for p in _ruled(f)}
            for usual, party in _named(each).items():
                named.update(map(fold, names_of_party(party)))
                # What only bears filters is no way to name its members in a
                # rule, and where no rule names groups, no group is. What
                # holds all groups tells where a role is, not who has it.
                if (
                    type(party) not in kinds
                    or _is_bearer(party)
                    or _holds_groups(party)
                ):
                    continue
                for role in parts_of_roles(roles_by_key(party)):
                    key = (each.format, role)
                    self._bearers.setdefault(key, {})[usual] = party
        #: What the role map has, and no file names.
        self._absent: dict[str, set[str]] = {}
        for name, own in roles.named.items():
            for role in parts_of_roles(own) if name not in named else ():
                self._absent.setdefault(role, set()).add(name)

    def networks_of(self, role: str) -> tuple[Network, ...]:
        """Return the networks that the role map gives a role.

        None of them is part of another.
        """
        given = dict.fromkeys(self._networks.get(role, ()))
        # What is part of another one follows it.
        kept: dict[Network, None] = {}
        last: Network | None = None
        for network in sorted(given, key=_position):
            if last is None or not is_within(network, last):
                kept[network] = None
                last = network
        return tuple(network for network in given if network in kept)

    @property
    def by_networks(self) -> Iterable[str]:
        """The roles that have networks in the role map."""
        return self._networks.keys()

    def is_whole(
        self, role: str, parties: Iterable[Party], format_: str
    ) -> bool:
        """Return whether some parties are all that have a role.

        Args:
            role: The role.
            parties: The parties.
            format_: The format of the file that names them.
        """
        given = [*parties]
        names = {name for each in given for name in names_of_party(each)[:1]}
        with_groups = any(map(_holds_groups, given))
        bearers = {
            name
            for name, each in self._bearers.get((format_, role), {}).items()
            if not (with_groups and isinstance(each, Group))
        }
        if format_ in _TABLES and any(
            self._by_name(each) == (role,) for each in given
        ):
            # People spell one party in several ways.
            bearers -= {
                name
                for name, each in self._bearers.get(
                    (format_, role), {}
                ).items()
                if self._by_name(each) == (role,)
            }
        return bearers | self._absent.get(role, set()) <= names

    def is_all_in(self, role: str, place: Party) -> bool:
        """Return whether a role has one place, as far as anybody says.

        Args:
            role: The role.
            place: What filters are at the border of.
        """
        places = self._places.get(role, set()) | self._absent.get(role, set())
        return places <= {*names_of_party(place)[:1]}


def _ruled(filter_: Filter) -> Iterator[Party]:
    """Yield the parties of a filter's rules."""
    for rule in filter_.rules:
        yield from rule.sources
        yield from rule.destinations


def _named(existing: Existing) -> dict[str, Party]:
    """Return the parties of a file that have a name, by the usual one."""
    found: dict[str, Party] = {}
    for filter_ in existing.filters:
        for party in chain(filter_.attached_to, _ruled(filter_)):
            for name in names_of_party(party)[:1]:
                found.setdefault(name, party)
    return found


def _is_bearer(party: Party) -> bool:
    return isinstance(party, Group) and party.is_bearer


def _holds_groups(party: Party) -> bool:
    return isinstance(party, PrefixList) and party.holds_groups


def _places(
    existing: Iterable[Existing],
    roles_by_key: Callable[[Party], Iterable[str]],
) -> dict[str, set[str]]:
    """Return by role the parties at whose borders filters are."""
    found: dict[str, set[str]] = {}
    for each in existing:
        for filter_ in each.filters:
            for party in filter_.borders or ():
                for role in parts_of_roles(roles_by_key(party)):
                    own = names_of_party(party)[:1]
                    found.setdefault(role, set()).update(own)
    return found


def _position(network: Network) -> tuple[int, int, int]:
    first = int(network.network_address)
    return network.version, first, network.prefixlen


def is_within(network: Network, other: Network) -> bool:
    """Return whether one network is part of another."""
    return network.version == other.version and network.subnet_of(other)  # type: ignore[arg-type]


def parts_of_roles(roles: Iterable[str]) -> Iterator[str]:
    """Yield roles, and for the product as a whole its parts."""
    for role in roles:
        yield from PARTS if role == WHOLE else (role,)
