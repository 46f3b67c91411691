"""Records are checked as a whole, and never change."""

from __future__ import annotations

import copy
import pickle
import pkgutil
from collections.abc import Iterator
from importlib import import_module
from types import MappingProxyType
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

import avi_portspec
from avi_portspec import (
    Condition,
    Edition,
    InvalidDataError,
    PortRange,
    strategies,
)
from avi_portspec.model.checks import Check
from avi_portspec.model.frozen import Frozen, FrozenDict
from avi_portspec.model.record import Record, checks_of

RECORDS = st.one_of(
    strategies.citations(),
    strategies.conditions(),
    strategies.deployments(),
    strategies.endpoints(),
    strategies.exclusions(),
    strategies.extents(),
    strategies.facets(),
    strategies.flows(),
    strategies.notes(),
    strategies.pointers(),
    strategies.port_ranges(),
    strategies.protocols(),
    strategies.reasons(),
    strategies.sections(),
    strategies.sources(),
)


def reachable(value: Any, seen: dict[int, Any] | None = None) -> list[Any]:
    """Return all that can be reached through attributes and items."""
    seen = {} if seen is None else seen
    if id(value) in seen or isinstance(value, type):
        return []
    seen[id(value)] = value
    inner: list[Any] = []
    for cls in type(value).__mro__:
        inner += [
            getattr(value, slot)
            for slot in cls.__dict__.get("__slots__", ())
            if slot != "__weakref__"
        ]
    if hasattr(value, "items"):
        inner += [part for pair in value.items() for part in pair]
    elif isinstance(value, (tuple, frozenset)):
        inner += list(value)
    for part in inner:
        reachable(part, seen)
    return list(seen.values())


def kinds(base: type) -> list[type]:
    """Return all subclasses that the modules of the package define."""
    modules = [
        import_module(each.name)
        for each in pkgutil.walk_packages(
            avi_portspec.__path__, "avi_portspec."
        )
        if not each.name.endswith("__main__")
    ]
    return [
        cls
        for module in modules
        for cls in vars(module).values()
        if isinstance(cls, type)
        and issubclass(cls, base)
        and cls is not base
        and cls.__module__ == module.__name__
    ]


def attacks(value: Any) -> Iterator[Any]:
    """Yield every way to change a record, or a collection."""
    names = [
        slot
        for cls in type(value).__mro__
        for slot in cls.__dict__.get("__slots__", ())
        if slot != "__weakref__"
    ]
    for name in [*names, "new"]:
        yield lambda name=name: setattr(value, name, 1)
    for name in names:
        yield lambda name=name: delattr(value, name)
    yield lambda: value.__setstate__(dict.fromkeys(names))
    yield lambda: vars(value).clear()
    yield lambda: value.__setitem__(0, 1)
    yield lambda: value.__delitem__(0)
    yield lambda: value.append(1)
    yield lambda: value.clear()
    yield lambda: value.update({})
    yield lambda: value.add(1)
    yield lambda: value == Vandal()
    yield lambda: value | Vandal()


class Vandal:
    """Changes whatever it is handed by a comparison, or by an operator."""

    def __eq__(self, other: object) -> bool:
        other.clear()
        raise TypeError

    def __ror__(self, other: Any) -> Any:
        other.clear()

    __hash__ = None  # type: ignore[assignment]


class TestImmutability:
    """Nothing that can be reached from an edition can be changed."""

    ERRORS = (AttributeError, TypeError, attrs.exceptions.FrozenInstanceError)

    def test_of_everything_in_the_real_edition(self, edition: Edition) -> None:
        """Each value withstands every attack, indexes included."""
        edition.flows.select(
            source="SE",
            destination="SE",
            endpoint="SE",
            protocol="tcp",
            port=4001,
            service="ObjStore",
            section="management",
            cloud="aws",
            requirement="required",
            note="objstore-purpose",
            inferred=True,
        )
        before = edition.digest
        values = reachable(edition)
        assert len(values) > 500
        for value in values:
            changeable = (list, dict, set, bytearray, MappingProxyType)
            is_ours = isinstance(value, (Record, Frozen, FrozenDict))
            assert is_ours or not isinstance(value, changeable)
            if is_ours:
                for attack in attacks(value):
                    with pytest.raises(self.ERRORS):
                        attack()
        assert edition.digest == before

    @given(RECORDS)
    def test_of_every_record(self, record: Record) -> None:
        """The same holds for records on their own."""
        before = repr(record)
        for attack in attacks(record):
            with pytest.raises(self.ERRORS):
                attack()
        assert repr(record) == before

    @given(RECORDS.filter(lambda record: checks_of(type(record))), st.data())
    def test_a_second_init_changes_nothing(
        self, record: Record, data: st.DataObject
    ) -> None:
        """The constructor is no way around either."""
        fields = {n: getattr(record, n) for n, *_ in checks_of(type(record))}
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            record.__init__(**fields)  # type: ignore[misc]

    def test_a_second_init_is_refused(self) -> None:
        """Though it is given what the record may hold."""
        ports = PortRange(low=1, high=2)
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            ports.__init__(low=1, high=3)  # type: ignore[misc]
        assert ports == PortRange(low=1, high=2)

    def test_collections_ignore_a_second_init(self, edition: Edition) -> None:
        """There is nothing in it that could write."""
        before = tuple(edition.endpoints)
        edition.endpoints.__init__("endpoint", ())  # type: ignore[misc]
        assert tuple(edition.endpoints) == before


class TestValues:
    """Records are values."""

    @given(RECORDS)
    def test_they_pickle_hash_and_compare(self, record: Record) -> None:
        """A copy from a pickle is equal, and hashes the same."""
        again = pickle.loads(pickle.dumps(record))
        assert again == record
        assert hash(again) == hash(record)
        assert again != 1

    @given(RECORDS)
    def test_copies_are_the_record_itself(self, record: Record) -> None:
        """What cannot change needs no second copy."""
        assert copy.copy(record) is record
        assert copy.deepcopy(record) is record

    @given(RECORDS)
    def test_their_repr_makes_them_again(self, record: Record) -> None:
        """A repr is a call of constructors, which compiled data relies on."""
        again = eval(repr(record), names())  # noqa: S307 - our own repr
        assert again == record

    def test_whole_editions_are_values_too(self, edition: Edition) -> None:
        """Pickled, compared, hashed, copied: one and the same."""
        again = pickle.loads(pickle.dumps(edition))
        assert again == edition
        assert hash(again) == hash(edition)
        assert again.flows == edition.flows
        for value in (edition, edition.flows, edition.notes):
            assert copy.copy(value) is value
            assert copy.deepcopy(value) is value


def names() -> dict[str, Any]:
    """Return every public name: the façade fetches them one by one."""
    return {n: getattr(avi_portspec, n) for n in avi_portspec.__all__}


class TestClosedTypes:
    """Records are what they seem."""

    @pytest.mark.parametrize("cls", [Record, PortRange, Condition, Edition])
    def test_they_are_not_subclassed(self, cls: type) -> None:
        """A subclass could hold what changes, or run code of its own."""
        with pytest.raises(TypeError, match="is not subclassed"):
            type("Mine", (cls,), {})

    @pytest.mark.parametrize(
        "module", ["avi_portspec", "avi_portspecs.x", "my.avi_portspec.x"]
    )
    def test_no_other_package_may_by_its_name(self, module: str) -> None:
        """A name that looks like the package's is another one."""
        with pytest.raises(TypeError, match="Record is not subclassed"):
            type("Mine", (Record,), {"__module__": module})


#: What a record inherits: for the whole package, it is written once.
SHARED = ("__eq__", "__hash__", "__repr__", "__getstate__", "__setstate__")
#: The records that have some of it themselves.
OWN = {
    # As a call of its constructor for one.
    "PortRange": {"__eq__", "__hash__", "__repr__"},  # it is ordered
    "Protocol": {"__repr__"},
    # In a notebook, a line and not a page.
    "EditionData": {"__repr__"},
    # A mapping of addresses has no hash.
    "Inventory": {"__eq__", "__hash__", "__repr__"},
}


class TestKinds:
    """What all kinds of records and checks are like, wherever they stand."""

    def test_records_share_what_they_are_compared_and_shown_by(self) -> None:
        """Written anew for each kind, it could come to differ."""
        found = kinds(Record)
        assert len(found) > 40
        for cls in found:
            own = {name for name in SHARED if name in vars(cls)}
            assert own == OWN.get(cls.__name__, set()), cls

    @pytest.mark.parametrize("base", [Record, Check, Frozen])
    def test_none_has_room_for_more(self, base: type) -> None:
        """Nothing can be put into one that the class does not name."""
        for cls in kinds(base):
            assert "__slots__" in vars(cls), cls


class TestFrozenDict:
    """The mappings behind look-ups."""

    def test_they_are_values(self) -> None:
        """Copied and pickled, they stay what they are."""
        made = FrozenDict({"a": 1})
        assert pickle.loads(pickle.dumps(made)) == made == {"a": 1}
        assert copy.copy(made) is copy.deepcopy(made) is made
        made.__init__({"b": 2})  # type: ignore[misc]
        assert made == {"a": 1}


class TestFaults:
    """Constructors report everything at once."""

    def test_all_fields_are_checked(self) -> None:
        """A second wrong field is not left for the next attempt."""
        with pytest.raises(InvalidDataError) as caught:
            PortRange(low="1", high=70000)  # type: ignore[arg-type]
        assert [fault.path for fault in caught.value.faults] == ["low", "high"]
        assert caught.value.subject == "PortRange"

    def test_truth_values_are_no_numbers(self) -> None:
        """Python calls True an integer; nobody means port True."""
        with pytest.raises(InvalidDataError, match="got True"):
            PortRange(low=True, high=2)

    def test_fields_are_given_by_name(self) -> None:
        """Positions would make the order of fields a promise."""
        with pytest.raises(TypeError):
            PortRange(1, 2)  # type: ignore[misc, call-arg]
