"""The answer for one deployment, and the reasons in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Self, get_args

from avi_portspec.deployment.choices import (
    HOLDING,
    add_readings,
    read_directions,
)
from avi_portspec.deployment.decisions import (
    Conflict,
    Decision,
    Explanation,
    Gap,
)
from avi_portspec.deployment.reasons import Reasons
from avi_portspec.deployment.resolver import Resolver
from avi_portspec.deployment.subjects import Subject, find_subject
from avi_portspec.deployment.unresolved import withheld_phrase
from avi_portspec.documents import join
from avi_portspec.errors import (
    InvalidQueryError,
    UnknownNameError,
    UnresolvedError,
    shown,
)
from avi_portspec.model.catalog import Catalog
from avi_portspec.model.conditions import VENDOR, Answer
from avi_portspec.model.display import ports_text
from avi_portspec.model.edition import EditionData
from avi_portspec.model.facets import AcceptedReading, DeclinedFlow, Deployment
from avi_portspec.model.flat import (
    FlatRecord,
    PortRecord,
    flat_records,
    port_records,
)
from avi_portspec.model.flows import Exclusion, Flow
from avi_portspec.model.flowset import Flows
from avi_portspec.model.frozen import Frozen, FrozenDict
from avi_portspec.model.wording import by_speaker
from avi_portspec.names import (
    Agreement,
    DirectionReading,
    FlowId,
    Status,
)

if TYPE_CHECKING:
    from avi_portspec.beyond.beside import SourcedText
    from avi_portspec.beyond.records import Statement
    from avi_portspec.deployment.elsewhere import Elsewhere
    from avi_portspec.model.ports import ProtocolPorts

__all__ = ["Resolution", "resolve"]

_STATUSES: Final[tuple[Status, ...]] = get_args(Status)
#: What people look for as an attribute, and how to ask for it.
_ELSEWHERE: Final = {
    "decision": "resolution[flow]",
    "decisions": "list(resolution)",
    **{
        status.replace("-", "_"): f"having({status!r})" for status in _STATUSES
    },
}


class Resolution(Frozen):
    """A decision on every flow of an edition, for one deployment.

    >>> import avi_portspec
    >>> answer = avi_portspec.load().resolve("openstack")
    >>> [str(pair) for pair in answer.flows.select(source="SE").ports()]
    ['TCP 22', 'TCP 4001', 'TCP 8443', 'UDP 123']
    >>> len(answer) == len(avi_portspec.load().flows)
    True

    It iterates over decisions in published order, and looks one up by a flow
    or its id. Resolutions come from :meth:`Edition.resolve`.
    """

    __slots__ = (
        "_asks_beyond",
        "_base",
        "_by_flow",
        "_resolver",
        "_statuses",
        "beyond",
        "conflicts",
        "deployment",
        "elsewhere",
        "flows",
        "gaps",
    )

    #: The edition prepared, as it is and as the deployment reads it.
    _base: Resolver
    _resolver: Resolver
    _statuses: tuple[Status, ...]
    _by_flow: Mapping[str, int]
    #: Whether what is stated beyond the vendor's page was asked for.
    _asks_beyond: bool
    #: The deployment.
    deployment: Deployment
    #: The flows that are needed, the smallest set that suffices. What is
    #: not documented is in their ``unstated``.
    flows: Flows
    #: The needs that the vendor rules out without a substitute.
    conflicts: tuple[Conflict, ...]
    #: What the vendor is silent on.
    gaps: tuple[Gap, ...]
    #: What other sources state on the gaps, and on traffic that is no flow.
    #: It is part of no answer.
    elsewhere: tuple[Elsewhere, ...]
    #: What other sources state apart from what is needed here, as
    #: :meth:`stated_elsewhere` returns it, if *beyond* asked for it; else
    #: nothing. It is part of no answer.
    beyond: Catalog[Statement]

    def __new__(
        cls,
        resolver: Resolver,
        deployment: Deployment,
        *,
        beyond: bool = False,
    ) -> Self:
        """Return the answer; :meth:`Edition.resolve` makes it."""
        self = super().__new__(cls)
        fill = object.__setattr__
        fill(self, "_base", resolver)
        fill(self, "_asks_beyond", beyond)
        if deployment.readings:
            # First, for a fault is one of the edition as it is.
            resolver.held_by(deployment)
            read = read_directions(resolver.edition, deployment)
            resolver = Resolver(read)
        fill(self, "_resolver", resolver)
        fill(self, "deployment", deployment)
        fill(self, "_statuses", resolver.decide(deployment))
        return self

    def _lazy(self, name: str) -> Any:
        if name == "flows":
            return self.having("needed")
        if name == "conflicts":
            return tuple(self._find_conflicts())
        if name == "gaps":
            return tuple(self._find_gaps())
        if name == "elsewhere":
            # Imported here: few answers are compared with other sources.
            from avi_portspec.deployment.elsewhere import find_elsewhere

            return find_elsewhere(self.deployment, self.gaps)
        if name == "beyond":
            asks = self._asks_beyond
            empty: Catalog[Statement] = Catalog("statement", ())
            return self.stated_elsewhere() if asks else empty
        if name == "_by_flow":
            flows = self.edition.flows
            return FrozenDict({flow.id: at for at, flow in enumerate(flows)})
        hint = _ELSEWHERE.get(name)
        if hint is None:
            raise self._no_attribute(name)
        text = f"Resolution has no attribute {name!r}; did you mean {hint}?"
        raise AttributeError(text, name=name, obj=None)

    def __reduce__(self) -> tuple[Any, ...]:
        # The reasons are not kept in a pickle.
        made = partial(resolve, beyond=self._asks_beyond)
        return made, (self._base, self.deployment)

    @property
    def edition(self) -> EditionData:
        """The edition that was asked.

        Where the deployment reads a doubtful direction, its flow has its
        source and destination as they are read.
        """
        return self._resolver.edition

    def __len__(self) -> int:
        return len(self._statuses)

    def __iter__(self) -> Iterator[Decision]:
        reasons = self._reasons()
        return (reasons.decision(at) for at in range(len(self)))

    def __getitem__(self, flow: Flow | str) -> Decision:
        """Return the decision on a flow.

        Args:
            flow: The flow, or its id.

        Raises:
            UnknownNameError: The edition has no such flow.
        """
        return self._reasons().decision(self._position(flow))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Resolution):
            return NotImplemented
        return (self.deployment, self.edition, self._asks_beyond) == (
            other.deployment,
            other.edition,
            other._asks_beyond,
        )

    def __hash__(self) -> int:
        return hash((self.deployment, self._statuses))

    def having(self, *statuses: Status) -> Flows:
        """Return the flows with any of some decisions.

        >>> import avi_portspec
        >>> answer = avi_portspec.load().resolve("aws")
        >>> [str(pair) for pair in answer.having("optional").ports()]
        ['ICMP echo request']

        Args:
            *statuses: ``needed``, ``optional``, ``direction-unclear``,
                ``declined``, ``replaced``, ``not-applicable``,
                ``unsupported`` or ``unstated``.

        Raises:
            UnknownNameError: There is no such decision.
        """
        for status in statuses:
            if status not in _STATUSES:
                raise UnknownNameError("decision", status, _STATUSES)
        members, open_ = set(), set()
        for at, status in enumerate(self._statuses):
            if status in statuses:
                members.add(at)
            elif status == "unstated":
                open_.add(at)
        index = self.edition.flows._index
        return Flows(index, frozenset(members), frozenset(open_))

    def status_of(self, flow: Flow | str) -> Status:
        """Return the decision on a flow, without the reasons.

        Raises:
            UnknownNameError: The edition has no such flow.
        """
        return self._statuses[self._position(flow)]

    def stated_elsewhere(
        self, release: str | None = None, *, any_release: bool = False
    ) -> Catalog[Statement]:
        """Return what other sources state apart from what is needed here.

        They are the statements that do not just agree with the vendor's port
        page, that concern this deployment, and that are not accepted. They
        are part of no answer.

        >>> import avi_portspec
        >>> answer = avi_portspec.load().resolve("nsx-t")
        >>> for statement in answer.stated_elsewhere("30.2"):
        ...     if statement.agreement == "adds":
        ...         print(statement.id)
        cluster-by-names-30-2-dns
        nsx-t-design-30-2-nsx-manager
        nsx-t-design-30-2-vcenter
        nsx-t-dfw-latest-https
        alb-sdk-log-streaming
        alb-sdk-gslb
        alb-sdk-nethsm
        alb-sdk-rfs
        alb-sdk-nuage
        alb-sdk-probe
        alb-sdk-tunnel

        Args:
            release: Only statements about this release, or line of releases;
                by default the release of the deployment, if it has one.
            any_release: Statements about any release, whatever that of the
                deployment.

        Raises:
            InvalidQueryError: The release is not one.
        """
        # Imported here: few answers are compared with other sources.
        from avi_portspec.beyond.queries import statements

        if release is None and not any_release:
            release = self.deployment.release
        kinds: tuple[Agreement, ...] = get_args(Agreement)
        found = statements(
            release=release,
            agreement=[kind for kind in kinds if kind != "agrees"],
        )
        return Catalog("statement", filter(self._is_concerned, found))

    def stated_on_gap(
        self, gap: Gap, release: str | None = None
    ) -> Catalog[Statement]:
        """Return what other sources state where the vendor's page is silent.

        >>> import avi_portspec
        >>> answer = avi_portspec.load().resolve("nsx-t")
        >>> (gap,) = answer.gaps
        >>> answer.stated_on_gap(gap, "30.2").ids()
        ('nsx-t-design-30-2-nsx-manager',)

        Args:
            gap: One of the gaps of this answer.
            release: Only statements about this release, or line of releases.

        Raises:
            InvalidQueryError: The release is not one.
        """
        from avi_portspec.deployment.elsewhere import on_gap

        return Catalog("statement", on_gap(gap, release).statements)

    def _is_concerned(self, statement: Statement) -> bool:
        """Return whether a statement bears on this deployment from outside."""
        flows = self.edition.flows
        is_accepted = str(statement.id) in flows.ids()
        never = statement.when.evaluate(self.deployment) == Answer.NO
        if is_accepted or never:
            return False
        decided = [
            self.status_of(flows[name])
            for name in statement.about
            if name in flows.ids()
        ]
        aside = {"not-applicable", "replaced"}
        return not decided or not aside.issuperset(decided)

    def other_purposes(self, flow: Flow | str) -> tuple[SourcedText, ...]:
        """Return what a flow is for, where the vendor's page does not say it.

        >>> import avi_portspec
        >>> answer = avi_portspec.load().resolve("aws")
        >>> print(*answer.other_purposes("service-engine-to-controller-ntp"))
        Time synchronisation (Tanzu reference designs: port sheet)

        Args:
            flow: The flow, or its id.

        Returns:
            Each purpose that concerns this deployment, with its source, the
            most trustworthy first.

        Raises:
            UnknownNameError: The edition has no such flow.
        """
        from avi_portspec.beyond.beside import other_purposes

        return other_purposes(self._flow(flow), self.deployment)

    def settings_of(self, flow: Flow | str) -> tuple[SourcedText, ...]:
        """Return which settings of the product move the port of a flow.

        >>> import avi_portspec
        >>> answer = avi_portspec.load().resolve("vcenter")
        >>> store = "service-engine-to-service-engine-objstore-vmware"
        >>> print(answer.settings_of(store)[0].text)
        objsync_port of the Service Engine group

        Args:
            flow: The flow, or its id.

        Returns:
            Each setting that concerns this deployment, with its source, the
            most trustworthy first.

        Raises:
            UnknownNameError: The edition has no such flow.
        """
        from avi_portspec.beyond.beside import settings_of

        return settings_of(self._flow(flow), self.deployment)

    def explain(
        self, subject: Flow | Exclusion | ProtocolPorts | Subject | int | str
    ) -> Explanation:
        """Return why something is needed here, or why it is not.

        >>> import avi_portspec
        >>> answer = avi_portspec.load().resolve("openshift")
        >>> print(answer.explain("tcp/9001").decisions[0].status)
        unstated
        >>> answer.explain("tcp/12345").decisions
        ()

        Args:
            subject: A flow or its id; an exclusion or its id; a protocol and
                port, as ``"tcp/9001"`` or as a :class:`ProtocolPorts`; a
                protocol alone, as ``"icmp"``; a port alone, as ``9001``; or a
                service, as ``"ssh"``.

        Raises:
            UnknownNameError: Nothing has that name.
            InvalidQueryError: It is none of these, or no port.
        """
        found = (
            subject
            if isinstance(subject, Subject)
            else find_subject(self.edition, subject)
        )
        decisions = tuple(self[flow] for flow in found.flows)
        lines = [str(decision) for decision in decisions]
        for exclusion in found.exclusions:
            sides = f"{exclusion.source} to {exclusion.destination}"
            lines.append(
                f"not required: {sides}. {exclusion.text} "
                f"[{exclusion.citation}]"
            )
        lines = lines or [found.silence]
        # These gaps name no port, so any port may be the one that is missing.
        gaps = tuple(
            gap
            for gap in self.gaps
            if not gap.flows and found.may_concern(gap.interface)
        )
        return Explanation(
            subject=found.name,
            decisions=decisions,
            exclusions=found.exclusions,
            gaps=gaps,
            text="\n".join([*lines, *map(str, gaps)]),
        )

    def _flow(self, flow: Flow | str) -> Flow:
        return self.edition.flows[self._position(flow)]

    def _position(self, flow: Flow | str) -> int:
        name = flow.id if isinstance(flow, Flow) else flow
        try:
            return self._by_flow[name]
        except (KeyError, TypeError):
            raise UnknownNameError("flow", name, self._by_flow) from None

    @property
    def needed(self) -> Flows:
        """The flows that are needed: the same as :attr:`flows`.

        >>> import avi_portspec
        >>> answer = avi_portspec.load().resolve("aws")
        >>> answer.needed == answer.flows
        True
        """
        return self.flows

    @property
    def optional(self) -> Flows:
        """The flows without which the product works.

        >>> import avi_portspec
        >>> answer = avi_portspec.load().resolve("aws")
        >>> [str(pair) for pair in answer.optional.ports()]
        ['ICMP echo request']
        """
        return self.having("optional")

    @property
    def direction_unclear(self) -> Flows:
        """The flows of which the vendor may have swapped the two ends.

        They need no guess but a reading, in the deployment.

        >>> import avi_portspec
        >>> answer = avi_portspec.load().resolve("gcp")
        >>> [flow.id for flow in answer.direction_unclear]
        ['gcp-to-avi-vantage']
        """
        return self.having("direction-unclear")

    @property
    def declined(self) -> Flows:
        """The flows that the deployment says the site does not use.

        >>> import avi_portspec
        >>> where = avi_portspec.loads_deployment('''
        ... clouds = ["aws"]
        ... [[declined]]
        ... flow = "external-to-controller-snmp"
        ... reason = "not polled"
        ... ''')
        >>> answer = avi_portspec.load().resolve(where)
        >>> print(answer[answer.declined[0]].why)
        Declined: not polled (the site's deployment file)
        """
        return self.having("declined")

    @property
    def withheld(self) -> tuple[Decision, ...]:
        """The decisions on flows that apply here, and that get no port.

        First those of unclear direction, then those that are declined.
        """
        flows = (*self.direction_unclear, *self.declined)
        return tuple(self[flow] for flow in flows)

    @property
    def idle_choices(self) -> Mapping[str, FlowId]:
        """What the deployment reads or declines to no effect.

        By its place in the deployment, the flow, which has another decision.

        >>> import avi_portspec
        >>> where = avi_portspec.loads_deployment('''
        ... clouds = ["aws"]
        ... [[declined]]
        ... flow = "controller-to-dns"
        ... reason = "resolved locally"
        ... ''')
        >>> answer = avi_portspec.load().resolve(where)
        >>> dict(answer.idle_choices)
        {'declined[0]': 'controller-to-dns'}
        """
        choices: dict[str, tuple[AcceptedReading | DeclinedFlow, ...]] = {
            "readings": self.deployment.readings,
            "declined": self.deployment.declined,
        }
        return FrozenDict(
            {
                f"{name}[{at}]": choice.flow
                for name, listed in choices.items()
                for at, choice in enumerate(listed)
                if self.status_of(choice.flow) not in HOLDING
            }
        )

    def reading(self, readings: Mapping[str, DirectionReading]) -> Resolution:
        """Return the answer with more readings of doubtful directions.

        Args:
            readings: ``stated`` or ``reversed``, by the flow's id; they
                override those of the deployment.

        Raises:
            InvalidDataError: A reading is neither, or of a flow whose
                direction is not in doubt.
        """
        return resolve(
            self._base,
            add_readings(self.deployment, readings),
            beyond=self._asks_beyond,
        )

    # -- reasons -------------------------------------------------------------

    def _reasons(self) -> Reasons:
        return Reasons(self._resolver, self.deployment, self._statuses)

    def _find_conflicts(self) -> Iterator[Conflict]:
        edition = self.edition
        for at, status in enumerate(self._statuses):
            flow = edition.flows[at]
            if status != "unsupported":
                continue
            if any(
                self.status_of(other) in HOLDING for other in flow.replaces
            ):
                continue
            notes = self._resolver.restrictions[at]
            texts = " ".join(edition.notes[note].text for note in notes)
            ruled_out = "Notes rule" if len(notes) > 1 else "A note rules"
            others = join(
                "and",
                (ports_text(edition.flows[other]) for other in flow.replaces),
            )
            instead = (
                f" {others}, which it would replace, does not apply either."
                if others
                else ""
            )
            yield Conflict(
                flow=flow.id,
                replaces=flow.replaces,
                notes=notes,
                citations=tuple(edition.notes[n].citation for n in notes),
                text=(
                    f"{edition.endpoints[flow.source].name} to "
                    f"{edition.endpoints[flow.destination].name}, "
                    f"{ports_text(flow)}: no documented "
                    f"{f'{flow.service} ' if flow.service else ''}port "
                    f"remains. {ruled_out} it out: {texts}{instead}"
                ),
            )

    def _find_gaps(self) -> Iterator[Gap]:
        edition = self.edition
        held = self._resolver.words.bits_of(self.deployment)
        for silence in self._resolver.silences(held):
            # A single node has no peer: silence about it is no gap.
            left = [
                flow
                for flow in silence.flows
                if self.status_of(flow) != "not-applicable"
            ]
            if silence.flows and not left:
                continue
            facet = edition.facets[silence.facet]
            (name,) = (
                known.name
                for known in facet.values
                if known.id == silence.value
            )
            interface = silence.interface
            if left:
                who_needs = (
                    facet.without(silence.value)
                    if silence.is_lacking
                    else name
                )
                text = "; ".join(
                    f"{who} does not say whether {who_needs} needs "
                    f"{self._list_flows(own)}"
                    for who, own in by_speaker(left).items()
                )
            elif interface is not None:
                text = (
                    f"{VENDOR} states no flow between the Controller and "
                    f"{interface.name} on {name}"
                )
            else:
                text = (
                    f"no flow names {name}: its requirements are not "
                    "documented"
                )
            yield Gap(
                facet=silence.facet,
                value=silence.value,
                is_lacking=silence.is_lacking,
                flows=tuple(flow.id for flow in left),
                interface=interface.id if interface else None,
                citations=tuple(flow.citation for flow in left),
                text=f"{text}.",
            )

    def _list_flows(self, flows: Iterable[Flow]) -> str:
        """Return flows in words: ``A to B over TCP 1 or TCP 2 and C to ...``.

        Which of one pair's ports is needed is a single question.
        """
        pairs: dict[str, list[str]] = {}
        for flow in flows:
            ends = (
                self.edition.endpoints[end].name
                for end in (flow.source, flow.destination)
            )
            pairs.setdefault(" to ".join(ends), []).append(ports_text(flow))
        return join(
            "and",
            (
                f"{ends} over {join('or', dict.fromkeys(ports))}"
                for ends, ports in pairs.items()
            ),
        )

    # -- for machines --------------------------------------------------------

    def to_records(self) -> list[FlatRecord]:
        """Return flat dicts, one a protocol and port range, for data frames.

        Every decision is there: ``decision`` says which, and ``reason``
        why. Ports are integers, what is not there is ``None``, and each
        record names the edition, the data's version and its digest.

        >>> import avi_portspec
        >>> records = avi_portspec.load().resolve("gcp").to_records()
        >>> [r["port_low"] for r in records if r["decision"] == "unstated"]
        []
        >>> {r["decision"] for r in records if r["port_low"] == 5098}
        {'not-applicable'}
        """
        return flat_records(self._port_records(), self.edition)

    def _port_records(self) -> Iterator[PortRecord]:
        for decision in self:
            yield from port_records(decision.flow, self.edition, decision)

    # -- for people ----------------------------------------------------------

    def __repr__(self) -> str:
        counts = ", ".join(
            f"{self._statuses.count(status)} {status}"
            for status in _STATUSES
            if status in self._statuses
        )
        return f"<Resolution of {self.edition.id}: {counts}>"

    def __str__(self) -> str:
        """Return the needed flows as a table, and what is not documented.

        If *beyond* asked for it, what is stated elsewhere comes last.
        """
        return "\n".join([str(self.flows), *self._notes()])

    def _notes(self) -> Iterator[str]:
        """Yield what stands below a table of what is needed, a line each."""
        yield from map(str, [*self.conflicts, *self.gaps])
        yield from self._lines_on(self.withheld)
        if self.beyond:
            # Imported here: few answers have statements.
            from avi_portspec.beyond.wording import beyond_lines

            for line in beyond_lines(self.beyond, self.edition.facets):
                yield f"stated elsewhere: {line}"

    def _lines_on(self, withheld: Iterable[Decision]) -> Iterator[str]:
        for decision in withheld:
            phrase = withheld_phrase(decision, self.edition)
            yield f"{decision.status}: {phrase}"

    def _repr_html_(self) -> str:
        """Return what may be allowed as a table, and what is undocumented."""
        # Imported here: only notebooks need them.
        from avi_portspec.model.display import Row, html_grid, view
        from avi_portspec.tabular.columns import COLUMNS

        names = ("decision", "source", "destination", "ports", "why")
        rows = (
            Row(decision.flow, self.edition, decision)
            for decision in self
            if decision.status in {"needed", "optional"}
        )
        return html_grid(
            repr(self)[1:-1],
            *view(rows, [COLUMNS[name] for name in names]),
            self._notes(),
        )


def resolve(
    resolver: Resolver,
    asked: Deployment | str | Iterable[str],
    *,
    strict: bool = False,
    beyond: bool = False,
) -> Resolution:
    """Return the decisions on one deployment; see :meth:`Edition.resolve`.

    Args:
        resolver: The edition, prepared.
        asked: The deployment; or the name of a preset, or several.
        strict: Whether to fail where there are conflicts, gaps or unclear
            directions.
        beyond: Whether to show what other sources state.
    """
    if not isinstance(beyond, bool):
        # A release would be taken for a "yes", and not be heeded.
        raise InvalidQueryError("beyond", "True or False", shown(beyond))
    deployment = resolver.deployment_of(asked)
    found = Resolution(resolver, deployment, beyond=beyond)
    unclear = found.direction_unclear
    if strict and (found.conflicts or found.gaps or unclear):
        raise UnresolvedError(
            resolver.edition.id,
            found.conflicts,
            found.gaps,
            found._lines_on(found[flow] for flow in unclear),
        )
    return found
