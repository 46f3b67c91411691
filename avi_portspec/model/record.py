"""The base of every record: frozen, and checked as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Self, TypeVar

import attrs

from avi_portspec.errors import Fault, InvalidDataError
from avi_portspec.model.checks import Check

__all__ = ["Record", "as_tuple", "check", "checks_of", "derived"]

T = TypeVar("T")
R = TypeVar("R", bound="Record")

_CHECK = "avi_portspec.check"
_DERIVED = "avi_portspec.derived"


def check(check: Check) -> Mapping[str, Any]:
    """Return field metadata that says what the field may hold."""
    return {_CHECK: check}


def derived(check: Check) -> Mapping[str, Any]:
    """Return field metadata for what an edition works out by itself.

    Such a field is never written to data: it is stated elsewhere, and two
    statements of one fact could come to disagree.
    """
    return {_CHECK: check, _DERIVED: True}


def as_tuple(items: Any) -> Any:
    """Return a list as a tuple, and anything else as it is.

    A string stays a string here, so that the field's check can refuse it.
    """
    return tuple(items) if type(items) is list else items


_CHECKS: dict[type, tuple[tuple[str, Check, bool], ...]] = {}


def checks_of(cls: type) -> tuple[tuple[str, Check, bool], ...]:
    """Return each field's name, its check, and whether it is derived."""
    try:
        return _CHECKS[cls]
    except KeyError:
        found = tuple(
            (field.name, field.metadata[_CHECK], _DERIVED in field.metadata)
            for field in attrs.fields(cls)
        )
        return _CHECKS.setdefault(cls, found)


def _rebuild(cls: type[R], fields: dict[str, Any]) -> R:
    """Make a record again from its pickled fields, checks and all."""
    return cls(**fields)


class Record:
    """A frozen value that refuses to exist when anything about it is wrong.

    Constructors report every fault at once. An instance never changes:
    assignment, deletion, a second ``__init__`` and ``__setstate__`` all
    fail; copying returns the instance itself. The types are closed: they
    cannot be subclassed outside the package.
    """

    __slots__ = ()

    def __init_subclass__(cls) -> None:
        # A subclass from elsewhere could hold what can be changed, or
        # answer a condition with code of its own.
        if not cls.__module__.startswith("avi_portspec."):
            raise TypeError(f"{cls.__bases__[0].__name__} is not subclassed")

    def __attrs_pre_init__(self) -> None:
        # attrs would let a second call of __init__ write to a frozen
        # instance: it is its own exception to the rule.
        first = checks_of(type(self))[0][0]
        if hasattr(self, first):
            raise attrs.exceptions.FrozenInstanceError

    def __attrs_post_init__(self) -> None:
        faults = [
            fault
            for name, check, _ in checks_of(type(self))
            for fault in check.faults(getattr(self, name), name)
        ]
        # Rules across fields may rely on each field being right.
        faults = faults or list(self._faults())
        if faults:
            raise InvalidDataError(type(self).__name__, faults)

    def _faults(self) -> Iterator[Fault]:
        """Yield what is wrong between fields that are right by themselves."""
        return iter(())

    def __repr__(self) -> str:
        """Return the call that makes the record again."""
        # One for all: made anew for each type, it would cost every program
        # that imports the model more than most of them ever print.
        fields = ", ".join(
            f"{name}={getattr(self, name)!r}"
            for name, *_ in checks_of(type(self))
        )
        return f"{type(self).__name__}({fields})"

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        fields = {
            name: getattr(self, name) for name, *_ in checks_of(type(self))
        }
        return _rebuild, (type(self), fields)
