"""Rules for nftables, beside what aerleon makes of the same rules.

Run it from the checkout: ``python benchmarks/rules_beside_aerleon.py``. It
needs aerleon (``pip install --group platforms``), and prints times and sizes
for sites of growing size, all in one run: the ratios count. Hosts stand
apart, so that no two of them collapse into one network; half of them are
Controllers, half Service Engines, and the rules are those for AWS. Ours are
whole: with a header, comments, replies, and for Cisco a second look at what
was written; aerleon's are the rules and their comments.

With ``--quick`` it measures little and judges no time: it only shows that
it runs, and that the answers are right.
"""

from __future__ import annotations

import argparse
import logging
import timeit
from collections.abc import Callable
from functools import partial
from ipaddress import IPv4Network, ip_network
from time import perf_counter

import avi_portspec
from avi_portspec import EndpointId, Inventory, RuleSet, rule_set
from avi_portspec.rules.options import Options
from avi_portspec.rules.platforms import network, render
from avi_portspec.rules.platforms.guard import Filter, Target, generate

SIZES = (10, 100, 1000)
#: Access lists grow with the square: the last one is written by aerleon
#: alone, and once.
MOST_LISTED = 100
SLOW_SECONDS = 2
LIMIT_SECONDS = 0.050
LIMIT_BYTES = 200_000


def site(hosts: int) -> RuleSet:
    """Return the rules of a site with so many hosts of the product."""

    def some(first: int, count: int) -> tuple[IPv4Network, ...]:
        # Odd addresses: no two are halves of one network.
        return tuple(
            IPv4Network(f"10.{first}.{n // 100}.{2 * (n % 100) + 1}/32")
            for n in range(count)
        )

    addresses = {
        "controller": some(10, hosts // 2),
        "service-engine": some(20, hosts - hosts // 2),
        "external-network-services": (ip_network("192.0.2.0/24"),),
        "aws": (ip_network("198.51.100.0/24"),),
    }
    inventory = Inventory(
        addresses={EndpointId(name): n for name, n in addresses.items()}
    )
    return rule_set(avi_portspec.load().resolve("aws"), inventory)


def aerleon(target: str, options: str, rules: RuleSet) -> str:
    """Return what aerleon writes for the same terms."""
    names = network.DnsNames(rules, Options())
    writer = network.render_paloalto
    terms = [*network._terms(writer, rules, names, Options())]
    anything = Target(name=target, longest=62, bare={4: frozenset()})
    return generate(anything, [Filter(options, terms)])


def measured(write: Callable[[], str]) -> tuple[float, int]:
    """Return the seconds of one call, the fastest of some, and the bytes."""
    started = perf_counter()
    size = len(write().encode())
    first = perf_counter() - started
    if first > SLOW_SECONDS:
        return first, size
    return min(timeit.repeat(write, number=1, repeat=15)), size


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    # aerleon mentions each term that it optimizes.
    logging.disable(logging.INFO)
    print("hosts  writer                    ms         kB    x time   x bytes")
    for hosts in SIZES[:1] if quick else SIZES:
        rules = site(hosts)
        writers: dict[str, Callable[[], str]] = {
            "ours, nftables": partial(render, rules, "nftables"),
            "aerleon, nftables": partial(
                aerleon, "nftables", "inet forward", rules
            ),
            "aerleon, Cisco": partial(aerleon, "cisco", "avi extended", rules),
        }
        if hosts <= MOST_LISTED:
            writers["ours, Cisco"] = partial(
                render, rules, "cisco", Options(scope="all")
            )
        base: tuple[float, int] | None = None
        for name, write in writers.items():
            if "192.0.2.0" not in write():
                raise SystemExit(f"{name} lacks the administrators")
            seconds, size = measured(write)
            base = base or (seconds, size)
            print(
                f"{hosts:5}  {name:18} {seconds * 1e3:9.2f} {size / 1e3:10.1f}"
                f" {seconds / base[0]:9.1f} {size / base[1]:9.1f}"
            )
            if base == (seconds, size) and hosts == SIZES[-1]:
                kept = seconds <= LIMIT_SECONDS and size <= LIMIT_BYTES
                print(f"       within 50 ms and 200 kB: {kept}")


if __name__ == "__main__":
    main()
