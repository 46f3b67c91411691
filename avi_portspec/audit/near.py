"""What was probably meant by a rule that nothing explains."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final, Literal, NamedTuple, TypeAlias

from avi_portspec.audit.boxes import meet_packed
from avi_portspec.audit.compiled import Compiler
from avi_portspec.audit.documented import Documented
from avi_portspec.audit.hulls import Hull, hull
from avi_portspec.audit.masks import Packed, PackedRegion, common, count_runs
from avi_portspec.audit.services import PORTS, PROTOCOLS, port_spans
from avi_portspec.model.display import ports_text
from avi_portspec.model.ports import ProtocolPorts
from avi_portspec.names import Slip

__all__ = ["Near", "NearKind", "near_parties", "near_rules"]

#: How a rule can miss a flow: by its port, its sides, the side it is on, or
#: by the role of whom it names.
NearKind: TypeAlias = Literal[
    Slip, "swapped-sides", "other-side", "other-party"
]

#: Of a rule with many ports, nobody meant one.
_FEW: Final = 8
_MANY: Final = 64


class Near(NamedTuple):
    """What was probably meant, and why.

    Attributes:
        kind: What was mistaken.
        reason: Why it is thought so, in a sentence.
        records: The flows, or the statements of other sources, that have
            what was probably meant, by id.
    """

    kind: NearKind
    reason: str
    records: tuple[str, ...]


def near_rules(
    documented: Documented,
    compiler: Compiler,
    region: PackedRegion,
    around: Hull,
    *,
    opens: Packed,
    has_sides: bool,
) -> tuple[Near, ...]:
    """Return what was probably meant by what a rule opens.

    Args:
        documented: What is documented.
        compiler: What made the boxes.
        region: What the rule opens, and nothing explains.
        around: Its hull.
        opens: All services that it opens: none of them is meant by another.
        has_sides: Whether it names both sides, so that they can be swapped.
    """
    services = around[2]
    found = [*_by_port(documented, compiler, services, opens)]
    if has_sides:
        if not compiler.services.is_at_most(services, _FEW):
            region = tuple(
                box
                for box in region
                if compiler.services.is_at_most(box[2], _FEW)
            )
            around = hull(region)
        found += _by_sides(documented, region, around)
    return tuple(dict.fromkeys(found))


def _by_port(
    documented: Documented, compiler: Compiler, services: Packed, opens: Packed
) -> Iterator[Near]:
    if count_runs(services) > _MANY:
        return
    for low, high in compiler.services.spans(services):
        if not PROTOCOLS[low // PORTS].has_ports or high - low >= _FEW:
            continue
        misses = (
            Near(miss.slip, miss.reason, miss.records)
            for point in range(low, high + 1)
            for miss in documented.near_misses(point)
            if not common(_spans_of(miss.meant, compiler), opens)
        )
        # Of a range, nobody meant several.
        yield from misses if low == high else islice(misses, 1)


def _spans_of(meant: ProtocolPorts, compiler: Compiler) -> int:
    """Return a service as atoms."""
    if meant.ports is None:
        return 0
    low, high = meant.ports.low, meant.ports.high
    return compiler.services.mask(port_spans(meant.protocol, low, high))


def _by_sides(
    documented: Documented, region: PackedRegion, around: Hull
) -> Iterator[Near]:
    touching = documented.swapped.touching(around)
    for flow in (flow for flow, all_ in touching if meet_packed(all_, region)):
        reason = (
            f"{flow.id} is from {flow.source} to {flow.destination}: the two "
            "sides are probably swapped."
        )
        yield Near("swapped-sides", reason, (flow.id,))


def near_parties(
    documented: Documented, compiler: Compiler, region: PackedRegion
) -> tuple[Near, ...]:
    """Return whom a rule that nothing explains is probably for.

    That is said where what it opens is documented from its source to one
    destination alone, outside of the product.
    """
    found = {
        known.flow
        for source, destination, service, *_ in region
        if compiler.services.is_at_most(service, _FEW)
        and not common(documented.product, destination)
        for known in documented.outward
        if any(
            common(box[0], source) and common(box[2], service)
            for box in known.region
        )
    }
    if len(found) != 1:
        return ()
    (flow,) = found
    reason = (
        f"{ports_text(flow)} is documented from {flow.source} to "
        f"{flow.destination}: give the destination that role if it has it."
    )
    return (Near("other-party", reason, (flow.id,)),)
