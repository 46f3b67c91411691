"""AWS: what ``describe-security-groups`` and ``-network-acls`` print."""

from __future__ import annotations

from typing import Final

from avi_portspec.audit.inputs.aws_acls import (
    AclEntry,
    acl_entry,
    acl_filters,
)
from avi_portspec.audit.inputs.aws_services import aws_service
from avi_portspec.audit.inputs.defaults import last_resort
from avi_portspec.audit.inputs.document import Document
from avi_portspec.audit.inputs.fields import join_nodes
from avi_portspec.audit.inputs.nodes import Node, count_items
from avi_portspec.audit.inputs.reading import Reading, order_sides
from avi_portspec.audit.model import (
    Direction,
    Existing,
    Filter,
    Group,
    Party,
    PrefixList,
    Rule,
)

__all__ = ["HELP", "NAME", "read", "recognises"]

NAME: Final = "aws"
HELP: Final = (
    "aws ec2 describe-security-groups > sg.json (or describe-network-acls)"
)
_DIRECTIONS: Final[tuple[tuple[Direction, str], ...]] = (
    ("in", "IpPermissions"),
    ("out", "IpPermissionsEgress"),
)


def recognises(document: Document) -> bool:
    """Return whether it has security groups or network ACLs of AWS."""
    return (
        document.is_json
        and isinstance(document.json, dict)
        and any(
            isinstance(document.json.get(key), list)
            for key in ("SecurityGroups", "NetworkAcls")
        )
    )


def read(document: Document) -> Existing:
    """Return the security groups and network ACLs.

    Raises:
        InvalidDataError: It is not what AWS prints.
    """
    reading = Reading(document.name, NAME)
    top = Node(document.json)
    with reading.guard():
        groups = top.at("SecurityGroups").each()
        names = {
            each.at("GroupId").text(): each.at("GroupName").name("")
            for each in groups
            if isinstance(each.at("GroupId").value, str)
        }
        for group in groups:
            with reading.guard():
                _read_group(reading, group, names)
        for acl in top.at("NetworkAcls").each():
            with reading.guard():
                _read_acl(reading, acl)
    units = count_items(
        document.json, "IpPermissions", "IpPermissionsEgress", "Entries"
    )
    return reading.finish(units)


def _read_group(reading: Reading, group: Node, names: dict[str, str]) -> None:
    own = group.at("GroupId").name()
    for direction, key in _DIRECTIONS:
        rules: list[Rule] = []
        filter_id = f"{own} {direction}"
        for at, each in enumerate(group.at(key).each()):
            with reading.guard():
                sources, destinations = order_sides(
                    direction, _parties(each, names)
                )
                rules.append(
                    Rule(
                        # Permissions have no id; a number alone is one of
                        # every group.
                        id=f"{filter_id} {at}",
                        place=reading.place(each.pointer),
                        sources=sources,
                        destinations=destinations,
                        service=aws_service(
                            each.at("IpProtocol"),
                            each.at("FromPort"),
                            each.at("ToPort"),
                        ),
                    )
                )
        reading.filters.append(
            Filter(
                id=filter_id,
                place=reading.place(group.pointer),
                attached_to=(Group(own, names.get(own) or None),),
                direction=direction,
                stage="security group",
                discipline="union",
                rules=tuple(rules),
                last_resort=last_resort("aws-group"),
            )
        )


def _parties(permission: Node, names: dict[str, str]) -> tuple[Party, ...]:
    parties = join_nodes(
        [
            *(e.at("CidrIp") for e in permission.at("IpRanges").each()),
            *(e.at("CidrIpv6") for e in permission.at("Ipv6Ranges").each()),
        ]
    )
    for each in permission.at("UserIdGroupPairs").each():
        group = each.at("GroupId").name()
        named = names.get(group) or each.at("GroupName").name("")
        parties.append(Group(group, named or None))
    parties += (
        PrefixList(each.at("PrefixListId").name())
        for each in permission.at("PrefixListIds").each()
    )
    return tuple(parties)


def _read_acl(reading: Reading, acl: Node) -> None:
    own = acl.at("NetworkAclId").name()
    subnets = tuple(
        Group(each.at("SubnetId").name())
        for each in acl.at("Associations").each()
    )
    entries: list[tuple[Direction, AclEntry]] = []
    for each in acl.at("Entries").each():
        with reading.guard():
            way: Direction = (
                "out" if each.at("Egress").flag(default=False) else "in"
            )
            entries.append((way, _entry(reading, each, way)))
    place = reading.place(acl.pointer)
    acl_filters(reading, own, subnets, place, entries)


def _entry(reading: Reading, entry: Node, way: Direction) -> AclEntry:
    cidr = entry.at("CidrBlock", "Ipv6CidrBlock")
    ports, message = entry.at("PortRange"), entry.at("IcmpTypeCode")
    return acl_entry(
        reading.place(entry.pointer),
        way,
        f"{entry.at('RuleNumber').scalar()} {cidr.text()}",
        number=entry.at("RuleNumber"),
        action=entry.at("RuleAction"),
        networks=[cidr],
        protocol=entry.at("Protocol"),
        ports=(ports.at("From"), ports.at("To")),
        message=(message.at("Type"), message.at("Code")),
    )
