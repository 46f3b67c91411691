"""Port ranges, and a protocol together with one."""

# Annotations are no strings here: see checks_of.
import re
from collections.abc import Iterator
from typing import Annotated, Final, NamedTuple

import attrs

from avi_portspec.errors import Fault, InvalidQueryError, shown
from avi_portspec.model.checks import Integer
from avi_portspec.model.protocols import Protocol
from avi_portspec.model.record import Record

__all__ = ["PortRange", "ProtocolPorts", "parse_port", "parse_ports"]

#: Ports are 16 bits wide (RFC 9293, RFC 768).
_HIGHEST: Final = 65535
PORT = Integer(0, _HIGHEST)

#: A port in text: decimal digits of ASCII, without a sign or leading zeros.
#: ``int()`` alone would also read ``4_43``, ``+443`` and the digits of other
#: scripts, and some tools read ``010`` as eight.
_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,4}", re.ASCII)


def parse_port(text: str) -> int:
    """Return the port that a text spells.

    The command line, the Sphinx directives and the readers of files share
    this grammar: decimal digits, without a sign, spaces or leading zeros.

    >>> from avi_portspec.model.ports import parse_port
    >>> parse_port("443")
    443

    Args:
        text: The port as a person typed it.

    Returns:
        A number from 0 to 65535: what a query can ask for. Nothing listens
        on port 0, so such a query finds no flow.

    Raises:
        InvalidQueryError: The text spells no port.
    """
    if not (isinstance(text, str) and _NUMBER.fullmatch(text)) or (
        int(text) > _HIGHEST
    ):
        raise InvalidQueryError(
            "port", f"a number from 0 to {_HIGHEST}", shown(text)
        )
    return int(text)


def parse_ports(text: str) -> range:
    """Return the ports that a text spells: ``443`` or ``8000-8010``.

    >>> from avi_portspec.model.ports import parse_ports
    >>> parse_ports("8000-8010")
    range(8000, 8011)

    Args:
        text: A port, or the first and the last of a range and a hyphen
            between them.

    Returns:
        The ports, as :meth:`Flows.select` takes them.

    Raises:
        InvalidQueryError: The text spells neither; or the last port is
            lower than the first.
    """
    expected = f"a port from 0 to {_HIGHEST}, or a range such as 8000-8010"
    try:
        low, dash, high = text.partition("-")
        first = parse_port(low)
        last = parse_port(high) if dash else first
    except (AttributeError, TypeError, InvalidQueryError):
        raise InvalidQueryError("port", expected, shown(text)) from None
    if last < first:
        expected = "a range whose first port is not above its last"
        raise InvalidQueryError("port", expected, shown(text))
    return range(first, last + 1)


@attrs.frozen(kw_only=True, getstate_setstate=False, order=True, repr=False)
class PortRange(Record):
    """The destination ports from *low* to *high*, both included.

    >>> from avi_portspec import PortRange
    >>> 443 in PortRange.of(443)
    True
    >>> str(PortRange(low=8000, high=8010))
    '8000-8010'

    Port 0 is reserved (RFC 6335) and nothing can listen there, so a range
    that includes it says more than anyone can mean: it is refused.

    Attributes:
        low: The first port, 1 to 65535.
        high: The last port, *low* to 65535.
    """

    low: Annotated[int, PORT]
    high: Annotated[int, PORT]

    @classmethod
    def of(cls, port: int) -> "PortRange":
        """Return the range that holds *port* alone."""
        return cls(low=port, high=port)

    def _faults(self) -> Iterator[Fault]:
        if self.low == 0:
            yield Fault(
                "port/zero", "low", "a port that can be listened on", "port 0"
            )
        if self.high < self.low:
            yield Fault(
                "port/backwards",
                "high",
                f"at least low, which is {self.low}",
                shown(self.high),
            )

    def __contains__(self, port: object) -> bool:
        return type(port) is int and self.low <= port <= self.high

    def __len__(self) -> int:
        return self.high - self.low + 1

    def __iter__(self) -> Iterator[int]:
        return iter(range(self.low, self.high + 1))

    def __str__(self) -> str:
        if self.low == self.high:
            return str(self.low)
        return f"{self.low}-{self.high}"

    def __repr__(self) -> str:
        if self.low == self.high:
            return f"PortRange.of({self.low})"
        return f"PortRange(low={self.low}, high={self.high})"

    def _plain(self) -> int | dict[str, int]:
        if self.low == self.high:
            return self.low
        return {"low": self.low, "high": self.high}

    @classmethod
    def _schema(cls) -> dict[str, object]:
        port = {"type": "integer", "minimum": 1, "maximum": 65535}
        return {
            "description": "One port, or a range with both ends included.",
            "oneOf": [
                port,
                {
                    "type": "object",
                    "properties": {"low": port, "high": port},
                    "required": ["low", "high"],
                    "additionalProperties": False,
                },
            ],
        }


#: The ICMP types that have a name here (RFC 792).
_ICMP_TYPES: Final = {0: "echo reply", 8: "echo request"}


class ProtocolPorts(NamedTuple):
    """A protocol with one range of its ports, or one of its messages.

    Attributes:
        protocol: The protocol.
        ports: The range, or ``None`` for a protocol without ports.
        icmp_type: The type of an ICMP message, or ``None`` where the vendor
            names none, and for every other protocol.
    """

    protocol: Protocol
    ports: PortRange | None
    icmp_type: int | None = None

    @property
    def number(self) -> str:
        """The ports or the message alone, in words; may be empty."""
        if self.ports is not None:
            return str(self.ports)
        if self.icmp_type is None:
            return ""
        return _ICMP_TYPES.get(self.icmp_type, f"type {self.icmp_type}")

    def __str__(self) -> str:
        return f"{self.protocol.label} {self.number}".rstrip()
