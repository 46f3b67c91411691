"""``avi-port-notes``: what the page says beside its ports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from avi_portspec import UnknownNameError
from sphinx_avi_portspec.directives.base import SELECTION, PortDirective
from sphinx_avi_portspec.rendering.bullets import note_items

if TYPE_CHECKING:
    from collections.abc import Callable

    from docutils import nodes

    from avi_portspec import Edition, Note
    from sphinx_avi_portspec.rendering.pen import Pen

__all__ = ["PortNotes"]


def _words(argument: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in argument.split(","))


class PortNotes(PortDirective):
    """A list of the notes on the flows that meet the filters."""

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
                note_items(pen, notes), "avi-port-notes"
            )
            made["classes"] += self.options.get("class", [])
            self.add_name(made)
        else:
            made = self.nothing(pen, "note")
        return [*self.introduction(), made]

    def _notes(self, edition: Edition) -> list[Note]:
        kinds = self.options.get("kind")
        known = dict.fromkeys(note.kind for note in edition.notes)
        for kind in kinds or ():
            if kind not in known:
                wrong = UnknownNameError("kind of note", kind, known)
                raise self.error(f":kind: {wrong}")
        filtered = SELECTION.keys() & self.options.keys() - {"edition"}
        # Where it is open whether a flow is meant, its notes are of use too.
        flows = self.select(edition)
        shown = {*flows.ids(), *flows.unstated.ids()}
        return [
            note
            for note in edition.notes
            if (kinds is None or note.kind in kinds)
            and (not filtered or shown.intersection(note.qualifies))
        ]
