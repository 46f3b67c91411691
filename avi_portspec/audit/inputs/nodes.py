"""Data of JSON and YAML, walked with the place of each value at hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, NamedTuple, TypeVar

from avi_portspec.audit.inputs.names import clean, name_of
from avi_portspec.audit.model import Unknown
from avi_portspec.errors import Fault, nearest, shown

__all__ = [
    "Node",
    "UnsettledError",
    "WrongError",
    "count_items",
    "or_unknown",
]

Any_ = TypeVar("Any_")

_KINDS: Final = {bool: "true or false", int: "a number", str: "a text"}


class WrongError(Exception):
    """A value is wrong: its rule cannot be read.

    Attributes:
        fault: What is wrong, and where.
    """

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


class UnsettledError(Exception):
    """A value is known only later, or elsewhere.

    Attributes:
        unknown: What stands there, and why that is not enough.
    """

    def __init__(self, unknown: Unknown) -> None:
        super().__init__(unknown)
        self.unknown = unknown


def or_unknown(read: Callable[[], Any_]) -> Any_ | Unknown:
    """Return what a function reads, or why that is not known."""
    try:
        return read()
    except UnsettledError as unsettled:
        return unsettled.unknown


class Node(NamedTuple):
    """A value, and the JSON pointer that leads to it.

    Attributes:
        value: The value; ``None`` where there is none.
        pointer: The pointer.
        is_secret: Whether no message may show it.
    """

    value: Any
    pointer: str = ""
    is_secret: bool = False

    def __bool__(self) -> bool:
        """Return whether there is anything: no empty list, text or table."""
        return self.value not in (None, "", [], {}, ())

    def wrong(
        self, expected: str, near: str | None = None
    ) -> WrongError | UnsettledError:
        """Return the error that this value is not what was expected."""
        if isinstance(self.value, Unknown):
            return UnsettledError(self.value)
        got = shown(self.value)
        if self.is_secret and self.value is not None:
            got = _KINDS.get(type(self.value), "another value")
            near = None
        return WrongError(
            Fault("audit/value", self.pointer, expected, got, near)
        )

    def at(self, *keys: str) -> Node:
        """Return the value of the first key that the table has.

        A value that is absent has no keys, and no fault.
        """
        if self.value is None:
            return self._inner(keys[0], None)
        if not isinstance(self.value, dict):
            raise self.wrong("a table")
        for key in keys:
            if self.value.get(key) is not None:
                return self._inner(key, self.value[key])
        return self._inner(keys[0], None)

    def has(self, key: str) -> bool:
        """Return whether it is a table with that key."""
        return isinstance(self.value, dict) and key in self.value

    def each(self) -> list[Node]:
        """Return the values of a list; of nothing, none."""
        if self.value is None:
            return []
        if not isinstance(self.value, list):
            raise self.wrong("a list")
        return [
            self._inner(str(at), value) for at, value in enumerate(self.value)
        ]

    def members(self) -> list[tuple[str, Node]]:
        """Return the keys of a table and their values; of nothing, none."""
        if self.value is None:
            return []
        if not isinstance(self.value, dict):
            raise self.wrong("a table")
        return [
            (str(key), self._inner(str(key), value))
            for key, value in self.value.items()
        ]

    def text(self, default: str | None = None) -> str:
        """Return a text, as it stands."""
        if self.value is None and default is not None:
            return default
        if not isinstance(self.value, str):
            raise self.wrong("a text")
        return self.value

    def scalar(self) -> str:
        """Return a text or a number, as text."""
        if type(self.value) not in (str, int):
            raise self.wrong("a text or a number")
        # A number of a million digits has no text, and no use.
        if isinstance(self.value, int) and self.value.bit_length() > 64:  # noqa: PLR2004 - any port fits
            raise self.wrong("a smaller number")
        return str(self.value)

    def name(self, default: str | None = None) -> str:
        """Return a name, as the model keeps it."""
        return name_of(self.text(default))

    def number(self, low: int, high: int) -> int:
        """Return a whole number of a range."""
        number = self.value
        # Some exports have each number as text, some as a float.
        if isinstance(number, str) and number.removeprefix("-").isdecimal():
            number = int(number[:20])
        if isinstance(number, float) and number.is_integer():
            number = int(number)
        if type(number) is not int or not low <= number <= high:
            raise self.wrong(f"a number from {low} to {high}")
        return number

    def flag(self, *, default: bool) -> bool:
        """Return a truth value."""
        if self.value is None:
            return default
        if not isinstance(self.value, bool):
            raise self.wrong("true or false")
        return self.value

    def word(self, known: Iterable[str], default: str | None = None) -> str:
        """Return one of some words, in lower case."""
        words = tuple(known)
        found = self.text(default).casefold()
        if found not in words:
            raise self.wrong(
                f"one of {', '.join(words)}", nearest(found, words)
            )
        return found

    def _inner(self, key: str, value: Any) -> Node:
        # RFC 6901; what a terminal would act on is no part of it.
        escaped = clean(key.replace("~", "~0").replace("/", "~1"))
        return Node(value, f"{self.pointer}/{escaped}", self.is_secret)


def count_items(data: Any, *keys: str) -> int:
    """Return how many items the lists of some keys have, at any depth.

    This counts the rules of an export apart from the reading of them.

    Args:
        data: The data.
        keys: The keys.
    """
    return sum(_counts(data, frozenset(keys)))


def _counts(data: Any, keys: frozenset[str]) -> Iterator[int]:
    stack = [data]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            for key, inner in value.items():
                if key in keys and isinstance(inner, list):
                    yield len(inner)
                stack.append(inner)
        elif isinstance(value, (list, tuple)):
            stack.extend(value)
