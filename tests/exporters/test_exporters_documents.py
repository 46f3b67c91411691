"""What documents and tickets say."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest

import avi_portspec
from avi_portspec import Edition, preset
from avi_portspec.exporters.document import (
    Bullets,
    Document,
    Heading,
    Paragraph,
    Table,
    answer,
    ticket,
)
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
OWN = "jump-host-to-controller-ssh"
CHANGED = "external-to-controller-https"


def ticket_on(subject: Any) -> Document:
    """Return the evidence pack on a subject."""
    report = report_on(subject)
    assert report is not None
    return ticket(report)


def document_on(subject: Any) -> Document:
    """Return the document on a subject."""
    report = report_on(subject)
    assert report is not None
    return answer(report)


def tables(document: Document) -> dict[str, Table]:
    """Return a document's tables by their captions."""
    return {b.caption: b for b in document.blocks if isinstance(b, Table)}


def under(document: Document, heading: str) -> tuple[Any, ...]:
    """Return the block that follows a heading."""
    at = document.blocks.index(Heading(heading))
    return document.blocks[at + 1]


class TestTicket:
    """The evidence that goes to a change board."""

    def rows(self, subject: Any) -> list[dict[str, str]]:
        """Return the rows of what is to be allowed, by heading."""
        table = tables(ticket_on(subject))["Connections to allow"]
        return [
            dict(zip(table.headings, row, strict=True)) for row in table.rows
        ]

    def test_direction_is_in_words(self, edition: Edition) -> None:
        """Who opens the connection: a firewall asks nothing else."""
        found = {
            row["Flow"]: row["Direction"]
            for row in self.rows(edition.resolve("aws"))
        }
        assert found["service-engine-to-controller-portal"] == (
            "Avi Service Engine opens the connection to Avi Controller."
        )
        assert found["controller-to-controller-https"] == (
            "Avi Controller opens the connection to another Avi Controller."
        )
        # UDP knows no connection.
        assert found["service-engine-to-controller-ntp"] == (
            "Avi Service Engine sends first, to Avi Controller."
        )

    def test_every_row_stands_for_itself(self, edition: Edition) -> None:
        """With reason, consequence, citation, data version and digest."""
        subject = edition.resolve("aws")
        for row in self.rows(subject):
            decision = subject[row["Flow"]]
            assert decision.reason in row["Reason"]
            assert row["Decision"] == decision.status
            assert row["Stated in"] == str(decision.flow.citation)
            assert edition.digest in row["Data"]
            assert avi_portspec.__version__ in row["Data"]
            effect = decision.flow.effect_if_blocked
            assert row["If blocked"] == (effect or "The page does not say.")

    def test_ports_are_those_of_the_answer(self, edition: Edition) -> None:
        """No more and no fewer: the needed and the optional."""
        for name in avi_portspec.presets():
            subject = edition.resolve(name)
            found = {
                (row["Flow"], row["Protocol and port"])
                for row in self.rows(subject)
            }
            assert found == {
                (flow.id, str(pair))
                for flow in subject.having("needed", "optional")
                for pair in flow.protocol_ports()
            }

    def test_inference_is_marked(self, edition: Edition) -> None:
        """What the page does not state is not passed off as stated."""
        reasons = [row["Reason"] for row in self.rows(edition.resolve("aws"))]
        assert any("Inferred, not stated: when: " in each for each in reasons)
        assert any("Stated unclearly, and read" in each for each in reasons)

    def test_what_is_open_is_not_asked_for(self, edition: Edition) -> None:
        """It stands apart, and somebody has to decide about it."""
        document = ticket_on(edition.resolve("openshift"))
        allowed = tables(document)["Connections to allow"]
        undecided = tables(document)["Not decided"]
        ports = [row[2] for row in undecided.rows]
        assert ports == ["TCP 4001", "TCP 9001"]
        assert {row[0] for row in allowed.rows}.isdisjoint(
            row[0] for row in undecided.rows
        )
        assert edition.digest in undecided.rows[0][-1]

    def test_conflicts_are_told(self, edition: Edition) -> None:
        """Nobody is to find out in production."""
        docker = preset("openstack", controller="container")
        document = ticket_on(edition.resolve(docker))
        block = under(document, "Left open")
        assert isinstance(block, Bullets)
        assert all(item.startswith("conflict: ") for item in block.items)

    def test_that_nothing_is_open_is_said_too(self, edition: Edition) -> None:
        """A missing section would leave doubts."""
        document = ticket_on(edition.resolve("aws"))
        assert under(document, "Left open") == Paragraph(
            "Nothing, as far as was asked."
        )

    def test_the_author_is_not_the_vendor(self, edition: Edition) -> None:
        """The first paragraph says so."""
        first = ticket_on(edition.resolve("aws")).blocks[0]
        assert isinstance(first, Paragraph)
        assert first.text.startswith("Unofficial.")
        assert "neither written, reviewed nor endorsed" in first.text

    def test_what_is_not_required_is_told(self, edition: Edition) -> None:
        """A reviewer may ask for the other direction."""
        document = ticket_on(edition.resolve("aws"))
        block = under(document, "Not required, as the page says")
        assert isinstance(block, Bullets)
        assert block.items[0].startswith("Avi Controller to Avi Service")

    def test_the_deployment_is_told(self, edition: Edition) -> None:
        """By the names that people use."""
        subject = edition.resolve(preset("aws", services={"ntp", "dns"}))
        table = tables(ticket_on(subject))["What was asked about"]
        assert ("Clouds that the Controller manages", "AWS") in table.rows
        assert (
            "Network services that the Controller uses",
            "DNS and NTP",
        ) in table.rows
        assert ("Nodes of the Controller", "a cluster") in table.rows

    def test_without_a_deployment_it_warns(self, edition: Edition) -> None:
        """Rows can be alternatives to one another."""
        document = ticket_on(edition.flows.select(service="SSH"))
        block = under(document, "Deployment")
        assert isinstance(block, Paragraph)
        assert "alternatives to one another" in block.text
        rows = self.rows(edition.flows.select(service="SSH"))
        assert {row["Decision"] for row in rows} == {"required"}


class TestAnswer:
    """A document for a wiki or a manual."""

    @pytest.mark.parametrize("name", ["markdown", "rst", "html"])
    def test_an_empty_answer_says_so(
        self, edition: Edition, name: str
    ) -> None:
        """A blank page would leave doubts."""
        text = str(avi_portspec.export(edition.flows.select(port=1), name))
        assert "What may be opened" in text
        assert "nothing." in text

    def test_what_is_closed_is_in_no_table(self, edition: Edition) -> None:
        """It stands in a list, with its decision."""
        subject = edition.resolve("aws")
        document = document_on(subject)
        table = tables(document)["What may be opened"]
        shown = subject.having("needed", "optional")
        assert {row[0] for row in table.rows} == {*shown.ids()}
        block = under(document, "Not to be opened here")
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

    @pytest.mark.parametrize("made", [ticket_on, document_on])
    def test_rows_tell_where_they_come_from(
        self, edition: Edition, made: Callable[[Any], Document]
    ) -> None:
        """In a column, which is there only where it says something."""
        captions = {"Connections to allow", "What may be opened"}
        found = tables(made(edition.overlay(SITE).resolve("aws")))
        (table,) = [found[each] for each in captions & found.keys()]
        assert table.headings[-1] == "Origin"
        origins = {row[0]: row[-1] for row in table.rows}
        assert {o for o in origins.values() if o != "the page"} == {"berlin"}
        assert [f for f, o in origins.items() if o == "berlin"] == [
            CHANGED,
            OWN,
        ]
        for table in tables(made(edition.resolve("aws"))).values():
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
                    tuple(c for c in row if c != "the page")
                    for row in block.rows
                ]
            elif isinstance(block, Bullets):
                lines += [(item,) for item in block.items]
        own = [line for line in lines if OWN in " ".join(line)]
        # Tickets do not list what is not needed.
        assert bool(own) == (cloud != "gcp" or made is document_on)
        for line in own:
            assert "the page" not in " ".join(line).casefold()
            assert "berlin" in " ".join(line)

    def test_changed_ports_leave_the_rest_to_the_page(
        self, edition: Edition
    ) -> None:
        """It still is the page that asks for the flow."""
        document = ticket_on(edition.overlay(SITE).resolve("aws"))
        table = tables(document)["Connections to allow"]
        (row,) = [row for row in table.rows if row[0] == CHANGED]
        assert "The page requires it" in row[4]
        assert "Site Berlin (berlin): The portal moved." in row[4]
        assert row[5] == "The page does not say."

    def test_the_first_paragraph_names_the_overlay(
        self, edition: Edition
    ) -> None:
        """Who made it is said of both sources."""
        first = ticket_on(edition.overlay(SITE).resolve("aws")).blocks[0]
        assert isinstance(first, Paragraph)
        assert "and from what a site states: berlin." in first.text
        first = ticket_on(edition.resolve("aws")).blocks[0]
        assert isinstance(first, Paragraph)
        assert "site" not in first.text

    def test_gaps_name_who_is_silent(self, edition: Edition) -> None:
        """The page of its own flows, the site of the site's."""
        site = edition.overlay(SITE)
        texts = [gap.text for gap in site.resolve("openshift").gaps]
        (text,) = [text for text in texts if "Jump host" in text]
        page, own = text.split("; ")
        assert page.startswith("the page does not say whether OpenShift")
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
