"""The questions of ``init``, and the file that the answers make."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from avi_portspec.cli.deployments import ids_of
from avi_portspec.cli.request import STDIN
from avi_portspec.deployment.files import dumps_deployment
from avi_portspec.errors import PortSpecError
from avi_portspec.model.facets import FACETS, Deployment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from avi_portspec.model.edition import Edition
    from avi_portspec.names import FacetId

__all__ = ["commented", "questions"]


def questions(edition: Edition) -> Deployment:
    """Return the deployment that somebody at a terminal describes.

    What is asked goes to standard error: standard output may be the file.

    Args:
        edition: The edition that knows the words.
    """
    clouds = _words(edition, "cloud", "Clouds, set apart by commas")
    controller = _yes("Does the Controller run as a Docker container?")
    nodes = _yes("Is it a single node, and no cluster?")
    features = _words(edition, "feature", "Features in use", default="none")
    services = _words(edition, "service", "Services in use", default="none")
    return Deployment(
        clouds=clouds,
        controller="container" if controller else "virtual-machine",
        nodes="single-node" if nodes else "cluster",
        features=features,
        services=services,
    )


def _yes(question: str) -> bool:
    return click.confirm(question, default=False, err=True)


def _words(
    edition: Edition, facet: FacetId, question: str, default: str | None = None
) -> frozenset[str]:
    click.echo(f"\n{_known(edition, facet)}", err=True)

    def convert(text: str) -> frozenset[str]:
        if text.strip() == default:
            return frozenset()
        try:
            return ids_of(edition, (facet,), [text])[facet]
        except PortSpecError as wrong:
            # Told, and asked again.
            raise click.UsageError(str(wrong)) from None

    found: frozenset[str] = click.prompt(
        question, default=default, value_proc=convert, err=True
    )
    return found


def _known(edition: Edition, facet: FacetId) -> str:
    """Return what a side of a deployment is, and its words."""
    found = edition.facets[facet]
    words = ", ".join(f"{value.id} ({value.name})" for value in found.values)
    return f"{found.name}: {words}"


def commented(deployment: Deployment, edition: Edition, target: str) -> str:
    """Return a deployment as TOML, with comments on what can be said.

    Args:
        deployment: The deployment.
        edition: The edition that knows the words.
        target: The file that it is for.
    """
    return "\n".join(_lines(deployment, edition, target)) + "\n"


def _lines(
    deployment: Deployment, edition: Edition, target: str
) -> Iterator[str]:
    name = "FILE" if target == STDIN else target
    yield "# What a deployment of the Avi load balancer is like, for"
    yield f"# avi-portspec. The words are those of edition {edition.id}."
    yield "#"
    yield f"#   avi-portspec ports --deployment {_shell_word(name)}"
    yield f"#   avi-portspec check {_shell_word(name)}"
    told: dict[str, Callable[[], Iterator[str]]] = {
        field: lambda facet=facet: _comment(edition, facet)  # type: ignore[misc]
        for facet, field in FACETS
    }
    told["nodes"] = _nodes
    for line in dumps_deployment(deployment).splitlines():
        yield ""
        yield from told[line.partition(" ")[0]]()
        yield line


def _nodes() -> Iterator[str]:
    yield "# How many Controllers there are."
    yield "#   cluster"
    yield "#   single-node"


def _comment(edition: Edition, facet: FacetId) -> Iterator[str]:
    found = edition.facets[facet]
    several = "; any of these" if found.many else "; one of these"
    yield f"# {found.name}{several}."
    widest = max(len(value.id) for value in found.values)
    for value in found.values:
        yield f"#   {value.id.ljust(widest)}  {value.name}"


def _shell_word(name: str) -> str:
    from shlex import quote

    return quote(name) if name.isprintable() else "FILE"
