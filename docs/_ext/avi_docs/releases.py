"""``avi-releases``: the releases of the product, from the data."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from sphinx.util.docutils import SphinxDirective

import avi_portspec
from avi_portspec.beyond.files import FOLDER, paths_in
from avi_portspec.beyond.wording import edition_text

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx

__all__ = ["Releases", "setup"]

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
        stated = f"Edition: {edition_text(release)}."
        lines = [_escaped(stated), _escaped(release.reason)]
        if release.sources:
            roles = (f":avi:source:`{name}`" for name in release.sources)
            lines.append(f"Other sources: {'; '.join(roles)}.")
        yield from _defined(f"{release.id} ({release.product})", lines)


class Releases(SphinxDirective):
    """A list of the releases, with the edition for each."""

    def run(self) -> list[nodes.Node]:
        """Return the list."""
        for path in paths_in(FOLDER):
            self.env.note_dependency(path)
        return self.parse_text_to_nodes("\n".join(_releases()))


def setup(app: Sphinx) -> None:
    """Add the directive."""
    app.add_directive("avi-releases", Releases)
