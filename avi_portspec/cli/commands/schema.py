"""``avi-portspec schema``: the JSON Schema of an answer, or of a file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import click

from avi_portspec.cli.options import command
from avi_portspec.cli.parameters import Choice

if TYPE_CHECKING:
    from avi_portspec.cli.request import Request

__all__ = ["names", "schema", "schema_command"]

#: The version of each shape. It is raised when a key goes or changes its
#: meaning.
_VERSIONS: Final = {"check": 2, "ports": 2, "rules": 2, "upgrade": 2}

#: How an answer is asked for where a command has no --json.
_ASKED: Final = {"audit": "audit rules --format json"}


def names() -> tuple[str, ...]:
    """Return the names of the answers, and of the files that users write."""
    # Imported here: the help of the program has no use for the shapes.
    from avi_portspec.cli.answers import ANSWERS

    return (*ANSWERS, "edition", "overlay", "deployment", "source")


@command(
    "schema",
    click.option(
        "--of",
        "name",
        type=Choice("schema", names),
        metavar="NAME",
        help="A command that has --json; or edition, overlay, deployment or "
        "source for those files.",
    ),
    examples=(
        ("List the schemas.", "schema"),
        ("The answer of 'ports --json'.", "schema --of ports"),
        ("The content of an edition file.", "schema --of edition"),
    ),
)
def schema_command(request: Request, name: str | None) -> None:
    """Print a JSON Schema (2020-12), or the names of all schemas.

    It describes the answer of a command with --json, or the content of your
    own files.
    """
    if name is None:
        request.write("".join(f"{known}\n" for known in names()))
    else:
        text = json.dumps(schema(name), ensure_ascii=False, indent=2)
        request.write(f"{text}\n")


def schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema of an answer, or of a kind of file."""
    from avi_portspec.beyond.records import StatementSource
    from avi_portspec.cli.answers import ANSWERS
    from avi_portspec.deployment.overlay_records import Overlay
    from avi_portspec.model.facets import Deployment
    from avi_portspec.serialisation.schema import (
        DIALECT,
        json_schema,
        record_schema,
    )
    from avi_portspec.serialisation.shapes import shape_schema

    if name == "edition":
        return json_schema()
    files = {
        "overlay": Overlay,
        "deployment": Deployment,
        "source": StatementSource,
    }
    if name in files:
        made, what = record_schema(files[name]), f"a file of kind {name}"
    else:
        made = shape_schema(ANSWERS[name])
        what = f"answer of '{_ASKED.get(name, f'{name} --json')}'"
    return {
        "$schema": DIALECT,
        "$id": f"urn:avi-portspec:{name}:{_VERSIONS.get(name, 1)}",
        "title": f"avi-portspec: {what}",
        **made,
    }
