"""What a rule allows: ports, one message, or a whole protocol.

These are three classes and not one with fields that may be empty, for an
empty list of ports means "all" to most platforms. A writer matches on the
class and ends in ``assert_never``, so a type checker refuses a writer that
forgets one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final, TypeAlias, assert_never

import attrs

from avi_portspec.documents import join
from avi_portspec.errors import Fault, InvalidDataError, shown
from avi_portspec.model.ports import PortRange
from avi_portspec.model.protocols import ICMP, Protocol
from avi_portspec.rules.networks import IPV4, IPV6, Family

__all__ = [
    "ECHO_REQUESTS",
    "EXTENSION_HEADERS",
    "FAMILIES",
    "ICMPV6",
    "Bare",
    "Message",
    "Ported",
    "Strict",
    "Traffic",
    "families",
    "reply_to",
    "split_ports",
]

ICMPV6: Final = Protocol.of("icmpv6")
FAMILIES: Final = (IPV4, IPV6)
#: Echo request (RFC 792, RFC 4443): the only message that rules are about.
ECHO_REQUESTS: Final = {ICMP: 8, ICMPV6: 128}
_ECHO_REPLIES: Final = {ICMP: 0, ICMPV6: 129}
#: What Linux skips to find a packet's protocol, so that no packet of IPv6
#: ever has it (ipv6_ext_hdr in net/ipv6/exthdrs_core.c).
EXTENSION_HEADERS: Final = frozenset({0, 43, 44, 51, 60})


class Strict:
    """Refuses what a platform would read as more than it is."""

    __slots__ = ()

    def __attrs_post_init__(self) -> None:
        faults = list(self._faults())
        if faults:
            raise InvalidDataError(type(self).__name__, faults)

    def _faults(self) -> Iterator[Fault]:
        raise NotImplementedError


@attrs.frozen(kw_only=True)
class Ported(Strict):
    """Some ports of a protocol that has ports.

    Attributes:
        protocol: The protocol.
        ports: Ranges, sorted; at least one, and none that overlap or touch.
    """

    protocol: Protocol
    ports: tuple[PortRange, ...]

    def _faults(self) -> Iterator[Fault]:
        label = self.protocol.label
        if not self.protocol.has_ports:
            yield Fault(
                "firewall-rule/ports",
                "ports",
                f"no ports for {label}",
                shown(self.ports),
            )
        elif not self.ports:
            yield Fault(
                "firewall-rule/ports", "ports", f"ports for {label}", "none"
            )
        for position, (before, after) in enumerate(pairwise(self.ports), 1):
            if after.low <= before.high + 1:
                yield Fault(
                    "firewall-rule/touching-ports",
                    f"ports[{position}]",
                    f"ports above {before}, apart from it",
                    str(after),
                )

    def __str__(self) -> str:
        return f"{self.protocol.label} {join('and', map(str, self.ports))}"


@attrs.frozen(kw_only=True)
class Message(Strict):
    """One message of ICMP or ICMPv6: an echo request, or its reply.

    Attributes:
        protocol: ICMP or ICMPv6.
        icmp_type: The number of the message.
    """

    protocol: Protocol
    icmp_type: int

    def _faults(self) -> Iterator[Fault]:
        known = [
            messages[self.protocol]
            for messages in (ECHO_REQUESTS, _ECHO_REPLIES)
            if self.protocol in messages
        ]
        if self.icmp_type not in known:
            numbers = join("or", map(str, known)) or "no message"
            yield Fault(
                "firewall-rule/icmp-types",
                "icmp_type",
                f"{numbers} for {self.protocol.label}",
                str(self.icmp_type),
            )

    def __str__(self) -> str:
        request = self.icmp_type == ECHO_REQUESTS[self.protocol]
        word = "request" if request else "reply"
        return f"{self.protocol.label} echo {word}"


@attrs.frozen(kw_only=True)
class Bare(Strict):
    """All of a protocol that has neither ports nor messages.

    Attributes:
        protocol: The protocol.
    """

    protocol: Protocol

    def _faults(self) -> Iterator[Fault]:
        label = self.protocol.label
        if self.protocol.has_ports:
            yield Fault(
                "firewall-rule/ports", "ports", f"ports for {label}", "none"
            )
        if self.protocol in ECHO_REQUESTS:
            yield Fault(
                "firewall-rule/icmp-types",
                "icmp_type",
                f"a message for {label}",
                "none",
            )

    def __str__(self) -> str:
        return self.protocol.label


Traffic: TypeAlias = Ported | Message | Bare


def families(protocol: Protocol) -> tuple[Family, ...]:
    """Return the versions of the Internet Protocol that carry a protocol."""
    return {ICMP: (IPV4,), ICMPV6: (IPV6,)}.get(protocol, FAMILIES)


def reply_to(traffic: Traffic) -> Traffic:
    """Return what answers: the reply to a message, else the same.

    The ports of the answer are *source* ports.
    """
    match traffic:
        case Message(protocol=protocol):
            return Message(
                protocol=protocol, icmp_type=_ECHO_REPLIES[protocol]
            )
        case Ported() | Bare():
            return traffic
        case _ as never:
            assert_never(never)


def split_ports(
    ports: Iterable[PortRange], values: int
) -> Iterator[list[PortRange]]:
    """Yield ports in the fewest lists that each fit a platform's match.

    Args:
        ports: The ranges, at least one.
        values: The most values of a match, of which a range takes two.
    """
    portion: list[PortRange] = []
    taken = 0
    for span in ports:
        size = min(len(span), 2)
        if taken + size > values:
            yield portion
            portion, taken = [], 0
        portion.append(span)
        taken += size
    yield portion
