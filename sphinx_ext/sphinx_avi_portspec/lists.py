"""``avi-port-list`` and ``avi-port-notes``: flows and notes as bullets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Any, ClassVar

from docutils import nodes

from avi_portspec import Exclusion, Flow, UnknownNameError
from avi_portspec.model.display import ports_text
from avi_portspec.model.phrases import NO_PORT_NEEDED, NOT_DOCUMENTED
from avi_portspec.model.wording import when
from sphinx_avi_portspec.decisions import DeploymentDirective
from sphinx_avi_portspec.directive import SELECTION, PortDirective
from sphinx_avi_portspec.layouts import (
    describe_flow,
    end_sentence,
    keep_near,
    name_ends,
)
from sphinx_avi_portspec.marks import EXPLAINED, Marks
from sphinx_avi_portspec.messages import Phrase
from sphinx_avi_portspec.pen import AviTag

if TYPE_CHECKING:
    from collections.abc import Callable

    from sphinx.application import Sphinx

    from avi_portspec import Edition, Note
    from sphinx_avi_portspec.pen import Pen

__all__ = [
    "PortList",
    "PortNotes",
    "make_flow_items",
    "make_note_items",
    "make_note_paragraph",
    "setup_lists",
]


def _words(argument: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in argument.split(","))


class PortList(DeploymentDirective):
    """A bullet list of the matching flows."""

    optional_arguments = 0
    option_spec: ClassVar[dict[str, Callable[[str], Any]]] = {
        **PortDirective.option_spec,
        **DeploymentDirective.option_spec,
        **SELECTION,
    }

    def render(self, edition: Edition, pen: Pen) -> list[nodes.Node]:
        """Return the list, with its explanations."""
        flows = self.select(edition)
        exclusions = keep_near(
            [*flows, *flows.unstated],
            self.select_exclusions(edition),
        )
        reasons = Marks(pen, "reason", self.find_asked(edition))
        made: nodes.Element
        if flows or flows.unstated or exclusions:
            items = make_flow_items(pen, edition, flows, reasons)
            shown = [
                [*item, *self.list_decision(pen, flow, reasons)]
                for flow, item in zip(flows, items, strict=True)
            ]
            shown += make_statement_items(
                pen, edition, [*flows.unstated, *exclusions]
            )
            made = pen.bullets(shown, "avi-port-list")
            made["classes"] += self.options.get("class", [])
            self.add_name(made)
        else:
            made = self.report_empty(pen, "flow")
        return [
            *self.parse_introduction(),
            *self.describe_deployment(pen),
            *self.list_unresolved(pen, edition),
            made,
            *reasons.explain(EXPLAINED),
        ]


class PortNotes(PortDirective):
    """A bullet list of the notes on the matching flows."""

    optional_arguments = 0
    option_spec: ClassVar[dict[str, Callable[[str], Any]]] = {
        **PortDirective.option_spec,
        **SELECTION,
        "kind": _words,
    }

    def render(self, edition: Edition, pen: Pen) -> list[nodes.Node]:
        """Return the list."""
        notes = self._notes(edition)
        if notes:
            made: nodes.Element = pen.bullets(
                make_note_items(pen, notes), "avi-port-notes"
            )
            made["classes"] += self.options.get("class", [])
            self.add_name(made)
        else:
            made = self.report_empty(pen, "note")
        return [*self.parse_introduction(), made]

    def _notes(self, edition: Edition) -> list[Note]:
        kinds = self.options.get("kind")
        known = dict.fromkeys(note.kind for note in edition.notes)
        for kind in kinds or ():
            if kind not in known:
                wrong = UnknownNameError("kind of note", kind, known)
                raise self.error(f":kind: {wrong}")
        filtered = SELECTION.keys() & self.options.keys() - {"edition"}
        # Notes on flows that may apply are shown too.
        flows = self.select(edition)
        shown = {*flows.ids(), *flows.unstated.ids()}
        return [
            note
            for note in edition.notes
            if (kinds is None or note.kind in kinds)
            and (not filtered or shown.intersection(note.qualifies))
        ]


def make_flow_items(
    pen: Pen, edition: Edition, flows: Iterable[Flow], reasons: Marks
) -> Iterator[list[nodes.Node]]:
    """Yield one bullet's content per flow."""
    for flow in flows:
        pieces = [
            *pen.anchor("flow", flow.id),
            *pen.anchor("endpoint", flow.source),
            edition.endpoints[flow.source].label,
            *reasons.mark_fields(flow, ("source",)),
            " \N{RIGHTWARDS ARROW} ",
            *pen.anchor("endpoint", flow.destination),
            edition.endpoints[flow.destination].label,
            *reasons.mark_fields(flow, ("destination",)),
            ": ",
            *describe_flow(edition, flow, reasons),
            ".",
        ]
        for text in (flow.purpose, flow.effect_if_blocked):
            if text:
                pieces += [" ", Phrase(text), *end_sentence(text)]
        yield [pen.paragraph(*pieces)]


def make_statement_items(
    pen: Pen, edition: Edition, records: Iterable[Flow | Exclusion]
) -> Iterator[list[nodes.Node]]:
    """Yield a bullet's content for each flow that is not documented.

    And for each statement that no port is needed.
    """
    for record in records:
        pieces: list[str | nodes.Node] = [*name_ends(edition, record), ": "]
        if isinstance(record, Flow):
            pieces[:0] = pen.anchor("flow", record.id)
            ports = ports_text(record)
            pieces += [
                AviTag(NOT_DOCUMENTED, NOT_DOCUMENTED),
                ": ",
                nodes.literal(ports, ports),
                ", ",
                Phrase(when(record, edition.facets)),
                ".",
            ]
        else:
            pieces.append(Phrase(f"{NO_PORT_NEEDED}."))
        yield [pen.paragraph(*pieces)]


def make_note_items(
    pen: Pen, notes: Iterable[Note]
) -> Iterator[list[nodes.Node]]:
    """Yield one bullet's content per place with notes.

    Several notes from one place on the vendor's page share a bullet.
    """
    for _, found in groupby(
        notes,
        key=lambda note: (
            note.citation.section,
            note.citation.place,
            note.citation.number,
        ),
    ):
        yield [make_note_paragraph(pen, found)]


def make_note_paragraph(pen: Pen, notes: Iterable[Note]) -> nodes.paragraph:
    """Return a paragraph of notes, each translated on its own."""
    pieces: list[str | nodes.Node] = []
    for note in notes:
        pieces += [*pen.anchor("note", note.id), Phrase(note.text), " "]
    return pen.paragraph(*pieces[:-1])


def setup_lists(app: Sphinx) -> None:
    """Add the directives."""
    app.add_directive("avi-port-list", PortList)
    app.add_directive("avi-port-notes", PortNotes)
