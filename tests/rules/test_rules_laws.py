"""Laws of the rules, for any edition, deployment and inventory.

What is open is computed a second time here, flow by flow from the answer
alone, and compared as sets of packets: which rules there are, how they are
merged and what they are called plays no part.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network

import attrs
import pytest
from deployment_space import deployments
from hypothesis import assume, event, given
from hypothesis import strategies as st
from rules_openings import ALL_PORTS, Opening, boxes, expected, same, within
from rules_sites import (
    PUBLISHED,
    as_stated,
    editions,
    inventories,
    members_of,
    resolutions,
    split,
)

from avi_portspec import (
    CannotExpressError,
    Decision,
    Edition,
    EndpointId,
    Inventory,
    Protocol,
    Resolution,
    RuleSet,
    preset,
    rule_set,
)
from avi_portspec.rules.inventory import Network
from avi_portspec.rules.options import Options
from avi_portspec.rules.platforms import platforms, render, write

#: Those that need nothing but this package.
OWN = sorted(
    {*platforms()}
    - {"arista", "cisco", "ciscoasa", "fortigate"}
    - {"juniper", "paloalto", "srx"}
)


@st.composite
def answered(draw: st.DrawFn) -> tuple[Resolution, Inventory]:
    """Return answers, with inventories that fit."""
    resolution = draw(resolutions())
    resolution = resolution.reading(as_stated(resolution.edition))
    every = draw(st.booleans())
    inventory = draw(inventories(resolution.edition, everyone=every))
    return resolution, draw(split(inventory, resolution))


def rules_of(
    resolution: Resolution, inventory: Inventory, *, optional: bool = False
) -> RuleSet:
    """Return the rules; what has no addresses is left out."""
    return rule_set(
        resolution,
        inventory,
        optional=optional,
        missing="omit",
        readings=as_stated(resolution.edition),
    )


def everywhere(inventory: Inventory, resolution: Resolution) -> Inventory:
    """Return the inventory with members of the product in each cloud."""
    if not resolution.deployment.clouds:
        return inventory
    addresses = {**inventory.addresses}
    by_cloud: dict[EndpointId, dict[str, tuple[Network, ...]]] = {}
    clouds = sorted(resolution.deployment.clouds)
    for number, endpoint in enumerate(resolution.edition.endpoints):
        name = endpoint.id
        if name == "controller" or endpoint.kind not in (
            "component",
            "platform",
        ):
            continue
        by_cloud[name] = {
            cloud: (ip_network(f"100.64.{number}.{at * 8}/30"),)
            for at, cloud in enumerate(clouds)
        }
        addresses[name] = tuple(n for (n,) in by_cloud[name].values())
    return attrs.evolve(inventory, addresses=addresses, by_cloud=by_cloud)


def opened(
    decision: Decision, pair: tuple[Resolution, Inventory]
) -> Iterator[Opening]:
    """Yield what one flow opens, said anew."""
    flow, inventory = decision.flow, pair[1]
    sources = members_of(flow.source, flow, pair)
    destinations = members_of(flow.destination, flow, pair)
    if not sources or not destinations:
        return
    if flow.destination == "controller" and (
        inventory.cluster_ip_is_destination
    ):
        destinations += map(ip_network, inventory.cluster_ip)
    for protocol in flow.protocols:
        if protocol.number in (1, 58):
            # Echo request, where the page says so; ICMPv6 has its own.
            version, kind = {1: (4, 8), 58: (6, 128)}[protocol.number]
            if flow.icmp_types != (kind,):
                continue
            sides = [
                [n for n in side if n.version == version]
                for side in (sources, destinations)
            ]
            yield from boxes(*sides, protocol.number, [(kind, kind)])
        else:
            spans = [(p.low, p.high) for p in flow.ports] or [ALL_PORTS]
            yield from boxes(sources, destinations, protocol.number, spans)


class TestNeverWider:
    """Nothing is open but what is needed."""

    @given(pair=answered(), optional=st.booleans())
    def test_rules_say_what_the_answer_says(
        self, *, pair: tuple[Resolution, Inventory], optional: bool
    ) -> None:
        """Flow by flow: role by role by ports, no packet more or less."""
        resolution, inventory = pair
        asked = {"needed", "optional"} if optional else {"needed"}
        meant = [
            opening
            for decision in resolution
            if decision.status in asked
            for opening in opened(decision, pair)
        ]
        rules = rules_of(resolution, inventory, optional=optional)
        event(f"openings: {min(len(meant), 20) // 5 * 5}")
        assert same(expected(rules.rules, "stateful"), meant)

    @given(pair=answered())
    def test_merging_joins_ports_and_adds_none(
        self, pair: tuple[Resolution, Inventory]
    ) -> None:
        """A rule's ports are those of its flows, each once."""
        resolution, inventory = pair
        for rule in rules_of(resolution, inventory).rules:
            flows = [resolution.edition.flows[name] for name in rule.flows]
            ports = [port for each in rule.ports for port in each]
            assert len(ports) == len(set(ports))
            assert set(ports) == {
                port for flow in flows for each in flow.ports for port in each
            }

    @given(pair=answered(), optional=st.booleans())
    def test_only_needs_have_rules(
        self, *, pair: tuple[Resolution, Inventory], optional: bool
    ) -> None:
        """Silence, conflicts and exclusions have none, and are listed."""
        resolution, inventory = pair
        rules = rules_of(resolution, inventory, optional=optional)
        asked = {"needed", "optional"} if optional else {"needed"}
        told = {omission.subject for omission in rules.omissions}
        written = {flow for rule in rules.rules for flow in rule.flows}
        for decision in resolution:
            name = decision.flow.id
            assert name in told or name in written
            if decision.status not in asked:
                assert name in told - written
        assert not {c.flow for c in resolution.conflicts} & written
        ruled_out = {
            (exclusion.source, exclusion.destination)
            for exclusion in resolution.edition.exclusions
        }
        pairs = {
            (
                rules.parts.get(rule.source, rule.source),
                rules.parts.get(rule.destination, rule.destination),
            )
            for rule in rules.rules
        }
        assert ruled_out.isdisjoint(pairs)
        assert {
            exclusion.id for exclusion in resolution.edition.exclusions
        } <= told

    @given(pair=answered())
    def test_the_cluster_ip_is_never_a_source(
        self, pair: tuple[Resolution, Inventory]
    ) -> None:
        """What a Controller sends has its own address."""
        resolution, inventory = pair
        for rule in rules_of(resolution, inventory).rules:
            if rule.source == "controller":
                assert not any(
                    floating.version == network.version and floating in network
                    for floating in inventory.cluster_ip
                    for network in rule.sources
                )


def reached(
    decision: Decision,
    pair: tuple[Resolution, Inventory],
    openings: list[Opening],
) -> bool:
    """Return whether a flow gets through, in each cloud that needs it.

    One pair of addresses is enough, and each protocol has to have one.
    """
    flow, (resolution, inventory) = decision.flow, pair
    deployment = resolution.deployment
    clouds = [
        cloud
        for cloud in deployment.clouds
        if flow.when.evaluate(attrs.evolve(deployment, clouds={cloud})) == 2
    ] or [*deployment.clouds]

    def members(role: EndpointId, cloud: str | None) -> list[Network]:
        by_cloud = role in inventory.by_cloud and role != "controller"
        if by_cloud and cloud is not None:
            return [*inventory.by_cloud[role].get(cloud, ())]
        return [*inventory.addresses.get(role, ())]

    def gets_through(cloud: str | None, protocol: Protocol) -> bool:
        sources = members(flow.source, cloud)
        destinations = members(flow.destination, cloud)
        floating = map(ip_network, inventory.cluster_ip)
        if flow.destination == "controller" and destinations:
            destinations += (
                floating if inventory.cluster_ip_is_destination else ()
            )
        low = flow.ports[0].low if flow.ports else None
        return any(
            opening.protocol == protocol.number
            and (low is None or opening.ports[0] <= low <= opening.ports[1])
            and any(opening.source.overlaps(each) for each in sources)
            and any(opening.destination.overlaps(e) for e in destinations)
            for opening in openings
        )

    return all(
        gets_through(cloud, protocol)
        for cloud in clouds or [None]
        for protocol in flow.protocols
    )


class TestComplete:
    """What is called written gets through, and nothing else is."""

    @given(pair=answered())
    def test_in_each_cloud(self, pair: tuple[Resolution, Inventory]) -> None:
        """Judged by what the rules open, also of one family alone."""
        resolution, inventory = pair
        rules = rules_of(resolution, inventory)
        for text in (
            rules,
            write(rules, "iptables", Options(partial=True)).rules,
            write(rules, "ip6tables", Options(partial=True)).rules,
        ):
            openings = expected(text.rules, "stateful")
            assert set(text.unwritten) == {
                decision.flow.id
                for decision in resolution
                if decision.status == "needed"
                and not reached(decision, pair, openings)
            }


class TestMore:
    """More needs, and more addresses, open more and close nothing."""

    @given(data=st.data())
    def test_more_needs_open_more(self, data: st.DataObject) -> None:
        """Where A's needs are within B's, so are its rules."""
        edition = data.draw(st.sampled_from(PUBLISHED) | editions())
        one = data.draw(deployments(edition))
        other = data.draw(deployments(edition))
        more = attrs.evolve(
            one,
            clouds=one.clouds | other.clouds,
            services=one.services | other.services,
            features=one.features | other.features,
        )
        needs = [edition.resolve(each) for each in (one, more)]
        inventory = everywhere(
            data.draw(inventories(edition, everyone=True)), needs[1]
        )
        few, many = ({flow.id for flow in need.flows} for need in needs)
        # A cloud can bring a note that rules something out.
        assume(few <= many)
        event("more needs" if few < many else "the same needs")
        less, all_ = (
            expected(rules_of(need, inventory).rules, "stateful")
            for need in needs
        )
        assert within(less, all_)

    @given(pair=answered(), data=st.data())
    def test_fewer_addresses_open_nothing(
        self, pair: tuple[Resolution, Inventory], data: st.DataObject
    ) -> None:
        """Without one of its networks, a role does no more than before."""
        resolution, inventory = pair
        assume(inventory.addresses)
        role = data.draw(st.sampled_from(sorted(inventory.addresses)))
        network = data.draw(st.sampled_from(inventory.addresses[role]))
        left = {
            name: tuple(n for n in found if (name, n) != (role, network))
            for name, found in inventory.addresses.items()
        }
        by_cloud = {
            name: {
                cloud: [n for n in found if (name, n) != (role, network)]
                for cloud, found in members.items()
                if {*found} != {network} or name != role
            }
            for name, members in inventory.by_cloud.items()
        }
        fewer = attrs.evolve(
            inventory,
            addresses={name: found for name, found in left.items() if found},
            by_cloud={
                name: found for name, found in by_cloud.items() if found
            },
        )
        before, after = (
            expected(rules_of(resolution, each).rules, "stateful")
            for each in (inventory, fewer)
        )
        assert within(after, before)


class TestBytes:
    """What is written is the same each time."""

    @given(pair=answered())
    def test_order_of_the_inventory_does_not_matter(
        self, pair: tuple[Resolution, Inventory]
    ) -> None:
        """However the addresses are listed, the outputs are equal."""
        resolution, inventory = pair
        turned = attrs.evolve(
            inventory,
            addresses={
                name: tuple(reversed(inventory.addresses[name]))
                for name in reversed(inventory.addresses)
            },
        )
        for platform in OWN:
            texts = []
            for each in (inventory, turned):
                rules = rules_of(resolution, each)
                try:
                    texts.append(render(rules, platform))
                except CannotExpressError as refused:
                    texts.append(str(refused))
            assert texts[0] == texts[1]


@pytest.mark.parametrize("edition", PUBLISHED, ids=lambda e: e.id)
def test_growing_deployments_are_there(edition: Edition) -> None:
    """The law of more needs is about something: services that are used."""
    words = {v.id for v in edition.facets["service"].values}
    bare = edition.resolve(preset("aws")).flows
    full = edition.resolve(preset("aws", services=words)).flows
    adds = any(flow.requirement == "when-used" for flow in edition.flows)
    assert ({f.id for f in bare} < {f.id for f in full}) is adds
