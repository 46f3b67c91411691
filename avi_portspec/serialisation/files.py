"""Editions as files and as text: TOML and JSON, in and out."""

from __future__ import annotations

import json
import os
import tomllib
from pathlib import Path
from typing import Any

from avi_portspec.errors import (
    Fault,
    InvalidDataError,
    InvalidQueryError,
    MissingExtraError,
    shown,
)
from avi_portspec.model.edition import EditionData
from avi_portspec.model.plain import FORMAT, plain
from avi_portspec.names import is_file_name
from avi_portspec.serialisation.limits import (
    BYTES,
    check_keys,
    decode,
    read_bytes,
)

__all__ = [
    "dumps",
    "dumps_toml",
    "json_table",
    "read_file",
    "read_table",
    "to_plain",
    "toml_table",
]


def to_plain(edition: EditionData) -> dict[str, Any]:
    """Return an edition as the data that its file holds.

    Fields that have their default are left out, as is all that an edition
    works out by itself.

    Raises:
        InvalidQueryError: It is no edition.
    """
    if not isinstance(edition, EditionData):
        raise InvalidQueryError("edition", "an edition", shown(edition))
    return {"format": FORMAT, **plain(edition)}


def dumps(edition: EditionData, *, indent: int | None = None) -> str:
    """Return an edition as JSON.

    >>> import avi_portspec
    >>> edition = avi_portspec.load()
    >>> avi_portspec.loads(avi_portspec.dumps(edition)) == edition
    True

    Args:
        edition: The edition.
        indent: Blanks a level, for people; ``None`` for one line.

    Raises:
        InvalidQueryError: One of the two is of another type.
    """
    if indent is not None and type(indent) is not int:
        expected = "a number of blanks, or nothing"
        raise InvalidQueryError("indent", expected, shown(indent))
    return json.dumps(to_plain(edition), ensure_ascii=False, indent=indent)


def json_table(
    text: str | bytes, subject: str, *, at_most: int = BYTES
) -> Any:
    """Return the plain data in JSON, of any kind.

    Args:
        text: The JSON, as text or as UTF-8.
        subject: What to call it in an error: a file's name, say.
        at_most: How large it may be, in bytes or characters.

    Raises:
        InvalidDataError: It is not JSON, or has a key twice, or a number
            that JSON does not know.
    """
    decoded = decode(text, subject, at_most=at_most)
    try:
        return json.loads(
            decoded,
            object_pairs_hook=_once,
            parse_constant=_no_constant,
        )
    except InvalidDataError as wrong:
        raise InvalidDataError(subject, wrong.faults) from None
    except json.JSONDecodeError as wrong:
        where = f"(line {wrong.lineno}, column {wrong.colno})"
        raise _not_json(subject, f"{wrong.msg} {where}") from None
    except (RecursionError, ValueError) as wrong:
        raise _not_json(subject, _limit(wrong)) from None


def dumps_toml(edition: EditionData) -> str:
    """Return an edition as TOML, as an edition's file has it.

    Raises:
        InvalidQueryError: It is no edition.
        MissingExtraError: The extra ``toml`` is not installed.
    """
    try:
        import tomli_w
    except ImportError:
        raise MissingExtraError("writing TOML", "toml") from None
    return tomli_w.dumps(to_plain(edition))


def toml_table(text: str | bytes, subject: str) -> dict[str, Any]:
    """Return the plain data in TOML, of any kind.

    Args:
        text: The TOML, as text or as UTF-8.
        subject: What to call it in an error: a file's name, say.

    Raises:
        InvalidDataError: It is not TOML.
    """
    decoded = decode(text, subject)
    check_keys(decoded, subject)
    try:
        return tomllib.loads(decoded)
    except tomllib.TOMLDecodeError as wrong:
        raise _not_toml(subject, str(wrong)) from None
    except (RecursionError, ValueError) as wrong:
        raise _not_toml(subject, _limit(wrong)) from None


def read_table(text: str | bytes, subject: str) -> dict[str, Any]:
    """Return the plain data in a text, which is TOML or JSON.

    Args:
        text: The text, or the bytes of it in UTF-8.
        subject: What to call it in an error: a file's name, whose ending
            tells the format.

    Raises:
        InvalidQueryError: It is neither text nor bytes.
        InvalidDataError: It is neither, or no table.
    """
    text = decode(text, subject)
    # Without a known ending, the text tells: no TOML starts with a brace, and
    # all JSON that is read here does.
    is_json = (
        subject.lower().endswith(".json")
        if is_file_name(subject)
        else text.lstrip().startswith("{")
    )
    if not is_json:
        return toml_table(text, subject)
    found = json_table(text, subject)
    if not isinstance(found, dict):
        fault = Fault("record/not-a-table", "", "an object", shown(found))
        raise InvalidDataError(subject, [fault])
    return found


def read_file(path: str | os.PathLike[str]) -> tuple[dict[str, Any], str]:
    """Return the plain data in a TOML or JSON file, and the file's name.

    Args:
        path: The file.

    Raises:
        InvalidQueryError: No file can have that path.
        InvalidDataError: It is too large, neither of the two, or no table.
        OSError: It cannot be read.
    """
    name = os.fspath(path) if isinstance(path, (str, os.PathLike)) else path
    if not isinstance(name, str) or "\0" in name:
        raise InvalidQueryError("path", "the path of a file", shown(path))
    file = Path(name)
    return read_table(read_bytes(file), str(file)), str(file)


def _not_json(subject: str, why: str) -> InvalidDataError:
    fault = Fault("file/not-json", "", "valid JSON", _reworded(why))
    return InvalidDataError(subject, [fault])


def _not_toml(subject: str, why: str) -> InvalidDataError:
    fault = Fault("file/not-toml", "", "valid TOML", _reworded(why))
    return InvalidDataError(subject, [fault])


def _reworded(why: str) -> str:
    """Return a parser's message as the second half of a sentence."""
    return f"{why[:1].lower()}{why[1:]}".replace("(at ", "(")


def _limit(wrong: Exception) -> str:
    if isinstance(wrong, RecursionError):
        return "data nested too deeply"
    return str(wrong)[:120]


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object's members, each key once: the last must not win."""
    table: dict[str, Any] = {}
    for key, value in pairs:
        if key in table:
            fault = Fault("file/duplicate-key", key, "a key once", "it twice")
            raise InvalidDataError("JSON", [fault])
        table[key] = value
    return table


def _no_constant(name: str) -> Any:
    raise InvalidDataError(
        "JSON", [Fault("file/not-finite", "", "finite numbers", name)]
    )
