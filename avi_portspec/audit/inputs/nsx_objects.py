"""Groups and services of NSX, which rules name by their paths."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Final

import attrs

from avi_portspec.audit.inputs.addresses import (
    anywhere,
    join_networks,
    outside_of,
)
from avi_portspec.audit.inputs.fields import (
    read_message,
    read_networks,
    read_ports,
)
from avi_portspec.audit.inputs.nodes import Node, UnsettledError, or_unknown
from avi_portspec.audit.inputs.protocols import protocol_named, services_of
from avi_portspec.audit.model import (
    Group,
    Networks,
    Party,
    Unknown,
)
from avi_portspec.audit.services import EVERY_SERVICE, Spans, join_spans
from avi_portspec.model.protocols import ICMP, TCP, UDP, Protocol
from avi_portspec.rules.networks import Family, Network
from avi_portspec.rules.traffic import ICMPV6

__all__ = ["Objects", "group_of"]

_FAMILIES: Final[dict[str, Family | None]] = {
    "ipv4": 4,
    "ipv6": 6,
    "ipv4_ipv6": None,
}
_ANY: Final = "ANY"
_DEPTH: Final = 10


class Objects:
    """The groups and services of a file.

    Args:
        nodes: All its tables.
    """

    def __init__(self, nodes: Iterable[Node]) -> None:
        self.services: dict[str, Node] = {}
        self.addresses: dict[str, tuple[Network, ...]] = {}
        for node in nodes:
            kind = node.value.get("resource_type")
            if kind == "Service":
                self.services[_last(node)] = node
            if kind == "Group":
                networks = _networks(node)
                if networks is not None:
                    self.addresses[_last(node)] = networks

    @staticmethod
    def is_any(parties: tuple[Party, ...]) -> bool:
        """Return whether parties are any address of both families."""
        return parties == (anywhere(None),)

    def parties(self, rule: Node, side: str) -> tuple[Party, ...]:
        """Return who is on a side of a rule.

        Groups of addresses alone are these addresses.

        Raises:
            WrongError: It is not right.
        """
        word = rule.at("ip_protocol").word(_FAMILIES, "ipv4_ipv6")
        family = _FAMILIES[word]
        nodes = rule.at(f"{side}_groups").each()
        is_not = rule.at(f"{side}s_excluded").flag(default=False)
        if not nodes or any(each.value == _ANY for each in nodes):
            return (anywhere(family),)
        found: list[Party] = []
        networks: list[Network] = []
        for each in nodes:
            if isinstance(each.value, str) and each.value[:1] != "/":
                networks += read_networks(each)
                continue
            group = group_of(each, family)
            # Terraform names a group by its whole path.
            name = (group.name or "").rpartition("/")[2]
            known = self.addresses.get(name)
            if known is None:
                found.append(group)
            else:
                networks += known
        if is_not and found:
            text = ", ".join(group_of(each).id for each in nodes)
            why = "all but the members of a group; audit with addresses"
            return (Unknown(f"not {text}", why),)
        if is_not:
            networks = [
                network
                for one in (4, 6)
                if family in {None, one}
                for network in outside_of(networks, 4 if one == 4 else 6)  # noqa: PLR2004 - a family
            ]
        own = [each for each in networks if family in {None, each.version}]
        joined = join_networks(own) or [Networks(())]
        return (*(joined if networks or not found else ()), *found)

    def service(self, rule: Node) -> Spans | Unknown:
        """Return what a rule lets through, if all of it is known.

        Raises:
            WrongError: It is not right.
        """
        return or_unknown(partial(self._service, rule))

    def _service(self, rule: Node) -> Spans:
        paths = rule.at("services").each()
        inline = rule.at("service_entries").each()
        if not inline and (
            not paths or any(each.value == _ANY for each in paths)
        ):
            return EVERY_SERVICE
        if inline and all(each.value == _ANY for each in paths):
            # Whoever lists them in the rule itself has to say "any" here.
            paths = []
        return self._services(paths, inline)

    def _services(
        self, paths: Sequence[Node], entries: Sequence[Node], depth: int = 0
    ) -> Spans:
        found: list[tuple[int, int]] = []
        alone = len(paths) + len(entries) == 1
        for each in paths:
            name = each.name().rpartition("/")[2]
            service = self.services.get(name)
            if service is None or depth > _DEPTH:
                why = "a service that the file lacks; export services, too"
                raise UnsettledError(Unknown(name, why))
            inner = service.at("service_entries").each()
            if not alone and any(one.at("source_ports") for one in inner):
                why = "services of which some are limited to source ports"
                raise UnsettledError(Unknown(name, why))
            found += self._services((), inner, depth + 1)
        for entry in entries:
            found += self._entry(entry, depth, alone=alone)
        return join_spans(found)

    def _entry(self, entry: Node, depth: int, *, alone: bool) -> Spans:
        kind = entry.at("resource_type").text()
        if kind in {"L4PortSetServiceEntry", "ALGTypeServiceEntry"}:
            word = entry.at("l4_protocol").value
            protocol = UDP if word == "UDP" else TCP
            if entry.at("source_ports") and not alone:
                why = "a service that is limited to source ports"
                raise UnsettledError(Unknown(entry.at("id").name(""), why))
            return _ports(protocol, entry.at("destination_ports"))
        if kind == "ICMPTypeServiceEntry":
            six = entry.at("protocol").text().casefold() == "icmpv6"
            return read_message(
                ICMPV6 if six else ICMP,
                entry.at("icmp_type"),
                entry.at("icmp_code"),
            )
        if kind == "IPProtocolServiceEntry":
            number = entry.at("protocol_number").number(0, 255)
            return services_of(Protocol.of(number))
        if kind == "IGMPTypeServiceEntry":
            return services_of(protocol_named("igmp"))
        if kind == "NestedServiceServiceEntry":
            return self._services(
                [entry.at("nested_service_path")], (), depth + 1
            )
        why = "an entry of a service of a kind that is not read"
        raise UnsettledError(Unknown(entry.at("id").name(""), why))

    def source_ports(self, rule: Node) -> Spans | None:
        """Return the source ports of a rule that has one entry with some.

        Raises:
            WrongError: It is not right.
        """
        entries = rule.at("service_entries").each()
        for each in rule.at("services").each():
            known = self.services.get(each.name().rpartition("/")[2])
            if known is not None:
                entries += known.at("service_entries").each()
        if len(entries) != 1 or not entries[0].at("source_ports"):
            return None
        word = entries[0].at("l4_protocol").value
        protocol = UDP if word == "UDP" else TCP
        return _ports(protocol, entries[0].at("source_ports"))

    @staticmethod
    def conditions(rule: Node) -> tuple[str, ...]:
        """Return what narrows a rule besides."""
        return tuple(
            f"context profile {each.name().rpartition('/')[2]}"
            for each in rule.at("profiles").each()
            if each.value != _ANY
        )


def group_of(node: Node, family: Family | None = None) -> Group:
    """Return the group that a path leads to, or that is known already.

    Args:
        node: The path, or the group.
        family: The only family whose addresses are meant, if there is one.

    Raises:
        WrongError: It is neither.
    """
    if isinstance(node.value, Group):
        return attrs.evolve(node.value, family=family)
    path = node.name()
    return Group(path, path.rpartition("/")[2], family)


def _last(node: Node) -> str:
    return node.at("id", "path").name().rpartition("/")[2]


def _networks(group: Node) -> tuple[Network, ...] | None:
    """Return the addresses of a group that has nothing else."""
    expressions = group.at("expression").each()
    found: list[Network] = []
    for each in expressions:
        kind = each.at("resource_type").value
        if kind == "IPAddressExpression":
            for address in each.at("ip_addresses").each():
                found += read_networks(address)
        elif each.at("conjunction_operator").value != "OR":
            return None
    return tuple(found) if expressions else None


def _ports(protocol: Protocol, ports: Node) -> Spans:
    nodes = ports.each()
    if not nodes:
        return services_of(protocol)
    return join_spans(
        span
        for each in nodes
        for span in services_of(protocol, read_ports(each))
    )
