"""What was probably meant by a port that nothing documents."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from avi_portspec.beyond.queries import check_port, statements
from avi_portspec.beyond.wording import mistake_text
from avi_portspec.model.ports import PortRange, ProtocolPorts
from avi_portspec.model.protocols import Protocol, ProtocolLike
from avi_portspec.names import Slip

if TYPE_CHECKING:
    from avi_portspec.beyond.records import Statement
    from avi_portspec.model.edition import EditionData
    from avi_portspec.model.flows import Flow

    _Pairs: TypeAlias = Sequence[tuple[Flow, ProtocolPorts]]

__all__ = ["NearMiss", "NearMisses", "near_misses"]

#: Ports of fewer digits are all near to one another.
_DIGITS: Final = 3


class NearMiss(NamedTuple):
    """What was probably meant, and why.

    Attributes:
        meant: The protocol and port that are documented.
        slip: How they were written wrongly.
        reason: Why, in a sentence.
        records: The flows that use what was meant, or the statements of other
            sources on it.
    """

    meant: ProtocolPorts
    slip: Slip
    reason: str
    records: tuple[str, ...]


def near_misses(
    edition: EditionData,
    protocol: ProtocolLike,
    port: int,
    *,
    flows: Iterable[Flow] | None = None,
) -> tuple[NearMiss, ...]:
    """Return what was probably meant by a port that the edition lacks.

    It takes one protocol and one port, as a question or a rule has them, and
    reads nothing but the edition and the statements of other sources. The
    same arguments give the same answer.

    Args:
        edition: The edition.
        protocol: The protocol that was given.
        port: The port that was given.
        flows: The flows that may be meant, such as those that a deployment
            needs; by default all of the edition.

    Returns:
        Each documented port that is near, the most certain first; nothing if
        one of the flows has the port itself.

    Raises:
        InvalidQueryError: It is no port.
        UnknownNameError: No protocol has that name.
    """
    return NearMisses(edition.flows if flows is None else flows).of(
        protocol, port
    )


class NearMisses:
    """What is near to the ports of some flows: made once, asked often.

    Protocols are told apart by number, and the ports that are like a given
    one are looked up: a filter has thousands of rules.

    Args:
        flows: The flows that may be meant.
    """

    def __init__(self, flows: Iterable[Flow]) -> None:
        self._pairs = [
            (flow, pair) for flow in flows for pair in flow.protocol_ports()
        ]
        ported = [
            (pair.ports.low, pair.ports.high, flow, pair)
            for flow, pair in self._pairs
            if pair.ports is not None
        ]
        #: From which ports on others have them, and who has the ports there.
        self._edges = sorted(
            {edge for low, high, *_ in ported for edge in (low, high + 1)}
        )
        self._having = [
            [
                (flow, pair)
                for low, high, flow, pair in ported
                if low <= edge <= high
            ]
            for edge in self._edges
        ]
        #: The flows that use a port, by protocol.
        self._users: dict[int, dict[int, list[str]]] = {}
        #: The ports that are a text, or become it without a digit.
        self._alike: dict[int, dict[str, set[int]]] = {}
        for low, _, flow, pair in ported:
            number = pair.protocol.number
            users = self._users.setdefault(number, {})
            users.setdefault(low, []).append(flow.id)
            alike = self._alike.setdefault(number, {})
            for text in _shortened(str(low)):
                alike.setdefault(text, set()).add(low)

    def of(self, protocol: ProtocolLike, port: int) -> tuple[NearMiss, ...]:
        """Return what was probably meant by a port: :func:`near_misses`."""
        given = Protocol.of(protocol)
        check_port(port)
        at = bisect_right(self._edges, port)
        having = self._having[at - 1] if at else []
        if any(pair.protocol == given for _, pair in having):
            return ()
        found: dict[ProtocolPorts, NearMiss] = {}
        for miss in (
            *_known_errors(self._pairs, given, port),
            *_protocol_numbers(given, port),
            *_other_protocols(having, given, port),
            *self._digits(given, port),
        ):
            first = found.setdefault(miss.meant, miss)
            names = dict.fromkeys((*first.records, *miss.records))
            found[miss.meant] = first._replace(records=tuple(names))
        return tuple(found.values())

    def _digits(self, given: Protocol, port: int) -> Iterator[NearMiss]:
        """Yield the ports of the same protocol that differ by one slip."""
        users = self._users.get(given.number, {})
        known = self._alike.get(given.number, {})
        # Numbers one slip apart have such a text in common.
        texts = known.keys() & _shortened(str(port))
        if not texts:
            return
        alike = set().union(*(known[text] for text in texts))
        near = [
            (*slip, other)
            for other in users
            if other in alike
            for slip in _slips(str(port), str(other))
        ]
        for slip, what, other in sorted(near, key=lambda e: e[0] == "digit"):
            yield NearMiss(
                ProtocolPorts(given, PortRange.of(other)),
                slip,
                f"{given.label} {other} is documented; {what}.",
                tuple(users[other]),
            )


@cache
def _mistakes() -> Mapping[tuple[int, int], tuple[Statement, ...]]:
    """Return the statements that are mistakes, by what they have."""
    found: dict[tuple[int, int], list[Statement]] = {}
    stated = [
        ((pair.protocol.number, pair.ports.low), statement)
        for statement in statements()
        if statement.error is not None
        for pair in statement.protocol_ports()
        if pair.ports is not None
    ]
    for key, statement in stated:
        found.setdefault(key, []).append(statement)
    return {key: tuple(listed) for key, listed in found.items()}


def _known_errors(
    pairs: _Pairs, given: Protocol, port: int
) -> Iterator[NearMiss]:
    """Yield what is meant where this is probably a mistake of a source."""
    for statement in _mistakes().get((given.number, port), ()):
        for flow, pair in pairs:
            if flow.id in statement.about:
                yield NearMiss(
                    pair,
                    "known-error",
                    f"{statement.stated_by} has {given.label} {port} as "
                    f"well. {mistake_text(statement)}",
                    (flow.id, statement.id),
                )


@cache
def _numbers() -> Mapping[int, tuple[str, ...]]:
    """Return which statements have a protocol that only a number names."""
    found: dict[int, list[str]] = {}
    for statement in statements():
        for protocol in statement.protocols:
            if protocol.name is None:
                found.setdefault(protocol.number, []).append(statement.id)
    return {number: tuple(listed) for number, listed in found.items()}


def _protocol_numbers(given: Protocol, port: int) -> Iterator[NearMiss]:
    """Yield the IP protocol whose number was given as a port."""
    named = _numbers().get(port, ())
    if named and given.has_ports:
        protocol = Protocol.of(port)
        yield NearMiss(
            ProtocolPorts(protocol, None),
            "protocol-number",
            f"{port} is the number of an IP protocol that other sources "
            "have: probably no port is meant.",
            named,
        )


def _other_protocols(
    having: _Pairs, given: Protocol, port: int
) -> Iterator[NearMiss]:
    """Yield what has the port, with another protocol."""
    for flow, pair in having:
        yield NearMiss(
            pair,
            "protocol",
            f"Port {port} is documented with {pair.protocol.label}, "
            f"not with {given.label}.",
            (flow.id,),
        )


def _slips(given: str, meant: str) -> Iterator[tuple[Slip, str]]:
    """Yield how one number can be written for the other, if it can."""
    if min(len(given), len(meant)) < _DIGITS:
        return
    if given in _shortened(meant):
        yield "digit", "a digit is missing"
    elif meant in _shortened(given):
        yield "digit", "there is a digit too many"
    if len(given) != len(meant):
        return
    apart = [at for at in range(len(given)) if given[at] != meant[at]]
    if len(apart) == 1:
        yield "digit", "one digit differs"
    elif len(apart) == 2 and apart[1] == apart[0] + 1:  # noqa: PLR2004
        first, second = apart
        if given[first] == meant[second] and given[second] == meant[first]:
            yield "swapped-digits", "two digits are swapped"


def _shortened(text: str) -> set[str]:
    """Return a number as it is, and without any one of its digits."""
    return {text} | {text[:at] + text[at + 1 :] for at in range(len(text))}
