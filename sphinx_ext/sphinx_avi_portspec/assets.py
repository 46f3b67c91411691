"""Style sheets and scripts, on the pages that use them and no others."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sphinx_avi_portspec.domain import domain_of

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx

__all__ = ["setup"]

#: The folder that is copied to the output.
STATIC = Path(__file__).with_name("static")


def add_folder(app: Sphinx) -> None:
    """Have the files copied; they are small, and cached by browsers."""
    app.config.html_static_path.append(str(STATIC))


def add_to_page(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Link a page with what its document wants."""
    if doctree is None:
        # An index, or the search: no document is behind it.
        return
    assets = domain_of(app.env).assets
    # A single page holds every document.
    names = list(assets) if app.builder.name == "singlehtml" else [pagename]
    wanted = {asset for name in names for asset in assets.get(name, ())}
    if "css" in wanted:
        app.add_css_file("avi-portspec.css")
    if app.builder.name == "epub":
        return
    if "js" in wanted:
        app.add_js_file("avi-portspec.js", loading_method="defer")
    if "deployment" in wanted:
        # Before the other: that one takes up the columns that this one adds.
        app.add_js_file(
            "avi-portspec-deployment.js",
            priority=400,
            loading_method="defer",
        )


def setup(app: Sphinx) -> None:
    """Connect to the writing of pages."""
    app.connect("builder-inited", add_folder)
    app.connect("html-page-context", add_to_page)
