"""Kubernetes NetworkPolicy objects, in YAML.

The references are the API ``networking.k8s.io/v1`` and the page on network
policies. ``endPort`` is stable since Kubernetes 1.25.

A policy a part of the product, for the pods with that part's label. It
names both policy types, so that whatever it does not allow is closed in
both directions; the other sides are networks, never labels.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from avi_portspec.rules.platforms.documents import Names, cut, said, yaml_text
from avi_portspec.rules.platforms.roles import (
    Direction,
    Stand,
    own_roles,
    refused,
    stands,
)
from avi_portspec.rules.platforms.services import protocol_of, without_icmp

if TYPE_CHECKING:
    from avi_portspec.names import EndpointId
    from avi_portspec.rules.neutral import Rule, RuleSet

__all__ = ["render"]

_PLATFORM: Final = "kubernetes"
_PORTED: Final = ("tcp", "udp", "sctp")
#: The most characters of an object's name, and of a label's name behind
#: its prefix.
_NAME: Final = 253
_LABEL: Final = 63
#: All annotations of an object may have 256 KiB.
_ANNOTATION: Final = 100_000
_PREFIX: Final = "avi-portspec"
_PEERS: Final[dict[Direction, str]] = {"ingress": "from", "egress": "to"}
_MEMBERSHIP: Final = (
    "membership opens: whatever pod has one of these labels may do all that "
    "the label may, whatever its addresses are"
)


def render(rules: RuleSet) -> str:
    """Return the rules as YAML, a document for each part of the product.

    Args:
        rules: The rules.

    Raises:
        CannotExpressError: A network policy has no way to say one of them.
    """
    top = (*rules.header(), _MEMBERSHIP)
    names, labels = Names(_NAME), Names(_LABEL)
    found = list(stands(rules, _PLATFORM))
    documents = [
        _policy(
            names.of(f"avi-{role}"),
            f"{_PREFIX}/{labels.of(role)}",
            [each for each in found if each.role == role],
            {"about": top, "rules": list(_told(rules, role, found))},
        )
        for role in own_roles(rules)
    ]
    return yaml_text(documents, top)


def _told(
    rules: RuleSet, role: EndpointId, found: list[Stand]
) -> Iterator[str]:
    """Yield what each rule of a policy is for, since it has no comments."""
    for stand in found:
        if stand.role == role:
            for line in said(rules, stand.rule):
                yield f"{stand.rule.id}, {stand.direction}: {line}"


def _policy(
    name: str,
    label: str,
    found: list[Stand],
    notes: Mapping[str, Iterable[str]],
) -> dict[str, Any]:
    """Return the policy for the pods with a label."""
    spec: dict[str, Any] = {
        "podSelector": {"matchLabels": {label: "true"}},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [],
        "egress": [],
    }
    for stand in found:
        spec[stand.direction].append(
            {
                _PEERS[stand.direction]: [
                    {"ipBlock": {"cidr": str(each)}} for each in stand.peers
                ],
                "ports": _ports(stand.rule),
            }
        )
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {
            "name": name,
            "annotations": {
                f"{_PREFIX}/{key}": cut("\n".join(lines), _ANNOTATION)
                for key, lines in notes.items()
            },
        },
        "spec": spec,
    }


def _ports(rule: Rule) -> list[dict[str, Any]]:
    """Return what a rule lets through: never nothing, which would be all."""
    without_icmp(rule, _PLATFORM)
    protocol = protocol_of(rule, _PLATFORM, ported=_PORTED)
    if not rule.ports:
        words = ", ".join(_PORTED).upper()
        reason = f"it knows {words} alone, not {rule.protocol.label}"
        raise refused(_PLATFORM, rule, reason)
    return [
        {
            "protocol": protocol.upper(),
            "port": each.low,
            **({"endPort": each.high} if each.high > each.low else {}),
        }
        for each in rule.ports
    ]
