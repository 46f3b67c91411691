"""The help pages as data, for the man page and the documentation.

They come from the commands' own objects, so that neither can fall behind.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Final, NamedTuple

import click

from avi_portspec.cli.program import NAME, program
from avi_portspec.cli.verbs import Example, Page, sections_of

__all__ = ["ENVIRONMENT", "EXITS", "Described", "described"]

#: What the program heeds in its environment.
ENVIRONMENT: Final = (
    ("NO_COLOR", "If it is not empty, no colour is used."),
    (
        "FORCE_COLOR",
        (
            "If it is not empty, and NO_COLOR is not set, colour is used in a "
            "pipe as well."
        ),
    ),
    ("COLUMNS", "How wide a terminal is, if not as wide as it says."),
    ("TERM", "A terminal that is called dumb gets no colour."),
)
#: What the exit codes mean.
EXITS: Final = (
    (0, "Yes; or what was asked for was done."),
    (1, "No; or something was found, differs, or is left open."),
    (2, "The usage is wrong, or the input cannot be used."),
    (130, "It was interrupted."),
    (141, "Nobody read the pipe that it wrote to."),
)


class Described(NamedTuple):
    """One help page.

    Attributes:
        name: The command's name; empty for the program itself.
        usage: How it is called.
        summary: What it does, in a line.
        paragraphs: What else there is to say.
        options: For each section, each option's names and its help.
        examples: Command lines that answer what people ask.
        ending: What is said last.
    """

    name: str
    usage: str
    summary: str
    paragraphs: tuple[str, ...]
    options: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    examples: tuple[Example, ...]
    ending: str


def described() -> Iterator[Described]:
    """Yield the program's page, and then each command's."""
    with click.Context(program, info_name=NAME) as ctx:
        yield _page(program, ctx, "")
        for name in program.list_commands(ctx):
            command = program.named(name)
            inner = click.Context(command, ctx, f"{NAME} {name}")
            yield _page(command, inner, name)


def _page(command: Page, ctx: click.Context, name: str) -> Described:
    first, *others = (
        " ".join(part.split())
        for part in inspect.cleandoc(command.help or "").split("\n\n")
    )
    pieces = [NAME, *([name] if name else [])]
    return Described(
        name=name,
        usage=" ".join([*pieces, *command.collect_usage_pieces(ctx)]),
        summary=first,
        paragraphs=tuple(others),
        options=tuple(
            (
                section,
                tuple(
                    record
                    for option in options
                    if (record := option.get_help_record(ctx)) is not None
                ),
            )
            for section, options in sections_of(command).items()
            if options
        ),
        examples=command.examples,
        ending=command.ending,
    )
