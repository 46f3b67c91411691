"""Readers of what the clouds take, and of the table for firewall teams.

Written from the providers' references, and from nothing that writes. A
security group has two sides: what leaves a member must be allowed by the
sender's group, and what reaches a member by the receiver's. What is missing
is the provider's default, and most of these defaults are open.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from ipaddress import ip_network
from itertools import product
from typing import Any, NamedTuple

import yaml
from rules_openings import (
    ALL_PORTS,
    EVERYWHERE,
    Network,
    Opening,
    UnreadableError,
    boxes,
)
from rules_sites import members_of

from avi_portspec.names import EndpointId
from avi_portspec.rules.ruleset import RuleSet

_NUMBERS = {
    "icmp": 1, "tcp": 6, "udp": 17, "dccp": 33, "gre": 47, "esp": 50,
    "ah": 51, "icmpv6": 58, "ipv6-icmp": 58, "sctp": 132, "udplite": 136,
}  # fmt: skip
_PORTED = (6, 17, 33, 132, 136)
_LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))

_Ports = Sequence[tuple[int, int]]


class Members:
    """What the groups of an output consist of, by the roles they name.

    Args:
        rules: Whose roles they are.
        name: What stands before each role, where a site has a name.
    """

    def __init__(self, rules: RuleSet, name: str | None = None) -> None:
        self.rules = rules
        self.inventory = rules.inventory
        self._site = "" if name is None else f"{name}-"
        #: The addresses that the groups of an output govern.
        self.governed: list[Network] = []
        #: What the objects of a platform stand for, by the names that the
        #: platform knows them by.
        self.objects: dict[str, list[Network]] = {}
        #: The clouds whose machines can be in a group; ``None`` for all.
        self.clouds: set[str] | None = None

    def object(self, name: object) -> list[Network]:
        """Return what an object of the platform stands for."""
        if name not in self.objects:
            raise UnreadableError(f"an object that nobody has: {name}")
        return self.objects[str(name)]

    def of(self, role: str) -> list[Network]:
        """Return a role's addresses; its cluster IP where it listens."""
        if not role.startswith(self._site):
            raise UnreadableError(f"a group of another site: {role}")
        role = role.removeprefix(self._site)
        if role in self.rules.parts:
            part = EndpointId(role)
            return self._there(
                self.rules.parts[part], self._in_some_clouds(part)
            )
        if role not in self.inventory.addresses:
            raise UnreadableError(f"a group that is no role: {role}")
        listening = [
            network
            for family in (4, 6)
            for network in self.inventory.listening(role, family)  # type: ignore[arg-type]
        ]
        return self._there(EndpointId(role), listening)

    def _there(
        self, endpoint: EndpointId, networks: list[Network]
    ) -> list[Network]:
        """Return what is in the clouds whose machines are in groups."""
        listed = self.inventory.by_cloud.get(endpoint)
        if self.clouds is None or listed is None:
            return networks
        here = [
            n for cloud in self.clouds & listed.keys() for n in listed[cloud]
        ]
        if here and endpoint == "controller":
            here += map(ip_network, self.inventory.cluster_ip)
        return [
            max(one, other, key=lambda n: n.prefixlen)
            for one in networks
            for other in here
            if one.version == other.version and one.overlaps(other)
        ]

    def _in_some_clouds(self, part: EndpointId) -> list[Network]:
        """Return whom the flows are about that have rules of a part.

        Where none has, that is every member: whatever is open for the part
        is open for too many then.
        """
        endpoint = self.rules.parts[part]
        resolution = self.rules.resolution
        flows = {
            flow
            for rule in self.rules.rules
            if part in (rule.source, rule.destination)
            for flow in rule.flows
        }
        if not flows:
            return [*self.inventory.addresses[endpoint]]
        about = [
            members_of(
                endpoint,
                resolution.edition.flows[flow],
                (resolution, self.inventory),
            )
            for flow in flows
        ]
        if any({*each} != {*about[0]} for each in about):
            raise UnreadableError(f"a group of two kinds of members: {part}")
        return about[0]

    def senders(self) -> list[Network]:
        """Return what is governed, less what never sends."""
        floating = [ip_network(each) for each in self.inventory.cluster_ip]
        return [n for each in self.governed for n in outside(each, floating)]


class _Sides(NamedTuple):
    """What may leave, and what may arrive."""

    leaving: list[Opening]
    arriving: list[Opening]


def _clipped(
    opening: Opening, side: str, networks: Iterable[Network]
) -> Iterator[Opening]:
    """Yield the parts of an opening with one side in some networks."""
    mine = getattr(opening, side)
    for network in networks:
        if network.version == mine.version and network.overlaps(mine):
            inner = max(network, mine, key=lambda n: n.prefixlen)
            yield opening._replace(**{side: inner})


def outside(network: Network, others: Iterable[Network]) -> list[Network]:
    """Return what is in a network and in none of some others."""
    left = [network]
    for other in others:
        parts: list[Network] = []
        for each in left:
            if each.version != other.version or not each.overlaps(other):
                parts.append(each)
            elif other.prefixlen > each.prefixlen:
                parts += each.address_exclude(other)  # type: ignore[arg-type]
        left = parts
    return left


def _both(one: Opening, other: Opening) -> Iterator[Opening]:
    """Yield what two openings have in common."""
    if None not in (one.protocol, other.protocol) and (
        one.protocol != other.protocol
    ):
        return
    low = max(one.ports[0], other.ports[0])
    high = min(one.ports[1], other.ports[1])
    if low > high:
        return
    protocol = other.protocol if one.protocol is None else one.protocol
    for half in _clipped(one, "source", [other.source]):
        for whole in _clipped(half, "destination", [other.destination]):
            yield whole._replace(ports=(low, high), protocol=protocol)


def _through(sides: _Sides, members: Members) -> list[Opening]:
    """Return what passes between governed hosts, and to and from others."""
    found: list[Opening] = []
    governed = members.governed
    leaving = [
        part
        for each in sides.leaving
        for part in _clipped(each, "source", members.senders())
        # Nothing that goes to the host itself goes anywhere.
        if not any(
            each.destination.version == n.version
            and each.destination.subnet_of(n)  # type: ignore[arg-type]
            for n in _LOOPBACK
        )
    ]
    arriving = [
        part
        for each in sides.arriving
        for part in _clipped(each, "destination", governed)
    ]
    for out in leaving:
        far = outside(out.destination, governed)
        found += (out._replace(destination=each) for each in far)
    for back in arriving:
        far = outside(back.source, governed)
        found += (back._replace(source=each) for each in far)
    for out, back in product(leaving, arriving):
        found += _both(out, back)
    return found


def _anything(source: Sequence[Network], to: Sequence[Network]) -> _Boxes:
    return list(boxes(source, to, None))


_Boxes = list[Opening]


def _what(
    protocol: object, low: object, high: object
) -> tuple[int | None, _Ports]:
    """Return a protocol and ports as AWS and Neutron spell them."""
    word = str(protocol).lower()
    if word in ("-1", "none", "any"):
        return None, [ALL_PORTS]
    number = int(word) if word.isdecimal() else _NUMBERS[word]
    if number in (1, 58):
        # The first number is the type, the second the code.
        if low in (None, -1):
            return number, [ALL_PORTS]
        if high not in (None, -1):
            raise UnreadableError("a code of ICMP")
        return number, [(int(str(low)), int(str(low)))]
    if number in _PORTED and low is not None:
        return number, [(int(str(low)), int(str(high)))]
    return number, [ALL_PORTS]


# -- AWS ---------------------------------------------------------------------


def read_aws_cloudformation(text: str, members: Members) -> list[Opening]:
    """Read a template ("AWS::EC2::SecurityGroup" and its rules)."""
    resources = json.loads(text)["Resources"]
    roles = {}
    for name, each in resources.items():
        if each["Type"] == "AWS::EC2::SecurityGroup":
            (tag,) = each["Properties"]["Tags"]
            roles[name] = tag["Value"]
    sides = _Sides([], [])
    members.governed = [n for r in roles.values() for n in members.of(r)]
    for name, each in resources.items():
        data = each["Properties"]
        kind = each["Type"].removeprefix("AWS::EC2::SecurityGroup")
        if kind == "":
            inline = data.get("SecurityGroupEgress", [])
            mine = members.of(roles[name])
            if not inline:
                # AWS then lets everything leave.
                sides.leaving.extend(_anything(mine, EVERYWHERE))
            for rule in inline:
                _aws(rule, mine, "leaving", roles, members, sides)
            for rule in data.get("SecurityGroupIngress", []):
                _aws(rule, mine, "arriving", roles, members, sides)
        else:
            side = {"Ingress": "arriving", "Egress": "leaving"}[kind]
            mine = members.of(roles[_got(data["GroupId"])])
            _aws(data, mine, side, roles, members, sides)
    return _through(sides, members)


def _got(reference: Mapping[str, Any]) -> str:
    if "Ref" in reference:
        return str(reference["Ref"])
    name, attribute = reference["Fn::GetAtt"]
    if attribute != "GroupId":
        raise UnreadableError(attribute)
    return str(name)


def _aws(
    rule: Mapping[str, Any],
    mine: list[Network],
    side: str,
    roles: Mapping[str, str],
    members: Members,
    sides: _Sides,
) -> None:
    known = {
        "GroupId", "IpProtocol", "FromPort", "ToPort", "Description",
        "CidrIp", "CidrIpv6", "SourceSecurityGroupId",
        "DestinationSecurityGroupId", "SourcePrefixListId",
        "DestinationPrefixListId",
    }  # fmt: skip
    if rule.keys() - known:
        raise UnreadableError(str(rule.keys() - known))
    peers: list[Network] = []
    for key, value in rule.items():
        if key in ("CidrIp", "CidrIpv6"):
            peers.append(ip_network(value))
        elif key.endswith(("SecurityGroupId", "PrefixListId")):
            expected = "Source" if side == "arriving" else "Destination"
            if not key.startswith(expected):
                raise UnreadableError(key)
            if isinstance(value, str):
                _of_kind(value, "sg-" if "Security" in key else "pl-")
                peers += members.object(value)
            else:
                peers += members.of(roles[_got(value)])
    if not peers:
        raise UnreadableError("a rule for nobody, which AWS refuses")
    protocol, ports = _what(
        rule["IpProtocol"], rule.get("FromPort"), rule.get("ToPort")
    )
    if protocol in (6, 17) and "FromPort" not in rule:
        raise UnreadableError("no ports")
    _put(sides, side, mine, peers, protocol, ports)


def _of_kind(name: str, start: str) -> None:
    if not name.startswith(start):
        raise UnreadableError(f"{name}, where {start}... belongs")


def _put(
    sides: _Sides,
    side: str,
    mine: Sequence[Network],
    peers: Sequence[Network],
    protocol: int | None,
    ports: _Ports,
) -> None:
    # The providers' "icmp" is that of IPv4, and ICMPv6 has its own name.
    only = {1: 4, 58: 6}.get(protocol or 0)
    mine = [n for n in mine if only in (None, n.version)]
    if side == "leaving":
        sides.leaving.extend(boxes(mine, peers, protocol, ports))
    else:
        sides.arriving.extend(boxes(peers, mine, protocol, ports))


def read_aws_terraform(text: str, members: Members) -> list[Opening]:
    """Read resources ("aws_security_group" and its rules)."""
    resources = json.loads(text)["resource"]
    groups = resources.get("aws_security_group", {})
    roles = {name: each["tags"]["Name"] for name, each in groups.items()}
    for group in groups.values():
        if {"ingress", "egress"} & group.keys():
            raise UnreadableError("rules within a group")
    # Terraform takes away the rule that lets everything leave.
    members.governed = [n for r in roles.values() for n in members.of(r)]
    sides = _Sides([], [])
    for side, word in (("arriving", "ingress"), ("leaving", "egress")):
        kind = f"aws_vpc_security_group_{word}_rule"
        for rule in resources.get(kind, {}).values():
            mine = members.of(roles[_referred(rule["security_group_id"])])
            peers = [
                ip_network(rule[key])
                for key in ("cidr_ipv4", "cidr_ipv6")
                if key in rule
            ]
            if "prefix_list_id" in rule:
                _of_kind(rule["prefix_list_id"], "pl-")
                peers += members.object(rule["prefix_list_id"])
            referred = rule.get("referenced_security_group_id", "")
            if referred.startswith("sg-"):
                peers += members.object(referred)
            elif referred:
                peers += members.of(roles[_referred(referred)])
            if not peers:
                raise UnreadableError("a rule for nobody")
            protocol, ports = _what(
                rule["ip_protocol"], rule.get("from_port"), rule.get("to_port")
            )
            _put(sides, side, mine, peers, protocol, ports)
    return _through(sides, members)


def _referred(text: str) -> str:
    kind, _, rest = text.removeprefix("${").partition(".")
    if kind != "aws_security_group" or not rest.endswith(".id}"):
        raise UnreadableError(text)
    return rest.removesuffix(".id}")


# -- Azure -------------------------------------------------------------------


def read_azure_arm(text: str, members: Members) -> list[Opening]:
    """Read a template ("Microsoft.Network/networkSecurityGroups")."""
    (group,) = json.loads(text)["resources"]
    rules = [e["properties"] for e in group["properties"]["securityRules"]]
    return _azure(rules, members)


def read_azure_terraform(text: str, members: Members) -> list[Opening]:
    """Read resources ("azurerm_network_security_group")."""
    resources = json.loads(text)["resource"]
    (group,) = resources.pop("azurerm_network_security_group").values()
    if resources:
        raise UnreadableError(str([*resources]))
    rules = [
        {
            _camel(key): value
            for key, value in each.items()
            if value is not None
        }
        for each in group["security_rule"]
    ]
    return _azure(rules, members)


def _camel(key: str) -> str:
    first, *rest = key.split("_")
    return first + "".join(part.title() for part in rest)


def _azure(
    rules: Iterable[Mapping[str, Any]], members: Members
) -> list[Opening]:
    found: dict[str, list[Opening]] = {"Inbound": [], "Outbound": []}
    closed = set()
    seen = set()
    for rule in sorted(rules, key=lambda each: int(each["priority"])):
        direction = rule["direction"]
        if (direction, rule["priority"]) in seen:
            raise UnreadableError(
                "two rules of one priority, which Azure refuses"
            )
        seen.add((direction, rule["priority"]))
        sides = [
            _azure_side(rule, side, members)
            for side in ("source", "destination")
        ]
        if rule["sourcePortRange"] != "*":
            raise UnreadableError("source ports")
        protocol = {"*": None, "tcp": 6, "udp": 17, "icmp": 1, "esp": 50,
                    "ah": 51}[rule["protocol"].lower()]  # fmt: skip
        ports = [
            _span(each)
            for each in rule.get("destinationPortRanges")
            or [rule["destinationPortRange"]]
        ]
        opened = list(boxes(*sides, protocol, ports))
        if rule["access"] == "Deny":
            if set(opened) != set(boxes(EVERYWHERE, EVERYWHERE, None)):
                raise UnreadableError("a deny of some packets alone")
            closed.add(direction)
        elif rule["access"] != "Allow":
            raise UnreadableError(rule["access"])
        elif direction not in closed:
            found[direction] += opened
    for direction in found.keys() - closed:
        # The network's own hosts come in, and everything goes out.
        found[direction] += _anything(EVERYWHERE, EVERYWHERE)
    return _through(_Sides(found["Outbound"], found["Inbound"]), members)


def _azure_side(
    rule: Mapping[str, Any], side: str, members: Members
) -> list[Network]:
    keys = [
        f"{side}{what}"
        for what in (
            "AddressPrefix", "AddressPrefixes", "ApplicationSecurityGroups",
            "ApplicationSecurityGroupIds",
        )
    ]  # fmt: skip
    (key,) = (key for key in keys if key in rule)
    value = rule[key]
    if key.endswith("Groups"):
        return [n for each in value for n in members.object(each["id"])]
    if key.endswith("Ids"):
        return [n for each in value for n in members.object(each)]
    if key.endswith("Prefixes"):
        # No tag stands in a list.
        return [ip_network(each) for each in value]
    return list(EVERYWHERE) if value == "*" else members.object(value)


def _span(text: object) -> tuple[int, int]:
    if text == "*":
        return ALL_PORTS
    low, _, high = str(text).partition("-")
    return int(low), int(high or low)


# -- Google Cloud ------------------------------------------------------------


def read_gcp_terraform(text: str, members: Members) -> list[Opening]:
    """Read resources ("google_compute_firewall")."""
    rules = json.loads(text)["resource"].get("google_compute_firewall", {})
    opened: dict[str, list[Opening]] = {"INGRESS": [], "EGRESS": []}
    closed: dict[str, list[tuple[Network, Network]]] = {
        "INGRESS": [], "EGRESS": []
    }  # fmt: skip
    known = {
        "//", "name", "network", "description", "direction", "priority",
        "source_ranges", "destination_ranges", "allow", "deny",
        "source_tags", "source_service_accounts",
    }  # fmt: skip
    for rule in sorted(rules.values(), key=lambda each: each["priority"]):
        if rule.keys() - known:
            raise UnreadableError(str(rule.keys() - known))
        sides = [
            [ip_network(n) for n in rule[side]] if side in rule
            else list(EVERYWHERE)
            for side in ("source_ranges", "destination_ranges")
        ]  # fmt: skip
        direction = rule["direction"]
        objects = [
            *(("tag", name) for name in rule.get("source_tags", ())),
            *(
                ("at", name)
                for name in rule.get("source_service_accounts", ())
            ),
        ]
        if objects:
            if "source_ranges" in rule or direction != "INGRESS":
                raise UnreadableError(
                    "an object and ranges, or on the way out"
                )
            if len({kind for kind, _ in objects}) > 1:
                raise UnreadableError("tags and service accounts")
            if any(("@" in name) is (kind == "tag") for kind, name in objects):
                raise UnreadableError("a tag for an account, or the reverse")
            sides[0] = [n for _, o in objects for n in members.object(o)]
        for each in rule.get("deny", ()):
            if each != {"protocol": "all"}:
                raise UnreadableError("a deny of some packets alone")
            closed[direction] += product(*sides)
        for each in rule.get("allow", ()):
            if closed[direction]:
                raise UnreadableError("an allow below a deny")
            word = each["protocol"]
            protocol, _ = _what("-1" if word == "all" else word, None, None)
            ports = [_span(p) for p in each.get("ports", [])] or [ALL_PORTS]
            opened[direction] += boxes(*sides, protocol, ports)
    # Everything may leave that no rule stops; nothing arrives unasked.
    everything = set(product(members.governed, EVERYWHERE))
    stopped = {
        (mine, far)
        for mine, far in everything
        if any(
            mine.version == s.version and mine.subnet_of(s) and far == d  # type: ignore[arg-type]
            for s, d in closed["EGRESS"]
        )
    }
    for mine, far in everything - stopped:
        opened["EGRESS"] += boxes([mine], [far], None)
    return _through(_Sides(opened["EGRESS"], opened["INGRESS"]), members)


# -- OpenStack ---------------------------------------------------------------


def read_openstack_heat(text: str, members: Members) -> list[Opening]:
    """Read a template ("OS::Neutron::SecurityGroup" and its rules)."""
    resources = yaml.safe_load(text)["resources"]
    roles = {
        name: each["properties"]["name"]
        for name, each in resources.items()
        if each["type"] == "OS::Neutron::SecurityGroup"
    }
    members.governed = [n for r in roles.values() for n in members.of(r)]
    sides = _Sides([], [])
    for name, each in resources.items():
        data = each["properties"]
        if name in roles:
            rules, group = data.get("rules", []), roles[name]
            if not any(r["direction"] == "egress" for r in rules):
                # Heat then leaves Neutron's rule that all may leave.
                sides.leaving.extend(_anything(members.of(group), EVERYWHERE))
        elif each["type"] == "OS::Neutron::SecurityGroupRule":
            rules = [data]
            group = roles[data["security_group"]["get_resource"]]
        else:
            raise UnreadableError(each["type"])
        for rule in rules:
            version = {"IPv4": 4, "IPv6": 6}[rule["ethertype"]]
            peers = list(EVERYWHERE)
            if "remote_group" in rule:
                peers = members.of(roles[rule["remote_group"]["get_resource"]])
            if "remote_ip_prefix" in rule:
                peers = [ip_network(rule["remote_ip_prefix"])]
            protocol, ports = _what(
                rule.get("protocol"),
                rule.get("port_range_min"),
                rule.get("port_range_max"),
            )
            side = {"ingress": "arriving", "egress": "leaving"}
            _put(
                sides,
                side[rule["direction"]],
                members.of(group),
                [n for n in peers if n.version == version],
                protocol,
                ports,
            )
    return _through(sides, members)


# -- NSX-T -------------------------------------------------------------------


def read_nsx_t(text: str, members: Members) -> list[Opening]:
    """Read a hierarchical body ("NSX-T Policy API": Infra)."""
    children = json.loads(text)["children"]
    (domain,) = [
        c for c in children if c["resource_type"] == ("ChildResourceReference")
    ]
    groups: dict[str, list[Network]] = {"ANY": list(EVERYWHERE)}
    rules: list[Mapping[str, Any]] = []
    for child in domain["children"]:
        if child["resource_type"] == "ChildGroup":
            group = child["Group"]
            path = f"/infra/domains/{domain['id']}/groups/{group['id']}"
            (expression,) = group["expression"]
            groups[path] = [ip_network(n) for n in expression["ip_addresses"]]
        else:
            policy = child["SecurityPolicy"]
            if not policy["stateful"]:
                raise UnreadableError("a policy without state")
            rules += policy["rules"]
    services: dict[str, list[tuple[int | None, _Ports, _Ports]]] = {
        "ANY": [(None, [ALL_PORTS], [ALL_PORTS])]
    }
    for child in children:
        if child["resource_type"] == "ChildService":
            service = child["Service"]
            services[f"/infra/services/{service['id']}"] = [
                _nsx_entry(entry) for entry in service["service_entries"]
            ]
    found: list[Opening] = []
    closing: list[tuple[Network, Network]] = []
    for rule in sorted(rules, key=lambda each: int(each["sequence_number"])):
        versions = {
            "IPV4": (4,), "IPV6": (6,), "IPV4_IPV6": (4, 6)
        }[rule["ip_protocol"]]  # fmt: skip
        if rule["disabled"] or rule["direction"] != "IN_OUT":
            raise UnreadableError("a rule that is off, or for one direction")
        sides = [
            [
                n
                for g in rule[side]
                for n in (groups[g] if g in groups else members.object(g))
                if n.version in versions
            ]
            for side in ("source_groups", "destination_groups")
        ]
        if rule["action"] == "DROP":
            if rule["services"] != ["ANY"]:
                raise UnreadableError("a drop of some packets alone")
            closing += product(*sides)
        elif rule["action"] != "ALLOW" or closing:
            raise UnreadableError(rule["action"])
        else:
            for name in rule["services"]:
                for protocol, ports, from_ports in services[name]:
                    found += boxes(*sides, protocol, ports, from_ports)
    # The last rule of NSX-T lets everything pass.
    for mine, far in product(members.governed, EVERYWHERE):
        if mine.version == far.version:
            for pair in ((mine, far), (far, mine)):
                if not any(
                    a.version == b.version == x.version == y.version
                    and a.subnet_of(x)  # type: ignore[arg-type]
                    and b.subnet_of(y)  # type: ignore[arg-type]
                    for x, y in closing
                    for a, b in [pair]
                ):
                    found += boxes([pair[0]], [pair[1]], None)
    return found


def _nsx_entry(entry: Mapping[str, Any]) -> tuple[int | None, _Ports, _Ports]:
    every = [ALL_PORTS]
    match entry["resource_type"]:
        case "L4PortSetServiceEntry":
            spans, from_spans = (
                [_span(port) for port in entry.get(f"{side}_ports", ())]
                for side in ("destination", "source")
            )
            number = _NUMBERS[entry["l4_protocol"].lower()]
            return number, spans or every, from_spans or every
        case "ICMPTypeServiceEntry":
            number = {"ICMPv4": 1, "ICMPv6": 58}[entry["protocol"]]
            if "icmp_type" not in entry:
                return number, every, every
            return number, [(entry["icmp_type"], entry["icmp_type"])], every
        case "IPProtocolServiceEntry":
            return int(entry["protocol_number"]), every, every
    raise UnreadableError(entry["resource_type"])


# -- Kubernetes --------------------------------------------------------------


def read_kubernetes(text: str, members: Members) -> list[Opening]:
    """Read policies ("NetworkPolicy", networking.k8s.io/v1)."""
    sides = _Sides([], [])
    governed: list[Network] = []
    for policy in yaml.safe_load_all(text):
        if policy is None:
            continue
        spec = policy["spec"]
        labels = spec["podSelector"].get("matchLabels", {})
        ((label, value),) = labels.items()
        if not label.startswith("avi-portspec/"):
            mine = members.object(f"{label}={value}")
        elif value != "true":
            raise UnreadableError(str(labels))
        else:
            mine = members.of(label.removeprefix("avi-portspec/"))
        governed += mine
        for key, side, peer, kind in (
            ("ingress", "arriving", "from", "Ingress"),
            ("egress", "leaving", "to", "Egress"),
        ):
            if kind not in spec["policyTypes"]:
                # A direction that is not named stays open.
                _put(sides, side, mine, EVERYWHERE, None, [ALL_PORTS])
                continue
            for rule in spec.get(key) or []:
                peers = [
                    network
                    for each in rule.get(peer) or []
                    for network in _kubernetes_peer(each, members)
                ] or list(EVERYWHERE)
                for each in rule.get("ports") or [{}]:
                    protocol, ports = None, ALL_PORTS
                    if each:
                        protocol = _NUMBERS[
                            each.get("protocol", "TCP").lower()
                        ]
                    if "port" in each:
                        low = int(each["port"])
                        ports = (low, int(each.get("endPort", low)))
                    _put(sides, side, mine, peers, protocol, [ports])
    members.governed = governed
    return _through(sides, members)


def _kubernetes_peer(
    peer: Mapping[str, Any], members: Members
) -> list[Network]:
    if peer.keys() == {"ipBlock"}:
        return [ip_network(peer["ipBlock"]["cidr"])]
    if not {"podSelector"} <= peer.keys() <= {
        "podSelector", "namespaceSelector"
    }:  # fmt: skip
        raise UnreadableError(str(peer))
    texts = []
    for name in ("podSelector", "namespaceSelector"):
        for selector in [peer[name]] if name in peer else []:
            if selector.keys() != {"matchLabels"}:
                raise UnreadableError(str(selector))
            ((key, value),) = selector["matchLabels"].items()
            texts.append(f"{key}={value}")
    return members.object(" in ".join(texts))


# -- the table for firewall teams --------------------------------------------


def read_csv(text: str, members: Members) -> list[Opening]:
    """Read the table, as the people who type it in do."""
    lines = [
        line for line in io.StringIO(text) if not line.startswith(("#", '"#'))
    ]
    found: list[Opening] = []
    for row in csv.DictReader(lines):
        if row["action"] != "allow":
            raise UnreadableError(row["action"])
        sides = [
            [
                network
                for text in row[f"{side}_addresses"].split()
                for network in (
                    [ip_network(text)]
                    if text[0].isdecimal() or "::" in text
                    else members.object(text)
                )
            ]
            or list(EVERYWHERE)
            for side in ("source", "destination")
        ]
        for service in [row["service"]]:
            word, _, rest = service.partition("/")
            word = word.removeprefix("protocol-")
            number = int(word) if word.isdecimal() else _NUMBERS[word]
            ports = ALL_PORTS
            if rest:
                ports = _span(rest.removeprefix("type-"))
            found += boxes(*sides, number, [ports])
    return found
