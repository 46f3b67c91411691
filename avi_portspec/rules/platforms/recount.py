"""What aerleon wrote, counted against what it was asked to write.

Each function says whether a text permits as many things as there are
terms, each between addresses and over ports. It does not read the text as a
device would. It notices what aerleon's known faults would change: an address
match that is gone, an ``any`` in its place, a term that is not there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from avi_portspec.rules.platforms.guard import DENY, FRAGMENTS, Term
from avi_portspec.rules.traffic import Message, Ported

__all__ = [
    "entries",
    "filter_terms",
    "global_policies",
    "pairs",
    "policies",
    "xml_rules",
]

_PERMIT: Final = re.compile(r"^(?!.*\bremark\b).*\bpermit .*$", re.MULTILINE)
#: As the first entry of a list, or else a permit would come before it.
_FRAGMENTS: Final = re.compile(
    rf"^ip.* access-list .*\n\s* remark {FRAGMENTS}\n"
    r" deny ip(?:v6)? any any fragments$",
    re.MULTILINE,
)
_PORTS: Final = re.compile(r" (?:eq [0-9]+|range [0-9]+ [0-9]+)\b")


def entries(
    *, pairs: bool, words: bool, fragments: int
) -> Callable[[str, Sequence[Term]], bool]:
    """Return what counts the entries of access lists.

    Args:
        pairs: Whether two ports in a row are written one by one.
        words: Whether all addresses are written as ``any``.
        fragments: In how many lists the first entry stops the fragments
            that have no ports.
    """

    def is_exact(text: str, terms: Sequence[Term]) -> bool:
        expected = ported = anys = 0
        for term in terms:
            sides = (term.sources, term.destinations)
            count = len(term.sources) * len(term.destinations)
            if isinstance(term.traffic, Ported):
                count *= sum(
                    1 + (pairs and ports.high == ports.low + 1)
                    for ports in term.traffic.ports
                )
                ported += count
            expected += count
            if words:
                anys += count * sum(s[0].prefixlen == 0 for s in sides)
        permits = _PERMIT.findall(text)
        return (expected, ported, anys, fragments) == (
            len(permits),
            sum(_PORTS.search(line) is not None for line in permits),
            sum(line.split().count("any") for line in permits),
            len(_FRAGMENTS.findall(text)),
        )

    return is_exact


def pairs(term: Term) -> int:
    """Return how many entries an access list has for a term, at least."""
    networks = len(term.sources) * len(term.destinations)
    if isinstance(term.traffic, Ported):
        return networks * len(term.traffic.ports)
    return networks


def filter_terms(text: str, terms: Sequence[Term]) -> bool:
    """Count the terms of firewall filters of Junos."""
    return all(
        f"term {term.name} {{" in text for term in terms
    ) and _has_counts(
        text,
        {
            r"then accept;": len(terms),
            r"source-address \{": len(terms),
            r"destination-address \{": len(terms),
            r"(?:protocol|next-header) [a-z0-9]+;": len(terms),
            r"(?:source|destination)-port [^;]*[0-9]": _count(terms, Ported),
            r"icmp-type [0-9]+;": _count(terms, Message),
            r"^ *[0-9a-f.:]+/[0-9]+;$": sum(
                len(term.sources) + len(term.destinations) for term in terms
            ),
            rf"term {DENY} \{{\n *then \{{?\s*discard;": 2,
            # Before any other term, and for IPv4 alone: a fragment of IPv6
            # has no other protocol than that of fragments there.
            r"filter [a-z0-9-]+ \{\s*(?:interface-specific;\s*)?"
            rf"term {FRAGMENTS} \{{\n *from \{{\s*"
            r"fragment-offset 1-8191;\s*\}\s*then \{?\s*discard;": 1,
        },
    )


def global_policies(text: str, terms: Sequence[Term]) -> bool:
    """Count the policies of SRX."""
    return _has_counts(
        text,
        {
            r"permit;": len(terms),
            r"source-address \[ avi-[a-z0-9-]+ \];": len(terms),
            r"destination-address \[ avi-[a-z0-9-]+ \];": len(terms),
            r"application avi-[a-z0-9-]+-app;": len(terms),
            r" any;": 0,
        },
    )


def policies(text: str, terms: Sequence[Term]) -> bool:
    """Count the policies of FortiOS."""
    return _has_counts(
        text,
        {
            r"set action accept$": len(terms),
            r"set srcaddr6? \"avi-[a-z0-9-]+\"$": len(terms),
            r"set dstaddr6? \"avi-[a-z0-9-]+\"$": len(terms),
            r"set service \"avi-[a-z0-9-]+\"$": len(terms),
            r"set (?:(?:tcp|udp)-portrange|icmptype) [0-9]": len(terms),
            r"\"(?:all|ALL)\"": 0,
        },
    )


def xml_rules(text: str, terms: Sequence[Term]) -> bool:
    """Count the security rules of PAN-OS."""
    side = r"<{}>\s*<member>avi-[a-z0-9-]+</member>\s*</{}>"
    return _has_counts(
        text,
        {
            r"<action>allow</action>": len(terms),
            side.format("source", "source"): len(terms),
            side.format("destination", "destination"): len(terms),
            r"<service>\s*<member>service-avi-[a-z0-9-]+<": _count(
                terms, Ported
            ),
            r"<application>\s*<member>icmp-echo-request<": _count(
                terms, Message
            ),
        },
    )


def _count(terms: Sequence[Term], kind: type[Ported | Message]) -> int:
    return sum(isinstance(term.traffic, kind) for term in terms)


def _has_counts(text: str, expected: dict[str, int]) -> bool:
    """Return whether each pattern occurs so many times."""
    return all(
        len(re.findall(pattern, text, re.MULTILINE)) == count
        for pattern, count in expected.items()
    )
