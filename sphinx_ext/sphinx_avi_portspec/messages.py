"""Messages for translators: what a text says, apart from what it names.

The library writes whole sentences. A translator is given each with ``{}``
for the ports, numbers and names of the data in it, so that a translation
outlives them; and what the data says in sentences of its own, as a message of
its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from avi_portspec.model.record import Record, checks_of
from avi_portspec.model.wording import (
    base_id,
    overlay_text,
    sites_of,
    uncapitalise,
)

if TYPE_CHECKING:
    from typing import Any, Self

    from avi_portspec.model.edition import EditionData

__all__ = ["Filled", "Names", "Phrase", "Whole", "fill"]

_GAP: Final = re.compile(r"\{([1-9]?)\}")
_WORD: Final = re.compile(r"\w+")
_LETTER: Final = re.compile(r"[^\W\d_]")
#: A port with its protocol, a release, a date, the id of a commit.
_NUMBER: Final = re.compile(
    r"(?:(?:TCP|UDP|SCTP)[ \N{NO-BREAK SPACE}])?"
    r"(?=[^\W\d]*\d)\w+(?:[.\N{EN DASH}-]\w*\d\w*)*"
)
#: A word that is none of a name: what has one is translated.
_PLAIN: Final = re.compile(r"(?<!\S)[a-z]+(?!\S)")


class Phrase(str):
    """A piece of a paragraph to translate."""

    __slots__ = ()

    @property
    def messages(self) -> tuple[str, ...]:
        """What a translator is given."""
        return (str(self),)

    def render(self, words: Mapping[str, str]) -> str:
        """Return the text in the words of a translator."""
        return words.get(self, self)


class Whole(Phrase):
    """What is translated as it stands, whatever it names."""

    __slots__ = ()


class Filled(Phrase):
    """A message filled with values.

    Args:
        message: The message, with ``{}`` for each value.
        values: The values; those that are phrases are translated.
    """

    __slots__ = ("message", "values")
    message: str
    values: tuple[object, ...]

    def __new__(cls, message: str, *values: object) -> Self:
        """Fill the message."""
        made = super().__new__(cls, fill(message, values))
        made.message, made.values = message, values
        return made

    def __getnewargs__(self) -> tuple[Any, ...]:
        """Return what it is made of again, in a document that is kept."""
        return (self.message, *self.values)

    @property
    def messages(self) -> tuple[str, ...]:
        """The message, and what it is filled with if that is translated."""
        own = [self.message] if _LETTER.search(self.message) else []
        inner = (
            message
            for value in self.values
            if isinstance(value, Phrase)
            for message in value.messages
        )
        return (*own, *inner)

    def render(self, words: Mapping[str, str]) -> str:
        """Return the message in a translator's words, with the values."""
        values = [
            value.render(words) if isinstance(value, Phrase) else value
            for value in self.values
        ]
        return fill(words.get(self.message, self.message), values)


def fill(message: str, values: Iterable[object]) -> str:
    """Return a message with values for its ``{}``.

    A translation with too few or too many of them fails no build. It can name
    the values in another order, by their numbers: ``{2}, {1}``.
    """
    known = [*map(str, values)]
    left = iter(known)

    def find(gap: re.Match[str]) -> str:
        if not gap[1]:
            return next(left, "")
        return "".join(known[int(gap[1]) - 1 : int(gap[1])])

    return _GAP.sub(find, message)


class Names:
    """What sentences about some data can name, which changes with the data.

    Args:
        editions: The editions that are spoken of.
        more: Other records that are, such as sources of statements.
    """

    def __init__(
        self, editions: Iterable[EditionData], more: Iterable[object] = ()
    ) -> None:
        editions = [*editions]
        ends, named = _list_names(editions)
        #: Taken as a name only where it is an end of a flow: in a sentence
        #: about the Controller, the word is part of the sentence.
        self._ends = {name for name in ends - named if " " not in name}
        #: What is named or said, and whether it is translated.
        texts = dict.fromkeys(ends | named, False)
        sites = {site for edition in editions for site in sites_of(edition)}
        for field, text in _list_texts("", [editions, more]):
            own = _without_site(text, sites)
            if field == "purpose":
                texts[own] = True
            elif field == "setting" or (" " in own and "{}" not in own):
                texts.setdefault(own, _PLAIN.search(own) is not None)
        for value in _list_values(editions):
            texts[value] = " " in value and _PLAIN.search(value) is not None
        #: The same by the first word, the longest first.
        self._spellings: dict[str, dict[str, bool]] = {}
        for text in sorted(texts, key=lambda text: (-len(text), text)):
            # In a sentence, and before what goes on.
            for first in (text[:1], text[:1].swapcase()):
                whole = f"{first}{text[1:]}"
                for form in (whole, whole.removesuffix(".")):
                    if word := _WORD.match(form):
                        known = self._spellings.setdefault(word[0], {})
                        known.setdefault(form, texts[text])
        self._found: dict[str, Phrase] = {}

    def find(self, text: str) -> Phrase:
        """Return a text as a message that is filled with what it names."""
        found = self._found.get(text)
        if found is None:
            found = self._found[text] = self._fill(text)
        return found

    def _fill(self, text: str) -> Phrase:
        if "{" in text:
            # Who wrote it means no gap.
            return Phrase(text)
        parts: list[str] = []
        values: list[str] = []
        end = 0
        for word in _WORD.finditer(text):
            start = word.start()
            if start < end:
                continue
            value = self._value_at(text, word, end if values else -1)
            if value:
                parts.append(text[end:start])
                values.append(value)
                end = start + len(value)
        if values == [text]:
            (value,) = values
            return value if isinstance(value, Phrase) else Filled("{}", value)
        return Filled("{}".join([*parts, text[end:]]), *values)

    def _value_at(self, text: str, word: re.Match[str], before: int) -> str:
        """Return what is named at a word, or nothing.

        Args:
            text: The text.
            word: The word.
            before: Where the name before it ends, if there is one.
        """
        start = word.start()
        for form, translated in self._spellings.get(word[0], {}).items():
            end = start + len(form)
            if (
                not text.startswith(form, start)
                or text[end : end + 1].isalnum()
            ):
                continue
            if form in self._ends and not (
                text.startswith(" to ", end)
                or text.endswith("from ", 0, start)
                or (text.endswith(" to ", 0, start) and before == start - 4)
            ):
                continue
            return Phrase(form) if translated else form
        number = _NUMBER.match(text, start)
        return number[0] if number else ""


def _list_names(editions: Iterable[EditionData]) -> tuple[set[str], set[str]]:
    """Return the names of endpoints, and those of all else."""
    ends: set[str] = set()
    named: set[str] = set()
    for edition in editions:
        for end in edition.endpoints:
            ends |= {end.name, end.label}
        for flow in edition.flows:
            named |= {flow.id, flow.service or flow.id}
        named |= {edition.id, base_id(edition), *sites_of(edition)}
        named |= {*_list_values([edition])}
    return ends, named


def _list_values(editions: Iterable[EditionData]) -> Iterator[str]:
    """Yield what the values of facets are called."""
    for edition in editions:
        for facet in edition.facets:
            for value in facet.values:
                forms = value.name, value.short, value.phrase, value.without
                yield from filter(None, forms)


def _list_texts(field: str, data: Any) -> Iterator[tuple[str, str]]:
    """Yield the texts of records, and of what is in them, by their field."""
    if isinstance(data, str):
        yield field, data
    elif isinstance(data, Record):
        for name, *_ in checks_of(type(data)):
            yield from _list_texts(name, getattr(data, name))
    elif isinstance(data, Iterable):
        for each in data:
            yield from _list_texts(field, each)


def _without_site(text: str, sites: Iterable[str]) -> str:
    """Return what a site says, without the words before it that name it."""
    before, _, own = text.partition(": ")
    named = uncapitalise(before)
    return own if any(overlay_text(site) in named for site in sites) else text
