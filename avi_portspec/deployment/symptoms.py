"""From what people see to the flow whose absence causes it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, overload

import attrs

from avi_portspec.errors import InvalidQueryError, shown
from avi_portspec.model.display import ports_text
from avi_portspec.model.flows import Flow, Note
from avi_portspec.model.frozen import Frozen

if TYPE_CHECKING:
    from avi_portspec.model.edition import Edition

__all__ = ["Symptom", "Symptoms"]

_WORD: Final = re.compile(r"\w+")
#: Words that tell nothing apart.
_IDLE: Final = frozenset(
    {
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "by",
        "do",
        "for",
        "from",
        "has",
        "in",
        "is",
        "it",
        "its",
        "not",
        "of",
        "on",
        "or",
        "shown",
        "shows",
        "the",
        "to",
        "was",
        "what",
        "when",
        "which",
        "why",
        "with",
    }
)
#: The kinds of note that say what is seen, and what it means.
_TELLING: Final = ("diagnostic", "impact")


@attrs.frozen(kw_only=True)
class Symptom:
    """What is seen where a flow is blocked.

    Attributes:
        flow: The flow.
        effect: What happens if it is blocked.
        notes: What the page says about how it is seen, and what it means.
        can_be_ignored: Whether the product works all the same, which is so
            where the page has the flow as optional.
    """

    flow: Flow
    effect: str
    notes: tuple[Note, ...]
    can_be_ignored: bool

    def __str__(self) -> str:
        flow = self.flow
        verdict = (
            "The product works without it."
            if self.can_be_ignored
            else "The product needs it: open the flow."
        )
        return (
            f"{flow.source} to {flow.destination}, {ports_text(flow)}: "
            f"{self.effect} {verdict} [{flow.citation}]"
        )


class Symptoms(Frozen, Sequence[Symptom]):
    """The symptoms that an edition's page describes, in its order.

    >>> import avi_portspec
    >>> symptoms = avi_portspec.load().symptoms
    >>> for symptom in symptoms.find("gateway status DOWN"):
    ...     print(symptom.flow.id, symptom.can_be_ignored)
    controller-to-gateway-echo True
    service-engine-to-gateway-echo True

    Symptoms come from an edition.
    """

    __slots__ = ("_items", "_words")

    _items: tuple[Symptom, ...]
    _words: tuple[tuple[frozenset[str], frozenset[str]], ...]

    def __init__(self, edition: Edition) -> None:
        if hasattr(self, "_items"):
            raise attrs.exceptions.FrozenInstanceError
        found = []
        words = []
        for flow in edition.flows:
            if flow.effect_if_blocked is None:
                continue
            notes = tuple(
                note
                for note in edition.notes_on(flow.id)
                if note.kind in _TELLING
            )
            symptom = Symptom(
                flow=flow,
                effect=flow.effect_if_blocked,
                notes=notes,
                can_be_ignored=flow.requirement == "optional",
            )
            found.append(symptom)
            ends = [
                edition.endpoints[side].name
                for side in (flow.source, flow.destination)
            ]
            around = [*ends, *(note.text for note in notes)]
            words.append(
                (_words([symptom.effect]), _words([symptom.effect, *around]))
            )
        object.__setattr__(self, "_items", tuple(found))
        object.__setattr__(self, "_words", tuple(words))

    @overload
    def __getitem__(self, key: int) -> Symptom: ...

    @overload
    def __getitem__(self, key: slice) -> tuple[Symptom, ...]: ...

    def __getitem__(self, key: int | slice) -> Symptom | tuple[Symptom, ...]:
        return self._items[key]

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Symptom]:
        return iter(self._items)

    def find(self, seen: str) -> tuple[Symptom, ...]:
        """Return the symptoms that fit what somebody sees.

        Every word has to be in the effect; where no symptom has them all
        there, in the notes on the flow or the names of its ends as well.

        Args:
            seen: What is seen, in a few words; capitals do not matter.

        Raises:
            InvalidQueryError: It is no text, or has no word to look for.
        """
        wanted = _words([seen]) if isinstance(seen, str) else frozenset()
        if not wanted:
            raise InvalidQueryError(
                "seen", "a few words of what is seen", shown(seen)
            )
        for nearby in (0, 1):
            found = tuple(
                symptom
                for symptom, words in zip(
                    self._items, self._words, strict=True
                )
                if wanted <= words[nearby]
            )
            if found:
                return found
        return ()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Symptoms):
            return NotImplemented
        return self._items == other._items

    def __hash__(self) -> int:
        return hash(self._items)

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuilt, (self._items, self._words)

    def __repr__(self) -> str:
        return f"<Symptoms: {len(self)}>"


def _rebuilt(
    items: tuple[Symptom, ...],
    words: tuple[tuple[frozenset[str], frozenset[str]], ...],
) -> Symptoms:
    """Make symptoms again from what a pickle holds."""
    made = object.__new__(Symptoms)
    object.__setattr__(made, "_items", items)
    object.__setattr__(made, "_words", words)
    return made


def _words(texts: Iterable[str]) -> frozenset[str]:
    """Return the words of some texts, folded, without the idle ones."""
    return frozenset(
        word
        for text in texts
        for word in _WORD.findall(text.casefold())
        if word not in _IDLE
    )
