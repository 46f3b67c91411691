"""Which roles the parties of a file have."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from ipaddress import ip_network
from textwrap import wrap
from typing import Any, Final

import attrs

from avi_portspec.audit.model import (
    Existing,
    Group,
    Networks,
    Party,
    PrefixList,
    Tag,
    is_any,
)
from avi_portspec.beyond.spellings import find_named, find_slips
from avi_portspec.errors import Fault, InvalidDataError, nearest, shown
from avi_portspec.model.catalog import names_of
from avi_portspec.model.checks import Text
from avi_portspec.model.edition import EditionData
from avi_portspec.model.frozen import FrozenDict
from avi_portspec.names import fold
from avi_portspec.rules.networks import Network
from avi_portspec.rules.traffic import Strict
from avi_portspec.serialisation.limits import FAULTS

__all__ = [
    "NO_ROLES",
    "PARTS",
    "RoleMap",
    "draft_roles",
    "names_of_party",
    "parties_of",
    "read_roles",
]

#: The parts that the product is.
PARTS: Final = ("controller", "service-engine")
_PARTY, _NOT_FILTERED, _TOGETHER = "party", "not-filtered", "together"
_KEYS: Final = (_PARTY, _NOT_FILTERED, _TOGETHER)
_TEXT: Final = Text("a party, as the file calls it")
#: More than any file has parties.
_MOST: Final = 20_000
_TAG: Final = "tag:"
#: The network that the product runs in, as other sources call it.
_NETWORK: Final = "virtual-network"


def _with_parts(
    parties: Mapping[str, tuple[str, ...]],
) -> Mapping[str, tuple[str, ...]]:
    """Return the roles of parties; what the product runs in, has its parts."""
    return FrozenDict(
        {
            name: tuple(dict.fromkeys((*roles, *PARTS)))
            if _NETWORK in roles
            else roles
            for name, roles in parties.items()
        }
    )


@attrs.frozen(kw_only=True)
class RoleMap(Strict):
    """Which roles the parties of a file have.

    >>> roles = RoleMap(parties={"sg-1": ("controller",)})
    >>> roles.roles_of(["SG-1"])
    ('controller',)

    Attributes:
        parties: The roles of each party: endpoints of the edition, endpoints
            of other sources, or names of the site's own. A key is what the
            file calls the party, a network, or a pattern with ``*`` and
            ``?``; capitals do not matter. Who has the role of the network
            that the product runs in, has those of its parts, too.
        not_filtered: The roles whose rules nobody gave: filters for whoever
            there is are not theirs.
        together: Sets of filters that all members of a role bear, so that
            their rules add up: by id, with its direction or without.
    """

    parties: Mapping[str, tuple[str, ...]] = attrs.field(
        factory=FrozenDict, converter=_with_parts, hash=False
    )
    not_filtered: tuple[str, ...] = ()
    together: tuple[tuple[str, ...], ...] = ()
    _exact: Mapping[str, tuple[str, ...]] = attrs.field(
        init=False, eq=False, repr=False
    )
    _patterns: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
        attrs.field(init=False, eq=False, repr=False)
    )
    #: The names among the parties, with their roles: neither networks nor
    #: patterns. All are folded.
    named: Mapping[str, tuple[str, ...]] = attrs.field(
        init=False, eq=False, repr=False
    )
    #: The networks among the parties, with their roles.
    networks: tuple[tuple[Network, tuple[str, ...]], ...] = attrs.field(
        init=False, eq=False, repr=False
    )

    def __attrs_post_init__(self) -> None:
        Strict.__attrs_post_init__(self)
        fill = object.__setattr__
        fill(self, "_exact", {fold(n): r for n, r in self.parties.items()})
        fill(
            self,
            "_patterns",
            tuple(
                (_pattern(name), roles)
                for name, roles in self.parties.items()
                if {*name} & {"*", "?"}
            ),
        )
        fill(
            self,
            "named",
            {
                fold(name): roles
                for name, roles in self.parties.items()
                if _network(name) is None and not {*name} & {"*", "?"}
            },
        )
        fill(
            self,
            "networks",
            tuple(
                (network, roles)
                for name, roles in self.parties.items()
                if (network := _network(name)) is not None
            ),
        )

    def _faults(self) -> Iterator[Fault]:
        for name, roles in self.parties.items():
            if not roles:
                yield Fault(
                    "audit/no-roles", f"{_PARTY}.{name}", "a role", "none"
                )

    def roles_of(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return the roles of a party.

        A name that is a key outweighs all patterns; of these, all count.

        Args:
            names: What the file calls it.
        """
        folded = [*map(fold, names)]
        for name in folded:
            if name in self._exact:
                return self._exact[name]
        found: dict[str, None] = {}
        for pattern, roles in self._patterns:
            if any(map(pattern.fullmatch, folded)):
                found |= dict.fromkeys(roles)
        return tuple(found)

    def spelt_out(self, existing: Iterable[Existing]) -> RoleMap:
        """Return this role map with the networks that its patterns match.

        Who is in a network is a matter of addresses, which a pattern lacks.

        Args:
            existing: The files that name the networks.
        """
        if not self._patterns:
            return self
        matched = {
            name: roles
            for name in parties_of(existing)
            if _network(name) is not None
            and fold(name) not in self._exact
            and (roles := self.roles_of([name]))
        }
        return attrs.evolve(self, parties={**self.parties, **matched})


#: A role map without anybody.
NO_ROLES: Final = RoleMap()


def _pattern(name: str) -> re.Pattern[str]:
    """Return a shell pattern; brackets are no part of it.

    They are usual in the addresses of Terraform resources.
    """
    text = re.escape(fold(name)).replace(r"\*", ".*").replace(r"\?", ".")
    return re.compile(text, re.DOTALL)


def _network(name: str) -> Network | None:
    try:
        return ip_network(name)
    except ValueError:
        return None


def names_of_party(party: Party) -> tuple[str, ...]:
    """Return what a role map can call a party, the usual name first."""
    match party:
        case Group(id=name, name=called) if called is not None:
            # The last part of a path is what it is called at the least.
            last = name.rpartition("/")[2] if name[:1] == "/" else called
            return tuple(dict.fromkeys((name, called, last)))
        case Group(id=name) | PrefixList(id=name):
            return (name,)
        case Tag(name=name):
            bare = name.removeprefix(_TAG)
            return (f"{_TAG}{bare}", bare)
        case Networks(name=name) if name is not None:
            return (name,)
    return ()


def parties_of(
    existing: Iterable[Existing],
) -> dict[str, tuple[Party, dict[str, None]]]:
    """Return every party that some files name, by its usual name.

    With it come the rules that name it, in words, in the order of the files.
    Networks without a name of their own are each a party.

    Args:
        existing: The files.
    """
    found: dict[str, tuple[Party, dict[str, None]]] = {}
    for name, party, place in _mentions(existing):
        found.setdefault(name, (party, {}))[1][place] = None
    return found


def _mentions(
    existing: Iterable[Existing],
) -> Iterator[tuple[str, Party, str]]:
    for each in existing:
        for filter_ in each.filters:
            for party in filter_.attached_to:
                yield from _named(party, str(filter_.place))
            for rule in filter_.rules:
                place = str(rule.place)
                for party in (*rule.sources, *rule.destinations):
                    yield from _named(party, place)


def _named(party: Party, place: str) -> Iterator[tuple[str, Party, str]]:
    names = names_of_party(party)
    if names:
        yield names[0], party, place
    elif isinstance(party, Networks):
        for network in party.networks:
            if network.prefixlen:
                yield str(network), Networks((network,)), place


# -- from TOML ---------------------------------------------------------------


def read_roles(
    table: Mapping[str, Any], subject: str, edition: EditionData
) -> RoleMap:
    """Return the role map that plain data holds.

    A role that nobody knows is a party of the site, unless its name is like
    that of one that is known: then it is taken for a slip.

    Args:
        table: The data.
        subject: What to call it in an error: a file's name, say.
        edition: The edition whose endpoints are roles.

    Raises:
        InvalidDataError: It is no role map; it carries every fault.
    """
    faults = [
        Fault(
            "record/unknown-key",
            key[:80],
            f"one of {', '.join(_KEYS)}",
            "an unknown key",
            nearest(key, _KEYS),
        )
        for key in table
        if key not in _KEYS
    ]
    parties = _table(table.get(_PARTY, {}), _PARTY, faults)
    if len(parties) > _MOST:
        expected = f"at most {_MOST:,} parties"
        got = f"{len(parties):,}"
        faults.append(Fault("record/too-many-keys", _PARTY, expected, got))
        parties = {}
    roles = {}
    for name, value in parties.items():
        faults += _TEXT.faults(name, _PARTY)
        where = f"{_PARTY}.{name[:80]}"
        roles[name] = _roles(value, where, edition, faults)
    rest = _table(table.get(_NOT_FILTERED, {}), _NOT_FILTERED, faults)
    faults += [
        Fault(
            "record/unknown-key",
            f"{_NOT_FILTERED}.{key[:80]}",
            "parties",
            "an unknown key",
            nearest(key, ["parties"]),
        )
        for key in rest
        if key != "parties"
    ]
    not_filtered: tuple[str, ...] = ()
    if "parties" in rest:
        where = f"{_NOT_FILTERED}.parties"
        not_filtered = _roles(rest["parties"], where, edition, faults)
    together = _together(table.get(_TOGETHER, []), faults)
    if faults:
        raise InvalidDataError(subject, faults[:FAULTS])
    return RoleMap(parties=roles, not_filtered=not_filtered, together=together)


def _table(value: Any, path: str, faults: list[Fault]) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    faults.append(Fault("record/not-a-table", path, "a table", shown(value)))
    return {}


def _texts(value: Any, path: str, faults: list[Fault]) -> list[str]:
    """Return a list of texts, at least one, each of them once."""
    if not isinstance(value, list) or not value:
        expected = "a list of at least one name, in brackets"
        faults.append(Fault("list/not-a-list", path, expected, shown(value)))
        return []
    sound = []
    for at, text in enumerate(value):
        wrong = [*_TEXT.faults(text, f"{path}[{at}]")]
        faults += wrong
        if not wrong:
            sound.append(text)
    return sound


def _roles(
    value: Any, path: str, edition: EditionData, faults: list[Fault]
) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for text in _texts(value, path, faults):
        role = find_named(text, edition.endpoints)
        near = None
        if role is None:
            near = find_slips([text], edition.endpoints).get(text)
        if near is not None:
            expected = "a role, or a name that is like none"
            fault = Fault("audit/role", path, expected, shown(text), near)
            faults.append(fault)
        found[role.id if role else text] = None
    return tuple(found)


def _together(value: Any, faults: list[Fault]) -> tuple[tuple[str, ...], ...]:
    if not isinstance(value, list):
        expected = "a list of lists of filters"
        faults.append(
            Fault("list/not-a-list", _TOGETHER, expected, shown(value))
        )
        return ()
    return tuple(
        tuple(_texts(each, f"{_TOGETHER}[{at}]", faults))
        for at, each in enumerate(value)
    )


# -- to TOML -----------------------------------------------------------------

#: The type in the address of a resource of Terraform; its name follows.
_TYPE: Final = re.compile(r"(?:^|(?<=\.))(?:data\.)?[a-z0-9]+_\w+\.(?=[\w-])")
#: How wide a line of the draft is, less what marks it as a comment.
_WIDTH: Final = 76
_WORDS: Final = re.compile(r"[a-z0-9]+")
_HEAD: Final = """\
# Which roles the parties have: endpoints ('avi-portspec endpoints' lists
# them), or names of your own for parties that the data does not know.
# Guesses are comments: check them before you remove the sign.
[party]
"""


def _wrapped(text: str) -> list[str]:
    return wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False)


def draft_roles(existing: Iterable[Existing], edition: EditionData) -> str:
    """Return a role map to be filled in, with every party of some files.

    Nothing in it is in force: what a name suggests is a comment.

    Args:
        existing: The files.
        edition: The edition whose endpoints are roles.
    """
    lines = []
    for name, (party, rules) in parties_of(existing).items():
        if is_any(party):
            continue
        first = next(iter(rules))
        more = f" and {len(rules) - 1} more" if len(rules) > 1 else ""
        roles = _guess(names_of_party(party), edition)
        # A printable string is the same in JSON and TOML.
        listed = json.dumps(roles, ensure_ascii=True)
        key = json.dumps(name, ensure_ascii=True)
        text = f"{_called(party)}{first}"
        place = text if text.isprintable() else ascii(text)[1:-1]
        entry, where = f"# {key} = {listed}", f"{place}{more}"
        if len(entry) + len(where) > _WIDTH:
            # Two signs: without one, it is still a comment.
            lines += [f"## {line}\n" for line in _wrapped(where)]
            lines.append(f"{entry}\n")
        else:
            lines.append(f"{entry}  # {where}\n")
    return _HEAD + "".join(lines)


def _called(party: Party) -> str:
    """Return what people call a group, if its id does not tell."""
    if isinstance(party, Group) and party.name and party.name not in party.id:
        return f"{party.name}: "
    return ""


def _guess(names: Iterable[str], edition: EditionData) -> list[str]:
    """Return the endpoint whose name a party has, else those it may be.

    Their names have only words that a party has. What type of resource the
    party is says nothing about its role.
    """
    texts = [_TYPE.sub("", name) for name in names]
    named = (find_named(text, edition.endpoints) for text in texts)
    found = next(filter(None, named), None)
    if found is not None and found.id == _NETWORK:
        return [*PARTS]
    if found is not None:
        return [found.id]
    words = {word for text in texts for word in _split(text)}
    return [
        endpoint.id
        for endpoint in edition.endpoints
        if any(words.issuperset(_split(name)) for name in names_of(endpoint))
    ]


def _split(name: str) -> list[str]:
    return _WORDS.findall(fold(name)) or [""]
