"""Terraform: what ``terraform show -json`` prints of a plan or a state."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Final, NamedTuple

from avi_portspec.audit.inputs.document import Document
from avi_portspec.audit.inputs.names import name_of
from avi_portspec.audit.inputs.nodes import Node
from avi_portspec.audit.inputs.reading import Reading
from avi_portspec.audit.inputs.terraform import (
    NSX_POLICY,
    Resource,
    count_rules,
    is_known_kind,
    read_resources,
)
from avi_portspec.audit.inputs.terraform_nsx import (
    NSX_GROUP,
    count_policy_rules,
    is_of_nsx,
    read_nsx,
)
from avi_portspec.audit.model import Existing, Group, Unknown

__all__ = ["HELP", "NAME", "read", "recognises"]

NAME: Final = "terraform-plan"
HELP: Final = "terraform show -json tfplan > plan.json (or of a state)"
_VERSION: Final = "format_version"
_MARKS: Final = "sensitive_values"
_INDEX: Final = re.compile(r"\[(?:\"(?:[^\"\\]|\\.)*\"|[^\]]*)\]")
_LATER: Final = "known after apply; audit the state then: terraform show -json"
_COMPUTED: Final = (
    "the plan does not tell whether there are none, or a dynamic block makes "
    "them; audit the state after apply, or the module itself"
)
_MARKED: Final = "the plan marks it as sensitive, so it is not looked at"
#: Lists of rules that a provider fills in where a module has none.
_LISTS: Final = ("ingress", "egress", "security_rule")


def recognises(document: Document) -> bool:
    """Return whether it is a plan or a state of Terraform."""
    if not document.is_json or not isinstance(document.json, dict):
        return False
    found = document.json
    return (_VERSION in found and "terraform_version" in found) or (
        "lineage" in found and "serial" in found
    )


def read(document: Document) -> Existing:
    """Return the rules of a plan, as they are to be, or of a state.

    Raises:
        InvalidDataError: It is of a format that is not known, or the plan
            is not complete.
    """
    data = document.json if isinstance(document.json, dict) else {}
    version = data.get(_VERSION)
    if not isinstance(version, str) or not version.startswith("1."):
        raise document.refusal(
            "audit/terraform-format",
            "format_version 1.x, as terraform show -json prints it",
            "another version" if version else "none (a raw state?)",
        )
    if data.get("errored") is True:
        expected = "a complete plan"
        raise document.refusal("audit/value", expected, "one with errors")
    reading = Reading(document.name, NAME)
    with reading.guard():
        resources = [*_Plan(reading, data).resources()]
        read_nsx(reading, resources)
        others = [each for each in resources if not is_of_nsx(each.kind)]
        read_resources(reading, others)
    return reading.finish(_count(data))


def _values(data: Mapping[str, Any]) -> tuple[str, Any]:
    """Return the key and the values: what is planned, else what is."""
    for key in ("planned_values", "values"):
        if isinstance(data.get(key), dict):
            return key, data[key]
    return "values", {}


def _count(data: dict[str, Any]) -> int:
    """Return how many rules a plan has: whatever looks like a resource."""
    changes = data.get("resource_changes")
    masks = {
        change["address"]: change["change"].get("after_unknown")
        for change in (changes if isinstance(changes, list) else ())
        if isinstance(change, dict)
        and isinstance(change.get("change"), dict)
        and isinstance(change.get("address"), str)
    }
    stack: list[Any] = [_values(data)[1]]
    found = 0
    while stack:
        value = stack.pop()
        if isinstance(value, list):
            stack += value
        elif isinstance(value, dict):
            kind = value.get("type")
            if (
                isinstance(kind, str)
                and is_known_kind(kind)
                and value.get("mode") == "managed"
            ):
                mask = masks.get(str(value.get("address")))
                values = {**_table(mask), **_table(value.get("values"))}
                # What is not looked at as a whole is one thing unknown.
                is_whole = mask is True or value.get(_MARKS) is True
                count: Callable[[Mapping[str, Any]], int] = partial(
                    count_rules, kind
                )
                if kind == NSX_POLICY:
                    count = count_policy_rules
                found += 1 if is_whole else count(values)
            else:
                stack += value.values()
    return found


class _Config(NamedTuple):
    """A module as it is written.

    Attributes:
        path: Its address; empty for the root.
        module: Its resources, calls and outputs.
        parent: The module that calls it.
        call: How it is called.
    """

    path: str
    module: Node
    parent: _Config | None
    call: Node


class _Plan:
    """A plan or a state while it is read."""

    def __init__(self, reading: Reading, data: dict[str, Any]) -> None:
        self.reading = reading
        key, values = _values(data)
        self.root = Node(values, f"/{key}", is_secret=True).at("root_module")
        self.unknown = {
            each.at("address").text(""): each.at("change").at("after_unknown")
            for each in Node(data, is_secret=True)
            .at("resource_changes")
            .each()
        }
        self.configs: dict[str, _Config] = {}
        config = Node(data, is_secret=True).at("configuration")
        root = config.at("root_module")
        self._add_config(_Config("", root, None, Node(None)))
        self.found = [
            (address, each)
            for address, each in self._walk(self.root)
            if _is_read(each.at("type").value)
            and each.at("mode").value == "managed"
        ]
        #: The instances of each resource, and who has an id.
        self.instances: dict[str, list[str]] = {}
        self.ids: dict[str, str] = {}
        for address, each in self.found:
            bare = _INDEX.sub("", address)
            self.instances.setdefault(bare, []).append(address)
            own = each.at("values").at(_id_of(each.at("type").text())).value
            if isinstance(own, str):
                self.ids[own] = address

    def _add_config(self, config: _Config) -> None:
        self.configs[config.path] = config
        for name, call in config.module.at("module_calls").members():
            path = f"{config.path}.module.{name}".removeprefix(".")
            self._add_config(_Config(path, call.at("module"), config, call))

    def _walk(self, module: Node) -> Iterator[tuple[str, Node]]:
        for each in module.at("resources").each():
            yield each.at("address").name(), each
        for child in module.at("child_modules").each():
            yield from self._walk(child)

    def resources(self) -> Iterator[Resource]:
        """Yield the resources that are about traffic."""
        for address, each in self.found:
            kind = each.at("type").text()
            place = self.reading.place(address)
            values = each.at("values")
            mask = self.unknown.get(each.at("address").value, Node(None))
            merged = self._merge(
                # Terraform leaves out what has nothing that is known.
                {} if values.value is None else values.value,
                mask.value,
                each.at(_MARKS).value,
                address,
            )
            if isinstance(merged, dict):
                merged |= self._references(address, merged)
                for key in _LISTS:
                    if mask.at(key).value is True:
                        merged[key] = Unknown(key, _COMPUTED)
            node = Node(merged, values.pointer, is_secret=True)
            yield Resource(address, kind, self._named(node), place)

    def _merge(self, value: Any, mask: Any, secret: Any, path: str) -> Any:
        """Return a value in which what is not known says so."""
        if mask is True:
            return Unknown(path, _LATER)
        if secret is True:
            return Unknown(path, _MARKED)
        if isinstance(value, dict) or isinstance(mask, dict):
            own, masks, secrets = map(_table, (value, mask, secret))
            return {
                key: self._merge(
                    own.get(key),
                    masks.get(key),
                    secrets.get(key),
                    f"{path}.{name_of(str(key))}",
                )
                for key in dict.fromkeys((*own, *masks))
            }
        if isinstance(value, list):
            return [
                self._merge(
                    inner,
                    _item(mask, at),
                    _item(secret, at),
                    f"{path}[{at}]",
                )
                for at, inner in enumerate(value)
            ]
        return value

    def _named(self, node: Node) -> Node:
        """Return arguments with the ids of groups as these groups."""
        return node._replace(value=self._with_groups(node.value))

    def _with_groups(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {
                # By these it is named itself.
                key: inner
                if key in {"id", "path"}
                else self._with_groups(inner)
                for key, inner in value.items()
            }
        if isinstance(value, list):
            return [self._with_groups(inner) for inner in value]
        if isinstance(value, str) and value in self.ids:
            return Group(self.ids[value], name_of(value))
        return value

    def _references(
        self, address: str, values: Mapping[str, Any]
    ) -> dict[str, Group]:
        """Return the arguments that are not known, but whose group is."""
        parts = _INDEX.sub("", address).split(".")
        own = ".".join(parts[-2:])
        config = self.configs.get(".".join(parts[:-2]))
        found: dict[str, Group] = {}
        if config is None:
            return found
        for each in config.module.at("resources").each():
            if each.at("address").value != own:
                continue
            for key, expression in each.at("expressions").members():
                if isinstance(values.get(key), Unknown):
                    target = self._target(config, expression)
                    if target is not None:
                        found[key] = Group(target)
        return found

    def _target(
        self, config: _Config, expression: Node, steps: int = 20
    ) -> str | None:
        """Return the one resource that an expression refers to."""
        if not steps or not isinstance(expression.value, dict):
            return None
        for each in expression.at("references").each():
            first, _, rest = each.text().partition(".")
            if first == "var" and config.parent is not None:
                inner = config.call.at("expressions").at(rest)
                return self._target(config.parent, inner, steps - 1)
            if first == "module":
                name, _, output = _INDEX.sub("", rest).partition(".")
                path = f"{config.path}.module.{name}".removeprefix(".")
                child = self.configs.get(path)
                if child is not None and output:
                    outputs = child.module.at("outputs")
                    inner = outputs.at(output).at("expression")
                    return self._target(child, inner, steps - 1)
            kind, _, rest = each.text().partition(".")
            if is_known_kind(kind):
                named = _INDEX.sub("", rest).partition(".")[0]
                bare = f"{config.path}.{kind}.{named}".removeprefix(".")
                instances = self.instances.get(bare, ())
                return instances[0] if len(instances) == 1 else None
        return None


def _is_read(kind: object) -> bool:
    return is_known_kind(kind) or is_of_nsx(kind)


def _id_of(kind: str) -> str:
    """Return the argument by which other resources name one.

    What NSX calls an id is a name, and may be any word.
    """
    if kind == NSX_GROUP:
        return "path"
    return "" if is_of_nsx(kind) else "id"


def _table(value: Any) -> dict[Any, Any]:
    return value if isinstance(value, dict) else {}


def _item(values: Any, at: int) -> Any:
    is_there = isinstance(values, list) and at < len(values)
    return values[at] if is_there else None
