"""What one deployment needs, why, and what is not documented for it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any, ClassVar, Final, cast

from docutils import nodes
from docutils.parsers.rst import directives

from avi_portspec import Exclusion, UnknownNameError
from avi_portspec.deployment.unresolved import withheld_phrase
from avi_portspec.documents import join
from avi_portspec.model.phrases import (
    DECLINED,
    DIRECTION_UNCLEAR,
    asked_of,
    deployment_phrase,
)
from avi_portspec.model.wording import FIND_DIRECTION, at_start
from avi_portspec.tabular.filters import asked_clouds
from sphinx_avi_portspec.directive import PortDirective
from sphinx_avi_portspec.pen import Filled, Phrase, link_place, name_record
from sphinx_avi_portspec.sources import use_deployment

if TYPE_CHECKING:
    from collections.abc import Callable

    from avi_portspec import (
        Conflict,
        Decision,
        Edition,
        Flow,
        Flows,
        Gap,
        Resolution,
    )
    from avi_portspec.model.phrases import Asked
    from avi_portspec.names import Status
    from sphinx_avi_portspec.layouts import Decided
    from sphinx_avi_portspec.marks import Marks
    from sphinx_avi_portspec.pen import Pen

__all__ = [
    "DECISIONS",
    "DeploymentDirective",
    "describe_deployment",
    "list_unresolved",
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
_DECIDING: Final = ("requirement", "when")

NOT_COVERED: Final = "Not documented, so neither opened nor closed here:"
UNRESOLVED: Final = (
    "Unresolved for this deployment, so neither opened nor closed here:"
)


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
        self, pen: Pen, told: Collection[str] | None = None
    ) -> list[nodes.Node]:
        """Return a warning that lists what is unresolved, or nothing.

        Args:
            pen: The directive's.
            told: The ids of the flows that the rows say are not documented;
                those with this decision, if ``None``.
        """
        if self.resolution is None:
            return _warn(pen, NOT_COVERED, _gap_items(pen, self.gaps))
        if told is None:
            shown = "unstated" in self.options.get("decision", ["unstated"])
            told = self.resolution.having("unstated").ids() if shown else ()
        rows = self.options.get("decision", ())
        told = {*told, *self.resolution.having(*rows).ids()}
        return [
            *list_unresolved(pen, self.resolution, self.asked, told=told),
            *list_declined(pen, self.resolution, self.asked, told=told),
        ]

    def fill_columns(self, marks: Marks) -> Decided:
        """Return what fills the columns that a deployment decides."""
        found = self.resolution
        if found is None:
            return {}

        def replaced_by(flow: Flow) -> list[str | nodes.Node]:
            names = join("and", found[flow].replaced_by)
            return [nodes.literal(names, names)] if names else []

        return {
            "decision": lambda flow: _name_decision(found[flow], marks),
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


def list_unresolved(
    pen: Pen,
    resolution: Resolution,
    within: Iterable[Flow],
    *,
    told: Collection[str] = frozenset(),
    heading: str = UNRESOLVED,
) -> list[nodes.Node]:
    """Return a warning that lists what is unresolved, or nothing.

    Args:
        pen: The directive's.
        resolution: The answer for the deployment.
        within: The selected flows. What is unresolved about other flows is
            counted, so that no filter hides it.
        told: The ids of selected flows that are shown as not documented.
        heading: The text above the list.
    """
    asked = list(within)
    ids = {flow.id for flow in asked}
    told = ids.intersection(told)
    items = [
        _item(pen, conflict, Phrase("Conflict:"), " ", Phrase(conflict.text))
        for conflict in resolution.conflicts
        if not ids.isdisjoint({conflict.flow, *conflict.replaces})
    ]
    # What the rows say is not said twice.
    gaps = [
        g for g in resolution.gaps if not g.flows or not told >= {*g.flows}
    ]
    items += _gap_items(
        pen,
        # A value that no condition names concerns every selection.
        (g for g in gaps if not g.flows or not ids.isdisjoint(g.flows)),
    )
    unstated = [f for f in resolution.having("unstated") if f.id not in told]
    items += [
        _item(
            pen,
            resolution[flow],
            *pen.anchor("flow", flow.id),
            Phrase("Not documented:"),
            f" {name_record(resolution.edition, 'flow', flow.id)}. ",
            Phrase(resolution[flow].reason),
        )
        for flow in unstated
        if flow.id in ids
    ]
    unclear = [f for f in resolution.direction_unclear if f.id not in told]
    items += [
        _item(
            pen,
            resolution[flow],
            *pen.anchor("flow", flow.id),
            Phrase(f"{DIRECTION_UNCLEAR}:"),
            " ",
            Phrase(withheld_phrase(resolution[flow], resolution.edition)),
            " ",
            Phrase(FIND_DIRECTION),
            f" ({flow.id})",
        )
        for flow in unclear
        if flow.id in ids
    ]
    total = len([*resolution.conflicts, *gaps, *unstated, *unclear])
    outside = total - len(items)
    more = Filled("Unresolved outside this selection: {}.", outside)
    return _warn(pen, heading, items, *([more] if outside else []))


def _warn(
    pen: Pen, heading: str, items: list[list[nodes.Node]], *more: str
) -> list[nodes.Node]:
    """Return a warning with a list, and what stands below it; or nothing."""
    made = nodes.warning(classes=["avi-open"])
    made.source, made.line = pen.source, pen.line
    if items:
        made += pen.paragraph(Phrase(heading))
        made += pen.bullets(items, "avi-port-list")
    made.extend(pen.paragraph(text) for text in more)
    return [made] if made.children else []


def _gap_items(pen: Pen, gaps: Iterable[Gap]) -> list[list[nodes.Node]]:
    return [
        _item(pen, gap, Phrase("Gap:"), " ", Phrase(at_start(gap.text)))
        for gap in gaps
    ]


def list_declined(
    pen: Pen,
    resolution: Resolution,
    within: Iterable[Flow],
    *,
    told: Collection[str] = frozenset(),
) -> list[nodes.Node]:
    """Return a note that lists what the site declines, or nothing.

    Args:
        pen: The directive's.
        resolution: The answer for the deployment.
        within: The selected flows.
        told: The ids of those that are shown as declined.
    """
    ids = {flow.id for flow in within}.difference(told)
    items = [
        _item(
            pen,
            resolution[flow],
            *pen.anchor("flow", flow.id),
            Phrase(withheld_phrase(resolution[flow], resolution.edition)),
        )
        for flow in resolution.declined
        if flow.id in ids
    ]
    if not items:
        return []
    made = nodes.note(classes=["avi-declined"])
    made.source, made.line = pen.source, pen.line
    made += pen.paragraph(Phrase(f"{DECLINED}:"))
    made += pen.bullets(items, "avi-port-list")
    return [made]


def _item(
    pen: Pen, cited: Conflict | Gap | Decision, *pieces: str | nodes.Node
) -> list[nodes.Node]:
    places = "; ".join(map(str, cited.citations))
    return [pen.paragraph(*pieces, *([f" [{places}]"] if places else []))]


def _name_decision(decision: Decision, marks: Marks) -> list[str | nodes.Node]:
    return [
        Phrase(DECISIONS[decision.status]),
        *marks.mark_fields(decision.flow, _DECIDING),
    ]
