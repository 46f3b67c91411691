"""The data that the site carries beside its pages, at paths that stay.

Each edition as JSON, the JSON Schema, an index with digests, and a feed of
what changes from one edition to the next. All of it comes from the data, and
every build of the same data writes the same bytes.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import posixpath
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

from docutils import nodes
from sphinx.errors import ConfigError
from sphinx.util.docutils import SphinxDirective
from sphinx.util.osutil import relative_uri

import avi_portspec
from avi_docs.feed import FEED, feed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sphinx.application import Sphinx
    from sphinx.config import Config

    from avi_portspec import Edition

__all__ = ["files", "setup"]

INDEX: Final = "data/index.json"
SCHEMA: Final = "data/edition.schema.json"
_TYPES: Final = {".json": "application/json", ".atom": "application/atom+xml"}


def edition_path(name: str) -> str:
    """Return where the site has an edition."""
    return f"data/editions/{name}.json"


def files(days: Mapping[str, dt.date], base: str) -> dict[str, str]:
    """Return the text of each file that is published, by its path.

    Args:
        days: On which day each edition's data was last changed.
        base: The address of the site, or nothing if none is known.
    """
    editions = [avi_portspec.load(name) for name in avi_portspec.editions()]
    found = {
        edition_path(edition.id): avi_portspec.dumps(edition, indent=2) + "\n"
        for edition in editions
    }
    found[SCHEMA] = _json(avi_portspec.json_schema())
    found[INDEX] = _json(_index(editions, found))
    found[FEED] = feed(editions, days, base)
    return found


def _index(editions: list[Edition], found: Mapping[str, str]) -> Any:
    def entry(path: str) -> dict[str, str]:
        return {
            "path": posixpath.relpath(path, posixpath.dirname(INDEX)),
            "sha256": hashlib.sha256(found[path].encode()).hexdigest(),
        }

    return {
        "package": {
            "name": "avi-portspec",
            "version": avi_portspec.__version__,
        },
        "data_version": avi_portspec.DATA_VERSION,
        "default": avi_portspec.load().id,
        "schema": entry(SCHEMA),
        "editions": [
            {
                "id": edition.id,
                "aliases": [*edition.aliases],
                "title": edition.title,
                "release": edition.source.release,
                "flows": len(edition.flows),
                "digest": edition.digest,
                **entry(edition_path(edition.id)),
            }
            for edition in editions
        ],
    }


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def check(app: Sphinx, config: Config) -> None:
    """Stop the build if an edition has no day.

    Raises:
        ConfigError: The feed could not say when the edition changed.
    """
    days = config.avi_docs_days
    missing = [n for n in avi_portspec.editions() if n not in days]
    if missing:
        raise ConfigError(
            f"avi_docs_days: the day on which the data of {missing[0]!r} was "
            "last changed is missing; the feed of changes tells it"
        )


def write(app: Sphinx, exception: Exception | None) -> None:
    """Write the files beside the pages."""
    if exception is not None or not _is_site(app):
        return
    made = files(app.config.avi_docs_days, app.config.html_baseurl)
    for name, text in made.items():
        path = Path(app.outdir, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


def _is_site(app: Sphinx) -> bool:
    return app.builder.name in {"html", "dirhtml", "singlehtml"}


def announce(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Have each page say where feed and data are."""
    if not _is_site(app):
        return
    for path, title in (
        (FEED, "Changes between editions"),
        (INDEX, "The editions as data"),
    ):
        kind = _TYPES[posixpath.splitext(path)[1]]
        where = context["pathto"](path, 1)
        # Pages that no document is behind, such as the search, have none yet.
        context["metatags"] = context.get("metatags", "") + (
            f'\n<link rel="alternate" type="{kind}" title="{title}" '
            f'href="{where}">'
        )


class _FileLink(nodes.reference):
    """A link to a file that the site carries."""

    tagname = "reference"


def file_link(path: str, text: str) -> _FileLink:
    """Return a link to a published file."""
    return _FileLink(
        "", "", nodes.literal(text, text), refuri=path, internal=False
    )


class PublishedData(SphinxDirective):
    """A table of the files that the site carries."""

    option_spec: ClassVar[dict[str, Callable[[str], Any]]] = {}

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        what = [
            (edition_path(name), avi_portspec.load(name).title)
            for name in avi_portspec.editions()
        ]
        what += [
            (SCHEMA, "The JSON Schema that each edition meets"),
            (INDEX, "All of them, with digests and hashes"),
            (FEED, "What changes from each edition to the next"),
        ]
        group = nodes.tgroup("", cols=2)
        group += [nodes.colspec(colwidth=50), nodes.colspec(colwidth=50)]
        heads = [nodes.paragraph(text, text) for text in ("Path", "Holds")]
        group += nodes.thead("", _row(*heads))
        group += nodes.tbody(
            "",
            *(
                _row(
                    nodes.paragraph("", "", file_link(path, path)),
                    nodes.paragraph(text, text),
                )
                for path, text in what
            ),
        )
        return [nodes.table("", group)]


def _row(*paragraphs: nodes.paragraph) -> nodes.row:
    return nodes.row("", *(nodes.entry("", each) for each in paragraphs))


def resolve(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Let links lead from their page to the file; elsewhere, nowhere."""
    for node in list(doctree.findall(_FileLink)):
        if _is_site(app):
            here = app.builder.get_target_uri(docname)
            plain = nodes.reference("", "", *node.children)
            plain["refuri"] = relative_uri(here, node["refuri"])
            plain["internal"] = False
            node.replace_self(plain)
        else:
            node.replace_self(node.children)


def setup(app: Sphinx) -> None:
    """Add the setting and the directive, and have the files written."""
    app.add_config_value(
        "avi_docs_days",
        {},
        "",
        types=frozenset({dict}),
        description="On which day each edition's data was last changed.",
    )
    app.add_directive("avi-published-data", PublishedData)
    app.connect("config-inited", check)
    app.connect("html-page-context", announce)
    app.connect("doctree-resolved", resolve)
    app.connect("build-finished", write)
