"""Google Cloud VPC firewall rules, as Terraform JSON.

The references are the guide to VPC firewall rules, the REST resource
``firewalls`` and the Terraform provider ``hashicorp/google``.

Every rule names the addresses of both its sides and applies to the whole
network, so that no tag or service account has to be right. What leaves is
allowed by default: for the product's own addresses that is closed, and what
reaches them too, since other rules of the network may let it in.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, assert_never

from avi_portspec.rules.networks import Family, Network
from avi_portspec.rules.neutral import Rule, SiteRules
from avi_portspec.rules.options import Options
from avi_portspec.rules.peers import NamedObject
from avi_portspec.rules.platforms.clouds import (
    Placement,
    location_notes,
    message_refusal,
    own_networks,
    placements,
    protocol_name,
    refusal,
    size_refusal,
)
from avi_portspec.rules.platforms.documents import (
    Names,
    disarm,
    purposes_of,
    summarise,
    terraform_comment,
    terraform_text,
)
from avi_portspec.rules.platforms.scope import judged
from avi_portspec.rules.traffic import Bare, Message, Ported

__all__ = ["render"]

_PLATFORM: Final = "gcp-terraform"
#: The clouds whose machines are in its networks.
_CLOUDS: Final = ("gcp",)
#: The most characters of a rule's name and of its description.
_NAME: Final = 63
_DESCRIPTION: Final = 2048
#: The most ranges of one side of a rule.
_RANGES: Final = 5000
#: Lower numbers go first. What closes the rest comes before 65534, where
#: the rules of a default network are, and after the rules of the site.
_ALLOW: Final = 1000
_DENY: Final = 65000
#: The keys of sources that are no ranges, and how many a rule can have.
_SOURCES: Final = {
    "tag": "source_tags",
    "service-account": "source_service_accounts",
}
_OBJECTS: Final = {"tag": 30, "service-account": 10}
_EVERYWHERE: Final[dict[Family, str]] = {4: "0.0.0.0/0", 6: "::/0"}
_NETWORK: Final = "${var.network}"


def render(rules: SiteRules, options: Options) -> str:
    """Return the rules as a Terraform configuration in JSON."""
    firewalls = {
        firewall["name"]: firewall for firewall in _firewalls(rules, options)
    }
    description = "The VPC network of the rules"
    return terraform_text(
        [
            *rules.header(),
            *judged(rules, options, ()),
            *location_notes(rules, _CLOUDS),
        ],
        "google",
        ">= 5.0",
        variable={"network": {"type": "string", "description": description}},
        resource={"google_compute_firewall": firewalls},
    )


def _firewalls(rules: SiteRules, options: Options) -> Iterator[dict[str, Any]]:
    """Yield the rules, those that close the rest last."""
    names = Names(_NAME, lambda key: f"avi-{options.label(key)}")
    for stand in placements(rules, _PLATFORM, _CLOUDS):
        rule, direction = stand.rule, stand.direction
        reasons = purposes_of(rules, rule)
        for kind, whence in _sources(stand):
            yield {
                "//": terraform_comment(reasons),
                "name": names.of(f"{rule.id}-{direction}{kind}"),
                "network": _NETWORK,
                "description": summarise(disarm(reasons), _DESCRIPTION),
                "direction": direction.upper(),
                "priority": _ALLOW,
                **whence,
                "destination_ranges": _ranges(rule.destinations, rule),
                "allow": [_allow(rule)],
            }
    for family, own in _own_ranges(rules).items():
        everywhere = [_EVERYWHERE[family]]
        sides = {"ingress": (everywhere, own), "egress": (own, everywhere)}
        for side, (sources, destinations) in sides.items():
            yield {
                "name": names.of(f"close-{side}-ipv{family}"),
                "network": _NETWORK,
                "description": "Denies the rest of the product's traffic",
                "direction": side.upper(),
                "priority": _DENY,
                "source_ranges": sources,
                "destination_ranges": destinations,
                "deny": [{"protocol": "all"}],
            }


def _sources(stand: Placement) -> Iterator[tuple[str, dict[str, list[str]]]]:
    """Yield the sources of a placed rule, by kind: a rule has one alone.

    Each comes with what tells the rule's name from the others'.
    """
    rule = stand.rule
    if rule.destination_objects:
        reason = "a destination is addresses alone, never a tag or an account"
        raise refusal(_PLATFORM, rule, reason)
    if rule.sources:
        yield "", {"source_ranges": _ranges(rule.sources, rule)}
    for kind, key in _SOURCES.items():
        found = [
            each.name
            for each in rule.source_objects
            if isinstance(each, NamedObject) and each.kind == kind
        ]
        most = _OBJECTS[kind]
        if len(found) > most:
            reason = f"a rule has at most {most} sources of the kind {kind}"
            raise refusal(_PLATFORM, rule, reason)
        if found:
            yield f"-{kind}", {key: found}


def _own_ranges(rules: SiteRules) -> dict[Family, list[str]]:
    """Return the product's own addresses, by family; none without any."""
    own: dict[Family, list[str]] = {}
    for network in own_networks(rules):
        own.setdefault(network.version, []).append(str(network))
    for family, ranges in own.items():
        if len(ranges) > _RANGES:
            reason = (
                f"denying the rest over IPv{family} would take more than "
                f"{_RANGES} ranges"
            )
            raise size_refusal(_PLATFORM, rules, reason)
    return own


def _ranges(networks: tuple[Network, ...], rule: Rule) -> list[str]:
    if len(networks) > _RANGES:
        reason = f"one side of a rule has at most {_RANGES} ranges"
        raise refusal(_PLATFORM, rule, reason)
    return [*map(str, networks)]


def _allow(rule: Rule) -> dict[str, Any]:
    """Return what a rule allows."""
    match rule.traffic:
        case Ported(ports=ports):
            matched = {"ports": [*map(str, ports)]}
        case Bare():
            matched = {}
        case Message():
            raise message_refusal(rule, _PLATFORM)
        case _ as never:
            assert_never(never)
    protocol = protocol_name(
        rule, _PLATFORM, ported=("tcp", "udp"), named=("esp", "ah")
    )
    return {"protocol": protocol, **matched}
