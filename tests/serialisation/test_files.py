"""Editions in and out of TOML and JSON."""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import avi_portspec
from avi_portspec import (
    Edition,
    InvalidDataError,
    InvalidQueryError,
    MissingExtraError,
    strategies,
)
from avi_portspec.serialisation.files import read_table


class TestRoundTrips:
    """What is written is read back exactly."""

    @given(strategies.editions(), st.sampled_from([None, 2]))
    def test_json(self, edition: Edition, indent: int | None) -> None:
        """Whatever an edition holds, whatever the layout."""
        text = avi_portspec.dumps(edition, indent=indent)
        again = avi_portspec.loads(text)
        assert again == edition
        assert again.digest == edition.digest

    @given(strategies.editions())
    def test_toml(self, edition: Edition) -> None:
        """The format that people edit."""
        again = avi_portspec.loads_toml(avi_portspec.dumps_toml(edition))
        assert again == edition

    @given(strategies.editions(), st.randoms(use_true_random=False))
    def test_the_order_of_keys_does_not_matter(
        self, edition: Edition, random: Any
    ) -> None:
        """Nor does it change the digest."""

        def shuffled(value: Any) -> Any:
            if isinstance(value, dict):
                pairs = [(key, shuffled(value[key])) for key in value]
                random.shuffle(pairs)
                return dict(pairs)
            if isinstance(value, list):
                return [shuffled(item) for item in value]
            return value

        data = shuffled(json.loads(avi_portspec.dumps(edition)))
        again = avi_portspec.loads(json.dumps(data))
        assert again.digest == edition.digest

    def test_text_and_bytes_are_the_same(self, edition: Edition) -> None:
        """Bytes are UTF-8."""
        text = avi_portspec.dumps(edition)
        assert avi_portspec.loads(text.encode()) == edition
        toml = avi_portspec.dumps_toml(edition)
        assert avi_portspec.loads_toml(toml.encode()) == edition


class TestNonsense:
    """What cannot be written or read is named, and what was expected."""

    @pytest.mark.parametrize(
        "value",
        [None, 3, 1.5, [], {}, "17.1", b"x", object(), avi_portspec.load],
        # Not repr: addresses differ between the processes of one run.
        ids=lambda value: type(value).__name__,
    )
    def test_only_an_edition_is_written(self, value: Any) -> None:
        """By either format."""
        for write in (avi_portspec.dumps, avi_portspec.dumps_toml):
            with pytest.raises(
                InvalidQueryError, match=r"^edition: expected an edition, got "
            ):
                write(value)

    def test_a_flow_is_no_edition(self, edition: Edition) -> None:
        """Although it has plain data of its own; nor are several flows."""
        for value in (edition.flows[0], edition.flows, edition.source):
            with pytest.raises(InvalidQueryError, match=r"^edition: "):
                avi_portspec.dumps(value)  # type: ignore[arg-type]
        with pytest.raises(InvalidQueryError) as caught:
            avi_portspec.dumps(None)  # type: ignore[arg-type]
        text = "edition: expected an edition, got nothing"
        assert str(caught.value) == text

    @pytest.mark.parametrize("indent", [1.5, "x", True, [2]])
    def test_an_indent_is_a_number(
        self, edition: Edition, indent: Any
    ) -> None:
        """The parser of JSON would take text, too."""
        with pytest.raises(
            InvalidQueryError, match=r"^indent: expected a number of blanks"
        ):
            avi_portspec.dumps(edition, indent=indent)

    @pytest.mark.parametrize("path", [None, 3, b"a.toml", [], "a\0.toml"])
    def test_a_path_is_one(self, path: Any) -> None:
        """Bytes are none here, and no file's name has a NUL."""
        with pytest.raises(
            InvalidQueryError, match=r"^path: expected the path of a file, got"
        ):
            avi_portspec.load_deployment(path)

    @pytest.mark.parametrize("text", [None, 3, [], {}])
    def test_a_text_is_one(self, text: Any) -> None:
        """Whatever the name of its file says."""
        for subject in ("a.toml", "a.json", "standard input"):
            with pytest.raises(InvalidQueryError, match=r"^text: expected "):
                read_table(text, subject)


class TestFiles:
    """A file of one's own."""

    @pytest.mark.parametrize("as_text", [True, False])
    def test_either_format_is_loaded(
        self, edition: Edition, tmp_path: Path, *, as_text: bool
    ) -> None:
        """By its ending, from a path object or a string."""
        toml, own = tmp_path / "own.toml", tmp_path / "own.json"
        toml.write_text(avi_portspec.dumps_toml(edition), encoding="utf-8")
        own.write_text(avi_portspec.dumps(edition), encoding="utf-8")
        for path in (toml, own):
            given_path = str(path) if as_text else path
            assert avi_portspec.load(given_path) == edition

    @pytest.mark.parametrize("name", ["own.TOML", "own.Json"])
    def test_capitals_in_an_ending_do_not_matter(
        self, edition: Edition, tmp_path: Path, name: str
    ) -> None:
        """A file that comes from elsewhere may shout."""
        own = tmp_path / name
        is_toml = name.endswith("TOML")
        write = avi_portspec.dumps_toml if is_toml else avi_portspec.dumps
        own.write_text(write(edition), encoding="utf-8")
        assert avi_portspec.load(own) == edition
        assert avi_portspec.load(str(own)) == edition

    @pytest.mark.parametrize("wrong", [3, b"16.2", ["16.2"]])
    def test_what_is_neither_name_nor_path_is_refused(
        self, wrong: object
    ) -> None:
        """With what would have been right."""
        with pytest.raises(InvalidQueryError, match="edition: expected an"):
            avi_portspec.load(wrong)  # type: ignore[arg-type]

    @pytest.mark.parametrize("value", [None, 3, [], {}])
    @pytest.mark.parametrize(
        "reader",
        [
            avi_portspec.loads,
            avi_portspec.loads_toml,
            avi_portspec.loads_deployment,
        ],
    )
    def test_what_is_no_text_is_refused(
        self, reader: Callable[[Any], object], value: object
    ) -> None:
        """With an error that says what a reader takes."""
        with pytest.raises(InvalidQueryError, match="text, or bytes"):
            reader(value)

    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("site.toml", 'clouds = ["gcp"]'),
            ("site.TOML", 'clouds = ["gcp"]'),
            ("site.json", '{"clouds": ["gcp"]}'),
        ],
    )
    def test_a_deployment_is_read_as_an_edition_is(
        self, tmp_path: Path, name: str, text: str
    ) -> None:
        """TOML or JSON, by the ending."""
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        found = avi_portspec.load_deployment(str(path))
        assert found.clouds == {"gcp"}

    def test_a_changed_file_is_read_again(
        self, edition: Edition, tmp_path: Path
    ) -> None:
        """No stale answer survives an edit."""
        own = tmp_path / "own.json"
        text = avi_portspec.dumps(edition)
        own.write_text(text, encoding="utf-8")
        first = avi_portspec.load(own)
        own.write_text(text.replace("TACACS+", "Tacacs"), encoding="utf-8")
        assert avi_portspec.load(own) != first

    def test_a_broken_file_is_named(self, tmp_path: Path) -> None:
        """Which file, which path inside it."""
        own = tmp_path / "own.toml"
        own.write_text("format = 1\n", encoding="utf-8")
        with pytest.raises(InvalidDataError) as caught:
            avi_portspec.load(own)
        assert caught.value.subject == str(own)
        assert {fault.path for fault in caught.value.faults} == {
            "endpoints",
            "flows",
            "id",
            "product",
            "sections",
            "source",
            "title",
        }

    def test_a_missing_file_is_an_os_error(self, tmp_path: Path) -> None:
        """As Python has it."""
        with pytest.raises(FileNotFoundError):
            avi_portspec.load(tmp_path / "none.toml")


class TestSyntax:
    """What is no TOML, and no JSON."""

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("{", r"not valid JSON: .* \(line 1, column 2\)"),
            ("[" * 100_000, "nested too deeply"),
            ('{"a": 1, "a": 2}', "a: expected a key once, got it twice"),
            ('{"a": NaN}', "finite numbers, got NaN"),
            ('{"a": 1' + "0" * 5000 + "}", "not valid JSON: exceeds"),
            (b"\xff", "text in UTF-8, got byte 0xff at offset 0"),
            ("[]", "a table with the fields of an edition, got an empty list"),
            ("null", "got nothing"),
        ],
    )
    def test_of_json(self, text: str | bytes, message: str) -> None:
        """Only the documented error, with the place."""
        with pytest.raises(InvalidDataError, match=message):
            avi_portspec.loads(text, subject="my.json")

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("a = \n", r"not valid TOML: .* \(line 1, column 5\)"),
            ("a = " + "[" * 100_000, "nested too deeply"),
            ("a = 1\na = 2", "not valid TOML: cannot overwrite"),
            ("a = 1" + "0" * 5000, "not valid TOML: exceeds"),
            (b"a = '\xff'", "text in UTF-8, got byte 0xff at offset 5"),
        ],
    )
    def test_of_toml(self, text: str | bytes, message: str) -> None:
        """Only the documented error, with the place."""
        with pytest.raises(InvalidDataError, match=message):
            avi_portspec.loads_toml(text, subject="my.toml")

    def test_the_subject_is_named(self) -> None:
        """In whatever goes wrong."""
        for text in ("{", "[]", '{"a": 1, "a": 1}', b"\xff"):
            with pytest.raises(InvalidDataError) as caught:
                avi_portspec.loads(text, subject="my.json")
            assert caught.value.subject == "my.json"


def test_writing_toml_needs_its_extra(
    edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without it, the error says what to install."""
    monkeypatch.setitem(sys.modules, "tomli_w", None)
    with pytest.raises(MissingExtraError, match=r"avi-portspec\[toml\]"):
        avi_portspec.dumps_toml(edition)


def test_one_place_knows_the_endings_of_files() -> None:
    """What is a file is decided once: nobody else looks at an ending.

    ``files`` tells JSON from TOML by it; the exporters name the endings of
    what they write and, in a command to be copied, of an overlay, and the
    ledger the file of an edition.
    """
    root = Path(avi_portspec.__file__).parents[1]
    found = {
        path.relative_to(root).as_posix()
        for folder in ("avi_portspec", "sphinx_ext")
        for path in (root / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and node.value in (".toml", ".json")
    }
    assert found == {
        "avi_portspec/exporters/__init__.py",
        "avi_portspec/exporters/request.py",
        "avi_portspec/ledger/entries.py",
        "avi_portspec/names.py",
        "avi_portspec/serialisation/files.py",
    }
