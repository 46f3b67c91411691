"""Flows and notes as bullets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from sphinx_avi_portspec.rendering.pen import Phrase
from sphinx_avi_portspec.rendering.published import flow_pieces

if TYPE_CHECKING:
    from docutils import nodes

    from avi_portspec import Edition, Flow, Note
    from sphinx_avi_portspec.rendering.marks import Marks
    from sphinx_avi_portspec.rendering.pen import Pen

__all__ = ["flow_items", "note_items", "note_paragraph"]


def flow_items(
    pen: Pen, edition: Edition, flows: Iterable[Flow], reasons: Marks
) -> Iterator[list[nodes.Node]]:
    """Yield the content of a bullet for each flow."""
    for flow in flows:
        pieces = [
            *pen.anchor("flow", flow.id),
            *pen.anchor("endpoint", flow.source),
            edition.endpoints[flow.source].name,
            *reasons.of_fields(flow, ("source",)),
            " \N{RIGHTWARDS ARROW} ",
            *pen.anchor("endpoint", flow.destination),
            edition.endpoints[flow.destination].name,
            *reasons.of_fields(flow, ("destination",)),
            ": ",
            *flow_pieces(edition, flow, reasons),
            ".",
        ]
        for text in (flow.purpose, flow.effect_if_blocked):
            if text:
                pieces += [" ", Phrase(text)]
        yield [pen.paragraph(*pieces)]


def note_items(pen: Pen, notes: Iterable[Note]) -> Iterator[list[nodes.Node]]:
    """Yield the content of a bullet for each place that holds notes.

    One place on the page can hold several: they share a bullet, as there.
    """
    for _, found in groupby(
        notes,
        key=lambda note: (
            note.citation.section,
            note.citation.place,
            note.citation.number,
        ),
    ):
        yield [note_paragraph(pen, found)]


def note_paragraph(pen: Pen, notes: Iterable[Note]) -> nodes.paragraph:
    """Return a paragraph of notes, each for translators on its own."""
    pieces: list[str | nodes.Node] = []
    for note in notes:
        pieces += [*pen.anchor("note", note.id), Phrase(note.text), " "]
    return pen.paragraph(*pieces[:-1])
