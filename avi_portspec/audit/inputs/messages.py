"""Messages of ICMP by the names that Linux prints for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from avi_portspec.audit.services import Spans, message_spans
from avi_portspec.model.frozen import FrozenDict
from avi_portspec.model.protocols import ICMP, Protocol
from avi_portspec.rules.traffic import ICMPV6

__all__ = ["message_named"]

#: Types and codes, as nft(8) and iptables-extensions(8) name them.
_NAMES: Final[Mapping[Protocol, Mapping[str, tuple[int, int | None]]]] = (
    FrozenDict(
        {
            ICMP: FrozenDict(
                {
                    "echo-reply": (0, None),
                    "destination-unreachable": (3, None),
                    "fragmentation-needed": (3, 4),
                    "source-quench": (4, None),
                    "redirect": (5, None),
                    "echo-request": (8, None),
                    "router-advertisement": (9, None),
                    "router-solicitation": (10, None),
                    "time-exceeded": (11, None),
                    "parameter-problem": (12, None),
                    "timestamp-request": (13, None),
                    "timestamp-reply": (14, None),
                    "info-request": (15, None),
                    "info-reply": (16, None),
                    "address-mask-request": (17, None),
                    "address-mask-reply": (18, None),
                }
            ),
            ICMPV6: FrozenDict(
                {
                    "destination-unreachable": (1, None),
                    "packet-too-big": (2, None),
                    "time-exceeded": (3, None),
                    "parameter-problem": (4, None),
                    "echo-request": (128, None),
                    "echo-reply": (129, None),
                    "mld-listener-query": (130, None),
                    "mld-listener-report": (131, None),
                    "mld-listener-done": (132, None),
                    "mld-listener-reduction": (132, None),
                    "nd-router-solicit": (133, None),
                    "nd-router-advert": (134, None),
                    "nd-neighbor-solicit": (135, None),
                    "nd-neighbor-advert": (136, None),
                    "nd-redirect": (137, None),
                    "router-renumbering": (138, None),
                    "ind-neighbor-solicit": (141, None),
                    "ind-neighbor-advert": (142, None),
                    "mld2-listener-report": (143, None),
                }
            ),
        }
    )
)


def message_named(protocol: Protocol, text: str) -> Spans | None:
    """Return the message of a name, or of a type with or without a code.

    >>> from avi_portspec import ICMP
    >>> message_named(ICMP, "3/4") == message_named(
    ...     ICMP, "fragmentation-needed"
    ... )
    True

    Args:
        protocol: ICMP or ICMPv6.
        text: The name or the numbers; ``any`` is all of them.
    """
    if text == "any":
        return message_spans(protocol, None)
    known = _NAMES[protocol].get(text)
    if known is not None:
        return message_spans(protocol, *known)
    kind, slash, code = text.partition("/")
    numbers = (kind, code) if slash else (kind,)
    if all(n.isdecimal() and len(n) <= 3 and int(n) <= 255 for n in numbers):  # noqa: PLR2004 - eight bits
        return message_spans(protocol, *map(int, numbers))
    return None
