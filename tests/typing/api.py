"""What type checkers make of the public names: checked, never run."""

from __future__ import annotations

from typing import assert_type

import avi_portspec
from avi_portspec import (
    Answer,
    Catalog,
    Deployment,
    Edition,
    Endpoint,
    Flow,
    FlowId,
    Flows,
    InvalidDataError,
    NamedObject,
    NearMiss,
    Note,
    PodSelector,
    PortRange,
    ProtocolPorts,
    Release,
    Statement,
    StatementSource,
)

edition = avi_portspec.load("vantage-undated")
assert_type(edition, Edition)
assert_type(edition.flows, Flows)
assert_type(edition.endpoints, Catalog[Endpoint])
assert_type(edition.endpoints["SE"], Endpoint)
assert_type(edition.endpoints.get("SE"), Endpoint | None)
assert_type(edition.digest, str)
assert_type(edition.notes_on("a-flow"), tuple[Note, ...])

assert_type(avi_portspec.statements(release="22.1"), Catalog[Statement])
assert_type(avi_portspec.sources()["a-source"], StatementSource)
assert_type(avi_portspec.releases()[0], Release)
assert_type(edition.conflicts()[0], Statement)
assert_type(edition.statements_on("a-flow"), Catalog[Statement])
assert_type(edition.near_misses("tcp", 22), tuple[NearMiss, ...])
assert_type(edition.accept("a", *avi_portspec.statements()), Edition)

flows = edition.flows.select(source="SE", port=[22, 443], protocol="tcp")
assert_type(flows, Flows)
assert_type(flows.unstated, Flows)
assert_type(flows[0], Flow)
assert_type(flows["a-flow"], Flow)
assert_type(flows[:2], Flows)
assert_type(flows.get("a-flow"), Flow | None)
assert_type(flows & flows, Flows)
assert_type(flows.ports(), tuple[ProtocolPorts, ...])
assert_type([flow.ports for flow in flows], list[tuple[PortRange, ...]])
assert_type(flows[0].id, FlowId)

here = Deployment(clouds=frozenset({"aws"}))
assert_type(flows[0].when.evaluate(here), Answer)

# Slips that a checker has to find: an ignore that is not needed is an error.
flows.select(sauce="SE")  # type: ignore[call-arg]
flows.exclude(sauce="SE")  # type: ignore[call-arg]
flows.exclude(port="443")  # type: ignore[arg-type]
# Closed words are Literal types, presets too. What Edition.resolve() takes is
# not: a site's own edition may have other clouds.
flows.select(requirement="requird")  # type: ignore[arg-type]
flows.exclude(requirement=["required", "optionl"])  # type: ignore[list-item]
flows.select(inferred="port")  # type: ignore[arg-type]
avi_portspec.statements(agreement="agree")  # type: ignore[arg-type]
flows.group_by("sauce")  # type: ignore[arg-type]
avi_portspec.preset("awss")  # type: ignore[arg-type]
answer = edition.resolve("aws")
assert_type(edition.resolve(here, beyond=True).beyond, Catalog[Statement])
edition.resolve("aws", beyond="30.2")  # type: ignore[arg-type]
edition.accept(["a"])  # type: ignore[arg-type]
answer.having("need")  # type: ignore[arg-type]
rules = avi_portspec.rule_set(
    answer, avi_portspec.load_inventory("a.toml", edition=edition)
)
rules.render("nftabels")  # type: ignore[arg-type]
avi_portspec.NamedObject(kind="tags", name="a")  # type: ignore[arg-type]
pods = avi_portspec.PodSelector(labels={"app": "dns"})
assert_type(
    rules.rules[0].source_objects, tuple[NamedObject | PodSelector, ...]
)
avi_portspec.export(answer, "cvs")  # type: ignore[arg-type]
# What is no attribute is found, although slots are filled when they are read.
_ = flows.typo  # type: ignore[attr-defined]
_ = edition.endpoints.typo  # type: ignore[attr-defined]
_ = answer.typo  # type: ignore[attr-defined]
_ = edition.typo  # type: ignore[attr-defined]
assert_type(edition.resolve(["aws", "vcenter"]).needed, Flows)
assert_type(answer.optional, Flows)
assert_type(answer.direction_unclear, Flows)
assert_type(answer.withheld, tuple[avi_portspec.Decision, ...])
answer.reading({"gcp-to-avi-vantage": "both"})  # type: ignore[dict-item]
flows[0].id = FlowId("other")  # type: ignore[misc]
PortRange(1, 2)  # type: ignore[call-arg]
try:
    avi_portspec.load("own.toml")
except InvalidDataError as error:
    assert_type(error.faults, tuple[avi_portspec.Fault, ...])
