"""CSV cells that a spreadsheet would run, and what keeps it from that.

A spreadsheet that opens CSV takes a cell that begins with ``=``, ``+``,
``-`` or ``@`` for a formula, and a formula can start programs and fetch
addresses. OWASP's advice ("CSV Injection") is followed: an apostrophe goes
before such a cell, which the spreadsheet takes for "this is text". Some take
full-width signs for the same ones, and where the list separator is a
semicolon, a cell may be parted at one; so both count.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["escape", "is_formula", "unescape"]

#: The signs, plain, full-width and small, and the white space that hides
#: one. No text of a record has a tab or carriage return; a cell might.
_SIGNS: Final = "=+\\-@＝＋－＠﹦﹢﹣﹫\t\r"  # noqa: RUF001 - these
_RISKY: Final = re.compile(rf"(^|;)([ \n]*)(?='*[{_SIGNS}])")
_MARKED: Final = re.compile(rf"(^|;)([ \n]*)'(?='*[{_SIGNS}])")


def is_formula(text: str) -> bool:
    """Return whether a spreadsheet might run *text*."""
    return _RISKY.search(text) is not None


def escape(text: str) -> str:
    """Return *text* as a cell that no spreadsheet runs.

    >>> escape("=1+1"), escape("1+1"), escape("'=1")
    ("'=1+1", '1+1', "''=1")
    """
    return _RISKY.sub(r"\1\2'", text)


def unescape(cell: str) -> str:
    """Return the text of an escaped cell.

    >>> unescape("'=1+1"), unescape("it's")
    ('=1+1', "it's")
    """
    return _MARKED.sub(r"\1\2", cell)
