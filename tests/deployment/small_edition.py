"""An edition of two endpoints, to be given flows and notes of any kind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import avi_portspec
from avi_portspec import (
    Citation,
    Edition,
    Endpoint,
    Extent,
    Facet,
    Flow,
    Match,
    Note,
    PortRange,
    Protocol,
    Section,
    Source,
)

ALL_FACETS = tuple(avi_portspec.load("vantage-undated").facets)
AWS = Match(facet="cloud", values=("aws",))
#: Stated for AWS; nothing is said of GCP.
SILENT = Match(facet="cloud", values=("aws",), unstated=("gcp",))
DOCKER = Match(facet="controller", values=("container",))


def make_flow(name: str, number: int, **changes: Any) -> Flow:
    """Return a flow from the Controller to the server, on a port."""
    values: dict[str, Any] = {
        "id": name,
        "section": "only",
        "source": "controller",
        "destination": "server",
        "protocols": (Protocol.of("tcp"),),
        "ports": (PortRange.of(1000 + number),),
        "requirement": "required",
        "citation": Citation(section="only", place="bullet", number=number),
    }
    return Flow(**(values | changes))


def make_edition(
    flows: Sequence[Flow],
    notes: Sequence[Note] = (),
    facets: Sequence[Facet] = ALL_FACETS,
) -> Edition:
    """Return an edition of one section, whose bullets are the flows."""
    extent = Extent(bullets=(1,) * len(flows), notes=(1,) * len(notes))
    return Edition(
        id="small",
        title="Small",
        product="Product",
        source=Source(title="Page", location="Nowhere"),
        facets=facets,
        sections=[Section(id="only", title="Only", extent=extent)],
        endpoints=[
            Endpoint(id=name, name=name.upper(), kind="component")
            for name in ("controller", "server")
        ],
        flows=flows,
        notes=notes,
    )
