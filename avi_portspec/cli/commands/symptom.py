"""``avi-portspec symptom``: from a symptom to the blocked flow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from avi_portspec.beyond.beside import NO_PURPOSE
from avi_portspec.cli.options import command, edition_options, json_option
from avi_portspec.cli.origin import show_source
from avi_portspec.model.display import ports_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from avi_portspec.cli.request import Request
    from avi_portspec.cli.terminal import Screen
    from avi_portspec.deployment.causes import Cause
    from avi_portspec.edition.edition import Edition
    from avi_portspec.model.flows import Note

__all__ = ["symptom_command"]


@command(
    "symptom",
    click.argument("seen", nargs=-1),
    json_option,
    edition_options,
    examples=(
        (
            "The gateway is shown as DOWN: is a port blocked?",
            'symptom "gateway down"',
        ),
        (
            "Service Engines do not connect: which flows are to be checked?",
            'symptom "service engine not connecting"',
        ),
        ("All documented symptoms.", "symptom"),
    ),
    exits="Exit codes: 0, a symptom or a flow to check matches; 1, none does.",
)
def symptom_command(request: Request, seen: tuple[str, ...]) -> int:
    """Find which blocked flow explains a symptom. All words must match.

    SEEN is what you see, in a few words. The answer names the flow, whether
    the symptom can be ignored, and the vendor's notes on it. Below it are
    flows to check, by what they carry and by what other sources state.
    """
    edition = request.edition()
    words = " ".join(seen)
    found = edition.symptoms.find(words) if seen else (*edition.symptoms,)
    causes = edition.possible_causes(words) if seen else ()

    def data() -> object:
        from avi_portspec.cli.answers import (
            Symptoms,
            answer,
            flow_data,
            statement_data,
        )

        return answer(
            Symptoms,
            edition,
            seen=words or None,
            symptoms=[
                {
                    "effect": symptom.effect,
                    "can_be_ignored": symptom.can_be_ignored,
                    "flow": flow_data(symptom.flow, edition),
                    "notes": symptom.notes,
                }
                for symptom in found
            ],
            causes=[
                {
                    "flow": flow_data(cause.flow, edition),
                    "purposes": cause.purposes,
                    "statements": [
                        statement_data(each, edition)
                        for each in cause.statements
                    ],
                }
                for cause in causes
            ],
        )

    def show(screen: Screen) -> None:
        printed: set[Note] = set()
        for symptom in found:
            if printed:
                screen.line()
            screen.line(str(symptom))
            screen.line(f"  Flow: {symptom.flow.id}")
            for note in symptom.notes:
                # Symptoms of one kind share notes.
                text = "as above" if note in printed else note.text
                screen.line(f"  {note.kind}: {text} [{note.citation}]")
            printed.update(symptom.notes)
        if not found:
            screen.line("No documented symptom matches.")
        _show_causes(screen, edition, causes)
        if seen:
            screen.line()
            screen.line("Other causes are not documented here.")
        screen.line()
        show_source(screen, edition)

    request.answer(data, show)
    return 0 if found or causes else 1


def _show_causes(
    screen: Screen, edition: Edition, causes: Sequence[Cause]
) -> None:
    """Print flows to check, and what is stated about them."""
    if not causes:
        return
    screen.line()
    screen.paragraph(
        "Flows to check, with what they carry. What is seen where one is "
        "blocked is stated only where it says so:"
    )
    for flow, purposes, statements in causes:
        ends = (edition.endpoints[e] for e in (flow.source, flow.destination))
        sides = " -> ".join(end.label for end in ends)
        carried = "; ".join(purposes) or NO_PURPOSE
        screen.paragraph(
            f"{sides}, {ports_text(flow)}: {carried}. [{flow.id}]",
            margin="  ",
        )
        for each in statements:
            for text in each.symptoms:
                screen.paragraph(
                    f"If blocked: {text} [{each.id}]", margin="    "
                )
