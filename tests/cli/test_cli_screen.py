"""Tables for people: on a terminal of any width, and in a pipe."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import ClassVar

import pytest
from asking_cli import Ask

from avi_portspec import load
from avi_portspec.cli.streams import tell
from avi_portspec.cli.terminal import Column, Screen, use_colour

QUESTION = "ports --deployment aws --with cli-shell"
ESCAPE = "\x1b["


def unstyled(text: str) -> str:
    """Return a text without its colours."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


class TestInAPipe:
    """Plain, and complete."""

    def test_nothing_is_cut_or_wrapped(self, ask: Ask) -> None:
        """A line a flow, each cell as it is, whatever COLUMNS says."""
        answer = ask("ports --columns id,when,citation")
        edition = load("vantage-undated")
        for flow in edition.flows:
            (line,) = [
                each
                for each in answer.out.splitlines()
                if each.startswith(f"{flow.id} ")
            ]
            assert flow.when.describe(edition.facets) in line
            assert line.endswith(str(flow.citation))

    def test_columns_of_the_terminal_do_not_matter(
        self, ask: Ask, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The pipe's reader has no width."""
        wide = ask(QUESTION).out
        monkeypatch.setenv("COLUMNS", "40")
        assert ask(QUESTION).out == wide

    def test_no_line_ends_with_blanks(self, ask: Ask) -> None:
        """Not even where the last cell is empty."""
        for line in ask("ports --columns id,service").out.splitlines():
            assert line == line.rstrip()

    def test_wide_characters_take_two_columns(self) -> None:
        """And marks that join others none, so that columns line up."""
        screen = Screen(None, None)
        screen.table(
            (Column("A"), Column("B")),
            [("港口", "x"), ("e\u0301e\u0301", "x"), ("1234", "x")],
        )
        _, _, *lines = screen.text().splitlines()
        assert lines == ["港口  x", "e\u0301e\u0301    x", "1234  x"]

    def test_forced_colour_cuts_nothing_either(
        self, ask: Ask, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The cells are the same, and each row is a line."""
        plain = ask(QUESTION).out
        monkeypatch.setenv("FORCE_COLOR", "1")
        styled = ask(QUESTION).out
        assert ESCAPE in styled
        assert {*unstyled(styled).split()} - {*plain.split()} <= {
            each for each in unstyled(styled).split() if set(each) == {"─"}
        }
        for line in plain.splitlines():
            if line.endswith("controller-to-aws"):
                assert line.split() in [
                    each.split() for each in unstyled(styled).splitlines()
                ]


class TestOnATerminal:
    """As wide as it is."""

    @pytest.mark.parametrize("width", [20, 40, 60, 80, 100, 140, 200])
    @pytest.mark.parametrize(
        "line",
        [
            QUESTION,
            "ports",
            "ports --deployment aws --why --columns id,ports",
            "editions",
            "endpoints",
            "notes",
        ],
    )
    def test_ports_and_ids_are_whole(
        self, ask: Ask, width: int, line: str
    ) -> None:
        """Each word that a pipe has is there, unless a column is named."""
        text = unstyled(ask(line, width=width).out)
        assert "…" not in text
        edition = load("vantage-undated")
        if line.startswith("ports --deployment aws"):
            flows = edition.resolve("aws").having("needed", "optional")
        else:
            flows = edition.flows
        whole = {
            "ports": ["TCP 8443", "UDP 123"],
            "endpoints": [*edition.endpoints.ids()],
            "editions": ["vantage-undated", "16.2"],
            "notes": [*edition.notes.ids()],
        }[line.split(maxsplit=1)[0]]
        for word in whole:
            assert word in text
        if "--columns" in line:
            for flow in flows:
                assert flow.id in text

    @pytest.mark.parametrize("width", [80, 100, 140, 200])
    def test_no_line_is_longer_than_the_terminal(
        self, ask: Ask, width: int
    ) -> None:
        """Tables, what stands above them and what stands below."""
        for line in (QUESTION, "ports --cloud openshift", "endpoints"):
            text = unstyled(ask(line, width=width).out)
            assert max(map(len, text.splitlines())) <= width

    def test_a_column_that_was_asked_for_is_shown(self, ask: Ask) -> None:
        """However narrow: then each row is a few lines."""
        text = unstyled(
            ask("ports --port 443 --columns id,when", width=30).out
        )
        lines = text.splitlines()
        assert lines[0] == "Flow  controller-to-controller-https"
        assert lines[1].startswith("When  always")
        assert lines[2] == ""

    def test_what_is_said_of_one_flow_is_wrapped(self, ask: Ask) -> None:
        """Below what it is about, with ids whole."""
        line = "show service-engine-to-controller-echo"
        text, stamp = unstyled(ask(line, width=60).out).split("\n\n")
        lines = text.splitlines()
        assert stamp.startswith("Source: ")
        assert "service-engine-to-controller-echo" in lines[0]
        goes_on = [line for line in lines if line.startswith(" " * 10)]
        assert goes_on
        assert max(map(len, lines)) <= 60
        assert all(line.strip() for line in lines)

    @pytest.mark.parametrize(
        ("line", "start"),
        [
            (
                "diff 17.1 --all",
                "- changed in flows: controller-to-controller-ssh-c",
            ),
            ("diff 17.1 --all", "    readings (text): added when: "),
            ("symptom banner", "  impact: If ping is blocked between a C"),
        ],
    )
    def test_items_are_wrapped_below_themselves(
        self, ask: Ask, line: str, start: str
    ) -> None:
        """No word is cut, and the next line is no item of its own."""
        lines = unstyled(ask(line, width=80).out).splitlines()
        # A list of ids has words that are longer than a line.
        assert all(
            len(each) <= 80 or " " not in each.strip() for each in lines
        )
        at = next(n for n, each in enumerate(lines) if each.startswith(start))
        margin = len(start) - len(start.lstrip(" -"))
        following = lines[at + 1]
        assert following[:margin].isspace()
        assert following[margin].isalpha() or following[margin] == "("


class TestWhatIsNoAnswer:
    """Errors and warnings, on standard error."""

    #: Command lines of which each has something to tell.
    LINES = (
        "ports vsfere",
        "ports aws --columns idd",
        "explain vcenter",
        "explain tcp/22/x aws",
        "ports aws --accept nsx-t-dfw-30-2-portal",
        "ports aws --edition 22.1.4",
        "ports new.toml",
        "ports bad.toml",
        "ports nsx-t --quiet",
        "check bad.toml nowhere.toml",
        "export aws",
        "init aws --force -o a-folder-that-does-not-exist/deployment.toml",
        "rules nsx-t --platform nftables --inventory unused.toml",
        "audit rules bad.toml aws",
    )
    FILES: ClassVar = {
        "new.toml": 'clouds = ["aws"]\nrelease = 30.2\n',
        "bad.toml": 'clouds = ["awz"]\ncontroler = "container"\nnodes = 3\n',
        "unused.toml": 'esxi-host = ["10.0.0.1"]\n',
    }

    @pytest.mark.parametrize("line", LINES)
    def test_it_fits_the_terminal(
        self, ask: Ask, tmp_path: Path, line: str
    ) -> None:
        """In the words that a pipe gets, each on lines of its own."""
        for name, text in self.FILES.items():
            tmp_path.joinpath(name).write_text(text, encoding="utf-8")
        piped = ask(line)
        for width in (60, 80, 160):
            told = ask(line, width=width)
            assert told.code == piped.code
            for text in told.err.splitlines():
                assert len(text) <= width
            assert told.err.split() == piped.err.split() != []
            if "check" in line:
                assert max(map(len, told.out.splitlines())) <= width
                assert told.out.split() == piped.out.split()

    def test_a_pipe_gets_a_line_each(self, ask: Ask) -> None:
        """Whatever reads it looks for lines."""
        (line,) = ask("ports aws --edition 22.1.4").err.splitlines()
        assert len(line) > 160

    def test_an_indent_goes_on(self, ask: Ask, tmp_path: Path) -> None:
        """A fault is told from the next by it."""
        text = self.FILES["bad.toml"]
        tmp_path.joinpath("bad.toml").write_text(text, encoding="utf-8")
        head, *faults = ask("ports bad.toml", width=60).err.splitlines()
        assert head.startswith("Error: bad.toml: ")
        assert all(fault.startswith("  ") for fault in faults)

    def test_without_standard_error(
        self, ask: Ask, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A shell closes it with ``2>&-``: nobody wants to be told."""
        monkeypatch.setattr(sys, "stderr", None)
        tell("Nobody reads this.")


class TestColour:
    """Only where it is expected."""

    def test_a_terminal_gets_it(self, ask: Ask) -> None:
        """Groups and ports are bold, services and what is below are dim."""
        text = ask(QUESTION, width=160).out
        for bold in ("From Controller", "  TCP 22   "):
            assert f"{ESCAPE}1m{bold}" in text
        for dim in ("  SSH     ", "Assumed: ", "Source: "):
            assert f"{ESCAPE}2m{dim}" in text
        # No colour carries the meaning of a row.
        assert not re.search(r"\x1b\[[0-9;]*3[0-7]m", text)
        line = "explain tcp/5054 --deployment aws --with cli-shell"
        assert ask(line, width=160).out.startswith(f"{ESCAPE}1mneeded  ")
        line = "explain controller-to-service-engine --deployment aws"
        assert ask(line, width=160).out.startswith("no port needed")

    @pytest.mark.parametrize(
        ("options", "variables", "width", "expected"),
        [
            ("", {}, None, False),
            ("", {}, 80, True),
            ("", {"TERM": "dumb"}, 80, False),
            ("", {"NO_COLOR": "1"}, 80, False),
            ("", {"NO_COLOR": ""}, 80, True),
            ("", {"FORCE_COLOR": "1"}, None, True),
            ("", {"FORCE_COLOR": ""}, None, False),
            ("", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, None, False),
            ("--no-color", {"FORCE_COLOR": "1"}, 80, False),
            ("--color", {"NO_COLOR": "1"}, None, True),
            ("--output -", {}, 80, True),
        ],
    )
    def test_options_come_before_variables_before_terminals(
        self,
        ask: Ask,
        monkeypatch: pytest.MonkeyPatch,
        *,
        options: str,
        variables: dict[str, str],
        width: int | None,
        expected: bool,
    ) -> None:
        """Empty variables say nothing (no-color.org)."""
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        answer = ask(f"{QUESTION} {options}", width=width)
        assert (ESCAPE in answer.out) is expected

    def test_a_file_gets_none(self, ask: Ask, files: Path) -> None:
        """Even when the terminal that it is written from would."""
        ask(f"{QUESTION} --output answer.txt", width=80)
        text = Path(files, "answer.txt").read_text(encoding="utf-8")
        assert text == ask(QUESTION).out
        assert not use_colour(None, is_terminal=False)

    def test_machines_never_get_it(
        self, ask: Ask, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """JSON has no colour."""
        monkeypatch.setenv("FORCE_COLOR", "1")
        assert ESCAPE not in ask(f"{QUESTION} --json", width=80).out


class TestEncodings:
    """Standard output that knows few characters."""

    OVERLAY = (
        'id = "kyiv"\ntitle = "Київ"\n[[endpoints]]\nid = "proxy"\n'
        'name = "Проксі"\nkind = "service"\n'
    ).encode()

    def test_a_pipe_is_utf_8(self, ask: Ask) -> None:
        """As JSON has to be (RFC 8259)."""
        for line in ("endpoints proxy", "endpoints proxy --json"):
            answer = ask(
                f"{line} --overlay -", stdin=self.OVERLAY, encoding="ascii"
            )
            assert answer.code == 0
            assert "Проксі" in answer.raw.decode("utf-8")

    def test_stray_bytes_are_numbers_too(self, ask: Ask, files: Path) -> None:
        """Python passes them on from names; no encoding has them."""
        for options in ("", "--output a.json"):
            answer = ask(f"symptom --json coffee\udcff {options}")
            assert answer.code == 1
            text = answer.out or Path(files, "a.json").read_text("utf-8")
            assert json.loads(text)["seen"] == "coffee\udcff"

    def test_a_terminal_gets_the_characters_numbers(self, ask: Ask) -> None:
        """Where it cannot show them."""
        answer = ask(
            "endpoints proxy --overlay - --no-color",
            stdin=self.OVERLAY,
            encoding="ascii",
            width=160,
        )
        assert answer.code == 0
        assert r"\u041f\u0440" in answer.out
