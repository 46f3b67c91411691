"""The commands that list records: each is a table, declared here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, get_args

import click

from avi_portspec.cli.options import (
    command,
    edition_options,
    json_option,
    option,
    table_options,
)
from avi_portspec.cli.parameters import (
    CLOUDS,
    ENDPOINT,
    NOTE,
    PLATFORMS,
    RECORD,
    Choice,
    synonyms_of,
)
from avi_portspec.cli.terminal import Column
from avi_portspec.model.wording import overlay_text
from avi_portspec.names import EndpointKind, NoteKind

if TYPE_CHECKING:
    from avi_portspec.cli.help import Command
    from avi_portspec.cli.request import Request
    from avi_portspec.edition.edition import Edition

__all__ = [
    "editions_command",
    "endpoints_command",
    "formats_command",
    "list_command",
    "notes_command",
    "platforms_command",
    "presets_command",
]

Columns = Sequence[tuple[str | Callable[[Any], str], Column]]
Find = Callable[..., Iterable[Any]]


def list_command(
    name: str,
    *parameters: Callable[..., Any],
    columns: Columns,
    examples: Iterable[tuple[str, str]],
    exits: str = "",
    of_edition: bool = True,
) -> Callable[[Find], Command]:
    """Return a decorator that makes a function a command that lists.

    The function returns the records; the shape of the answer says what of
    them is JSON, and the columns what of that is in the table.

    Args:
        name: The command's name, which is the key of the records too.
        *parameters: Its own arguments and options.
        columns: The key of each column, or what makes its cell of a record,
            and the column. What is made so and empty everywhere is left out.
        examples: As for :func:`command`.
        exits: As for :func:`command`.
        of_edition: Whether the records are those of an edition, which the
            function gets first.
    """
    shared = [json_option, table_options]
    shared += [edition_options] * of_edition

    def decorate(find: Find) -> Command:
        def run(request: Request, **given: Any) -> int:
            from avi_portspec.cli.answers import ANSWERS, answer
            from avi_portspec.serialisation.shapes import fill

            edition = request.edition() if of_edition else None
            found = [*find(*filter(None, [edition]), **given)]
            if edition is None:
                head = {"data_version": _data_version(), "unofficial": True}
                data: Any = fill(ANSWERS[name], head, **{name: found})
            else:
                data = answer(ANSWERS[name], edition, **{name: found})

            def show(screen: Any) -> None:
                if not found:
                    screen.line(f"No matching {name}.")
                    return
                cells = [
                    [
                        key(one) if callable(key) else _cell(one[key])
                        for one in data[name]
                    ]
                    for key, _ in columns
                ]
                shown = [
                    (column, texts)
                    for (key, column), texts in zip(
                        columns, cells, strict=True
                    )
                    if any(texts) or not callable(key)
                ]
                screen.table(
                    [column for column, _ in shown],
                    [*zip(*(texts for _, texts in shown), strict=True)],
                )

            request.answer(lambda: data, show)
            return 0 if found else 1

        run.__doc__ = find.__doc__
        return command(
            name, *parameters, *shared, examples=examples, exits=exits
        )(run)

    return decorate


def _kind_option(record: str, kinds: tuple[str, ...]) -> Callable[..., Any]:
    """Return the option that keeps records of some kinds."""
    return option(
        "Filters",
        "--kind",
        "kinds",
        multiple=True,
        type=Choice(f"kind of {record}", lambda: kinds),
        metavar="WORD",
        help=f"{record.capitalize()}s of a kind: {', '.join(kinds)}.",
    )


def _data_version() -> str:
    from avi_portspec.version import DATA_VERSION

    return DATA_VERSION


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(value)
    return "" if value is None else str(value)


def _other_names(endpoint: Any) -> str:
    """Return what other sources call an endpoint."""
    return ", ".join(other["name"] for other in endpoint["other_names"])


def _site_of(endpoint: Any) -> str:
    """Return what of an endpoint is a site's, and whose."""
    own = [
        f"{', '.join(filter(None, (given['label'], *given['aliases'])))} "
        f"({overlay_text(given['origin'], given['reference'])})"
        for given in endpoint["site_names"]
    ]
    if endpoint["origin"] is not None:
        who = overlay_text(endpoint["origin"], endpoint["reference"])
        own.insert(0, who)
    return "; ".join(own)


@list_command(
    "notes",
    click.argument("names", metavar="[NOTE]...", nargs=-1, type=NOTE),
    option(
        "Filters",
        "--on",
        "record",
        type=RECORD,
        metavar="FLOW",
        help="Notes that qualify a flow, an exclusion or a pointer.",
    ),
    _kind_option("note", get_args(NoteKind)),
    columns=(
        ("id", Column("Note", is_whole=True)),
        ("kind", Column("Kind", is_whole=True)),
        ("text", Column("Text")),
        ("citation", Column("Citation", is_spare=True)),
    ),
    examples=(
        ("What the vendor rules out.", "notes --kind restriction"),
        ("The notes on one flow.", "notes --on controller-to-aws"),
        ("One note.", "notes no-container-port-in-openstack"),
    ),
    exits="Exit codes: 0, some notes match; 1, none does.",
)
def notes_command(
    edition: Edition,
    names: tuple[str, ...],
    record: str | None,
    kinds: tuple[str, ...],
) -> Iterable[Any]:
    """List the notes of the vendor's port page, paraphrased.

    All of them, or those with the id NOTE.
    """
    found = [edition.notes[name] for name in names] or [*edition.notes]
    on = None if record is None else edition.notes_on(record)
    return (
        note
        for note in found
        if (on is None or note in on) and (not kinds or note.kind in kinds)
    )


@list_command(
    "endpoints",
    click.argument("names", metavar="[ENDPOINT]...", nargs=-1, type=ENDPOINT),
    _kind_option("endpoint", get_args(EndpointKind)),
    columns=(
        ("id", Column("Endpoint", is_whole=True)),
        ("name", Column("Name")),
        ("kind", Column("Kind", is_whole=True)),
        ("aliases", Column("Aliases")),
        ("description", Column("Description")),
        (_other_names, Column("In other sources", is_spare=True)),
        (_site_of, Column("Site")),
    ),
    examples=(
        ("All endpoints, with their aliases.", "endpoints"),
        ("The components of the product.", "endpoints --kind component"),
        ("Look up an endpoint by name.", "endpoints SE"),
    ),
    exits="Exit codes: 0, some endpoints match; 1, none does.",
)
def endpoints_command(
    edition: Edition, names: tuple[str, ...], kinds: tuple[str, ...]
) -> Iterable[Any]:
    """List the endpoints: the sources and destinations of flows.

    All of them, or each ENDPOINT by id, name or alias.
    """
    # Imported here: other lists need no statements.
    from avi_portspec.beyond.spellings import other_names
    from avi_portspec.cli.answers import Endpoint
    from avi_portspec.serialisation.shapes import fill
    from avi_portspec.tabular.filters import find_end

    found = [edition.endpoints[find_end(edition, name)] for name in names]
    for endpoint in found or edition.endpoints:
        if not kinds or endpoint.kind in kinds:
            others = other_names(endpoint.id)
            yield fill(Endpoint, endpoint, other_names=others)


@list_command(
    "editions",
    columns=(
        ("id", Column("Edition", is_whole=True)),
        ("aliases", Column("Aliases")),
        ("title", Column("Title")),
        ("flows", Column("Flows", is_whole=True)),
        ("digest", Column("SHA-256", is_whole=True, is_spare=True)),
    ),
    examples=(
        ("List the bundled editions.", "editions"),
        ("The same in JSON.", "editions --json"),
    ),
    of_edition=False,
)
def editions_command() -> Iterable[Any]:
    """List the bundled editions of the vendor's port page, the newest last.

    Commands use the newest by default.
    """
    import avi_portspec

    for edition in map(avi_portspec.load, avi_portspec.editions()):
        yield {
            "id": edition.id,
            "aliases": edition.aliases,
            "title": edition.title,
            "product": edition.product,
            "release": edition.source.release,
            "flows": len(edition.flows),
            "digest": edition.digest,
        }


@list_command(
    "presets",
    columns=(
        ("name", Column("Preset", is_whole=True)),
        ("cloud", Column("Cloud")),
        ("aliases", Column("Aliases")),
    ),
    examples=(
        ("The names that --deployment takes.", "presets"),
        ("Those of an older edition.", "presets --edition 16.2"),
    ),
)
def presets_command(edition: Edition) -> Iterable[Any]:
    """List the presets: one cloud each, with nothing optional in use.

    A preset is a cluster of virtual machines as the Controller. Options such
    as --with and --container change it.
    """
    for value in edition.facets["cloud"].values:
        names = (*value.aliases, *synonyms_of(value.id, CLOUDS))
        known = {alias.casefold(): alias for alias in reversed(names)}
        yield {
            "name": value.id,
            "cloud": value.name,
            "aliases": [*reversed(known.values())],
        }


@list_command(
    "platforms",
    columns=(
        ("name", Column("Platform", is_whole=True)),
        ("aliases", Column("Aliases")),
        ("options", Column("Options")),
    ),
    examples=(
        ("The names that 'rules --platform' takes.", "platforms"),
        ("The same in JSON.", "platforms --json"),
    ),
    of_edition=False,
)
def platforms_command() -> Iterable[Any]:
    """List the platforms that 'avi-portspec rules' writes rules for.

    Each takes some of the options --name, --scope, --last-line, --hook,
    --no-icmp-errors, --syntax, --header and --partial.
    """
    from avi_portspec.rules.platforms import options_of, platforms

    for name in platforms():
        yield {
            "name": name,
            "aliases": synonyms_of(name, PLATFORMS),
            "options": options_of(name),
        }


@list_command(
    "formats",
    columns=(
        ("name", Column("Format", is_whole=True)),
        ("suffix", Column("Suffix", is_whole=True)),
        ("summary", Column("Content")),
    ),
    examples=(
        ("The names that 'export --format' takes.", "formats"),
        ("The same in JSON.", "formats --json"),
    ),
    of_edition=False,
)
def formats_command() -> Iterable[Any]:
    """List the formats that 'avi-portspec export' writes."""
    from avi_portspec.exporters import formats

    return formats()
