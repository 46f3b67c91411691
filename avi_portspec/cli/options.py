"""The options that commands share, and what makes a function a command."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, TypeVar

import click

from avi_portspec.beyond.spans import parse_release
from avi_portspec.cli.help import Command, Example, Option
from avi_portspec.cli.parameters import (
    CLOUD,
    EDITION,
    FILE,
    PRESET,
    RELEASE,
    SERVICE,
    STATEMENT,
    USED,
)
from avi_portspec.cli.request import Request
from avi_portspec.errors import InvalidQueryError

__all__ = [
    "DEPLOYMENT",
    "OUTPUT",
    "check_release",
    "colour_option",
    "command",
    "deployment_argument",
    "deployment_options",
    "edition_option",
    "edition_options",
    "inventory_option",
    "json_option",
    "markdown_option",
    "option",
    "table_options",
]

F = TypeVar("F", bound=Callable[..., Any])

#: The headings of the sections.
_EDITION: Final = "Edition"
DEPLOYMENT: Final = "Deployment"
OUTPUT: Final = "Output"

#: The options whose place an argument takes: click knows them apart by name.
_ARGUMENTS: Final = {"deployment_names": "deployments"}


def option(section: str, *names: str, **kwargs: Any) -> Callable[[F], F]:
    """Return an option of one command, in a section of its help page.

    Args:
        section: The heading of the section.
        *names: Its names, as click has them.
        **kwargs: What else click takes.
    """
    return click.option(*names, cls=Option, section=section, **kwargs)


def inventory_option(
    section: str, more: str = "", **kwargs: Any
) -> Callable[[F], F]:
    """Return the option that names the inventory.

    Args:
        section: The heading of its section.
        more: What the command does with the addresses.
        **kwargs: What else click takes.
    """
    text = (
        "The addresses of your endpoints, a TOML or JSON file; - for standard "
        "input."
    )
    return option(
        section,
        "--inventory",
        type=FILE,
        metavar="FILE",
        help=f"{text} {more}".rstrip(),
        **kwargs,
    )


def command(
    name: str,
    *parameters: Callable[..., Any],
    examples: Iterable[tuple[str, str]],
    exits: str = "",
) -> Callable[[Callable[..., int | None]], Command]:
    """Return a decorator that makes a function a command.

    The function gets the :class:`Request` and its own parameters; the shared
    options put their values into the request. Its docstring is the text of
    the help page. It returns the exit code, ``None`` for 0.

    Args:
        name: The command's name.
        *parameters: Its arguments and options, in the order of the help
            page. Each command has --output and --color besides.
        examples: Pairs of what a command line is for, and the line itself.
        exits: What the exit codes mean, where the command adds to it.
    """
    made = [Example(text, f"avi-portspec {line}") for text, line in examples]

    def decorate(function: Callable[..., int | None]) -> Command:
        taking: Callable[..., Any] = click.pass_obj(function)
        return click.command(name, cls=Command, examples=made, ending=exits)(
            _all(*parameters, _output_option, colour_option)(taking)
        )

    return decorate


def _all(*options: Callable[[F], F]) -> Callable[[F], F]:
    """Return one decorator for several, in the order of the help page."""

    def decorate(function: F) -> F:
        for decorator in reversed(options):
            function = decorator(function)
        return function

    return decorate


def _keep(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    """Put the value of an option that was given into the request.

    Raises:
        click.BadParameter: It is empty, as where a script's variable was
            never set: that must not mean the default.
    """
    if value == "" or (isinstance(value, tuple) and "" in value):
        raise click.BadParameter(
            "expected a value, got an empty one", ctx, param
        )
    if param.name is not None and value not in (None, ()):
        # The argument is what the option of the same meaning is.
        name = _ARGUMENTS.get(param.name, param.name)
        ctx.ensure_object(Request).keep(name, value)


def check_release(text: str, name: str) -> None:
    """Raise an error of an option for what is no release.

    Args:
        text: What the option was given.
        name: The option.

    Raises:
        click.BadParameter: It is none.
    """
    try:
        parse_release(text)
    except InvalidQueryError as wrong:
        raise click.BadParameter(
            f"expected {wrong.expected}, got {wrong.got}", param_hint=[name]
        ) from None


def _keep_release(
    ctx: click.Context, param: click.Parameter, value: str | None
) -> None:
    _keep(ctx, param, value)
    if value is not None:
        check_release(value, "--release")


def _share(section: str, *names: str, **kwargs: Any) -> Callable[[F], F]:
    kwargs.setdefault("callback", _keep)
    return option(section, *names, expose_value=False, **kwargs)


def _flag(section: str, name: str, field: str, text: str) -> Callable[[F], F]:
    return _share(section, name, field, is_flag=True, default=None, help=text)


def _either(field: str, word: str, text: str) -> Callable[[F], F]:
    """Return a flag that is one of two answers.

    The last must not win: a script that gives both relies on one of them,
    and could get the answer for the other.
    """

    def keep(ctx: click.Context, _: click.Parameter, value: Any) -> None:
        if not value:
            return
        request = ctx.ensure_object(Request)
        before = getattr(request, field)
        if before not in {None, word}:
            raise click.UsageError(
                f"--{before} and --{word} cannot be used together", ctx
            )
        request.keep(field, word)

    return _share(
        DEPLOYMENT,
        f"--{word}",
        is_flag=True,
        default=None,
        callback=keep,
        help=text,
    )


#: A bundled edition.
edition_option = _share(
    _EDITION,
    "--edition",
    "edition_name",
    type=EDITION,
    metavar="ID",
    help="A bundled edition, by id or alias (default: newest). "
    "'avi-portspec editions' lists them.",
)

#: Which edition to query, and the site's overlays; for most commands.
edition_options = _all(
    edition_option,
    _share(
        _EDITION,
        "--edition-file",
        type=FILE,
        metavar="FILE",
        help="Your own edition, in TOML or JSON.",
    ),
    _share(
        _EDITION,
        "--overlay",
        "overlays",
        multiple=True,
        type=FILE,
        metavar="FILE",
        help="Your site's own ports and endpoints, applied on top of the "
        "edition. Repeatable.",
    ),
    _share(
        _EDITION,
        "--accept",
        "accepted",
        multiple=True,
        type=STATEMENT,
        metavar="STATEMENT",
        help="Treat the statement of another source as a flow of your site. "
        "'avi-portspec statements' lists them. Repeatable.",
    ),
)

#: ``ports aws`` as ``ports --deployment aws``.
deployment_argument = click.argument(
    "deployment_names",
    metavar="[DEPLOYMENT]...",
    nargs=-1,
    type=PRESET,
    callback=_keep,
    expose_value=False,
)

#: The deployment; for every command that answers for one.
deployment_options = _all(
    _share(
        DEPLOYMENT,
        "--deployment",
        "deployments",
        multiple=True,
        type=PRESET,
        metavar="NAME|FILE",
        help="A preset: one cloud, with nothing optional in use. "
        "'avi-portspec presets' lists them; several are comma-separated. Or "
        "a file that 'avi-portspec init' wrote; - for standard input.",
    ),
    _share(
        DEPLOYMENT,
        "--cloud",
        "clouds",
        multiple=True,
        type=CLOUD,
        metavar="CLOUD",
        help="A cloud that the Controller manages, in addition to those in "
        "--deployment. Repeatable.",
    ),
    _share(
        DEPLOYMENT,
        "--with",
        "used",
        multiple=True,
        type=USED,
        metavar="WORD",
        help="An optional feature (such as cli-shell) or network service "
        "(such as dns) that is in use. Repeatable. 'avi-portspec init "
        "--cloud aws -o -' lists all of them.",
    ),
    _share(
        DEPLOYMENT,
        "--without",
        "unused",
        multiple=True,
        type=USED,
        metavar="WORD",
        help="A feature or network service that is not in use; overrides "
        "the deployment file. Repeatable.",
    ),
    _share(
        DEPLOYMENT,
        "--service",
        "services",
        multiple=True,
        type=SERVICE,
        metavar="WORD",
        help="A network service that the Controller uses, such as dns; "
        "--with takes these too. Repeatable.",
    ),
    _either(
        "controller", "container", "The Controller runs as a Docker container."
    ),
    _either(
        "controller",
        "virtual-machine",
        "The Controller is a virtual machine or an appliance (default).",
    ),
    _either("nodes", "single-node", "There is a single Controller node."),
    _either(
        "nodes",
        "cluster",
        "There is a cluster of Controller nodes (default).",
    ),
    _share(
        DEPLOYMENT,
        "--release",
        type=RELEASE,
        metavar="RELEASE",
        callback=_keep_release,
        help="The release that runs, such as 30.2. It changes no answer; it "
        "selects what other sources state beside one.",
    ),
)

#: Answers for machines; for every command that answers.
json_option = _flag(
    OUTPUT,
    "--json",
    "as_json",
    "Answer in JSON. 'avi-portspec schema --of COMMAND' describes it.",
)

#: Answers for wikis and tickets.
markdown_option = _flag(
    OUTPUT, "--markdown", "as_markdown", "Answer in Markdown."
)

#: What surrounds a table; for every command that prints one.
table_options = _all(
    _share(
        OUTPUT,
        "--quiet",
        "-q",
        is_flag=True,
        default=None,
        help="Print the table alone. What is not documented goes to "
        "standard error.",
    ),
    _flag(
        OUTPUT,
        "--no-header",
        "no_header",
        "Leave out the header of the table.",
    ),
)

#: Where the answer goes; for every command.
_output_option = _share(
    OUTPUT,
    "--output",
    "-o",
    type=FILE,
    metavar="FILE",
    help="Write to FILE (atomically; - for standard output).",
)

#: How the answer looks; for the program and every command.
colour_option = _share(
    OUTPUT,
    "--color/--no-color",
    "colour",
    default=None,
    help="Force or disable colour (default: automatic; NO_COLOR and "
    "FORCE_COLOR are honoured).",
)
