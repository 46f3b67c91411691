"""From the words that people use to the flows that may be behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from avi_portspec.beyond.beside import other_purposes
from avi_portspec.beyond.files import library
from avi_portspec.beyond.queries import statements
from avi_portspec.deployment.symptoms import parse_seen, words_of
from avi_portspec.model.catalog import names_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from avi_portspec.beyond.records import Statement
    from avi_portspec.model.edition import EditionData
    from avi_portspec.model.flows import Endpoint, Flow

__all__ = ["Cause", "find_causes"]


class Cause(NamedTuple):
    """A flow that may be blocked, and what is stated about that.

    Attributes:
        flow: The flow.
        purposes: What it carries: as its page states it, or else other
            sources, which are named.
        statements: The statements that say what is seen where it is blocked.
    """

    flow: Flow
    purposes: tuple[str, ...]
    statements: tuple[Statement, ...]


def find_causes(edition: EditionData, seen: str) -> tuple[Cause, ...]:
    """Return the flows that may be behind what somebody sees.

    See :meth:`Edition.possible_causes`.

    Args:
        edition: The edition.
        seen: What is seen, in a few words.

    Raises:
        InvalidQueryError: It is not text, or has no word to look for.
    """
    expected = _stems(parse_seen(seen))
    # Words that name a part of the product have to name an end of the flow.
    own = _names(end for end in edition.endpoints if end.kind == "component")
    found = []
    for flow in edition.flows:
        if flow.requirement == "optional":
            # What is seen without one is in the page's own symptoms.
            continue
        cause = _cause(flow)
        telling = _telling(cause)
        named = _names(
            edition.endpoints[end] for end in (flow.source, flow.destination)
        )
        if (
            expected & own <= named
            and expected - own <= telling | named
            and not (expected - own).isdisjoint(telling)
        ):
            found.append(cause)
    return tuple(found)


def _cause(flow: Flow) -> Cause:
    purposes = tuple(map(str, other_purposes(flow)))
    return Cause(
        flow,
        purposes if flow.purpose is None else (flow.purpose,),
        tuple(each for each in statements(flow=flow.id) if each.symptoms),
    )


def _telling(cause: Cause) -> frozenset[str]:
    """Return the words that tell one flow from another."""
    flow = cause.flow
    texts = [*cause.purposes, flow.service or ""]
    texts += [text for each in cause.statements for text in each.symptoms]
    texts += [
        word
        for topic in library().topics
        if flow.id in topic.about
        for word in topic.words
    ]
    texts += [str(port) for ports in flow.ports for port in ports]
    return _stems(words_of(texts))


def _names(endpoints: Iterable[Endpoint]) -> frozenset[str]:
    """Return the words that endpoints go by."""
    return _stems(
        words_of(name for end in endpoints for name in names_of(end))
    )


def _stems(words: frozenset[str]) -> frozenset[str]:
    """Return words without the letter of a plural."""
    return frozenset(word.removesuffix("s") for word in words)
