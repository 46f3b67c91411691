"""Flows in words and in tables."""

from __future__ import annotations

from html.parser import HTMLParser

import attrs
from hypothesis import given

from avi_portspec import (
    ICMP,
    TCP,
    UDP,
    Edition,
    PortRange,
    ProtocolPorts,
    strategies,
)
from avi_portspec.model.display import ports_text, silence_text, summary


class Cells(HTMLParser):
    """Collects the tags and the text of a table."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text.append(data)


class TestWords:
    """Ports in a line."""

    def test_a_flow_says_its_ports(self, edition: Edition) -> None:
        """Protocols, numbers, or the message of ICMP."""
        texts = [ports_text(flow) for flow in edition.flows]
        assert "TCP or UDP 389" in texts
        assert "TCP 5000 and 35357" in texts
        assert "ICMP echo request" in texts
        echo = edition.flows["controller-to-gateway-echo"]
        assert ports_text(attrs.evolve(echo, icmp_types=())) == "ICMP"

    def test_pairs_say_their_ports(self) -> None:
        """Grouped by protocol."""
        pairs = [
            ProtocolPorts(ICMP, None),
            ProtocolPorts(TCP, PortRange.of(22)),
            ProtocolPorts(TCP, PortRange.of(8443)),
            ProtocolPorts(UDP, PortRange(low=1, high=2)),
        ]
        assert summary(pairs) == "ICMP, TCP 22 and 8443, UDP 1-2"


class TestTables:
    """Tables for a terminal and for a notebook."""

    def test_a_terminal_gets_aligned_columns(self, edition: Edition) -> None:
        """Headings, a rule, a line a flow."""
        lines = str(edition.flows.select(port=5054)).splitlines()
        assert len(lines) == 3
        assert lines[0].split()[:2] == ["Source", "Destination"]
        assert set(lines[1]) == {"-", " "}
        assert "CLI Server" in lines[2]
        # Nothing below it, not even an empty line.
        assert str(edition.flows.select(port=5054)).endswith(lines[2])

    def test_an_empty_answer_says_so(self, edition: Edition) -> None:
        """A blank screen would leave doubts."""
        assert "(no flows)" in str(edition.flows.select(port=1))

    def test_who_does_not_say_is_said_of_each(self, edition: Edition) -> None:
        """A sentence for the vendor's page, and one for each overlay."""
        flow = edition.flows["controller-to-aws"]
        cited = attrs.evolve(flow.citation, section="berlin")
        site = attrs.evolve(
            flow, section="berlin", origin="berlin", citation=cited
        )
        says = "does not say whether these apply"
        ends = f"Avi Controller to AWS, {ports_text(flow)}"
        assert silence_text([flow, site], edition) == (
            f"The vendor's page {says}: {ends}. The site's overlay berlin "
            f"{says}: {ends}."
        )

    @given(strategies.editions())
    def test_html_escapes_every_name(self, edition: Edition) -> None:
        """No name becomes markup, and none is lost."""
        html = Cells(edition.flows._repr_html_())
        assert set(html.tags) <= {
            "table",
            "caption",
            "thead",
            "tbody",
            "tr",
            "th",
            "td",
            "p",
        }
        text = "".join(html.text)
        for flow in edition.flows:
            assert edition.endpoints[flow.source].name in text
        assert html.tags.count("tr") == len(edition.flows) + 1

    def test_a_notebook_is_told_what_it_shows(self, edition: Edition) -> None:
        """The caption names the edition and the count."""
        html = edition.flows.select(port=5054)._repr_html_()
        assert "Flows of vantage-undated: 1 flow<" in html
        # Senders repeat from row to row: the first cell names none.
        assert '<th scope="row"' not in html
