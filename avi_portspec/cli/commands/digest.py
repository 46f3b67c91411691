"""``avi-portspec digest``: which data it is."""

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
    "digest",
    examples=(
        ("The digest of the newest edition.", "digest"),
        (
            "Has the data changed since it was reviewed?",
            (
                "digest --edition 17.1 --expect 014721db180bbb89609cf7fad08"
                "72f0d6f508272db66f8a358d1d6449611e0ca"
            ),
        ),
    ),
    ending=(
        "Exit codes: 0, it is what was expected, or nothing was; 1, it is not."
    ),
)
@click.option(
    "--expect",
    metavar="SHA-256",
    help="The digest that the data had, in 64 hexadecimal digits.",
)
@json_option
@output_option
@screen_options
@edition_options
@click.pass_obj
def command(request: Request, expect: str | None) -> int:
    """Print the SHA-256 of an edition's data, and compare it.

    It is made from the canonical form of the data, so it is the same on
    every machine: note it beside what was reviewed. An overlay changes it.
    """
    wanted = None if expect is None else expect.strip().lower()
    if wanted is not None and not _is_digest(wanted):
        raise click.BadParameter(
            "wanted 64 hexadecimal digits", param_hint="--expect"
        )
    edition = request.edition()
    is_same = wanted in {None, edition.digest}
    if request.as_json:
        from avi_portspec.cli.plain import answer

        request.write_json(
            answer(edition, expected=wanted, is_as_expected=is_same)
        )
    else:
        lines = [f"{edition.digest}  {edition.id}\n"]
        if not is_same:
            lines.append(f"{wanted}  expected\n")
        request.write("".join(lines))
    return 0 if is_same else 1


def _is_digest(text: str) -> bool:
    return len(text) == 64 and set(text) <= set("0123456789abcdef")  # noqa: PLR2004 - 256 bits
