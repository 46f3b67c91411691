"""The options that commands share, each described once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

import click

from avi_portspec.cli.request import Request
from avi_portspec.cli.verbs import Setting
from avi_portspec.cli.words import CLOUD, EDITION, PRESET, SERVICE, USED

__all__ = [
    "deployment_options",
    "edition_option",
    "edition_options",
    "json_option",
    "markdown_option",
    "output_option",
    "screen_options",
]

F = TypeVar("F", bound=Callable[..., Any])

_EDITION: Final = "Which edition of the page"
_DEPLOYMENT: Final = "What the deployment is like"
_OUTPUT: Final = "Output"


def _kept(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    """Put the value of an option that was given into the request.

    Raises:
        click.BadParameter: It is empty, as where a script's variable was
            never set: what was meant is not "whatever there is".
    """
    if value == "" or (isinstance(value, tuple) and "" in value):
        raise click.BadParameter(
            "wanted a value, got an empty one", ctx, param
        )
    if param.name is not None and value not in (None, ()):
        ctx.ensure_object(Request).keep(param.name, value)


def _answers(field: str, word: str) -> Callable[..., None]:
    """Return a callback for a flag that is one of two answers.

    The last must not win: whoever says both in a script believes in one of
    them, and would get an answer for the other.
    """

    def keep(ctx: click.Context, _: click.Parameter, value: Any) -> None:
        if not value:
            return
        request = ctx.ensure_object(Request)
        before = getattr(request, field)
        if before not in {None, word}:
            raise click.UsageError(
                f"--{before} and --{word} exclude one another: say one", ctx
            )
        request.keep(field, word)

    return keep


def _option(section: str, *names: str, **kwargs: Any) -> Callable[[F], F]:
    kwargs.setdefault("callback", _kept)
    return click.option(
        *names, cls=Setting, section=section, expose_value=False, **kwargs
    )


def _all(*options: Callable[[F], F]) -> Callable[[F], F]:
    """Return one decorator for several options, in their order."""

    def decorate(function: F) -> F:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


#: Which edition is asked, of those that come along.
edition_option = _option(
    _EDITION,
    "--edition",
    "edition_name",
    type=EDITION,
    metavar="ID",
    help="An edition that comes along, by id or alias; the newest without "
    "it. 'avi-portspec editions' lists them.",
)

#: Which edition is asked, and what is laid over it; for most commands.
edition_options = _all(
    edition_option,
    _option(
        _EDITION,
        "--edition-file",
        type=click.Path(),
        metavar="FILE",
        help="An edition of your own, in TOML or JSON.",
    ),
    _option(
        _EDITION,
        "--overlay",
        "overlays",
        multiple=True,
        type=click.Path(),
        metavar="FILE",
        help="Your site's own ports and endpoints, laid over the edition. "
        "May be given several times.",
    ),
)

#: What the deployment is like; for every command that answers for one.
deployment_options = _all(
    _option(
        _DEPLOYMENT,
        "--deployment",
        "preset",
        type=PRESET,
        metavar="NAME|FILE",
        help="A preset, which is one cloud with nothing optional in use, "
        "such as aws, azure, gcp, nsx-t, openstack or vcenter; or a file, "
        "which 'avi-portspec init' writes; or - for standard input.",
    ),
    _option(
        _DEPLOYMENT,
        "--cloud",
        "clouds",
        multiple=True,
        type=CLOUD,
        metavar="CLOUD",
        help="A cloud that the Controller manages, beside those of "
        "--deployment. May be given several times.",
    ),
    _option(
        _DEPLOYMENT,
        "--with",
        "used",
        multiple=True,
        type=USED,
        metavar="WORD",
        help="An optional feature, such as cli-shell, or a network service, "
        "such as dns, that is in use. May be given several times. "
        "'avi-portspec init --cloud aws -o -' lists all words.",
    ),
    _option(
        _DEPLOYMENT,
        "--without",
        "unused",
        multiple=True,
        type=USED,
        metavar="WORD",
        help="A feature or network service that is not in use, although the "
        "deployment's file has it.",
    ),
    _option(
        _DEPLOYMENT,
        "--service",
        "services",
        multiple=True,
        type=SERVICE,
        metavar="WORD",
        help="A network service that the Controller uses: dns, ldap, ldaps, "
        "ntp, smtp, snmp-traps, syslog or tacacs-plus.",
    ),
    _option(
        _DEPLOYMENT,
        "--container",
        is_flag=True,
        default=None,
        callback=_answers("controller", "container"),
        help="The Controller runs as a Docker container.",
    ),
    _option(
        _DEPLOYMENT,
        "--virtual-machine",
        is_flag=True,
        default=None,
        callback=_answers("controller", "virtual-machine"),
        help="It runs as a virtual machine or an appliance, which is what "
        "presets have.",
    ),
    _option(
        _DEPLOYMENT,
        "--single-node",
        is_flag=True,
        default=None,
        callback=_answers("nodes", "single-node"),
        help="There is one Controller.",
    ),
    _option(
        _DEPLOYMENT,
        "--cluster",
        is_flag=True,
        default=None,
        callback=_answers("nodes", "cluster"),
        help="There is a cluster of Controllers, which is what presets have.",
    ),
)

#: Answers for machines; for every command.
json_option = _option(
    _OUTPUT,
    "--json",
    "as_json",
    is_flag=True,
    default=None,
    help="Answer in JSON; 'avi-portspec schema --of COMMAND' describes it.",
)

#: Answers for wikis and tickets.
markdown_option = _option(
    _OUTPUT,
    "--markdown",
    "as_markdown",
    is_flag=True,
    default=None,
    help="Answer in Markdown.",
)

#: Where the answer goes; for every command.
output_option = _option(
    _OUTPUT,
    "--output",
    "-o",
    type=click.Path(),
    metavar="FILE",
    help="Write to a file, whole or not at all; - is standard output.",
)

#: How the answer looks; for the program and every command.
screen_options = _option(
    _OUTPUT,
    "--color/--no-color",
    "colour",
    default=None,
    help="Use colour, or none. Without either, it is used on a terminal; "
    "NO_COLOR and FORCE_COLOR are heeded.",
)
