"""Typed shapes: the data that is filled into them, and their schema."""

from __future__ import annotations

from typing import Annotated, Any, Literal, NamedTuple, TypedDict

import jsonschema
import pytest

from avi_portspec.serialisation.shapes import (
    Matching,
    Within,
    fill,
    shape_schema,
)


class Part(TypedDict):
    """A nested shape."""

    name: str
    number: Annotated[int, Within(0, 9)]


class Whole(TypedDict):
    """One key of each type that answers have."""

    id: Annotated[str, Matching("^[a-z]+$")]
    kind: Literal["a", "b"]
    sure: Literal[True]
    is_open: bool
    count: int | None
    place: str
    words: list[str]
    part: Part | None
    parts: list[Part]
    anything: Any
    table: dict[str, list[str]]


class Named(NamedTuple):
    """A record with the attributes of a part."""

    name: str
    number: int


class Place:
    """Something that is only text in an answer."""

    def __str__(self) -> str:
        return "row 1"


class Thing:
    """A record with the attributes of the whole."""

    id = "x"
    kind = "a"
    is_open = False
    count = None
    place = Place()
    words = frozenset({"b", "a"})
    part = Named("one", 1)
    parts = (Named("two", 2), {"name": "three", "number": 3})
    anything = (1, 2)
    table = {"k": ["v"]}  # noqa: RUF012 - nobody changes it


DATA = {
    "id": "x",
    "kind": "a",
    "sure": True,
    "is_open": False,
    "count": None,
    "place": "row 1",
    "words": ["a", "b"],
    "part": {"name": "one", "number": 1},
    "parts": [{"name": "two", "number": 2}, {"name": "three", "number": 3}],
    "anything": (1, 2),
    "table": {"k": ["v"]},
}


class TestFill:
    """Records become data by what each key holds."""

    def test_each_value_is_of_its_key_s_type(self) -> None:
        """Nested records, sorted sets, texts; in the order of the shape."""
        found = fill(Whole, Thing(), sure=True)
        assert found == DATA
        assert [*found] == [*Whole.__annotations__]

    def test_what_is_given_comes_first(self) -> None:
        """Before the record's own attribute."""
        found = fill(Part, Named("one", 1), number=2)
        assert found == {"name": "one", "number": 2}

    def test_a_key_that_nobody_has_is_an_error(self) -> None:
        """Never left out: an answer has all of its keys."""
        with pytest.raises(AttributeError):
            fill(Whole, Thing())
        with pytest.raises(KeyError):
            fill(Part, {"name": "one"})


class TestSchema:
    """The same shape as a JSON Schema."""

    SCHEMA = shape_schema(Whole)

    def test_it_is_one(self) -> None:
        """By the meta-schema of its dialect."""
        jsonschema.Draft202012Validator.check_schema(self.SCHEMA)
        jsonschema.validate({**DATA, "anything": [1, 2]}, self.SCHEMA)

    @pytest.mark.parametrize(
        ("key", "value"),
        [
            ("id", "X"),
            ("kind", "c"),
            ("sure", False),
            ("is_open", 1.5),
            ("count", "1"),
            ("place", None),
            ("words", "a"),
            ("part", {"name": "one"}),
            ("parts", [{"name": "one", "number": 10}]),
            ("parts", [{"name": "one", "number": 1, "more": 1}]),
            ("table", {"k": [1]}),
            ("more", 1),
        ],
    )
    def test_it_refuses_what_is_not_the_shape(
        self, key: str, value: object
    ) -> None:
        """One value at a time."""
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**DATA, key: value}, self.SCHEMA)

    def test_every_key_is_required(self) -> None:
        """None is optional: what there is not is null."""
        assert self.SCHEMA["required"] == [*Whole.__annotations__]
