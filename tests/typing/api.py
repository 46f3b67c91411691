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
    Note,
    PortRange,
    ProtocolPorts,
)

edition = avi_portspec.load()
assert_type(edition, Edition)
assert_type(edition.flows, Flows)
assert_type(edition.endpoints, Catalog[Endpoint])
assert_type(edition.endpoints["SE"], Endpoint)
assert_type(edition.endpoints.get("SE"), Endpoint | None)
assert_type(edition.digest, str)
assert_type(edition.notes_on("a-flow"), tuple[Note, ...])

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
flows[0].id = FlowId("other")  # type: ignore[misc]
PortRange(1, 2)  # type: ignore[call-arg]
try:
    avi_portspec.load("own.toml")
except InvalidDataError as error:
    assert_type(error.faults, tuple[avi_portspec.Fault, ...])
