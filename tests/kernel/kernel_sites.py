"""Sites for the kernel proof, and what the data says may arrive there.

The expectation is worked out from the edition's answer and the addresses
below alone: it knows nothing of inventories, rules and writers.
"""

from __future__ import annotations

from collections.abc import Iterator

import attrs
from kernel_lab import Arrival

from avi_portspec import (
    ICMP,
    Deployment,
    Edition,
    Inventory,
    RuleSet,
    loads_inventory,
    preset,
    rule_set,
)

#: Not an endpoint: the floating address, and one that nobody knows.
CLUSTER, STRANGER = "cluster-ip", "stranger"
_OTHERS = (CLUSTER, STRANGER)


def opener(place: int, family: int) -> str:
    """Return the address from which a host opens connections."""
    return f"10.1.{place}.1" if family == 4 else f"2001:db8:1:{place}::1"


def listener(place: int, family: int) -> str:
    """Return the address on which a host listens."""
    return f"10.2.{place}.1" if family == 4 else f"2001:db8:2:{place}::1"


@attrs.frozen(kw_only=True)
class Site:
    """A deployment, with hosts that have its roles.

    Attributes:
        deployment: The deployment.
        hosts: The roles of each host; usually one.
        families: The families that the inventory has addresses of.
        optional: Whether optional flows are asked for.
        others: Whether to probe from and to what is in no role, too.
    """

    deployment: Deployment
    hosts: tuple[tuple[str, ...], ...]
    families: tuple[int, ...] = (4, 6)
    optional: bool = False
    others: bool = False

    def inventory(self, edition: Edition) -> Inventory:
        """Return the hosts' addresses, single ones and networks."""
        lines = []
        for place, roles in enumerate(self.hosts, start=1):
            found = []
            for family in self.families:
                for side in (opener, listener):
                    address = side(place, family)
                    if "service-engine" in roles:
                        bits = 24 if family == 4 else 64
                        address = f"{address.removesuffix('1')}"
                        address += f"0/{bits}" if family == 4 else f"/{bits}"
                    found.append(address)
            lines += [f"{role} = {found}" for role in roles]
            if len(roles) > 1:
                lines.append(f"shared = {found}")
        floating = [listener(self.place(CLUSTER), f) for f in self.families]
        lines.append(f"{CLUSTER} = {floating}")
        return loads_inventory("\n".join(lines), edition=edition)

    def rules(self, edition: Edition) -> RuleSet:
        """Return the rules that are put to the proof."""
        return rule_set(
            edition.resolve(self.deployment),
            self.inventory(edition),
            optional=self.optional,
        )

    def place(self, role: str) -> int:
        """Return which host has a role."""
        if role in _OTHERS:
            return len(self.hosts) + 1 + _OTHERS.index(role)
        return next(n for n, r in enumerate(self.hosts, 1) if role in r)

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Yield the addresses of each ordered pair of hosts."""
        count = len(self.hosts) + (len(_OTHERS) if self.others else 0)
        known = range(1, len(self.hosts) + 1)
        for source in range(1, count + 1):
            for destination in range(1, count + 1):
                # Of the others, what concerns the Controller will do.
                if {source, destination} <= {*known} or (
                    1 in (source, destination) and source != destination
                ):
                    for family in (4, 6):
                        yield (
                            opener(source, family),
                            listener(destination, family),
                        )

    def expected(self, edition: Edition) -> set[Arrival]:
        """Return what may arrive, by the data."""
        wanted = {"needed", "optional"} if self.optional else {"needed"}
        roles = {role for host in self.hosts for role in host}
        found = set()
        for decision in edition.resolve(self.deployment):
            flow = decision.flow
            if decision.status not in wanted or not (
                {flow.source, flow.destination} <= roles
            ):
                continue
            for family in self.families:
                sides = (
                    opener(self.place(flow.source), family),
                    listener(self.place(flow.destination), family),
                )
                for pair in flow.protocol_ports():
                    number = pair.protocol.number
                    if pair.ports is not None:
                        found |= {
                            Arrival(*sides, number, port)
                            for port in pair.ports
                        }
                    elif pair.protocol != ICMP or family == 4:
                        found.add(Arrival(*sides, number, pair.icmp_type))
        return found


_CORE = (("controller",), ("service-engine",), ("external-network-services",))
SITES = {
    "aws": Site(
        deployment=preset("aws", features={"cli-shell"}),
        hosts=(*_CORE, ("aws",)),
        optional=True,
        others=True,
    ),
    "vcenter": Site(
        deployment=preset("vcenter"), hosts=(*_CORE, ("esxi-host",))
    ),
    # Port 5098 is ruled out and 22 replaced: neither may arrive.
    "openstack in conflict": Site(
        deployment=preset("openstack", controller="container"),
        hosts=(*_CORE, ("keystone", "glance", "nova", "neutron")),
    ),
    "container": Site(
        deployment=preset("linux-server-cloud", controller="container"),
        hosts=_CORE,
    ),
    "minimal, IPv4 alone": Site(
        deployment=preset("no-orchestrator", nodes="single-node"),
        hosts=_CORE,
        families=(4,),
    ),
}
