"""What stands between the rules and aerleon, which fails open.

aerleon writes the syntax of many vendors, and trusts what it is given: an
empty list of addresses is any address, a protocol that a target does not
know is left out of the match, an unknown target writes nothing at all, and
what it will not write it merely logs. So nothing reaches it unchecked, and
nothing that it writes is believed:

- a :class:`Term` holds networks and ports that exist, of one address family
  and on both sides, or it cannot be made;
- a :class:`Target` lists what aerleon says *exactly*; all else raises;
- one target is asked for one output, which must be there;
- a warning of aerleon is an error here;
- the caller compares what was written with what was asked for.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from textwrap import wrap
from typing import Any, Final, NamedTuple

import attrs

from avi_portspec.errors import CannotExpressError, MissingExtraError
from avi_portspec.model.ports import PortRange
from avi_portspec.model.protocols import ICMP, Protocol
from avi_portspec.names import FlowId
from avi_portspec.rules.networks import Family, Network
from avi_portspec.rules.neutral import ICMPV6

__all__ = [
    "DENY",
    "FRAGMENTS",
    "Filter",
    "Target",
    "Term",
    "comment",
    "distrust",
    "generate",
    "short_name",
]

#: No target has a keyword that starts like this, and it starts with a
#: letter: names that aerleon is given all do.
PREFIX: Final = "avi-"
#: The name of the term that lets nothing else through.
DENY: Final = "avi-deny-the-rest"
#: The name of the term that lets no fragment through but the first.
FRAGMENTS: Final = "avi-deny-later-fragments"
#: How aerleon is asked for it. For Junos it leaves out the match on
#: ``is-fragment`` where a term has no other, and the term stops everything.
_LATER: Final[dict[str, dict[str, str]]] = {
    "arista": {"option": "is-fragment"},
    "cisco": {"option": "is-fragment"},
    "juniper": {"fragment-offset": "1-8191"},
}
#: Longest names of addresses: PAN-OS and Junos take 63 characters, of which
#: aerleon wants some for a number.
_LONGEST_TOKEN: Final = 50
#: What every target takes unquoted.
_NAME: Final = re.compile(r"avi-[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
#: What no comment has: quotes, brackets, slashes and other marks that are
#: syntax somewhere; a question mark asks a console for help.
_UNCLEAN: Final = re.compile(r"[^A-Za-z0-9 .,:()_-]+", re.ASCII)
#: What such marks can be told by instead.
_MILDER: Final = str.maketrans({";": ",", "/": "-"})
#: The longest line of a comment, which aerleon neither wraps nor cuts.
_WIDTH: Final = 68
#: The most lines of a comment: PAN-OS and FortiOS take 1,023 characters.
_LINES: Final = 14
#: The ICMP messages that rules are about, as aerleon names them.
_ICMP: Final = {0: "echo-reply", 8: "echo-request"}
#: The protocols that it names, and that have no more to be said of them.
_BARE: Final = {47: "gre", 50: "esp", 51: "ah"}
_IPV4: Final = 4
_PORTED: Final = {6: "tcp", 17: "udp"}

#: aerleon speaks through the logging of the whole process, which is bent
#: while it runs: one call at a time.
_TURN: Final = threading.Lock()


@attrs.frozen(kw_only=True)
class Target:
    """A platform as aerleon can write it.

    Attributes:
        name: The platform, and aerleon's name for it.
        longest: The longest name of a term, in characters, with room for
            what aerleon appends.
        bare: The protocols without ports that it says exactly, by family;
            a family that is missing cannot be said at all.
    """

    name: str
    longest: int
    bare: dict[Family, frozenset[int]]


@attrs.frozen(kw_only=True)
class Term:
    """One thing that is let through, in one address family.

    Attributes:
        name: What it is called, by :func:`short_name`.
        rule: The id of the rule that it says.
        flows: The flows that it is for.
        family: 4 or 6.
        source: The role that packets come from.
        sources: Its addresses; never empty.
        destination: The role that packets go to.
        destinations: Its addresses; never empty.
        protocol: The protocol.
        ports: The ports, for TCP and UDP; never empty then.
        reply: Whether *ports* are those that packets come *from*, and
            whether TCP must belong to a connection that exists.
        icmp_types: The messages, for ICMP; never empty then.
        comment: Lines of text, by :func:`comment`.
    """

    name: str
    rule: str
    flows: tuple[FlowId, ...]
    family: Family
    source: str
    sources: tuple[Network, ...]
    destination: str
    destinations: tuple[Network, ...]
    protocol: Protocol
    ports: tuple[PortRange, ...] = ()
    reply: bool = False
    icmp_types: tuple[int, ...] = ()
    comment: tuple[str, ...] = ()

    def __attrs_post_init__(self) -> None:
        """Refuse what aerleon would read as "any"."""
        for role, side in (
            (self.source, self.sources),
            (self.destination, self.destinations),
        ):
            if not side:
                raise ValueError(f"{self.name}: {role} has no address")
            if any(each.version != self.family for each in side):
                raise ValueError(
                    f"{self.name}: {role} has addresses that are not IPv"
                    f"{self.family}"
                )
        number = self.protocol.number
        if bool(self.ports) != self.protocol.has_ports:
            raise ValueError(f"{self.name}: ports, or none, of {number}")
        if bool(self.icmp_types) != (self.protocol in (ICMP, ICMPV6)):
            raise ValueError(f"{self.name}: ICMP types, or none, of {number}")


class Filter(NamedTuple):
    """Terms under one heading of the target's syntax.

    Attributes:
        options: What aerleon wants to know of it, its name first.
        terms: What it lets through, in this order.
        deny: Whether its last term stops everything else.
        fragments: Whether its first term stops the fragments of packets
            that are not the first, and so have no ports.
    """

    options: str
    terms: Sequence[Term]
    deny: bool
    fragments: bool = False


def short_name(text: str, longest: int) -> str:
    """Return a name for *text* that is no keyword and fits the target.

    >>> short_name("accept", 35)
    'avi-accept'
    >>> short_name("service-engine-to-controller-tcp-ipv4", 35)
    'avi-service-engine-to-cont-3b870b3d'

    Args:
        text: An id.
        longest: The most characters that the name can have. What is cut
            off still counts: its digest takes its place.
    """
    name = PREFIX + text
    if len(name) <= longest and _NAME.fullmatch(name):
        return name
    digest = sha256(text.encode()).hexdigest()[:8]
    clean = re.sub(r"[^a-z0-9]+", "-", name)[: longest - len(digest) - 1]
    return f"{clean.rstrip('-')}-{digest}"


def comment(lines: Iterable[str]) -> tuple[str, ...]:
    """Return lines as every target takes them for a comment.

    >>> comment(["web: the 'portal' */ permit ip any any"])
    ('web: the portal - permit ip any any',)

    Args:
        lines: Any text, a paragraph each. The last ones are counted where
            there is no room for them.
    """
    clean = [
        " ".join(_UNCLEAN.sub(" ", line.translate(_MILDER)).split())
        for line in lines
    ]
    told: list[str] = []
    for at, line in enumerate(clean):
        # Two hyphens in a row end a comment of XML.
        found = wrap(re.sub("-{2,}", "-", line), _WIDTH)
        if len(told) + len(found) >= _LINES:
            return (*told, f"and {len(clean) - at} more")
        told += found
    return tuple(told)


def generate(target: Target, filters: Sequence[Filter]) -> str:
    """Return what aerleon writes for some terms.

    Args:
        target: What to write for.
        filters: What to write, not all of it empty.

    Raises:
        CannotExpressError: The target cannot say a term exactly, or aerleon
            has something to say about it.
        MissingExtraError: aerleon is not installed.
        ValueError: Two terms go by one name.
    """
    terms = [term for each in filters for term in each.terms]
    for term in terms:
        _check(target, term)
    names = [term.name for term in terms]
    if len(set(names)) < len(names):
        raise ValueError(f"two terms of {len(names)} go by one name")
    try:
        from aerleon import api
        from aerleon.lib import naming
    except ImportError:
        raise MissingExtraError(
            f"writing rules for {target.name}", "network"
        ) from None
    book = _Book()
    policy = {
        "filename": "rules",
        "filters": [
            {
                "header": {"targets": {target.name: each.options}},
                "terms": [
                    *_first(target, each),
                    *map(book.term, each.terms),
                    *_last(each),
                ],
            }
            for each in filters
        ],
    }
    with _listening() as heard:
        try:
            definitions = naming.Naming()
            definitions.ParseDefinitionsObject(book.definitions(), "")
            written = api.Generate([policy], definitions) or {}
        except Exception as wrong:
            # Of whatever type: aerleon has several, and lets others pass.
            raise distrust(target, terms, str(wrong)) from wrong
    if heard or len(written) != 1:
        said = " ".join(heard) or f"{len(written)} outputs instead of one"
        raise distrust(target, terms, said)
    return "".join(written.values())


def distrust(
    target: Target, terms: Iterable[Term], said: str
) -> CannotExpressError:
    """Return the error for what aerleon said, or did, about some terms."""
    rules = ", ".join(dict.fromkeys(term.rule for term in terms))
    flows = dict.fromkeys(flow for term in terms for flow in term.flows)
    reason = f"aerleon: {' '.join(said.split())}"
    return CannotExpressError(target.name, rules, flows, reason)


def _first(target: Target, each: Filter) -> list[dict[str, Any]]:
    if not each.fragments:
        return []
    return [{"name": FRAGMENTS, "action": "deny", **_LATER[target.name]}]


def _last(each: Filter) -> list[dict[str, Any]]:
    return [{"name": DENY, "action": "deny"}] if each.deny else []


def _check(target: Target, term: Term) -> None:
    """Refuse a term that the target cannot say exactly."""
    if len(term.name) > target.longest or not _NAME.fullmatch(term.name):
        raise ValueError(f"no name for a term: {term.name!r}")
    bare = target.bare.get(term.family)
    if bare is None:
        reason = f"aerleon writes no IPv{term.family} for it"
        raise CannotExpressError(target.name, term.rule, term.flows, reason)
    number = term.protocol.number
    if term.protocol == ICMP:
        exact = term.family == _IPV4 and _ICMP.keys() >= set(term.icmp_types)
    else:
        exact = number in _PORTED or number in bare
    if not exact:
        reason = (
            f"aerleon is not known to say {term.protocol.label} over "
            f"IPv{term.family} exactly there"
        )
        raise CannotExpressError(target.name, term.rule, term.flows, reason)


class _Book:
    """The names of addresses and ports that terms refer to."""

    def __init__(self) -> None:
        self._networks: dict[str, tuple[Network, ...]] = {}
        self._ports: dict[tuple[str, tuple[PortRange, ...]], str] = {}

    def term(self, term: Term) -> dict[str, Any]:
        """Return a term as aerleon takes it."""
        number = term.protocol.number
        name = _PORTED.get(number) or _BARE.get(number) or "icmp"
        made: dict[str, Any] = {
            "name": term.name,
            "source-address": self._token(
                term.source, term.family, term.sources
            ),
            "destination-address": self._token(
                term.destination, term.family, term.destinations
            ),
            "protocol": name,
            "action": "accept",
        }
        if term.comment:
            made["comment"] = "\n".join(term.comment)
        if term.ports:
            side = "source-port" if term.reply else "destination-port"
            made[side] = self._service(name, term.ports)
        if term.reply and name == "tcp":
            # Not "established", which adds ports that nobody asked for.
            made["option"] = "tcp-established"
        if term.icmp_types:
            made["icmp-type"] = [_ICMP[each] for each in term.icmp_types]
        return made

    def definitions(self) -> dict[str, Any]:
        """Return what the names stand for, as aerleon takes it."""
        return {
            "networks": {
                token: {"values": [{"address": str(each)} for each in found]}
                for token, found in self._networks.items()
            },
            "services": {
                token: [
                    {"protocol": protocol, "port": str(each)} for each in ports
                ]
                for (protocol, ports), token in self._ports.items()
            },
        }

    def _token(
        self, role: str, family: Family, networks: tuple[Network, ...]
    ) -> str:
        token = short_name(f"{role}-ipv{family}", _LONGEST_TOKEN)
        if self._networks.setdefault(token, networks) != networks:
            # A role whose addresses differ by direction, as where the
            # cluster IP is a destination only.
            spelled = " ".join(map(str, networks))
            token = short_name(f"{role}-ipv{family} {spelled}", _LONGEST_TOKEN)
            self._networks[token] = networks
        return token

    def _service(self, protocol: str, ports: tuple[PortRange, ...]) -> str:
        return self._ports.setdefault(
            (protocol, ports), f"avi-ports-{len(self._ports)}"
        )


class _Ear(logging.Handler):
    """Keeps what is said."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(record.getMessage())


@contextmanager
def _listening() -> Iterator[list[str]]:
    """Collect what aerleon logs, and leave logging as it was."""
    absl, root, ear = logging.getLogger("absl"), logging.root, _Ear()
    silent = logging.NullHandler()
    with _TURN:
        level, propagates = absl.level, absl.propagate
        absl.addHandler(ear)
        # Without any handler, its first word would configure the root.
        root.addHandler(silent)
        absl.setLevel(logging.WARNING)
        absl.propagate = False
        try:
            yield ear.heard
        finally:
            absl.setLevel(level)
            absl.propagate = propagates
            absl.removeHandler(ear)
            root.removeHandler(silent)
