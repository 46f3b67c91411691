"""``avi-data-rules``: the rules that data must keep, from their registry."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Final

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from tools.data_rules import RULES

if TYPE_CHECKING:
    from sphinx.application import Sphinx

__all__ = ["DataRules", "setup"]

_HEADINGS: Final = ("Rule", "It demands", "An example that breaks it")
_WIDTHS: Final = (25, 35, 40)


class DataRules(SphinxDirective):
    """A section for each subject, with a table of its rules."""

    def run(self) -> list[nodes.Node]:
        """Return the sections, in the order of the registry."""
        return [*self._sections()]

    def _sections(self) -> Iterator[nodes.section]:
        for subject, rules in groupby(RULES, lambda rule: rule.split("/")[0]):
            title = nodes.title(subject, subject)
            section = nodes.section(
                "", title, ids=[f"rules-{subject}"], names=[f"rules {subject}"]
            )
            self.state.document.note_explicit_target(section, section)
            section += self._table(rules)
            self.set_source_info(section)
            yield section

    def _table(self, rules: Iterator[str]) -> nodes.table:
        group = nodes.tgroup("", cols=len(_HEADINGS))
        group += [nodes.colspec(colwidth=width) for width in _WIDTHS]
        heads = [nodes.paragraph(text, text) for text in _HEADINGS]
        group += nodes.thead("", _row(*heads))
        group += nodes.tbody("", *(self._rule(rule) for rule in rules))
        return nodes.table("", group)

    def _rule(self, rule: str) -> nodes.row:
        known = RULES[rule]
        breaks = nodes.paragraph("", f"{known.kind}: ")
        for line in known.example.split("\n"):
            breaks += [nodes.literal(line, line), nodes.Text(" ")]
        row = _row(
            nodes.paragraph("", "", nodes.literal(rule, rule)),
            nodes.paragraph(known.demand, known.demand),
            breaks,
        )
        row["ids"] = [rule.replace("/", "-")]
        return row


def _row(*paragraphs: nodes.paragraph) -> nodes.row:
    return nodes.row("", *(nodes.entry("", text) for text in paragraphs))


def setup(app: Sphinx) -> None:
    """Add the directive."""
    app.add_directive("avi-data-rules", DataRules)
