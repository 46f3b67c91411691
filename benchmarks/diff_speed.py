"""How the cost of a diff grows with the size of the editions.

Run it from the checkout: ``python benchmarks/diff_speed.py``. Of the flows
of two synthetic editions, a tenth has other ports, a twentieth is gone and
as many are new. It prints the cost per flow at each size, and its ratio to
that of the smallest, all in one run.
"""

from __future__ import annotations

import gc
import time

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
    diff,
)

SIZES = (1_000, 10_000, 100_000)
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


def seconds(size: int) -> tuple[float, int]:
    """Return the time of one diff, the fastest, and its changes."""
    gone, fresh = size // 20, size // 20
    old = edition(list(range(size)), moved=False)
    new = edition(list(range(gone, size + fresh)), moved=True)
    best, changes = float("inf"), 0
    for _ in range(5 if size < SIZES[-1] else 3):
        gc.collect()
        gc.disable()
        start = time.perf_counter()
        found = diff(old, new)
        best = min(best, time.perf_counter() - start)
        gc.enable()
        changes = len(found)
    return best, changes


def main() -> None:
    """Measure and print."""
    first = 0.0
    for size in SIZES:
        taken, changes = seconds(size)
        each = taken / size
        first = first or each
        print(
            f"{size:>7,} flows: {taken:7.3f} s, {changes:>7,} changes, "
            f"{each * 1e6:5.1f} us a flow, {each / first:.2f} x"
        )


if __name__ == "__main__":
    main()
