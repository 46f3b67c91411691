"""What a field of a record may hold.

A check serves three masters from one statement: the constructor, which
refuses what is wrong; the JSON Schema, which says the same to others; and
the message, which names what was wanted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, cast, get_args

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
    """What a value must be. Subclasses say so in :attr:`wanted`."""

    __slots__ = ("wanted",)

    wanted: str

    def accepts(self, value: object) -> bool:
        """Return whether *value* itself is right, its inside apart."""
        raise NotImplementedError

    def faults(self, value: object, path: str) -> Iterator[Fault]:
        """Yield all that is wrong with *value*, which stands at *path*."""
        if not self.accepts(value):
            wanted = self.wanting(value)
            yield Fault(path, wanted, shown(value), self.near(value))

    def wanting(self, value: object) -> str:
        """Return what was wanted instead of *value*, in words."""
        return self.wanted

    def near(self, value: object) -> str | None:
        """Return the right value that is most like *value*, if any."""
        return None

    def schema(self, refer: Refer) -> dict[str, Any]:
        """Return the JSON Schema of what is accepted."""
        raise NotImplementedError


class Text(Check):
    """A line of text: not empty, not padded, all of it visible.

    Control characters are refused, and so are the marks that turn the
    direction of text around: with them a table can show one thing and hold
    another (Unicode Technical Report 36, "Bidirectional Text Spoofing").
    """

    __slots__ = ()

    def __init__(self, wanted: str = "a line of text") -> None:
        self.wanted = wanted

    def accepts(self, value: object) -> bool:
        """Return whether *value* is one clean line."""
        return (
            type(value) is str
            and 0 < len(value) <= TEXT_AT_MOST
            and value.isprintable()
            and value[0] != " "
            and value[-1] != " "
        )

    def wanting(self, value: object) -> str:
        """Return what was wanted; of a long text, how long it may be."""
        if type(value) is str and len(value) > TEXT_AT_MOST:
            return f"at most {TEXT_AT_MOST:,} characters"
        return self.wanted

    def schema(self, refer: Refer) -> dict[str, Any]:
        """Return the schema; "printable" is narrower than it can say."""
        return {
            "type": "string",
            "minLength": 1,
            "maxLength": TEXT_AT_MOST,
            "pattern": r"^[^\s\u0000-\u001f\u007f]"
            r"([^\u0000-\u001f\u007f]*[^\s\u0000-\u001f\u007f])?$",
        }


class Ident(Check):
    """An id of the given shape."""

    __slots__ = ("pattern",)

    def __init__(
        self, of: str, pattern: re.Pattern[str], form: str = "in kebab-case"
    ) -> None:
        self.pattern = pattern
        self.wanted = f"the id of {of}, {form}"

    def accepts(self, value: object) -> bool:
        """Return whether *value* is a string of that shape."""
        return (
            type(value) is str
            and len(value) <= ID_AT_MOST
            and self.pattern.fullmatch(value) is not None
        )

    def wanting(self, value: object) -> str:
        """Return what was wanted; of a long id, how long it may be."""
        if type(value) is str and len(value) > ID_AT_MOST:
            return f"at most {ID_AT_MOST} characters"
        return self.wanted

    def near(self, value: object) -> str | None:
        """Return *value* respelled as an id, where that is possible."""
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

    def __init__(self, literal: Any) -> None:
        self.words: tuple[str, ...] = get_args(literal)
        self.wanted = f"one of {', '.join(self.words)}"

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

    def __init__(self, low: int, high: int) -> None:
        self.low, self.high = low, high
        self.wanted = f"an integer from {low} to {high}"

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

    def __init__(self) -> None:
        self.wanted = "true or false"

    def accepts(self, value: object) -> bool:
        """Return whether *value* is a ``bool``."""
        return type(value) is bool

    def schema(self, refer: Refer) -> dict[str, Any]:
        """Return the schema: a boolean."""
        return {"type": "boolean"}


class Nested(Check):
    """A record of the given type, which has checked itself."""

    __slots__ = ("type",)

    def __init__(self, wanted: str, cls: type) -> None:
        self.wanted = wanted
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
        self.wanted = f"{check.wanted}, or nothing"

    def accepts(self, value: object) -> bool:
        """Return whether *value* is nothing, or right."""
        return value is None or self.check.accepts(value)

    def wanting(self, value: object) -> str:
        """Return what the inner check wanted, or nothing."""
        return f"{self.check.wanting(value)}, or nothing"

    def near(self, value: object) -> str | None:
        """Return what the inner check is near to."""
        return self.check.near(value)

    def schema(self, refer: Refer) -> dict[str, Any]:
        """Return the inner schema: in data, nothing is an absent key."""
        return self.check.schema(refer)


class Many(Check):
    """A sequence whose items one check accepts, none of them twice."""

    __slots__ = ("check", "least")

    def __init__(self, wanted: str, check: Check, least: int = 0) -> None:
        self.wanted = wanted
        self.check = check
        self.least = least

    def accepts(self, value: object) -> bool:
        """Return whether *value* is a long enough sequence."""
        return type(value) is tuple and len(value) >= self.least

    def faults(self, value: object, path: str) -> Iterator[Fault]:
        """Yield what is wrong with the sequence, and with each item."""
        if not self.accepts(value):
            yield Fault(path, self.wanted, shown(value))
            return
        seen = set()
        for position, item in enumerate(cast("tuple[object, ...]", value)):
            where = f"{path}[{position}]"
            wrong = list(self.check.faults(item, where))
            yield from wrong
            if not wrong:
                if item in seen:
                    yield Fault(where, "each item once", "a repeated one")
                seen.add(item)

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
