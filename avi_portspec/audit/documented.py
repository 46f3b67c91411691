"""What is documented for a deployment, as boxes."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Final, NamedTuple

from avi_portspec.audit.boxes import Region
from avi_portspec.audit.compiled import Compiler
from avi_portspec.audit.hulls import Hulled, hull
from avi_portspec.audit.services import PORTS, PROTOCOLS
from avi_portspec.beyond.near import NearMiss, NearMisses
from avi_portspec.beyond.records import Statement
from avi_portspec.deployment.resolution import Resolution
from avi_portspec.model.flows import Exclusion, Flow
from avi_portspec.names import Status
from avi_portspec.rules.inventory import PRODUCT

__all__ = ["Documented", "Known"]

#: Endpoints that stand for others.
_SEVERAL: Final = frozenset({"group", "platform"})


class Known(NamedTuple):
    """A flow, and all that it can be.

    Attributes:
        flow: The flow.
        status: The decision on it.
        reason: Why.
        region: What it can be.
        whole: The same with the networks that the role map gives its roles.
    """

    flow: Flow
    status: Status
    reason: str
    region: Region
    whole: Region


class Documented:
    """What is documented, as boxes.

    Args:
        compiler: What makes the boxes.
        resolution: The answer for the deployment.
        statements: What other sources state, without their mistakes.
    """

    def __init__(
        self,
        compiler: Compiler,
        resolution: Resolution,
        statements: Iterable[Statement],
    ) -> None:
        self.resolution = resolution
        self._near_misses = NearMisses(resolution.edition.flows)
        #: Returns what was probably meant by a port, a point on the line of
        #: services: many rules have one port.
        self.near_misses = cache(self._find_near_misses)
        flows = [
            Known(
                decision.flow,
                decision.status,
                decision.reason,
                region,
                compiler.with_places(region),
            )
            for decision in resolution
            for region in [compiler.region_of(decision.flow)]
        ]
        self.flows = Hulled((hull(known.region), known) for known in flows)
        ends = resolution.edition.endpoints
        #: The atoms of the product, and the flows to others.
        self.product = 0
        for end in ends:
            if end.kind in PRODUCT:
                self.product |= compiler.role_mask(end.id)
        self.outward = tuple(
            known
            for known in flows
            if ends[known.flow.destination].kind not in PRODUCT
        )
        #: What is needed, with its sides swapped.
        self.swapped = Hulled(
            (hull(region), (known.flow, region))
            for known in flows
            if known.status == "needed"
            for region in [compiler.reversed(known.flow)]
        )
        self.statements = Hulled(
            (hull(region), (statement, region))
            for statement in statements
            for region in [compiler.stated(statement)]
        )
        #: The atoms of each endpoint of the edition.
        self.roles: dict[str, int] = {
            end.id: compiler.role_mask(end.id)
            for end in resolution.edition.endpoints
            if end.kind not in _SEVERAL
        }
        #: The atoms of all of them.
        self.known = 0
        for mask in self.roles.values():
            self.known |= mask
        self.exclusions: list[tuple[Exclusion, Region]] = [
            (each, compiler.pair(each.source, each.destination))
            for each in resolution.edition.exclusions
        ]

    def _find_near_misses(self, point: int) -> tuple[NearMiss, ...]:
        return self._near_misses.of(PROTOCOLS[point // PORTS], point % PORTS)
