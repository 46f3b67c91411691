"""What was probably meant by a port that nothing documents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from avi_portspec.beyond.queries import check_port, statements
from avi_portspec.model.ports import PortRange, ProtocolPorts
from avi_portspec.model.protocols import Protocol, ProtocolLike
from avi_portspec.names import Slip

if TYPE_CHECKING:
    from avi_portspec.model.edition import EditionData

__all__ = ["NearMiss", "near_misses"]

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
    check_port(port)
    if edition.flows.select(protocol=given, port=port):
        return ()
    found: dict[ProtocolPorts, NearMiss] = {}
    for miss in _all(edition, given, port):
        first = found.setdefault(miss.meant, miss)
        names = dict.fromkeys((*first.records, *miss.records))
        found[miss.meant] = first._replace(records=tuple(names))
    return tuple(found.values())


def _all(
    edition: EditionData, given: Protocol, port: int
) -> Iterator[NearMiss]:
    """Yield every near miss, some perhaps twice, the most certain first."""
    yield from _known_errors(edition, given, port)
    yield from _protocol_numbers(given, port)
    for flow in edition.flows.select(port=port):
        for pair in flow.protocol_ports():
            if pair.ports is not None and port in pair.ports:
                yield NearMiss(
                    pair,
                    "protocol",
                    f"Port {port} is documented with {pair.protocol.label}, "
                    f"not with {given.label}.",
                    (flow.id,),
                )
    yield from _digits(edition, given, port)


def _known_errors(
    edition: EditionData, given: Protocol, port: int
) -> Iterator[NearMiss]:
    """Yield what is meant where a source has this very mistake."""
    for statement in statements():
        if statement.error is None or port not in {
            pair.ports.low
            for pair in statement.protocol_ports()
            if pair.ports is not None and pair.protocol == given
        }:
            continue
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


def _protocol_numbers(given: Protocol, port: int) -> Iterator[NearMiss]:
    """Yield the IP protocol whose number was given as a port."""
    named = tuple(
        statement.id
        for statement in statements()
        if any(
            protocol.number == port and protocol.name is None
            for protocol in statement.protocols
        )
    )
    if named and given.has_ports:
        protocol = Protocol.of(port)
        yield NearMiss(
            ProtocolPorts(protocol, None),
            "protocol-number",
            f"{port} is the number of an IP protocol, and no port: other "
            f"sources have {protocol.label}.",
            named,
        )


def _digits(
    edition: EditionData, given: Protocol, port: int
) -> Iterator[NearMiss]:
    """Yield the ports of the same protocol that differ by one slip."""
    users: dict[int, list[str]] = {}
    for flow in edition.flows.select(protocol=given):
        for ports in flow.ports:
            users.setdefault(ports.low, []).append(flow.id)
    near = [(slip, other) for other in users if (slip := _slip(port, other))]
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
