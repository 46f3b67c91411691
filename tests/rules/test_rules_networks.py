"""Addresses and networks, as people write them."""

from __future__ import annotations

from ipaddress import ip_address, ip_network, summarize_address_range

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avi_portspec import Fault
from avi_portspec.rules.networks import (
    Entry,
    Network,
    Overlaps,
    collapse,
    networks_text,
    parse_network,
    special_use,
)

#: Few bits, so that networks meet.
NETWORKS = st.builds(
    lambda low, bits: ip_network((0x0A000000 + low, 32 - bits), strict=False),
    st.integers(0, 31),
    st.integers(0, 5),
)


def fault(text: object, *, network: bool = True) -> Fault:
    """Return what is wrong with a string."""
    found = parse_network(text, network=network)
    assert isinstance(found, Fault)
    return found


class TestWhatIsRead:
    """An address is a network of one."""

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("10.10.1.11", "10.10.1.11/32"),
            ("10.20.0.0/24", "10.20.0.0/24"),
            ("2001:DB8:0::11", "2001:db8::11/128"),
            ("2001:db8:2::/64", "2001:db8:2::/64"),
            ("169.254.169.123", "169.254.169.123/32"),
            ("0.0.0.0/0", "0.0.0.0/0"),
            ("::/0", "::/0"),
        ],
    )
    def test_usual_spellings(self, text: str, found: str) -> None:
        """Both families, with a prefix or without one."""
        assert parse_network(text) == ip_network(found)

    @given(st.ip_addresses() | st.binary(max_size=40) | st.text(max_size=40))
    def test_nothing_breaks_it(self, value: object) -> None:
        """Whatever comes, it is read as what it says, or refused."""
        found = parse_network(str(value))
        if isinstance(found, Fault):
            assert found.got
        else:
            assert found == ip_network(str(value))


class TestWhatIsRefused:
    """Each with the reason, and with what was probably meant."""

    @pytest.mark.parametrize(
        ("text", "nearest"),
        [
            ("10.20.0.9/24", "10.20.0.0/24"),
            ("2001:db8::1/64", "2001:db8::/64"),
        ],
    )
    def test_host_bits(self, text: str, nearest: str) -> None:
        """A network is not meant by one of its hosts."""
        found = fault(text)
        assert found.expected == "a network without host bits"
        assert found.nearest == nearest

    @pytest.mark.parametrize(
        "text",
        ["10.9.9.0/255.255.255.0", "10.9.9.0/0.0.0.255", "10.9.9.0/024"],
    )
    def test_masks(self, text: str) -> None:
        """A prefix has one spelling: masks are easily turned round."""
        assert fault(text).expected == "a prefix length"
        assert fault(text).nearest == "10.9.9.0/24"

    @pytest.mark.parametrize(
        "text", ["www.example.com", "localhost", "bad", "db8", "ntp1"]
    )
    def test_names(self, text: str) -> None:
        """The addresses of a name can change behind the rules' back."""
        assert "not a DNS name" in fault(text).expected

    def test_zones(self) -> None:
        """Which link is meant, one host alone knows."""
        assert "without a zone" in fault("fe80::1%eth0").expected

    @pytest.mark.parametrize(
        ("text", "nearest"),
        [
            ("::ffff:10.0.0.1", "10.0.0.1"),
            ("::ffff:a00:0/104", "10.0.0.0/8"),
            ("::fffe:0:0/95", None),
        ],
    )
    def test_mapped(self, text: str, nearest: str | None) -> None:
        """An IPv4 address spelled as IPv6 would match no packet of either."""
        found = fault(text)
        assert "IPv4-mapped" in found.expected
        assert found.nearest == nearest

    @pytest.mark.parametrize(
        "text",
        [
            *("0.0.0.0/32", "127.0.0.1", "224.0.0.5", "255.255.255.255"),
            *("::", "::1", "ff02::1", "fe80::1", "0.0.0.0/1", "128.0.0.0/1"),
            *("8000::/1", "::/1"),
        ],
    )
    def test_no_hosts(self, text: str) -> None:
        """Nor are half of all addresses a way round the rule on all."""
        assert fault(text).expected.startswith("addresses outside")

    @pytest.mark.parametrize(
        "value",
        [
            *("", " ", "10.0.0.1 ", "10.0.0.1-9", "10.0.0.0/33", "010.0.0.1"),
            *(
                "10.0.0",
                "10.0.0.1/",
                "1/2/3",
                "2001:db8:::1",
                "\u0661\u0660.0.0.1",
            ),
            *(3, 167772161, None, True, 1.5, [], b"10.0.0.1"),
        ],
    )
    def test_anything_else(self, value: object) -> None:
        """Numbers above all, which the standard library takes."""
        assert fault(value).expected.startswith("an address or a network")

    def test_a_network_for_one_address(self) -> None:
        """Where one address is meant, not even /32 will do."""
        found = fault("10.0.0.1/32", network=False)
        assert found.nearest == "10.0.0.1"

    def test_long_strings_are_cut(self) -> None:
        """A message stays short, whatever was put in."""
        assert len(fault("x" * 10**6).got) < 100


class TestCollapsed:
    """The fewest networks that are the same addresses."""

    @given(st.lists(NETWORKS, max_size=8))
    def test_the_same_addresses(self, networks: list[Network]) -> None:
        """None gained, none lost, none twice, in order."""
        found = collapse(networks)
        before = {address for network in networks for address in network}
        after = [address for each in found for address in each]
        assert len(after) == len(before)
        assert set(after) == before
        assert after == sorted(after)

    def test_families_stay_apart(self) -> None:
        """IPv4 first."""
        mixed = [ip_network("::/0"), ip_network("10.0.0.0/8")]
        assert collapse(mixed) == (mixed[1], mixed[0])

    @pytest.mark.parametrize(
        ("given", "fewest"),
        [
            ("10.0.0.0/32 10.0.0.1/32", "10.0.0.0/31"),
            # Halves of two others.
            ("10.0.0.1/32 10.0.0.2/32", "10.0.0.1/32 10.0.0.2/32"),
            ("10.0.0.0/31 10.0.0.2/32", "10.0.0.0/31 10.0.0.2/32"),
            ("10.0.0.0/24 10.0.0.9/32", "10.0.0.0/24"),
            ("10.0.0.9/32 10.0.0.7/32", "10.0.0.7/32 10.0.0.9/32"),
            ("::/1 8000::/1", "::/0"),
            ("10.0.0.9/32 ::1/128", "10.0.0.9/32 ::1/128"),
            ("::1/128 10.0.0.9/32", "10.0.0.9/32 ::1/128"),
        ],
    )
    def test_what_looks_collapsed(self, given: str, fewest: str) -> None:
        """Only what is stays as it is given."""
        networks = tuple(map(ip_network, given.split()))
        assert " ".join(map(str, collapse(networks))) == fewest

    def test_what_is_sound_has_no_trouble(self) -> None:
        """A network that can be read can be made, too."""
        assert special_use(ip_network("10.0.0.0/8")) is None


class TestOverlaps:
    """Which networks meet."""

    @given(st.lists(NETWORKS, max_size=10))
    def test_each_pair_once(self, networks: list[Network]) -> None:
        """As comparing each with each finds them, the wider one first."""
        entries = [
            Entry(str(n), "role", each) for n, each in enumerate(networks)
        ]
        found = [
            frozenset((one[0], other[0]))
            for one, other in Overlaps(()).pairs(entries)
        ]
        slow = {
            frozenset((one[0], other[0]))
            for n, one in enumerate(entries)
            for other in entries[:n]
            if one[2].overlaps(other[2])
        }
        assert len(found) == len(set(found))
        assert set(found) == slow

    @given(st.lists(NETWORKS, max_size=10))
    def test_wider_first(self, networks: list[Network]) -> None:
        """The second of a pair is within the first."""
        entries = [Entry("", "", network) for network in networks]
        for (_, _, wider), (_, _, narrower) in Overlaps(()).pairs(entries):
            assert narrower.subnet_of(wider)  # type: ignore[arg-type]

    def test_families_never_meet(self) -> None:
        """The numbers of ::/0 begin where those of 0.0.0.0/0 do."""
        both = [Entry("", "", ip_network(n)) for n in ("::/0", "0.0.0.0/0")]
        assert list(Overlaps(()).pairs(both)) == []

    @given(st.lists(NETWORKS, max_size=6), NETWORKS, NETWORKS)
    def test_covers(
        self, shared: list[Network], wider: Network, narrower: Network
    ) -> None:
        """What is shared within the wider holds the narrower."""
        held = {
            address
            for each in shared
            if each.subnet_of(wider)  # type: ignore[arg-type]
            for address in each
        }
        found = Overlaps(shared).covers(wider, narrower)
        assert found == (set(narrower) <= held)

    @given(st.lists(NETWORKS, max_size=6), NETWORKS, NETWORKS)
    def test_exceeds(
        self, shared: list[Network], wider: Network, narrower: Network
    ) -> None:
        """One of them in the wider is more than the narrower."""
        found = Overlaps(shared).exceeds(wider, narrower)
        assert found == any(
            set(narrower) < set(each) and set(each) <= set(wider)
            for each in shared
        )


class TestWhatPeopleRead:
    """Hosts in a row are a range, networks stay networks."""

    @pytest.mark.parametrize(
        ("networks", "text"),
        [
            ("", ""),
            ("10.10.1.11", "10.10.1.11"),
            ("10.10.1.11 10.10.1.12 10.10.1.13", "10.10.1.11-13"),
            ("10.10.1.12 10.10.1.13", "10.10.1.12-13"),
            ("10.10.1.12/30", "10.10.1.12/30"),
            ("10.10.1.11 10.10.1.13", "10.10.1.11, 10.10.1.13"),
            ("10.10.0.255 10.10.1.0", "10.10.0.255-10.10.1.0"),
            ("10.0.0.0/24 10.0.1.0/25", "10.0.0.0/24, 10.0.1.0/25"),
            ("10.0.0.0/24 10.0.1.0", "10.0.0.0/24, 10.0.1.0"),
            ("2001:db8::1 2001:db8::2", "2001:db8::1-2001:db8::2"),
            ("2001:db8::/64 10.0.0.1", "10.0.0.1, 2001:db8::/64"),
            ("255.255.255.255 ::", "255.255.255.255, ::"),
            ("0.0.0.0/0 ::/0", "any IPv4 address, any IPv6 address"),
        ],
    )
    def test_examples(self, networks: str, text: str) -> None:
        """As somebody would write them into a request."""
        found = collapse(map(ip_network, networks.split()))
        assert networks_text(found) == text

    @given(st.lists(NETWORKS, max_size=10))
    def test_no_address_is_lost_or_made_up(
        self, networks: list[Network]
    ) -> None:
        """Read back, the text is the same addresses."""
        text = networks_text(collapse(networks))
        found: list[Network] = []
        for part in filter(None, text.split(", ")):
            low, dash, high = part.partition("-")
            if dash:
                high = (
                    high if "." in high else f"{low.rpartition('.')[0]}.{high}"
                )
                found += summarize_address_range(
                    ip_address(low), ip_address(high)
                )
            else:
                found.append(ip_network(part))
        assert collapse(found) == collapse(networks)
