"""A site of two clouds in a real kernel: each has the ports of its own."""

from __future__ import annotations

from functools import partial
from itertools import product

import pytest
from kernel_lab import Arrival, Lab
from kernel_probes import TCP
from kernel_rules import TEXTS, load, sweep
from kernel_sites import listener, opener

from avi_portspec import Edition, loads_inventory, rule_set

#: Where the Service Engines of each cloud are.
CLOUDS = {"aws": 2, "vcenter": 3}
SITE = """
controller = ["10.1.1.1", "10.2.1.1"]
external-network-services = ["192.0.2.1"]
aws = ["192.0.2.2"]
esxi-host = ["192.0.2.3"]
[service-engine]
aws = ["10.1.2.0/24", "10.2.2.0/24"]
vcenter = ["10.1.3.0/24", "10.2.3.0/24"]
"""


def ports(edition: Edition, cloud: str, destination: str) -> set[int]:
    """Return the TCP ports that a cloud's Service Engines may open."""
    return {
        port
        for flow in edition.resolve(cloud).needed
        if (flow.source, flow.destination) == ("service-engine", destination)
        for pair in flow.protocol_ports()
        if pair.protocol.number == TCP and pair.ports is not None
        for port in pair.ports
    }


@pytest.mark.parametrize("platform", TEXTS)
def test_each_cloud_has_its_own_ports(
    lab: Lab, edition: Edition, platform: str
) -> None:
    """Nothing passes between two clouds that only one of them needs."""
    own = {c: ports(edition, c, "service-engine") for c in CLOUDS}
    assert own["aws"] - own["vcenter"]
    assert own["vcenter"] - own["aws"]
    rules = rule_set(
        edition.resolve(["aws", "vcenter"]),
        loads_inventory(SITE, edition=edition),
    )
    load(lab, rules, platform)
    pairs = {
        (opener(CLOUDS[one], 4), listener(CLOUDS[other], 4)): own[one]
        & own[other]
        for one, other in product(CLOUDS, repeat=2)
    } | {
        (opener(place, 4), listener(1, 4)): ports(edition, cloud, "controller")
        for cloud, place in CLOUDS.items()
    }
    assert lab.probe([partial(sweep, sides, TCP) for sides in pairs]) == {
        Arrival(*sides, TCP, port)
        for sides, expected in pairs.items()
        for port in expected
    }
