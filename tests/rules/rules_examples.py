"""Sites and rules that several tests of rules use."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import Any

import attrs
import pytest

from avi_portspec import (
    Edition,
    FlowId,
    Inventory,
    PortRange,
    Protocol,
    Rule,
    RuleSet,
    loads_inventory,
    rule_set,
)

#: Both families, but for the administrators.
SITE = """
controller = ["10.10.1.11", "10.10.1.12", "2001:db8:1::11"]
service-engine = ["10.20.0.0/24", "2001:db8:2::/64"]
external-network-services = ["192.0.2.0/24"]
aws = ["198.51.100.0/24"]
cluster-ip = "10.10.1.10"
"""


def site(edition: Edition, more: str = "") -> Inventory:
    """Return that site's addresses, and some more."""
    return loads_inventory(SITE + more, edition=edition)


def aws(edition: Edition, **options: Any) -> RuleSet:
    """Return the rules of that site on AWS."""
    return rule_set(edition.resolve("aws"), site(edition), **options)


def rule(edition: Edition, **fields: Any) -> Rule:
    """Return a sound rule, changed in some fields."""
    (model,) = (
        each
        for each in aws(edition).rules
        if each.id == "service-engine-to-controller-tcp-ipv4"
    )
    return attrs.evolve(model, **fields)


def with_rules(edition: Edition, *rules: Rule) -> RuleSet:
    """Return a set of these rules."""
    return attrs.evolve(aws(edition), rules=rules)


def portless(edition: Edition, number: int, family: int = 4) -> Rule:
    """Return a rule for a protocol without ports."""
    suffix = f"-ipv{family}"
    model = next(
        each
        for each in aws(edition).rules
        if each.id.endswith(suffix) and each.source == "service-engine"
    )
    return attrs.evolve(
        model,
        id=f"service-engine-to-controller-protocol-{number}{suffix}",
        protocol=Protocol.of(number),
        ports=(),
        flows=(FlowId("own-protocol"),),
        reasons=("Our own.",),
    )


def ranges(*ports: int | tuple[int, int]) -> tuple[PortRange, ...]:
    """Return ports and ranges of them."""
    return tuple(
        PortRange.of(each)
        if isinstance(each, int)
        else PortRange(low=each[0], high=each[1])
        for each in ports
    )


def read_by(command: str, package: str, *arguments: str, text: str) -> None:
    """Have a command read rules where they can change nothing.

    Root needs no namespace of users, in which the kernel takes no long
    messages from anybody.
    """
    path = "/usr/sbin:/sbin:/usr/bin:/bin"
    found = shutil.which(command, path=path)
    alone = shutil.which("unshare", path=path)
    if found is None or alone is None:
        lacking = f"{command} is not here: apt-get install {package}"
        if os.environ.get("AVI_PORTSPEC_KERNEL"):
            pytest.fail(lacking)
        pytest.skip(lacking)
    users = ["--user", "--map-root-user"] if os.geteuid() else []
    done = subprocess.run(
        [alone, *users, "--net", found, *arguments],
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
