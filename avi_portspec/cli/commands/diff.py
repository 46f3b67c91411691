"""``avi-portspec diff``: what changes between two editions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from avi_portspec.cli.options import (
    json_option,
    markdown_option,
    output_option,
    screen_options,
)
from avi_portspec.cli.verbs import verb
from avi_portspec.cli.words import EDITION

if TYPE_CHECKING:
    from avi_portspec.cli.request import Request

__all__ = ["command"]


@verb(
    "diff",
    examples=(
        ("What is new since 17.1?", "diff 17.1"),
        ("Between two editions, for a wiki.", "diff 16.2 17.1 --markdown"),
        ("For a program.", "diff 16.2 17.1 --json"),
    ),
    ending="Exit codes: 0, nothing differs; 1, something does.",
)
@click.argument("old", type=EDITION)
@click.argument("new", type=EDITION, required=False)
@markdown_option
@json_option
@output_option
@screen_options
@click.pass_obj
def command(request: Request, old: str, new: str | None) -> int:
    """Print what differs from edition OLD to edition NEW.

    Both are ids or aliases, or files of your own; without NEW, it is the
    newest edition that comes along. Changes are told by what they call for:
    to open, to close, to review, or nothing.
    """
    from avi_portspec.changes.differences import diff

    found = diff(request.edition_called(old), request.edition_called(new))
    request.write_changes(found)
    return 1 if found else 0
