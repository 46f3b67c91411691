"""Completion, asked for as bash, zsh and fish do."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from asking_cli import Ask

from avi_portspec import dumps, load

Complete = Callable[[str], list[str]]


@pytest.fixture
def complete(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> Complete:
    """Return a function that completes a command line's last word."""

    def completed(line: str) -> list[str]:
        words = line.split(" ")
        monkeypatch.setenv("_AVI_PORTSPEC_COMPLETE", "bash_complete")
        monkeypatch.setenv("COMP_WORDS", f"avi-portspec {line}")
        monkeypatch.setenv("COMP_CWORD", str(len(words)))
        answer = ask("")
        monkeypatch.delenv("_AVI_PORTSPEC_COMPLETE")
        assert (answer.code, answer.err) == (0, "")
        lines = filter(None, answer.out.splitlines())
        return [each.partition(",")[2] for each in lines]

    return completed


class TestWords:
    """What can come next."""

    def test_commands_and_options(self, complete: Complete) -> None:
        """By how they start."""
        assert complete("e") == [
            "explain",
            "endpoints",
            "export",
            "editions",
        ]
        assert complete("ports --dec") == ["--decision"]

    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("ports --source service-engine-", ["service-engine-gateway"]),
            ("ports --cloud open", ["openstack", "openshift"]),
            ("ports --cloud aws,open", ["aws,openstack", "aws,openshift"]),
            ("ports --source !glan", ["!glance"]),
            ("ports --source heat,!glan", ["heat,!glance"]),
            ("ports --with cli", ["cli-shell"]),
            ("ports --with dn", ["dns"]),
            ("ports --service dn", ["dns"]),
            ("ports --service cli", []),
            (
                "ports --service-name s",
                ["SSH", "SNMP", "SMTP", "SNMP traps", "syslog"],
            ),
            ("ports --protocol u", ["udp"]),
            ("ports --requirement opt", ["optional"]),
            ("ports --section aw", ["aws"]),
            ("ports --decision un", ["unsupported", "unstated"]),
            ("ports --note no-container", ["no-container-port-in-openstack"]),
            ("ports --edition 17", ["17.1"]),
            ("rules --scope ", ["product", "all"]),
            ("rules --hook b", ["bridge"]),
            ("diff 16.2", ["16.2", "16.2.2"]),
            ("show controller-to-az", ["controller-to-azure"]),
            ("show controller-to-se", ["controller-to-service-engine"]),
            ("notes --kind rest", ["restriction"]),
            ("sources nsx-t-dfw-3", ["nsx-t-dfw-30-2"]),
            ("explain icmp aws --release 22", ["22.1"]),
            (
                "statements --on login-b",
                ["login-banner"],
            ),
            (
                "notes --on external-to-controller-c",
                ["external-to-controller-cli"],
            ),
            ("explain tcp/900", ["tcp/9001"]),
            ("explain ic", ["icmp"]),
            ("explain HTTPS", ["HTTPS"]),
            ("explain icmp aw", ["aws"]),
            ("ports open", ["openstack", "openshift"]),
            ("ports aws,open", ["aws,openstack", "aws,openshift"]),
            ("help po", ["ports"]),
            ("completion z", ["zsh"]),
            ("export --format tic", ["ticket", "ticket-html"]),
            ("schema --of sh", ["show"]),
            ("check --as ov", ["overlay"]),
            ("endpoints sm", ["smtp-server"]),
        ],
    )
    def test_what_an_edition_knows(
        self, complete: Complete, line: str, expected: list[str]
    ) -> None:
        """Ids, clouds, notes, editions; in lists, and kept out."""
        assert complete(line) == expected

    def test_a_command_that_there_is_not_completes_nothing(
        self, complete: Complete
    ) -> None:
        """Nor does it fail."""
        assert complete("nonsense --sou") == []

    def test_all_flows_and_all_presets(self, complete: Complete) -> None:
        """A preset's place is a file's as well, where no preset fits.

        The script for bash drops the words where there are both.
        """
        found = complete("show ")
        assert {*load("vantage-undated").flows.ids()} < {*found}
        assert complete("ports --deployment ") == [
            cloud.id
            for cloud in load("vantage-undated").facets["cloud"].values
        ]
        assert complete("ports --deployment my-") == ["my-"]

    def test_a_file_s_name_is_left_to_the_shell(
        self, complete: Complete
    ) -> None:
        """It knows which files there are."""
        for line in ("check si", "ports --overlay si", "show --output si"):
            assert complete(line) == ["si"]

    def test_the_edition_that_was_named_is_asked(
        self, complete: Complete
    ) -> None:
        """Before the command, or before the word."""
        line = "show service-engine-to-"
        newest = complete(line)
        assert newest
        older = complete(f"--edition 16.2 {line}")
        assert {*older} < {*newest}
        again = complete("show --edition 16.2 service-engine-to-")
        assert again == older

    def test_a_cloud_of_an_edition_of_ones_own_is_completed(
        self, complete: Complete, files: Path
    ) -> None:
        """It is no list in code."""
        table = json.loads(dumps(load("vantage-undated")))
        ibm = {"id": "ibm", "name": "IBM Cloud"}
        table["facets"][0]["values"].append(ibm)
        del table["interfaces"]
        Path(files, "own.json").write_text(json.dumps(table))
        line = "ports --edition-file own.json --deployment ib"
        assert complete(line) == ["ibm"]

    def test_an_edition_that_cannot_be_read_completes_nothing(
        self, complete: Complete
    ) -> None:
        """The command says why; a shell is not the place."""
        assert complete("show --edition-file no.toml controller") == []


class TestShells:
    """The scripts that make shells ask."""

    @pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
    def test_each_has_a_script(
        self, ask: Ask, monkeypatch: pytest.MonkeyPatch, shell: str
    ) -> None:
        """It asks this very program."""
        variable = "_AVI_PORTSPEC_COMPLETE"
        monkeypatch.setenv(variable, f"{shell}_source")
        answer = ask("")
        assert answer.code == 0
        assert f"{variable}={shell}_complete" in answer.out
        assert "avi-portspec" in answer.out

    @pytest.mark.parametrize(
        ("shell", "script"),
        [
            (
                "bash",
                (
                    "COMP_WORDS=(avi-portspec --edition vantage-undated show "
                    "controller-to-az); COMP_CWORD=4; "
                    "_avi_portspec_completion avi-portspec; "
                    'printf "%s\\n" "${COMPREPLY[@]}"'
                ),
            ),
            (
                "zsh",
                (
                    "compadd() { print -l -- ${(P)@[-1]} }; "
                    "_describe() { print -l -- ${(P)3} }; "
                    "words=(avi-portspec --edition vantage-undated show "
                    "controller-to-az); CURRENT=5; "
                    "_avi_portspec_completion"
                ),
            ),
            (
                "fish",
                (
                    'complete --do-complete "avi-portspec --edition '
                    'vantage-undated show controller-to-az"'
                ),
            ),
        ],
    )
    def test_each_completes(
        self, tmp_path: Path, shell: str, script: str
    ) -> None:
        """The shell itself, with its script loaded."""
        found = shutil.which(shell)
        if found is None:
            pytest.skip(f"{shell} is not installed")
        program = Path(tmp_path, "avi-portspec")
        program.write_text(
            f'#!/bin/sh\nexec {sys.executable} -m avi_portspec "$@"\n'
        )
        program.chmod(0o755)
        source = f"_AVI_PORTSPEC_COMPLETE={shell}_source avi-portspec"
        load_it = {
            "bash": f'eval "$({source})"',
            "zsh": f'compdef() {{ : }}; eval "$({source})"',
            "fish": f"env {source} | source",
        }[shell]
        done = subprocess.run(
            [found, "-c", f"{load_it}\n{script}"],
            capture_output=True,
            text=True,
            check=False,
            env={
                **os.environ,
                "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}",
                "HOME": str(tmp_path),
            },
        )
        assert "controller-to-azure" in done.stdout, done.stderr
