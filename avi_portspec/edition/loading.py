"""Editions from files and text: the bundled ones, and any other."""

from __future__ import annotations

import os
from typing import Any

from avi_portspec.edition.bundled import edition_files, load_bundled
from avi_portspec.edition.edition import Edition
from avi_portspec.errors import (
    InvalidDataError,
    InvalidQueryError,
    NoEditionError,
    UnknownNameError,
    shown,
)
from avi_portspec.names import RELEASE_ID, EditionId, fold, is_file_name

__all__ = ["editions", "load", "loads", "loads_toml", "read_edition"]


def editions() -> tuple[EditionId, ...]:
    """Return the ids of the bundled editions.

    >>> import avi_portspec
    >>> "vantage-undated" in avi_portspec.editions()
    True

    Returns:
        The ids, the oldest edition's first.
    """
    return tuple(edition_files())


def load(edition: str | os.PathLike[str] | None = None) -> Edition:
    """Return an edition.

    >>> import avi_portspec
    >>> avi_portspec.load().product
    'Avi Vantage'

    Args:
        edition: The id or an alias of a bundled edition; or the path of an
            edition's file of your own, as a path object or as a string that
            ends in ``.toml`` or ``.json``. Default: the newest bundled one.

    Returns:
        The edition. A bundled one is read once, and again only if its file
        has changed; a file of your own is read every time.

    Raises:
        UnknownNameError: No edition here has that id or alias; it is a
            ``LookupError`` and suggests the nearest. For a release, it is a
            :class:`NoEditionError`, which says what is known of it.
        InvalidDataError: The file holds no sound edition; it is a
            ``ValueError`` and carries every fault.
        OSError: The file cannot be read.
    """
    if edition is not None and is_file_name(edition):
        from avi_portspec.serialisation.files import read_file

        return read_edition(*read_file(edition))
    if edition is not None and not isinstance(edition, str):
        expected = "an edition's id or alias, or the path of its file"
        raise InvalidQueryError("edition", expected, shown(edition))
    files = edition_files()
    if edition is None:
        return load_bundled(*list(files.items())[-1])
    if edition in files:
        return load_bundled(EditionId(edition), files[EditionId(edition)])
    bundled = [load_bundled(*item) for item in files.items()]
    for candidate in bundled:
        if fold(edition) in map(fold, candidate.names()):
            return candidate
    known = [name for candidate in bundled for name in candidate.names()]
    raise _unknown(edition, known)


def _unknown(name: str, known: list[str]) -> UnknownNameError:
    """Return the error for a name that no bundled edition has.

    The name of a release is like those of other releases, but a page of
    another one may state other ports: what is near is in the data.
    """
    # Imported here: only a failing call pays for it.
    from avi_portspec.beyond.queries import find_release

    if "." not in name or not RELEASE_ID.fullmatch(name):
        return UnknownNameError("edition", name, known)
    found = find_release(name)
    if found is None:
        reason = "Nothing is known of this release."
        return NoEditionError(name, known, None, reason)
    count = len(found.sources)
    speak = (
        f"{count} other sources speak"
        if count != 1
        else ("1 other source speaks")
    )
    reason = f"{found.reason} {speak} of {found.id}."
    return NoEditionError(name, known, found.edition or found.nearest, reason)


def loads(text: str | bytes, *, subject: str = "JSON text") -> Edition:
    """Return the edition that JSON holds.

    Args:
        text: The JSON, as text or as UTF-8.
        subject: What to call it in an error: a file's name, say.

    Raises:
        InvalidDataError: It is not JSON, or not an edition; it carries every
            fault with its path.
    """
    from avi_portspec.serialisation.files import json_table

    return read_edition(json_table(text, subject), subject)


def loads_toml(text: str | bytes, *, subject: str = "TOML text") -> Edition:
    """Return the edition that TOML holds.

    Args:
        text: The TOML, as text or as UTF-8.
        subject: What to call it in an error: a file's name, say.

    Raises:
        InvalidDataError: It is not TOML, or not an edition; it carries every
            fault with its path.
    """
    from avi_portspec.serialisation.files import toml_table

    return read_edition(toml_table(text, subject), subject)


def read_edition(data: Any, subject: str) -> Edition:
    """Return the edition that plain data holds.

    Args:
        data: The data.
        subject: What to call it in an error: a file's name, say.

    Raises:
        InvalidDataError: It is not an edition; it carries every fault with
            its path, or says what it is instead.
    """
    # Imported here, as the readers above: a compiled edition needs none.
    from avi_portspec.serialisation.converter import read

    try:
        edition: Edition = read(data, Edition, subject)
    except InvalidDataError:
        from avi_portspec.deployment.kinds import refuse_other_kind

        refuse_other_kind(data, "edition", subject)
        raise
    return edition
