"""Routers and firewalls of seven kinds, through aerleon and a guard.

aerleon (the extra ``network``) knows the syntax. What is written, in which
order, and whether it is to be believed is decided here and in
:mod:`~avi_portspec.rules.platforms.guard`.

What judges all traffic ends in a term that stops everything else. What judges
the product's alone ends in terms that stop what comes from or goes to its
addresses. The other policies of a firewall with zones (SRX, PAN-OS, FortiOS)
decide about the rest. An access list (Cisco IOS, Cisco ASA, Arista EOS, Junos
on routers) decides about all traffic of its interface, and stops what no line
is about: what its last line says of the rest, its user has to.

Two things follow. Those terms would also stop the neighbour discovery of
IPv6, which IOS lets through where none of them stands: it has terms of its own
before. And the later fragments of a packet have no ports: IOS lets them
through wherever a permit with ports has their addresses, and Junos takes for
ports what stands where ports would be. So a term comes first there that stops
such fragments.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from ipaddress import ip_network
from itertools import product
from typing import Final, Literal

import attrs

from avi_portspec.errors import (
    CannotExpressError,
    InvalidQueryError,
    shown,
)
from avi_portspec.model.frozen import FrozenDict
from avi_portspec.names import LastLine
from avi_portspec.rules.comments import wrap_comment
from avi_portspec.rules.networks import Family, Network
from avi_portspec.rules.neutral import (
    ReturnRule,
    Rule,
    SiteRules,
    return_rules,
)
from avi_portspec.rules.options import Options
from avi_portspec.rules.platforms import recount
from avi_portspec.rules.platforms.clouds import own_networks
from avi_portspec.rules.platforms.dns_names import (
    FOR_ASA,
    FOR_FORTIOS,
    FOR_JUNOS,
    FOR_PANOS,
    DnsNames,
    NameSyntax,
)
from avi_portspec.rules.platforms.guard import (
    PERMIT,
    PREFIX,
    AddressBook,
    Blanket,
    Filter,
    Target,
    Term,
    comment,
    failure,
    generate,
    short_name,
)
from avi_portspec.rules.platforms.messages import (
    End,
    Syntax,
    for_arista,
    for_cisco,
    for_junos,
    prefix,
)
from avi_portspec.rules.platforms.scope import LEFT_TO_OTHERS, judged
from avi_portspec.rules.traffic import FAMILIES, Message, Ported

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
_SIDES: Final[Mapping[Literal["source", "destination"], str]] = FrozenDict(
    {"source": "from", "destination": "to"}
)
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
#: Keywords that version control systems expand: bytes would differ.
_TAG: Final = re.compile(r"^.*\$(?:Id|Date|Revision):\$.*\n", re.MULTILINE)
#: The most entries of access lists: some seconds' work and some megabytes,
#: and more than the hardware of most devices holds.
_ENTRIES: Final = 100_000
_ERRORS: Final = (
    "ICMP errors that a connection needs (packet too big, time exceeded, "
    "parameter problem) pass to the product's addresses, whatever they are "
    "about, and IPv6 neighbour discovery passes; echo does not"
)
_NO_ERRORS: Final = (
    "no ICMP error is allowed, so a path with a small MTU does not work; IPv6 "
    "neighbour discovery passes"
)
_ENDS: Final[Mapping[LastLine, str]] = FrozenDict(
    {
        "permit": "other traffic passes",
        "none": "other traffic is left to lines of yours that follow",
    }
)
#: What happens to other traffic, by the last line.
_LISTS: Final[Mapping[LastLine, str]] = FrozenDict(
    {
        "permit": (
            "All other traffic is permitted by the last line: bind the list "
            "only where all other traffic passes today."
        ),
        "none": (
            "All other traffic is left to the lines that you add at the end "
            "of the list: without any, the device drops it."
        ),
    }
)
_FILTERS: Final[Mapping[LastLine, str]] = FrozenDict(
    {
        **_LISTS,
        "none": (
            "All other traffic is left to the filter that follows in the "
            "input-list of the interface: without any, the device drops it."
        ),
    }
)
#: Interfaces of an ASA without a list let pass what their security levels
#: do, which no line can say.
_ASA: Final[Mapping[LastLine, str]] = FrozenDict({"none": _LISTS["none"]})
_MISMATCH: Final = "the output does not match the rules"
_LATER: Final = (
    "fragments other than the first have no ports, and those that are "
    "filtered are all dropped{}: fragmented packets do not get through"
)
_ADDED: Final = (
    "edit 0 adds the policies again each time you load this file: first "
    "delete the earlier ones, whose names begin with {}"
)
_AFTER: Final = (
    "{} puts what is new behind what drops the rest: before you load another "
    "version, delete the {} of this one, whose names begin with {}"
)
_EARLIER: Final = "{} decide first, and can allow more"
_REPLACE: Final = re.compile(r"^( *)replace: (?=[a-z-]+ \{$)", re.MULTILINE)
_CLEAR: Final = re.compile(r"^clear configure access-list .*\n", re.MULTILINE)
_ENTRY: Final = re.compile(r"^access-list \S+ extended .*\n", re.MULTILINE)
_OF_LIST: Final = re.compile(r"^access-list [a-z0-9-]+", re.MULTILINE)
_NEW_LIST: Final = (
    "each version is a list of a new name: load it, bind it with "
    "access-group LIST in interface NAME, and only then remove the earlier "
    "one with clear configure access-list LIST"
)
_EMPTY_COMMENT: Final = re.compile(r" */\*\n(?: *\*\* *\n)* *\*/\n")
_BLANK_LINES: Final = re.compile(r"\n{3,}")
_PORT_NAMES: Final = re.compile(r"\b(?:eq (\S+)|range (\S+) (\S+))")


@attrs.frozen(kw_only=True)
class _Writer:
    """Writes rules for one platform.

    Attributes:
        target: What aerleon is asked for.
        filters: The headings for terms, each with its families.
        add_header: What puts the header on top.
        is_exact: Whether a text permits as many things as there are
            terms, each between addresses: a count that a fault changes.
        finish: What turns aerleon's text into the platform's.
        names: How it writes DNS names, on a firewall that has objects for
            them.
        messages: For a platform without state, how it says which messages
            of ICMP pass; what comes back needs terms of its own there.
        last_lines: For a list that decides about all traffic of its
            interface, what each last line means for other traffic.
        icmp_apart: Whether aerleon fails over ICMP beside ports.
        side: The most networks on a side of a term, where there is a limit.
        entries: The most entries of all lists, on a platform that writes
            one for each pair of networks.
        fragments: The families whose later fragments a first term stops.
        replaces_all: Whether aerleon replaces what else the device has;
            rules with a name are added to it.
        notes: What else the output says of itself on top; braces stand for
            what the names of these rules begin with.
    """

    target: Target
    filters: tuple[tuple[str, tuple[Family, ...]], ...]
    add_header: Callable[[Sequence[str], str], str]
    is_exact: Callable[[str, Sequence[Filter]], bool]
    finish: Callable[[str, Sequence[Filter]], str] = lambda text, _: text
    names: NameSyntax | None = None
    messages: Syntax | None = None
    last_lines: Mapping[LastLine, str] | None = None
    icmp_apart: bool = False
    side: dict[Family, int] | None = None
    entries: int | None = None
    fragments: frozenset[Family] = frozenset()
    replaces_all: bool = False
    notes: tuple[str, ...] = ()

    def __call__(self, rules: SiteRules, options: Options) -> str:
        """Return rules in the platform's syntax."""
        others = self._others(options)
        own = own_networks(rules)
        names = DnsNames(rules, options)
        terms = list(_terms(self, rules, names, options))
        if self.entries is not None:
            _check_size(self.target, terms, self.entries)
        batches = [terms]
        if self.icmp_apart:
            messages = [t for t in terms if isinstance(t.traffic, Message)]
            ported = [t for t in terms if not isinstance(t.traffic, Message)]
            # What stops the rest comes after both.
            batches = [ported, messages] if messages else [ported]
        *before, last = batches
        parts = [
            *([*_filters(self, batch, options)] for batch in before),
            [*_filters(self, last, options, own)],
        ]
        book = AddressBook(options.name)
        text = "\n".join(
            _batch(self, filters, book, names, options)
            for filters in parts
            if filters
        )
        notes = [
            *judged(rules, options, FAMILIES, others),
            *(note.format(PREFIX + options.label("")) for note in self.notes),
            *names.notes(),
        ]
        if self.messages is not None:
            notes.append(_ERRORS if options.icmp_errors else _NO_ERRORS)
            ends = _ends(self, parts[-1], options)
            longer = self.messages.insert(text, ends, own, options)
            if longer is None:
                raise failure(self.target, terms, _MISMATCH)
            text = longer
        lines = [
            line
            for text in (*rules.header(), *notes)
            for line in wrap_comment(_UNCLEAN.sub(".", text), _WIDTH, _WIDTH)
        ]
        return self.add_header(lines, text)

    def _others(self, options: Options) -> str:
        """Return what happens to traffic that is not judged.

        Raises:
            InvalidQueryError: It is not said, or could not be true.
        """
        if self.last_lines is None:
            return LEFT_TO_OTHERS
        asked = options.last_line
        if options.scope == "all":
            if asked is None:
                return ""
            expected = (
                "nothing with scope 'all', whose last line drops the rest"
            )
        elif asked is not None and asked in self.last_lines:
            return self.last_lines[asked]
        else:
            words = [f"{each!r} ({_ENDS[each]})" for each in self.last_lines]
            expected = (
                f"{' or '.join(words)}, or scope 'all' (it is dropped): a "
                f"list of {self.target.name} decides about all traffic of "
                "its interface"
            )
        got = "nothing" if asked is None else shown(asked)
        raise InvalidQueryError("last_line", expected, got)


def _filters(
    writer: _Writer,
    terms: Sequence[Term],
    options: Options,
    own: Sequence[Network] | None = None,
) -> Iterator[Filter]:
    """Yield what is written under each heading that has anything.

    Args:
        writer: What writes it.
        terms: What is allowed.
        options: How it is written.
        own: The product's addresses, if this stops the rest.
    """
    for heading, families in writer.filters:
        within = [term for term in terms if term.family in families]
        stops = (
            [] if own is None else [*_stops(writer, families, own, options)]
        )
        if not within and not stops:
            continue
        later: Iterable[Blanket] = ()
        if own is not None and writer.fragments.issuperset(families):
            later = _stops(writer, families, own, options, fragments=True)
        known = {None, *writer.target.bare}
        last = [each for each in stops if each.family in known]
        if options.last_line == "permit":
            last.append(Blanket(name=PERMIT, action="accept"))
        yield Filter(
            heading.format(options.identifier(_LIST)),
            within,
            [*later],
            last,
            [each for each in stops if each.family not in known],
        )


def _stops(
    writer: _Writer,
    families: Sequence[Family],
    own: Sequence[Network],
    options: Options,
    *,
    fragments: bool = False,
) -> Iterator[Blanket]:
    """Yield what stops all that no term allows, or fragments of it alone."""
    word = "deny-later-fragments" if fragments else "deny"

    def name(text: str, family: Family) -> str:
        # Policies stand beside those of other sites; a list is a site's.
        if writer.last_lines is None:
            text = options.label(f"{text}-ipv{family}")
        return short_name(text, writer.target.longest)

    if options.scope == "all":
        text = word if fragments else f"{word}-the-rest"
        if writer.last_lines is not None:
            yield Blanket(name=name(text, families[0]), fragments=fragments)
            return
        # Of one family each: "any" of one could be of both.
        for family in families:
            yield Blanket(
                name=name(text, family),
                role="everywhere",
                networks=(_EVERYWHERE[family],),
            )
        return
    for family in families:
        mine = tuple(n for n in own if n.version == family)
        most = None if writer.side is None else writer.side[family]
        for side, way in _SIDES.items() if mine else ():
            for role, networks in _chunks("product", mine, most):
                yield Blanket(
                    name=name(f"{word}-{way}-{role}", family),
                    side=side,
                    networks=networks,
                    fragments=fragments,
                )


def _ends(
    writer: _Writer, filters: Sequence[Filter], options: Options
) -> Iterator[End]:
    """Yield where messages belong: before what stops the rest of a list."""
    if options.scope == "all":
        for (_, families), part in zip(writer.filters, filters, strict=True):
            yield families[0], part.last[0].name
        return
    for part in filters:
        for end in part.last[:1]:
            if end.family is not None:
                yield end.family, end.name


def _check_size(target: Target, terms: Sequence[Term], most: int) -> None:
    """Refuse lists that are too long to be written, before they are.

    Raises:
        CannotExpressError: There are more entries, with the rule that has
            the most of them.
    """
    counts = {term: recount.pairs(term) for term in terms}
    if sum(counts.values()) <= most:
        return
    term = max(counts, key=counts.__getitem__)
    reason = (
        f"a list has an entry per pair of networks, {counts[term]} for this "
        f"rule and {sum(counts.values())} in all (limit {most}): use "
        "networks instead of single addresses"
    )
    raise CannotExpressError(target.name, term.rule, term.flows, reason)


def _batch(
    writer: _Writer,
    filters: Sequence[Filter],
    book: AddressBook,
    names: DnsNames,
    options: Options,
) -> str:
    """Return the text of some terms, after counting what it permits."""
    terms = [term for part in filters for term in part.terms]
    written = [part for part in filters if part.names]
    text = generate(writer.target, written, book) if written else ""
    if writer.names is not None:
        named = names.put(text, filters, writer.names)
        if named is None:
            raise failure(writer.target, terms, _MISMATCH)
        text = named
    text = _TAG.sub("", f"{text}\n")
    text = writer.finish(_EMPTY_COMMENT.sub("", text), filters)
    if writer.replaces_all and options.name is not None:
        text = _REPLACE.sub(r"\1", text)
    if not writer.is_exact(text, filters):
        raise failure(writer.target, terms, _MISMATCH)
    return _BLANK_LINES.sub("\n\n", text).strip("\n") + "\n"


def _terms(
    writer: _Writer, rules: SiteRules, names: DnsNames, options: Options
) -> Iterator[Term]:
    for rule in rules.rules:
        remarks = comment(rule.purposes)
        named = names.of(rule)
        if all(named) and writer.names is not None and writer.names.of_both:
            reason = "a rule between two names would open IPv4 and IPv6"
            raise CannotExpressError(
                writer.target.name, rule.id, rule.flows, reason
            )
        yield from _parts(writer, rule, named, remarks, options)
    if writer.messages is not None:
        for reply in return_rules(rules.rules):
            remarks = comment([f"replies to {reply.rule.id}"])
            yield from _parts(writer, reply, ((), ()), remarks, options)


def _parts(
    writer: _Writer,
    rule: Rule | ReturnRule,
    named: Sequence[tuple[Network, ...]],
    remarks: tuple[str, ...],
    options: Options,
) -> Iterator[Term]:
    """Yield the terms of a rule: one, if the target takes it whole.

    What stands in for names, given by side, is never beside addresses, which
    could hold it.
    """
    origin = rule.rule if isinstance(rule, ReturnRule) else rule
    side = None if writer.side is None else writer.side[rule.family]
    for (source, sources), (destination, destinations) in product(
        _side(rule.source, rule.sources, named[0], side),
        _side(rule.destination, rule.destinations, named[1], side),
    ):
        name = rule.id
        if (source, destination) != (rule.source, rule.destination):
            name = f"{rule.id} {source} {destination}"
        yield Term(
            name=short_name(options.label(name), writer.target.longest),
            rule=origin.id,
            flows=origin.flows,
            family=rule.family,
            source=source,
            sources=sources,
            destination=destination,
            destinations=destinations,
            traffic=rule.traffic,
            reply=rule is not origin,
            comment=remarks,
        )


def _side(
    role: str,
    networks: tuple[Network, ...],
    named: tuple[Network, ...],
    most: int | None,
) -> Iterator[tuple[str, tuple[Network, ...]]]:
    """Yield the addresses of a role, and what stands in for its names."""
    if networks or not named:
        yield from _chunks(role, networks, most)
    if named:
        # An object that was an address does not become a name.
        yield from _chunks(f"{role}-fqdn", named, most)


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


def _sign(sign: str) -> Callable[[Sequence[str], str], str]:
    """Return what puts a header on top, in lines that start with *sign*."""

    def add_header(lines: Sequence[str], text: str) -> str:
        top = "".join(f"{sign} {line}".rstrip() + "\n" for line in lines)
        return f"{top}\n{text}" if text else top

    return add_header


def _in_xml(lines: Sequence[str], text: str) -> str:
    # Two hyphens in a row, or one at its end, are no part of a comment.
    remarks = [re.sub("-(?=-)", "- ", line) for line in lines]
    header = "".join(f"  {line}\n" for line in remarks)
    declaration, _, rest = (text or f"{_XML}\n<config/>\n").partition("\n")
    return f"{declaration}\n<!--\n{header}-->\n{rest}"


_XML: Final = '<?xml version="1.0" ?>'


def _by_number(platform: str) -> Callable[[str, Sequence[Filter]], str]:
    """Return what undoes the names that aerleon gives to ports.

    Which port a name means depends on the version of the device: Kerberos
    is 88 on one and 750 on the next. A number cannot be misread.
    """

    def finish(text: str, filters: Sequence[Filter]) -> str:
        from aerleon.lib.cisco import PortMap

        numbers = {
            str(PortMap.GetProtocol(port, protocol, platform)): str(port)
            for part in filters
            for term in part.terms
            if isinstance(term.traffic, Ported)
            for protocol in ("tcp", "udp")
            for ports in term.traffic.ports
            for port in (ports.low, ports.high)
        }

        def number(found: re.Match[str]) -> str:
            word, *names = found[0].split()
            return " ".join([word, *(numbers.get(n, "") for n in names)])

        return _PORT_NAMES.sub(number, text)

    return finish


def _as_new_list(text: str, filters: Sequence[Filter]) -> str:
    """Give the list a name of its own, and leave those that are there.

    To clear a list takes it off its interfaces, which then let through what
    their security levels do; and a line is added behind those of a list that
    is there, where the last one has denied everything.
    """
    text = _by_number("cisco")(text, filters)
    text = _CLEAR.sub("", text)
    for part in filters:
        start = f"access-list {part.options}"
        for each in part.beside:
            text += f"\n\n{start} remark {each.name}\n"
            for network in map(prefix, each.networks):
                sides = (network, "any6")
                if each.side == "destination":
                    sides = sides[::-1]
                text += f"{start} extended deny ip {' '.join(sides)}\n"
    # Of what it permits: a remark that is worded otherwise is no new list.
    digest = sha256("".join(_ENTRY.findall(text)).encode()).hexdigest()[:8]
    return _OF_LIST.sub(rf"\g<0>-{digest}", text)


def _append(text: str, filters: Sequence[Filter]) -> str:
    """Give policies the next free ids, not those of policies that exist."""
    before, heading, policies = text.rpartition("config firewall policy\n")
    fresh = re.sub(
        r"^    edit \d+$", "    edit 0", policies, flags=re.MULTILINE
    )
    return f"{before}{heading}{fresh}"


# -- the platforms ----------------------------------------------------------

_EVERYWHERE: Final[Mapping[Family, Network]] = FrozenDict(
    {4: ip_network("0.0.0.0/0"), 6: ip_network("::/0")}
)
#: The name of an access list, of which there may be one a family.
_LIST: Final = "avi-ports"
_TWO_LISTS: Final[tuple[tuple[str, tuple[Family, ...]], ...]] = (
    ("{}-ipv4 extended", (4,)),
    ("{}-ipv6 inet6", (6,)),
)

#: Writes two access lists for Arista EOS, with replies.
render_arista: Final = _Writer(
    target=Target(
        name="arista",
        longest=62,
        bare={4: _BARE, 6: _BARE_IPV6},
        numbers="as-given",
    ),
    filters=_TWO_LISTS,
    add_header=_sign("!"),
    finish=_by_number("arista"),
    is_exact=recount.entries(pairs=True, words=True),
    messages=for_arista,
    last_lines=_LISTS,
    entries=_ENTRIES,
    fragments=frozenset({4}),
    notes=(
        _LATER.format(" over IPv4"),
        "whether an IPv6 list can drop them depends on the device",
    ),
)
#: Writes two extended access lists for Cisco IOS, with replies.
render_cisco: Final = _Writer(
    target=Target(
        name="cisco",
        longest=62,
        bare={4: _BARE, 6: _BARE_IPV6},
        numbers="as-given",
    ),
    filters=_TWO_LISTS,
    add_header=_sign("!"),
    is_exact=recount.entries(pairs=True, words=True),
    messages=for_cisco,
    last_lines=_LISTS,
    entries=_ENTRIES,
    fragments=frozenset({4, 6}),
    notes=(_LATER.format(""),),
)
#: Writes an access list for Cisco ASA; rules for IPv6 raise.
render_ciscoasa: Final = _Writer(
    target=Target(
        name="ciscoasa", longest=62, bare={4: _BARE}, numbers="as-given"
    ),
    # aerleon writes nothing for IPv6 here, and does not say so: the target
    # lacks that family, and terms of it are refused.
    filters=(("{}", (4, 6)),),
    add_header=_sign("!"),
    finish=_as_new_list,
    names=FOR_ASA,
    is_exact=recount.entries(pairs=False, words=False),
    last_lines=_ASA,
    entries=_ENTRIES,
    notes=(_NEW_LIST,),
)
#: Writes firewall policies for FortiOS.
render_fortigate: Final = _Writer(
    # FortiOS takes 35 characters for the name of a policy.
    target=Target(name="fortigate", longest=35, bare={4: _NONE, 6: _NONE}),
    filters=(
        ("from-zone any to-zone any inet", (4,)),
        ("from-zone any to-zone any inet6", (6,)),
    ),
    add_header=_sign("#"),
    finish=_append,
    names=FOR_FORTIOS,
    is_exact=recount.policies,
    icmp_apart=True,
    notes=(_ADDED,),
)
#: Writes two firewall filters for Junos, with replies.
render_juniper: Final = _Writer(
    target=Target(
        name="juniper",
        longest=62,
        bare={4: _BARE, 6: _BARE},
        numbers="replaced",
    ),
    filters=(
        ("{}-ipv4 inet", (4,)),
        ("{}-ipv6 inet6", (6,)),
    ),
    add_header=_sign("#"),
    is_exact=recount.filter_terms,
    messages=for_junos,
    last_lines=_FILTERS,
    fragments=frozenset({4}),
    notes=(_LATER.format(" over IPv4"),),
)
#: Writes security rules for PAN-OS, as XML.
render_paloalto: Final = _Writer(
    # 63 characters for the name of a service, which is "service-", the
    # name of the term, and "-tcp". Applications stand for protocols there,
    # and what an application is changes with the vendor's updates.
    target=Target(name="paloalto", longest=50, bare={4: _NONE, 6: _NONE}),
    filters=(
        ("from-zone any to-zone any inet", (4,)),
        ("from-zone any to-zone any inet6", (6,)),
    ),
    add_header=_in_xml,
    is_exact=recount.xml_rules,
    names=FOR_PANOS,
    notes=(_AFTER.format("a merge", "rules", "{}"),),
)
#: Writes global security policies for Junos on SRX.
render_srx: Final = _Writer(
    # 63 characters for the name of an application, which is the name of
    # the term and "-app12345".
    target=Target(
        name="srx", longest=50, bare={4: _BARE, 6: _BARE}, numbers="replaced"
    ),
    filters=(("from-zone all to-zone all mixed address-book-global", (4, 6)),),
    add_header=_sign("#"),
    is_exact=recount.global_policies,
    names=FOR_JUNOS,
    replaces_all=True,
    side=_SRX_SIDE,
    notes=(
        _EARLIER.format("policies between two zones"),
        _AFTER.format("load merge", "policies", "{}"),
    ),
)
