"""The differences of two editions, field by field."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final, overload

import attrs

from avi_portspec.changes.meaning import (
    combined,
    field_action,
    kind_of,
    record_action,
)
from avi_portspec.errors import Fault, InvalidDataError, UnknownNameError
from avi_portspec.model.consistency import RECORDS
from avi_portspec.model.edition import Edition
from avi_portspec.model.facets import Deployment
from avi_portspec.model.record import checks_of
from avi_portspec.names import Action, ChangeKind, EditionId

if TYPE_CHECKING:
    from avi_portspec.changes.plan import UpgradePlan

__all__ = ["Changes", "FieldChange", "Order", "RecordChange", "diff"]

_COLLECTIONS: Final = tuple(name for name, _, _ in RECORDS)


@attrs.frozen(kw_only=True)
class FieldChange:
    """One field that differs.

    Attributes:
        name: The field.
        kind: Whether what is true changed, how it is put, or where on the
            page it stands.
        action: What that means for a firewall.
        before: Its value in the older edition.
        after: Its value in the newer one.
    """

    name: str
    kind: ChangeKind
    action: Action
    before: Any
    after: Any


@attrs.frozen(kw_only=True)
class RecordChange:
    """One record that came, went, or differs.

    Attributes:
        collection: The edition's field that holds it: ``"flows"``, ...
        id: The record's id.
        before: It, as the older edition has it; ``None`` if it does not.
        after: It, as the newer edition has it; ``None`` if it does not.
        fields: The fields that differ, for a record that both have.
        action: What all of that means for a firewall.
    """

    collection: str
    id: str
    before: Any
    after: Any
    fields: tuple[FieldChange, ...]
    action: Action

    @property
    def what(self) -> str:
        """``"added"``, ``"removed"`` or ``"changed"``."""
        if self.before is None:
            return "added"
        return "removed" if self.after is None else "changed"

    @property
    def is_meaning(self) -> bool:
        """Whether anything but wording and citations changed."""
        return not self.fields or any(
            field.kind == "meaning" for field in self.fields
        )


@attrs.frozen(kw_only=True)
class Order:
    """The order of a collection whose ids are not the same sequence.

    Attributes:
        collection: The edition's field.
        before: The ids in the older edition.
        after: The ids in the newer one.
    """

    collection: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@attrs.frozen(kw_only=True)
class Changes:
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

    def calling_for(self, *actions: Action) -> tuple[RecordChange, ...]:
        """Return the changes that call for any of some actions.

        Args:
            *actions: ``open``, ``close``, ``review`` or ``none``.
        """
        return tuple(c for c in self.records if c.action in actions)

    def inverse(self) -> Changes:
        """Return the changes the other way round."""
        return Changes(
            old=self.new,
            new=self.old,
            fields=tuple(
                attrs.evolve(field, before=field.after, after=field.before)
                for field in self.fields
            ),
            records=_judged(
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
                record.id: _unbound(record) for record in values[collection]
            }
            for change in self.of(collection):
                records[change.id] = change.after
            ids = orders.get(collection, tuple(records))
            values[collection] = [records[each] for each in ids]
        return Edition(**values)

    def _misfits(self, edition: Edition) -> Iterator[Fault]:
        for field in self.fields:
            if getattr(edition, field.name) != field.before:
                wanted = f"the {field.name} of {self.old}"
                yield Fault(field.name, wanted, "another one")
        for order in self.orders:
            if getattr(edition, order.collection).ids() != order.before:
                wanted = f"the {order.collection} of {self.old}, in order"
                yield Fault(order.collection, wanted, "others")
        for change in self.records:
            there = getattr(edition, change.collection).get(change.id)
            found = None if there is None else _unbound(there)
            if found != change.before:
                wanted = f"the record as {self.old} has it"
                yield Fault(
                    change.collection, wanted, "another", record=change.id
                )

    def to_text(self) -> str:
        """Return the changes as plain text, by what they call for."""
        from avi_portspec.changes.rendering import changes_text

        return changes_text(self)

    def to_markdown(self) -> str:
        """Return the changes as Markdown (CommonMark)."""
        from avi_portspec.changes.rendering import changes_markdown

        return changes_markdown(self)

    def to_json(self, *, indent: int | None = None) -> str:
        """Return the changes as JSON.

        Args:
            indent: Blanks a level, for people; ``None`` for one line.
        """
        from avi_portspec.changes.rendering import changes_json

        return changes_json(self, indent)

    def __str__(self) -> str:
        return self.to_text()

    def _repr_html_(self) -> str:
        """Return the changes as a table for a notebook."""
        from avi_portspec.changes.rendering import changes_html

        return changes_html(self)


def _unbound(record: Any) -> Any:
    """Return a record without what only its edition can tell."""
    cls: Any = type(record)
    names = [name for name, _, is_derived in checks_of(cls) if is_derived]
    defaults = {field.name: field.default for field in attrs.fields(cls)}
    bound = {
        name: defaults[name]
        for name in names
        if getattr(record, name) != defaults[name]
    }
    return attrs.evolve(record, **bound) if bound else record


def _differing(
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


def _judged(pairs: list[tuple[str, Any, Any]]) -> tuple[RecordChange, ...]:
    """Return pairs of records as changes, each with what it means."""
    excluded = frozenset(
        (after.source, after.destination)
        for collection, _, after in pairs
        if collection == "exclusions" and after is not None
    )
    made = []
    for collection, before, after in pairs:
        if before is None or after is None:
            fields: tuple[FieldChange, ...] = ()
            action = record_action(collection, before, after, excluded)
        else:
            fields = tuple(_differing(collection, before, after))
            action = combined(field.action for field in fields)
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


@overload
def diff(old: Edition, new: Edition) -> Changes: ...


@overload
def diff(
    old: Edition, new: Edition, deployment: Deployment | str
) -> UpgradePlan: ...


def diff(
    old: Edition, new: Edition, deployment: Deployment | str | None = None
) -> Changes | UpgradePlan:
    """Return what changes between two editions, or what an upgrade needs.

    >>> import avi_portspec
    >>> old, new = avi_portspec.load("17.1"), avi_portspec.load()
    >>> avi_portspec.diff(old, old).records
    ()
    >>> plan = avi_portspec.diff(old, new, "vcenter")
    >>> [str(step.pair) for step in plan.steps if step.action == "open"]
    ['TCP 443', 'TCP 9001']

    Args:
        old: The older edition.
        new: The newer edition.
        deployment: A deployment, or the name of a preset; then the answer
            is the plan of its upgrade.

    Raises:
        UnknownNameError: No preset has that name.
        InvalidDataError: An edition does not know a word of the deployment.
    """
    if deployment is not None:
        from avi_portspec.changes.plan import upgrade_plan

        return upgrade_plan(old, new, deployment)
    pairs: list[tuple[str, Any, Any]] = []
    orders: list[Order] = []
    for collection in _COLLECTIONS:
        before = {record.id: record for record in getattr(old, collection)}
        after = {record.id: record for record in getattr(new, collection)}
        if tuple(before) != tuple(after):
            orders.append(
                Order(
                    collection=collection,
                    before=tuple(before),
                    after=tuple(after),
                )
            )
        differing: dict[str, tuple[Any, Any]] = {}
        for name in before | after:
            one, other = before.get(name), after.get(name)
            if one is other or one == other:
                continue
            one = None if one is None else _unbound(one)
            other = None if other is None else _unbound(other)
            if one != other:
                differing[name] = one, other
        # By id, so that both directions have one order.
        pairs += [(collection, *differing[name]) for name in sorted(differing)]
    return Changes(
        old=old.id,
        new=new.id,
        fields=tuple(_differing("", old, new)),
        records=_judged(pairs),
        orders=tuple(orders),
    )
