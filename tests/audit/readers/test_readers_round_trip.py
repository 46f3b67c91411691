"""What the product writes, its readers read back: no more, and no less.

The neutral rules are the measure: for each pair of networks, the services
that may pass. Then one thing is changed at a time, and the difference is
seen.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from functools import cache
from importlib.util import find_spec
from typing import Any

import pytest
import yaml
from reader_views import read_text

import avi_portspec
from avi_portspec import Resolution, RuleSet, loads_inventory, rule_set
from avi_portspec.audit.model import (
    Anywhere,
    Existing,
    Filter,
    Group,
    Members,
    Networks,
    Party,
    Tag,
)
from avi_portspec.audit.services import (
    Spans,
    join_spans,
    message_spans,
    port_spans,
    protocol_spans,
)
from avi_portspec.rules.networks import EVERYWHERE, Network
from avi_portspec.rules.neutral import Rule
from avi_portspec.rules.options import Options
from avi_portspec.rules.platforms import render

SITE = """
controller = ["10.10.1.11", "10.10.1.12", "10.10.1.13", "2001:db8:1::/64"]
service-engine = ["10.20.0.0/24", "2001:db8:2::/64"]
external-network-services = ["192.0.2.0/24"]
aws = ["198.51.100.0/24"]
dns-server = ["10.0.0.53", "2001:db8:3::53"]
controller-gateway = ["10.10.1.1"]
service-engine-gateway = ["10.20.1.1"]
"""
OWN = ("controller", "service-engine")
#: Whom the networks of a rule are, and what may pass between them.
Open = dict[tuple[Network, Network], Spans]
needs_terraform = pytest.mark.skipif(
    find_spec("tfparse") is None or find_spec("hcl2") is None,
    reason="tfparse or python-hcl2 is absent: pip install --group platforms",
)


@cache
def resolution() -> Resolution:
    """Return the answer for a deployment that uses DNS."""
    made = avi_portspec.preset("aws", services={"dns"})
    return avi_portspec.load("vantage-undated").resolve(made)


#: The platforms that know messages of ICMP, as optional flows need.
MESSAGES = {
    "aws-terraform", "csv", "ip6tables", "iptables", "nftables", "nsx-t",
    "openstack-heat",
}  # fmt: skip
#: Those whose rules are all judged on both sides.
EVERYWHERE_JUDGED = {"csv", "ip6tables", "iptables", "nftables", "nsx-t"}


@cache
def neutral(platform: str) -> RuleSet:
    """Return the rules, with echo requests where a platform knows them."""
    edition = resolution().edition
    inventory = loads_inventory(SITE, edition=edition)
    optional = platform.partition(" ")[0] in MESSAGES
    return rule_set(resolution(), inventory, optional=optional)


def of_role(role: str) -> tuple[Network, ...]:
    """Return the addresses of a role."""
    return neutral("csv").inventory.addresses[role]  # type: ignore[index]


def service(rule: Rule) -> Spans:
    """Return what a neutral rule lets through."""
    if rule.icmp_types:
        return message_spans(rule.protocol, *rule.icmp_types)
    if not rule.ports:
        return protocol_spans(rule.protocol)
    return join_spans(
        span
        for port in rule.ports
        for span in port_spans(rule.protocol, port.low, port.high)
    )


def joined(found: Iterable[tuple[Network, Network, Spans]]) -> Open:
    """Return services by the networks between which they pass."""
    spans: dict[tuple[Network, Network], list[tuple[int, int]]] = {}
    for source, destination, each in found:
        if source.version == destination.version:
            spans.setdefault((source, destination), []).extend(
                # No packet of IPv6 has ICMP of IPv4.
                (low, high)
                for low, high in each
                if (low >> 16, source.version) not in {(1, 6), (58, 4)}
            )
    return {pair: join_spans(each) for pair, each in spans.items() if each}


def meant(platform: str, direction: str) -> Open:
    """Return what the neutral rules open, on one side or between."""
    own = {"in": "destination", "out": "source"}.get(direction)
    if platform in EVERYWHERE_JUDGED:
        own = None
    return joined(
        (source, destination, service(rule))
        for rule in neutral(platform).rules
        if (own is None or getattr(rule, own) in OWN)
        and FAMILIES.get(platform) in {None, rule.family}
        for source in rule.sources
        for destination in rule.destinations
    )


def networks(party: Party, filter_: Filter) -> list[Network]:
    """Return whose addresses a party has."""
    match party:
        case Networks(networks=found):
            return [*found]
        case Anywhere(families=families):
            return [each for each in EVERYWHERE if each.version in families]
        case Group(id=name) | Tag(name=name):
            only = getattr(party, "family", None)
            for role in OWN:
                if re.search(rf"\b{role}\b", name):
                    return [
                        each
                        for each in of_role(role)
                        if only in {None, each.version}
                    ]
        case Members():
            return [
                network
                for each in filter_.attached_to
                for network in networks(each, filter_)
            ]
    raise AssertionError(party)


#: An address that only stands for none, as a group without rules needs one.
LOOPBACK = "127.0.0.1/32"


def found(existing: Existing, direction: str) -> Open:
    """Return what was read as allowed by the file, in one direction."""
    return joined(
        (source, destination, rule.service)
        for filter_ in existing.filters
        if filter_.direction == direction
        for rule in filter_.rules
        if rule.origin == "file"
        and rule.action == "allow"
        # What a link itself needs is no rule of the product.
        and "avi-link" not in rule.id
        for one in rule.sources
        for other in rule.destinations
        for source in networks(one, filter_)
        for destination in networks(other, filter_)
        if LOOPBACK not in {str(source), str(destination)}
    )


def written(platform: str, **options: Any) -> str:
    """Return the rules as the product writes them."""
    return render(neutral(platform), platform, Options(**options))  # type: ignore[arg-type]


def iptables(platform: str) -> str:
    """Return the rules as they are saved, once the chain is hooked in."""
    return (
        written(platform)
        .replace("*filter\n", "*filter\n:FORWARD ACCEPT [0:0]\n", 1)
        .replace("\nCOMMIT", "\n-A FORWARD -j avi-forward\nCOMMIT", 1)
    )


WRITERS: dict[str, Callable[[], str]] = {
    "aws-terraform": lambda: written("aws-terraform"),
    "aws-terraform hcl": lambda: written("aws-terraform", syntax="hcl"),
    "azure-arm": lambda: written("azure-arm"),
    "azure-terraform": lambda: written("azure-terraform"),
    "azure-terraform hcl": lambda: written("azure-terraform", syntax="hcl"),
    "csv": lambda: written("csv"),
    "gcp-terraform": lambda: written("gcp-terraform"),
    "gcp-terraform hcl": lambda: written("gcp-terraform", syntax="hcl"),
    "ip6tables": lambda: iptables("ip6tables"),
    "iptables": lambda: iptables("iptables"),
    "kubernetes": lambda: written("kubernetes"),
    "nsx-t": lambda: written("nsx-t"),
    "openstack-heat": lambda: written("openstack-heat"),
}
#: Those with one list for what passes between.
THROUGH = {"csv", "ip6tables", "iptables"}
FAMILIES = {"iptables": 4, "ip6tables": 6}
EACH = pytest.mark.parametrize(
    "platform",
    [
        pytest.param(
            name, marks=[needs_terraform] if "terraform" in name else []
        )
        for name in WRITERS
    ],
)


#: Evaluating HCL takes a process each time: once for each change will do.
ONCE = pytest.mark.parametrize(
    "platform", [name for name in WRITERS if "terraform" not in name]
)


def directions(platform: str) -> tuple[str, ...]:
    """Return the directions of a platform's filters."""
    return ("through",) if platform in THROUGH else ("in", "out")


def differs(platform: str, text: str) -> bool:
    """Return whether a text opens anything else than is meant."""
    existing = read_text(text)
    return any(
        found(existing, each) != meant(platform, each)
        for each in directions(platform)
    )


class TestRoundTrip:
    """Writers and readers know nothing of one another."""

    @EACH
    def test_what_is_written_is_read(self, platform: str) -> None:
        """The same services between the same networks, on each side."""
        existing = read_text(WRITERS[platform]())
        for direction in directions(platform):
            assert found(existing, direction) == meant(platform, direction)

    @EACH
    def test_nothing_is_left_unread(self, platform: str) -> None:
        """But what only answers, or jumps."""
        existing = read_text(WRITERS[platform]())
        reasons = {each.why.partition(":")[0] for each in existing.unread}
        if platform in FAMILIES:
            assert reasons <= {
                "followed",
                "matches only answers, and what belongs to them",
            }
        else:
            assert not reasons

    def test_the_measure_is_not_empty(self) -> None:
        """Or two nothings would be equal."""
        for platform in ("aws-terraform", "kubernetes"):
            for direction in ("in", "out"):
                assert len(meant(platform, direction)) > 5


Data = Any


def drop_first(data: Data, wanted: Callable[[Data], bool]) -> bool:
    """Take the first table that is wanted out of what holds it."""
    inner = (
        [*data.items()] if isinstance(data, dict)
        else [*enumerate(data)] if isinstance(data, list)
        else []
    )  # fmt: skip
    for key, value in inner:
        if isinstance(value, dict) and wanted(value):
            del data[key]
            return True
        if drop_first(value, wanted):
            return True
    return False


def structured(platform: str, change: Callable[[Data], Any]) -> str:
    """Return what is written in JSON or YAML, changed."""
    text = WRITERS[platform]()
    if text.startswith("{"):
        data = json.loads(text)
        assert change(data)
        return json.dumps(data)
    parts = [*yaml.safe_load_all(text)]
    assert any(change(part) for part in parts)
    return yaml.safe_dump_all(parts)


def is_rule(direction: str) -> Callable[[Data], bool]:
    """Return what tells a rule of one direction in any of the formats."""
    words = {"in": ("ingress", "inbound", "in"),
             "out": ("egress", "outbound", "out")}[direction]  # fmt: skip

    def wanted(table: Data) -> bool:
        inner = table.get("properties", table)
        if not isinstance(inner, dict) or LOOPBACK in str(table):
            return False
        way = str(inner.get("direction", "")).casefold()
        if way:
            return way in words and "close" not in str(table.get("name", ""))
        if "ip_protocol" in table:
            return ("cidr_ipv4" in table) or "referenced" in str(table)
        return ("from" if direction == "in" else "to") in table

    return wanted


STRUCTURED = (
    "azure-arm", "azure-terraform", "gcp-terraform", "kubernetes",
    "openstack-heat",
)  # fmt: skip


class TestMutations:
    """One change at a time is a difference."""

    @ONCE
    @pytest.mark.parametrize(
        ("pattern", "to"),
        [
            (r"\b4001\b", "4002"),
            (r"192\.0\.2\.0/24", "192.0.2.0/23"),
            (r"\b198\.51\.100\.0/24", "198.51.100.0/25"),
        ],
        ids=["port", "wider", "narrower"],
    )
    def test_numbers(self, platform: str, pattern: str, to: str) -> None:
        """Another port, a wider mask, a narrower one."""
        text = WRITERS[platform]()
        if platform == "ip6tables":
            pattern = pattern if "4001" in pattern else r"db8:2::/64"
            to = to if "400" in to else "db8:2::/63"
        # Only what is a rule: comments have numbers, too.
        changed = re.sub(pattern, to, text)
        assert changed != text
        assert differs(platform, changed)

    @EACH
    def test_protocols(self, platform: str) -> None:
        """UDP where TCP was, everywhere."""
        text = WRITERS[platform]()
        changed = re.sub(
            r"(-p )6\b|(?<=[\"', ])(tcp|TCP|Tcp)(?=[\"'/])",
            lambda hit: (
                f"{hit[1]}17"
                if hit[1]
                else {"tcp": "udp", "TCP": "UDP", "Tcp": "Udp"}[hit[2]]
            ),
            re.sub(r"(?<=,)tcp(?=/)", "udp", text),
        )
        assert changed != text
        assert differs(platform, changed)

    @pytest.mark.parametrize("direction", ["in", "out"])
    @pytest.mark.parametrize("platform", STRUCTURED)
    def test_a_rule_is_gone(self, platform: str, direction: str) -> None:
        """On one side or the other."""
        if "terraform" in platform and find_spec("tfparse") is None:
            pytest.skip("tfparse is absent: pip install --group platforms")
        wanted = is_rule(direction)
        text = structured(platform, lambda data: drop_first(data, wanted))
        assert differs(platform, text)

    @pytest.mark.parametrize("key", ["source_groups", "destination_groups"])
    def test_a_side_is_gone(self, key: str) -> None:
        """Then it is for everybody."""

        def change(data: Data) -> bool:
            for rule in data["children"][0]["children"][0]["SecurityPolicy"][
                "rules"
            ][:1]:
                del rule[key]
            return True

        text = structured("nsx-t", change)
        assert differs("nsx-t", text)

    @pytest.mark.parametrize("platform", sorted(THROUGH))
    def test_a_line_is_gone(self, platform: str) -> None:
        """Of those that allow anything."""
        lines = WRITERS[platform]().splitlines(keepends=True)
        at = max(
            number
            for number, line in enumerate(lines)
            if re.search(r"-p .* -j ACCEPT|,allow,", line)
            and "replies" not in line
            and "-r" not in line.split(" -p ")[0]
            and "-e" not in line.split(" -p ")[0]
        )
        del lines[at]
        assert differs(platform, "".join(lines))


def test_every_writer_whose_format_is_read_is_here() -> None:
    """Those that are not read: routers, CloudFormation, and text of nft."""
    names = {each.partition(" ")[0] for each in WRITERS}
    not_read = {
        "arista", "aws-cloudformation", "cisco", "ciscoasa", "fortigate",
        "juniper", "paloalto", "srx",
    }  # fmt: skip
    from avi_portspec.rules.platforms import platforms

    # nftables is read from the kernel, which writes the JSON.
    assert {*platforms()} == names | not_read | {"nftables"}
