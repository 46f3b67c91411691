"""Which files are read, and which of them together."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePath
from typing import BinaryIO, Final

from avi_portspec.audit.inputs.document import JSON_AT_MOST
from avi_portspec.audit.model import STANDARD_INPUT, Existing
from avi_portspec.audit.readers import read as read_bytes
from avi_portspec.documents import join
from avi_portspec.errors import (
    Fault,
    InvalidDataError,
    InvalidQueryError,
    shown,
)
from avi_portspec.model.frozen import FrozenDict
from avi_portspec.serialisation.limits import read_stream

__all__ = ["gather", "read", "read_file"]

_TERRAFORM: Final = "terraform"
_CODE: Final = (".tf", ".tf.json")
#: The files of values that Terraform reads by itself.
_VALUES: Final = ("terraform.tfvars", ".auto.tfvars")
_GIVEN_VALUES: Final = ".tfvars"
#: More than any module has; the reader refuses as many.
_MOST: Final = 1_001


def read(
    source: str | os.PathLike[str] | bytes,
    *,
    format: str | None = None,  # noqa: A002 - what its users call it
    name: str = STANDARD_INPUT,
) -> Existing:
    r"""Return the rules that a file has, or a module of Terraform.

    >>> from avi_portspec import audit
    >>> saved = b"*filter\n:INPUT DROP [0:0]\nCOMMIT\n"
    >>> existing = audit.read(saved, format="iptables")
    >>> existing.filters[0].last_resort.action
    'deny'

    Args:
        source: The path of a file or of a directory with a module; or the
            bytes of a file.
        format: The name of its reader, one of
            :func:`avi_portspec.audit.readers.readers`; by default its
            content tells.
        name: What to call bytes in messages.

    Raises:
        InvalidQueryError: It is neither a path nor bytes.
        UnknownNameError: There is no such reader.
        InvalidDataError: No reader recognises the file, or it is not right.
        MissingExtraError: Its format needs an optional package.
        OSError: It cannot be read.
    """
    if isinstance(source, bytes):
        return read_bytes(source, name, format=format)
    if not isinstance(source, (str, os.PathLike)):
        expected = "a path, or bytes"
        raise InvalidQueryError("source", expected, shown(source))
    return read_file(os.fspath(source), format)


def gather(names: list[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield files to be read, each with the files of values given for it.

    The files of one directory that are code of Terraform are one module, and
    read once.

    Args:
        names: The files, as they were given.
    """
    values = tuple(name for name in names if name.endswith(_GIVEN_VALUES))
    seen: set[PurePath] = set()
    for name in names:
        if name.endswith(_CODE):
            folder = Path(name).parent
            if folder in seen:
                continue
            seen.add(folder)
        if name not in values or values == tuple(names):
            yield name, values


def read_file(
    name: str, format_: str | None, values: tuple[str, ...] = ()
) -> Existing:
    """Return the rules that a file has, or a module of Terraform.

    Args:
        name: The path of the file, or of the directory.
        format_: The name of its reader, if it is not to be detected.
        values: More files with values of variables.

    Raises:
        OSError: It cannot be read.
        InvalidDataError: As for :func:`read`.
    """
    path = Path(name)
    is_folder = path.is_dir()
    if not is_folder and not name.endswith(_CODE):
        return read_bytes(_bytes(path), name, format=format_)
    folder = path if is_folder else path.parent
    beside = _module(folder, values)
    if is_folder and not any(inner.endswith(_CODE) for inner in beside):
        fault = Fault(
            "audit/no-format",
            "",
            f"a folder with files that end in {join('or', _CODE)}",
            "none",
        )
        raise InvalidDataError(name, [fault])
    data = b"" if is_folder else _bytes(path)
    format_ = format_ or (_TERRAFORM if is_folder else None)
    return read_bytes(data, name, format=format_, beside=beside)


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return read_limited(file, str(path))


def read_limited(stream: BinaryIO, subject: str) -> bytes:
    """Return the bytes of a stream, unless there are too many for a reader.

    Raises:
        InvalidDataError: It is too large.
        OSError: It cannot be read.
    """
    return read_stream(stream, subject, at_most=JSON_AT_MOST)


def _module(
    folder: Path, values: tuple[str, ...]
) -> Mapping[str, bytes | None]:
    """Return the files of a module by their paths in it.

    There is nothing of a link that leads out of it, and of what is no file.
    """
    found: dict[str, bytes | None] = {}
    whole = folder.resolve()
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(n for n in folders if not n.startswith("."))
        for name in sorted(names):
            path = Path(where, name)
            inner = path.relative_to(folder).as_posix()
            # Only the values of the module itself are read by Terraform.
            is_value = inner == name and name.endswith(_VALUES)
            if name.endswith(_CODE) or is_value:
                # A pipe might never end.
                is_own = path.is_file() and path.resolve().is_relative_to(
                    whole
                )
                found[inner] = _bytes(path) if is_own else None
            if len(found) >= _MOST:
                return FrozenDict(found)
    for number, name in enumerate(values):
        found[f"given-{number}{_GIVEN_VALUES}"] = _bytes(Path(name))
    return FrozenDict(found)
