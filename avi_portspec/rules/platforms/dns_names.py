"""DNS names, on firewalls that have objects for them.

aerleon is told addresses alone: one stands in for each name, and what was
written for it becomes the name. What stands in is a multicast group, which no
inventory can have, and each has to be found as often as it was asked for: a
name that got lost, or stands where it was not asked for, is noticed.

The references are ``fqdn`` of a network object (Cisco ASA), of ``config
firewall address`` (FortiOS) and of an address (PAN-OS), and ``dns-name`` of
an address book (Junos).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from ipaddress import ip_address, ip_network
from itertools import count
from typing import Final, NamedTuple

from avi_portspec.documents import join
from avi_portspec.names import EndpointId
from avi_portspec.rules.networks import Family, Network
from avi_portspec.rules.neutral import Rule, SiteRules
from avi_portspec.rules.options import Options
from avi_portspec.rules.peers import NamedObject, Peer
from avi_portspec.rules.platforms import recount
from avi_portspec.rules.platforms.guard import Filter, short_name
from avi_portspec.rules.traffic import FAMILIES

__all__ = [
    "FOR_ASA",
    "FOR_FORTIOS",
    "FOR_JUNOS",
    "FOR_PANOS",
    "DnsNames",
    "NameSyntax",
]

_FIRST: Final = {4: ip_address("224.0.0.2"), 6: ip_address("ff00::2")}
#: An ASA takes 64 characters for the name of an object.
_LONGEST: Final = 64


class NameSyntax(NamedTuple):
    """How a platform writes a name in place of an address.

    Attributes:
        address: What is written for an address, which is a group of it.
        name: What takes its place.
        definition: What defines an object, where ``name`` refers to one:
            such a platform has addresses in each entry, others once in a
            book.
        of_both: Whether a name stands for addresses of both families: then
            nothing says of which a rule between two names is.
    """

    address: re.Pattern[str]
    name: str
    definition: str = ""
    of_both: bool = False


FOR_ASA: Final = NameSyntax(
    # A remark is taken as a whole, and left as it is.
    re.compile(
        r"^access-list \S+ remark .*|"
        r"(?<= )host (?P<address>[0-9.]+)(?= |$)",
        re.MULTILINE,
    ),
    "object {object}",
    "object network {object}\n fqdn v{family} {name}\n",
)
FOR_FORTIOS: Final = NameSyntax(
    re.compile(
        r"^(?P<start> *set) type \S+\n"
        r" *set (?:subnet|ip6) (?P<address>[0-9a-f.:]+)"
        r"(?: 255\.255\.255\.255|/128)$",
        re.MULTILINE,
    ),
    '{start} type fqdn\n{start} fqdn "{name}"',
)
FOR_JUNOS: Final = NameSyntax(
    re.compile(
        r"^(?P<start> *)(?P<entry>address \S+) "
        r"(?P<address>[0-9a-f.:]+)/(?:32|128);$",
        re.MULTILINE,
    ),
    "{start}{entry} {{\n"
    "{start}    dns-name {name} {{\n"
    "{start}        ipv{family}-only;\n"
    "{start}    }}\n"
    "{start}}}",
)
FOR_PANOS: Final = NameSyntax(
    re.compile(
        r"<ip-netmask>(?P<address>[0-9a-f.:]+)/(?:32|128)</ip-netmask>"
    ),
    "<fqdn>{name}</fqdn>",
    of_both=True,
)


class DnsNames:
    """The DNS names that rules have, and what stands in for them.

    Args:
        rules: The rules.
        options: How they are written.
    """

    def __init__(self, rules: SiteRules, options: Options) -> None:
        self._options = options
        sides = [side for rule in rules.rules for side in _sides(rule)]
        # Of each role apart, for aerleon can take two that have the same
        # addresses for one.
        names = {(role, each) for role, _, named in sides for each in named}
        taken = {network for _, networks, _ in sides for network in networks}
        self._stand_ins: dict[tuple[Family, str, str], Network] = {}
        for family in FAMILIES:
            # Never two in a row, of which it would make one network.
            free = (
                network
                for at in count(step=2)
                if (network := ip_network(_FIRST[family] + at)) not in taken
            )
            for role, name in sorted(names):
                self._stand_ins[family, role, name] = next(free)
        self._names = {
            network: (family, name)
            for (family, _, name), network in self._stand_ins.items()
        }
        self._spelt = {str(n.network_address): n for n in self._names}

    def notes(self) -> Iterator[str]:
        """Yield what a reader has to know of the names."""
        names = sorted({name for _, name in self._names.values()})
        if names:
            yield (
                "Caution: the device asks DNS for the addresses of "
                f"{join('and', names)}: it needs a DNS server, and whoever "
                "answers for a name decides what is open"
            )

    def of(self, rule: Rule) -> tuple[tuple[Network, ...], ...]:
        """Return what stands in for the names of both sides of a rule."""
        return tuple(
            tuple(self._stand_ins[rule.family, role, name] for name in named)
            for role, _, named in _sides(rule)
        )

    def put(
        self, text: str, filters: Sequence[Filter], syntax: NameSyntax
    ) -> str | None:
        """Return a text with the names in place of what stands in for them.

        Args:
            text: What aerleon wrote.
            filters: What it was asked to write.
            syntax: How the platform writes names.

        Returns:
            ``None`` if the places are not those that there should be.
        """
        found: Counter[Network] = Counter()
        defined: dict[str, str] = {}

        def put(place: re.Match[str]) -> str:
            network = self._spelt.get(place["address"])
            if network is None:
                return place[0]
            found[network] += 1
            family, name = self._names[network]
            label = self._options.label(f"fqdn-{name}")
            fields = {
                **place.groupdict(),
                "family": str(family),
                "name": name,
                "object": short_name(label, _LONGEST),
            }
            defined[name] = syntax.definition.format_map(fields)
            return syntax.name.format_map(fields)

        text = syntax.address.sub(put, text)
        if found != self._expected(filters, syntax):
            return None
        return "".join(defined[name] for name in sorted(defined)) + text

    def _expected(
        self, filters: Sequence[Filter], syntax: NameSyntax
    ) -> Counter[Network]:
        """Return how often each has to stand in a text."""
        expected: Counter[Network] = Counter()
        for term in (term for part in filters for term in part.terms):
            for networks in (term.sources, term.destinations):
                entries = recount.pairs(term) // len(networks)
                for network in self._names.keys() & {*networks}:
                    if syntax.definition:
                        expected[network] += entries
                    else:
                        expected[network] = 1
        return expected


class _Side(NamedTuple):
    """A side of a rule: its role, networks and names."""

    role: EndpointId
    networks: tuple[Network, ...]
    names: tuple[str, ...]


def _sides(rule: Rule) -> tuple[_Side, _Side]:
    return (
        _Side(rule.source, rule.sources, _named(rule.source_objects)),
        _Side(
            rule.destination,
            rule.destinations,
            _named(rule.destination_objects),
        ),
    )


def _named(objects: Iterable[Peer]) -> tuple[str, ...]:
    return tuple(
        each.name for each in objects if isinstance(each, NamedObject)
    )
