"""Marks in the text, and the explanations that they are linked with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from docutils import nodes

from sphinx_avi_portspec.rendering.pen import Phrase, target

if TYPE_CHECKING:
    from avi_portspec import Edition, Exclusion, Flow, Pointer
    from sphinx_avi_portspec.rendering.pen import Pen

__all__ = ["EXPLAINED", "Marks", "note_label", "reason_label"]

#: What stands over the explanations of marked facts.
EXPLAINED = "Marked facts are not on the page in so many words:"

#: What is known about how a field of a flow came about.
KINDS = {"inferred": "Inferred.", "reading": "Reading."}


def reason_label(number: int) -> str:
    """Return a, b, ... z, aa, ab, ... for 0, 1, ..."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("a") + rest) + letters
    return letters


def note_label(number: int) -> str:
    """Return 1, 2, ... for 0, 1, ..."""
    return str(number + 1)


class _Entry:
    """One explanation, and the marks that lead to it."""

    __slots__ = ("label", "lead", "text", "uses")

    def __init__(self, label: str, lead: str, text: str) -> None:
        self.label = label
        self.lead = lead
        self.text = text
        self.uses = 0


class Marks:
    """Explanations that are collected while a table or list is built.

    Args:
        pen: The directive's.
        kind: What ids say: ``reason`` or ``note``.
        label: How the explanations are counted.
    """

    def __init__(self, pen: Pen, kind: str) -> None:
        self._pen = pen
        self._kind = kind
        self._label = note_label if kind == "note" else reason_label
        self._entries: dict[tuple[str, str], _Entry] = {}

    def mark(self, lead: str, text: str) -> list[nodes.Node]:
        """Return the nodes of a mark that leads to an explanation."""
        entry = self._entries.get((lead, text))
        if entry is None:
            label = self._label(len(self._entries))
            entry = self._entries[lead, text] = _Entry(label, lead, text)
        entry.uses += 1
        return [
            target([self._use(entry, entry.uses)]),
            nodes.reference(
                "",
                f"[{entry.label}]",
                refid=self._id(entry),
                internal=True,
                classes=["avi-mark", f"avi-{self._kind}"],
            ),
        ]

    def of_fields(
        self, flow: Flow, fields: tuple[str, ...]
    ) -> list[nodes.Node]:
        """Return the marks on a flow's fields: inferred, or read with care."""
        found: list[nodes.Node] = []
        for kind, reasons in (
            ("inferred", flow.inferred),
            ("reading", flow.readings),
        ):
            for reason in reasons:
                if reason.field in fields:
                    found += self.mark(KINDS[kind], reason.reason)
        return found

    def of_notes(
        self, edition: Edition, record: Flow | Exclusion | Pointer
    ) -> list[nodes.Node]:
        """Return the marks that lead to what the page notes on a record.

        Lead-ins are left out: they introduce a section, not a record.
        """
        return [
            node
            for note in edition.notes_on(record.id)
            if note.kind != "lead-in"
            for node in self.mark("", note.text)
        ]

    def explained(self, heading: str) -> list[nodes.Node]:
        """Return the explanations under a heading, or nothing."""
        if not self._entries:
            return []
        pen = self._pen
        items = [
            [pen.paragraph(*self._item(entry))]
            for entry in self._entries.values()
        ]
        return [
            pen.rubric(heading),
            pen.bullets(items, f"avi-{self._kind}s"),
        ]

    def _item(self, entry: _Entry) -> Iterator[str | nodes.Node]:
        yield target([self._id(entry)])
        yield f"[{entry.label}] "
        if entry.lead:
            yield Phrase(entry.lead)
            yield " "
        yield Phrase(entry.text)
        # As docutils does for footnotes: each way back has its number.
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
