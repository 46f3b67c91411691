"""Two sites on one device, in one project or on one NSX share no name."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from itertools import combinations, product
from typing import Any

import pytest
import yaml
from cloud_sites import rules_for
from rules_examples import rendered as render
from test_rules_crosscheck import (
    CLOUDS,
    LINUX,
    NETWORK,
    check,
    check_cloud,
    check_linux,
    needs_aerleon,
)

import avi_portspec
from avi_portspec import RuleSet, platforms
from avi_portspec.rules.options import Options
from avi_portspec.rules.platforms import options_of, write

#: One is the beginning of another, and one is a role.
SITES = (None, "south", "south-east", "controller")
#: Both sides have one family, since ASA is written for one alone.
ADDRESSES = """
controller = ["10.10.1.11", "10.10.1.12"]
service-engine = ["10.20.0.0/24"]
external-network-services = ["192.0.2.0/24"]
aws = ["198.51.100.0/24"]
dns-server = ["10.0.0.53"]
cluster-ip = "10.10.1.10"
cluster-ip-is-destination = true
"""
#: Equal by intent: terms within a list, which no other list sees.
WITHIN = {
    *(
        f"avi-deny-{which}{way}"
        for which in ("", "later-fragments-")
        for way in ("from-product", "to-product")
    ),
    *(f"avi-icmp-error-{kind}" for kind in (2, 3, 4, 11, 12)),
    *(
        f"avi-neighbour-discovery-{kind}-{way}-product"
        for kind in range(133, 137)
        for way in ("from", "to")
    ),
}


def keyed(name: str, value: Any) -> Iterator[Any]:
    """Yield what stands under a key, wherever it stands."""
    if isinstance(value, dict):
        if isinstance(value.get(name), str):
            yield value[name]
        for each in value.values():
            yield from keyed(name, each)
    elif isinstance(value, list):
        for each in value:
            yield from keyed(name, each)


def of_cloudformation(text: str) -> Iterator[str]:
    """Yield logical ids, outputs and the groups' tags."""
    document = json.loads(text)
    yield from document["Resources"]
    yield from document["Outputs"]
    yield from keyed("Value", document["Resources"])
    yield from keyed("GroupDescription", document)


def of_terraform(text: str) -> Iterator[str]:
    """Yield the addresses of resources, and the names that they give."""
    document = json.loads(text)
    for kind, named in document["resource"].items():
        yield from (f"{kind}.{name}" for name in named)
    for name in ("Name", "name", "default"):
        # What stands for a variable is no name of its own.
        yield from (
            found for found in keyed(name, document) if found[0] != "$"
        )
    if "aws_security_group" in document["resource"]:
        yield from document["output"]


def of_arm(text: str) -> Iterator[str]:
    """Yield the group's name and those of its rules."""
    document = json.loads(text)
    yield document["parameters"]["name"]["defaultValue"]
    (group,) = document["resources"]
    yield from (e["name"] for e in group["properties"]["securityRules"])


def of_kubernetes(text: str) -> Iterator[str]:
    """Yield the names of policies, and the labels that they select."""
    for policy in yaml.safe_load_all(text):
        yield policy["metadata"]["name"]
        yield from policy["spec"]["podSelector"]["matchLabels"]


def of_heat(text: str) -> Iterator[str]:
    """Yield resources, outputs and the names of groups."""
    document = yaml.safe_load(text)
    yield from document["resources"]
    yield from document["outputs"]
    yield from keyed("name", document)


def of_nsx(text: str) -> Iterator[str]:
    """Yield all ids and names but that of NSX's own domain."""
    document = json.loads(text)
    for name in ("id", "display_name"):
        yield from (e for e in keyed(name, document) if e != "default")


def of_linux(text: str) -> Iterator[str]:
    """Yield tables and chains but those that the kernel has itself."""
    yield from re.findall(r"^table (.+) \{", text, re.MULTILINE)
    for chain in re.findall(r"^:(\S+)", text, re.MULTILINE):
        if not chain.isupper():
            yield chain


def of_device(text: str) -> Iterator[str]:
    """Yield every word that is a name of ours."""
    for line in re.sub("<!--.*?-->", "", text, flags=re.DOTALL).splitlines():
        if not line.startswith(("!", "#")) and "<description>" not in line:
            yield from re.findall(r"[\w-]*\bavi-[\w-]+", line)


READERS: dict[str, Callable[[str], Iterator[str]]] = {
    "aws-cloudformation": of_cloudformation,
    "aws-terraform": of_terraform,
    "azure-arm": of_arm,
    "azure-terraform": of_terraform,
    "gcp-terraform": of_terraform,
    "ip6tables": of_linux,
    "iptables": of_linux,
    "kubernetes": of_kubernetes,
    "nftables": of_linux,
    "nsx-t": of_nsx,
    "openstack-heat": of_heat,
    **dict.fromkeys(NETWORK, of_device),
}


def test_the_platforms_that_take_a_name() -> None:
    """All but the table, which nothing loads."""
    named = {each for each in platforms() if "name" in options_of(each)}
    assert named == READERS.keys() == {*platforms()} - {"csv"}


@pytest.mark.parametrize(
    "platform",
    [
        pytest.param(each, marks=[needs_aerleon] if each in NETWORK else [])
        for each in READERS
    ],
)
def test_no_two_sites_share_an_identifier(platform: str) -> None:
    """Not even one without a name, or one named as a part of the product."""
    found = {}
    for site in SITES:
        text = render(rules_for(ADDRESSES), platform, Options(name=site))
        found[site] = {*READERS[platform](text)} - WITHIN
        assert found[site]
    for one, other in combinations(SITES, 2):
        assert found[one].isdisjoint(found[other]), (one, other)


#: Endpoints whose ids read like members of others in some clouds, and
#: flows that some clouds alone need.
ALIKE = """
id = "alike"
title = "Alike"
[[endpoints]]
id = "part"
name = "Part"
kind = "component"
[[endpoints]]
id = "part-in-aws"
name = "Part in AWS"
kind = "component"
[[endpoints]]
id = "part-in-aws-in-vcenter"
name = "Part in AWS in vCenter"
kind = "component"
[[endpoints]]
id = "part-in-aws-to-part"
name = "Part in AWS to part"
kind = "component"
"""
CLOUDS_OF_PARTS = (("aws",), ("vcenter",), ("aws", "vcenter"), ())
PARTS = (
    "part",
    "part-in-aws",
    "part-in-aws-in-vcenter",
    "part-in-aws-to-part",
)


def alike() -> RuleSet:
    """Return rules of which each part of each endpoint has other ports."""
    flows = []
    for number, (source, destination, clouds) in enumerate(
        product(PARTS, PARTS, CLOUDS_OF_PARTS)
    ):
        cloud = ", ".join(f'"{cloud}"' for cloud in clouds)
        when = f'{{ facet = "cloud", values = [{cloud}] }}'
        flows.append(
            f'[[flows]]\nid = "flow-{number}"\nsource = "{source}"\n'
            f'destination = "{destination}"\nprotocols = ["tcp"]\n'
            f'ports = [{1000 + 2 * number}]\npurpose = "A test."\n'
            + (f"when = {when}\n" if clouds else "")
        )
    edition = avi_portspec.load().overlay(ALIKE + "".join(flows))
    addresses = "".join(
        f"[{name}]\n"
        + "".join(
            f'{cloud} = ["10.{row}.{column}.0/24"]\n'
            for column, cloud in enumerate(("aws", "azure", "vcenter"))
        )
        for row, name in enumerate(PARTS)
    )
    inventory = avi_portspec.loads_inventory(addresses, edition=edition)
    return avi_portspec.rule_set(
        edition.resolve(("aws", "azure", "vcenter")), inventory, missing="omit"
    )


@pytest.mark.parametrize("platform", [*LINUX, *CLOUDS])
def test_no_two_groups_share_a_name(platform: str) -> None:
    """A group that two parts share has the rules of both."""
    rules = alike()
    assert len({r.id for r in rules.rules}) == len(rules.rules) == 64
    # Each endpoint in all clouds, in one, in another, and in two of them.
    assert len({r.source for r in rules.rules}) == 16
    if platform in LINUX:
        check_linux(rules, platform, Options(), "forward")
    else:
        written = write(rules, platform, Options(partial=True))
        check_cloud(written.rules, platform, written.text)


@needs_aerleon
@pytest.mark.parametrize("platform", NETWORK)
def test_no_two_sets_of_addresses_share_a_name(platform: str) -> None:
    """Nor on devices, whose names are short."""
    read, nature = NETWORK[platform]
    check(alike(), platform, read, nature)


@needs_aerleon
def test_named_policies_of_srx_are_added() -> None:
    """A second site would replace those of the first."""
    rules = rules_for(ADDRESSES)
    replace = re.compile("^ *replace: ", re.MULTILINE)
    plain, named = (
        render(rules, "srx", Options(name=name)) for name in (None, "south")
    )
    assert len(replace.findall(plain)) == 3
    assert not replace.findall(named)


@needs_aerleon
def test_fortios_names_the_policies_to_delete() -> None:
    """Its own, and not those of another site."""
    text = render(rules_for(ADDRESSES), "fortigate", Options(name="south"))
    assert "names begin with avi-south-" in " ".join(text.split()).replace(
        "# ", ""
    )
