"""OpenStack: security groups, as the API and the client have them."""

from __future__ import annotations

from typing import Any, Final

from avi_portspec.audit.inputs.document import Document
from avi_portspec.audit.inputs.nodes import Node
from avi_portspec.audit.inputs.openstack_rules import (
    openstack_filters,
    openstack_rule,
)
from avi_portspec.audit.inputs.reading import Reading
from avi_portspec.audit.model import (
    Direction,
    Existing,
    Group,
    Party,
    PrefixList,
    Rule,
)

__all__ = ["HELP", "NAME", "read", "recognises"]

NAME: Final = "openstack"
HELP: Final = "openstack security group rule list --long -f json > rules.json"
_RULES: Final = ("security_group_rules", "rules")
#: The columns of a list, and what the API calls them.
_COLUMNS: Final = {
    "ID": "id",
    "IP Protocol": "protocol",
    "Ethertype": "ethertype",
    "IP Range": "remote_ip_prefix",
    "Port Range": "ports",
    "Direction": "direction",
    "Remote Security Group": "remote_group_id",
    "Remote Address Group": "remote_address_group_id",
    "Security Group": "security_group_id",
}


def recognises(document: Document) -> bool:
    """Return whether it has security groups of OpenStack."""
    return document.is_json and bool(_groups(document.json))


def _groups(data: Any) -> list[Any]:
    """Return groups with their rules: of a list, of an answer, or alone."""
    if isinstance(data, dict):
        if isinstance(data.get("security_groups"), list):
            data = data["security_groups"]
        elif isinstance(data.get("security_group"), dict):
            data = [data["security_group"]]
        elif isinstance(data.get("security_group_rules"), list) and (
            "id" not in data
        ):
            data = data["security_group_rules"]
        else:
            data = [data]
    if not isinstance(data, list) or not all(
        isinstance(each, dict) for each in data
    ):
        return []
    if data and all(
        "IP Protocol" in each or "ethertype" in each for each in data
    ):
        return _by_group(data)
    return data if data and all(map(_is_group, data)) else []


def _is_group(data: dict[str, Any]) -> bool:
    """Return whether a table is a group with rules of OpenStack."""
    listed = next(
        (data[key] for key in _RULES if isinstance(data.get(key), list)), None
    )
    return (
        "id" in data
        and listed is not None
        # NSX calls its policies so, too.
        and "resource_type" not in data
        and all(
            isinstance(each, dict) and "ethertype" in each for each in listed
        )
    )


def _by_group(rows: list[Any]) -> list[Any]:
    """Return the rows of a list of rules as groups."""
    groups: dict[str, Any] = {}
    for at, row in enumerate(rows):
        rule = {_COLUMNS.get(key, key): row[key] for key in row}
        rule["_row"] = at
        own = str(rule.get("security_group_id") or "security group")
        # It is where its first rule is.
        new = {"id": own, "_row": at, "rules": []}
        groups.setdefault(own, new)["rules"].append(rule)
    return list(groups.values())


def _pointer(node: Node) -> str:
    """Return where something is: the row of a list, if it was one."""
    row = node.at("_row").value
    return node.pointer if row is None else f"/{row}"


def read(document: Document) -> Existing:
    """Return the security groups.

    Raises:
        InvalidDataError: It is not what OpenStack prints.
    """
    reading = Reading(document.name, NAME)
    groups = [Node(each) for each in _groups(document.json)]
    names = {
        each.value["id"]: each.value["name"]
        for each in groups
        if isinstance(each.value["id"], str)
        and isinstance(each.value.get("name"), str)
    }
    for at, node in enumerate(groups):
        with reading.guard():
            _read_group(reading, node._replace(pointer=f"/{at}"), names)
    return reading.finish(_count(document.json))


def _count(data: Any) -> int:
    """Return how many rules there are: what has a direction is one."""
    stack, found = [data], 0
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            found += "Direction" in value or "direction" in value
            stack += value.values()
        elif isinstance(value, list):
            stack += value
    return found


def _read_group(reading: Reading, node: Node, names: dict[Any, str]) -> None:
    own = Group(node.at("id").name(), names.get(node.at("id").text()))
    rules: list[tuple[Direction, Rule]] = []
    for each in node.at(*_RULES).each():
        with reading.guard():
            pointer = _pointer(each)
            rules.append(
                openstack_rule(
                    _split_ports(each),
                    reading.place(pointer),
                    each.at("id").name(pointer),
                    _remote(each, names),
                )
            )
    openstack_filters(
        reading,
        own,
        reading.place(_pointer(node)),
        rules,
        is_stateful=node.at("stateful").flag(default=True),
    )


def _remote(rule: Node, names: dict[Any, str]) -> Party | None:
    if rule.at("remote_group_id"):
        group = rule.at("remote_group_id")
        return Group(group.name(), names.get(group.text()))
    if rule.at("remote_address_group_id"):
        return PrefixList(rule.at("remote_address_group_id").name())
    return None


def _split_ports(rule: Node) -> Node:
    """Return a rule whose ports are two numbers, as in the API."""
    ports = rule.at("ports")
    if not ports:
        return rule
    low, _, high = ports.text().partition(":")
    if "=" in ports.text():
        # Of ICMP: type=8:code=0.
        low, high = (part.partition("=")[2] for part in (low, high))
    split = {"port_range_min": low or None, "port_range_max": high or None}
    return rule._replace(value={**rule.value, **split})
