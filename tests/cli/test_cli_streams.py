"""What stands for a standard stream that is not there."""

from __future__ import annotations

import errno
import sys

import pytest

from avi_portspec.cli import main
from avi_portspec.cli.streams import Closed, replace_missing


class TestClosed:
    """It tells who needs it, and nobody else."""

    def test_it_cannot_be_written_to(self) -> None:
        """By the name that people have for it."""
        with pytest.raises(OSError, match="standard output") as told:
            Closed("standard output").write("text")
        assert told.value.errno == errno.EBADF

    def test_it_has_no_bytes(self) -> None:
        """Neither to read nor to write."""
        with pytest.raises(OSError, match="standard input"):
            Closed("standard input").buffer  # noqa: B018


class TestReplaceMissing:
    """Streams that are there stay what they are."""

    def test_it_takes_the_place_of_what_is_missing(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """And of nothing else."""
        there = sys.stdout
        monkeypatch.setattr(sys, "stdin", None)
        replace_missing()
        assert isinstance(sys.stdin, Closed)
        assert sys.stdout is there

    def test_a_command_that_needs_none_does_its_work(
        self,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        """One that was started without standard input, say."""
        monkeypatch.setattr(sys, "stdin", None)
        assert main(["digest"]) == 0
        assert "vantage-undated" in capsys.readouterr().out
