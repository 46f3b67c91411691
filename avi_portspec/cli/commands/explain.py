"""``avi-portspec explain``: why something is open, or is not."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

import click

from avi_portspec.cli.options import (
    deployment_options,
    edition_options,
    json_option,
    output_option,
    screen_options,
)
from avi_portspec.cli.verbs import verb
from avi_portspec.cli.words import SUBJECT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from avi_portspec.cli.request import Request
    from avi_portspec.deployment.resolution import Explanation

__all__ = ["command"]


@verb(
    "explain",
    examples=(
        (
            "Why is 5054 open?",
            "explain tcp/5054 --deployment aws --with cli-shell",
        ),
        ("Why is 9001 not?", "explain tcp/9001 --deployment aws"),
        (
            "Why does the Controller open nothing to Service Engines?",
            "explain controller-to-service-engine --deployment aws",
        ),
        ("Is ping needed?", "explain icmp --deployment openstack"),
    ),
    ending=(
        "Exit codes: 0, some of it is needed; 1, none of it is, or the page "
        "is silent. To see a port without a deployment: 'avi-portspec ports "
        "--port 5054'."
    ),
)
@click.argument("subject", type=SUBJECT)
@deployment_options
@json_option
@output_option
@screen_options
@edition_options
@click.pass_obj
def command(request: Request, subject: str) -> int:
    """Tell why SUBJECT has to be open in a deployment, or why not.

    SUBJECT is a protocol and port, such as tcp/9001; a port, such as 9001;
    a protocol, such as icmp; or the id of a flow, or of something that the
    page says is not required. All flows that it concerns are told, with the
    places on the page that say so in brackets.
    """
    edition = request.edition()
    deployment = request.needed_deployment(edition)
    found = edition.resolve(deployment).explain(subject)
    if request.as_json:
        from avi_portspec.cli.plain import (
            answer,
            apart_data,
            decision_data,
        )
        from avi_portspec.model.plain import deployment_data

        request.write_json(
            answer(
                edition,
                deployment=deployment_data(deployment),
                subject=found.subject,
                text=found.text,
                decisions=[
                    decision_data(each, edition) for each in found.decisions
                ],
                exclusions=[apart_data(each) for each in found.exclusions],
            )
        )
    else:
        from avi_portspec.cli.listing import stamp

        screen = request.screen()
        for line, name in zip_longest(found.text.splitlines(), _ids(found)):
            screen.told(line)
            if name is not None:
                screen.line(f"  {name}")
            screen.line()
        screen.line(stamp(edition), "dim")
        request.write(screen.text())
    needed = any(each.status == "needed" for each in found.decisions)
    return 0 if needed else 1


def _ids(found: Explanation) -> Iterator[str]:
    """Yield what to look further by, in the order of the lines."""
    yield from (f"Flow: {each.flow.id}" for each in found.decisions)
    yield from (f"Exclusion: {each.id}" for each in found.exclusions)
