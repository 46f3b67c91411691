"""The command line, as its users call it, within this process."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest
from asking_cli import Answer, Ask, Stream

from avi_portspec.cli import main


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Ask:
    """Return a function that runs a command line in an empty folder."""
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "TERM"):
        monkeypatch.delenv(name, raising=False)

    def run(
        line: str,
        *,
        stdin: bytes = b"",
        width: int | None = None,
        asked: bool = False,
        encoding: str = "utf-8",
    ) -> Answer:
        """Run a command line.

        Args:
            line: What stands after ``avi-portspec``.
            stdin: What standard input holds.
            width: The terminal's width; ``None`` for a pipe.
            asked: Whether standard input is a terminal.
            encoding: That of standard output and error.
        """
        is_terminal = width is not None
        out = Stream(terminal=is_terminal, encoding=encoding)
        # As Python has it: what it cannot say of an error, it numbers.
        err = Stream(
            terminal=is_terminal,
            encoding=encoding,
            errors="backslashreplace",
        )
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", out)
            patch.setattr(sys, "stderr", err)
            patch.setattr(sys, "stdin", Stream(stdin, terminal=asked))
            if width is not None:
                patch.setenv("COLUMNS", str(width))
            code = main(shlex.split(line))
            said, told = out.read_back(), err.read_back()
        return Answer(code, said.decode(errors="replace"), told.decode(), said)

    return run


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Return the folder that commands run in, with files of one's own."""
    made = {
        "deployment.toml": 'clouds = ["aws"]\nfeatures = ["cli-shell"]\n',
        "site.toml": (
            'id = "berlin"\ntitle = "Site Berlin"\n\n[[changes]]\n'
            'flow = "external-to-controller-https"\nports = [9443]\n'
            'reason = "The portal moved."\n'
        ),
        "addresses.toml": (
            'controller = ["10.10.1.11", "10.10.1.12", "2001:db8:1::11"]\n'
            'service-engine = ["10.20.0.0/24", "2001:db8:2::/64"]\n'
            'external-network-services = ["192.0.2.0/24"]\n'
            'aws = ["198.51.100.0/24"]\n'
        ),
        "page.html": "<h1>Ports</h1><p>Not the page.</p>\n",
        # What can be audited, and what is accepted of it: nothing yet.
        "security-groups.json": '{"SecurityGroups": []}\n',
        "plan.json": (
            '{"format_version": "1.2", "terraform_version": "1.9.0", '
            '"planned_values": {"root_module": {}}}'
        ),
        "ruleset.json": '{"nftables": [{"metainfo": {}}]}\n',
        "roles.toml": "[party]\n",
        "accepted.toml": "accepted = []\n",
    }
    for name, text in made.items():
        Path(tmp_path, name).write_text(text, encoding="utf-8")
    return tmp_path
