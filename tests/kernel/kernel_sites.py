"""Sites for the kernel proof, and what the data says may arrive there.

The expectation is worked out from the edition's answer and the addresses
below alone: it knows nothing of inventories, rules and writers.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

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
from avi_portspec.names import Scope

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
        first: The place of the first host: sites side by side have others.
    """

    deployment: Deployment
    hosts: tuple[tuple[str, ...], ...]
    families: tuple[int, ...] = (4, 6)
    optional: bool = False
    others: bool = False
    first: int = 1

    def inventory(self, edition: Edition) -> Inventory:
        """Return the hosts' addresses, single ones and networks."""
        lines = []
        for place, roles in enumerate(self.hosts, start=self.first):
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
            return self.first + len(self.hosts) + _OTHERS.index(role)
        places = enumerate(self.hosts, self.first)
        return next(n for n, r in places if role in r)

    def pairs(self, scope: Scope) -> Iterator[tuple[str, str]]:
        """Yield the addresses of each ordered pair of hosts that is judged.

        Args:
            scope: Whether that is each pair, or those with an address of the
                product's own.
        """
        for source, destination in self._places():
            for family in (4, 6):
                if scope == "all" or self._is_own(source, destination, family):
                    yield (
                        opener(source, family),
                        listener(destination, family),
                    )

    def _places(self) -> Iterator[tuple[int, int]]:
        count = len(self.hosts) + (len(_OTHERS) if self.others else 0)
        known = range(self.first, self.first + len(self.hosts))
        controller = self.place("controller")
        for pair in product(range(self.first, self.first + count), repeat=2):
            # Of the others, what concerns the Controller will do.
            if {*pair} <= {*known} or (
                controller in pair and pair[0] != pair[1]
            ):
                yield pair

    def _is_own(self, source: int, destination: int, family: int) -> bool:
        own = {self.place(CLUSTER), self.place("controller")}
        own.add(self.place("service-engine"))
        return family in self.families and bool({source, destination} & own)

    def expected(self, edition: Edition) -> set[Arrival]:
        """Return what may arrive, by the data."""
        expected = {"needed", "optional"} if self.optional else {"needed"}
        roles = {role for host in self.hosts for role in host}
        found = set()
        for decision in edition.resolve(self.deployment):
            flow = decision.flow
            if decision.status not in expected or not (
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
