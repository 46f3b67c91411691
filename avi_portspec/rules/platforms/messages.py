"""Messages of ICMP that have to pass a list without state.

The references are RFC 4890 (4.3.1, 4.4.1) for ICMPv6, and RFC 792 and RFC
1191 for what means the same over IPv4.

A list without state cannot tell whether an error is about a connection that
is allowed: it lets through those that a connection needs, to the product's
addresses and to no others, and no echo among them. Neighbour discovery
passes between any addresses, for a host asks before it has one; a packet of
it that a router has forwarded counts for nothing (RFC 4861, 6.1 and 7.1).

Types are written as numbers, which no device reads otherwise than another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from avi_portspec.rules.networks import IPV4, Family, Network
from avi_portspec.rules.platforms.guard import DENY

__all__ = ["Messages", "Syntax", "for_arista", "for_cisco", "for_junos"]

#: Fragmentation needed is a code of "destination unreachable", the rest of
#: which no connection needs; time exceeded; parameter problem. Over IPv6
#: packet too big is a type.
_ERRORS: Final[dict[Family, tuple[tuple[int, ...], ...]]] = {
    4: ((3, 4), (11,), (12,)),
    6: ((2,), (3,), (4,)),
}
#: Solicitations and advertisements of routers and of neighbours.
_DISCOVERY: Final = ((133,), (134,), (135,), (136,))


class Messages(NamedTuple):
    """Messages of one type.

    Attributes:
        name: What they are called in a list; unique there.
        numbers: Their type, and their code if they have only one.
        networks: Where they may go; empty is anywhere.
    """

    name: str
    numbers: tuple[int, ...]
    networks: Sequence[Network]


class Syntax(NamedTuple):
    """How a device says that messages pass.

    Attributes:
        lines: Yields what lets some messages of a family through.
        ends: What begins the end of a list, by family: where these lines
            belong. Each stands once in a text, and in no comment.
    """

    lines: Callable[[Family, Messages], Iterator[str]]
    ends: dict[Family, str]

    def insert(
        self, text: str, own: Sequence[Network], *, errors: bool
    ) -> str | None:
        """Return lists with these messages, or ``None`` without their ends.

        Args:
            text: The lists, one a family.
            own: The product's addresses.
            errors: Whether errors pass.
        """
        at = 0
        done = ""
        for family, end in self.ends.items():
            found = text.find(end, at)
            if found < 0:
                return None
            mine = [n for n in own if n.version == family]
            lines = "".join(
                f"{line}\n"
                for each in _passing(family, mine if errors else [])
                for line in self.lines(family, each)
            )
            done += text[at:found] + lines + end
            at = found + len(end)
        return done + text[at:]


def _passing(family: Family, own: Sequence[Network]) -> Iterator[Messages]:
    """Yield what passes to the product's addresses, and between any."""
    for numbers in _ERRORS[family] if own else ():
        yield Messages(f"avi-icmp-error-{numbers[0]}", numbers, own)
    for numbers in () if family == IPV4 else _DISCOVERY:
        yield Messages(f"avi-neighbour-discovery-{numbers[0]}", numbers, ())


def _entries(
    protocols: dict[Family, str], spell: Callable[[Network], str]
) -> Syntax:
    """Return the syntax of access lists, an entry for each network."""

    def lines(family: Family, messages: Messages) -> Iterator[str]:
        numbers = " ".join(map(str, messages.numbers))
        yield f" remark {messages.name}"
        for network in [*map(spell, messages.networks)] or ["any"]:
            yield f" permit {protocols[family]} any {network} {numbers}"
        yield ""

    return Syntax(
        lines,
        {
            4: f" remark {DENY}\n deny ip any any\n",
            6: f" remark {DENY}\n deny ipv6 any any\n",
        },
    )


def _prefix(network: Network) -> str:
    """Return a network as EOS has it, and IOS for IPv6."""
    if network.prefixlen == network.max_prefixlen:
        return f"host {network.network_address}"
    return str(network)


def _wildcard(network: Network) -> str:
    """Return a network as IOS has it."""
    spelled = _prefix(network)
    if network.version == IPV4 and "/" in spelled:
        return f"{network.network_address} {network.hostmask}"
    return spelled


def _junos_lines(family: Family, messages: Messages) -> Iterator[str]:
    protocol = "protocol icmp" if family == IPV4 else "next-header icmp6"
    indent = " " * 12
    yield f"{indent}term {messages.name} {{"
    yield f"{indent}    from {{"
    if messages.networks:
        yield f"{indent}        destination-address {{"
        for network in messages.networks:
            yield f"{indent}            {network};"
        yield f"{indent}        }}"
    yield f"{indent}        {protocol};"
    for name, number in zip(
        ("icmp-type", "icmp-code"), messages.numbers, strict=False
    ):
        yield f"{indent}        {name} {number};"
    yield f"{indent}    }}"
    yield f"{indent}    then accept;"
    yield f"{indent}}}"


_JUNOS_END: Final = f"            term {DENY} {{\n"

#: IOS says "icmp" in lists of both families.
for_cisco: Final = _entries({4: "icmp", 6: "icmp"}, _wildcard)
for_arista: Final = _entries({4: "icmp", 6: "icmpv6"}, _prefix)
for_junos: Final = Syntax(_junos_lines, {4: _JUNOS_END, 6: _JUNOS_END})
