"""Conditions over bit masks, for answers in a microsecond.

Each value of each facet of an edition has a bit; a deployment is the sum of
its bits. A condition becomes a function from such a sum to an answer: the
same three-valued logic as :meth:`Condition.evaluate`, and a law holds the
two to one another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

from avi_portspec.errors import Fault, InvalidDataError, nearest
from avi_portspec.model.catalog import names_of
from avi_portspec.model.conditions import (
    ALWAYS,
    AllOf,
    AnyOf,
    Condition,
    Match,
    Unless,
)
from avi_portspec.model.consistency import FAULTS
from avi_portspec.model.facets import FACETS, Deployment, Facet
from avi_portspec.names import FacetId, fold

__all__ = ["Bits", "Test", "Words", "compiled", "unbarred"]

#: The bit of each value of each facet.
Bits: TypeAlias = Mapping[tuple[FacetId, str], int]
#: A compiled condition: 0 is no, 1 unstated, 2 yes, as in ``Answer``.
Test: TypeAlias = Callable[[int], int]


def compiled(condition: Condition, bits: Bits) -> Test:
    """Return a condition as a function of a deployment's bits.

    Args:
        condition: The condition, on facet values that *bits* knows.
        bits: The bit of each value.
    """
    if isinstance(condition, Match):
        yes = sum(bits[condition.facet, value] for value in condition.values)
        open_ = sum(
            bits[condition.facet, value] for value in condition.unstated
        )
        if not open_:
            return lambda held: 2 if held & yes else 0
        return lambda held: 2 if held & yes else 1 if held & open_ else 0
    if isinstance(condition, Unless):
        part = compiled(condition.part, bits)
        return lambda held: 2 - part(held)
    if isinstance(condition, AllOf | AnyOf):
        parts = tuple(compiled(part, bits) for part in condition.parts)
        if isinstance(condition, AllOf):
            return lambda held: min([part(held) for part in parts])
        return lambda held: max([part(held) for part in parts])
    return _always


def _always(held: int) -> int:
    return 2


def unbarred(condition: Condition) -> Condition:
    """Return what is left of a condition without its "unless"."""
    if isinstance(condition, Unless):
        return ALWAYS
    if isinstance(condition, AllOf):
        left = tuple(p for p in condition.parts if not isinstance(p, Unless))
        if len(left) > 1:
            return AllOf(parts=left)
        return left[0] if left else ALWAYS
    return condition


class Words:
    """The words of an edition's facets, each with its bit.

    Attributes:
        bits: The bit of each value of each facet.
        whole: For each facet, the bits of all its values.
    """

    def __init__(self, facets: Iterable[Facet]) -> None:
        self.facets = tuple(facets)
        self.bits: dict[tuple[FacetId, str], int] = {}
        self.whole: dict[FacetId, int] = {}
        self._by_facet: dict[FacetId, dict[str, int]] = {}
        for facet in self.facets:
            own = self._by_facet[facet.id] = {}
            for value in facet.values:
                bit = 1 << len(self.bits)
                own[value.id] = self.bits[facet.id, value.id] = bit
            self.whole[facet.id] = sum(own.values())

    def held(self, deployment: Deployment) -> int:
        """Return a deployment's bits.

        Raises:
            InvalidDataError: It uses words that the edition does not know,
                or names no cloud; it carries every fault.
        """
        by_facet = self._by_facet
        try:
            clouds = by_facet["cloud"]
            held = by_facet["controller"][deployment.controller]
            for word in deployment.clouds:
                held |= clouds[word]
            if not held & self.whole["cloud"]:
                return self._slowly(deployment)
            if deployment.features:
                known = by_facet["feature"]
                for word in deployment.features:
                    held |= known[word]
            if deployment.services:
                known = by_facet["service"]
                for word in deployment.services:
                    held |= known[word]
        except KeyError:
            return self._slowly(deployment)
        return held

    def _slowly(self, deployment: Deployment) -> int:
        """Return the bits of what may be wrong, or raise all that is."""
        faults: list[Fault] = []
        held = 0
        for facet, attribute in FACETS:
            known = self._by_facet.get(facet)
            if known is None and facet == "controller":
                # However it runs: nothing in this edition asks.
                continue
            for word in sorted(deployment.values_of(facet)):
                if len(faults) > FAULTS:
                    break
                if known is not None and word in known:
                    held |= known[word]
                else:
                    faults.append(self._unknown(facet, attribute, word))
        if "cloud" in self._by_facet and not deployment.clouds:
            hint = "no-orchestrator"
            near = hint if hint in self._by_facet["cloud"] else None
            wanted = "at least one cloud, if only the one without orchestrator"
            faults.append(Fault("clouds", wanted, "none", near))
        if faults:
            raise InvalidDataError("Deployment", faults)
        return held

    def _unknown(self, facet: FacetId, attribute: str, word: str) -> Fault:
        for each in self.facets:
            if each.id == facet:
                # An alias leads to the id, which is the word to use.
                ids = {
                    fold(name): value.id
                    for value in each.values
                    for name in names_of(value)
                }
                near = ids.get(fold(nearest(word, ids) or ""))
                known = ", ".join(value.id for value in each.values)
                return Fault(attribute, f"one of {known}", repr(word), near)
        wanted = f"nothing, for the edition has no facet {facet}"
        return Fault(attribute, wanted, repr(word))
