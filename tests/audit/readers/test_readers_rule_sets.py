"""Eleven rule sets that people run: what is read is what is known of them."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from reader_views import party, read_text
from rule_set_inputs import INPUTS

from avi_portspec import Protocol
from avi_portspec.audit.model import Existing, Filter, Members, Party
from avi_portspec.audit.services import (
    EVERY_SERVICE,
    join_spans,
    port_spans,
    protocol_spans,
    service_text,
)

FACTS = Path(__file__).parents[4] / "shared" / "facts" / "rule-sets"
#: How many rules each file has.
COUNTS = {
    "F01": 19, "F04": 6, "F05": 10, "F08": 3, "F10": 5, "F12": 9, "F13": 6,
    "F16": 6, "F17": 17, "F21a": 2, "F21b": 2,
}  # fmt: skip
EACH = pytest.mark.parametrize(
    "case",
    [
        pytest.param(
            case,
            marks=pytest.mark.skipif(
                each.format == "terraform" and find_spec("tfparse") is None,
                reason="tfparse is absent: pip install --group platforms",
            ),
        )
        for case, each in INPUTS.items()
    ],
)


def existing(case: str) -> Existing:
    """Return what is read of a rule set."""
    return read_text(INPUTS[case].text)


Line = tuple[str, tuple[str, ...], tuple[str, ...], str]


def roles(case: str, one: Party, filter_: Filter) -> list[str]:
    """Return the roles of a party, as the facts call them."""
    known = INPUTS[case].roles
    if isinstance(one, Members):
        return [
            role
            for each in filter_.attached_to
            for role in roles(case, each, filter_)
        ]
    name = party(one)
    if name.startswith("any"):
        return ["*"]
    return known[name]


def read_lines(case: str) -> list[Line]:
    """Return each rule that was read, in the words of the facts."""
    found: list[Line] = []
    for filter_ in existing(case).filters:
        for rule in filter_.rules:
            if rule.origin != "file":
                continue
            sides = {
                end: sorted(
                    {
                        role
                        for one in listed
                        for role in roles(case, one, filter_)
                    }
                )
                for end, listed in (
                    ("source", rule.sources),
                    ("destination", rule.destinations),
                )
            }
            own = {"in": "destination", "out": "source"}
            end = own.get(filter_.direction, "")
            # "Every instance of the network", or of the group.
            if sides.get(end) == ["*"]:
                sides[end] = sorted(INPUTS[case].roles["all"])
            assert isinstance(rule.service, tuple)
            found.append(
                (
                    "egress" if filter_.direction == "out" else "ingress",
                    tuple(sides["source"]),
                    tuple(sides["destination"]),
                    service_text(rule.service),
                )
            )
    return sorted(found)


def fact_lines(rules: list[dict[str, Any]]) -> list[Line]:
    """Return each rule of the facts that stands in the file."""
    found: list[Line] = []
    for rule in rules:
        if rule.get("written") == "not in the file":
            continue
        spans = EVERY_SERVICE
        if rule["protocol"] != "any":
            protocol = Protocol.of(rule["protocol"])
            spans = protocol_spans(protocol)
            if rule["ports"] is not None:
                spans = join_spans(
                    span
                    for low, high in rule["ports"]
                    for span in port_spans(protocol, low, high)
                )
        found.append(
            (
                rule["direction"],
                tuple(sorted(rule["source"])),
                tuple(sorted(rule["destination"])),
                service_text(spans),
            )
        )
    return sorted(found)


@EACH
def test_the_format_is_recognised(case: str) -> None:
    """By the content, which has no name."""
    assert existing(case).format == INPUTS[case].format


@EACH
def test_each_rule_is_read(case: str) -> None:
    """As many as the file has, and nothing is left."""
    found = existing(case)
    assert found.read == found.units == COUNTS[case]
    assert not found.unread


@EACH
def test_they_are_what_the_facts_say(case: str) -> None:
    """Direction, both sides, protocol and ports of each rule."""
    if not FACTS.is_dir():
        pytest.skip(f"no copy of the published facts in {FACTS}")
    facts = {
        each["case"]: each
        for path in FACTS.glob("F*.json")
        for each in [json.loads(path.read_text("utf-8"))]
    }
    assert read_lines(case) == fact_lines(facts[case]["rules"])


@pytest.mark.parametrize(
    ("case", "line"),
    [
        ("F01", ("egress", ("service-engine",),
                 ("controller", "service-engine"), "udp/123")),
        ("F05", ("ingress", ("service-engine",), ("service-engine",),
                 "IP protocol 75")),
        ("F10", ("ingress", ("external-network-services",), ("controller",),
                 "tcp/123")),
        ("F12", ("ingress", ("*",),
                 ("controller", "other", "service-engine"), "tcp/8483")),
        ("F17", ("ingress", ("controller",), ("ldap-server",), "udp/389")),
        ("F21b", ("ingress", ("service-engine",), ("controller",),
                  "tcp/22, tcp/8842")),
    ],
)  # fmt: skip
def test_what_is_known_of_them_is_seen(case: str, line: Line) -> None:
    """Without the facts at hand: the slips that they are known for."""
    if INPUTS[case].format == "terraform" and find_spec("tfparse") is None:
        pytest.skip("tfparse is absent: pip install --group platforms")
    assert line in read_lines(case)


@pytest.mark.parametrize("case", ["F10", "F12"])
def test_defaults_of_the_provider_are_added(case: str) -> None:
    """Azure lets a virtual network in, and no file says so."""
    ids = [
        rule.id
        for filter_ in existing(case).filters
        for rule in filter_.rules
        if rule.origin == "provider-default"
    ]
    assert "AllowVnetInBound" in ids
