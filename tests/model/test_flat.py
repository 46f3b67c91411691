"""Flat records, key by key."""

from __future__ import annotations

import json
from html import unescape
from typing import Any

import attrs
from example_data import example

import avi_portspec
from avi_portspec import DATA_VERSION, Edition, Protocol
from avi_portspec.model.display import VIEW, Row, silence_text, view
from avi_portspec.model.flat import (
    port_keys,
    port_records,
    reason_of,
    reasons_text,
    rows_of,
    stamp,
)
from avi_portspec.model.wording import reason_marks
from avi_portspec.serialisation.files import to_plain

LINES = """\
flows[0].protocols = ["tcp", "udp"]
flows[0].ports = [{"low": 20, "high": 23}, 80]
flows[0].service = "Shell"
flows[0].purpose = "To log in."
flows[0].requirement = "optional"
flows[0].when = {"facet": "cloud", "values": ["aws"], "unstated": ["gcp"]}
flows[0].replaces = ["engine-portal"]
flows[0].effect_if_blocked = "Nobody logs in."
flows[0].inferred = [{"field": "service", "reason": "It is 22."}]
flows[0].readings = [{"field": "ports", "reason": "To 23."}]
flows[1].protocols = ["icmp"]
flows[1].icmp_types = [8]
del flows[1].ports"""


GCP = {"facet": "cloud", "values": ["gcp"]}


def edition() -> Edition:
    """Return an edition, one of whose flows has every field."""
    return avi_portspec.loads(json.dumps(example(LINES)))


SHELL: dict[str, Any] = {
    "flow": "engine-shell",
    "decision": None,
    "source": "service-engine",
    "source_name": "Engine",
    "destination": "controller",
    "destination_name": "Controller",
    "protocol": "tcp",
    "protocol_number": 6,
    "port_low": 20,
    "port_high": 23,
    "icmp_type": None,
    "service": "Shell",
    "purpose": "To log in.",
    "requirement": "optional",
    "when": (
        "only if the cloud is AWS; the vendor's page does not say for GCP"
    ),
    "reason": (
        "Optional when the cloud is AWS; the vendor's page does not say for "
        "GCP."
    ),
    "effect_if_blocked": "Nobody logs in.",
    "replaces": "engine-portal",
    "replaced_by": "",
    "inferred": "service: It is 22.",
    "readings": "ports: To 23.",
    "notes": "shell-hint",
    "section": "first",
    "citation": "first, row 1, item 1",
    "origin": None,
    "reference": None,
}
PING: dict[str, Any] = {
    **SHELL,
    "flow": "engine-portal",
    "protocol": "icmp",
    "protocol_number": 1,
    "port_low": None,
    "port_high": None,
    "icmp_type": 8,
    "service": None,
    "purpose": None,
    "requirement": "required",
    "when": "always",
    "reason": "Required.",
    "effect_if_blocked": None,
    "replaces": "",
    "inferred": "",
    "readings": "",
    "notes": "",
    "citation": "first, row 2, item 1",
}


class TestRecords:
    """One dict a protocol and port range."""

    def test_every_key_has_its_value(self) -> None:
        """In the order of the documentation, with what it was made from."""
        made = edition()
        udp = {"protocol": "udp", "protocol_number": 17}
        one = {"port_low": 80, "port_high": 80}
        identity = {
            "edition": "example",
            "data_version": DATA_VERSION,
            "digest": made.digest,
        }
        expected = [SHELL, SHELL | one, SHELL | udp, SHELL | udp | one, PING]
        assert made.flows.to_records() == [
            record | identity for record in expected
        ]
        assert [*made.flows.to_records()[0]] == [*SHELL, *identity]

    def test_a_decision_gives_its_reason(self) -> None:
        """And its status, and what replaces the flow."""
        made = edition()
        (portal,) = [
            decision
            for decision in made.resolve("aws")
            if decision.flow.id == "engine-portal"
        ]
        (record,) = port_records(portal.flow, made, portal)
        assert record["decision"] == portal.status == "replaced"
        assert record["replaced_by"] == "engine-shell"
        assert record["reason"] == portal.reason
        (row,) = rows_of(portal.flow, made, portal)
        assert reason_of(row) == portal.reason

    def test_several_ids_are_words(self) -> None:
        """In the order that they have in the flow."""
        made = edition()
        flow = attrs.evolve(
            made.flows[0], replaces=("b-a", "a-b"), notes=("d-c", "c-d")
        )
        (decision, *_) = made.resolve("aws")
        replaced = attrs.evolve(decision, replaced_by=("f-e", "e-f"))
        record, *_ = port_records(flow, made, replaced)
        assert record["replaces"] == "b-a a-b"
        assert record["notes"] == "d-c c-d"
        assert record["replaced_by"] == "f-e e-f"

    def test_a_protocol_without_a_name_is_its_number(self) -> None:
        """As text in the one key, so that no key has two types."""
        keys = port_keys(Protocol.of(97), None)
        assert keys["protocol"] == "97"
        assert keys["protocol_number"] == 97

    def test_they_say_what_they_were_made_from(self) -> None:
        """In a line, too."""
        made = edition()
        assert stamp(made) == (
            f"example, data version {DATA_VERSION}, SHA-256 {made.digest}"
        )

    def test_reasons_are_named_by_their_fields(self) -> None:
        """For machines, and for people."""
        flow = edition().flows[0]
        assert reasons_text(flow.inferred * 2) == (
            "service: It is 22. service: It is 22."
        )
        assert reason_marks(flow.inferred, flow.readings) == [
            "Not stated by the vendor (service): It is 22.",
            "Interpreted (ports): To 23.",
        ]


class TestData:
    """A record as the data of a file."""

    def test_it_is_written_as_it_was_read(self) -> None:
        """Every form of ports, protocols and conditions; no default.

        The edition has no pointers, so the file has no list of them.
        """
        aws = {"facet": "cloud", "values": ["aws"]}
        both = {"all": [aws, {"unless": {"any": [aws, GCP]}}]}
        lines = "\n".join(
            [
                LINES,
                "flows[1].protocols = [97]",
                "del flows[1].icmp_types",
                f"flows[1].when = {json.dumps(both)}",
            ]
        )
        data = example(lines)
        assert to_plain(avi_portspec.loads(json.dumps(data))) == data


class TestTables:
    """The same for people."""

    def test_a_table_without_columns_has_six(self) -> None:
        """With names, and what applies when."""
        made = edition()
        headings, rows = view(Row(flow, made) for flow in made.flows)
        assert headings == (
            *("Source", "Destination", "Ports", "Service", "Requirement"),
            "When",
        )
        condition = SHELL["when"]
        ends = ("Engine", "Controller")
        assert rows == (
            (
                *ends,
                "TCP or UDP 20-23 and 80",
                "Shell",
                "optional",
                condition,
            ),
            (*ends, "ICMP echo request", "", "required", "always"),
        )
        assert len({column.name for column in VIEW}) == len(VIEW)

    def test_a_row_may_be_of_one_pair(self) -> None:
        """The others are in rows of their own."""
        made = edition()
        rows = [row for flow in made.flows for row in rows_of(flow, made)]
        assert [cells[2] for cells in view(rows)[1]] == [
            *("TCP 20-23", "TCP 80", "UDP 20-23", "UDP 80"),
            "ICMP echo request",
        ]

    def test_silence_is_a_sentence(self) -> None:
        """Which names each flow; without any, there is none."""
        made = edition()
        assert silence_text([], made) == ""
        assert silence_text(made.flows, made) == (
            "The vendor's page does not say whether these apply: Engine to "
            "Controller, TCP or UDP 20-23 and 80; Engine to Controller, ICMP "
            "echo request."
        )

    def test_a_notebook_has_the_same_cells(self) -> None:
        """Each escaped, and the silence below."""
        made = edition()
        answer = made.flows.select(cloud="gcp")
        html = unescape(answer._repr_html_())
        assert "<caption>Flows of example: 1 flow, 1 more unstated</" in html
        assert html.endswith(f">{silence_text(answer.unstated, made)}</p>")
        assert html.count("<tr>") == 2
        assert str(answer).splitlines()[-1] == silence_text(
            answer.unstated, made
        )
        assert str(made.flows.select(port=9)).splitlines()[-1] == (
            "(no flows)"
        )
