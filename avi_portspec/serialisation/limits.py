"""How much a reader takes, and the refusal of more.

Files come from anybody. Each limit is far above what any page needs, and low
enough for a hostile file to be refused in seconds, in bounded memory, and
with an error that says which limit it was.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import BinaryIO, Final

from avi_portspec.errors import Fault, InvalidDataError
from avi_portspec.model.consistency import FAULTS

__all__ = [
    "BYTES",
    "DOTS",
    "FAULTS",
    "ITEMS",
    "KEYS",
    "bounded",
    "bounded_stream",
    "decoded",
    "undotted",
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


def bounded(path: Path) -> bytes:
    """Return what a file holds, unless that is too much.

    No more than the limit is ever read, so that a device or a file of any
    size does no harm.

    Args:
        path: The file.

    Raises:
        InvalidDataError: It is too large.
        OSError: It cannot be read.
    """
    with path.open("rb") as file:
        return bounded_stream(file, str(path))


def bounded_stream(stream: BinaryIO, subject: str) -> bytes:
    """Return what a stream holds, unless that is too much.

    Args:
        stream: The stream.
        subject: What to call it in an error.

    Raises:
        InvalidDataError: It is too large.
        OSError: It cannot be read.
    """
    held = stream.read(BYTES + 1)
    if len(held) > BYTES:
        raise _refused(subject, f"at most {BYTES:,} bytes", "more")
    return held


def decoded(text: str | bytes, subject: str) -> str:
    """Return a text that a reader can take.

    Args:
        text: The text, or the bytes of it in UTF-8.
        subject: What to call it in an error.

    Raises:
        InvalidDataError: It is too large, no UTF-8, or begins with a mark.
    """
    if len(text) > BYTES:
        unit = "characters" if isinstance(text, str) else "bytes"
        wanted = f"at most {BYTES:,} {unit}"
        raise _refused(subject, wanted, f"{len(text):,}")
    if not isinstance(text, str):
        try:
            text = text.decode("utf-8")
        except UnicodeDecodeError as wrong:
            got = f"byte 0x{text[wrong.start]:02x} at offset {wrong.start}"
            raise _refused(subject, "text in UTF-8", got) from None
    if text.startswith(_MARK):
        wanted = "text in UTF-8, without a byte order mark"
        raise _refused(subject, wanted, "one that begins with the mark")
    return text


def undotted(text: str, subject: str) -> str:
    """Return TOML whose keys do not go too deep.

    Args:
        text: The TOML.
        subject: What to call it in an error.

    Raises:
        InvalidDataError: Dots join too many words into one key.
    """
    for number, line in enumerate(text.split("\n"), start=1):
        if line.count(".") >= DOTS and _DOTTED.search(line):
            wanted = f"keys of at most {DOTS} words joined by dots"
            raise _refused(subject, wanted, f"more in line {number}")
    return text


def _refused(subject: str, wanted: str, got: str) -> InvalidDataError:
    return InvalidDataError(subject, [Fault("", wanted, got)])
