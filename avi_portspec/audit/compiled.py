"""Filters, rules and flows as boxes, over one set of atoms."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, lru_cache, partial
from itertools import chain
from typing import Final, NamedTuple, TypeAlias, assert_never

import attrs

from avi_portspec.audit.axes import Addresses, Line, Outsider, span_of
from avi_portspec.audit.boxes import Box, Region, meet_packed, unite
from avi_portspec.audit.hulls import Hull, Hulled, hull
from avi_portspec.audit.masks import (
    Packed,
    PackedBox,
    common,
    pack,
    pack_box,
    unpack,
)
from avi_portspec.audit.model import (
    Anywhere,
    Existing,
    Filter,
    Group,
    LastResort,
    Members,
    Networks,
    Party,
    PrefixList,
    Rule,
    Tag,
    Unknown,
    Unread,
    is_any,
)
from avi_portspec.audit.roles import PARTS, RoleMap, names_of_party
from avi_portspec.audit.services import (
    EVERY_SERVICE,
    PORTS,
    PROTOCOLS,
    Spans,
    join_spans,
    message_spans,
    port_spans,
    protocol_spans,
)
from avi_portspec.audit.shares import (
    WHOLE,
    Shares,
    is_within,
    parts_of_roles,
)
from avi_portspec.beyond.records import Statement
from avi_portspec.beyond.spellings import find_named
from avi_portspec.deployment.resolution import Resolution
from avi_portspec.model.flows import Flow
from avi_portspec.model.frozen import FrozenDict
from avi_portspec.model.protocols import ICMP, Protocol
from avi_portspec.names import EndpointId
from avi_portspec.rules.inventory import Inventory
from avi_portspec.rules.networks import IPV4, IPV6, Family, Network
from avi_portspec.rules.parts import Parts
from avi_portspec.rules.peers import NamedObject
from avi_portspec.rules.traffic import ECHO_REQUESTS, FAMILIES, ICMPV6

__all__ = [
    "Compiler",
    "Judged",
    "Need",
    "RuleBoxes",
    "last_resort_breadth",
]

_EVERY_PORT: Final[Spans] = ((0, PORTS - 1),)
#: From which ports connections are opened: RFC 6335 has 49152 to 65535, and
#: systems begin lower, but all above the system ports.
_EPHEMERAL: Final = (1024, PORTS - 1)
#: Echo request and echo reply have one code, 0 (RFC 792, RFC 4443).
_ECHO_CODE: Final = 0
#: Of how many services and sides the atoms are kept: rules that come close
#: to one another often have the same, and thousands would fill the memory.
_KEPT: Final = 256
#: The atoms of a party: what it has for sure, and what it may have.
_Bounds: TypeAlias = tuple[int, int]
#: Who bears a filter for sure, and who may, by name.
_Bearers: TypeAlias = tuple[dict[str, int], dict[str, int]]
#: Tells whether the parties of one side are all that have a role.
_IsWhole: TypeAlias = Callable[[str], bool]
#: What stands for several, such as a virtual network.
_GROUP: Final = "group"


@attrs.frozen
class RuleBoxes:
    """One rule as boxes.

    Attributes:
        rule: The rule.
        rests_on: What makes it broad: ``any-source`` or
            ``provider-default``; empty if it is not.
        decides: What it matches for sure, packed, as are the next two.
        most: All that it may match.
        opens: What it is for: *most* without the roles that may be in a
            party that has none.
        hull: The hull of *most*.
        opened: The hull of *opens*.
    """

    rule: Rule
    rests_on: str
    decides: tuple[PackedBox, ...]
    most: tuple[PackedBox, ...]
    opens: tuple[PackedBox, ...]
    hull: Hull
    opened: Hull

    def matched(self, region: Region, *, surely: bool) -> Region:
        """Return what of a region it matches for sure, or may match."""
        return meet_packed(region, self.decides if surely else self.most)

    @property
    def is_sure(self) -> bool:
        """Whether it matches for sure all that it may match."""
        return self.decides is self.most


class Judged(NamedTuple):
    """One filter as boxes.

    Attributes:
        filter: The filter.
        rules: Its rules, in the order of evaluation.
        hulled: The same, to be looked among.
        attached: Who is on its side for sure, and who may be, as atoms;
            everybody if it does not say.
        unread: What may add rules to it.
        bearers: The selectors with a role all of whose pods bear it, and
            those some of whose pods may, by name: their roles, as atoms.
        within: What for sure does not pass it, and what may not, because it
            stays within one of its borders.
        replies: The same with its rules for replies, if it has others.
    """

    filter: Filter
    rules: tuple[RuleBoxes, ...]
    hulled: Hulled[RuleBoxes]
    attached: _Bounds
    unread: tuple[Unread, ...]
    bearers: _Bearers = ({}, {})
    within: tuple[Region, Region] = ((), ())
    replies: Judged | None = None


class Need(NamedTuple):
    """What one flow is, as boxes: one of several that suffice.

    Attributes:
        protocols: The protocols that it is over.
        region: What has to pass.
        replies: What has to come back where nobody keeps state.
        other: The same over IPv6, where it is not known which family it is.
    """

    protocols: tuple[Protocol, ...]
    region: Region
    replies: Region
    other: Need | None


class _Pieces(NamedTuple):
    """The networks that the role map gives a role, in one family.

    Attributes:
        networks: The networks, each with what of the role is in it: from
            the lowest, and none is part of another.
        is_split: Whether each has atoms of its own.
    """

    networks: tuple[tuple[Network, int], ...]
    is_split: bool

    def met_by(self, network: Network) -> range:
        """Return the numbers of those that have addresses of another."""
        low, high = span_of(network)
        return range(
            bisect_left(self.networks, low, key=lambda n: span_of(n[0])[1]),
            bisect_right(self.networks, high, key=lambda n: span_of(n[0])[0]),
        )


class _End(NamedTuple):
    """One end of a flow: its atoms, and whether they are addresses."""

    mask: int
    is_known: bool


class Compiler:
    """Cuts the axes, and makes boxes of filters, flows and statements.

    Args:
        existing: The files.
        resolution: The answer for the deployment.
        roles: Which roles the parties have.
        inventory: The addresses of roles, so far as they are known.
        statements: What other sources state.
    """

    def __init__(
        self,
        existing: Sequence[Existing],
        resolution: Resolution,
        roles: RoleMap,
        inventory: Inventory | None,
        statements: Iterable[Statement],
    ) -> None:
        self._roles = roles
        self._edition = resolution.edition
        self._roles_by_name = cache(self._find_by_name)
        site = inventory or Inventory(addresses=FrozenDict())
        self._site = site.within(resolution.deployment.clouds)
        self._parts = Parts(
            resolution.deployment, resolution.edition, self._site
        )
        self._objects = {
            peer.name: (role,)
            for role, peers in self._site.peers.items()
            for peer in peers
            if isinstance(peer, NamedObject)
        }
        flows = [decision.flow for decision in resolution]
        records: list[Flow | Statement] = [*flows, *statements]
        ends = [
            end
            for record in (*records, *resolution.edition.exclusions)
            for end in (record.source, record.destination)
            if end is not None
        ]
        named = chain(
            ends,
            PARTS,
            *self._objects.values(),
            *roles.parties.values(),
        )
        #: The roles whose rules nobody gave.
        self.not_filtered = frozenset(parts_of_roles(roles.not_filtered))
        self._selects = cache(self._find_selects)
        self._known_roles = cache(self._find_roles_of)
        self._outsiders = dict.fromkeys(map(_role, named))
        self._roles_named = frozenset(self._outsiders)
        self._shares = Shares(
            existing, roles, self._roles_by_key, self._roles_by_name
        )
        self._outsiders |= {
            _piece(role, network): None
            for role in self._shares.by_networks
            for network in self._shares.networks_of(role)
        }
        self.addresses = self._cut_addresses(existing)
        self.services = _cut_services(existing, records)
        #: The services that are ports.
        self.ported = pack(
            self.services.mask(
                span
                for protocol in PROTOCOLS
                if protocol.has_ports
                for span in protocol_spans(protocol)
            )
        )
        self._carried = {
            family: self.services.whole
            & ~self.services.mask(protocol_spans(other))
            for family, other in ((IPV4, ICMPV6), (IPV6, ICMP))
        }
        self.ports = _cut_ports(existing, flows)
        self._service = lru_cache(_KEPT)(self._find_service)
        self._known_peers = lru_cache(_KEPT)(self._find_peers)
        self._role_mask = cache(self._find_role)
        self._hidden = self._find_hidden()
        self._mapped = frozenset(network for network, _ in roles.networks)
        self._mapped_bits = {network.prefixlen for network in self._mapped}
        #: Returns in words who somebody is: a role, without its networks.
        self.text = lru_cache(_KEPT)(self._find_text)
        self._held = cache(self._find_held)
        self._unfiltered = self._find_unfiltered()
        self._pieces = [
            pieces
            for role in self._shares.by_networks
            for pieces in self._find_pieces(role)
        ]
        #: The networks of roles by the role map alone, by whoever is there.
        self._places: dict[Outsider, list[int]] = {}
        for role in self._shares.by_networks:
            if not self._networks_of(EndpointId(role)):
                split = self._split(role)
                for network in self._shares.networks_of(role):
                    own = _role(role)
                    if network.version in split:
                        own = _piece(role, network)
                    mask = self.addresses.networks([network])
                    self._places.setdefault(own, []).append(mask)

    # -- the axes ------------------------------------------------------------

    def _cut_addresses(self, existing: Iterable[Existing]) -> Addresses:
        """Cut by all networks, and find whoever has no addresses."""
        networks = [
            network
            for role in self._site.addresses
            for network in self._networks_of(role)
        ]
        networks += (network for network, _ in self._roles.networks)
        parties: dict[Party, None] = {}
        for each in existing:
            for filter_ in each.filters:
                parties |= dict.fromkeys(filter_.attached_to)
                for rule in (*filter_.rules, *filter_.reply_rules):
                    parties |= dict.fromkeys(rule.sources)
                    parties |= dict.fromkeys(rule.destinations)
        self._selected = [
            party
            for party in parties
            if isinstance(party, Tag)
            and party.selector is not None
            and self._roles_by_key(party)
        ]
        for party in parties:
            if isinstance(party, Networks):
                networks += party.networks
            elif isinstance(party, (Group, Tag, PrefixList)):
                self._outsiders[_outsider(party)] = None
            if isinstance(party, PrefixList):
                networks += party.surely
            for role in self.roles_of(party):
                self._outsiders[_role(role)] = None
        return Addresses(networks, self._outsiders)

    def roles_of(self, party: Party) -> tuple[str, ...]:
        """Return the roles of a party, by the role map or by its name."""
        # Two of one id can have two names, and are equal.
        return self._known_roles(party, names_of_party(party))

    def _find_roles_of(
        self, party: Party, _: tuple[str, ...]
    ) -> tuple[str, ...]:
        found = self._roles_by_key(party) or self._roles_by_name(party)
        for tag in self._selects(party)[0]:
            found += self._roles_by_key(tag)
        if isinstance(party, Networks):
            for network in party.networks:
                found += self._roles.roles_of([str(network)])
        return tuple(dict.fromkeys(found))

    def _find_selects(self, party: Party) -> tuple[list[Tag], list[Tag]]:
        """Return which selectors with a role one surely includes, or may meet.

        One that has a role of its own means those that it includes.
        """
        included: list[Tag] = []
        possible: list[Tag] = []
        if isinstance(party, Tag) and party.selector is not None:
            for each in self._selected:
                assert each.selector is not None  # noqa: S101 - for types
                if party.selector.includes(each.selector):
                    included.append(each)
                elif party.selector.may_meet(each.selector):
                    possible.append(each)
        return included, [] if self._roles_by_key(party) else possible

    def may_select(self, party: Party, atoms: int) -> list[str]:
        """Return the selectors that may have pods in common with a party.

        Args:
            party: The party.
            atoms: Of whom to return selectors.
        """
        return [
            each.name
            for each in self._selects(party)[1]
            if self._find_roles(each)[1] & atoms
        ]

    def is_known_by_name(self, party: Party) -> bool:
        """Return whether nobody gave a party its role: its name tells it."""
        return not self._roles_by_key(party) and bool(
            self._roles_by_name(party)
        )

    def _roles_by_key(self, party: Party) -> tuple[str, ...]:
        """Return the roles that the role map or the inventory gives."""
        names = names_of_party(party)
        if not names:
            return ()
        objects = (
            self._objects[name] for name in names if name in self._objects
        )
        return self._roles.roles_of(names) or next(objects, ())

    def _find_by_name(self, party: Party) -> tuple[str, ...]:
        """Return the role by whose name a party is called.

        A virtual network of other sources is no role: who is in it differs.
        """
        known = self._edition.endpoints
        for name in names_of_party(party):
            endpoint = find_named(name, known)
            if endpoint is not None and (
                endpoint.kind != _GROUP or endpoint.id in known
            ):
                return (endpoint.id,)
        return ()

    def _find_service(self, spans: Spans) -> int:
        return self.services.mask(spans) & self.services.whole

    def _find_role(self, role: str) -> int:
        """Return the atoms of a role: its addresses, or one of its own."""
        if role == WHOLE and not self._site.has(role):
            return self._role_mask(PARTS[0]) | self._role_mask(PARTS[1])
        networks = self._networks_of(EndpointId(role))
        if networks:
            return self.addresses.networks(networks)
        mask = self.addresses.party(_role(role))
        for family, own in self._split(role).items():
            mask &= ~self.addresses.family(family)
            for network in own:
                mask |= self._piece_mask(role, network)
        return mask

    def _split(self, role: str) -> dict[Family, list[Network]]:
        """Return by family the networks that share a role among them.

        So they do if there are several, and it has no addresses.
        """
        found: dict[Family, list[Network]] = {}
        if not self._networks_of(EndpointId(role)):
            for network in self._shares.networks_of(role):
                found.setdefault(network.version, []).append(network)
        return {family: own for family, own in found.items() if len(own) > 1}

    def _piece_mask(self, role: str, network: Network) -> int:
        own = self.addresses.party(_piece(role, network))
        return own & self.addresses.family(network.version)

    def _find_hidden(self) -> int:
        """Return the roles of which nobody says where they are, as atoms."""
        mask = 0
        for outsider in self._outsiders:
            role = outsider.name
            if (
                outsider in self._roles_named
                and role != WHOLE
                and role not in self._shares.by_networks
                and not self._networks_of(EndpointId(role))
            ):
                mask |= self._role_mask(role)
        return mask

    def _find_unfiltered(self) -> int:
        """Return whose rules nobody gave, as atoms, all of their roles."""
        given = self.not_filtered
        masks = {True: 0, False: 0}
        for role in parts_of_roles(each.name for each in self._roles_named):
            masks[role in given] |= self._role_mask(role)
        return masks[True] & ~masks[False]

    def _find_pieces(self, role: str) -> Iterator[_Pieces]:
        """Yield by family the networks of a role, with their atoms."""
        split = self._split(role)
        networks = self._shares.networks_of(role)
        whole = self._role_mask(role)
        for family in FAMILIES:
            own = sorted(n for n in networks if n.version == family)
            if len(own) < len(networks):
                whole = self._role_mask(role) & self.addresses.family(family)
            yield _Pieces(
                tuple(
                    (
                        each,
                        self._piece_mask(role, each)
                        if family in split
                        else whole,
                    )
                    for each in own
                ),
                is_split=family in split,
            )

    def _networks_of(self, role: EndpointId) -> tuple[Network, ...]:
        return tuple(
            dict.fromkeys(
                network
                for family in FAMILIES
                for network in (
                    *self._site.of(role, family),
                    *self._site.listening(role, family),
                )
            )
        )

    def _peers(
        self, parties: tuple[Party, ...], format_: str | None
    ) -> _Bounds:
        """Return what several parties have for sure, and may have.

        Args:
            parties: The parties.
            format_: The format of the file that names them, if they may be
                less than the roles that they have.
        """
        names = tuple(map(names_of_party, parties))
        return self._known_peers(parties, names, format_)

    def _find_peers(
        self,
        parties: tuple[Party, ...],
        _: tuple[tuple[str, ...], ...],
        format_: str | None,
    ) -> _Bounds:
        least = most = 0
        selects = [*map(self._selects, parties)]
        included = chain.from_iterable(each[0] for each in selects)
        everybody = (*parties, *included)
        is_whole: _IsWhole | None = None
        if format_ is not None:
            is_whole = cache(
                partial(
                    self._shares.is_whole, parties=everybody, format_=format_
                )
            )
        for party in everybody:
            low, high = self._find_party(party, is_whole)
            least |= low
            most |= high
        for tag in chain.from_iterable(each[1] for each in selects):
            most |= self._find_roles(tag)[1]
        # Kept once where they are equal: thousands of rules have large ones.
        return least, least if most == least else most

    def _find_party(self, party: Party, is_whole: _IsWhole | None) -> _Bounds:
        match party:
            case Anywhere(families=families):
                mask = 0
                for family in families:
                    mask |= self.addresses.family(family)
                return mask, mask
            case Networks():
                return self._find_networks(party, is_whole)
            case Group() | Tag() | PrefixList():
                least, most = self._find_roles(party, is_whole)
                for role in () if most else self._roles_by_name(party):
                    least = most = self._role_mask(role)
                if not most:
                    least = most = self.addresses.party(_outsider(party))
                if isinstance(party, PrefixList) and is_any(party):
                    return self._find_outside(party, least)
                if isinstance(party, Group) and party.family is not None:
                    own = self.addresses.family(party.family)
                    return least & own, most & own
                return least, most
            case Unknown() | Members():
                # Whose members they would be, their filter does not say.
                return 0, self.addresses.everybody
            case _ as never:
                assert_never(never)

    def _find_outside(self, party: PrefixList, least: int) -> _Bounds:
        """Return what is in a list for sure, and what is in no other."""
        assert party.outside_of is not None  # noqa: S101 - for types
        inside = self._peers((party.outside_of,), None)[0]
        if self._roles_by_key(party):
            return least, least
        least |= self._find_networks(Networks(party.surely))[0]
        return least & ~inside, self.addresses.everybody & ~inside

    def _find_roles(
        self, party: Party, is_whole: _IsWhole | None = None
    ) -> _Bounds:
        """Return what a party has by the role map, or an inventory."""
        least = most = 0
        for role in parts_of_roles(self._roles_by_key(party)):
            most |= self._role_mask(role)
            if is_whole is None or is_whole(role):
                least |= self._role_mask(role)
        return least, most

    def _find_networks(
        self, party: Networks, is_whole: _IsWhole | None = None
    ) -> _Bounds:
        least, most = self._find_roles(party, is_whole)
        least |= self.addresses.networks(party.networks)
        for network in party.networks:
            if not network.prefixlen:
                least |= self.addresses.family(network.version)
        most |= least
        for pieces in self._pieces:
            met: set[int] = set()
            inside: set[int] = set()
            for network in party.networks:
                for at in pieces.met_by(network):
                    met.add(at)
                    # Of a part of a network, nobody knows who is in it.
                    if is_within(pieces.networks[at][0], network):
                        inside.add(at)
            for at in met:
                most |= pieces.networks[at][1]
            if pieces.is_split or len(inside) == len(pieces.networks):
                for at in inside:
                    least |= pieces.networks[at][1]
        return least, most | least

    def bounds(
        self,
        parties: tuple[Party, ...],
        members: _Bounds,
        format_: str,
    ) -> _Bounds:
        """Return what the parties of a rule have for sure, and may have.

        Args:
            parties: The parties.
            members: The members of the filter that they are in.
            format_: The format of the file.
        """
        others = tuple(p for p in parties if not isinstance(p, Members))
        least, most = self._peers(others, format_)
        if len(others) < len(parties):
            return least | members[0], most | members[1]
        return least, most

    def boxes(
        self,
        sources: int,
        destinations: int,
        service: int,
        source_ports: Spans | None = None,
    ) -> Region:
        """Return what somebody may send to somebody, in each family.

        Args:
            sources: Who sends, as atoms.
            destinations: Who receives, as atoms.
            service: What is sent, as atoms.
            source_ports: The only source ports, on the line of services.
        """
        made: list[Box] = []
        for family in FAMILIES:
            own = self.addresses.family(family)
            # Most rules are of one family.
            if (source := common(sources, own)) and (
                destination := common(destinations, own)
            ):
                carried = common(service, self._carried[family])
                box = source, destination, carried
                made += self._from(box, source_ports) if carried else ()
        return tuple(made)

    def _from(self, box: Box, source_ports: Spans | None) -> Iterator[Box]:
        """Yield a box with the axis of source ports, if there is one."""
        if self.ports is None:
            yield box
        elif source_ports is None:
            yield (*box, self.ports.whole)
        else:
            for number in sorted({low // PORTS for low, _ in source_ports}):
                own = protocol_spans(PROTOCOLS[number])
                service = box[2] & self.services.mask(own)
                ports = self.ports.mask(
                    _numbers(span)
                    for span in source_ports
                    if span[0] // PORTS == number
                )
                if service:
                    yield (box[0], box[1], service, ports)

    # -- what exists ---------------------------------------------------------

    def judge(self, existing: Existing) -> Iterator[Judged]:
        """Yield the filters of a file as boxes."""
        for filter_ in existing.filters:
            side = self._peers(filter_.attached_to, None)
            # Others that bear the filter's role may not bear the filter.
            others = self._peers(filter_.attached_to, existing.format)
            rules, replies = (
                tuple(
                    self._rule(rule, filter_, side, others, existing.format)
                    for rule in listed
                )
                for listed in (filter_.rules, filter_.reply_rules)
            )
            judged = Judged(
                filter_,
                rules,
                Hulled((each.hull, each) for each in rules),
                self._attached(filter_, side),
                tuple(
                    unread
                    for unread in existing.unread
                    if unread.concerns(filter_)
                ),
                self._bearers(filter_),
                self._within(filter_),
            )
            if replies:
                own = {rule.id for rule in filter_.rules}
                # For answers alone, any source is ordinary.
                replies = tuple(
                    each
                    if each.rule.id in own
                    else attrs.evolve(each, rests_on="")
                    for each in replies
                )
                hulled = Hulled((each.hull, each) for each in replies)
                judged = judged._replace(
                    replies=judged._replace(rules=replies, hulled=hulled)
                )
            yield judged

    def _attached(self, filter_: Filter, side: _Bounds) -> _Bounds:
        """Return who is on a filter's side.

        Where it is for whoever there is, nobody whose rules are not given.
        """
        if filter_.routed_by and self.roles_of(filter_.routed_by):
            return 0, 0
        least, most = side if filter_.attached_to else self._all
        if filter_.direction == "through":
            # It is between the two, and not of either.
            return least, most
        named = tuple(
            party
            for party in filter_.attached_to
            if not (is_any(party) or isinstance(party, Unknown))
        )
        absent = self._unfiltered & ~self._peers(named, None)[1]
        return least & ~absent, most & ~absent

    def _bearers(self, filter_: Filter) -> _Bearers:
        surely, maybe = (
            {
                tag.name: self._find_roles(tag)[1]
                for party in filter_.attached_to
                for tag in self._selects(party)[at]
            }
            for at in (0, 1)
        )
        return surely, {k: v for k, v in maybe.items() if k not in surely}

    def _within(self, filter_: Filter) -> tuple[Region, Region]:
        """Return what stays within the borders of a filter, and what may."""
        if filter_.borders is None:
            return (), ()
        whole = self.services.whole
        surely, maybe = [], []
        for party in filter_.borders or filter_.attached_to:
            most = self._peers((party,), None)[1]
            maybe.append(self.boxes(most, most, whole))
            if filter_.borders:
                for role in parts_of_roles(self.roles_of(party)):
                    if not self._shares.is_all_in(role, party):
                        most &= ~self._role_mask(role)
                surely.append(self.boxes(most, most, whole))
        return unite(surely), unite(maybe)

    @property
    def _all(self) -> _Bounds:
        return self.addresses.everybody, self.addresses.everybody

    def _rule(
        self,
        rule: Rule,
        filter_: Filter,
        attached: _Bounds,
        others: _Bounds,
        format_: str,
    ) -> RuleBoxes:
        members = attached
        if not filter_.attached_to:
            # Whose members they would be, a filter of nobody does not say.
            members = others = 0, self._all[1]
        sources = self.bounds(
            rule.sources,
            others if filter_.direction == "in" else members,
            format_,
        )
        destinations = self.bounds(
            rule.destinations,
            others if filter_.direction == "out" else members,
            format_,
        )
        senders = self._widen(rule.sources, sources)
        receivers = self._widen(rule.destinations, destinations)
        if filter_.attached_to and filter_.direction == "in":
            destinations = _within(destinations, attached)
            receivers = _within(receivers, attached)
        if filter_.attached_to and filter_.direction == "out":
            sources = _within(sources, attached)
            senders = _within(senders, attached)
        if isinstance(rule.service, Unknown):
            services = 0, self._service(rule.service.at_most)
        else:
            services = (self._service(rule.service),) * 2
        least, opens = (
            self.boxes(
                sources[at], destinations[at], services[at], rule.source_ports
            )
            for at in (0, 1)
        )
        most = opens
        if (senders[1], receivers[1]) != (sources[1], destinations[1]):
            most = self.boxes(
                senders[1], receivers[1], services[1], rule.source_ports
            )
        # Most are all the same, and are packed once.
        opened = tuple(map(pack_box, opens))
        packed = opened if most is opens else tuple(map(pack_box, most))
        if rule.conditions:
            decides: tuple[PackedBox, ...] = ()
        elif least == most:
            decides = packed
        elif least == opens:
            decides = opened
        else:
            decides = tuple(map(pack_box, least))
        return RuleBoxes(
            rule,
            _broad(rule, filter_),
            decides,
            most=packed,
            opens=opened,
            hull=hull(packed),
            opened=hull(opened),
        )

    def _widen(self, parties: tuple[Party, ...], side: _Bounds) -> _Bounds:
        """Return a side of a rule with whoever may be in its parties."""
        most = side[1]
        for party in parties:
            most |= self.may_hold(party)
        return side[0], most

    def may_hold(self, party: Party) -> int:
        """Return which roles may be in a party that has none, as atoms.

        That a role has addresses, or another group, does not tell that it is
        not in this one; addresses tell who is in a network.
        """
        return self._held(party, names_of_party(party))

    def _find_held(self, party: Party, _: tuple[str, ...]) -> int:
        match party:
            case Networks(networks=networks) if not self._roles_by_key(party):
                mask = 0
                for network in networks:
                    if not self._is_mapped(network):
                        family = self.addresses.family(network.version)
                        mask |= self._hidden & family
                return mask
            case PrefixList(is_closed=True):
                return 0
            case PrefixList() if is_any(party):
                least, most = self._peers((party,), None)
                return self._anybody_in(party) & most & ~least
            case Tag(selector=selector) if selector is not None:
                # That it has pods of one role does not tell that these are
                # all: those of another may have no rule of their own.
                if not self._roles_by_key(party):
                    return self._anybody_in(party)
            case Group() | Tag() | PrefixList() if not self.roles_of(party):
                return self._anybody_in(party)
        return 0

    def _is_mapped(self, network: Network) -> bool:
        """Return whether a network is part of one of the role map."""
        return any(
            network.supernet(new_prefix=bits) in self._mapped
            for bits in self._mapped_bits
            if bits <= network.prefixlen
        )

    def _anybody_in(self, party: Group | Tag | PrefixList) -> int:
        mask = 0
        for role in parts_of_roles(each.name for each in self._roles_named):
            mask |= self._role_mask(role)
        if isinstance(party, Tag) and party.selector is not None:
            # Their labels tell who of these is in it.
            for tag in self._selected:
                mask &= ~self._find_roles(tag)[1]
        if isinstance(party, Group) and party.family is not None:
            mask &= self.addresses.family(party.family)
        return mask

    # -- what is needed ------------------------------------------------------

    def needs(self, flow: Flow) -> tuple[Need, ...]:
        """Return what a flow is: each of these alone suffices.

        ``TCP or UDP`` is a choice where the vendor does not state which;
        else all protocols of a flow are one need.
        """
        # The reason tells that the vendor does not say which of them.
        is_choice = len(flow.protocols) > 1 and any(
            reason.field == "protocols"
            for reason in (*flow.inferred, *flow.readings)
        )
        if is_choice:
            return tuple(
                self._need(flow, (protocol,)) for protocol in flow.protocols
            )
        return (self._need(flow, flow.protocols),)

    def _need(self, flow: Flow, protocols: tuple[Protocol, ...]) -> Need:
        source = self._end(flow.source, flow, sends=True)
        destination = self._end(flow.destination, flow, sends=False)
        made = {
            family: self._need_in(
                flow, protocols, family, source.mask, destination.mask
            )
            for family in FAMILIES
        }
        both = made[IPV4].region and made[IPV6].region
        if both and not (source.is_known and destination.is_known):
            # Which family is used, nobody knows: IPv4 is assumed.
            return made[IPV4]._replace(other=made[IPV6])
        return Need(
            protocols,
            (*made[IPV4].region, *made[IPV6].region),
            (*made[IPV4].replies, *made[IPV6].replies),
            None,
        )

    def _need_in(
        self,
        flow: Flow,
        protocols: tuple[Protocol, ...],
        family: Family,
        source: int,
        destination: int,
    ) -> Need:
        own = self.addresses.family(family)
        region: list[Box] = []
        replies: list[Box] = []
        for protocol in protocols:
            service = self._service(_spans_of(flow, protocol))
            region += self.boxes(source & own, destination & own, service)
            answer = self._service(_replies(flow, protocol))
            ports = (
                _ported(flow, protocol)
                if protocol.has_ports and self.ports is not None
                else None
            )
            replies += self.boxes(
                destination & own, source & own, answer, ports
            )
        # What is over different protocols has nothing in common.
        return Need(protocols, tuple(region), tuple(replies), None)

    def _end(self, role: EndpointId, flow: Flow, *, sends: bool) -> _End:
        networks: list[Network] = []
        if self._site.has(role):
            part = self._parts.of(role, flow.when)
            for family in FAMILIES:
                networks += (
                    self._parts.sources(part, family)
                    if sends
                    else self._parts.listening(part, family)
                )
        if networks:
            return _End(self.addresses.networks(networks), is_known=True)
        return _End(self._role_mask(role), is_known=False)

    def region_of(self, flow: Flow) -> Region:
        """Return all that a flow can be, in either family."""
        return self.between(
            self._end(flow.source, flow, sends=True).mask,
            self._end(flow.destination, flow, sends=False).mask,
            flow,
        )

    def reversed(self, flow: Flow) -> Region:
        """Return what a flow would be with its sides swapped."""
        return self.between(
            self._end(flow.destination, flow, sends=True).mask,
            self._end(flow.source, flow, sends=False).mask,
            flow,
        )

    def role_mask(self, role: str) -> int:
        """Return the atoms of a role of the data."""
        return self._role_mask(role)

    def with_places(self, region: Region) -> Region:
        """Return a region with the networks of the roles in it.

        Whoever gives a network a role says that the role is there: what the
        role needs is nothing besides.
        """
        return tuple(
            (self._with(source), self._with(destination), *rest)
            for source, destination, *rest in region
        )

    def _with(self, mask: int) -> int:
        for network in self._places_of(mask):
            mask |= network
        return mask

    def _places_of(self, atoms: Packed) -> Iterator[int]:
        """Yield the networks of the roles among some atoms."""
        if not self._places:
            return
        for own in self.addresses.parties(atoms):
            yield from self._places.get(own, ())

    def _find_text(self, atoms: Packed) -> str:
        for network in self._places_of(atoms):
            mask = unpack(atoms)
            if mask & network == network:
                atoms = pack(mask & ~network)
        return self.addresses.text(atoms)

    def stated(self, statement: Statement) -> Region:
        """Return what a statement of another source is about."""
        source, destination = (
            self.addresses.everybody if end is None else self._role_mask(end)
            for end in (statement.source, statement.destination)
        )
        return self.between(source, destination, statement)

    def between(
        self, source: int, destination: int, record: Flow | Statement
    ) -> Region:
        """Return what a record has somebody send to somebody."""
        service = 0
        for protocol in record.protocols:
            service |= self._service(_spans_of(record, protocol))
        return self.boxes(source, destination, service)

    def pair(self, source: EndpointId, destination: EndpointId) -> Region:
        """Return everything from one role to another."""
        return self.boxes(
            self._role_mask(source),
            self._role_mask(destination),
            self.services.whole,
        )


def _cut_services(
    existing: Iterable[Existing], records: Iterable[Flow | Statement]
) -> Line:
    """Cut by whatever rules match, flows need and sources state."""
    spans: set[tuple[int, int]] = set()
    for each in existing:
        for filter_ in each.filters:
            for rule in (*filter_.rules, *filter_.reply_rules):
                service = rule.service
                if isinstance(service, Unknown):
                    service = service.at_most
                spans.update(service)
    for record in records:
        for protocol in record.protocols:
            spans.update(_spans_of(record, protocol))
            spans.update(_replies(record, protocol))
    # Each protocol is whole for rules that match it with source ports alone.
    return Line(join_spans(EVERY_SERVICE), {*spans, *EVERY_SERVICE})


def _cut_ports(
    existing: Iterable[Existing], flows: Iterable[Flow]
) -> Line | None:
    """Cut source ports; there is no such axis if no rule names any."""
    spans = {
        _numbers(span)
        for each in existing
        for filter_ in each.filters
        for rule in (*filter_.rules, *filter_.reply_rules)
        for span in rule.source_ports or ()
    }
    if not spans:
        return None
    spans |= {(ports.low, ports.high) for f in flows for ports in f.ports}
    return Line(_EVERY_PORT, spans)


def _role(name: str) -> Outsider:
    return Outsider(name, is_role=True)


def _piece(role: str, network: Network) -> Outsider:
    return Outsider(f"{role} in {network}", is_role=True)


def _outsider(party: Party) -> Outsider:
    return Outsider(names_of_party(party)[0])


def _within(side: _Bounds, attached: _Bounds) -> _Bounds:
    """Return what of a side a filter judges: only what is attached to it."""
    return common(side[0], attached[1]), common(side[1], attached[1])


def _broad(rule: Rule, filter_: Filter) -> str:
    """Return what makes a rule broad, or nothing.

    Any destination of what leaves is ordinary.
    """
    if rule.origin == "provider-default":
        return "provider-default"
    if filter_.direction != "out" and any(map(is_any, rule.sources)):
        return "any-source"
    return ""


def last_resort_breadth(last: LastResort, filter_: Filter) -> str:
    """Return what makes it broad to rest on a last resort, or nothing."""
    if last.origin == "provider-default":
        return "provider-default"
    return "" if filter_.direction == "out" else "any-source"


def _numbers(span: tuple[int, int]) -> tuple[int, int]:
    """Return ports as numbers, without their protocol."""
    return span[0] % PORTS, span[1] % PORTS


def _ported(record: Flow | Statement, protocol: Protocol) -> Spans:
    return join_spans(
        span
        for ports in record.ports
        for span in port_spans(protocol, ports.low, ports.high)
    )


def _spans_of(record: Flow | Statement, protocol: Protocol) -> Spans:
    """Return what a record is over one of its protocols."""
    if protocol in ECHO_REQUESTS:
        kinds = record.icmp_types or (ECHO_REQUESTS[protocol],)
        return join_spans(
            span
            for kind in kinds
            for span in message_spans(
                protocol,
                kind,
                _ECHO_CODE if kind == ECHO_REQUESTS[protocol] else None,
            )
        )
    if protocol.has_ports and record.ports:
        return _ported(record, protocol)
    return protocol_spans(protocol)


def _replies(record: Flow | Statement, protocol: Protocol) -> Spans:
    """Return what answers: from its ports, to where it was opened from."""
    if protocol in ECHO_REQUESTS:
        reply = 0 if protocol == ICMP else ECHO_REQUESTS[protocol] + 1
        return message_spans(protocol, reply, _ECHO_CODE)
    if protocol.has_ports:
        return port_spans(protocol, *_EPHEMERAL)
    return protocol_spans(protocol)
