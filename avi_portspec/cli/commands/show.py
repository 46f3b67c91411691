"""``avi-portspec show``: all that is known about one flow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from avi_portspec.cli.options import (
    edition_options,
    json_option,
    output_option,
    screen_options,
)
from avi_portspec.cli.verbs import verb
from avi_portspec.cli.words import RECORD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from avi_portspec.cli.request import Request
    from avi_portspec.model.edition import Edition
    from avi_portspec.model.flows import Exclusion, Flow, Pointer

__all__ = ["command"]


@verb(
    "show",
    examples=(
        ("All about one flow.", "show external-to-controller-cli"),
        (
            "What the page says is not required.",
            "show controller-to-service-engine",
        ),
        (
            "Two flows, for a program.",
            "show controller-to-aws controller-to-azure --json",
        ),
    ),
)
@click.argument("flow", nargs=-1, required=True, type=RECORD)
@json_option
@output_option
@screen_options
@edition_options
@click.pass_obj
def command(request: Request, flow: tuple[str, ...]) -> None:
    """Print all that is known about FLOW, with its sources and its notes.

    FLOW is the id of a flow; or of an exclusion, which is something that the
    page says is not required; or of a pointer, which is a row that leads to
    other sections. Several may be given.
    """
    edition = request.edition()
    records = [_found(edition, each) for each in flow]
    if request.as_json:
        request.write_json(_data(edition, records))
        return
    from avi_portspec.cli.listing import stamp

    screen = request.screen()
    for record in records:
        screen.fields(_fields(edition, record))
        screen.line()
    screen.line(stamp(edition), "dim")
    request.write(screen.text())


def _found(edition: Edition, name: str) -> Flow | Exclusion | Pointer:
    # It knows what goes by which name, and which is the nearest.
    edition.notes_on(name)
    found: Any = (
        edition.flows.get(name)
        or edition.exclusions.get(name)
        or edition.pointers[name]
    )
    return found  # type: ignore[no-any-return]


def _data(edition: Edition, records: list[Any]) -> dict[str, Any]:
    from avi_portspec.cli.plain import answer, apart_data, flow_data

    return answer(
        edition,
        flows=[
            flow_data(each, edition)
            for each in records
            if each in edition.flows
        ],
        exclusions=[
            apart_data(each) for each in records if each in edition.exclusions
        ],
        pointers=[
            apart_data(each) for each in records if each in edition.pointers
        ],
    )


def _fields(edition: Edition, record: Any) -> Iterator[tuple[str, str]]:
    """Yield each thing to say about a record, with what it is."""
    yield "Id", record.id
    yield "Source", edition.endpoints[record.source].name
    yield "Destination", edition.endpoints[record.destination].name
    if record in edition.flows:
        yield from _of_flow(edition, record)
    else:
        yield "Stated", record.text
    yield "Section", edition.sections[record.section].title
    yield "Stated in", str(record.citation)
    for note in edition.notes_on(record.id):
        yield f"Note ({note.kind})", f"{note.text} [{note.citation}]"


def _of_flow(edition: Edition, flow: Flow) -> Iterator[tuple[str, str]]:
    from avi_portspec.model.display import joined, ports_text, when

    yield "Ports", ports_text(flow)
    yield "Service", flow.service or ""
    yield "Purpose", flow.purpose or ""
    yield "Requirement", flow.requirement
    yield "When", when(flow, edition.facets)
    yield "Replaces", joined("and", flow.replaces)
    yield "If blocked", flow.effect_if_blocked or ""
    for each in flow.inferred:
        yield f"Inferred ({each.field})", each.reason
    for each in flow.readings:
        yield f"Read so ({each.field})", each.reason
    yield "Origin", flow.origin or ""
