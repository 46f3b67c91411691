"""nftables, as ``nft -j list ruleset`` prints it (libnftables-json(5))."""

from __future__ import annotations

import re
from typing import Final

from avi_portspec.audit.inputs.chains import Base, ChainRule, read_chains
from avi_portspec.audit.inputs.document import Document
from avi_portspec.audit.inputs.names import name_of
from avi_portspec.audit.inputs.nft_expressions import Sets, read_rule
from avi_portspec.audit.inputs.nodes import Node
from avi_portspec.audit.inputs.reading import Reading
from avi_portspec.audit.model import Existing
from avi_portspec.rules.networks import Family

__all__ = ["HELP", "NAME", "read", "recognises"]

NAME: Final = "nftables"
HELP: Final = "nft -j list ruleset > ruleset.json"
_TEXT: Final = re.compile(
    r"^[ \t]*(?:add )?table (?:inet|ip|ip6|arp|bridge|netdev) \S", re.MULTILINE
)
_FAMILIES: Final[dict[str, Family | None]] = {"inet": None, "ip": 4, "ip6": 6}
#: The family of tables that no packet of IP meets.
_NO_IP: Final = "arp"
_HOOKS: Final = frozenset({"input", "output", "forward"})


def recognises(document: Document) -> bool:
    """Return whether it is a ruleset of nftables, in JSON or as text."""
    if document.is_json:
        return isinstance(document.json, dict) and isinstance(
            document.json.get("nftables"), list
        )
    return bool(_TEXT.search(document.text))


def read(document: Document) -> Existing:
    """Return the rules of all tables that filter.

    Raises:
        InvalidDataError: It is not what ``nft`` prints, or is not JSON.
    """
    if not document.is_json:
        raise document.refusal(
            "audit/nft-text",
            "JSON, as 'nft -j list ruleset' prints it",
            "rules of nftables as text",
        )
    reading = Reading(document.name, NAME)
    with reading.guard():
        policies = _Ruleset(reading, Node(document.json)).read()
        return reading.finish(_count(document.json) + policies)
    return reading.finish(_count(document.json))


def _count(data: object) -> int:
    """Return how many objects are rules."""
    listed = data.get("nftables") if isinstance(data, dict) else None
    return sum(
        isinstance(each, dict) and "rule" in each
        for each in (listed if isinstance(listed, list) else ())
    )


class _Ruleset:
    """A ruleset while it is read."""

    def __init__(self, reading: Reading, top: Node) -> None:
        self.reading = reading
        self.objects = top.at("nftables").each()
        self.sets: Sets = {}
        self.chains: dict[str, list[ChainRule]] = {}
        self.bases: list[Base] = []
        self.others: list[Base] = []
        #: Why the rules of a chain are not judged.
        self.whys: dict[str, str] = {}

    def read(self) -> int:
        """Add the filters; return how many other chains deny by policy."""
        for each in self.objects:
            for kind in ("set", "map"):
                if each.has(kind):
                    node = each.at(kind)
                    self.sets[_key(node, "name")] = node
            if each.has("chain"):
                self._chain(each.at("chain"))
        for each in self.objects:
            if each.has("rule"):
                with self.reading.guard():
                    self._rule(each.at("rule"))
        if self.reading.faults:
            return 0
        self.bases.sort(key=lambda base: base.id)
        return read_chains(
            self.reading, self.chains, self.bases, self.others, self.whys
        )

    def _chain(self, node: Node) -> None:
        family = node.at("family").text()
        key = _key(node, "name")
        kind = node.at("type").text("filter")
        hook = node.at("hook").text("")
        self.chains[key] = []
        if family not in _FAMILIES:
            self.whys[key] = f"a table of family {name_of(family)}"
        elif kind == "nat":
            self.whys[key] = "translates addresses: not judged"
        elif hook and (hook not in _HOOKS or kind != "filter"):
            self.whys[key] = f"hook {name_of(hook)}: not judged"
        if hook and family != _NO_IP:
            policy = node.at("policy").word(("accept", "drop"), "accept")
            (self.others if key in self.whys else self.bases).append(
                Base(
                    id=key,
                    chain=key,
                    hook=hook,
                    policy="allow" if policy == "accept" else "deny",
                    family=_FAMILIES.get(family),
                )
            )

    def _rule(self, node: Node) -> None:
        key = _key(node, "chain")
        text = f"{key} handle {node.at('handle').number(0, 1 << 63)}"
        place = self.reading.place(text)
        table = key.rpartition(" ")[0]
        rules = read_rule(node.at("expr"), place, text, table, self.sets)
        self.chains.setdefault(key, []).extend(rules)


def _key(node: Node, name: str) -> str:
    """Return what tells a chain or a set from all others."""
    return " ".join(node.at(key).name() for key in ("family", "table", name))
