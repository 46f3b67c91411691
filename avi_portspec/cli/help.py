"""Help pages: their sections and examples, and the same pages as data.

The man page and the documentation are made from the commands themselves, so
that neither can fall behind.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

import click

__all__ = [
    "ENVIRONMENT",
    "EXITS",
    "Command",
    "Description",
    "Example",
    "HelpPage",
    "Option",
    "describe",
    "sections_of",
]

#: Where an option stands that names no section.
OPTIONS: Final = "Options"
#: Where a command line can go on in another line.
_BEFORE_OPTION: Final = re.compile(" (?=-)")
_NO_BREAK: Final = "\u2011"
_GIVEN: Final = click.core.ParameterSource.COMMANDLINE

#: The environment variables that the program reads.
ENVIRONMENT: Final = (
    ("NO_COLOR", "If it is not empty, no colour is used."),
    (
        "FORCE_COLOR",
        (
            "If it is not empty, and NO_COLOR is not set, colour is used in "
            "a pipe as well."
        ),
    ),
    ("COLUMNS", "The width of the terminal, instead of the one it reports."),
    ("TERM", "A terminal that is called dumb gets no colour."),
)
#: What the exit codes mean.
EXITS: Final = (
    (0, "Yes; or the command did what it should."),
    (1, "No; or something was found, differs, or is not documented."),
    (2, "Wrong usage, or input that cannot be used."),
    (130, "Interrupted."),
    (141, "The reader of the output pipe has gone."),
)


class Example(NamedTuple):
    """A command line that a help page shows.

    Attributes:
        text: What it is for.
        line: The command line, as a shell takes it.
    """

    text: str
    line: str

    def lines(self, width: int) -> Iterator[str]:
        """Yield the command line in lines that a shell takes together.

        It is there to be copied: it goes on before an option, behind a
        backslash.

        Args:
            width: How long a line may be; one option may be longer.
        """
        line, *options = _BEFORE_OPTION.split(self.line)
        for option in options:
            if len(f"{line} {option} \\") > width:
                yield f"{line} \\"
                line = f"   {option}"
            else:
                line += f" {option}"
        yield line


class Option(click.Option):
    """An option that stands in a section of the help page.

    Args:
        section: The heading of the section.
    """

    def __init__(
        self, *args: Any, section: str = OPTIONS, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.section = section


def sections_of(command: click.Command) -> dict[str, list[click.Option]]:
    """Return a command's options by section, the unnamed section last."""
    found: dict[str, list[click.Option]] = {}
    for param in command.params:
        if isinstance(param, click.Option) and not param.hidden:
            section = getattr(param, "section", OPTIONS)
            found.setdefault(section, []).append(param)
    last = found.pop(OPTIONS, [])
    return {**found, OPTIONS: last}


class _Formatter(click.HelpFormatter):
    """Writes help pages without a break at a hyphen.

    The names of platforms and decisions have hyphens, and are there to be
    copied. While lines are broken, a hyphen that allows no break stands in
    for each.
    """

    def write_text(self, text: str) -> None:
        """Write a paragraph."""
        super().write_text(text.replace("-", _NO_BREAK))

    def write_dl(self, rows: Any, *args: Any, **kwargs: Any) -> None:
        """Write a list of terms, each with its text."""
        glued = [(term, text.replace("-", _NO_BREAK)) for term, text in rows]
        super().write_dl(glued, *args, **kwargs)

    def getvalue(self) -> str:
        """Return all that was written."""
        return super().getvalue().replace(_NO_BREAK, "-")


def _show_help(ctx: click.Context, _: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click hands it over so
    if value and not ctx.resilient_parsing:
        click.echo(ctx.get_help())
        ctx.exit()


class HelpPage(click.Command):
    """A command whose help page has sections, examples and an ending."""

    examples: tuple[Example, ...] = ()
    ending: str = ""
    _help: click.Option | None = None

    def get_help(self, ctx: click.Context) -> str:
        """Return the help page."""
        formatter = _Formatter(
            width=ctx.terminal_width, max_width=ctx.max_content_width
        )
        self.format_help(ctx, formatter)
        return formatter.getvalue().rstrip("\n")

    def get_help_option(self, ctx: click.Context) -> click.Option:
        """Return ``--help``, as click makes it, but untranslated.

        A translation takes longer to look up than all options to make, and
        the other lines of the help are English in any case.
        """
        if self._help is None:
            self._help = click.Option(
                [*self.get_help_option_names(ctx)],
                is_flag=True,
                is_eager=True,
                expose_value=False,
                callback=_show_help,
                help="Show this message and exit.",
            )
        return self._help

    def format_help_text(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        """Write what the command is for, and its examples below that."""
        super().format_help_text(ctx, formatter)
        with formatter.section("Examples"):
            for number, example in enumerate(self.examples):
                if number:
                    formatter.write_paragraph()
                formatter.write_text(example.text)
                for line in example.lines(formatter.width - 2):
                    formatter.write(f"{' ' * formatter.current_indent}")
                    formatter.write(f"  {line}\n")

    def format_options(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        """Write the commands, if there are any, then options by section."""
        if isinstance(self, click.Group):
            self.format_commands(ctx, formatter)
        found = sections_of(self)
        found[OPTIONS].append(self.get_help_option(ctx))
        for section, options in found.items():
            records = [option.get_help_record(ctx) for option in options]
            with formatter.section(section):
                formatter.write_dl([record for record in records if record])

    def format_epilog(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        """Write the last paragraph."""
        if self.ending:
            formatter.write_paragraph()
            formatter.write_text(self.ending)


class Command(HelpPage):
    """A command of the program, with its examples.

    Args:
        examples: Command lines that answer common questions.
        ending: What stands below the options: the exit codes.
    """

    def __init__(
        self,
        *args: Any,
        examples: Iterable[Example] = (),
        ending: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.examples = tuple(examples)
        self.ending = ending

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command.

        Raises:
            click.UsageError: An option before its name has no effect on it.
        """
        own = {param.name for param in self.params}
        for parent in () if ctx.parent is None else ctx.parent.command.params:
            source = ctx.parent and ctx.parent.get_parameter_source(
                parent.name or ""
            )
            if parent.name not in own and source is _GIVEN:
                raise click.UsageError(
                    f"{parent.opts[0]} cannot be used with '{self.name}'", ctx
                )
        return super().invoke(ctx)


class Description(NamedTuple):
    """One help page as data.

    Attributes:
        name: The command's name; empty for the program itself.
        usage: How it is called.
        summary: What it does, in a line.
        paragraphs: The rest of the text.
        options: For each section, each option's names and its help.
        examples: Command lines that answer common questions.
        ending: What stands last.
    """

    name: str
    usage: str
    summary: str
    paragraphs: tuple[str, ...]
    options: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    examples: tuple[Example, ...]
    ending: str


def describe(
    program: HelpPage, commands: Iterable[Command]
) -> Iterator[Description]:
    """Yield the help page of a program, and then those of its commands.

    Args:
        program: The program.
        commands: Its commands.
    """
    with click.Context(program, info_name=program.name) as ctx:
        yield _description(program, ctx, "")
        for command in commands:
            inner = click.Context(command, ctx, command.name)
            yield _description(command, inner, command.name or "")


def _description(
    command: HelpPage, ctx: click.Context, name: str
) -> Description:
    first, *others = (
        " ".join(part.split())
        for part in inspect.cleandoc(command.help or "").split("\n\n")
    )
    usage = [ctx.command_path, *command.collect_usage_pieces(ctx)]
    return Description(
        name=name,
        usage=" ".join(usage),
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
