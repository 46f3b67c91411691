"""Flows in words and in tables, for people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from avi_portspec.model.ports import ProtocolPorts

if TYPE_CHECKING:
    from avi_portspec.model.facets import Facet
    from avi_portspec.model.flows import Flow
    from avi_portspec.model.flowset import Flows
    from avi_portspec.model.index import FlowIndex

__all__ = [
    "HEADINGS",
    "attributed",
    "by_speaker",
    "cells",
    "html_grid",
    "html_table",
    "joined",
    "ports_text",
    "speaker",
    "stated_by",
    "summary",
    "text_table",
    "when",
]

HEADINGS: Final = (
    "Source",
    "Destination",
    "Ports",
    "Service",
    "Requirement",
    "When",
)


def joined(word: str, items: Iterable[str]) -> str:
    """Return ``a, b and c``, with *word* before the last."""
    *most, last = [*items] or [""]
    return f"{', '.join(most)} {word} {last}" if most else last


def ports_text(flow: Flow) -> str:
    """Return a flow's protocols and ports: ``TCP or UDP 389``."""
    protocols = joined("or", (p.label for p in flow.protocols))
    numbers = dict.fromkeys(pair.number for pair in flow.protocol_ports())
    return f"{protocols} {joined('and', numbers)}".rstrip()


def summary(pairs: Iterable[ProtocolPorts]) -> str:
    """Return sorted pairs in a line: ``TCP 22 and 8443, UDP 123``."""
    grouped: dict[str, list[str]] = {}
    for pair in pairs:
        numbers = grouped.setdefault(pair.protocol.label, [])
        if pair.number:
            numbers.append(pair.number)
    return ", ".join(
        f"{label} {joined('and', numbers)}".rstrip()
        for label, numbers in grouped.items()
    )


def cells(flow: Flow, index: FlowIndex) -> tuple[str, ...]:
    """Return one flow as the cells under :data:`HEADINGS`."""
    return (
        index.endpoints[flow.source].name,
        index.endpoints[flow.destination].name,
        ports_text(flow),
        flow.service or "",
        flow.requirement,
        when(flow, index.facets),
    )


def _silence(flows: Flows, index: FlowIndex) -> str:
    """Return a line about the flows that are left open, or none."""
    lines = []
    for who, open_ in by_speaker(flows.unstated).items():
        named = "; ".join(
            f"{index.endpoints[flow.source].name} to "
            f"{index.endpoints[flow.destination].name}, {ports_text(flow)}"
            for flow in open_
        )
        said = attributed("The page does not say whether these apply", who)
        lines.append(f"{said}: {named}.")
    return " ".join(lines)


def text_table(flows: Flows, index: FlowIndex) -> str:
    """Return a table in plain text, its columns as wide as they need be."""
    rows: list[Sequence[str]] = [HEADINGS]
    rows += [cells(flow, index) for flow in flows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    rows.insert(1, ["-" * width for width in widths])
    lines = [
        "  ".join(
            cell.ljust(width) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    ]
    if not flows:
        lines.append("(no flows)")
    silence = _silence(flows, index)
    return "\n".join([*lines, silence] if silence else lines)


def html_table(flows: Flows, index: FlowIndex) -> str:
    """Return a table in HTML, with header cells and everything escaped."""
    return html_grid(
        repr(flows)[1:-1],
        HEADINGS,
        (cells(flow, index) for flow in flows),
        filter(None, [_silence(flows, index)]),
    )


def html_grid(
    caption: str,
    headings: Iterable[str],
    rows: Iterable[Iterable[str]],
    below: Iterable[str] = (),
) -> str:
    """Return rows as a table in HTML, and lines of text below it.

    Args:
        caption: What the table is.
        headings: The header cells.
        rows: The rows; everything in them is escaped.
        below: A paragraph each.
    """
    from html import escape

    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in headings)
    body = "".join(
        f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>"
        for row in rows
    )
    notes = "".join(f"<p>{escape(line)}</p>" for line in below)
    return (
        f"<table><caption>{escape(caption)}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{notes}"
    )


def speaker(origin: str | None, section: str) -> str:
    """Return who states a flow: the page, or the overlay of a site.

    A flow that a site added stands in the section of its overlay: the page
    knows nothing of it, and must not be given as the reason. Where a site
    only changed a flow's ports, the rest is still what the page states.

    Args:
        origin: The overlay that the flow, or its ports, come from.
        section: The section that states the flow.
    """
    if origin is None or section != origin:
        return "the page"
    return f"the site's overlay {origin}"


def stated_by(flow: Flow) -> str:
    """Return who states a flow; see :func:`speaker`."""
    return speaker(flow.origin, flow.section)


def by_speaker(flows: Iterable[Flow]) -> dict[str, list[Flow]]:
    """Return flows by who states them."""
    found: dict[str, list[Flow]] = {}
    for flow in flows:
        found.setdefault(stated_by(flow), []).append(flow)
    return found


def attributed(text: str, who: str) -> str:
    """Return what is said of a flow, put to whoever says it.

    >>> attributed("The page does not say.", "the site's overlay berlin")
    "The site's overlay berlin does not say."

    Args:
        text: What would be said of a flow of the page.
        who: What :func:`speaker` returned.
    """
    at_start = f"{who[0].upper()}{who[1:]}"
    return text.replace("The page", at_start).replace("the page", who)


def when(flow: Flow, facets: Iterable[Facet]) -> str:
    """Return a flow's condition, in plain English."""
    return flow.when.describe(facets, speaker=stated_by(flow))
