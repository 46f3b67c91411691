"""Sites whose rules are put to the clouds' writers, and their validators."""

from __future__ import annotations

import json
import warnings
from functools import cache
from importlib import import_module
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import attrs
import jsonschema
import pytest
from rules_sites import as_stated

import avi_portspec
from avi_portspec import Edition, EndpointId
from avi_portspec.rules.inventory import Inventory, loads_inventory
from avi_portspec.rules.neutral import Rule
from avi_portspec.rules.ruleset import RuleSet, rule_set

SCHEMAS = Path(__file__).parent / "schemas"

#: A site with both families, where some roles have only one of them.
BOTH = """
controller = ["10.10.1.11", "10.10.1.12", "10.10.1.13", "2001:db8:1::/64"]
service-engine = ["10.20.0.0/24", "2001:db8:2::/64"]
external-network-services = ["192.0.2.0/24"]
aws = ["198.51.100.0/24"]
dns-server = ["10.0.0.53", "2001:db8:3::53"]
controller-gateway = ["10.10.1.1"]
service-engine-gateway = ["10.20.1.1"]
"""

#: Text that some reader takes for more than text.
HOSTILE = (
    'x" } ] # ${file("/etc/passwd")} %{ if true }{{resolve:ssm:k}} '
    ";=cmd|' /C calc'!A0; [resourceGroup().id] --- &a *a !!x \\u0022 "
    "caf\N{LATIN SMALL LETTER E WITH ACUTE} \N{SNOWMAN}"
)


def rules_for(
    addresses: str = BOTH,
    *,
    overlay: str | None = None,
    edition: Edition | None = None,
    optional: bool = False,
    **changes: Any,
) -> RuleSet:
    """Return the rules of a deployment in AWS that uses DNS.

    Args:
        addresses: The inventory.
        overlay: Flows of the site's own.
        edition: Another edition than the usual one.
        optional: Whether optional flows get rules.
        changes: What differs in the deployment.
    """
    edition = edition or avi_portspec.load("vantage-undated")
    if overlay is not None:
        edition = edition.overlay(overlay)
    made = avi_portspec.preset("aws", **{"services": {"dns"}, **changes})
    inventory = loads_inventory(addresses, edition=edition)
    return rule_set(
        edition.resolve(made),
        inventory,
        optional=optional,
        readings=as_stated(edition),
    )


def own_flow(
    protocols: str, ports: str = "[]", *, source: str = "service-engine"
) -> str:
    """Return an overlay with one flow, to the Controller.

    Args:
        protocols: Its protocols, as TOML.
        ports: Its ports, as TOML.
        source: Who opens it.
    """
    return f"""
id = "lab"
title = "Laboratory"
[[flows]]
id = "probe"
source = "{source}"
destination = "controller"
protocols = {protocols}
ports = {ports}
purpose = "To see what a platform makes of it."
"""


def between_strangers() -> RuleSet:
    """Return rules one of which concerns no part of the product."""
    overlay = """
id = "lab"
title = "Laboratory"
[[flows]]
id = "probe"
source = "dns-server"
destination = "aws"
protocols = ["tcp"]
ports = [443]
purpose = "Nothing of the product takes part in it."
"""
    return rules_for(overlay=overlay)


def everyone() -> RuleSet:
    """Return rules for administrators anywhere, and for single hosts."""
    return rules_for(
        """
controller = ["10.10.1.11", "2001:db8:1::11"]
service-engine = ["10.20.0.4/31", "2001:db8:2::/127"]
external-network-services = ["0.0.0.0/0", "::/0"]
aws = ["198.51.100.7/32", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff/128"]
dns-server = ["10.0.0.53"]
shared = ["0.0.0.0/0", "::/0"]
"""
    )


def hostile() -> RuleSet:
    """Return rules whose every text is an attack."""
    edition = avi_portspec.load("vantage-undated")
    edition = attrs.evolve(
        edition,
        title=HOSTILE,
        aliases=(),
        facets=[
            attrs.evolve(
                facet,
                name=f"{HOSTILE} {facet.id}",
                values=[
                    attrs.evolve(value, name=f"{HOSTILE} {value.id}")
                    for value in facet.values
                ],
            )
            for facet in edition.facets
        ],
    )
    return rules_for(edition=edition)


def many(rules: RuleSet, role: str, count: int) -> RuleSet:
    """Return rules in which a role has that many addresses, all apart.

    Args:
        rules: Rules.
        role: A source or destination in them.
        count: How many.
    """
    networks = tuple(
        ip_network(f"172.{16 + n // 32768}.{n // 128 % 256}.{n % 128 * 2}/32")
        for n in range(count)
    )

    def grown(rule: Rule) -> Rule:
        sides = {
            "sources": rule.source,
            "destinations": rule.destination,
        }
        new = {
            name: networks
            for name, each in sides.items()
            if each == role and rule.family == 4
        }
        return attrs.evolve(rule, **new)

    inventory = Inventory(
        addresses={
            **rules.inventory.addresses,
            EndpointId(role): networks,
        }
    )
    return attrs.evolve(
        rules,
        inventory=inventory,
        rules=tuple(map(grown, rules.rules)),
    )


@cache
def validator(name: str) -> Any:
    """Return a module that checks a platform's syntax, or skip the test.

    Some warn while they are imported, of what is theirs to mend.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return import_module(name)
    except ImportError as missing:
        pytest.skip(f"{missing}: pip install --group platforms")


def against(schema: str, document: object) -> list[str]:
    """Return what a schema of ours finds wrong, with the path of each."""
    text = (SCHEMAS / f"{schema}.json").read_text("utf-8")
    checker = jsonschema.Draft202012Validator(json.loads(text))
    return [
        f"{'/'.join(map(str, fault.absolute_path))}: {fault.message[:200]}"
        for fault in checker.iter_errors(document)
    ]
