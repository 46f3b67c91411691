"""``avi-portspec show``: everything about one flow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from avi_portspec.cli.options import (
    command,
    edition_options,
    json_option,
    table_options,
)
from avi_portspec.cli.origin import show_source
from avi_portspec.cli.parameters import RECORD
from avi_portspec.model.phrases import DIRECTION_UNCLEAR, SWAPPED
from avi_portspec.model.wording import ASK_DIRECTION, at_start, lead_reasons
from avi_portspec.tabular.columns import COLUMNS, Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from avi_portspec.cli.request import Request
    from avi_portspec.cli.terminal import Screen
    from avi_portspec.edition.edition import Edition
    from avi_portspec.model.flows import Exclusion, Flow, Pointer

__all__ = ["show_command"]


@command(
    "show",
    click.argument("flow", nargs=-1, required=True, type=RECORD),
    json_option,
    table_options,
    edition_options,
    examples=(
        ("Everything about one flow.", "show external-to-controller-cli"),
        (
            "What the vendor says is not required.",
            "show controller-to-service-engine",
        ),
        (
            "Two flows in JSON.",
            "show controller-to-aws controller-to-azure --json",
        ),
    ),
)
def show_command(request: Request, flow: tuple[str, ...]) -> None:
    """Print everything about a FLOW, with its citations and notes.

    FLOW is the id of a flow; of an exclusion, which the vendor says is not
    required; or of a pointer, which is a row that refers to other sections.
    Repeatable.
    """
    edition = request.edition()
    records = [_find(edition, name) for name in flow]

    def show(screen: Screen) -> None:
        for number, record in enumerate(records):
            if number:
                screen.line()
            screen.fields(_fields(edition, record))
        if not request.quiet:
            screen.line()
            show_source(screen, edition)

    request.answer(lambda: _data(edition, records), show)


def _find(edition: Edition, name: str) -> Flow | Exclusion | Pointer:
    # It knows the names of all three, and suggests the nearest.
    edition.notes_on(name)
    found: Any = (
        edition.flows.get(name)
        or edition.exclusions.get(name)
        or edition.pointers[name]
    )
    return found  # type: ignore[no-any-return]


def _data(edition: Edition, records: list[Any]) -> object:
    from avi_portspec.beyond.beside import other_purposes, settings_of
    from avi_portspec.cli.answers import Shown, answer, flow_data

    flows = [record for record in records if record in edition.flows]
    return answer(
        Shown,
        edition,
        flows=[flow_data(flow, edition) for flow in flows],
        exclusions=[
            record for record in records if record in edition.exclusions
        ],
        pointers=[record for record in records if record in edition.pointers],
        other_purposes=[each for f in flows for each in other_purposes(f)],
        settings=[each for f in flows for each in settings_of(f)],
    )


def _fields(edition: Edition, record: Any) -> Iterator[tuple[str, str]]:
    """Yield each field of a record: its name, and its text."""
    if record in edition.flows:
        yield from _fields_of_flow(edition, record)
    else:
        yield "Id", record.id
        yield "Source", edition.endpoints[record.source].name
        yield "Destination", edition.endpoints[record.destination].name
        yield "Text", record.text
        yield "Section", edition.sections[record.section].title
        yield "Citation", str(record.citation)
    for note in edition.notes_on(record.id):
        yield f"Note ({note.kind})", f"{note.text} [{note.citation}]"


#: The columns that say the same as others, or that have lines of their own.
_SAID: Final = frozenset(
    {"protocol", "port", "why", "notes", "inferred", "readings"}
)


def _fields_of_flow(edition: Edition, flow: Flow) -> Iterator[tuple[str, str]]:
    for name, column in COLUMNS.items():
        if name not in _SAID:
            yield column.heading, column.text(Row(flow, edition))
    # Imported here: who shows no flow pays nothing for other sources.
    from avi_portspec.beyond.beside import other_purposes, settings_of

    for purpose in other_purposes(flow):
        yield "Purpose, by other sources", str(purpose)
    for setting in settings_of(flow):
        yield "The port is a setting", str(setting)
    if flow.direction_doubts:
        yield DIRECTION_UNCLEAR, f"{at_start(SWAPPED)}. {ASK_DIRECTION}"
    for lead, reason in lead_reasons(flow.inferred, flow.readings):
        yield f"{lead or 'Site'} ({reason.field})", reason.reason
