"""Roles: links to records, and ports in the middle of a sentence."""

from __future__ import annotations

import re
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from docutils import nodes
from sphinx.roles import XRefRole
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole

from avi_portspec import Exclusion, PortSpecError, UnknownNameError
from avi_portspec.model.phrases import DECLINED, asked_of
from avi_portspec.tabular.filters import (
    FILTERS,
    Terms,
    asked_clouds,
    parse_terms,
    select_flows,
    select_statements,
)
from avi_portspec.tabular.prose import ports_phrase
from sphinx_avi_portspec.messages import Phrase
from sphinx_avi_portspec.pen import SHARED, AviWords, link, name_record
from sphinx_avi_portspec.sources import (
    find_edition,
    find_names,
    find_target,
    use_deployment,
    use_edition,
    use_statements,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from docutils.nodes import Element, Node, system_message
    from sphinx.environment import BuildEnvironment

    from avi_portspec import Edition, Flow, Flows
    from avi_portspec.model.phrases import Asked

__all__ = ["PortsRole", "RecordRole"]

logger = logging.getLogger(__name__)

#: What stands for the ports where nothing is documented. Not "none": an
#: undocumented port may still be needed.
NOTHING = "no documented port"


class RecordRole(XRefRole):
    """A link to a record by any of its names; its text is the record's title.

    The names are its id, aliases and, of an endpoint, its name, in capitals
    or not, with ``edition/`` before them for an edition of one's choice.
    """

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
        """Return the link's text, and its target with the edition's id."""
        kind = refnode["reftype"]
        use = partial(use_edition, env)
        if kind in SHARED:
            # They are of no edition, and any one will do.
            use_statements(env)
            use = partial(find_edition, env.config)
        try:
            found = find_target(env.config, kind, target)
        except (PortSpecError, OSError):
            # It may be another project's; if not, Sphinx warns. A mended
            # edition has it, perhaps: the document depends on that.
            with suppress(PortSpecError, OSError):
                use("")
            return title, target
        # The title comes from the data: the document depends on it.
        edition = use(found.prefix)
        refnode["avi-short"] = found.short
        if not has_explicit_title:
            title = _keep_ports(name_record(edition, kind, found.name))
        return title, found.target


def _keep_ports(text: str) -> str:
    """Return a text in which no line ends within a port such as TCP 22."""
    return re.sub("(?<=[A-Z]) (?=[0-9])", "\N{NO-BREAK SPACE}", text)


class _Answer(NamedTuple):
    """What a query has found."""

    edition: Edition
    flows: Iterable[Flow]
    unstated: Iterable[Flow]
    exclusions: Iterable[Exclusion]
    asked: Asked
    optional: bool
    unnamed: Asked
    deployed: bool = False
    unclear: tuple[Flow, ...] = ()
    unused: tuple[str, ...] = ()
    declined: tuple[str, ...] = ()


class PortsRole(SphinxRole):
    """The ports between two endpoints, as a sentence can hold them.

    The text is a query: ``source > destination``, either of which can be
    empty, followed by terms after semicolons, as in
    ``SE > controller; cloud=aws``: the filters of a table, ``edition`` and
    ``deployment``. Optional flows are left out unless the query selects
    them, or there are no others.
    """

    def run(self) -> tuple[list[Node], list[system_message]]:
        """Return the ports in words, each with a link to its flow."""
        try:
            answer = self._find_answer()
        except (PortSpecError, OSError, ValueError) as wrong:
            message = self.inliner.reporter.error(
                f"avi:ports: {wrong}", line=self.lineno
            )
            shown = self.inliner.problematic(
                self.rawtext, self.rawtext, message
            )
            return [shown], [message]
        pieces = ports_phrase(**answer._asdict())
        if not pieces:
            self._warn("empty", "no matching flow for")
        if any(piece.silent for piece in pieces):
            self._warn("unstated", "not everything is documented for")
        made = nodes.inline(classes=["avi-ports-phrase"])
        names = find_names([answer.edition])
        for piece in pieces:
            text = piece.text
            inside: Node = nodes.Text(text)
            if piece.flow is not None:
                inside = link(answer.edition, "flow", piece.flow, text)
            if piece.words:
                inside = self._wrap(names.find(text), inside)
            made += inside
        if not pieces:
            made += self._wrap(Phrase(NOTHING), nodes.Text(NOTHING))
        return [made], []

    def _wrap(self, said: Phrase, inside: Node) -> AviWords:
        """Return a phrase to translate, which knows its place."""
        made = AviWords(said, "", inside)
        made.phrases = (said,)
        self.set_source_info(made)
        return made

    def _warn(self, subtype: str, message: str) -> None:
        logger.warning(
            "avi:ports: %s %r",
            message,
            self.text,
            location=self.get_location(),
            type="avi_portspec",
            subtype=subtype,
        )

    def _find_answer(self) -> _Answer:
        """Return the flows that answer the query.

        Raises:
            PortSpecError: A name in it is unknown, or a value is wrong.
            ValueError: It is not understood.
        """
        filters, others = self._parse()
        edition = use_edition(self.env, others.get("edition", ""))
        places = {n: t for n, t in filters.items() if n != "requirement"}
        exclusions = [
            record
            for record in select_statements(edition, places)
            if isinstance(record, Exclusion)
        ]
        if "deployment" in others:
            name = others["deployment"]
            return self._resolve(edition, name, filters, exclusions)
        clouds = asked_clouds(edition, filters)
        asked: Asked = {} if clouds is None else {"cloud": clouds}
        required = parse_terms("requirement", "!optional")
        flows = select_flows(
            edition.flows, {"requirement": required, **filters}
        )
        if not flows and not flows.unstated:
            # Where the only ports are optional, they are the answer.
            flows = select_flows(edition.flows, filters)
        return _Answer(
            *(edition, flows, flows.unstated, exclusions, asked),
            optional=_asks_optional(filters),
            unnamed={},
        )

    def _resolve(
        self,
        edition: Edition,
        name: str,
        filters: dict[str, Terms],
        exclusions: list[Exclusion],
    ) -> _Answer:
        """Return the flows that answer the query for one deployment."""
        if "cloud" in filters:
            raise ValueError(
                "cloud cannot be used with deployment, which has clouds"
            )
        found = edition.resolve(use_deployment(self.env, edition, name))
        edition = cast("Edition", found.edition)
        selected = select_flows(edition.flows, filters)
        flows: Flows = selected & frozenset(found.needed)
        optional = True
        if "requirement" in filters or not flows:
            flows |= selected & frozenset(found.optional)
            optional = _asks_optional(filters)
        ruled_out = {conflict.flow for conflict in found.conflicts}
        unstated = [
            flow
            for flow in selected
            if flow.id in ruled_out or found.status_of(flow) == "unstated"
        ]
        unnamed: dict[Any, frozenset[str]] = {}
        for gap in found.gaps:
            # A role names its ends: what it asks about is no interface.
            if not gap.flows and gap.interface is None:
                before = unnamed.get(gap.facet, frozenset())
                unnamed[gap.facet] = before | {gap.value}
        asked = asked_of(found.deployment, edition.facets)
        whys = [found[flow].why for flow in selected]
        return _Answer(
            *(edition, flows, unstated, exclusions, asked),
            optional=optional,
            unnamed=unnamed,
            deployed=True,
            unclear=(*(selected & frozenset(found.direction_unclear)),),
            unused=tuple(why.text for why in whys if why.tag != DECLINED),
            declined=tuple(why.text for why in whys if why.tag == DECLINED),
        )

    def _parse(self) -> tuple[dict[str, Terms], dict[str, str]]:
        """Return the filters of the query, and its other terms."""
        sides, *terms = self.text.split(";")
        source, arrow, destination = sides.partition(">")
        if not arrow:
            raise ValueError(
                f"expected 'source > destination', got {sides.strip()!r}"
            )
        filters: dict[str, Terms] = {}
        others: dict[str, str] = {}
        given = [("source", source), ("destination", destination)]
        for term in terms:
            name, _, value = term.partition("=")
            given.append((name.strip(), value))
        for name, value in given:
            if name in {"edition", "deployment"}:
                others[name] = value.strip()
            elif name not in FILTERS:
                known = (*FILTERS, "edition", "deployment")
                raise UnknownNameError("filter", name, known)
            elif value.strip() or name not in {"source", "destination"}:
                filters[name] = parse_terms(name, value)
        return filters, others


def _asks_optional(filters: dict[str, Terms]) -> bool:
    """Return whether a query is about optional flows alone."""
    wanted = filters.get("requirement")
    return wanted is not None and set(wanted.included) == {"optional"}
