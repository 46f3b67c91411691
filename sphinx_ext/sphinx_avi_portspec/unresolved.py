"""What is unresolved for a deployment, or declined: said once on a page."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

from avi_portspec.deployment.unresolved import (
    conflict_phrase,
    gap_phrases,
    withheld_phrase,
)
from avi_portspec.model.phrases import (
    DECLINED,
    DIRECTION_UNCLEAR,
    NOT_DOCUMENTED,
)
from avi_portspec.model.wording import FIND_DIRECTION
from sphinx_avi_portspec.domain import get_domain
from sphinx_avi_portspec.messages import Filled, Phrase
from sphinx_avi_portspec.pen import link_home, make_target

if TYPE_CHECKING:
    from sphinx.application import Sphinx

    from avi_portspec import Edition, Flow, Gap, Resolution
    from avi_portspec.model.edition import EditionData
    from sphinx_avi_portspec.pen import Pen

__all__ = [
    "list_declined",
    "list_gaps",
    "list_unresolved",
    "setup_unresolved",
]

NOT_COVERED: Final = "Not documented, so neither opened nor closed here:"
UNRESOLVED: Final = (
    "Unresolved for this deployment, so neither opened nor closed here:"
)
_SILENT: Final = f"{NOT_DOCUMENTED}:"
_DECLINED: Final = f"{DECLINED}:"
#: What a page says of it from the second time on, before :data:`ABOVE`.
_AGAIN: Final = {
    NOT_COVERED: _SILENT,
    UNRESOLVED: "Unresolved for this deployment:",
    _DECLINED: _DECLINED,
}
ABOVE: Final = "see above"

#: What is said of one matter.
_Item = list[nodes.Node]


def list_unresolved(
    pen: Pen,
    resolution: Resolution,
    within: Iterable[Flow],
    *,
    about: str,
    told: Collection[str] = frozenset(),
) -> list[nodes.Node]:
    """Return a warning that lists what is unresolved, or nothing.

    Args:
        pen: The directive's.
        resolution: The answer for the deployment.
        within: The selected flows. What is unresolved about other flows is
            counted, so that no filter hides it.
        about: What the document says it of, to say it once.
        told: The ids of selected flows that are shown as not documented.
    """
    edition = resolution.edition
    ids = {flow.id for flow in within}
    told = ids.intersection(told)
    conflicts = [
        conflict
        for conflict in resolution.conflicts
        if not ids.isdisjoint({conflict.flow, *conflict.replaces})
    ]
    # What the rows say is not said twice.
    all_gaps = [
        g for g in resolution.gaps if not g.flows or not told >= {*g.flows}
    ]
    # A value that no condition names concerns every selection.
    gaps = [g for g in all_gaps if not g.flows or not ids.isdisjoint(g.flows)]
    all_silent = [f for f in resolution.having("unstated") if f.id not in told]
    silent = [flow for flow in all_silent if flow.id in ids]
    all_unclear = [f for f in resolution.direction_unclear if f.id not in told]
    unclear = [flow for flow in all_unclear if flow.id in ids]
    items = [
        *(
            _item(
                pen,
                "Conflict:",
                Phrase(
                    conflict_phrase(
                        edition.flows[conflict.flow],
                        resolution[conflict.flow].why,
                        edition,
                    )
                ),
                " ",
                link_home(edition, conflict.flow),
            )
            for conflict in conflicts
        ),
        *_gap_items(pen, edition, gaps),
        *(
            _item(
                pen,
                _SILENT,
                *pen.anchor("flow", flow.id),
                Phrase(withheld_phrase(resolution[flow], edition)),
                " ",
                link_home(edition, flow.id),
            )
            for flow in silent
        ),
        *(
            _item(
                pen,
                f"{DIRECTION_UNCLEAR}:",
                *pen.anchor("flow", flow.id),
                Phrase(withheld_phrase(resolution[flow], edition)),
                " ",
                Phrase(FIND_DIRECTION),
                f" ({flow.id}) ",
                link_home(edition, flow.id),
            )
            for flow in unclear
        ),
    ]
    every = [*resolution.conflicts, *all_gaps, *all_silent, *all_unclear]
    here = [*conflicts, *gaps, *silent, *unclear]
    outside = len(every) - len(here)
    more = Filled("Unresolved outside this selection: {}.", outside)
    made = nodes.warning(classes=["avi-open"])
    return _box(
        pen, made, UNRESOLVED, items, about, *([more] if outside else [])
    )


def list_gaps(
    pen: Pen, edition: Edition, gaps: Iterable[Gap], *, about: str
) -> list[nodes.Node]:
    """Return a warning that lists what clouds are not documented for.

    Args:
        pen: The directive's.
        edition: The edition.
        gaps: What is not documented; without any, there is no warning.
        about: What the document says it of, to say it once.
    """
    items = [*_gap_items(pen, edition, gaps)]
    made = nodes.warning(classes=["avi-open"])
    return _box(pen, made, NOT_COVERED, items, about)


def list_declined(
    pen: Pen,
    resolution: Resolution,
    within: Iterable[Flow],
    *,
    about: str,
    told: Collection[str] = frozenset(),
) -> list[nodes.Node]:
    """Return a note that lists what the site declines, or nothing.

    Args:
        pen: The directive's.
        resolution: The answer for the deployment.
        within: The selected flows.
        about: What the document says it of, to say it once.
        told: The ids of those that are shown as declined.
    """
    edition = resolution.edition
    ids = {flow.id for flow in within}.difference(told)
    items = [
        _item(
            pen,
            "",
            *pen.anchor("flow", flow.id),
            Phrase(withheld_phrase(resolution[flow], edition)),
            " ",
            link_home(edition, flow.id),
        )
        for flow in resolution.declined
        if flow.id in ids
    ]
    made = nodes.note(classes=["avi-declined"])
    return _box(pen, made, _DECLINED, items, about)


def _gap_items(
    pen: Pen, edition: EditionData, gaps: Iterable[Gap]
) -> Iterator[_Item]:
    for gap in gaps:
        homes = [link_home(edition, flow) for flow in gap.flows[:1]]
        for text in gap_phrases(gap, edition):
            yield _item(pen, _SILENT, Phrase(text), " ", *homes)


def _item(pen: Pen, lead: str, *pieces: str | nodes.Node) -> _Item:
    first: list[str] = [Phrase(lead), " "] if lead else []
    return [pen.paragraph(*first, *pieces)]


def _box(
    pen: Pen,
    made: nodes.Element,
    heading: str,
    items: Sequence[_Item],
    about: str,
    *more: str,
) -> list[nodes.Node]:
    """Return a box with a list, and what stands below it; or nothing.

    Its last paragraph is what :class:`SayOnce` leaves of it where the same
    stands above.
    """
    if not items and not more:
        return []
    made.source, made.line = pen.source, pen.line
    if items:
        made += pen.paragraph(Phrase(heading))
        made += pen.bullets(items, "avi-port-list")
    made.extend(pen.paragraph(text) for text in more)
    link = nodes.reference(
        ABOVE, ABOVE, internal=True, refid=f"{pen.prefix}-{made['classes'][0]}"
    )
    again = pen.paragraph(Phrase(_AGAIN[heading]), " ", link, ".")
    again["classes"].append("avi-again")
    made += again
    made["about"] = f"{heading} {about}"
    return [made]


class SayOnce(SphinxPostTransform):
    """Say once on each page what is unresolved, or declined.

    Every directive of a deployment has all of it, since a page may leave any
    of them out: the condition of an ``only`` decides after reading.
    """

    # After Sphinx has left out what ``only`` excludes.
    default_priority = 60

    def is_supported(self) -> bool:
        """Return whether the builder writes pages: translators need all."""
        return get_domain(self.env).writer != "messages"

    def run(self, **kwargs: Any) -> None:
        """Leave in each box what no box above it says of the same."""
        above: dict[str, tuple[nodes.target, set[str]]] = {}
        # What one kind says, the other does not.
        boxes: list[nodes.Element] = [
            *self.document.findall(nodes.warning),
            *self.document.findall(nodes.note),
        ]
        for box in boxes:
            if "about" not in box:
                continue
            about = box.attributes.pop("about")
            items = [*box.findall(nodes.list_item)]
            *_, again = box.children
            assert isinstance(again, nodes.paragraph)  # noqa: S101 - for types
            (link,) = again.findall(nodes.reference)
            if about not in above:
                first = box.children[0]
                assert isinstance(first, nodes.Element)  # noqa: S101 - for types
                target = make_target([link["refid"]])
                first.insert(0, target)
                above[about] = target, set()
            target, said = above[about]
            (link["refid"],) = target["ids"]
            known = [item for item in items if item.astext() in said]
            said.update(item.astext() for item in items)
            for item in known:
                # Links may lead to it.
                again[:0] = list(item.findall(nodes.target))
                item.parent.remove(item)
            if not known and (items or target.parent.parent is box):
                box.remove(again)
            elif len(known) == len(items):
                box.replace_self(again)


def setup_unresolved(app: Sphinx) -> None:
    """Add the transform."""
    app.add_post_transform(SayOnce)
