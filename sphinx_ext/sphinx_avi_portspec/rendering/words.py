"""What is said in words: those that the extension adds to the data's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from avi_portspec.model.display import joined, ports_text

if TYPE_CHECKING:
    from avi_portspec import Edition, Flow, Flows

__all__ = ["REQUIREMENTS", "condition", "silence", "title_of"]

#: How strongly the page asks for a flow, as a reader is told.
REQUIREMENTS: Final = {
    "required": "required",
    "optional": "optional",
    "some-or-all": "some or all of these",
    "when-used": "when used",
}


def condition(flow: Flow, edition: Edition) -> str:
    """Return when a flow applies, in plain English."""
    return flow.when.describe(edition.facets)


def title_of(edition: Edition, kind: str, name: str) -> str:
    """Return what a reader calls a record.

    Raises:
        UnknownNameError: The edition has no such record.
    """
    if kind == "edition":
        return edition.title
    if kind == "endpoint":
        return edition.endpoints[name].name
    if kind == "note":
        return edition.notes[name].id.replace("-", " ")
    flow = edition.flows[name]
    source = edition.endpoints[flow.source].name
    destination = edition.endpoints[flow.destination].name
    return f"{source} \N{RIGHTWARDS ARROW} {destination}: {ports_text(flow)}"


def silence(flows: Flows) -> str | None:
    """Return a sentence about what the page leaves open, or ``None``.

    A flow that the page neither states nor rules out must not go missing
    without a word: its reader would take it for closed.
    """
    if not flows.unstated:
        return None
    named = joined(
        "and",
        (
            f"{ports_text(flow)} from {flows.endpoints[flow.source].name}"
            f" to {flows.endpoints[flow.destination].name}"
            for flow in flows.unstated
        ),
    )
    return f"The page does not say whether these apply: {named}."
