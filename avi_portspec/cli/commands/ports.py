"""``avi-portspec ports``: which ports to open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from avi_portspec.cli.failures import CommandError
from avi_portspec.cli.options import (
    OUTPUT,
    command,
    deployment_argument,
    deployment_options,
    edition_options,
    json_option,
    option,
    table_options,
)
from avi_portspec.cli.query import (
    beyond_option,
    format_of,
    query,
    query_options,
)
from avi_portspec.tabular.columns import COLUMNS

if TYPE_CHECKING:
    from avi_portspec.cli.request import Request

__all__ = ["ports_command"]


@command(
    "ports",
    deployment_argument,
    deployment_options,
    query_options,
    option(
        OUTPUT,
        "--why",
        is_flag=True,
        help="Add the reason for each row.",
    ),
    option(
        OUTPUT,
        "--wide",
        is_flag=True,
        help="Group the rows by source, with purposes and flow ids, however "
        "wide the table gets.",
    ),
    option(
        OUTPUT,
        "--columns",
        metavar="NAMES",
        help="The columns of the table, comma-separated: "
        f"{', '.join(COLUMNS)}.",
    ),
    beyond_option,
    json_option,
    table_options,
    edition_options,
    examples=(
        (
            "Which ports must I open for AWS, with the remote CLI shell?",
            "ports aws --with cli-shell",
        ),
        (
            "From Service Engines to the Controller on vCenter, and why?",
            "ports --cloud vcenter --source SE --destination Controller --why",
        ),
        (
            "Two clouds, a single Controller in a container, DNS and NTP.",
            "ports aws gcp --single-node --container --service dns,ntp",
        ),
        (
            "Everything on port 443, for any deployment.",
            "ports --port 443",
        ),
        ("The same in JSON.", "ports --port 443 --json"),
        ("Only the rows, for a script.", "ports aws --quiet --no-header"),
        ("With purposes and flow ids, in a pager.", "ports aws --wide"),
        (
            "What do other sources state about NSX-T in 30.2?",
            "ports nsx-t --beyond 30.2",
        ),
        ("Write a CSV file.", "ports aws --output ports.csv"),
    ),
    exits=(
        "Exit codes: 0, some flows match; 1, none does, or with --strict "
        "something is not documented."
    ),
)
def ports_command(
    request: Request,
    /,
    *,
    why: bool,
    wide: bool,
    columns: str | None,
    beyond: str | None,
    **given: Any,
) -> int:
    """List the ports to open: for a DEPLOYMENT, or for all of them.

    For a deployment, the table has what is needed and what is optional, and
    what the vendor does not document. Without a deployment, it has every
    flow of the vendor's port page with its condition.

    A terminal shows the rows in groups, in the columns that fit it. In a
    pipe or a file, and with --columns, the table has one line per flow, each
    with its source and destination, for a script.

    Filters take ids, names or aliases, comma-separated; prefix a value with
    ! to exclude it. With --output, the suffix chooses the format, as
    'avi-portspec formats' lists them; .txt, or none, is for the table.
    """
    chosen = "json" if request.as_json else format_of(request.output, ".txt")
    options = {
        "--columns": columns is not None,
        "--why": why,
        "--wide": wide,
    }
    names = [name for name, is_given in options.items() if is_given]
    if chosen is not None and names:
        raise CommandError(
            f"{names[0]} is for the table; {chosen} always has all columns"
        )
    if wide and columns is not None:
        raise CommandError("--columns and --wide cannot be used together")
    answer = query(request, beyond=beyond, written=chosen, **given)
    if chosen == "json":
        request.write_json(answer.data())
    elif chosen is not None:
        request.write(answer.export(chosen, of_flows=True))
    else:
        screen = request.screen()
        quiet = request.quiet
        if wide or (screen.width is not None and columns is None):
            from avi_portspec.cli.groups import show_groups

            show_groups(screen, answer, why=why, wide=wide, quiet=quiet)
        else:
            from avi_portspec.cli.flow_table import show_flows

            show_flows(screen, answer, columns, why=why, quiet=quiet)
        if beyond is not None and answer.resolution is not None:
            # Imported here: reading all statements takes its time.
            from avi_portspec.cli.other_sources import show_elsewhere

            show_elsewhere(screen, answer.resolution)
        request.write(screen.text())
    return 0 if answer.flows else 1
