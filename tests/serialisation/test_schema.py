"""The JSON Schema, against real data and broken data."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator

import avi_portspec
from avi_portspec import Edition, InvalidDataError, strategies

VALIDATOR = Draft202012Validator(avi_portspec.json_schema())


def valid(data: Any) -> bool:
    """Return whether the schema accepts some data."""
    return VALIDATOR.is_valid(data)


class TestSchema:
    """What the schema says is what the reader does."""

    def test_it_is_a_schema(self) -> None:
        """Of the 2020-12 draft."""
        Draft202012Validator.check_schema(avi_portspec.json_schema())
        assert "2020-12" in avi_portspec.json_schema()["$schema"]

    def test_it_accepts_every_edition_of_the_package(self) -> None:
        """The real data."""
        for name in avi_portspec.editions():
            text = avi_portspec.dumps(avi_portspec.load(name))
            VALIDATOR.validate(json.loads(text))

    @given(strategies.editions())
    def test_it_accepts_every_edition(self, edition: Edition) -> None:
        """Made-up data too."""
        VALIDATOR.validate(json.loads(avi_portspec.dumps(edition)))

    def test_each_of_its_fields_is_described(self) -> None:
        """Definitions say what they define."""
        definitions = avi_portspec.json_schema()["$defs"]
        assert all(each.get("description") for each in definitions.values())

    @pytest.mark.parametrize(
        ("path", "value"),
        [
            (("format",), 2),
            (("id",), "Vantage Undated"),
            (("title",), ""),
            (("title",), " padded"),
            (("unknown",), 1),
            (("flows", 0, "unknown"), 1),
            (("flows", 0, "id"), "UPPER"),
            (("flows", 0, "ports"), ["443"]),
            (("flows", 0, "ports"), [443.5]),
            (("flows", 0, "ports"), [0]),
            (("flows", 0, "ports"), [65536]),
            (("flows", 0, "ports"), [443, 443]),
            (("flows", 0, "ports"), [{"low": 1}]),
            (("flows", 0, "protocols"), []),
            (("flows", 0, "protocols"), ["TCP"]),
            (("flows", 0, "protocols"), [6]),
            (("flows", 0, "protocols"), [256]),
            (("flows", 0, "requirement"), "must"),
            (("flows", 0, "when"), {"unless": {}}),
            (("flows", 0, "when"), {"all": [{"all": []}]}),
            (("flows", 0, "when"), {"any": []}),
            (("flows", 0, "when"), {"facet": "moon", "values": ["full"]}),
            (("flows", 0, "citation", "number"), 0),
            (("flows", 0, "notes"), ["login-banner"]),
            (("facets", 0, "many"), "true"),
            (("sections", 0, "order"), 1),
            (("sections", 0, "extent", "rows"), [0]),
            (("notes",), None),
        ],
    )
    def test_it_refuses_what_the_reader_refuses(
        self, data: dict[str, Any], path: tuple[Any, ...], value: object
    ) -> None:
        """One broken value each."""
        assert valid(data)
        *steps, last = path
        holder: Any = data
        for step in steps:
            holder = holder[step]
        holder[last] = value
        assert not valid(data)
        with pytest.raises(InvalidDataError):
            avi_portspec.loads(json.dumps(data))

    @pytest.mark.parametrize("field", ["id", "flows", "source", "format"])
    def test_it_misses_what_the_reader_misses(
        self, data: dict[str, Any], field: str
    ) -> None:
        """Required keys."""
        del data[field]
        assert not valid(data)
