"""IP protocols: the ones with names here, and any other by its number."""

# Annotations are no strings here: see checks_of.
from typing import Annotated, Final, TypeAlias

import attrs

from avi_portspec.errors import (
    Fault,
    InvalidQueryError,
    UnknownNameError,
    nearest,
    shown,
)
from avi_portspec.model.checks import Integer
from avi_portspec.model.record import Record

__all__ = ["ICMP", "TCP", "UDP", "Protocol", "ProtocolLike"]

#: Numbers as IANA assigns them ("Assigned Internet Protocol Numbers"). Only
#: protocols that firewalls commonly write by name have one here.
_NUMBERS: Final = {
    "icmp": 1,
    "tcp": 6,
    "udp": 17,
    "dccp": 33,
    "gre": 47,
    "esp": 50,
    "ah": 51,
    "icmpv6": 58,
    "sctp": 132,
    "udplite": 136,
}
_NAMES: Final = {number: name for name, number in _NUMBERS.items()}
#: The field is eight bits wide (RFC 791).
_LAST: Final = 255
_PORTED: Final = frozenset({6, 17, 33, 132, 136})


@attrs.frozen(kw_only=True, getstate_setstate=False, eq=False, repr=False)
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

    number: Annotated[int, Integer(0, _LAST)]

    @classmethod
    def of(cls, protocol: "ProtocolLike") -> "Protocol":
        """Return the protocol of that name or number.

        Raises:
            UnknownNameError: No protocol here has that name.
            InvalidQueryError: The number is not within 0 to 255, or the
                argument is neither a name, a number nor a protocol.
        """
        if isinstance(protocol, Protocol):
            return protocol
        if isinstance(protocol, str):
            number = _NUMBERS.get(protocol.casefold())
            if number is None:
                raise UnknownNameError("protocol", protocol, _NUMBERS)
            return cls(number=number)
        if type(protocol) is int and 0 <= protocol <= _LAST:
            return cls(number=protocol)
        raise InvalidQueryError(
            "protocol", "a name, or a number from 0 to 255", shown(protocol)
        )

    @property
    def name(self) -> str | None:
        """The lower-case name, or ``None`` where only the number is known."""
        return _NAMES.get(self.number)

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
    def _parse(cls, data: object) -> "Protocol | list[Fault]":
        """Return the protocol that *data* spells, or what is wrong."""
        if type(data) is str and data in _NUMBERS:
            return cls(number=_NUMBERS[data])
        if type(data) is not int or not 0 <= data <= _LAST:
            expected = f"one of {', '.join(_NUMBERS)}, or a protocol's number"
            near = nearest(data, _NUMBERS)
            got = shown(data)
            return [Fault("protocol/unknown", "", expected, got, near)]
        name = _NAMES.get(data)
        if name is None:
            return cls(number=data)
        # One fact has one spelling, or digests would differ.
        rule = "protocol/number-of-a-name"
        return [Fault(rule, "", repr(name), shown(data), name)]

    @classmethod
    def _schema(cls) -> dict[str, object]:
        return {
            "description": "An IP protocol, by name, else by number.",
            "oneOf": [
                {"enum": [*_NUMBERS]},
                {
                    "type": "integer",
                    "minimum": 0,
                    "maximum": 255,
                    "not": {"enum": [*_NAMES]},
                },
            ],
        }


#: What a query takes for a protocol.
ProtocolLike: TypeAlias = "Protocol | str | int"

TCP: Final = Protocol(number=6)
UDP: Final = Protocol(number=17)
ICMP: Final = Protocol(number=1)
