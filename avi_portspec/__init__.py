"""The port page of the Avi load balancer as data.

>>> import avi_portspec
>>> edition = avi_portspec.load()
>>> answer = edition.flows.select(source="Service Engine", port=8443)
>>> [flow.id for flow in answer]
['service-engine-to-controller-portal']

Unofficial: this is not a product of the load balancer's vendor.

Importing the package loads no data, and next to no code either: every name
below is fetched from its module when it is first used.
"""

from __future__ import annotations

from avi_portspec.version import DATA_VERSION, __version__

# Not from typing, which takes longer to import than all else here.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Any

    from avi_portspec.beyond.beside import SourcedText
    from avi_portspec.beyond.near import NearMiss
    from avi_portspec.beyond.queries import releases, sources, statements
    from avi_portspec.beyond.records import (
        Release,
        Statement,
        StatementSource,
    )
    from avi_portspec.changes.differences import Changes, diff
    from avi_portspec.changes.plan import UpgradePlan
    from avi_portspec.changes.records import (
        FieldChange,
        RecordChange,
        Step,
    )
    from avi_portspec.deployment.causes import Cause
    from avi_portspec.deployment.decisions import (
        Conflict,
        Decision,
        Explanation,
        Gap,
    )
    from avi_portspec.deployment.elsewhere import Elsewhere
    from avi_portspec.deployment.files import (
        dumps_deployment,
        load_deployment,
        loads_deployment,
    )
    from avi_portspec.deployment.overlay_records import (
        EndpointNames,
        Overlay,
        PortChange,
        SiteFlow,
        SiteNote,
    )
    from avi_portspec.deployment.resolution import Resolution
    from avi_portspec.deployment.symptoms import Symptom, Symptoms
    from avi_portspec.deployment.why import Why
    from avi_portspec.edition.edition import Edition
    from avi_portspec.edition.loading import editions, load, loads, loads_toml
    from avi_portspec.edition.presets import preset, presets
    from avi_portspec.errors import (
        CannotExpressError,
        Fault,
        InvalidDataError,
        InvalidQueryError,
        MissingExtraError,
        MixedEditionsError,
        NoEditionError,
        PortSpecError,
        UnknownNameError,
        UnresolvedError,
    )
    from avi_portspec.exporters import Format, export, formats
    from avi_portspec.model.catalog import Catalog
    from avi_portspec.model.conditions import (
        ALWAYS,
        AllOf,
        Always,
        Answer,
        AnyOf,
        Condition,
        Match,
        Unless,
    )
    from avi_portspec.model.facets import (
        AcceptedReading,
        DeclinedFlow,
        Deployment,
        Facet,
        FacetValue,
    )
    from avi_portspec.model.flows import (
        Endpoint,
        Exclusion,
        Flow,
        Note,
        Pointer,
        Reason,
        SiteNames,
    )
    from avi_portspec.model.flowset import Flows
    from avi_portspec.model.interfaces import Interface
    from avi_portspec.model.page import Citation, Extent, Section, Source
    from avi_portspec.model.ports import PortRange, ProtocolPorts
    from avi_portspec.model.protocols import ICMP, TCP, UDP, Protocol
    from avi_portspec.names import (
        EditionId,
        EndpointId,
        ExclusionId,
        FlowId,
        NoteId,
        PointerId,
        SectionId,
        SourceId,
        StatementId,
    )
    from avi_portspec.rules.inventory import (
        Inventory,
        load_inventory,
        loads_inventory,
    )
    from avi_portspec.rules.neutral import (
        Omission,
        ReturnRule,
        Rule,
        return_rules,
    )
    from avi_portspec.rules.peers import NamedObject, PodSelector
    from avi_portspec.rules.platforms import platforms
    from avi_portspec.rules.ruleset import RuleSet, rule_set
    from avi_portspec.rules.traffic import Bare, Message, Ported
    from avi_portspec.serialisation.files import dumps, dumps_toml
    from avi_portspec.serialisation.schema import json_schema

#: Where each public name lives. Type checkers read the imports above; a
#: test holds the two lists and ``__all__`` to one another.
_HOMES = {
    "beyond.beside": ("SourcedText",),
    "beyond.near": ("NearMiss",),
    "beyond.queries": ("releases", "sources", "statements"),
    "beyond.records": ("Release", "Statement", "StatementSource"),
    "changes.differences": ("Changes", "diff"),
    "changes.plan": ("UpgradePlan",),
    "changes.records": ("FieldChange", "RecordChange", "Step"),
    "deployment.causes": ("Cause",),
    "deployment.decisions": ("Conflict", "Decision", "Explanation", "Gap"),
    "deployment.elsewhere": ("Elsewhere",),
    "deployment.files": (
        "dumps_deployment",
        "load_deployment",
        "loads_deployment",
    ),
    "deployment.overlay_records": (
        "EndpointNames",
        "Overlay",
        "PortChange",
        "SiteFlow",
        "SiteNote",
    ),
    "deployment.resolution": ("Resolution",),
    "deployment.symptoms": ("Symptom", "Symptoms"),
    "deployment.why": ("Why",),
    "edition.edition": ("Edition",),
    "edition.loading": ("editions", "load", "loads", "loads_toml"),
    "edition.presets": ("preset", "presets"),
    "errors": (
        "CannotExpressError",
        "Fault",
        "InvalidDataError",
        "InvalidQueryError",
        "MissingExtraError",
        "MixedEditionsError",
        "NoEditionError",
        "PortSpecError",
        "UnknownNameError",
        "UnresolvedError",
    ),
    "exporters": ("Format", "export", "formats"),
    "model.catalog": ("Catalog",),
    "model.conditions": (
        "ALWAYS",
        "AllOf",
        "Always",
        "Answer",
        "AnyOf",
        "Condition",
        "Match",
        "Unless",
    ),
    "model.facets": (
        "AcceptedReading",
        "DeclinedFlow",
        "Deployment",
        "Facet",
        "FacetValue",
    ),
    "model.flows": (
        "Endpoint",
        "Exclusion",
        "Flow",
        "Note",
        "Pointer",
        "Reason",
        "SiteNames",
    ),
    "model.flowset": ("Flows",),
    "model.interfaces": ("Interface",),
    "model.page": ("Citation", "Extent", "Section", "Source"),
    "model.ports": ("PortRange", "ProtocolPorts"),
    "model.protocols": ("ICMP", "TCP", "UDP", "Protocol"),
    "names": (
        "EditionId",
        "EndpointId",
        "ExclusionId",
        "FlowId",
        "NoteId",
        "PointerId",
        "SectionId",
        "SourceId",
        "StatementId",
    ),
    "rules.inventory": ("Inventory", "load_inventory", "loads_inventory"),
    "rules.neutral": ("Omission", "ReturnRule", "Rule", "return_rules"),
    "rules.peers": ("NamedObject", "PodSelector"),
    "rules.platforms": ("platforms",),
    "rules.ruleset": ("RuleSet", "rule_set"),
    "rules.traffic": ("Bare", "Message", "Ported"),
    "serialisation.files": ("dumps", "dumps_toml"),
    "serialisation.schema": ("json_schema",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "ALWAYS",
    "DATA_VERSION",
    "ICMP",
    "TCP",
    "UDP",
    "AcceptedReading",
    "AllOf",
    "Always",
    "Answer",
    "AnyOf",
    "Bare",
    "CannotExpressError",
    "Catalog",
    "Cause",
    "Changes",
    "Citation",
    "Condition",
    "Conflict",
    "Decision",
    "DeclinedFlow",
    "Deployment",
    "Edition",
    "EditionId",
    "Elsewhere",
    "Endpoint",
    "EndpointId",
    "EndpointNames",
    "Exclusion",
    "ExclusionId",
    "Explanation",
    "Extent",
    "Facet",
    "FacetValue",
    "Fault",
    "FieldChange",
    "Flow",
    "FlowId",
    "Flows",
    "Format",
    "Gap",
    "Interface",
    "InvalidDataError",
    "InvalidQueryError",
    "Inventory",
    "Match",
    "Message",
    "MissingExtraError",
    "MixedEditionsError",
    "NamedObject",
    "NearMiss",
    "NoEditionError",
    "Note",
    "NoteId",
    "Omission",
    "Overlay",
    "PodSelector",
    "Pointer",
    "PointerId",
    "PortChange",
    "PortRange",
    "PortSpecError",
    "Ported",
    "Protocol",
    "ProtocolPorts",
    "Reason",
    "RecordChange",
    "Release",
    "Resolution",
    "ReturnRule",
    "Rule",
    "RuleSet",
    "Section",
    "SectionId",
    "SiteFlow",
    "SiteNames",
    "SiteNote",
    "Source",
    "SourceId",
    "SourcedText",
    "Statement",
    "StatementId",
    "StatementSource",
    "Step",
    "Symptom",
    "Symptoms",
    "UnknownNameError",
    "Unless",
    "UnresolvedError",
    "UpgradePlan",
    "Why",
    "__version__",
    "diff",
    "dumps",
    "dumps_deployment",
    "dumps_toml",
    "editions",
    "export",
    "formats",
    "json_schema",
    "load",
    "load_deployment",
    "load_inventory",
    "loads",
    "loads_deployment",
    "loads_inventory",
    "loads_toml",
    "platforms",
    "preset",
    "presets",
    "releases",
    "return_rules",
    "rule_set",
    "sources",
    "statements",
]


def __getattr__(name: str) -> Any:
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f"{__name__}.{home}"), name)
    # Kept, so that the next look-up finds it without coming here. The name
    # may also be that of a subpackage, which importing has just bound.
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
