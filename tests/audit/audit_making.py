"""Filters and reports in a line."""

from __future__ import annotations

from typing import Any

from audit_examples import networks

from avi_portspec import Deployment, Protocol, Resolution, load
from avi_portspec.audit.model import (
    Anywhere,
    Existing,
    Filter,
    Group,
    LastResort,
    Members,
    Party,
    Place,
    Rule,
    Unread,
)
from avi_portspec.audit.report import Report, audit_rules
from avi_portspec.audit.roles import RoleMap
from avi_portspec.audit.services import (
    EVERY_SERVICE,
    Spans,
    join_spans,
    message_spans,
    port_spans,
    protocol_spans,
)

ANY = Anywhere((4,))
CONTROLLER, ENGINE = Group("sg-c"), Group("sg-s")
ROLES = {"sg-c": ("controller",), "sg-s": ("service-engine",)}
DENY = LastResort(action="deny", origin="provider-default", text="deny")
ALLOW = LastResort(action="allow", origin="file", text="chain policy")
NTP = "service-engine-to-controller-ntp"
SSH = "service-engine-to-controller-ssh"
PORTAL = "service-engine-to-controller-portal"


def service(*texts: str) -> Spans:
    """Return services as ``tcp/22``, ``tcp/22-443``, ``icmp/8``, ``any``."""
    spans: list[tuple[int, int]] = []
    for text in texts:
        name, _, port = text.partition("/")
        if name == "any":
            spans += EVERY_SERVICE
            continue
        protocol = Protocol.of(int(name) if name.isdecimal() else name)
        if not port:
            spans += protocol_spans(protocol)
        elif name.startswith("icmp"):
            spans += message_spans(protocol, int(port))
        else:
            low, _, high = port.partition("-")
            spans += port_spans(protocol, int(low), int(high or low))
    return join_spans(spans)


def rule(
    sources: Party | tuple[Party, ...],
    destinations: Party | tuple[Party, ...],
    what: Any,
    line: int = 1,
    **more: Any,
) -> Rule:
    """Return a rule; *what* is a service, or a text that names one."""
    spans = service(*what.split()) if isinstance(what, str) else what
    return Rule(
        id=more.pop("id", f"rule-{line}"),
        place=Place("rules.json", line),
        sources=sources if isinstance(sources, tuple) else (sources,),
        destinations=destinations
        if isinstance(destinations, tuple)
        else (destinations,),
        service=spans,
        **more,
    )


def into(
    party: Party | tuple[Party, ...], *rules: Rule, **more: Any
) -> Filter:
    """Return a security group for what comes in."""
    return Filter(
        **{
            "id": "group",
            "place": Place("rules.json", 100),
            "attached_to": party if isinstance(party, tuple) else (party,),
            "direction": "in",
            "stage": "security group",
            "discipline": "union",
            "rules": rules,
            "last_resort": DENY,
            **more,
        }
    )


def ordered(
    party: Party | tuple[Party, ...], *rules: Rule, **more: Any
) -> Filter:
    """Return a list of rules of which the first that matches decides."""
    return into(party, *rules, **{"discipline": "first-match", **more})


def existing(*filters: Filter, unread: tuple[Unread, ...] = ()) -> Existing:
    """Return what a file has."""
    read = {
        each.place
        for filter_ in filters
        for each in filter_.rules
        if each.origin == "file"
    }
    return Existing(
        name="rules.json",
        format="aws",
        filters=filters,
        unread=unread,
        units=len(read) + len(unread),
    )


def resolution(preset: str = "aws", **more: Any) -> Resolution:
    """Return an answer of the edition whose page states no release."""
    deployment = Deployment(clouds={preset}, **more)
    return load("vantage-undated").resolve(deployment)


def role_map(**more: Any) -> RoleMap:
    """Return the role map of the groups here."""
    return RoleMap(**{"parties": ROLES, **more})


def audit(*filters: Filter, **more: Any) -> Report:
    """Return the report on some filters."""
    return audit_rules(
        existing(*filters, unread=more.pop("unread", ())),
        more.pop("resolution", None) or resolution(),
        more.pop("inventory", None),
        more.pop("accepted", ()),
        roles=more.pop("roles", role_map()),
        **more,
    )


__all__ = [
    "ALLOW",
    "ANY",
    "CONTROLLER",
    "DENY",
    "ENGINE",
    "NTP",
    "PORTAL",
    "ROLES",
    "SSH",
    "Members",
    "audit",
    "existing",
    "into",
    "networks",
    "ordered",
    "resolution",
    "role_map",
    "rule",
    "service",
]
