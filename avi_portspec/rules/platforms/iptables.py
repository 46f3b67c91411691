"""iptables and ip6tables: the forward chain, for ``iptables-restore``.

Each of the two knows one version of the Internet Protocol, so there are two
texts. They have no sets of addresses; so as not to write a rule for each
pair of addresses, a packet is led through a chain for its source, then
through one for its destination, to the ports that the pair may use.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias

from avi_portspec.errors import CannotExpressError
from avi_portspec.model.ports import PortRange
from avi_portspec.rules.comments import lines as commented
from avi_portspec.rules.comments import quoted
from avi_portspec.rules.networks import IPV4, IPV6, Family, Network
from avi_portspec.rules.neutral import (
    ReturnRule,
    Rule,
    RuleSet,
    return_rules,
)

__all__ = ["render_ipv4", "render_ipv6"]

#: The kernel keeps 256 bytes of a comment, one of them to end it.
_COMMENT: Final = 250
#: A chain's name has 28 characters at most, and begins with no sign.
_NAME: Final = 28
#: The most ports of one multiport match; a range counts as two.
_PORTS: Final = 15
#: What ip6tables never takes for a packet's protocol: extension headers.
_SKIPPED: Final = frozenset({43, 44, 51, 60})
_ORIGINAL: Final = "-m conntrack --ctstate NEW,ESTABLISHED --ctdir ORIGINAL"
_REPLY: Final = "-m conntrack --ctstate ESTABLISHED --ctdir REPLY"
_COMMANDS: Final[dict[Family, str]] = {4: "iptables", 6: "ip6tables"}
_ICMP: Final = {
    1: "-m icmp --icmp-type",
    58: "-m icmp6 --icmpv6-type",
}
_UNNAMED: Final = re.compile(r"[^a-z0-9-]")

#: A role, with its addresses.
_Side: TypeAlias = tuple[str, tuple[Network, ...]]


def render_ipv4(rules: RuleSet) -> str:
    """Return the rules of IPv4 as a text for ``iptables-restore``.

    Raises:
        CannotExpressError: A rule is about protocol 0, which means any
            protocol there.
    """
    return _render(rules, IPV4)


def render_ipv6(rules: RuleSet) -> str:
    """Return the rules of IPv6 as a text for ``ip6tables-restore``.

    Raises:
        CannotExpressError: A rule is about protocol 0, which means any
            protocol there, or about an extension header.
    """
    return _render(rules, IPV6)


def _render(rules: RuleSet, family: Family) -> str:
    own = [rule for rule in rules.rules if rule.family == family]
    command = _COMMANDS[family]
    initiated = _Chains("avi-initiated", own, command)
    replies = _Chains("avi-replies", return_rules(own), command)
    comments = (*rules.header(), *_about(family))
    chains = (*initiated.names, *replies.names)
    lines = [
        *(text for each in comments for text in commented(each)),
        "*filter",
        ":FORWARD DROP [0:0]",
        *(f":{chain} - [0:0]" for chain in chains),
        # With --noflush, what stood in the chain would come first.
        "-F FORWARD",
        "-A FORWARD -m conntrack --ctstate INVALID -j DROP",
        f"-A FORWARD {_ORIGINAL} -j {initiated.root}",
        f"-A FORWARD {_REPLY} -j {replies.root}",
        *initiated.lines,
        *replies.lines,
        "COMMIT",
    ]
    return "\n".join(lines) + "\n"


def _about(family: Family) -> Iterator[str]:
    """Yield how the text is to be used."""
    others = IPV6 if family == IPV4 else IPV4
    command, other = _COMMANDS[family], _COMMANDS[others]
    yield f"IPv{family} alone: {other} takes the rules of IPv{others}."
    yield "Load both, for what is not loaded filters nothing."
    yield "For the forward chain of a router between the roles; all that it"
    yield "forwards and that is not listed is dropped, ICMP errors included."
    yield f"Load it with: {command}-restore --noflush FILE"
    yield "which leaves the other chains of the filter table alone."


class _Chains:
    """The chains of one direction: by source, then by destination.

    A packet that a chain does not accept comes back from it and goes on to
    the next, so an address may stand in several.

    Attributes:
        root: The chain where a packet begins.
        names: All chains, that one first.
        lines: What is in them.
    """

    def __init__(
        self, root: str, rules: Iterable[Rule | ReturnRule], command: str
    ) -> None:
        self.root = root
        self.names = [root]
        tree: dict[_Side, dict[_Side, list[Rule | ReturnRule]]] = {}
        for rule in rules:
            source = (rule.source, rule.sources)
            destination = (rule.destination, rule.destinations)
            pairs = tree.setdefault(source, {})
            pairs.setdefault(destination, []).append(rule)
        heads: list[str] = []
        rest: list[str] = []
        for (role, networks), pairs in tree.items():
            chain = self._named(role)
            heads += (f"-A {root} -s {each} -j {chain}" for each in networks)
            for (other, others), accepted in pairs.items():
                pair = self._named(other)
                rest += (f"-A {chain} -d {each} -j {pair}" for each in others)
                for rule in accepted:
                    rest += _accepting(rule, pair, command)
        self.lines = heads + rest

    def _named(self, role: str) -> str:
        # Numbered, because names are cut, and roles can have two lists.
        stem = f"{self.root[: len('avi-i')]}{len(self.names)}-"
        name = stem + _UNNAMED.sub("", role)[: _NAME - len(stem)]
        self.names.append(name)
        return name


def _accepting(
    side: Rule | ReturnRule, chain: str, command: str
) -> Iterator[str]:
    """Yield the lines that accept what a rule does, in a chain."""
    rule = side.rule if isinstance(side, ReturnRule) else side
    if side is rule:
        for flow, reason in zip(rule.flows, rule.reasons, strict=True):
            yield from commented(f"{flow}: {reason}")
    word = "" if side is rule else "replies: "
    comment = quoted(word + ", ".join(rule.flows), _COMMENT)
    for match in _matches(rule, side, command):
        yield (
            f'-A {chain} {match} -m comment --comment "{comment}" -j ACCEPT'
        )


def _matches(
    rule: Rule, side: Rule | ReturnRule, command: str
) -> Iterator[str]:
    """Yield matches on protocol and ports, or on a message."""
    number = rule.protocol.number
    if side.icmp_types:
        (message,) = side.icmp_types
        yield f"-p {number} {_ICMP[number]} {message}"
    elif isinstance(side, ReturnRule) and side.source_ports:
        for ports in _fitting(side.source_ports):
            yield f"-p {number} -m multiport --sports {ports}"
    elif isinstance(side, Rule) and side.ports:
        for ports in _fitting(side.ports):
            yield f"-p {number} -m multiport --dports {ports}"
    elif number == 0 or (rule.family == IPV6 and number in _SKIPPED):
        label = rule.protocol.label
        reason = (
            f"{label} means any protocol there"
            if number == 0
            else f"{label} is an extension header of IPv6, never a packet's "
            "protocol there"
        )
        raise CannotExpressError(command, rule.id, rule.flows, reason)
    else:
        yield f"-p {number}"


def _fitting(ports: Iterable[PortRange]) -> Iterator[str]:
    """Yield the ports in pieces that a match has room for."""
    piece: list[str] = []
    room = _PORTS
    for each in ports:
        size = 1 if each.low == each.high else 2
        if size > room:
            yield ",".join(piece)
            piece, room = [], _PORTS
        piece.append(str(each).replace("-", ":"))
        room -= size
    yield ",".join(piece)
