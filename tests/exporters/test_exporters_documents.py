"""What documents and tickets say."""

from __future__ import annotations

import csv
import io
import json
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import attrs
import pytest
import yaml
from deployment_space import names_in
from hostile import edition as hostile_edition
from hypothesis import given
from hypothesis import strategies as st

import avi_portspec
from avi_portspec import (
    Deployment,
    Edition,
    Flow,
    InvalidDataError,
    InvalidQueryError,
    Inventory,
    Reason,
    loads_inventory,
    preset,
    strategies,
)
from avi_portspec.cli import main
from avi_portspec.documents.blocks import (
    Bullets,
    Code,
    Document,
    Heading,
    Paragraph,
    Table,
)
from avi_portspec.exporters.document import answer_document, ticket_document
from avi_portspec.exporters.report import report_on

#: A flow that a site added, open on one cloud, and ports that it changed.
SITE = """
id = "berlin"
title = "Site Berlin"

[[endpoints]]
id = "jump-host"
name = "Jump host"
kind = "client"

[[flows]]
id = "jump-host-to-controller-ssh"
source = "jump-host"
destination = "controller"
protocols = ["tcp"]
ports = [22]
purpose = "Administrators come from here."
when = { facet = "cloud", values = ["aws"], unstated = ["openshift"] }

[[changes]]
flow = "external-to-controller-https"
ports = [9443]
reason = "The portal moved."
"""
#: Ports that a site changed, and nothing else.
CHANGE = (
    SITE[: SITE.index("[[endpoints]]")] + SITE[SITE.index("[[changes]]") :]
)
OWN = "jump-host-to-controller-ssh"
CHANGED = "external-to-controller-https"


#: The addresses of the worked example.
ADDRESSES = """
controller = ["10.10.1.11", "10.10.1.12", "10.10.1.13"]
service-engine = ["172.31.8.0/22"]
external-network-services = ["10.99.0.0/24"]
dns-server = ["10.50.0.53"]
ntp-server = ["10.50.0.123"]
aws = ["0.0.0.0/0"]
controller-gateway = ["10.10.1.1"]
shared = ["0.0.0.0/0"]
"""
#: Its ticket, as it was read and approved.
TICKET = (Path(__file__).parent / "ticket.md").read_text(encoding="utf-8")


def ticket_on(subject: Any, *, only: Iterable[Flow] | None = None) -> Document:
    """Return the change request on a subject."""
    report = report_on(subject)
    if only is not None:
        report = report.only([*only])
    return ticket_document(report)


def document_on(subject: Any) -> Document:
    """Return the document on a subject."""
    report = report_on(subject)
    assert report is not None
    return answer_document(report)


def tables(document: Document) -> dict[str, Table]:
    """Return a document's tables by their captions."""
    return {b.caption: b for b in document.blocks if isinstance(b, Table)}


def under(document: Document, heading: str) -> tuple[Any, ...]:
    """Return the block that follows a heading."""
    at = document.blocks.index(Heading(heading))
    return document.blocks[at + 1]


def after(document: Document, heading: str) -> tuple[Any, ...]:
    """Return all blocks that follow a heading."""
    at = document.blocks.index(Heading(heading))
    return document.blocks[at + 1 :]


#: GCP, where nobody polls.
DECLINED = """
clouds = ["gcp"]
[[declined]]
flow = "external-to-controller-snmp"
reason = "not polled"
"""


#: A source of purposes that the vendor's page does not state.
SECURE = "Secure communication between Controller and Service Engine, 20.1"


class TestTicket:
    """A change request that a board reads in two minutes."""

    def rules(self, subject: Any, **given: Any) -> list[dict[str, str]]:
        """Return the rules that are requested, by heading."""
        table = tables(ticket_on(subject, **given))["Rules"]
        return [
            dict(zip(table.headings, row, strict=True)) for row in table.rows
        ]

    def fields(self, subject: Any, **given: Any) -> dict[str, str]:
        """Return what the request says of itself."""
        return dict(tables(ticket_on(subject, **given))["Request"].rows)  # type: ignore[arg-type]

    def test_of_two_protocols_both_are_needed(self, edition: Edition) -> None:
        """A board reads that the vendor's choice is no choice here."""
        deployment = Deployment(clouds={"aws"}, services={"ldap"})
        text = avi_portspec.export(edition.resolve(deployment), "ticket")
        assert isinstance(text, str)
        assert "both TCP and UDP are needed (the vendor says TCP or" in text
        aws = avi_portspec.export(edition.resolve("aws"), "ticket")
        assert isinstance(aws, str)
        assert "both TCP and UDP" not in aws

    def test_one_ticket_as_a_person_wrote_it(self, edition: Edition) -> None:
        """The worked example, from beginning to end."""
        site = loads_inventory(ADDRESSES, edition=edition)
        services = {"dns", "ntp"}
        asked = preset("aws", services=services, features={"cli-shell"})
        text = avi_portspec.export(
            edition.resolve(asked), "ticket", inventory=site
        )
        assert text == TICKET.replace("DIGEST", edition.digest)

    def test_it_is_read_in_two_minutes(self) -> None:
        """At 250 words a minute, as people read who know the subject."""
        words = re.findall(r"[A-Za-z][\w'-]*", TICKET.replace("<br>", " "))
        assert len(words) <= 2 * 250

    def test_sections_are_always_there(self, edition: Edition) -> None:
        """A board has to see that each was looked at."""
        for name in avi_portspec.presets():
            document = ticket_on(edition.resolve(name))
            headings = [
                block.text
                for block in document.blocks
                if isinstance(block, Heading)
            ]
            unclear = ["Direction not clear"] if name == "gcp" else []
            assert headings == [
                *unclear,
                "Allow (stateful; replies are implied)",
                "Optional, not requested",
                "Not documented by the vendor",
                "Assumptions",
            ]

    def test_an_empty_section_says_so(self, edition: Edition) -> None:
        """In a sentence, and with what is out of scope."""
        answer = edition.resolve("aws")
        only = [flow for flow in answer.needed if flow.service == "SSH"]
        document = ticket_on(answer, only=only)
        nothing = "Nothing for this deployment."
        assert under(document, "Optional, not requested") == Paragraph(nothing)
        assert under(document, "Assumptions") == Paragraph(nothing)
        block = under(document, "Not documented by the vendor")
        assert isinstance(block, Paragraph)
        assert block.text.startswith(nothing)
        assert "virtual services, pool members, health monitors" in block.text

    def test_nothing_to_allow(self, edition: Edition) -> None:
        """Then there is nothing to roll back either."""
        found = edition.flows.select(port=1)
        document = ticket_on(found)
        heading = "Allow (stateful; replies are implied)"
        assert under(document, heading) == Paragraph("No rule is requested.")
        assert self.fields(found)["Rollback"] == "Nothing to remove"
        block = under(document, "Optional, not requested")
        assert block == Paragraph("Nothing for these flows.")

    def test_a_person_fills_in_the_rest(self, edition: Edition) -> None:
        """The day, the names and the window are left blank."""
        fields = self.fields(edition.resolve("aws"))
        assert [name for name, entry in fields.items() if not entry] == [
            *("Date", "Requested by", "Approved by", "Change window"),
            "Valid until",
        ]
        assert fields["Rollback"] == (
            "Remove rules 1 to 5, except what was allowed before"
        )
        ssh = edition.flows["external-to-controller-ssh"]
        one = ticket_on(edition.resolve("aws"), only=[ssh])
        rows = dict(tables(one)["Request"].rows)  # type: ignore[arg-type]
        assert rows["Rollback"] == (
            "Remove rule 1, except what was allowed before"
        )
        assert rows["Deployment"].endswith(" (a selection of its flows)")

    @pytest.mark.parametrize(
        ("clouds", "title"),
        [
            ({"aws"}, "Avi Controller managing AWS"),
            ({"aws", "vcenter"}, "Avi Controller managing AWS and vCenter"),
            ({"no-orchestrator"}, "Avi Controller without an orchestrator"),
        ],
    )
    def test_the_title_says_what_it_is_for(
        self, edition: Edition, clouds: set[str], title: str
    ) -> None:
        """The Controller, and what it manages."""
        answer = edition.resolve(Deployment(clouds=clouds))
        made = ticket_on(answer)
        assert made.title == f"Firewall change request: {title}"

    def test_an_edition_without_a_controller(self) -> None:
        """Its product stands in the title."""
        made = hostile_edition("Thing").resolve(Deployment(clouds={"yes"}))
        assert ticket_on(made).title == (
            "Firewall change request: Thing managing Thing yes"
        )

    def test_silence_is_named_and_not_requested(
        self, edition: Edition
    ) -> None:
        """It stands apart, and somebody has to decide about it."""
        answer = edition.resolve("openshift")
        block = after(ticket_on(answer), "Not documented by the vendor")
        assert block[0].text.startswith("Not requested. Decide about these")
        assert block[1] == Bullets(
            (
                (
                    "The port from Service Engine to Service Engine on "
                    "OpenShift. Elsewhere it is TCP 4001 or TCP 9001. "
                    f"{answer.elsewhere[0].text}"
                ),
            )
        )
        ports = {row["Protocol and ports"] for row in self.rules(answer)}
        assert not [text for text in ports if "4001" in text or "9001" in text]

    def test_conflicts_stand_above_the_rules(self, edition: Edition) -> None:
        """In a section of their own, in words, and nowhere denied."""
        docker = preset("openstack", controller="container")
        document = ticket_on(edition.resolve(docker))
        headings = [b.text for b in document.blocks if isinstance(b, Heading)]
        assert headings[:2] == [
            "Conflicts",
            "Allow (stateful; replies are implied)",
        ]
        assert after(document, "Conflicts")[1] == Bullets(
            tuple(
                f"TCP 5098 from {source} to Controller is not supported on "
                "OpenStack, and no other SSH port is documented."
                for source in ("Controller", "Service Engine")
            )
        )
        assert "no-container-port-in-openstack" not in str(document)
        block = under(document, "Not documented by the vendor")
        assert isinstance(block, Paragraph)
        assert block.text.startswith("Only the port of each conflict above. ")
        assert "Nothing for this deployment" not in str(document)

    def test_cautions_stand_above_the_rules(self, edition: Edition) -> None:
        """Acting on one of them may break something."""
        block = after(
            ticket_on(edition.flows.select(source="GCP")),
            "Allow (stateful; replies are implied)",
        )
        assert block[0] == Paragraph(
            "Caution: GCP to Avi Vantage, TCP 443: Direction as the vendor "
            "states it. More likely the Controller connects to GCP."
        )
        assert isinstance(block[1], Table)

    def test_what_applies_and_is_not_requested(self, edition: Edition) -> None:
        """Above the rules, with what to do; in a document as well."""
        where = avi_portspec.loads_deployment(DECLINED)
        for document in (
            ticket_on(edition.resolve(where)),
            answer_document(report_on(edition.resolve(where))),
        ):
            first, listed, *_ = after(document, "Direction not clear")
            assert isinstance(first, Paragraph)
            assert "[[readings]]" in first.text
            (item,) = listed.items
            assert item.startswith("TCP 443 from GCP to Avi Vantage: ")
            assert item.endswith("connects to GCP. (gcp-to-avi-vantage)")
            (item,) = after(document, "Declined by the site")[0].items
            assert item == (
                "UDP 161 (SNMP) from External network services to "
                "Controller: not polled (the site's deployment file). "
                "(external-to-controller-snmp)"
            )
            tables = [b for b in document.blocks if isinstance(b, Table)]
            assert "SNMP" not in str(tables)
        assert "--deployment FILE`" in avi_portspec.export(
            edition.resolve(where), "ticket"
        )

    def test_an_accepted_direction(self, edition: Edition) -> None:
        """A rule like any other, which says who accepted what."""
        reading = 'clouds = ["gcp"]\n[[readings]]\n'
        reading += 'flow = "gcp-to-avi-vantage"\ndirection = "reversed"\n'
        where = avi_portspec.loads_deployment(reading)
        text = avi_portspec.export(edition.resolve(where), "ticket")
        (row,) = [line for line in text.splitlines() if "| GCP |" in line]
        assert "| Avi Vantage | GCP | TCP 443 |" in row
        assert "irection as accepted: reversed" in row
        assert "Caution" not in text

    def test_exclusions_are_named(self, edition: Edition) -> None:
        """A reviewer may ask for the other direction."""
        texts = [
            block.text
            for block in ticket_on(edition.resolve("aws")).blocks
            if isinstance(block, Paragraph)
        ]
        (advice,) = [text for text in texts if "No rule from" in text]
        assert advice.endswith(
            "No rule from Controller to Service Engine: the vendor requires "
            "none."
        )
        assert "never the cluster IP" in advice

    def test_the_author_is_not_the_vendor(self, edition: Edition) -> None:
        """The last paragraph says so, once, with page and digest."""
        *_, last, command = ticket_on(edition.resolve("aws")).blocks
        assert isinstance(last, Paragraph)
        assert last.text.startswith("Unofficial.")
        assert "neither reviewed nor endorsed" in last.text
        assert f"“{edition.source.title}”" in last.text
        assert edition.digest in last.text
        basis = self.fields(edition.resolve("aws"))["Basis"]
        assert avi_portspec.DATA_VERSION in basis
        assert avi_portspec.DATA_VERSION not in last.text
        site = ticket_on(edition.overlay(SITE)).blocks[-2]
        assert isinstance(site, Paragraph)
        assert "and the site's overlay berlin (Site Berlin)." in site.text
        assert isinstance(command, Code)

    @pytest.mark.parametrize(
        "deployment",
        [
            preset("aws"),
            preset("openstack", controller="container", nodes="single-node"),
            Deployment(
                clouds={"aws", "vcenter"},
                services={"dns"},
                features={"cli-shell"},
                release="30.2.1",
            ),
        ],
    )
    def test_the_command_lists_the_same_flows(
        self, edition: Edition, deployment: Deployment, tmp_path: Path
    ) -> None:
        """Typed as it stands, it prints their ids and citations."""
        answer = edition.resolve(deployment)
        command = ticket_on(answer).blocks[-1]
        assert isinstance(command, Code)
        path = tmp_path / "flows.csv"
        program, *words = command.text.split()
        assert program == "avi-portspec"
        assert main([*words, "--output", str(path)]) == 0
        with path.open(encoding="utf-8") as file:
            rows = [*csv.DictReader(file)]
        assert {row["digest"] for row in rows} == {edition.digest}
        found = {r["flow"] for r in rows if r["decision"] != "unsupported"}
        shown = answer.having("needed", "optional", "unstated")
        # What no flow covers has a row without a flow.
        silent = {""} if any(not gap.flows for gap in answer.gaps) else set()
        assert found == {*shown.ids()} | silent

    def test_other_data_are_files_in_the_command(
        self, edition: Edition
    ) -> None:
        """Only their owner knows where they are."""
        own = ticket_on(hostile_edition("a")).blocks[-1]
        assert isinstance(own, Code)
        assert own.text.endswith(" csv --edition-file FILE")
        site = ticket_on(edition.overlay(SITE)).blocks[-1]
        assert isinstance(site, Code)
        assert site.text.endswith(
            " --edition vantage-undated --overlay berlin.toml"
        )

    def test_accepted_statements_are_options_in_the_command(
        self, edition: Edition, tmp_path: Path
    ) -> None:
        """They are in no file; an overlay of that name is."""
        names = ("tanzu-ports-vcenter", "gcp-module-tunnel")
        accepted = edition.accept(*names)
        command = ticket_on(accepted.resolve("vcenter")).blocks[-1]
        assert isinstance(command, Code)
        said = " ".join(f"--accept {name}" for name in names)
        assert f"--edition vantage-undated {said} --cloud" in command.text
        path = tmp_path / "flows.csv"
        words = command.text.split()[1:]
        assert main([*words, "--output", str(path)]) == 0
        assert accepted.digest in path.read_text(encoding="utf-8")
        own = edition.overlay(SITE.replace('"berlin"', '"accepted"'))
        command = ticket_on(own).blocks[-1]
        assert isinstance(command, Code)
        assert command.text.endswith(" --overlay accepted.toml")

    def test_each_reason_says_which_port_it_is_for(
        self, edition: Edition
    ) -> None:
        """What some clouds need says so, what all have is said once."""
        both = Deployment(clouds={"aws", "vcenter"}, features={"cli-shell"})
        why = {
            (rule["Source"], rule["Destination"]): rule["Why"]
            for rule in self.rules(edition.resolve(both))
        }
        peers = why["Service Engine", "Service Engine"]
        assert peers.splitlines()[:2] == [
            "Object store shared by Service Engines",
            "TCP 4001: required on AWS",
        ]
        assert peers.splitlines()[2].startswith("TCP 9001: required on vC")
        assert why["Controller", "Controller"].splitlines()[1] == (
            f"TCP 443: API server ({SECURE})"
        )
        # The source of that is named once, where a board reads it first.
        assert why["External network services", "Controller"] == (
            "TCP 22: required (no purpose known)\n"
            "TCP 443: API server (see rule 1)\n"
            "TCP 5054: remote CLI shell\n"
            "UDP 161: SNMP agent on the Controller"
        )
        # Where all that there is needs it, that is not said.
        alone = self.rules(edition.resolve("aws"))
        assert "Object store shared by Service Engines" in {
            rule["Why"] for rule in alone
        }

    def test_what_is_no_connection_is_tested_by_use(
        self, edition: Edition
    ) -> None:
        """Nothing answers a connection over UDP."""
        answer = edition.resolve("aws")
        tcp = "From each source, connect to each destination over TCP"
        udp = f"{tcp}; test UDP by using NTP and SNMP"
        assert self.fields(answer)["Test"] == udp
        only = [flow for flow in answer.needed if flow.service == "SSH"]
        assert self.fields(answer, only=only)["Test"] == tcp

    def test_without_a_deployment_it_warns(self, edition: Edition) -> None:
        """Rows can be alternatives to one another."""
        found = edition.flows.select(service="SSH")
        assert (
            "alternatives to one another" in self.fields(found)["Deployment"]
        )
        rules = self.rules(found)
        assert [rule["Why"].split("\n")[0] for rule in rules][:2] == [
            "Unless the Controller is a container",
            (
                "If the Controller is a container, not on OpenStack; replaces "
                "TCP 22"
            ),
        ]
        assert len(rules) == len(found)

    def test_without_a_deployment_silence_is_named(
        self, edition: Edition
    ) -> None:
        """A bullet for each pair."""
        found = edition.flows.select(source="SE", destination="SE")
        block = after(ticket_on(found), "Not documented by the vendor")
        assert block[1] == Bullets(
            (
                (
                    "Service Engine to Service Engine, ObjStore: not "
                    "documented for OpenShift, Kubernetes or Mesos (DC/OS), "
                    "or without an orchestrator."
                ),
            )
        )

    def test_an_assumption_says_what_it_is_about(
        self, edition: Edition
    ) -> None:
        """Where a rule has more flows than it is true of."""
        answer = edition.resolve("openstack")
        block = under(ticket_on(answer), "Assumptions")
        assert isinstance(block, Bullets)
        for number, item in enumerate(block.items):
            assert item.startswith(f"[{'abcdef'[number]}] Assumed: ")
        flow = edition.flows["service-engine-to-controller-ntp"]
        reason = Reason(field="requirement", reason="it is so")
        marked = attrs.evolve(flow, inferred=(reason,))
        changed = attrs.evolve(
            edition, flows=[marked if f == flow else f for f in edition.flows]
        )
        block = under(ticket_on(changed.resolve("aws")), "Assumptions")
        assert isinstance(block, Bullets)
        assert block.items[1] == "[b] Assumed: UDP 123: it is so."


#: A cell of ports, as the specification has it, and what it is made of.
PORTS = re.compile(
    r"(TCP|UDP)( or (TCP|UDP))? \d+(-\d+)?(, \d+(-\d+)?)*"
    r"|ICMP echo( request)?"
)


#: The table of a document.
OPEN = "Ports to open"


def parts_of(cell: str) -> Iterator[str]:
    """Yield each protocol and port of a cell, without the services."""
    for line in re.sub(r" \([^)]*\)", "", cell).splitlines():
        assert PORTS.fullmatch(line), line
        protocols, numbers = re.split(" (?=[0-9]|echo)", line, maxsplit=1)
        for protocol in protocols.split(" or "):
            for number in numbers.split(", "):
                yield f"{protocol} {number}"


def asked_for(answer: Any, status: Any) -> Counter[tuple[str, str, str]]:
    """Return what is decided so: both names, and each port of each flow."""
    ends = answer.edition.endpoints
    return Counter(
        (ends[flow.source].label, ends[flow.destination].label, str(pair))
        for flow in answer.having(status)
        for pair in flow.protocol_ports()
    )


class TestLaws:
    """For every deployment of every bundled edition."""

    @given(st.data(), st.sampled_from(avi_portspec.editions()))
    def test_a_ticket_is_whole(self, data: st.DataObject, name: str) -> None:
        """Each needed port once; each exclusion, gap and conflict named."""
        edition = avi_portspec.load(name)
        deployment = data.draw(
            strategies.deployments(edition.facets).filter(lambda d: d.clouds)
        )
        answer = edition.resolve(deployment)
        document = ticket_on(answer)
        found = tables(document)
        for caption, status, at in (
            ("Rules", "needed", 1),
            ("Optional", "optional", 0),
        ):
            rows = found[caption].rows if caption in found else ()
            assert asked_for(answer, status) == Counter(
                (row[at], row[at + 1], part)
                for row in rows
                for part in parts_of(row[at + 2])
            )
        cells = [row[2] for row in tables(document_on(answer))[OPEN].rows]
        assert not [cell for cell in cells if not PORTS.fullmatch(cell)]
        assert len(cells) == len(answer.having("needed", "optional"))
        pairs = [row[1:3] for row in found["Rules"].rows]
        assert len({*pairs}) == len(pairs)
        text = "\n".join(map(str, document.blocks))
        for gap in answer.gaps:
            for said in names_in(gap, edition):
                assert said in text
        for conflict in answer.conflicts:
            flow = edition.flows[conflict.flow]
            ends = (
                edition.endpoints[flow.source],
                edition.endpoints[flow.destination],
            )
            (pair,) = flow.protocol_ports()
            source, destination = (end.label for end in ends)
            assert f"{pair} from {source} to {destination} is not" in text
        for exclusion in edition.exclusions:
            source = edition.endpoints[exclusion.source].label
            destination = edition.endpoints[exclusion.destination].label
            assert f"from {source} to {destination}: the vendor" in text
        # No letter without its note, no note without its letter.
        letters = {*re.findall(r"\[([a-z]+)\]'", text)}
        notes = {*re.findall(r"\[([a-z]+)\] Assumed: ", text)}
        assert letters == notes


class TestAddresses:
    """An inventory gives the names addresses, and invents none."""

    def test_what_is_missing_is_said(self, edition: Edition) -> None:
        """In its cell, and once above."""
        site = loads_inventory(
            'controller = ["10.0.0.1"]\ncluster-ip = "10.0.0.9"\n'
            "cluster-ip-is-destination = true\n",
            edition=edition,
        )
        answer = edition.resolve("aws")
        only = edition.flows.select(port=22)
        report = report_on(answer).only(only).at(site)
        document = ticket_document(report)
        found = tables(document)
        fields = dict(found["Request"].rows)  # type: ignore[arg-type]
        assert fields["Addresses"] == (
            "From the site's inventory. Rules 2 and 3 cannot be implemented: "
            "no address is given for Service Engine and External network "
            "services."
        )
        assert [row[1:3] for row in found["Rules"].rows] == [
            (
                "Controller\n10.0.0.1",
                "Controller\n10.0.0.1, cluster IP 10.0.0.9",
            ),
            (
                "Service Engine\nno address given",
                "Controller\n10.0.0.1, cluster IP 10.0.0.9",
            ),
            (
                "External network services\nno address given",
                "Controller\n10.0.0.1, cluster IP 10.0.0.9",
            ),
        ]

    @pytest.mark.parametrize("name", ["json", "yaml", "toml"])
    def test_in_data(self, edition: Edition, name: Any) -> None:
        """As lists; without an inventory there are no keys."""
        site = loads_inventory(ADDRESSES, edition=edition)
        answer = edition.resolve("aws")
        readers = {"json": json.loads, "yaml": yaml.safe_load}
        read = readers.get(name, tomllib.loads)
        data = read(str(avi_portspec.export(answer, name, inventory=site)))
        by_flow = {record["flow"]: record for record in data["records"]}
        record = by_flow["service-engine-to-controller-ntp"]
        assert record["source_address"] == ["172.31.8.0/22"]
        assert record["destination_address"] == [
            *("10.10.1.11", "10.10.1.12/31"),
        ]
        assert (
            by_flow["service-engine-to-gateway-echo"]["destination_address"]
            == []
        )
        plain = read(str(avi_portspec.export(answer, name)))
        assert "source_address" not in plain["records"][0]

    def test_in_csv(self, edition: Edition) -> None:
        """In columns beside the names, separated by spaces."""
        site = loads_inventory(ADDRESSES, edition=edition)
        answer = edition.resolve("aws")
        text = str(avi_portspec.export(answer, "csv", inventory=site))
        reader = csv.DictReader(io.StringIO(text))
        row = next(reader)
        names = [*(reader.fieldnames or ())]
        assert names[3:7] == [
            *("source_name", "source_address", "destination"),
            "destination_name",
        ]
        assert names[7] == "destination_address"
        assert row["source_address"] == "10.10.1.11 10.10.1.12/31"
        plain = str(avi_portspec.export(answer, "csv"))
        assert "address" not in plain.splitlines()[0]

    CLUSTER = (
        'controller = ["10.10.1.11", "10.10.1.12"]\n'
        'cluster-ip = "10.10.1.13"\n'
    )

    def test_the_cluster_ip_is_named_and_assumed(
        self, edition: Edition
    ) -> None:
        """It is no part of a range, and the vendor has not documented it."""
        site = loads_inventory(
            f"{self.CLUSTER}cluster-ip-is-destination = true\n",
            edition=edition,
        )
        report = report_on(edition.resolve("aws")).at(site)
        document = ticket_document(report)
        for rule in tables(document)["Rules"].rows:
            assert "cluster IP" not in rule[1]
            reached = rule[2].startswith("Controller\n")
            assert (", cluster IP 10.10.1.13" in rule[2]) == reached
            assert (rule[4][-3:] == "[a]") == reached
        assert "10.10.1.11-13" not in str(document)
        block = under(document, "Assumptions")
        assert isinstance(block, Bullets)
        assert block.items[0] == (
            "[a] Assumed: the cluster IP 10.10.1.13 as a destination (the "
            "site's decision: the vendor does not document it)."
        )

    def test_a_cluster_ip_in_no_rule_is_said(self, edition: Edition) -> None:
        """A board sees that it was thought of."""
        site = loads_inventory(self.CLUSTER, edition=edition)
        report = report_on(edition.resolve("aws")).at(site)
        document = ticket_document(report)
        fields = dict(tables(document)["Request"].rows)  # type: ignore[arg-type]
        said = (
            "The cluster IP 10.10.1.13 is in no rule: the vendor does not "
            "document it as a destination."
        )
        assert fields["Addresses"].endswith(said)
        assert str(document).count("10.10.1.13") == 1

    @pytest.mark.parametrize("name", ["markdown", "html", "rst"])
    def test_in_documents(self, edition: Edition, name: Any) -> None:
        """In two columns."""
        site = loads_inventory(ADDRESSES, edition=edition)
        report = report_on(edition.resolve("aws")).at(site)
        table = tables(answer_document(report))["Ports to open"]
        assert table.headings == (
            *("Source", "Source address", "Destination"),
            *("Destination address", "Ports", "Service", "Why", "Flow"),
        )
        rows = {row[-1]: row[:4] for row in table.rows}
        assert rows["controller-to-aws"] == (
            *("Controller", "10.10.1.11-13"),
            *("AWS", "any IPv4 address"),
        )
        assert rows["service-engine-to-gateway-echo"][3] == "no address given"
        answer = edition.resolve("aws")
        assert "172.31.8.0/22" in str(
            avi_portspec.export(answer, name, inventory=site)
        )

    def test_an_edition_is_written_as_its_flows(
        self, edition: Edition
    ) -> None:
        """Its own data have no place for addresses."""
        site = loads_inventory(ADDRESSES, edition=edition)
        data = json.loads(avi_portspec.export(edition, "json", inventory=site))
        assert len({r["flow"] for r in data["records"]}) == len(edition.flows)

    def test_objects_of_platforms(self, edition: Edition) -> None:
        """In words, and the internet so that nobody overlooks it."""
        site = loads_inventory(
            'controller = ["10.10.1.11"]\nservice-engine = ["10.20.0.0/24"]\n'
            'aws = ["198.51.100.0/24", { prefix-list = "pl-0123abcd" }]\n'
            'external-network-services = [{ fqdn = "jump.example" }]\n'
            'ntp-server = ["internet"]\n',
            edition=edition,
        )
        answer = edition.resolve(preset("aws", services={"ntp"}))
        text = str(avi_portspec.export(answer, "ticket", inventory=site))
        assert "198.51.100.0/24, prefix-list:pl-0123abcd" in text
        assert "INTERNET: any IPv4 address, any IPv6 address" in text
        assert "cannot be implemented" not in text
        data = json.loads(avi_portspec.export(answer, "json", inventory=site))
        found = {each["flow"]: each for each in data["records"]}
        ssh = found["external-to-controller-ssh"]
        assert ssh["source_address"] == ["fqdn:jump.example"]

    def test_another_edition_s_inventory_is_refused(
        self, edition: Edition
    ) -> None:
        """As firewall rules refuse it."""
        site = Inventory(addresses={"nobody": (ip_network("10.0.0.1"),)})
        with pytest.raises(InvalidDataError, match="nobody"):
            avi_portspec.export(edition, "csv", inventory=site)
        with pytest.raises(InvalidQueryError, match="an Inventory"):
            avi_portspec.export(edition, "csv", inventory="site.toml")  # type: ignore[arg-type]


class TestAnswer:
    """A document for a wiki or a manual."""

    @pytest.mark.parametrize("name", ["markdown", "rst", "html"])
    def test_an_empty_answer_says_so(
        self, edition: Edition, name: str
    ) -> None:
        """A blank page would leave doubts."""
        text = str(avi_portspec.export(edition.flows.select(port=1), name))
        assert "Ports to open" in text
        assert "none." in text

    @pytest.mark.parametrize("name", ["markdown", "rst", "html"])
    def test_what_is_out_of_scope_stands_at_the_top(
        self, edition: Edition, name: str
    ) -> None:
        """Before the first port, whatever is asked."""
        text = str(avi_portspec.export(edition.resolve("aws"), name))
        top, _, _ = text.partition("Ports to open")
        assert "virtual services, pool members" in " ".join(top.split())

    def test_an_edition_names_what_its_page_is_silent_on(
        self, edition: Edition
    ) -> None:
        """A table of all deployments answers for each of them."""
        block = under(document_on(edition), "Not documented")
        assert block == Bullets(
            (
                (
                    "Controller to Kubernetes master: not documented for a "
                    "Kubernetes master with authentication."
                ),
                (
                    "Controller to Marathon, Marathon: not documented for "
                    "Marathon with authentication."
                ),
                (
                    "Service Engine to Service Engine, ObjStore: not "
                    "documented for OpenShift, Kubernetes or Mesos (DC/OS), "
                    "or without an orchestrator."
                ),
            )
        )
        found = edition.flows.select(port=123)
        block = under(document_on(found), "Not documented")
        assert block == Paragraph("No undocumented flows.")

    def test_what_is_closed_is_in_no_table(self, edition: Edition) -> None:
        """It stands in a list, with its decision."""
        subject = edition.resolve("aws")
        document = document_on(subject)
        table = tables(document)["Ports to open"]
        shown = subject.having("needed", "optional")
        assert [row[-1] for row in table.rows] == [
            *dict.fromkeys(row[-1] for row in table.rows)
        ]
        assert {row[-1] for row in table.rows} == {*shown.ids()}
        block = under(document, "Not needed for this deployment")
        assert isinstance(block, Bullets)
        assert len({item.split(",")[0] for item in block.items}) == len(
            subject
        ) - len(shown)

    def test_notes_come_with_their_places(self, edition: Edition) -> None:
        """Those on the flows of the answer, and no others."""
        flow = edition.flows["service-engine-to-controller-echo"]
        found = edition.flows.select(port=None, source="SE") & {flow}
        block = under(document_on(found), "Notes")
        assert isinstance(block, Bullets)
        assert len(block.items) == len(flow.notes)
        note = edition.notes[flow.notes[0]]
        assert block.items[0] == f"{note.text} [{note.citation}]"

    def test_an_edition_has_all_its_notes(self, edition: Edition) -> None:
        """And everything that it says is not required."""
        document = document_on(edition)
        block = under(document, "Notes")
        assert isinstance(block, Bullets)
        assert len(block.items) == len(edition.notes)
        assert document.title == edition.title


class TestSite:
    """What a site states is never given as the page's."""

    def test_rows_tell_where_they_come_from(self, edition: Edition) -> None:
        """In a column, which is there only where it says something."""
        found = tables(document_on(edition.overlay(SITE).resolve("aws")))
        table = found["Ports to open"]
        at = table.headings.index("Origin")
        flow = table.headings.index("Flow")
        origins = {row[flow]: row[at] for row in table.rows}
        assert {*origins.values()} == {"the vendor's page", "berlin"}
        assert {f for f, o in origins.items() if o == "berlin"} == {
            CHANGED,
            OWN,
        }
        for table in tables(document_on(edition.resolve("aws"))).values():
            assert "Origin" not in table.headings

    @pytest.mark.parametrize("made", [ticket_on, document_on])
    @pytest.mark.parametrize("cloud", ["aws", "openshift", "gcp"])
    def test_the_page_says_nothing_of_the_site_s_own(
        self, edition: Edition, made: Callable[[Any], Document], cloud: str
    ) -> None:
        """Neither why, nor where it is silent, whatever is decided."""
        document = made(edition.overlay(SITE).resolve(cloud))
        lines: list[tuple[str, ...]] = []
        for block in document.blocks:
            if isinstance(block, Table):
                lines += [
                    tuple(c for c in row if c != "the vendor's page")
                    for row in block.rows
                ]
            elif isinstance(block, Bullets):
                lines += [(item,) for item in block.items]
        # One bullet says of both who is silent, each of its own.
        texts = [part for ln in lines for part in " ".join(ln).split("; the")]
        own = [text for text in texts if OWN in text or "Jump host" in text]
        # Tickets do not list what is not needed.
        assert bool(own) == (cloud != "gcp" or made is document_on)
        for text in own:
            assert " page" not in text.casefold()
            assert "berlin" in text

    def test_changed_ports_leave_the_rest_to_the_page(
        self, edition: Edition
    ) -> None:
        """It still is the page that asks for the flow."""
        document = ticket_on(edition.overlay(SITE).resolve("aws"))
        rows = {row[1]: row for row in tables(document)["Rules"].rows}
        assert rows["External network services"][3:] == (
            "TCP 22 (SSH), 9443 (HTTPS)\nUDP 161 (SNMP)",
            (
                "TCP 22: required (no purpose known)\n"
                "TCP 9443: API server (see rule 1)\n"
                "TCP 9443: moved from TCP 443 by the site's overlay berlin: "
                "The portal moved\n"
                "UDP 161: SNMP agent on the Controller"
            ),
        )
        assert rows["Jump host"][3:] == (
            "TCP 22",
            (
                "Required by the site (overlay berlin) on AWS\n"
                "Administrators come from here"
            ),
        )
        # What a site states is not assumed.
        block = under(document, "Assumptions")
        assert "Berlin" not in str(block)

    @pytest.mark.parametrize("more", [SITE, CHANGE])
    def test_a_ticket_names_the_overlay(
        self, edition: Edition, more: str
    ) -> None:
        """Who made it is said of both sources, above and below."""
        document = ticket_on(edition.overlay(more).resolve("aws"))
        fields = dict(tables(document)["Request"].rows)  # type: ignore[arg-type]
        assert fields["Basis"].endswith(
            ", and the site's overlay berlin (Site Berlin)"
        )
        last = document.blocks[-2]
        assert isinstance(last, Paragraph)
        assert "and the site's overlay berlin (Site Berlin)." in last.text
        # What the site is silent on is not the vendor's to document.
        assert Heading("Not documented") in document.blocks
        plain = ticket_on(edition.resolve("aws"))
        assert "overlay" not in str(plain.blocks)

    def test_gaps_name_who_is_silent(self, edition: Edition) -> None:
        """The page of its own flows, the site of the site's."""
        site = edition.overlay(SITE)
        texts = [gap.text for gap in site.resolve("openshift").gaps]
        (text,) = [text for text in texts if "Jump host" in text]
        page, own = text.split("; ")
        assert page.startswith("the vendor's page does not say whether ")
        assert own == (
            "the site's overlay berlin does not say whether OpenShift needs "
            "Jump host to Avi Controller over TCP 22."
        )
        shown = str(site.flows.select(cloud="openshift"))
        assert "The site's overlay berlin does not say whether these" in shown

    def test_records_have_their_origin(self, edition: Edition) -> None:
        """In data, CSV and workbooks; nothing for the page's own."""
        answer_ = edition.overlay(SITE).resolve("aws")
        origins = {r["flow"]: r["origin"] for r in answer_.to_records()}
        assert {flow for flow, o in origins.items() if o} == {OWN, CHANGED}
        assert set(origins.values()) == {None, "berlin"}
        data = json.loads(avi_portspec.export(answer_, "json"))
        for record in data["records"]:
            assert record["origin"] == origins[record["flow"]]
        text = str(avi_portspec.export(answer_, "csv"))
        for row in csv.DictReader(io.StringIO(text)):
            assert row["origin"] == (origins.get(row["flow"]) or "")
