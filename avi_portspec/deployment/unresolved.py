"""What a deployment gets no port for, though it may need it: in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from avi_portspec.documents import join
from avi_portspec.model.display import ports_text
from avi_portspec.model.phrases import cautions, state_phrase
from avi_portspec.model.wording import site_of, uncapitalise

if TYPE_CHECKING:
    from avi_portspec.deployment.decisions import Decision, Gap
    from avi_portspec.deployment.why import Why
    from avi_portspec.model.edition import EditionData
    from avi_portspec.model.facts import EditionFacts
    from avi_portspec.model.flows import Flow

__all__ = ["conflict_phrase", "gap_phrases", "withheld_phrase"]


def conflict_phrase(flow: Flow, why: Why, edition: EditionData) -> str:
    """Return a conflict in a sentence.

    Args:
        flow: The flow that is not supported.
        why: Why it is not.
        edition: The edition, for names.
    """
    service = f"{flow.service} " if flow.service else ""
    return (
        f"{ports_text(flow)} from {_ends(flow, edition)} is "
        f"{uncapitalise(why.text)}, and no other {service}port is "
        "documented."
    )


def gap_phrases(gap: Gap, edition: EditionData) -> tuple[str, ...]:
    """Return what is not documented, a phrase for each pair of ends.

    They continue "Not documented by the vendor's port page:".

    Args:
        gap: The gap.
        edition: The edition, for names.
    """
    facet = edition.facets[gap.facet]
    here = (
        f"for {facet.without(gap.value)}"
        if gap.is_lacking
        else state_phrase(facet, [gap.value])
    )
    if gap.interface is not None:
        name = edition.interfaces[gap.interface].name
        return (f"the flows between the Controller and {name} {here}.",)
    if not gap.flows:
        return (f"what is needed {here}: no flow names it.",)
    found: dict[tuple[str, str], list[Flow]] = {}
    for flow in (edition.flows[name] for name in gap.flows):
        key = _ends(flow, edition), site_of(flow)
        found.setdefault(key, []).append(flow)
    otherwise = "Elsewhere" if gap.facet == "cloud" else "Otherwise"
    return tuple(
        f"the port from {ends} {here}{f' ({site})' if site else ''}. "
        f"{otherwise} it is {join('or', map(ports_text, flows))}."
        for (ends, site), flows in found.items()
    )


def withheld_phrase(decision: Decision, edition: EditionFacts) -> str:
    """Return a flow that is unclear, undocumented or declined, and why.

    They continue what the decision is called.

    Args:
        decision: The decision.
        edition: The edition, for names.
    """
    flow = decision.flow
    service = f" ({flow.service})" if flow.service else ""
    # Who is silent is said; what a site declines is its own.
    silent = site_of(flow) if decision.status == "unstated" else ""
    text = (
        f"{ports_text(flow)}{service} from {_ends(flow, edition)}: "
        f"{decision.why.text}{f' ({silent})' if silent else ''}."
    )
    if decision.status == "declined":
        return text
    return " ".join([text, *cautions(flow)])


def _ends(flow: Flow, edition: EditionFacts) -> str:
    source = edition.endpoints[flow.source].label
    return f"{source} to {edition.endpoints[flow.destination].label}"
