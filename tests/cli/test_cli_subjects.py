"""What ``explain`` can be asked about: all that any output calls so."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from shlex import quote

import pytest
from asking_cli import Ask

import avi_portspec
from avi_portspec import load

#: Two ends and their ports, as a line of ``explain`` begins after a verdict.
HEAD = re.compile(r"^.{15}(\S.*? -> .+?)(?:  .*)?$")
#: What nothing is stated between, in a gap.
GAP = re.compile(r"no flow between the (Controller) and (.+?) on ")


def heads(ask: Ask, name: str) -> Iterator[str]:
    """Yield the ends and ports that ``explain`` prints of an edition."""
    edition = load(name)
    clouds = ",".join(each.id for each in edition.facets["cloud"].values)
    words = {p.name for flow in edition.flows for p in flow.protocols}
    for word in [*sorted(filter(None, words)), *edition.exclusions.ids()]:
        line = f"explain {word} --edition {name} --cloud {clouds} --all"
        for text in ask(f"{line} --quiet").out.splitlines():
            if found := HEAD.match(text):
                yield found[1]


def gaps(ask: Ask, name: str) -> Iterator[str]:
    """Yield between whom nothing is stated, in both directions."""
    for cloud in load(name).facets["cloud"].values:
        out = ask(f"ports --edition {name} --cloud {cloud.id}").out
        for controller, other in GAP.findall(out):
            yield f"{controller} to {other}"
            yield f"{other} to {controller}"


class TestWhatIsPrinted:
    """It can be typed back, whatever printed it."""

    @pytest.mark.parametrize("name", avi_portspec.editions())
    def test_the_lines_of_explain(self, ask: Ask, name: str) -> None:
        """Each is of a flow that is shown again, with its ports alone."""
        edition = load(name)
        clouds = ",".join(each.id for each in edition.facets["cloud"].values)
        more = f"--edition {name} --cloud {clouds} --all"
        printed = {*heads(ask, name)}
        assert len(printed) > len(edition.flows) / 2
        for text in printed:
            spellings = (text, text.replace(" -> ", " to ", 1))
            for each in spellings:
                out = ask(f"explain {quote(each)} {more}").out
                assert text in out, each
        for each in {text.partition(",")[0] for text in printed}:
            shouted = quote(each.replace(" -> ", " to ").upper())
            assert each in ask(f"explain {shouted} {more}").out

    @pytest.mark.parametrize(
        "subject",
        ["9001", "tcp/443", "icmp", "sctp", "tcp/7777", "63", "9999", "SSH"],
    )
    def test_the_subject_in_json(self, ask: Ask, subject: str) -> None:
        """It has the same answer."""
        first = json.loads(ask(f"explain {subject} aws --json").out)
        again = f"explain {quote(first['subject'])} aws --json"
        assert json.loads(ask(again).out) == first

    def test_the_ports_of_a_table(self, ask: Ask) -> None:
        """Those of several flows, and with a service behind them."""
        line = "explain 'icmp echo request' --cloud aws"
        assert ask(line).out == ask("explain icmp --cloud aws").out
        line = "explain 'TCP 443 (HTTPS)' --cloud aws"
        assert ask(line).out == ask("explain tcp/443 --cloud aws").out
        line = "explain 'TCP 5000, 35357' --cloud openstack"
        assert ask(line).out == ask("explain 5000 --cloud openstack").out

    def test_a_pair_that_is_ruled_out(self, ask: Ask) -> None:
        """Over all ports: those that a statement has, too."""
        pair = "explain 'Controller -> Service Engine"
        named = ask(f"{pair}, TCP 22' aws").out
        assert named == ask(f"{pair}' aws").out
        assert named.startswith("no port needed ")

    @pytest.mark.parametrize(
        "pair",
        [
            "Controller to NSX Manager, TCP 444",
            "Controller -> Service Engine, TCP 444",
            "NSX Manager to the Linux hosts",
            "Service Engine to the Linux hosts",
            "TCP 22 (SSH) or so",
        ],
    )
    def test_what_nobody_prints(self, ask: Ask, pair: str) -> None:
        """Other ports are not answered by those that are there."""
        answer = ask(f"explain {quote(pair)} nsx-t")
        assert answer.code == 2
        assert f"unknown flow, exclusion, protocol or service '{pair}'" in (
            answer.err
        )

    @pytest.mark.parametrize(
        "word",
        [
            *("Ping", "echo", "ICMP echo", "icmp-echo", "ICMPv4", "icmp4"),
            *("icmp/echo", "icmp:echo-request", "ICMP PING", "echo request"),
        ],
    )
    def test_pings(self, ask: Ask, word: str) -> None:
        """By what people call them, on each edition that has them."""
        for name in avi_portspec.editions():
            line = f"aws --edition {name}"
            expected = ask(f"explain icmp {line}")
            assert ask(f"explain {quote(word)} {line}") == expected

    @pytest.mark.parametrize(
        "text",
        [
            "tcp/443,8443",
            "443/tcp, 8443/tcp",
            "TCP 443, 8443, 443",
            "tcp:8443,443",
            "443,8443",
        ],
    )
    def test_lists_of_ports(self, ask: Ask, text: str) -> None:
        """Each verdict of each port, once."""
        line = "vcenter --all --json"
        one, other, both = (
            json.loads(ask(f"explain {quote(each)} {line}").out)
            for each in ("tcp/443", "tcp/8443", text)
        )
        expected = {
            each["flow"]["id"]
            for found in (one, other)
            for each in found["decisions"]
        }
        found = [each["flow"]["id"] for each in both["decisions"]]
        assert sorted(found) == sorted(expected)
        # What may be about any port is said once.
        assert both["gaps"] == one["gaps"] == other["gaps"] != []
        lines = both["text"].splitlines()
        assert sorted(lines) == sorted({*lines})

    def test_a_port_of_a_list_that_no_flow_uses(self, ask: Ask) -> None:
        """It is told beside the others, with what was probably meant."""
        answer = ask("explain 443,8842,123/tcp aws")
        assert answer.code == 0
        assert "needed         Controller -> AWS, TCP 443" in answer.out
        assert "unknown        No flow uses port 8842." in answer.out
        assert "unknown        No flow uses TCP 123." in answer.out
        assert "Did you mean TCP 8443?" in answer.out
        assert "Did you mean UDP 123?" in answer.out
        # What nothing documents needs no deployment.
        answer = ask("explain 8842,123/tcp --json")
        found = json.loads(answer.out)
        assert answer.code == 1
        assert found["text"].count("No flow uses") == 2
        assert [e["meant"] for e in found["near_misses"]] == [
            "TCP 8443",
            "UDP 123",
        ]
        assert "nsx-t-dfw-30-2-portal" in [
            e["id"] for e in found["statements"]
        ]

    @pytest.mark.parametrize(
        "text", ["443,", "443,ssh", "tcp/443,x/1", ",", "443,70000"]
    )
    def test_no_list_of_ports(self, ask: Ask, text: str) -> None:
        """It is refused, and none of it is answered."""
        answer = ask(f"explain {text} aws")
        assert (answer.code, answer.out) == (2, "")

    @pytest.mark.parametrize(
        ("text", "line"),
        [
            ("443-450", "ports --port 443-450"),
            ("tcp/8000-8443", "ports --port 8000-8443 --protocol tcp"),
            ("UDP 100-200", "ports --port 100-200 --protocol udp"),
            ("SE", "ports --endpoint service-engine"),
            ("aws", "ports --endpoint aws"),
            ("NSX ALB Controller", "ports --endpoint controller"),
            ("NSX Manager", "statements --endpoint nsx-manager"),
            ("vcenter", "statements --endpoint vcenter-server"),
        ],
    )
    def test_what_another_command_lists(
        self, ask: Ask, text: str, line: str
    ) -> None:
        """It is named, and finds something."""
        answer = ask(f"explain {quote(text)} aws")
        assert (answer.code, answer.out) == (2, "")
        assert answer.err.endswith(
            "Error: explain takes ports, a protocol, a service, a pair or a "
            f"flow, got {text!r}; see 'avi-portspec {line}'\n"
        )
        assert ask(line).code == 0

    def test_gaps(self, ask: Ask) -> None:
        """Silence, in the same words."""
        found = {
            (name, text)
            for name in avi_portspec.editions()
            for text in gaps(ask, name)
        }
        assert len(found) > 4
        for name, text in found:
            answer = ask(f"explain {quote(text)} --edition {name}")
            assert answer.code == 1
            assert answer.out.startswith(
                f"unknown        No flow goes from {text}."
            )

    def test_statements(self, ask: Ask) -> None:
        """The traffic of each that has two ends."""
        rows = json.loads(ask("statements --json").out)["statements"]
        printed = {row["traffic"] for row in rows if " -> " in row["traffic"]}
        assert len(printed) > 50
        for text in sorted(printed):
            answer = ask(f"explain {quote(text)} --cloud aws,vcenter --all")
            assert answer.code in (0, 1), text
            ends = text.partition(",")[0]
            assert ends in answer.out.replace(" to ", " -> ")
