"""The shapes of the report as plain data."""

# Annotations are not strings here: typing would compile each of them again,
# key by key, whenever the module is imported.

from typing import Literal, TypedDict

from avi_portspec.exporters.data import DeploymentData
from avi_portspec.model.flat import Identity
from avi_portspec.names import FindingKind, FindingLevel, Status

__all__ = [
    "AcceptedData",
    "AuditData",
    "AuditedFile",
    "FindingData",
    "FlowData",
    "NamedRule",
    "PlaceData",
    "RuleData",
    "SideData",
]


class PlaceData(TypedDict):
    """Where something stands in a file."""

    file: str
    line: int | None
    pointer: str


class NamedRule(TypedDict):
    """A rule, by name and place."""

    id: str
    place: PlaceData


class SideData(TypedDict):
    """One side of a flow."""

    side: Literal["destination", "source", "path", "reply"]
    party: str
    verdict: str
    rules: list[NamedRule]
    last_resorts: list[str]
    rests_on: list[str]
    denied_by: list[NamedRule]
    lacks: list[str]
    reasons: list[str]
    assumes: list[str]
    protocols: str


class FlowData(TypedDict):
    """A flow that is needed, and its sides."""

    flow: str
    source: str
    destination: str
    decision: Status
    verdict: str
    sides: list[SideData]


class RuleData(TypedDict):
    """A rule that exists, and what it is for."""

    id: str
    filter: str
    place: PlaceData
    origin: Literal["file", "provider-default"]
    action: Literal["allow", "deny"]
    service: str
    verdict: str
    explained_by: list[str]
    not_here: list[str]
    stated_by: list[str]
    ruled_out_by: list[str]
    beyond: list[str]
    ports_beyond: int
    shadowed_by: list[NamedRule]
    conditions: list[str]
    assumes: list[str]


class NearData(TypedDict):
    """What was probably meant."""

    kind: str
    reason: str
    records: list[str]


class AcceptedData(TypedDict):
    """Why a finding is accepted; of a declined flow, only the reason."""

    reason: str
    by: str | None
    until: str | None


class FindingData(TypedDict):
    """A deviation from what is needed, or something unknown."""

    kind: FindingKind
    level: FindingLevel
    text: str
    place: PlaceData | None
    flow: str | None
    side: Literal["destination", "source", "path", "reply"] | None
    party: str
    rule: str | None
    near: list[NearData]
    hints: list[str]
    accepted: AcceptedData | None
    fingerprint: str


class UnreadData(TypedDict):
    """Something of a file that is no rule here."""

    place: PlaceData
    kind: Literal["set-aside", "failed", "unknown"]
    text: str
    why: str


class AuditedFile(TypedDict):
    """What became of a file."""

    name: str
    format: str
    groups: int
    units: int
    read: int
    set_aside: int
    failed: int
    unknown: int
    unread: list[UnreadData]
    assumes: list[str]


class AuditData(Identity):
    """``audit rules --format json``."""

    unofficial: Literal[True]
    scope: str
    deployment: DeploymentData
    summary: str
    files: list[AuditedFile]
    flows: list[FlowData]
    rules: list[RuleData]
    findings: list[FindingData]
    parties: dict[str, list[str]]
