"""The ledger's command."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

import pytest

from avi_portspec.ledger import entries
from tools.ledger import main

PAGE = "A page\nOne sentence.\n"


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """Return the path of an invented page."""
    path = tmp_path / "page.txt"
    path.write_text(PAGE, encoding="utf-8")
    return path


class TestCheck:
    """``check`` compares a copy with the ledger."""

    def test_drift(
        self, page: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Another page has drifted in every fragment: the code is 1."""
        assert main(["check", str(page)]) == 1
        assert capsys.readouterr().out.endswith("unchanged: 0 fragments\n")

    def test_no_drift(
        self,
        page: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        """The same page has not: the code is 0."""
        ledger = entries.Ledger(
            edition="x",
            entries=[
                entries.Entry(
                    address=f.address, sha256=f.sha256, waived="Invented."
                )
                for f in entries_of(page)
            ],
        )
        monkeypatch.setattr("tools.ledger.load_ledger", lambda _: ledger)
        assert main(["check", str(page), "--edition", "x"]) == 0
        assert capsys.readouterr().out == "unchanged: 2 fragments\n"

    @pytest.mark.parametrize(
        "arguments",
        [["check", "no-such-file"], ["check", "{page}", "--edition", "16.9"]],
    )
    def test_cannot_be_read(
        self,
        arguments: list[str],
        page: Path,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        """A missing file, or edition without a ledger: the code is 2."""
        given = [
            argument.replace("{page}", str(page)) for argument in arguments
        ]
        assert main(given) == 2
        assert capsys.readouterr().err


class TestDraft:
    """``draft`` writes a ledger to fill in."""

    def test_of_html(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """A file that ends in ``.html`` is read as HTML."""
        path = tmp_path / "page.html"
        path.write_text("<h1>A page</h1><p>One sentence.</p>")
        assert main(["draft", str(path)]) == 0
        drafted = capsys.readouterr().out
        assert drafted.startswith('edition = "vantage-undated"\n')
        assert drafted.count("claims = []") == 2

    def test_of_html_whose_name_does_not_say_so(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """It is read as the command line reads it."""
        path = tmp_path / "page"
        path.write_text("\ufeff <h1>A page</h1><p>One sentence.</p>")
        assert main(["draft", str(path)]) == 0
        assert 'address = "a-page/heading"' in capsys.readouterr().out

    def test_of_an_edition_without_a_ledger(
        self, page: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Then nothing is known yet."""
        assert main(["draft", str(page), "--edition", "16.3"]) == 0
        assert capsys.readouterr().out.startswith('edition = "17.1"\n')


class TestProcess:
    """The module runs as a command."""

    def test_exit_code(
        self, page: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """``python -m`` ends with the code of the check."""
        monkeypatch.setattr(sys, "argv", ["ledger", "check", str(page)])
        monkeypatch.delitem(sys.modules, "tools.ledger")
        with pytest.raises(SystemExit) as caught:
            runpy.run_module("tools.ledger", run_name="__main__")
        assert caught.value.code == 1


def entries_of(page: Path) -> list[entries.Fragment]:
    """Return the fragments of a page of plain text."""
    from avi_portspec.ledger.fragments import from_text

    return list(from_text(page.read_text(encoding="utf-8")))
