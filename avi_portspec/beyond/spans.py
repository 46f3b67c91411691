"""Which releases of the product a source speaks of."""

from __future__ import annotations

import re
from typing import Final

from avi_portspec.errors import InvalidQueryError, shown
from avi_portspec.names import RELEASE_ID

__all__ = ["SPAN", "covers", "parse_release", "span_text"]

_NUMBER: Final = RELEASE_ID.pattern
#: A release; two of them with a hyphen between, both included; or one with a
#: plus sign, for it and all later ones.
SPAN: Final = re.compile(rf"{_NUMBER}(?:\+|-{_NUMBER})?", re.ASCII)

_Numbers = tuple[int, ...]


def parse_release(text: str) -> _Numbers:
    """Return the numbers of a release.

    >>> from avi_portspec.beyond.spans import parse_release
    >>> parse_release("22.1.4")
    (22, 1, 4)

    Args:
        text: The release, or the line of releases, as people write it.

    Raises:
        InvalidQueryError: It is no release.
    """
    if not isinstance(text, str) or not RELEASE_ID.fullmatch(text):
        expected = "a release, such as 22.1 or 22.1.4"
        raise InvalidQueryError("release", expected, shown(text))
    return tuple(map(int, text.split(".")))


def covers(span: str, release: str) -> bool:
    """Return whether a span and a release have any release in common.

    >>> from avi_portspec.beyond.spans import covers
    >>> covers("22.1", "22.1.4"), covers("20.1.3+", "20.1.1")
    (True, False)

    Args:
        span: The span, as data spells it.
        release: The release, or the line of releases.

    Raises:
        InvalidQueryError: The second is no release.
    """
    found = parse_release(release)
    first, dash, last = span.partition("-")
    low = parse_release(first.removesuffix("+"))
    if found[: len(low)] < low[: len(found)]:
        return False
    if span.endswith("+"):
        return True
    high = parse_release(last) if dash else low
    return found[: len(high)] <= high[: len(found)]


def span_text(span: str) -> str:
    """Return a span in words: ``20.1.3 or later``."""
    if span.endswith("+"):
        return f"{span[:-1]} or later"
    return span.replace("-", " to ")
