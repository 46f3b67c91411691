"""What went wrong, told in a line or a list, with an exit code."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final

import click

from avi_portspec.errors import PortSpecError, UnresolvedError, nearest

if TYPE_CHECKING:
    from typing import TextIO

__all__ = ["CODES", "told"]

#: All that a user, the data or the system can cause. Anything else is a
#: fault of the program, and is better seen than hidden.
CODES: Final = (
    click.ClickException,
    click.Abort,
    PortSpecError,
    OSError,
    KeyboardInterrupt,
    EOFError,
)

_INTERRUPTED: Final = 130
_NOBODY_READS: Final = 141


def told(wrong: BaseException) -> int:
    """Write what went wrong to standard error, and return the exit code.

    Args:
        wrong: One of :data:`CODES`.
    """
    if isinstance(wrong, BrokenPipeError):
        _close(sys.stdout)
        return _NOBODY_READS
    try:
        if isinstance(wrong, (KeyboardInterrupt, click.Abort, EOFError)):
            click.echo("interrupted", err=True)
            return _INTERRUPTED
        if isinstance(wrong, click.ClickException):
            _usage(wrong)
            return 2
        click.echo(f"Error: {_line(wrong)}", err=True)
    except BrokenPipeError:
        _close(sys.stderr)
    return 1 if isinstance(wrong, UnresolvedError) else 2


def _usage(wrong: click.ClickException) -> None:
    ctx: click.Context | None = getattr(wrong, "ctx", None)
    if ctx is not None:
        hint = f"Try '{ctx.command_path} --help'."
        click.echo(f"{ctx.get_usage()}\n{hint}", err=True)
    click.echo(f"Error: {wrong.format_message()}", err=True)


def _line(wrong: BaseException) -> str:
    return _of_system(wrong) if isinstance(wrong, OSError) else str(wrong)


def _of_system(wrong: OSError) -> str:
    why = wrong.strerror or str(wrong)
    if wrong.filename is None:
        return why
    path = os.fsdecode(wrong.filename)
    shown = path if path.isprintable() else ascii(path)
    if not isinstance(wrong, FileNotFoundError):
        return f"{shown}: {why}"
    near = _beside(path)
    return f"{shown}: {why}" + (f"; did you mean {near!r}?" if near else "")


def _beside(path: str) -> str | None:
    """Return the file in the same folder whose name is most like it."""
    folder, name = os.path.split(path)
    try:
        near = nearest(name, os.listdir(folder or "."))
    except OSError:
        return None
    return os.path.join(folder, near) if near else None


def _close(stream: TextIO) -> None:
    """Give up on a stream, so that nothing is written to it at the end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, stream.fileno())
    except (OSError, ValueError):
        # It is no file of the system's: nothing writes to it at the end.
        return
    finally:
        os.close(nowhere)
