"""Security groups: what the group of each part lets in and out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NamedTuple

from avi_portspec.rules.platforms.documents import said, summed
from avi_portspec.rules.platforms.roles import Direction, own_roles, stands
from avi_portspec.rules.platforms.services import Service, services

if TYPE_CHECKING:
    from avi_portspec.names import EndpointId
    from avi_portspec.rules.networks import Family, Network
    from avi_portspec.rules.neutral import Rule, RuleSet

__all__ = ["LOOPBACK", "Permission", "Wanted", "membership", "permissions"]

#: Where a group may send that may send nothing: platforms let everything
#: out of a group that says nothing. No packet to loopback leaves a machine,
#: and no inventory can hold the address.
LOOPBACK: Final = "127.0.0.1/32"


def membership(rules: RuleSet, text: str) -> str:
    """Return the warning that a group's members may do all that it may.

    The cluster IP is one of a Controller's addresses: a platform that
    refers to groups lets traffic pass from it as well as to it.

    Args:
        rules: The rules.
        text: The warning in the words of the platform.
    """
    floating = ", ".join(map(str, rules.inventory.cluster_ip))
    if not floating:
        return text
    return (
        f"{text}; so may the cluster IP ({floating}), as the source and as "
        "the destination, where it is at a member"
    )


class Permission(NamedTuple):
    """What a group lets in or out; platforms take each only once.

    Attributes:
        role: Whose group it is.
        direction: As the group sees it.
        service: What is let through.
        peer: A network, or the role whose group is referred to.
        family: The version of the Internet Protocol; ``None`` where a
            reference to a group is about both.
    """

    role: EndpointId
    direction: Direction
    service: Service
    peer: Network | EndpointId
    family: Family | None

    @property
    def key(self) -> str:
        """What tells it from all others, in words."""
        service = self.service
        words = [self.role, self.direction, str(self.peer), service.protocol]
        if isinstance(self.peer, str) and self.family is not None:
            words.append(f"ipv{self.family}")
        if service.icmp_type is not None:
            words.append(f"type {service.icmp_type}")
        if service.ports is not None:
            words.append(str(service.ports).replace("-", " to "))
        return " ".join(words)


class Wanted(NamedTuple):
    """Why a permission is there.

    Attributes:
        rules: The rules that ask for it; of both families, where a
            reference to a group is about both.
        reasons: What they are for: a line a flow, uncut.
    """

    rules: tuple[Rule, ...]
    reasons: tuple[str, ...]

    def described(self, limit: int) -> str:
        """Return the reasons in one line of at most *limit* characters."""
        return summed(self.reasons, limit)


def permissions(
    rules: RuleSet,
    platform: str,
    spell: Callable[[Rule], str],
    *,
    by_family: bool,
) -> dict[Permission, Wanted]:
    """Return what each group permits, and why.

    Args:
        rules: The rules.
        platform: The platform's name, for an error.
        spell: Says how the platform spells a rule's protocol, or refuses.
        by_family: Whether a reference to a group can be about one family.

    Raises:
        CannotExpressError: The platform cannot say a rule.
    """
    own = own_roles(rules)
    found: dict[Permission, Wanted] = {}
    for stand in stands(rules, platform):
        rule = stand.rule
        peers: tuple[Network | EndpointId, ...] = stand.peers
        family: Family | None = rule.family
        if stand.peer in own:
            peers = (stand.peer,)
            family = family if by_family else None
        for service in services(rule, spell(rule)):
            reasons = said(rules, rule, service.ports)
            for peer in peers:
                permission = Permission(
                    stand.role, stand.direction, service, peer, family
                )
                before = found.get(permission, Wanted((), ()))
                found[permission] = Wanted(
                    (*before.rules, rule),
                    tuple(dict.fromkeys([*before.reasons, *reasons])),
                )
    return found
