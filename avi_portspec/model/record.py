"""The base of every record: frozen, and checked as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import Any, Final, Self, TypeVar, get_origin, get_type_hints

import attrs

from avi_portspec.errors import Fault, InvalidDataError
from avi_portspec.model.checks import Check

__all__ = ["DERIVED", "Record", "checks_of"]

T = TypeVar("T")
R = TypeVar("R", bound="Record")

#: Marks a field that an edition works out by itself. Such a field is never
#: written to data: it is stated elsewhere, and two statements of one fact
#: could come to disagree.
DERIVED: Final = "derived"

_CHECKS: dict[type, tuple[tuple[str, Check, bool], ...]] = {}
_TUPLES: dict[type, tuple[str, ...]] = {}
#: What records are compared by: the values of all their fields.
_VALUES: dict[type, Callable[[Any], Any]] = {}


def checks_of(cls: type) -> tuple[tuple[str, Check, bool], ...]:
    """Return each field's name, its check, and whether it is derived.

    What a field may hold stands in its annotation, as its check: ``id:
    Annotated[str, Ident(...)]``. There is no second place to change.
    """
    try:
        return _CHECKS[cls]
    except KeyError:
        hints: dict[str, Any] = {f.name: f.type for f in attrs.fields(cls)}
        # Each string would be compiled once more, whenever a program starts:
        # the modules of an edition's records have none.
        if any(isinstance(hint, str) for hint in hints.values()):
            resolved = get_type_hints(cls, include_extras=True)
            hints = {name: resolved[name] for name in hints}
        marks = {name: hint.__metadata__ for name, hint in hints.items()}
        _TUPLES[cls] = tuple(
            name
            for name, hint in hints.items()
            if get_origin(hint.__origin__) is tuple
        )
        # Of one name alone, an attrgetter returns the value itself.
        _VALUES[cls] = (
            attrgetter(*hints)
            if len(hints) > 1
            else lambda record: tuple(getattr(record, n) for n in hints)
        )
        return _CHECKS.setdefault(
            cls,
            tuple(
                (name, check, DERIVED in more)
                for name, (check, *more) in marks.items()
            ),
        )


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
        cls = type(self)
        checks = checks_of(cls)
        for name in _TUPLES[cls]:
            # A list serves as well, but must not be changed later.
            items = getattr(self, name)
            if type(items) is list:
                object.__setattr__(self, name, tuple(items))
        faults = [
            fault
            for (name, check, _), value in zip(
                checks, _VALUES[cls](self), strict=True
            )
            for fault in check.faults(value, name)
        ]
        # Rules across fields may rely on each field being right.
        faults = faults or list(self._faults())
        if faults:
            raise InvalidDataError(type(self).__name__, faults)

    def _faults(self) -> Iterator[Fault]:
        """Yield what is wrong between fields that are right by themselves."""
        return iter(())

    # These three are one for all: made anew for each type, each would cost
    # every program that imports the model more than most of them ever use.

    def __eq__(self, other: object) -> bool:
        cls = type(self)
        if type(other) is not cls:
            return NotImplemented
        values = _VALUES[cls]
        return bool(values(self) == values(other))

    def __hash__(self) -> int:
        cls = type(self)
        return hash((cls, _VALUES[cls](self)))

    def __repr__(self) -> str:
        """Return the call that makes the record again."""
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
