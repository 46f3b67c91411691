"""``avi-portspec init``: write a deployment file, to start from."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final

import click

from avi_portspec.cli.failures import CommandError
from avi_portspec.cli.inputs import find_deployment, ids_of
from avi_portspec.cli.options import (
    OUTPUT,
    command,
    deployment_argument,
    deployment_options,
    edition_options,
    option,
)
from avi_portspec.cli.streams import STDIN, tell
from avi_portspec.model.facets import FACETS, Deployment
from avi_portspec.model.wording import sites_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from avi_portspec.cli.request import Request
    from avi_portspec.deployment.resolution import Resolution
    from avi_portspec.edition.edition import Edition
    from avi_portspec.model.flows import Endpoint
    from avi_portspec.names import FacetId
    from avi_portspec.rules.parts import Parts

__all__ = ["init_command"]

_FILE: Final = "deployment.toml"
_INVENTORY: Final = "inventory.toml"


@command(
    "init",
    deployment_argument,
    deployment_options,
    option(
        OUTPUT,
        "--inventory",
        is_flag=True,
        help="Write an inventory instead, with a key for each endpoint that "
        "needs addresses; fill it in, and give it to 'avi-portspec rules'.",
    ),
    option(
        OUTPUT,
        "--force",
        is_flag=True,
        help="Overwrite an existing file.",
    ),
    edition_options,
    examples=(
        ("Answer a few questions, and get deployment.toml.", "init"),
        (
            "Without questions, into another file.",
            (
                "init --cloud aws --with cli-shell --service dns,ntp "
                "--output lab.toml"
            ),
        ),
        ("Print it only.", "init openstack --output -"),
        (
            "An inventory of the addresses that rules need.",
            "init --inventory --deployment deployment.toml",
        ),
    ),
)
def init_command(request: Request, *, inventory: bool, force: bool) -> None:
    """Write a deployment file, with a comment for every allowed value.

    On a terminal, without a DEPLOYMENT, it asks a few questions. The file is
    deployment.toml, or the one of --output. Then run 'avi-portspec ports
    --deployment deployment.toml'.
    """
    target = request.output or (_INVENTORY if inventory else _FILE)
    if target != STDIN and os.path.lexists(target) and not force:
        raise CommandError(f"{target!r} exists; use --force to overwrite it")
    edition = request.edition()
    deployment = find_deployment(request, edition)
    if deployment is None:
        if not sys.stdin.isatty():
            raise CommandError(
                "no terminal for questions; describe the deployment, for "
                "example with --cloud aws --with cli-shell"
            )
        deployment = _ask(edition)
    # Resolved before it is written: what does not fit is refused.
    resolution = edition.resolve(deployment)
    request.output = target
    lines = (
        _inventory(resolution, target)
        if inventory
        else _add_comments(deployment, edition, target)
    )
    request.write("\n".join(lines) + "\n")
    if target != STDIN:
        name = _shell_word(target)
        following = (
            f"fill it in, and: avi-portspec check {name}"
            if inventory
            else f"avi-portspec ports --deployment {name}"
        )
        tell(f"Wrote {target}. Next: {following}")


# -- questions ---------------------------------------------------------------


def _ask(edition: Edition) -> Deployment:
    """Return the deployment that somebody at a terminal describes.

    The questions go to standard error: standard output may be the file.
    """
    clouds = _ask_words(edition, "cloud", "Clouds (comma-separated)")
    container = _ask_yes("Does the Controller run as a Docker container?")
    single = _ask_yes("Is it a single node (not a cluster)?")
    features = _ask_words(edition, "feature", "Features in use", "none")
    services = _ask_words(edition, "service", "Services in use", "none")
    return Deployment(
        clouds=clouds,
        controller="container" if container else "virtual-machine",
        nodes="single-node" if single else "cluster",
        features=features,
        services=services,
    )


def _ask_yes(question: str) -> bool:
    return click.confirm(question, default=False, err=True)


def _ask_words(
    edition: Edition, facet: FacetId, question: str, default: str | None = None
) -> frozenset[str]:
    click.echo(f"\n{_choices(edition, facet)}", err=True)

    def convert(text: str) -> frozenset[str]:
        if text.strip() == default:
            return frozenset()
        # Its error is printed, and the question asked again.
        return ids_of(edition, (facet,), [text])[facet]

    found: frozenset[str] = click.prompt(
        question, default=default, value_proc=convert, err=True
    )
    return found


def _choices(edition: Edition, facet: FacetId) -> str:
    """Return a facet and its words, wrapped so that none is cut in two."""
    from shutil import get_terminal_size
    from textwrap import fill

    found = edition.facets[facet]
    width = get_terminal_size().columns
    # A long name goes on where it began, beside the ids.
    indent = " " * (max(len(value.id) for value in found.values) + 4)
    lines = [
        fill(line, width, subsequent_indent=indent, break_long_words=False)
        for line in _values(edition, facet)
    ]
    return "\n".join([f"{found.name}:", *lines])


# -- the file ----------------------------------------------------------------


def _add_comments(
    deployment: Deployment, edition: Edition, target: str
) -> Iterator[str]:
    """Yield the lines of a deployment file, with the allowed values.

    Args:
        deployment: The deployment.
        edition: The edition that knows the words.
        target: The file that it is for.
    """
    name = "FILE" if target == STDIN else _shell_word(target)
    yield "# A deployment of the Avi load balancer, for avi-portspec."
    yield f"# The allowed values are those of edition {edition.id}."
    yield "#"
    yield f"#   avi-portspec ports --deployment {name}"
    yield f"#   avi-portspec check {name}"
    comments: dict[str, Callable[[], Iterator[str]]] = {
        field: lambda facet=facet: _comment(edition, facet)  # type: ignore[misc]
        for facet, field in FACETS
    }
    comments["nodes"] = _comment_on_nodes
    comments["release"] = _comment_on_release
    from avi_portspec.deployment.files import dumps_deployment

    text = dumps_deployment(deployment)
    values, sign, tables = text.partition("\n[[")
    for line in values.splitlines():
        yield ""
        yield from comments[line.partition(" ")[0]]()
        yield line
    if deployment.release is None:
        yield ""
        yield from _comment_on_release()
        yield '#   release = "22.1.4"'
    yield ""
    yield from _comment_on_choices(edition)
    yield from f"{sign}{tables}".splitlines()


def _inventory(resolution: Resolution, target: str) -> Iterator[str]:
    """Yield the lines of an inventory, with what needs each address.

    The lists are empty, and an empty list is a fault: none is forgotten.
    """
    name = "FILE" if target == STDIN else _shell_word(target)
    yield "# The addresses of endpoints at one site, for avi-portspec."
    yield "# Lists hold addresses and networks, such as 10.20.0.0/24."
    yield "#"
    yield f"#   avi-portspec check {name}"
    from avi_portspec.rules.inventory import Inventory
    from avi_portspec.rules.parts import Parts

    edition = resolution.edition
    parts = Parts(resolution.deployment, edition, Inventory(addresses={}))
    for endpoint in edition.endpoints:
        if endpoint.origin is None:
            yield from _addresses_of(endpoint, resolution, parts)
    yield ""
    yield "# The floating address of the Controller cluster, if it has one."
    yield '# cluster-ip = ""'
    yield "# Whether it is a destination, which the vendor does not document."
    yield "# cluster-ip-is-destination = true"
    yield "# Addresses that stand in two lists on purpose."
    yield "# shared = []"
    for overlay in sites_of(edition):
        lines = [
            line
            for endpoint in edition.endpoints
            if endpoint.origin == overlay
            for line in _addresses_of(endpoint, resolution, parts)
        ]
        if lines:
            # Runs without the overlay do not use them.
            yield from ("", f"[overlay.{overlay}]", *lines)


def _addresses_of(
    endpoint: Endpoint, resolution: Resolution, parts: Parts
) -> Iterator[str]:
    """Yield an endpoint's key, if it needs addresses, and what for."""
    unclear = resolution.direction_unclear
    flows = [
        flow
        for flow in (*resolution.needed, *unclear)
        if endpoint.id in (flow.source, flow.destination)
    ]
    if not flows:
        return
    yield ""
    yield f"# {endpoint.name}. Needed for:"
    for flow in flows:
        doubt = ", with a reading of its direction" if flow in unclear else ""
        yield f"#   {flow.id}{doubt}"
    if all(flow in unclear for flow in flows):
        # An empty list is a fault, also to whoever accepts no reading.
        yield "# A reading is --accept-reading of 'avi-portspec rules', or"
        yield "# [[readings]] in the deployment file; without, remove the key."
    here = {cloud for flow in flows for cloud in parts.clouds_of(flow.when)}
    # Its members in two clouds can need different ports.
    if len(resolution.deployment.clouds) > 1 and parts.is_per_cloud(
        endpoint.id
    ):
        yield from (f"{endpoint.id}.{cloud} = []" for cloud in sorted(here))
    else:
        yield f"{endpoint.id} = []"


def _comment_on_nodes() -> Iterator[str]:
    yield "# How many Controller nodes there are; one of these."
    yield "#   cluster"
    yield "#   single-node"


def _comment_on_release() -> Iterator[str]:
    yield "# The release that runs. It changes no answer; it selects what"
    yield "# other sources state beside one: 'avi-portspec ports --beyond'."


def _comment_on_choices(edition: Edition) -> Iterator[str]:
    yield "# Flows that the site does not use, each with a reason: they get"
    yield "# no port, and stay listed. 'avi-portspec ports --wide' shows ids."
    yield "#   [[declined]]"
    yield '#   flow = "external-to-controller-snmp"'
    yield '#   reason = "not polled"'
    doubtful = [flow for flow in edition.flows if flow.direction_doubts]
    if doubtful:
        yield "# How to read a direction that the vendor leaves in doubt:"
        yield "# stated or reversed. Until then, the flow gets no port."
    for flow in doubtful:
        yield "#   [[readings]]"
        yield f'#   flow = "{flow.id}"'
        yield '#   direction = "reversed"'


def _comment(edition: Edition, facet: FacetId) -> Iterator[str]:
    found = edition.facets[facet]
    several = "any of these" if found.many else "one of these"
    yield f"# {found.name}; {several}."
    yield from (f"# {line}" for line in _values(edition, facet))


def _values(edition: Edition, facet: FacetId) -> Iterator[str]:
    values = edition.facets[facet].values
    widest = max(len(value.id) for value in values)
    for value in values:
        yield f"  {value.id.ljust(widest)}  {value.name}"


def _shell_word(name: str) -> str:
    from shlex import quote

    return quote(name) if name.isprintable() else "FILE"
