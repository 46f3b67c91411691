"""What the explorer in a page needs to know of each row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docutils import nodes

from avi_portspec import Answer
from sphinx_avi_portspec.rendering.words import REQUIREMENTS

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator

    from avi_portspec import Edition, Flow

__all__ = ["ExplorerRow", "described", "named", "setup"]


class ExplorerRow(nodes.row):
    """A row that says of its flow what the explorer filters by."""

    tagname = "row"


def described(edition: Edition, flow: Flow, row: nodes.row) -> ExplorerRow:
    """Return a row with what the explorer filters by.

    Clouds for which the page leaves the flow open are told apart from those
    that it is for: the explorer shows both, and counts them apart.
    """
    clouds: dict[Answer, list[str]] = {answer: [] for answer in Answer}
    facet = edition.facets.get("cloud")
    for cloud in facet.values if facet else ():
        left = flow.when.possible({"cloud": frozenset({cloud.id})})
        clouds[max(left)].append(cloud.name)
    made = _row(edition, flow, row)
    made["data-clouds"] = _list(clouds[Answer.YES])
    made["data-open"] = _list(clouds[Answer.UNSTATED])
    return made


def named(edition: Edition, flow: Flow, row: nodes.row) -> ExplorerRow:
    """Return a row that says which flow it is, and nothing of clouds."""
    made = _row(edition, flow, row)
    made["data-flow"] = str(flow.id)
    return made


def _row(edition: Edition, flow: Flow, row: nodes.row) -> ExplorerRow:
    ends = dict.fromkeys((flow.source, flow.destination))
    return ExplorerRow(
        "",
        *row.children,
        **{
            "data-endpoints": _list(edition.endpoints[e].name for e in ends),
            "data-protocols": _list(p.label for p in flow.protocols),
            "data-requirement": REQUIREMENTS[flow.requirement],
        },
    )


def _list(names: Any) -> str:
    return "|".join(name.replace("|", "/") for name in names)


def visit_row(translator: HTML5Translator, node: ExplorerRow) -> None:
    """Write the start of a row as ever, and its data into the tag."""
    translator.visit_row(node)
    data = {k: v for k, v in node.attributes.items() if k[:5] == "data-"}
    written = "".join(
        f' {name}="{translator.attval(value)}"' for name, value in data.items()
    )
    start = translator.body[-1]
    translator.body[-1] = start.replace("<tr", f"<tr{written}", 1)


def depart_row(translator: HTML5Translator, node: ExplorerRow) -> None:
    """Write the end of a row."""
    translator.depart_row(node)


def setup(app: Sphinx) -> None:
    """Add the row."""
    app.add_node(ExplorerRow, override=True, html=(visit_row, depart_row))
