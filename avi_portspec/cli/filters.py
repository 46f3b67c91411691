"""Which flows: the filters, which are those of the Sphinx directives.

Each takes one value or several, set apart by commas, and may be given again:
any of them will do. A value with ``!`` before it keeps flows out instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

import click

from avi_portspec.cli.verbs import Setting
from avi_portspec.cli.words import (
    CLOUD,
    ENDPOINT,
    NOTE,
    SECTION,
    Word,
    every_word,
)
from avi_portspec.model.flows import INFERABLE
from avi_portspec.names import Requirement

if TYPE_CHECKING:
    from avi_portspec.model.edition import Edition
    from avi_portspec.model.flowset import Flows

__all__ = ["chosen", "filter_options", "given"]

F = TypeVar("F", bound=Callable[..., Any])

_SECTION: Final = "Which flows"
_PORTS: Final = 65535


class Terms(NamedTuple):
    """One filter: what is wanted, and what is kept out."""

    wanted: tuple[Any, ...]
    barred: tuple[Any, ...]


def _terms(parse: Callable[[str], Any]) -> Callable[..., Terms | None]:
    def convert(
        ctx: click.Context, param: click.Parameter, given: tuple[str, ...]
    ) -> Terms | None:
        wanted: list[Any] = []
        barred: list[Any] = []
        for part in (part for text in given for part in text.split(",")):
            text = part.strip()
            value = text.removeprefix("!").strip()
            if not value:
                raise click.BadParameter(
                    "wanted values, set apart by commas", ctx, param
                )
            (barred if text[0] == "!" else wanted).append(parse(value))
        return Terms(tuple(wanted), tuple(barred)) if given else None

    return convert


def _protocol(text: str) -> str | int:
    return int(text) if text.isdecimal() and len(text) < len("65536") else text


def _ports(text: str) -> range:
    low, dash, high = text.partition("-")
    last = high if dash else low
    # Digits alone, and few of them: huge numbers take their time.
    if not all(
        each.isdecimal() and each.isascii() and len(each) <= len(str(_PORTS))
        for each in (low, last)
    ):
        raise click.BadParameter(f"{text[:60]!r} is no port and no range")
    found = range(int(low), int(last) + 1)
    if not found or found[-1] > _PORTS:
        raise click.BadParameter(f"{text!r} is no range within 0-{_PORTS}")
    return found


def _inferred(text: str) -> bool | str:
    answers = {"yes": True, "no": False}
    if text in answers:
        return answers[text]
    if text not in INFERABLE:
        known = (*answers, *INFERABLE)
        raise click.BadParameter(every_word("inferred field", text, known))
    return text


def _requirements(edition: Edition) -> Iterable[tuple[str, str]]:
    return ((word, "") for word in Requirement.__args__)  # type: ignore[attr-defined]


def _service_names(edition: Edition) -> Iterable[tuple[str, str]]:
    names = dict.fromkeys(f.service for f in edition.flows if f.service)
    return ((name, "") for name in names)


def _used_protocols(edition: Edition) -> Iterable[tuple[str, str]]:
    names = {p.label.lower() for f in edition.flows for p in f.protocols}
    return ((name, "") for name in sorted(names))


#: Each filter: its option, what ``select`` calls it, its words, how a value
#: is read, and its help.
_FILTERS: Final[
    tuple[tuple[str, str, Word | None, Callable[[str], Any], str], ...]
] = (
    ("--source", "source", ENDPOINT, str, "Who opens the connection."),
    ("--destination", "destination", ENDPOINT, str, "Who listens."),
    ("--endpoint", "endpoint", ENDPOINT, str, "Who is on either side."),
    (
        "--protocol",
        "protocol",
        Word("protocol", _used_protocols),
        _protocol,
        "tcp, udp, icmp, or the number of any IP protocol.",
    ),
    ("--port", "port", None, _ports, "A port, or a range: 8000-8010."),
    (
        "--service-name",
        "service",
        Word("service", _service_names),
        str,
        "The service as the page names it: SSH, HTTPS, ...",
    ),
    (
        "--section",
        "section",
        SECTION,
        str,
        "A section of the page, with its subsections.",
    ),
    (
        "--on-cloud",
        "cloud",
        CLOUD,
        str,
        (
            "What can apply on a cloud, whatever else the deployment is like. "
            "Not with a deployment, which says which clouds there are."
        ),
    ),
    (
        "--requirement",
        "requirement",
        Word("requirement", _requirements),
        str,
        (
            "How strongly the page asks for it: required, optional, "
            "some-or-all or when-used."
        ),
    ),
    ("--note", "note", NOTE, str, "A note that qualifies the flow."),
    (
        "--inferred",
        "inferred",
        None,
        _inferred,
        "yes, no, or the name of a field that the page does not state.",
    ),
)


def filter_options(function: F) -> F:
    """Add the filters to a command, which gets them as keyword arguments."""
    for option, name, words, parse, text in reversed(_FILTERS):
        function = click.option(
            option,
            f"by_{name}",
            cls=Setting,
            section=_SECTION,
            multiple=True,
            type=words or click.STRING,
            metavar="VALUE",
            callback=_terms(parse),
            help=text,
        )(function)
    return function


def given(filters: Mapping[str, Terms | None]) -> dict[str, Terms]:
    """Return the filters that were given, by what ``select`` calls them."""
    return {
        name.removeprefix("by_"): terms
        for name, terms in filters.items()
        if terms is not None
    }


def chosen(flows: Flows, filters: Mapping[str, Terms]) -> Flows:
    """Return the flows that meet every filter.

    Args:
        flows: Flows of an edition.
        filters: What :func:`given` returned.

    Raises:
        UnknownNameError: A value fits nothing.
        InvalidQueryError: A value is of the wrong range.
    """
    for name, (wanted, barred) in filters.items():
        if wanted:
            flows = _met(flows, name, wanted)
        for value in barred:
            flows = flows.exclude(**{name: value})
    return flows


def _met(flows: Flows, name: str, wanted: tuple[Any, ...]) -> Flows:
    if name == "port":
        return flows.select(port=[port for each in wanted for port in each])
    if name == "inferred":
        # select() takes a truth value or names here, but no mixture.
        first, *rest = [flows.select(inferred=value) for value in wanted]
        for other in rest:
            first |= other
        return first
    return flows.select(**{name: wanted})
