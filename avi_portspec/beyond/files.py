"""Where the statements are kept, and how all of them are read."""

from __future__ import annotations

import os
import re
from functools import cache
from importlib import import_module
from importlib.util import source_hash
from typing import Any, Final, get_args

import attrs

import avi_portspec.data
from avi_portspec.beyond import records
from avi_portspec.beyond.records import Library, StatementSource
from avi_portspec.errors import Fault, InvalidDataError
from avi_portspec.model import conditions, flows, ports, protocols
from avi_portspec.model.compiled import shape_of
from avi_portspec.names import KEBAB_ID, SourceKind

__all__ = [
    "FOLDER",
    "MODULE",
    "compiled_source",
    "fingerprint",
    "library",
    "paths_in",
    "read_library",
]

#: The folder that is listed: a file for each source, named after its id.
FOLDER: Final = os.path.join(
    os.path.dirname(os.path.abspath(avi_portspec.data.__file__)), "statements"
)
#: Beside it, what the sources share.
_COMMON: Final = "statements.toml"
_FILE: Final = re.compile(rf"{KEBAB_ID.pattern}\.toml")
#: The module in the folder of the data that the build makes of all files.
MODULE: Final = "edition_statements"
#: Where the names stand that a record's repr uses.
_NAMED_IN: Final = (conditions, flows, ports, protocols, records)


@cache
def library() -> Library:
    """Return the bundled sources, which are read once.

    As editions are, they are compiled by the build to a module of constructor
    calls, which is used only for the very bytes that it was made from.

    Raises:
        InvalidDataError: A file is wrong.
        OSError: A file cannot be read.
    """
    name = f"{avi_portspec.data.__name__}.{MODULE}"
    try:
        module: Any = import_module(name)
    except ModuleNotFoundError as missing:
        if missing.name != name:
            raise
        return read_library(FOLDER)
    if fingerprint(FOLDER) != module.MADE_FROM:
        return read_library(FOLDER)
    names = {
        name: getattr(each, name)
        for each in _NAMED_IN
        for name in each.__all__
    }
    made: Library = module.make(names)
    return made


def paths_in(folder: str) -> list[str]:
    """Return the files of a folder of sources, the common one first.

    Args:
        folder: The folder. Beside it, ``statements.toml`` has the endpoints
            and the releases.
    """
    names = sorted(filter(_FILE.fullmatch, os.listdir(folder)))
    common = os.path.join(os.path.dirname(folder), _COMMON)
    return [common, *(os.path.join(folder, n) for n in names)]


def read_library(folder: str) -> Library:
    """Return the sources in a folder, and what is known of them together.

    Args:
        folder: The folder; see :func:`paths_in`.

    Raises:
        InvalidDataError: A file is wrong.
        OSError: A file cannot be read.
    """
    common_path, *paths = paths_in(folder)
    common: Library = _read(common_path, Library)
    sources = [_read_source(path) for path in paths]
    kinds: tuple[str, ...] = get_args(SourceKind)
    sources.sort(key=lambda source: (kinds.index(source.kind), source.id))
    return attrs.evolve(common, sources=tuple(sources))


def compiled_source(folder: str) -> str:
    """Return the source of the module that a folder of sources compiles to.

    Args:
        folder: The folder; see :func:`paths_in`.
    """
    return (
        '"""Made by the build from the sources\' files; not kept by hand."""\n'
        f"MADE_FROM = {fingerprint(folder)!r}\n"
        # It imports nothing: what it is made of stands above the data.
        "def make(names):\n    globals().update(names)\n"
        f"    return {read_library(folder)!r}\n"
    )


def fingerprint(folder: str) -> bytes:
    """Return the hash of the files, and of the fields that records have.

    Args:
        folder: The folder; see :func:`paths_in`.
    """
    found = bytearray(repr(shape_of(_NAMED_IN)).encode())
    for path in paths_in(folder):
        with open(path, "rb", buffering=0) as file:
            found += file.read()
    return source_hash(bytes(found))


def _read(path: str, cls: type[Any]) -> Any:
    # Imported here: what is compiled needs no reader.
    from avi_portspec.serialisation.converter import read
    from avi_portspec.serialisation.files import read_file

    table, name = read_file(path)
    return read(table, cls, name)


def _read_source(path: str) -> StatementSource:
    source: StatementSource = _read(path, StatementSource)
    stem = os.path.splitext(os.path.basename(path))[0]
    if source.id != stem:
        expected = f"{stem!r}, as the file's name has it"
        fault = Fault("source/file-name", "id", expected, repr(source.id))
        raise InvalidDataError(path, [fault])
    return source
