"""``avi_portspec_lint``: tables and lists of ports that somebody wrote.

They are audited as ``avi-portspec audit rules`` audits a table of a file, and
what differs from the data is a warning. What a directive made is left alone.
"""

from __future__ import annotations

import re
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from docutils import nodes
from sphinx.util import logging

from avi_portspec import PortSpecError
from sphinx_avi_portspec.cells import locate_cells
from sphinx_avi_portspec.sources import (
    use_deployment,
    use_edition,
    use_statements,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sphinx.application import Sphinx

    from avi_portspec import Resolution
    from sphinx_avi_portspec.differences import Differences

__all__ = ["setup_lint"]

logger = logging.getLogger(__name__)

#: The class of a table or list that is not audited.
_OFF: Final = "avi-lint-off"
#: A definition list has its ports in its terms, which come first.
_LISTS: Final = (
    nodes.bullet_list,
    nodes.enumerated_list,
    nodes.definition_list,
)
#: How much that is not audited a warning lists; Sphinx lists all of it.
_SHOWN: Final = 8
#: What an item of a list of ports begins with: ``TCP 443`` or ``443/tcp``.
_SERVICE: Final = re.compile(
    r"\s*((?:tcp|udp|sctp)[ /:]{1,3}\d(?:[\d ,/-]*\d)?"
    r"|\d[\d-]*/(?:tcp|udp|sctp))\b",
    re.IGNORECASE,
)


def lint(app: Sphinx, tree: nodes.document) -> None:
    """Warn of the tables and lists of a document that differ from the data."""
    asked = app.config.avi_portspec_lint
    written = [*_written(tree)] if asked else []
    if not written:
        return
    env = app.env
    try:
        edition = use_edition(env, "")
        use_statements(env)
        resolution = edition.resolve(use_deployment(env, edition, asked))
    except (PortSpecError, OSError) as wrong:
        _warn(written[0][0], f"avi_portspec_lint: {wrong}")
        return
    is_markdown = Path(env.doc2path(env.docname)).suffix == ".md"
    #: The lists in cells of tables of ports, which are judged with these.
    judged: set[int] = set()
    for node, rows in written:
        if id(node) not in judged and _lint(
            node, rows, resolution, asked, is_markdown=is_markdown
        ):
            judged.update(map(id, node.findall(_is_list)))


def _lint(
    node: nodes.Element,
    rows: Sequence[Sequence[str]],
    resolution: Resolution,
    asked: str,
    *,
    is_markdown: bool,
) -> bool:
    """Warn of a table or a list; return whether it is one of ports."""
    # Imported here: an audit is more than other projects need.
    from sphinx_avi_portspec.differences import find_differences

    try:
        found = find_differences(rows, resolution)
    except PortSpecError as wrong:
        _warn(node, str(wrong))
        return True
    if found is None:
        return False
    for text in found.unjudged:
        logger.info("not audited: %s", text, location=_place(node))
    if found.texts:
        lines = [
            f"these ports differ from edition {resolution.edition.id}:",
            *(f"  {text}" for text in found.texts),
        ]
        if found.unjudged:
            lines += ["Not audited:"]
            lines += [f"  {text}" for text in found.unjudged[:_SHOWN]]
            if len(found.unjudged) > _SHOWN:
                lines.append(f"  and {len(found.unjudged) - _SHOWN} more")
        # Of a table that is wrong throughout, nobody knows what it is about.
        if found.is_known:
            but = (
                ", without the rows that the data does not have for this "
                "deployment"
            )
            lines += [
                f"Write instead{but if found.has_others else ''}:",
                *(f"  {x}" for x in _replace(node, found, asked, is_markdown)),
            ]
        _warn(node, "\n".join(lines))
    return True


def _warn(node: nodes.Element, text: str) -> None:
    logger.warning(
        "%s",
        text,
        location=_place(node),
        type="avi_portspec",
        subtype="lint",
    )


def _place(node: nodes.Element) -> nodes.Element:
    """Return the first node within that knows its line, if one does.

    A table in reStructuredText does not; its cells do. Those of a
    ``csv-table`` count from one: then it is the last node before the table.
    """
    inner = next((e for e in node.findall(nodes.Element) if e.line), node)
    around = node.parent
    while around is not None and not around.line:
        around = around.parent
    if around is None or not _is_before(inner, around):
        return inner
    last = around
    inside = around.findall(nodes.Element)
    for each in takewhile(lambda each: each is not node, inside):
        if _is_before(last, each):
            last = each
    return last


def _is_before(one: nodes.Element, other: nodes.Element) -> bool:
    """Return whether one stands above another, by their lines in one file."""
    return one.source == other.source and (one.line or 0) < (other.line or 0)


def _replace(
    node: nodes.Element,
    found: Differences,
    asked: str,
    is_markdown: bool,  # noqa: FBT001 - the markup of the document
) -> Iterator[str]:
    """Yield the directive that replaces a table."""
    options = {
        "source": ", ".join(found.sources),
        "destination": ", ".join(found.destinations),
        "deployment": asked,
    }
    kind = "table" if isinstance(node, nodes.table) else "list"
    name = f"avi-port-{kind}"
    yield f"```{{{name}}}" if is_markdown else f".. {name}::"
    for option, value in options.items():
        if value:
            yield f"{'' if is_markdown else '   '}:{option}: {value}"
    if is_markdown:
        yield "```"


# -- what is written ---------------------------------------------------------


def _written(
    tree: nodes.document,
) -> Iterator[tuple[nodes.Element, list[list[str]]]]:
    """Yield tables and lists, with their cells, the headings first."""
    for node in tree.findall(nodes.Element):
        if _OFF in node.get("classes", ()) or _is_made(node):
            continue
        if isinstance(node, nodes.table):
            yield node, [*_table_rows(node)]
        elif isinstance(node, _LISTS):
            items = [_SERVICE.match(item.astext()) for item in node.children]
            if any(items):
                yield node, [["ports"], *([m[1]] for m in items if m)]


def _is_list(node: nodes.Node) -> bool:
    return isinstance(node, _LISTS)


def _is_made(node: nodes.Element) -> bool:
    """Return whether a directive of this package made it."""
    package = __name__.partition(".")[0]
    return any(
        type(inner).__module__.partition(".")[0] == package
        for inner in node.findall(nodes.Element)
    )


def _table_rows(table: nodes.table) -> Iterator[list[str]]:
    """Yield the cells of each row; one that spans several is in each."""
    for group in table.findall(nodes.tgroup):
        for part in group.children:
            if isinstance(part, (nodes.thead, nodes.tbody)):
                yield from _part_rows(part, group["cols"])


def _part_rows(part: nodes.Element, count: int) -> list[list[str]]:
    from avi_portspec.audit.inputs.markup import break_lines

    rows = [[""] * count for _ in part.children]
    placed = zip(part.children, locate_cells(part, count), strict=True)
    for at, (row, columns) in enumerate(placed):
        for column, cell in zip(columns, row.children, strict=True):
            assert isinstance(cell, nodes.entry)  # noqa: S101 - for types
            text = break_lines(cell.astext())
            for line in rows[at : at + cell.get("morerows", 0) + 1]:
                for right in range(cell.get("morecols", 0) + 1):
                    line[column + right] = text
    return rows


def setup_lint(app: Sphinx) -> None:
    """Add the check."""
    app.connect("doctree-read", lint)
