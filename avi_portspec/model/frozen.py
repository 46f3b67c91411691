"""The bases of values that are no records: collections, and their indexes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, NoReturn, Self, TypeVar

import attrs

from avi_portspec.errors import nearest

__all__ = ["Frozen", "FrozenDict"]

K = TypeVar("K")
V = TypeVar("V")

#: What libraries of data frames ask of an array.
_OF_ARRAYS: Final = frozenset({"dtype", "dtypes", "ndim", "reshape", "shape"})


class Frozen:
    """A base for values with slots: nothing can be assigned to them.

    A slot that is not filled yet is worked out by ``_lazy`` when it is first
    read. What it holds must be immutable too.
    """

    __slots__ = ()

    def _lazy(self, name: str) -> Any:
        """Return the value of a slot that is not filled yet."""
        raise self._no_attribute(name)

    def _no_attribute(self, name: str) -> AttributeError:
        """Return the error for a name that is not an attribute."""
        cls = type(self)
        text = f"{cls.__name__} has no attribute {name!r}"
        if name in _OF_ARRAYS and hasattr(cls, "to_records"):
            # A data frame takes any other sequence for an array.
            text += "; give a data frame the list from to_records()"
        elif not name.startswith("_"):
            # hasattr() asks for these, and often.
            public = [word for word in dir(cls) if not word.startswith("_")]
            near = nearest(name, public)
            text += f"; did you mean {near!r}?" if near else ""
        # With the object, a traceback would print a suggestion of its own
        # after this one; a notebook prints the text alone.
        return AttributeError(text, name=name, obj=None)

    if not TYPE_CHECKING:
        # A type checker would take any name for an attribute.

        def __getattr__(self, name: str) -> Any:
            # Python asks here only for what is not there: an unfilled slot.
            value = self._lazy(name)
            object.__setattr__(self, name, value)
            return value

    def __setattr__(self, name: str, value: object) -> None:
        raise attrs.exceptions.FrozenInstanceError

    def __delattr__(self, name: str) -> None:
        raise attrs.exceptions.FrozenInstanceError

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self


class FrozenDict(dict[K, V]):
    """A dict that cannot be changed, and looks up as fast as any.

    A read-only proxy would not do: comparing or merging one hands the dict
    behind it to the other operand, which is free to change it.
    """

    __slots__ = ()

    def __new__(
        cls, items: Mapping[K, V] | Iterable[tuple[K, V]] = ()
    ) -> Self:
        """Return a dict of *items*."""
        self = super().__new__(cls)
        dict.update(self, items)
        return self

    def __init__(self, *args: object) -> None:
        # Filled already; the dict's own would merge into it once more.
        pass

    def _refuse(self, *args: object, **kwargs: object) -> NoReturn:
        raise attrs.exceptions.FrozenInstanceError

    __setitem__ = __delitem__ = _refuse
    __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (dict(self),)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self
