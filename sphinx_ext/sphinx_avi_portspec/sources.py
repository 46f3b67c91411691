"""Where a project's editions come from, and which documents use them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from avi_portspec import load
from avi_portspec.data import edition_files

if TYPE_CHECKING:
    from sphinx.config import Config
    from sphinx.environment import BuildEnvironment

    from avi_portspec import Edition

__all__ = ["edition_named", "edition_used"]


def edition_named(config: Config, name: str) -> Edition:
    """Return an edition by its id or alias; without a name, the default.

    Raises:
        UnknownNameError: The project has no such edition.
        InvalidDataError: Its file holds no sound edition.
    """
    return load(name or config.avi_portspec_edition or None)


def edition_used(env: BuildEnvironment, name: str) -> Edition:
    """Return an edition, and note that the current document depends on it.

    Two things are noted. The file, so that Sphinx reads the document again
    when that is newer; and the digest, because an older package, once it is
    installed again, brings files that are older than the last build.
    """
    edition = edition_named(env.config, name)
    env.note_dependency(edition_files()[edition.id])
    uses = env.get_domain("avi").data["uses"]
    uses.setdefault(env.docname, {})[name] = edition.digest
    return edition
