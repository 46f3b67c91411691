"""Flows, notes and the rest of the records."""

from __future__ import annotations

import re
from typing import Any

import attrs
import pytest

from avi_portspec import (
    ICMP,
    TCP,
    UDP,
    Citation,
    Edition,
    Extent,
    Flow,
    FlowId,
    InvalidDataError,
    Match,
    Note,
    PortRange,
    Protocol,
    Reason,
    Unless,
)

PLACE = Citation(section="main", place="row", number=1)  # type: ignore[arg-type]


def flow(**fields: Any) -> Flow:
    """Return a flow, with some fields as given."""
    values: dict[str, Any] = {
        "id": "client-to-server",
        "section": "main",
        "source": "client",
        "destination": "server",
        "protocols": (TCP,),
        "ports": (PortRange.of(443),),
        "requirement": "required",
        "citation": PLACE,
        **fields,
    }
    return Flow(**values)


def faults(**fields: Any) -> str:
    """Return what a flow with such fields is refused for."""
    with pytest.raises(InvalidDataError) as caught:
        flow(**fields)
    return str(caught.value)


class TestFlow:
    """One kind of traffic."""

    def test_lists_are_kept_as_tuples(self) -> None:
        """Callers may give either; no caller can change it after."""
        ports = [PortRange.of(1)]
        made = flow(ports=ports)
        ports.append(PortRange.of(2))
        assert made.ports == (PortRange.of(1),)

    def test_portless_protocols_have_no_ports(self) -> None:
        """ICMP with a port is a mistake."""
        assert "no ports, for ICMP has none" in faults(protocols=(ICMP,))
        assert "IP protocol 97" in faults(protocols=(TCP, Protocol.of(97)))
        assert flow(protocols=(ICMP,), ports=()).ports == ()

    def test_ported_protocols_have_ports(self) -> None:
        """TCP to no port in particular would be TCP to every port."""
        assert "TCP has ports" in faults(ports=())

    def test_a_protocol_is_needed(self) -> None:
        """None would be any."""
        assert "at least one protocol" in faults(protocols=())

    def test_ranges_do_not_overlap(self) -> None:
        """A port is said once."""
        ports = (PortRange(low=1, high=9), PortRange(low=9, high=12))
        assert "ports[1]: expected ports apart from 1-9" in faults(ports=ports)

    def test_nothing_is_said_twice(self) -> None:
        """Not even the same protocol."""
        assert "each item once" in faults(protocols=(TCP, TCP))

    def test_a_port_is_no_identity(self) -> None:
        """An id may not hold the flow's own port; the rest is suggested."""
        text = faults(id="client-to-server-443")
        assert "not its port" in text
        assert "did you mean 'client-to-server'?" in text
        assert "not its port" in faults(id="client-to-server-tcp443")
        made = flow(id="client-to-site-2-server")
        assert made.id == "client-to-site-2-server"

    def test_an_id_is_kebab_case(self) -> None:
        """A name that only needs respelling is respelled."""
        text = faults(id="Client to_Server")
        assert "did you mean 'client-to-server'?" in text
        assert "did you mean" not in faults(id="Übung!")
        assert "kebab-case" in faults(id=22)

    def test_icmp_types_are_for_icmp(self) -> None:
        """No other protocol has them."""
        assert "unless the protocol is icmp" in faults(icmp_types=(8,))
        assert flow(
            protocols=(ICMP,), ports=(), icmp_types=(8,)
        ).icmp_types == (8,)

    def test_a_flow_does_not_replace_itself(self) -> None:
        """It stands in for others."""
        assert "the flow itself" in faults(replaces=("client-to-server",))

    def test_a_field_is_stated_or_inferred(self) -> None:
        """Never both, and never for two reasons in one case."""
        aws = Match(facet="cloud", values=("aws",))
        case = Reason(field="ports", reason="because", when=aws)
        other = attrs.evolve(case, when=Unless(part=aws))
        assert flow(readings=(case, other)).readings == (case, other)
        assert "each field once" in faults(
            readings=(case, attrs.evolve(case, reason="besides"))
        )
        why = Reason(field="ports", reason="because")
        also = Reason(field="ports", reason="besides")
        assert "each field once" in faults(inferred=(why, also))
        assert "readings[1].field: expected each field once" in faults(
            readings=(why, also)
        )
        assert "do not call stated" in faults(
            inferred=(why,), readings=(also,)
        )

    def test_what_is_inferred_is_told_with_the_reason(self) -> None:
        """Provenance is a field."""
        why = Reason(field="protocols", reason="no protocol is given")
        made = flow(inferred=(why,))
        assert made.is_inferred
        assert made.why_inferred("protocols") == "no protocol is given"
        assert made.why_inferred("ports") is None
        assert not flow().is_inferred

    def test_only_some_fields_can_be_inferred(self) -> None:
        """A flow's id comes from nowhere else."""
        with pytest.raises(InvalidDataError, match="did you mean 'ports'"):
            Reason(field="port", reason="because")

    def test_it_pairs_protocols_with_ports(self) -> None:
        """TCP or UDP 389 is one flow and two pairs."""
        pairs = flow(protocols=(TCP, UDP)).protocol_ports()
        assert [str(pair) for pair in pairs] == ["TCP 443", "UDP 443"]
        echo = flow(protocols=(ICMP,), ports=())
        assert [str(pair) for pair in echo.protocol_ports()] == ["ICMP"]

    def test_every_fault_is_reported(self) -> None:
        """Three wrong fields, three lines."""
        text = faults(id="", source=1, requirement="requierd")
        assert "3 faults" in text
        assert "did you mean 'required'?" in text

    @pytest.mark.parametrize(
        "text",
        ["", " padded", "padded ", "two\nlines", "nul\x00", 7, "\u202e"],
    )
    def test_texts_are_clean_lines(self, text: object) -> None:
        """No control characters reach a table or a terminal."""
        assert "purpose" in faults(purpose=text)


class TestDisplay:
    """A flow in a terminal and in a notebook."""

    def test_a_line(self) -> None:
        """Who sends to whom over what, and not the record's fields."""
        made = flow(protocols=(TCP, UDP), service="HTTPS")
        assert str(made) == "client to server, TCP 443, UDP 443 (HTTPS)"
        assert str(flow(protocols=(ICMP,), ports=())) == (
            "client to server, ICMP"
        )
        assert repr(made).startswith("Flow(id='client-to-server', ")

    def test_a_table(self) -> None:
        """A row for each field that is there, all of it escaped."""
        full = flow(
            protocols=(TCP, UDP),
            service="<b>",
            purpose="To ask.",
            when=Match(facet="cloud", values=("aws",)),
            effect_if_blocked="Nobody answers.",
        )
        assert cells(full) == [
            ("Field", "Value"),
            ("Source", "client"),
            ("Destination", "server"),
            ("Ports", "TCP 443, UDP 443"),
            ("Service", "&lt;b&gt;"),
            ("Purpose", "To ask."),
            ("Requirement", "required"),
            ("When", "only if cloud is aws"),
            ("Effect if blocked", "Nobody answers."),
            ("Place", "main, row 1, item 1"),
        ]
        assert "<caption>client-to-server</caption>" in full._repr_html_()
        assert [heading for heading, _ in cells(flow())] == [
            *("Field", "Source", "Destination", "Ports", "Requirement"),
            *("When", "Place"),
        ]


def cells(flow: Flow) -> list[tuple[str, ...]]:
    """Return the cells of a flow's table in HTML, row by row."""
    rows = flow._repr_html_().split("<tr>")[1:]
    return [tuple(re.findall(">([^<>]+)</t[hd]>", row)) for row in rows]


class TestNote:
    """What the page says about flows."""

    def test_it_is_about_something(self) -> None:
        """A note on nothing would be lost."""
        with pytest.raises(InvalidDataError, match="at least one record"):
            Note(
                id="a-note",  # type: ignore[arg-type]
                kind="scope",
                text="Text.",
                citation=PLACE,
            )


class TestBothDirections:
    """Flow to note and note to flow agree by construction."""

    def test_in_the_real_edition(self, edition: Edition) -> None:
        """Each names the other, always."""
        for each in edition.flows:
            assert set(each.notes) == {
                note.id for note in edition.notes if each.id in note.qualifies
            }
        for note in edition.notes:
            for qualified in note.qualifies:
                assert note in edition.notes_on(qualified)
        assert edition.flows[FlowId("controller-to-controller-ssh")].notes


class TestCitation:
    """A place on the page."""

    def test_it_reads_as_a_place(self) -> None:
        """Section, place, number and item."""
        assert str(PLACE) == "main, row 1, item 1"
        assert str(Citation(place="bullet", number=2)).startswith("overview")


class TestExtent:
    """The places of a section."""

    def test_its_places_are_in_page_order(self) -> None:
        """Paragraph, rows, bullets, notes, closing."""
        extent = Extent(lead_ins=(2,), rows=(1, 1), closings=(1,))
        found = [str(c) for c in extent.citations(None)]
        assert found == [
            "overview, lead-in 1, item 1",
            "overview, lead-in 1, item 2",
            "overview, row 1, item 1",
            "overview, row 2, item 1",
            "overview, closing 1, item 1",
        ]

    def test_counts_are_counts(self) -> None:
        """A row without entries is no row; and a list is a list."""
        with pytest.raises(InvalidDataError, match=r"rows\[1\]"):
            Extent(rows=(1, 0))
        with pytest.raises(InvalidDataError, match="a list of counts"):
            Extent(rows=3)  # type: ignore[arg-type]
