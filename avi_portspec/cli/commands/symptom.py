"""``avi-portspec symptom``: from what is seen to what is blocked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from avi_portspec.cli.options import (
    edition_options,
    json_option,
    output_option,
    screen_options,
)
from avi_portspec.cli.verbs import verb

if TYPE_CHECKING:
    from avi_portspec.cli.request import Request

__all__ = ["command"]


@verb(
    "symptom",
    examples=(
        (
            "The gateway is shown as DOWN: is a port closed?",
            'symptom "gateway down"',
        ),
        ("All symptoms that the page describes.", "symptom"),
    ),
    ending="Exit codes: 0, the page describes it; 1, it does not.",
)
@click.argument("seen", nargs=-1)
@json_option
@output_option
@screen_options
@edition_options
@click.pass_obj
def command(request: Request, seen: tuple[str, ...]) -> int:
    """Find which blocked flow causes what is SEEN, in a few words.

    Each word has to fit. What is told is which flow it is, whether it can be
    ignored, and what the page says about how it is seen.
    """
    edition = request.edition()
    words = " ".join(seen)
    found = edition.symptoms.find(words) if seen else (*edition.symptoms,)
    if request.as_json:
        from avi_portspec.cli.plain import answer, flow_data, note_data

        request.write_json(
            answer(
                edition,
                seen=words or None,
                symptoms=[
                    {
                        "effect": each.effect,
                        "can_be_ignored": each.can_be_ignored,
                        "flow": flow_data(each.flow, edition),
                        "notes": [note_data(note) for note in each.notes],
                    }
                    for each in found
                ],
            )
        )
    else:
        screen = request.screen()
        for number, each in enumerate(found):
            if number:
                screen.line()
            screen.line(str(each))
            screen.line(f"  Flow: {each.flow.id}")
            for note in each.notes:
                screen.line(f"  {note.kind}: {note.text} [{note.citation}]")
        if not found:
            screen.line("The page describes no such symptom.")
        request.write(screen.text())
    return 0 if found else 1
