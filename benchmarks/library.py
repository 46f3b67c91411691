"""What the library promises about speed, as ratios within one run.

    python benchmarks/library.py

Machines are noisy, so no absolute time is promised but one: a query of three
criteria on the real edition. Everything else is compared with something that
is measured side by side, in turn. Run it where the package is installed from
a wheel, as its users have it.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import attrs

import avi_portspec
from avi_portspec import Edition, Flows, PortRange

ROUNDS = 25


def processes(commands: dict[str, str]) -> dict[str, float]:
    """Return each command's median time as a process, in milliseconds."""
    # Users have bytecode; an environment that forbids it has none to use.
    environment = {
        key: value
        for key, value in os.environ.items()
        if key != "PYTHONDONTWRITEBYTECODE"
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(ROUNDS + 1):
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


def each(functions: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Return each function's median time, in microseconds."""
    times: dict[str, list[float]] = {name: [] for name in functions}
    loops = {}
    for name, function in functions.items():
        start = time.perf_counter()
        function()
        once = max(time.perf_counter() - start, 1e-7)
        loops[name] = max(1, min(5000, int(0.01 / once)))
    for _ in range(ROUNDS):
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


def synthetic(count: int) -> Flows:
    """Return an edition's worth of flows: *count*, a few of them on 7."""
    real = avi_portspec.load()
    model = real.flows["controller-to-controller-https"]
    flows = []
    for number in range(count):
        row_number, item = divmod(number, 9999)
        # Ports are spread, but 7 is rare: its ten flows stand at the start.
        port = 7 if number < 10 else 1000 + number % 60000
        place = attrs.evolve(
            model.citation, number=row_number + 1, item=item + 1
        )
        flows.append(
            attrs.evolve(
                model,
                id=f"flow-{'abcdefghij'[number % 10]}-x{number}y",
                source=("controller", "service-engine")[number % 2],
                ports=(PortRange.of(port),),
                citation=place,
                notes=(),
            )
        )
    index = type(real.flows._index)(
        f"synthetic-{count}",
        tuple(flows),
        real.endpoints,
        real.sections,
        real.facets,
        real.notes,
    )
    return Flows(index)


class Plain:
    """A plain dict behind one method call."""

    def __init__(self, edition: Edition) -> None:
        self.flows = {flow.id: flow for flow in edition.flows}

    def get(self, name: str) -> object:
        """Return the flow of that id."""
        return self.flows[name]


def main() -> None:
    """Measure, and print a line a promise."""
    where = Path(avi_portspec.__file__).parent
    print(f"Python {sys.version.split()[0]}, {where}\n")
    load = "import avi_portspec; edition = avi_portspec.load()"
    spent = processes(
        {
            "bare": "pass",
            "attrs": "import attrs",
            "package": "import avi_portspec",
            "select": f"{load}; edition.flows.select(source='SE', port=22)",
        }
    )
    attrs_net = spent["attrs"] - spent["bare"]
    for name, what, bound in (
        ("package", "import avi_portspec / import attrs, net", 1.3),
        ("select", "import + load() + first select, net", 2.3),
    ):
        row(what, (spent[name] - spent["bare"]) / attrs_net, bound)

    edition = avi_portspec.load()
    flows, plain = edition.flows, Plain(edition)
    name = "controller-to-aws"
    real = each(
        {
            "plain": lambda: plain.get(name),
            "by id": lambda: flows[name],
            "select": lambda: flows.select(
                source="controller", protocol="tcp", port=443
            ),
        }
    )
    row("flows[id] / a dict behind a method", real["by id"] / real["plain"], 2)
    row("select, three criteria, real edition", real["select"], 15, "us")

    small, large = synthetic(1_000), synthetic(100_000)

    def ask(flows: Flows) -> Flows:
        return flows.select(source="controller", protocol="tcp", port=7)

    def by_hand() -> list[object]:
        return [
            flow
            for flow in large
            if flow.source == "controller"
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
        }
    )
    row(
        "the same answer out of 100,000 / out of 1,000",
        grown["large"] / grown["small"],
        3,
    )
    gain = grown["by hand"] / grown["large"]
    verdict = "ok" if gain >= 100 else "UNDER"
    what = "a list comprehension / select, 100,000 flows"
    print(f"{what:<52} {gain:>9.0f} x   at least   100  {verdict}")


if __name__ == "__main__":
    main()
