"""The commands that list what sources other than the port page state."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, get_args

import click

from avi_portspec.cli.commands.lists import list_command
from avi_portspec.cli.options import option
from avi_portspec.cli.parameters import (
    RELEASE,
    SOURCE,
    STATED,
    STATEMENT,
    Choice,
)
from avi_portspec.cli.query import bad_filter, filter_options, given_filters
from avi_portspec.cli.terminal import Column
from avi_portspec.names import Agreement, SourceKind
from avi_portspec.tabular.filters import TRAFFIC, FilterError, select_stated

if TYPE_CHECKING:
    from avi_portspec.edition.edition import Edition
    from avi_portspec.tabular.filters import Terms

__all__ = ["releases_command", "sources_command", "statements_command"]

_SOME = "Exit codes: 0, some {} match; 1, none does."


@list_command(
    "statements",
    click.argument(
        "names", metavar="[STATEMENT]...", nargs=-1, type=STATEMENT
    ),
    option(
        "Filters",
        "--release",
        type=RELEASE,
        metavar="RELEASE",
        help="Statements about a release, such as 22.1.4, or about a line of "
        "releases, such as 22.1.",
    ),
    option(
        "Filters",
        "--on",
        "records",
        multiple=True,
        type=STATED,
        metavar="FLOW",
        help="Statements about a flow, an exclusion or a note. Repeatable.",
    ),
    option(
        "Filters",
        "--by",
        "sources",
        multiple=True,
        type=SOURCE,
        metavar="SOURCE",
        help="Statements of a source. 'avi-portspec sources' lists them. "
        "Repeatable.",
    ),
    option(
        "Filters",
        "--agreement",
        "agreements",
        multiple=True,
        type=Choice("agreement", lambda: get_args(Agreement)),
        metavar="WORD",
        help="What the statement does to the vendor's port page: "
        f"{', '.join(get_args(Agreement))}. Repeatable.",
    ),
    *filter_options(TRAFFIC),
    columns=(
        ("stated_by", Column("Source", is_whole=True)),
        ("agreement", Column("Agreement", is_whole=True)),
        ("traffic", Column("Traffic")),
        ("releases_text", Column("Release")),
        ("case", Column("When")),
        ("remarks", Column("Remarks")),
        ("id", Column("Statement", is_whole=True, is_spare=True)),
    ),
    examples=(
        ("What is known of 30.2?", "statements --release 30.2"),
        (
            "Who states the object store's port?",
            "statements --on service-engine-to-service-engine-objstore-vmware",
        ),
        (
            "What does the Controller need to reach vCenter?",
            "statements --endpoint vCenter --agreement adds",
        ),
        (
            "What contradicts the vendor's port page?",
            "statements --agreement differs",
        ),
    ),
    exits=_SOME.format("statements"),
)
def statements_command(
    edition: Edition,
    *,
    names: tuple[str, ...],
    release: str | None,
    records: tuple[str, ...],
    sources: tuple[str, ...],
    agreements: tuple[Any, ...],
    **filters: Terms | None,
) -> Iterable[Any]:
    """List what other sources state, on any release.

    All of it, or the statements with the id STATEMENT. It stands beside the
    vendor's port page and changes no answer.
    """
    import avi_portspec
    from avi_portspec.cli.answers import statement_data

    for record in records:
        edition.statements_on(record)
    known = avi_portspec.statements()
    chosen = [known[name] for name in names] or known
    found = avi_portspec.statements(
        release=release,
        source=sources or None,
        flow=records or None,
        agreement=agreements or None,
    )
    try:
        met = select_stated(edition, found, given_filters(filters))
    except FilterError as wrong:
        raise bad_filter(wrong) from None
    return (statement_data(each, edition) for each in met if each in chosen)


@list_command(
    "sources",
    click.argument("names", metavar="[SOURCE]...", nargs=-1, type=SOURCE),
    option(
        "Filters",
        "--kind",
        "kinds",
        multiple=True,
        type=Choice("kind of source", lambda: get_args(SourceKind)),
        metavar="WORD",
        help=f"Sources of a kind: {', '.join(get_args(SourceKind))}.",
    ),
    columns=(
        ("id", Column("Source", is_whole=True)),
        ("kind", Column("Kind", is_whole=True)),
        ("releases_text", Column("Release")),
        ("seen", Column("Seen", is_whole=True)),
        ("statements", Column("Statements", is_whole=True)),
        ("title", Column("Title")),
        ("url", Column("Address", is_spare=True)),
    ),
    examples=(
        ("List the sources, the most trustworthy first.", "sources"),
        ("Those in the vendor's code.", "sources --kind vendor-code"),
        ("What is known of one, in JSON.", "sources aws-module --json"),
    ),
    exits=_SOME.format("sources"),
    of_edition=False,
)
def sources_command(
    names: tuple[str, ...], kinds: tuple[str, ...]
) -> Iterable[Any]:
    """List the sources other than whole port pages.

    All of them, or the one with the id SOURCE, with the release that each is
    about and how much of it was seen.
    """
    import avi_portspec
    from avi_portspec.beyond.wording import source_releases
    from avi_portspec.cli.answers import OtherSource
    from avi_portspec.serialisation.shapes import fill

    known = avi_portspec.sources()
    for source in [known[name] for name in names] or known:
        if not kinds or source.kind in kinds:
            yield fill(
                OtherSource,
                source,
                releases_text=source_releases(source),
                statements=len(source.statements),
            )


@list_command(
    "releases",
    columns=(
        ("id", Column("Release", is_whole=True)),
        ("product", Column("Product")),
        ("edition_text", Column("Edition")),
        ("reason", Column("Why")),
        ("sources", Column("Other sources", is_spare=True)),
    ),
    examples=(
        ("Which edition is mine?", "releases"),
        ("The same in JSON.", "releases --json"),
    ),
    of_edition=False,
)
def releases_command() -> Iterable[Any]:
    """List the product's releases, with the edition for each.

    An edition serves a release because the vendor says so, or by inference.
    Where none does, the nearest is named, and why.
    """
    import avi_portspec
    from avi_portspec.beyond.wording import edition_text
    from avi_portspec.cli.answers import KnownRelease
    from avi_portspec.serialisation.shapes import fill

    for release in avi_portspec.releases():
        yield fill(KnownRelease, release, edition_text=edition_text(release))
