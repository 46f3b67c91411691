"""The maintainers' command about the data's version."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

import pytest

import avi_portspec
from tools.release import main

NOTHING = '{"version": "0.0.0", "editions": []}'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a folder in which nothing was ever released."""
    (tmp_path / "released-data.json").write_text(NOTHING)
    (tmp_path / "CHANGELOG.md").write_text("# Changelog\n")
    return tmp_path


class TestCommand:
    """``check``, ``lines`` and ``release``."""

    def test_lines(
        self, root: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Before the first release, every edition is new."""
        assert main(["lines", "--root", str(root)]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert len(lines) == len(avi_portspec.editions())

    def test_check(
        self, root: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """The check fails until the changelog has the lines."""
        assert main(["check", "--root", str(root)]) == 1
        assert capsys.readouterr().out.startswith("CHANGELOG.md: expected")
        main(["lines", "--root", str(root)])
        lines = capsys.readouterr().out
        text = f"# Changelog\n\n## [Unreleased]\n\n### Data\n{lines}"
        (root / "CHANGELOG.md").write_text(text)
        assert main(["check", "--root", str(root)]) == 0
        assert capsys.readouterr().out == ""

    def test_release(
        self, root: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """After a release, nothing has to be said."""
        assert main(["release", "--root", str(root)]) == 0
        assert main(["lines", "--root", str(root)]) == 0
        assert main(["check", "--root", str(root)]) == 0
        assert capsys.readouterr().out == ""

    @pytest.mark.parametrize("name", ["released-data.json", "CHANGELOG.md"])
    def test_a_missing_file(
        self, name: str, root: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Without a file that it needs, the check cannot be made."""
        (root / name).unlink()
        assert main(["check", "--root", str(root)]) == 2
        assert name in capsys.readouterr().err

    def test_as_a_process(
        self, root: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """``python -m`` ends with the code of the check."""
        arguments = ["changes", "check", "--root", str(root)]
        monkeypatch.setattr(sys, "argv", arguments)
        monkeypatch.delitem(sys.modules, "tools.release")
        with pytest.raises(SystemExit) as caught:
            runpy.run_module("tools.release", run_name="__main__")
        assert caught.value.code == 1
