"""Sets of ports as intervals."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from invented import flow

from avi_portspec import ICMP, TCP, PortRange, Protocol
from avi_portspec.changes.intervals import common, intervals_of, minus

INTERVALS = st.lists(
    st.tuples(st.integers(1, 30), st.integers(0, 8)).map(
        lambda pair: (pair[0], pair[0] + pair[1])
    ),
    max_size=4,
)


@st.composite
def _disjoint(draw: st.DrawFn) -> list[tuple[int, int]]:
    ends = sorted(draw(st.sets(st.integers(1, 40), max_size=8)))
    ends = ends[: len(ends) // 2 * 2]
    return list(zip(ends[::2], ends[1::2], strict=True))


def _numbers(intervals: list[tuple[int, int]]) -> set[int]:
    return {n for low, high in intervals for n in range(low, high + 1)}


class TestSets:
    """Intervals are sets of numbers."""

    @given(_disjoint(), INTERVALS)
    def test_minus(
        self, one: list[tuple[int, int]], other: list[tuple[int, int]]
    ) -> None:
        """What is left is the difference of the sets."""
        assert _numbers(minus(one, other)) == _numbers(one) - _numbers(other)

    @given(_disjoint(), INTERVALS)
    def test_common(
        self, one: list[tuple[int, int]], other: list[tuple[int, int]]
    ) -> None:
        """What is common is the intersection of the sets."""
        assert _numbers(common(one, other)) == _numbers(one) & _numbers(other)

    @given(_disjoint(), INTERVALS)
    def test_no_number_twice(
        self, one: list[tuple[int, int]], other: list[tuple[int, int]]
    ) -> None:
        """The parts of an answer do not overlap."""
        left = minus(one, other)
        assert sum(high - low + 1 for low, high in left) == len(_numbers(left))


class TestFlows:
    """What a flow opens, by protocol."""

    def test_ports(self) -> None:
        """A protocol with ports opens its ranges."""
        several = flow("f", ports=(PortRange.of(3), PortRange(low=5, high=9)))
        assert intervals_of(several, TCP) == ((3, 3), (5, 9))

    def test_types(self) -> None:
        """ICMP opens the types that are named, else all."""
        echo = flow("f", protocols=(ICMP,), ports=(), icmp_types=(8, 0))
        assert intervals_of(echo, ICMP) == ((8, 8), (0, 0))
        whole = flow("f", protocols=(ICMP,), ports=())
        assert intervals_of(whole, ICMP) == ((0, 255),)

    def test_no_ports(self) -> None:
        """Any other protocol is opened whole."""
        other = Protocol.of(97)
        whole = flow("f", protocols=(other,), ports=())
        assert intervals_of(whole, other) == ((0, 255),)
