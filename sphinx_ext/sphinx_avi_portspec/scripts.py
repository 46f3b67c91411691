"""Style sheet and scripts, and what the scripts find in a page."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from docutils import nodes
from sphinx import addnodes

from avi_portspec import Answer
from avi_portspec.model.phrases import assumptions
from sphinx_avi_portspec.blocks import write_data
from sphinx_avi_portspec.domain import get_domain
from sphinx_avi_portspec.writers import has_scripts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator

    from avi_portspec import Edition, Flow
    from avi_portspec.names import EndpointId
    from avi_portspec.tabular.lines import Line

__all__ = [
    "MESSAGES",
    "STATIC",
    "AviFilterRow",
    "AviScriptMessages",
    "add_filter_data",
    "add_line_data",
    "setup_scripts",
    "write_words",
]

#: The folder that is copied to the output.
STATIC = Path(__file__).with_name("static")

#: The messages of the filter bar; ``{}`` stands for a number or a name.
MESSAGES: Final = (
    "Filter the table",
    "Search the table",
    "Cloud",
    "Endpoint",
    "Service",
    "{}: all",
    "Clear",
    "Copy as CSV",
    "Copy as Markdown",
    "Copied as {}: {} flows",
    "Copying was refused",
    "{} of {} flows",
    "{} of {} flows, {} not documented",
    "No matching flows.",
    "Not documented",
    "for {}",
    "Assumed",
    "Flow",
)


class AviFilterRow(nodes.row):
    """A row with the data that the script filters by."""

    tagname = "row"


class AviScriptMessages(nodes.Invisible, nodes.Element, addnodes.translatable):
    """The messages of a script, translated with the document.

    They are in the document's own message catalogue, where translators also
    find the table's headings.
    """

    tagname = "explorer_words"

    def preserve_original_messages(self) -> None:
        """Do nothing: translations are kept apart."""

    def apply_translated_message(
        self, original_message: str, translated_message: str
    ) -> None:
        """Keep one translation."""
        known = json.loads(self.get("words", "{}"))
        known[original_message] = translated_message
        self["words"] = json.dumps(known, sort_keys=True)

    def extract_original_messages(self) -> tuple[str, ...]:
        """Return the messages to translate."""
        return MESSAGES


def add_filter_data(
    edition: Edition, flow: Flow, row: nodes.row
) -> AviFilterRow:
    """Return a row with the data that the script filters by.

    Clouds on which the flow applies are kept apart from those for which that
    is not documented: the script shows both, and counts them separately.
    """
    ends = flow.source, flow.destination
    return AviFilterRow(
        "",
        *row.children,
        **_data(edition, ends, [flow], _clouds(edition, [flow])),
    )


def add_line_data(
    edition: Edition, lines: Sequence[Line], rows: Sequence[nodes.row]
) -> None:
    """Give each row of a table in groups what the script filters by.

    Where a row of its own says for which clouds flows are not documented, it
    alone is shown for them, as in a table for these clouds.
    """
    told = {f.id for line in lines if not line.has_ports for f in line.flows}
    for line, row in zip(lines, rows, strict=True):
        clouds = _clouds(edition, line.flows)
        if not line.has_ports:
            clouds[Answer.YES] = []
        elif told.issuperset(flow.id for flow in line.flows):
            clouds[Answer.UNSTATED] = []
        ends = line.source, line.destination
        row.attributes.update(_data(edition, ends, line.flows, clouds))


def _clouds(
    edition: Edition, flows: Sequence[Flow]
) -> dict[Answer, list[str]]:
    """Return the names of clouds by whether any of some flows applies."""
    found: dict[Answer, list[str]] = {answer: [] for answer in Answer}
    facet = edition.facets.get("cloud")
    for cloud in facet.values if facet else ():
        for answer in {
            max(flow.when.possible({"cloud": frozenset({cloud.id})}))
            for flow in flows
        }:
            found[answer].append(cloud.name)
    return found


def _data(
    edition: Edition,
    ends: Iterable[EndpointId],
    flows: Sequence[Flow],
    clouds: Mapping[Answer, Sequence[str]],
) -> dict[str, str]:
    names = (edition.endpoints[end].label for end in ends)
    services = (flow.service for flow in flows if flow.service)
    assumed = (text for flow in flows for text in assumptions(flow))
    return {
        "data-endpoints": _list(names),
        "data-services": _list(services),
        "data-clouds": _list(clouds[Answer.YES]),
        "data-open": _list(clouds[Answer.UNSTATED]),
        "data-assumed": "; ".join(dict.fromkeys(assumed)),
        "data-flow": " ".join(flow.id for flow in flows),
    }


def _list(names: Iterable[str]) -> str:
    once = dict.fromkeys(names)
    return "|".join(name.replace("|", "/") for name in once)


def visit_row(translator: HTML5Translator, node: AviFilterRow) -> None:
    """Write the start of a row, with its data as attributes."""
    translator.visit_row(node)
    start = translator.body[-1]
    data = write_data(translator, node)
    translator.body[-1] = start.replace("<tr", f"<tr{data}", 1)


def depart_row(translator: HTML5Translator, node: AviFilterRow) -> None:
    """Write the end of a row."""
    translator.depart_row(node)


def visit_messages(
    translator: HTML5Translator, node: AviScriptMessages
) -> None:
    """Write the translations where the script finds them."""
    if has_scripts(translator.builder):
        translator.body.append(
            write_words(json.loads(node.get("words", "{}")))
        )
    raise nodes.SkipNode


def write_words(words: Mapping[str, str]) -> str:
    """Return translations, if any, as a script finds them."""
    if not words:
        return ""
    text = escape(json.dumps(words, sort_keys=True))
    return f'<span hidden="hidden" data-avi-words="{text}"></span>'


def add_folder(app: Sphinx) -> None:
    """Copy the files with the project's own static files."""
    app.config.html_static_path.append(str(STATIC))


def add_to_page(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Link a page with the files that its document needs."""
    if doctree is None:
        # A page without a document, such as an index or the search.
        return
    assets = get_domain(app.env).assets
    # singlehtml writes every document into one page.
    names = list(assets) if app.builder.name == "singlehtml" else [pagename]
    needed = {asset for name in names for asset in assets.get(name, ())}
    if "css" in needed:
        app.add_css_file("avi-portspec.css")
    if not has_scripts(app.builder):
        return
    if not needed.isdisjoint({"js", "chooser"}):
        app.add_css_file("avi-portspec-explorer.css")
    if "js" in needed:
        app.add_js_file("avi-portspec.js", loading_method="defer")
    if "chooser" in needed:
        app.add_js_file("avi-portspec-chooser.js", loading_method="defer")


def setup_scripts(app: Sphinx) -> None:
    """Add the row and the messages, and link pages with their files."""
    app.add_node(AviFilterRow, override=True, html=(visit_row, depart_row))
    app.add_node(AviScriptMessages, override=True, html=(visit_messages, None))
    app.connect("builder-inited", add_folder)
    app.connect("html-page-context", add_to_page)
