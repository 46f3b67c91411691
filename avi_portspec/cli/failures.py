"""Errors as the user reads them, each with its exit code."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final

import click

from avi_portspec.cli.streams import tell
from avi_portspec.errors import (
    NoEditionError,
    PortSpecError,
    UnknownNameError,
    UnresolvedError,
    nearest,
    shown,
)
from avi_portspec.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TextIO

__all__ = [
    "CODES",
    "CommandError",
    "needs_deployment",
    "report",
    "unknown_word",
]


class CommandError(click.UsageError):
    """Options or arguments that do not fit, below the command's usage."""

    def __init__(self, message: str) -> None:
        super().__init__(message, click.get_current_context())


def needs_deployment(what: str) -> CommandError:
    """Return the error of an option that makes sense for a deployment alone.

    Args:
        what: The option, as it was given.
    """
    return CommandError(
        f"{what} requires a deployment, such as --deployment aws"
    )


#: All that a user, the data or the system can cause. Anything else is a
#: fault of the program, and must not be hidden.
CODES: Final = (
    click.ClickException,
    click.Abort,
    PortSpecError,
    OSError,
    KeyboardInterrupt,
    EOFError,
)

#: The command that lists the names of a kind.
_LISTS: Final = {
    "endpoint": "endpoints",
    "flow": "ports --columns id,ports",
    "note": "notes",
    "section": "ports --columns section",
    "source": "sources",
    "statement": "statements",
}
#: The most names that an error lists, and the most that it suggests. Where
#: a command lists them, the error names the command.
_LISTED: Final = 32
_NEAR: Final = 4
_INTERRUPTED: Final = 130
_BROKEN_PIPE: Final = 141


def report(wrong: BaseException) -> int:
    """Write what went wrong to standard error, and return the exit code.

    Args:
        wrong: One of :data:`CODES`.
    """
    if isinstance(wrong, BrokenPipeError):
        _close(sys.stdout)
        return _BROKEN_PIPE
    try:
        if isinstance(wrong, (KeyboardInterrupt, click.Abort, EOFError)):
            tell("interrupted")
            return _INTERRUPTED
        if isinstance(wrong, click.ClickException):
            _usage(wrong)
            return 2
        tell(f"Error: {_line(wrong)}")
    except BrokenPipeError:
        _close(sys.stderr)
    return 1 if isinstance(wrong, UnresolvedError) else 2


def unknown_word(
    kind: str, name: object, words: Iterable[str], also: Iterable[str] = ()
) -> str:
    """Return that a word is unknown, and which words there are.

    A word that is part of known ones suggests all of them; any other, the
    one that is spelled most like it.

    Args:
        kind: What the word is called in messages.
        name: The unknown word; anything but a string is like no other.
        words: The known words.
        also: Other words that are suggested, and not listed.
    """
    # Imported here: few runs fail.
    from avi_portspec.documents import join

    known = [*words]
    part = fold(name) if isinstance(name, str) else ""
    within = [word for word in known if len(part) > 1 and part in fold(word)]
    near = [n for n in within if fold(n).startswith(part)] or within
    if not 0 < len(near) <= _NEAR:
        near = [*filter(None, [nearest(name, [*known, *also])])]
    text = f"unknown {kind} {shown(name)}"
    if near:
        text += f"; did you mean {join('or', map(repr, near))}?"
    command = _LISTS.get(kind.partition(",")[0])
    if command is None and len(known) <= _LISTED:
        return f"{text}{' Known' if near else '; known'}: {', '.join(known)}"
    if near or command is None:
        return text
    return f"{text}; 'avi-portspec {command}' lists them"


def _usage(wrong: click.ClickException) -> None:
    ctx: click.Context | None = getattr(wrong, "ctx", None)
    if ctx is not None:
        hint = f"Try '{ctx.command_path} --help'."
        tell(f"{ctx.get_usage()}\n{hint}")
    tell(f"Error: {_usage_line(wrong)}")


def _usage_line(wrong: click.ClickException) -> str:
    """Return what is wrong; of what is missing, also what it is."""
    if not isinstance(wrong, click.MissingParameter):
        return wrong.format_message()
    if isinstance(wrong.param, click.Option):
        return f"{wrong.param.opts[0]} is required. {wrong.param.help or ''}"
    words = getattr(getattr(wrong.param, "type", None), "words", None)
    known = f"; known: {', '.join(words())}" if words else ""
    name = wrong.param.human_readable_name if wrong.param else "an argument"
    return f"{name} is required{known}"


def _line(wrong: BaseException) -> str:
    if isinstance(wrong, OSError):
        return _of_system(wrong)
    if isinstance(wrong, NoEditionError):
        return (
            f"{wrong} 'avi-portspec statements --release {wrong.name}' lists "
            "what other sources state."
        )
    if isinstance(wrong, UnknownNameError):
        return unknown_word(wrong.kind, wrong.name, wrong.known)
    return str(wrong)


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
    """Return the file in the same folder whose name is most like it.

    That both end in .json makes no name like another.
    """
    folder, name = os.path.split(path)
    try:
        there = os.listdir(folder or ".")
    except OSError:
        return None
    near = nearest(name, (own for own in there if _is_like(name, own)))
    return os.path.join(folder, near) if near else None


def _is_like(name: str, other: str) -> bool:
    """Return whether two names of files differ by a slip or so."""
    names = (name.casefold(), other.casefold())
    (stem, end), (its, its_end) = map(os.path.splitext, names)
    if end != its_end:
        return stem == its
    return nearest(stem, [its]) is not None


def _close(stream: TextIO) -> None:
    """Give up on a stream, so that nothing is written to it at the end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, stream.fileno())
    except (OSError, ValueError):
        # Not a file of the system: nothing is written to it at the end.
        return
    finally:
        os.close(nowhere)
