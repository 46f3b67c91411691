"""Lists and tables of the documentation that the library makes.

``avi-columns`` and ``avi-filters`` list both; ``avi-pairs`` has a section
for each source and destination, which the search finds by any of their names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product
from typing import TYPE_CHECKING, ClassVar

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

import avi_portspec
from avi_portspec.tabular.columns import COLUMNS
from avi_portspec.tabular.filters import FILTERS, STATEMENT_FILTERS

if TYPE_CHECKING:
    from sphinx.application import Sphinx

__all__ = ["setup"]


class _Listed(SphinxDirective):
    """A definition list of names, each with what it stands for."""

    def pairs(self) -> Iterable[tuple[str, str]]:
        """Return each name with its description."""
        raise NotImplementedError

    def run(self) -> list[nodes.Node]:
        """Return the list."""
        made = nodes.definition_list()
        for name, text in self.pairs():
            made += nodes.definition_list_item(
                "",
                nodes.term("", "", nodes.literal(name, name)),
                nodes.definition("", nodes.paragraph(text, text)),
            )
        return [made]


class Columns(_Listed):
    """The columns that tables can have."""

    def pairs(self) -> Iterable[tuple[str, str]]:
        """Return each column's name with what it holds."""
        for name, column in COLUMNS.items():
            yield name, f"{column.heading}: {column.summary}."


class Filters(_Listed):
    """The filters as options of directives.

    They select flows or, with the argument ``statements``, statements.
    """

    optional_arguments: ClassVar[int] = 1

    def pairs(self) -> Iterable[tuple[str, str]]:
        """Return each option with what it takes."""
        known = STATEMENT_FILTERS if self.arguments else FILTERS
        for name, each in known.items():
            yield f":{name}:", each.summary


class Pairs(SphinxDirective):
    """A section for each pair of endpoints, with a table of its flows."""

    def run(self) -> list[nodes.Node]:
        """Return the sections, in the order of the newest edition."""
        return self.parse_text_to_nodes(
            "\n".join(_pairs(avi_portspec.load())),
            allow_section_headings=True,
        )


def _pairs(edition: avi_portspec.Edition) -> Iterator[str]:
    stated = (*edition.flows, *edition.exclusions)
    for pair in dict.fromkeys((r.source, r.destination) for r in stated):
        ends = [edition.endpoints[name] for name in pair]
        title = " to ".join(end.label for end in ends)
        names = ({end.label, end.name, *end.aliases} for end in ends)
        found = sorted(" to ".join(both) for both in product(*names))
        # With a mark: the search puts what matches these before all else.
        yield from (".. index::", *(f"   ! single: {name}" for name in found))
        yield from ("", title, "-" * len(title), "")
        yield from (".. avi-port-table::", "   :no-index:")
        yield from (f"   :source: {pair[0]}", f"   :destination: {pair[1]}")
        yield ""


def setup(app: Sphinx) -> None:
    """Add the directives."""
    app.add_directive("avi-columns", Columns)
    app.add_directive("avi-filters", Filters)
    app.add_directive("avi-pairs", Pairs)
