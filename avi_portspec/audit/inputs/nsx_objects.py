"""Groups and services of NSX, which rules name by their paths."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Final, NamedTuple

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
from avi_portspec.model.frozen import FrozenDict
from avi_portspec.model.protocols import ICMP, TCP, UDP, Protocol
from avi_portspec.rules.networks import Family, Network
from avi_portspec.rules.traffic import ICMPV6

__all__ = ["Objects", "group_of", "path_of"]

_FAMILIES: Final[dict[str, Family | None]] = {
    "ipv4": 4,
    "ipv6": 6,
    "ipv4_ipv6": None,
}
_ANY: Final = "ANY"
_ALG: Final = "ALGTypeServiceEntry"


class _Gateway(NamedTuple):
    """What NSX looks into, to let through what belongs to it.

    Attributes:
        name: What people call it.
        protocol: What carries it.
        agrees: Whether its two sides agree on more ports.
    """

    name: str
    protocol: Protocol
    agrees: bool = True


#: The values of ``alg`` in the policy API.
_GATEWAYS: Final[Mapping[str, _Gateway]] = FrozenDict(
    {
        "FTP": _Gateway("FTP", TCP),
        "TFTP": _Gateway("TFTP", UDP),
        "ORACLE_TNS": _Gateway("Oracle TNS", TCP),
        "SUN_RPC_TCP": _Gateway("Sun RPC", TCP),
        "SUN_RPC_UDP": _Gateway("Sun RPC", UDP),
        "MS_RPC_TCP": _Gateway("Microsoft RPC", TCP),
        "MS_RPC_UDP": _Gateway("Microsoft RPC", UDP),
        "NBNS_BROADCAST": _Gateway("NetBIOS", UDP, agrees=False),
        "NBDG_BROADCAST": _Gateway("NetBIOS", UDP, agrees=False),
    }
)
_DEPTH: Final = 10


class Objects:
    """The groups and services of a file.

    Args:
        nodes: All its tables.
    """

    def __init__(self, nodes: Iterable[Node]) -> None:
        self.services: dict[str, Node] = {}
        self.addresses: dict[str, tuple[Network, ...]] = {}
        #: What people call the groups, by their ids.
        self.names: dict[str, str] = {}
        for node in nodes:
            kind = node.value.get("resource_type")
            if kind == "Service":
                self.services[_last(node)] = node
            if kind == "Group":
                own = _last(node)
                self.names[own] = node.at("display_name").name(own)
                networks = _networks(node)
                if networks is not None:
                    self.addresses[own] = networks

    @staticmethod
    def is_any(parties: tuple[Party, ...]) -> bool:
        """Return whether parties are any address of both families."""
        return parties == (anywhere(None),)

    def parties(self, rule: Node, side: str) -> tuple[Party, ...]:
        """Return who is on a side of a rule.

        Groups of addresses alone are these addresses, by the groups' names.

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
        named: list[tuple[str | None, Sequence[Network]]] = []
        for each in nodes:
            if isinstance(each.value, str) and each.value[:1] != "/":
                networks += read_networks(each)
                continue
            group = group_of(each, family)
            # Terraform names a group by its whole path, or its address.
            name = (group.name or path_of(group.id)).rpartition("/")[2]
            called = self.names.get(name, group.name)
            known = self.addresses.get(name)
            if known is None:
                found.append(attrs.evolve(group, name=called))
            elif is_not:
                networks += known
            else:
                named.append((called, known))
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
        joined = [
            party
            for name, listed in ((None, networks), *named)
            for party in join_networks(
                [each for each in listed if family in {None, each.version}],
                name,
            )
        ]
        return (*joined, *found) or (Networks(()),)

    def service(self, rule: Node) -> Spans | Unknown:
        """Return what a rule lets through, if all of it is known.

        Raises:
            WrongError: It is not right.
        """
        return or_unknown(partial(self._service, rule))

    def _service(self, rule: Node) -> Spans:
        entries = self._entries(rule)
        if entries is None:
            return EVERY_SERVICE
        for name, entry in entries if len(entries) > 1 else ():
            if entry.at("source_ports"):
                why = "services of which some are limited to source ports"
                raise UnsettledError(Unknown(name, why))
        return join_spans(
            span for _, entry in entries for span in _entry(entry)
        )

    def _entries(self, rule: Node) -> list[tuple[str, Node]] | None:
        """Return the entries of a rule and of its services, with names.

        There is nothing of a rule for any service.

        Raises:
            UnsettledError: The file lacks a service.
        """
        paths = rule.at("services").each()
        inline = rule.at("service_entries").each()
        if not inline and (
            not paths or any(each.value == _ANY for each in paths)
        ):
            return None
        if inline and all(each.value == _ANY for each in paths):
            # Whoever lists them in the rule itself has to say "any" here.
            paths = []
        return [*self._inner(paths), *self._expanded(inline)]

    def _inner(
        self, paths: Iterable[Node], depth: int = 0
    ) -> Iterator[tuple[str, Node]]:
        for each in paths:
            name = each.name().rpartition("/")[2]
            service = self.services.get(name)
            if service is None or depth > _DEPTH:
                why = "a service that the file lacks; export services, too"
                raise UnsettledError(Unknown(name, why))
            inner = service.at("service_entries").each()
            yield from self._expanded(inner, name, depth)

    def _expanded(
        self, entries: Iterable[Node], name: str = "", depth: int = 0
    ) -> Iterator[tuple[str, Node]]:
        for entry in entries:
            if entry.at("resource_type").text() == "NestedServiceServiceEntry":
                path = entry.at("nested_service_path")
                yield from self._inner([path], depth + 1)
            else:
                yield name or entry.at("id").name(""), entry

    def source_ports(self, rule: Node) -> Spans | None:
        """Return the source ports of a rule that has one entry with some.

        Raises:
            WrongError: It is not right.
        """
        entries = self._entries(rule) or []
        if len(entries) != 1:
            return None
        ((_, entry),) = entries
        ports = entry.at("source_ports")
        return _ports(_transport(entry), ports) if ports else None

    def assumes(self, rule: Node) -> tuple[str, ...]:
        """Return what was assumed to read the services of a rule.

        Raises:
            WrongError: It is not right.
        """
        gateways = (
            _gateway(entry)
            for _, entry in self._entries(rule) or ()
            if entry.at("resource_type").value == _ALG
        )
        return tuple(
            dict.fromkeys(
                f"listed ports alone: NSX also opens those that {each.name} "
                "agrees on"
                for each in gateways
                if each.agrees
            )
        )

    @staticmethod
    def conditions(rule: Node) -> tuple[str, ...]:
        """Return what narrows a rule besides."""
        return tuple(
            f"context profile {each.name().rpartition('/')[2]}"
            for each in rule.at("profiles").each()
            if each.value != _ANY
        )


def path_of(address: str) -> str:
    """Return a path for what has none yet.

    >>> path_of('nsxt_policy_group.x["a/b"]')
    '/nsxt_policy_group.x["a~1b"]'

    Args:
        address: Its address, in which slashes part nothing.
    """
    return f"/{address.replace('/', '~1')}"


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


def _entry(entry: Node) -> Spans:
    """Return what an entry of a service lets through.

    Raises:
        UnsettledError: It is of a kind that is not read.
    """
    kind = entry.at("resource_type").text()
    if kind in {"L4PortSetServiceEntry", _ALG}:
        return _ports(_transport(entry), entry.at("destination_ports"))
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
    why = "an entry of a service of a kind that is not read"
    raise UnsettledError(Unknown(entry.at("id").name(""), why))


def _transport(entry: Node) -> Protocol:
    """Return what carries the ports of an entry."""
    if entry.at("resource_type").value == _ALG:
        return _gateway(entry).protocol
    return UDP if entry.at("l4_protocol").value == "UDP" else TCP


def _gateway(entry: Node) -> _Gateway:
    """Return what NSX looks into.

    Raises:
        UnsettledError: It is not one of those that are known.
    """
    name = entry.at("alg").name("")
    if name not in _GATEWAYS:
        why = f"an algorithm that is not read; known: {', '.join(_GATEWAYS)}"
        raise UnsettledError(Unknown(name, why))
    return _GATEWAYS[name]


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
