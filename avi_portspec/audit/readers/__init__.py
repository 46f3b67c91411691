"""Readers of rules that exist: one module a format, found by its name.

A module has ``NAME``, ``HELP`` (how to get the file, in a line), a function
``recognises`` that tells from the content whether a file is of its format,
and a function ``read`` that returns all that the file has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Final, Protocol, cast

from avi_portspec.audit.inputs.document import Document
from avi_portspec.audit.inputs.not_read import name_binary, name_kind
from avi_portspec.audit.model import Existing
from avi_portspec.documents import count_text, join
from avi_portspec.errors import (
    Fault,
    InvalidDataError,
    PortSpecError,
    UnknownNameError,
)
from avi_portspec.model.frozen import FrozenDict

__all__ = ["Reader", "read", "readers"]

#: How many faults tell that a file is of another format.
_SHOWN: Final = 3


class Reader(Protocol):
    """A module of this package."""

    NAME: str
    HELP: str

    @staticmethod
    def recognises(document: Document) -> bool:
        """Return whether a file is of this format, by its content."""

    @staticmethod
    def read(document: Document) -> Existing:
        """Return all that a file has.

        Raises:
            InvalidDataError: It is not right.
        """


@cache
def readers() -> Mapping[str, Reader]:
    """Return the readers by name, sorted.

    >>> "aws" in readers()
    True
    """
    modules = [
        cast("Reader", import_module(f"{__name__}.{found.name}"))
        for found in iter_modules(__path__)
    ]
    return FrozenDict(
        {each.NAME: each for each in sorted(modules, key=lambda m: m.NAME)}
    )


def read(
    data: bytes,
    name: str,
    *,
    format: str | None = None,  # noqa: A002 - what its users call it
    beside: Mapping[str, bytes | None] = FrozenDict(),
) -> Existing:
    """Return the rules that a file has.

    Its content tells the format, and never its name alone.

    Args:
        data: The bytes of the file.
        name: Its name, for messages.
        format: The name of its reader, one of :func:`readers`; by default
            the one that recognises it.
        beside: The other files of a Terraform module, by name; ``None`` for
            those that are not to be read.

    Raises:
        UnknownNameError: There is no such reader.
        InvalidDataError: No reader recognises the file, or several do; or it
            is not right.
        MissingExtraError: Its format needs an optional package.
    """
    document = Document(name, data, beside)
    kind = name_binary(document)
    if kind is not None:
        raise document.refusal("audit/not-read", kind.instead, kind.name)
    known = readers()
    if format is None:
        return _recognised(document).read(document)
    if format not in known:
        raise UnknownNameError("input format", format, known)
    return _read_as(known[format], document)


def _read_as(reader: Reader, document: Document) -> Existing:
    """Return what a file has, read in the format that somebody named.

    Nothing is read only of a file that looks like it.
    """
    try:
        found = reader.read(document)
    except InvalidDataError as wrong:
        if not _is_of(reader, document):
            _refuse(reader, document, wrong.faults)
        raise
    if not found.units and not reader.recognises(document):
        _refuse(reader, document)
    return found


def _is_of(reader: Reader, document: Document) -> bool:
    """Return whether a reader recognises a file, which may be broken."""
    try:
        return reader.recognises(document)
    except PortSpecError:
        return False


def _refuse(
    reader: Reader, document: Document, faults: Sequence[Fault] = ()
) -> None:
    """Raise an error if a file does not look like a format at all.

    So it is if it looks like another, or if all that is wrong is alike: then
    that is said once. JSON of other formats may hold secrets, so that no line
    of it is repeated.
    """
    names = [
        each.NAME for each in readers().values() if _is_of(each, document)
    ]
    is_alike = len({(each.rule, each.expected) for each in faults}) == 1
    if not names and faults and (len(faults) == 1 or not is_alike):
        return
    got = f"content of {join('or', names)}" if names else _other(document)
    if len(faults) > 1:
        got += f" ({count_text(len(faults), 'fault')}"
        if not document.is_json:
            got += f", first {'; '.join(map(str, faults[:_SHOWN]))}"
        got += ")"
    raise document.refusal(
        "audit/other-format",
        f"content of {reader.NAME}",
        got,
        names[0] if names else None,
    )


def _other(document: Document) -> str:
    """Return what a file has that is of no format, in words."""
    if not document.data.strip():
        if document.beside:
            return "files without security groups or firewall rules"
        return "an empty file"
    kind = name_kind(document)
    return kind.name if kind else "other content"


def _recognised(document: Document) -> Reader:
    """Return the one reader that recognises a file."""
    found = [each for each in readers().values() if each.recognises(document)]
    if len(found) == 1:
        return found[0]
    names = ", ".join(each.NAME for each in found)
    if found:
        raise document.refusal(
            "audit/several-formats",
            f"content of one format; name it with --input: {names}",
            "content that several formats can have",
        )
    kind = name_kind(document)
    if kind is not None:
        raise document.refusal("audit/not-read", kind.instead, kind.name)
    raise document.refusal(
        "audit/no-format",
        f"content of a format that is read here ({', '.join(readers())}); "
        "name it with --input to see what is wrong; headings of tables are "
        "in English or German, such as Source, Destination and Port",
        _other(document),
    )
