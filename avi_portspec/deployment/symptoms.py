"""From what people see to the flow whose absence causes it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, overload

import attrs

from avi_portspec.errors import InvalidQueryError, shown
from avi_portspec.model.display import ports_text
from avi_portspec.model.edition import EditionData
from avi_portspec.model.flows import Flow, Note
from avi_portspec.model.frozen import Frozen

__all__ = ["Symptom", "Symptoms", "parse_seen", "words_of"]

_WORD: Final = re.compile(r"\w+")
#: Words that tell nothing apart.
_IDLE: Final = frozenset(
    _WORD.findall(
        "a an and appear appears are as at be been but by can cannot "
        "displayed do does for from has have i if in is it its my not of on "
        "or our says see seen show showing shown shows that the there this "
        "to was we what when which why will with would"
    )
)
#: The kinds of note that say what is seen, and what it means.
_TELLING: Final = ("diagnostic", "impact")


@attrs.frozen(kw_only=True)
class Symptom:
    """What is seen where a flow is blocked.

    Attributes:
        flow: The flow.
        effect: What happens if it is blocked.
        notes: What the vendor says about how it is seen, and what it means.
        can_be_ignored: Whether the product works all the same, which is so
            where the flow is optional.
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
            else "The product needs it: allow the flow."
        )
        return (
            f"{flow.source} to {flow.destination}, {ports_text(flow)}: "
            f"{self.effect} {verdict} [{flow.citation}]"
        )


class Symptoms(Frozen, Sequence[Symptom]):
    """The symptoms that an edition describes, in published order.

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

    def __init__(self, edition: EditionData) -> None:
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
            # A note's id says in two words what its text describes.
            around = [
                *ends,
                *(text for note in notes for text in (note.id, note.text)),
            ]
            words.append(
                (
                    words_of([symptom.effect]),
                    words_of([symptom.effect, *around]),
                )
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

        All words must match the effect; where no symptom has them all there,
        the notes on the flow and the names of its ends count as well.

        Args:
            seen: What is seen, in a few words; capitals do not matter.

        Raises:
            InvalidQueryError: It is not text, or has no word to look for.
        """
        expected = parse_seen(seen)
        for nearby in (0, 1):
            found = tuple(
                symptom
                for symptom, words in zip(
                    self._items, self._words, strict=True
                )
                if expected <= words[nearby]
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
        return _rebuild, (self._items, self._words)

    def __repr__(self) -> str:
        return f"<Symptoms: {len(self)}>"


def _rebuild(
    items: tuple[Symptom, ...],
    words: tuple[tuple[frozenset[str], frozenset[str]], ...],
) -> Symptoms:
    """Make symptoms again from what a pickle holds."""
    made = object.__new__(Symptoms)
    object.__setattr__(made, "_items", items)
    object.__setattr__(made, "_words", words)
    return made


def parse_seen(seen: str) -> frozenset[str]:
    """Return the words of what somebody sees.

    Raises:
        InvalidQueryError: It is not text, or has no word to look for.
    """
    expected = words_of([seen]) if isinstance(seen, str) else frozenset()
    if not expected:
        raise InvalidQueryError(
            "seen", "a few words of what is seen", shown(seen)
        )
    return expected


def words_of(texts: Iterable[str]) -> frozenset[str]:
    """Return the words of some texts, folded, without the idle ones."""
    return frozenset(
        word
        for text in texts
        for word in _WORD.findall(text.casefold())
        if word not in _IDLE
    )
