"""``avi-portspec ports``: what to open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from avi_portspec.cli.filters import Terms, filter_options, given
from avi_portspec.cli.options import (
    deployment_options,
    edition_options,
    json_option,
    output_option,
    screen_options,
)
from avi_portspec.cli.subjects import asked, decision_options
from avi_portspec.cli.verbs import Setting, verb

if TYPE_CHECKING:
    from avi_portspec.cli.request import Request

__all__ = ["command"]


@verb(
    "ports",
    examples=(
        (
            "What must I open for AWS with a CLI shell?",
            "ports --deployment aws --with cli-shell",
        ),
        (
            "What do Service Engines need of their Controller, and why?",
            "ports --cloud vcenter --source SE --destination Controller --why",
        ),
        (
            "Two clouds, a single Controller in a container, DNS and NTP.",
            (
                "ports --cloud aws --cloud gcp --single-node --container "
                "--service dns,ntp"
            ),
        ),
        (
            "All that the page has on port 443, whatever the deployment.",
            "ports --port 443",
        ),
        ("The same for a program.", "ports --port 443 --json"),
    ),
    ending=(
        "Exit codes: 0, there are such flows; 1, there are none, or with "
        "--strict the page leaves the deployment open."
    ),
)
@deployment_options
@decision_options
@filter_options
@click.option(
    "--why",
    is_flag=True,
    cls=Setting,
    section="Output",
    help="Add the reason for each line.",
)
@click.option(
    "--columns",
    cls=Setting,
    section="Output",
    metavar="NAMES",
    help="Which columns a table has, set apart by commas: id, section, "
    "source, destination, ports, service, purpose, requirement, when, "
    "decision, why, effect, inferred, notes, citation, origin.",
)
@json_option
@output_option
@screen_options
@edition_options
@click.pass_obj
def command(
    request: Request,
    /,
    decisions: tuple[str, ...],
    *,
    strict: bool,
    why: bool,
    columns: str | None,
    **filters: Terms | None,
) -> int:
    """Print which ports to open: for a deployment, or as the page has them.

    For a deployment, each flow of the page is decided about: what is needed
    and what is optional is shown, told apart, and what the page leaves open
    is said below. Without one, it is what the page has, with its conditions.

    Filters keep the lines that have any of their values; with ! before it, a
    value keeps lines out. Values are ids, names or aliases, set apart by
    commas.
    """
    if request.as_json and columns is not None:
        raise click.UsageError(
            "--columns is for tables, and --json has all of them: say one",
            click.get_current_context(),
        )
    subject = asked(request, given(filters), decisions, strict=strict)
    if request.as_json:
        request.write_json(subject.data())
    else:
        from avi_portspec.cli.listing import listed

        screen = request.screen()
        listed(screen, subject, columns, why=why)
        request.write(screen.text())
    return 0 if subject.flows else 1
