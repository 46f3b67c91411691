"""``avi-portspec notes``: what the page says beside its ports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, get_args

import click

from avi_portspec.cli.options import (
    edition_options,
    json_option,
    output_option,
    screen_options,
)
from avi_portspec.cli.screen import Column
from avi_portspec.cli.verbs import Setting, verb
from avi_portspec.cli.words import NOTE, RECORD, NearChoice
from avi_portspec.names import NoteKind

if TYPE_CHECKING:
    from avi_portspec.cli.request import Request

__all__ = ["command"]

_KINDS: Final = get_args(NoteKind)


@verb(
    "notes",
    examples=(
        ("What the page rules out.", "notes --kind restriction"),
        ("What qualifies one flow.", "notes --on controller-to-aws"),
        ("One note.", "notes no-container-port-in-openstack"),
    ),
    ending="Exit codes: 0, there are such notes; 1, there are none.",
)
@click.argument("note", nargs=-1, type=NOTE)
@click.option(
    "--on",
    "record",
    cls=Setting,
    section="Which notes",
    type=RECORD,
    metavar="FLOW",
    help="Those that qualify a flow, an exclusion or a pointer.",
)
@click.option(
    "--kind",
    "kinds",
    cls=Setting,
    section="Which notes",
    multiple=True,
    type=NearChoice("kind of note", lambda: _KINDS),
    metavar="WORD",
    help=f"Those of a kind: {', '.join(_KINDS)}.",
)
@json_option
@output_option
@screen_options
@edition_options
@click.pass_obj
def command(
    request: Request,
    note: tuple[str, ...],
    record: str | None,
    kinds: tuple[str, ...],
) -> int:
    """Print the page's notes, in words of this project's own.

    All of them; or each NOTE that is named, by its id.
    """
    edition = request.edition()
    named = [edition.notes[each] for each in note] or [*edition.notes]
    on = None if record is None else edition.notes_on(record)
    found = [
        each
        for each in named
        if (on is None or each in on) and (not kinds or each.kind in kinds)
    ]
    if request.as_json:
        from avi_portspec.cli.plain import answer, note_data

        request.write_json(
            answer(
                edition,
                notes=[
                    {
                        **note_data(each),
                        "qualifies": [*each.qualifies],
                        "sections": [*each.sections],
                    }
                    for each in found
                ],
            )
        )
    else:
        screen = request.screen()
        if found:
            screen.table(
                (
                    Column("Note", is_whole=True),
                    Column("Kind", is_whole=True),
                    Column("Text"),
                    Column("Stated in"),
                ),
                [(n.id, n.kind, n.text, str(n.citation)) for n in found],
            )
        else:
            screen.line("There are no such notes.")
        request.write(screen.text())
    return 0 if found else 1
