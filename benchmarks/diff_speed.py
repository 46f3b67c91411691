"""How the cost of a diff grows with the size of the editions.

Run it from the checkout: ``python benchmarks/diff_speed.py``. Of the flows
of two synthetic editions, a tenth has other ports, a twentieth is gone and
as many are new. It prints the cost per flow at each size, and its ratio to
that of the smallest, all in one run.

With ``--quick`` it measures little and judges no time: it only shows that
it runs, and that the answers are right.
"""

from __future__ import annotations

import argparse
import gc
import time

from synthetic import edition

from avi_portspec import diff

SIZES = (1_000, 10_000, 100_000)


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
    if found.apply(old) != new:
        raise SystemExit("the changes do not lead from one to the other")
    return best, changes


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    first = 0.0
    for size in SIZES[:1] if quick else SIZES:
        taken, changes = seconds(size)
        each = taken / size
        first = first or each
        print(
            f"{size:>7,} flows: {taken:7.3f} s, {changes:>7,} changes, "
            f"{each * 1e6:5.1f} us a flow, {each / first:.2f} x"
        )


if __name__ == "__main__":
    main()
