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
