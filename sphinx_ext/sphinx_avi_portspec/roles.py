"""Roles: links to records, and ports in the middle of a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.roles import XRefRole
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole

from avi_portspec import PortSpecError
from avi_portspec.model.display import summary
from sphinx_avi_portspec.filters import FILTERS, FilterError, answer
from sphinx_avi_portspec.rendering.words import title_of
from sphinx_avi_portspec.sources import edition_used

if TYPE_CHECKING:
    from docutils.nodes import Element, Node, system_message
    from sphinx.environment import BuildEnvironment

    from avi_portspec import Flows

__all__ = ["PortsRole", "RecordRole"]

logger = logging.getLogger(__name__)


class RecordRole(XRefRole):
    """A link to a record, by its id; its text is what a reader calls it."""

    def __init__(self) -> None:
        super().__init__(warn_dangling=True, innernodeclass=nodes.inline)

    def process_link(
        self,
        env: BuildEnvironment,
        refnode: Element,
        has_explicit_title: bool,  # noqa: FBT001 - as Sphinx calls it
        title: str,
        target: str,
    ) -> tuple[str, str]:
        """Return the link's text and its target."""
        if has_explicit_title:
            return title, target
        kind = refnode["reftype"]
        edition, _, name = target.rpartition("/")
        try:
            # The text comes from the data, so the document depends on it.
            found = edition_used(env, name if kind == "edition" else edition)
            return title_of(found, kind, name), target
        except (PortSpecError, OSError):
            # Another project's, maybe; else the link dangles, and warns.
            return title, target


class PortsRole(SphinxRole):
    """The ports between two endpoints, as a sentence can hold them.

    The text is a query: ``source > destination``, either of which may be
    left out, and then filters, each after a semicolon, as in
    ``SE > controller; cloud=aws``. Unless the query says otherwise, optional
    flows are left out; so are those that stand in for another in the
    answer, for nobody needs both.
    """

    def run(self) -> tuple[list[Node], list[system_message]]:
        """Return the ports in words."""
        try:
            flows = self._answer()
        except (FilterError, PortSpecError, OSError, ValueError) as wrong:
            message = self.inliner.reporter.error(
                f"avi:ports: {wrong}", line=self.lineno
            )
            shown = self.inliner.problematic(
                self.rawtext, self.rawtext, message
            )
            return [shown], [message]
        made = nodes.inline("", self._words(flows), classes=["avi-ports"])
        return [made], []

    def _answer(self) -> Flows:
        sides, *terms = self.text.split(";")
        source, arrow, destination = sides.partition(">")
        if not arrow:
            raise ValueError(
                f"wanted 'source > destination', got {sides.strip()!r}"
            )
        options: dict[str, Any] = {}
        given = [("source", source), ("destination", destination)]
        for term in terms:
            name, _, value = term.partition("=")
            given.append((name.strip(), value))
        edition = ""
        for name, value in given:
            if name == "edition":
                edition = value.strip()
            elif name not in FILTERS:
                raise FilterError(f"there is no filter {name!r}")
            elif value.strip() or name not in {"source", "destination"}:
                options[name] = FILTERS[name](value)
        if "requirement" not in options:
            options["requirement"] = FILTERS["requirement"]("!optional")
        flows = answer(edition_used(self.env, edition), options)
        return flows - {
            flow
            for flow in flows
            if not set(flow.replaces).isdisjoint(flows.ids())
        }

    def _words(self, flows: Flows) -> str:
        text = summary(flows.ports())
        open_ = summary(flows.unstated.ports())
        if open_:
            open_ = f"the page does not say whether {open_}"
        if not text:
            logger.warning(
                "avi:ports: no flow meets %r",
                self.text,
                location=self.get_location(),
                type="avi_portspec",
                subtype="empty",
            )
            # Never "none": silence does not close a port.
            return open_ or "no port stated"
        return f"{text} ({open_})" if open_ else text
