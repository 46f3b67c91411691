"""The axes of traffic, cut into atoms at every edge that anything names."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from functools import cached_property
from ipaddress import IPv4Address, IPv6Address
from itertools import islice, pairwise
from typing import Final, NamedTuple

from avi_portspec.audit.inputs.names import clean
from avi_portspec.audit.masks import (
    Packed,
    after,
    atoms_of,
    count_atoms,
    has_all,
    pack,
    runs,
    shared,
    unpack,
)
from avi_portspec.audit.services import Spans
from avi_portspec.rules.networks import IPV6, Address, Family, Network
from avi_portspec.rules.traffic import FAMILIES

__all__ = ["Addresses", "Line", "Outsider", "span_of"]

#: IPv4 and IPv6 are two stretches of one line, so that 0.0.0.0/0 is not ::/0.
_IPV6_FROM: Final = 1 << 32
_ADDRESSES: Final[Spans] = (
    (0, _IPV6_FROM - 1),
    (_IPV6_FROM, _IPV6_FROM + (1 << 128) - 1),
)
#: How many items of a side a text lists.
_SHOWN: Final = 4


def span_of(network: Network) -> tuple[int, int]:
    """Return the first and last points of a network on the line."""
    first = int(network.network_address)
    if network.version == IPV6:
        first += _IPV6_FROM
    bits = network.max_prefixlen - network.prefixlen
    return first, first + (1 << bits) - 1


class Line:
    """A stretch of whole numbers, cut at the edges of spans.

    Args:
        whole: All of it, as spans.
        spans: What cuts it.
    """

    def __init__(self, whole: Spans, spans: Iterable[tuple[int, int]]) -> None:
        edges: set[int] = set()
        for low, high in spans:
            edges.add(low)
            edges.add(high + 1)
        for low, high in whole:
            edges.add(low)
            edges.add(high + 1)
        self._edges = sorted(edges)
        self.atoms = len(self._edges) - 1
        self.whole = self.mask(whole)

    def mask(self, spans: Iterable[tuple[int, int]]) -> int:
        """Return the atoms of spans whose edges cut the line."""
        edges, mask = self._edges, 0
        for low, high in spans:
            first, last = bisect_left(edges, low), bisect_left(edges, high + 1)
            mask |= (1 << last) - (1 << first)
        return mask

    def spans(self, atoms: Packed, most: int | None = None) -> Spans:
        """Return what atoms are, as spans; if need be, only the first."""
        edges = self._edges
        return tuple(
            (edges[first], edges[end] - 1)
            for first, end in islice(runs(atoms), most)
        )

    def is_single(self, at: int) -> bool:
        """Return whether an atom is one number."""
        return self._edges[at + 1] - self._edges[at] == 1

    def is_at_most(self, atoms: Packed, most: int) -> bool:
        """Return whether atoms have at most so many numbers."""
        # Each has one or more.
        return count_atoms(atoms) <= most and self.size(atoms) <= most

    def size(self, atoms: Packed) -> int:
        """Return how many numbers atoms have."""
        packed = pack(atoms)
        if isinstance(packed, int):
            return sum(
                (packed & sized).bit_count() << digit
                for digit, sized in enumerate(self._sized)
            )
        edges = self._edges
        return sum(edges[end] - edges[first] for first, end in packed)

    @cached_property
    def _sized(self) -> list[int]:
        """For each binary digit of a size, the atoms whose size has it."""
        sizes = [high - low for low, high in pairwise(self._edges)]
        masks = [
            bytearray(len(sizes) // 8 + 1)
            for _ in range(max(sizes).bit_length())
        ]
        for at, size in enumerate(sizes):
            for digit in atoms_of(size):
                masks[digit][at // 8] |= 1 << at % 8
        return [int.from_bytes(mask, "little") for mask in masks]


class Outsider(NamedTuple):
    """Whoever has no addresses here: an atom of its own in each family.

    Attributes:
        name: Its name: a role, or what the file calls it.
        is_role: Whether it is a role of the data.
    """

    name: str
    is_role: bool = False


class Addresses:
    """The axis of who sends and who receives.

    It has the parties without addresses, and after them the addresses that
    anything names: roles come first, those of a family side by side, so that
    sets of them stay short however many networks there are. Where such a
    party is on the line of addresses, nobody knows: only the role map joins
    the two.

    Args:
        networks: What cuts the line.
        parties: Whoever has no addresses.
    """

    def __init__(
        self, networks: Iterable[Network], parties: Iterable[Outsider]
    ) -> None:
        self.line = Line(_ADDRESSES, map(span_of, networks))
        found = [*dict.fromkeys(parties)]
        self._outsiders = [
            (party, family)
            for is_role in (True, False)
            for family in FAMILIES
            for party in found
            if party.is_role is is_role
        ]
        self._at = {
            outsider: at for at, outsider in enumerate(self._outsiders)
        }
        self._families = {
            family: self.line.mask([_ADDRESSES[at]]) << len(self._at)
            | sum(
                1 << bit for (_, own), bit in self._at.items() if own == family
            )
            for at, family in enumerate(FAMILIES)
        }
        self._wholes = {
            family: pack(own) for family, own in self._families.items()
        }

    def family(self, family: Family) -> int:
        """Return everybody, as far as one family goes."""
        return self._families[family]

    @property
    def everybody(self) -> int:
        """Everybody, in both families."""
        return sum(self._families.values())

    def networks(self, networks: Iterable[Network]) -> int:
        """Return the atoms of networks."""
        return self.line.mask(map(span_of, networks)) << len(self._at)

    def singles(self, mask: int) -> tuple[int, ...]:
        """Return those of some atoms that are one address, each by itself."""
        bits = (mask >> len(self._at)) & self.line.whole
        return tuple(
            1 << at + len(self._at)
            for first, end in runs(bits)
            for at in range(first, end)
            if self.line.is_single(at)
        )

    def party(self, party: Outsider) -> int:
        """Return the atoms of somebody without addresses."""
        return sum(1 << self._at[party, family] for family in FAMILIES)

    def parties(self, atoms: Packed) -> tuple[Outsider, ...]:
        """Return who of those without addresses is among some atoms."""
        found = shared(atoms, ((0, len(self._at)),))
        return tuple(
            dict.fromkeys(
                party
                for first, end in runs(found)
                for party, _ in self._outsiders[first:end]
            )
        )

    def text(self, atoms: Packed) -> str:
        """Return atoms in words: names, addresses, ranges, or ``any``."""
        wholes = [
            family
            for family, own in self._wholes.items()
            if has_all(atoms, own)
        ]
        if len(wholes) == len(FAMILIES):
            return "any"
        texts = [f"any IPv{family}" for family in wholes]
        if wholes:
            mask = unpack(atoms)
            for family in wholes:
                mask &= ~self._families[family]
            atoms = pack(mask)
        parties = self.parties(atoms)[: _SHOWN + 1]
        texts += [clean(party.name) for party in parties]
        numbered = after(atoms, len(self._at))
        texts += map(_addresses_text, self.line.spans(numbered, _SHOWN + 1))
        if len(texts) > _SHOWN:
            return f"{', '.join(texts[:_SHOWN])} and more"
        return ", ".join(texts)


def _addresses_text(span: tuple[int, int]) -> str:
    """Return a span of addresses: one of them, a network, or a range."""
    low, high = map(_address, span)
    size = span[1] - span[0] + 1
    if size == 1:
        return str(low)
    if size & (size - 1) or int(low) % size:
        return f"{low}-{high}"
    return f"{low}/{low.max_prefixlen + 1 - size.bit_length()}"


def _address(point: int) -> Address:
    if point < _IPV6_FROM:
        return IPv4Address(point)
    return IPv6Address(point - _IPV6_FROM)
