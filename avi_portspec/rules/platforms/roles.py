"""Where the rules of a site stand: at the parts of the product itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from avi_portspec.errors import CannotExpressError
from avi_portspec.rules.networks import alone, collapsed

if TYPE_CHECKING:
    from avi_portspec.names import EndpointId
    from avi_portspec.rules.networks import Network
    from avi_portspec.rules.neutral import Rule, RuleSet

__all__ = [
    "Direction",
    "Stand",
    "own_networks",
    "own_roles",
    "refused",
    "stands",
    "too_large",
]

#: As the part sees it at which a rule stands.
Direction: TypeAlias = Literal["ingress", "egress"]

#: The kinds of endpoint that are the product, or the whole of it. All else
#: is somebody else's machine, to which no group or policy of ours is put.
_OWN: Final = frozenset({"component", "platform"})


class Stand(NamedTuple):
    """A rule, as it stands at one of the product's parts.

    Attributes:
        role: The part.
        direction: ``ingress`` where the part listens, ``egress`` where it
            opens the connection.
        peer: The other side.
        rule: The rule.
    """

    role: EndpointId
    direction: Direction
    peer: EndpointId
    rule: Rule

    @property
    def peers(self) -> tuple[Network, ...]:
        """The addresses of the other side."""
        if self.direction == "ingress":
            return self.rule.sources
        return self.rule.destinations


def own_roles(rules: RuleSet) -> tuple[EndpointId, ...]:
    """Return the product's parts at this site, in the order of the edition.

    A part that has addresses and no rule is one too: it is closed.
    """
    here = set(rules.inventory.addresses)
    return tuple(
        endpoint.id
        for endpoint in rules.resolution.edition.endpoints
        if endpoint.kind in _OWN and endpoint.id in here
    )


def own_networks(rules: RuleSet) -> tuple[Network, ...]:
    """Return all addresses of the product here, the cluster IP included."""
    inventory = rules.inventory
    found = [
        network
        for role in own_roles(rules)
        for network in inventory.addresses[role]
    ]
    return collapsed([*found, *map(alone, inventory.cluster_ip)])


def stands(rules: RuleSet, platform: str) -> Iterator[Stand]:
    """Yield each rule at each of the product's parts that it concerns.

    Traffic between two parts has to be let out of one and into the other,
    so such a rule stands twice.

    Args:
        rules: The rules.
        platform: The platform's name, for an error.

    Raises:
        CannotExpressError: Neither side of a rule is a part of the product,
            so there is nothing for it to stand at.
    """
    own = frozenset(own_roles(rules))
    for rule in rules.rules:
        source, destination = rule.source, rule.destination
        if own.isdisjoint({source, destination}):
            reason = (
                f"neither {source} nor {destination} is a part of the "
                "product, and rules stand at its parts alone"
            )
            raise refused(platform, rule, reason)
        if destination in own:
            yield Stand(destination, "ingress", source, rule)
        if source in own:
            yield Stand(source, "egress", destination, rule)


def refused(platform: str, rule: Rule, reason: str) -> CannotExpressError:
    """Return the error that a platform cannot say a rule."""
    return CannotExpressError(platform, rule.id, rule.flows, reason)


def too_large(
    platform: str, rules: RuleSet, reason: str
) -> CannotExpressError:
    """Return the error that all rules together exceed a platform's limits."""
    flows = dict.fromkeys(flow for rule in rules.rules for flow in rule.flows)
    return CannotExpressError(platform, "all", flows, reason)
