"""The editions that come with the package, and how they are found."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import avi_portspec
from avi_portspec import (
    Edition,
    InvalidDataError,
    InvalidQueryError,
    UnknownNameError,
)
from avi_portspec.edition import bundled, loading
from avi_portspec.edition.bundled import (
    compiled_source,
    edition_files,
    module_of,
)
from avi_portspec.model import compiled, plain
from avi_portspec.serialisation import facet_lists
from tools.double_entry import texts


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of the data folder that stands in for the real one."""
    for name, path in edition_files().items():
        shutil.copy(path, tmp_path)
        if name == "vantage-undated":  # later ones would change nothing
            break

    def files(_: object = None) -> dict[Any, str]:
        return edition_files(str(tmp_path))

    for module in (bundled, loading):
        monkeypatch.setattr(module, "edition_files", files)
    monkeypatch.setattr(bundled, "_loaded", {})
    return tmp_path


@pytest.fixture
def lists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of the lists of facets that stands in for them."""
    copy = tmp_path / "facets.toml"
    shutil.copy(facet_lists.FILE, copy)
    monkeypatch.setattr(facet_lists, "FILE", str(copy))
    return copy


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

    def test_what_is_no_name_is_refused(self) -> None:
        """Neither an id nor a path."""
        with pytest.raises(InvalidQueryError, match="an edition's id"):
            avi_portspec.load(3)  # type: ignore[arg-type]

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
            for edition in avi_portspec.editions()
            for name in avi_portspec.load(edition).names()
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

    @pytest.mark.usefixtures("folder")
    def test_changed_facets_are_noticed(self, lists: Path) -> None:
        """The edition's own file stays as it was."""
        before = avi_portspec.load()
        text = lists.read_text(encoding="utf-8")
        lists.write_text(text.replace('"AWS"', '"AWS EC2"'), encoding="utf-8")
        found = avi_portspec.load().facets["cloud"].values[0]
        assert found.name == "AWS EC2"
        lists.write_text(text, encoding="utf-8")
        assert avi_portspec.load() == before

    def test_the_lists_are_no_edition(self) -> None:
        """They stand in the folder that is listed."""
        assert Path(facet_lists.FILE).parent == Path(bundled.FOLDER)
        assert facet_lists.FILE not in edition_files().values()


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
        source = compiled_source(text + facet_lists.facet_bytes(), edition)
        exec(source, vars(module))  # noqa: S102 - ours
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
        assert avi_portspec.load() == Edition(**module.fields())

    def test_it_is_the_edition_that_was_read(
        self, module: ModuleType, folder: Path
    ) -> None:
        """To the last field, and by digest."""
        read = avi_portspec.load(newest(folder))
        made = Edition(**module.fields())
        assert made == read
        assert made.digest == read.digest

    @pytest.mark.usefixtures("module")
    def test_it_is_not_used_for_other_bytes(self, folder: Path) -> None:
        """A table cannot outlive its data."""
        path = newest(folder)
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("TACACS+", "Tacacs"), encoding="utf-8")
        services = {flow.service for flow in avi_portspec.load().flows}
        assert "Tacacs" in services
        assert "TACACS+" not in services

    def test_it_is_not_used_for_other_facets(
        self, module: ModuleType, lists: Path, edition: Edition
    ) -> None:
        """The lists of facets are part of what it was made from."""
        del module.__dict__["fields"]
        with lists.open("a", encoding="utf-8") as file:
            file.write("# changed\n")
        assert avi_portspec.load() == edition

    def test_it_is_not_used_for_other_records(
        self, module: ModuleType, edition: Edition
    ) -> None:
        """Made for records with other fields, it is never called."""
        del module.__dict__["fields"]
        module.MADE_FROM = b"another shape"  # type: ignore[attr-defined]
        assert avi_portspec.load() == edition

    def test_the_shape_of_the_records_is_part_of_what_it_is_made_from(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A field more, and every compiled module is out of step."""
        before = bundled.made_from(b"text")
        monkeypatch.setattr(
            compiled, "checks_of", lambda _: [("new", None, False)]
        )
        assert bundled.made_from(b"text") != before

    @pytest.mark.parametrize("error", [TypeError, NameError, ImportError])
    def test_no_error_in_it_is_hidden(
        self, module: ModuleType, error: type[Exception]
    ) -> None:
        """In step and broken, it fails for all to see."""

        def fail() -> None:
            raise error

        module.fields = fail  # type: ignore[attr-defined]
        with pytest.raises(error):
            avi_portspec.load()

    def test_what_it_imports_has_to_be_there(
        self, module: ModuleType, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A missing module is hidden only if it is the compiled one."""

        def missing(name: str) -> ModuleType:
            raise ModuleNotFoundError(name="another")

        monkeypatch.setattr(bundled, "import_module", missing)
        with pytest.raises(ModuleNotFoundError):
            avi_portspec.load()

    def test_it_is_not_taken_at_its_word(self, module: ModuleType) -> None:
        """Other data under the name of the same file is refused."""
        fields = module.fields()
        module.fields = lambda: {  # type: ignore[attr-defined]
            **fields,
            "product": "Another product",
        }
        with pytest.raises(InvalidDataError, match="the build read"):
            avi_portspec.load()

    def test_its_digest_is_not_taken_at_its_word(
        self, module: ModuleType
    ) -> None:
        """The build hashed the digest with the data that it is of."""
        module.DIGEST = "0" * 64  # type: ignore[attr-defined]
        with pytest.raises(InvalidDataError, match="the build read"):
            avi_portspec.load()

    @pytest.mark.usefixtures("module")
    def test_its_digest_is_that_of_the_data(self) -> None:
        """Worked out by the build, it is what anyone works out."""
        loaded = avi_portspec.load()
        assert loaded.digest == plain.digest(loaded)

    def test_modules_of_an_earlier_form_are_out_of_step(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """They are not asked for what they do not hold."""
        before = bundled.made_from(b"text")
        monkeypatch.setattr(bundled, "_FORM", 0)
        assert bundled.made_from(b"text") != before


class TestTexts:
    """Every text of the data is plain English."""

    #: What the texts of a port page have no need of.
    DIALECT = re.compile(
        r"(?<!vendor's )\bpage\b(?! on| of)|\bleft open\b|\bleaves?\b.* open\b"
        r"|\bgoes by\b|\bset apart\b|\bwanted\b|\bcannot say\b|;",
        re.IGNORECASE,
    )

    @pytest.mark.parametrize("name", avi_portspec.editions())
    def test_they_name_the_vendors_page(self, name: str) -> None:
        """Never "the page" alone, which is the one in front of a reader."""
        for record, field, text in texts(avi_portspec.load(name)):
            if record != "edition" and not field.endswith(" when"):
                assert not self.DIALECT.search(text), (record, field)

    @pytest.mark.parametrize("name", avi_portspec.editions())
    def test_they_are_sentences(self, name: str) -> None:
        """Short ones: nobody has to read one twice."""
        for record, field, text in texts(avi_portspec.load(name)):
            if record.split()[0] in {"edition", "facet"}:
                continue
            if field == "purpose":
                assert len(text.split()) <= 6, record
                continue
            if field.split()[-1] in {"level", "short", "when"}:
                continue
            assert text.endswith("."), (record, field)
            for sentence in re.split(r"(?<=[.:]) ", text):
                assert len(sentence.split()) <= 27, (record, field, sentence)
