"""The bundled editions: where their files are, and how one is read fast."""

from __future__ import annotations

import os
import re
from importlib import import_module
from importlib.util import source_hash
from typing import Final

import avi_portspec.data
from avi_portspec.edition.edition import Edition
from avi_portspec.errors import Fault, InvalidDataError
from avi_portspec.model.compiled import shape_of
from avi_portspec.model.plain import plain
from avi_portspec.names import EDITION_ID, EditionId
from avi_portspec.serialisation.facet_lists import facet_bytes

__all__ = ["compiled_source", "edition_files", "load_bundled", "module_of"]

#: The folder that is listed. Paths, not import resources: whoever builds on
#: an edition has to be able to name the file that it depends on.
FOLDER: Final = os.path.dirname(os.path.abspath(avi_portspec.data.__file__))

_FILE: Final = re.compile(rf"\d+-(?P<id>{EDITION_ID.pattern})\.toml")

#: What was loaded, with the hash of the bytes that it was loaded from, the
#: lists of facets among them: a file that changes under a long-running
#: process is read again.
_loaded: dict[str, tuple[bytes, Edition]] = {}


def edition_files(folder: str = FOLDER) -> dict[EditionId, str]:
    """Return the path of each edition's file by its id, oldest first.

    Args:
        folder: Where to look.
    """
    found = sorted(
        (int(name.split("-")[0]), match["id"], name)
        for name in os.listdir(folder)
        if (match := _FILE.fullmatch(name))
    )
    return {
        EditionId(edition): os.path.join(folder, name)
        for _, edition, name in found
    }


def load_bundled(edition: EditionId, path: str) -> Edition:
    """Return the edition in a bundled file, which is read once.

    Args:
        edition: The id that the file's name gives.
        path: The file.

    Raises:
        InvalidDataError: The file holds no sound edition, or another one;
            or its compiled module does not hold what the build read.
        OSError: The file cannot be read.
    """
    with open(path, "rb", buffering=0) as file:  # at once: half the time
        text = file.read()
    sources = text + facet_bytes()
    key = source_hash(sources)
    before = _loaded.get(path)
    if before is not None and before[0] == key:
        return before[1]
    made = _load_compiled(path, sources)
    if made is None:
        from avi_portspec.serialisation.converter import read
        from avi_portspec.serialisation.files import toml_table

        made = read(toml_table(text, path), Edition, path)
    if made.id != edition:
        expected = f"{edition!r}, as the file's name has it"
        raise InvalidDataError(
            path, [Fault("edition/file-name", "id", expected, repr(made.id))]
        )
    _loaded[path] = key, made
    return made


# -- compiled editions -------------------------------------------------------
#
# Reading TOML strictly takes longer than everything else together, so the
# build turns each edition into a module of constructor calls. Such a module
# is used only for the very bytes that it was made from, as PEP 552 has it
# for bytecode, and for records of the same shape; the constructors check it
# once more, and its data and digest must be those that the build hashed
# together. Where it is absent or made from something else, the file itself
# is read. A module that is in step and broken is an error, and not hidden.

#: What else a module is made from: raise it when modules hold other things,
#: or when :func:`avi_portspec.model.plain.digest` comes to another digest.
_FORM: Final = 2

#: Where the names stand that a record's repr uses.
_NAMED_IN: Final = tuple(
    import_module(f"avi_portspec.model.{name}")
    for name in (
        *("conditions", "facets", "flows", "interfaces", "page", "ports"),
        "protocols",
    )
)


def module_of(path: str) -> str:
    """Return the name of the module that an edition's file compiles to."""
    stem = os.path.splitext(os.path.basename(path))[0]
    return f"edition_{re.sub('[.-]', '_', stem)}"


def made_from(sources: bytes) -> bytes:
    """Return what a compiled module was made from, as a hash.

    Args:
        sources: The bytes of the edition's file, and those of the lists of
            facets, to which it can refer.

    Returns:
        The hash of these bytes, of the form of modules, and of the fields
        that records have, for a module calls the records' constructors.
    """
    shape = shape_of(_NAMED_IN)
    return source_hash(sources + repr((_FORM, shape)).encode())


def compiled_source(sources: bytes, edition: Edition) -> str:
    """Return the source of the module that an edition's file compiles to.

    Args:
        sources: The bytes of the file, and those of the lists of facets.
        edition: What it was read as.
    """
    # What a pickle would hold: plain tuples where the edition has its own
    # collections. A record's repr is a call that makes the record again.
    _, (_, fields) = edition.__reduce__()
    imports = "".join(
        f"    from {module.__name__} import {', '.join(module.__all__)}\n"
        for module in _NAMED_IN
    )
    arguments = "".join(
        f"        {name}={value!r},\n" for name, value in fields.items()
    )
    return (
        '"""Made by the build from an edition\'s file; not kept by hand."""\n'
        f"MADE_FROM = {made_from(sources)!r}\n"
        f"DIGEST = {edition.digest!r}\n"
        f"HOLDS = {_content(edition, edition.digest)!r}\n"
        f"def fields():\n{imports}    return dict(\n{arguments}    )\n"
    )


def _load_compiled(path: str, sources: bytes) -> Edition | None:
    """Return the edition from its module, if that is there and in step."""
    name = f"avi_portspec.data.{module_of(path)}"
    try:
        module = import_module(name)
    except ModuleNotFoundError as missing:
        if missing.name != name:
            raise
        return None
    if getattr(module, "MADE_FROM", None) != made_from(sources):
        return None
    made = Edition(**module.fields())
    if _content(made, module.DIGEST) != module.HOLDS:
        expected = f"the data that the build read from {path}"
        raise InvalidDataError(
            name, [Fault("edition/compiled", "", expected, "other data")]
        )
    # JSON and SHA-256 take as long to import as all this takes to run.
    object.__setattr__(made, "digest", module.DIGEST)
    return made


def _content(edition: Edition, digest: str) -> bytes:
    """Return the hash of all that an edition holds, and of its digest."""
    return source_hash(f"{digest} {plain(edition)!r}".encode())
