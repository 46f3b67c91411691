"""How much a reader accepts.

Files may come from anyone. Each limit is far above what any page needs, and
low enough that a hostile file is refused in seconds and in bounded memory,
with an error that names the limit.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import BinaryIO, Final

from avi_portspec.errors import (
    Fault,
    InvalidDataError,
    InvalidQueryError,
    shown,
)
from avi_portspec.model.consistency import FAULTS

__all__ = [
    "BYTES",
    "DOTS",
    "FAULTS",
    "ITEMS",
    "KEYS",
    "check_keys",
    "decode",
    "read_bytes",
    "read_stream",
]

#: The largest text, in bytes: the largest edition has a hundredth of that.
BYTES: Final = 8 * 1024 * 1024
#: The most items of one list.
ITEMS: Final = 100_000
#: The most keys of one table whose keys are names of fields.
KEYS: Final = 1_000
#: The most words that dots join into one key of TOML: reading such a key
#: takes the square of their number.
DOTS: Final = 32
_DOTTED: Final = re.compile(
    # Where a key can begin: texts have dots, too.
    r"(?:^|[\[{,])[ \t]*+(?:(?:[A-Za-z0-9_-]++|\"[^\"\n]*+\"|'[^'\n]*+')"
    rf"[ \t]*+\.[ \t]*+){{{DOTS}}}"
)
_MARK: Final = "\ufeff"


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a file, unless there are too many.

    No more than the limit is ever read, so that a device or a file of any
    size does no harm.

    Args:
        path: The file.

    Raises:
        InvalidDataError: It is too large.
        OSError: It cannot be read.
    """
    with path.open("rb") as file:
        return read_stream(file, str(path))


def read_stream(
    stream: BinaryIO, subject: str, *, at_most: int = BYTES
) -> bytes:
    """Return the bytes of a stream, unless there are too many.

    Args:
        stream: The stream.
        subject: What to call it in an error.
        at_most: How large it may be, in bytes.

    Raises:
        InvalidDataError: It is too large.
        OSError: It cannot be read.
    """
    held = stream.read(at_most + 1)
    if len(held) > at_most:
        raise _error(
            "file/too-large", subject, f"at most {at_most:,} bytes", "more"
        )
    return held


def decode(text: str | bytes, subject: str, *, at_most: int = BYTES) -> str:
    """Return a text that a reader can accept.

    Args:
        text: The text, or the bytes of it in UTF-8.
        subject: What to call it in an error.
        at_most: How large it may be, in bytes or characters.

    Raises:
        InvalidQueryError: It is neither text nor bytes.
        InvalidDataError: It is too large, not UTF-8, or begins with a byte
            order mark.
    """
    if not isinstance(text, (str, bytes)):
        expected = "text, or bytes in UTF-8"
        raise InvalidQueryError("text", expected, shown(text))
    if len(text) > at_most:
        unit = "characters" if isinstance(text, str) else "bytes"
        expected = f"at most {at_most:,} {unit}"
        got = f"{len(text):,}"
        raise _error("file/too-large", subject, expected, got)
    if not isinstance(text, str):
        try:
            text = text.decode("utf-8")
        except UnicodeDecodeError as wrong:
            got = f"byte 0x{text[wrong.start]:02x} at offset {wrong.start}"
            raise _error(
                "file/not-utf-8", subject, "text in UTF-8", got
            ) from None
    if text.startswith(_MARK):
        expected = "text in UTF-8, without a byte order mark"
        got = "a byte order mark at its start"
        raise _error("file/byte-order-mark", subject, expected, got)
    return text


def check_keys(text: str, subject: str) -> None:
    """Refuse TOML whose keys join too many words with dots.

    Args:
        text: The TOML.
        subject: What to call it in an error.

    Raises:
        InvalidDataError: Dots join too many words into one key.
    """
    for number, line in enumerate(text.split("\n"), start=1):
        if line.count(".") >= DOTS and _DOTTED.search(line):
            expected = f"keys of at most {DOTS} words joined by dots"
            got = f"more in line {number}"
            raise _error("file/dotted-key", subject, expected, got)


def _error(
    rule: str, subject: str, expected: str, got: str
) -> InvalidDataError:
    return InvalidDataError(subject, [Fault(rule, "", expected, got)])
