"""The directives, one module each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sphinx_avi_portspec.directives import changes, diagram
from sphinx_avi_portspec.directives.explorer import PortExplorer
from sphinx_avi_portspec.directives.listing import PortList
from sphinx_avi_portspec.directives.matrix import PortMatrix
from sphinx_avi_portspec.directives.notes import PortNotes
from sphinx_avi_portspec.directives.page import PortPage
from sphinx_avi_portspec.directives.table import PortTable

if TYPE_CHECKING:
    from sphinx.application import Sphinx

__all__ = ["setup"]


def setup(app: Sphinx) -> None:
    """Add the directives."""
    app.add_directive("avi-port-explorer", PortExplorer)
    app.add_directive("avi-port-list", PortList)
    app.add_directive("avi-port-matrix", PortMatrix)
    app.add_directive("avi-port-notes", PortNotes)
    app.add_directive("avi-port-page", PortPage)
    app.add_directive("avi-port-table", PortTable)
    changes.setup(app)
    diagram.setup(app)
