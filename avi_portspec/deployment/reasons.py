"""Why a flow was decided so, in English."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from avi_portspec.model.display import (
    attributed,
    joined,
    ports_text,
    stated_by,
    when,
)
from avi_portspec.model.flows import Flow, Note
from avi_portspec.names import FacetId, Status

if TYPE_CHECKING:
    from avi_portspec.deployment.resolution import Decision
    from avi_portspec.deployment.resolver import Resolver
    from avi_portspec.model.facets import Deployment

__all__ = ["Reasons"]

_SINGLE: Final = (
    "The Controller is a single node, so there is no other one to talk to; "
    "that follows from the deployment, the page does not say it."
)
#: What each requirement adds to the reason why a flow is needed.
_REQUIREMENTS: Final = {
    "required": "The page requires it",
    "optional": "The page has it as optional, and what it is for is in use",
    "some-or-all": (
        "The page says that some or all of these may be required and not "
        "which, so none can be left out"
    ),
    "when-used": "The page asks for it where it is used",
}


class Reasons:
    """The decisions of one resolution, put into words when asked for."""

    def __init__(
        self,
        resolver: Resolver,
        deployment: Deployment,
        statuses: tuple[Status, ...],
        make: type[Decision],
    ) -> None:
        self.resolver = resolver
        self.edition = resolver.edition
        self.deployment = deployment
        self.statuses = statuses
        self.make = make

    def decision(self, position: int) -> Decision:
        """Return the decision on the flow at *position*."""
        flow = self.edition.flows[position]
        status = self.statuses[position]
        replacers = tuple(
            self.edition.flows[by]
            for by in self.resolver.replacers_of(position)
            if status == "replaced"
            and self.statuses[by] in {"needed", "optional"}
        )
        notes = tuple(self.edition.notes[note] for note in flow.notes)
        if status == "unsupported":
            notes = tuple(
                self.edition.notes[note]
                for note in self.resolver.restrictions[position]
            )
        tell: dict[Status, Callable[[], str]] = {
            "needed": lambda: self._needed(flow),
            "optional": lambda: self._optional(flow),
            "replaced": lambda: self._replaced(replacers),
            "unstated": lambda: self._unstated(flow),
            "unsupported": lambda: self._unsupported(flow, notes),
            "not-applicable": lambda: self._not_applicable(flow, position),
        }
        return self.make(
            flow=flow,
            status=status,
            reason=tell[status](),
            facts=self._facts(flow),
            replaced_by=tuple(each.id for each in replacers),
            notes=notes,
            citations=tuple(
                dict.fromkeys(
                    [
                        flow.citation,
                        *(each.citation for each in replacers),
                        *(note.citation for note in notes),
                    ]
                )
            ),
            inferred=tuple(
                reason
                for reason in flow.inferred
                if reason.field in {"requirement", "when"}
            ),
        )

    def _facts(self, flow: Flow) -> tuple[tuple[FacetId, frozenset[str]], ...]:
        asked = dict.fromkeys(match.facet for match in flow.when.matches())
        return tuple(
            (facet, self.deployment.values_of(facet)) for facet in asked
        )

    def _here(self, flow: Flow) -> str:
        """Return what the deployment answers: ``Clouds ...: AWS``."""
        told = []
        for facet_id, values in self._facts(flow):
            facet = self.edition.facets[facet_id]
            names = [v.name for v in facet.values if v.id in values]
            told.append(f"{facet.name}: {joined('and', names) or 'none'}")
        return "; ".join(told)

    def _condition(self, flow: Flow) -> str:
        phrase = when(flow, self.edition.facets)
        here = self._here(flow)
        return f"{phrase}. Here: {here}." if here else f"{phrase}."

    def _needed(self, flow: Flow) -> str:
        why = _said(_REQUIREMENTS[flow.requirement], flow)
        return f"{why}: {self._condition(flow)}"

    def _optional(self, flow: Flow) -> str:
        effect = flow.effect_if_blocked
        return _said("The page has it as optional.", flow) + (
            f" If it is blocked: {effect}" if effect else ""
        )

    def _replaced(self, replacers: tuple[Flow, ...]) -> str:
        named = joined("and", (f"{ports_text(r)} ({r.id})" for r in replacers))
        holds = " ".join(self._condition(each) for each in replacers)
        return f"{named} stands in for it: {holds}"

    def _unstated(self, flow: Flow) -> str:
        silent = _said("The page does not say. What it does say is", flow)
        return f"{silent}: {self._condition(flow)}"

    def _unsupported(self, flow: Flow, notes: tuple[Note, ...]) -> str:
        texts = " ".join(note.text for note in notes)
        return f"{texts} Here: {self._here(flow)}."

    def _not_applicable(self, flow: Flow, position: int) -> str:
        if (
            position in self.resolver.peers
            and self.deployment.nodes == "single-node"
        ):
            return _said(_SINGLE, flow)
        return f"It applies {self._condition(flow)}"


def _said(text: str, flow: Flow) -> str:
    """Return what the page would say of a flow, put to who states it."""
    return attributed(text, stated_by(flow))
