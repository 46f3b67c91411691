"""``avi-portspec init``: a deployment's file, to begin with."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final

import click

from avi_portspec.cli.options import (
    deployment_options,
    edition_options,
    output_option,
    screen_options,
)
from avi_portspec.cli.request import STDIN
from avi_portspec.cli.verbs import Setting, verb

if TYPE_CHECKING:
    from avi_portspec.cli.request import Request

__all__ = ["command"]

_FILE: Final = "deployment.toml"


@verb(
    "init",
    examples=(
        ("Be asked, and get deployment.toml.", "init"),
        (
            "Without questions, into a file of another name.",
            (
                "init --cloud aws --with cli-shell --service dns,ntp "
                "--output lab.toml"
            ),
        ),
        ("See what it would be.", "init --cloud openstack --output -"),
    ),
)
@deployment_options
@output_option
@click.option(
    "--force",
    is_flag=True,
    cls=Setting,
    section="Output",
    help="Overwrite a file that is there.",
)
@screen_options
@edition_options
@click.pass_obj
def command(request: Request, *, force: bool) -> None:
    """Write the file of a deployment, with comments on what can be said.

    On a terminal, and without options about the deployment, it asks a few
    questions. The file is deployment.toml, or what --output says. Then ask
    'avi-portspec ports --deployment deployment.toml'.
    """
    from avi_portspec.cli.asking import commented, questions

    target = request.output or _FILE
    if target != STDIN and os.path.lexists(target) and not force:
        raise click.UsageError(
            f"{target!r} is there already; --force overwrites it",
            click.get_current_context(),
        )
    edition = request.edition()
    deployment = request.deployment(edition)
    if deployment is None:
        if not sys.stdin.isatty():
            raise click.UsageError(
                "there is no terminal to ask: say, --cloud aws "
                "--with cli-shell",
                click.get_current_context(),
            )
        deployment = questions(edition)
    # Said in full before it is written: what does not fit is refused.
    edition.resolve(deployment)
    request.output = target
    request.write(commented(deployment, edition, target))
    if target != STDIN:
        click.echo(
            f"Wrote {target}. Now ask: avi-portspec ports "
            f"--deployment {target}",
            err=True,
        )
