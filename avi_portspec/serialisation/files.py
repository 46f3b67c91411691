"""Editions as files and as text: TOML and JSON, in and out."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

from avi_portspec.errors import Fault, InvalidDataError, MissingExtraError
from avi_portspec.model.edition import Edition
from avi_portspec.model.plain import FORMAT, plain
from avi_portspec.serialisation.converter import read
from avi_portspec.serialisation.limits import bounded, decoded, undotted

__all__ = [
    "dumps",
    "dumps_toml",
    "json_table",
    "load_file",
    "loads",
    "loads_toml",
    "to_plain",
    "toml_table",
]


def to_plain(edition: Edition) -> dict[str, Any]:
    """Return an edition as the data that its file holds.

    Fields that have their default are left out, as is all that an edition
    works out by itself.
    """
    return {"format": FORMAT, **plain(edition)}


def dumps(edition: Edition, *, indent: int | None = None) -> str:
    """Return an edition as JSON.

    >>> import avi_portspec
    >>> edition = avi_portspec.load()
    >>> avi_portspec.loads(avi_portspec.dumps(edition)) == edition
    True

    Args:
        edition: The edition.
        indent: Blanks a level, for people; ``None`` for one line.
    """
    return json.dumps(to_plain(edition), ensure_ascii=False, indent=indent)


def loads(text: str | bytes, *, subject: str = "JSON text") -> Edition:
    """Return the edition that JSON holds.

    Args:
        text: The JSON, as text or as UTF-8.
        subject: What to call it in an error: a file's name, say.

    Raises:
        InvalidDataError: It is no JSON, or no edition; it carries every
            fault with its path.
    """
    return read(json_table(text, subject), Edition, subject)  # type: ignore[no-any-return]


def json_table(text: str | bytes, subject: str) -> Any:
    """Return the plain data in JSON, whatever it is of.

    Args:
        text: The JSON, as text or as UTF-8.
        subject: What to call it in an error: a file's name, say.

    Raises:
        InvalidDataError: It is no JSON, or has a key twice, or a number
            that JSON does not know.
    """
    try:
        return json.loads(
            decoded(text, subject),
            object_pairs_hook=_once,
            parse_constant=_no_constant,
        )
    except InvalidDataError as wrong:
        raise InvalidDataError(subject, wrong.faults) from None
    except json.JSONDecodeError as wrong:
        where = f"line {wrong.lineno}, column {wrong.colno}"
        raise _syntax(subject, "JSON", f"{wrong.msg} at {where}") from None
    except (RecursionError, ValueError) as wrong:
        raise _syntax(subject, "JSON", _limit(wrong)) from None


def dumps_toml(edition: Edition) -> str:
    """Return an edition as TOML, as an edition's file has it.

    Raises:
        MissingExtraError: The extra ``toml`` is not installed.
    """
    try:
        import tomli_w
    except ImportError:
        raise MissingExtraError("writing TOML", "toml") from None
    return tomli_w.dumps(to_plain(edition))


def loads_toml(text: str | bytes, *, subject: str = "TOML text") -> Edition:
    """Return the edition that TOML holds.

    Args:
        text: The TOML, as text or as UTF-8.
        subject: What to call it in an error: a file's name, say.

    Raises:
        InvalidDataError: It is no TOML, or no edition; it carries every
            fault with its path.
    """
    return read(toml_table(text, subject), Edition, subject)  # type: ignore[no-any-return]


def toml_table(text: str | bytes, subject: str) -> dict[str, Any]:
    """Return the plain data in TOML, whatever it is of.

    Args:
        text: The TOML, as text or as UTF-8.
        subject: What to call it in an error: a file's name, say.

    Raises:
        InvalidDataError: It is no TOML.
    """
    try:
        return tomllib.loads(undotted(decoded(text, subject), subject))
    except tomllib.TOMLDecodeError as wrong:
        raise _syntax(subject, "TOML", str(wrong)) from None
    except InvalidDataError:
        raise
    except (RecursionError, ValueError) as wrong:
        raise _syntax(subject, "TOML", _limit(wrong)) from None


def load_file(path: Path) -> Edition:
    """Return the edition in a ``.toml`` or ``.json`` file.

    Raises:
        InvalidDataError: The file holds no sound edition.
        OSError: The file cannot be read.
    """
    subject = str(path)
    text = bounded(path)
    if path.suffix.lower() == ".json":
        return loads(text, subject=subject)
    return loads_toml(text, subject=subject)


def _syntax(subject: str, wanted: str, got: str) -> InvalidDataError:
    return InvalidDataError(subject, [Fault("", wanted, got)])


def _limit(wrong: Exception) -> str:
    if isinstance(wrong, RecursionError):
        return "data nested too deeply"
    return str(wrong)[:120]


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object's members, each key once: the last must not win."""
    table: dict[str, Any] = {}
    for key, value in pairs:
        if key in table:
            fault = Fault(key, "a key once", "it twice")
            raise InvalidDataError("JSON", [fault])
        table[key] = value
    return table


def _no_constant(name: str) -> Any:
    raise InvalidDataError("JSON", [Fault("", "finite numbers", name)])
