"""The differences of two editions, field by field."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeAlias, overload

import attrs

from avi_portspec.changes.data import changes_data
from avi_portspec.changes.meaning import (
    combine,
    field_action,
    kind_of,
    record_action,
)
from avi_portspec.changes.records import (
    CHANGE_ACTIONS,
    FieldChange,
    Order,
    RecordChange,
    check_actions,
)
from avi_portspec.changes.rendering import (
    HEADINGS,
    Written,
    changes_blocks,
    changes_rows,
)
from avi_portspec.documents.blocks import Document, Table
from avi_portspec.edition.edition import Edition
from avi_portspec.edition.loading import load
from avi_portspec.errors import (
    Fault,
    InvalidDataError,
    InvalidQueryError,
    UnknownNameError,
    shown,
)
from avi_portspec.model.consistency import RECORDS
from avi_portspec.model.facets import Deployment
from avi_portspec.model.record import checks_of
from avi_portspec.names import ChangeAction, EditionId

if TYPE_CHECKING:
    from avi_portspec.changes.plan import UpgradePlan

__all__ = ["Changes", "diff"]

#: An edition; or its id, its alias, or the path of its file.
EditionLike: TypeAlias = "Edition | str | os.PathLike[str]"

_COLLECTIONS: Final = tuple(name for name, _, _ in RECORDS)


@attrs.frozen(kw_only=True)
class Changes(Written):
    """All that differs between two editions.

    >>> import avi_portspec
    >>> old, new = avi_portspec.load("16.2"), avi_portspec.load("17.1")
    >>> changes = avi_portspec.diff(old, new)
    >>> [change.id for change in changes.of("pointers")]
    ['controller-to-external-entities']
    >>> changes.apply(old) == new
    True

    Attributes:
        old: The id of the older edition.
        new: The id of the newer edition.
        fields: The edition's own fields that differ.
        records: The records that do, collection by collection.
        orders: The collections whose ids are not the same sequence.
    """

    old: EditionId
    new: EditionId
    fields: tuple[FieldChange, ...]
    records: tuple[RecordChange, ...]
    orders: tuple[Order, ...]

    def __bool__(self) -> bool:
        """Return whether anything differs."""
        return bool(self.fields or self.records or self.orders)

    def __len__(self) -> int:
        return len(self.records)

    def __iter__(self) -> Iterator[RecordChange]:
        return iter(self.records)

    def of(self, collection: str) -> tuple[RecordChange, ...]:
        """Return the changes of one collection.

        Args:
            collection: ``"flows"``, ``"notes"``, ``"exclusions"``, ...

        Raises:
            UnknownNameError: An edition has no such collection.
        """
        if collection not in _COLLECTIONS:
            raise UnknownNameError("collection", collection, _COLLECTIONS)
        return tuple(c for c in self.records if c.collection == collection)

    def calling_for(self, *actions: ChangeAction) -> tuple[RecordChange, ...]:
        """Return the changes that call for any of some actions.

        Args:
            *actions: ``open``, ``optional``, ``review`` or ``none``.

        Raises:
            UnknownNameError: There is no such action.
        """
        check_actions(actions, CHANGE_ACTIONS)
        return tuple(c for c in self.records if c.action in actions)

    def inverse(self) -> Changes:
        """Return the changes from the newer edition to the older one."""
        return Changes(
            old=self.new,
            new=self.old,
            fields=tuple(
                attrs.evolve(field, before=field.after, after=field.before)
                for field in self.fields
            ),
            records=_judge(
                [(c.collection, c.after, c.before) for c in self.records]
            ),
            orders=tuple(
                attrs.evolve(order, before=order.after, after=order.before)
                for order in self.orders
            ),
        )

    def apply(self, edition: Edition) -> Edition:
        """Return the newer edition, made from the older one.

        Args:
            edition: The older edition.

        Raises:
            InvalidDataError: It is not what the changes are from; every
                difference is a fault.
        """
        faults = list(self._misfits(edition))
        if faults:
            raise InvalidDataError(f"changes from {self.old}", faults)
        values = {
            field.name: getattr(edition, field.name)
            for field in attrs.fields(Edition)
        }
        values |= {field.name: field.after for field in self.fields}
        orders = {order.collection: order.after for order in self.orders}
        for collection in _COLLECTIONS:
            records = {
                name: _unbind(record)
                for name, record in _by_id(edition, collection).items()
            }
            for change in self.of(collection):
                records[change.id] = change.after
            ids = orders.get(collection, tuple(records))
            values[collection] = [records[name] for name in ids]
        return Edition(**values)

    def _misfits(self, edition: Edition) -> Iterator[Fault]:
        misfit = partial(Fault, "changes/other-edition")
        for field in self.fields:
            if getattr(edition, field.name) != field.before:
                expected = f"the {field.name} of {self.old}"
                yield misfit(field.name, expected, "another one")
        for order in self.orders:
            if getattr(edition, order.collection).ids() != order.before:
                expected = f"the {order.collection} of {self.old}, in order"
                yield misfit(order.collection, expected, "others")
        known = {name: _by_id(edition, name) for name in _COLLECTIONS}
        for change in self.records:
            there = known[change.collection].get(change.id)
            if (there and _unbind(there)) != change.before:
                yield misfit(
                    change.collection,
                    f"the record as {self.old} has it",
                    "another",
                    record=change.id,
                )

    def _data(self) -> Any:
        return changes_data(
            self.old, self.new, self.fields, self.records, self.orders
        )

    def _repr_html_(self) -> str:
        """Return the changes as a table for a notebook."""
        # Imported here: only notebooks need HTML.
        from avi_portspec.documents.html import write_fragment

        rows = changes_rows(self.new, self.fields, self.records)
        return write_fragment(Table(self._title, HEADINGS, rows, False))  # noqa: FBT003 - no cell names its row

    @property
    def _title(self) -> str:
        return f"From {self.old} to {self.new}"

    def _document(self) -> Document:
        return Document(
            self._title,
            changes_blocks(self.fields, self.records, self.orders),
        )


def _by_id(edition: Edition, collection: str) -> dict[str, Any]:
    """Return records by id alone: a collection knows other names as well."""
    return {record.id: record for record in getattr(edition, collection)}


def _unbind(record: Any) -> Any:
    """Return a record without the fields that its edition derives."""
    cls: Any = type(record)
    names = [name for name, _, is_derived in checks_of(cls) if is_derived]
    defaults = {field.name: field.default for field in attrs.fields(cls)}
    bound = {
        name: defaults[name]
        for name in names
        if getattr(record, name) != defaults[name]
    }
    return attrs.evolve(record, **bound) if bound else record


def _compare_fields(
    collection: str, before: Any, after: Any
) -> Iterator[FieldChange]:
    for name, _, is_derived in checks_of(type(before)):
        if not collection and name in _COLLECTIONS:
            continue
        one, other = getattr(before, name), getattr(after, name)
        if one != other and not is_derived:
            yield FieldChange(
                name=name,
                kind=kind_of(collection, name),
                action=field_action(collection, name, before, after),
                before=one,
                after=other,
            )


def _judge(pairs: list[tuple[str, Any, Any]]) -> tuple[RecordChange, ...]:
    """Return pairs of records as changes, each with what it means."""
    made = []
    for collection, before, after in pairs:
        if before is None or after is None:
            fields: tuple[FieldChange, ...] = ()
            action = record_action(collection, before, after)
        else:
            fields = tuple(_compare_fields(collection, before, after))
            action = combine(field.action for field in fields)
        made.append(
            RecordChange(
                collection=collection,
                id=(after if before is None else before).id,
                before=before,
                after=after,
                fields=fields,
                action=action,
            )
        )
    return tuple(made)


def _edition(argument: str, given: object) -> Edition:
    """Return an edition, or the one that has an id, an alias or a path."""
    if isinstance(given, Edition):
        return given
    if isinstance(given, (str, os.PathLike)):
        return load(given)
    expected = "an edition, or the id or the file of one"
    raise InvalidQueryError(argument, expected, shown(given))


@overload
def diff(old: EditionLike, new: EditionLike) -> Changes: ...


@overload
def diff(
    old: EditionLike, new: EditionLike, deployment: Deployment | str
) -> UpgradePlan: ...


def diff(
    old: EditionLike,
    new: EditionLike,
    deployment: Deployment | str | None = None,
) -> Changes | UpgradePlan:
    """Return what changes between two editions, or what an upgrade needs.

    >>> import avi_portspec
    >>> changes = avi_portspec.diff("16.2", "17.1")
    >>> [change.id for change in changes.of("pointers")]
    ['controller-to-external-entities']
    >>> plan = avi_portspec.diff("17.1", "vantage-undated", "vcenter")
    >>> [str(step.pair) for step in plan.steps if step.action == "open"]
    ['TCP 443', 'TCP 9001']

    Args:
        old: The older edition; or its id or alias, or the path of its file.
        new: The newer edition, the same.
        deployment: A deployment, or the name of a preset; then the answer
            is the plan of its upgrade.

    Raises:
        UnknownNameError: No edition or no preset has that name.
        InvalidQueryError: What is given for an edition is none.
        InvalidDataError: An edition does not know a word of the deployment.
    """
    old, new = _edition("old", old), _edition("new", new)
    if deployment is not None:
        from avi_portspec.changes.plan import upgrade_plan

        return upgrade_plan(old, new, deployment)
    pairs: list[tuple[str, Any, Any]] = []
    orders: list[Order] = []
    for collection in _COLLECTIONS:
        before, after = _by_id(old, collection), _by_id(new, collection)
        if (ids := tuple(before)) != (others := tuple(after)):
            orders.append(
                Order(collection=collection, before=ids, after=others)
            )
        # Sorted, so that both directions have one order.
        for name in sorted(before | after):
            one, other = before.get(name), after.get(name)
            if one is not other and one != other:
                one, other = (one and _unbind(one)), (other and _unbind(other))
                if one != other:
                    pairs.append((collection, one, other))
    return Changes(
        old=old.id,
        new=new.id,
        fields=tuple(_compare_fields("", old, new)),
        records=_judge(pairs),
        orders=tuple(orders),
    )
