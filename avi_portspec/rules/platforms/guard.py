"""The guard around aerleon, which fails open.

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
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from textwrap import wrap
from typing import Any, Final, Literal, NamedTuple, assert_never

import attrs

from avi_portspec.errors import CannotExpressError, MissingExtraError
from avi_portspec.model.ports import PortRange
from avi_portspec.model.protocols import ICMP, Protocol
from avi_portspec.names import FlowId
from avi_portspec.rules.networks import IPV4, IPV6, Family, Network
from avi_portspec.rules.traffic import (
    EXTENSION_HEADERS,
    Bare,
    Message,
    Ported,
    Traffic,
)

__all__ = [
    "PERMIT",
    "PREFIX",
    "AddressBook",
    "Blanket",
    "Filter",
    "Target",
    "Term",
    "comment",
    "failure",
    "generate",
    "short_name",
]

#: No target has a keyword that starts like this, and it starts with a
#: letter: names that aerleon is given all do.
PREFIX: Final = "avi-"
#: The name of the term that lets everything else through.
PERMIT: Final = "avi-permit-the-rest"
#: What matches fragments but the first. For Junos aerleon leaves out the
#: match on ``is-fragment`` where a term has no other, and the term stops
#: everything.
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
#: What takes the place of such marks.
_MILDER: Final = str.maketrans({";": ",", "/": "-"})
#: The longest line of a comment, which aerleon neither wraps nor cuts.
_WIDTH: Final = 68
#: The most lines of a comment: PAN-OS and FortiOS take 1,023 characters.
_LINES: Final = 14
#: The ICMP messages that rules are about, as aerleon names them.
_ICMP: Final = {0: "echo-reply", 8: "echo-request"}
#: The protocols without ports and messages that it names.
_BARE: Final = {47: "gre", 50: "esp", 51: "ah"}
_PORTED: Final = {6: "tcp", 17: "udp"}
#: Names that stand in for numbers where aerleon takes names alone. No rule
#: has any of them.
_STAND_INS: Final = ("igmp", "ospf", "pim", "rsvp")

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
        bare: The protocols without ports that it says exactly by name, by
            family; a family that is missing cannot be expressed at all.
        numbers: How it says other protocols: not at all; by number, which
            aerleon writes; or by number, for which aerleon writes another
            protocol's name, to be replaced.
    """

    name: str
    longest: int
    bare: dict[Family, frozenset[int]]
    numbers: Literal["never", "as-given", "replaced"] = "never"

    def takes(self, protocol: Protocol, family: Family) -> bool:
        """Return whether it says a protocol without ports exactly."""
        number = protocol.number
        if number in self.bare[family]:
            return True
        # Some read 0 as all protocols; an extension header of IPv6 is no
        # protocol to a device that looks behind it.
        return (
            self.numbers != "never"
            and number != 0
            and not (family == IPV6 and number in EXTENSION_HEADERS)
        )


@attrs.frozen(kw_only=True)
class Term:
    """One permission, in one address family.

    Attributes:
        name: What it is called, by :func:`short_name`.
        rule: The id of the rule that it says.
        flows: The flows that it is for.
        family: 4 or 6.
        source: The role that packets come from.
        sources: Its addresses; never empty.
        destination: The role that packets go to.
        destinations: Its addresses; never empty.
        traffic: What passes.
        reply: Whether its ports are those that packets come *from*, and
            whether TCP must belong to a connection that exists.
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
    traffic: Traffic
    reply: bool = False
    comment: tuple[str, ...] = ()

    def __attrs_post_init__(self) -> None:
        """Refuse what aerleon would read as "any"."""
        for role, side in (
            (self.source, self.sources),
            (self.destination, self.destinations),
        ):
            if not side:
                raise ValueError(f"{self.name}: {role} has no address")
            if any(network.version != self.family for network in side):
                raise ValueError(
                    f"{self.name}: {role} has addresses that are not IPv"
                    f"{self.family}"
                )


@attrs.frozen(kw_only=True)
class Blanket:
    """What happens to packets whatever they carry.

    Attributes:
        name: What it is called.
        action: Whether they are stopped, or let through.
        side: Which side's addresses it is about.
        role: What these are called.
        networks: These; empty for any packet.
        fragments: Whether it is about the fragments of packets alone that
            are not the first, and so have no ports.
    """

    name: str
    action: Literal["accept", "deny"] = "deny"
    side: Literal["source", "destination"] = "source"
    role: str = "product"
    networks: tuple[Network, ...] = ()
    fragments: bool = False

    @property
    def family(self) -> Family | None:
        """The family of its addresses, all of one."""
        return self.networks[0].version if self.networks else None

    @property
    def entries(self) -> int:
        """How many entries an access list has for it."""
        return max(len(self.networks), 1)


class Filter(NamedTuple):
    """Terms under one heading of the target's syntax.

    Attributes:
        options: What aerleon wants to know of it, its name first.
        terms: What it allows, in this order.
        first: What comes before them.
        last: What comes after them.
        beside: What comes after that, and aerleon cannot write.
    """

    options: str
    terms: Sequence[Term]
    first: Sequence[Blanket] = ()
    last: Sequence[Blanket] = ()
    beside: Sequence[Blanket] = ()

    @property
    def names(self) -> list[str]:
        """The names of what aerleon writes, in order."""
        return [
            *(each.name for each in self.first),
            *(each.name for each in self.terms),
            *(each.name for each in self.last),
        ]


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
    kept: list[str] = []
    for at, line in enumerate(clean):
        # Two hyphens in a row end a comment of XML.
        wrapped = wrap(re.sub("-{2,}", "-", line), _WIDTH)
        if len(kept) + len(wrapped) >= _LINES:
            return (*kept, f"and {len(clean) - at} more")
        kept += wrapped
    return tuple(kept)


def generate(
    target: Target, filters: Sequence[Filter], book: AddressBook | None = None
) -> str:
    """Return what aerleon writes for some terms.

    Args:
        target: What to write for.
        filters: What to write, not all of it empty.
        book: The names of addresses. Texts that are loaded together have
            to share one: on a device the last definition of a name counts.

    Raises:
        CannotExpressError: The target cannot express a term exactly, or
            aerleon warns about it.
        MissingExtraError: aerleon is not installed.
        ValueError: Two terms have one name.
    """
    terms = [term for part in filters for term in part.terms]
    for term in terms:
        _check(target, term)
    names = [term.name for term in terms]
    if len(set(names)) < len(names):
        raise ValueError(f"two of {len(names)} terms have one name")
    try:
        from aerleon import api
        from aerleon.lib import naming
    except ImportError:
        raise MissingExtraError(
            f"writing rules for {target.name}", "network"
        ) from None
    book = book or AddressBook()
    words = _words(target, terms)
    policy = {
        "filename": "rules",
        "filters": [
            {
                "header": {"targets": {target.name: part.options}},
                "terms": [
                    *(book.blanket(each, target) for each in part.first),
                    *(book.term(term, words) for term in part.terms),
                    *(book.blanket(each, target) for each in part.last),
                ],
            }
            for part in filters
        ],
    }
    with _warnings() as problems:
        try:
            definitions = naming.Naming()
            definitions.ParseDefinitionsObject(book.definitions(), "")
            written = api.Generate([policy], definitions) or {}
        except Exception as wrong:
            # Of any type: aerleon has several of its own, and raises others.
            raise failure(target, terms, str(wrong)) from wrong
    if problems or len(written) != 1:
        problems = problems or [f"{len(written)} outputs instead of one"]
        raise failure(target, terms, " ".join(problems))
    text = "".join(written.values())
    if target.numbers == "replaced":
        for number, word in words.items():
            # No comment has a semicolon.
            text, count = re.subn(rf"(?<= ){word};", f"{number};", text)
            if not count:
                raise failure(target, terms, f"no protocol {number}")
    return text


def _words(target: Target, terms: Iterable[Term]) -> dict[int, str]:
    """Return what aerleon is told for each protocol that has no name.

    Raises:
        CannotExpressError: There are more of them than names to be replaced.
    """
    words: dict[int, str] = {}
    for term in terms:
        number = term.traffic.protocol.number
        if (
            not isinstance(term.traffic, Bare)
            or number in target.bare[term.family]
            or number in words
        ):
            continue
        if target.numbers == "as-given":
            words[number] = str(number)
        elif len(words) < len(_STAND_INS):
            words[number] = _STAND_INS[len(words)]
        else:
            reason = (
                f"more than {len(_STAND_INS)} protocols without a name cannot "
                "be written for it at once"
            )
            raise CannotExpressError(
                target.name, term.rule, term.flows, reason
            )
    return words


def failure(
    target: Target, terms: Iterable[Term], problem: str
) -> CannotExpressError:
    """Return the error for what aerleon reported, or did, on some terms."""
    rules = ", ".join(dict.fromkeys(term.rule for term in terms))
    flows = dict.fromkeys(flow for term in terms for flow in term.flows)
    reason = f"aerleon: {' '.join(problem.split())}"
    return CannotExpressError(target.name, rules, flows, reason)


def _check(target: Target, term: Term) -> None:
    """Refuse a term that the target cannot express exactly."""
    if len(term.name) > target.longest or not _NAME.fullmatch(term.name):
        raise ValueError(f"no name for a term: {term.name!r}")
    if term.family not in target.bare:
        reason = f"aerleon does not support IPv{term.family} for it"
        raise CannotExpressError(target.name, term.rule, term.flows, reason)
    protocol = term.traffic.protocol
    match term.traffic:
        case Ported():
            exact = protocol.number in _PORTED
        case Message():
            exact = protocol == ICMP and term.family == IPV4
        case Bare():
            exact = target.takes(protocol, term.family)
        case _ as never:
            assert_never(never)
    if not exact:
        reason = (
            f"aerleon is not known to write {protocol.label} over "
            f"IPv{term.family} exactly for it"
        )
        raise CannotExpressError(target.name, term.rule, term.flows, reason)


class AddressBook:
    """The names of addresses and ports that terms refer to.

    Args:
        name: Part of each of them, for a device that has several books.
    """

    def __init__(self, name: str | None = None) -> None:
        self._label = "" if name is None else f"{name}-"
        self._networks: dict[str, tuple[Network, ...]] = {}
        self._ports: dict[tuple[str, tuple[PortRange, ...]], str] = {}

    def term(self, term: Term, words: Mapping[int, str]) -> dict[str, Any]:
        """Return a term as aerleon takes it.

        Args:
            term: The term.
            words: What aerleon is told for protocols that have no name.
        """
        fields: dict[str, Any] = {
            "name": term.name,
            "source-address": self._token(
                term.source, term.family, term.sources
            ),
            "destination-address": self._token(
                term.destination, term.family, term.destinations
            ),
            **self._traffic(term, words),
            "action": "accept",
        }
        if term.comment:
            fields["comment"] = "\n".join(term.comment)
        return fields

    def blanket(self, blanket: Blanket, target: Target) -> dict[str, Any]:
        """Return what is about any traffic as aerleon takes it.

        Args:
            blanket: What it is.
            target: What it is written for.
        """
        fields = {"name": blanket.name, "action": blanket.action}
        if blanket.family is not None:
            fields[f"{blanket.side}-address"] = self._token(
                blanket.role, blanket.family, blanket.networks
            )
        return fields | (_LATER[target.name] if blanket.fragments else {})

    def _traffic(self, term: Term, words: Mapping[int, str]) -> dict[str, Any]:
        number = term.traffic.protocol.number
        match term.traffic:
            case Ported(ports=ports):
                name = _PORTED[number]
                side = "source-port" if term.reply else "destination-port"
                fields = {"protocol": name, side: self._service(name, ports)}
                if term.reply and name == "tcp":
                    # Not "established", which adds ports of its own.
                    fields["option"] = "tcp-established"
                return fields
            case Message(icmp_type=kind):
                return {"protocol": "icmp", "icmp-type": [_ICMP[kind]]}
            case Bare():
                return {"protocol": words.get(number) or _BARE[number]}
            case _ as never:
                assert_never(never)

    def definitions(self) -> dict[str, Any]:
        """Return what the names stand for, as aerleon takes it."""
        return {
            "networks": {
                token: {"values": [{"address": str(n)} for n in networks]}
                for token, networks in self._networks.items()
            },
            "services": {
                token: [
                    {"protocol": protocol, "port": str(span)} for span in ports
                ]
                for (protocol, ports), token in self._ports.items()
            },
        }

    def _token(
        self, role: str, family: Family, networks: tuple[Network, ...]
    ) -> str:
        key = f"{self._label}{role}-ipv{family}"
        token = short_name(key, _LONGEST_TOKEN)
        if self._networks.setdefault(token, networks) != networks:
            # A role whose addresses differ by direction, as where the
            # cluster IP is a destination only.
            spelled = " ".join(map(str, networks))
            token = short_name(f"{key} {spelled}", _LONGEST_TOKEN)
            self._networks[token] = networks
        return token

    def _service(self, protocol: str, ports: tuple[PortRange, ...]) -> str:
        return self._ports.setdefault(
            (protocol, ports), f"avi-ports-{len(self._ports)}"
        )


class _Log(logging.Handler):
    """Keeps what is logged."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


@contextmanager
def _warnings() -> Iterator[list[str]]:
    """Collect what aerleon logs, and leave logging as it was."""
    absl, root, log = logging.getLogger("absl"), logging.root, _Log()
    silent = logging.NullHandler()
    with _TURN:
        level, propagates = absl.level, absl.propagate
        absl.addHandler(log)
        # Without any handler, its first word would configure the root.
        root.addHandler(silent)
        absl.setLevel(logging.WARNING)
        absl.propagate = False
        try:
            yield log.messages
        finally:
            absl.setLevel(level)
            absl.propagate = propagates
            absl.removeHandler(log)
            root.removeHandler(silent)
