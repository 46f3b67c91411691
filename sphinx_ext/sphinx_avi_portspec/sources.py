"""Where editions and deployments come from, and who uses them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import attrs
from sphinx.environment.collectors import EnvironmentCollector

import avi_portspec
from avi_portspec import (
    Edition,
    Fault,
    InvalidDataError,
    PortSpecError,
    UnknownNameError,
    dumps_deployment,
    load,
)
from avi_portspec.beyond.files import FOLDER, library, paths_in
from avi_portspec.beyond.files import fingerprint as hash_statements
from avi_portspec.deployment.files import read_deployment
from avi_portspec.deployment.kinds import kind_of
from avi_portspec.edition.bundled import edition_files
from avi_portspec.model.catalog import names_of
from avi_portspec.names import EndpointId, fold, is_file_name
from avi_portspec.serialisation.facet_lists import facet_bytes
from avi_portspec.serialisation.files import read_file, read_table
from avi_portspec.serialisation.limits import read_bytes
from avi_portspec.tabular.filters import find_end
from sphinx_avi_portspec.messages import Names
from sphinx_avi_portspec.pen import NO_EDITION

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx
    from sphinx.config import Config
    from sphinx.environment import BuildEnvironment

    from avi_portspec import Deployment, Endpoint

__all__ = [
    "DeploymentCollector",
    "Target",
    "find_edition",
    "find_edition_files",
    "find_target",
    "fingerprint",
    "hash_deployment",
    "name_endpoints",
    "setup_sources",
    "use_deployment",
    "use_edition",
    "use_statements",
    "word_statements",
]

#: What the project's own files hold, by path, with the hash of the file and
#: of the lists of facets to which it can refer: a changed one is read again.
#: Of an overlay it is the id, for it is nothing without an edition.
_loaded: Final[dict[str, tuple[str, Edition | str]]] = {}
#: Editions with an overlay, by the digest of the edition and the overlay's
#: path, with the hash of its file.
_overlaid: Final[dict[tuple[str, str], tuple[str, Edition]]] = {}
#: Editions with the project's own names of endpoints, by their digest and
#: these names.
_named: Final[dict[tuple[str, ...], Edition]] = {}
#: What sentences can name, by whom they are about.
_names: Final[dict[tuple[object, ...], Names]] = {}


def find_edition_files(config: Config) -> dict[str, str]:
    """Return the path of each edition's file by its id.

    The bundled editions come first, then the project's own, then the default
    one with each overlay of the project.

    Raises:
        InvalidDataError: One of the project's own files is not sound, or
            has the id of another edition.
        OSError: One cannot be read.
    """
    found = {str(name): path for name, path in edition_files().items()}
    editions, overlays = _load_files(config)
    for path, edition in editions.items():
        if edition.id in found:
            expected = "an id that no other edition has"
            raise InvalidDataError(
                path,
                [Fault("id/duplicate", "id", expected, repr(edition.id))],
            )
        found[edition.id] = path
    base = config.avi_portspec_edition
    while (site := base.rpartition("."))[2] in overlays:
        base = site[0]
    # That there is no such edition is a fault of another setting.
    with suppress(UnknownNameError):
        for path in overlays.values():
            found[_overlay(_find_plain(config, base), path).id] = path
    return found


def find_paths(config: Config, edition: str) -> tuple[str, ...]:
    """Return the paths of all files that an edition is read from.

    Args:
        config: The project's settings.
        edition: The edition's id.
    """
    _, overlays = _load_files(config)
    base, _, site = edition.rpartition(".")
    if base and site in overlays:
        return (*find_paths(config, base), overlays[site])
    return (find_edition_files(config)[edition],)


def _load_files(config: Config) -> tuple[dict[str, Edition], dict[str, str]]:
    """Return the project's own editions by path, and overlays' paths by id."""
    editions: dict[str, Edition] = {}
    overlays: dict[str, str] = {}
    for path in config.avi_portspec_files:
        found = _load_file(path)
        if isinstance(found, Edition):
            editions[path] = found
        elif found in overlays:
            expected = "an id that no other overlay has"
            raise InvalidDataError(
                path, [Fault("id/duplicate", "id", expected, repr(found))]
            )
        else:
            overlays[found] = path
    return editions, overlays


def _load_file(path: str) -> Edition | str:
    """Return the edition in one of the project's own files.

    Of an overlay, return its id.
    """
    key = _hash_file(path)
    before = _loaded.get(path)
    if before is not None and before[0] == key:
        return before[1]
    table, _ = read_file(path)
    found: Edition | str = str(table.get("id"))
    if kind_of(table) != "overlay":
        found = load(Path(path))
    _loaded[path] = key, found
    return found


def _overlay(edition: Edition, path: str) -> Edition:
    """Return an edition with the overlay in a file."""
    key = _hash_file(path)
    before = _overlaid.get((edition.digest, path))
    if before is not None and before[0] == key:
        return before[1]
    found = edition.overlay(Path(path))
    _overlaid[edition.digest, path] = key, found
    return found


def _hash_file(path: str) -> str:
    sources = Path(path).read_bytes() + facet_bytes()
    return hashlib.sha256(sources).hexdigest()


def find_edition(config: Config, name: str) -> Edition:
    """Return an edition by its id or alias; without a name, the default.

    With ``.`` and the id of an overlay behind its name, it has the overlay.
    Endpoints have the names that the project gives them.

    Raises:
        UnknownNameError: The project has no such edition.
        InvalidDataError: Its file holds no sound edition, or an overlay does
            not fit it.
        OSError: A file of the project's own cannot be read.
    """
    found = _find_plain(config, name or config.avi_portspec_edition)
    return name_endpoints(found, config.avi_portspec_labels)


def _find_plain(config: Config, asked: str) -> Edition:
    """Return an edition with its own names of endpoints."""
    editions, overlays = _load_files(config)
    for edition in editions.values():
        if asked in edition.names():
            return edition
    base, _, site = asked.rpartition(".")
    if base and site in overlays:
        return _overlay(_find_plain(config, base), overlays[site])
    try:
        return load(asked or None)
    except UnknownNameError as wrong:
        if base and _has_edition(config, base):
            # The edition without its overlay would lack the site's flows.
            raise UnknownNameError(
                "overlay in avi_portspec_files", site, overlays
            ) from None
        names = [n for edition in editions.values() for n in edition.names()]
        names += [f"{load().id}.{site}" for site in overlays]
        raise UnknownNameError(
            "edition", asked, [*wrong.known, *names]
        ) from None


def _has_edition(config: Config, name: str) -> bool:
    try:
        _find_plain(config, name)
    except UnknownNameError:
        return False
    return True


def name_endpoints(edition: Edition, labels: Mapping[str, str]) -> Edition:
    """Return an edition with a project's own names of endpoints.

    Whatever shows a name takes it from the edition, so that a project's name
    is shown everywhere. The digest stays: it is that of the data.

    Args:
        edition: The edition. The vendor's names go on being understood.
        labels: The names, by any name of the endpoint. What the edition does
            not have is left out.

    Raises:
        InvalidDataError: A name is none.
    """
    own = {
        endpoint.id: text
        for name, text in labels.items()
        if (endpoint := edition.endpoints.get(name)) is not None
    }
    if not own:
        return edition
    key = edition.digest, *chain.from_iterable(own.items())
    if key not in _named:
        made = attrs.evolve(
            edition,
            endpoints=[
                _name(edition, endpoint, own[endpoint.id], own)
                if endpoint.id in own
                else endpoint
                for endpoint in edition.endpoints
            ],
        )
        object.__setattr__(made, "digest", edition.digest)
        _named[key] = made
    return _named[key]


def _name(
    edition: Edition,
    endpoint: Endpoint,
    text: str,
    own: Mapping[EndpointId, str],
) -> Endpoint:
    """Return an endpoint with another name, which is its alone."""
    mine = {*map(fold, names_of(endpoint))}
    others = {
        fold(name) for one in edition.endpoints for name in names_of(one)
    }
    others |= {fold(name) for at, name in own.items() if at != endpoint.id}
    is_taken = fold(text) in others - mine
    name = f"{text} ({endpoint.name})" if is_taken else text
    _, *known = dict.fromkeys(names_of(endpoint))
    return attrs.evolve(
        endpoint,
        name=name,
        short=text if is_taken else None,
        aliases=tuple(one for one in known if fold(one) != fold(name)),
        site_names=(),
    )


class Target(NamedTuple):
    """What the target of a link names.

    Attributes:
        prefix: The edition, as the target names it; empty for the default.
        edition: The edition's id; empty for what is of none.
        kind: The kind of record.
        name: The record's id.
    """

    prefix: str
    edition: str
    kind: str
    name: str

    @property
    def target(self) -> str:
        """The whole target, which means the same in every project."""
        if self.kind in NO_EDITION:
            return self.name
        return f"{self.edition}/{self.name}"

    @property
    def short(self) -> str:
        """The target with the edition only where it is named."""
        return self.target if self.prefix else self.name


def find_target(config: Config, kind: str, target: str) -> Target:
    """Return what the target of a link names.

    Args:
        config: The project's settings.
        kind: ``flow``, ``note``, ``endpoint``, ``edition``, ``source`` or
            ``statement``.
        target: An id or another name of the record, with ``edition/`` before
            it unless it is of the default edition, or of none.

    Raises:
        UnknownNameError: There is no such record, or no such edition.
        InvalidDataError: The edition's file holds no sound edition.
        OSError: A file of the project's own cannot be read.
    """
    if kind == "source":
        return Target("", "", kind, avi_portspec.sources()[target].id)
    if kind == "statement":
        return Target("", "", kind, avi_portspec.statements()[target].id)
    if kind == "edition":
        edition = find_edition(config, target)
        return Target(target, edition.id, kind, edition.id)
    prefix, slash, name = target.partition("/")
    if slash:
        try:
            edition = find_edition(config, prefix)
        except UnknownNameError as wrong:
            # A name can have a slash itself.
            edition = find_edition(config, "")
            try:
                found = _find_record(edition, kind, target)
            except UnknownNameError:
                raise wrong from None
            return Target("", edition.id, kind, found)
        found = _find_record(edition, kind, name)
        return Target(prefix, edition.id, kind, found)
    edition = find_edition(config, "")
    return Target("", edition.id, kind, _find_record(edition, kind, target))


def _find_record(edition: Edition, kind: str, name: str) -> str:
    """Return the id of a record by any of its names."""
    if kind == "flow":
        # An id is its only name, and has no capitals.
        return edition.flows[fold(name)].id
    if kind == "note":
        return edition.notes[name].id
    return edition.endpoints[find_end(edition, name)].id


def use_edition(env: BuildEnvironment, name: str) -> Edition:
    """Return an edition, and note that the current document depends on it.

    Two things are noted: the file, so that Sphinx reads the document again
    when it is newer; and a fingerprint, since a reinstalled older package
    has files older than the last build.
    """
    uses = env.get_domain("avi").data["uses"].setdefault(env.docname, {})
    # If reading fails, this entry has the document read again in the next
    # build, however old the mended file is.
    uses[name] = "nothing"
    edition = find_edition(env.config, name)
    for path in find_paths(env.config, edition.id):
        env.note_dependency(path)
    uses[name] = fingerprint(edition)
    return edition


def fingerprint(edition: Edition) -> str:
    """Return the fingerprint of an edition as documents show it.

    It covers the data, and the package's version, which decides the words.
    """
    return f"{avi_portspec.__version__} {edition.digest}"


def find_names(
    editions: Iterable[Edition],
    deployment: Deployment | None = None,
    *,
    statements: bool = False,
) -> Names:
    """Return what sentences can name, made once for all documents.

    Args:
        editions: The editions that they are about.
        deployment: The deployment that they are about, if any.
        statements: Whether they are about what other sources state.
    """
    editions = [*editions]
    digests = [edition.digest for edition in editions]
    key = (*digests, deployment, statements)
    found = _names.get(key)
    if found is None:
        more: list[object] = [deployment] if deployment else []
        if statements:
            more += [library(), *avi_portspec.statements()]
        found = _names[key] = Names(editions, more)
    return found


def use_statements(env: BuildEnvironment) -> None:
    """Note that the current document depends on what other sources state.

    As with an edition, that is the files, and a fingerprint of all of them.
    """
    uses = env.get_domain("avi").data["elsewhere"]
    # If reading fails, the document is read again in the next build.
    uses[env.docname] = "nothing"
    for path in paths_in(FOLDER):
        env.note_dependency(path)
    uses[env.docname] = word_statements()


def word_statements() -> str:
    """Return the fingerprint of statements as documents show them."""
    return f"{avi_portspec.__version__} {hash_statements(FOLDER).hex()}"


def use_deployment(
    env: BuildEnvironment, edition: Edition, name: str
) -> Deployment:
    """Return a deployment, and note that the current document depends on it.

    Presets come with the edition, on which the document depends already.
    Of a file, a digest is noted too: an older file in its place has no
    modification time that would show it.

    Args:
        env: The project's environment.
        edition: The edition, for its presets.
        name: A preset, or several, comma-separated; or the path of a file,
            which ends in ``.toml`` or ``.json``: relative to the document or,
            with ``/`` before it, to the source folder.

    Raises:
        UnknownNameError: There is no such preset, or no such file.
        InvalidDataError: The file holds no sound deployment.
        OSError: The file cannot be read.
    """
    if not is_file_name(name):
        return edition.resolve(name).deployment
    key, _ = env.relfn2path(name)
    env.note_dependency(key)
    digests = _get_uses(env).setdefault(env.docname, {})
    # A failure is noted too, so that the next build tries again.
    digests[key] = ""
    try:
        found = _read_deployment(env, key)
    except FileNotFoundError:
        raise UnknownNameError(
            "deployment file", name, _find_similar(env, name, key)
        ) from None
    digests[key] = hash_deployment(found)
    return found


def _read_deployment(env: BuildEnvironment, key: str) -> Deployment:
    """Return the deployment in a file."""
    text = read_bytes(Path(env.srcdir, key))
    return read_deployment(read_table(text, key), key, None)


def _find_similar(env: BuildEnvironment, name: str, key: str) -> list[str]:
    """Return the deployment files in the same folder, spelled as *name*."""
    folder = Path(env.srcdir, key).parent
    start = PurePosixPath(name).parent
    found = sorted(
        path for path in folder.glob("*") if is_file_name(path.name)
    )
    return [str(start / path.name) for path in found]


def hash_deployment(deployment: Deployment) -> str:
    """Return what two deployments share if they are the same."""
    text = dumps_deployment(deployment)
    return hashlib.sha256(text.encode()).hexdigest()


def _get_uses(env: BuildEnvironment) -> dict[str, dict[str, str]]:
    """Return the deployment files of each document, with their digests.

    They are plain builtins, since another version of this package may read
    the environment back.
    """
    found: dict[str, dict[str, str]] = vars(env).setdefault(
        "avi_portspec_deployments", {}
    )
    return found


class DeploymentCollector(EnvironmentCollector):
    """Keeps the deployment files that documents use between builds."""

    def clear_doc(
        self, app: Sphinx, env: BuildEnvironment, docname: str
    ) -> None:
        """Drop the data of a document."""
        _get_uses(env).pop(docname, None)

    def merge_other(
        self,
        app: Sphinx,
        env: BuildEnvironment,
        docnames: Any,
        other: BuildEnvironment,
    ) -> None:
        """Take over the data that another process has read."""
        for docname, digests in _get_uses(other).items():
            if docname in docnames:
                _get_uses(env)[docname] = digests

    def process_doc(self, app: Sphinx, doctree: nodes.document) -> None:
        """Do nothing: the directives have noted what they use."""

    def get_outdated_docs(
        self,
        app: Sphinx,
        env: BuildEnvironment,
        added: set[str],
        changed: set[str],
        removed: set[str],
    ) -> list[str]:
        """Return the documents whose deployments have changed."""
        uses = _get_uses(env)
        now = _hash_all(env, {key for used in uses.values() for key in used})
        return [
            docname
            for docname, used in uses.items()
            if any(now[key] != digest for key, digest in used.items())
        ]


def _hash_all(env: BuildEnvironment, keys: Iterable[str]) -> dict[str, str]:
    found = {}
    for key in keys:
        try:
            found[key] = hash_deployment(_read_deployment(env, key))
        except (PortSpecError, OSError):
            # Reading the document again reports the fault at its line.
            found[key] = ""
    return found


def setup_sources(app: Sphinx) -> None:
    """Add the collector."""
    app.add_env_collector(DeploymentCollector)
