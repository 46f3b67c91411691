"""What exists: filters and their rules, as a reader found them.

Everything here is a value without a file, a process or a socket. A reader
makes it of bytes; the verdicts take it as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal, TypeAlias

import attrs

from avi_portspec.audit.selectors import Selector
from avi_portspec.audit.services import EVERY_SERVICE, Spans
from avi_portspec.errors import Fault, shown
from avi_portspec.rules.networks import Family, Network
from avi_portspec.rules.traffic import Strict

__all__ = [
    "STANDARD_INPUT",
    "Action",
    "Anywhere",
    "Direction",
    "Discipline",
    "Existing",
    "Filter",
    "Group",
    "LastResort",
    "Members",
    "Networks",
    "Origin",
    "Party",
    "Place",
    "PrefixList",
    "Rule",
    "Tag",
    "Unknown",
    "Unread",
    "UnreadKind",
    "families_of",
    "is_any",
]

Action: TypeAlias = Literal["allow", "deny"]
#: Of what passes a filter: to the parties that it is attached to, from them,
#: or between parties that its rules name.
Direction: TypeAlias = Literal["in", "out", "through"]
#: How the rules of a filter are evaluated: all of them allow and their order
#: is of no account; or the first that matches decides.
Discipline: TypeAlias = Literal["union", "first-match"]
#: Whether the file says so, or the provider does where the file is silent.
Origin: TypeAlias = Literal["file", "provider-default"]
#: Why something of a file is no rule here: it is not about traffic that is
#: judged; it could not be read; or what it says is known only later.
UnreadKind: TypeAlias = Literal["set-aside", "failed", "unknown"]

#: The name of what is no file.
STANDARD_INPUT: Final = "standard input"


@attrs.frozen
class Place:
    """Where something stands.

    Attributes:
        file: The name of the file as it was given, or ``STANDARD_INPUT``.
        line: The line, from 1, where the format has lines that people know.
        pointer: What leads there inside the file: a JSON pointer (RFC 6901),
            the address of a Terraform resource, a chain.
    """

    file: str
    line: int | None = None
    pointer: str = ""

    def __str__(self) -> str:
        if self.line is not None:
            return f"{self.file}:{self.line}"
        return f"{self.file}{'#' if self.pointer else ''}{self.pointer}"

    def before(self, text: str, joint: str = " ") -> str:
        """Return a text with the place before it, and no name twice.

        >>> str(Place("file", pointer="chain").before("chain 1", ": "))
        'file#chain 1'
        """
        if self.line is None and self.pointer:
            rest = text.removeprefix(self.pointer)
            if rest != text and not rest[:1].isalnum():
                return f"{self}{rest}"
        return f"{self}{joint}{text}"


# Rules, and what is made of them, are looked up by their parties.
@attrs.frozen(cache_hash=True)
class Networks:
    """Addresses of one or both families, collapsed and sorted.

    They may be none: a set that is empty, say, or half of a dual-stack rule.
    """

    networks: tuple[Network, ...]
    #: What the file calls it, where it has a name for it: a set, an object.
    name: str | None = None


@attrs.frozen
class Anywhere:
    """Any address at all of these families: the only "any" there is."""

    families: tuple[Family, ...]


@attrs.frozen
class Group:
    """A group of the file's provider, by the id or address that names it."""

    id: str
    #: What people call it, where the file says so: no part of what it is.
    name: str | None = attrs.field(default=None, eq=False)
    #: The only family whose addresses are meant, where a rule is of one.
    family: Family | None = None
    #: Whether it only bears filters, and no rule can name its members by it.
    is_bearer: bool = attrs.field(default=False, eq=False, repr=False)


@attrs.frozen
class Tag:
    """What bears a tag or a label, in the spelling of the provider."""

    name: str
    #: The labels of those who bear it, where these decide: no part of what
    #: it is.
    selector: Selector | None = attrs.field(default=None, eq=False, repr=False)


@attrs.frozen
class PrefixList:
    """A list of prefixes that stands elsewhere."""

    id: str
    #: Whether it is the provider's own, and nothing of the site can be in it.
    is_closed: bool = attrs.field(default=False, eq=False)
    #: Whether the members of all groups are in it: it says where they are.
    holds_groups: bool = attrs.field(default=False, eq=False, repr=False)
    #: The list outside of which it is all there is, and the networks that are
    #: outside for sure.
    outside_of: PrefixList | None = attrs.field(
        default=None, eq=False, repr=False
    )
    surely: tuple[Network, ...] = attrs.field(default=(), eq=False, repr=False)


@attrs.frozen
class Members:
    """The parties that the rule's own filter is attached to."""


@attrs.frozen
class Unknown:
    """Something that the file does not settle.

    Attributes:
        text: What the file says, such as ``var.se_networks``.
        why: Why that is not enough, and what would settle it.
        at_most: What it can be, if it is a service.
    """

    text: str
    why: str
    at_most: Spans = attrs.field(default=EVERY_SERVICE, eq=False, repr=False)


Party: TypeAlias = (
    Networks | Anywhere | Group | Tag | PrefixList | Members | Unknown
)


def families_of(party: Party) -> frozenset[Family]:
    """Return the families that a party is of, if it says so."""
    match party:
        case Anywhere(families=families):
            return frozenset(families)
        case Networks(networks=networks):
            return frozenset(network.version for network in networks)
    return frozenset()


def is_any(party: Party) -> bool:
    """Return whether a party is anybody, or anybody outside."""
    if isinstance(party, Networks):
        return any(not network.prefixlen for network in party.networks)
    if isinstance(party, PrefixList):
        return party.outside_of is not None
    return isinstance(party, Anywhere)


@attrs.frozen(kw_only=True)
class Rule:
    """One rule of a filter.

    Attributes:
        id: What the file calls it, else its place: unique in its filter.
        place: Where it stands. Rules of one place are one rule of the file.
        action: What it does to what it matches.
        sources: Who sends: any of these.
        destinations: Who receives: any of these.
        service: What is sent, or why that is not known.
        source_ports: The source ports that it is limited to, on the line of
            services; ``None`` if it is not.
        origin: Whether the file says it, or the provider.
        conditions: What narrows it besides, in words: a time, an interface,
            a user. It may match less than it seems to.
        assumes: What was assumed to read it, in words: the default of a
            variable.
    """

    id: str
    place: Place
    action: Action = "allow"
    sources: tuple[Party, ...]
    destinations: tuple[Party, ...]
    service: Spans | Unknown
    source_ports: Spans | None = None
    origin: Origin = "file"
    conditions: tuple[str, ...] = ()
    assumes: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class LastResort:
    """What happens to what no rule matches.

    Attributes:
        action: What happens.
        origin: Whether the file says so, or the provider.
        text: Who says so, in words: ``chain policy``, ``implied deny``.
    """

    action: Action
    origin: Origin
    text: str


@attrs.frozen(kw_only=True)
class Filter:
    """Ordered rules, and the parties whose traffic passes them.

    Attributes:
        id: What the file calls it: unique in its file.
        place: Where it stands.
        attached_to: The parties whose traffic it judges; none if the file
            does not say and its rules name both sides.
        direction: Which of their traffic.
        stage: What kind of filter it is for its provider, such as
            ``security group`` or ``network ACL``. Filters of one stage at
            one party add up; traffic has to pass every stage.
        discipline: How its rules are evaluated.
        rules: The rules, in the order of evaluation.
        last_resort: What happens to the rest.
        is_stateful: Whether replies pass by themselves.
        reply_rules: The rules for replies where they do not, if there are
            others for them than *rules*.
        routed_by: The host that forwards what the filter judges: one that
            has a role of its own is taken for no router, and judges nothing.
        borders: The parties at whose borders it stands: what stays within
            one of them does not pass it. There are none if it is not known
            which they are; ``None`` if it judges that, too.
        assumes: What was assumed to read it, in words.
    """

    id: str
    place: Place
    attached_to: tuple[Party, ...]
    direction: Direction
    stage: str
    discipline: Discipline
    rules: tuple[Rule, ...]
    last_resort: LastResort
    is_stateful: bool = True
    reply_rules: tuple[Rule, ...] = ()
    routed_by: Party | None = None
    borders: tuple[Party, ...] | None = None
    assumes: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Unread:
    """Something of a file that is no rule here.

    Attributes:
        place: Where it stands.
        kind: Whether it was set aside, failed, or is not known.
        text: What it is, in the file's words.
        why: Why, and what would settle it.
        filters: The filters that it may add rules to, by id: they may allow
            more than their rules do, and where the order counts, less. If
            there are none, it may be in every filter of the file.
        is_apart: Whether it is in none of them: it is of another stage, or
            brings filters of its own.
        may_deny: Whether it may deny what its filters allow even where
            their order does not count.
        is_bounded: Whether a rule of its place has what is known of it, such
            as its parties: it may decide nothing else.
    """

    place: Place
    kind: UnreadKind
    text: str
    why: str
    filters: tuple[str, ...] = ()
    is_apart: bool = False
    may_deny: bool = False
    is_bounded: bool = False

    def concerns(self, filter_: Filter) -> bool:
        """Return whether what a filter does depends on it."""
        return (
            self.kind != "set-aside"
            and not (self.is_apart or self.is_bounded)
            and (not self.filters or filter_.id in self.filters)
        )


#: More rules than any one filter has that a person keeps.
MOST_RULES: Final = 20_000


@attrs.frozen(kw_only=True)
class Existing(Strict):
    """All that one file, or one directory, has.

    Nothing in it vanishes: *units* is counted from the file apart from its
    rules, and each unit is read, set aside, failed or unknown.

    Attributes:
        name: The name of the file, as it was given.
        format: The name of the reader.
        filters: The filters.
        unread: What is no rule here.
        units: How many rules the file has, as its own format counts them.
    """

    name: str
    format: str
    filters: tuple[Filter, ...]
    unread: tuple[Unread, ...] = ()
    units: int

    @property
    def read(self) -> int:
        """How many rules of the file were read."""
        return len(
            {
                rule.place
                for filter_ in self.filters
                for rule in filter_.rules
                if rule.origin == "file"
            }
            - {unread.place for unread in self.unread if unread.is_bounded}
        )

    def _faults(self) -> Iterator[Fault]:
        accounted = self.read + len(self.unread)
        if accounted != self.units:
            yield Fault(
                "audit/lost-rules",
                "units",
                f"{accounted}: what was read, set aside, failed or is unknown",
                shown(self.units),
            )
        for filter_ in self.filters:
            # Those that a provider adds are no work of the file's.
            own = sum(rule.origin == "file" for rule in filter_.rules)
            if own > MOST_RULES:
                yield Fault(
                    "audit/too-many-rules",
                    filter_.id,
                    f"at most {MOST_RULES:,} rules in a filter",
                    f"{own:,}",
                )
