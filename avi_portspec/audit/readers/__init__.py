"""Readers of rules that exist: one module a format, found by its name.

A module has ``NAME``, ``HELP`` (how to get the file, in a line), a function
``recognises`` that tells from the content whether a file is of its format,
and a function ``read`` that returns all that the file has.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Protocol, cast

from avi_portspec.audit.inputs.document import Document
from avi_portspec.audit.model import Existing
from avi_portspec.errors import UnknownNameError
from avi_portspec.model.frozen import FrozenDict

__all__ = ["Reader", "read", "readers"]


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
    beside: Mapping[str, bytes] = FrozenDict(),
) -> Existing:
    """Return the rules that a file has.

    Its content tells the format, and never its name alone.

    Args:
        data: The bytes of the file.
        name: Its name, for messages; ``-`` for standard input.
        format: The name of its reader, one of :func:`readers`; by default
            the one that recognises it.
        beside: The other files of a Terraform module, by name.

    Raises:
        UnknownNameError: There is no such reader.
        InvalidDataError: No reader recognises the file, or several do; or it
            is not right.
        MissingExtraError: Its format needs an optional package.
    """
    document = Document(name, data, beside)
    known = readers()
    if format is None:
        return _recognised(document).read(document)
    if format not in known:
        raise UnknownNameError("input format", format, known)
    return known[format].read(document)


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
    raise document.refusal(
        "audit/no-format",
        f"content of a format that is read here ({', '.join(readers())}); "
        "name it with --input to see what is wrong",
        "other content" if document.data.strip() else "an empty file",
    )
