"""What flows know of the edition that they are of, for type checkers.

An edition holds flows and flows lead back to their edition. Named here, below
the two, the way back needs no import of the edition.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from avi_portspec.model.catalog import Catalog
from avi_portspec.model.facets import Facet
from avi_portspec.model.flows import Endpoint, Exclusion, Flow, Note, Pointer
from avi_portspec.model.interfaces import Interface
from avi_portspec.model.page import Extent, Section, Source
from avi_portspec.names import EditionId

__all__ = ["EditionFacts"]


class EditionFacts(Protocol):
    """What an edition states."""

    @property
    def id(self) -> EditionId:
        """Its id."""

    @property
    def title(self) -> str:
        """What it is called."""

    @property
    def product(self) -> str:
        """The product's name at that time."""

    @property
    def aliases(self) -> tuple[str, ...]:
        """Its other ids."""

    @property
    def source(self) -> Source:
        """The vendor's page that it transcribes."""

    @property
    def overview(self) -> Extent:
        """How much that page holds above its first section."""

    @property
    def facets(self) -> Catalog[Facet]:
        """What its conditions ask about."""

    @property
    def sections(self) -> Catalog[Section]:
        """The sections of that page."""

    @property
    def endpoints(self) -> Catalog[Endpoint]:
        """Who talks to whom."""

    @property
    def flows(self) -> Sequence[Flow]:
        """All its flows."""

    @property
    def exclusions(self) -> Catalog[Exclusion]:
        """What the vendor says is not needed."""

    @property
    def pointers(self) -> Catalog[Pointer]:
        """Rows that send their reader elsewhere."""

    @property
    def notes(self) -> Catalog[Note]:
        """Everything else that the vendor says."""

    @property
    def interfaces(self) -> Catalog[Interface]:
        """What a Controller talks to in each cloud."""

    @property
    def digest(self) -> str:
        """The SHA-256 of its data."""
