"""Services on one number line, so that all of them are intervals.

A protocol takes the 65,536 points from its number times 65,536: a port is
one point of a protocol that has ports, and a message of ICMP is one at its
type times 256 plus its code. Any other protocol has one point, its first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final, TypeAlias

from avi_portspec.model.protocols import ICMP, Protocol
from avi_portspec.rules.traffic import ICMPV6

__all__ = [
    "EVERY_SERVICE",
    "PORTS",
    "PROTOCOLS",
    "Spans",
    "complement",
    "join_spans",
    "message_spans",
    "port_spans",
    "protocol_spans",
    "service_text",
]

#: First and last points, both included: sorted, and apart from one another.
Spans: TypeAlias = tuple[tuple[int, int], ...]

#: How many points a protocol has: one for each port that there is.
PORTS: Final = 1 << 16
_CODES: Final = 1 << 8
#: The numbers of the protocols that have messages.
_MESSAGES: Final = frozenset({ICMP.number, ICMPV6.number})
#: Of all services but a few, a text says which these are: so many pieces.
_FEW: Final = 8
#: All protocols, by number.
PROTOCOLS: Final = tuple(map(Protocol.of, range(1 << 8)))


def join_spans(spans: Iterable[tuple[int, int]]) -> Spans:
    """Return spans sorted, and those that overlap or touch as one."""
    joined: list[tuple[int, int]] = []
    for low, high in sorted(spans):
        if joined and low <= joined[-1][1] + 1:
            joined[-1] = joined[-1][0], max(joined[-1][1], high)
        else:
            joined.append((low, high))
    return tuple(joined)


def protocol_spans(protocol: Protocol) -> Spans:
    """Return all of a protocol: every port, or every message."""
    first = protocol.number * PORTS
    wide = protocol.has_ports or protocol.number in _MESSAGES
    return ((first, first + PORTS - 1 if wide else first),)


def port_spans(protocol: Protocol, low: int, high: int) -> Spans:
    """Return the ports from *low* to *high* of a protocol that has ports.

    Port 0 is one of them: a rule can name it, though nothing listens there.
    """
    first = protocol.number * PORTS
    return ((first + low, first + high),)


def message_spans(
    protocol: Protocol, message: int | None, code: int | None = None
) -> Spans:
    """Return messages of ICMP or ICMPv6.

    Args:
        protocol: ICMP or ICMPv6.
        message: The number of the type, or ``None`` for all.
        code: The code, or ``None`` for all of the type.
    """
    if message is None:
        return protocol_spans(protocol)
    first = protocol.number * PORTS + message * _CODES
    if code is None:
        return ((first, first + _CODES - 1),)
    return ((first + code, first + code),)


#: What "any protocol" means: all of each, by number.
EVERY_SERVICE: Final[Spans] = tuple(
    span for protocol in PROTOCOLS for span in protocol_spans(protocol)
)


def complement(spans: Spans, within: Spans = EVERY_SERVICE) -> Spans:
    """Return what *within* has besides *spans*."""
    rest = []
    for low, high in within:
        start = low
        for first, last in spans:
            if last < start or high < first:
                continue
            if start < first:
                rest.append((start, first - 1))
            start = last + 1
        if start <= high:
            rest.append((start, high))
    return tuple(rest)


def service_text(spans: Spans, most: int | None = None) -> str:
    """Return services as people write them.

    Args:
        spans: The services.
        most: How many pieces the text lists, if not all of them.

    >>> from avi_portspec.audit.services import port_spans, service_text
    >>> from avi_portspec import Protocol
    >>> service_text(port_spans(Protocol.of("tcp"), 8000, 8010))
    'tcp/8000-8010'
    """
    # Joined or not: EVERY_SERVICE has a span for each protocol.
    last = EVERY_SERVICE[-1][1]
    if spans and spans[0][0] == 0 and spans[-1][1] >= last:
        rest = complement(spans)
        if len(rest) <= _FEW:
            but = ", ".join(_texts(rest))
            return f"any service{' but ' if but else ''}{but}"
    pieces = _texts(spans)
    text = ", ".join(islice(pieces, most))
    return text if next(pieces, None) is None else f"{text} and more"


def _texts(spans: Spans) -> Iterator[str]:
    for low, high in spans:
        # EVERY_SERVICE keeps protocols apart, for each has its own span; a
        # span that was joined over protocols is cut again.
        for number in range(low // PORTS, high // PORTS + 1):
            whole = EVERY_SERVICE[number]
            span = max(low, whole[0]), min(high, whole[1])
            pieces: Iterable[tuple[int, int]] = (span,)
            if number in _MESSAGES and span != whole:
                pieces = _pieces(*span)
            for piece in pieces:
                yield _text(PROTOCOLS[number], *piece, whole)


def _pieces(low: int, high: int) -> Iterator[tuple[int, int]]:
    """Yield messages in pieces that a text can say: whole types."""
    edge = -(-low // _CODES) * _CODES - 1
    if low <= edge < high:
        yield low, edge
        low = edge + 1
    edge = (high + 1) // _CODES * _CODES - 1
    if low <= edge < high:
        yield low, edge
        low = edge + 1
    yield low, high


def _text(
    protocol: Protocol, low: int, high: int, whole: tuple[int, int]
) -> str:
    name = protocol.name or protocol.label
    if (low, high) == whole:
        return f"{name}/any" if protocol.has_ports else name
    first, last = low - whole[0], high - whole[0]
    if protocol.has_ports:
        ports = str(first) if first == last else f"{first}-{last}"
        return f"{name}/{ports}"
    types = f"{first // _CODES}"
    if first // _CODES != last // _CODES:
        return f"{name} types {types}-{last // _CODES}"
    if first % _CODES == 0 and last % _CODES == _CODES - 1:
        return f"{name} type {types}"
    codes = f"{first % _CODES}"
    if first != last:
        codes += f"-{last % _CODES}"
    return f"{name} type {types} code {codes}"
