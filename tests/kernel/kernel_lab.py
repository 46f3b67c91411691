"""Three network namespaces: who opens, the router, and who listens.

The router in the middle filters with generated rules. What comes in at it is
counted before any filter, what goes out behind all of them, and the side
that listens records what arrives: so a probe that was lost on its way is
told from one that was blocked.
"""

from __future__ import annotations

import ctypes
import itertools
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from queue import SimpleQueue
from typing import Any, Final, NamedTuple

from kernel_probes import ICMP, ROUTER, SENDER, TCP, UDP, Sender

NEEDED: Final = ("ip", "nft", "iptables-restore", "ip6tables-restore")
_CLONE_NEWNET: Final = 0x40000000
_LIBC: Final = ctypes.CDLL(None, use_errno=True)
_NUMBERS: Final = itertools.count()
_FAR_ROUTER, _LISTENER = "02:00:00:00:00:03", "02:00:00:00:00:04"

#: Who opens has addresses in the first network, who listens in the second.
NETWORKS: Final = {
    4: ("10.1.0.0/16", "10.2.0.0/16"),
    6: ("2001:db8:1::/48", "2001:db8:2::/48"),
}
_HOPS: Final = {
    4: ("10.9.1.1", "10.9.1.2", "10.9.2.1", "10.9.2.2"),
    6: ("fd09:1::1", "fd09:1::2", "fd09:2::1", "fd09:2::2"),
}

_AT_THE_ROUTER: Final = """
table inet watch
delete table inet watch
table inet watch {
    counter came { }
    counter left { }
    chain before {
        type filter hook prerouting priority -400;
        ip saddr 10.1.0.0/16 counter name came
        ip6 saddr 2001:db8:1::/48 counter name came
    }
    chain behind {
        type filter hook postrouting priority 400;
        ip saddr 10.1.0.0/16 counter name left
        ip6 saddr 2001:db8:1::/48 counter name left
    }
}
"""
#: Dropped once they are recorded: nobody is to answer a probe.
_AT_THE_LISTENER: Final = """
table inet watch
delete table inet watch
table inet watch {
    counter arrived { }
    set ports4 {
        type ipv4_addr . ipv4_addr . inet_proto . inet_service
        flags dynamic; size 524288
    }
    set ports6 {
        type ipv6_addr . ipv6_addr . inet_proto . inet_service
        flags dynamic; size 524288
    }
    set messages4 {
        type ipv4_addr . ipv4_addr . icmp_type
        flags dynamic; size 65536
    }
    set messages6 {
        type ipv6_addr . ipv6_addr . icmpv6_type
        flags dynamic; size 65536
    }
    set protocols4 {
        type ipv4_addr . ipv4_addr . inet_proto
        flags dynamic; size 65536
    }
    set protocols6 {
        type ipv6_addr . ipv6_addr . inet_proto
        flags dynamic; size 65536
    }
    chain arrivals {
        type filter hook prerouting priority -400;
        ip saddr != 10.1.0.0/16 accept
        ip6 saddr != 2001:db8:1::/48 accept
        counter name arrived
        meta l4proto { tcp, udp } add @ports4 { \\
            ip saddr . ip daddr . meta l4proto . th dport } drop
        meta l4proto { tcp, udp } add @ports6 { \\
            ip6 saddr . ip6 daddr . meta l4proto . th dport } drop
        ip protocol icmp add @messages4 { \\
            ip saddr . ip daddr . icmp type } drop
        ip6 nexthdr icmpv6 add @messages6 { \\
            ip6 saddr . ip6 daddr . icmpv6 type } drop
        meta nfproto ipv4 add @protocols4 { \\
            ip saddr . ip daddr . ip protocol } drop
        meta nfproto ipv6 add @protocols6 { \\
            ip6 saddr . ip6 daddr . ip6 nexthdr } drop
    }
}
"""


class Arrival(NamedTuple):
    """What was seen of one kind of packet.

    Attributes:
        source: The address that it came from.
        destination: The address that it went to.
        protocol: The protocol's number.
        number: The port or the type of message, or ``None``.
    """

    source: str
    destination: str
    protocol: int
    number: int | None


class LostProbesError(Exception):
    """Probes were lost on their way: nothing was learnt."""


def missing() -> str | None:
    """Return what the proof lacks here, and how to get it; or ``None``."""
    if os.geteuid() != 0:
        return "the kernel proof needs root: run pytest tests/kernel with sudo"
    lacking = [name for name in NEEDED if shutil.which(name) is None]
    if lacking:
        return (
            f"the kernel proof needs {', '.join(lacking)}: "
            "apt-get install iproute2 nftables iptables"
        )
    name = f"avi-{os.getpid()}-try"
    try:
        _run("ip", "netns", "add", name)
        _run("ip", "netns", "delete", name)
    except RuntimeError as wrong:
        return (
            "the kernel proof makes network namespaces, which this container "
            f"forbids; run it on a virtual machine, or privileged: {wrong}"
        )
    return None


class Namespaces:
    """Some network namespaces, to be closed when they are not needed."""

    def __init__(self, *words: str) -> None:
        tag = f"avi-{os.getpid()}-{next(_NUMBERS)}"
        self.names = [f"{tag}-{word}" for word in words]
        for name in self.names:
            _run("ip", "netns", "add", name)
        try:
            self.build()
        except BaseException:
            self.close()
            raise

    def build(self) -> None:
        """Connect them."""
        raise NotImplementedError

    def close(self) -> None:
        """Remove the namespaces, and all that is in them."""
        for name in self.names:
            _run("ip", "netns", "delete", name)

    @contextmanager
    def within(self, name: str) -> Iterator[None]:
        """Put the calling thread into a namespace for a while."""
        with open("/proc/thread-self/ns/net") as before:  # noqa: PTH123
            _enter(f"/run/netns/{name}")
            try:
                yield
            finally:
                _set(before.fileno())

    def run(self, name: str, *command: str, text: str = "") -> str:
        """Run a command in a namespace, and return what it prints."""
        with self.within(name):
            return _run(*command, text=text)

    def flush(self, name: str) -> None:
        """Take all rules away from a namespace."""
        self.run(name, "nft", "flush", "ruleset")

    def put(self, name: str, platform: str, text: str) -> None:
        """Put rules of a platform into force, as their comments tell."""
        if platform == "nftables":
            self.run(name, "nft", "-f", "-", text=text)
            return
        self.run(name, f"{platform}-restore", "--noflush", text=text)
        for line in text.splitlines():
            if line.startswith(f"# {platform} -C "):
                self.run(name, "sh", "-c", line[2:])

    def remove(self, name: str, text: str) -> None:
        """Take rules of a platform out of force, as their comments tell."""
        told = "# Remove with: "
        commands = [
            line.removeprefix(told)
            for line in text.splitlines()
            if line.startswith(told)
        ]
        assert commands
        for command in commands:
            self.run(name, "sh", "-ec", command)


class Lab(Namespaces):
    """Who opens, the router, and who listens."""

    def __init__(self) -> None:
        self._senders: SimpleQueue[Sender] = SimpleQueue()
        self._addresses: set[tuple[str, str]] = set()
        super().__init__("opener", "router", "listener")

    def close(self) -> None:
        """Remove the namespaces, and all that is in them."""
        while not self._senders.empty():
            self._senders.get().close()
        super().close()

    def build(self) -> None:
        """Connect them."""
        self.opener, self.router, self.listener = self.names
        for link in (
            ("opener", self.opener, SENDER, "near", ROUTER),
            ("listener", self.listener, _LISTENER, "far", _FAR_ROUTER),
        ):
            self._link(*link)
        self.run(
            self.router,
            *("sysctl", "-qw", "net.ipv4.ip_forward=1"),
            "net.ipv6.conf.all.forwarding=1",
        )
        for family, (near, far) in NETWORKS.items():
            here, there, beside, beyond = _HOPS[family]
            for name, network, device, hop, mac in (
                (self.opener, "default", "opener", there, ROUTER),
                (self.router, near, "near", here, SENDER),
                (self.router, far, "far", beyond, _LISTENER),
                (self.listener, "default", "listener", beside, _FAR_ROUTER),
            ):
                ip = ("ip", f"-{family}")
                # Nobody asks for an address on the wire: no probe waits.
                self.run(
                    name,
                    *(*ip, "neighbour", "add", hop, "lladdr", mac),
                    *("dev", device, "nud", "permanent"),
                )
                self.run(
                    name,
                    *(*ip, "route", "add", network, "via", hop),
                    *("dev", device, "onlink"),
                )
        with self.within(self.opener):
            for _ in range(os.cpu_count() or 1):
                self._senders.put(Sender("opener"))
        self.clear()

    def _link(
        self, device: str, name: str, mac: str, other: str, other_mac: str
    ) -> None:
        _run(
            *("ip", "link", "add", "name", device, "netns", name),
            *("address", mac, "type", "veth", "peer", "name", other),
            *("netns", self.router, "address", other_mac),
        )
        for where, each in ((name, device), (self.router, other)):
            self.run(
                where,
                *("sysctl", "-qw", "net.ipv4.conf.all.rp_filter=0"),
                f"net.ipv4.conf.{each}.rp_filter=0",
                f"net.ipv6.conf.{each}.accept_ra=0",
                f"net.ipv6.conf.{each}.accept_dad=0",
            )
            self.run(where, "ip", "link", "set", each, "addrgenmode", "none")
            for up in ("lo", each):
                self.run(where, "ip", "link", "set", up, "up")

    def give(self, name: str, address: str) -> None:
        """Give an address to a namespace, for real connections."""
        if (name, address) not in self._addresses:
            self._addresses.add((name, address))
            bits = 32 if "." in address else 128
            self.run(
                name,
                *("ip", "address", "add", f"{address}/{bits}", "dev", "lo"),
                *(("nodad",) if bits == 128 else ()),
            )

    # -- rules ---------------------------------------------------------------

    def clear(self) -> None:
        """Take all rules away from the router."""
        self.flush(self.router)

    def load(self, platform: str, text: str) -> None:
        """Put rules of a platform into force, as people are told to."""
        self.put(self.router, platform, text)

    # -- probes --------------------------------------------------------------

    def watch(self) -> None:
        """Count and record from now on; nobody answers any more."""
        self.run(self.router, "nft", "-f", "-", text=_AT_THE_ROUTER)
        self.run(self.listener, "nft", "-f", "-", text=_AT_THE_LISTENER)

    def unwatch(self) -> None:
        """Let the listener answer again."""
        for name in (self.router, self.listener):
            self.run(name, "nft", "delete", "table", "inet", "watch")

    def probe(
        self, jobs: Iterable[Callable[[Sender], int]], attempts: int = 3
    ) -> set[Arrival]:
        """Send probes, and return what arrived of them.

        Args:
            jobs: What to send; each returns the number of its packets.
            attempts: How often to send all of it again when any is lost.

        Raises:
            LostProbesError: Each time some were lost.
        """
        jobs = list(jobs)
        for _ in range(attempts):
            self.watch()
            try:
                with ThreadPoolExecutor(os.cpu_count()) as pool:
                    sent = sum(pool.map(self._with_a_sender, jobs))
                came = self._counted(self.router, "came")
                left = self._counted(self.router, "left")
                arrived = self._counted(self.listener, "arrived")
                if came == sent and left == arrived:
                    return self._recorded()
            finally:
                self.unwatch()
        raise LostProbesError(
            f"{sent} sent, {came} at the router; {left} left it, "
            f"{arrived} at the listener"
        )

    def _with_a_sender(self, job: Callable[[Sender], int]) -> int:
        sender = self._senders.get()
        try:
            return job(sender)
        finally:
            self._senders.put(sender)

    def _counted(self, name: str, counter: str) -> int:
        found = self._listed(name, "counter", counter)
        return int(found["packets"])

    def _listed(self, where: str, kind: str, name: str) -> dict[str, Any]:
        text = self.run(
            where, *("nft", "-j", "-n", "list", kind, "inet", "watch", name)
        )
        for each in json.loads(text)["nftables"]:
            if kind in each:
                found: dict[str, Any] = each[kind]
                return found
        raise LookupError(name)

    def _recorded(self) -> set[Arrival]:
        found = set()
        for name in ("ports", "messages", "protocols"):
            for family in (4, 6):
                listed = self._listed(self.listener, "set", f"{name}{family}")
                for each in listed.get("elem", ()):
                    source, destination, *rest = each["concat"]
                    if name == "messages":
                        rest.insert(0, 1 if family == 4 else 58)
                    protocol, number = map(_number, (*rest, None)[:2])
                    assert protocol is not None
                    found.add(Arrival(source, destination, protocol, number))
        return found


_PROTOCOLS: Final = {"icmp": ICMP, "tcp": TCP, "udp": UDP, "ipv6-icmp": 58}


def _number(value: object) -> int | None:
    """Return a protocol, port or type that nft prints, as a number."""
    if isinstance(value, str):
        return _PROTOCOLS[value]
    assert value is None or isinstance(value, int)
    return value


def _enter(path: str) -> None:
    with open(path) as namespace:  # noqa: PTH123
        _set(namespace.fileno())


def _set(namespace: int) -> None:
    if _LIBC.setns(namespace, _CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


def _run(*command: str, text: str = "") -> str:
    done = subprocess.run(
        command, input=text, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr}")
    return done.stdout
