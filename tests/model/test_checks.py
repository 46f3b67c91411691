"""What a field may hold: each kind of check, made anew and asked by hand."""

from __future__ import annotations

import re
from typing import Any, Literal

import jsonschema
import pytest

from avi_portspec import TCP, UDP, Fault, Protocol
from avi_portspec.model.checks import (
    Check,
    Choice,
    Flag,
    Ident,
    Integer,
    Many,
    Maybe,
    Nested,
    Text,
)

KEBAB = re.compile("[a-z]+(?:-[a-z]+)*")
Words = Literal["open", "close"]


def ident() -> Check:
    """Return a check of ids, of the usual form."""
    return Ident("a flow", KEBAB)


def many(least: int = 0) -> Check:
    """Return a check of lists of ports."""
    return Many("a list of ports", Integer(1, 9), least=least)


#: A check, what it accepts in Python, and what it refuses: the rule, what was
#: expected, what came, and the nearest.
CASES: list[tuple[Check, list[Any], list[tuple[Any, ...]]]] = [
    (
        Text(),
        ["a", "a b", "é", "a" * 10_000],
        [
            ("", "text/not-a-line", "a line of text", "''"),
            (" a", "text/not-a-line", "a line of text", "' a'"),
            ("a ", "text/not-a-line", "a line of text", "'a '"),
            ("a\nb", "text/not-a-line", "a line of text", r"'a\nb'"),
            (3, "text/not-a-line", "a line of text", "3"),
            (None, "text/not-a-line", "a line of text", "nothing"),
            # As long as it may be, and wrong for another reason.
            (
                " " + "a" * 9_999,
                "text/not-a-line",
                "a line of text",
                f"' {'a' * 55}...",
            ),
            (
                "a" * 10_001,
                "text/too-long",
                "at most 10,000 characters",
                f"'{'a' * 56}...",
            ),
        ],
    ),
    (
        Text("a title"),
        ["a"],
        [(b"a", "text/not-a-line", "a title", "bytes b'a'")],
    ),
    (
        ident(),
        ["a", "a-b", "a" * 200],
        [
            ("", "id/form", "the id of a flow, in kebab-case", "''"),
            (7, "id/form", "the id of a flow, in kebab-case", "7"),
            (
                "A_b  C",
                "id/form",
                "the id of a flow, in kebab-case",
                "'A_b  C'",
                "a-b-c",
            ),
            ("a-", "id/form", "the id of a flow, in kebab-case", "'a-'"),
            (
                "a" * 201,
                "id/too-long",
                "at most 200 characters",
                f"'{'a' * 56}...",
                "a" * 100,
            ),
        ],
    ),
    (
        Ident("a release", re.compile("[0-9.]+"), "with dots"),
        ["1.2"],
        [
            ("x", "id/form", "the id of a release, with dots", "'x'"),
            # As a file has it without quotes.
            (
                1.2,
                "id/form",
                "the id of a release, with dots (in quotes)",
                "1.2",
                "1.2",
            ),
            (-1.2, "id/form", "the id of a release, with dots", "-1.2"),
            (
                12,
                "id/form",
                "the id of a release, with dots (in quotes)",
                "12",
                "12",
            ),
            (True, "id/form", "the id of a release, with dots", "True"),
            (
                1 << 200,
                "id/form",
                "the id of a release, with dots",
                "an integer of 201 bits",
            ),
        ],
    ),
    (
        Choice(Words),
        ["open", "close"],
        [
            ("clos", "word/unknown", "one of open, close", "'clos'", "close"),
            ("x", "word/unknown", "one of open, close", "'x'"),
            (1, "word/unknown", "one of open, close", "1"),
        ],
    ),
    (
        Integer(2, 5),
        [2, 3, 5],
        [
            (value, "number/out-of-range", "an integer from 2 to 5", shown)
            for value, shown in [
                *((1, "1"), (6, "6"), ("3", "'3'")),
                *((3.0, "3.0"), (True, "True"), (None, "nothing")),
            ]
        ],
    ),
    (
        Flag(),
        [True, False],
        [
            (1, "flag/not-true-or-false", "true or false", "1"),
            (None, "flag/not-true-or-false", "true or false", "nothing"),
        ],
    ),
    (
        Nested("a protocol", Protocol),
        [TCP, UDP],
        [("tcp", "record/wrong-type", "a protocol", "'tcp'")],
    ),
    (
        Maybe(Choice(Words)),
        [None, "open"],
        [
            (
                "clos",
                "word/unknown",
                "one of open, close, or nothing",
                "'clos'",
                "close",
            )
        ],
    ),
    (
        Maybe(Text("a title")),
        [None, "x"],
        [
            ("", "text/not-a-line", "a title, or nothing", "''"),
            (
                "a" * 10_001,
                "text/too-long",
                "at most 10,000 characters, or nothing",
                f"'{'a' * 56}...",
            ),
        ],
    ),
    (
        many(),
        [(), (1,), (9, 1)],
        [
            ([], "list/not-a-list", "a list of ports", "an empty list"),
            (3, "list/not-a-list", "a list of ports", "3"),
        ],
    ),
    (
        many(least=2),
        [(1, 2)],
        [
            ((), "list/too-short", "a list of ports", "an empty list"),
            ((1,), "list/too-short", "a list of ports", "a list of 1 item"),
            ([1], "list/not-a-list", "a list of ports", "a list of 1 item"),
        ],
    ),
]


@pytest.mark.parametrize(("check", "right", "wrong"), CASES)
class TestEveryCheck:
    """What it accepts, and what it says of anything else."""

    def test_it_accepts(
        self, check: Check, right: list[Any], wrong: list[Any]
    ) -> None:
        """No fault of what is right."""
        for value in right:
            assert [*check.faults(value, "path")] == []
            assert check.accepts(value)

    def test_it_refuses(
        self, check: Check, right: list[Any], wrong: list[Any]
    ) -> None:
        """With the rule, what was expected, what came, and the nearest."""
        for value, rule, expected, got, *near in wrong:
            fault = Fault(rule, "path", expected, got, *near)
            assert [*check.faults(value, "path")] == [fault]
            assert not check.accepts(value)

    def test_it_has_no_room_for_more(
        self, check: Check, right: list[Any], wrong: list[Any]
    ) -> None:
        """A misspelled attribute is not kept, and never asked for."""
        assert not hasattr(check, "__dict__")


class Sly(str):
    """A text that is equal to any other."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = str.__hash__


@pytest.mark.parametrize("check", [Text(), ident(), Choice(Words)])
def test_a_text_is_no_subclass_of_one(check: Check) -> None:
    """A subclass may answer what it likes whenever it is compared."""
    assert check.accepts("open")
    assert not check.accepts(Sly("open"))


class TestItems:
    """Each item of a list is checked where it stands."""

    def test_every_wrong_one_is_a_fault(self) -> None:
        """A repeated one too, but not a wrong one that is repeated."""
        found = many().faults((0, 3, 0, 3, 3), "ports")
        integer, once = "an integer from 1 to 9", "each item once"
        assert [*found] == [
            Fault("number/out-of-range", "ports[0]", integer, "0"),
            Fault("number/out-of-range", "ports[2]", integer, "0"),
            Fault("list/repeated-item", "ports[3]", once, "a repeated one"),
            Fault("list/repeated-item", "ports[4]", once, "a repeated one"),
        ]


class TestSchemas:
    """A schema accepts what the check does, as far as it can say."""

    @pytest.mark.parametrize(
        ("check", "right", "wrong"),
        [
            (Text(), ["a", "a b", "a" * 10_000], ["", " a", "a ", "\n", 3]),
            (Text(), ["é"], ["a" * 10_001, "a\tb", None]),
            (ident(), ["a-b", "a" * 200], ["a-", "A", "", 3, "a" * 201]),
            (Choice(Words), ["open", "close"], ["x", "", 1, None]),
            (Integer(2, 5), [2, 5], [1, 6, "3", 2.5, None]),
            (Flag(), [True, False], [1, "true", None]),
            (Maybe(Flag()), [True], [None, 1]),
            (Maybe(Nested("x", Protocol)), ["of Protocol"], ["of int"]),
            (many(), [[], [1], [9, 1]], [[0], [1, 1], 3, ["1"]]),
            (many(least=2), [[1, 2]], [[], [1]]),
            (Nested("x", Protocol), ["of Protocol"], ["of int"]),
        ],
    )
    def test_it_agrees_with_the_check(
        self, check: Check, right: list[Any], wrong: list[Any]
    ) -> None:
        """By a validator that is not the project's."""
        schema = check.schema(lambda cls: {"const": f"of {cls.__name__}"})
        validator = jsonschema.Draft202012Validator(schema)
        assert [
            value for value in right if not validator.is_valid(value)
        ] == []
        assert [value for value in wrong if validator.is_valid(value)] == []
