"""Hosts that find one another by themselves, as on a link of a site.

In the lab nobody asks for an address on the wire. Here all do.
"""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Final

from kernel_lab import Namespaces

#: The addresses of both ends, and of a pair that has no role.
ENDS: Final = {
    4: ("10.3.0.1", "10.3.0.2"),
    6: ("2001:db8:3::1", "2001:db8:3::2"),
}
BYSTANDERS: Final = {
    4: ("10.3.0.101", "10.3.0.102"),
    6: ("2001:db8:3::101", "2001:db8:3::102"),
}
_BITS: Final = {4: 24, 6: 64}
#: Seconds for what has to come.
PATIENCE: Final = 60.0


class _Cables(Namespaces):
    """Namespaces that are joined by cables."""

    def cable(self, *ends: tuple[str, str], mtu: int = 1500) -> None:
        """Join two namespaces; each end is a namespace and a device."""
        (one, first), (other, second) = ends
        self.run(
            one,
            *("ip", "link", "add", "name", first, "mtu", str(mtu)),
            *("type", "veth", "peer", "name", second, "mtu", str(mtu)),
            *("netns", other),
        )
        for name, device in ends:
            for each in ("lo", device):
                self.run(name, "ip", "link", "set", each, "up")

    def give(self, name: str, device: str, address: str, bits: int) -> None:
        """Give an address to a device."""
        self.run(
            name,
            *("ip", "address", "add", f"{address}/{bits}", "dev", device),
            *(("nodad",) if ":" in address else ()),
        )


class Link(_Cables):
    """Two hosts on one link, and the bridge between them."""

    def __init__(self) -> None:
        super().__init__("one", "other", "switch")

    def build(self) -> None:
        """Connect them."""
        self.one, self.other, self.switch = self.names
        self.run(self.switch, "ip", "link", "add", "br0", "type", "bridge")
        self.run(self.switch, "ip", "link", "set", "br0", "up")
        self.run(
            self.switch,
            *("sysctl", "-qw", "net.bridge.bridge-nf-call-iptables=1"),
            "net.bridge.bridge-nf-call-ip6tables=1",
        )
        for at, name in enumerate((self.one, self.other)):
            self.cable((name, "end"), (self.switch, f"port{at}"))
            self.run(
                self.switch, "ip", "link", "set", f"port{at}", "master", "br0"
            )
            for family, bits in _BITS.items():
                for pair in (ENDS, BYSTANDERS):
                    self.give(name, "end", pair[family][at], bits)

    def forget(self) -> None:
        """Let both forget where the other is, and all rules be gone."""
        for name in self.names:
            self.flush(name)
        for name in (self.one, self.other):
            self.run(name, "ip", "neighbour", "flush", "all")


class Path(_Cables):
    """Two hosts, with a router that filters and then a narrow link.

    One - router - narrow - other: the end of the link that is narrow says so
    to whoever sends too much, and what it says has to pass the router.
    """

    def __init__(self) -> None:
        super().__init__("one", "router", "narrow", "other")

    def build(self) -> None:
        """Connect them."""
        one, self.router, narrow, other = self.names
        self.one, self.other = one, other
        hops = {
            4: [f"10.9.{n}.{m}" for n in (1, 2, 3) for m in (1, 2)],
            6: [f"fd09:{n}::{m}" for n in (1, 2, 3) for m in (1, 2)],
        }
        cables = (
            ((one, "right"), (self.router, "left"), 1500),
            ((self.router, "right"), (narrow, "left"), 1500),
            ((narrow, "right"), (other, "left"), 1400),
        )
        for *ends, mtu in cables:
            self.cable(*ends, mtu=mtu)
        for name in (self.router, narrow):
            self.run(
                name,
                *("sysctl", "-qw", "net.ipv4.ip_forward=1"),
                "net.ipv6.conf.all.forwarding=1",
            )
        for family, at in hops.items():
            bits = {4: 30, 6: 64}[family]
            devices = [end for *ends, _ in cables for end in ends]
            for (name, device), address in zip(devices, at, strict=True):
                self.give(name, device, address, bits)
            for name, end in zip((one, other), ENDS[family], strict=True):
                self.give(name, "lo", end, {4: 32, 6: 128}[family])
            right, left = ENDS[family][1], ENDS[family][0]
            for name, to, via, more in (
                (one, right, at[1], ()),
                (self.router, right, at[3], ()),
                (narrow, right, at[5], ()),
                (narrow, left, at[2], ()),
                (self.router, left, at[0], ()),
                # As if its own link were as wide as the others.
                (other, left, at[4], ("advmss", "1440")),
            ):
                self.run(
                    name,
                    "ip",
                    f"-{family}",
                    "route",
                    "add",
                    to,
                    "via",
                    via,
                    *more,
                )


def _socket(address: str, kind: int) -> socket.socket:
    family = socket.AF_INET if "." in address else socket.AF_INET6
    return socket.socket(family, kind)


def connects(
    space: Namespaces,
    ends: tuple[str, str],
    sides: tuple[str, str],
    port: int,
    *,
    within: float = PATIENCE,
) -> bool:
    """Return whether one end can open a connection to the other.

    Args:
        space: The namespaces.
        ends: Who opens and who listens.
        sides: Their addresses.
        port: The port.
        within: How many seconds it may take.
    """
    return transfers(space, ends, sides, port, size=1, within=within)


def transfers(
    space: Namespaces,
    ends: tuple[str, str],
    sides: tuple[str, str],
    port: int,
    *,
    size: int,
    within: float = PATIENCE,
    to: str | None = None,
) -> bool:
    """Return whether so many bytes arrive over a connection.

    Args:
        space: The namespaces.
        ends: Who opens and sends, and who listens.
        sides: Their addresses.
        port: The port.
        size: How many bytes.
        within: How many seconds anything may be waited for.
        to: What the end that opens takes for the other's address.
    """
    with space.within(ends[0]):
        opener = _socket(sides[0], socket.SOCK_STREAM)
    with space.within(ends[1]):
        listener = _socket(sides[1], socket.SOCK_STREAM)
    with closing(opener), closing(listener):
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((sides[1], port))
        listener.listen()
        opener.bind((sides[0], 0))
        for each in (opener, listener):
            each.settimeout(within)
        try:
            opener.connect((to or sides[1], port))
            accepted, _ = listener.accept()
            with closing(accepted), ThreadPoolExecutor(1) as pool:
                accepted.settimeout(within)
                sent = pool.submit(opener.sendall, bytes(size))
                left = size
                while left:
                    left -= len(accepted.recv(left))
                sent.result()
        except OSError:
            return False
    return True


def delivers(
    space: Namespaces,
    ends: tuple[str, str],
    sides: tuple[str, str],
    ports: tuple[int, int],
    *,
    within: float = PATIENCE,
) -> bool:
    """Return whether a datagram arrives.

    Args:
        space: The namespaces.
        ends: Who sends, and who gets it.
        sides: Their addresses.
        ports: Its source port and its destination port.
        within: How many seconds it may take.
    """
    with space.within(ends[0]):
        sender = _socket(sides[0], socket.SOCK_DGRAM)
    with space.within(ends[1]):
        getter = _socket(sides[1], socket.SOCK_DGRAM)
    with closing(sender), closing(getter):
        getter.bind((sides[1], ports[1]))
        sender.bind((sides[0], ports[0]))
        getter.settimeout(within)
        try:
            sender.sendto(b"?", (sides[1], ports[1]))
            return getter.recv(1) == b"?"
        except OSError:
            return False
