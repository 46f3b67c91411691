"""From options to a deployment: a preset or a file, and what differs."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

import attrs
import click

from avi_portspec.cli.request import STDIN
from avi_portspec.deployment.presets import preset, presets
from avi_portspec.errors import UnknownNameError
from avi_portspec.model.catalog import names_of
from avi_portspec.model.facets import Deployment
from avi_portspec.names import FacetId, fold

if TYPE_CHECKING:
    from avi_portspec.cli.request import Request
    from avi_portspec.model.edition import Edition

__all__ = ["described", "ids_of", "words_known"]

_FILES: Final = (".toml", ".json")


def described(request: Request, edition: Edition) -> Deployment:
    """Return the deployment that a request's options describe.

    Args:
        request: The request.
        edition: The edition that has to know its words.

    Raises:
        UnknownNameError: No preset, cloud, feature or service is called so.
        InvalidDataError: The file holds no sound deployment.
        OSError: The file cannot be read.
        click.UsageError: No option says which cloud there is, or two
            contradict one another.
    """
    start = _started(request, edition)
    changes: dict[str, Any] = {}
    clouds = ids_of(edition, ("cloud",), request.clouds)
    changes["clouds"] = start.clouds | clouds["cloud"]
    used = ids_of(edition, ("feature", "service"), request.used)
    unused = ids_of(edition, ("feature", "service"), request.unused)
    services = ids_of(edition, ("service",), request.services)
    wanted = used["feature"] | used["service"] | services["service"]
    both = wanted & (unused["feature"] | unused["service"])
    if both:
        raise click.UsageError(
            f"{', '.join(sorted(both))}: said to be in use, and not to be"
        )
    changes["features"] = (start.features | used["feature"]) - unused[
        "feature"
    ]
    changes["services"] = (
        start.services | used["service"] | services["service"]
    ) - unused["service"]
    if request.controller is not None:
        changes["controller"] = request.controller
    if request.nodes is not None:
        changes["nodes"] = request.nodes
    made = attrs.evolve(start, **changes)
    if not made.clouds:
        known = ", ".join(words_known(edition, "cloud"))
        raise click.UsageError(
            f"which cloud does the Controller manage? --cloud is one of "
            f"{known}"
        )
    return made


def words_known(edition: Edition, facet: FacetId) -> tuple[str, ...]:
    """Return the words that an edition knows for a side of a deployment."""
    found = edition.facets.get(facet)
    return tuple(value.id for value in found.values) if found else ()


def _started(request: Request, edition: Edition) -> Deployment:
    """Return the preset or the file that the options start from."""
    name = request.preset
    if name is None:
        return Deployment()
    if name != STDIN and not name.lower().endswith(_FILES):
        try:
            return preset(name)
        except UnknownNameError:
            # Anything that can be read: a shell makes a pipe of <(...).
            if os.path.isdir(name) or not os.path.exists(name):
                known = [*presets(), *_beside()]
                raise UnknownNameError("deployment", name, known) from None
    from avi_portspec.cli.sources import deployment_in

    # The file is at fault, and named, if it has a word that is unknown; but
    # which cloud there is, an option can say.
    return deployment_in(*request.read(name), edition, needs_cloud=False)


def _beside() -> list[str]:
    return sorted(n for n in os.listdir() if n.lower().endswith(_FILES))


def ids_of(
    edition: Edition, facets: tuple[FacetId, ...], words: Iterable[str]
) -> dict[str, frozenset[str]]:
    """Return the ids of some words, by the facet that has them.

    Args:
        edition: The edition that knows the words.
        facets: The sides of a deployment that they may be about.
        words: Ids, names or aliases; each may be several, set apart by
            commas.

    Raises:
        UnknownNameError: None of the facets has one of the words.
    """
    known = {
        fold(name): (facet.id, value.id)
        for facet in edition.facets
        if facet.id in facets
        for value in facet.values
        for name in names_of(value)
    }
    found: dict[str, set[str]] = {facet: set() for facet in facets}
    for listed in words:
        for word in map(str.strip, listed.split(",")):
            if fold(word) not in known:
                kind = " or ".join(facets)
                raise UnknownNameError(kind, word, _known(edition, facets))
            facet, value = known[fold(word)]
            found[facet].add(value)
    return {facet: frozenset(ids) for facet, ids in found.items()}


def _known(edition: Edition, facets: Iterable[FacetId]) -> list[str]:
    return [word for facet in facets for word in words_known(edition, facet)]
