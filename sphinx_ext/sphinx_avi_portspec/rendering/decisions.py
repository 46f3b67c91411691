"""What was decided for one deployment, why, and what is left open."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING, Final

from docutils import nodes

from avi_portspec.model.display import joined
from sphinx_avi_portspec.rendering.cells import entry
from sphinx_avi_portspec.rendering.pen import Phrase
from sphinx_avi_portspec.rendering.words import title_of

if TYPE_CHECKING:
    from avi_portspec import Citation, Decision, Flow, Resolution
    from sphinx_avi_portspec.rendering.marks import Marks
    from sphinx_avi_portspec.rendering.pen import Pen

__all__ = [
    "DECISIONS",
    "decision_cells",
    "decision_paragraphs",
    "left_open",
    "premise",
    "stated_in",
]

#: The decisions, as a reader is told.
DECISIONS: Final = {
    "needed": "needed",
    "optional": "optional",
    "replaced": "replaced by another",
    "not-applicable": "not applicable",
    "unsupported": "not supported here",
    "unstated": "unstated",
}

#: The fields that decide about a flow: what of them is inferred is marked
#: beside the decision, whatever columns there are.
_DECIDING: Final = ("requirement", "when")

_OPEN: Final = (
    "The page leaves this open for the deployment, and so it is neither "
    "opened nor closed here:"
)


def premise(pen: Pen, resolution: Resolution) -> nodes.paragraph:
    """Return a paragraph that says what deployment an answer is for."""
    deployment = resolution.deployment
    pieces: list[str | nodes.Node] = [Phrase("For one deployment."), " "]
    for facet in resolution.edition.facets:
        values = deployment.values_of(facet.id)
        names = [v.name for v in facet.values if v.id in values]
        pieces += [Phrase(facet.name), ": "]
        pieces += [joined("and", names) or "none", ". "]
    nodes_ = deployment.nodes.replace("-", " ")
    made = pen.paragraph(*pieces, Phrase("Nodes"), f": {nodes_}.")
    made["classes"].append("avi-deployment")
    return made


def left_open(
    pen: Pen,
    resolution: Resolution,
    within: Iterable[Flow],
    *,
    heading: str = _OPEN,
) -> list[nodes.Node]:
    """Return a warning of all that the page leaves open, or nothing.

    Args:
        pen: The directive's.
        resolution: The answer for the deployment.
        within: The flows that are asked about. What is open elsewhere is
            counted, so that no filter makes it disappear.
        heading: What stands above it.
    """
    asked = list(within)
    ids = {flow.id for flow in asked}
    items = [
        *_conflicts(pen, resolution, ids),
        *_gaps(pen, resolution, ids),
        *_unstated(pen, resolution, asked),
    ]
    total = (
        len(resolution.conflicts)
        + len(resolution.gaps)
        + len(resolution.having("unstated"))
    )
    made = nodes.warning(classes=["avi-open"])
    made.source, made.line = pen.source, pen.line
    if items:
        made += pen.paragraph(Phrase(heading))
        made += pen.bullets(items, "avi-port-list")
    if len(items) < total:
        more = "more " if items else ""
        made += pen.paragraph(
            f"Outside this selection the page leaves {total - len(items)} "
            f"{more}of the deployment's questions open."
        )
    return [made] if made.children else []


def _conflicts(
    pen: Pen, resolution: Resolution, ids: Collection[str]
) -> Iterator[list[nodes.Node]]:
    for conflict in resolution.conflicts:
        if not {conflict.flow, *conflict.replaces}.isdisjoint(ids):
            yield _item(pen, "Conflict:", conflict.text, conflict.citations)


def _gaps(
    pen: Pen, resolution: Resolution, ids: Collection[str]
) -> Iterator[list[nodes.Node]]:
    for gap in resolution.gaps:
        # A value that no flow names concerns every selection.
        if not gap.flows or not set(gap.flows).isdisjoint(ids):
            text = gap.text[:1].upper() + gap.text[1:]
            yield _item(pen, "Gap:", text, gap.citations)


def _unstated(
    pen: Pen, resolution: Resolution, asked: Iterable[Flow]
) -> Iterator[list[nodes.Node]]:
    for flow in asked:
        decision = resolution[flow]
        if decision.status == "unstated":
            title = title_of(resolution.edition, "flow", flow.id)
            anchor = pen.anchor("flow", flow.id)
            yield [
                pen.paragraph(
                    *anchor,
                    Phrase("Unstated:"),
                    f" {title}. ",
                    Phrase(decision.reason),
                    *_places(decision.citations),
                )
            ]


def _item(
    pen: Pen, lead: str, text: str, citations: Iterable[Citation]
) -> list[nodes.Node]:
    return [
        pen.paragraph(Phrase(lead), " ", Phrase(text), *_places(citations))
    ]


def _places(citations: Iterable[Citation]) -> Iterator[str]:
    places = "; ".join(map(str, citations))
    if places:
        yield f" [{places}]"


def stated_in(
    pen: Pen, citations: Iterable[Citation], *, edition: str = ""
) -> nodes.paragraph:
    """Return a paragraph that says where something stands.

    Args:
        pen: The directive's.
        citations: The places on the page.
        edition: Whose page, where there are two.
    """
    where = f" {edition}: " if edition else ": "
    places = "; ".join(map(str, citations))
    made = pen.paragraph(Phrase("Stated in"), f"{where}{places}.")
    made["classes"].append("avi-stated-in")
    return made


def decision_cells(
    pen: Pen, decision: Decision, marks: Marks, *, why: bool
) -> Iterator[nodes.entry]:
    """Yield the cells that a decision adds to the row of its flow."""
    yield entry(pen, pen.paragraph(*_decided(decision, marks)))
    if why:
        yield entry(
            pen,
            pen.paragraph(Phrase(decision.reason)),
            stated_in(pen, decision.citations),
        )


def decision_paragraphs(
    pen: Pen, decision: Decision, marks: Marks, *, why: bool
) -> Iterator[nodes.paragraph]:
    """Yield what a decision adds to the bullet of its flow."""
    pieces = [Phrase("Decision:"), " ", *_decided(decision, marks), "."]
    if why:
        pieces += [" ", Phrase(decision.reason)]
    yield pen.paragraph(*pieces)
    if why:
        yield stated_in(pen, decision.citations)


def _decided(decision: Decision, marks: Marks) -> list[str | nodes.Node]:
    return [
        Phrase(DECISIONS[decision.status]),
        *marks.of_fields(decision.flow, _DECIDING),
    ]
