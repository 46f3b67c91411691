"""``--output``: a file is replaced atomically, or left as it was."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from asking_cli import Ask

import avi_portspec
from avi_portspec.cli.streams import write


class TestAFile:
    """What is left of it."""

    def test_it_holds_what_would_have_been_printed(
        self, ask: Ask, tmp_path: Path
    ) -> None:
        """And nothing is printed."""
        printed = ask("digest").out
        answer = ask("digest --output a.txt")
        assert (answer.code, answer.out, answer.err) == (0, "", "")
        assert Path(tmp_path, "a.txt").read_text(encoding="utf-8") == printed
        assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]

    def test_a_new_one_has_the_usual_permissions(self, tmp_path: Path) -> None:
        """Those that the user's mask leaves."""
        path = Path(tmp_path, "new")
        mask = os.umask(0o027)
        try:
            write("text", str(path))
        finally:
            os.umask(mask)
        assert stat.S_IMODE(path.stat().st_mode) == 0o640

    def test_an_old_one_keeps_its_own(self, tmp_path: Path) -> None:
        """Also those that forbid to read."""
        path = Path(tmp_path, "old")
        path.write_text("before")
        path.chmod(0o604)
        write("after", str(path))
        assert path.read_text() == "after"
        assert stat.S_IMODE(path.stat().st_mode) == 0o604

    @pytest.mark.skipif(os.geteuid() != 0, reason="needs to be root")
    def test_an_old_one_keeps_its_owner(self, tmp_path: Path) -> None:
        """Whoever may give files away gives it back."""
        path = Path(tmp_path, "old")
        path.write_text("before")
        os.chown(path, 12345, 54321)
        write("after", str(path))
        found = path.stat()
        assert (found.st_uid, found.st_gid) == (12345, 54321)

    def test_a_link_stays_a_link(self, tmp_path: Path) -> None:
        """What it leads to is written, also where that is not there yet."""
        for name in ("there", "missing"):
            target = Path(tmp_path, "folder", name)
            target.parent.mkdir(exist_ok=True)
            link = Path(tmp_path, f"{name}.link")
            link.symlink_to(target)
            if name == "there":
                target.write_text("before")
            write("after", str(link))
            assert link.is_symlink()
            assert target.read_text() == "after"

    def test_what_goes_wrong_leaves_it_as_it_was(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """And leaves nothing beside it."""
        path = Path(tmp_path, "old")
        path.write_text("before")

        def full(_: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space") as wrong:
            write("after", str(path))
        assert wrong.value.filename == str(path)
        assert path.read_text() == "before"
        assert [each.name for each in tmp_path.iterdir()] == ["old"]

    def test_a_system_that_opens_no_folders_is_fine(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """There is nothing to make last then."""
        opened = os.open

        def refusing(path: str, flags: int, mode: int = 0o777) -> int:
            if Path(path).is_dir():
                raise PermissionError(13, "Permission denied", path)
            return opened(path, flags, mode)

        monkeypatch.setattr(os, "open", refusing)
        path = Path(tmp_path, "new")
        write(b"text", str(path))
        assert path.read_bytes() == b"text"

    def test_a_pipe_is_written_as_it_is(self, tmp_path: Path) -> None:
        """It cannot be replaced, and holds nothing."""
        path = Path(tmp_path, "pipe")
        os.mkfifo(path)
        found: list[str] = []
        reader = threading.Thread(
            target=lambda: found.append(path.read_text())
        )
        reader.start()
        write("through", str(path))
        reader.join(5)
        assert found == ["through"]
        assert stat.S_ISFIFO(path.stat().st_mode)

    def test_standard_output_by_its_other_name(self) -> None:
        """It leads to a pipe, which has no name of its own."""
        edition = avi_portspec.load("vantage-undated")
        done = subprocess.run(
            [
                *(sys.executable, "-m", "avi_portspec", "digest"),
                *("--edition", edition.id, "--output", "/dev/stdout"),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout == f"{edition.digest}  {edition.id}\n"

    def test_a_folder_s_name_overwrites_no_file(
        self, ask: Ask, files: Path
    ) -> None:
        """A slash at the end says that no file is meant."""
        page = Path(files, "page.html")
        before = page.read_bytes()
        assert ask("digest --output page.html/").code == 2
        assert page.read_bytes() == before

    def test_a_pipe_that_nobody_reads_is_told_as_such(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        """Not as a file that could not be written."""

        def closed(*_: object) -> None:
            raise BrokenPipeError

        monkeypatch.setattr("avi_portspec.cli.streams._to_file", closed)
        with pytest.raises(BrokenPipeError):
            write("text", str(Path(tmp_path, "pipe")))

    @pytest.mark.parametrize(
        ("path", "said"),
        [
            (".", ".: Is a directory"),
            ("a.txt/", "a.txt/: Is a directory"),
            ("", "Invalid value for '--output'"),
            ("missing/a.txt", "missing/a.txt: No such file or directory"),
            ("a\x1b[2J/b", r"'a\x1b[2J/b': No such file or directory"),
            (f"{'a' * 300}", "File name too long"),
        ],
    )
    def test_what_cannot_be_written_is_told(
        self, ask: Ask, path: str, said: str
    ) -> None:
        """As the user called it."""
        answer = ask(f"digest --output '{path}'")
        assert (answer.code, answer.out) == (2, "")
        assert said in answer.err
