"""The rules of one site, before any platform's syntax.

A flow says who opens a connection to whom. A rule says the same with
addresses, for one version of the Internet Protocol. All that a platform's
writer may put into words is here; whatever is not here stays closed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final, Literal, TypeAlias

import attrs

import avi_portspec
from avi_portspec.deployment.resolution import Decision, Resolution
from avi_portspec.errors import (
    Fault,
    InvalidDataError,
    InvalidQueryError,
    shown,
)
from avi_portspec.model.display import joined, ports_text
from avi_portspec.model.flows import Flow
from avi_portspec.model.ports import PortRange
from avi_portspec.model.protocols import ICMP, Protocol
from avi_portspec.names import EndpointId, FlowId, Status
from avi_portspec.rules.inventory import Inventory
from avi_portspec.rules.networks import IPV4, IPV6, Family, Network

__all__ = [
    "Omission",
    "OmissionKind",
    "ReturnRule",
    "Rule",
    "RuleSet",
    "plain",
    "return_rules",
    "rule_set",
]

ICMPV6: Final = Protocol.of("icmpv6")
#: The one message that is written, and its answer (RFC 792, RFC 4443).
_ECHO: Final = {ICMP: (8, 0), ICMPV6: (128, 129)}
_FAMILIES: Final = (IPV4, IPV6)

#: Why something has no rule: a decision on a flow, or else: the page rules
#: out the pair (``exclusion``) or the need (``conflict``); an endpoint has
#: no address, or the two have none of one family; a flow of ICMP is not
#: echo request, or would need a form for IPv6 that the page does not state.
OmissionKind: TypeAlias = Literal[
    Status,
    "exclusion",
    "conflict",
    "no-address",
    "no-common-family",
    "no-icmp-type",
    "ipv4-only",
]


def plain(text: str) -> str:
    """Return text as one line of printable ASCII.

    Ids and reasons may come from an overlay, or from an edition of one's
    own. What is no ASCII, or could end a line, is escaped as in Python.
    """
    return text.encode("unicode_escape").decode("ascii")


@attrs.frozen(kw_only=True)
class Rule:
    """What one role may open to another, over one protocol and family.

    A rule that would let through more than it seems to, as one without any
    source would on most platforms, refuses to exist.

    Attributes:
        id: Unique in its set and stable, in kebab-case.
        source: Who opens the connection.
        destination: Who listens.
        family: The version of the Internet Protocol, 4 or 6.
        sources: The addresses of the source, collapsed and sorted.
        destinations: The addresses of the destination, the same.
        protocol: The protocol.
        ports: Ranges of destination ports, sorted, with none that overlap
            or touch; empty if and only if the protocol has no ports.
        icmp_types: For ICMP the message types: echo request.
        flows: The ids of the flows that it is for, in the order of the
            page.
        reasons: Why each of them is open, a line each.
    """

    id: str
    source: EndpointId
    destination: EndpointId
    family: Family
    sources: tuple[Network, ...]
    destinations: tuple[Network, ...]
    protocol: Protocol
    ports: tuple[PortRange, ...]
    icmp_types: tuple[int, ...]
    flows: tuple[FlowId, ...]
    reasons: tuple[str, ...]

    def __attrs_post_init__(self) -> None:
        faults = list(self._faults())
        if faults:
            raise InvalidDataError("Rule", faults)

    def _faults(self) -> Iterator[Fault]:
        if self.family not in _FAMILIES:
            yield Fault("family", "4 or 6", shown(self.family))
        for name in ("sources", "destinations"):
            networks = getattr(self, name)
            if not networks or any(
                each.version != self.family for each in networks
            ):
                wanted = f"at least one network, all of IPv{self.family}"
                yield Fault(name, wanted, shown(networks))
        if self.protocol.has_ports != bool(self.ports):
            label = self.protocol.label
            wanted = "ports" if self.protocol.has_ports else "no ports"
            yield Fault("ports", f"{wanted} for {label}", shown(self.ports))
        for position, (before, after) in enumerate(pairwise(self.ports), 1):
            if after.low <= before.high + 1:
                wanted = f"ports above {before}, apart from it"
                yield Fault(f"ports[{position}]", wanted, str(after))
        request = _ECHO.get(self.protocol, ())[:1]
        if self.icmp_types != request:
            wanted = f"{request or 'none'} for {self.protocol.label}"
            yield Fault("icmp_types", wanted, str(self.icmp_types))
        if self.family not in _families(self.protocol):
            wanted = f"a protocol of IPv{self.family}"
            yield Fault("protocol", wanted, self.protocol.label)
        if not self.flows or len(self.flows) != len(self.reasons):
            yield Fault("reasons", "a reason for each flow", "others")

    @property
    def traffic(self) -> str:
        """The protocol with its ports, or its message, in words."""
        ports = joined("and", map(str, self.ports))
        if self.icmp_types:
            ports = "echo request"
        return f"{self.protocol.label} {ports}".rstrip()

    def __str__(self) -> str:
        sides = f"{self.source} to {self.destination}"
        return f"{sides}, {self.traffic}, IPv{self.family}"


@attrs.frozen(kw_only=True)
class ReturnRule:
    """What may come back, for a platform that keeps no state.

    Such a platform cannot tell an answer from a connection that is opened
    from the listening port: this is what statelessness costs.

    Attributes:
        id: The id of the rule that it answers, with ``-return``.
        rule: That rule.
        source: Who answers: the destination of the rule.
        destination: Who asked.
        family: The version of the Internet Protocol, 4 or 6.
        sources: The addresses of the one that answers.
        destinations: The addresses of the one that asked.
        protocol: The protocol.
        source_ports: Ranges of *source* ports; any destination port.
        icmp_types: For ICMP the message types: echo reply.
    """

    id: str
    rule: Rule
    source: EndpointId
    destination: EndpointId
    family: Family
    sources: tuple[Network, ...]
    destinations: tuple[Network, ...]
    protocol: Protocol
    source_ports: tuple[PortRange, ...]
    icmp_types: tuple[int, ...]


@attrs.frozen(kw_only=True)
class Omission:
    """Something that has no rule, and why.

    Attributes:
        subject: The id of the flow or the exclusion.
        kind: The kind of reason: the decision on a flow, or one of those
            that ``OmissionKind`` names.
        reason: The reason, in a line.
    """

    subject: str
    kind: OmissionKind
    reason: str

    def __str__(self) -> str:
        return f"{self.subject}: {self.kind}. {self.reason}"


@attrs.frozen(kw_only=True)
class RuleSet:
    """The rules that one deployment needs at one site.

    Attributes:
        resolution: What was decided about each flow.
        inventory: The addresses.
        rules: The rules, in the order of the page.
        omissions: What has no rule, and why.
        complete: Whether every needed flow has its rules.
    """

    resolution: Resolution
    inventory: Inventory
    rules: tuple[Rule, ...]
    omissions: tuple[Omission, ...]
    complete: bool

    def render(self, platform: str) -> str:
        """Return the rules in a platform's syntax.

        Args:
            platform: One of :func:`avi_portspec.platforms`.

        Raises:
            UnknownNameError: There is no such platform.
            CannotExpressError: The platform cannot say one of the rules.
        """
        # Imported here: the writers import this module.
        from avi_portspec.rules.platforms import render

        return render(self, platform)

    def header(self) -> tuple[str, ...]:
        """Return what every output says on top, in lines of ASCII.

        They hold no line breaks, but any other printable character: a
        writer puts its comment sign before each, or escapes it.
        """
        edition = self.resolution.edition
        needed = [
            each.subject
            for each in self.omissions
            if each.kind in _UNWRITTEN
            and self.resolution.status_of(each.subject) == "needed"
        ]
        lines = [
            f"avi-portspec {avi_portspec.__version__}: {edition.title}",
            f"edition: {edition.id}",
            f"digest: sha256:{edition.digest}",
            f"deployment: {_deployment_text(self.resolution)}",
            "complete: yes, every needed flow has its rules"
            if self.complete
            else "complete: NO, needed flows without rules: "
            + ", ".join(dict.fromkeys(needed)),
            f"rules: {len(self.rules)}",
        ]
        counted = [o for o in self.omissions if o.kind == "not-applicable"]
        told = [o for o in self.omissions if o.kind != "not-applicable"]
        lines += (f"left out: {each}" for each in told)
        lines.append(f"left out: {len(counted)} flows that do not apply here")
        lines += map(str, self.resolution.gaps)
        return tuple(map(plain, lines))


_UNWRITTEN: Final = ("no-address", "no-common-family", "no-icmp-type")


def _deployment_text(resolution: Resolution) -> str:
    made = resolution.deployment
    parts = (
        ("clouds", sorted(made.clouds)),
        ("controller", [made.controller]),
        ("nodes", [made.nodes]),
        ("features", sorted(made.features)),
        ("services", sorted(made.services)),
    )
    return "; ".join(
        f"{name}: {', '.join(words) or 'none'}" for name, words in parts
    )


def rule_set(
    resolution: Resolution,
    inventory: Inventory,
    *,
    optional: bool = False,
    missing: Literal["error", "omit"] = "error",
) -> RuleSet:
    """Return the rules that a deployment needs at a site.

    Only what is *needed* gets a rule, or *optional* where that is asked
    for: never what the page is silent on, rules out, or has replaced.

    >>> import avi_portspec
    >>> edition = avi_portspec.load()
    >>> site = avi_portspec.loads_inventory('''
    ... controller = ["10.10.1.11", "10.10.1.12", "10.10.1.13"]
    ... service-engine = ["10.20.0.0/24"]
    ... external-network-services = ["192.0.2.0/24"]
    ... aws = ["198.51.100.0/24"]
    ... ''', edition=edition)
    >>> rules = rule_set(edition.resolve("aws"), site)
    >>> print(rules.rules[0])
    controller to controller, TCP 22, 443 and 8443, IPv4

    Args:
        resolution: What the deployment needs.
        inventory: The site's addresses.
        optional: Whether optional flows get rules too. Those without
            addresses are left out.
        missing: What to do about a needed flow without the addresses that
            a rule takes: fail, or leave it out and say so.

    Raises:
        InvalidDataError: Addresses are missing, and *missing* is
            ``error``; or the inventory names endpoints that the edition
            does not have. It carries a fault for each endpoint.
        InvalidQueryError: *missing* is neither.
    """
    if missing not in ("error", "omit"):
        raise InvalidQueryError("missing", "'error' or 'omit'", shown(missing))
    draft = _Draft(resolution, inventory)
    wanted = {"needed", "optional"} if optional else {"needed"}
    for decision in resolution:
        if decision.status in wanted:
            draft.write(decision)
        else:
            draft.leave_out(decision)
    faults = [
        *draft.strangers(),
        *(draft.faults if missing == "error" else ()),
    ]
    if faults:
        raise InvalidDataError("inventory", faults)
    for each in resolution.edition.exclusions:
        draft.omit(each.id, "exclusion", each.text)
    return RuleSet(
        resolution=resolution,
        inventory=inventory,
        rules=tuple(draft.rules()),
        omissions=tuple(draft.omissions),
        complete=draft.complete,
    )


def return_rules(rules: Iterable[Rule]) -> tuple[ReturnRule, ...]:
    """Return what has to come back, for platforms that keep no state.

    Args:
        rules: The rules, those of a :class:`RuleSet`.
    """
    return tuple(
        ReturnRule(
            id=f"{rule.id}-return",
            rule=rule,
            source=rule.destination,
            destination=rule.source,
            family=rule.family,
            sources=rule.destinations,
            destinations=rule.sources,
            protocol=rule.protocol,
            source_ports=rule.ports,
            icmp_types=_ECHO.get(rule.protocol, ())[1:],
        )
        for rule in rules
    )


def _families(protocol: Protocol) -> tuple[Family, ...]:
    """Return the families that know a protocol."""
    if protocol == ICMP:
        return (IPV4,)
    if protocol == ICMPV6:
        return (IPV6,)
    return _FAMILIES


#: Source, destination, protocol and family: what one rule is about.
_Key: TypeAlias = tuple[EndpointId, EndpointId, Protocol, Family]


class _Draft:
    """Rules in the making."""

    def __init__(self, resolution: Resolution, inventory: Inventory) -> None:
        self.resolution = resolution
        self.inventory = inventory
        self.omissions: list[Omission] = []
        self.complete = True
        self._decisions: dict[_Key, list[Decision]] = {}
        self._conflicts = {c.flow: c for c in resolution.conflicts}
        # The same tuple for each rule: writers make one set of it.
        self._sent: dict[tuple[str, Family], tuple[Network, ...]] = {}
        self._heard: dict[tuple[str, Family], tuple[Network, ...]] = {}
        self._no_address: dict[EndpointId, list[FlowId]] = {}
        self._no_family: list[Fault] = []

    def omit(self, subject: str, kind: OmissionKind, reason: str) -> None:
        self.omissions.append(
            Omission(subject=subject, kind=kind, reason=reason)
        )

    def leave_out(self, decision: Decision) -> None:
        """List a flow that gets no rule, whatever the addresses."""
        flow = decision.flow
        conflict = self._conflicts.get(flow.id)
        if conflict is not None:
            self.omit(flow.id, "conflict", conflict.text)
        else:
            self.omit(flow.id, decision.status, decision.reason)

    def write(self, decision: Decision) -> None:
        """Note the rules of a flow, or why it has none."""
        flow = decision.flow
        written = True
        lacking = [
            side
            for side in dict.fromkeys((flow.source, flow.destination))
            if not self.inventory.addresses.get(side)
        ]
        if lacking:
            written = False
            names = joined("and", lacking)
            self.omit(
                flow.id, "no-address", f"The inventory has none of {names}."
            )
            if decision.status == "needed":
                for side in lacking:
                    self._no_address.setdefault(side, []).append(flow.id)
        else:
            for protocol in flow.protocols:
                if not self._write_over(protocol, decision):
                    written = False
        if not written and decision.status == "needed":
            self.complete = False

    def _write_over(self, protocol: Protocol, decision: Decision) -> bool:
        """Note the rules over one protocol; return whether there are any."""
        flow = decision.flow
        if flow.icmp_types != _ECHO.get(protocol, ())[:1]:
            reason = (
                f"Of {protocol.label} only echo request is written, and the "
                f"page names {ports_text(flow)}."
            )
            self.omit(flow.id, "no-icmp-type", reason)
            return False
        common = [
            family
            for family in _FAMILIES
            if self._sources(flow.source, family)
            and self._destinations(flow.destination, family)
        ]
        spoken = [each for each in common if each in _families(protocol)]
        for family in spoken:
            key = (flow.source, flow.destination, protocol, family)
            self._decisions.setdefault(key, []).append(decision)
        if not spoken:
            self._say_no_family(protocol, decision)
        elif protocol == ICMP and len(common) > len(spoken):
            reason = "Written for IPv4: the page does not state ICMPv6."
            self.omit(flow.id, "ipv4-only", reason)
        return bool(spoken)

    def _say_no_family(self, protocol: Protocol, decision: Decision) -> None:
        flow = decision.flow
        has = {
            side: joined(
                "and",
                (f"IPv{family}" for family in _FAMILIES if of(side, family)),
            )
            for side, of in (
                (flow.source, self._sources),
                (flow.destination, self._destinations),
            )
        }
        sides = joined("and", (f"{s} has {f}" for s, f in has.items()))
        spoken = joined("and", (f"IPv{f}" for f in _families(protocol)))
        reason = f"{protocol.label} is written for {spoken}, and {sides}."
        self.omit(flow.id, "no-common-family", reason)
        if decision.status == "needed":
            wanted = (
                f"addresses of a family that {flow.source} has too, for "
                f"{flow.id}"
            )
            got = f"{sides}; {protocol.label} is written for {spoken}"
            self._no_family.append(Fault(flow.destination, wanted, got))

    def _sources(self, name: str, family: Family) -> tuple[Network, ...]:
        key = (name, family)
        if key not in self._sent:
            self._sent[key] = self.inventory.of(name, family)
        return self._sent[key]

    def _destinations(self, name: str, family: Family) -> tuple[Network, ...]:
        key = (name, family)
        if key not in self._heard:
            found = self.inventory.listening(name, family)
            sent = self._sources(name, family)
            self._heard[key] = sent if found == sent else found
        return self._heard[key]

    @property
    def faults(self) -> list[Fault]:
        """What is missing, a fault for each endpoint."""
        return [
            Fault(side, f"addresses, for {joined('and', flows)}", "none")
            for side, flows in self._no_address.items()
        ] + self._no_family

    def strangers(self) -> Iterator[Fault]:
        """Yield the endpoints that the inventory has and the page has not."""
        edition = self.resolution.edition
        known = edition.endpoints.ids()
        for name in self.inventory.addresses:
            if name not in known:
                wanted = f"the id of an endpoint of {edition.id}"
                yield Fault(name, wanted, "an unknown key")

    def rules(self) -> Iterator[Rule]:
        """Yield the rules, in the order of the page."""
        used: dict[str, int] = {}
        for key, decisions in self._decisions.items():
            source, destination, protocol, family = key
            word = protocol.name or f"protocol-{protocol.number}"
            name = f"{source}-to-{destination}-{word}-ipv{family}"
            # Two pairs of ids can read the same: a to b-to-c, a-to-b to c.
            used[name] = number = used.get(name, 0) + 1
            flows = [decision.flow for decision in decisions]
            yield Rule(
                id=name if number == 1 else f"{name}-{number}",
                source=source,
                destination=destination,
                family=family,
                sources=self._sources(source, family),
                destinations=self._destinations(destination, family),
                protocol=protocol,
                ports=_merged(flows),
                icmp_types=flows[0].icmp_types,
                flows=tuple(flow.id for flow in flows),
                reasons=tuple(each.reason for each in decisions),
            )


def _merged(flows: Sequence[Flow]) -> tuple[PortRange, ...]:
    """Return the flows' ports in the fewest ranges, and no port more."""
    found: list[PortRange] = []
    for ports in sorted(ports for flow in flows for ports in flow.ports):
        if found and ports.low <= found[-1].high + 1:
            high = max(found[-1].high, ports.high)
            found[-1] = PortRange(low=found[-1].low, high=high)
        else:
            found.append(ports)
    return tuple(found)
