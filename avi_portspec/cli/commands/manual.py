"""``avi-portspec help``, ``man`` and ``completion``: the program itself.

The man page is written in the macros of man(7), from the help pages' own
text. Its date is ``SOURCE_DATE_EPOCH``'s, where that is set, so that builds
can be repeated.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from textwrap import wrap
from typing import TYPE_CHECKING, Final

import click

from avi_portspec.cli.help import ENVIRONMENT, EXITS, Description, describe
from avi_portspec.cli.options import command
from avi_portspec.cli.parameters import Choice
from avi_portspec.cli.program import COMPLETE, NAME, SECTIONS, program
from avi_portspec.version import __version__

if TYPE_CHECKING:
    from avi_portspec.cli.request import Request

__all__ = ["completion_command", "help_command", "man_command"]

_WIDTH: Final = 72
_SHELLS: Final = ("bash", "zsh", "fish")


def _names() -> Iterator[str]:
    for names in SECTIONS.values():
        yield from names


@command(
    "help",
    click.argument(
        "name",
        metavar="[COMMAND]",
        required=False,
        type=Choice("command", _names),
    ),
    examples=(
        ("What can I ask?", "help"),
        ("The options and examples of one command.", "help ports"),
    ),
)
def help_command(request: Request, name: str | None) -> None:
    """Print the help of the program, or of COMMAND."""
    ctx = click.get_current_context().find_root()
    found = program.get_command(ctx, name or "")
    if found is not None:
        ctx = click.Context(found, ctx, name)
    request.write(f"{ctx.get_help()}\n")


@command(
    "completion",
    click.argument("shell", type=Choice("shell", lambda: _SHELLS)),
    examples=(
        (
            "For bash (4.4 or newer): read the script in ~/.bashrc.",
            "completion bash --output avi-portspec.bash",
        ),
        (
            "For fish: put the script in ~/.config/fish/completions.",
            "completion fish --output avi-portspec.fish",
        ),
    ),
)
def completion_command(request: Request, shell: str) -> None:
    """Print the script that completes commands in SHELL: bash, zsh or fish.

    It completes commands, options, flows, endpoints, clouds, notes and
    editions.
    """
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    assert found is not None  # noqa: S101 - click has these three
    script = found(program, {}, NAME, COMPLETE).source()
    request.write(f"{script.rstrip()}\n")


@command(
    "man",
    examples=(
        ("Install the man page for all users.", "man --output avi-portspec.1"),
    ),
)
def man_command(request: Request) -> None:
    """Print the man page, in roff."""
    request.write("\n".join(_man_page()) + "\n")


# -- the man page ------------------------------------------------------------


def _man_page() -> Iterator[str]:
    root = click.get_current_context().find_root()
    first, *commands = describe(program, program.commands_in_order(root))
    by_name = {page.name: page for page in commands}
    epoch = int(os.environ.get("SOURCE_DATE_EPOCH", time.time()))
    day = time.strftime("%Y-%m-%d", time.gmtime(epoch))
    version = f"{NAME} {__version__}"
    yield f'.TH {NAME.upper()} 1 "{day}" "{version}" "User Commands"'
    yield ".SH NAME"
    yield f"{_text(NAME)} \\- network ports of the Avi load balancer"
    yield ".SH SYNOPSIS"
    yield from _usage(first)
    yield ".SH DESCRIPTION"
    yield from _description(first)
    yield ".SH EXAMPLES"
    yield from _examples(first)
    yield from _options(first, ".SH")
    for section, names in SECTIONS.items():
        yield f".SH COMMANDS: {section.upper()}"
        for name in names:
            yield from _command(by_name[name])
    yield ".SH ENVIRONMENT"
    yield from _terms(ENVIRONMENT)
    yield ".SH EXIT STATUS"
    yield from _terms((str(code), text) for code, text in EXITS)


def _command(page: Description) -> Iterator[str]:
    yield f".SS {_text(page.name)}"
    yield from _usage(page)
    yield ".PP"
    yield from _description(page)
    yield ".PP"
    yield from _examples(page)
    yield from _options(page, ".PP")
    if page.ending:
        yield ".PP"
        yield _prose(page.ending)


def _description(page: Description) -> Iterator[str]:
    yield _prose(page.summary)
    for paragraph in page.paragraphs:
        yield ".PP"
        yield _prose(paragraph)


def _usage(page: Description) -> Iterator[str]:
    name, _, rest = page.usage.partition(" ")
    yield f".B {_text(name)}"
    yield _text(rest)


def _examples(page: Description) -> Iterator[str]:
    for number, example in enumerate(page.examples):
        if number:
            yield ".PP"
        yield _prose(example.text)
        yield ".PP"
        yield ".nf"
        yield f".RS\n{_text(example.line)}\n.RE"
        yield ".fi"


def _options(page: Description, macro: str) -> Iterator[str]:
    for section, options in page.options:
        if macro == ".SH":
            yield f".SH {_text(section.upper())}"
        else:
            yield macro
            yield f"{_text(section)}:"
        yield from _terms(options)


def _terms(terms: Iterable[tuple[str, str]]) -> Iterator[str]:
    for term, text in terms:
        yield ".TP"
        yield f".B {_text(term)}"
        yield _prose(text)


def _text(text: str) -> str:
    """Return a line that roff takes as it stands.

    Hyphens are minus signs, for options are copied; a line that starts as a
    request does is none.
    """
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{escaped}" if escaped[:1] in {".", "'"} else escaped


def _prose(text: str) -> str:
    """Return a paragraph, in lines of its source that are not long."""
    lines = wrap(text, _WIDTH, break_on_hyphens=False)
    return "\n".join(map(_text, lines))
