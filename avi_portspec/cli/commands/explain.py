"""``avi-portspec explain``: why a port is needed, or is not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, cast

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
from avi_portspec.cli.parameters import RELEASE, SUBJECT
from avi_portspec.deployment.subjects import Subject, find_subject
from avi_portspec.errors import UnknownNameError
from avi_portspec.names import fold

if TYPE_CHECKING:
    from avi_portspec.cli.request import Request
    from avi_portspec.cli.terminal import Screen
    from avi_portspec.deployment.decisions import Explanation
    from avi_portspec.edition.edition import Edition
    from avi_portspec.model.flows import Endpoint

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
    deployment = find_deployment(request, edition)
    answered = None if deployment is None else edition.resolve(deployment)
    # With the directions that the deployment reads.
    asked = edition if answered is None else cast("Edition", answered.edition)
    found = _subjects(asked, subject)
    explained: list[Explanation] = []
    if answered is not None:
        explained = [answered.explain(each) for each in found]
    elif any(each.flows or each.exclusions for each in found):
        # What nothing documents needs no deployment.
        require_deployment(request, edition)
    decisions = [each for part in explained for each in part.decisions]
    exclusions = [each for part in explained for each in part.exclusions]
    gaps = [gap for part in explained for gap in part.gaps]
    others = None
    is_silent = not request.quiet and any(
        decision.status == "unstated" for decision in decisions
    )
    if release is not None or is_silent or not (decisions or exclusions):
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
            text="\n".join(part.text for part in explained)
            or found[0].silence,
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
            subject=found[0],
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


def _subjects(edition: Edition, text: str) -> list[Subject]:
    """Return what a text is about: several records for a pair.

    Raises:
        UnknownNameError: Nothing has that name.
        InvalidQueryError: It is not a port.
    """
    word = fold(text.strip())
    if found := _PORT_FIRST.fullmatch(word):
        text = f"{found[2]}/{found[1]}"
    elif found := _PORT_LAST.fullmatch(word):
        text = f"{found[1]}/{found[2]}"
    try:
        return [find_subject(edition, text)]
    except UnknownNameError:
        if between := _between(edition, text):
            return between
        raise


def _between(edition: Edition, text: str) -> list[Subject]:
    """Return all between a pair of ends, if it is one.

    Where other sources alone have something between them, it is the pair.
    """
    for found in _BETWEEN_ENDS.finditer(text):
        names = (text[: found.start()], text[found.end() :])
        try:
            ends = [_find_end(edition, name.strip()) for name in names]
        except UnknownNameError:
            continue
        source, destination = (end.id for end in ends)
        pair = source, destination
        own = [
            *(
                Subject(flow.id, (flow,), is_record=True)
                for flow in edition.flows
                if (flow.source, flow.destination) == pair
            ),
            *(
                Subject(each.id, (), (each,), is_record=True)
                for each in edition.exclusions
                if (each.source, each.destination) == pair
            ),
        ]
        # Imported here: most subjects are no pair.
        from avi_portspec.beyond.queries import statements

        if own:
            return own
        if any((s.source, s.destination) == pair for s in statements()):
            name = " to ".join(end.label for end in ends)
            return [Subject(name, pair=pair)]
    return []


def _find_end(edition: Edition, name: str) -> Endpoint:
    """Return an endpoint by its name in the edition, or in other sources.

    Raises:
        UnknownNameError: It is nobody's.
    """
    # Imported here: most subjects are no pair.
    from avi_portspec.beyond.spellings import find_endpoint, parties

    own = edition.endpoints.get(name)
    if own is not None:
        return own
    end = find_endpoint(name)
    return edition.endpoints.get(end) or parties()[end]
