"""``avi-portspec explain``: why a port is needed, or is not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import click

from avi_portspec.cli.inputs import require_deployment
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
from avi_portspec.cli.parameters import RELEASE, SUBJECT
from avi_portspec.errors import UnknownNameError
from avi_portspec.names import fold

if TYPE_CHECKING:
    from avi_portspec.cli.request import Request
    from avi_portspec.cli.terminal import Screen
    from avi_portspec.deployment.decisions import Explanation
    from avi_portspec.deployment.resolution import Resolution

__all__ = ["explain_command"]

#: Other ways to write ``tcp/443``, among them that of this program's tables.
_PORT_FIRST: Final = re.compile(r"(\d{1,5})[/: ]([a-z][\w-]*)", re.ASCII)
_PORT_LAST: Final = re.compile(r"([a-z][\w-]*)[: ](\d{1,5})", re.ASCII)
#: Between the two ends of a pair.
_BETWEEN_ENDS: Final = re.compile(r"\s*-?>\s*|-to-")


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
    option(
        OUTPUT,
        "--release",
        type=RELEASE,
        metavar="RELEASE",
        help="Add what other sources state about a release, such as 30.2. It "
        "changes no answer.",
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
    release: str | None,
) -> int:
    """Explain why a deployment needs SUBJECT, or why not.

    SUBJECT is a protocol and port, such as tcp/9001 or 9001/tcp; a port, such
    as 9001; a protocol, such as icmp; a service, such as ssh; a pair, such as
    service-engine-to-controller; or the id of a flow or an exclusion. Flows
    that do not apply are counted, unless there are no others.
    """
    edition = request.edition()
    deployment = require_deployment(request, edition)
    answered = edition.resolve(deployment)
    found = _explanations(answered, subject)
    decisions = [decision for part in found for decision in part.decisions]
    exclusions = [exclusion for part in found for exclusion in part.exclusions]
    gaps = [gap for part in found for gap in part.gaps]
    others = None
    if release is not None or not (decisions or exclusions):
        # Imported here: reading all statements takes its time.
        from avi_portspec.cli.other_sources import find_other_sources

        others = find_other_sources(
            answered, found[0].subject, decisions, exclusions, release
        )

    def data() -> object:
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
            subject=found[0].subject if len(found) == 1 else subject,
            text="\n".join(part.text for part in found),
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
        )

    def show(screen: Screen) -> None:
        from avi_portspec.cli.verdicts import show_verdicts

        show_verdicts(
            screen,
            answered,
            subject,
            decisions,
            exclusions,
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


def _explanations(answer: Resolution, subject: str) -> list[Explanation]:
    """Return the explanations of a subject: several for a pair.

    Raises:
        UnknownNameError: Nothing has that name.
        InvalidQueryError: It is not a port.
    """
    word = fold(subject.strip())
    if found := _PORT_FIRST.fullmatch(word):
        subject = f"{found[2]}/{found[1]}"
    elif found := _PORT_LAST.fullmatch(word):
        subject = f"{found[1]}/{found[2]}"
    try:
        return [answer.explain(subject)]
    except UnknownNameError:
        if between := _between(answer, subject):
            return between
        raise


def _between(answer: Resolution, subject: str) -> list[Explanation]:
    """Return the explanations of all between a pair of ends, if it is one."""
    edition = answer.edition
    for found in _BETWEEN_ENDS.finditer(subject):
        names = (subject[: found.start()], subject[found.end() :])
        ends = [edition.endpoints.get(name.strip()) for name in names]
        pair = tuple(end.id for end in ends if end is not None)
        between = [
            answer.explain(record)
            for record in (*edition.flows, *edition.exclusions)
            if (record.source, record.destination) == pair
        ]
        if between:
            return between
    return []
