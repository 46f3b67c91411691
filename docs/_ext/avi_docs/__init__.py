"""What the documentation of avi-portspec writes by itself.

The description of the data format comes from its JSON Schema, that of the
command line from its commands, the rules for data from their registry, and
the data that the site publishes from the editions: none of them can fall
behind.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from avi_docs import (
    commands,
    data_rules,
    focus,
    published,
    releases,
    schema,
    tables,
)

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

__all__ = ["setup"]


def setup(app: Sphinx) -> ExtensionMetadata:
    """Add the directives, and have the data written."""
    commands.setup(app)
    data_rules.setup(app)
    focus.setup(app)
    schema.setup(app)
    published.setup(app)
    releases.setup(app)
    tables.setup(app)
    return {
        "version": "1",
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
