"""What a project can set in its ``conf.py``."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx

__all__ = ["setup"]


def setup(app: Sphinx) -> None:
    """Add the configuration values."""
    app.add_config_value(
        "avi_portspec_edition",
        "",
        "env",
        types=frozenset({str}),
        description="The id of the edition that directives use when they "
        "name none; empty for the newest that is installed.",
    )
