"""The fuzzer: what it starts from, and what it says where it cannot run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import hostile_readers
import pytest

FUZZER = Path(__file__).with_name("fuzz_readers.py")


@pytest.mark.parametrize(("options", "status"), [("", 0), ("--required", 1)])
def test_that_it_cannot_run_is_said(options: str, status: int) -> None:
    """Nothing is skipped in silence; who requires it, fails."""
    code = (
        "import runpy, sys\n"
        "sys.modules['atheris'] = None\n"
        f"sys.argv = ['fuzz', *{options.split()!r}]\n"
        f"sys.path.insert(0, {str(FUZZER.parent)!r})\n"
        f"runpy.run_path({str(FUZZER)!r}, run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status, done.stderr
    assert done.stdout.startswith("skipped: no atheris")


def test_it_starts_from_a_text_for_every_reader() -> None:
    """Each of them sound, or the fuzzer would never come in."""
    assert hostile_readers.examples().keys() == hostile_readers.READERS.keys()
