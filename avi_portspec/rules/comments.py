"""Comments that no platform can take for syntax.

Ids and reasons may come from a site's overlay or from a custom edition, so
their text is not trusted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

__all__ = ["comment_lines", "comment_text", "quote", "to_ascii"]

#: Characters that mean something between quotes somewhere. The rest has no
#: quote, no backslash, no dollar, nothing that a shell or a macro expands.
_UNQUOTABLE: Final = re.compile(r"[^A-Za-z0-9 .,:;()/_+=-]")
#: Printable ASCII but the backslash, which continues a line in places.
_UNPRINTABLE: Final = re.compile(r"[^ -\[\]-~]")
_ELLIPSIS: Final = "..."
#: iptables-restore reads 10,239 characters at a time, and takes the next for
#: the beginning of a line, whatever line they are of.
_LONGEST: Final = 10_200


def to_ascii(text: str) -> str:
    """Return text as one line of printable ASCII.

    Ids and reasons may come from an overlay or from a custom edition. What
    is not ASCII, or could end a line, is escaped as in Python.
    """
    return text.encode("unicode_escape").decode("ascii")


def comment_text(text: str) -> str:
    r"""Return text for a line behind a comment sign.

    >>> comment_text("the site's port\n* now")
    "the site's port?* now"
    """
    return _UNPRINTABLE.sub("?", text)


def comment_lines(text: str, sign: str = "#") -> Iterator[str]:
    r"""Yield text as lines of comment, none too long for any reader.

    >>> list(comment_lines("the site's port"))
    ["# the site's port"]

    Args:
        text: Any text.
        sign: The sign of a comment, which begins each line.
    """
    clean = comment_text(text)
    for start in range(0, max(len(clean), 1), _LONGEST):
        yield f"{sign} {clean[start : start + _LONGEST]}"


def quote(text: str, limit: int) -> str:
    """Return text that is safe between double quotes.

    >>> quote("controller-to-dns, controller-to-ntp", 20)
    'controller-to-dns...'

    Args:
        text: Any text.
        limit: How many characters, and so bytes, there is room for.
    """
    clean = _UNQUOTABLE.sub("?", text)
    if len(clean) <= limit:
        return clean
    return clean[: limit - len(_ELLIPSIS)] + _ELLIPSIS
