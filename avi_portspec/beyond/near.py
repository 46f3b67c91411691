"""What was probably meant by a port that nothing documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from avi_portspec.beyond.queries import statements
from avi_portspec.errors import InvalidQueryError, shown
from avi_portspec.model.ports import PortRange, ProtocolPorts
from avi_portspec.model.protocols import Protocol, ProtocolLike
from avi_portspec.names import Slip

if TYPE_CHECKING:
    from avi_portspec.beyond.records import Statement
    from avi_portspec.model.edition import EditionData

__all__ = ["NearMiss", "NearPorts", "near_misses"]

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
    edition: EditionData, protocol: ProtocolLike, port: int
) -> tuple[NearMiss, ...]:
    """Return what was probably meant by a port that the edition lacks.

    Args:
        edition: The edition.
        protocol: The protocol that was given.
        port: The port that was given.

    Returns:
        Each documented port that is near, the most certain first; nothing if
        the edition documents the port itself.

    Raises:
        InvalidQueryError: It is no port.
        UnknownNameError: No protocol has that name.
    """
    given = Protocol.of(protocol)
    if type(port) is not int or not 0 <= port <= 65535:  # noqa: PLR2004
        expected = "a number from 0 to 65535"
        raise InvalidQueryError("port", expected, shown(port))
    return NearPorts(edition).find(given, port)


class NearPorts:
    """Finds what was probably meant by ports, by tables that it makes once.

    Args:
        edition: The edition.
    """

    def __init__(self, edition: EditionData) -> None:
        self._edition = edition
        #: The flows by protocol and first port, and by single port.
        self._users: dict[Protocol, dict[int, list[str]]] = {}
        self._pairs: list[tuple[ProtocolPorts, str]] = []
        for flow in edition.flows:
            for protocol in flow.protocols:
                users = self._users.setdefault(protocol, {})
                for ports in flow.ports:
                    users.setdefault(ports.low, []).append(flow.id)
            self._pairs += (
                (pair, flow.id)
                for pair in flow.protocol_ports()
                if pair.ports is not None
            )
        #: The first ports by what one slip leaves of them.
        self._alike: dict[tuple[Protocol, str], list[int]] = {}
        for protocol, users in self._users.items():
            for port in users:
                for text in _left(port):
                    known = self._alike.setdefault((protocol, text), [])
                    known.append(port)

    def find(self, given: Protocol, port: int) -> tuple[NearMiss, ...]:
        """Return what was probably meant; see :func:`near_misses`.

        Args:
            given: The protocol that was given.
            port: The port that was given.
        """
        found: dict[ProtocolPorts, NearMiss] = {}
        documented = [
            (pair, name)
            for pair, name in self._pairs
            if pair.ports is not None
            and pair.ports.low <= port <= pair.ports.high
        ]
        if any(pair.protocol == given for pair, _ in documented):
            return ()
        for miss in (
            *_known_errors(self._edition, given, port),
            *_protocol_numbers(given, port),
            *_other_protocols(documented, given, port),
            *self._digits(given, port),
        ):
            first = found.setdefault(miss.meant, miss)
            names = dict.fromkeys((*first.records, *miss.records))
            found[miss.meant] = first._replace(records=tuple(names))
        return tuple(found.values())

    def _digits(self, given: Protocol, port: int) -> Iterator[NearMiss]:
        """Yield the ports of the same protocol that differ by one slip."""
        alike = {
            other
            for text in _left(port)
            for other in self._alike.get((given, text), ())
        }
        users = self._users.get(given, {}) if alike else {}
        near = [
            (slip, other)
            for other in users
            if other in alike and (slip := _slip(port, other))
        ]
        for slip, other in sorted(near, key=lambda each: each[0] == "digit"):
            what = (
                "one digit differs"
                if slip == "digit"
                else "two digits are swapped"
            )
            yield NearMiss(
                ProtocolPorts(given, PortRange.of(other)),
                slip,
                f"{given.label} {other} is documented; {what}.",
                tuple(users[other]),
            )


def _left(port: int) -> Iterator[str]:
    """Yield what one slip leaves of a port: all but one digit, or but two."""
    text = str(port)
    for at in range(len(text)):
        yield f"{text[:at]}?{text[at + 1 :]}"
        yield f"{text[:at]}??{text[at + 2 :]}"


def _other_protocols(
    documented: Iterable[tuple[ProtocolPorts, str]],
    given: Protocol,
    port: int,
) -> Iterator[NearMiss]:
    """Yield the same port of other protocols."""
    for pair, name in documented:
        yield NearMiss(
            pair,
            "protocol",
            f"Port {port} is documented with {pair.protocol.label}, "
            f"not with {given.label}.",
            (name,),
        )


@cache
def _mistakes() -> Mapping[tuple[Protocol, int], tuple[Statement, ...]]:
    """Return the statements that are mistakes, by what they have."""
    found: dict[tuple[Protocol, int], list[Statement]] = {}
    stated = [
        ((pair.protocol, pair.ports.low), statement)
        for statement in statements()
        if statement.error is not None
        for pair in statement.protocol_ports()
        if pair.ports is not None
    ]
    for key, statement in stated:
        found.setdefault(key, []).append(statement)
    return {key: tuple(listed) for key, listed in found.items()}


def _known_errors(
    edition: EditionData, given: Protocol, port: int
) -> Iterator[NearMiss]:
    """Yield what is meant where a source has this very mistake."""
    for statement in _mistakes().get((given, port), ()):
        for name in edition.flows.ids():
            if name not in statement.about:
                continue
            for pair in edition.flows[name].protocol_ports():
                yield NearMiss(
                    pair,
                    "known-error",
                    f"{statement.stated_by} has the same mistake. "
                    f"{statement.error}",
                    (name, statement.id),
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
            f"{port} is the number of an IP protocol, and no port: other "
            f"sources have {protocol.label}.",
            named,
        )


def _slip(port: int, other: int) -> Slip | None:
    """Return how one number can be written for the other, if it can."""
    left, right = str(port), str(other)
    if len(left) != len(right) or len(left) < _DIGITS:
        return None
    apart = [at for at in range(len(left)) if left[at] != right[at]]
    if len(apart) == 1:
        return "digit"
    if len(apart) == 2 and apart[1] == apart[0] + 1:  # noqa: PLR2004
        first, second = apart
        if left[first] == right[second] and left[second] == right[first]:
            return "swapped-digits"
    return None
