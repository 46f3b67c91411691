"""Readers of what ``nft -f`` and ``iptables-restore`` take.

Written from their manual pages, and from nothing that writes. A packet's
way through the chains is followed; what a rule does not match is any.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Sequence
from ipaddress import ip_network

import attrs
from rules_openings import (
    ALL_PORTS,
    EVERYWHERE,
    Kind,
    Network,
    Opening,
    UnreadableError,
    any_packet,
    boxes,
    judged,
)

_TYPES = {
    "echo-request": {"icmp": 8, "icmpv6": 128},
    "echo-reply": {"icmp": 0, "icmpv6": 129},
    "destination-unreachable": {"icmp": 3, "icmpv6": 1},
    "packet-too-big": {"icmpv6": 2},
    "time-exceeded": {"icmp": 11, "icmpv6": 3},
    "parameter-problem": {"icmp": 12, "icmpv6": 4},
    "nd-router-solicit": {"icmpv6": 133},
    "nd-router-advert": {"icmpv6": 134},
    "nd-neighbor-solicit": {"icmpv6": 135},
    "nd-neighbor-advert": {"icmpv6": 136},
    "mld-listener-query": {"icmpv6": 130},
    "mld-listener-report": {"icmpv6": 131},
    "mld-listener-done": {"icmpv6": 132},
    "mld2-listener-report": {"icmpv6": 143},
}
_NUMBERS = {"icmp": 1, "tcp": 6, "udp": 17, "dccp": 33, "icmpv6": 58,
            "sctp": 132, "udplite": 136}  # fmt: skip
_PORTED = {6, 17, 33, 132, 136}
#: The types of ICMP that are errors about a connection, by protocol.
_ERRORS = {1: {3, 11, 12}, 58: {1, 2, 3, 4}}
#: What passes on a link and is not forwarded: by hop limit, the types.
_NEIGHBOURS = {255: {133, 134, 135, 136}, 1: {130, 131, 132, 143}}
_LINK_LOCAL = (ip_network("fe80::/10"),)

_Span = tuple[int, int]


@attrs.frozen
class _Match:
    """What has been asked of a packet so far."""

    sources: tuple[Network, ...] = EVERYWHERE
    destinations: tuple[Network, ...] = EVERYWHERE
    protocol: int | None = None
    ports: tuple[_Span, ...] = (ALL_PORTS,)
    source_ports: tuple[_Span, ...] = (ALL_PORTS,)
    kind: Kind | None = None
    hops: int | None = None
    about: int | None = None

    def side(self, name: str, networks: Sequence[Network]) -> _Match:
        """Narrow a side to those networks, and so the family."""
        found = tuple(
            _narrower(a, b)
            for a in getattr(self, name)
            for b in networks
            if a.version == b.version and a.overlaps(b)
        )
        return attrs.evolve(self, **{name: found})

    def over(self, protocol: int) -> _Match:
        """Narrow to a protocol."""
        if self.protocol not in (None, protocol):
            raise UnreadableError("two protocols")
        return attrs.evolve(self, protocol=protocol)

    def openings(self) -> Iterator[Opening]:
        """Yield what is opened by accepting such packets."""
        if self.kind == "related":
            yield from self._errors()
            return
        if self.about is not None:
            raise UnreadableError("a connection of what is no error")
        if self.protocol not in _PORTED | {1, 58} and (
            self.ports != (ALL_PORTS,) or self.source_ports != (ALL_PORTS,)
        ):
            raise UnreadableError("ports of no protocol")
        if self.hops is not None:
            local = _LINK_LOCAL if self.hops == 1 else EVERYWHERE[1:]
            kinds = {
                kind
                for low, high in self.ports
                for kind in range(low, high + 1)
            }
            if (
                self.protocol != 58
                or not kinds <= _NEIGHBOURS[self.hops]
                or self.sources != local
            ):
                raise UnreadableError("not of neighbours alone")
        yield from boxes(
            self.sources,
            self.destinations,
            self.protocol,
            self.ports,
            self.source_ports,
            self.kind or "open",
        )

    def error(self) -> _Match:
        """Narrow to errors; from here on it is about a connection."""
        if (
            self.protocol is None
            or {low for low, _ in self.ports} - _ERRORS[self.protocol]
            or any(low != high for low, high in self.ports)
        ):
            raise UnreadableError("more than errors about a connection")
        family = EVERYWHERE[self.protocol == 58 :][:1]
        if {self.sources, self.destinations} - {EVERYWHERE, family}:
            raise UnreadableError("errors between some addresses")
        return _Match(family, family, kind="related")

    def _errors(self) -> Iterator[Opening]:
        """Yield about which connections errors are accepted."""
        yield from boxes(
            self.sources,
            self.destinations,
            self.about,
            self.ports,
            kind="related",
        )


def _narrower(one: Network, other: Network) -> Network:
    return max(one, other, key=lambda each: each.prefixlen)


def _walk(
    chains: dict[str, list[list[str]]],
    name: str,
    match: _Match,
    read: object,
) -> Iterator[Opening]:
    """Yield what a chain opens for packets that match already."""
    for words in chains[name]:
        narrowed, verdict = read(words, match)  # type: ignore[operator]
        if verdict == "accept":
            yield from narrowed.openings()
        elif verdict.startswith("jump "):
            if narrowed.kind == "related" and match.kind != "related":
                narrowed = narrowed.error()
            yield from _walk(chains, verdict[5:], narrowed, read)
        else:
            # What is dropped would hide an accept below.
            raise UnreadableError(verdict)


def _span(text: str, between: str) -> _Span:
    low, _, high = text.partition(between)
    if not (low.isdecimal() and (high or low).isdecimal()):
        raise UnreadableError(f"no port: {text}")
    return int(low), int(high or low)


# -- nftables ----------------------------------------------------------------

_NFT = re.compile(r'"[^"\n]*"|#[^\n]*|[{};,\n]|[^\s{};,"#]+')


class _Nft:
    """A script for ``nft -f``."""

    def __init__(self, text: str) -> None:
        self.sets: dict[str, list[Network]] = {}
        self.chains: dict[str, list[list[str]]] = {}
        self.hooks: dict[str, list[str]] = {}
        self.pieces = [
            piece for piece in _NFT.findall(text) if piece[0] != "#"
        ]
        while self.pieces:
            words = self.statement()
            match words:
                case [] | ["delete", "table", "inet", _]:
                    pass
                case ["table", "inet", _]:
                    if self.pieces and self.pieces[0] == "{":
                        self.pieces.pop(0)
                        self.table()
                case _:
                    raise UnreadableError(str(words))

    def statement(self) -> list[str]:
        """Return words up to the end of a line, or to what opens a block."""
        words: list[str] = []
        while self.pieces:
            if self.pieces[0] in "{}":
                # Braces within a rule hold a set of values.
                if (
                    self.pieces[0] == "{"
                    and words[-1:]
                    and (
                        words[-1]
                        in (
                            "dport",
                            "sport",
                            "=",
                            "saddr",
                            "daddr",
                            "type",
                            "l4proto",
                            "state",
                        )
                    )
                ):
                    at = self.pieces.index("}")
                    inner = self.pieces[1:at]
                    del self.pieces[: at + 1]
                    words.append(
                        " ".join(t for t in inner if t not in (",", "\n"))
                    )
                    continue
                return words
            piece = self.pieces.pop(0)
            if piece in "\n;":
                return words
            words.append(piece)
        return words

    def table(self) -> None:
        while self.pieces[0] != "}":
            words = self.statement()
            if not words:
                continue
            if self.pieces.pop(0) != "{":
                raise UnreadableError(str(words))
            match words:
                case ["set", name]:
                    self.sets[name] = self.elements()
                case ["chain", name]:
                    self.chains[name] = self.rules(name)
                case _:
                    raise UnreadableError(str(words))
        self.pieces.pop(0)

    def elements(self) -> list[Network]:
        found: list[Network] = []
        for words in self.block():
            match words:
                case ["type", "ipv4_addr" | "ipv6_addr"]:
                    pass
                case ["flags", "interval"]:
                    pass
                case ["elements", "=", inner]:
                    found = [ip_network(word) for word in inner.split()]
                case _:
                    raise UnreadableError(str(words))
        return found

    def rules(self, name: str) -> list[list[str]]:
        found = []
        for words in self.block():
            match words:
                case ["type", "filter", "hook", hook, "priority", _]:
                    self.hooks.setdefault(hook, []).append(name)
                case ["policy", "drop"]:
                    self.hooks.setdefault("drop", []).append(name)
                case ["policy", "accept"]:
                    pass
                case _:
                    found.append(words)
        return found

    def block(self) -> Iterator[list[str]]:
        while self.pieces[0] != "}":
            if words := self.statement():
                yield words
        self.pieces.pop(0)

    def networks(self, text: str) -> list[Network]:
        if text.startswith("@"):
            return self.sets[text[1:]]
        return [ip_network(word) for word in text.split()]

    def rule(self, words: list[str], match: _Match) -> tuple[_Match, str]:
        words = list(words)
        take = words.pop
        while words:
            word = take(0)
            if words[:2] == ["hoplimit", "255"] or (
                words[:2] == ["hoplimit", "1"]
            ):
                take(0)
                match = attrs.evolve(
                    match.side("sources", EVERYWHERE[1:]),
                    kind="neighbour",
                    hops=int(take(0)),
                )
            elif word in ("ip", "ip6"):
                side = {"saddr": "sources", "daddr": "destinations"}[take(0)]
                match = match.side(side, self.networks(take(0)))
            elif word == "meta" and words[:2] == ["nfproto", "ipv4"]:
                del words[:2]
                match = match.side("sources", EVERYWHERE[:1])
            elif word in ("iifname", "oifname") and words[0] == '"lo"':
                take(0)
                match = attrs.evolve(match, kind="loopback")
            elif word in _NUMBERS and words[0] in ("dport", "sport"):
                match = match.over(_NUMBERS[word])
                side = {"dport": "ports", "sport": "source_ports"}[take(0)]
                spans = tuple(_span(each, "-") for each in take(0).split())
                match = attrs.evolve(match, **{side: spans})
            elif word in ("icmp", "icmpv6") and words[0] == "type":
                match = match.over(_NUMBERS[word])
                take(0)
                kinds = [_TYPES[each][word] for each in take(0).split()]
                spans = tuple((kind, kind) for kind in kinds)
                match = attrs.evolve(match, ports=spans)
            elif word == "meta" and words[0] == "l4proto":
                take(0)
                text = take(0)
                number = _NUMBERS.get(text) or int(text)
                if match.kind != "related":
                    match = match.over(number)
            elif word == "ct" and match.kind == "related":
                match = self.connection(take, match)
            elif word == "ct":
                match = self.state(take(0), take(0), match)
            elif word == "comment":
                take(0)
            elif word in ("accept", "drop"):
                return match, word
            elif word == "jump":
                return match, f"jump {take(0)}"
            else:
                raise UnreadableError(word)
        raise UnreadableError("a rule without a verdict")

    @staticmethod
    def state(key: str, value: str, match: _Match) -> _Match:
        match key, value:
            case "state", "related":
                return attrs.evolve(match, kind="related")
            case "state", "established":
                return attrs.evolve(match, kind="established")
            case "state", ",":
                raise UnreadableError("a list of states")
            case "direction", "original":
                return attrs.evolve(match, kind=None)
            case "direction", "reply":
                # The first packet of a connection is never a reply.
                return attrs.evolve(match, kind="established")
        raise UnreadableError(f"ct {key} {value}")

    def connection(self, take: Callable[[int], str], match: _Match) -> _Match:
        """Narrow errors to those about some connections."""
        way, what = take(0), take(0)
        if what in ("ip", "ip6"):
            side = {"original": "sources", "reply": "destinations"}[way]
            if take(0) != "saddr":
                raise UnreadableError("not whence it comes")
            return match.side(side, self.networks(take(0)))
        if (way, what) == ("original", "protocol"):
            return attrs.evolve(match, about=int(take(0)))
        return attrs.evolve(
            match, ports=_ports_about(match, way, what, _span(take(0), "-"))
        )


def _ports_about(
    match: _Match, way: str, what: str, span: _Span
) -> tuple[_Span, ...]:
    """Return the ports of a connection, or the type of its message."""
    if match.about in _PORTED and (way, what) == ("reply", "proto-src"):
        return (span,)
    if match.about in (1, 58) and (way, what) == ("original", "proto-dst"):
        kind, code = divmod(span[0], 256)
        if span[0] == span[1] and code == 0:
            return ((kind, kind),)
    raise UnreadableError(f"{way} {what} of {match.about}")


def _spared(
    script: _Nft, words: list[str]
) -> tuple[int, list[Network]] | None:
    """Return whom a rule does not spare, where it leaves packets to others."""
    match words:
        case ["meta", "nfproto", "ipv4" | "ipv6" as word, "accept"]:
            return int(word[-1]), []
        case ["ip" | "ip6" as ip, "saddr", "!=", one, *rest]:
            if rest != [ip, "daddr", "!=", one, "accept"]:
                raise UnreadableError(str(words))
            return 6 if ip == "ip6" else 4, script.networks(one)
    return None


def read_nftables(text: str, hook: str = "forward") -> list[Opening]:
    """Read a script for ``nft -f``: what one of its hooks lets through."""
    # A list of states is one word to what follows.
    script = _Nft(re.sub(r"ct state new,established\b", "", text))
    if not script.hooks.get(hook):
        return any_packet()
    found: list[Opening] = []
    for name in script.hooks[hook]:
        if name not in script.hooks.get("drop", []):
            found += any_packet()
        own = {4: [EVERYWHERE[0]], 6: [EVERYWHERE[1]]}
        chain = script.chains[name]
        while chain and (spared := _spared(script, chain[0])):
            version, networks = spared
            own[version] = networks
            chain.pop(0)
        found += judged(n for networks in own.values() for n in networks)
        found += _walk(script.chains, name, _Match(), script.rule)
    return found


# -- iptables ----------------------------------------------------------------


def read_iptables(text: str, hook: str = "forward") -> list[Opening]:
    """Read what ``iptables-restore`` takes: the chain for a hook."""
    return _restore(text, 4, hook)


def read_ip6tables(text: str, hook: str = "forward") -> list[Opening]:
    """Read what ``ip6tables-restore`` takes: the chain for a hook."""
    return _restore(text, 6, hook)


def _restore(text: str, version: int, hook: str) -> list[Opening]:
    everything = EVERYWHERE[:1] if version == 4 else EVERYWHERE[1:]
    chains: dict[str, list[list[str]]] = {}
    # What a text says must be done besides is part of it.
    jumps = re.findall(
        rf"^# ip6?tables -C {hook.upper()} -j (\S+) 2>/dev/null \|\| "
        rf"ip6?tables -I {hook.upper()} -j \1$",
        text,
        re.MULTILINE,
    )
    committed = False
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        words = shlex.split(line)
        match words:
            case ["*filter"]:
                pass
            case [chain, "-", "[0:0]"] if chain.startswith(":"):
                chains[chain[1:]] = []
            case ["-A", chain, *rest]:
                chains[chain].append(rest)
            case ["COMMIT"]:
                committed = True
            case _:
                raise UnreadableError(line)
    # Without the last word, nothing of it is in force.
    if not committed or len(jumps) != 1:
        return list(_Match(everything, everything).openings())
    root = chains[jumps[0]]
    ends: dict[str, list[Network]] = {"-s": [], "-d": []}
    while root and root[-1][-2:] == ["-j", "DROP"]:
        match root.pop():
            case ["-s" | "-d" as side, network, "-j", "DROP"]:
                ends[side].append(ip_network(network))
            case ["-j", "DROP"]:
                for networks in ends.values():
                    networks.extend(everything)
            case other:
                raise UnreadableError(str(other))
    if ends["-s"] != ends["-d"]:
        raise UnreadableError("one direction is dropped, the other is not")
    start = _Match(everything, everything)
    return [*judged(ends["-s"]), *_walk(chains, jumps[0], start, _entry)]


def _entry(words: list[str], match: _Match) -> tuple[_Match, str]:
    words = list(words)
    while words:
        option = words.pop(0)
        value = words.pop(0)
        match option:
            case "-s" | "-d":
                side = "sources" if option == "-s" else "destinations"
                match = match.side(side, [ip_network(value)])
            case "-i" | "-o" if value == "lo":
                match = attrs.evolve(match, kind="loopback")
            case "-p":
                match = match.over(_NUMBERS.get(value) or int(value))
            case "-m" if value in (
                "multiport", "comment", "conntrack", "icmp", "icmp6",
                "tcp", "udp", "sctp", "dccp", "hl",
            ):  # fmt: skip
                pass
            case "--hl-eq":
                match = attrs.evolve(match, kind="neighbour", hops=int(value))
            case "--dports" | "--dport" | "--sports" | "--sport":
                side = "ports" if "d" in option[:3] else "source_ports"
                spans = tuple(_span(word, ":") for word in value.split(","))
                if len(spans) + sum(a < b for a, b in spans) > 15:
                    raise UnreadableError("more ports than multiport takes")
                match = attrs.evolve(match, **{side: spans})
            case "--icmp-type" | "--icmpv6-type":
                kind = int(value)
                match = attrs.evolve(match, ports=((kind, kind),))
            case "--ctstate" if value == "RELATED":
                match = attrs.evolve(match, kind="related")
            case "--ctstate" if value == "ESTABLISHED":
                match = attrs.evolve(match, kind="established")
            case "--ctstate" if set(value.split(",")) == {
                "NEW", "ESTABLISHED",
            }:  # fmt: skip
                pass
            case "--ctdir" if value == "ORIGINAL":
                pass
            case "--ctdir" if value == "REPLY":
                match = attrs.evolve(match, kind="established")
            case "--ctorigsrc" | "--ctreplsrc" if match.kind == "related":
                side = "sources" if "orig" in option else "destinations"
                match = match.side(side, [ip_network(value)])
            case "--ctproto" if match.kind == "related":
                match = attrs.evolve(match, about=int(value))
            case "--ctreplsrcport":
                spans = _ports_about(
                    match, "reply", "proto-src", _span(value, ":")
                )
                match = attrs.evolve(match, ports=spans)
            case "--ctorigdstport":
                spans = _ports_about(
                    match, "original", "proto-dst", _span(value, ":")
                )
                match = attrs.evolve(match, ports=spans)
            case "--comment":
                pass
            case "-j" if value == "ACCEPT" or (
                # Left to other rules, which may let it pass.
                value == "RETURN" and (match.kind or match.source_ports)
            ):
                return match, "accept"
            case "-j" if value in ("DROP", "RETURN"):
                return match, value.lower()
            case "-j":
                return match, f"jump {value}"
            case _:
                raise UnreadableError(option)
    raise UnreadableError("a rule without a target")
