"""What the library promises about speed, as ratios within one run.

    python benchmarks/library.py

Machines are noisy, so no absolute time is promised but one: a query of three
criteria on the real edition. Everything else is compared with something that
is measured side by side, in turn. Run it where the package is installed from
a wheel, as its users have it.

With ``--quick`` it measures little and judges no time: it only shows that
it runs, and that the answers are right.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from synthetic import edition as synthetic

import avi_portspec
from avi_portspec import Edition, Flows

ROUNDS = 25


def processes(commands: dict[str, str], rounds: int) -> dict[str, float]:
    """Return each command's median time as a process, in milliseconds."""
    # Users have bytecode; an environment that forbids it has none to use.
    environment = {
        key: value
        for key, value in os.environ.items()
        if key != "PYTHONDONTWRITEBYTECODE"
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(rounds + 1):
        for name, code in commands.items():
            start = time.perf_counter()
            subprocess.run(
                [sys.executable, "-I", "-c", code],
                check=True,
                env=environment,
            )
            times[name].append(time.perf_counter() - start)
    # The first round fills the caches.
    return {
        name: statistics.median(found[1:]) * 1e3
        for name, found in times.items()
    }


def each(
    functions: dict[str, Callable[[], object]], rounds: int
) -> dict[str, float]:
    """Return each function's median time, in microseconds."""
    times: dict[str, list[float]] = {name: [] for name in functions}
    loops = {}
    for name, function in functions.items():
        start = time.perf_counter()
        function()
        once = max(time.perf_counter() - start, 1e-7)
        loops[name] = max(1, min(5000, int(0.01 / once)))
    for _ in range(rounds):
        for name, function in functions.items():
            start = time.perf_counter()
            for _ in range(loops[name]):
                function()
            spent = time.perf_counter() - start
            times[name].append(spent / loops[name])
    return {
        name: statistics.median(found) * 1e6 for name, found in times.items()
    }


def row(what: str, got: float, bound: float, unit: str = "x") -> None:
    """Print one measurement beside its bound."""
    verdict = "ok" if got <= bound else "OVER"
    print(f"{what:<52} {got:>9.2f} {unit:<3} at most {bound:>6.2f}  {verdict}")


class Plain:
    """A plain dict behind one method call."""

    def __init__(self, edition: Edition) -> None:
        self.flows = {flow.id: flow for flow in edition.flows}

    def get(self, name: str) -> object:
        """Return the flow of that id."""
        return self.flows[name]


def main() -> None:
    """Measure, and print a line a promise."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    rounds, many = (1, 2_000) if quick else (ROUNDS, 100_000)
    where = Path(avi_portspec.__file__).parent
    print(f"Python {sys.version.split()[0]}, {where}\n")
    load = "import avi_portspec; edition = avi_portspec.load()"
    spent = processes(
        {
            "bare": "pass",
            "attrs": "import attrs",
            "package": "import avi_portspec",
            "select": f"{load}; edition.flows.select(source='SE', port=22)",
            "load": load,
            "statements": "import avi_portspec; avi_portspec.statements()",
        },
        rounds,
    )
    attrs_net = spent["attrs"] - spent["bare"]
    for name, what, bound in (
        ("package", "import avi_portspec / import attrs, net", 1.3),
        ("select", "import + load() + first select, net", 2.3),
    ):
        row(what, (spent[name] - spent["bare"]) / attrs_net, bound)
    load_net = spent["load"] - spent["bare"]
    stated_net = spent["statements"] - spent["bare"]
    row("all statements / import + load(), net", stated_net / load_net, 2)

    edition = avi_portspec.load()
    flows, plain = edition.flows, Plain(edition)
    name = "controller-to-aws"
    if flows[name] is not plain.get(name):
        raise SystemExit("the answers differ: nothing was measured")
    real = each(
        {
            "plain": lambda: plain.get(name),
            "by id": lambda: flows[name],
            "select": lambda: flows.select(
                source="controller", protocol="tcp", port=443
            ),
        },
        rounds,
    )
    row("flows[id] / a dict behind a method", real["by id"] / real["plain"], 2)
    row("select, three criteria, real edition", real["select"], 15, "us")

    small, large = (
        synthetic(list(range(count)), moved=False).flows
        for count in (1_000, many)
    )

    def ask(flows: Flows) -> Flows:
        return flows.select(source="end-e0", protocol="tcp", port=7)

    def by_hand() -> list[object]:
        return [
            flow
            for flow in large
            if flow.source == "end-e0"
            and any(p.name == "tcp" for p in flow.protocols)
            and any(7 in ports for ports in flow.ports)
        ]

    if list(ask(large)) != by_hand() or len(ask(small)) != len(ask(large)):
        raise SystemExit("the answers differ: nothing was measured")
    grown = each(
        {
            "small": lambda: ask(small),
            "large": lambda: ask(large),
            "by hand": by_hand,
        },
        rounds,
    )
    row(
        f"the same answer out of {many:,} / out of 1,000",
        grown["large"] / grown["small"],
        3,
    )
    gain = grown["by hand"] / grown["large"]
    verdict = "ok" if gain >= 100 else "UNDER"
    what = f"a list comprehension / select, {many:,} flows"
    print(f"{what:<52} {gain:>9.0f} x   at least   100  {verdict}")


if __name__ == "__main__":
    main()
