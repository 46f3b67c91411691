"""Comments that no platform can take for syntax.

Ids and reasons may come from a site's overlay, or from an edition of its
own: what they hold is not to be trusted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

__all__ = ["line", "lines", "quoted"]

#: What stands for itself between quotes everywhere: no quote, no backslash,
#: no dollar, nothing that a shell or a macro expands.
_UNQUOTABLE: Final = re.compile(r"[^A-Za-z0-9 .,:;()/_+=-]")
#: Printable ASCII but the backslash, which continues a line in places.
_UNPRINTABLE: Final = re.compile(r"[^ -\[\]-~]")
_ELLIPSIS: Final = "..."
#: iptables-restore reads 10,239 characters at a time, and takes the next for
#: the beginning of a line, whatever line they are of.
_LONGEST: Final = 10_200


def line(text: str) -> str:
    r"""Return text for a line behind a comment sign.

    >>> line("the page's port\n* now")
    "the page's port?* now"
    """
    return _UNPRINTABLE.sub("?", text)


def lines(text: str, sign: str = "#") -> Iterator[str]:
    r"""Yield text as lines of comment, none too long for any reader.

    >>> list(lines("the page's port"))
    ["# the page's port"]

    Args:
        text: Any text.
        sign: The sign of a comment, which begins each line.
    """
    clean = line(text)
    for start in range(0, max(len(clean), 1), _LONGEST):
        yield f"{sign} {clean[start : start + _LONGEST]}"


def quoted(text: str, limit: int) -> str:
    """Return text to stand between double quotes.

    >>> quoted("controller-to-dns, controller-to-ntp", 20)
    'controller-to-dns...'

    Args:
        text: Any text.
        limit: How many characters, and so bytes, there is room for.
    """
    clean = _UNQUOTABLE.sub("?", text)
    if len(clean) <= limit:
        return clean
    return clean[: limit - len(_ELLIPSIS)] + _ELLIPSIS
