"""An immutable, ordered collection whose items can be found by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Generic, Self, TypeVar, overload

from avi_portspec.documents import count_text
from avi_portspec.errors import UnknownNameError
from avi_portspec.model.frozen import Frozen, FrozenDict
from avi_portspec.model.record import Record
from avi_portspec.names import fold

__all__ = ["Catalog", "names_of"]

T = TypeVar("T", bound=Record)
D = TypeVar("D")


def names_of(record: Any) -> Iterator[str]:
    """Yield every name of a record: id, name, title, aliases, a site's."""
    yield record.id
    for attribute in ("name", "title"):
        name = getattr(record, attribute, None)
        if name is not None:
            yield name
    yield from getattr(record, "aliases", ())
    for given in getattr(record, "site_names", None) or ():
        yield from given.names()


class Catalog(Frozen, Sequence[T], Generic[T]):
    """Records in published order, also found by id, name or alias.

    >>> import avi_portspec
    >>> endpoints = avi_portspec.load().endpoints
    >>> endpoints["SE"] is endpoints["service-engine"]
    True

    Args:
        kind: What the records are, for error messages: ``"endpoint"``.
        items: The records, in order.
    """

    __slots__ = ("_by_id", "_by_name", "_items", "_kind")

    _items: tuple[T, ...]
    _by_id: Mapping[str, T]
    _by_name: Mapping[str, T]
    _kind: str

    def __new__(cls, kind: str, items: Iterable[T]) -> Self:
        """Return a catalog of *items*."""
        # Not __init__: that could be called a second time.
        self = super().__new__(cls)
        object.__setattr__(self, "_kind", kind)
        object.__setattr__(self, "_items", tuple(items))
        return self

    def _lazy(self, name: str) -> Any:
        if name == "_by_id":
            return FrozenDict({item.id: item for item in self._items})  # type: ignore[attr-defined]
        if name == "_by_name":
            return FrozenDict(
                {
                    fold(name): item
                    for item in self._items
                    for name in names_of(item)
                }
            )
        raise self._no_attribute(name)

    @overload
    def __getitem__(self, key: int | str) -> T: ...

    @overload
    def __getitem__(self, key: slice) -> Sequence[T]: ...

    def __getitem__(self, key: int | str | slice) -> T | Sequence[T]:
        """Return a record by position, id, name or alias; or a slice.

        Raises:
            UnknownNameError: No item has that name; it is a
                ``LookupError`` and suggests the nearest.
            IndexError: There is no such position.
        """
        if not isinstance(key, str):
            return self._items[key]
        found = self.get(key)
        if found is None:
            known = [name for item in self._items for name in names_of(item)]
            raise UnknownNameError(self._kind, key, known)
        return found

    @overload
    def get(self, name: str) -> T | None: ...

    @overload
    def get(self, name: str, default: D) -> T | D: ...

    def get(self, name: str, default: object = None) -> object:
        """Return the record of that id, name or alias, or *default*."""
        found = self._by_id.get(name)
        if found is None and isinstance(name, str):
            found = self._by_name.get(fold(name))
        return default if found is None else found

    def ids(self) -> tuple[str, ...]:
        """Return every id, in published order."""
        return tuple(self._by_id)

    def __contains__(self, item: object) -> bool:
        """Return whether a record, or a name, is in the collection."""
        if isinstance(item, str):
            return item in self._by_id or fold(item) in self._by_name
        return item in self._items

    def __iter__(self) -> Iterator[T]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Catalog):
            return NotImplemented
        return self._items == other._items

    def __hash__(self) -> int:
        return hash(self._items)

    def __repr__(self) -> str:
        records = count_text(len(self), self._kind)
        return f"<{type(self).__name__}: {records}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._kind, self._items)
