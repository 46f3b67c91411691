"""``avi-port-page``: a whole edition, section by section."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from docutils import nodes
from docutils.nodes import make_id
from docutils.parsers.rst import directives

from sphinx_avi_portspec.directives.base import PortDirective
from sphinx_avi_portspec.domain import domain_of, second_home
from sphinx_avi_portspec.rendering.page import Page

if TYPE_CHECKING:
    from collections.abc import Callable

    from avi_portspec import Edition
    from sphinx_avi_portspec.rendering.pen import Pen

__all__ = ["PortPage"]


class PortPage(PortDirective):
    """An edition as the page that it transcribes.

    In a document that has no title yet, the page gets one: the argument, or
    else the edition's title.
    """

    option_spec: ClassVar[dict[str, Callable[[str], Any]]] = {
        **PortDirective.option_spec,
        "edition": directives.unchanged_required,
    }

    def render(self, edition: Edition, pen: Pen) -> list[nodes.Node]:
        """Return the sections."""
        within_section = self._within_section()
        page = Page(pen, edition, self._ids(edition))
        content = [
            *self.introduction(),
            *page.overview(),
            *page.sections(),
        ]
        if self.arguments or not within_section:
            content = [self._section(edition, content)]
        for node in content:
            for section in node.findall(nodes.section):
                for name in section["ids"]:
                    self.state.document.ids[name] = section
        return content

    def home(self, edition: Edition) -> str | None:
        """Return what ids of records begin with: they have their home here.

        The second page of one edition in a document cannot be that too.
        """
        docname = self.env.docname
        if "no-index" in self.options:
            return None
        if domain_of(self.env).is_home(docname, edition.id):
            second_home(edition.id, docname, docname, self.lineno)
            return None
        return make_id(f"avi-{edition.id}")

    def _within_section(self) -> bool:
        """Return whether the document has a title by now."""
        node: nodes.Node | None = self.state_machine.node
        if not isinstance(node, (nodes.section, nodes.document)):
            raise self.error(
                f"{self.name}: sections cannot stand within other elements"
            )
        return isinstance(node, nodes.section)

    def _section(
        self, edition: Edition, content: list[nodes.Node]
    ) -> nodes.section:
        if self.arguments:
            text = self.arguments[0]
            children, messages = self.parse_inline(text, lineno=self.lineno)
            title = nodes.title(text, "", *children, *messages)
        else:
            title = nodes.title(edition.title, edition.title)
        title.source, title.line = self.get_source_info()
        made = nodes.section("", title, *content)
        made.source, made.line = title.source, title.line
        made["ids"].append(self._free(make_id(f"avi-edition-{edition.id}")))
        made["classes"] += ["avi-port-page", *self.options.get("class", [])]
        self.add_name(made)
        return made

    def _ids(self, edition: Edition) -> dict[str, str]:
        """Return an id for the heading of each section."""
        start = make_id(f"avi-{edition.id}")
        return {
            section.id: self._free(f"{start}-{section.id}")
            for section in edition.sections
        }

    def _free(self, name: str) -> str:
        """Return an id like *name* that nothing in the document has."""
        taken = self.state.document.ids
        number, free = 1, name
        while free in taken:
            number += 1
            free = f"{name}-{number}"
        return free
