"""Whether what is needed passes: a verdict a flow and side."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import partial
from itertools import chain, islice
from typing import Final, Literal, TypeAlias, get_args

import attrs

from avi_portspec.audit.boxes import (
    Box,
    Region,
    TooFragmentedError,
    intersect,
    subtract,
    unite,
)
from avi_portspec.audit.compiled import Compiler, Judged, Need
from avi_portspec.audit.hulls import atoms_around
from avi_portspec.audit.inputs.names import clean
from avi_portspec.audit.masks import (
    PackedBox,
    PackedRegion,
    common,
    count_atoms,
    pack,
    unpack,
)
from avi_portspec.audit.model import (
    Filter,
    LastResort,
    Networks,
    Party,
    Place,
    Rule,
    Tag,
    Unknown,
)
from avi_portspec.audit.roles import names_of_party
from avi_portspec.audit.services import service_text
from avi_portspec.audit.walks import (
    Allowance,
    Crossing,
    Let,
    Part,
    Skip,
    allowance,
    atoms_on,
    cover,
    parts_of,
    units_of,
)
from avi_portspec.documents import count_text, join
from avi_portspec.model.flows import Flow

__all__ = [
    "Side",
    "SideKind",
    "Sides",
    "Verdict",
    "gravity",
    "judge_flow",
    "region_text",
]

#: Where a filter judges a flow: at who opens the connection, at who listens,
#: between the two, or, where no state is kept, on the way back.
SideKind: TypeAlias = Literal["destination", "source", "path", "reply"]

_KINDS: Final[tuple[SideKind, ...]] = get_args(SideKind)
#: Of how many hosts what each sends to itself is left out.
_HOSTS: Final = 100
#: How many boxes a text lists.
_SHOWN: Final = 3
#: How many pieces of a service a text lists; and at how many spans a text
#: looks: there are more of them than protocols.
_PIECES: Final = 20
_SPANS: Final = 512
#: How many things that were not read are reasons, each by itself.
_LISTED: Final = 20
_ONLY_IPV6: Final = (
    "only IPv6 passes, and the addresses are not known: list them in the "
    "inventory"
)
_PART: Final = (
    "it names a part of what the role map gives to a role: a part of a "
    "network, or one party of several; list that role's addresses in the "
    "inventory, or let the rule name all of them"
)
_SELECTS: Final = "it may select pods of {}: give it its roles in the role map"
_NAMESPACES: Final = ", or export the namespaces with the policies"
_HELD: Final = "who is in it is not known: give it its roles in the role map"
_HELD_BY_SEVERAL: Final = (
    "who is in them is not known: give them their roles in the role map"
)
_ADDRESSES: Final = ", or list the addresses of the roles in the inventory"
_NO_FAMILY: Final = (
    "the two sides have no addresses of one family in the inventory"
)


class Verdict(StrEnum):
    """What is true of a flow, or of a side of it; the worst first."""

    MISSING = "missing"
    DENIED = "denied"
    PARTLY = "partly"
    UNKNOWN = "unknown"
    ONLY_BROAD = "only broad"
    COVERED = "covered"
    NOT_FILTERED = "not filtered"


_ORDER: Final = [*Verdict]
#: What does not pass, at least in part.
_FAILS: Final = frozenset({Verdict.MISSING, Verdict.DENIED, Verdict.PARTLY})


@attrs.frozen(kw_only=True)
class Side:
    """What the filters of one side do to a flow.

    Attributes:
        kind: Which side.
        party: The role on that side; of replies and of what is between, the
            role that listens.
        verdict: Whether it passes.
        filters: The filters that judge it.
        rules: The rules that let it through: none of them is idle.
        last_resorts: What lets it through where no rule matches.
        rests_on: What makes that broad, if it is only broad.
        denied_by: The rules that stop it.
        lacks: What does not pass, in words.
        reasons: Why it is unknown, and what would settle it; or what else
            has to be known.
        protocols: The protocols that were judged, in words, where one of
            several suffices.
    """

    kind: SideKind
    party: str
    verdict: Verdict
    filters: tuple[Filter, ...] = ()
    rules: tuple[Rule, ...] = ()
    last_resorts: tuple[LastResort, ...] = ()
    rests_on: tuple[str, ...] = ()
    denied_by: tuple[Rule, ...] = ()
    lacks: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    protocols: str = ""

    @property
    def assumes(self) -> tuple[str, ...]:
        """What was assumed to read the rules that let it through."""
        return tuple(
            dict.fromkeys(
                clean(text) for rule in self.rules for text in rule.assumes
            )
        )


class Sides(Mapping[str, Side]):
    """The sides of a flow, by what they are, or by who is there.

    ``destination``, ``source``, ``path`` and ``reply`` are its keys; the id
    of a role is that of the side on which it is, and where both are of one
    role, of the worse.
    """

    def __init__(self, sides: Iterable[Side]) -> None:
        self._sides = {side.kind: side for side in sides}

    def __getitem__(self, key: str) -> Side:
        if key in self._sides:
            return self._sides[key]
        ends = [
            side
            for side in self._sides.values()
            if side.kind in {"destination", "source"} and side.party == key
        ]
        if not ends:
            raise KeyError(key)
        return min(ends, key=lambda side: gravity(side.verdict))

    def __iter__(self) -> Iterator[str]:
        return iter(self._sides)

    def __len__(self) -> int:
        return len(self._sides)

    @property
    def verdict(self) -> Verdict:
        """The worst of all."""
        return worst(side.verdict for side in self._sides.values())


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the worst of some verdicts."""
    return min(verdicts, key=gravity)


def gravity(verdict: Verdict) -> int:
    """Return the place of a verdict among all, the gravest first."""
    return _ORDER.index(verdict)


# -- words -------------------------------------------------------------------


def region_text(compiler: Compiler, region: PackedRegion) -> tuple[str, ...]:
    """Return a region in words, a text for each of its first boxes."""
    largest = [*region]
    if len(region) > 1:
        largest.sort(key=lambda box: -count_atoms(box[2]))
    texts = [_box_text(compiler, box) for box in largest[:_SHOWN]]
    if len(region) > _SHOWN:
        more = len(region) - _SHOWN
        texts.append(f"and {count_text(more, 'more piece')}")
    return tuple(dict.fromkeys(texts))


def _box_text(compiler: Compiler, box: PackedBox) -> str:
    # Without the first of all services, it is not "any service but" a few.
    most = _SPANS if common(1, box[2]) else _PIECES + 1
    service = service_text(compiler.services.spans(box[2], most), _PIECES)
    source, destination = (compiler.text(pack(atoms)) for atoms in box[:2])
    text = f"{service} from {source} to {destination}"
    if compiler.ports is not None and unpack(box[3]) != compiler.ports.whole:
        ports = ", ".join(
            str(low) if low == high else f"{low}-{high}"
            for low, high in compiler.ports.spans(box[3])
        )
        text += f", source port {ports}"
    return text


# -- one side ----------------------------------------------------------------


def _is_broad(let: Let) -> bool:
    return let.action == "allow" and bool(let.rests_on)


def _is_default(let: Let) -> bool:
    return let.action == "allow" and let.rests_on == "provider-default"


def _is_deny(let: Let) -> bool:
    return let.action == "deny" and not isinstance(let.who, LastResort)


class _Side:
    """Judges one need on one side.

    Args:
        compiler: What made the boxes.
        need: What has to pass.
        parts: It, cut by which filters it has to pass.
        together: The filters that are known to add up.
        is_known: Whether rules can name who sends; see :func:`judge_flow`.
    """

    def __init__(
        self,
        compiler: Compiler,
        need: Region,
        parts: Sequence[Part],
        together: Sequence[frozenset[str]],
        *,
        is_known: bool,
    ) -> None:
        self._is_broad = _is_broad if is_known else _is_default
        self._compiler = compiler
        self._need = need
        self._parts = [part for part in parts if part.stages]
        self._together = together
        self._free = unite(p.region for p in parts if not p.stages)
        self._passing = self._walk(None)
        # Of one address alone, others of the role are not known.
        self._has_others = bool(subtract(need, self._inside_hosts(need)))

    def _inside_hosts(self, region: Region) -> Region:
        """Return what of a region a host sends to itself: it never leaves."""
        addresses = self._compiler.addresses
        boxes: list[Box] = []
        for box in region:
            hosts = addresses.singles(box[0] & box[1])
            # Nobody lists the pairs of more, and each is a box.
            if len(hosts) <= _HOSTS:
                boxes += ((host, host, *box[2:]) for host in hosts)
        return tuple(boxes)

    def _between_hosts(self, region: Region) -> Region:
        """Return the rest of a region, unless there is no other host."""
        if not self._has_others:
            return region
        return subtract(region, self._inside_hosts(region))

    def _walk(self, skip: Skip | None) -> Allowance:
        """Return what passes all in all."""
        found = [allowance(p, self._together, skip) for p in self._parts]
        return Allowance(
            unite([self._free, *(each.least for each in found)]),
            unite([self._free, *(each.most for each in found)]),
        )

    def judge(self) -> Side:
        """Return the side, without who it is."""
        if not self._parts:
            return _side(Verdict.NOT_FILTERED)
        filters = {
            id(each.judged.filter): each.judged.filter
            for part in self._parts
            for crossings in part.stages.values()
            for each in crossings
        }
        return attrs.evolve(self._judge(), filters=tuple(filters.values()))

    def _judge(self) -> Side:
        verdicts = [self._verdict(is_most=at) for at in (False, True)]
        if verdicts[0] != verdicts[1] and not self._passes(is_most=True):
            # Whether a rule that is denied would allow it, settles nothing.
            verdicts = [Verdict.MISSING] * 2
        if verdicts[0] != verdicts[1]:
            return _side(
                Verdict.UNKNOWN,
                reasons=tuple(self._reasons()),
                rules=self._rules(is_most=True),
                lacks=self._lacks(is_most=True),
            )
        verdict = verdicts[0]
        named = self._named(is_most=False)
        side = _side(
            verdict,
            rules=_rules(named),
            last_resorts=tuple(
                dict.fromkeys(
                    let.who for let in named if isinstance(let.who, LastResort)
                )
            ),
            lacks=self._lacks(is_most=True),
        )
        if verdict is Verdict.ONLY_BROAD:
            kinds = (let.rests_on for let in named if self._is_broad(let))
            rests_on = tuple(dict.fromkeys(kinds))
            side = attrs.evolve(side, rests_on=rests_on)
        if verdict in _FAILS:
            side = attrs.evolve(side, denied_by=self._denied_by())
        if verdict is Verdict.DENIED:
            side = attrs.evolve(side, rules=self._would_allow())
        return side

    def _lacking(self, *, is_most: bool, skip: Skip | None = None) -> Region:
        passing = self._passing if skip is None else self._walk(skip)
        return self._between_hosts(subtract(self._need, passing[is_most]))

    def _passes(self, *, is_most: bool) -> Region:
        passing = intersect(self._passing[is_most], self._need)
        return self._between_hosts(passing)

    def _lacks(self, *, is_most: bool) -> tuple[str, ...]:
        lacking = self._lacking(is_most=is_most)
        if lacking and not self._passes(is_most=is_most):
            # Who sends to whom is shorter in one piece.
            lacking = self._need
        return region_text(self._compiler, lacking)

    def _verdict(self, *, is_most: bool) -> Verdict:
        lacking = self._lacking(is_most=is_most)
        if not lacking:
            # Nobody takes out rules that there are none of.
            if not self._any(self._is_broad, is_most=is_most):
                return Verdict.COVERED
            if self._lacking(is_most=is_most, skip=self._is_broad):
                return Verdict.ONLY_BROAD
            return Verdict.COVERED
        if self._any(_is_deny, is_most=is_most) and not self._lacking(
            is_most=is_most, skip=_is_deny
        ):
            return Verdict.DENIED
        passes = self._passes(is_most=is_most)
        return Verdict.PARTLY if passes else Verdict.MISSING

    def _lets(
        self, *, is_most: bool, skip: Skip | None = None
    ) -> Iterator[tuple[Let | None, Region]]:
        """Yield what lets through, or stops, which part, over all filters."""
        for part in self._parts:
            for crossings in part.stages.values():
                for each in crossings:
                    yield from each.by_whom(is_most=is_most, skip=skip)

    def _any(self, test: Skip, *, is_most: bool) -> bool:
        return any(
            let is not None and test(let)
            for let, _ in self._lets(is_most=is_most)
        )

    def _named(self, *, is_most: bool, skip: Skip | None = None) -> list[Let]:
        """Return what lets through what passes, of each stage."""
        named: list[Let] = []
        for part in self._parts:
            passing = allowance(part, self._together, skip)[is_most]
            for crossings in part.stages.values():
                lets = chain.from_iterable(
                    each.by_whom(is_most=is_most, skip=skip)
                    for each in crossings
                )
                named += cover(lets, passing)
        return named

    def _rules(self, *, is_most: bool) -> tuple[Rule, ...]:
        return _rules(self._named(is_most=is_most))

    def _denied_by(self) -> tuple[Rule, ...]:
        return _rules(
            let
            for let, _ in self._lets(is_most=True)
            if let is not None and _is_deny(let)
        )

    def _would_allow(self) -> tuple[Rule, ...]:
        return _rules(self._named(is_most=True, skip=_is_deny))

    def _reasons(self) -> Iterator[str]:
        """Yield what is not known, and what would settle it."""
        found: dict[str, None] = {}
        told: set[tuple[Place, str]] = set()
        for part in self._parts:
            for (stage, _), crossings in part.stages.items():
                found |= dict.fromkeys(self._stage(stage, crossings))
                for each in crossings:
                    found |= dict.fromkeys(self._open(each, told))
        yield from found

    def _stage(
        self,
        stage: str,
        crossings: Sequence[Crossing],
    ) -> Iterator[str]:
        units = units_of(crossings, self._together)
        for at, each in enumerate(crossings):
            # What adds to others, and has nothing to add, decides nothing.
            if not each.is_sure and (
                any(at in unit for unit in units)
                or any(
                    let is None or let.action == "allow"
                    for let, _ in each.by_whom(is_most=True)
                )
            ):
                filter_ = each.judged.filter
                atoms = atoms_on(each.region, _axes(each.judged))
                texts = [*self._unknown(filter_.attached_to, atoms)]
                name = clean(filter_.id)
                yield (
                    f"{name}: whether it is attached here is not known"
                    f"{': ' if texts else ''}{'; '.join(texts)}"
                )
        if len(units) > 1:
            names = (
                crossings[at].judged.filter.id for unit in units for at in unit
            )
            texts = [*map(clean, dict.fromkeys(names))]
            listed = ", ".join(f'"{name}"' for name in texts)
            yield (
                f"{join('and', texts)} are of one stage ({stage}): if every "
                "member bears all of them, write together = "
                f"[[{listed}]] in the role map; else map them to different "
                "roles"
            )

    def _open(
        self, crossing: Crossing, told: set[tuple[Place, str]]
    ) -> Iterator[str]:
        """Yield what of a filter's rules is not known.

        A rule of the file may be several here, as one that sends packets
        elsewhere is: it has each reason once.
        """
        judged = crossing.judged
        for unread in judged.unread[:_LISTED]:
            place = clean(str(unread.place))
            yield f"{place}: {clean(unread.text)}: {clean(unread.why)}"
        if len(judged.unread) > _LISTED:
            yield f"{clean(judged.filter.id)}: more of it was not read"
        sources, destinations, _ = atoms_around(crossing.region)
        for rule, _, least, most in crossing.met:
            if least is most or not subtract(most, least):
                continue
            texts = [
                *self._unknown(rule.sources, sources),
                *self._unknown(rule.destinations, destinations),
            ]
            if isinstance(rule.service, Unknown):
                texts.append(_unknown_text(rule.service))
            texts += [f"only {clean(text)}" for text in rule.conditions]
            texts += self._held(
                (rule.sources, sources), (rule.destinations, destinations)
            )
            if not texts and crossing.is_sure:
                texts = [_PART]
            if texts:
                why = "; ".join(dict.fromkeys(texts))
                if (rule.place, why) not in told:
                    told.add((rule.place, why))
                    yield f"{clean(rule.place.before(rule.id))}: {why}"

    def _held(self, *sides: tuple[Iterable[Party], int]) -> Iterator[str]:
        """Yield the parties without a role in which some atoms may be."""
        found: dict[str, None] = {}
        more = ""
        for parties, atoms in sides:
            for party in parties:
                if not self._compiler.may_hold(party) & atoms:
                    continue
                names = [*names_of_party(party)[:1]]
                if isinstance(party, Networks):
                    names = names or [*map(str, party.networks)]
                    more = _ADDRESSES
                found |= dict.fromkeys(map(clean, names))
        if found:
            number = len(found) - _SHOWN
            listed = [*islice(found, _SHOWN)]
            if number > 0:
                listed.append(f"{number} more")
            held = _HELD if len(found) == 1 else _HELD_BY_SEVERAL
            yield f"{join('and', listed)}: {held}{more}"

    def _unknown(self, parties: Iterable[Party], atoms: int) -> Iterator[str]:
        """Yield what is not known of parties, as far as some atoms go."""
        for party in parties:
            if isinstance(party, Unknown):
                yield _unknown_text(party)
            elif isinstance(party, Tag) and party.selector is not None:
                found = self._compiler.may_select(party, atoms)[:_SHOWN]
                if found:
                    listed = join("or", map(clean, found))
                    name = clean(names_of_party(party)[0])
                    is_there = party.selector.names_namespace
                    more = "" if is_there else _NAMESPACES
                    yield f"{name}: {_SELECTS.format(listed)}{more}"


def _side(verdict: Verdict, **more: object) -> Side:
    return Side(kind="path", party="", verdict=verdict, **more)  # type: ignore[arg-type]


def _rules(lets: Iterable[Let]) -> tuple[Rule, ...]:
    return tuple(
        dict.fromkeys(
            let.who for let in lets if not isinstance(let.who, LastResort)
        )
    )


def _unknown_text(unknown: Unknown) -> str:
    return f"{clean(unknown.text)}: {clean(unknown.why)}"


# -- a flow ------------------------------------------------------------------


def judge_flow(
    compiler: Compiler,
    filters: Sequence[Judged],
    together: Sequence[frozenset[str]],
    flow: Flow,
    *,
    is_known: bool = True,
) -> Sides:
    """Return what the filters do to a flow, side by side.

    Args:
        compiler: What made the boxes of the filters.
        filters: All filters.
        together: The filters that are known to add up, by id.
        flow: The flow.
        is_known: Whether its source is known, so that a rule could name it:
            if not, a rule for any source is not broad.
    """
    judge = partial(
        _judge_side, compiler, filters, together, is_known=is_known
    )
    judged = [
        [*_judge_need(judge, flow, need)] for need in compiler.needs(flow)
    ]
    # A choice is met by one of its alternatives, on all sides.
    best = max(
        judged, key=lambda sides: gravity(worst(s.verdict for s in sides))
    )
    if len(judged) > 1:
        need = compiler.needs(flow)[judged.index(best)]
        named = join("and", [each.label for each in need.protocols])
        words = join("or", [each.label for each in flow.protocols])
        text = f"{named} alone; the vendor says {words}, not which"
        best = [attrs.evolve(side, protocols=text) for side in best]
    return Sides(best)


def _judge_need(
    judge: Callable[[Need, SideKind], Side | None], flow: Flow, need: Need
) -> Iterator[Side]:
    for kind in _KINDS:
        side = judge(need, kind)
        if side is None:
            continue
        if need.other is not None and side.verdict in {
            Verdict.MISSING,
            Verdict.PARTLY,
        }:
            six = judge(need.other, kind)
            if six is not None and six.verdict in {
                Verdict.COVERED,
                Verdict.ONLY_BROAD,
            }:
                side = attrs.evolve(
                    six,
                    verdict=Verdict.UNKNOWN,
                    reasons=(_ONLY_IPV6,),
                )
        party = flow.source if kind == "source" else flow.destination
        yield attrs.evolve(side, kind=kind, party=party)


def _judge_side(
    compiler: Compiler,
    filters: Sequence[Judged],
    together: Sequence[frozenset[str]],
    need: Need,
    kind: SideKind,
    *,
    is_known: bool,
) -> Side | None:
    """Return one side; ``None`` for one that nothing here is about."""
    region = need.replies if kind == "reply" else need.region
    if not region and kind in {"destination", "source"}:
        return _side(
            Verdict.UNKNOWN,
            reasons=(_NO_FAMILY,),
        )
    here = [judged for judged in filters if _is_at(judged, kind)]
    if kind == "reply":
        here = [judged.replies or judged for judged in here]
    try:
        parts = parts_of(region, here, compiler.addresses.everybody, _axes)
        side = _Side(
            compiler,
            region,
            parts,
            together,
            # Who answers is always known.
            is_known=is_known or kind == "reply",
        ).judge()
    except TooFragmentedError:
        return _side(Verdict.UNKNOWN, reasons=("too fragmented to be judged",))
    is_end = kind in {"destination", "source"}
    return side if is_end or side.verdict != Verdict.NOT_FILTERED else None


def _is_at(judged: Judged, kind: SideKind) -> bool:
    filter_ = judged.filter
    if kind == "reply":
        return not filter_.is_stateful
    sides = {"in": "destination", "out": "source", "through": "path"}
    return sides[filter_.direction] == kind


def _axes(judged: Judged) -> Sequence[int]:
    return {"in": (1,), "out": (0,), "through": (0, 1)}[
        judged.filter.direction
    ]
