"""``avi-portspec endpoints``: who talks to whom."""

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
from avi_portspec.cli.words import ENDPOINT, NearChoice
from avi_portspec.names import EndpointKind

if TYPE_CHECKING:
    from avi_portspec.cli.request import Request

__all__ = ["command"]

_KINDS: Final = get_args(EndpointKind)


@verb(
    "endpoints",
    examples=(
        ("All of them, with their other names.", "endpoints"),
        ("The parts of the product.", "endpoints --kind component"),
        ("Who goes by a name?", "endpoints SE"),
    ),
    ending="Exit codes: 0, there are such endpoints; 1, there are none.",
)
@click.argument("endpoint", nargs=-1, type=ENDPOINT)
@click.option(
    "--kind",
    "kinds",
    cls=Setting,
    section="Which endpoints",
    multiple=True,
    type=NearChoice("kind of endpoint", lambda: _KINDS),
    metavar="WORD",
    help=f"Those of a kind: {', '.join(_KINDS)}.",
)
@json_option
@output_option
@screen_options
@edition_options
@click.pass_obj
def command(
    request: Request, endpoint: tuple[str, ...], kinds: tuple[str, ...]
) -> int:
    """Print who opens connections to whom.

    All of them; or each ENDPOINT that is named, by id, name or alias.
    """
    edition = request.edition()
    named = [edition.endpoints[each] for each in endpoint]
    found = [
        each
        for each in (named or edition.endpoints)
        if not kinds or each.kind in kinds
    ]
    if request.as_json:
        from avi_portspec.cli.plain import answer

        request.write_json(
            answer(
                edition,
                endpoints=[
                    {
                        "id": each.id,
                        "name": each.name,
                        "kind": each.kind,
                        "aliases": [*each.aliases],
                        "description": each.description,
                        "origin": each.origin,
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
                    Column("Endpoint", is_whole=True),
                    Column("Name"),
                    Column("Kind", is_whole=True),
                    Column("Also called"),
                    Column("What it is"),
                ),
                [
                    (
                        each.id,
                        each.name,
                        each.kind,
                        ", ".join(each.aliases),
                        each.description or "",
                    )
                    for each in found
                ],
            )
        else:
            screen.line("There are no such endpoints.")
        request.write(screen.text())
    return 0 if found else 1
