"""Documents: what they are made of, and how each format spells that.

:mod:`~avi_portspec.documents.blocks` has the blocks, and one module a format
has its one escaper and its writer. Nothing here knows about ports.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["count_text", "join"]


def join(word: str, items: Iterable[str]) -> str:
    """Return ``a, b and c``, with *word* before the last.

    >>> join("or", ["TCP", "UDP"])
    'TCP or UDP'

    Args:
        word: ``and`` or ``or``.
        items: What is listed, in order.
    """
    *most, last = [*items] or [""]
    return f"{', '.join(most)} {word} {last}" if most else last


def count_text(number: int, word: str) -> str:
    """Return a number of things: ``1 flow``, ``2 flows``.

    >>> count_text(1, "flow")
    '1 flow'

    Args:
        number: How many.
        word: What one of them is called; several have an s.
    """
    return f"{number} {word}{'' if number == 1 else 's'}"
