"""What a field of a record may hold.

One statement serves three uses: the constructor, which refuses wrong values;
the JSON Schema, which tells other tools the same; and the message, which
names what was expected.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar, cast, get_args

from avi_portspec.errors import Fault, nearest, shown

if TYPE_CHECKING:
    import re

    #: Turns a record type into the place of its schema.
    Refer = Callable[[type], dict[str, Any]]

__all__ = [
    "ID_AT_MOST",
    "TEXT_AT_MOST",
    "Check",
    "Choice",
    "Flag",
    "Ident",
    "Integer",
    "Many",
    "Maybe",
    "Nested",
    "Text",
]


#: The longest text of a record, and the longest id, in characters: far more
#: than any reader of a table takes in.
TEXT_AT_MOST = 10_000
ID_AT_MOST = 200


class Check:
    """What a value must be. Subclasses say so in :attr:`expected`.

    Attributes:
        rule: The id of the rule that a wrong value breaks.
        expected: What a value must be, in words.
    """

    __slots__ = ("expected",)

    rule: ClassVar[str]
    expected: str

    def accepts(self, value: object) -> bool:
        """Return whether *value* is right, apart from its items."""
        raise NotImplementedError

    # Not a generator: most values are right, and there are thousands.
    def faults(self, value: object, path: str) -> Iterable[Fault]:
        """Return everything that is wrong with *value*, found at *path*."""
        if self.accepts(value):
            return ()
        return [
            Fault(
                self.rule_for(value),
                path,
                self.expectation(value),
                shown(value),
                self.near(value),
            )
        ]

    def rule_for(self, value: object) -> str:
        """Return the id of the rule that *value* breaks."""
        return self.rule

    def expectation(self, value: object) -> str:
        """Return what was expected instead of *value*, in words."""
        return self.expected

    def near(self, value: object) -> str | None:
        """Return the right value that is most like *value*, if any."""
        return None

    def schema(self, refer: Refer) -> dict[str, Any]:
        """Return the JSON Schema of what is accepted."""
        raise NotImplementedError


class _Limited(Check):
    """A string of limited length."""

    __slots__ = ()

    at_most: ClassVar[int]
    too_long: ClassVar[str]

    def _is_long(self, value: object) -> bool:
        return type(value) is str and len(value) > self.at_most

    def rule_for(self, value: object) -> str:
        """Return the rule on the string, or the one on its length."""
        return self.too_long if self._is_long(value) else self.rule

    def expectation(self, value: object) -> str:
        """Return what was expected; of a long string, its length."""
        if self._is_long(value):
            return f"at most {self.at_most:,} characters"
        return self.expected


class Text(_Limited):
    """A line of text: not empty, not padded, all of it visible.

    Control characters are refused, and so are those that change the
    direction of text: with them a table can show one thing and contain
    another (Unicode Technical Report 36, "Bidirectional Text Spoofing").
    """

    __slots__ = ()

    rule, too_long = "text/not-a-line", "text/too-long"
    at_most = TEXT_AT_MOST

    def __init__(self, expected: str = "a line of text") -> None:
        self.expected = expected

    def accepts(self, value: object) -> bool:
        """Return whether *value* is one clean line."""
        return (
            type(value) is str
            and 0 < len(value) <= TEXT_AT_MOST
            and value.isprintable()
            and value[0] != " "
            and value[-1] != " "
        )

    def schema(self, refer: Refer) -> dict[str, Any]:
        """Return the schema; it cannot express "printable"."""
        return {
            "type": "string",
            "minLength": 1,
            "maxLength": TEXT_AT_MOST,
            "pattern": r"^[^\s\u0000-\u001f\u007f]"
            r"([^\u0000-\u001f\u007f]*[^\s\u0000-\u001f\u007f])?$",
        }


class Ident(_Limited):
    """An id of the given shape."""

    __slots__ = ("pattern",)

    rule, too_long = "id/form", "id/too-long"
    at_most = ID_AT_MOST

    def __init__(
        self, of: str, pattern: re.Pattern[str], form: str = "in kebab-case"
    ) -> None:
        self.pattern = pattern
        self.expected = f"the id of {of}, {form}"

    def accepts(self, value: object) -> bool:
        """Return whether *value* is a string of that shape."""
        return (
            type(value) is str
            and len(value) <= ID_AT_MOST
            and self.pattern.fullmatch(value) is not None
        )

    def expectation(self, value: object) -> str:
        """Return what was expected; of a number in its place, in quotes."""
        expected = super().expectation(value)
        is_bare = type(value) is not str and self.near(value) is not None
        return f"{expected} (in quotes)" if is_bare else expected

    def near(self, value: object) -> str | None:
        """Return *value* respelled as an id, where that is possible."""
        if type(value) is float or (
            # One of thousands of digits has no cheap decimal form.
            type(value) is int and value.bit_length() < ID_AT_MOST
        ):
            # A file has it without quotes, as in "release = 30.2".
            value = str(value)
        if type(value) is not str:
            return None
        respelled = "-".join(value[:100].casefold().replace("_", " ").split())
        return respelled if self.accepts(respelled) else None

    def schema(self, refer: Refer) -> dict[str, Any]:
        """Return the schema: the same pattern, anchored."""
        return {
            "type": "string",
            "maxLength": ID_AT_MOST,
            "pattern": f"^{self.pattern.pattern}$",
        }


class Choice(Check):
    """One of a closed list of words, given as a ``Literal``."""

    __slots__ = ("words",)

    rule = "word/unknown"

    def __init__(self, literal: Any) -> None:
        self.words: tuple[str, ...] = get_args(literal)
        self.expected = f"one of {', '.join(self.words)}"

    def accepts(self, value: object) -> bool:
        """Return whether *value* is one of the words."""
        return type(value) is str and value in self.words

    def near(self, value: object) -> str | None:
        """Return the word that is most like *value*."""
        return nearest(value, self.words)

    def schema(self, refer: Refer) -> dict[str, Any]:
        """Return the schema: an enumeration."""
        return {"enum": list(self.words)}


class Integer(Check):
    """A whole number within bounds, both included; never a ``bool``."""

    __slots__ = ("high", "low")

    rule = "number/out-of-range"

    def __init__(self, low: int, high: int) -> None:
        self.low, self.high = low, high
        self.expected = f"an integer from {low} to {high}"

    def accepts(self, value: object) -> bool:
        """Return whether *value* is an integer within the bounds."""
        return type(value) is int and self.low <= value <= self.high

    def schema(self, refer: Refer) -> dict[str, Any]:
        """Return the schema: an integer with both bounds."""
        return {
            "type": "integer",
            "minimum": self.low,
            "maximum": self.high,
        }


class Flag(Check):
    """A truth value."""

    __slots__ = ()

    rule = "flag/not-true-or-false"

    def __init__(self) -> None:
        self.expected = "true or false"

    def accepts(self, value: object) -> bool:
        """Return whether *value* is a ``bool``."""
        return type(value) is bool

    def schema(self, refer: Refer) -> dict[str, Any]:
        """Return the schema: a boolean."""
        return {"type": "boolean"}


class Nested(Check):
    """A record of the given type, which has checked itself."""

    __slots__ = ("type",)

    rule = "record/wrong-type"

    def __init__(self, expected: str, cls: type) -> None:
        self.expected = expected
        self.type = cls

    def accepts(self, value: object) -> bool:
        """Return whether *value* is such a record."""
        return isinstance(value, self.type)

    def schema(self, refer: Refer) -> dict[str, Any]:
        """Return a reference to the record's own schema."""
        return refer(self.type)


class Maybe(Check):
    """Either nothing, or what another check accepts."""

    __slots__ = ("check",)

    def __init__(self, check: Check) -> None:
        self.check = check
        self.expected = f"{check.expected}, or nothing"

    def accepts(self, value: object) -> bool:
        """Return whether *value* is nothing, or right."""
        return value is None or self.check.accepts(value)

    def expectation(self, value: object) -> str:
        """Return what the inner check expected, or nothing."""
        return f"{self.check.expectation(value)}, or nothing"

    def rule_for(self, value: object) -> str:
        """Return the rule of the inner check that *value* breaks."""
        return self.check.rule_for(value)

    def near(self, value: object) -> str | None:
        """Return what the inner check is near to."""
        return self.check.near(value)

    def schema(self, refer: Refer) -> dict[str, Any]:
        """Return the inner schema: in data, nothing is an absent key."""
        return self.check.schema(refer)


class Many(Check):
    """A sequence whose items one check accepts, none of them twice."""

    __slots__ = ("check", "least")

    rule = "list/not-a-list"

    def __init__(self, expected: str, check: Check, least: int = 0) -> None:
        self.expected = expected
        self.check = check
        self.least = least

    def accepts(self, value: object) -> bool:
        """Return whether *value* is a long enough sequence."""
        return type(value) is tuple and len(value) >= self.least

    def rule_for(self, value: object) -> str:
        """Return the rule on lists, or the one on too short ones."""
        return "list/too-short" if type(value) is tuple else self.rule

    def faults(self, value: object, path: str) -> Iterable[Fault]:
        """Return what is wrong with the sequence, and with each item."""
        if not self.accepts(value):
            rule = self.rule_for(value)
            return [Fault(rule, path, self.expected, shown(value))]
        if not value:
            return ()
        found: list[Fault] = []
        seen = set()
        for position, item in enumerate(cast("tuple[object, ...]", value)):
            where = f"{path}[{position}]"
            wrong = [*self.check.faults(item, where)]
            found += wrong
            if not wrong:
                if item in seen:
                    found.append(
                        Fault(
                            "list/repeated-item",
                            where,
                            "each item once",
                            "a repeated one",
                        )
                    )
                seen.add(item)
        return found

    def schema(self, refer: Refer) -> dict[str, Any]:
        """Return the schema: an array of distinct items."""
        schema: dict[str, Any] = {
            "type": "array",
            "items": self.check.schema(refer),
            "uniqueItems": True,
        }
        if self.least:
            schema["minItems"] = self.least
        return schema
