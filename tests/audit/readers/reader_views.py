"""What a reader found, as short lines that a test can write down."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from avi_portspec.audit.model import (
    Anywhere,
    Existing,
    Group,
    Members,
    Networks,
    Party,
    PrefixList,
    Rule,
    Tag,
    Unknown,
)
from avi_portspec.audit.readers import read
from avi_portspec.audit.services import service_text


def read_text(
    text: str | bytes, name: str = "file", **options: Any
) -> Existing:
    """Return what a text has."""
    data = text.encode() if isinstance(text, str) else text
    return read(data, name, **options)


def read_json(data: Any, name: str = "file", **options: Any) -> Existing:
    """Return what data in JSON has."""
    return read_text(json.dumps(data), name, **options)


def party(one: Party) -> str:  # noqa: PLR0911 - one for each kind
    """Return a party in a word or two."""
    match one:
        case Networks(networks=networks):
            return "+".join(map(str, networks)) or "nobody"
        case Anywhere(families=families):
            return "any" + "".join(map(str, families))
        case Group(id=name, family=family):
            return f"{name}/v{family}" if family else name
        case Tag(name=name):
            return f"tag:{name}"
        case PrefixList(id=name):
            return f"list:{name}"
        case Members():
            return "members"
        case Unknown(text=text):
            return f"?{text}"


def parties(several: Iterable[Party]) -> str:
    """Return parties, or a dash for none."""
    return ", ".join(map(party, several)) or "-"


def rule(one: Rule) -> str:
    """Return a rule in a line."""
    service = (
        f"?{one.service.text}"
        if isinstance(one.service, Unknown)
        else service_text(one.service)
    )
    words = [
        one.action,
        f"{parties(one.sources)} > {parties(one.destinations)}",
        service,
    ]
    if one.source_ports is not None:
        words.append(f"from {service_text(one.source_ports)}")
    words += [f"if {condition}" for condition in one.conditions]
    words += [f"assuming {text}" for text in one.assumes]
    if one.origin == "provider-default":
        words.append("(default)")
    return " ".join(words)


def rules(existing: Existing) -> dict[str, list[str]]:
    """Return the rules of each filter that has some."""
    return {
        filter_.id: [rule(each) for each in filter_.rules]
        for filter_ in existing.filters
        if filter_.rules
    }


def unread(existing: Existing) -> list[str]:
    """Return what is no rule, and of which kind."""
    return [f"{each.kind}: {each.text}" for each in existing.unread]


def faults(caught: Any) -> list[str]:
    """Return the faults of an error that was caught."""
    return [str(fault) for fault in caught.value.faults]
