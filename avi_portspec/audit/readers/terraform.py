"""Terraform: a module in HCL, as far as it is known before a plan.

A plan says more (``terraform show -json``). What an unknown variable decides
is unknown here, and what its default decides says so.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeVar

import attrs

from avi_portspec.audit.inputs.document import Document
from avi_portspec.audit.inputs.hcl import LAST, Block, Module, evaluate
from avi_portspec.audit.inputs.names import clean
from avi_portspec.audit.inputs.nodes import Node
from avi_portspec.audit.inputs.nsx_objects import path_of
from avi_portspec.audit.inputs.reading import Reading
from avi_portspec.audit.inputs.terraform import (
    ASSUMES,
    LINE,
    NSX_POLICY,
    Resource,
    count_rules,
    filters_of,
    is_known_kind,
    read_resources,
)
from avi_portspec.audit.inputs.terraform_nsx import (
    NSX_OBJECTS,
    count_policy_rules,
    is_of_nsx,
    read_nsx,
)
from avi_portspec.audit.model import (
    Existing,
    Filter,
    Group,
    Place,
    Rule,
    Unknown,
    Unread,
    UnreadKind,
)

__all__ = ["HELP", "NAME", "read", "recognises"]

NAME: Final = "terraform"
HELP: Final = "a module in HCL (a plan says more: terraform-plan)"
_BLOCK: Final = re.compile(
    r"^[ \t]*(?:(?:resource|data)[ \t]+\"?[\w-]+\"?[ \t]+\"?[\w-]+\"?"
    r"|(?:module|variable|provider|output)[ \t]+\"?[\w-]+\"?"
    r"|locals|terraform)[ \t]*\{",
    re.MULTILINE,
)
_JSON: Final = ("resource", "module", "variable")
_META: Final = "__tfmeta"
_EXPRESSION: Final = "an expression"
#: How much is told of the default of a variable, in characters.
_DEFAULT: Final = 80
#: What the source of a module begins with that is no other's.
_LOCAL: Final = ("./", "../")
#: Arguments that hold blocks.
_BLOCKS: Final = frozenset(
    {"ingress", "egress", "security_rule", "allow", "deny",
     # Of NSX.
     "rule", "service_entries", "l4_port_set_entry", "algorithm_entry",
     "icmp_entry", "igmp_entry", "ip_protocol_entry", "ether_type_entry",
     "nested_service_entry", "criteria", "conjunction", "condition",
     "ipaddress_expression", "path_expression", "extended_criteria"}
)  # fmt: skip
_AUDIT_PLAN: Final = "no value; give a .tfvars file, or audit the plan"
#: What shows which variables an expression rests on.
_NAMES: Final = re.compile(r"\b(var|local)\.([A-Za-z_][\w-]*)")
#: What begins a dynamic block.
_DYNAMIC: Final = re.compile(r"^[ \t]*dynamic[ \t]+\"?([\w-]+)")
#: What begins what a dynamic block makes.
_CONTENT: Final = re.compile(r"[ \t]*content[ \t]*\{")
_INDEX: Final = re.compile(r"\[[^\]]*\]$")


def recognises(document: Document) -> bool:
    """Return whether it has blocks of Terraform, in HCL or in its JSON."""
    if document.is_json:
        data = document.json
        return (
            isinstance(data, dict)
            and "format_version" not in data
            and "$schema" not in data
            and any(isinstance(data.get(key), dict) for key in _JSON)
        )
    return bool(_BLOCK.search(document.text))


def read(document: Document) -> Existing:
    """Return the rules of a module.

    Raises:
        MissingExtraError: The extra ``terraform`` is not installed.
        InvalidDataError: It cannot be evaluated.
    """
    module = evaluate(document)
    reading = Reading(document.name, NAME)
    found = _Module(reading, module)
    resources = [*found.resources()]
    with reading.guard():
        read_nsx(reading, resources)
        others = [each for each in resources if not is_of_nsx(each.kind)]
        read_resources(reading, others)
        found.leave_missing()
    units = sum(
        count_rules(each.kind, each.values.value) for each in others
    ) + sum(
        count_policy_rules(each.values.value)
        for each in resources
        if each.kind == NSX_POLICY
    )
    return _from_here(reading.finish(units + found.missing), document)


def _from_here(existing: Existing, document: Document) -> Existing:
    """Return rules with the paths of their files as the module was given.

    Its own are from its folder on.
    """
    name = document.name.replace("\\", "/")
    is_file = bool(document.data.strip())
    folder = posixpath.dirname(name) if is_file else name
    if not folder:
        return existing

    def moved(each: _Placed) -> _Placed:
        if each.place.file == document.name:
            return each
        file = posixpath.normpath(posixpath.join(folder, each.place.file))
        return attrs.evolve(each, place=attrs.evolve(each.place, file=file))

    return attrs.evolve(
        existing,
        filters=tuple(
            attrs.evolve(
                moved(filter_),
                rules=tuple(map(moved, filter_.rules)),
                reply_rules=tuple(map(moved, filter_.reply_rules)),
            )
            for filter_ in existing.filters
        ),
        unread=tuple(map(moved, existing.unread)),
    )


_Placed = TypeVar("_Placed", Filter, Rule, Unread)


#: Arguments that say nothing of traffic.
_LABELS: Final = frozenset(
    {"name", "name_prefix", "description", "tags", "labels", "location",
     "project", "resource_group_name"}
)  # fmt: skip


class _Instance(NamedTuple):
    """What was made of a block: one of it, or several by count and calls.

    Attributes:
        values: Its arguments, as the parser evaluated them.
        resource: The same, settled.
    """

    values: dict[str, Any]
    resource: Resource

    def lines(self, label: str) -> int:
        """Return on how many lines its blocks of a label begin.

        Each that something was made of has a line of its own.
        """
        blocks = _listed(label, self.values.get(label)) or ()
        return len(
            {
                each[_META]["line_start"]
                for each in blocks
                if isinstance(each, dict) and _META in each
            }
        )


class _Module:
    """A module while it is read."""

    def __init__(self, reading: Reading, module: Module) -> None:
        self.reading, self.module = reading, module
        self.missing = 0
        #: The lines of each file.
        self.texts = {
            path: data.decode("utf-8", "replace").split("\n")
            for path, data in module.files.items()
        }
        #: The resources by the ids that the parser gave them.
        self.groups: dict[str, Group] = {}
        self.found: list[tuple[str, dict[str, Any]]] = []
        for kind, listed in module.evaluated.items():
            for each in listed if isinstance(listed, list) else ():
                path = each[_META].get("path", "")
                self.groups[str(each.get("id"))] = Group(clean(path))
                # The rules of what a data source finds stand elsewhere.
                is_found = each[_META].get("type") == "data"
                if not is_found and (is_known_kind(kind) or is_of_nsx(kind)):
                    self.found.append((kind, each))
        #: What was made of each block, by its file and labels.
        self.made: dict[tuple[Any, ...], list[_Instance]] = {}
        self.defaults = {
            block.labels[0]: block.body
            for block in module.blocks.get("variable", ())
            if "default" in block.body
            and block.labels[0] not in module.assigned
        }
        self.locals = {
            name: str(value)
            for block in module.blocks.get("locals", ())
            for name, value in block.body.items()
        }
        self.raw = {
            (block.file, *block.labels): block
            for block in module.blocks.get("resource", ())
        }

    def resources(self) -> Iterator[Resource]:
        """Yield the resources that are about traffic."""
        for kind, each in self.found:
            meta = each[_META]
            path = clean(meta.get("path", kind))
            key = (meta.get("filename"), kind, _name_in(each))
            raw = self.raw.get(key)
            place = Place(
                clean(meta.get("filename", self.reading.name)),
                meta.get("line_start"),
                path,
            )
            own = raw.body if raw else {}
            values = self._block(each, own)
            counted = [
                each.get(key) for key in ("count", "for_each") if key in own
            ]
            is_doubtful = any(map(_is_unknown, counted))
            if is_of_nsx(kind):
                is_doubtful |= _has_inner_dynamics(kind, own)
                head = {k: own[k] for k in own.keys() - {"rule", "dynamic"}}
                values[ASSUMES] = self._assumptions(head)
                if kind in NSX_OBJECTS and not is_doubtful:
                    values["path"] = path_of(path)
                if kind == NSX_POLICY:
                    is_doubtful |= not _put_in_order(values)
            resource = Resource(
                path,
                kind,
                Node(values, "", is_secret=True),
                place,
                is_doubtful=is_doubtful,
            )
            self.made.setdefault(key, []).append(_Instance(each, resource))
            yield resource

    def _settled(self, value: Any, raw: Any) -> Any:
        """Return a value in which what is not known says so.

        The parser has nothing for an expression that it cannot evaluate.

        Args:
            value: The value, evaluated.
            raw: The same as it is written; nothing where that is not known.
        """
        if isinstance(value, dict):
            if "__attribute__" in value:
                text = clean(str(value["__attribute__"]))
                return Unknown(text, _AUDIT_PLAN)
            return self._block(value, raw if isinstance(raw, dict) else None)
        if isinstance(value, list):
            texts = raw if isinstance(raw, list) else []
            return [
                Unknown(
                    clean(str(_item(texts, at) or raw or _EXPRESSION)),
                    _AUDIT_PLAN,
                )
                if inner is None
                else self._settled(inner, _item(texts, at))
                for at, inner in enumerate(value)
            ]
        if isinstance(value, str):
            if value in self.groups:
                return self.groups[value]
            if "${" in value:
                return Unknown(clean(value), _AUDIT_PLAN)
        return value

    def _block(
        self,
        block: Mapping[str, Any],
        raw: Mapping[str, Any] | None,
        maybe: str = "",
    ) -> dict[str, Any]:
        """Return a block, with the defaults that it rests on.

        Args:
            block: The block, evaluated.
            raw: The same as it is written, if it is known which that is.
            maybe: The texts of those that it may be.
        """
        rests = " ".join(
            f"var.{each.get('label')}"
            for each in block.get(_META, {}).get("references", ())
            if not each.get("name")
        )
        # What is written says more than what the parser lists, which has the
        # variables of names and descriptions, too.
        told = {k: v for k, v in (raw or {}).items() if k not in _LABELS}
        found: dict[str, Any] = {
            ASSUMES: self._assumptions(f"{told or rests} {maybe}"),
            LINE: block.get(_META, {}).get("line_start"),
        }
        for key, value in block.items():
            if key in {_META, "id", LAST}:
                continue
            written = (raw or {}).get(key)
            if value is not None and key in _BLOCKS:
                made = _dynamics(raw or {}).get(key, [])
                found[key] = self._inner(_listed(key, value), written, made)
            elif value is not None:
                found[key] = self._settled(value, written)
            elif raw and key in raw and (not written or written == "null"):
                found[key] = None
            else:
                text = clean(str(written or rests or _EXPRESSION))
                found[key] = Unknown(text, _AUDIT_PLAN)
        return found

    def _inner(
        self, blocks: Any, raw: Any, dynamics: Sequence[Mapping[str, Any]]
    ) -> Any:
        """Return the blocks inside a resource.

        Each is compared with all that are written of its kind: itself, or
        the content of a dynamic block.

        Args:
            blocks: The blocks, evaluated.
            raw: Those that are written themselves.
            dynamics: The dynamic blocks of their label, as written.
        """
        if not isinstance(blocks, list):
            return self._settled(blocks, raw)
        written = raw if isinstance(raw, list) else [raw]
        contents = [
            {**content, "__for_each__": each.get("for_each")}
            for each in dynamics
            for content in each.get("content", ())
            if isinstance(content, dict)
        ]
        found: list[Any] = []
        for each in blocks:
            if not isinstance(each, dict):
                found.append(Unknown(_EXPRESSION, _AUDIT_PLAN))
                continue
            like = [
                one
                for one in (contents if self._is_made(each) else written)
                if isinstance(one, dict) and _is_like(each, one)
            ]
            own = like[0] if len(like) == 1 else None
            found.append(self._block(each, own, str(like)))
        return found

    def _is_made(self, block: Mapping[str, Any]) -> bool:
        """Return whether a dynamic block made a block."""
        meta = block.get(_META, {})
        file, at = meta.get("filename", ""), meta.get("line_start", 0)
        lines = self.texts.get(file, ())
        return 0 < at <= len(lines) and bool(_CONTENT.match(lines[at - 1]))

    def _assumptions(self, raw: Any) -> tuple[str, ...]:
        """Return the defaults of variables that arguments rest on."""
        names: dict[str, None] = {}
        seen: set[str] = set()
        texts = [str(raw)]
        while texts:
            for kind, name in _NAMES.findall(texts.pop()):
                if kind == "var" and name in self.defaults:
                    names[name] = None
                if kind == "local" and name not in seen:
                    seen.add(name)
                    texts.append(self.locals.get(name, ""))
        return tuple(self._assumption(name) for name in names)

    def _assumption(self, name: str) -> str:
        body = self.defaults[name]
        if body.get("sensitive"):
            return f"var.{clean(name)} has its default"
        value = body["default"]
        listed = value if isinstance(value, list) and value else [value]
        text = ", ".join(
            json.dumps(each) if isinstance(each, (dict, list)) else str(each)
            for each in listed
        )
        return f"var.{clean(name)} = {clean(text, _DEFAULT)} (default)"

    def leave_missing(self) -> None:
        """Note what the module has, and what evaluating it does not show."""
        for block in self.module.blocks.get("resource", ()):
            kind, name = block.labels
            if is_known_kind(kind):
                instances = self.made.get((block.file, kind, name), [])
                self._leave_of(block, f"{kind}.{name}", instances)
        for block in self.module.blocks.get("module", ()):
            why = self._why_missing(block)
            if why:
                address = f"module.{block.labels[0]}"
                self._leave(Place(block.file), address, why, is_apart=True)
        for file in self.module.missing:
            why = "no file, or a link out of the folder; audit the plan"
            self._leave(Place(file), file, why)

    def _why_missing(self, block: Block) -> str:
        """Return why a module is not read that another one calls."""
        source = str(block.body.get("source", ""))
        if not source.startswith(_LOCAL):
            return "a module of a registry is not read; audit the plan"
        folder = posixpath.normpath(
            posixpath.join(posixpath.dirname(block.file), source)
        )
        if folder.startswith(".."):
            return "a module out of the folder is not read; audit the plan"
        folders = {
            posixpath.normpath(posixpath.dirname(file) or ".")
            for file in self.module.files
        }
        if folder not in folders:
            return "nothing of it is in the folder; audit the plan"
        return ""

    def _leave_of(
        self, block: Block, address: str, instances: Sequence[_Instance]
    ) -> None:
        """Note a resource, or its dynamic blocks, of which nothing is."""
        if not instances:
            why = "none was made of it: its count may be 0; audit the plan"
            self._leave(Place(block.file), address, why)
            return
        for label, listed in _dynamics(block.body).items():
            written = block.body.get(label, [])
            statics = len(written) if isinstance(written, list) else 1
            # What stands for another thing than rules may be missing.
            filters = {
                each: None
                for instance in instances
                if instance.lines(label) < statics + len(listed)
                or LAST not in instance.values
                for each in filters_of(instance.resource, label)
            }
            if not filters:
                continue
            meta = instances[0].values[_META]
            found = self._lines(block.file, label, meta)
            own = found if len(found) == len(listed) else [None] * len(listed)
            # Of several, which one is empty cannot be told: all may be.
            for at, (each, line) in enumerate(zip(listed, own, strict=True)):
                inside = f"{address}.{label}[{at}]"
                over = str(each.get("for_each"))
                place = Place(block.file, line, inside)
                self._leave_dynamic(place, label, over, tuple(filters))

    def _lines(
        self, file: str, label: str, meta: Mapping[str, Any]
    ) -> list[int | None]:
        """Return the lines of the dynamic blocks of a resource.

        The parser gives none for what it makes nothing of.
        """
        first, last = meta.get("line_start", 0), meta.get("line_end", 0)
        own = self.texts.get(file, [])[max(first - 1, 0) : last]
        return [
            at
            for at, line in enumerate(own, first)
            for word in _DYNAMIC.findall(line)
            if word == label
        ]

    def _leave_dynamic(
        self, place: Place, label: str, over: str, filters: tuple[str, ...]
    ) -> None:
        bare = over
        if over.count("${") == 1:
            bare = over.removeprefix("${").removesuffix("}")
        text = f'dynamic "{label}" over {bare}'
        if over == "[]":
            self._leave(place, text, "its list is empty", is_aside=True)
            return
        assumed = "; ".join(self._assumptions(over))
        why = (
            f"nothing was made of it, or not of all: {assumed}"
            if assumed
            else _AUDIT_PLAN
        )
        self._leave(place, text, why, filters=filters)

    def _leave(
        self,
        place: Place,
        text: str,
        why: str,
        *,
        filters: tuple[str, ...] = (),
        is_aside: bool = False,
        is_apart: bool = False,
    ) -> None:
        self.missing += 1
        kind: UnreadKind = "set-aside" if is_aside else "unknown"
        own = Place(clean(place.file), place.line, clean(place.pointer))
        self.reading.leave(own, kind, text, why, filters, is_apart=is_apart)


def _name_in(resource: Mapping[str, Any]) -> str:
    """Return the name of a resource, without module and index."""
    path = str(resource[_META].get("path", ""))
    return _INDEX.sub("", path).rpartition(".")[2]


def _put_in_order(policy: dict[str, Any]) -> bool:
    """Put the rules of a policy in order; return whether it is known.

    The parser has those of dynamic blocks last, and Terraform each in its
    place. Numbers, if there are any, have to be in the same order.
    """
    rules = policy.get("rule") or []
    if not isinstance(rules, list) or not all(
        isinstance(each, dict) and each.get(LINE) for each in rules
    ):
        return False
    ordered = sorted(rules, key=lambda each: int(each[LINE]))
    policy["rule"] = [{**each, "sequence_number": None} for each in ordered]
    return True


def _has_inner_dynamics(kind: str, body: Mapping[str, Any]) -> bool:
    """Return whether blocks of NSX have blocks that may not have been made.

    Of the rules themselves, each that is lacking is told.
    """
    stack: list[Any] = [body]
    if kind == NSX_POLICY:
        stack = [inner for key, inner in body.items() if key != "dynamic"]
        stack += _dynamics(body).values()
    while stack:
        value = stack.pop()
        if isinstance(value, list):
            stack += value
        elif isinstance(value, dict):
            if "dynamic" in value:
                return True
            stack += value.values()
    return False


def _listed(key: str, value: Any) -> Any:
    """Return blocks as a list: one alone is none."""
    is_block = isinstance(value, dict) and "__attribute__" not in value
    return [value] if key in _BLOCKS and is_block else value


def _is_like(block: Mapping[str, Any], raw: Mapping[str, Any]) -> bool:
    """Return whether what is written plainly is what was evaluated."""
    return all(
        str(block.get(key)) == str(value)
        for key, value in raw.items()
        if isinstance(value, (int, str))
        and "${" not in str(value)
        and not key.startswith("__")
    )


def _is_unknown(value: Any) -> bool:
    return not isinstance(value, (int, list)) and not (
        isinstance(value, dict) and "__attribute__" not in value
    )


def _item(values: list[Any], at: int) -> Any:
    return values[at] if at < len(values) else None


def _dynamics(body: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Return the dynamic blocks of a resource by their labels."""
    found: dict[str, list[dict[str, Any]]] = {}
    listed = body.get("dynamic", [])
    for each in listed if isinstance(listed, list) else [listed]:
        for label, inner in each.items():
            blocks = inner if isinstance(inner, list) else [inner]
            kept = [block for block in blocks if isinstance(block, dict)]
            found.setdefault(label, []).extend(kept)
    return {label: kept for label, kept in found.items() if kept}
