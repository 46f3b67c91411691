"""iptables and ip6tables: chains of their own, for ``iptables-restore``.

Each of the two knows one version of the Internet Protocol, so there are two
texts. They have no sets of addresses; so as not to write a rule for each
pair of addresses, a packet is led through a chain for its source, then
through one for its destination, to the ports that the pair may use.

A text for ``iptables-restore`` has no way to add a rule only if it is not
there yet. So the jumps from the kernel's chains are not in it: they are made
once, and the text can be loaded as often as it changes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from typing import Final, TypeAlias, assert_never

import attrs

from avi_portspec.errors import CannotExpressError
from avi_portspec.names import Hook
from avi_portspec.rules.comments import comment_lines, quote
from avi_portspec.rules.networks import IPV4, IPV6, Family, Network
from avi_portspec.rules.neutral import (
    ReturnRule,
    Rule,
    SiteRules,
    return_rules,
)
from avi_portspec.rules.options import Options
from avi_portspec.rules.platforms.clouds import own_networks
from avi_portspec.rules.platforms.linux import about
from avi_portspec.rules.traffic import (
    EXTENSION_HEADERS,
    Bare,
    Message,
    Ported,
    split_ports,
)

__all__ = ["render_ipv4", "render_ipv6"]

#: The kernel keeps 256 bytes of a comment, one of them to end it.
_COMMENT: Final = 250
#: A chain's name has 28 characters at most, and begins with no sign.
_NAME: Final = 28
#: The most ports of one multiport match; a range counts as two.
_PORTS: Final = 15
_COMMANDS: Final[dict[Family, str]] = {4: "iptables", 6: "ip6tables"}
_ICMP: Final = {
    1: "-m icmp --icmp-type",
    58: "-m icmp6 --icmpv6-type",
}
_UNNAMED: Final = re.compile(r"[^a-z0-9-]")
_STATE: Final = "-m conntrack --ctstate"
_WORDS: Final = ("initiated", "replies", "errors")
#: What is led into the first two of these chains.
_STATES: Final = (
    (f"{_STATE} NEW,ESTABLISHED --ctdir ORIGINAL", "initiated"),
    (f"{_STATE} ESTABLISHED --ctdir REPLY", "replies"),
)
#: Those which RFC 4890 (4.3.1) says must not be dropped, and for IPv4 those
#: that mean the same.
_ERRORS: Final[dict[Family, tuple[str, ...]]] = {
    4: tuple(
        f"-p 1 {_ICMP[1]} {kind} {_STATE} RELATED" for kind in (3, 11, 12)
    ),
    6: tuple(f"-p 58 {_ICMP[58]} {n} {_STATE} RELATED" for n in (1, 2, 3, 4)),
}
#: Neighbour discovery and, for switches that listen, group membership.
#: Without these a link has no IPv6 (RFC 4890, 4.4.1). They come from the
#: link: a router lowers hop limits, and forwards no source of a link. They
#: go back to the rules that follow, which may guard against a false router.
_LINK: Final[dict[Family, tuple[str, ...]]] = {
    4: (),
    6: tuple(
        f"{match} -p 58 {_ICMP[58]} {kind} -j RETURN"
        for match, kinds in (
            ("-m hl --hl-eq 255", (133, 134, 135, 136)),
            ("-s fe80::/10 -m hl --hl-eq 1", (130, 131, 132, 143)),
        )
        for kind in kinds
    ),
}
#: DHCP and DHCPv6, from the client and to it.
_ASKING: Final[dict[Family, str]] = {
    4: "-p 17 -m udp --sport 68 --dport 67 -j RETURN",
    6: "-s fe80::/10 -p 17 -m udp --sport 546 --dport 547 -j RETURN",
}
_ANSWERING: Final[dict[Family, str]] = {
    4: "-p 17 -m udp --sport 67 --dport 68 -j RETURN",
    6: "-d fe80::/10 -p 17 -m udp --sport 547 --dport 546 -j RETURN",
}

#: A role, with its addresses.
_Side: TypeAlias = tuple[str, tuple[Network, ...]]


def render_ipv4(rules: SiteRules, options: Options) -> str:
    """Return the rules of IPv4 as a text for ``iptables-restore``.

    Raises:
        CannotExpressError: A rule is about protocol 0, which iptables
            reads as any protocol.
    """
    return _render(rules, options, IPV4)


def render_ipv6(rules: SiteRules, options: Options) -> str:
    """Return the rules of IPv6 as a text for ``ip6tables-restore``.

    Raises:
        CannotExpressError: A rule is about protocol 0, which ip6tables
            reads as any protocol, or about an extension header.
    """
    return _render(rules, options, IPV6)


def _render(rules: SiteRules, options: Options, family: Family) -> str:
    # The header counts the rules of this text, not those of the other.
    own = attrs.evolve(
        rules, rules=tuple(r for r in rules.rules if r.family == family)
    )
    trees = [
        _Tree("initiated", own.rules, "-s", "-d"),
        _Tree("replies", return_rules(own.rules), "-s", "-d"),
    ]
    if options.icmp_errors:
        sides = ("-m conntrack --ctorigsrc", "-m conntrack --ctreplsrc")
        trees.append(_Tree("errors", own.rules, *sides))
    chains = _Chains(
        "avi-" if options.name is None else f"avi-{options.name}."
    )
    hooks = {hook: chains.add(hook) for hook in _hooks(options.hook, family)}
    roots = {tree.word: chains.add(tree.word) for tree in trees}
    ending = [*_ending(own, options, family)]
    lines: list[str] = []
    for hook, besides in _hooks(options.hook, family).items():
        leads = [*_STATES]
        if options.icmp_errors:
            leads += ((match, "errors") for match in _ERRORS[family])
        content = [
            *besides,
            *(f"{match} -j {roots[word]}" for match, word in leads),
            *ending,
        ]
        lines += (f"-A {hooks[hook]} {line}" for line in content)
    for tree in trees:
        lines += _branches(tree, chains, _COMMANDS[family])
    comments = (*own.header(), *about(rules, options, [family]))
    lines = [
        *(line for text in comments for line in comment_lines(text)),
        *(
            line
            for text in _loading(family, hooks, options)
            for line in comment_lines(text, is_command=True)
        ),
        "*filter",
        *(f":{chain} - [0:0]" for chain in chains.names),
        *lines,
        "COMMIT",
    ]
    return "\n".join(lines) + "\n"


def _hooks(place: Hook, family: Family) -> dict[str, tuple[str, ...]]:
    """Return the hooks of a place, and what has to pass there besides."""
    link, asking, answering = (
        _LINK[family],
        _ASKING[family],
        _ANSWERING[family],
    )
    match place:
        case "forward":
            return {"forward": ()}
        case "host":
            # The loopback's rules that follow may be about users.
            return {
                "input": ("-i lo -j RETURN", *link, answering),
                "output": ("-o lo -j RETURN", *link, asking),
            }
        case "bridge":
            return {"forward": (*link, asking, answering)}
        case _ as never:
            assert_never(never)


def _ending(
    rules: SiteRules, options: Options, family: Family
) -> Iterator[str]:
    """Yield what drops the rest; what is not dropped goes back."""
    if options.scope == "all":
        yield "-j DROP"
        return
    own = [n for n in own_networks(rules) if n.version == family]
    yield from (f"{side} {n} -j DROP" for side in ("-s", "-d") for n in own)


def _loading(
    family: Family, hooks: Mapping[str, str], options: Options
) -> Iterator[str]:
    """Yield how the text is to be used."""
    others = IPV6 if family == IPV4 else IPV4
    command, other = _COMMANDS[family], _COMMANDS[others]
    yield f"IPv{family} only. Load the {other} file too: an unloaded family"
    yield "is not filtered."
    yield f"Load with: {command}-restore --noflush FILE"
    yield "(replaces these chains, and keeps all others). Nothing is filtered"
    yield "until there are jumps to them. Make each once:"
    for hook, chain in hooks.items():
        jump = f"{hook.upper()} -j {chain}"
        yield f"{command} -C {jump} 2>/dev/null || {command} -I {jump}"
    yield f"Remove with: {_removal(command, options)}"


def _removal(command: str, options: Options) -> str:
    """Return the command that removes the chains, and the jumps to them.

    It names these alone: a table that is saved and restored as a whole loses
    what others changed meanwhile, and what iptables cannot read of nft.
    """
    if options.name is None:
        words = "|".join(("forward", "input", "output", *_WORDS))
        mine = f"^avi-({words}|[ire][0-9]+-[a-z0-9-]*)$"
    else:
        mine = f"^avi-{options.name}[.]"
    script = (
        'BEGIN { print "*filter" } '
        '$1 == "-N" && $2 ~ m { print "-F", $2; x = x "-X " $2 ORS } '
        '$1 == "-A" && $2 !~ m && $NF ~ m { sub("-A", "-D"); print } '
        'END { print x "COMMIT" }'
    )
    return (
        f"{command} -S | awk -v m='{mine}' '{script}' | "
        f"{command}-restore --noflush"
    )


@attrs.frozen
class _Tree:
    """The rules of one direction: by source, then by destination.

    Attributes:
        word: What the chain is called in which a packet begins.
        rules: The rules.
        source: What matches an address of the source.
        destination: What matches an address of the destination.
    """

    word: str
    rules: Iterable[Rule | ReturnRule]
    source: str
    destination: str


class _Chains:
    """The names of all chains of a text.

    Names are kebab, so no name of one site begins another's: its end is a
    full stop.
    """

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self.names: list[str] = []

    def add(self, word: str) -> str:
        """Return the name of a new chain."""
        name = f"{self.prefix}{word}"[:_NAME]
        self.names.append(name)
        return name


def _branches(tree: _Tree, chains: _Chains, command: str) -> Iterator[str]:
    """Yield the lines of a tree, and name its chains.

    A packet that a chain does not accept comes back from it and goes on to
    the next, so an address may stand in several.
    """
    pairs: dict[_Side, dict[_Side, list[Rule | ReturnRule]]] = {}
    for rule in tree.rules:
        source = (rule.source, rule.sources)
        destination = (rule.destination, rule.destinations)
        pairs.setdefault(source, {}).setdefault(destination, []).append(rule)
    # Numbered, because names are cut, and roles can have two lists.
    numbers = count(1)

    def branch(role: str) -> str:
        word = f"{tree.word[0]}{next(numbers)}-{_UNNAMED.sub('', role)}"
        return chains.add(word)

    root = f"{chains.prefix}{tree.word}"[:_NAME]
    rest: list[str] = []
    for (role, networks), accepted in pairs.items():
        chain = branch(role)
        yield from (
            f"-A {root} {tree.source} {n} -j {chain}" for n in networks
        )
        for (other, others), rules in accepted.items():
            pair = branch(other)
            rest += (
                f"-A {chain} {tree.destination} {n} -j {pair}" for n in others
            )
            for rule in rules:
                rest += _accept(rule, pair, tree.word, command)
    yield from rest


def _accept(
    side: Rule | ReturnRule, chain: str, word: str, command: str
) -> Iterator[str]:
    """Yield the lines that accept what a rule does, in a chain."""
    rule = side.rule if isinstance(side, ReturnRule) else side
    if word == "initiated":
        for purpose in rule.purposes:
            yield from comment_lines(purpose)
    before = "" if word == "initiated" else f"{word}: "
    comment = quote(before + ", ".join(rule.flows), _COMMENT)
    matches = (
        _about(rule) if word == "errors" else _matches(rule, side, command)
    )
    for match in matches:
        yield (
            f'-A {chain} {match} -m comment --comment "{comment}" -j ACCEPT'
        )


def _about(rule: Rule) -> Iterator[str]:
    """Yield matches on the connection that an error is about.

    The ports are those from which it is answered, as the other chains see
    them, behind a translation of addresses too.
    """
    number = f"-m conntrack --ctproto {rule.protocol.number}"
    match rule.traffic:
        case Message(icmp_type=kind):
            # Connection tracking keeps type and code where ports are.
            yield f"{number} --ctorigdstport {kind << 8}"
        case Ported(ports=ports):
            for each in ports:
                span = str(each).replace("-", ":")
                yield f"{number} --ctreplsrcport {span}"
        case Bare():
            yield number
        case _ as never:
            assert_never(never)


def _matches(
    rule: Rule, side: Rule | ReturnRule, command: str
) -> Iterator[str]:
    """Yield matches on protocol and ports, or on a message."""
    number, label = rule.protocol.number, rule.protocol.label
    match side.traffic:
        case Message(icmp_type=kind):
            yield f"-p {number} {_ICMP[number]} {kind}"
        case Ported(ports=ports):
            word = "--sports" if isinstance(side, ReturnRule) else "--dports"
            for portion in split_ports(ports, _PORTS):
                spans = ",".join(str(s).replace("-", ":") for s in portion)
                yield f"-p {number} -m multiport {word} {spans}"
        case Bare():
            reason = None
            if number == 0:
                reason = f"it reads {label} as any protocol"
            elif rule.family == IPV6 and number in EXTENSION_HEADERS:
                reason = (
                    f"{label} is an extension header of IPv6, never a "
                    "packet's protocol"
                )
            if reason is not None:
                raise CannotExpressError(command, rule.id, rule.flows, reason)
            yield f"-p {number}"
        case _ as never:
            assert_never(never)
