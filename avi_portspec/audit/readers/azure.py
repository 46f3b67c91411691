"""Azure: network security groups, as the CLI, REST and templates have them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from avi_portspec.audit.inputs.arm_templates import (
    is_existing,
    list_leftovers,
    resources_of,
    settle,
)
from avi_portspec.audit.inputs.azure_rules import (
    AzureRule,
    azure_filter_id,
    azure_filters,
    azure_rule,
    resource_group,
)
from avi_portspec.audit.inputs.document import Document
from avi_portspec.audit.inputs.nodes import Node, count_items
from avi_portspec.audit.inputs.reading import Reading
from avi_portspec.audit.model import Existing, Group, Unknown

__all__ = ["HELP", "NAME", "read", "recognises"]

NAME: Final = "azure"
HELP: Final = (
    "az network nsg list > nsg.json (or nic list-effective-nsg; a template)"
)
_TYPE: Final = "microsoft.network/networksecuritygroups"
_OWN: Final = "securityRules"
_DEFAULT: Final = "defaultSecurityRules"
_EFFECTIVE: Final = "effectiveSecurityRules"


def recognises(document: Document) -> bool:
    """Return whether it has network security groups of Azure."""
    return document.is_json and any(True for _ in _groups(Node(document.json)))


def _groups(top: Node) -> Iterator[Node]:
    """Yield each group of a list, an answer, a template, or alone."""
    if isinstance(top.value, dict):
        if top.has(_OWN) or top.has(_EFFECTIVE) or _is_group(top):
            yield top
            return
        if isinstance(top.value.get("value"), list):
            yield from _groups(top.at("value"))
        for each in resources_of(top):
            if not is_existing(each):
                yield from _groups(each)
    elif isinstance(top.value, list):
        for each in top.each():
            if isinstance(each.value, dict):
                yield from _groups(each)


def _is_group(node: Node) -> bool:
    kind = node.value.get("type")
    return isinstance(kind, str) and kind.casefold() == _TYPE


def read(document: Document) -> Existing:
    """Return the groups.

    Raises:
        InvalidDataError: It is not what Azure prints.
    """
    reading = Reading(document.name, NAME)
    data = document.json
    if isinstance(data, dict) and "resources" in data:
        data = settle(data)
    groups = [*_groups(Node(data))]
    if not groups:
        expected = "network security groups"
        raise document.refusal("audit/value", expected, "none")
    for node in groups:
        with reading.guard():
            _read_group(reading, node)
    leftovers = [*list_leftovers(Node(data))]
    for left in leftovers:
        place = reading.place(left.node.pointer)
        reading.leave(place, "unknown", left.text, left.why)
    return reading.finish(
        count_items(data, _OWN, _EFFECTIVE)
        - sum(1 for _ in _effective_defaults(data))
        + len(leftovers)
    )


def _effective_defaults(data: object) -> Iterator[object]:
    """Yield the effective rules that are the provider's own."""
    stack = [data]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            stack += value.values()
            name = value.get("name")
            if isinstance(name, str) and name.startswith(f"{_DEFAULT}/"):
                yield value
        elif isinstance(value, list):
            stack += value


def _inside(node: Node) -> Node:
    """Return the properties, which REST has and the CLI leaves out."""
    return node.at("properties") if node.has("properties") else node


def _read_group(reading: Reading, node: Node) -> None:
    group = _group(node)
    place = reading.place(node.pointer)
    rules: list[AzureRule] = []
    inside = _inside(node)
    filters = azure_filter_id(group, "in"), azure_filter_id(group, "out")
    for key in (_OWN, _DEFAULT, _EFFECTIVE):
        listed = inside.at(key)
        if isinstance(listed.value, Unknown):
            continue
        for each in listed.each():
            with reading.guard(reading.place(each.pointer), filters):
                name = each.at("name").name("")
                default = key == _DEFAULT or name.startswith(f"{_DEFAULT}/")
                rules.append(
                    azure_rule(
                        _inside(each),
                        reading.place(each.pointer),
                        "provider-default" if default else "file",
                        name.rpartition("/")[2] or None,
                    )
                )
    azure_filters(reading, group, place, rules)


def _group(node: Node) -> Group:
    """Return the group of a list, or that of which rules are in effect."""
    inner = node.at("networkSecurityGroup")
    known = inner or node
    if known.at("id"):
        return resource_group(known.at("id"))
    return Group(known.at("name").name())
