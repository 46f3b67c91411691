"""``avi-portspec explain``: why a port is needed, or is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import click

from avi_portspec.cli.inputs import find_deployment, require_deployment
from avi_portspec.cli.options import (
    OUTPUT,
    command,
    deployment_argument,
    deployment_options,
    edition_options,
    json_option,
    option,
    table_options,
)
from avi_portspec.cli.parameters import SUBJECT
from avi_portspec.cli.subjects import find_subjects

if TYPE_CHECKING:
    from avi_portspec.cli.request import Request
    from avi_portspec.cli.terminal import Screen
    from avi_portspec.deployment.decisions import Explanation
    from avi_portspec.edition.edition import Edition

__all__ = ["explain_command"]


@command(
    "explain",
    click.argument("subject", type=SUBJECT),
    deployment_argument,
    deployment_options,
    option(
        OUTPUT,
        "--all",
        "everything",
        is_flag=True,
        help="Show the flows that do not apply to the deployment as well.",
    ),
    option(
        OUTPUT,
        "--full",
        is_flag=True,
        help="Add flow ids, citations, notes, and how the vendor's words are "
        "interpreted.",
    ),
    json_option,
    table_options,
    edition_options,
    examples=(
        (
            "Why is 5054 needed?",
            "explain tcp/5054 --deployment aws --with cli-shell",
        ),
        ("Why is 9001 not?", "explain 9001/tcp aws"),
        ("Which SSH ports are needed?", "explain ssh --deployment aws"),
        (
            "Why does the Controller not connect to Service Engines?",
            "explain controller-to-service-engine --deployment aws",
        ),
        (
            "What do other sources state about 9001 in 30.2?",
            "explain tcp/9001 vcenter --release 30.2",
        ),
        ("Is ping needed?", "explain icmp --deployment openstack"),
    ),
    exits=(
        "Exit codes: 0, some of it is needed; 1, none of it is, or it is not "
        "documented. To look up a port for every deployment: 'avi-portspec "
        "ports --port 5054'."
    ),
)
def explain_command(
    request: Request,
    /,
    subject: str,
    *,
    everything: bool,
    full: bool,
) -> int:
    """Explain why a deployment needs SUBJECT, or why not.

    SUBJECT is a protocol and port, such as tcp/9001 or 9001/tcp; a port, such
    as 9001; a list of these, such as tcp/443,8443; a protocol, such as icmp;
    a service, such as ssh; a pair, such as
    service-engine-to-controller or "Controller to NSX Manager"; or the id of
    a flow or an exclusion. Flows that do not apply are counted, unless there
    are no others. With --release, what other sources state about it comes
    last.
    """
    edition = request.edition()
    deployment = find_deployment(request, edition)
    answered = None if deployment is None else edition.resolve(deployment)
    release = request.release if deployment is None else deployment.release
    # With the directions that the deployment reads.
    asked = edition if answered is None else cast("Edition", answered.edition)
    found = find_subjects(asked, subject)
    explained: list[Explanation] = []
    if answered is not None:
        explained = [answered.explain(each) for each in found]
    elif any(each.is_known for each in found):
        # What nothing documents needs no deployment.
        require_deployment(request, edition)
    # Several ports can be of one flow, and a gap be about any of them.
    decided = {d.flow.id: d for part in explained for d in part.decisions}
    decisions = [*decided.values()]
    exclusions = [each for part in explained for each in part.exclusions]
    gaps = [*dict.fromkeys(gap for part in explained for gap in part.gaps)]
    others = None
    is_silent = not request.quiet and any(
        decision.status == "unstated" for decision in decisions
    )
    silences = [each.silence for each in found if not each.is_known]
    if release is not None or is_silent or silences:
        # Imported here: reading all statements takes its time.
        from avi_portspec.cli.other_sources import find_other_sources

        others = find_other_sources(
            asked, found, decisions, deployment=deployment, release=release
        )

    def data() -> object:
        from avi_portspec.beyond.beside import other_purposes, settings_of
        from avi_portspec.cli.answers import (
            Explained,
            answer,
            decision_data,
            statement_data,
        )

        return answer(
            Explained,
            edition,
            deployment=deployment,
            subject=found[0].name if len(found) == 1 else subject,
            text="\n".join(
                dict.fromkeys(
                    line
                    for text in ([part.text for part in explained] or silences)
                    for line in text.splitlines()
                )
            ),
            decisions=[
                decision_data(decision, edition) for decision in decisions
            ],
            exclusions=exclusions,
            gaps=[gap.text for gap in gaps],
            release=release,
            statements=[
                statement_data(each, edition)
                for each in (others.statements if others else ())
            ],
            near_misses=others.near_misses if others else (),
            other_purposes=[
                each
                for decision in decisions
                for each in other_purposes(decision.flow, deployment)
            ],
            settings=[
                each
                for decision in decisions
                for each in settings_of(decision.flow, deployment)
            ],
        )

    def show(screen: Screen) -> None:
        from avi_portspec.cli.verdicts import show_verdicts

        show_verdicts(
            screen,
            asked,
            answered,
            silences=silences,
            decisions=decisions,
            exclusions=exclusions,
            gaps=gaps,
            everything=everything,
            full=full,
            quiet=request.quiet,
            others=others,
        )

    request.answer(data, show)
    return (
        0 if any(decision.status == "needed" for decision in decisions) else 1
    )
