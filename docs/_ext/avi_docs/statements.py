"""``avi-statements``: what other sources state, from the data.

It takes what to list: ``releases``, ``flows``, ``additions`` or ``sources``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, ClassVar, Final

from sphinx.util.docutils import SphinxDirective

import avi_portspec
from avi_portspec.beyond.files import FOLDER, paths_in
from avi_portspec.beyond.wording import (
    KINDS,
    case_text,
    edition_text,
    releases_text,
    remarks_of,
    source_releases,
    traffic_text,
)
from avi_portspec.model.display import ports_text

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx

    from avi_portspec import Statement

__all__ = ["Statements", "setup"]

_MARKUP: Final = re.compile(r"([\\`*_|<>])")


def _escaped(text: str) -> str:
    return _MARKUP.sub(r"\\\1", text)


def _defined(term: str, lines: Iterable[str]) -> Iterator[str]:
    """Yield an item of a definition list, a line of text each."""
    yield term
    for line in lines:
        yield f"   | {line}"
    yield ""


def _releases() -> Iterator[str]:
    for release in avi_portspec.releases():
        lines = [f"Edition: {edition_text(release)}.", release.reason]
        if release.sources:
            lines.append(f"Other sources: {', '.join(release.sources)}.")
        yield from _defined(
            f"{release.id} ({release.product})", map(_escaped, lines)
        )


def _flows() -> Iterator[str]:
    edition = avi_portspec.load()
    for record in (*edition.flows, *edition.exclusions):
        ends = (record.source, record.destination)
        sides = " to ".join(edition.endpoints[end].label for end in ends)
        what = "not required"
        if isinstance(record, avi_portspec.Flow):
            what = ports_text(record)
        found = edition.statements_on(record.id)
        if found:
            yield from _section(f"{sides}, {what}", found)
    found = edition.statements_on("source-is-controller-address")
    yield from _section("The cluster IP as a source", found)


def _additions() -> Iterator[str]:
    new = [each for each in avi_portspec.statements() if not each.about]
    for traffic in dict.fromkeys(map(traffic_text, new)):
        same = [each for each in new if traffic_text(each) == traffic]
        yield from _section(traffic.replace(" -> ", " to "), same)


def _section(title: str, found: Iterable[Statement]) -> Iterator[str]:
    yield from (_escaped(title), "~" * (2 * len(title)), "")
    for statement in found:
        yield from _statement(statement)


def _statement(statement: Statement) -> Iterator[str]:
    facets = avi_portspec.load().facets
    said = (traffic_text(statement), case_text(statement, facets))
    source = avi_portspec.sources()[str(statement.stated_by)]
    kind, release = KINDS[source.kind], releases_text(statement)
    cited = f"{kind.capitalize()}; release {release}. ``{statement.id}``"
    lines = [cited, *map(_escaped, remarks_of(statement))]
    head = ": ".join(
        (statement.agreement, ", ".join(filter(None, said)) or "in words")
    )
    yield from _defined(_escaped(head), lines)


def _sources() -> Iterator[str]:
    for source in avi_portspec.sources():
        lines = [
            _escaped(
                f"{source.title}. {source.publisher}, {KINDS[source.kind]}."
            ),
            _escaped(f"Release: {source_releases(source)}."),
        ]
        lines += map(_escaped, filter(None, [source.why_probable]))
        dated = [source.date, source.commit and f"commit {source.commit}"]
        if any(dated):
            lines.append(f"Seen as of {', '.join(filter(None, dated))}.")
        lines.append(f"Seen: {source.seen}.")
        if source.missing:
            lines.append(_escaped(f"Not seen: {' '.join(source.missing)}"))
        lines += map(_escaped, source.remarks)
        if source.url:
            lines.append(f"`Where it was read <{source.url}>`__")
        yield from _defined(f"``{source.id}``", lines)


_LISTS: Final[Mapping[str, Callable[[], Iterator[str]]]] = {
    "releases": _releases,
    "flows": _flows,
    "additions": _additions,
    "sources": _sources,
}


class Statements(SphinxDirective):
    """A list of releases, statements or sources."""

    required_arguments: ClassVar[int] = 1

    def run(self) -> list[nodes.Node]:
        """Return the list."""
        for path in paths_in(FOLDER):
            self.env.note_dependency(path)
        return self.parse_text_to_nodes(
            "\n".join(_LISTS[self.arguments[0]]()),
            allow_section_headings=True,
        )


def setup(app: Sphinx) -> None:
    """Add the directive."""
    app.add_directive("avi-statements", Statements)
