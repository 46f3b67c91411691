"""Messages of ICMP that have to pass a list without state.

The references are RFC 4890 (4.3.1, 4.4.1) for ICMPv6, and RFC 792 and RFC
1191 for what means the same over IPv4.

A list without state cannot tell whether an error is about a connection that
is allowed: it lets through those that a connection needs, to the product's
addresses and to no others, and no echo among them. Neighbour discovery
passes between any addresses, for a host asks before it has one, unless the
list judges the product's addresses alone: then to and from these. A packet of
it that a router has forwarded counts for nothing (RFC 4861, 6.1 and 7.1).

Types are written as numbers, which no device reads otherwise than another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, NamedTuple, TypeAlias

from avi_portspec.rules.networks import IPV4, Family, Network
from avi_portspec.rules.options import Options

__all__ = [
    "End",
    "Messages",
    "Syntax",
    "for_arista",
    "for_cisco",
    "for_junos",
    "prefix",
]

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
        sources: Where they may come from; empty is anywhere.
        destinations: Where they may go; empty is anywhere.
    """

    name: str
    numbers: tuple[int, ...]
    sources: Sequence[Network] = ()
    destinations: Sequence[Network] = ()


#: A list's family, and the name of the term that what passes comes before.
End: TypeAlias = tuple[Family, str]


class Syntax(NamedTuple):
    """How a device says that messages pass.

    Attributes:
        lines: Yields what lets some messages of a family through.
        begin: Returns how a term that stops something begins, by its name.
            No comment reads like that.
    """

    lines: Callable[[Family, Messages], Iterator[str]]
    begin: Callable[[str], str]

    def insert(
        self,
        text: str,
        ends: Iterable[End],
        own: Sequence[Network],
        options: Options,
    ) -> str | None:
        """Return lists with these messages, or ``None`` without their ends.

        Args:
            text: The lists, one a family.
            ends: Where the end of each begins.
            own: The product's addresses.
            options: Whether errors pass, and which traffic is judged.
        """
        at = 0
        done = ""
        for family, name in ends:
            end = self.begin(name)
            found = text.find(end, at)
            if found < 0:
                return None
            mine = [n for n in own if n.version == family]
            lines = "".join(
                f"{line}\n"
                for each in _passing(family, mine, options)
                for line in self.lines(family, each)
            )
            done += text[at:found] + lines + end
            at = found + len(end)
        return done + text[at:]


def _passing(
    family: Family, own: Sequence[Network], options: Options
) -> Iterator[Messages]:
    """Yield what passes to the product's addresses, and between any."""
    for numbers in _ERRORS[family] if own and options.icmp_errors else ():
        name = f"avi-icmp-error-{numbers[0]}"
        yield Messages(name, numbers, destinations=own)
    for numbers in () if family == IPV4 else _DISCOVERY:
        name = f"avi-neighbour-discovery-{numbers[0]}"
        if options.scope == "all":
            yield Messages(name, numbers)
        else:
            yield Messages(f"{name}-from-product", numbers, sources=own)
            yield Messages(f"{name}-to-product", numbers, destinations=own)


def _entries(
    protocols: dict[Family, str], spell: Callable[[Network], str]
) -> Syntax:
    """Return the syntax of access lists, an entry for each network."""

    def lines(family: Family, messages: Messages) -> Iterator[str]:
        numbers = " ".join(map(str, messages.numbers))
        yield f" remark {messages.name}"
        protocol = protocols[family]
        for source in [*map(spell, messages.sources)] or ["any"]:
            for network in [*map(spell, messages.destinations)] or ["any"]:
                yield f" permit {protocol} {source} {network} {numbers}"
        yield ""

    return Syntax(lines, " remark {}\n deny ".format)


def prefix(network: Network) -> str:
    """Return a network as EOS has it, and IOS and ASA for IPv6."""
    if network.prefixlen == network.max_prefixlen:
        return f"host {network.network_address}"
    return str(network)


def _wildcard(network: Network) -> str:
    """Return a network as IOS has it."""
    spelled = prefix(network)
    if network.version == IPV4 and "/" in spelled:
        return f"{network.network_address} {network.hostmask}"
    return spelled


def _junos_lines(family: Family, messages: Messages) -> Iterator[str]:
    protocol = "protocol icmp" if family == IPV4 else "next-header icmp6"
    indent = " " * 12
    yield f"{indent}term {messages.name} {{"
    yield f"{indent}    from {{"
    for side, networks in (
        ("source", messages.sources),
        ("destination", messages.destinations),
    ):
        if networks:
            yield f"{indent}        {side}-address {{"
            for network in networks:
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


#: IOS says "icmp" in lists of both families.
for_cisco: Final = _entries({4: "icmp", 6: "icmp"}, _wildcard)
for_arista: Final = _entries({4: "icmp", 6: "icmpv6"}, prefix)
for_junos: Final = Syntax(_junos_lines, "            term {} {{\n".format)
