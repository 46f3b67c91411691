"""The program: its commands, each imported when it is asked for."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any, Final

import click

from avi_portspec.cli.failures import CODES, told
from avi_portspec.cli.options import edition_options, screen_options
from avi_portspec.cli.request import Request
from avi_portspec.cli.verbs import Example, Page, Verb

__all__ = ["NAME", "SECTIONS", "Program", "program", "run"]

NAME: Final = "avi-portspec"
_COMPLETE: Final = "_AVI_PORTSPEC_COMPLETE"

#: The commands, by what people want. Each is the attribute ``command`` of
#: the module in ``commands`` that has its name.
SECTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "Ask": (
        "ports",
        "explain",
        "show",
        "symptom",
        "notes",
        "endpoints",
        "editions",
    ),
    "Compare": ("diff", "upgrade"),
    "Hand on": ("export", "rules", "schema"),
    "Files of your own": ("init", "check"),
    "Trust": ("digest", "verify-source"),
}


class Program(Page, click.Group):
    """The group of all commands, which imports none of them by itself."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands' names, in the order of the sections."""
        return [name for names in SECTIONS.values() for name in names]

    def get_command(
        self, ctx: click.Context, cmd_name: str
    ) -> click.Command | None:
        """Return a command, or ``None`` if there is none of that name."""
        known = cmd_name in self.list_commands(ctx)
        return self.named(cmd_name) if known else None

    @staticmethod
    def named(name: str) -> Verb:
        """Return the command of that name, which there has to be."""
        module = name.replace("-", "_")
        found: Verb = import_module(
            f"avi_portspec.cli.commands.{module}"
        ).command
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the arguments ask for.

        Raises:
            click.UsageError: There is no such command; it suggests one.
        """
        name = args[0]
        known = self.list_commands(ctx)
        if (
            name not in known
            and not name.startswith("-")
            and not ctx.resilient_parsing
        ):
            from avi_portspec.errors import UnknownNameError

            raise click.UsageError(
                str(UnknownNameError("command", name, known)), ctx
            )
        return super().resolve_command(ctx, args)

    def format_commands(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        """Write the commands by section."""
        for section, names in SECTIONS.items():
            with formatter.section(section):
                formatter.write_dl(
                    [
                        (name, self.named(name).get_short_help_str(200))
                        for name in names
                    ]
                )


def _version(ctx: click.Context, param: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click hands it over so
    if not value or ctx.resilient_parsing:
        return
    import avi_portspec

    lines = [f"{NAME} {avi_portspec.__version__}"]
    for name in avi_portspec.editions():
        edition = avi_portspec.load(name)
        lines.append(f"edition {edition.id}  sha256 {edition.digest}")
    click.echo("\n".join(lines))
    ctx.exit()


@click.group(
    NAME,
    cls=Program,
    context_settings={
        "help_option_names": ["-h", "--help"],
        "max_content_width": 100,
    },
    options_metavar="[OPTIONS]",
    subcommand_metavar="COMMAND ...",
)
@edition_options
@screen_options
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_version,
    help="Print the version, and the editions with their digests.",
)
def _program() -> None:
    """Which ports the Avi load balancer needs, from its vendor's port page.

    Every answer is data with its source: what the page states, what was
    inferred, and what the page leaves unstated, which is never "closed".
    Unofficial: not a product of the vendor.
    """


assert isinstance(_program, Program)  # noqa: S101 - for type checkers
program: Final[Program] = _program
program.examples = (
    Example(
        "What must I open for AWS with a CLI shell?",
        f"{NAME} ports --deployment aws --with cli-shell",
    ),
    Example(
        "Why is this port in the answer?",
        f"{NAME} explain tcp/5054 --deployment aws --with cli-shell",
    ),
    Example(
        "Attach the answer to a change ticket.",
        f"{NAME} export --format ticket --deployment aws --with cli-shell"
        " --output ticket.md",
    ),
)
program.ending = (
    "'avi-portspec COMMAND --help' tells more, with examples. Exit codes: 0 "
    "yes, 1 no or something found, 2 wrong usage or bad input."
)


def run(arguments: list[str]) -> int:
    """Run the program, and return its exit code.

    Args:
        arguments: What stands after its name.
    """
    instruction = os.environ.get(_COMPLETE)
    request = Request()
    try:
        if instruction:
            # Imported here: only a shell that completes pays for it.
            from click.shell_completion import shell_complete

            given: dict[str, Any] = {"obj": request}
            return shell_complete(program, given, NAME, _COMPLETE, instruction)
        # Without a word, it says what can be asked.
        words = arguments or ["--help"]
        with program.make_context(NAME, words, obj=request) as ctx:
            code = program.invoke(ctx)
        sys.stdout.flush()
    except click.exceptions.Exit as done:
        return done.exit_code
    except CODES as wrong:
        return told(wrong)
    return int(code or 0)
