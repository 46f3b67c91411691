"""Why a flow was decided so, in English."""

from __future__ import annotations

from avi_portspec.deployment.decisions import Decision
from avi_portspec.deployment.resolver import Resolver
from avi_portspec.deployment.why import Why, declined, explain
from avi_portspec.model.facets import Deployment
from avi_portspec.model.flows import Flow, Note
from avi_portspec.model.phrases import cautions
from avi_portspec.model.wording import (
    at_start,
    speaker_of,
)
from avi_portspec.names import FacetId, Status

__all__ = ["Reasons"]


class Reasons:
    """Makes the decisions of one resolution, with their reasons in English."""

    def __init__(
        self,
        resolver: Resolver,
        deployment: Deployment,
        statuses: tuple[Status, ...],
    ) -> None:
        self.resolver = resolver
        self.edition = resolver.edition
        self.deployment = deployment
        self.held = resolver.words.bits_of(deployment)
        self.statuses = statuses
        self.declined = {
            each.flow: each.reason for each in deployment.declined
        }

    def decision(self, position: int) -> Decision:
        """Return the decision on the flow at *position*."""
        flow = self.edition.flows[position]
        status = self.statuses[position]
        replacers = tuple(
            self.edition.flows[by]
            for by in self.resolver.replacers.get(position, ())
            if status == "replaced" and self.resolver.holds(by, self.held)
        )
        notes = tuple(self.edition.notes[note] for note in flow.notes)
        if status == "unsupported":
            notes = tuple(
                self.edition.notes[note]
                for note in self.resolver.restrictions[position]
            )
        why = (
            declined(self.declined[flow.id])
            if status == "declined"
            else explain(
                flow, status, self.edition, self.deployment, replacers
            )
        )
        return Decision(
            flow=flow,
            status=status,
            reason=self._sentence(flow, status, why, notes),
            why=why,
            facts=self._facts(flow),
            replaced_by=tuple(other.id for other in replacers),
            notes=notes,
            citations=tuple(
                dict.fromkeys(
                    [
                        flow.citation,
                        *(other.citation for other in replacers),
                        *(note.citation for note in notes),
                    ]
                )
            ),
            inferred=flow.inferred,
            readings=flow.readings,
        )

    def _facts(self, flow: Flow) -> tuple[tuple[FacetId, frozenset[str]], ...]:
        asked = dict.fromkeys(match.facet for match in flow.when.matches())
        return tuple(
            (facet, self.deployment.values_of(facet)) for facet in asked
        )

    def _sentence(
        self, flow: Flow, status: Status, why: Why, notes: tuple[Note, ...]
    ) -> str:
        """Return the reason in a sentence, with what belongs to it."""
        more: list[str] = []
        if status == "optional" and flow.effect_if_blocked:
            more = [f"If blocked: {flow.effect_if_blocked}"]
        elif status == "unsupported":
            more = [note.text for note in notes]
        elif status == "direction-unclear":
            more = [*cautions(flow)]
        elif status == "needed" and flow.requirement == "some-or-all":
            silent = (
                f"{at_start(speaker_of(flow))} does not say which of these"
            )
            more = [f"{silent} are required, so all are included."]
        elif status == "unstated":
            silent = f"{at_start(speaker_of(flow))} does not say"
            more = [f"{silent} whether this applies."]
        accepted = [
            why.short
            for why in flow.readings
            if why.level == "site" and why.short
        ]
        return " ".join([*accepted[:1], f"{why}.", *more])
