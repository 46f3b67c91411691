"""What is documented for a deployment, as boxes."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, partial
from typing import Final, NamedTuple

from avi_portspec.audit.boxes import Region
from avi_portspec.audit.compiled import Compiler
from avi_portspec.beyond.near import near_misses
from avi_portspec.beyond.records import Statement
from avi_portspec.deployment.resolution import Resolution
from avi_portspec.model.flows import Exclusion, Flow
from avi_portspec.names import Status

__all__ = ["Documented", "Known"]

#: Endpoints that stand for others.
_SEVERAL: Final = frozenset({"group", "platform"})


class Known(NamedTuple):
    """A flow, all that it can be, and that with its sides swapped."""

    flow: Flow
    status: Status
    reason: str
    region: Region
    swapped: Region


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
        # Many rules have one port.
        self.near_misses = cache(partial(near_misses, resolution.edition))
        self.flows = [
            Known(
                decision.flow,
                decision.status,
                decision.reason,
                compiler.region_of(decision.flow),
                compiler.reversed(decision.flow),
            )
            for decision in resolution
        ]
        self.statements = [
            (statement, compiler.stated(statement)) for statement in statements
        ]
        #: The atoms of each endpoint of the edition.
        self.roles = {
            end.id: compiler.role_mask(end.id)
            for end in resolution.edition.endpoints
            if end.kind not in _SEVERAL
        }
        self.exclusions: list[tuple[Exclusion, Region]] = [
            (each, compiler.pair(each.source, each.destination))
            for each in resolution.edition.exclusions
        ]
