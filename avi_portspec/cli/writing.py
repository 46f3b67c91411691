"""Where an answer is written: standard output, or a file as a whole."""

from __future__ import annotations

import errno
import os
import stat
import sys
from contextlib import suppress
from typing import Final

from avi_portspec.cli.request import STDIN

__all__ = ["readied", "write"]

_UTF_8: Final = {"utf-8", "utf8"}
_AS_NUMBER: Final = "backslashreplace"
#: What the name of a folder, and of no file, ends in.
_SEPARATORS: Final = tuple(filter(None, (os.sep, os.altsep)))


def readied() -> None:
    """Let standard output take every character.

    What goes to a pipe or a file is UTF-8, as JSON has to be. What cannot be
    shown, or was no character in the first place but a stray byte in a
    file's name, is written as its number.
    """
    stream = sys.stdout
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is None:
        # It is not the process's own, and whoever put it there knows.
        return
    if stream.isatty() or stream.encoding.lower() in _UTF_8:
        reconfigure(errors=_AS_NUMBER)
    else:
        reconfigure(encoding="utf-8", errors=_AS_NUMBER)


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
    data = text
    if isinstance(data, str):
        data = data.encode(errors=_AS_NUMBER)
    try:
        _to_file(output, data)
    except BrokenPipeError:
        raise
    except OSError as wrong:
        # Named as the user did, not as the file beside it.
        raise OSError(wrong.errno, wrong.strerror, output) from None


def _to_file(output: str, data: bytes) -> None:
    if output.endswith(_SEPARATORS):
        # Without its last character, another file would be overwritten.
        raise OSError(errno.EISDIR, os.strerror(errno.EISDIR))
    target = os.path.realpath(output)
    try:
        # Not the target: /dev/stdout leads to a pipe that has no name.
        before = os.stat(output)
    except FileNotFoundError:
        _replace(target, data, None)
        return
    if stat.S_ISREG(before.st_mode) and os.path.exists(target):
        _replace(target, data, before)
        return
    # A device or a pipe holds nothing that could be half replaced; a folder
    # is refused by the system.
    with open(output, "wb") as stream:
        stream.write(data)


def _replace(target: str, data: bytes, before: os.stat_result | None) -> None:
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
            _resemble(file.fileno(), before)
            os.fsync(file.fileno())
        os.replace(made, target)
    except BaseException:
        os.unlink(made)
        raise
    _settle(folder)


def _resemble(handle: int, before: os.stat_result | None) -> None:
    """Give a file the owner and the permissions of the one before it."""
    if before is None:
        os.fchmod(handle, _mode_of_new_files())
        return
    mine = os.fstat(handle)
    if (mine.st_uid, mine.st_gid) != (before.st_uid, before.st_gid):
        # Who may not give files away keeps what he replaces.
        with suppress(PermissionError):
            os.fchown(handle, before.st_uid, before.st_gid)
    # After the owner, whose change can take permissions away.
    os.fchmod(handle, stat.S_IMODE(before.st_mode))


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
