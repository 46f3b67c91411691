"""The rules of one site, before any platform's syntax.

A flow names a source and a destination. A rule gives their addresses, for
one version of the Internet Protocol. A writer of a platform gets a
:class:`SiteRules`, and opens what its rules say and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Literal, TypeAlias

import attrs

from avi_portspec.deployment.decisions import Conflict, Gap
from avi_portspec.deployment.resolution import Resolution
from avi_portspec.documents import count_text, join
from avi_portspec.errors import Fault, shown
from avi_portspec.model.flows import Flow
from avi_portspec.model.frozen import FrozenDict
from avi_portspec.model.ports import PortRange
from avi_portspec.model.protocols import Protocol
from avi_portspec.model.wording import (
    NOT_STATED,
    OUT_OF_SCOPE,
    accepted_statements,
    edition_text,
)
from avi_portspec.names import Completeness, EndpointId, FlowId, Status
from avi_portspec.rules.comments import to_ascii
from avi_portspec.rules.inventory import Inventory
from avi_portspec.rules.networks import Family, Network
from avi_portspec.rules.parts import Parts
from avi_portspec.rules.peers import Peer
from avi_portspec.rules.traffic import (
    ECHO_REQUESTS,
    FAMILIES,
    Message,
    Ported,
    Strict,
    Traffic,
    families,
    reply_to,
)
from avi_portspec.version import DATA_VERSION, __version__

__all__ = [
    "Omission",
    "OmissionKind",
    "ReturnRule",
    "Rule",
    "SiteRules",
    "return_rules",
]

#: Why something has no rule: a decision on a flow, or else: the vendor's
#: page rules out the pair (``exclusion``) or the need (``conflict``); an
#: endpoint has no address, or the two have none of one family; a flow of
#: ICMP is not echo request, or would need a form for IPv6 that the vendor's
#: page does not state; the platform cannot express the rule; the inventory
#: does not make the cluster IP a destination; only flows between others are
#: asked for. Addresses that no flow here is about are not used.
OmissionKind: TypeAlias = Literal[
    Status,
    "exclusion",
    "conflict",
    "no-address",
    "no-common-family",
    "no-icmp-type",
    "ipv4-only",
    "not-expressible",
    "cluster-ip",
    "not-asked",
    "not-used",
]


@attrs.frozen(kw_only=True)
class Rule(Strict):
    """Traffic that one role may send to another, in one address family.

    A rule that would allow more than it seems to, as one without any
    source would on most platforms, refuses to exist.

    Attributes:
        id: Unique in its set and stable, in kebab-case.
        source: Who opens the connection: an endpoint, or its members in
            some clouds, such as ``service-engine-in-aws``.
        destination: Who listens, the same.
        family: The version of the Internet Protocol, 4 or 6.
        sources: The addresses of the source, collapsed and sorted.
        destinations: The addresses of the destination, the same.
        source_objects: The objects of a platform that the source has besides
            addresses, or instead of them.
        destination_objects: Those of the destination.
        traffic: What is allowed: ports, a message or a whole protocol.
            As text, it is in words: ``TCP 22 and 8443``.
        flows: The ids of the flows that it is for, in the order of the
            vendor's page.
        reasons: Why each of them is needed, a line each.
    """

    id: str
    source: EndpointId
    destination: EndpointId
    family: Family
    sources: tuple[Network, ...]
    destinations: tuple[Network, ...]
    traffic: Traffic
    flows: tuple[FlowId, ...]
    reasons: tuple[str, ...]
    source_objects: tuple[Peer, ...] = ()
    destination_objects: tuple[Peer, ...] = ()

    def _faults(self) -> Iterator[Fault]:
        if self.family not in FAMILIES:
            yield Fault(
                "firewall-rule/family", "family", "4 or 6", shown(self.family)
            )
        for name, objects in (
            ("sources", self.source_objects),
            ("destinations", self.destination_objects),
        ):
            networks = getattr(self, name)
            if not (networks or objects) or any(
                network.version != self.family for network in networks
            ):
                expected = f"at least one network, all of IPv{self.family}"
                yield Fault(
                    "firewall-rule/networks", name, expected, shown(networks)
                )
        traffic = self.traffic
        if isinstance(traffic, Message) and (
            traffic.icmp_type != ECHO_REQUESTS[traffic.protocol]
        ):
            yield Fault(
                "firewall-rule/icmp-types",
                "traffic",
                f"an echo request for {self.protocol.label}",
                str(traffic),
            )
        if self.family not in families(self.protocol):
            yield Fault(
                "firewall-rule/protocol",
                "traffic",
                f"a protocol of IPv{self.family}",
                self.protocol.label,
            )
        if not self.flows or len(self.flows) != len(self.reasons):
            yield Fault(
                "firewall-rule/reasons",
                "reasons",
                "a reason for each flow",
                "others",
            )

    @property
    def protocol(self) -> Protocol:
        """The protocol."""
        return self.traffic.protocol

    @property
    def ports(self) -> tuple[PortRange, ...]:
        """Ranges of destination ports, sorted; empty without ports."""
        return self.traffic.ports if isinstance(self.traffic, Ported) else ()

    @property
    def icmp_types(self) -> tuple[int, ...]:
        """For ICMP the message's type, echo request; else empty."""
        if isinstance(self.traffic, Message):
            return (self.traffic.icmp_type,)
        return ()

    @property
    def purposes(self) -> tuple[str, ...]:
        """What it is for: each flow's id and reason, a text each."""
        pairs = zip(self.flows, self.reasons, strict=True)
        return tuple(f"{flow}: {reason}" for flow, reason in pairs)

    def __str__(self) -> str:
        sides = f"{self.source} to {self.destination}"
        return f"{sides}, {self.traffic}, IPv{self.family}"


@attrs.frozen(kw_only=True)
class ReturnRule:
    """The answers to a rule, for a platform that keeps no state.

    Such a platform cannot tell an answer from a connection that is opened
    from the listening port: this is what statelessness costs.

    Attributes:
        rule: The rule that it answers.
    """

    rule: Rule

    @property
    def id(self) -> str:
        """The id of the rule, with ``-return``."""
        return f"{self.rule.id}-return"

    @property
    def source(self) -> EndpointId:
        """The destination of the rule, which answers."""
        return self.rule.destination

    @property
    def destination(self) -> EndpointId:
        """The source of the rule, which asked."""
        return self.rule.source

    @property
    def family(self) -> Family:
        """The version of the Internet Protocol, 4 or 6."""
        return self.rule.family

    @property
    def sources(self) -> tuple[Network, ...]:
        """The addresses of the one that answers."""
        return self.rule.destinations

    @property
    def destinations(self) -> tuple[Network, ...]:
        """The addresses of the one that asked."""
        return self.rule.sources

    @property
    def protocol(self) -> Protocol:
        """The protocol."""
        return self.rule.protocol

    @property
    def traffic(self) -> Traffic:
        """What answers. Its ports are *source* ports."""
        return reply_to(self.rule.traffic)

    @property
    def source_ports(self) -> tuple[PortRange, ...]:
        """Ranges of source ports; the destination port can be any."""
        return self.rule.ports

    @property
    def icmp_types(self) -> tuple[int, ...]:
        """For ICMP the message's type, echo reply; else empty."""
        answer = self.traffic
        return (answer.icmp_type,) if isinstance(answer, Message) else ()


def return_rules(rules: Iterable[Rule]) -> tuple[ReturnRule, ...]:
    """Return what has to come back, for platforms that keep no state.

    Args:
        rules: The rules, those of a :class:`~avi_portspec.RuleSet`.
    """
    return tuple(ReturnRule(rule=rule) for rule in rules)


@attrs.frozen(kw_only=True)
class Omission:
    """Something that has no rule, and why.

    Attributes:
        subject: The id of the flow or the exclusion, or the
            cluster IP's address in words.
        kind: The kind of reason: the decision on a flow, or one of those
            that ``OmissionKind`` names.
        reason: The reason, in a line.
    """

    subject: str
    kind: OmissionKind
    reason: str

    @property
    def title(self) -> str:
        """What it is, and the kind of reason."""
        return f"{self.subject} ({self.kind})"

    def __str__(self) -> str:
        return f"{self.title}: {self.reason}"


_NOT_ASKED: Final = "Not asked for, and not counted."
#: Omissions that are too many to say the reason of each.
_COUNTED: Final[tuple[OmissionKind, ...]] = ("not-applicable", "not-asked")


@attrs.frozen(kw_only=True)
class SiteRules:
    """What a writer needs of a :class:`~avi_portspec.RuleSet`."""

    resolution: Resolution
    inventory: Inventory
    rules: tuple[Rule, ...]
    omissions: tuple[Omission, ...]
    #: The endpoint of each role of the rules that is not one, but its members
    #: in some clouds.
    parts: Mapping[EndpointId, EndpointId] = attrs.field(
        factory=FrozenDict, converter=FrozenDict, hash=False
    )
    #: The clouds of each of these parts.
    part_clouds: Mapping[EndpointId, tuple[str, ...]] = attrs.field(
        factory=FrozenDict, converter=FrozenDict, hash=False
    )
    #: Between whom flows are asked for, in words; empty for all.
    asked: str = ""
    #: Whether they join rules that exist, which decide about the rest: none
    #: of them drops anything.
    is_addition: bool = False
    #: What the vendor does not document, and is not asked for either.
    gaps_not_asked: tuple[Gap, ...] = ()
    conflicts_not_asked: tuple[Conflict, ...] = ()

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """What the vendor is silent on, as far as it is asked for."""
        aside = self.gaps_not_asked
        return tuple(g for g in self.resolution.gaps if g not in aside)

    @property
    def conflicts(self) -> tuple[Conflict, ...]:
        """What the vendor rules out, as far as it is asked for."""
        aside = self.conflicts_not_asked
        return tuple(c for c in self.resolution.conflicts if c not in aside)

    @property
    def silences(self) -> tuple[str, ...]:
        """What the vendor is silent on, a line each; not asked for last."""
        beside = (f"{gap} {_NOT_ASKED}" for gap in self.gaps_not_asked)
        return (*map(str, self.gaps), *beside)

    def objects_of(self, role: EndpointId) -> tuple[Peer, ...]:
        """Return the objects of a platform that a role has.

        Args:
            role: An endpoint, or one of the parts.
        """
        clouds = self.part_clouds.get(role)
        here = self.inventory
        here = here if clouds is None else here.within(clouds)
        return here.peers.get(self.parts.get(role, role), ())

    @property
    def _names_not_asked(self) -> tuple[str, ...]:
        omissions = self.omissions
        return tuple(o.subject for o in omissions if o.kind == "not-asked")

    @property
    def not_asked(self) -> tuple[str, ...]:
        """What becomes of flows that are not asked for, in a line; or none.

        What closes the rest closes them too: who may open them is not known
        here, so nothing less would keep strangers out.
        """
        names = self._names_not_asked
        if not names or self.is_addition:
            return ()
        count, listed = count_text(len(names), "flow"), ", ".join(names)
        verb, them = ("is", "it") if len(names) == 1 else ("are", "them")
        text = (
            f"left out: {count} that {verb} not asked for; these rules drop "
            f"{them} too, if they drop what no rule allows: {listed}"
        )
        return (text,)

    @property
    def unwritten(self) -> tuple[FlowId, ...]:
        """The needed flows that lack a rule, over one protocol at least.

        A flow whose direction is not clear is needed, in one direction or the
        other.
        """
        refused = {
            omission.subject
            for omission in self.omissions
            if omission.kind == "not-expressible"
        }
        others = {*self._names_not_asked}
        resolution = self.resolution
        parts = Parts(
            resolution.deployment, resolution.edition, self.inventory
        )
        # In which families there are rules.
        written: dict[tuple[FlowId, Protocol], set[Family]] = {}
        for rule in self.rules:
            for name in rule.flows:
                key = (name, rule.protocol)
                written.setdefault(key, set()).add(rule.family)

        def has_all(flow: Flow) -> bool:
            # One of several clouds is between the members in each.
            return all(
                written.get((flow.id, over), set()).intersection(
                    source.families, destination.families
                )
                for over in flow.protocols
                for source, destination in parts.meetings(
                    flow.source, flow.destination, flow.when
                )
            )

        return tuple(
            decision.flow.id
            for decision in resolution
            if decision.status in ("needed", "direction-unclear")
            and (
                decision.flow.id in refused
                or not (decision.flow.id in others or has_all(decision.flow))
            )
        )

    @property
    def completeness(self) -> Completeness:
        """How complete these very rules are; see ``Completeness``."""
        if self.unwritten:
            return "incomplete"
        is_documented = not (self.conflicts or self.gaps)
        return "complete" if is_documented else "as-far-as-documented"

    @property
    def complete(self) -> bool:
        """Whether every needed flow has its rules, and all is documented.

        False also where the vendor does not document all that this deployment
        needs: :attr:`completeness` tells the two apart. Only what is asked
        for is judged.
        """
        return self.completeness == "complete"

    @property
    def internet_rules(self) -> tuple[Rule, ...]:
        """The rules that open something to or from the whole internet."""
        anywhere = self.inventory.internet
        return tuple(
            rule
            for rule in self.rules
            if any(
                self.parts.get(end, end) in anywhere
                for end in (rule.source, rule.destination)
            )
        )

    @property
    def inferred(self) -> dict[FlowId, tuple[str, ...]]:
        """The fields that the vendor does not state of flows with rules."""
        flows = self.resolution.edition.flows
        written = {name for rule in self.rules for name in rule.flows}
        return {
            flow.id: tuple(reason.field for reason in flow.inferred)
            for flow in flows
            if flow.inferred and flow.id in written
        }

    @property
    def verdict(self) -> str:
        """How complete these rules are, and of what, in a line."""
        judged = f"; only flows with {self.asked} are counted"
        return f"{self._verdict}{judged if self.asked else ''}"

    @property
    def _verdict(self) -> str:
        unwritten = self.unwritten
        if unwritten:
            listed = ", ".join(unwritten)
            return f"NO, needed flows without rules: {listed}"
        counts = [
            count_text(len(silent), word)
            for silent, word in (
                (self.gaps, "gap"),
                (self.conflicts, "conflict"),
            )
            if silent
        ]
        if counts:
            return (
                f"as far as the vendor documents, with {join('and', counts)}"
            )
        return "yes, every needed flow has its rules"

    @property
    def listed(self) -> tuple[Omission, ...]:
        """The omissions that are not too many to say the reason of each."""
        return tuple(o for o in self.omissions if o.kind not in _COUNTED)

    def header(self, *, reasons: bool = True) -> tuple[str, ...]:
        """Return the lines at the top of every output, in ASCII.

        They hold no line breaks, but any other printable character: a
        writer puts its comment sign before each, or escapes it.

        Args:
            reasons: Whether they say why each omission has no rule.
        """
        edition = self.resolution.edition
        lines = [
            f"avi-portspec {__version__}: {edition.title}",
            f"data version: {DATA_VERSION}",
            f"edition: {edition.id}",
            f"digest: sha256:{edition.digest}",
            *_accepted(self.resolution),
            f"deployment: {_deployment_text(self.resolution)}",
            f"complete: {self.verdict}",
            f"rules: {len(self.rules)}",
        ]
        # Before what is long: some platforms cut a description.
        lines += self.silences
        lines += (f"INTERNET, all addresses: {r}" for r in self.internet_rules)
        page = f"vendor's port page{edition_text(edition)}"
        lines.append(f"scope: {page}. {OUT_OF_SCOPE}")
        lines += (
            f"{NOT_STATED}: {flow} ({', '.join(fields)})"
            for flow, fields in self.inferred.items()
        )
        lines += (
            f"left out: {each if reasons else each.title}"
            for each in self.listed
        )
        count = sum(o.kind == "not-applicable" for o in self.omissions)
        verb = "does" if count == 1 else "do"
        aside = f"{count_text(count, 'flow')} that {verb} not apply here"
        lines.append(f"left out: {aside}")
        lines += self.not_asked
        return tuple(map(to_ascii, lines))


def _accepted(resolution: Resolution) -> Iterator[str]:
    names = accepted_statements(resolution.edition)
    if names:
        # Imported here: few rules rest on other sources.
        from avi_portspec.beyond.queries import statements
        from avi_portspec.beyond.wording import accepted_text

        known, release = statements(), resolution.deployment.release
        for name in names:
            yield f"accepted: {accepted_text(known[name], release)}"


def _deployment_text(resolution: Resolution) -> str:
    deployment = resolution.deployment
    parts: dict[str, Iterable[str]] = {
        "clouds": sorted(deployment.clouds),
        "controller": [deployment.controller],
        "nodes": [deployment.nodes],
        "features": sorted(deployment.features),
        "services": sorted(deployment.services),
    }
    if deployment.release is not None:
        parts["release"] = [deployment.release]
    if deployment.readings:
        parts["readings"] = (
            f"{each.flow} {each.direction}" for each in deployment.readings
        )
    if deployment.declined:
        parts["declined"] = (each.flow for each in deployment.declined)
    return "; ".join(
        f"{name}: {', '.join(words) or 'none'}"
        for name, words in parts.items()
    )
