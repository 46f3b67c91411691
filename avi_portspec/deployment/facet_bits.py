"""The words of a deployment as bits, for answers in a microsecond.

Each value of each facet of an edition has a bit; a deployment is the sum of
its bits, which compiled conditions test.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Self

from avi_portspec.errors import Fault, InvalidDataError, nearest
from avi_portspec.model.catalog import names_of
from avi_portspec.model.conditions import Bits
from avi_portspec.model.consistency import FAULTS
from avi_portspec.model.facets import FACETS, Deployment, Facet
from avi_portspec.model.frozen import Frozen, FrozenDict
from avi_portspec.names import FacetId, fold

__all__ = ["FacetBits"]


class FacetBits(Frozen):
    """The words of an edition's facets, each with its bit.

    Attributes:
        bits: The bit of each value of each facet.
        whole: For each facet, the bits of all its values.
    """

    __slots__ = ("_by_facet", "bits", "facets", "whole")

    facets: tuple[Facet, ...]
    bits: Bits
    whole: Mapping[FacetId, int]
    _by_facet: Mapping[FacetId, Mapping[str, int]]

    def __new__(cls, facets: Iterable[Facet]) -> Self:
        """Return the bits of some facets."""
        self = super().__new__(cls)
        fill = object.__setattr__
        fill(self, "facets", tuple(facets))
        bits: dict[tuple[FacetId, str], int] = {}
        by_facet: dict[FacetId, FrozenDict[str, int]] = {}
        for facet in self.facets:
            own = {
                value.id: 1 << at
                for at, value in enumerate(facet.values, start=len(bits))
            }
            bits |= {(facet.id, word): bit for word, bit in own.items()}
            by_facet[facet.id] = FrozenDict(own)
        fill(self, "bits", FrozenDict(bits))
        fill(self, "_by_facet", FrozenDict(by_facet))
        whole = {facet: sum(own.values()) for facet, own in by_facet.items()}
        fill(self, "whole", FrozenDict(whole))
        return self

    def bits_of(self, deployment: Deployment) -> int:
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
            if deployment.features:
                known = by_facet["feature"]
                for word in deployment.features:
                    held |= known[word]
            if deployment.services:
                known = by_facet["service"]
                for word in deployment.services:
                    held |= known[word]
        except KeyError:
            held = 0
        # Outside: no error of Python's own may show in a traceback.
        return held if deployment.clouds and held else self._slowly(deployment)

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
            expected = (
                "at least one cloud, if only the one without orchestrator"
            )
            faults.append(
                Fault("deployment/no-cloud", "clouds", expected, "none", near)
            )
        if faults:
            raise InvalidDataError("Deployment", faults)
        return held

    def _unknown(self, facet: FacetId, attribute: str, word: str) -> Fault:
        values = next((f.values for f in self.facets if f.id == facet), None)
        if values is None:
            expected = f"nothing, for the edition has no facet {facet}"
            return Fault(
                "deployment/no-facet", attribute, expected, repr(word)
            )
        # An alias leads to the id, which is the word to use.
        ids = {fold(n): value.id for value in values for n in names_of(value)}
        near = nearest(word, ids)
        return Fault(
            "word/unknown",
            attribute,
            f"one of {', '.join(value.id for value in values)}",
            repr(word),
            near and ids[near],
        )
