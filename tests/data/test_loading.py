"""The editions that come with the package, and how they are found."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import avi_portspec
from avi_portspec import Edition, InvalidDataError, UnknownNameError
from avi_portspec import data as package
from avi_portspec.data import compiled_source, edition_files, module_of
from avi_portspec.model import plain


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of the data folder that stands in for the real one."""
    for path in edition_files().values():
        shutil.copy(path, tmp_path)

    def files(_: object = None) -> dict[Any, str]:
        return edition_files(str(tmp_path))

    monkeypatch.setattr(package, "edition_files", files)
    monkeypatch.setattr(package, "_loaded", {})
    return tmp_path


def newest(folder: Path) -> Path:
    """Return the file of the newest edition."""
    return Path(list(edition_files(str(folder)).values())[-1])


class TestFinding:
    """Editions are found by listing a folder."""

    def test_the_newest_is_the_default(self) -> None:
        """It is the last of the list."""
        assert avi_portspec.load().id == avi_portspec.editions()[-1]

    def test_each_is_found_by_its_id(self) -> None:
        """And says that very id."""
        for name in avi_portspec.editions():
            assert avi_portspec.load(name).id == name

    def test_an_unknown_one_suggests_the_nearest(self) -> None:
        """As a look-up error."""
        with pytest.raises(UnknownNameError) as caught:
            avi_portspec.load("vantage-updated")
        assert caught.value.nearest == "vantage-undated"

    def test_a_new_one_is_a_new_file(self, folder: Path) -> None:
        """No code is changed; ranks sort as numbers; aliases serve."""
        text = newest(folder).read_text(encoding="utf-8")
        text = text.replace(
            'id = "vantage-undated"',
            'id = "99.1"\naliases = ["99.1.1", "newest"]',
        )
        (folder / "1000-99.1.toml").write_text(text, encoding="utf-8")
        (folder / "README.txt").touch()
        assert avi_portspec.editions()[-1] == "99.1"
        assert avi_portspec.load().id == "99.1"
        assert avi_portspec.load("99.1.1") is avi_portspec.load()
        assert avi_portspec.load("NEWEST") is avi_portspec.load()

    def test_a_file_says_the_id_that_its_name_says(self, folder: Path) -> None:
        """Or one of the two is wrong."""
        newest(folder).rename(folder / "990-other.toml")
        with pytest.raises(InvalidDataError, match="as the file's name"):
            avi_portspec.load("other")

    def test_ids_do_not_clash_with_aliases(self) -> None:
        """Any name leads to one edition."""
        names = [
            name
            for each in avi_portspec.editions()
            for name in avi_portspec.load(each).names()
        ]
        assert len(set(names)) == len(names)


class TestCaching:
    """Loading is lazy and cached, and never stale."""

    def test_an_edition_is_read_once(self) -> None:
        """The very same object comes back."""
        assert avi_portspec.load() is avi_portspec.load()

    def test_a_changed_file_is_read_again(self, folder: Path) -> None:
        """Even under a process that has loaded it before."""
        before = avi_portspec.load()
        path = newest(folder)
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("TACACS+", "Tacacs"), encoding="utf-8")
        assert avi_portspec.load() != before
        path.write_text(text, encoding="utf-8")
        assert avi_portspec.load() == before


class TestCompiled:
    """Compiled editions: the same, or not used."""

    @pytest.fixture
    def module(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> ModuleType:
        """Return the compiled module of the newest edition."""
        path = newest(folder)
        text = path.read_bytes()
        edition = avi_portspec.loads_toml(text)
        name = f"avi_portspec.data.{module_of(str(path))}"
        module = ModuleType(name)
        exec(compiled_source(text, edition), vars(module))  # noqa: S102 - ours
        monkeypatch.setitem(sys.modules, name, module)
        return module

    @pytest.fixture
    def no_reader(
        self, module: ModuleType, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Make reading the file itself impossible."""
        name = "avi_portspec.serialisation.files"
        monkeypatch.setitem(sys.modules, name, None)

    @pytest.mark.usefixtures("no_reader")
    def test_it_is_used_for_the_bytes_that_it_was_made_from(
        self, module: ModuleType
    ) -> None:
        """Without the reader."""
        assert avi_portspec.load() == module.edition()

    def test_it_is_the_edition_that_was_read(
        self, module: ModuleType, folder: Path
    ) -> None:
        """To the last field, and by digest."""
        read = avi_portspec.load(newest(folder))
        assert module.edition() == read
        assert module.edition().digest == read.digest

    @pytest.mark.usefixtures("no_reader")
    def test_its_digest_is_the_one_that_is_worked_out(self) -> None:
        """It comes with the module; whoever works it out gets the same."""
        loaded = avi_portspec.load()
        assert loaded.digest == plain.digest(loaded)

    @pytest.mark.usefixtures("module")
    def test_it_is_not_used_for_other_bytes(self, folder: Path) -> None:
        """A table cannot outlive its data."""
        path = newest(folder)
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("TACACS+", "Tacacs"), encoding="utf-8")
        services = {flow.service for flow in avi_portspec.load().flows}
        assert "Tacacs" in services
        assert "TACACS+" not in services

    @pytest.mark.parametrize(
        "error", [TypeError, NameError, InvalidDataError("x", [])]
    )
    def test_it_is_not_used_if_it_was_made_for_another_model(
        self, module: ModuleType, error: Any, edition: Edition
    ) -> None:
        """Then the file itself is read."""

        def fail() -> None:
            raise error

        module.edition = fail  # type: ignore[attr-defined]
        assert avi_portspec.load() == edition
