"""What a rule lets through, in words that several platforms share."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from avi_portspec.rules.platforms.roles import refused

if TYPE_CHECKING:
    from avi_portspec.model.ports import PortRange
    from avi_portspec.rules.neutral import Rule

__all__ = ["Service", "portions", "protocol_of", "services", "without_icmp"]


class Service(NamedTuple):
    """A protocol with one range of its ports, or one of its messages.

    Attributes:
        protocol: The protocol, as the platform spells it.
        ports: The range, for a protocol with ports.
        icmp_type: The type of an ICMP message.
    """

    protocol: str
    ports: PortRange | None = None
    icmp_type: int | None = None


#: A number like any other (IPv6 Hop-by-Hop Option), but several tools take
#: it for "all protocols".
_ALL: Final = 0


def protocol_of(
    rule: Rule,
    platform: str,
    *,
    ported: Collection[str],
    named: Collection[str] = (),
) -> str:
    """Return a rule's protocol by the platform's name for it, or by number.

    Args:
        rule: The rule.
        platform: The platform's name, for an error.
        ported: The protocols whose ports the platform knows. Of any other
            it would open all ports.
        named: The other protocols that the platform has a name for.

    Raises:
        CannotExpressError: The platform cannot say it without opening more.
    """
    protocol = rule.protocol
    name = protocol.name
    if protocol.number == _ALL:
        reason = "protocol number 0 is taken for all protocols"
        raise refused(platform, rule, reason)
    if protocol.has_ports and name not in ported:
        reason = f"it knows no ports of {protocol.label}"
        raise refused(platform, rule, reason)
    if name is not None and (name in ported or name in named):
        return name
    return str(protocol.number)


def without_icmp(rule: Rule, platform: str) -> None:
    """Refuse a rule of ICMP where a platform knows no messages.

    Raises:
        CannotExpressError: It is one.
    """
    if rule.icmp_types:
        reason = (
            f"it cannot tell the messages of {rule.protocol.label} apart, "
            "and would let through all of them"
        )
        raise refused(platform, rule, reason)


def services(rule: Rule, protocol: str) -> list[Service]:
    """Return what a rule lets through, one range or message each.

    Args:
        rule: The rule.
        protocol: Its protocol, as the platform spells it.
    """
    if rule.icmp_types:
        return [Service(protocol, icmp_type=each) for each in rule.icmp_types]
    return [Service(protocol, ports) for ports in rule.ports or (None,)]


def portions(
    ports: Iterable[PortRange], values: int
) -> Iterator[list[PortRange]]:
    """Yield ports in the fewest turns that each fit a platform's match.

    Args:
        ports: The ranges.
        values: The most values of a match, of which a range takes two.
    """
    portion: list[PortRange] = []
    taken = 0
    for each in ports:
        size = min(len(each), 2)
        if taken + size > values:
            yield portion
            portion, taken = [], 0
        portion.append(each)
        taken += size
    if portion:
        yield portion
