"""How fast rules that exist are audited, and in how much memory.

Run it from the checkout: ``python benchmarks/audit_speed.py``. A filter has
rules from random networks and on random ports; all on one port; each for a
host in a role's network; or for any port from one source, and for any source
on one port, by turns. Rules that the flows need are among them, and the last
is for everybody; all flows of a deployment that has everything are judged.
Time is that of the processor, without reading, at its fastest; what is
compared is measured by turns, for a machine that others share is at times
slower. Memory is the most that is in use at once, without the rules
themselves. A filter whose first match decides is measured as well as one whose
rules only allow. What says something on any machine is how many times as long
it takes as reading as many rules, from JSON as AWS writes it, in the same run.

With ``--quick`` it measures little and judges no time: it only shows that
it runs, and that the answers are right.
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import time
import tracemalloc
from collections.abc import Callable
from ipaddress import ip_network
from typing import Literal, TypeAlias, get_args

import attrs

import avi_portspec
from avi_portspec import Deployment, Inventory, Protocol, Resolution, audit
from avi_portspec.audit.model import (
    Discipline,
    Existing,
    Filter,
    Group,
    LastResort,
    Members,
    Networks,
    Place,
    Rule,
)
from avi_portspec.audit.report import audit_rules
from avi_portspec.audit.roles import RoleMap
from avi_portspec.audit.services import port_spans

ROUNDS = 4
#: How often each number of rules is measured in a round.
TIMES = {1_000: 6, 5_000: 2, 20_000: 1}
#: What the rules of a filter have in common.
Shape: TypeAlias = Literal["any port", "one port", "hosts", "by turns"]
#: What is promised: seconds for the first number of rules, how many times as
#: long each other number may take, and megabytes for these.
FEW, MANY, MOST = TIMES
SECONDS, MEGABYTES = 0.15, 100
RATIOS = {MANY: 5.5, MOST: 22}
DISCIPLINES: tuple[Discipline, ...] = ("union", "first-match")
EVERYBODY = ip_network("0.0.0.0/0")
#: Where the hosts are.
INVENTORY = Inventory(
    addresses={"external-network-services": [ip_network("10.0.0.0/8")]}
)
ROLES = RoleMap(parties={"sg-c": ("controller",), "sg-s": ("service-engine",)})
TCP = Protocol.of("tcp")


def everything() -> Resolution:
    """Return the answer for a deployment that uses all that there is."""
    edition = avi_portspec.load()
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


def drawn_rule(shape: Shape, drawn: random.Random, at: int) -> Rule:
    """Return one of the rules of a filter."""
    low = drawn.randrange(1, 65_536)
    high = low + drawn.randrange(3)
    network = ip_network((drawn.randrange(1 << 24) << 8, 24))
    if at == 0:
        low = high = 22
    elif shape == "hosts":
        low = high = 22
        network = ip_network(((10 << 24) + drawn.randrange(1 << 24), 32))
    elif shape == "one port":
        low = high = 443
    elif shape == "by turns" and at % 2:
        low, high = 0, 65_535
    elif shape == "by turns":
        network = EVERYBODY
    party = Group("sg-s") if at % 10 == 0 else Networks((network,))
    return Rule(
        id=str(at),
        place=Place("rules", at + 1),
        sources=(party,),
        destinations=(Members(),),
        service=port_spans(TCP, low, high),
    )


def existing(
    count: int, discipline: Discipline = "union", shape: Shape = "any port"
) -> Existing:
    """Return a filter with so many rules."""
    drawn = random.Random(count)  # noqa: S311 - nothing is kept secret
    rules = [drawn_rule(shape, drawn, at) for at in range(count)]
    rules[-1] = attrs.evolve(
        rules[-1],
        sources=(Networks((EVERYBODY,)),),
        service=port_spans(TCP, 0, 65_535),
    )
    group = Filter(
        id="sg-c",
        place=Place("rules"),
        attached_to=(Group("sg-c"),),
        direction="in",
        stage="security group",
        discipline=discipline,
        rules=tuple(rules),
        last_resort=LastResort(
            action="deny", origin="provider-default", text="implied deny"
        ),
    )
    return Existing(name="rules", format="aws", filters=(group,), units=count)


def described(count: int) -> bytes:
    """Return so many rules as AWS describes them."""
    rules = [
        {
            "IpProtocol": "tcp",
            "FromPort": at + 1,
            "ToPort": at + 1,
            "IpRanges": [{"CidrIp": f"10.{at >> 8}.{at & 255}.0/24"}],
        }
        for at in range(count)
    ]
    group = {"GroupId": "sg-c", "GroupName": "c", "IpPermissions": rules}
    return json.dumps({"SecurityGroups": [group]}).encode()


def seconds(work: Callable[[], object], times: int) -> float:
    """Return how long something takes, at its fastest."""
    best = float("inf")
    for _ in range(times):
        gc.collect()
        gc.disable()
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
        gc.enable()
    return best


def check(discipline: Discipline, answer: Resolution, count: int) -> None:
    """Stop if what is measured is wrong."""
    report = audit_rules(existing(count, discipline), answer, roles=ROLES)
    side = report.flows["service-engine-to-controller-ssh"].sides["controller"]
    if side.verdict.value != "covered" or len(report.rules) != count:
        raise SystemExit(f"wrong answer: {side}")


def measure(discipline: Discipline, answer: Resolution, shape: Shape) -> None:
    """Measure, and print what is promised beside it."""
    inventory = INVENTORY if shape == "hosts" else None

    def work(count: int) -> Callable[[], object]:
        given = existing(count, discipline, shape)
        return lambda: audit_rules(given, answer, inventory, roles=ROLES)

    print(f"rules of a filter ({discipline}, {shape})")
    text = described(FEW)
    works = {count: work(count) for count in TIMES}
    best = dict.fromkeys(TIMES, float("inf"))
    reading = float("inf")
    for _ in range(ROUNDS):
        reading = min(reading, seconds(lambda: audit.read(text), TIMES[FEW]))
        for count, times in TIMES.items():
            best[count] = min(best[count], seconds(works[count], times))
    print(f"{FEW:,} rules: {best[FEW]:.3f} s (at most {SECONDS})")
    print(f"{FEW:,} rules: {best[FEW] / reading:.2f} x reading them")
    for count, most in RATIOS.items():
        ratio = best[count] / best[FEW]
        print(f"{count:,} rules: {ratio:.2f} x that (at most {most})")
    for count in RATIOS:
        tracemalloc.start()
        works[count]()
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        print(f"{count:,} rules: {peak / 1e6:.0f} MB (at most {MEGABYTES})")


def main() -> None:
    """Measure each kind of filter."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    answer = everything()
    for discipline in DISCIPLINES:
        check(discipline, answer, 100 if quick else FEW)
        for shape in () if quick else get_args(Shape):
            measure(discipline, answer, shape)
    if quick:
        print("audited; no time was judged")


if __name__ == "__main__":
    main()
