"""Which ports of a cell are of which of its protocols.

People write ``TCP 22, 443 UDP 53`` as well as ``22, 443/TCP, 53/UDP``, and
both in one cell. What parts two words tells what belongs together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import IntEnum
from itertools import chain, groupby
from typing import NamedTuple, TypeAlias

from avi_portspec.audit.inputs.names import clean
from avi_portspec.audit.inputs.nodes import UnsettledError
from avi_portspec.audit.model import Unknown
from avi_portspec.model.protocols import Protocol

__all__ = ["Gap", "Group", "Token", "group_ports"]


class Gap(IntEnum):
    """What stands between two words, the strongest bond first."""

    GLUE = 0
    SPACE = 1
    WORD = 2
    COMMA = 3
    LINE = 4


class Token(NamedTuple):
    """A piece of a cell.

    Attributes:
        kind: ``protocol``, ``ports`` or ``message``.
        protocol: The protocol; ``None`` is any.
        span: First and last number; ``None`` is all.
        over: The protocols of a service that is named, for want of others.
        gap: What parts it from the piece before it.
    """

    kind: str
    protocol: Protocol | None = None
    span: tuple[int, int] | None = None
    over: tuple[Protocol, ...] = ()
    gap: Gap = Gap.GLUE

    def __str__(self) -> str:
        if self.protocol is not None:
            return self.protocol.label
        low, high = self.span or ("any", "any")
        return f"{low}" if low == high else f"{low}-{high}"


#: Protocols, or ``None`` for those of the row, and their ports.
Group: TypeAlias = tuple[list[Protocol | None] | None, list[Token]]


class _Claim(NamedTuple):
    """Protocols beside ports.

    Attributes:
        names: The protocols.
        gap: What parts them from the ports.
    """

    names: list[Token]
    gap: Gap


def group_ports(tokens: Sequence[Token], cell: str) -> Iterator[Group]:
    """Yield protocols with their ports.

    Args:
        tokens: The pieces of a cell, at least one.
        cell: The cell.

    Raises:
        UnsettledError: It is not clear what belongs together.
    """
    runs = [[*run] for _, run in groupby(tokens, key=_is_protocol)]
    # Before the first protocols, and behind the last, there may be no ports.
    if _is_protocol(runs[0][0]):
        runs.insert(0, [])
    if _is_protocol(runs[-1][0]):
        runs.append([])
    yield from _Cell(runs[::2], runs[1::2], cell).read()


def _is_protocol(token: Token) -> bool:
    return token.kind == "protocol"


def _has_ports(token: Token) -> bool:
    return token.protocol is None or token.protocol.has_ports


class _Cell:
    """A cell while it is read.

    Args:
        ports: The ports before each of the protocols, and behind the last.
        names: The protocols.
        cell: The cell.
    """

    def __init__(
        self,
        ports: Sequence[list[Token]],
        names: Sequence[list[Token]],
        cell: str,
    ) -> None:
        self.ports, self.names, self.cell = ports, names, cell
        #: Protocols without ports.
        self.bare: list[Token] = []
        #: Which protocols have ports: those before them, those behind them.
        self.before: dict[int, _Claim] = {}
        self.behind: dict[int, _Claim] = {}
        #: Protocols that are as far from the ports on both sides.
        self.between: dict[int, _Claim] = {}

    def read(self) -> Iterator[Group]:
        """Yield protocols with their ports."""
        for at, run in enumerate(self.names):
            self._place(at, run)
        self._follow()
        for at, run in enumerate(self.ports):
            if run:
                yield from self._share(at, run)
        if self.bare:
            yield _protocols(self.bare), []

    def _place(self, at: int, run: Sequence[Token]) -> None:
        """Note on which side the ports of some protocols are."""
        left, right = self.ports[at], self.ports[at + 1]
        parts, gap = self._without_bare(run)
        names = [*chain.from_iterable(parts)]
        if not (left or right):
            self.bare += names
            return
        to_left = names[0].gap
        to_right = max(gap, right[0].gap) if right else gap
        inner = [part[0].gap for part in parts[1:]]
        if left and right and max(inner, default=0) > max(to_left, to_right):
            # "443 TCP, UDP 161"
            cut = self._cut(inner, names, left[-1], right[0])
            own = [*chain.from_iterable(parts[:cut])]
            self.behind[at] = _Claim(own, to_left)
            own = [*chain.from_iterable(parts[cut:])]
            self.before[at + 1] = _Claim(own, to_right)
        elif not right or (left and to_left < to_right):
            self.behind[at] = _Claim(names, to_left)
        elif not left or to_right < to_left:
            self.before[at + 1] = _Claim(names, to_right)
        else:
            self.between[at] = _Claim(names, to_left)

    def _without_bare(
        self, run: Sequence[Token]
    ) -> tuple[list[list[Token]], Gap]:
        """Return protocols by what commas part, and what is behind them.

        Of ``ICMP, TCP 22``, the number is no type of a message.
        """
        parts: list[list[Token]] = []
        for token in run:
            if parts and token.gap < Gap.COMMA:
                parts[-1].append(token)
            else:
                parts.append([token])
        is_ported = any(map(_has_ports, run))
        kept, gap = [], Gap.GLUE
        for part in parts:
            gap = max(gap, part[0].gap)
            if is_ported and not any(map(_has_ports, part)):
                self.bare += part
            else:
                kept.append([part[0]._replace(gap=gap), *part[1:]])
                gap = Gap.GLUE
        return kept, gap

    def _follow(self) -> None:
        """Let what is undecided follow the rest of the cell.

        Raises:
            UnsettledError: The rest has both orders, or there is none.
        """
        claims = [
            (claim.gap < Gap.COMMA, is_before)
            for is_before, found in ((1, self.before), (0, self.behind))
            for claim in found.values()
        ]
        orders = {own for is_near, own in claims if is_near}
        orders = orders or {own for _, own in claims}
        for at, claim in self.between.items():
            if len(orders) != 1:
                left, right = self.ports[at][-1], self.ports[at + 1][0]
                raise self._unclear(claim.names, left, right)
            if 1 in orders:
                self.before[at + 1] = claim
            else:
                self.behind[at] = claim

    def _share(self, at: int, run: list[Token]) -> Iterator[Group]:
        """Yield the protocols of some ports."""
        before, behind = self.before.get(at), self.behind.get(at)
        if before is None or behind is None:
            claim = before or behind
            yield _protocols(claim.names) if claim else None, run
            return
        near, far = sorted((before, behind), key=lambda each: each.gap)
        if near.gap < Gap.COMMA <= far.gap:
            # "TCP 22, 443, UDP"
            self.bare += far.names
            yield _protocols(near.names), run
            return
        inner = [token.gap for token in run[1:]]
        if max(inner, default=0) <= far.gap:
            inner = []
        # "TCP 22, 123/UDP"
        cut = self._cut(inner, run, before.names[-1], behind.names[0])
        yield _protocols(before.names), run[:cut]
        yield _protocols(behind.names), run[cut:]

    def _cut(
        self,
        gaps: Sequence[Gap],
        several: Sequence[Token],
        left: Token,
        right: Token,
    ) -> int:
        """Return where the widest of some gaps is.

        Raises:
            UnsettledError: There is none, or more than one.
        """
        widest = max(gaps, default=Gap.GLUE)
        if gaps.count(widest) != 1:
            raise self._unclear(several, left, right)
        return gaps.index(widest) + 1

    def _unclear(
        self, several: Iterable[Token], left: Token, right: Token
    ) -> UnsettledError:
        text = ", ".join(map(str, several))
        why = (
            f"{text} may belong to {left} or to {right}; separate groups "
            "with semicolons"
        )
        return UnsettledError(Unknown(clean(self.cell), why))


def _protocols(names: Iterable[Token]) -> list[Protocol | None]:
    return [token.protocol for token in names]
