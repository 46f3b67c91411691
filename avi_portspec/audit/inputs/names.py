"""Names and texts from files that anyone may have written."""

from __future__ import annotations

import hashlib
from typing import Final

__all__ = ["DEPTH", "TEXT_AT_MOST", "clean", "name_of"]

#: How deep data may be nested.
DEPTH: Final = 100
#: The longest name or text that is kept, in characters.
TEXT_AT_MOST: Final = 200
#: Enough of a digest to tell names of one file apart.
_DIGITS: Final = 12


def clean(text: str, at_most: int = TEXT_AT_MOST) -> str:
    r"""Return a text in one line, without what a terminal would act on.

    Control characters, marks of direction, and characters without width go;
    the rest is cut.

    >>> clean("a\x1b[31m  b\u202e")
    'a[31m b'
    """
    # Cut first: a hostile megabyte is not walked through.
    blank = " ".join(text[: 4 * TEXT_AT_MOST].split())
    shown = blank
    if not blank.isprintable():
        shown = "".join(filter(str.isprintable, blank))
    if len(shown) <= at_most:
        return shown
    return f"{shown[: at_most - 3]}..."


def name_of(text: str) -> str:
    r"""Return a name as the model keeps it: two names never become one.

    >>> name_of("controller")
    'controller'
    >>> name_of("a\u200bb") == name_of("ab")
    False
    """
    shown = clean(text)
    if shown == text:
        return text
    data = text.encode("utf-8", "surrogatepass")
    digest = hashlib.sha256(data).hexdigest()[:_DIGITS]
    return f"{shown[: TEXT_AT_MOST - _DIGITS - 1]}~{digest}"
