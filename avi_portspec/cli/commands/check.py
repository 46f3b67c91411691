"""``avi-portspec check``: whether files of one's own are sound."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from avi_portspec.cli.options import (
    edition_options,
    json_option,
    output_option,
    screen_options,
)
from avi_portspec.cli.verbs import verb
from avi_portspec.cli.words import NearChoice
from avi_portspec.errors import InvalidDataError

if TYPE_CHECKING:
    from avi_portspec.cli.checking import Finding
    from avi_portspec.cli.request import Request

__all__ = ["command"]

_KINDS: Final = ("deployment", "overlay", "edition")


@verb(
    "check",
    examples=(
        ("Is this deployment's file sound?", "check deployment.toml"),
        (
            "Several files, each of its own kind.",
            "check deployment.toml site.toml",
        ),
        (
            "Do they fit an older edition as well?",
            "check deployment.toml --edition 17.1 --json",
        ),
    ),
    ending=(
        "Exit codes: 0, all are sound; 1, something is wrong in one; 2, one "
        "could not be read."
    ),
)
@click.argument("files", nargs=-1, required=True, type=click.Path())
@click.option(
    "--as",
    "kind",
    type=NearChoice("kind of file", lambda: _KINDS),
    metavar="KIND",
    help="What the files are: deployment, overlay or edition. Without it, "
    "what is in them says so.",
)
@json_option
@output_option
@screen_options
@edition_options
@click.pass_obj
def command(request: Request, files: tuple[str, ...], kind: str | None) -> int:
    """Check FILES: deployments, overlays, or editions of your own.

    They are TOML or JSON; - is standard input. All that is wrong is told at
    once, each with its place in the file, what was wanted and the nearest
    name. Deployments and overlays are held to the edition that is asked.
    """
    from avi_portspec.cli.checking import checked
    from avi_portspec.cli.failures import told

    edition = request.edition()
    found: list[Finding] = []
    code = 0
    for name in files:
        try:
            text, subject = request.read(name)
        except (OSError, InvalidDataError) as wrong:
            # The others are checked all the same.
            code = told(wrong)
            continue
        found.append(checked(text, subject, edition, kind))
    if request.as_json:
        from avi_portspec.cli.plain import answer

        request.write_json(
            answer(edition, files=[each.data() for each in found])
        )
    else:
        request.write("".join(f"{each}\n" for each in found))
    return code or int(any(each.faults for each in found))
