"""``avi-portspec export``: an answer in another format."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from avi_portspec.cli.failures import CommandError
from avi_portspec.cli.inputs import read_site
from avi_portspec.cli.options import (
    OUTPUT,
    command,
    deployment_argument,
    deployment_options,
    edition_options,
    inventory_option,
    option,
)
from avi_portspec.cli.parameters import Choice
from avi_portspec.cli.query import (
    beyond_option,
    format_of,
    query,
    query_options,
)
from avi_portspec.cli.streams import is_terminal
from avi_portspec.documents import join
from avi_portspec.errors import InvalidDataError
from avi_portspec.exporters import formats

if TYPE_CHECKING:
    from collections.abc import Iterable

    from avi_portspec.cli.request import Request
    from avi_portspec.exporters import FormatName

__all__ = ["export_command"]


def _formats() -> Iterable[str]:
    return (known.name for known in formats())


@command(
    "export",
    deployment_argument,
    option(
        OUTPUT,
        "--format",
        "name",
        type=Choice("format", _formats),
        metavar="FORMAT",
        help=f"{join('or', _formats())} (default: from the suffix of "
        "--output). 'avi-portspec formats' says what each is.",
    ),
    inventory_option(OUTPUT, "They are written beside the names."),
    beyond_option,
    deployment_options,
    query_options,
    edition_options,
    examples=(
        (
            "A firewall change request for a ticket.",
            (
                "export --format ticket --deployment aws --with cli-shell "
                "--output ticket.md"
            ),
        ),
        (
            "A workbook for a change board, with your addresses.",
            "export aws --inventory addresses.toml --output rules.xlsx",
        ),
        (
            "The flows from Service Engines, as CSV.",
            "export --format csv --cloud azure --source SE",
        ),
        ("A whole edition in JSON.", "export --format json --edition 17.1"),
    ),
    exits=(
        "Exit codes: 0, written; 1, no flow matches, or with --strict "
        "something is not documented."
    ),
)
def export_command(
    request: Request,
    /,
    name: FormatName | None,
    inventory: str | None,
    **given: Any,
) -> int:
    """Export an answer to a file for people or programs.

    The answer is that of 'avi-portspec ports', for a DEPLOYMENT or for all
    of them. It names the data that it was made from, and lists what is not
    documented. Without a deployment and filters, it is the whole edition;
    with an inventory, its flows.
    """
    chosen = name or format_of(request.output)
    if chosen is None:
        raise CommandError(f"--format is required: {', '.join(_formats())}")
    if _is_binary(chosen) and is_terminal(request.output):
        raise CommandError(f"{chosen} is binary; use --output FILE")
    answer = query(request, written=chosen, **given)
    if inventory is None:
        written = answer.export(chosen)
    else:
        site, subject = read_site(request, answer.edition, inventory)
        try:
            written = answer.export(chosen, inventory=site)
        except InvalidDataError as wrong:
            # What an answer cannot use of it: the library knows no file.
            raise InvalidDataError(subject, wrong.faults) from None
    request.write(written)
    return 0 if answer.flows else 1


def _is_binary(name: str) -> bool:
    return any(known.binary for known in formats() if known.name == name)
