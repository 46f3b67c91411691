"""Firewall rules from the command line."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from asking_cli import Ask, Stream
from click.testing import CliRunner

import avi_portspec
from avi_portspec.cli.program import program
from avi_portspec.cli.waiting import waiting

ASKED = "rules --platform nftables --inventory addresses.toml"


class TestWriting:
    """What the library makes of it."""

    @pytest.mark.parametrize("name", ["nftables", "iptables", "csv"])
    def test_is_what_the_library_writes(
        self, ask: Ask, files: Path, name: str
    ) -> None:
        """On standard output, byte by byte."""
        edition = avi_portspec.load()
        site = avi_portspec.load_inventory(
            files / "addresses.toml", edition=edition
        )
        for option, optional in (("", False), (" --optional", True)):
            rules = avi_portspec.rule_set(
                edition.resolve("aws"), site, optional=optional
            )
            answer = ask(
                f"rules --platform {name} --inventory addresses.toml "
                f"--deployment aws{option}"
            )
            assert answer.code == 0
            assert answer.raw == rules.render(name).encode()

    def test_into_a_file(self, ask: Ask, files: Path) -> None:
        """Whole, or not at all."""
        line = f"{ASKED} --deployment aws"
        answer = ask(f"{line} --output avi.nft")
        assert (answer.code, answer.out, answer.err) == (0, "", "")
        text = (files / "avi.nft").read_text()
        assert text == ask(line).out
        assert ask(f"{ASKED} --cloud gcp --output avi.nft").code == 2
        assert (files / "avi.nft").read_text() == text

    def test_from_standard_input(self, ask: Ask) -> None:
        """Where the inventory is made by something else."""
        answer = ask(
            "rules --platform csv --inventory - --cloud aws --allow-missing",
            stdin=b'controller = ["10.0.0.1"]\naws = ["10.9.0.0/16"]\n',
        )
        assert "controller-to-aws" in answer.out

    def test_through_click(
        self, files: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The group of commands is one that click can run anywhere."""
        monkeypatch.chdir(files)
        line = f"{ASKED} --deployment aws"
        answer = CliRunner().invoke(
            program, line.split(), standalone_mode=False
        )
        assert answer.return_value == 0
        assert "table inet avi-portspec {" in answer.output

    def test_as_a_program(self, files: Path) -> None:
        """As people have it in a shell."""
        done = subprocess.run(
            [
                *(sys.executable, "-m", "avi_portspec", *ASKED.split()),
                *("--deployment", "aws"),
            ],
            cwd=files,
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.startswith("# avi-portspec ")
        assert done.stderr == ""


class TestWhatIsLeftOut:
    """It is said where people look, besides the output's header."""

    def test_missing_addresses_are_an_error(
        self, ask: Ask, files: Path
    ) -> None:
        """All of them, each with the flows that need it."""
        answer = ask(f"{ASKED} --cloud openstack")
        assert (answer.code, answer.out) == (2, "")
        assert answer.err.splitlines()[0] == "Error: inventory: 4 faults"
        assert "nova: wanted addresses, for controller-to-nova" in answer.err

    @pytest.mark.usefixtures("files")
    def test_unless_they_may_be(self, ask: Ask) -> None:
        """The exit code says that it is not complete."""
        answer = ask(f"{ASKED} --cloud openstack --allow-missing")
        assert answer.code == 1
        assert "complete: NO" in answer.out
        assert answer.err.splitlines() == [
            "not complete: needed flows have no rules",
            *(
                f"left out: controller-to-{name}: no-address. The inventory "
                f"has none of {name}."
                for name in ("keystone", "glance", "nova", "neutron")
            ),
        ]

    @pytest.mark.usefixtures("files")
    def test_what_the_page_leaves_open(self, ask: Ask) -> None:
        """Conflicts and gaps, though all that is needed is written."""
        answer = ask(f"{ASKED} --cloud no-orchestrator")
        assert answer.code == 0
        assert "unstated: the page does not say" in answer.err
        answer = ask(f"{ASKED} --cloud openstack --container --allow-missing")
        assert answer.err.count(": conflict. ") == 2

    @pytest.mark.usefixtures("files")
    def test_what_is_optional_is_not(self, ask: Ask) -> None:
        """Nobody asked for it."""
        assert ask(f"{ASKED} --cloud aws").err == ""


class TestDryRun:
    """A summary for people."""

    @pytest.mark.usefixtures("files")
    def test_is_a_table(self, ask: Ask) -> None:
        """A line a rule, what is left out, and whether that is all."""
        answer = ask(f"{ASKED} --cloud aws --optional --dry-run")
        lines = answer.out.splitlines()
        assert answer.code == 0
        assert lines[0].split() == [
            *("Source", "Destination", "Ports", "IP", "Addresses", "Flows"),
        ]
        assert "TCP 22, 443 and 8443  IPv4" in lines[2]
        assert "10.20.0.0/24 to 10.20.0.0/24" in lines[4]
        assert "192.0.2.0/24 to 2 networks" in lines[10]
        assert (
            "left out: controller-to-gateway-echo: no-address." in answer.out
        )
        assert lines[-1] == (
            "12 rules for nftables: every needed flow has its rules."
        )
        assert "table inet" not in answer.out

    @pytest.mark.usefixtures("files")
    def test_says_what_is_missing(self, ask: Ask) -> None:
        """And what the page is silent on."""
        answer = ask(
            f"{ASKED} --cloud openshift,openstack --allow-missing --dry-run"
        )
        assert answer.code == 1
        assert answer.out.endswith(
            "not complete, needed flows have no rules.\n"
        )
        assert "unstated: " in answer.out

    def test_fails_where_writing_would(self, ask: Ask, files: Path) -> None:
        """A platform that cannot say a rule says so before."""
        (files / "own.toml").write_text(
            'id = "own"\ntitle = "Own"\n[[flows]]\nid = "own-zero"\n'
            'source = "controller"\ndestination = "aws"\nprotocols = [0]\n'
            'purpose = "Own."\n'
        )
        answer = ask(
            "rules --platform iptables --inventory addresses.toml "
            "--cloud aws --overlay own.toml --dry-run"
        )
        assert (answer.code, answer.out) == (2, "")
        assert "iptables cannot say rule controller-to-aws-protocol-0" in (
            answer.err
        )
        assert "(for own-zero)" in answer.err


class TestJson:
    """For programs."""

    @pytest.mark.usefixtures("files")
    def test_has_rules_and_text(self, ask: Ask) -> None:
        """The text is not written in a dry run."""
        found = json.loads(ask(f"{ASKED} --cloud aws --json").out)
        assert found["text"] == ask(f"{ASKED} --cloud aws").out
        assert found["is_complete"]
        assert found["rules"][0]["ports"][0] == {"low": 22, "high": 22}
        dry = json.loads(ask(f"{ASKED} --cloud aws --json --dry-run").out)
        assert dry == {**found, "text": None}


class TestWrongUsage:
    """What is asked for has to be."""

    @pytest.mark.parametrize(
        ("line", "wanted"),
        [
            ("rules --cloud aws --inventory addresses.toml", "--platform"),
            ("rules --cloud aws --platform csv", "--inventory"),
            (ASKED, "which deployment?"),
            (
                ASKED.replace("nftables", "nftable") + " --cloud aws",
                "did you mean 'nftables'?",
            ),
            (
                ASKED.replace("addresses", "adresses") + " --cloud aws",
                "did you mean 'addresses.toml'?",
            ),
            (
                "rules --platform csv --inventory site.toml --cloud aws",
                "site.toml: 3 faults",
            ),
        ],
    )
    @pytest.mark.usefixtures("files")
    def test_is_told(self, ask: Ask, line: str, wanted: str) -> None:
        """With what would be right."""
        answer = ask(line)
        assert (answer.code, answer.out) == (2, "")
        assert wanted in answer.err


class TestWaiting:
    """People who wait are told what for."""

    def said(
        self, monkeypatch: pytest.MonkeyPatch, *, terminal: bool
    ) -> tuple[Stream, threading.Event]:
        """Return standard error, and what is set once it is written to."""
        stream, heard = Stream(terminal=terminal), threading.Event()
        write = stream.write

        def noted(text: str) -> int:
            length = write(text)
            heard.set()
            return length

        monkeypatch.setattr(stream, "write", noted)
        monkeypatch.setattr(sys, "stderr", stream)
        return stream, heard

    def test_on_a_terminal(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Once it has taken long."""
        stream, heard = self.said(monkeypatch, terminal=True)
        with waiting("reading", patience=0):
            assert heard.wait(10)
        assert stream.read_back() == b"reading ...\n"

    def test_not_when_it_is_quick(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A word that flashes by helps nobody."""
        stream, _ = self.said(monkeypatch, terminal=True)
        before = threading.active_count()
        with waiting("reading"):
            assert threading.active_count() == before + 1
        assert stream.read_back() == b""

    def test_not_in_a_pipe(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Nobody looks."""
        stream, _ = self.said(monkeypatch, terminal=False)
        before = threading.active_count()
        with waiting("reading", patience=0):
            assert threading.active_count() == before
        assert stream.read_back() == b""
