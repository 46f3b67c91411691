"""A process that reads one folder, and has no network."""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from avi_portspec.audit.inputs import confined

#: What a process can do before and after, as JSON.
CHILD = """
import json, os, socket, sys
from avi_portspec.audit.inputs import confined

def tried(what):
    try:
        what()
    except OSError:
        return False
    return True

inside, outside, port = sys.argv[1:]
server = ("127.0.0.1", int(port))

def seen():
    return {
        "connects": tried(lambda: socket.create_connection(server).close()),
        "reads": tried(lambda: open(outside).close()),
        "lists": tried(lambda: os.listdir(os.path.dirname(outside))),
        "own": tried(lambda: open(inside + "/own").close()),
        "writes": tried(lambda: open(inside + "/new", "w").close()),
    }

before = seen()
done = {
    "network": confined.leave_network(),
    "reading": confined.confine_reading(inside),
}
# It is loaded from a folder of the interpreter, after the fact.
import tomllib
after = seen()
done["enter"] = confined.enter(inside)
entered = tried(lambda: open("/own").close())
above = tried(lambda: open("../../own").close())
exists = os.path.exists(outside)
print(json.dumps([before, done, after, entered, above, exists]))
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """Return a folder that is not within the checkout.

    The interpreter runs what is there, so it may read all of that.
    """
    with tempfile.TemporaryDirectory(dir="/var/tmp") as made:
        yield Path(made)


def test_what_it_can_do(folder: Path) -> None:
    """No more than the kernel says that it lets it, in a real process."""
    import socket

    (folder / "in").mkdir()
    for name in ("in/own", "secret"):
        (folder / name).write_text(name)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        paths = (str(folder / "in"), str(folder / "secret"), str(port))
        ran = subprocess.run(
            [sys.executable, "-I", "-c", CHILD, *paths],
            capture_output=True,
            text=True,
            check=True,
        )
    before, done, after, entered, above, exists = json.loads(ran.stdout)
    assert all(before.values())
    assert after == {
        "connects": not done["network"] and after["connects"],
        "reads": not done["reading"],
        "lists": not done["reading"],
        "own": True,
        "writes": not done["reading"],
    }
    assert entered is above is done["enter"]
    assert exists is not done["enter"]


class Kernel:
    """A C library whose calls answer what they are told to."""

    def __init__(self, **answers: Any) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.syscall: Any = _Call(self, "syscall", answers.get("syscall"))
        self.prctl = _Call(self, "prctl", [0])
        if "unshare" in answers:
            self.unshare = _Call(self, "unshare", answers["unshare"])


class _Call:
    def __init__(self, kernel: Kernel, name: str, answers: Any) -> None:
        self.kernel, self.name, self.answers = kernel, name, answers

    def __call__(self, *arguments: Any) -> int:
        """Return the next answer; the last one ever after."""
        self.kernel.calls.append((self.name, *arguments))
        first = self.answers[0]
        if len(self.answers) > 1:
            del self.answers[0]
        return int(first)


@pytest.mark.parametrize(
    ("answers", "called", "left"),
    [
        # Root; anybody else, where namespaces are free; where they are not.
        ([0], [0x4000_0000], True),
        ([-1, 0], [0x4000_0000, 0x5000_0000], True),
        ([-1], [0x4000_0000, 0x5000_0000], False),
    ],
)
def test_leaving_the_network(
    monkeypatch: pytest.MonkeyPatch,
    *,
    answers: list[int],
    called: list[int],
    left: bool,
) -> None:
    """As root, or as root of a namespace of one's own."""
    kernel = Kernel(unshare=answers)
    monkeypatch.setattr(ctypes, "CDLL", lambda _: kernel)
    assert confined.leave_network() is left
    assert kernel.calls == [("unshare", flags) for flags in called]


def test_systems_without_namespaces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is left there, and nothing is confined."""
    monkeypatch.setattr(ctypes, "CDLL", lambda _: Kernel())
    assert confined.leave_network() is False
    monkeypatch.setattr(sys, "platform", "darwin")
    assert confined.confine_reading("/") is False


@pytest.mark.parametrize(
    ("version", "size", "restricted", "confines"),
    [(-1, 0, 0, False), (3, 8, 0, True), (4, 16, 0, True), (4, 16, -1, False)],
)
def test_versions_of_landlock(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    *,
    version: int,
    size: int,
    restricted: int,
    confines: bool,
) -> None:
    """From the fourth on, it bars TCP, too."""
    monkeypatch.setattr(sys, "platform", "linux")
    folders = [str(tmp_path / "absent")]
    monkeypatch.setattr(confined, "_own_folders", lambda: iter(folders))
    # The version, the rules, the one folder that is there; then the end.
    kernel = Kernel(syscall=[version, 9, 0, restricted])
    monkeypatch.setattr(ctypes, "CDLL", lambda _: kernel)
    assert confined.confine_reading(str(tmp_path)) is confines
    if version > 0:
        assert kernel.calls[1][3].value == size
        assert [call[1] for call in kernel.calls if call[0] == "syscall"] == [
            444, 444, 445, 446,
        ]  # fmt: skip


def test_entering(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is for root alone."""
    done: list[tuple[str, str]] = []
    monkeypatch.setattr(os, "chdir", lambda path: done.append(("cd", path)))
    monkeypatch.setattr(os, "chroot", lambda path: done.append(("in", path)))
    assert confined.enter("/x") is True
    assert done == [("in", "/x"), ("cd", "/")]

    def refuse(path: str) -> None:
        raise PermissionError(path)

    monkeypatch.setattr(os, "chroot", refuse)
    assert confined.enter("/x") is False
    assert len(done) == 2


def test_what_the_interpreter_runs() -> None:
    """Its own modules, and the libraries that it has loaded."""
    folders = {*confined._own_folders()}
    assert str(Path(os.__file__).parent) in folders
    assert all(map(os.path.isabs, folders))
