"""nftables: a table for a router or firewall between the roles.

The table says twice what may pass: who may send to which port, and who may
answer from it. A packet of a connection is not let through because of the
connection, but because the rules of its direction allow it; so connections
that were open before the rules came are held to them too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from avi_portspec.errors import CannotExpressError
from avi_portspec.model.ports import PortRange
from avi_portspec.rules.comments import line, quoted
from avi_portspec.rules.networks import IPV4, IPV6, Family, Network
from avi_portspec.rules.neutral import (
    EXTENSION_HEADERS,
    ReturnRule,
    Rule,
    RuleSet,
    return_rules,
)

__all__ = ["render"]

PLATFORM: Final = "nftables"
_ORIGINAL: Final = "ct direction original"
_TABLE: Final = "inet avi-portspec"
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
_ABOUT: Final = (
    "For the forward hook of a router between the roles; all that it",
    "forwards and that is not listed here is dropped, ICMP errors included.",
    "Load it with: nft -f FILE. It replaces what an earlier run loaded.",
)


def render(rules: RuleSet) -> str:
    """Return rules as a script for ``nft -f``, which loads it as a whole.

    Raises:
        CannotExpressError: A rule is about an extension header of IPv6 as
            if it were a protocol.
    """
    sets = _Sets()
    initiated = [
        each for rule in rules.rules for each in _initiated(rule, sets)
    ]
    answers = return_rules(rules.rules)
    replies = [each for rule in answers for each in _reply(rule, sets)]
    lines = [f"# {line(each)}" for each in (*rules.header(), *_ABOUT)]
    lines += [
        "",
        # Named first, so that there is one to be deleted.
        f"table {_TABLE}",
        f"delete table {_TABLE}",
        f"table {_TABLE} {{",
        *sets.lines(),
        "    chain forward {",
        "        type filter hook forward priority filter; policy drop;",
        "        ct state invalid drop",
        f"        ct state new,established {_ORIGINAL} jump initiated",
        "        ct state established ct direction reply jump replies",
        "    }",
        "",
        "    chain initiated {",
        *initiated,
        "    }",
        "",
        "    chain replies {",
        *replies,
        "    }",
        "}",
    ]
    return "\n".join(lines) + "\n"


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
                hosts = all(
                    each.prefixlen == each.max_prefixlen for each in networks
                )
                yield f"    set {name} {{"
                yield f"        type ipv{networks[0].version}_addr"
                if not hosts:
                    yield "        flags interval"
                yield "        elements = {"
                yield from (
                    f"            {each.network_address if hosts else each},"
                    for each in networks
                )
                yield "        }"
                yield "    }"
                yield ""


def _initiated(rule: Rule, sets: _Sets) -> Iterator[str]:
    for each in rule.told:
        yield f"        # {line(each)}"
    comment = quoted(", ".join(rule.flows), _COMMENT)
    yield (
        f"        {_between(rule, sets)} {_what(rule, rule)}"
        f' accept comment "{comment}"'
    )


def _reply(answer: ReturnRule, sets: _Sets) -> Iterator[str]:
    comment = quoted(f"replies: {', '.join(answer.rule.flows)}", _COMMENT)
    yield (
        f"        {_between(answer, sets)} {_what(answer.rule, answer)}"
        f' accept comment "{comment}"'
    )


def _between(rule: Rule | ReturnRule, sets: _Sets) -> str:
    """Return the match on both sides' addresses, and so on the family."""
    ip = "ip" if rule.family == IPV4 else "ip6"
    source = sets.name(rule.source, rule.family, rule.sources)
    destination = sets.name(rule.destination, rule.family, rule.destinations)
    return f"{ip} saddr @{source} {ip} daddr @{destination}"


def _what(rule: Rule, side: Rule | ReturnRule) -> str:
    """Return the match on protocol and ports, or on a message."""
    protocol = rule.protocol
    if side.icmp_types:
        (message,) = side.icmp_types
        return _ECHO[str(protocol.name), message]
    if isinstance(side, ReturnRule):
        if side.source_ports:
            return f"{protocol.name} sport {_ports(side.source_ports)}"
    elif side.ports:
        return f"{protocol.name} dport {_ports(side.ports)}"
    if rule.family == IPV6 and protocol.number in EXTENSION_HEADERS:
        reason = (
            f"{protocol.label} is an extension header of IPv6, which the "
            "kernel does not take for a packet's protocol"
        )
        raise CannotExpressError(PLATFORM, rule.id, rule.flows, reason)
    return f"meta l4proto {protocol.number}"


def _ports(ports: Iterable[PortRange]) -> str:
    texts = [str(each) for each in ports]
    return texts[0] if len(texts) == 1 else f"{{ {', '.join(texts)} }}"
