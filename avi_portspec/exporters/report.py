"""What every format says, before it is put into that format.

The table holds what may be opened: what is needed, what is optional, or
what the vendor states where no deployment is given. What is not documented
or not needed is never in it: a reader who skips every word but the ports
opens nothing that the data does not state.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from avi_portspec.beyond.beside import other_purposes, settings_of
from avi_portspec.documents import join
from avi_portspec.edition.edition import Edition
from avi_portspec.errors import (
    InvalidDataError,
    InvalidQueryError,
    shown,
)
from avi_portspec.model.display import Row
from avi_portspec.model.flat import Identity, identity, rows_of, stamp
from avi_portspec.model.flowset import Flows
from avi_portspec.model.phrases import NOTHING_ASKED, Asked, asked_of
from avi_portspec.model.wording import (
    accepted_statements,
    requirement_text,
    sites_text,
    value_names,
)
from avi_portspec.names import EndpointId, FlowId, Status

if TYPE_CHECKING:
    from avi_portspec.beyond.beside import SourcedText
    from avi_portspec.beyond.records import Statement
    from avi_portspec.deployment.decisions import Conflict, Decision, Gap
    from avi_portspec.deployment.elsewhere import Elsewhere
    from avi_portspec.deployment.resolution import Resolution
    from avi_portspec.model.edition import EditionData
    from avi_portspec.model.facets import Deployment
    from avi_portspec.model.facts import EditionFacts
    from avi_portspec.model.flows import Exclusion, Flow, Note
    from avi_portspec.rules.inventory import Inventory
    from avi_portspec.rules.networks import Address, Network
    from avi_portspec.rules.parts import Parts

__all__ = [
    "Report",
    "disclaimer",
    "exclusion_text",
    "report_on",
]

#: The list that a flow's rows are in, by its decision.
_LISTS: Final = {
    "needed": "rows",
    "optional": "rows",
    "unstated": "unstated",
    "direction-unclear": "direction_unclear",
    "declined": "declined",
}


class Report(NamedTuple):
    """An answer, taken apart for writing.

    Attributes:
        edition: The edition that gave it.
        made_from: What says which data that is.
        title: What it is, in a line.
        notes: The notes on what is in the table or not documented.
        rows: What may be opened, in published order, a row per protocol and
            port range.
        unstated: What the vendor does not document.
        direction_unclear: What the vendor may have stated the wrong way
            round.
        declined: What the site does not use.
        not_needed: What is decided against: replaced, not applicable, not
            supported.
        conflicts: The needs that the vendor rules out without a substitute.
        gaps: What the vendor is silent on.
        exclusions: What the vendor states is not required.
        deployment: The deployment that was asked about, if one was.
        clouds: The clouds that were asked about without a deployment, if
            some were.
        whole: Whether it is the edition itself.
        partial: Whether it is a selection of what a deployment needs.
        inventory: The addresses of the site, if they are given.
        parts: What tells the members in one cloud from those in another,
            where there are addresses.
        answer: The answer for the deployment, if there is one.
    """

    edition: EditionFacts
    made_from: Identity
    title: str
    notes: tuple[Note, ...]
    rows: tuple[Row, ...]
    unstated: tuple[Row, ...]
    direction_unclear: tuple[Row, ...] = ()
    declined: tuple[Row, ...] = ()
    not_needed: tuple[Row, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    gaps: tuple[Gap, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    deployment: Deployment | None = None
    clouds: frozenset[str] | None = None
    whole: bool = False
    partial: bool = False
    inventory: Inventory | None = None
    parts: Parts | None = None
    answer: Resolution | None = None

    @property
    def elsewhere(self) -> tuple[Elsewhere, ...]:
        """What other sources state where the vendor is silent."""
        if self.answer is not None:
            return self.answer.elsewhere
        # Imported here: most reports have no gaps.
        from avi_portspec.deployment.elsewhere import on_gaps

        return (*on_gaps(self.gaps),) if self.gaps else ()

    @property
    def beyond(self) -> tuple[Statement, ...]:
        """What other sources state apart from the answer, if asked for."""
        return () if self.answer is None else (*self.answer.beyond,)

    @property
    def beyond_lines(self) -> tuple[str, ...]:
        """The same in words, a line each."""
        if not self.beyond:
            return ()
        # Imported here: few reports have statements.
        from avi_portspec.beyond.wording import beyond_lines

        edition = cast("EditionData", self.edition)
        return (*beyond_lines(self.beyond, edition.facets),)

    @property
    def accepted_lines(self) -> tuple[str, ...]:
        """What the site has accepted of other sources, a line each."""
        names = accepted_statements(self.edition)
        if not names:
            return ()
        # Imported here: few reports have statements.
        from avi_portspec.beyond.queries import statements
        from avi_portspec.beyond.wording import accepted_text

        known, where = statements(), self.deployment
        release = None if where is None else where.release
        return tuple(accepted_text(known[name], release) for name in names)

    @property
    def other_purposes(self) -> tuple[SourcedText, ...]:
        """What flows of the table are for, where others alone state it."""
        return self._of_flows(other_purposes)

    @property
    def settings(self) -> tuple[SourcedText, ...]:
        """The settings that move ports of the table."""
        return self._of_flows(settings_of)

    def _of_flows(
        self, find: Callable[[Flow, Deployment], tuple[SourcedText, ...]]
    ) -> tuple[SourcedText, ...]:
        """Return what other sources state of the flows of the table."""
        if self.answer is None:
            return ()
        return tuple(
            each
            for flow in dict.fromkeys(row.flow for row in self.rows)
            for each in find(flow, self.answer.deployment)
        )

    def beside(self, gap: Gap | None, *, is_brief: bool = False) -> str:
        """Return what other sources state on a gap, in short; or nothing.

        Args:
            gap: The gap; ``None`` for traffic that the vendor's page does not
                have.
            is_brief: Leave out what they state, and say how much.
        """
        return " ".join(
            each.brief if is_brief else each.text
            for each in self.elsewhere
            if each.gap == gap
        )

    @property
    def asked(self) -> Asked:
        """The values that it is about; what they settle is not said."""
        if self.deployment is not None:
            return asked_of(self.deployment, self.edition.facets)
        return NOTHING_ASKED if self.clouds is None else {"cloud": self.clouds}

    @property
    def withheld(self) -> tuple[Decision, ...]:
        """The decisions on flows that apply, and that get no port."""
        rows = (*self.direction_unclear, *self.declined)
        found = {row.flow.id: cast("Decision", row.decision) for row in rows}
        return (*found.values(),)

    @property
    def stamp(self) -> str:
        """The data's version and digest, in a line."""
        return stamp(self.edition)

    def only(self, flows: Collection[Flow]) -> Report:
        """Return the report without the rows of any other flow.

        Conflicts, gaps, unclear directions and exclusions stay: looking at
        something else does not hide what is not documented.

        Args:
            flows: The flows that are kept.
        """
        kept = {flow.id for flow in flows}
        named = {note for flow in flows for note in flow.notes}
        lists: dict[str, Any] = {
            name: tuple(r for r in getattr(self, name) if r.flow.id in kept)
            for name in ("rows", "unstated", "declined", "not_needed")
        }
        notes = tuple(note for note in self.notes if note.id in named)
        return self._replace(whole=False, partial=True, notes=notes, **lists)

    def at(self, inventory: Inventory) -> Report:
        """Return the report with the addresses of a site.

        Args:
            inventory: The addresses.

        Raises:
            InvalidQueryError: It is no inventory.
            InvalidDataError: It names endpoints that the edition does not
                have; or the clouds of the deployment need different flows
                of an endpoint that it does not list by cloud.
        """
        from avi_portspec.rules.inventory import check_inventory
        from avi_portspec.rules.parts import Parts

        check_inventory(inventory, self.edition)
        if self.deployment is not None:
            inventory = inventory.within(self.deployment.clouds)
        parts = Parts(self.deployment, self.edition, inventory)
        if self.deployment is not None:
            faults = [*parts.unsplit(row.flow for row in self.rows)]
            if faults:
                raise InvalidDataError("inventory", faults)
        return self._replace(whole=False, inventory=inventory, parts=parts)

    def part(self, flow: Flow, endpoint: EndpointId) -> tuple[str, ...]:
        """Return the clouds whose members are an end, if not all are."""
        parts = self.parts
        if parts is None or parts.of(endpoint, flow.when) == endpoint:
            return ()
        return parts.clouds_of(flow.when)

    def lacking(self, flow: Flow, endpoint: EndpointId) -> list[str]:
        """Return what has no address: an end, or it in some clouds."""
        parts = self.parts
        return [] if parts is None else parts.lacking(endpoint, flow.when)

    def sources(self, flow: Flow, endpoint: EndpointId) -> tuple[Network, ...]:
        """Return the addresses that an end of a flow sends from."""
        site = self._site(flow)
        return () if site is None else site.addresses.get(endpoint, ())

    def objects(self, flow: Flow, endpoint: EndpointId) -> list[str]:
        """Return the objects of platforms of an end of a flow, in words."""
        site = self._site(flow)
        return (
            [] if site is None else [*map(str, site.peers.get(endpoint, ()))]
        )

    def floating(self, flow: Flow) -> tuple[Address, ...]:
        """Return the cluster IP, where a flow may go to it too."""
        from avi_portspec.rules.inventory import CONTROLLER

        site = self.inventory
        if site is None or not site.cluster_ip_is_destination:
            return ()
        is_there = flow.destination == CONTROLLER and self.sources(
            flow, CONTROLLER
        )
        return site.cluster_ip if is_there else ()

    def addresses(self, flow: Flow) -> dict[str, list[str]]:
        """Return the addresses of both ends, as programs read them.

        Without an inventory there are no keys for them.
        """
        if self.inventory is None:
            return {}
        return {
            "source_address": [
                *map(_address, self.sources(flow, flow.source)),
                *self.objects(flow, flow.source),
            ],
            "destination_address": [
                *map(_address, self._destinations(flow)),
                *self.objects(flow, flow.destination),
            ],
        }

    def _destinations(self, flow: Flow) -> tuple[Network, ...]:
        """Return the addresses that the destination of a flow listens on."""
        site, end = self._site(flow), flow.destination
        if site is None or not self.sources(flow, end):
            return ()
        return (*site.listening(end, 4), *site.listening(end, 6))

    def _site(self, flow: Flow) -> Inventory | None:
        """Return the inventory of the clouds that a flow is needed in."""
        return None if self.parts is None else self.parts.site_of(flow.when)


def report_on(subject: Edition | Flows | Resolution) -> Report:
    """Return an answer taken apart.

    Raises:
        InvalidQueryError: It is not an answer.
    """
    if isinstance(subject, Edition):
        return _on_flows(subject.flows)._replace(
            title=subject.title,
            whole=True,
            notes=tuple(subject.notes),
        )
    if isinstance(subject, Flows):
        return _on_flows(subject)
    # Imported here: an answer about no deployment does without.
    from avi_portspec.deployment.resolution import Resolution

    if isinstance(subject, Resolution):
        return _on_resolution(subject)
    expected = "an edition, flows, or a resolution"
    raise InvalidQueryError("subject", expected, shown(subject))


def _address(network: Network) -> str:
    """Return a network, or the one address that it is."""
    lone = network.num_addresses == 1
    return str(network.network_address if lone else network)


class _Silent(NamedTuple):
    """Stands for a decision where the vendor does not state one."""

    reason: str
    status: Status = "unstated"
    replaced_by: tuple[FlowId, ...] = ()


def _on_flows(flows: Flows) -> Report:
    edition = flows.edition
    unstated = flows.unstated
    return Report(
        edition=edition,
        made_from=identity(edition),
        title=f"Flows of {edition.title}",
        rows=tuple(row for flow in flows for row in rows_of(flow, edition)),
        unstated=tuple(
            row
            for flow in unstated
            for row in rows_of(
                flow, edition, _Silent(requirement_text(flow, edition.facets))
            )
        ),
        exclusions=tuple(edition.exclusions),
        notes=_notes(edition, [*flows, *unstated]),
    )


def _on_resolution(answer: Resolution) -> Report:
    edition = answer.edition
    lists: dict[str, list[Row]] = defaultdict(list)
    for decision in answer:
        name = _LISTS.get(decision.status, "not_needed")
        lists[name] += rows_of(decision.flow, edition, decision)
    cloud = edition.facets.get("cloud")
    clouds = [] if cloud is None else value_names(answer.deployment, cloud)
    flows = answer.having("needed", "optional", "direction-unclear")
    return Report(
        edition=edition,
        made_from=identity(edition),
        title=f"Ports for {join('and', clouds) or edition.product} "
        f"({edition.title})",
        deployment=answer.deployment,
        conflicts=answer.conflicts,
        gaps=answer.gaps,
        answer=answer,
        exclusions=tuple(edition.exclusions),
        notes=_notes(edition, [*flows, *flows.unstated]),
        rows=tuple(lists["rows"]),
        unstated=tuple(lists["unstated"]),
        direction_unclear=tuple(lists["direction_unclear"]),
        declined=tuple(lists["declined"]),
        not_needed=tuple(lists["not_needed"]),
    )


def _notes(edition: EditionFacts, flows: Iterable[Flow]) -> tuple[Note, ...]:
    """Return the notes on some flows, in published order."""
    named = {note for flow in flows for note in flow.notes}
    return tuple(note for note in edition.notes if note.id in named)


# -- in words ---------------------------------------------------------------


def exclusion_text(edition: EditionFacts, exclusion: Exclusion) -> str:
    """Return what the vendor states is not required, in a sentence."""
    source = edition.endpoints[exclusion.source].name
    destination = edition.endpoints[exclusion.destination].name
    return f"{source} to {destination}: {exclusion.text}"


def disclaimer(report: Report) -> str:
    """Return who made this, and who did not."""
    return (
        "Unofficial. Generated by avi-portspec from its own transcription of "
        f"the vendor's page “{report.edition.source.title}”"
        f"{sites_text(report.edition)}. The vendor has neither reviewed nor "
        "endorsed it."
    )
