"""Standard streams and files: what a command reads, and where it writes."""

from __future__ import annotations

import errno
import io
import os
import stat
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, BinaryIO, Final, NoReturn, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "STDIN",
    "Closed",
    "is_terminal",
    "prepare_output",
    "read",
    "replace_missing",
    "report_progress",
    "tell",
    "write",
]

#: Takes the place of a file's name: standard input, or standard output.
STDIN: Final = "-"

_UTF_8: Final = {"utf-8", "utf8"}
_AS_NUMBER: Final = "backslashreplace"
#: What the name of a folder, and of no file, ends in.
_SEPARATORS: Final = tuple(filter(None, (os.sep, os.altsep)))
#: Seconds after which people begin to wonder.
_PATIENCE: Final = 1.0


# -- streams that are missing ------------------------------------------------


class Closed(io.TextIOBase):
    """Stands for a standard stream that the process was started without.

    A shell closes one with ``>&-``, and services are started so. Python has
    ``None`` in its place, on which every use would be a fault of the program.

    Args:
        name: What to call it in an error.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def write(self, text: str) -> NoReturn:
        """Refuse the text.

        Raises:
            OSError: Always.
        """
        self._refuse()

    @property
    def buffer(self) -> BinaryIO:
        """What bytes would be read from, or written to."""
        self._refuse()

    def _refuse(self) -> NoReturn:
        code = errno.EBADF
        raise OSError(code, os.strerror(code), self._name)


def replace_missing() -> None:
    """Put a :class:`Closed` in the place of each stream that is missing.

    Standard error is left: who closed it does not want to read anything.
    """
    for name, called in (
        ("stdin", "standard input"),
        ("stdout", "standard output"),
    ):
        if getattr(sys, name) is None:
            setattr(sys, name, Closed(called))


# -- reading -----------------------------------------------------------------


def read(name: str) -> tuple[bytes, str]:
    """Return what a file holds, and what to call it in an error.

    Args:
        name: The file, or ``-`` for standard input.

    Raises:
        OSError: It cannot be read.
        InvalidDataError: It is larger than any reader takes.
    """
    from avi_portspec.serialisation.limits import read_stream

    if name != STDIN:
        with open(name, "rb") as file:
            return read_stream(file, name), name
    subject = "standard input"
    return read_stream(sys.stdin.buffer, subject), subject


# -- writing -----------------------------------------------------------------


def is_terminal(output: str | None) -> bool:
    """Return whether an output is a terminal.

    Args:
        output: A file; ``None`` or ``-`` for standard output.
    """
    return output in {None, STDIN} and sys.stdout.isatty()


def prepare_output() -> None:
    """Let standard output take every character.

    What goes to a pipe or a file is UTF-8, as JSON has to be. What cannot be
    shown, or was no character in the first place but a stray byte in a
    file's name, is written as its number.
    """
    stream = sys.stdout
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is None:
        # Another stream was put there on purpose: leave it.
        return
    if stream.isatty() or stream.encoding.lower() in _UTF_8:
        reconfigure(errors=_AS_NUMBER)
    else:
        reconfigure(encoding="utf-8", errors=_AS_NUMBER)


def write(text: str | bytes, output: str | None) -> None:
    """Write an answer.

    A file is replaced atomically: a new file is written beside it, and then
    takes its place, so that nobody reads half of it. It keeps the permissions
    that it had, and where a link leads to it, the link stays.

    Args:
        text: The answer; text is written as UTF-8.
        output: The file; ``None`` or ``-`` for standard output.

    Raises:
        OSError: It cannot be written.
    """
    if output is None or output == STDIN:
        prepare_output()
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


def tell(text: str) -> None:
    """Write what is not the answer to standard error.

    No line is wider than the terminal, if it is one, but for letters that do
    not fit; the indent of a line that is wrapped goes on.

    Args:
        text: One or more lines.
    """
    # Imported here: most commands have nothing to tell.
    import click

    if _is_terminal(sys.stderr):
        from shutil import get_terminal_size

        from avi_portspec.cli.grid import wrap

        width = get_terminal_size().columns
        text = "\n".join(
            f"{margin}{part}"
            for line in text.split("\n")
            for margin in [line[: len(line) - len(line.lstrip(" "))]]
            for part in wrap(line.lstrip(" "), max(width - len(margin), 1))
        )
    click.echo(text, err=True)


def _is_terminal(stream: TextIO | None) -> bool:
    # A process can be started without standard error.
    return stream is not None and stream.isatty()


# -- progress ----------------------------------------------------------------


@contextmanager
def report_progress(
    activity: str, patience: float = _PATIENCE
) -> Iterator[None]:
    """Name an activity on standard error, once it takes long.

    Only on a terminal: logs and pipes do not need it.

    Args:
        activity: What is being done.
        patience: After how many seconds it is printed.
    """
    if not _is_terminal(sys.stderr):
        yield
        return
    # Imported here: most commands do nothing that takes long.
    import threading

    import click

    timer = threading.Timer(
        patience, click.echo, [f"{activity} ..."], {"err": True}
    )
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
