"""The script that pins what it uses: with one thing moved, it stops."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from docs_blocks import DOCS, ROOT, blocks_of
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

import avi_portspec

(SCRIPT,) = (
    block.text
    for block in blocks_of(DOCS / "how-to" / "pin.rst")
    if block.kind == "python"
)
#: What PEP 723 finds inline metadata by, copied from there.
METADATA = re.compile(
    r"(?m)^# /// (?P<type>[a-zA-Z0-9-]+)$\s(?P<content>(^#(| .*)$\s)+)^# ///$"
)
DIGEST = avi_portspec.load("vantage-undated").digest
PORTS = "TCP 22\nTCP 4001\nTCP 8443\nUDP 123\n"


def run(
    folder: Path, text: str, *command: str
) -> subprocess.CompletedProcess[str]:
    """Run a script by a command, in a folder of its own."""
    path = folder / "engine_ports.py"
    path.write_text(text, encoding="utf-8")
    return subprocess.run(
        [sys.executable, *command, str(path)],
        capture_output=True,
        check=False,
        cwd=folder,
        encoding="utf-8",
        env={
            **os.environ,
            "PIPX_HOME": str(folder / "home"),
            "PIP_FIND_LINKS": str(folder.parent / "wheels"),
        },
    )


def test_its_metadata_is_what_installers_read() -> None:
    """As PEP 723 has it, with one version and no other."""
    (found,) = METADATA.finditer(SCRIPT)
    assert found["type"] == "script"
    lines = found["content"].splitlines()
    data = tomllib.loads("\n".join(line[2:] for line in lines))
    (requirement,) = map(Requirement, data["dependencies"])
    assert requirement.name == "avi-portspec"
    version = avi_portspec.__version__
    assert requirement.specifier == SpecifierSet(f"=={version}")
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    assert data["requires-python"] in text


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("", "", ""),
        (
            f'"version": "{avi_portspec.__version__}"',
            '"version": "0.0.9"',
            f"version: expected 0.0.9, got {avi_portspec.__version__}\n",
        ),
        (DIGEST, "0" * 64, f"digest: expected {'0' * 64}, got {DIGEST}\n"),
        ('load("vantage-undated")', 'load("17.1")', "digest: expected "),
    ],
)
def test_it_stops_when_either_has_moved(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    """And prints no port then."""
    assert old in SCRIPT
    done = run(tmp_path, SCRIPT.replace(old, new) if old else SCRIPT)
    assert done.stderr.startswith(said)
    assert done.returncode == bool(said)
    assert done.stdout == ("" if said else PORTS)


@pytest.mark.slow
def test_pipx_runs_it_with_that_version_alone(tmp_path: Path) -> None:
    """In an environment of its own, with the wheel of this checkout."""
    pytest.importorskip("pipx")
    wheels = tmp_path / "wheels"
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"),
            *("--wheel-dir", str(wheels), str(ROOT)),
        ],
        check=True,
    )
    version = avi_portspec.__version__
    for pinned, works in ((version, True), ("0.0.9", False)):
        folder = tmp_path / pinned
        folder.mkdir()
        text = SCRIPT.replace(f"=={version}", f"=={pinned}")
        done = run(folder, text, "-m", "pipx", "run")
        assert (done.returncode == 0) is works, done.stderr
        assert done.stdout == (PORTS if works else "")
    assert "avi-portspec==0.0.9" in done.stderr
