"""What aerleon wrote, counted against what it was asked to write.

Each function says whether a text lets through as many things as there are
terms, each between addresses and over ports. It does not read the text as a
device would. It notices what aerleon's known faults would change: an address
match that is gone, an ``any`` in its place, a term that is not there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from avi_portspec.rules.platforms.guard import DENY, Term

__all__ = [
    "entries",
    "filter_terms",
    "global_policies",
    "policies",
    "xml_rules",
]

_PERMIT: Final = re.compile(r"^(?!.*\bremark\b).*\bpermit .*$", re.MULTILINE)
_PORTS: Final = re.compile(r" (?:eq [0-9]+|range [0-9]+ [0-9]+)\b")


def entries(
    *, pairs: bool, words: bool
) -> Callable[[str, Sequence[Term]], bool]:
    """Return what counts the entries of access lists.

    Args:
        pairs: Whether two ports in a row are written one by one.
        words: Whether all addresses are written as ``any``.
    """

    def says(text: str, terms: Sequence[Term]) -> bool:
        wanted = ported = anys = 0
        for term in terms:
            sides = (term.sources, term.destinations)
            count = len(term.sources) * len(term.destinations)
            if term.ports:
                count *= sum(
                    1 + (pairs and each.high == each.low + 1)
                    for each in term.ports
                )
                ported += count
            wanted += count
            if words:
                anys += count * sum(s[0].prefixlen == 0 for s in sides)
        found = _PERMIT.findall(text)
        return (wanted, ported, anys) == (
            len(found),
            sum(_PORTS.search(each) is not None for each in found),
            sum(each.split().count("any") for each in found),
        )

    return says


def filter_terms(text: str, terms: Sequence[Term]) -> bool:
    """Count the terms of firewall filters of Junos."""
    named = [f"term {each.name} {{" in text for each in terms]
    return all(named) and _found(
        text,
        {
            r"then accept;": len(terms),
            r"source-address \{": len(terms),
            r"destination-address \{": len(terms),
            r"(?:protocol|next-header) [a-z]+;": len(terms),
            r"(?:source|destination)-port [^;]*[0-9]": _ported(terms),
            r"icmp-type [0-9]+;": sum(bool(each.icmp_types) for each in terms),
            r"^ *[0-9a-f.:]+/[0-9]+;$": sum(
                len(each.sources) + len(each.destinations) for each in terms
            ),
            rf"term {DENY} \{{\n *then \{{?\s*discard;": 2,
        },
    )


def global_policies(text: str, terms: Sequence[Term]) -> bool:
    """Count the policies of SRX."""
    return _found(
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
    return _found(
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
    return _found(
        text,
        {
            r"<action>allow</action>": len(terms),
            side.format("source", "source"): len(terms),
            side.format("destination", "destination"): len(terms),
            r"<service>\s*<member>service-avi-[a-z0-9-]+<": _ported(terms),
            r"<application>\s*<member>icmp-echo-request<": (
                len(terms) - _ported(terms)
            ),
        },
    )


def _ported(terms: Sequence[Term]) -> int:
    return sum(bool(each.ports) for each in terms)


def _found(text: str, wanted: dict[str, int]) -> bool:
    """Return whether each pattern occurs so many times."""
    return all(
        len(re.findall(pattern, text, re.MULTILINE)) == count
        for pattern, count in wanted.items()
    )
