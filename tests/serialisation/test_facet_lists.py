"""Lists of facets that an edition's file refers to by name."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import avi_portspec
from avi_portspec import Fault, InvalidDataError
from avi_portspec.edition.bundled import edition_files
from avi_portspec.serialisation import facet_lists

VALIDATOR = Draft202012Validator(avi_portspec.json_schema())


def faults_of(data: dict[str, Any]) -> tuple[Fault, ...]:
    """Return the faults of an edition's data."""
    with pytest.raises(InvalidDataError) as caught:
        avi_portspec.loads(json.dumps(data))
    return tuple(caught.value.faults)


@pytest.fixture
def lists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a file of lists that stands in for the package's."""
    path = tmp_path / "facets.toml"
    monkeypatch.setattr(facet_lists, "FILE", str(path))
    return path


class TestReading:
    """A name stands for the list."""

    def test_a_name_is_the_list_written_out(
        self, data: dict[str, Any]
    ) -> None:
        """Equal records, and an equal digest."""
        written = avi_portspec.loads(json.dumps(data))
        named = avi_portspec.loads(json.dumps(data | {"facets": "standard"}))
        assert named == written
        assert named.digest == written.digest

    @pytest.mark.parametrize("path", edition_files().values())
    def test_each_bundled_edition_names_the_same(self, path: str) -> None:
        """No edition repeats what they share."""
        table = tomllib.loads(Path(path).read_text(encoding="utf-8"))
        assert table["facets"] == "standard"

    def test_it_is_written_out_whole(self, data: dict[str, Any]) -> None:
        """What is written can be read without the lists."""
        named = avi_portspec.loads(json.dumps(data | {"facets": "standard"}))
        for table in (
            json.loads(avi_portspec.dumps(named)),
            tomllib.loads(avi_portspec.dumps_toml(named)),
        ):
            assert table["facets"] == data["facets"]

    def test_a_list_of_ones_own_stays_possible(
        self, data: dict[str, Any]
    ) -> None:
        """With a value that no shared list has."""
        ibm = {"id": "ibm", "name": "IBM Cloud"}
        data["facets"][0]["values"].append(ibm)
        api = {"id": "ibm", "cloud": "ibm", "section": "cloud-orchestrators"}
        data["interfaces"].append(api)
        own = avi_portspec.loads(json.dumps(data))
        assert own.resolve("ibm").deployment.clouds == {"ibm"}


class TestFaults:
    """What is wrong is said where it can be mended."""

    def test_an_unknown_name_is_one_fault(self, data: dict[str, Any]) -> None:
        """With the known names; conditions on its facets are no others."""
        (fault,) = faults_of(data | {"facets": "standart"})
        assert fault == Fault(
            "facet/unknown-list",
            "facets",
            "a list of facets, or the name of one: standard",
            "'standart'",
            "standard",
        )

    def test_a_list_in_a_word_is_no_name(self, data: dict[str, Any]) -> None:
        """A name stands alone, not in a list."""
        first, *_ = faults_of(data | {"facets": ["standard"]})
        assert (first.rule, first.path) == ("record/not-a-table", "facets[0]")

    def test_other_faults_are_reported_with_it(
        self, data: dict[str, Any]
    ) -> None:
        """All at once, as ever."""
        found = faults_of(data | {"facets": "berlin", "title": ""})
        assert {fault.path for fault in found} == {"facets", "title"}

    def test_a_fault_in_a_list_names_the_file_of_the_lists(
        self, data: dict[str, Any], lists: Path
    ) -> None:
        """And the place in it."""
        lists.write_text('[[standard]]\nid = "clowd"\n', encoding="utf-8")
        with pytest.raises(InvalidDataError) as caught:
            avi_portspec.loads(json.dumps(data | {"facets": "standard"}))
        assert caught.value.subject == str(lists)
        assert "standard[0].id" in {f.path for f in caught.value.faults}

    def test_a_list_that_is_none_is_refused(
        self, data: dict[str, Any], lists: Path
    ) -> None:
        """The key of a table is not enough."""
        lists.write_text("standard = 3\n", encoding="utf-8")
        with pytest.raises(InvalidDataError) as caught:
            avi_portspec.loads(json.dumps(data | {"facets": "standard"}))
        (fault,) = caught.value.faults
        assert (fault.rule, fault.path) == ("list/not-a-list", "standard")

    def test_lists_that_are_no_toml_are_refused(
        self, data: dict[str, Any], lists: Path
    ) -> None:
        """Under the name of their own file."""
        lists.write_text("[[", encoding="utf-8")
        with pytest.raises(InvalidDataError) as caught:
            avi_portspec.loads(json.dumps(data | {"facets": "standard"}))
        assert caught.value.subject == str(lists)


class TestSchema:
    """The JSON Schema knows the names."""

    def test_it_accepts_a_known_name(self, data: dict[str, Any]) -> None:
        """In place of a list."""
        assert VALIDATOR.is_valid(data | {"facets": "standard"})

    @pytest.mark.parametrize("facets", ["standart", ["standard"], 3])
    def test_it_refuses_what_the_reader_refuses(
        self, data: dict[str, Any], facets: object
    ) -> None:
        """Any other name, and what is no name."""
        data["facets"] = facets
        assert not VALIDATOR.is_valid(data)
        assert faults_of(data)
