"""Expressions of nftables in JSON, as what they match."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import product
from typing import Any, Final, TypeAlias

from avi_portspec.audit.inputs.addresses import outside_of, parse_networks
from avi_portspec.audit.inputs.chains import (
    ANY_PACKET,
    TRANSLATES,
    ChainRule,
    Match,
    Verdict,
    intersect,
)
from avi_portspec.audit.inputs.messages import message_named
from avi_portspec.audit.inputs.names import clean, name_of
from avi_portspec.audit.inputs.nodes import Node
from avi_portspec.audit.inputs.protocols import LAST_PORT, protocol_named
from avi_portspec.audit.model import Place
from avi_portspec.audit.services import (
    Spans,
    complement,
    join_spans,
    port_spans,
    protocol_spans,
)
from avi_portspec.model.frozen import FrozenDict
from avi_portspec.model.protocols import ICMP, Protocol
from avi_portspec.rules.networks import Family, Network
from avi_portspec.rules.traffic import ICMPV6

__all__ = ["Sets", "read_rule"]

#: Sets and maps by family, table and name.
Sets: TypeAlias = dict[str, Node]

_VERDICTS: Final[Mapping[str, Verdict]] = FrozenDict(
    {
        "accept": "allow",
        "drop": "deny",
        "reject": "deny",
        "return": "return",
        "jump": "jump",
        "goto": "goto",
        "snat": "translate",
        "dnat": "translate",
        "masquerade": "translate",
        "redirect": "translate",
        "queue": "other",
        "xt": "other",
    }
)
#: Statements that count, log or mark, and narrow nothing.
_SILENT: Final = frozenset(
    {"counter", "log", "mangle", "notrack", "continue", "comment", "meta",
     "ct helper", "ct timeout", "ct expectation", "flow", "set", "last"}
)  # fmt: skip
_NOTES: Final[Mapping[str, str]] = FrozenDict(
    {
        "continue": "counts or logs, and decides nothing",
        "translate": "translates addresses: not judged",
        "other": "hands packets to something else",
    }
)
_PORTED: Final = tuple(
    Protocol.of(name) for name in ("tcp", "udp", "sctp", "dccp", "udplite")
)
_MOST: Final = 10_000


def read_rule(
    expressions: Node, place: Place, text: str, table: str, sets: Sets
) -> Iterator[ChainRule]:
    """Yield a rule: several if it looks up its verdict in a map.

    Args:
        expressions: Its expressions.
        place: Its place.
        text: What to call it.
        table: The family and name of its table.
        sets: All sets and maps.

    Raises:
        WrongError: It is not what nft prints.
    """
    reader = _Reader(table, sets)
    matches: list[Match] = [ANY_PACKET]
    found: list[tuple[tuple[Match, ...], Verdict, str]] = []
    verdict: Verdict = "continue"
    target = ""
    for node in expressions.each():
        for key, inner in node.members():
            if key == "match":
                matches = _both(matches, reader.match(inner), inner)
            elif key == "vmap":
                found += reader.looked_up(matches, inner)
            elif key in _VERDICTS:
                verdict, target = reader.verdict(key, inner)
            elif key not in _SILENT:
                condition = Match(conditions=(_text(node.value),))
                matches = _both(matches, [condition], node)
    if not found or verdict != "continue":
        found.append((tuple(matches), verdict, target))
    for own, decision, goes_to in found:
        note = _NOTES.get(decision, "")
        yield ChainRule(place, text, own, decision, goes_to, note)


def _both(
    ours: Iterable[Match], theirs: Iterable[Match], node: Node
) -> list[Match]:
    """Return what matches one of each."""
    pairs = [intersect(one, other) for one, other in product(ours, theirs)]
    if len(pairs) > _MOST:
        raise node.wrong(f"at most {_MOST:,} combinations of a rule")
    return pairs


def _text(value: Any) -> str:
    """Return an expression in the words that it has."""
    return clean(" ".join(_words(value)))


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        # A limit that is exceeded: "ct count over 10".
        if value.get("inv") is True:
            yield "over"
        for key, inner in value.items():
            if key == "inv":
                continue
            if key != "val":
                yield str(key)
            yield from _words(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _words(inner)
    else:
        yield str(value)


class _Reader:
    """Reads the expressions of one table."""

    def __init__(self, table: str, sets: Sets) -> None:
        self.table, self.sets = table, sets

    def verdict(self, key: str, node: Node) -> tuple[Verdict, str]:
        """Return a verdict, and the chain that it leads to."""
        verdict = _VERDICTS[key]
        if key == "xt" and node.at("name").value in TRANSLATES:
            return "translate", ""
        if verdict not in {"jump", "goto"}:
            return verdict, ""
        return verdict, f"{self.table} {node.at('target').name()}"

    def looked_up(
        self, matches: list[Match], node: Node
    ) -> Iterator[tuple[tuple[Match, ...], Verdict, str]]:
        """Yield what a map of verdicts does, an entry each."""
        for entry in self._elements(node.at("data")):
            pair = entry.each()
            if len(pair) != 2:  # noqa: PLR2004 - a key and a verdict
                raise entry.wrong("a key and a verdict")
            own = self._values(node.at("key"), [pair[0]], is_not=False)
            for key, inner in pair[1].members():
                if key not in _VERDICTS:
                    raise pair[1].wrong("a verdict")
                verdict, target = self.verdict(key, inner)
                both = _both(matches, own, entry)
                yield tuple(both), verdict, target

    def match(self, node: Node) -> list[Match]:
        """Return what a comparison matches: any of these."""
        operator = node.at("op").text("==")
        left, right = node.at("left"), node.at("right")
        if operator not in {"==", "!=", "in"}:
            return [Match(conditions=(_text(node.value),))]
        return self._values(
            left, self._elements(right), is_not=operator == "!="
        )

    def _elements(self, node: Node) -> list[Node]:
        """Return the items of a set, of a named one, or the value alone."""
        value = node.value
        if isinstance(value, str) and value.startswith("@"):
            named = self.sets.get(f"{self.table} {name_of(value[1:])}")
            if named is None:
                raise node.wrong("a set of the same table")
            return named.at("elem").each()
        if isinstance(value, list):
            return node.each()
        if isinstance(value, dict) and "set" in value:
            inner = node.at("set")
            return inner.each() if isinstance(inner.value, list) else [inner]
        return [node]

    def _values(
        self, left: Node, items: list[Node], *, is_not: bool
    ) -> list[Match]:
        """Return what a left side matches that has one of some values."""
        items = [_bare(each) for each in items]
        if left.has("concat"):
            parts = left.at("concat").each()
            if is_not:
                condition = f"not {_text(left.value)}"
                return [Match(conditions=(condition,))]
            return [
                each for item in items for each in self._tuple(parts, item)
            ]
        read = _field(left)
        if read is None:
            values = ", ".join(_text(each.value) for each in items)
            sign = "!=" if is_not else "=="
            condition = clean(f"{_text(left.value)} {sign} {values}")
            return [Match(conditions=(condition,))]
        return [read(items, is_not)]

    def _tuple(self, parts: list[Node], item: Node) -> list[Match]:
        values = item.at("concat").each()
        if len(values) != len(parts):
            raise item.wrong(f"{len(parts)} values")
        found = [ANY_PACKET]
        for part, value in zip(parts, values, strict=True):
            own = self._values(part, [value], is_not=False)
            found = _both(found, own, item)
        return found


def _bare(node: Node) -> Node:
    """Return an element without its comment, counter or timeout."""
    return node.at("elem").at("val") if node.has("elem") else node


_Read: TypeAlias = Callable[[list[Node], bool], Match]


def _field(left: Node) -> _Read | None:
    """Return what reads the values of a left side, if it is known."""
    if left.has("payload"):
        payload = left.at("payload")
        protocol, field = payload.at("protocol"), payload.at("field")
        return _payload(str(protocol.value), str(field.value))
    for kind in ("meta", "ct"):
        if left.has(kind):
            key = left.at(kind).at("key").value
            return _KEYS.get(f"{kind} {key}")
    return None


def _payload(protocol: str, field: str) -> _Read | None:
    family: Family | None = {"ip": 4, "ip6": 6}.get(protocol)  # type: ignore[assignment]
    if family and field in {"saddr", "daddr"}:
        return partial(_addresses, family, field)
    if (protocol, field) in {("ip", "protocol"), ("ip6", "nexthdr")}:
        return partial(_protocols, family)
    if field in {"dport", "sport"}:
        named = protocol_named(protocol)
        if protocol == "th":
            return partial(_ports, _PORTED, field)
        if named in _PORTED:
            return partial(_ports, (named,), field)
    if protocol in {"icmp", "icmpv6"} and field == "type":
        return partial(_messages, ICMP if protocol == "icmp" else ICMPV6)
    return None


def _addresses(
    family: Family,
    field: str,
    items: list[Node],
    is_not: bool,  # noqa: FBT001 - one of a shape
) -> Match:
    found: list[Network] = []
    for item in items:
        text = item.value
        if item.has("prefix"):
            prefix = item.at("prefix")
            length = prefix.at("len").number(0, 128)
            text = f"{prefix.at('addr').text()}/{length}"
        elif item.has("range"):
            text = "-".join(each.text() for each in item.at("range").each())
        networks = parse_networks(text) if isinstance(text, str) else None
        if networks is None or networks[0].version != family:
            raise item.wrong(f"addresses of IPv{family}")
        found += networks
    own = tuple(outside_of(found, family) if is_not else found)
    if field == "saddr":
        return Match(family=family, sources=own)
    return Match(family=family, destinations=own)


def _protocol(item: Node) -> Protocol:
    found = protocol_named(item.scalar())
    if found is None:
        raise item.wrong("the name or number of a protocol")
    return found


def _protocols(
    family: Family | None,
    items: list[Node],
    is_not: bool,  # noqa: FBT001 - one of a shape
) -> Match:
    spans = join_spans(
        span for item in items for span in protocol_spans(_protocol(item))
    )
    service = complement(spans) if is_not else spans
    return Match(family=family, service=service)


def _ports(
    over: tuple[Protocol, ...],
    field: str,
    items: list[Node],
    is_not: bool,  # noqa: FBT001 - one of a shape
) -> Match:
    spans: list[tuple[int, int]] = []
    for item in items:
        ends = [item, item]
        if item.has("range"):
            ends = item.at("range").each()
            if len(ends) != 2:  # noqa: PLR2004 - the first and the last
                raise item.wrong("a range of two ports")
        numbers = [each.number(0, LAST_PORT) for each in ends]
        for protocol in over:
            spans += port_spans(protocol, *numbers)
    found = join_spans(spans)
    whole = join_spans(span for each in over for span in protocol_spans(each))
    if is_not:
        found = complement(found, whole)
    if field == "dport":
        return Match(service=found)
    return Match(service=whole, source_ports=found)


def _messages(
    protocol: Protocol,
    items: list[Node],
    is_not: bool,  # noqa: FBT001 - one of a shape
) -> Match:
    spans: list[tuple[int, int]] = []
    for item in items:
        found = message_named(protocol, item.scalar())
        if found is None:
            raise item.wrong(f"a message of {protocol.label}")
        spans += found
    whole = protocol_spans(protocol)
    service: Spans = join_spans(spans)
    if is_not:
        service = complement(service, whole)
    family: Family = 4 if protocol == ICMP else 6
    return Match(family=family, service=service)


def _families(items: list[Node], is_not: bool) -> Match:  # noqa: FBT001 - one of a shape
    words = [str(each.value) for each in items]
    known: dict[str, Family] = {"ipv4": 4, "ip": 4, "ipv6": 6, "ip6": 6}
    found = {known[word] for word in words if word in known}
    families = {4, 6} - found if is_not else found
    if len(families) == 1:
        return Match(family=4 if families == {4} else 6)
    return Match() if families else Match(aside="is about no packet of IP")


def _interfaces(items: list[Node], is_not: bool) -> Match:  # noqa: FBT001 - one of a shape
    names = {str(each.value) for each in items}
    if names == {"lo"}:
        return (
            Match() if is_not else Match(aside="is about this host and itself")
        )
    listed = ", ".join(sorted(map(clean, names)))
    sign = "no " if is_not else ""
    return Match(conditions=(f"{sign}interface {listed}",))


#: The states of what begins no connection.
_NO_BEGINNING: Final = frozenset({"established", "related", "invalid"})


def _states(items: list[Node], is_not: bool) -> Match:  # noqa: FBT001 - one of a shape
    names = {str(each.value) for each in items}
    if not is_not and names - _NO_BEGINNING - {"new"}:
        # Of what is not tracked, some begins; of other words, who knows.
        return Match(conditions=(f"ct state {', '.join(sorted(names))}",))
    if ("new" in names) != is_not:
        return Match()
    return Match(
        aside="matches only answers, and what belongs to them",
        accepts_replies="established" in names,
    )


def _directions(items: list[Node], is_not: bool) -> Match:  # noqa: FBT001 - one of a shape
    names = {str(each.value) for each in items}
    if ("original" in names) != is_not:
        return Match()
    return Match(aside="matches only answers", accepts_replies=True)


_KEYS: Final[Mapping[str, _Read]] = FrozenDict(
    {
        "meta l4proto": partial(_protocols, None),
        "meta nfproto": _families,
        "meta protocol": _families,
        **dict.fromkeys(
            ("meta iifname", "meta oifname", "meta iif", "meta oif"),
            _interfaces,
        ),
        "ct state": _states,
        "ct direction": _directions,
    }
)
