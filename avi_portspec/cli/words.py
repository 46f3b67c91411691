"""The kinds of words that options and arguments take.

What a word means is the library's to say, which also suggests the nearest.
Here, shells learn which words there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

import click

from avi_portspec.cli.request import Request
from avi_portspec.errors import PortSpecError, UnknownNameError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from avi_portspec.model.edition import Edition

__all__ = [
    "CLOUD",
    "EDITION",
    "ENDPOINT",
    "FLOW",
    "NOTE",
    "PRESET",
    "RECORD",
    "SECTION",
    "SERVICE",
    "SUBJECT",
    "USED",
    "NearChoice",
    "Word",
    "every_word",
]

Pairs = Iterable[tuple[str, str]]


class Word(click.ParamType):  # type: ignore[type-arg] # new in click 8.4
    """A word that the edition knows.

    Args:
        name: What such a word is called.
        known: Returns the words of an edition, each with a description.
        files: Whether the name of a file does as well.
    """

    def __init__(
        self,
        name: str,
        known: Callable[[Edition], Pairs],
        *,
        files: bool = False,
    ) -> None:
        self.name = name
        self.known = known
        self.files = files

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Return the words that go on as *incomplete* does.

        Lists and values that are kept out are completed as well: the last
        word of ``ssh,!ht`` is completed, and what is before it stays.
        """
        from click.shell_completion import CompletionItem

        head, comma, last = incomplete.rpartition(",")
        bar = "!" if last.startswith("!") else ""
        before = f"{head}{comma}{bar}"
        wanted = last.removeprefix("!").casefold()
        try:
            pairs = [*self.known(ctx.ensure_object(Request).edition())]
        except (PortSpecError, OSError, click.ClickException):
            # There is no edition to complete from; the command says why.
            pairs = []
        found = [
            CompletionItem(f"{before}{word}", help=text)
            for word, text in pairs
            if word.casefold().startswith(wanted)
        ]
        # The script for bash forgets the words when it is told of files.
        if self.files and not found:
            found.append(CompletionItem(incomplete, type="file"))
        return found


def every_word(kind: str, name: object, words: Iterable[str]) -> str:
    """Return what is wrong with a word, and which would be right.

    Args:
        kind: What such a word is called.
        name: The word that is none of them.
        words: Those that there are.
    """
    known = [*words]
    unknown = UnknownNameError(kind, name, known)
    wrong = str(unknown)
    if unknown.nearest is None and not wrong.endswith(known[-1]):
        # Too many for an error of the library's, but there is nowhere else
        # that lists them.
        wrong += f"; known: {', '.join(known)}"
    return wrong


class NearChoice(click.ParamType):  # type: ignore[type-arg] # the same
    """One of a few words; a wrong one is told the nearest.

    Args:
        name: What such a word is called.
        words: Returns the words.
    """

    def __init__(self, name: str, words: Callable[[], Iterable[str]]) -> None:
        self.name = name
        self.words = words

    def convert(
        self,
        value: Any,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> str:
        """Return the word.

        Raises:
            click.BadParameter: It is none of them.
        """
        known = [*self.words()]
        if value not in known:
            self.fail(every_word(self.name, value, known), param, ctx)
        return str(value)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Return the words that go on as *incomplete* does."""
        from click.shell_completion import CompletionItem

        return [
            CompletionItem(word)
            for word in self.words()
            if word.startswith(incomplete)
        ]


def _values(*facets: str) -> Callable[[Edition], Pairs]:
    def known(edition: Edition) -> Iterator[tuple[str, str]]:
        for facet in edition.facets:
            if facet.id in facets:
                yield from ((value.id, value.name) for value in facet.values)

    return known


def _editions(edition: Edition) -> Iterator[tuple[str, str]]:
    from avi_portspec.data import editions, load

    for name in editions():
        found = load(name)
        yield from ((each, found.title) for each in found.names())


def _presets(edition: Edition) -> Iterator[tuple[str, str]]:
    from avi_portspec.deployment.presets import presets

    names = dict(_values("cloud")(edition))
    yield from ((name, names.get(name, "")) for name in presets())


def _flows(edition: Edition) -> Iterator[tuple[str, str]]:
    from avi_portspec.model.display import ports_text

    yield from ((flow.id, ports_text(flow)) for flow in edition.flows)


def _records(edition: Edition) -> Iterator[tuple[str, str]]:
    yield from _flows(edition)
    yield from ((each.id, "not required") for each in edition.exclusions)
    yield from ((each.id, "other sections") for each in edition.pointers)


def _subjects(edition: Edition) -> Iterator[tuple[str, str]]:
    yield from _flows(edition)
    yield from ((each.id, "not required") for each in edition.exclusions)
    for pair in edition.flows.ports():
        label = pair.protocol.label.lower()
        yield (f"{label}/{pair.ports}" if pair.ports else label), ""


def _named(collection: str) -> Callable[[Edition], Pairs]:
    def known(edition: Edition) -> Iterator[tuple[str, str]]:
        for record in getattr(edition, collection):
            text = getattr(record, "name", None) or getattr(
                record, "title", None
            )
            yield record.id, text or record.text

    return known


CLOUD: Final = Word("cloud", _values("cloud"))
EDITION: Final = Word("edition", _editions, files=True)
ENDPOINT: Final = Word("endpoint", _named("endpoints"))
FLOW: Final = Word("flow", _flows)
NOTE: Final = Word("note", _named("notes"))
PRESET: Final = Word("deployment", _presets, files=True)
RECORD: Final = Word("record", _records)
SECTION: Final = Word("section", _named("sections"))
SERVICE: Final = Word("service", _values("service"))
SUBJECT: Final = Word("subject", _subjects)
USED: Final = Word("feature or service", _values("feature", "service"))
