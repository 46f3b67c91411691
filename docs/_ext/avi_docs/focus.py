"""Blocks of code that can be scrolled by keyboard.

Where a line is longer than the block is wide, the block scrolls, and whoever
has no mouse has to be able to reach it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx

__all__ = ["setup"]


def reach(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Put each block of code into the order of the keyboard."""
    if "body" in context:
        body = context["body"]
        context["body"] = body.replace("<pre>", '<pre tabindex="0">')


def setup(app: Sphinx) -> None:
    """Connect to the writing of pages."""
    app.connect("html-page-context", reach)
