"""Port ranges, and a protocol together with one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

import attrs

from avi_portspec.errors import Fault, shown
from avi_portspec.model.checks import Integer
from avi_portspec.model.protocols import Protocol
from avi_portspec.model.record import Record, check

__all__ = ["PortRange", "ProtocolPorts"]

#: Ports are 16 bits wide (RFC 9293, RFC 768).
PORT = Integer(0, 65535)


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

    low: int = attrs.field(metadata=check(PORT))
    high: int = attrs.field(metadata=check(PORT))

    @classmethod
    def of(cls, port: int) -> PortRange:
        """Return the range that holds *port* alone."""
        return cls(low=port, high=port)

    def _faults(self) -> Iterator[Fault]:
        if self.low == 0:
            yield Fault("low", "a port that can be listened on", "port 0")
        if self.high < self.low:
            yield Fault(
                "high", f"at least low, which is {self.low}", shown(self.high)
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
        icmp_type: The type of an ICMP message, or ``None`` where the page
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
