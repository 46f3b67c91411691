"""``avi-portspec symptom``: from a symptom to the blocked flow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from avi_portspec.cli.options import command, edition_options, json_option

if TYPE_CHECKING:
    from avi_portspec.cli.request import Request
    from avi_portspec.cli.terminal import Screen
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
        ("All documented symptoms.", "symptom"),
    ),
    exits="Exit codes: 0, a symptom matches; 1, none does.",
)
def symptom_command(request: Request, seen: tuple[str, ...]) -> int:
    """Find which blocked flow explains a symptom. All words must match.

    SEEN is what you see, in a few words. The answer names the flow, whether
    the symptom can be ignored, and the vendor's notes on it.
    """
    edition = request.edition()
    words = " ".join(seen)
    found = edition.symptoms.find(words) if seen else (*edition.symptoms,)

    def data() -> object:
        from avi_portspec.cli.answers import Symptoms, answer, flow_data

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

    request.answer(data, show)
    return 0 if found else 1
