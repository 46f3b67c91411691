"""What aerleon wrote, counted against what it was asked to write.

Each function says whether a text permits as many things as there are
terms, each between addresses and over ports, and stops before and after them
what it should. It does not read the text as a device would. It notices what
aerleon's known faults would change: an address match that is gone, an ``any``
in its place, a term that is not there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from avi_portspec.rules.platforms.guard import Blanket, Filter, Term
from avi_portspec.rules.traffic import Message, Ported

__all__ = [
    "entries",
    "filter_terms",
    "global_policies",
    "pairs",
    "policies",
    "xml_rules",
]

_ENTRY: Final = re.compile(
    r"^(?!.*\bremark\b).*\b(permit|deny) .*?( fragments)?$", re.MULTILINE
)
_PORTS: Final = re.compile(r" (?:eq [0-9]+|range [0-9]+ [0-9]+)\b")
_ACTIONS: Final = {"accept": "permit", "deny": "deny"}


def entries(
    *, pairs: bool, words: bool
) -> Callable[[str, Sequence[Filter]], bool]:
    """Return what counts the entries of access lists.

    Args:
        pairs: Whether two ports in a row are written one by one.
        words: Whether all addresses are written as ``any``.
    """

    def is_exact(text: str, filters: Sequence[Filter]) -> bool:
        ported = anys = 0
        order: list[tuple[str, str]] = []
        for part in filters:
            order += _stopped(part.first)
            for term in part.terms:
                sides = (term.sources, term.destinations)
                count = len(term.sources) * len(term.destinations)
                if isinstance(term.traffic, Ported):
                    count *= sum(
                        1 + (pairs and ports.high == ports.low + 1)
                        for ports in term.traffic.ports
                    )
                    ported += count
                order += [("permit", "")] * count
                if words:
                    anys += count * sum(s[0].prefixlen == 0 for s in sides)
            order += _stopped((*part.last, *part.beside))
        blankets = _blankets(filters)
        anys += sum(each.entries + (not each.networks) for each in blankets)
        found = [*_ENTRY.finditer(text)]
        names = _names(filters)
        named = all(
            text.count(f"remark {name}\n") >= names.count(name)
            for name in names
        )
        return named and (order, ported, anys) == (
            [(each[1], each[2] or "") for each in found],
            sum(_PORTS.search(each[0]) is not None for each in found),
            sum(
                word in ("any", "any6")
                for each in found
                for word in each[0].split()
            ),
        )

    return is_exact


def _stopped(blankets: Iterable[Blanket]) -> list[tuple[str, str]]:
    """Return an action and a match on fragments for each entry."""
    return [
        (_ACTIONS[each.action], " fragments" if each.fragments else "")
        for each in blankets
        for _ in range(each.entries)
    ]


def pairs(term: Term) -> int:
    """Return how many entries an access list has for a term, at least."""
    networks = len(term.sources) * len(term.destinations)
    if isinstance(term.traffic, Ported):
        return networks * len(term.traffic.ports)
    return networks


def filter_terms(text: str, filters: Sequence[Filter]) -> bool:
    """Count the terms of firewall filters of Junos."""
    terms, blankets = _terms(filters), _blankets(filters)
    stopped = [each for each in blankets if each.action == "deny"]
    return re.findall(r"term (\S+) \{", text) == _names(
        filters
    ) and _has_counts(
        text,
        {
            r"accept;": len(terms) + len(blankets) - len(stopped),
            r"discard;": len(stopped),
            r"source-address \{": len(terms) + _sided(blankets, "source"),
            r"destination-address \{": len(terms)
            + _sided(blankets, "destination"),
            r"(?:protocol|next-header) [a-z0-9]+;": len(terms),
            r"(?:source|destination)-port [^;]*[0-9]": _count(terms, Ported),
            r"icmp-type [0-9]+;": _count(terms, Message),
            r"^ *[0-9a-f.:]+/[0-9]+;$": sum(
                len(term.sources) + len(term.destinations) for term in terms
            )
            + sum(len(each.networks) for each in blankets),
            r"fragment-offset 1-8191;": sum(
                each.fragments for each in blankets
            ),
        },
    )


def global_policies(text: str, filters: Sequence[Filter]) -> bool:
    """Count the policies of SRX."""
    terms, blankets = _terms(filters), _blankets(filters)
    sides = {
        side: len(terms) + _sided(blankets, side)
        for side in ("source", "destination")
    }
    return re.findall(r"policy (\S+) \{", text) == _names(
        filters
    ) and _has_counts(
        text,
        {
            r"permit;": len(terms),
            r"deny;": len(blankets),
            **{
                rf"{side}-address \[ avi-[a-z0-9-]+ \];": count
                for side, count in sides.items()
            },
            r"application avi-[a-z0-9-]+-app;": len(terms),
            r"application any;": len(blankets),
            r"-address any;": 2 * (len(terms) + len(blankets))
            - sum(sides.values()),
        },
    )


def policies(text: str, filters: Sequence[Filter]) -> bool:
    """Count the policies of FortiOS, which denies without a word."""
    terms, blankets = _terms(filters), _blankets(filters)
    sides = [
        len(terms) + _sided(blankets, side)
        for side in ("source", "destination")
    ]
    return re.findall(r'set name "(\S+)"', text) == _names(
        filters
    ) and _has_counts(
        text,
        {
            r"set action ": len(terms),
            r"set action accept$": len(terms),
            r"set srcaddr6? \"avi-[a-z0-9-]+\"$": sides[0],
            r"set dstaddr6? \"avi-[a-z0-9-]+\"$": sides[1],
            r"set service \"avi-[a-z0-9-]+\"$": len(terms),
            r"set service \"ALL\"$": len(blankets),
            r"set (?:(?:tcp|udp)-portrange|icmptype) [0-9]": len(terms),
            r"addr6? \"all\"$": 2 * (len(terms) + len(blankets)) - sum(sides),
        },
    )


def xml_rules(text: str, filters: Sequence[Filter]) -> bool:
    """Count the security rules of PAN-OS."""
    terms, blankets = _terms(filters), _blankets(filters)
    both = len(terms) + len(blankets)
    named = r"<{0}>\s*<member>avi-[a-z0-9-]+</member>\s*</{0}>"
    anyone = r"<{0}>\s*<member>any</member>\s*</{0}>"
    counts: dict[str, int] = {}
    for side in ("source", "destination"):
        count = len(terms) + _sided(blankets, side)
        counts |= {
            named.format(side): count,
            anyone.format(side): both - count,
        }
    return re.findall(
        r'<entry name="(\S+)">\s*(?:<desc.*\s*)?<to>', text
    ) == _names(filters) and _has_counts(
        text,
        {
            r"<action>allow</action>": len(terms),
            r"<action>deny</action>": len(blankets),
            **counts,
            r"<service>\s*<member>service-avi-[a-z0-9-]+<": _count(
                terms, Ported
            ),
            r"<application>\s*<member>icmp-echo-request<": _count(
                terms, Message
            ),
        },
    )


def _terms(filters: Iterable[Filter]) -> list[Term]:
    return [term for part in filters for term in part.terms]


def _blankets(filters: Iterable[Filter]) -> list[Blanket]:
    return [
        each
        for part in filters
        for each in (*part.first, *part.last, *part.beside)
    ]


def _names(filters: Iterable[Filter]) -> list[str]:
    return [name for part in filters for name in part.names]


def _sided(blankets: Iterable[Blanket], side: str) -> int:
    """Return how many are about the addresses of a side."""
    return sum(bool(b.networks) and b.side == side for b in blankets)


def _count(terms: Sequence[Term], kind: type[Ported | Message]) -> int:
    return sum(isinstance(term.traffic, kind) for term in terms)


def _has_counts(text: str, expected: dict[str, int]) -> bool:
    """Return whether each pattern occurs so many times."""
    return all(
        len(re.findall(pattern, text, re.MULTILINE)) == count
        for pattern, count in expected.items()
    )
