"""How fast rules that exist are audited, and in how much memory.

Run it from the checkout: ``python benchmarks/audit_speed.py``. A filter has
rules from random networks and on random ports, or all on one port, among them
those that the flows need; all flows of a deployment that has everything are
judged. Time is that of the processor, without reading; memory is the most
that is in use at once, without the rules themselves. A filter whose first
match decides is measured as well as one whose rules only allow. What says
something on any machine is how many times as long it takes as reading as many
rules, from JSON as AWS writes it, in the same run.

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

import avi_portspec
from avi_portspec import Deployment, Protocol, Resolution, audit
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

ROUNDS = 7
#: What is promised: seconds for the first number of rules, how many times as
#: long each other number may take, and megabytes for the second.
FEW, MANY, MOST = 1_000, 5_000, 20_000
SECONDS, MEGABYTES = 0.15, 100
RATIOS = {MANY: 5.5, MOST: 22}
DISCIPLINES: tuple[Discipline, ...] = ("union", "first-match")
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


def existing(
    count: int, discipline: Discipline = "union", one_port: int | None = None
) -> Existing:
    """Return a filter with so many rules, if need be all on one port."""
    drawn = random.Random(count)  # noqa: S311 - nothing is kept secret
    rules = []
    for at in range(count):
        port = drawn.randrange(1, 65_536)
        network = ip_network((drawn.randrange(1 << 24) << 8, 24))
        party = Group("sg-s") if at % 10 == 0 else Networks((network,))
        port = 22 if at == 0 else one_port or port
        rules.append(
            Rule(
                id=str(at),
                place=Place("rules", at + 1),
                sources=(party,),
                destinations=(Members(),),
                service=port_spans(TCP, port, port + drawn.randrange(3)),
            )
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


def seconds(work: Callable[[], object], rounds: int) -> float:
    """Return how long something takes, at its fastest."""
    best = float("inf")
    for _ in range(rounds):
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


def measure(
    discipline: Discipline, answer: Resolution, one_port: int | None
) -> None:
    """Measure, and print what is promised beside it."""

    def taken(count: int, rounds: int) -> float:
        given = existing(count, discipline, one_port)
        return seconds(lambda: audit_rules(given, answer, roles=ROLES), rounds)

    ports = f"all on {one_port}" if one_port else "on any port"
    print(f"rules of a filter ({discipline}, {ports})")
    text = described(FEW)
    reading = seconds(lambda: audit.read(text), ROUNDS)
    first = taken(FEW, ROUNDS)
    print(f"{FEW:,} rules: {first:.3f} s (at most {SECONDS})")
    print(f"{FEW:,} rules: {first / reading:.2f} x reading them")
    for count, most in RATIOS.items():
        ratio = taken(count, ROUNDS if count == MANY else 2) / first
        print(f"{count:,} rules: {ratio:.2f} x that (at most {most})")
    given = existing(MANY, discipline, one_port)
    tracemalloc.start()
    audit_rules(given, answer, roles=ROLES)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    print(f"{MANY:,} rules: {peak / 1e6:.0f} MB (at most {MEGABYTES})")


def main() -> None:
    """Measure each kind of filter."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    answer = everything()
    for discipline in DISCIPLINES:
        check(discipline, answer, 100 if quick else FEW)
        for one_port in () if quick else (None, 443):
            measure(discipline, answer, one_port)
    if quick:
        print("audited; no time was judged")


if __name__ == "__main__":
    main()
