"""Real connections through the router, for what probes cannot show."""

from __future__ import annotations

import socket
import struct
from contextlib import suppress
from types import TracebackType
from typing import Self

from kernel_lab import Arrival, Lab
from kernel_probes import ICMP, TCP, UDP, checksum

__all__ = ["Conversation", "answered"]

#: Seconds. The first is for what has to come, and is hardly ever waited for.
_PATIENCE = 60.0


class Conversation:
    """A connection, or two sockets that exchange datagrams."""

    def __init__(self, lab: Lab, sides: Arrival) -> None:
        family = socket.AF_INET if "." in sides.source else socket.AF_INET6
        stream = sides.protocol == TCP
        kind = socket.SOCK_STREAM if stream else socket.SOCK_DGRAM
        with lab.within(lab.listener):
            listener = socket.socket(family, kind)
        with lab.within(lab.opener):
            self._opener = socket.socket(family, kind)
        self._opener.settimeout(_PATIENCE)
        listener.settimeout(_PATIENCE)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((sides.destination, sides.number))
        self._opener.bind((sides.source, 0))
        if stream:
            with listener:
                listener.listen()
                self._opener.connect((sides.destination, sides.number))
                self._listener, _ = listener.accept()
        else:
            self._listener = listener
            self._opener.connect((sides.destination, sides.number))
            self._listener.connect(self._opener.getsockname())
        self.patience(_PATIENCE)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        wrong: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for each in (self._opener, self._listener):
            # Reset: what is blocked could not be taken leave of.
            with suppress(OSError):
                each.setsockopt(
                    socket.SOL_SOCKET,
                    socket.SO_LINGER,
                    struct.pack("ii", 1, 0),
                )
            each.close()

    @property
    def port(self) -> int:
        """The port of who opened."""
        port: int = self._opener.getsockname()[1]
        return port

    def patience(self, seconds: float) -> None:
        """Say how long to wait for what is sent."""
        self._opener.settimeout(seconds)
        self._listener.settimeout(seconds)

    def there(self, data: bytes) -> bool:
        """Send from who opened; return whether it arrives."""
        return _passes(self._opener, self._listener, data)

    def back(self, data: bytes) -> bool:
        """Send from who listens; return whether it arrives."""
        return _passes(self._listener, self._opener, data)


def _passes(one: socket.socket, other: socket.socket, data: bytes) -> bool:
    one.sendall(data)
    try:
        return other.recv(len(data)) == data
    except TimeoutError:
        return False


def answered(lab: Lab, sides: Arrival) -> bool:
    """Return whether what may arrive is answered as well."""
    if sides.protocol == ICMP:
        return _ping(lab, sides)
    assert sides.protocol in (TCP, UDP)
    with Conversation(lab, sides) as talk:
        return talk.there(b"ping") and talk.back(b"pong")


def _ping(lab: Lab, sides: Arrival) -> bool:
    """Send an echo request, and wait for the kernel's reply."""
    data = struct.pack("!BBHHH", 8, 0, 0, 1, 1)
    data = data[:2] + struct.pack("!H", checksum(data)) + data[4:]
    with lab.within(lab.opener):
        raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, ICMP)
    with raw:
        raw.settimeout(_PATIENCE)
        raw.bind((sides.source, 0))
        raw.sendto(data, (sides.destination, 0))
        try:
            reply = raw.recv(2048)
        except TimeoutError:
            return False
    return reply[20] == 0
