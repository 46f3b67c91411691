"""The JSON answers: a typed dictionary each, from which data and schema come.

Keys are in the order in which they are written. To add one, add it to its
dictionary: :func:`~avi_portspec.serialisation.shapes.fill` takes its value
from the attribute of that name, and ``avi-portspec schema`` has it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, TypedDict, TypeVar

from avi_portspec.audit.shapes import AuditData
from avi_portspec.changes.data import ChangesData, PlanData
from avi_portspec.exporters.data import (
    DeploymentData,
    ExclusionData,
    NoteData,
    ReasonData,
    ReportData,
    SourcedTextData,
)
from avi_portspec.model.flat import (
    Identity,
    identity,
    port_keys,
    port_records,
)
from avi_portspec.model.wording import OUT_OF_SCOPE, requirement_text, when
from avi_portspec.names import (
    Agreement,
    Completeness,
    EndpointKind,
    FacetId,
    Form,
    Grounds,
    Hook,
    LastLine,
    OptionName,
    Requirement,
    Scope,
    Seen,
    Slip,
    SourceKind,
    Status,
    Syntax,
)
from avi_portspec.serialisation.shapes import Matching, Within, fill

if TYPE_CHECKING:
    from avi_portspec.beyond.records import Statement
    from avi_portspec.deployment.decisions import Decision
    from avi_portspec.edition.edition import Edition
    from avi_portspec.model.facts import EditionFacts
    from avi_portspec.model.flows import Flow

__all__ = [
    "ANSWERS",
    "answer",
    "decision_data",
    "flow_data",
    "statement_data",
]

T = TypeVar("T")

Digest = Annotated[str, Matching("^[0-9a-f]{64}$")]
Byte = Annotated[int, Within(0, 255)]
Port = Annotated[int, Within(0, 65535)]


# -- records -----------------------------------------------------------------


class Ports(TypedDict):
    """A protocol, and a range of destination ports, both ends included."""

    protocol: str
    protocol_number: Byte
    port_low: Port | None
    port_high: Port | None
    icmp_type: Byte | None


class PortRange(TypedDict):
    """A range of ports of the protocol that is named beside it."""

    port_low: Port
    port_high: Port


class FullFlow(TypedDict):
    """A flow with everything that is stated about it."""

    id: str
    section: str
    source: str
    source_name: str
    destination: str
    destination_name: str
    ports: list[Ports]
    service: str | None
    purpose: str | None
    requirement: Requirement
    when: str
    reason: str
    effect_if_blocked: str | None
    replaces: list[str]
    inferred: list[ReasonData]
    readings: list[ReasonData]
    notes: list[NoteData]
    citation: str
    origin: str | None
    reference: str | None


class Fact(TypedDict):
    """What the deployment answers to a condition's question."""

    facet: FacetId
    values: list[str]


class Decided(TypedDict):
    """The decision on a flow, and why."""

    flow: FullFlow
    decision: Status
    reason: str
    facts: list[Fact]
    replaced_by: list[str]
    notes: list[NoteData]
    citations: list[str]
    inferred: list[ReasonData]
    readings: list[ReasonData]


class OtherStatement(TypedDict):
    """What another source states."""

    id: str
    stated_by: str
    spans: list[str]
    is_release_inferred: bool
    releases_text: str
    about: list[str]
    agreement: Agreement
    form: Form
    traffic: str
    case: str
    remarks: str
    source: str | None
    destination: str | None
    ports: list[Ports]
    requirement: Requirement | None
    when: str
    condition: str | None
    place: str | None
    setting: str | None
    purpose: str | None
    symptoms: list[str]
    error: str | None
    note: str | None


class NearMiss(TypedDict):
    """A documented port that was probably meant, and why."""

    meant: str
    slip: Slip
    reason: str
    records: list[str]


# -- answers -----------------------------------------------------------------


class _Head(Identity):
    digest: Digest
    scope: str
    unofficial: Literal[True]


class Explained(_Head):
    """``explain --json``."""

    deployment: DeploymentData | None
    subject: str
    text: str
    decisions: list[Decided]
    exclusions: list[ExclusionData]
    gaps: list[str]
    release: str | None
    statements: list[OtherStatement]
    near_misses: list[NearMiss]
    other_purposes: list[SourcedTextData]
    settings: list[SourcedTextData]


class Shown(_Head):
    """``show --json``."""

    flows: list[FullFlow]
    exclusions: list[ExclusionData]
    pointers: list[ExclusionData]
    other_purposes: list[SourcedTextData]
    settings: list[SourcedTextData]


class Symptom(TypedDict):
    """What is seen where a flow is blocked."""

    effect: str
    can_be_ignored: bool
    flow: FullFlow
    notes: list[NoteData]


class Cause(TypedDict):
    """A flow to check: what it carries, and what is seen without it."""

    flow: FullFlow
    purposes: list[str]
    statements: list[OtherStatement]


class Symptoms(_Head):
    """``symptom --json``."""

    seen: str | None
    symptoms: list[Symptom]
    causes: list[Cause]


class LinkedNote(NoteData):
    """A note with what it qualifies."""

    qualifies: list[str]
    sections: list[str]


class Notes(_Head):
    """``notes --json``."""

    notes: list[LinkedNote]


class SiteNames(TypedDict):
    """What a site's overlay calls an endpoint of the vendor's page."""

    origin: str
    label: str | None
    aliases: list[str]
    reference: str | None


class OtherName(TypedDict):
    """What other sources call an endpoint."""

    name: str
    sources: list[str]


class Endpoint(TypedDict):
    """A source or a destination."""

    id: str
    name: str
    kind: EndpointKind
    aliases: list[str]
    other_names: list[OtherName]
    description: str | None
    site_names: list[SiteNames]
    origin: str | None
    reference: str | None


class Endpoints(_Head):
    """``endpoints --json``."""

    endpoints: list[Endpoint]


class OtherStatements(_Head):
    """``statements --json``."""

    statements: list[OtherStatement]


class _Bundled(TypedDict):
    data_version: str
    unofficial: Literal[True]


class BundledEdition(TypedDict):
    """A bundled edition."""

    id: str
    aliases: list[str]
    title: str
    product: str
    release: str | None
    flows: int
    digest: Digest


class Editions(_Bundled):
    """``editions --json``."""

    editions: list[BundledEdition]


class OtherSource(TypedDict):
    """A source other than a whole port page."""

    id: str
    title: str
    publisher: str
    kind: SourceKind
    port_page: bool
    releases: list[str]
    probable_releases: list[str]
    why_probable: str | None
    releases_text: str
    date: str | None
    commit: str | None
    url: str | None
    seen: Seen
    missing: list[str]
    silent_on: list[str]
    remarks: list[str]
    statements: int


class OtherSources(_Bundled):
    """``sources --json``."""

    sources: list[OtherSource]


class KnownRelease(TypedDict):
    """A release, and the edition that serves it or is nearest."""

    id: str
    product: str
    edition: str | None
    grounds: Grounds
    nearest: str | None
    edition_text: str
    reason: str
    sources: list[str]


class Releases(_Bundled):
    """``releases --json``."""

    releases: list[KnownRelease]


class Preset(TypedDict):
    """The name of a deployment of one cloud."""

    name: str
    cloud: str
    aliases: list[str]


class Presets(_Head):
    """``presets --json``."""

    presets: list[Preset]


class Platform(TypedDict):
    """A platform that rules are written for, and the options it takes."""

    name: str
    aliases: list[str]
    options: list[OptionName]


class Platforms(_Bundled):
    """``platforms --json``."""

    platforms: list[Platform]


class Format(TypedDict):
    """A format that answers are exported in."""

    name: str
    suffix: str
    media_type: str
    binary: bool
    extra: str | None
    summary: str


class Formats(_Bundled):
    """``formats --json``."""

    formats: list[Format]


class Inferred(TypedDict):
    """A field of a rule's flow that the vendor does not state, and why."""

    flow: str
    field: str
    reason: str


class Rule(TypedDict):
    """A firewall rule, before any platform's syntax."""

    id: str
    source: str
    destination: str
    family: Literal[4, 6]
    sources: list[str]
    destinations: list[str]
    source_objects: list[str]
    destination_objects: list[str]
    internet: bool
    protocol: str
    protocol_number: Byte
    ports: list[PortRange]
    icmp_types: list[Byte]
    flows: list[str]
    reasons: list[str]
    inferred: list[Inferred]


class LeftOut(TypedDict):
    """Something without a rule, and why."""

    subject: str
    kind: str
    reason: str


class RuleOptions(TypedDict):
    """How rules were written; null for what the platform does not take."""

    name: str | None
    scope: Scope | None
    last_line: LastLine | None
    hook: Hook | None
    icmp_errors: bool | None
    syntax: Syntax | None
    header: bool | None
    partial: bool | None


class Rules(_Head):
    """``rules --json``."""

    deployment: DeploymentData
    platform: str
    options: RuleOptions
    is_complete: bool
    completeness: Completeness
    rules: list[Rule]
    left_out: list[LeftOut]
    gaps: list[str]
    gaps_not_asked: list[str]
    text: str | None


class Fault(TypedDict):
    """One thing that is wrong in a file."""

    rule: str
    path: str
    expected: str
    got: str
    nearest: str | None
    record: str | None


class CheckedFile(TypedDict):
    """A file, what is wrong with it, and which of its keys have no use."""

    file: str
    kind: (
        Literal["deployment", "overlay", "edition", "inventory", "source"]
        | None
    )
    is_sound: bool
    faults: list[Fault]
    unused: list[str]


class Check(TypedDict):
    """``check --json``; without an edition if the bundled one is broken."""

    edition: str | None
    data_version: str
    digest: Digest | None
    unofficial: Literal[True]
    files: list[CheckedFile]


class DigestAnswer(_Head):
    """``digest --json``."""

    expected: Digest | None
    is_as_expected: bool


class Drift(TypedDict):
    """``verify-source --json``."""

    edition: str
    unofficial: Literal[True]
    has_drifted: bool
    unchanged: list[str]
    changed: list[str]
    new: list[str]
    gone: list[str]


#: The answer of each command, in the order of the documentation.
ANSWERS: dict[str, type] = {
    "ports": ReportData,
    "explain": Explained,
    "show": Shown,
    "symptom": Symptoms,
    "notes": Notes,
    "endpoints": Endpoints,
    "statements": OtherStatements,
    "sources": OtherSources,
    "releases": Releases,
    "editions": Editions,
    "presets": Presets,
    "platforms": Platforms,
    "formats": Formats,
    "rules": Rules,
    "audit": AuditData,
    "diff": ChangesData,
    "upgrade": PlanData,
    "check": Check,
    "digest": DigestAnswer,
    "verify-source": Drift,
}


# -- data --------------------------------------------------------------------


def answer(shape: type[T], edition: EditionFacts, **data: Any) -> T:
    """Return an answer that names the data that it was made from.

    Args:
        shape: Its shape.
        edition: The edition that was queried.
        **data: The answer.
    """
    return fill(
        shape,
        identity(edition),
        unofficial=True,
        scope=OUT_OF_SCOPE,
        **data,
    )


def flow_data(flow: Flow, edition: Edition) -> FullFlow:
    """Return a flow with everything that is stated about it."""
    return fill(
        FullFlow,
        flow,
        source_name=edition.endpoints[flow.source].name,
        destination_name=edition.endpoints[flow.destination].name,
        ports=[*port_records(flow, edition)],
        when=when(flow, edition.facets),
        reason=requirement_text(flow, edition.facets),
        notes=edition.notes_on(flow.id),
    )


def statement_data(statement: Statement, edition: Edition) -> OtherStatement:
    """Return what another source states, in the words of an edition."""
    # Imported here: few answers have statements.
    from avi_portspec.beyond.wording import (
        case_text,
        releases_text,
        remarks_of,
        traffic_text,
    )

    return fill(
        OtherStatement,
        statement,
        releases_text=releases_text(statement),
        traffic=traffic_text(statement),
        case=case_text(statement, edition.facets),
        remarks=" ".join(remarks_of(statement)),
        ports=[
            {
                **port_keys(pair.protocol, pair.ports),
                "icmp_type": pair.icmp_type,
            }
            for pair in statement.protocol_ports()
        ],
        when=statement.when.describe(edition.facets, speaker=None),
    )


def decision_data(decision: Decision, edition: Edition) -> Decided:
    """Return the decision on a flow, and why."""
    return fill(
        Decided,
        decision,
        flow=flow_data(decision.flow, edition),
        decision=decision.status,
        facts=[
            {"facet": facet, "values": values}
            for facet, values in decision.facts
        ],
    )
