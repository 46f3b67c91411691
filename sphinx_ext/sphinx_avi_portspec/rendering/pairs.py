"""Who talks to whom: flows by their two endpoints."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from docutils import nodes
from sphinx import addnodes

from avi_portspec.model.display import ports_text, summary
from sphinx_avi_portspec.rendering.cells import entry
from sphinx_avi_portspec.rendering.pen import Phrase

if TYPE_CHECKING:
    from avi_portspec import Edition, Exclusion, Flow, Flows, Pointer
    from sphinx_avi_portspec.rendering.pen import Pen

__all__ = ["Pair", "dot", "matrix_rows", "pair_items", "pairs_of"]

#: What a cell says where the page states nothing.
NOTHING = "\N{EM DASH}"


class Pair(NamedTuple):
    """Two endpoints, and what the page states between them.

    Attributes:
        source: Who opens the connections.
        destination: Who listens.
        flows: What flows.
        others: Exclusions, which say that nothing has to.
    """

    source: str
    destination: str
    flows: Flows
    others: tuple[Exclusion | Pointer, ...]


def pairs_of(
    flows: Flows, others: Iterable[Exclusion | Pointer]
) -> dict[tuple[str, str], Pair]:
    """Return the pairs of endpoints, in the order in which they appear."""
    found = {
        (source, target): Pair(source, target, stated, ())
        for (source, target), stated in flows.group_by(
            lambda flow: (flow.source, flow.destination)
        ).items()
        if stated
    }
    for record in others:
        ends = record.source, record.destination
        pair = found.get(ends, Pair(*ends, flows[:0], ()))
        found[ends] = pair._replace(others=(*pair.others, record))
    return found


def matrix_rows(
    pen: Pen,
    edition: Edition,
    pairs: dict[tuple[str, str], Pair],
    rows: Sequence[str],
    columns: Sequence[tuple[str, str]],
    *,
    turned: bool,
) -> list[nodes.row]:
    """Return a row for each endpoint on one side.

    Args:
        pen: The directive's.
        edition: The edition.
        pairs: What the page states.
        rows: The endpoints down the side.
        columns: The ones across the top, each with its name.
        turned: Whether destinations are down the side.
    """
    made = []
    for side in rows:
        head = pen.paragraph(edition.endpoints[side].name)
        row = nodes.row("", entry(pen, head))
        for top, _ in columns:
            pair = pairs.get((top, side) if turned else (side, top))
            row += entry(pen, *_cell(pen, edition, pair))
        made.append(row)
    return made


def _cell(
    pen: Pen, edition: Edition, pair: Pair | None
) -> Iterable[nodes.paragraph]:
    if pair is None:
        return [pen.paragraph(NOTHING)]
    return [
        *(
            pen.paragraph(*pen.anchor("flow", flow.id), link_to(edition, flow))
            for flow in pair.flows
        ),
        *(pen.paragraph(Phrase(record.text)) for record in pair.others),
    ]


def link_to(edition: Edition, flow: Flow) -> addnodes.pending_xref:
    """Return a flow's ports as a link to the flow's home."""
    text = ports_text(flow)
    return addnodes.pending_xref(
        "",
        nodes.literal(text, text),
        refdomain="avi",
        reftype="flow",
        reftarget=f"{edition.id}/{flow.id}",
        refexplicit=True,
        refwarn=False,
    )


def pair_items(
    pen: Pen, edition: Edition, pairs: Iterable[Pair]
) -> Iterable[list[nodes.Node]]:
    """Yield the content of a bullet for each pair of endpoints."""
    for pair in pairs:
        text = summary(pair.flows.ports())
        yield [
            pen.paragraph(
                f"{_name(edition, pair.source)} \N{RIGHTWARDS ARROW} "
                f"{_name(edition, pair.destination)}: ",
                nodes.literal(text, text),
            )
        ]


def dot(edition: Edition, pairs: Iterable[Pair]) -> str:
    """Return a graph in the DOT language.

    A picture cannot follow a theme from light to dark. So whatever has to be
    read brings its own background, and lines are of a grey that stands out
    from both.
    """
    lines = [
        "digraph {",
        'bgcolor="transparent"; rankdir="LR";',
        (
            'node [shape="box", style="filled,rounded", fillcolor="#1d4f91",'
            ' color="#1d4f91", fontcolor="#ffffff", fontname="sans-serif"];'
        ),
        (
            'edge [color="#7a7a7a", fontcolor="#000000",'
            ' fontname="sans-serif", fontsize="11"];'
        ),
    ]
    drawn = list(pairs)
    lines += [
        f'"{end}" [label={_quoted(_name(edition, end))}];'
        for end in dict.fromkeys(
            end for pair in drawn for end in (pair.source, pair.destination)
        )
    ]
    for pair in drawn:
        label = _escaped(summary(pair.flows.ports()).replace(", ", ",\n"))
        rows = label.replace("\n", "<BR/>")
        lines.append(
            f'"{pair.source}" -> "{pair.destination}" [label=<<TABLE '
            'BORDER="0" CELLBORDER="0" BGCOLOR="#ffffff"><TR><TD>'
            f"{rows}</TD></TR></TABLE>>];"
        )
    return "\n".join([*lines, "}"])


def _name(edition: Edition, endpoint: str) -> str:
    return edition.endpoints[endpoint].name


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _escaped(text: str) -> str:
    from html import escape

    return escape(text)
