"""What every command has: a help page with sections and examples."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

import click

__all__ = ["Example", "Page", "Setting", "Verb", "sections_of", "verb"]

_GIVEN: Final = click.core.ParameterSource.COMMANDLINE
#: Where an option stands that says nothing else.
OPTIONS: Final = "Options"


class Example(NamedTuple):
    """A command line that a help page shows.

    Attributes:
        text: What it is for.
        line: The command line, as a shell takes it.
    """

    text: str
    line: str


class Setting(click.Option):
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


class Page(click.Command):
    """A command whose help page has sections, examples and an ending."""

    examples: tuple[Example, ...] = ()
    ending: str = ""

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
                # Never wrapped: it is there to be copied.
                indent = " " * (formatter.current_indent + 2)
                formatter.write(f"{indent}{example.line}\n")

    def format_options(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        """Write the commands, if there are any, then options by section."""
        if isinstance(self, click.Group):
            self.format_commands(ctx, formatter)
        found = sections_of(self)
        found[OPTIONS] += filter(None, [self.get_help_option(ctx)])
        for section, options in found.items():
            records = [option.get_help_record(ctx) for option in options]
            with formatter.section(section):
                formatter.write_dl([each for each in records if each])

    def format_epilog(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        """Write how the page ends."""
        if self.ending:
            formatter.write_paragraph()
            formatter.write_text(self.ending)


class Verb(Page):
    """A command of the program, with its examples.

    Args:
        examples: Command lines that answer what people ask.
        ending: What is said below the options.
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
            click.UsageError: An option before its name means nothing to it.
        """
        own = {param.name for param in self.params}
        for parent in () if ctx.parent is None else ctx.parent.command.params:
            source = ctx.parent and ctx.parent.get_parameter_source(
                parent.name or ""
            )
            if parent.name not in own and source is _GIVEN:
                raise click.UsageError(
                    f"{parent.opts[0]} means nothing to '{self.name}'", ctx
                )
        return super().invoke(ctx)


def verb(
    name: str,
    *,
    examples: Iterable[tuple[str, str]],
    ending: str = "",
) -> Callable[[Callable[..., int | None]], Verb]:
    """Return a decorator that makes a function a command.

    The function's docstring is the help page's text. What it returns is the
    exit code, ``None`` for 0.

    Args:
        name: What it is called.
        examples: Pairs of what a command line is for, and the line itself.
        ending: What is said below the options: what the exit codes mean.
    """
    made = [Example(text, f"avi-portspec {line}") for text, line in examples]
    return click.command(name, cls=Verb, examples=made, ending=ending)
