"""Editions in and out of TOML and JSON."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import avi_portspec
from avi_portspec import (
    Edition,
    InvalidDataError,
    MissingExtraError,
    strategies,
)


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
            ("{", "wanted JSON, got .* at line 1, column 2"),
            ("[" * 100_000, "nested too deeply"),
            ('{"a": 1, "a": 2}', "a: wanted a key once, got it twice"),
            ('{"a": NaN}', "finite numbers, got NaN"),
            ('{"a": 1' + "0" * 5000 + "}", "wanted JSON, got Exceeds"),
            (b"\xff", "text in UTF-8, got byte 0xff at offset 0"),
            ("[]", "a table with the fields of Edition, got a list of 0"),
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
            ("a = \n", r"wanted TOML, got .*line 1, column 5"),
            ("a = " + "[" * 100_000, "nested too deeply"),
            ("a = 1\na = 2", "wanted TOML, got Cannot overwrite"),
            ("a = 1" + "0" * 5000, "wanted TOML, got Exceeds"),
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
