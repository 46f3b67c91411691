"""Packets for the kernel proof, and a sender that is fast enough for it."""

from __future__ import annotations

import mmap
import socket
import struct
from collections.abc import Iterable
from ipaddress import ip_address
from typing import Final

TCP, UDP, ICMP, ICMPV6 = 6, 17, 1, 58
#: All ports, 0 included: nothing may reach that one either.
PORTS: Final = 65536
#: Where frames go from and to, on the link from the senders to the router.
SENDER, ROUTER = "02:00:00:00:00:01", "02:00:00:00:00:02"

_FRAME: Final = 128  # bytes that each frame has in the ring
_BLOCK: Final = 65536
_SLOT: Final = struct.Struct("=IIIHHIIHHI")  # struct tpacket2_hdr
_SEND_REQUEST: Final = b"\x01"
_OFFLOAD: Final = struct.Struct("=BBHHHH")  # struct virtio_net_hdr
_ETHER: Final = 14
#: linux/if_packet.h; the standard library has none of them.
_SOL_PACKET, _VERSION, _TX_RING, _VNET_HDR, _BYPASS = 263, 10, 13, 15, 20

# The source port is what the destination port lacks to 65535. Their sum is
# the same for each pair, and with it the checksum: one frame is the template
# of all.
_TARGETS: Final = range(PORTS)
_ORIGINS: Final = [PORTS - 1 - port or PORTS - 1 for port in _TARGETS]
_COLUMNS: Final = (
    bytes(port >> 8 for port in _ORIGINS),
    bytes(port & 255 for port in _ORIGINS),
    bytes(port >> 8 for port in _TARGETS),
    bytes(port & 255 for port in _TARGETS),
)


def checksum(data: bytes) -> int:
    """Return the Internet checksum (RFC 1071)."""
    data += bytes(len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return 0xFFFF - total


def packet(source: str, destination: str, protocol: int, data: bytes) -> bytes:
    """Return an IP packet of the addresses' family around *data*."""
    first, second = ip_address(source).packed, ip_address(destination).packed
    if len(first) == len(second) == 4:
        head = struct.pack(
            "!BBHHHBBH4s4s",
            *(0x45, 0, 20 + len(data), 0, 0x4000, 64, protocol, 0),
            *(first, second),
        )
        return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + data
    return (
        struct.pack("!IHBB", 6 << 28, len(data), protocol, 64)
        + first
        + second
        + data
    )


def message(
    source: str, destination: str, protocol: int, data: bytes, at: int
) -> bytes:
    """Return *data* with its checksum filled in at an offset."""
    pseudo = b""
    if protocol != ICMP:
        sides = ip_address(source).packed + ip_address(destination).packed
        pseudo = sides + struct.pack("!II", len(data), protocol)
    found = struct.pack("!H", checksum(pseudo + data) or 0xFFFF)
    return data[:at] + found + data[at + 2 :]


def echo(source: str, destination: str, kind: int) -> bytes:
    """Return a packet of ICMP, or ICMPv6, of one type."""
    protocol = ICMP if "." in source else ICMPV6
    data = struct.pack("!BBHHH", kind, 0, 0, 7, 7)
    data = message(source, destination, protocol, data, 2)
    return packet(source, destination, protocol, data)


def segment(
    source: str, destination: str, protocol: int, ports: tuple[int, int]
) -> bytes:
    """Return a TCP segment that opens a connection, or a datagram."""
    if protocol == TCP:
        data = struct.pack("!HHIIBBHHH", *ports, 1, 0, 0x50, 2, 1024, 0, 0)
        data = message(source, destination, TCP, data, 16)
    else:
        data = struct.pack("!HHHH", *ports, 8, 0)
        data = message(source, destination, UDP, data, 6)
    return packet(source, destination, protocol, data)


def complaint(
    source: str, kind: int, about: bytes, *, code: int = 0, mtu: int = 1300
) -> bytes:
    """Return an error of ICMP, or of ICMPv6, about a packet.

    Args:
        source: Who complains, to the sender of the packet.
        kind: The type.
        about: The packet.
        code: The code.
        mtu: What stands in the next field.
    """
    four = about[0] >> 4 == 4
    sender = about[12:16] if four else about[8:24]
    destination = str(ip_address(sender))
    protocol = ICMP if four else ICMPV6
    data = struct.pack("!BBHI", kind, code, 0, mtu) + about
    data = message(source, destination, protocol, data, 2)
    return packet(source, destination, protocol, data)


def of_each_protocol(source: str, destination: str) -> list[bytes]:
    """Return a packet of each of the 256 IP protocols, in order.

    Those that have ports go to port 0: the others are swept apart.
    """
    made = []
    for protocol in range(256):
        if protocol in (TCP, UDP):
            made.append(segment(source, destination, protocol, (65535, 0)))
        elif protocol == (ICMP if "." in source else ICMPV6):
            made.append(echo(source, destination, 8 if "." in source else 128))
        else:
            made.append(packet(source, destination, protocol, bytes(24)))
    return made


def of_each_message(source: str, destination: str) -> list[bytes]:
    """Return a packet of each of the 256 types of ICMP, or of ICMPv6."""
    return [echo(source, destination, kind) for kind in range(256)]


class Sender:
    """Sends frames from an interface, as root.

    A ring in memory shared with the kernel (PACKET_TX_RING) holds a frame
    for each port, and one system call sends them all.

    Args:
        interface: Its name, in the namespace of the calling thread.
    """

    def __init__(self, interface: str) -> None:
        raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        raw.bind((interface, 0))
        raw.setsockopt(_SOL_PACKET, _VERSION, struct.pack("i", 1))
        raw.setsockopt(_SOL_PACKET, _BYPASS, 1)
        # It tells the kernel how much to copy in one piece: all of it.
        raw.setsockopt(_SOL_PACKET, _VNET_HDR, 1)
        size = PORTS * _FRAME
        ring = struct.pack("IIII", _BLOCK, size // _BLOCK, _FRAME, PORTS)
        raw.setsockopt(_SOL_PACKET, _TX_RING, ring)
        self._raw = raw
        self._ring = mmap.mmap(raw.fileno(), size)
        self._plain = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self._plain.bind((interface, 0))

    def close(self) -> None:
        """Give the ring back."""
        self._ring.close()
        self._raw.close()
        self._plain.close()

    def sweep(self, source: str, destination: str, protocol: int) -> int:
        """Send to every port; return how many packets that were."""
        made = _framed(segment(source, destination, protocol, (65534, 1)))
        at = _SLOT.size + _OFFLOAD.size
        head = _SLOT.pack(0, _OFFLOAD.size + len(made), 0, *[0] * 7)
        offload = _OFFLOAD.pack(0, 0, len(made), 0, 0, 0)
        slot = (head + offload + made).ljust(_FRAME, b"\0")
        ring = bytearray(slot * PORTS)
        at += _ETHER + (20 if "." in source else 40)
        for offset, column in enumerate(_COLUMNS, start=at):
            ring[offset::_FRAME] = column
        ring[0::_FRAME] = _SEND_REQUEST * PORTS
        self._ring[:] = bytes(ring)
        self._raw.send(b"")
        return PORTS

    def send(self, packets: Iterable[bytes]) -> int:
        """Send packets one by one; return how many they were."""
        sent = 0
        for each in packets:
            self._plain.send(_framed(each))
            sent += 1
        return sent


def _framed(made: bytes) -> bytes:
    kind = 0x0800 if made[0] >> 4 == 4 else 0x86DD
    macs = bytes.fromhex((ROUTER + SENDER).replace(":", ""))
    return macs + struct.pack("!H", kind) + made
