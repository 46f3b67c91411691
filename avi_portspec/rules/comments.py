"""Comments that no platform can take for syntax.

Ids and reasons may come from a site's overlay or from a custom edition, so
their text is not trusted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from textwrap import wrap
from typing import Final

__all__ = [
    "comment_lines",
    "comment_text",
    "quote",
    "to_ascii",
    "wrap_comment",
]

#: Characters that mean something between quotes somewhere. The rest has no
#: quote, no backslash, no dollar, nothing that a shell or a macro expands.
_UNQUOTABLE: Final = re.compile(r"[^A-Za-z0-9 .,:;()/_+=-]")
#: Printable ASCII but the backslash, which continues a line in places.
_UNPRINTABLE: Final = re.compile(r"[^ -\[\]-~]")
_ELLIPSIS: Final = "..."
#: iptables-restore reads 10,239 characters at a time, and takes the next for
#: the beginning of a line, whatever line they are of.
_LONGEST: Final = 10_200
#: How wide a comment is, less its sign and a blank.
_WIDTH: Final = 98


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


def wrap_comment(
    text: str, width: int = _WIDTH, longest: int = _LONGEST
) -> Iterator[str]:
    """Yield a line of comment as lines that people can read.

    All but the first are indented, so that it is seen where the next line of
    comment begins. Ids stay whole, for those who search for them, unless one
    is too long for whatever reads the comment.

    >>> list(wrap_comment("complete: every flow has rules", 20))
    ['complete: every flow', '  has rules']

    Args:
        text: Text without line breaks.
        width: How many characters a line has room for.
        longest: How many a line has at most, if one word needs more.
    """
    lines = wrap(
        text,
        width,
        subsequent_indent="  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    for line in lines or [""]:
        for start in range(0, max(len(line), 1), longest):
            yield line[start : start + longest]


def comment_lines(text: str, *, is_command: bool = False) -> Iterator[str]:
    r"""Yield text as lines of comment, wrapped.

    >>> list(comment_lines("the site's port"))
    ["# the site's port"]

    Args:
        text: Any text.
        is_command: Whether people copy it into a shell: it stays one line.
    """
    width = _LONGEST if is_command else _WIDTH
    for line in wrap_comment(comment_text(text), width):
        yield f"# {line}"


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
