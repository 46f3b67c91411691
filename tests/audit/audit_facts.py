"""Rule sets that people run, made of facts: no reader is needed for them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from avi_portspec import Deployment, Protocol, load
from avi_portspec.audit.model import (
    Anywhere,
    Existing,
    Filter,
    Group,
    LastResort,
    Party,
    Place,
    Rule,
)
from avi_portspec.audit.report import Report, audit_rules
from avi_portspec.audit.roles import RoleMap
from avi_portspec.audit.services import (
    EVERY_SERVICE,
    Spans,
    join_spans,
    port_spans,
    protocol_spans,
)

#: Parties of the facts that the data does not know by that name.
OTHER = {
    "se-data": "data-networks",
    "other": "all-instances",
    "vcenter": "vcenter-server",
}
#: Who is not filtered by any file of these.
NOT_FILTERED = ("external-network-services", "controller", "service-engine")


def service_of(rule: dict[str, Any]) -> Spans:
    """Return the service of a rule of the facts."""
    if rule["protocol"] == "any":
        return EVERY_SERVICE
    protocol = Protocol.of(rule["protocol"])
    if rule["ports"] is None:
        return protocol_spans(protocol)
    return join_spans(
        span
        for ports in rule["ports"]
        for span in port_spans(protocol, *ports)
    )


def party_of(names: Iterable[str]) -> tuple[Party, ...]:
    """Return parties of the facts: a group a role."""
    return tuple(
        Anywhere((4,)) if name == "*" else Group(f"group:{name}")
        for name in names
    )


def rules_of(
    facts: dict[str, Any], direction: str, party: str | None
) -> tuple[Rule, ...]:
    """Return the rules of one party's side; of a table, all of them."""
    end = "destination" if direction == "ingress" else "source"
    return tuple(
        Rule(
            id=rule["id"],
            place=Place(facts["id"], at),
            sources=party_of(rule["source"]),
            destinations=party_of(rule["destination"]),
            service=service_of(rule),
            origin="provider-default"
            if rule.get("written") == "not in the file"
            else "file",
            assumes=(rule["cidr_class"],)
            if "default" in rule["cidr_class"] and "any" in rule["cidr_class"]
            else (),
        )
        for at, rule in enumerate(facts["rules"], 1)
        if rule["direction"] == direction
        and (party is None or party in rule[end])
    )


def existing_of(facts: dict[str, Any]) -> Existing:
    """Return what the facts have, as a reader would."""
    is_table = "*svc" in facts["ingress_filtered"]
    filters = []
    deny = LastResort(action="deny", origin="provider-default", text="deny")
    sides = (("ingress", "in"), ("egress", "out"))
    if is_table:
        filters.append(
            Filter(
                id="table",
                place=Place(facts["id"], 1),
                attached_to=(),
                direction="through",
                stage="table",
                discipline="union",
                rules=rules_of(facts, "ingress", None),
                last_resort=deny,
            )
        )
    for word, direction in () if is_table else sides:
        parties = dict.fromkeys(facts[f"{word}_filtered"])
        end = "destination" if word == "ingress" else "source"
        for rule in facts["rules"]:
            if rule["direction"] == word:
                parties |= dict.fromkeys(
                    name for name in rule[end] if name != "*"
                )
        filters += [
            Filter(
                id=f"{party} {direction}",
                place=Place(facts["id"], at),
                attached_to=party_of([party]),
                direction=direction,  # type: ignore[arg-type]
                stage="security group",
                discipline="union",
                rules=rules_of(facts, word, party),
                last_resort=deny,
            )
            for at, party in enumerate(parties, 1)
        ]
    places = {rule.place for each in filters for rule in each.rules}
    return (
        Existing(
            name=facts["id"],
            format=facts["provider"],
            filters=tuple(filters),
            units=len(
                {
                    rule.place
                    for each in filters
                    for rule in each.rules
                    if rule.origin == "file"
                }
            ),
        )
        if places
        else Existing(
            name=facts["id"], format=facts["provider"], filters=(), units=0
        )
    )


def roles_of(facts: dict[str, Any]) -> RoleMap:
    """Return the role map of the facts, which name roles."""
    names = {
        name
        for rule in facts["rules"]
        for end in ("source", "destination")
        for name in rule[end]
    }
    filtered = {*facts["ingress_filtered"], *facts["egress_filtered"]}
    return RoleMap(
        parties={
            f"group:{name}": (OTHER.get(name, name),)
            for name in sorted(names | filtered)
            if not name.startswith("*")
        },
        not_filtered=NOT_FILTERED,
    )


def deployment_of(facts: dict[str, Any]) -> Deployment:
    """Return the deployment of the facts."""
    return Deployment(**facts["deployment"])


def audit_facts(facts: dict[str, Any], **more: Any) -> Report:
    """Return the report on the facts."""
    resolution = load("vantage-undated").resolve(deployment_of(facts))
    return audit_rules(
        existing_of(facts), resolution, roles=roles_of(facts), **more
    )


def read_facts(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the facts in a folder, by case."""
    found = [
        json.loads(path.read_text("utf-8"))
        for path in sorted(folder.glob("F*.json"))
    ]
    return {facts["case"]: facts for facts in found}
