"""The options of the directives: those that the documentation names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from avi_portspec.tabular.filters import FILTERS, STATEMENT_FILTERS
from sphinx_avi_portspec.changes import PortChanges
from sphinx_avi_portspec.chooser import PortExplorer
from sphinx_avi_portspec.diagram import PortDiagram
from sphinx_avi_portspec.directive import PortDirective
from sphinx_avi_portspec.lists import PortList, PortNotes
from sphinx_avi_portspec.matrix import PortMatrix
from sphinx_avi_portspec.pages import PortPage
from sphinx_avi_portspec.statements import PortStatements
from sphinx_avi_portspec.tables import PortTable

SPHINX = Path(__file__).parents[2] / "docs" / "sphinx"
#: Each directive, the page that explains it, and where that begins and ends.
PLACES = {
    "avi-port-table": (PortTable, "directives", "``avi-port-explorer``\n"),
    "avi-port-explorer": (PortExplorer, "directives", "Lists\n-----"),
    "avi-port-list": (PortList, "directives", ".. rst:directive::"),
    "avi-port-notes": (PortNotes, "directives", "``avi-port-matrix``\n"),
    "avi-port-matrix": (PortMatrix, "directives", "``avi-port-diagram``\n"),
    "avi-port-diagram": (PortDiagram, "directives", "``avi-port-page``\n"),
    "avi-port-page": (PortPage, "directives", ".. _avi-port-statements:"),
    "avi-port-statements": (PortStatements, "directives", "\0"),
    "avi-port-changes": (PortChanges, "changes", "\0"),
}
#: What words stand for.
TABLES = {"align", "header-rows", "stub-columns", "width", "widths"}
PHRASES = {
    "docutils' options for tables": TABLES,
    ".. avi-filters:: statements": {*STATEMENT_FILTERS},
    "akes the filters": {*FILTERS, "edition"},
    # The table's filters have a section of their own.
    "Flows as a table.": {*FILTERS, "edition"},
}
OPTION = re.compile(
    r"(?:``:|^ *:|^ *\.\. rst:directive:option:: )([a-z]+(?:-[a-z]+)*)"
    r"(?::|$)",
    re.MULTILINE,
)
#: Fields of reStructuredText's own directives.
FIELDS = {"language", "class", "caption"}


def explained(name: str) -> set[str]:
    """Return the options that the documentation says a directive has."""
    _, page, end = PLACES[name]
    text = (SPHINX / f"{page}.rst").read_text("utf-8")
    start = re.search(
        rf"^(\.\. rst:directive:: \.\. )?(``)?{name}(``\n-|::)|"
        rf"^``{name}``",
        text,
        re.MULTILINE,
    )
    assert start is not None
    part = text[start.end() :].partition(end)[0]
    # Tables of layout, whose fields are docutils', are not ours.
    part = re.sub(
        r"\.\. (list-table|literalinclude)::.*\n( +:.*\n)+", "", part
    )
    found = set(OPTION.findall(part)) - FIELDS
    words = " ".join(part.split())
    for phrase, options in PHRASES.items():
        if phrase in words:
            found |= options
    return found


@pytest.mark.parametrize("name", PLACES)
def test_every_option_is_explained_and_exists(name: str) -> None:
    """No more, no fewer; those of all directives have a section."""
    every = set(PortDirective.option_spec)
    kind = PLACES[name][0]
    assert explained(name) - every == set(kind.option_spec) - every


def test_the_options_of_all_directives_have_a_section() -> None:
    """They are not repeated for each."""
    text = (SPHINX / "directives.rst").read_text("utf-8")
    _, _, part = text.partition("Options of all directives\n---")
    part = part.partition("\nTables\n------")[0]
    assert set(OPTION.findall(part)) == set(PortDirective.option_spec)
