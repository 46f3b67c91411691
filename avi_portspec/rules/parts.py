"""Which members of its endpoints a flow is about, in several clouds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain
from typing import NamedTuple

import attrs

from avi_portspec.documents import join
from avi_portspec.errors import Fault
from avi_portspec.model.conditions import Answer, Condition
from avi_portspec.model.facets import Deployment
from avi_portspec.model.facts import EditionFacts
from avi_portspec.model.flows import Flow
from avi_portspec.names import EndpointId
from avi_portspec.rules.inventory import CONTROLLER, PRODUCT, Inventory
from avi_portspec.rules.networks import Family, Network
from avi_portspec.rules.peers import Peer
from avi_portspec.rules.traffic import FAMILIES

__all__ = ["Parts", "Side"]


class Side(NamedTuple):
    """The members of an endpoint that have to reach others, or be reached.

    Attributes:
        name: The endpoint, or its members in one cloud, such as
            ``service-engine.aws``.
        families: The versions of the Internet Protocol of their addresses.
    """

    name: str
    families: tuple[Family, ...]


class Parts:
    """Names the members of endpoints that a flow is between.

    A flow can be needed in some clouds of a deployment alone. It is between
    the members there then, so far as the inventory lists these by cloud.

    Attributes:
        endpoints: The endpoint of each part that has a name of its own.
        clouds: The clouds of each of these parts.
    """

    def __init__(
        self,
        deployment: Deployment | None,
        edition: EditionFacts,
        inventory: Inventory,
    ) -> None:
        self._deployment = deployment
        self._endpoints = edition.endpoints
        self._inventory = inventory
        clouds = chain(*inventory.by_cloud.values())
        if deployment is not None:
            clouds = chain(deployment.clouds)
        self._clouds = tuple(sorted({*clouds}))
        # The Controllers are one cluster: where they are splits nothing.
        self._split = self._inventory.by_cloud.keys() - {CONTROLLER}
        self.clouds: dict[EndpointId, tuple[str, ...]] = {}
        self._within = cache(inventory.within)
        self.clouds_of = cache(self._find_clouds)
        self._side = cache(self._find_side)
        self.endpoints: dict[EndpointId, EndpointId] = {}

    def _find_clouds(self, when: Condition) -> tuple[str, ...]:
        """Return the deployment's clouds that meet a condition alone.

        All of them, where none does: no single one of them decides. Without
        a deployment they are those in which the condition can hold.
        """
        if self._deployment is None:
            return tuple(
                cloud
                for cloud in self._clouds
                if Answer.YES in when.possible({"cloud": frozenset({cloud})})
            )
        meeting = tuple(
            cloud
            for cloud in self._clouds
            if when.evaluate(attrs.evolve(self._deployment, clouds={cloud}))
            is Answer.YES
        )
        return meeting or self._clouds

    def is_per_cloud(self, endpoint: EndpointId) -> bool:
        """Return whether each member of an endpoint is in one cloud.

        A Service Engine is. The Controllers are one cluster for all clouds,
        and where others are the deployment does not say.
        """
        kind = self._endpoints[endpoint].kind
        return endpoint != CONTROLLER and kind in PRODUCT

    def needs_split(self, endpoint: EndpointId, when: Condition) -> bool:
        """Return whether an endpoint would get rules of another cloud."""
        return (
            self.is_per_cloud(endpoint)
            and self._inventory.has(endpoint)
            and endpoint not in self._inventory.by_cloud
            and self.clouds_of(when) != self._clouds
        )

    def unsplit(self, flows: Iterable[Flow]) -> Iterator[Fault]:
        """Yield what has to be listed by cloud, a fault for each endpoint.

        Args:
            flows: The flows that it is needed for.
        """
        found: dict[EndpointId, list[str]] = {}
        for flow in flows:
            for side in dict.fromkeys((flow.source, flow.destination)):
                if self.needs_split(side, flow.when):
                    found.setdefault(side, []).append(flow.id)
        lists = ", ".join(f"{cloud} = [...]" for cloud in self._clouds)
        for side, names in found.items():
            expected = (
                f"its addresses by cloud, {{ {lists} }}, since not all of "
                f"these clouds need {join('and', dict.fromkeys(names))}"
            )
            got = f"one list for {join('and', self._clouds)}"
            yield Fault("inventory/not-by-cloud", side, expected, got)

    def site_of(self, when: Condition) -> Inventory:
        """Return the inventory of the clouds that a condition is about."""
        if not self._inventory.by_cloud:
            return self._inventory
        return self._within(self.clouds_of(when))

    def lacking(self, endpoint: EndpointId, when: Condition) -> list[str]:
        """Return what has no address: the endpoint, or it in some clouds."""
        if endpoint not in self._split:
            return [] if self._inventory.has(endpoint) else [endpoint]
        return [
            f"{endpoint}.{cloud}"
            for cloud in self.clouds_of(when)
            if cloud not in self._inventory.by_cloud[endpoint]
        ]

    def of(self, endpoint: EndpointId, when: Condition) -> EndpointId:
        """Return what rules call the members that a condition is about.

        That is the endpoint's id, or where they are not all of it, such as
        ``service-engine-in-aws``.
        """
        clouds = self.clouds_of(when)
        if endpoint not in self._split or clouds == self._clouds:
            return endpoint
        name = EndpointId(f"{endpoint}-in-{'-and-'.join(clouds)}")
        while name in self._endpoints.ids() or (
            self.endpoints.get(name, endpoint) != endpoint
            or self.clouds.get(name, clouds) != clouds
        ):
            # Groups of one name would get the rules of one another.
            name = EndpointId(f"{name}-too")
        self.clouds[name] = clouds
        self.endpoints[name] = endpoint
        return name

    def meetings(
        self, source: EndpointId, destination: EndpointId, when: Condition
    ) -> Iterator[tuple[Side, Side]]:
        """Yield which members of two endpoints a condition has meet.

        What is listed by cloud has to meet the other side in each cloud:
        that the members of one do says nothing about those of another.
        """
        ends = {source, destination}
        split = not ends.isdisjoint(self._split)
        for cloud in self.clouds_of(when) if split else (None,):
            yield (
                self._side(source, cloud, sends=True),
                self._side(destination, cloud, sends=False),
            )

    def _find_side(
        self, endpoint: EndpointId, cloud: str | None, *, sends: bool
    ) -> Side:
        name, here = str(endpoint), self._inventory
        if cloud is not None and endpoint in self._split:
            name, here = f"{endpoint}.{cloud}", self._within((cloud,))
        networks = here.of if sends else here.listening
        return Side(
            name,
            tuple(
                family
                for family in FAMILIES
                # Of an object nobody knows the families but its platform.
                if endpoint in here.peers or networks(endpoint, family)
            ),
        )

    def peers(self, part: EndpointId) -> tuple[Peer, ...]:
        """Return the objects of a platform that a part has."""
        return self._here(part).peers.get(self.endpoints.get(part, part), ())

    def sources(self, part: EndpointId, family: Family) -> tuple[Network, ...]:
        """Return the addresses that a part sends from."""
        return self._here(part).of(self.endpoints.get(part, part), family)

    def listening(
        self, part: EndpointId, family: Family
    ) -> tuple[Network, ...]:
        """Return the addresses that a part listens on."""
        endpoint = self.endpoints.get(part, part)
        return self._here(part).listening(endpoint, family)

    def _here(self, part: EndpointId) -> Inventory:
        clouds = self.clouds.get(part)
        return self._inventory if clouds is None else self._within(clouds)
