"""Links that nobody asked for: there where they lead somewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docutils import nodes
from sphinx import addnodes

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.domains import Domain

    from avi_portspec import Edition

__all__ = ["link", "setup"]


def link(
    edition: Edition, kind: str, name: str, text: str, *, machine: bool = False
) -> addnodes.pending_xref:
    """Return a link to a record, which is plain text where it has no place.

    Args:
        edition: The record's edition.
        kind: ``flow``, ``note``, ``endpoint`` or ``edition``.
        name: The record's id.
        text: What the link says.
        machine: Whether that is for machines, and shown as a literal.
    """
    target = name if kind == "edition" else f"{edition.id}/{name}"
    shown = nodes.literal if machine else nodes.inline
    return addnodes.pending_xref(
        "",
        shown(text, text),
        refdomain="avi",
        reftype=kind,
        reftarget=target,
        refexplicit=True,
        refwarn=False,
    )


def is_no_promise(
    app: Sphinx, domain: Domain | None, node: addnodes.pending_xref
) -> bool | None:
    """Return ``True`` for links that may lead nowhere.

    In a nitpicky project every other one is warned of.
    """
    if node["refdomain"] == "avi" and node.get("refwarn") is False:
        return True
    return None


def setup(app: Sphinx) -> None:
    """Have such links left alone."""
    app.connect("warn-missing-reference", is_no_promise)
