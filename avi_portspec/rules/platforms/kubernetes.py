"""Kubernetes NetworkPolicy objects, in YAML.

The references are the API ``networking.k8s.io/v1`` and the guide to network
policies. ``endPort`` is stable since Kubernetes 1.25.

A policy a part of the product, for the pods with that part's label. It
names both policy types, so that what it does not allow is denied in
both directions. The other sides are networks, and the pods that the inventory
selects by their labels.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, assert_never

from avi_portspec.documents import join
from avi_portspec.rules.neutral import Rule, SiteRules
from avi_portspec.rules.options import Options
from avi_portspec.rules.peers import Peer, PodSelector
from avi_portspec.rules.platforms.clouds import (
    Direction,
    Placement,
    location_notes,
    message_refusal,
    own_roles,
    placements,
    protocol_name,
    refusal,
)
from avi_portspec.rules.platforms.documents import (
    Names,
    purposes_of,
    shorten,
    yaml_text,
)
from avi_portspec.rules.traffic import Bare, Message, Ported

__all__ = ["render"]

_PLATFORM: Final = "kubernetes"
#: The clouds whose machines can be pods.
_CLOUDS: Final = ("kubernetes", "openshift")
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
    "Caution: every pod with one of these labels gets all rules of the "
    "label, whatever its addresses are"
)
_DNS: Final = (
    "Caution: these rules let pods of {} reach no DNS server; if they need "
    "one, allow that in a policy of your own"
)
_DOCUMENTED: Final = (
    ", or for {} give dns-server in the inventory, and dns among the services"
)
_ADDRESSES: Final = (
    "Caution: rules name {} by address, and some network plug-ins, such as "
    "Cilium, never match pods by address: give a pod-selector"
)
_NAMESPACES: Final = (
    "Caution: a policy is in force in its own namespace alone, and pods of {} "
    "are in others: apply their policies there, and give each other "
    "pod-selector in these rules a namespace-selector too"
)


def render(rules: SiteRules, options: Options) -> str:
    """Return the rules as YAML, a document for each part of the product."""
    placed = list(placements(rules, _PLATFORM, _CLOUDS))
    top = (
        *rules.header(),
        _MEMBERSHIP,
        *_without_dns(rules, placed),
        *_by_address(rules, placed),
        *_elsewhere(rules),
        *location_notes(rules, _CLOUDS, "bear labels"),
    )
    names = Names(_NAME, lambda key: f"avi-{options.label(key)}")
    labels = Names(_LABEL, options.label)
    documents = []
    for role in own_roles(rules, _CLOUDS):
        own = [stand for stand in placed if stand.role == role]
        # What each rule is for, since a policy has no comments.
        purposes = [
            f"{stand.rule.id}, {stand.direction}: {line}"
            for stand in own
            for line in purposes_of(rules, stand.rule)
        ]
        selected: list[Mapping[str, str]] = [
            pods.labels for pods in _pods(rules.objects_of(role))
        ] or [{f"{_PREFIX}/{labels.of(role)}": "true"}]
        for number, pod_labels in enumerate(selected, start=1):
            key = role if number == 1 else f"{role}-{number}"
            notes = {"about": top, "rules": purposes}
            documents.append(_policy(names.of(key), pod_labels, own, notes))
    return yaml_text(documents, top)


def _without_dns(rules: SiteRules, placed: list[Placement]) -> Iterator[str]:
    """Yield a warning of pods whose policy lets no query for a name out."""
    queries = rules.resolution.edition.flows.select(protocol="udp", port=53)
    served = {
        stand.role
        for stand in placed
        if stand.direction == "egress"
        and not {*queries.ids()}.isdisjoint(stand.rule.flows)
    }
    lacking = [r for r in own_roles(rules, _CLOUDS) if r not in served]
    # Whose query has no rule for another reason, has given both.
    asking = {
        flow.source
        for flow in queries
        if rules.resolution.status_of(flow) != "needed"
        or not rules.inventory.has(flow.destination)
    }
    documented = [r for r in lacking if rules.parts.get(r, r) in asking]
    if lacking:
        more = _DOCUMENTED.format(join("and", documented))
        text = _DNS.format(join("and", lacking))
        yield f"{text}{more if documented else ''}"


def _by_address(rules: SiteRules, placed: list[Placement]) -> Iterator[str]:
    """Yield a warning of rules that name pods of the product by address."""
    own = own_roles(rules, _CLOUDS)
    named = {s.peer for s in placed if s.peer in own and s.peers}
    if named:
        roles = join("and", (role for role in own if role in named))
        yield _ADDRESSES.format(roles)


def _elsewhere(rules: SiteRules) -> Iterator[str]:
    """Yield a warning of policies for pods of other namespaces."""
    roles = [
        role
        for role in own_roles(rules, _CLOUDS)
        if any(pods.namespace for pods in _pods(rules.objects_of(role)))
    ]
    if roles:
        yield _NAMESPACES.format(join("and", roles))


def _pods(objects: Iterable[Peer]) -> Iterator[PodSelector]:
    return (each for each in objects if isinstance(each, PodSelector))


def _selector(pods: PodSelector) -> dict[str, Any]:
    """Return the pods of one side of a rule."""
    selected = {
        "podSelector": pods.labels,
        "namespaceSelector": pods.namespace,
    }
    return {
        name: {"matchLabels": labels}
        for name, labels in selected.items()
        if labels is not None
    }


def _policy(
    name: str,
    labels: Mapping[str, str],
    own: list[Placement],
    notes: Mapping[str, Iterable[str]],
) -> dict[str, Any]:
    """Return the policy for the pods with some labels."""
    spec: dict[str, Any] = {
        "podSelector": {"matchLabels": labels},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [],
        "egress": [],
    }
    for stand in own:
        allowed = {
            _PEERS[stand.direction]: [
                *({"ipBlock": {"cidr": str(peer)}} for peer in stand.peers),
                *map(_selector, _pods(stand.objects)),
            ],
            "ports": _ports(stand.rule),
        }
        # Between pods, the rules of both families are the same.
        if allowed not in spec[stand.direction]:
            spec[stand.direction].append(allowed)
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {
            "name": name,
            "annotations": {
                f"{_PREFIX}/{key}": shorten("\n".join(lines), _ANNOTATION)
                for key, lines in notes.items()
            },
        },
        "spec": spec,
    }


def _ports(rule: Rule) -> list[dict[str, Any]]:
    """Return what a rule allows: never nothing, which would be all."""
    protocol = protocol_name(rule, _PLATFORM, ported=_PORTED)
    match rule.traffic:
        case Ported(ports=ports):
            pass
        case Message():
            raise message_refusal(rule, _PLATFORM)
        case Bare():
            words = ", ".join(_PORTED).upper()
            reason = f"it supports only {words}, not {rule.protocol.label}"
            raise refusal(_PLATFORM, rule, reason)
        case _ as never:
            assert_never(never)
    return [
        {
            "protocol": protocol.upper(),
            "port": span.low,
            **({"endPort": span.high} if span.high > span.low else {}),
        }
        for span in ports
    ]
