"""``avi-portspec editions``: which states of the page there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from avi_portspec.cli.options import json_option, output_option, screen_options
from avi_portspec.cli.screen import Column
from avi_portspec.cli.verbs import verb

if TYPE_CHECKING:
    from avi_portspec.cli.request import Request

__all__ = ["command"]


@verb(
    "editions",
    examples=(
        ("Which editions come along?", "editions"),
        ("The same for a program.", "editions --json"),
    ),
)
@json_option
@output_option
@screen_options
@click.pass_obj
def command(request: Request) -> None:
    """Print the editions of the page that come along, the newest last.

    Where no edition is named, commands ask the newest.
    """
    import avi_portspec

    found = [avi_portspec.load(name) for name in avi_portspec.editions()]
    if request.as_json:
        request.write_json(
            {
                "data_version": avi_portspec.__version__,
                "unofficial": True,
                "editions": [
                    {
                        "id": each.id,
                        "aliases": [*each.aliases],
                        "title": each.title,
                        "product": each.product,
                        "release": each.source.release,
                        "flows": len(each.flows),
                        "digest": each.digest,
                    }
                    for each in found
                ],
            }
        )
        return
    screen = request.screen()
    screen.table(
        (
            Column("Edition", is_whole=True),
            Column("Also"),
            Column("Title"),
            Column("Flows", is_whole=True),
            Column("SHA-256", is_whole=True, is_spare=True),
        ),
        [
            (
                each.id,
                ", ".join(each.aliases),
                each.title,
                str(len(each.flows)),
                each.digest,
            )
            for each in found
        ],
    )
    request.write(screen.text())
