"""The module that the build makes of all sources: the same, or not used."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import avi_portspec.data
from avi_portspec.beyond import files
from avi_portspec.beyond.files import (
    FOLDER,
    MODULE,
    compiled_source,
    library,
    read_library,
)

NAME = f"{avi_portspec.data.__name__}.{MODULE}"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a small folder of sources that stands in for the real one."""
    small = tmp_path / "statements"
    small.mkdir()
    shutil.copy(f"{FOLDER}.toml", tmp_path)
    for name in ("ako", "gcp-module"):
        shutil.copy(Path(FOLDER, f"{name}.toml"), small)
    monkeypatch.setattr(files, "FOLDER", str(small))
    library.cache_clear()
    yield small
    library.cache_clear()


@pytest.fixture
def module(folder: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return the compiled module of that folder."""
    made = ModuleType(NAME)
    exec(compiled_source(str(folder)), vars(made))  # noqa: S102 - ours
    monkeypatch.setitem(sys.modules, NAME, made)
    return made


class TestCompiled:
    """What the build makes."""

    @pytest.mark.usefixtures("module")
    def test_it_is_used_for_the_bytes_that_it_was_made_from(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Without the reader; and it is what the reader makes."""
        read = read_library(str(folder))
        monkeypatch.setattr(files, "read_library", None)
        assert library() == read
        assert [each.id for each in library().sources] == ["ako", "gcp-module"]

    @pytest.mark.usefixtures("module")
    def test_it_is_not_used_for_other_bytes(self, folder: Path) -> None:
        """A source that is added is read."""
        shutil.copy(Path(FOLDER, "aws-module.toml"), folder)
        assert "aws-module" in [each.id for each in library().sources]

    def test_it_is_not_used_for_other_records(
        self, module: ModuleType, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Made for records with other fields, it is never called."""
        del module.__dict__["make"]
        monkeypatch.setattr(files, "shape_of", lambda _: "another shape")
        assert len(library().sources) == 2

    def test_without_it_the_files_are_read(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """As in a checkout that was never built."""

        def missing(name: str) -> ModuleType:
            raise ModuleNotFoundError(name=name)

        monkeypatch.setattr(files, "import_module", missing)
        assert library() == read_library(str(folder))

    @pytest.mark.usefixtures("folder")
    def test_what_it_imports_has_to_be_there(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A missing module is hidden only if it is the compiled one."""

        def missing(name: str) -> ModuleType:
            raise ModuleNotFoundError(name="another")

        monkeypatch.setattr(files, "import_module", missing)
        with pytest.raises(ModuleNotFoundError):
            library()
