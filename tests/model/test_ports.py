"""Ports and protocols."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avi_portspec import (
    ICMP,
    TCP,
    UDP,
    InvalidDataError,
    InvalidQueryError,
    PortRange,
    Protocol,
    ProtocolPorts,
    UnknownNameError,
    strategies,
)
from avi_portspec.model.ports import parse_port, parse_ports

#: What ``int()`` reads, and no port is spelled like.
NO_PORT = (
    "",
    " 443",
    "443 ",
    "443\n",
    "4_43",
    "+443",
    "-1",
    "0443",
    "4.43e2",
    "0x1bb",
    "\u0664\u0664\u0663",
    "\uff14\uff14\uff13",
    "\u00b2",
    "65536",
    "99999",
    "9" * 5000,
    "ssh",
)


class TestPortRange:
    """A range of ports."""

    @given(strategies.port_ranges(), st.integers(-5, 70000))
    def test_it_holds_what_lies_between_its_ends(
        self, ports: PortRange, port: int
    ) -> None:
        """Both ends included; membership, length and iteration agree."""
        assert (port in ports) == (ports.low <= port <= ports.high)
        assert len(ports) == ports.high - ports.low + 1
        assert next(iter(ports)) == ports.low
        assert list(ports)[-1] == ports.high

    def test_both_ends_are_in_it(self) -> None:
        """And nothing beside them."""
        ports = PortRange(low=8000, high=8002)
        assert [p for p in range(7990, 8010) if p in ports] == [*ports]
        assert [*ports] == [8000, 8001, 8002]
        assert len(ports) == 3

    def test_only_integers_are_in_it(self) -> None:
        """A string is no port, nor is True."""
        assert "443" not in PortRange.of(443)
        assert True not in PortRange.of(1)

    @pytest.mark.parametrize("port", [-1, 65536, 1 << 70])
    def test_ports_are_sixteen_bits(self, port: int) -> None:
        """The message says the bounds."""
        with pytest.raises(InvalidDataError, match="from 0 to 65535"):
            PortRange.of(port)

    def test_port_zero_is_refused(self) -> None:
        """It is reserved: nothing listens on it."""
        with pytest.raises(InvalidDataError, match=r"low: .* listened on"):
            PortRange(low=0, high=80)

    def test_the_ends_are_in_order(self) -> None:
        """A range backwards is a slip, not a range."""
        with pytest.raises(InvalidDataError, match="at least low, which is 9"):
            PortRange(low=9, high=8)

    def test_it_is_written_as_people_write_it(self) -> None:
        """One port is a number, several are two."""
        assert str(PortRange.of(22)) == "22"
        assert str(PortRange(low=1, high=9)) == "1-9"

    @given(strategies.port_ranges(), strategies.port_ranges())
    def test_ranges_sort_by_their_ends(
        self, one: PortRange, other: PortRange
    ) -> None:
        """First by the low end, then by the high one."""
        assert (one < other) == ((one.low, one.high) < (other.low, other.high))

    def test_its_repr_makes_it_again(self) -> None:
        """One port or several."""
        assert repr(PortRange.of(443)) == "PortRange.of(443)"
        several = PortRange(low=8000, high=8010)
        assert repr(several) == "PortRange(low=8000, high=8010)"


class TestProtocol:
    """An IP protocol."""

    @pytest.mark.parametrize(
        ("protocol", "number", "label", "has_ports"),
        [
            (TCP, 6, "TCP", True),
            (UDP, 17, "UDP", True),
            (ICMP, 1, "ICMP", False),
            (Protocol.of("sctp"), 132, "SCTP", True),
            (Protocol.of(0), 0, "IP protocol 0", False),
            (Protocol.of(255), 255, "IP protocol 255", False),
            (Protocol.of(63), 63, "IP protocol 63", False),
            (Protocol.of(73), 73, "IP protocol 73", False),
            (Protocol.of(75), 75, "IP protocol 75", False),
            (Protocol.of(97), 97, "IP protocol 97", False),
        ],
    )
    def test_it_knows_its_number_label_and_ports(
        self, protocol: Protocol, number: int, label: str, *, has_ports: bool
    ) -> None:
        """Numbers are IANA's."""
        assert protocol.number == number
        assert Protocol.of(number) == protocol
        assert str(protocol) == label
        assert protocol.has_ports is has_ports
        # In a file: the name, where there is one, and else the number.
        spelled = number if label.startswith("IP") else label.lower()
        assert Protocol._parse(spelled) == protocol
        assert repr(protocol) == f"Protocol.of({spelled!r})"

    @given(strategies.protocols())
    def test_every_way_to_name_it_leads_to_it(
        self, protocol: Protocol
    ) -> None:
        """By number, by name in any capitals, and by itself."""
        assert Protocol.of(protocol) == protocol
        assert Protocol.of(protocol.number) == protocol
        if protocol.name:
            assert Protocol.of(protocol.name.upper()) == protocol

    def test_an_unknown_name_suggests_the_nearest(self) -> None:
        """A slip is a look-up error."""
        with pytest.raises(
            UnknownNameError, match=r"^unknown protocol 'tpc'; .* 'tcp'"
        ):
            Protocol.of("tpc")

    @pytest.mark.parametrize("wrong", [-1, 256, 6.0, True, None])
    def test_other_values_are_no_protocols(self, wrong: object) -> None:
        """Nothing is coerced."""
        expected = "protocol: expected a name, or a number from 0 to 255, got "
        with pytest.raises(InvalidQueryError, match=f"^{expected}"):
            Protocol.of(wrong)  # type: ignore[arg-type]


class TestProtocolPorts:
    """A protocol together with its ports."""

    def test_it_is_written_as_firewalls_have_it(self) -> None:
        """Without ports, the protocol alone."""
        assert str(ProtocolPorts(TCP, PortRange.of(22))) == "TCP 22"
        assert str(ProtocolPorts(ICMP, None)) == "ICMP"

    @given(strategies.protocol_ports())
    def test_portless_protocols_have_no_ports(
        self, pair: ProtocolPorts
    ) -> None:
        """Ports come with a protocol that knows them, and only then."""
        assert pair.protocol.has_ports == (pair.ports is not None)


class TestPortsInText:
    """The one grammar of ports that people type."""

    def test_the_first_and_the_last_are_read(self) -> None:
        """Both ends of a range are in it; they may be one and the same."""
        assert parse_port("0") == 0
        assert parse_ports("65535") == range(parse_port("65535"), 65536)
        assert parse_ports("0-65535") == range(65536)
        assert parse_ports("22-22") == range(22, 23)
        expected = "a range whose first port is not above its last"
        with pytest.raises(InvalidQueryError) as caught:
            parse_ports("23-22")
        assert str(caught.value) == f"port: expected {expected}, got '23-22'"

    @given(st.integers(0, 65535))
    def test_each_port_is_its_digits(self, port: int) -> None:
        """What Python prints is what is read."""
        assert parse_port(str(port)) == port
        assert parse_ports(str(port)) == range(port, port + 1)

    @given(st.integers(0, 65535), st.integers(0, 65535))
    def test_a_range_is_two_ports_and_a_hyphen(
        self, first: int, last: int
    ) -> None:
        """Both ends are in it; backwards it is refused."""
        text = f"{first}-{last}"
        if first <= last:
            ports = parse_ports(text)
            assert (ports[0], ports[-1]) == (first, last)
        else:
            with pytest.raises(InvalidQueryError, match="not above its last"):
                parse_ports(text)

    @pytest.mark.parametrize("text", NO_PORT)
    def test_nothing_else_is_a_port(self, text: str) -> None:
        """Signs, spaces, underscores and other digits are refused."""
        expected = "port: expected a number from 0 to 65535, got "
        with pytest.raises(InvalidQueryError) as caught:
            parse_port(text)
        assert str(caught.value).startswith(expected)
        assert len(str(caught.value)) < 120

    @pytest.mark.parametrize(
        "text",
        [*NO_PORT, *(f"{wrong}-443" for wrong in NO_PORT), "1-2-3", "1 - 2"]
        + [f"1-{wrong}" for wrong in NO_PORT],
    )
    def test_nothing_else_is_a_range(self, text: str) -> None:
        """Either end is read as strictly as a port is."""
        with pytest.raises(InvalidQueryError, match=r"^port: .* as 8000-8010"):
            parse_ports(text)

    def test_no_other_type_is_read(self) -> None:
        """Bytes and numbers are no text."""
        for wrong in (b"443", 443, None):
            with pytest.raises(InvalidQueryError, match="a number from 0"):
                parse_port(wrong)  # type: ignore[arg-type]
            with pytest.raises(InvalidQueryError, match="such as 8000"):
                parse_ports(wrong)  # type: ignore[arg-type]
