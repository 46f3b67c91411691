"""Readers of what ``nft -f`` and ``iptables-restore`` take.

Written from their manual pages, and from nothing that writes. A packet's
way through the chains is followed; what a rule does not match is any.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from ipaddress import ip_network

import attrs
from rules_openings import (
    ALL_PORTS,
    EVERYWHERE,
    Kind,
    Network,
    Opening,
    UnreadableError,
    boxes,
)

_TYPES = {
    "echo-request": {"icmp": 8, "icmpv6": 128},
    "echo-reply": {"icmp": 0, "icmpv6": 129},
}
_NUMBERS = {"icmp": 1, "tcp": 6, "udp": 17, "dccp": 33, "icmpv6": 58,
            "sctp": 132, "udplite": 136}  # fmt: skip
_PORTED = {6, 17, 33, 132, 136}

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
    invalid: bool = False

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
        if self.protocol not in _PORTED | {1, 58} and (
            self.ports != (ALL_PORTS,) or self.source_ports != (ALL_PORTS,)
        ):
            raise UnreadableError("ports of no protocol")
        if self.invalid:
            raise UnreadableError("an accept of what belongs to no connection")
        yield from boxes(
            self.sources,
            self.destinations,
            self.protocol,
            self.ports,
            self.source_ports,
            self.kind or "open",
        )


def _narrower(one: Network, other: Network) -> Network:
    return max(one, other, key=lambda each: each.prefixlen)


_Rule = tuple[_Match, str, str]


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
        elif verdict == "drop":
            # Anything else that is dropped would hide an accept below.
            if not narrowed.invalid:
                raise UnreadableError(f"a drop in {name}")
        elif verdict.startswith("jump "):
            yield from _walk(chains, verdict[5:], narrowed, read)
        else:
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
                    found = [ip_network(each) for each in inner.split()]
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
        return [ip_network(each) for each in text.split()]

    def rule(self, words: list[str], match: _Match) -> tuple[_Match, str]:
        words = list(words)
        take = words.pop
        while words:
            word = take(0)
            if word in ("ip", "ip6"):
                side = {"saddr": "sources", "daddr": "destinations"}[take(0)]
                match = match.side(side, self.networks(take(0)))
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
                match = match.over(number)
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
            case "state", "invalid":
                return attrs.evolve(match, invalid=True)
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


def read_nftables(text: str) -> list[Opening]:
    """Read a script for ``nft -f``: what its forward hook lets through."""
    # A list of states is one word to what follows.
    script = _Nft(re.sub(r"ct state new,established\b", "", text))
    if not script.hooks.get("forward"):
        return list(_Match().openings())
    found: list[Opening] = []
    for name in script.hooks["forward"]:
        if name not in script.hooks.get("drop", []):
            found += _Match().openings()
        found += _walk(script.chains, name, _Match(), script.rule)
    return found


# -- iptables ----------------------------------------------------------------


def read_iptables(text: str) -> list[Opening]:
    """Read what ``iptables-restore`` takes: the FORWARD chain."""
    return _restore(text, 4)


def read_ip6tables(text: str) -> list[Opening]:
    """Read what ``ip6tables-restore`` takes: the FORWARD chain."""
    return _restore(text, 6)


def _restore(text: str, version: int) -> list[Opening]:
    chains: dict[str, list[list[str]]] = {}
    policy = "ACCEPT"
    committed = False
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        words = shlex.split(line)
        match words:
            case ["*filter"]:
                pass
            case [chain, verdict, _] if chain.startswith(":"):
                chains[chain[1:]] = []
                if chain == ":FORWARD":
                    policy = verdict
            case ["-F", chain]:
                chains[chain] = []
            case ["-A", chain, *rest]:
                chains[chain].append(rest)
            case ["COMMIT"]:
                committed = True
            case _:
                raise UnreadableError(line)
    everything = [n for n in EVERYWHERE if n.version == version]
    start = _Match(tuple(everything), tuple(everything))
    # Without the last word, nothing of it is in force.
    found = [] if committed and policy == "DROP" else [*start.openings()]
    found += _walk(chains, "FORWARD", start, _entry)
    return found


def _entry(words: list[str], match: _Match) -> tuple[_Match, str]:
    words = list(words)
    while words:
        option = words.pop(0)
        value = words.pop(0)
        match option:
            case "-s" | "-d":
                side = "sources" if option == "-s" else "destinations"
                match = match.side(side, [ip_network(value)])
            case "-p":
                match = match.over(_NUMBERS.get(value) or int(value))
            case "-m" if value in (
                "multiport", "comment", "conntrack", "icmp", "icmp6",
                "tcp", "udp", "sctp", "dccp",
            ):  # fmt: skip
                pass
            case "--dports" | "--dport" | "--sports" | "--sport":
                side = "ports" if "d" in option[:3] else "source_ports"
                spans = tuple(_span(each, ":") for each in value.split(","))
                if len(spans) + sum(a < b for a, b in spans) > 15:
                    raise UnreadableError("more ports than multiport takes")
                match = attrs.evolve(match, **{side: spans})
            case "--icmp-type" | "--icmpv6-type":
                kind = int(value)
                match = attrs.evolve(match, ports=((kind, kind),))
            case "--ctstate" if value == "INVALID":
                match = attrs.evolve(match, invalid=True)
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
            case "--comment":
                pass
            case "-j" if value in ("ACCEPT", "DROP"):
                return match, value.lower()
            case "-j":
                return match, f"jump {value}"
            case _:
                raise UnreadableError(option)
    raise UnreadableError("a rule without a target")
