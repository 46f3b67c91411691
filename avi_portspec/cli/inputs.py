"""From words to deployments, and to the ids of an edition."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

import attrs
import click

from avi_portspec.cli.failures import CommandError, unknown_word
from avi_portspec.cli.parameters import CLOUDS, FEATURES
from avi_portspec.cli.streams import STDIN, report_progress, tell
from avi_portspec.model.catalog import names_of
from avi_portspec.model.facets import Deployment
from avi_portspec.names import FacetId, fold, is_file_name

if TYPE_CHECKING:
    from avi_portspec.cli.request import Request
    from avi_portspec.edition.edition import Edition
    from avi_portspec.rules.inventory import Inventory

__all__ = [
    "find_deployment",
    "ids_of",
    "read_site",
    "require_deployment",
    "unused_text",
]

_SYNONYMS: Final[Mapping[str, Mapping[str, str]]] = {
    "cloud": CLOUDS,
    "feature": FEATURES,
    "service": FEATURES,
}
#: What a deployment has besides its clouds.
_BESIDES: Final[tuple[FacetId, ...]] = ("feature", "service")


def find_deployment(
    request: Request, edition: Edition, *others: Edition
) -> Deployment | None:
    """Return the deployment that the options of a request describe, if any.

    Args:
        request: The request.
        edition: The edition that knows its words.
        *others: More editions, which may know the flows that *edition* does
            not.

    Raises:
        click.UsageError: A word is unknown, no cloud is named, or two options
            contradict each other.
        InvalidDataError: The file holds no sound deployment.
        OSError: The file cannot be read.
    """
    options = (request.deployments, request.clouds, request.services)
    more = (request.used, request.unused, request.controller, request.nodes)
    if not any((*options, *more)):
        return None
    files = [name for name in request.deployments if _is_file(edition, name)]
    if len(files) > 1:
        raise click.UsageError(
            f"two deployment files: {files[0]} and {files[1]}"
        )
    start = Deployment(clouds=frozenset())
    if files:
        from avi_portspec.deployment.files import read_deployment

        # An option can still name the cloud.
        table, subject = request.read_table(files[0])
        start = read_deployment(
            table, subject, edition, *others, needs_cloud=False
        )
    presets = [name for name in request.deployments if name not in files]
    clouds = ids_of(edition, ("cloud",), (*presets, *request.clouds))["cloud"]
    added = ids_of(edition, _BESIDES, request.used)
    removed = ids_of(edition, _BESIDES, request.unused)
    added["service"] |= ids_of(edition, ("service",), request.services)[
        "service"
    ]
    for facet in _BESIDES:
        if twice := added[facet] & removed[facet]:
            raise click.UsageError(
                f"{', '.join(sorted(twice))} is given to both --with and "
                "--without"
            )
    if not start.clouds | clouds:
        known = ", ".join(_known_words(edition, "cloud"))
        raise click.UsageError(
            f"the deployment has no cloud; add --cloud with one of: {known}"
        )
    return attrs.evolve(
        start,
        clouds=start.clouds | clouds,
        features=(start.features | added["feature"]) - removed["feature"],
        services=(start.services | added["service"]) - removed["service"],
        controller=request.controller or start.controller,
        nodes=request.nodes or start.nodes,
        release=request.release or start.release,
    )


def require_deployment(
    request: Request, edition: Edition, *others: Edition
) -> Deployment:
    """Return the deployment that the options of a request describe.

    Raises:
        click.UsageError: They describe none, or see :func:`find_deployment`.
    """
    found = find_deployment(request, edition, *others)
    if found is None:
        raise CommandError(
            "a deployment is required, for example --deployment aws, "
            "--cloud aws --with cli-shell, or --deployment FILE.toml"
        )
    return found


def read_site(
    request: Request, edition: Edition, name: str
) -> tuple[Inventory, str]:
    """Return the inventory in a file, and what to call it in an error.

    Addresses that nothing uses are told on standard error.

    Raises:
        InvalidDataError: The file holds no sound inventory.
        OSError: The file cannot be read.
    """
    from avi_portspec.rules.inventory import read_inventory

    table, subject = request.read_table(name)
    with report_progress(f"reading {subject}"):
        site = read_inventory(table, subject, edition)
    if site.unused:
        tell(f"{subject}: {unused_text(site)}")
    return site, subject


def unused_text(site: Inventory) -> str:
    """Return which addresses of an inventory nothing uses, or nothing."""
    if not site.unused:
        return ""
    unused = ", ".join(site.unused)
    return f"not used without --overlay or --accept: {unused}"


def _is_file(edition: Edition, name: str) -> bool:
    """Return whether the name of a deployment is that of a file.

    Raises:
        click.UsageError: It is neither that nor the name of a preset, which
            comes first.
    """
    if name == STDIN or is_file_name(name):
        return True
    clouds = _by_name(edition, ("cloud",))
    unknown = [word for word in _words(name) if fold(word) not in clouds]
    if not unknown:
        return False
    # Anything that can be read: a shell makes a pipe of <(...).
    if os.path.exists(name) and not os.path.isdir(name):
        return True
    known = _known_words(edition, "cloud")
    others = [*clouds, *filter(is_file_name, sorted(os.listdir()))]
    text = unknown_word("deployment", unknown[0], known, others)
    # What a deployment can have besides, as people name it.
    if fold(unknown[0]) in _by_name(edition, _BESIDES):
        text += f". Add it to a cloud: aws --with {fold(unknown[0])}"
    raise click.UsageError(text)


def _known_words(edition: Edition, facet: FacetId) -> tuple[str, ...]:
    found = edition.facets.get(facet)
    return tuple(value.id for value in found.values) if found else ()


def ids_of(
    edition: Edition, facets: tuple[FacetId, ...], words: Iterable[str]
) -> dict[str, frozenset[str]]:
    """Return the ids of some words, by the facet that has them.

    Args:
        edition: The edition that knows the words.
        facets: The facets that they may belong to.
        words: Ids, names, aliases or synonyms; several in one are
            comma-separated.

    Raises:
        click.UsageError: None of the facets has one of the words.
    """
    names = _by_name(edition, facets)
    found: dict[str, set[str]] = {facet: set() for facet in facets}
    for word in (word for listed in words for word in _words(listed)):
        if fold(word) not in names:
            kind = " or ".join(facets)
            known = [
                w for facet in facets for w in _known_words(edition, facet)
            ]
            raise click.UsageError(unknown_word(kind, word, known, names))
        facet, value = names[fold(word)]
        found[facet].add(value)
    return {facet: frozenset(ids) for facet, ids in found.items()}


def _words(listed: str) -> Iterable[str]:
    return map(str.strip, listed.split(","))


def _by_name(
    edition: Edition, facets: Iterable[FacetId]
) -> dict[str, tuple[FacetId, str]]:
    """Return facet and id by every name; the edition's own come first."""
    found: dict[str, tuple[FacetId, str]] = {}
    for name in facets:
        facet = edition.facets.get(name)
        values = facet.values if facet else ()
        ids = {value.id for value in values}
        for other, meant in _SYNONYMS.get(name, {}).items():
            if meant in ids:
                found.setdefault(fold(other), (name, meant))
        for value in values:
            for word in names_of(value):
                found[fold(word)] = (name, value.id)
    return found
