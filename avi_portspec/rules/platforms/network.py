"""Routers and firewalls of seven kinds, through aerleon and a guard.

aerleon (the extra ``network``) knows the syntax. What is written, in which
order, and whether it is to be believed is decided here and in
:mod:`~avi_portspec.rules.platforms.guard`.

Access lists (Cisco IOS, Cisco ASA, Arista EOS, Junos on routers) end in a
term that stops everything else, for some read an empty list as "let
everything pass". Firewalls with zones (SRX, PAN-OS, FortiOS) have other
policies besides, and what to do with the rest is theirs to say.

Two limits follow. The last term also stops the neighbour discovery of IPv6,
which IOS lets through where no such term stands. And IOS lets the later
fragments of a packet through wherever an entry with ports has its addresses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from textwrap import wrap
from typing import Final

import attrs

from avi_portspec.rules.networks import Family, Network
from avi_portspec.rules.neutral import ReturnRule, Rule, RuleSet, return_rules
from avi_portspec.rules.platforms import recount
from avi_portspec.rules.platforms.guard import (
    Filter,
    Target,
    Term,
    comment,
    distrust,
    generate,
    short_name,
)

__all__ = [
    "render_arista",
    "render_cisco",
    "render_ciscoasa",
    "render_fortigate",
    "render_juniper",
    "render_paloalto",
    "render_srx",
]

_GRE, _ESP, _AH = 47, 50, 51
_BARE: Final = frozenset({_GRE, _ESP, _AH})
#: IOS and EOS have no word for GRE in a list for IPv6.
_BARE_IPV6: Final = frozenset({_ESP, _AH})
_NONE: Final[frozenset[int]] = frozenset()

#: The longest line of a header. Consoles cut long lines, and what is cut
#: off could be read as a command.
_WIDTH: Final = 80
#: What a header may hold: printable ASCII but the question mark, which asks
#: a console for help wherever it stands.
_UNCLEAN: Final = re.compile(r"[^ ->@-~]", re.ASCII)
#: The most networks on one side of an SRX policy, which takes 1,024
#: addresses and counts one of IPv6 as four.
_SRX_SIDE: Final[dict[Family, int]] = {4: 500, 6: 125}
#: What version control systems write into, so that bytes would differ.
_TAG: Final = re.compile(r"^.*\$(?:Id|Date|Revision):\$.*\n", re.MULTILINE)
_EMPTY_COMMENT: Final = re.compile(r" */\*\n(?: *\*\* *\n)* *\*/\n")
_BLANK_LINES: Final = re.compile(r"\n{3,}")
_PORT_NAMES: Final = re.compile(r"\b(?:eq (\S+)|range (\S+) (\S+))")


def _as_it_is(text: str, terms: Sequence[Term]) -> str:
    return text


@attrs.frozen(kw_only=True)
class _Platform:
    """How a platform is written.

    Attributes:
        target: What aerleon is asked for.
        filters: The headings for terms, each with its families.
        dress: What puts the header on top.
        says: Whether a text lets through as many things as there are
            terms, each between addresses: a count that a fault changes.
        finish: What turns aerleon's text into the platform's.
        stateless: Whether what comes back needs terms of its own.
        closes: Whether a last term stops everything else.
        icmp_apart: Whether aerleon fails over ICMP beside ports.
        side: The most networks on a side of a term, where there is a limit.
    """

    target: Target
    filters: tuple[tuple[str, tuple[Family, ...]], ...]
    dress: Callable[[Sequence[str], str], str]
    says: Callable[[str, Sequence[Term]], bool]
    finish: Callable[[str, Sequence[Term]], str] = _as_it_is
    stateless: bool = False
    closes: bool = False
    icmp_apart: bool = False
    side: dict[Family, int] | None = None


def render_arista(rules: RuleSet) -> str:
    """Return two access lists for Arista EOS, replies included."""
    return _write(_ARISTA, rules)


def render_cisco(rules: RuleSet) -> str:
    """Return two extended access lists for Cisco IOS, replies included."""
    return _write(_CISCO, rules)


def render_ciscoasa(rules: RuleSet) -> str:
    """Return an access list for Cisco ASA; rules for IPv6 raise."""
    return _write(_CISCO_ASA, rules)


def render_fortigate(rules: RuleSet) -> str:
    """Return firewall policies for FortiOS."""
    return _write(_FORTIGATE, rules)


def render_juniper(rules: RuleSet) -> str:
    """Return two firewall filters for Junos, replies included."""
    return _write(_JUNIPER, rules)


def render_paloalto(rules: RuleSet) -> str:
    """Return security rules for PAN-OS, as XML."""
    return _write(_PALOALTO, rules)


def render_srx(rules: RuleSet) -> str:
    """Return global security policies for Junos on SRX."""
    return _write(_SRX, rules)


def _write(platform: _Platform, rules: RuleSet) -> str:
    terms = list(_terms(platform, rules))
    batches = [terms]
    if platform.icmp_apart:
        batches = [
            [term for term in terms if bool(term.icmp_types) == of_icmp]
            for of_icmp in (False, True)
        ]
    written = [
        _batch(platform, batch)
        for batch in batches
        if batch or platform.closes
    ]
    lines = [
        line
        for each in rules.header()
        for line in wrap(_UNCLEAN.sub(".", each), _WIDTH)
    ]
    return platform.dress(lines, "\n".join(written))


def _batch(platform: _Platform, terms: Sequence[Term]) -> str:
    """Return what stands for some terms, after a second look at it."""
    filters = []
    for options, families in platform.filters:
        within = [term for term in terms if term.family in families]
        if within or platform.closes:
            filters.append(Filter(options, within, platform.closes))
    text = _TAG.sub("", generate(platform.target, filters) + "\n")
    text = platform.finish(_EMPTY_COMMENT.sub("", text), terms)
    if not platform.says(text, terms):
        raise distrust(platform.target, terms, "it lets through other things")
    return _BLANK_LINES.sub("\n\n", text).strip("\n") + "\n"


def _terms(platform: _Platform, rules: RuleSet) -> Iterator[Term]:
    for rule in rules.rules:
        told = comment(
            map(": ".join, zip(rule.flows, rule.reasons, strict=True))
        )
        yield from _parts(platform, rule, rule, told)
    if platform.stateless:
        for reply in return_rules(rules.rules):
            told = comment([f"replies to {reply.rule.id}"])
            yield from _parts(platform, reply, reply.rule, told)


def _parts(
    platform: _Platform,
    rule: Rule | ReturnRule,
    origin: Rule,
    told: tuple[str, ...],
) -> Iterator[Term]:
    """Yield the terms of a rule: one, if the target takes it whole."""
    side = None if platform.side is None else platform.side[rule.family]
    for (source, sources), (destination, destinations) in product(
        _chunks(rule.source, rule.sources, side),
        _chunks(rule.destination, rule.destinations, side),
    ):
        name = rule.id
        if (source, destination) != (rule.source, rule.destination):
            name = f"{rule.id} {source} {destination}"
        yield Term(
            name=short_name(name, platform.target.longest),
            rule=origin.id,
            flows=origin.flows,
            family=rule.family,
            source=source,
            sources=sources,
            destination=destination,
            destinations=destinations,
            protocol=rule.protocol,
            ports=origin.ports,
            reply=rule is not origin,
            icmp_types=rule.icmp_types,
            comment=told,
        )


def _chunks(
    role: str, networks: tuple[Network, ...], most: int | None
) -> Iterator[tuple[str, tuple[Network, ...]]]:
    """Yield the networks of a role in as many parts as it takes."""
    if most is None or len(networks) <= most:
        yield role, networks
        return
    for number, at in enumerate(range(0, len(networks), most), 1):
        yield f"{role}-part-{number}", networks[at : at + most]


# -- what surrounds the text ------------------------------------------------


def _signed(sign: str) -> Callable[[Sequence[str], str], str]:
    """Return what puts a header on top, in lines that start with *sign*."""

    def dress(lines: Sequence[str], text: str) -> str:
        top = "".join(f"{sign} {line}".rstrip() + "\n" for line in lines)
        return f"{top}\n{text}" if text else top

    return dress


def _in_xml(lines: Sequence[str], text: str) -> str:
    # Two hyphens in a row, or one at its end, are no part of a comment.
    told = [re.sub("-(?=-)", "- ", line) for line in lines]
    header = "".join(f"  {line}\n" for line in told)
    declaration, _, rest = (text or f"{_XML}\n<config/>\n").partition("\n")
    return f"{declaration}\n<!--\n{header}-->\n{rest}"


_XML: Final = '<?xml version="1.0" ?>'


def _by_number(platform: str) -> Callable[[str, Sequence[Term]], str]:
    """Return what undoes the names that aerleon gives to ports.

    Which port a name means depends on the version of the device: Kerberos
    is 88 on one and 750 on the next. A number cannot be misread.
    """

    def finish(text: str, terms: Sequence[Term]) -> str:
        from aerleon.lib.cisco import PortMap

        numbers = {
            str(PortMap.GetProtocol(port, protocol, platform)): str(port)
            for term in terms
            for protocol in ("tcp", "udp")
            for ports in term.ports
            for port in (ports.low, ports.high)
        }

        def number(found: re.Match[str]) -> str:
            word, *names = found[0].split()
            return " ".join([word, *(numbers.get(n, "") for n in names)])

        return _PORT_NAMES.sub(number, text)

    return finish


def _appended(text: str, terms: Sequence[Term]) -> str:
    """Give policies the next free ids, not those of policies that exist."""
    before, heading, policies = text.rpartition("config firewall policy\n")
    fresh = re.sub(
        r"^    edit \d+$", "    edit 0", policies, flags=re.MULTILINE
    )
    return f"{before}{heading}{fresh}"


# -- the platforms ----------------------------------------------------------

_LISTS: Final[tuple[tuple[str, tuple[Family, ...]], ...]] = (
    ("avi-ports-ipv4 extended", (4,)),
    ("avi-ports-ipv6 inet6", (6,)),
)

_ARISTA: Final = _Platform(
    target=Target(name="arista", longest=62, bare={4: _BARE, 6: _BARE_IPV6}),
    filters=_LISTS,
    dress=_signed("!"),
    finish=_by_number("arista"),
    says=recount.entries(pairs=True, words=True),
    stateless=True,
    closes=True,
)
_CISCO: Final = _Platform(
    target=Target(name="cisco", longest=62, bare={4: _BARE, 6: _BARE_IPV6}),
    filters=_LISTS,
    dress=_signed("!"),
    says=recount.entries(pairs=True, words=True),
    stateless=True,
    closes=True,
)
_CISCO_ASA: Final = _Platform(
    target=Target(name="ciscoasa", longest=62, bare={4: _BARE}),
    # aerleon writes nothing for IPv6 here, and does not say so: the target
    # lacks that family, and terms of it are refused.
    filters=(("avi-ports", (4, 6)),),
    dress=_signed("!"),
    finish=_by_number("cisco"),
    says=recount.entries(pairs=False, words=False),
    closes=True,
)
_FORTIGATE: Final = _Platform(
    # FortiOS takes 35 characters for the name of a policy.
    target=Target(name="fortigate", longest=35, bare={4: _NONE, 6: _NONE}),
    filters=(
        ("from-zone any to-zone any inet", (4,)),
        ("from-zone any to-zone any inet6", (6,)),
    ),
    dress=_signed("#"),
    finish=_appended,
    says=recount.policies,
    icmp_apart=True,
)
_JUNIPER: Final = _Platform(
    target=Target(name="juniper", longest=62, bare={4: _BARE, 6: _BARE}),
    filters=(
        ("avi-ports-ipv4 inet", (4,)),
        ("avi-ports-ipv6 inet6", (6,)),
    ),
    dress=_signed("#"),
    says=recount.filter_terms,
    stateless=True,
    closes=True,
)
_PALOALTO: Final = _Platform(
    # 63 characters for the name of a service, which is "service-", the
    # name of the term, and "-tcp". Applications stand for protocols there,
    # and what an application is changes with the vendor's updates.
    target=Target(name="paloalto", longest=50, bare={4: _NONE, 6: _NONE}),
    filters=(
        ("from-zone any to-zone any inet", (4,)),
        ("from-zone any to-zone any inet6", (6,)),
    ),
    dress=_in_xml,
    says=recount.xml_rules,
)
_SRX: Final = _Platform(
    # 63 characters for the name of an application, which is the name of
    # the term and "-app12345".
    target=Target(name="srx", longest=50, bare={4: _BARE, 6: _BARE}),
    filters=(("from-zone all to-zone all mixed address-book-global", (4, 6)),),
    dress=_signed("#"),
    says=recount.global_policies,
    side=_SRX_SIDE,
)
