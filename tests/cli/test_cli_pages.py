"""The help pages as data, and the man page that is made of them."""

from __future__ import annotations

import shutil
import subprocess

import pytest

import avi_portspec
from avi_portspec.cli.man import man_page
from avi_portspec.cli.man.__main__ import main
from avi_portspec.cli.pages import ENVIRONMENT, EXITS, described
from avi_portspec.cli.program import SECTIONS


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the man page of one day."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795305600")
    return man_page()


class TestTheHelpAsData:
    """What documentation is made of."""

    def test_every_command_is_described(self) -> None:
        """In the order of the program's help, which is first."""
        names = [name for each in SECTIONS.values() for name in each]
        assert [each.name for each in described()] == ["", *names]

    def test_each_says_what_it_does(self) -> None:
        """In a line, with how it is called."""
        for each in described():
            assert each.summary.endswith(".")
            assert each.usage.startswith(f"avi-portspec {each.name}".strip())
            assert all(text for _, options in each.options for text in options)


class TestTheManPage:
    """Sound roff, that says the same."""

    def test_it_says_what_the_help_says(self, page: str) -> None:
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
        first = page.splitlines()[0]
        version = avi_portspec.__version__
        assert first == (
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

    def test_a_command_prints_it(
        self, page: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """``python -m avi_portspec.cli.man``."""
        assert main() == 0
        assert capsys.readouterr().out == page
