"""Port tables in Sphinx documentation, always current.

Add ``"sphinx_avi_portspec"`` to ``extensions`` in ``conf.py``. Everything
that a directive shows is built as nodes while its document is read, so that
cross-references, numbering, translation and every builder treat it like
anything written by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from avi_portspec import __version__
from sphinx_avi_portspec.blocks import setup_blocks
from sphinx_avi_portspec.cells import setup_cells
from sphinx_avi_portspec.changes import setup_changes
from sphinx_avi_portspec.chooser import setup_chooser
from sphinx_avi_portspec.config import setup_config
from sphinx_avi_portspec.diagram import setup_diagram
from sphinx_avi_portspec.domain import setup_domain
from sphinx_avi_portspec.grouped import setup_grouped
from sphinx_avi_portspec.lint import setup_lint
from sphinx_avi_portspec.lists import setup_lists
from sphinx_avi_portspec.matrix import setup_matrix
from sphinx_avi_portspec.pages import setup_pages
from sphinx_avi_portspec.pen import setup_pen
from sphinx_avi_portspec.scripts import setup_scripts
from sphinx_avi_portspec.sources import setup_sources
from sphinx_avi_portspec.statements import setup_statements
from sphinx_avi_portspec.tables import setup_tables
from sphinx_avi_portspec.unresolved import setup_unresolved
from sphinx_avi_portspec.writers import setup_writers

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

__all__ = ["setup"]

#: Raised whenever what is kept between two builds changes its meaning, or
#: the modules of the nodes in it, which are kept by name.
ENV_VERSION = 6

COMPONENTS = (
    setup_config,
    setup_sources,
    setup_domain,
    setup_pen,
    setup_cells,
    setup_scripts,
    setup_blocks,
    setup_grouped,
    setup_statements,
    setup_tables,
    setup_unresolved,
    setup_pages,
    setup_lists,
    setup_matrix,
    setup_diagram,
    setup_changes,
    setup_chooser,
    setup_lint,
    setup_writers,
)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Add the extension's components to an application."""
    for component in COMPONENTS:
        component(app)
    return {
        "version": __version__,
        "env_version": ENV_VERSION,
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
