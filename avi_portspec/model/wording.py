"""Flows in words: who states one, and how strongly.

Every output takes its words from here, so that a table, an explanation and
a firewall change request say the same thing in the same way.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from avi_portspec.documents import join
from avi_portspec.model.conditions import VENDOR
from avi_portspec.names import NodeCount, Requirement, fold
from avi_portspec.version import DATA_VERSION

if TYPE_CHECKING:
    from avi_portspec.model.facets import Deployment, Facet
    from avi_portspec.model.facts import EditionFacts
    from avi_portspec.model.flows import Flow, Reason

__all__ = [
    "ACCEPTED",
    "ASK_DIRECTION",
    "DECLINED_BY_SITE",
    "FIND_DIRECTION",
    "INTERPRETED",
    "NODES",
    "NODES_NAME",
    "NOT_STATED",
    "OUT_OF_SCOPE",
    "REQUIREMENTS",
    "SCOPE",
    "accepted_statements",
    "at_start",
    "base_id",
    "by_speaker",
    "condition_text",
    "deployment_rows",
    "edition_text",
    "lead_reasons",
    "overlay_text",
    "reason_marks",
    "requirement_text",
    "site_of",
    "sites_of",
    "sites_text",
    "source_text",
    "sources_text",
    "speaker",
    "speaker_of",
    "statement_text",
    "uncapitalise",
    "value_names",
    "when",
]

#: How the explanation of a field begins that the vendor does not state.
NOT_STATED: Final = "Not stated by the vendor"
#: How it begins for a field that the vendor states ambiguously.
INTERPRETED: Final = "Interpreted"

#: What every answer is about, and what it is not.
SCOPE: Final = "Management traffic only."
#: The same in a document that has room for it.
OUT_OF_SCOPE: Final = (
    "The vendor's port page covers management traffic only: virtual "
    "services, pool members, health monitors and BGP are not part of it."
)

#: What to do about a flow whose direction is not clear.
FIND_DIRECTION: Final = "Find out who opens the connection."
#: The same for those who have the deployment file.
ASK_DIRECTION: Final = (
    f"{FIND_DIRECTION} Then accept the direction, stated or reversed, under "
    "[[readings]] in the deployment file."
)

#: What stands above the flows that a site does not use.
DECLINED_BY_SITE: Final = "Declined by the site"

#: How strongly a flow is asked for, as a cell of a table has it.
REQUIREMENTS: Final[dict[Requirement, str]] = {
    "required": "required",
    "optional": "optional",
    "some-or-all": "some or all of these",
    "when-used": "when used",
}


#: The id of the overlay that accepted statements of other sources make.
ACCEPTED: Final = "accepted"
#: What a deployment's number of Controller nodes is called, and its values.
NODES_NAME: Final = "Controller nodes"
NODES: Final[dict[NodeCount, str]] = {
    "cluster": "a cluster",
    "single-node": "a single node",
}


def at_start(text: str) -> str:
    """Return a text as it stands at the start of a sentence."""
    return f"{text[:1].upper()}{text[1:]}"


def uncapitalise(text: str) -> str:
    """Return a text as it stands within a sentence."""
    return f"{text[:1].lower()}{text[1:]}"


def speaker(origin: str | None, section: str) -> str:
    """Return who states a flow: the vendor's page, or a site's overlay.

    A flow that a site added stands in the section of its overlay: the vendor
    does not know it, and must not be given as the reason. Where a site only
    changed a flow's ports, the rest is still what the vendor states.

    Args:
        origin: The overlay that the flow, or its ports, come from.
        section: The section that states the flow.
    """
    if origin is None or section != origin:
        return VENDOR
    return overlay_text(origin)


def overlay_text(origin: str, reference: str | None = None) -> str:
    """Return who states a site's fact, and what the site cites for it.

    >>> overlay_text("berlin", "change 4711")
    "the site's overlay berlin, change 4711"

    Args:
        origin: The overlay.
        reference: What it cites, if anything.
    """
    cited = f", {reference}" if reference else ""
    return f"the site's overlay {origin}{cited}"


def value_names(deployment: Deployment, facet: Facet) -> list[str]:
    """Return the names of a facet's values that a deployment has."""
    held = deployment.values_of(facet.id)
    return [value.name for value in facet.values if value.id in held]


def deployment_rows(
    deployment: Deployment, facets: Iterable[Facet]
) -> tuple[tuple[str, str], ...]:
    """Return a deployment in words: each setting, with its value.

    Args:
        deployment: The deployment.
        facets: The facets of the edition, which have the names.
    """
    rows = [
        (facet.name, join("and", value_names(deployment, facet)) or "none")
        for facet in facets
    ]
    choices = {
        "Accepted directions": [
            f"{each.flow} {each.direction}" for each in deployment.readings
        ],
        DECLINED_BY_SITE: [
            f"{each.flow} ({each.reason})" for each in deployment.declined
        ],
    }
    return (
        *rows,
        (NODES_NAME, NODES[deployment.nodes]),
        *([("Release", deployment.release)] if deployment.release else []),
        *(
            (name, join("and", listed))
            for name, listed in choices.items()
            if listed
        ),
    )


def speaker_of(flow: Flow) -> str:
    """Return who states a flow; see :func:`speaker`."""
    return speaker(flow.origin, flow.section)


def by_speaker(flows: Iterable[Flow]) -> dict[str, list[Flow]]:
    """Return flows by who states them."""
    found: dict[str, list[Flow]] = {}
    for flow in flows:
        found.setdefault(speaker_of(flow), []).append(flow)
    return found


def source_text(edition: EditionFacts) -> str:
    """Return where a table comes from, after the words ``vendor's port page``.

    >>> import avi_portspec
    >>> source_text(avi_portspec.load("17.1"))
    ', edition 17.1. Management traffic only.'

    Args:
        edition: The edition.
    """
    sites = sites_text(edition)
    return f"{edition_text(edition)}{',' if sites else ''}{sites}. {SCOPE}"


def sources_text(*editions: EditionFacts, digits: int | None = None) -> str:
    """Return where a comparison comes from, in sentences.

    >>> import avi_portspec
    >>> sources_text(avi_portspec.load("17.1"), digits=8)[:59]
    "Source: vendor's port page. Edition 17.1, SHA-256 4c88106a."

    Args:
        *editions: What is compared.
        digits: How many digits of each digest to give; all, if ``None``.
    """
    named = "; ".join(
        f"edition {base_id(edition)}{sites_text(edition)}, SHA-256 "
        f"{edition.digest[:digits]}"
        for edition in editions
    )
    return (
        f"Source: vendor's port page. {at_start(named)}. {SCOPE} Data "
        f"{DATA_VERSION}."
    )


def sites_of(edition: EditionFacts) -> tuple[str, ...]:
    """Return the overlays of a site that an edition has."""
    origins = (
        *(section.origin for section in edition.sections),
        *(flow.origin for flow in edition.flows),
    )
    return tuple(dict.fromkeys(filter(None, origins)))


def statement_text(name: str) -> str:
    """Return how a record cites the statement of another source.

    Args:
        name: The id of the statement.
    """
    return f"statement {name}"


def accepted_statements(edition: EditionFacts) -> tuple[str, ...]:
    """Return the statements of other sources that a site has accepted.

    Args:
        edition: The edition, in which they are flows.
    """
    return tuple(
        flow.id
        for flow in edition.flows
        if flow.origin == ACCEPTED
        and flow.reference == statement_text(flow.id)
    )


def base_id(edition: EditionFacts) -> str:
    """Return the id of the edition that a site's overlays are on top of.

    Args:
        edition: The edition, with overlays or without.
    """
    found: str = edition.id
    for site in reversed(sites_of(edition)):
        found = found.removesuffix(f".{site}")
    return found


def sites_text(edition: EditionFacts) -> str:
    """Return the overlays of a site, after the vendor's page; or nothing.

    What an overlay states is not the vendor's. Each is named by its id, by
    which reasons cite it, and by its title.

    Args:
        edition: The edition.
    """
    sites = [_site_name(site, edition) for site in sites_of(edition)]
    what = "overlay" if len(sites) == 1 else "overlays"
    return f" and the site's {what} {join('and', sites)}" if sites else ""


def _site_name(site: str, edition: EditionFacts) -> str:
    """Return an overlay's id, and its title if that says more."""
    section = edition.sections.get(site)
    if section is None or fold(section.title) == fold(site):
        return site
    return f"{site} ({section.title})"


def edition_text(edition: EditionFacts) -> str:
    """Return which edition of the vendor's page it is, after its name.

    Args:
        edition: The edition. An overlay, though in its id, is not the
            vendor's.
    """
    base = base_id(edition)
    release = edition.source.release or base
    stated = "" if release == base else f" (release {release})"
    if edition.source.release is None:
        stated = "; release not stated"
    return f", edition {base}{stated}"


def site_of(flow: Flow) -> str:
    """Return who asks for a flow, where that is a site; else nothing.

    It says what the site cites for it, too.
    """
    if flow.origin is None or speaker_of(flow) == VENDOR:
        return ""
    return overlay_text(flow.origin, flow.reference)


def _by_site(flow: Flow) -> str:
    """Return who asks for a flow, where that is a site: `` by the ...``."""
    site = site_of(flow)
    return f" by {site}" if site else ""


def when(flow: Flow, facets: Iterable[Facet]) -> str:
    """Return a flow's condition in plain English, with what is not stated."""
    return flow.when.describe(facets, speaker=speaker_of(flow))


def condition_text(flow: Flow, facets: Iterable[Facet]) -> str:
    """Return a flow's condition after a verb: `` when the cloud is AWS``.

    There is none, and no text, where the flow always applies.
    """
    text = when(flow, facets)
    if text == "always":
        return ""
    if text.startswith("only if "):
        text = f"when {text.removeprefix('only if ')}"
    return f" {text}"


def requirement_text(flow: Flow, facets: Iterable[Facet]) -> str:
    """Return what is asked for, in a sentence.

    >>> import avi_portspec
    >>> edition = avi_portspec.load()
    >>> flow = edition.flows["controller-to-dns"]
    >>> requirement_text(flow, edition.facets)
    'Required when the Controller uses DNS.'

    Args:
        flow: The flow.
        facets: The facets of its edition, for their names.
    """
    condition = condition_text(flow, facets)
    if flow.requirement == "some-or-all":
        return (
            f"Some or all of these are required{condition}; "
            f"{speaker_of(flow)} does not say which."
        )
    if flow.requirement == "optional":
        return f"Optional{_by_site(flow)}{condition}."
    used = "" if condition or flow.requirement == "required" else " when used"
    return f"Required{_by_site(flow)}{condition}{used}."


def reason_marks(
    inferred: Iterable[Reason], readings: Iterable[Reason]
) -> list[str]:
    """Return what the vendor does not state, or not clearly, a text each.

    Args:
        inferred: The fields that are not stated, each with the reason.
        readings: The fields that are ambiguous, each with the reading.
    """
    return [
        f"{lead} ({why.field}): {why.reason}" if lead else why.reason
        for lead, why in lead_reasons(inferred, readings)
    ]


def lead_reasons(
    inferred: Iterable[Reason], readings: Iterable[Reason]
) -> list[tuple[str, Reason]]:
    """Return each reason with the words before it.

    Of what a site decided, the reason names the site: the vendor is silent
    about nothing there, and nothing is assumed.

    Args:
        inferred: The fields that are not stated, each with the reason.
        readings: The fields that are ambiguous, each with the reading.
    """
    return [
        ("" if why.level == "site" else lead, why)
        for lead, reasons in ((NOT_STATED, inferred), (INTERPRETED, readings))
        for why in reasons
    ]
