"""Where an answer is written: standard output, or a file as a whole."""

from __future__ import annotations

import os
import stat
import sys
from typing import Final

from avi_portspec.cli.request import STDIN

__all__ = ["readied", "write"]

_UTF_8: Final = {"utf-8", "utf8"}


def readied() -> None:
    """Let standard output and error take every character.

    What goes to a pipe or a file is UTF-8, as JSON has to be; a terminal
    that cannot show a character gets its number.
    """
    for stream in (sys.stdout, sys.stderr):
        encoding = (getattr(stream, "encoding", None) or "").lower()
        reconfigure = getattr(stream, "reconfigure", None)
        if encoding in _UTF_8 or reconfigure is None:
            continue
        if stream.isatty():
            reconfigure(errors="backslashreplace")
        else:
            reconfigure(encoding="utf-8")


def write(text: str | bytes, output: str | None) -> None:
    """Write an answer.

    A file is written whole or not at all: beside it first, and then put in
    its place, so that nobody ever reads half of it. It keeps the permissions
    that it had, and where a link leads to it, the link stays.

    Args:
        text: The answer; text is written as UTF-8.
        output: The file; ``None`` or ``-`` for standard output.

    Raises:
        OSError: It cannot be written.
    """
    if output is None or output == STDIN:
        readied()
        if isinstance(text, str):
            sys.stdout.write(text)
        else:
            sys.stdout.flush()
            sys.stdout.buffer.write(text)
        return
    data = text.encode() if isinstance(text, str) else text
    try:
        _to_file(os.path.realpath(output), data)
    except BrokenPipeError:
        raise
    except OSError as wrong:
        # Named as the user did, not as the file beside it.
        raise OSError(wrong.errno, wrong.strerror, output) from None


def _to_file(target: str, data: bytes) -> None:
    try:
        before = os.stat(target)
    except FileNotFoundError:
        _replace(target, data, _mode_of_new_files())
        return
    if stat.S_ISREG(before.st_mode):
        _replace(target, data, stat.S_IMODE(before.st_mode))
        return
    # A device or a pipe holds nothing that could be half replaced; a folder
    # is refused by the system.
    with open(target, "wb") as stream:
        stream.write(data)


def _replace(target: str, data: bytes, mode: int) -> None:
    # Imported here: most answers go to standard output.
    import tempfile

    folder = os.path.dirname(target)
    handle, made = tempfile.mkstemp(
        dir=folder, prefix=f".{os.path.basename(target)[:100]}."
    )
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.chmod(made, mode)
            os.fsync(file.fileno())
        os.replace(made, target)
    except BaseException:
        os.unlink(made)
        raise
    _settle(folder)


def _settle(folder: str) -> None:
    """Make the file's new name last, where the system can say so."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        # Windows opens no folders; there, the replacement lasts by itself.
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _mode_of_new_files() -> int:
    """Return what a file gets that is opened in the usual way."""
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
