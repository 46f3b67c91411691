"""Firewall rules from the command line."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from asking_cli import Ask, Stream
from click.testing import CliRunner

import avi_portspec
from avi_portspec.cli.program import program
from avi_portspec.cli.streams import report_progress

ASKED = "rules --platform nftables --inventory addresses.toml"


class TestWriting:
    """What the library makes of it."""

    @pytest.mark.parametrize("name", ["nftables", "iptables", "csv"])
    def test_is_what_the_library_writes(
        self, ask: Ask, files: Path, name: str
    ) -> None:
        """On standard output, byte by byte."""
        edition = avi_portspec.load("vantage-undated")
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
        assert ask(f"{ASKED} --cloud openstack --output avi.nft").code == 2
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
                *("--deployment", "aws", "--edition", "vantage-undated"),
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
        assert answer.err.splitlines()[0] == "Error: addresses.toml: 4 faults"
        assert "needed for controller-to-nova, got none" in answer.err
        assert answer.err.splitlines()[-1] == (
            "Add the addresses, or use --allow-missing to leave out, and "
            "report, the flows that need them."
        )

    @pytest.mark.usefixtures("files")
    def test_unless_they_may_be(self, ask: Ask) -> None:
        """The exit code says that it is not complete."""
        answer = ask(f"{ASKED} --cloud openstack --allow-missing")
        assert answer.code == 1
        assert "complete: NO" in answer.out
        assert answer.err.splitlines() == [
            "complete: NO, needed flows without rules: "
            + ", ".join(
                f"controller-to-{name}"
                for name in ("keystone", "glance", "nova", "neutron")
            ),
            *(
                f"left out: controller-to-{name} (no-address): No address for "
                f"{name} in the inventory."
                for name in ("keystone", "glance", "nova", "neutron")
            ),
        ]

    @pytest.mark.usefixtures("files")
    def test_what_the_page_leaves_open(self, ask: Ask) -> None:
        """Conflicts and gaps, though all that is needed is written."""
        answer = ask(f"{ASKED} --cloud no-orchestrator")
        assert answer.code == 1
        lines = answer.err.splitlines()
        assert lines[0] == (
            "complete: as far as the vendor documents, with 1 gap"
        )
        assert lines[-2].startswith("unstated: the vendor's page does not")
        assert lines[-1].startswith("Stated elsewhere: Service Engine -> ")
        allowed = ask(f"{ASKED} --cloud no-orchestrator --allow-gaps")
        assert (allowed.code, allowed.out) == (0, answer.out)
        assert allowed.err == answer.err
        answer = ask(f"{ASKED} --cloud openstack --container --allow-missing")
        assert answer.err.count(" (conflict): ") == 2

    @pytest.mark.usefixtures("files")
    def test_what_is_optional_is_not(self, ask: Ask) -> None:
        """Nobody asked for it."""
        assert ask(f"{ASKED} --cloud aws").err == ""

    @pytest.mark.usefixtures("files")
    def test_several_clouds_in_one_list(self, ask: Ask) -> None:
        """No option leaves out what could open too much."""
        line = f"{ASKED} --cloud openshift,openstack --allow-missing"
        answer = ask(line)
        assert answer.code == 2
        assert "service-engine: expected its addresses by cloud" in answer.err
        assert "--allow-missing" not in answer.err

    def test_the_cluster_ip_is(self, ask: Ask, files: Path) -> None:
        """With the key that includes it."""
        with (files / "addresses.toml").open("a") as file:
            file.write('cluster-ip = "10.10.1.10"\n')
        answer = ask(f"{ASKED} --cloud aws")
        assert answer.code == 0
        assert answer.err.startswith("left out: cluster IP 10.10.1.10 ")
        assert "cluster-ip-is-destination = true" in answer.err


class TestDoubtfulDirections:
    """Who opens the connection is not clear."""

    LINE = f"{ASKED} --cloud gcp --allow-missing"

    @pytest.mark.usefixtures("files")
    def test_it_is_left_out(self, ask: Ask) -> None:
        """With what to do about it."""
        answer = ask(self.LINE)
        assert answer.code == 1
        assert (
            "left out: gcp-to-avi-vantage (direction-unclear): Direction not "
            "clear: "
        ) in answer.err
        assert answer.err.splitlines()[-1] == (
            "To write it, use --accept-reading FLOW=stated or FLOW=reversed, "
            "or [[readings]] in the deployment file."
        )

    @pytest.mark.usefixtures("files")
    def test_a_reading_is_accepted(self, ask: Ask) -> None:
        """Then it takes addresses like any other flow."""
        line = f"{self.LINE} --accept-reading gcp-to-avi-vantage=reversed"
        answer = ask(line)
        assert "direction-unclear" not in answer.err
        assert "No address for avi-vantage and gcp" in answer.err

    @pytest.mark.usefixtures("files")
    @pytest.mark.parametrize("text", ["gcp-to-avi-vantage", "a=both", "="])
    def test_a_slip_is_told(self, ask: Ask, text: str) -> None:
        """With the words that there are."""
        answer = ask(f"{self.LINE} --accept-reading {text}")
        assert (answer.code, answer.out) == (2, "")
        assert "expected FLOW=stated or FLOW=reversed" in answer.err

    @pytest.mark.usefixtures("files")
    @pytest.mark.parametrize("other", ["stated", "reversed"])
    def test_only_one_of_them(self, ask: Ask, other: str) -> None:
        """The same twice is one; two that differ are none."""
        line = f"{self.LINE} --accept-reading gcp-to-avi-vantage=reversed"
        answer = ask(f"{line} --accept-reading gcp-to-avi-vantage={other}")
        told = "expected one direction of gcp-to-avi-vantage, got both"
        assert (told in answer.err) == (other == "stated")
        assert (answer.code == 2) == (other == "stated")


class TestOneFirewall:
    """Rules for the flows through it."""

    @pytest.mark.usefixtures("files")
    def test_by_its_sides(self, ask: Ask) -> None:
        """By the words that list ports."""
        line = f"{ASKED} --cloud openstack --source SE"
        answer = ask(f"{line} --destination controller")
        assert answer.code == 0
        (told,) = answer.err.splitlines()
        assert told.startswith("left out: ")
        assert "rules drop them too, if they drop what no rule allows" in told
        assert "external-to-controller-ssh" in told
        assert told in ask(f"{line} --destination controller --dry-run").out
        plain = re.sub(r"\s+(?:# +)?", " ", answer.out)
        assert "only flows with source SE and destination controller" in plain

    @pytest.mark.usefixtures("files")
    def test_is_complete_without_the_gaps_of_others(self, ask: Ask) -> None:
        """They are told, and do not count; nor does what others state."""
        line = f"{ASKED} --cloud nsx-t --source SE"
        answer = ask(line)
        assert answer.code == 0
        assert "Not asked for, and not counted." in answer.err
        assert "Stated elsewhere" not in answer.err
        found = json.loads(ask(f"{line} --json").out)
        assert found["completeness"] == "complete"
        assert (len(found["gaps"]), len(found["gaps_not_asked"])) == (0, 1)
        whole = json.loads(ask(f"{ASKED} --cloud nsx-t --json").out)
        assert whole["completeness"] == "as-far-as-documented"
        assert whole["gaps"] == found["gaps_not_asked"]
        assert whole["gaps_not_asked"] == []

    @pytest.mark.usefixtures("files")
    def test_which_is_unknown(self, ask: Ask) -> None:
        """As where ports are listed."""
        answer = ask(f"{ASKED} --cloud aws --source contoller")
        assert answer.code == 2
        assert "'--source'" in answer.err
        assert "controller" in answer.err


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
        assert "192.0.2.0/24 to 10.10.1.11-12" in lines[10]
        assert (
            "left out: controller-to-gateway-echo (no-address):" in answer.out
        )
        assert lines[-1] == (
            "12 rules for nftables. Complete: yes, every needed flow has its "
            "rules."
        )
        assert "table inet" not in answer.out

    def test_shows_the_first_of_many_networks(
        self, ask: Ask, files: Path
    ) -> None:
        """And how many more there are."""
        many = ", ".join(f'"10.9.{n}.0/24"' for n in range(0, 40, 2))
        path = files / "addresses.toml"
        text = path.read_text().replace('"192.0.2.0/24"', many)
        path.write_text(text)
        answer = ask(f"{ASKED} --cloud aws --dry-run")
        assert "10.9.12.0/24, 10.9.14.0/24 and 12 more to " in answer.out

    @pytest.mark.usefixtures("files")
    def test_can_be_the_table_alone(self, ask: Ask) -> None:
        """The rest goes to standard error."""
        line = f"{ASKED} --cloud aws --optional --dry-run"
        table, _, rest = ask(line).out.partition("\n\n")
        answer = ask(f"{line} --quiet")
        assert answer.out == f"{table}\n"
        assert answer.err == rest != ""

    @pytest.mark.usefixtures("files")
    def test_says_what_is_missing(self, ask: Ask) -> None:
        """And what the page is silent on."""
        answer = ask(f"{ASKED} --cloud openshift --allow-missing --dry-run")
        assert answer.code == 1
        assert "Complete: NO, needed flows without rules: " in answer.out
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
        assert "iptables cannot express rule controller-to-aws-protocol-0" in (
            answer.err
        )
        assert "(for own-zero)" in answer.err


class TestOptions:
    """How the rules are written."""

    def test_a_part(self, ask: Ask, files: Path) -> None:
        """Is written where that is asked for, told, and no success."""
        (files / "own.toml").write_text(
            'id = "own"\ntitle = "Own"\n[[flows]]\nid = "own-zero"\n'
            'source = "controller"\ndestination = "aws"\nprotocols = [0]\n'
            'purpose = "Own."\nrequirement = "optional"\n'
        )
        line = (
            "rules --platform iptables --inventory addresses.toml "
            "--cloud aws --overlay own.toml --optional --partial"
        )
        answer = ask(line)
        assert answer.code == 1
        assert "COMMIT" in answer.out
        assert "left out: own-zero (not-expressible): iptables" in answer.err
        found = json.loads(ask(f"{line} --json").out)
        assert found["text"] == answer.out
        assert found["options"]["partial"] is True
        told = [o for o in found["left_out"] if o["subject"] == "own-zero"]
        assert [each["kind"] for each in told] == ["not-expressible"]
        assert not any("own-zero" in each["flows"] for each in found["rules"])

    def test_a_table_says_what_it_is(self, ask: Ask, files: Path) -> None:
        """Above it if that is asked for, and never as a row of it."""
        line = "rules --platform csv --inventory addresses.toml --cloud aws"
        plain = ask(line)
        assert plain.out.startswith("rule,action,")
        answer = ask(f"{line} --header")
        assert answer.out.startswith("# avi-portspec ")
        assert answer.out.endswith(plain.out)

    def test_are_those_of_the_library(self, ask: Ask, files: Path) -> None:
        """The same bytes, and JSON says how they were written."""
        edition = avi_portspec.load("vantage-undated")
        site = avi_portspec.load_inventory(
            files / "addresses.toml", edition=edition
        )
        rules = avi_portspec.rule_set(edition.resolve("aws"), site)
        line = f"{ASKED} --deployment aws"
        text = ask(
            f"{line} --name south --scope all --hook host --no-icmp-errors"
        ).out
        assert text == rules.render(
            "nftables",
            name="south",
            scope="all",
            hook="host",
            icmp_errors=False,
        )
        found = json.loads(ask(f"{line} --name south --hook host --json").out)
        assert found["options"] == {
            "name": "south",
            "scope": "product",
            "last_line": None,
            "hook": "host",
            "icmp_errors": True,
            "syntax": None,
            "header": None,
            "partial": False,
        }

    @pytest.mark.usefixtures("files")
    @pytest.mark.parametrize(
        ("option", "argument"),
        [
            ("--name south", "name"),
            ("--scope all", "scope"),
            ("--scope product", "scope"),
            ("--last-line none", "last_line"),
            ("--hook bridge", "hook"),
            ("--syntax hcl", "syntax"),
            ("--no-icmp-errors", "icmp_errors"),
        ],
    )
    def test_a_platform_without_it(
        self, ask: Ask, option: str, argument: str
    ) -> None:
        """Refuses it by name, and has no value of it."""
        line = "rules --platform csv --inventory addresses.toml --cloud aws"
        answer = ask(f"{line} {option}")
        assert (answer.code, answer.out) == (2, "")
        given = option.partition(" ")[0]
        assert f"'{given}': expected nothing for csv" in answer.err
        found = json.loads(ask(f"{line} --json --dry-run").out)
        assert found["options"][argument] is None
        assert found["options"]["partial"] is False


class TestJson:
    """For programs."""

    @pytest.mark.usefixtures("files")
    def test_has_rules_and_text(self, ask: Ask) -> None:
        """The text is not written in a dry run."""
        found = json.loads(ask(f"{ASKED} --cloud aws --json").out)
        assert found["text"] == ask(f"{ASKED} --cloud aws").out
        assert found["is_complete"]
        assert found["completeness"] == "complete"
        assert found["rules"][0]["ports"][0] == {
            "port_low": 22,
            "port_high": 22,
        }
        dry = json.loads(ask(f"{ASKED} --cloud aws --json --dry-run").out)
        assert dry == {**found, "text": None}

    def test_has_objects_and_the_internet(self, ask: Ask, files: Path) -> None:
        """Apart from addresses, and marked."""
        path = files / "addresses.toml"
        text = path.read_text()
        text = text.replace('"192.0.2.0/24"', '"192.0.2.0/24", { tag = "a" }')
        path.write_text(f'ntp-server = ["internet"]\n{text}')
        line = ASKED.replace("nftables", "csv") + " --cloud aws --with ntp"
        found = json.loads(ask(f"{line} --json --dry-run").out)["rules"]
        assert {
            (each["source"], *each["source_objects"])
            for each in found
            if each["source_objects"] or each["destination_objects"]
        } == {("external-network-services", "tag:a")}
        assert {e["destination"] for e in found if e["internet"]} == {
            "ntp-server"
        }
        assert (
            "192.0.2.0/24, tag:a to 10.10.1.11" in ask(f"{line} --dry-run").out
        )


class TestWrongUsage:
    """What is asked for has to be."""

    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("rules --cloud aws --inventory addresses.toml", "--platform"),
            ("rules --cloud aws --platform csv", "--inventory"),
            (ASKED, "a deployment is required"),
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
                "site.toml: expected an inventory",
            ),
            (f"{ASKED} --cloud aws --name 9", "name: expected lower-case"),
            (f"{ASKED} --cloud aws --scope any", "known: product, all"),
            (f"{ASKED} --cloud aws --hook hots", "did you mean 'host'?"),
        ],
    )
    @pytest.mark.usefixtures("files")
    def test_is_told(self, ask: Ask, line: str, expected: str) -> None:
        """With what would be right."""
        answer = ask(line)
        assert (answer.code, answer.out) == (2, "")
        assert expected in answer.err


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
        with report_progress("reading", patience=0):
            assert heard.wait(10)
        assert stream.read_back() == b"reading ...\n"

    def test_not_when_it_is_quick(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A word that flashes by helps nobody."""
        stream, _ = self.said(monkeypatch, terminal=True)
        before = threading.active_count()
        with report_progress("reading"):
            assert threading.active_count() == before + 1
        assert stream.read_back() == b""

    def test_not_in_a_pipe(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Nobody looks."""
        stream, _ = self.said(monkeypatch, terminal=False)
        before = threading.active_count()
        with report_progress("reading", patience=0):
            assert threading.active_count() == before
        assert stream.read_back() == b""
