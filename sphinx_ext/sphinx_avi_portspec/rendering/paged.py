"""Tables with much to read in each row, in builders that have pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sphinx import addnodes

if TYPE_CHECKING:
    from docutils import nodes

__all__ = ["paged"]


def paged(
    table: nodes.table, shares: Sequence[int] | None
) -> list[nodes.Element]:
    """Return a table that LaTeX can go on with on the next page.

    LaTeX is told to break tables of many rows only. A few rows with
    sentences in them fill a page too, and what is beyond its end is lost.

    Args:
        table: The table.
        shares: What each column gets of the width, beside what the others
            do; ``None`` if the table has widths of its own.
    """
    table["classes"].append("longtable")
    if shares is None:
        return [table]
    columns = addnodes.tabular_col_spec()
    columns["spec"] = "".join(
        rf"\X{{{share}}}{{{sum(shares)}}}" for share in shares
    )
    return [columns, table]
