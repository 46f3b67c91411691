"""The names of things: checked strings, minted here and nowhere else."""

from __future__ import annotations

import re
from typing import Final, Literal, NewType, TypeAlias

__all__ = [
    "EDITION_ID",
    "KEBAB_ID",
    "Action",
    "ChangeKind",
    "EditionId",
    "EndpointId",
    "EndpointKind",
    "ExclusionId",
    "FacetId",
    "FlowId",
    "NodeCount",
    "NoteId",
    "NoteKind",
    "PlaceKind",
    "PointerId",
    "Requirement",
    "SectionId",
    "Status",
    "fold",
]

EditionId = NewType("EditionId", str)
EndpointId = NewType("EndpointId", str)
ExclusionId = NewType("ExclusionId", str)
FlowId = NewType("FlowId", str)
NoteId = NewType("NoteId", str)
PointerId = NewType("PointerId", str)
SectionId = NewType("SectionId", str)

#: What an id looks like: lower-case words and numbers joined by hyphens.
KEBAB_ID: Final = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*", re.ASCII)

#: An edition's id may also be a release: ``16.2``, ``vantage-undated``.
EDITION_ID: Final = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*", re.ASCII)

#: The sides of a deployment that a condition can ask about.
FacetId: TypeAlias = Literal["cloud", "controller", "feature", "service"]

#: How many nodes the Controller has: one, or the three of a cluster.
NodeCount: TypeAlias = Literal["cluster", "single-node"]

#: What an endpoint is.
EndpointKind: TypeAlias = Literal[
    "client",
    "component",
    "gateway",
    "group",
    "node",
    "orchestrator",
    "platform",
    "service",
]

#: What a note does for the records that it qualifies.
NoteKind: TypeAlias = Literal[
    "cross-reference",
    "diagnostic",
    "impact",
    "lead-in",
    "purpose",
    "restriction",
    "scope",
    "source-address",
]

#: The kinds of place that a page has, in the order in which they stand.
PlaceKind: TypeAlias = Literal["lead-in", "row", "bullet", "note", "closing"]

#: How strongly the page asks for a flow. ``required``: always, where its
#: condition holds; ``optional``: the product works without it;
#: ``some-or-all``: the page leaves open which of a group are needed;
#: ``when-used``: needed as soon as the thing it serves is used.
Requirement: TypeAlias = Literal[
    "required", "optional", "some-or-all", "when-used"
]


#: What a change means for a firewall. ``open``: something more has to pass;
#: ``close``: something has to pass no longer; ``review``: a person has to
#: look, for the data does not settle it; ``none``: nothing is to be done.
Action: TypeAlias = Literal["open", "close", "review", "none"]

#: What a field's change is about: what is true, how it is put, or where on
#: the page it stands.
ChangeKind: TypeAlias = Literal["meaning", "text", "citation"]

#: What is decided about a flow for one deployment. ``needed``: it has to be
#: open; ``optional``: the product works without it; ``replaced``: another
#: flow stands in for it; ``not-applicable``: its condition does not hold;
#: ``unsupported``: a note rules it out here; ``unstated``: the page is silent.
Status: TypeAlias = Literal[
    "needed",
    "optional",
    "replaced",
    "not-applicable",
    "unsupported",
    "unstated",
]


def fold(name: str) -> str:
    """Return *name* as look-ups compare it: capitals do not matter."""
    return name.casefold()
