"""Sets of ports as intervals, both ends included."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias

from avi_portspec.model.flows import Flow
from avi_portspec.model.protocols import Protocol

__all__ = [
    "WHOLE",
    "Interval",
    "common",
    "intervals_of",
    "minus",
    "ranges_text",
]

Interval: TypeAlias = tuple[int, int]

#: What a protocol without ports is given whole: the ICMP types are 8 bits
#: wide (RFC 792), and other such protocols have nothing to tell apart.
WHOLE: Final = (0, 255)


def intervals_of(flow: Flow, protocol: Protocol) -> tuple[Interval, ...]:
    """Return what one protocol of a flow opens: its ports, or ICMP types.

    Args:
        flow: The flow.
        protocol: One of its protocols.
    """
    if protocol.has_ports:
        return tuple((ports.low, ports.high) for ports in flow.ports)
    return tuple((kind, kind) for kind in flow.icmp_types) or (WHOLE,)


def minus(
    intervals: Iterable[Interval], others: Iterable[Interval]
) -> list[Interval]:
    """Return what is in the intervals and in none of the others.

    >>> minus([(1, 10)], [(3, 4), (10, 12)])
    [(1, 2), (5, 9)]

    Args:
        intervals: Disjoint intervals.
        others: What is taken away from them.
    """
    left = list(intervals)
    for low, high in others:
        cut: list[Interval] = []
        for first, last in left:
            if last < low or high < first:
                cut.append((first, last))
                continue
            if first < low:
                cut.append((first, low - 1))
            if high < last:
                cut.append((high + 1, last))
        left = cut
    return left


def common(
    intervals: Iterable[Interval], others: Iterable[Interval]
) -> list[Interval]:
    """Return what is in the intervals and in one of the others too.

    >>> common([(1, 10)], [(3, 4), (10, 12)])
    [(3, 4), (10, 10)]

    Args:
        intervals: Disjoint intervals.
        others: What has to hold them as well.
    """
    kept = list(intervals)
    return sorted(minus(kept, minus(kept, others)))


def ranges_text(numbers: Iterable[int]) -> Iterator[str]:
    """Yield numbers as ranges: ``0-7``, ``8``."""
    left = sorted(numbers)
    while left:
        first = last = left.pop(0)
        while left and left[0] == last + 1:
            last = left.pop(0)
        yield str(first) if first == last else f"{first}-{last}"
