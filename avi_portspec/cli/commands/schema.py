"""``avi-portspec schema``: what the shape of an answer is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from avi_portspec.cli.options import output_option, screen_options
from avi_portspec.cli.verbs import verb
from avi_portspec.cli.words import NearChoice

if TYPE_CHECKING:
    from avi_portspec.cli.request import Request

__all__ = ["command"]


def _names() -> tuple[str, ...]:
    from avi_portspec.cli.shapes import names

    return names()


@verb(
    "schema",
    examples=(
        ("Which schemas are there?", "schema"),
        ("What 'ports --json' answers.", "schema --of ports"),
        ("What an edition's file holds.", "schema --of edition"),
    ),
)
@click.option(
    "--of",
    "name",
    type=NearChoice("schema", _names),
    metavar="NAME",
    help="A command that has --json; or edition, overlay or deployment, "
    "for the files of those.",
)
@output_option
@screen_options
@click.pass_obj
def command(request: Request, name: str | None) -> None:
    """Print a JSON Schema (2020-12), or the names of all.

    It describes what a command answers with --json, or what a file of your
    own may hold.
    """
    from avi_portspec.cli.shapes import names, schema_text

    if name is None:
        request.write("".join(f"{each}\n" for each in names()))
    else:
        request.write(schema_text(name))
