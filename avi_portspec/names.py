"""The types of ids, and the closed lists of words."""

from __future__ import annotations

import os
import re
from typing import Final, Literal, NewType, TypeAlias

__all__ = [
    "EDITION_ID",
    "KEBAB_ID",
    "RELEASE_ID",
    "Action",
    "Agreement",
    "ChangeAction",
    "ChangeKind",
    "Completeness",
    "DirectionReading",
    "EditionId",
    "EndpointId",
    "EndpointKind",
    "ExclusionId",
    "FacetId",
    "FlowId",
    "Form",
    "Grounds",
    "Grouping",
    "Hook",
    "InferableField",
    "LastLine",
    "NodeCount",
    "NoteId",
    "NoteKind",
    "OptionName",
    "Otherwise",
    "PlaceKind",
    "PointerId",
    "PresetName",
    "ReasonLevel",
    "Requirement",
    "Scope",
    "SectionId",
    "Seen",
    "Slip",
    "SourceId",
    "SourceKind",
    "Standing",
    "StatementId",
    "Status",
    "Syntax",
    "fold",
    "is_file_name",
]

EditionId = NewType("EditionId", str)
EndpointId = NewType("EndpointId", str)
ExclusionId = NewType("ExclusionId", str)
FlowId = NewType("FlowId", str)
NoteId = NewType("NoteId", str)
PointerId = NewType("PointerId", str)
SectionId = NewType("SectionId", str)
SourceId = NewType("SourceId", str)
StatementId = NewType("StatementId", str)

#: What an id looks like: lower-case words and numbers joined by hyphens.
KEBAB_ID: Final = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*", re.ASCII)

#: An edition's id may also be a release: ``16.2``, ``vantage-undated``.
EDITION_ID: Final = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*", re.ASCII)

#: A release, or a line of releases: ``22.1`` has ``22.1.4`` in it.
RELEASE_ID: Final = re.compile(r"\d{1,4}(?:\.\d{1,4}){0,3}", re.ASCII)

#: The properties of a deployment that a condition can ask about.
FacetId: TypeAlias = Literal["cloud", "controller", "feature", "service"]

#: How many nodes the Controller has, one or the three of a cluster.
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

#: What a condition answers for a deployment that has none of its values.
#:
#: ``no``: it does not hold; ``unstated``: the vendor's page is silent.
Otherwise: TypeAlias = Literal["no", "unstated"]

#: The kinds of place that a page has, in their order on the page.
PlaceKind: TypeAlias = Literal["lead-in", "row", "bullet", "note", "closing"]

#: How much depends on the reason for a field.
#:
#: ``routine``: nobody would read the vendor's page otherwise; ``assumed``:
#: another reading is possible; ``caution``: acting on it may break something.
ReasonLevel: TypeAlias = Literal["routine", "assumed", "caution", "site"]

#: The presets: the clouds of the newest bundled edition, by their ids.
PresetName: TypeAlias = Literal[
    "aws",
    "azure",
    "gcp",
    "kubernetes",
    "linux-server-cloud",
    "mesos",
    "no-orchestrator",
    "nsx-t",
    "openshift",
    "openstack",
    "vcenter",
]

#: How strongly the vendor's page asks for a flow.
#:
#: ``required``: always, where its condition holds; ``optional``: the product
#: works without it; ``some-or-all``: the page does not say which flows of a
#: group are needed; ``when-used``: needed once the service that it is for is
#: used.
Requirement: TypeAlias = Literal[
    "required", "optional", "some-or-all", "when-used"
]


#: What a step of an upgrade is, for one deployment.
#:
#: ``open``: allow more traffic; ``close``: some traffic is no longer needed;
#: ``review``: the data does not settle it, so a person decides; ``none``:
#: nothing to do.
Action: TypeAlias = Literal["open", "close", "review", "none"]

#: What a change means for a firewall, whatever the deployment.
#:
#: ``open``: allow more traffic where it applies; ``optional``: the same, for
#: traffic that nothing depends on; ``review``: a person decides; ``none``:
#: nothing to do. There is no ``close``: what one deployment no longer needs,
#: another may.
ChangeAction: TypeAlias = Literal["open", "optional", "review", "none"]

#: Whether a field's change is one of a fact, of its wording, or of its place
#: on the vendor's page.
ChangeKind: TypeAlias = Literal["meaning", "text", "citation"]

#: How a flow is written whose direction the vendor states doubtfully.
#:
#: ``stated``: with the two ends as they are stated; ``reversed``: with the
#: two reversed.
DirectionReading: TypeAlias = Literal["stated", "reversed"]

#: How complete the rules of one output are.
#:
#: ``complete``: every needed flow has its rules, and nothing is undocumented;
#: ``as-far-as-documented``: every needed flow has its rules, but the vendor
#: is silent on something, or rules it out without a substitute;
#: ``incomplete``: a needed flow has no rules.
Completeness: TypeAlias = Literal[
    "complete", "as-far-as-documented", "incomplete"
]

#: The fields of a flow that a page can leave out or state unclearly.
InferableField: TypeAlias = Literal[
    "source",
    "destination",
    "protocols",
    "ports",
    "service",
    "requirement",
    "when",
    "replaces",
    "icmp_types",
]

#: What flows can be grouped by.
Grouping: TypeAlias = Literal[
    "destination",
    "endpoint",
    "port",
    "protocol",
    "requirement",
    "section",
    "service",
    "source",
]

#: The decision on a flow for one deployment.
#:
#: ``needed``: allow it; ``optional``: the product works without it;
#: ``direction-unclear``: its condition holds, but the vendor leaves doubt
#: about who opens the connection, and the deployment does not say how to read
#: it; ``declined``: its condition holds, but the deployment states that the
#: site does not use it; ``replaced``: another flow replaces it;
#: ``not-applicable``: its condition does not hold; ``unsupported``: a note
#: rules it out for this deployment; ``unstated``: the vendor's page is silent.
Status: TypeAlias = Literal[
    "needed",
    "optional",
    "direction-unclear",
    "declined",
    "replaced",
    "not-applicable",
    "unsupported",
    "unstated",
]

#: What a statement of another source does to what the vendor's page states.
#:
#: ``agrees``: it states the same; ``narrows``: the same, for fewer cases or
#: with less traffic; ``differs``: the two contradict each other; ``adds``:
#: traffic or a case that the page does not have; ``excludes``: it states that
#: the traffic is not needed or not supported.
Agreement: TypeAlias = Literal[
    "agrees", "narrows", "differs", "adds", "excludes"
]

#: Who another source is by, the most trustworthy first.
SourceKind: TypeAlias = Literal[
    "vendor-documentation", "vendor-code", "vendor-field-team", "third-party"
]

#: How a source makes a statement.
#:
#: ``stated``: it says whether the traffic is needed; ``listed``: in a table
#: that does not say; ``rule``: its code opens the traffic; ``default``: the
#: default of a setting.
Form: TypeAlias = Literal["stated", "listed", "rule", "default"]

#: How much of a source was seen.
Seen: TypeAlias = Literal["whole", "part"]

#: How a port can be written wrongly, the most certain first.
Slip: TypeAlias = Literal[
    "known-error", "protocol-number", "protocol", "swapped-digits", "digit"
]

#: What an audit finds about one flow or one rule.
DeviationKind: TypeAlias = Literal[
    "missing",
    "denied",
    "partly",
    "unknown",
    "broad",
    "unexplained",
    "stated-elsewhere",
    "ruled-out",
    "not-here",
    "shadowed",
    "empty",
]
#: What an audit finds: a deviation; or a party or a role of which the role
#: map says nothing, a party or a filter of it that no file has, something
#: that could not be read, and what is wrong with an accepted deviation.
FindingKind: TypeAlias = Literal[
    DeviationKind,
    "unmapped",
    "unfiltered",
    "party-unmatched",
    "together-unmatched",
    "unread",
    "acceptance-ended",
    "acceptance-unmatched",
    "acceptance-too-wide",
]
#: How grave it is. What is unknown is neither good nor bad.
FindingLevel: TypeAlias = Literal["error", "warning", "note", "unknown"]

#: What is known of a source's word on a record of an edition.
#:
#: ``stated``: it makes a statement; ``inferred``: it does, and for which
#: release is inferred; ``unstated``: it was seen and is silent; ``unseen``:
#: the part that could say it was not seen, which proves nothing.
Standing: TypeAlias = Literal["stated", "inferred", "unstated", "unseen"]

#: On what grounds an edition serves a release; ``unknown``: none does.
Grounds: TypeAlias = Literal["stated", "inferred", "unknown"]

#: Which traffic rules judge.
#:
#: ``product``: traffic to or from an address of the product's own roles, and
#: no other; ``all``: everything that passes where the rules are in force.
Scope: TypeAlias = Literal["product", "all"]

#: Where rules are in force.
#:
#: ``forward``: on a router between the endpoints; ``host``: on a machine that
#: has an address of the product; ``bridge``: on a bridge between the
#: endpoints.
Hook: TypeAlias = Literal["forward", "host", "bridge"]

#: The last line of an access list that filters only the product's traffic.
#:
#: ``permit``: it permits all other traffic; ``none``: there is none, so that
#: other lines can follow.
LastLine: TypeAlias = Literal["permit", "none"]

#: The syntax of a Terraform configuration.
#:
#: ``json``: Terraform's own syntax in JSON, for a file ``.tf.json``; ``hcl``:
#: the one that people write and review, for a file ``.tf``.
Syntax: TypeAlias = Literal["json", "hcl"]

#: The options of rules. A platform takes some of them.
OptionName: TypeAlias = Literal[
    "name",
    "scope",
    "last_line",
    "hook",
    "icmp_errors",
    "syntax",
    "header",
    "partial",
]

#: The endings of the files that are read; capitals do not matter.
_FILE_ENDINGS: Final = (".toml", ".json")


def is_file_name(source: object) -> bool:
    """Return whether *source* is the path of a file of data.

    A path object is one, and so is a string of one line that ends in
    ``.toml`` or ``.json``, in capitals too. Any other string is a name, or
    the data itself. The disk is not consulted: the meaning of a call must not
    depend on which files exist.

    >>> from avi_portspec.names import is_file_name
    >>> is_file_name("site.TOML"), is_file_name('id = "site.toml"')
    (True, False)
    """
    if isinstance(source, str):
        return "\n" not in source and source.lower().endswith(_FILE_ENDINGS)
    return isinstance(source, os.PathLike)


def fold(name: str) -> str:
    """Return *name* as look-ups compare it: capitals do not matter."""
    return name.casefold()
