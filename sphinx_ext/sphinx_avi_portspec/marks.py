"""Marks in the text, and the explanations that they link to."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from docutils import nodes

from avi_portspec import Flow
from avi_portspec.model.phrases import NOTHING_ASKED, is_relevant
from avi_portspec.model.wording import lead_reasons
from avi_portspec.tabular.lines import letter
from sphinx_avi_portspec.messages import Phrase
from sphinx_avi_portspec.pen import make_target

if TYPE_CHECKING:
    from avi_portspec import Edition, Exclusion, Pointer, Reason
    from avi_portspec.model.phrases import Asked
    from sphinx_avi_portspec.pen import Pen

__all__ = ["EXPLAINED", "Marks", "Noted"]

#: The heading of the explanations of marked facts.
EXPLAINED = "About the marked facts:"


@dataclass(slots=True)
class _Entry:
    """One explanation, and the number of marks that lead to it."""

    label: str
    lead: str
    text: str
    uses: int = 0


class Marks:
    """Collects the explanations of a table or list while it is built.

    Args:
        pen: The directive's.
        kind: The word in ids: ``reason`` or ``note``.
        asked: The values that the table or list is about.
    """

    def __init__(
        self, pen: Pen, kind: str, asked: Asked = NOTHING_ASKED
    ) -> None:
        self._pen = pen
        self._kind = kind
        self._asked = asked
        self._entries: dict[tuple[str, str], _Entry] = {}

    def mark(self, lead: str, text: str) -> list[nodes.Node]:
        """Return the nodes of a mark that links to an explanation."""
        entry = self._entries.get((lead, text))
        if entry is None:
            number = len(self._entries)
            is_note = self._kind == "note"
            label = str(number + 1) if is_note else letter(number)
            entry = self._entries[lead, text] = _Entry(label, lead, text)
        entry.uses += 1
        return [
            make_target([self._use(entry, entry.uses)]),
            nodes.reference(
                "",
                f"[{entry.label}]",
                refid=self._id(entry),
                internal=True,
                classes=["avi-mark", f"avi-{self._kind}"],
            ),
        ]

    def list_reasons(self, record: Any) -> list[tuple[str, Reason]]:
        """Return the explanations of a record's fields, each with its lead.

        Exclusions and pointers have none, a site needs no lead, and what is
        about a case that is settled otherwise is left out.
        """
        if not isinstance(record, Flow):
            return []
        return [
            (lead, reason)
            for lead, reason in lead_reasons(record.inferred, record.readings)
            if is_relevant(reason, self._asked)
        ]

    def mark_fields(
        self, flow: Flow, fields: Collection[str]
    ) -> list[nodes.Node]:
        """Return the marks on a flow's inferred or interpreted fields."""
        return [
            node
            for lead, reason in self.list_reasons(flow)
            if reason.field in fields
            for node in self.mark(lead, reason.reason)
        ]

    def mark_notes(
        self, edition: Edition, record: Flow | Exclusion | Pointer
    ) -> list[nodes.Node]:
        """Return the marks that link to the notes on a record.

        Lead-ins are left out: they introduce sections, not records.
        """
        return [
            node
            for note in edition.notes_on(record.id)
            if note.kind != "lead-in"
            for node in self.mark("", note.text)
        ]

    def explain(self, heading: str) -> list[nodes.Node]:
        """Return the explanations under a heading, or nothing."""
        if not self._entries:
            return []
        pen = self._pen
        items = (
            [pen.paragraph(*self._item(entry))]
            for entry in self._entries.values()
        )
        return [pen.rubric(heading), pen.bullets(items, f"avi-{self._kind}s")]

    def _item(self, entry: _Entry) -> Iterator[str | nodes.Node]:
        yield make_target([self._id(entry)])
        yield f"[{entry.label}] "
        if entry.lead:
            yield Phrase(f"{entry.lead}:")
            yield " "
        yield Phrase(entry.text)
        # As docutils does for footnotes: each link back has its number.
        for number in range(1, entry.uses + 1):
            yield " "
            yield nodes.reference(
                "",
                "\N{UPWARDS ARROW}" + (str(number) if entry.uses > 1 else ""),
                refid=self._use(entry, number),
                internal=True,
                classes=["avi-back"],
            )

    def _id(self, entry: _Entry) -> str:
        return f"{self._pen.prefix}-{self._kind}-{entry.label}"

    def _use(self, entry: _Entry, number: int) -> str:
        return f"{self._id(entry)}-use-{number}"


#: Where the marks of notes are.
NoteMarks = Literal["none", "below", "column"]


class Noted(NamedTuple):
    """How a table shows the notes on its flows.

    Attributes:
        place: Where their marks are: nowhere, beside the ports, or in a
            column of their own.
        marks: Collects the notes.
    """

    place: NoteMarks
    marks: Marks
