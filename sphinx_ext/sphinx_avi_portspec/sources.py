"""Where a project's editions come from, and which documents use them."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

import avi_portspec
from avi_portspec import (
    Fault,
    InvalidDataError,
    UnknownNameError,
    load,
)
from avi_portspec.data import edition_files

if TYPE_CHECKING:
    from sphinx.config import Config
    from sphinx.environment import BuildEnvironment

    from avi_portspec import Edition

__all__ = ["edition_files_of", "edition_named", "edition_used", "made_from"]

#: What files of a project's own held, by their path, with the hash of the
#: bytes that it was read from: never is a file taken for what it was.
_read: Final[dict[str, tuple[str, Edition]]] = {}


def edition_files_of(config: Config) -> dict[str, str]:
    """Return the path of each edition's file by its id.

    Those that come with the package are first, then the project's own.

    Raises:
        InvalidDataError: One of the project's own files is not sound, or
            has the id of another edition.
        OSError: One cannot be read.
    """
    found = {str(name): path for name, path in edition_files().items()}
    for path in config.avi_portspec_files:
        name = _own(path).id
        if name in found:
            wanted = "an id that no other edition has"
            raise InvalidDataError(path, [Fault("id", wanted, repr(name))])
        found[name] = path
    return found


def _own(path: str) -> Edition:
    """Return the edition in a file of the project's own."""
    key = hashlib.sha256(Path(path).read_bytes()).hexdigest()
    before = _read.get(path)
    if before is not None and before[0] == key:
        return before[1]
    edition = load(Path(path))
    _read[path] = key, edition
    return edition


def edition_named(config: Config, name: str) -> Edition:
    """Return an edition by its id or alias; without a name, the default.

    Raises:
        UnknownNameError: The project has no such edition.
        InvalidDataError: Its file holds no sound edition.
        OSError: A file of the project's own cannot be read.
    """
    wanted = name or config.avi_portspec_edition
    own = [_own(path) for path in config.avi_portspec_files]
    for edition in own:
        if wanted in edition.names():
            return edition
    try:
        return load(wanted or None)
    except UnknownNameError as wrong:
        names = [each for edition in own for each in edition.names()]
        raise UnknownNameError(
            "edition", wanted, [*wrong.known, *names]
        ) from None


def edition_used(env: BuildEnvironment, name: str) -> Edition:
    """Return an edition, and note that the current document depends on it.

    Two things are noted. The file, so that Sphinx reads the document again
    when that is newer; and what it was made from, because an older package,
    once it is installed again, brings files older than the last build.
    """
    uses = env.get_domain("avi").data["uses"].setdefault(env.docname, {})
    # Should reading fail, the document was made from nothing: it is read
    # again until there is something, however old the mended file looks.
    uses[name] = "nothing"
    edition = edition_named(env.config, name)
    env.note_dependency(edition_files_of(env.config)[edition.id])
    uses[name] = made_from(edition)
    return edition


def made_from(edition: Edition) -> str:
    """Return what a document that shows an edition is made from.

    That is the data, and the version of the package that puts it into words.
    """
    return f"{avi_portspec.__version__} {edition.digest}"
