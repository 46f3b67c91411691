"""Flows in words and in tables, for people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from avi_portspec.model.ports import ProtocolPorts

if TYPE_CHECKING:
    from avi_portspec.model.flows import Flow
    from avi_portspec.model.flowset import Flows
    from avi_portspec.model.index import FlowIndex

__all__ = [
    "HEADINGS",
    "attributed",
    "cells",
    "html_grid",
    "html_table",
    "joined",
    "ports_text",
    "summary",
    "text_table",
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
        flow.when.describe(index.facets),
    )


def _silence(flows: Flows, index: FlowIndex) -> str:
    """Return a line about the flows that the page leaves open, or none."""
    open_ = flows.unstated
    if not open_:
        return ""
    named = "; ".join(
        f"{index.endpoints[flow.source].name} to "
        f"{index.endpoints[flow.destination].name}, {ports_text(flow)}"
        for flow in open_
    )
    return f"The page does not say whether these apply: {named}."


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


def attributed(text: str, flow: Flow) -> str:
    """Return what is said of a flow's need, put to whoever says it.

    A flow that a site added stands in the section of its overlay: the page
    knows nothing of it, and must not be given as the reason.

    Args:
        text: What would be said of a flow of the page: ``The page ...``.
        flow: The flow.
    """
    if flow.origin is None or flow.section != flow.origin:
        return text
    site = f"The site's overlay {flow.origin}"
    return text.replace("The page", site, 1)
