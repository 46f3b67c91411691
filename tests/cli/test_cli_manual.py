"""``help``, ``man`` and ``completion``, and the help pages as data."""

from __future__ import annotations

import shutil
import subprocess

import click
import pytest
from asking_cli import Ask

import avi_portspec
from avi_portspec.cli.help import ENVIRONMENT, EXITS, Description, describe
from avi_portspec.cli.program import COMPLETE, SECTIONS, program

NAMES = [name for section in SECTIONS.values() for name in section]


def described() -> list[Description]:
    """Return the program's page and those of its commands."""
    with click.Context(program) as ctx:
        return [*describe(program, program.commands_in_order(ctx))]


@pytest.fixture
def page(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the man page of one day."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795305600")
    answer = ask("man")
    assert (answer.code, answer.err) == (0, "")
    return answer.out


class TestHelp:
    """``avi-portspec help``: what people try first."""

    def test_it_is_the_help_of_the_program(self, ask: Ask) -> None:
        """Without the name of a command."""
        assert ask("help") == ask("--help")

    @pytest.mark.parametrize("name", NAMES)
    def test_it_is_the_help_of_each_command(self, ask: Ask, name: str) -> None:
        """With its name."""
        assert ask(f"help {name}") == ask(f"{name} --help")

    def test_a_wrong_name_suggests_the_right_one(self, ask: Ask) -> None:
        """Rather than the help of something else."""
        answer = ask("help prots")
        assert (answer.code, answer.out) == (2, "")
        assert "unknown command 'prots'; did you mean 'ports'?" in answer.err


class TestCompletion:
    """``avi-portspec completion``: the script of a shell."""

    @pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
    def test_it_is_the_script_that_click_makes(
        self, ask: Ask, monkeypatch: pytest.MonkeyPatch, shell: str
    ) -> None:
        """The one that the variable prints."""
        answer = ask(f"completion {shell}")
        assert answer.code == 0
        monkeypatch.setenv(COMPLETE, f"{shell}_source")
        assert answer.out == ask("").out

    def test_another_shell_is_refused(self, ask: Ask) -> None:
        """With those that there are."""
        answer = ask("completion tcsh")
        assert answer.code == 2
        assert "bash, zsh, fish" in answer.err


class TestTheHelpAsData:
    """What the documentation and the man page are made from."""

    def test_every_command_is_described(self) -> None:
        """In the order of the program's help, which is first."""
        assert [each.name for each in described()] == ["", *NAMES]

    def test_each_has_a_summary_and_a_usage(self) -> None:
        """A sentence, and how to call it."""
        for each in described():
            assert each.summary.endswith(".")
            assert each.usage.startswith(f"avi-portspec {each.name}".strip())
            assert all(text for _, options in each.options for text in options)


class TestTheManPage:
    """Sound roff, with the text of the help."""

    def test_it_has_the_text_of_the_help(self, page: str) -> None:
        """Every command, option, example, variable and code."""
        text = page.replace("\\-", "-").replace("\\&", "")
        flat = " ".join(text.split())
        for each in described():
            assert each.summary in flat
            if each.name:
                assert f"\n.SS {each.name}\n" in text
                assert each.ending in flat
            for _, options in each.options:
                for names, said in options:
                    assert f".B {names}" in text
                    assert " ".join(said.split()) in flat
            for example in each.examples:
                assert f"\n{example.line}\n" in text
        for name, said in ENVIRONMENT:
            assert name in text
            assert said in flat
        for code, said in EXITS:
            assert f".B {code}" in text
            assert said in flat

    def test_it_has_the_day_and_the_version(self, page: str) -> None:
        """The day is the build's, which can be repeated."""
        version = avi_portspec.__version__
        assert page.splitlines()[0] == (
            '.TH AVI-PORTSPEC 1 "2026-11-22" '
            f'"avi-portspec {version}" "User Commands"'
        )

    def test_no_line_is_a_request_by_accident(self, page: str) -> None:
        """Text may start with a quote, or a dot."""
        requests = {".TH", ".SH", ".SS", ".PP", ".TP", ".B", ".RS", ".RE"}
        for line in page.splitlines():
            assert not line.startswith("'")
            if line.startswith("."):
                assert line.split()[0] in {*requests, ".nf", ".fi"}

    @pytest.mark.parametrize(
        "checker",
        [
            ["mandoc", "-T", "lint", "-W", "warning"],
            ["groff", "-man", "-ww", "-b", "-z"],
        ],
        ids=lambda words: words[0],
    )
    def test_checkers_find_nothing(
        self, page: str, checker: list[str]
    ) -> None:
        """Both of them, where they are installed."""
        found = shutil.which(checker[0])
        if found is None:
            pytest.skip(f"{checker[0]} is not installed")
        done = subprocess.run(
            [found, *checker[1:]],
            input=page,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
