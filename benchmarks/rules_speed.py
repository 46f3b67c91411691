"""How fast firewall rules are written, and how large they are.

Run it from the checkout: ``python benchmarks/rules_speed.py``. A site has as
many Controllers as Service Engines, and all flows of the newest edition, the
optional ones included, in a deployment that has everything. Addresses lie
apart, so that none can be joined: the worst case.

With ``--quick`` it measures little and judges no time: it only shows that
it runs, and that the answers are right.
"""

from __future__ import annotations

import argparse
import statistics
import time
import timeit
from collections.abc import Callable
from ipaddress import IPv4Address
from typing import NamedTuple

import avi_portspec
from avi_portspec import Deployment, Edition, Inventory, Resolution, RuleSet

ROUNDS = 9
#: What is promised for nftables and 1,000 of each.
MILLISECONDS, KILOBYTES = 50, 200


def everything(edition: Edition) -> Resolution:
    """Return the answer for a deployment that uses all that there is."""
    words = {
        facet.id: {value.id for value in facet.values}
        for facet in edition.facets
    }
    return edition.resolve(
        Deployment(
            clouds=words["cloud"] - {"no-orchestrator"},
            features=words["feature"],
            services=words["service"],
        )
    )


def site(edition: Edition, count: int) -> Inventory:
    """Return a site with that many Controllers and Service Engines.

    The Service Engines are spread over all clouds.
    """

    def some(base: int) -> list[str]:
        return [str(IPv4Address(base + 2 * n)) for n in range(count)]

    clouds = sorted(everything(edition).deployment.clouds)
    engines = some(0x0B000000)
    parts = [
        f"{cloud} = {engines[at :: len(clouds)]}"
        for at, cloud in enumerate(clouds)
    ]
    lines = [
        f"controller = {some(0x0A000000)}",
        f"service-engine = {{ {', '.join(parts)} }}",
    ]
    others = (
        each.id
        for each in edition.endpoints
        if each.id not in {"controller", "service-engine"}
        and each.kind != "group"
    )
    lines += [f'{name} = ["192.0.2.{n}"]' for n, name in enumerate(others, 1)]
    return avi_portspec.loads_inventory("\n".join(lines), edition=edition)


class Measured(NamedTuple):
    """What it takes to write rules.

    Attributes:
        seconds: From the answer and the inventory to the text, on a
            processor: the median.
        size: The text's length in bytes.
    """

    seconds: float
    size: int


def measured(write: Callable[[], str], rounds: int) -> Measured:
    """Return what writing takes."""
    size = len(write().encode())
    # Of this process alone: others run on the machine as well.
    times = timeit.repeat(
        write, timer=time.process_time, number=1, repeat=rounds
    )
    return Measured(statistics.median(times), size)


def line(name: str, found: Measured, note: str = "") -> None:
    """Print one line of figures."""
    print(
        f"{name:<34}{found.seconds * 1e3:9.1f} ms"
        f"{found.size / 1e3:10.1f} kB  {note}".rstrip()
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    rounds, few = (1, 10) if quick else (ROUNDS, 1_000)
    many = 10 * few
    edition = avi_portspec.load()
    answer = everything(edition)
    found: dict[tuple[str, int], Measured] = {}
    for count in (few, many):
        inventory = site(edition, count)

        def rules(inventory: Inventory = inventory) -> RuleSet:
            return avi_portspec.rule_set(answer, inventory, optional=True)

        flows = {flow for each in rules().rules for flow in each.flows}
        print(
            f"{count:,} Controllers and Service Engines, {len(flows)} flows, "
            f"{len(rules().rules)} rules"
        )
        for name in ("nftables", "iptables"):

            def write(name: str = name) -> str:
                return rules().render(name)

            text = write()
            if not all(
                str(each.network_address) in text
                for each in inventory.addresses["controller"]
            ):
                raise SystemExit(f"{name} lacks a Controller")
            found[name, count] = measured(write, rounds)
            line(f"  {name}", found[name, count])
    for name in ("nftables", "iptables"):
        less, more = found[name, few], found[name, many]
        print(
            f"{name}: ten times the addresses take "
            f"{more.seconds / less.seconds:.1f} x the time and "
            f"{more.size / less.size:.1f} x the size"
        )
    most = found["nftables", few]
    print(
        f"nftables, {few:,}: {most.seconds * 1e3:.1f} of {MILLISECONDS} ms, "
        f"{most.size / 1e3:.0f} of {KILOBYTES} kB"
    )


if __name__ == "__main__":
    main()
