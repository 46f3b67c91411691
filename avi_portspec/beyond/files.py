"""Where the statements are kept, and how all of them are read."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final, get_args

import attrs

import avi_portspec.data
from avi_portspec.beyond.records import Library, StatementSource
from avi_portspec.errors import Fault, InvalidDataError
from avi_portspec.names import SourceKind
from avi_portspec.serialisation.converter import read
from avi_portspec.serialisation.files import read_file

__all__ = ["FOLDER", "library", "read_library"]

#: The folder that is listed: a file for each source, named after its id.
FOLDER: Final = Path(avi_portspec.data.__file__).with_name("statements")


@cache
def library() -> Library:
    """Return the bundled sources, which are read once.

    Raises:
        InvalidDataError: A file is wrong.
        OSError: A file cannot be read.
    """
    return read_library(FOLDER)


def read_library(folder: Path) -> Library:
    """Return the sources in a folder, and what is known of them together.

    Args:
        folder: The folder. Beside it, a file of the same name and the ending
            ``.toml`` has the endpoints and the releases.

    Raises:
        InvalidDataError: A file is wrong.
        OSError: A file cannot be read.
    """
    table, name = read_file(folder.with_suffix(".toml"))
    common: Library = read(table, Library, name)
    sources = [_read_source(path) for path in folder.glob("*.toml")]
    kinds: tuple[str, ...] = get_args(SourceKind)
    sources.sort(key=lambda source: (kinds.index(source.kind), source.id))
    return attrs.evolve(common, sources=tuple(sources))


def _read_source(path: Path) -> StatementSource:
    table, name = read_file(path)
    source: StatementSource = read(table, StatementSource, name)
    if source.id != path.stem:
        expected = f"{path.stem!r}, as the file's name has it"
        fault = Fault("source/file-name", "id", expected, repr(source.id))
        raise InvalidDataError(str(path), [fault])
    return source
