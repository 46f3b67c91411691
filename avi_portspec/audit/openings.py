"""What a rule that exists is for, and how much more it opens."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from functools import partial
from itertools import chain
from typing import Final

import attrs

from avi_portspec.audit.boxes import (
    Region,
    TooFragmentedError,
    meet_packed,
    subtract,
)
from avi_portspec.audit.compiled import Compiler, Judged, RuleBoxes
from avi_portspec.audit.decided import Decided
from avi_portspec.audit.documented import Documented
from avi_portspec.audit.hulls import Hull, atoms_around, hull
from avi_portspec.audit.masks import (
    Packed,
    PackedRegion,
    common,
    shared,
    unpack_box,
)
from avi_portspec.audit.model import (
    Filter,
    Rule,
    Unknown,
    families_of,
    is_any,
)
from avi_portspec.audit.near import Near, near_parties, near_rules
from avi_portspec.audit.services import PORTS, PROTOCOLS
from avi_portspec.audit.verdicts import region_text
from avi_portspec.names import Status
from avi_portspec.rules.traffic import families

__all__ = ["RuleReport", "RuleVerdict", "judge_rules"]


#: What a deployment may have rules for.
_USED: Final[frozenset[Status]] = frozenset(
    {"needed", "direction-unclear", "optional"}
)


class RuleVerdict(StrEnum):
    """What a rule is for."""

    EXPLAINED = "explained"
    OPTIONAL = "optional"
    NOT_HERE = "not here"
    STATED_ELSEWHERE = "stated elsewhere"
    RULED_OUT = "ruled out"
    OUTSIDE = "outside"
    UNEXPLAINED = "unexplained"
    SHADOWED = "shadowed"
    EMPTY = "empty"
    DENIES = "denies"


@attrs.frozen(kw_only=True)
class RuleReport:
    """What one rule is for.

    Attributes:
        rule: The rule.
        filter: The filter that it is in.
        verdict: What it is for.
        explained_by: The flows that need what it opens, by id; of an
            optional rule, those that may use it.
        not_here: The flows that do not apply to this deployment, by id, if
            it is about nothing else; with the reason.
        stated_by: The statements of other sources that have what it opens,
            by id, where the vendor's page has nothing: all of its services
            if that is the verdict, else some of them.
        ruled_out_by: The exclusions that say that it is not required.
        mixes: The other roles of a party that is ruled out.
        beyond: What it opens besides the flows that need it, and besides
            what is stated, in words.
        ports_beyond: How many ports of TCP and UDP, and other services, that
            is.
        shadowed_by: The earlier rules that together leave nothing of it.
        near: What was probably meant.
    """

    rule: Rule
    filter: Filter
    verdict: RuleVerdict
    explained_by: tuple[str, ...] = ()
    not_here: tuple[tuple[str, str], ...] = ()
    stated_by: tuple[str, ...] = ()
    ruled_out_by: tuple[str, ...] = ()
    mixes: tuple[str, ...] = ()
    beyond: tuple[str, ...] = ()
    ports_beyond: int = 0
    shadowed_by: tuple[Rule, ...] = ()
    near: tuple[Near, ...] = ()


def judge_rules(
    compiler: Compiler, judged: Judged, documented: Documented
) -> Iterator[RuleReport]:
    """Yield what each rule of a filter is for, in order.

    Args:
        compiler: What made the boxes.
        judged: The filter.
        documented: What is documented.
    """
    is_ordered = judged.filter.discipline == "first-match"
    decided = Decided()
    for at, boxes in enumerate(judged.rules):
        try:
            yield _judge(compiler, judged, boxes, decided, documented)
        except TooFragmentedError:
            yield RuleReport(
                rule=boxes.rule,
                filter=judged.filter,
                verdict=RuleVerdict.UNEXPLAINED,
                beyond=("too fragmented to be judged",),
            )
        if is_ordered:
            decided.add(at, boxes)


def _judge(
    compiler: Compiler,
    judged: Judged,
    boxes: RuleBoxes,
    decided: Decided,
    documented: Documented,
) -> RuleReport:
    rule = boxes.rule
    make = partial(RuleReport, rule=rule, filter=judged.filter)
    is_deny = rule.action == "deny"
    region = boxes.most if is_deny else boxes.opens
    if not region:
        is_outside = boxes.most or _is_of_nobody_here(compiler, judged, rule)
        verdict = RuleVerdict.OUTSIDE if is_outside else RuleVerdict.EMPTY
        return make(verdict=verdict)
    around = boxes.hull if is_deny else boxes.opened
    try:
        left = decided.left(region, around)
    except TooFragmentedError:
        # What earlier rules decide is taken off each flow alone.
        left = tuple(map(unpack_box, region))
    if not left:
        return make(
            verdict=RuleVerdict.SHADOWED,
            shadowed_by=decided.by_whom(region, around),
        )
    if is_deny:
        return make(verdict=RuleVerdict.DENIES)
    is_cut = left is not region
    if is_cut:
        around = hull(left)
    met = [
        known
        for known in documented.flows.touching(around)
        if (own := meet_packed(known.region, region))
        # A flow is compared with the few rules near it, and not with all
        # pieces that are left.
        and (not is_cut or decided.left(own, hull(own)))
    ]
    region = left
    used = [k for k in met if k.status in _USED]
    beyond, besides = region, around
    if used or len(region) > 1:
        beyond = _besides(region, (known.whole for known in used))
        besides = hull(beyond)
    make = partial(
        make,
        explained_by=tuple(known.flow.id for known in used),
        beyond=region_text(compiler, beyond),
        ports_beyond=_count(compiler, besides[2]),
        near=near_rules(
            documented,
            compiler,
            beyond,
            besides,
            opens=around[2],
            has_sides=not any(
                map(is_any, (*rule.sources, *rule.destinations))
            ),
        ),
    )
    if used:
        statuses = {known.status for known in used}
        verdict = (
            RuleVerdict.OPTIONAL
            if statuses == {"optional"}
            else RuleVerdict.EXPLAINED
        )
        return make(verdict=verdict)
    if met:
        return make(
            verdict=RuleVerdict.NOT_HERE,
            not_here=tuple((known.flow.id, known.reason) for known in met),
        )
    return _explain_otherwise(
        compiler, documented, make, rule=rule, region=region, around=around
    )


def _is_of_nobody_here(compiler: Compiler, judged: Judged, rule: Rule) -> bool:
    """Return whether a rule is of a family that its filter's side lacks.

    Half of a rule for both is nothing to mend, and no more are messages of
    ICMPv6 for hosts of which an inventory has the addresses of IPv4 alone.
    """
    found = {
        family
        for party in (*rule.sources, *rule.destinations)
        for family in families_of(party)
    }
    if not isinstance(rule.service, Unknown):
        carried = {
            family
            for low, high in rule.service
            for number in range(low // PORTS, high // PORTS + 1)
            for family in families(PROTOCOLS[number])
        }
        found = found & carried if found else carried
    side = judged.attached[1]
    return bool(side and found) and not any(
        compiler.addresses.family(family) & side for family in found
    )


def _explain_otherwise(
    compiler: Compiler,
    documented: Documented,
    make: partial[RuleReport],
    *,
    rule: Rule,
    region: PackedRegion,
    around: Hull,
) -> RuleReport:
    """Return what a rule is that no flow of the edition explains.

    Args:
        compiler: What made the boxes.
        documented: What is documented.
        make: Makes the report, with what is known so far.
        rule: The rule.
        region: What it opens.
        around: Its hull.
    """
    stated = {
        statement.id: own
        for statement, own in documented.statements.touching(around)
        if meet_packed(own, region)
    }
    if stated:
        beyond = _besides(region, map(compiler.with_places, stated.values()))
        services = compiler.services.whole
        for own in stated.values():
            services &= ~atoms_around(own)[2]
        make = partial(
            make,
            stated_by=tuple(stated),
            beyond=region_text(compiler, beyond),
            ports_beyond=_count(compiler, hull(beyond)[2]),
        )
        # Of a range, only the ports that are stated are.
        region = tuple(
            (source, destination, left, *ports)
            for source, destination, service, *ports in region
            if (left := common(services, service))
        )
        around = hull(region)
    if not region:
        return make(verdict=RuleVerdict.STATED_ELSEWHERE)
    sources, destinations, _ = around
    if not any(map(is_any, (*rule.sources, *rule.destinations))):
        for exclusion, own in documented.exclusions:
            if meet_packed(own, region):
                return make(
                    verdict=RuleVerdict.RULED_OUT,
                    ruled_out_by=(exclusion.id,),
                    mixes=tuple(
                        name
                        for name, mask in documented.roles.items()
                        if common(mask, sources) and name != exclusion.source
                    ),
                )
    known = documented.known
    if not (
        stated or (common(known, sources) and common(known, destinations))
    ):
        return make(verdict=RuleVerdict.OUTSIDE)
    report = make(verdict=RuleVerdict.UNEXPLAINED)
    if report.near:
        return report
    return attrs.evolve(
        report, near=near_parties(documented, compiler, region)
    )


def _besides(region: PackedRegion, others: Iterable[Region]) -> Region:
    """Return what a packed region has besides some others."""
    return subtract(map(unpack_box, region), chain.from_iterable(others))


def _count(compiler: Compiler, services: Packed) -> int:
    """Return how many ports services have, over all protocols with ports."""
    return compiler.services.size(shared(services, compiler.ported))
