"""What every page of the site has: a way to the chooser, and by keyboard.

Where a line of code is longer than its block is wide, the block scrolls, and
whoever has no mouse has to be able to reach it.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx

__all__ = ["setup"]

#: The page that most readers come for.
CHOOSER = "explore"


def reach(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Link to the chooser above each page; let keyboards reach its code."""
    title = escape(app.env.titles[CHOOSER].astext())
    here = ' aria-current="page"' if pagename == CHOOSER else ""
    context["theme_announcement"] = (
        f'<a href="{context["pathto"](CHOOSER)}"{here}>{title}</a>'
    )
    if "body" in context:
        body = context["body"]
        context["body"] = body.replace("<pre>", '<pre tabindex="0">')


def setup(app: Sphinx) -> None:
    """Connect to the writing of pages."""
    app.connect("html-page-context", reach)
