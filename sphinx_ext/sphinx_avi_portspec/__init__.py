"""Port tables in Sphinx documentation, always current.

Add ``"sphinx_avi_portspec"`` to ``extensions`` in ``conf.py``. Everything
that a directive shows is built as nodes while its document is read, so that
cross-references, numbering, translation and every builder treat it like
anything written by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from avi_portspec import __version__
from sphinx_avi_portspec import (
    accessibility,
    assets,
    config,
    deployments,
    directives,
    domain,
    explorer,
    spans,
)
from sphinx_avi_portspec.rendering import links, pen

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

__all__ = ["setup"]

#: Raised whenever what is kept between two builds changes its meaning.
ENV_VERSION = 1


def setup(app: Sphinx) -> ExtensionMetadata:
    """Add the extension's parts to an application."""
    config.setup(app)
    deployments.setup(app)
    domain.setup(app)
    directives.setup(app)
    links.setup(app)
    pen.setup(app)
    accessibility.setup(app)
    assets.setup(app)
    spans.setup(app)
    explorer.setup(app)
    return {
        "version": __version__,
        "env_version": ENV_VERSION,
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
