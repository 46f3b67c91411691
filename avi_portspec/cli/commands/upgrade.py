"""``avi-portspec upgrade``: what to open, keep and close for an upgrade."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from avi_portspec.cli.options import (
    deployment_options,
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
    "upgrade",
    examples=(
        (
            "From 17.1 to the newest, on vCenter.",
            "upgrade 17.1 --deployment vcenter",
        ),
        (
            "For a ticket.",
            "upgrade 17.1 --cloud openstack --with dns --markdown",
        ),
        (
            "For a program.",
            "upgrade 16.2 17.1 --deployment vcenter --json",
        ),
    ),
    ending=(
        "Exit codes: 0, all stays as it is; 1, there is something to open, "
        "to close or to review."
    ),
)
@click.argument("old", type=EDITION)
@click.argument("new", type=EDITION, required=False)
@deployment_options
@markdown_option
@json_option
@output_option
@screen_options
@click.pass_obj
def command(request: Request, old: str, new: str | None) -> int:
    """Plan what a firewall needs when a deployment is upgraded.

    OLD and NEW are editions: ids or aliases, or files of your own; without
    NEW, it is the newest that comes along. What the newer page does not name
    any more is to be reviewed, never just closed.
    """
    from avi_portspec.changes.differences import diff

    before = request.edition_called(old)
    after = request.edition_called(new)
    # The newer edition knows more words.
    deployment = request.needed_deployment(after)
    plan = diff(before, after, deployment)
    request.write_changes(plan)
    return 0 if len(plan.to_keep) == len(plan.steps) else 1
