"""Tags of HTML within a text: those that break lines, and the others."""

from __future__ import annotations

import re
from html import unescape
from typing import Final

__all__ = ["TAG", "break_lines", "drop_hidden", "drop_struck"]

#: A tag. One that is too long is text, so that nothing is sought for ever.
TAG: Final = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})\b([^<>]{0,2000})>")
_BREAKS: Final = frozenset({"br", "p", "li", "div", "ul", "ol"})
_STRIKES: Final = frozenset({"del", "s", "strike"})
#: What is struck through, as Markdown has it.
_STRUCK: Final = re.compile(r"~{2,}.*?~{2,}", re.DOTALL)
#: What a browser does not show: each begins and ends so.
_HIDDEN: Final = (("<!--", "-->"), ("<script", "</script"),
                  ("<style", "</style"))  # fmt: skip


def break_lines(text: str) -> str:
    r"""Return the text of HTML, with a new line for each break.

    What is struck through is so as in Markdown.

    >>> break_lines("TCP 22<br/>UDP <b>53</b> &amp; <s>54</s>")
    'TCP 22\nUDP 53 & ~~54~~'
    """
    return unescape(TAG.sub(_plain, text))


def _plain(tag: re.Match[str]) -> str:
    name = tag[2].casefold()
    if name in _STRIKES:
        return "~~"
    return "\n" if name in _BREAKS else ""


def drop_struck(text: str) -> str:
    """Return a text without what is struck through.

    >>> drop_struck("~~22~~ 8443")
    ' 8443'
    """
    return _STRUCK.sub("", text)


def drop_hidden(text: str) -> str:
    """Return HTML without what no browser shows; its lines stay."""
    for start, end in _HIDDEN:
        lowered = text.casefold() if start[1].isalpha() else text
        if len(lowered) != len(text):
            # Letters that become two when folded: leave the case as it is.
            lowered = text
        parts: list[str] = []
        at = 0
        while (opened := lowered.find(start, at)) >= 0:
            closed = lowered.find(end, opened + len(start))
            stop = closed + len(end) if closed >= 0 else len(text)
            parts += (text[at:opened], "\n" * text.count("\n", opened, stop))
            at = stop
        text = "".join((*parts, text[at:]))
    return text
