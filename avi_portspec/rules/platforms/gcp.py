"""Google Cloud VPC firewall rules, as Terraform JSON.

The references are the page on VPC firewall rules, the REST resource
``firewalls`` and the Terraform provider ``hashicorp/google``.

Every rule names the addresses of both its sides and applies to the whole
network, so that no tag or service account has to be right. What leaves is
allowed by default: for the product's own addresses that is closed, and what
reaches them too, since other rules of the network may let it in.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from avi_portspec.rules.networks import Family
from avi_portspec.rules.platforms.documents import (
    Names,
    json_text,
    literal,
    said,
    summed,
)
from avi_portspec.rules.platforms.roles import (
    own_networks,
    refused,
    stands,
    too_large,
)
from avi_portspec.rules.platforms.services import protocol_of, without_icmp

if TYPE_CHECKING:
    from avi_portspec.rules.networks import Network
    from avi_portspec.rules.neutral import Rule, RuleSet

__all__ = ["render"]

_PLATFORM: Final = "gcp-terraform"
#: The most characters of a rule's name and of its description.
_NAME: Final = 63
_DESCRIPTION: Final = 2048
#: The most ranges of one side of a rule.
_RANGES: Final = 5000
#: Lower numbers go first. What closes the rest comes before 65534, where
#: the rules of a default network are, and after whatever the site adds.
_ALLOW: Final = 1000
_DENY: Final = 65000
_EVERYWHERE: Final[dict[Family, str]] = {4: "0.0.0.0/0", 6: "::/0"}
_NETWORK: Final = "${var.network}"


def render(rules: RuleSet) -> str:
    """Return the rules as a Terraform configuration in JSON.

    Args:
        rules: The rules.

    Raises:
        CannotExpressError: Google Cloud has no way to say one of them.
    """
    return json_text(
        {
            "//": literal(rules.header()),
            "terraform": {
                "required_providers": {
                    "google": {
                        "source": "hashicorp/google",
                        "version": ">= 5.0",
                    }
                }
            },
            "variable": {
                "network": {
                    "type": "string",
                    "description": "The VPC network that the rules are for",
                }
            },
            "resource": {
                "google_compute_firewall": {
                    each["name"]: each for each in _firewalls(rules)
                }
            },
        }
    )


def _firewalls(rules: RuleSet) -> Iterator[dict[str, Any]]:
    """Yield the rules, those that close the rest last."""
    names = Names(_NAME)
    for stand in stands(rules, _PLATFORM):
        rule, direction = stand.rule, stand.direction
        reasons = literal(said(rules, rule))
        yield {
            "//": reasons,
            "name": names.of(f"avi-{rule.id}-{direction}"),
            "network": _NETWORK,
            "description": summed(reasons, _DESCRIPTION),
            "direction": direction.upper(),
            "priority": _ALLOW,
            "source_ranges": _ranges(rule.sources, rule),
            "destination_ranges": _ranges(rule.destinations, rule),
            "allow": [_allowed(rule)],
        }
    for family, own in _own_ranges(rules).items():
        everywhere = [_EVERYWHERE[family]]
        sides = {"ingress": (everywhere, own), "egress": (own, everywhere)}
        for side, (sources, destinations) in sides.items():
            yield {
                "name": names.of(f"avi-close-{side}-ipv{family}"),
                "network": _NETWORK,
                "description": "Closes the rest for the product's addresses",
                "direction": side.upper(),
                "priority": _DENY,
                "source_ranges": sources,
                "destination_ranges": destinations,
                "deny": [{"protocol": "all"}],
            }


def _own_ranges(rules: RuleSet) -> dict[Family, list[str]]:
    """Return the product's own addresses, by family; none without any."""
    found: dict[Family, list[str]] = {}
    for network in own_networks(rules):
        found.setdefault(network.version, []).append(str(network))
    for family, ranges in found.items():
        if len(ranges) > _RANGES:
            reason = (
                f"closing IPv{family} for the product would take more than "
                f"{_RANGES} ranges"
            )
            raise too_large(_PLATFORM, rules, reason)
    return found


def _ranges(networks: tuple[Network, ...], rule: Rule) -> list[str]:
    if len(networks) > _RANGES:
        reason = f"one side of a rule has at most {_RANGES} ranges"
        raise refused(_PLATFORM, rule, reason)
    return [str(each) for each in networks]


def _allowed(rule: Rule) -> dict[str, Any]:
    """Return what a rule lets through; all of it has to be said."""
    without_icmp(rule, _PLATFORM)
    protocol = protocol_of(
        rule, _PLATFORM, ported=("tcp", "udp"), named=("esp", "ah")
    )
    if not rule.ports:
        return {"protocol": protocol}
    return {"protocol": protocol, "ports": [str(p) for p in rule.ports]}
