"""The bases of values that are no records: collections, and their indexes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NoReturn, Self, TypeVar

import attrs

__all__ = ["Frozen", "FrozenDict"]

K = TypeVar("K")
V = TypeVar("V")


class Frozen:
    """A base for values with slots: nothing can be assigned to them.

    A slot that is not filled yet is worked out by ``_lazy`` when it is first
    read. What it holds must be immutable too.
    """

    __slots__ = ()

    def _lazy(self, name: str) -> Any:
        """Return the value of a slot that is not filled yet."""
        raise AttributeError(name)

    def __getattr__(self, name: str) -> Any:
        # Python asks here only for what is not there, an unfilled slot.
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
