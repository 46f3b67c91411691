"""Sites and rules that several tests of rules use."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Collection, Iterable
from functools import cache
from typing import Any

import attrs
import pytest

from avi_portspec import (
    Bare,
    Edition,
    FlowId,
    Inventory,
    Ported,
    PortRange,
    Protocol,
    Rule,
    RuleSet,
    loads_inventory,
    rule_set,
)
from avi_portspec.rules.options import Options
from avi_portspec.rules.platforms import options_of, render

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


def site_of(
    edition: Edition, clouds: Collection[str], more: str = ""
) -> Inventory:
    """Return that site's addresses, with engines in each of some clouds."""
    members = ", ".join(
        f'{cloud} = ["10.20.{n}.0/24", "2001:db8:2:{n}::/64"]'
        for n, cloud in enumerate(sorted(clouds))
    )
    head, tail = SITE.split("service-engine = ")
    rest = tail.partition("\n")[2]
    text = f"{head}service-engine = {{ {members} }}\n{rest}{more}"
    return loads_inventory(text, edition=edition)


@cache
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
    if not {"protocol", "ports"}.isdisjoint(fields):
        fields["traffic"] = Ported(
            protocol=fields.pop("protocol", model.protocol),
            ports=fields.pop("ports", model.ports),
        )
    return attrs.evolve(model, **fields)


def with_rules(edition: Edition, *rules: Rule) -> RuleSet:
    """Return a set of these rules."""
    return attrs.evolve(aws(edition), rules=rules)


#: The platforms whose list decides about all traffic of its interface: how
#: it ends has to be said.
LISTS = frozenset({"arista", "cisco", "ciscoasa", "juniper"})


def fitting(platform: str, options: Options | None = None) -> Options:
    """Return those of some options that a platform takes, and no fewer."""
    options = options or Options()
    taken = options.asked & {*options_of(platform)}  # type: ignore[arg-type]
    its: dict[str, Any] = {name: getattr(options, name) for name in taken}
    if platform in LISTS:
        if its.get("scope") == "all":
            its.pop("last_line", None)
        elif platform == "ciscoasa" or "last_line" not in its:
            its["last_line"] = "none"
    return Options(**its)


def rendered(
    rules: RuleSet, platform: str, options: Options | None = None
) -> str:
    """Return rules in a platform's syntax, with options that fit it."""
    return render(rules, platform, fitting(platform, options))  # type: ignore[arg-type]


def whole_lines(lines: Iterable[str]) -> list[str]:
    """Return lines of comment in one piece: what goes on is indented."""
    found: list[str] = []
    for line in lines:
        if line.startswith("  "):
            found[-1] += line[1:]
        else:
            found.append(line)
    return found


def unwrap(text: str) -> str:
    """Return a text whose comments are in one line, or one item of JSON."""
    text = re.sub(r"\r?\n *# {3}(?=\S)", " ", text)
    return re.sub(r'",\n *" {2}(?=\S)', " ", text)


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
        traffic=Bare(protocol=Protocol.of(number)),
        flows=(FlowId("own-protocol"),),
        reasons=("Our own.",),
    )


def ranges(*ports: int | tuple[int, int]) -> tuple[PortRange, ...]:
    """Return ports and ranges of them."""
    return tuple(
        PortRange.of(port)
        if isinstance(port, int)
        else PortRange(low=port[0], high=port[1])
        for port in ports
    )


def read_by(command: str, package: str, *arguments: str, text: str) -> None:
    """Have a command read rules where they can change nothing.

    Root needs no namespace of users, in which the kernel takes no long
    messages from anybody.
    """
    path = "/usr/sbin:/sbin:/usr/bin:/bin"
    found = shutil.which(command, path=path)
    if found is None:
        pytest.skip(f"needs {command}: apt-get install {package}")
    apart = namespace(path)
    done = subprocess.run(
        [*apart, found, *arguments],
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@cache
def namespace(path: str) -> list[str]:
    """Return the command that runs another in a network of its own."""
    users = ["--user", "--map-root-user"] if os.geteuid() else []
    apart = [shutil.which("unshare", path=path) or "unshare", *users, "--net"]
    try:
        done = subprocess.run(
            [*apart, "true"], capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        pytest.skip("needs unshare: apt-get install util-linux")
    if done.returncode:
        pytest.skip(
            "needs network namespaces, which the kernel forbids here (a "
            f"container, or no user namespaces): {done.stderr.strip()}"
        )
    return apart
