"""Chains of Linux, followed along their jumps until they are one list."""

from __future__ import annotations

from collections.abc import (
    Collection,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from ipaddress import summarize_address_range
from itertools import chain
from typing import Final, Literal, NamedTuple, TypeAlias

import attrs

from avi_portspec.audit.inputs.addresses import anywhere, join_networks
from avi_portspec.audit.inputs.nodes import WrongError
from avi_portspec.audit.inputs.reading import MEMBERS, Reading
from avi_portspec.audit.model import (
    Action,
    Direction,
    Filter,
    Group,
    LastResort,
    Party,
    Place,
    Rule,
)
from avi_portspec.audit.services import EVERY_SERVICE, Spans, join_spans
from avi_portspec.errors import Fault
from avi_portspec.model.frozen import FrozenDict
from avi_portspec.rules.networks import Family, Network, collapse

__all__ = [
    "ANY_PACKET",
    "TRANSLATES",
    "Base",
    "ChainRule",
    "Match",
    "Verdict",
    "intersect",
    "intersect_networks",
    "intersect_spans",
    "read_chains",
]

#: What a rule does with what it matches. ``continue`` counts or logs;
#: ``other`` hands it to something that is not looked into.
Verdict: TypeAlias = Literal[
    "allow", "deny", "jump", "goto", "return", "continue", "translate", "other"
]
#: The targets of iptables that translate addresses, or hand packets to a
#: program that answers for another.
TRANSLATES: Final = frozenset(
    {"DNAT", "SNAT", "MASQUERADE", "REDIRECT", "NETMAP", "TPROXY"}
)
#: How deep chains may jump, and how many rules may come of it.
_DEPTH: Final = 32
_EXPANDED: Final = 100_000
#: The host that the rules were taken from, which no such file names.
THIS_HOST: Final = Group("this host")


@attrs.frozen(kw_only=True)
class Match:
    """Packets that a rule is about.

    Attributes:
        family: The version of the Internet Protocol; ``None`` is both.
        sources: The source addresses; ``None`` is any.
        destinations: The destination addresses, the same.
        service: The protocols and ports; ``None`` is any.
        source_ports: The source ports; ``None`` is any.
        conditions: What narrows it besides, in words.
        aside: Why it never matches what begins a connection between hosts;
            empty if it may.
        accepts_replies: Whether it is what lets answers through.
    """

    family: Family | None = None
    sources: tuple[Network, ...] | None = None
    destinations: tuple[Network, ...] | None = None
    service: Spans | None = None
    source_ports: Spans | None = None
    conditions: tuple[str, ...] = ()
    aside: str = ""
    accepts_replies: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether no packet can match."""
        return () in (
            self.sources,
            self.destinations,
            self.service,
            self.source_ports,
        )

    def is_all_of(self, context: Match) -> bool:
        """Return whether it matches each packet that comes to its chain."""
        return (
            self.family in {None, context.family}
            and attrs.evolve(self, family=None) == ANY_PACKET
        )


#: Each packet.
ANY_PACKET: Final = Match()


class ChainRule(NamedTuple):
    """A rule of a chain.

    Attributes:
        place: Its place.
        text: What to call it.
        matches: What it matches: any of these.
        verdict: What it does.
        target: The chain that it jumps to.
        note: What it is, where it is not judged.
    """

    place: Place
    text: str
    matches: tuple[Match, ...]
    verdict: Verdict
    target: str = ""
    note: str = ""


class Base(NamedTuple):
    """A chain that packets enter by a hook.

    Attributes:
        id: What to call its filter.
        chain: Its name.
        hook: ``input``, ``output`` or ``forward``; or another, of a chain
            that is no filter.
        policy: What happens to what no rule decides.
        family: The family that its packets are of.
    """

    id: str
    chain: str
    hook: str
    policy: Action
    family: Family | None


def intersect_spans(one: Spans, other: Spans) -> Spans:
    """Return what two sets of services share."""
    return join_spans(
        (max(low, first), min(high, last))
        for low, high in one
        for first, last in other
        if max(low, first) <= min(high, last)
    )


def intersect_networks(
    one: Sequence[Network], other: Sequence[Network]
) -> tuple[Network, ...]:
    """Return what two sets of networks share."""
    found: list[Network] = []
    at = to = 0
    ours, theirs = collapse(one), collapse(other)
    while at < len(ours) and to < len(theirs):
        a, b = ours[at], theirs[to]
        if a.version != b.version:
            at, to = (at + 1, to) if a.version < b.version else (at, to + 1)
            continue
        low = max(int(a.network_address), int(b.network_address))
        ends = int(a.broadcast_address), int(b.broadcast_address)
        if low <= min(ends):
            address = type(a.network_address)
            found += summarize_address_range(address(low), address(min(ends)))
        at, to = (at + 1, to) if ends[0] <= ends[1] else (at, to + 1)
    return tuple(found)


def intersect(one: Match, other: Match) -> Match:
    """Return what matches both."""

    def both(
        mine: tuple[Network, ...] | None, its: tuple[Network, ...] | None
    ) -> tuple[Network, ...] | None:
        if mine is None or its is None:
            return its if mine is None else mine
        return intersect_networks(mine, its)

    def services(mine: Spans | None, its: Spans | None) -> Spans | None:
        if mine is None or its is None:
            return its if mine is None else mine
        return intersect_spans(mine, its)

    clash = one.family and other.family and one.family != other.family
    return Match(
        family=one.family or other.family,
        sources=() if clash else both(one.sources, other.sources),
        destinations=both(one.destinations, other.destinations),
        service=services(one.service, other.service),
        source_ports=services(one.source_ports, other.source_ports),
        conditions=tuple(dict.fromkeys((*one.conditions, *other.conditions))),
        aside=one.aside or other.aside,
        accepts_replies=one.accepts_replies or other.accepts_replies,
    )


class _Decision(NamedTuple):
    """What a base chain does with some packets.

    Attributes:
        rule: The rule that decides.
        match: The packets.
        action: What becomes of them.
        via: The rules that jump to its chain, the outermost first.
    """

    rule: ChainRule
    match: Match
    action: Action
    via: tuple[str, ...] = ()


class _Walk:
    """Follows a base chain, and notes what becomes of each rule."""

    def __init__(
        self,
        chains: Mapping[str, Sequence[ChainRule]],
        notes: dict[Place, str],
    ) -> None:
        self.chains, self.notes = chains, notes
        #: Rules that it reaches, of which nobody knows what becomes.
        self.open: dict[Place, ChainRule] = {}
        #: What rules that it reaches send elsewhere.
        self.translated: list[_Decision] = []
        self.expanded = 0
        self.policy: Action = "deny"

    def base(self, base: Base) -> Iterator[_Decision]:
        """Yield the decisions of a base chain, in order."""
        self.policy = base.policy
        yield from self.follow(base.chain, Match(family=base.family))

    def follow(
        self, chain: str, context: Match, via: tuple[str, ...] = ()
    ) -> Iterator[_Decision]:
        """Yield the decisions of a chain on some packets.

        Args:
            chain: Its name.
            context: The packets that come to it.
            via: The rules that jump to it; a base chain has none.
        """
        if len(via) > _DEPTH:
            expected = f"jumps at most {_DEPTH} deep, and in no circle"
            raise WrongError(Fault("audit/jumps", chain, expected, "more"))
        rules = self.chains.get(chain, ())
        for at, rule in enumerate(rules):
            left: tuple[str, ...] = ()
            for own in rule.matches:
                match = intersect(context, own)
                self.expanded += 1
                if self.expanded > _EXPANDED:
                    expected = f"at most {_EXPANDED:,} rules after jumps"
                    raise WrongError(
                        Fault("audit/jumps", chain, expected, "more")
                    )
                if match.is_empty:
                    self.notes.setdefault(rule.place, "matches no packet")
                    continue
                yield from self._apply(rule, match, via)
                if rule.verdict in {"return", "goto"} and not match.aside:
                    if own.is_all_of(context):
                        for later in rules[at + 1 :]:
                            why = "a rule before it takes out all packets"
                            self.notes.setdefault(later.place, why)
                        return
                    left = (f"not what {rule.text} takes out",)
            if left and via:
                conditions = (*context.conditions, *left)
                context = attrs.evolve(context, conditions=conditions)

    def _apply(
        self, rule: ChainRule, match: Match, via: tuple[str, ...]
    ) -> Iterator[_Decision]:
        verdict = rule.verdict
        if verdict in {"jump", "goto"}:
            why = f"followed: the rules of {rule.target} stand in its place"
            self.notes.setdefault(rule.place, why)
            yield from self.follow(rule.target, match, (*via, rule.text))
        if verdict in {"return", "goto"} and not via:
            yield _Decision(rule, match, self.policy)
        elif verdict == "return":
            why = "followed: what it matches leaves its chain"
            self.notes.setdefault(rule.place, why)
        elif verdict == "allow":
            yield _Decision(rule, match, "allow", via)
        elif verdict == "deny":
            yield _Decision(rule, match, "deny", via)
        elif verdict == "translate" and not match.aside:
            self.translated.append(_Decision(rule, match, "allow", via))
        elif verdict == "other" and match.aside:
            self.notes.setdefault(rule.place, match.aside)
        elif verdict == "other":
            self.open[rule.place] = rule


def read_chains(
    reading: Reading,
    chains: Mapping[str, Sequence[ChainRule]],
    bases: Iterable[Base],
    others: Iterable[Base] = (),
    whys: Mapping[str, str] = FrozenDict(),
) -> int:
    """Add a filter for each base chain, and note each other rule.

    What another chain stops, never comes to a filter, or never leaves it:
    its rules that deny stand in the filters as well.

    Args:
        reading: The file.
        chains: All chains by name.
        bases: Those that packets enter by a hook, and that are filters.
        others: Those that are none.
        whys: Why the rules of some chains are not judged.

    Returns:
        How many policies of other chains deny, and were noted.

    Raises:
        WrongError: Chains jump in a circle, or too often.
    """
    return _Reader(reading, chains, others).read(bases, whys)


class _Stops(NamedTuple):
    """What a chain that is no filter may stop.

    Attributes:
        base: The chain.
        denials: What it may deny: what it lets through before, is not looked
            into.
        redirects: What it sends to another address or port, each once as
            allowed and once as denied: neither is sure.
        unknown: The rules of which nobody knows what becomes.
        reached: All rules that it comes to.
    """

    base: Base
    denials: tuple[_Decision, ...]
    redirects: tuple[_Decision, ...]
    unknown: tuple[ChainRule, ...]
    reached: frozenset[Place]

    @property
    def hooks(self) -> Collection[str]:
        """The hooks of the filters that the same packets meet."""
        return _HOOKED.get(self.base.hook, _DIRECTIONS)


#: What iptables-save prints of a match of the host's own addresses.
_OWN: Final = "--dst-type LOCAL"


def _find_stops(
    chains: Mapping[str, Sequence[ChainRule]], base: Base
) -> _Stops:
    notes: dict[Place, str] = {}
    walk = _Walk(chains, notes)
    denials = []
    for decision in walk.base(base._replace(policy="allow")):
        notes.setdefault(decision.rule.place, "")
        if decision.action == "deny" and not decision.match.aside:
            why = f"what chain {base.chain} does not let through before"
            conditions = (*decision.match.conditions, why)
            match = attrs.evolve(decision.match, conditions=conditions)
            denials.append(decision._replace(match=match))
    redirects = []
    # Behind other hooks it is the source that is translated.
    hooks = {"prerouting", "output"}
    for sent in walk.translated if base.hook in hooks else ():
        conditions = sent.match.conditions
        if base.hook == "output" and _OWN in conditions:
            # What a host sends to itself passes no filter between hosts.
            continue
        why = "as far as it is not sent elsewhere: translation is not judged"
        own = attrs.evolve(sent.match, conditions=(*conditions, why))
        doubted = sent._replace(match=own)
        redirects += [doubted, doubted._replace(action="deny")]
    unknown = tuple(walk.open.values())
    return _Stops(
        base, tuple(denials), tuple(redirects), unknown, frozenset(notes)
    )


class _Reader:
    """Makes filters of chains, and notes each other rule."""

    def __init__(
        self,
        reading: Reading,
        chains: Mapping[str, Sequence[ChainRule]],
        others: Iterable[Base],
    ) -> None:
        self.reading, self.chains = reading, chains
        self.stops = [_find_stops(chains, each) for each in others]
        self.notes: dict[Place, str] = {}
        self.seen: set[Place] = set()
        self.opened: dict[Place, tuple[ChainRule, list[str]]] = {}

    def read(self, bases: Iterable[Base], whys: Mapping[str, str]) -> int:
        """Add the filters; return how many policies were noted besides."""
        found = [(base, *self._follow(base)) for base in bases]
        for base, ahead, rules, replies, is_stateful in found:
            # A map that hands some packets over is not read in part.
            known = [each for each in rules if each.place not in self.opened]
            answers = replies if ahead or len(replies) > len(rules) else []
            if ahead and not replies:
                answers = [_rest(ahead[0], base)]
            self.reading.filters.append(
                _filter(
                    self.reading,
                    base,
                    [*ahead, *known],
                    answers,
                    is_stateful=is_stateful,
                )
            )
        self.seen -= self.opened.keys()
        reached = {place for each in self.stops for place in each.reached}
        for name, listed in self.chains.items():
            for rule in listed:
                if rule.place in reached:
                    why = "only hooks that are not judged lead to its chain"
                else:
                    why = "no hook leads to its chain"
                self._leave(rule, whys.get(name), why)
        denying = [each for each in self.stops if each.base.policy == "deny"]
        for stops in denying:
            filters = [b.id for b, *_ in found if b.hook in stops.hooks]
            self.reading.leave(
                self.reading.place(stops.base.id),
                "unknown",
                f"policy of chain {stops.base.chain}",
                "it denies what the chain does not let through: not judged",
                tuple(filters),
                is_apart=not filters,
            )
        return len(denying)

    def _follow(
        self, base: Base
    ) -> tuple[list[Rule], list[Rule], list[Rule], bool]:
        """Return the rules of a filter, in general and for replies.

        Before them come those for what is translated before it gets there:
        no replies are. And whether all replies pass, whatever the rules are.
        """
        ahead: list[Rule] = []
        rules: list[Rule] = []
        replies: list[Rule] = []
        is_stateful = denies = False
        walk = _Walk(self.chains, self.notes)
        decisions = walk.base(base)
        unknown: list[ChainRule] = []
        for stops in self.stops:
            if base.hook in stops.hooks:
                decisions = chain(stops.denials, decisions)
                unknown += stops.unknown
                for decision in stops.redirects:
                    ahead.append(_rule(decision, base, len(ahead)))
                    self.seen.add(decision.rule.place)
        for decision in decisions:
            rule, match = decision.rule, decision.match
            if match.aside:
                self.notes.setdefault(rule.place, match.aside)
                if match.accepts_replies:
                    is_allow = decision.action == "allow" and not denies
                    is_stateful |= is_allow and _is_for_all(match, base)
                    own = _rule(decision, base, len(replies))
                    id_ = f"answers: {own.id}"
                    replies.append(attrs.evolve(own, id=id_))
                continue
            self.seen.add(rule.place)
            denies |= decision.action == "deny"
            rules.append(_rule(decision, base, len(ahead) + len(rules)))
            replies.append(rules[-1])
        for each in (*unknown, *walk.open.values()):
            self.opened.setdefault(each.place, (each, []))[1].append(base.id)
        return ahead, rules, replies, is_stateful

    def _leave(self, rule: ChainRule, why: str | None, default: str) -> None:
        """Note a rule that is in no filter."""
        if rule.place in self.seen:
            return
        self.seen.add(rule.place)
        if rule.place in self.opened:
            other, names = self.opened[rule.place]
            why = f"{other.note}: what becomes of it is not known"
            self.reading.leave(
                rule.place, "unknown", rule.text, why, tuple(names)
            )
            return
        note = "" if rule.verdict == "other" else rule.note
        why = why or self.notes.get(rule.place) or note or default
        self.reading.leave(rule.place, "set-aside", rule.text, why)


def _is_for_all(match: Match, base: Base) -> bool:
    """Return whether a rule for answers lets all of a chain's through."""
    bare = attrs.evolve(match, aside="", accepts_replies=False)
    return bare.is_all_of(Match(family=base.family))


def _rest(first: Rule, base: Base) -> Rule:
    """Return the policy of a chain as the rule for answers, which has none."""
    everybody = (anywhere(base.family),)
    return attrs.evolve(
        first,
        id=f"policy of chain {base.chain}",
        action=base.policy,
        sources=everybody,
        destinations=everybody,
        service=EVERY_SERVICE,
        source_ports=None,
        conditions=(),
    )


def _rule(decision: _Decision, base: Base, at: int) -> Rule:
    match = decision.match
    direction = _DIRECTIONS[base.hook]

    def parties(
        networks: tuple[Network, ...] | None, own: Direction
    ) -> tuple[Party, ...]:
        if networks is not None:
            return tuple(join_networks(networks))
        if direction == own:
            return MEMBERS
        return (anywhere(match.family),)

    # Whoever changes the rule that jumps need not look for it.
    via = ", ".join(decision.via)
    name = decision.rule.text + (f" via {via}" if via else "")
    return Rule(
        id=f"{name} ({at + 1})",
        place=decision.rule.place,
        action=decision.action,
        sources=parties(match.sources, "out"),
        destinations=parties(match.destinations, "in"),
        service=EVERY_SERVICE if match.service is None else match.service,
        source_ports=match.source_ports,
        conditions=match.conditions,
    )


_DIRECTIONS: Final[Mapping[str, Direction]] = {
    "input": "in",
    "output": "out",
    "forward": "through",
}


#: The filters that what comes by another hook meets before or after; all, if
#: it is none of these.
_HOOKED: Final[Mapping[str, Collection[str]]] = FrozenDict(
    {
        "prerouting": ("input", "forward"),
        "postrouting": ("output", "forward"),
        "egress": ("output", "forward"),
        "input": ("input",),
        "output": ("output",),
        "forward": ("forward",),
    }
)


def _filter(
    reading: Reading,
    base: Base,
    rules: Iterable[Rule],
    replies: Iterable[Rule],
    *,
    is_stateful: bool,
) -> Filter:
    direction = _DIRECTIONS[base.hook]
    only = (f"IPv{base.family} only",) if base.family else ()
    return Filter(
        id=base.id,
        place=reading.place(base.id),
        attached_to=() if direction == "through" else (THIS_HOST,),
        direction=direction,
        # Each base chain has to let a packet through.
        stage=base.id,
        discipline="first-match",
        rules=tuple(rules),
        last_resort=LastResort(
            action=base.policy,
            origin="file",
            text=f"policy of chain {base.chain}",
        ),
        is_stateful=is_stateful,
        reply_rules=() if is_stateful else tuple(replies),
        routed_by=THIS_HOST if direction == "through" else None,
        assumes=only,
    )
