"""Tables of ports, as people keep them."""

from __future__ import annotations

import re

import pytest
from reader_views import faults, read_text, rules, unread

from avi_portspec import InvalidDataError
from avi_portspec.audit.inputs import tables
from avi_portspec.audit.inputs.markup import drop_hidden
from avi_portspec.audit.inputs.service_cells import CellError, read_services
from avi_portspec.audit.model import Unknown
from avi_portspec.audit.services import service_text

HEAD = "source,destination,protocol,ports\n"
WORDS = (
    "expected a word such as enabled, active or done, or disabled, inactive "
    "or removed"
)


class TestCells:
    """Protocols and ports, in all the ways that people write them."""

    @pytest.mark.parametrize(
        ("protocols", "ports", "expected"),
        [
            ("TCP", "22, 443", "tcp/22, tcp/443"),
            ("TCP", "22 443", "tcp/22, tcp/443"),
            ("TCP/UDP", "53", "tcp/53, udp/53"),
            ("TCP and UDP", "53", "tcp/53, udp/53"),
            ("tcp", "8000-8010", "tcp/8000-8010"),
            ("tcp", "22 to 25", "tcp/22-25"),
            ("6", "22", "tcp/22"),
            ("TCP", "443 (HTTPS)", "tcp/443"),
            ("TCP", "any", "tcp/any"),
            ("Any", "any", "any service"),
            ("any", "443", "tcp/443, udp/443"),
            ("ICMP", "", "icmp"),
            ("ICMP", "-", "icmp"),
            ("ICMP", "8", "icmp type 8"),
            ("ICMP", "echo request", "icmp type 8"),
            ("icmpv6", "type 128", "icmpv6 type 128"),
            ("97", "n/a", "IP protocol 97"),
            ("IP", "any", "any service"),
            ("", "ping", "icmp type 8"),
            ("", "TCP", "tcp/any"),
            ("", "ICMP", "icmp"),
            ("", "tcp/22", "tcp/22"),
            ("", "22/tcp, 53/udp", "tcp/22, udp/53"),
            ("", "443 TCP", "tcp/443"),
            ("", "tcp-22;TCP_8443;udp-123", "tcp/22, tcp/8443, udp/123"),
            ("", "tcp-8000-8010", "tcp/8000-8010"),
            ("TCP", "53/udp, 443", "tcp/443, udp/53"),
            ("", "TCP 22, 443 UDP 123", "tcp/22, tcp/443, udp/123"),
            ("", "TCP: 22; UDP: 123; ICMP", "icmp, tcp/22, udp/123"),
            ("", "TCP/UDP: 389/636",
             "tcp/389, tcp/636, udp/389, udp/636"),
            ("", "TCP 22\nUDP 53", "tcp/22, udp/53"),
            ("", "protocol 97", "IP protocol 97"),
            ("", "IP protocol #73", "IP protocol 73"),
            ("TCP", "https", "tcp/443"),
            ("", "SSH", "tcp/22"),
            ("", "ntp, SNMP", "udp/123, udp/161"),
            ("", "LDAP", "tcp/389, udp/389"),
            ("UDP", "https", "udp/443"),
            ("", "HTTPS (443/tcp)", "tcp/443"),
            ("TCP", "SSH (2222)", "tcp/2222"),
            ("TCP", "443 https", "tcp/443"),
            ("", "22,443 TCP; UDP 161", "tcp/22, tcp/443, udp/161"),
            ("", "22,443 TCP, UDP 161", "tcp/22, tcp/443, udp/161"),
            ("", "22, 443 TCP, 161 UDP", "tcp/22, tcp/443, udp/161"),
            ("", "TCP: 22,443; 123 UDP", "tcp/22, tcp/443, udp/123"),
            ("", "TCP 22, 53 UDP", "tcp/22, udp/53"),
            ("", "TCP 22 and 53/UDP", "tcp/22, udp/53"),
            ("", "TCP/UDP 53, 22/TCP", "tcp/22, tcp/53, udp/53"),
            ("", "TCP ports 22 & 443 / UDP 53",
             "tcp/22, tcp/443, udp/53"),
            ("", "22/tcp 53/udp", "tcp/22, udp/53"),
            ("", "22 TCP 53 UDP", "tcp/22, udp/53"),
            ("", "22, TCP, 53, UDP", "tcp/22, udp/53"),
            ("", "TCP, 22, UDP, 53", "tcp/22, udp/53"),
            ("", "53 UDP, TCP", "tcp/53, udp/53"),
            ("", "TCP, UDP 53", "tcp/53, udp/53"),
            ("", "TCP 22, 443, UDP", "tcp/22, tcp/443, udp/any"),
            ("", "UDP; 22, 443/TCP", "tcp/22, tcp/443, udp/any"),
            ("", "ICMP, TCP 22", "icmp, tcp/22"),
            ("", "22/TCP, ICMP, 53/UDP", "icmp, tcp/22, udp/53"),
            ("", "ICMP, ESP", "icmp, esp"),
            ("TCP", "22; UDP 53", "tcp/22, udp/53"),
            ("TCP", "22, UDP 53", "tcp/22, udp/53"),
        ],
    )  # fmt: skip
    def test_what_is_read(
        self, protocols: str, ports: str, expected: str
    ) -> None:
        """Each is what its writer meant."""
        found = read_services(protocols, ports)
        assert not isinstance(found, Unknown)
        assert service_text(found) == expected

    @pytest.mark.parametrize("ports", ["443", "22 (ssh), 443"])
    def test_ports_of_no_protocol_are_unknown(self, ports: str) -> None:
        """TCP is a guess."""
        found = read_services("", ports)
        assert isinstance(found, Unknown)
        assert found.text == ports

    @pytest.mark.parametrize(
        ("ports", "why"),
        [
            ("443", "the protocol is"),
            ("443/TCP, 53", "the protocol of 53 is"),
            ("22, 443 TCP 53", "TCP may belong to 443 or to 53"),
            ("443 TCP/UDP 53", "TCP, UDP may belong to 443 or to 53"),
            ("22 TCP, SCTP, UDP 53",
             "TCP, SCTP, UDP may belong to 22 or to 53"),
            ("TCP 22, 443 UDP 53, 161/UDP",
             "UDP may belong to 443 or to 53"),
            ("TCP 22,8440-8443, 123 UDP",
             "22, 8440-8443, 123 may belong to TCP or to UDP"),
            ("TCP 22 UDP", "22 may belong to TCP or to UDP"),
            ("TCP, any, UDP", "any may belong to TCP or to UDP"),
        ],
    )  # fmt: skip
    def test_what_is_not_clear_is_named(self, ports: str, why: str) -> None:
        """With what it may belong to: either is a guess."""
        found = read_services("", ports)
        assert isinstance(found, Unknown)
        assert found.why.startswith(why)

    @pytest.mark.parametrize(
        ("protocols", "ports"),
        [
            ("", ""), ("", "see docs"), ("", "(none)"), ("", "22 € 23"),
            ("HTTPS", "443"), ("TCP", "65536"), ("TCP", "25-22"),
            ("TCP", "ping"), ("TCP", "99999"), ("GRE", "47"), ("256", "-"),
            ("6-17", "-"), ("", "protocol 300"), ("ICMP", "type 300"),
            ("TCP", "HTTPS 8443"), ("TCP", "gopher"),
            ("ICMP", "8-10"), ("IP", "97"), ("TCP", "1.2"),
        ],
    )  # fmt: skip
    def test_what_is_refused(self, protocols: str, ports: str) -> None:
        """A row is failed, rather than guessed."""
        with pytest.raises(CellError, match=r"expected .*, got "):
            read_services(protocols, ports)


class TestRows:
    """What the cells of a row say together."""

    def test_several_parties_of_a_cell(self) -> None:
        """Comma, line break, and, or; a name with a slash stays whole."""
        text = HEAD + '"Controller and SE","DNS/NTP, Syslog",UDP,53\n'
        assert rules(read_text(text)) == {
            "table through": ["allow Controller, SE > DNS/NTP, Syslog udp/53"]
        }

    def test_one_party_of_a_cell(self) -> None:
        """A name that is known stays whole, as do brackets."""
        text = HEAD + (
            '"Controllers and\ncluster IP",SE or Controller,tcp,1\n'
            '"A (b, c), d (e and f",Controllers and SEs,tcp,2\n'
        )
        assert rules(read_text(text))["table through"] == [
            "allow Controllers and cluster IP > SE or Controller tcp/1",
            "allow A (b, c), d (e, f > Controllers, SEs tcp/2",
        ]

    def test_addresses_and_any(self) -> None:
        """Networks, lists with blanks, and each word for everybody."""
        text = HEAD + (
            '"10.0.0.1, 10.0.0.0/24",any,tcp,1\n'
            "10.0.0.1 10.0.0.2,*,tcp,2\n"
            "Internet,10.0.0.1-10.0.0.2,tcp,3\n"
            "a,0.0.0.0/0,tcp,4\n"
        )
        assert rules(read_text(text))["table through"] == [
            "allow 10.0.0.0/24 > any46 tcp/1",
            "allow 10.0.0.1/32+10.0.0.2/32 > any46 tcp/2",
            "allow any46 > 10.0.0.1/32+10.0.0.2/32 tcp/3",
            "allow a > any4 tcp/4",
        ]

    def test_actions_and_their_order(self) -> None:
        """With a row that denies, the first that matches decides."""
        text = "action,from,to,port\nallow,a,b,tcp/1\ndeny,a,b,tcp/2\n"
        (filter_,) = read_text(text).filters
        assert filter_.discipline == "first-match"
        assert [rule.action for rule in filter_.rules] == ["allow", "deny"]
        assert filter_.last_resort.action == "deny"

    def test_directions(self) -> None:
        """In, out, and both ways."""
        text = (
            "direction,from,to,port\ninbound,a,b,tcp/1\nOutgoing,a,b,tcp/2\n"
            "both,a,b,tcp/3\n,a,b,tcp/4\n"
        )
        found = read_text(text)
        assert rules(found) == {
            "table through": [
                "allow a > b tcp/3",
                "allow b > a tcp/3",
                "allow a > b tcp/4",
            ],
            "table in": ["allow a > b tcp/1"],
            "table out": ["allow a > b tcp/2"],
        }
        assert found.read == found.units == 4

    def test_a_table_in_german(self) -> None:
        """Its headings, and the words that change what a row means."""
        head = (
            "Regel;Quelle;Ziel;Protokoll;Zielport;Quellport;Aktion;Richtung;"
            "Aktiv\n"
        )
        rows = (
            "1;SE und Admin;Controller;TCP;22, 443;beliebig;erlaubt;beide;ja\n"
            "2;beliebig;10.0.0.1;UDP;80 bis 90;alle;verboten;eingehend;ja\n"
            "3;SE;Controller;TCP;8443 (au\u00dfer HH);;ja;ausgehend;aktiv\n"
            "4;SE;Controller;TCP;9999;;erlaubt;;nein\n"
        )
        found = read_text(head + rows)
        assert rules(found) == {
            "table through": [
                "allow SE, Admin > Controller tcp/22, tcp/443",
                "allow Controller > SE, Admin tcp/22, tcp/443",
            ],
            "table in": ["deny any46 > 10.0.0.1/32 udp/80-90"],
            "table out": ["allow SE > Controller tcp/8443 if (au\u00dfer HH)"],
        }
        assert [each.why for each in found.unread] == ["enabled: nein"]
        assert (found.units, found.read) == (4, 3)

    @pytest.mark.parametrize(
        "head",
        [
            "Von,Nach,Dienst",
            "Quell-IP,Ziel-IP,Port/Protokoll",
            "Quellsystem,Zielsystem,Portnummer (TCP/UDP)",
            "Quelladresse,Zieladresse,Ports",
        ],
    )
    def test_other_headings_in_german(self, head: str) -> None:
        """As people call the same columns there."""
        found = read_text(f"{head}\na,b,tcp/1\n")
        assert rules(found) == {"table through": ["allow a > b tcp/1"]}

    def test_rows_that_are_not_understood_fail(self) -> None:
        """Each with why; the others are read."""
        text = "action,direction,from,to,port\n" + "".join(
            f"{row}\n"
            for row in (
                "allow,in,a,b,tcp/1",
                "maybe,in,a,b,tcp/1",
                "allow,up,a,b,tcp/1",
                "allow,in,,b,tcp/1",
                "allow,in,a,b,see below",
                "allow,in,a",
            )
        )
        found = read_text(text)
        assert (found.units, found.read) == (6, 1)
        assert [each.why.partition(",")[0] for each in found.unread] == [
            "action: expected allow or deny",
            "direction: expected in or out",
            "source: expected at least one party",
            "ports: expected TCP",
            "destination: expected at least one party",
        ]
        assert {each.kind for each in found.unread} == {"failed"}

    def test_headings_of_sections_are_no_rules(self) -> None:
        """One text is in a cell or in all; an empty row parts sections."""
        text = (
            "| port | protocol | from | to |\n|-|-|-|-|\n"
            "| **Between the engines** | | | |\n"
            "| 8443 | tcp | a | b |\n"
            "| | | | |\n"
            "| Clients | Clients | Clients | Clients |\n"
            "| any | any | any | any |\n"
            "| | | c | |\n"
        )
        found = read_text(text)
        assert rules(found)["table through"] == [
            "allow a > b tcp/8443",
            "allow any46 > any46 any service",
        ]
        assert [(each.kind, each.why) for each in found.unread] == [
            ("set-aside", "a heading within the table"),
            ("set-aside", "an empty row"),
            ("set-aside", "a heading within the table"),
            ("set-aside", "a heading within the table"),
        ]
        assert (found.units, found.read) == (6, 2)

    @pytest.mark.parametrize(
        "row", [",,,22,", ",,,,deny", ",,tcp,,", "a,,,9,"]
    )
    def test_rows_that_may_be_rules_are_no_headings(self, row: str) -> None:
        """A port, a protocol or an action can be meant for everybody."""
        text = f"from,to,protocol,port,action\na,b,tcp,1,allow\n{row}\n"
        assert [each.kind for each in read_text(text).unread] == ["failed"]

    def test_names_of_rows(self) -> None:
        """Their own; one that is there twice gets its line, too."""
        text = "rule,from,to,port\nweb,a,b,tcp/1\nweb,a,b,tcp/2\n,a,b,tcp/3\n"
        (filter_,) = read_text(text).filters
        assert [rule.id for rule in filter_.rules] == [
            "web", "web (3)", "row 4",
        ]  # fmt: skip

    def test_source_ports(self) -> None:
        """Only those that are not all."""
        text = (
            "from,to,protocol,ports,source port\n"
            "a,b,udp,123,123\na,b,tcp,22,any\n"
        )
        assert rules(read_text(text))["table through"] == [
            "allow a > b udp/123 from udp/123",
            "allow a > b tcp/22",
        ]

    def test_source_ports_of_no_protocol(self) -> None:
        """They are a condition; the protocol of the ports is another's."""
        text = "from,to,ports,source port\na,b,udp 123,123\na,b,tcp 1,udp 9\n"
        assert rules(read_text(text))["table through"] == [
            "allow a > b udp/123 if source ports: 123",
            "allow a > b tcp/1 from udp/9",
        ]

    @pytest.mark.parametrize(
        ("heading", "cell", "outcome"),
        [
            ("Enabled", "yes", "read"),
            ("Enabled?", "No", "set-aside"),
            ("Active", "x", "read"),
            ("Rule enabled", "",
             "enabled: expected yes or no, got an empty cell"),
            ("Enabled (y/n)", "in Berlin",
             "enabled: expected yes or no, got 'in Berlin'"),
            ("Disabled", "TRUE", "set-aside"),
            ("Disabled", "no", "read"),
            ("Disabled", "", "read"),
            ("Disabled", "at night",
             "disabled: expected yes or no, got 'at night'"),
            ("Status", "Retired", "set-aside"),
            ("Status", "in use", "read"),
            ("Status", "-", "read"),
            ("Rule status", "pending", f"status: {WORDS}, got 'pending'"),
            ("State", "new", f"status: {WORDS}, got 'new'"),
        ],
    )  # fmt: skip
    def test_rows_that_are_not_in_force(
        self, heading: str, cell: str, outcome: str
    ) -> None:
        """They are set aside, and what is not understood is a condition."""
        text = f"from,to,port,{heading}\na,b,tcp/1,{cell}\nc,d,tcp/1,{cell}\n"
        found = read_text(text)
        assert found.units == 2
        if outcome == "set-aside":
            assert rules(found) == {}
            assert unread(found) == [
                f"set-aside: {ends} | tcp/1 | {cell}"
                for ends in ("a | b", "c | d")
            ]
            return
        condition = f" if if the row is in force: {outcome}"
        condition = "" if outcome == "read" else condition
        assert rules(found)["table through"] == [
            f"allow {ends} tcp/1{condition}" for ends in ("a > b", "c > d")
        ]

    @pytest.mark.parametrize("column", ["enabled", "disabled", "status"])
    def test_the_words_that_are_expected_are_understood(
        self, column: str
    ) -> None:
        """All of them: some are in force, and some are not."""
        head = f"from,to,port,{column}\na,b,tcp/1,"
        (doubt,) = rules(read_text(f"{head}?\n"))["table through"]
        _, _, listed = doubt.partition(f"{column}: expected ")
        listed = listed.removesuffix(", got '?'")
        words = re.split(
            r", or |, | or ", listed.removeprefix("a word such as ")
        )
        read = [read_text(f"{head}{word}\n") for word in words]
        half = len(words) // 2
        assert half >= 1
        assert sum(not found.unread for found in read) == half
        assert sum(not rules(found) for found in read) == half
        assert not any(" if " in str(rules(found)) for found in read)

    def test_every_column_of_states_counts(self) -> None:
        """Enabled, and retired."""
        text = "from,to,port,enabled,status\na,b,tcp/1,yes,retired\n"
        (left,) = read_text(text).unread
        assert (left.kind, left.why) == ("set-aside", "status: retired")

    def test_brackets_that_leave_something_out(self) -> None:
        """Numbers and such words are a condition; other words, a comment."""
        text = "from,to,protocol,ports,source ports\n" + "".join(
            f"a,b,{cells}\n"
            for cells in (
                "TCP,8000-9000 (except 8443),",
                "TCP (not SCTP),22,",
                "TCP,22 (SSH),1-9 (only Linux)",
                "TCP (notable),443 (HTTPS),",
                "TCP,443 (or 8443),",
            )
        )
        assert rules(read_text(text))["table through"] == [
            "allow a > b tcp/8000-9000 if (except 8443)",
            "allow a > b tcp/22 if (not SCTP)",
            "allow a > b tcp/22 from tcp/1-9 if (only Linux)",
            "allow a > b tcp/443",
            "allow a > b tcp/443 if (or 8443)",
        ]

    def test_brackets_hold_for_their_line(self) -> None:
        """The other lines of a cell are in no doubt, if they are whole."""
        text = (
            "| from | to | port |\n|-|-|-|\n"
            "| a | b | TCP 22<br>UDP 123 (NTP)<br>TCP 5098 (only if x) |\n"
        )
        found = read_text(text)
        assert rules(found)["table through"] == [
            "allow a > b tcp/22, udp/123",
            "allow a > b tcp/5098 if (only if x)",
        ]
        assert (found.units, found.read) == (1, 1)

    @pytest.mark.parametrize(
        ("ports", "expected"),
        [
            ("TCP 22<br>443 (only if x)", "tcp/22, tcp/443"),
            ("TCP 22<br>TCP 443<br>(only if x)", "tcp/22, tcp/443"),
            ("TCP 22 (only if x)", "tcp/22"),
            ("22 (only if x)<br>TCP 443", "?22 (only if x) TCP 443"),
        ],
    )
    def test_brackets_that_may_be_about_more(
        self, ports: str, expected: str
    ) -> None:
        """Then they hold for the whole cell."""
        text = f"| from | to | port |\n|-|-|-|\n| a | b | {ports} |\n"
        assert rules(read_text(text))["table through"] == [
            f"allow a > b {expected} if (only if x)"
        ]

    def test_what_is_struck_through(self) -> None:
        """A row is set aside; of a cell, the rest counts."""
        text = "id,from,to,port\n" + "".join(
            f"{row}\n"
            for row in (
                "7,~~a~~,~~b~~,~~tcp/1~~",
                "8,a,b,~~tcp/1~~ tcp/2",
                "9,~~a~~,b,tcp/3",
            )
        )
        found = read_text(text)
        assert rules(found) == {"table through": ["allow a > b tcp/2"]}
        assert unread(found) == [
            "set-aside: 7 | ~~a~~ | ~~b~~ | ~~tcp/1~~",
            "failed: 9 | ~~a~~ | b | tcp/3",
        ]

    def test_a_column_for_each_protocol(self) -> None:
        """Ports of TCP, and ports of UDP."""
        text = "from,to,TCP port,UDP ports\na,b,22,123\na,b,-,53\na,b,-,n/a\n"
        found = read_text(text)
        assert rules(found)["table through"] == [
            "allow a > b tcp/22, udp/123",
            "allow a > b udp/53",
            "allow a > b ?",
        ]
        assert [each.kind for each in found.unread] == ["failed"]

    def test_names_beside_addresses(self) -> None:
        """The addresses count, and the name is what they are called."""
        text = (
            "source,source_addresses,destination,service\n"
            "controller,10.0.0.1 10.0.0.2,dns,udp/53\n"
        )
        (filter_,) = read_text(text).filters
        (party,) = filter_.rules[0].sources
        assert getattr(party, "name", None) == "controller"

    @pytest.mark.parametrize(
        "head",
        [
            "Source network,Destination networks,Ports to allow",
            "Traffic Source,Traffic Destination,Allowed ports",
            "Source group,Destination name,Ports to open",
            "Source endpoint,Destination network,Port",
        ],
    )
    def test_other_headings(self, head: str) -> None:
        """A column for networks alone tells who is on a side."""
        found = read_text(f"{head}\n10.0.0.0/8,b,tcp/1\n")
        assert rules(found)["table through"] == ["allow 10.0.0.0/8 > b tcp/1"]

    def test_the_heading_without_brackets_is_meant(self) -> None:
        """A zone, say, stands before who is in it."""
        text = "Source (zone),Source,Destination (zone),Destination,Port\n"
        found = read_text(f"{text}x,a,y,b,tcp/1\n")
        assert rules(found)["table through"] == ["allow a > b tcp/1"]
        only = "From (zone),To,Port (TCP)\nx,b,tcp/1\n"
        assert rules(read_text(only))["table through"] == ["allow x > b tcp/1"]

    def test_any_service_is_any_protocol(self) -> None:
        """As firewalls export it; any port is of some protocol."""
        text = "source,destination,services & applications\na,b,any\n"
        assert rules(read_text(text))["table through"] == [
            "allow a > b any service"
        ]
        text = "source,destination,service,protocol\na,b,any,udp\n"
        assert rules(read_text(text))["table through"] == [
            "allow a > b udp/any"
        ]
        text = "source,destination,port\na,b,any\n"
        assert rules(read_text(text))["table through"] == ["allow a > b ?any"]

    def test_applications_narrow_services(self) -> None:
        """TCP 443 of the application ssl is not all of TCP 443."""
        text = "source,destination,application,service\n"
        found = read_text(f"{text}a,b,ssl,tcp/443\na,b,any,tcp/22\n")
        narrowed, free = found.filters[0].rules
        assert narrowed.conditions == ("application ssl",)
        assert free.conditions == ()
        # Of a table that a person wrote, it says what the row is about.
        text = "source,destination,application,port\na,b,Portal,tcp/443\n"
        (row,) = read_text(text).filters[0].rules
        assert row.conditions == ()

    def test_rules_that_a_firewall_does_not_use(self) -> None:
        """Its export says so before the name."""
        text = "name,source,destination,service\n[Disabled] x,a,b,tcp/1\n"
        (left,) = read_text(text).unread
        assert (left.kind, left.why) == ("set-aside", "name: [Disabled]")

    @pytest.mark.parametrize(
        ("heading", "mark", "read"),
        [
            ("Implemented", "\u2705", 1), ("Open?", "\u274c", 0),
            ("In use", "\u2718", 0), ("Freigeschaltet", "ja", 1),
            ("Configured", "no", 0), ("In place", "x", 1),
        ],
    )  # fmt: skip
    def test_marks_that_a_row_is_in_force(
        self, heading: str, mark: str, read: int
    ) -> None:
        """A tick or a cross, below any heading that asks for it."""
        text = f"source,destination,port,{heading}\na,b,tcp/1,{mark}\n"
        found = read_text(text)
        assert (found.read, found.units) == (read, 1)
        assert all(each.kind == "set-aside" for each in found.unread)

    def test_one_side_is_enough(self) -> None:
        """Without a source, it is for everybody."""
        found = read_text("destination,port\nb,tcp/1\n")
        assert rules(found)["table through"] == ["allow any46 > b tcp/1"]


class TestCsv:
    """Tables as text with separators."""

    @pytest.mark.parametrize("separator", [",", ";", "\t"])
    def test_separators(self, separator: str) -> None:
        """The one that the headings have."""
        row = separator.join(("a", "b", "tcp/1"))
        text = f"# made by hand\n\n{separator.join(('From', 'To', 'Port(s)'))}"
        found = read_text(f"{text}\r\n{row}\r\n\r\n")
        assert found.format == "csv"
        assert (found.read, found.unread) == (1, ())
        assert str(found.filters[0].rules[0].place) == "file:4"

    def test_cells_with_lines_of_their_own(self) -> None:
        """A quoted cell is one, and the next row knows its line."""
        text = HEAD + '"a\nc",b,tcp,"22\n443"\na,b,udp,1\n'
        found = read_text(text)
        assert [rule.place.line for rule in found.filters[0].rules] == [2, 5]
        assert found.units == 2

    def test_what_is_no_csv(self) -> None:
        """An open quote runs to the end; a cell may be too long."""
        text = HEAD + 'a,b,tcp,1\n"a,b,tcp,2\n'
        found = read_text(text)
        assert (found.read, unread(found)[0][:6]) == (1, "failed")
        with pytest.raises(InvalidDataError, match="valid CSV"):
            read_text(HEAD + '"' + ("x" * 60_000 + "\n") * 3)

    def test_other_headings_are_refused(self) -> None:
        """Nothing of such a table is about ports."""
        with pytest.raises(InvalidDataError, match="got one with a, b"):
            read_text("a,b\n1,2\n", format="csv")
        with pytest.raises(InvalidDataError, match="got no table"):
            read_text("", format="csv")

    def test_rows_are_limited(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """As many as any sheet that a person keeps."""
        monkeypatch.setattr(tables, "ROWS", 2)
        with pytest.raises(InvalidDataError) as caught:
            read_text(HEAD + "a,b,tcp,1\n" * 3)
        assert faults(caught) == ["expected at most 2 rows, got 3"]


MARKDOWN = r"""
# Ports

| Source | Destination | Port(s) | Notes |
|:-------|:-----------:|---------|-------|
| **Avi Controller**<br>SE | [DNS](https://example.com) | `TCP/UDP: 53` | a |
| any | a\|b | tcp 443 | \| x |
|SE|Controller|8443||

| A | B |
|---|---|
| 1 | 2 |

```
| Source | Destination | Port |
|---|---|---|
| x | y | tcp/1 |
```

Source | Destination | Port
--- | --- | ---
e | f | &quot;tcp/2&quot;
g | h | tcp/3
"""


class TestMarkdown:
    """Tables as GitHub writes them."""

    def test_what_is_read(self) -> None:
        """Markup goes; blocks of code are no tables."""
        found = read_text(MARKDOWN)
        assert found.format == "markdown"
        assert rules(found)["table through"] == [
            "allow Avi Controller, SE > DNS tcp/53, udp/53",
            "allow any46 > a|b tcp/443",
            "allow SE > Controller ?8443",
            'allow e > f ?"tcp/2"',
            "allow g > h tcp/3",
        ]
        assert unread(found) == ["set-aside: A | B", 'failed: e | f | "tcp/2"']
        assert found.units == 6
        assert found.filters[0].rules[0].place.line == 6

    def test_what_is_escaped_is_text(self) -> None:
        """It is no tag, no emphasis, no comment and no end of a cell."""
        text = (
            "| From | To | Port |\n|---|---|---|\n"
            r"| \<site\>-a | \*\*b\*\* | tcp/1 |"
            "\n"
            r"| c\|d | \<!-- e --> | `tcp/2` <b>tcp/3</b> |"
        )
        assert rules(read_text(text))["table through"] == [
            "allow <site>-a > **b** tcp/1",
            "allow c|d > <!-- e --> tcp/2-3",
        ]

    def test_what_is_struck_through(self) -> None:
        """By marks or by tags."""
        text = (
            "| From | To | Port |\n|---|---|---|\n"
            "| ~~a~~ | ~~**b**~~ | ~~tcp/1~~ |\n| <del>c</del> d | e | tcp/2 |"
        )
        found = read_text(text)
        assert rules(found) == {"table through": ["allow d > e tcp/2"]}
        assert unread(found) == ["set-aside: ~~a~~ | ~~b~~ | ~~tcp/1~~"]

    def test_comments_are_not_shown(self) -> None:
        """Over tables, rows of one, and within a cell."""
        head = "| From | To | Port |\n|---|---|---|\n"
        text = (
            f"<!-- {head}| a | b | tcp/1 | -->\n"
            f"<!--\n{head}| a | b | tcp/2 |\n-->\n\n{head}"
            "| a | b | tcp/3 <!-- tcp/4 --> |\n"
            "<!-- | a | b | tcp/5 | -->\n"
            "  <!--\n| a | b | tcp/6 |\n--> | a | b | tcp/7 |\n"
            "| a | b | tcp/8 |\n\n"
            # It stands in code, or it does not begin a line.
            f"```\n<!--\n```\n\n    <!--\n\nSee <!-- below\n\n{head}"
            "| a | b | tcp/9 |\n\n"
            # It does not end.
            f"<!--\n\n{head}| a | b | tcp/10 |\n"
        )
        found = read_text(text)
        assert rules(found)["table through"] == [
            f"allow a > b tcp/{port}" for port in (3, 8, 9)
        ]
        assert found.units == 3
        assert [r.place.line for r in found.filters[0].rules] == [12, 17, 29]

    def test_a_comment_in_a_cell_ends_in_it(self) -> None:
        """One that does not is text, and such a row is not understood."""
        text = "| from | to | port |\n|-|-|-|\n| a | b | tcp/1 <!-- , 2 |\n"
        found = read_text(text)
        assert [each.kind for each in found.unread] == ["failed"]

    def test_code_parts_a_table(self) -> None:
        """What stands around it is no table."""
        text = (
            "| from | to | port |\n```\n```\n|-|-|-|\n\n"
            "| from | to | port |\n|-|-|-|\n| a | b | tcp/1 |\n"
            "~~~\n~~~\n| a | b | tcp/2 |\n"
        )
        assert rules(read_text(text))["table through"] == ["allow a > b tcp/1"]

    def test_rules_of_other_kinds_are_no_tables(self) -> None:
        """A line of dashes below a line with a bar."""
        with pytest.raises(InvalidDataError):
            read_text("a | b\n-----\nc | d\n")

    def test_a_fence_of_another_kind_does_not_close(self) -> None:
        """What is inside stays inside."""
        table = "| From | To | Port |\n|---|---|---|\n| a | b | tcp/1 |\n"
        text = f"~~~\n```\n{table}```\n~~~\n{table}"
        assert read_text(text).units == 1


class TestHtml:
    """Tables of a page."""

    def test_what_is_read(self) -> None:
        """Spans, breaks, references, and tags that nobody closes."""
        html = (
            "<!doctype html><!-- <table> --><script>'<table>'</script>"
            "<TABLE><thead><tr><th>From</th><th>To<th>Protocol<th>Port</tr>\n"
            "<tr><td rowspan=3>SE<td>Avi &amp; Co<td>TCP"
            "<td>22<br>8443<tr>\n"
            "<tr><td colspan='2'>UDP<td>123</tr><tr><td>NTP<td>udp"
            "<td><p>123</p></table>"
            "<table><tr><td>A<td>B</table>"
        )
        found = read_text(html)
        assert found.format == "html"
        assert rules(found)["table through"] == [
            "allow SE > Avi, Co tcp/22, tcp/8443",
            "allow SE > UDP udp/123",
            "allow SE > NTP udp/123",
        ]
        assert unread(found) == ["set-aside: A | B"]
        assert found.units == 4

    def test_what_is_struck_through(self) -> None:
        """By any of its tags, and by one within another."""
        html = (
            "<table><tr><td>From<td>To<td>Port<tr><td><s>a</s><td>"
            "<STRIKE>b</strike><td><del><s>tcp/1</s></del>"
            "<tr><td>c<td>d<td><small>tcp/2</small></table>"
        )
        found = read_text(html)
        assert rules(found) == {"table through": ["allow c > d tcp/2"]}
        assert unread(found) == ["set-aside: ~~a~~ | ~~b~~ | ~~~~tcp/1~~~~"]

    def test_a_table_in_a_table(self) -> None:
        """Each is one; a cell outside of any row begins one."""
        html = (
            "<td>x</td><table><td>From<td>To<td>Port<tr><td>a<td>b"
            "<td>tcp/1<table><tr><td>1</table></tr>"
        )
        found = read_text(html)
        assert rules(found)["table through"] == ["allow a > b tcp/1"]
        assert unread(found) == ["set-aside: 1"]

    def test_what_no_browser_shows(self) -> None:
        """Lines are kept, so that places stay right."""
        assert drop_hidden("a<!-- \n -->b<style>\n</style>c<script>") == (
            "a\nb\n>c"
        )
        assert drop_hidden("\u0130<SCRIPT>x</script>y") == (
            "\u0130<SCRIPT>x</script>y"
        )

    def test_a_table_without_rows_is_none(self) -> None:
        """Pages lay themselves out by such tables."""
        html = "<table></table><table><tr><td>To<td>Port<tr><td>a<td>tcp/1"
        assert read_text(html).units == 1

    def test_reaching_down_through_several_rows(self) -> None:
        """A cell that spans three rows is in all of them."""
        html = (
            "<table><tr><th>From<th>To<th>Port"
            "<tr><td>a<td rowspan='3'>b<td>tcp/1"
            "<tr><td>c<td>tcp/2<tr><td>d<td>tcp/3</table>"
        )
        assert rules(read_text(html))["table through"] == [
            "allow a > b tcp/1",
            "allow c > b tcp/2",
            "allow d > b tcp/3",
        ]
