"""nftables: a table for a router, a bridge or a host of the product.

The table has rules for both directions: who may send to which port, and who
may answer from it. A packet is not accepted because its connection exists,
but because the rules of its direction allow it; so the rules also apply to
connections that were made before they were loaded.

Errors of ICMP come from any router on the way. They are accepted for the
connection that they are about, which connection tracking knows: it has to be
one that the rules allow.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, assert_never

from avi_portspec.errors import CannotExpressError
from avi_portspec.model.frozen import FrozenDict
from avi_portspec.model.ports import PortRange
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
    FAMILIES,
    Bare,
    Message,
    Ported,
    Traffic,
)

__all__ = ["render"]

PLATFORM: Final = "nftables"
_TABLE: Final = "avi-portspec"
#: The kernel keeps 128 bytes of a comment, one of them to end it.
_COMMENT: Final = 120
#: The kernel takes 255 bytes; people take fewer.
_NAME: Final = 60
_ECHO: Final = {
    ("icmp", 8): "icmp type echo-request",
    ("icmp", 0): "icmp type echo-reply",
    ("icmpv6", 128): "icmpv6 type echo-request",
    ("icmpv6", 129): "icmpv6 type echo-reply",
}
_IP: Final[dict[Family, str]] = {IPV4: "ip", IPV6: "ip6"}
#: The protocol of errors, a family each. Without it nft takes no port of the
#: connection that they are about.
_ICMP: Final[dict[Family, str]] = {IPV4: "icmp", IPV6: "icmpv6"}
_STATES: Final = (
    "ct state new,established ct direction original jump initiated",
    "ct state established ct direction reply jump replies",
)
#: Those which RFC 4890 (4.3.1) says must not be dropped, and for IPv4 those
#: that mean the same.
_ERRORS: Final = (
    (
        "ct state related icmp type { destination-unreachable, time-exceeded, "
        "parameter-problem } jump errors"
    ),
    (
        "ct state related icmpv6 type { destination-unreachable, "
        "packet-too-big, time-exceeded, parameter-problem } jump errors"
    ),
)
#: Neighbour discovery and, for switches that listen, group membership.
#: Without these a link has no IPv6 (RFC 4890, 4.4.1). They come from the
#: link: a router lowers hop limits, and forwards no source of a link.
_LINK: Final = (
    (
        "ip6 hoplimit 255 icmpv6 type { nd-router-solicit, nd-router-advert, "
        "nd-neighbor-solicit, nd-neighbor-advert } accept"
    ),
    (
        "ip6 saddr fe80::/10 ip6 hoplimit 1 icmpv6 type { mld-listener-query, "
        "mld-listener-report, mld-listener-done, mld2-listener-report } accept"
    ),
)
#: DHCP and DHCPv6, from the client and to it.
_ASKING: Final = (
    "meta nfproto ipv4 udp sport 68 udp dport 67 accept",
    "ip6 saddr fe80::/10 udp sport 546 udp dport 547 accept",
)
_ANSWERING: Final = (
    "meta nfproto ipv4 udp sport 67 udp dport 68 accept",
    "ip6 daddr fe80::/10 udp sport 547 udp dport 546 accept",
)
#: For each place, the hooks, and what has to pass there besides.
_HOOKS: Final[Mapping[Hook, Mapping[str, tuple[str, ...]]]] = FrozenDict(
    {
        "forward": {"forward": ()},
        "host": {
            "input": ('iifname "lo" accept', *_LINK, *_ANSWERING),
            "output": ('oifname "lo" accept', *_LINK, *_ASKING),
        },
        "bridge": {"forward": (*_LINK, *_ASKING, *_ANSWERING)},
    }
)


def render(rules: SiteRules, options: Options) -> str:
    """Return rules as a script for ``nft -f``, which loads it as a whole.

    Raises:
        CannotExpressError: A rule is about an extension header of IPv6 as
            if it were a protocol.
    """
    sets = _Sets()
    spared = [*_spared(rules, sets)] if options.scope == "product" else []
    # What one table accepts, another can still drop.
    rest = "accept" if rules.is_addition else "drop"
    errors = _ERRORS if options.icmp_errors else ()
    chains = {
        hook: [
            f"type filter hook {hook} priority filter; policy {rest};",
            *spared,
            *besides,
            *_STATES,
            *errors,
        ]
        for hook, besides in _HOOKS[options.hook].items()
    }
    answers = return_rules(rules.rules)
    chains["initiated"] = [x for r in rules.rules for x in _allow(r, sets)]
    chains["replies"] = [x for r in answers for x in _allow(r, sets)]
    if errors:
        chains["errors"] = [x for r in rules.rules for x in _about(r, sets)]
    table = f"inet {options.identifier(_TABLE)}"
    comments = (*rules.header(), *about(rules, options, FAMILIES))
    commands = (
        "Load with: nft -f FILE (replaces what it loaded before)",
        f"Remove with: nft delete table {table}",
    )
    lines = [
        *(line for text in comments for line in comment_lines(text)),
        *(
            line
            for text in commands
            for line in comment_lines(text, is_command=True)
        ),
        "",
        # Named first, so that there is one to be deleted.
        f"table {table}",
        f"delete table {table}",
        f"table {table} {{",
        *sets.lines(),
    ]
    for name, content in chains.items():
        lines += [f"    chain {name} {{"]
        lines += [f"        {line}" for line in content]
        lines += ["    }", ""]
    return "\n".join([*lines[:-1], "}"]) + "\n"


def _spared(rules: SiteRules, sets: _Sets) -> Iterator[str]:
    """Yield what leaves packets to others: no side is the product's."""
    for family, ip in _IP.items():
        own = tuple(n for n in own_networks(rules) if n.version == family)
        if own:
            name = sets.name("own", family, own)
            yield f"{ip} saddr != @{name} {ip} daddr != @{name} accept"
        else:
            yield f"meta nfproto ipv{family} accept"


class _Sets:
    """Named sets of addresses, one for all rules that share them."""

    def __init__(self) -> None:
        self._contents: dict[str, list[tuple[Network, ...]]] = {}

    def name(
        self, role: str, family: Family, networks: tuple[Network, ...]
    ) -> str:
        """Return the name of the set of some networks of a role."""
        # The family's suffix also keeps it from being a word of nft.
        base = f"{role[:_NAME]}-ipv{family}"
        contents = self._contents.setdefault(base, [])
        if networks not in contents:
            contents.append(networks)
        number = contents.index(networks) + 1
        return base if number == 1 else f"{base}-{number}"

    def lines(self) -> Iterator[str]:
        """Yield the sets' definitions."""
        for base, contents in self._contents.items():
            for number, networks in enumerate(contents, start=1):
                name = base if number == 1 else f"{base}-{number}"
                hosts = all(n.prefixlen == n.max_prefixlen for n in networks)
                yield f"    set {name} {{"
                yield f"        type ipv{networks[0].version}_addr"
                if not hosts:
                    yield "        flags interval"
                yield "        elements = {"
                yield from (
                    f"            {n.network_address if hosts else n},"
                    for n in networks
                )
                yield "        }"
                yield "    }"
                yield ""


def _allow(rule: Rule | ReturnRule, sets: _Sets) -> Iterator[str]:
    """Yield the lines that accept what a rule does, or the answers to it."""
    if isinstance(rule, ReturnRule):
        origin, word, ports_of = rule.rule, "replies: ", "sport"
    else:
        origin, word, ports_of = rule, "", "dport"
        for purpose in rule.purposes:
            yield from comment_lines(purpose)
    # The match on both sides' addresses is one on the family, too.
    ip = _IP[rule.family]
    source = sets.name(rule.source, rule.family, rule.sources)
    destination = sets.name(rule.destination, rule.family, rule.destinations)
    match = _what(origin, rule.traffic, ports_of)
    yield (
        f"{ip} saddr @{source} {ip} daddr @{destination} {match} "
        f"accept comment {_comment(word, origin)}"
    )


def _about(rule: Rule, sets: _Sets) -> Iterator[str]:
    """Yield the lines that accept errors about what a rule allows.

    The source is that of the connection's first packet, and the destination
    that of its answers: so the addresses are those which the other chains
    see, behind a translation of addresses too.
    """
    ip = _IP[rule.family]
    source = sets.name(rule.source, rule.family, rule.sources)
    destination = sets.name(rule.destination, rule.family, rule.destinations)
    match rule.traffic:
        case Message(icmp_type=kind):
            # Connection tracking keeps type and code where ports are.
            ports = [f" ct original proto-dst {kind << 8}"]
        case Ported(ports=ranges):
            # One by one: nft 1.0 lists a set of these as it cannot read it.
            ports = [f" ct reply proto-src {each}" for each in ranges]
        case Bare():
            ports = [""]
        case _ as never:
            assert_never(never)
    for port in ports:
        yield (
            f"meta l4proto {_ICMP[rule.family]} "
            f"ct original {ip} saddr @{source} "
            f"ct reply {ip} saddr @{destination} "
            f"ct original protocol {rule.protocol.number}{port} "
            f"accept comment {_comment('errors: ', rule)}"
        )


def _comment(word: str, rule: Rule) -> str:
    return f'"{quote(word + ", ".join(rule.flows), _COMMENT)}"'


def _what(rule: Rule, traffic: Traffic, ports_of: str) -> str:
    """Return the match on protocol and ports, or on a message.

    Args:
        rule: The rule, for an error.
        traffic: What passes: the rule's own traffic, or the answers to it.
        ports_of: ``dport`` or ``sport``.
    """
    match traffic:
        case Message(protocol=protocol, icmp_type=kind):
            return _ECHO[str(protocol.name), kind]
        case Ported(protocol=protocol, ports=ports):
            return f"{protocol.name} {ports_of} {_ports(ports)}"
        case Bare(protocol=protocol):
            if rule.family == IPV6 and protocol.number in EXTENSION_HEADERS:
                reason = (
                    f"{protocol.label} is an extension header of IPv6, which "
                    "the kernel never takes as a packet's protocol"
                )
                raise CannotExpressError(PLATFORM, rule.id, rule.flows, reason)
            return f"meta l4proto {protocol.number}"
        case _ as never:
            assert_never(never)


def _ports(ports: Iterable[PortRange]) -> str:
    texts = [*map(str, ports)]
    return texts[0] if len(texts) == 1 else f"{{ {', '.join(texts)} }}"
