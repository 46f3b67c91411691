"""Kubernetes: network policies, in YAML or JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Final, TypeAlias

from avi_portspec.audit.inputs.addresses import (
    ANYWHERE,
    join_networks,
    outside_of,
)
from avi_portspec.audit.inputs.chains import intersect_networks
from avi_portspec.audit.inputs.defaults import last_resort
from avi_portspec.audit.inputs.document import Document
from avi_portspec.audit.inputs.fields import read_networks, read_protocol
from avi_portspec.audit.inputs.names import clean, name_of
from avi_portspec.audit.inputs.nodes import Node, UnsettledError, or_unknown
from avi_portspec.audit.inputs.protocols import LAST_PORT, services_of
from avi_portspec.audit.inputs.reading import Reading, order_sides
from avi_portspec.audit.model import (
    Direction,
    Existing,
    Filter,
    Party,
    Rule,
    Tag,
    Unknown,
)
from avi_portspec.audit.selectors import (
    NAMESPACE,
    Label,
    Selector,
    Values,
)
from avi_portspec.audit.services import EVERY_SERVICE, Spans
from avi_portspec.model.protocols import TCP
from avi_portspec.rules.networks import Network

__all__ = ["HELP", "NAME", "read", "recognises"]

NAME: Final = "kubernetes"
HELP: Final = "kubectl get networkpolicy,namespace -A -o yaml > policies.yaml"
_KIND: Final = "NetworkPolicy"
_NAMESPACE: Final = "Namespace"
_API: Final = "networking.k8s.io/"
_ANY_POD: Final = "any pod"
_EVERYWHERE: Final = "any namespace"
_OPERATORS: Final = ("in", "notin", "exists", "doesnotexist")
#: The labels of each namespace that the file has.
_Namespaces: TypeAlias = Mapping[str, Mapping[str, str]]
_WAYS: Final[tuple[tuple[Direction, str, str, str], ...]] = (
    ("in", "Ingress", "ingress", "from"),
    ("out", "Egress", "egress", "to"),
)


def recognises(document: Document) -> bool:
    """Return whether it has a network policy of Kubernetes."""
    return any(_is_policy(each) for each in _objects(document))


def _objects(document: Document) -> list[Node]:
    """Return the objects: each document, and the items of lists."""
    found: list[Node] = []
    for at, part in enumerate(document.parts):
        node = Node(part, f"/{at}" if len(document.parts) > 1 else "")
        if not isinstance(part, dict) or "apiVersion" not in part:
            continue
        items = part.get("items")
        if isinstance(items, list):
            found += node.at("items").each()
        else:
            found.append(node)
    return [each for each in found if isinstance(each.value, dict)]


def _is_policy(node: Node) -> bool:
    version = node.value.get("apiVersion")
    return (
        node.value.get("kind") == _KIND
        and isinstance(version, str)
        and version.startswith(_API)
    )


def read(document: Document) -> Existing:
    """Return the policies: who is selected by none is not filtered.

    Raises:
        InvalidDataError: A policy is not right.
    """
    reading = Reading(document.name, NAME)
    units = 0
    namespaces = _read_namespaces(reading, document)
    for node in _objects(document):
        if _is_policy(node):
            with reading.guard():
                _read_policy(reading, node, namespaces)
            units += _count(node.value.get("spec"))
        else:
            kind = clean(str(node.value.get("kind")))
            is_about = "NetworkPolicy" in kind
            reading.leave(
                reading.place(node.pointer),
                "unknown" if is_about else "set-aside",
                kind,
                "not read: audit it by its own means"
                if is_about
                else "no network policy",
                # Policies of other kinds come first, and can deny.
                may_deny=is_about,
            )
            units += 1
    return reading.finish(units)


def _read_namespaces(
    reading: Reading, document: Document
) -> dict[str, dict[str, str]]:
    """Return the labels of the namespaces that the file has, by name."""
    found = {}
    for node in _objects(document):
        if node.value.get("kind") == _NAMESPACE:
            with reading.guard():
                meta = node.at("metadata")
                labels = meta.at("labels").members()
                found[meta.at("name").name()] = {
                    key: value.scalar() for key, value in labels
                }
    return found


def _count(spec: Any) -> int:
    """Return how many rules a policy has."""
    if not isinstance(spec, dict):
        return 0
    return sum(
        len(spec[key])
        for key in ("ingress", "egress")
        if isinstance(spec.get(key), list)
    )


def _read_policy(
    reading: Reading, node: Node, namespaces: _Namespaces
) -> None:
    meta, spec = node.at("metadata"), node.at("spec")
    name = meta.at("name").name()
    namespace = meta.at("namespace").name("default")
    types = [each.text() for each in spec.at("policyTypes").each()]
    if not types:
        types = ["Ingress", *(["Egress"] if spec.has("egress") else [])]
    members = _pods(spec.at("podSelector"), namespace, namespaces)
    for direction, kind, key, other in _WAYS:
        rules: list[Rule] = []
        for at, each in enumerate(spec.at(key).each()):
            place = reading.place(each.pointer)
            if kind not in types:
                why = f"policyTypes has no {kind}"
                reading.leave(place, "set-aside", f"{name} {key}", why)
                continue
            with reading.guard(place):
                peers = _peers(each.at(other), namespace, namespaces)
                sources, destinations = order_sides(direction, peers)
                rules += (
                    Rule(
                        id=f"{key} {at}" + (f" port {part}" if part else ""),
                        place=place,
                        sources=sources,
                        destinations=destinations,
                        service=service,
                    )
                    for part, service in enumerate(_services(each))
                )
        if kind in types:
            reading.filters.append(
                Filter(
                    id=f"{namespace}/{name} {direction}",
                    place=reading.place(node.pointer),
                    attached_to=(members,),
                    direction=direction,
                    stage="network policy",
                    discipline="union",
                    rules=tuple(rules),
                    last_resort=last_resort("kubernetes"),
                )
            )


def _services(rule: Node) -> Iterator[Spans | Unknown]:
    """Yield what a rule lets through, an item for each of its ports."""
    ports = rule.at("ports").each()
    if not ports:
        yield EVERY_SERVICE
    for each in ports:
        yield or_unknown(partial(_service, each))


def _service(port: Node) -> Spans:
    protocol = read_protocol(port.at("protocol")) or TCP
    number = port.at("port")
    if number.value is None:
        return services_of(protocol)
    if isinstance(number.value, str):
        why = "a named port: each pod says which it is"
        most = services_of(protocol)
        raise UnsettledError(Unknown(number.name(), why, most))
    low = number.number(1, LAST_PORT)
    end = port.at("endPort")
    high = end.number(low, LAST_PORT) if end else low
    return services_of(protocol, (low, high))


def _peers(
    peers: Node, namespace: str, namespaces: _Namespaces
) -> tuple[Party, ...]:
    nodes = peers.each()
    if not nodes:
        return (ANYWHERE,)
    networks: list[Network] = []
    found: list[Party] = []
    for each in nodes:
        block = each.at("ipBlock")
        if block:
            networks += _block(block)
            continue
        where: str | Node = namespace
        if each.has("namespaceSelector"):
            where = each.at("namespaceSelector")
        found.append(_pods(each.at("podSelector"), where, namespaces))
    return tuple(dict.fromkeys((*join_networks(networks), *found)))


def _block(block: Node) -> tuple[Network, ...]:
    networks = read_networks(block.at("cidr"))
    apart = [
        network
        for each in block.at("except").each()
        for network in read_networks(each)
    ]
    if not apart:
        return networks
    rest = outside_of(apart, networks[0].version)
    return intersect_networks(networks, rest)


def _pods(selector: Node, where: str | Node, namespaces: _Namespaces) -> Tag:
    """Return pods as their labels, and where they are, in words.

    Args:
        selector: The selector of the pods.
        where: Their namespace, or the selector of their namespaces.
        namespaces: The labels of each namespace, so far as they are known.
    """
    if isinstance(where, Node):
        place = [*_demands(where, "namespace")]
        text = f"namespaces {_labels(where)}" if place else _EVERYWHERE
    else:
        place = [(NAMESPACE, Values.of(where))]
        text = f"namespace {where}"
    return Tag(
        name_of(f"{_labels(selector) or _ANY_POD} in {text}"),
        Selector.of([*place, *_demands(selector, "pod")], namespaces),
    )


def _demands(selector: Node, what: str) -> Iterator[tuple[Label, Values]]:
    """Yield what a selector demands of labels."""
    for key, value in selector.at("matchLabels").members():
        yield (what, key), Values.of(value.scalar())
    for each in selector.at("matchExpressions").each():
        operator = each.at("operator").word(_OPERATORS)
        values = [value.scalar() for value in each.at("values").each()]
        yield (
            (what, each.at("key").text()),
            Values(
                frozenset([None] if "exist" in operator else values),
                are_all=operator in {"in", "doesnotexist"},
            ),
        )


def _labels(selector: Node) -> str:
    labels = [
        f"{key}={value.scalar()}"
        for key, value in selector.at("matchLabels").members()
    ]
    for each in selector.at("matchExpressions").each():
        values = ",".join(v.scalar() for v in each.at("values").each())
        words = (each.at("key").text(), each.at("operator").text(), values)
        labels.append(" ".join(filter(None, words)))
    return ",".join(sorted(labels))
