"""OpenStack Heat: security groups in a template."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import attrs

from avi_portspec.audit.inputs.addresses import anywhere
from avi_portspec.audit.inputs.defaults import default_rule
from avi_portspec.audit.inputs.document import Document
from avi_portspec.audit.inputs.names import clean, name_of
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
    Rule,
    Unknown,
)

__all__ = ["HELP", "NAME", "read", "recognises"]

NAME: Final = "heat"
HELP: Final = "a Heat template (HOT), in YAML"
_VERSION: Final = "heat_template_version"
_GROUP: Final = "OS::Neutron::SecurityGroup"
_RULE: Final = "OS::Neutron::SecurityGroupRule"


def recognises(document: Document) -> bool:
    """Return whether it is a template of Heat."""
    return any(
        isinstance(part, dict) and _VERSION in part for part in document.parts
    )


def read(document: Document) -> Existing:
    """Return the security groups of a template.

    A parameter is read with its default, which is noted; without one, it is
    not known.

    Raises:
        InvalidDataError: It is no template.
    """
    reading = Reading(document.name, NAME)
    template = document.parts[0] if document.parts else None
    if not isinstance(template, dict):
        raise document.refusal("audit/value", "a Heat template", "other data")
    with reading.guard():
        _Template(reading, template).read()
    return reading.finish(_count(template))


def _count(template: dict[str, Any]) -> int:
    """Return how many rules a template has: resources, and items of lists."""
    found = 0
    resources = template.get("resources")
    for each in resources.values() if isinstance(resources, dict) else ():
        if isinstance(each, dict) and each.get("type") == _RULE:
            found += 1
        if isinstance(each, dict) and each.get("type") == _GROUP:
            properties = each.get("properties")
            own = properties if isinstance(properties, dict) else {}
            rules = own.get("rules")
            found += len(rules) if isinstance(rules, list) else bool(rules)
    return found


class _Template:
    """A template while it is read."""

    def __init__(self, reading: Reading, template: dict[str, Any]) -> None:
        self.reading = reading
        parameters = Node(template).at("parameters")
        self.defaults = {
            name: each.at("default").value
            for name, each in parameters.members()
            if isinstance(each.value, dict)
        }
        self.resources = [
            (name_of(name), each)
            for name, each in Node(template).at("resources").members()
            if isinstance(each.value, dict)
        ]

    def read(self) -> None:
        """Add the filters of each group."""
        apart: dict[str, list[tuple[Direction, Rule]]] = {}
        for name, each in self.resources:
            if each.at("type").value == _RULE:
                place = self.reading.place(each.pointer)
                with self.reading.guard(place):
                    properties = each.at("properties")
                    settled = self.settle(properties.at("security_group"))
                    owner = self._group_of(settled)
                    rule = self._rule(properties, name, owner)
                    rule = rule[0], attrs.evolve(rule[1], place=place)
                    apart.setdefault(owner, []).append(rule)
        for name, each in self.resources:
            if each.at("type").value == _GROUP:
                with self.reading.guard():
                    own = self._own_rules(name, each)
                    self._add(name, each, [*own, *apart.pop(name, ())])
        for name, rules in apart.items():
            # A group that stands elsewhere, whose other rules nobody sees.
            openstack_filters(
                self.reading,
                Group(name),
                self.reading.place("/resources"),
                rules,
            )

    def _own_rules(
        self, name: str, group: Node
    ) -> list[tuple[Direction, Rule]]:
        found: list[tuple[Direction, Rule]] = []
        rules = group.at("properties").at("rules")
        if not isinstance(rules.value, list):
            rules = self.settle(rules)
        place = self.reading.place(rules.pointer)
        # Neither the list nor a rule need tell the direction.
        filters = (f"{name} in", f"{name} out")
        with self.reading.guard(place, filters):
            for each in rules.each():
                where = self.reading.place(each.pointer)
                with self.reading.guard(where, filters):
                    found.append(self._rule(each, each.pointer, name))
        return found

    def _add(
        self, name: str, group: Node, rules: list[tuple[Direction, Rule]]
    ) -> None:
        place = self.reading.place(group.pointer)
        own = Node(group.at("properties").value).at("rules").value
        listed = own if isinstance(own, list) else []
        if not any(
            isinstance(each, dict) and each.get("direction") == "egress"
            for each in listed
        ):
            # Heat takes Neutron's rules back only for these.
            others: tuple[Party, ...] = (anywhere(4), anywhere(6))
            out = default_rule("default egress", place, "out", others)
            rules = [*rules, ("out", out)]
        openstack_filters(self.reading, Group(name), place, rules)

    def _rule(
        self, node: Node, name: str, owner: str
    ) -> tuple[Direction, Rule]:
        settled = self.settle(node)
        direction, rule = openstack_rule(
            settled,
            self.reading.place(node.pointer),
            name,
            self._remote(settled, owner),
        )
        assumes = tuple(dict.fromkeys(self._assumed(node.value)))
        return direction, attrs.evolve(rule, assumes=assumes)

    def _assumed(self, value: Any) -> Iterator[str]:
        """Yield the defaults of parameters that a rule rests on."""
        for inner in value.values() if isinstance(value, dict) else ():
            name = inner.get("get_param") if isinstance(inner, dict) else None
            if isinstance(name, str) and self.defaults.get(name) is not None:
                default = clean(str(self.defaults[name]))
                yield f"get_param {clean(name)} = {default} (default)"

    def _remote(self, node: Node, owner: str) -> Party | None:
        remote = node.at("remote_group", "remote_group_id")
        if remote:
            if isinstance(remote.value, Unknown):
                return remote.value
            return Group(self._group_of(remote))
        if node.at("remote_mode").value == "remote_group_id":
            return Group(owner)
        return None

    @staticmethod
    def _group_of(node: Node) -> str:
        """Return the name of the resource, or of a group elsewhere."""
        if node.has("get_resource"):
            return node.at("get_resource").name()
        return node.name()

    def settle(self, node: Node) -> Node:
        """Return a value with its parameters filled in."""
        return node._replace(value=self._settled(node.value))

    def _settled(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._settled(each) for each in value]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((key, inner),) = value.items()
            if key == "get_param":
                return self._parameter(inner)
            if isinstance(key, str) and key.startswith(
                ("get_attr", "str_", "list_", "repeat", "if", "map_", "yaql")
            ):
                why = "a function of Heat; audit the groups that it made"
                return Unknown(clean(key), why)
        return {key: self._settled(inner) for key, inner in value.items()}

    def _parameter(self, name: Any) -> Any:
        default = self.defaults.get(name) if isinstance(name, str) else None
        if default is None:
            why = "a parameter without a default; audit the groups it made"
            return Unknown(f"get_param {clean(str(name))}", why)
        return default
