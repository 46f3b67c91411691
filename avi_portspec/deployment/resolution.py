"""The answer for one deployment, and the reasons in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final, get_args

import attrs

from avi_portspec.deployment.reasons import Reasons
from avi_portspec.errors import InvalidQueryError, UnknownNameError, shown
from avi_portspec.model.display import by_speaker, joined, ports_text
from avi_portspec.model.flat import (
    FlatRecord,
    PortRecord,
    flat_records,
    port_records,
)
from avi_portspec.model.flows import Exclusion, Flow, Note, Reason
from avi_portspec.model.flowset import Flows
from avi_portspec.model.frozen import Frozen
from avi_portspec.model.page import Citation
from avi_portspec.model.ports import ProtocolPorts
from avi_portspec.model.protocols import Protocol
from avi_portspec.names import FacetId, FlowId, NoteId, Status

if TYPE_CHECKING:
    from avi_portspec.deployment.resolver import Resolver
    from avi_portspec.model.edition import Edition
    from avi_portspec.model.facets import Deployment

__all__ = ["Conflict", "Decision", "Explanation", "Gap", "Resolution"]

_STATUSES: Final[tuple[Status, ...]] = get_args(Status)
#: What can be explained.
_FORMS: Final = (
    "a protocol and one port, as tcp/9001; a protocol, as icmp; a port, as "
    "9001; or the id of a flow or an exclusion"
)


@attrs.frozen(kw_only=True)
class Decision:
    """What is decided about one flow, and why.

    Attributes:
        flow: The flow.
        status: The decision.
        reason: Why, in English, from the page.
        facts: What the deployment answers to the facets that the flow's
            condition asks about: the witness of the decision. Empty where
            the condition asks nothing.
        replaced_by: The flows that stand in for it here.
        notes: The notes on the page that bear on it.
        citations: The places on the page that say so, the flow's own first.
        inferred: What in the decision the page does not state.
    """

    flow: Flow
    status: Status
    reason: str
    facts: tuple[tuple[FacetId, frozenset[str]], ...]
    replaced_by: tuple[FlowId, ...]
    notes: tuple[Note, ...]
    citations: tuple[Citation, ...]
    inferred: tuple[Reason, ...]

    def __str__(self) -> str:
        flow = self.flow
        places = "; ".join(map(str, self.citations))
        text = (
            f"{self.status}: {flow.source} to {flow.destination}, "
            f"{ports_text(flow)}. {self.reason} [{places}]"
        )
        for each in self.inferred:
            text += f" Inferred ({each.field}): {each.reason}"
        return text


@attrs.frozen(kw_only=True)
class Conflict:
    """A need that the page rules out without naming a substitute.

    Attributes:
        flow: The flow that is not supported here.
        replaces: The flows that it would stand in for, none of which
            applies here either.
        notes: The notes that rule it out.
        citations: Where on the page they stand.
        text: What is left open, in English.
    """

    flow: FlowId
    replaces: tuple[FlowId, ...]
    notes: tuple[NoteId, ...]
    citations: tuple[Citation, ...]
    text: str

    def __str__(self) -> str:
        return f"conflict: {self.text}"


@attrs.frozen(kw_only=True)
class Gap:
    """Something about the deployment on which the page is silent.

    Attributes:
        facet: The facet.
        value: The deployment's value that the page does not cover.
        flows: The flows that are unstated for it; none where the page does
            not name the value at all.
        citations: Where on the page those flows stand.
        text: What is left open, in English.
    """

    facet: FacetId
    value: str
    flows: tuple[FlowId, ...]
    citations: tuple[Citation, ...]
    text: str

    def __str__(self) -> str:
        return f"unstated: {self.text}"


@attrs.frozen(kw_only=True)
class Explanation:
    """Why something is open, or is not.

    Attributes:
        subject: What was asked about.
        decisions: The decisions on the flows that it concerns.
        exclusions: What the page says is not required, and bears on it.
        text: All of it in English, a line each.
    """

    subject: str
    decisions: tuple[Decision, ...]
    exclusions: tuple[Exclusion, ...]
    text: str

    def __str__(self) -> str:
        return self.text


class Resolution(Frozen):
    """A decision on every flow of an edition, for one deployment.

    >>> import avi_portspec
    >>> answer = avi_portspec.load().resolve("openstack")
    >>> [str(pair) for pair in answer.flows.select(source="SE").ports()]
    ['TCP 22', 'TCP 4001', 'TCP 8443', 'UDP 123']
    >>> len(answer) == len(avi_portspec.load().flows)
    True

    It is iterated over by decision, in the order of the page, and looked up
    by a flow or its id. Resolutions come from :meth:`Edition.resolve`.
    """

    __slots__ = (
        "_by_flow",
        "_held",
        "_resolver",
        "_statuses",
        "conflicts",
        "deployment",
        "flows",
        "gaps",
    )

    _resolver: Resolver
    _held: int
    _statuses: tuple[Status, ...]
    _by_flow: dict[str, int]
    #: What was asked about.
    deployment: Deployment
    #: The flows that are needed, the smallest set that suffices. What the
    #: page leaves open is in their ``unstated``.
    flows: Flows
    #: The needs that the page rules out without a substitute.
    conflicts: tuple[Conflict, ...]
    #: What the page is silent on.
    gaps: tuple[Gap, ...]

    def __init__(
        self,
        resolver: Resolver,
        deployment: Deployment,
        held: int,
        statuses: tuple[Status, ...],
    ) -> None:
        if hasattr(self, "_held"):
            raise attrs.exceptions.FrozenInstanceError
        fill = object.__setattr__
        fill(self, "_resolver", resolver)
        fill(self, "deployment", deployment)
        fill(self, "_held", held)
        fill(self, "_statuses", statuses)

    def _lazy(self, name: str) -> Any:
        if name == "flows":
            return self.having("needed")
        if name == "conflicts":
            return tuple(self._conflicts())
        if name == "gaps":
            return tuple(self._gaps())
        if name == "_by_flow":
            flows = self.edition.flows
            return {flow.id: at for at, flow in enumerate(flows)}
        raise AttributeError(name)

    def __reduce__(self) -> tuple[Any, ...]:
        return _resolved, (self.edition, self.deployment)

    @property
    def edition(self) -> Edition:
        """The edition that was asked."""
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
        return (self.deployment, self.edition) == (
            other.deployment,
            other.edition,
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
            *statuses: ``needed``, ``optional``, ``replaced``,
                ``not-applicable``, ``unsupported`` or ``unstated``.

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

    def explain(
        self, subject: Flow | Exclusion | ProtocolPorts | int | str
    ) -> Explanation:
        """Return why something is open here, or why it is not.

        >>> import avi_portspec
        >>> answer = avi_portspec.load().resolve("openshift")
        >>> print(answer.explain("tcp/9001").decisions[0].status)
        unstated
        >>> print(answer.explain("tcp/12345"))
        No flow of vantage-undated is over TCP 12345. The page is silent.

        Args:
            subject: A flow or its id; an exclusion or its id; a protocol and
                port, as ``"tcp/9001"`` or as a :class:`ProtocolPorts`; a
                protocol alone, as ``"icmp"``; or a port alone, as ``9001``.

        Raises:
            UnknownNameError: Nothing goes by that name.
            InvalidQueryError: It is none of these, or no port.
        """
        flows, exclusions, name = self._concerned(subject)
        decisions = tuple(self[flow] for flow in flows)
        lines = [str(decision) for decision in decisions]
        for each in exclusions:
            sides = f"{each.source} to {each.destination}"
            lines.append(
                f"not required: {sides}. {each.text} [{each.citation}]"
            )
        if not lines:
            none = f"No flow of {self.edition.id} is over {name}."
            lines.append(f"{none} The page is silent.")
        return Explanation(
            subject=name,
            decisions=decisions,
            exclusions=exclusions,
            text="\n".join(lines),
        )

    def _concerned(
        self, subject: Any
    ) -> tuple[tuple[Flow, ...], tuple[Exclusion, ...], str]:
        edition = self.edition
        if isinstance(subject, ProtocolPorts):
            ports = subject.ports
            found = edition.flows.select(
                protocol=subject.protocol,
                port=None if ports is None else [*ports],
            )
            return tuple(found), (), str(subject)
        if isinstance(subject, int):
            found = edition.flows.select(port=subject)
            return tuple(found), (), f"port {subject}"
        name = getattr(subject, "id", subject)
        if not isinstance(name, str):
            wanted = "a flow, an exclusion, or a protocol and port"
            raise InvalidQueryError("subject", wanted, shown(subject))
        flow = edition.flows.get(name)
        if flow is not None:
            return (flow,), (), name
        exclusion = edition.exclusions.get(name)
        if exclusion is not None:
            return (), (exclusion,), name
        return self._over(name)

    def _over(
        self, name: str
    ) -> tuple[tuple[Flow, ...], tuple[Exclusion, ...], str]:
        """Return the flows over ``tcp/9001``, ``tcp`` or ``9001``."""
        protocol, _, port = name.rpartition("/")
        if not (port.isdecimal() and port.isascii()):
            protocol, port = name, ""
        if len(port) > len("65535"):
            raise InvalidQueryError(
                "port", "port numbers from 0 to 65535", shown(name)
            )
        try:
            over = Protocol.of(protocol) if protocol else None
        except UnknownNameError as wrong:
            if "/" in protocol or protocol[:1].isdigit():
                # It is meant as a port, for no id is like that.
                raise InvalidQueryError(
                    "subject", _FORMS, shown(name)
                ) from None
            known = [
                *self.edition.flows.ids(),
                *self.edition.exclusions.ids(),
                *wrong.known,
            ]
            kind = "flow, exclusion or protocol"
            raise UnknownNameError(kind, name, known) from None
        if not name or (port and over is not None and not over.has_ports):
            # Of a type of message after a slash, silence would be a lie.
            wanted = "a port after the slash, of a protocol that has ports"
            raise InvalidQueryError(
                "subject", wanted if name else "a name or a port", shown(name)
            )
        found = self.edition.flows.select(
            protocol=over, port=int(port) if port else None
        )
        label = over.label if over else "port"
        return tuple(found), (), f"{label} {port}".rstrip()

    def _position(self, flow: Flow | str) -> int:
        name = flow.id if isinstance(flow, Flow) else flow
        try:
            return self._by_flow[name]
        except (KeyError, TypeError):
            raise UnknownNameError("flow", name, self._by_flow) from None

    # -- reasons -------------------------------------------------------------

    def _reasons(self) -> Reasons:
        return Reasons(
            self._resolver, self.deployment, self._statuses, Decision
        )

    def _conflicts(self) -> Iterator[Conflict]:
        edition = self.edition
        for at, status in enumerate(self._statuses):
            flow = edition.flows[at]
            if status != "unsupported":
                continue
            if any(
                self.status_of(other) in {"needed", "optional"}
                for other in flow.replaces
            ):
                continue
            notes = self._resolver.restrictions[at]
            texts = " ".join(edition.notes[note].text for note in notes)
            others = joined(
                "and",
                (ports_text(edition.flows[each]) for each in flow.replaces),
            )
            instead = (
                f" {others}, which it would replace, does not apply either."
                if others
                else ""
            )
            yield Conflict(
                flow=flow.id,
                replaces=flow.replaces,
                notes=tuple(NoteId(note) for note in notes),
                citations=tuple(edition.notes[n].citation for n in notes),
                text=(
                    f"{edition.endpoints[flow.source].name} to "
                    f"{edition.endpoints[flow.destination].name}, "
                    f"{flow.service or ports_text(flow)}: nothing documented "
                    f"is left. {ports_text(flow)} is ruled out by the note "
                    f"{joined('and', notes)}: {texts}{instead}"
                ),
            )

    def _gaps(self) -> Iterator[Gap]:
        edition = self.edition
        for facet, value, flows in self._resolver.silences(self._held):
            # A single node has no peer: silence about it is no gap.
            left = [
                flow
                for flow in flows
                if self.status_of(flow) != "not-applicable"
            ]
            if flows and not left:
                continue
            name = next(
                each.name
                for each in edition.facets[facet].values
                if each.id == value
            )
            silent = "; ".join(
                f"{who} does not say whether {name} needs {self._named(own)}"
                for who, own in by_speaker(left).items()
            )
            yield Gap(
                facet=facet,
                value=value,
                flows=tuple(flow.id for flow in left),
                citations=tuple(flow.citation for flow in left),
                text=(
                    f"{silent}."
                    if left
                    else f"no flow on the page names {name}: what it needs "
                    "is not said."
                ),
            )

    def _named(self, flows: Iterable[Flow]) -> str:
        """Return flows in words: ``A to B over TCP 1 and C to D over ...``."""
        names = self.edition.endpoints
        return joined(
            "and",
            (
                f"{names[flow.source].name} to "
                f"{names[flow.destination].name} over {ports_text(flow)}"
                for flow in flows
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
        for each in self:
            yield from port_records(
                each.flow,
                self.edition,
                decision=each.status,
                reason=each.reason,
                replaced_by=each.replaced_by,
            )

    # -- for people ----------------------------------------------------------

    def __repr__(self) -> str:
        counts = ", ".join(
            f"{self._statuses.count(status)} {status}"
            for status in _STATUSES
            if status in self._statuses
        )
        return f"<Resolution of {self.edition.id}: {counts}>"

    def __str__(self) -> str:
        """Return the needed flows as a table, and what is left open."""
        open_ = [*self.conflicts, *self.gaps]
        return "\n".join([str(self.flows), *map(str, open_)])

    def _repr_html_(self) -> str:
        """Return what may be opened as a table, and what is left open."""
        from avi_portspec.model.display import html_grid

        names = self.edition.endpoints
        return html_grid(
            repr(self)[1:-1],
            ("Decision", "Source", "Destination", "Ports", "Why"),
            (
                (
                    each.status,
                    names[each.flow.source].name,
                    names[each.flow.destination].name,
                    ports_text(each.flow),
                    each.reason,
                )
                for each in self
                if each.status in {"needed", "optional"}
            ),
            map(str, [*self.conflicts, *self.gaps]),
        )


def _resolved(edition: Edition, deployment: Deployment) -> Resolution:
    """Resolve again, for pickles: the reasons are not kept in them."""
    return edition.resolve(deployment)
