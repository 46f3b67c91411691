"""Why a flow was decided so for one deployment, in at most twelve words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from avi_portspec.documents import join
from avi_portspec.model.conditions import Answer, Condition, Unless
from avi_portspec.model.display import ports_text
from avi_portspec.model.frozen import FrozenDict
from avi_portspec.model.phrases import (
    DECLINED,
    DIRECTION_UNCLEAR,
    NOT_DOCUMENTED,
    OPTIONAL,
    SWAPPED,
    Fact,
    Need,
    deciding_facts,
    facts_text,
    purpose_phrase,
    values_phrase,
)
from avi_portspec.model.wording import site_of

if TYPE_CHECKING:
    from avi_portspec.model.edition import EditionData
    from avi_portspec.model.facets import Deployment
    from avi_portspec.model.flows import Flow
    from avi_portspec.names import FacetId, Status

__all__ = ["SHORT", "SINGLE_NODE", "Why", "declined", "explain"]

#: How long the short form is at most, for 80 columns.
SHORT: Final = 26
#: Why a Controller of one node needs nothing among Controllers.
SINGLE_NODE: Final = "Not needed: a single node has no peers"


class Why(NamedTuple):
    """Why a flow was decided so.

    Attributes:
        tag: ``Optional``, ``Not documented``, ``Direction not clear``,
            ``Declined`` or nothing.
        text: The reason, in at most twelve words.
        short: The same in at most 26 characters, without a tag.
    """

    tag: str
    text: str
    short: str

    def __str__(self) -> str:
        """Return the reason with its tag, as a line of text has it."""
        return str(Need(self.tag, self.text))


class _Case(NamedTuple):
    """A flow, and the deployment that it was decided for."""

    flow: Flow
    edition: EditionData
    deployment: Deployment

    def facts(self, condition: Condition | None = None) -> tuple[str, str]:
        """Return where the deployment runs, and what else decides."""
        facts = deciding_facts(condition or self.flow.when, self.deployment)
        return facts_text(facts, self.edition.facets)


def explain(
    flow: Flow,
    status: Status,
    edition: EditionData,
    deployment: Deployment,
    replacers: Sequence[Flow] = (),
) -> Why:
    """Return why a flow was decided so.

    Args:
        flow: The flow.
        status: The decision.
        edition: The edition, for names.
        deployment: The deployment.
        replacers: The flows that replace it here.
    """
    case = _Case(flow, edition, deployment)
    if status == "replaced":
        return _replaced(case, replacers)
    return _BY_STATUS.get(status, _not_applicable)(case)


def declined(reason: str) -> Why:
    """Return why a site declines a flow.

    Args:
        reason: Why it does, in the site's words, which are as many as it
            likes.
    """
    said = reason.rstrip(" .")
    text = f"{said} (the site's deployment file)"
    return Why(DECLINED, text, "declined by the site")


def _fit(*texts: str) -> str:
    """Return the first text that is short enough; the last one is."""
    return next(text for text in texts if len(text) <= SHORT)


def _needed(case: _Case) -> Why:
    where, clauses = case.facts()
    site = site_of(case.flow)
    if case.flow.requirement == "some-or-all":
        text = f"May be needed {where}".rstrip()
        text += f": {clauses}" if clauses else ""
        short = _fit(f"maybe: {where}", "maybe") if where else "maybe"
        return Why("", text, short)
    if site:
        own = filter(None, (case.flow.origin, case.flow.reference))
        by = f"Required by the site (overlay {', '.join(own)})"
        text = f"{by} {where}".rstrip()
        return Why("", text + (f": {clauses}" if clauses else ""), "yes: site")
    text = f"Required {where}".rstrip() + (f": {clauses}" if clauses else "")
    return Why("", text, _yes(case, where, clauses))


def _yes(case: _Case, where: str, clauses: str) -> str:
    """Return that a flow is needed, and what for, in a few characters."""
    brief = clauses
    for start in ("this deployment ", "the Controller is ", "the Controller "):
        brief = brief.removeprefix(start)
    clouds = sum(
        len(fact.values)
        for fact in deciding_facts(case.flow.when, case.deployment)
        if fact.facet == "cloud" and fact.holds
    )
    many = f"yes: on {clouds} clouds" if clouds > 1 else "yes"
    few = where.replace(" and ", ", ") if clouds < 3 else ""  # noqa: PLR2004 - more are counted
    texts = [f"yes: {brief}"] if brief else []
    texts += [f"yes: {few}"] if few else []
    return _fit(*texts, many)


def _optional(case: _Case) -> Why:
    text = purpose_phrase(case.flow.purpose or "", case.edition)
    ping = "status only"
    brief = ping if text.endswith(f" {ping}") else text
    fits = _fit(f"optional: {brief}", "optional") if brief else "optional"
    return Why(OPTIONAL, text, fits)


def _unclear(_: _Case) -> Why:
    return Why(DIRECTION_UNCLEAR, SWAPPED, DIRECTION_UNCLEAR.lower())


def _replaced(case: _Case, replacers: Sequence[Flow]) -> Why:
    ports = join("and", dict.fromkeys(map(ports_text, replacers)))
    facts = [
        fact
        for other in replacers
        for fact in deciding_facts(other.when, case.deployment)
    ]
    where, clauses = facts_text(dict.fromkeys(facts), case.edition.facets)
    text = f"Replaced by {ports}"
    here = clauses or where
    return Why(
        "",
        f"{text}: {here}" if here else text,
        _fit(f"replaced by {ports}", "replaced"),
    )


def _unstated(case: _Case) -> Why:
    silent: dict[FacetId, list[str]] = {}
    lacking: list[str] = []
    for fact in deciding_facts(case.flow.when, case.deployment):
        if case.deployment.values_of(fact.facet).isdisjoint(fact.values):
            facet = case.edition.facets[fact.facet]
            lacking += [f"for {facet.without(v)}" for v in fact.values]
        else:
            silent.setdefault(fact.facet, []).extend(fact.values)
    names = [
        values_phrase(case.edition.facets[facet], values, "for {}")
        for facet, values in silent.items()
    ]
    names += dict.fromkeys(lacking)
    return Why(NOT_DOCUMENTED, join("and", names), "not documented")


def _unsupported(case: _Case) -> Why:
    parts = getattr(case.flow.when, "parts", (case.flow.when,))
    barring = [
        fact
        for part in parts
        if isinstance(part, Unless)
        and part.evaluate(case.deployment) is Answer.NO
        for fact in deciding_facts(part, case.deployment)
    ]
    where, clauses = facts_text(barring, case.edition.facets)
    text = f"Not supported {where}".rstrip()
    if clauses:
        text += f": {clauses}"
    return Why("", text, "not supported here")


def _not_applicable(case: _Case) -> Why:
    flow, deployment = case.flow, case.deployment
    if (
        flow.source == flow.destination == "controller"
        and deployment.nodes == "single-node"
    ):
        return Why("", SINGLE_NODE, "not needed: single node")
    facts = {
        fact.facet: fact
        for fact in reversed(deciding_facts(flow.when, deployment))
    }
    cloud = facts.get("cloud")
    # That a cloud rules it out is the reason only if nothing else is.
    if cloud is not None and (len(facts) == 1 or not cloud.holds):
        return Why("", _only(case, cloud), "not on this cloud")
    unused = [
        fact
        for facet in ("feature", "service")
        if (fact := facts.get(facet)) and not fact.holds
    ]
    if unused:
        names = [
            value.label
            for fact in unused
            for value in case.edition.facets[fact.facet].values
            if value.id in fact.values
        ]
        text = f"Not used here: {join('or', names)}"
        return Why("", text, "not used here")
    _, clauses = facts_text(facts.values(), case.edition.facets)
    return Why("", f"Not needed: {clauses}", "not needed here")


def _only(case: _Case, cloud: Fact) -> str:
    facet = case.edition.facets["cloud"]
    phrase = values_phrase(facet, cloud.values, "on {}")
    return f"Not {phrase}" if cloud.holds else f"Only {phrase}"


_BY_STATUS: Final[Mapping[Status, Callable[[_Case], Why]]] = FrozenDict(
    {
        "needed": _needed,
        "optional": _optional,
        "direction-unclear": _unclear,
        "unstated": _unstated,
        "unsupported": _unsupported,
    }
)
