"""What one deployment needs, why, and what is not documented for it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any, ClassVar, Final, cast

from docutils import nodes
from docutils.parsers.rst import directives

from avi_portspec import Exclusion, UnknownNameError
from avi_portspec.documents import join
from avi_portspec.model.phrases import asked_of, deployment_phrase
from avi_portspec.tabular.filters import asked_clouds
from sphinx_avi_portspec.directive import PortDirective
from sphinx_avi_portspec.messages import Phrase
from sphinx_avi_portspec.pen import link_place
from sphinx_avi_portspec.sources import hash_deployment, use_deployment
from sphinx_avi_portspec.unresolved import (
    list_declined,
    list_gaps,
    list_unresolved,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from avi_portspec import Decision, Edition, Flow, Flows, Gap, Resolution
    from avi_portspec.model.phrases import Asked
    from avi_portspec.names import Status
    from sphinx_avi_portspec.layouts import Decided
    from sphinx_avi_portspec.marks import Marks
    from sphinx_avi_portspec.pen import Pen

__all__ = [
    "DECIDING",
    "DECISIONS",
    "DeploymentDirective",
    "describe_deployment",
]

#: The decisions, in words.
DECISIONS: Final = {
    "needed": "needed",
    "optional": "optional",
    "direction-unclear": "direction not clear",
    "declined": "declined by the site",
    "replaced": "replaced by another",
    "not-applicable": "not applicable",
    "unsupported": "not supported here",
    "unstated": "not documented",
}

#: The fields that a decision rests on. Their explanations are marked beside
#: the decision, since their own columns are left out.
DECIDING: Final = frozenset({"requirement", "when"})


def _parse_decisions(argument: str | None) -> list[Status]:
    found: list[Any] = []
    for part in (argument or "").split(","):
        name = part.strip()
        if name not in DECISIONS:
            raise ValueError(
                str(UnknownNameError("decision", name, DECISIONS))
            )
        found.append(name)
    return found


class DeploymentDirective(PortDirective):
    """A directive that can show what one deployment needs.

    Attributes:
        resolution: The answer for the deployment, if one is given.
    """

    option_spec: ClassVar[dict[str, Callable[[str], Any]]] = {
        "decision": _parse_decisions,
        "deployment": directives.unchanged_required,
        "reasons": directives.flag,
    }
    resolution: Resolution | None = None
    #: What is not documented for the clouds that a filter names.
    gaps: Iterable[Gap] = ()
    #: The flows that meet the filters, whatever is decided about them.
    asked: Iterable[Flow] = ()

    def select(self, edition: Edition) -> Flows:
        """Return the flows that meet the filters and have the decisions."""
        flows = super().select(edition)
        given = self.options.get("deployment")
        if given is None:
            for option in ("decision", "reasons"):
                if option in self.options:
                    raise self.error(f":{option}: needs :deployment:")
            clouds = asked_clouds(edition, self.get_filters())
            self.gaps = edition.cloud_gaps(clouds or ())
            return flows
        if "cloud" in self.options:
            raise self.error(
                ":cloud: cannot be used with :deployment:, which has clouds "
                "of its own"
            )
        found = edition.resolve(use_deployment(self.env, edition, given))
        # With the directions that the deployment reads.
        flows = super().select(cast("Edition", found.edition))
        self.resolution, self.asked = found, flows
        shown = ["needed", "optional", "unstated"]
        included = self.options.get("decision", shown)
        return flows & frozenset(found.having(*included))

    def select_exclusions(self, edition: Edition) -> list[Exclusion]:
        """Return the exclusions that match the filters.

        Whoever asks for decisions by name asks about flows alone.
        """
        if "decision" in self.options:
            return []
        return [
            record
            for record in self.select_statements(edition)
            if isinstance(record, Exclusion)
        ]

    def find_asked(self, edition: Edition) -> Asked:
        """Return the values that the deployment or the filters settle."""
        if self.resolution is not None:
            return asked_of(self.resolution.deployment, edition.facets)
        clouds = asked_clouds(edition, self.get_filters())
        return {} if clouds is None else {"cloud": clouds}

    def describe_deployment(self, pen: Pen) -> list[nodes.Node]:
        """Return the deployment in words."""
        if self.resolution is None:
            return []
        return [describe_deployment(pen, self.resolution)]

    def list_unresolved(
        self,
        pen: Pen,
        edition: Edition,
        told: Collection[str] | None = None,
    ) -> list[nodes.Node]:
        """Return a warning that lists what is unresolved, or nothing.

        Args:
            pen: The directive's.
            edition: The edition.
            told: The ids of the flows that the rows say are not documented;
                those with this decision, if ``None``.
        """
        about = f"{self.env.docname} {edition.digest}"
        if self.resolution is None:
            return list_gaps(pen, edition, self.gaps, about=about)
        if told is None:
            shown = "unstated" in self.options.get("decision", ["unstated"])
            told = self.resolution.having("unstated").ids() if shown else ()
        rows = self.options.get("decision", ())
        told = {*told, *self.resolution.having(*rows).ids()}
        about += f" {hash_deployment(self.resolution.deployment)}"
        found = self.resolution, self.asked
        return [
            *list_unresolved(pen, *found, about=about, told=told),
            *list_declined(pen, *found, about=about, told=told),
        ]

    def fill_columns(self) -> Decided:
        """Return what fills the columns that a deployment decides."""
        found = self.resolution
        if found is None:
            return {}

        def replaced_by(flow: Flow) -> list[str | nodes.Node]:
            names = join("and", found[flow].replaced_by)
            return [nodes.literal(names, names)] if names else []

        return {
            "decision": lambda flow: [Phrase(DECISIONS[found[flow].status])],
            "why": lambda flow: _say_why(found, flow),
            "replaced-by": replaced_by,
        }

    def list_decision(
        self, pen: Pen, flow: Flow, marks: Marks
    ) -> list[nodes.Node]:
        """Return the paragraphs about a flow's decision, for its bullet."""
        if self.resolution is None:
            return []
        decision = self.resolution[flow]
        decided = _name_decision(decision, marks)
        pieces = [Phrase("Decision:"), " ", *decided, "."]
        if "reasons" not in self.options:
            return [pen.paragraph(*pieces)]
        return [pen.paragraph(*pieces, " ", *_say_why(self.resolution, flow))]


def _say_why(resolution: Resolution, flow: Flow) -> list[str | nodes.Node]:
    """Return why a decision is made, and where the vendor says it.

    In HTML the place is a small link.
    """
    decision = resolution[flow]
    places = "; ".join(map(str, decision.citations))
    place = link_place(resolution.edition, flow.id, f"[{places}]")
    return [Phrase(decision.reason), " ", place]


def describe_deployment(pen: Pen, resolution: Resolution) -> nodes.paragraph:
    """Return a paragraph that describes a deployment."""
    text = deployment_phrase(resolution.deployment, resolution.edition.facets)
    made = pen.paragraph(Phrase(f"{text}."))
    made["classes"].append("avi-deployment")
    return made


def _name_decision(decision: Decision, marks: Marks) -> list[str | nodes.Node]:
    return [
        Phrase(DECISIONS[decision.status]),
        *marks.mark_fields(decision.flow, DECIDING),
    ]
