"""The program: its commands, each imported when it is called."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, Final

import click

from avi_portspec.cli.failures import CODES, report, unknown_word
from avi_portspec.cli.help import Command, Example, HelpPage
from avi_portspec.cli.options import colour_option, edition_options
from avi_portspec.cli.request import Request

__all__ = ["COMPLETE", "NAME", "SECTIONS", "Program", "program", "run"]

NAME: Final = "avi-portspec"
#: The variable that asks the program for completions; the scripts set it.
COMPLETE: Final = "_AVI_PORTSPEC_COMPLETE"

#: The commands by section of the help page, each with its module in
#: ``commands``. There, the command ``verify-source`` is
#: ``verify_source_command``.
SECTIONS: Final[Mapping[str, Mapping[str, str]]] = {
    "Query": {
        "ports": "ports",
        "explain": "explain",
        "show": "show",
        "symptom": "symptom",
        "notes": "lists",
        "endpoints": "lists",
    },
    "Other sources": {
        "statements": "statements",
        "sources": "statements",
        "releases": "statements",
    },
    "Compare": {"diff": "changes", "upgrade": "changes"},
    "Export": {"export": "export", "rules": "rules", "schema": "schema"},
    "Audit": {"audit": "audit"},
    "Your files": {"init": "init", "check": "check"},
    "Verify": {"digest": "verify", "verify-source": "verify"},
    "What is available": {
        "editions": "lists",
        "presets": "lists",
        "platforms": "lists",
        "formats": "lists",
    },
    "Help": {"help": "manual", "man": "manual", "completion": "manual"},
}
_MODULES: Final = {
    name: module
    for section in SECTIONS.values()
    for name, module in section.items()
}


class Program(HelpPage, click.Group):
    """The group of all commands, which imports none of them by itself."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands' names, in the order of the sections."""
        return [*_MODULES]

    def get_command(self, ctx: click.Context, cmd_name: str) -> Command | None:
        """Return a command, or ``None`` if there is none of that name."""
        if cmd_name not in _MODULES:
            return None
        module = import_module(
            f"avi_portspec.cli.commands.{_MODULES[cmd_name]}"
        )
        found: Command = getattr(
            module, f"{cmd_name.replace('-', '_')}_command"
        )
        return found

    def commands_in_order(self, ctx: click.Context) -> Iterator[Command]:
        """Yield every command, in the order of the sections."""
        yield from filter(
            None, (self.get_command(ctx, name) for name in _MODULES)
        )

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the arguments call.

        Raises:
            click.UsageError: There is no such command; it suggests one.
        """
        name = args[0]
        if (
            name not in _MODULES
            and not name.startswith("-")
            and not ctx.resilient_parsing
        ):
            raise click.UsageError(unknown_word("command", name, _MODULES))
        return super().resolve_command(ctx, args)

    def format_commands(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        """Write the commands by section."""
        pages = {
            command.name: command for command in self.commands_in_order(ctx)
        }
        for section, names in SECTIONS.items():
            with formatter.section(section):
                formatter.write_dl(
                    [
                        (name, pages[name].get_short_help_str(200))
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
@colour_option
@click.option(
    "-V",
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_version,
    help="Print the version, and the bundled editions with their digests.",
)
def _program() -> None:
    """List the network ports that the Avi load balancer needs.

    The answers come from the vendor's port page, and cite it. They keep
    apart what the vendor documents, what is inferred, and what is not
    documented; not documented never means "closed". Unofficial: not a
    product of the vendor.
    """


assert isinstance(_program, Program)  # noqa: S101 - for type checkers
program: Final[Program] = _program
program.examples = (
    Example(
        "Which ports must I open for AWS, with the remote CLI shell?",
        f"{NAME} ports aws --with cli-shell",
    ),
    Example(
        "Why is this port in the answer?",
        f"{NAME} explain tcp/5054 --deployment aws --with cli-shell",
    ),
    Example(
        "Write the firewall change request for a ticket.",
        f"{NAME} export --format ticket --deployment aws --with cli-shell"
        " --output ticket.md",
    ),
)
program.ending = (
    "'avi-portspec help COMMAND' shows a command's options and examples. Exit "
    "codes: 0 yes; 1 no, or something was found; 2 wrong usage or bad input."
)


def run(arguments: list[str]) -> int:
    """Run the program, and return its exit code.

    Args:
        arguments: The arguments after its name.
    """
    instruction = os.environ.get(COMPLETE)
    request = Request()
    try:
        if instruction:
            # Imported here: only a shell that completes pays for it.
            from click.shell_completion import shell_complete

            given: dict[str, Any] = {"obj": request}
            return shell_complete(program, given, NAME, COMPLETE, instruction)
        # Without arguments, it prints its help.
        words = arguments or ["--help"]
        with program.make_context(NAME, words, obj=request) as ctx:
            code = program.invoke(ctx)
        sys.stdout.flush()
    except click.exceptions.Exit as done:
        return done.exit_code
    except CODES as wrong:
        return report(wrong)
    return int(code or 0)
