"""The rules of one site: which flows get one, and what is left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Final, Literal, TypeAlias

import attrs

from avi_portspec.deployment.decisions import Conflict, Decision, Gap
from avi_portspec.deployment.resolution import Resolution
from avi_portspec.documents import join
from avi_portspec.errors import (
    Fault,
    InvalidDataError,
    InvalidQueryError,
    shown,
)
from avi_portspec.model.display import ports_text
from avi_portspec.model.flows import Flow
from avi_portspec.model.frozen import FrozenDict
from avi_portspec.model.ports import PortRange
from avi_portspec.model.protocols import ICMP, Protocol
from avi_portspec.model.wording import reason_marks
from avi_portspec.names import (
    DirectionReading,
    EndpointId,
    FlowId,
    Hook,
    LastLine,
    Scope,
    Status,
    Syntax,
)
from avi_portspec.rules.inventory import (
    CONTROLLER,
    Inventory,
    find_unknown,
)
from avi_portspec.rules.networks import Family, Network
from avi_portspec.rules.neutral import (
    Omission,
    OmissionKind,
    Rule,
    SiteRules,
)
from avi_portspec.rules.options import Options
from avi_portspec.rules.parts import Parts, Side
from avi_portspec.rules.platforms import PlatformName, render
from avi_portspec.rules.traffic import (
    ECHO_REQUESTS,
    FAMILIES,
    Bare,
    Message,
    Ported,
    Traffic,
    families,
)
from avi_portspec.tabular.filters import find_end, parse_terms, select_flows

__all__ = ["RuleSet", "rule_set"]


@attrs.frozen(kw_only=True)
class RuleSet(SiteRules):
    """The rules that one deployment needs at one site.

    Attributes:
        resolution: What was decided about each flow.
        inventory: The addresses.
        rules: The rules, in the order of the vendor's page.
        omissions: What has no rule, and why.
    """

    def render(
        self,
        platform: PlatformName,
        *,
        name: str | None = None,
        scope: Scope | None = None,
        last_line: LastLine | None = None,
        hook: Hook | None = None,
        icmp_errors: bool | None = None,
        syntax: Syntax | None = None,
        header: bool | None = None,
        partial: bool | None = None,
    ) -> str:
        """Return the rules in a platform's syntax.

        Args:
            platform: One of :func:`avi_portspec.platforms`. Each takes some
                of the options.
            name: A name that becomes part of every identifier, so that
                the rules of several sites can stand side by side.
            scope: Which traffic is dropped unless a rule allows it: that
                of the product (default), or all.
            last_line: The last line of an access list that filters only
                the product's traffic: ``permit``, which permits all other
                traffic, or ``none``, so that your own lines can follow.
            hook: Where the rules are loaded; ``forward`` by default.
            icmp_errors: Whether errors about allowed connections pass, such
                as "packet too big"; they do by default.
            syntax: The syntax of a Terraform configuration: ``json``
                (default) or ``hcl``.
            header: Whether a table begins with comments that say what it
                is; it does not by default.
            partial: Whether rules that the platform cannot express are left
                out, and listed at the top; by default this fails.

        Raises:
            UnknownNameError: There is no such platform.
            InvalidQueryError: An option has another value than those, or
                the platform does not take it.
            CannotExpressError: The platform cannot express one of the
                rules, and *partial* is not set; or all of them together.
        """
        options = Options(
            name=name,
            scope=scope,
            last_line=last_line,
            hook=hook,
            icmp_errors=icmp_errors,
            syntax=syntax,
            header=header,
            partial=partial,
        )
        return render(self, platform, options)


def rule_set(
    resolution: Resolution,
    inventory: Inventory,
    *,
    optional: bool = False,
    missing: Literal["error", "omit"] = "error",
    readings: Mapping[str, DirectionReading] = FrozenDict(),
    source: str | Iterable[str] = (),
    destination: str | Iterable[str] = (),
    flows: Iterable[str] | None = None,
) -> RuleSet:
    """Return the rules that a deployment needs at a site.

    Only what is *needed* gets a rule, or *optional* where that is asked
    for: never what the vendor's page is silent on, rules out, or has
    replaced.

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
        readings: How to read the flows whose direction the vendor states
            doubtfully, by id: ``stated`` or ``reversed``. They override those
            of the deployment; without a reading such a flow has no rule.
        source: Who opens the connections that are asked for, such as those
            through one firewall: ids, names or aliases, comma-separated,
            with ``!`` before those to exclude. Everybody by default.
        destination: Who listens, the same.
        flows: The ids of the only flows that are asked for; all by default.

    Raises:
        InvalidDataError: Addresses are missing, and *missing* is
            ``error``; or the inventory names endpoints that the edition
            does not have; or two clouds need different flows of what it
            does not list by cloud; or a reading is none, or of a flow
            without doubt. It carries a fault for each endpoint or flow.
        FilterError: *source* or *destination* names what is not there.
        InvalidQueryError: *missing* is neither, or an argument is of another
            type.
    """
    if not isinstance(resolution, Resolution):
        expected = "an answer of Edition.resolve()"
        raise InvalidQueryError("resolution", expected, shown(resolution))
    if readings:
        resolution = resolution.reading(readings)
    faults = [*find_unknown(inventory, resolution.edition)]
    whole = inventory
    # Members in other clouds are no part of this deployment.
    inventory = inventory.within(resolution.deployment.clouds)
    if missing not in ("error", "omit"):
        raise InvalidQueryError("missing", "'error' or 'omit'", shown(missing))
    asked = _Asked(resolution, flows, source=source, destination=destination)
    draft = _Draft(resolution, inventory)
    draft.take(asked, {"needed", "optional"} if optional else {"needed"})
    faults += draft.unsplit()
    if missing == "error":
        faults += draft.missing()
    if faults:
        raise InvalidDataError("inventory", faults)
    for exclusion in resolution.edition.exclusions:
        draft.omit(exclusion.id, "exclusion", exclusion.text)
    rules = tuple(draft.rules())
    draft.leave_out_cluster_ip(rules)
    draft.leave_out_unused(whole)
    return RuleSet(
        resolution=resolution,
        inventory=inventory,
        rules=rules,
        omissions=tuple(draft.omissions),
        parts=draft.parts.endpoints,
        part_clouds=draft.parts.clouds,
        asked=asked.text,
        gaps_not_asked=tuple(
            gap for gap in resolution.gaps if not asked.concerns(gap)
        ),
        conflicts_not_asked=tuple(
            conflict
            for conflict in resolution.conflicts
            if not asked.concerns(conflict)
        ),
    )


class _Asked:
    """Tells which flows are asked for, by their ids and their sides."""

    def __init__(
        self,
        resolution: Resolution,
        names: Iterable[str] | None,
        **sides: str | Iterable[str],
    ) -> None:
        self._names = None if names is None else frozenset(names)
        texts = {
            name: (given,) if isinstance(given, str) else tuple(given)
            for name, given in sides.items()
        }
        terms = {
            name: parse_terms(name, *given)
            for name, given in texts.items()
            if given
        }
        self._edition = resolution.edition
        self._terms = terms
        other = {"source": "destination", "destination": "source"}
        turned = {other[name]: term for name, term in terms.items()}
        flows = resolution.edition.flows
        self._stated = select_flows(flows, terms).ids()
        self._reversed = select_flows(flows, turned).ids()
        parts = [f"{n} {', '.join(texts[n])}" for n in terms]
        if self._names is not None:
            parts.insert(0, f"id {', '.join(sorted(self._names)) or 'none'}")
        self.text = join("and", parts)

    def has(self, flow: Flow) -> bool:
        """Return whether a flow is asked for, in a direction it may have."""
        if self._names is not None and flow.id not in self._names:
            return False
        return flow.id in self._stated or (
            bool(flow.direction_doubts) and flow.id in self._reversed
        )

    def concerns(self, silence: Gap | Conflict) -> bool:
        """Return whether what is not documented may be asked for."""
        if isinstance(silence, Conflict):
            names = (silence.flow, *silence.replaces)
        else:
            names = silence.flows
        if names:
            return any(self.has(self._edition.flows[name]) for name in names)
        if self._names is not None:
            # By their ids, only flows are asked for that are documented.
            return False
        interface = getattr(silence, "interface", None)
        # Who opens the connection is not documented either.
        return interface is None or any(
            self._can_be("source", source)
            and self._can_be("destination", destination)
            for source, destination in (
                (CONTROLLER, interface),
                (interface, CONTROLLER),
            )
        )

    def _can_be(self, side: str, name: str) -> bool:
        """Return whether a side that is asked for can be somebody.

        Args:
            side: ``source`` or ``destination``.
            name: The Controller, or an interface, which need not be an
                endpoint: an endpoint of some kinds can be it.
        """
        terms = self._terms.get(side)
        if terms is None:
            return True
        included, excluded = (
            {self._edition.endpoints[find_end(self._edition, v)] for v in each}
            for each in terms
        )
        kinds = _LIKE_CONTROLLER if name == CONTROLLER else _LIKE_INTERFACE
        return not any(end.id == name for end in excluded) and (
            not included
            or any(end.id == name or end.kind in kinds for end in included)
        )


#: The kinds of endpoint that can be, or have among them, the Controller.
_LIKE_CONTROLLER: Final = frozenset({"platform", "group"})
#: Those that can be what the Controller talks to in a cloud.
_LIKE_INTERFACE: Final = frozenset({"orchestrator", "node", "group"})
#: What is decided about flows that are not for this deployment.
_NOT_HERE: Final[frozenset[Status]] = frozenset(
    {"not-applicable", "replaced", "unsupported"}
)

#: Source, destination, protocol and family: what one rule is about.
_Key: TypeAlias = tuple[EndpointId, EndpointId, Protocol, Family]


class _Draft:
    """Collects the rules and omissions of one site."""

    def __init__(
        self,
        resolution: Resolution,
        inventory: Inventory,
    ) -> None:
        self.resolution = resolution
        self.inventory = inventory
        self.omissions: list[Omission] = []
        self._decisions: dict[_Key, list[Decision]] = {}
        self._conflicts = {c.flow: c for c in resolution.conflicts}
        self.parts = Parts(
            resolution.deployment, resolution.edition, inventory
        )
        self._sources = cache(self.parts.sources)
        self._destinations = cache(self._listening)
        self._no_address: dict[str, list[FlowId]] = {}
        self._flows: list[Flow] = []
        #: By who has to change, who to meet, and why: the flows.
        self._no_family: dict[tuple[str, str, str], dict[FlowId, None]] = {}

    def omit(self, subject: str, kind: OmissionKind, reason: str) -> None:
        self.omissions.append(
            Omission(subject=subject, kind=kind, reason=reason)
        )

    def take(self, asked: _Asked, written: set[str]) -> None:
        """Note the rules of all flows, and why others have none.

        Args:
            asked: Tells which flows are asked for.
            written: The decisions on flows that get rules.
        """
        judged = {*written, "direction-unclear", "declined", "unstated"}
        for decision in self.resolution:
            flow = decision.flow
            is_judged = decision.status in judged or flow.id in self._conflicts
            if is_judged and not asked.has(flow):
                self.omit(flow.id, "not-asked", "Not asked for.")
            elif decision.status in written:
                self.write(decision)
            else:
                self.leave_out(decision)

    def leave_out(self, decision: Decision) -> None:
        """List a flow that gets no rule."""
        flow = decision.flow
        conflict = self._conflicts.get(flow.id)
        if conflict is not None:
            self.omit(flow.id, "conflict", conflict.text)
        else:
            self.omit(flow.id, decision.status, _reason(decision))

    def write(self, decision: Decision) -> None:
        """Note the rules of a flow, or why it has none."""
        flow = decision.flow
        is_needed = decision.status == "needed"
        ends = dict.fromkeys((flow.source, flow.destination))
        lacking = [
            each
            for side in ends
            for each in self.parts.lacking(side, flow.when)
        ]
        self._flows.append(flow)
        if lacking:
            names = join("and", lacking)
            reason = f"No address for {names} in the inventory."
            self.omit(flow.id, "no-address", reason)
            for each in lacking if is_needed else ():
                self._no_address.setdefault(each, []).append(flow.id)
        protocols = () if lacking else flow.protocols
        for protocol in protocols:
            self._write_over(protocol, decision)

    def _write_over(self, protocol: Protocol, decision: Decision) -> None:
        """Note the rules over one protocol."""
        flow = decision.flow
        source = self.parts.of(flow.source, flow.when)
        destination = self.parts.of(flow.destination, flow.when)
        echo = ECHO_REQUESTS.get(protocol)
        if flow.icmp_types != (() if echo is None else (echo,)):
            reason = (
                f"For {protocol.label} only echo request gets a rule; this "
                f"flow is {ports_text(flow)}."
            )
            self.omit(flow.id, "no-icmp-type", reason)
            return
        common = [
            family
            for family in FAMILIES
            if (self._sources(source, family) or self.parts.peers(source))
            and (
                self._destinations(destination, family)
                or self.parts.peers(destination)
            )
        ]
        written = [f for f in common if f in families(protocol)]
        for family in written:
            key = (source, destination, protocol, family)
            self._decisions.setdefault(key, []).append(decision)
        carriers = families(protocol)
        for sides in self.parts.meetings(
            flow.source, flow.destination, flow.when
        ):
            if not {*carriers}.intersection(*(s.families for s in sides)):
                self._report_no_family(protocol, decision, sides)
        if protocol == ICMP and written and len(common) > len(written):
            reason = "Written for IPv4 only: ICMPv6 is not documented."
            self.omit(flow.id, "ipv4-only", reason)

    def _report_no_family(
        self,
        protocol: Protocol,
        decision: Decision,
        sides: tuple[Side, Side],
    ) -> None:
        """Note that two sides cannot meet, or not over a protocol."""
        flow = decision.flow
        has = (
            f"{name} has {join('and', (f'IPv{f}' for f in of))}"
            for name, of in sides
        )
        why = join("and", has)
        if (carriers := families(protocol)) != FAMILIES:
            needed = join("or", (f"IPv{family}" for family in carriers))
            why += f"; {protocol.label} needs {needed}"
        self.omit(
            flow.id, "no-common-family", f"No common address family: {why}."
        )
        if decision.status == "needed":
            source, at = (side.name for side in sides)
            if at == flow.destination and source != flow.source:
                # The members of one cloud are what has to change.
                source, at = at, source
            flows = self._no_family.setdefault((at, source, why), {})
            flows[flow.id] = None

    def _listening(
        self, name: EndpointId, family: Family
    ) -> tuple[Network, ...]:
        # The very tuple of the sources where it is equal: writers compare
        # them, and one can have thousands of networks.
        sources = self._sources(name, family)
        destinations = self.parts.listening(name, family)
        return sources if destinations == sources else destinations

    def leave_out_cluster_ip(self, rules: Sequence[Rule]) -> None:
        """List the cluster IP where no rule lets anything reach it."""
        reached = {
            network
            for rule in rules
            if self.parts.endpoints.get(rule.destination, rule.destination)
            == CONTROLLER
            for network in rule.destinations
        }
        for address in self.inventory.cluster_ip:
            if not any(address in network for network in reached):
                reason = "No flow's rule has it as a destination."
                if not self.inventory.cluster_ip_is_destination:
                    reason += (
                        " `cluster-ip-is-destination = true` in the inventory "
                        "includes it as a destination; a Controller never "
                        "sends from it."
                    )
                self.omit(f"cluster IP {address}", "cluster-ip", reason)

    def leave_out_unused(self, inventory: Inventory) -> None:
        """List what no flow here is about: a service or a cloud is missing.

        Args:
            inventory: The inventory as it was given, with all clouds.
        """
        clouds = self.resolution.deployment.clouds
        for name, members in inventory.by_cloud.items():
            for cloud in () if name == CONTROLLER else members:
                if cloud in clouds:
                    continue
                reason = "The deployment does not have this cloud."
                self.omit(f"{name}.{cloud}", "not-used", reason)
        used = {
            side
            for decision in self.resolution
            if decision.status not in _NOT_HERE
            for side in (decision.flow.source, decision.flow.destination)
        }
        listed = (*self.inventory.addresses, *self.inventory.peers)
        for name in dict.fromkeys(listed):
            if name not in used:
                reason = "No flow of this deployment is about it."
                self.omit(name, "not-used", reason)

    def unsplit(self) -> Iterator[Fault]:
        """Yield what has to be listed by cloud, a fault for each endpoint."""
        yield from self.parts.unsplit(self._flows)

    def missing(self) -> Iterator[Fault]:
        """Yield what is missing, a fault for each endpoint."""
        for side, flows in self._no_address.items():
            expected = f"addresses, needed for {join('and', flows)}"
            yield Fault("inventory/no-address", side, expected, "none")
        for (at, other, why), names in self._no_family.items():
            expected = (
                f"an address family that {other} has too, needed for "
                f"{join('and', names)}"
            )
            yield Fault("inventory/no-common-family", at, expected, why)

    def rules(self) -> Iterator[Rule]:
        """Yield the rules, in the order of the vendor's page."""
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
                source_objects=self.parts.peers(source),
                destination_objects=self.parts.peers(destination),
                traffic=_traffic(protocol, flows),
                flows=tuple(flow.id for flow in flows),
                reasons=tuple(map(_reason, decisions)),
            )


def _reason(decision: Decision) -> str:
    """Return the reason, with what in it the vendor does not state."""
    marks = reason_marks(decision.inferred, decision.readings)
    return " ".join([decision.reason, *marks])


def _traffic(protocol: Protocol, flows: Sequence[Flow]) -> Traffic:
    """Return what the flows need over one of their protocols."""
    if protocol in ECHO_REQUESTS:
        return Message(protocol=protocol, icmp_type=ECHO_REQUESTS[protocol])
    if protocol.has_ports:
        return Ported(protocol=protocol, ports=_merge_ports(flows))
    return Bare(protocol=protocol)


def _merge_ports(flows: Sequence[Flow]) -> tuple[PortRange, ...]:
    """Return the flows' ports in the fewest ranges, and no port more."""
    merged: list[PortRange] = []
    for ports in sorted(ports for flow in flows for ports in flow.ports):
        if merged and ports.low <= merged[-1].high + 1:
            high = max(merged[-1].high, ports.high)
            merged[-1] = PortRange(low=merged[-1].low, high=high)
        else:
            merged.append(ports)
    return tuple(merged)
