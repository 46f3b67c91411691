"""Editions of any size, which several benchmarks measure with."""

from __future__ import annotations

from avi_portspec import (
    TCP,
    Citation,
    Edition,
    Endpoint,
    Extent,
    Flow,
    PortRange,
    Section,
    Source,
)

#: So many flows share a section, as a citation's number has a limit.
SECTION = 1_000
#: And so many share a pair of endpoints, as each needs a port of its own.
PAIR = 1_000


def edition(numbers: list[int], *, moved: bool) -> Edition:
    """Return an edition with the flows of some numbers."""
    count = len(numbers)
    sections = [
        Section(
            id=f"section-s{at}",
            title=f"Section {at}",
            extent=Extent(bullets=(1,) * min(SECTION, count - at * SECTION)),
        )
        for at in range(-(-count // SECTION))
    ]
    ends = max(numbers) // PAIR + 2
    flows = [
        Flow(
            id=f"flow-n{number}",
            section=f"section-s{at // SECTION}",
            source=f"end-e{number // PAIR}",
            destination=f"end-e{number // PAIR + 1}",
            protocols=(TCP,),
            ports=(
                PortRange.of(
                    1 + number % PAIR + (30_000 * (moved and not number % 10))
                ),
            ),
            requirement="required",
            citation=Citation(
                section=f"section-s{at // SECTION}",
                place="bullet",
                number=at % SECTION + 1,
            ),
        )
        for at, number in enumerate(numbers)
    ]
    return Edition(
        id="new" if moved else "old",
        title="Synthetic",
        product="Synthetic",
        source=Source(title="Synthetic", location="Made here"),
        sections=sections,
        endpoints=[
            Endpoint(id=f"end-e{at}", name=f"End {at}", kind="node")
            for at in range(ends)
        ],
        flows=flows,
    )
