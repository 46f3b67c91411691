"""Readers of routers' and firewalls' configurations, as the devices read.

Written from the vendors' references, and from nothing that writes: each
takes a text and returns what it opens. What is missing from a match is
"any", what is missing at the end is the device's default, and what is not
understood fails.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from ipaddress import ip_network
from typing import Any, NamedTuple, TypeAlias
from xml.etree import ElementTree as ET

from rules_openings import (
    ALL_PORTS,
    EVERYWHERE,
    Network,
    Opening,
    UnreadableError,
    any_packet,
    boxes,
    judged,
)

#: What the devices call protocols (IANA, "Protocol Numbers").
PROTOCOLS = {
    "icmp": 1, "igmp": 2, "tcp": 6, "udp": 17, "gre": 47, "esp": 50,
    "ah": 51, "ahp": 51, "icmp6": 58, "icmpv6": 58, "sctp": 132,
}  # fmt: skip
#: What all fragments have but the first (RFC 791).
LATER = ("fragment-offset", "1-8191")
ICMP_TYPES = {"echo": 8, "echo-reply": 0, "echo-request": 8}


def _protocol(word: str) -> int:
    if word.isdecimal():
        return int(word)
    if word not in PROTOCOLS:
        raise UnreadableError(f"no protocol: {word}")
    return PROTOCOLS[word]


def _port(word: str) -> int:
    # A name is not a number: what it means depends on the device.
    if not word.isdecimal() or not 0 < int(word) < 65536:
        raise UnreadableError(f"no port: {word}")
    return int(word)


# -- access lists ------------------------------------------------------------


#: What each DNS name stands for.
Objects: TypeAlias = Mapping[str, Sequence[Network]]
NOBODY: Objects = {}


def _standing_for(
    objects: Objects, name: str, versions: Collection[int] = (4, 6)
) -> list[Network]:
    """Return what a DNS name stands for, of some families."""
    if name not in objects:
        raise UnreadableError(f"a name that nobody has: {name}")
    return [n for n in objects[name] if n.version in versions]


class Words:
    """The words of one entry of an access list."""

    def __init__(
        self,
        words: Sequence[str],
        family: int,
        mask: str,
        objects: Objects = NOBODY,
    ) -> None:
        self.words = list(words)
        self.family = family
        self.mask = mask
        self.objects = objects

    def take(self) -> str:
        if not self.words:
            raise UnreadableError("an entry that ends early")
        return self.words.pop(0)

    def networks(self) -> list[Network]:
        word = self.take()
        if word == "any":
            return [n for n in EVERYWHERE if self.family in (0, n.version)]
        if word == "any6" and self.mask == "netmask":
            return [EVERYWHERE[1]]
        if word == "host":
            return [ip_network(self.take())]
        if word == "object":
            return [*self.objects[self.take()]]
        if "/" in word:
            return [ip_network(word)]
        mask = self.take()
        bits = sum(
            int(part) << 8 * (3 - at)
            for at, part in enumerate(mask.split("."))
        )
        if self.mask == "wildcard":
            bits ^= 0xFFFFFFFF
        length = bits.bit_count()
        if bits != (0xFFFFFFFF << 32 - length) & 0xFFFFFFFF:
            raise UnreadableError(f"a mask with holes: {mask}")
        return [ip_network(f"{word}/{length}")]

    def ports(self) -> list[tuple[int, int]]:
        if self.words[:1] == ["eq"]:
            self.take()
            port = _port(self.take())
            return [(port, port)]
        if self.words[:1] == ["range"]:
            self.take()
            return [(_port(self.take()), _port(self.take()))]
        return [ALL_PORTS]

    def entry(self) -> tuple[str, list[Opening]]:
        action, word = self.take(), self.take()
        protocol = None if word in ("ip", "ipv6") else _protocol(word)
        if word == "icmp" and self.family == 6:
            # IOS has one word for both.
            protocol = 58
        ported = protocol in (6, 17)
        sources = self.networks()
        from_to = self.ports() if ported else [ALL_PORTS]
        destinations = self.networks()
        ports = self.ports() if ported else [ALL_PORTS]
        if protocol in (1, 58) and self.words:
            word = self.take()
            kind = int(ICMP_TYPES.get(word, word))
            ports = [(kind, kind)]
            if self.words and self.words[0].isdecimal():
                # Its code, which stands where source ports do.
                code = int(self.take())
                from_to = [(code, code)]
        established = protocol == 6 and self.words[:1] == ["established"]
        if established:
            self.take()
        if self.words == ["fragments"] and action == "deny":
            # No packet that opens a connection is one of those, nor is one
            # that belongs to it unless it was cut up on its way.
            self.take()
            action = "fragments"
        if self.words:
            raise UnreadableError(f"left over: {self.words}")
        return action, list(
            boxes(
                sources,
                destinations,
                protocol,
                ports,
                from_to,
                "established" if established else "open",
            )
        )


def is_any(found: Sequence[Opening]) -> bool:
    """Return whether it is all packets of a family or of both."""
    return {*found} <= {*any_packet()}


class Closing:
    """What is stopped whatever it carries, after all that is allowed."""

    def __init__(self) -> None:
        self.pairs: list[tuple[Network, Network]] = []

    def add(self, found: Iterable[Opening]) -> None:
        for each in found:
            if each[2:] != (None, ALL_PORTS, ALL_PORTS, "open"):
                raise UnreadableError("a deny of some packets alone")
            self.pairs.append((each.source, each.destination))

    def judged(self) -> set[Opening]:
        """Return whose traffic is judged: what is stopped in both ways."""
        sources = {s for s, d in self.pairs if d in EVERYWHERE}
        destinations = {d for s, d in self.pairs if s in EVERYWHERE}
        if any({*EVERYWHERE}.isdisjoint(pair) for pair in self.pairs):
            raise UnreadableError("a deny of some packets alone")
        everything = {s for s, d in self.pairs if s == d and s in EVERYWHERE}
        apart = [
            {n for n in side if EVERYWHERE[n.version == 6] not in everything}
            - {*EVERYWHERE}
            for side in (sources, destinations)
        ]
        if apart[0] != apart[1]:
            raise UnreadableError("stopped in one direction alone")
        return {*judged([*everything, *apart[0]])}


def _list(entries: Sequence[Words], family: int) -> Iterator[Opening]:
    """Yield what a list opens: first match wins.

    It judges what it denies whatever it carries. After that it may permit
    all the rest; what follows such a list is somebody else's.
    """
    everything = {n for n in EVERYWHERE if family in (0, n.version)}
    if not entries:
        # A list without entries is as good as none.
        yield from (Opening(n, n, None) for n in everything)
    closing, later = Closing(), Closing()
    for at, each in enumerate(entries):
        action, found = each.entry()
        if action == "fragments":
            later.add(found)
            if len(later.pairs) <= at:
                raise UnreadableError("fragments, not at first")
        elif action == "deny":
            closing.add(found)
        elif action != "permit":
            raise UnreadableError(action)
        elif at == len(entries) - 1 and is_any(found):
            yield from (each._replace(kind="rest") for each in found)
        elif not closing.pairs:
            yield from found
        else:
            raise UnreadableError("a permit after a deny")
    if later.pairs and later.judged() != closing.judged():
        raise UnreadableError("fragments of others are stopped")
    yield from closing.judged()


def read_cisco(text: str) -> list[Opening]:
    """Read named lists of Cisco IOS ("Configuring IP Access Lists")."""
    return _named(text, {"ip access-list extended": 4}, "wildcard")


def read_arista(text: str) -> list[Opening]:
    """Read named lists of Arista EOS ("ACLs and Route Maps")."""
    return _named(text, {"ip access-list": 4}, "none")


def _named(text: str, starts: dict[str, int], mask: str) -> list[Opening]:
    starts = {**starts, "ipv6 access-list": 6}
    lists: dict[str, tuple[int, list[Words]]] = {}
    current = None
    for line in text.splitlines():
        start, _, name = line.rpartition(" ")
        if not line.strip() or line.startswith("!"):
            continue
        if start in starts:
            current = lists.setdefault(name, (starts[start], []))
        elif line == "exit":
            current = None
        elif line.removeprefix("no ").rpartition(" ")[0] in starts:
            lists.pop(name, None)
        elif not line.startswith(" ") or current is None:
            raise UnreadableError(line)
        elif line.split()[0] != "remark":
            current[1].append(Words(line.split(), current[0], mask))
    # No list for a family: none of it is judged.
    return [o for family, each in lists.values() for o in _list(each, family)]


def read_ciscoasa(text: str, objects: Objects = NOBODY) -> list[Opening]:
    """Read a list of Cisco ASA ("access-list extended")."""
    entries = []
    names = set()
    known: dict[str, list[Network]] = {}
    current = ""
    for line in text.splitlines():
        words = line.split()
        if not words or line.startswith("!"):
            continue
        if words[:2] == ["object", "network"]:
            (current,) = words[2:]
            continue
        if line.startswith(" fqdn v4 ") and current:
            known[current] = _standing_for(objects, *words[2:], [4])
            continue
        current = ""
        # To clear a list takes it off its interface, which then is open.
        if words[0] != "access-list" or words[2] not in ("remark", "extended"):
            raise UnreadableError(line)
        names.add(words[1])
        if words[2] == "extended":
            entries.append(Words(words[3:], 0, "netmask", known))
    if len(names) > 1:
        raise UnreadableError(f"one list is bound, and not: {names}")
    return list(_list(entries, 0)) if names else []


# -- Junos -------------------------------------------------------------------


class _Statement(NamedTuple):
    words: tuple[str, ...]
    inner: list[Any]

    def all(self, *words: str) -> list[_Statement]:
        return [s for s in self.inner if s.words[: len(words)] == words]

    def one(self, *words: str) -> _Statement:
        (found,) = self.all(*words)
        return found


_PIECE = re.compile(r"/\*.*?\*/|#[^\n]*|[{};]|\[|\]|[^\s{};\[\]]+", re.DOTALL)


def _junos(text: str) -> _Statement:
    """Return the statements of a configuration in braces."""
    stack = [_Statement((), [])]
    words: list[str] = []
    for piece in _PIECE.findall(text):
        if (
            piece.startswith(("/*", "#"))
            or piece in "[]"
            or (piece == "replace:")
        ):
            continue
        if piece in "{;":
            made = _Statement(tuple(words), [])
            stack[-1].inner.append(made)
            words = []
            if piece == "{":
                stack.append(made)
        elif piece == "}":
            if words:
                raise UnreadableError(f"no semicolon after {words}")
            stack.pop()
        else:
            words.append(piece)
    if len(stack) != 1 or words:
        raise UnreadableError("braces that do not match")
    return stack[0]


def _spans(words: Sequence[str]) -> list[tuple[int, int]]:
    found = []
    for word in words:
        low, _, high = word.partition("-")
        found.append((_port(low), _port(high or low)))
    return found


def read_juniper(text: str) -> list[Opening]:
    """Read firewall filters ("Firewall Filter Match Conditions")."""
    found: list[Opening] = []
    for firewall in _junos(text).inner:
        for family in firewall.inner:
            version = {"inet": 4, "inet6": 6}[family.words[1]]
            for each in family.all("filter"):
                found += _filter(each, version)
    # No filter for a family: none of it is judged.
    return found


def _filter(statement: _Statement, version: int) -> Iterator[Opening]:
    everything = [n for n in EVERYWHERE if n.version == version]
    if not statement.all("term"):
        yield from boxes(everything, everything, None)
    closing, fragments, fragments_seen = Closing(), Closing(), 0
    for at, term in enumerate(statement.all("term")):
        sources = destinations = everything
        protocol: int | None = None
        ports = from_to = types = None
        established = later = False
        for part in term.all("from"):
            for match in part.inner:
                name, *values = match.words
                if name in ("source-address", "destination-address"):
                    networks = [ip_network(a.words[0]) for a in match.inner]
                    if any(len(a.words) > 1 for a in match.inner):
                        raise UnreadableError("an exception")
                    if name == "source-address":
                        sources = networks
                    else:
                        destinations = networks
                elif name == {4: "protocol", 6: "next-header"}[version]:
                    (word,) = values
                    protocol = _protocol(word)
                elif name == "destination-port":
                    ports = _spans(values)
                elif name == "source-port":
                    from_to = _spans(values)
                elif name == "icmp-type":
                    types = [(int(v), int(v)) for v in values]
                elif name == "icmp-code":
                    from_to = [(int(v), int(v)) for v in values]
                elif name == "tcp-established":
                    established = True
                elif match.words == LATER:
                    later = True
                else:
                    raise UnreadableError(name)
        # A match on a port without one on the protocol reads other bytes.
        if (ports or (from_to and not types)) and protocol not in (6, 17):
            raise UnreadableError("ports of no protocol")
        if types and protocol not in (1, 58):
            raise UnreadableError("ICMP types of no ICMP")
        if established and protocol != 6:
            raise UnreadableError("established, without TCP")
        (then,) = term.all("then")
        action = then.words[1:] or then.inner[0].words
        packets = list(
            boxes(
                sources,
                destinations,
                protocol,
                types or ports or [ALL_PORTS],
                from_to or [ALL_PORTS],
                "established" if established else "open",
            )
        )
        if later:
            if action != ("discard",) or at != fragments_seen:
                raise UnreadableError("fragments, and something else")
            fragments_seen += 1
            fragments.add(packets)
        elif action == ("discard",):
            closing.add(packets)
        elif action != ("accept",):
            raise UnreadableError(str(action))
        elif at == len(statement.all("term")) - 1 and is_any(packets):
            yield from (each._replace(kind="rest") for each in packets)
        elif not closing.pairs:
            yield from packets
        else:
            raise UnreadableError("an accept after a discard")
    if fragments.pairs and fragments.judged() != closing.judged():
        raise UnreadableError("fragments of others are stopped")
    # What comes after is the filter that follows.
    yield from closing.judged()


def read_srx(text: str, objects: Objects = NOBODY) -> list[Opening]:
    """Read global policies ("Security Policies")."""
    config = _junos(text)
    security, applications = config.all("security"), config.all("applications")
    if not security:
        return []
    book: dict[str, list[Network]] = {}
    addresses = security[0].one("address-book").one("global").all("address")
    for each in addresses:
        if each.words[2:]:
            book[each.words[1]] = [ip_network(each.words[2])]
            continue
        (name,) = each.all("dns-name")
        versions = {
            {"ipv4-only": 4, "ipv6-only": 6}[only]
            for (only,) in (inner.words for inner in name.inner)
        } or {4, 6}
        book[each.words[1]] = _standing_for(objects, name.words[1], versions)
    for each in (
        security[0].one("address-book").one("global").all("address-set")
    ):
        book[each.words[1]] = [
            network for a in each.inner for network in book[a.words[1]]
        ]
    book["any"] = list(EVERYWHERE)
    apps = _applications(applications)
    found: list[Opening] = []
    closing = Closing()
    for policies in security[0].all("policies"):
        for context in policies.inner:
            if context.words != ("global",):
                raise UnreadableError(str(context.words))
            for policy in context.all("policy"):
                match = policy.one("match")
                action = policy.one("then").inner[0].words
                if action not in (("deny",), ("permit",)):
                    raise UnreadableError(str(action))
                sides = [
                    [n for w in match.one(side).words[1:] for n in book[w]]
                    for side in ("source-address", "destination-address")
                ]
                for name in match.one("application").words[1:]:
                    for app in apps[name]:
                        packets = list(boxes(*sides, *app))
                        if action == ("deny",):
                            closing.add(packets)
                        elif closing.pairs:
                            raise UnreadableError("a permit after a deny")
                        else:
                            found += packets
    return [*found, *closing.judged()]


def _applications(statements: list[_Statement]) -> dict[str, list[Any]]:
    apps: dict[str, list[Any]] = {"any": [(None,)]}
    if not statements:
        return apps
    (statement,) = statements
    for each in statement.all("application"):
        found = []
        for term in each.all("term"):
            words = dict(zip(term.words[2::2], term.words[3::2], strict=True))
            words.pop("inactivity-timeout", None)
            protocol = _protocol(words.pop("protocol"))
            ports = [ALL_PORTS]
            if "destination-port" in words:
                ports = _spans([words.pop("destination-port")])
            if protocol == 1 and "icmp-type" in words:
                kind = int(words.pop("icmp-type"))
                ports = [(kind, kind)]
            if words:
                raise UnreadableError(str(words))
            found.append((protocol, ports))
        apps[each.words[1]] = found
    for each in statement.all("application-set"):
        apps[each.words[1]] = [
            app for a in each.inner for app in apps[a.words[1]]
        ]
    return apps


# -- PAN-OS ------------------------------------------------------------------


def read_paloalto(text: str, objects: Objects = NOBODY) -> list[Opening]:
    """Read a rule base ("Security Policy Rules")."""
    root = ET.fromstring(text)  # noqa: S314 - our own
    vsys = root.find(".//vsys/entry")
    if vsys is None:
        return []
    book = {
        each.attrib["name"]: [ip_network(_text(each, "ip-netmask"))]
        if each.find("fqdn") is None
        else _standing_for(objects, _text(each, "fqdn"))
        for each in vsys.findall("address/entry")
    }
    for group in vsys.findall("address-group/entry"):
        book[group.attrib["name"]] = [
            network
            for member in group.findall("static/member")
            for network in book[member.text or ""]
        ]
    book["any"] = list(EVERYWHERE)
    services: dict[str, list[Any]] = {"any": [(None,)]}
    for each in vsys.findall("service/entry"):
        (kind,) = each.findall("protocol/*")
        if {child.tag for child in kind} != {"port"}:
            raise UnreadableError("a service with more than ports")
        ports = _spans(_text(kind, "port").split(","))
        services[each.attrib["name"]] = [(_protocol(kind.tag), ports)]
    apps: dict[str, list[Any]] = {}
    for each in vsys.findall("application/entry"):
        kind = int(_text(each, "default/ident-by-icmp-type/type"))
        apps[each.attrib["name"]] = [(1, [(kind, kind)])]
    found: list[Opening] = []
    closing = {4: Closing(), 6: Closing()}
    for rule in vsys.findall("rulebase/security/rules/entry"):
        action = _text(rule, "action")
        if action not in ("allow", "deny"):
            raise UnreadableError(action)
        if rule.find("negate-source") is not None:
            raise UnreadableError("a negation")
        sides = [
            [n for m in _members(rule, side) for n in book[m]]
            for side in ("source", "destination")
        ]
        names = _members(rule, "application")
        if names == ["any"]:
            what = [s for m in _members(rule, "service") for s in services[m]]
        elif _members(rule, "service") == ["application-default"]:
            what = [app for name in names for app in apps[name]]
        else:
            raise UnreadableError("applications beside services")
        for each in what:
            for packet in boxes(*sides, *each):
                stopped = closing[packet.source.version]
                if action == "deny":
                    stopped.add([packet])
                elif stopped.pairs:
                    raise UnreadableError("a permit after a deny")
                else:
                    found.append(packet)
    return [*found, *closing[4].judged(), *closing[6].judged()]


def _text(element: ET.Element, path: str) -> str:
    found = element.find(path)
    if found is None or not found.text:
        raise UnreadableError(f"no {path}")
    return found.text


def _members(element: ET.Element, path: str) -> list[str]:
    found = [m.text or "" for m in element.findall(f"{path}/member")]
    # PAN-OS refuses a rule without one.
    if not found:
        raise UnreadableError(f"no {path}")
    return found


# -- FortiOS -----------------------------------------------------------------


def read_fortigate(text: str, objects: Objects = NOBODY) -> list[Opening]:
    """Read policies ("CLI Reference, config firewall")."""
    tables: dict[str, dict[str, dict[str, list[str]]]] = {}
    table: dict[str, dict[str, list[str]]] | None = None
    entry: dict[str, list[str]] | None = None
    fresh = 1000
    for line in text.splitlines():
        words = [
            quoted or bare
            for quoted, bare in re.findall(r'"([^"]*)"|(\S+)', line)
        ]
        if not words or line.startswith("#"):
            continue
        match words:
            case ["config", *name]:
                table = tables.setdefault(" ".join(name), {})
            case ["edit", name] if table is not None:
                fresh += 1
                # 0 stands for the next id that is free.
                key = str(fresh) if name == "0" else name
                entry = table.setdefault(key, {})
            case ["set", name, *values] if entry is not None:
                entry[name] = values
            case ["next"]:
                entry = None
            case ["end"]:
                table = None
            case _:
                raise UnreadableError(line)
    book: dict[str, list[Network]] = {
        "all": list(EVERYWHERE), "none": []
    }  # fmt: skip
    for name, each in tables.get("firewall address", {}).items():
        if each["type"] == ["fqdn"]:
            book[name] = _standing_for(objects, *each["fqdn"], [4])
        else:
            book[name] = [ip_network("/".join(each["subnet"]))]
    for name, each in tables.get("firewall address6", {}).items():
        if each["type"] == ["fqdn"]:
            book[name] = _standing_for(objects, *each["fqdn"], [6])
        else:
            book[name] = [ip_network(each["ip6"][0])]
    for kind in ("firewall addrgrp", "firewall addrgrp6"):
        for name, each in tables.get(kind, {}).items():
            book[name] = [n for m in each["member"] for n in book[m]]
    services: dict[str, list[Any]] = {"ALL": [(None,)]}
    for name, each in tables.get("firewall service custom", {}).items():
        services[name] = found = []
        for key, values in each.items():
            match key:
                case "tcp-portrange":
                    found.append((6, _spans(values)))
                case "udp-portrange":
                    found.append((17, _spans(values)))
                case "icmptype":
                    found.append((1, [(int(v), int(v)) for v in values]))
                case "protocol" if values == ["ICMP"]:
                    # Without a type: every message.
                    if "icmptype" not in each:
                        found.append((1,))
                case _:
                    raise UnreadableError(key)
    opened: list[Opening] = []
    closing: dict[str, Closing] = {"": Closing(), "6": Closing()}
    for each in tables.get("firewall policy", {}).values():
        # The default of "action" is to deny.
        allows = each.get("action", ["deny"]) == ["accept"]
        if not allows and "action" in each:
            raise UnreadableError(str(each["action"]))
        for suffix in ("", "6"):
            if f"srcaddr{suffix}" not in each:
                continue
            version = 6 if suffix else 4
            sides = [
                [
                    n
                    for m in each[f"{side}{suffix}"]
                    for n in book[m]
                    if n.version == version
                ]
                for side in ("srcaddr", "dstaddr")
            ]
            for name in each["service"]:
                for service in services[name]:
                    packets = list(boxes(*sides, *service))
                    if not allows:
                        closing[suffix].add(packets)
                    elif closing[suffix].pairs:
                        raise UnreadableError("an accept after a deny")
                    else:
                        opened += packets
    for each_family in closing.values():
        opened += each_family.judged()
    return opened


__all__ = [
    "Closing",
    "Words",
    "any_packet",
    "read_arista",
    "read_cisco",
    "read_ciscoasa",
    "read_fortigate",
    "read_juniper",
    "read_paloalto",
    "read_srx",
]
