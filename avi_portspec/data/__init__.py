"""The editions that come with the package: one data file each.

A file is named ``<rank>-<id>.toml``. The rank orders the editions and
leaves room between them; the newest has the highest. To add an edition, add
its file: nothing here, nor anywhere else, is to be changed.
"""

from __future__ import annotations

import os
import re
from importlib import import_module
from importlib.util import source_hash
from typing import TYPE_CHECKING, Final

from avi_portspec.errors import Fault, InvalidDataError, UnknownNameError
from avi_portspec.names import EDITION_ID, EditionId, fold

if TYPE_CHECKING:
    from avi_portspec.model.edition import Edition

__all__ = ["compiled_source", "edition_files", "editions", "load", "module_of"]

#: The folder that is listed. Paths, not import resources: whoever builds on
#: an edition has to be able to name the file that it depends on.
FOLDER: Final = os.path.dirname(os.path.abspath(__file__))

_FILE: Final = re.compile(rf"\d+-(?P<id>{EDITION_ID.pattern})\.toml")

#: What was loaded, with the hash of the bytes that it was loaded from: a
#: file that changes under a long-running process is read again.
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


def editions() -> tuple[EditionId, ...]:
    """Return the ids of the editions that come with the package.

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
        edition: The id or an alias of an edition that comes with the
            package; or the path of an edition's file of your own, given as
            a path object or as a string that ends in ``.toml`` or
            ``.json``. Without it, the newest that comes with the package.

    Returns:
        The edition. One that comes with the package is read once, and again
        only if its file has changed; a file of your own is read every time.

    Raises:
        UnknownNameError: No edition here has that id or alias; it is a
            ``LookupError`` and suggests the nearest.
        InvalidDataError: The file holds no sound edition; it is a
            ``ValueError`` and carries every fault.
        OSError: The file cannot be read.
    """
    if edition is not None and (
        not isinstance(edition, str)
        or edition.lower().endswith((".toml", ".json"))
    ):
        from pathlib import Path

        from avi_portspec.serialisation.files import load_file

        return load_file(Path(edition))
    files = edition_files()
    if edition is None:
        return _built_in(*list(files.items())[-1])
    if edition in files:
        return _built_in(EditionId(edition), files[EditionId(edition)])
    everything = [_built_in(*item) for item in files.items()]
    for each in everything:
        if fold(edition) in map(fold, each.names()):
            return each
    known = [name for each in everything for name in each.names()]
    raise UnknownNameError("edition", edition, known)


def _built_in(edition: EditionId, path: str) -> Edition:
    with open(path, "rb") as file:
        text = file.read()
    key = source_hash(text)
    before = _loaded.get(path)
    if before is not None and before[0] == key:
        return before[1]
    made = _compiled(path, key)
    if made is None:
        from avi_portspec.serialisation.files import loads_toml

        made = loads_toml(text, subject=path)
    if made.id != edition:
        wanted = f"{edition!r}, as the file's name has it"
        raise InvalidDataError(path, [Fault("id", wanted, repr(made.id))])
    _loaded[path] = key, made
    return made


# -- compiled editions -------------------------------------------------------
#
# Reading TOML strictly takes longer than everything else together, so the
# build turns each edition into a module of constructor calls. Such a module
# is used only for the very bytes that it was made from, as PEP 552 has it
# for bytecode; the constructors check it once more; and where it is absent
# or out of step, the file itself is read.


def module_of(path: str) -> str:
    """Return the name of the module that an edition's file compiles to."""
    stem = os.path.splitext(os.path.basename(path))[0]
    return f"edition_{re.sub('[.-]', '_', stem)}"


def compiled_source(text: bytes, edition: Edition) -> str:
    """Return the source of the module that an edition's file compiles to.

    Args:
        text: The bytes of the file.
        edition: What it was read as.
    """
    # What a pickle would hold: plain tuples where the edition has its own
    # collections. A record's repr is a call that makes the record again.
    _, (_, fields) = edition.__reduce__()
    arguments = "".join(
        f"        {name}={value!r},\n" for name, value in fields.items()
    )
    return (
        '"""Made by the build from an edition\'s file; not kept by hand."""\n'
        "from avi_portspec.model.conditions import *\n"
        "from avi_portspec.model.edition import *\n"
        "from avi_portspec.model.facets import *\n"
        "from avi_portspec.model.flows import *\n"
        "from avi_portspec.model.page import *\n"
        "from avi_portspec.model.ports import *\n"
        "from avi_portspec.model.protocols import *\n"
        f"SOURCE = {source_hash(text)!r}\n"
        f"DIGEST = {edition.digest!r}\n"
        f"def edition():\n    return Edition(\n{arguments}    )\n"
    )


def _compiled(path: str, key: bytes) -> Edition | None:
    """Return the edition from its module, if that is there and in step."""
    try:
        module = import_module(f"avi_portspec.data.{module_of(path)}")
        if key != module.SOURCE:
            return None
        made: Edition = module.edition()
        # The digest of these very bytes, which the build has worked out.
        object.__setattr__(made, "digest", module.DIGEST)
    except Exception:  # noqa: BLE001 - whatever it is, the file still holds
        # Absent, or made for another state of the model, where anything
        # that it names may be gone.
        return None
    return made
