"""``avi-portspec export``: answers to hand on."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final

import click

from avi_portspec.cli.filters import Terms, filter_options, given
from avi_portspec.cli.options import (
    deployment_options,
    edition_options,
    output_option,
    screen_options,
)
from avi_portspec.cli.request import STDIN
from avi_portspec.cli.subjects import asked, decision_options
from avi_portspec.cli.verbs import Setting, verb
from avi_portspec.cli.words import NearChoice

if TYPE_CHECKING:
    from collections.abc import Iterable

    from avi_portspec.cli.request import Request

__all__ = ["command"]


def _formats() -> Iterable[str]:
    from avi_portspec.exporters import formats

    return (each.name for each in formats())


@verb(
    "export",
    examples=(
        (
            "The evidence for a change ticket.",
            (
                "export --format ticket --deployment aws --with cli-shell "
                "--output ticket.md"
            ),
        ),
        (
            "A workbook for a change board.",
            "export --deployment aws --output ports.xlsx",
        ),
        (
            "What Service Engines open, as CSV.",
            "export --format csv --cloud azure --source SE",
        ),
        ("A whole edition, as JSON.", "export --format json --edition 17.1"),
    ),
    ending=(
        "Exit codes: 0, written; 1, there was nothing to write into the "
        "table, or with --strict the page leaves the deployment open."
    ),
)
@click.option(
    "--format",
    "name",
    cls=Setting,
    section="Output",
    type=NearChoice("format", _formats),
    metavar="FORMAT",
    help="json, yaml, toml, csv, markdown, rst, html, xlsx, ticket (the "
    "evidence for a change ticket, in Markdown) or ticket-html; without it, "
    "what the name of the output file ends in.",
)
@output_option
@deployment_options
@decision_options
@filter_options
@screen_options
@edition_options
@click.pass_obj
def command(
    request: Request,
    /,
    name: str | None,
    decisions: tuple[str, ...],
    *,
    strict: bool,
    **filters: Terms | None,
) -> int:
    """Write an answer in the format that somebody else wants.

    The answer is that of 'avi-portspec ports': for a deployment, or what the
    page has. Each says which data it was made from, and what is left open.
    Without a deployment and without filters, data formats hold the edition.
    """
    chosen = name or _by_ending(request.output)
    if _is_binary(chosen) and _on_terminal(request.output):
        raise click.UsageError(
            f"{chosen} is no text to look at: give --output FILE",
            click.get_current_context(),
        )
    subject = asked(request, given(filters), decisions, strict=strict)
    request.write(subject.export(chosen))
    return 0 if subject.flows else 1


#: The formats that are told by how a file's name ends: of those with the
#: same ending, the first.
def _by_ending(output: str | None) -> str:
    from avi_portspec.exporters import formats

    if output is None or output == STDIN:
        raise click.UsageError(
            "which --format? One of " + ", ".join(_formats()),
            click.get_current_context(),
        )
    ending = os.path.splitext(output)[1].lower()
    endings = {each.suffix: each.name for each in reversed(formats())}
    endings |= _ALSO
    if ending not in endings:
        raise click.UsageError(
            f"{output!r} does not say which format it is: give --format",
            click.get_current_context(),
        )
    return endings[ending]


_ALSO: Final = {".yml": "yaml", ".htm": "html"}


def _is_binary(name: str) -> bool:
    from avi_portspec.exporters import formats

    return any(each.binary for each in formats() if each.name == name)


def _on_terminal(output: str | None) -> bool:
    return output in {None, STDIN} and sys.stdout.isatty()
