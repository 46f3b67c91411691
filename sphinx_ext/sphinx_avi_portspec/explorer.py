"""What the explorer in a page needs to know: of each row, and in words."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NoReturn

from docutils import nodes
from sphinx import addnodes

from avi_portspec import Answer
from sphinx_avi_portspec.rendering.decisions import DECISIONS
from sphinx_avi_portspec.rendering.words import REQUIREMENTS

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator

    from avi_portspec import Edition, Flow

__all__ = [
    "ChoiceWords",
    "ExplorerRow",
    "ExplorerWords",
    "described",
    "named",
    "setup",
]

#: What the script says, as it says it; ``{}`` stands for a number or a name.
WORDS: Final = (
    "Filter the table",
    "Text",
    "Endpoint",
    "Protocol",
    "Cloud",
    "Requirement",
    "all",
    "Reset",
    "Copy as CSV",
    "Copy as Markdown",
    "Copied as {}: {} flows",
    "Copying was refused",
    "{} of {} flows",
    "{} of {} flows; for {} of them the page does not say whether they apply",
    *REQUIREMENTS.values(),
)


#: What the choice of a deployment says besides.
CHOICE: Final = (
    "Choose your deployment",
    "Nodes of the Controller",
    "a cluster",
    "a single node",
    "Show flows that are",
    "Start over",
    "Print",
    "As a deployment file",
    "Copy as a deployment file",
    "Copied",
    "Copying was refused: the text is selected",
    "Decision",
    "Why",
    "Stated in: {}.",
    "Conflict:",
    "Gap:",
    (
        "The page leaves this open for the deployment, and so it is neither "
        "opened nor closed here:"
    ),
    "conflicts: {}, gaps: {}.",
    "The address names what this edition does not know: {}.",
    (
        "Choose at least one cloud to see what your deployment needs; one "
        "choice can be that there is none."
    ),
)


class ExplorerRow(nodes.row):
    """A row that says of its flow what the explorer filters by."""

    tagname = "row"


class ExplorerWords(nodes.Invisible, nodes.Element, addnodes.translatable):
    """The script's words, which are translated with the document's.

    They stand in the document's own catalogue, so that a translator finds
    them where the table's headings are.
    """

    tagname = "explorer_words"

    def preserve_original_messages(self) -> None:
        """Do nothing: what is translated is kept apart."""

    def apply_translated_message(
        self, original_message: str, translated_message: str
    ) -> None:
        """Keep one translation."""
        known = json.loads(self.get("words", "{}"))
        known[original_message] = translated_message
        self["words"] = json.dumps(known, sort_keys=True)

    def extract_original_messages(self) -> tuple[str, ...]:
        """Return what there is to translate."""
        return WORDS


class ChoiceWords(ExplorerWords):
    """The words of both scripts, where a deployment can be chosen."""

    def extract_original_messages(self) -> tuple[str, ...]:
        """Return what there is to translate."""
        return (*WORDS, *CHOICE, *DECISIONS.values())


def described(edition: Edition, flow: Flow, row: nodes.row) -> ExplorerRow:
    """Return a row with what the explorer filters by.

    Clouds for which the page leaves the flow open are told apart from those
    that it is for: the explorer shows both, and counts them apart.
    """
    clouds: dict[Answer, list[str]] = {answer: [] for answer in Answer}
    facet = edition.facets.get("cloud")
    for cloud in facet.values if facet else ():
        left = flow.when.possible({"cloud": frozenset({cloud.id})})
        clouds[max(left)].append(cloud.name)
    made = _row(edition, flow, row)
    made["data-clouds"] = _list(clouds[Answer.YES])
    made["data-open"] = _list(clouds[Answer.UNSTATED])
    return made


def named(edition: Edition, flow: Flow, row: nodes.row) -> ExplorerRow:
    """Return a row that says which flow it is, and nothing of clouds."""
    made = _row(edition, flow, row)
    made["data-flow"] = str(flow.id)
    return made


def _row(edition: Edition, flow: Flow, row: nodes.row) -> ExplorerRow:
    ends = dict.fromkeys((flow.source, flow.destination))
    return ExplorerRow(
        "",
        *row.children,
        **{
            "data-endpoints": _list(edition.endpoints[e].name for e in ends),
            "data-protocols": _list(p.label for p in flow.protocols),
            "data-requirement": REQUIREMENTS[flow.requirement],
        },
    )


def _list(names: Any) -> str:
    return "|".join(name.replace("|", "/") for name in names)


def visit_row(translator: HTML5Translator, node: ExplorerRow) -> None:
    """Write the start of a row as ever, and its data into the tag."""
    translator.visit_row(node)
    data = {k: v for k, v in node.attributes.items() if k[:5] == "data-"}
    written = "".join(
        f' {name}="{translator.attval(value)}"' for name, value in data.items()
    )
    start = translator.body[-1]
    translator.body[-1] = start.replace("<tr", f"<tr{written}", 1)


def depart_row(translator: HTML5Translator, node: ExplorerRow) -> None:
    """Write the end of a row."""
    translator.depart_row(node)


def visit_words(translator: HTML5Translator, node: ExplorerWords) -> None:
    """Write the translations where the script finds them, if there are."""
    if "words" in node:
        value = translator.attval(node["words"])
        translator.body.append(
            f'<span hidden data-avi-words="{value}"></span>'
        )
    raise nodes.SkipNode


def skip(translator: nodes.NodeVisitor, node: ExplorerWords) -> NoReturn:
    """Write nothing: there is no script."""
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Add the row and the words."""
    app.add_node(ExplorerRow, override=True, html=(visit_row, depart_row))
    others = ("latex", "text", "man", "texinfo")
    for words in (ExplorerWords, ChoiceWords):
        app.add_node(
            words,
            override=True,
            html=(visit_words, None),
            **dict.fromkeys(others, (skip, None)),
        )
