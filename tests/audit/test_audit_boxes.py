"""Boxes over atoms, and the axes that they are on."""

from __future__ import annotations

from ipaddress import ip_network
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avi_portspec import Protocol
from avi_portspec.audit import boxes
from avi_portspec.audit.axes import Addresses, Line, Outsider
from avi_portspec.audit.boxes import (
    Box,
    Region,
    TooFragmentedError,
    intersect,
    meet,
    meet_packed,
    subtract,
    unite,
    without,
)
from avi_portspec.audit.masks import pack_box
from avi_portspec.audit.services import (
    EVERY_SERVICE,
    complement,
    join_spans,
    message_spans,
    port_spans,
    protocol_spans,
    service_text,
)

TCP, ICMP = Protocol.of("tcp"), Protocol.of("icmp")


def points(region: Region) -> set[tuple[int, ...]]:
    """Return the points of a region, one by one."""
    return {
        point
        for box in region
        for point in product(
            *([at for at in range(4) if mask >> at & 1] for mask in box)
        )
    }


MASKS = st.integers(1, 15)
BOXES = st.tuples(MASKS, MASKS, MASKS)
#: More than are compared with each other, many of which differ on one axis.
MANY = st.lists(
    st.tuples(MASKS, st.sampled_from([1, 3, 6]), MASKS), max_size=30
)


class TestBoxes:
    """The algebra is that of sets of points."""

    def test_a_box_less_its_middle(self) -> None:
        """At most a piece an axis, and none in common."""
        left = subtract([(7, 7, 7)], [(2, 2, 2)])
        assert left == ((5, 7, 7), (2, 5, 7), (2, 2, 5))
        assert meet(left[0], left[1]) is None
        assert subtract([(1, 1, 1)], [(1, 1, 1), (2, 2, 2)]) == ()
        assert subtract([(1, 1, 1)], [(2, 1, 1)]) == ((1, 1, 1),)

    def test_what_two_have_in_common(self) -> None:
        """Nothing, where they share nothing on one axis."""
        assert intersect([(3, 1, 1)], [(6, 3, 1)]) == ((2, 1, 1),)
        assert intersect([(3, 1, 1)], [(6, 2, 1)]) == ()

    def test_what_one_has_of_a_packed_one(self) -> None:
        """The same as if it were not packed."""
        packed = (pack_box((6, 3, 1)), pack_box((1, 2, 1)))
        assert meet_packed([(3, 1, 1)], packed) == ((2, 1, 1),)
        assert meet_packed([(3, 3, 1)], packed) == ((2, 3, 1), (1, 2, 1))

    def test_all_of_several(self) -> None:
        """Each piece once."""
        union = unite([[(1, 1, 3)], [(3, 1, 1)], []])
        assert union == ((1, 1, 3), (2, 1, 1))

    def test_too_many_pieces_are_refused(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """And nothing is left out instead."""
        monkeypatch.setattr(boxes, "MOST_BOXES", 2)
        with pytest.raises(TooFragmentedError):
            subtract([(7, 7, 7)], [(2, 2, 2)])

    @given(st.lists(BOXES, max_size=3), st.lists(BOXES, max_size=3))
    def test_points_are_the_same(self, one: list[Box], two: list[Box]) -> None:
        """As sets of points have it, and no point is in two boxes."""
        left = unite([(box,) for box in one])
        right = unite([(box,) for box in two])
        assert points(left) == points(tuple(one))
        assert points(subtract(left, right)) == points(left) - points(right)
        assert points(intersect(left, right)) == points(left) & points(right)
        packed = tuple(map(pack_box, right))
        both = points(left) & points(right)
        assert points(meet_packed(left, packed)) == both
        for found in (left, subtract(left, right), intersect(left, right)):
            assert sum(len(points((box,))) for box in found) == len(
                points(found)
            )

    @given(MANY, MANY)
    def test_many_are_as_few(self, one: list[Box], two: list[Box]) -> None:
        """The same points, in no more boxes than points."""
        left, right = (unite((box,) for box in each) for each in (one, two))
        assert points(left) == points(tuple(one))
        for region, expected in (
            (left, points(tuple(one))),
            (subtract(left, two), points(left) - points(tuple(two))),
            (intersect(left, right), points(left) & points(right)),
        ):
            assert points(region) == expected
            assert sum(len(points((box,))) for box in region) == len(expected)

    @given(MANY, MANY)
    def test_many_packed_are_as_others(
        self, one: list[Box], two: list[Box]
    ) -> None:
        """What is left besides them is the same, in the same pieces."""
        left = unite((box,) for box in one)
        packed = tuple(map(pack_box, two))
        assert without(left, packed) == subtract(left, two)
        assert without((), packed) == ()

    def test_what_makes_one_box_is_one(self) -> None:
        """Thousands that differ on one axis alone are no thousands."""
        sources = [((1 << at, 1, 6),) for at in range(1000)]
        assert unite(sources) == (((1 << 1000) - 1, 1, 6),)
        left = subtract([((1 << 1000) - 1, 1, 7)], [b for (b,) in sources])
        assert left == (((1 << 1000) - 1, 1, 1),)

    def test_many_that_have_nothing_in_common(self) -> None:
        """Each is a box of its own, in all and but for others."""
        apart = [((1 << at, 1, 1 << at),) for at in range(20)]
        assert {*unite(apart)} == {box for (box,) in apart}
        left = subtract([(3, 1, (1 << 20) - 1)], [box for (box,) in apart])
        assert {*left} == {(1, 1, (1 << 20) - 2), (2, 1, (1 << 20) - 3)}

    def test_too_many_of_many_are_refused(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """As too many of few are."""
        monkeypatch.setattr(boxes, "MOST_BOXES", 9)
        with pytest.raises(TooFragmentedError):
            subtract(
                [((1 << 20) - 1, 1, (1 << 20) - 1)],
                [(1 << at, 1, 1 << at) for at in range(20)],
            )


class TestLines:
    """Numbers, cut at every edge."""

    def test_atoms_are_what_nothing_cuts(self) -> None:
        """Spans come back as they went in."""
        line = Line(((0, 99),), [(10, 19), (15, 99)])
        assert line.atoms == 4
        assert line.spans(line.mask([(10, 19)])) == ((10, 19),)
        assert line.size(line.mask([(15, 99)])) == 85
        assert line.spans(line.whole) == ((0, 99),)
        assert line.is_at_most(line.mask([(10, 14)]), 5)
        assert not line.is_at_most(line.mask([(10, 14)]), 4)
        assert not line.is_at_most(line.whole, 2)

    def test_what_is_not_on_it_is_in_no_whole(self) -> None:
        """Between protocols that have no ports there is nothing."""
        line = Line(((0, 0), (5, 9)), [(0, 9)])
        assert line.size(line.whole) == 6

    def test_sizes_of_many_pieces(self) -> None:
        """Counted as they are one by one."""
        edges = [(at * at, at * at + at) for at in range(1, 60)]
        line = Line(((0, 9999),), edges)
        assert line.size(line.mask(edges)) == sum(b - a + 1 for a, b in edges)
        assert line.spans(line.mask(edges), 2) == ((1, 2), (4, 6))


class TestAddresses:
    """Who sends and who receives."""

    def addresses(self) -> Addresses:
        """Return an axis with networks of both families, and two parties."""
        return Addresses(
            map(
                ip_network,
                [
                    *("10.0.0.0/24", "10.0.0.128/25", "10.0.1.7/32"),
                    *("2001:db8::/64", "10.1.0.0/32"),
                ],
            ),
            [Outsider("controller", is_role=True), Outsider("sg-1")],
        )

    def test_families_are_never_mixed(self) -> None:
        """0.0.0.0/0 is not ::/0."""
        axis = self.addresses()
        assert axis.family(4) & axis.family(6) == 0
        assert axis.everybody == axis.family(4) | axis.family(6)
        both = axis.party(Outsider("sg-1"))
        assert both & axis.family(4)
        assert both & axis.family(6)
        assert axis.parties(both) == (Outsider("sg-1"),)

    def test_in_words(self) -> None:
        """Names, networks, ranges; of many, the first."""
        axis = self.addresses()
        one = axis.networks([ip_network("10.0.1.7/32")])
        low = axis.networks([ip_network("10.0.0.0/24")]) & ~axis.networks(
            [ip_network("10.0.0.128/25")]
        )
        assert axis.text(one) == "10.0.1.7"
        assert axis.text(low) == "10.0.0.0/25"
        assert axis.text(axis.everybody) == "any"
        assert axis.text(axis.family(6)) == "any IPv6"
        text = axis.text(axis.family(4) & ~one)
        assert text.startswith(
            "controller, sg-1, 0.0.0.0-10.0.1.6, 10.0.1.8-255.255.255.255"
        )
        six = axis.networks([ip_network("2001:db8::/64")])
        party = axis.party(Outsider("controller", is_role=True))
        assert axis.text(six | party) == "controller, 2001:db8::/64"
        many = (
            axis.family(4) & ~one & ~axis.networks([ip_network("10.1.0.0/32")])
        )
        assert axis.text(many).endswith("10.0.1.8-10.0.255.255 and more")


class TestServices:
    """Services on one number line."""

    @pytest.mark.parametrize(
        ("spans", "text"),
        [
            (port_spans(TCP, 22, 22), "tcp/22"),
            (port_spans(TCP, 22, 443), "tcp/22-443"),
            (protocol_spans(TCP), "tcp/any"),
            (protocol_spans(Protocol.of(97)), "IP protocol 97"),
            (protocol_spans(ICMP), "icmp"),
            (message_spans(ICMP, None), "icmp"),
            (message_spans(ICMP, 8), "icmp type 8"),
            (message_spans(ICMP, 8, 0), "icmp type 8 code 0"),
            (((65536 + 2048, 65536 + 2051),), "icmp type 8 code 0-3"),
            (((65536, 65536 + 511),), "icmp types 0-1"),
            (EVERY_SERVICE, "any service"),
            (join_spans(EVERY_SERVICE), "any service"),
            (join_spans([(6 * 65536, 7 * 65536)]), "tcp/any, IP protocol 7"),
            (
                complement(join_spans(port_spans(TCP, 22, 22))),
                "any service but tcp/22",
            ),
            (
                ((0, 0), (255 * 65536, 255 * 65536)),
                "IP protocol 0, IP protocol 255",
            ),
        ],
    )
    def test_in_words(
        self, spans: tuple[tuple[int, int], ...], text: str
    ) -> None:
        """As people write them."""
        assert service_text(spans) == text

    def test_of_many_the_first(self) -> None:
        """A text that nobody would read to its end says that there is more."""
        ports = join_spans(
            span
            for port in (22, 80, 443)
            for span in port_spans(TCP, port, port)
        )
        assert service_text(ports, 3) == "tcp/22, tcp/80, tcp/443"
        assert service_text(ports, 2) == "tcp/22, tcp/80 and more"

    def test_all_but_some(self) -> None:
        """What is around them, and of others all."""
        within = ((0, 9), (20, 29))
        assert complement(((3, 4), (20, 29)), within) == ((0, 2), (5, 9))
        assert complement(((5, 12),), within) == ((0, 4), (20, 29))
        assert complement((), within) == within
        assert complement(EVERY_SERVICE) == ()
