"""The report on the rules that exist, against what is needed."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Final

import attrs

from avi_portspec.audit.accepted import Accepted
from avi_portspec.audit.axes import span_of
from avi_portspec.audit.compiled import Compiler, Judged
from avi_portspec.audit.documented import Documented
from avi_portspec.audit.findings import (
    LEVELS,
    Finding,
    accept,
    sign,
)
from avi_portspec.audit.inputs.names import clean
from avi_portspec.audit.model import (
    Existing,
    Filter,
    Networks,
    Party,
    Place,
    PrefixList,
    Rule,
    Unknown,
    Unread,
    UnreadKind,
    is_any,
)
from avi_portspec.audit.near import Near
from avi_portspec.audit.openings import RuleReport, RuleVerdict, judge_rules
from avi_portspec.audit.roles import (
    NO_ROLES,
    RoleMap,
    names_of_party,
    parties_of,
)
from avi_portspec.audit.services import PORTS, join_spans, service_text
from avi_portspec.audit.verdicts import (
    Side,
    Sides,
    Verdict,
    judge_flow,
)
from avi_portspec.beyond.records import Statement
from avi_portspec.beyond.spellings import find_slips
from avi_portspec.deployment.resolution import Resolution
from avi_portspec.documents import join
from avi_portspec.errors import InvalidDataError, nearest
from avi_portspec.model.flows import Flow
from avi_portspec.model.frozen import FrozenDict
from avi_portspec.names import (
    EndpointId,
    FindingKind,
    FindingLevel,
    Status,
    fold,
)
from avi_portspec.rules.inventory import PRODUCT, Inventory, find_unknown

__all__ = ["FileReport", "FlowReport", "Report", "audit_rules"]

#: Of a rule with many ports, a finding does not list them.
_FEW: Final = 16
#: How many places a text lists.
_SHOWN: Final = 4


@attrs.frozen(kw_only=True)
class FileReport:
    """What became of a file: nothing in it vanishes.

    Attributes:
        name: Its name, as it was given.
        format: The name of its reader.
        groups: How many filters it has.
        units: How many rules it has, as its own format counts them.
        read: How many of them were read.
        set_aside: How many are about nothing that is judged.
        failed: How many could not be read.
        unknown: How many are not known.
        unread: What was not read, and why.
        assumes: What was assumed to read its filters, in words.
    """

    name: str
    format: str
    groups: int
    units: int
    read: int
    set_aside: int
    failed: int
    unknown: int
    unread: tuple[Unread, ...]
    assumes: tuple[str, ...]


@attrs.frozen(kw_only=True)
class FlowReport:
    """What the filters do to one flow.

    Attributes:
        flow: The flow.
        status: The decision on it: it is needed, its direction is not clear,
            or it is declined.
        sides: Its sides; see :class:`~avi_portspec.audit.verdicts.Sides`.
        verdict: The worst of its sides.
    """

    flow: Flow
    status: Status
    sides: Sides
    verdict: Verdict


@attrs.frozen(kw_only=True)
class Report:
    """The rules that exist, against what is needed.

    Attributes:
        resolution: The answer for the deployment.
        files: What became of each file.
        flows: What is needed, by the id of the flow, in the order of the
            edition.
        rules: What exists, in the order of the files.
        findings: The deviations from what is needed and what is unknown,
            the gravest first, accepted ones included.
        roles: The roles of each party of the files that has any.
        known_by_name: The parties of these whom nobody gave a role: their
            name tells it.
    """

    resolution: Resolution
    files: tuple[FileReport, ...]
    flows: Mapping[str, FlowReport]
    rules: tuple[RuleReport, ...]
    findings: tuple[Finding, ...]
    roles: Mapping[str, tuple[str, ...]]
    known_by_name: frozenset[str] = frozenset()

    @property
    def open(self) -> tuple[Finding, ...]:
        """The findings that are not accepted."""
        return tuple(each for each in self.findings if each.accepted is None)

    def count(self, level: FindingLevel) -> int:
        """Return how many findings of a level are not accepted."""
        return sum(finding.level == level for finding in self.open)

    def exit_code(self, *, allow_unknown: bool = False) -> int:
        """Return 0 if there are no findings, or all are accepted; else 1.

        Args:
            allow_unknown: Whether unknown findings do not count.
        """
        return int(
            any(
                finding.level != "unknown" or not allow_unknown
                for finding in self.open
            )
        )


def audit_rules(
    existing: Existing | Iterable[Existing],
    resolution: Resolution,
    inventory: Inventory | None = None,
    accepted: Sequence[Accepted] = (),
    *,
    roles: RoleMap = NO_ROLES,
    today: dt.date | None = None,
) -> Report:
    """Return what is true of the rules that exist, for a deployment.

    Args:
        existing: What one file, or several, have.
        resolution: What the deployment needs.
        inventory: The addresses of roles, so far as they are known.
        accepted: The deviations that the site accepts.
        roles: Which roles the parties of the files have.
        today: The day that tells which of them have ended; by default the
            day it is.

    Raises:
        InvalidDataError: The inventory names endpoints that the edition does
            not have; it carries a fault for each.
    """
    files = [existing] if isinstance(existing, Existing) else [*existing]
    if inventory is not None:
        faults = [*find_unknown(inventory, resolution.edition)]
        if faults:
            raise InvalidDataError("inventory", faults)
    roles = roles.spelt_out(files)
    audit = _Audit(files, resolution, roles, inventory)
    found = sign(audit.findings())
    judged = accept(
        found,
        accepted,
        resolution.deployment.declined,
        today or dt.datetime.now(dt.UTC).astimezone().date(),
    )
    return Report(
        resolution=resolution,
        files=tuple(map(_file_report, files)),
        flows=FrozenDict(audit.flows),
        rules=tuple(audit.rules),
        findings=tuple(
            sorted(judged, key=lambda each: LEVELS.index(each.level))
        ),
        roles=FrozenDict(audit.roles),
        known_by_name=frozenset(audit.known_by_name),
    )


def _file_report(existing: Existing) -> FileReport:
    def count(kind: UnreadKind) -> int:
        return sum(unread.kind == kind for unread in existing.unread)

    return FileReport(
        name=clean(existing.name),
        format=existing.format,
        groups=len(existing.filters),
        units=existing.units,
        read=existing.read,
        set_aside=count("set-aside"),
        failed=count("failed"),
        unknown=count("unknown"),
        unread=existing.unread,
        assumes=tuple(
            dict.fromkeys(
                clean(text)
                for filter_ in existing.filters
                for text in filter_.assumes
            )
        ),
    )


#: What is judged; of what is declined, to say so.
_JUDGED: Final[tuple[Status, ...]] = (
    "needed",
    "direction-unclear",
    "declined",
)
_UNCLEAR: Final = (
    "the vendor does not state clearly who opens the connection: add its "
    "reading under [[readings]] of the deployment, or decline the flow under "
    "[[declined]]"
)
#: Agreements of statements that add to what the vendor's page has.
_ADDING: Final = frozenset({"adds", "differs"})


def _is_usable(statement: Statement) -> bool:
    """Return whether a statement says what it opens, and is no mistake."""
    return (
        statement.error is None
        and statement.agreement in _ADDING
        and None not in {statement.source, statement.destination}
        and bool(statement.protocols)
        and (bool(statement.ports) or not statement.protocols[0].has_ports)
        # A range is where the port of a setting may lie.
        and all(ports.low == ports.high for ports in statement.ports)
    )


class _Audit:
    """Judges flows and rules, and finds what is wrong with them."""

    def __init__(
        self,
        files: Sequence[Existing],
        resolution: Resolution,
        roles: RoleMap,
        inventory: Inventory | None,
    ) -> None:
        # Of any release: that of the deployment changes no verdict.
        known = resolution.stated_elsewhere(any_release=True)
        statements = [*filter(_is_usable, known)]
        self._files = files
        self._resolution = resolution
        self._map = roles
        self._inventory = inventory
        self._compiler = Compiler(
            files, resolution, roles, inventory, statements
        )
        #: The addresses of which somebody says who has them.
        self._known = join_spans(
            span_of(network)
            for network in chain(
                (network for network, _ in roles.networks),
                *(inventory.addresses.values() if inventory else ()),
            )
        )
        self._filters: list[Judged] = [
            judged for each in files for judged in self._compiler.judge(each)
        ]
        together = [self._filter_ids(names) for names in roles.together]
        self.flows = {
            flow.id: self._flow(flow, together)
            for flow in resolution.having(*_JUDGED)
        }
        documented = Documented(self._compiler, resolution, statements)
        answered = self._answered()
        self.rules = [
            # To look a rule up takes a while, and most have no replies.
            _explain_replies(report, answered.get(report.rule, {}))
            if answered
            else report
            for judged in self._filters
            for report in judge_rules(self._compiler, judged, documented)
        ]
        self._parties = parties_of(files)
        self._bounded = {
            unread.place
            for each in files
            for unread in each.unread
            if unread.is_bounded
        }
        self.roles = {
            clean(name): roles_
            for name, (party, _) in self._parties.items()
            if (roles_ := self._compiler.roles_of(party))
        }
        self.known_by_name = {
            clean(name)
            for name, (party, _) in self._parties.items()
            if self._compiler.is_known_by_name(party)
        }

    def _filter_ids(self, names: Iterable[str]) -> frozenset[str]:
        """Return the ids of filters that the role map names."""
        return frozenset(
            judged.filter.id
            for judged in self._filters
            if not _names(judged.filter).isdisjoint(names)
        )

    def _flow(
        self, flow: Flow, together: Sequence[frozenset[str]]
    ) -> FlowReport:
        status = self._resolution.status_of(flow)
        if status == "direction-unclear":
            side = Side(
                kind="destination",
                party=flow.destination,
                verdict=Verdict.UNKNOWN,
                reasons=(_UNCLEAR,),
            )
            sides = Sides([side])
        else:
            sides = judge_flow(
                self._compiler,
                self._filters,
                together,
                flow,
                is_known=self._is_known_role(flow.source),
            )
        return FlowReport(
            flow=flow, status=status, sides=sides, verdict=sides.verdict
        )

    def _answered(self) -> dict[Rule, dict[str, None]]:
        """Return the flows whose replies rest on a rule, by the rule."""
        found: dict[Rule, dict[str, None]] = {}
        for report in self.flows.values():
            for side in report.sides.values():
                for rule in side.rules if side.kind == "reply" else ():
                    found.setdefault(rule, {})[report.flow.id] = None
        return found

    def _is_known_role(self, role: EndpointId) -> bool:
        """Return whether a source is somebody that a rule can name.

        Clients can be anywhere, unless the site says where.
        """
        return (
            self._resolution.edition.endpoints[role].kind != "client"
            or (
                self._inventory is not None
                and self._inventory.has(role)
                and role not in self._inventory.internet
            )
            or any(role in roles for roles in self._map.parties.values())
        )

    # -- findings ------------------------------------------------------------

    def findings(self) -> Iterator[Finding]:
        """Yield the deviations from what is needed, and what is unknown."""
        for report in self.flows.values():
            for side in report.sides.values():
                yield from self._of_side(report, side)
        yield from self._of_rules()
        yield from self._of_roles()
        yield from self._of_parties()
        yield from self._of_map()
        yield from self._of_together()
        for existing in self._files:
            for unread in existing.unread:
                if unread.kind != "set-aside":
                    text = f"{clean(unread.text)}: {clean(unread.why)}"
                    yield Finding(
                        kind="unread",
                        # A report that lacks a rule is not made good by
                        # whoever lets the unknown pass.
                        level=(
                            "error" if unread.kind == "failed" else "unknown"
                        ),
                        text=text,
                        place=unread.place,
                        cause=f"{clean(str(unread.place))}: {text}",
                    )

    def _of_side(self, report: FlowReport, side: Side) -> Iterator[Finding]:
        flow = report.flow
        ports = tuple(dict.fromkeys(p for r in flow.ports for p in r))
        denying = _denying(side)
        place = next((each.place for each in side.filters), None)
        common = Finding(
            kind="unknown",
            level="unknown",
            text="",
            place=place,
            flow=flow.id,
            side=side.kind,
            party=side.party,
            ports=ports if len(ports) <= _FEW else (),
        )
        match side.verdict:
            case Verdict.MISSING | Verdict.DENIED | Verdict.PARTLY:
                yield attrs.evolve(
                    common,
                    hints=tuple(self._outside(side)),
                    kind=_KINDS[side.verdict],
                    level="error",
                    text=_lack_text(flow, side),
                    cause=_cause(side, "them")
                    + (f"; denied by {denying}" if denying else ""),
                    about="; ".join(side.lacks),
                    near=tuple(self._near(report, side)),
                )
            case Verdict.UNKNOWN:
                yield attrs.evolve(
                    common,
                    text=f"{flow.id}: whether {_way(side)} is not known.",
                    hints=side.reasons,
                    cause=" ".join(side.reasons),
                )
            case Verdict.ONLY_BROAD:
                yield from self._broad(common, flow, side)

    def _outside(self, side: Side) -> Iterator[str]:
        """Yield what to do about a role that may be in another network.

        A filter for whoever there is holds for no one else.
        """
        end = self._resolution.edition.endpoints.get(side.party)
        is_for_anybody = not any(each.attached_to for each in side.filters)
        if (
            end is not None
            and end.kind not in PRODUCT
            and side.kind in _OTHERS
            and is_for_anybody
        ):
            yield (
                f"if these rules do not filter {end.id}, list it under "
                "[not-filtered] of the role map"
            )

    def _broad(
        self, common: Finding, flow: Flow, side: Side
    ) -> Iterator[Finding]:
        """Yield what a flow rests on that is broad, a finding for each."""
        what = " and ".join(_BROAD[kind] for kind in side.rests_on)
        level: FindingLevel = (
            "warning" if "any-source" in side.rests_on else "note"
        )
        # Rules with a finding of their own say there what was meant. What
        # passes does so here: rules of the other direction change nothing.
        ways = {own.direction for own in side.filters}
        others = [
            r
            for r in self.rules
            if r.verdict not in _RULES and r.filter.direction in ways
        ]
        near = tuple(_near_rules(flow.id, others))
        for rule in side.rules:
            yield attrs.evolve(
                common,
                kind="broad",
                level=level,
                place=rule.place,
                rule=rule,
                text=f"{flow.id} passes only by {clean(rule.id)}: {what}.",
                near=near,
                hints=_assumptions(rule),
            )
        for last in side.last_resorts:
            yield attrs.evolve(
                common,
                kind="broad",
                level=level,
                text=f"{flow.id} passes only because no rule stops it: "
                f"{clean(last.text)}.",
                cause=clean(last.text),
                near=near,
            )

    def _near(self, report: FlowReport, side: Side) -> Iterator[Near]:
        """Yield what was probably meant for a flow that does not pass."""
        yield from _near_rules(report.flow.id, self.rules)
        other = report.sides.get(_OTHERS.get(side.kind, ""))
        # What lets anything out is no rule for this.
        if (
            other is not None
            and other.verdict is Verdict.COVERED
            and any(map(_is_meant, other.rules))
        ):
            places = [str(rule.place) for rule in other.rules[:_SHOWN]]
            word = "out of" if other.kind == "source" else "into"
            yield Near(
                "other-side",
                f"{', '.join(places)} lets it {word} {other.party}; this side "
                "lacks it.",
                (report.flow.id,),
            )

    def _of_rules(self) -> Iterator[Finding]:
        """Yield what is wrong with rules, each once.

        A rule of a file that stands in several filters matches nothing if it
        does so in all of them; else the same of each of them is one finding,
        though each may be for other hosts.
        """
        settled = {
            report.rule.place
            for report in self.rules
            if report.verdict is not RuleVerdict.EMPTY
        }
        told: set[tuple[Place, str]] = set()
        for report in self.rules:
            if report.verdict is RuleVerdict.EMPTY:
                if report.rule.place in settled:
                    continue
                settled.add(report.rule.place)
            for finding in self._of_rule(report):
                key = (report.rule.place, finding.text)
                if key not in told:
                    told.add(key)
                    yield finding

    def _of_rule(self, report: RuleReport) -> Iterator[Finding]:
        known = _RULES.get(report.verdict)
        if known is None or report.rule.origin != "file":
            return
        if report.rule.place in self._bounded:
            # That it was not read is a finding of its own.
            return
        kind, level, text = known
        if report.verdict is RuleVerdict.RULED_OUT and report.mixes:
            level = "note"
        rule = report.rule
        yield Finding(
            kind=kind,
            level=level,
            text=f"{clean(rule.id)}: {_rule_text(rule)}: {text}"
            f"{_rule_more(report)}.",
            place=rule.place,
            party=clean(report.filter.id),
            rule=rule,
            ports=_ports(rule),
            near=report.near,
            hints=_assumptions(rule),
        )

    def _of_roles(self) -> Iterator[Finding]:
        """Yield the parts of the product that nothing here filters."""
        needed = {
            end
            for report in self.flows.values()
            for end in (report.flow.source, report.flow.destination)
        }
        for end in self._resolution.edition.endpoints:
            if (
                end.kind not in PRODUCT
                or end.id not in needed
                or end.id in self._compiler.not_filtered
            ):
                continue
            mask = self._compiler.role_mask(end.id)
            if not any(judged.attached[1] & mask for judged in self._filters):
                yield Finding(
                    kind="unfiltered",
                    level="unknown",
                    text=f"Nothing that was read filters {end.id}: map its "
                    f"parties under [party] of the role map ({_DRAFTS}), or "
                    "list it under [not-filtered].",
                    party=end.id,
                )

    def _of_parties(self) -> Iterator[Finding]:
        """Yield the parties of which the role map says nothing."""
        unmapped = {
            name: places
            for name, (party, places) in self._parties.items()
            if not (
                clean(name) in self.roles
                or self._is_known(party)
                or (isinstance(party, PrefixList) and party.is_closed)
                or is_any(party)
            )
        }
        # A network is no slip of a name.
        named = [n for n in unmapped if names_of_party(self._parties[n][0])]
        meant = find_slips(named, self._resolution.edition.endpoints)
        for name, places in unmapped.items():
            listed = [*places][:_SHOWN]
            more = len(places) - len(listed)
            text = ", ".join(listed) + (f" and {more} more" if more else "")
            hint = f" Did you mean {meant[name]!r}?" if name in meant else ""
            who = _called(name, self._parties[name][0])
            yield Finding(
                kind="unmapped",
                level="note",
                text=f"{who} is in no role of the role map ({text}): "
                f"give it its roles under [party] ({_DRAFTS}), or a name of "
                f"your own if it is nobody of the product.{hint}",
                party=name,
                cause="in no role of the role map: give them their roles "
                f"under [party] ({_DRAFTS}), or names of your own if they "
                "are nobody of the product",
                about=f"{who} ({_first_of(listed, len(places))})"
                f"{hint and ':'}{hint}",
            )

    def _of_map(self) -> Iterator[Finding]:
        """Yield the parties of the role map that are probably misspelt.

        A role map may be for more files than these.
        """
        named = self._map.named
        known = {
            fold(name): name
            for party, _ in self._parties.values()
            for name in names_of_party(party)
        }
        free = [name for key, name in known.items() if key not in named]
        for name in self._map.parties:
            if fold(name) not in named or fold(name) in known:
                continue
            meant = nearest(name, free)
            if meant is not None:
                yield Finding(
                    kind="party-unmatched",
                    level="note",
                    text=f"{clean(name)} of the role map is in none of these "
                    f"files. Did you mean {clean(meant)!r}?",
                    party=clean(name),
                )

    def _of_together(self) -> Iterator[Finding]:
        """Yield what the role map takes for filters, and no file has."""
        for name in dict.fromkeys(chain.from_iterable(self._map.together)):
            if not self._filter_ids([name]):
                yield Finding(
                    kind="together-unmatched",
                    level="warning",
                    text=f"together names {clean(name)}, which is no filter "
                    "of these files: correct or remove it.",
                    party=name,
                )

    def _is_known(self, party: Party) -> bool:
        """Return whether networks are those of a role."""
        if not isinstance(party, Networks):
            return False
        for low, high in map(span_of, party.networks):
            at = bisect_left(self._known, (high + 1, 0))
            if at and self._known[at - 1][1] >= low:
                return True
        return False


def _first_of(places: Sequence[str], number: int) -> str:
    """Return the first of some places, and how many more there are."""
    return places[0] + (f" and {number - 1} more" if number > 1 else "")


#: What writes a role map.
_DRAFTS: Final = "audit rules --init-roles writes a draft"
#: The other side of one.
_OTHERS: Final = {"source": "destination", "destination": "source"}
_KINDS: Final[dict[Verdict, FindingKind]] = {
    Verdict.MISSING: "missing",
    Verdict.DENIED: "denied",
    Verdict.PARTLY: "partly",
}
_BROAD: Final = {
    "any-source": "it is open to any source",
    "provider-default": "it is a default of the provider",
}
#: What is wrong with a rule, how grave that is, and in words.
_RULES: Final[dict[RuleVerdict, tuple[FindingKind, FindingLevel, str]]] = {
    RuleVerdict.UNEXPLAINED: (
        "unexplained",
        "note",
        "no flow of this edition needs it",
    ),
    RuleVerdict.STATED_ELSEWHERE: (
        "stated-elsewhere",
        "note",
        "stated by other sources, not by the vendor's port page",
    ),
    RuleVerdict.RULED_OUT: (
        "ruled-out",
        "warning",
        "the vendor's port page says that it is not required",
    ),
    RuleVerdict.NOT_HERE: ("not-here", "note", "not needed here"),
    RuleVerdict.SHADOWED: ("shadowed", "note", "earlier rules decide all"),
    RuleVerdict.EMPTY: ("empty", "warning", "it matches nothing"),
}


#: What nobody needs as a request.
_NOT_ASKED: Final = frozenset(
    {
        RuleVerdict.UNEXPLAINED,
        RuleVerdict.STATED_ELSEWHERE,
        RuleVerdict.RULED_OUT,
        RuleVerdict.NOT_HERE,
    }
)


def _explain_replies(
    report: RuleReport, flows: Mapping[str, None]
) -> RuleReport:
    """Return what a rule is for, if only replies need it."""
    if not flows or report.verdict not in _NOT_ASKED:
        return report
    return RuleReport(
        rule=report.rule,
        filter=report.filter,
        verdict=RuleVerdict.EXPLAINED,
        explained_by=tuple(flows),
        beyond=report.beyond,
        ports_beyond=report.ports_beyond,
    )


def _called(name: str, party: Party) -> str:
    """Return the id of a party, and what it is called if that tells more."""
    called = next(iter(names_of_party(party)[1:]), name)
    if called in name:
        return clean(name)
    return f"{clean(name)} called {clean(called)}"


def _is_meant(rule: Rule) -> bool:
    """Return whether a rule names both of its sides."""
    return not any(map(is_any, (*rule.sources, *rule.destinations)))


def _near_rules(flow: str, rules: Iterable[RuleReport]) -> list[Near]:
    """Return the rules that were probably meant for a flow."""
    # A rule of both directions is in two filters.
    return [
        *dict.fromkeys(
            near._replace(
                reason=f"{clean(rule.rule.place.before(rule.rule.id))}: "
                f"{near.reason}"
            )
            for rule in rules
            # A party that the data does not know is neither side of a flow.
            if rule.verdict is not RuleVerdict.OUTSIDE
            for near in rule.near
            if flow in near.records
        )
    ]


def _way(side: Side) -> str:
    """Return what passes on a side, in words."""
    if side.kind == "path":
        return "it passes between the two sides"
    if side.kind == "reply":
        return f"the replies of {side.party} pass"
    word = "reaches" if side.kind == "destination" else "leaves"
    return f"it {word} {side.party}"


def _assumptions(rule: Rule) -> tuple[str, ...]:
    return tuple(f"assumes {clean(text)}" for text in rule.assumes)


def _lack_text(flow: Flow, side: Side) -> str:
    denying = _denying(side)
    return (
        f"{flow.id}: {_cause(side, 'it')}: {'; '.join(side.lacks)}."
        f"{' Denied by ' if denying else ''}{denying}{'.' if denying else ''}"
    )


def _denying(side: Side) -> str:
    """Return the rules that stop something on a side, in words."""
    return ", ".join(
        clean(rule.place.before(rule.id)) for rule in side.denied_by[:_SHOWN]
    )


#: What passes, and the verb.
_PASS: Final = {"it": "passes", "them": "pass"}


def _cause(side: Side, what: str) -> str:
    """Return why something does not pass on a side, or not all of it."""
    why = {
        Verdict.MISSING: f"nothing lets {what} through",
        Verdict.DENIED: f"an earlier rule denies {what}",
        Verdict.PARTLY: f"not all of {what} {_PASS[what]}",
    }[side.verdict]
    where = {
        "destination": f"into {side.party}",
        "source": f"out of {side.party}",
        "path": "between the two sides",
        "reply": f"back from {side.party}",
    }[side.kind]
    text = f"{why} {where}"
    bare = [_name(each) for each in side.filters if not each.rules]
    if side.verdict is Verdict.MISSING and len(bare) == len(side.filters):
        word = {"destination": "ingress rule", "source": "egress rule"}
        names = join("and", bare)
        have = "has" if len(bare) == 1 else "have"
        text += f" ({names} {have} no {word.get(side.kind, 'rule')})"
    return text


def _name(own: Filter) -> str:
    """Return what a filter is called, without its direction."""
    return clean(own.id).removesuffix(f" {own.direction}")


def _names(own: Filter) -> set[str]:
    """Return what a role map can call a filter."""
    return {clean(own.id), _name(own)}


def _rule_text(rule: Rule) -> str:
    if isinstance(rule.service, Unknown):
        text, why = clean(rule.service.text), clean(rule.service.why)
        return f"unknown service {text} ({why})"
    return clean(service_text(rule.service)) or "no service"


def _rule_more(report: RuleReport) -> str:
    """Return what else there is to say of a rule, after its verdict."""
    stated = ", ".join(report.stated_by)
    part = f"; other sources state a part of it ({stated})" if stated else ""
    match report.verdict:
        case RuleVerdict.STATED_ELSEWHERE:
            return f" ({stated})"
        case RuleVerdict.RULED_OUT:
            mixes = ", ".join(report.mixes)
            mixed = f", though its source has {mixes} too" if mixes else ""
            return mixed + part
        case RuleVerdict.NOT_HERE:
            return "; " + "; ".join(
                f"{flow}: {reason.rstrip('.')}"
                for flow, reason in report.not_here[:_SHOWN]
            )
        case RuleVerdict.SHADOWED:
            rules = ", ".join(
                clean(rule.id) for rule in report.shadowed_by[:_SHOWN]
            )
            return f" ({rules})"
        case RuleVerdict.EMPTY:
            return f": {_why_empty(report.rule)}"
    return part


def _why_empty(rule: Rule) -> str:
    """Return why a rule matches nothing."""
    for parties, side in (
        (rule.sources, "source"),
        (rule.destinations, "destination"),
    ):
        if all(isinstance(p, Networks) and not p.networks for p in parties):
            return f"it has no {side} left"
    if not rule.service:
        return "it has no service left"
    return "its source, destination and service never meet in its filter"


def _ports(rule: Rule) -> tuple[int, ...]:
    """Return the ports of a rule, if they are few."""
    if isinstance(rule.service, Unknown):
        return ()
    spans = [span for span in rule.service if span[1] - span[0] < _FEW]
    ports = {p % PORTS for low, high in spans for p in range(low, high + 1)}
    few = len(spans) == len(rule.service) and len(ports) <= _FEW
    return tuple(sorted(ports)) if few else ()
