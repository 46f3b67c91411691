"""How fast a deployment is resolved, beside the plain way to do it.

Run it from the checkout: ``python benchmarks/resolve_speed.py``. It prints
the time of one answer on the newest edition, its ratio to evaluating every
condition by itself in the same run, and how long all deployments that the
edition tells apart would take.

With ``--quick`` it measures little and judges no time: it only shows that
it runs, and that the answers are right.
"""

from __future__ import annotations

import argparse
import statistics
import timeit

import avi_portspec
from avi_portspec.deployment.space import cases, size

CALLS = 2000
ROUNDS = 7
LIMIT = 150e-6


def best(run: object, calls: int) -> float:
    """Return the seconds of one call: the median of the fastest rounds."""
    times = timeit.repeat(run, number=calls, repeat=ROUNDS)  # type: ignore[arg-type]
    return statistics.median(sorted(times)[:3]) / calls


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    calls = 1 if quick else CALLS
    edition = avi_portspec.load()
    flows = edition.flows
    deployment = avi_portspec.preset(
        "openstack",
        services={"dns", "ntp", "syslog"},
        features={"heat-autoscaling", "cli-shell"},
    )
    resolver = edition._resolver

    def answer() -> object:
        return edition.resolve(deployment)

    def needed() -> object:
        return edition.resolve(deployment).flows

    def explained() -> object:
        return list(edition.resolve(deployment))

    def plainly() -> object:
        return [flow.when.evaluate(deployment) for flow in flows]

    met = {f.id for f in flows if f.when.evaluate(deployment).name == "YES"}
    if not needed() or not {f.id for f in needed()} <= met:
        raise SystemExit("a flow is needed whose condition is not met")
    one, whole, reasons, naive = (
        best(each, calls) for each in (needed, answer, explained, plainly)
    )
    print(f"resolve(...)        {whole * 1e6:8.1f} us")
    print(f"resolve(...).flows  {one * 1e6:8.1f} us, limit {LIMIT * 1e6:.0f}")
    print(f"with every reason   {reasons * 1e6:8.1f} us")
    print(f"conditions plainly  {naive * 1e6:8.1f} us, {naive / one:.1f} x")

    every = [
        (resolver.words.bits_of(each), each.nodes != "cluster")
        for flow in flows
        for each in cases(edition, flow)
    ]

    def proof() -> object:
        return [resolver.statuses(held, single=one) for held, one in every]

    seconds = min(timeit.repeat(proof, number=5, repeat=ROUNDS)) / 5
    rate = len(every) / seconds
    total = size(edition)
    print(
        f"{rate:,.0f} deployments a second; the {len(every)} that stand for "
        f"all {total:,} take {seconds * 1e3:.1f} ms, one by one all would "
        f"take {total / rate / 60:.0f} minutes"
    )


if __name__ == "__main__":
    main()
