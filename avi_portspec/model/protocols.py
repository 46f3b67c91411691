"""IP protocols: the ones with names here, and any other by its number."""

from __future__ import annotations

from typing import Final, TypeAlias

import attrs

from avi_portspec.errors import (
    Fault,
    InvalidQueryError,
    UnknownNameError,
    nearest,
    shown,
)
from avi_portspec.model.checks import Integer
from avi_portspec.model.record import Record, check

__all__ = ["ICMP", "TCP", "UDP", "Protocol", "ProtocolLike"]

#: Numbers as IANA assigns them ("Assigned Internet Protocol Numbers"). Only
#: protocols that firewalls commonly write by name have one here.
_NAMES: Final = (
    ("icmp", 1),
    ("tcp", 6),
    ("udp", 17),
    ("gre", 47),
    ("esp", 50),
    ("ah", 51),
    ("icmpv6", 58),
    ("sctp", 132),
)
#: The field is eight bits wide (RFC 791).
_LAST: Final = 255
_PORTED: Final = frozenset({6, 17, 132})


@attrs.frozen(kw_only=True, getstate_setstate=False, repr=False)
class Protocol(Record):
    """A protocol that runs over IP, by its assigned number.

    >>> from avi_portspec import Protocol
    >>> Protocol.of("tcp").number
    6
    >>> Protocol.of(97).label
    'IP protocol 97'

    Attributes:
        number: 0 to 255, as IANA assigns it.
    """

    number: int = attrs.field(metadata=check(Integer(0, _LAST)))

    @classmethod
    def of(cls, protocol: ProtocolLike) -> Protocol:
        """Return the protocol of that name or number.

        Raises:
            UnknownNameError: No protocol here has that name.
            InvalidQueryError: The number is not within 0 to 255, or the
                argument is neither a name, a number nor a protocol.
        """
        if isinstance(protocol, Protocol):
            return protocol
        if isinstance(protocol, str):
            for name, number in _NAMES:
                if protocol.casefold() == name:
                    return cls(number=number)
            raise UnknownNameError(
                "protocol", protocol, [name for name, _ in _NAMES]
            )
        if type(protocol) is int and 0 <= protocol <= _LAST:
            return cls(number=protocol)
        raise InvalidQueryError(
            "protocol", "a name, or a number from 0 to 255", shown(protocol)
        )

    @property
    def name(self) -> str | None:
        """The lower-case name, or ``None`` where only the number is known."""
        for name, number in _NAMES:
            if number == self.number:
                return name
        return None

    @property
    def label(self) -> str:
        """The protocol as people write it, or its number in words."""
        return self.name.upper() if self.name else f"IP protocol {self.number}"

    @property
    def has_ports(self) -> bool:
        """Whether the protocol knows ports at all."""
        return self.number in _PORTED

    def __str__(self) -> str:
        return self.label

    def __repr__(self) -> str:
        return f"Protocol.of({self.name or self.number!r})"

    def _plain(self) -> str | int:
        return self.name or self.number

    @classmethod
    def _parse(cls, data: object) -> Protocol | list[Fault]:
        """Return the protocol that *data* spells, or what is wrong."""
        names = dict(_NAMES)
        wanted = f"one of {', '.join(names)}, or a protocol's number"
        if type(data) is str and data in names:
            return cls(number=names[data])
        if type(data) is int and 0 <= data <= _LAST:
            named = cls(number=data).name
            if named is None:
                return cls(number=data)
            # One fact has one spelling, or digests would differ.
            return [Fault("", repr(named), shown(data), named)]
        return [Fault("", wanted, shown(data), nearest(data, names))]

    @classmethod
    def _schema(cls) -> dict[str, object]:
        named = [number for _, number in _NAMES]
        return {
            "description": "An IP protocol, by name, else by number.",
            "oneOf": [
                {"enum": [name for name, _ in _NAMES]},
                {
                    "type": "integer",
                    "minimum": 0,
                    "maximum": 255,
                    "not": {"enum": named},
                },
            ],
        }


#: What a query takes for a protocol.
ProtocolLike: TypeAlias = "Protocol | str | int"

TCP: Final = Protocol(number=6)
UDP: Final = Protocol(number=17)
ICMP: Final = Protocol(number=1)
