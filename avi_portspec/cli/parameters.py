"""The types of options and arguments: which words they take.

The library looks most of them up, and suggests the nearest name. Shells
complete them from here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

import click

from avi_portspec.cli.failures import unknown_word
from avi_portspec.cli.request import Request
from avi_portspec.errors import PortSpecError
from avi_portspec.names import fold

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from avi_portspec.edition.edition import Edition

__all__ = [
    "CLOUD",
    "CLOUDS",
    "EDITION",
    "ENDPOINT",
    "FEATURES",
    "FILE",
    "NOTE",
    "PLATFORMS",
    "PRESET",
    "PROTOCOL",
    "RECORD",
    "RELEASE",
    "SECTION",
    "SERVICE",
    "SERVICE_NAME",
    "SOURCE",
    "STATED",
    "STATEMENT",
    "SUBJECT",
    "USED",
    "Choice",
    "Word",
    "synonyms_of",
]

Pairs = Iterable[tuple[str, str]]


class _FileName(click.ParamType):  # type: ignore[type-arg] # new in click 8.4
    """The name of a file; whoever opens it reports what is wrong with it.

    That of click asks for translations of its messages when it is made,
    which takes longer than all options of a command.
    """

    name = "file"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Leave the completion to the shell."""
        from click.shell_completion import CompletionItem

        return [CompletionItem(incomplete, type="file")]


class Word(click.ParamType):  # type: ignore[type-arg] # new in click 8.4
    """A word that the edition knows.

    Args:
        name: What the word is called in messages.
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
        """Return the words that start with *incomplete*.

        In a list, the last word is completed, after a ``!`` as well: of
        ``ssh,!ht``, everything before ``ht`` stays.
        """
        from click.shell_completion import CompletionItem

        head, comma, last = incomplete.rpartition(",")
        bar = "!" if last.startswith("!") else ""
        before = f"{head}{comma}{bar}"
        expected = last.removeprefix("!").casefold()
        try:
            pairs = [*self.known(ctx.ensure_object(Request).edition())]
        except (PortSpecError, OSError, click.ClickException):
            # There is no edition to complete from; the command reports why.
            pairs = []
        found = [
            CompletionItem(f"{before}{word}", help=text)
            for word, text in pairs
            if word.casefold().startswith(expected)
        ]
        # The script for bash drops the words when files are offered too.
        if self.files and not found:
            found.append(CompletionItem(incomplete, type="file"))
        return found


class Choice(click.ParamType):  # type: ignore[type-arg] # the same
    """One of a few words; an error lists all of them.

    Args:
        name: What the word is called in messages.
        words: Returns the words.
        synonyms: Other words, each with the one that it means.
    """

    def __init__(
        self,
        name: str,
        words: Callable[[], Iterable[str]],
        synonyms: Mapping[str, str] = {},
    ) -> None:
        self.name = name
        self.words = words
        self.synonyms = synonyms

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
        word = fold(str(value))
        word = self.synonyms.get(word, word)
        if word not in known:
            text = unknown_word(self.name, str(value), known, self.synonyms)
            self.fail(text, param, ctx)
        return word

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Return the words that start with *incomplete*."""
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
    from avi_portspec.edition.loading import editions, load

    for name in editions():
        found = load(name)
        yield from ((word, found.title) for word in found.names())


def _flows(edition: Edition) -> Iterator[tuple[str, str]]:
    from avi_portspec.model.display import ports_text

    yield from ((flow.id, ports_text(flow)) for flow in edition.flows)


def _records(edition: Edition) -> Iterator[tuple[str, str]]:
    yield from _flows(edition)
    yield from (
        (exclusion.id, "not required") for exclusion in edition.exclusions
    )
    yield from ((pointer.id, "other sections") for pointer in edition.pointers)


def _subjects(edition: Edition) -> Iterator[tuple[str, str]]:
    yield from _flows(edition)
    yield from (
        (exclusion.id, "not required") for exclusion in edition.exclusions
    )
    for pair in edition.flows.ports():
        label = pair.protocol.label.lower()
        yield (f"{label}/{pair.ports}" if pair.ports else label), ""
    yield from _services(edition)


def _services(edition: Edition) -> Iterator[tuple[str, str]]:
    for name in dict.fromkeys(f.service for f in edition.flows if f.service):
        yield name, "service"


def _protocols(edition: Edition) -> Iterator[tuple[str, str]]:
    names = {p.label.lower() for f in edition.flows for p in f.protocols}
    yield from ((name, "") for name in sorted(names))


def _names_in(collection: str) -> Callable[[Edition], Pairs]:
    def known(edition: Edition) -> Iterator[tuple[str, str]]:
        for record in getattr(edition, collection):
            text = getattr(record, "name", None) or getattr(
                record, "title", None
            )
            yield record.id, text or record.text

    return known


def _of_library(function: str) -> Callable[[Edition], Pairs]:
    """Return what lists records of other sources, which are of no edition."""

    def known(edition: Edition) -> Iterator[tuple[str, str]]:
        import avi_portspec

        for record in getattr(avi_portspec, function)():
            yield record.id, getattr(record, "title", "")

    return known


def _stated(edition: Edition) -> Iterator[tuple[str, str]]:
    yield from _flows(edition)
    for records in (edition.exclusions, edition.notes):
        yield from ((record.id, "") for record in records)


CLOUD: Final = Word("cloud", _values("cloud"))
EDITION: Final = Word("edition", _editions, files=True)
ENDPOINT: Final = Word("endpoint", _names_in("endpoints"))
FILE: Final = _FileName()
NOTE: Final = Word("note", _names_in("notes"))
PRESET: Final = Word("deployment", _values("cloud"), files=True)
PROTOCOL: Final = Word("protocol", _protocols)
RECORD: Final = Word("record", _records)
RELEASE: Final = Word("release", _of_library("releases"))
SECTION: Final = Word("section", _names_in("sections"))
SERVICE: Final = Word("service", _values("service"))
SERVICE_NAME: Final = Word("service", _services)
SOURCE: Final = Word("source", _of_library("sources"))
STATED: Final = Word("flow, exclusion or note", _stated)
STATEMENT: Final = Word("statement", _of_library("statements"))
SUBJECT: Final = Word("subject", _subjects)
USED: Final = Word("feature or service", _values("feature", "service"))


# -- synonyms: what people call what the data calls otherwise ---------------
#
# Each means one thing. A word that could mean several, such as ``terraform``,
# is not here: it is refused, with everything that has the word in its name.

#: Clouds, and so presets. An edition's own aliases come in addition.
CLOUDS: Final[Mapping[str, str]] = {
    "amazon": "aws",
    "baremetal": "linux-server-cloud",
    "bare-metal": "linux-server-cloud",
    "google": "gcp",
    "k8s": "kubernetes",
    "lsc": "linux-server-cloud",
    "no-cloud": "no-orchestrator",
    "nsxt": "nsx-t",
    "ocp": "openshift",
    "vmware": "vcenter",
    "vsphere": "vcenter",
}

#: Features and network services.
FEATURES: Final[Mapping[str, str]] = {
    "remote-cli": "cli-shell",
    "tacacs": "tacacs-plus",
    "tacacs+": "tacacs-plus",
}

#: Platforms that rules are written for.
PLATFORMS: Final[Mapping[str, str]] = {
    "arm": "azure-arm",
    "asa": "ciscoasa",
    "cisco-asa": "ciscoasa",
    "cisco-ios": "cisco",
    "cloudformation": "aws-cloudformation",
    "eos": "arista",
    "fortinet": "fortigate",
    "fortios": "fortigate",
    "heat": "openstack-heat",
    "ios": "cisco",
    "junos": "juniper",
    "k8s": "kubernetes",
    "nft": "nftables",
    "nsxt": "nsx-t",
    "palo-alto": "paloalto",
    "pan-os": "paloalto",
    "panos": "paloalto",
}


def synonyms_of(name: str, synonyms: Mapping[str, str]) -> list[str]:
    """Return the synonyms of a name, sorted."""
    return sorted(word for word, meant in synonyms.items() if meant == name)
